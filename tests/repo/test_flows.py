"""Values followed across functions and files back to where they begin, told in words, and never without end."""

from __future__ import annotations

import time
from collections.abc import Mapping

import pytest

from readiness_bot.repo import Repo
from readiness_bot.repo.flow_paths import Flow, describe
from tests.repos import repo_of

_FLASK = "from flask import Flask, request\napp = Flask(__name__)\n"


def _flows(files: Mapping[str, str] | str) -> tuple[Repo, tuple[Flow, ...]]:
    """What reaches the first argument of the one call of `sink`."""
    repo = repo_of(files)
    site = next(site for site in repo.python.all_calls if site.last == "sink")
    return repo, repo.flows.into(site, 0)


def _texts(files: Mapping[str, str] | str) -> list[tuple[str, str, str]]:
    return sorted({(flow.kind, flow.text, flow.type) for flow in _flows(files)[1]})


def test_path_is_told_in_words_and_places() -> None:
    _, flows = _flows(
        {
            "app/__init__.py": "",
            "app/a.py": f"{_FLASK}from app.b import search\n@app.post('/q')\ndef q():\n    return "
            f"search(request.json['q'])\n",
            "app/b.py": "def search(filter):\n    return sink(filter)\n",
        }
    )
    assert [describe(flow, "find", "app/b.py", 2) for flow in flows] == [
        '`request.json["q"]` at app/a.py:6 → parameter `filter` of `search` → `find` at app/b.py:2'
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f"{_FLASK}@app.get('/')\ndef f():\n    sink(request.args['a'])\n", [("request", 'request.args["a"]', "text")]),
        (
            f"{_FLASK}@app.get('/')\ndef f():\n    sink(request.files['a'].filename)\n",
            [("request", 'request.files["a"].filename', "text")],
        ),
        (
            f"{_FLASK}@app.get('/<name>')\ndef f(name):\n    sink(name)\n",
            [("request", "path parameter `name`", "segment")],
        ),
        (
            f"{_FLASK}@app.get('/<path:name>')\ndef f(name):\n    sink(name)\n",
            [("request", "path parameter `name`", "text")],
        ),
        (f"{_FLASK}@app.get('/<int:number>')\ndef f(number):\n    sink(number)\n", []),
        (
            "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/')\ndef f(a: str):\n    sink(a)\n",
            [("request", "request parameter `a`", "text")],
        ),
        ("from fastapi import FastAPI\napp = FastAPI()\n@app.get('/')\ndef f(a: int):\n    sink(a)\n", []),
        (
            (
                "from fastapi import Body, FastAPI\nfrom pydantic import EmailStr\napp = FastAPI()\n"
                "class Address(EmailStr):\n    pass\n"
                "@app.post('/')\ndef f(a: Address = Body(..., embed=True)):\n    sink(a)\n"
            ),
            [("request", "request parameter `a`", "text")],
        ),
        (
            "from fastapi import FastAPI\napp = FastAPI()\n@app.post('/')\ndef f(a: dict):\n    sink(a['b'])\n",
            [("request", 'request body `a`["b"]', "object")],
        ),
        (
            (
                "from fastapi import Depends, FastAPI\napp = FastAPI()\ndef page(a: str):\n    return a\n"
                "@app.get('/')\ndef f(p: str = Depends(page)):\n    sink(p)\n"
            ),
            [("request", "request parameter `a`", "text")],
        ),
        (
            (
                "from enum import Enum\nfrom fastapi import FastAPI\napp = FastAPI()\nclass Order(str, Enum):\n    A "
                "= 'a'\n"
                "@app.get('/')\ndef f(a: Order):\n    sink(a)\n"
            ),
            [],
        ),
        (
            (
                "import json\nfrom django.urls import path\ndef f(request):\n    "
                "sink(json.loads(request.body)['a'])\nurlpatterns = [path('', f)]\n"
            ),
            [("request", "request.body", "object")],
        ),
        (
            (
                "from typing import Annotated, Literal\nfrom fastapi import FastAPI, Query\napp = FastAPI()\n"
                "@app.get('/')\ndef f(a: Annotated[Literal['x', 'y'] | None, Query()] = None):\n    sink(a)\n"
            ),
            [],
        ),
        (
            (
                "from typing import Annotated\nfrom fastapi import FastAPI, Query\napp = FastAPI()\n"
                "@app.get('/')\ndef f(a: Annotated[str | None, Query(pattern=r'^[\\w.]+$')] = None):\n    sink(a)\n"
            ),
            [("request", "request parameter `a`", "segment")],
        ),
        ("import os\ndef f(a):\n    sink(os.path.basename(a))\n", [("parameter", "parameter `a` of `f`", "")]),
        ("import uuid\ndef f(a):\n    sink(uuid.UUID(a))\n", []),
        ("import sys\nsink(sys.argv[1])\n", [("operator", "sys.argv", "")]),
        ("from conf import settings\nsink(settings.HOST)\n", [("setting", "conf.settings.HOST", "")]),
    ],
)
def test_flow_begins_where_it_should_with_its_type(text: str, wanted: list[tuple[str, str, str]]) -> None:
    assert _texts(text) == wanted


def test_work_given_to_others_is_followed() -> None:
    text = (
        f"{_FLASK}from tasks import app as queue\n"
        "def work(a, b):\n    sink(b)\n"
        "@app.post('/')\ndef f():\n    pool.submit(work, 1, request.json['b'])\n"
    )
    assert _texts(text) == [("request", 'request.json["b"]', "object")]


def test_partial_is_the_function_it_holds() -> None:
    repo = repo_of(
        "from functools import partial\nimport requests\nask = partial(requests.get, timeout=1)\ndef f(u):\n    "
        "ask(u)\n"
    )
    assert [(name, before) for _, name, before in repo.flows.partials(lambda name: name == "requests.get")] == [
        ("requests.get", 0)
    ]


def test_result_that_feeds_its_own_call_is_known() -> None:
    repo = repo_of("def f(a):\n    d = a\n    for _ in range(9):\n        d = grind(d + a)\n    return once(a)\n")
    fed = {site.last: repo.flows.feeds_itself(site) for site in repo.python.all_calls if site.last in ("grind", "once")}
    assert fed == {"grind": True, "once": False}


def test_takers_of_a_result_are_known() -> None:
    repo = repo_of("def f(a):\n    x = read(a)\n    log(x)\n    return x\n")
    site = next(site for site in repo.python.all_calls if site.last == "read")
    assert repo.flows.takers(site) == frozenset({"log", "return"})


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"def f{n}(a):\n    return f{n + 1}(a) + f{n + 2}(a)\n" for n in range(60))
        + "def f(a):\n    sink(f0(a))\n",
        "def f(a):\n    return g(a)\ndef g(a):\n    return f(a)\nsink(f(read()))\n",
        "".join(f"def f{n}(a):\n    f{n + 1}(a)\n" for n in range(80)) + "def f80(a):\n    sink(a)\nf0(read())\n",
        "def f(a):\n    sink(a)\n" + "".join(f"def g{n}(a):\n    f(a)\n" for n in range(400)),
        "class A:\n    def f(self, a):\n        self.a = self.b\n        self.b = self.a\n        sink(self.a)\n",
    ],
    ids=["doubling", "circle", "chain", "many callers", "attributes"],
)
def test_hostile_code_is_bounded(text: str) -> None:
    began = time.perf_counter()
    _, flows = _flows(text)
    assert time.perf_counter() - began < 20
    assert not [flow for flow in flows if flow.kind == "request"]


def test_argument_of_a_task_that_is_handed_itself_is_not_taken_for_the_one_before() -> None:
    files = {
        "app/tasks.py": "from celery import Celery\ncelery = Celery()\n@celery.task(bind=True)\n"
        "def export(self, number, status):\n    sink(status)\n",
        "app/views.py": f"{_FLASK}from app.tasks import export\n@app.post('/export/<int:number>')\ndef view(number):\n"
        "    export.delay(number, request.json.get('status'))\n",
    }
    assert _texts(files) == [("request", 'request.json["status"]', "object")]
    swapped = files["app/tasks.py"].replace("sink(status)", "sink(number)")
    assert _texts({**files, "app/tasks.py": swapped}) == []


def test_reading_a_field_again_reads_what_was_tested() -> None:
    body = "    if request.args.get('a') in KNOWN:\n        sink(request.args.get('a'))\n"
    _, flows = _flows(f"{_FLASK}@app.get('/')\ndef f():\n{body}")
    assert [flow.is_limited for flow in flows] == [True]


@pytest.mark.parametrize(
    ("body", "limited"),
    [
        ("    known = a in KNOWN\n    if not known:\n        raise ValueError\n", True),
        ("    row = next((one for one in rows() if one.name == a), None)\n    if row is None:\n        raise\n", True),
        ("    known = True\n    if STRICT:\n        known = a in KNOWN\n    if not known:\n        raise E\n", False),
        ("    if a != request.args.get('b'):\n        raise E\n", False),
    ],
)
def test_variable_says_what_the_condition_said_that_it_was_given(body: str, limited: bool) -> None:
    _, flows = _flows(f"{_FLASK}@app.get('/')\ndef f():\n    a = request.args.get('a')\n{body}    sink(a)\n")
    assert [flow.is_limited for flow in flows] == [limited]


def test_a_stopgap_beside_a_digest_is_not_surely_what_comes_back() -> None:
    text = (
        "import hashlib\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n\ndef named(text, stopgap):\n"
        "    if not text:\n        return stopgap\n    return hashlib.sha256(text).hexdigest()\n\n\n"
        "@app.get('/x')\ndef x():\n    return open(named(request.args['a'], request.args['b']))\n"
    )
    repo = repo_of(text)
    [site] = repo.python.calls_of("open")
    assert [(flow.kind, flow.sure) for flow in repo.flows.into(site, 0)] == [("request", False)]


def test_replaced_characters_are_told_of_a_value() -> None:
    table = "TABLE = str.maketrans({'x': '_'})\n"
    text = f"{_FLASK}{table}@app.get('/')\ndef f():\n    sink(request.args['a'].translate(TABLE))\n"
    assert [(flow.kind, "substituted" in flow.cleaned) for flow in _flows(text)[1]] == [("request", True)]


def test_lines_about_other_values_change_nothing_of_what_is_said_of_one() -> None:
    said = {
        frozenset(tag for flow in _flows(text)[1] for tag in flow.cleaned)
        for count in range(8)
        for text in [
            "import os\n\n\nclass Store:\n    def keep(self, number, name, seen, shown=None):\n"
            + "".join(f"        seen.tell(number.part{line})\n" for line in range(count))
            + "        if shown is None:\n            shown = name\n        shown = os.path.basename(shown)\n"
            "        name = os.path.abspath(name)\n        known, same = self.find(number, shown, name)\n"
            "        if known is not None and same:\n            return\n        sink(name)\n"
        ]
    }
    assert len(said) == 1


@pytest.mark.parametrize(
    ("type_", "kept", "kind"),
    [
        ("web.Application", "['settings'].name", "setting"),
        ("web.Application", "", "parameter"),
        ("dict", "['a']", "parameter"),
    ],
)
def test_what_is_kept_in_the_application_is_given_by_no_caller(type_: str, kept: str, kind: str) -> None:
    text = f"from aiohttp import web\n\n\nasync def startup(app: {type_}):\n    sink(app{kept})\n"
    assert [flow.kind for flow in _flows(text)[1]] == [kind]
