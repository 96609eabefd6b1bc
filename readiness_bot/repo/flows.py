"""Where the values that reach a call come from, across functions and files, back to requests; judges none."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from readiness_bot.facts.origins import CallFlow, Given, Source, Stored, accessed, wrapped
from readiness_bot.facts.origins import Flows as FileFlows
from readiness_bot.facts.python_facts import Assignment, Call, Parameter
from readiness_bot.facts.values import Const, Format, Invoke, Name, Other, Value
from readiness_bot.repo.passing import Effect, effect_of
from readiness_bot.repo.python import CallSite, DefinitionSite, Module, Python
from readiness_bot.repo.request_data import Datum, Filled, RequestData, Type
from readiness_bot.repo.routes import Routes

_MOST_PLACES = 500
_MOST_HOPS = 14
_MOST_NESTED = 6
_MOST_CALLERS = 25
_MOST_NAMESAKES = 3
_MOST_SHOWN = 6

Kind = Literal["request", "parameter", "setting", "stored", "operator", "unknown"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a flow in words, and where it is."""

    text: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Flow:
    """One way that a value takes to a place.

    `kind` tells where it begins: `request` data, a `parameter` of a function without known callers, a `setting` or
    module variable, something `stored` in an object or store, an `operator`'s input (command line, environment), or
    `unknown`. `wraps` are those of `facts.origins` around the value at the place; `cleaned` are the conditions and
    cleaning calls met on the way: `in`,
    `==`, `is:str`, `!in:..`, `yes:NAME` and `no:NAME` (that call answered so), `passed:NAME` (it came back),
    `via:NAME:TEST` (what that call made of it was tested), and `Effect.cleans`. `sure` is
    False where a bound was met, or a method was found by its name alone.
    """

    kind: Kind
    text: str
    type: Type | Literal[""]
    access: tuple[str, ...]
    path: str
    line: int
    steps: tuple[Step, ...]
    wraps: tuple[str, ...]
    cleaned: frozenset[str]
    sure: bool

    @property
    def prefix(self) -> str | None:
        """The text before the value, of one that is put into a text; None for a value on its own."""
        return next((wrap[2:] for wrap in self.wraps if wrap.startswith("t:")), None)

    @property
    def is_text(self) -> bool:
        """Whether the value is a text by the time it arrives."""
        return any(wrap == "s" or wrap.startswith("t:") for wrap in self.wraps)

    @property
    def is_limited(self) -> bool:
        """Whether checks on the way leave only values of a known set, or of letters and digits."""
        return any(_LIMITING.match(tag) for tag in self.cleaned)

    @property
    def is_vetted(self) -> bool:
        """Whether a function that says it checks answered well on the way, or came back; what it checks is its own."""
        return any(
            tag.startswith(("yes:", "no:", "passed:")) and bool(_VETTING.search(_last(tag))) for tag in self.cleaned
        )

    @property
    def is_kept(self) -> bool:
        """Whether the value lay in an attribute of an object on the way, as what an object is set up with does."""
        return any(step.text.startswith("`self.") for step in self.steps)

    @property
    def is_looked_up(self) -> bool:
        """Whether something was found under the value before it was used further: then it is one that exists."""
        return any(tag.startswith("yes:") and bool(_LOOKING_UP.match(_last(tag))) for tag in self.cleaned)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the dicts around the value, outermost first; empty texts for keys that are not constant."""
        return tuple(wrap[1:-1] for wrap in self.wraps if wrap[0] == "{")


_LIMITING = re.compile(
    r"^(in|==|kept-only|is:(int|float|bool|UUID|ObjectId|date|datetime|Enum|Decimal)(\|.*)?"
    r"|yes:.*(isdigit|isalnum|isidentifier|isalpha|isnumeric|isdecimal|fullmatch|[^a-z]match))$"
)
_CLEANING = re.compile(r"sanit|secur|safe|slug|escape|quote|valid|allow|clean|strip_|whitelist", re.IGNORECASE)
_LOOKING_UP = re.compile(
    r"(:|_)*(get|find|query|lookup|load|fetch|first|one|select|retrieve|filter|run_in_threadpool|to_thread)(?!attr)"
)
_VETTING = re.compile(
    r"slug|escape|quote|clean|strip_|subdir|sub_?path|descend|in_dir|jail|sandbox|valid|check|ensure|assert|verif|require|guard|sanit|safe|allow|permit|forbid|restrict|contain|inside|within|secur"
    r"|protect|must|block|enforce|whitelist|is_relative_to|in_root|private|authori[sz]",
    re.IGNORECASE,
)


_READING = frozenset({"get", "items", "keys", "values", "pop"})
"""Methods that read a part out of a result."""


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


class _Facts:
    """One file's flows, ready to be asked."""

    __slots__ = ("calls", "cut", "flows", "given", "stored")

    def __init__(self, flows: FileFlows) -> None:
        self.flows = flows
        self.calls: dict[int, CallFlow] = {one.call: one for one in flows.calls}
        self.given: dict[int, list[Given]] = defaultdict(list)
        for given in flows.given:
            self.given[given.definition].append(given)
        self.stored: dict[str, list[Stored]] = defaultdict(list)
        for stored in flows.stored:
            self.stored[stored.target].append(stored)
        self.cut = frozenset(flows.cut)


class DataFlows:
    """Questions about where values come from."""

    LOOKS = "data flow through the Python code"

    def __init__(self, python: Python, routes: Routes) -> None:
        self._python = python
        self.requests = RequestData(python, routes)
        self._facts: dict[str, _Facts] = {}
        self._callers: dict[str, tuple[tuple[CallSite, int, bool], ...]] = {}
        self._resolved: dict[tuple[str, int], tuple[DefinitionSite | None, bool]] = {}
        self._answers: dict[tuple[str, int, int, str], tuple[Flow, ...]] = {}

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    # -- questions -------------------------------------------------------------------------------------------------

    def into(self, site: CallSite, position: int, keyword: str = "") -> tuple[Flow, ...]:
        """Where the argument at a position, or else of that name, comes from; -1 is the receiver, -2 any argument."""
        call = self._call_index(site)
        key = (site.module.path, call, position, keyword)
        known = self._answers.get(key)
        if known is None:
            known = self._answers[key] = tuple(self._into(site, call, position, keyword))
        return known

    def _call_index(self, site: CallSite) -> int:
        return self._indexes(site.module)[id(site.call)]

    def _indexes(self, module: Module) -> dict[int, int]:
        known = self._index_of.get(module.path)
        if known is None:
            known = self._index_of[module.path] = {id(call): index for index, call in enumerate(module.facts.calls)}
        return known

    @cached_property
    def _index_of(self) -> dict[str, dict[int, int]]:
        return {}

    def _into(self, site: CallSite, index: int, position: int, keyword: str) -> Iterator[Flow]:
        facts = self._of(site.module)
        flow = facts.calls.get(index)
        if flow is None:
            return
        walk = _Walk(self, site.module)
        for atom in _argument(site, flow, position, keyword):
            walk.begin(atom, flow.guards)
        yield from walk.run()

    def returned(self, site: DefinitionSite) -> tuple[Flow, ...]:
        """Where what a function returns comes from."""
        facts = self._of(site.module)
        walk = _Walk(self, site.module)
        for given in facts.given.get(site.index, ()):
            for atom in given.atoms:
                walk.begin(atom, given.guards)
        return tuple(walk.run())

    def takers(self, site: CallSite) -> frozenset[str]:
        """What takes the result of a call inside its file: bare names of calls, `return`, and `=` for what keeps it.

        What is read out of the result, as by `get`, is followed like the result itself.
        """
        facts = self._of(site.module)
        found: set[str] = set()
        pending, seen = [self._call_index(site)], set[int]()
        while pending and len(seen) < _MOST_NESTED:
            call = pending.pop()
            seen.add(call)
            atoms = {
                index
                for index, atom in enumerate(facts.flows.atoms)
                if facts.flows.sources[atom.source].kind == "c" and facts.flows.sources[atom.source].owner == call
            }
            for flow in facts.flows.calls:
                taken = (*flow.receiver, *(atom for given in (*flow.args, *flow.keywords) for atom in given))
                if not atoms.isdisjoint(taken):
                    last = site.module.facts.calls[flow.call].last
                    if last not in _READING or atoms.isdisjoint(flow.receiver):
                        found.add(last)
                    elif flow.call not in seen:
                        pending.append(flow.call)
            if any(not atoms.isdisjoint(given.atoms) for given in facts.flows.given):
                found.add("return")
            if any(not atoms.isdisjoint(stored.atoms) for stored in facts.flows.stored):
                found.add("=")
        return frozenset(found)

    def feeds_itself(self, site: CallSite) -> bool:
        """Whether a call's result comes back as its own argument, as it does where something is repeated many times."""
        facts = self._of(site.module)
        start = self._call_index(site)
        pending, seen = [start], set[int]()
        while pending and len(seen) < _MOST_NESTED:
            flow = facts.calls.get(pending.pop())
            if flow is None:
                continue
            for atom in (*flow.receiver, *(one for taken in (*flow.args, *flow.keywords) for one in taken)):
                source = facts.flows.sources[facts.flows.atoms[atom].source]
                if source.kind == "c" and source.owner == start:
                    return True
                if source.kind == "c" and source.owner not in seen:
                    seen.add(source.owner)
                    pending.append(source.owner)
        return False

    def is_constant(self, site: CallSite, position: int, keyword: str = "") -> bool:
        """Whether an argument carries nothing but constants and numbers."""
        flow = self._of(site.module).calls.get(self._call_index(site))
        return flow is None or not list(_argument(site, flow, position, keyword))

    def assembled(self, site: CallSite, position: int) -> tuple[int, int]:
        """How many values are written into the text that an argument is, and the line where that begins.

        As far as it is put together in the function of the call; 0 values where it is not.
        """
        bound: dict[str, list[Assignment]] = defaultdict(list)
        for item in site.module.facts.assignments:
            if item.scope == site.call.scope and item.target.startswith("?"):
                bound[item.target].append(item)
        value = site.call.args[position] if position < len(site.call.args) else None
        texts: list[tuple[Value | None, int]] = [(value, site.call.line)]
        if isinstance(value, Name):
            texts = [(item.value, item.line) for item in bound[value.name]]
        most, first = 0, site.call.line
        for text, line in texts:
            if isinstance(text, Format):
                parts = [part for part in text.parts if not isinstance(part, Const)]
                inner = [
                    item.line
                    for part in parts
                    if isinstance(part, Name)
                    for item in bound[part.name]
                    if isinstance(item.value, Format) or _is_join(item.value)
                ]
                most, first = max(most, len(parts)), min(first, line, *inner)
        return most, first

    def partials(self, matches: Callable[[str], bool]) -> Iterator[tuple[CallSite, str, int]]:
        """Calls of a `functools.partial` of what matches: the site, the name, and how many arguments came before."""
        for site in self._python.calls("functools.partial()"):
            for module, made in self._partials_of(site):
                first = made.args[0] if made.args else None
                if isinstance(first, Name):
                    name = self._python.mean(first.meaning or first.name, module)
                    if matches(name):
                        yield site, name, len(made.args) - 1

    def _partials_of(self, site: CallSite) -> Iterator[tuple[Module, Call]]:
        """The calls of `partial` that made what a site calls: by a local variable, or by one of a module."""
        facts = self._of(site.module)
        flow = facts.calls.get(self._call_index(site))
        for atom in flow.receiver if flow is not None else ():
            source = facts.flows.sources[facts.flows.atoms[atom].source]
            if source.kind == "c":
                yield site.module, site.module.facts.calls[source.owner]
        bound = self._python.assignment(site.call.via, site.module) if site.call.via else None
        if bound is not None and isinstance(bound[1].value, Invoke) and bound[1].value.call >= 0:
            yield bound[0], bound[0].facts.calls[bound[1].value.call]

    # -- what is known of a file -----------------------------------------------------------------------------------

    def _of(self, module: Module) -> _Facts:
        known = self._facts.get(module.path)
        if known is None:
            known = self._facts[module.path] = _Facts(self._python.flows(module))
        return known

    def site(self, module: Module, index: int) -> CallSite:
        """The call of that index."""
        call = module.facts.calls[index]
        return self._python.call_site(module, call)

    def target(self, module: Module, index: int) -> tuple[DefinitionSite | None, bool]:
        """The definition that a call runs, and whether that is more than a guess by a method's name."""
        key = (module.path, index)
        known = self._resolved.get(key)
        if known is None:
            known = self._resolved[key] = self._target(module, index)
        return known

    def _target(self, module: Module, index: int) -> tuple[DefinitionSite | None, bool]:
        call = module.facts.calls[index]
        for name in dict.fromkeys((call.name, call.via)):
            if name and name[0] != "?":
                found = self._python.definition(name, module)
                if found is not None:
                    return self._through_abstract(found)
        resolved = self._python.mean(call.name, module)
        if effect_of(resolved) is None and (call.name.startswith("?") or ":" in resolved) and "." in call.name:
            return self._by_name(call.last), False
        return None, True

    def _through_abstract(self, found: DefinitionSite) -> tuple[DefinitionSite | None, bool]:
        """A method that only raises or passes stands for the one that overrides it, where there is one alone."""
        if found.definition.kind != "function" or found.definition.statements > 2 or found.definition.parent == -1:
            return found, True
        if self._of(found.module).given.get(found.index) or any(
            call.scope == found.index for call in found.module.facts.calls
        ):
            return found, True
        others = [site for site in self._methods.get(found.definition.name, ()) if site.name != found.name]
        return (others[0], False) if len(others) == 1 else (found, True)

    def _by_name(self, name: str) -> DefinitionSite | None:
        """The one method of that name, where the name is telling and rare enough to mean it."""
        if name in _COMMON or name.startswith("__"):
            return None
        found = self._methods.get(name, ())
        return found[0] if len(found) == 1 else None

    @cached_property
    def _methods(self) -> dict[str, list[DefinitionSite]]:
        """The methods of production code by their bare names."""
        found: dict[str, list[DefinitionSite]] = defaultdict(list)
        for site in self._python.functions:
            owner = site.module.definition(site.definition.parent)
            if owner is not None and owner.kind == "class":
                found[site.definition.name].append(site)
        return found

    def callers(self, site: DefinitionSite) -> tuple[tuple[CallSite, int, bool], ...]:
        """The production calls of a function: the call, how far its arguments are shifted, and whether that is sure."""
        known = self._callers.get(site.name)
        if known is None:
            known = self._callers[site.name] = self._find_callers(site)
        return known

    def _find_callers(self, site: DefinitionSite) -> tuple[tuple[CallSite, int, bool], ...]:
        found: dict[tuple[str, int], tuple[CallSite, int, bool]] = {}
        for call in self._python.callers.get(site.name, ()):
            if call.last not in ("delay", "apply_async"):
                found[call.module.path, id(call.call)] = (call, 0, True)
        for call, shift in self._indirect.get(site.name, ()):
            found.setdefault((call.module.path, id(call.call)), (call, shift, True))
        owner = site.module.definition(site.definition.parent)
        name = site.definition.name
        if owner is not None and owner.kind == "class":
            if name == "__init__":
                for call in self._python.callers.get(f"{site.module.path}:{owner.qualname}", ()):
                    found.setdefault((call.module.path, id(call.call)), (call, 0, True))
            elif name not in _COMMON and len(self._methods.get(name, ())) <= _MOST_NAMESAKES:
                for call in self._python.calls_of(name):
                    if call.call.name.startswith("?") or ":" in call.name:
                        target = self.target(call.module, self._call_index(call))[0]
                        if target is None or target.name == site.name:
                            found.setdefault((call.module.path, id(call.call)), (call, 0, False))
        ordered = sorted(found.values(), key=lambda one: (one[0].module.path, one[0].call.line))
        return tuple(ordered[:_MOST_CALLERS])

    @cached_property
    def _indirect(self) -> dict[str, list[tuple[CallSite, int]]]:
        """Calls that have a function called: given to a thread, a pool, a queue, with its arguments behind it."""
        found: dict[str, list[tuple[CallSite, int]]] = defaultdict(list)
        for last, place in _RUNNERS.items():
            for site in self._python.calls_of(last):
                if place < len(site.call.args):
                    value = site.call.args[place]
                    if isinstance(value, Name):
                        target = self._python.definition(value.name, site.module)
                        if target is not None and target.definition.kind == "function":
                            found[target.name].append((site, place + 1))
        for last in _STARTING:
            for site in self._python.calls_of(last):
                owner = (site.call.via or site.call.name).rpartition(".")[0]
                target = self._python.definition(owner, site.module) if owner and owner[0] != "?" else None
                if target is not None and target.definition.kind == "function":
                    found[target.name].append((site, -1 if _takes_itself(target) else 0))
        return found

    def arguments(
        self, site: CallSite, target: DefinitionSite, position: int, shift: int
    ) -> Iterator[tuple[int, str, str]]:
        """What a call gives for a parameter: atoms, each with a wrap to put around it or a step to take from it."""
        flow = self._of(site.module).calls.get(self._call_index(site))
        if flow is None:
            return
        parameters = target.definition.parameters
        parameter = parameters[position]
        bound = self._is_bound(site, target) and not shift
        offset = (1 if bound else 0) - shift
        slots = [index for index, one in enumerate(parameters) if one.kind == "positional"]
        if bound and position == 0:
            yield from ((atom, "", "") for atom in flow.receiver)
            return
        if parameter.kind == "*":
            for number in range(max(0, len(slots) - offset), len(flow.args)):
                yield from ((atom, f"({number - len(slots) + offset})", "") for atom in flow.args[number])
            return
        if parameter.kind == "**":
            yield from self._rest(site, flow, parameters)
            return
        yield from self._plain(site, flow, parameter, slots.index(position) - offset if position in slots else -1)

    def _plain(
        self, site: CallSite, flow: CallFlow, parameter: Parameter, place: int
    ) -> Iterator[tuple[int, str, str]]:
        starred = next((number for number, value in enumerate(site.call.args) if _is_star(value)), len(site.call.args))
        if 0 <= place < starred and place < len(flow.args):
            yield from ((atom, "", "") for atom in flow.args[place])
            return
        for (name, _), atoms in zip(site.call.keywords, flow.keywords, strict=False):
            if name == parameter.name:
                yield from ((atom, "", "") for atom in atoms)
                return
        if place >= starred and starred < len(flow.args):
            yield from ((atom, "", f"({place - starred})") for atom in flow.args[starred])
        for (name, _), atoms in zip(site.call.keywords, flow.keywords, strict=False):
            if name == "**":
                yield from ((atom, "", f"[{parameter.name}]") for atom in atoms)

    @staticmethod
    def _rest(site: CallSite, flow: CallFlow, parameters: tuple[Parameter, ...]) -> Iterator[tuple[int, str, str]]:
        named = {one.name for one in parameters}
        for (name, _), atoms in zip(site.call.keywords, flow.keywords, strict=False):
            if name == "**":
                yield from ((atom, "", "") for atom in atoms)
            elif name not in named:
                yield from ((atom, f"{{{name}}}", "") for atom in atoms)

    def _is_bound(self, site: CallSite, target: DefinitionSite) -> bool:
        """Whether the call fills the first parameter by itself: of an instance, a constructor, a class method."""
        owner = target.module.definition(target.definition.parent)
        if owner is None or owner.kind != "class":
            return False
        decorators = {_last(item.name) for item in target.definition.decorators if isinstance(item, Name)}
        if "staticmethod" in decorators:
            return False
        if "classmethod" in decorators or target.definition.name in ("__init__", "__call__"):
            return True
        before = (site.call.via or site.call.name).rpartition(".")[0]
        held = (
            self._python.class_of(before, site.module)
            if before and before[0] != "?" and not before.endswith(")")
            else None
        )
        return held is None or "()" in before or before.rpartition(".")[2][:1].islower()

    def owner_of(self, site: DefinitionSite) -> DefinitionSite | None:
        """The class that a function is a method of; of a function inside a method, the method's."""
        index = site.definition.parent
        while index != -1:
            definition = site.module.facts.definitions[index]
            if definition.kind == "class":
                return DefinitionSite(site.module, index, definition)
            index = definition.parent
        return None


class _Walk:
    """One question followed backwards, place by place."""

    def __init__(self, rooms: DataFlows, module: Module) -> None:
        self.rooms = rooms
        self.python = rooms._python
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
        facts = self.rooms._of(module)
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
        )
        key = (
            module.path,
            source,
            access,
            outer,
            cleaned,
            tuple(id(site.call) for site in following.stack),
            place.parsed,
        )
        if key not in self.seen:
            self.seen.add(key)
            self.pending.append(following)

    def tags(
        self, module: Module, facts: _Facts, source: int, access: tuple[str, ...], guards: Iterable[int]
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
                name = self.rooms.site(module, int(index_)).name
                if test not in ("self", "!self") or not _LOOKING_UP.match(_last(name)):
                    found.add(f"{_ANSWERS[test]}:{name}{':' if more else ''}{more}")
            elif guard.access == access:
                found.add(guard.test)
        return frozenset(found)

    def end(self, place: _Place, kind: Kind, text: str, kind_of: Type | Literal[""], line: int) -> None:
        """A flow begins here."""
        if "none" in place.cleaned:
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
        if datum.type == "file name":
            self.end(replace(place, cleaned=place.cleaned | {"upload"}), "request", datum.text, "text", line)
        else:
            self.end(place, "request", datum.text, datum.type, line)
        return True

    # -- the kinds of sources --------------------------------------------------------------------------------------

    def look(self, place: _Place) -> None:
        source = self.rooms._of(place.module).flows.sources[place.source]
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
        found = self.rooms.requests.of_global(name)
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
        facts = self.rooms._of(module)
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
        requests = self.rooms.requests
        if access and access[0].endswith("()"):
            datum = requests.method_of_request(access[0][1:-2], text)
            datum = replace(datum, text=f"{datum.text}{_written(access[1:])}") if datum is not None else None
        elif len(access) > 1 and access[0] == ".state":
            datum = None
        else:
            datum = requests.of_request(tuple(step for step in access if not step.endswith("()")), text, framework)
        return self.datum(place, datum, line)

    def parameter(self, place: _Place, source: Source) -> None:
        module = place.module
        site = DefinitionSite(module, source.owner, module.facts.definitions[source.owner])
        parameter = site.definition.parameters[source.position]
        owner = self.rooms.owner_of(site) if source.position == 0 else None
        if (
            owner is not None
            and site.definition.parent == owner.index
            and place.access
            and self.attribute(place, site, owner)
        ):
            return
        requests = self.rooms.requests
        if place.access and requests.is_request(site, parameter):
            route = requests.route_of(site)
            if self.of_request(
                place, parameter.name, place.access, source.line, route.framework if route is not None else ""
            ):
                return
        if self.python.mean(parameter.type, module) in _NUMBER_TYPES and not place.stack:
            return
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
        flow = self.rooms._of(call.module).calls.get(self.rooms._call_index(call))
        for atom, wrap, need in self.rooms.arguments(call, site, position, 0):
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
        callers = self.rooms.callers(site)
        if not callers or site.definition.name in ("main", "handle", "cli"):
            operator = _is_command(site)
            text = f"parameter `{parameter.name}{_written(place.access)}` of `{site.definition.qualname}`"
            self.end(place, "operator" if operator else "parameter", text, _typed_parameter(parameter), source.line)
            return
        step = Step(f"parameter `{parameter.name}` of `{site.definition.name}`", place.module.path, source.line)
        for call, shift, sure in callers:
            flow = self.rooms._of(call.module).calls.get(self.rooms._call_index(call))
            if flow is None:
                continue
            for atom, wrap, need in self.rooms.arguments(call, site, source.position, shift):
                self.push(place, call.module, atom, flow.guards, stack=(), step=step, wrap=wrap, need=need, sure=sure)

    def attribute(self, place: _Place, site: DefinitionSite, owner: DefinitionSite) -> bool:
        """An attribute of `self`: what any method of the class keeps in it; a view's request."""
        name = place.access[0].lstrip(".").removesuffix("()")
        rest = place.access[1:]
        requests = self.rooms.requests
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
            for one in self.rooms._of(item.module).stored.get(f":{item.definition.qualname}.{name}", ()):
                found = True
                for atom in one.atoms:
                    step = Step(f"`self.{name}`", item.module.path, one.line)
                    self.push(replace(place, access=rest), item.module, atom, (), stack=(), step=step)
        if found:
            return True
        if self.python.class_value(owner, name) is not None:
            # Where nothing is seen to call the method, what one construction gives may never get there.
            surely = place.sure and bool(self.rooms.callers(site) or requests.routes_of(site))
            found = self.from_constructions(replace(place, sure=surely), owner, name, rest)
        if not found:
            self.end(place, "stored", f"self.{name}", "", site.definition.line)
        return True

    def from_constructions(self, place: _Place, owner: DefinitionSite, name: str, rest: tuple[str, ...]) -> bool:
        """A field that a generated constructor fills: what is given for it where the class is called."""
        found = False
        for call in self.python.callers.get(owner.name, ())[:_MOST_CALLERS]:
            found = self.constructed(replace(place, access=rest, stack=()), call, owner, name) or found
        return found

    def constructed(self, place: _Place, call: CallSite, owner: DefinitionSite, name: str) -> bool:
        """What one construction gives for a field."""
        flow = self.rooms._of(call.module).calls.get(self.rooms._call_index(call))
        if flow is None:
            return False
        found = False
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
        site = self.rooms.site(place.module, source.owner)
        requests = self.rooms.requests
        if _takes_by_key(site) and self.is_of_request(site.module, source.owner):
            return  # the facts follow it by its key, so that what is known of one reading holds for the next
        datum = requests.of_call(site.name)
        if datum is not None:
            key = next((f'["{value.value}"]' for value in site.call.args[:1] if isinstance(value, Const)), "")
            self.datum(place, replace(datum, text=f"{datum.text}{key or _written(place.access)}"), site.call.line)
            return
        effect = effect_of(site.name)
        if effect is not None and not self.is_own_method(place.module, source.owner):
            self.through(place, site, source.owner, effect)
            return
        target, sure = self.rooms.target(place.module, source.owner)
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
        target, sure = self.rooms.target(module, index)
        return target is not None and sure

    def through(self, place: _Place, site: CallSite, index: int, effect: Effect) -> None:
        """A library call of known effect."""
        flow = self.rooms._of(site.module).calls.get(index)
        if flow is None or effect.turns == "nothing":
            return
        cleans = effect.cleans
        if site.name.endswith("Path") and place.access[:1] in ((".name",), (".stem",), (".suffix",)):
            cleans = "file-name"
        if cleans == "substituted" and site.call.args and isinstance(site.call.args[0], Const):
            cleans = "kept-only" if str(site.call.args[0].value).lstrip("(").startswith(("[^", r"\W")) else cleans
        access = () if effect.turns in ("text", "object") else place.access
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
            joined = position > 0 if site.name in _JOINS else position >= 0 and site.last == "joinpath"
            for atom in atoms:
                self.push(onward, site.module, atom, guards, wrap="t:\0/" if joined else "")

    @staticmethod
    def taken(flow: CallFlow, effect: Effect) -> Iterator[tuple[int, tuple[int, ...]]]:
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
        if len(onward.stack) > _MOST_NESTED:
            self.bounded = True
            return
        facts = self.rooms._of(target.module)
        if _CLEANING.search(target.definition.name) and _does_something(target):
            onward = replace(onward, cleaned=onward.cleaned | {f"passed:{target.definition.name}"})
        if target.index in facts.cut or self.gives_otherwise(target):
            onward = replace(onward, sure=False)
        for given in facts.given.get(target.index, ()):
            for atom in given.atoms:
                self.push(onward, target.module, atom, given.guards, step=step)

    def gives_otherwise(self, target: DefinitionSite) -> bool:
        """Whether a function gives a digest or a number as well: what it hands back as it came is then a stopgap."""
        facts = self.rooms._of(target.module)
        for given in facts.given.get(target.index, ()):
            for atom in given.atoms:
                source = facts.flows.sources[facts.flows.atoms[atom].source]
                if source.kind == "c":
                    effect = effect_of(self.rooms.site(target.module, source.owner).name)
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
            self.end(place, "request", f"{owner.definition.name}.{name}{_written(rest)}", "text", site.call.line)
            return
        for item in self.python.ancestry(owner):
            stored = self.rooms._of(item.module).stored.get(f":{item.definition.qualname}.{name}", ())
            for one in stored:
                inside = one.definition >= 0 and item.module.facts.definitions[one.definition].name == "__init__"
                for atom in one.atoms:
                    self.push(onward, item.module, atom, (), stack=(*place.stack, site) if inside else ())
            if stored:
                return
        self.constructed(onward, site, owner, name)

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
        flow = self.rooms._of(site.module).calls.get(index)
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
        self.end(place, "unknown", f"{site.call.last}(){_written(place.access)}", "", site.call.line)

    def is_of_request(self, module: Module, index: int) -> bool:
        """Whether a call is made on nothing but a part of a library's request object."""
        facts = self.rooms._of(module)
        flow, flows = facts.calls.get(index), facts.flows
        taken = [flows.atoms[atom] for atom in flow.receiver] if flow is not None else []
        for atom in taken:
            source = flows.sources[atom.source]
            found = (
                self.rooms.requests.of_global(self.python.identify(source.name, module)) if source.kind == "n" else None
            )
            if found is None or not (found[1] or atom.access):
                return False
        return bool(taken)


_TAKING = frozenset({"getlist", "get_list", "getall", "getone", "popitem", "setdefault"})
_ANSWERS = {"call": "yes", "!call": "no", "self": "yes", "!self": "no", "passed": "passed", "via": "via"}
_JOINS = frozenset({"os.path.join", "posixpath.join", "pathlib.Path", "urllib.parse.urljoin"}) - {
    "urllib.parse.urljoin"
}
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
_RUNNERS = {
    "submit": 0, "to_thread": 0, "run_in_executor": 1, "run_in_threadpool": 0, "add_task": 0, "run_sync": 0,
    "enqueue": 0, "add_job": 0,
    "apply": 0, "spawn": 0, "start_new_thread": 0, "call_soon": 0, "partial": 0,
}  # fmt: skip
_STARTING = ("delay", "send", "enqueue", "defer", "s", "si")
"""Methods of a task that hand its arguments on as they are."""
_COMMON = frozenset(
    {
        "get", "post", "put", "patch", "delete", "find", "find_one", "execute", "query", "search", "filter", "run",
        "start", "stop", "close", "open", "read",
        "write", "save", "load", "update", "insert", "create", "remove", "add", "list", "all", "first", "one",
        "count", "exists", "send", "call", "process",
        "handle", "parse", "format", "render", "to_dict", "from_dict", "dict", "json", "items", "keys", "values",
        "pop", "append", "extend", "join", "split",
        "strip", "replace", "encode", "decode", "set", "setup", "init", "clear", "copy", "validate", "commit",
        "rollback", "fetch", "fetchall", "fetchone",
        "aggregate", "request", "download", "upload", "connect", "apply", "build", "main", "index", "show", "clean",
        "perform", "serialize", "info",
        "debug", "warning", "error", "exception", "log", "group", "match", "sub", "resolve", "name", "path", "url",
        "text", "data", "body", "form", "scan",
        "insert_one", "insert_many", "update_one", "update_many", "delete_one", "delete_many", "find_one_and_update",
        "count_documents", "distinct",
        "executemany", "scalar", "scalars", "bulk_write", "select", "where", "order_by", "limit", "submit",
        "put_object", "setdefault", "to_representation",
        "emit", "publish", "notify", "dispatch", "register", "invoke", "generate", "export", "retrieve", "destroy",
        "test", "check", "wait", "result",
    }
)  # fmt: skip


def wrapped_all(wraps: tuple[str, ...], inner: str) -> tuple[str, ...]:
    """The same wraps with one more inside them all."""
    found: tuple[str, ...] = (inner,)
    for wrap in reversed(wraps):
        found = wrapped(found, wrap)
    return found


def _atom(facts: _Facts, index: int) -> tuple[int, tuple[str, ...], tuple[str, ...], tuple[int, ...]]:
    atom = facts.flows.atoms[index]
    return atom.source, atom.access, atom.wraps, atom.guards


def _argument(site: CallSite, flow: CallFlow, position: int, keyword: str) -> Iterator[int]:
    if position == -1:
        yield from flow.receiver
        return
    if position == -2:
        for atoms in (*flow.args, *flow.keywords):
            yield from atoms
        return
    starred = next((number for number, value in enumerate(site.call.args) if _is_star(value)), len(site.call.args))
    if position < min(len(flow.args), starred):
        yield from flow.args[position]
        return
    for (name, _), atoms in zip(site.call.keywords, flow.keywords, strict=False):
        if keyword and name == keyword:
            yield from atoms
    if starred <= position < len(flow.args) or (starred < len(flow.args) <= position):
        yield from flow.args[starred]


def _takes_itself(task: DefinitionSite) -> bool:
    """Whether a task is handed itself before its arguments, as one of Celery with `bind=True` is."""
    first = task.definition.parameters[:1]
    return task.definition.parent == -1 and bool(first) and first[0].name == "self"


def _takes_by_key(site: CallSite) -> bool:
    return site.call.last in ("get", "pop") and bool(site.call.args) and isinstance(site.call.args[0], Const)


def _is_join(value: Value) -> bool:
    return isinstance(value, Invoke) and value.name.rpartition(".")[2] == "join"


def _is_star(value: object) -> bool:
    return isinstance(value, Other) and value.kind == "*"


def _does_something(site: DefinitionSite) -> bool:
    """Whether a function does more than to give back what it was given, whatever its name promises."""
    facts, index = site.module.facts, site.index
    scopes = {*(call.scope for call in facts.calls), *(raised.scope for raised in facts.raises)}
    return site.definition.statements > 1 or index in scopes


def _last(name: str) -> str:
    """The last component of a resolved name."""
    return name.rpartition(".")[2].rpartition(":")[2]


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


def describe(flow: Flow, sink: str, path: str, line: int) -> str:
    """The way of a flow in words and places, from where it begins to the sink."""
    shown = flow.steps if len(flow.steps) <= _MOST_SHOWN else (*flow.steps[:3], *flow.steps[-3:])
    start = flow.text if "`" in flow.text else f"`{flow.text}`"
    parts = [f"{start} at {flow.path}:{flow.line}", *(step.text for step in shown), f"`{sink}` at {path}:{line}"]
    return " → ".join(dict.fromkeys(parts))
