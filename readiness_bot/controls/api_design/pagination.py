"""Whether lists are answered in pages."""

from __future__ import annotations

from dataclasses import replace

from readiness_bot.control import Control, not_applicable, seen, shared
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity, Ward
from readiness_bot.repo import Repo
from readiness_bot.repo.route import Route

_ENOUGH = 0.8
_HALF = 0.05
"""Many lists are short by nature; where the long ones are paged, that is a part and not nothing."""


@Control(
    id="api-design/pagination",
    title="List routes are paginated",
    kind=Kind.CAPABILITY,
    severity=Severity.MEDIUM,
    why="A list without pages grows with the table behind it, until one request carries all of it.",
    impact="The biggest customer's list page times out first, and takes the memory of the worker with it.",
    fix=(
        "Take a bounded page: `limit: Annotated[int, Query(le=100)] = 50, offset: int = 0`, and pass both to the query."
    ),
    by_settings=True,
    effort=Effort.DAYS,
    role=Role.BACKEND,
    sources=["https://google.aip.dev/158"],
    passes=[
        {
            "shop/settings.py": (
                "ROOT_URLCONF = 'shop.urls'\nREST_FRAMEWORK = {\n"
                "    'DEFAULT_PAGINATION_CLASS': 'rest_framework.pagination.CursorPagination'\n}\n"
            ),
            "shop/urls.py": (
                "from django.urls import include, path\nfrom rest_framework import routers\n"
                "from rest_flex_fields import FlexFieldsModelViewSet\n\n\n"
                "class Orders(FlexFieldsModelViewSet):\n    queryset = Order.objects.all()\n\n"
                "    def list(self, request):\n        return super().list(request)\n\n\n"
                "router = routers.DefaultRouter()\nrouter.register('orders', Orders)\n"
                "urlpatterns = [path('api/', include(router.urls))]\n"
            ),
        },
        (
            "from flask import Flask, jsonify, render_template, request\n\nfrom shop.models import Order\n\n"
            "app = Flask(__name__)\n\n\n@app.get('/orders')\ndef list_orders():\n"
            "    return render_template('orders.html', shown='open')\n\n\n"
            "@app.get('/orders/rows')\ndef rows():\n    begin, length = asked_of(request)\n"
            "    found = Order.query.order_by(Order.id).offset(begin).limit(length).all()\n    return jsonify(found)\n"
        ),
        (
            "from advanced_alchemy.service import OffsetPagination\n"
            "from litestar import Controller, Litestar, get\n\n\n"
            "class Orders(Controller):\n    path = '/orders'\n\n    @get()\n"
            "    async def list_orders(self, service, filters) -> OffsetPagination[dict]:\n"
            "        return service.found(*filters)\n\n\napp = Litestar([Orders])\n"
        ),
        (
            "from typing import Annotated\n\nfrom fastapi import Depends, FastAPI, Query\n"
            "from pydantic import BaseModel\n\napp = FastAPI()\n\n\nclass Cut(BaseModel):\n"
            "    per_page: int = 20\n    cursor: str | None = None\n\n\n"
            "class OrderCut(Cut):\n    state: str = 'open'\n\n\n@app.get('/orders')\n"
            "def orders(asked: Annotated[OrderCut, Query()]):\n    return find('orders', asked)\n\n\n"
            "@app.get('/lines')\ndef lines(asked: Cut = Depends()):\n    return find('lines', asked)\n"
        ),
        (
            "from fastapi import Depends, FastAPI\n\napp = FastAPI()\n\n\nclass Cut:\n"
            "    def __init__(self, page: int = 1, per_page: int = 20):\n        self.page = page\n"
            "        self.per_page = per_page\n\n\nclass OrderCut(Cut):\n    pass\n\n\n"
            "@app.get('/order', response_model=OrderCut.answer())\ndef some(cut: OrderCut = Depends()):\n"
            "    return find(cut)\n"
        ),
        (
            "from fastapi import FastAPI\nfrom pydantic import BaseModel\n\napp = FastAPI()\n\n\n"
            "class Order(BaseModel):\n    key: int\n\n\n@app.get('/order', response_model=list[Order])\n"
            "def some(limit: int = 10):\n    return find(limit)\n"
        ),
        (
            "from typing import Optional\n\nfrom fastapi import FastAPI\nfrom sqlalchemy import select\n\n"
            "from shop.db import Order, session\n\napp = FastAPI()\n\n\n@app.get('/{kind}/')\n"
            "def orders_of(kind: str, offset: Optional[int] = 0):\n"
            "    found = session.scalars(select(Order).where(Order.kind == kind).limit(100).offset(offset)).all()\n"
            "    return {'items': [one.id for one in found], 'next': offset + len(found)}\n"
        ),
        (
            "from eve import Eve\n\nDOMAIN = {'orders': {'schema': {'name': {'type': 'string'}}}}\n"
            "app = Eve(settings={'DOMAIN': DOMAIN})\n"
        ),
        (
            "from flask import Blueprint, Flask\nfrom flask_rest_jsonapi import Api, ResourceList\n\n"
            "app = Flask(__name__)\nv1 = Blueprint('v1', __name__, url_prefix='/v1')\napi = Api(app, v1)\n\n\n"
            "class Orders(ResourceList):\n    schema = OrderSchema\n    methods = ['GET']\n\n\n"
            "api.route(Orders, 'order_list', '/orders')\napp.register_blueprint(v1)\n"
        ),
        {
            "shop/settings.py": "import django\n\nROOT_URLCONF = 'shop.urls'\n",
            "shop/urls.py": (
                "from django.urls import path\nfrom django.views.generic import ListView\n"
                "from django_tables2 import SingleTableMixin\n\n\nclass Orders(SingleTableMixin, ListView):\n"
                "    model = None\n\n\nurlpatterns = [path('orders/', Orders.as_view())]\n"
            ),
        },
        (
            "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/items')\n"
            "def list_items(limit: int = 50, offset: int = 0):\n    return []\n"
        ),
        (
            "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/search/{shelf}')\n"
            "def search(shelf: str, limit: int = 50, offset: int = 0):\n    return {'results': []}\n"
        ),
    ],
    fails=[
        "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/items')\ndef list_items():\n    return []\n",
        {
            "shop/settings.py": "import django\n\nROOT_URLCONF = 'shop.urls'\n",
            "shop/urls.py": (
                "from django.urls import path\nfrom rest_framework.generics import ListAPIView\n\n\n"
                "class Orders(ListAPIView):\n    queryset = None\n\n\n"
                "urlpatterns = [path('orders.json', Orders.as_view())]\n"
            ),
        },
        {
            "shop/settings.py": ("PAGINATION = False\nDOMAIN = {'orders': {'schema': {'name': {'type': 'string'}}}}\n"),
            "shop/main.py": "from eve import Eve\n\napp = Eve(settings='shop/settings.py')\n",
        },
    ],
    fixed=(
        "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/items')\n"
        "def list_items(limit: int = 50, offset: int = 0):\n    return []\n"
    ),
    partials=[
        (
            "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/items')\n"
            "def list_items(limit: int = 50, offset: int = 0):\n    return []\n\n\n@app.get('/users')\n"
            "def list_users():\n    return []\n"
        )
    ],
    ignores=[
        {
            "shop/urls.py": (
                "from django.urls import path\nfrom django.views.generic.detail import DetailView\n\n"
                "from shop.models import Shop\n\n\nclass Reports(DetailView):\n    model = Shop\n\n\n"
                "urlpatterns = [path('shops/<slug:slug>/reports/', Reports.as_view(), name='reports')]\n"
            ),
            "shop/models.py": (
                "from django.db import models\n\n\nclass Shop(models.Model):\n    slug = models.SlugField()\n"
            ),
        },
        {
            "shop/urls.py": (
                "from collections import OrderedDict\n\nfrom django.urls import include, path\n"
                "from rest_framework import routers, viewsets\nfrom rest_framework.response import Response\n\n\n"
                "class SalesViewSet(viewsets.ViewSet):\n    def list(self, request):\n"
                "        sales = OrderedDict()\n        sales['today'] = 1\n        return Response(sales)\n\n\n"
                "router = routers.DefaultRouter()\nrouter.register('sales', SalesViewSet, basename='sales')\n"
                "urlpatterns = [path('api/', include(router.urls))]\n"
            ),
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\n",
        },
        {
            "shop/urls.py": (
                "from django.urls import include, path\nfrom rest_framework import routers, viewsets\n"
                "from rest_framework.decorators import action\n"
                "from rest_framework.pagination import LimitOffsetPagination\n"
                "from rest_framework.response import Response\n\n\n"
                "class OrderViewSet(viewsets.GenericViewSet):\n    pagination_class = LimitOffsetPagination\n\n"
                "    @action(detail=True, methods=['get'])\n    def results(self, request, pk=None):\n"
                "        return Response({'total': self.get_object().total})\n\n\n"
                "router = routers.DefaultRouter()\nrouter.register('orders', OrderViewSet, basename='orders')\n"
                "urlpatterns = [path('api/', include(router.urls))]\n"
            ),
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\n",
        },
        {
            "shop/settings.py": "import django\n\nROOT_URLCONF = 'shop.urls'\n",
            "shop/urls.py": (
                "from django.urls import path\nfrom django.views.generic import TemplateView\n\n\n"
                "class Users(TemplateView):\n    template_name = 'index.html'\n\n\n"
                "urlpatterns = [path('users', Users.as_view())]\n"
            ),
        },
        (
            "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/items/{id}')\ndef item(id: int):\n"
            "    return {}\n"
        ),
    ],
)
def pagination(repo: Repo) -> Judgement:
    """Judge by the share of list routes that page; each is kept beside, for comparisons."""
    wards = (_ward(route, is_paged) for route, is_paged in repo.paging.lists)
    return replace(_judged(repo), wards=tuple(wards))


def _ward(route: Route, is_paged: bool) -> Ward:
    by = ("its pages",) if is_paged else ()
    return Ward(route.place, route.name, by, f"{route.name} answers with everything there is", ways=0 if by else 1)


def _judged(repo: Repo) -> Judgement:
    lists, resources = repo.paging.lists, repo.interface.resources
    if not lists and not resources:
        return not_applicable("No route answers with a list.")
    paged = [route for route, is_paged in lists if is_paged]
    whole = [route for route, is_paged in lists if not is_paged]
    shown = [seen(route.location.path, route.location.line, f"{route.name} is paginated") for route in paged[:3]]
    shown += [
        seen(route.location.path, route.location.line, f"{route.name} answers with everything") for route in whole[:4]
    ]
    shown = [*resources[:3], *shown]
    right = len(paged) + len(resources) * repo.paging.pages_resources
    every = len(lists) + len(resources)
    return shared(
        right / every,
        f"{right} of {every} list routes are paginated.",
        *shown,
        enough=_ENOUGH,
        half=_HALF,
    )
