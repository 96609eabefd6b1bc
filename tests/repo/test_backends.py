"""Litestar's security backends: whom they keep out of which routes, and when they are only made."""

from __future__ import annotations

import pytest

from tests.repos import repo_of

_SIGNED = """\
from litestar.security.session_auth import SessionAuth

from shop.people import Person

signed_in = SessionAuth[Person, object](
    retrieve_user_handler=find, session_backend_config=CONFIG, exclude=["/public/*", "^/api/join$"]
)
"""
_MAIN = """\
from litestar import Litestar, Router, post
from shop.signed import signed_in


@post("/orders")
async def order(data: dict) -> None:
    await keep(data)


@post("/orders/guess", exclude_from_auth=True)
async def guess(data: dict) -> None:
    await keep(data)


@post("/orders/import", opt={"exclude_from_auth": True})
async def take_in(data: dict) -> None:
    await keep(data)


@post("/public/orders")
async def share(data: dict) -> None:
    await keep(data)


@post("/api/join")
async def join(data: dict) -> None:
    await keep(data)


app = Litestar([order, guess, take_in, share, join], on_app_init=[signed_in.on_app_init])
"""


def _guarded(main: str, signed: str = _SIGNED) -> list[str]:
    repo = repo_of({"shop/main.py": main, "shop/signed.py": signed, "shop/people.py": "class Person:\n    key = 1\n"})
    return [route.path for route in repo.routes.all if repo.identity.gate(route) is not None]


def test_a_backend_keeps_strangers_out_of_what_it_does_not_leave_out() -> None:
    assert _guarded(_MAIN) == ["/orders"]


def test_a_backend_may_call_its_option_otherwise() -> None:
    signed = _SIGNED.replace("exclude=[", 'exclude_opt_key="open", exclude=[')
    assert _guarded(_MAIN, signed) == ["/orders", "/orders/guess", "/orders/import"]
    assert _guarded(_MAIN.replace("exclude_from_auth", "open"), signed) == ["/orders"]


def test_a_backend_that_nothing_installs_asks_nobody() -> None:
    assert _guarded(_MAIN.replace(", on_app_init=[signed_in.on_app_init]", "")) == []


@pytest.mark.parametrize("pattern", ["(/a+)+$", "[", "(?P<x>"])
def test_patterns_of_strangers_are_never_run(pattern: str) -> None:
    assert _guarded(_MAIN, _SIGNED.replace("^/api/join$", pattern)) == []


def test_a_plugin_may_install_it() -> None:
    main = _MAIN.replace(", on_app_init=[signed_in.on_app_init]", ", plugins=[Core()]")
    plugin = "\n\nclass Core:\n    def on_app_init(self, config):\n        return signed_in.on_app_init(config)\n"
    assert _guarded(main + plugin) == ["/orders"]
