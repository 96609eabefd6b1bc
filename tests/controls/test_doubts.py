"""A defect that something at the place speaks against is a doubt, and its twin without that is certain."""

from __future__ import annotations

import base64
import hashlib

import pytest

from readiness_bot.control import controls, judge
from readiness_bot.model import Confidence, Status
from tests.repos import repo_of

_PRIVATE_KEY = (
    "-----BEGIN "
    f"PRIVATE KEY-----\n{base64.b64encode(hashlib.sha512(b'shop').digest() * 4).decode()}\n-----END "
    "PRIVATE KEY-----\n"
)


def _told(control: str, files: dict[str, str]) -> list[tuple[str, Confidence]]:
    record = next(one for one in controls() if one.id == control)
    judgement = judge(record, repo_of(files))
    return [(site.location.path, site.confidence) for site in judgement.sites if not site.good]


@pytest.mark.parametrize(
    ("condition", "confidence"), [("settings.unverified_ssl", Confidence.LOW), ("host", Confidence.HIGH)]
)
def test_a_context_that_an_option_asks_for_is_a_doubt(condition: str, confidence: Confidence) -> None:
    code = (
        f"import ssl\n\n\ndef context(settings, host):\n    if {condition}:\n"
        "        return ssl._create_unverified_context()\n    return ssl.create_default_context()\n"
    )
    assert _told("security/insecure-code", {"shop/tls.py": code}) == [("shop/tls.py", confidence)]


@pytest.mark.parametrize(
    ("called", "confidence"),
    [("check_access", Confidence.LOW), ("pathlib.Path(path).relative_to", Confidence.LOW), ("note", Confidence.HIGH)],
)
def test_a_check_that_is_made_under_some_condition_is_a_doubt(called: str, confidence: Confidence) -> None:
    code = (
        "import os\nimport pathlib\n\nfrom flask import Flask, request\n\nfrom shop import settings\n"
        "from shop.files import check_access, note\n\napp = Flask(__name__)\n\n\n@app.get('/report')\ndef report():\n"
        "    path = os.path.join('/srv/reports', request.args['name'])\n"
        f"    if settings.SHARED:\n        {called}(path)\n    with open(path) as file:\n        return file.read()\n"
    )
    assert _told("security/path-traversal", {"shop/main.py": code}) == [("shop/main.py", confidence)]


_TOLD = """\
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import PermissionDenied

from desk.models import Member


class StaffAuthentication(BaseAuthentication):
    def authenticate(self, request):
        if not request.headers.get('Staff-Token'):
            raise PermissionDenied
        return request.headers['Staff-Token'], None


class MemberAuthentication(BaseAuthentication):
    def authenticate(self, request):
        name = request.headers.get('Member')
        if not Member.objects.filter(name=name, organization=request.headers.get('Organization')).exists():
            raise PermissionDenied
        return name, None
"""
_KEPT = """\
from django.db import models


class Organization(models.Model):
    name = models.TextField()


class Member(models.Model):
    name = models.TextField()
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)


class Invoice(models.Model):
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)


class Contract(models.Model):
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
"""


@pytest.mark.parametrize(
    ("teller", "confidence"), [("StaffAuthentication", Confidence.MEDIUM), ("MemberAuthentication", Confidence.HIGH)]
)
def test_who_belongs_to_no_tenant_may_see_all_of_them(teller: str, confidence: Confidence) -> None:
    listed = "".join(
        f"class {name}s(ListAPIView):\n    authentication_classes = (MemberAuthentication,)\n\n"
        f"    def get_queryset(self):\n"
        f"        return {name}.objects.filter(organization=self.request.user.organization)[:50]\n\n\n"
        for name in ("Invoice", "Contract", "Member")
    )
    files = {
        "desk/__init__.py": "",
        "desk/settings.py": "ROOT_URLCONF = 'desk.urls'\nINSTALLED_APPS = ['desk', 'rest_framework']\n",
        "desk/models.py": _KEPT,
        "desk/tellers.py": _TOLD,
        "desk/views.py": (
            "from rest_framework.generics import ListAPIView\nfrom rest_framework.response import Response\n"
            "from rest_framework.views import APIView\n\nfrom desk.models import Contract, Invoice, Member\n"
            f"from desk.tellers import MemberAuthentication, StaffAuthentication\n\n\n{listed}"
            f"class OneInvoice(APIView):\n    authentication_classes = ({teller},)\n\n"
            "    def get(self, request, number):\n        return Response(Invoice.objects.get(pk=number).id)\n"
        ),
        "desk/urls.py": (
            "from django.urls import path\n\nfrom desk import views\n\nurlpatterns = [\n"
            "    path('invoices/', views.Invoices.as_view()),\n    path('contracts/', views.Contracts.as_view()),\n"
            "    path('members/', views.Members.as_view()),\n"
            "    path('invoices/<int:number>/', views.OneInvoice.as_view()),\n]\n"
        ),
    }
    assert _told("database/tenant-isolation", files) == [("desk/views.py", confidence)]


@pytest.mark.parametrize(("asked", "confidence"), [("is_safe_path(path)", Confidence.LOW), ("path", Confidence.HIGH)])
def test_a_check_that_some_need_not_pass_is_a_doubt(asked: str, confidence: Confidence) -> None:
    code = (
        "from flask import Flask, abort, request\n\nfrom shop.files import is_safe_path, note\n\n"
        "app = Flask(__name__)\n\n\n@app.get('/report')\ndef report(user):\n    path = request.args['path']\n"
        f"    if not user.is_admin:\n        if not {asked}:\n            abort(403)\n"
        "    with open(path) as file:\n        return file.read()\n"
    )
    assert _told("security/path-traversal", {"shop/main.py": code}) == [("shop/main.py", confidence)]


_BASE = "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['django.contrib.auth']\nDEBUG = True\n"


@pytest.mark.parametrize(
    ("settings", "beside", "confidence"),
    [
        (f"{_BASE}\nfrom shop.localsettings import *\n", "", Confidence.LOW),
        (f"{_BASE}\nfrom shop.constants import *\n", "", Confidence.HIGH),
        (_BASE, "from shop.settings.base import *\n\nDEBUG = False\n", Confidence.LOW),
        (_BASE, "from shop.settings.base import *\n\nNAME = 'shop'\n", Confidence.HIGH),
    ],
)
def test_debugging_that_other_settings_turn_off_is_a_doubt(settings: str, beside: str, confidence: Confidence) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/settings/base.py": settings,
        "shop/settings/cloud.py": beside,
        "shop/urls.py": "from django.urls import path\n\nurlpatterns = []\n",
    }
    assert _told("security/debug-mode", files) == [("shop/settings/base.py", confidence)]


@pytest.mark.parametrize(("fallback", "confidence"), [("0", Confidence.LOW), ("1", Confidence.HIGH)])
def test_the_switch_of_settings_that_an_image_binds_anew_is_a_doubt(fallback: str, confidence: Confidence) -> None:
    files = {
        "shop/settings/__init__.py": "DEBUG = True\n",
        "shop/settings/of_image.py": f"import os\n\nDEBUG = os.environ.get('DEBUG', '{fallback}') == '1'\n",
        "shop/views.py": (
            "from flask import Flask\n\nfrom shop import settings\n\n"
            "app = Flask(__name__)\napp.debug = settings.DEBUG\n"
        ),
    }
    assert ("shop/views.py", confidence) in _told("security/debug-mode", files)


@pytest.mark.parametrize(("hosts", "confidence"), [(2, Confidence.HIGH), (3, Confidence.MEDIUM)])
def test_the_keys_of_many_hosts_are_a_doubt(hosts: int, confidence: Confidence) -> None:
    files = {f"etc/certs/host{number}.pem": _PRIVATE_KEY for number in range(hosts)} | {
        "shop/main.py": "print('shop')\n"
    }
    told = _told("security/hardcoded-secret", files)
    assert [found for _, found in told] == [confidence] * hosts


@pytest.mark.parametrize(
    ("page", "told", "confidence"),
    [
        ("etc/certs/README.md", "Self-signed, for testing. Do not use them anywhere.\n", Confidence.MEDIUM),
        ("etc/certs/README.md", "Of shop.example.\n", Confidence.HIGH),
        (
            "etc/README.md",
            "What is in here is for a first look (the keys in `etc/certs` should *never* be used).\n",
            Confidence.MEDIUM,
        ),
        ("etc/README.md", "What is in here is for a first look. The keys are made by `make keys`.\n", Confidence.HIGH),
    ],
)
def test_a_key_that_a_document_beside_it_or_further_up_wants_unused_is_a_doubt(
    page: str, told: str, confidence: Confidence
) -> None:
    files = {"etc/certs/shop.pem": _PRIVATE_KEY, page: f"# Setting up\n\n{told}", "shop/main.py": "print('shop')\n"}
    assert [found for _, found in _told("security/hardcoded-secret", files)] == [confidence]


@pytest.mark.parametrize(("line", "expected"), [("if settings.DEBUG:", []), ("if settings.PAGES:", [Confidence.HIGH])])
def test_what_is_served_while_debugging_alone_is_no_defect(line: str, expected: list[Confidence]) -> None:
    files = {
        "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\n",
        "shop/urls.py": (
            "from django.conf import settings\nfrom django.urls import include, path\n\nurlpatterns = []\n\n"
            f"{line}\n    urlpatterns += [path('pages/', include('shop.pages.urls'))]\n"
        ),
        "shop/pages/urls.py": (
            "from django.urls import path\n\nfrom shop.pages import views\n\n"
            "urlpatterns = [path('<path:name>', views.page)]\n"
        ),
        "shop/pages/views.py": (
            "from django.http import HttpResponse\n\n\ndef page(request, name):\n"
            "    with open('/srv/pages/' + name) as file:\n        return HttpResponse(file)\n"
        ),
    }
    assert [found for _, found in _told("security/path-traversal", files)] == expected


@pytest.mark.parametrize(("called", "confidence"), [("Signed", Confidence.LOW), ("Address", Confidence.HIGH)])
def test_a_path_in_an_address_that_is_signed_is_a_doubt(called: str, confidence: Confidence) -> None:
    code = (
        f"from flask import Flask, abort, request\n\nfrom shop.urls import {called}\n\napp = Flask(__name__)\n\n\n"
        "@app.get('/files/<path:name>')\ndef show(name):\n"
        f"    address = {called}(request.full_path)\n    if not address.is_known():\n        abort(403)\n"
        "    with open('/srv/files/' + name) as file:\n        return file.read()\n"
    )
    assert _told("security/path-traversal", {"shop/main.py": code}) == [("shop/main.py", confidence)]


@pytest.mark.parametrize(("asked", "confidence"), [("verify", Confidence.MEDIUM), ("hash", Confidence.HIGH)])
def test_a_context_that_reads_what_others_hashed_is_a_doubt(asked: str, confidence: Confidence) -> None:
    code = (
        "from passlib.context import CryptContext\n\nold = CryptContext(schemes=['md5_crypt', 'des_crypt'])\n\n\n"
        f"def known(password, row):\n    return old.{asked}(password, row)\n"
    )
    assert _told("security/password-hashing", {"shop/users.py": code}) == [("shop/users.py", confidence)]


@pytest.mark.parametrize("decorated", [True, False])
def test_a_decorator_asks_what_a_librarys_around_its_wrapper_asks(decorated: bool) -> None:
    files = {
        "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\n",
        "shop/urls.py": (
            "from django.urls import path\n\nfrom shop import views\n\n"
            "urlpatterns = [\n    path('orders/<int:order_id>/edit', views.edit),\n"
            "    path('orders/<int:order_id>/remove', views.remove),\n]\n"
        ),
        "shop/views.py": (
            "from django.contrib.auth.decorators import login_required\nfrom django.http import HttpResponse\n\n"
            "from shop.models import Order\n\n\ndef of_editors(view):\n    @login_required\n"
            "    def wrapped(request, *args, **kwargs):\n        return view(request, *args, **kwargs)\n"
            "    return wrapped\n\n\n" + ("@of_editors\n" if decorated else "") + "def edit(request, order_id):\n"
            "    Order.objects.filter(id=order_id).update(name=request.POST['name'])\n    return HttpResponse()\n\n\n"
            "@login_required\ndef remove(request, order_id):\n    Order.objects.filter(id=order_id).update(name='')\n"
            "    return HttpResponse(request.POST['name'])\n"
        ),
    }
    assert len(_told("security/authentication", files)) == (0 if decorated else 1)


@pytest.mark.parametrize(("hooks", "open_to_all"), [(("users", "orders"), 0), (("users",), 1)])
def test_a_hook_guards_every_blueprint_that_it_is_registered_with(hooks: tuple[str, ...], open_to_all: int) -> None:
    decorators = "".join(f"@{name}.before_request\n" for name in hooks)
    code = (
        "from flask import Blueprint, Flask, abort, g, request\n\napp = Flask(__name__)\n"
        "users = Blueprint('users', __name__)\norders = Blueprint('orders', __name__)\n\n\n"
        f"{decorators}def require_user():\n    if not g.user:\n        abort(401)\n\n\n"
        "@users.delete('/users/<int:number>')\ndef remove_user(number):\n    g.store.remove('users', number)\n"
        "    return ''\n\n\n@orders.delete('/orders/<int:number>')\ndef remove_order(number):\n"
        "    g.store.remove('orders', number)\n    return ''\n\n\n"
        "app.register_blueprint(users)\napp.register_blueprint(orders)\n"
    )
    assert len(_told("security/authentication", {"shop/main.py": code})) == open_to_all


@pytest.mark.parametrize(
    ("use", "confidence"),
    [
        ("if digest in seen:\n        return seen[digest]", Confidence.LOW),
        ("log.debug('tried with %s', digest)", Confidence.LOW),
        ("return digest", Confidence.MEDIUM),
        ("user.password = digest", Confidence.HIGH),
        ("seen['password'] = digest", Confidence.HIGH),
        ("store(user, digest)", Confidence.HIGH),
        ("if digest != user.password:\n        raise ValueError", Confidence.HIGH),
    ],
)
def test_a_digest_that_is_kept_nowhere_is_a_doubt(use: str, confidence: Confidence) -> None:
    code = (
        "import hashlib\n\nfrom shop.users import log, store\n\n\ndef tried(user, password, seen):\n"
        f"    digest = hashlib.sha256(password.encode()).hexdigest()\n    {use}\n"
    )
    assert _told("security/password-hashing", {"shop/main.py": code}) == [("shop/main.py", confidence)]


@pytest.mark.parametrize(("name", "confidence"), [("runserver.py", Confidence.LOW), ("serve.py", Confidence.HIGH)])
def test_a_switch_in_a_script_that_is_started_by_hand_is_a_doubt(name: str, confidence: Confidence) -> None:
    files = {
        name: "from shop.main import create_app\n\napp = create_app()\napp.debug = True\napp.run(port=8000)\n",
        "shop/main.py": "from flask import Flask\n\n\ndef create_app():\n    return Flask(__name__)\n",
    }
    assert _told("security/debug-mode", files) == [(name, confidence)]


@pytest.mark.parametrize(
    ("production", "told"), [("vars().update(read('shop.yml'))", []), ("NAME = read('shop.yml')", [Confidence.HIGH])]
)
def test_a_key_that_a_file_of_the_deployment_may_bind_is_none(production: str, told: list[Confidence]) -> None:
    files = {
        "shop/settings/common.py": "SECRET_KEY = 'CHANGEME'\n",
        "shop/settings/yaml_config.py": (
            f"from shop.files import read\nfrom shop.settings.common import *\n\n{production}\n"
        ),
    }
    assert [found for _, found in _told("security/hardcoded-secret", files)] == told


@pytest.mark.parametrize(
    ("condition", "confidence"),
    [("SHOP_ENVIRONMENT == 'laptop'", Confidence.MEDIUM), ("SHOP_PARTNERS", Confidence.HIGH)],
)
def test_origins_that_are_let_in_where_a_developer_works_are_a_doubt(condition: str, confidence: Confidence) -> None:
    code = (
        "from fastapi import FastAPI\nfrom fastapi.middleware.cors import CORSMiddleware\n\n"
        "from shop.settings import SHOP_ENVIRONMENT, SHOP_PARTNERS\n\napp = FastAPI()\n\n"
        f"if {condition}:\n    app.add_middleware(CORSMiddleware, allow_origins=['*'], allow_credentials=True)\n"
    )
    settings = (
        "import os\n\nSHOP_ENVIRONMENT = os.getenv('WHERE', 'live')\nSHOP_PARTNERS = os.getenv('PARTNERS', 'x')\n"
    )
    files = {"shop/__init__.py": "", "shop/main.py": code, "shop/settings.py": settings}
    assert _told("security/cors", files) == [("shop/main.py", confidence)]


@pytest.mark.parametrize(
    ("broken", "status"), [("tests/test_orders.py", Status.UNKNOWN), ("examples/orders.py", Status.FAIL)]
)
def test_tests_that_cannot_be_read_are_no_missing_tests(broken: str, status: Status) -> None:
    record = next(one for one in controls() if one.id == "testing/test-suite")
    files = {
        "shop/orders.py": "def price():\n    return 1\n",
        broken: "def test_price():\n    assert price() == 0777L\n",
    }
    assert judge(record, repo_of(files)).status is status


@pytest.mark.parametrize(("condition", "confidence"), [("app.debug", Confidence.LOW), ("app.shows", Confidence.HIGH)])
def test_a_path_that_is_opened_while_debugging_is_a_doubt(condition: str, confidence: Confidence) -> None:
    code = (
        "from flask import Flask, request, send_from_directory\n\napp = Flask(__name__)\n\n\n@app.get('/page')\n"
        f"def page():\n    name = request.args['name']\n    if {condition}:\n"
        "        return open('/srv/pages/' + name).read()\n    return send_from_directory('/srv/pages', name)\n"
    )
    assert _told("security/path-traversal", {"shop/main.py": code}) == [("shop/main.py", confidence)]


@pytest.mark.parametrize(
    ("condition", "confidence"), [("Host.is_deployed()", Confidence.MEDIUM), ("Host.is_quick()", Confidence.HIGH)]
)
def test_a_token_that_is_not_verified_where_nothing_is_deployed_is_a_doubt(
    condition: str, confidence: Confidence
) -> None:
    code = (
        "import jwt\nfrom flask import Flask, request\nfrom flask_login import login_user\n\n"
        "from shop.hosts import Host\nfrom shop.people import User\n\napp = Flask(__name__)\n\n\n"
        "@app.post('/enter')\ndef enter():\n    raw = request.headers['Authorization']\n"
        f"    if {condition}:\n        mail = User.told_by(raw)\n    else:\n"
        "        mail = jwt.decode(raw, options={'verify_signature': False})['email']\n"
        "    login_user(User.query.filter_by(email=mail).one())\n    return ''\n"
    )
    assert _told("security/jwt-verification", {"shop/main.py": code}) == [("shop/main.py", confidence)]
