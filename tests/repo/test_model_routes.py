"""Routes that a library or a tree's own function makes of what it is told."""

from __future__ import annotations

import pytest

from tests.repos import repo_of

_SETTINGS = {"shop/settings.py": "ROOT_URLCONF = 'shop.urls'\n", "shop/__init__.py": ""}
_VIEWSETS = (
    "from rest_framework import viewsets\n\n\nclass Orders(viewsets.ReadOnlyModelViewSet):\n    pass\n\n\n"
    "class Lines(viewsets.ReadOnlyModelViewSet):\n    pass\n"
)


def _names(files: dict[str, str]) -> list[str]:
    return sorted(route.name for route in repo_of(files).routes.served)


def test_applications_that_functions_make_are_put_below_another_of_aiohttp() -> None:
    files = {
        "shop/main.py": (
            "from aiohttp import web\n\nfrom shop import admin\nfrom shop.api import make_api\n\n\ndef make():\n"
            "    app = web.Application()\n    app.add_subapp('/api/v1', make_api())\n    inner = admin.create()\n"
            "    app.add_subapp('/admin', inner)\n    app.router.add_get('/ping', ping)\n    return app\n\n\n"
            "async def ping(request):\n    return web.Response()\n\n\n"
            "if __name__ == '__main__':\n    web.run_app(make())\n"
        ),
        "shop/api.py": (
            "from aiohttp import web\n\n\nasync def pay(request):\n    return web.Response()\n\n\ndef make_api():\n"
            "    api = web.Application()\n    api.router.add_get('/orders', pay)\n"
            "    api.add_routes([web.post('/pay', pay)])\n    return api\n"
        ),
        "shop/admin.py": (
            "from aiohttp import web\n\n\nasync def users(request):\n    return web.Response()\n\n\n"
            "routes = [web.get('/users', users)]\n\n\ndef create():\n    app = web.Application()\n"
            "    app.add_routes(routes)\n    return app\n"
        ),
        "shop/__init__.py": "",
    }
    assert _names(files) == ["GET /admin/users", "GET /api/v1/orders", "GET /ping", "POST /api/v1/pay"]


@pytest.mark.parametrize(
    ("table", "loop"),
    [
        (
            "{'/orders': self.orders, '/pay': self.pay}.items()",
            "for path, one in {}:\n            {}add_post(path, one)",
        ),
        (
            "[('POST', '/orders', self.orders), ('POST', '/pay', self.pay)]",
            "for verb, path, one in {}:\n            {}add_route(verb, path, one)",
        ),
    ],
)
def test_a_loop_adds_the_rows_of_a_table_to_an_application_of_aiohttp(table: str, loop: str) -> None:
    source = (
        "from aiohttp import web\n\n\nclass Server:\n    def __init__(self):\n        self.app = web.Application()\n"
        f"        self.rows = {table.removesuffix('.items()')}\n"
        f"        {loop.format('self.rows' + ('.items()' if 'items' in table else ''), 'self.app.router.')}\n\n"
        "    async def orders(self, request):\n        return web.Response()\n\n"
        "    async def pay(self, request):\n        return web.Response()\n\n\nweb.run_app(Server().app)\n"
    )
    assert _names({"shop/main.py": source}) == ["POST /orders", "POST /pay"]


def test_a_function_of_the_tree_that_hands_patterns_on_to_django_makes_routes_and_guards() -> None:
    files = _SETTINGS | {
        "shop/routing.py": (
            "from django.contrib.auth.decorators import login_required\nfrom django.urls import path\n\n\n"
            "def closed(route, view, **options):\n    return path(route, login_required(view), **options)\n"
        ),
        "shop/views.py": "def orders(request):\n    return None\n",
        "shop/more.py": (
            "from django.urls import path\n\nfrom shop import views\n\nurlpatterns = [path('all/', views.orders)]\n"
        ),
        "shop/urls.py": (
            "from django.urls import include\n\nfrom shop import views\nfrom shop.routing import closed\n\n"
            "urlpatterns = [closed('orders/', views.orders), closed('in/', include('shop.more'))]\n"
        ),
    }
    found = repo_of(files).routes.served
    assert {route.name: [guard.name for guard in route.guards] for route in found} == {
        "GET /in/all/": [],
        "GET /orders/": ["django.contrib.auth.decorators.login_required"],
    }


@pytest.mark.parametrize(
    "urls",
    [
        (
            "from rest_framework_nested import routers\n\nrouter = routers.SimpleRouter()\n"
            "router.register('orders', Orders)\ninner = routers.NestedSimpleRouter(router, 'orders', lookup='order')\n"
            "inner.register('lines', Lines)\n"
            "urlpatterns = [path('api/', include(router.urls)), path('api/', include(inner.urls))]\n"
        ),
        (
            "from rest_framework_extensions.routers import ExtendedSimpleRouter\n\nrouter = ExtendedSimpleRouter()\n"
            "router.register('orders', Orders).register('lines', Lines, parents_query_lookups=['order'])\n"
            "urlpatterns = [path('api/', include(router.urls))]\n"
        ),
        (
            "from rest_framework_extensions.routers import ExtendedSimpleRouter\n\nrouter = ExtendedSimpleRouter()\n"
            "orders = router.register('orders', Orders)\norders.register('lines', Lines)\n"
            "urlpatterns = [path('api/', include(router.urls))]\n"
        ),
    ],
)
def test_views_of_a_nested_router_stand_below_what_they_are_nested_in(urls: str) -> None:
    head = "from django.urls import include, path\n\nfrom shop.views import Lines, Orders\n"
    files = _SETTINGS | {"shop/views.py": _VIEWSETS, "shop/urls.py": head + urls}
    assert _names(files) == ["GET /api/orders", "GET /api/orders/{pk}/lines"]


@pytest.mark.parametrize(
    "served",
    [
        (
            "from fastapi import FastAPI\nfrom strawberry.fastapi import GraphQLRouter\n\n"
            "answers = GraphQLRouter(schema)\napp = FastAPI()\napp.include_router(answers, prefix='/graphql')\n"
        ),
        (
            "from ariadne.asgi import GraphQL\nfrom fastapi import FastAPI\n\napp = FastAPI()\n"
            "app.mount('/graphql', GraphQL(schema))\n"
        ),
        (
            "from flask import Flask\nfrom strawberry.flask.views import GraphQLView\n\napp = Flask(__name__)\n"
            "app.add_url_rule('/graphql', view_func=GraphQLView.as_view('graphql', schema=schema))\n"
        ),
    ],
)
def test_what_answers_graphql_is_a_route_that_is_sent_to(served: str) -> None:
    assert _names({"shop/main.py": f"from shop.schema import schema\n{served}"}) == ["GET,POST /graphql"]


def test_the_views_of_a_model_are_routes_behind_what_their_library_asks() -> None:
    source = (
        "from flask import Flask\nfrom flask_appbuilder import SQLA, AppBuilder, ModelView\n"
        "from flask_appbuilder.api import ModelRestApi\n\napp = Flask(__name__)\n"
        "appbuilder = AppBuilder(app, SQLA(app).session)\n\n\nclass OrderApi(ModelRestApi):\n"
        "    resource_name = 'order'\n    include_route_methods = {'get_list', 'post'}\n\n\n"
        "class OrderView(ModelView):\n    exclude_route_methods = {'add', 'edit', 'delete'}\n\n\n"
        "appbuilder.add_api(OrderApi)\nappbuilder.add_view(OrderView, 'Orders')\n"
    )
    found = repo_of({"shop/main.py": source}).routes.served
    assert sorted(route.name for route in found) == [
        "GET /api/v1/order/",
        "GET /orderview/list/",
        "GET /orderview/show/<pk>",
        "POST /api/v1/order/",
    ]
    assert all(route.guards for route in found)


def test_a_namespace_is_served_under_the_path_that_it_is_added_with() -> None:
    source = (
        "from flask import Flask\nfrom flask_restx import Api, Namespace, Resource\n\napp = Flask(__name__)\n"
        "api = Api(app, prefix='/api')\norders = Namespace('orders', path='/orders')\n\n\n"
        "@orders.route('/<int:id>')\nclass Order(Resource):\n    def get(self, id):\n        return id\n\n\n"
        "api.add_namespace(orders, path='/v2/orders')\n"
    )
    assert _names({"shop/main.py": source}) == ["GET /api/v2/orders/<int:id>"]


def test_tornado_imports_the_handlers_of_a_table_that_names_them_by_text() -> None:
    files = {
        "main.py": (
            "import asyncio\n\nimport tornado.web\n\n"
            "TABLE = [(r'/orders/?', 'handlers.orders.Orders', {'kind': 'all'})]\n\n\n"
            "async def main():\n    tornado.web.Application(TABLE).listen(80)\n    await asyncio.Event().wait()\n\n\n"
            "asyncio.run(main())\n"
        ),
        "handlers/__init__.py": "",
        "handlers/orders.py": (
            "import tornado.web\n\n\nclass Orders(tornado.web.RequestHandler):\n    def post(self):\n        pass\n"
        ),
    }
    assert _names(files) == ["POST /orders/"]


def test_pages_that_a_hook_puts_into_the_administration_of_wagtail_ask_who_calls() -> None:
    files = _SETTINGS | {
        "shop/views.py": "def orders(request):\n    request.POST\n    return None\n",
        "shop/wagtail_hooks.py": (
            "from django.urls import include, path\nfrom wagtail import hooks\n\nfrom shop import views\n\n\n"
            "@hooks.register('register_admin_urls')\ndef register_admin_urls():\n"
            "    patterns = [path('orders/', views.orders)]\n"
            "    return [path('', include((patterns, 'shop'), 'shop'))]\n"
        ),
    }
    found = repo_of(files).routes.all
    assert [(route.name, [guard.name for guard in route.guards]) for route in found] == [
        ("GET,POST /admin/orders/", ["wagtail.admin.auth.require_admin_access"])
    ]
