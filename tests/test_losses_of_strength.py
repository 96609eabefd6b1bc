"""Checks that a change leaves standing and makes weaker, and changes that only look like it."""

from __future__ import annotations

import pytest

from readiness_bot.model import Delta
from tests.trees import changed, told

_OWNED = (
    "from flask import Flask, abort, request\nfrom flask_login import current_user, login_required\n"
    "from werkzeug.exceptions import Forbidden\n\nfrom shop.models import Order, db\n\napp = Flask(__name__)\n\n\n"
    "@app.delete('/orders/<int:number>')\n@login_required\ndef remove(number):\n"
    "    order = Order.query.get(number)\n    if order.owner_id != current_user.id:\n        {}\n"
    "    db.session.delete(order)\n    return ''\n"
)
_AWAITED = (
    "from fastapi import Depends, FastAPI, HTTPException\n\nfrom shop.orders import store\n\napp = FastAPI()\n\n\n"
    "def signed_in(token: str):\n    if token not in TOKENS:\n        raise HTTPException(status_code=401)\n"
    "    return TOKENS[token]\n\n\nasync def check_owner(user, order):\n    if order.owner_id != user.id:\n"
    "        raise HTTPException(status_code=403)\n\n\n@app.delete('/orders/{{number}}')\n"
    "async def remove(number: int, user=Depends(signed_in)):\n    order = await store.get(number)\n    {}\n"
    "    await store.drop(order)\n"
)
_SERVED = (
    "import os\n\nfrom flask import Flask, abort, request, send_file\n\napp = Flask(__name__)\n\n\n"
    "@app.get('/files')\ndef files():\n    base = os.path.realpath('/srv/files')\n"
    "    target = os.path.realpath(os.path.join(base, request.args['name']))\n    if {}:\n        abort(404)\n"
    "    return send_file(target)\n"
)
_INSIDE = (
    "import os\n\n\ndef inside(base, name):\n    full = os.path.realpath(os.path.join(base, name))\n    return {}\n"
)
_PRIVATE = (
    "import ipaddress\nimport socket\n\nimport requests\n\n\ndef refuse_own_network(host):\n"
    "    address = ipaddress.ip_address(socket.gethostbyname(host))\n    if {}:\n        raise ValueError(host)\n\n\n"
    "def fetch(host):\n    refuse_own_network(host)\n    return requests.get(f'https://{{host}}/', {})\n"
)
_KINDS = "address.is_private or address.is_loopback"
_STATED = (
    "from flask import Flask\nfrom flask_login import current_user, login_required\n\nfrom shop.models import db\n\n"
    "app = Flask(__name__)\n\n\n@app.get('/notes/<int:number>')\n@login_required\ndef note(number):\n"
    "    return db.session.execute({}).first()\n"
)
_OF_CALLER = "'select {} from notes where id = :id and owner = :owner', {{'id': number, 'owner': current_user.id}}"
_ROWS = (
    "from rest_framework import viewsets\n\nfrom shop.models import Invoice\n\n\n"
    "class InvoiceViewSet(viewsets.ModelViewSet):\n    def get_queryset(self):\n"
    "        return super().get_queryset().filter({})\n"
)
_READ = "import jwt\n\n\ndef read(token):\n    return jwt.decode(token, KEY, {})['sub']\n"
_JOINED = (
    "from shop.models import Access, Role\n\n\ndef join(user, box):\n"
    "    access = Access.objects.get(user=user, box=box)\n    if access.role != Role.ADMIN:\n"
    "        access.role = Role.ADMIN\n        access.save()\n{}"
)

_KNOWN = (
    "from functools import wraps\n\nfrom flask import Flask, abort, g\n\nfrom shop.accounts import account_of\n\n"
    "app = Flask(__name__)\n\n\ndef requires_auth(view):\n    @wraps(view)\n    def around(*args, **kwargs):\n"
    "        g.user = account_of()\n        if g.user is None:\n            abort(401)\n"
    "        return view(*args, **kwargs)\n\n    return around\n\n\ndef allows_auth(view):\n    @wraps(view)\n"
    "    def around(*args, **kwargs):\n        g.user = account_of()\n        return view(*args, **kwargs)\n\n"
    "    return around\n\n\n@app.post('/plays')\n{}def plays():\n    return keep()\n"
)
_BESIDE = (
    _KNOWN.replace("/plays", "/auth/profile")
    + "\n\n@app.post('/notes')\n@requires_auth\ndef notes():\n    return keep()\n"
)
_UNPACKED = (
    "import os\nimport zipfile\n\n\ndef below(base, name):\n    target = os.path.abspath(os.path.join(base, name))\n"
    "    if not target.startswith(os.path.abspath(base) + os.sep):\n        raise ValueError(name)\n"
    "    return target\n\n\ndef unzip(file, base):\n    archive = zipfile.ZipFile(file)\n"
    "    for name in archive.namelist():\n        with open({}, 'wb') as out:\n"
    "            out.write(archive.read(name))\n"
)
_LISTED = (
    "import os\nfrom pathlib import Path\n\n\ndef manifests(root, name):\n"
    "    target = os.path.realpath(os.path.join(root, name))\n{}    return os.listdir(target)\n"
)
_INSISTED = (
    "    try:\n        Path(target).relative_to(root)\n    except ValueError as error:\n"
    "        raise RuntimeError(name) from error\n"
)
_PAGES = (
    "class Pages(object):\n    def preview(self, render, user):\n{}        return render(self.page)\n\n"
    "    def can_edit(self, user):\n        return user.is_editor\n"
)
_KEPT_INSIDE = (
    "from pathlib import Path\n\nfrom django.core.exceptions import PermissionDenied\n"
    "from django.http import HttpResponse\nfrom django.views import View\n\n\nclass Files(View):\n"
    "    def get(self, request, name):\n        root = Path('/srv/files')\n        target = (root / name).resolve()\n"
    "{}        return HttpResponse(target.read_text())\n"
)
_OWN_ADMIN = (
    "from importer.admin import ImportAdmin\n\n\nclass LimitedAdmin(ImportAdmin):\n"
    "    def has_import_permission(self, request):\n        return request.user.has_perm('shop.import')\n\n\n"
    "class StaffAdmin(ImportAdmin):\n    def has_import_permission(self, request):\n"
    "        return request.user.has_perm('shop.staff')\n\n\nclass PartAdmin({}):\n    list_display = ('name',)\n"
)
_MAY = "def may_edit(user, order):\n    return {}\n"
_STATE = "class Order:\n    @property\n    def can_edit(self):\n        return {}\n"
_SIGNED_IN = "class Caller:\n    @property\n    def is_authenticated(self):\n        return {}\n"
_ASSIGNED = (
    "from shop.models import Account\n\n\ndef assign(ticket, email):\n"
    "{}    return Account.objects.filter(email=email).first()\n"
)
_MADE = (
    "from django.db import models\n\n\nclass Upload(models.Model):\n    is_done = models.BooleanField()\n"
    "    user = models.ForeignKey('auth.User', on_delete=models.CASCADE)\n\n\ndef keep(request):\n"
    "    upload = Upload.objects.create(user=request.user)\n{}    return upload.id\n"
)

LOST: dict[str, tuple[str, str, str, int]] = {
    "a refusal that is made and not raised": (
        "security/authorization",
        _OWNED.format("raise Forbidden('Not yours.')"),
        _OWNED.format("Forbidden('Not yours.')"),
        12,
    ),
    "a check that nothing awaits": (
        "security/authorization",
        _AWAITED.format("await check_owner(user, order)"),
        _AWAITED.format("check_owner(user, order)"),
        20,
    ),
    "a path that is held against a whole directory, by how it begins": (
        "security/path-traversal",
        _SERVED.format("os.path.commonpath([base, target]) != base"),
        _SERVED.format("not target.startswith(base)"),
        11,
    ),
    "what a function answers about a path, by how it begins": (
        "security/path-traversal",
        _INSIDE.format("os.path.commonpath([base, full]) == base"),
        _INSIDE.format("full.startswith(base)"),
        5,
    ),
    "the wider one of two looks at an address": (
        "security/ssrf",
        _PRIVATE.format(_KINDS, "timeout=5"),
        _PRIVATE.format("address.is_loopback", "timeout=5"),
        7,
    ),
    "the stay at an address that was looked at": (
        "security/ssrf",
        _PRIVATE.format(_KINDS, "timeout=5, allow_redirects=False"),
        _PRIVATE.format(_KINDS, "timeout=5"),
        15,
    ),
    "who calls, of what a statement is told": (
        "security/authorization",
        _STATED.format(_OF_CALLER.format("*")),
        _STATED.format("'select * from notes where id = :id', {'id': number}"),
        11,
    ),
    "rows that belong to what the caller has": (
        "security/authorization",
        _ROWS.format("account__in=self.request.user.accounts.all(), is_draft=False"),
        _ROWS.format("is_draft=False"),
        7,
    ),
    "the look at a signature": (
        "security/jwt-verification",
        _READ.format("algorithms=['HS256']"),
        _READ.format("algorithms=['HS256'], options={'verify_signature': False}"),
        5,
    ),
    "a decorator that turns strangers away, for one that lets them through": (
        "security/authentication",
        _KNOWN.format("@requires_auth\n"),
        _KNOWN.format("@allows_auth\n"),
        30,
    ),
    "a decorator that turns strangers away, where no route can be read": (
        "security/authentication",
        _KNOWN.replace("@app.post('/plays')", "@played('/plays')").format("@requires_auth\n"),
        _KNOWN.replace("@app.post('/plays')", "@played('/plays')").format("@allows_auth\n"),
        32,
    ),
    "a sign-in for a page beside the one for signing in": (
        "security/authentication",
        _BESIDE.format("@requires_auth\n"),
        _BESIDE.format("@allows_auth\n"),
        30,
    ),
    "a function of the tree that holds whole paths against a directory": (
        "security/path-traversal",
        _UNPACKED.format("below(base, name)"),
        _UNPACKED.format("os.path.join(base, name)"),
        15,
    ),
    "a path that must be one below a directory": (
        "security/path-traversal",
        _LISTED.format(_INSISTED),
        _LISTED.format(""),
        7,
    ),
    "a question that is answered with who is not authorized": (
        "security/authorization",
        _PAGES.format("        if not self.can_edit(user):\n            return self.not_authorized()\n"),
        _PAGES.format(""),
        2,
    ),
    "what a class inherits and asks by": (
        "security/authorization",
        _OWN_ADMIN.format("LimitedAdmin"),
        _OWN_ADMIN.format("ImportAdmin"),
        14,
    ),
    "one of the conditions of an answer": (
        "security/authorization",
        _MAY.format("user.is_active and order.team in user.teams"),
        _MAY.format("user.is_active"),
        1,
    ),
    "one of the conditions of who has signed in": (
        "security/authentication",
        _SIGNED_IN.format("self.id is not None and not self.is_guest"),
        _SIGNED_IN.format("self.id is not None"),
        3,
    ),
}
KEPT: dict[str, tuple[str, str]] = {
    "a refusal in another form": (
        _OWNED.format("raise Forbidden('Not yours.')"),
        _OWNED.format("abort(403)"),
    ),
    "a check that is awaited with others": (
        _AWAITED.format("await check_owner(user, order)"),
        _AWAITED.format("await asyncio.gather(check_owner(user, order), store.lock(order))"),
    ),
    "a path that is held against a whole directory, by how it begins with one": (
        _SERVED.format("os.path.commonpath([base, target]) != base"),
        _SERVED.format("not target.startswith(base + os.sep)"),
    ),
    "the narrower one of two looks at an address": (
        _PRIVATE.format(_KINDS, "timeout=5"),
        _PRIVATE.format("address.is_private", "timeout=5"),
    ),
    "looks at an address, by the opposite of a wider one": (
        _PRIVATE.format(_KINDS, "timeout=5"),
        _PRIVATE.format("not address.is_global", "timeout=5"),
    ),
    "the stay at an address, in options that are made elsewhere": (
        _PRIVATE.format(_KINDS, "timeout=5, allow_redirects=False"),
        _PRIVATE.format(_KINDS, "**OPTIONS"),
    ),
    "who calls, of what another statement is told": (
        _STATED.format(_OF_CALLER.format("*")),
        _STATED.format(_OF_CALLER.format("text")),
    ),
    "a thing that is changed whoever asks, beside another that is changed as before": (
        _JOINED.format(""),
        _JOINED.format("    box.contact = user.contact\n    box.save()\n"),
    ),
    "what a class inherits and asks by, for another of the kind": (
        _OWN_ADMIN.format("LimitedAdmin"),
        _OWN_ADMIN.format("StaffAdmin"),
    ),
    "one of the conditions of an answer, by another": (
        _MAY.format("user.is_active and order.team in user.teams"),
        _MAY.format("user.is_active and order.owner == user"),
    ),
    "one of the conditions of an answer, asked before": (
        _MAY.format("user.is_active and order.team in user.teams"),
        _MAY.format("user.is_active").replace(
            "    ", "    if order.team not in user.teams:\n        return False\n    "
        ),
    ),
    "one of the conditions of what holds of a thing, whoever asks": (
        _STATE.format("self.is_draft and self.is_priced"),
        _STATE.format("self.is_draft"),
    ),
    "a row that was made for the caller, found again": (
        _MADE.format("    Upload.objects.filter(id=upload.id).update(is_done=True)\n"),
        _MADE.format("    upload.is_done = True\n    upload.save()\n"),
    ),
    "the e-mail of a user that was looked up": (
        _ASSIGNED.format("    if ticket.owner:\n        email = Account.objects.get(pk=ticket.owner).user.email\n"),
        _ASSIGNED.format(""),
    ),
}

_WATCHED = frozenset(control for control, *_ in LOST.values())


def _change(before: str, after: str) -> Delta:
    return changed(before, after, _WATCHED)


@pytest.mark.parametrize(("control", "before", "after", "line"), LOST.values(), ids=LOST)
def test_a_check_that_is_made_weaker_is_a_new_blocker_and_fixed_the_other_way_round(
    control: str, before: str, after: str, line: int
) -> None:
    assert told(_change(before, after), control) == [line]
    back = _change(after, before)
    assert control in {one.control for one in back.fixed_blockers}
    assert not told(back, control)


@pytest.mark.parametrize(("before", "after"), KEPT.values(), ids=KEPT)
def test_a_check_that_is_written_in_another_way_is_no_loss(before: str, after: str) -> None:
    change = _change(before, after)
    assert [one.message for one in change.new_findings if "takes away" in one.message] == []


def test_who_asks_for_a_path_outside_its_directory_is_told_of_no_right() -> None:
    kept = _KEPT_INSIDE.format(
        "        if root not in target.parents:\n            raise PermissionDenied('outside')\n"
    )
    change = _change(kept, _KEPT_INSIDE.format(""))
    assert not told(change, "security/authorization")
    assert not told(change, "security/authentication")
