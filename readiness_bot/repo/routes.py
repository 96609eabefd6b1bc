"""The routes that a tree's web frameworks serve.

Path, methods, handler, what guards them, and whether an application includes them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator
from functools import cached_property

from readiness_bot.facts.openapi_document import OpenApiDocument, Operation
from readiness_bot.facts.python_facts import Assignment, Call
from readiness_bot.facts.values import MODULE, Const, Invoke, Items, Name, Value
from readiness_bot.repo.classful_routes import ClassfulRoutes
from readiness_bot.repo.django_routes import DjangoRoutes
from readiness_bot.repo.expressions import texts_of
from readiness_bot.repo.graphql_routes import GraphqlRoutes
from readiness_bot.repo.mapped_routes import MappedRoutes
from readiness_bot.repo.model_routes import ModelRoutes
from readiness_bot.repo.modules import CallSite, DefinitionSite, Module
from readiness_bot.repo.object_routes import ObjectRoutes
from readiness_bot.repo.own_routes import OwnRoutes
from readiness_bot.repo.pyramid_routes import PyramidRoutes
from readiness_bot.repo.python import Python
from readiness_bot.repo.registered_routes import RegisteredRoutes
from readiness_bot.repo.resty_names import handler_of, resolver_of
from readiness_bot.repo.route import Guard, Route, joined, plain_pattern
from readiness_bot.repo.route_guards import RouteGuards
from readiness_bot.repo.routers import APPLICATIONS, Routers
from readiness_bot.repo.sources import Sources
from readiness_bot.repo.tabled_routes import TabledRoutes
from readiness_bot.repo.url_patterns import UrlPatterns
from readiness_bot.repo.views import Views

_FLASK_VIEWS = ("flask_restful.Resource", "flask_restx.Resource", "flask_restplus.Resource", "flask.views.MethodView")
_HANDLER = re.compile(r"\.\w*Handler$")
_OTHER_HANDLERS = ("logging.", "http.", "socketserver.", "urllib.", "xml.")
"""Packages of the standard library whose handlers answer no route of Tornado's."""
_MOST_ROUTES = 20_000
_LARGE = 8_000
"""Lines of production code from which on a service with a handful of routes is odd."""
_MANY_OWN = 3
"""From so many own registrations for each route of a framework on, they are how the tree serves."""
_LINES_PER_ROUTE = 1_500
"""Services have a route for every 100 to 500 lines or so; one that has so much more code serves it in another way."""


class Routes:
    """Questions about the routes of one tree."""

    LOOKS = "route registrations"

    def __init__(self, sources: Sources, python: Python, entries: Callable[[], Iterable[str]]) -> None:
        self._sources = sources
        self._python = python
        self._views = Views(python)
        self.guards = RouteGuards(python, self._views)
        """What stands before the handlers of routes."""
        patterns = UrlPatterns(python, self._views)
        self.routers = Routers(python, self._views, self.guards, patterns, entries)
        """What the routes are registered on."""
        self._pyramid = PyramidRoutes(python, self._views, self.routers)
        self._registered = RegisteredRoutes(python, self._views, self.guards, self.routers, self._pyramid)
        self._classful = ClassfulRoutes(python, self._views, self.routers)
        self._objects = ObjectRoutes(python, self._views, self.routers)
        self._mapped = MappedRoutes(python, self._views, self.routers)
        self._in_turn = TabledRoutes(python, self._views, self.guards, self.routers)
        self._graphql = GraphqlRoutes(python, self._views, self.guards, self.routers)
        self._of_models = ModelRoutes(python, self._views, self.routers)
        self._own = OwnRoutes(python, self._views, self.guards, self.routers)
        self._django = DjangoRoutes(python, self._views, self.guards, patterns, self.routers)

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    @cached_property
    def all(self) -> tuple[Route, ...]:
        """Every route of production code, in order of path and line of registration."""
        found = [
            *self._registered.decorated(),
            *self._registered.resources(),
            *self._registered.listed(),
            *self._classful.all(),
            *self._objects.all(),
            *self._mapped.all(),
            *self._graphql.all(),
            *self._of_models.all(),
            *self._django.all(),
            *self._tornado(),
            *self._methods_by_name(),
            *self._pyramid.services(),
            *self._pyramid.views(),
            *self._described(),
        ]
        found += self._tabled({route.view.name for route in found if route.view is not None})
        answered = {route.handler.name for route in found if route.handler is not None}
        found += [route for route in self._in_turn.all() if route.handler and route.handler.name not in answered]
        own = self._own.decorated()
        if len(own) >= len(found) * _MANY_OWN:
            found += own
        unique = {
            (
                route.path,
                route.methods,
                route.module.path,
                route.line,
                route.handler.name if route.handler else "",
            ): route
            for route in found
            # What a client is to serve, for the service to call: FastAPI describes it by routes that nothing answers.
            if "{$" not in route.path
        }
        return tuple(
            sorted(unique.values(), key=lambda route: (route.module.path, route.line, route.path, route.methods))
        )[:_MOST_ROUTES]

    @cached_property
    def served(self) -> tuple[Route, ...]:
        """The routes of production code that an application holds."""
        return tuple(route for route in self.all if route.is_wired and route.is_of_production)

    def put_in(self, route: Route) -> tuple[tuple[str, int, str], ...]:
        """Where what holds a route is put in place: file, line, and the router it is put into, empty for none known."""
        if route.described is None:
            return tuple(self.routers.put_in(route.router)) if route.router else ()
        return tuple(
            (site.module.path, site.call.line, "")
            for document in self._documents_of.get(route.described, ())
            for site in self._python.calls_of("add_api")
            if any(text.rpartition("/")[2] == document for value in site.call.args[:1] for text in texts_of(value))
        )

    @cached_property
    def _documents_of(self) -> dict[Operation, list[str]]:
        """By operation, the names of the descriptions that tell of it."""
        found: dict[Operation, list[str]] = {}
        for path, document in self._sources.facts(OpenApiDocument).items():
            for operation in document.operations:
                found.setdefault(operation, []).append(path.rpartition("/")[2])
        return found

    @cached_property
    def probed(self) -> tuple[Route, ...]:
        """What a server made by hand for probes alone answers, where that is all that answers HTTP."""
        return () if self.all else tuple(self._own.probed())

    @cached_property
    def views(self) -> frozenset[tuple[str, str]]:
        """The classes of views that routes lead to, by path and qualified name."""
        return frozenset((one.view.module.path, one.view.definition.qualname) for one in self.all if one.view)

    @cached_property
    def by_handler(self) -> dict[str, tuple[Route, ...]]:
        """The routes of each handler, by its resolved name."""
        index: dict[str, list[Route]] = defaultdict(list)
        for route in self.all:
            if route.handler is not None:
                index[route.handler.name].append(route)
        return {name: tuple(routes) for name, routes in index.items()}

    @cached_property
    def are_few(self) -> bool:
        """Whether so few routes were read for the size of the code that it may well dispatch others in its own way."""
        lines = sum(module.facts.lines for module in self._python.production)
        return lines >= _LARGE and len(self.all) * _LINES_PER_ROUTE < lines

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
            if f"{site.name}()" in APPLICATIONS or self._is_own_application(site)
        )

    def _is_own_application(self, site: CallSite) -> bool:
        name = site.name
        if ":" not in name or not name.rpartition(":")[2][:1].isupper():
            return False
        found = self._python.definition_named(name)
        return (
            found is not None
            and found.definition.kind == "class"
            and any(f"{base}()" in APPLICATIONS for base in self._python.external_bases(found))
        )

    def _tornado(self) -> Iterator[Route]:
        """Handler classes in tuples of `(pattern, Handler)`, and in `URLSpec` or `url`."""
        handlers = {site.name for site in self._python.classes if self._is_of_tornado(site)}
        if not handlers:
            return
        for module in self._python.production:
            pairs: list[tuple[str, Value, int, Call | None]] = []
            for call in module.facts.calls:
                if call.last in ("URLSpec", "url") and len(call.args) >= 2:
                    pairs.append((self._views.text(call.args[0], module), call.args[1], call.line, call))
                added = (Items("list", call.args),) if call.last == "append" else ()
                for value in (*call.handed, *added):
                    pairs += [(*pair, call.line, call) for pair in self._pairs(value, module)]
            pairs += [
                (*pair, bound.line, None)
                for bound in module.facts.assignments
                for pair in self._pairs(bound.value, module)
            ]
            pairs += [
                (*pair, given.line, None) for given in module.facts.returns for pair in self._pairs(given.value, module)
            ]
            for pattern, value, line, made_by in pairs:
                view = self._views.class_in(value, module) or self._class_by_text(value, module)
                if view is not None and view.name in handlers:
                    for verb, method in self._views.verb_methods(view):
                        yield from self.routers.made(
                            [joined("", plain_pattern(pattern))],
                            [verb],
                            "tornado",
                            module,
                            line,
                            method,
                            view=view,
                            call=made_by,
                        )

    def _class_by_text(self, value: Value, module: Module) -> DefinitionSite | None:
        """The class that a text names by its module, as Tornado imports handlers itself: `"handlers.orders.List"`."""
        text = value.value if isinstance(value, Const) else None
        found = self._python.located(text, module.path) if isinstance(text, str) and "." in text else None
        return self._python.definition_named(f"{found[0].path}:{found[1]}") if found is not None and found[1] else None

    def _tabled(self, known: Container[str]) -> Iterator[Route]:
        """Resources of Flask in a module's table of `("/path", View)`, which a function of the tree registers."""
        views = {
            site.name
            for site in self._python.classes
            if site.name not in known and self._python.descends_from(site, *_FLASK_VIEWS)
        }
        for module in self._python.production if views else ():
            tabled = [
                (path, view, assignment.line)
                for assignment in module.facts.assignments
                if assignment.scope == MODULE
                for path, value in self._pairs(assignment.value, module, either_way=True)
                if path.startswith("/")
                and (view := self._views.class_in(value, module)) is not None
                and view.name in views
            ]
            guards = tuple(self.guards.put_on_views(module)) if tabled else ()
            for path, view, line in tabled:
                for verb, method in self._views.verb_methods(view):
                    yield from self.routers.made(
                        [path], [verb], "flask-restful", module, line, method, view=view, guards=guards
                    )

    def _is_of_tornado(self, site: DefinitionSite) -> bool:
        """Whether a class descends from a handler of Tornado's, or from what a package of others calls a handler."""
        return self._python.descends_from(site, "tornado.web.*", "tornado.websocket.*") or (
            "tornado" in self._python.imported
            and any(
                _HANDLER.search(base) is not None and not base.startswith(_OTHER_HANDLERS)
                for base in self._python.external_bases(site)
            )
        )

    def _pairs(self, value: Value, module: Module, *, either_way: bool = False) -> Iterator[tuple[str, Value]]:
        """The pairs of a pattern and what answers it that a display lists, the pattern first or, at will, last."""
        for item in value.items if isinstance(value, Items) else ():
            if isinstance(item, Items) and len(item.items) >= 2:
                text = self._views.text(item.items[0], module)
                if text:
                    yield text, item.items[1]
                elif either_way and (text := self._views.text(item.items[1], module)):
                    yield text, item.items[0]

    def _methods_by_name(self) -> Iterator[Route]:
        """Handlers found by the name of a method: the `GET` of web.py, what CherryPy and TurboGears expose."""
        exposes = next((named for top, named in _EXPOSING if top in self._python.imported), "")
        for view in self._python.classes:
            exposed = _exposed(view) if exposes else frozenset()
            path = next((item for item in view.fields if item.name == "path" and isinstance(item.value, Const)), None)
            for method in view.methods:
                name = method.definition.name
                if (
                    name in _BY_VERB
                    and path is not None
                    and isinstance(path.value, Const)
                    and isinstance(path.value.value, str)
                ):
                    yield from self.routers.made(
                        [plain_pattern(path.value.value)],
                        [name],
                        "web.py",
                        view.module,
                        method.definition.line,
                        method,
                        view=view,
                    )
                elif exposes and (
                    name in exposed
                    or (name in _BY_VERB and view.definition.qualname in exposed)
                    or any(self._marks(item, method.module) for item in method.definition.decorators)
                ):
                    by_verb = (name.upper() if exposes == "turbogears" else name) in _BY_VERB
                    yield from self.routers.made(
                        [f"/{view.definition.name.lower()}" if by_verb else f"/{name}"],
                        [name] if by_verb else _answered(method),
                        exposes,
                        view.module,
                        method.definition.line,
                        method,
                        view=view,
                        guards=self._asked_on_the_way(view) if exposes == "turbogears" else (),
                    )

    def _marks(self, decorator: Value, module: Module) -> bool:
        """Whether a decorator has CherryPy or TurboGears call a method: theirs, or one of the tree that marks it so."""
        named = decorator.name.removesuffix("()") if isinstance(decorator, Name | Invoke) else ""
        return _is_expose(decorator) or self._python.identify(named, module) in self._marking

    @cached_property
    def _marking(self) -> frozenset[str]:
        """The functions of the tree that mark what they are handed as exposed."""
        return frozenset(
            f"{module.path}:{module.facts.definitions[item.scope].qualname.partition('.')[0]}"
            for module in self._python.production
            for item in module.facts.assignments
            if item.scope != MODULE and item.target.startswith("?") and _says_exposed(item)
        )

    def _asked_on_the_way(self, view: DefinitionSite) -> Iterator[Guard]:
        """What TurboGears asks before a method: the hooks of its controller and of those that lead there."""
        known, left = {view.name}, [view]
        while left:
            controller = left.pop()
            for name in ("_check_security", "_before"):
                hook = self._python.member(controller, name)
                if hook is not None:
                    yield Guard("decorator", hook.name, "class", hook.module.path, hook.definition.line)
            for leader in self._leaders.get(controller.name, ()):
                if leader.name not in known:
                    known.add(leader.name)
                    left.append(leader)

    @cached_property
    def _leaders(self) -> dict[str, list[DefinitionSite]]:
        """The classes that make an instance of each class: as an attribute, or to hand a request on to it."""
        found: dict[str, list[DefinitionSite]] = defaultdict(list)
        for site in self._python.all_calls:
            if ":" in site.name and site.call.scope != MODULE:
                scope = site.module.facts.definitions[site.call.scope]
                owner = scope.qualname if scope.kind == "class" else scope.qualname.rpartition(".")[0]
                leader = self._python.definition_named(f"{site.module.path}:{owner}") if owner else None
                if leader is not None and leader.definition.kind == "class":
                    found[site.name].append(leader)
        return found

    def _described(self) -> Iterator[Route]:
        """The operations of an OpenAPI document that names their handlers, for Connexion or a router of its own."""
        site = None
        if "connexion" in self._python.imported:
            site = next(iter((*self._python.calls_of("add_api"), *self.applications)), None)
        resolver = resolver_of(self._python)
        for path, document in self._sources.facts(OpenApiDocument).items():
            told = self._views.text(site.call.keyword("base_path"), site.module) if site is not None else ""
            base = told or document.base
            for operation in document.operations:
                # `package.module:object.method` is what a router of one's own imports; other ids are only names.
                named = handler_of(operation, resolver, self._python)
                if site is None and ":" not in named:
                    continue
                handler = self._operation_handler(named, path)
                if handler is None:
                    continue
                guards = (
                    (Guard("description", "connexion.security", "route", path, operation.line),)
                    if operation.secured
                    else ()
                )
                yield from self.routers.made(
                    [joined(base, operation.path)],
                    [operation.method],
                    "connexion" if site is not None else "openapi",
                    handler.module,
                    handler.definition.line,
                    handler,
                    guards=guards,
                    described=operation,
                )

    def _operation_handler(self, named: str, document: str) -> DefinitionSite | None:
        place, _, rest = named.partition(":")
        if rest:
            holder = self._python.module_named(place, document)
            return self._python.definition(f":{rest}", holder) if holder is not None else None
        dotted, _, name = named.rpartition(".")
        module = self._python.module_named(dotted, document) if dotted else None
        while module is None and "." in dotted:
            # A class's method: the module is what stands before the class.
            dotted, _, owner = dotted.rpartition(".")
            name = f"{owner}.{name}"
            module = self._python.module_named(dotted, document)
        if module is None:
            return None
        # A package may offer what its modules define.
        return self._python.definition_named(f"{module.path}:{name}") or self._python.definition(f":{name}", module)


_BY_VERB = ("GET", "POST", "PUT", "DELETE", "PATCH")
_EXPOSING = (("cherrypy", "cherrypy"), ("tg", "turbogears"))
"""The packages whose handlers are methods with a mark, and what their routes are said to be of."""
_EXPOSE = re.compile(r"(^|\.)cherrypy\.expose$|^tg\.(decorators\.)?expose$")


def _is_expose(value: Value) -> bool:
    return isinstance(value, Name | Invoke) and _EXPOSE.search(value.name) is not None


def _answered(method: DefinitionSite) -> list[str]:
    """What an exposed method is asked by: both, unless a decorator keeps it to what is sent."""
    marks = [one.name for one in method.definition.decorators if isinstance(one, Name | Invoke)]
    return ["POST"] if any(re.search(r"(^|\.)(require|only)_post$", mark) for mark in marks) else ["GET", "POST"]


def _says_exposed(item: Assignment) -> bool:
    return item.target.endswith(".exposed") and isinstance(item.value, Const) and item.value.value is True


def _exposed(view: DefinitionSite) -> frozenset[str]:
    """The methods of a class that CherryPy may call, by `index.exposed = True`, or the name of a class that is."""
    own = f":{view.definition.qualname}."
    found = {
        item.target.removeprefix(own).rpartition(".")[0] or view.definition.qualname
        for item in view.module.facts.assignments
        if item.scope == view.index and item.target.startswith(own) and _says_exposed(item)
    }
    if any(_is_expose(item) for item in view.definition.decorators):
        found.add(view.definition.qualname)
    return frozenset(found)
