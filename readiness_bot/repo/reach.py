"""Which functions a request reaches, and from which routes; knows not what happens in them."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from readiness_bot.facts.values import MODULE
from readiness_bot.repo.modules import CallSite, DefinitionSite, Module
from readiness_bot.repo.python import Python
from readiness_bot.repo.route import Route
from readiness_bot.repo.routes import Routes

_FURTHEST = 5
_MOST_ROUTES = 12


class Reach:
    """Questions about what the routes lead to."""

    LOOKS = "calls from route handlers"

    def __init__(self, python: Python, routes: Routes) -> None:
        self._python = python
        self._routes = routes

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    @staticmethod
    def function_at(module: Module, scope: int) -> DefinitionSite | None:
        """The outermost function around a place that is no method's class: what a caller calls."""
        found = None
        while scope != MODULE:
            definition = module.facts.definitions[scope]
            if definition.kind == "function":
                found = DefinitionSite(module, scope, definition)
            scope = definition.parent
        return found

    @cached_property
    def _callees(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for callee, sites in self._python.callers.items():
            for site in sites:
                caller = self.function_at(site.module, site.call.scope)
                if caller is not None and caller.name != callee:
                    found[caller.name].add(callee)
        return found

    @cached_property
    def _served(self) -> dict[str, tuple[int, tuple[Route, ...]]]:
        """For each function, how many calls lie between a route and it, and which routes lead there."""
        found: dict[str, tuple[int, tuple[Route, ...]]] = {}
        front: dict[str, list[Route]] = defaultdict(list)
        for route in self._routes.all:
            if route.handler is not None:
                front[route.handler.name].append(route)
            for guard in route.guards:
                if guard.kind == "dependency" and ":" in guard.name:
                    front[guard.name].append(route)
        for depth in range(_FURTHEST):
            following: dict[str, list[Route]] = defaultdict(list)
            for name, routes in sorted(front.items()):
                if name in found:
                    continue
                found[name] = (depth, tuple(routes[:_MOST_ROUTES]))
                for callee in sorted(self._callees.get(name, ())):
                    if callee not in found:
                        following[callee] += routes[:_MOST_ROUTES]
            front = following
        return found

    def depth(self, site: DefinitionSite) -> int | None:
        """How many calls lie between a route and the function: 0 for a handler, None without a route."""
        known = self._served.get(site.name)
        return None if known is None else known[0]

    def routes_to(self, site: DefinitionSite) -> tuple[Route, ...]:
        """Some of the routes that lead to the function."""
        known = self._served.get(site.name)
        return () if known is None else known[1]

    def callers(self, site: DefinitionSite) -> tuple[CallSite, ...]:
        """The production calls of a function."""
        return tuple(self._python.callers.get(site.name, ()))
