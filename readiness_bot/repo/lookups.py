"""How a tenant's rows are looked up by keys from requests, and what keeps them to the caller's tenant; judges none."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Literal

from readiness_bot.facts.origins import CallFlow
from readiness_bot.facts.python_facts import Call
from readiness_bot.facts.values import Const, Index, Invoke, Items, Mapping, Name, Other, Value
from readiness_bot.model import Location
from readiness_bot.repo.expressions import names_in
from readiness_bot.repo.flows import DataFlows
from readiness_bot.repo.frames import Frame
from readiness_bot.repo.models import Model, Models
from readiness_bot.repo.modules import CallSite, DefinitionSite, Module
from readiness_bot.repo.python import Python
from readiness_bot.repo.queries import Queries
from readiness_bot.repo.query import Condition, Query
from readiness_bot.repo.reach import Reach
from readiness_bot.repo.refusal_signs import is_refusing
from readiness_bot.repo.refusals import reads_caller
from readiness_bot.repo.route import Guard, Route
from readiness_bot.repo.routes import Routes
from readiness_bot.repo.scoping import Scoping
from readiness_bot.repo.tenancy import Tenancy, Tenant, mentions, words_of

Check = Literal["none", "role", "done"]

_REQUEST = re.compile(
    r"(^|[.:?_])(request|req|self\.request)\.(args|form|values|json|data|GET|POST|query_params|"
    r"path_params|params|match_info|view_args|get_json|body|query|query_string|rel_url|cookies|headers|"
    r"FILES)\b|\(\)\.kwargs(\.|\[|$)|^\?kwargs(\.|$)|^\?(payload|body|data|req|item_in|params)\.|"
    r"flask\.request\.|^flask\.request$|\.get_json(\(\)|$)|get_argument$"
)
_CHECKING = re.compile(
    (
        r"check|ensure|assert|verif|require|guard|valid|authori[sz]|permi|forbid|restrict|enforce|belongs|"
        r"access|allow|can_|^can$|has_|is_owner|is_member|owner|member|polic|scope|deny|must_|same_|raise_if|"
        r"abort_if|_or_403|_or_404$|protect|^_*confirm_\w*(admin|manager|read|write|rights?)"
    ),
    re.IGNORECASE,
)
_AUTHORIZING = re.compile(
    r"^_?(authori[sz]e|check_(access|permission|authori)|require_|ensure_|enforce|permit)", re.IGNORECASE
)
_ASKING_RIGHTS = re.compile(
    r"permi|authori[sz]|access|owner|member|_or_403|(^|_)can(_|$)|^check_\w*role", re.IGNORECASE
)
"""What asks for rights by its name, wherever it stands."""
_NOT_CHECKING = frozenset(
    {
        "hasattr",
        "isinstance",
        "validate",
        "model_validate",
        "is_valid",
        "get_or_404",
        "first_or_404",
        "get_object_or_404",
        "has_changed",
        "access_token",
        "one_or_404",
    }
)
_ADMIN = re.compile(r"admin|staff|role|superuser", re.IGNORECASE)
_WHOLE_INSTALLATION = re.compile(
    (
        r"super_?(user|admin)|is_staff|staff_?(member|required|only)|IsAdminUser|root_user|site_admin|"
        r"system_admin|platform_admin|internal|service_account"
    ),
    re.IGNORECASE,
)
_OWNER_WORDS = frozenset(
    {"user", "owner", "member", "members", "creator", "author", "created", "recipient", "assignee"}
)
_SECRET = re.compile(
    (
        r"token|secret|signature|hash|api_key|apikey|invite|nonce|code$|slug_token|public_id|share|"
        r"verification|activation|reset"
    ),
    re.IGNORECASE,
)
_OF_PATHS_ALONE = frozenset({"flask", "quart", "django", "bottle", "sanic"})
"""Frameworks whose handlers are given what stands in the path, and nothing else."""
_INJECTED = frozenset({"Depends", "Security", "Inject", "Provide"})
_NOT_FROM_REQUEST = frozenset(
    {
        "self",
        "cls",
        "request",
        "req",
        "db",
        "session",
        "db_session",
        "response",
        "background_tasks",
        "info",
        "context",
        "ctx",
        "app",
    }
)
_DEEPEST = 6
_REDIRECTS = frozenset(
    {
        "redirect",
        "HttpResponseRedirect",
        "RedirectResponse",
        "HTTPFound",
        "HTTPSeeOther",
        "HttpResponsePermanentRedirect",
    }
)
_QUEUEING = frozenset({"delay", "apply_async", "enqueue", "send", "s", "si", "defer", "kiq", "send_task"})
_WRITING = frozenset(
    {
        "save",
        "delete",
        "commit",
        "add",
        "update",
        "create",
        "merge",
        "flush",
        "bulk_update",
        "remove",
        "asave",
        "adelete",
    }
)
_LOGIN = re.compile(
    (
        r"login|authenticat|jwt|token|csrf|session|logged|oauth|throttl|rate|cache|atomic|transaction|marshal|"
        r"response|swagger|doc|route|expect|wraps|phone_home|http_method"
    ),
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, eq=False)
class Lookup:
    """One look-up by key that nothing in its conditions keeps to a tenant, at the place that hands the key over.

    `check` tells what is done with the row (or its key) on the way: nothing, a check that a role passes whoever the
    tenant, or one that settles it. `route` is one that leads there, `doubts` what might still protect it.
    """

    location: Location
    model: Model
    query: Query
    key: str
    check: Check
    route: Route
    doubts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Pending:
    """A look-up keyed by a parameter of a function, on its way to the callers."""

    query: Query
    place: Location
    function: DefinitionSite
    parameter: str
    check: Check
    returned: bool
    hops: int


_TOLD_WHO = re.compile(r"(^|[.?:])(request\.user|current_user|user|actor|principal)$")


def _told_both(function: DefinitionSite, keys: Container[str]) -> Iterator[str]:
    """The calls of a function that are told who calls and what is looked up: they may ask whether he may."""
    for call in function.calls:
        named = {name for value in call.handed for name in names_in(value, function.module.facts.calls)}
        told = any(map(_TOLD_WHO.search, named))
        if told and any(name.partition(".")[0].partition("[")[0] in keys for name in named):
            yield call.last.rpartition(":")[2]


_NARROWING = frozenset({"filter", "filter_by", "where", "join", "options", "exclude", "get_queryset", "for_tenant"})


def _said_in(call: Call) -> Iterator[str]:
    """What the arguments of a call name: the keywords, and the things and calls that they are made of."""
    for name, _ in call.keywords:
        yield name
    for value in call.handed:
        yield from names_in(value)


class Lookups:
    """Questions about the look-ups of a tenant's rows."""

    LOOKS = "look-ups by primary key"

    def __init__(
        self,
        python: Python,
        models: Models,
        queries: Queries,
        routes: Routes,
        reach: Reach,
        flows: DataFlows,
        tenancy: Tenancy,
    ) -> None:
        self._python = python
        self._models = models
        self._queries = queries
        self._routes = routes
        self._reach = reach
        self._flows = flows
        self._tenancy = tenancy

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    @cached_property
    def telling_tenants(self) -> frozenset[str]:
        """The tree's own classes that tell who calls a route, and that ask for the tenant on the way."""
        tenant = self._tenancy.tenant
        named = {
            guard.name for route in self._routes.served for guard in route.guards if guard.kind == "authentication"
        }
        classes = (site for name in sorted(named) if (site := self._python.definition_named(name)) is not None)
        return frozenset(
            site.name
            for site in classes
            if tenant is not None
            and any(
                Scoping.names_any(method, tenant.words) for one in self._python.ancestry(site) for method in one.methods
            )
        )

    @cached_property
    def kept(self) -> tuple[Query, ...]:
        """The queries on a tenant's models whose conditions keep to the tenant, directly or through a parent."""
        tenant = self._tenancy.tenant
        return () if tenant is None else tuple(query for query in self._queries.all if self._is_kept(query, tenant))

    def _is_kept(self, query: Query, tenant: Tenant) -> bool:
        return (
            query.model is not None
            and self._tenancy.path(query.model, tenant) is not None
            and (
                any(mentions(condition, tenant.words) for condition in query.conditions)
                or self._is_narrowed(query, tenant)
            )
        )

    @staticmethod
    def _is_narrowed(query: Query, tenant: Tenant) -> bool:
        """Whether an own function that a query is handed to puts the tenant's key into its conditions."""
        return any(
            call.last in _NARROWING and tenant.words & {word for name in _said_in(call) for word in words_of(name)}
            for helper in query.helpers
            for call in helper.calls
        )

    @cached_property
    def open(self) -> tuple[Lookup, ...]:
        """Every look-up of a tenant's row by a request's key that its conditions leave open, by place."""
        tenant = self._tenancy.tenant
        if tenant is None:
            return ()
        found: dict[tuple[str, int, str], Lookup] = {}
        looked_up = (lookup for query in self._queries.all for lookup in self._of(query, tenant))
        for lookup in chain(looked_up, self._of_views(tenant)):
            key = (lookup.location.path, lookup.location.line, lookup.model.name)
            known = found.get(key)
            if (
                known is None
                or _RANK[lookup.check] < _RANK[known.check]
                or (lookup.check == known.check and len(lookup.doubts) < len(known.doubts))
            ):
                found[key] = lookup
        return tuple(found[key] for key in sorted(found))

    def is_exception(self, lookup: Lookup) -> bool:
        """Whether other queries of the same file, or on the same model, are held against the caller's own tenant.

        Where none is, the code may be called by somebody who stands above the tenants, as another service does; one
        who was looked up within a tenant does not.
        """
        models, paths = self._held
        near = bool({lookup.location.path, lookup.query.module.path} & paths)
        return near or lookup.model.site.name in models or self._are_of_a_tenant(lookup.route)

    def is_for_installation(self, route: Route) -> bool:
        """Whether the handler itself refuses all but those who run the installation, who belong to no tenant."""
        handler = route.handler
        if handler is None:
            return False
        raised = [item for item in handler.module.facts.raises if item.scope == handler.index]
        refused = [item.guards for item in raised if is_refusing(item)]
        refused += [call.guards for call in handler.calls if is_refusing(call)]
        return any(
            all(reads_caller(one) or self._tells_installation(one, handler.module) for one in guards)
            for guards in refused
            if any(self._tells_installation(one, handler.module) for one in guards)
        )

    def _tells_installation(self, asked: str, module: Module) -> bool:
        """Whether a question is who administers the installation: by its name, or as all that a function answers."""
        if _WHOLE_INSTALLATION.search(asked.rpartition(".")[2]):
            return True
        site = self._python.definition(asked.lstrip("!"), module)
        if site is None or site.definition.kind != "function":
            return False
        answers = [item.value for item in site.module.facts.returns if item.scope == site.index]
        told = [value.name for value in answers if isinstance(value, Name)]
        return (
            bool(told)
            and all(_WHOLE_INSTALLATION.search(name.rpartition(".")[2]) for name in told)
            and all(isinstance(value, Name) or value in (Const(False), Const(None)) for value in answers)
        )

    @cached_property
    def _held(self) -> tuple[frozenset[str], frozenset[str]]:
        """The models and files of the queries that are held against the caller's own tenant."""
        tenant = self._tenancy.tenant
        held = [query for query in self._queries.all if tenant and self._tenancy.knows_caller(query, tenant)]
        models = frozenset(query.model.site.name for query in held if query.model is not None)
        return models, frozenset(query.module.path for query in held)

    # -- one query -------------------------------------------------------------------------------------------------

    def _of(self, query: Query, tenant: Tenant) -> Iterator[Lookup]:
        model = query.model
        if model is None or query.is_open or model is tenant.model or self._tenancy.path(model, tenant) is None:
            return
        if (
            query.counts
            or self._is_narrowed(query, tenant)
            or (model in tenant.members and not self._models.is_user(model))
        ):
            return
        key = self._key(query, model, tenant)
        function = self._function(query.module, query.scope)
        if key is None or function is None or self._tenancy.is_scoped_by_manager(model, tenant.words):
            return
        frame = self._queries.frame(query.module, query.scope)
        key = Condition(key.field, key.value, tuple(dict.fromkeys(_made_of(key.value, frame))))
        yield from self._traced(query, model, function, key, tenant)

    def _key(self, query: Query, model: Model, tenant: Tenant) -> Condition | None:
        """The condition that picks the row; None where another keeps the query to a tenant."""
        key = None
        for condition in query.conditions:
            if mentions(condition, tenant.words) or self._is_owned(condition, model):
                return None
            name = condition.field.partition("__in")[0].removesuffix("__exact")
            if name in model.primary_keys and not condition.is_constant:
                key = condition
            elif not condition.is_constant and (
                _SECRET.search(condition.field)
                or (condition.field == "" and not self._is_harmless(condition, query, tenant))
            ):
                return None
        return key

    def _is_harmless(self, condition: Condition, query: Query, tenant: Tenant) -> bool:
        """Whether a condition that the tree's own function makes says nothing of tenants or people."""
        value = condition.value
        site = self._python.definition(value.name, query.module) if isinstance(value, Invoke) else None
        if site is None or site.definition.kind != "function":
            return False
        words = {
            word
            for name in (*site.definition.refs, *(parameter.name for parameter in site.definition.parameters))
            for word in words_of(name)
        }
        return not words & (tenant.words | _OWNER_WORDS)

    def _is_owned(self, condition: Condition, model: Model) -> bool:
        """Whether a condition names a person or a parent: then the row is that one's."""
        name = condition.field.partition("__")[0].partition(".")[0]
        field = model.field(name) or model.field(f"{name}_id") or model.field(name.removesuffix("_id"))
        if field is not None and field.role != "column":
            return True
        return bool(_OWNER_WORDS & words_of(condition.field))

    @staticmethod
    def _function(module: Module, scope: int) -> DefinitionSite | None:
        definition = module.definition(scope)
        return (
            DefinitionSite(module, scope, definition)
            if definition is not None and definition.kind == "function"
            else None
        )

    # -- generic views ---------------------------------------------------------------------------------------------

    def _of_views(self, tenant: Tenant) -> Iterator[Lookup]:
        """The rows that generic views of Django REST framework pick by the key in their path, out of all of a model.

        Whatever of the tree's own has a part in picking or permitting settles it: the framework asks it on the way.
        """
        if self._settings_decide:
            return
        for route in self._routes.all:
            view = route.view
            if view is None or route.framework != "django-rest-framework" or not self._is_plain(view):
                continue
            query = self._class_query(view)
            if query is None or query.model is None or query.model is tenant.model or query.model in tenant.members:
                continue
            if query.is_open or query.conditions or self._tenancy.path(query.model, tenant) is None:
                continue
            check, doubts = self._guarded(route, query.model, frozenset({"pk", "id"}))
            own = any(":" in guard.name and guard.kind in ("permission", "mixin") for guard in route.guards)
            if not own and check == "none" and not self._tenancy.is_scoped_by_manager(query.model, tenant.words):
                yield Lookup(query.location, query.model, query, "pk", check, route, doubts)

    def _is_plain(self, view: DefinitionSite) -> bool:
        """Whether a view picks single rows as the framework does, by nothing but their primary key."""
        bases = {base.rpartition(".")[2] for base in self._python.external_bases(view)}
        if not bases & _PICKING_VIEWS or any(self._python.member(view, name) is not None for name in _PICKING):
            return False
        named = self._python.class_value(view, "lookup_field")
        if named is not None and not (isinstance(named[1].value, Const) and named[1].value.value in ("pk", "id")):
            return False  # a slug or a key to the row may be a secret
        filters = self._python.class_value(view, "filter_backends")
        return filters is None or not any(
            ":" in self._python.identify(name, filters[0]) for name in names_in(filters[1].value)
        )

    def _class_query(self, view: DefinitionSite) -> Query | None:
        """The query that a view's class holds."""
        bound = self._python.class_value(view, "queryset")
        value = bound[1].value if bound is not None else None
        if bound is None or not isinstance(value, Invoke) or value.call < 0:
            return None
        return next(
            (
                query
                for query in self._queries.all
                if query.module is bound[0] and value.call in (*query.calls, query.root)
            ),
            None,
        )

    @cached_property
    def _settings_decide(self) -> bool:
        """Whether the settings put permissions or filters of the tree's own before every view."""
        for module in self._python.production:
            for item in module.facts.assignments:
                if item.target == ":REST_FRAMEWORK" and isinstance(item.value, Mapping):
                    for key, value in zip(item.value.keys, item.value.values, strict=False):
                        if isinstance(key, Const) and key.value in _BEFORE_VIEWS and _names_own(value):
                            return True
        return False

    # -- back to the request ---------------------------------------------------------------------------------------

    def _traced(
        self, query: Query, model: Model, function: DefinitionSite, key: Condition, tenant: Tenant
    ) -> Iterator[Lookup]:
        check = self._check(query.module, query.scope, set(query.calls), model, tenant, key.names)
        if check == "done":
            return
        pending = []
        if self._is_request(key.names, function):
            yield from self._arrived(query, query.location, function, key.names, check, ())
        for name in self._parameters(key.names, function):
            pending.append(_Pending(query, query.location, function, name, check, self._queries.is_returned(query), 0))
        known: set[tuple[str, str]] = set()
        while pending and len(known) < 60:
            one = pending.pop(0)
            if (one.function.name, one.parameter) in known:
                continue
            known.add((one.function.name, one.parameter))
            if self._is_route_parameter(one.function, one.parameter):
                yield from self._arrived(query, one.place, one.function, (f"?{one.parameter}",), one.check, ())
                continue
            if one.hops < 3:
                pending += self._called(one, model, tenant)
                yield from self._called_by_request(one, model, tenant)

    def _calls_of(self, one: _Pending) -> Iterator[tuple[CallSite, DefinitionSite, Value]]:
        """The sure calls of a function, the functions they stand in, and what they hand over for the parameter."""
        for call, shift, sure in self._flows.callers(one.function):
            caller = self._function(call.module, call.call.scope)
            if not sure or shift or caller is None or caller.name == one.function.name or call.call.last in _QUEUEING:
                # What is queued was dealt with by who queues it, and is out of a request's sight.
                continue
            value = self._handed(call, one.function, one.parameter)
            if value is not None:
                yield call, caller, value

    def _handed(self, site: CallSite, target: DefinitionSite, parameter: str) -> Value | None:
        keyword = site.call.keyword(parameter)
        if keyword is not None:
            return keyword
        names = [item.name for item in target.definition.parameters if item.kind == "positional"]
        if parameter not in names:
            return None
        offset = 1 if names[:1] in (["self"], ["cls"]) else 0
        position = names.index(parameter) - offset
        return site.call.args[position] if 0 <= position < len(site.call.args) else None

    def _step(
        self, one: _Pending, call: CallSite, value: Value, model: Model, tenant: Tenant
    ) -> tuple[Check, Location, tuple[str, ...]]:
        """What the caller checks of the row, where the look-up stands for it, and what the key is there."""
        frame = self._queries.frame(call.module, call.call.scope)
        names = tuple(dict.fromkeys(_made_of(value, frame)))
        place = (
            one.place if call.module is one.query.module and one.place.path == one.query.module.path else call.location
        )
        check = one.check
        handed = call.call.handed
        if any(tenant.words & words_of(name) for argument in handed for name in names_in(argument)) or any(
            tenant.words & words_of(keyword) for keyword, _ in call.call.keywords
        ):
            return "done", place, names
        if self._is_found_before(call, names, tenant):
            return "done", place, names
        index = next(number for number, item in enumerate(call.module.facts.calls) if item is call.call)
        rows = {index} if one.returned or call.call.result else set()
        here = self._check(call.module, call.call.scope, rows, model, tenant, names)
        return (here if _RANK[here] > _RANK[check] else check), place, names

    def _is_found_before(self, site: CallSite, key: tuple[str, ...], tenant: Tenant) -> bool:
        """Whether a call stands behind a look-up of the same key within the tenant, which had to find something.

        Or behind one whose row has its tenant checked.
        """
        variables = {name for name in key if name.startswith("?") and "." not in name and "[" not in name}
        scope, facts = site.call.scope, site.module.facts
        needed = {guard.lstrip("!") for raised in facts.raises if raised.scope == scope for guard in raised.guards}
        for earlier in site.module.calls_in(scope) if variables and needed else ():
            if earlier.line < site.call.line and earlier.result in needed:
                target = self._python.target(earlier, site.module)
                if target is not None and _looks_within(target, earlier, variables, tenant):
                    return True
        return any(
            earlier.line < site.call.line
            and earlier.result
            and any(_is_one_of(value, variables) for value in earlier.handed)
            and _is_held_against(earlier.result, range(earlier.line, site.call.line), site, tenant)
            for earlier in (site.module.calls_in(scope) if variables else ())
        )

    def _called(self, one: _Pending, model: Model, tenant: Tenant) -> Iterator[_Pending]:
        for call, caller, value in self._calls_of(one):
            check, place, names = self._step(one, call, value, model, tenant)
            if check != "done":
                for name in self._parameters(names, caller):
                    yield _Pending(
                        one.query, place, caller, name, check, one.returned and self._gives_back(call), one.hops + 1
                    )

    def _called_by_request(self, one: _Pending, model: Model, tenant: Tenant) -> Iterator[Lookup]:
        for call, caller, value in self._calls_of(one):
            check, place, names = self._step(one, call, value, model, tenant)
            if check != "done" and self._is_request(names, caller):
                yield from self._arrived(one.query, place, caller, names, check, ())

    def _gives_back(self, site: CallSite) -> bool:
        for returned in site.module.facts.returns:
            value = returned.value
            if returned.scope == site.call.scope and (
                (isinstance(value, Invoke) and value.call >= 0 and site.module.facts.calls[value.call] is site.call)
                or (isinstance(value, Name) and value.name == site.call.result)
            ):
                return True
        return False

    def _parameters(self, names: tuple[str, ...], function: DefinitionSite) -> Iterator[str]:
        own = {parameter.name for parameter in function.definition.parameters} - _NOT_FROM_REQUEST
        for name in names:
            bare = name[1:].partition(".")[0] if name.startswith("?") else ""
            if bare in own and (name == f"?{bare}" or self._is_route_parameter(function, bare)):
                yield bare

    def _is_request(self, names: tuple[str, ...], function: DefinitionSite) -> bool:
        return any(_REQUEST.search(name) for name in names) and self._reach.depth(function) is not None

    def _is_route_parameter(self, function: DefinitionSite, name: str) -> bool:
        if function.name not in self._routes.by_handler:
            return False
        if self._is_given_by_a_decorator(function, name):
            return False
        parameter = next(item for item in function.definition.parameters if item.name == name)
        default = parameter.default
        if isinstance(default, Invoke) and default.name.rpartition(".")[2] in _INJECTED:
            return False
        return not any(
            guard.name for guard in self._routes.guards.asked_for_in(parameter.annotation, function.module, 0)
        )

    def _is_given_by_a_decorator(self, function: DefinitionSite, name: str) -> bool:
        """Whether no path of a handler holds a parameter, so that a decorator of the tree found it and handed it on."""
        routes = self._routes.by_handler[function.name]
        return all(
            route.framework in _OF_PATHS_ALONE
            and name not in re.findall(r"\w+", route.path)
            and any(guard.kind == "decorator" and ":" in guard.name for guard in route.guards)
            for route in routes
        )

    def _arrived(
        self,
        query: Query,
        place: Location,
        function: DefinitionSite,
        names: tuple[str, ...],
        check: Check,
        doubts: tuple[str, ...],
    ) -> Iterator[Lookup]:
        model = query.model
        routes = self._reach.routes_to(function)
        if model is None or not routes:
            return
        bracketed = [name.strip("[]") for name in names if name.startswith("[")]
        local = [name.strip("?") for name in names if name.startswith("?") and "." not in name]
        key = next(iter((*bracketed, *local, *names)), "")
        keys = frozenset(name.strip("?[]").rpartition(".")[2] for name in names) | {key}
        found = [(self._guarded(route, model, keys), route) for route in routes]
        if any(state == "done" for (state, _), _ in found):
            return
        (state, more), route = max(found, key=lambda item: len(item[0][1]))
        if self._only_redirects(function):
            more = (*more, "redirect")
        more = (*more, *_told_both(function, {f"?{name}" for name in local}))
        worst = state if _RANK[state] > _RANK[check] else check
        yield Lookup(place, model, query, key, worst, route, (*doubts, *more))

    def _only_redirects(self, function: DefinitionSite) -> bool:
        """Whether the function writes nothing and answers with redirects alone: the row itself is not shown."""
        facts = function.module.facts
        if any(call.last.rpartition(":")[2] in _WRITING for call in function.calls):
            return False
        given = [item.value for item in facts.returns if item.scope == function.index]
        return bool(given) and all(
            isinstance(value, Invoke) and value.name.rpartition(".")[2].rpartition(":")[2] in _REDIRECTS
            for value in given
        )

    # -- what checks it --------------------------------------------------------------------------------------------

    def _check(
        self, module: Module, scope: int, members: set[int], model: Model, tenant: Tenant, key: tuple[str, ...]
    ) -> Check:
        """What a function does with the row that calls gave it, or with its key."""
        found: Check = "none"
        if self._is_known(module, scope, members, tenant, key):
            return "done"
        for name in (*self._tests(module, scope, members, key), *self._tests_of_key(module, scope, members, key)):
            if not _ADMIN.search(name):
                return "done"
            found = "role"
        facts = module.facts
        results = {result for index in members if (result := facts.calls[index].result)}
        telling = (
            tenant.words
            | _OWNER_WORDS
            | {field.name.removesuffix("_id") for field in model.fields if field.role == "reference"}
        )
        for name in self._mentioned(module, scope):
            variable, _, attribute = name.partition(".")
            if (
                variable in results
                and attribute
                and not attribute.endswith("()")
                and telling & words_of(attribute)
                and tenant.words & words_of(attribute)
            ):
                return "done"
        if any(_is_of_tenant(call, results, tenant) for call in module.calls_in(scope)):
            return "done"
        if self._is_held_one_by_one(module, scope, results, tenant):
            return "done"
        for raised in facts.raises:
            if raised.scope == scope and any(
                guard.lstrip("!").partition(".")[0] in results and "." in guard and telling & words_of(guard)
                for guard in raised.guards
            ):
                return "done"
        for call in module.calls_in(scope):
            if any(
                guard.lstrip("!").partition(".")[0] in results and "." in guard and telling & words_of(guard)
                for guard in call.guards
            ):
                return "done"
        return found

    @staticmethod
    def _is_held_one_by_one(module: Module, scope: int, results: set[str], tenant: Tenant) -> bool:
        """Whether the tenant of each of the rows is looked at: `all(row.shop_id == shop.id for row in rows)`."""
        values = [item.value for item in module.facts.assignments if item.scope == scope]
        values += [value for call in module.calls_in(scope) for value in call.args]
        for value in values:
            if isinstance(value, Other) and value.kind in ("ListComp", "GeneratorExp"):
                attributes = [name.partition(".")[2] for name in value.names]
                if results & set(value.names) and any(tenant.words & words_of(one) for one in attributes if one):
                    return True
        return False

    def _is_known(self, module: Module, scope: int, members: set[int], tenant: Tenant, key: tuple[str, ...]) -> bool:
        """Whether another query of the function has looked the same key up within the tenant or through a parent."""
        variables = {name for name in key if name.startswith(("?", "["))}
        line = min((module.facts.calls[index].line for index in members), default=0)
        for other in self._queries.by_function.get((module.path, scope), ()):
            if (
                members & set(other.calls)
                or (line and other.call.line >= line)
                or not any(variables & set(condition.names) for condition in other.conditions)
            ):
                continue
            if any(
                mentions(condition, tenant.words)
                or (other.model is not None and self._is_owned(condition, other.model))
                for condition in other.conditions
            ):
                return True
        return False

    def _tests(self, module: Module, scope: int, members: set[int], key: tuple[str, ...]) -> Iterator[str]:
        """The functions that check the row or the key by their names, and `==` where it is compared."""
        facts = module.facts
        flows = self._python.flows(module)
        about = {
            index
            for index, source in enumerate(flows.sources)
            if (source.kind == "c" and source.owner in members)
            or (
                source.kind == "p"
                and source.owner == scope
                and f"?{facts.definitions[scope].parameters[source.position].name}" in key
            )
        }
        for guard in flows.guards:
            if (
                guard.source in about
                and guard.test in ("==", "in")
                and (guard.access or (flows.sources[guard.source].kind == "p" and guard.test == "in"))
            ):
                yield guard.test
        for flow in flows.calls:
            call = facts.calls[flow.call]
            if call.scope != scope or flow.call in members:
                continue
            around = facts.calls[call.parent] if call.parent >= 0 else None
            if around is not None and _AUTHORIZING.search(around.last.rpartition(":")[2]):
                call = around  # `authorize(user, Policy.change(row))`
            elif call.last.rpartition(":")[2] in _NOT_CHECKING or not _CHECKING.search(call.last.rpartition(":")[2]):
                yield from self._tests_inside(module, flow, about)
                continue
            if any(
                flows.atoms[atom].source in about for atoms in (*flow.args, *flow.keywords) for atom in atoms
            ) or any(
                flows.atoms[atom].source in about and flows.sources[flows.atoms[atom].source].kind == "c"
                for atom in flow.receiver
            ):
                yield call.last.rpartition(":")[2]

    def _tests_of_key(self, module: Module, scope: int, members: set[int], key: tuple[str, ...]) -> Iterator[str]:
        """The functions of the tree that are named for checking and handed the very variable that is looked up."""
        variables = {name for name in key if name.startswith("?") and "." not in name and "[" not in name}
        for index, call in enumerate(module.facts.calls) if variables else ():
            if call.scope != scope or index in members:
                continue
            target = self._python.target(call, module)
            if target is None or not any(_is_one_of(value, variables) for value in call.handed):
                continue
            last = call.last.rpartition(":")[2]
            if _CHECKING.search(last) and last not in _NOT_CHECKING:
                yield last
            elif target.definition.kind == "function":
                yield from _asked_within(target, call, variables)

    def _tests_inside(self, module: Module, flow: CallFlow, about: set[int]) -> Iterator[str]:
        """The functions that a service of the tree, which is handed the row, hands it on to for checking it."""
        call, flows = module.facts.calls[flow.call], self._python.flows(module)
        target = self._python.target(call, module)
        if target is None or target.definition.kind != "function":
            return
        taken = [any(flows.atoms[atom].source in about for atom in atoms) for atoms in flow.args]
        shift = 1 if target.definition.parent >= 0 else 0
        names = {f"?{one.name}" for one, held in zip(target.definition.parameters[shift:], taken, strict=False) if held}
        for inner in target.module.facts.calls if names else ():
            if inner.scope == target.index and _ASKING_RIGHTS.search(inner.last.rpartition(":")[2]):
                handed = {name.partition(".")[0] for value in inner.handed for name in names_in(value)}
                if handed & names:
                    yield inner.last.rpartition(":")[2]

    def _mentioned(self, module: Module, scope: int) -> Iterator[str]:
        """The names that a function's calls, assignments and answers are made of."""
        facts = module.facts
        for call in module.calls_in(scope):
            yield call.via or call.name
            for value in call.handed:
                yield from names_in(value)
        for assignment in facts.assignments:
            if assignment.scope == scope:
                yield from names_in(assignment.value)
        for returned in facts.returns:
            if returned.scope == scope:
                yield from names_in(returned.value)

    # -- what stands before the handler ----------------------------------------------------------------------------

    def _guarded(self, route: Route, model: Model, keys: frozenset[str]) -> tuple[Check, tuple[str, ...]]:
        """Whether something before the handler settles it, and what else stands there that might."""
        doubts: list[str] = []
        check: Check = "none"
        if route.view is not None:
            check = self._by_test(route.view, model, keys)
            if check == "done":
                return check, ()
        for guard in route.guards:
            last = guard.name.rpartition(".")[2].rpartition(":")[2]
            if _WHOLE_INSTALLATION.search(last) or any(
                isinstance(value, Const) and _WHOLE_INSTALLATION.search(str(value.value)) for value in guard.arguments
            ):
                return "done", ()
            state = self._settles(guard, model, keys)
            if state == "done":
                return "done", ()
            if _ADMIN.search(last):
                check = "none" if self._are_of_a_tenant(route) else "role"
            elif state == "perhaps" and not _LOGIN.search(last):
                doubts.append(last)
        return check, tuple(dict.fromkeys(doubts))

    def _are_of_a_tenant(self, route: Route) -> bool:
        """Whether who calls was looked up within a tenant: then any role of his is one in that tenant alone."""
        tenant = self._tenancy.tenant
        sites = (self._python.definition_named(guard.name) for guard in route.guards)
        return tenant is not None and any(
            query.model is not None
            and self._models.is_user(query.model)
            and any(mentions(condition, tenant.words) for condition in query.conditions)
            for site in sites
            if site is not None
            for query in self._queries.by_function.get((site.module.path, site.index), ())
        )

    def _by_test(self, view: DefinitionSite, model: Model, keys: frozenset[str]) -> Check:
        """What the test that Django puts before a view looks at, `def test_func(self)`: the row, or rights of staff."""
        test = self._python.member(view, "test_func")
        if test is None or not any(base.endswith(".UserPassesTestMixin") for base in self._python.external_bases(view)):
            return "none"
        named = {ref.rpartition(".")[2].rpartition(":")[2] for ref in test.definition.refs}
        if model.name in named or set(_taken_by_name((test,))) & keys:
            return "done"
        named |= {call.last for call in test.calls} | {guard for call in test.calls for guard in call.guards}
        return "role" if named & _OF_STAFF or any(map(_ADMIN.search, named)) else "none"

    def _settles(self, guard: Guard, model: Model, keys: frozenset[str]) -> Literal["done", "perhaps", "no"]:
        """Whether a decorator, dependency or permission of the tree looks at the row or its key."""
        if any(_is_about(value, model, keys) for value in guard.arguments):
            return "done"
        site = self._python.definition_named(guard.name)
        if site is None or (guard.kind == "mixin" and site.definition.kind != "class"):
            return "no" if ":" not in guard.name or guard.kind == "mixin" else "perhaps"
        around = tuple(self._python.ancestry(site)) if site.definition.kind == "class" else (site,)
        inside = [one for item in around for one in item.module.facts.definitions if _stands_in(item, one.line)]
        if guard.kind == "mixin" and not any(one.name in _CHECKING_HOOKS for one in inside):
            return "no"
        lasts = {ref.rpartition(".")[2] for one in inside for ref in one.refs}
        if model.name in {last.rpartition(":")[2] for last in lasts} or any(
            parameter.name in keys for one in inside for parameter in one.parameters
        ):
            return "done"
        if any(one.name == "has_object_permission" for one in inside):
            return "perhaps"
        taken = set(_taken_by_name(around))
        if taken & keys:
            return "done"
        return "perhaps" if lasts & _REQUEST_PARTS and not taken else "no"


def _is_of_tenant(call: Call, rows: Container[str], tenant: Tenant) -> bool:
    """Whether a call asks one of these rows for its tenant by name: `getattr(row, "shop_id", None)`."""
    if call.name != "getattr" or len(call.args) < 2:
        return False
    row, name = call.args[:2]
    return _is_one_of(row, rows) and isinstance(name, Const) and bool(tenant.words & words_of(str(name.value)))


def _is_one_of(value: Value, variables: Container[str]) -> bool:
    return isinstance(value, Name) and value.name in variables


def _asked_within(target: DefinitionSite, call: Call, variables: Container[str]) -> Iterator[str]:
    """What a function that is handed a key asks for rights to it, before it gives what lies under the key."""
    told = _told_in(target, call, variables)
    for inner in target.calls:
        last = inner.last.rpartition(":")[2]
        if _ASKING_RIGHTS.search(last) and any(
            name.partition(".")[0].lstrip("?") in told for value in inner.handed for name in names_in(value)
        ):
            yield last


def _is_held_against(row: str, lines: range, site: CallSite, tenant: Tenant) -> bool:
    """Whether in these lines something that is named for checking is handed the tenant of a row: `may(row.shop_id)`."""
    return any(
        call.line in lines
        and _CHECKING.search(call.last.rpartition(":")[2])
        and any(
            name.startswith(f"{row}.") and tenant.words & words_of(name.removeprefix(row))
            for value in call.handed
            for name in names_in(value)
        )
        for call in site.module.calls_in(site.call.scope)
    )


def _looks_within(target: DefinitionSite, call: Call, variables: Container[str], tenant: Tenant) -> bool:
    """Whether a function hands the key that it is handed on together with the tenant."""
    told = _told_in(target, call, variables)
    for inner in target.calls if told else ():
        names = {name for value in inner.handed for name in names_in(value)}
        if any(name.lstrip("?") in told for name in names) and any(tenant.words & words_of(name) for name in names):
            return True
    return False


def _told_in(target: DefinitionSite, call: Call, variables: Container[str]) -> frozenset[str]:
    """The parameters of a function that a call of it fills with one of the variables."""
    names = [one.name for one in target.definition.parameters]
    own = names[1:] if names[:1] in (["self"], ["cls"]) else names
    told = {name for name, value in zip(own, call.args, strict=False) if _is_one_of(value, variables)}
    return frozenset(told | {name for name, value in call.keywords if _is_one_of(value, variables)})


def _is_about(value: Value, model: Model, keys: frozenset[str]) -> bool:
    """Whether what a guard is given names the model, or a key of its rows."""
    if isinstance(value, Name):
        return value.name.rpartition(".")[2].rpartition(":")[2] == model.name
    return isinstance(value, Const) and isinstance(value.value, str) and value.value in keys


def _stands_in(site: DefinitionSite, line: int) -> bool:
    return site.definition.line <= line <= site.definition.end_line


def _taken_by_name(sites: Iterable[DefinitionSite]) -> Iterator[str]:
    """The names under which definitions take something out of a mapping: `kwargs.pop("pk")`."""
    for site in sites:
        for call in site.module.facts.calls:
            if call.last in ("pop", "get") and _stands_in(site, call.line):
                for value in call.args[:1]:
                    if isinstance(value, Const) and isinstance(value.value, str):
                        yield value.value


_OF_STAFF = frozenset({"has_perm", "has_perms", "has_module_perms"})
_CHECKING_HOOKS = frozenset(
    {
        "dispatch",
        "dispatch_request",
        "initial",
        "setup",
        "prepare",
        "test_func",
        "has_permission",
        "check_permissions",
        "get_queryset",
        "get_object",
    }
)
"""Methods in which a mixin of a view checks something."""
_REQUEST_PARTS = frozenset({"kwargs", "view_args", "path_params", "resolver_match", "match_info", "body", "json"})
"""What of a request may hold the key of a row."""
_PICKING_VIEWS = frozenset(
    {
        "ModelViewSet",
        "ReadOnlyModelViewSet",
        "RetrieveAPIView",
        "UpdateAPIView",
        "DestroyAPIView",
        "RetrieveUpdateAPIView",
        "RetrieveDestroyAPIView",
        "RetrieveUpdateDestroyAPIView",
    }
)
_PICKING = (
    "get_queryset",
    "get_object",
    "filter_queryset",
    "get_permissions",
    "check_permissions",
    "check_object_permissions",
    "initial",
    "dispatch",
    "dispatch_request",
    "retrieve",
    "update",
    "destroy",
    "perform_update",
    "perform_destroy",
)
_BEFORE_VIEWS = frozenset({"DEFAULT_PERMISSION_CLASSES", "DEFAULT_FILTER_BACKENDS"})


def _names_own(value: Value) -> bool:
    items = value.items if isinstance(value, Items) else (value,)
    return not all(
        isinstance(item, Const) and str(item.value).startswith(("rest_framework.", "django_filters.")) for item in items
    )


_RANK: dict[Check, int] = {"none": 0, "role": 1, "done": 2}


def _made_of(value: Value | None, frame: Frame, depth: int = 0) -> Iterator[str]:
    """The names that a key itself is: variables and conversions are looked through, attributes of rows are not."""
    if value is None or depth > _DEEPEST:
        return
    if isinstance(value, Name | Other):
        for name in (value.name,) if isinstance(value, Name) else value.names:
            yield name
            yield from _bound_to(name, frame, depth)
    elif isinstance(value, Invoke) and value.call >= 0:
        yield from _given_by(frame.module.facts.calls[value.call], frame, depth)
    elif isinstance(value, Index):
        yield from _made_of(value.value, frame, depth + 1)
        yield from _bracketed(value.items)
    elif isinstance(value, Items):
        for item in value.items:
            yield from _made_of(item, frame, depth + 1)


def _bound_to(name: str, frame: Frame, depth: int) -> Iterator[str]:
    if name.startswith("?") and "." not in name:
        for bound in frame.values_of(name):
            yield from _made_of(bound, frame, depth + 1)


def _given_by(call: Call, frame: Frame, depth: int) -> Iterator[str]:
    """What a call takes from request data or converts; the result of any other call is a thing of its own."""
    name = call.via or call.name
    owner, _, last = name.rpartition(".")
    last = last.rpartition(":")[2]
    if _REQUEST.search(name) or _REQUEST.search(call.name) or last in _TAKING:
        yield name
        if owner.startswith("?") and "." not in owner:
            yield owner
        yield from _bound_to(owner, frame, depth)
        yield from _bracketed(call.args[:1])
    elif last in _CONVERTING:
        for item in call.args:
            yield from _made_of(item, frame, depth + 1)


def _bracketed(values: Iterable[Value]) -> Iterator[str]:
    return (f"[{item.value}]" for item in values if isinstance(item, Const) and isinstance(item.value, str))


_TAKING = frozenset(
    {"get", "pop", "getlist", "get_list", "getall", "get_json", "get_argument", "json", "strip", "split"}
)
_CONVERTING = frozenset(
    {
        "int",
        "str",
        "list",
        "set",
        "tuple",
        "UUID",
        "ObjectId",
        "PydanticObjectId",
        "uuid.UUID",
        "force_str",
        "in_",
        "In",
    }
)
