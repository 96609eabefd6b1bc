"""One open route among guarded ones: forgotten, or meant for strangers."""

from __future__ import annotations

import pytest

from readiness_bot.control import judge
from readiness_bot.controls.security.authentication import authentication
from readiness_bot.model import Confidence, Status
from tests.repos import repo_of

_GUARDED = "".join(
    f"@app.post('/{name}')\n@login_required\ndef {name}():\n    db.session.add(name)\n\n\n" for name in "abcdef"
)
_HEAD = "from flask import Flask\nfrom flask_login import login_required\n\napp = Flask(__name__)\n\n\n"


@pytest.mark.parametrize(("name", "confidence"), [("create_user", Confidence.LOW), ("create_invoice", Confidence.HIGH)])
def test_making_an_account_may_be_for_strangers(name: str, confidence: Confidence) -> None:
    text = f"{_HEAD}{_GUARDED}@app.post('/things')\ndef {name}():\n    db.session.add({name})\n"
    judgement = judge(authentication, repo_of({"shop/views.py": text}))
    assert [site.confidence for site in judgement.sites if not site.good] == [confidence]


@pytest.mark.parametrize(("path", "confidence"), [("users", Confidence.LOW), ("invoices", Confidence.HIGH)])
def test_a_resource_may_let_strangers_make_an_account(path: str, confidence: Confidence) -> None:
    text = (
        f"{_HEAD.replace('import login', 'import current_user, login')}from flask_restful import Api, Resource\n\n"
        f"api = Api(app)\n\n\n{_GUARDED}class Things(Resource):\n    def post(self):\n        db.session.add(1)\n\n\n"
        f"api.add_resource(Things, '/{path}/')\n"
    )
    judgement = judge(authentication, repo_of({"shop/views.py": text}))
    assert [site.confidence for site in judgement.sites if not site.good] == [confidence]


@pytest.mark.parametrize(
    ("sent", "confidence"),
    [("reply_to=[request.form['from']]", Confidence.LOW), ("subject=request.form['subject']", Confidence.HIGH)],
)
def test_whoever_writes_to_the_team_need_not_be_known(sent: str, confidence: Confidence) -> None:
    text = (
        f"{_HEAD}{_GUARDED}@app.post('/lost-parcel')\ndef add_lost_parcel():\n"
        f"    send_mail(to=['help@shop.example'], {sent})\n    return ''\n"
    )
    judgement = judge(authentication, repo_of({"shop/views.py": text}))
    assert [site.confidence for site in judgement.sites if not site.good] == [confidence]


@pytest.mark.parametrize(
    ("middleware", "confidence"),
    [("keeper.middleware.ProtectAllViewsMiddleware", Confidence.LOW), ("keeper.TimingMiddleware", Confidence.HIGH)],
)
def test_a_library_that_protects_every_view_leaves_none_open(middleware: str, confidence: Confidence) -> None:
    names = "abcdef"
    head = (
        "from django.contrib.auth.decorators import login_required\n"
        "from django.views.decorators.http import require_POST"
    )
    guarded = "".join(f"@login_required\n@require_POST\ndef {one}(request):\n    Note().save()\n\n\n" for one in names)
    paths = ", ".join(f"path('{one}/', views.{one})" for one in (*names, "delete_note"))
    judgement = judge(
        authentication,
        repo_of(
            {
                "shop/settings.py": (
                    "import os\n\nROOT_URLCONF = 'shop.urls'\nMIDDLEWARE = []\n"
                    f"if os.environ.get('SINGLE_SIGN_ON'):\n    MIDDLEWARE += ['{middleware}']\n"
                ),
                "shop/urls.py": f"from django.urls import path\nfrom shop import views\n\nurlpatterns = [{paths}]\n",
                "shop/views.py": (
                    f"{head}\n\n\n{guarded}@require_POST\ndef delete_note(request):\n    Note().delete()\n"
                ),
            }
        ),
    )
    assert [site.confidence for site in judgement.sites if not site.good] == [confidence]


@pytest.mark.parametrize(("name", "told"), [("open_access", False), ("need_access", True)])
def test_a_mark_of_what_is_open_is_lost_on_nobody(name: str, told: bool) -> None:
    text = (
        f"from shop.marks import {name}\n{_HEAD}{_GUARDED}@{name}\n@app.post('/notes')\ndef note():\n    return {{}}\n"
    )
    judgement = judge(authentication, repo_of({"shop/views.py": text}))
    assert any("stands above" in site.message for site in judgement.sites) is told


@pytest.mark.parametrize("name", ["optional_user", "current_user"])
def test_what_also_serves_strangers_may_serve_them_here(name: str) -> None:
    text = (
        "from fastapi import Depends, FastAPI, HTTPException\n\napp = FastAPI()\n\n\n"
        "def current_user(token: str = ''):\n    if not token:\n        raise HTTPException(401)\n\n\n"
        "def optional_user(token: str = ''):\n    return token\n\n\n"
        + "".join(
            f"@app.put('/{one}', dependencies=[Depends(current_user)])\ndef {one}():\n    save({one})\n\n\n"
            for one in "abcdef"
        )
        + f"@app.get('/bills', dependencies=[Depends({name})])\ndef bills():\n    return []\n\n\n"
        "@app.patch('/bills/{key}')\ndef fill_in(key: str):\n    save(key)\n"
    )
    judgement = judge(authentication, repo_of({"shop/views.py": text}))
    expected = Confidence.LOW if name == "optional_user" else Confidence.HIGH
    assert [site.confidence for site in judgement.sites if not site.good] == [expected]


@pytest.mark.parametrize(("beside", "confidence"), [("", Confidence.LOW), ("@csrf_exempt\n", Confidence.HIGH)])
def test_a_view_for_machines_among_pages_is_no_forgotten_one(beside: str, confidence: Confidence) -> None:
    views = "".join(
        f"{beside}@require_POST\n@login_required\ndef {one}(request):\n    Order.objects.filter(pk=1).delete()\n\n\n"
        for one in "abcdef"
    )
    paths = ", ".join(f"path('{one}', views.{one})" for one in "abcdefg")
    files = {
        "shop/__init__.py": "",
        "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\n",
        "shop/urls.py": f"from django.urls import path\n\nfrom shop import views\n\nurlpatterns = [{paths}]\n",
        "shop/models.py": (
            "from django.db import models\n\n\nclass Order(models.Model):\n    name = models.TextField()\n"
        ),
        "shop/views.py": (
            "from django.contrib.auth.decorators import login_required\n"
            "from django.views.decorators.csrf import csrf_exempt\n"
            "from django.views.decorators.http import require_POST\n\nfrom shop.models import Order\n\n\n"
            f"{views}"
            "@csrf_exempt\n@require_POST\ndef g(request):\n    Order.objects.create(name=request.POST['name'])\n"
        ),
    }
    judgement = judge(authentication, repo_of(files))
    assert [site.confidence for site in judgement.sites if not site.good] == [confidence]


@pytest.mark.parametrize(
    ("handler", "confidence"),
    [
        ("def prompt():\n    return {}\n", Confidence.LOW),
        ("def prompt(text: str):\n    return {}\n", Confidence.HIGH),
        ("def prompt():\n    store.clear()\n    return {}\n", Confidence.HIGH),
    ],
)
def test_a_handler_that_takes_and_does_nothing_is_no_forgotten_one(handler: str, confidence: Confidence) -> None:
    kept = "".join(
        f"@router.put('/{one}', dependencies=[Depends(signed_in)])\ndef {one}(text: str):\n"
        "    return store.put(text)\n\n\n"
        for one in "abcdef"
    )
    files = {
        "shop/api.py": (
            "from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request\n\nfrom shop.data import store\n\n"
            "router = APIRouter()\n\n\n"
            "def signed_in(request: Request):\n    if request.headers.get('Authorization') != store.key():\n"
            "        raise HTTPException(401)\n\n\n"
            f"{kept}@router.put('/prompt')\n{handler}\n\napp = FastAPI()\napp.include_router(router)\n"
        ),
        "shop/__init__.py": "",
    }
    judgement = judge(authentication, repo_of(files))
    assert [site.confidence for site in judgement.sites if not site.good] == [confidence]


@pytest.mark.parametrize(
    ("line", "confidence"),
    [
        ("db.session.add(request.form['name'])", Confidence.HIGH),
        ("current_user.inbox.delete(request.form['name'])", Confidence.LOW),
        ("names = set(request.form['names'])", Confidence.LOW),
    ],
)
def test_what_a_bare_route_does_tells_whether_it_was_forgotten(line: str, confidence: Confidence) -> None:
    head = _HEAD.replace("Flask\n", "Flask, request\n", 1).replace("import login", "import current_user, login", 1)
    text = f"{head}{_GUARDED}@app.post('/things')\ndef things():\n    {line}\n    return 'done'\n"
    judgement = judge(authentication, repo_of({"shop/views.py": text}))
    assert [site.confidence for site in judgement.sites if not site.good] == [confidence]


@pytest.mark.parametrize(
    ("beside", "confidence"),
    [
        ("", Confidence.HIGH),
        (
            "@app.post('/letters')\ndef letters():\n    db.session.add(request.form['text'])\n    return ''\n",
            Confidence.LOW,
        ),
        (
            "@app.post('/signup')\ndef signup():\n    db.session.add(request.form['name'])\n    return ''\n",
            Confidence.LOW,
        ),
    ],
)
def test_what_only_adds_may_be_for_strangers_where_more_is(beside: str, confidence: Confidence) -> None:
    head = _HEAD.replace("Flask\n", "Flask, request\n", 1)
    text = (
        f"{head}{_GUARDED}{beside}@app.post('/things')\ndef things():\n    db.session.add(request.form['name'])\n"
        "    return ''\n"
    )
    judgement = judge(authentication, repo_of({"shop/views.py": text}))
    found = {site.location.symbol: site.confidence for site in judgement.sites if not site.good}
    assert found["things"] is confidence


@pytest.mark.parametrize(
    ("line", "confidence"),
    [
        ("thing = Thing.objects.get(pk=key)", Confidence.HIGH),
        (
            (
                "user = request.user\n    thing = Thing.objects.get(pk=key)\n"
                "    if user not in thing.team():\n        raise Http404"
            ),
            Confidence.LOW,
        ),
    ],
)
def test_a_handler_that_looks_at_the_caller_may_refuse(line: str, confidence: Confidence) -> None:
    kept = "".join(
        f"@login_required\ndef {one}(request):\n    Thing(name=request.POST['name']).save()\n\n\n" for one in "abcdef"
    )
    paths = ", ".join(f"path('{one}', views.{one})" for one in "abcdef")
    files = {
        "manage.py": "",
        "shop/__init__.py": "",
        "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['shop']\n",
        "shop/urls.py": (
            "from django.urls import path\n\nfrom shop import views\n\n"
            f"urlpatterns = [{paths}, path('drop/<int:key>', views.drop)]\n"
        ),
        "shop/views.py": (
            "from django.contrib.auth.decorators import login_required\nfrom django.http import Http404\n"
            "\nfrom shop.models import Thing\n\n\n"
            f"{kept}def drop(request, key):\n    {line}\n    if request.method == 'POST':\n        thing.delete()\n"
        ),
    }
    judgement = judge(authentication, repo_of(files))
    assert [site.confidence for site in judgement.sites if not site.good] == [confidence]


@pytest.mark.parametrize(
    ("hook", "confidence"),
    [
        ("    if request.user is None and request.path not in OPEN:\n        raise Closed\n", Confidence.LOW),
        ("    request.started = now()\n", Confidence.HIGH),
    ],
)
def test_a_hook_that_looks_at_the_caller_may_refuse(hook: str, confidence: Confidence) -> None:
    head = _HEAD.replace("Flask\n", "Flask, request\n", 1)
    text = (
        f"{head}@app.before_request\ndef look():\n{hook}\n\n{_GUARDED}@app.delete('/things/<key>')\ndef drop(key):\n"
        "    db.session.delete(key)\n    return ''\n"
    )
    judgement = judge(authentication, repo_of({"shop/views.py": text}))
    assert [site.confidence for site in judgement.sites if not site.good] == [confidence]


@pytest.mark.parametrize(
    ("call", "confidence"), [("self.write(found)", Confidence.LOW), ("STORE.write(found)", Confidence.HIGH)]
)
def test_writing_the_answer_changes_nothing(call: str, confidence: Confidence) -> None:
    handlers = "".join(
        f"class {name}(Page):\n    @authenticated\n    def post(self):\n        STORE.delete(1)\n\n\n"
        for name in "ABCDEF"
    )
    routes = ", ".join(f"(r'/{name.lower()}', {name})" for name in "ABCDEFG")
    text = (
        "from tornado.web import Application, RequestHandler, authenticated\n\nfrom shop.store import STORE\n\n\n"
        f"class Page(RequestHandler):\n    pass\n\n\n{handlers}class G(Page):\n    def post(self):\n"
        f"        found = STORE.rows(self.get_argument('key'))\n        {call}\n\n\n"
        f"application = Application([{routes}])\n"
    )
    judgement = judge(authentication, repo_of({"shop/app.py": text}))
    assert [site.confidence for site in judgement.sites if not site.good] == [confidence]


@pytest.mark.parametrize(
    ("check", "confidence"),
    [
        (
            "    if request.headers.get('X-Key') != HOOK_SECRET:\n        print('no')\n        return 'no', 200\n",
            Confidence.LOW,
        ),
        (
            "    try:\n        jwt.decode(request.form['x'], KEY)\n    except jwt.DecodeError:\n        return 'no'\n",
            Confidence.LOW,
        ),
        ("    STORE.validate_hook(request, 'things')\n", Confidence.LOW),
        ("    address = request.remote_addr\n    db.session.add(address)\n", Confidence.LOW),
        ("    if request.headers.get('X-Kind') != HOOK_KIND:\n        print('other')\n", Confidence.HIGH),
    ],
)
def test_a_handler_that_asks_for_a_proof_itself_is_no_forgotten_one(check: str, confidence: Confidence) -> None:
    text = (
        f"import jwt\nfrom flask import request\n{_HEAD}{_GUARDED}@app.post('/things')\ndef take_things():\n{check}"
        "    db.session.add(request.form['x'])\n    return 'ok'\n"
    )
    judgement = judge(authentication, repo_of({"shop/views.py": text}))
    assert [site.confidence for site in judgement.sites if not site.good] == [confidence]


def test_a_function_may_make_the_dependency() -> None:
    text = (
        "from fastapi import Depends, FastAPI, HTTPException\n\napp = FastAPI()\n\n\n"
        "def require_role(name):\n    async def enforce(token: str = ''):\n        if token != name:\n"
        "            raise HTTPException(403)\n\n    return Depends(enforce)\n\n\n"
        "@app.put('/bills/{key}')\ndef change(key: str, user: str = require_role('owner')):\n    save(key)\n"
    )
    assert judge(authentication, repo_of({"shop/views.py": text})).sites == ()


@pytest.mark.parametrize(("permission", "confidence"), [("AllowAny", Confidence.LOW), ("Unknown", Confidence.HIGH)])
def test_a_view_that_allows_anybody_says_so(permission: str, confidence: Confidence) -> None:
    kept = "".join(
        f"@decorators.api_view(['POST'])\n@decorators.permission_classes((IsAuthenticated, ))\ndef {one}(request):\n"
        "    Order.objects.create()\n\n\n"
        for one in "abcdef"
    )
    opened = (
        f"@decorators.permission_classes(({permission}, ))\n"
        if permission == "AllowAny"
        else "@decorators.renderer_classes(())\n"
    )
    paths = ", ".join(f"path('{one}', views.{one})" for one in "abcdefg")
    files = {
        "site/__init__.py": "",
        "site/manage.py": "",
        "site/shop/__init__.py": "",
        "site/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['rest_framework']\n",
        "site/shop/urls.py": f"from django.urls import path\n\nfrom shop import views\n\nurlpatterns = [{paths}]\n",
        "site/shop/views.py": (
            "from rest_framework import decorators\n"
            "from rest_framework.permissions import AllowAny, IsAuthenticated\n\n"
            f"{kept}@decorators.api_view(['POST'])\n{opened}def g(request):\n    Order.objects.create()\n"
        ),
    }
    judgement = judge(authentication, repo_of(files))
    assert [site.confidence for site in judgement.sites if not site.good] == [confidence]


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ('"user" not in session', Status.PASS),
        ('config.getboolean("server", "auth", fallback=False) and "user" not in session', Status.PARTIAL),
        ("request.args.get('banned')", Status.FAIL),
    ],
)
def test_a_hook_of_any_name_that_asks_for_the_session(condition: str, status: Status) -> None:
    code = (
        "import configparser\n\nfrom flask import Flask, abort, request, session\n\nfrom shop.store import save\n\n"
        "config = configparser.ConfigParser()\napp = Flask(__name__)\n\n\n@app.before_request\ndef gate():\n"
        f"    if {condition}:\n        abort(401)\n\n\n@app.post('/orders')\ndef orders():\n"
        "    save(request.form['name'])\n    return ''\n"
    )
    files = {"shop/main.py": code, "shop/store.py": "def save(name): ...\n"}
    assert judge(authentication, repo_of(files)).status is status


@pytest.mark.parametrize(
    ("hook", "found"),
    [
        ("", True),
        (
            (
                "    def check_object_permissions(self, request, obj):\n"
                "        if not request.user.has_perm('drop', obj):\n            self.permission_denied(request)\n"
            ),
            False,
        ),
    ],
)
def test_a_view_may_look_at_the_right_to_each_object(hook: str, found: bool) -> None:
    files = {
        "manage.py": "",
        "shop/__init__.py": "",
        "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['rest_framework']\n",
        "shop/urls.py": (
            "from django.urls import path\n\nfrom shop import views\n\n"
            "urlpatterns = [path('things/<int:pk>', views.Things.as_view())]\n"
        ),
        "shop/views.py": (
            "from rest_framework.generics import DestroyAPIView\n\nfrom shop.models import Thing\n\n\n"
            f"class Things(DestroyAPIView):\n    queryset = Thing.objects.all()\n\n{hook}"
        ),
    }
    judgement = judge(authentication, repo_of(files))
    assert (judgement.status is not Status.PASS) is found


_ROUTER = (
    "from fastapi import APIRouter\n\nrouter = APIRouter()\n\n\n@router.post('/{0}')\ndef keep(item: dict):\n"
    "    db.session.add(item)\n"
)
_KNOWN = (
    "from fastapi import HTTPException, Request\n\n\ndef known(request: Request):\n"
    "    if not request.session.get('user'):\n        raise HTTPException(401)\n    return request.session['user']\n"
)
_MAIN = (
    "from fastapi import Depends, FastAPI\nfrom fastapi.routing import APIRoute\n\nfrom shop import lines, orders\n"
    "from shop.people import known\nfrom shop.settings import settings\n\napp = FastAPI()\n"
    "for router in (orders.router, lines.router):\n"
)
_IN_LOOP = "    app.include_router(router, dependencies={0})\n"
_SURELY, _PERHAPS, _NEVER = "2 of 2 state-changing", "Routes ask who calls only under a condition", "None of the 2"


@pytest.mark.parametrize(
    ("put", "told"),
    [
        (_IN_LOOP.format("[Depends(known)]"), _SURELY),
        (_IN_LOOP.format("[Depends(known)] if settings.closed else []"), _PERHAPS),
        ("    guards = [Depends(known)] if settings.closed else []\n" + _IN_LOOP.format("guards"), _PERHAPS),
        (
            f"    if settings.closed:\n    {_IN_LOOP.format('[Depends(known)]')}    else:\n    {_IN_LOOP.format('[]')}",
            _PERHAPS,
        ),
        (f"    router.dependencies.append(Depends(known))\n{_IN_LOOP.format('[]')}", _SURELY),
        (
            (
                f"{_IN_LOOP.format('[]')}for route in app.routes:\n    if isinstance(route, APIRoute):\n"
                "        route.dependencies.append(Depends(known))\n"
            ),
            _PERHAPS,
        ),
        (_IN_LOOP.format("[] if settings.closed else []"), _NEVER),
        (_IN_LOOP.format("[]"), _NEVER),
    ],
)
def test_a_loop_may_put_guards_before_routers(put: str, told: str) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/orders.py": _ROUTER.format("orders"),
        "shop/lines.py": _ROUTER.format("lines"),
        "shop/people.py": _KNOWN,
        "shop/main.py": _MAIN + put,
    }
    assert judge(authentication, repo_of(files)).summary.startswith(told)


@pytest.mark.parametrize(
    ("around", "told"),
    [
        ("        app.view_functions[name] = login_required(view)\n", _PERHAPS),
        ("        app.view_functions[name] = timed(view)\n", "The only state-changing route asks nobody"),
    ],
)
def test_a_loop_may_put_guards_around_views(around: str, told: str) -> None:
    text = (
        f"{_HEAD}@app.post('/orders')\ndef order():\n    db.session.add(1)\n\n\n"
        f"for name, view in app.view_functions.items():\n    if name not in OPEN:\n{around}"
    )
    assert judge(authentication, repo_of({"shop/app.py": text})).summary.startswith(told)


@pytest.mark.parametrize(
    ("around", "told"),
    [("login_required", _PERHAPS), ("never_cache", "The only state-changing route asks nobody")],
)
def test_a_loop_may_put_guards_around_callbacks_of_patterns(around: str, told: str) -> None:
    files = {
        "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['shop']\n",
        "shop/urls.py": (
            "from django.contrib.auth.decorators import login_required\nfrom django.urls import path\n"
            "from django.views.decorators.cache import never_cache\n\nfrom shop import views\n\n"
            "urlpatterns = [path('orders/', views.order, name='order')]\n\nfor pattern in urlpatterns:\n"
            f"    if pattern.name not in OPEN:\n        pattern.callback = {around}(pattern.callback)\n"
        ),
        "shop/views.py": (
            "from django.http import HttpResponse\nfrom django.views.decorators.http import require_POST\n\n\n"
            "@require_POST\ndef order(request):\n    Order().save()\n    return HttpResponse()\n"
        ),
        "shop/__init__.py": "",
    }
    assert judge(authentication, repo_of(files)).summary.startswith(told)


_OF_HOLDERS = {
    "shop/__init__.py": "",
    "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['django.contrib.auth', 'shop']\n",
    "shop/urls.py": (
        "from django.urls import path\nfrom shop import views\n\nurlpatterns = [path('drop/<int:key>', views.drop)]\n"
    ),
    "shop/pages.py": (
        "from django.shortcuts import render\n\n\ndef fault(request, text):\n"
        "    return render(request, 'f.html', {'t': text})\n"
    ),
}


@pytest.mark.parametrize(
    ("condition", "answer", "asks"),
    [
        ("request.user != order.holder", "return fault(request, 'only the holder may')", True),
        ("not request.user.id == order.holder_id", "return fault(request, 'only the holder may')", True),
        ("order.is_sent or request.user != order.holder", "return redirect('/')", True),
        (
            "order.is_locked and request.user != order.holder",
            "return fault(request, 'only the holder may')",
            False,
        ),
        ("request.user == order.holder", "return fault(request, 'not the holder')", False),
        ("request.user != order.holder", "fault(request, 'only the holder may')", False),
        ("request.user.id != request.POST['user']", "return fault(request, 'another one')", False),
    ],
)
def test_what_only_the_holder_of_a_row_gets_through_asks_who_calls(condition: str, answer: str, asks: bool) -> None:
    view = (
        "from django.shortcuts import get_object_or_404, redirect\nfrom shop.models import Order\n"
        "from shop.pages import fault\n\n\ndef drop(request, key):\n    if request.method != 'POST':\n"
        "        return fault(request, 'use the form')\n    order = get_object_or_404(Order, pk=key)\n"
        f"    if {condition}:\n        {answer}\n    order.delete()\n    return redirect('/')\n"
    )
    status = judge(authentication, repo_of({**_OF_HOLDERS, "shop/views.py": view})).status
    assert (status is Status.PASS) is asks


@pytest.mark.parametrize(
    ("password", "confidence"), [("request.form['password']", Confidence.LOW), ("SHELF_PASSWORD", Confidence.HIGH)]
)
def test_whoever_opens_a_session_elsewhere_with_a_password_is_asked_there(
    password: str, confidence: Confidence
) -> None:
    head = _HEAD.replace("import Flask\n", "import Flask, request\n")
    text = (
        f"{head}{_GUARDED}@app.post('/shelf')\ndef tidy():\n    password = {password}\n    shelf = Shelf()\n"
        "    shelf.connect('shelf.example', password=password)\n    db.session.add(shelf)\n    return ''\n"
    )
    judgement = judge(authentication, repo_of({"shop/views.py": text}))
    assert [site.confidence for site in judgement.sites if not site.good] == [confidence]
