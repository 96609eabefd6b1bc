"""Whether a caller can be slowed down before passwords are guessed or the service is worn out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from readiness_bot.control import Control, advised, failed, not_applicable, partial, passed, seen, unknown
from readiness_bot.model import Effort, Judgement, Kind, Location, Role, Severity, Ward
from readiness_bot.repo import Repo

_UNREAD = 0.5
"""The score where routes cannot be read, and what stands before them neither."""


@Control(
    id="security/rate-limiting",
    title="Callers are limited where it hurts",
    kind=Kind.CAPABILITY,
    severity=Severity.HIGH,
    why="Without a limit one client can try millions of passwords, or take the capacity that all the others share.",
    impact=(
        "Accounts with weak passwords fall one after the other, and a single script can stop the service for everybody."
    ),
    fix=(
        'Limit at least what takes credentials: `@limiter.limit("5/minute")` on the login route, or `limit_req` at the '
        "proxy."
    ),
    by_settings=True,
    effort=Effort.HOURS,
    role=Role.BACKEND,
    sources=[
        "https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/",
        "https://flask-limiter.readthedocs.io/",
    ],
    passes=[
        (
            "import time\n\nfrom aiohttp import web\n\nSEEN = {}\n\n\n@web.middleware\n"
            "async def calm(request, handler):\n    now = time.time()\n"
            "    kept = [one for one in SEEN.get(request.remote, []) if one > now - 60]\n"
            "    if len(kept) > 100:\n        raise web.HTTPTooManyRequests()\n"
            "    SEEN[request.remote] = [*kept, now]\n    return await handler(request)\n\n\n"
            "async def order(request):\n    return web.json_response({})\n\n\n"
            "app = web.Application(middlewares=[calm])\napp.router.add_post('/orders', order)\n"
        ),
        (
            "from flask import Flask, make_response, request\n\nfrom shop.counts import within_window\n\n"
            "app = Flask(__name__)\n\n\ndef keep_calm():\n"
            "    if within_window(request.remote_addr, seconds=20) > 15:\n"
            "        return make_response(('Slow down, please', 429))\n    return None\n\n\n"
            "app.before_request(keep_calm)\n\n\n@app.post('/orders')\ndef order():\n    return {}\n"
        ),
        {
            "app/main.py": (
                "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.post('/login')\n"
                "def login(name: str):\n    return name\n"
            ),
            "waf-template.yaml": (
                "Resources:\n  Wall:\n    Type: AWS::WAFv2::WebACL\n    Properties:\n      Rules:\n"
                "        - Name: often\n          Statement: {RateBasedStatement: {Limit: 500, AggregateKeyType: IP}}\n"
            ),
        },
        (
            "import redis\nfrom flask import Flask, redirect, request\n\napp = Flask(__name__)\n"
            "store = redis.Redis()\n\n\n@app.before_request\ndef count_callers():\n"
            "    asked = store.incr(request.remote_addr)\n"
            "    store.expire(request.remote_addr, 60)\n    if asked > 100:\n        return redirect('/later')\n"
            "    return None\n\n\n@app.post('/orders')\ndef order():\n    return {}\n"
        ),
        {
            "shop/limits.py": (
                "from litestar.middleware.rate_limit import RateLimitConfig\n\n\n"
                "def made_limits() -> RateLimitConfig:\n    return RateLimitConfig(rate_limit=('minute', 60))\n"
            ),
            "shop/main.py": (
                "from litestar import Litestar, post\n\nfrom shop.limits import made_limits\n\n"
                "limits = made_limits()\n\n\n"
                "@post('/login')\nasync def login(name: str) -> str:\n    return name\n\n\n"
                "app = Litestar(route_handlers=[login], middleware=[limits.middleware])\n"
            ),
            "shop/__init__.py": "",
        },
        (
            "from fastapi import APIRouter, Depends, FastAPI, HTTPException\n"
            "from tollgate import RateLimiter, Exceeded\n\n"
            "router = APIRouter()\nlimiter = RateLimiter(per_minute=60)\n\n\ndef caller(key: str):\n    try:\n"
            "        limiter.check_limit(key)\n    except Exceeded as error:\n"
            "        raise HTTPException(429) from error\n"
            "    return key\n\n\n@router.post('/login')\ndef login(key=Depends(caller)):\n    return key\n\n\n"
            "app = FastAPI()\napp.include_router(router)\n"
        ),
        {
            "app/main.py": (
                "from flask import Flask\nfrom flask_limiter import Limiter\n\napp = Flask(__name__)\n"
                "limiter = Limiter(key_func=lambda: '', default_limits=['5 per second'])\nlimiter.init_app(app)\n\n\n"
                "@app.route('/login', methods=['POST'])\ndef login():\n    return {}\n"
            ),
            "app/config.py": (
                "class Config:\n    NAME = 'shop'\n\n\nclass TestingConfig(Config):\n    RATELIMIT_ENABLED = False\n"
            ),
        },
        {
            "shop/throttling.py": (
                "from django.core.cache import cache\nfrom django.core.exceptions import ValidationError\n\n\n"
                "def authenticate_with_throttling(request, email, password):\n"
                "    if not cache.add(request.META['REMOTE_ADDR'], 1, 1):\n        raise ValidationError('later')\n"
                "    return email\n"
            ),
            "shop/login.py": (
                "from flask import Flask, request\n\nfrom shop.throttling import authenticate_with_throttling\n\n"
                "app = Flask(__name__)\n\n\ndef create_token(email, password):\n"
                "    return authenticate_with_throttling(request, email, password)\n\n\n"
                "@app.post('/token')\ndef token():\n"
                "    return create_token(request.form['email'], request.form['word'])\n"
            ),
            "shop/__init__.py": "",
        },
        {
            "shop/main.py": (
                "from fastapi import FastAPI\n\nfrom shop import calls\nfrom shop.settings import settings\n\n\n"
                "def create_app():\n    app = FastAPI()\n    if not settings.is_testing():\n"
                "        app.add_middleware(calls.get_middleware, store='redis://')\n"
                "    app.add_api_route('/login', login, methods=['POST'])\n    return app\n\n\n"
                "def login():\n    return {}\n\n\napp = create_app()\n"
            ),
            "shop/calls.py": (
                "from ratelimit import RateLimitMiddleware, Rule\n\n\n"
                "def get_middleware(app, store) -> RateLimitMiddleware:\n"
                "    return RateLimitMiddleware(app, store, {'^/': [Rule(minute=60)]})\n"
            ),
        },
        {
            "shop/settings.py": "import django\n\nROOT_URLCONF = 'shop.urls'\n",
            "shop/urls.py": "from django.urls import path\n\nfrom shop.views import LoginView\n\n"
            "urlpatterns = [path('login', LoginView.as_view())]\n",
            "shop/views.py": "from django.views.generic import FormView\n\n"
            "from shop.forms import LoginForm\n\n\nclass LoginView(FormView):\n    form_class = LoginForm\n",
            "shop/forms.py": (
                "from django import forms\nfrom django.core.cache import cache\n\n\nclass LoginForm(forms.Form):\n"
                "    def _is_rate_limited(self):\n        return cache.get(self.key, 0) > 10\n\n"
                "    def clean(self):\n        if self._is_rate_limited():\n"
                "            raise forms.ValidationError('Too many attempts')\n"
            ),
        },
        (
            "from flask import Flask, abort, request\n\napp = Flask(__name__)\n\n\n"
            "@app.route('/login', methods=['POST'])\ndef login():\n    user = find(request.form['name'])\n"
            "    if user.failed_login_count >= 5:\n        abort(403)\n    return {}\n"
        ),
        (
            "from flask import Flask\nfrom flask_limiter import Limiter\n\napp = Flask(__name__)\n"
            "limiter = Limiter(app=app, key_func=lambda: '')\n\n\n@app.route('/login', methods=['POST'])\n"
            "@limiter.limit('5/minute')\ndef login():\n    return {}\n"
        ),
        {
            "shop/main.py": (
                "from flask import Flask, abort, request\n\napp = Flask(__name__)\n\n\n"
                "def keep_pace():\n    if COUNTS.add(request.remote_addr) > 100:\n        abort(429)\n\n\n"
                "@app.before_request\ndef prepare():\n    keep_pace()\n\n\n"
                "@app.route('/orders', methods=['POST'])\ndef order():\n    return {}\n"
            ),
        },
        {
            "app/main.py": (
                "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.post('/login')\ndef login():\n    return {}\n"
            ),
            "deploy/nginx.conf": (
                "limit_req_zone $binary_remote_addr zone=one:10m rate=5r/s;\nserver {\n  location / {\n"
                "    limit_req zone=one burst=5;\n  }\n}\n"
            ),
        },
    ],
    fails=[
        (
            "import redis\nfrom flask import Flask\n\napp = Flask(__name__)\nstore = redis.Redis()\n\n\n"
            "@app.post('/orders')\ndef order():\n    number = store.incr('orders')\n    if number > 10:\n"
            "        return {'message': 'done'}\n    return {'order': number}\n"
        ),
        (
            "import asyncio\n\nfrom flask import Flask\n\napp = Flask(__name__)\n\n\n"
            "class RateLimiter:\n    async def acquire(self):\n        await asyncio.sleep(self.wait())\n\n\n"
            "class RateLimitedClient:\n    limiter = RateLimiter()\n\n\n"
            "@app.post('/orders')\ndef order():\n    return {}\n"
        ),
        (
            "from flask import Flask, request\nfrom wtforms import Form, IntegerField\n\napp = Flask(__name__)\n\n\n"
            "class RateLimitForm(Form):\n    limit = IntegerField()\n\n\n"
            "@app.post('/orders/limit')\ndef set_rate_limit():\n    return keep(RateLimitForm(request.form))\n"
        ),
        (
            "import requests\nfrom flask import Flask, Response\n\napp = Flask(__name__)\n\n\n"
            "@app.route('/ask', methods=['POST'])\ndef ask():\n"
            "    answer = requests.post('https://example.org', timeout=5)\n    if answer.status_code == 429:\n"
            "        return Response(status=429)\n    return answer.json()\n"
        ),
        (
            "import requests\nfrom flask import Flask\nfrom ratelimit import limits, sleep_and_retry\n\n"
            "app = Flask(__name__)\n\n\n@sleep_and_retry\n@limits(calls=5, period=1)\ndef ask(url):\n"
            "    return requests.get(url, timeout=5)\n\n\n@app.route('/login', methods=['POST'])\ndef login():\n"
            "    return ask('https://example.org').json()\n"
        ),
        (
            "import requests\nfrom flask import Flask\n\napp = Flask(__name__)\n\n\n"
            "def check_rate_limit_remaining():\n    return requests.get('https://api.example', timeout=3).json()\n\n\n"
            "@app.route('/login', methods=['POST'])\ndef login():\n    return {}\n"
        ),
        (
            "from fastapi import FastAPI\nfrom pydantic import BaseModel\n\napp = FastAPI()\n\n\n"
            "class RateLimitRow(BaseModel):\n    name: str\n\n\n@app.post('/plans')\n"
            "def create_plan(row: RateLimitRow):\n    return RateLimitRow(name=row.name)\n"
        ),
        (
            "from flask import Flask, request\n\napp = Flask(__name__)\n\n\n"
            "def increment_failed_login_count(user):\n    user.failed_login_count += 1\n\n\n"
            "@app.route('/login', methods=['POST'])\ndef login():\n"
            "    increment_failed_login_count(find(request.form))\n"
            "    return {}\n"
        ),
        (
            "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.route('/login', methods=['POST'])\n"
            "def login():\n    return {}\n"
        ),
        {
            "shop/users/articles.py": (
                "from flask import Flask, abort\n\napp = Flask(__name__)\n\n\n"
                "@app.route('/articles/<key>', methods=['PUT'])\ndef write(key):\n"
                "    article = ARTICLES[key]\n    if article.is_locked:\n        abort(409)\n    return {}\n"
            ),
        },
        (
            "import requests\nfrom flask import Flask\n\napp = Flask(__name__)\n\n\ndef rate_limit_left(token):\n"
            "    told = requests.get('https://api.example/limit', headers={'X-Token': token}, timeout=3)\n"
            "    return told.json()['left'] > 0\n\n\n"
            "@app.route('/login', methods=['POST'])\ndef login():\n    return {}\n"
        ),
        {
            "shop/locking.py": (
                "from flask import abort\n\n\ndef on_update(updates, original):\n    if is_locked(original):\n"
                "        abort(412)\n\n\ndef is_locked(document):\n    return document.get('lock')\n"
            ),
            "shop/main.py": (
                "from flask import Flask\n\nfrom shop.locking import on_update\n\napp = Flask(__name__)\n\n\n"
                "@app.route('/drafts', methods=['POST'])\ndef draft():\n    on_update({}, {})\n    return {}\n"
            ),
        },
        (
            "import os\n\nfrom flask import Flask\n\napp = Flask(__name__)\n\n\n"
            "@app.route('/orders', methods=['POST'])\ndef order():\n    most = int(os.environ['MOST_ORDERS'])\n"
            "    kept = len(STORE.orders)\n    if kept >= most:\n        return 'No more orders.', 429\n"
            "    return STORE.add()\n"
        ),
        (
            "from flask import Flask, jsonify\n\napp = Flask(__name__)\n\n\nclass RateLimit(Exception):\n    pass\n\n\n"
            "@app.route('/orders', methods=['POST'])\ndef order():\n    try:\n        return take()\n"
            "    except RateLimit as error:\n        return jsonify(message=str(error)), 429\n"
        ),
        {
            "shop/main.py": (
                "from fastapi import FastAPI\n\nfrom shop.asking import client\n\napp = FastAPI()\n\n\n"
                "@app.post('/login')\ndef login(name: str):\n    return client().get(name)\n"
            ),
            "shop/asking.py": (
                "import requests\nfrom requests.adapters import HTTPAdapter\n\n"
                "from shop.limits import RateLimiter\n\n\n"
                "class RateLimitAdapter(HTTPAdapter):\n    def send(self, *args, **options):\n"
                "        RateLimiter().wait()\n        return super().send(*args, **options)\n\n\n"
                "def client():\n    made = requests.Session()\n    made.mount('https://', RateLimitAdapter())\n"
                "    return made\n"
            ),
            "shop/limits.py": "class RateLimiter:\n    def wait(self):\n        pause()\n",
            "shop/__init__.py": "",
        },
        {
            "app/main.py": (
                "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.post('/login')\n"
                "def login(name: str):\n    return name\n"
            ),
            "waf-template.yaml": (
                "Resources:\n  Wall:\n    Type: AWS::WAFv2::WebACL\n    Properties:\n      Rules:\n"
                "        - Name: known\n          Statement: {ManagedRuleGroupStatement: {VendorName: AWS}}\n"
            ),
        },
    ],
    fixed=(
        "from flask import Flask\nfrom flask_limiter import Limiter\n\napp = Flask(__name__)\n"
        "limiter = Limiter(app=app, key_func=lambda: '')\n\n\n@app.route('/login', methods=['POST'])\n"
        '@limiter.limit("5/minute")\ndef login():\n    return {}\n'
    ),
    partials=[
        (
            "from fastapi import FastAPI, Request\nfrom starlette.responses import Response\n\n"
            "from shop.counts import within_window\n\napp = FastAPI()\n\n\n@app.middleware('http')\n"
            "async def calm(request: Request, call_next):\n    if request.url.path == '/exports':\n"
            "        if within_window(request.client.host, seconds=20) > 15:\n"
            "            return Response('Later, please', status_code=429)\n"
            "    return await call_next(request)\n\n\n"
            "@app.post('/login')\ndef login(name: str):\n    return name\n\n\n"
            "@app.get('/exports')\ndef exports():\n    return []\n"
        ),
        (
            "import os\n\nfrom fastapi import FastAPI\nfrom slowapi import Limiter\n\napp = FastAPI()\n\n\n"
            "def limit_rates(app, rate=None):\n    rate = rate or os.getenv('SHOP_RATE')\n    if not rate:\n"
            "        return\n    limiter = Limiter(key_func=str)\n\n    @app.middleware('http')\n"
            "    @limiter.limit(rate)\n    async def rate_limit_middleware(request, call_next):\n"
            "        return await call_next(request)\n\n\nlimit_rates(app)\n\n\n@app.post('/orders')\n"
            "def order():\n    return {}\n"
        ),
        {
            "shop/main.py": (
                "from flask import Flask\n\nfrom shop.auth_client import send\n\napp = Flask(__name__)\n\n\n"
                "@app.post('/orders')\ndef order():\n    return send()\n"
            ),
            "shop/auth_client.py": (
                "import requests\n\nfrom shop.pace import rate_limit\n\n\ndef send():\n    rate_limit('bank')\n"
                "    return requests.post('https://bank.example', timeout=5).json()\n"
            ),
            "shop/pace.py": ("def rate_limit(key):\n    if count(key) > 9:\n        raise RuntimeError(key)\n"),
            "shop/__init__.py": "",
        },
        {
            "shop/settings.py": (
                "import os\n\nROOT_URLCONF = 'shop.urls'\nREST_FRAMEWORK = {}\nTHROTTLED = False\nif THROTTLED:\n"
                "    REST_FRAMEWORK.update({\n"
                "        'DEFAULT_THROTTLE_CLASSES': ('rest_framework.throttling.UserRateThrottle',),\n    })\n"
            ),
            "shop/urls.py": (
                "from django.urls import path\n\n\ndef login(request):\n    return request.POST\n\n\n"
                "urlpatterns = [path('login', login)]\n"
            ),
        },
        (
            "from flask import Flask, Response\n\nfrom quota import is_spent\n\napp = Flask(__name__)\n\n\n"
            "@app.route('/events', methods=['POST'])\ndef take():\n    if is_spent():\n"
            "        return Response(status=429)\n    return {}\n\n\n"
            "@app.route('/login', methods=['POST'])\ndef login():\n    return {}\n"
        ),
        {
            "shop/bounds.py": (
                "class RateLimiting:\n    def rate_limit(self):\n        return COUNTS.add(self.caller) > 100\n"
            ),
            "shop/main.py": (
                "from flask import Flask\n\nfrom shop.bounds import RateLimiting\n\napp = Flask(__name__)\n\n\n"
                "class Answer(RateLimiting):\n    def begin(self):\n        if self.rate_limit():\n"
                "            raise Refused\n\n\n@app.route('/orders')\ndef orders():\n    return serve(Answer)\n"
            ),
        },
        (
            "from flask import Flask, jsonify, request\n\napp = Flask(__name__)\n\n\n"
            "@app.route('/orders', methods=['POST'])\ndef order():\n"
            "    if QUOTA.is_used_up(request.remote_addr):\n"
            "        return jsonify(error='come back tomorrow'), 429\n    return {}\n"
        ),
        (
            "from flask import Flask\nfrom flask_limiter import Limiter\n\napp = Flask(__name__)\n"
            "limiter = Limiter(app=app, key_func=lambda: '')\n\n\ndef export():\n    return {}\n\n\n"
            "app.add_url_rule('/export', 'export', limiter.limit('5/minute')(export))\n"
        ),
        {
            "shop/settings.py": (
                "ROOT_URLCONF = 'shop.urls'\nREST_FRAMEWORK = {'DEFAULT_THROTTLE_RATES': {'pay': '5/minute'}}\n"
            ),
            "shop/urls.py": (
                "from django.urls import include, path\n"
                "from rest_framework import decorators, routers, throttling, viewsets\n\n\n"
                "class PayThrottle(throttling.UserRateThrottle):\n    scope = 'pay'\n\n\n"
                "class OrderViewSet(viewsets.ViewSet):\n"
                "    @decorators.action(detail=True, methods=['post'], throttle_classes=[PayThrottle])\n"
                "    def pay(self, request, pk):\n        return None\n\n\n"
                "router = routers.DefaultRouter()\nrouter.register('orders', OrderViewSet, basename='order')\n"
                "urlpatterns = [path('api/', include(router.urls))]\n"
            ),
        },
        {
            "shop/settings.py": (
                "ROOT_URLCONF = 'shop.urls'\nREST_FRAMEWORK = {\n"
                "    'DEFAULT_THROTTLE_CLASSES': ('rest_framework.throttling.AnonRateThrottle',),\n"
                "    'DEFAULT_THROTTLE_RATES': {'anon': None},\n}\n"
            ),
            "shop/urls.py": (
                "from django.urls import path\n\n\ndef login(request):\n    return request.POST\n\n\n"
                "urlpatterns = [path('login', login)]\n"
            ),
        },
        (
            "from flask import Flask\nfrom flask_limiter import Limiter\n\napp = Flask(__name__)\n"
            "limiter = Limiter(app=app, key_func=lambda: '')\n\n\n@app.route('/login', methods=['POST'])\n"
            "def login():\n    return {}\n"
        ),
        (
            "from flask import Flask\nfrom flask_limiter import Limiter\n\napp = Flask(__name__)\n"
            "limiter = Limiter(app=app, key_func=lambda: '')\n\n\n@app.route('/export')\n@limiter.limit('5/minute')\n"
            "def export():\n    return {}\n"
        ),
    ],
    ignores=[
        (
            "from aiohttp import web\n\nroutes = web.RouteTableDef()\n\n\n@routes.get('/healthz')\n"
            "async def healthy(request):\n    return web.Response()\n\n\n@routes.get('/{tail:.*}')\n"
            "async def nothing(request):\n    return web.Response(status=404)\n\n\n"
            "web.run_app(web.Application())\n"
        ),
        (
            "import threading\nfrom http.server import BaseHTTPRequestHandler, ThreadingHTTPServer\n\n\n"
            "class Health(BaseHTTPRequestHandler):\n    def do_GET(self):\n        if self.path != '/healthz':\n"
            "            self.send_error(404)\n            return\n        self.send_response(200)\n"
            "        self.end_headers()\n\n\nserver = ThreadingHTTPServer(('', 8080), Health)\n"
            "threading.Thread(target=server.serve_forever).start()\n"
        ),
        "def add(a, b):\n    return a + b\n",
        "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/healthz')\ndef healthz():\n    return 'ok'\n",
    ],
)
def rate_limiting(repo: Repo) -> Judgement:
    """A limit that covers the application or the routes that take credentials passes.

    One that is off or elsewhere does partly. The limits of each route are kept beside, for comparisons.
    """
    return replace(_judged(repo), wards=tuple(_wards(repo)))


def _wards(repo: Repo) -> Iterator[Ward]:
    above = [limit for limit in repo.limits.all if limit.scope in ("application", "gateway") and not limit.is_off]
    # The throttles of Django REST framework know nothing of views that are none of its own.
    elsewhere = [limit for limit in above if "DEFAULT_THROTTLE_CLASSES" not in limit.detail]
    for limit in (one for one in repo.limits.all if one.scope == "application"):
        yield Ward(
            Location(limit.path, limit.line, limit.line),
            limit.detail,
            () if limit.is_off else ("that it is on by default",),
            f"{limit.detail} limits nobody until somebody turns it on",
            ways=int(limit.is_off),
        )
    # What limits another route alone stands in for none here.
    others = tuple(sorted({limit.detail for limit in repo.limits.all if limit.scope not in ("route", "login")}))
    for route, limits in repo.limits.by_route:
        names = tuple(dict.fromkeys(limit.detail.rpartition(" on ")[0] or limit.detail for limit in limits))
        yield Ward(
            route.place,
            route.name,
            names,
            f"{route.name} may be called without limit",
            ways=0 if names or (above if route.framework == "django-rest-framework" else elsewhere) else 1,
            beside=(*others, *(guard.name for guard in route.guards)),
        )


def _judged(repo: Repo) -> Judgement:
    if not repo.services.answers_http:
        return not_applicable("No route to limit.")
    if repo.routes.probed or repo.limits.are_probed_alone:
        return not_applicable("Only probes and scrapers ask here.")
    limits = repo.limits.all
    shown = [seen(limit.path, limit.line, limit.detail) for limit in limits[:5]]
    on = [limit for limit in limits if not limit.is_off and limit.scope != "none"]
    covering = [limit for limit in on if limit.scope != "route"]
    if covering or len({limit.detail for limit in on}) >= 4:
        return passed(f"Callers are limited: {(covering or on)[0].detail}.", *shown)
    if on:
        more = "; what takes credentials is not limited" if repo.limits.takes_credentials else ""
        limited = "" if on[0].detail.endswith("answers 429") else " is limited"
        return partial(f"Only {on[0].detail}{limited}{more}.", *shown, score=0.5)
    if any(limit.scope != "none" for limit in limits):
        return partial(f"{limits[0].detail} is there, and off until somebody turns it on.", *shown, score=0.5)
    called = [limit for limit in limits if limit.is_called]
    if called:
        return partial(f"{called[0].detail} and called; which routes go through it is not seen.", *shown, score=0.5)
    if limits:
        return partial(f"{limits[0].detail}, but no route goes through it.", *shown)
    if not repo.routes.all and not repo.services.is_django:
        servers = [site.location for site in repo.services.server_starts]
        servers += [site.location for site in repo.services.own_servers]
        return unknown(
            "The routes of this server are not written in a way that can be read, nor is what it asks before it "
            "answers; no limit is seen.",
            *(seen(one.path, one.line, "the server") for one in servers[:1]),
            estimate=_UNREAD,
        )
    first = min(
        repo.routes.all,
        key=lambda route: (not repo.limits.is_login(route), not route.changes_state, route.path.startswith("/{}")),
        default=None,
    )
    shown = (
        [seen(first.location.path, first.location.line, f"{first.name} may be called without limit")]
        if first is not None
        else []
    )
    nothing = failed(
        "Nothing limits how often a caller may ask.",
        *shown,
        looked_in=[
            ("limiter decorators and dependencies"),
            "middleware",
            "throttle classes",
            "lockout of accounts",
            "ingress annotations and proxy files",
        ],
    )
    if repo.limits.takes_credentials:
        return nothing
    return advised(
        nothing,
        impact="A single script can take the capacity that all callers share, and stop the service for everybody.",
        fix='Limit what is dear to answer: `@limiter.limit("60/minute")` on its route, or `limit_req` at the proxy.',
    )
