"""Whether what clients send is checked against a schema before it is used."""

from __future__ import annotations

from dataclasses import replace

from readiness_bot.control import Control, not_applicable, seen, shared
from readiness_bot.model import Confidence, Effort, Judgement, Kind, Role, Severity, Ward
from readiness_bot.repo import Repo
from readiness_bot.repo.interface import TYPED, Taken

_ENOUGH = 0.8
_HALF = 0.35
"""From a third on a schema is a habit of the code base with gaps; below it, it is the exception."""


@Control(
    id="api-design/request-validation",
    title="Request bodies are validated by a schema",
    kind=Kind.CAPABILITY,
    severity=Severity.HIGH,
    why=(
        "A body that nobody checked is an object of any shape: each handler then meets missing keys, wrong types and "
        "fields it never expected."
    ),
    impact="Malformed requests become errors of the server, and unexpected fields end in the database.",
    fix=(
        "Declare the body as a model: `class Item(BaseModel): ...` as the type of the handler's parameter, or load it "
        "through a schema."
    ),
    effort=Effort.DAYS,
    grows=True,
    role=Role.BACKEND,
    sources=["https://fastapi.tiangolo.com/tutorial/body/", "https://marshmallow.readthedocs.io/"],
    passes=[
        {
            "app.py": "import connexion\n\napp = connexion.FlaskApp(__name__)\napp.add_api('openapi.yaml')\n",
            "shop/__init__.py": "from ._orders import taken\n",
            "shop/_orders.py": "from flask import request\n\n\ndef taken():\n    return keep(request.get_json())\n",
            "openapi.yaml": (
                "openapi: 3.0.0\ninfo: {title: Shop, version: '1'}\npaths:\n  /orders:\n    post:\n"
                "      operationId: shop.taken\n      requestBody:\n        content:\n"
                "          application/json: {schema: {type: object, required: [goods]}}\n"
                "      responses: {'201': {description: kept}}\n"
            ),
        },
        {
            "shop/main.py": (
                "from flask import Flask, g\n\nfrom shop.forms import OrderForm, filled\n\napp = Flask(__name__)\n\n\n"
                "@app.post('/orders')\n@filled(OrderForm)\ndef order():\n    return keep(g.form.data)\n"
            ),
            "shop/forms.py": (
                "from functools import wraps\n\nfrom flask import abort, g, request\n"
                "from wtforms import Form, StringField\n\n\n"
                "class OrderForm(Form):\n    name = StringField()\n\n\ndef filled(form_class):\n    def around(view):\n"
                "        @wraps(view)\n        def inner(*args):\n            form = form_class(request.form)\n"
                "            if not form.validate():\n                abort(400)\n            g.form = form\n"
                "            return view(*args)\n\n        return inner\n\n    return around\n"
            ),
            "shop/__init__.py": "",
        },
        {
            "shop/main.py": (
                "from aiohttp import web\n\nfrom shop.shapes import order_validator\n\n\n"
                "class Orders:\n    def __init__(self):\n        self._validator = order_validator()\n\n"
                "    async def order(self, request):\n        body = self._validator.check(await request.json())\n"
                "        return web.json_response(body)\n\n\n"
                "app = web.Application()\norders = Orders()\napp.router.add_post('/orders', orders.order)\n"
            ),
            "shop/shapes.py": "import trafaret\n\n\ndef order_validator():\n    return trafaret.Dict({})\n",
            "shop/__init__.py": "",
        },
        {
            "shop/views.py": (
                "from flask import Flask\n\nfrom shop.bodies import read_body\n\napp = Flask(__name__)\n\n\n"
                "@app.post('/orders')\ndef order():\n    return keep(read_body('Order'))\n"
            ),
            "shop/bodies.py": (
                "from flask import abort, request\nfrom jsonschema import Draft7Validator\n\n"
                "SCHEMAS = {'Order': {'required': ['goods']}}\n\n\ndef read_body(name):\n"
                "    return checked(request.get_json(), name)\n\n\ndef checked(data, name):\n"
                "    validator = Draft7Validator(SCHEMAS[name])\n    for error in validator.iter_errors(data):\n"
                "        abort(400, error.message)\n    return data\n"
            ),
            "shop/__init__.py": "",
        },
        (
            "from eve import Eve\n\nDOMAIN = {'orders': {'schema': {'name': {'type': 'string'}}}}\n"
            "app = Eve(settings={'DOMAIN': DOMAIN})\n"
        ),
        {
            "shop/settings.py": "import django\n\nROOT_URLCONF = 'shop.urls'\n",
            "shop/views.py": (
                "from rest_framework import serializers, viewsets\n\n\nclass OrderSerializer(serializers.Serializer):\n"
                "    pass\n\n\nclass OrderViewSet(viewsets.ModelViewSet):\n    serializer_class = OrderSerializer\n\n\n"
                "routes = [{'regex': r'orders', 'viewset': OrderViewSet, 'basename': 'order'}]\n"
            ),
            "shop/urls.py": (
                "from django.urls import include, path\nfrom rest_framework.routers import DefaultRouter\n\n"
                "from shop.views import routes\n\nrouter = DefaultRouter()\nfor route in routes:\n"
                "    router.register(route['regex'], route['viewset'], basename=route['basename'])\n\n"
                "urlpatterns = [path('api/', include(router.urls))]\n"
            ),
        },
        (
            "from fastapi import FastAPI\nfrom pydantic import BaseModel\n\napp = FastAPI()\n\n\n"
            "class Item(BaseModel):\n    name: str\n\n\n@app.post('/items')\ndef create(item: Item):\n    return item\n"
        ),
        (
            "from fastapi import FastAPI\nfrom pydantic import BaseModel\n\napp = FastAPI()\n\n\n"
            "class NewItem(BaseModel):\n    name: str\n\n\n@app.post('/items')\ndef create(request: NewItem):\n"
            "    return request\n"
        ),
        (
            "from flask import Flask, request\nfrom marshmallow import Schema\n\napp = Flask(__name__)\n\n\n"
            "class ItemSchema(Schema):\n    pass\n\n\n@app.route('/items', methods=['POST'])\ndef create():\n"
            "    return ItemSchema().load(request.get_json())\n"
        ),
    ],
    fails=[
        (
            "from dataclasses import dataclass\n\nfrom starlette.applications import Starlette\n"
            "from starlette.responses import JSONResponse\nfrom starlette.routing import Route\n\n\n"
            "@dataclass\nclass Control:\n    text: str\n\n\ndef _controls():\n    return [Control(text='all')]\n\n\n"
            "async def order(request):\n    form = await request.form()\n"
            "    return JSONResponse({'kept': form['goods'], 'controls': _controls()})\n\n\n"
            "app = Starlette(routes=[Route('/orders', order, methods=['POST'])])\n"
        ),
        (
            "from fastapi import FastAPI, Request\n\napp = FastAPI()\n\n\n@app.post('/items')\n"
            "async def create(request: Request):\n    return await request.json()\n"
        ),
        (
            "from aiohttp import web\n\nroutes = web.RouteTableDef()\n\n\n@routes.post('/items')\n"
            "async def create(request: web.Request) -> web.Response:\n"
            "    return web.json_response(await request.json())\n\n\n"
            "app = web.Application()\napp.add_routes(routes)\n"
        ),
        {
            "shop/app.py": (
                "import falcon\n\n\ndef init(application):\n    from . import items\n\n"
                "    application.add_route('/items', items)\n\n\ninit(falcon.App())\n"
            ),
            "shop/items.py": (
                "from .utils import load_json_body\n\n\ndef on_post(req, resp):\n    resp.media = load_json_body(req)\n"
            ),
            "shop/utils.py": "import json\n\n\ndef load_json_body(req):\n    return json.loads(req.context['body'])\n",
        },
        {
            "shop/views.py": (
                "from flask import Flask\n\nfrom shop.bodies import read_body\n\napp = Flask(__name__)\n\n\n"
                "@app.post('/orders')\ndef order():\n    return keep(read_body('Order'))\n"
            ),
            "shop/bodies.py": (
                "from flask import request\n\n\ndef read_body(name):\n    return tidy(request.get_json(), name)\n\n\n"
                "def tidy(data, name):\n    return {key: value for key, value in data.items() if value}\n"
            ),
            "shop/__init__.py": "",
        },
    ],
    fixed=(
        "from fastapi import FastAPI\nfrom pydantic import BaseModel\n\napp = FastAPI()\n\n\nclass Item(BaseModel):\n"
        "    name: str\n\n\n@app.post('/items')\nasync def create(item: Item):\n    return item\n"
    ),
    partials=[
        (
            "from fastapi import FastAPI\nfrom house_models import HouseModel\n\napp = FastAPI()\n\n\n"
            "class Item(HouseModel):\n    name: str\n\n\n@app.post('/items')\ndef create(item: Item):\n"
            "    return item\n\n\n@app.post('/others')\ndef other(body: dict):\n    return body\n"
        ),
        (
            "from fastapi import FastAPI\nfrom pydantic import BaseModel\n\napp = FastAPI()\n\n\n"
            "class Item(BaseModel):\n    name: str\n\n\n@app.post('/items')\ndef create(item: Item):\n"
            "    return item\n\n\n@app.post('/others')\ndef other(body: dict):\n    return body\n"
        ),
    ],
    ignores=["from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/items')\ndef items():\n    return []\n"],
)
def request_validation(repo: Repo) -> Judgement:
    """Judge by the share of body-taking routes whose body meets a schema; each is kept beside, for comparisons."""
    return replace(_judged(repo), wards=tuple(map(_ward, repo.interface.bodies)))


def _ward(taken: Taken) -> Ward:
    by = (f"`{taken.by}`",) if taken.body == "schema" else ()
    loss = f"{taken.route.name} takes its body as it comes"
    # What a handler calls to validate may go by any name; an annotation is what the framework reads.
    sure = Confidence.HIGH if taken.route.framework in TYPED else Confidence.MEDIUM
    return Ward(taken.route.place, taken.route.name, by, loss, ways=0 if by else 1, confidence=sure)


def _judged(repo: Repo) -> Judgement:
    bodies, resources = repo.interface.bodies, repo.interface.resources
    if not bodies and not resources:
        return not_applicable("No route takes a body.")
    checked = [taken for taken in bodies if taken.body == "schema"]
    raw = [taken for taken in bodies if taken.body == "raw"]
    shown = [
        seen(taken.route.location.path, taken.route.location.line, f"{taken.route.name} validates by `{taken.by}`")
        for taken in checked[:3]
    ]
    shown += [
        seen(taken.route.location.path, taken.route.location.line, f"{taken.route.name} takes its body raw")
        for taken in raw[:4]
    ]
    shown = [*resources[:3], *shown]
    right, whole = len(checked) + len(resources), len(bodies) + len(resources)
    return shared(
        right / whole,
        f"{right} of {whole} routes that take a body validate it by a schema.",
        *shown,
        enough=_ENOUGH,
        half=_HALF,
    )
