"""Routes that frameworks and the tree's own dispatchers are told of."""

from __future__ import annotations

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


def test_extra_actions_of_a_view_set_are_routes_below_one_object_or_all() -> None:
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
                "urlpatterns = [path(f'api/{settings.VERSION}/', include([*router.urls]))]\n"
            ),
        }
    ).routes.all
    assert [route.name for route in found] == ["POST /api/{}/orders/{pk}/pay-now", "GET /api/{}/orders/mine"]
