"""Protections of which a change takes one away while something like it stays, and changes that only move one."""

from __future__ import annotations

import pytest

from readiness_bot.model import Delta
from tests.trees import Files, changed, told_places

_TWICE = (
    "from django.contrib.auth.decorators import permission_required\nfrom django.urls import path\n\n"
    "from shop.store import drop\n\n\n@permission_required({})\n{}def remove(request, number):\n    drop(number)\n\n\n"
    "urlpatterns = [path('orders/<int:number>/remove', remove)]\n"
)
_SECOND = "@permission_required('shop.cross_branches')\n"
_DESK = (
    "from django.core.exceptions import PermissionDenied\nfrom django.views import View\n\n\nclass Desk(View):\n"
    "    def dispatch(self, request, *args, **kwargs):\n        if not request.user.has_perm('shop.desk'):\n"
    "            raise PermissionDenied\n{}        return super().dispatch(request, *args, **kwargs)\n\n\n"
    "class Notes(Desk):\n    def post(self, request, number):\n        self.store.drop(number)\n{}"
)
_OF_OWN = "        if {}note.owner_id != request.user.id:\n            raise PermissionDenied\n"
_OWN = (
    "\n    def dispatch(self, request, *args, **kwargs):\n        note = self.store.get(kwargs['number'])\n"
    f"{_OF_OWN.format('')}        return super().dispatch(request, *args, **kwargs)\n"
)
_UNPACKED = (
    "from pathlib import Path\n\nfrom flask import Flask, request\n\napp = Flask(__name__)\n"
    "ROOT = Path('/srv/pictures')\n\n\n"
    "def stays_below(path, folder):\n    return path.resolve().is_relative_to(folder.resolve())\n\n\n"
    "@app.post('/pictures')\ndef keep():\n    for name in request.json['names']:\n"
    "        if not name.startswith('pictures/'):\n            continue\n        place = ROOT / name[9:]\n{}"
    "        place.write_bytes(b'')\n    return ''\n"
)
_LOOK = "        if not stays_below(place, ROOT):\n            continue\n"
_SAVED = (
    "import os\n\nfrom quart import Quart, request\n\napp = Quart(__name__)\n\n\n"
    "async def install(upload):\n    place = os.path.join('/srv/parts', f'part_{{{}}}')\n"
    "    await upload.save(place)\n\n\n@app.post('/parts')\nasync def parts():\n"
    "    files = await request.files\n    await install(files['part'])\n"
    "    open('/srv/parts/list').close()\n    return ''\n"
)
_TWO_SERVERS = {
    "shop/desk.py": (
        "from quart import Quart, abort, request\n\n\nclass Desk:\n    def __init__(self, check):\n"
        "        self.app = Quart('desk')\n        self.check = check\n        self.app.before_request(self.auth)\n"
        "        self.app.add_url_rule('/orders', view_func=self.orders, methods=['POST'])\n\n"
        "    async def auth(self):\n        if not self.check(request.headers.get('Authorization')):\n"
        "            abort(401)\n\n    async def orders(self):\n        return ''\n"
    ),
}
_EVENTS = (
    "import hmac\n\nfrom quart import Quart, request\n\n\nclass Events:\n    def __init__(self, secret, take):\n"
    "        self.app = Quart('events')\n        self.secret = secret\n        self.take = take\n"
    "        self.app.add_url_rule('/slack/events', view_func=self.received, methods=['POST'])\n\n"
    "    async def received(self):\n        body = await request.get_data()\n{}"
    "        await self.take(body)\n        return ''\n"
)
_PROVED = (
    "        made = hmac.new(self.secret, body, 'sha256').hexdigest()\n"
    "        if not hmac.compare_digest(made, request.headers['X-Slack-Signature']):\n            return 'no', 401\n"
)
_PLANS = (
    "from shop.{} import PlanTooSmall\n\n\nclass Order:\n    def check_plan(self):\n"
    "        if not self.account.plan.is_large_enough:\n            raise PlanTooSmall('Your plan is too small.')\n"
)
_TOO_SMALL = "class PlanTooSmall(Exception):\n    status_code = 403\n"
_NAMED = (
    "from fastapi import Depends, FastAPI, HTTPException, Request\n\nfrom shop.people import caller, known\n\n"
    "app = FastAPI(dependencies=[Depends(known)])\n\n\n"
    "@app.get('/orders')\nasync def orders(request: Request, user_id: str | None = None):\n{}"
    "    return await everything(user_id=user_id)\n\n\n"
    "@app.delete('/orders/{{number}}')\nasync def drop(number: int, user=Depends(caller)):\n"
    "    if not user.is_admin:\n        raise HTTPException(403)\n    return await remove(number)\n"
)
_IN_HIS_PLACE = "    if getattr(request.state, 'user_id', None) is not None:\n        user_id = request.state.user_id\n"
_OPTIONS = (
    "from fastapi import Depends, FastAPI, HTTPException\n\nfrom shop.people import caller\n"
    "from shop.store import store\n\napp = FastAPI()\n\n\n"
    "@app.put('/options/{{part}}/{{name}}')\n"
    "async def change(part: str, name: str, value: str, user=Depends(caller)):\n"
    "    {} = {{{}}}\n    if (part, name) in {} and not user.is_admin:\n        raise HTTPException(403)\n"
    "    return await store.put(part, name, value)\n"
)
_SENSITIVE = ("FOR_ADMINS", "('mail', 'host'), ('desk', 'script')", "FOR_ADMINS")

LOST: dict[str, tuple[str, Files, Files, str]] = {
    "one right of two that decorators ask for": (
        "security/authorization",
        _TWICE.format("'shop.delete_order'", _SECOND),
        _TWICE.format("'shop.delete_order'", ""),
        "shop/main.py:8",
    ),
    "what a view asks before it goes on to what all views ask": (
        "security/authorization",
        _DESK.format("", _OWN),
        _DESK.format("", ""),
        "shop/main.py:12",
    ),
    "one of the options that are for administrators": (
        "security/authorization",
        _OPTIONS.format(*_SENSITIVE),
        _OPTIONS.format("FOR_ADMINS", "('mail', 'host')", "FOR_ADMINS"),
        "shop/main.py:10",
    ),
    "the caller in the place of whom he names": (
        "security/authorization",
        _NAMED.format(_IN_HIS_PLACE),
        _NAMED.format(""),
        "shop/main.py:9",
    ),
    "the look at the whole path, where one at its beginning stays": (
        "security/path-traversal",
        _UNPACKED.format(_LOOK),
        _UNPACKED.format(""),
        "shop/main.py:19",
    ),
    "the cut to the last part of a name that has a word before it": (
        "security/path-traversal",
        _SAVED.format("os.path.basename(upload.filename)"),
        _SAVED.format("upload.filename"),
        "shop/main.py:10",
    ),
    "the proof of a sender, where another application asks who calls": (
        "external-apis/webhook-verification",
        {**_TWO_SERVERS, "shop/main.py": _EVENTS.format(_PROVED)},
        {**_TWO_SERVERS, "shop/main.py": _EVENTS.format("")},
        "shop/main.py:13",
    ),
}

KEPT: dict[str, tuple[Files, Files]] = {
    "two rights, in one list": (
        _TWICE.format("'shop.delete_order'", _SECOND),
        _TWICE.format("['shop.delete_order', 'shop.cross_branches']", ""),
    ),
    "the same right, asked for twice": (
        _TWICE.format("'shop.delete_order'", "@permission_required('shop.delete_order')\n"),
        _TWICE.format("'shop.delete_order'", ""),
    ),
    "what a view asks, asked by all of them": (
        _DESK.format("", _OWN),
        _DESK.format("        note = self.store.find(kwargs)\n" + _OF_OWN.format("note and "), ""),
    ),
    "options that are for administrators, by another name": (
        _OPTIONS.format(*_SENSITIVE),
        _OPTIONS.format("guarded", "('desk', 'script'), ('mail', 'host')", "guarded"),
    ),
    "one option more that is for administrators": (
        _OPTIONS.format(*_SENSITIVE),
        _OPTIONS.format("FOR_ADMINS", "('mail', 'host'), ('desk', 'script'), ('desk', 'door')", "FOR_ADMINS"),
    ),
    "those who name somebody else, turned away": (
        _NAMED.format(_IN_HIS_PLACE),
        _NAMED.format("    if user_id != request.state.user_id:\n        raise HTTPException(403)\n"),
    ),
    "the look at the whole path, by another name": (
        _UNPACKED.format(_LOOK),
        _UNPACKED.format(_LOOK.replace("stays_below(place, ROOT)", "place.resolve().is_relative_to(ROOT)")),
    ),
    "an error of which nothing is known, in the place of a refusal": (
        {"shop/main.py": _PLANS.format("errors"), "shop/errors.py": _TOO_SMALL},
        {"shop/main.py": _PLANS.format("plans"), "shop/errors.py": _TOO_SMALL},
    ),
}

_WATCHED = frozenset(control for control, *_ in LOST.values())


def _change(before: Files, after: Files) -> Delta:
    return changed(before, after, _WATCHED)


@pytest.mark.parametrize(("control", "before", "after", "place"), LOST.values(), ids=LOST)
def test_one_protection_of_several_is_missed_by_itself(control: str, before: Files, after: Files, place: str) -> None:
    assert place in told_places(_change(before, after), control)
    back = _change(after, before)
    assert control in {one.control for one in back.fixed_blockers}
    assert not told_places(back, control)


@pytest.mark.parametrize(("before", "after"), KEPT.values(), ids=KEPT)
def test_a_protection_that_moves_or_is_put_otherwise_is_no_loss(before: Files, after: Files) -> None:
    assert [one.message for one in _change(before, after).new_findings if "takes away" in one.message] == []
