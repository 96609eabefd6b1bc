"""Whether whoever changes something through a route has proved who they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from readiness_bot.control import Control, bad, failed, not_applicable, partial, passed, seen, shared
from readiness_bot.model import (
    Confidence,
    Effort,
    Evidence,
    Judgement,
    Kind,
    Location,
    Role,
    Severity,
    Site,
    Status,
    Term,
    Ward,
)
from readiness_bot.repo import Repo
from readiness_bot.repo.askings import Asking
from readiness_bot.repo.gates import Protection
from readiness_bot.repo.identity import ONLY_FOR_CHANGES, Standing
from readiness_bot.repo.modules import DefinitionSite
from readiness_bot.repo.purposes import is_opening
from readiness_bot.repo.refusals import Strength
from readiness_bot.repo.route import Route
from readiness_bot.repo.switches import Switch
from readiness_bot.repo.values import Call, Name, Value

_ENOUGH = 0.9
_HALF = 0.5
_RULE_FROM = 0.8
"""From this share on protection is the rule of the code base, and a route without it an oversight."""
_RULE_ROUTES = 4
_UNSURE = 0.5
"""The score where what is not seen may be there, or may not be wanted: something to look at, and no blocker."""
_BY_GATEWAY = 0.7
"""The score where only what stands before the service asks."""


_BEHIND_A_SETTING = {
    "shop/guard.py": (
        "from fastapi.responses import JSONResponse\n"
        "from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer\n"
        "from starlette.middleware.base import BaseHTTPMiddleware\n\nbearer = HTTPBearer()\n\n\n"
        "class AuthMiddleware(BaseHTTPMiddleware):\n    async def dispatch(self, request, call_next):\n"
        "        credentials: HTTPAuthorizationCredentials = await bearer(request)\n"
        "        if not self._is_token_valid(credentials.credentials):\n"
        "            return JSONResponse(status_code=403, content={})\n"
        "        return await call_next(request)\n\n    def _is_token_valid(self, token):\n"
        "        return 'name' in claims_of(token)\n"
    ),
    "shop/main.py": (
        "from fastapi import FastAPI\n\nfrom shop.guard import AuthMiddleware\n"
        "from shop.settings import settings\n\n"
        "app = FastAPI()\n\nif settings.sign_in.enabled is True:\n    app.add_middleware(AuthMiddleware)\n\n\n"
        "@app.delete('/orders/{key}')\ndef remove(key: int):\n    return gone(key)\n"
    ),
}
"""Middleware that asks who calls, and is added where a setting says so."""


@Control(
    id="security/authentication",
    counterpart=lambda repo, ward: _counterpart(repo, ward),  # noqa: PLW0108 - it stands further down
    title="Routes that change state know who calls",
    kind=Kind.CAPABILITY,
    severity=Severity.CRITICAL,
    why="A route that changes state without asking who calls is open to everybody who can reach the port.",
    impact="A stranger with a script can alter or delete the data of every customer.",
    fix=(
        "Make the caller's identity a condition of the route: `dependencies=[Depends(current_user)]` on the router, "
        "`@login_required` below the route's decorator, or `IsAuthenticated` among the default permission classes."
    ),
    by_settings=True,
    effort=Effort.DAYS,
    role=Role.BACKEND,
    sources=[
        "https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/",
        "https://fastapi.tiangolo.com/tutorial/security/",
    ],
    passes=[
        (
            "import os\n\nfrom aiohttp import web\nfrom gidgethub import sansio\n\n"
            "from shop.counts import counted\n\n\nasync def main(request):\n    body = await request.read()\n"
            "    event = sansio.Event.from_http(request.headers, body, secret=os.environ['SECRET'])\n"
            "    counted.delay(event.data['number'])\n    return web.Response(status=200)\n\n\n"
            "app = web.Application()\napp.router.add_post('/', main)\nweb.run_app(app)\n"
        ),
        {
            "shop/errors.py": (
                "class ShopError(Exception):\n    code = 500\n\n\nclass HeaderRequired(ShopError):\n    code = 403\n"
            ),
            "shop/main.py": (
                "from flask import Flask, request\n\nfrom shop.errors import HeaderRequired\n\n"
                "app = Flask(__name__)\n\n\ndef token_of(asked):\n"
                "    header = asked.headers.get('Authorization')\n    if header is None:\n"
                "        raise HeaderRequired('No header')\n    return header\n\n\n"
                "def _flow(shop, given):\n    token = token_of(request)\n    return send(shop, token, given())\n\n\n"
                "@app.route('/<shop>/zip', methods=['POST'])\ndef zipped(shop):\n"
                "    return _flow(shop, request.get_data)\n"
            ),
        },
        {
            "shop/settings.py": (
                "from pydantic import BaseModel\nfrom pydantic_settings import BaseSettings\n\n\n"
                "class SignIn(BaseModel):\n    enabled: bool\n\n\nclass Settings(BaseSettings):\n"
                "    sign_in: SignIn\n\n\nsettings = Settings()\n"
            ),
            **_BEHIND_A_SETTING,
        },
        (
            "from twisted.web import http, resource, server\n\n\nclass Kept(resource.Resource):\n"
            "    def render(self, request):\n        if not known_token(request.getHeader('Authorization')):\n"
            "            request.setResponseCode(http.FORBIDDEN)\n            return b''\n"
            "        return super().render(request)\n\n\nclass Orders(Kept):\n    isLeaf = True\n\n"
            "    def render_POST(self, request):\n        return keep(request.content.read())\n\n\n"
            "site = server.Site(Orders())\n"
        ),
        {
            "shop/main.py": (
                "from litestar import Litestar\n\nfrom shop.api import api\n\napp = Litestar(route_handlers=[api])\n"
            ),
            "shop/api.py": (
                "from litestar import Router\n\nfrom shop.known import known\nfrom shop.orders import parts\n\n"
                "api = Router(path='/api', route_handlers=[Router(path='/v1', route_handlers=parts)], guards=[known])\n"
            ),
            "shop/known.py": (
                "from litestar.exceptions import NotAuthorizedException\n\n\ndef known(connection, handler):\n"
                "    if not connection.user:\n        raise NotAuthorizedException()\n"
            ),
            "shop/orders.py": (
                "from litestar import Controller, post\n\n\nclass Orders(Controller):\n    path = '/orders'\n\n"
                "    @post()\n    async def add(self, data: dict) -> dict:\n        return await keep(data)\n\n\n"
                "parts = [Orders]\n"
            ),
            "shop/__init__.py": "",
        },
        {
            "shop/main.py": (
                "from sanic import Sanic\n\nfrom shop.parts import parts\n\napp = Sanic('shop')\napp.blueprint(parts)\n"
            ),
            "shop/parts.py": "from shop.orders import inner, orders\n\nparts = [orders, inner]\n",
            "shop/orders.py": (
                "from sanic import Blueprint\nfrom sanic.exceptions import Unauthorized\n"
                "from sanic.views import HTTPMethodView\n\n\n"
                "def known(view):\n    async def asked(request, *args, **kwargs):\n"
                "        if not request.headers.get('Authorization'):\n            raise Unauthorized('who are you?')\n"
                "        return await view(request, *args, **kwargs)\n\n    return asked\n\n\n"
                "class Orders(HTTPMethodView):\n    async def post(self, request):\n"
                "        return await keep(request.json)\n\n\n"
                "class Prices(HTTPMethodView):\n    async def get(self, request):\n        return await prices()\n\n\n"
                "orders = Blueprint('orders')\npaths = [('/orders', known(Orders.as_view()), ['POST'])]\n"
                "for path, view, methods in paths:\n    orders.add_route(view, path, methods=methods)\n\n"
                "inner = Blueprint('inner', url_prefix='/inner')\n"
                "inner_paths = [('/prices', Prices.as_view(), ['GET'])]\n"
                "for path, view, methods in inner_paths:\n    inner.add_route(view, path, methods=methods)\n"
            ),
            "shop/__init__.py": "",
        },
        {
            "shop/main.py": (
                "from pyramid.config import Configurator\n\n\ndef main(config, **settings):\n"
                "    made = Configurator(settings=settings)\n    made.add_route('orders', '/orders')\n"
                "    made.add_route('index', '/orders/index')\n    made.scan('shop')\n    return made.make_wsgi_app()\n"
            ),
            "shop/views.py": (
                "from pyramid.httpexceptions import HTTPNotFound\nfrom pyramid.view import view_config\n\n\n"
                "def told(**options):\n    options.setdefault('renderer', 'json')\n"
                "    return view_config(**options)\n\n\n"
                "@told(route_name='orders', request_method='POST', permission='add')\ndef add(request):\n"
                "    return keep(request.json_body)\n\n\n"
                "@told(route_name='index', request_method='POST')\ndef index(request):\n"
                "    if not request.registry.settings['shop.dev']:\n        raise HTTPNotFound\n    return build()\n"
            ),
            "shop/__init__.py": "",
        },
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['shop', 'django.contrib.admin']\n",
            "shop/urls.py": (
                "from django.contrib import admin\nfrom django.urls import path\n\nfrom shop import views\n\n"
                "urlpatterns = [path('find/', views.find), path('admin/', admin.site.urls)]\n"
            ),
            "shop/views.py": (
                "from django.shortcuts import render\nfrom django.views.decorators.http import require_POST\n\n"
                "from shop.models import Item\n\n\n@require_POST\ndef find(request):\n"
                "    items = Item.objects.filter(name=request.POST['name'])\n"
                "    return render(request, 'found.html', {'items': items})\n"
            ),
            "shop/models.py": (
                "from django.db import models\n\n\nclass Item(models.Model):\n    name = models.TextField()\n"
            ),
            "shop/__init__.py": "",
        },
        (
            "from fastapi import Depends, FastAPI\nfrom fastapi.security import OAuth2PasswordBearer\n"
            "from pydantic import BaseModel\n\napp = FastAPI()\nbearer = OAuth2PasswordBearer(tokenUrl='token')\n\n\n"
            "class NewBuyer(BaseModel):\n    email: str\n    password: str\n\n\n"
            "@app.post('/users')\ndef create_user(buyer: NewBuyer):\n    return add(buyer)\n\n\n"
            "@app.delete('/orders/{key}')\ndef drop(key: int, token: str = Depends(bearer)):\n"
            "    return gone(key, token)\n"
        ),
        (
            "from flask import Flask, abort, jsonify, request\n\napp = Flask(__name__)\n\n\n"
            "@app.route('/people')\ndef people():\n    return jsonify(listed())\n\n\n"
            "@app.route('/oauth/token', methods=['POST'])\ndef token():\n"
            "    client = known(request.form['client_id'])\n"
            "    if request.form['client_secret'] != client.secret:\n        abort(401)\n"
            "    return jsonify(made_for(client))\n"
        ),
        (
            "from typing import Annotated\n\nfrom fastapi import Depends, FastAPI, Header, HTTPException\n\n"
            "app = FastAPI()\n\n\nclass Caller:\n    def __init__(self, token: str = Header()):\n"
            "        if not is_valid_token(token):\n            raise HTTPException(401)\n\n\n@app.post('/orders')\n"
            "def order(caller: Annotated[Caller, Depends()]):\n    return save(caller)\n\n\n"
            "@app.delete('/orders/{number}')\ndef cancel(number: int, caller: Caller = Depends()):\n    drop(number)\n"
        ),
        (
            "from flask import Flask, flash, redirect, session, url_for\n\napp = Flask(__name__)\n\n\n"
            "@app.route('/notes/<int:number>', methods=['POST'])\ndef change(number):\n"
            "    if not session.get('user'):\n        flash('Only members change notes.')\n"
            "        return redirect(url_for('show', number=number))\n    keep(number)\n    return ''\n"
        ),
        {
            "shop/app.py": (
                "from flask import Flask\n\nfrom shop import orders\n\n\ndef create_app():\n    app = Flask(__name__)\n"
                "    shown = orders.Orders.as_view('orders')\n"
                "    app.add_url_rule('/orders/', view_func=shown, methods=['GET', 'POST'])\n    return app\n"
            ),
            "shop/orders.py": (
                "from flask import abort, request\nfrom flask.views import MethodView\n\n\n"
                "def require_token(function):\n    def asked(*args):\n"
                "        if not known(request.headers.get('Authorization')):\n            abort(401)\n"
                "        return function(*args)\n\n    return asked\n\n\n"
                "class Orders(MethodView):\n    def get(self):\n        return []\n\n"
                "    @require_token\n    def post(self):\n        return {}\n"
            ),
            "shop/__init__.py": "",
        },
        (
            "from litestar import Litestar, post\nfrom litestar.di import Provide\n"
            "from litestar.exceptions import NotAuthorizedException\n\n\nasync def signed_in(request):\n"
            "    if not request.session.get('name'):\n        raise NotAuthorizedException()\n"
            "    return request.session['name']\n\n\n"
            "@post('/orders', dependencies={'store': Provide(open_store), 'buyer': Provide(signed_in)})\n"
            "async def order(store, buyer: str) -> dict:\n    return store.keep(buyer)\n\n\n"
            "app = Litestar(route_handlers=[order])\n"
        ),
        (
            "from fastapi import Depends, FastAPI, HTTPException, Request\n\napp = FastAPI()\n\n\n"
            "def known(request: Request):\n    if 'name' not in request.session:\n"
            "        raise HTTPException(401)\n    return request.session['name']\n\n\n"
            "def store_maker(wanted):\n    async def store(name: str = Depends(known)):\n"
            "        return open_store(name, wanted)\n\n    return store\n\n\n"
            "def with_store(wanted):\n    return Depends(store_maker(wanted))\n\n\n"
            "@app.post('/orders')\nasync def order(store=with_store({'buyer'})):\n    return store.keep()\n"
        ),
        (
            "from authlib.integrations.flask_oauth2 import current_token\nfrom flask import Flask\n"
            "from shop.keys import remove\n\napp = Flask(__name__)\n\n\n@app.delete('/keys/<key>')\n"
            "def delete(key):\n    user = current_token['sub']\n    remove(user, key)\n    return ''\n"
        ),
        (
            "from flask import Blueprint, Flask, abort, request, session\n\napp = Flask(__name__)\n"
            "api = Blueprint('api', __name__)\n\n\nclass Page:\n    def check_access(self):\n        pass\n\n"
            "    def answer(self):\n        self.check_access()\n"
            "        return getattr(self, f'do_{request.method}')()\n\n\n"
            "class KeptPage(Page):\n    def check_access(self):\n        if session.get('user') is None:\n"
            "            abort(401)\n\n\nclass Order(KeptPage):\n    def do_DELETE(self):\n        return gone()\n\n\n"
            "api.add_url_rule('/orders', 'orders', Order, methods=('DELETE',))\napp.register_blueprint(api)\n"
        ),
        (
            "from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request\n\n"
            "from shop.views import controller\n\napp = FastAPI()\nrouter = APIRouter()\n\n\n"
            "def signed_in(request: Request):\n    if not request.session.get('user'):\n"
            "        raise HTTPException(401)\n    return request.session['user']\n\n\n"
            "class ForPeople:\n    user: str = Depends(signed_in)\n\n\n@controller(router)\nclass Orders(ForPeople):\n"
            "    @router.delete('/orders/{key}')\n    def remove(self, key: int):\n"
            "        return gone(key, self.user)\n\n\n"
            "app.include_router(router)\n"
        ),
        {
            "shop/__init__.py": "",
            "shop/people.py": (
                "from fastapi_users import FastAPIUsers\n\nusers = FastAPIUsers[User, int](manager, [backend])\n"
                "active_person = users.current_user(active=True)\n"
            ),
            "shop/main.py": (
                "from fastapi import Depends, FastAPI\n\nfrom shop.people import active_person\n\napp = FastAPI()\n\n\n"
                "@app.post('/orders', dependencies=[Depends(active_person)])\ndef order():\n    return keep()\n"
            ),
        },
        {
            "desk/settings.py": (
                "MIDDLEWARE = ['desk.middleware.IdentityHeaderMiddleware']\nROOT_URLCONF = 'desk.urls'\n"
            ),
            "desk/middleware.py": (
                "from django.http import HttpResponseForbidden\n\nfrom desk.people import user_of\n\n\n"
                "class IdentityHeaderMiddleware:\n    def process_request(self, request):\n        try:\n"
                "            user = user_of(request.META['HTTP_X_IDENTITY'])\n        except KeyError:\n"
                "            return HttpResponseForbidden()\n        if not user:\n"
                "            return HttpResponseForbidden()\n        request.user = user\n"
            ),
            "desk/views.py": (
                "from django.http import HttpResponse\nfrom django.views.decorators.http import require_POST\n\n\n"
                "@require_POST\ndef run(request):\n    return HttpResponse()\n"
            ),
            "desk/urls.py": (
                "from django.urls import path\nfrom desk import views\n\nurlpatterns = [path('run/', views.run)]\n"
            ),
            "desk/__init__.py": "",
        },
        {
            "shop/settings.py": (
                "SECRET_KEY = 'x'\nROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['shop']\n"
                "MIDDLEWARE = ['shop.guards.AuthenticationMiddleware']\n"
            ),
            "shop/guards.py": (
                "from django.http import JsonResponse\n\nfrom shop.models import User\n\n\n"
                "class AuthenticationMiddleware:\n"
                "    def process_request(self, request):\n"
                "        user = User.objects.filter(token=request.headers.get('x-token')).first()\n"
                "        if user:\n            request.user = user\n            return None\n"
                "        answer = JsonResponse({'error': 'sign in first'})\n        answer.status_code = 401\n"
                "        return answer\n"
            ),
            "shop/urls.py": (
                "from django.urls import path\n\nfrom shop.views import OrderView\n\n"
                "urlpatterns = [path('orders/', OrderView.as_view())]\n"
            ),
            "shop/views.py": (
                "from django.http import JsonResponse\nfrom django.views.generic import View\n\n"
                "from shop.models import Order\n\n\n"
                "class OrderView(View):\n    def post(self, request):\n"
                "        Order.objects.create(name=request.POST['name'])\n        return JsonResponse({})\n"
            ),
        },
        (
            "from flask import Blueprint, Flask, g, redirect, session, url_for\n"
            "from werkzeug.exceptions import HTTPException\n\napp = Flask(__name__)\n"
            "main = Blueprint('main', __name__)\n\n\nclass Redirect303(HTTPException):\n    pass\n\n\n"
            "@main.url_value_preprocessor\ndef pull_list(endpoint, values):\n"
            "    name = (values or {}).pop('name', None)\n    if name and not session.get(name):\n"
            "        raise Redirect303(url_for('.authenticate', name=name))\n    g.list = name\n\n\n"
            "@main.route('/<name>/add', methods=['POST'])\ndef add():\n    return keep(g.list)\n\n\n"
            "app.register_blueprint(main)\n"
        ),
        (
            "import cherrypy\n\n\nclass Pages:\n    def note(self, name):\n        keep(name)\n\n"
            "    note.exposed = True\n\n\ndef start(passwords):\n    conf = {}\n"
            "    conf['/'] = {'tools.auth_basic.on': True, 'tools.auth_basic.realm': 'notes'}\n"
            "    cherrypy.tree.mount(Pages(), '/', config=conf)\n"
        ),
        (
            "from flask import Flask\nfrom flask_httpauth import HTTPBasicAuth\n"
            "from werkzeug.security import check_password_hash\n\n\ndef main():\n    app = Flask(__name__)\n"
            "    auth = HTTPBasicAuth()\n\n    @app.post('/notes')\n    @auth.login_required\n    def note():\n"
            "        return 'kept'\n\n    @auth.verify_password\n    def verify(name, password):\n"
            "        user = load(name)\n        if user is None:\n"
            "            check_password_hash(random_hash(), password)\n            return None\n"
            "        return check_password_hash(user.password, password)\n\n    app.run()\n\n\nmain()\n"
        ),
        (
            "from aiohttp import web\nfrom aiohttp_session import get_session\n\nOPEN = {'orders.front'}\n\n\n"
            "async def load(request):\n    kept = await get_session(request)\n"
            "    account = kept.get(request.match_info['number'])\n    if not account:\n"
            "        raise web.HTTPUnauthorized()\n    return account\n\n\n"
            "@web.middleware\nasync def known(request, handler):\n    if request['view'] not in OPEN:\n"
            "        request['account'] = await load(request)\n    return await handler(request)\n\n\n"
            "async def order(request):\n    await request.app['orders'].add(await request.json())\n"
            "    return web.Response()\n\n\ndef make():\n    around = (known,)\n"
            "    app = web.Application(middlewares=around)\n"
            "    app.router.add_post('/{number}/orders', order)\n    return app\n\n\nweb.run_app(make())\n"
        ),
        (
            "from aiohttp import web\nfrom aiohttp_session import get_session\n\nOPEN = ('/login',)\n\n\n"
            "@web.middleware\nasync def known(request, handler):\n    session = await get_session(request)\n"
            "    if request.path not in OPEN and not session.get('user_id'):\n"
            "        raise web.HTTPFound('/login')\n    return await handler(request)\n\n\n"
            "async def order(request):\n    await request.app['orders'].add(await request.json())\n"
            "    return web.Response()\n\n\ndef make():\n    around = []\n    around.append(known)\n"
            "    app = web.Application(middlewares=around)\n"
            "    app.router.add_post('/orders', order)\n    return app\n\n\nweb.run_app(make())\n"
        ),
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['shop']\n",
            "shop/urls.py": (
                "from django.urls import path\n\nfrom shop import views\n\n"
                "urlpatterns = [path('orders/<int:number>/', views.one_order)]\n"
            ),
            "shop/views.py": (
                "from functools import wraps\n\nfrom django.http import JsonResponse\n"
                "from django.views.decorators.csrf import csrf_exempt\n\nfrom shop.models import Order, Shop\n\n\n"
                "def of_shop(view):\n    @wraps(view)\n    def inner(request, *args):\n"
                "        shop = Shop.by_key(request.headers.get('X-Api-Key', ''))\n        if shop is None:\n"
                "            return JsonResponse({}, status=401)\n        return view(request, *args)\n\n"
                "    return inner\n\n\n@of_shop\ndef drop(request, number):\n"
                "    Order.objects.filter(pk=number).delete()\n    return JsonResponse({})\n\n\n"
                "@of_shop\ndef show(request, number):\n    return JsonResponse({'number': number})\n\n\n"
                "@csrf_exempt\ndef one_order(request, number):\n    if request.method == 'DELETE':\n"
                "        return drop(request, number)\n    return show(request, number)\n"
            ),
        },
        {
            "shop/security.py": (
                "from aiohttp.web import HTTPUnauthorized, middleware\n\n\nclass Security:\n    @middleware\n"
                "    async def token_validation(self, request, handler):\n"
                "        if request.headers.get('Authorization') != self.expected():\n"
                "            raise HTTPUnauthorized\n        return await handler(request)\n"
            ),
            "shop/api.py": (
                "from aiohttp import web\n\nfrom shop.security import Security\n\n\nclass Api:\n"
                "    def __init__(self):\n        self.security: Security = Security()\n"
                "        self.app = web.Application(middlewares=[self.security.token_validation])\n"
                "        self.app.add_routes([web.post('/orders', self.order)])\n\n"
                "    async def order(self, request):\n        return web.Response()\n"
            ),
        },
        {
            "shop/access.py": (
                "from functools import wraps\n\nfrom django.contrib import messages\n"
                "from django.shortcuts import redirect\n\n\ndef keep_out(wrapped):\n    @wraps(wrapped)\n"
                "    def inner(*args, **kwargs):\n        request = args[0]\n"
                "        if not request.user.is_anonymous and not request.user.is_barred:\n"
                "            return wrapped(*args, **kwargs)\n"
                "        messages.error(request, 'This page is not for you.')\n        return redirect('index')\n\n"
                "    return inner\n"
            ),
            "shop/views.py": (
                "from django.http import HttpResponse\n\nfrom shop.access import keep_out\n"
                "from shop.models import Note\n\n\n@keep_out\ndef delete_note(request, number):\n"
                "    if request.method == 'POST':\n        Note.objects.get(pk=number).delete()\n"
                "    return HttpResponse('gone')\n"
            ),
            "shop/urls.py": (
                "from django.urls import path\n\nfrom shop import views\n\n"
                "urlpatterns = [path('notes/<int:number>/delete', views.delete_note)]\n"
            ),
            "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['shop']\n",
        },
        (
            "from http import HTTPStatus\n\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n\n"
            "class Invalid(Exception):\n    pass\n\n\ndef validate_partner_request():\n"
            "    if request.json.get('proof') != app.config['PROOF']:\n        raise Invalid\n\n\n"
            "@app.route('/results', methods=['POST'])\ndef results():\n    try:\n"
            "        validate_partner_request()\n    except Invalid as error:\n"
            "        return str(error), HTTPStatus.UNAUTHORIZED\n    return keep(request.json)\n"
        ),
        {
            "shop/api.py": (
                "from ninja import NinjaAPI\nfrom ninja.security import HttpBearer\n\n"
                "from shop.models import Token\n\n\nclass Bearer(HttpBearer):\n"
                "    def authenticate(self, request, token):\n"
                "        return Token.objects.filter(key=token).first()\n\n\ndef register(api: NinjaAPI):\n"
                "    api.add_router('/orders', 'shop.orders.router')\n    return api\n\n\n"
                "api = NinjaAPI(title='Shop', auth=[Bearer()])\nregister(api)\n"
            ),
            "shop/orders.py": (
                "from ninja import Router\n\nfrom shop.models import Token\n\nrouter = Router()\n\n\n"
                "@router.delete('/all')\ndef remove(request):\n    Token.objects.all().delete()\n"
            ),
            "shop/models.py": (
                "from django.db import models\n\n\nclass Token(models.Model):\n    key = models.TextField()\n"
            ),
            "shop/__init__.py": "",
        },
        {
            "shop/settings.py": (
                "import django\n\nROOT_URLCONF = 'shop.urls'\nMIDDLEWARE = ['shop.middleware.StaffMiddleware']\n"
            ),
            "shop/middleware.py": (
                "from django.contrib.auth.views import redirect_to_login\n\n\nclass StaffMiddleware:\n"
                "    def __init__(self, get_response):\n        self.get_response = get_response\n\n"
                "    def __call__(self, request):\n        if request.user.is_anonymous:\n"
                "            return redirect_to_login(request.path)\n        return self.get_response(request)\n"
            ),
            "shop/urls.py": (
                "from django.urls import path\n\nfrom shop.views import Orders\n\n"
                "urlpatterns = [path('orders', Orders.as_view())]\n"
            ),
            "shop/views.py": (
                "from django.views import View\n\nfrom shop.models import Order\n\n\nclass Orders(View):\n"
                "    def post(self, request):\n        Order.objects.create(name=request.POST['name'])\n"
            ),
            "shop/models.py": (
                "from django.db import models\n\n\nclass Order(models.Model):\n    name = models.TextField()\n"
            ),
        },
        (
            "from fastapi import Depends, FastAPI, HTTPException\n\napp = FastAPI()\n\n\n"
            "def current_user(token: str = ''):\n    if not token:\n        raise HTTPException(status_code=401)\n"
            "    return token\n\n\n@app.post('/items')\ndef create(user: str = Depends(current_user)):\n    return {}\n"
        ),
        {
            "shop/settings.py": (
                "INSTALLED_APPS = ['rest_framework']\n"
                "REST_FRAMEWORK = {'DEFAULT_PERMISSION_CLASSES': ['rest_framework.permissions.IsAuthenticated']}\n"
                "ROOT_URLCONF = 'shop.urls'\n"
            ),
            "shop/urls.py": (
                "from django.urls import path\nfrom shop.views import Items\n\n"
                "urlpatterns = [path('items/', Items.as_view())]\n"
            ),
            "shop/views.py": (
                "from rest_framework.views import APIView\n\n\nclass Items(APIView):\n    def post(self, request):\n"
                "        return save(request.data)\n"
            ),
        },
        (
            "from flask import Flask, abort, session\n\napp = Flask(__name__)\n\n\n@app.before_request\n"
            "def require_login():\n    if 'user_id' not in session:\n        abort(401)\n\n\n"
            "@app.route('/items', methods=['POST'])\ndef create():\n    return {}\n"
        ),
        (
            "from fastapi import Depends, FastAPI, HTTPException\n\n\ndef current_user(token: str = ''):\n"
            "    if not token:\n        raise HTTPException(status_code=401)\n\n\napp = FastAPI()\n\n\n"
            "@app.post('/search')\ndef search(body: dict):\n    return {'found': [body]}\n\n\n"
            "@app.post('/items', dependencies=[Depends(current_user)])\ndef create():\n    return {}\n"
        ),
    ],
    fails=[
        (
            # What a handler is given, whatever it has to do with, asks nobody who they are.
            "from fastapi import Depends, FastAPI\n\napp = FastAPI()\n\n\nclass RoleServices:\n"
            "    def keep(self, role):\n        return role\n\n\ndef get_member_repository():\n"
            "    return RoleServices()\n\n\n"
            "@app.post('/members')\ndef add(member: dict, members=Depends(get_member_repository)):\n"
            "    return members.keep(member)\n\n\n@app.post('/roles')\n"
            "def create(role: dict, roles: RoleServices = Depends()):\n    return roles.keep(role)\n"
        ),
        (
            "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.post('/items')\ndef create(item: dict):\n"
            "    return keep(item)\n"
        ),
        {
            "shop/main.py": (
                "from fastapi import FastAPI\n\nfrom shop.planning import Planner\n\napp = FastAPI()\n\n\n"
                "@app.post('/baking/run')\nasync def run(plan: dict):\n    return Planner().run(plan)\n"
            ),
            "shop/planning.py": (
                "from shop.jobs import bake\n\n\nclass Planner:\n    def run(self, plan):\n"
                "        for loaf in plan['loaves']:\n            bake.apply_async((loaf,))\n"
            ),
            "shop/jobs.py": (
                "from celery import Celery\n\napp = Celery('shop')\n\n\n@app.task\ndef bake(loaf):\n    print(loaf)\n"
            ),
        },
        {
            "shop/main.py": (
                "from pyramid.config import Configurator\n\nfrom shop.orders import Orders\n\n\n"
                "def main(config, **settings):\n    made = Configurator(settings=settings)\n"
                "    made.include('pyramid_handlers')\n"
                "    made.add_handler('orders', '/orders/{action}', handler=Orders)\n"
                "    return made.make_wsgi_app()\n"
            ),
            "shop/orders.py": (
                "from pyramid_handlers import action\n\n\nclass Orders:\n    def __init__(self, request):\n"
                "        self.request = request\n\n    @action(renderer='json', request_method='POST')\n"
                "    def add(self):\n        return keep(self.request.json_body)\n"
            ),
            "shop/__init__.py": "",
        },
        (
            "from flask import Flask, abort\n\napp = Flask(__name__)\n\n\n"
            "@app.delete('/configurations/<int:number>')\ndef remove(number):\n    config = find(number)\n"
            "    if not config:\n        abort(404)\n    return drop(config)\n"
        ),
    ],
    fixed=(
        "from fastapi import Depends, FastAPI, HTTPException\n\n\ndef current_user(token: str = ''):\n"
        "    if not token:\n        raise HTTPException(status_code=401)\n\n\n"
        "app = FastAPI(dependencies=[Depends(current_user)])\n\n\n@app.post('/items')\ndef create(item: dict):\n"
        "    return keep(item)\n"
    ),
    partials=[
        {
            "shop/settings.py": (
                "from pydantic import BaseModel\nfrom pydantic_settings import BaseSettings\n\n\n"
                "class SignIn(BaseModel):\n    enabled: bool = False\n\n\nclass Settings(BaseSettings):\n"
                "    sign_in: SignIn = SignIn()\n\n\nsettings = Settings()\n"
            ),
            **_BEHIND_A_SETTING,
        },
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['rest_framework']\n",
            "shop/urls.py": (
                "from django.urls import include, path\nfrom rest_framework.routers import DefaultRouter\n\n"
                "from shop import views\n\nrouter = DefaultRouter()\nrouter.register('carts', views.Carts)\n"
                "router.register('orders', views.Orders)\nrouter.register('refunds', views.Refunds)\n"
                "router.register('stocks', views.Stocks)\nrouter.register('taxes', views.Taxes)\n"
                "router.register('coupons', views.Coupons)\n\nurlpatterns = [path('', include(router.urls))]\n"
            ),
            "shop/views.py": (
                "from rest_framework.permissions import IsAuthenticated\n"
                "from rest_framework.viewsets import ModelViewSet\n\nfrom shop.models import Kept\n\n\n"
                "class Asking(ModelViewSet):\n    permission_classes = [IsAuthenticated]\n\n\n"
                "class Carts(Asking):\n    queryset = Kept.carts\n\n\nclass Orders(Asking):\n"
                "    queryset = Kept.orders\n\n\nclass Refunds(Asking):\n    queryset = Kept.refunds\n\n\n"
                "class Stocks(Asking):\n    queryset = Kept.stocks\n\n\nclass Taxes(Asking):\n"
                "    queryset = Kept.taxes\n\n\nclass Coupons(ModelViewSet):  # <- flagged\n"
                "    queryset = Kept.coupons\n"
            ),
        },
        {
            "shop/__init__.py": "",
            "shop/rights.py": (
                "from flask import abort, session\n\n\ndef authorize(right):\n"
                "    if right not in session.get('rights', ()):\n        abort(403)\n"
            ),
            "shop/store.py": (
                "from shop.rights import authorize\n\n\nclass Store:\n    def drop_order(self, key):\n"
                "        authorize('drop')\n        self.rows.delete(key)\n\n    def change_order(self, key, lines):\n"
                "        authorize('change')\n        self.rows.update(key, lines)\n"
            ),
            "shop/views.py": (
                "from flask import Blueprint, Flask, request\n\nfrom shop.rights import authorize\n\n"
                "app = Flask(__name__)\npart = Blueprint('orders', __name__)\n\n\n"
                "@part.post('/orders')\ndef add():\n    authorize('add')\n    part.store.add(request.json)\n"
                "    return ''\n\n\n@part.delete('/orders/<key>')\ndef drop(key):  # <- flagged\n"
                "    part.store.drop_order(key)\n    return ''\n\n\n"
                "@part.put('/orders/<key>')\ndef change(key):  # <- flagged\n"
                "    part.store.change_order(key, request.json)\n"
                "    return ''\n\n\napp.register_blueprint(part)\n"
            ),
        },
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nMIDDLEWARE = ['shop.keys.KeyAuthenticationMiddleware']\n",
            "shop/keys.py": (
                "from django.core.exceptions import PermissionDenied\n\nfrom shop.models import Key\n\n\n"
                "class KeyAuthenticationMiddleware:\n    def process_request(self, request):\n"
                "        key = request.META.get('HTTP_SHOP_KEY')\n        if not key:\n            return\n"
                "        found = Key.objects.filter(key=key).first()\n        if found is None:\n"
                "            raise PermissionDenied('API key not found')\n        request.user = found.user\n"
            ),
            "shop/models.py": "",
            "shop/views.py": (
                "from django.http import HttpResponse\nfrom django.views.decorators.http import require_POST\n\n\n"
                "@require_POST\ndef run(request):\n    return HttpResponse()\n"
            ),
            "shop/urls.py": (
                "from django.urls import path\nfrom shop import views\n\nurlpatterns = [path('run/', views.run)]\n"
            ),
        },
        (
            "import os\n\nfrom fastapi import FastAPI, HTTPException, Request\n\napp = FastAPI()\n\n\n"
            "@app.delete('/orders/{key}')\ndef remove(request: Request, key: int):\n"
            "    if api_key := os.environ.get('SHOP_API_KEY'):\n"
            "        if request.headers.get('shop-api-key') != api_key:\n"
            "            raise HTTPException(status_code=401, detail='API key is invalid')\n    return gone(key)\n"
        ),
        {
            "shop/settings.py": (
                "from pydantic_settings import BaseSettings\n\n\nclass Settings(BaseSettings):\n"
                "    api_key: str | None = None\n\n\ndef get_settings() -> Settings:\n    return Settings()\n"
            ),
            "shop/main.py": (
                "from fastapi import Depends, FastAPI, HTTPException\nfrom fastapi.security import HTTPBearer\n\n"
                "from shop.settings import Settings, get_settings\n\nbearer = HTTPBearer(auto_error=False)\n\n\n"
                "def authenticate(settings: Settings = Depends(get_settings), authorization=Depends(bearer)):\n"
                "    if settings.api_key is None:\n        return True\n"
                "    if authorization and authorization.credentials == settings.api_key:\n        return True\n"
                "    raise HTTPException(status_code=401)\n\n\napp = FastAPI()\n\n\n"
                "@app.delete('/orders/{id}', dependencies=[Depends(authenticate)])\n"
                "def remove(id: int):\n    return delete(id)\n"
            ),
        },
        (
            "import os\n\nfrom flask import Flask, abort, request\n\napp = Flask(__name__)\n"
            "TOKEN = os.environ.get('TOKEN', '')\n\n\n@app.before_request\ndef require_token():\n"
            "    if TOKEN and request.headers.get('X-Token') != TOKEN:\n        abort(401)\n\n\n"
            "@app.route('/orders/<key>', methods=['DELETE'])\ndef remove(key):\n    return delete(key)\n"
        ),
        (
            "import cherrypy\n\n\nclass Pages:\n    def note(self, name):\n        keep(name)\n\n"
            "    note.exposed = True\n\n\ndef start(passwords):\n    conf = {}\n"
            "    if passwords:\n        conf['/'] = {'tools.auth_basic.on': True}\n"
            "    cherrypy.tree.mount(Pages(), '/', config=conf)\n"
        ),
        (
            "from tornado.web import Application, RequestHandler\n\n\nclass Order(RequestHandler):\n"
            "    async def prepare(self):\n        self.who = await self.auth_handler.fetch(self.request)\n\n"
            "    async def delete(self, key):\n        await remove(key)\n\n\n"
            "app = Application([(r'/orders/(\\w+)', Order)])\n"
        ),
        {
            "shop/gate.py": (
                "from shop.errors import Unauthorized\n\n\ndef check_login(environ):\n"
                "    if not environ.get('HTTP_AUTHORIZATION'):\n        raise Unauthorized('login first')\n"
            ),
            "shop/errors.py": "class Unauthorized(Exception):\n    pass\n",
            "shop/dispatch.py": (
                "from shop.gate import check_login\n\n\ndef serve(environ, start_response):\n"
                "    check_login(environ)\n    return TABLE[environ['REQUEST_METHOD']](environ)\n\n\nTABLE = {}\n"
            ),
            "shop/main.py": (
                "from flask import Flask\n\nfrom shop.dispatch import serve\n\napp = Flask(__name__)\n"
                "app.wsgi_app = serve\n\n\n"
                "@app.route('/orders/<key>', methods=['DELETE'])\ndef remove(key):\n    return {}\n"
            ),
        },
        (
            "from flask import Flask, render_template, request\n\napp = Flask(__name__)\n\n\n@app.route('/')\n"
            "def index():\n    return render_template('index.html')\n\n\n@app.route('/new', methods=['POST'])\n"
            "def create():\n    return {'key': keep(request.form['text'])}\n"
        ),
        (
            "from fastapi import FastAPI, UploadFile\n\napp = FastAPI()\n\n\n@app.post('/transcript')\n"
            "def transcript(file: UploadFile):\n    return {'text': MODEL.hear(file.file)}\n"
        ),
        (
            "from flask import Flask\nfrom flask_login import login_required\n\napp = Flask(__name__)\n\n\n"
            "@app.route('/a', methods=['POST'])\n@login_required\ndef a():\n    return {}\n\n\n@login_required\n"
            "@app.route('/b', methods=['POST'])\ndef b():  # <- flagged\n    return {}\n"
        ),
        (
            "import hmac\n\nfrom flask import Flask, abort, request, session\n\napp = Flask(__name__)\n\n\n"
            "def is_genuine(text, digest):\n    made = hmac.new(KEY, text, 'sha256').hexdigest()\n"
            "    return hmac.compare_digest(made, digest)\n\n\n"
            "@app.before_request\ndef require_login():\n    if 'user_id' not in session:\n        abort(401)\n\n\n"
            "@app.route('/items', methods=['POST'])\ndef create():\n"
            "    is_genuine(request.data, request.headers['X-Digest'])  # <- flagged\n    return {}\n"
        ),
        {
            "shop/main.py": (
                "from flask import Flask\n\nfrom shop.store import store\n\napp = Flask(__name__)\n\n\n"
                "@app.post('/orders')\ndef order():\n    store.save({})\n    return ''\n\n\n"
                "@app.delete('/orders/<int:number>')\ndef remove(number):\n    store.delete(number)\n    return ''\n"
            ),
            "shop/store.py": (
                "import sqlite3\n\n\nclass Store:\n    def save(self, order):\n"
                "        sqlite3.connect('shop.db').execute('INSERT INTO orders VALUES (?)', [order])\n\n"
                "    def delete(self, number):\n"
                "        sqlite3.connect('shop.db').execute('DELETE FROM orders WHERE id = ?', [number])\n\n\n"
                "store = Store()\n"
            ),
            "deploy/ingress.yaml": (
                "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: shop\n  annotations:\n"
                "    nginx.ingress.kubernetes.io/auth-url: https://door.example/oauth2/auth\nspec: {}\n"
            ),
        },
        {
            "shop/settings.py": ("ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['django.contrib.auth', 'shop']\n"),
            "shop/models.py": (
                "from django.db import models\n\n\nclass Order(models.Model):\n    name = models.TextField()\n"
            ),
            "shop/urls.py": (
                "from django.urls import path\n\nfrom shop import views\n\n"
                "urlpatterns = [path('orders/<int:number>/', views.one_order)]\n"
            ),
            "shop/views.py": (
                "from django.contrib.auth.decorators import login_required\nfrom django.http import JsonResponse\n\n"
                "from shop.models import Order\n\n\ndef drop(request, number):\n"
                "    Order.objects.filter(pk=number).delete()\n    return JsonResponse({})\n\n\n"
                "@login_required\ndef show(request, number):\n    return JsonResponse({'number': number})\n\n\n"
                "def one_order(request, number):\n    if request.method == 'DELETE':\n"
                "        return drop(request, number)\n    return show(request, number)\n"
            ),
        },
    ],
    ignores=[
        "def add(a, b):\n    return a + b\n",
        (
            "import bcrypt\n\nNOBODYS = bcrypt.hashpw(b'-', bcrypt.gensalt())\n\n\n"
            "def take_as_long(password):\n    bcrypt.checkpw(password.encode(), NOBODYS)\n"
        ),
        {
            "shop/settings.py": "import django\n\nROOT_URLCONF = 'shop.urls'\n",
            "shop/urls.py": (
                "from django.urls import path\n\nfrom shop.views import page\n\n"
                "urlpatterns = [path('basket/', page), path('orders/', page)]\n"
            ),
            "shop/views.py": (
                "import json\n\nfrom django.shortcuts import render\n\n\ndef is_paid(request):\n"
                "    return request.method == 'POST' and 'paid' in request.POST\n\n\ndef page(request):\n"
                "    context = {'answer': json.dumps(request.POST['paid']) if is_paid(request) else ''}\n"
                "    return render(request, 'page.html', context)\n"
            ),
        },
        (
            "from flask import Flask, redirect, url_for\n\napp = Flask(__name__)\n\n\n"
            "@app.post('/profile/number/delete')\ndef delete_number():\n"
            "    return redirect(url_for('account.delete_number'), 301)\n"
        ),
    ],
)
def authentication(repo: Repo) -> Judgement:
    """Judge by the share of state-changing routes that something guards; open ones among guarded ones are sites.

    What guards a route, be it only for reading, is kept beside, so that a comparison can tell of a guard that was taken
    away.
    """
    judgement = replace(_judged(repo), wards=tuple(_wards(repo)))
    unheard = tuple(_unheard(repo))
    if not unheard:
        return judgement
    judgement = replace(judgement, sites=(*judgement.sites, *unheard))
    if judgement.status is not Status.PASS:
        return judgement
    return replace(judgement, status=Status.PARTIAL, score=0.9)


def _unheard(repo: Repo) -> Iterator[Site]:
    """A check whose answer is dropped refuses nobody."""
    for site in repo.identity.unheard:
        yield bad(
            site.location,
            f"What `{site.last}` answers is dropped, so that whoever fails the check gets in",
            fix=f"Act on the answer: `if not {site.last}(…): raise PermissionError`.",
        )


def _wards(repo: Repo) -> Iterator[Ward]:
    identity = repo.identity
    for route in identity.kept:
        answering = route.answering
        if answering is None:
            continue
        by = identity.declared(route, Strength.IDENTITY)
        # A route that is marked as open is so whatever its handler does with those who come in.
        looks_within = not by and not repo.purposes.is_open_by_decorator(route)
        within = identity.checked_within(route, Strength.IDENTITY) if looks_within else ()
        is_open = repo.purposes.is_open_on_purpose(route, by_its_name=True)
        reads = identity.kept_from_reading(route)
        yield Ward(
            _first(answering),
            route.name,
            by,
            f"{route.name} does not ask who calls",
            ways=0 if by or within or is_open else 1,
            within=within,
            inside=_first(route.handler) if route.handler is not None else None,
            beside=(*identity.might_keep(route, Strength.IDENTITY), *(ONLY_FOR_CHANGES if reads else ())),
            asks=(("the sign-in of those who only read",),) if reads else (),
        )
    handlers = {route.handler.name for route in repo.routes.all if route.handler is not None}
    yield from (_of_asking(repo, one) for one in repo.askings.strangers if one.function.name not in handlers)
    yield from _listed(repo)
    yield from _proved(repo)
    yield from _standing(repo)
    yield from _heard(repo)
    yield from _by_default(repo)


def _proved(repo: Repo) -> Iterator[Ward]:
    """When functions believe a key, a token or a signature that they hold against their own."""
    # Those of webhooks have a control of their own.
    senders = {one.name for one in repo.incoming.proving}
    for function in repo.python.functions:
        name = function.definition.name
        if repo.turned_away.compares(function):
            when = repo.turned_away.by_proof(function) if function.name not in senders else ()
            if when:
                loss = f"`{name}` believes more of those who call"
                yield Ward(function.location, f"whom `{name}` believes", (), loss, ways=0, when=when)
            continue
        when = repo.turned_away.by_right(function)
        if when and repo.turned_away.is_of_strangers(when):
            loss = f"`{name}` turns fewer strangers away"
            beside = (*repo.askings.around(function), *repo.identity.before(function))
            yield Ward(
                function.location, f"which strangers `{name}` turns away", (), loss, ways=0, beside=beside, when=when
            )


def _heard(repo: Repo) -> Iterator[Ward]:
    """The questions whether a proof is right, and whether anything hangs on what is answered."""
    for site, is_heard in repo.turned_away.proofs_asked():
        shown = site.last.rpartition(":")[2]
        yield Ward(
            site.location,
            f"the answer of `{shown}`",
            ("what hangs on the answer",) if is_heard else (),
            f"Nothing takes the answer of `{shown}`",
            ways=0 if is_heard else 1,
        )


def _standing(repo: Repo) -> Iterator[Ward]:
    """What asks who calls before several routes, and the settings without which it does not where nobody sets them."""
    every = [(one, _without(repo, one)) for one in repo.identity.standing if one.path in repo.python.modules]
    always = tuple(one.by for one, settings in every if not settings)
    for one, settings in every:
        module = repo.python.modules[one.path]
        told = " and ".join(f"`{name}`" for name in settings)
        yield Ward(
            Location(one.path, one.line, one.line, module.symbol(module.scope_at(one.line))),
            f"whether {one.by} asks",
            (),
            f"{one.by} asks nobody where {told} {'is' if len(settings) == 1 else 'are'} left as by default",
            ways=0,
            beside=always,
            when=(tuple(Term(name) for name in settings),),
            does=f"what {one.by} asks",
        )


def _by_default(repo: Repo) -> Iterator[Ward]:
    """The settings that turn asking who calls on or off as a whole, and whether they are on where nobody sets them."""
    for one in repo.identity.switches:
        module = repo.python.modules.get(one.path)
        if module is not None:
            yield Ward(
                Location(one.path, one.line, one.line, module.symbol(module.scope_at(one.line))),
                f"whether `{one.name}` is on",
                () if one.off else ("its default",),
                f"Nobody is asked who calls unless `{one.name}` is set",
                ways=int(one.off),
            )


def _without(repo: Repo, standing: Standing) -> tuple[str, ...]:
    """The settings that keep something from asking who calls where nobody sets them."""
    found = repo.switched.left_out(standing.line, repo.python.modules[standing.path])
    module = repo.python.modules.get(standing.asks_in)
    inside = [repo.switched.left_out(line, module) for line in standing.asks_at] if module is not None else []
    within = {name for names in inside for name in names} if inside and all(inside) else set()
    return tuple(sorted({*found, *within}))


def _first(site: DefinitionSite) -> Location:
    """The place of a definition, from its decorators on."""
    return replace(site.location, line=site.definition.first_line)


def _listed(repo: Repo) -> Iterator[Ward]:
    """The permissions that attributes of classes list which no route is seen to read, and that methods choose."""
    for one in repo.askings.chosen:
        of_somebody = [name for name, strength in one.asked if strength is Strength.IDENTITY]
        yield Ward(
            one.location,
            f"`{one.name}`",
            (),
            f"`{one.name}` lets in whoever comes",
            ways=0,
            beside=(*one.beside, *(name for name, _ in one.asked)),
            asks=tuple((name,) for name in of_somebody),
        )
    for one in repo.turned_away.chosen():
        names = tuple(name for name, strength in one.asked if strength)
        loss = f"`{one.name}` lets in whoever comes"
        whether = ("that somebody has signed in",) if names else ()
        yield Ward(
            one.location, f"`{one.name}`", (), loss, ways=0, beside=one.beside, asks=(whether,) if whether else ()
        )
    for one in repo.askings.listed:
        if (one.location.path, one.location.symbol) not in repo.routes.views:
            names = tuple(name for name, _ in one.asked)
            asked = (names,) if names else ()
            loss = f"`{one.name}` lets in whoever comes"
            yield Ward(one.location, f"`{one.name}`", (), loss, ways=0, beside=one.beside, asks=asked)


def _of_asking(repo: Repo, asking: Asking) -> Ward:
    """A function that no route leads to, as far as routes are read, and whether it asks if somebody has signed in."""
    function = asking.function
    return Ward(
        function.location,
        f"whom `{function.definition.name}` lets in",
        (),
        f"`{function.definition.name}` does not ask who calls",
        ways=0,
        beside=(*repo.askings.beside(function), *repo.identity.before(function)),
        asks=asking.questions,
    )


def _counterpart(repo: Repo, ward: Ward) -> Ward | None:
    """A function as it stands here that asks elsewhere whether somebody has signed in."""
    site = repo.python.definition_named(f"{ward.location.path}:{ward.location.symbol}")
    if site is None or site.definition.kind == "class" or not repo.askings.might_ask(site):
        return None
    if any(route.handler is not None and route.handler.name == site.name for route in repo.routes.all):
        return None
    asked = (*repo.askings.of_strangers(site), *repo.askings.asked_no_more(site, ward.asks))
    return _of_asking(repo, Asking(site, asked))


def _judged(repo: Repo) -> Judgement:
    identity = repo.identity
    if not repo.routes.all:
        return _without_routes(repo)
    asked = [(route, identity.gate(route)) for route in repo.purposes.exposed]
    answers = [(route, found) for route, found in asked if found is not None or not repo.purposes.lets_join(route)]
    if not answers:
        return _reading_only(repo)
    guarded = [(route, found) for route, found in answers if found is not None]
    open_ones = [route for route, found in answers if found is None]
    proved = _proved_senders(repo)
    bare = [route for route in open_ones if route.name not in proved]
    if not guarded and not bare:
        return _by_proof(open_ones)
    exposed = [route for route, found in answers if found is not None or route.name not in proved]
    share = len(guarded) / len(exposed)
    sites = tuple(_sites(repo, bare, guarded))
    shown = _shown(guarded)
    if not guarded:
        return _unguarded(repo, bare)
    if share < _ENOUGH:
        shown = (*shown[:3], *(seen(one.location.path, one.location.line, f"{one.name} is open") for one in bare[:4]))
    switch = _left_open(repo, guarded)
    if switch is not None and share >= _HALF:
        answer = partial(
            f"Authentication is there, but `{switch.name}` leaves it off until somebody turns it on.",
            seen(switch.path, switch.line, f"`{switch.name}` is off by default"),
            *shown,
            score=0.5,
        )
        return replace(answer, sites=sites)
    if sum(found.is_optional or "optional" in found.by.lower() for _, found in guarded) >= _HALF * len(guarded):
        answer = partial("Routes ask who calls only under a condition that need not hold.", *shown, score=0.5)
        return replace(answer, sites=sites)
    certain = any(site.confidence is Confidence.HIGH for site in sites)
    summary = f"{len(guarded)} of {len(exposed)} state-changing routes ask who calls."
    further = [(route, name) for route in bare for name in identity.asks_further_in(route)[:1]] if share < _HALF else []
    if len(guarded) + len(further) >= _HALF * len(exposed) and share < _HALF:
        told = (
            seen(route.location.path, route.location.line, f"{route.name} leads to {name}") for route, name in further
        )
        answer = partial(
            f"{summary[:-1]}; of the others {len(further)} lead to what may refuse strangers.",
            *shown[:3],
            *list(told)[:2],
            score=_UNSURE,
        )
        return replace(answer, sites=sites)
    if certain and share >= _ENOUGH:
        return Judgement(partial(summary, *shown).status, 0.9, summary, shown, sites=sites)
    return shared(share, summary, *shown, enough=_ENOUGH, half=_HALF, sites=sites)


def _proved_senders(repo: Repo) -> frozenset[str]:
    """The names of the routes that other services call, and that hold the sender's proof against their own."""
    return frozenset(hook.handled.name for hook in repo.incoming.webhooks if hook.verified_by)


def _by_proof(routes: list[Route]) -> Judgement:
    told = (seen(one.location.path, one.location.line, f"{one.name} asks for a proof") for one in routes[:5])
    return passed("What changes something asks for a secret or a signature of whoever calls.", *told)


def _left_open(repo: Repo, guarded: list[tuple[Route, Protection]]) -> Switch | None:
    """What lets everybody in by default: a switch of the whole service, or a credential that need not be set."""
    off = next((switch for switch in repo.identity.switches if switch.off), None)
    if off is not None:
        return off
    opened = [unset for route, _ in guarded if (unset := repo.identity.left_open(route)) is not None]
    first = opened[0] if len(opened) >= _HALF * len(guarded) else None
    return Switch(first.name, first.path, first.line, off=True) if first is not None else None


def _unguarded(repo: Repo, bare: list[Route]) -> Judgement:
    """No route that was read is seen to ask who calls.

    That is a blocker only where nothing else could ask, and where callers are not everybody on purpose.
    """
    none = (
        "The only state-changing route asks nobody who calls"
        if len(bare) == 1
        else f"None of the {len(bare)} state-changing routes asks who calls"
    )
    shown = [seen(route.location.path, route.location.line, f"{route.name} is open") for route in bare[:5]]
    unplaced = [site for site in repo.identity.unplaced_checks if repo.wiring.is_used(site)]
    if unplaced:
        checks = [
            seen(site.location.path, site.location.line, f"`{site.definition.name}` refuses strangers")
            for site in unplaced[:3]
        ]
        return partial(
            f"{none}, as far as they can be read; `{unplaced[0].definition.name}` refuses strangers, and which "
            "requests go through it is not seen.",
            *checks,
            *shown[:2],
            score=_UNSURE,
        )
    before = repo.deployment.gateway_sign_in
    if before:
        return partial(
            f"{none} itself; a gateway before the service does.",
            *(seen(path, line, text) for path, line, text in before[:3]),
            *shown[:2],
            score=_BY_GATEWAY,
        )
    identity = repo.identity
    asking = [
        (route, name) for route in bare for name in (*identity.asks_unseen(route), *identity.asks_further_in(route))[:1]
    ]
    if len(asking) >= _HALF * len(bare):
        return partial(
            f"{none} in a way that can be read; what `{asking[0][1].strip('`')}` does, which they call, is not seen.",
            *(
                seen(route.location.path, route.location.line, f"{route.name} calls `{name.strip('`')}`")
                for route, name in asking[:5]
            ),
            score=_UNSURE,
        )
    for_everybody = _is_for_everybody(repo, bare)
    if for_everybody:
        return partial(f"{none}; {for_everybody}.", *shown, score=_UNSURE)
    if repo.routes.are_few:
        return partial(
            f"{none}; {len(repo.routes.all)} routes are few for a code base of this size, so that it may dispatch "
            "others in a way of its own.",
            *shown,
            score=_UNSURE,
        )
    return failed(
        f"{none}.",
        *shown,
        looked_in=[f"guards of {bare[0].framework} routes, middleware, request hooks, framework defaults"],
    )


def _is_for_everybody(repo: Repo, bare: list[Route]) -> str:
    """Why strangers may be meant to call every one of the routes; empty where nothing says so."""
    if repo.accounts.users is not None or any(factor.is_used for factor in repo.accounts.factors):
        return ""
    if not any(repo.purposes.writes(route) for route in bare):
        return "nobody has an account here, and none of them is seen to change what stays"
    shows_pages = any(repo.interface.is_page(route) for route in repo.routes.all)
    if shows_pages and not any(repo.purposes.alters(route) for route in bare):
        return "nobody has an account on this site, and a stranger may add to it but change nothing of others"
    return ""


def _without_routes(repo: Repo) -> Judgement:
    """A server whose dispatch cannot be read may still refuse strangers itself."""
    checks = [site for site in repo.identity.checks if repo.wiring.is_used(site)]
    if not repo.services.is_server or not checks:
        return not_applicable("No route to protect.")
    off = [switch for switch in repo.identity.switches if switch.off]
    shown = [
        seen(site.location.path, site.location.line, f"`{site.definition.name}` refuses strangers")
        for site in checks[:5]
    ]
    if off:
        return partial(
            f"The server asks who calls, but `{off[0].name}` leaves that off by default.",
            seen(off[0].path, off[0].line, f"`{off[0].name}` is off by default"),
            *shown,
            score=0.5,
        )
    return passed("The server asks who calls before it answers.", *shown)


def _reading_only(repo: Repo) -> Judgement:
    found = [
        (route, gate)
        for route in repo.routes.all
        if (gate := repo.identity.gate(route)) is not None and gate.strength >= Strength.IDENTITY
    ]
    if found:
        return passed("The routes that are not for everybody ask who calls.", *_shown(found, ""))
    checks = [site for site in repo.identity.checks if repo.wiring.is_used(site)]
    if checks:
        return passed(
            "What the routes lead to asks who calls.",
            *(
                seen(site.location.path, site.location.line, f"`{site.definition.name}` refuses strangers")
                for site in checks[:5]
            ),
        )
    if not any(route.changes_state for route in repo.routes.all):
        return not_applicable("No route changes anything.")
    changing = [route for route in repo.routes.served if route.changes_state]
    proved = _proved_senders(repo)
    if changing and all(route.name in proved or _asks_for_a_proof(route) for route in changing):
        return _by_proof(changing)
    if repo.accounts.users is None:
        return not_applicable("What takes a body only asks, or is open to strangers on purpose.")
    if repo.accounts.administration_alone is not None:
        place = repo.accounts.administration_alone
        return passed("Only the administration is not for everybody, and it asks who calls.", place)
    first = next(route for route in repo.routes.all if route.changes_state)
    return failed("No route asks who calls.", seen(first.location.path, first.location.line, f"{first.name} is open"))


def _shown(guarded: list[tuple[Route, Protection]], kind: str = "state-changing ") -> tuple[Evidence, ...]:
    """Each guard once, the most used first."""
    uses: dict[tuple[str, int, str], int] = {}
    for _, found in guarded:
        key = (found.path, found.line, found.by) if found.level in ("router", "application") else ("", 0, found.by)
        uses[key] = uses.get(key, 0) + 1
    ordered = sorted(uses.items(), key=lambda item: (-item[1], item[0]))[:5]
    evidence = []
    for (_, _, by), count in ordered:
        place = next(found for _, found in guarded if found.by == by)
        evidence.append(seen(place.path, place.line, f"{by} guards {count} {kind}route{'s' if count > 1 else ''}"))
    return tuple(evidence)


def _sites(repo: Repo, bare: list[Route], guarded: list[tuple[Route, Protection]]) -> list[Site]:
    # A hook of the application shows no habit of guarding routes one by one.
    firm = sum(found.strength >= Strength.IDENTITY and found.level != "application" for _, found in guarded)
    rule = firm >= _RULE_ROUTES and firm / (firm + len(bare)) >= _RULE_FROM
    identity = repo.identity
    sites: dict[tuple[str, int], Site] = {}
    for route in repo.routes.all:
        lost = [
            guard
            for guard in route.guards
            if guard.name in repo.identity.misplaced(route)
            and repo.identity.of_guard(guard) >= Strength.IDENTITY
            and not is_opening(guard.name)
        ]
        # A hook of the whole application has exemptions: what was meant for this very route is missing all the same.
        kept = any(item.level in ("route", "class", "router") for item in identity.protections(route))
        if lost and route.is_wired and not kept:
            name = lost[0].name.rpartition(":")[2].rpartition(".")[2]
            site = bad(
                route.location,
                f"`@{name}` stands above the decorator that registers {route.name}, so requests never meet it",
                fix=f"Move `@{name}` below the route's decorator.",
            )
            sites[site.location.path, site.location.line] = site
    for route in bare:
        place = route.location if route.handler is not None else _of_generic_view(repo, route)
        if place is None or (place.path, place.line) in sites:
            continue
        sure = (
            rule
            and repo.purposes.writes(route)
            and not repo.purposes.makes_an_account(route)
            and not repo.purposes.is_open_by_decorator(route)
            and _has_guarded_siblings(route, guarded)
            and not _serves_others(repo, route, guarded)
            and _is_no_way_in(repo, route, bare)
            and not repo.purposes.acts_for_caller(route)
            and not repo.purposes.knows_caller(route)
            and not repo.purposes.writes_a_letter(route)
            and not identity.perhaps_before
            and not _asks_for_a_proof(route)
            and not _knows_the_address(route)
            # Objects that lead to one another at run time may ask on the way.
            and route.framework != "turbogears"
        )
        sites[place.path, place.line] = bad(
            place,
            f"{route.name} changes state and asks nobody who they are",
            Confidence.HIGH if sure else Confidence.LOW,
        )
    return list(sites.values())


def _of_generic_view(repo: Repo, route: Route) -> Location | None:
    """Where a view stands whose methods are the framework's own, all of them; None for any other route."""
    bases = tuple(repo.python.external_bases(route.view)) if route.view is not None else ()
    if route.view is None or not bases or not all(base.startswith(_FRAMEWORKS) for base in bases):
        return None
    return route.view.location


_FRAMEWORKS = ("django.", "rest_framework.")


def _is_no_way_in(repo: Repo, route: Route, bare: list[Route]) -> bool:
    """Whether a stranger could change what is there; or add to it where the file has nothing else for strangers.

    Forms that are sent in, sign-ups and codes that are sent for stand beside others that are open.
    """
    if repo.purposes.is_for_one(route) or repo.purposes.alters(route):
        return True
    path = route.location.path
    return not any(other is not route and other.location.path == path for other in bare) and not any(
        other.changes_state and repo.purposes.is_open_on_purpose(other, by_its_name=True)
        for other in repo.routes.all
        if other.location.path == path
    )


_ADDRESS = re.compile(
    r"(^|[._:?])(remote_addr|remote_ip|get_remote_address|get_client_ip|client_ip|client\.host)(\(\))?$"
)


def _knows_the_address(route: Route) -> bool:
    """Whether the handler tells callers apart by their address: it serves those who have no account."""
    handler = route.handler
    return handler is not None and (
        any(
            _ADDRESS.search(call.name)
            or any(isinstance(value, Name) and _ADDRESS.search(value.meaning or value.name) for value in call.handed)
            for call in handler.calls
        )
        or any(
            isinstance(item.value, Name) and _ADDRESS.search(item.value.name)
            for item in handler.module.facts.assignments
            if item.scope == handler.index
        )
    )


_LOOKING = re.compile(r"^_*(validate|verify|check|ensure|assert|enforce|require|authori[sz]e|authenticate)(_|$|[A-Z])")
"""Functions that are named for looking at what they are handed, and may refuse it."""
_PROVING = re.compile(
    r"(^|\.)(compare_digest|check_signature|verify_\w*signature|verify_webhook\w*|check_password(_hash)?|checkpw"
    r"|verify_password)$|^(jwt|jose\.jwt)\.decode$"
)
_PROOF = re.compile(r"(secret|signature|hmac|api_?key)s?(?![a-z])", re.IGNORECASE)


_OPENING = frozenset({"connect", "login", "bind", "simple_bind_s"})
"""Calls that open a session elsewhere, and fail where the password is wrong."""
_OF_CLIENT = re.compile(r"\bcleaned_data\b|\brequest\.(\w+\.)?(form|json|get_json|POST|data|values)\b")
"""Where a handler finds what the client has sent."""


def _opens_as_the_client(call: Call) -> bool:
    """Whether a session elsewhere is opened with a password that the client has sent: who it is, is asked there."""
    return call.last in _OPENING and any(
        isinstance(value, Name)
        and re.search(r"pass_?(word|phrase)?$|pwd$", value.name) is not None
        and _OF_CLIENT.search(value.meaning) is not None
        for value in call.handed
    )


def _asks_for_a_proof(route: Route) -> bool:
    """Whether the handler itself holds a secret, a signature or a token against what it knows, as webhooks do.

    Or has another do so, of which it opens a session with the client's own password.
    """
    handler = route.handler
    return handler is not None and any(
        _PROVING.search(call.name)
        or _opens_as_the_client(call)
        or any(_PROOF.search(guard) for guard in call.guards)
        or (_LOOKING.search(call.last.rpartition(":")[2]) and any(map(_is_request, call.handed)))
        for call in handler.calls
    )


def _is_request(value: Value) -> bool:
    return isinstance(value, Name) and re.search(r"(^|[?:.])(request|req|token|headers)$", value.name) is not None


def _has_guarded_siblings(route: Route, guarded: list[tuple[Route, Protection]]) -> bool:
    """Whether routes of the same file or router are guarded one by one: there the bare one was forgotten."""
    return any(
        found.strength >= Strength.IDENTITY
        and found.level in ("route", "class")
        and (other.module.path == route.module.path or (route.router and other.router == route.router))
        for other, found in guarded
    )


def _serves_others(repo: Repo, route: Route, guarded: list[tuple[Route, Protection]]) -> bool:
    """Whether the file answers those without an account on purpose, so that the bare route may be one of these.

    Some routes of it ask who calls without insisting, or this one alone is open to what is no browser.
    """
    beside = [other for other in repo.routes.all if other.location.path == route.location.path]
    if any("optional" in guard.name.lower() for other in beside for guard in other.guards):
        return True
    return _is_for_machines(route) and not any(
        _is_for_machines(other) for other, _ in guarded if other.location.path == route.location.path
    )


def _is_for_machines(route: Route) -> bool:
    """Whether a view drops the protection that only browsers need."""
    return any(guard.name.endswith("csrf_exempt") for guard in route.guards)
