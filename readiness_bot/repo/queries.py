"""The queries on models, with conditions and bounds, as far as one function shows them; judges none."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from readiness_bot.facts.origins import Flows
from readiness_bot.facts.python_facts import IN_COMPREHENSION, IN_FOR_HEADER, Assignment, Call
from readiness_bot.facts.values import MODULE, Const, Format, Index, Invoke, Items, Mapping, Name, Other, Value
from readiness_bot.model import Location
from readiness_bot.repo.models import Model, Models
from readiness_bot.repo.modules import DefinitionSite, Module
from readiness_bot.repo.python import Python

ONE_ROW = frozenset(
    [
        "get",
        "get_or_404",
        "one",
        "one_or_none",
        "one_or_404",
        "first",
        "first_or_404",
        "scalar",
        "scalar_one",
        "scalar_one_or_none",
        "find_one",
        "aget",
        "afirst",
        "get_or_none",
        "get_object_or_404",
        "aget_object_or_404",
        "last",
        "latest",
        "earliest",
        "fetchone",
        "fetch_one",
        "get_by_id",
        "find_one_and_update",
        "find_one_and_delete",
        "find_one_or_none",
        "get_or_create",
        "update_or_create",
        "fetch_val",
        "fetchval",
        "with_id",
        "objects_with_id",
    ]
)
"""The calls that give one row."""

COUNTING = frozenset(
    ["count", "exists", "acount", "aexists", "count_documents", "aggregate", "estimated_document_count"]
)
"""The calls that only count, or ask whether there is anything."""
_LIMITING = frozenset(
    [
        "limit",
        "slice",
        "fetchmany",
        "get_page",
        "page",
        "top",
        "offset_limit",
        "limit_offset",
        "first",
        "take",
        "paginate_query",
    ]
)
_WRITING = frozenset(
    [
        "update",
        "delete",
        "bulk_update",
        "delete_one",
        "delete_many",
        "update_one",
        "update_many",
        "update_all",
        "find_one_and_delete",
        "find_one_and_update",
        "hard_delete",
    ]
)
# What is left out says nothing of what is let in: `exclude` narrows to no row, and keeps to no tenant.
_FILTERING = frozenset(
    [
        "filter",
        "filter_by",
        "where",
        "get",
        "get_or_404",
        "get_or_none",
        "find",
        "find_one",
        "having",
        "get_object_or_404",
        "aget_object_or_404",
        "get_list_or_404",
        "aget",
        "first",
        "one",
        "complex_filter",
        "join",
        "outerjoin",
        "delete_one",
        "delete_many",
        "update_one",
        "update_many",
        "find_one_or_none",
        "get_or_create",
        "update_or_create",
        "objects",
        "find_many",
        "count_documents",
        "with_id",
    ]
)
_TAKING = frozenset(
    [
        "execute",
        "scalars",
        "scalar",
        "exec",
        "stream",
        "stream_scalars",
        "paginate",
        "get_object_or_404",
        "get_list_or_404",
        "aget_object_or_404",
        "list",
        "tuple",
        "set",
        "sorted",
        "len",
        "fetch_all",
        "fetch_one",
        "fetch_val",
        "first",
        "all",
        "one",
        "one_or_none",
        "Paginator",
        "run",
        "run_sync",
        "select_from",
        "exists",
        "sync_to_async",
    ]
)
RESULTS = frozenset(
    [
        "all",
        "fetchall",
        "to_list",
        "scalars",
        "list",
        "values",
        "values_list",
        "iterator",
        "find_all",
        "aiterator",
        "iterate",
        "mappings",
        "tuples",
        "unique",
        "dicts",
        "tolist",
        "objects",
        "stream_scalars",
        "partitions",
        "in_bulk",
    ]
)
"""The calls that fetch the rows."""
_MANAGERS = frozenset(
    {"query", "objects", "_default_manager", "all_objects", "_base_manager", "unscoped", "admin_objects"}
)
_ROOTS = frozenset(
    {
        "query",
        "select",
        "get",
        "get_object_or_404",
        "get_list_or_404",
        "aget_object_or_404",
        "update",
        "delete",
        "refresh_or_404",
        "first_or_404",
        "one_or_404",
        "find",
        "find_one",
    }
)
_OWN_ROOTS = frozenset(
    [
        "query",
        "select",
        "filter",
        "filter_by",
        "get",
        "get_or_none",
        "all",
        "find",
        "find_one",
        "find_all",
        "find_many",
        "get_all",
        "get_or_404",
        "first",
        "objects",
        "select_query",
        "where",
        "exclude",
        "delete",
        "delete_all",
        "delete_many",
        "delete_one",
        "update",
        "update_all",
        "with_id",
        "all_objects",
    ]
)
_OPERATORS = frozenset(
    [
        "in_",
        "notin_",
        "not_in",
        "is_",
        "is_not",
        "isnot",
        "like",
        "ilike",
        "contains",
        "startswith",
        "endswith",
        "between",
        "op",
        "any_",
        "__eq__",
        "eq",
        "any",
        "has",
        "overlap",
        "regexp_match",
        "In",
        "Eq",
    ]
)
_GROUPING = frozenset({"and_", "or_", "not_", "Q", "And", "Or", "any_", "all_"})
_AGGREGATES = frozenset(["count", "sum", "max", "min", "avg", "exists", "coalesce"])
_PAGING = re.compile(r"paginat|paged?_|limit|_page$|cursor_page|Paginator", re.IGNORECASE)
_ANSWERING = re.compile(
    r"^(render|render_template|render_to_string|jsonify|json_response|dump|dumps|make_response|"
    r"TemplateResponse)$|Response$|Serializer$|serialize|to_json|marshal|Schema$"
)
_DEEPEST = 6


def is_bounding(names: Iterable[str]) -> bool:
    """Whether calls of these bare names bound what a query gives."""
    return any(name in _LIMITING or _PAGING.search(name) is not None for name in names)


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a query: its field (empty if it cannot be told), the value, and the names that is made of."""

    field: str
    value: Value | None
    names: tuple[str, ...]

    @property
    def is_constant(self) -> bool:
        """Whether the value is a literal."""
        return isinstance(self.value, Const) or (isinstance(self.value, Other) and not self.names)


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """One query: where it starts and ends, its model (or the class that stands for several), conditions and bounds.

    `is_open` tells that conditions were added that cannot be read here. `helpers` are functions of
    the tree that took the query.
    """

    module: Module
    owner: DefinitionSite
    model: Model | None
    root: int
    calls: tuple[int, ...]
    conditions: tuple[Condition, ...]
    is_open: bool
    is_sliced: bool
    helpers: tuple[DefinitionSite, ...]

    @property
    def names(self) -> frozenset[str]:
        """The bare names of the calls that the query is put together from."""
        return frozenset(self.module.facts.calls[index].last.rpartition(":")[2] for index in self.calls)

    @property
    def call(self) -> Call:
        """The call that the query starts with."""
        return self.module.facts.calls[self.root]

    @property
    def scope(self) -> int:
        """The index of the definition that the query stands in."""
        return self.call.scope

    @property
    def location(self) -> Location:
        """Where the query starts, told by the words of the outermost call that it is put together from."""
        call = self.call
        whole = self.module.facts.calls[min(self.calls, default=self.root)]
        return self.module.location(call.line, call.end_line, call.scope, whole.statement)

    @property
    def gives_one(self) -> bool:
        """Whether it gives at most one row."""
        return bool(self.names & ONE_ROW)

    @property
    def counts(self) -> bool:
        """Whether it only counts, or asks whether there is anything."""
        return bool(self.names & COUNTING) and not self.names & RESULTS

    @property
    def groups(self) -> bool:
        """Whether it gives figures about groups of rows rather than rows."""
        if "group_by" not in self.names:
            return "annotate" in self.names and "values" in self.names
        return "with_entities" in self.names or any(
            isinstance(value, Invoke) and value.name.rpartition(".")[2].rpartition(":")[2] in _AGGREGATES | {"label"}
            for value in self.call.args
        )

    @property
    def writes(self) -> bool:
        """Whether it changes or deletes rows."""
        return bool(self.names & _WRITING)

    @property
    def is_bounded(self) -> bool:
        """Whether a limit, a slice or a page bounds what it gives."""
        return self.is_sliced or is_bounding(self.names)

    @property
    def fields(self) -> frozenset[str]:
        """The fields that conditions are about."""
        return frozenset(condition.field for condition in self.conditions)


class Frame:
    """The local variables of one function, and what values are made of."""

    def __init__(self, python: Python, module: Module, scope: int) -> None:
        self._python = python
        self.module = module
        self.scope = scope
        definition = module.definition(scope)
        self.parameters = tuple(parameter.name for parameter in definition.parameters) if definition is not None else ()
        self._assigned: dict[str, list[Assignment]] = defaultdict(list)
        inside = self._inside()
        for assignment in module.facts.assignments:
            if assignment.scope in inside and assignment.target.startswith("?"):
                self._assigned[assignment.target].append(assignment)

    def _inside(self) -> frozenset[int]:
        inside = {self.scope}
        for definition in self.module.enclosing(self.scope):
            if definition.kind == "function" and definition.parent != MODULE:
                inside.add(definition.parent)
        return frozenset(inside)

    def values_of(self, name: str) -> Iterator[Value]:
        """What a local variable is bound to."""
        return (assignment.value for assignment in self._assigned.get(name, ()))

    def names_in(self, value: Value | None) -> Iterator[str]:
        """Every name that a value is made of, calls and their arguments among them; local variables looked through."""
        return self._names(value, 0, {})

    def behind(self, name: str) -> Iterator[str]:
        """Every name that a local variable is made of."""
        return self._behind(name, 0, {})

    def _names(self, value: Value | None, depth: int, seen: dict[str, int]) -> Iterator[str]:
        if value is None or depth > _DEEPEST:
            return
        if isinstance(value, Name):
            yield value.name
            yield from self._behind(value.name, depth, seen)
        elif isinstance(value, Invoke):
            yield from self._in_call(value, depth, seen)
        elif isinstance(value, Items | Format | Mapping):
            parts = (
                value.items
                if isinstance(value, Items)
                else value.parts
                if isinstance(value, Format)
                else (*value.keys, *value.values)
            )
            for part in parts:
                yield from self._names(part, depth + 1, seen)
        elif isinstance(value, Index):
            yield from self._names(value.value, depth + 1, seen)
            for item in value.items:
                yield from self._names(item, depth + 1, seen)
                if isinstance(item, Const) and isinstance(item.value, str):
                    yield f"[{item.value}]"
        elif isinstance(value, Other):
            for name in value.names:
                yield name
                yield from self._behind(name, depth, seen)

    def _behind(self, name: str, depth: int, seen: dict[str, int]) -> Iterator[str]:
        """What a local variable is made of, unless it was looked through as deep before: it may be made of itself."""
        variable = name.partition(".")[0]
        if name.startswith("?") and depth < seen.get(variable, _DEEPEST):
            seen[variable] = depth
            for value in self.values_of(variable):
                yield from self._names(value, depth + 1, seen)

    def _in_call(self, value: Invoke, depth: int, seen: dict[str, int]) -> Iterator[str]:
        if value.call < 0:
            yield value.name
            return
        call = self.module.facts.calls[value.call]
        yield call.name
        if call.via:
            yield call.via
            yield from self._behind(call.via, depth, seen)
        for argument in call.handed:
            yield from self._names(argument, depth + 1, seen)
            if isinstance(argument, Const) and isinstance(argument.value, str):
                yield f"[{argument.value}]"


class Queries:
    """Questions about the queries of one tree."""

    LOOKS = "queries on models"

    def __init__(self, python: Python, models: Models) -> None:
        self._python = python
        self._models = models
        self._frames: dict[tuple[str, int], Frame] = {}

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    def frame(self, module: Module, scope: int) -> Frame:
        """The local variables of a function."""
        key = (module.path, scope)
        if key not in self._frames:
            self._frames[key] = Frame(self._python, module, scope)
        return self._frames[key]

    @cached_property
    def all(self) -> tuple[Query, ...]:
        """Every query of production code, in order of path and line."""
        return tuple(query for module in self._python.production for query in self._reader(module).queries())

    @cached_property
    def by_function(self) -> dict[tuple[str, int], tuple[Query, ...]]:
        """The queries of each function, by path and index of its definition."""
        found: dict[tuple[str, int], list[Query]] = defaultdict(list)
        for query in self.all:
            found[query.module.path, query.scope].append(query)
        return {key: tuple(queries) for key, queries in found.items()}

    def of(self, site: DefinitionSite) -> tuple[Query, ...]:
        """The queries that stand in a function."""
        return self.by_function.get((site.module.path, site.index), ())

    def onward(self, module: Module, call: Call) -> tuple[frozenset[str], bool, bool]:
        """What becomes of a query that a call gives: calls made of it, whether sliced, whether walked through."""
        reader = self._reader(module)
        index = next(number for number, item in enumerate(module.facts.calls) if item is call)
        members, _ = reader.chain(index)
        names = frozenset(module.facts.calls[member].last.rpartition(":")[2] for member in members if member != index)
        results = {result for member in members if (result := module.facts.calls[member].result)}
        is_sliced = bool(members & reader.slices.calls) or bool(results & reader.slices.names)
        return names, is_sliced, reader.is_walked(members)

    def is_walked(self, query: Query) -> bool:
        """Whether the function goes through the rows, or hands them to something that does."""
        return self._reader(query.module).is_walked(set(query.calls))

    def only_counts(self, query: Query) -> bool:
        """Whether all that is asked of it is how many rows there are, or whether there are any."""
        return query.counts and not self._reader(query.module).is_walked_beside_counting(set(query.calls))

    def _reader(self, module: Module) -> _Reader:
        known = self._readers.get(module.path)
        if known is None:
            known = self._readers[module.path] = _Reader(self, self._python, self._models, module)
        return known

    @cached_property
    def _readers(self) -> dict[str, _Reader]:
        return {}

    def is_returned(self, query: Query) -> bool:
        """Whether the function gives back the query or what it gave."""
        frame = self.frame(query.module, query.scope)
        members = set(query.calls)
        variables = {result for index in query.calls if (result := query.module.facts.calls[index].result)}
        for returned in query.module.facts.returns:
            if returned.scope == query.scope and self._leads_to(returned.value, members, variables, frame):
                return True
        return False

    def _leads_to(self, value: Value, members: set[int], variables: set[str], frame: Frame, depth: int = 0) -> bool:
        if depth > 4:
            return False
        if isinstance(value, Invoke):
            if value.call in members:
                return True
            return (
                value.call >= 0
                and frame.module.facts.calls[value.call].last in _TAKING | RESULTS
                and any(
                    self._leads_to(item, members, variables, frame, depth + 1)
                    for item in frame.module.facts.calls[value.call].args
                )
            )
        if isinstance(value, Name):
            return value.name in variables
        if isinstance(value, Index):
            return self._leads_to(value.value, members, variables, frame, depth + 1)
        if isinstance(value, Items):
            return any(self._leads_to(item, members, variables, frame, depth + 1) for item in value.items)
        return False


@dataclass(frozen=True, slots=True)
class _Links:
    """By call, those made on its result and those that take its result; and the calls whose rows are gone through."""

    methods: dict[int, set[int]]
    takers: dict[int, set[int]]
    walked: frozenset[int]


def _linked(module: Module, flows: Flows) -> _Links:
    calls = module.facts.calls
    methods: dict[int, set[int]] = defaultdict(set)
    takers: dict[int, set[int]] = defaultdict(set)
    for index, call in enumerate(calls[:-1]):
        # A chain as it is written: the call whose result a method is called on comes right after it.
        if "(" in call.name and call.name == f"{calls[index + 1].name}().{call.last}":
            methods[index + 1].add(index)
    walked = {
        flows.sources[atom.source].owner
        for atom in flows.atoms
        if atom.access and atom.access[0] == "[]" and flows.sources[atom.source].kind == "c"
    }
    for flow in flows.calls:
        for index in flow.receiver:
            source = flows.sources[flows.atoms[index].source]
            if source.kind == "c" and not flows.atoms[index].access and not flows.atoms[index].wraps:
                methods[source.owner].add(flow.call)
        for index in (one for given in (*flow.args, *flow.keywords) for one in given):
            source = flows.sources[flows.atoms[index].source]
            if source.kind == "c" and not flows.atoms[index].access:
                takers[source.owner].add(flow.call)
    return _Links(methods, takers, frozenset(walked))


@dataclass(frozen=True, slots=True)
class _Slices:
    """The calls whose results are sliced, and the names of variables that are."""

    calls: frozenset[int]
    names: frozenset[str]


def _sliced(module: Module) -> _Slices:
    found, names = set[int](), set[str]()
    values: list[Value] = [assignment.value for assignment in module.facts.assignments]
    values += [returned.value for returned in module.facts.returns]
    for call in module.facts.calls:
        values += call.handed
    pending = [(value, 0) for value in values]
    while pending:
        value, depth = pending.pop()
        if depth > 4:
            continue
        if isinstance(value, Index):
            if value.items and isinstance(value.items[0], Other) and value.items[0].kind == "Slice":
                if isinstance(value.value, Invoke):
                    found.add(value.value.call)
                elif isinstance(value.value, Name):
                    names.add(value.value.name)
            pending.append((value.value, depth + 1))
        elif isinstance(value, Items):
            pending += [(item, depth + 1) for item in value.items]
        elif isinstance(value, Mapping):
            pending += [(item, depth + 1) for item in value.values]
    return _Slices(frozenset(found), frozenset(names))


@lru_cache(maxsize=100_000)
def _shape(name: str, via: str) -> tuple[str, bool, bool]:
    """What a call's names say of it: the last one, whether it may be given a model, whether it may be a model's own."""
    last = name.rpartition(".")[2].rpartition(":")[2]
    is_own = last in _OWN_ROOTS or not _MANAGERS.isdisjoint((via or name).split(".")) or "objects" in name
    return last, last in _ROOTS, is_own


class _Reader:
    """One pass over the calls of a module."""

    def __init__(self, queries: Queries, python: Python, models: Models, module: Module) -> None:
        self.rooms = queries
        self.python = python
        self.models = models
        self.module = module
        self.calls = module.facts.calls

    @cached_property
    def links(self) -> _Links:
        """How the calls hang together; most modules ask nothing of a store, and are never asked."""
        return _linked(self.module, self.python.flows(self.module))

    @cached_property
    def slices(self) -> _Slices:
        """What is sliced."""
        return _sliced(self.module)

    def queries(self) -> Iterator[Query]:
        roots = [(index, *found) for index, call in enumerate(self.calls) if (found := self.root(call)) is not None]
        if not roots:
            return
        taken: set[int] = set()
        for index, owner, model in sorted(roots, key=lambda item: item[0], reverse=True):
            if index in taken:
                continue
            members, helpers = self.chain(index)
            taken |= members
            conditions, is_open = self.conditions(members)
            ordered = tuple(sorted(members))
            results = {result for member in members if (result := self.calls[member].result)}
            is_sliced = bool(members & self.slices.calls) or bool(results & self.slices.names)
            yield Query(
                self.module, owner, model, index, ordered, tuple(conditions), is_open, is_sliced, tuple(helpers)
            )

    # -- where a query starts --------------------------------------------------------------------------------------

    def root(self, call: Call) -> tuple[DefinitionSite, Model | None] | None:
        last, is_root, is_own = _shape(call.name, call.via)
        if is_root:
            for value in call.args[:6]:
                found = self.of_value(value)
                if found is not None:
                    if last in ("get", "find", "find_one") and len(call.args) + len(call.keywords) < 2:
                        continue
                    return found
                if last not in ("query", "select"):
                    break
        if is_own:
            for name in dict.fromkeys((call.via or call.name, call.name)):
                found = self.of_name(name, last)
                if found is not None:
                    return found
        return None

    def of_value(self, value: Value) -> tuple[DefinitionSite, Model | None] | None:
        if isinstance(value, Items) and value.items:
            value = value.items[0]
        if not isinstance(value, Name) or value.name.startswith("?"):
            return None
        for name in (value.name, value.name.rpartition(".")[0]):
            site = self.python.class_of(name, self.module) if name.strip(":.") else None
            if site is not None:
                model = self.models.by_site.get(site.name)
                return (site, model) if model is not None else None
        return None

    def of_name(self, name: str, last: str) -> tuple[DefinitionSite, Model | None] | None:
        segments = name.split(".")
        for count in range(1, len(segments)):
            bare = segments[count - 1].rpartition(":")[2]
            if not bare[:1].isupper() or "[" in bare:
                continue
            rest = segments[count:]
            if any("(" in item for item in rest[:-1]) or ("(" in bare and bare[-2:] != "()"):
                return None
            site = self.python.class_of(".".join(segments[:count]), self.module)
            if site is None:
                continue
            model = self.models.by_site.get(site.name)
            is_managed = len(rest) > 1 and (rest[0] in _MANAGERS or rest[0].endswith(("objects", "_manager")))
            if model is None and not (is_managed and rest[0] == "query"):
                return None
            if bare.endswith("()") and not is_managed:
                return None
            if not is_managed and (
                len(rest) > 1 or last not in _OWN_ROOTS or self.python.member(site, last) is not None
            ):
                return None
            if rest[0] == "objects" and len(rest) == 1 and model is not None and not model.is_document:
                return None
            return site, model
        return None

    # -- what becomes of it ----------------------------------------------------------------------------------------

    def chain(self, root: int) -> tuple[set[int], list[DefinitionSite]]:
        members, pending, helpers = {root}, [root], {}
        while pending and len(members) < 80:
            index = pending.pop()
            call = self.calls[index]
            if call.last.rpartition(":")[2] in ONE_ROW | COUNTING and index != root:
                continue
            if index == root and call.last.rpartition(":")[2] in ONE_ROW:
                continue
            following = set(self.links.methods.get(index, ()))
            for taker in self.links.takers.get(index, ()):
                other = self.calls[taker]
                own = (
                    self.python.definition(other.via or other.name, self.module)
                    if not other.name.startswith("?")
                    else None
                )
                if own is not None and own.definition.kind == "function":
                    helpers[own.name] = own
                    following.add(taker)
                elif other.last.rpartition(":")[2] in _TAKING or _PAGING.search(other.last):
                    following.add(taker)
            for other_index in following - members:
                members.add(other_index)
                pending.append(other_index)
        return members, list(helpers.values())

    def is_walked(self, members: set[int]) -> bool:
        """Whether rows of these calls are gone through here, or handed to something that answers with them."""
        if members & self.links.walked:
            return True
        if any(
            self.calls[member].context & (IN_FOR_HEADER | IN_COMPREHENSION) and self.calls[member].parent == MODULE
            for member in members
        ):
            return True
        takers = {taker for member in members for taker in self.links.takers.get(member, ())} - members
        return any(_ANSWERING.search(self.calls[taker].last) or self.calls[taker].has("many") for taker in takers)

    def is_walked_beside_counting(self, members: set[int]) -> bool:
        """Whether rows are gone through here, or answered with, of a query that is also counted."""
        rows = {member for member in members if self.calls[member].last.rpartition(":")[2] not in COUNTING}
        if rows & self.links.walked:
            return True
        takers = {taker for member in rows for taker in self.links.takers.get(member, ())} - members
        return any(_ANSWERING.search(self.calls[taker].last) for taker in takers)

    # -- under which conditions ------------------------------------------------------------------------------------

    def conditions(self, members: Iterable[int]) -> tuple[list[Condition], bool]:
        found: list[Condition] = []
        is_open = False
        for index in sorted(members):
            call = self.calls[index]
            last = call.last.rpartition(":")[2]
            if last not in _FILTERING:
                continue
            frame = self.rooms.frame(self.module, call.scope)
            args = list(call.args)
            if (
                args
                and (
                    self.of_value(args[0]) is not None
                    or last.startswith(("get_object_or", "aget_object_or", "get_list_or"))
                )
                and last not in ("filter", "where")
            ):
                args = args[1:]
            if (
                last in ("get", "get_or_404", "aget", "with_id", "get_or_none")
                and args
                and not isinstance(args[0], Other | Invoke)
                and not call.keywords
            ):
                found.append(Condition("pk", args[0], tuple(dict.fromkeys(frame.names_in(args[0])))))
                continue
            for value in args:
                inner, opens = self.read(value, frame, 0)
                found += inner
                is_open = is_open or opens
            for keyword, value in call.keywords:
                if keyword in (
                    "session",
                    "db",
                    "description",
                    "options",
                    "with_for_update",
                    "populate_existing",
                    "isouter",
                    "onclause",
                ):
                    continue
                if keyword == "**":
                    is_open = True
                    found.append(Condition("", value, tuple(dict.fromkeys(frame.names_in(value)))))
                    continue
                if keyword == "ident" or keyword == "id":
                    keyword = "pk" if keyword == "ident" else keyword
                found.append(Condition(keyword, value, tuple(dict.fromkeys(frame.names_in(value)))))
        return found, is_open

    def read(self, value: Value, frame: Frame, depth: int) -> tuple[list[Condition], bool]:
        if depth > _DEEPEST:
            return [], True
        if isinstance(value, Other):
            if value.kind == "*":
                return [Condition("", value, tuple(dict.fromkeys(frame.names_in(value))))], True
            return self.compared(value, frame), False
        if isinstance(value, Invoke) and value.call >= 0:
            return self.called(value, frame, depth)
        if isinstance(value, Mapping):
            found = [
                Condition(str(key.value), item, tuple(dict.fromkeys(frame.names_in(item))))
                for key, item in zip(value.keys, value.values, strict=False)
                if isinstance(key, Const) and key.value is not None
            ]
            return found, len(found) < len(value.keys)
        if isinstance(value, Name) and value.name.startswith("?"):
            inner: list[Condition] = []
            opens = True
            for bound in frame.values_of(value.name):
                more, _ = self.read(bound, frame, depth + 1)
                inner += more
                opens = False
            return inner or [Condition("", value, (value.name,))], opens or not inner
        if isinstance(value, Name):
            return [Condition(value.name.rpartition(".")[2], value, (value.name,))], False
        return ([], False) if isinstance(value, Const) else ([], True)

    def compared(self, value: Other, frame: Frame) -> list[Condition]:
        """A comparison of the model's attributes: which, with what."""
        fields = [name for name in value.names if self.is_attribute(name)]
        rest = tuple(name for name in value.names if name not in fields)
        names = tuple(dict.fromkeys((*rest, *(inner for name in rest for inner in frame.behind(name)))))
        if len(fields) > 1 and not rest:
            return [Condition(".".join(name.rpartition(".")[2] for name in fields), value, tuple(fields))]
        return [Condition(name.rpartition(".")[2], value, names) for name in fields] or [Condition("", value, names)]

    def is_attribute(self, name: str) -> bool:
        owner = name.rpartition(".")[0].rpartition(".")[2].rpartition(":")[2]
        return owner[:1].isupper() and not owner.isupper()

    def called(self, value: Invoke, frame: Frame, depth: int) -> tuple[list[Condition], bool]:
        call = self.calls[value.call]
        last = call.last.rpartition(":")[2]
        names = tuple(dict.fromkeys(frame.names_in(value)))
        if last in _GROUPING:
            found: list[Condition] = []
            opens = False
            for item in call.args:
                inner, more = self.read(item, frame, depth + 1)
                found += inner
                opens = opens or more
            found += [
                Condition(keyword, item, tuple(dict.fromkeys(frame.names_in(item)))) for keyword, item in call.keywords
            ]
            return found, opens
        if last in _OPERATORS:
            owner = (call.via or call.name).rpartition(".")[0]
            field = owner.rpartition(".")[2] if self.is_attribute(owner) else ""
            inner = (
                [item for argument in call.args for item in self.read(argument, frame, depth + 1)[0]]
                if last in ("any", "has")
                else []
            )
            return [Condition(field, call.args[0] if call.args else None, names), *inner], not field
        return [Condition("", value, names)], True
