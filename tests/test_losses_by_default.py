"""Protections that a change leaves to a setting that is off, to nobody, or to less; and what only looks so."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from readiness_bot.model import Delta
from tests.trees import changed

Files = Mapping[str, str] | str

_CONFIG = (
    "from pydantic import BaseModel\n\n\nclass DeskConfig(BaseModel):\n    is_closed: bool = {}\n\n\n"
    "class ShopConfig(BaseModel):\n    desk: DeskConfig = DeskConfig()\n"
)
_GUARDED = (
    "from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request\n\nfrom shop.config import ShopConfig\n\n"
    "router = APIRouter()\n\n\ndef known(request: Request):\n    if not lookup(request.headers.get('authorization')):\n"
    "        raise HTTPException(401)\n\n\n@router.delete('/orders/{{number}}')\ndef drop(number: int):\n"
    "    return remove(number)\n\n\ndef make(config: ShopConfig):\n    asked = []\n{}    app = FastAPI()\n"
    "    app.include_router(router, dependencies=asked)\n    return app\n"
)
_ALWAYS = "    asked.append(Depends(known))\n"
_SOMETIMES = "    if config.desk.is_closed:\n        asked.append(Depends(known))\n"
_SETTINGS = (
    "from pydantic_settings import BaseSettings\n\n\nclass Settings(BaseSettings):\n    {}\n"
    "    stock_wait: int | None = {}\n"
    "\n\nsettings = Settings()\n"
)
_CHECKED = (
    "from fastapi import Depends, FastAPI, HTTPException, Request\n\nfrom shop.config import settings\n\n"
    "app = FastAPI()\n"
    "\n\ndef known(request: Request):\n    if {}:\n        return None\n    user = lookup(request.headers)\n"
    "    if not user.is_authenticated:\n        raise HTTPException(401)\n    return user\n\n\n"
    "@app.delete('/orders/{{number}}')\ndef drop(number: int, user=Depends(known)):\n    return remove(number)\n"
)
_FETCHING = (
    "import httpx\n\nfrom shop.config import settings\n\nclient = httpx.AsyncClient(timeout=settings.stock_wait)\n\n\n"
    "async def stock(number):\n    return await client.get(f'https://stock.example/{number}')\n"
)
_UNKNOWN_CLIENT = (
    "import requests\nfrom parcels import build_client\n\n\ndef carriers():\n"
    "    return requests.get('https://parcels.example/', timeout=5).json()\n\n\n"
    "def send(order):\n    client = build_client(order.carrier)\n"
    "    return client.post('https://parcels.example/', json=order.told, timeout={})\n"
)
_COUNTED = (
    "import os\n\nfrom flask import Flask\nfrom prometheus_client import start_http_server\n\napp = Flask(__name__)\n"
    "{}\n\n@app.get('/orders')\ndef orders():\n    return []\n"
)
_EXPORTED = "start_http_server(9000)\n"
_HEALTHY = (
    "import os\n\nfrom fastapi import APIRouter, FastAPI\n\napp = FastAPI()\ninner = APIRouter()\n\n\n"
    "@inner.get('/healthz')\ndef healthz():\n    return {{}}\n\n\n{}"
)
_INCLUDED = "app.include_router(inner)\n"
_IN_MIDDLEWARE = (
    "from django.http import HttpResponse\n\n\nclass Probed:\n    def __init__(self, get_response):\n"
    "        self.get_response = get_response\n\n    def __call__(self, request):\n"
    "        if request.path == '/livez':\n            return HttpResponse('ok')\n"
    "        return self.get_response(request)\n"
)
_OF_DJANGO = "import os\n\nROOT_URLCONF = 'shop.urls'\nMIDDLEWARE = [{}'shop.middleware.Other']\n{}"
_PROBED = "'shop.middleware.Probed', "
_REST = (
    "from decouple import config\n\nROOT_URLCONF = 'shop.urls'\nREST_FRAMEWORK = {{'DEFAULT_PERMISSION_CLASSES': {}}}\n"
)
_KNOWN_ONLY = "('rest_framework.permissions.IsAuthenticated',)"
_VERSIONED = (
    "from django.urls import include, path\nfrom rest_framework import routers\n\n"
    "from shop.views import RefundViewSet\n\n"
    "router = routers.DefaultRouter()\nrouter.register('refunds', RefundViewSet)\n"
    "urlpatterns = [path('api/v<version>/', include(router.urls))]\n"
)
_REFUNDS = (
    "from rest_framework import viewsets\n\nfrom shop.models import Refund\n\n\n"
    "class RefundViewSet(viewsets.ModelViewSet):\n    queryset = Refund.objects.all()\n"
)
_EVENTS = (
    "import os\n\nfrom fastapi import FastAPI, Request\nfrom gidgethub.sansio import Event\n\napp = FastAPI()\n"
    "SECRET = os.environ['HOOK_SECRET']\n{}\n\n@app.post('/github/webhook')\nasync def hook(request: Request):\n"
    "    event = Event.from_http(request.headers, await request.body(), secret={})\n    return take(event)\n"
)
_SIGNED = (
    "import hmac\n\nfrom fastapi import FastAPI, HTTPException, Request\n\napp = FastAPI()\n\n\nclass Senders:\n"
    "    async def verify_request(self, request):\n        made = sign(await request.body())\n"
    "{}            return True\n"
    "        else:\n            raise HTTPException(400)\n\n\n@app.post('/slack/events')\n"
    "async def events(request: Request):\n"
    "    senders = request.app.state.make_senders()\n    await senders.verify_request(request)\n"
    "    return take(await request.json())\n"
)
_ASKED = (
    "from fastapi import Depends, FastAPI, HTTPException\n\napp = FastAPI()\n\n\nclass Rights:\n"
    "    async def is_clerk(self):\n        return await asked_elsewhere(self)\n\n\n"
    "async def mine(number: int, user: str, rights: Rights):\n    order = find(number)\n"
    "    if {} and order.owner != user:\n        raise HTTPException(403)\n"
)
_TOLD_NO = (
    "from fastapi import HTTPException\n\n\nclass Policy:\n    async def _ask(self, path, data):\n"
    "        return (await self.session.post(path, json=data)).json()['result']\n\n"
    "    async def require_desk(self, token, desk):\n{}"
)
_BY_PERMISSION = (
    "from aiohttp import web\nfrom aiohttp_security import check_authorized\n"
    "from shopauth import check_permissions\n\n\n"
    "class Desk:\n{}    async def open(self, request):\n        await check_permissions(request, ['desk:open'])\n"
    "        return web.json_response(await self.service.open())\n\n"
    "    async def drop(self, request):\n        {}\n        await self.service.remove(request.match_info['name'])\n"
    "        return web.Response()\n\n\n"
    "def routes(app, desk: Desk):\n"
    "    app.add_routes([web.post('/desk', desk.open), web.delete('/desk/{{name}}', desk.drop)])\n"
)
_HELPED = "    async def _check_access(self, request):\n        {}\n\n"
_KEYS = (
    "from functools import wraps\n\nfrom flask import Flask, abort, redirect, request\nfrom shopusers import users\n\n"
    "app = Flask(__name__)\n\n\ndef user_required(func):\n    @wraps(func)\n    def inner(*args):\n"
    "        if not users.get_current_user():\n            return redirect(users.create_login_url(request.url))\n"
    "        return func(*args)\n    return inner\n\n\ndef admin_required(func):\n    @wraps(func)\n"
    "    def inner(*args):\n"
    "        if not users.is_current_user_admin():\n            abort(403)\n        return func(*args)\n"
    "    return inner\n"
    "\n\n@app.post('/keys')\n@{}\ndef make_key():\n    return create(request.form['name'])\n"
)
_SHOWN = (
    "from fastapi import APIRouter, Depends\n\nfrom shop import orders\nfrom shop.sign_in import signed_in\n\n"
    "router = APIRouter()\n"
    "\n\n@router.get('/orders/{{number}}/papers/{{paper}}')\n"
    "def paper(number: int, paper: int, user_context=Depends(signed_in)):\n"
    "    return papers_of(user_context, number, paper)\n\n\ndef papers_of(user_context, number, paper):\n{}"
    "    return read_paper(number, paper)\n"
)
_OPTIONS = (
    "from dataclasses import dataclass\n\n\n@dataclass\nclass AppConfig:\n    open_to_all: bool = {}\n\n\n"
    "def get_config() -> AppConfig:\n    return AppConfig(**read())\n"
)
_WRAPPED = (
    "from fastapi import FastAPI\nfrom plugs.auth import PlugAuthMiddleware\n\nfrom shop.config import get_config\n\n"
    "app_config = get_config()\napp = FastAPI()\nif not app_config.open_to_all:\n"
    "    app.add_middleware(PlugAuthMiddleware)\n\n\n@app.delete('/orders/{number}')\ndef drop(number: int):\n"
    "    return remove(number)\n"
)
_VERIFIED = (
    "from flask import Flask, request\nfrom keys import Malformed, read\n\napp = Flask(__name__)\n\n\n"
    "@app.post('/certificates')\ndef take():\n    sent = request.json\n    key = read(sent)\n"
    "    {}\n    return keep(sent)\n"
)
_TRIED = (
    "import time\n\nimport requests\n\n\ndef stock(number, tries_left={}):\n    try:\n"
    "        return requests.get(f'https://stock.example/{{number}}', timeout=5).json()\n"
    "    except requests.ConnectionError:\n        if tries_left > 0:\n            time.sleep(2)\n"
    "            return stock(number, tries_left - 1)\n        raise\n"
)
_CLAIMED = (
    "import requests\nfrom flask import Flask, abort, request\n\napp = Flask(__name__)\n\n\n"
    "def has_claim(user_id, shop):\n"
    "    answer = requests.get('https://claims.example/', params={{'user': user_id, 'shop': shop}}, timeout=5)\n"
    "    try:\n        answer.raise_for_status()\n    except requests.HTTPError:\n        log(answer.text)\n"
    "        return {}\n    return answer.text == 'valid'\n\n\n"
    "@app.post('/orders')\ndef order():\n    if not has_claim(request.json['user'], request.json['shop']):\n"
    "        abort(403)\n    return add(request.json)\n"
)
_DECORATED = (
    "from rbac import permission_required\n\n\ndef shop_of(request, number):\n    return find(number).shop\n\n\n"
    "class Orders:\n    @permission_required({})\n    def create(self, request, number):\n        return add(number)\n"
)
_HOOKED = (
    "from flask import Blueprint, Flask\nfrom flask_login import current_user, login_required\n"
    "from shared import rights\n\nchecks = Blueprint('checks', __name__)\n"
    "app = Flask(__name__)\n\n\n@checks.before_app_request\ndef ensure_entitled():\n"
    "    return rights.ensure_has_permission('orders')\n\n\n"
    "@app.post('/orders')\ndef order():\n    return add(current_user.id)\n\n\n"
    "@app.delete('/orders')\n@login_required\ndef drop():\n    return remove(current_user.id)\n\n\n{}"
)
_PICKED = (
    "from rest_framework import viewsets\n\nfrom shop.models import Refund\n\n\n"
    "class RefundViewSet(viewsets.ModelViewSet):\n    def get_queryset(self):\n        rows = Refund.objects.all()\n{}"
)
_LEFT_OUT = (
    "        if 'all' not in self.request.query_params:\n            rows = rows.filter(shop=self.shop)\n"
    "        return rows\n"
)
_DECODED = (
    "import jwt\nfrom flask import abort\n\n\ndef decoded(token, key):\n{}"
    "    try:\n        return jwt.decode(token, key, algorithms=['HS256'])\n    except jwt.InvalidTokenError:\n"
    "        abort(403)\n"
)
_TOKENS = (
    "from flask import Flask, current_app\nfrom flask_httpauth import HTTPTokenAuth\n\napp = Flask(__name__)\n"
    "auth = HTTPTokenAuth()\n\n\n@auth.verify_token\ndef known(token):\n{}\n\n"
    "@app.post('/orders')\n@auth.login_required{}\ndef order():\n    return add()\n"
)
_SAME = "    return token == current_app.config['SHOP_API_KEY']\n"
_TOLD_SECRET = (
    "from flask import Flask, request\n\nfrom shop.configuration import Configuration\n\napp = Flask(__name__)\n\n\n"
    "def is_allowed(secret):\n    return {}secret == Configuration.SHOP_API_TOKEN\n\n\n"
    "@app.post('/orders')\ndef order():\n    secret = request.headers.get('x-secret')\n    if {}:\n"
    "        return {{'error': 'wrong secret'}}, 401\n    return add()\n"
)
_PLAIN_SECRET = "secret != Configuration.SHOP_API_TOKEN"
_SERVED = (
    "from flask import Flask\nfrom prometheus_flask_exporter import PrometheusMetrics\n\napp = Flask(__name__)\n"
    "metrics = PrometheusMetrics(app, path={})\n\n\n@app.get('/orders')\ndef orders():\n    return []\n"
)
_LOOKED_UP = "    _ = orders.get_readable_order(user_context=user_context, number=number)\n"


def _with(**files: str) -> dict[str, str]:
    """A package of the shop: `main` stands in `shop/main.py`, and a double underscore in a name for a slash."""
    return {"shop/__init__.py": "", **{f"{name.replace('__', '/')}.py": text for name, text in files.items()}}


def _in_shop(config: str, main: str) -> dict[str, str]:
    return _with(shop__config=config, shop__main=main)


def _in_project(settings: str, **files: str) -> dict[str, str]:
    return _with(shop__settings=settings, **files)


def _rest(chosen: str) -> dict[str, str]:
    models = "from django.db import models\n\n\nclass Refund(models.Model):\n    amount = models.IntegerField()\n"
    settings = _REST.format(chosen)
    return _in_project(settings, shop__urls=_VERSIONED, shop__views=_REFUNDS, shop__models=models)


def _probing(listed: str, added: str) -> dict[str, str]:
    return _in_project(
        _OF_DJANGO.format(listed, added), shop__middleware=_IN_MIDDLEWARE, shop__urls="urlpatterns = []\n"
    )


_OPEN_BY_DEFAULT = _SETTINGS.format("sign_in_off: bool = True", "5")
_CLOSED_BY_DEFAULT = _SETTINGS.format("sign_in_off: bool = False", "5")
_OFF = _CHECKED.format("settings.sign_in_off")
_METRICS = "if os.environ.get('METRICS', '{}') == 'true':\n    start_http_server(9000)\n"
_HEALTH = "if os.environ.get('HEALTH', '{}') == 'on':\n    app.include_router(inner)\n"
_INSERTED = "if os.environ.get('PROBES', '{}') == 'on':\n    MIDDLEWARE.insert(0, 'shop.middleware.Probed')\n"
_CHOSEN = f"{_KNOWN_ONLY} if config('CLOSED', default={{}}) else ()"
_VERIFIES = "VERIFIES = os.environ.get('VERIFIES', '{}') == 'yes'\n"
_REFUSED = (
    "        if not await self._ask('may/desk', {'token': token, 'desk': desk}):\n"
    "            raise HTTPException(403)\n"
)
_ONLY_ASKED = "        await self._ask('may/desk', {'token': token, 'desk': desk})\n"
_COMPARED = "        if hmac.compare_digest(made, request.headers.get('x-signature', '')):\n"

LOST: dict[str, tuple[str, Files, Files]] = {
    "a guard of a router, under a setting that is off": (
        "security/authentication",
        _in_shop(_CONFIG.format("False"), _GUARDED.format(_ALWAYS)),
        _in_shop(_CONFIG.format("False"), _GUARDED.format(_SOMETIMES)),
    ),
    "a check that a setting turns off by default from now on": (
        "security/authentication",
        _in_shop(_CLOSED_BY_DEFAULT, _OFF),
        _in_shop(_OPEN_BY_DEFAULT, _OFF),
    ),
    "the permissions of all views, under a setting that is off": (
        "security/authentication",
        _rest(_KNOWN_ONLY),
        _rest(_CHOSEN.format("False")),
    ),
    "a limit that is none where nobody sets it": (
        "external-apis/timeout",
        _in_shop(_CLOSED_BY_DEFAULT, _FETCHING),
        _in_shop(_SETTINGS.format("sign_in_off: bool = False", "None"), _FETCHING),
    ),
    "the limit of a client that is not known": (
        "external-apis/timeout",
        _UNKNOWN_CLIENT.format("5"),
        _UNKNOWN_CLIENT.format("None"),
    ),
    "the export of metrics, under a variable that nobody sets": (
        "monitoring/metrics",
        _COUNTED.format(_EXPORTED),
        _COUNTED.format(_METRICS.format("")),
    ),
    "the endpoint of health, under a variable that nobody sets": (
        "infrastructure/health-check",
        _HEALTHY.format(_INCLUDED),
        _HEALTHY.format(_HEALTH.format("off")),
    ),
    "middleware that answers for health, under a variable that nobody sets": (
        "infrastructure/health-check",
        _probing(_PROBED, ""),
        _probing("", _INSERTED.format("off")),
    ),
    "the secret of an event, under a variable that nobody sets": (
        "external-apis/webhook-verification",
        _EVENTS.format("", "SECRET"),
        _EVENTS.format(_VERIFIES.format("no"), "SECRET if VERIFIES else None"),
    ),
    "the signature of an event, where there is none": (
        "external-apis/webhook-verification",
        _SIGNED.format(_COMPARED),
        _SIGNED.format(
            "        sent = request.headers.get('x-signature')\n"
            "        if sent is None or hmac.compare_digest(made, sent):\n"
        ),
    ),
    "a question that nothing awaits": (
        "security/authorization",
        _ASKED.format("not await rights.is_clerk()"),
        _ASKED.format("not rights.is_clerk()"),
    ),
    "a library's check that nothing awaits": (
        "security/authorization",
        _BY_PERMISSION.format("", "await check_permissions(request, ['desk:drop'])"),
        _BY_PERMISSION.format("", "check_permissions(request, ['desk:drop'])"),
    ),
    "an answer that nothing takes": (
        "security/authorization",
        _TOLD_NO.format(_REFUSED),
        _TOLD_NO.format(_ONLY_ASKED),
    ),
    "middleware of a library that is named for it, for everybody from now on": (
        "security/authentication",
        _in_shop(_OPTIONS.format("False"), _WRAPPED),
        _in_shop(_OPTIONS.format("True"), _WRAPPED),
    ),
    "the answer whether a signature is right": (
        "security/authentication",
        _VERIFIED.format("if not key.verify(sent):\n        return Malformed('bad signature')"),
        _VERIFIED.format("key.verify(sent)"),
    ),
    "how often something is tried again": (
        "error-handling/retries",
        _TRIED.format("3"),
        _TRIED.format("0"),
    ),
    "the no of a function that cannot know": (
        "security/authorization",
        _CLAIMED.format("False"),
        _CLAIMED.format("True"),
    ),
    "what tells a decorator of which thing a right is asked": (
        "security/authorization",
        _DECORATED.format("'orders.add', fn=shop_of"),
        _DECORATED.format("'orders.add'"),
    ),
    "hooks of a blueprint that no application holds": (
        "security/authorization",
        _HOOKED.format("app.register_blueprint(checks)\n"),
        _HOOKED.format(""),
    ),
    "a filter that a client may leave out": (
        "security/authorization",
        {**_rest(_KNOWN_ONLY), "shop/views.py": _PICKED.format("        return rows.filter(shop=self.shop)\n")},
        {**_rest(_KNOWN_ONLY), "shop/views.py": _PICKED.format(_LEFT_OUT)},
    ),
    "a sign-in that is told to be optional": (
        "security/authentication",
        _TOKENS.format(_SAME, ""),
        _TOKENS.format(_SAME, "(optional=True)"),
    ),
    "a key of everybody where none is set": (
        "security/authentication",
        _TOKENS.format(_SAME, ""),
        _TOKENS.format(
            "    key = current_app.config['SHOP_API_KEY']\n    return not key or token == key\n",
            "",
        ),
    ),
    "a secret, for a helper that says yes to who tells none": (
        "security/authentication",
        _TOLD_SECRET.format("", _PLAIN_SECRET),
        _TOLD_SECRET.format("not secret or ", "not is_allowed(secret)"),
    ),
    "the path of an exporter": ("monitoring/metrics", _SERVED.format("'/metrics'"), _SERVED.format("None")),
    "a right, for a helper that asks for a sign-in": (
        "security/authorization",
        _BY_PERMISSION.format("", "await check_permissions(request, ['desk:drop'])"),
        _BY_PERMISSION.format(
            _HELPED.format("log(await check_authorized(request))"), "await self._check_access(request)"
        ),
    ),
    "the right of an administrator, for a way to the sign-in": (
        "security/authorization",
        _KEYS.format("admin_required"),
        _KEYS.format("user_required"),
    ),
    "a look-up for whoever calls that was there to refuse": (
        "security/authorization",
        _SHOWN.format(_LOOKED_UP),
        _SHOWN.format(""),
    ),
}
KEPT: dict[str, tuple[Files, Files]] = {
    "a guard of a router, under a setting that is on": (
        _in_shop(_CONFIG.format("True"), _GUARDED.format(_ALWAYS)),
        _in_shop(_CONFIG.format("True"), _GUARDED.format(_SOMETIMES)),
    ),
    "a switch that is turned round with its default": (
        _in_shop(_CLOSED_BY_DEFAULT, _OFF),
        _in_shop(_SETTINGS.format("sign_in: bool = True", "5"), _CHECKED.format("not settings.sign_in")),
    ),
    "a switch that the tree's own deployment sets": (
        {**_in_shop(_CLOSED_BY_DEFAULT, _OFF), "Dockerfile": 'FROM python:3.13\nCMD ["uvicorn", "shop.main:app"]\n'},
        {
            **_in_shop(_OPEN_BY_DEFAULT, _OFF),
            "Dockerfile": 'FROM python:3.13\nENV SIGN_IN_OFF=false\nCMD ["uvicorn", "shop.main:app"]\n',
        },
    ),
    "the permissions of all views, under a setting that is on": (_rest(_KNOWN_ONLY), _rest(_CHOSEN.format("True"))),
    "a limit with another default": (
        _in_shop(_CLOSED_BY_DEFAULT, _FETCHING),
        _in_shop(_SETTINGS.format("sign_in_off: bool = False", "30"), _FETCHING),
    ),
    "a cache that keeps something for ever": (
        "from shop.kept import cache\n\n\ndef keep(order):\n    cache.set(order.id, order.told, timeout=60)\n",
        "from shop.kept import cache\n\n\ndef keep(order):\n    cache.set(order.id, order.told, timeout=None)\n",
    ),
    "the export of metrics, under a variable that is on": (
        _COUNTED.format(_EXPORTED),
        _COUNTED.format(_METRICS.format("true")),
    ),
    "the export of metrics, under a variable that the read-me names": (
        {"shop/main.py": _COUNTED.format(_EXPORTED), "README.md": "# Shop\n\nIt hands out metrics.\n"},
        {"shop/main.py": _COUNTED.format(_METRICS.format("")), "README.md": "# Shop\n\nSet `METRICS` to `true`.\n"},
    ),
    "the endpoint of health, under a variable that is on": (
        _HEALTHY.format(_INCLUDED),
        _HEALTHY.format(_HEALTH.format("on")),
    ),
    "middleware that answers for health, under a variable that is on": (
        _probing(_PROBED, ""),
        _probing("", _INSERTED.format("on")),
    ),
    "the secret of an event, under a variable that is on": (
        _EVENTS.format("", "SECRET"),
        _EVENTS.format(_VERIFIES.format("yes"), "SECRET if VERIFIES else None"),
    ),
    "the signature of an event, kept in a variable": (
        _SIGNED.format(_COMPARED),
        _SIGNED.format(
            "        sent = request.headers.get('x-signature', '')\n        if hmac.compare_digest(made, sent):\n"
        ),
    ),
    "a question that is awaited before": (
        _ASKED.format("not await rights.is_clerk()"),
        _ASKED.format("not (await rights.is_clerk())"),
    ),
    "an answer that is kept before it is taken": (
        _TOLD_NO.format(_REFUSED),
        _TOLD_NO.format(
            "        may = await self._ask('may/desk', {'token': token, 'desk': desk})\n        if not may:\n"
            "            raise HTTPException(403)\n"
        ),
    ),
    "the answer whether a signature is right, under a name": (
        _VERIFIED.format("if not key.verify(sent):\n        return Malformed('bad signature')"),
        _VERIFIED.format("if key.verify(sent) is False:\n        return Malformed('bad signature')"),
    ),
    "how often something is tried again, once more": (_TRIED.format("3"), _TRIED.format("4")),
    "the no of a function that cannot know, by another fault": (
        _CLAIMED.format("False"),
        _CLAIMED.format("False").replace("requests.HTTPError", "requests.RequestException"),
    ),
    "hooks of a blueprint that another one holds": (
        _HOOKED.format("app.register_blueprint(checks)\n"),
        _HOOKED.format("whole = Blueprint('whole', __name__)\nwhole.register_blueprint(checks)\n")
        + "app.register_blueprint(whole)\n",
    ),
    "a filter that those with a right go without": (
        {**_rest(_KNOWN_ONLY), "shop/views.py": _PICKED.format("        return rows.filter(shop=self.shop)\n")},
        {
            **_rest(_KNOWN_ONLY),
            "shop/views.py": _PICKED.format(
                "        if self.request.user.is_superuser:\n            return rows\n"
                "        return rows.filter(shop=self.shop)\n"
            ),
        },
    ),
    "a sign-in that is told to be none of the optional ones": (
        _TOKENS.format(_SAME, ""),
        _TOKENS.format(_SAME, "(optional=False)"),
    ),
    "a key of nobody where none is set": (
        _TOKENS.format(_SAME, ""),
        _TOKENS.format(
            "    key = current_app.config['SHOP_API_KEY']\n    return bool(key) and token == key\n",
            "",
        ),
    ),
    "a secret that a helper compares": (
        _TOLD_SECRET.format("", _PLAIN_SECRET),
        _TOLD_SECRET.format("", "not is_allowed(secret)"),
    ),
    "a port of an exporter's own": (
        _SERVED.format("'/metrics'"),
        _SERVED.format("None") + "\n\nmetrics.start_http_server(9000)\n",
    ),
    "another path of an exporter": (_SERVED.format("'/metrics'"), _SERVED.format("'/counted'")),
    "a right that a helper asks for": (
        _BY_PERMISSION.format("", "await check_permissions(request, ['desk:drop'])"),
        _BY_PERMISSION.format(
            _HELPED.format("await check_permissions(request, ['desk:drop'])"), "await self._check_access(request)"
        ),
    ),
    "a refusal of what is not there, before one that follows anyway": (
        _DECODED.format("    if not token:\n        abort(401)\n"),
        _DECODED.format(""),
    ),
    "a look-up for whoever calls whose answer is taken by now": (
        _SHOWN.format(_LOOKED_UP),
        _SHOWN.format(_LOOKED_UP.replace("_ =", "number =")),
    ),
}

_WATCHED = frozenset(control for control, *_ in LOST.values())


def _change(before: Files, after: Files) -> Delta:
    return changed(before, after, _WATCHED)


@pytest.mark.parametrize(("control", "before", "after"), LOST.values(), ids=LOST)
def test_what_goes_where_nobody_does_anything_is_a_new_blocker_and_fixed_the_other_way_round(
    control: str, before: Files, after: Files
) -> None:
    assert control in {one.control for one in _change(before, after).new_blockers}
    back = _change(after, before)
    assert control in {one.control for one in back.fixed_blockers}
    assert control not in {one.control for one in back.new_blockers}


@pytest.mark.parametrize(("before", "after"), KEPT.values(), ids=KEPT)
def test_what_stays_as_it_is_by_default_is_no_loss(before: Files, after: Files) -> None:
    change = _change(before, after)
    assert [one.message for one in change.new_findings if "takes away" in one.message] == []
    assert [one.control for one in change.new_blockers] == []
