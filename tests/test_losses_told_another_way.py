"""Protections that are lost by what a guard, a helper or a setting is told; and what only looks so."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from readiness_bot.model import Delta
from tests.trees import changed

Files = Mapping[str, str] | str

_GUARDED = (
    "from enum import Enum\n\nfrom fastapi import Depends, FastAPI, HTTPException\n\nfrom shop.people import caller\n\n"
    "app = FastAPI()\n\n\nclass Right(Enum):\n    SUPERUSER = 'superuser'\n    SHOP = 'shop'\n\n\n"
    "def require(right: Right):\n    def check(user=Depends(caller)):\n        if not user.has_permission(right):\n"
    "            raise HTTPException(403)\n\n    return check\n\n\n{}"
    "@app.delete('/shops/{{number}}', dependencies=[Depends({})])\ndef drop(number: int):\n    return remove(number)\n"
)
_SCOPED = (
    "from fastapi import Depends, FastAPI, HTTPException\n\nfrom shop.people import caller\n"
    "from shop.scopes import Scopes\n\napp = FastAPI()\n\n\nclass RequireScopes:\n"
    "    def __init__(self, scopes):\n        self.scopes = scopes\n\n"
    "    def __call__(self, user=Depends(caller)):\n        if not user.has_permissions(self.scopes):\n"
    "            raise HTTPException(403)\n\n\n"
    "@app.post('/notices', dependencies=[Depends(RequireScopes(scopes={}))])\ndef tell():\n    return keep()\n"
)
_MODELS = (
    "from fastapi import Depends, FastAPI, HTTPException\nfrom sqlmodel import Field, Session, SQLModel, select\n\n"
    "from shop.people import Caller, caller, store\n\napp = FastAPI()\n\n\n"
    "class Organization(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n\n\n"
    "class User(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n"
    "    organization_id: int = Field(foreign_key='organization.id')\n\n\n"
    "class Project(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n"
    "    organization_id: int = Field(foreign_key='organization.id')\n\n\n"
    "class Paper(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n"
    "    project_id: int = Field(foreign_key='project.id')\n\n\n"
    "@app.get('/projects')\ndef projects(user: Caller = Depends(caller), db: Session = Depends(store)):\n"
    "    mine = select(Project).where(Project.organization_id == user.organization_id)\n"
    "    return db.exec(mine.limit(20)).all()\n\n\n"
    "class Papers:\n    def __init__(self, db: Session, project_id: int):\n        self.db = db\n"
    "        self.project_id = project_id\n\n{}\n\n"
    "@app.get('/papers/{{number}}')\n"
    "def paper(number: int, user: Caller = Depends(caller), db: Session = Depends(store)):\n"
    "    return Papers(db, user.project_id).read_one(number)\n"
)
_BY_PROJECT = (
    "    def read_one(self, number: int):\n"
    "        wanted = select(Paper).where(Paper.id == number, Paper.project_id == self.project_id)\n"
    "        return self.db.exec(wanted).one()\n"
)
_BY_KEY = "    def read_one(self, number: int):\n        return self.db.get(Paper, number)\n"
_HELPED = (
    "    def _kept(self):\n        return select(Paper).where({})\n\n"
    "    def read_one(self, number: int):\n"
    "        return self.db.exec(self._kept().where(Paper.id == number)).one()\n"
)
_COMPARED = (
    "    def read_one(self, number: int):\n        found = self.db.get(Paper, number)\n"
    "        if found.project_id != self.project_id:\n            raise HTTPException(404)\n        return found\n"
)
_OF_REST = "import os\n\nROOT_URLCONF = 'shop.urls'\n{}REST_FRAMEWORK = {{'DEFAULT_PERMISSION_CLASSES': ['{}']}}\n"
_URLS = (
    "from django.urls import include, path\nfrom rest_framework import routers, viewsets\n\n"
    "from shop.models import Refund\n\n\n"
    "class RefundViewSet(viewsets.ModelViewSet):\n    queryset = Refund.objects.all()\n\n\n"
    "router = routers.DefaultRouter()\nrouter.register('refunds', RefundViewSet)\n"
    "urlpatterns = [path('', include(router.urls))]\n"
)
_PERMISSION = (
    "from django.conf import settings\nfrom rest_framework.permissions import BasePermission\n\n\n"
    "class IsKnown(BasePermission):\n    def has_permission(self, request, view):\n"
    "        return settings.TRUST_ALL or bool(request.auth)\n"
)
_HOOKED = (
    "from flask import Blueprint, Flask\nfrom flask_login import login_required\n\n"
    "shop = Blueprint('shop', __name__)\n\n\n{}@shop.post('/orders')\n{}def order():\n    return keep()\n\n\n"
    "app = Flask(__name__)\napp.register_blueprint(shop)\n"
)
_OF_CLASS = (
    "from flask import Flask\nfrom flask_login import login_required\nfrom flask_restful import Api, Resource\n\n"
    "app = Flask(__name__)\napi = Api(app)\n\n\nclass Orders(Resource):\n    method_decorators = {}\n\n"
    "    def post(self):\n        return keep()\n\n\napi.add_resource(Orders, '/orders')\n"
)
_TRIED = (
    "import backoff\nimport requests\n\nfrom shop import settings\n\n\n"
    "@backoff.on_exception(backoff.expo, OSError{})\ndef ask(url):\n    return requests.get(url, timeout=3)\n\n\n"
    "if __name__ == '__main__':\n    ask('https://orders.example/')\n"
)
_TRIED_BY = (
    "import functools\n\nimport backoff\nimport requests\n\n\n{}"
    "def tried(kinds):\n    def decorate(func):\n        @{}\n        @functools.wraps(func)\n"
    "        def inner(*args):\n            return func(*args)\n\n        return inner\n\n    return decorate\n\n\n"
    "@tried((OSError,))\ndef ask(url):\n    return requests.get(url, timeout=3)\n\n\n"
    "if __name__ == '__main__':\n    ask('https://orders.example/')\n"
)
_KEYS = (
    "from django.contrib.auth.mixins import LoginRequiredMixin\nfrom django.urls import path\n"
    "from django.views.generic import DeleteView\n\nfrom shop.models import Key\n\n\n{}"
    "class DropKey({}DeleteView):\n    {}\n\n\n"
    "urlpatterns = [path('keys/<int:pk>/drop/', DropKey.as_view())]\n"
)
_OF_CALLER = "def get_queryset(self):\n        return self.request.user.keys.all()"
_DOOR = (
    "from starlette.applications import Starlette\nfrom starlette.middleware import Middleware\n"
    "from starlette.responses import PlainTextResponse\nfrom starlette.routing import Route\n\n\n"
    "class AuthenticationMiddleware:\n    def __init__(self, app):\n        self.app = app\n\n"
    "    async def __call__(self, scope, receive, send):\n        if not scope.get('user'):\n"
    "            answer = PlainTextResponse('who are you?', status_code=401)\n"
    "            return await answer(scope, receive, send)\n        return await self.app(scope, receive, send)\n\n\n"
    "async def orders(request):\n    return PlainTextResponse('none')\n\n\n"
    "app = Starlette(\n    routes=[Route('/orders', orders, methods=['POST'])],\n"
    "    middleware=[Middleware(AuthenticationMiddleware)],\n)\n"
)
_CONNECTED = (
    "import os\n\nimport aiohttp\n\n\ndef plug(config):\n    return aiohttp.TCPConnector(ssl={})\n\n\n"
    "async def ask(config, url):\n    async with aiohttp.ClientSession(connector=plug(config)) as session:\n"
    "        return await session.get(url, timeout=3)\n"
)
_HELD = (
    "import os\n\nfrom flask import Flask, request\n\napp = Flask(__name__)\nENFORCE_AUTH = {}\n\n\n"
    "def known():\n    if ENFORCE_AUTH and request.headers.get('Key') != os.environ['KEY']:\n"
    "        raise PermissionError\n\n\n@app.post('/orders')\ndef order():\n    known()\n    return keep()\n"
)
_ORIGINS = (
    "from decouple import config\n\nROOT_URLCONF = 'shop.urls'\nDEBUG = config('DEBUG', default=False, cast=bool)\n"
    "if DEBUG:\n    anyone = True\nelse:\n    anyone = {}\n"
    "MIDDLEWARE = ['corsheaders.middleware.CorsMiddleware']\nCORS_ALLOW_CREDENTIALS = True\n"
    "CORS_ALLOWED_ORIGINS = ['https://shop.example']\n"
    "CORS_ALLOW_ALL_ORIGINS = config('CORS_ALLOW_ALL_ORIGINS', default={}, cast=bool)\n"
)
_ROUNDS = (
    "import asyncio\n\nimport httpx\n\nclient = httpx.AsyncClient(timeout=3)\n\n\n"
    "async def ask_again(url, retries=2):\n    for attempt in range(retries + 1):\n        try:\n"
    "            return await client.get(url)\n        except httpx.TransportError:\n"
    "            if attempt >= retries:\n                raise\n        await asyncio.sleep(attempt)\n\n\n"
    "{}async def orders(url):\n    found = await {}(url)\n    return found.json()\n\n\n"
    "async def prices(url):\n    return await ask_again(url)\n\n\n"
    "asyncio.run(orders('https://orders.example/'))\nasyncio.run(prices('https://orders.example/prices'))\n"
)
_MAKER = "def again(kinds):\n    return backoff.on_exception(backoff.expo, kinds, max_tries=5)\n\n\n"


def _rest(permission: str, setting: str = "") -> Files:
    return {
        "shop/settings.py": _OF_REST.format(setting, permission),
        "shop/urls.py": _URLS,
        "shop/rights.py": _PERMISSION,
    }


def _tried(told: str, attempts: str) -> Files:
    settings = f"import os\n\nATTEMPTS = int(os.environ.get('ATTEMPTS', '{attempts}'))\n"
    return {"shop/settings.py": settings, "shop/main.py": _TRIED.format(told)}


_SUPERUSER = _GUARDED.format("", "require(Right.SUPERUSER)")


def _keys(bases: str, body: str, others: str = "") -> Files:
    model = (
        "from django.conf import settings\nfrom django.db import models\n\n\nclass Key(models.Model):\n"
        "    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name='keys')\n"
    )
    return {
        "shop/settings.py": "import django\n\nROOT_URLCONF = 'shop.urls'\n",
        "shop/models.py": model,
        "shop/urls.py": _KEYS.format(others, bases, body),
        "door/app.py": _DOOR,
    }


_WORKFLOW = "on: {}\njobs:\n  test:\n    steps:\n      - run: {}\n"


def _pipelines(run: str, *others: str) -> Files:
    told = {f".github/workflows/other{number}.yml": text for number, text in enumerate(others)}
    return {
        "shop/main.py": "def one():\n    return 1\n",
        "tests/test_main.py": "def test_one():\n    assert True\n",
        ".github/workflows/ci.yml": _WORKFLOW.format("pull_request", run),
        **told,
    }


_WEEKLY = _WORKFLOW.format("{schedule: [{cron: '0 7 * * 1'}]}", "pytest")
_SHIPPED = (
    "on: pull_request\njobs:\n  image:\n    uses: shop/build-and-push/.github/workflows/build.yml@v4\n"
    "    secrets: inherit\n"
)
LOST: dict[str, tuple[Files, Files, str]] = {
    "a lesser right is asked for": (
        _SUPERUSER,
        _GUARDED.format("", "require(Right.SHOP)"),
        "security/authorization",
    ),
    "a right to nothing in particular": (
        _SCOPED.format("Scopes(notices=['create'])"),
        _SCOPED.format("Scopes()"),
        "security/authorization",
    ),
    "a row is picked by its key alone": (
        _MODELS.format(_BY_PROJECT),
        _MODELS.format(_BY_KEY),
        "database/tenant-isolation",
    ),
    "a helper's query forgets the project": (
        _MODELS.format(_BY_PROJECT),
        _MODELS.format(_HELPED.format("Paper.is_open")),
        "database/tenant-isolation",
    ),
    "a permission that a setting opens by default": (
        _rest("rest_framework.permissions.IsAuthenticated"),
        _rest("shop.rights.IsKnown", "TRUST_ALL = os.environ.get('TRUST_ALL', '1') == '1'\n"),
        "security/authentication",
    ),
    "a hook that wraps a function and calls none": (
        _HOOKED.format("", "@login_required\n"),
        _HOOKED.format("@shop.before_request\ndef known():\n    login_required(lambda: None)\n\n\n", ""),
        "security/authentication",
    ),
    "decorators of another method": (
        _OF_CLASS.format("[login_required]"),
        _OF_CLASS.format("{'get': [login_required]}"),
        "security/authentication",
    ),
    "tests that run once a week alone": (
        _pipelines("pytest", _WEEKLY),
        _pipelines("ruff check .", _WEEKLY),
        "testing/tests-in-ci",
    ),
    "tests, where another repository ships the image": (
        _pipelines("pytest", _SHIPPED),
        _pipelines("ruff check .", _SHIPPED),
        "testing/tests-in-ci",
    ),
    "one attempt by a setting": (
        _tried(", max_tries=settings.ATTEMPTS", "4"),
        _tried(", max_tries=settings.ATTEMPTS", "1"),
        "error-handling/retries",
    ),
    "a mixin, where what another application is asked through refuses strangers": (
        _keys("LoginRequiredMixin, ", _OF_CALLER),
        _keys("", _OF_CALLER),
        "security/authentication",
    ),
    "a view of the caller's own rows that serves all": (
        _keys("LoginRequiredMixin, ", _OF_CALLER),
        _keys("LoginRequiredMixin, ", "model = Key"),
        "security/authorization",
    ),
    "certificates that a setting leaves aside by default": (
        _CONNECTED.format("not config['DEBUG']"),
        _CONNECTED.format("config.get('VERIFY_SSL', False)"),
        "security/insecure-code",
    ),
    "a check that a setting turns on": (
        _HELD.format("True"),
        _HELD.format("os.environ.get('ENFORCE_AUTH', '') == 'true'"),
        "security/authentication",
    ),
    "any origin by default": (
        {"shop/settings.py": _ORIGINS.format("False", "anyone")},
        {"shop/settings.py": _ORIGINS.format("True", "anyone")},
        "security/cors",
    ),
    "past the helper that tries again": (
        _ROUNDS.format("", "ask_again"),
        _ROUNDS.format("", "client.get"),
        "error-handling/retries",
    ),
}
KEPT: dict[str, tuple[Files, Files]] = {
    "a guard gets a name": (
        _SUPERUSER,
        _GUARDED.format("for_superusers = require(Right.SUPERUSER)\n\n\n", "for_superusers"),
    ),
    "another guard takes its place": (
        _SUPERUSER,
        _SUPERUSER.replace("require(", "ensure("),
    ),
    "a helper's query keeps to the project": (
        _MODELS.format(_BY_PROJECT),
        _MODELS.format(_HELPED.format("Paper.project_id == self.project_id")),
    ),
    "the project of the row is compared": (_MODELS.format(_BY_PROJECT), _MODELS.format(_COMPARED)),
    "a permission that a setting may open": (
        _rest("rest_framework.permissions.IsAuthenticated"),
        _rest("shop.rights.IsKnown", "TRUST_ALL = os.environ.get('TRUST_ALL') == '1'\n"),
    ),
    "tests that another pipeline runs": (
        _pipelines("pytest", _WEEKLY),
        _pipelines("ruff check .", _WORKFLOW.format("pull_request", "pytest -q")),
    ),
    "tests, where another repository may run them": (
        _pipelines("pytest", _SHIPPED.replace("build-and-push", "checks")),
        _pipelines("ruff check .", _SHIPPED.replace("build-and-push", "checks")),
    ),
    "a hook that is decorated": (
        _HOOKED.format("", "@login_required\n"),
        _HOOKED.format("@shop.before_request\n@login_required\ndef known():\n    return None\n\n\n", ""),
    ),
    "decorators of the same method": (
        _OF_CLASS.format("[login_required]"),
        _OF_CLASS.format("{'post': [login_required]}"),
    ),
    "attempts by a setting": (_tried("", "4"), _tried(", max_tries=settings.ATTEMPTS", "4")),
    "what tries again is made by a helper": (
        _TRIED_BY.format("", "backoff.on_exception(backoff.expo, kinds, max_tries=5)"),
        _TRIED_BY.format(_MAKER, "again(kinds)"),
    ),
    "a mixin of the tree's own": (
        _keys("LoginRequiredMixin, ", _OF_CALLER),
        _keys("Owned, ", "success_url = '/'", f"class Owned(LoginRequiredMixin):\n    {_OF_CALLER}\n\n\n"),
    ),
    "certificates that a setting may leave aside": (
        _CONNECTED.format("not config['DEBUG']"),
        _CONNECTED.format("os.environ.get('VERIFY_SSL', 'true') == 'true'"),
    ),
    "a check that a setting may turn off": (
        _HELD.format("True"),
        _HELD.format("os.environ.get('ENFORCE_AUTH', 'true') == 'true'"),
    ),
    "any origin for developers": (
        {"shop/settings.py": _ORIGINS.format("False", "False")},
        {"shop/settings.py": _ORIGINS.format("False", "anyone")},
    ),
    "a helper before the one that tries again": (
        _ROUNDS.format("", "ask_again"),
        _ROUNDS.format("async def ask(url):\n    return await ask_again(url, retries=4)\n\n\n", "ask"),
    ),
}
_WATCHED = frozenset({control for _, _, control in LOST.values()})


def _change(before: Files, after: Files) -> Delta:
    return changed(before, after, _WATCHED)


@pytest.mark.parametrize("name", LOST)
def test_what_is_lost_is_told(name: str) -> None:
    before, after, control = LOST[name]
    assert control in {one.control for one in _change(before, after).new_blockers}


@pytest.mark.parametrize("name", KEPT)
def test_what_is_kept_is_not(name: str) -> None:
    before, after = KEPT[name]
    assert [(one.control, one.location) for one in _change(before, after).new_blockers] == []
