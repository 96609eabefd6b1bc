"""Whether routes are grouped by what they are about."""

from __future__ import annotations

from collections import Counter

from readiness_bot.control import Control, failed, not_applicable, partial, passed, seen
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo

_FEW = 5
_MOST_SHARE = 0.9
"""A module that holds nine tenths of many routes is the pile that grouping avoids."""


@Control(
    id="api-design/organized-routes",
    title="Routes are grouped by resource",
    kind=Kind.CAPABILITY,
    severity=Severity.LOW,
    why=(
        "Routes of one resource in one router share their prefix, guards and tests, and two people can change two "
        "resources without meeting."
    ),
    impact="Every change touches the one long file, and a guard is forgotten where nobody looks.",
    fix='Give each resource its own router and include it: `app.include_router(items.router, prefix="/items")`.',
    effort=Effort.DAYS,
    role=Role.BACKEND,
    sources=[
        "https://fastapi.tiangolo.com/tutorial/bigger-applications/",
        "https://flask.palletsprojects.com/en/stable/blueprints/",
    ],
    passes=[
        {
            "app/main.py": (
                "from fastapi import FastAPI\n\nfrom app import items, users\n\napp = FastAPI()\n"
                "app.include_router(items.router)\napp.include_router(users.router)\n"
            ),
            "app/items.py": (
                "from fastapi import APIRouter\n\nrouter = APIRouter(prefix='/items')\n\n\n@router.get('/')\ndef a():\n"
                "    return 1\n\n\n@router.post('/')\ndef b():\n    return 1\n\n\n@router.get('/x')\ndef c():\n"
                "    return 1\n"
            ),
            "app/users.py": (
                "from fastapi import APIRouter\n\nrouter = APIRouter(prefix='/users')\n\n\n@router.get('/')\ndef a():\n"
                "    return 1\n\n\n@router.post('/')\ndef b():\n    return 1\n"
            ),
            "app/__init__.py": "",
        },
    ],
    fails=[
        {
            "app/main.py": (
                "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/a')\ndef a():\n    return 1\n\n\n"
                "@app.get('/b')\ndef b():\n    return 1\n\n\n@app.get('/c')\ndef c():\n    return 1\n\n\n"
                "@app.get('/d')\ndef d():\n    return 1\n\n\n@app.get('/e')\ndef e():\n    return 1\n"
            ),
        },
    ],
    fixed={
        "app/main.py": (
            "from fastapi import FastAPI\n\nfrom app import items, users\n\napp = FastAPI()\n"
            'app.include_router(items.router, prefix="/items")\napp.include_router(users.router)\n'
        ),
        "app/items.py": (
            "from fastapi import APIRouter\n\nrouter = APIRouter()\n\n\n@router.get('/a')\ndef a():\n    return 1\n\n\n"
            "@router.get('/b')\ndef b():\n    return 1\n\n\n@router.get('/c')\ndef c():\n    return 1\n"
        ),
        "app/users.py": (
            "from fastapi import APIRouter\n\nrouter = APIRouter()\n\n\n@router.get('/d')\ndef d():\n    return 1\n\n\n"
            "@router.get('/e')\ndef e():\n    return 1\n"
        ),
        "app/__init__.py": "",
    },
    ignores=["from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/a')\ndef a():\n    return 1\n"],
)
def organized_routes(repo: Repo) -> Judgement:
    """Judge by how many modules and routers the routes are spread over."""
    routes = repo.interface.routes
    if len(routes) < _FEW:
        return not_applicable("Too few routes to group.")
    holders = [
        (
            route.handler.module.path
            if route.handler is not None
            else route.view.module.path
            if route.view is not None
            else route.module.path
        )
        for route in routes
    ]
    modules = Counter(holders)
    routers = {route.router for route in routes if route.router}
    path, most = modules.most_common(1)[0]
    shown = [
        seen(
            name,
            next(route.location.line for route, holder in zip(routes, holders, strict=True) if holder == name),
            f"{count} routes",
        )
        for name, count in modules.most_common(4)
    ]
    if len(modules) >= 2 and most / len(routes) < _MOST_SHARE:
        return passed(f"{len(routes)} routes are spread over {len(modules)} modules.", *shown)
    if len(modules) >= 3 or len(routers) >= 3:
        return partial(f"{most} of {len(routes)} routes stand in {path}.", *shown, score=0.6)
    return failed(
        f"{most} of {len(routes)} routes stand in {path}, in no group.",
        *shown,
        looked_in=["routers, blueprints, namespaces and modules of views"],
    )
