"""The routers and applications of a tree, how they are put into each other, and the routes that come of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from readiness_bot.facts.openapi_document import Operation
from readiness_bot.facts.python_facts import Call
from readiness_bot.facts.values import MODULE, Const, Index, Invoke, Items, Name, Value
from readiness_bot.repo.modules import CallSite, DefinitionSite, Module
from readiness_bot.repo.python import Python
from readiness_bot.repo.route import Guard, Route, joined, plain_pattern
from readiness_bot.repo.route_guards import RouteGuards
from readiness_bot.repo.url_patterns import DJANGO_PATHS, UrlPatterns
from readiness_bot.repo.views import Views

_POWERTOOLS = {
    f"aws_lambda_powertools.event_handler.{module}{name}()": "lambda-powertools"
    for module in ("", "api_gateway.", "lambda_function_url.", "vpc_lattice.", "router.")
    for name in (
        *("APIGatewayRestResolver", "APIGatewayHttpResolver", "ALBResolver", "LambdaFunctionUrlResolver"),
        *("VPCLatticeResolver", "VPCLatticeV2Resolver", "Router", "APIGatewayRouter", "APIGatewayHttpRouter"),
        *("ALBRouter", "LambdaFunctionUrlRouter", "VPCLatticeRouter", "VPCLatticeV2Router"),
    )
}

_ROUTERS: dict[str, str] = _POWERTOOLS | {
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
    "flask_smorest.Api()": "flask",
    "flask_smorest.Blueprint()": "flask",
    "flask_restx.Namespace()": "flask-restx",
    "flask_restx.Api()": "flask-restx",
    "flask_restplus.Namespace()": "flask-restx",
    "flask_restplus.Api()": "flask-restx",
    "flask_restx.Api().namespace()": "flask-restx",
    "flask_restplus.Api().namespace()": "flask-restx",
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
    "sanic.Blueprint.group()": "sanic",
    "chalice.Chalice()": "chalice",
    "chalice.Blueprint()": "chalice",
    "azure.functions.FunctionApp()": "azure-functions",
    "azure.functions.Blueprint()": "azure-functions",
    "klein.Klein()": "klein",
    "microdot.Microdot()": "microdot",
    "robyn.Robyn()": "robyn",
    "robyn.SubRouter()": "robyn",
    "blacksheep.Application()": "blacksheep",
    "blacksheep.server.Application()": "blacksheep",
    "falcon.App()": "falcon",
    "falcon.asgi.App()": "falcon",
    "falcon.API()": "falcon",
    "litestar.Router()": "litestar",
    "litestar.Litestar()": "litestar",
    "nicegui.app": "nicegui",
    "nicegui.APIRouter()": "nicegui",
    "eve.Eve()": "flask",
    "connexion.FlaskApp()": "connexion",
    "connexion.FlaskApp().app": "flask",
    "connexion.App().app": "flask",
    "connexion.App()": "connexion",
    "connexion.AsyncApp()": "connexion",
    "connexion.AioHttpApp()": "connexion",
    "connexion.AioHttpApp().app": "aiohttp",
}

APPLICATIONS = frozenset(
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
        "ALBResolver()",
        "LambdaFunctionUrlResolver()",
        "VPCLatticeResolver()",
        "VPCLatticeV2Resolver()",
        "FunctionApp()",
        "Klein()",
        "Microdot()",
        "Litestar()",
        "app",
        "Eve()",
        "FlaskApp()",
        "AsyncApp()",
        "bottle",
    )
)

_BY_ENDING = (
    ("Router()", "fastapi", "include_router", "fastapi.APIRouter()"),
    ("Blueprint()", "flask", "register_blueprint", "flask.Blueprint()"),
)
"""By what a router of a library is called: the framework, what puts it into an application, and what it is one of."""
_OTHER_ROUTERS = ("rest_framework", "aiogram", "faststream", "propan", "ninja", "django", "channels", "langchain")
"""Packages whose routers are none of FastAPI's: they bring messages or views somewhere."""
_INCLUDING = frozenset(
    {
        "include_router",
        "register_blueprint",
        "blueprint",
        "add_router",
        "add_namespace",
        "mount",
        "host",
        "add_subapp",
        "add_routes",
        "add_child",
        "register",
        "register_api",
        "register_functions",
        "init_app",
    }
)

_PLAIN_INCLUDING = frozenset({"include_router", "register_blueprint"})
"""Methods that nothing but a router or an application has."""

_ROUTER_NAMES = frozenset({"app", "router", "bp", "blueprint", "api", "application", "api_router", "ns"})


@dataclass(frozen=True, slots=True)
class _Inclusion:
    """One router put into another, or into an application."""

    parent: str
    prefix: str
    guards: tuple[Guard, ...]
    is_conditional: bool = False
    path: str = ""
    line: int = 0


def _on_the_way(inclusions: list[frozenset[Guard]], *, is_conditional: bool) -> list[Guard]:
    """The guards that protect a router's routes: those that each of its inclusions has.

    Where it is put in by one or another of them under a condition, what one of them brings may be left out.
    """
    common = frozenset.intersection(*inclusions) if inclusions else frozenset[Guard]()
    some = frozenset[Guard]().union(*inclusions) if is_conditional else common
    found = (*common, *(replace(guard, is_optional=True) for guard in some - common))
    return sorted(found, key=lambda guard: (guard.path, guard.line, guard.name))


_IMPORTING = ("importlib.import_module()", "__import__()", "getattr()")


def _is_loops(value: Value) -> bool:
    """Whether a value has the name of a loop's variable or a parameter, or is of a module imported by a text."""
    return isinstance(value, Name) and (
        value.name.startswith("?") or value.meaning.endswith("[]") or value.meaning.startswith(_IMPORTING)
    )


_Made = tuple[str, tuple[CallSite, str]]
"""The identity of a router in the function that makes it, and the call that makes it with the kind of object."""


def _local(module: Module, scope: int, name: str) -> str:
    """The identity of a router that a function knows by this name."""
    return f"{module.path}:{module.symbol(scope)}?{name}"


class Routers:
    """Questions about routers and applications."""

    def __init__(
        self,
        python: Python,
        views: Views,
        guards: RouteGuards,
        patterns: UrlPatterns,
        entries: Callable[[], Iterable[str]],
    ) -> None:
        self._python = python
        self._views = views
        self._guards = guards
        self._patterns = patterns
        self._entries = entries
        self._names_in_makers: dict[str, str] = {}
        """By the identity of a module's router that a function makes, the one that it has in there."""

    def receiver(self, site: CallSite) -> tuple[str, str]:
        """The router a method is called on: its identity in the tree (empty if local) and the framework.

        Empty if it is none.
        """
        name = site.name
        owner = name.rpartition(".")[0]
        framework = _ROUTERS.get(self._known_as(owner), "")
        if not framework and ":" in owner:
            klass = self._python.class_of(owner, site.module)
            bases = self._python.external_bases(klass) if klass is not None else ()
            framework = next((_ROUTERS[f"{base}()"] for base in bases if f"{base}()" in _ROUTERS), "")
        if not framework and owner.startswith("?") and "." not in owner and owner[1:] in _ROUTER_NAMES:
            framework = self._guessed_framework
        if not framework and site.call.decorates != MODULE:
            # What an application keeps under a name of the tree's own, and decorates functions: `app.inner.route("/")`.
            framework = _ROUTERS.get(owner.rpartition(".")[0], "")
        via = site.call.called_on
        identity = self._python.identify(via, site.module) if via else ""
        taken = f"{site.module.path}:{via[1:]}" if via.startswith("?") and site.call.scope == MODULE else ""
        for made in (taken, identity if not framework else ""):
            if made in self._constructions:
                return made, _ROUTERS[self._constructions[made][1]]
        if framework and via.startswith("?"):
            identity = next(self._handed_in(site, via[1:]), identity)
        return (identity if ":" in identity else _local(site.module, site.call.scope, via)), framework

    def application_of(self, site: CallSite) -> str:
        """The application whose `router` a call adds to: `app.router.add_get("/orders", orders)`; empty if unknown."""
        via = site.call.called_on.removesuffix(".router")
        named = _local(site.module, site.call.scope, via) if via[:1] == "?" else self._python.identify(via, site.module)
        if named in self._constructions:
            return named
        return next(self._handed_in(site, via[1:]), "") if via[:1] == "?" else ""

    def takes_list(self, site: CallSite) -> str:
        """What a route object that is written into a list goes to: an application, or the list of a module by name."""
        calls, at = site.module.facts.calls, site.call.parent
        while at >= 0:
            outer = self._python.call_site(site.module, calls[at])
            if outer.last in ("add_routes", "extend", "append"):
                return self.application_of(outer)
            at = outer.call.parent
        for item in site.module.facts.assignments:
            if item.scope == MODULE and item.line <= site.call.line <= item.end_line and isinstance(item.value, Items):
                listed = self._python.identify(item.target, site.module)
                return listed if listed in self._inclusions else ""
        return ""

    def _known_as(self, made: str) -> str:
        """The kind of router that a made object is: one of a library's own kind is a router of the tree's framework."""
        if made in _ROUTERS or ":" in made or made[:1] == "?" or made.startswith(_OTHER_ROUTERS):
            return made
        return next((kind for ending, kind in self._kinds_of_libraries if made.endswith(ending)), made)

    @cached_property
    def _kinds_of_libraries(self) -> tuple[tuple[str, str], ...]:
        """How the names of libraries' own routers end, of those that the tree puts into an application somewhere."""
        return tuple(
            (ending, kind)
            for ending, package, putting, kind in _BY_ENDING
            if package in self._python.imported and any(True for _ in self._python.calls_of(putting))
        )

    def _handed_in(self, site: CallSite, name: str, hops: int = 3) -> Iterator[str]:
        """The modules' routers and applications that a function is called with in place of this parameter."""
        for caller, value in self._python.handed_values(site, name):
            if not isinstance(value, Name):
                continue
            if value.name[:1] != "?":
                identity = self._python.identify(value.name, caller.module)
                if ":" in identity:
                    yield identity
            elif (local := _local(caller.module, caller.call.scope, value.name)) in self._constructions:
                yield local
            elif hops > 1:
                yield from self._handed_in(caller, value.name[1:], hops - 1)

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
            result = site.call.result
            if not result:
                continue
            kind = self._known_as(f"{site.name}()")
            if kind not in _ROUTERS and ":" in kind:
                klass = (
                    self._python.class_of(site.name, site.module)
                    if site.last.rpartition(":")[2].lstrip("_")[:1].isupper()
                    else None
                )
                bases = self._python.external_bases(klass) if klass is not None else ()
                kind = next((f"{base}()" for base in bases if f"{base}()" in _ROUTERS), "")
            if kind in _ROUTERS:
                identity = (
                    self._python.identify(result, site.module)
                    if not result.startswith("?")
                    else _local(site.module, site.call.scope, result)
                )
                found.setdefault(identity, (site, kind))
        for identity, (own_name, made) in self._given(found):
            found[identity] = made
            if own_name:
                self._names_in_makers[identity] = own_name
        return found

    def _given(self, made_here: Mapping[str, tuple[CallSite, str]]) -> list[tuple[str, _Made]]:
        """The routers that functions of the tree make for a module: `api = make_api()`, `api, admin = routers()`."""
        given: list[tuple[str, _Made]] = []
        for module in self._python.production:
            for item in module.facts.assignments:
                value = item.value
                place = value.items[0] if isinstance(value, Index) and len(value.items) == 1 else None
                value = value.value if isinstance(value, Index) and isinstance(place, Const) else value
                if item.scope != MODULE or item.key or not isinstance(value, Invoke) or value.call < 0:
                    continue
                identity = f"{module.path}:{item.target.lstrip(':?')}"
                maker = self._python.target(module.facts.calls[value.call], module)
                if identity in made_here or maker is None or maker.definition.kind != "function":
                    continue
                number = place.value if isinstance(place, Const) and isinstance(place.value, int) else None
                made = self._made_by(maker, number, made_here)
                if made is not None:
                    given.append((identity, made))
        return given

    def _made_by(
        self, maker: DefinitionSite, number: int | None, found: Mapping[str, tuple[CallSite, str]]
    ) -> _Made | None:
        """The router which a function gives back, alone or at this place of a tuple, with the call that makes it.

        Its identity is empty where it has no name in there.
        """
        for returned in maker.module.facts.returns:
            if returned.scope != maker.index:
                continue
            value: Value | None = returned.value
            if number is not None:
                items = value.items if isinstance(value, Items) else ()
                value = items[number] if number < len(items) else None
            if isinstance(value, Name):
                is_local = value.name[:1] == "?"
                identity = (
                    _local(maker.module, maker.index, value.name)
                    if is_local
                    else self._python.identify(value.name, maker.module)
                )
                if identity in found:
                    return identity, found[identity]
            elif isinstance(value, Invoke) and value.call >= 0 and f"{value.name}()" in _ROUTERS:
                made = self._python.call_site(maker.module, maker.module.facts.calls[value.call])
                return "", (made, f"{value.name}()")
        return None

    def _made_there(self, value: Value, module: Module) -> str:
        """The identity of the router that a function makes, whose call a value is or is bound to; else empty."""
        call = module.facts.calls[value.call] if isinstance(value, Invoke) and value.call >= 0 else None
        if call is not None:
            maker = self._python.target(call, module)
        elif isinstance(value, Name):
            # A variable that is called like the function which makes its router goes by the function's name.
            name = value.name if value.name[:1] != "?" else value.meaning.removesuffix("()")
            maker = self._python.definition(name, module) if name else None
        else:
            return ""
        is_function = maker is not None and maker.definition.kind == "function"
        made = self._made_by(maker, None, self._constructions) if maker is not None and is_function else None
        return made[0] if made is not None else ""

    @cached_property
    def _inclusions(self) -> dict[str, tuple[_Inclusion, ...]]:
        """For each router's identity, where it is put, with the prefix and the guards that come with it."""
        found: dict[str, list[_Inclusion]] = defaultdict(list)
        for site in self._python.all_calls:
            if site.last not in _INCLUDING or not (site.call.args or site.call.keywords):
                continue
            parent = self._including(site)
            if parent is None:
                continue
            if site.last == "init_app":
                # What it is set up for may be a parameter of whatever function puts the application together.
                found[parent] += (_Inclusion(held, "", ()) for held in tuple(self._held_by(site)) or ("",))
                continue
            for value in self._included(site):
                named = self._listed_at(value, site) or self._routers_at(value, site)
                is_known = isinstance(value, Name) and value.name[:1] == "?" and named
                listed = self._listed_in.get(site.module.path, ()) if _is_loops(value) and not is_known else ()
                guards = tuple(self._guards.of_call(site, "router"))
                conditional = bool(site.call.guards)
                place = _Inclusion(
                    parent, self.prefix(site), guards, conditional, path=site.module.path, line=site.call.line
                )
                for name in listed or named:
                    found[name].append(place)
                    if name in self._names_in_makers:
                        found[self._names_in_makers[name]].append(place)
        for name, place in self._made_into():
            found[name].append(place)
        return {name: tuple(items) for name, items in found.items()}

    def is_idle(self, identity: str) -> bool:
        """Whether a router is made, and put into nothing that an application holds."""
        made = self._constructions.get(identity)
        return made is not None and made[1] not in APPLICATIONS and not self._mount_of(identity)[2]

    def put_in(self, identity: str) -> Iterator[tuple[str, int, str]]:
        """Where a router is put into another or into an application: file, line, and that other's identity."""
        for place in self._inclusions.get(identity, ()):
            yield place.path, place.line, place.parent

    def _made_into(self) -> Iterator[tuple[str, _Inclusion]]:
        """The routers that are put somewhere by how they are made, or by what is made of them, each with its place."""
        for identity, (site, kind) in self._constructions.items():
            if kind.endswith(".group()"):
                for name in (name for value in site.call.args for name in self._routers_at(value, site)):
                    yield name, _Inclusion(identity, "", ())
            elif kind.endswith(".namespace()"):
                maker = self._python.identify(site.call.called_on, site.module)
                yield identity, _Inclusion(maker, "", ())
            elif kind.endswith(".Api()") or "connexion" in kind:
                for parent in self._held_by(site):
                    yield identity, _Inclusion(parent, "", ())

    def _including(self, site: CallSite) -> str | None:
        """What a call puts routers into, empty for some application; None where it may be no such call."""
        identity, framework = self.receiver(site)
        if framework:
            return identity
        if site.last not in _PLAIN_INCLUDING:
            return None
        via = site.call.called_on
        return next(self._handed_in(site, via[1:]), "") if via[:1] == "?" else ""

    def _listed_at(self, value: Value, site: CallSite) -> tuple[str, ...]:
        """The routers of a list that a module keeps, put in place as a whole: `app.blueprint(blueprints)`."""
        bound = self._python.assignment(value.name, site.module) if isinstance(value, Name) else None
        items = bound[1].value.items if bound is not None and isinstance(bound[1].value, Items) else ()
        named = (self._router_of(item, bound[0]) for item in items if isinstance(item, Name)) if bound else ()
        return tuple(name for name in named if name in self._constructions)

    @cached_property
    def _listed_in(self) -> dict[str, tuple[str, ...]]:
        """The routers that a module's only list of such names, for a loop that includes one after the other."""
        lists: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        for module in self._python.production:
            for assignment in module.facts.assignments:
                items = assignment.value.items if isinstance(assignment.value, Items) else ()
                named = tuple(self._router_of(item, module) for item in items if isinstance(item, Name))
                if named and len(named) == len(items) and all(name in self._constructions for name in named):
                    lists[module.path].append(named)
        return {path: found[0] for path, found in lists.items() if len(found) == 1}

    def _held_by(self, site: CallSite) -> Iterator[str]:
        """The application or blueprint that an API object is made for, at once or later by `init_app`."""
        held = site.call.args[:1]
        if "jsonapi" in site.name and len(site.call.args) > 1:
            # `Api(app, blueprint)`: the blueprint is what is served, wherever that is registered.
            held = site.call.args[1:2]
        for value in (*held, site.call.keyword("app"), site.call.keyword("blueprint")):
            yield from self._routers_at(value, site) if value is not None else ()

    def _routers_at(self, value: Value, site: CallSite) -> tuple[str, ...]:
        """The routers that a value handed to a call may be.

        What a factory makes and hands on goes by its name in there; a parameter is what the callers hand over.
        """
        own = value.name if isinstance(value, Name) and value.name[:1] == "?" else ""
        local = _local(site.module, site.call.scope, own)
        if own and local in self._constructions:
            return (local,)
        found = self._router_of(value, site.module)
        return (found,) if found else tuple(self._handed_in(site, own[1:])) if own else ()

    def _included(self, site: CallSite) -> Iterator[Value]:
        for value in site.call.args[1:2] if site.last == "add_router" else ():
            located = (
                self._python.located(value.value, site.module.path)
                if isinstance(value, Const) and isinstance(value.value, str) and "." in value.value
                else None
            )
            if located is not None:
                yield Name(f"{located[0].path}:{located[1]}")
        for value in site.call.handed:
            if isinstance(value, (Name | Index, Invoke)):
                yield value

    def _router_of(self, value: Value, module: Module) -> str:
        if isinstance(value, Name):
            if value.name.startswith("?"):
                return self._made_there(value, module)
            if value.name in self._constructions:
                return value.name
            identity = self._python.identify(value.name, module)
            if identity in self._constructions:
                return identity
            meant = self._python.identify(value.meaning, module) if value.meaning else ""
            if meant in self._constructions:
                return meant  # what an object of the tree's own keeps: `orders.router` of `orders = Orders()`
            path, _, rest = identity.partition(":")
            if path and not rest:
                # A package's own name for what a module of the same name keeps: `from shop.apps import orders`.
                kept = self._python.identify(f"{value.name}.{value.name.rpartition('.')[2]}", module)
                if kept in self._constructions:
                    return kept
            kept = f"{path}:{rest}.router"
            if kept in self._constructions:
                return kept
            return self._made_there(value, module) or (identity if ":" in identity else "")
        return self._made_there(value, module) or (value.name if isinstance(value, Invoke) else "")

    @cached_property
    def dynamic_inclusions(self) -> tuple[CallSite, ...]:
        """The calls that include some router through a loop, or a call whose result nobody can read here."""
        found = []
        for site in self._python.all_calls:
            if site.last in ("include_router", "register_blueprint", "blueprint", "add_router", "add_namespace"):
                value = next((one for one in site.call.handed if not isinstance(one, Const)), None)
                is_named = isinstance(value, Name) and not _is_loops(value)
                if value is None or not (
                    is_named or not self._constructions.keys().isdisjoint(self._routers_at(value, site))
                ):
                    found.append(site)
        return tuple(found)

    @property
    def left_out(self) -> tuple[str, ...]:
        """The routers, by their identity, of which no call that can be read puts them anywhere."""
        known = self._inclusions
        return tuple(
            sorted(
                name
                for name, (_, kind) in self._constructions.items()
                if kind not in APPLICATIONS and not known.get(name) and name not in self._plugged_in
            )
        )

    @cached_property
    def _plugged_in(self) -> frozenset[str]:
        """What the entry points of the tree's packages name, where a host finds its plug-ins."""
        named = (entry.replace(":", ".") for entry in self._entries() if ":" in entry)
        found = (self._python.located(name, "") for name in named)
        return frozenset(f"{one[0].path}:{one[1]}" for one in found if one is not None)

    @cached_property
    def _guards_of_loops(self) -> tuple[Guard, ...]:
        """The guards that every inclusion of routers which a loop takes one after the other brings along."""
        sites = self.dynamic_inclusions
        shared = [frozenset(self._guards.of_call(site, "router")) for site in sites]
        return tuple(_on_the_way(shared, is_conditional=all(site.call.guards for site in sites)))

    def prefix(self, site: CallSite) -> str:
        """The path that a call names for what it makes or puts somewhere, by name or as its place demands."""
        for keyword in ("prefix", "url_prefix", "path"):
            text = self._views.text(site.call.keyword(keyword), site.module)
            if text:
                return text
        if site.last in ("mount", "add_subapp", "add_router", "add_namespace"):
            for value in site.call.args[:2]:
                text = self._views.text(value, site.module)
                if text.startswith("/"):
                    return text
        return ""

    def _version_of(self, site: CallSite) -> str:
        """The path that Sanic puts before that of a blueprint which is told its version: `/v2`."""
        version = self._python.constant(site.call.keyword("version"), site.module)
        if isinstance(version, bool) or not isinstance(version, int | float | str) or not str(version):
            return ""
        return f"{self._views.text(site.call.keyword('version_prefix'), site.module) or '/v'}{version}"

    def _own_prefix(self, identity: str) -> tuple[str, tuple[Guard, ...]]:
        made = self._constructions.get(identity)
        if made is None:
            return "", ()
        site = made[0]
        prefix = self.prefix(site)
        if (
            not prefix
            and made[1].endswith(("Namespace()", ".namespace()"))
            and not any(place.prefix for place in self._inclusions.get(identity, ()))
        ):
            name = self._views.text(site.call.argument(0, "name"), site.module)
            prefix = f"/{name}" if name else ""
        if made[1].startswith("sanic."):
            prefix = f"{self._version_of(site)}{prefix}"
        level: Literal["router", "application"] = "application" if made[1] in APPLICATIONS else "router"
        added = (guard for name in ("", identity) for guard in self._added.get(name, ()))
        return prefix, (*self._guards.of_making(site, level), *added)

    @cached_property
    def _added(self) -> dict[str, tuple[Guard, ...]]:
        """The dependencies that are added to a router or to routes that are there, by its identity.

        Those that a loop adds to one after the other stand under an empty name.
        """
        found: dict[str, list[Guard]] = defaultdict(list)
        for site in self._python.calls_of("append", "extend", "insert"):
            owner, _, last = (site.call.via or site.call.name).removesuffix(f".{site.last}").rpartition(".")
            if last != "dependencies" or not site.call.args:
                continue
            identity = self._python.identify(owner, site.module)
            key = identity if identity in self._constructions else ""
            for guard in self._guards.of_value(site.call.args[-1], site, "application"):
                found[key].append(replace(guard, is_optional=bool(site.call.guards)))
        return {name: tuple(guards) for name, guards in found.items()}

    def _mounted(self, identity: str, seen: frozenset[str] = frozenset()) -> tuple[list[str], tuple[Guard, ...], bool]:
        """The prefixes that a router ends up under, the guards on the way, and whether an application holds it."""
        own, guards = self._own_prefix(identity)
        made = self._constructions.get(identity)
        if identity in seen or len(seen) > 8:
            return [own], guards, False
        places = self._inclusions.get(identity, ())
        if not places:
            is_application = made is None or made[1] in APPLICATIONS
            if is_application and identity in self._in_url_patterns:
                return [joined(prefix, own) for prefix in self._in_url_patterns[identity]], guards, True
            if is_application or not self.dynamic_inclusions:
                return [own], guards, is_application or identity in self._plugged_in
            above = sorted({self.prefix(site) for site in self.dynamic_inclusions})[:4]
            return [f"{prefix}{own}" for prefix in above], (*guards, *self._guards_of_loops), True
        prefixes: list[str] = []
        every: list[Guard] = list(guards)
        shared: list[frozenset[Guard]] = []
        wired = made is not None and made[1] in APPLICATIONS
        for place in places:
            above, above_guards, above_wired = self._mounted(place.parent, seen | {identity})
            wired = wired or above_wired
            # A namespace's own path gives way to the one that it is added under.
            inner = "" if place.prefix and made is not None and made[1].endswith("Namespace()") else own
            prefixes += [f"{prefix}{place.prefix}{inner}" for prefix in above]
            shared.append(frozenset((*place.guards, *above_guards)))
        every += _on_the_way(shared, is_conditional=all(place.is_conditional for place in places))
        return sorted(set(prefixes))[:4], tuple(every), wired

    @cached_property
    def _in_url_patterns(self) -> dict[str, list[str]]:
        """Below which paths of Django's patterns an application that has `urls` of its own is put."""
        found: dict[str, list[str]] = defaultdict(list)
        for site in self._python.calls(*DJANGO_PATHS):
            value = site.call.argument(1, "view")
            if not isinstance(value, Name):
                continue
            identity, _, last = self._python.identify(value.name, site.module).rpartition(".")
            if last == "urls" and identity in self._constructions:
                inner = joined(
                    self._patterns.above(site),
                    plain_pattern(self._views.text(site.call.argument(0, "route"), site.module)),
                )
                found[identity] += [
                    joined(prefix, inner).rstrip("/") for prefix in self._patterns.prefixes(site.module.path)[0]
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

    def registered(
        self,
        site: CallSite,
        paths: Iterable[str],
        methods: Iterable[str],
        framework: str,
        handler: DefinitionSite | None,
        *,
        view: DefinitionSite | None = None,
        router: str = "",
        guards: Iterable[Guard] = (),
        wired: bool | None = None,
    ) -> Iterator[Route]:
        """The routes that one call registers, where it stands."""
        call, module = site.call, site.module
        yield from self.made(
            paths,
            methods,
            framework,
            module,
            call.line,
            handler,
            view=view,
            router=router,
            guards=guards,
            call=call,
            wired=wired,
        )

    def made(
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
        described: Operation | None = None,
    ) -> Iterator[Route]:
        """The routes of one registration, a path each, with all that stands before their handler."""
        prefixes, mounted_guards, is_wired = self._mount_of(router) if router else ([""], (), True)
        own: list[Guard] = list(guards)
        if handler is not None:
            own += self._guards.of_handler(handler)
        if view is not None:
            own += self._guards.of_class(view)
        ordered = tuple(sorted({method.upper() for method in methods})) or ("GET",)
        for path in paths:
            for prefix in prefixes:
                yield Route(
                    joined(prefix, path),
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
                    described,
                )
