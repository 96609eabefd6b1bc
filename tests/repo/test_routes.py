"""Routes that frameworks and the tree's own dispatchers are told of."""

from __future__ import annotations

import pytest

from readiness_bot.repo.refusals import Strength
from tests.repos import repo_of

_RESOURCE = (
    "from web.rest import Resource\n\n\nclass Orders(Resource):\n    def __init__(self):\n"
    "        self.resourceName = 'order'\n        self.route('GET', (), self.find)\n"
    "        self.route('DELETE', (':id', 'lines'), self.clear)\n        self.route('home', (), self.find)\n\n"
    "    def find(self):\n        return []\n\n    def clear(self, id):\n        return id\n"
)


def test_methods_that_a_resource_registers_with_an_own_dispatcher_are_routes() -> None:
    found = repo_of({"shop/orders.py": _RESOURCE}).routes.all
    assert [(route.name, route.handler and route.handler.definition.name) for route in found] == [
        ("GET /order", "find"),
        ("DELETE /order/{id}/lines", "clear"),
    ]


def test_views_that_an_own_method_of_a_blueprint_registers_answer_by_what_they_dispatch_to() -> None:
    found = repo_of(
        {
            "shop/web.py": (
                "from flask import Blueprint, Flask, request\nfrom flask.views import View\n\n\n"
                "class Area(Blueprint):\n    def add_resource(self, path, view):\n"
                "        self.add_url_rule(path, view_func=view.as_view(view.__name__))\n\n\n"
                "class Resource(View):\n    methods = ['GET', 'POST']\n\n    def dispatch_request(self, **parts):\n"
                "        return getattr(self, request.method.lower())(**parts)\n\n\n"
                "class Kept(Resource):\n    def dispatch_request(self, **parts):\n"
                "        return Resource.dispatch_request(self, **parts)\n\n\n"
                "class Orders(Kept):\n    def get(self):\n        return []\n\n"
                "class Ping(View):\n    def dispatch_request(self):\n        return self.get()\n\n"
                "    def get(self):\n        return 'pong'\n\n\n"
                "area = Area('shop', __name__)\narea.add_resource('/orders', Orders)\n"
                "area.add_resource('/ping', Ping)\n"
                "app = Flask(__name__)\napp.register_blueprint(area, url_prefix='/api')\n"
            ),
        }
    ).routes.all
    assert [(route.name, route.handler and route.handler.definition.qualname) for route in found] == [
        ("GET /api/orders", "Orders.get"),
        ("GET /api/ping", "Ping.dispatch_request"),
    ]


def test_views_that_an_object_of_the_trees_own_keeps_are_routes_below_where_its_urls_are_included() -> None:
    found = repo_of(
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['django.contrib.auth']\n",
            "shop/steps.py": (
                "from django.urls import path\n\n\nclass Steps:\n    def __init__(self):\n        self.views = []\n\n"
                "    def step(self, label):\n        def keep(view):\n            self.views.append(view)\n"
                "            return view\n\n        return keep\n\n    @property\n    def urls(self):\n"
                "        return [path(f'{at}', view) for at, view in enumerate(self.views)]\n"
            ),
            "shop/views.py": (
                "from django.contrib.auth.decorators import login_required\n\nfrom shop.steps import Steps\n\n"
                "steps = Steps()\n\n\n@steps.step('goods')\n@login_required\ndef goods(request):\n"
                "    return request.POST\n\n\ndef beside(request):\n    return None\n"
            ),
            "shop/urls.py": (
                "from django.urls import include, path\n\nfrom shop.views import steps\n\n"
                "urlpatterns = [path('order/', include(steps.urls))]\n"
            ),
        }
    ).routes.all
    assert [(route.name, route.handler and route.handler.definition.name) for route in found] == [
        ("GET,POST /order/{}", "goods")
    ]
    assert any(guard.name.endswith("login_required") for guard in found[0].guards)


@pytest.mark.parametrize("patterns", ["[*router.urls]", "[] + router.urls"])
def test_extra_actions_of_a_view_set_are_routes_below_one_object_or_all(patterns: str) -> None:
    found = repo_of(
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['django.contrib.auth']\n",
            "shop/urls.py": (
                "from django.conf import settings\nfrom django.urls import include, path\n"
                "from rest_framework import decorators, routers, viewsets\n\n\n"
                "class OrderViewSet(viewsets.ViewSet):\n"
                "    @decorators.action(detail=True, methods=['post'], url_path='pay-now')\n"
                "    def pay(self, request, pk):\n        return None\n\n"
                "    @decorators.action(detail=False)\n    def mine(self, request):\n        return None\n\n\n"
                "router = routers.DefaultRouter()\nrouter.register('orders', OrderViewSet, basename='order')\n"
                f"urlpatterns = [path(f'api/{{settings.VERSION}}/', include({patterns}))]\n"
            ),
        }
    ).routes.all
    assert [route.name for route in found] == ["POST /api/{}/orders/{pk}/pay-now", "GET /api/{}/orders/mine"]


def test_views_of_pyramid_take_the_paths_of_named_routes() -> None:
    found = repo_of(
        {
            "shop/main.py": (
                "from pyramid.config import Configurator\n\n\ndef main(settings):\n"
                "    config = Configurator(settings=settings)\n    config.add_route('order', '/orders/{id}')\n"
                "    config.add_route('home', '/')\n    config.scan()\n    return config.make_wsgi_app()\n"
            ),
            "shop/views.py": (
                "from pyramid.view import view_config, view_defaults\n\n\n"
                "@view_config(route_name='home')\ndef home(request):\n    return {}\n\n\n"
                "@view_defaults(route_name='order', permission='edit')\nclass OrderViews:\n"
                "    @view_config(request_method='DELETE')\n    def remove(self):\n        return {}\n"
            ),
        }
    ).routes.all
    assert {(route.name, *(guard.name for guard in route.guards if guard.kind == "permission")) for route in found} == {
        ("GET /",),
        ("DELETE /orders/{id}", "edit"),
    }


def test_what_pyramid_wraps_a_view_in_guards_it() -> None:
    found = repo_of(
        {
            "shop/main.py": (
                "from pyramid.config import Configurator\n\n\ndef main(settings):\n"
                "    config = Configurator(settings=settings)\n    config.add_route('one', '/one')\n"
                "    config.add_route('two', '/two')\n    config.add_route('three', '/three')\n"
                "    config.scan()\n    return config.make_wsgi_app()\n"
            ),
            "shop/views.py": (
                "from pyramid.httpexceptions import HTTPUnauthorized\nfrom pyramid.view import view_config\n\n\n"
                "def has_token(view):\n    def inside(context, request):\n"
                "        if not request.find_service(name='links').token_is_valid(request):\n"
                "            return HTTPUnauthorized()\n        return view(context, request)\n\n"
                "    return inside\n\n\n"
                "@view_config(route_name='one', decorator=has_token)\ndef one(request):\n    return {}\n\n\n"
                "@view_config(route_name='two', decorator=(has_token,))\ndef two(request):\n    return {}\n\n\n"
                "@view_config(route_name='three')\ndef three(request):\n    return {}\n"
            ),
        }
    )
    gates = {route.path: found.identity.gate(route) for route in found.routes.all}
    assert {path: gate.by if gate is not None else "" for path, gate in gates.items()} == {
        "/one": "`has_token`",
        "/two": "`has_token`",
        "/three": "",
    }


def test_services_and_resources_of_cornice_are_routes() -> None:
    found = repo_of(
        {
            "shop/views.py": (
                "from cornice import Service\nfrom cornice.resource import resource\n\n"
                "orders = Service(name='orders', path='/orders')\n\n\n@orders.get()\ndef listed(request):\n"
                "    return []\n\n\n@resource(collection_path='/users', path='/users/{id}')\nclass User:\n"
                "    def collection_post(self):\n        return {}\n\n    def get(self):\n        return {}\n"
            ),
        }
    ).routes.all
    assert {route.name for route in found} == {"GET /orders", "POST /users", "GET /users/{id}"}


def test_a_copy_of_bottle_in_the_tree_is_bottle() -> None:
    found = repo_of(
        {
            "shop/__init__.py": "",
            "shop/wrapped/__init__.py": "from shop.wrapped.bottle import *\n",
            "shop/wrapped/bottle.py": "class Bottle:\n    def route(self, path):\n        return path\n",
            "shop/main.py": (
                "from shop import wrapped as bottle\n\napp = bottle.Bottle()\n\n\n@app.route('/orders')\n"
                "def orders():\n    return []\n"
            ),
        }
    ).routes.all
    assert [route.name for route in found] == ["GET /orders"]


def test_classes_under_a_decorator_of_the_trees_own_that_names_paths_are_resources() -> None:
    found = repo_of(
        {
            "shop/__init__.py": "",
            "shop/resource.py": (
                "class Settings:\n    defaults = {'permission': 'dynamic'}\n\n\n"
                "def register(**settings):\n    def wrapped(cls):\n        serve(cls, **settings)\n"
                "        return cls\n    return wrapped\n\n\nclass Resource:\n    def list_get(self):\n"
                "        return []\n\n    def list_post(self):\n        return {}\n\n    def get(self):\n"
                "        return {}\n\n    def delete(self):\n        return {}\n"
            ),
            "shop/orders.py": (
                "from shop import resource\n\n\n"
                "@resource.register(name='order', list_path='/orders', object_path='/orders/{{id}}',\n"
                "                   object_methods=('GET',))\nclass Order(resource.Resource):\n    pass\n\n\n"
                "@resource.register(path='shelf/orders')\nclass Shelf(resource.Resource):\n    pass\n"
            ),
        }
    ).routes.all
    assert [route.name for route in found] == ["GET /orders", "POST /orders", "GET /orders/{id}"]
    assert {guard.name for route in found for guard in route.guards if guard.level == "router"} == {"dynamic"}


def test_classes_of_pyramid_that_name_their_path_are_registered_by_their_base() -> None:
    found = repo_of(
        {
            "shop/__init__.py": "",
            "shop/view.py": (
                "from pyramid.view import view_config\n\n\nclass View:\n    methods = ('GET', 'HEAD')\n"
                "    route = None\n\n    @classmethod\n"
                "    def configure(cls, config):\n        name = cls.route.lstrip('/')\n"
                "        config.add_route(name, cls.route)\n        config.add_view(cls, route_name=name)\n"
            ),
            "shop/orders.py": (
                "from pyramid.view import view_config\n\nfrom shop.view import View\n\n\n"
                "class Orders(View):\n    methods = ('GET', 'POST')\n    route = '/v1/orders'\n\n"
                "    def __call__(self):\n        return {}\n\n\n"
                "class Beat(View):\n    route = '/beat'\n\n    def __call__(self):\n        return {}\n\n\n"
                "def main(config):\n    config.add_route('home', '/')\n\n\n"
                "@view_config(name='help')\ndef helped(request):\n    return {}\n"
            ),
        }
    ).routes.all
    assert [route.name for route in found] == ["GET,POST /v1/orders", "GET /beat", "GET /help"]


def test_operations_of_a_description_stand_below_its_base() -> None:
    described = (
        "openapi: 3.0.2\ninfo: {title: Shop, version: '1'}\nservers:\n  - url: https://shop.example/api/v1\n"
        "paths:\n  /orders:\n    get: {operationId: shop.views.orders}\n"
    )
    found = repo_of(
        {
            "shop/__init__.py": "",
            "shop/app.py": "import connexion\n\napp = connexion.FlaskApp(__name__)\napp.add_api('api_v1.yaml')\n",
            "shop/views.py": "def orders():\n    return []\n",
            "shop/static/api_v1.yaml": described,
        }
    ).routes.all
    assert [route.name for route in found] == ["GET /api/v1/orders"]


def test_own_decorators_register_by_the_method_of_the_router_that_they_are_handed() -> None:
    tree = repo_of(
        {
            "app/main.py": "from fastapi import FastAPI\nfrom app.orders import router\n\napp = FastAPI()\n"
            "app.include_router(router, prefix='/api')\n",
            "app/access.py": "def kept(method, path, **kwargs):\n    def around(function):\n"
            "        return method(path, **kwargs)(function)\n\n    return around\n",
            "app/orders.py": "from fastapi import APIRouter\nfrom app.access import kept\n\n"
            "router = APIRouter(prefix='/orders')\n\n\n@kept(router.post, '/{number}')\ndef pay(number):\n    pass\n",
        }
    )
    assert [(route.path, route.methods, route.is_wired) for route in tree.routes.all] == [
        ("/api/orders/{number}", ("POST",), True)
    ]


def test_cherrypy_calls_what_is_marked_as_exposed() -> None:
    text = (
        "import cherrypy\n\n\nclass Pages:\n    def note(self, name):\n        return name\n\n"
        "    note.exposed = True\n\n"
        "    def hidden(self):\n        return 1\n\n\nclass Notes:\n    exposed = True\n\n"
        "    def DELETE(self, key):\n        return key\n\n\n"
        "@cherrypy.expose\nclass Books:\n    def GET(self):\n        return []\n"
    )
    assert sorted(route.name for route in repo_of(text).routes.all) == [
        "DELETE /notes",
        "GET /books",
        "GET,POST /note",
    ]


def test_turbogears_asks_the_hooks_of_every_controller_on_the_way_to_an_exposed_method() -> None:
    text = (
        "from tg import TGController, expose\nfrom shop.access import require_post\n\n\nclass Notes:\n"
        "    @expose('json:')\n    def index(self):\n        return {}\n\n"
        "    @expose()\n    @require_post()\n    def save(self, text):\n        return text\n\n"
        "    def _hidden(self):\n        return 1\n\n\n"
        "class Root(TGController):\n    notes = Notes()\n\n    def _check_security(self):\n        require_login()\n"
    )
    routes = repo_of(text).routes.all
    assert sorted(route.name for route in routes) == ["GET,POST /index", "POST /save"]
    assert all(any(guard.name.endswith("Root._check_security") for guard in route.guards) for route in routes)


def test_a_router_of_its_own_serves_what_a_description_names_by_module_and_object() -> None:
    tree = repo_of(
        {
            "shop/openapi.yaml": (
                "openapi: 3.0.0\ninfo: {title: shop, version: '1'}\nsecurity: [{key: []}]\npaths:\n  /v1/orders:\n"
                "    post:\n      operationId: shop.orders:orders.add\n"
                "    get:\n      operationId: listed\n"
            ),
            "shop/__init__.py": "",
            "shop/orders.py": "class Orders:\n    def add(self, order):\n        return order\n\n\norders = Orders()\n",
        }
    )
    assert [(route.name, route.handler.name if route.handler else "") for route in tree.routes.all] == [
        ("POST /v1/orders", "shop/orders.py:Orders.add")
    ]


def test_lists_of_patterns_are_served_where_they_are_included_by_name_or_handed_on() -> None:
    tree = repo_of(
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\n",
            "shop/urls.py": (
                "from django.urls import include, path\n\n\ndef patterns(prefix='/'):\n"
                "    urlpatterns = [path(f'api{prefix}', include('shop.api'))]\n    return urlpatterns\n\n\n"
                "urlpatterns = patterns()\n"
            ),
            "shop/__init__.py": "",
            "shop/api/__init__.py": "from .lists import urlpatterns\n",
            "shop/api/lists.py": (
                "from django.urls import include, re_path\nfrom .orders import urls as order_urls\n\n"
                "v2_urls = [re_path(r'^orders/', include(order_urls))]\n"
                "urlpatterns = [re_path(r'^(?P<version>(v2))/', include(v2_urls))]\n"
            ),
            "shop/api/orders.py": (
                "from django.urls import re_path\nfrom shop.views import order\n\n"
                "urls = [re_path(r'^(?P<pk>[0-9]+)/$', order, name='order')]\n"
            ),
            "shop/views.py": "def order(request, pk):\n    return None\n",
        }
    )
    assert [(route.path, route.is_wired) for route in tree.routes.all] == [("/api{}/{version}/orders/{pk}/", True)]
    assert [route.path for route in tree.versions.routes] == ["/api{}/{version}/orders/{pk}/"]


def test_rules_of_a_map_of_its_own_are_routes_of_the_methods_they_name() -> None:
    found = repo_of(
        {
            "shop/front.py": (
                "from werkzeug.routing import Map, Rule\n\n\nclass Front:\n    def __init__(self):\n"
                "        self.map = Map()\n        self.map.add(Rule('/', endpoint=self.home))\n"
                "        self.map.add(Rule('/orders/<int:number>', endpoint='order', methods=['DELETE']))\n\n"
                "    def home(self, environ):\n        return {}\n\n"
                "    def on_order(self, environ, number):\n        return {}\n"
            ),
        }
    ).routes.all
    assert [(route.name, route.handler.definition.name if route.handler else "") for route in found] == [
        ("GET /", "home"),
        ("DELETE /orders/<int:number>", "on_order"),
    ]


def test_a_decorator_of_the_trees_own_registers_what_it_wraps_by_name() -> None:
    found = repo_of(
        {
            "shop/api.py": (
                "from functools import wraps\n\nfrom flask import Blueprint, Flask\n\n"
                "api = Blueprint('api', __name__)\n\n\n"
                "def endpoint(function):\n    method, _, name = function.__name__.partition('_')\n\n"
                "    @api.route(f'/{name}', methods=[method])\n    @wraps(function)\n"
                "    def answer():\n        return function()\n\n    return answer\n\n\n"
                "@endpoint\ndef get_orders():\n    return []\n\n\n@endpoint\ndef put_order():\n    return {}\n\n\n"
                "app = Flask(__name__)\napp.register_blueprint(api, url_prefix='/api')\n"
            ),
        }
    ).routes.all
    assert sorted((route.name, route.handler.definition.name if route.handler else "") for route in found) == [
        ("GET /api/orders", "get_orders"),
        ("PUT /api/order", "put_order"),
    ]


def test_rules_handed_to_an_annotated_function_stand_below_its_blueprint() -> None:
    found = repo_of(
        {
            "shop/api.py": (
                "import flask_smorest\nfrom flask import Flask\nfrom flask.views import MethodView\n"
                "from flask_smorest import Blueprint\n\n"
                "api = Blueprint('api', __name__, url_prefix='/api')\n\n\nclass Orders(MethodView):\n"
                "    def get(self):\n        return []\n\n    def post(self):\n        return {}\n\n\n"
                "def register(resource: type[MethodView], url: str, name: str):\n"
                "    api.add_url_rule(url, endpoint=name, view_func=resource)\n\n\n"
                "register(Orders, '/orders', 'orders')\n\n\ndef create():\n    app = Flask(__name__)\n"
                "    held = flask_smorest.Api(app)\n    held.register_blueprint(api)\n    return app\n"
            ),
        }
    ).routes.all
    assert [route.name for route in found] == ["GET /api/orders", "POST /api/orders"]
    assert all(route.is_wired for route in found)


def test_a_prefix_that_a_factory_puts_together_is_read() -> None:
    found = repo_of(
        {
            "shop/orders.py": (
                "from fastapi import APIRouter\n\nrouter = APIRouter()\n\n\n@router.get('/all')\n"
                "def orders():\n    return []\n"
            ),
            "shop/main.py": (
                "from fastapi import FastAPI\n\nfrom shop.orders import router\n\n\ndef create(prefix=''):\n"
                "    app = FastAPI()\n    version = 'v1'\n    base = f'{prefix}/api/{version}'\n"
                "    app.include_router(router, prefix=f'{base}/orders')\n    return app\n"
            ),
        }
    ).routes.all
    assert [route.name for route in found] == ["GET /{}/api/v1/orders/all"]


def test_the_patterns_of_a_module_that_are_included_as_its_attribute_are_served() -> None:
    found = repo_of(
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\n",
            "shop/urls.py": (
                "from django.urls import include, path\n\nfrom shop import api\n\n"
                "urlpatterns = [path('v1/', include(api.urlpatterns))]\n"
            ),
            "shop/api.py": (
                "from django.urls import path\n\nfrom shop.views import orders\n\n"
                "urlpatterns = [path('orders', orders)]\n"
            ),
            "shop/views.py": "def orders(request):\n    return None\n",
        }
    ).routes.all
    assert [(route.name, route.is_wired) for route in found] == [("GET /v1/orders", True)]


def test_handlers_of_tornado_that_descend_from_another_packages_are_served() -> None:
    found = repo_of(
        {
            "shop/app.py": (
                "from base.handlers import BaseHandler\nfrom tornado.web import Finish\n\n\n"
                "class OrderHandler(BaseHandler):\n    def post(self, key):\n        raise Finish\n\n\n"
                "handlers = [(r'/orders/(\\w+)', OrderHandler)]\n"
            ),
        }
    ).routes.all
    assert [(route.name, route.framework) for route in found] == [("POST /orders/{}", "tornado")]


@pytest.mark.parametrize("pair", ["('/orders', Orders)", "(Orders, '/orders')"])
def test_resources_of_flask_in_a_table_that_a_function_registers_are_served(pair: str) -> None:
    found = repo_of(
        "from flask import Blueprint\nfrom flask_restful import Resource\n\nfrom shop.api import set_up\n\n\n"
        "class Orders(Resource):\n    def get(self):\n        return []\n\n    def post(self):\n        return {}\n\n\n"
        f"routes = [{pair}]\nset_up(Blueprint('orders', 'orders'), routes)\n"
    ).routes.all
    assert [route.name for route in found] == ["GET /orders", "POST /orders"]


def test_namespaces_that_an_api_of_the_trees_own_gives_are_served_below_their_names() -> None:
    found = repo_of(
        {
            "shop/api.py": (
                "from flask import Flask\nfrom flask_restx import Api\n\n\nclass ShopApi(Api):\n    pass\n\n\n"
                "app = Flask(__name__)\napi = ShopApi(app, prefix='/api')\n"
            ),
            "shop/orders.py": (
                "from flask_restx import Resource\n\nfrom shop.api import api\n\n"
                "ns = api.namespace('orders', 'What is ordered')\n\n\n@ns.route('/<int:key>')\n"
                "class Order(Resource):\n    def delete(self, key):\n        return {}\n"
            ),
        }
    ).routes.all
    assert [route.name for route in found] == ["DELETE /api/orders/<int:key>"]


@pytest.mark.parametrize("call", ["api.init_app(app)", "def set_up(web):\n    api.init_app(web)"])
def test_an_api_that_is_set_up_later_is_served_with_its_namespaces(call: str) -> None:
    found = repo_of(
        "from flask import Flask\nfrom flask_restx import Api, Namespace, Resource\n\n"
        "app = Flask(__name__)\napi = Api()\nns = Namespace('orders')\napi.add_namespace(ns)\n\n\n"
        "@ns.route('/<int:key>')\nclass Order(Resource):\n    def get(self, key):\n        return {}\n\n\n"
        f"{call}\n"
    ).routes.all
    assert [(route.name, route.is_wired) for route in found] == [("GET /orders/<int:key>", True)]


def test_routers_that_objects_of_the_tree_keep_are_served_where_they_are_included() -> None:
    found = repo_of(
        {
            "shop/orders.py": (
                "from fastapi import APIRouter\n\n\nclass Orders:\n    def __init__(self, store):\n"
                "        self.router = APIRouter()\n"
                "        self.router.add_api_route('/{key}', self.drop, methods=['DELETE'])\n\n"
                "    async def drop(self, key: int):\n        return {}\n"
            ),
            "shop/main.py": (
                "from fastapi import FastAPI\n\nfrom shop.orders import Orders\n\napp = FastAPI()\n"
                "orders = Orders(store=None)\napp.include_router(router=orders.router, prefix='/orders')\n"
            ),
        }
    ).routes.all
    assert [(route.name, route.is_wired) for route in found] == [("DELETE /orders/{key}", True)]


def test_patterns_are_served_where_each_application_puts_its_own_among_those_of_the_root() -> None:
    found = repo_of(
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\n",
            "shop/urls.py": "urlpatterns = []\n",
            "shop/apps.py": (
                "from importlib import import_module\n\nfrom shop.urls import urlpatterns\n\n\n"
                "def put_in(name):\n    urlpatterns.extend(import_module(f'{name}.urls').urlpatterns)\n"
            ),
            "shop/orders/urls.py": (
                "from django.urls import path\n\nfrom shop.orders.views import orders\n\n"
                "urlpatterns = [path('orders', orders)]\n"
            ),
            "shop/orders/views.py": "def orders(request):\n    return None\n",
        }
    ).routes.all
    assert [(route.name, route.is_wired) for route in found] == [("GET /orders", True)]


def test_the_root_of_one_project_is_served_though_another_includes_it() -> None:
    found = repo_of(
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\n",
            "shop/urls.py": (
                "from django.urls import path\n\nfrom shop.views import orders\n\n"
                "urlpatterns = [path('orders', orders)]\n"
            ),
            "starter/shops/urls.py": (
                "from django.urls import include, path\n\nurlpatterns = [path('', include('shop.urls'))]\n"
            ),
            "shop/views.py": "def orders(request):\n    return None\n",
        }
    ).routes.all
    assert [(route.name, route.is_wired) for route in found] == [("GET /orders", True)]


def test_methods_that_views_of_flask_appbuilder_expose_are_served_below_their_class() -> None:
    found = repo_of(
        "from flask_appbuilder import BaseView, expose, has_access\n"
        "from flask_appbuilder.api import BaseApi, protect\n\n\n"
        "class Orders(BaseView):\n    route_base = '/orders'\n\n    @expose('/drop/<key>', methods=['POST'])\n"
        "    @has_access\n    def drop(self, key):\n        return ''\n\n\n"
        "class BillsApi(BaseApi):\n    resource_name = 'bills'\n\n    @expose('/all')\n    @protect()\n"
        "    def all(self):\n        return {}\n"
    ).routes.all
    assert [(route.name, route.is_wired, [guard.name for guard in route.guards][-1:]) for route in found] == [
        ("POST /orders/drop/<key>", True, ["flask_appbuilder.BaseView"]),
        ("GET /api/v1/bills/all", True, ["flask_appbuilder.api.BaseApi"]),
    ]


def test_routers_and_lists_that_are_put_together_to_one_are_served_where_that_is_included() -> None:
    found = repo_of(
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\n",
            "shop/urls.py": (
                "from django.urls import include, path\n\nfrom shop.bills import urls_patterns as bills\n"
                "from shop.orders import urls as order_urls\n\napi_urls = []\napi_urls += order_urls\n"
                "urlpatterns = [path('v2/', include(api_urls)), path('v3/', include((bills, 'bills')))]\n"
            ),
            "shop/orders.py": (
                "from django.urls import path\nfrom rest_framework import routers\n\n"
                "from shop.views import Orders, info\n\nrouter = routers.DefaultRouter()\n"
                "router.register('orders', Orders)\nurls = [*router.urls, path('info', info)]\n"
            ),
            "shop/bills.py": (
                "from django.urls import path\nfrom rest_framework import routers\n\n"
                "from shop.views import Bills, info\n\nbill_router = routers.DefaultRouter()\n"
                "bill_router.register('bills', Bills)\nmore = [path('info', info)]\n"
                "urls_patterns = bill_router.urls + more\n"
            ),
            "shop/views.py": (
                "from rest_framework.viewsets import ViewSet\n\n\nclass Orders(ViewSet):\n"
                "    def list(self, request):\n        return None\n\n\nclass Bills(ViewSet):\n"
                "    def list(self, request):\n        return None\n\n\ndef info(request):\n    return None\n"
            ),
        }
    ).routes.all
    assert {(route.name, route.is_wired) for route in found} >= {
        ("GET /v2/orders", True),
        ("GET /v2/info", True),
        ("GET /v3/bills", True),
    }


def test_a_blueprint_that_a_package_names_like_the_module_it_is_from_is_served() -> None:
    found = repo_of(
        {
            "shop/__init__.py": "",
            "shop/apps/__init__.py": "from shop.apps.orders import orders\n",
            "shop/apps/orders/__init__.py": "from shop.apps.orders.views import orders\n",
            "shop/apps/orders/views.py": (
                "from flask import Blueprint\n\norders = Blueprint('orders', __name__)\n\n\n"
                "@orders.post('/new')\ndef new():\n    return ''\n"
            ),
            "shop/app.py": (
                "from flask import Flask\n\nfrom shop.apps import orders\n\napp = Flask(__name__)\n"
                "app.register_blueprint(orders, url_prefix='/orders')\n"
            ),
        }
    ).routes.all
    assert [(route.name, route.is_wired) for route in found] == [("POST /orders/new", True)]


def test_an_application_that_is_kept_as_an_attribute_of_another_module_serves_its_blueprints() -> None:
    found = repo_of(
        {
            "shop/config.py": "app = None\n",
            "shop/server.py": (
                "from flask import Flask\n\nfrom shop import config\nfrom shop.orders import orders\n\n"
                "config.app = Flask(__name__)\napp = config.app\napp.register_blueprint(orders, url_prefix='/v1')\n"
            ),
            "shop/orders.py": (
                "from flask import Blueprint\n\norders = Blueprint('orders', __name__)\n\n\n"
                "@orders.post('/orders')\ndef order():\n    return ''\n"
            ),
        }
    ).routes.all
    assert [(route.name, route.is_wired) for route in found] == [("POST /v1/orders", True)]


def test_a_class_that_lists_what_another_does_and_more_is_guarded_by_both() -> None:
    files = {
        "shop/base.py": (
            "from flask_login import login_required\nfrom flask_restful import Resource\n\n\n"
            "class Base(Resource):\n    decorators = [login_required]\n"
        ),
        "shop/app.py": (
            "from flask import Flask\nfrom flask_restful import Api\n\nfrom shop import limiter\n"
            "from shop.base import Base\n\napi = Api(Flask(__name__))\n\n\nclass Orders(Base):\n"
            "    decorators = Base.decorators + [limiter.limit('9/day')]\n\n    def post(self):\n"
            "        return {}\n\n\n"
            "api.add_resource(Orders, '/orders')\n"
        ),
    }
    (route,) = repo_of(files).routes.all
    assert [guard.name for guard in route.guards if guard.kind == "decorator"] == [
        "flask_login.login_required",
        "shop.limiter.limit",
    ]


def test_decorators_that_are_put_on_the_views_of_a_table_guard_their_routes() -> None:
    found = repo_of(
        "from flask import Flask\nfrom flask.views import MethodView\n\nfrom shop.people import signed_in\n\n\n"
        "class Order(MethodView):\n    def delete(self, key):\n        return ''\n\n\n"
        "rules = [['/orders/<key>', Order]]\napp = Flask(__name__)\nfor rule in rules:\n"
        "    rule[1].decorators.extend([signed_in])\n"
        "    app.add_url_rule(rule[0], view_func=rule[1].as_view(rule[0]))\n"
    ).routes.all
    assert [(route.name, "shop.people.signed_in" in {guard.name for guard in route.guards}) for route in found] == [
        ("DELETE /orders/<key>", True)
    ]


def test_a_list_that_is_included_takes_others_in_whatever_it_is_called() -> None:
    found = repo_of(
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\n",
            "shop/urls.py": (
                "from django.urls import include, path\n\nfrom shop.orders.urls import urlpatterns as order_urls\n\n"
                "all_of_them = []\nall_of_them += order_urls\nurlpatterns = [path('v1/', include(all_of_them))]\n"
            ),
            "shop/orders/urls.py": (
                "from django.urls import path\n\nfrom shop.views import orders\n\n"
                "urlpatterns = [path('orders', orders)]\n"
            ),
            "shop/views.py": "def orders(request):\n    return None\n",
        }
    ).routes.all
    assert [(route.name, route.is_wired) for route in found] == [("GET /v1/orders", True)]


@pytest.mark.parametrize(("settings", "served"), [("shop/settings.py", True), ("", False)])
def test_patterns_that_a_registered_class_gives_by_a_method_are_served(settings: str, served: bool) -> None:
    root = {settings: "ROOT_URLCONF = 'shop.urls'\n"} if settings else {}
    tried = (
        {}
        if settings
        else {"tests/settings.py": "ROOT_URLCONF = 'tests.urls'\n", "tests/urls.py": "urlpatterns = []\n"}
    )
    found = repo_of(
        {
            **root,
            **tried,
            "shop/urls.py": "from shop.kinds import registry\n\nurlpatterns = [*registry.patterns]\n",
            "shop/orders/kind.py": (
                "from django.urls import include, path\n\nfrom shop.kinds import Kind\n"
                "from shop.orders import urls\n\n\nclass Orders(Kind):\n    def patterns(self):\n"
                "        return [path('orders/', include(urls))]\n"
            ),
            "shop/orders/urls.py": (
                "from django.urls import path\n\nfrom shop.views import orders\n\nurlpatterns = [path('all', orders)]\n"
            ),
            "shop/views.py": "def orders(request):\n    return None\n",
        }
    ).routes.all
    assert [(route.name, route.is_wired) for route in found] == [("GET /orders/all", served)]


@pytest.mark.parametrize("target", ["app.urls", "(app.urls, app.name)", "f'{app}.urls'"])
def test_patterns_of_applications_that_a_loop_includes_are_served(target: str) -> None:
    found = repo_of(
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\n",
            "shop/urls.py": (
                "from django.urls import include, path\n\nfrom shop.apps import all_apps\n\nurlpatterns = []\n"
                f"for app in all_apps():\n    urlpatterns.append(path('', include({target})))\n"
            ),
            "shop/orders/urls.py": (
                "from django.urls import path\n\nfrom shop.views import orders\n\nurlpatterns = [path('all', orders)]\n"
            ),
            "shop/views.py": "def orders(request):\n    return None\n",
        }
    ).routes.all
    assert [(route.name, route.is_wired) for route in found] == [("GET /all", True)]


def test_lists_of_patterns_that_are_included_by_their_names_are_served() -> None:
    found = repo_of(
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['django.contrib.auth']\n",
            "shop/urls.py": (
                "from django.urls import include, path\n\nfrom shop import api_urls\n\n"
                "urlpatterns = [path('v3/', include((api_urls.v3_urls, 'api'), namespace='v3'))]\n"
            ),
            "shop/api_urls.py": (
                "from django.urls import include, path\n\nfrom shop import order_urls\n\n"
                "v3_urls = [path('', include((order_urls, 'orders'), namespace='orders'))]\n"
            ),
            "shop/order_urls.py": (
                "from django.urls import path\n\nfrom shop.views import orders\n\n"
                "urlpatterns = [path('orders', orders)]\n"
            ),
            "shop/views.py": "def orders(request):\n    return None\n",
            "shop/__init__.py": "",
        }
    ).routes.all
    assert [(route.name, route.is_wired) for route in found] == [("GET /v3/orders", True)]


def test_lists_of_patterns_that_are_spread_in_what_is_included_are_served_below_its_prefix() -> None:
    found = repo_of(
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['django.contrib.auth']\n",
            "shop/urls.py": (
                "from django.urls import include, path\n\nfrom shop.bills.urls import urlpatterns as of_bills\n"
                "from shop.orders.urls import urlpatterns as order_patterns\n\n"
                "urlpatterns = [path('api/', include([*order_patterns, *of_bills]))]\n"
            ),
            "shop/orders/urls.py": (
                "from django.urls import path\n\nfrom shop.views import orders\n\n"
                "urlpatterns = [path('orders', orders)]\n"
            ),
            "shop/bills/urls.py": (
                "from django.urls import path\n\nfrom shop.views import bills\n\nurlpatterns = [path('bills', bills)]\n"
            ),
            "shop/views.py": "def orders(request):\n    return None\n\n\ndef bills(request):\n    return None\n",
        }
    ).routes.all
    assert [(route.name, route.is_wired) for route in found] == [("GET /api/bills", True), ("GET /api/orders", True)]


def test_routers_that_functions_make_keep_the_guards_and_prefixes_they_were_made_with() -> None:
    found = repo_of(
        {
            "shop/making.py": (
                "from fastapi import APIRouter, Depends\n\nfrom shop.people import signed_in\n\n\n"
                "def make_routers():\n    open_ones = APIRouter()\n"
                "    kept = APIRouter(prefix='/mine', dependencies=[Depends(signed_in)])\n"
                "    return open_ones, kept\n\n\n"
                "def make_router():\n    return APIRouter(dependencies=[Depends(signed_in)])\n"
            ),
            "shop/orders.py": (
                "from shop.making import make_router, make_routers\n\nopen_ones, mine = make_routers()\n"
                "bills = make_router()\n\n\n@open_ones.post('/login')\ndef log_in():\n    return {}\n\n\n"
                "@mine.post('/orders')\ndef order():\n    return {}\n\n\n"
                "@bills.post('/bills')\ndef bill():\n    return {}\n"
            ),
            "shop/main.py": (
                "from fastapi import FastAPI\n\nfrom shop import orders\n\napp = FastAPI()\n"
                "app.include_router(orders.open_ones)\napp.include_router(orders.mine, prefix='/v1')\n"
                "app.include_router(orders.bills)\n"
            ),
            "shop/people.py": "def signed_in(request):\n    return request.user\n",
        }
    ).routes.all
    assert [(route.name, [guard.name for guard in route.guards]) for route in found] == [
        ("POST /login", []),
        ("POST /v1/mine/orders", ["shop/people.py:signed_in"]),
        ("POST /bills", ["shop/people.py:signed_in"]),
    ]


@pytest.mark.parametrize("prefix", ["", "api/"])
def test_a_list_that_its_own_module_puts_below_a_prefix_stays_served(prefix: str) -> None:
    found = repo_of(
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['django.contrib.auth']\n",
            "shop/urls.py": (
                "from django.urls import include, path\n\nfrom shop.views import orders\n\n"
                "urlpatterns = [path('orders', orders)]\n"
                f"urlpatterns = [path('{prefix}', include(urlpatterns))]\n"
            ),
            "shop/views.py": "def orders(request):\n    return None\n",
            "shop/__init__.py": "",
        }
    ).routes.all
    assert [route.is_wired for route in found] == [True]


def test_routers_that_a_loop_includes_one_after_the_other_are_served() -> None:
    repo = repo_of(
        {
            "shop/main.py": (
                "from fastapi import FastAPI\n\nfrom shop.routers import api_router\n\napp = FastAPI()\n"
                "app.include_router(api_router)\n"
            ),
            "shop/routers/__init__.py": (
                "from fastapi import APIRouter\n\nfrom shop.routers import orders, users\n\n"
                "api_router = APIRouter(prefix='/v1')\nrouters = [orders.router, users.router]\n\n"
                "for router in routers:\n    api_router.include_router(router)\n"
            ),
            "shop/routers/orders.py": (
                "from fastapi import APIRouter\n\nrouter = APIRouter(prefix='/orders')\n\n\n"
                "@router.post('/new')\ndef new() -> None:\n    pass\n"
            ),
            "shop/routers/users.py": (
                "from fastapi import APIRouter\n\nrouter = APIRouter()\n\n\n"
                "@router.get('/users')\ndef users() -> None:\n    pass\n"
            ),
        }
    )
    assert [(route.path, route.is_wired) for route in repo.routes.all] == [
        ("/v1/orders/new", True),
        ("/v1/users", True),
    ]


def test_decorators_of_the_trees_own_that_are_told_paths_register() -> None:
    repo = repo_of(
        {
            "shop/web.py": (
                "from aiohttp import web\n\nTABLE = []\n\n\ndef expose(path, methods=('GET',)):\n"
                "    def register(handler):\n        TABLE.extend((path, method, handler) for method in methods)\n"
                "        return handler\n    return register\n\n\ndef make_app():\n    app = web.Application()\n"
                "    for path, method, handler in TABLE:\n        app.router.add_route(method, path, handler)\n"
                "    return app\n"
            ),
            "shop/orders.py": (
                "from aiohttp import web\n\nfrom shop.web import expose\n\n\n@expose('/orders')\n"
                "async def orders(request):\n    return web.json_response([])\n\n\n"
                "@expose('/orders/{number}', methods=('POST', 'PUT'))\nasync def change(request):\n"
                "    return web.json_response({})\n"
            ),
        }
    )
    assert [(route.path, route.methods, route.framework) for route in repo.routes.all] == [
        ("/orders", ("GET",), "aiohttp"),
        ("/orders/{number}", ("POST", "PUT"), "aiohttp"),
    ]


def test_own_decorators_beside_the_routes_of_a_framework_are_none() -> None:
    repo = repo_of(
        {
            "shop/main.py": (
                "from flask import Flask\n\nfrom shop.menu import page\n\napp = Flask(__name__)\n\n\n"
                "@app.route('/orders')\n@page('/orders')\ndef orders():\n    return ''\n\n\n"
                "@app.route('/users')\n@page('/users')\ndef users():\n    return ''\n"
            ),
            "shop/menu.py": (
                "def page(path):\n    def keep(view):\n        view.menu = path\n        return view\n    return keep\n"
            ),
        }
    )
    assert [route.framework for route in repo.routes.all] == ["flask", "flask"]


def test_methods_that_an_enumeration_names_are_known() -> None:
    repo = repo_of(
        "from http import HTTPMethod\n\nfrom flask import Flask\n\napp = Flask(__name__)\n\n\n"
        "@app.route('/orders', methods=[HTTPMethod.GET, HTTPMethod.POST])\ndef orders():\n    return ''\n"
    )
    assert [route.methods for route in repo.routes.all] == [("GET", "POST")]


def test_patterns_of_several_hosts_are_served_with_the_lists_that_they_take_in() -> None:
    view = "def {0}(request):\n    return None\n"
    repo = repo_of(
        {
            "shop/settings.py": "import django\n\nROOT_URLCONF = 'shop.urls'\n",
            "shop/urls.py": "urlpatterns = []\n",
            "shop/hosts.py": (
                "from django_hosts import host, patterns\n\n"
                "host_patterns = patterns('', host('www', 'shop.urls_www', name='www'))\n"
            ),
            "shop/urls_www.py": (
                "from django.urls import path\n\nfrom shop import views\n"
                "from shop.urls_shared import shared_patterns\n\n"
                "urlpatterns = [path('orders', views.orders)]\nurlpatterns += shared_patterns\n"
            ),
            "shop/urls_shared.py": (
                "from django.urls import path\n\nfrom shop import views\n\n"
                "shared_patterns = [path('users', views.users)]\n"
            ),
            "shop/urls_old.py": (
                "from django.urls import path\n\nfrom shop import views\n\nurlpatterns = [path('old', views.old)]\n"
            ),
            "shop/views.py": "\n\n".join(map(view.format, ("orders", "users", "old"))),
        }
    )
    assert {route.path: route.is_wired for route in repo.routes.all} == {"/orders": True, "/users": True, "/old": False}


def test_what_is_put_into_a_path_is_read_from_the_class() -> None:
    repo = repo_of(
        "import tornado.web\n\n\nclass Orders(tornado.web.RequestHandler):\n    def get(self):\n"
        "        self.write({})\n\n\nclass Server:\n    VERSION = 'v1'\n\n    def __init__(self):\n"
        "        self.app = tornado.web.Application([(r'/api/%s/orders' % self.VERSION, Orders)])\n"
    )
    assert [route.path for route in repo.routes.all] == ["/api/v1/orders"]


def test_public_methods_of_a_classful_view_are_routes_by_name_or_by_what_they_are_told() -> None:
    repo = repo_of(
        {
            "shop/base.py": (
                "from flask import abort\nfrom flask_classful import FlaskView, route\n"
                "from flask_login import current_user\n\n\n"
                "class Base(FlaskView):\n    route_prefix = '/v3/shops/<shop>/'\n\n"
                "    @classmethod\n    def register(cls, app, *args, **kwargs):\n"
                "        super().register(app, *args, **kwargs)\n\n"
                "    def before_request(self, name, **kwargs):\n        if not current_user.is_authenticated:\n"
                "            abort(403)\n\n"
                "    def _find(self, number):\n        return number\n\n\n"
                "class Lists:\n    def index(self, shop):\n        return []\n\n"
                "    @route('/filter', methods=['POST'])\n    def filter(self, shop):\n        return []\n"
            ),
            "shop/orders.py": (
                "from flask import Blueprint\n\nfrom shop.base import Base, Lists\n\n"
                "orders = Blueprint('orders', __name__)\n\n\n"
                "class OrdersView(Lists, Base):\n    route_base = 'orders'\n\n"
                "    def get(self, number, shop):\n        return self._find(number)\n\n"
                "    def count(self, shop):\n        return 0\n\n    def delete(self, number, shop):\n"
                "        return ''\n\n\n"
                "class StockView(Base):\n    excluded_methods = ['helper']\n\n    def post(self, shop):\n"
                "        return ''\n\n"
                "    def helper(self):\n        return 1\n\n\nOrdersView.register(orders)\nStockView.register(orders)\n"
            ),
            "shop/app.py": (
                "from flask import Flask\n\nfrom shop.orders import orders\n\napp = Flask(__name__)\n"
                "app.register_blueprint(orders, url_prefix='/api')\n"
            ),
        }
    )
    assert sorted(route.name for route in repo.routes.all) == [
        "DELETE /api/v3/shops/<shop>/orders/<number>",
        "GET /api/v3/shops/<shop>/orders",
        "GET /api/v3/shops/<shop>/orders/<number>",
        "GET /api/v3/shops/<shop>/orders/count",
        "POST /api/v3/shops/<shop>/orders/filter",
        "POST /api/v3/shops/<shop>/stock",
    ]
    assert {guard.name for route in repo.routes.all for guard in route.guards if guard.kind == "hook"} == {
        "shop/base.py:Base.before_request"
    }


def test_what_an_application_keeps_under_a_name_of_the_trees_own_takes_routes() -> None:
    found = repo_of(
        {
            "shop/app.py": (
                "import connexion\nfrom flask import Flask\n\n\ndef simple() -> Flask:\n"
                "    inner = connexion.FlaskApp(__name__)\n    inner.app.outer = inner\n    return inner.app\n\n\n"
                "def create_app():\n    app = simple().outer\n    app.logger.get('orders')\n\n"
                "    @app.route('/alive', methods=['POST'])\n    def alive():\n        return 'ok'\n\n    return app\n"
            )
        }
    ).routes.all
    assert [(route.name, route.is_wired) for route in found] == [("POST /alive", True)]


@pytest.mark.parametrize(("given", "served"), [("get_hooks('urls')", True), ("PAGES.items()", False)])
def test_patterns_that_a_registry_gives_to_the_root_are_served(given: str, served: bool) -> None:
    found = repo_of(
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['shop.stock']\n",
            "shop/hooks.py": "REGISTERED = {}\n\n\ndef get_hooks(name):\n    return REGISTERED.get(name, [])\n",
            "shop/urls.py": (
                "from django.urls import include, path\nfrom shop.hooks import get_hooks\n"
                "from shop.guards import guarded\n\n"
                "PAGES = {}\nurlpatterns = [path('cart/', include('shop.cart'))]\n\n"
                f"for one in {given}:\n    urlpatterns += [path('', guarded([one().pattern]))]\n"
            ),
            "shop/cart.py": "from django.urls import path\n\nurlpatterns = [path('', lambda request: None)]\n",
            "shop/guards.py": "def guarded(patterns):\n    return patterns\n",
            "shop/stock/urls.py": (
                "from django.urls import path\n\nurlpatterns = [path('count/', lambda request: None)]\n"
            ),
        }
    ).routes.all
    assert {route.path: route.is_wired for route in found}["/count/"] is served


def test_a_plain_view_of_flask_answers_by_one_method_and_helpers_answer_no_verb() -> None:
    found = repo_of(
        {
            "shop/app.py": (
                "from flask import Flask\nfrom flask.views import View\n\napp = Flask(__name__)\n\n\n"
                "class Publish(View):\n    methods = ['POST']\n\n    def dispatch_request(self):\n"
                "        return self.delete()\n\n    def delete(self):\n        return ''\n\n\n"
                "app.add_url_rule('/publish', view_func=Publish.as_view('publish'))\n"
                "app.add_url_rule('/preview', view_func=Publish.as_view('preview'), methods=['PUT'])\n"
            )
        }
    ).routes.all
    assert [(route.name, route.handler and route.handler.definition.name) for route in found] == [
        ("POST /publish", "dispatch_request"),
        ("PUT /preview", "dispatch_request"),
    ]


def test_a_decorator_of_the_tree_marks_what_cherrypy_may_call() -> None:
    found = repo_of(
        {
            "shop/pages.py": (
                "import functools\n\nimport cherrypy\n\n\ndef secured(function=None, **options):\n"
                "    if not function:\n        return functools.partial(secured, **options)\n"
                "    function.exposed = True\n\n    @functools.wraps(function)\n    def inner(*args, **named):\n"
                "        return function(*args, **named)\n\n    return inner\n\n\nclass Pages:\n    @secured\n"
                "    def index(self):\n        return ''\n\n    @secured(key=True)\n    def orders(self):\n"
                "        return ''\n\n    def helper(self):\n        return ''\n\n\ncherrypy.tree.mount(Pages())\n"
            )
        }
    ).routes.all
    assert [route.path for route in found] == ["/index", "/orders"]


def test_routers_that_a_loop_includes_have_its_prefix_and_what_it_puts_before_them() -> None:
    routes = repo_of(
        {
            "shop/orders.py": (
                "from fastapi import APIRouter\n\nrouter = APIRouter()\n\n\n@router.post('/add')\n"
                "async def add():\n    return {}\n"
            ),
            "shop/main.py": (
                "from importlib.metadata import entry_points\n\nfrom fastapi import Depends, FastAPI\n\n"
                "from shop.people import signed_in\n\n\ndef create():\n    app = FastAPI()\n"
                "    for point in entry_points(group='shop'):\n        router = point.load()\n        before = []\n"
                "        if router.is_kept:\n            before.append(Depends(signed_in))\n"
                "        app.include_router(router, prefix=f'/api/{point.name}', dependencies=before)\n"
                "    return app\n"
            ),
            "shop/people.py": "def signed_in():\n    pass\n",
            "shop/__init__.py": "",
        }
    ).routes.all
    assert [(route.path, route.is_wired) for route in routes] == [("/api/{}/add", True)]
    assert [guard.name for guard in routes[0].guards] == ["shop/people.py:signed_in"]


def test_routers_that_an_application_serves_for_a_host_are_wired() -> None:
    routes = repo_of(
        {
            "shop/orders.py": (
                "from fastapi import APIRouter\n\nrouter = APIRouter()\nother = APIRouter()\n\n\n"
                "@router.get('/all')\nasync def every():\n    return {}\n\n\n"
                "@other.get('/none')\nasync def none():\n    return {}\n"
            ),
            "shop/main.py": (
                "from fastapi import FastAPI\n\nfrom shop.orders import router\n\napp = FastAPI()\n"
                "app.host('orders.shop.example', router)\n"
            ),
            "shop/__init__.py": "",
        }
    ).routes.all
    assert [(route.path, route.is_wired) for route in routes] == [("/all", True), ("/none", False)]


@pytest.mark.parametrize(
    ("hook", "served"),
    [
        ("    def get_urls(self, page=None):\n        return ['shop.orders.urls']\n", True),
        ("    _urls = ['shop.orders.urls']\n", True),
        ("    def get_names(self):\n        return ['shop.orders.urls']\n", False),
    ],
)
def test_patterns_that_a_class_made_for_a_library_names_are_served(hook: str, served: bool) -> None:
    view = "from django.http import HttpResponse\n\n\ndef show(request):\n    return HttpResponse()\n"
    routes = repo_of(
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\n",
            "shop/urls.py": (
                "from django.urls import include, path\n\nurlpatterns = [path('', include('pages.urls')),\n"
                "               path('more', include('shop.more'))]\n"
            ),
            "shop/more.py": "urlpatterns = []\n",
            "shop/orders/urls.py": (
                "from django.urls import path\n\nfrom shop.orders.views import show\n\n"
                "urlpatterns = [path('orders/', show)]\n"
            ),
            "shop/orders/views.py": view,
            "shop/orders/hooks.py": f"from pages.hooks import Hook\n\n\nclass OrdersHook(Hook):\n{hook}",
            "shop/__init__.py": "",
            "shop/orders/__init__.py": "",
        }
    ).routes.all
    assert [(route.path, route.is_wired) for route in routes] == [("/orders/", served)]


def test_rows_that_name_what_makes_a_route_are_routes() -> None:
    files = {
        "shop/orders.py": (
            "async def listed(request):\n    return None\n\n\nasync def remove(request):\n    return None\n\n\n"
            "PARTS = [('get', '/parts', listed)]\n"
        ),
        "shop/main.py": (
            "from aiohttp import web\n\nfrom shop.orders import listed, remove\n\n"
            "ROWS = [(web.get, '/orders', listed, 'orders'), (web.delete, '/orders/{key}', remove, None)]\n\n\n"
            "def made(rows):\n    return [method(path, handler, name=name) for method, path, handler, name in rows]\n\n"
            "app = web.Application()\napp.add_routes(made(ROWS))\n"
        ),
    }
    found = repo_of(files).routes.all
    assert [(route.name, route.handler and route.handler.definition.name) for route in found] == [
        ("GET /orders", "listed"),
        ("DELETE /orders/{key}", "remove"),
    ]


def test_a_view_that_a_variable_holds_answers_the_verbs_of_its_class() -> None:
    files = {
        "shop/orders.py": (
            "from flask.views import MethodView\n\n\nclass Orders(MethodView):\n"
            "    def get(self):\n        return []\n\n    def post(self):\n        return {}\n"
        ),
        "shop/main.py": (
            "from flask import Flask\n\nfrom shop import orders\n\n\ndef create_app():\n    app = Flask(__name__)\n"
            "    view = orders.Orders.as_view('orders')\n"
            "    app.add_url_rule('/orders', view_func=view)\n    return app\n"
        ),
    }
    found = repo_of(files).routes.all
    assert [(route.name, route.handler and route.handler.definition.qualname) for route in found] == [
        ("GET /orders", "Orders.get"),
        ("POST /orders", "Orders.post"),
    ]


def test_a_router_of_a_class_that_a_function_gives_back_is_one() -> None:
    files = {
        "shop/kit.py": (
            "from fastapi import APIRouter as _APIRouter\nfrom fastapi.routing import APIRoute\n\n\n"
            "def router_class(route_class: type[APIRoute]) -> type[_APIRouter]:\n    class _Own(_APIRouter):\n"
            "        def __init__(self, *args, **kwargs):\n"
            "            super().__init__(*args, route_class=route_class, **kwargs)\n\n    return _Own\n"
        ),
        "shop/routing.py": (
            "from fastapi.routing import APIRoute\n\nfrom shop.kit import router_class\n\n"
            "APIRouter = router_class(APIRoute)\n"
        ),
        "shop/orders.py": (
            "from shop.routing import APIRouter\n\nrouter = APIRouter(prefix='/orders')\n\n\n"
            "@router.post('/')\ndef order(data: dict):\n    return data\n"
        ),
        "shop/main.py": (
            "from fastapi import APIRouter, FastAPI\n\nfrom shop.orders import router\n\n"
            "top = APIRouter(prefix='/v1')\ntop.include_router(router)\n"
            "app = FastAPI()\napp.include_router(top)\n"
        ),
    }
    assert [(route.name, route.is_wired) for route in repo_of(files).routes.all] == [("POST /v1/orders/", True)]


def test_a_decorator_of_the_tree_that_registers_rules_makes_a_route_of_each_function() -> None:
    files = {
        "shop/api.py": (
            "from flask import abort, request\n\n\ndef answers(pages, rule):\n    def decorator(function):\n"
            "        def wrapper():\n            if request.headers.get('Authorization') != KEY:\n"
            "                abort(401)\n            return function(request.get_json())\n\n"
            "        pages.add_url_rule(rule, view_func=wrapper, methods=['POST'])\n        return function\n\n"
            "    return decorator\n"
        ),
        "shop/main.py": (
            "from flask import Blueprint, Flask\n\nfrom shop.api import answers\n\n"
            "pages = Blueprint('pages', __name__)\n\n\n@answers(pages, '/orders')\n"
            "def order(data):\n    return data\n\n\n@answers(pages, rule='/offers')\n"
            "def offer(data):\n    return data\n\n\n"
            "app = Flask(__name__)\napp.register_blueprint(pages, url_prefix='/v1')\n"
        ),
    }
    repo = repo_of(files)
    assert [(route.name, route.handler and route.handler.definition.name) for route in repo.routes.all] == [
        ("POST /v1/orders", "order"),
        ("POST /v1/offers", "offer"),
    ]
    assert all(repo.identity.protections(route) for route in repo.routes.all)


@pytest.mark.parametrize(
    "put_in",
    [
        "app.register_blueprint(orders.made(1), url_prefix='/orders')",
        "taken = orders.made(1)\n    app.register_blueprint(taken, url_prefix='/orders')",
        "app.register_blueprint(url_prefix='/orders', blueprint=orders.made(1))",
    ],
)
def test_a_router_that_a_function_makes_stands_where_its_result_is_put(put_in: str) -> None:
    files = {
        "shop/orders.py": (
            "from flask import Blueprint\n\n\ndef made(store):\n    blueprint = Blueprint('orders', __name__)\n\n"
            "    @blueprint.get('/all')\n    def listed():\n        return []\n\n    return blueprint\n"
        ),
        "shop/loose.py": (
            "from flask import Blueprint\n\n\ndef made(store):\n    blueprint = Blueprint('loose', __name__)\n\n"
            "    @blueprint.get('/loose')\n    def loose():\n        return []\n\n    return blueprint\n"
        ),
        "shop/main.py": (
            "from flask import Blueprint, Flask\n\nfrom shop import orders\n\n\n"
            f"def create_app():\n    app = Flask(__name__)\n    {put_in}\n    own = Blueprint('own', __name__)\n\n"
            "    @own.get('/about')\n    def about():\n        return ''\n\n"
            "    app.register_blueprint(own, url_prefix='/own')\n    return app\n"
        ),
    }
    assert [(route.path, route.is_wired) for route in repo_of(files).routes.all] == [
        ("/loose", False),
        ("/own/about", True),
        ("/orders/all", True),
    ]


def test_what_stands_on_a_router_in_the_function_that_makes_it_stands_where_a_module_puts_it() -> None:
    files = {
        "shop/orders.py": (
            "from fastapi import APIRouter\n\n\ndef made():\n    router = APIRouter(prefix='/orders')\n\n"
            "    @router.get('/all')\n    def listed():\n        return []\n\n    return router\n"
        ),
        "shop/main.py": (
            "from fastapi import FastAPI\n\nfrom shop.orders import made\n\napp = FastAPI()\nrouter = made()\n\n\n"
            "@router.get('/own')\ndef own():\n    return []\n\n\napp.include_router(router, prefix='/v1')\n"
        ),
    }
    assert [(route.path, route.is_wired) for route in repo_of(files).routes.all] == [
        ("/v1/orders/own", True),
        ("/v1/orders/all", True),
    ]


def test_a_router_that_is_handed_to_the_function_which_includes_it_stands_there() -> None:
    files = {
        "shop/main.py": (
            "from fastapi import APIRouter, FastAPI\n\nfrom shop.putting import put_in\n\napp = FastAPI()\n"
            "orders = APIRouter()\nparts = APIRouter()\nloose = APIRouter()\n\n\n"
            "@orders.get('/orders')\ndef listed():\n    return []\n\n\n"
            "@parts.get('/parts')\ndef known():\n    return []\n\n\n"
            "@loose.get('/loose')\ndef never():\n    return []\n\n\n"
            "put_in(app, orders)\nput_in(app, router=parts)\n"
        ),
        "shop/putting.py": (
            "def put_in(app, router):\n    put_there(app, router)\n\n\n"
            "def put_there(app, one):\n    app.include_router(one, prefix='/v1')\n"
        ),
    }
    assert [(route.path, route.is_wired) for route in repo_of(files).routes.all] == [
        ("/v1/orders", True),
        ("/v1/parts", True),
        ("/loose", False),
    ]


@pytest.mark.parametrize("entry", ["shop.orders:blueprint", "shop.orders:other"])
def test_a_router_that_a_package_offers_to_a_host_is_served(entry: str) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/orders.py": (
            "from flask import Blueprint\n\nblueprint = Blueprint('orders', __name__)\n\n\n"
            "@blueprint.get('/orders')\ndef listed():\n    return []\n"
        ),
        "pyproject.toml": f"[project]\nname = 'shop'\n[project.entry-points.'host.blueprints']\norders = '{entry}'\n",
    }
    assert [route.is_wired for route in repo_of(files).routes.all] == [entry.endswith("blueprint")]


def test_a_router_is_put_into_whatever_a_method_of_routers_alone_is_called_on() -> None:
    files = {
        "shop/orders.py": (
            "from flask import Blueprint\n\norders = Blueprint('orders', __name__)\n\n\n"
            "@orders.get('/orders')\ndef listed():\n    return []\n\n\ndef given():\n    return orders\n"
        ),
        "shop/parts.py": (
            "from flask import Blueprint\n\nparts = Blueprint('parts', __name__)\n\n\n"
            "@parts.get('/parts')\ndef listed():\n    return []\n"
        ),
        "shop/setting.py": (
            "from shop import orders, parts\n\n\ndef set_up(the_shop):\n"
            "    the_shop.register_blueprint(orders.given(), url_prefix='/v1')\n    the_shop.register(parts.parts)\n"
        ),
    }
    assert [(route.path, route.is_wired) for route in repo_of(files).routes.all] == [
        ("/v1/orders", True),
        ("/parts", False),
    ]


def test_route_objects_of_an_own_class_are_routes() -> None:
    files = {
        "shop/main.py": (
            "from fastapi import FastAPI\nfrom fastapi.routing import APIRoute\n\n\n"
            "class Quick(APIRoute):\n    pass\n\n\nclass Orders:\n    def listed(self):\n        return []\n\n\n"
            "def create_app():\n    orders = Orders()\n"
            "    return FastAPI(routes=[Quick('/orders', orders.listed, methods=['POST'])])\n"
        )
    }
    (route,) = repo_of(files).routes.all
    assert (route.name, route.handler and route.handler.definition.qualname) == ("POST /orders", "Orders.listed")


def test_what_connexion_fills_into_a_description_does_not_break_it() -> None:
    files = {
        "shop/main.py": (
            "import connexion\n\n\ndef listed():\n    return []\n\n\napp = connexion.AsyncApp(__name__)\n"
            "app.add_api('shop.spec.yaml', arguments={'version': '1'})\n"
        ),
        "shop/shop.spec.yaml": (
            "openapi: 3.0.0\ninfo:\n  title: shop\n  version: {{ version }}\npaths:\n  /orders:\n    get:\n"
            "      operationId: shop.main.listed\n      responses: {}\n"
        ),
    }
    assert [route.name for route in repo_of(files).routes.all] == ["GET /orders"]


def test_what_connexion_fills_into_the_address_of_a_server_is_a_parameter_of_its_paths() -> None:
    files = {
        "shop/main.py": (
            "import connexion\n\n\ndef listed():\n    return []\n\n\napp = connexion.AsyncApp(__name__)\n"
            "app.add_api('shop.spec.yaml', arguments={'stage': 'beta'})\n"
        ),
        "shop/shop.spec.yaml": (
            "openapi: 3.0.0\ninfo:\n  title: shop\n  version: 1\nservers:\n  - url: /{{ stage }}/v1\npaths:\n"
            "  /{{ kind }}/orders:\n    get:\n      operationId: shop.main.listed\n      responses: {}\n"
        ),
        "tests/test_orders.py": "def test_orders(client):\n    assert client.get('/beta/v1/own/orders').json() == []\n",
    }
    repo = repo_of(files)
    assert [route.name for route in repo.routes.all] == ["GET /{filled}/v1/{filled}/orders"]
    assert len(repo.suite.exercised[0]) == 1


def test_a_description_asks_who_calls_where_it_names_what_checks() -> None:
    described = (
        "openapi: 3.0.0\ninfo: {title: shop, version: '1'}\nsecurity: [{key: []}]\npaths:\n"
        "  /orders: {post: {operationId: shop.main.add}}\n"
        "  /signs: {post: {operationId: shop.main.add, security: []}}\n"
        "  /notes: {post: {operationId: shop.main.add, security: [{plain: []}]}}\n"
        "  /likes: {post: {operationId: shop.main.add, security: [{key: []}, {}]}}\n"
        "components:\n  securitySchemes:\n    key: {type: apiKey, x-apikeyInfoFunc: shop.main.known}\n"
        "    plain: {type: apiKey}\n"
    )
    repo = repo_of(
        {
            "shop/main.py": (
                "import connexion\n\n\ndef add():\n    return {}\n\n\napp = connexion.AsyncApp(__name__)\n"
                "app.add_api('openapi.yaml')\n"
            ),
            "shop/openapi.yaml": described,
        }
    )
    asked = {
        route.path: max(map(repo.identity.of_guard, route.guards), default=Strength.NONE) for route in repo.routes.all
    }
    assert asked == {
        "/orders": Strength.IDENTITY,
        "/signs": Strength.NONE,
        "/notes": Strength.NONE,
        "/likes": Strength.NONE,
    }


@pytest.mark.parametrize(
    ("framework", "kind", "putting"),
    [
        ("from fastapi import FastAPI\napp = FastAPI()", "Router", "app.include_router(router, prefix='/orders')"),
        (
            "from flask import Flask\napp = Flask(__name__)",
            "PagedBlueprint",
            "app.register_blueprint(router, url_prefix='/orders')",
        ),
    ],
)
def test_a_router_of_a_library_is_one_of_the_framework_it_is_put_into(framework: str, kind: str, putting: str) -> None:
    files = {
        "shop/main.py": f"{framework}\nfrom shop.orders import router\n{putting}\n",
        "shop/orders.py": (
            f"from commons.api import {kind}\nrouter = {kind}('orders', __name__)\n\n\n"
            "@router.get('/all')\ndef every():\n    return []\n"
        ),
        "shop/bot.py": "from aiogram import Router\nbot = Router()\n\n\n@bot.get('/x')\ndef x():\n    return 1\n",
    }
    assert [(route.path, route.is_wired) for route in repo_of(files).routes.all] == [("/orders/all", True)]


@pytest.mark.parametrize("told", ["['POST']", "http_method_names=['POST']"])
def test_a_view_function_says_what_it_takes(told: str) -> None:
    files = {
        "shop/urls.py": "from django.urls import path\n\nfrom shop.views import a\n\nurlpatterns = [path('a', a)]\n",
        "shop/views.py": (
            f"from rest_framework.decorators import api_view\n\n\n@api_view({told})\ndef a(request):\n    return 1\n"
        ),
    }
    assert [route.methods for route in repo_of(files).routes.all] == [("POST",)]
