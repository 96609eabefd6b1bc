"""Who may call a route, for guards, hooks, classes and defaults in the forms that projects give them."""

from __future__ import annotations

import pytest

from readiness_bot.repo.identity import Identity
from readiness_bot.repo.refusal_signs import snake
from readiness_bot.repo.refusals import Strength
from readiness_bot.repo.route import Route
from tests.repos import repo_of

_APP = "from fastapi import Depends, FastAPI, HTTPException, Request\n\napp = FastAPI()\n\n\n"
_FLASK = (
    "from flask import Flask, abort, current_app, g, redirect, request, session, url_for\n\napp = Flask(__name__)\n\n\n"
)


def _route(text: str, path: str) -> tuple[Identity, Route]:
    repo = repo_of(text)
    return repo.identity, next(route for route in repo.routes.all if route.path == path)


def _strength(text: str) -> Strength:
    identity, route = _route(text, "/x")
    gate = identity.gate(route)
    return gate.strength if gate is not None else Strength.NONE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (_APP + "@app.post('/x')\ndef x():\n    return 1\n", Strength.NONE),
        *(
            (
                _FLASK + "from oslo_policy import policy\nfrom shop.errors import PolicyNotAuthorized\n\n"
                "ENFORCER = policy.Enforcer(CONF)\n\n\ndef enforce(context, rule, do_raise=" + raises + ", exc=None):\n"
                "    return ENFORCER.enforce(rule, {}, context, do_raise=do_raise, exc=exc)\n\n\n"
                "@app.post('/x')\ndef x():\n    enforce(request.context, 'x:change'" + handed + ")\n    return 1\n",
                strength,
            )
            for raises, handed, strength in (
                ("False", "", Strength.NONE),
                ("True", "", Strength.PERMISSION),
                ("False", ", exc=PolicyNotAuthorized", Strength.PERMISSION),
            )
        ),
        (
            # What is answered for the failures of a view refuses nobody whom the view does not.
            _FLASK + "def told(view):\n    def answer(*args):\n        try:\n            return view(*args)\n"
            "        except AuthenticationError:\n            return 'not allowed', 403\n\n    return answer\n\n\n"
            "@app.post('/x')\n@told\ndef x():\n    return 1\n",
            Strength.NONE,
        ),
        (
            # The way out is no way to the sign-in, though its name begins alike.
            _FLASK
            + "@app.before_request\ndef agreed():\n    if request.path == url_for('login.logout'):\n        return\n"
            "    if g.user.is_authenticated and g.user.agreed is None:\n        return redirect(url_for('terms'))\n\n\n"
            "@app.post('/x')\ndef x():\n    return 1\n",
            Strength.NONE,
        ),
        (
            _FLASK + "class Gate:\n    def kept(self, view):\n        def answer(*args):\n"
            "            if session.get('user') is None:\n                abort(401)\n"
            "            return view(*args)\n\n        return answer\n\n\ngate = Gate()\n\n\n"
            "@app.post('/x')\n@gate.kept\ndef x():\n    return 1\n",
            Strength.IDENTITY,
        ),
        (
            _APP.replace("import ", "import APIRouter, ")
            + "def token_of(request: Request):\n    if 'authorization' not in request.headers:\n"
            "        raise HTTPException(401)\n    return request.headers['authorization']\n\n\n"
            "def active(token=Depends(token_of)):\n    if token in retired():\n        raise HTTPException(400)\n\n\n"
            "router = APIRouter(dependencies=[Depends(active)])\n\n\n@router.post('/x')\ndef x():\n    return 1\n\n\n"
            "app.include_router(router)\n",
            Strength.IDENTITY,
        ),
        (
            _APP + "oauth2 = OAuth2PasswordBearer('/token', auto_error=False)\n\n\n"
            "@app.post('/x')\ndef x(token=Depends(oauth2)):\n    return 1\n",
            Strength.READS,
        ),
        (
            _APP + "oauth2 = OAuth2PasswordBearer('/token')\n\n\n"
            "@app.post('/x')\ndef x(token=Depends(oauth2)):\n    return 1\n",
            Strength.IDENTITY,
        ),
        (
            _FLASK
            + (
                "def _is_maintainer():\n    return 'maintainers' in groups()\n\n\n"
                "@app.route('/x', methods=['POST'])\ndef x():\n    if not _is_maintainer():\n        abort(403)\n"
                "    return ''\n"
            ),
            Strength.PERMISSION,
        ),
        (
            _FLASK
            + (
                "@app.route('/x', methods=['POST'])\ndef x():\n    if not g.user.is_admin:\n"
                "        return render_template('errors/403.html')\n    return ''\n"
            ),
            Strength.PERMISSION,
        ),
        (
            _APP
            + (
                "def user(request: Request):\n    if not request.headers.get('Authorization'):\n"
                "        raise HTTPException(401)\n\n\n@app.post('/x')\ndef x(caller=Depends(user)):\n    return 1\n"
            ),
            Strength.IDENTITY,
        ),
        (
            _APP
            + "def admin(user=None):\n    if not user.is_superuser:\n        raise HTTPException(status_code=403)\n\n\n"
            "@app.post('/x', dependencies=[Depends(admin)])\ndef x():\n    return 1\n",
            Strength.PERMISSION,
        ),
        (
            _FLASK
            + (
                "def members(view):\n    def wrapped(*args):\n        if 'user_id' not in session:\n"
                "            return redirect(url_for('login'))\n        return view(*args)\n    return wrapped\n\n\n"
                "@app.route('/x', methods=['POST'])\n@members\ndef x():\n    return ''\n"
            ),
            Strength.IDENTITY,
        ),
        (
            _FLASK
            + (
                "@app.before_request\ndef require_login():\n    if g.user is None:\n        abort(401)\n\n\n"
                "@app.route('/x', methods=['POST'])\ndef x():\n    return ''\n"
            ),
            Strength.IDENTITY,
        ),
        (
            _FLASK
            + (
                "@app.before_request\ndef csrf():\n    if session['nonce'] != request.form['nonce']:\n"
                "        abort(403)\n\n\n@app.route('/x', methods=['POST'])\ndef x():\n    return ''\n"
            ),
            Strength.NONE,
        ),
        (
            _FLASK
            + (
                "from flask_login import current_user\n\n\n@app.route('/x', methods=['POST'])\ndef x():\n"
                "    return save(current_user)\n"
            ),
            Strength.READS,
        ),
        (
            _FLASK
            + (
                "from flask_login import login_required\n\n\n@login_required\n@app.route('/x', methods=['POST'])\n"
                "def x():\n    return ''\n"
            ),
            Strength.NONE,
        ),
        (
            _APP + "def user(request: Request):\n    return request.user\n\n\n"
            "@app.post('/x')\ndef x(current_user=Depends(user)):\n    if not current_user.is_superuser:\n"
            "        raise HTTPException(status_code=400, detail='too few rights')\n    return 1\n",
            Strength.PERMISSION,
        ),
        (
            _APP + "@app.post('/x')\ndef x(name: str):\n    user = people.find(name)\n    if user.is_admin:\n"
            "        raise HTTPException(status_code=400, detail='kept')\n    return 1\n",
            Strength.READS,
        ),
        (
            (
                "from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request\n\napp = FastAPI()\n\n\n"
                "def admin(user=None):\n    if not user.is_superuser:\n        raise HTTPException(403)\n\n\n"
                "class AdminRouter(APIRouter):\n    def __init__(self, prefix=''):\n"
                "        super().__init__(prefix=prefix, dependencies=[Depends(admin)])\n\n\n"
                "router = AdminRouter()\n\n\n@router.post('/x')\ndef x():\n    return 1\n\n\n"
                "app.include_router(router)\n"
            ),
            Strength.PERMISSION,
        ),
    ],
)
def test_a_route_is_as_strong_as_what_stands_before_it(text: str, expected: Strength) -> None:
    assert _strength(text) is expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/login", True),
        ("/auth/refresh", True),
        ("/webhooks/stripe", True),
        ("/password/reset", True),
        ("/items", False),
        ("/authors", False),
    ],
)
def test_routes_for_strangers_are_open_on_purpose(path: str, expected: bool) -> None:
    repo = repo_of(_APP + f"@app.post('{path}')\ndef handle():\n    return 1\n")
    route = next(route for route in repo.routes.all if route.path == path)
    assert repo.purposes.is_open_on_purpose(route) is expected


def test_a_switch_tells_its_default() -> None:
    repo = repo_of(
        {
            "app/settings.py": (
                "import os\n\nAUTH_REQUIRED = False\nAUTH_TYPE = os.environ.get('AUTH_TYPE', 'api_key')\n"
                "LDAP_LOGIN_ENABLED = False\n"
            )
        }
    )
    assert [(switch.name, switch.off) for switch in repo.identity.switches] == [
        ("AUTH_REQUIRED", True),
        ("AUTH_TYPE", False),
    ]


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        ("if user.role not in self.roles:\n            raise HTTPException(403)", Strength.PERMISSION),
        ("pass", Strength.NONE),
    ],
)
def test_an_object_of_an_own_class_that_is_a_dependency_asks_what_calling_it_asks(
    check: str, expected: Strength
) -> None:
    text = (
        _APP + "class ShopFor:\n    def __init__(self, roles):\n        self.roles = roles\n\n"
        "    def __call__(self, key: int, user=Depends(somebody)):\n"
        f"        {check}\n        return load(key)\n\n\n"
        "shop_for_owners = ShopFor(['owner'])\n\n\n"
        "@app.post('/x')\ndef x(shop=Depends(shop_for_owners)):\n    return rename(shop)\n"
    )
    assert _strength(text) is expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("request.headers.get('X-Inner') != PARTNER_KEY", Strength.IDENTITY),
        ("request.headers['X-Inner'] != settings.cron_secret", Strength.IDENTITY),
        ("request.args.get('word') != settings.CRON_SECRET", Strength.IDENTITY),
        ("request.headers.get('X-Version') != settings.cache_key", Strength.NONE),
        ("request.headers.get('Origin') not in settings.ORIGINS", Strength.NONE),
        ("not PARTNER_KEY", Strength.NONE),
    ],
)
def test_who_is_refused_for_not_bringing_what_the_service_keeps_secret_is_asked_for_it(
    condition: str, expected: Strength
) -> None:
    text = (
        _FLASK + "import os\n\nfrom shop import settings\n\nPARTNER_KEY = os.environ['PARTNER']\n\n\n"
        "def inner(view):\n    def wrapper(*args, **kwargs):\n"
        f"        if {condition}:\n            return {{'error': 'no'}}, 403\n"
        "        return view(*args, **kwargs)\n\n    return wrapper\n\n\n"
        "@app.post('/x')\n@inner\ndef x():\n    return put()\n"
    )
    assert _strength(text) is expected


_OWN_ROUTER = """\
import enum

import quart

app = quart.Quart(__name__)


class Who(enum.Enum):
    NONE = "none"
    PERSON = "person"


class Group:
    def route(self, rule, auth_type=DEFAULT, **options):
        def decorator(view):
            async def wrapped(*args, **kwargs):
                if auth_type == Who.PERSON:
                    token = quart.request.headers.get("Authorization", "")
                    if not token:
                        return {"error": "sign in"}, 401
                return await view(*args, **kwargs)

            app.add_url_rule(rule, view_func=wrapped, **options)
            return view

        return decorator


class Orders(Group):
    def start(self):
        @self.route("/x", TOLDmethods=["POST"])
        async def x():
            return {}

        for_others(self)


def for_others(group: Orders):
    @group.route("/drop", methods=["POST"])
    async def drop():
        return {}

    @group.route("/keep", methods=["POST"])
    async def keep():
        return {}

    @group.route("/lend", methods=["POST"])
    async def lend():
        return {}
"""


@pytest.mark.parametrize(
    ("default", "told", "expected"),
    [
        ("Who.PERSON", "", Strength.IDENTITY),
        ("Who.PERSON", "auth_type=Who.NONE, ", Strength.NONE),
        ("Who.NONE", "", Strength.NONE),
        ("Who.NONE", "auth_type=Who.PERSON, ", Strength.IDENTITY),
    ],
)
def test_a_decorator_of_the_tree_that_puts_a_route_in_place_asks_what_it_is_told_to_ask(
    default: str, told: str, expected: Strength
) -> None:
    assert _strength(_OWN_ROUTER.replace("DEFAULT", default).replace("TOLD", told)) is expected


@pytest.mark.parametrize(("page", "expected"), [("login", Strength.IDENTITY), ("start", Strength.NONE)])
def test_a_dependency_that_moves_strangers_to_the_sign_in_asks_who_calls(page: str, expected: Strength) -> None:
    text = (
        "from fastapi import Cookie, Depends, FastAPI, HTTPException, Request\n\n"
        "app = FastAPI()\n\n\n"
        "def known(request: Request, session: str = Cookie(None)):\n"
        f"    away = HTTPException(status_code=302, headers={{'Location': request.url_for('{page}')}})\n"
        "    if not session:\n        raise away\n\n\n"
        "@app.post('/x', dependencies=[Depends(known)])\ndef x():\n    return put()\n"
    )
    assert _strength(text) is expected


def test_defaults_of_the_rest_framework_hold_for_its_function_views_unless_they_name_their_own() -> None:
    settings = (
        "ROOT_URLCONF = 'shop.urls'\n"
        "REST_FRAMEWORK = {'DEFAULT_PERMISSION_CLASSES': ['rest_framework.permissions.IsAuthenticated']}\n"
    )
    views = (
        "from rest_framework.decorators import api_view, permission_classes\n\n\n"
        "@api_view(['POST'])\ndef join(request):\n    return save(request.data)\n\n\n"
        "@api_view(['POST'])\n@permission_classes([])\ndef ping(request):\n    return save(request.data)\n"
    )
    urls = (
        "from django.urls import path\n\nfrom shop.views import join, ping\n\n"
        "urlpatterns = [path('join/', join), path('ping/', ping)]\n"
    )
    repo = repo_of({"shop/settings.py": settings, "shop/views.py": views, "shop/urls.py": urls, "shop/__init__.py": ""})
    found = {route.path: repo.identity.gate(route) for route in repo.routes.all}
    assert {path: gate.strength if gate else Strength.NONE for path, gate in found.items()} == {
        "/join/": Strength.IDENTITY,
        "/ping/": Strength.NONE,
    }


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return [IsAuthenticated()]", Strength.IDENTITY),
        ("return [AllowAny()] if self.open else [IsAuthenticated()]", Strength.NONE),
        ("if self.open:\n            return [AllowAny()]\n        return [IsAuthenticated()]", Strength.NONE),
        ("return [one() for one in self.permission_classes + [IsAdminUser]]", Strength.PERMISSION),
        (
            (
                "if self.action == 'create':\n            return [IsAdminUser()]\n"
                "        return [one() for one in self.permission_classes]"
            ),
            Strength.NONE,
        ),
    ],
)
def test_permissions_that_a_method_gives_in_every_case_stand_before_the_view(body: str, expected: Strength) -> None:
    views = (
        "from rest_framework.permissions import AllowAny, IsAdminUser, IsAuthenticated\nfrom "
        "rest_framework.views import APIView\n\n\n"
        f"class Items(APIView):\n    def get_permissions(self):\n        {body}\n\n"
        "    def post(self, request):\n        return save(request.data)\n"
    )
    urls = (
        "from django.urls import path\n\nfrom shop.views import Items\n\nurlpatterns = [path('x', Items.as_view())]\n"
    )
    repo = repo_of({"shop/views.py": views, "shop/urls.py": urls, "shop/__init__.py": ""})
    gates = [repo.identity.gate(route) for route in repo.routes.all if "POST" in route.methods]
    assert [gate.strength if gate else Strength.NONE for gate in gates] == [expected]


def test_permissions_put_together_and_a_check_around_a_base_view_are_guards() -> None:
    files = {
        "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['rest_framework']\n",
        "shop/urls.py": (
            "from django.urls import path\n\nfrom shop.views import Copy, Options\n\n"
            "urlpatterns = [path('copy', Copy.as_view()), path('options', Options.as_view())]\n"
        ),
        "shop/views.py": (
            "from django.contrib.auth.decorators import login_required\n"
            "from django.utils.decorators import method_decorator\nfrom django.views import View\n"
            "from rest_framework.permissions import IsAuthenticated\nfrom rest_framework.views import APIView\n\n"
            "from shop.rights import IsOwner, IsReader\n\n\nclass Copy(APIView):\n"
            "    permission_classes = [IsAuthenticated & (IsOwner | IsReader)]\n\n"
            "    def post(self, request):\n        copy()\n\n\n"
            "def signed_in():\n    return login_required('sign in')\n\n\nclass Base(View):\n"
            "    @method_decorator(signed_in())\n    def dispatch(self, request):\n"
            "        return super().dispatch(request)\n\n\nclass Options(Base):\n"
            "    def post(self, request):\n        change()\n"
        ),
        "shop/rights.py": (
            "from rest_framework.permissions import BasePermission\n\n\nclass IsOwner(BasePermission):\n"
            "    def has_permission(self, request, view):\n        return request.user.owns\n\n\n"
            "class IsReader(BasePermission):\n    def has_permission(self, request, view):\n"
            "        return request.user.reads\n"
        ),
        "shop/__init__.py": "",
    }
    repo = repo_of(files)
    gates = {route.path: repo.identity.gate(route) for route in repo.routes.all if route.methods != ("GET",)}
    assert {path: gate is not None and gate.strength >= Strength.IDENTITY for path, gate in gates.items()} == {
        "/copy": True,
        "/options": True,
    }


def test_a_made_up_payload_switches_nothing() -> None:
    text = "MOCK_PAYLOAD = {'auth_type': 'none'}\nCONFIG = {'auth_type': 'none'}\n"
    assert {switch.line for switch in repo_of(text).identity.switches} == {2}


def test_a_refusal_by_what_a_variable_was_made_of() -> None:
    code = (
        "from starlette.applications import Starlette\nfrom starlette.exceptions import HTTPException\n"
        "from starlette.routing import Route\n\n\ndef check_can_edit(request, name):\n"
        "    can_edit = request.session.get('username') == name\n"
        "    if request.method == 'POST' and not can_edit:\n        raise HTTPException(status_code=403)\n"
        "    return can_edit\n\n\nasync def drop(request):\n"
        "    check_can_edit(request, request.path_params['name'])\n    await remove(request)\n\n\n"
        "app = Starlette(routes=[Route('/{name}/drop', drop, methods=['POST'])])\n"
    )
    repo = repo_of({"shop/main.py": code})
    gate = repo.identity.gate(repo.routes.all[0])
    assert gate is not None
    assert gate.strength is Strength.PERMISSION


def test_a_check_of_the_row_is_one_of_the_actions_that_pick_a_row() -> None:
    text = (
        "from django.core.exceptions import PermissionDenied\nfrom django.urls import include, path\n"
        "from rest_framework import viewsets\nfrom rest_framework.decorators import action\n"
        "from rest_framework.routers import DefaultRouter\n\n\nclass Orders(viewsets.GenericViewSet):\n"
        "    def get_object(self):\n        if not self.request.user.is_staff:\n            raise PermissionDenied\n"
        "        return super().get_object()\n\n"
        "    @action(detail=True, methods=['post'])\n    def refund(self, request, pk=None):\n"
        "        self.get_object().refund()\n\n"
        "    @action(detail=False, methods=['post'])\n    def purge(self, request):\n        Order.purge()\n\n\n"
        "router = DefaultRouter()\nrouter.register('orders', Orders)\nurlpatterns = [path('', include(router.urls))]\n"
    )
    repo = repo_of(text)
    within = {
        route.handler.definition.name: repo.identity.checked_within(route, Strength.PERMISSION)
        for route in repo.routes.all
        if route.handler is not None
    }
    assert within["purge"] == ()
    assert "a check in `get_object`" in within["refund"]


def test_a_middleware_that_sends_strangers_to_the_address_of_the_sign_in_keeps_every_view() -> None:
    repo = repo_of(
        {
            "shop/settings.py": (
                "ROOT_URLCONF = 'shop.urls'\nOWN = ['shop.checks.SetUpMiddleware']\n"
                "OF_DJANGO = ['django.middleware.common.CommonMiddleware']\nALL = OF_DJANGO + OWN\nMIDDLEWARE = ALL\n"
            ),
            "shop/checks.py": (
                "from django.conf import settings\nfrom django.shortcuts import redirect\n"
                "from django.utils.deprecation import MiddlewareMixin\n\n\nclass SetUpMiddleware(MiddlewareMixin):\n"
                "    def process_request(self, request):\n        if not request.user.is_authenticated:\n"
                "            if request.path_info not in settings.LOGIN_EXEMPT_URLS:\n"
                "                return redirect(settings.LOGIN_URL)\n"
            ),
            "shop/urls.py": (
                "from django.urls import path\n\nfrom shop.views import close\n\nurlpatterns = [path('close', close)]\n"
            ),
            "shop/views.py": "def close(request):\n    return shut(request.POST['key'])\n",
        }
    )
    [route] = repo.routes.all
    assert [found.by for found in repo.identity.protections(route)] == ["`SetUpMiddleware`"]


def test_a_view_in_a_file_that_is_called_like_a_test_is_not_judged() -> None:
    repo = repo_of(
        {
            "shop/urls.py": (
                "from django.urls import path\n\nfrom shop.blood_test import close\n\n"
                "urlpatterns = [path('close', close)]\n"
            ),
            "shop/blood_test.py": "def close(request):\n    return shut(request.POST['key'])\n",
        }
    )
    assert len(repo.routes.all) == 1
    assert repo.purposes.exposed == ()


@pytest.mark.parametrize(
    ("name", "words"),
    [("OpenIDCAuth", "open_idc_auth"), ("HTTPBearer", "http_bearer"), ("OAuth2", "oauth2"), ("hasRole", "has_role")],
)
def test_words_of_a_name_end_where_capitals_in_a_row_do(name: str, words: str) -> None:
    assert snake(name) == words


def test_a_right_that_a_class_names_is_asked_for_by_a_mixin_of_a_library_alone() -> None:
    def asked(bases: str, named: str) -> tuple[str, ...]:
        repo = repo_of(
            {
                "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['django.contrib.auth']\n",
                "shop/urls.py": (
                    "from django.urls import path\nfrom shop.views import Sale\n\n"
                    "urlpatterns = [path('sales/', Sale.as_view())]\n"
                ),
                "shop/views.py": (
                    "from auctions.views import HouseMixin\nfrom django.views import View\n\n\n"
                    f"class Sale({bases}):\n    {named}\n\n    def post(self, request):\n        sell(request)\n"
                ),
            }
        )
        return repo.identity.declared(repo.routes.all[0], Strength.PERMISSION)

    assert asked("HouseMixin, View", "permission_required = 'lots.sell'")
    assert asked("HouseMixin, View", "def get_permission_required(self):\n        return 'lots.sell'\n")
    assert not asked("View", "permission_required = 'lots.sell'")
    assert not asked("HouseMixin, View", "permission_required = ''")


def test_a_mixin_of_an_oauth_provider_asks_who_calls() -> None:
    repo = repo_of(
        {
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['oauth2_provider']\n",
            "shop/urls.py": (
                "from django.urls import path\nfrom shop.views import Sale\n\n"
                "urlpatterns = [path('sales/', Sale.as_view())]\n"
            ),
            "shop/views.py": (
                "from django.views import View\nfrom oauth2_provider.views.mixins import ClientProtectedResourceMixin\n"
                "\n\nclass Sale(ClientProtectedResourceMixin, View):\n    def post(self, request):\n        sell()\n"
            ),
        }
    )
    gate = repo.identity.gate(repo.routes.all[0])
    assert gate is not None
    assert gate.strength is Strength.IDENTITY


@pytest.mark.parametrize(
    ("asked", "acts"),
    [
        ("session['api_token']", True),
        ("session['csrf_token']", False),
        ("session.get('api_token')", False),
        ("session['colour']", False),
    ],
)
def test_handler_that_takes_of_the_session_what_a_sign_in_left_acts_for_the_caller(asked: str, acts: bool) -> None:
    repo = repo_of(
        {
            "app.py": (
                "from flask import Flask, session\n\napp = Flask(__name__)\n\n\ndef remove(kind, key):\n"
                f"    peer = connect({asked})\n    peer.remove(kind, key)\n\n\n"
                "@app.post('/orders/<key>/delete')\ndef drop(key):\n    return remove('order', key)\n"
            )
        }
    )
    (route,) = repo.routes.all
    assert repo.purposes.acts_for_caller(route) is acts


@pytest.mark.parametrize(
    ("change", "acts"),
    [
        ("    if order.member == request.member:\n        order.delete()\n", True),
        ("    if request.user.is_authenticated:\n        order.delete()\n", True),
        ("    if order.is_open:\n        order.delete()\n", False),
        ("    order.delete()\n    if order.member == request.user:\n        order.save()\n", False),
    ],
)
def test_who_changes_things_on_a_condition_about_the_caller_acts_for_him(change: str, acts: bool) -> None:
    repo = repo_of(
        {
            "shop/urls.py": "from django.urls import path\n\nfrom shop import views\n\n"
            "urlpatterns = [path('void/', views.void)]\n",
            "shop/views.py": "from django.shortcuts import redirect\n\nfrom shop.models import Order\n\n\n"
            f"def void(request):\n    order = Order.objects.get(pk=request.POST['order'])\n{change}"
            "    return redirect('/')\n",
            "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\n",
        }
    )
    assert {repo.purposes.acts_for_caller(route) for route in repo.routes.all} == {acts}
