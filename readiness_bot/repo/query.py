"""One query on models: its conditions, its bound, and what is asked of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from readiness_bot.facts.python_facts import Call
from readiness_bot.facts.values import Const, Invoke, Other, Value
from readiness_bot.model import Location
from readiness_bot.repo.models import Model
from readiness_bot.repo.modules import DefinitionSite, Module

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
TAKING = frozenset(
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
        "iterate",
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
_AGGREGATES = frozenset(["count", "sum", "max", "min", "avg", "exists", "coalesce"])
PAGING = re.compile(r"paginat|paged?_|limit|_page$|cursor_page|Paginator", re.IGNORECASE)


def is_bounding(names: Iterable[str]) -> bool:
    """Whether calls of these bare names bound what a query gives."""
    return any(name in _LIMITING or PAGING.search(name) is not None for name in names)


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
        """Whether it gives at most one row: one that is looked for, or made, as by `create_user` of a manager."""
        return bool(self.names & ONE_ROW) or any(
            name == "create" or name.startswith(("create_", "acreate")) for name in self.names
        )

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
