"""Whether the API can change without breaking those who use it."""

from __future__ import annotations

from readiness_bot.control import Control, failed, not_applicable, partial, passed, seen
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo

_MOST = 0.3
"""Pages, login and health routes stand beside an API without its version.

A third of all routes is enough to see a scheme.
"""

_FEWEST = 0.02
"""Below one in fifty, a version in a path is one route's own name, and no scheme."""


@Control(
    id="api-design/versioning",
    title="The API carries a version",
    kind=Kind.CAPABILITY,
    severity=Severity.MEDIUM,
    why="Clients upgrade later than servers; only a version lets both speak until the last one has moved.",
    impact="Any incompatible change breaks every client on the day it is deployed.",
    fix='Put the version into the prefix: `app.include_router(router, prefix="/api/v1")`.',
    effort=Effort.DAYS,
    role=Role.BACKEND,
    sources=["https://learn.microsoft.com/en-us/azure/architecture/best-practices/api-design#implement-versioning"],
    passes=[
        (
            "from flask import Blueprint, Flask\n\norders = Blueprint('orders', __name__)\n\n\n"
            "@orders.get('/list')\ndef listed():\n    return []\n\n\napp = Flask(__name__)\n"
            "app.register_blueprint(orders, url_prefix='/shop-api/2.0.1')\n"
        ),
        {
            "app.py": (
                "import connexion\nfrom connexion.resolver import RestyResolver\n\n"
                "app = connexion.AioHttpApp(__name__, specification_dir='described/')\n"
                "app.add_api('swagger.yaml', resolver=RestyResolver('served'))\napp.run(port=8080)\n"
            ),
            "served/lost_parcels.py": (
                "async def search(**asked):\n    return []\n\n\nasync def get(number):\n    return {}\n"
            ),
            "described/swagger.yaml": (
                "swagger: '2.0'\ninfo: {title: Parcels, version: '1'}\nbasePath: /v2\npaths:\n"
                "  /lost-parcels:\n    get: {responses: {'200': {description: all}}}\n"
                "  /lost-parcels/{number}:\n    get: {responses: {'200': {description: one}}}\n"
            ),
        },
        (
            "from flask import Flask, make_response\n\napp = Flask(__name__)\n\n\n"
            "def spoken(version):\n    return f'application/vnd.shop.{version}+json'\n\n\n"
            "@app.get('/orders')\ndef orders():\n    return make_response('[]', 200, {'Content-Type': spoken('v2')})\n"
        ),
        (
            "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get('/1.0/<application>')\n"
            "def token(application):\n    return {}\n\n\n@app.get('/__heartbeat__')\ndef heartbeat():\n    return {}\n"
            "\n\n@app.get('/__version__')\ndef version():\n    return {}\n\n\n@app.get('/')\ndef root():\n"
            "    return {}\n"
        ),
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\n",
            "shop/urls.py": (
                "from django.urls import include, path\n\nimport shop.orders\n"
                "from shop.routers import OwnRouter\n\nrouter = OwnRouter()\n"
                "urlpatterns = [path('api/v1/', include(router.urls))]\n"
            ),
            "shop/keeping.py": (
                "kept = []\n\n\ndef keep_view(view, name):\n    kept.append({'view': view, 'name': name})\n"
            ),
            "shop/routers.py": (
                "from rest_framework.routers import DefaultRouter\n\nfrom shop.keeping import kept\n\n\n"
                "class OwnRouter(DefaultRouter):\n    def __init__(self):\n        super().__init__()\n"
                "        for one in kept:\n            self._take(one)\n\n    def _take(self, one):\n"
                "        self.register(one['name'], one['view'])\n"
            ),
            "shop/orders.py": (
                "from rest_framework import viewsets\n\nfrom shop.keeping import keep_view\n\n\n"
                "class OrderViewSet(viewsets.ModelViewSet):\n    pass\n\n\nkeep_view(OrderViewSet, 'orders')\n"
            ),
        },
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\n",
            "shop/urls.py": (
                "from django.urls import include, path\n\nfrom shop.routers import router\n\n"
                "urlpatterns = [path('api/v1/', include(router.urls))]\n"
            ),
            "shop/base.py": (
                "class Registering:\n    def register(self, *args):\n        super().register(*args)\n\n\n"
                "class Simple:\n    def register(self, prefix, view):\n        pass\n\n\n"
                "class OwnRouter(Registering, Simple):\n    pass\n"
            ),
            "shop/routers.py": (
                "from shop.base import OwnRouter\nfrom shop.views import OrdersViewSet\n\n"
                "router = OwnRouter()\nrouter.register('orders', OrdersViewSet)\n"
            ),
            "shop/views.py": "class OrdersViewSet:\n    def list(self, request):\n        return []\n",
        },
        {
            "shop/settings.py": "import django\n\nROOT_URLCONF = 'shop.urls'\n",
            "shop/urls.py": (
                "from django.urls import include, path\n\nfrom shop.api import urls as v1\n\n"
                "urlpatterns = [path('api/v1/', v1)]\n"
            ),
            "shop/api.py": (
                "from ninja import NinjaAPI\n\n\ndef register(api: NinjaAPI):\n"
                "    api.add_router('/orders', 'shop.orders.router')\n    return api\n\n\n"
                "api = NinjaAPI(title='Shop')\nregister(api)\nurls = api.urls\n"
            ),
            "shop/orders.py": (
                "from ninja import Router\n\nrouter = Router()\n\n\n@router.get('/all')\n"
                "def orders(request):\n    return []\n"
            ),
            "shop/__init__.py": "",
        },
        (
            "from flask import Flask, request\n\napp = Flask(__name__)\n\n\n@app.route('/orders')\ndef orders():\n"
            "    return {'v1': [], 'v2': {}}[request.headers.get('shop-version')]\n"
        ),
        (
            "from fastapi import APIRouter, FastAPI\n\napp = FastAPI()\nrouter = APIRouter()\n\n\n"
            "@router.get('/items')\ndef items():\n    return []\n\n\napp.include_router(router, prefix='/api/v1')\n"
        ),
        (
            "from fastapi import APIRouter, FastAPI\n\nPREFIX = '/api'\nVERSIONED = f'{PREFIX}/v1'\n\n"
            "app = FastAPI()\nrouter = APIRouter()\n\n\n@router.get('/items')\ndef items():\n    return []\n\n\n"
            "app.include_router(router, prefix=VERSIONED)\napp.include_router(router, prefix=PREFIX)\n"
        ),
        (
            "from flask import Flask, Response\n\napp = Flask(__name__)\n\n\n@app.get('/orders')\ndef orders():\n"
            "    return Response('[]', mimetype='application/vnd.shop.v1+json')\n"
        ),
        (
            "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get('/api/public/0/orders')\n"
            "def orders():\n    return []\n"
        ),
        (
            "import cherrypy\n\n\nclass Items:\n    @cherrypy.expose\n    def index(self):\n        return []\n\n\n"
            "class Api:\n    pass\n\n\nnode = Api()\nnode.v1 = Api()\nnode.v1.items = Items()\n"
            "cherrypy.tree.mount(node, '/api')\n"
        ),
        (
            "from aiohttp import web\n\nroutes = web.RouteTableDef()\n\n\n@routes.get('/items')\n"
            "async def items(request):\n    return web.json_response([])\n\n\ndef inner():\n"
            "    app = web.Application()\n    app.add_routes(routes)\n    return app\n\n\n"
            "def outer(api):\n    app = web.Application()\n    app.add_subapp('/api/v1', api)\n    return app\n"
        ),
        (
            "from flask import Blueprint, Flask\n\nVERSION = 1\nitems = Blueprint('items', __name__)\n\n\n"
            "@items.get('/items')\ndef listed():\n    return []\n\n\ndef create(blueprints):\n"
            "    app = Flask(__name__)\n    for blueprint in blueprints:\n"
            "        app.register_blueprint(blueprint, url_prefix=f'/api/{VERSION}')\n    return app\n"
        ),
    ],
    fails=[
        (
            "from flask import Flask\n\napp = Flask(__name__)\n\n\n"
            "@app.route('/template/<uuid:key>/version/<int:version>')\ndef earlier(key, version):\n    return {}\n"
        ),
        (
            "from fastapi import APIRouter, FastAPI\n\napp = FastAPI(version='1.2')\nrouter = APIRouter()\n\n\n"
            "@router.get('/items')\ndef items():\n    return []\n\n\napp.include_router(router)\n"
        ),
    ],
    fixed=(
        "from fastapi import APIRouter, FastAPI\n\napp = FastAPI(version='1.2')\nrouter = APIRouter()\n\n\n"
        "@router.get('/items')\ndef items():\n    return []\n\n\napp.include_router(router, prefix=\"/api/v1\")\n"
    ),
    ignores=["def add(a, b):\n    return a + b\n"],
)
def versioning(repo: Repo) -> Judgement:
    """A version in the paths of the API, or a scheme that reads it from elsewhere."""
    routes = repo.interface.routes
    if not routes:
        return not_applicable("No route is served.")
    versioned = repo.versions.routes
    scheme = repo.versions.scheme
    shown = [seen(route.location.path, route.location.line, route.name) for route in versioned[:4]]
    if scheme is not None:
        return passed("The version of a request is read from what it says.", scheme, *shown)
    api = [route for route in routes if "/api" in route.path.lower()]
    among = len([route for route in versioned if "/api" in route.path.lower()]) / len(api) if api else 0.0
    answering = [
        route
        for route in routes
        if route in versioned or not (repo.interface.is_page(route) or repo.limits.is_probe(route))
    ]
    if versioned and (len(versioned) / len(answering) >= _MOST or among >= 0.5):
        return passed(f"{len(versioned)} of {len(answering)} routes carry a version in their path.", *shown)
    if len(versioned) > _FEWEST * len(answering):
        return partial(f"Only {len(versioned)} of {len(routes)} routes carry a version.", *shown, score=0.5)
    mounts = repo.versions.mounts
    if mounts:
        return passed("The API is mounted under a version.", *mounts[:4])
    media = repo.versions.media_types
    if media is not None:
        return passed("Media types carry the version.", media)
    first = (api or list(routes))[0]
    some = f"No scheme: {len(versioned)} of {len(routes)} routes carry a version." if versioned else ""
    return failed(
        some or "No path or header carries a version.",
        seen(first.location.path, first.location.line, first.name),
        looked_in=["paths and prefixes", "versioning schemes of the framework"],
    )
