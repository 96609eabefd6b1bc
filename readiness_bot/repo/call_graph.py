"""Which definition a call runs, which calls run a definition, and what each gives for a parameter; judges none."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import Literal

from readiness_bot.facts.origins import CallFlow, Given, Guard, Source, Stored
from readiness_bot.facts.origins import Flows as FileFlows
from readiness_bot.facts.python_facts import Parameter
from readiness_bot.facts.values import Const, Format, Name, Other
from readiness_bot.repo.flow_paths import bare_name
from readiness_bot.repo.indirect import RUNNERS, wrapped
from readiness_bot.repo.modules import CallSite, DefinitionSite, Module, is_static
from readiness_bot.repo.passing import effect_of
from readiness_bot.repo.python import Python

MOST_CALLERS = 25
_MOST_NAMESAKES = 3
_BEFORE_ALL = frozenset(
    {"__init__", "__new__", "__post_init__", "__call__", "__enter__", "__aenter__", "setup", "prepare", "initialize",
     "initial", "dispatch", "configure", "init", "_init", "_setup", "on_start", "start", "connect", "load", "as_view"}
)  # fmt: skip
"""Methods that run before the others of an object."""
_EXISTING = re.compile(r"(exists?|is_known|is_saved)$")
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


class FlowFacts:
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


class CallGraph:
    """Questions about calls and definitions, and what the flows inside each file say of them."""

    def __init__(self, python: Python) -> None:
        self._python = python
        self._facts: dict[str, FlowFacts] = {}
        self._indexed: dict[str, dict[int, int]] = {}
        self._inside: dict[str, dict[str, set[str]]] = {}
        self._callers: dict[str, tuple[tuple[CallSite, int, bool], ...]] = {}
        self._resolved: dict[tuple[str, int], tuple[DefinitionSite | None, bool]] = {}
        self._asked: dict[tuple[str, int, int, tuple[str, ...]], frozenset[tuple[str, ...]]] = {}
        self._met: dict[tuple[str, str, str], bool] = {}

    def index_of(self, site: CallSite) -> int:
        """The place of a call among its file's calls."""
        return self._indexes(site.module)[id(site.call)]

    def _indexes(self, module: Module) -> dict[int, int]:
        known = self._indexed.get(module.path)
        if known is None:
            known = self._indexed[module.path] = {id(call): index for index, call in enumerate(module.facts.calls)}
        return known

    def of(self, module: Module) -> FlowFacts:
        """What the flows inside a file say, by call, definition and target."""
        known = self._facts.get(module.path)
        if known is None:
            known = self._facts[module.path] = FlowFacts(self._python.flows(module))
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
        within = self._wrapped.get(id(call))
        if within is not None:
            return within[1], True
        resolved = self._python.mean(call.name, module)
        if effect_of(resolved) is None and (call.name.startswith("?") or ":" in resolved) and "." in call.name:
            return self._by_name(call.last), False
        return None, True

    def _through_abstract(self, found: DefinitionSite) -> tuple[DefinitionSite | None, bool]:
        """A method that only raises or passes stands for the one that overrides it, where there is one alone."""
        if found.definition.kind != "function" or found.definition.statements > 2 or found.definition.parent == -1:
            return found, True
        if self.of(found.module).given.get(found.index) or found.calls:
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
            held = DefinitionSite(site.module, site.definition.parent, owner)
            for call in (*self._calls_of_promises(site, held), *self._dispatched(held, name)):
                found.setdefault((call.module.path, id(call.call)), (call, 0, True))
            if name == "__init__":
                for call in self._python.callers.get(f"{site.module.path}:{owner.qualname}", ()):
                    found.setdefault((call.module.path, id(call.call)), (call, 0, True))
            elif name not in _COMMON and len(self._methods.get(name, ())) <= _MOST_NAMESAKES:
                for call in self._python.calls_of(name):
                    if call.call.name.startswith("?") or ":" in call.name:
                        target = self.target(call.module, self.index_of(call))[0]
                        if target is None or target.name == site.name:
                            found.setdefault((call.module.path, id(call.call)), (call, 0, False))
        ordered = sorted(found.values(), key=lambda one: (one[0].module.path, one[0].call.line))
        return tuple(ordered[:MOST_CALLERS])

    def asked_of(self, module: Module, index: int, target: DefinitionSite, guard: Guard) -> frozenset[tuple[str, ...]]:
        """Which parts of an object a function asks for that a call hands it to; an empty one for the whole."""
        key = (module.path, index, guard.source, guard.access)
        known = self._asked.get(key)
        if known is None:
            known = self._asked[key] = self._parts_asked(module, index, target, guard)
        return known

    def _parts_asked(
        self, module: Module, index: int, target: DefinitionSite, guard: Guard
    ) -> frozenset[tuple[str, ...]]:
        atoms = self.of(module).flows.atoms
        site = self.site(module, index)
        taken = {
            position
            for position in range(len(target.definition.parameters))
            for atom, wrap, need in self.arguments(site, target, position, 0)
            if not wrap and not need and (atoms[atom].source, atoms[atom].access) == (guard.source, guard.access)
        }
        inside = self.of(target.module).flows
        own = {
            at
            for at, source in enumerate(inside.sources)
            if source.kind == "p" and source.owner == target.index and source.position in taken
        }
        asked = {atom.access[:1] for atom in inside.atoms if atom.source in own}
        return frozenset(asked | {said.access[:1] for said in inside.guards if said.source in own})

    def meets(self, owner: DefinitionSite, writer: str, reader: str) -> bool:
        """Whether what one method keeps in an object is seen to reach another method of the same object.

        One calls the other, a third method calls both, or some function does; a method that nothing is seen to call
        may be called after any other.
        """
        key = (owner.name, writer, reader)
        known = self._met.get(key)
        if known is None:
            known = self._met[key] = self._meets(owner, writer, reader)
        return known

    def _meets(self, owner: DefinitionSite, writer: str, reader: str) -> bool:
        if writer == reader or writer in _BEFORE_ALL or not (self._is_called(writer) and self._is_called(reader)):
            return True
        inside = self._within(owner)
        if any({writer, reader} <= {name, *called} for name, called in inside.items()):
            return True
        leading = [{one for one, called in inside.items() if name in called} | {name} for name in (writer, reader)]
        scopes = [
            {(site.module.path, site.call.scope) for name in names for site in self._python.calls_of(name)}
            for names in leading
        ]
        return not scopes[0].isdisjoint(scopes[1])

    def constructs(
        self, call: CallSite, owner: DefinitionSite, reader: str
    ) -> Literal["surely", "above", "perhaps", "no"]:
        """Whether a call of a constructor may make the object of a class whose method reads what it keeps.

        `above` is a call from the constructor of a related class; `no` is one from another branch of the family.
        `perhaps` is the making of an object that is only asked for other things, or only where there is such a thing.
        """
        function = call.function
        inside = call.module.definition(function.parent) if function is not None and call.last == "__init__" else None
        if inside is not None and function is not None and inside.kind == "class":
            maker = DefinitionSite(call.module, function.parent, inside)
            family = {item.name for item in self._python.ancestry(owner)}
            if maker.name in family or owner.name in {item.name for item in self._python.ancestry(maker)}:
                return "above"
            return "no"
        facts = self.of(call.module).flows
        index = self.index_of(call)
        atoms = {
            at
            for at, atom in enumerate(facts.atoms)
            if facts.sources[atom.source].kind == "c" and facts.sources[atom.source].owner == index
        }
        asked = {call.module.facts.calls[one.call].last for one in facts.calls if not atoms.isdisjoint(one.receiver)}
        given = (atom for one in facts.calls for taken in (*one.args, *one.keywords) for atom in taken)
        kept = [atom for one in facts.given for atom in one.atoms]
        kept += [atom for one in facts.stored for atom in one.atoms]
        if not asked or not atoms.isdisjoint(given) or not atoms.isdisjoint(kept):
            return "surely"
        leads = self._within(owner)
        leading = {name for name in asked if name == reader or reader in leads.get(name, ())}
        for one in facts.calls if leading else ():
            if call.module.facts.calls[one.call].last in leading and not atoms.isdisjoint(one.receiver):
                said = [facts.guards[number] for number in one.guards]
                if not any(
                    self._is_there(call.module, index, facts.sources[guard.source], guard.test) for guard in said
                ):
                    return "surely"
        return "perhaps"

    @staticmethod
    def _is_there(module: Module, index: int, source: Source, test: str) -> bool:
        """Whether a guard says of the object that a call made that there is such a thing: `Order(key).exists()`."""
        how, _, number = test.partition(":")
        made = source.kind == "c" and source.owner == index
        return made and how == "self" and _EXISTING.match(module.facts.calls[int(number)].last) is not None

    def _is_called(self, name: str) -> bool:
        return any(True for _ in self._python.calls_of(name))

    def _within(self, owner: DefinitionSite) -> dict[str, set[str]]:
        """For each method of a class, the methods of the class that run when it is called."""
        known = self._inside.get(owner.name)
        if known is not None:
            return known
        direct: dict[str, set[str]] = {}
        for item in self._python.ancestry(owner):
            for method in item.methods:
                called = {call.last for call in method.calls}
                direct.setdefault(method.definition.name, set()).update(called)
        found = {name: called & direct.keys() for name, called in direct.items()}
        for _ in range(3):
            found = {name: called.union(*(found[one] for one in called)) for name, called in found.items()}
        self._inside[owner.name] = found
        return found

    def _dispatched(self, owner: DefinitionSite, name: str) -> Iterator[CallSite]:
        """The calls of a method whose name is put together where it runs: `getattr(self, "do_" + command)(request)`."""
        for item in self._python.ancestry(owner) if self._dispatching else ():
            for call, before, after in self._dispatching.get(item.name, ()):
                if name.startswith(before) and name.endswith(after):
                    yield call

    @cached_property
    def _dispatching(self) -> dict[str, list[tuple[CallSite, str, str]]]:
        """By class, the calls of its own methods found by name: with what the name begins and ends."""
        found: dict[str, list[tuple[CallSite, str, str]]] = defaultdict(list)
        for site in self._python.calls_of("getattr()"):
            calls = site.module.facts.calls
            index = self.index_of(site)
            for one in calls:
                if one.name != "getattr" or one.scope != site.call.scope or len(one.args) < 2:
                    continue
                holder, name = one.args[:2]
                parts = name.parts if isinstance(name, Format) else ()
                if not parts or not isinstance(holder, Name) or (one.result or one.parent) != (site.call.via or index):
                    continue
                before, after = (part.value if isinstance(part, Const) else "" for part in (parts[0], parts[-1]))
                owner = self._python.class_of(holder.name, site.module) if holder.name[:1] == ":" else None
                if owner is not None and (before or after):
                    found[owner.name].append((site, str(before), str(after)))
        return found

    def _calls_of_promises(self, site: DefinitionSite, owner: DefinitionSite) -> Iterator[CallSite]:
        """Calls of the methods of base classes that a method overrides, and that only say to override them."""
        for base in self._python.ancestry(owner):
            facts = base.module.facts
            for index, definition in enumerate(facts.definitions):
                if definition.parent != base.index or definition.name != site.definition.name:
                    continue
                raised = {one.name.rpartition(".")[2] for one in facts.raises if one.scope == index}
                if "NotImplementedError" in raised and base.name != owner.name:
                    yield from self._python.callers.get(f"{base.module.path}:{definition.qualname}", ())

    @cached_property
    def _wrapped(self) -> dict[int, tuple[CallSite, DefinitionSite]]:
        """Calls of what wraps a function of the tree, each with that function."""
        return {id(site.call): (site, found) for site, found in wrapped(self._python)}

    @cached_property
    def _indirect(self) -> dict[str, list[tuple[CallSite, int]]]:
        """Calls that have a function called: given to a thread, a pool, a queue, with its arguments behind it."""
        found: dict[str, list[tuple[CallSite, int]]] = defaultdict(list)
        for last, place in (*RUNNERS.items(), ("partial", 0)):
            for site in self._python.calls_of(last):
                if place < len(site.call.args):
                    value = site.call.args[place]
                    if isinstance(value, Name):
                        target = self._python.definition(value.name, site.module)
                        if target is not None and target.definition.kind == "function":
                            found[target.name].append((site, place + 1))
        for site, target in self._wrapped.values():
            found[target.name].append((site, 0))
        for last in _STARTING:
            for site in self._python.calls_of(last):
                owner = site.call.called_on
                target = self._python.definition(owner, site.module) if owner and owner[0] != "?" else None
                if target is not None and target.definition.kind == "function":
                    found[target.name].append((site, -1 if _takes_itself(target) else 0))
        return found

    def arguments(
        self, site: CallSite, target: DefinitionSite, position: int, shift: int
    ) -> Iterator[tuple[int, str, str]]:
        """What a call gives for a parameter: atoms, each with a wrap to put around it or a step to take from it."""
        flow = self.of(site.module).calls.get(self.index_of(site))
        if flow is None:
            return
        parameters = target.definition.parameters
        parameter = parameters[position]
        bound, filled = self._fills_first(site, target, shift)
        offset = int(filled) - shift
        slots = _slots(target)
        if bound and position == 0:
            yield from ((atom, "", "") for atom in flow.receiver)
            return
        if filled and position == 0:
            return
        if parameter.kind == "*":
            for number in range(max(0, len(slots) - offset), len(flow.args)):
                yield from ((atom, f"({number - len(slots) + offset})", "") for atom in flow.args[number])
            return
        if parameter.kind == "**":
            yield from self._rest(site, flow, parameters)
            return
        yield from self._plain(site, flow, parameter, slots.index(position) - offset if position in slots else -1)

    def gives(self, site: CallSite, target: DefinitionSite, position: int, shift: int) -> bool:
        """Whether a call gives a parameter something, itself or by its default; None is nothing."""
        parameter = target.definition.parameters[position]
        slots = _slots(target)
        _, filled = self._fills_first(site, target, shift)
        place = slots.index(position) - int(filled) + shift if position in slots else -1
        if any(map(is_starred, site.call.args)) or (site.call.has_double_star and not site.call.has(parameter.name)):
            return False
        given = site.call.argument(place, parameter.name)
        value = parameter.default if given is None else given
        return value is not None and not (isinstance(value, Const) and value.value is None)

    def _fills_first(self, site: CallSite, target: DefinitionSite, shift: int) -> tuple[bool, bool]:
        """Whether a call is made on the object itself, and whether that or a bound method fills the first parameter."""
        bound = self._is_bound(site, target) and not shift
        return bound, bound or self._is_handed_bound(site, target, shift - 1)

    def _plain(
        self, site: CallSite, flow: CallFlow, parameter: Parameter, place: int
    ) -> Iterator[tuple[int, str, str]]:
        starred = next(
            (number for number, value in enumerate(site.call.args) if is_starred(value)), len(site.call.args)
        )
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
        if is_static(target.definition):
            return False
        decorators = {bare_name(item.name) for item in target.definition.decorators if isinstance(item, Name)}
        if "classmethod" in decorators or target.definition.name in ("__init__", "__call__"):
            return True
        before = site.call.called_on
        held = (
            self._python.class_of(before, site.module)
            if before and before[0] != "?" and not before.endswith(")")
            else None
        )
        made = "()" in before or "()" in site.call.name.rpartition(".")[0]
        return held is None or made or bare_name(before)[:1].islower()

    def _is_handed_bound(self, site: CallSite, target: DefinitionSite, place: int) -> bool:
        """Whether a call is handed a method of an object, which needs no argument for the object any more."""
        given = site.call.args[place] if 0 <= place < len(site.call.args) else None
        if not isinstance(given, Name) or is_static(target.definition):
            return False
        decorators = {bare_name(item.name) for item in target.definition.decorators if isinstance(item, Name)}
        is_of_object = "classmethod" in decorators or "()" in given.name.rpartition(".")[0]
        return is_of_object and target.owner is not None

    def owner_of(self, site: DefinitionSite) -> DefinitionSite | None:
        """The class that a function is a method of; of a function inside a method, the method's."""
        index = site.definition.parent
        while index != -1:
            definition = site.module.facts.definitions[index]
            if definition.kind == "class":
                return DefinitionSite(site.module, index, definition)
            index = definition.parent
        return None


def _slots(target: DefinitionSite) -> list[int]:
    """The parameters that are filled by their place."""
    return [index for index, one in enumerate(target.definition.parameters) if one.kind == "positional"]


def given_at(site: CallSite, flow: CallFlow, position: int, keyword: str) -> Iterator[int]:
    """The atoms given at a position, or else by that name; -1 is the receiver, -2 any argument."""
    if position == -1:
        yield from flow.receiver
        return
    if position == -2:
        for atoms in (*flow.args, *flow.keywords):
            yield from atoms
        return
    starred = next((number for number, value in enumerate(site.call.args) if is_starred(value)), len(site.call.args))
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


def is_starred(value: object) -> bool:
    """Whether an argument is `*something`."""
    return isinstance(value, Other) and value.kind == "*"
