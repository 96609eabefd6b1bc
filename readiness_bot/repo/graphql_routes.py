"""The routes at which a library answers GraphQL: one address for every query and every change of a schema."""

from __future__ import annotations

import re
from collections.abc import Iterator

from readiness_bot.facts.values import Invoke, Name, Value
from readiness_bot.repo.modules import CallSite, Module
from readiness_bot.repo.python import Python
from readiness_bot.repo.route import Guard, Route, joined
from readiness_bot.repo.route_guards import RouteGuards
from readiness_bot.repo.routers import Routers
from readiness_bot.repo.views import Views

METHODS = ("GET", "POST")
"""What such an address is asked by."""
_SERVER = re.compile(
    r"^(strawberry|ariadne|starlette|starlette_graphene\w*|tartiflette_asgi|graphene\w*)\.(.*\.)?GraphQL\w*$"
)
"""The routers and applications of these libraries."""
_PUTTING = ("include_router", "mount", "add_route")


class GraphqlRoutes:
    """The routes of applications that are made of a schema and put into another application."""

    def __init__(self, python: Python, views: Views, guards: RouteGuards, routers: Routers) -> None:
        self._python = python
        self._views = views
        self._guards = guards
        self._routers = routers

    def all(self) -> Iterator[Route]:
        """The route of each such application that is put somewhere."""
        if not any(True for _ in self._python.calls_named(_SERVER.search)):
            return
        for site in self._python.calls_of(*_PUTTING):
            for value in site.call.handed:
                server = self._made(value, site)
                if server is None:
                    continue
                router, framework = self._routers.receiver(site)
                path = joined(self._routers.prefix(site), self._routers.prefix(server).strip("/"))
                guards = (*self._guards.of_call(site, "router"), *self._asked_by(server))
                yield from self._routers.registered(
                    site,
                    [path],
                    METHODS,
                    framework or "starlette",
                    None,
                    router=router if framework else "",
                    guards=guards,
                )

    def _made(self, value: Value, site: CallSite) -> CallSite | None:
        """The call that makes an application of a schema, which a value is or is bound to."""
        module: Module = site.module
        bound: Value | None = value
        if isinstance(value, Name):
            found = self._python.assignment(value.name, module) if value.name[:1] != "?" else None
            bound = module.bound_before(value.name, site.call.scope, site.call.line)
            module, bound = (found[0], found[1].value) if found is not None else (module, bound)
        if not isinstance(bound, Invoke) or bound.call < 0:
            return None
        made = self._python.call_site(module, module.facts.calls[bound.call])
        return made if _SERVER.search(made.name) else None

    def _asked_by(self, server: CallSite) -> Iterator[Guard]:
        """What the function that makes the context of each request asks for, as a dependency does."""
        yield from self._guards.of_call(server, "router")
        getter = server.call.keyword("context_getter") or server.call.keyword("context_value")
        function = self._views.function_in(getter, server.module)
        if function is not None:
            yield Guard("dependency", function.name, "router", server.module.path, server.call.line)
            yield from self._guards.dependencies(function)
