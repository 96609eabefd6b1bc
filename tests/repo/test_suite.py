"""What the tests of a tree ask its routes for."""

from __future__ import annotations

import pytest

from tests.repos import repo_of


def test_a_call_may_name_two_paths() -> None:
    files = {
        "tests/test_shop.py": "def test_orders(ask):\n    assert ask(url='/orders', path='/items')\n",
        "shop/app.py": "from flask import Flask\n\napp = Flask(__name__)\n",
    }
    assert [request.segments for request in repo_of(files).suite.requests] == [("orders",), ("items",)]


_SHOP = (
    "from aiohttp import web\n\n\nasync def orders(request):\n    return web.json_response([])\n\n\n"
    "app = web.Application()\napp.add_routes([web.get('/orders/', orders, name='all-orders')])\n"
)


@pytest.mark.parametrize(
    ("asked", "exercised"), [("url('all-orders')", 1), ("url('all-lines')", 0), ("label('all-orders')", 0)]
)
def test_a_fixture_may_ask_the_router_for_a_route_by_name(asked: str, exercised: int) -> None:
    files = {
        "shop/app.py": _SHOP,
        "tests/conftest.py": (
            "import pytest\n\n\n@pytest.fixture(name='url')\ndef _url(cli):\n    def found(name):\n"
            "        return cli.app.router[name].url_for()\n\n    return found\n"
        ),
        "tests/test_shop.py": f"def test_orders(cli, url, label):\n    assert cli.get({asked}).status == 200\n",
    }
    assert len(repo_of(files).suite.exercised[0]) == exercised


@pytest.mark.parametrize(
    ("starts", "real"),
    [("pg_ctlcluster 17 main start", True), ("sudo service mysql start", True), ("pg_ctlcluster 17 main stop", False)],
)
def test_a_store_may_be_started_beside_the_tests(starts: str, real: bool) -> None:
    steps = "on: pull_request\njobs:\n  test:\n    steps:\n      - run: ./ci/store.sh\n      - run: pytest\n"
    files = {".github/workflows/ci.yml": steps, "ci/store.sh": f"#!/bin/bash\napt install -y store\n{starts}\n"}
    assert bool(repo_of(files).suite.against_stores) is real


@pytest.mark.parametrize(("patterns", "exercised"), [("i18n_patterns(%s)", 1), ("[%s]", 0)])
def test_django_may_put_the_language_before_a_path(patterns: str, exercised: int) -> None:
    urls = patterns % "path('orders/', views.orders)"
    files = {
        "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['shop']\n",
        "shop/urls.py": (
            "from django.conf.urls.i18n import i18n_patterns\nfrom django.urls import path\n\n"
            f"from shop import views\n\nurlpatterns = {urls}\n"
        ),
        "shop/views.py": "from django.http import HttpResponse\n\n\ndef orders(request):\n    return HttpResponse()\n",
        "tests/test_shop.py": "def test_orders(client):\n    assert client.get('/nl/orders/').status_code == 200\n",
    }
    assert len(repo_of(files).suite.exercised[0]) == exercised


@pytest.mark.parametrize(("asked", "reached"), [("/orders/", True), ("/lines/", False)])
def test_a_script_may_ask_for_a_route(asked: str, reached: bool) -> None:
    script = f"set -e\nall=$(curl $HOST{asked})\n[ \"$all\" = '[]' ]\ncurl $HOST{asked} | grep -qv order\n"
    suite = repo_of({"shop/app.py": _SHOP, "tests/orders.sh": script}).suite
    assert (len(suite.exercised[0]) == 1) is reached
    assert bool(suite.through_interface) is reached


@pytest.mark.parametrize(("base", "asked"), [("ViewCases", ["GET /orders/"]), ("Bare", [])])
def test_what_a_base_of_tests_asks_for_each_model_is_asked_for(base: str, asked: list[str]) -> None:
    files = {
        "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['shop']\n",
        "shop/models.py": (
            "from django.db import models\n\n\nclass Order(models.Model):\n    name = models.TextField()\n\n\n"
            "class Offer(models.Model):\n    name = models.TextField()\n"
        ),
        "shop/views.py": (
            "from django.views.generic import ListView\n\nfrom shop.models import Offer, Order\n\n\n"
            "class Orders(ListView):\n    queryset = Order.objects.all()\n\n\n"
            "class Offers(ListView):\n    model = Offer\n"
        ),
        "shop/urls.py": (
            "from django.urls import path\n\nfrom shop import views\n\n"
            "urlpatterns = [path('orders/', views.Orders.as_view()), path('offers/', views.Offers.as_view())]\n"
        ),
        "shop/testing.py": (
            "from django.test import TestCase\n\n\nclass Bare(TestCase):\n    model = None\n\n\n"
            "class ViewCases(Bare):\n    def test_list(self):\n"
            "        self.assertEqual(self.client.get(self.list_address()).status_code, 200)\n"
        ),
        "tests/test_orders.py": (
            f"from shop.models import Order\nfrom shop.testing import {base}\n\n\nclass OrderTests({base}):\n"
            "    model = Order\n"
        ),
    }
    assert [route.name for route in repo_of(files).suite.exercised[0]] == asked
