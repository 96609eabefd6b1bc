"""What routes take and give: bodies and their schemas, responses, pages, versions, collaborators; judges nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from readiness_bot.facts.python_facts import Assignment, Call, Definition, Parameter
from readiness_bot.facts.values import Const, Index, Invoke, Mapping, Name, Value
from readiness_bot.model import Evidence
from readiness_bot.repo.defaults import default_of
from readiness_bot.repo.documents import Documents
from readiness_bot.repo.expressions import flattened, texts_of
from readiness_bot.repo.modules import DefinitionSite, Module
from readiness_bot.repo.python import Python, matcher
from readiness_bot.repo.route import Guard, Route
from readiness_bot.repo.routes import Routes
from readiness_bot.repo.services import Services

Body = Literal["schema", "raw", "none"]

TYPED = frozenset({"fastapi", "django-ninja", "litestar", "blacksheep", "robyn"})
"""Frameworks that read a handler's annotations."""
INJECTING = frozenset({"fastapi", "litestar", "blacksheep", "robyn"})
_VALIDATES = re.compile(
    r"^(load|loads|validate|validated|model_validate|model_validate_json|parse_obj|parse_raw|is_valid|validate_on_submit|validate_or_error|run_validation|use_args|use_kwargs|expect|arguments|validate_args|validate_schema"
    r"|validate_request|validate_json|validate_body|from_json|deserialize|structure|parse_args|get_serializer|validated_data|jsonschema_validate|check_schema|use_schema|body|json_schema|input|doc_validate"
    r"|extend_schema_request|schema|accepts|validate_openapi_request|form_valid|full_clean|model_construct|decode_json_body)$"
)
_DUMPS = re.compile(
    r"^(dump|dumps|model_dump|model_dump_json|jsonable_encoder|marshal|marshal_with|marshal_list_with|response|output|to_representation|serialize_response|alt_response|responds|get_serializer|model_validate)$"
)
_DUMPS_TEXT = re.compile(r"^(\?json|(\w+\.)*(\w*json(utils)?|pickle|yaml)\.)")
_OUTPUT = re.compile(r"(output|response)_?schema\b", re.IGNORECASE)
"""What an own decorator is handed to shape the answer with."""
_DESCRIPTION_FILE = re.compile(r"(^|[/:])(openapi|swagger)[\w-]*\.(mako|mak|jinja2|j2|pt|ya?ml|json)$", re.IGNORECASE)
"""Templates that a view makes a description of: `renderer="shop:templates/openapi.jinja2"`."""
_SCHEMA_BASES = (
    "pydantic.*",
    "marshmallow.*",
    "sqlmodel.*",
    "rest_framework.serializers.*",
    "flask_wtf.*",
    "wtforms.*",
    "django.forms.*",
    "ninja.*",
    "msgspec.*",
    "attrs.*",
    "apiflask.*",
    "typesystem.*",
    "flask_marshmallow.*",
)
_MODEL_BASE = re.compile(r"\.\w*(Model|Schema|Struct|DTO)$")
"""What libraries call the bases of models that they derive from those of pydantic and its like."""
_READS_BODY = re.compile(
    r"(request|req)(\.\w+)?\.(json|get_json|form|data|values|get_data|body|files|POST|DATA|stream|content|media|bounded_stream)(\b|\(|\[|$)|(^|[.:])(get_json|get_json_body|load_json_body|read_json_body|parse_body|json_body|read_body|web\.input|web\.data|tornado\.escape\.json_decode|get_body_argument)(\b|$)"
)
_VALIDATORS = matcher(
    "jsonschema.*",
    "jsonschema_rs.*",
    "fastjsonschema.*",
    "cerberus.*",
    "voluptuous.*",
    "trafaret.*",
    "colander.*",
    "schematics.*",
    "marshmallow.*",
    "webargs.*",
    "openapi_core.*",
    "pydantic.*",
    "msgspec.*",
)
"""Libraries that hold data against a schema."""
_BY_LIBRARY = re.compile(
    r"^(validate\w*|is_valid|iter_errors|best_match|load|loads|deserialize|parse_obj_as|normalized|validated|check|convert)$"
)
_TYPED_BY = re.compile(r"(cattrs?|msgspec)(\.\w+(\(\))?)*\.(structure|decode|convert)$")
"""What makes the type that it is told of data, or refuses it."""
_HELD_BY = re.compile(
    r"pydantic\.(type_adapter\.)?TypeAdapter\(\)\.validate_(python|json)$|pydantic\.(tools\.)?parse_obj_as$"
    r"|voluptuous\.(\w+\.)?Schema\(\)$|schema\.Schema\(\)\.validate$|trafaret\.\w+\(\)(\.\w+\(\))*\.check$"
    r"|valideer\.parse\(\)\.validate$|msgspec\.json\.Decoder\(\)\.decode$"
)
"""What holds data against a schema that was made before."""
_HANDED_ON = 3
"""How far a body is followed from function to function until something validates it."""
_CHECKING = re.compile(r"(validator|trafaret|schema)(\(\))?\.check$", re.IGNORECASE)
_READS_ANYTHING = frozenset({"deserialize", "structure", "from_json"})
"""What validates a body only beside the reading of one: the answers of other services go through it too."""
VERSION = re.compile(
    r"(^|/)v(er(sion)?)?_?\d+(\.\d+)?(?=/|$|\.)|/\d{4}-\d{2}-\d{2}(/|$)|/\d+\.\d+\.\d+(/|$)|^([^<{]|\{\})*/v?(\{(api_)?version\}|<(string:|str:|int:)?(api_)?version>)|(/(rest|api)/(\w+/)?\d+(\.\d+)?|^/\d+\.\d+)(/|$)",
    re.IGNORECASE,
)
"""A part of a path that names a version of the interface."""
_SCHEMA_SOURCES = (
    "drf_spectacular",
    "drf_yasg",
    "drf_yasg2",
    "flask_restx",
    "flask_smorest",
    "apiflask",
    "flasgger",
    "apispec",
    "flask_openapi3",
    "spectree",
    "connexion",
    "flask_apispec",
    "aiohttp_apispec",
    "sanic_ext",
    "rest_framework.schemas",
    "flask_rebar",
    "flask_pydantic_spec",
    "sanic_openapi",
    "quart_schema",
    "aiohttp_swagger",
    "openapi_schema_pydantic",
    "safrs",
    "flask_restplus",
    "rest_framework_swagger",
    "tornado_swagger",
    "apifairy.APIFairy",
)


_DESCRIPTION_PATH = re.compile(r"/(openapi|swagger|apispec)([-_]?spec)?(\.(json|ya?ml)|/?$)", re.IGNORECASE)
"""Where an application serves the description that it makes itself."""
_PAGE_VIEWS = matcher("django.views.generic.*", "django.contrib.*")
_PAGE_CALLS = frozenset(
    {
        "render",
        "render_template",
        "render_template_string",
        "TemplateResponse",
        "render_to_response",
        "redirect",
        "RedirectResponse",
        "HttpResponseRedirect",
        "send_file",
        "send_from_directory",
        "FileResponse",
        "StreamingResponse",
        "HTMLResponse",
    }
)
_DATA_CALLS = frozenset({"jsonify", "JSONResponse", "JsonResponse", "ORJSONResponse", "model_dump", "dump", "marshal"})


def _decorated(route: Route) -> Definition | None:
    """What the registration of a route decorates."""
    return route.module.definition(route.call.decorates) if route.call is not None else None


def _takes_body_in(call: Call) -> bool:
    """Whether a call is handed the body of the request as it is: `validate(request.json, schema)`."""
    return any(isinstance(value, Name | Invoke) and _READS_BODY.search(value.name) is not None for value in call.handed)


def _reads_body(call: Call) -> bool:
    """Whether a call reads the body of a request, by what is called or by the name that it is bound to."""
    return _READS_BODY.search(call.name) is not None or _READS_BODY.search(call.via) is not None


@dataclass(frozen=True, slots=True)
class Taken:
    """How a route takes its body: through a schema, raw, or not at all."""

    route: Route
    body: Body
    by: str


class Interface:
    """Questions about what the routes of one tree take and give."""

    LOOKS = "route handlers, their schemas and responses"

    def __init__(self, python: Python, routes: Routes, services: Services, documents: Documents) -> None:
        self._python = python
        self._routes = routes
        self._services = services
        self._documents = documents

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """The wired routes of production code, each handler's once a method, by the path that carries a version."""
        found: dict[tuple[object, ...], Route] = {}
        for route in self._routes.served:
            # Classes that share a handler which they inherit are routes of their own.
            view = route.view.name if route.view is not None else ""
            key = (
                route.handler.name if route.handler else f"{route.module.path}:{route.line}",
                view,
                route.methods,
            )
            known = found.setdefault(key, route)
            if known is not route and VERSION.search(route.path) and not VERSION.search(known.path):
                found[key] = route
        return tuple(found.values())

    @cached_property
    def resources(self) -> tuple[Evidence, ...]:
        """The resources that Eve serves by their schema: it checks what is written to them, and pages their lists.

        They are written down in `DOMAIN`, or by classes of their own that hold a `schema` and are handed to it.
        """
        if not self._serves_resources:
            return ()
        found = [one for module in self._python.production for one in _resources_of(module)]
        return tuple(sorted(found, key=lambda one: (one.path, one.line)))

    @property
    def _serves_resources(self) -> bool:
        return any(True for _ in self._python.calls("eve.Eve")) or any(
            "eve.Eve" in self._python.external_bases(site)
            for site in self._python.definitions
            if site.definition.kind == "class" and site.definition.bases
        )

    # -- code ------------------------------------------------------------------------------------------------------

    def around(self, route: Route, depth: int = 2) -> Iterator[DefinitionSite]:
        """The handler and the own functions it calls, a few calls deep: where a base class reads the body for all."""
        pending = [(route.handler, 0)] if route.handler is not None else []
        seen: set[str] = set()
        while pending and len(seen) < 40:
            site, level = pending.pop(0)
            if site.name in seen:
                continue
            seen.add(site.name)
            yield site
            if level < depth:
                for call in site.calls:
                    found = self._python.target(call, site.module)
                    if found is not None and found.definition.kind == "function":
                        pending.append((found, level + 1))

    # -- bodies ----------------------------------------------------------------------------------------------------

    @cached_property
    def bodies(self) -> tuple[Taken, ...]:
        """How each route that may carry a body takes it; those that take none are left out."""
        found = []
        for route in self.routes:
            # What a dispatcher of the tree's own makes of a body before it calls the handler cannot be told.
            if route.framework == "own" or self._is_wrapped(route):
                continue
            if route.framework == "connexion" and route.described is not None and route.described.takes:
                found.append(Taken(route, "schema", "description"))
            elif route.changes_state and set(route.methods) & {"POST", "PUT", "PATCH"}:
                taken = self._typed_body(route) if route.framework in TYPED else self._read_body(route)
                if taken.body != "none":
                    found.append(taken)
        return tuple(found)

    @staticmethod
    def _is_wrapped(route: Route) -> bool:
        """Whether a function of the tree's own answers in the handler's place, and calls it with what it has read."""
        return (
            route.call is not None
            and route.call.decorates >= 0
            and route.handler is not None
            and route.view is None
            and route.handler.definition is not _decorated(route)
        )

    def _typed_body(self, route: Route) -> Taken:
        handler = route.handler
        if handler is None:
            return Taken(route, "none", "")
        segments = set(re.findall(r"\{(\w+)", route.path))
        schema = raw = ""
        for parameter in handler.definition.parameters:
            kind = self._parameter(parameter, handler.module, segments)
            if kind == "schema":
                schema = schema or parameter.name
            elif kind == "raw":
                raw = raw or parameter.name
        if schema:
            return Taken(route, "schema", schema)
        if raw or any(
            _reads_body(call) or (call.last in ("json", "body", "form") and "request" in call.name.lower())
            for call in handler.calls
        ):
            validated = any(
                _VALIDATES.match(call.last) or self._is_schema(call.name, handler.module) for call in handler.calls
            )
            return Taken(route, "schema" if validated else "raw", raw or "request")
        return Taken(route, "none", "")

    def _parameter(self, parameter: Parameter, module: Module, segments: set[str]) -> Body:
        if (
            parameter.name in segments
            or parameter.name == "self"
            or parameter.kind in ("*", "**")
            or (parameter.name in ("request", "req", "websocket") and not self._has_model(parameter.annotation, module))
        ):
            return "none"
        for value in (
            parameter.default,
            *(parameter.annotation.items if isinstance(parameter.annotation, Index) else ()),
        ):
            if isinstance(value, Invoke):
                last = value.name.rpartition(".")[2]
                if last in ("Depends", "Security"):
                    inner = module.facts.calls[value.call].args[:1] if value.call >= 0 else ()
                    form = any(
                        isinstance(item, Name)
                        and item.name.endswith(("OAuth2PasswordRequestForm", "OAuth2PasswordRequestFormStrict"))
                        for item in inner
                    )
                    if form or (not inner and "RequestForm" in str(parameter.annotation)):
                        return "schema"
                    return "schema" if self._reads_model(inner, module) else "none"
                if last in ("Body", "Form", "File"):
                    return "raw" if self._is_loose(parameter.annotation) else "schema"
                if last in ("Query", "Path", "Header", "Cookie"):
                    return "none"
        annotation = parameter.annotation
        if annotation is None:
            return "none"
        if self._has_model(annotation, module):
            return "schema"
        return "raw" if self._is_loose(annotation) and parameter.default is None else "none"

    def _reads_model(self, told: tuple[Value, ...], module: Module) -> bool:
        """Whether a dependency is a function that is handed fields of a form or body, or makes a model of it."""
        own = self._python.definition(told[0].name, module) if told and isinstance(told[0], Name) else None
        if own is None or own.definition.kind != "function":
            return False
        defaults = (
            value
            for parameter in own.definition.parameters
            for value in (
                parameter.default,
                *(parameter.annotation.items if isinstance(parameter.annotation, Index) else ()),
            )
        )
        if any(isinstance(one, Invoke) and one.name.rpartition(".")[2] in ("Body", "Form") for one in defaults):
            return True
        reads = any(
            _reads_body(call) or (call.last in ("json", "body", "form") and "request" in call.name.lower())
            for call in own.calls
        )
        return reads and any(self._is_schema(call.name, own.module) for call in own.calls)

    def _has_model(self, value: Value | None, module: Module, depth: int = 0) -> bool:
        if depth > 4 or value is None:
            return False
        if isinstance(value, Name):
            if value.name.rpartition(".")[2] in ("UploadFile", "OAuth2PasswordRequestForm"):
                return True
            if self._is_schema(value.name, module) or self._is_foreign_model(value.name, module):
                return True
            assigned = self._python.assignment(value.name, module) if not value.name.startswith("?") else None
            return (
                assigned is not None
                and not self._injects(assigned[1].value)
                and self._has_model(assigned[1].value, assigned[0], depth + 1)
            )
        if isinstance(value, Index):
            if self._injects(value):
                return False
            return any(self._has_model(item, module, depth + 1) for item in value.items)
        names = getattr(value, "names", ())
        return any(self._is_schema(name, module) for name in names)

    @staticmethod
    def _injects(value: Value) -> bool:
        return isinstance(value, Index) and any(
            isinstance(item, Invoke) and item.name.rpartition(".")[2] in ("Depends", "Security") for item in value.items
        )

    def _is_schema(self, name: str, module: Module) -> bool:
        found = self._python.class_of(name, module) if name else None
        if found is None:
            return False
        return self._python.descends_from(found, *_SCHEMA_BASES) or any(
            (decorator.name if isinstance(decorator, Name | Invoke) else "").rpartition(".")[2]
            in ("dataclass", "define", "frozen", "s")
            for decorator in found.definition.decorators
        )

    def _is_foreign_model(self, name: str, module: Module) -> bool:
        """Whether a class of the tree with typed fields descends from some library's own base of models.

        A framework that reads types takes only what it can validate for a body.
        """
        found = self._python.class_of(name, module)
        return (
            found is not None
            and any(field.annotation is not None for field in found.fields)
            and any(_MODEL_BASE.search(base) for base in self._python.external_bases(found))
        )

    @staticmethod
    def _is_loose(annotation: Value | None) -> bool:
        """Whether an annotation lets anything in: `dict`, `Any`, `list` without an element's type."""
        name = (
            annotation.name
            if isinstance(annotation, Name)
            else annotation.value.name
            if isinstance(annotation, Index) and isinstance(annotation.value, Name)
            else ""
        )
        return name.rpartition(".")[2].rpartition(":")[2] in (
            "dict",
            "Dict",
            "Any",
            "Mapping",
            "object",
            "JSON",
            "JSONDict",
        ) or (name == "list" and isinstance(annotation, Name))

    def _read_body(self, route: Route) -> Taken:
        """Frameworks whose handlers read the body themselves."""
        by_class = self._schema_of_view(route)
        if by_class:
            return Taken(route, "schema", by_class)
        by_decorator = self._schema_of_decorator(route)
        if by_decorator:
            return Taken(route, "schema", by_decorator)
        reads = ""
        for site in self.around(route):
            calls = site.calls
            reads_here = any(_reads_body(call) for call in calls)
            for call in calls:
                if _reads_body(call):
                    reads = reads or call.last
                if site is route.handler or reads_here or site.definition.name.startswith(("get_", "parse", "_")):
                    if self._leads_to_validator(call, site.module):
                        return Taken(route, "schema", call.last.lstrip(":?"))
                    if (
                        _VALIDATES.match(call.last)
                        and (reads_here or call.last not in _READS_ANYTHING)
                        and call.name not in ("json.loads", "json.load", "yaml.load", "pickle.loads")
                        and not call.name.endswith(("json.loads", "json.load", "orjson.loads"))
                        and self._is_validation(call, site.module)
                    ):
                        return Taken(route, "schema", call.last)
                    if self._makes_schema(call, site.module, reads_here) or (
                        (reads_here or any(map(_READS_BODY.search, site.definition.refs)))
                        and self._checks_by_library(call, site.module)
                    ):
                        return Taken(route, "schema", call.last)
            if any(_READS_BODY.search(ref) for ref in site.definition.refs):
                reads = reads or "request"
        return Taken(route, "raw" if reads else "none", reads)

    def _checks_by_library(self, call: Call, module: Module) -> bool:
        """Whether a library makes what it is handed into a type, or holds it against a schema of its own kind."""
        if not call.handed:
            return False
        name = self._python.mean(call.name, module)
        typed = call.has("type") or any(
            isinstance(value, Name) and self._is_schema(value.name, module) for value in call.handed[1:]
        )
        return (_TYPED_BY.match(name) is not None and typed) or _HELD_BY.match(name) is not None

    def _schema_of_decorator(self, route: Route) -> str:
        """The decorator that holds a body against a schema before the handler runs; empty for none."""
        for guard in route.guards:
            last = guard.name.rpartition(".")[2].rpartition(":")[2]
            if (
                guard.kind == "decorator"
                and _VALIDATES.match(last)
                and (last not in ("expect", "body", "input", "schema", "doc") or guard.arguments)
            ) or self._is_validating(guard):
                return last
        return ""

    def _is_validating(self, guard: Guard) -> bool:
        """Whether a decorator of the tree's own is handed a schema, and holds the body that it reads against it."""
        own = self._python.definition_named(guard.name) if guard.kind == "decorator" and guard.arguments else None
        module = self._python.modules.get(guard.path)
        if own is None or module is None or own.definition.kind != "function":
            return False
        named = (item.name for value in guard.arguments for item in flattened(value) if isinstance(item, Name))
        facts, definition = own.module.facts, own.definition
        inside = [call for call in facts.calls if definition.line <= call.line <= definition.end_line]
        if any(self._holds_against_schema(call, own.module) and _takes_body_in(call) for call in inside):
            return True
        if not any(self._is_schema(name, module) for name in named):
            return False
        given = {f"?{parameter.name}" for parameter in definition.parameters}
        reads = any(map(_reads_body, inside)) or any(
            _READS_BODY.search(ref)
            for one in facts.definitions
            if definition.line <= one.line <= definition.end_line
            for ref in one.refs
        )
        return reads and any(call.name.partition(".")[0].removesuffix("()") in given for call in inside)

    def _makes_schema(self, call: Call, module: Module, reads_here: bool) -> bool:
        """Whether a schema is made of data that it checks at once, or a validator checks what is read beside it.

        One of marshmallow's is only told how to work; a class that only holds what it is made of is taken for a schema
        where the body is read beside it.
        """
        if reads_here and _CHECKING.search(call.name or call.via):
            return True
        if not self._is_schema(call.name, module) or not (call.args or call.keywords):
            return False
        found = self._python.class_of(call.name, module)
        if found is None or not self._python.descends_from(found, *_SCHEMA_BASES):
            return reads_here
        return not self._python.descends_from(found, "marshmallow.*", "flask_marshmallow.*")

    def _leads_to_validator(self, call: Call, module: Module, hops: int = _HANDED_ON) -> bool:
        """Whether a call is one of an own function that holds what it is given against a schema, by a library.

        Itself, or by a further function that it hands it on to.
        """
        target = self._python.target(call, module)
        if target is None or target.definition.kind != "function":
            return False
        reads = any(map(_reads_body, target.calls))
        given = {f"?{parameter.name}" for parameter in target.definition.parameters}
        return any(
            (reads or any(isinstance(value, Name) and value.name.partition(".")[0] in given for value in inner.handed))
            and (
                self._holds_against_schema(inner, target.module)
                or (hops > 1 and self._leads_to_validator(inner, target.module, hops - 1))
            )
            for inner in target.calls
        )

    def _holds_against_schema(self, call: Call, module: Module) -> bool:
        if call.last == "iter_errors":
            return True
        return _BY_LIBRARY.match(call.last) is not None and (
            "schema" in call.name.rpartition(".")[0].lower() or _VALIDATORS(self._python.mean(call.name, module))
        )

    def _is_validation(self, call: Call, module: Module) -> bool:
        if call.last in ("load", "loads", "validate", "body", "input", "schema", "expect", "structure"):
            owner = call.name.rpartition(".")[0]
            return (
                "schema" in owner.lower()
                or "marshmallow" in owner
                or "jsonschema" in call.name
                or self._is_schema(owner.removesuffix("()"), module)
                or "validat" in owner.lower()
                or "form" in owner.lower()
            )
        return True

    def _schema_of_view(self, route: Route) -> str:
        if route.view is None:
            return ""
        if route.framework == "flask-rest-jsonapi":
            return "schema" if self._python.class_value(route.view, "schema") is not None else ""
        if self._python.descends_from(route.view, "wagtail.api.*"):
            return "schema"  # Wagtail's API serialises by the models' fields, if it is told no serializer
        for name in ("serializer_class", "form_class", "schema_class", "input_schema", "request_schema"):
            if self._python.class_value(route.view, name) is not None:
                return name
        if self._python.member(route.view, "get_serializer_class") is not None:
            return "get_serializer_class"
        return ""

    # -- answers ---------------------------------------------------------------------------------------------------

    @cached_property
    def answers(self) -> tuple[tuple[Route, bool], ...]:
        """Each route that answers with data, and whether a schema or type shapes the answer."""
        return tuple(
            (route, self._is_shaped(route))
            for route in self.routes
            if "WEBSOCKET" not in route.methods and not self.is_page(route)
        )

    def is_page(self, route: Route) -> bool:
        """Whether a route answers with a page, a file or a redirection, or is a library's: none has a schema."""
        if route.handler is None and route.view is None and route.framework == "django":
            return True
        if route.view is not None and any(
            _PAGE_VIEWS(base) and not base.endswith(".View") for base in self._python.external_bases(route.view)
        ):
            return True
        if route.handler is None or route.call is None or route.call.has("response_model"):
            return False
        renderer = route.call.keyword("renderer")
        if isinstance(renderer, Const) and str(renderer.value).endswith((".pt", ".jinja2", ".mako", ".mak", ".html")):
            return True
        lasts = {call.last for call in route.handler.calls}
        return bool(lasts & _PAGE_CALLS) and not lasts & _DATA_CALLS

    def _is_shaped(self, route: Route) -> bool:
        if route.described is not None and route.described.answers:
            return True
        if self._schema_of_view(route) in ("serializer_class", "get_serializer_class", "schema"):
            return True
        if route.call is not None and any(
            route.call.has(name) for name in ("response_model", "response", "return_dto", "response_class", "responses")
        ):
            return True
        if route.handler is None:
            return False
        if route.framework in TYPED and route.handler.definition.returns is not None:
            returned = route.handler.definition.returns
            return not (isinstance(returned, Name) and returned.name.rpartition(".")[2] in ("Any", "dict", "Dict"))
        if any(
            guard.kind == "decorator"
            and guard.arguments
            and (
                _DUMPS.match(guard.name.rpartition(".")[2].rpartition(":")[2])
                or any(isinstance(value, Name) and _OUTPUT.search(value.name) for value in guard.arguments)
            )
            for guard in route.guards
        ):
            return True
        return any(
            (_DUMPS.match(call.last) and not _DUMPS_TEXT.search(call.name))
            or (self._is_schema(call.name, site.module) and route.handler is site)
            for site in self.around(route, depth=1)
            for call in site.calls
        )

    @cached_property
    def hand_written_serializers(self) -> Evidence | None:
        """Functions that turn objects into plain dicts for answers, where no schema does; a handler calls them."""
        around = (site for route in self.routes for site in self.around(route, depth=1))
        called = {call.last.rpartition(":")[2] for site in around for call in site.calls}
        for site in self._python.definitions:
            if site.definition.name in called and re.search(
                r"^(serialize|to_dict|as_dict|to_json|asdict|[A-Z]\w*Serializer)", site.definition.name
            ):
                return Evidence(
                    site.module.path, site.definition.line, f"`{site.definition.name}` shapes answers by hand"
                )
        return None

    # -- collaborators ---------------------------------------------------------------------------------------------

    @cached_property
    def injected(self) -> tuple[tuple[Route, bool], ...]:
        """The routes of frameworks with injection, and whether the handler is given a collaborator."""
        return tuple(
            (route, self._is_injected(route))
            for route in self.routes
            if route.framework in INJECTING and route.handler is not None
        )

    def _is_injected(self, route: Route) -> bool:
        if any(guard.kind == "dependency" for guard in route.guards):
            return True
        if route.framework == "litestar" and route.handler is not None:
            return any(
                parameter.name not in ("self", "data", "request") for parameter in route.handler.definition.parameters
            )
        return False

    # -- lists -----------------------------------------------------------------------------------------------------

    # -- versions and descriptions ---------------------------------------------------------------------------------

    @cached_property
    def described(self) -> tuple[Evidence, ...]:
        """Where an OpenAPI description is generated or kept."""
        found: list[Evidence] = []
        for site in self._routes.applications:
            if site.name.rpartition(".")[2] in (
                "FastAPI",
                "NinjaAPI",
                "NinjaExtraAPI",
                "Litestar",
                "APIFlask",
                "OpenAPI",
                "FlaskApp",
                "AsyncApp",
            ) or any(base.endswith(("FastAPI", "NinjaAPI")) for base in self._own_bases(site.name)):
                off = site.call.keyword("openapi_url") or site.call.keyword("openapi_config")
                switched_off = (
                    off is not None
                    and (default := default_of(self._python, off, site.module)).is_known
                    and default.value is None
                    and not default.variable
                )
                if not switched_off:
                    found.append(
                        Evidence(site.module.path, site.call.line, f"`{site.last}` generates an OpenAPI description")
                    )
        for module, item in self._python.imports(*_SCHEMA_SOURCES):
            found.append(Evidence(module.path, item.line, f"`{item.target}` generates an OpenAPI description"))
        for text, setting in self._services.listed("INSTALLED_APPS"):
            if text in ("drf_spectacular", "drf_yasg", "drf_yasg2", "rest_framework_swagger"):
                found.append(Evidence(setting.module.path, setting.line, f"`{text}` generates an OpenAPI description"))
        found += self.served_descriptions
        for path, document in self._documents.openapi:
            found.append(Evidence(path, 1, f"An OpenAPI {document.version} description is kept"))
        return (*found, *self._put_together())

    @cached_property
    def served_descriptions(self) -> tuple[Evidence, ...]:
        """The routes of the tree's own at which an application serves the description that it makes itself."""
        return tuple(
            Evidence(route.location.path, route.location.line, f"{route.name} serves a description")
            for route in self._routes.all
            if "GET" in route.methods
            and (
                _DESCRIPTION_PATH.search(route.path)
                or (
                    route.call is not None
                    and any(map(_DESCRIPTION_FILE.search, texts_of(route.call.keyword("renderer"))))
                )
            )
        )

    def _put_together(self) -> Iterator[Evidence]:
        """Where code of the tree's own puts an OpenAPI description together: a table of a version, titles and paths."""
        for module in self._python.production:
            tables = [(one.value, one.line) for one in module.facts.returns]
            tables += [(one.value, one.line) for one in module.facts.assignments]
            for value, line in tables:
                if isinstance(value, Mapping):
                    keys = {key.value for key in value.keys if isinstance(key, Const)}
                    if keys & {"openapi", "swagger"} and {"info", "paths"} <= keys:
                        yield Evidence(module.path, line, "puts an OpenAPI description together")

    def _own_bases(self, name: str) -> tuple[str, ...]:
        found = self._python.definition_named(name) if ":" in name else None
        return self._python.external_bases(found) if found is not None and found.definition.kind == "class" else ()


def _resources_of(module: Module) -> Iterator[Evidence]:
    """The resources that a module describes for Eve; a class that is for the code's own use alone serves none."""
    facts = module.facts
    inner = {item.target.rpartition(".")[0] for item in facts.assignments if _is_internal(item)}
    for item in facts.assignments:
        owner = item.target.rpartition(".")[0]
        if item.target.endswith(".schema") and owner not in inner and _is_written(item.value):
            definition = module.definition(item.scope)
            if definition is not None and definition.kind == "class":
                yield Evidence(module.path, definition.line, f"`{definition.name}` has a schema")
        elif item.target == ":DOMAIN" and isinstance(item.value, Mapping):
            for key in item.value.keys:
                if isinstance(key, Const):
                    yield Evidence(module.path, item.line, f"`{key.value}` has a schema")


def _is_internal(item: Assignment) -> bool:
    """Whether an assignment keeps a resource from being served."""
    return item.target.endswith(".internal_resource") and item.value == Const(True)


def _is_written(value: Value) -> bool:
    """Whether a schema says anything: a base class leaves it empty."""
    return bool(value.keys) if isinstance(value, Mapping) else not isinstance(value, Const)
