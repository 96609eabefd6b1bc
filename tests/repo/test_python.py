"""Shows what names of production code mean across files."""

from __future__ import annotations

import pytest

from readiness_bot.model import Area
from tests.repos import repo_of


def test_the_later_of_two_imports_of_one_name_holds() -> None:
    repo = repo_of(
        {
            "shop/views.py": "from django.contrib.auth import login\n\nfrom .models import login\n\nlogin()\n",
            "shop/models.py": "class login:\n    pass\n",
            "shop/__init__.py": "",
        }
    )
    assert [site.name for site in repo.python.calls_of("login")] == ["shop/models.py:login"]


@pytest.mark.parametrize(
    ("path", "text", "area"),
    [
        ("tasks.py", "import invoke\n\n\n@invoke.task\ndef build(ctx):\n    ctx.run('make')\n", Area.TOOLING),
        ("shop/rules.py", "from gitlint.rules import LineRule\n\n\nclass T(LineRule):\n    id = 'T'\n", Area.TOOLING),
        ("tasks.py", "from celery import shared_task\n\n\n@shared_task\ndef send():\n    pass\n", Area.PRODUCTION),
    ],
)
def test_what_only_developers_run_is_told_by_what_it_imports(path: str, text: str, area: Area) -> None:
    assert repo_of({path: text}).python.modules[path].area is area


def test_a_package_that_settings_put_on_the_path_holds_modules_by_their_own_names() -> None:
    files = {
        "shop/__init__.py": "",
        "shop/settings/base.py": (
            "import os\nimport sys\n\nroot = lambda *names: os.path.join(ROOT, *names)\n"
            "sys.path.insert(0, root('apps'))\n"
        ),
        "shop/apps/__init__.py": "",
        "shop/apps/orders/__init__.py": "",
        "shop/apps/orders/urls.py": "urlpatterns = []\n",
    }
    found = repo_of(files).python.module_named("orders.urls", "shop/urls.py")
    assert found is not None
    assert found.path == "shop/apps/orders/urls.py"
    del files["shop/settings/base.py"]
    assert repo_of(files).python.module_named("orders.urls", "shop/urls.py") is None


def test_a_package_that_a_program_is_run_in_is_a_place_to_import_from() -> None:
    repo = repo_of(
        {
            "paid/__init__.py": "",
            "paid/main.py": "from server.routes import router\n\nrouter()\n",
            "paid/server/__init__.py": "",
            "paid/server/routes.py": "def router():\n    pass\n",
            "open/__init__.py": "",
            "open/server/__init__.py": "",
            "open/server/routes.py": "def router():\n    pass\n",
        }
    )
    assert [site.name for site in repo.python.calls_of("router")] == ["paid/server/routes.py:router"]


def test_a_package_of_which_only_strangers_import_is_none() -> None:
    repo = repo_of(
        {
            "shop/__init__.py": "",
            "shop/celery/__init__.py": "",
            "shop/celery/schedules.py": "def crontab():\n    pass\n",
            "other/main.py": "from celery.schedules import crontab\n\ncrontab()\n",
        }
    )
    assert [site.name for site in repo.python.calls_of("crontab")] == ["celery.schedules.crontab"]


def test_folder_of_sources_is_where_names_begin_though_it_is_marked_as_a_package() -> None:
    files = {
        "src/__init__.py": "",
        "src/shop/__init__.py": "",
        "src/shop/views.py": "from shop.mail import send\nsend()\n",
        "src/shop/mail.py": "def send():\n    pass\n",
    }
    (call,) = [one for one in repo_of(files).python.all_calls if one.last == "send"]
    assert call.name == "src/shop/mail.py:send"


def test_a_package_that_is_named_like_a_library_does_not_hide_it() -> None:
    repo = repo_of(
        {
            "shop/__init__.py": "",
            "shop/fastapi/__init__.py": "",
            "shop/fastapi/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
        }
    )
    assert [site.name for site in repo.python.calls_of("FastAPI")] == ["fastapi.FastAPI"]


def test_another_folder_means_what_a_package_binds_to_the_name_of_its_module() -> None:
    repo = repo_of(
        {
            "web/src/shop/models/__init__.py": "from .store import store\n",
            "web/src/shop/models/store.py": "from sqlalchemy.orm import Session\n\nstore = Session()\n",
            "web/src/shop/__init__.py": "",
            "jobs/nightly/run.py": "from shop.models import store\n\nstore.commit()\n",
        }
    )
    assert [site.name for site in repo.python.calls_of("commit")] == ["sqlalchemy.orm.Session().commit"]


def test_a_name_comes_from_that_of_several_stars_which_has_it() -> None:
    repo = repo_of(
        {
            "shop/models.py": "class Order:\n    pass\n",
            "shop/rights.py": "from shop.roles import *\n",
            "shop/roles.py": "class Role:\n    pass\n",
            "shop/main.py": (
                "from sqlmodel import *\nfrom shop.models import *\nfrom shop.rights import *\n\n"
                "Order()\nRole()\nField()\n"
            ),
        }
    )
    assert [site.name for site in repo.python.all_calls] == ["shop/models.py:Order", "shop/roles.py:Role", "Field"]


@pytest.mark.parametrize(
    ("binds", "meant"),
    [
        ("from .pay import pay\n", "shop/methods/pay.py:pay"),
        ("from . import pay\n", "shop/methods/pay.py:"),
        ("def pay():\n    return 1\n", "shop/methods/__init__.py:pay"),
        ("from .pay import *\n", "shop/methods/pay.py:pay"),
        ("", "shop/methods/pay.py:"),
    ],
)
def test_a_package_may_offer_something_else_under_the_name_of_a_module(binds: str, meant: str) -> None:
    python = repo_of(
        {
            "shop/__init__.py": "",
            "shop/methods/__init__.py": binds,
            "shop/methods/pay.py": "def pay():\n    return 2\n",
            "shop/also.py": "from shop.methods import pay\n",
            "shop/app.py": "from shop.also import pay\nfrom shop.methods import pay as direct\n\npay()\ndirect()\n",
        }
    ).python
    app = python.modules["shop/app.py"]
    assert [python.identify(call.name, app) for call in app.facts.calls] == [meant, meant]


def test_a_class_with_parameters_is_the_class() -> None:
    python = repo_of(
        {
            "shop/pages.py": "class Page[T]:\n    def first(self):\n        return 1\n",
            "shop/app.py": "from shop.pages import Page\n\npage = Page[int]()\npage.first()\n",
        }
    ).python
    app = python.modules["shop/app.py"]
    assert [site and site.name for site in (python.definition(call.name, app) for call in app.facts.calls)] == [
        "shop/pages.py:Page",
        "shop/pages.py:Page.first",
    ]


def test_a_builtin_is_no_folder_of_its_name() -> None:
    python = repo_of(
        {
            "shop/object/__init__.py": "KIND = 1\n",
            "shop/hash.py": "def of(text):\n    return text\n",
            "shop/app.py": "import hash\n\nMARK = object()\nhash.of('a')\n",
        }
    ).python
    app = python.modules["shop/app.py"]
    assert {python.identify(call.name, app) for call in app.facts.calls} == {"object", "shop/hash.py:of"}


def test_a_library_is_meant_where_a_module_of_its_name_elsewhere_has_nothing_of_the_kind() -> None:
    python = repo_of(
        {
            "app/sources/github.py": "def mine():\n    return 1\n",
            "app/sources/near.py": "from github import mine, Near\n\nmine()\nNear()\n",
            "app/pull/connector.py": "from github import Github, mine\n\nGithub()\nmine()\n",
        }
    ).python
    meant = {
        path: [python.identify(call.name, python.modules[path]) for call in python.modules[path].facts.calls]
        for path in ("app/sources/near.py", "app/pull/connector.py")
    }
    assert meant == {
        "app/sources/near.py": ["app/sources/github.py:mine", "app/sources/github.py:Near"],
        "app/pull/connector.py": ["github.Github", "app/sources/github.py:mine"],
    }


def test_what_a_package_binds_to_the_name_of_a_module_has_what_the_module_lacks() -> None:
    python = repo_of(
        {
            "shop/utils/__init__.py": "from .helpers import *\n",
            "shop/utils/helpers.py": "from .logger import create\n\nlogger = create('shop')\n",
            "shop/utils/logger.py": "import logging\n\n\ndef create(name):\n    return logging.getLogger(name)\n",
            "shop/app.py": (
                "from shop.utils import logger\nfrom shop.utils.logger import create\n\nlogger.info('')\ncreate('')\n"
            ),
            "shop/near.py": (
                "from .utils import logger\nfrom .utils.logger import create\n\nlogger.info('')\ncreate('')\n"
            ),
        }
    ).python
    for module in (python.modules["shop/app.py"], python.modules["shop/near.py"]):
        assert [python.identify(call.name, module) for call in module.facts.calls] == [
            "shop/utils/helpers.py:logger.info",
            "shop/utils/logger.py:create",
        ]


def test_a_library_is_meant_by_the_name_of_a_package_whose_stars_bring_nothing_of_the_kind() -> None:
    python = repo_of(
        {
            "shop/db/__init__.py": "",
            "shop/db/sqlalchemy/__init__.py": "from .core import *\n",
            "shop/db/sqlalchemy/core.py": "from sqlalchemy import inspect\n\n\ndef of(row):\n    return inspect(row)\n",
        }
    ).python
    core = python.modules["shop/db/sqlalchemy/core.py"]
    assert [python.identify(call.name, core) for call in core.facts.calls] == ["sqlalchemy.inspect"]


def test_a_resolved_name_of_a_file_at_the_root_stays_what_it_is() -> None:
    python = repo_of(
        {"models.py": "class Order:\n    pass\n", "app.py": "from models import Order\n\nOrder()\n"}
    ).python
    (site,) = (one for one in python.all_calls if one.module.path == "app.py")
    assert site.name == "models.py:Order"
    assert python.class_of(site.name, site.module) is not None


def test_a_name_that_leads_back_to_itself_ends() -> None:
    python = repo_of(
        {
            "shop/__init__.py": "from shop.pay import pay\n",
            "shop/pay.py": "KIND = 1\n",
            "shop/app.py": "from shop.pay import pay\n\npay()\n",
        }
    ).python
    (site,) = python.all_calls
    assert python.definition(site.name, site.module) is None


def test_what_a_base_keeps_is_known_in_what_descends_from_it() -> None:
    python = repo_of(
        {
            "shop/base.py": (
                "import requests\n\nfrom shop.store import Store\n\n\nclass Base:\n    cache = Store()\n\n"
                "    def __init__(self, store: Store):\n        self.session = requests.Session()\n"
                "        self.store = store\n"
            ),
            "shop/store.py": "class Store:\n    def pay(self):\n        return 1\n",
            "shop/app.py": (
                "from shop.base import Base\n\n\nclass Near(Base):\n"
                "    def go(self):\n        self.session.get('a')\n\n\n"
                "class Far(Near):\n    def go(self):\n        self.session.get('b')\n        self.store.pay()\n"
                "        self.cache.pay()\n"
            ),
        }
    ).python
    assert [site.name for site in python.all_calls if site.module.path == "shop/app.py"] == [
        "requests.Session().get",
        "requests.Session().get",
        "shop/store.py:Store().pay",
        "shop/store.py:Store().pay",
    ]


def test_what_a_container_is_annotated_to_hold_is_what_is_taken_out_of_it() -> None:
    python = repo_of(
        {
            "shop/store.py": "class Store:\n    def pay(self, n):\n        return n\n",
            "shop/app.py": (
                "from typing import Dict, Optional\n\nfrom shop.store import Store\n\n\nclass Till:\n"
                "    spare: 'Optional[list[Store]]' = None\n\n"
                "    def __init__(self, near: list[Store], far: Dict[str, Store], pair: tuple[int, Store]):\n"
                "        self.near = near\n        self.far = far\n        self.pair = pair\n"
                "        self.kept: dict[str, Store] = {}\n\n"
                "    def go(self):\n"
                "        for one in self.near:\n            one.pay(1)\n"
                "        for _, two in enumerate(sorted(self.near)):\n            two.pay(2)\n"
                "        for _, three in self.far.items():\n            three.pay(3)\n"
                "        for left, _ in zip(self.near, [1]):\n            left.pay(4)\n"
                "        [five.pay(5) for five in self.spare or []]\n"
                "        [six.pay(6) for six in self.kept.values()]\n"
                "        self.near[0].pay(7)\n        self.far['a'].pay(8)\n        self.kept.get('b').pay(9)\n"
                "        for ten in everything():\n            ten.pay(10)\n"
                "        self.pair[1].pay(0)\n        self.near[1:].pay(0)\n        self.far.keys().pay(0)\n"
                "        for key in self.far:\n            key.pay(0)\n\n\n"
                "def everything() -> list[Store]:\n    return []\n"
            ),
        }
    ).python
    known: dict[bool, set[object]] = {True: set(), False: set()}
    for site in python.calls_of("pay"):
        known[site.name == "shop/store.py:Store().pay"].add(python.constant(site.call.args[0], site.module))
    assert known == {True: {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, False: {0}}


def test_an_annotation_tells_what_an_own_function_does_not() -> None:
    python = repo_of(
        {
            "shop/store.py": "class Store:\n    def pay(self):\n        return 1\n\n\nclass Quick(Store):\n    pass\n",
            "shop/made.py": "def made():\n    return one\n\n\ndef quick():\n    return Quick()\n",
            "shop/app.py": (
                "import httpx\n\nfrom .made import made\nfrom .store import Quick, Store\n\nkept: Store = made()\n\n\n"
                "def go(given, raw):\n    own: Store = made()\n    own.pay()\n    same: Store = given\n    same.pay()\n"
                "    near: Store = Quick()\n    near.pay()\n    plain: object = made()\n    plain.pay()\n"
                "    client: Store = httpx.Client()\n    client.pay()\n    kept.pay()\n"
            ),
        }
    ).python
    assert [site.name for site in python.calls_of("pay")] == [
        "shop/store.py:Store().pay",
        "shop/store.py:Store().pay",
        "shop/store.py:Store().pay",
        "shop/made.py:made().pay",
        "httpx.Client().pay",
        "shop/store.py:Store().pay",
    ]


def test_a_tree_that_is_a_package_goes_by_the_name_that_its_imports_give_it() -> None:
    files = {
        "__init__.py": "",
        "core/__init__.py": "",
        "core/models.py": "from paint.core.tubes import Tube\n\n\nclass Shelf:\n    tube = Tube()\n",
        "core/tubes.py": "from paint.settings import SIZE\n\n\nclass Tube:\n    size = SIZE\n",
        "sales/__init__.py": (
            "from paint.core import models\nfrom paint.sales import till\n\ntill.Till(models.Shelf())\n"
        ),
        "sales/till.py": "from paint.core.models import Shelf\n\n\nclass Till:\n    shelf = Shelf\n",
    }
    named = [site.name for site in repo_of(files).python.calls_of("Shelf", "Till", "Tube")]
    assert sorted(named) == ["core/models.py:Shelf", "core/tubes.py:Tube", "sales/till.py:Till"]


def test_a_library_with_a_module_called_like_one_at_the_top_names_no_tree() -> None:
    files = {
        "__init__.py": "",
        "core/__init__.py": "",
        "core/models.py": (
            "from paint.brushes import Brush\nfrom paint.core import mail\nfrom paint.rooms import Room\n"
            "from paint.walls import Wall\n\nmail.send()\n"
        ),
        "core/mail.py": "def send():\n    pass\n",
    }
    assert [site.name for site in repo_of(files).python.calls_of("send")] == ["paint.core.mail.send"]


@pytest.mark.parametrize(
    ("loads", "meant"), [("import urllib2", "shop/tubes.py:squeeze"), ("import urllib", "tubes.squeeze")]
)
def test_python_2_looks_beside_a_module_first(loads: str, meant: str) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/till.py": f"{loads}\nfrom tubes import squeeze\n\nsqueeze()\n",
        "shop/tubes.py": "def squeeze():\n    pass\n",
    }
    assert [site.name for site in repo_of(files).python.calls_of("squeeze")] == [meant]
