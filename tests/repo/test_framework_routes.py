"""Less common ways in which frameworks are told of routes: each with the names of the routes that come of it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.repos import repo_of

_TWO = "def lines():\n    return []\n\n\ndef pay():\n    return 1\n\n\n"
_CASES: Mapping[str, tuple[str, list[str]]] = {
    "rows of a table": (
        (
            f"from fastapi import FastAPI\n\n\n{_TWO}"
            "TABLE = [('/lines', lines, ['GET']), ('/pay', pay, ['POST'])]\napp = FastAPI()\n"
            "for path, answer, methods in TABLE:\n    app.add_api_route(path, answer, methods=methods)\n"
        ),
        ["GET /lines", "POST /pay"],
    ),
    "a dict from path to function": (
        (
            f"from fastapi import FastAPI\n\n\n{_TWO}TABLE = {{'/lines': lines, '/pay': pay}}\napp = FastAPI()\n"
            "for path, answer in TABLE.items():\n    app.add_api_route(path, answer, methods=['PUT'])\n"
        ),
        ["PUT /lines", "PUT /pay"],
    ),
    "rows that a function makes": (
        (
            f"from flask import Flask\n\n\n{_TWO}def rule(path, view, methods=None):\n"
            "    return {'path': path, 'view': view, 'more': {'methods': methods}}\n\n\n"
            "RULES = [rule('/lines', lines), rule('/pay', pay, methods=['POST'])]\napp = Flask(__name__)\n"
            "for one in RULES:\n    app.add_url_rule(one['path'], view_func=one['view'], **one['more'])\n"
        ),
        ["GET /lines", "POST /pay"],
    ),
    "a page that has a body": (
        (
            "from django.urls import path\n\n\ndef page(request, slug):\n    found = page_of(slug)\n"
            "    return render(request, found.body)\n\n\ndef taken(request):\n    return read(request.body)\n\n\n"
            "urlpatterns = [path('pages/<slug>/', page), path('taken/', taken)]\n"
        ),
        ["GET /pages/{slug}/", "GET,POST /taken/"],
    ),
    "a table of names is none": (
        (
            "from flask import Flask\n\nMENU = [('/lines', 'Lines'), ('/pay', 'Pay')]\napp = Flask(__name__)\n"
            "for path, title in MENU:\n    app.add_url_rule(path, title)\n"
        ),
        [],
    ),
    "each class below one": (
        (
            "from flask import Flask\nfrom flask_restful import Api, Resource\n\n\n"
            "class Base(Resource):\n    urls = ()\n\n\n"
            "class Lines(Base):\n    urls = ['/lines', '/rows']\n\n    def get(self):\n        return []\n\n\n"
            "class Pay(Base):\n    urls = ('/pay',)\n\n    def post(self):\n        return 1\n\n\n"
            "app = Flask(__name__)\napi = Api(app)\nfor one in Base.__subclasses__():\n"
            "    api.add_resource(one, *one.urls)\n"
        ),
        ["GET /lines", "POST /pay", "GET /rows"],
    ),
    "an interface with descriptions": (
        (
            "from flask_openapi3 import APIBlueprint, OpenAPI\n\napp = OpenAPI(__name__)\n"
            "orders = APIBlueprint('orders', __name__, url_prefix='/orders')\n\n\n"
            "@orders.post('/pay')\ndef pay():\n    return 1\n\n\napp.register_api(orders)\n"
        ),
        ["POST /orders/pay"],
    ),
    "a group of blueprints": (
        (
            "from sanic import Blueprint, Sanic\nfrom sanic.views import HTTPMethodView\n\n"
            "orders = Blueprint('orders', url_prefix='/orders')\n\n\n"
            "class Pay(HTTPMethodView):\n    async def post(self, request):\n        return 1\n\n\n"
            "orders.add_route(Pay.as_view(), '/pay')\nevery = Blueprint.group(orders, url_prefix='/api')\n"
            "app = Sanic('shop')\napp.blueprint(every)\n"
        ),
        ["POST /api/orders/pay"],
    ),
    "versions of blueprints": (
        (
            "from sanic import Blueprint, Sanic\n\norders = Blueprint('orders', url_prefix='/orders', version=2)\n"
            "old = Blueprint('old', version='1.1', version_prefix='/api/v')\n\n\n"
            "@orders.post('/pay')\nasync def pay(request):\n    return 1\n\n\n"
            "@old.get('/lines')\nasync def lines(request):\n    return 1\n\n\n"
            "app = Sanic('shop')\napp.blueprint(Blueprint.group(orders, old))\n"
        ),
        ["POST /v2/orders/pay", "GET /api/v1.1/lines"],
    ),
    "handlers that functions give and lists are given": (
        (
            "from tornado.web import Application, RequestHandler\n\n\n"
            "class Lines(RequestHandler):\n    def get(self):\n        pass\n\n\n"
            "class Pay(RequestHandler):\n    def post(self):\n        pass\n\n\n"
            "def handlers():\n    return [(r'/lines', Lines)]\n\n\n"
            "def app():\n    every = handlers()\n    every.append((r'/pay', Pay))\n    return Application(every)\n"
        ),
        ["GET /lines", "POST /pay"],
    ),
    "responders with a suffix": (
        (
            "import falcon\n\n\nclass Orders:\n    def on_get(self, req, resp):\n        pass\n\n"
            "    def on_post_line(self, req, resp, order):\n        pass\n\n\napp = falcon.App()\norders = Orders()\n"
            "app.add_route('/orders', orders)\napp.add_route('/orders/{order}', orders, suffix='line')\n"
        ),
        ["GET /orders", "POST /orders/{order}"],
    ),
    "mounts within mounts": (
        (
            "from starlette.applications import Starlette\nfrom starlette.routing import Mount, Route\n\n\n"
            "async def pay(request):\n    return 1\n\n\n"
            "app = Starlette(routes=[Mount('/api', routes="
            "[Mount('/v1', routes=[Route('/pay', pay, methods=['POST'])])])])\n"
        ),
        ["POST /api/v1/pay"],
    ),
    "a table of definitions with a view": (
        (
            "from aiohttp import web\n\nroutes = web.RouteTableDef()\n\n\n@routes.view('/pay')\nclass Pay(web.View):\n"
            "    async def post(self):\n        return 1\n\n\nclass Lines(web.View):\n"
            "    async def get(self):\n        return 1\n\n\n"
            "app = web.Application()\napp.add_routes(routes)\napp.router.add_view('/lines', Lines)\n"
        ),
        ["POST /pay", "GET /lines"],
    ),
    "controllers without a router": (
        (
            "from blacksheep import Application\nfrom blacksheep.server.controllers import Controller, post\n\n"
            "app = Application()\n\n\nclass Orders(Controller):\n    @post('/pay')\n"
            "    def pay(self):\n        return 1\n"
        ),
        ["POST /pay"],
    ),
    "functions of a cloud, by blueprints": (
        (
            "import azure.functions as func\n\napp = func.FunctionApp()\norders = func.Blueprint()\n\n\n"
            "@orders.route(route='pay', methods=['POST'])\ndef pay(req):\n    return 1\n\n\n"
            "app.register_functions(orders)\n"
        ),
        ["POST /pay"],
    ),
    "resolvers of a function's address": (
        (
            "from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver\n"
            "from aws_lambda_powertools.event_handler.router import LambdaFunctionUrlRouter\n\n"
            "app = LambdaFunctionUrlResolver()\norders = LambdaFunctionUrlRouter()\n\n\n"
            "@orders.post('/pay')\ndef pay():\n    return 1\n\n\napp.include_router(orders, prefix='/v1')\n"
        ),
        ["POST /v1/pay"],
    ),
    "controllers of objects": (
        (
            "import pecan\nfrom pecan import rest\nfrom wsmeext import pecan as wsme_pecan\n\n\n"
            "class Order(rest.RestController):\n    _custom_actions = {'pay': ['POST']}\n\n"
            "    @wsme_pecan.wsexpose(int, str)\n    def get_one(self, number):\n        return 1\n\n"
            "    @pecan.expose('json')\n    def pay(self):\n        return 1\n\n"
            "    def helper(self):\n        return 1\n\n\n"
            "class Root:\n    orders = Order()\n\n    @pecan.expose(generic=True)\n"
            "    def index(self):\n        return 1\n\n"
            "    @index.when(method='PUT')\n    def change(self):\n        return 1\n"
        ),
        ["GET /orders/{id}", "POST /orders/pay", "GET /", "PUT /"],
    ),
    "resources below resources": (
        (
            "from twisted.web.resource import Resource\nfrom twisted.web.server import Site\n\n\n"
            "class Pay(Resource):\n    def render_POST(self, request):\n        return b''\n\n\n"
            "root = Resource()\napi = Resource()\nroot.putChild(b'api', api)\n"
            "api.putChild(b'pay', Pay())\nsite = Site(root)\n"
        ),
        ["POST /api/pay"],
    ),
    "a flat table of patterns and names": (
        (
            "import web\n\nurls = ('/lines', 'Lines', '/pay/(\\\\d+)', 'Pay')\n\n\nclass Lines:\n"
            "    def GET(self):\n        return 1\n\n\n"
            "class Pay:\n    def POST(self, number):\n        return 1\n\n\napp = web.application(urls, globals())\n"
        ),
        ["GET /lines", "POST /pay/{}"],
    ),
    "routers of modules that are found by name": (
        (
            "import importlib\n\nfrom fastapi import APIRouter, FastAPI\n\nrouter = APIRouter()\n\n\n"
            "@router.get('/lines')\ndef lines():\n    return []\n\n\napp = FastAPI()\nfor name in ('app.main',):\n"
            "    found = importlib.import_module(name)\n    app.include_router(found.router)\n"
        ),
        ["GET /lines"],
    ),
}


def test_wagtails_api_serves_what_is_registered_below_where_its_urls_are_put() -> None:
    repo = repo_of(
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['wagtail']\n",
            "shop/api.py": (
                "from django.urls import path\nfrom wagtail.api.v2.router import WagtailAPIRouter\n"
                "from wagtail.api.v2.views import BaseAPIViewSet, PagesAPIViewSet\n\n\n"
                "class Offers(BaseAPIViewSet):\n    def listing_view(self, request):\n"
                "        return super().listing_view(request)\n\n    @classmethod\n    def get_urlpatterns(cls):\n"
                "        return [path('', cls.as_view({'get': 'listing_view'}), name='listing')]\n\n\n"
                "served = WagtailAPIRouter('served')\nserved.register_endpoint('pages', PagesAPIViewSet)\n"
                "served.register_endpoint('offers', Offers)\n"
            ),
            "shop/urls.py": (
                "from django.urls import path\n\nfrom shop.api import served\n\n"
                "urlpatterns = [path('api/v2/', served.urls)]\n"
            ),
        }
    )
    names = {route.name: route.handler and route.handler.definition.name for route in repo.routes.all if route.view}
    assert names == {"GET /api/v2/offers": "listing_view", "GET /api/v2/offers/{pk}": None}
    assert [(route.name, paged) for route, paged in repo.paging.lists] == [("GET /api/v2/offers", True)]
    assert "GET /api/v2/pages" in [route.name for route in repo.routes.all]


@pytest.mark.parametrize(("text", "names"), _CASES.values(), ids=_CASES)
def test_routes_are_read(text: str, names: list[str]) -> None:
    assert [route.name for route in repo_of(text).routes.served] == names


def test_controllers_of_ninja_are_served_below_the_interface() -> None:
    found = repo_of(
        {
            "shop/api.py": (
                "from ninja_extra import NinjaExtraAPI, api_controller, http_get, route\n\n\n"
                "@api_controller('/orders')\nclass Orders:\n    @http_get('/{number}')\n"
                "    def one(self, number: int):\n        return 1\n\n"
                "    @route.post('/')\n    def add(self):\n        return 1\n\n\n"
                "api = NinjaExtraAPI()\napi.register_controllers(Orders)\n"
            ),
            "shop/urls.py": (
                "from django.urls import path\n\nfrom shop.api import api\n\nurlpatterns = [path('api/', api.urls)]\n"
            ),
        }
    ).routes.served
    assert [route.name for route in found if route.handler] == ["GET /api/orders/{number}", "POST /api/orders"]


_ORDERS = (
    "class Orders:\n    def index(self, request):\n        return []\n\n"
    "    def create(self, request):\n        return 1\n\n\n"
)
_MAPPER = f"from routes import Mapper\nfrom wsgi import Resource\n\n\n{_ORDERS}"
_CONNECTED = """
def add(mapper):
    mapper.connect('/orders', controller=Orders(), action='index')
    mapper.connect('made', '/orders/:kind', controller=Orders(), action='create', conditions={'method': ['POST']})
"""
_WRAPPED = """
class Refusing:
    def refuse(self, request):
        raise NotAllowed()


def made():
    orders = Orders()
    return Resource(orders)


def add(mapper):
    orders = made()
    refused = Resource(Refusing())
    mapper.connect('/orders/{id:[0-9]+}', controller=orders, action='create', conditions=dict(method=['PUT']))
    mapper.connect('/orders/{id:[0-9]+}', controller=refused, action='refuse')
"""


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (f"{_MAPPER}{_CONNECTED}", ["GET /orders", "POST /orders/{kind}"]),
        (f"{_MAPPER}{_WRAPPED}", ["PUT /orders/{id}"]),
        (f"{_ORDERS}def add(broker):\n    broker.connect('/orders', client=Orders())\n", []),
        (f"{_ORDERS}def add(broker):\n    broker.connect('/orders', controller=Orders(), action='gone')\n", []),
    ],
)
def test_a_mapper_connects_actions_of_controllers(text: str, names: list[str]) -> None:
    assert sorted(route.name for route in repo_of({"shop/app.py": text}).routes.all) == names
