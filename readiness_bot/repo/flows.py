"""Where the values that reach a call come from, across functions and files, back to requests; judges none."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from readiness_bot.facts.origins import CallFlow
from readiness_bot.facts.origins import Flows as FileFlows
from readiness_bot.facts.python_facts import Assignment, Call
from readiness_bot.facts.values import Const, Format, Invoke, Name, Other, Value
from readiness_bot.repo.call_graph import CallGraph, given_at
from readiness_bot.repo.flow_paths import Flow
from readiness_bot.repo.flow_walk import MOST_NESTED, Walk
from readiness_bot.repo.modules import CallSite, DefinitionSite, Module
from readiness_bot.repo.python import Python
from readiness_bot.repo.request_data import RequestData
from readiness_bot.repo.route import Guard, Route
from readiness_bot.repo.routes import Routes

_ADMINISTRATORS = re.compile(r"admin|super_?user|is_?staff|staff_?(member|required|only)", re.IGNORECASE)
_TRIAL = re.compile(r"^test|(?<!la)(?<!con)(?<!at)test$|_test_|Test$|^try_")
_TRYING = re.compile(
    r"of `_*((check|test|try|verify|validate|probe)_?\w*(connection|connectivity|credentials|login)\w*|test_\w+)`$"
)
"""Steps into a function that is named for trying out a connection, or what somebody sets up."""
_SETTINGS = re.compile(r"(?<![a-z])(settings?|config(uration)?s?)(?![a-z])|Setting|Config")
_READING = frozenset({"get", "items", "keys", "values", "pop"})
"""Methods that read a part out of a result."""


_FIXED_KEY = re.compile(r"^:[A-Z][A-Z0-9_]*$|(^|[.:])settings\.\w+$")
"""A variable of a module, or a setting."""


class DataFlows:
    """Questions about where values come from."""

    LOOKS = "data flow through the Python code"

    def __init__(self, python: Python, routes: Routes) -> None:
        self._python = python
        self._routes = routes
        self._graph = CallGraph(python)
        self._requests = RequestData(python, routes)
        self._answers: dict[tuple[str, int, int, str], tuple[Flow, ...]] = {}

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    def into(self, site: CallSite, position: int, keyword: str = "") -> tuple[Flow, ...]:
        """Where the argument at a position, or else of that name, comes from; -1 is the receiver, -2 any argument."""
        call = self._graph.index_of(site)
        key = (site.module.path, call, position, keyword)
        known = self._answers.get(key)
        if known is None:
            known = self._answers[key] = tuple(self._into(site, call, position, keyword))
        return known

    def _into(self, site: CallSite, index: int, position: int, keyword: str) -> Iterator[Flow]:
        facts = self._graph.of(site.module)
        flow = facts.calls.get(index)
        if flow is None:
            return
        walk = self._walk(site.module)
        for atom in given_at(site, flow, position, keyword):
            walk.begin(atom, flow.guards)
        yield from walk.run()

    def returned(self, site: DefinitionSite) -> tuple[Flow, ...]:
        """Where what a function returns comes from."""
        facts = self._graph.of(site.module)
        walk = self._walk(site.module)
        for given in facts.given.get(site.index, ()):
            for atom in given.atoms:
                walk.begin(atom, given.guards)
        return tuple(walk.run())

    def takers(self, site: CallSite) -> frozenset[str]:
        """What takes the result of a call inside its file: bare names of calls, `return`, and `=` for what keeps it.

        What is read out of the result, as by `get`, is followed like the result itself.
        """
        facts = self._graph.of(site.module)
        found: set[str] = set()
        pending, seen = [self._graph.index_of(site)], set[int]()
        while pending and len(seen) < MOST_NESTED:
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

    def read_from(self, site: CallSite) -> frozenset[str]:
        """What is read out of the result of a call in its function, as `[exp]`; `` where the whole of it is taken."""
        flows = self._graph.of(site.module).flows
        atoms = (flows.atoms[index] for index in self._results(flows, {self._graph.index_of(site)}))
        return frozenset(atom.access[0] if atom.access else "" for atom in atoms)

    def is_handed_on(self, site: CallSite) -> bool:
        """Whether the result of a call goes on as a whole: to another call, to who calls, or into what is kept."""
        flows = self._graph.of(site.module).flows
        results = self._results(flows, {self._graph.index_of(site)})
        whole = {index for index in results if not flows.atoms[index].access}
        return any(not whole.isdisjoint(atoms) for atoms in _taken(flows, flows.calls))

    def feeds_itself(self, site: CallSite) -> bool:
        """Whether a call's result comes back as its own argument, as it does where something is repeated many times."""
        facts = self._graph.of(site.module)
        start = self._graph.index_of(site)
        pending, seen = [start], set[int]()
        while pending and len(seen) < MOST_NESTED:
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

    def is_taken_up(self, site: CallSite, aside: Callable[[str], bool]) -> bool:
        """Whether a call's result gets anywhere: into a call or a store, or to the function's callers.

        What methods of it make of it is followed; calls whose last name is `aside` (as those that log) do not count.
        """
        module, facts = site.module, self._graph.of(site.module)
        flows, made = facts.flows, {self._graph.index_of(site)}
        atoms = self._results(flows, made)
        while further := {one.call for one in flows.calls if not atoms.isdisjoint(one.receiver)} - made:
            made |= further
            atoms = self._results(flows, made)
        calls = [one for one in flows.calls if not aside(module.facts.calls[one.call].last)]
        if any(not atoms.isdisjoint(taken) for taken in _taken(flows, calls)):
            return True
        bound = [one for one in module.facts.assignments if one.scope == site.call.scope]
        names = {one.target for one in bound if isinstance(one.value, Invoke) and one.value.call in made}
        return any(
            ("." in one.target or "[" in one.target)
            and (
                (isinstance(one.value, Invoke) and one.value.call in made)
                or (isinstance(one.value, Name) and one.value.name in names)
            )
            for one in bound
        )

    @staticmethod
    def _results(flows: FileFlows, made: Collection[int]) -> frozenset[int]:
        sources = {index for index, one in enumerate(flows.sources) if one.kind == "c" and one.owner in made}
        return frozenset(index for index, atom in enumerate(flows.atoms) if atom.source in sources)

    def is_constant(self, site: CallSite, position: int, keyword: str = "") -> bool:
        """Whether an argument carries nothing but constants and numbers."""
        flow = self._graph.of(site.module).calls.get(self._graph.index_of(site))
        return flow is None or not list(given_at(site, flow, position, keyword))

    def assembled(self, site: CallSite, position: int, keyword: str = "") -> tuple[int, int]:
        """How many values are written into the text that an argument is, and the line where that begins.

        As far as it is put together in the function of the call; 0 values where it is not.
        """
        bound = self._bound(site)
        most, first = 0, site.call.line
        for text, line in _spelled(site.call.argument(position, keyword), site.call.line, bound, site.module):
            if isinstance(text, Format):
                parts = [
                    part
                    for part in text.parts
                    if not isinstance(part, Const)
                    and not _are_marks(part, site.module)
                    and not (isinstance(part, Name) and _all_marks(bound[part.name], site.module))
                ]
                inner = [
                    item
                    for part in parts
                    if isinstance(part, Name)
                    for item in bound[part.name]
                    if isinstance(item.value, Format) or _is_join(item.value)
                ]
                within = sum(map(_written, inner))
                most, first = max(most, len(parts) + within), min(first, line, *(item.line for item in inner))
        return most, first

    def spelled(self, site: CallSite, position: int, keyword: str = "") -> tuple[Value | None, ...]:
        """What an argument is written as in the function of the call, behind the variables of that function."""
        value = site.call.argument(position, keyword)
        bound = self._bound(site) if isinstance(value, Name | Invoke) else {}
        return tuple(text for text, _ in _spelled(value, site.call.line, bound, site.module))

    @staticmethod
    def _bound(site: CallSite) -> dict[str, list[Assignment]]:
        """The values of the variables of a call's function."""
        bound: dict[str, list[Assignment]] = defaultdict(list)
        for item in site.module.facts.assignments:
            if item.scope == site.call.scope and item.target.startswith("?"):
                bound[item.target].append(item)
        return bound

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
        facts = self._graph.of(site.module)
        flow = facts.calls.get(self._graph.index_of(site))
        for atom in flow.receiver if flow is not None else ():
            source = facts.flows.sources[facts.flows.atoms[atom].source]
            if source.kind == "c":
                yield site.module, site.module.facts.calls[source.owner]
        bound = self._python.assignment(site.call.via, site.module) if site.call.via else None
        if bound is not None and isinstance(bound[1].value, Invoke) and bound[1].value.call >= 0:
            yield bound[0], bound[0].facts.calls[bound[1].value.call]

    def callers(self, site: DefinitionSite) -> tuple[tuple[CallSite, int, bool], ...]:
        """The production calls of a function: the call, how far its arguments are shifted, and whether that is sure."""
        return self._graph.callers(site)

    def asked_on_the_way(self, flow: Flow) -> Iterator[frozenset[str]]:
        """What each function of the tree that answered about the value, or let it pass, calls itself: bare names."""
        for tag in flow.cleaned:
            how, _, name = tag.partition(":")
            if how == "via":  # what it made of the value was tested
                name = name.rpartition(":")[0]
            site = self._python.definition_named(name) if how in ("yes", "no", "passed", "via") else None
            if site is not None and site.definition.kind == "function":
                yield frozenset(call.last for call in site.calls)

    def is_from_a_trial(self, flow: Flow) -> bool:
        """Whether a flow tries out a connection which somebody is setting up, by the names of what it goes through."""
        if any(_TRYING.search(step.text) for step in flow.steps):
            return True
        around = self._around(flow)
        return bool(around) and all(
            route.handler is not None and _TRIAL.search(route.handler.definition.name) for route in around
        )

    def is_from_settings(self, flow: Flow) -> bool:
        """Whether a flow begins where settings are kept, by the names of the handler and its class."""
        around = self._around(flow)
        return bool(around) and all(
            route.handler is not None and _SETTINGS.search(route.handler.definition.qualname) for route in around
        )

    def is_signed(self, flow: Flow) -> bool:
        """Whether a flow begins in a handler that holds what it was sent against its sender's signature."""
        return any(
            call.last.lstrip(":?_") in ("validate", "verify", "check", "is_valid")
            and any(isinstance(value, Name) and "signature" in value.name.lower() for value in call.handed)
            for route in self._around(flow)
            if route.handler is not None
            for call in route.handler.calls
        )

    def is_from_holders_of_a_key(self, flow: Flow) -> bool:
        """Whether a flow begins in a handler that lets callers in by one key of the installation: services of its own.

        What is compared is a module's own variable or a setting, and no key of a user.
        """
        around = self._around(flow)
        return bool(around) and all(
            route.handler is not None and self._compares_with_a_key(route.handler) for route in around
        )

    def _compares_with_a_key(self, site: DefinitionSite) -> bool:
        """Whether a function compares with a fixed key, itself or by a function of the tree that takes nothing."""
        targets = (self._python.target(call, site.module) for call in site.calls if not call.args)
        asking = [site, *(one for one in targets if one is not None and one.definition.kind == "function")]
        return any(
            call.last == "compare_digest"
            and any(isinstance(value, Name) and _FIXED_KEY.search(value.name) for value in call.args)
            for one in asking
            for call in one.calls
        )

    def _around(self, flow: Flow) -> list[Route]:
        """The routes in whose handler a flow begins, or in whose view, where a library has the handler."""
        return [
            route
            for route in self._routes.all
            if any(
                site is not None
                and site.module.path == flow.path
                and site.definition.line <= flow.line <= site.definition.end_line
                for site in ((route.handler,) if route.handler is not None else (route.view,))
            )
        ]

    def is_from_administrators(self, flow: Flow) -> bool:
        """Whether a flow begins in a handler that lets administrators alone in, by what stands before it."""
        around = self._around(flow)
        return bool(around) and all(any(map(self._asks_for_administrators, route.guards)) for route in around)

    def _asks_for_administrators(self, guard: Guard) -> bool:
        """Whether a guard names administrators, by itself or in what it is given: `requires(member_of("admin"))`."""
        said = [guard.name.rpartition(".")[2].rpartition(":")[2]]
        pending = list(guard.arguments)
        module = self._python.modules.get(guard.path)
        while pending:
            value = pending.pop()
            if isinstance(value, Const):
                said.append(str(value.value))
            elif isinstance(value, Name | Invoke):
                said.append(value.name)
            if isinstance(value, Invoke) and value.call >= 0 and module is not None:
                pending.extend(module.facts.calls[value.call].args)
        return any(_ADMINISTRATORS.search(one) for one in said)

    def _walk(self, module: Module) -> Walk:
        return Walk(self._python, self._graph, self._requests, module)


def _taken(flows: FileFlows, calls: Iterable[CallFlow]) -> Iterator[tuple[int, ...]]:
    """What these calls are handed, functions give back, and names outside of them keep."""
    for call in calls:
        yield from call.args
        yield from call.keywords
    yield from (one.atoms for one in flows.given)
    yield from (one.atoms for one in flows.stored)


def _is_join(value: Value) -> bool:
    return isinstance(value, Invoke) and value.name.rpartition(".")[2] == "join"


def _written(item: Assignment) -> int:
    """How many values the text has that a variable is given."""
    return sum(not isinstance(part, Const) for part in item.value.parts) if isinstance(item.value, Format) else 0


_WRAPPING = frozenset({"text", "SQL", "TextClause"})
"""What makes a statement of a text, as a call of its own: `execute(text(query))`."""


def _spelled(
    value: Value | None, line: int, bound: Mapping[str, list[Assignment]], module: Module, hops: int = 2
) -> Iterator[tuple[Value | None, int]]:
    """What a text is written as, with the line: behind variables of its function and what makes a statement of it."""
    if isinstance(value, Invoke) and value.call >= 0:
        call = module.facts.calls[value.call]
        value = call.args[0] if call.last in _WRAPPING and call.args else value
    if isinstance(value, Name) and hops:
        for item in bound.get(value.name, ()):
            yield from _spelled(item.value, item.line, bound, module, hops - 1)
    else:
        yield value, line


def _are_marks(value: Value, module: Module) -> bool:
    """Whether a text is the same mark over and over, as `", ".join("?" * len(names))`: it holds places for values."""
    if not isinstance(value, Invoke) or not _is_join(value) or value.call < 0:
        return False
    joined = module.facts.calls[value.call].args[:1]
    return any(isinstance(one, Other) and one.kind == "BinOpMult" for one in joined)


def _all_marks(bound: Iterable[Assignment], module: Module) -> bool:
    values = [item.value for item in bound]
    return bool(values) and all(_are_marks(value, module) for value in values)
