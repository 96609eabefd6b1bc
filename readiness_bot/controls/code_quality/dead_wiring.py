"""Whether what is defined to be plugged in is plugged in."""

from __future__ import annotations

from readiness_bot.control import Control, failed, not_applicable, partial, passed, seen
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo


@Control(
    id="code-quality/dead-wiring",
    title="Every router, task and middleware is plugged in",
    kind=Kind.CAPABILITY,
    severity=Severity.LOW,
    why="A router that no application includes looks like a feature in review and answers 404 in production.",
    impact="Protection or features that everybody believes in are not there.",
    fix="Plug it in, `app.include_router(items.router)`, or delete it.",
    effort=Effort.HOURS,
    role=Role.BACKEND,
    sources=["https://fastapi.tiangolo.com/tutorial/bigger-applications/"],
    passes=[
        {
            "shop/settings.py": "import django\n\nROOT_URLCONF = 'shop.urls'\n",
            "shop/crud.py": (
                "from django.urls import path\nfrom django.views import View\n\n\nclass Crud(View):\n    @classmethod\n"
                "    def urls(cls, base):\n        return [path(f'{base}/new', cls.as_view())]\n"
            ),
            "shop/urls.py": "from shop.crud import Crud\n\n\nclass Orders(Crud):\n    pass\n\n\n"
            "urlpatterns = [*Orders.urls('orders')]\n",
        },
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\n",
            "shop/urls.py": (
                "from decorator_include import decorator_include\nfrom django.urls import path\n\n"
                "from shop import orders\nfrom shop.guards import watched\n\n"
                "urlpatterns = [path('orders/', decorator_include(watched, (orders, 'orders'), namespace='orders'))]\n"
            ),
            "shop/orders.py": (
                "from django.urls import path\n\nfrom shop.views import listed\n\nurlpatterns = [path('', listed)]\n"
            ),
            "shop/asgi.py": (
                "from channels.routing import ProtocolTypeRouter, URLRouter\n\nfrom shop import routing as live\n\n"
                "application = ProtocolTypeRouter({'websocket': URLRouter(live.websocket_urlpatterns)})\n"
            ),
            "shop/routing.py": (
                "from django.urls import path\n\nfrom shop.consumers import Prices\n\n"
                "websocket_urlpatterns = [path('ws/prices/', Prices.as_asgi())]\n"
            ),
        },
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['shop.feedback']\n",
            "shop/urls.py": "from django.urls import path\n\nurlpatterns = []\n",
            "shop/feedback/apps.py": (
                "from django.apps import AppConfig\nfrom django.urls import include, path\n\n\n"
                "class Feedback(AppConfig):\n    name = 'shop.feedback'\n\n    def ready(self):\n"
                "        from shop.urls import urlpatterns\n\n        from .routers import router\n\n"
                "        urlpatterns.append(path('api/', include(router.urls)))\n"
            ),
            "shop/feedback/routers.py": (
                "from rest_framework import routers, viewsets\n\n\nclass Said(viewsets.ViewSet):\n"
                "    def create(self, request):\n        return request.data\n\n\n"
                "router = routers.DefaultRouter()\nrouter.register('said', Said, basename='said')\n"
            ),
        },
        {
            "app/items.py": (
                "from fastapi import APIRouter\n\nrouter = APIRouter()\n\n\n@router.get('/items')\ndef "
                "items():\n    return []\n"
            ),
            "app/main.py": (
                "from fastapi import FastAPI\n\nfrom app import items\n\napp = FastAPI()\n"
                "app.include_router(items.router)\n"
            ),
            "app/__init__.py": "",
        },
    ],
    fails=[
        {
            "app/items.py": (
                "from fastapi import APIRouter\n\nrouter = APIRouter()\n\n\n@router.get('/items')\ndef "
                "items():\n    return []\n"
            ),
            "app/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
            "app/__init__.py": "",
        },
    ],
    fixed={
        "app/items.py": (
            "from fastapi import APIRouter\n\nrouter = APIRouter()\n\n\n@router.get('/items')\ndef "
            "items():\n    return []\n"
        ),
        "app/main.py": (
            "from fastapi import FastAPI\n\nfrom app import items\n\napp = FastAPI()\n"
            "app.include_router(items.router)\n"
        ),
        "app/__init__.py": "",
    },
    partials=[
        {
            "app/items.py": (
                "from fastapi import APIRouter\n\nrouter = APIRouter()\n\n\n@router.get('/items')\ndef "
                "items():\n    return []\n"
            ),
            "app/users.py": (
                "from fastapi import APIRouter\n\nrouter = APIRouter()\n\n\n@router.get('/users')\ndef "
                "users():\n    return []\n"
            ),
            "app/main.py": (
                "from fastapi import FastAPI\n\nfrom app import items\n\napp = FastAPI()\n"
                "app.include_router(items.router)\n"
            ),
            "app/__init__.py": "",
        },
    ],
    ignores=[
        "def add(a, b):\n    return a + b\n",
        (
            "from django.urls import re_path\n\n\ndef with_formats(patterns):\n    made = []\n"
            "    for one in patterns:\n"
            "        regex = one.pattern\n        made.append(re_path(regex, one.callback))\n    return made\n"
        ),
    ],
)
def dead_wiring(repo: Repo) -> Judgement:
    """The share of routers, tasks and middleware classes that something running includes."""
    parts = repo.wiring_parts
    if not parts:
        return not_applicable("Nothing here is made to be plugged in.")
    dead = [part for part in parts if not part.is_wired]
    summary = f"{len(parts) - len(dead)} of {len(parts)} routers, tasks and middleware classes are plugged in."
    evidence = [seen(part.path, part.line, f"nothing includes {part.name}") for part in dead[:5]]
    if not dead:
        return passed(summary, *(seen(part.path, part.line, f"plugged in: {part.name}") for part in parts[:3]))
    share = 1 - len(dead) / len(parts)
    return (
        partial(summary, *evidence, score=round(0.5 + 0.4 * share, 2)) if share >= 0.5 else failed(summary, *evidence)
    )
