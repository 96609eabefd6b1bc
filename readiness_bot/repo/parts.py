"""The parts that are made to be plugged in, routers, tasks and middleware, and whether something that runs does so."""

from __future__ import annotations

from dataclasses import dataclass

from readiness_bot.repo.python import DefinitionSite, Python
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
        name = f"router `{route.router.rpartition(':')[2]}`" if route.router else f"routes of {route.framework}"
        key = (route.module.path, route.router or route.framework)
        known = found.get(key)
        if known is None or (route.is_wired and not known.is_wired):
            # One route that is served proves the whole router.
            found[key] = Part(name, route.module.path, route.line if known is None else known.line, route.is_wired)
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
