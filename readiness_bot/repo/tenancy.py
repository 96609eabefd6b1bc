"""Whether there are tenants to keep apart: which model is the tenant, and which models are its; judges nothing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from readiness_bot.facts.values import Const, Invoke, Name
from readiness_bot.model import Evidence
from readiness_bot.repo.models import Model, ModelField, Models, snake
from readiness_bot.repo.modules import CallSite, DefinitionSite
from readiness_bot.repo.python import Python
from readiness_bot.repo.queries import Queries
from readiness_bot.repo.query import Condition, Query

_WORDS: dict[str, tuple[str, ...]] = {
    "tenant": ("tenant",),
    "organization": ("organization", "organisation", "org", "orga"),
    "organisation": ("organization", "organisation", "org", "orga"),
    "org": ("organization", "organisation", "org"),
    "workspace": ("workspace", "ws"),
    "account": ("account",),
    "company": ("company",),
    "customer": ("customer",),
    "client": ("client",),
    "team": ("team",),
    "group": ("group",),
    "project": ("project", "proj"),
    "shop": ("shop",),
    "store": ("store",),
    "school": ("school",),
    "clinic": ("clinic",),
    "practice": ("practice",),
    "agency": ("agency",),
    "business": ("business",),
    "merchant": ("merchant",),
    "household": ("household",),
    "community": ("community",),
    "space": ("space",),
    "site": ("site",),
    "domain": ("domain",),
    "club": ("club",),
    "brand": ("brand",),
    "realm": ("realm",),
}
_GROUPING_ONLY = frozenset(
    {
        "team",
        "group",
        "project",
        "account",
        "customer",
        "client",
        "store",
        "community",
        "site",
        "domain",
        "space",
        "club",
        "brand",
    }
)
"""Keys that may as well only group: they need a membership, or a column on the users, to be a tenant's."""

_USER_WORDS = frozenset(
    {
        "user",
        "users",
        "owner",
        "viewer",
        "member",
        "principal",
        "me",
        "creator",
        "author",
        "identity",
        "session",
        "actor",
        "requester",
        "self_user",
        "profile",
    }
)
_CURRENT = re.compile(
    r"(^|[.:_?])(current_\w+|request\.a?user\w*|req\.user\w*|user|request\.auth\w*|request\.(org\w*|"
    r"tenant\w*|team|account|workspace|project\w*|company)|auth_user|jwt_user|logged_in_user|viewer|user_session|"
    r"identity|principal|get_current\w*|active_\w+|authenticated_\w+|session_user|my_\w+|token_data|claims|g\.\w+|"
    r"auth_context|auth|membership\w*|accessible\w*|allowed\w*|permitted\w*)(\(\))?([.\[]|$)"
)
_CONTEXT = re.compile(
    (
        r"(^|\.)(set_current_tenant|tenant_context|schema_context|with_loader_criteria|set_tenant|"
        r"get_current_tenant|scope_to_tenant|schema_translate_map)$"
    ),
    re.IGNORECASE,
)
_SCHEMA_PACKAGES = (
    "django_tenants",
    "tenant_schemas",
    "django_multitenant",
    "sqlalchemy_tenants",
    "django_scopes",
    "django_pgschemas",
    "tenant_users",
    "organizations",
)


@dataclass(frozen=True, slots=True, eq=False)
class Tenant:
    """A model that others belong to. `keys` are the references to it, by model; `words` what its names contain."""

    model: Model
    words: frozenset[str]
    keys: dict[str, ModelField]
    members: tuple[Model, ...]
    """The models that tell which users belong to it; the users' own model where that has the key."""
    evidence: tuple[Evidence, ...]
    """Where queries are scoped by it through the signed-in user."""
    scoped: frozenset[str]
    """The models some query of which is scoped by it."""


_OF_STORE = re.compile(r"_(model|orm|entity|table|record|row|db)$")
"""What names of models end in that tells of the store alone."""


def _named(model: Model) -> str:
    """What a model stands for, in lower case and in the singular: `organization` for `OrganizationModel`."""
    return _OF_STORE.sub("", snake(model.name)).removesuffix("s")


_STATEMENTS = frozenset({"execute", "text", "DDL", "exec_driver_sql", "RunSQL", "op.execute"})


class Tenancy:
    """Questions about the tenants of one tree."""

    LOOKS = "foreign keys to tenants"

    def __init__(self, python: Python, models: Models, queries: Queries, configured: Iterable[str]) -> None:
        self._python = python
        self._models = models
        self._queries = queries
        self._configured = frozenset(name.lower().removesuffix("_id") for name in configured)

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    # -- who is the tenant -----------------------------------------------------------------------------------------

    @cached_property
    def tenant(self) -> Tenant | None:
        """The model that most others belong to, and queries keep to through the signed-in user."""
        found = [tenant for tenant in self._candidates() if tenant.evidence and self._is_more_than_a_group(tenant)]
        return max(found, key=lambda one: (len(one.scoped), len(one.keys), one.model.name), default=None)

    def _candidates(self) -> Iterator[Tenant]:
        keys: dict[str, dict[str, ModelField]] = defaultdict(dict)
        for model in self._models.all:
            for field in model.fields:
                if field.role != "reference":
                    continue
                target = self._models.target(model, field)
                if target is not None and target is not model and self._is_key(field.name, target):
                    keys[target.site.name].setdefault(model.site.name, field)
        for name, fields in sorted(keys.items()):
            tenant = self._models.by_site[name]
            members = tuple(self._members(tenant, fields))
            own = {
                key: field
                for key, field in fields.items()
                if self._models.by_site[key] not in members or self._models.is_user(self._models.by_site[key])
            }
            if len(own) >= 2 and not self._models.is_user(tenant):
                words = self._words(tenant)
                evidence, scoped = self._scoping(tenant, words, own, members)
                yield Tenant(tenant, words, own, members, tuple(evidence), frozenset(scoped))

    def _is_key(self, name: str, target: Model) -> bool:
        """Whether a reference is a tenant's key: it and the model are called alike, and as tenants are."""
        stem = name.lower().removesuffix("_id").removesuffix("_fk").removesuffix("_pk")
        if stem in self._configured or name.lower() in self._configured:
            return True
        named = _named(target)
        last = named.rpartition("_")[2]
        return any(
            stem in (key, *spellings) and (last in spellings or named in spellings or last == key)
            for key, spellings in _WORDS.items()
        )

    def _words(self, tenant: Model) -> frozenset[str]:
        named = _named(tenant)
        last = named.rpartition("_")[2]
        return frozenset((last, *_WORDS.get(last, ()))) | self._configured

    def _members(self, tenant: Model, fields: dict[str, ModelField]) -> Iterator[Model]:
        """The models by which users belong to the tenant."""
        for name in fields:
            model = self._models.by_site[name]
            if self._models.is_user(model):
                yield model
                continue
            leads_to_user = any(
                field.role == "reference"
                and (field.target == "<user>" or self._models.is_user(self._models.target(model, field)))
                for field in model.fields
            )
            if leads_to_user and re.search(
                r"member|user|role|permission|access|invit|collaborat|assign", model.name, re.IGNORECASE
            ):
                yield model
        for field in tenant.fields:
            if field.role == "many" and (
                field.target == "<user>" or self._models.is_user(self._models.target(tenant, field))
            ):
                yield tenant

    def _is_more_than_a_group(self, tenant: Tenant) -> bool:
        """Whether the key keeps data apart rather than only grouping people or things."""
        last = _named(tenant.model).rpartition("_")[2]
        if last not in _GROUPING_ONLY or last in self._configured:
            return len(tenant.scoped) >= 1
        if not tenant.members or len(tenant.scoped) < 2:
            return False
        own = [
            self._models.by_site[name] for name in tenant.keys if not self._models.is_user(self._models.by_site[name])
        ]
        personal = [
            model
            for model in own
            if any(field.role == "reference" and self._is_user_field(model, field) for field in model.fields)
        ]
        # What people in a group have done carries both keys; what belongs to a tenant mostly has no person's.
        return len(personal) * 2 <= len(own)

    def _is_user_field(self, model: Model, field: ModelField) -> bool:
        return (
            field.target == "<user>" or self._models.is_user(self._models.target(model, field))
        ) and not field.name.startswith(("created", "updated", "modified", "deleted"))

    # -- what is scoped by it --------------------------------------------------------------------------------------

    def _scoping(
        self, tenant: Model, words: frozenset[str], keys: dict[str, ModelField], members: tuple[Model, ...]
    ) -> tuple[list[Evidence], set[str]]:
        evidence: list[Evidence] = []
        scoped: set[str] = set()
        member_names = {member.site.name for member in members}
        for query in self._queries.all:
            if query.model is None and any(mentions(condition, words) for condition in query.conditions):
                # A mixin's query stands for every model that has the mixin.
                heirs = [name for name in keys if self._descends(name, query.owner)]
                scoped.update(heirs)
                if heirs and self._by_user(query):
                    evidence.append(_seen(query, "scoped by the tenant"))
                continue
            if query.model is None:
                continue
            name = query.model.site.name
            by_tenant = [condition for condition in query.conditions if mentions(condition, words)]
            if name in keys and by_tenant:
                scoped.add(name)
                if self._by_user(query):
                    evidence.append(_seen(query, f"`{query.model.name}` scoped by the caller's `{tenant.name}`"))
            if _asks_membership(query, tenant, member_names):
                evidence.append(_seen(query, f"the caller's membership in `{tenant.name}` looked up"))
        return evidence[:8], scoped

    def knows_caller(self, query: Query, tenant: Tenant) -> bool:
        """Whether a query holds the tenant against who calls: by the caller's own tenant, or by a membership in it."""
        return (
            any(mentions(condition, tenant.words) for condition in query.conditions) and self._by_user(query)
        ) or _asks_membership(query, tenant.model, {member.site.name for member in tenant.members})

    def _descends(self, name: str, owner: DefinitionSite) -> bool:
        return any(item.name == owner.name for item in self._python.ancestry(self._models.by_site[name].site))

    def _by_user(self, query: Query) -> bool:
        """Whether the tenant in a query's conditions is the signed-in user's, here or at a call of the function."""
        names = {name for condition in query.conditions for name in condition.names}
        if any(_CURRENT.search(name) for name in names):
            return True
        function = query.module.definition(query.scope)
        if function is None or function.kind != "function":
            return False
        site = DefinitionSite(query.module, query.scope, function)
        for call in (*self._python.callers.get(site.name, ()), *self._namesakes(site)):
            frame = self._queries.frame(call.module, call.call.scope)
            for value in call.call.handed:
                if any(_CURRENT.search(name) for name in frame.names_in(value)):
                    return True
        return False

    def _namesakes(self, site: DefinitionSite) -> Sequence[CallSite]:
        """Calls that are handed the function by name: `get_object_or_404(Alert.get_by_id_and_org, …)`."""
        return self._handed.get(site.definition.name, ())

    @cached_property
    def _handed(self) -> dict[str, list[CallSite]]:
        """By the last component of a dotted name, the calls whose first arguments are called so."""
        found: dict[str, list[CallSite]] = defaultdict(list)
        for call in self._python.all_calls:
            names = (value.name.rpartition(".") for value in call.call.args[:2] if isinstance(value, Name | Invoke))
            for last in dict.fromkeys(last for _, dot, last in names if dot):
                found[last].append(call)
        return found

    # -- what keeps every query to it ------------------------------------------------------------------------------

    @cached_property
    def separations(self) -> tuple[Evidence, ...]:
        """What keeps tenants apart below the queries: schemas, row-level security, criteria on every statement."""
        found: list[Evidence] = []
        for package in _SCHEMA_PACKAGES:
            if self._python.module_named(package) or self._python.module_named(f"{package}.models"):
                continue  # an application of the tree's own that is called like a library
            for module, item in self._python.imports(package):
                found.append(Evidence(module.path, item.line, f"tenants kept apart by {package}"))
                break
        contexts = {id(site.call) for site in self._python.calls_named(_CONTEXT.search)}
        for site in self._python.all_calls:
            if not site.call.keywords and site.last not in _STATEMENTS and id(site.call) not in contexts:
                continue
            if id(site.call) in contexts or site.call.has("schema_translate_map"):
                found.append(
                    Evidence(site.module.path, site.call.line, f"`{site.last}` keeps statements to one tenant")
                )
            elif site.last in _STATEMENTS:
                first = site.call.argument(0)
                if (
                    isinstance(first, Const)
                    and isinstance(first.value, str)
                    and re.search(
                        r"ROW LEVEL SECURITY|CREATE POLICY|SET (LOCAL |SESSION )?search_path|set_config\(",
                        first.value,
                        re.IGNORECASE,
                    )
                ):
                    found.append(Evidence(site.module.path, site.call.line, "the database keeps rows or schemas apart"))
            else:
                for keyword, value in site.call.keywords:
                    if keyword == "execution_options" and isinstance(value, Invoke | Const):
                        continue
                    keys = getattr(value, "keys", ())
                    if any(isinstance(key, Const) and key.value == "schema_translate_map" for key in keys):
                        found.append(
                            Evidence(
                                site.module.path, site.call.line, "each tenant's schema is put in for the common one"
                            )
                        )
        return tuple(found)

    def is_scoped_by_manager(self, model: Model, words: frozenset[str]) -> bool:
        """Whether the model's own manager or query class adds the tenant to each query by itself."""
        for name in ("objects", "query_class", "query"):
            bound = self._python.class_value(model.site, name)
            if bound is None or bound[1].value is None:
                continue
            value = bound[1].value
            klass = self._python.class_of(getattr(value, "name", ""), bound[0])
            for method in ("get_queryset", "get_query_set", "__new__", "__init__"):
                found = self._python.member(klass, method) if klass is not None else None
                if found is not None and any(words & words_of(ref) for ref in found.definition.refs):
                    return True
        return False

    def path(self, model: Model, tenant: Tenant) -> tuple[str, ...] | None:
        """The fields that lead from a model to the tenant, nearest first, not through people; None without."""
        pending: list[tuple[Model, tuple[str, ...]]] = [(model, ())]
        known = {model.site.name}
        while pending:
            current, steps = pending.pop(0)
            key = tenant.keys.get(current.site.name)
            if key is not None:
                return (*steps, key.name)
            if len(steps) >= 3:
                continue
            for field in current.fields:
                if field.role != "reference":
                    continue
                target = self._models.target(current, field)
                if (
                    target is None
                    or target.site.name in known
                    or self._models.is_user(target)
                    or field.target == "<user>"
                ):
                    continue
                known.add(target.site.name)
                pending.append((target, (*steps, field.name)))
        return None


def _asks_membership(query: Query, tenant: Model, members: set[str]) -> bool:
    """Whether a query looks up who belongs to the tenant."""
    return (
        query.model is not None
        and (query.model.site.name in members or query.model is tenant)
        and any(_USER_WORDS & words_of(condition.field) for condition in query.conditions)
    )


def mentions(condition: Condition, words: frozenset[str]) -> bool:
    """Whether a condition's field or value is named for the tenant."""
    return bool(words & words_of(condition.field)) or any(words & words_of(name) for name in condition.names)


@lru_cache(maxsize=100_000)
def words_of(name: str) -> frozenset[str]:
    """The words of a name, those in the plural in the singular as well; asked of every name again and again."""
    words = {word.lower() for word in re.split(r"[^A-Za-z0-9]+|_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name))}
    several = {f"{word[:-3]}y" if word.endswith("ies") else word[:-1] for word in words if word.endswith("s")}
    return frozenset(words | several)


def _seen(query: Query, detail: str) -> Evidence:
    return Evidence(query.module.path, query.call.line, detail)
