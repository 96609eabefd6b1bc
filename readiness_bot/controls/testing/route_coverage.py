"""Whether the routes are requested by tests."""

from __future__ import annotations

from readiness_bot.control import Control, not_applicable, partial, seen, shared
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity, Status
from readiness_bot.repo import Repo

ENOUGH = 0.7
"""The catalogue's line: seven routes in ten."""

SOME_OF_THEM = 0.5
"""The score where it is not seen which routes a client asks for in the tests that use it."""

SOME = 0.35
"""The catalogue's line for a part."""


@Control(
    id="testing/route-coverage",
    title="Tests request the routes",
    kind=Kind.CAPABILITY,
    severity=Severity.HIGH,
    why="A route that no test asks for can be broken, unprotected or gone, and every check stays green.",
    impact="Users find the broken routes.",
    fix=(
        'Add one request for each route to the tests, for example `client.post("/orders", '
        "json={...})`, and assert status and body."
    ),
    effort=Effort.DAYS,
    grows=True,
    role=Role.QA,
    sources=["https://fastapi.tiangolo.com/tutorial/testing/"],
    passes=[
        {
            "app/main.py": (
                "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/parcels')\n"
                "def parcels():\n    return []\n"
            ),
            "tests/test_parcels.py": (
                "def test_parcels(test_client):\n    assert test_client.get('parcels').status_code == 200\n"
            ),
        },
        {
            "app/main.py": (
                "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/orders/{key}/lines')\n"
                "def lines(key: int):\n    return []\n"
            ),
            "tests/test_lines.py": (
                "def lines_url(server, key):\n    return f'{server}/orders/{key}/lines'\n\n\n"
                "def test_lines(server, client):\n    assert client.ask(lines_url(server, 1)) == []\n"
            ),
        },
        {
            "shop/main.py": (
                "from aiohttp import web\n\n\nasync def lines(request):\n    return web.json_response([])\n\n\n"
                "app = web.Application()\napp.router.add_get('/orders/{key}/lines', lines)\n"
            ),
            "tests/test_lines.py": (
                "from yarl import URL\n\n\nclass Server:\n    def lines(self, key) -> URL:\n"
                "        return self.url / 'orders' / key / 'lines'\n\n\n"
                "async def test_lines(server, client):\n    assert await client.ask(server.lines('1')) == []\n"
            ),
        },
        {
            "app/main.py": (
                "from fastapi import FastAPI\nfrom fastapi_versioning import VersionedFastAPI, version\n\n"
                "api = FastAPI()\n\n\n@api.get('/orders/{key}')\n@version(1)\ndef order(key: int):\n    return 1\n\n\n"
                "app = VersionedFastAPI(api, prefix_format='/v{major}')\n"
            ),
            "tests/test_api.py": "def test_order(client):\n    assert client.get('/v1/orders/7').status_code == 200\n",
        },
        {
            "app/main.py": (
                "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.post('/orders/v0/order')\n"
                "def order():\n    return 1\n"
            ),
            "tests/test_api.py": (
                "ORDER = 'orders/v0/order'\n\n\ndef test_order(client):\n"
                "    assert client.post(ORDER).status_code == 200\n"
            ),
        },
        {
            "app/main.py": (
                "from flask import Blueprint, Flask\n\napp = Flask(__name__)\n"
                "orders = Blueprint('orders', __name__)\n\n\n"
                "@orders.route('/orders')\ndef show_orders():\n    return []\n\n\napp.register_blueprint(orders)\n"
            ),
            "tests/test_api.py": "def test_orders(as_admin):\n    assert as_admin.get('orders.show_orders') == []\n",
        },
        {
            "app/main.py": (
                "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/orders', name='orders:list')\n"
                "def everything():\n    return []\n"
            ),
            "tests/test_api.py": (
                "import pytest\n\n\n@pytest.mark.parametrize('name', ['orders:list'])\n"
                "def test_opens(client, app, name):\n"
                "    assert client.get(app.url_path_for(name)).status_code == 200\n"
            ),
        },
        {
            "app/main.py": (
                "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/orders/{key}')\ndef "
                "order(key: int):\n    return key\n"
            ),
            "tests/test_api.py": "def test_order(client):\n    assert client.get(f'/orders/{1}').status_code == 200\n",
        },
        {
            "app/main.py": (
                "from flask import Blueprint, Flask\nfrom flask_restful import Api, Resource\n\n"
                "mod = Blueprint('orders', __name__)\napi = Api(mod)\n\n\nclass Orders(Resource):\n"
                "    def get(self):\n        return []\n\n\napi.add_resource(Orders, '/orders')\n"
                "app = Flask(__name__)\napp.register_blueprint(mod)\n"
            ),
            "tests/test_api.py": (
                "from app.main import Orders, api\n\n\ndef test_orders(client):\n"
                "    assert client.get(api.url_for(Orders)).status_code == 200\n"
            ),
        },
    ],
    fails=[
        {
            "app/main.py": (
                "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.post('/orders')\ndef order():\n    return 1\n"
            )
        },
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\n",
            "shop/urls.py": (
                "from django.urls import path\n\nfrom shop.views import Order\n\n"
                "urlpatterns = [path('orders/', Order.as_view())]\n"
            ),
            "shop/views.py": (
                "from django.views import View\n\n\nclass Order(View):\n"
                "    def delete(self, request):\n        return gone()\n"
            ),
            "tests/test_chat.py": (
                "def test_chat(socket):\n    socket.send(['order.delete'])\n    assert socket.receive() == ['gone']\n"
            ),
        },
    ],
    fixed={
        "app/main.py": (
            "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.post('/orders')\ndef order():\n    return 1\n"
        ),
        "tests/test_api.py": 'def test_order(client):\n    assert client.post("/orders", json={}).status_code == 200\n',
    },
    partials=[
        {
            "shop/server.py": (
                "from aiohttp import web\n\nroutes = web.RouteTableDef()\n\n\n@routes.get('/api/v1/orders/')\n"
                "async def orders(request):\n    return web.json_response([])\n\n\n"
                "@routes.post('/api/v1/orders/')\nasync def order(request):\n    return web.json_response({})\n\n\n"
                "app = web.Application()\napp.add_routes(routes)\n"
            ),
            "shop/client.py": (
                "import aiohttp\n\n\nclass Shop:\n    async def order(self, name):\n"
                "        return await self.ask('POST', f'{self.address}/api/v1/orders/', json={'name': name})\n"
            ),
            "shop/__init__.py": "",
            "tests/test_orders.py": (
                "from shop.client import Shop\n\n\nasync def test_order(server):\n"
                "    assert await Shop(server).order('tea')\n"
            ),
        },
        {
            "app/main.py": (
                "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/orders')\ndef orders():\n "
                "   return 1\n\n\n@app.get('/users')\ndef users():\n    return 1\n"
            ),
            "tests/test_api.py": "def test_orders(client):\n    assert client.get('/orders').status_code == 200\n",
        },
    ],
    ignores=["def add(a, b):\n    return a + b\n"],
)
def route_coverage(repo: Repo) -> Judgement:
    """The share of routes that some test asks for, by path, by name, or through the handler."""
    asked, silent = repo.suite.exercised
    total = len(asked) + len(silent)
    if not total:
        return not_applicable("No routes.")
    shown = [
        seen(route.location.path, route.location.line, f"`{route.name}` is requested by no test")
        for route in silent[:5]
    ]
    if not shown or len(asked) >= ENOUGH * total:
        shown = [
            seen(route.location.path, route.location.line, f"`{route.name}` is requested by a test")
            for route in asked[:3]
        ]
    found = shared(
        len(asked) / total, f"Tests request {len(asked)} of {total} routes.", *shown, enough=ENOUGH, half=SOME
    )
    through = repo.suite.asked_through if found.status is Status.FAIL else ()
    if not through or len(asked) + len(through) < SOME * total:
        return found
    return partial(
        f"Tests request {len(asked)} of {total} routes themselves, and use a client of the tree that asks for "
        f"{len(through)} more.",
        *shown,
        score=SOME_OF_THEM,
    )
