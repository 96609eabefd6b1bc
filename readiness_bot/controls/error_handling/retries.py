"""Whether transient failures of what the service depends on over the network are tried again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from readiness_bot.control import Control, failed, not_applicable, partial, passed, seen
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity, Ward
from readiness_bot.repo import Repo
from readiness_bot.repo.modules import DefinitionSite
from readiness_bot.repo.resilience import Leaving

ONLY_STORES = 0.5
"""No peer that comes and goes is called: what fails with the store fails with the whole service."""
ENOUGH = 0.5
"""From half on the calls that are tried once are those where a second attempt would do harm, or not be waited for."""


@Control(
    id="error-handling/retries",
    counterpart=lambda repo, ward: _counterpart(repo, ward),  # noqa: PLW0108 - it stands further down
    title="Transient failures of the network are retried with backoff",
    kind=Kind.CAPABILITY,
    severity=Severity.CRITICAL,
    why="Connections drop and peers restart every day; a second attempt a moment later succeeds, and nobody need know.",
    impact="Each passing fault of a dependency becomes an error for the user or a lost job.",
    fix=(
        "Wrap the calls that leave the process: `@retry(stop=stop_after_attempt(3), "
        "wait=wait_exponential_jitter())` from tenacity, for errors that pass by themselves only."
    ),
    effort=Effort.DAYS,
    role=Role.BACKEND,
    sources=["https://tenacity.readthedocs.io/en/latest/", "https://sre.google/sre-book/handling-overload/"],
    passes=[
        (
            "import os\n\nfrom fastapi import FastAPI\nfrom github import Github\n\napp = FastAPI()\n"
            "house = Github(os.environ['KEY'])\n\n\n@app.get('/stars/{name}')\ndef stars(name: str):\n"
            "    return {'stars': house.get_repo(name).stargazers_count}\n"
        ),
        (
            "import requests\nfrom shop.delays import get_backoff_interval\n\n\n"
            "def deliver(order):\n    try:\n        requests.post(order.url, timeout=5)\n"
            "    except requests.RequestException:\n        order.due += get_backoff_interval(order.tried)\n"
            "        order.save()\n\n\nif __name__ == '__main__':\n    deliver(next_order())\n"
        ),
        {
            "shop/clients.py": (
                "import httpx\n\n_client = httpx.Client(timeout=30)\n\n\nclass Gate:\n"
                "    root = 'https://gate.example/'\n\n"
                "    def get(self, path):\n        return self._request('GET', path)\n\n"
                "    def post(self, path, **data):\n        return self._request('POST', path, data)\n\n"
                "    def _request(self, method, path, data=None):\n"
                "        return _client.request(method, self.root + path, json=data)\n"
            ),
            "shop/tasks.py": (
                "import httpx\nfrom celery import Celery, Task\n\nfrom shop.clients import Gate\n\n"
                "app = Celery('shop')\n\n\n"
                "@app.task(bind=True, max_retries=3)\ndef charge(self: Task, amount):\n"
                "    Charge(self, amount).run()\n\n\n"
                "class Charge:\n    def __init__(self, task: Task, amount):\n        self.task = task\n"
                "        self.amount = amount\n\n    def run(self):\n        try:\n"
                "            Gate().post('charges', amount=self.amount)\n"
                "        except httpx.TransportError as error:\n"
                "            raise self.task.retry(exc=error, countdown=2 ** self.task.request.retries)\n"
            ),
            "shop/views.py": (
                "from fastapi import FastAPI\n\nfrom shop.clients import Gate\nfrom shop.tasks import charge\n\n"
                "app = FastAPI()\n\n\n@app.get('/balance')\ndef balance():\n"
                "    return Gate().get('balance').json()\n\n\n"
                "@app.post('/charges')\ndef start(amount: int):\n    charge.delay(amount)\n"
            ),
        },
        {
            "shop/main.py": (
                "import importlib\n\nfrom flask import Flask\n\nfrom shop.sending import Sender\n\n"
                "app = Flask(__name__)\n\n\n@app.post('/orders')\nasync def order():\n"
                "    module = importlib.import_module(f\"shop.{app.config['KIND']}\")\n"
                "    sender: Sender = module.make()\n    return await sender.send()\n"
            ),
            "shop/sending.py": (
                "class Sender:\n    async def send(self):\n        return await self.try_send()\n\n"
                "    async def try_send(self):\n        raise NotImplementedError\n"
            ),
            "shop/mail.py": (
                "import httpx\n\nfrom shop.clock import shop_sleep\nfrom shop.sending import Sender\n\n\n"
                "class Mail(Sender):\n    async def try_send(self):\n        for attempt in range(3):\n"
                "            try:\n                return await self.post()\n"
                "            except httpx.TransportError:\n                await shop_sleep(2 ** attempt)\n\n"
                "    async def post(self):\n        return httpx.post('https://mail.example')\n"
            ),
            "shop/clock.py": "async def shop_sleep(seconds):\n    await later(seconds)\n",
            "shop/__init__.py": "",
        },
        (
            "import redis\nfrom twisted.internet import reactor\n"
            "from twisted.internet.protocol import ReconnectingClientFactory\n\n\n"
            "class Relay(ReconnectingClientFactory):\n    maxDelay = 10\n\n\n"
            "def start(host):\n    redis.Redis(host).ping()\n    reactor.connectTCP(host, 2004, Relay())\n\n\n"
            "if __name__ == '__main__':\n    start('relay')\n"
        ),
        {
            "shop/main.py": (
                "import flask\n\nfrom shop.clients import Till\n\n\ndef create_app():\n"
                "    app = flask.Flask(__name__)\n    app.till = Till()\n    return app\n\n\napp = create_app()\n\n\n"
                "@app.post('/orders')\ndef order():\n    flask.current_app.till.charge(1)\n    return ''\n"
            ),
            "shop/clients.py": (
                "import requests\nfrom tenacity import retry, stop_after_attempt\n\n\nclass Till:\n"
                "    @retry(stop=stop_after_attempt(3))\n    def charge(self, amount):\n"
                "        return requests.post('https://a.example', json=amount, timeout=5)\n"
            ),
        },
        (
            "from aiohttp import web\nfrom aiohttp_retry import ExponentialRetry, RetryClient\n\n\n"
            "async def rate(request):\n    again = ExponentialRetry(attempts=3)\n"
            "    async with RetryClient(retry_options=again) as bank:\n"
            "        async with bank.get('https://bank.example/rate') as answer:\n"
            "            return web.json_response(await answer.json())\n\n\n"
            "app = web.Application()\napp.router.add_get('/rate', rate)\n"
        ),
        "from pymongo import MongoClient\n\norders = MongoClient('mongodb://store').shop.orders\n",
        {
            "shop/again.py": (
                "import functools\nimport time\n\n\ndef retry(attempts=5, pause=time.sleep):\n"
                "    def around(function):\n"
                "        @functools.wraps(function)\n        def call(*args):\n"
                "            for attempt in range(attempts):\n"
                "                try:\n                    return function(*args)\n                except OSError:\n"
                "                    pause(2 ** attempt)\n            raise RuntimeError\n\n        return call\n\n"
                "    return around\n"
            ),
            "shop/main.py": (
                "import requests\n\nfrom shop.again import retry\n\n\nclass Till:\n    def __init__(self):\n"
                "        self.charge_again = retry(attempts=3)(self.charge)\n\n    def charge(self, url):\n"
                "        return requests.post(url, timeout=5)\n\n\nif __name__ == '__main__':\n"
                "    Till().charge_again('https://a.example')\n"
            ),
        },
        (
            "import requests\nfrom tenacity import retry, stop_after_attempt, wait_exponential\n\n\n"
            "@retry(stop=stop_after_attempt(3), wait=wait_exponential())\n"
            "def charge(url):\n    return requests.post(url, timeout=5)\n\n\ndef main(url):\n    "
            "return charge(url)\n\n\nif __name__ == '__main__':\n    main('https://a.example')\n"
        ),
        (
            "import requests\nfrom requests.adapters import HTTPAdapter\nfrom urllib3.util.retry "
            "import Retry\n\nsession = requests.Session()\n"
            "session.mount('https://', HTTPAdapter(max_retries=Retry(total=3, backoff_factor=0.5)))\n"
            "session.get('https://a.example', timeout=3)\n"
        ),
        (
            "import requests\nfrom huey import RedisHuey\n\nhuey = RedisHuey('shop')\n\n\n"
            "def task(retries=5, delay=15):\n    def wrap(function):\n        "
            "return huey.task(retries=retries, retry_delay=delay)(function)\n\n    return wrap\n\n\n"
            "@task()\ndef charge(url):\n    return requests.post(url, timeout=5)\n\n\n"
            "if __name__ == '__main__':\n    charge('https://a.example')\n"
        ),
        (
            "import requests\n\n\ndef charge(url, rounds=3):\n    for number in range(rounds):\n        try:\n"
            "            return requests.post(url, timeout=5)\n        except requests.ConnectionError:\n"
            "            if number == rounds - 1:\n                raise\n        wait(2 ** number)\n"
            "    return None\n\n\nif __name__ == '__main__':\n    charge('https://a.example')\n"
        ),
        (
            "import time\nimport requests\n\n\ndef charge(url):\n    for number in range(4):\n        try:\n"
            "            return requests.post(url, timeout=5)\n        except requests.ConnectionError:\n"
            "            time.sleep(2 ** number)\n    return None\n\n\n"
            "if __name__ == '__main__':\n    charge('https://a.example')\n"
        ),
        (
            "import boto3\n\nstore = boto3.client('s3')\n\n\ndef keep(name, body):\n"
            "    store.put_object(Bucket='orders', Key=name, Body=body)\n\n\n"
            "if __name__ == '__main__':\n    keep('one', b'')\n"
        ),
        {
            "shop/http.py": (
                "from collections.abc import Iterator\nfrom contextlib import contextmanager\nimport httpx\n\n\n"
                "@contextmanager\ndef client() -> Iterator[httpx.Client]:\n"
                "    with httpx.Client(transport=httpx.HTTPTransport(retries=3)) as session:\n        yield session\n"
            ),
            "shop/main.py": (
                "from shop.http import client\n\n\ndef charge(url):\n    with client() as session:\n"
                "        return session.post(url)\n\n\nif __name__ == '__main__':\n    charge('https://a.example')\n"
            ),
        },
    ],
    fails=[
        (
            "import sys\nimport time\n\nimport requests\n\n\ndef bar(chunks):\n    for part in range(chunks):\n"
            "        sys.stdout.write('.')\n        time.sleep(1 / chunks)\n    try:\n        sys.stdout.flush()\n"
            "    except KeyboardInterrupt:\n        print()\n\n\ndef main(url):\n    bar(10)\n"
            "    requests.post(url, timeout=5)\n\n\nif __name__ == '__main__':\n    main('https://a.example')\n"
        ),
        "import requests\n\n\ndef charge(url):\n    return requests.post(url, timeout=5)\n",
        (
            "import requests\n\n\ndef charge(url, rows):\n    for number in range(rows):\n        try:\n"
            "            requests.post(url, json=number, timeout=5)\n        except OSError as error:\n"
            "            print(error)\n\n\nif __name__ == '__main__':\n    charge('https://a.example', 9)\n"
        ),
        (
            "from openai import OpenAI\n\nclient = OpenAI(max_retries=0)\n\n\ndef main():\n"
            "    return client.responses.create(model='small', input='hello')\n\n\n"
            "if __name__ == '__main__':\n    main()\n"
        ),
    ],
    fixed="import requests\nfrom tenacity import retry, stop_after_attempt, wait_exponential_jitter\n\n\n"
    "@retry(stop=stop_after_attempt(3), wait=wait_exponential_jitter())\ndef charge(url):\n   "
    " return requests.post(url, timeout=5)\n\n\n"
    "if __name__ == '__main__':\n    charge('https://a.example')\n",
    partials=[
        (
            "import redis\nfrom redis.backoff import NoBackoff\nfrom redis.retry import Retry\n\n"
            "store = redis.Redis(retry=Retry(NoBackoff(), 0))\n"
        ),
        "import psycopg\n\n\ndef orders(address):\n    return psycopg.connect(address).execute('SELECT 1')\n",
        (
            "import requests\n\n\ndef charge(url):\n    attempts = 1\n    while True:\n        try:\n"
            "            requests.post(url, timeout=5)\n            break\n        except OSError:\n"
            "            if attempts >= 3:\n                raise\n        attempts += 1\n\n\n"
            "def load(url):\n    return requests.get(url, timeout=5)\n\n\ndef note(url):\n"
            "    return requests.put(url, timeout=5)\n\n\n"
            "if __name__ == '__main__':\n    charge('https://a.example')\n"
        ),
        {
            "shop/tasks.py": (
                "import requests\nfrom celery import Celery\n\napp = Celery('shop')\n\n\ndef again(task, error):\n"
                "    task.retry(max_retries=5, countdown=2 ** task.request.retries, exc=error)\n\n\n"
                "@app.task(bind=True)\ndef charge(self, url):\n    try:\n        requests.post(url, timeout=5)\n"
                "    except requests.RequestException as error:\n        again(self, error)\n"
            ),
        },
        (
            "import time\nimport redis\nfrom tornado.httpclient import AsyncHTTPClient\n\n\n"
            "def connect(url):\n    attempts = 0\n    while True:\n        try:\n"
            "            return redis.from_url(url)\n"
            "        except ConnectionError:\n            attempts += 1\n            time.sleep(2 ** attempts)\n\n\n"
            "async def load(url):\n    return await AsyncHTTPClient().fetch(url)\n\n\n"
            "if __name__ == '__main__':\n    connect('redis://store')\n"
        ),
        (
            "import requests\nfrom tenacity import retry\n\n\n@retry()\ndef unused():\n    return 1\n\n"
            "\ndef charge(url):\n    return requests.post(url, timeout=5)\n\n\n"
            "if __name__ == '__main__':\n    charge('https://a.example')\n"
        ),
    ],
    ignores=["def add(a, b):\n    return a + b\n"],
)
def retries(repo: Repo) -> Judgement:
    """A retry mechanism that something reached by the service uses passes; one that nothing uses is partial.

    What is tried again is kept beside, so that a comparison can tell of one function that no longer is.
    """
    return replace(_judged(repo), wards=tuple(_wards(repo)))


def _wards(repo: Repo) -> Iterator[Ward]:
    for one in repo.resilience.leaving:
        by = tuple(dict.fromkeys(map(_named, one.retried_by)))
        others = _others(repo, one.function)
        if not one.is_seen:
            yield _of_unseen(one.function, by, others)
            continue
        yield Ward(
            one.function.location,
            "further attempts",
            by,
            f"`{one.function.definition.name}` gives up at the first fault of the network",
            ways=0 if by or one.is_covered else 1,
            beside=others,
        )
        yield from _of_way(one, others)
    for name, details in repo.resilience.clients.items():
        site = repo.python.definition_named(name)
        if site is not None:
            yield _of_client(repo, site, details)
    for place, name, number in repo.resilience.attempts_told():
        # Attempts are counted with the first, what is done again is not.
        is_again = number > (0 if "retr" in name or name == "total" else 1)
        yield Ward(
            place,
            f"how often by `{name}`",
            (f"`{name}={number}`",) if is_again else (),
            f"`{name}` leaves no further attempt where nobody says otherwise",
            ways=0 if is_again else 1,
        )


def _of_way(one: Leaving, others: tuple[str, ...]) -> Iterator[Ward]:
    """The way that a function's requests take: through a function that is tried again, or past every such one."""
    names = tuple(f"`{name.rpartition(':')[2].rpartition('.')[2]}`" for name in one.through)
    if one.retried_by or one.is_covered or bool(names) is one.is_direct:
        return
    yield Ward(
        one.function.location,
        "the way to the network",
        names,
        f"`{one.function.definition.name}` gives up at the first fault of the network",
        ways=0 if names else 1,
        beside=others,
    )


_OF_CLIENT = "further attempts of a client"


def _of_client(repo: Repo, function: DefinitionSite, details: tuple[str, ...]) -> Ward:
    """A function that makes a client, and what that is told to try again by: any of it is enough.

    Beside it stand the functions that it has such a client from.
    """
    called = (repo.python.target(call, function.module) for call in function.calls)
    makers = {
        f"`{site.definition.name}`" for site in called if site is not None and site.name in repo.resilience.clients
    }
    return Ward(
        function.location,
        _OF_CLIENT,
        (),
        f"What `{function.definition.name}` makes gives up at the first fault of the network",
        ways=0,
        beside=tuple(sorted(makers)),
        asks=(tuple(sorted(set(details))),) if details else (),
    )


def _others(repo: Repo, function: DefinitionSite) -> tuple[str, ...]:
    """What else tries again, and the own functions that a function calls: one of them may do so in its stead."""
    called = (repo.python.target(call, function.module) for call in function.calls)
    functions = (site.definition for site in called if site is not None and site.definition.kind == "function")
    named = {f"`{definition.name}`" for definition in functions}
    return tuple(sorted(repo.resilience.means_of_retrying | named))


def _of_unseen(function: DefinitionSite, by: tuple[str, ...], others: tuple[str, ...]) -> Ward:
    """A function that is tried again though what fails in it is not seen, as one that calls what it is handed."""
    return Ward(
        function.location,
        "further attempts at something",
        (),
        f"`{function.definition.name}` gives up at the first fault",
        ways=0,
        beside=others,
        asks=tuple((name,) for name in by),
    )


def _counterpart(repo: Repo, ward: Ward) -> Ward | None:
    """A function as it stands here that is tried again elsewhere."""
    path, symbol = ward.location.path, ward.location.symbol
    site = repo.python.definition_named(f"{path}:{symbol}")
    if site is None or (site.module.path, site.definition.qualname) != (path, symbol):
        return None
    if ward.thing == _OF_CLIENT:
        return _of_client(repo, site, repo.resilience.clients.get(site.name, ()))
    known = next((one for one in repo.resilience.leaving if one.function.name == site.name), None)
    by = tuple(dict.fromkeys(map(_named, known.retried_by))) if known is not None else ()
    return _of_unseen(site, by, _others(repo, site)) if known is None or not known.is_covered else None


def _named(detail: str) -> str:
    """What tries again, where its place is said beside it."""
    return "the retries of its job" if detail.endswith(("with retries", "default)")) else detail.partition(" on ")[0]


def _judged(repo: Repo) -> Judgement:
    if not repo.resilience.network_dependencies:
        return not_applicable("Nothing here depends on a network.")
    if repo.is_reusable and not repo.outbound.of_service:
        return not_applicable("A library whose stores are those of its users.")
    mechanisms = repo.resilience.retries
    used = [item for item in mechanisms if item.is_used]
    if used:
        shown = [seen(item.location.path, item.location.line, item.detail) for item in used[:5]]
        share = repo.resilience.retried_share
        if share >= ENOUGH:
            return passed(f"{used[0].detail} retries what fails for a moment.", *shown)
        return partial(
            f"Retries cover {share:.0%} of what can fail for a moment."
            if share
            else f"Something is tried again ({used[0].detail}), but no outbound call is seen to be.",
            *shown,
            score=round(0.5 + 0.4 * share / ENOUGH, 2),
        )
    if mechanisms:
        shown = [
            seen(item.location.path, item.location.line, f"{item.detail}, reached by nothing")
            for item in mechanisms[:5]
        ]
        return partial("A retry is defined, but nothing that runs goes through it.", *shown)
    first = repo.resilience.network_dependencies[0]
    if not repo.outbound.of_service:
        return _stores_alone(repo)
    return failed(
        "No call over the network is tried again when it fails for a moment.",
        seen(first.path, first.line, first.detail),
        looked_in=["decorators and loops that retry", "adapters and client options", "job queue options"],
    )


def _stores_alone(repo: Repo) -> Judgement:
    """Where nothing but the service's own stores is called, what calls the service is what tries again."""
    patient = repo.resilience.patient_stores
    shown = [seen(one.path, one.line, one.detail) for one in (patient or repo.resilience.stores)[:3]]
    if patient and len(patient) == len(repo.resilience.stores):
        return passed("Only its own stores are called, and their clients try again by default.", *shown)
    return partial(
        "Only its own stores are called over the network, and nothing is seen to try again when a connection drops.",
        *shown,
        score=ONLY_STORES,
    )
