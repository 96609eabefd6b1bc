"""Under which routers of Litestar a handler or controller stands, with their paths and guards; knows no routes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from readiness_bot.facts.values import Invoke, Items, Name, Other, Value
from readiness_bot.repo.expressions import flattened
from readiness_bot.repo.modules import CallSite, Module
from readiness_bot.repo.python import Python
from readiness_bot.repo.route import Guard, joined
from readiness_bot.repo.route_guards import RouteGuards
from readiness_bot.repo.views import Views

_ROUTERS = frozenset({"litestar.Router", "litestar.router.Router", "starlite.Router"})
_APPLICATIONS = frozenset({"litestar.Litestar", "litestar.app.Litestar", "starlite.Starlite"})
_DEEP = 6
"""Routers within routers: an API, its version, its part, and some more."""


@dataclass(frozen=True, slots=True)
class Mount:
    """A place where something is served: the path before its own, and the guards that stand before it."""

    prefix: str = ""
    guards: tuple[Guard, ...] = ()


class LitestarMounts:
    """Questions about what the routers and applications of Litestar are handed."""

    def __init__(self, python: Python, views: Views, guards: RouteGuards) -> None:
        self._python = python
        self._views = views
        self._guards = guards

    def of(self, identity: str) -> tuple[Mount, ...]:
        """Where a handler, controller or router is served; one mount without a prefix where nothing is seen to be."""
        return tuple(self._of(identity, 0)) or (Mount(),)

    def _of(self, identity: str, depth: int) -> Iterator[Mount]:
        for site in self._holders.get(identity, ()) if depth < _DEEP else ():
            # Middleware that only finds out who calls stands here too; it is looked at as what it is elsewhere.
            told = site.call.keyword("guards")
            guards = tuple(self._guards.of_value(told, site, "router")) if told is not None else ()
            own = Mount(self._path(site), guards)
            names = tuple(self._identities(site)) if site.name in _ROUTERS else ()
            outer = [mount for name in names for mount in self._of(name, depth + 1)]
            for above in outer or (Mount(),):
                yield Mount(joined(above.prefix, own.prefix), (*own.guards, *above.guards))

    def _path(self, site: CallSite) -> str:
        value = site.call.argument(0, "path") if site.name in _ROUTERS else site.call.keyword("path")
        text = self._views.text(value, site.module) if value is not None else ""
        return text.rstrip("/")

    @cached_property
    def _holders(self) -> dict[str, tuple[CallSite, ...]]:
        """For each handler, controller and router, the calls that make what it is handed to."""
        found: dict[str, list[CallSite]] = defaultdict(list)
        for site in self._python.calls(*sorted(_ROUTERS | _APPLICATIONS)):
            listed = site.call.argument(1 if site.name in _ROUTERS else 0, "route_handlers")
            for name in self._named(listed, site.module, 0) if listed is not None else ():
                found[name].append(site)
        return {name: tuple(sites) for name, sites in found.items()}

    def _named(self, value: Value, module: Module, depth: int) -> Iterator[str]:
        """The things that a list of handlers holds, lists that it takes in among them."""
        for item in flattened(value):
            names = item.names if isinstance(item, Other) else (item.name,) if isinstance(item, Name) else ()
            for name in names:
                bound = self._python.assignment(name, module) if depth < _DEEP else None
                if bound is not None and isinstance(bound[1].value, Items | Other):
                    yield from self._named(bound[1].value, bound[0], depth + 1)
                else:
                    yield self._python.identify(name, module)
            if isinstance(item, Invoke):
                yield self._python.identify(item.name.removesuffix("()"), module)
                yield f"{module.path}@{item.call}"

    @staticmethod
    def _identities(site: CallSite) -> Iterator[str]:
        """What a router is known as: its variable, or the function that makes it, or where it is made."""
        call, function = site.call, site.function
        if call.result.startswith(":"):
            yield f"{site.module.path}{call.result}"
        elif function is not None:
            yield f"{site.module.path}:{function.qualname}"
        number = next(index for index, one in enumerate(site.module.facts.calls) if one is call)
        yield f"{site.module.path}@{number}"
