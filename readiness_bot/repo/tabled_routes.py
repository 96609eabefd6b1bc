"""The routes that a loop registers: from rows of a table, or for each class below one."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import structs

from readiness_bot.facts.python_facts import IN_LOOP
from readiness_bot.facts.values import MODULE, Invoke, Items, Mapping, Name, Other, Value
from readiness_bot.repo.expressions import flattened, texts_of
from readiness_bot.repo.modules import CallSite, DefinitionSite, Module
from readiness_bot.repo.python import Python
from readiness_bot.repo.route import VERBS, Guard, Route, joined
from readiness_bot.repo.route_guards import RouteGuards
from readiness_bot.repo.routers import Routers
from readiness_bot.repo.views import Views

_BY_VERB = {f"add_{verb}": verb for verb in VERBS}
_REGISTERING = frozenset({"add_url_rule", "add_api_route", "add_route", "add_resource", "add_view", *_BY_VERB})
_SUBCLASSES = ".__subclasses__()[]"


class TabledRoutes:
    """The routes of registrations whose path and handler are a loop's variables."""

    def __init__(self, python: Python, views: Views, guards: RouteGuards, routers: Routers) -> None:
        self._python = python
        self._views = views
        self._guards = guards
        self._routers = routers

    def all(self) -> Iterator[Route]:
        """The routes of every such registration."""
        for site in self._python.all_calls:
            if site.last not in _REGISTERING or not site.call.context & IN_LOOP:
                continue
            router, framework = self._routers.receiver(site)
            if not framework and (application := self._routers.application_of(site)):
                router, framework = application, "aiohttp"
            told = (self._views.text(value, site.module) for value in site.call.handed[:2])
            if not framework or any(text.startswith("/") for text in told):
                continue
            for view, paths in self._classes(site):
                yield from self._view_routes(site, view, paths, framework, router)
            for row, module in self._rows(site):
                yield from self._row_routes(site, row, module, framework, router)

    def _view_routes(
        self,
        site: CallSite,
        view: DefinitionSite,
        paths: list[str],
        framework: str,
        router: str,
        guards: tuple[Guard, ...] = (),
    ) -> Iterator[Route]:
        for verb, method in self._views.verb_methods(view):
            yield from self._routers.registered(
                site, paths, [verb], framework, method, view=view, router=router, guards=guards
            )

    def _classes(self, site: CallSite) -> Iterator[tuple[DefinitionSite, list[str]]]:
        """The classes below one with the paths that an attribute of each names: `add_resource(cls, cls.url)`."""
        names = [name for value in site.call.handed for name in _named(value)]
        meant = next((name.meaning for name in names if name.meaning.endswith(_SUBCLASSES)), "")
        base = self._python.class_of(meant.removesuffix(_SUBCLASSES), site.module) if meant else None
        variable = next((name.name for name in names if name.meaning == meant), "")
        attribute = next(
            (one for name in names if (one := name.name.removeprefix(f"{variable}.")) != name.name and "__" not in one),
            "",
        )
        if base is None or not attribute:
            return
        for view in self._python.classes:
            if view.name != base.name and any(one.name == base.name for one in self._python.ancestry(view)):
                bound = self._python.class_value(view, attribute)
                texts = [self._views.text(item, bound[0]) for item in flattened(bound[1].value)] if bound else []
                paths = [joined("", text) for text in texts if text]
                if paths:
                    yield view, paths

    def _rows(self, site: CallSite) -> Iterator[tuple[tuple[Value, ...], Module]]:
        """The rows of the tables in sight of a call: of its module, of its function, or imported by name."""
        facts = site.module.facts
        tables = [(item.value, site.module) for item in facts.assignments if item.scope in (MODULE, site.call.scope)]
        for item in facts.imports:
            found = self._python.assignment(item.target, site.module) if item.target else None
            if found is not None:
                tables.append((found[1].value, found[0]))
        own = list(self._just_above(site))
        for value, module in own or tables:
            for row in _rows_of(value, module):
                yield row, module

    @staticmethod
    def _just_above(site: CallSite) -> Iterator[tuple[Value, Module]]:
        """The tables of a module between the registration before and this one, where several loops follow each other.

        `for path, view in pages: …`, and further down `for path, view in reports: …`.
        """
        facts, line = site.module.facts, site.call.line
        others = [
            call.line
            for call in facts.calls
            if call.last in _REGISTERING and call.context & IN_LOOP and call.scope == MODULE
        ]
        if site.call.scope != MODULE or len(others) < 2:
            return
        before = max((one for one in others if one < line), default=0)
        for item in facts.assignments:
            if (
                item.scope == MODULE
                and before < item.line < line
                and any(True for _ in _rows_of(item.value, site.module))
            ):
                yield item.value, site.module

    def _row_routes(
        self, site: CallSite, row: tuple[Value, ...], module: Module, framework: str, router: str
    ) -> Iterator[Route]:
        path = next((text for value in row if (text := self._views.text(value, module)).startswith("/")), "")
        if not path:
            return
        told = [text for value in row for text in texts_of(value) if text.lower() in VERBS]
        named = _BY_VERB.get(site.last, "")
        if not named and site.last == "add_route":
            told_first = (text for value in site.call.args[:1] for text in texts_of(value))
            named = next((text for text in told_first if text.lower() in VERBS), "")
        methods = (
            told
            or [named] * bool(named)
            or [text for text in texts_of(site.call.keyword("methods")) if text.lower() in VERBS]
        )
        for value in row:
            view = self._view_in(value, module)
            if view is not None and any(self._views.verb_methods(view)):
                around = tuple(self._guards.around(value, structs.replace(site, module=module)))
                yield from self._view_routes(site, view, [path], framework, router, around)
                return
            handler = self._views.function_in(value, module) if isinstance(value, Name | Invoke) else None
            if handler is not None:
                around = tuple(self._guards.around(value, structs.replace(site, module=module)))
                yield from self._routers.made(
                    [path],
                    methods,
                    framework,
                    module,
                    handler.definition.line,
                    handler,
                    router=router,
                    call=site.call,
                    guards=around,
                )
                return

    def _view_in(self, value: Value, module: Module) -> DefinitionSite | None:
        """The class that a row names or makes a view of, through what wraps it: `signed_in(Orders.as_view())`."""
        for _ in range(4):
            found = self._views.class_in(value, module)
            if found is not None or not isinstance(value, Invoke) or value.call < 0:
                return found
            inner = next(
                (item for item in module.facts.calls[value.call].args if isinstance(item, Name | Invoke)), None
            )
            if inner is None:
                return None
            value = inner
        return None


def _named(value: Value) -> Iterator[Name]:
    """The names that an argument is or unpacks."""
    if isinstance(value, Name):
        yield value
    elif isinstance(value, Invoke):
        yield Name(value.name, value.name)
    elif isinstance(value, Other) and value.kind == "*":
        yield from (Name(name) for name in value.names)


def _rows_of(value: Value, module: Module) -> Iterator[tuple[Value, ...]]:
    """The rows of a list of tuples, dicts or calls, or of a dict from a path to what answers it."""
    if isinstance(value, Mapping):
        yield from zip(value.keys, value.values, strict=False)
    for item in value.items if isinstance(value, Items) else ():
        if isinstance(item, Items):
            yield item.items
        elif isinstance(item, Mapping):
            yield item.values
        elif isinstance(item, Invoke) and item.call >= 0:
            yield module.facts.calls[item.call].handed
