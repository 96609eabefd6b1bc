"""The queries on models, with conditions and bounds, as far as one function shows them; judges none."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from readiness_bot.facts.python_facts import Call
from readiness_bot.facts.values import Index, Invoke, Items, Name, Value
from readiness_bot.repo.frames import Frame
from readiness_bot.repo.models import Models
from readiness_bot.repo.modules import DefinitionSite, Module
from readiness_bot.repo.python import Python
from readiness_bot.repo.query import RESULTS, TAKING, Query
from readiness_bot.repo.query_reader import QueryReader


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

    def is_put_into_filters(self, query: Query) -> bool:
        """Whether it only says what a filter set is to narrow: `OrderFilter(data, Order.objects.all())`."""
        return self._reader(query.module).is_put_into_filters(set(query.calls))

    def only_counts(self, query: Query) -> bool:
        """Whether all that is asked of it is how many rows there are, or whether there are any."""
        return query.counts and not self._reader(query.module).is_walked_beside_counting(set(query.calls))

    def _reader(self, module: Module) -> QueryReader:
        known = self._readers.get(module.path)
        if known is None:
            known = self._readers[module.path] = QueryReader(self.frame, self._python, self._models, module)
        return known

    @cached_property
    def _readers(self) -> dict[str, QueryReader]:
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
                and frame.module.facts.calls[value.call].last in TAKING | RESULTS
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
