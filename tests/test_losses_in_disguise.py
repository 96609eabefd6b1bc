"""Protections that a change takes away by the way, in forms that refactorings have, and changes that only look so."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from readiness_bot.model import Delta
from tests.trees import changed, told_places

Files = Mapping[str, str] | str

_SIGNED = (
    "import hmac\nimport os\n\nfrom fastapi import Depends, FastAPI, HTTPException, Request\n\napp = FastAPI()\n\n\n"
    "def proved(tokens, sent, text):\n    for token in tokens:\n"
    "        if hmac.compare_digest(digest_of(token, text), sent):\n            return\n{}\n\n\n"
    "async def signed(request: Request):\n    proved(KEYS, request.headers['x-proof'], await request.body())\n\n\n"
    "@app.post('/orders', dependencies=[Depends(signed)])\nasync def order(body: dict):\n    return keep(body)\n"
)
_UNPROVED = "raise HTTPException(401)"
_KEYED = (
    "import os\nfrom hmac import compare_digest\n\nfrom fastapi import Depends, FastAPI, HTTPException, Request\n\n"
    "SHOP_API_TOKEN = os.environ['SHOP_API_TOKEN']\napp = FastAPI()\n\n\ndef keyed(request: Request):\n"
    "    token = request.headers.get('authorization')\n    if {}:\n        raise HTTPException(401)\n\n\n"
    "@app.post('/orders', dependencies=[Depends(keyed)])\ndef order(body: dict):\n    return keep(body)\n"
)
_REVIEWED = (
    "from rest_framework.permissions import BasePermission\n\n\nclass MayReview(BasePermission):\n"
    "    def has_object_permission(self, request, view, page):\n        user = request.user\n{}"
    "        allowed = page.state == 'open' and user.has_perm('pages.review')\n        return allowed\n"
)
_REVIEWER = "        if page.reviewer != user:\n            return False\n"
_SETTINGS = (
    "REST_FRAMEWORK = {'DEFAULT_PERMISSION_CLASSES': ['shop.permissions.IsKnown']}\nROOT_URLCONF = 'shop.urls'\n"
)
_PERMISSIONS = (
    "from django.conf import settings\nfrom rest_framework.permissions import IsAdminUser, IsAuthenticated\n\n\n"
    "class IsKnown(IsAuthenticated):\n    def has_permission(self, request, view):\n        if settings.IS_DEMO:\n"
    "            return True\n        return super().has_permission(request, view)\n\n\n"
    "class IsClerk(IsAdminUser):\n    pass\n"
)
_URLS = (
    "from django.urls import include, path\nfrom rest_framework import routers\n\n"
    "from shop.views import RefundViewSet\n\nrouter = routers.DefaultRouter()\n"
    "router.register('refunds', RefundViewSet)\n"
    "urlpatterns = [path('', include(router.urls))]\n"
)
_GROUPED = (
    "from django.contrib.auth.decorators import user_passes_test\nfrom rest_framework.decorators import api_view\n\n\n"
    "def in_groups(*names):\n    def is_in(user):\n        if user.is_superuser:\n            return True\n"
    "        return user.groups.filter(name__in=names).exists()\n\n    return user_passes_test(is_in)\n\n\n"
    "@api_view(['DELETE'])\n@in_groups({})\ndef drop(request, number):\n    remove(number)\n"
)
_TRAVERSED = (
    "from pyramid.view import view_config, view_defaults\n\nfrom shop.resources import Desk\n\n{}"
    "@view_defaults({})\nclass DeskViews:\n    def __init__(self, request):\n        self.request = request\n\n"
    "    @view_config(name='rebuild'{})\n    def rebuild(self):\n        return self.request.store.rebuild()\n\n"
    "    @view_config(name='user', request_method='DELETE')\n    def drop(self):\n"
    "        return self.request.store.drop(self.request.matchdict['name'])\n"
)
_SAVING = (
    "import requests\nfrom flask import Flask\n\nfrom shop.again import retry\n\napp = Flask(__name__)\n\n\n"
    "class Mover:\n    def __init__(self):\n        self.save_again = retry(attempts=3)(self.save)\n\n"
    "    def save(self, order):\n        requests.post('https://a.example', json=order, timeout=5)\n\n"
    "    def move(self, order):\n        self.{}(order)\n\n\n"
    "@app.post('/orders')\ndef order():\n    Mover().move({{}})\n    return ''\n"
)
_AGAIN = (
    "import time\n\n\ndef retry(attempts=3):\n    def around(function):\n        def call(*args):\n"
    "            for attempt in range(attempts):\n                try:\n                    return function(*args)\n"
    "                except OSError:\n                    time.sleep(2 ** attempt)\n            raise RuntimeError\n\n"
    "        return call\n\n    return around\n"
)
_FETCHED = (
    "import requests\n\nfrom shop.util import fetch_json\n\nsession = requests.Session()\n\n\n"
    "def prices(number):\n    return fetch_json(session, f'https://a.example/{{number}}'{})\n\n\n"
    "if __name__ == '__main__':\n    prices(1)\n"
)
_FETCHING = (
    "def fetch_json(session, url, **kwargs):\n    answer = session.request('GET', url, headers={}, **kwargs)\n"
    "    return answer.json()\n"
)
_LIMITED = (
    "from fastapi import FastAPI\nfrom ratelimit import RateLimitMiddleware\n\n\ndef add_limits(app: FastAPI):\n"
    "    app.add_middleware(RateLimitMiddleware, config={{}})\n\n\ndef create_app():\n    app = FastAPI()\n{}"
    "\n    @app.post('/login')\n    def login(name: str):\n        return name\n\n    return app\n\n\n"
    "app = create_app()\n"
)
_MODELS = "from django.db import models\n\n\nclass Order(models.Model):\n    name = models.TextField()\n"
_MOVED = "from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n    operations = []\n"
_STARTED = "#!/bin/sh\nset -e\n{}exec gunicorn shop.wsgi\n"
_RUNS = "python manage.py migrate --noinput\n"
_DATABASES = "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql'}}\n"
_LOGGED = (
    "from contextlib import suppress\n\nfrom fastapi import FastAPI\n\nfrom shop.log import logger\n"
    "from shop.store import rows\n\napp = FastAPI()\n\n\n@app.post('/orders')\nasync def order(body: dict):\n{}"
    "    return ''\n"
)
_TOLD = (
    "    try:\n        await rows.insert(body)\n    except Exception:\n        logger.exception('not kept')\n"
    "        raise\n"
)
_HOOKED = (
    "from fastapi import FastAPI, Request\nfrom gidgethub.sansio import Event\n\nfrom shop.jobs import start\n\n"
    "from fastapi import HTTPException\n\napp = FastAPI()\nSECRET = open('/run/secret').read()\n\n\n"
    "@app.post('/github/webhook')\nasync def hook(request: Request):\n    body = await request.body()\n"
    "    event = Event.from_http(request.headers, body{})\n    if event.data['owner'] not in OWNERS:\n"
    "        raise HTTPException(403)\n    await start(event)\n"
)
_PARTIAL = (
    "from functools import partial\n\nimport yaml\nfrom fastapi import FastAPI, Request\n\n"
    "load = partial(yaml.load, Loader=yaml.{})\napp = FastAPI()\n\n\n@app.post('/plans')\n"
    "async def plan(request: Request):\n    return load(await request.body())\n"
)
_EXEMPT = (
    "from functools import wraps\n\nfrom flask import Flask, abort, request\nfrom flask_login import current_user\n\n"
    "app = Flask(__name__)\nFREE = {}\n\n\ndef known(view):\n    @wraps(view)\n    def around(*args, **kwargs):\n"
    "        if request.method in FREE:\n            return view(*args, **kwargs)\n"
    "        if not current_user.is_authenticated:\n            abort(401)\n        return view(*args, **kwargs)\n\n"
    "    return around\n\n\n@app.route('/orders', methods=['GET', 'POST'])\n@known\ndef orders():\n    return ''\n"
)


_PINNED = (
    "import ipaddress\nimport socket\n\nimport httpx\n\n\ndef approved(host):\n    found = socket.gethostbyname(host)\n"
    "    if ipaddress.ip_address(found).is_private:\n        raise ValueError(host)\n    return found\n\n\n"
    "class Hook:\n    def __init__(self, url):\n        self._url = httpx.URL(url)\n"
    "        self._host = self._url.host\n\n    def tell(self, event):\n{}"
)
_WITH_LOOK = (
    "        address = approved(self._host)\n"
    "        return httpx.post(self._url.copy_with(host=address), json=event, timeout=5)\n"
)
_BEFORE = (
    "from flask import Blueprint, Flask, request\n\nfrom rights.helpers import ensure_has_permission\n\n"
    "section = Blueprint('orders', __name__)\n\n\n{}def ensure_reader():\n"
    "    return ensure_has_permission(request, 'orders:read')\n\n\n@section.get('/orders')\ndef orders():\n"
    "    return ''\n\n\napp = Flask(__name__)\napp.register_blueprint(section)\n"
)
_CHOSEN = (
    "from rest_framework import viewsets\nfrom rest_framework.decorators import action\n"
    "from rest_framework.permissions import IsAuthenticated\n\nfrom shop.permissions import CanClose, CanOpen\n\n\n"
    "class DeskViewSet(viewsets.ModelViewSet):\n    def get_permissions(self):\n{}\n"
    "    @action(detail=True, methods=['post'])\n    def close(self, request, pk):\n"
    "        return done(self.get_object())\n"
)
_BRANCHES = (
    "        if self.action == 'create':\n            chosen = [IsAuthenticated, CanOpen]\n"
    "        elif self.action == 'close':\n            chosen = [IsAuthenticated, CanClose]\n"
    "        else:\n            chosen = [IsAuthenticated]\n        return [one() for one in chosen]\n"
)
_TABLE = (
    "        table = {{'create': CanOpen{}}}\n        further = table.get(self.action)\n"
    "        return [IsAuthenticated(), *([further()] if further else [])]\n"
)
_SWITCHED = (
    "import os\n\nfrom flask import Flask\nfrom flask_limiter import Limiter\n"
    "from flask_limiter.util import get_remote_address\n\napp = Flask(__name__)\n"
    "app.config['RATELIMIT_ENABLED'] = os.environ.get('RATELIMIT_ENABLED', '{}') == 'true'\n"
    "limiter = Limiter(get_remote_address, app=app, default_limits=['60 per minute'])\n\n\n"
    "@app.post('/login')\ndef login():\n    return ''\n"
)


_MADE = (
    "from fastapi import Depends, FastAPI, HTTPException\n\nfrom shop.people import signed_in\n"
    "from shop.store import store\n\n\ndef check_owner(user, order):\n"
    "    if order.owner_id != user.id:\n        raise HTTPException(403)\n\n\n"
    "def create_app():\n    app = FastAPI()\n\n    @app.delete('/orders/{{number}}')\n"
    "    def drop(number: int, user=Depends(signed_in)):\n        order = store.get(number)\n{}"
    "        store.drop(order)\n\n    @app.put('/orders/{{number}}')\n"
    "    def change(number: int, user=Depends(signed_in)):\n"
    "        order = store.get(number)\n        check_owner(user, order)\n        store.change(order)\n\n"
    "    return app\n"
)
_IN_BOX = (
    "from fastapi import Depends, FastAPI, HTTPException\n\nfrom shop.people import signed_in\n"
    "from shop.store import store\n\napp = FastAPI()\n\n\n"
    "@app.post('/boxes/{{box_id}}/again', dependencies=[Depends(signed_in)])\n"
    "def again(box_id: str, numbers: list[str]):\n    for number in numbers:\n        letter = {}\n{}"
    "        store.send(letter)\n"
)
_OTHER_BOX = "        if letter.box_id != box_id:\n            raise HTTPException(400)\n"
_PATIENT = (
    "import requests\n\n\nclass Hook:\n    def deliver(self, event, timeout={}):\n"
    "        return requests.post(self.address, json=event, timeout={})\n"
)
_BASIC = (
    "from ninja.security import HttpBasicAuth\n\nfrom shop.errors import Forbidden\nfrom shop.models import User\n\n\n"
    "class Basic(HttpBasicAuth):\n    def authenticate(self, request, username, password):\n"
    "        user = User.objects.get(username=username)\n        if not user.check_password(password):\n"
    "            return False\n        if {}:\n            raise Forbidden(self.permission)\n        return user\n"
)


_FLASK = (
    "from flask import Flask, jsonify, request\nfrom flask_login import current_user, login_required\n\n"
    "from shop.models import Order, db\n\napp = Flask(__name__)\n\n\n@app.route('/orders', methods=['GET', 'POST'])\n"
    "@login_required\ndef orders():\n{}"
)
_SHOWN = "    return jsonify([row.name for row in Order.query.all(){}])\n"
_FILTERED = "    rows = {}\n    return jsonify([row.name for row in rows])\n"
_DROPPED = (
    "    for number in request.json['numbers']:\n        order = Order.query.get(number)\n{}"
    "        db.session.delete(order)\n    return ''\n"
)
_SKIPPED = "        if order.owner_id != current_user.id:\n            continue\n"
_NARROWED = (
    "    rows = Order.query\n{}    return jsonify(rows.limit(50).all())\n\n\n@app.post('/closed')\n@login_required\n"
    "def close():\n    if not current_user.is_admin:\n        abort(403)\n    return ''\n"
)
_FOR_OTHERS = "    if not current_user.is_admin:\n        rows = rows.filter_by(hidden=False)\n"
_MIXED = (
    "from django.contrib.auth.mixins import LoginRequiredMixin\nfrom django.urls import path\n"
    "from django.views.generic import View\n\n\nclass Drop({}):\n    def post(self, request, pk):\n"
    "        return done(pk)\n\n\n"
    "urlpatterns = [path('<int:pk>/drop', Drop.as_view())]\n"
)
_ACTED = (
    "from django.urls import include, path\nfrom rest_framework import routers, viewsets\n"
    "from rest_framework.decorators import action\nfrom rest_framework.permissions import IsAuthenticated\n\n"
    "from shop.models import Order\n\n\nclass OrderViewSet(viewsets.ModelViewSet):\n"
    "    queryset = Order.objects.all()\n    permission_classes = [IsAuthenticated]\n\n"
    "    @action(detail=True, methods=['post']{})\n"
    "    def close(self, request, pk):\n        return done(self.get_object())\n\n\n"
    "router = routers.DefaultRouter()\nrouter.register('orders', OrderViewSet)\n"
    "urlpatterns = [path('', include(router.urls))]\n"
)
_DEPENDS = (
    "from fastapi import Depends, FastAPI, HTTPException, Request\n\napp = FastAPI()\n\n\n"
    "def perhaps(request: Request):\n    return request.state.user\n\n\n"
    "def known(request: Request):\n    if request.state.user is None:\n        raise HTTPException(401)\n"
    "    return request.state.user\n\n\n@app.post('/orders')\ndef order(user=Depends({})):\n    return keep(user)\n"
)


def _served(urls: str) -> dict[str, str]:
    return {"shop/urls.py": urls, "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\n"}


def _views(listed: str) -> dict[str, str]:
    views = (
        "from rest_framework import viewsets\n\nfrom shop.models import Order\n"
        "from shop.permissions import IsClerk\n\n\n"
        f"class RefundViewSet(viewsets.ModelViewSet):\n    queryset = Order.objects.all()\n{listed}"
    )
    return {
        "shop/settings.py": _SETTINGS,
        "shop/permissions.py": _PERMISSIONS,
        "shop/urls.py": _URLS,
        "shop/models.py": _MODELS,
        "shop/views.py": views,
        "shop/__init__.py": "",
    }


def _moving(called: str) -> dict[str, str]:
    return {"shop/main.py": _SAVING.format(called), "shop/again.py": _AGAIN, "shop/__init__.py": ""}


def _fetching(given: str) -> dict[str, str]:
    return {"shop/main.py": _FETCHED.format(given), "shop/util.py": _FETCHING, "shop/__init__.py": ""}


def _starting(*steps: str, **others: str) -> dict[str, str]:
    files = {"start.sh": _STARTED.format("".join(steps)), "Dockerfile": 'FROM python:3.13-slim\nCMD ["./start.sh"]\n'}
    files |= {"shop/settings.py": _DATABASES, "shop/models.py": _MODELS, "shop/migrations/0001_first.py": _MOVED}
    return {**files, "manage.py": "import django\n", **others}


LOST: dict[str, tuple[str, Files, Files, str]] = {
    "the refusal of those who prove nothing, where there is no key": (
        "security/authentication",
        _SIGNED.format(f"    {_UNPROVED}"),
        _SIGNED.format(f"    if tokens:\n        {_UNPROVED}"),
        "shop/main.py:9",
    ),
    "the refusal of those who bring no token": (
        "security/authentication",
        _KEYED.format("token != SHOP_API_TOKEN"),
        _KEYED.format("token is not None and token != SHOP_API_TOKEN"),
        "shop/main.py:10",
    ),
    "one of the answers of a permission to one thing": (
        "security/authorization",
        _REVIEWED.format(_REVIEWER),
        _REVIEWED.format(""),
        "shop/main.py:5",
    ),
    "the right that a view lists, where all others ask for a sign-in by a permission of the tree's own": (
        "security/authorization",
        _views("    permission_classes = [IsClerk]\n"),
        _views("    lookup_field = 'pk'\n"),
        "shop/views.py:7",
    ),
    "a group of those who may do little, that a decorator lets in by now": (
        "security/authorization",
        _GROUPED.format("'Editors'"),
        _GROUPED.format("'Editors', 'OrderViewers'"),
        "shop/main.py:15",
    ),
    "a permission of a class that goes to one of its views": (
        "security/authorization",
        _TRAVERSED.format("", "context=Desk, permission='admin'", ""),
        _TRAVERSED.format("", "context=Desk", ", permission='admin'"),
        "shop/main.py:15",
    ),
    "what tries again, made and not called": (
        "error-handling/retries",
        _moving("save_again"),
        _moving("save"),
        "shop/main.py:13",
    ),
    "the time limit that a helper hands on": (
        "external-apis/timeout",
        _fetching(", timeout=5"),
        _fetching(""),
        "shop/util.py:2",
    ),
    "a limit that a function adds which nothing calls": (
        "security/rate-limiting",
        _LIMITED.format("    add_limits(app)\n"),
        _LIMITED.format(""),
        "",
    ),
    "a limit that is off by default": (
        "security/rate-limiting",
        _SWITCHED.format("true"),
        _SWITCHED.format("false"),
        "shop/main.py:9",
    ),
    "the run of the migrations": (
        "database/migrations",
        _starting(_RUNS, **{"deploy/by_hand.sh": _RUNS}),
        _starting(**{"deploy/by_hand.sh": _RUNS}),
        "start.sh:0",
    ),
    "the run of the migrations, for a look at them": (
        "database/migrations",
        _starting(_RUNS),
        _starting("python manage.py migrate --check\n"),
        "start.sh:0",
    ),
    "the log of an error, for nothing": (
        "error-handling/swallowed-exception",
        _LOGGED.format(_TOLD),
        _LOGGED.format("    with suppress(Exception):\n        await rows.insert(body)\n"),
        "shop/main.py:13",
    ),
    "the secret that an event is held against": (
        "external-apis/webhook-verification",
        _HOOKED.format(", secret=SECRET"),
        _HOOKED.format(""),
        "shop/main.py:13",
    ),
    "the look at an address that an object keeps, by a request of its own": (
        "security/ssrf",
        _PINNED.format(_WITH_LOOK),
        _PINNED.format("        return httpx.post(self._url, json=event, timeout=5)\n"),
        "shop/main.py:19",
    ),
    "the hook that a right is asked by": (
        "security/authorization",
        _BEFORE.format("@section.before_app_request\n"),
        _BEFORE.format(""),
        "shop/main.py:8",
    ),
    "an action that a table of permissions leaves out": (
        "security/authorization",
        _CHOSEN.format(_BRANCHES),
        _CHOSEN.format(_TABLE.format("")),
        "shop/main.py:9",
    ),
    "the check of a handler that is made with its application": (
        "security/authorization",
        _MADE.format("        check_owner(user, order)\n"),
        _MADE.format(""),
        "shop/main.py:16",
    ),
    "the key that a row must have": (
        "security/authorization",
        _IN_BOX.format("store.get(number)", _OTHER_BOX),
        _IN_BOX.format("store.get(number)", ""),
        "shop/main.py:10",
    ),
    "the limit of those who name none": (
        "external-apis/timeout",
        _PATIENT.format("10", "timeout"),
        _PATIENT.format("None", "timeout"),
        "shop/main.py:5",
    ),
    "a right that is asked for beside a password": (
        "security/authorization",
        _BASIC.format("not user.has_perm(self.permission)"),
        _BASIC.format("self.permission.startswith('shop.change') and not user.has_perm(self.permission)"),
        "shop/main.py:8",
    ),
    "whose rows a comprehension takes": (
        "security/authorization",
        _FLASK.format(_SHOWN.format(" if row.owner_id == current_user.id")),
        _FLASK.format(_SHOWN.format("")),
        "shop/main.py:11",
    ),
    "the right by which rows are chosen one by one": (
        "security/authorization",
        _FLASK.format(_FILTERED.format("filter(lambda row: current_user.can_read(row), Order.query.all())")),
        _FLASK.format(_FILTERED.format("Order.query.all()")),
        "shop/main.py:11",
    ),
    "the rows of others, which a loop passes over": (
        "security/authorization",
        _FLASK.format(_DROPPED.format(_SKIPPED)),
        _FLASK.format(_DROPPED.format("")),
        "shop/main.py:14",
    ),
    "rows that those without a right are not shown": (
        "security/authorization",
        _FLASK.format(
            _NARROWED.format("    if not current_user.is_admin:\n        rows = rows.filter_by(hidden=False)\n")
        ),
        _FLASK.format(_NARROWED.format("    if request.args:\n        rows = rows.filter_by(hidden=False)\n")),
        "shop/main.py:11",
    ),
    "a mixin that stands behind the view": (
        "security/authentication",
        _served(_MIXED.format("LoginRequiredMixin, View")),
        _served(_MIXED.format("View, LoginRequiredMixin")),
        "shop/urls.py:7",
    ),
    "the permissions of a class, for one of its actions": (
        "security/authentication",
        _served(_ACTED.format("")),
        _served(_ACTED.format(", permission_classes=[]")),
        "shop/urls.py:13",
    ),
    "a dependency that refuses, for one that only looks": (
        "security/authentication",
        _DEPENDS.format("known"),
        _DEPENDS.format("perhaps"),
        "shop/main.py:16",
    ),
    "a loader that is handed on by another name": (
        "security/insecure-code",
        _PARTIAL.format("SafeLoader"),
        _PARTIAL.format("UnsafeLoader"),
        "shop/main.py:6",
    ),
    "the sign-in for what changes something": (
        "security/authentication",
        _EXEMPT.format("{'OPTIONS'}"),
        _EXEMPT.format("{'OPTIONS', 'POST'}"),
        "shop/main.py:10",
    ),
}

KEPT: dict[str, tuple[Files, Files]] = {
    "a refusal that is put the other way round": (
        _KEYED.format("token != SHOP_API_TOKEN"),
        _KEYED.format("token is None or not compare_digest(token, SHOP_API_TOKEN)"),
    ),
    "the refusal of those who prove nothing, in a branch of its own": (
        _SIGNED.format(f"    {_UNPROVED}"),
        _SIGNED.format(f"    if not tokens:\n        {_UNPROVED}\n    {_UNPROVED}"),
    ),
    "one of the answers of a permission, given at once": (
        _REVIEWED.format(_REVIEWER),
        _REVIEWED.format("").replace("allowed = page", "allowed = page.reviewer == user and page"),
    ),
    "another group that a decorator lets in": (
        _GROUPED.format("'Editors'"),
        _GROUPED.format("'Editors', 'Publishers'"),
    ),
    "a look at an address that nobody asks any more": (
        _PINNED.format(_WITH_LOOK),
        _PINNED.format("        self.waiting.append(event)\n"),
    ),
    "permissions for each action, in a table": (
        _CHOSEN.format(_BRANCHES),
        _CHOSEN.format(_TABLE.format(", 'close': CanClose")),
    ),
    "a hook that is registered by a call": (
        _BEFORE.format("@section.before_app_request\n"),
        _BEFORE.format("") + "section.before_app_request(ensure_reader)\n",
    ),
    "the key that a row must have, in the look-up": (
        _IN_BOX.format("store.get(number)", _OTHER_BOX),
        _IN_BOX.format("store.get(number, box_id)", ""),
    ),
    "the limit of those who name none, further in": (
        _PATIENT.format("10", "timeout"),
        _PATIENT.format("None", "timeout or 10"),
    ),
    "whose rows a comprehension takes, in the query": (
        _FLASK.format(_SHOWN.format(" if row.owner_id == current_user.id")),
        _FLASK.format(_FILTERED.format("Order.query.filter_by(owner_id=current_user.id)")),
    ),
    "the rows of others, which a loop does not come to": (
        _FLASK.format(_DROPPED.format(_SKIPPED)),
        _FLASK.format(
            _DROPPED.format("").replace("        db.", "        if order.owner_id == current_user.id:\n            db.")
        ),
    ),
    "rows that nobody is shown any more": (
        _FLASK.format(
            _NARROWED.format("    if not current_user.is_admin:\n        rows = rows.filter_by(hidden=False)\n")
        ),
        _FLASK.format(_NARROWED.format("    rows = rows.filter_by(hidden=False)\n")),
    ),
    "what a class is told in a constant": (
        _TRAVERSED.format("", "context=Desk, permission='admin'", ""),
        _TRAVERSED.format("DESK = {'context': Desk, 'permission': 'admin'}\n\n\n", "**DESK", ""),
    ),
    "what tries again, by another name": (
        _moving("save_again"),
        {
            **_moving("save"),
            "shop/main.py": _SAVING.format("save").replace(
                "self.save(order)", "again = self.save_again\n        again(order)"
            ),
        },
    ),
    "a limit that a function adds which is called": (
        _LIMITED.format("    app.add_middleware(RateLimitMiddleware, config={})\n"),
        _LIMITED.format("    add_limits(app)\n"),
    ),
    "the run of the migrations, in another file": (
        _starting(_RUNS),
        _starting("./before.sh\n", **{"before.sh": _RUNS}),
    ),
    "one error that is expected": (
        _LOGGED.format(_TOLD),
        _LOGGED.format("    with suppress(KeyError):\n        await rows.insert(body)\n"),
    ),
    "the sign-in for what changes something, and not for what browsers ask first": (
        _EXEMPT.format("{'OPTIONS'}"),
        _EXEMPT.format("{'OPTIONS', 'HEAD'}"),
    ),
}

_WATCHED = frozenset(control for control, *_ in LOST.values())


def _change(before: Files, after: Files) -> Delta:
    return changed(before, after, _WATCHED)


@pytest.mark.parametrize(("control", "before", "after", "place"), LOST.values(), ids=LOST)
def test_a_protection_that_goes_by_the_way_is_a_new_blocker_and_fixed_the_other_way_round(
    control: str, before: Files, after: Files, place: str
) -> None:
    assert told_places(_change(before, after), control) == [place]
    back = _change(after, before)
    assert control in {one.control for one in back.fixed_blockers}
    assert not told_places(back, control)


@pytest.mark.parametrize(("before", "after"), KEPT.values(), ids=KEPT)
def test_a_protection_in_another_form_is_no_loss(before: Files, after: Files) -> None:
    change = _change(before, after)
    assert [one.message for one in change.new_findings if "takes away" in one.message] == []
    assert [one.control for one in change.new_blockers] == []
