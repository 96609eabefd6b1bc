"""What keeps a service going that a change takes away or adds, and changes that only look like it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from readiness_bot.compare import compare
from readiness_bot.model import Blocker, Confidence, Delta, Report
from tests.reports import judged
from tests.repos import repo_of

Files = Mapping[str, str]

_CHARGE = (
    "import requests\nfrom tenacity import retry, stop_after_attempt\n\n\n{}def charge(url):\n"
    "    return requests.post(url, timeout=5)\n\n\n{}def pay(url):\n    return charge(url)\n\n\n"
    "if __name__ == '__main__':\n    pay('https://a.example')\n"
)
_AGAIN = "@retry(stop=stop_after_attempt(3))\n"
_LIMITED = (
    "from flask import Flask\nfrom flask_limiter import Limiter\n\napp = Flask(__name__)\n"
    "limiter = Limiter(app, key_func=str{})\n\n\n@app.post('/login')\n{}def login():\n    return 'ok'\n\n\n"
    "@app.post('/reset')\n@limiter.limit('5/minute')\ndef reset():\n    return 'ok'\n"
)
_DRAWN = (
    "from flask import Flask\n\nfrom shop.limits import TokenBucket\n\napp = Flask(__name__)\n\n\n"
    "@app.post('/login')\ndef login(code):\n{}    return 'ok'\n"
)
_LOOP = (
    "import asyncio\nfrom fastapi import FastAPI\nfrom fastapi.concurrency import run_in_threadpool\n\n"
    "from shop.store import read\n\napp = FastAPI()\n\n\n@app.get('/orders')\nasync def orders():\n    {}\n"
)
_READ = "import requests\n\n\ndef read(url='https://a.example'):\n    return requests.get(url, timeout=5).text\n"
_IMAGE = 'FROM python:3.13-slim\nCOPY . /app\n{}CMD ["gunicorn", "{}.main:app"]\n'
_COMPOSED = "services:\n  till:\n    build: till\n    user: '1000'\n"
_APP = "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get('/health')\ndef health():\n    return 'ok'\n"
_POD = (
    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\nspec:\n  template:\n    spec:\n"
    "      containers:\n        - name: {name}\n          image: shop/{name}:1.4\n{more}"
)
_PROBE = "          livenessProbe:\n            httpGet: {path: /health, port: 80}\n"
_BOUNDS = "          resources: {requests: {memory: 256Mi}, limits: {memory: 256Mi}}\n"
_TASKS = "from celery import Celery\n\napp = Celery('shop')\n\n\n@app.task{}\ndef charge(order):\n    return order\n"
_CALLING = (
    "import requests\nfrom celery import Celery\n\napp = Celery('shop')\n\n\n@app.task{}\ndef charge(url):\n"
    "    requests.post(url, timeout=5)\n"
)
_SETTINGS = "CELERY_BROKER_URL = 'redis://store'\n{}"
_BREAKER = (
    "import pybreaker\nimport requests\n\nbreaker = pybreaker.CircuitBreaker()\n\n\n{}def charge(url):\n"
    "    return requests.post(url, timeout=5)\n\n\n@breaker\ndef refund(url):\n"
    "    return requests.post(url, timeout=5)\n\n\nif __name__ == '__main__':\n"
    "    charge('https://a.example')\n    refund('https://a.example')\n"
)
_ORDERS = (
    "from fastapi import FastAPI\nfrom pydantic import BaseModel\n\napp = FastAPI()\n\n\n"
    "class Order(BaseModel):\n    name: str\n\n\n@app.post('/orders'{})\n"
    "async def orders(order: {}):\n    return order\n"
)


def _at(path: str, text: str, **others: str) -> dict[str, str]:
    return {path: text, **others}


def _images(first: str, second: str) -> dict[str, str]:
    images = {"shop/Dockerfile": _IMAGE.format(first, "shop"), "till/Dockerfile": _IMAGE.format(second, "till")}
    return {**images, "shop/main.py": _APP, "till/main.py": _APP}


def _held(user: str) -> dict[str, str]:
    """An image that starts a server, and one that holds code and starts none."""
    image = f"FROM python:3.13-slim\nWORKDIR /srv\nCOPY till /srv/till\nRUN pip install ./till\n{user}"
    return {**_images("USER app\n", "USER app\n"), "till/Dockerfile": image}


def _pods(first: str, second: str) -> dict[str, str]:
    pods = {
        f"deploy/{name}.yaml": _POD.format(name=name, more=more) for name, more in (("api", first), ("web", second))
    }
    return {**pods, "shop/main.py": _APP, "Dockerfile": _IMAGE.format("USER app\n", "shop")}


def _jobs(options: str, settings: str) -> dict[str, str]:
    return {"shop/tasks.py": _TASKS.format(options), "shop/settings.py": _SETTINGS.format(settings)}


def _throttled(limit: str) -> dict[str, str]:
    throttles = "{'DEFAULT_THROTTLE_CLASSES': ['rest_framework.throttling.AnonRateThrottle']}"
    return {
        "shop/settings.py": f"ROOT_URLCONF = 'shop.urls'\nREST_FRAMEWORK = {throttles}\n",
        "shop/views.py": (
            "from django.http import HttpResponse\nfrom django_ratelimit.decorators import ratelimit\n\n\n"
            f"{limit}def login(request):\n    return HttpResponse(request.POST['name'])\n"
        ),
        "shop/urls.py": (
            "from django.urls import path\n\nfrom shop.views import login\n\nurlpatterns = [path('login', login)]\n"
        ),
    }


def _rest(settings: str) -> dict[str, str]:
    return {
        "shop/settings.py": f"ROOT_URLCONF = 'shop.urls'\nREST_FRAMEWORK = {settings}\n",
        "shop/errors.py": "def answer(exc, context):\n    return None\n",
        "shop/urls.py": "from django.urls import path\n\nurlpatterns = [path('orders', lambda request: None)]\n",
    }


LOST: dict[str, tuple[str, Files, Files, str]] = {
    "further attempts": (
        "error-handling/retries",
        _at("shop/main.py", _CHARGE.format(_AGAIN, "")),
        _at("shop/main.py", _CHARGE.format("", "")),
        "shop/main.py:5 `charge` gives up at the first fault of the network: this change takes away `@tenacity.retry`.",
    ),
    "the retries of a job": (
        "error-handling/retries",
        _at("shop/tasks.py", _CALLING.format("(autoretry_for=(OSError,))")),
        _at("shop/tasks.py", _CALLING.format("")),
        "shop/tasks.py:8 `charge` gives up at the first fault of the network: this change takes away the retr",
    ),
    "the limit of a route": (
        "security/rate-limiting",
        _at("shop/main.py", _LIMITED.format("", "@limiter.limit('5/minute')\n")),
        _at("shop/main.py", _LIMITED.format("", "")),
        "shop/main.py:9 POST /login may be called without limit: this change takes away `limit`.",
    ),
    "a bucket that a sign-in draws from": (
        "security/rate-limiting",
        _at("shop/main.py", _DRAWN.format("    if not TokenBucket.authorize_code(code):\n        return 'later'\n")),
        _at("shop/main.py", _DRAWN.format("")),
        "shop/main.py:9 POST /login may be called without limit: this change takes away `authorize_code` in",
    ),
    "the limit of a view beside those of another framework": (
        "security/rate-limiting",
        _throttled("@ratelimit(key='ip', rate='5/m')\n"),
        _throttled(""),
        "shop/views.py:5 GET,POST /login may be called without limit: this change takes away `ratelimit`.",
    ),
    "the limit of a route that another one gets in turn": (
        "security/rate-limiting",
        _at("shop/main.py", _LIMITED.format("", "@limiter.limit('5/minute')\n")),
        _at(
            "shop/main.py",
            _LIMITED.format("", "")
            + "\n\n@app.post('/more')\n@limiter.limit('9/hour')\ndef more():\n    return 'ok'\n",
        ),
        "shop/main.py:9 POST /login may be called without limit: this change takes away `limit`.",
    ),
    "a thread of its own": (
        "code-quality/blocking-call-in-async",
        {"shop/main.py": _LOOP.format("return await run_in_threadpool(read)"), "shop/store.py": _READ},
        {"shop/main.py": _LOOP.format("return read()"), "shop/store.py": _READ},
        "shop/main.py:12 `read` holds up the event loop of `orders`: this change takes away `run_in_threadpool`.",
    ),
    "a thread by a helper of the tree's own": (
        "code-quality/blocking-call-in-async",
        {"shop/main.py": _LOOP.format("return await run_in_thread(read)"), "shop/store.py": _READ},
        {"shop/main.py": _LOOP.format("return read()"), "shop/store.py": _READ},
        "shop/main.py:12 `read` holds up the event loop of `orders`: this change takes away `run_in_thread`.",
    ),
    "a thread of what is written down beside it": (
        "code-quality/blocking-call-in-async",
        {
            "shop/main.py": _LOOP.format(
                "def found():\n        return read()\n\n    return await asyncio.to_thread(found)"
            ),
            "shop/store.py": _READ,
        },
        {"shop/main.py": _LOOP.format("return read()"), "shop/store.py": _READ},
        "shop/main.py:12 `read` holds up the event loop of `orders`: this change takes away `to_thread`.",
    ),
    "the user of one image of two": (
        "infrastructure/non-root-container",
        _images("USER app\n", "USER app\n"),
        _images("USER app\n", ""),
        "till/Dockerfile The container runs as root: this change takes away `USER app`.",
    ),
    "the user of an image whom Compose alone names elsewhere": (
        "infrastructure/non-root-container",
        {**_images("USER app\n", "USER app\n"), "compose.yaml": _COMPOSED},
        {**_images("USER app\n", ""), "compose.yaml": _COMPOSED},
        "till/Dockerfile The container runs as root: this change takes away `USER app`.",
    ),
    "the user of an image that leaves it to others to name a command": (
        "infrastructure/non-root-container",
        _held("USER app\n"),
        _held(""),
        "till/Dockerfile The container runs as root: this change takes away `USER app`.",
    ),
    "the probe of one container of two": (
        "infrastructure/health-check",
        _pods(_PROBE, _PROBE),
        _pods(_PROBE, ""),
        "deploy/web.yaml:9 Nothing notices when the container web no longer answers: this change takes away the live",
    ),
    "the bounds of one container of two": (
        "infrastructure/resource-limits",
        _pods(_BOUNDS, _BOUNDS),
        _pods(_BOUNDS, ""),
        "deploy/web.yaml:9 The container web may take all the memory of its machine: this change takes away its bound",
    ),
    "the late acknowledgement of a job": (
        "error-handling/background-jobs",
        _jobs("(acks_late=True)", ""),
        _jobs("", ""),
        "shop/tasks.py:7 `charge` is lost when it fails or its worker is killed: this change takes away `acks_late`.",
    ),
    "the time limit of every job": (
        "error-handling/background-jobs",
        _jobs("(time_limit=9)", "CELERY_TASK_TIME_LIMIT = 300\n"),
        _jobs("(time_limit=9)", ""),
        "shop/settings.py:1 Every job of the queue may hold its worker for ever: this change takes away `CELERY_TASK",
    ),
    "one of two breakers": (
        "error-handling/circuit-breaker",
        _at("shop/main.py", _BREAKER.format("@breaker\n")),
        _at("shop/main.py", _BREAKER.format("")),
        "shop/main.py:7 `charge` goes on calling a peer that is down: this change takes away `pybreaker.",
    ),
    "the answer to what nobody expected, which the framework has one of its own for": (
        "error-handling/exception-handlers",
        _rest("{'EXCEPTION_HANDLER': 'shop.errors.answer'}"),
        _rest("{}"),
        "shop/settings.py:1 What nobody expected is answered as the framework likes: this change takes away `answer`.",
    ),
    "the schema of a body": (
        "api-design/request-validation",
        _at("shop/main.py", _ORDERS.format("", "Order")),
        _at("shop/main.py", _ORDERS.format("", "dict")),
        "shop/main.py:12 POST /orders takes its body as it comes: this change takes away `order`.",
    ),
    "the schema of an answer": (
        "api-design/response-models",
        _at("shop/main.py", _ORDERS.format(", response_model=Order", "Order")),
        _at("shop/main.py", _ORDERS.format("", "Order")),
        "shop/main.py:12 POST /orders may answer with anything: this change takes away the schema of its answer.",
    ),
}

_TRIES = (
    "import time\n\nimport requests\n\n\ndef asked(url):\n    tries = 0\n    while tries < 3:\n"
    "        try:\n"
    "            return requests.get(url, timeout=9)\n        except OSError:\n            tries += 1\n"
    "            time.sleep(2 ** tries)\n    raise TimeoutError(url)\n"
)


def _composed(test: str) -> dict[str, str]:
    check = f"    healthcheck:\n      test: {test}\n" if test else ""
    return {
        "shop/main.py": "from flask import Flask\n\napp = Flask(__name__)\n",
        "Dockerfile": 'FROM python:3.13-slim\nCOPY . .\nUSER app\nCMD ["gunicorn", "shop.main:app"]\n',
        "compose.yaml": f"services:\n  shop:\n    build: .\n{check}",
    }


KEPT: dict[str, tuple[Files, Files]] = {
    "attempts that the caller makes": (
        _at("shop/main.py", _CHARGE.format(_AGAIN, "")),
        _at("shop/main.py", _CHARGE.format("", _AGAIN)),
    ),
    "a limit for every route": (
        _at("shop/main.py", _LIMITED.format("", "@limiter.limit('5/minute')\n")),
        _at("shop/main.py", _LIMITED.format(", default_limits=['9/hour']", "")),
    ),
    "a function that became a coroutine": (
        {"shop/main.py": _LOOP.format("return await run_in_threadpool(read)"), "shop/store.py": _READ},
        {"shop/main.py": _LOOP.format("return await read()"), "shop/store.py": _READ.replace("def", "async def")},
    ),
    "a handler that became a function": (
        {"shop/main.py": _LOOP.format("return await run_in_threadpool(read)"), "shop/store.py": _READ},
        {"shop/main.py": _LOOP.format("return read()").replace("async def", "def"), "shop/store.py": _READ},
    ),
    "a user whom the pods name": (
        _images("USER app\n", "USER app\n"),
        {
            **_images("USER app\n", ""),
            "deploy/api.yaml": _POD.format(
                name="api", more="          securityContext: {runAsNonRoot: true, runAsUser: 1000}\n"
            ),
        },
    ),
    "attempts that what is called by now makes": (
        {"shop/pay.py": _CHARGE.format("", ""), "shop/main.py": _TRIES},
        {
            "shop/pay.py": _TRIES + "\n\ndef charge_again(url):\n    return asked(url)\n",
            "shop/main.py": "from shop.pay import charge_again\n\n\ndef asked(url):\n    return charge_again(url)\n",
        },
    ),
    "a check that cannot fail": (_composed("[CMD-SHELL, exit 0]"), _composed("")),
    "another probe": (_pods(_PROBE, _PROBE), _pods(_PROBE, _PROBE.replace("liveness", "startup"))),
    "a job that is retried by other means": (_jobs("(acks_late=True)", ""), _jobs("(autoretry_for=(OSError,))", "")),
}

_WATCHED = frozenset(control for control, *_ in LOST.values())


def _judged(files: Files) -> Report:
    return judged(repo_of(files), _WATCHED)


def _told(change: Delta, control: str) -> list[str]:
    return [f"{one.location.place} {one.message}" for one in change.new_findings if one.control == control]


def _blocking(blockers: Iterable[Blocker], control: str) -> list[str]:
    found = (one for one in blockers if one.control == control)
    return [f"{one.location.place if one.location else ''} {one.issue}" for one in found]


@pytest.mark.parametrize(("control", "before", "after", "told"), LOST.values(), ids=LOST)
def test_what_is_taken_away_is_told_at_its_place_and_fixed_the_other_way_round(
    control: str, before: Files, after: Files, told: str
) -> None:
    old, new = _judged(before), _judged(after)
    change = compare(old, new, {})
    # Where the last one is gone, the control as a whole is told, at the place.
    assert (_told(change, control) or _blocking(change.new_blockers, control))[0].startswith(told)
    severe = any(one.control == control and one.severity.blocks for one in change.head.verdicts)
    severe = severe and all(one.confidence is Confidence.HIGH for one in change.new_findings if one.control == control)
    assert bool(_blocking(change.new_blockers, control)) == severe
    back = compare(new, old, {})
    fixed = [one.control for one in back.fixed_findings] + [one.control for one in back.fixed_blockers]
    assert control in fixed
    assert not _told(back, control)


@pytest.mark.parametrize(("before", "after"), KEPT.values(), ids=KEPT)
def test_what_is_kept_in_another_way_is_no_loss(before: Files, after: Files) -> None:
    change = compare(_judged(before), _judged(after), {})
    assert [one for one in change.new_findings if "takes away" in one.message] == []
