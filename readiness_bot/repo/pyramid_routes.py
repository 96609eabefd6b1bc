"""The routes of Pyramid's configuration and views, and of Cornice's services and resources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from readiness_bot.facts.python_facts import DECORATOR
from readiness_bot.facts.values import Const, Invoke, Name
from readiness_bot.repo.expressions import flattened, texts_of
from readiness_bot.repo.modules import CallSite, DefinitionSite
from readiness_bot.repo.python import Python
from readiness_bot.repo.route import VERBS, Guard, Route, plain_pattern
from readiness_bot.repo.routers import Routers
from readiness_bot.repo.views import Views


class PyramidRoutes:
    """The routes that views of Pyramid and services of Cornice answer."""

    def __init__(self, python: Python, views: Views, routers: Routers) -> None:
        self._python = python
        self._views = views
        self._routers = routers

    @cached_property
    def patterns(self) -> dict[str, list[str]]:
        """The patterns that Pyramid's configuration gives each of its routes, by the route's name."""
        found: dict[str, list[str]] = defaultdict(list)
        for site in self._python.calls_of("add_route") if "pyramid" in self._python.imported else ():
            name = self._python.constant(site.call.argument(0, "name"), site.module)
            pattern = self._views.text(site.call.argument(1, "pattern"), site.module)
            if isinstance(name, str) and not name.startswith("/") and pattern:
                found[name].append(f"/{pattern.lstrip('/')}")
        return found

    def views(self) -> Iterator[Route]:
        """Pyramid's views: functions, classes and methods under `view_config`, and what `add_view` is given.

        Decorators of the tree's own that name a route count as `view_config`, and the actions of handlers as views.
        """
        if "pyramid" in self._python.imported:
            yield from self._configured()
            yield from self._handled()
        if not self.patterns:
            return
        for site in self._python.all_calls:
            call = site.call
            if call.decorates >= 0 and (site.name == "pyramid.view.view_config" or self._registers(site)):
                target = DefinitionSite(site.module, call.decorates, site.module.facts.definitions[call.decorates])
                yield from self._pyramid_view(site, target)
            elif site.last == "add_view" and call.has("route_name"):
                value = call.argument(0, "view")
                found = self._views.class_in(value, site.module) or self._views.function_in(value, site.module)
                if found is not None:
                    yield from self._pyramid_view(site, found)

    def _registers(self, site: CallSite) -> bool:
        """Whether a decorator of the tree's own says which route a view answers: `@json_view(route_name="orders")`."""
        if ":" not in site.name or not site.call.context & DECORATOR:
            return False
        return self._python.constant(site.call.keyword("route_name"), site.module) in self.patterns

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
        paths = self.patterns.get(name, ())
        named = ("context", "route_name", "**")
        if not name and not any(one.call.has(key) for one in told for key in named):
            # A view of the root that traversal finds by its own name.
            own = self._python.constant(site.call.keyword("name"), site.module)
            paths = [f"/{own}" if isinstance(own, str) else "/"]
        methods = next((found for one in told if (found := self._request_methods(one))), ["GET"])
        guards = [guard for one in told for guard in self._permission_guards(one)][:1]
        guards += next(filter(None, map(self._wrapping, told)), [])
        yield from self._routers.registered(site, paths, methods, "pyramid", handler, view=view, guards=guards)

    def _wrapping(self, site: CallSite) -> list[Guard]:
        """What Pyramid wraps a view in, one or several: `decorator=(signed, cached)`."""
        return [
            Guard(
                "decorator", self._python.identify(value.name, site.module), "route", site.module.path, site.call.line
            )
            for value in flattened(site.call.keyword("decorator"))
            if isinstance(value, Name)
        ]

    def _configured(self) -> Iterator[Route]:
        """The classes below one that registers them by a path which they name: `config.add_route(name, cls.route)`."""
        for site in self._python.calls_of("add_route"):
            value = site.call.argument(1, "pattern")
            owner, _, attribute = value.name.rpartition(".") if isinstance(value, Name) else ("", "", "")
            base = self._python.class_of(owner, site.module) if owner.startswith(":") else None
            if base is None:
                continue
            for view in self._python.classes:
                path = next(
                    (self._views.text(item.value, view.module) for item in view.fields if item.name == attribute), ""
                )
                if path and any(one.name == base.name for one in self._python.ancestry(view)):
                    chosen = self._python.class_value(view, "methods") or self._python.class_value(
                        view, "request_methods"
                    )
                    named = (
                        [item.value for item in flattened(chosen[1].value) if isinstance(item, Const)] if chosen else []
                    )
                    methods = [text for text in named if isinstance(text, str) and text not in ("HEAD", "OPTIONS")]
                    yield from self._routers.made(
                        [plain_pattern(path)],
                        methods or ["GET"],
                        "pyramid",
                        view.module,
                        view.definition.line,
                        self._python.member(view, "__call__"),
                        view=view,
                    )

    def _handled(self) -> Iterator[Route]:
        """The actions of `pyramid_handlers`: `add_handler("orders", "/orders/{action}", Orders)`."""
        for site in self._python.calls_of("add_handler"):
            pattern = self._views.text(site.call.argument(1, "pattern"), site.module)
            view = self._views.class_in(site.call.argument(2, "handler"), site.module) if pattern else None
            if view is None:
                continue
            only = self._python.constant(site.call.argument(3, "action"), site.module)
            for method in view.methods:
                name = method.definition.name
                if name.startswith("_") or (isinstance(only, str) and name != only):
                    continue
                path = plain_pattern(f"/{pattern.lstrip('/')}".replace("{action}", name).replace(":action", name))
                told = (one for one in method.definition.decorators if isinstance(one, Invoke) and one.call >= 0)
                asked = [
                    text
                    for one in told
                    for text in texts_of(method.module.facts.calls[one.call].keyword("request_method"))
                ]
                yield from self._routers.registered(site, [path], asked or ["GET"], "pyramid", method, view=view)

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

    def services(self) -> Iterator[Route]:
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
            service = made.get(self._python.identify(call.called_on, site.module))
            if service is not None and site.last in VERBS:
                path = plain_pattern(self._views.text(service.call.argument(1, "path"), service.module))
                yield from self._routers.registered(
                    site, [path], [site.last], "cornice", target, guards=self._permission_guards(site)
                )
            elif site.name.startswith("cornice.resource.") and target.definition.kind == "class":
                yield from self._cornice_resource(site, target)

    def _is_cornice(self, site: CallSite) -> bool:
        """Whether a service is Cornice's, or of a class that extends it."""
        own = self._python.class_of(site.name, site.module)
        bases = self._python.external_bases(own) if own is not None else (site.name,)
        if any(base.startswith("cornice.") for base in bases):
            return True
        # A tree may keep a copy of the library among its own packages.
        return own is not None and any("/cornice/" in f"/{one.module.path}" for one in self._python.ancestry(own))

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
            path = plain_pattern(self._views.text(site.call.keyword(keyword), site.module))
            for verb in VERBS if path else ():
                method = self._python.member(view, f"{prefix}{verb}")
                if method is not None:
                    line = method.definition.line
                    yield from self._routers.made(
                        [path], [verb], "cornice", view.module, line, method, view=view, call=site.call
                    )
