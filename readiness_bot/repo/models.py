"""The classes that object mappers keep in a store: name, table, fields, keys, references; judges nothing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from readiness_bot.facts.python_facts import Call
from readiness_bot.facts.values import Const, Index, Invoke, Items, Mapping, Name, Other, Value
from readiness_bot.model import Location
from readiness_bot.repo.modules import DefinitionSite, Module
from readiness_bot.repo.python import Python

Mapper = Literal[
    "sqlalchemy",
    "sqlmodel",
    "django",
    "tortoise",
    "peewee",
    "mongoengine",
    "beanie",
    "odmantic",
    "pony",
    "piccolo",
    "ormar",
    "pymodm",
    "redis-om",
    "neomodel",
]
Role = Literal["column", "reference", "relation", "many"]

DOCUMENT_MAPPERS = frozenset({"mongoengine", "beanie", "odmantic", "pymodm"})
"""The mappers whose models are documents rather than rows."""

_BASES: dict[str, Mapper] = {
    "sqlalchemy.ext.declarative.declarative_base": "sqlalchemy",
    "sqlalchemy.ext.declarative.api.declarative_base": "sqlalchemy",
    "sqlalchemy.orm.declarative_base": "sqlalchemy",
    "sqlalchemy.ext.declarative.as_declarative": "sqlalchemy",
    "sqlalchemy.orm.as_declarative": "sqlalchemy",
    "sqlalchemy.orm.DeclarativeBase": "sqlalchemy",
    "sqlalchemy.orm.DeclarativeBaseNoMeta": "sqlalchemy",
    "sqlalchemy.orm.registry().generate_base": "sqlalchemy",
    "sqlalchemy.orm.decl_api.DeclarativeMeta": "sqlalchemy",
    "flask_sqlalchemy.SQLAlchemy().Model": "sqlalchemy",
    "flask_sqlalchemy_lite.SQLAlchemy().Model": "sqlalchemy",
    "flask_appbuilder.Model": "sqlalchemy",
    "advanced_alchemy.base.UUIDBase": "sqlalchemy",
    "advanced_alchemy.base.UUIDAuditBase": "sqlalchemy",
    "gino.Gino().Model": "sqlalchemy",
    "sqlmodel.SQLModel": "sqlmodel",
    "django.db.models.Model": "django",
    "django.db.models.base.Model": "django",
    "django.contrib.gis.db.models.Model": "django",
    "django.contrib.auth.models.AbstractUser": "django",
    "django.contrib.auth.models.AbstractBaseUser": "django",
    "django.contrib.auth.base_user.AbstractBaseUser": "django",
    "django.contrib.auth.models.User": "django",
    "django.contrib.auth.models.Group": "django",
    "mptt.models.MPTTModel": "django",
    "treebeard.mp_tree.MP_Node": "django",
    "polymorphic.models.PolymorphicModel": "django",
    "model_utils.models.TimeStampedModel": "django",
    "model_utils.models.UUIDModel": "django",
    "django_extensions.db.models.TimeStampedModel": "django",
    "parler.models.TranslatableModel": "django",
    "wagtail.models.Page": "django",
    "django_tenants.models.TenantMixin": "django",
    "tenant_schemas.models.TenantMixin": "django",
    "tortoise.models.Model": "tortoise",
    "tortoise.Model": "tortoise",
    "peewee.Model": "peewee",
    "playhouse.flask_utils.FlaskDB().Model": "peewee",
    "playhouse.signals.Model": "peewee",
    "mongoengine.Document": "mongoengine",
    "mongoengine.DynamicDocument": "mongoengine",
    "mongoengine.document.Document": "mongoengine",
    "flask_mongoengine.Document": "mongoengine",
    "flask_mongoengine.MongoEngine().Document": "mongoengine",
    "flask_mongoengine.MongoEngine().DynamicDocument": "mongoengine",
    "beanie.Document": "beanie",
    "beanie.odm.documents.Document": "beanie",
    "bunnet.Document": "beanie",
    "odmantic.Model": "odmantic",
    "pymodm.MongoModel": "pymodm",
    "umongo.Document": "pymodm",
    "pony.orm.Database().Entity": "pony",
    "piccolo.table.Table": "piccolo",
    "ormar.Model": "ormar",
    "redis_om.HashModel": "redis-om",
    "redis_om.JsonModel": "redis-om",
    "neomodel.StructuredNode": "neomodel",
}
_REFERENCES = frozenset(
    {
        "ForeignKey",
        "OneToOneField",
        "ForeignKeyField",
        "ReferenceField",
        "LazyReferenceField",
        "CachedReferenceField",
        "TreeForeignKey",
        "ParentalKey",
        "Reference",
        "TenantForeignKey",
        "ConvertibleForeignKey",
        "FlexibleForeignKey",
        "ForeignObject",
        "AutoOneToOneField",
        "OneToOne",
        "TenantOneToOneField",
        "Required",
        "Optional",
    }
)
_MANY = frozenset({"ManyToManyField", "ManyToMany", "ParentalManyToManyField", "Set"})
_RELATIONS = frozenset({"relationship", "Relationship", "backref", "dynamic_loader"})
_UPPER = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True, slots=True)
class ModelField:
    """One field. `type` is the bare name of its type, `target` what it refers to, as written or resolved.

    `role` tells a column from a `reference` (a foreign key), a `relation` (an object behind a foreign key
    kept elsewhere) and `many`.
    """

    name: str
    type: str
    role: Role
    target: str
    is_primary: bool
    line: int


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """One class that a mapper keeps in a table or collection; an abstract one has no table of its own."""

    site: DefinitionSite
    mapper: Mapper
    table: str
    is_abstract: bool
    fields: tuple[ModelField, ...]

    @property
    def name(self) -> str:
        """The bare name of the class."""
        return self.site.definition.name

    @property
    def location(self) -> Location:
        """Where the class stands."""
        return self.site.location

    @property
    def is_document(self) -> bool:
        """Whether it is kept in a document store."""
        return self.mapper in DOCUMENT_MAPPERS

    def field(self, name: str) -> ModelField | None:
        """The field of that name, own or inherited."""
        return next((field for field in self.fields if field.name == name), None)

    @property
    def primary_keys(self) -> frozenset[str]:
        """The names by which a row is picked: the declared keys, else those that the mapper gives."""
        declared = frozenset(field.name for field in self.fields if field.is_primary)
        return declared | {"id", "pk"} if len(declared) <= 1 else declared


class Models:
    """Questions about the models of one tree."""

    LOOKS = "model classes"

    def __init__(self, python: Python) -> None:
        self._python = python

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    @cached_property
    def every(self) -> tuple[Model, ...]:
        """Every model class of production code, abstract ones among them, in order of path and line."""
        return tuple(model for site in self._python.classes if (model := self._model(site)) is not None)

    @cached_property
    def all(self) -> tuple[Model, ...]:
        """Every model of production code that has a table or collection."""
        return tuple(model for model in self.every if not model.is_abstract)

    @cached_property
    def by_site(self) -> dict[str, Model]:
        """The models by the resolved names of their classes."""
        return {model.site.name: model for model in self.every}

    @cached_property
    def _by_reference(self) -> dict[str, list[Model]]:
        """The models by each text that a foreign key may name them with, in small letters."""
        index: dict[str, list[Model]] = defaultdict(list)
        for model in self.all:
            for key in dict.fromkeys(
                (model.table.lower(), model.name.lower(), snake(model.name), f"{snake(model.name)}s")
            ):
                if key:
                    index[key].append(model)
        return index

    def target(self, model: Model, field: ModelField) -> Model | None:
        """The model that a reference or relation of this model leads to."""
        return self.referred(field.target, model)

    def referred(self, target: str, model: Model) -> Model | None:
        """The model that a text or name of a reference means, seen from a model."""
        if not target:
            return None
        if target in ("self", "RECURSIVE_RELATIONSHIP_CONSTANT"):
            return model
        if ":" in target:
            return self.by_site.get(target)
        if target == "<user>":
            return self.user
        parts = target.lower().split(".")
        # `table.column` for SQLAlchemy (`schema.table.column` too), `app.Model` or `Model` for the others.
        wanted = [parts[-2]] if model.mapper in ("sqlalchemy", "sqlmodel", "ormar") and len(parts) > 1 else [parts[-1]]
        for name in wanted:
            found = self._by_reference.get(name, [])
            if found:
                return min(
                    found, key=lambda item: (-_common(item.site.module.path, model.site.module.path), item.site.name)
                )
        return None

    @cached_property
    def user(self) -> Model | None:
        """The model of the people who sign in, where one can be told."""
        for model in self.all:
            bases = self._python.external_bases(model.site)
            if any(
                base.rpartition(".")[2]
                in (
                    "AbstractUser",
                    "AbstractBaseUser",
                    "UserMixin",
                    "SQLAlchemyBaseUserTable",
                    "SQLAlchemyBaseUserTableUUID",
                )
                for base in bases
            ):
                return model
        return next(
            (
                model
                for model in self.all
                if model.name.lower() in ("user", "users", "account", "member", "appuser", "customuser")
            ),
            None,
        )

    def is_user(self, model: Model | None) -> bool:
        """Whether the model is that of the people who sign in."""
        return model is not None and (model is self.user or snake(model.name).rpartition("_")[2] in ("user", "users"))

    # -- one class -------------------------------------------------------------------------------------------------

    def _model(self, site: DefinitionSite) -> Model | None:
        mapper = self._mapper(site)
        if mapper is None:
            return None
        fields = tuple(self._fields(site))
        return Model(site, mapper, self._table(site, mapper), self._is_abstract(site, mapper, fields), fields)

    def _mapper(self, site: DefinitionSite) -> Mapper | None:
        for base in self._python.external_bases(site):
            known = _BASES.get(base)
            if known is not None:
                return known
            if base.endswith(".Model") and "SQLAlchemy" in base:
                return "sqlalchemy"
            if base.endswith((".Entity",)) and "pony" in base:
                return "pony"
        if self._is_decorated(site):
            return "sqlalchemy"
        return self._by_fields(site)

    def _is_decorated(self, site: DefinitionSite) -> bool:
        """Whether a registry of SQLAlchemy maps the class, or a class above it, by a decorator."""
        for item in self._python.ancestry(site):
            for decorator in item.definition.decorators:
                name = self._python.mean(decorator.name, item.module) if isinstance(decorator, Name | Invoke) else ""
                if name.startswith("sqlalchemy.") and name.rpartition(".")[2] in (
                    "mapped",
                    "mapped_as_dataclass",
                    "as_declarative",
                    "as_declarative_base",
                ):
                    return True
        return False

    def _by_fields(self, site: DefinitionSite) -> Mapper | None:
        """The mapper of a class with a base that is unknown here, by the fields it declares."""
        names = [
            self._python.mean(value.name, site.module)
            for item in site.fields
            if isinstance(value := item.value, Invoke)
        ]
        columns = sum(name.startswith("django.db.models.") and name.endswith(("Field", "ForeignKey")) for name in names)
        if columns and self._python.external_bases(site):
            return "django"
        has_table = any(item.name == "__tablename__" for item in site.fields)
        if has_table and any(name.rpartition(".")[2] in ("Column", "mapped_column") for name in names):
            return "sqlalchemy"
        return None

    def _is_abstract(self, site: DefinitionSite, mapper: Mapper, fields: tuple[ModelField, ...]) -> bool:
        if mapper == "sqlmodel":
            return not any(
                name == "table" and isinstance(value, Const) and value.value for name, value in site.definition.keywords
            )
        for item in site.fields:
            if item.name == "__abstract__" and isinstance(item.value, Const) and item.value.value:
                return True
        if any(
            isinstance(item, Name) and item.name.rpartition(".")[2] == "as_declarative"
            for item in site.definition.decorators
        ):
            return True
        meta = self._meta(site)
        if "abstract" in meta and isinstance(value := meta["abstract"], Const):
            return bool(value.value)
        if mapper == "sqlalchemy":
            has_table = any(
                item.name in ("__tablename__", "__table__", "__mapper_args__")
                for base in self._python.ancestry(site)
                for item in base.fields
            )
            return not has_table and not any(field.role != "relation" for field in fields)
        if mapper == "django" and "proxy" in meta and isinstance(value := meta["proxy"], Const) and value.value:
            return False
        return mapper == "peewee" and not fields and bool(meta)

    def _meta(self, site: DefinitionSite) -> dict[str, Value]:
        """What the class's own `Meta` or `Settings` says, or mongoengine's `meta`."""
        found: dict[str, Value] = {}
        for nested in site.nested_classes:
            if nested.definition.name in ("Meta", "Settings"):
                found.update({item.name: item.value for item in nested.fields if item.value is not None})
        for item in site.fields:
            if item.name == "meta" and isinstance(item.value, Mapping):
                found.update(
                    {
                        key.value: value
                        for key, value in zip(item.value.keys, item.value.values, strict=False)
                        if isinstance(key, Const) and isinstance(key.value, str)
                    }
                )
        return found

    def _table(self, site: DefinitionSite, mapper: Mapper) -> str:
        for item in site.fields:
            if item.name in ("__tablename__", "__collection__", "__table__"):
                if isinstance(item.value, Const) and isinstance(item.value.value, str):
                    return item.value.value
                if isinstance(item.value, Invoke) and item.value.call >= 0:
                    first = site.module.facts.calls[item.value.call].argument(0)
                    if isinstance(first, Const) and isinstance(first.value, str):
                        return first.value
        meta = self._meta(site)
        for key in ("db_table", "table_name", "table", "tablename", "collection", "name"):
            if isinstance(value := meta.get(key), Const) and isinstance(value.value, str):
                return value.value
        name = site.definition.name
        return name.lower() if mapper in ("sqlmodel", "peewee") else snake(name)

    # -- its fields ------------------------------------------------------------------------------------------------

    def _fields(self, site: DefinitionSite) -> Iterator[ModelField]:
        known: set[str] = set()
        for item in self._python.ancestry(site):
            for bound in item.fields:
                if bound.name in known or bound.name.startswith("__"):
                    continue
                field = self._field(bound.name, bound.value, bound.annotation, bound.line, item.module)
                if field is not None:
                    known.add(bound.name)
                    yield field
            yield from self._declared(item, known)

    def _declared(self, site: DefinitionSite, known: set[str]) -> Iterator[ModelField]:
        """The columns that methods under `declared_attr` give."""
        for method in site.methods:
            decorators = {
                item.name.rpartition(".")[2] for item in method.definition.decorators if isinstance(item, Name)
            }
            if not decorators & {"declared_attr", "directive", "cascading"} or method.definition.name in known:
                continue
            for returned in site.module.facts.returns:
                if returned.scope == method.index:
                    field = self._field(method.definition.name, returned.value, None, returned.line, site.module)
                    if field is not None:
                        known.add(field.name)
                        yield field
                        break

    def _field(
        self, name: str, value: Value | None, annotation: Value | None, line: int, module: Module
    ) -> ModelField | None:
        if isinstance(value, Invoke) and value.call >= 0:
            return self._called_field(name, module.facts.calls[value.call], annotation, line, module)
        linked = self._linked(annotation, module)
        if linked:
            return ModelField(name, "Link", "reference", linked, is_primary=False, line=line)
        if annotation is not None and name != "model_config":
            return ModelField(name, _type_name(annotation), "column", "", is_primary=name in ("id", "pk"), line=line)
        return None

    def _called_field(
        self, name: str, call: Call, annotation: Value | None, line: int, module: Module
    ) -> ModelField | None:
        last = self._last(call, module)
        is_primary = (
            any(
                keyword in ("primary_key", "pk", "primary") and isinstance(value, Const) and bool(value.value)
                for keyword, value in call.keywords
            )
            or name == "id"
        )
        if last in _RELATIONS:
            target = (
                self._target(call.argument(0, "argument"), module)
                or self._linked(annotation, module)
                or self._annotated(annotation, module)
            )
            return ModelField(name, last, "relation", target, is_primary=False, line=line)
        if last in _MANY:
            return ModelField(
                name, last, "many", self._target(call.argument(0, "to"), module), is_primary=False, line=line
            )
        if last in _REFERENCES and (last not in ("Required", "Optional") or call.args):
            target = next(
                (
                    text
                    for key in ("to", "model", "document_type", "model_name")
                    if (text := self._target(call.argument(0, key), module))
                ),
                "",
            )
            if target or last.endswith(("Key", "Field")):
                return ModelField(name, last, "reference", target, is_primary=is_primary, line=line)
        foreign = call.keyword("foreign_key")
        if isinstance(foreign, Const) and isinstance(foreign.value, str):
            return ModelField(
                name, _type_name(annotation), "reference", foreign.value, is_primary=is_primary, line=line
            )
        for value in call.handed:
            inner = module.facts.calls[value.call] if isinstance(value, Invoke) and value.call >= 0 else None
            if inner is not None and self._last(inner, module) == "ForeignKey":
                return ModelField(
                    name,
                    _type_name(call.argument(0)),
                    "reference",
                    self._target(inner.argument(0, "column"), module),
                    is_primary=is_primary,
                    line=line,
                )
            if inner is not None and self._last(inner, module) in ("Column", "mapped_column"):
                return self._called_field(name, inner, annotation, line, module)
        linked = self._linked(annotation, module)
        if linked:
            return ModelField(name, "Link", "reference", linked, is_primary=False, line=line)
        kind = _type_name(call.argument(0)) if last in ("Column", "mapped_column") else (_type_name(annotation) or last)
        return ModelField(name, kind, "column", "", is_primary=is_primary, line=line)

    def _last(self, call: Call, module: Module) -> str:
        return self._python.mean(call.name, module).rpartition(".")[2].rpartition(":")[2]

    def _target(self, value: Value | None, module: Module) -> str:
        """What a reference names: a text, the resolved name of a class, or the setting that names the user model."""
        if isinstance(value, Const):
            return value.value if isinstance(value.value, str) else ""
        if isinstance(value, Name):
            if value.name.endswith("AUTH_USER_MODEL"):
                return "<user>"
            found = self._python.class_of(value.name, module)
            if found is not None:
                return found.name
            # `ForeignKey(Organization.id)` names a column of the class.
            owner = self._python.class_of(value.name.rpartition(".")[0], module) if "." in value.name else None
            return owner.name if owner is not None else self._constant(value, module)
        if isinstance(value, Invoke) and value.name.rpartition(".")[2] == "get_user_model":
            return "<user>"
        if isinstance(value, Other):
            return next(
                (found.name for name in value.names if (found := self._python.class_of(name, module)) is not None), ""
            )
        return ""

    def _constant(self, value: Value, module: Module) -> str:
        constant = self._python.constant(value, module)
        return constant if isinstance(constant, str) else ""

    def _linked(self, annotation: Value | None, module: Module) -> str:
        """The document behind `Link[Project]`, also inside `Optional` and lists."""
        if not isinstance(annotation, Index):
            return ""
        outer = annotation.value.name.rpartition(".")[2] if isinstance(annotation.value, Name) else ""
        if outer in ("Link", "BackLink"):
            return self._target(annotation.items[0] if annotation.items else None, module)
        return next((found for item in annotation.items if (found := self._linked(item, module))), "")

    def _annotated(self, annotation: Value | None, module: Module) -> str:
        """The class in `Mapped["Project"]` or `list["Project"]`."""
        if isinstance(annotation, Index):
            return next((found for item in annotation.items if (found := self._annotated(item, module))), "")
        if isinstance(annotation, Items):
            return ""
        return self._target(annotation, module)


def _type_name(value: Value | None) -> str:
    if isinstance(value, Index):
        outer = value.value.name.rpartition(".")[2] if isinstance(value.value, Name) else ""
        if outer in ("Mapped", "Optional", "Annotated", "Indexed", "ClassVar") and value.items:
            return _type_name(value.items[0])
        return outer.lstrip(":")
    if isinstance(value, Name | Invoke):
        return value.name.removesuffix("()").rpartition(".")[2].lstrip(":?")
    return ""


def snake(name: str) -> str:
    """`AlertSubscription` as `alert_subscription`."""
    return _UPPER.sub("_", name).lower()


def _common(path: str, other: str) -> int:
    count = 0
    for left, right in zip(path.split("/")[:-1], other.split("/")[:-1], strict=False):
        if left != right:
            break
        count += 1
    return count
