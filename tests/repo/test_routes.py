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
