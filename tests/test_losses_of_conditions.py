"""Refusals that a change makes under one condition more, and conditions that are only written in another way."""

from __future__ import annotations

import pytest

from readiness_bot.model import Delta
from tests.trees import Files, changed, told

_SHOP = (
    "from fastapi import Depends, FastAPI, HTTPException, Request\n\nfrom shop.people import caller\n"
    "from shop.store import store\n\napp = FastAPI()\nMAY_DROP = {may_drop}\n\n\n"
    "@app.delete('/orders/{{number}}')\nasync def drop(number: int, request: Request, user=Depends(caller)):\n"
    "    order = await store.get(number)\n{body}    await store.drop(order)\n    return number\n"
)
_VIEWS = (
    "from django.urls import include, path\nfrom rest_framework import viewsets\n"
    "from rest_framework.decorators import action\n"
    "from rest_framework.permissions import AllowAny, IsAdminUser, IsAuthenticated\n"
    "from rest_framework.routers import DefaultRouter\n\nfrom shop.models import Order\n\n\n"
    "class Orders(viewsets.ModelViewSet):\n    queryset = Order.objects.all()\n\n"
    "    @action(detail=True, methods=['post'])\n    def refund(self, request, pk=None):\n"
    "        self.get_object().refund()\n\n    def get_permissions(self):\n{body}\n\n"
    "router = DefaultRouter()\nrouter.register('orders', Orders)\nurlpatterns = [path('', include(router.urls))]\n"
)
_OWNERS = (
    "from rest_framework.permissions import SAFE_METHODS, BasePermission\n\n\nclass IsOwner(BasePermission):\n"
    "    def has_object_permission(self, request, view, obj):\n{}"
)
_HOOK = (
    "import hmac\nimport os\n\nfrom fastapi import FastAPI, Header, HTTPException, Request\n\n"
    "from shop.events import take\n\napp = FastAPI()\nSECRET = os.environ['HOOK_SECRET']\n\n\n"
    "def check_signature(body, given):\n{check}"
    "    if {test}:\n        raise HTTPException(status_code=401)\n\n\n"
    "@app.post('/webhooks/pay')\nasync def hook(request: Request, x_signature: str = Header()):\n"
    "    body = await request.body()\n{call}    return await take(body)\n"
)
_COMPARED = "not hmac.compare_digest(hmac.new(SECRET.encode(), body, 'sha256').hexdigest(), given)"
_CALLED = "    check_signature(body, x_signature)\n"
_DECORATED = (
    "from flask import Flask\nfrom flask_login import login_required\n\nfrom shop.rights import roles_accepted\n\n"
    "app = Flask(__name__)\n\n\n@app.post('/prices')\n@login_required\n@roles_accepted({})\ndef prices():\n"
    "    return change()\n"
)
_TENANTS = {
    "shop/models.py": (
        "from sqlalchemy import ForeignKey\nfrom sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column\n\n\n"
        "class Base(DeclarativeBase):\n    pass\n\n\nclass Order(Base):\n    __tablename__ = 'orders'\n"
        "    id: Mapped[int] = mapped_column(primary_key=True)\n"
        "    tenant_id: Mapped[int] = mapped_column(ForeignKey('tenants.id'))\n"
    ),
}
_STORE = (
    "from sqlalchemy import select\n\nfrom shop.models import Order\n\n\nclass Orders:\n"
    "    def __init__(self, session, tenant_id):\n        self.session = session\n"
    "        self.tenant_id = tenant_id\n\n"
    "    async def all(self):\n        return await self.session.scalars({})\n"
)
_MADE = (
    "from fastapi import Depends, FastAPI, HTTPException\n\nfrom shop.people import caller, session\n"
    "from shop.orders import Orders\n\napp = FastAPI()\n\n\n"
    "def orders_of({given}db=Depends(session), user=Depends(caller)):\n    return Orders(db, {value})\n\n\n"
    "@app.post('/orders')\nasync def add(orders=Depends(orders_of), user=Depends(caller)):\n"
    "    if user.role != 'seller':\n        raise HTTPException(403)\n    return await orders.all()\n"
)
_MANAGER = (
    "from django.db import models\n\n\nclass Orders(models.Manager):\n    def of(self, company):\n"
    "        return self.get_queryset().filter({})\n"
)
_FILTER = (
    "from shop.filters import Filter\n\n\nclass OfCompany(Filter):\n"
    "    def filter_queryset(self, request, queryset):\n        return queryset.filter({})\n"
)
_MOUNTED = (
    "import requests\nfrom tenacity import retry, stop_after_attempt\n\n\n"
    "@retry(stop=stop_after_attempt(3))\ndef load(url):\n    return requests.get(url, timeout=5)\n\n\n"
    "def charge(url):\n    session = requests.Session()\n"
    "    session.mount(url, requests.adapters.HTTPAdapter({}))\n    return session.get(url, timeout=5)\n\n\n"
    "if __name__ == '__main__':\n    charge('https://a.example')\n    load('https://b.example')\n"
)
_KEYED = (
    "import hmac\n\nfrom flask import current_app, request\n\nfrom shop.errors import Unauthorized\n\n\n"
    "def check_key():\n    given = request.headers.get('X-Key', '')\n"
    "    if {}not hmac.compare_digest(given, current_app.config['API_KEY']):\n        return False\n    return True\n"
)
_DECODED = "import jwt\n\n\ndef read(token):\n    return jwt.decode(token, KEY, algorithms=['HS256']{})['sub']\n"
_FOLLOWED = (
    "import httpx\nfrom flask import Flask, abort, request\n\nfrom shop.net import is_private_host\n\n"
    "app = Flask(__name__)\n\n\n@app.post('/previews')\ndef preview():\n    url = request.json['url']\n"
    "    if is_private_host(url):\n        abort(400)\n    return httpx.get(url, timeout=5{}).text\n"
)
_ANSWERED = (
    "import logging\n\nfrom fastapi import FastAPI\nfrom fastapi.responses import JSONResponse\n\napp = FastAPI()\n\n\n"
    "@app.exception_handler(Exception)\nasync def failed(request, error):\n    logging.exception('failed')\n"
    "    return JSONResponse({{'detail': {}}}, status_code=500)\n\n\n"
    "@app.get('/orders')\nasync def orders():\n    return await everything()\n"
)
_WAITED = "import asyncio\n\n\nasync def ask(self, peer):\n    return {}\n"


def _shop(body: str, may_drop: str = "{'admin', 'owner'}") -> Files:
    return {"shop/main.py": _SHOP.format(body=body, may_drop=may_drop)}


def _refused(test: str) -> Files:
    return _shop(f"    if {test}:\n        raise HTTPException(status_code=403)\n")


def _main(text: str) -> Files:
    return {"shop/main.py": text}


def _hook(check: str = "", call: str = _CALLED, test: str = _COMPARED) -> Files:
    return _main(_HOOK.format(check=check, call=call, test=test))


def _answered(*lines: str) -> Files:
    return _main(_OWNERS.format("".join(f"        {line}\n" for line in lines)))


def _views(*lines: str) -> Files:
    return _main(_VIEWS.format(body="".join(f"        {line}\n" for line in lines)))


def _stored(query: str) -> Files:
    made = _MADE.format(given="", value="user.tenant_id")
    return {**_TENANTS, "shop/orders.py": _STORE.format(query), "shop/main.py": made}


_OWNED = "order.owner_id != user.id"
_LEFT_EARLY = f"    if order.is_shared:\n        return 0\n    if {_OWNED}:\n        raise HTTPException(403)\n"
_MANY = "('destroy', 'update', 'refund')"
_BY_ACTION = (
    "if self.action in {}:",
    "    return [IsAdminUser()]",
    "return [IsAuthenticated()]",
)


def _acting(actions: str) -> Files:
    first, *others = _BY_ACTION
    return _views(first.format(actions), *others)


LOST: dict[str, tuple[str, Files, Files, int]] = {
    "one condition more before a refusal": (
        "security/authorization", _refused(_OWNED), _refused(f"order.is_open and {_OWNED}"), 11,
    ),
    "a look at whether anything is known of the caller": (
        "security/authorization",
        _refused("user.role not in MAY_DROP"),
        _refused("user.role and user.role not in MAY_DROP"),
        11,
    ),
    "a look at whether anybody is listed": (
        "security/authorization",
        _refused("user.id not in order.members"),
        _refused("order.members and user.id not in order.members"),
        11,
    ),
    "a sign-in in the place of a right": (
        "security/authorization",
        _refused("not (is_editor(user) or user.is_superuser)"),
        _refused("not (user.is_authenticated or user.is_superuser)"),
        11,
    ),
    "a lowly role beside a single one": (
        "security/authorization",
        _refused("user.role is not Role.ADMIN"),
        _refused("user.role not in (Role.ADMIN, Role.GUEST)"),
        11,
    ),
    "what a thing says of itself": (
        "security/authorization",
        _refused(f"not user.is_admin and {_OWNED}"),
        _refused(f"not user.is_admin and order.scope == 'closed' and {_OWNED}"),
        11,
    ),
    "an account that is in use in the place of an administrator's": (
        "security/authorization", _refused("not user.is_admin"), _refused("not user.is_active"), 11,
    ),
    "a right of members that a check is told, for one of administrators": (
        "security/authorization",
        _shop("    if not await has_permission(user, Role.ADMIN):\n        raise HTTPException(403)\n"),
        _shop("    if not await has_permission(user, Role.MEMBER):\n        raise HTTPException(403)\n"),
        13,
    ),
    "two of which either was enough and both are wanted by now": (
        "security/authorization",
        _refused(f"{_OWNED} or not user.can_drop"),
        _refused(f"{_OWNED} and not user.can_drop"),
        11,
    ),
    "a refusal below a condition": (
        "security/authorization",
        _refused(_OWNED),
        _shop(f"    if request.headers.get('origin'):\n        if {_OWNED}:\n            raise HTTPException(403)\n"),
        11,
    ),
    "a refusal behind an early return": (
        "security/authorization",
        _refused(_OWNED),
        _shop(_LEFT_EARLY),
        11,
    ),
    "a lesser account in the place of a greater one": (
        "security/authorization", _refused("not user.is_superuser"), _refused("not user.is_staff"), 11,
    ),
    "any one of the rights for all of them": (
        "security/authorization",
        _refused("not all(user.has(right) for right in RIGHTS)"),
        _refused("not any(user.has(right) for right in RIGHTS)"),
        11,
    ),
    "a role of those who may do little among those that are let in": (
        "security/authorization",
        _refused("user.role not in ('admin', 'owner')"),
        _refused("user.role not in ('admin', 'owner', 'guest')"),
        11,
    ),
    "such a role in a constant": (
        "security/authorization",
        _shop("    if user.role not in MAY_DROP:\n        raise HTTPException(403)\n"),
        _shop("    if user.role not in MAY_DROP:\n        raise HTTPException(403)\n", "{'admin', 'owner', 'viewer'}"),
        11,
    ),
    "such a role that a decorator is told": (
        "security/authorization",
        _main(_DECORATED.format("'admin', 'editor'")),
        _main(_DECORATED.format("'admin', 'editor', 'viewer'")),
        11,
    ),
    "everybody but some for nobody but some": (
        "security/authorization", _refused("user.role != 'admin'"), _refused("user.role == 'guest'"), 11,
    ),
    "a refusal that comes too late": (
        "security/authorization",
        _refused(_OWNED),
        _main(
            _SHOP.format(body="", may_drop="()").replace(
                "    return number\n", f"    if {_OWNED}:\n        raise HTTPException(403)\n    return number\n"
            )
        ),
        13,
    ),
    "one of the conditions of an answer, for either of them": (
        "security/authorization",
        _answered("return request.user.is_active and obj.owner == request.user"),
        _answered("return request.user.is_active or obj.owner == request.user"),
        5,
    ),
    "an answer that lets everybody read": (
        "security/authorization",
        _answered("return obj.owner == request.user"),
        _answered("return request.method in SAFE_METHODS or obj.owner == request.user"),
        5,
    ),
    "an action among those that ask for a right": (
        "security/authorization", _acting(_MANY), _acting("('destroy', 'update')"), 20,
    ),
    "the signature of those alone who bring one": (
        "external-apis/webhook-verification",
        _hook(),
        _hook(call=f"    if x_signature:\n    {_CALLED}"),
        18,
    ),
    "a key that is not asked for where none is set": (
        "security/authentication",
        _main(_KEYED.format("")),
        _main(_KEYED.format("current_app.config['API_KEY'] and ")),
        8,
    ),
    "a signature where a secret is set alone": (
        "external-apis/webhook-verification",
        _hook(),
        _hook(check="    if not SECRET:\n        return\n"),
        12,
    ),
    "a signature that is held against nothing where none is given": (
        "external-apis/webhook-verification",
        _hook(test=f"not given or {_COMPARED}"),
        _hook(test=f"given and {_COMPARED}"),
        12,
    ),
    "the rows of a tenant, in a class that is made for one": (
        "security/authorization",
        _stored("select(Order).where(Order.tenant_id == self.tenant_id)"),
        _stored("select(Order)"),
        12,
    ),
    "the caller's own tenant": (
        "security/authorization",
        _main(_MADE.format(given="", value="user.tenant_id")),
        _main(_MADE.format(given="tenant_id: int, ", value="tenant_id")),
        10,
    ),
    "the rows of a company, in a manager": (
        "security/authorization", _main(_MANAGER.format("company=company")), _main(_MANAGER.format("is_open=True")), 5,
    ),
    "the rows of a company, of those that a filter is handed": (
        "security/authorization",
        _main(_FILTER.format("company=request.company")),
        _main(_FILTER.format("is_open=True")),
        5,
    ),
    "the look at when a token ends": (
        "security/jwt-verification",
        _main(_DECODED.format("")),
        _main(_DECODED.format(", options={'verify_exp': False}")),
        5,
    ),
    "the stay at an address, of a client that stays by itself": (
        "security/ssrf", _main(_FOLLOWED.format("")), _main(_FOLLOWED.format(", follow_redirects=True")), 14,
    ),
    "the silence about what went wrong": (
        "error-handling/exception-handlers",
        _main(_ANSWERED.format("'internal error'")),
        _main(_ANSWERED.format("str(error)")),
        10,
    ),
    "the attempts of a client that a function makes": (
        "error-handling/retries", _main(_MOUNTED.format("max_retries=3")), _main(_MOUNTED.format("")), 10,
    ),
    "all but the first attempt of a function": (
        "error-handling/retries",
        _main(_MOUNTED.format("")),
        _main(_MOUNTED.format("").replace("stop_after_attempt(3)", "stop_after_attempt(1)")),
        6,
    ),
    "the limit around a wait": (
        "external-apis/timeout",
        _main(_WAITED.format("await asyncio.wait_for(peer.receive(), 5)")),
        _main(_WAITED.format("await peer.receive()")),
        5,
    ),
}  # fmt: skip
KEPT: dict[str, tuple[Files, Files]] = {
    "the other way round": (_refused(_OWNED), _refused("user.id != order.owner_id")),
    "turned round as a whole": (
        _refused(f"{_OWNED} or not user.can_drop"),
        _refused("not (order.owner_id == user.id and user.can_drop)"),
    ),
    "for all but those who have a right": (_refused(_OWNED), _refused(f"not user.is_admin and {_OWNED}")),
    "behind a look at whether there is something": (_refused(_OWNED), _refused(f"order.owner_id and {_OWNED}")),
    "behind a look at what a thing is": (
        _refused(_OWNED),
        _refused(f"hasattr(order, 'owner_id') and {_OWNED}"),
    ),
    "behind a look at the caller, who is always there": (
        _refused(f"user is None or {_OWNED}"),
        _refused(_OWNED),
    ),
    "one below the other": (
        _refused(f"not user.is_admin and {_OWNED}"),
        _shop(f"    if not user.is_admin:\n        if {_OWNED}:\n            raise HTTPException(status_code=403)\n"),
    ),
    "after an early return": (
        _refused(f"not order.is_shared and {_OWNED}"),
        _shop(_LEFT_EARLY),
    ),
    "kept in a variable": (
        _refused(_OWNED),
        _shop(f"    is_foreign = {_OWNED}\n    if is_foreign:\n        raise HTTPException(status_code=403)\n"),
    ),
    "a greater account": (_refused("not user.is_staff"), _refused("not user.is_superuser")),
    "in a list instead of a tuple": (
        _refused("user.role not in ('admin', 'owner')"), _refused("user.role not in ['owner', 'admin']"),
    ),
    "one of those who may do much": (
        _refused("user.role not in ('admin', 'owner')"), _refused("user.role not in ('admin', 'owner', 'manager')"),
    ),
    "an answer in two steps": (
        _answered("return request.user.is_active and obj.owner == request.user"),
        _answered("if not request.user.is_active:", "    return False", "return obj.owner == request.user"),
    ),
    "actions in another order": (_acting(_MANY), _acting("['refund', 'destroy', 'update']")),
    "actions that are told from the others": (
        _acting("('create', 'destroy', 'partial_update', 'refund', 'update')"),
        _views("if self.action in ('list', 'retrieve'):", "    return [IsAuthenticated()]", "return [IsAdminUser()]"),
    ),
    "a signature of what is posted": (
        _hook(),
        _hook(call=f"    if request.method == 'POST':\n    {_CALLED}"),
    ),
    "a wait with a limit of its own": (
        _main(_WAITED.format("await asyncio.wait_for(peer.receive(), 5)")),
        _main(_WAITED.format("await peer.receive(timeout=5)")),
    ),
    "a wait under another limit": (
        _main(_WAITED.format("await asyncio.wait_for(peer.receive(), 5)")),
        _main(
            "import asyncio\n\n\nasync def ask(self, peer):\n    async with asyncio.timeout(5):\n"
            "        return await peer.receive()\n"
        ),
    ),
}  # fmt: skip
_WRITTEN = (
    "import os\n\n\nclass Keys:\n    def make(self, domain):\n        folder = self.folder\n{}"
    "        if not os.access(folder, os.W_OK):\n            domain.alarms.create(title='no permission')\n"
    "            return\n        domain.key = draw(folder)\n        domain.save()\n"
)
KEPT["a look at what the program itself may write, behind another one"] = (
    _main(_WRITTEN.format("")),
    _main(_WRITTEN.format("        if os.path.dirname(domain.path) != folder:\n            return\n")),
)
_PLANNED = (
    "from shop.checks import check_load, check_stock\n\n\ndef plan(order, machines):\n"
    "    found = [check_stock(order)]\n    if {}:\n        found += [check_load(order)]\n    return found\n"
)
_CHECKS = "def check_stock(order):\n    return order.stock\n\n\ndef check_load(order):\n    return order.load\n"
KEPT["a look at what a machine is there for"] = (
    {
        "shop/plan.py": _PLANNED.format("any(machine.role != Role.SPARE for machine in machines)"),
        "shop/checks.py": _CHECKS,
    },
    {"shop/plan.py": _PLANNED.format("not order.is_internal"), "shop/checks.py": _CHECKS},
)

_WATCHED = frozenset(control for control, *_ in LOST.values())


def _change(before: Files, after: Files) -> Delta:
    return changed(before, after, _WATCHED)


@pytest.mark.parametrize(("control", "before", "after", "line"), LOST.values(), ids=LOST)
def test_a_refusal_of_fewer_callers_is_a_new_blocker_and_fixed_the_other_way_round(
    control: str, before: Files, after: Files, line: int
) -> None:
    assert told(_change(before, after), control) == [line]
    back = _change(after, before)
    assert control in {one.control for one in back.fixed_blockers}
    assert not told(back, control)


@pytest.mark.parametrize(("before", "after"), KEPT.values(), ids=KEPT)
def test_a_refusal_that_is_written_in_another_way_is_no_loss(before: Files, after: Files) -> None:
    change = _change(before, after)
    assert [one.message for one in change.new_findings if "takes away" in one.message] == []


def test_a_loss_says_who_is_no_longer_turned_away() -> None:
    change = _change(_refused(_OWNED), _refused(f"order.is_open and {_OWNED}"))
    (blocker,) = change.new_blockers
    assert blocker.issue == (
        "`drop` turns fewer callers away: this change takes away the refusal where `order.owner_id == user.id` does "
        "not hold."
    )
