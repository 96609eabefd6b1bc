"""Which functions read rows of a model only as far as somebody may see them, and which read all; judges nothing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from readiness_bot.facts.python_facts import Call
from readiness_bot.facts.values import Const, Index, Invoke, Name, Value
from readiness_bot.model import Location
from readiness_bot.repo.expressions import names_in
from readiness_bot.repo.models import Model, Models
from readiness_bot.repo.modules import CallSite, DefinitionSite, Module
from readiness_bot.repo.python import Python
from readiness_bot.repo.queries import Queries
from readiness_bot.repo.query import Condition, Query
from readiness_bot.repo.tenancy import mentions, words_of

CALLERS = frozenset({"user", "caller", "viewer", "principal", "identity", "requester", "actor"})
"""Words by which code names who calls."""
BY_CONDITION = "a condition"
"""What keeps a reading whose own conditions name somebody."""
SOMEBODY = CALLERS | {
    "owner", "member", "author", "creator", "profile", "customer", "tenant", "organization", "organisation", "org",
    "workspace", "project", "team", "account", "company", "group",
}  # fmt: skip
"""Words by which code names those whom rows may belong to."""
TENANTS = frozenset({"tenant", "organization", "organisation", "org", "workspace", "company", "team", "account"})
"""Words by which code names what several people belong to together, and their rows with them."""
_CALLER = re.compile(
    r"(^|[.:?])((request|req|g|info\.context)\.(user|auth)|current_user|current_identity|user_logged_in)(\(\))?"
    r"(\.(id|pk|uuid|username|email|user_id|auth_id|profile|customer|account))?$"
)
"""The signed-in caller, or what is his, as a condition of a query names it."""
_HANDED = re.compile(r"(^|[.:?])(request|req|current_user|user)(\.user|\.id)?$")
_KEYS = frozenset({"id", "pk", "uuid", "guid"})
_OF_QUERIES = frozenset({"filter", "filter_by", "where", "get", "find", "find_one", "select", "exclude", "and_", "or_"})
"""Calls by which a query is put together: what they are handed is a condition."""
_HOPS = 2
"""Own calls followed from a helper to the query that it makes."""
_REQUEST = re.compile(r"(^|[.:?])(request|req|info\.context)$")
"""What a helper is told who calls by, without naming anybody."""
_OF_ROWS = re.compile(r"(^|_)(queryset|qs|query|rows|objects)(_|$)")
"""Names of helpers that make a query for whoever asks them."""
_BY_RIGHT = re.compile(r"for_user|owner|perm|visib|accessib|allowed|authori[sz]ed|restrict|scoped|can_(see|view|read)")


@lru_cache(maxsize=100_000)
def _is_by_right(last: str) -> bool:
    return _BY_RIGHT.search(last) is not None


@dataclass(frozen=True, slots=True)
class Reading:
    """What one function reads of one model: where, what keeps it to somebody, and the queries that are kept to nobody.

    `by` are the calls and conditions that keep it, in words.
    """

    function: DefinitionSite
    model: Model
    location: Location
    by: tuple[str, ...]
    open: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Picking:
    """A query that picks a row by its key, and the fields of its further conditions that name somebody."""

    function: DefinitionSite
    query: Query
    model: Model
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """One query of a function that knows of somebody: the fields that keep it to them, and what else of them is used.

    `beside` are the calls that are handed them and the other queries that are kept to them.
    """

    function: DefinitionSite
    model: Model
    location: Location
    by: tuple[str, ...]
    beside: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MadeFor:
    """A call that is handed those whom rows belong to: whom the request names, or others, the caller's own among them.

    `name` is the function that is called.
    """

    location: Location
    name: str
    is_told: bool


class Scoping:
    """Questions about the rows that functions read."""

    LOOKS = "queries, and the helpers that scope them"

    def __init__(self, python: Python, models: Models, queries: Queries) -> None:
        self._python = python
        self._models = models
        self._queries = queries
        self._models_of: dict[tuple[str, int], tuple[Model, ...]] = {}

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    def by_right(self) -> Iterator[Reading]:
        """The readings that a helper named for rights keeps to the caller, and the queries on the same models."""
        for reading in self._readings(CALLERS, conditions=False):
            if reading.by or reading.open:
                yield reading

    def by_words(self, words: frozenset[str]) -> Iterator[Reading]:
        """The readings that conditions or helpers keep to what the words name, and those that name it nowhere."""
        yield from self._readings(words, conditions=True)

    def picked(self, words: frozenset[str]) -> Iterator[Picking]:
        """The queries that pick a row by its key, with what keeps the row to what the words name."""
        for query in self._queries.all:
            asked = [condition for condition in query.conditions if not condition.is_constant]
            if query.model is None or query.is_open or not any(_is_key(one, query.model) for one in asked):
                continue
            function = self._function(query.module.path, query.scope)
            if function is not None:
                by = {f"`{one.field}`" for one in asked if not _is_key(one, query.model) and mentions(one, words)}
                yield Picking(function, query, query.model, tuple(sorted(by)))

    def kept_to(self, words: frozenset[str]) -> frozenset[Model]:
        """The models that some query asks by what the words name, be it of another model on the way."""
        return frozenset(
            query.model
            for query in self._queries.all
            if query.model is not None and any(words & words_of(one.field) for one in query.conditions)
        )

    def asked(self, words: frozenset[str]) -> Iterator[Asked]:
        """The queries of the functions that know of somebody, each by itself: one of several may forget them."""
        for function in self._python.functions:
            found = [
                (query.model, query.location, {f"`{one.field}`" for one in query.conditions if mentions(one, words)})
                for query in self._queries.of(function)
                if query.model is not None and not query.is_open
            ]
            if not found or not (self.names_any(function, words) or self._is_for(function, words)):
                continue
            handed = {f"`{name}`" for name in self._told(function, words)}
            for number, (model, location, by) in enumerate(found):
                others = {
                    f"{field} of `{other.name}`"
                    for place, (other, _, fields) in enumerate(found)
                    for field in fields
                    if place != number
                }
                yield Asked(function, model, location, tuple(sorted(by)), (*sorted(handed), *sorted(others)))

    def made_for(self) -> Iterator[MadeFor]:
        """The calls of functions that a request reaches which are handed what a name of tenants stands for."""
        for function in self._python.functions:
            plain, calls = _told_by_request(function), function.module.facts.calls
            if plain is None:
                continue
            for call in function.calls:
                for value in call.handed if "." not in call.last else ():
                    asked, name = _asked_of(value, calls)
                    if TENANTS & words_of(name):
                        yield MadeFor(
                            Location(function.module.path, call.line, call.end_line, function.definition.qualname),
                            call.last.rpartition(":")[2],
                            asked in plain or _READING_REQUEST.search(asked) is not None,
                        )

    def _is_for(self, function: DefinitionSite, words: frozenset[str]) -> bool:
        """Whether a method stands beside one that is told for whom the class is made: `__init__(self, tenant_id)`."""
        owner = function.owner
        return owner is not None and any(
            words & words_of(parameter.name)
            for method in owner.methods
            if method.definition.name == "__init__"
            for parameter in method.definition.parameters
        )

    def _told(self, function: DefinitionSite, words: frozenset[str]) -> Iterator[str]:
        """The calls of a function that are handed somebody, other than as a condition of a query."""
        for call in function.calls:
            if call.last not in _OF_QUERIES and any(
                isinstance(value, Name) and words & words_of(value.name) for value in call.handed
            ):
                yield call.last

    def kept_to_caller(self, function: DefinitionSite, hops: int = 1) -> DefinitionSite | None:
        """The function, or one that it calls, which picks rows by who calls; None where neither does."""
        if any(
            _CALLER.search(name)
            for query in self._queries.of(function)
            for one in query.conditions
            for name in one.names
        ):
            return function
        for call in function.calls if hops else ():
            if any(isinstance(value, Name) and _HANDED.search(value.name) for value in call.handed):
                target = self._python.target(call, function.module)
                if target is not None and target.definition.kind == "function" and target.name != function.name:
                    found = self.kept_to_caller(target, hops - 1)
                    if found is not None:
                        return found
        return None

    def _readings(self, words: frozenset[str], *, conditions: bool) -> Iterator[Reading]:
        kept: dict[tuple[str, int, str], dict[str, Location]] = defaultdict(dict)
        models: dict[str, Model] = {}
        for module, scope, model, helper in self._helped(words, any_name=conditions):
            models[model.site.name] = model
            kept[module.path, scope, model.site.name][f"`{helper.last}`"] = helper.location
        open_: dict[tuple[str, int, str], list[Query]] = defaultdict(list)
        for query in self._queries.all:
            if query.model is None:
                continue
            models[query.model.site.name] = query.model
            key = (query.module.path, query.scope, query.model.site.name)
            if conditions and (query.is_open or any(mentions(condition, words) for condition in query.conditions)):
                kept[key][BY_CONDITION] = query.location
            else:
                open_[key].append(query)
        for key in sorted({*kept, *open_}):
            function = self._function(key[0], key[1])
            if function is not None:
                queries = tuple(sorted(open_.get(key, ()), key=lambda query: query.location))
                by = kept.get(key, {})
                location = queries[0].location if queries else next(iter(by.values()))
                yield Reading(function, models[key[2]], location, tuple(by), queries)

    def _helped(self, words: frozenset[str], *, any_name: bool) -> Iterator[tuple[Module, int, Model, CallSite]]:
        """Calls that hand over somebody together with a model, or to a function that queries one."""
        for site in self._python.all_calls:
            call = site.call
            by_right = _is_by_right(call.last)
            if call.scope < 0 or not (any_name or by_right or _OF_ROWS.search(call.last)):
                continue
            handed = [value.name for value in call.handed if isinstance(value, Name)]
            told = (any_name or by_right) and any(words & words_of(name) for name in handed)
            if not told and (any_name or not any(map(_REQUEST.search, handed))):
                continue
            target = self._python.target(call, site.module)
            own = target is not None and target.definition.kind == "function"
            if not told and not (own and self._knows_of(target, words, _HOPS)):
                continue
            named = {self._python.identify(name, site.module) for name in handed if name[:1] != "?"}
            found = [model for name in named if (model := self._models.by_site.get(name)) is not None]
            if target is not None and own:
                found += self._queried(target, _HOPS)
            asked, _, manager = call.name.partition(".objects.")
            owner = self._models.by_site.get(self._python.identify(asked, site.module)) if manager and told else None
            found += [owner] if owner is not None else []
            for model in dict.fromkeys(found):
                yield site.module, call.scope, model, site

    def _knows_of(self, function: DefinitionSite | None, words: frozenset[str], hops: int) -> bool:
        """Whether a function names somebody, itself or through what it calls."""
        if function is None or function.definition.kind != "function":
            return False
        if self.names_any(function, words):
            return True
        called = (self._python.target(call, function.module) for call in function.calls) if hops else ()
        return any(self._knows_of(one, words, hops - 1) for one in called)

    def _queried(self, function: DefinitionSite, hops: int) -> tuple[Model, ...]:
        """The models that a function queries, itself or through what it calls."""
        known = self._models_of.get((function.name, hops))
        if known is None:
            found = [query.model for query in self._queries.of(function) if query.model is not None]
            for call in function.calls if hops else ():
                target = self._python.target(call, function.module)
                if target is not None and target.definition.kind == "function" and target.name != function.name:
                    found += self._queried(target, hops - 1)
            known = self._models_of[function.name, hops] = tuple(dict.fromkeys(found))
        return known

    def _function(self, path: str, scope: int) -> DefinitionSite | None:
        module = self._python.modules[path]
        definition = module.definition(scope)
        if definition is None or definition.kind != "function":
            return None
        return DefinitionSite(module, scope, definition)

    @staticmethod
    def names_any(function: DefinitionSite, words: frozenset[str]) -> bool:
        """Whether a function names one of the words anywhere: in its parameters, or what its body is made of."""
        named = (*function.definition.refs, *(parameter.name for parameter in function.definition.parameters))
        return any(words & words_of(name) for name in named)


_READING_REQUEST = re.compile(
    r"(^|[.:?])(request|req)\.(args|form|json|values|query_params|data|GET|POST|headers|path_params)"
)
_INJECTED = frozenset({"Depends", "Security", "Inject", "Provide"})


def _told_by_request(function: DefinitionSite) -> frozenset[str] | None:
    """The parameters that a request fills in as it likes; None for a function that no request reaches."""
    calls = function.module.facts.calls
    defaults = [parameter.default for parameter in function.definition.parameters]
    injected = [one for one in defaults if isinstance(one, Invoke) and one.name.rpartition(".")[2] in _INJECTED]
    marked = [one for one in function.definition.parameters if "Depends" in _names_of_annotation(one.annotation, calls)]
    if not (injected or marked or function.definition.decorators):
        return None
    return frozenset(
        f"?{one.name}" for one in function.definition.parameters if one.default not in injected and one not in marked
    )


def _names_of_annotation(value: Value | None, calls: Sequence[Call]) -> frozenset[str]:
    """The last parts of all names in an annotation."""
    return frozenset(name.rpartition(".")[2] for name in names_in(value, calls))


def _asked_of(value: Value, calls: Sequence[Call]) -> tuple[str, str]:
    """What a value is taken from and by which name: `?user.tenant_id`, or `tenant_id` of `request.args`."""
    keys: Sequence[Value] = ()
    asked = ""
    if isinstance(value, Index):
        asked, keys = next(names_in(value.value, calls), ""), value.items
    elif isinstance(value, Invoke) and value.call >= 0:
        asked, keys = value.name, calls[value.call].args
    elif isinstance(value, Name):
        return value.name, value.name.rpartition(".")[2]
    key = keys[0] if keys else None
    return asked, str(key.value) if isinstance(key, Const) else ""


def _is_key(condition: Condition, model: Model) -> bool:
    """Whether a condition asks for a model's own key."""
    name = condition.field.lower().removesuffix("__exact").removesuffix("__in")
    return name in _KEYS or name == f"{model.name.lower()}_id"
