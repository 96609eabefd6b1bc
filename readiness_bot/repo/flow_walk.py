"""Follows one value backwards to where it begins: through calls, parameters, attributes and files, within bounds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from readiness_bot.facts.origins import CallFlow, Guard, Source, accessed, text_part, wrapped
from readiness_bot.facts.python_facts import Call, Parameter
from readiness_bot.facts.values import Const, Format, Invoke, Items, Mapping, Name, Value
from readiness_bot.repo.call_graph import MOST_CALLERS, CallGraph, FlowFacts
from readiness_bot.repo.flow_paths import CHECKS, LOOKING_UP, Flow, Kind, Step, bare_name
from readiness_bot.repo.modules import CallSite, DefinitionSite, Module, is_static
from readiness_bot.repo.passing import Effect, effect_of
from readiness_bot.repo.patterns import narrowness
from readiness_bot.repo.python import Python
from readiness_bot.repo.request_data import Datum, Filled, RequestData, Type
from readiness_bot.repo.route import takes_slashes

_MOST_PLACES = 500
_MOST_HOPS = 14
MOST_NESTED = 6
_OF_NONE = re.compile(r"(?<!File)(?<!Module)(NotFound|DoesNotExist|NotExist|NoResult)")
"""Exceptions that say that there is no such row; a file that is not there says nothing of its name."""
_FEW = 6
"""Statements of a function that only answers a question."""
_CLEANING = re.compile(r"sanit|secur|safe|slug|escape|quote|valid|allow|clean|strip_|whitelist", re.IGNORECASE)
_OF_SETTINGS = re.compile(r"(^|\.)(django\.conf\.settings|(current_app|Flask\(\)|Quart\(\))\.config)(\.|\[\])")
_APPLICATION = re.compile(r"(^|\.)(aiohttp\.web\.Application|Flask|FastAPI|Starlette|Sanic|Quart|Litestar)(\(\))?$")
"""Types of parameters that stand for the application itself: what is kept in it no caller gives."""
_TAKING = frozenset({"getlist", "get_list", "getall", "getone", "popitem", "setdefault"})
_ANSWERS = {
    "call": "yes",
    "!call": "no",
    "self": "yes",
    "!self": "no",
    "passed": "passed",
    "perhaps": "perhaps",
    "via": "via",
}
_OF_WHAT_IT_TAKES = ("call", "!call", "passed", "perhaps")
_JOINS = frozenset({"os.path.join", "posixpath.join", "pathlib.Path"})
_NUMBER_TYPES = frozenset(
    {
        "int()",
        "float()",
        "bool()",
        "uuid.UUID()",
        "datetime.datetime()",
        "datetime.date()",
        "decimal.Decimal()",
        "datetime.timedelta()",
    }
)


_DUMPING = frozenset({"model_dump", "_asdict"})
"""Methods that give what an object holds by the names of its fields."""
_LAST_PARTS = ((".name",), (".stem",), (".suffix",))
"""What is taken from a path to have its last part alone."""
_NARROW = re.compile(r"(\^|\\A)?(?:[\w\[\](){},+*?|-]|\\[wd-])+(\$|\\Z)")
_OTHERS = re.compile(r"\[\^(?:\w|\\[wd_-]|-)+\][+*]?")
"""Anything but letters, digits and what joins them."""
_WORDS = ("text", "segment")
_OTHER_THAN_TEXT = frozenset({"dict", "Mapping", "MutableMapping"})
_FREE = frozenset({"CharField", "URLField", "StringField", "TextField"})
"""Fields of forms that take any text, or any address."""
_TYPED_INTO = frozenset({"StringField", "TextAreaField", "PasswordField", "SearchField", "HiddenField", "URLField"})
"""Fields of WTForms that hold what was typed."""
_UPLOADED_INTO = frozenset({"FileField", "MultipleFileField"})
"""Fields of WTForms that hold an uploaded file."""
_OF_ANY_TEXT = frozenset(
    {"DataRequired", "InputRequired", "Length", "Optional", "EqualTo", "data_required", "length"}
    | {"FileRequired", "FileAllowed", "FileSize", "file_required", "file_allowed"}
)
"""Validators that ask nothing of what a text is made of."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A source being looked at: what is still to be taken from it, and what was met on the way."""

    module: Module
    source: int
    access: tuple[str, ...]
    wraps: tuple[str, ...]
    parsed: bool
    cleaned: frozenset[str]
    guards: tuple[int, ...]
    stack: tuple[CallSite, ...]
    steps: tuple[Step, ...]
    sure: bool
    reader: tuple[DefinitionSite, str] | None = None
    """The class and method that read what a constructor keeps, until it is seen whose constructor that is."""


class Walk:
    """One question followed backwards, place by place."""

    def __init__(self, python: Python, graph: CallGraph, requests: RequestData, module: Module) -> None:
        self.python = python
        self.graph = graph
        self.requests = requests
        self.start = module
        self.pending: list[_Place] = []
        self.seen: set[tuple[object, ...]] = set()
        self.found: dict[tuple[object, ...], Flow] = {}
        self.bounded = False

    def begin(self, atom: int, guards: tuple[int, ...]) -> None:
        """Start from one atom of the value asked about."""
        self.push(
            _Place(self.start, 0, (), (), False, frozenset(), guards, (), (), sure=True), self.start, atom, guards
        )

    def run(self) -> Iterator[Flow]:
        """Follow everything; requests first, then by place."""
        while self.pending:
            if len(self.seen) > _MOST_PLACES:
                self.bounded = True
                break
            self.look(self.pending.pop())
        order = ("request", "parameter", "stored", "unknown", "setting", "operator")
        ranked = sorted(
            self.found.values(),
            key=lambda flow: (
                order.index(flow.kind),
                len(flow.cleaned),
                len(flow.steps),
                flow.path,
                flow.line,
                flow.text,
            ),
        )
        yield from ranked

    # -- moving ----------------------------------------------------------------------------------------------------

    def push(
        self,
        place: _Place,
        module: Module,
        atom: int,
        guards: tuple[int, ...],
        *,
        stack: tuple[CallSite, ...] | None = None,
        step: Step | None = None,
        wrap: str = "",
        need: str = "",
        sure: bool = True,
    ) -> None:
        """Go on at an atom: take from it what the place still needs."""
        facts = self.graph.of(module)
        source, access, wraps, held = _atom(facts, atom)
        taken: tuple[tuple[str, ...], tuple[str, ...]] | None = (access, wrapped(wraps, wrap) if wrap else wraps)
        for one in (*((need,) if need else ()), *place.access):
            if one.endswith("()") and taken is not None and taken[1]:
                taken = None
            elif taken is not None:
                taken = accessed(*taken, one)
        if taken is None or len(place.steps) > _MOST_HOPS:
            self.bounded = self.bounded or taken is not None
            return
        access, inner = taken
        outer = place.wraps
        if not place.parsed:
            for one in reversed(outer):
                inner = wrapped(inner, one)
            outer = inner
        cleaned = place.cleaned | self.tags(module, facts, source, access, (*guards, *held))
        steps = place.steps if step is None else (*place.steps, step)
        following = _Place(
            module,
            source,
            access,
            outer,
            place.parsed,
            cleaned,
            guards,
            place.stack if stack is None else stack,
            steps,
            sure=place.sure and sure,
            reader=place.reader,
        )
        key = (
            module.path,
            source,
            access,
            outer,
            cleaned,
            tuple(id(site.call) for site in following.stack),
            place.parsed,
            None if place.reader is None else (place.reader[0].name, place.reader[1]),
        )
        if key not in self.seen:
            self.seen.add(key)
            self.pending.append(following)

    def tags(
        self, module: Module, facts: FlowFacts, source: int, access: tuple[str, ...], guards: Iterable[int]
    ) -> frozenset[str]:
        """What the guards say of a source's access."""
        found = set()
        for index in guards:
            guard = facts.flows.guards[index]
            if guard.source != source or guard.access != access[: len(guard.access)]:
                continue
            test, _, number = guard.test.partition(":")
            if test in _ANSWERS:
                index_, _, more = number.partition(":")
                name = self.graph.site(module, int(index_)).name
                if test in _OF_WHAT_IT_TAKES and self.looks_elsewhere(module, int(index_), guard, access):
                    continue
                if _is_narrow(self.graph.site(module, int(index_)), negated=test == "!call"):
                    found.add("narrow")
                if test == "call" and self.holds_against_a_pattern(module, int(index_)):
                    found.add("narrow")
                if test == "call" and self.finds_in_a_table(module, int(index_)):
                    found.add("in")
                if test == "passed" and LOOKING_UP.match(bare_name(name)) and self.raises_of_none(module, int(index_)):
                    found.add("found")
                if test not in ("self", "!self") or not LOOKING_UP.match(bare_name(name)):
                    found.add(f"{_ANSWERS[test]}:{name}{':' if more else ''}{more}")
                    found.update(self.asked_of_all(module, more))
            elif guard.access == access:
                found.add(guard.test)
        return frozenset(found)

    def asked_of_all(self, module: Module, said: str) -> Iterator[str]:
        """What a call that is named for checking said of what a value was put into: `safe(join(base, name))`."""
        test, _, number = said.partition(":")
        if test in ("call", "!call", "passed") and number.isdecimal():
            name = self.graph.site(module, int(number)).name
            if CHECKS.search(bare_name(name)):
                yield f"{_ANSWERS[test]}:{name}"

    def holds_against_a_pattern(self, module: Module, index: int) -> bool:
        """Whether a call runs a function that says whether a text is made of letters and digits alone, as an id is."""
        target, sure = self.graph.target(module, index)
        if target is None or not sure or target.definition.statements > _FEW:
            return False
        own = {f"?{parameter.name}" for parameter in target.definition.parameters}
        for call in target.calls:
            if call.last in ("match", "fullmatch") and any(
                isinstance(one, Name) and one.name in own for one in call.args
            ):
                pattern = self.pattern_of(call, target.module)
                return isinstance(pattern, str) and bool(narrowness(pattern, begins=True))
        return False

    def finds_in_a_table(self, module: Module, index: int) -> bool:
        """Whether a call runs a function that gives what a written table has under its only parameter, or nothing."""
        target, sure = self.graph.target(module, index)
        if target is None or not sure or target.definition.statements > _FEW:
            return False
        facts = target.module.facts
        own = [f"?{one.name}" for one in target.definition.parameters if one.name not in ("self", "cls")]
        given = [item.value for item in facts.returns if item.scope == target.index]
        looked = [facts.calls[one.call] for one in given if isinstance(one, Invoke) and one.call >= 0]
        return (
            len(own) == 1
            and bool(given)
            and len(looked) == len(given)
            and all(
                call.last == "get"
                and [one.name for one in call.args[:1] if isinstance(one, Name)] == own
                and call.args[1:] in ((), (Const(None),))
                and self.is_written_table(call.called_on, target)
                for call in looked
            )
        )

    def is_written_table(self, name: str, site: DefinitionSite) -> bool:
        """Whether a variable of a function, or of its module, holds a dict whose keys are all written down."""
        bound = [*site.module.bound_to(name, site.index)]
        if name.startswith(":"):
            found = self.python.assignment(name, site.module)
            bound = [found[1].value] if found is not None else []
        return bool(bound) and all(
            isinstance(one, Mapping) and all(isinstance(key, Const) for key in one.keys) for one in bound
        )

    def raises_of_none(self, module: Module, index: int) -> bool:
        """Whether a call runs a function of the tree that raises where it finds nothing, by itself or one call on."""
        target, sure = self.graph.target(module, index)
        if target is None or not sure:
            return False
        inside = (self.python.definition(call.name, target.module) for call in target.calls)
        named = (
            self.python.definition(one.name, target.module)
            for call in target.calls
            for one in call.args
            if isinstance(one, Name)
        )
        return any(
            _OF_NONE.search(raised.name)
            for site in (target, *inside, *named)
            if site is not None
            for raised in site.module.facts.raises
            if raised.scope == site.index
        )

    def pattern_of(self, call: Call, module: Module) -> object:
        """The regular expression that a call of `match` holds its text against, where it is written out."""
        first: Value | None = call.args[0]
        if call.name.startswith("re.compile()"):
            bound = self.python.assignment(call.called_on, module)
            made = bound[1].value if bound is not None else None
            if bound is None or not isinstance(made, Invoke) or made.call < 0:
                return None
            module = bound[0]
            first = module.facts.calls[made.call].argument(0, "pattern")
        return self.python.constant(first, module)

    def looks_elsewhere(self, module: Module, index: int, guard: Guard, access: tuple[str, ...]) -> bool:
        """Whether a function of the tree that answered about an object asks for other parts of it than this one."""
        rest = access[len(guard.access) :]
        target, sure = self.graph.target(module, index) if rest else (None, False)
        if target is None or not sure or target.definition.kind != "function":
            return False
        asked = self.graph.asked_of(module, index, target, guard)
        return bool(asked) and () not in asked and (rest[0],) not in asked

    def end(self, place: _Place, kind: Kind, text: str, kind_of: Type | Literal[""], line: int) -> None:
        """A flow begins here."""
        if "none" in place.cleaned or (kind == "request" and kind_of in _WORDS and _is_no_text(place.cleaned)):
            return
        flow = Flow(
            kind,
            text,
            "object" if place.parsed and kind_of != "number" else kind_of,
            place.access,
            place.module.path,
            line,
            tuple(reversed(place.steps)),
            place.wraps,
            place.cleaned,
            sure=place.sure,
        )
        if kind_of == "number" and kind == "request":
            return
        key = (kind, text, flow.type, flow.path, line, place.wraps, place.cleaned)
        known = self.found.get(key)
        if known is None or (flow.sure and not known.sure) or len(flow.steps) < len(known.steps):
            self.found[key] = flow

    def datum(self, place: _Place, datum: Datum | None, line: int) -> bool:
        """End at a piece of request data, where it is one."""
        if datum is None:
            return False
        self.end(place, "request", datum.text, datum.type, line)
        return True

    # -- the kinds of sources --------------------------------------------------------------------------------------

    def look(self, place: _Place) -> None:
        """Go on from a source by its kind: a parameter, a call's result, something outside, or nothing known."""
        source = self.graph.of(place.module).flows.sources[place.source]
        if source.kind == "p":
            self.parameter(place, source)
        elif source.kind == "c":
            self.called(place, source)
        elif source.kind == "n":
            self.named(place, source)
        else:
            self.end(place, "unknown", source.name, "", source.line)

    def named(self, place: _Place, source: Source) -> None:
        """A thing outside the function: a library's request object, a variable of a module, an attribute of a class."""
        name = self.python.identify(source.name, place.module)
        found = self.requests.of_global(name)
        if found is not None:
            text, attributes = found
            access = (*attributes, *place.access)
            self.of_request(place, text, access, source.line, name.partition(".")[0])
            return
        path, colon, rest = name.partition(":")
        module = self.python.modules.get(path) if colon else None
        if module is None or not self.variable(place, module, rest):
            operator = name.startswith(("sys.argv", "os.environ", "click.", "argparse."))
            self.end(place, "operator" if operator else "setting", name.rpartition(":")[2] or name, "", source.line)

    def variable(self, place: _Place, module: Module, rest: str) -> bool:
        """Go on where a variable of a module or class was given its values; False where all are constant."""
        facts = self.graph.of(module)
        parts = rest.replace("()", "").split(".")
        for size in range(len(parts), 0, -1):
            stored = facts.stored.get(f":{'.'.join(parts[:size])}")
            if not stored:
                continue
            deeper = replace(place, access=(*(f".{part}" for part in parts[size:]), *place.access))
            for one in stored:
                for atom in one.atoms:
                    self.push(deeper, module, atom, (), stack=())
            return True
        return False

    def of_request(self, place: _Place, text: str, access: tuple[str, ...], line: int, framework: str = "") -> bool:
        """End at what an access takes from a request object."""
        requests = self.requests
        if access and access[0].endswith("()"):
            datum = requests.method_of_request(access[0][1:-2], text)
            datum = replace(datum, text=f"{datum.text}{_written(access[1:])}") if datum is not None else None
        elif len(access) > 1 and access[0] == ".state":
            datum = None
        else:
            datum = requests.of_request(tuple(step for step in access if not step.endswith("()")), text, framework)
        return self.datum(place, datum, line)

    def parameter(self, place: _Place, source: Source) -> None:
        """A parameter: request data where the framework fills it, else what the callers give, else itself."""
        module = place.module
        site = DefinitionSite(module, source.owner, module.facts.definitions[source.owner])
        parameter = site.definition.parameters[source.position]
        owner = self.graph.owner_of(site) if source.position == 0 and not is_static(site.definition) else None
        if (
            owner is not None
            and site.definition.parent == owner.index
            and place.access
            and self.attribute(place, site, owner)
        ):
            return
        requests = self.requests
        if place.access and requests.is_request(site, parameter):
            route = requests.route_of(site)
            if self.of_request(
                place, parameter.name, place.access, source.line, route.framework if route is not None else ""
            ):
                return
        kind = self.python.mean(parameter.type, module)
        if kind in _NUMBER_TYPES and not place.stack:
            return
        if kind == "pathlib.Path()" and place.access[:1] in _LAST_PARTS:
            place = replace(place, cleaned=place.cleaned | {"file-name"})
        if place.stack:
            self.back(place, site, source.position)
            return
        filled = requests.of_parameter(site, parameter, place.access)
        if isinstance(filled, Filled):
            self.given(
                filled.dependency,
                replace(place, stack=()),
                Step(f"dependency `{filled.dependency.definition.name}`", module.path, source.line),
            )
            return
        if self.datum(place, filled, source.line):
            return
        self.from_callers(place, site, parameter, source)

    def back(self, place: _Place, site: DefinitionSite, position: int) -> None:
        """Return to the call through which the function was entered."""
        call = place.stack[-1]
        place = self.settled(place, call, site, 0)
        flow = self.graph.of(call.module).calls.get(self.graph.index_of(call))
        for atom, wrap, need in self.graph.arguments(call, site, position, 0):
            self.push(
                place,
                call.module,
                atom,
                flow.guards if flow is not None else (),
                stack=place.stack[:-1],
                wrap=wrap,
                need=need,
            )

    def from_callers(self, place: _Place, site: DefinitionSite, parameter: Parameter, source: Source) -> None:
        """Go on at every call of the function; without any the flow begins at the parameter."""
        callers = self.graph.callers(site)
        if not callers or site.definition.name in ("main", "handle", "cli"):
            kept = place.access and _APPLICATION.search(parameter.type)
            kind: Kind = "setting" if kept else "operator" if _is_command(site) else "parameter"
            text = f"parameter `{parameter.name}{_written(place.access)}` of `{site.definition.qualname}`"
            self.end(place, kind, text, _typed_parameter(parameter), source.line)
            return
        step = Step(f"parameter `{parameter.name}` of `{site.definition.name}`", place.module.path, source.line)
        reader = place.reader if site.definition.name == "__init__" else None
        for call, shift, sure in callers:
            flow = self.graph.of(call.module).calls.get(self.graph.index_of(call))
            above = self.graph.constructs(call, *reader) if reader is not None else "surely"
            if flow is None or above == "no":
                continue
            outside = self.settled(place, call, site, shift)
            outside = replace(outside, reader=reader if above == "above" else None)
            sure = sure and above != "perhaps"
            for atom, wrap, need in self.graph.arguments(call, site, source.position, shift):
                self.push(outside, call.module, atom, flow.guards, stack=(), step=step, wrap=wrap, need=need, sure=sure)

    def settled(self, place: _Place, call: CallSite, site: DefinitionSite, shift: int) -> _Place:
        """A place as one call of its function leaves it: whether the known values that it asks for were given."""
        cleaned: set[str] = set()
        for tag in place.cleaned:
            before, said, number = tag.rpartition("given:")
            if not said:
                cleaned.add(tag)
            elif self.graph.gives(call, site, int(number), shift):
                cleaned.add(f"{before}in")
        return replace(place, cleaned=frozenset(cleaned)) if cleaned != place.cleaned else place

    def attribute(self, place: _Place, site: DefinitionSite, owner: DefinitionSite) -> bool:
        """An attribute of `self`: what any method of the class keeps in it; a view's request."""
        name = place.access[0].lstrip(".").removesuffix("()")
        rest = place.access[1:]
        requests = self.requests
        if place.access[0].endswith("()"):
            return self.datum(place, requests.tornado(name), site.definition.line) if requests.is_view(owner) else False
        if self.datum(place, requests.of_handler(owner, name), site.definition.line):
            return True
        if name == "request" and requests.is_view(owner) and rest:
            return self.of_request(place, "self.request", rest, site.definition.line, "")
        if name == "kwargs" and requests.is_view(owner) and rest:
            self.end(place, "request", "path parameters", "segment", site.definition.line)
            return True
        found = False
        for item in self.python.ancestry(owner):
            for one in self.graph.of(item.module).stored.get(f":{item.definition.qualname}.{name}", ()):
                found = True
                writer = item.module.facts.definitions[one.definition].name if one.definition >= 0 else "__init__"
                surely = self.graph.meets(owner, writer, site.definition.name)
                reader = (owner, site.definition.name) if writer == "__init__" and one.definition >= 0 else None
                for atom in one.atoms:
                    step = Step(f"`self.{name}`", item.module.path, one.line)
                    kept = replace(place, access=rest, reader=reader)
                    self.push(kept, item.module, atom, (), stack=(), step=step, sure=surely)
        if found:
            return True
        if self.python.class_value(owner, name) is not None:
            # Where nothing is seen to call the method, what one construction gives may never get there.
            surely = place.sure and bool(self.graph.callers(site) or requests.routes_of(site))
            found = self.from_constructions(replace(place, sure=surely), owner, name, rest)
            if place.stack:
                self.back(place, site, 0)  # a framework may have made the object that was asked
                return True
        if not found:
            self.end(place, "stored", f"self.{name}", "", site.definition.line)
        return True

    def from_constructions(self, place: _Place, owner: DefinitionSite, name: str, rest: tuple[str, ...]) -> bool:
        """A field that a generated constructor fills: what is given for it where the class is called."""
        found = False
        for call in self.python.callers.get(owner.name, ())[:MOST_CALLERS]:
            found = self.constructed(replace(place, access=rest, stack=()), call, owner, name) or found
        return found

    def constructed(self, place: _Place, call: CallSite, owner: DefinitionSite, name: str) -> bool:
        """What one construction gives for a field."""
        flow = self.graph.of(call.module).calls.get(self.graph.index_of(call))
        if flow is None:
            return False
        found = False
        kind = self.requests.held_to(owner, name)
        if kind == "number":
            return True  # whatever is given for it is held against the type
        if kind == "text":
            place = replace(place, wraps=wrapped_all(place.wraps, "s"))
        fields = [one.name for one in owner.fields if one.annotation is not None]
        for number, atoms in enumerate(flow.args):
            if number < len(fields) and fields[number] == name:
                found = True
                for atom in atoms:
                    self.push(place, call.module, atom, flow.guards)
        for (keyword, _), atoms in zip(call.call.keywords, flow.keywords, strict=False):
            if keyword in (name, "**"):
                found = True
                for atom in atoms:
                    self.push(place, call.module, atom, flow.guards, need=f"[{name}]" if keyword == "**" else "")
        return found

    # -- results of calls ------------------------------------------------------------------------------------------

    def called(self, place: _Place, source: Source) -> None:
        """A call's result: request data, what the call passes through, or what the definition it runs gives."""
        site = self.graph.site(place.module, source.owner)
        requests = self.requests
        if _takes_by_key(site) and self.is_of_request(site.module, source.owner):
            return  # the facts follow it by its key, so that what is known of one reading holds for the next
        datum = requests.of_call(site.name)
        if datum is not None:
            if site.last == "get" and datum.type == "text" and place.access[:1] == (".value",):
                return  # no text has one: a member of an enumeration was made of it
            key = next((f'["{value.value}"]' for value in site.call.args[:1] if isinstance(value, Const)), "")
            datum = requests.as_declared(site.module, site.call.scope, place.access, datum)
            self.datum(place, replace(datum, text=f"{datum.text}{key or _written(place.access)}"), site.call.line)
            return
        effect = effect_of(site.name)
        if effect is not None and not self.is_own_method(place.module, source.owner):
            self.through(place, site, source.owner, effect)
            return
        target, sure = self.graph.target(place.module, source.owner)
        if target is not None and target.definition.kind == "function":
            self.given(
                target,
                replace(place, stack=(*place.stack, site), sure=place.sure and sure),
                Step(f"`{target.definition.name}()`", site.module.path, site.call.line),
            )
        elif target is not None:
            self.instance(place, site, target)
        else:
            self.unresolved(place, site, source.owner)

    def is_own_method(self, module: Module, index: int) -> bool:
        """Whether the call surely runs a definition of this tree."""
        target, sure = self.graph.target(module, index)
        return target is not None and sure

    def through(self, place: _Place, site: CallSite, index: int, effect: Effect) -> None:
        """A library call of known effect."""
        flow = self.graph.of(site.module).calls.get(index)
        if flow is None or effect.turns == "nothing":
            return
        cleans = effect.cleans
        if site.name.endswith("Path") and place.access[:1] in _LAST_PARTS:
            cleans = "file-name"
        if site.name == "os.path.splitext" and place.access[:1] in (("(1)",), ("[1]",)):
            cleans = "file-name"  # the ending alone holds no slash
        if cleans == "substituted" and site.call.args and isinstance(site.call.args[0], Const):
            cleans = "kept-only" if str(site.call.args[0].value).lstrip("(").startswith(("[^", r"\W")) else cleans
        if cleans == "matched" and site.last == "findall" and _takes_anything(site.call.args[0]):
            cleans = ""
        access = () if effect.turns in ("text", "object") else place.access
        if site.last in _DUMPING and access and (key := re.fullmatch(r"\[[\"']?(\w+)[\"']?\]", access[0])):
            access = (f".{key[1]}", *access[1:])  # the field of that name
        wraps = place.wraps
        if effect.turns == "text" and not place.parsed:
            wraps = wrapped_all(place.wraps, "s")
        onward = replace(
            place,
            access=access,
            wraps=wraps,
            parsed=place.parsed or effect.turns == "object",
            cleaned=place.cleaned | ({cleans} if cleans else frozenset()),
        )
        guards = (*place.guards, *flow.guards)
        for position, atoms in self.taken(flow, effect):
            wrap = _joining(site, position)
            for atom in atoms:
                self.push(onward, site.module, atom, guards, wrap=wrap)

    @staticmethod
    def taken(flow: CallFlow, effect: Effect) -> Iterator[tuple[int, tuple[int, ...]]]:
        """The arguments that a call of this effect passes on, by position."""
        if effect.takes is None:
            yield from enumerate(flow.args)
            yield from ((0, atoms) for atoms in flow.keywords)
            return
        for position in effect.takes:
            if position == -1:
                yield -1, flow.receiver
            elif position < len(flow.args):
                yield position, flow.args[position]
        if effect.takes and effect.takes[0] >= 0 and len(flow.args) <= effect.takes[0]:
            yield from ((0, atoms) for atoms in flow.keywords[:1])

    def given(self, target: DefinitionSite, onward: _Place, step: Step) -> None:
        """What a function of the tree gives back."""
        if len(onward.stack) > MOST_NESTED:
            self.bounded = True
            return
        facts = self.graph.of(target.module)
        if _CLEANING.search(target.definition.name) and _does_something(target):
            onward = replace(onward, cleaned=onward.cleaned | {f"passed:{target.definition.name}"})
        if target.index in facts.cut or self.gives_otherwise(target):
            onward = replace(onward, sure=False)
        for given in facts.given.get(target.index, ()):
            for atom in given.atoms:
                self.push(onward, target.module, atom, given.guards, step=step)

    def gives_otherwise(self, target: DefinitionSite) -> bool:
        """Whether a function gives a digest or a number as well: what it hands back as it came is then a stopgap."""
        facts = self.graph.of(target.module)
        for given in facts.given.get(target.index, ()):
            for atom in given.atoms:
                source = facts.flows.sources[facts.flows.atoms[atom].source]
                if source.kind == "c":
                    effect = effect_of(self.graph.site(target.module, source.owner).name)
                    if effect is not None and effect.turns == "nothing":
                        return True
        return False

    def instance(self, place: _Place, site: CallSite, owner: DefinitionSite) -> None:
        """An attribute of an object just made: what its constructor keeps there."""
        if not place.access:
            self.wrapped_instance(place, site, owner)
            return
        name, rest = place.access[0].lstrip("."), place.access[1:]
        onward = replace(place, access=rest)
        if name in ("cleaned_data", "validated_data", "data", "initial_data") and self.python.descends_from(
            owner, "django.forms.*", "rest_framework.*", "wtforms.*", "flask_wtf.*"
        ):
            if self._is_made_away_from_requests(site):
                self.constructed(onward, site, owner, "data")
                return
            told = f"{owner.definition.name}.{name}{_written(rest)}"
            if name == "cleaned_data" and rest and self._is_put_there(owner, rest[0]):
                self.end(place, "unknown", told, "", site.call.line)
            else:
                cleaned = self._asked_of_form(owner, rest, place.cleaned)
                self.end(replace(place, cleaned=cleaned), "request", told, "text", site.call.line)
            return
        if rest[:1] == (".data",) and self.field(place, site, owner, name):
            return
        for item in self.python.ancestry(owner):
            stored = self.graph.of(item.module).stored.get(f":{item.definition.qualname}.{name}", ())
            for one in stored:
                inside = one.definition >= 0 and item.module.facts.definitions[one.definition].name == "__init__"
                for atom in one.atoms:
                    self.push(onward, item.module, atom, (), stack=(*place.stack, site) if inside else ())
            if stored:
                return
        self.constructed(onward, site, owner, name)

    def _is_made_away_from_requests(self, site: CallSite) -> bool:
        """Whether a serializer checks data where no request is at hand, such as of a file: they come as they came."""
        function = site.function
        if function is None or site.call.keyword("data") is None:
            return False
        if any(parameter.name == "request" for parameter in function.parameters):
            return False
        around = next((one for one in site.module.enclosing(site.call.scope) if one.kind == "class"), None)
        owner = self.python.class_of(f":{around.qualname}", site.module) if around is not None else None
        return owner is None or not any(self.python.external_bases(owner))

    def field(self, place: _Place, site: CallSite, owner: DefinitionSite, name: str) -> bool:
        """End at what was typed or uploaded into a field of a form of WTForms: `form.name.data`."""
        if not self.python.descends_from(owner, "wtforms.*", "flask_wtf.*"):
            return False
        bound = self.python.class_value(owner, name)
        made = bound[1].value if bound is not None else None
        if bound is None or not isinstance(made, Invoke) or made.call < 0:
            return False
        kind = bare_name(made.name)
        if kind not in _TYPED_INTO | _UPLOADED_INTO:
            return False
        given = bound[0].facts.calls[made.call].argument(1, "validators")
        asked = given.items if isinstance(given, Items) else () if given is None else (given,)
        own = (f"validate_{name}", "validate", "validate_on_submit")
        cleaned = place.cleaned
        if all(isinstance(one, Invoke | Name) and bare_name(one.name) in _OF_ANY_TEXT for one in asked) and not any(
            self.python.member(owner, method) is not None for method in own
        ):
            cleaned = frozenset(tag for tag in cleaned if bare_name(tag) not in own)
        told = f"{owner.definition.name}.{name}.data"
        onward = replace(place, access=place.access[2:], cleaned=cleaned)
        of_file = self.requests.of_upload(told, onward.access) if kind in _UPLOADED_INTO else None
        return self.datum(onward, of_file or Datum(told, "text"), site.call.line)

    def _is_put_there(self, owner: DefinitionSite, key: str) -> bool:
        """Whether a form's cleaned data hold under a key what is no field of it: its own methods put it there."""
        if not self.python.descends_from(owner, "django.forms.Form", "django.forms.forms.Form"):
            return False
        fields = {item.name for one in self.python.ancestry(owner) for item in one.fields}
        return bool(fields) and key.strip("[]\"'.") not in fields

    def _asked_of_form(self, owner: DefinitionSite, access: tuple[str, ...], cleaned: frozenset[str]) -> frozenset[str]:
        """What a form's own check says of a field: of free text, that there is some, unless the form says more."""
        name = access[0].strip("[]") if access else ""
        own = (f"clean_{name}", "clean", f"validate_{name}", "validate", "is_valid", "validate_on_submit")
        field = self.python.class_value(owner, name)
        made = field[1].value if field is not None else None
        if not (isinstance(made, Invoke) and bare_name(made.name) in _FREE and made.call >= 0):
            return cleaned
        if field is not None and field[0].facts.calls[made.call].has("validators"):
            return cleaned
        if any(self.python.member(owner, method) is not None for method in own):
            return cleaned
        return frozenset(tag for tag in cleaned if bare_name(tag) not in own)

    def wrapped_instance(self, place: _Place, site: CallSite, owner: DefinitionSite) -> None:
        """An object of the tree's own class as a whole: what its text is made of, where it is used as text."""
        if not any(wrap.startswith(("t:", "s")) for wrap in place.wraps):
            return
        for method in ("__str__", "__repr__", "__format__"):
            found = self.python.member(owner, method)
            if found is not None:
                self.given(
                    found,
                    replace(place, stack=(*place.stack, site)),
                    Step(f"`{owner.definition.name}.{method}()`", site.module.path, site.call.line),
                )
                return

    def unresolved(self, place: _Place, site: CallSite, index: int) -> None:
        """A method of something unknown: of a request object it gives request data; else nothing is known."""
        flow = self.graph.of(site.module).calls.get(index)
        method = site.call.last
        if method in _TAKING and flow is not None and flow.receiver:
            return  # the facts follow what is taken out of containers by themselves
        if flow is not None and flow.receiver and "." in site.call.name and len(place.access) < 4:
            asked = replace(place, access=(f".{method}()", *place.access))
            before = len(self.found)
            for atom in flow.receiver:
                self.push(asked, site.module, atom, (*place.guards, *flow.guards))
            if len(self.found) > before:
                return
        # What is looked up among settings is one of them, whatever it is looked up by.
        kind: Literal["setting", "unknown"] = "setting" if _OF_SETTINGS.search(site.call.name) else "unknown"
        self.end(place, kind, f"{site.call.last}(){_written(place.access)}", "", site.call.line)

    def is_of_request(self, module: Module, index: int) -> bool:
        """Whether a call is made on nothing but a part of a library's request object, or what that gives."""
        facts = self.graph.of(module)
        flow, flows = facts.calls.get(index), facts.flows
        taken = [flows.atoms[atom] for atom in flow.receiver] if flow is not None else []
        for atom in taken:
            source = flows.sources[atom.source]
            if source.kind == "c" and self.requests.of_call(self.graph.site(module, source.owner).name) is not None:
                continue
            found = self.requests.of_global(self.python.identify(source.name, module)) if source.kind == "n" else None
            if found is None or not (found[1] or atom.access):
                return False
        return bool(taken)


def _joining(site: CallSite, position: int) -> str:
    """The wrap around one of several parts that a call joins to a path; empty for a call that joins nothing."""
    joins, is_method = site.name in _JOINS, site.last == "joinpath"
    if not (joins or is_method):
        return ""
    before = "\0/" if position > 0 or (is_method and position == 0) else ""
    after = "".join(
        f"/{part.value}" if isinstance(part, Const) else "/\0" for part in site.call.args[max(position + 1, 0) :]
    )
    return text_part(before, after) if before or after else ""


def wrapped_all(wraps: tuple[str, ...], inner: str) -> tuple[str, ...]:
    """The same wraps with one more inside them all."""
    found: tuple[str, ...] = (inner,)
    for wrap in reversed(wraps):
        found = wrapped(found, wrap)
    return found


def _is_narrow(site: CallSite, *, negated: bool) -> bool:
    """Whether a call holds the whole of a text against a pattern of letters and digits alone.

    `negated` where it found nothing, as of a search for anything else.
    """
    names = ("re.search",) if negated else ("re.search", "re.match", "re.fullmatch")
    first = site.call.args[0] if site.call.args and site.name in names else None
    pattern = first.value if isinstance(first, Const) else None
    return isinstance(pattern, str) and (_OTHERS if negated else _NARROW).fullmatch(pattern) is not None


def _takes_anything(pattern: Value) -> bool:
    """Whether a regular expression finds texts of any characters but a few."""
    parts = pattern.parts if isinstance(pattern, Format) else (pattern,)
    return any(isinstance(part, Const) and takes_slashes(str(part.value)) for part in parts)


def _is_no_text(cleaned: Iterable[str]) -> bool:
    """Whether a check on the way lets through what is no text."""
    for tag in cleaned:
        test, _, kinds = tag.partition(":")
        if (test == "!is" and "str" in kinds.split("|")) or (
            test == "is" and _OTHER_THAN_TEXT.issuperset(kinds.split("|"))
        ):
            return True
    return False


def _atom(facts: FlowFacts, index: int) -> tuple[int, tuple[str, ...], tuple[str, ...], tuple[int, ...]]:
    atom = facts.flows.atoms[index]
    return atom.source, atom.access, atom.wraps, atom.guards


def _takes_by_key(site: CallSite) -> bool:
    return site.call.last in ("get", "pop") and bool(site.call.args) and isinstance(site.call.args[0], Const)


def _does_something(site: DefinitionSite) -> bool:
    """Whether a function does more than to give back what it was given, whatever its name promises."""
    facts, index = site.module.facts, site.index
    scopes = {*(call.scope for call in facts.calls), *(raised.scope for raised in facts.raises)}
    return site.definition.statements > 1 or index in scopes


def _written(access: tuple[str, ...]) -> str:
    """An access as code writes it."""
    return "".join(
        f'["{step[1:-1]}"]' if step[0] == "[" and len(step) > 2 else "[…]" if step[0] in "[(<" else step
        for step in access
    )


def _typed_parameter(parameter: Parameter) -> Type | Literal[""]:
    return "text" if parameter.type in ("str()", "bytes()", "pathlib.Path()") else ""


def _is_command(site: DefinitionSite) -> bool:
    """Whether the function is a command of a command line."""
    names = [getattr(item, "name", "") for item in site.definition.decorators]
    if any(name.rpartition(".")[2] in ("command", "option", "argument", "group", "callback") for name in names):
        return True
    return site.definition.name in ("main", "handle", "cli") or "/management/commands/" in site.module.path
