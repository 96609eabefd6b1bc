"""What the tests of a tree ask its routes for."""

from __future__ import annotations

from tests.repos import repo_of


def test_a_call_may_name_two_paths() -> None:
    files = {
        "tests/test_shop.py": "def test_orders(ask):\n    assert ask(url='/orders', path='/items')\n",
        "shop/app.py": "from flask import Flask\n\napp = Flask(__name__)\n",
    }
    assert [request.segments for request in repo_of(files).suite.requests] == [("orders",), ("items",)]
