"""The counting of routes: what is found and served, and each place at which reading ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import gitting
from tests.repos import repo_of
from tools.routes import counted, main, places, row

SHOP = {
    "shop/main.py": (
        "from fastapi import FastAPI\nfrom shop.orders import router\nfrom shop.late import routers\n\n"
        "app = FastAPI()\napp.include_router(router)\n"
    ),
    "shop/orders.py": (
        "from fastapi import APIRouter\n\nrouter = APIRouter()\nspare = APIRouter()\n\n\n"
        "@router.get('/orders')\ndef orders():\n    return missing()\n\n\n"
        "@spare.get('/spare')\ndef spare_ones():\n    return []\n"
    ),
    "shop/late.py": "routers = ()\n",
}


def test_routes_are_counted_with_what_holds_them() -> None:
    count = counted("o+shop", repo_of(SHOP))
    assert (count.found, count.served, count.frameworks) == (2, 1, ("fastapi",))
    assert count.nowhere == ("shop/orders.py:12 GET /spare",)
    assert count.routers == ("shop/orders.py:spare",)
    assert list(places(count)) == [
        "nowhere: shop/orders.py:12 GET /spare",
        "routers: shop/orders.py:spare",
    ]
    assert row(count).split() == ["24", "2", "1", "1", "1", "0", "0", "0", "o+shop", "fastapi"]


def test_loops_and_handlers_that_nobody_can_read_are_counted() -> None:
    text = (
        "from flask import Flask\nfrom plugins import found\n\napp = Flask(__name__)\n"
        "for one in found():\n    app.register_blueprint(one)\napp.add_url_rule('/ping', view_func=found.ping)\n"
    )
    count = counted("o+shop", repo_of(text))
    assert count.loops == ("app/main.py:6 flask.Flask().register_blueprint",)
    assert count.unanswered == ("app/main.py:7 GET /ping",)


def test_clones_are_told_one_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clone = gitting.repository(tmp_path / "o+shop" / "repo", SHOP)
    main([str(clone), "--list"])
    head, told, *listed = capsys.readouterr().out.splitlines()
    assert head.startswith("lines routes served")
    assert told.endswith("o+shop fastapi")
    assert listed[0] == "    nowhere: shop/orders.py:12 GET /spare"
