"""The parts that are made to be plugged in, routers, tasks and middleware, and whether something that runs does so."""

from __future__ import annotations

from dataclasses import dataclass

from readiness_bot.repo.modules import DefinitionSite
from readiness_bot.repo.python import Python
from readiness_bot.repo.route import Route
from readiness_bot.repo.routes import Routes
from readiness_bot.repo.services import Services
from readiness_bot.repo.wiring import Wiring


@dataclass(frozen=True, slots=True)
class Part:
    """One part: what it is, where it is defined, and whether it is plugged in."""

    name: str
    path: str
    line: int
    is_wired: bool


def parts(python: Python, routes: Routes, services: Services, wiring: Wiring) -> tuple[Part, ...]:
    """Every router with routes, task and middleware class of production code, by path and line."""
    found: dict[tuple[str, str], Part] = {}
    for route in routes.all:
        name = f"router `{route.router.rpartition(':')[2]}`" if route.router else f"list of {route.framework} routes"
        key = (route.module.path, route.router or route.framework)
        is_wired = route.is_wired or _is_made_on_demand(python, route)
        known = found.get(key)
        if known is None or (is_wired and not known.is_wired):
            # One route that is served proves the whole router.
            found[key] = Part(name, route.module.path, route.line if known is None else known.line, is_wired)
    for task in services.tasks:
        site = task.definition
        found[site.module.path, site.name] = Part(
            f"task `{task.name}`", site.module.path, site.definition.line, wiring.runs(site.module)
        )
    attached = {item.definition.name for item in services.middleware if item.definition is not None}
    for site in python.classes:
        if _is_middleware(python, site):
            used = site.name in attached or bool(wiring.users(site.name))
            found[site.module.path, site.name] = Part(
                f"middleware `{site.definition.name}`", site.module.path, site.definition.line, used
            )
    return tuple(sorted(found.values(), key=lambda part: (part.path, part.line, part.name)))


def _is_made_on_demand(python: Python, route: Route) -> bool:
    """Whether a route without a router is made in a function that something calls: its answer is what is included."""
    if route.router or route.call is None or route.call.scope < 0:
        return False
    return any(
        any(True for _ in python.calls_of(item.name))
        for item in route.module.enclosing(route.call.scope)
        if item.kind == "function"
    )


def _is_middleware(python: Python, site: DefinitionSite) -> bool:
    name = site.definition.name
    if python.descends_from(
        site,
        "starlette.middleware.base.BaseHTTPMiddleware",
        "django.utils.deprecation.MiddlewareMixin",
        "fastapi.middleware.*",
    ):
        return True
    return name.endswith("Middleware") and python.member(site, "__call__") is not None
