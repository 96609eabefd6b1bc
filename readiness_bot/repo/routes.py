"""The routes that a tree's web frameworks serve.

Path, methods, handler, what guards them, and whether an application includes them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from readiness_bot.facts.openapi_document import OpenApiDocument, Operation
from readiness_bot.facts.python_facts import DECORATOR, IN_LOOP, Call
from readiness_bot.facts.values import Const, Index, Invoke, Items, Mapping, Name, Other, Value
from readiness_bot.model import Area, Location
from readiness_bot.repo.python import CallSite, DefinitionSite, Module, Python
from readiness_bot.repo.sources import Sources

_VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")
_JSON_API: dict[str, dict[str, tuple[str, ...]]] = {
    "ResourceList": {"get": ("before_get", "query"), "post": ("before_post", "before_create_object")},
    "ResourceDetail": {
        "get": ("before_get", "before_get_object"),
        "patch": ("before_patch", "before_update_object"),
        "delete": ("before_delete", "before_delete_object"),
    },
    "ResourceRelationship": {
        "get": ("before_get",),
        "post": ("before_post",),
        "patch": ("before_patch",),
        "delete": ("before_delete",),
    },
}
"""What the resources of Flask-REST-JSONAPI answer, and the hooks that each answer goes through."""
STATE_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
"""The methods that change state, by RFC 9110: those that are not safe."""

_MOST_ROUTES = 20_000


@dataclass(frozen=True, slots=True)
class Guard:
    """Something that stands between a request and its handler: a resolved name, how it is attached, and where.

    `level` tells what it is attached to: the route itself, its handler's class, the router, or the application.
    """

    kind: Literal["dependency", "decorator", "permission", "authentication", "throttle", "mixin", "hook", "middleware"]
    name: str
    level: Literal["route", "class", "router", "application"]
    path: str
    line: int
    arguments: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """One path with its methods. `handler` is the function or method that answers, None where it could not be resolved.

    `is_wired` is False where its router is defined and no application includes it. `response_model` is what the route
    declares to answer with, where its framework has such a thing; `call` is the registration.
    """

    path: str
    methods: tuple[str, ...]
    framework: str
    module: Module
    line: int
    handler: DefinitionSite | None
    view: DefinitionSite | None
    """The class that holds the handler, for class-based views."""
    router: str
    is_wired: bool
    guards: tuple[Guard, ...]
    call: Call | None

    @property
    def changes_state(self) -> bool:
        """Whether one of the methods is not safe."""
        return not STATE_CHANGING.isdisjoint(self.methods)

    @property
    def location(self) -> Location:
        """The handler's place, else the registration's."""
        if self.handler is not None:
            return self.handler.location
        statement = self.call.statement if self.call is not None else ""
        scope = self.call.scope if self.call is not None else -1
        return Location(self.module.path, self.line, self.line, self.module.symbol(scope), statement)

    @property
    def name(self) -> str:
        """Methods and path as people write them: `POST /items`."""
        return f"{','.join(self.methods)} {self.path}"


@dataclass(frozen=True, slots=True)
class _Inclusion:
    """One router put into another, or into an application."""

    parent: str
    prefix: str
    guards: tuple[Guard, ...]


_ROUTERS: dict[str, str] = {
    "fastapi.FastAPI()": "fastapi",
    "fastapi.APIRouter()": "fastapi",
    "fastapi.routing.APIRouter()": "fastapi",
    "fastapi.applications.FastAPI()": "fastapi",
    "starlette.applications.Starlette()": "starlette",
    "starlette.routing.Router()": "starlette",
    "flask.Flask()": "flask",
    "flask.Blueprint()": "flask",
    "flask.blueprints.Blueprint()": "flask",
    "quart.Quart()": "quart",
    "quart.Blueprint()": "quart",
    "apiflask.APIFlask()": "flask",
    "apiflask.APIBlueprint()": "flask",
    "flask_openapi3.OpenAPI()": "flask",
    "flask_openapi3.APIBlueprint()": "flask",
    "flask_smorest.Blueprint()": "flask",
    "flask_restx.Namespace()": "flask-restx",
    "flask_restx.Api()": "flask-restx",
    "flask_restplus.Namespace()": "flask-restx",
    "flask_restplus.Api()": "flask-restx",
    "flask_restful.Api()": "flask-restful",
    "flask_rest_jsonapi.Api()": "flask-rest-jsonapi",
    "flask_combo_jsonapi.Api()": "flask-rest-jsonapi",
    "sanic.Sanic()": "sanic",
    "sanic.Blueprint()": "sanic",
    "sanic.blueprints.Blueprint()": "sanic",
    "ninja.NinjaAPI()": "django-ninja",
    "ninja.Router()": "django-ninja",
    "ninja_extra.NinjaExtraAPI()": "django-ninja",
    "ninja_extra.Router()": "django-ninja",
    "aiohttp.web.RouteTableDef()": "aiohttp",
    "aiohttp.web.Application()": "aiohttp",
    "bottle.Bottle()": "bottle",
    "bottle": "bottle",
    "chalice.Chalice()": "chalice",
    "robyn.Robyn()": "robyn",
    "robyn.SubRouter()": "robyn",
    "blacksheep.Application()": "blacksheep",
    "blacksheep.server.Application()": "blacksheep",
    "falcon.App()": "falcon",
    "falcon.asgi.App()": "falcon",
    "falcon.API()": "falcon",
    "aws_lambda_powertools.event_handler.APIGatewayRestResolver()": "lambda-powertools",
    "aws_lambda_powertools.event_handler.APIGatewayHttpResolver()": "lambda-powertools",
    "aws_lambda_powertools.event_handler.api_gateway.Router()": "lambda-powertools",
    "litestar.Router()": "litestar",
    "litestar.Litestar()": "litestar",
    "nicegui.app": "nicegui",
    "nicegui.APIRouter()": "nicegui",
    "eve.Eve()": "flask",
    "connexion.FlaskApp()": "connexion",
    "connexion.App()": "connexion",
    "connexion.AsyncApp()": "connexion",
}
_APPLICATIONS = frozenset(
    name
    for name in _ROUTERS
    if name.split(".")[-1]
    in (
        "FastAPI()",
        "Starlette()",
        "Flask()",
        "Quart()",
        "APIFlask()",
        "OpenAPI()",
        "Sanic()",
        "NinjaAPI()",
        "NinjaExtraAPI()",
        "Application()",
        "Bottle()",
        "Chalice()",
        "Robyn()",
        "App()",
        "API()",
        "APIGatewayRestResolver()",
        "APIGatewayHttpResolver()",
        "Litestar()",
        "app",
        "Eve()",
        "FlaskApp()",
        "AsyncApp()",
        "bottle",
    )
)
_LITESTAR = (
    {f"litestar.{verb}": verb.upper() for verb in _VERBS}
    | {f"litestar.handlers.{verb}": verb.upper() for verb in _VERBS}
    | {f"starlite.{verb}": verb.upper() for verb in _VERBS}
    | {"litestar.route": "", "litestar.websocket": "WEBSOCKET"}
)
_INCLUDING = frozenset(
    {
        "include_router",
        "register_blueprint",
        "blueprint",
        "add_router",
        "add_namespace",
        "mount",
        "add_subapp",
        "add_routes",
        "add_child",
        "register",
    }
)
_DJANGO_PATHS = frozenset(
    {
        "django.urls.path",
        "django.urls.re_path",
        "django.conf.urls.url",
        "django.conf.urls.re_path",
        "django.urls.conf.path",
        "django.urls.url",
    }
)
_GENERIC_VIEWS: dict[str, tuple[str, ...]] = {
    "CreateAPIView": ("POST",),
    "ListAPIView": ("GET",),
    "RetrieveAPIView": ("GET",),
    "DestroyAPIView": ("DELETE",),
    "UpdateAPIView": ("PUT", "PATCH"),
    "ListCreateAPIView": ("GET", "POST"),
    "RetrieveUpdateAPIView": ("GET", "PUT", "PATCH"),
    "RetrieveDestroyAPIView": ("GET", "DELETE"),
    "RetrieveUpdateDestroyAPIView": ("GET", "PUT", "PATCH", "DELETE"),
    "CreateView": ("GET", "POST"),
    "UpdateView": ("GET", "POST"),
    "DeleteView": ("GET", "POST"),
    "FormView": ("GET", "POST"),
    "ListView": ("GET",),
    "DetailView": ("GET",),
    "TemplateView": ("GET",),
    "RedirectView": ("GET",),
    "LoginView": ("GET", "POST"),
    "LogoutView": ("POST",),
    "PasswordChangeView": ("GET", "POST"),
    "PasswordResetView": ("GET", "POST"),
    "ModelViewSet": ("GET", "POST", "PUT", "PATCH", "DELETE"),
    "ReadOnlyModelViewSet": ("GET",),
    "CreateModelMixin": ("POST",),
    "UpdateModelMixin": ("PUT", "PATCH"),
    "DestroyModelMixin": ("DELETE",),
    "ListModelMixin": ("GET",),
    "RetrieveModelMixin": ("GET",),
    "TokenObtainPairView": ("POST",),
    "TokenRefreshView": ("POST",),
}
_ACTIONS = {
    "list": "GET",
    "retrieve": "GET",
    "create": "POST",
    "update": "PUT",
    "partial_update": "PATCH",
    "destroy": "DELETE",
}
_CLASS_GUARDS: dict[str, Literal["permission", "authentication", "throttle", "decorator"]] = {
    "permission_classes": "permission",
    "permissions": "permission",
    "permission_required": "permission",
    "authentication_classes": "authentication",
    "throttle_classes": "throttle",
    "decorators": "decorator",
    "method_decorators": "decorator",
    "guards": "permission",
    "middleware": "decorator",
}
_PATTERN_NOISE = re.compile(
    r"\(\?P<(\w+)>[^()]*(?:\([^()]*\)[^()]*)*\)|\((?!\?)[^()]*(?:\([^()]*\)[^()]*)*\)|\(\?:[^()]*\)\??|[\^$\\]|\\[AZ]"
)


_SETTINGS = re.compile(r"settings?(/[^/]+|[^/]*)\.py$|(^|/)conf\.py$")
"""Modules of tests that may set an application up."""


class Routes:
    """Questions about the routes of one tree."""

    LOOKS = "route registrations"

    def __init__(self, sources: Sources, python: Python) -> None:
        self._sources = sources
        self._python = python

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    @cached_property
    def all(self) -> tuple[Route, ...]:
        """Every route of production code, in order of path and line of registration."""
        found = [
            *self._decorated(),
            *self._resources(),
            *self._listed(),
            *self._django(),
            *self._tornado(),
            *self._methods_by_name(),
            *self._cornice(),
            *self._pyramid(),
            *self._described(),
        ]
        unique = {
            (
                route.path,
                route.methods,
                route.module.path,
                route.line,
                route.handler.name if route.handler else "",
            ): route
            for route in found
        }
        return tuple(
            sorted(unique.values(), key=lambda route: (route.module.path, route.line, route.path, route.methods))
        )[:_MOST_ROUTES]

    @cached_property
    def by_handler(self) -> dict[str, tuple[Route, ...]]:
        """The routes of each handler, by its resolved name."""
        index: dict[str, list[Route]] = defaultdict(list)
        for route in self.all:
            if route.handler is not None:
                index[route.handler.name].append(route)
        return {name: tuple(routes) for name, routes in index.items()}

    @cached_property
    def frameworks(self) -> frozenset[str]:
        """The frameworks that serve at least one route."""
        return frozenset(route.framework for route in self.all)

    @cached_property
    def applications(self) -> tuple[CallSite, ...]:
        """The calls that make an application object."""
        return tuple(
            site
            for site in self._python.all_calls
            if f"{site.name}()" in _APPLICATIONS or self._is_own_application(site)
        )

    def _is_own_application(self, site: CallSite) -> bool:
        name = site.name
        if ":" not in name or not name.rpartition(":")[2][:1].isupper():
            return False
        found = self._python.definition_named(name)
        return (
            found is not None
            and found.definition.kind == "class"
            and any(f"{base}()" in _APPLICATIONS for base in self._python.external_bases(found))
        )

    # -- routers and how they are put together ---------------------------------------------------------------------

    def _receiver(self, site: CallSite) -> tuple[str, str]:
        """The router a method is called on: its identity in the tree (empty if local) and the framework.

        Empty if it is none.
        """
        name = site.name
        owner = name.rpartition(".")[0]
        framework = _ROUTERS.get(owner, "")
        if not framework and ":" in owner:
            klass = self._python.class_of(owner, site.module)
            bases = self._python.external_bases(klass) if klass is not None else ()
            framework = next((_ROUTERS[f"{base}()"] for base in bases if f"{base}()" in _ROUTERS), "")
        if not framework and owner.startswith("?") and "." not in owner and owner[1:] in _ROUTER_NAMES:
            framework = self._guessed_framework
        via = (site.call.via or site.call.name).rpartition(".")[0]
        identity = self._python.identify(via, site.module) if via else ""
        if framework and via.startswith("?"):
            identity = self._handed_in(site, via[1:]) or identity
        return (
            identity if ":" in identity else f"{site.module.path}:{site.module.symbol(site.call.scope)}?{via}"
        ), framework

    def _handed_in(self, site: CallSite, name: str) -> str:
        """The module's router or application that a function is called with in place of this parameter."""
        function = site.function
        if function is None:
            return ""
        names = [parameter.name for parameter in function.parameters]
        if name not in names:
            return ""
        for caller in self._python.callers.get(f"{site.module.path}:{function.qualname}", ()):
            value = caller.call.argument(names.index(name), name)
            if isinstance(value, Name) and not value.name.startswith("?"):
                identity = self._python.identify(value.name, caller.module)
                if ":" in identity:
                    return identity
        return ""

    @cached_property
    def _guessed_framework(self) -> str:
        """The framework of a router that is only a parameter: the one the tree imports."""
        for package, framework in (
            ("fastapi", "fastapi"),
            ("flask", "flask"),
            ("quart", "quart"),
            ("sanic", "sanic"),
            ("starlette", "starlette"),
        ):
            if package in self._python.imported:
                return framework
        return ""

    @cached_property
    def _constructions(self) -> dict[str, tuple[CallSite, str]]:
        """The call that made each router or application, by the router's identity, with the kind of object."""
        found: dict[str, tuple[CallSite, str]] = {}
        for site in self._python.all_calls:
            kind = f"{site.name}()"
            if kind not in _ROUTERS and ":" in kind:
                klass = (
                    self._python.class_of(site.name, site.module)
                    if site.name.rpartition(":")[2][:1].isupper()
                    else None
                )
                bases = self._python.external_bases(klass) if klass is not None else ()
                kind = next((f"{base}()" for base in bases if f"{base}()" in _ROUTERS), "")
            if kind in _ROUTERS and site.call.result:
                result = site.call.result
                identity = (
                    self._python.identify(result, site.module)
                    if result.startswith(":")
                    else f"{site.module.path}:{site.module.symbol(site.call.scope)}?{result}"
                )
                found.setdefault(identity, (site, kind))
        return found

    @cached_property
    def _inclusions(self) -> dict[str, tuple[_Inclusion, ...]]:
        """For each router's identity, where it is put, with the prefix and the guards that come with it."""
        found: dict[str, list[_Inclusion]] = defaultdict(list)
        for site in self._python.all_calls:
            if site.last not in _INCLUDING or not (site.call.args or site.call.keywords):
                continue
            parent, framework = self._receiver(site)
            if not framework:
                continue
            for value in self._included(site):
                name = self._router_of(value, site.module)
                if name:
                    found[name].append(
                        _Inclusion(parent, self._prefix(site), tuple(self._dependency_guards(site, "router")))
                    )
        for identity, (site, kind) in self._constructions.items():
            if kind.endswith(".Api()") or "connexion" in kind:
                for parent in self._held_by(site):
                    found[identity].append(_Inclusion(parent, self._text(site.call.keyword("prefix"), site.module), ()))
        return {name: tuple(items) for name, items in found.items()}

    def _held_by(self, site: CallSite) -> Iterator[str]:
        """The application or blueprint that an API object is made for, at once or later by `init_app`."""
        held = site.call.args[:1]
        if "jsonapi" in site.name and len(site.call.args) > 1:
            # `Api(app, blueprint)`: the blueprint is what is served, wherever that is registered.
            held = site.call.args[1:2]
        for value in (*held, site.call.keyword("app"), site.call.keyword("blueprint")):
            name = self._router_of(value, site.module) if value is not None else ""
            if name:
                yield name

    def _included(self, site: CallSite) -> Iterator[Value]:
        for value in site.call.args[1:2] if site.last == "add_router" else ():
            located = (
                self._python.located(value.value, site.module.path)
                if isinstance(value, Const) and isinstance(value.value, str) and "." in value.value
                else None
            )
            if located is not None:
                yield Name(f"{located[0].path}:{located[1]}")
        for value in (*site.call.args, *(value for _, value in site.call.keywords)):
            if isinstance(value, (Name | Index, Invoke)):
                yield value

    def _router_of(self, value: Value, module: Module) -> str:
        if isinstance(value, Name):
            if value.name.startswith("?"):
                return ""
            if value.name in self._constructions:
                return value.name
            identity = self._python.identify(value.name, module)
            if identity in self._constructions:
                return identity
            path, _, rest = identity.partition(":")
            return next(
                (f"{path}:{rest}.{name}" for name in ("router",) if f"{path}:{rest}.{name}" in self._constructions),
                identity if ":" in identity else "",
            )
        if isinstance(value, Invoke):
            return value.name
        return ""

    @cached_property
    def _includes_dynamically(self) -> bool:
        """Whether some router is included through a loop or a call whose result nobody can read here."""
        for site in self._python.all_calls:
            if site.last in ("include_router", "register_blueprint", "blueprint", "add_router", "add_namespace"):
                value = next(iter((*site.call.args, *(value for _, value in site.call.keywords))), None)
                if value is None or not isinstance(value, Name) or value.name.startswith("?"):
                    return True
        return False

    def _prefix(self, site: CallSite) -> str:
        for keyword in ("prefix", "url_prefix", "path"):
            text = self._text(site.call.keyword(keyword), site.module)
            if text:
                return text
        if site.last in ("mount", "add_subapp", "add_router", "add_namespace"):
            for value in site.call.args[:2]:
                text = self._text(value, site.module)
                if text.startswith("/"):
                    return text
        return ""

    def _text(self, value: Value | None, module: Module) -> str:
        constant = self._python.constant(value, module)
        if isinstance(constant, str):
            return constant
        parts = getattr(value, "parts", ())
        if parts:
            return "".join(
                text if isinstance(text := self._python.constant(part, module), str) else "{}" for part in parts
            )
        if isinstance(value, Name) and value.name:
            return ""
        return ""

    def _own_prefix(self, identity: str) -> tuple[str, tuple[Guard, ...]]:
        made = self._constructions.get(identity)
        if made is None:
            return "", ()
        site = made[0]
        prefix = self._prefix(site)
        if (
            not prefix
            and made[1].endswith("Namespace()")
            and not any(place.prefix for place in self._inclusions.get(identity, ()))
        ):
            name = self._text(site.call.argument(0, "name"), site.module)
            prefix = f"/{name}" if name else ""
        level: Literal["router", "application"] = "application" if made[1] in _APPLICATIONS else "router"
        return prefix, tuple(self._dependency_guards(site, level))

    def _mounted(self, identity: str, seen: frozenset[str] = frozenset()) -> tuple[list[str], tuple[Guard, ...], bool]:
        """The prefixes that a router ends up under, the guards on the way, and whether an application holds it."""
        own, guards = self._own_prefix(identity)
        made = self._constructions.get(identity)
        if identity in seen or len(seen) > 8:
            return [own], guards, False
        places = self._inclusions.get(identity, ())
        if not places:
            is_application = made is None or made[1] in _APPLICATIONS
            if is_application and identity in self._in_url_patterns:
                return [_joined(prefix, own) for prefix in self._in_url_patterns[identity]], guards, True
            return [own], guards, is_application or self._includes_dynamically
        prefixes: list[str] = []
        every: list[Guard] = list(guards)
        shared: list[frozenset[Guard]] = []
        wired = made is not None and made[1] in _APPLICATIONS
        for place in places:
            above, above_guards, above_wired = self._mounted(place.parent, seen | {identity})
            wired = wired or above_wired
            prefixes += [f"{prefix}{place.prefix}{own}" for prefix in above]
            shared.append(frozenset((*place.guards, *above_guards)))
        # A guard protects the router's routes only where each of its inclusions has it.
        every += sorted(frozenset.intersection(*shared), key=lambda guard: (guard.path, guard.line, guard.name))
        return sorted(set(prefixes))[:4], tuple(every), wired

    @cached_property
    def _in_url_patterns(self) -> dict[str, list[str]]:
        """Below which paths of Django's patterns an application that has `urls` of its own is put."""
        found: dict[str, list[str]] = defaultdict(list)
        for site in self._python.calls(*_DJANGO_PATHS):
            value = site.call.argument(1, "view")
            if not isinstance(value, Name):
                continue
            identity, _, last = self._python.identify(value.name, site.module).rpartition(".")
            if last == "urls" and identity in self._constructions:
                inner = _joined(
                    self._pattern_above(site), _plain_pattern(self._text(site.call.argument(0, "route"), site.module))
                )
                found[identity] += [
                    _joined(prefix, inner).rstrip("/") for prefix in self._url_prefixes(site.module.path)[0]
                ]
        return dict(found)

    @cached_property
    def _mounts(self) -> dict[str, tuple[list[str], tuple[Guard, ...], bool]]:
        return {}

    def _mount_of(self, identity: str) -> tuple[list[str], tuple[Guard, ...], bool]:
        known = self._mounts.get(identity)
        if known is None:
            known = self._mounts[identity] = self._mounted(identity)
        return known

    # -- guards ----------------------------------------------------------------------------------------------------

    def _dependency_guards(
        self, site: CallSite, level: Literal["route", "class", "router", "application"]
    ) -> Iterator[Guard]:
        for keyword in ("dependencies", "auth", "guards", "middleware"):
            value = site.call.keyword(keyword)
            if isinstance(value, Name) and value.name.startswith("?"):
                for caller, handed in self._handed_values(site, value.name[1:]):
                    if handed is not None:
                        yield from self._guards_in(handed, caller.module, caller.call.line, level)
            elif value is not None:
                yield from self._guards_in(value, site.module, site.call.line, level)

    def _guards_in(
        self, value: Value, module: Module, line: int, level: Literal["route", "class", "router", "application"]
    ) -> Iterator[Guard]:
        for item in flattened(value):
            if isinstance(item, Invoke):
                inner = module.facts.calls[item.call] if item.call >= 0 else None
                arguments = inner.args if inner is not None else ()
                first = arguments[0] if arguments else (inner.keyword("dependency") if inner is not None else None)
                if item.name.rpartition(".")[2] in ("Depends", "Security") and first is not None:
                    for value in self._chosen_values(first, module, inner.scope if inner is not None else -1):
                        name = self._dependency_name(value, module)
                        yield Guard("dependency", name, level, module.path, line, arguments[1:])
                else:
                    yield Guard("dependency", self._python.mean(item.name, module), level, module.path, line, arguments)
            elif isinstance(item, Name):
                assigned = self._python.assignment(item.name, module)
                if (
                    assigned is not None
                    and not isinstance(assigned[1].value, Name)
                    and flattened(assigned[1].value) != [item]
                ):
                    yield from self._guards_in(assigned[1].value, assigned[0], line, level)
                else:
                    yield Guard("dependency", self._python.identify(item.name, module), level, module.path, line)

    @staticmethod
    def _chosen_values(value: Value, module: Module, scope: int) -> list[Value]:
        """What a local variable may hold, where branches bind it to one thing or another; else the value alone."""
        bound: list[Value] = [
            item.value
            for item in module.facts.assignments
            if isinstance(value, Name)
            and value.name.startswith("?")
            and item.scope == scope
            and item.target == value.name
            and isinstance(item.value, Name)
        ]
        return bound or [value]

    def _dependency_name(self, value: Value, module: Module) -> str:
        if isinstance(value, Name):
            identity = self._python.identify(value.name, module)
            return identity or value.name
        if isinstance(value, Invoke):
            return self._python.mean(value.name, module)
        return ""

    def dependencies(self, function: DefinitionSite, depth: int = 0) -> Iterator[Guard]:
        """The dependencies that a function asks for in its parameters, and theirs, outermost first."""
        if depth > 6:
            return
        for parameter in function.definition.parameters:
            for value in (parameter.default, parameter.annotation):
                for guard in self._depends(value, function.module, function.definition.line):
                    yield guard
                    inner = self._python.definition_named(guard.name)
                    if inner is not None and inner.name != function.name:
                        target = inner
                        if inner.definition.kind == "class":
                            member = self._python.member(inner, "__call__") or self._python.member(inner, "__init__")
                            if member is None:
                                continue
                            target = member
                        yield from self.dependencies(target, depth + 1)

    def _depends(self, value: Value | None, module: Module, line: int, depth: int = 0) -> Iterator[Guard]:
        if value is None or depth > 4:
            return
        if isinstance(value, Invoke):
            if value.name.rpartition(".")[2] in ("Depends", "Security", "Inject", "Provide") and value.call >= 0:
                inner = module.facts.calls[value.call]
                first = inner.argument(0, "dependency")
                if first is not None:
                    yield Guard(
                        "dependency",
                        self._dependency_name(first, module),
                        "route",
                        module.path,
                        line,
                        (*inner.args[1:], *(v for _, v in inner.keywords)),
                    )
            else:
                yield from self._made_dependency(value, module, line)
        elif isinstance(value, Index):
            for item in value.items:
                yield from self._depends(item, module, line, depth + 1)
        elif isinstance(value, Name) and not value.name.startswith("?"):
            assigned = self._python.assignment(value.name, module)
            if assigned is not None:
                yield from self._depends(assigned[1].value, assigned[0], line, depth + 1)

    def _made_dependency(self, value: Invoke, module: Module, line: int) -> Iterator[Guard]:
        """What a function of the tree makes a dependency of: `user=require_role("admin")`."""
        maker = self._python.definition(value.name, module)
        if maker is None or maker.definition.kind != "function":
            return
        for item in maker.module.facts.returns:
            if (
                item.scope == maker.index
                and isinstance(item.value, Invoke)
                and item.value.name.rpartition(".")[2] in ("Depends", "Security")
            ):
                yield Guard("dependency", maker.name, "route", module.path, line, ())
                return

    def _handler_guards(self, handler: DefinitionSite) -> Iterator[Guard]:
        yield from self._decorator_guards(handler, "route")
        yield from self.dependencies(handler)

    def _decorator_guards(self, site: DefinitionSite, level: Literal["route", "class"]) -> Iterator[Guard]:
        for decorator in site.definition.decorators:
            arguments: tuple[Value, ...] = ()
            if isinstance(decorator, Invoke):
                name = self._python.identify(decorator.name, site.module)
                if decorator.call >= 0:
                    call = site.module.facts.calls[decorator.call]
                    name = self._python.identify(call.via or call.name, site.module)
                    arguments = (*call.args, *(value for _, value in call.keywords))
            elif isinstance(decorator, Name):
                name = self._python.identify(decorator.name, site.module)
            else:
                continue
            last = name.rpartition(".")[2]
            if last in _VERBS or last in ("route", "api_route", "websocket"):
                continue
            if last == "method_decorator":
                for value in arguments:
                    for item in flattened(value):
                        inner = self._value_name(item, site.module)
                        if inner:
                            yield Guard("decorator", inner, level, site.module.path, site.definition.first_line)
            yield Guard("decorator", name, level, site.module.path, site.definition.first_line, arguments)

    def _value_name(self, value: Value, module: Module) -> str:
        if isinstance(value, Name):
            return self._python.identify(value.name, module)
        if isinstance(value, Invoke):
            return self._python.identify(value.name, module)
        return ""

    def _class_guards(self, view: DefinitionSite) -> Iterator[Guard]:
        for item in self._python.ancestry(view):
            yield from self._decorator_guards(item, "class")
            for method in item.methods:
                if method.definition.name in ("dispatch", "prepare"):  # what every request of the view goes through
                    yield from self._decorator_guards(method, "class")
            if item.name != view.name:
                yield Guard("mixin", item.name, "class", item.module.path, item.definition.line)
        for base in self._python.external_bases(view):
            yield Guard("mixin", base, "class", view.module.path, view.definition.line)
        for name, kind in _CLASS_GUARDS.items():
            found = self._python.class_value(view, name)
            if found is not None and found[1].value is not None:
                module, bound = found
                for value in flattened(found[1].value):
                    resolved = self._value_name(value, module)
                    if isinstance(value, Other) and kind == "permission":
                        # `IsAuthenticated & (IsOwner | ReadOnly)`
                        for part in value.names:
                            name_ = self._python.identify(part, module)
                            yield Guard(kind, name_, "class", module.path, bound.line)
                        continue
                    arguments: tuple[Value, ...] = (value,) if not resolved else ()
                    yield Guard(kind, resolved, "class", module.path, bound.line, arguments)
        yield from self._chosen_permissions(view)

    def _chosen_permissions(self, view: DefinitionSite) -> Iterator[Guard]:
        """The permissions that a view's `get_permissions` gives, where it names some in every case."""
        method = self._python.member(view, "get_permissions")
        if method is None:
            return
        module = method.module
        given = [item for item in module.facts.returns if item.scope == method.index]
        named = [[self._value_name(value, module) for value in flattened(item.value)] for item in given]
        if all(
            names and all(name and not name.removesuffix("()").endswith("AllowAny") for name in names)
            for names in named
        ):
            for item, names in zip(given, named, strict=True):
                for name in names:
                    yield Guard("permission", name.removesuffix("()"), "class", module.path, item.line)

    # -- frameworks ------------------------------------------------------------------------------------------------

    def _made(
        self,
        paths: Iterable[str],
        methods: Iterable[str],
        framework: str,
        module: Module,
        line: int,
        handler: DefinitionSite | None,
        *,
        view: DefinitionSite | None = None,
        router: str = "",
        guards: Iterable[Guard] = (),
        call: Call | None = None,
        wired: bool | None = None,
    ) -> Iterator[Route]:
        prefixes, mounted_guards, is_wired = self._mount_of(router) if router else ([""], (), True)
        own: list[Guard] = list(guards)
        if handler is not None:
            own += self._handler_guards(handler)
        if view is not None:
            own += self._class_guards(view)
        ordered = tuple(sorted({method.upper() for method in methods})) or ("GET",)
        for path in paths:
            for prefix in prefixes:
                yield Route(
                    _joined(prefix, path),
                    ordered,
                    framework,
                    module,
                    line,
                    handler,
                    view,
                    router,
                    is_wired if wired is None else wired,
                    tuple(dict.fromkeys((*own, *mounted_guards))),
                    call,
                )

    def _decorated(self) -> Iterator[Route]:
        """Functions and classes registered by a decorator of a router or of the framework itself."""
        for site in self._python.all_calls:
            call = site.call
            if not call.context & DECORATOR or call.decorates < 0:
                continue
            target = DefinitionSite(site.module, call.decorates, site.module.facts.definitions[call.decorates])
            if site.name in _LITESTAR:
                yield from self._litestar(site, target)
                continue
            if site.last not in _VERBS and site.last not in _ROUTING:
                continue
            router, framework = self._receiver(site)
            if not framework:
                continue
            paths = self._paths(site)
            guards = tuple(self._dependency_guards(site, "route"))
            if target.definition.kind == "class":
                yield from self._class_routes(target, paths, framework, site, router, guards)
            else:
                yield from self._made(
                    paths,
                    self._methods(site),
                    framework,
                    site.module,
                    call.line,
                    target,
                    router=router,
                    guards=guards,
                    call=call,
                )

    def _paths(self, site: CallSite) -> list[str]:
        first = site.call.argument(0, "path") or site.call.keyword("rule") or site.call.keyword("uri")
        texts = (
            [self._text(value, site.module) for value in site.call.args if not isinstance(value, Name | Invoke)]
            if site.last == "route"
            else []
        )
        paths = [text for text in texts if text.startswith("/")]
        if not paths:
            values = [self._text(item, site.module) for item in flattened(first)] if first is not None else [""]
            paths = [values[0] if values else ""]
        return paths

    def _methods(self, site: CallSite) -> list[str]:
        if site.last in _VERBS:
            return [site.last]
        if site.last in ("websocket", "websocket_route"):
            return ["WEBSOCKET"]
        value = site.call.keyword("methods") or site.call.keyword("method")
        if value is None and site.last == "api_operation" and site.call.args:
            value = site.call.args[0]
        found = (
            [text for item in flattened(value) if isinstance(text := self._python.constant(item, site.module), str)]
            if value is not None
            else []
        )
        return found or ["GET"]

    def _litestar(self, site: CallSite, target: DefinitionSite) -> Iterator[Route]:
        owner = site.module.definition(target.definition.parent)
        prefix, view = "", None
        if owner is not None and owner.kind == "class":
            view = DefinitionSite(site.module, target.definition.parent, owner)
            bound = self._python.class_value(view, "path")
            prefix = self._text(bound[1].value, bound[0]) if bound is not None else ""
        method = _LITESTAR[site.name]
        paths = [_joined(prefix, path) for path in self._paths(site)]
        yield from self._made(
            paths,
            [method] if method else self._methods(site),
            "litestar",
            site.module,
            site.call.line,
            target,
            view=view,
            guards=tuple(self._dependency_guards(site, "route")),
            call=site.call,
        )

    def _class_routes(
        self,
        view: DefinitionSite,
        paths: list[str],
        framework: str,
        site: CallSite,
        router: str,
        guards: tuple[Guard, ...],
    ) -> Iterator[Route]:
        found = False
        for verb, method in self._verb_methods(view):
            found = True
            yield from self._made(
                paths,
                [verb],
                framework,
                site.module,
                site.call.line,
                method,
                view=view,
                router=router,
                guards=guards,
                call=site.call,
            )
        if not found:
            yield from self._made(
                paths,
                self._generic_methods(view),
                framework,
                site.module,
                site.call.line,
                None,
                view=view,
                router=router,
                guards=guards,
                call=site.call,
            )

    def _verb_methods(self, view: DefinitionSite) -> Iterator[tuple[str, DefinitionSite]]:
        for verb in _VERBS:
            for name in (verb, f"on_{verb}", verb.upper()):
                method = self._python.member(view, name)
                if method is not None and method.definition.kind == "function":
                    yield verb, method
                    break

    def _generic_methods(self, view: DefinitionSite) -> tuple[str, ...]:
        methods: set[str] = set()
        for base in self._python.external_bases(view):
            methods.update(_GENERIC_VIEWS.get(base.rpartition(".")[2], ()))
        limited = self._python.class_value(view, "http_method_names")
        if limited is not None and limited[1].value is not None:
            allowed = {
                text.upper()
                for item in flattened(limited[1].value)
                if isinstance(text := self._python.constant(item, limited[0]), str)
            }
            methods = (methods or allowed) & allowed
        return tuple(sorted(methods))

    def _class_in(self, value: Value | None, module: Module) -> DefinitionSite | None:
        if isinstance(value, Name):
            return self._python.class_of(value.name, module)
        if isinstance(value, Invoke):
            name = value.name.removesuffix(".as_view")
            if value.call >= 0:
                call = module.facts.calls[value.call]
                name = (call.via or call.name).removesuffix(".as_view").removesuffix(".as_asgi")
            return self._python.class_of(name, module)
        return None

    def _function_in(self, value: Value | None, module: Module) -> DefinitionSite | None:
        for _ in range(4):
            if isinstance(value, Name):
                found = self._python.definition(value.name, module)
                if found is not None and found.definition.kind == "function":
                    return found
                assigned = self._python.assignment(value.name, module)
                if assigned is None:
                    return None
                module, value = assigned[0], assigned[1].value
            elif isinstance(value, Invoke) and value.call >= 0:
                inner = module.facts.calls[value.call]
                value = next((item for item in inner.args if isinstance(item, Name | Invoke)), None)
            else:
                return None
        return None

    def _resources(self) -> Iterator[Route]:
        """Classes and functions registered by a call.

        `add_resource(Item, "/items")`, `add_url_rule`, `router.add_get`, `add_route`.
        """
        for site in self._python.all_calls:
            last = site.last
            if last.startswith("add_") and "resource" in last:
                yield from self._resource(site)
            elif last == "route" and self._receiver(site)[1] == "flask-rest-jsonapi":
                yield from self._json_api(site)
            elif last == "add_url_rule":
                yield from self._url_rule(site)
            elif last in ("add_route", "add_api_route", "add_websocket_route", "add_api_websocket_route"):
                yield from self._added_route(site)
            elif last.removeprefix("add_") in _VERBS and last.startswith("add_") and len(site.call.args) >= 2:
                path = self._text(site.call.args[0], site.module)
                handler = self._function_in(site.call.args[1], site.module)
                if path.startswith("/"):
                    yield from self._made(
                        [path], [last[4:]], "aiohttp", site.module, site.call.line, handler, call=site.call
                    )
            elif last == "route" and len(site.call.args) >= 3:
                yield from self._own_route(site)
            elif last == "add_view" and len(site.call.args) >= 1:
                continue

    def _own_route(self, site: CallSite) -> Iterator[Route]:
        """A dispatcher of the tree's own: `self.route("GET", (":id",), self.read)`, as resources register methods."""
        verb, path, value = site.call.args[:3]
        method = verb.value if isinstance(verb, Const) else None
        if not isinstance(method, str) or method.lower() not in _VERBS or not isinstance(path, Items | Const):
            return
        handler = self._function_in(value, site.module)
        if handler is None:
            return
        parts = path.items if isinstance(path, Items) else (path,)
        texts = [self._text(part, site.module).strip("/") for part in parts]
        owner = site.module.symbol(site.call.scope).rpartition(".")[0]
        names = (f":{owner}().{name}" for name in ("resourceName", "resource_name", "prefix", "base_path"))
        prefix = next((text for name in names if (text := self._kept_text(name, site.module))), "")
        yield from self._made(
            ["/" + "/".join(re.sub(r"^:(\w+)$", r"{\1}", text) for text in (prefix.strip("/"), *texts) if text)],
            [method],
            "own",
            site.module,
            site.call.line,
            handler,
            call=site.call,
        )

    def _kept_text(self, name: str, module: Module) -> str:
        return next(
            (
                item.value.value
                for item in module.facts.assignments
                if item.target == name and isinstance(item.value, Const) and isinstance(item.value.value, str)
            ),
            "",
        )

    def _resource(self, site: CallSite) -> Iterator[Route]:
        view = self._class_in(site.call.argument(0, "resource"), site.module)
        texts = [self._text(value, site.module) for value in site.call.args[1:]]
        paths = [text for text in texts if text.startswith("/")]
        if view is None or not paths:
            return
        router, framework = self._receiver(site)
        yield from self._class_routes(view, paths, framework or "flask-restful", site, router if framework else "", ())

    def _json_api(self, site: CallSite) -> Iterator[Route]:
        """`api.route(OrderList, "order_list", "/orders")` of Flask-REST-JSONAPI, by the hooks of the resource."""
        router, framework = self._receiver(site)
        view = self._class_in(site.call.argument(0, "resource"), site.module)
        if view is None:
            return
        texts = [self._text(value, site.module) for value in site.call.args[2:]]
        paths = [text for text in texts if text.startswith("/")]
        bases = {base.rpartition(".")[2] for base in self._python.external_bases(view)}
        verbs = next((verbs for base, verbs in _JSON_API.items() if base in bases), {})
        chosen = self._python.class_value(view, "methods")
        named = [value.value for value in flattened(chosen[1].value) if isinstance(value, Const)] if chosen else []
        for verb, hooks in verbs.items():
            if not named or verb.upper() in named:
                handler = next(filter(None, (self._python.member(view, hook) for hook in hooks)), None)
                yield from self._made(
                    paths,
                    [verb],
                    framework,
                    site.module,
                    site.call.line,
                    handler,
                    view=view,
                    router=router,
                    call=site.call,
                )

    def _url_rule(self, site: CallSite) -> Iterator[Route]:
        path = self._text(site.call.argument(0, "rule"), site.module)
        value = site.call.argument(2, "view_func")
        if isinstance(value, Name) and value.name.startswith("?"):
            handed_in = tuple(self._rules_handed_in(site, value.name[1:]))
            if handed_in:
                yield from handed_in
                return
        router, framework = self._receiver(site)
        view = self._class_in(value, site.module)
        if view is not None:
            yield from self._class_routes(view, [path], framework or "flask", site, router if framework else "", ())
        elif value is not None:
            yield from self._made(
                [path],
                self._methods(site),
                framework or "flask",
                site.module,
                site.call.line,
                self._function_in(value, site.module),
                router=router if framework else "",
                call=site.call,
            )

    def _rules_handed_in(self, site: CallSite, view_name: str) -> Iterator[Route]:
        """The routes of a function that registers whatever rules and view its callers hand to it."""
        rule = site.call.argument(0, "rule")
        source = (rule.meaning or rule.name).removesuffix("[]").lstrip("?") if isinstance(rule, Name) else ""
        _, framework = self._receiver(site)
        for (caller, value), (_, rules) in zip(
            self._handed_values(site, view_name), self._handed_values(site, source), strict=False
        ):
            paths = [text for item in flattened(rules) if (text := self._text(item, caller.module))]
            view = self._class_in(value, caller.module)
            if view is not None:
                yield from self._class_routes(view, paths, framework or "flask", caller, "", ())
            elif (handler := self._function_in(value, caller.module)) is not None:
                methods = self._methods(caller)
                yield from self._made(
                    paths, methods, framework or "flask", caller.module, caller.call.line, handler, call=caller.call
                )

    def _handed_values(self, site: CallSite, name: str) -> Iterator[tuple[CallSite, Value | None]]:
        """What the callers of the function around a call hand to it as this parameter, with their calls."""
        function = site.function
        names = [parameter.name for parameter in function.parameters] if function is not None else []
        if function is None or name not in names:
            return
        for caller in self._python.callers.get(f"{site.module.path}:{function.qualname}", ()):
            yield caller, caller.call.argument(names.index(name), name)

    def _added_route(self, site: CallSite) -> Iterator[Route]:
        texts = [
            text if isinstance(text, str) else ""
            for text in (self._python.constant(value, site.module) for value in site.call.args[:3])
        ]
        at = next((index for index, text in enumerate(texts) if text.startswith("/")), None)
        if at is None:
            if len(site.call.args) >= 2 and site.last == "add_route" and "falcon" in self._python.imported:
                yield from self._tabled(site)
            return
        value = (
            site.call.args[at + 1]
            if at + 1 < len(site.call.args)
            else site.call.keyword("endpoint") or site.call.keyword("handler")
        )
        if at == 1 and texts[0] in self._pyramid_patterns:
            return
        method = texts[0] if at == 1 and texts[0].isupper() else ""
        router, framework = self._receiver(site)
        view = self._class_in(value, site.module)
        if view is not None:
            yield from self._class_routes(
                view, [texts[at]], framework or "falcon", site, router if framework else "", ()
            )
        elif responders := self._responders(value, site.module):
            for verb, responder in responders:
                yield from self._made(
                    [texts[at]],
                    [verb],
                    framework or "falcon",
                    site.module,
                    site.call.line,
                    responder,
                    router=router if framework else "",
                    call=site.call,
                )
        else:
            methods = [method] if method and method != "*" else self._methods(site)
            yield from self._made(
                [texts[at]],
                methods,
                framework or ("falcon" if at == 0 and any(self._python.imports("falcon")) else "aiohttp"),
                site.module,
                site.call.line,
                self._function_in(value, site.module),
                router=router if framework else "",
                call=site.call,
            )

    def _tabled(self, site: CallSite) -> Iterator[Route]:
        """Resources of Falcon that a loop adds from tables of paths: its own, or those that functions give it."""
        resource = site.call.args[1]
        if not (isinstance(resource, Name) and resource.name.startswith("?")) or site.function is None:
            return
        for prefix, path, value, module in self._rows(site.module, site.call.scope, ""):
            view = self._class_in(value, module)
            if view is not None and any(self._verb_methods(view)):
                call = module.facts.calls[value.call] if isinstance(value, Invoke) and value.call >= 0 else site.call
                row = self._python.call_site(module, call) if call is not site.call else site
                yield from self._class_routes(view, [f"{prefix}{path}" or "/"], "falcon", row, "", ())

    def _rows(
        self, module: Module, scope: int, prefix: str, depth: int = 0
    ) -> Iterator[tuple[str, str, Value, Module]]:
        """The pairs of a path and something else in the lists of a function, tables within tables followed."""
        facts = module.facts
        lists = [item.value for item in facts.assignments if item.scope == scope]
        lists += [item.value for item in facts.returns if item.scope == scope]
        lists += [value for call in facts.calls if call.scope == scope and call.last == "extend" for value in call.args]
        for pair in (pair for value in lists if isinstance(value, Items) for pair in value.items):
            if not isinstance(pair, Items) or len(pair.items) != 2 or not isinstance(pair.items[0], Const):
                continue
            path, value = pair.items[0].value, pair.items[1]
            if not isinstance(path, str) or depth > 2:
                continue
            if isinstance(value, Items):
                for inner in value.items:
                    if isinstance(inner, Items) and len(inner.items) == 2 and isinstance(inner.items[0], Const):
                        yield path.rstrip("/"), str(inner.items[0].value), inner.items[1], module
                continue
            made = self._python.definition(value.name, module) if isinstance(value, Invoke) else None
            if made is not None and made.definition.kind == "function":
                yield from self._rows(made.module, made.index, f"{prefix}{path}".rstrip("/"), depth + 1)
            else:
                yield prefix, path, value, module

    def _responders(self, value: Value | None, module: Module) -> list[tuple[str, DefinitionSite]]:
        """The `on_get` and `on_post` of a module that Falcon takes as a resource, by their verb."""
        if not isinstance(value, Name):
            return []
        path, _, rest = self._python.identify(value.name, module).partition(":")
        resource = self._python.modules.get(path) if not rest else None
        if resource is None:
            return []
        return [
            (definition.name.removeprefix("on_"), DefinitionSite(resource, index, definition))
            for index, definition in enumerate(resource.facts.definitions)
            if definition.parent < 0
            and definition.kind == "function"
            and definition.name.startswith("on_")
            and definition.name.removeprefix("on_") in _VERBS
        ]

    def _listed(self) -> Iterator[Route]:
        """Route objects in lists: Starlette's `Route`, aiohttp's `web.get`, Litestar's controllers aside."""
        for site in self._python.calls(
            "starlette.routing.Route", "starlette.routing.WebSocketRoute", "fastapi.routing.APIRoute"
        ):
            path = self._text(site.call.argument(0, "path"), site.module)
            value = site.call.argument(1, "endpoint")
            view = self._class_in(value, site.module)
            if view is not None:
                yield from self._class_routes(view, [path], "starlette", site, "", ())
            else:
                methods = ["WEBSOCKET"] if "WebSocket" in site.name else self._methods(site)
                yield from self._made(
                    [path],
                    methods,
                    "starlette",
                    site.module,
                    site.call.line,
                    self._function_in(value, site.module),
                    call=site.call,
                )
        for site in self._python.calls(*(f"aiohttp.web.{verb}" for verb in _VERBS), "aiohttp.web.view"):
            path = self._text(site.call.argument(0, "path"), site.module)
            value = site.call.argument(1, "handler")
            view = self._class_in(value, site.module)
            if view is not None:
                yield from self._class_routes(view, [path], "aiohttp", site, "", ())
            else:
                yield from self._made(
                    [path],
                    [site.last],
                    "aiohttp",
                    site.module,
                    site.call.line,
                    self._function_in(value, site.module),
                    call=site.call,
                )

    # -- Django ----------------------------------------------------------------------------------------------------

    @cached_property
    def _url_modules(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """For each module of URL patterns, the modules that include it and under which prefix."""
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for site in self._python.calls("django.urls.include", "django.conf.urls.include", "django.urls.conf.include"):
            prefix = self._pattern_above(site)
            includer = self._added_to(site) or site.module.path
            target = site.call.argument(0, "arg")
            if isinstance(target, Items):
                for item in target.items:
                    if isinstance(item, Other) and item.kind == "*" and item.names[0].endswith(".urls"):
                        found[self._python.identify(item.names[0], site.module)].append((includer, prefix))
                target = target.items[0] if target.items else None
            text = self._python.constant(target, site.module)
            if isinstance(text, str):
                module = self._python.module_named(text, site.module.path)
                if module is not None:
                    found[module.path].append((includer, prefix))
            elif isinstance(target, Name):
                identity = self._python.identify(target.name, site.module)
                found[identity.partition(":")[0] if identity.endswith(":") or ":" not in identity else identity].append(
                    (includer, prefix)
                )
        return {name: tuple(places) for name, places in found.items()}

    def _added_to(self, site: CallSite) -> str:
        """The module whose `urlpatterns` the pattern around a call is added to from elsewhere; empty for its own."""
        index, outer = site.call.parent, None
        while index >= 0:
            outer = site.module.facts.calls[index]
            index = outer.parent
        if outer is None or outer.last not in ("append", "extend", "insert"):
            return ""
        owner, _, name = self._python.identify(outer.via or outer.name, site.module).partition(":")
        return owner if name.startswith("urlpatterns.") and owner in self._python.modules else ""

    def _url_prefixes(self, key: str, seen: frozenset[str] = frozenset()) -> tuple[list[str], bool]:
        places = self._url_modules.get(key, ())
        if not places:
            return [""], self._is_root_urlconf(key.partition(":")[0])
        if key in seen or len(seen) > 8:
            return [""], False
        prefixes: list[str] = []
        wired = False
        for path, prefix in places:
            above, above_wired = self._url_prefixes(path, seen | {key})
            prefixes += [_joined(item, prefix) for item in above]
            wired = wired or above_wired
        return sorted(set(prefixes))[:4], wired

    @cached_property
    def _root_urlconfs(self) -> frozenset[str]:
        found: set[str] = set()
        for module in self._python.modules.values():
            if module.area is Area.MIGRATION or (module.area is Area.TEST and not _SETTINGS.search(module.path)):
                continue
            for assignment in module.facts.assignments:
                if (
                    assignment.target.endswith("ROOT_URLCONF")
                    and isinstance(assignment.value, Const)
                    and isinstance(assignment.value.value, str)
                ):
                    target = self._python.module_named(assignment.value.value, module.path)
                    if target is not None:
                        found.add(target.path)
        return frozenset(found)

    def _is_root_urlconf(self, path: str) -> bool:
        return not self._root_urlconfs or path in self._root_urlconfs

    def _pattern_above(self, site: CallSite) -> str:
        """What the patterns around a call say, where lists of patterns are written inside one another."""
        above = ""
        index = site.call.parent
        while index >= 0:
            outer = site.module.facts.calls[index]
            if self._python.mean(outer.name, site.module) in _DJANGO_PATHS and outer.args:
                pattern = _plain_pattern(self._text(outer.args[0], site.module))
                above = _joined(pattern, above) if above else pattern
            index = outer.parent
        return above

    def _django(self) -> Iterator[Route]:
        for site in self._python.calls(*_DJANGO_PATHS):
            written = site.call.argument(0, "route") or site.call.keyword("regex")
            pattern = _plain_pattern(self._text(written, site.module))
            value = site.call.argument(1, "view")
            if isinstance(value, Invoke) and value.name.endswith("include"):
                continue
            prefixes, wired = self._url_prefixes(site.module.path)
            above = self._pattern_above(site)
            paths = [_joined(_joined(prefix, above) if above else prefix, pattern) for prefix in prefixes]
            view = self._class_in(value, site.module)
            if view is not None:
                yield from self._django_class(view, paths, site, wired)
            else:
                handler = self._function_in(value, site.module)
                if (
                    handler is None
                    and site.function is not None
                    and (isinstance(written, Name) or site.function.name == "get_urls")
                ):
                    # A helper that makes patterns out of what it is handed: no route of its own.
                    continue
                methods = self._function_methods(handler) if handler is not None else ("GET",)
                guards = tuple(self._wrapping_guards(value, site))
                framework = "django"
                yield from self._made(
                    paths,
                    methods,
                    framework,
                    site.module,
                    site.call.line,
                    handler,
                    guards=guards,
                    call=site.call,
                    wired=wired,
                )
        yield from self._rest_routers()

    def _wrapping_guards(self, value: Value | None, site: CallSite) -> Iterator[Guard]:
        """What a view is wrapped in where it is registered: `login_required(View.as_view())`."""
        while isinstance(value, Invoke) and value.call >= 0:
            inner = site.module.facts.calls[value.call]
            name = self._python.identify(inner.via or inner.name, site.module)
            if name.endswith(".as_view"):
                return
            yield Guard("decorator", name, "route", site.module.path, site.call.line, inner.args)
            value = next((item for item in inner.args if isinstance(item, Name | Invoke)), None)

    def _function_methods(self, handler: DefinitionSite) -> tuple[str, ...]:
        """The methods of a Django function view by its decorators; without one it answers all of them."""
        for decorator in handler.definition.decorators:
            name = decorator.name if isinstance(decorator, Name | Invoke) else ""
            last = name.rpartition(".")[2]
            if last in ("api_view", "require_http_methods") and isinstance(decorator, Invoke) and decorator.call >= 0:
                call = handler.module.facts.calls[decorator.call]
                texts = [
                    text
                    for value in call.args
                    for item in flattened(value)
                    if isinstance(text := self._python.constant(item, handler.module), str)
                ]
                return tuple(texts) or ("GET",)
            if last in ("require_GET", "require_safe"):
                return ("GET",)
            if last == "require_POST":
                return ("POST",)
        if any(ref.endswith((".POST", ".method", ".body")) for ref in handler.definition.refs):
            return ("GET", "POST")
        return ("GET",)

    def _django_class(self, view: DefinitionSite, paths: list[str], site: CallSite, wired: bool) -> Iterator[Route]:
        guards = tuple(self._wrapping_guards(site.call.argument(1, "view"), site))
        verbs = list(self._verb_methods(view))
        framework = (
            "django-rest-framework"
            if any(base.startswith("rest_framework") for base in self._python.external_bases(view))
            else "django"
        )
        for verb, method in verbs:
            yield from self._made(
                paths,
                [verb],
                framework,
                site.module,
                site.call.line,
                method,
                view=view,
                guards=guards,
                call=site.call,
                wired=wired,
            )
        known = {verb.upper() for verb, _ in verbs}
        rest = [method for method in self._mapped_methods(site) or self._generic_methods(view) if method not in known]
        if rest or not verbs:
            yield from self._made(
                paths,
                rest,
                framework,
                site.module,
                site.call.line,
                None,
                view=view,
                guards=guards,
                call=site.call,
                wired=wired,
            )

    def _mapped_methods(self, site: CallSite) -> tuple[str, ...]:
        """The methods in `ViewSet.as_view({"get": "list"})`."""
        value = site.call.argument(1, "view")
        if isinstance(value, Invoke) and value.call >= 0:
            for argument in site.module.facts.calls[value.call].args:
                keys = getattr(argument, "keys", ())
                texts = [key.value.upper() for key in keys if isinstance(key, Const) and isinstance(key.value, str)]
                if texts:
                    return tuple(texts)
        return ()

    def _rest_routers(self) -> Iterator[Route]:
        for site in self._python.calls_of("register"):
            owner, said = (name.rpartition(".")[0] for name in (site.name, site.call.name))
            if not (
                owner.startswith(("rest_framework", "rest_framework_nested", "rest_framework_extensions"))
                or owner.endswith(("Router()", "Router"))
                # A method of a mixin is still called on the router that is built from it.
                or said.endswith("Router()")
            ):
                continue
            view = self._class_in(site.call.argument(1, "viewset"), site.module)
            pattern = _plain_pattern(self._text(site.call.argument(0, "prefix"), site.module))
            if view is None:
                yield from self._registered_in_turn(site)
                continue
            prefixes, wired = self._router_prefixes(site)
            yield from self._viewset(view, [_joined(prefix, pattern) for prefix in prefixes], site, wired)

    def _router_prefixes(self, site: CallSite) -> tuple[list[str], bool]:
        """Below which paths the router of a registration is served, and whether anything serves it."""
        via = (site.call.via or site.call.name).rpartition(".")[0]
        attached = self._url_modules.get(f"{self._python.identify(via, site.module)}.urls", ())
        if not attached:
            return self._url_prefixes(site.module.path)
        prefixes = [_joined(above, inner) for path, inner in attached for above in self._url_prefixes(path)[0]]
        return prefixes, any(self._url_prefixes(path)[1] for path, _ in attached)

    def _registered_in_turn(self, site: CallSite) -> Iterator[Route]:
        """The views that a loop registers from a table: entries of a pattern and a class, as dicts or tuples."""
        if not site.call.context & IN_LOOP:
            return
        prefixes, wired = self._router_prefixes(site)
        for module in self._python.production:
            for assignment in module.facts.assignments:
                for entry in _entries(assignment.value):
                    view = next(filter(None, (self._class_in(item, module) for item in entry)), None)
                    text = next((item.value for item in entry if isinstance(item, Const)), None)
                    if isinstance(text, str) and view is not None and self._is_viewset(view):
                        paths = [_joined(prefix, _plain_pattern(text)) for prefix in prefixes]
                        yield from self._viewset(view, paths, site, wired)

    def _is_viewset(self, view: DefinitionSite) -> bool:
        return any(base.startswith("rest_framework") for base in self._python.external_bases(view))

    def _viewset(self, view: DefinitionSite, paths: list[str], site: CallSite, wired: bool) -> Iterator[Route]:
        done: set[str] = set()
        for action, method in _ACTIONS.items():
            handler = self._python.member(view, action)
            if handler is None:
                continue
            done.add(method)
            detail = "" if action in ("list", "create") else "/{pk}"
            yield from self._made(
                [f"{path.rstrip('/')}{detail}" for path in paths],
                [method],
                "django-rest-framework",
                site.module,
                site.call.line,
                handler,
                view=view,
                call=site.call,
                wired=wired,
            )
        for extra in view.methods:
            for decorator in extra.definition.decorators:
                if isinstance(decorator, Invoke) and decorator.name.rpartition(".")[2] in (
                    "action",
                    "list_route",
                    "detail_route",
                ):
                    call = view.module.facts.calls[decorator.call] if decorator.call >= 0 else None
                    value = call.keyword("methods") if call is not None else None
                    verbs = (
                        [
                            text
                            for item in flattened(value)
                            if isinstance(text := self._python.constant(item, view.module), str)
                        ]
                        if value is not None
                        else []
                    )
                    tail = self._action_path(extra, decorator.name, call)
                    yield from self._made(
                        [f"{path.rstrip('/')}/{tail}" for path in paths],
                        verbs or ["GET"],
                        "django-rest-framework",
                        view.module,
                        extra.definition.line,
                        extra,
                        view=view,
                        call=call,
                        wired=wired,
                    )
        rest = [method for method in self._generic_methods(view) if method not in done]
        if rest:
            yield from self._made(
                paths,
                rest,
                "django-rest-framework",
                site.module,
                site.call.line,
                None,
                view=view,
                call=site.call,
                wired=wired,
            )

    def _action_path(self, extra: DefinitionSite, decorator: str, call: Call | None) -> str:
        """What an extra action of a view set adds to its path: its name or `url_path`, below one object or all."""
        told = self._text(call.keyword("url_path"), extra.module) if call is not None else ""
        name = _plain_pattern(told) if told else extra.definition.name
        detail = call.keyword("detail") if call is not None else None
        of_one = decorator.endswith("detail_route") or (isinstance(detail, Const) and detail.value is True)
        return f"{{pk}}/{name}" if of_one else name

    # -- the others ------------------------------------------------------------------------------------------------

    def _tornado(self) -> Iterator[Route]:
        """Handler classes in tuples of `(pattern, Handler)`, and in `URLSpec` or `url`."""
        handlers = {
            site.name: site
            for site in self._python.classes
            if self._python.descends_from(site, "tornado.web.*", "tornado.websocket.*")
        }
        if not handlers:
            return
        for module in self._python.production:
            pairs: list[tuple[str, Value, int, Call | None]] = []
            for call in module.facts.calls:
                if call.last in ("URLSpec", "url") and len(call.args) >= 2:
                    pairs.append((self._text(call.args[0], module), call.args[1], call.line, call))
                for value in (*call.args, *(value for _, value in call.keywords)):
                    pairs += [(*pair, call.line, call) for pair in self._pairs(value, module)]
            for assignment in module.facts.assignments:
                pairs += [(*pair, assignment.line, None) for pair in self._pairs(assignment.value, module)]
            for pattern, value, line, made_by in pairs:
                view = self._class_in(value, module)
                if view is not None and view.name in handlers:
                    for verb, method in self._verb_methods(view):
                        yield from self._made(
                            [_joined("", _plain_pattern(pattern))],
                            [verb],
                            "tornado",
                            module,
                            line,
                            method,
                            view=view,
                            call=made_by,
                        )

    def _pairs(self, value: Value, module: Module) -> Iterator[tuple[str, Value]]:
        if isinstance(value, Items):
            for item in value.items:
                if isinstance(item, Items) and len(item.items) >= 2:
                    text = self._text(item.items[0], module)
                    if text:
                        yield text, item.items[1]

    @cached_property
    def _pyramid_patterns(self) -> dict[str, list[str]]:
        """The patterns that Pyramid's configuration gives each of its routes, by the route's name."""
        found: dict[str, list[str]] = defaultdict(list)
        for site in self._python.calls_of("add_route") if "pyramid" in self._python.imported else ():
            name = self._python.constant(site.call.argument(0, "name"), site.module)
            pattern = self._text(site.call.argument(1, "pattern"), site.module)
            if isinstance(name, str) and not name.startswith("/") and pattern:
                found[name].append(f"/{pattern.lstrip('/')}")
        return found

    def _pyramid(self) -> Iterator[Route]:
        """Pyramid's views: functions, classes and methods under `view_config`, and what `add_view` is given."""
        if not self._pyramid_patterns:
            return
        for site in self._python.all_calls:
            call = site.call
            if site.name == "pyramid.view.view_config" and call.decorates >= 0:
                target = DefinitionSite(site.module, call.decorates, site.module.facts.definitions[call.decorates])
                yield from self._pyramid_view(site, target)
            elif site.last == "add_view" and call.has("route_name"):
                value = call.argument(0, "view")
                found = self._class_in(value, site.module) or self._function_in(value, site.module)
                if found is not None:
                    yield from self._pyramid_view(site, found)

    def _pyramid_view(self, site: CallSite, target: DefinitionSite) -> Iterator[Route]:
        parent = site.module.definition(target.definition.parent) if target.module is site.module else None
        view = target if target.definition.kind == "class" else None
        if view is None and parent is not None and parent.kind == "class":
            view = DefinitionSite(target.module, target.definition.parent, parent)
        told = [site, *self._view_defaults(view)]
        handler: DefinitionSite | None = target
        if target.definition.kind == "class":
            attribute = self._python.constant(site.call.keyword("attr"), site.module)
            handler = self._python.member(target, attribute if isinstance(attribute, str) else "__call__")
        names = (self._python.constant(one.call.keyword("route_name"), one.module) for one in told)
        name = next((each for each in names if isinstance(each, str)), "")
        methods = next((found for one in told if (found := self._request_methods(one))), ["GET"])
        guards = [guard for one in told for guard in self._permission_guards(one)][:1]
        yield from self._made(
            self._pyramid_patterns.get(name, ()),
            methods,
            "pyramid",
            site.module,
            site.call.line,
            handler,
            view=view,
            guards=guards,
            call=site.call,
        )

    def _view_defaults(self, view: DefinitionSite | None) -> Iterator[CallSite]:
        """What a class says for all of its views."""
        for decorator in view.definition.decorators if view is not None else ():
            if view is not None and isinstance(decorator, Invoke) and decorator.call >= 0:
                site = next(
                    (
                        one
                        for one in self._python.calls("pyramid.view.view_defaults")
                        if one.module is view.module and one.call is view.module.facts.calls[decorator.call]
                    ),
                    None,
                )
                if site is not None:
                    yield site

    def _request_methods(self, site: CallSite) -> list[str]:
        values = flattened(site.call.keyword("request_method") or site.call.keyword("require_methods"))
        return [value.value for value in values if isinstance(value, Const) and isinstance(value.value, str)]

    def _cornice(self) -> Iterator[Route]:
        """Cornice's services, whose methods decorate functions, and its resources, with methods named for verbs."""
        made: dict[str, CallSite] = {}
        for site in self._python.calls_of("Service"):
            if site.call.result and self._is_cornice(site):
                made[self._python.identify(site.call.result, site.module)] = site
        if not made and "cornice" not in self._python.imported:
            return
        for site in self._python.all_calls:
            call = site.call
            if call.decorates < 0 or not call.context & DECORATOR:
                continue
            target = DefinitionSite(site.module, call.decorates, site.module.facts.definitions[call.decorates])
            service = made.get(self._python.identify((call.via or call.name).rpartition(".")[0], site.module))
            if service is not None and site.last in _VERBS:
                path = _plain_pattern(self._text(service.call.argument(1, "path"), service.module))
                yield from self._made(
                    [path],
                    [site.last],
                    "cornice",
                    site.module,
                    call.line,
                    target,
                    guards=self._permission_guards(site),
                    call=call,
                )
            elif site.name.startswith("cornice.resource.") and target.definition.kind == "class":
                yield from self._cornice_resource(site, target)

    def _is_cornice(self, site: CallSite) -> bool:
        """Whether a service is Cornice's, or of a class that extends it."""
        own = self._python.class_of(site.name, site.module)
        bases = self._python.external_bases(own) if own is not None else (site.name,)
        return any(base.startswith("cornice.") for base in bases)

    def _permission_guards(self, site: CallSite) -> Iterator[Guard]:
        """The permission that Pyramid asks for before a view; `NO_PERMISSION_REQUIRED` is a name, and none."""
        value = site.call.keyword("permission")
        text = value.value if isinstance(value, Const) else value.name if isinstance(value, Name) else None
        if isinstance(text, str) and text and not text.endswith("NO_PERMISSION_REQUIRED"):
            name = text.rpartition(".")[2]
            yield Guard("permission", name, "route", site.module.path, site.call.line)
        signed_in = site.call.keyword("is_authenticated")
        if isinstance(signed_in, Const) and signed_in.value is True:
            yield Guard("permission", "IsAuthenticated", "route", site.module.path, site.call.line)

    def _cornice_resource(self, site: CallSite, view: DefinitionSite) -> Iterator[Route]:
        for prefix, keyword in (("collection_", "collection_path"), ("", "path")):
            path = _plain_pattern(self._text(site.call.keyword(keyword), site.module))
            for verb in _VERBS if path else ():
                method = self._python.member(view, f"{prefix}{verb}")
                if method is not None:
                    line = method.definition.line
                    yield from self._made(
                        [path], [verb], "cornice", view.module, line, method, view=view, call=site.call
                    )

    def _methods_by_name(self) -> Iterator[Route]:
        """Frameworks that find handlers by the name of a method: web.py's `GET`, CherryPy's exposed methods."""
        for view in self._python.classes:
            path = next((item for item in view.fields if item.name == "path" and isinstance(item.value, Const)), None)
            for method in view.methods:
                name = method.definition.name
                if (
                    name in ("GET", "POST", "PUT", "DELETE", "PATCH")
                    and path is not None
                    and isinstance(path.value, Const)
                    and isinstance(path.value.value, str)
                ):
                    yield from self._made(
                        [_plain_pattern(path.value.value)],
                        [name],
                        "web.py",
                        view.module,
                        method.definition.line,
                        method,
                        view=view,
                    )
                elif any(
                    isinstance(item, Name) and item.name.endswith("cherrypy.expose")
                    for item in method.definition.decorators
                ):
                    yield from self._made(
                        [f"/{name}"],
                        ["GET", "POST"],
                        "cherrypy",
                        view.module,
                        method.definition.line,
                        method,
                        view=view,
                    )

    def _described(self) -> Iterator[Route]:
        """Connexion's operations: an OpenAPI document names the handler of each."""
        if "connexion" not in self._python.imported:
            return
        site = next(iter((*self._python.calls_of("add_api"), *self.applications)), None)
        if site is None:
            return
        for path, document in self._sources.facts(OpenApiDocument).items():
            for operation in document.operations:
                handler = self._operation_handler(operation, path)
                if handler is None:
                    continue
                guards = (
                    (Guard("dependency", "connexion.security", "route", path, operation.line),)
                    if operation.secured
                    else ()
                )
                yield from self._made(
                    [operation.path],
                    [operation.method],
                    "connexion",
                    handler.module,
                    handler.definition.line,
                    handler,
                    guards=guards,
                )

    def _operation_handler(self, operation: Operation, document: str) -> DefinitionSite | None:
        dotted, _, name = operation.handler.rpartition(".")
        module = self._python.module_named(dotted, document) if dotted else None
        while module is None and "." in dotted:
            # A class's method: the module is what stands before the class.
            dotted, _, owner = dotted.rpartition(".")
            name = f"{owner}.{name}"
            module = self._python.module_named(dotted, document)
        return self._python.definition_named(f"{module.path}:{name}") if module is not None else None


_ROUTER_NAMES = frozenset({"app", "router", "bp", "blueprint", "api", "application", "api_router", "ns"})
_ROUTING = frozenset({"route", "api_route", "websocket", "websocket_route", "api_operation", "page"})


def flattened(value: Value | None) -> list[Value]:
    """The members of a display, else the value alone."""
    if value is None:
        return []
    if isinstance(value, Items):
        return [inner for item in value.items for inner in flattened(item)]
    return [value]


def _entries(value: Value) -> Iterator[tuple[Value, ...]]:
    """The rows of a table written as a list of dicts or tuples."""
    for item in value.items if isinstance(value, Items) else ():
        if isinstance(item, Mapping):
            yield item.values
        elif isinstance(item, Items):
            yield item.items


def _plain_pattern(pattern: str) -> str:
    """A URL pattern as a path: named and unnamed groups become `{name}`, anchors go."""
    text = _PATTERN_NOISE.sub(
        lambda match: (
            f"{{{match.group(1)}}}"
            if match.group(1)
            else ("{}" if match.group(0).startswith("(") and not match.group(0).startswith("(?:") else "")
        ),
        pattern,
    )
    return text.replace("/?", "/").replace("<", "{").replace(">", "}")


def _joined(prefix: str, path: str) -> str:
    """Two parts of a path with one slash between them; always absolute."""
    if not path:
        return prefix or "/"
    joined = f"{prefix.rstrip('/')}/{path.lstrip('/')}" if prefix else path
    return joined if joined.startswith("/") else f"/{joined}"
