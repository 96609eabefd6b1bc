"""Whether routes check what a known caller may do: roles, permissions, scopes or ownership."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from readiness_bot.control import Control, failed, not_applicable, partial, passed, seen, shared
from readiness_bot.model import Cases, Effort, Evidence, Judgement, Kind, Location, Role, Severity, Ward
from readiness_bot.repo import Repo
from readiness_bot.repo.asking_words import is_caller, last_of
from readiness_bot.repo.askings import Asking, Done, Hooks
from readiness_bot.repo.expressions import names_in
from readiness_bot.repo.gates import Protection
from readiness_bot.repo.listed_permissions import CHOOSING, Joined
from readiness_bot.repo.models import Model
from readiness_bot.repo.modules import DefinitionSite
from readiness_bot.repo.refusals import Strength
from readiness_bot.repo.route import Route
from readiness_bot.repo.scoping import SOMEBODY, TENANTS
from readiness_bot.repo.tenancy import words_of
from readiness_bot.repo.told_rights import OF_AN_ADMINISTRATOR, TO_SOMETHING, told_rights
from readiness_bot.repo.values import Call, Name

_ENOUGH = 0.3
"""Routes on which every signed-in user is equal are normal; below a third of checked ones the check is an exception."""
_HALF = 0.05
_UNSURE = 0.5
"""The score where what is not seen may be there, or there is nobody to have a right: to look at, and no blocker."""


@Control(
    id="security/authorization",
    counterpart=lambda repo, ward: _counterpart(repo, ward),  # noqa: PLW0108 - it stands further down
    title="Routes check what the caller may do",
    kind=Kind.CAPABILITY,
    severity=Severity.HIGH,
    why=(
        "Knowing who calls says nothing of what they may touch: without a check every account can act on everybody's "
        "data."
    ),
    impact=(
        "One ordinary account is enough to read, change or delete what belongs to others, or to administer the service."
    ),
    fix=(
        "Check the right where the object is loaded: `if item.owner_id != user.id: raise HTTPException(403)`, or "
        "demand a role by a dependency or decorator such as `@permission_required`."
    ),
    by_settings=True,
    effort=Effort.DAYS,
    role=Role.BACKEND,
    sources=[
        "https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/",
        "https://owasp.org/API-Security/editions/2023/en/0xa5-broken-function-level-authorization/",
    ],
    passes=[
        {
            "shop/main.py": (
                "from flask import Flask\n\nfrom shop.errors import NotYours, told\nfrom shop.orders import orders\n\n"
                "app = Flask(__name__)\napp.register_blueprint(orders)\napp.register_error_handler(NotYours, told)\n"
            ),
            "shop/errors.py": (
                "from http import HTTPStatus\n\n\nclass NotYours(Exception):\n    pass\n\n\n"
                "def told(error):\n    return {'message': str(error)}, HTTPStatus.FORBIDDEN\n"
            ),
            "shop/keeping.py": (
                "from shop.errors import NotYours\n\n\nclass Keeping:\n    @staticmethod\n    def drop(user, order):\n"
                "        if not order.belongs_to(user):\n            raise NotYours('this is not yours')\n"
                "        order.delete()\n"
            ),
            "shop/orders.py": (
                "from flask import Blueprint\nfrom flask_jwt_extended import current_user, jwt_required\n\n"
                "from shop.keeping import Keeping\nfrom shop.models import Order\n\n"
                "orders = Blueprint('orders', __name__)\n\n\n"
                "@orders.delete('/orders/<number>')\n@jwt_required()\ndef drop(number):\n"
                "    Keeping.drop(current_user, Order.query.get(number))\n    return ''\n"
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
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['django.contrib.auth', 'shop']\n",
            "shop/urls.py": (
                "from django.urls import path\n\nfrom shop.views import Lots, Sale\n\n"
                "urlpatterns = [path('sales/', Sale.as_view()), path('lots/', Lots.as_view())]\n"
            ),
            "shop/views.py": (
                "from auctions.views import HouseMixin, LotPermissionMixin\nfrom django.views import View\n\n\n"
                "class Sale(LotPermissionMixin, View):\n    permission_required = 'lots.sell'\n\n"
                "    def post(self, request):\n        return sold(request.POST)\n\n\n"
                "class Lots(HouseMixin, View):\n    def post(self, request):\n        return added(request.POST)\n\n"
                "    def get_permission_required(self):\n        return 'lots.add'\n"
            ),
        },
        {
            "shop/main.py": (
                "from fastapi import FastAPI\n\nfrom shop.orders import router\n\napp = FastAPI()\n"
                "app.include_router(router, prefix='/orders')\n"
            ),
            "shop/orders.py": (
                "from commons.api import Router\nfrom starlette.authentication import requires\n\n"
                "router = Router()\n\n\n"
                "@router.put('/{key}')\n@requires(['manage-orders'])\ndef put(request, key: int):\n"
                "    return keep(key)\n"
            ),
        },
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['django.contrib.auth', 'shop']\n",
            "shop/urls.py": (
                "from django.urls import path\n\nfrom shop.views import Basket\n\n"
                "urlpatterns = [path('baskets/<int:key>/', Basket.as_view())]\n"
            ),
            "shop/views.py": (
                "from django.contrib.auth.decorators import login_required\n"
                "from django.shortcuts import redirect, render\n"
                "from django.utils.decorators import method_decorator\nfrom django.views import View\n\n"
                "from shop.models import Kept\n\n\nclass Basket(View):\n    @method_decorator(login_required)\n"
                "    def get(self, request, key):\n        basket = Kept.objects.get(id=key)\n"
                "        if basket.owner != request.user:\n            return redirect('/baskets')\n"
                "        return render(request, 'basket.html', {'basket': basket})\n"
            ),
        },
        {
            "shop/__init__.py": "",
            "shop/main.py": (
                "from aiohttp import web\nfrom aiohttp_security import check_permission\n\n"
                "from shop.carts import load\n\n\n"
                "class Carts:\n    async def drop(self, request: web.Request) -> web.Response:\n"
                "        cart = await self._resolve_cart(request, 'drop')\n        await cart.drop()\n"
                "        return web.Response()\n\n"
                "    async def _resolve_cart(self, request: web.Request, action: str):\n"
                "        cart = await load(request.match_info['key'])\n"
                "        await check_permission(request, f'{cart.shop}:{action}')\n        return cart\n\n\n"
                "app = web.Application()\ncarts = Carts()\napp.router.add_delete('/carts/{key}', carts.drop)\n"
            ),
            "shop/carts.py": "async def load(key):\n    return await fetch(key)\n",
        },
        (
            "from functools import wraps\n\nfrom flask import Flask, request\nfrom jose import jwt\n\n"
            "app = Flask(__name__)\n\n\ndef inanyof(names):\n    def around(view):\n        @wraps(view)\n"
            "        def inside(*args):\n"
            "            claims = jwt.decode(request.headers['Authorization'], KEY, 'RS256')\n"
            "            mine = claims['groups']\n            refusal = 'Unauthorized', 401\n"
            "            if any(name in mine for name in names):\n                return view(*args)\n"
            "            return refusal\n\n        return inside\n\n    return around\n\n\n"
            "@app.delete('/orders/<key>')\n@inanyof(['buyers'])\ndef drop(key):\n    return gone(key)\n"
        ),
        (
            "from flask import Flask, abort\nfrom flask_httpauth import HTTPTokenAuth\n\n"
            "from shop.models import Note\n\n"
            "app = Flask(__name__)\nauth = HTTPTokenAuth()\n\n\n@app.delete('/notes/<int:key>')\n@auth.login_required\n"
            "def remove(key):\n    note = Note.by(key) or abort(404)\n    if note.author != auth.current_user():\n"
            "        abort(403)\n    return note.delete()\n"
        ),
        {
            "shop/__init__.py": "",
            "shop/errors.py": "class Forbidden(Exception):\n    pass\n\n\nclass NoSuchCart(Forbidden):\n    pass\n",
            "shop/store.py": (
                "from shop.errors import NoSuchCart\n\n\nclass Store:\n    def __init__(self, name):\n"
                "        self.name = name\n\n    def check_access(self, cart, allowed_roles):\n"
                "        if not cart.roles_of(self.name) & allowed_roles:\n            raise NoSuchCart(cart)\n"
            ),
            "shop/main.py": (
                "from fastapi import Depends, FastAPI, HTTPException, Request\n\nfrom shop.store import Store\n\n"
                "app = FastAPI()\n\n\ndef current_user(request: Request):\n    if 'name' not in request.session:\n"
                "        raise HTTPException(401)\n    return request.session['name']\n\n\n"
                "@app.delete('/carts/{key}')\nasync def drop(key: str, name: str = Depends(current_user)):\n"
                "    store = Store(name)\n    store.check_access(find(key), {'owner'})\n    return store.drop(key)\n"
            ),
        },
        {
            "shop/main.py": (
                "from fastapi import Depends, FastAPI\n\nfrom shop.stores import OrderStore, get_order_store\n\n"
                "app = FastAPI()\n\n\n@app.delete('/orders/{key}')\n"
                "async def drop(key: str, store: OrderStore = Depends(get_order_store)):\n"
                "    return await store.drop(key)\n\n\n"
                "@app.put('/orders/{key}')\n"
                "async def change(key: str, store: OrderStore = Depends(get_order_store)):\n"
                "    return await store.change(key)\n"
            ),
            "shop/stores.py": (
                "from fastapi import HTTPException, Request\n\n\nclass OrderStore:\n    def __init__(self, user_id):\n"
                "        self.folder = f'orders/{user_id}'\n\n\nasync def get_user_id(request: Request):\n"
                "    if 'user' not in request.session:\n        raise HTTPException(401)\n"
                "    return request.session['user']\n\n\n"
                "async def get_order_store(request: Request):\n    user_id = await get_user_id(request)\n"
                "    return OrderStore(user_id)\n"
            ),
            "shop/__init__.py": "",
        },
        {
            "shop/main.py": (
                "from flask import Flask\n\nfrom shop.loading import get_order\n\napp = Flask(__name__)\n\n\n"
                "@app.route('/orders/<int:key>', methods=['PUT'])\ndef change(key):\n"
                "    return get_order(key, 'edit').change()\n"
            ),
            "shop/loading.py": (
                "from flask import request\nfrom werkzeug.exceptions import Forbidden\n\n"
                "from shop.orders import Order\n\n\n"
                "def insist(*conditions):\n    for condition in conditions:\n        if not condition:\n"
                "            raise Forbidden('Not yours.')\n\n\n"
                "def get_order(key, action):\n    order = Order.by_key(key)\n"
                "    insist(request.authz.can(order.shop, action))\n    return order\n"
            ),
            "shop/__init__.py": "",
        },
        {
            "shop/permissions.py": (
                "from flask_principal import Permission, RoleNeed\n\neditors = Permission(RoleNeed('editor'))\n"
            ),
            "shop/main.py": (
                "from flask import Flask\n\nfrom shop import permissions\n\napp = Flask(__name__)\n\n\n"
                "@app.route('/orders', methods=['POST'])\n@permissions.editors.require()\ndef order():\n    return {}\n"
            ),
            "shop/__init__.py": "",
        },
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['rest_framework', 'shop']\n",
            "shop/urls.py": (
                "from django.urls import include, path\nfrom rest_framework.routers import DefaultRouter\n\n"
                "from shop.views import Orders\n\nrouter = DefaultRouter()\nrouter.register('orders', Orders)\n"
                "urlpatterns = [path('api/', include(router.urls))]\n"
            ),
            "shop/views.py": (
                "from rest_framework.permissions import IsAuthenticated\n"
                "from rest_framework.viewsets import ModelViewSet\n\nfrom shop.models import Order\n\n\n"
                "class Orders(ModelViewSet):\n    permission_classes = (IsAuthenticated,)\n\n"
                "    def get_queryset(self):\n        return Order.objects.filter(buyer=self.request.user)\n\n"
                "    def destroy(self, request, pk):\n        order_or_404(pk, request).delete()\n\n\n"
                "def order_or_404(pk, request):\n    return Order.objects.get(pk=pk, buyer=request.user)\n"
            ),
            "shop/models.py": (
                "from django.db import models\n\n\nclass Order(models.Model):\n"
                "    buyer = models.ForeignKey('auth.User', on_delete=models.CASCADE)\n"
            ),
        },
        (
            "from quart import Quart, abort, g\nfrom quart_auth import current_user, login_required\n\n"
            "app = Quart(__name__)\n\n\ndef require_admin():\n    if not current_user.is_admin:\n"
            "        abort(403)\n\n\n"
            "async def drop_order(connection, id, buyer):\n"
            "    await connection.execute('DELETE FROM orders WHERE id = :id AND buyer = :buyer', locals())\n\n\n"
            "@app.delete('/orders/<int:id>')\n@login_required\nasync def drop(id):\n"
            "    await drop_order(g.connection, id, int(current_user.auth_id))\n\n\n"
            "@app.delete('/users/<int:id>')\n@login_required\nasync def remove(id):\n"
            "    require_admin()\n    await remove_user(id)\n\n\n"
            "@app.post('/notes')\n@login_required\nasync def note():\n    return await keep('note')\n\n\n"
            "@app.post('/likes')\n@login_required\nasync def like():\n    return await keep('like')\n\n\n"
            "@app.post('/stars')\n@login_required\nasync def star():\n    return await keep('star')\n"
        ),
        {
            "shop/answers.py": "from http import client\n\nNOT_ALLOWED = (client.FORBIDDEN, 'not for you')\n",
            "shop/main.py": (
                "from wsgiref.simple_server import WSGIServer\n\nfrom shop import answers\n"
                "from shop.rights import Access\n\n\nclass Server(WSGIServer):\n    pass\n\n\nclass Application:\n"
                "    def __call__(self, environ, start_response):\n"
                "        return getattr(self, 'do_' + environ['REQUEST_METHOD'])(environ, environ['REMOTE_USER'])\n\n"
                "    def do_PUT(self, environ, user):\n        if not Access(user, environ).check('w'):\n"
                "            return answers.NOT_ALLOWED\n        return 201, ''\n\n"
                "    def do_DELETE(self, environ, user):\n        if not Access(user, environ).check('d'):\n"
                "            return answers.NOT_ALLOWED\n        return 204, ''\n"
            ),
            "shop/rights.py": (
                "class Access:\n    def __init__(self, user, environ):\n"
                "        self.held = rights_of(user, environ)\n\n"
                "    def check(self, right):\n        return right in self.held\n"
            ),
        },
        {
            "shop/app.py": (
                "import eve\nfrom flask import abort, g\nfrom eve.auth import TokenAuth\n\n\n"
                "class Rights(TokenAuth):\n    def check_auth(self, token, allowed_roles, resource, method):\n"
                "        if resource not in g.user.permissions:\n            abort(403, 'insufficient permissions')\n"
                "        return True\n\n\n"
                "class Shop(eve.Eve):\n    pass\n\n\napp = Shop(auth=Rights)\n\n\n"
                "@app.route('/tell', methods=['POST'])\ndef tell():\n    return {}\n"
            ),
            "shop/resources.py": (
                "class Orders:\n    schema = {'name': {'type': 'string'}}\n\n\n"
                "class Buyers:\n    schema = {'name': {'type': 'string'}}\n\n\n"
                "class Goods:\n    schema = {'name': {'type': 'string'}}\n\n\n"
                "class Counts:\n    schema = {'name': {'type': 'string'}}\n    internal_resource = True\n"
            ),
        },
        {
            "shop/app.py": (
                "import falcon\n\nfrom shop import orders\n\n\nclass Driver:\n    def __init__(self):\n"
                "        self.app = falcon.App()\n        catalog = [('/v2', orders.endpoints(self))]\n"
                "        for prefix, endpoints in catalog:\n            for route, resource in endpoints:\n"
                "                self.app.add_route(prefix + route, resource)\n\n\napp = Driver().app\n"
            ),
            "shop/orders.py": (
                "from shop import acl\n\n\nclass Item:\n    @acl.enforce('orders:delete')\n"
                "    def on_delete(self, req, resp, order):\n        remove(order)\n\n\n"
                "def endpoints(driver):\n    return [('/orders/{order}', Item())]\n"
            ),
            "shop/acl.py": (
                "from oslo_config import cfg\nfrom oslo_policy import policy\n\nENFORCER = policy.Enforcer(cfg.CONF)\n"
                "\n\ndef enforce(rule):\n    def decorator(function):\n        def handler(*args, **kwargs):\n"
                "            ENFORCER.enforce(rule, {}, args[1].env['context'], do_raise=True)\n"
                "            return function(*args, **kwargs)\n        return handler\n    return decorator\n"
            ),
        },
        {
            "shop/main.py": (
                "from flask import Flask\nfrom flask.views import MethodView\nfrom flask_allows import Allows\n"
                "from flask_login import login_required\n\napp = Flask(__name__)\nallows = Allows()\n\n\n"
                "class Order(MethodView):\n    decorators = [allows.requires(IsClerk), login_required]\n\n"
                "    def post(self):\n        return {}\n\n\ndef serve(target, rules, view):\n    for rule in rules:\n"
                "        target.add_url_rule(rule, view_func=view)\n\n\n"
                "serve(app, ['/orders', '/order'], Order.as_view('order'))\n"
            ),
        },
        {
            "shop/app.py": (
                "import falcon\n\nfrom shop import teams\n\napplication = falcon.App()\n"
                "application.add_route('/teams/{team}', teams)\n"
            ),
            "shop/teams.py": (
                "from shop.auth import check_team_auth\n\n\ndef on_delete(req, resp, team):\n"
                "    check_team_auth(team, req)\n    remove(team)\n"
            ),
            "shop/auth.py": (
                "from falcon import HTTPForbidden\n\n\ndef check_team_auth(team, req):\n"
                "    if not knows(team, req.context['user']):\n        raise HTTPForbidden('Unauthorized')\n"
            ),
        },
        (
            "from quart import Quart, g\nfrom quart_auth import current_user, login_required\n\n"
            "app = Quart(__name__)\n\n\n"
            "async def drop_order(connection, id, buyer):\n"
            "    await connection.execute('DELETE FROM orders WHERE id = :id AND buyer = :buyer', locals())\n\n\n"
            "async def pay_order(connection, id, buyer):\n"
            "    await connection.execute('UPDATE orders SET paid = 1 WHERE id = :id AND buyer = :buyer')\n\n\n"
            "@app.delete('/orders/<int:id>')\n@login_required\nasync def drop(id):\n"
            "    await drop_order(g.connection, id, int(current_user.auth_id))\n\n\n"
            "@app.put('/orders/<int:id>')\n@login_required\nasync def pay(id):\n"
            "    await pay_order(g.connection, id, int(current_user.auth_id))\n"
        ),
        (
            "from fastapi import Depends, FastAPI, HTTPException\n\napp = FastAPI()\n\n\n"
            "def require_admin(user=None):\n    if not user.is_admin:\n"
            "        raise HTTPException(status_code=403)\n\n\n"
            "@app.delete('/items/{id}', dependencies=[Depends(require_admin)])\ndef remove(id: int):\n    return {}\n"
        ),
        (
            "from flask import Flask\nfrom flask_security import roles_required\n\napp = Flask(__name__)\n\n\n"
            "@app.route('/items', methods=['POST'])\n@roles_required('editor')\ndef create():\n    return {}\n"
        ),
        {
            "shop/main.py": (
                "from pyramid.config import Configurator\n\n\ndef main(settings):\n"
                "    config = Configurator(settings=settings)\n    config.add_route('order', '/orders/{id}')\n"
                "    config.scan()\n    return config.make_wsgi_app()\n"
            ),
            "shop/views.py": (
                "from pyramid.view import view_config, view_defaults\n\n\n"
                "@view_defaults(route_name='order', permission='edit', require_csrf=True)\nclass OrderViews:\n"
                "    def __init__(self, request):\n        self.request = request\n\n"
                "    @view_config(request_method='DELETE')\n    def remove(self):\n"
                "        return delete(self.request.matchdict['id'])\n"
            ),
        },
        (
            "from flask import Flask, abort, session\n\napp = Flask(__name__)\n\n\n"
            "def member_of(group):\n    return lambda: session['group'] == group\n\n\n"
            "def require(*conditions):\n    def decorate(function):\n        def answer(*args):\n"
            "            if 'user' not in session:\n                abort(401)\n            return function(*args)\n"
            "        return answer\n    return decorate\n\n\n"
            "@app.route('/items', methods=['POST'])\n@require(member_of('editors'))\ndef create():\n    return {}\n"
        ),
    ],
    fails=[
        (
            # A role that is held against the one on record lets in whoever has any.
            "from fastapi import Depends, FastAPI, HTTPException\nfrom fastapi.security import OAuth2PasswordBearer\n"
            "from jose import jwt\n\napp = FastAPI()\nscheme = OAuth2PasswordBearer(tokenUrl='token')\n\n\n"
            "def current(token: str = Depends(scheme)):\n    claims = jwt.decode(token, KEY, algorithms=['HS256'])\n"
            "    role = claims.get('role')\n    user = find(claims.get('sub'))\n"
            "    if role is None or user is None or user.role != role:\n"
            "        raise HTTPException(status_code=401)\n    return user\n\n\n"
            "@app.delete('/items/{id}')\ndef remove(id: int, user=Depends(current)):\n    return delete(id)\n"
        ),
        (
            "from fastapi import Depends, FastAPI, HTTPException\n\napp = FastAPI()\n\n\n"
            "def current_user(token: str = ''):\n    if not token:\n        raise HTTPException(status_code=401)\n"
            "    return token\n\n\n@app.delete('/items/{id}')\ndef remove(id: int, user=Depends(current_user)):\n"
            "    return delete(id)\n"
        ),
    ],
    fixed=(
        "from fastapi import Depends, FastAPI, HTTPException\n\napp = FastAPI()\n\n\n"
        "def current_user(token: str = ''):\n    if not token:\n        raise HTTPException(status_code=401)\n"
        "    return token\n\n\n@app.delete('/items/{id}')\ndef remove(id: int, user=Depends(current_user)):\n"
        "    item = load(id)\n    if item.owner_id != user.id:\n        raise HTTPException(403)\n"
        "    return delete(item)\n"
    ),
    partials=[
        (
            # What a stranger is refused by is called for rights; so is what answers a wrong key with 403.
            "from functools import wraps\n\nfrom django.core.exceptions import PermissionDenied\n"
            "from django.http import HttpResponse\nfrom django.urls import path\n\n\ndef signed_in(view):\n"
            "    @wraps(view)\n    def wrapper(request):\n        if not request.user.is_authenticated:\n"
            "            raise PermissionDenied('Sign in first')\n        return view(request)\n\n    return wrapper\n"
            "\n\ndef keyed(view):\n    @wraps(view)\n    def wrapper(request):\n"
            "        key = request.user.profile.api_key\n        tracker = Tracker(key)\n"
            "        if key is None or not tracker.verify_api_key():\n"
            "            return HttpResponse('Wrong key', status=403)\n"
            "        return view(request)\n\n    return wrapper\n"
            "\n\n@signed_in\n@keyed\ndef remove(request):\n    if request.method == 'POST':\n        gone(request)\n"
            "    return HttpResponse()\n\n\nurlpatterns = [path('remove', remove)]\n"
        ),
        (
            # What a token is brought in is named for rights, and speaks of none.
            "from fastapi import FastAPI\nfrom fastapi.responses import JSONResponse\n"
            "from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer\n"
            "from starlette.middleware.base import BaseHTTPMiddleware\n\nbearer = HTTPBearer()\napp = FastAPI()\n\n\n"
            "class AuthMiddleware(BaseHTTPMiddleware):\n    async def dispatch(self, request, call_next):\n"
            "        credentials: HTTPAuthorizationCredentials = await bearer(request)\n"
            "        if not self._is_token_valid(credentials.credentials):\n"
            "            return JSONResponse(status_code=403, content={})\n"
            "        return await call_next(request)\n\n    def _is_token_valid(self, token):\n"
            "        return 'name' in claims_of(token)\n"
            "\n\napp.add_middleware(AuthMiddleware)\n\n\n@app.delete('/orders/{key}')\ndef remove(key: int):\n"
            "    return gone(key)\n"
        ),
        (
            # A token of access is what somebody is known by, and says nothing of what he may do.
            "from fastapi import Depends, FastAPI, HTTPException\n\napp = FastAPI()\n\n\n"
            "def verify_access_token(token: str = ''):\n    if not token:\n"
            "        raise HTTPException(status_code=401)\n    return token\n\n\n"
            "@app.delete('/items/{id}', dependencies=[Depends(verify_access_token)])\ndef remove(id: int):\n"
            "    return delete(id)\n"
        ),
        (
            "from fastapi import Depends, FastAPI, HTTPException, Request\nfrom pydantic import BaseModel\n\n"
            "app = FastAPI()\n\n\nclass SignUp(BaseModel):\n    email: str\n    password1: str\n    password2: str\n"
            "\n\ndef require_admin(request: Request):\n    if not request.user.is_admin:\n"
            "        raise HTTPException(403)\n\n\n"
            "@app.get('/people', dependencies=[Depends(require_admin)])\ndef people():\n    return find()\n\n\n"
            "@app.post('/people')\ndef enter(body: SignUp):\n    return keep(body)\n\n\n"
            "@app.get('/goods')\ndef goods():\n    return find_goods()\n\n\n"
            "@app.get('/news')\ndef news():\n    return find_news()\n\n\n"
            "@app.get('/about')\ndef about():\n    return TEXT\n"
        ),
        (
            "from fastapi import Depends, FastAPI, Header, HTTPException\nfrom pydantic import BaseModel\n\n"
            "app = FastAPI()\n\n\nclass Login(BaseModel):\n    password: str\n\n\n"
            "def require_auth(authorization: str = Header()):\n    if authorization != TOKEN:\n"
            "        raise HTTPException(status_code=401)\n\n\n"
            "@app.post('/login')\ndef login(login: Login):\n    return token_for(login.password)\n\n\n"
            "@app.delete('/bots/{id}', dependencies=[Depends(require_auth)])\ndef remove(id: int):\n"
            "    return delete(id)\n"
        ),
        (
            "import secrets\n\nfrom fastapi import Depends, FastAPI, HTTPException\n"
            "from fastapi.security import HTTPBasic\n\n\ndef check_password(given):\n"
            "    return secrets.compare_digest(given, PASSWORD)\n\n\n"
            "def check_operator(credentials=Depends(HTTPBasic())):\n"
            "    if not check_password(credentials.password):\n        raise HTTPException(status_code=401)\n\n\n"
            "app = FastAPI(dependencies=[Depends(check_operator)])\n\n\n@app.delete('/bots/{id}')\n"
            "def remove(id: int):\n    return delete(id)\n"
        ),
        (
            "from fastapi import Depends, FastAPI, HTTPException\nfrom fastapi.security import HTTPBearer\n\n\n"
            "def authenticate(authorization=Depends(HTTPBearer())):\n"
            "    if not authorization or authorization.credentials != KEY:\n"
            "        raise HTTPException(status_code=401)\n\n\napp = FastAPI()\n\n\n"
            "@app.delete('/items/{id}', dependencies=[Depends(authenticate)])\n"
            "def remove(id: int):\n    return delete(id)\n"
        ),
        (
            "from fastapi import Depends, FastAPI, Header, HTTPException\n\n\ndef check_key(key: str = Header()):\n"
            "    if key != KEY:\n        raise HTTPException(status_code=401)\n\n\n"
            "app = FastAPI(dependencies=[Depends(check_key)])\n\n\n@app.delete('/items/{id}')\n"
            "def remove(id: int):\n    return delete(id)\n"
        ),
    ],
    ignores=[
        "def add(a, b):\n    return a + b\n",
        (
            "from flask import Flask, render_template, request\n\napp = Flask(__name__)\n\n\n@app.route('/')\n"
            "def index():\n    return render_template('index.html')\n\n\n@app.route('/new', methods=['POST'])\n"
            "def create():\n    return {'key': keep(request.form['text'])}\n"
        ),
    ],
)
def authorization(repo: Repo) -> Judgement:
    """Judge by the share of state-changing routes on which a right, a role or an ownership is asked for.

    What checks rights on a route is kept beside, so that a comparison can tell of one that was taken away.
    """
    return replace(_judged(repo), wards=tuple(_wards(repo)))


def _wards(repo: Repo) -> Iterator[Ward]:
    for route in repo.identity.kept:
        is_open = repo.purposes.is_open_on_purpose(route, by_its_name=True)
        if is_open and not repo.identity.declared(route, Strength.IDENTITY):
            continue
        declared = repo.identity.declared(route, Strength.PERMISSION)
        calls = route.handler.module.facts.calls if route.handler is not None else ()
        asked = {call.last.rpartition(":")[2] for call in calls if route.handler and call.scope == route.handler.index}
        # Whether a refusal is about a right or a name is told by its words, which may change: none at all is a loss.
        within = repo.identity.checked_within(route, Strength.PERMISSION) or repo.identity.checked_within(
            route, Strength.IDENTITY
        )
        within = within or tuple(f"`{name}`" for name in sorted(asked & _OF_OBJECTS))
        listed, aside = repo.identity.permissions(route), repo.identity.set_aside(route)
        yield Ward(
            route.answering.location if route.answering is not None else route.place,
            route.name,
            declared,
            f"{route.name} does not check what the caller may do",
            ways=(not declared) + (not within),
            within=within,
            inside=_place(repo, route),
            # What stood aside comes back by itself where a view lists no rights any more: that replaces none of them.
            beside=(*repo.identity.might_keep(route, Strength.PERMISSION), *aside),
            asks=listed if len(listed) > max(1, len(aside)) or _is_beside(listed, declared, aside) else (),
        )
    yield from _how_great(repo)
    yield from _asked(repo)
    yield from _said(repo)
    yield from _listed(repo)
    yield from map(_together, repo.askings.joined)
    yield from _picked(repo)
    yield from _of_tenants(repo)
    yield from _for_whom(repo)
    yield from _in_whose_name(repo)
    yield from _of_views(repo)
    for reading in repo.scoping.by_right():
        refuses = repo.identity.strength(reading.function) is Strength.PERMISSION
        yield Ward(
            reading.location,
            f"rows of `{reading.model.name}`",
            reading.by,
            f"`{reading.function.definition.name}` reads every `{reading.model.name}`, whoever may see it",
            ways=0 if refuses else len(reading.open),
        )


_PICKING = ("get_queryset", "get_object")
_WHO_CALLS = re.compile(r"(^|[.?:])request\.(user|auth|account|profile|tenant|organi[sz]ation|team)(\.|$)")
_NARROWING = ("filter_backends", "permission_classes", "permission_required", "test_func")


def _of_views(repo: Repo) -> Iterator[Ward]:
    """Whether the classes of views that have a model serve the rows of whoever calls alone."""
    views = {route.view.name: route.view for route in repo.identity.kept if route.view is not None}
    for view in views.values():
        picking = list(repo.python.methods_of(view, *_PICKING))
        own = any(_WHO_CALLS.search(name) for method in picking for name in method.definition.refs)
        served = any(repo.python.class_value(view, name) is not None for name in ("model", "queryset"))
        if not own and (picking or not served):
            continue  # which rows it picks, and by what, is not known
        fields = (found[1].value for name in _NARROWING if (found := repo.python.class_value(view, name)) is not None)
        beside = {*view.definition.bases, *(name for value in fields for name in names_in(value))}
        yield Ward(
            view.location,
            f"whose rows `{view.definition.name}` serves",
            ("those of the caller",) if own else (),
            f"`{view.definition.name}` serves every row, whosever it is",
            ways=int(not own),
            beside=tuple(f"`{name}`" for name in sorted(beside)),
        )


def _how_great(repo: Repo) -> Iterator[Ward]:
    """How great the right is that the guards of routes ask for, as far as they are told: told in a comparison alone."""
    for route in repo.identity.kept:
        guards = [one for one in route.guards if repo.identity.of_guard(one) is Strength.PERMISSION]
        if not guards or route.answering is None:
            continue
        told = told_rights(repo.python, guards)
        within = repo.identity.checked_within(route, Strength.PERMISSION)
        yield Ward(
            route.answering.location,
            f"how great a right {route.name} asks for",
            (),
            f"{route.name} asks for a lesser right",
            ways=0,
            beside=(
                *repo.identity.declared(route, Strength.IDENTITY),
                *within,
                *((OF_AN_ADMINISTRATOR, TO_SOMETHING) if told.is_open else ()),
            ),
            asks=tuple((one,) for one in sorted(told.said)),
        )


def _is_beside(listed: tuple[tuple[str, ...], ...], declared: tuple[str, ...], aside: tuple[str, ...]) -> bool:
    """Whether something else asks for a right beside the one that is listed, and would hide that it is gone."""
    return bool(listed) and not aside and bool(set(declared).difference(*listed))


def _listed(repo: Repo) -> Iterator[Ward]:
    """The permissions that attributes of classes list which no route is seen to read, and that methods choose."""
    for one in repo.askings.chosen:
        asked = tuple((name,) for name, strength in one.asked if strength is Strength.PERMISSION)
        loss = f"`{one.name}` asks for less"
        beside = (*one.beside, *repo.identity.standard)
        yield Ward(one.location, f"`{one.name}`", (), loss, ways=0, beside=beside, asks=asked)
    for one in repo.turned_away.chosen():
        asked = tuple((name,) for name, strength in one.asked if strength is Strength.PERMISSION)
        yield Ward(
            one.location, f"`{one.name}`", (), f"`{one.name}` asks for less", ways=0, beside=one.beside, asks=asked
        )
    for one in repo.askings.listed:
        if (one.location.path, one.location.symbol) not in repo.routes.views:
            asked = tuple((name,) for name, strength in one.asked if strength is Strength.PERMISSION)
            loss = f"`{one.name}` asks for no right"
            beside = (*one.beside, *repo.identity.standard)
            yield Ward(one.location, f"`{one.name}`", (), loss, ways=0, beside=beside, asks=asked)


def _together(joined: Joined) -> Ward:
    """Whether all permissions of one place must hold, or any of them is enough; the same ones are told of elsewhere."""
    told = " and ".join(joined.permissions)
    return Ward(
        joined.location,
        f"`{joined.name}` of {told}",
        ("that all of them must hold",) if joined.all_must_hold else (),
        f"`{joined.name}` lets in who has any one of {told}",
        ways=0 if joined.all_must_hold else 1,
    )


def _unlisted(repo: Repo, owner: DefinitionSite, ward: Ward) -> Ward | None:
    """A view without the list of rights that it has elsewhere; None where it inherits one, or asks as much."""
    name = ward.thing.strip("`").rpartition(".")[2]
    family = (owner, *repo.python.ancestry(owner))
    if name != "permission_classes" or any(field.name == name for one in family for field in one.fields):
        return None
    if len(ward.asks) <= len(repo.identity.standard):
        return None
    beside = (*owner.definition.bases, *(method.definition.name for method in owner.methods))
    shown = tuple(f"`{name.rpartition('.')[2].rpartition(':')[2]}`" for name in beside)
    return Ward(owner.location, ward.thing, (), ward.loss, ways=0, beside=(*shown, *repo.identity.standard))


def _unresolved(repo: Repo, ward: Ward) -> Ward | None:
    """A field of GraphQL that is still there, whose resolver is gone: it is answered all the same, and asks nobody."""
    name, _, resolver = ward.location.symbol.rpartition(".")
    owner = repo.python.definition_named(f"{ward.location.path}:{name}") if resolver.startswith("resolve_") else None
    if owner is None or owner.definition.qualname != name or repo.python.member(owner, resolver) is not None:
        return None
    field = next((one for one in owner.fields if one.name == resolver.removeprefix("resolve_")), None)
    if field is None:
        return None
    place = Location(ward.location.path, field.line, field.line, ward.location.symbol)
    return Ward(place, ward.thing, (), ward.loss, ways=0, beside=tuple(repo.askings.of_class(owner)))


def _unchosen(repo: Repo, ward: Ward) -> Ward | None:
    """A view whose method chooses no permission, as it does elsewhere, or is gone; None where it inherits one."""
    name, _, chooser = ward.location.symbol.rpartition(".")
    owner = repo.python.definition_named(f"{ward.location.path}:{name}")
    if owner is None or owner.definition.qualname != name:
        return None
    method = repo.python.member(owner, chooser)
    if method is not None and method.definition.qualname != ward.location.symbol:
        return None
    place = replace((method or owner).location, path=ward.location.path, symbol=ward.location.symbol)
    beside = (*repo.askings.declared(owner), *repo.identity.standard)
    return Ward(place, ward.thing, (), ward.loss, ways=0, beside=beside)


def _asked(repo: Repo) -> Iterator[Ward]:
    """What functions turn somebody away by, in the tree's own words, be they handlers or what handlers call."""
    yield from (_of_asking(repo, asking) for asking in repo.askings.all)
    yield from map(_of_hooks, repo.askings.hooks)
    for hook in repo.services.hooks:
        site = hook.definition if hook.kind == "before-request" else None
        if site is not None and site.definition.kind == "function" and repo.askings.of(site):
            yield _of_registration(site, is_registered=True)
            yield _of_blueprint(site, is_idle=site.name in repo.services.idle_hooks)
    for place, name, when in repo.turned_away.listed():
        yield Ward(place, f"whom `{name}` lets in", (), f"`{name}` lets in nearly everybody", ways=0, when=when)
    for function in repo.python.functions:
        when = repo.turned_away.by_right(function)
        if repo.turned_away.compares(function):
            when = repo.turned_away.beyond_proof(function, when)
        # Refusals of strangers are told there too.
        if when and not repo.turned_away.is_of_strangers(when):
            yield _of_refusing(repo, function, when)
        for call, name, is_refused in repo.turned_away.done_after(function):
            yield Ward(
                Location(function.module.path, call.line, call.end_line, function.definition.qualname),
                f"what comes before `{name}`",
                ("the refusal that came before it",) if is_refused else (),
                f"`{function.definition.name}` calls `{call.last}` before it refuses",
                ways=0 if is_refused else 1,
                beside=repo.askings.around(function),
            )
        for name, (call, questions) in repo.askings.let_through(function).items():
            if questions:
                yield _of_change(repo, function, name, call, questions)
        for name, done in repo.askings.done_for(function).items():
            if done.questions:
                yield _of_doing(repo, function, name, done)


_SAYS_OF = " says of "
_PICKING_ROWS = frozenset({"get_queryset", "filter_queryset", "get_object"})
"""The methods by which views pick their rows."""


def _said(repo: Repo) -> Iterator[Ward]:
    """What narrows the rows of a request for every client, and what is said of somebody for want of an answer."""
    for call, module, field, is_optional in repo.askings.filters():
        symbol = module.symbol(call.scope)
        if f"{module.path}:{symbol}" not in repo.routes.by_handler and symbol.rpartition(".")[2] not in _PICKING_ROWS:
            continue
        yield Ward(
            Location(module.path, call.line, call.end_line, symbol),
            f"the filter by `{field}`",
            () if is_optional else ("the filter of every request",),
            f"`{symbol.rpartition('.')[2]}` filters by `{field}` as long as the client says so",
            ways=int(is_optional),
        )
    for function, kinds, says_yes, line in repo.askings.answers_to_faults():
        told = " or ".join(f"`{kind}`" for kind in kinds) or "any error"
        name = function.definition.name
        yield Ward(
            Location(function.module.path, line, line, function.definition.qualname),
            f"what `{name}`{_SAYS_OF}{told}",
            (),
            f"`{name}` says yes where {told} is raised",
            ways=0,
            asks=() if says_yes else ((f"its no to {told}",),),
        )


_WHEN = "when `{}` is asked"


def _of_registration(function: DefinitionSite, *, is_registered: bool) -> Ward:
    """Whether a function that asks for a right does so before every request."""
    name = function.definition.name
    return Ward(
        function.location,
        _WHEN.format(name),
        (),
        f"`{name}` is asked before no request",
        ways=0,
        asks=((f"the registration of `{name}`",),) if is_registered else (),
    )


def _of_blueprint(function: DefinitionSite, *, is_idle: bool) -> Ward:
    """Whether an application holds what a hook is registered on that asks for a right."""
    name = function.definition.name
    return Ward(
        function.location,
        f"what `{name}` is a hook of",
        () if is_idle else (f"the registration of what `{name}` is a hook of",),
        f"`{name}` is asked before no request",
        ways=int(is_idle),
    )


def _of_change(
    repo: Repo, function: DefinitionSite, name: str, call: Call, questions: tuple[tuple[str, ...], ...]
) -> Ward:
    """What a function does to something, and whether a right is asked for on the way there."""
    return Ward(
        Location(function.module.path, call.line, call.end_line, function.definition.qualname),
        f"`{name}`",
        (),
        f"`{function.definition.name}` calls `{call.last}` whoever asks for it",
        ways=0,
        beside=(
            *repo.askings.told_by_place(call),
            *repo.askings.beside(function),
            *_all_asked(repo, function),
        ),
        asks=questions,
    )


def _all_asked(repo: Repo, function: DefinitionSite) -> tuple[str, ...]:
    """What a function asks of those who call anywhere in it, and what stands before it."""
    asked = (name for question in repo.askings.of(function) for name in question)
    return (*asked, *repo.identity.before(function))


_FOR_WHOM = "for whom "


def _of_doing(repo: Repo, function: DefinitionSite, name: str, done: Done) -> Ward:
    """What a function does for those alone who have a right, each right by itself: one of two is still a loss."""
    asked = {name for question in done.questions for name in question}
    # The check may be called for something else there as well, which keeps nothing of this.
    others = (one for one in repo.askings.beside(function) if one not in asked)
    return Ward(
        Location(function.module.path, done.line, done.end_line, function.definition.qualname),
        f"{_FOR_WHOM}`{name}` is there",
        (),
        f"`{function.definition.name}` asks for fewer rights before `{name}`",
        ways=0,
        beside=(
            *others,
            *done.beside,
            *_all_asked(repo, function),
        ),
        asks=done.questions,
    )


def _of_asking(repo: Repo, asking: Asking) -> Ward:
    function = asking.function
    return Ward(
        _of_function(repo, function),
        f"what `{function.definition.name}` asks",
        (),
        f"`{function.definition.name}` does not ask what the caller may do",
        ways=0,
        beside=(*repo.askings.beside(function), *repo.identity.before(function)),
        asks=asking.questions,
    )


_WHOM = "whom `{}` turns away"


def _takes_events(repo: Repo, function: DefinitionSite) -> bool:
    """Whether a function answers what other services send of themselves."""
    return any(
        hook.handled.handler is not None and hook.handled.handler.name == function.name
        for hook in repo.incoming.webhooks
    )


def _of_refusing(repo: Repo, function: DefinitionSite, when: Cases) -> Ward:
    """When a function refuses somebody: a condition more, and it refuses fewer of them."""
    return Ward(
        function.location,
        _WHOM.format(function.definition.name),
        (),
        f"`{function.definition.name}` turns fewer callers away",
        ways=0,
        beside=(
            *repo.askings.around(function),
            *repo.identity.before(function),
            *repo.identity.may_refuse_in(function),
        ),
        # Who sends an event is asked by a control of its own.
        asks=repo.askings.refused_by(function) if when and not _takes_events(repo, function) else (),
        when=when,
    )


def _refusing_no_more(repo: Repo, function: DefinitionSite, elsewhere: Ward) -> Ward | None:
    """A function as it stands here that refuses somebody elsewhere, and the ways in which it may do so still."""
    if repo.turned_away.by_right(function):
        return None
    ward = _of_refusing(repo, function, ())
    asked = {name for question in elsewhere.asks for name in question}
    return replace(ward, beside=(*ward.beside, *(name for name in repo.askings.left_by(function) if name in asked)))


def _of_hooks(hooks: Hooks) -> Ward:
    return Ward(
        hooks.owner.location,
        f"what the methods of `{hooks.owner.definition.name}` ask",
        (),
        f"`{hooks.owner.definition.name}` does not ask what the caller may do",
        ways=0,
        beside=hooks.beside,
        asks=hooks.questions,
    )


def _counterpart(repo: Repo, ward: Ward) -> Ward | None:
    """A function or class as it stands here that asks something elsewhere."""
    path, symbol = ward.location.path, ward.location.symbol
    if symbol.rpartition(".")[2] in CHOOSING and ward.thing == f"`{symbol}`":
        return _unchosen(repo, ward)
    site = repo.python.definition_named(f"{path}:{symbol}")
    if site is None or (site.module.path, site.definition.qualname) != (path, symbol):
        return _unresolved(repo, ward)
    if _SAYS_OF in ward.thing:
        return None  # what it says by now is told of itself, and what it no longer catches is another matter
    if ward.thing == _WHEN.format(site.definition.name):
        # What code still names may be registered in a way that is not seen.
        is_asked = repo.wiring.is_used(site) or not repo.askings.of(site)
        return None if is_asked else _of_registration(site, is_registered=False)
    if site.definition.kind == "class" and ward.thing.startswith("`"):
        return _unlisted(repo, site, ward)
    if site.definition.kind == "class":
        hooks = repo.askings.of_hooks(site)
        return _of_hooks(hooks) if hooks is not None else None
    if ward.thing == _WHOM.format(site.definition.name):
        return _refusing_no_more(repo, site, ward)
    if ward.thing.startswith(_FOR_WHOM):
        name = ward.thing.split("`")[1]
        done = repo.askings.does(site, name)
        return _of_doing(repo, site, name, done) if done is not None else None
    if ward.thing.startswith("`"):
        name = ward.thing.strip("`")
        through = repo.askings.let_through(site)
        if name in through:
            return _of_change(repo, site, name, *through[name])
        is_told = any(asked.endswith(f" of `{name}`") for question in ward.asks for asked in question)
        plain = repo.askings.looked_up_for_anybody(site) if is_told else None
        return _of_change(repo, site, name, plain, ()) if plain is not None else None
    return _of_asking(repo, Asking(site, repo.askings.of(site))) if repo.askings.might_ask(site) else None


def _for_whom(repo: Repo) -> Iterator[Ward]:
    """What is made or asked for a company, team or the like: for the caller's own, or for one that he names."""
    for one in repo.scoping.made_for():
        yield Ward(
            one.location,
            f"for whom `{one.name}` is called",
            () if one.is_told else ("the caller's own",),
            f"`{one.name}` is called for whomever the caller names",
            ways=int(one.is_told),
        )


def _in_whose_name(repo: Repo) -> Iterator[Ward]:
    """For whom handlers act that are told somebody: for whoever calls, where they put him in the place of that one."""
    handlers = {route.handler.name: route.handler for route in repo.identity.kept if route.handler is not None}
    for handler in handlers.values():
        told = {f"?{one.name}" for one in handler.definition.parameters if SOMEBODY & words_of(one.name)}
        if not told:
            continue
        module = handler.module
        bound = [one for one in module.facts.assignments if one.scope == handler.index and one.target in told]
        own = {one.target for one in bound if isinstance(one.value, Name) and _is_of_caller(one.value.name)}
        named = {
            name for call in handler.calls for value in call.handed for name in names_in(value, module.facts.calls)
        }
        beside = {f"`{last_of(name)}` of the caller" for name in named if _is_of_caller(name)}
        beside |= {name for question in repo.askings.of(handler) for name in question}
        for name in sorted(told):
            shown = name.removeprefix("?")
            yield Ward(
                handler.location,
                f"whom `{handler.definition.name}` acts for by `{shown}`",
                ("the caller in the place of whom he names",) if name in own else (),
                f"`{handler.definition.name}` acts for any `{shown}` that the caller names",
                ways=int(name not in own),
                beside=tuple(sorted(beside)),
            )


_OF_REQUEST = re.compile(r"(^|[.?:])(request|req|current_user|principal|claims|identity|session|auth|g)\b.*\.")


def _is_of_caller(name: str) -> bool:
    """Whether a name is that of something which a request brings with it of whoever calls: `request.state.user_id`."""
    return _OF_REQUEST.search(name) is not None and is_caller(name)


def _of_tenants(repo: Repo) -> Iterator[Ward]:
    """The rows that belong to a company, team or the like, where no model is one for sure, and what keeps to it."""
    if repo.tenancy.tenant is not None:
        return
    kept = repo.scoping.kept_to(TENANTS)
    for query in (one for one in repo.scoping.asked(TENANTS) if one.model in kept or _has_owner(one.model)):
        yield Ward(
            query.location,
            f"a query of `{query.model.name}` for those it belongs to",
            query.by,
            f"`{query.function.definition.name}` takes any `{query.model.name}`, whosever it is",
            ways=0 if query.by else 1,
            beside=query.beside,
        )
    for reading in repo.scoping.by_words(TENANTS):
        name = reading.function.definition.name
        if reading.model in kept or _has_owner(reading.model):
            is_told = repo.scoping.names_any(reading.function, TENANTS)
            yield Ward(
                reading.location,
                f"rows of `{reading.model.name}` for those they belong to",
                reading.by if is_told else (),
                f"`{name}` takes any `{reading.model.name}`, whosever it is",
                ways=0 if is_told else len(reading.open),
            )


def _has_owner(model: Model) -> bool:
    """Whether a model tells which company, team or the like a row belongs to."""
    return any(TENANTS & words_of(field.name) for field in model.fields)


def _picked(repo: Repo) -> Iterator[Ward]:
    """The rows that are picked by a key, and what else must hold of them; tenants have a control of their own."""
    tenant = repo.tenancy.tenant
    for picking in repo.scoping.picked(SOMEBODY):
        elsewhere = tenant is not None and repo.tenancy.path(picking.model, tenant) is not None
        scope, module = picking.function.index, picking.function.module
        calls = [call.last.rpartition(":")[2] for call in module.calls_in(scope)]
        refusals = sum(raised.scope == scope for raised in module.facts.raises) + calls.count("abort")
        yield Ward(
            picking.query.location,
            f"the `{picking.model.name}` of a key",
            picking.by,
            f"`{picking.function.definition.name}` picks any `{picking.model.name}` by its key",
            ways=0 if picking.by or elsewhere else 1,
            beside=(*(f"refusal {number}" for number in range(refusals)), *sorted(set(calls) & _OF_OBJECTS)),
        )


_OF_OBJECTS = frozenset({"get_object", "get_queryset", "filter_queryset", "check_object_permissions"})
"""What asks for the rows that the caller may see, or for the right to one, in Django REST framework and its like."""


def _place(repo: Repo, route: Route) -> Location:
    """Where the handler picks the row, if it picks a single one: there the right to it is checked. Else the handler."""
    return _of_function(repo, route.handler) if route.handler is not None else route.place


def _of_function(repo: Repo, function: DefinitionSite) -> Location:
    picked = [
        query for query in repo.queries.of(function) if any(not condition.is_constant for condition in query.conditions)
    ]
    return picked[0].location if len(picked) == 1 else function.location


def _judged(repo: Repo) -> Judgement:
    identity = repo.identity
    routes = repo.purposes.exposed
    if not repo.routes.all:
        return _without_routes(repo)
    if not routes:
        routes = tuple(route for route in repo.routes.all if route.is_wired)
    checked = [(route, found) for route in routes if (found := _right(repo, route)) is not None]
    resources, guard = repo.interface.resources, repo.identity.resource_guard
    if resources and guard is not None:
        asked = seen(guard.location.path, guard.location.line, f"`{guard.definition.name}` is asked of each resource")
        right, whole = len(checked) + len(resources), len(routes) + len(resources)
        summary = f"{right} of {whole} routes and resources check what the caller may do."
        return shared(right / whole, summary, asked, *_shown(checked), enough=_ENOUGH, half=_HALF)
    if checked:
        shown = _shown(checked)
        off = [switch for switch in identity.switches if switch.off]
        if off:
            return partial(
                f"Rights are checked, but only once `{off[0].name}` is turned on.",
                seen(off[0].path, off[0].line, f"`{off[0].name}` is off by default"),
                *shown,
                score=0.6,
            )
        known = {id(route) for route, _ in checked}
        others = [one for one in _owned(repo, routes) if id(one[0]) not in known]
        kind = "state-changing routes" if repo.purposes.exposed else "routes"
        does = "check what the caller may do" + (" or touch only the caller's own rows" if others else "")
        right = len(checked) + len(others)
        summary = f"{right} of {len(routes)} {kind} {does}."
        owners = _of_owners(others)
        if right / len(routes) < _ENOUGH:
            known |= {id(route) for route, _ in others}
            shown, owners = shown[:3], owners[:2]
            owners += _of_all([route for route in routes if id(route) not in known])
        return shared(right / len(routes), summary, *shown, *owners, enough=_ENOUGH, half=_HALF)
    owned = _owned(repo, routes)
    if owned:
        summary = f"{len(owned)} routes that are given a key touch only the caller's own rows."
        return (
            passed(summary, *_of_owners(owned)) if len(owned) > 1 else partial(summary, *_of_owners(owned), score=0.6)
        )
    wired = repo.routes.served
    read = [(route, found) for route in wired if (found := _right(repo, route)) is not None]
    if read:
        summary = f"{len(read)} of {len(wired)} routes check what the caller may do, none of which changes anything."
        return shared(len(read) / len(wired), summary, *_shown(read), enough=_ENOUGH, half=_HALF)
    elsewhere = _checks(repo)
    if elsewhere:
        return passed("What the routes lead to checks rights.", *elsewhere)
    if not repo.purposes.exposed and not any(route.changes_state for route in routes):
        return not_applicable("No route changes anything or tells callers apart.")
    if not repo.purposes.exposed and repo.accounts.administration_alone is not None:
        place = repo.accounts.administration_alone
        return passed("Only the administration tells callers apart, and it asks for rights on each model.", place)
    return _unchecked(repo, routes)


def _unchecked(repo: Repo, routes: tuple[Route, ...]) -> Judgement:
    """No right is seen to be checked: a defect only where callers are told apart, and where their ways can be read."""
    identity = repo.identity
    knows = [
        (route, found)
        for route in routes
        if (found := identity.gate(route)) is not None and found.strength >= Strength.IDENTITY
    ]
    keeps_accounts = repo.accounts.keeps_people or any(factor.is_used for factor in repo.accounts.factors)
    unplaced = [
        site
        for site in identity.unplaced_checks
        if identity.strength(site) is Strength.PERMISSION and repo.wiring.is_used(site)
    ]
    if unplaced:
        shown = [
            seen(site.location.path, site.location.line, f"`{site.definition.name}` refuses those without the right")
            for site in unplaced[:3]
        ]
        return partial("Rights are checked, and which routes go through it is not seen.", *shown, score=_UNSURE)
    if not keeps_accounts and not any(repo.purposes.knows_caller(route) for route in routes):
        if not knows:
            return not_applicable("No caller is known by name, so that none could have rights of his own.")
        return partial(
            "Callers prove that they may come in, and are all alike from there on: no accounts that could have rights "
            "of their own are kept here.",
            *_shown(knows, "asks who calls on"),
            score=_UNSURE,
        )
    if repo.routes.are_few:
        first = repo.routes.all[0]
        return partial(
            f"No right is checked on the {len(repo.routes.all)} routes that could be read; they are few for so much "
            "code, so that it may dispatch others in a way of its own.",
            seen(first.location.path, first.location.line, f"{first.name} treats every caller alike"),
            score=_UNSURE,
        )
    first = routes[0] if routes else repo.routes.all[0]
    return failed(
        "No route checks a role, a permission or an ownership.",
        seen(first.location.path, first.location.line, f"{first.name} treats every caller alike"),
        looked_in=["route guards", "handlers and the checks they call", "permission classes", "middleware"],
    )


def _right(repo: Repo, route: Route) -> Protection | None:
    return next((found for found in repo.identity.protections(route) if found.strength is Strength.PERMISSION), None)


def _owned(repo: Repo, routes: tuple[Route, ...]) -> list[tuple[Route, DefinitionSite]]:
    """The routes that touch only rows of whoever calls, and what takes these."""
    return [(route, by) for route in routes if (by := _keeping(repo, route)) is not None]


def _keeping(repo: Repo, route: Route) -> DefinitionSite | None:
    """What keeps a route to rows of whoever calls."""
    own = repo.purposes.reads_own_rows(route)
    found = (repo.scoping.kept_to_caller(site) for site in repo.identity.picking(route) if own is None)
    return own or next((site for site in found if site is not None), None)


def _of_owners(owned: list[tuple[Route, DefinitionSite]]) -> list[Evidence]:
    return [
        seen(route.location.path, route.location.line, f"`{function.definition.name}` takes whose row it may touch")
        for route, function in owned[:5]
    ]


def _of_all(routes: list[Route]) -> list[Evidence]:
    return [
        seen(route.location.path, route.location.line, f"{route.name} treats every caller alike")
        for route in routes[:4]
    ]


def _checks(repo: Repo) -> list[Evidence]:
    """The functions that refuse callers without the right, where the routes that lead to them cannot be read."""
    found = [
        site
        for site in repo.identity.checks
        if repo.identity.strength(site) is Strength.PERMISSION and repo.wiring.is_used(site)
    ]
    return (
        [
            seen(site.location.path, site.location.line, f"`{site.definition.name}` refuses those without the right")
            for site in found[:5]
        ]
        if len(found) > 1
        else []
    )


def _without_routes(repo: Repo) -> Judgement:
    shown = _checks(repo)
    if not shown:
        refusing = repo.identity.kept_refusals
        shown = [
            seen(site.location.path, site.location.line, f"`{site.definition.name}` refuses those without the right")
            for site in (refusing if len(refusing) > 1 else ())
        ][:5]
    if not repo.services.is_server or not shown:
        return not_applicable("No route to check rights on.")
    return passed("The server checks rights before it answers.", *shown)


def _shown(checked: list[tuple[Route, Protection]], does: str = "checks rights on") -> list[Evidence]:
    uses: dict[str, int] = {}
    places: dict[str, Protection] = {}
    for _, found in checked:
        uses[found.by] = uses.get(found.by, 0) + 1
        places.setdefault(found.by, found)
    ordered = sorted(uses, key=lambda by: (-uses[by], by))[:5]
    return [
        seen(places[by].path, places[by].line, f"{by} {does} {uses[by]} route{'s' if uses[by] > 1 else ''}")
        for by in ordered
    ]
