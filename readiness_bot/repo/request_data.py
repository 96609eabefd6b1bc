"""What clients send, as handlers see it: request objects and filled parameters, with types; follows no value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeGuard

from readiness_bot.facts.python_facts import Parameter
from readiness_bot.facts.values import Const, Index, Invoke, Items, Mapping, Name, Other, Value
from readiness_bot.repo.modules import DefinitionSite, Module
from readiness_bot.repo.patterns import narrowness
from readiness_bot.repo.python import Python
from readiness_bot.repo.route import Route, groups_of
from readiness_bot.repo.routes import Routes

Type = Literal["text", "object", "number", "file", "segment", "model", "upload", "request"]
"""What a piece of request data can be: an `object` may be a dict or list of the client's making; a `segment` of a path
holds no slash; a `number` stands for everything that a parser leaves harmless (dates, UUIDs, enumerations too); a
`model` is a validated object whose fields have types of their own."""


@dataclass(frozen=True, slots=True)
class Datum:
    """A piece of request data: how the code writes it, and its type."""

    text: str
    type: Type


@dataclass(frozen=True, slots=True)
class Filled:
    """A parameter that a framework fills with what a dependency gives."""

    dependency: DefinitionSite


_REQUESTS = frozenset(
    {
        "fastapi.Request()", "fastapi.requests.Request()", "starlette.requests.Request()",
        "starlette.requests.HTTPConnection()",
        "fastapi.WebSocket()", "starlette.websockets.WebSocket()", "flask.Request()", "flask.wrappers.Request()",
        "werkzeug.Request()",
        "werkzeug.wrappers.Request()", "django.http.HttpRequest()", "django.http.request.HttpRequest()",
        "django.core.handlers.wsgi.WSGIRequest()",
        "rest_framework.request.Request()", "aiohttp.web.Request()", "aiohttp.web.BaseRequest()", "sanic.Request()",
        "sanic.request.Request()",
        "sanic.HTTPRequest()", "litestar.Request()", "litestar.connection.Request()", "falcon.Request()",
        "falcon.asgi.Request()",
        "quart.Request()", "pyramid.request.Request()", "blacksheep.Request()", "robyn.Request()",
        "connexion.lifecycle.ConnexionRequest()",
        "strawberry.types.Info()", "aiohttp.web_request.Request()", "fastapi.requests.HTTPConnection()",
        "nicegui.Request()",
    }
)  # fmt: skip
_GLOBAL_REQUESTS = (
    "flask.request",
    "quart.request",
    "bottle.request",
    "connexion.request",
    "sanic.request",
    "flask.globals.request",
)
_UPLOADS = frozenset(
    {
        "fastapi.UploadFile()",
        "starlette.datastructures.UploadFile()",
        "fastapi.datastructures.UploadFile()",
        "werkzeug.datastructures.FileStorage()",
        "litestar.datastructures.UploadFile()",
        "ninja.UploadedFile()",
        "ninja.files.UploadedFile()",
        "quart.datastructures.FileStorage()",
    }
)

_ATTRIBUTES: dict[str, Type] = {
    "args": "text", "form": "text", "values": "text", "GET": "text", "POST": "text", "query_params": "text",
    "query": "text",
    "params": "text", "forms": "text", "cookies": "text", "COOKIES": "text", "headers": "text", "META": "text",
    "body": "text",
    "query_string": "text", "rel_url": "text", "arguments": "text", "query_arguments": "text", "body_arguments": "text",
    "match_info": "segment", "path_params": "segment", "view_args": "segment", "matchdict": "segment",
    "url_args": "segment",
    "json": "object", "json_body": "object", "media": "object", "files": "upload", "FILES": "upload", "data": "text",
    "path": "text", "full_path": "text", "path_info": "text", "url": "text", "raw_body": "text", "GET_params": "text",
    "query_args": "text",
}  # fmt: skip
_METHODS: dict[str, Type] = {
    "get_json": "object", "json": "object", "get_media": "object", "form": "text", "body": "text", "get_data": "text",
    "post": "text",
    "text": "text", "read": "text", "get_param": "text", "get_argument": "text", "get_arguments": "text",
    "get_query_argument": "text",
    "get_query_arguments": "text", "get_body_argument": "text", "get_body_arguments": "text", "get_cookie": "text",
    "get_header": "text",
    "get_query_argument_values": "text", "get_full_path": "text", "get_args": "text", "receive_json": "object",
    "receive_text": "text",
    "get_query_params": "text", "stream": "text", "get_form_data": "text", "getlist": "text",
}  # fmt: skip
_OF_TORNADO = frozenset(name for name in _METHODS if name.startswith("get_") and "argument" in name) | {"get_cookie"}
_NUMBERS = frozenset(
    {
        "int()", "float()", "bool()", "uuid.UUID()", "datetime.datetime()", "datetime.date()", "datetime.time()",
        "datetime.timedelta()",
        "decimal.Decimal()", "pydantic.UUID4()", "pydantic.UUID1()", "pydantic.PositiveInt()",
        "pydantic.NonNegativeInt()", "pydantic.StrictInt()",
        "pydantic.conint()", "ipaddress.IPv4Address()", "ipaddress.IPv6Address()", "bson.ObjectId()",
        "bson.objectid.ObjectId()",
        "pydantic.types.UUID4()", "beanie.PydanticObjectId()", "beanie.odm.fields.PydanticObjectId()",
        "beanie.PydanticObjectId", "complex()",
        "pydantic.NaiveDatetime()", "pydantic.AwareDatetime()", "pydantic.types.PositiveInt()",
        "pydantic.NegativeInt()", "pydantic.PastDate()",
    }
)  # fmt: skip
_TEXTS = frozenset(
    {
        "str()", "bytes()", "pydantic.EmailStr()", "pydantic.HttpUrl()", "pydantic.AnyUrl()", "pydantic.AnyHttpUrl()",
        "pydantic.SecretStr()",
        "pydantic.constr()", "pydantic.StrictStr()", "pydantic.networks.EmailStr()", "pydantic.types.SecretStr()",
        "pydantic.FilePath()",
        "pathlib.Path()", "pydantic.AnyWebsocketUrl()",
    }
)  # fmt: skip
_OBJECTS = frozenset(
    {
        "dict()",
        "Dict()",
        "typing.Any()",
        "typing.Dict()",
        "object()",
        "typing.Mapping()",
        "collections.abc.Mapping()",
        "pydantic.Json()",
        "typing.MutableMapping()",
        "pydantic.JsonValue()",
        "ninja.types.DictStrAny()",
    }
)
_ENUMS = (
    "enum.Enum",
    "enum.IntEnum",
    "enum.StrEnum",
    "django.db.models.TextChoices",
    "django.db.models.IntegerChoices",
)
_MODELS = (
    "pydantic.BaseModel",
    "pydantic.main.BaseModel",
    "sqlmodel.SQLModel",
    "ninja.Schema",
    "ninja.ModelSchema",
    "ninja.schema.Schema",
    "msgspec.Struct",
    "beanie.Document",
    "pydantic.dataclasses.dataclass",
    "pydantic.generics.GenericModel",
    "odmantic.Model",
    "ninja.orm.ModelSchema",
    "pydantic.v1.BaseModel",
    "fastapi_camelcase.CamelModel",
    "pydantic.RootModel",
    "tortoise.contrib.pydantic.PydanticModel",
)
_HOLDING = ("pydantic.BaseModel", "pydantic.main.BaseModel", "pydantic.v1.BaseModel", "ninja.Schema")
"""Classes that hold what they are called with against the types of their fields."""
_TYPED_FRAMEWORKS = frozenset({"fastapi", "django-ninja", "litestar", "nicegui", "blacksheep"})
_OF_SERIALIZERS = frozenset(
    {
        ("validate", "attrs"),
        ("validate", "data"),
        ("validate", "validated_data"),
        ("create", "validated_data"),
        ("update", "validated_data"),
    }
)
"""Methods of serializers and their parameters that hold the fields of what a client sent."""
_TEXT_FRAMEWORKS = frozenset({"cherrypy", "turbogears"})
_VIEWS = (
    "django.views.*",
    "rest_framework.*",
    "tornado.web.*",
    "flask.views.*",
    "flask_restful.*",
    "flask_restx.*",
    "aiohttp.web.View",
    "starlette.endpoints.*",
    "django.contrib.*",
    "sanic.views.*",
    "tornado.websocket.*",
    "wagtail.*",
    "django_filters.*",
    "drf_*",
    "rest_framework_*",
    "flask_appbuilder.*",
    "flask_admin.*",
    "flask_classful.*",
    "pyramid.*",
    "litestar.*",
)
_OF_HANDLERS = frozenset({"path", "headers", "rfile", "requestline"})
_PARSERS = ("reqparse.RequestParser().parse_args",)


_GRAPHQL = frozenset({"graphene", "graphene_django", "graphene_sqlalchemy", "strawberry"})
_OF_GATEWAY = frozenset(
    f"[{key}]"
    for key in (
        "body",
        "queryStringParameters",
        "multiValueQueryStringParameters",
        "pathParameters",
        "headers",
        "multiValueHeaders",
        "rawQueryString",
    )
)
"""Entries of an API Gateway event that the client writes: docs.aws.amazon.com/apigateway."""
_OF_VIEWS = frozenset({"dispatch_request", "get", "post", "put", "patch", "delete"})
"""Methods of Flask's classes of views that are handed the parts of the path."""
_GIVEN_TO_RESOLVERS = frozenset({"self", "cls", "root", "info", "parent", "_", "__"})


class RequestData:
    """Questions about what is request data in one tree."""

    def __init__(self, python: Python, routes: Routes) -> None:
        self._python = python
        self._routes = routes

    # -- handlers --------------------------------------------------------------------------------------------------

    @cached_property
    def _dependencies(self) -> dict[str, Route]:
        """The functions whose parameters a framework fills because a handler depends on them."""
        found: dict[str, Route] = {}
        for name, routes in self._routes.by_handler.items():
            handler = self._python.definition_named(name)
            if handler is None or routes[0].framework not in _TYPED_FRAMEWORKS:
                continue
            for guard in routes[0].guards:
                if guard.kind == "dependency":
                    site = self.filler(guard.name)
                    if site is not None:
                        found.setdefault(site.name, routes[0])
        return found

    def filler(self, name: str) -> DefinitionSite | None:
        """The function that a framework calls for a dependency: of a class, its constructor or `__call__`."""
        site = self._python.definition_named(name)
        if site is not None and site.definition.kind == "class":
            return self._python.member(site, "__init__") or self._python.member(site, "__call__")
        return site

    def route_of(self, site: DefinitionSite) -> Route | None:
        """The route that a function answers, or serves as a dependency of."""
        routes = self._routes.by_handler.get(site.name)
        return routes[0] if routes else self._dependencies.get(site.name)

    def routes_of(self, site: DefinitionSite) -> tuple[Route, ...]:
        """Every route that a function answers."""
        return self._routes.by_handler.get(site.name, ())

    # -- parameters ------------------------------------------------------------------------------------------------

    def is_request(self, site: DefinitionSite, parameter: Parameter) -> bool:
        """Whether a parameter is a request object."""
        kind = self._python.mean(parameter.type, site.module) if parameter.type else ""
        if kind in _REQUESTS:
            return True
        if kind and kind not in ("typing.Any()", "object()"):
            return kind.rpartition(".")[2] in (
                "Request()",
                "HttpRequest()",
                "WSGIRequest()",
                "AuthenticatedHttpRequest()",
            )
        return parameter.name in ("request", "req", "_request") and self._serves

    @cached_property
    def _serves(self) -> bool:
        return bool(self._routes.frameworks) or bool(
            self._python.imported & {"django", "flask", "starlette", "aiohttp.web", "tornado"}
        )

    def is_view(self, owner: DefinitionSite) -> bool:
        """Whether a class is a view of a framework, which keeps the request in an attribute."""
        return self._python.descends_from(owner, *_VIEWS)

    def of_handler(self, owner: DefinitionSite, name: str) -> Datum | None:
        """What an attribute of a handler of the standard library's server gives of the request."""
        if name not in _OF_HANDLERS or not self._python.descends_from(owner, "http.server.*"):
            return None
        return Datum(f"self.{name}", "text")

    def of_parameter(
        self, site: DefinitionSite, parameter: Parameter, access: tuple[str, ...]
    ) -> Datum | Filled | None:
        """What an access reaches of what a framework puts into a parameter; None where that is no request data."""
        route = self.route_of(site)
        if route is None and (argument := self._of_resolver(site, parameter, access)) is not None:
            return argument
        if route is None and (written := self._of_serializer(site, parameter, access)) is not None:
            return written
        if route is None and (brought := _of_gateway(site, parameter, access)) is not None:
            return brought
        if route is None and self._is_filled_from_path(site, parameter):
            return Datum(f"path parameter `{parameter.name}`", "segment")
        if route is None or (parameter.kind == "*" and route.framework not in _TEXT_FRAMEWORKS):
            return None
        if route.framework in _TYPED_FRAMEWORKS:
            return self._typed(site, parameter, access)
        if route.framework in _TEXT_FRAMEWORKS:
            return Datum(f"request parameter `{parameter.name}`", "text")
        if route.described is not None and (told := self._of_description(site, parameter, access)) is not None:
            return told
        if self.route_of(site) is self._dependencies.get(site.name):
            return None
        return self._segment(site, parameter)

    def _is_filled_from_path(self, site: DefinitionSite, parameter: Parameter) -> bool:
        """Whether Flask puts a part of the path into a parameter of a class of views, wherever that is registered."""
        definition, owner = site.definition, site.owner
        return (
            owner is not None
            and definition.name in _OF_VIEWS
            and parameter.kind == "positional"
            and parameter.name != "self"
            and parameter.default is None
            and self.type_of(parameter.annotation, site.module) in (None, "text")
            and self._python.descends_from(owner, "flask.views.*")
        )

    def _of_description(self, site: DefinitionSite, parameter: Parameter, access: tuple[str, ...]) -> Datum | None:
        """What a described operation puts into its handler's parameter beside the parts of its path."""
        operations = [route.described for route in self.routes_of(site) if route.described is not None]
        if any(parameter.name == one.body or parameter.name in ("body", "payload", "data") for one in operations):
            return Datum(f"request body `{parameter.name}`{_keys(access)}", "object")
        if any(parameter.name in one.texts for one in operations):
            return Datum(f"request parameter `{parameter.name}`", "text")
        return None

    def _of_serializer(self, site: DefinitionSite, parameter: Parameter, access: tuple[str, ...]) -> Datum | None:
        """What the REST framework hands to a serializer's own method: a field of free text that the class declares."""
        definition = site.definition
        is_whole = (definition.name, parameter.name) in _OF_SERIALIZERS
        key = access[0][1:-1] if is_whole and access and access[0][0] == "[" else ""
        if not is_whole and definition.name.startswith("validate_"):
            key = definition.name.removeprefix("validate_")
        owner = site.owner if key and parameter.name != "self" else None
        if owner is None or not self._python.descends_from(owner, "rest_framework.serializers.*"):
            return None
        bound = self._python.class_value(owner, key)
        made = bound[1].value if bound is not None else None
        if bound is None or not isinstance(made, Invoke) or made.call < 0:
            return None
        if made.name.rpartition(".")[2] not in ("CharField", "URLField") or (
            is_whole and self._python.member(owner, f"validate_{key}") is not None
        ):
            return None
        if bound[0].facts.calls[made.call].has("validators"):
            return None
        return Datum(f"{owner.definition.name}.{key}", "text")

    def _of_resolver(self, site: DefinitionSite, parameter: Parameter, access: tuple[str, ...]) -> Datum | None:
        """What the client of a GraphQL schema puts into a resolver's parameter; None for any other function."""
        definition = site.definition
        if parameter.name in _GIVEN_TO_RESOLVERS or not self._python.imported & _GRAPHQL:
            return None
        if any(_is_strawberry(value) for value in definition.decorators):
            kind = self.type_of(parameter.annotation, site.module)
            text = f"argument `{parameter.name}`"
            if isinstance(kind, DefinitionSite):
                return self.of_model(kind, access, text)
            return Datum(f"{text}{_keys(access)}", kind or "number")
        owner = site.owner if definition.name == "mutate" or definition.name.startswith("resolve_") else None
        if owner is None or not self._python.descends_from(
            owner, "graphene.*", "graphene_django.*", "graphene_sqlalchemy.*"
        ):
            return None
        name = access[0][1:-1] if parameter.kind == "**" and access and access[0][0] == "[" else parameter.name
        return Datum(f"argument `{name}`", self._of_graphene(owner, definition.name, name))

    def _of_graphene(self, owner: DefinitionSite, resolver: str, argument: str) -> Type:
        """The type that a mutation's `Arguments`, or the field that is resolved, declares for an argument."""
        for nested in owner.nested_classes:
            if nested.definition.name in ("Arguments", "Input"):
                for field in nested.fields:
                    if field.name == argument and isinstance(field.value, Invoke):
                        return _graphene_type(field.value)
        for field in owner.fields:
            if f"resolve_{field.name}" == resolver and isinstance(field.value, Invoke) and field.value.call >= 0:
                declared = owner.module.facts.calls[field.value.call].keyword(argument)
                return _graphene_type(declared) if isinstance(declared, Invoke) else "model"
        return "text"

    def _segment(self, site: DefinitionSite, parameter: Parameter) -> Datum | None:
        for route in self.routes_of(site):
            if not re.search(rf"[{{<:][^}}>/]*\b{re.escape(parameter.name)}\b", route.path):
                continue
            if re.search(
                rf"int:{parameter.name}|uuid:{parameter.name}|{parameter.name}:(int|uuid)|float:{parameter.name}",
                route.path,
            ):
                return Datum(f"path parameter `{parameter.name}`", "number")
            if re.search(
                rf"path:{parameter.name}\b|{parameter.name}:path|{parameter.name}:?\.\*|{parameter.name}\*", route.path
            ):
                return Datum(f"path parameter `{parameter.name}`", "text")
            return Datum(f"path parameter `{parameter.name}`", "segment")
        return self._unnamed(site, parameter)

    def _unnamed(self, site: DefinitionSite, parameter: Parameter) -> Datum | None:
        """A group of a pattern without a name, which fills a parameter by its place behind the object and request."""
        names = [one.name for one in site.definition.parameters if one.kind == "positional"]
        given = [name for name in names if name not in ("self", "cls", "request", "req")]
        for route in self.routes_of(site):
            groups = groups_of(route.path)
            if groups and not any(name for name, _ in groups) and parameter.name in given[: len(groups)]:
                wide = groups[given.index(parameter.name)][1]
                return Datum(f"path parameter `{parameter.name}`", "text" if wide else "segment")
        return None

    def _typed(self, site: DefinitionSite, parameter: Parameter, access: tuple[str, ...]) -> Datum | Filled | None:
        for value in (parameter.default, parameter.annotation):
            name = self._depended(value, site.module, parameter, 0)
            if name is not None:
                filler = self.filler(name) if name else None
                return Filled(filler) if filler is not None else None
        if self.is_request(site, parameter) or isinstance(parameter.default, Index):
            # What stands under a key of something of the tree is its own way of asking for a part: `= parts[Settings]`.
            return None
        segment = self._segment(site, parameter)
        kind = self.type_of(parameter.annotation, site.module)
        if segment is not None:
            return segment if kind != "number" else Datum(segment.text, "number")
        if parameter.default is not None and _is_plain_default(parameter.default) and kind is None:
            return Datum(f"query parameter `{parameter.name}`", "text")
        if kind is None and _is_body(parameter.default):
            kind = "object"
        if kind is None:
            return Datum(f"query parameter `{parameter.name}`", "text") if parameter.annotation is None else None
        if isinstance(kind, DefinitionSite):
            return self.of_model(kind, access, f"request body `{parameter.name}`")
        if kind == "upload":
            return self.of_upload(f"uploaded file `{parameter.name}`", access)
        if _is_content(parameter):
            return Datum(f"uploaded file `{parameter.name}`", "file")
        label = "request body" if kind == "object" else "request parameter"
        if kind == "text":
            kind = self._as_patterned(site.module, parameter.annotation, parameter.default)
        return Datum(f"{label} `{parameter.name}`{_keys(access)}", kind)

    def _depended(self, value: Value | None, module: Module, parameter: Parameter, depth: int) -> str | None:
        """The name that a parameter depends on; empty for something without a name; None if it depends on nothing."""
        if value is None or depth > 4:
            return None
        if isinstance(value, Invoke) and value.call >= 0:
            if value.name.rpartition(".")[2] not in ("Depends", "Security", "Inject", "Provide"):
                return None
            first = module.facts.calls[value.call].argument(0, "dependency")
            if isinstance(first, Name):
                return self._python.identify(first.name, module)
            if first is None and parameter.type:
                return self._python.identify(parameter.type.removesuffix("()"), module)
            return ""
        if isinstance(value, Index):
            found = (self._depended(item, module, parameter, depth + 1) for item in value.items)
            return next((name for name in found if name is not None), None)
        if isinstance(value, Name) and not value.name.startswith("?"):
            assigned = self._python.assignment(value.name, module)
            if assigned is not None:
                return self._depended(assigned[1].value, assigned[0], parameter, depth + 1)
        return None

    # -- types -----------------------------------------------------------------------------------------------------

    def type_of(self, annotation: Value | None, module: Module, depth: int = 0) -> Type | DefinitionSite | None:
        """What values of an annotated type can be, a model's class itself; None where the annotation tells nothing."""
        if annotation is None or depth > 6:
            return None
        if isinstance(annotation, Const):
            return _quoted_type(annotation.value)
        if isinstance(annotation, Other) and annotation.kind.startswith("BinOp"):
            kinds = [
                self._named_type(name, module, depth)
                for name in annotation.names
                if name not in ("None", "types.NoneType")
            ]
            return _widest([kind for kind in kinds if kind is not None])
        if isinstance(annotation, Index):
            return self._generic_type(annotation, module, depth)
        if isinstance(annotation, Name):
            return self._named_type(annotation.name, module, depth)
        if isinstance(annotation, Invoke):
            return self._named_type(annotation.name, module, depth)
        return None

    def _generic_type(self, annotation: Index, module: Module, depth: int) -> Type | DefinitionSite | None:
        outer = annotation.value.name if isinstance(annotation.value, Name) else ""
        last = outer.rpartition(".")[2]
        if last in ("Dict", "dict", "Mapping", "MutableMapping", "Json", "OrderedDict", "defaultdict"):
            return "object"
        if last == "Literal":
            return "number"
        inner = [self.type_of(item, module, depth + 1) for item in annotation.items]
        if last == "Annotated":
            return inner[0] if inner else None
        known = [kind for kind in inner if kind is not None]
        if last in (
            "Optional",
            "Union",
            "List",
            "list",
            "Sequence",
            "Set",
            "set",
            "tuple",
            "Tuple",
            "Iterable",
            "frozenset",
            "Query",
            "Body",
            "Form",
            "Path",
            "Header",
            "Cookie",
            "Required",
            "NotRequired",
            "Final",
        ):
            return _widest(known)
        return self._named_type(outer, module, depth)

    def _named_type(self, name: str, module: Module, depth: int) -> Type | DefinitionSite | None:
        if name in ("typing.Literal", "typing_extensions.Literal"):
            return "number"
        found = self._python.class_of(name, module)
        if found is not None:
            if self._python.descends_from(found, *_ENUMS):
                return "number"
            kinds = (known_type(f"{base.removesuffix('()')}()") for base in self._python.external_bases(found))
            return found if self.is_model(found) else next((kind for kind in kinds if kind is not None), None)
        resolved = self._python.identify(name, module)
        instance = resolved if resolved.endswith("()") else f"{resolved}()"
        known = known_type(instance)
        if known is not None:
            return known
        assigned = self._python.assignment(name, module)
        return self.type_of(assigned[1].value, assigned[0], depth + 1) if assigned is not None else None

    def is_model(self, site: DefinitionSite) -> bool:
        """Whether a class validates what it is made from."""
        return self._python.descends_from(site, *_MODELS) or any(
            isinstance(item, Name | Invoke) and "dataclass" in item.name for item in site.definition.decorators
        )

    def held_to(self, owner: DefinitionSite, name: str) -> Type | None:
        """The plain type that a class of pydantic holds a field to where it is called; None for any other."""
        bound = self._python.class_value(owner, name) if self._python.descends_from(owner, *_HOLDING) else None
        kind = self.type_of(bound[1].annotation, bound[0]) if bound is not None else None
        return kind if kind in ("text", "number") else None

    def of_model(self, model: DefinitionSite, access: tuple[str, ...], text: str) -> Datum:
        """A model's field reached by an access, or the model as a whole."""
        for number, step in enumerate(access[:4]):
            if step in ("[]", "(0)"):
                continue
            name = step[1:].rstrip("]")
            bound = self._python.class_value(model, name)
            if bound is None:
                return Datum(f"{text}{_keys(access)}", "model")
            module, field = bound
            kind = self.type_of(field.annotation, module)
            if isinstance(kind, DefinitionSite):
                return self.of_model(kind, access[number + 1 :], f"{text}.{name}")
            if self._is_checked(model, name):
                return Datum(f"{text}.{name}", "number")
            if kind in (None, "text"):
                kind = self._as_patterned(module, field.annotation, field.value)
            return Datum(f"{text}.{name}", kind)
        return Datum(text, "model")

    def _as_patterned(self, module: Module, *declared: Value | None) -> Type:
        """The type of a text by the pattern that its declaration holds it against, if it does."""
        narrow = next((kind for one in declared if (kind := self._patterned(one, module, 0))), None)
        return narrow or "text"

    def _patterned(self, value: Value | None, module: Module, depth: int) -> Type | None:
        if value is None or depth > 4:
            return None
        if isinstance(value, Index):
            return next((kind for one in value.items if (kind := self._patterned(one, module, depth + 1))), None)
        if isinstance(value, Name) and not value.name.startswith("?"):
            bound = self._python.assignment(value.name, module)
            return self._patterned(bound[1].value, bound[0], depth + 1) if bound is not None else None
        if not isinstance(value, Invoke) or value.call < 0:
            return None
        last = value.name.rpartition(".")[2]
        if last in _VALIDATING:
            asked = module.facts.calls[value.call].argument(0, "func")
            function = self._python.definition(asked.name, module) if isinstance(asked, Name) else None
            holds = function is not None and (last == "Predicate" or self._checks(function))
            return "number" if holds else None
        if last not in _DECLARING:
            return None
        given = dict(module.facts.calls[value.call].keywords)
        spread = given.get("**")
        if isinstance(spread, Name) and (bound := self._python.assignment(spread.name, module)) is not None:
            spread = bound[1].value
        if isinstance(spread, Mapping):
            pairs = zip(spread.keys, spread.values, strict=False)
            given |= {str(key.value): one for key, one in pairs if isinstance(key, Const)}
        for word in ("pattern", "regex"):
            pattern = self._python.constant(given.get(word), module)
            if isinstance(pattern, str) and (narrow := narrowness(pattern, begins=word == "regex")):
                return "number" if narrow == "name" else "segment"
        return None

    def _is_checked(self, model: DefinitionSite, name: str) -> bool:
        """Whether a validator of the field refuses values by something beyond their type, length and beginning."""
        for owner in self._python.ancestry(model):
            for method in owner.methods:
                for decorator in method.definition.decorators:
                    call = method.module.facts.calls[decorator.call] if _is_validator(decorator) else None
                    if call is not None and any(isinstance(one, Const) and one.value == name for one in call.args):
                        return self._checks(method) or any(map(self._checks, self._asked_by(method)))
        return False

    def _checks(self, function: DefinitionSite) -> bool:
        return any(
            self._refuses(function, raised.guards)
            for raised in function.module.facts.raises
            if raised.scope == function.index
        )

    def _asked_by(self, method: DefinitionSite) -> Iterator[DefinitionSite]:
        """The functions of the tree that a validator hands the value on to."""
        own = {f"?{parameter.name}" for parameter in method.definition.parameters}
        for call in method.calls:
            if any(isinstance(one, Name) and one.name in own for one in call.args):
                target = self._python.definition(call.name, method.module)
                if target is not None and target.definition.kind == "function":
                    yield target

    @staticmethod
    def _refuses(method: DefinitionSite, guards: tuple[str, ...]) -> bool:
        """Whether a condition asks more than the value itself can tell: a list, a pattern, a function."""
        own = {parameter.name for parameter in method.definition.parameters}
        return any(
            _OF_LETTERS.search(guard)
            or (
                (root := guard.lstrip("!?:").partition(".")[0].partition("(")[0])
                and root not in own
                and root not in _SHALLOW
            )
            for guard in guards
        )

    def as_declared(self, module: Module, scope: int, access: tuple[str, ...], datum: Datum) -> Datum:
        """A part of a body as the model says that a decorator of the handler holds it against; else as it was."""
        function = module.function_of(scope) if datum.type == "object" and access else None
        for decorator in function.decorators if function is not None else ():
            if isinstance(decorator, Invoke) and decorator.call >= 0:
                for name, value in module.facts.calls[decorator.call].keywords:
                    model = self._python.class_of(value.name, module) if isinstance(value, Name) else None
                    if model is not None and _BODY.search(name) and self.is_model(model):
                        declared = self.of_model(model, access, datum.text)
                        return datum if declared.type == "model" else Datum(datum.text, declared.type)
        return datum

    # -- request objects -------------------------------------------------------------------------------------------

    def of_request(self, access: tuple[str, ...], text: str, framework: str = "") -> Datum | None:
        """What an access reaches of a request object; None where that is nothing a client chooses."""
        if not access:
            return None
        step = access[0]
        kind = (
            _ATTRIBUTES.get(step[1:])
            if step[0] == "."
            else ("text" if step[0] == "[" and framework == "bottle" else None)
        )
        if kind is None:
            return None
        if step == ".data" and (framework.startswith("django") or (not framework and self._is_rest)):
            kind = "object"
        if kind in ("text", "object") and (
            _is_of_made(access[1:]) or (access[1:2] == (".value",) and framework != "bottle")
        ):
            return None
        if kind == "upload" and "<key>" in access[:2]:
            return Datum(f"{text}{step} field name", "text")
        if step == ".FILES" and ".name" in access[2:]:
            return None  # Django keeps the last part of the name only
        if kind == "upload":
            return self.of_upload(f"{text}{_keys(access[:2])}", access[2:])
        return Datum(f"{text}{_keys(access)}", kind)

    @cached_property
    def _is_rest(self) -> bool:
        return "rest_framework" in self._python.imported

    def of_upload(self, text: str, access: tuple[str, ...]) -> Datum:
        """What an access reaches of an uploaded file."""
        named = (".filename", ".raw_filename", *((".name",) if "sanic" in self._python.imported else ()))
        one = next(
            (step for step in access if step[0] == "." or (step[0] == "[" and len(step) > 2)), ""
        )  # of several uploads, each
        if one in named or "[filename]" in access:  # elsewhere `name` is that of the form's field
            return Datum(f"{text}{_keys(access)}", "text")
        return Datum(f"{text}{_keys(access)}", "file")

    def method_of_request(self, method: str, text: str) -> Datum | None:
        """What a method of a request object gives."""
        kind = _METHODS.get(method)
        return None if kind is None else Datum(f"{text}.{method}()", kind)

    def of_global(self, name: str) -> tuple[str, tuple[str, ...]] | None:
        """The request object that a library's dotted name begins with, and the attributes taken from it."""
        for request in _GLOBAL_REQUESTS:
            if name == request or name.startswith(f"{request}."):
                rest = name[len(request) + 1 :].split(".") if len(name) > len(request) else []
                return "request", tuple(f".{part}" for part in rest)
        return None

    def of_call(self, name: str) -> Datum | None:
        """What a library's function gives that reads the current request by itself."""
        found = self.of_global(name)
        if found is not None and found[1]:
            method = found[1][-1][1:]
            owner = found[1][:-1]
            if not owner:
                return self.method_of_request(method, "request")
            if method in (
                "get",
                "getlist",
                "get_list",
                "to_dict",
                "getall",
                "pop",
                "decode",
                "dict",
                "get_all",
                "getunicode",
            ):
                return self.of_request(owner, "request", name.partition(".")[0])
            return None
        if name in ("web.input", "web.data", "web.cookies", "web.webapi.input"):
            return Datum(f"{name}()", "text")
        if name.endswith(_PARSERS):
            return Datum("request arguments", "text")
        return None

    def tornado(self, method: str) -> Datum | None:
        """What a method of a Tornado handler gives of the request."""
        return Datum(f"self.{method}()", "text") if method in _OF_TORNADO else None


_OF_LETTERS = re.compile(r"\.(isalnum|isalpha|isdecimal|isdigit|isidentifier|isnumeric)(\(\))?$")
"""What asks of each letter of a text whether it is harmless."""
_VALIDATING = frozenset({"AfterValidator", "BeforeValidator", "WrapValidator", "PlainValidator", "Predicate"})
"""What declares a type by a function that refuses some values."""
_DECLARING = frozenset({"Field", "Path", "Query", "Form", "Body", "Header", "Cookie", "File", "Param", "Parameter",
    "Meta", "constr", "StringConstraints"})  # fmt: skip
"""What declares a field or a parameter and may hold it against a pattern."""
_SHALLOW = frozenset(
    {"len", "isinstance", "str", "any", "all", "not", "None", "bool", "type", "self", "cls", "info", "values"}
)


_BODY = re.compile(r"^(?!.*(resp|out)).*(body|model|schema|json|form|payload|input|request)", re.IGNORECASE)
"""Keywords by which a decorator is told what a request must hold."""


def _is_validator(decorator: Value) -> TypeGuard[Invoke]:
    return (
        isinstance(decorator, Invoke)
        and decorator.call >= 0
        and decorator.name.rpartition(".")[2] in ("field_validator", "validator")
    )


def known_type(instance: str) -> Type | None:
    """The type of a library's or builtin class, by the name of its instances."""
    if instance in _NUMBERS:
        return "number"
    if instance in _TEXTS:
        return "text"
    if instance in _OBJECTS:
        return "object"
    if instance in _UPLOADS or instance.rpartition(".")[2] == "UploadFile()":
        return "upload"
    return None


def _is_strawberry(value: Value) -> bool:
    """Whether a decorator makes a field of a Strawberry schema of a function."""
    name = value.name.removesuffix("()") if isinstance(value, Name | Invoke) else ""
    return name.startswith("strawberry.") and name.rpartition(".")[2] in ("field", "mutation", "subscription")


def _graphene_type(value: Invoke) -> Type:
    kind = value.name.removesuffix("()").rpartition(".")[2]
    if kind in ("JSONString", "GenericScalar", "Dynamic"):
        return "object"
    if kind in ("String", "ID", "Base64"):
        return "text"
    return "model" if kind in ("Argument", "List", "NonNull", "InputField") or kind.endswith("Input") else "number"


def _quoted_type(value: object) -> Type | None:
    if not isinstance(value, str):
        return None
    return known_type(f"{value.partition('|')[0].strip()}()")


def _widest(kinds: list[Type | DefinitionSite]) -> Type | DefinitionSite | None:
    """Of several types a value may have, the one that can hold most."""
    for kind in ("object", "upload", "text"):
        if kind in kinds:
            return kind
    return next((kind for kind in kinds if isinstance(kind, DefinitionSite)), kinds[0] if kinds else None)


def _is_plain_default(value: Value) -> bool:
    return isinstance(value, Const | Items) or (
        isinstance(value, Invoke) and value.name.rpartition(".")[2] in ("Query", "Form", "Header", "Cookie", "Path")
    )


def _is_body(value: Value | None) -> bool:
    return isinstance(value, Invoke) and value.name.rpartition(".")[2] == "Body"


def _is_content(parameter: Parameter) -> bool:
    """Whether a parameter takes an uploaded file's content: `File(…)` as its default or beside its type."""
    annotation = parameter.annotation
    given = (parameter.default, *(annotation.items if isinstance(annotation, Index) else ()))
    return any(isinstance(value, Invoke) and value.name.rpartition(".")[2] == "File" for value in given)


def _is_of_made(access: tuple[str, ...]) -> bool:
    """Whether attributes are asked of what lies under a key: texts and lists have none, so it was made into a thing."""
    first = next((index for index, step in enumerate(access) if step[0] == "["), len(access))
    return any(step[0] == "." for step in access[first:])


def _of_gateway(site: DefinitionSite, parameter: Parameter, access: tuple[str, ...]) -> Datum | None:
    """What an event of AWS API Gateway brings a Lambda function of the request: `event["queryStringParameters"]`."""
    names = [one.name for one in site.definition.parameters if one.kind == "positional"]
    if names[:1] != [parameter.name] or parameter.name != "event" or len(names) != 2 or "context" not in names[1]:
        return None
    if not access or access[0] not in _OF_GATEWAY:
        return None
    return Datum(f"{parameter.name}{_keys(access)}", "text")


def _keys(access: tuple[str, ...]) -> str:
    """An access as the code writes it."""
    return "".join(
        f'["{step[1:-1]}"]' if step[0] == "[" and len(step) > 2 else "[…]" if step[0] in "[(<" else step
        for step in access
    )
