"""The counts at the head of a report: files, routes, models, calls; judges nothing."""

from __future__ import annotations

import re

from readiness_bot.model import Facts
from readiness_bot.repo.models import Models
from readiness_bot.repo.outbound import Outbound
from readiness_bot.repo.python import Python
from readiness_bot.repo.routes import Routes

_SERVICE = re.compile(r"(^|/)([^/]*_)?services?(/.+)?\.py$|(^|/)[^/]*services?/")


def quick_facts(python: Python, routes: Routes, models: Models, outbound: Outbound) -> Facts:
    """The quick facts of one tree. Lines of code are source lines without blanks and comments, of production files.

    Route files are those that hold a handler or a registration; service files lie in a folder or module named for
    services, where the business logic of layered backends is kept.
    """
    production = python.production
    route_files = {route.handler.module.path if route.handler else route.module.path for route in routes.all}
    return Facts(
        python_files=len(production),
        test_files=len(python.tests),
        route_files=len(route_files),
        service_files=sum(bool(_SERVICE.search(module.path)) for module in production),
        async_functions=sum(site.definition.is_async for site in python.functions),
        lines_of_code=sum(module.facts.complexity.sloc for module in production),
        routes=len(routes.all),
        models=len(models.all),
        outbound_calls=len(outbound.calls),
    )
