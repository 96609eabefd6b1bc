"""Two commits compared: edits that change nothing report nothing, and those that do report just what they did."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path

import pytest

from readiness_bot.assess import compare
from readiness_bot.git import Repository
from readiness_bot.model import Blocker, Delta, Finding
from readiness_bot.settings import Settings
from tests import gitting

Files = dict[str, str]
Change = Mapping[str, str | bytes | None]

FASTAPI = """\
import time
from fastapi import FastAPI, Request
from app import clients, store


app = FastAPI()


@app.get('/orders')
async def orders(request: Request):
    time.sleep(1)
    return store.find(request.query_params['name'])


@app.post('/pay')
def pay(amount: int):
    return clients.charge({'amount': amount, 'currency': 'EUR'})
"""

CLIENTS = """\
import smtplib
import requests


def charge(body):
    answer = requests.post('https://pay.example/charge', json=body, headers={'Accept': 'application/json'})
    return answer.json()


def refund(body):
    try:
        return requests.post('https://pay.example/refund', json=body).json()
    except Exception:
        pass
    finally:
        if not body: return None


def notify(text):
    with smtplib.SMTP('mail.example') as server: server.sendmail('a@pay.example', ['b@pay.example'], text)
"""

STORE = """\
import sqlite3


connection = sqlite3.connect('shop.db')


def find(name):
    rows = connection.execute(f'SELECT * FROM orders WHERE name = "{name}" AND status IN (1, 2)').fetchall()
    return rows
"""

FLASK = """\
import pickle
import subprocess
from flask import Flask, request


web = Flask(__name__)
web.secret_key = 'q8Zt2vLm9XcR4bNw7KdP'


@web.route('/restore', methods=['POST'])
def restore():
    return str(pickle.loads(request.data))


@web.route('/ping')
def ping():
    return subprocess.check_output('ping -c 1 ' + request.args['host'], shell=True)
"""

SHOP: Files = {
    "app/__init__.py": "",
    "app/main.py": FASTAPI,
    "app/clients.py": CLIENTS,
    "app/store.py": STORE,
    "app/desk.py": "from app import clients\n\nBY_HAND = {'refund': clients.refund, 'notify': clients.notify}\n",
    "web/__init__.py": "",
    "web/views.py": FLASK,
    "Dockerfile": 'FROM python:3.13-slim\nCOPY . .\nRUN pip install .\nCMD ["uvicorn", "app.main:app"]\n',
    "README.md": "# Shop\n",
}

WRAPPED: Change = {
    "app/main.py": """\
import time
from fastapi import FastAPI, Request
from app import clients, store

app = FastAPI()


@app.get("/orders")
async def orders(
    request: Request,
):
    time.sleep(
        1
    )
    return store.find(
        request.query_params["name"]
    )


@app.post("/pay")
def pay(
    amount: int,
):
    return clients.charge(
        {
            "amount": amount,
            "currency": "EUR",
        }
    )
""",
    "app/clients.py": """\
import smtplib
import requests


def charge(body):
    answer = requests.post(
        "https://pay.example/charge",
        json=body,
        headers={
            "Accept": "application/json",
        },
    )
    return answer.json()


def refund(body):
    try:
        return (
            requests.post(
                "https://pay.example/refund",  # in euros
                json=body,
            )
            .json()
        )
    except Exception:

        # nobody waits for it
        pass
    finally:
        if not body:
            return None


def notify(text):
    with smtplib.SMTP(
        "mail.example",
    ) as server:
        server.sendmail(
            "a@pay.example",
            ["b@pay.example"],
            text,
        )
""",
    "app/store.py": """\
import sqlite3

connection = sqlite3.connect("shop.db")


def find(name):
    rows = connection.execute(
        "SELECT * FROM orders "
        f"WHERE name = \\"{name}\\" "
        "AND status IN (1, 2)"
    ).fetchall()
    return rows
""",
    "web/views.py": """\
import pickle
import subprocess
from flask import Flask, request

web = Flask(__name__)
web.secret_key = (
    "q8Zt2vLm9XcR4bNw7KdP"
)


@web.route("/restore", methods=["POST"])
def restore():
    return str(
        pickle.loads(
            request.data
        )
    )


@web.route("/ping")
def ping():
    return subprocess.check_output(
        "ping -c 1 " + request.args["host"],
        shell=True,
    )
""",
    "Dockerfile": """\
# the service
from python:3.13-slim

copy . .
run pip \\
    install .
cmd ["uvicorn", \\
     "app.main:app"]
""",
}

FOUND = [
    ("app/clients.py", 6, "external-apis/timeout"),
    ("app/clients.py", 12, "external-apis/timeout"),
    ("app/clients.py", 13, "error-handling/swallowed-exception"),
    ("app/clients.py", 20, "external-apis/timeout"),
    ("app/main.py", 11, "code-quality/blocking-call-in-async"),
    ("app/store.py", 8, "database/sql-injection"),
    ("web/views.py", 7, "security/hardcoded-secret"),
    ("web/views.py", 12, "security/insecure-code"),
    ("web/views.py", 17, "security/insecure-code"),
]
"""Every blocker in `SHOP` that has a place."""


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Facts that all comparisons of one process share."""
    return tmp_path_factory.mktemp("facts")


def changed(folder: Path, before: Change, change: Change, cache: Path) -> Delta:
    """What a commit with these files says after one with those."""
    root = gitting.repository(folder / "shop")
    base = gitting.commit(root, before)
    head = gitting.commit(root, change)
    return compare(Repository.open(root), base, head, Settings(), assessed_on=date(2026, 1, 2), cache_dir=cache, jobs=1)


def places(findings: Iterable[Finding | Blocker]) -> list[tuple[str, int, str]]:
    """Path, line and control of each; a blocker without a place stands on line 0 of no path."""
    return sorted(
        (each.location.path, each.location.line, each.control) if each.location else ("", 0, each.control)
        for each in findings
    )


def reported(delta: Delta) -> dict[str, list[tuple[str, int, str]]]:
    """Whatever the comparison lists, by list; what is empty is left out."""
    lists: dict[str, tuple[Finding, ...] | tuple[Blocker, ...]] = {
        "new blockers": delta.new_blockers,
        "fixed blockers": delta.fixed_blockers,
        "new findings": delta.new_findings,
        "fixed findings": delta.fixed_findings,
    }
    return {name: places(entries) for name, entries in lists.items() if entries}


# -- edits -------------------------------------------------------------------------------------------------------------


def python(edit: Callable[[str], str]) -> Change:
    """An edit of every Python file."""
    return {path: edit(text) for path, text in SHOP.items() if path.endswith(".py") and text}


def with_notes(text: str) -> str:
    """Three lines of comment above every function, above its decorator if it has one."""
    lines: list[str] = []
    for line in text.splitlines():
        starts = line.startswith(("def ", "async def ", "@")) and not (lines and lines[-1].startswith("@"))
        lines += ["# First.", "# Then: a timeout, a password.", "# Last.", line] if starts else [line]
    return "\n".join(lines) + "\n"


def backwards(text: str) -> str:
    """The functions of a file in the opposite order; what stands before them stays."""
    blocks = text.rstrip("\n").split("\n\n\n")
    functions = [block for block in blocks if "def " in block]
    head = [block for block in blocks if "def " not in block]
    return "\n\n\n".join([*head, *reversed(functions)]) + "\n"


def sorted_imports(text: str) -> str:
    """The imports in the order of the alphabet, one name each, behind a docstring."""
    lines = text.splitlines()
    imports = [line for line in lines if line.startswith(("import ", "from "))]
    single = [
        f"{origin} import {name.strip()}" if names else origin
        for origin, _, names in (line.partition(" import ") for line in imports)
        for name in (names.split(",") if names else [""])
    ]
    rest = [line for line in lines if line not in imports]
    return "\n".join(['"""About the shop."""', "", *sorted(single), *rest]) + "\n"


def renamed_files() -> Change:
    """A file under another name, and one in a package of its own, with the imports that follow them."""
    return {
        "app/clients.py": None,
        "app/gateways.py": CLIENTS,
        "app/store.py": None,
        "app/data/__init__.py": "",
        "app/data/store.py": STORE,
        "app/main.py": FASTAPI.replace(
            "from app import clients, store", "from app import gateways as clients\nfrom app.data import store"
        ),
    }


def renamed_and_wrapped() -> Change:
    clients, main = WRAPPED["app/clients.py"], WRAPPED["app/main.py"]
    assert isinstance(clients, str)
    assert isinstance(main, str)
    return {
        **WRAPPED,
        "app/clients.py": None,
        "app/gateways.py": with_notes(clients),
        "app/main.py": main.replace("from app import clients", "from app import gateways as clients"),
    }


def moved_function() -> Files:
    """`refund` in a module of its own, which the old one imports."""
    start, end = CLIENTS.index("def refund"), CLIENTS.index("def notify")
    return {
        "app/refunds.py": f"import requests\n\n\n{CLIENTS[start:end].rstrip()}\n",
        "app/clients.py": f"from app.refunds import refund\n{CLIENTS[:start]}{CLIENTS[end:]}",
    }


def made_methods() -> Change:
    """The functions of the clients as methods of a class."""
    start = CLIENTS.index("def charge")
    methods = CLIENTS[start:].replace("(body)", "(self, body)", 1).replace("def refund(body", "def refund(self, body")
    body = "".join(f"    {line}\n" if line else "\n" for line in methods.replace("(text)", "(self, text)").splitlines())
    return {
        "app/clients.py": f"{CLIENTS[:start]}class Gateway:\n{body}",
        "app/main.py": FASTAPI.replace("clients.charge(", "clients.Gateway().charge("),
    }


def extracted_helpers() -> Change:
    """What each of four findings stands on, in a helper that the old place calls."""
    return {
        "app/clients.py": CLIENTS.replace("requests.post('https://pay.example/refund', json=body).json()", "sent(body)")
        + "\n\ndef sent(body):\n    return requests.post('https://pay.example/refund', json=body).json()\n",
        "app/store.py": STORE.replace("rows = connection", "return connection")
        .replace("    return rows\n", "")
        .replace("def find", "def rows_of")
        + "\n\ndef find(name):\n    rows = rows_of(name)\n    return rows\n",
        "web/views.py": FLASK.replace("str(pickle.loads(request.data))", "str(loaded())").replace(
            "return subprocess", "output = subprocess"
        )
        + "    return output\n\n\ndef loaded():\n    state = pickle.loads(request.data)\n    return state\n",
    }


NOTHING_CHANGED: dict[str, Callable[[], Change]] = {
    "wrapped and requoted": lambda: WRAPPED,
    "comments above functions": lambda: python(with_notes),
    "functions in another order": lambda: python(backwards),
    "imports in another order": lambda: python(sorted_imports),
    "files renamed": renamed_files,
    "file renamed and wrapped": renamed_and_wrapped,
    "function moved to another module": moved_function,
    "functions made methods": made_methods,
    "statements extracted into helpers": extracted_helpers,
    "line ends of another system": lambda: {path: text.replace("\n", "\r\n") for path, text in SHOP.items()},
    "a byte order mark": lambda: {path: f"\ufeff{text}" for path, text in SHOP.items() if path.endswith(".py")},
    "documents only": lambda: {"README.md": "# Shop\n\nThanks to everyone.\n", "docs/history.md": "Long ago.\n"},
}


def test_the_shop_has_these_blockers(tmp_path: Path, cache: Path) -> None:
    delta = changed(tmp_path, {"README.md": "# Shop\n"}, SHOP, cache)
    assert [place for place in places(delta.new_blockers) if place[0]] == FOUND


@pytest.mark.parametrize("edit", NOTHING_CHANGED)
def test_an_edit_that_changes_nothing_reports_nothing(edit: str, tmp_path: Path, cache: Path) -> None:
    delta = changed(tmp_path, SHOP, NOTHING_CHANGED[edit](), cache)
    assert reported(delta) == {}
    assert len([blocker for blocker in delta.head.blockers if blocker.location]) == len(FOUND)


# -- edits that change something ---------------------------------------------------------------------------------------


def test_a_second_equal_defect_in_a_function_is_one_new_blocker(tmp_path: Path, cache: Path) -> None:
    line = "    time.sleep(1)\n"
    found = changed(tmp_path, SHOP, {"app/main.py": FASTAPI.replace(line, f"{line}{line}")}, cache)
    place = ("app/main.py", 12, "code-quality/blocking-call-in-async")
    assert reported(found) == {"new blockers": [place], "new findings": [place]}


def test_two_defects_in_one_statement_are_two_and_one_of_them_is_the_old_one_rewritten(
    tmp_path: Path, cache: Path
) -> None:
    single = "    return requests.post('https://pay.example/refund', json=body).json()"
    double = "    return [requests.get('https://a.example').text, requests.get('https://a.example').text]"
    assert CLIENTS.count(single) == 1
    found = changed(tmp_path, SHOP, {"app/clients.py": CLIENTS.replace(single, double)}, cache)
    place = ("app/clients.py", 12, "external-apis/timeout")
    assert places(found.head.findings).count(place) == 2
    assert (places(found.fixed_findings), places(found.new_findings)) == ([], [place])


def test_a_repaired_defect_is_fixed_though_everything_was_wrapped_and_renamed(tmp_path: Path, cache: Path) -> None:
    edit = dict(renamed_and_wrapped())
    clients = edit["app/gateways.py"]
    assert isinstance(clients, str)
    edit["app/gateways.py"] = clients.replace(
        '"https://pay.example/refund",', '"https://pay.example/refund", timeout=5,'
    )
    place = ("app/clients.py", 12, "external-apis/timeout")
    assert reported(changed(tmp_path, SHOP, edit, cache)) == {"fixed blockers": [place], "fixed findings": [place]}


def test_a_defect_added_to_a_function_that_moved_is_the_only_new_one(tmp_path: Path, cache: Path) -> None:
    edit = moved_function()
    edit["app/refunds.py"] += "    requests.delete('https://pay.example/holds')\n"
    place = ("app/refunds.py", 11, "external-apis/timeout")
    assert reported(changed(tmp_path, SHOP, edit, cache)) == {"new blockers": [place], "new findings": [place]}


def test_one_defect_repaired_and_another_made_are_told_apart(tmp_path: Path, cache: Path) -> None:
    repaired = FLASK.replace("str(pickle.loads(request.data))", "request.data")
    edit = {
        "web/views.py": f"{repaired}\n\n@web.route('/run')\ndef run():\n    return str(eval(request.args['code']))\n"
    }
    found = changed(tmp_path, SHOP, edit, cache)
    assert places(found.fixed_blockers) == [("web/views.py", 12, "security/insecure-code")]
    assert places(found.new_blockers) == [("web/views.py", 22, "security/insecure-code")]


@pytest.mark.parametrize("path", ["app/main.py", "app/clients.py", "app/store.py", "web/views.py"])
def test_a_syntax_error_fixes_nothing_and_breaks_nothing(path: str, tmp_path: Path, cache: Path) -> None:
    found = changed(tmp_path, SHOP, {path: f"{SHOP[path]}\ndef (:\n"}, cache)
    assert reported(found) == {}
    assert [entry.path for entry in found.skipped] == [path]


def test_a_deleted_file_fixes_what_stood_in_it(tmp_path: Path, cache: Path) -> None:
    found = changed(tmp_path, SHOP, {"web/views.py": None}, cache)
    assert [place for place in places(found.fixed_blockers) if place[0]] == FOUND[-3:]
    assert found.new_findings == ()


# -- changes that tell elsewhere ---------------------------------------------------------------------------------------

GUARDED: Files = {
    "app/__init__.py": "",
    "app/main.py": """\
from fastapi import Depends, FastAPI
from prometheus_client import make_asgi_app
from slowapi import Limiter
from slowapi.middleware import SlowAPIMiddleware
from slowapi.util import get_remote_address

from app import orders
from app.identity import current_user

app = FastAPI()
app.state.limiter = Limiter(key_func=get_remote_address, default_limits=["60/minute"])
app.add_middleware(SlowAPIMiddleware)
app.mount("/metrics", make_asgi_app())
app.include_router(
    orders.router,
    dependencies=[Depends(current_user)],
)


@app.get("/healthz")
def healthz():
    return {"ok": True}
""",
    "app/identity.py": """\
import jwt
from fastapi import Header, HTTPException

from app.settings import KEY


def current_user(token: str = Header()):
    try:
        return jwt.decode(token, KEY, algorithms=["HS256"])["sub"]
    except jwt.InvalidTokenError as error:
        raise HTTPException(status_code=401) from error
""",
    "app/settings.py": 'import os\n\nKEY = os.environ["JWT_KEY"]\n',
    "app/orders.py": """\
from fastapi import APIRouter
from pydantic import BaseModel

from app import archive, names, payments, store

router = APIRouter()


class Order(BaseModel):
    customer: int
    amount: int


@router.post("/orders")
def create(order: Order):
    return payments.charge(order.amount)


@router.delete("/orders/{number}")
def cancel(number: int):
    return payments.refund(number)


@router.get("/receipts")
def receipt(name: str):
    return archive.read(names.clean(name))


@router.get("/totals")
def totals():
    return store.count("open")
""",
    "app/names.py": """\
from werkzeug.utils import secure_filename


def clean(name):
    name = secure_filename(name)
    return name
""",
    "app/archive.py": """\
from pathlib import Path

BASE = Path("/srv/receipts")


def read(name):
    return (BASE / name).read_bytes()
""",
    "app/store.py": """\
import sqlite3

connection = sqlite3.connect("shop.db")


def count(status):
    return connection.execute(f"SELECT count(*) FROM orders WHERE status = '{status}'").fetchone()
""",
    "app/http.py": """\
import requests


class Bounded(requests.Session):
    def request(self, *args, **kwargs):
        kwargs.setdefault("timeout", 5)
        return super().request(*args, **kwargs)


session = Bounded()
""",
    "app/payments.py": """\
import pybreaker

from app.http import session

breaker = pybreaker.CircuitBreaker(fail_max=5)


@breaker
def charge(amount):
    return session.post("https://pay.example/charge", json={"amount": amount}).json()


def refund(number):
    return breaker.call(charge, -number)
""",
    "tests/test_orders.py": """\
from app.payments import charge


def test_charge():
    assert charge(1)
""",
    "Dockerfile": """\
FROM python:3.13-slim
COPY . .
RUN pip install . && useradd --uid 10001 app
USER 10001
HEALTHCHECK CMD curl -fsS http://localhost:8000/healthz
CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0"]
""",
    ".github/workflows/test.yml": """\
on: pull_request
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - run: pip install .
      - run: ruff check .
      - run: pytest
""",
}

TAKEN_AWAY = {
    "the limiter": ("app/main.py", "app.add_middleware(SlowAPIMiddleware)\n", ("", 0, "security/rate-limiting")),
    "the caller's identity": (
        "app/main.py",
        "    dependencies=[Depends(current_user)],\n",
        ("app/orders.py", 14, "security/authentication"),
    ),
    "the metrics": ("app/main.py", 'app.mount("/metrics", make_asgi_app())\n', ("", 0, "monitoring/metrics")),
    "the health route": ("app/main.py", '@app.get("/healthz")\n', ("app/main.py", 0, "infrastructure/health-check")),
    "the probe": (
        "Dockerfile",
        "HEALTHCHECK CMD curl -fsS http://localhost:8000/healthz\n",
        ("Dockerfile", 0, "infrastructure/health-check"),
    ),
    "the user": ("Dockerfile", "USER 10001\n", ("Dockerfile", 0, "infrastructure/non-root-container")),
    "the test step": (
        ".github/workflows/test.yml",
        "      - run: pytest\n",
        (".github/workflows/test.yml", 0, "testing/tests-in-ci"),
    ),
    "the time limit": (
        "app/http.py",
        '        kwargs.setdefault("timeout", 5)\n',
        ("app/payments.py", 10, "external-apis/timeout"),
    ),
    "the cleaning": (
        "app/names.py",
        "    name = secure_filename(name)\n",
        ("app/archive.py", 7, "security/path-traversal"),
    ),
}
"""A line that is deleted, and the one blocker that comes of it where no line was changed."""


@pytest.mark.parametrize("what", TAKEN_AWAY)
def test_a_deleted_line_is_one_new_blocker_elsewhere(what: str, tmp_path: Path, cache: Path) -> None:
    path, line, blocker = TAKEN_AWAY[what]
    assert GUARDED[path].count(line) == 1
    without = {path: GUARDED[path].replace(line, "")}
    found = changed(tmp_path / "away", GUARDED, without, cache)
    assert (places(found.new_blockers), places(found.fixed_blockers)) == ([blocker], [])
    back = changed(tmp_path / "back", {**GUARDED, **without}, {path: GUARDED[path]}, cache)
    assert (places(back.new_blockers), places(back.fixed_blockers)) == ([], [blocker])


def test_a_breaker_that_is_no_longer_called_is_told(tmp_path: Path, cache: Path) -> None:
    without = (
        GUARDED["app/payments.py"].replace("@breaker\n", "").replace("breaker.call(charge, -number)", "charge(-number)")
    )
    found = changed(tmp_path, GUARDED, {"app/payments.py": without}, cache)
    changes = [(change.control, change.before.value, change.after.value) for change in found.control_changes]
    assert changes == [("error-handling/circuit-breaker", "pass", "partial")]


def test_a_new_caller_makes_an_old_hint_certain(tmp_path: Path, cache: Path) -> None:
    asking = GUARDED["app/orders.py"].replace("def totals():", "def totals(status: str):").replace('"open"', "status")
    place = ("app/store.py", 7, "database/sql-injection")
    found = changed(tmp_path / "away", GUARDED, {"app/orders.py": asking}, cache)
    assert reported(found) == {"new blockers": [place], "new findings": [place]}
    back = changed(
        tmp_path / "back", {**GUARDED, "app/orders.py": asking}, {"app/orders.py": GUARDED["app/orders.py"]}, cache
    )
    assert places(back.fixed_blockers) == [place]
    assert "new findings" not in reported(back)
