"""Each defect of data flow in many disguises and several frameworks is found for certain; its cleaned twin never is."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from readiness_bot.control import Control, controls, judge
from readiness_bot.model import Confidence
from tests.repos import repo_of


@dataclass(frozen=True)
class _Framework:
    """How a web framework is set up, and how its handlers get at the body of a request."""

    imports: str
    setup: str
    handler: str
    after: str
    source: str
    other: Mapping[str, str]


_FRAMEWORKS = {
    "flask": _Framework(
        "from flask import Flask, request as asked",
        "app = Flask(__name__)",
        "@app.post('/do')\ndef do():",
        "",
        "asked.get_json()['KEY']",
        {},
    ),
    "fastapi": _Framework(
        "from typing import Any\nfrom fastapi import FastAPI\nfrom pydantic import BaseModel",
        "app = FastAPI()\nclass Body(BaseModel):\n    KEY: Any",
        "@app.post('/do')\nasync def do(body: Body):",
        "",
        "body.KEY",
        {},
    ),
    "django-rest-framework": _Framework(
        "from rest_framework.decorators import api_view",
        "",
        "@api_view(['POST'])\ndef do(request):",
        "",
        "request.data['KEY']",
        {"app/urls.py": "from django.urls import path\nfrom app.main import do\nurlpatterns = [path('do', do)]\n"},
    ),
    "aiohttp": _Framework(
        "from aiohttp import web",
        "app = web.Application()",
        "async def do(request: web.Request):",
        "app.router.add_post('/do', do)",
        "(await request.json())['KEY']",
        {},
    ),
    "starlette": _Framework(
        "from starlette.applications import Starlette\nfrom starlette.requests import Request\nfrom "
        "starlette.routing import Route",
        "",
        "async def do(request: Request):",
        "app = Starlette(routes=[Route('/do', do, methods=['POST'])])",
        "(await request.json())['KEY']",
        {},
    ),
}


@dataclass(frozen=True)
class _Defect:
    """A call that must not get request data, and the same call with what cleans it; `V` stands for the value."""

    control: str
    imports: str
    setup: str
    bad: str
    clean: str
    key: str = "q"


_DEFECTS = [
    _Defect(
        "database/sql-injection",
        "import sqlite3",
        "db = sqlite3.connect('app.db')",
        'db.execute("SELECT * FROM t WHERE q = \'" + V + "\'")',
        "db.execute('SELECT * FROM t WHERE q = ?', (V,))",
    ),
    _Defect(
        "database/nosql-injection",
        "from pymongo import MongoClient",
        "coll = MongoClient().app.things",
        "coll.find_one({'q': V})",
        "coll.find_one({'q': str(V)})",
    ),
    _Defect(
        "security/ssrf",
        "import requests as r\nfrom urllib.parse import quote",
        "",
        "r.get(V, timeout=5)",
        "r.get('https://example.org/' + quote(V), timeout=5)",
    ),
    _Defect(
        "security/path-traversal",
        "from werkzeug.utils import secure_filename",
        "",
        "open('/srv/' + V)",
        "open('/srv/' + secure_filename(V))",
    ),
    _Defect(
        "security/insecure-code",
        "import os\nimport shlex",
        "",
        "os.system(f'ls {V}')",
        "os.system(f'ls {shlex.quote(V)}')",
    ),
    _Defect(
        "security/password-hashing",
        "import hashlib\nfrom argon2 import PasswordHasher",
        "hasher = PasswordHasher()\nkept = []",
        "kept.append(hashlib.md5(V.encode()).hexdigest())",
        "kept.append(hasher.hash(V))",
        "password",
    ),
]

# `CALL(x)` is the call under test, `SOURCE` the request data; a part after `---` is another module, `app/store.py`.
_DISGUISES = {
    "plain": "value = SOURCE\nCALL(value)",
    "alias": "first = SOURCE\nsecond = first\nthird, rest = second, 1\nCALL(third)",
    "comprehension": "for value in [one for one in [SOURCE] if one]:\n    CALL(value)",
    "late binding": "act = lambda value: CALL(value)\nact(SOURCE)",
    "container": "values = {'a': 'x', 'b': SOURCE}\nCALL(values['b'])",
    "branches": "value = 'x'\nif len('x') > 1:\n    value = SOURCE\nCALL(value)",
    "loop": "last = ''\nfor number in range(3):\n    if last:\n        CALL(last)\n    last = SOURCE",
    "inner function": "value = SOURCE\ndef act():\n    CALL(value)\nact()",
    "walrus": "if (value := SOURCE):\n    CALL(value)",
    "default": "value = SOURCE or 'x'\nCALL(value)",
    "caught": "try:\n    value = SOURCE\nexcept KeyError:\n    value = 'x'\nCALL(value)",
    "wrapper": "act(SOURCE)\n---here\ndef act(value):\n    CALL(value)",
    "two wrappers": "outer('x', value=SOURCE)\n---here\ndef outer(first, *, value):\n    act(value)\ndef "
    "act(value):\n    CALL(value)",
    "object": "Act(SOURCE).run()\n---here\nclass Act:\n    def __init__(self, value):\n        self.value = "
    "value\n    def run(self):\n        CALL(self.value)",
    "inherited": "Act().run(SOURCE)\n---here\nclass Base:\n    def run(self, value):\n        CALL(value)\nclass "
    "Act(Base):\n    pass",
    "returned": "value = same(SOURCE)\nCALL(value)\n---here\ndef same(value):\n    result = value\n    return result",
    "generated": "for value in each(SOURCE):\n    CALL(value)\n---here\ndef each(value):\n    yield value",
    "keywords": "values = {'value': SOURCE}\nact(**values)\n---here\ndef act(value):\n    CALL(value)",
    "other module": "store.act(SOURCE)\n---\ndef act(value):\n    CALL(value)",
}


_EVERYWHERE = ("plain", "other module", "object")
"""The disguises tried in every framework; the others take turns."""


def _files(framework: _Framework, defect: _Defect, disguise: str, call: str) -> dict[str, str]:
    """An application with one handler in which the disguised call stands."""
    text = disguise.replace("SOURCE", framework.source.replace("KEY", defect.key))
    while (at := text.find("CALL(")) >= 0:
        end = text.index(")", at)
        text = text[:at] + call.replace("V", text[at + 5 : end]) + text[end + 1 :]
    body, here, beside = text.partition("\n---here\n")
    body, other, store = body.partition("\n---\n") if not here else (body, "", "")
    setup = f"{defect.imports}\n{defect.setup}\n"
    main = [
        framework.imports,
        "from app import store" if other else "",
        setup,
        framework.setup.replace("KEY", defect.key),
        beside,
        framework.handler,
        textwrap.indent(body, "    "),
        framework.after,
    ]
    files = {"app/__init__.py": "", "app/main.py": "\n".join(main) + "\n", **framework.other}
    return {**files, "app/store.py": f"{setup}\n{store}\n"} if other else files


def _control(name: str) -> Control:
    return next(control for control in controls() if control.id == name)


def _certain(control: str, files: Mapping[str, str]) -> list[str]:
    sites = judge(_control(control), repo_of(files)).sites
    return [site.message for site in sites if not site.good and site.confidence is Confidence.HIGH]


def _likely(control: str, files: Mapping[str, str]) -> list[str]:
    sites = judge(_control(control), repo_of(files)).sites
    return [site.message for site in sites if not site.good and site.confidence is not Confidence.LOW]


_CASES = [
    pytest.param(framework, defect, disguise, id=f"{defect.control}-{name}-{disguise}")
    for number, defect in enumerate(_DEFECTS)
    for place, disguise in enumerate(_DISGUISES)
    for turn, (name, framework) in enumerate(_FRAMEWORKS.items())
    if disguise in _EVERYWHERE or turn == (number + place) % len(_FRAMEWORKS)
]


@pytest.mark.parametrize(("framework", "defect", "disguise"), _CASES)
def test_defect_in_disguise_is_found_and_its_clean_twin_is_not(
    framework: _Framework, defect: _Defect, disguise: str
) -> None:
    found = _certain(defect.control, _files(framework, defect, _DISGUISES[disguise], defect.bad))
    clean = _likely(defect.control, _files(framework, defect, _DISGUISES[disguise], defect.clean))
    assert len(found) == 1, found
    assert clean == []
