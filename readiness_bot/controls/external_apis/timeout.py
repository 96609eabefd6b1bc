"""Whether every outbound call is bounded in time."""

from __future__ import annotations

import re
from collections.abc import Iterator

from readiness_bot.control import Control, bad, good
from readiness_bot.model import Confidence, Effort, Kind, Location, Role, Severity, Site, Ward
from readiness_bot.repo import Repo
from readiness_bot.repo.bounds import WAITING_INSIDE, Bound, bound_of, limits_by_default, mail_host, outer_limit
from readiness_bot.repo.modules import CallSite

_MAIL = (
    "import os\n\nimport django\n\nROOT_URLCONF = 'shop.urls'\nEMAIL_HOST = os.environ['EMAIL_HOST']  # <- flagged\n"
)
_SENDING = (
    "from django.core.mail import send_mail\n\n\ndef tell(order):\n"
    "    send_mail('Paid', order, None, ['a@b.example'])\n"
)


@Control(
    id="external-apis/timeout",
    title="Every outbound call is bounded in time",
    kind=Kind.DEFECT,
    severity=Severity.HIGH,
    why=(
        "`requests`, `urllib`, `smtplib` and raw sockets wait for ever unless they are told not "
        "to: a peer that accepts the "
        "connection and then stalls holds its caller with it."
    ),
    impact="One slow dependency fills the worker pool, and the whole service stops answering.",
    fix="Pass `timeout=(3.05, 27)` (seconds to connect and to read), or set one on the client that makes the call.",
    effort=Effort.MINUTES,
    role=Role.BACKEND,
    sources=[
        "https://requests.readthedocs.io/en/latest/user/advanced/#timeouts",
        "https://docs.python.org/3/library/urllib.request.html#urllib.request.urlopen",
    ],
    fails=[
        ("import httpx\n\n\ndef open_ended(seconds):\n    return httpx.Timeout(None, connect=seconds)  # <- flagged\n"),
        (
            "try:\n    from urllib.request import build_opener\nexcept ImportError:\n"
            "    from urllib2 import build_opener\n\n\n"
            "def page(address):\n    return build_opener().open(address).read()  # <- flagged\n"
        ),
        (
            "import requests\n\n\ndef ask(url, timeout=None):\n"
            "    return requests.get(url, timeout=timeout)  # <- flagged\n\n\n"
            "def feed(url):\n    return ask(url)\n"
        ),
        {
            "shop/jobs/__init__.py": (
                "import requests.adapters\n\n\nclass Patience(requests.adapters.TimeoutSauce):\n    pass\n\n\n"
                "requests.adapters.TimeoutSauce = Patience\n"
            ),
            "shop/web.py": "import requests\n\n\ndef prices(url):\n    return requests.get(url).json()  # <- flagged\n",
            "shop/__init__.py": "",
        },
        (
            "import contextlib\nimport socket\nimport urllib.request\n\n\n@contextlib.contextmanager\n"
            "def hurried(seconds):\n    before = socket.getdefaulttimeout()\n    socket.setdefaulttimeout(seconds)\n"
            "    try:\n        yield\n    finally:\n        socket.setdefaulttimeout(before)\n\n\n"
            "def page(url):\n    return urllib.request.urlopen(url).read()  # <- flagged\n"
        ),
        "import requests as r\n\n\ndef charge(url):\n    return r.post(url)  # <- flagged\n",
        (
            "import requests\n\n\nclass Pay:\n    def __init__(self):\n        self._http = "
            "requests.Session()\n\n    def charge(self, url):\n"
            "        return self._http.post(url)  # <- flagged\n"
        ),
        "from urllib.request import urlopen\n\nfeed = urlopen('https://feeds.example/a').read()  # <- flagged\n",
        "import httpx\n\nclient = httpx.Client(timeout=None)  # <- flagged\n",
        (
            "import smtplib\n\n\ndef send(host, message):\n    with smtplib.SMTP(host) as server:  # "
            "<- flagged\n        server.send_message(message)\n"
        ),
        {"shop/settings.py": _MAIL, "shop/orders.py": _SENDING},
        (
            "from functools import cached_property\n\nimport requests\n\n\nclass Search:\n    @cached_property\n"
            "    def _session(self):\n        session = requests.Session()\n        session.headers['key'] = self.key\n"
            "        return session\n\n    def run(self, url):\n        return self._session.get(url)  # <- flagged\n"
        ),
        {
            "app/http.py": "import requests\n\nsession = requests.Session()\n",
            "app/pay.py": (
                "from app.http import session\n\n\ndef pay(url):\n    return session.get(url)  # <- flagged\n"
            ),
            "app/__init__.py": "",
        },
        (
            "import base64\nimport requests\n\n\ndef picture(url):\n"
            "    answer = requests.get(url, stream=True)  # <- flagged\n    return base64.b64encode(answer.content)\n"
        ),
        (
            "import functools\nimport requests\n\nsend = functools.partial(requests.post, headers={'a': 'b'})\n\n\n"
            "def tell(url):\n    send(url)  # <- flagged\n"
        ),
        (
            "import asyncio\nfrom functools import partial\n\n"
            "import requests\nfrom asgiref.sync import sync_to_async\n\n\n"
            "async def ask(url):\n    await sync_to_async(requests.get)(url)  # <- flagged\n"
            "    await asyncio.to_thread(requests.get, url)  # <- flagged\n"
            "    loop = asyncio.get_running_loop()\n"
            "    await loop.run_in_executor(None, requests.get, url)  # <- flagged\n"
            "    await loop.run_in_executor(None, partial(requests.get, url))  # <- flagged\n"
        ),
        (
            "import requests\n\n\ndef ask(verb, url):\n    asked = getattr(requests, verb)\n"
            "    return asked(url, json={})  # <- flagged\n"
        ),
        "import httpx\n\nOPTIONS = {'timeout': None}\n\nclient = httpx.Client(**OPTIONS)  # <- flagged\n",
        (
            "import requests\n\nOPTIONS = {'verify': True}\n\n\ndef ask(url):\n"
            "    return requests.get(url, **OPTIONS)  # <- flagged\n"
        ),
        (
            "import requests\n\n\nclass Orders:\n    def __init__(self):\n        self.session = requests.Session()\n\n"
            "    def find(self, key):\n        return order(self.session, key)\n\n\ndef order(session, key):\n"
            "    return session.get(f'https://orders.example/{key}').json()  # <- flagged\n"
        ),
        (
            "import requests\n\n\ndef ask(verb, url, **options):\n"
            "    return requests.request(verb, url, **options).json()  # <- flagged\n\n\n"
            "def orders():\n    return ask('GET', 'https://orders.example', headers={'accept': 'text/json'})\n"
        ),
        {
            "shop/client.py": (
                "import requests\n\n\nclass Session(requests.Session):\n"
                "    def put(self, url, data=None):\n"
                "        return self.request('PUT', url, data=data)  # <- flagged\n\n\n"
                "def made():\n    session = Session()\n    session.headers['x-shop'] = '1'\n"
                "    return session\n"
            ),
        },
    ],
    fixed="import requests as r\n\n\ndef charge(url):\n    return r.post(url, timeout=(3.05, 27))\n",
    passes=[
        {
            "shop/waiting.py": (
                "from requests import Session\n\n\ndef bound_all():\n    asked = Session.request\n\n"
                "    def request(self, *args, **options):\n        options.setdefault('timeout', 10)\n"
                "        return asked(self, *args, **options)\n\n    Session.request = request\n"
            ),
            "shop/rates.py": "import requests\n\n\ndef rates(url):\n    return requests.get(url).json()\n",
        },
        (
            "import requests\n\n\nclass Peer:\n    def __init__(self, name):\n"
            "        self._common = {'timeout': 30.0, 'headers': {'User-Agent': name}}\n\n"
            "    def ask(self, url, **options):\n        options.update(self._common)\n"
            "        return requests.get(url, **options)\n"
        ),
        {
            "shop/jobs/__init__.py": (
                "import requests.adapters\n\n\nclass Patience(requests.adapters.TimeoutSauce):\n"
                "    def __init__(self, *args, **kwargs):\n        kwargs['read'] = kwargs.get('read') or 3\n"
                "        kwargs['connect'] = kwargs.get('connect') or 3\n"
                "        super().__init__(*args, **kwargs)\n\n\n"
                "requests.adapters.TimeoutSauce = Patience\n"
            ),
            "shop/jobs/prices.py": "import requests\n\n\ndef prices(url):\n    return requests.get(url).json()\n",
            "shop/__init__.py": "",
        },
        {
            "shop/client.py": (
                "import requests\nfrom requests.adapters import HTTPAdapter\n\n\n"
                "class Bounded(HTTPAdapter):\n    def send(self, request, *args, **kwargs):\n"
                "        kwargs['timeout'] = kwargs.get('timeout') or 60\n"
                "        return super().send(request, *args, **kwargs)\n\n\n"
                "class Session(requests.Session):\n    def put(self, url, data=None, **kwargs):\n"
                "        return self.request('PUT', url, data=data, **kwargs)\n\n\ndef made():\n"
                "    session = Session()\n    session.mount('https://', Bounded())\n"
                "    return session\n"
            ),
            "shop/orders.py": (
                "from shop import client\n\n\nclass Orders:\n    def __init__(self):\n"
                "        self._session: client.Session = client.made()\n\n"
                "    def ask(self, method, url):\n"
                "        return self._session.request(method, url)\n"
            ),
        },
        {
            "app/__init__.py": "",
            "app/retries.py": (
                "import requests\nfrom requests.adapters import HTTPAdapter\n\n\n"
                "class PatientSession(requests.Session):\n"
                "    def request(self, *args, **kwargs):\n        kwargs.setdefault('timeout', 60)\n"
                "        return super().request(*args, **kwargs)\n\n\n"
                "def retrying_session():\n    session = PatientSession()\n"
                "    session.mount('https://', HTTPAdapter(max_retries=3))\n    return session\n"
            ),
            "app/rates.py": (
                "from app.retries import retrying_session\n\n\nclass Rates:\n    def __init__(self):\n"
                "        self.session = retrying_session()\n\n    def latest(self, url):\n"
                "        return self.session.get(url)\n"
            ),
        },
        (
            "import urllib3\n\nPROXY = None\n\n\ndef pool():\n    if PROXY:\n"
            "        return urllib3.ProxyManager(PROXY, timeout=15)\n    return urllib3.PoolManager(timeout=15)\n\n\n"
            "def page(url):\n    manager = pool()\n    return manager.request('GET', url).data\n"
        ),
        (
            "import smtplib\n\nfrom shop.threads import run_timed\n\n\ndef server(host):\n"
            "    def connect():\n        return smtplib.SMTP(host)\n\n    return run_timed(30, connect)\n"
        ),
        {
            "shop/web.py": (
                "import requests\n\n\nclass Bounded(requests.adapters.HTTPAdapter):\n"
                "    def send(self, *args, **kwargs):\n"
                "        kwargs['timeout'] = 30\n        return super().send(*args, **kwargs)\n\n\n"
                "def new_session():\n    session = requests.Session()\n    session.mount('https://', Bounded())\n"
                "    return session\n"
            ),
            "shop/prices.py": (
                "from shop.web import new_session\n\n\nclass Prices:\n    def __init__(self):\n"
                "        self.session = new_session()\n\n    def all(self):\n"
                "        return self.session.get('https://prices.example.org/').json()\n"
            ),
        },
        (
            "from gevent import socket\nfrom requests import get\n\n\ndef own_address(peer):\n"
            "    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n    probe.connect((peer, 1))\n"
            "    return get('https://a.example', timeout=5), probe.getsockname()[0]\n"
        ),
        (
            "import requests\nfrom google.cloud import pubsub_v1\n\nsubscriber = pubsub_v1.SubscriberClient()\n"
            "future = subscriber.subscribe('orders', callback=print)\nfuture.result(timeout=None)\n"
            "requests.get('https://a.example', timeout=5)\n"
        ),
        {"shop/settings.py": _MAIL.replace("  # <- flagged", "") + "EMAIL_TIMEOUT = 10\n", "shop/orders.py": _SENDING},
        {
            "shop/settings/development.py": _MAIL.replace("  # <- flagged", ""),
            "shop/orders.py": f"import requests\n{_SENDING}\n\nrequests.get('https://a.example', timeout=5)\n",
        },
        "import requests\n\nrequests.get('https://a.example', timeout=5)\n",
        (
            "import functools\nimport requests\n\nget = functools.partial(requests.get, timeout=5)\n"
            "get('https://a.example')\nrequests.get('https://a.example', timeout=1)\n"
        ),
        (
            "import asyncio\nfrom functools import partial\n\n"
            "import requests\nfrom asgiref.sync import sync_to_async\n\n\n"
            "async def ask(url):\n    await sync_to_async(requests.get)(url, timeout=5)\n"
            "    await asyncio.to_thread(requests.get, url, timeout=5)\n"
            "    loop = asyncio.get_running_loop()\n"
            "    await loop.run_in_executor(None, partial(requests.get, url, timeout=5))\n"
            "    return requests.get(url, timeout=5)\n"
        ),
        {
            "shop/options.py": "OPTIONS = dict(timeout=30)\n",
            "shop/main.py": (
                "import requests\nfrom shop.options import OPTIONS\n\n\ndef ask(verb, url):\n"
                "    getattr(requests, verb)(url, timeout=5)\n    return requests.get(url, **OPTIONS)\n"
            ),
        },
        (
            "import requests\n\n\nclass Patient(requests.Session):\n"
            "    def request(self, method, url, params=None, timeout=30):\n"
            "        return super().request(method, url, params, None, None, None, None, None, timeout)\n\n\n"
            "Patient().get('https://a.example')\n"
        ),
        (
            "import requests\n\n\nclass Bounded(requests.Session):\n    def request(self, *args, "
            "**kwargs):\n        kwargs.setdefault('timeout', 5)\n"
            "        return super().request(*args, **kwargs)\n\n\nBounded().get('https://a.example')\n"
        ),
        (
            "import requests\nfrom requests.adapters import HTTPAdapter\n\n\nclass PatientAdapter(HTTPAdapter):\n"
            "    def send(self, request, **options):\n        options.setdefault('timeout', 5)\n"
            "        return super().send(request, **options)\n\n\ndef order(session, key):\n"
            "    return session.get(f'https://orders.example/{key}').json()\n\n\ndef orders(keys):\n"
            "    session = requests.Session()\n    session.mount('https://', PatientAdapter())\n"
            "    return [order(session, key) for key in keys]\n"
        ),
        (
            "import requests\n\n\ndef ask(url, **options):\n    options.setdefault('timeout', 5)\n"
            "    return requests.get(url, **options)\n\n\ndef tell(url, **options):\n"
            "    return requests.post(url, **options)\n\n\ndef tell_in_time(url, **options):\n"
            "    options['timeout'] = 5\n    return tell(url, **options)\n\n\n"
            "def tell_once(url):\n    return tell(url, timeout=2)\n"
        ),
        (
            "import ftplib\n\n\ndef shelf(host):\n    peer = ftplib.FTP()\n    peer.connect(host, timeout=10)\n"
            "    return peer\n"
        ),
    ],
    partials=[
        (
            "import httpx\n\n\nasync def changes(address):\n"
            "    async with httpx.AsyncClient(timeout=httpx.Timeout(None, connect=5)) as client:  # <- flagged\n"
            "        async with client.stream('GET', address) as answer:\n"
            "            async for line in answer.aiter_lines():\n                yield line\n"
        ),
        (
            "import aiohttp\n\n\nasync def answer(url, question):\n    body = {'question': question, 'stream': True}\n"
            "    async with aiohttp.ClientSession() as client:\n"
            "        async with client.post(url, json=body, timeout=None) as given:  # <- flagged\n"
            "            async for line in given.content:\n                yield line\n"
        ),
        (
            "import requests\n\n\ndef ask(url, timeout=None):\n"
            "    return requests.get(url, timeout=timeout)  # <- flagged\n\n\n"
            "def feed(url):\n    return ask(url)\n\n\ndef price(url):\n    return ask(url, timeout=3)\n"
        ),
        (
            "try:\n    from shop.net import urlopen\nexcept ImportError:\n    from urllib.request import urlopen\n\n\n"
            "def page(url):\n    return urlopen(url).read()  # <- flagged\n"
        ),
        (
            "import requests\n\n\ndef version(port):\n"
            "    return requests.get('http://localhost:{}/version'.format(port)).text  # <- flagged\n"
        ),
        (
            "import requests\n\n\ndef tell(url, **options):\n    return requests.post(url, **options)  # <- flagged\n"
            "\n\ndef tell_in_time(url):\n    return tell(url, timeout=2)\n\n\n"
            "def tell_so(url, **options):\n    return tell(url, **options)\n"
        ),
        (
            "import requests\n\n\nclass Engine:\n    def __init__(self, port):\n        self.port = port\n"
            "        self.session = requests.Session()\n\n    def tokens(self, text):\n"
            "        url = f'http://127.0.0.1:{self.port}/tokens'\n"
            "        return self.session.post(url, json={'text': text}).json()  # <- flagged\n"
        ),
        (
            "import websocket\n\n\ndef follow(url, show):\n    socket = websocket.WebSocketApp(url, on_message=show)\n"
            "    socket.run_forever(ping_interval=60)  # <- flagged\n"
        ),
        (
            "import requests\n\n\ndef ask(verb, url, **options):\n"
            "    return requests.request(verb, url, **options).json()  # <- flagged\n\n\n"
            "def orders():\n    ask('GET', 'https://orders.example')\n"
            "    return ask('GET', 'https://orders.example/all', timeout=60)\n"
        ),
        (
            "import httpx\n\n\nasync def watch(url):\n    async with httpx.AsyncClient() as client:\n"
            "        async with client.stream('GET', url, timeout=None) as answer:  # <- flagged\n"
            "            async for line in answer.aiter_lines():\n                print(line)\n"
        ),
        {
            "shop/stock_pb2_grpc.py": "class StockStub:\n    def __init__(self, channel):\n        self.Watch = 1\n",
            "shop/stock.py": (
                "import grpc\nfrom shop.stock_pb2_grpc import StockStub\n\n\nasync def watch(channel, request):\n"
                "    stub = StockStub(channel)\n    async for change in stub.Watch(request):  # <- flagged\n"
                "        print(change.amount.hex())\n"
            ),
        },
        (
            "import aiohttp\n\nopen_ended = aiohttp.ClientTimeout(total=None)  # <- flagged\n\n\n"
            "async def relay(session, url):\n    async with session.get(url, timeout=open_ended) as answer:\n"
            "        async for piece in answer.content.iter_any():\n            yield piece\n"
        ),
    ],
    ignores=[
        {
            "shop/settings.py": _MAIL.replace("  # <- flagged", "")
            + "EMAIL_BACKEND = 'anymail.backends.mailgun.EmailBackend'\n",
            "shop/orders.py": _SENDING,
        },
        "import socket\n\n\ndef stop(path):\n    agent = socket.socket(socket.AF_UNIX)\n    agent.connect(path)\n",
        ("import httpx\n\n\ndef bounded(seconds):\n    return httpx.Timeout(None, connect=seconds, read=seconds)\n"),
        "import httpx\n\nhttpx.get('https://a.example')  # five seconds by default\n",
        {"tests/test_api.py": "import requests\n\n\ndef test_it(url):\n    assert requests.get(url)\n"},
        {"conf/example_apps/feed.py": "import requests\n\n\ndef feed(url):\n    return requests.get(url).text\n"},
        "import requests\n\n\ndef wait(url):\n    return requests.get(url)  # noqa: S113\n",
        "import requests\n\n\ndef wait(url):\n    return requests.get(url)  # nosec request_without_timeout\n",
        {"cdk/network.py": "import aws_cdk\nimport requests\n\nADDRESS = requests.get('https://ip.example').text\n"},
    ],
    applies=lambda repo: repo.outbound.exists or mail_host(repo) is not None,
    counterpart=lambda repo, ward: _counterpart(repo, ward),  # noqa: PLW0108 - it stands further down
)
def timeout(repo: Repo) -> Iterator[Site | Ward]:
    """One site for each call that a library does not bound by itself.

    What bounds a call is kept beside, so that a comparison can tell of one that may still be bound elsewhere.
    """
    for call in repo.outbound.calls:
        bound = Bound.BY_CALL if _is_waived(repo, call.site.location) else bound_of(repo, call)
        yield Ward(
            call.site.location,
            f"`{call.site.last}`",
            ("`timeout`",) if bound is Bound.BY_CALL and call.site.call.has("timeout") else (),
            f"`{_shown(call.site.call.via or call.site.name)}` may wait for ever",
            # What is handed on is bound, or not, where it comes from: there it is told.
            ways=int(bound in _OPEN and not call.site.call.has_double_star),
        )
        if bound is Bound.BY_CALL:
            yield good(call.site.location)
        elif bound is Bound.NEVER:
            yield bad(
                call.site.location,
                f"`{_shown(call.site.call.via or call.site.name)}` can wait for ever: no timeout reaches it",
            )
        elif bound is Bound.SWITCHED_OFF:
            yield bad(call.site.location, f"`{_shown(call.site.call.via or call.site.name)}` switches its timeout off")
        elif bound is Bound.PERHAPS:
            yield bad(
                call.site.location,
                f"`{_shown(call.site.call.via or call.site.name)}` may run without a timeout",
                Confidence.MEDIUM,
            )
    yield from _of_others(repo)
    yield from _of_limits(repo)
    yield from _of_outer(repo)
    yield from _of_defaults(repo)
    host = mail_host(repo)
    if host is not None:
        place = Location(host.module.path, host.line, host.line, "", host.name)
        if any(True for _ in repo.services.settings_named("EMAIL_TIMEOUT")):
            yield good(place)
        else:
            yield bad(place, "Django waits for this mail server for ever: `EMAIL_TIMEOUT` is not set")
    for site in repo.outbound.unbounded_clients:
        streams = site.name.startswith("aiohttp.") and repo.outbound.hands_streams_on
        streams = streams or repo.outbound.only_streams(site)
        yield bad(
            site.location,
            f"`{_shown(site.name)}` switches the timeout of every call off",
            Confidence.MEDIUM if streams else Confidence.HIGH,
        )


_OF_A_CLIENT = re.compile(
    r"^\?.*(^|[._?])((https?|http_?client|\w*session|requests)(\(\))?\.(get|head|post|put|patch|request)"
    r"|\w*client(\(\))?\.(post|put|patch|request))$",
    re.IGNORECASE,
)
"""Calls that speak HTTP by their words alone, through a client that is not known."""


def _of_others(repo: Repo) -> Iterator[Ward]:
    """The calls through clients of which nothing is known: whether they are bound is told in a comparison alone."""
    known = {id(call.site.call) for call in repo.outbound.calls}
    for site in repo.python.calls_of("get", "head", "post", "put", "patch", "request"):
        if id(site.call) not in known and site.call.args and _OF_A_CLIENT.search(site.name):
            yield Ward(
                site.location,
                f"`{site.last}`",
                ("`timeout`",) if site.call.has("timeout") else (),
                f"`{_shown(site.call.via or site.name)}` may wait for ever",
                ways=int(not site.call.has("timeout") and not site.call.has_double_star),
            )


_SPEAKS = re.compile(
    r"(^|\.)(get|post|put|patch|delete|head|options|request|urlopen|fetch|\w*(Client|Session|Timeout|Transport))$"
)
"""Calls that ask another service, and those that make what does."""
_OF_OTHER_THINGS = re.compile(
    r"(^|[._?:])\w*(queue|q|lock|event|future|result|cache|caches|executor|thread)(\(\)|\[\])*$"
)
"""What is waited for, or kept for so long, in the program itself."""


def _of_limits(repo: Repo) -> Iterator[Ward]:
    """The limits that calls are handed by name, and whether they are any where nobody sets them."""
    for site in repo.python.all_calls:
        value = site.call.keyword("timeout")
        if value is None or not _SPEAKS.search(site.name) or _OF_OTHER_THINGS.search(site.call.called_on):
            continue
        default = repo.switched.default(value, site.module)
        is_none = default.is_known and default.value is None
        told = f" unless somebody sets `{default.variable}`" if default.variable else ""
        yield Ward(
            site.location,
            f"the limit of `{site.last}`",
            () if is_none else ("`timeout`",),
            f"`{_shown(site.call.via or site.name)}` waits for ever{told}",
            ways=int(is_none),
        )


def _of_defaults(repo: Repo) -> Iterator[Ward]:
    """How long functions let be waited where nobody says, as far as they hand that on: told in a comparison alone."""
    for function, name, default in limits_by_default(repo):
        yield Ward(
            function.location,
            f"the default of `{name}`",
            (f"`{name}={default!r}`",) if default is not None else (),
            f"`{function.definition.name}` waits for ever unless it is told otherwise",
            ways=int(default is None),
        )


def _of_outer(repo: Repo) -> Iterator[Ward]:
    """What is waited for under a limit around it, in functions of production code: told in a comparison alone."""
    for site in repo.python.all_calls:
        if (limit := outer_limit(site)) and _waits_outside(site):
            yield _bounded_from_outside(site, limit)


def _waits_outside(site: CallSite) -> bool:
    return site.call.scope >= 0 and WAITING_INSIDE.search(site.call.via or site.name) is None


def _bounded_from_outside(site: CallSite, limit: str) -> Ward:
    shown = _shown(site.call.via or site.name)
    return Ward(
        site.location,
        f"the wait for `{shown}`",
        (),
        f"`{shown}` may wait for ever",
        ways=0,
        beside=("`timeout`",) if any("timeout" in name for name, _ in site.call.keywords) else (),
        asks=((f"`{limit}`",),) if limit else (),
    )


def _counterpart(repo: Repo, ward: Ward) -> Ward | None:
    """What waits here without the limit that it has elsewhere."""
    function = repo.python.definition_named(f"{ward.location.path}:{ward.location.symbol}")
    if function is None or function.definition.kind != "function":
        return None
    found = [
        site
        for call in function.calls
        if not outer_limit(site := repo.python.call_site(function.module, call))
        and f"the wait for `{_shown(call.via or call.name)}`" == ward.thing
    ]
    return _bounded_from_outside(found[0], "") if len(found) == 1 else None


def _is_waived(repo: Repo, place: Location) -> bool:
    """Whether a comment waives the same rule of a linter: Bandit's or flake8's."""
    return repo.suppressions.by_linters(place.path, place.line, place.end_line, nosec=("B113",), noqa=("S113",))


_OPEN = (Bound.NEVER, Bound.SWITCHED_OFF, Bound.PERHAPS)


def _shown(name: str) -> str:
    """A resolved name as its author wrote it, more or less."""
    return name.rpartition(":")[2].lstrip("?.").replace("()", "") or name
