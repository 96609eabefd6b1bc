"""Whether clients choose the host that the service sends a request to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from readiness_bot.control import Control, bad, good
from readiness_bot.model import Confidence, Effort, Kind, Role, Severity, Site, Ward
from readiness_bot.repo import Repo
from readiness_bot.repo.addresses import OF_OTHER_HOSTS
from readiness_bot.repo.flow_paths import Flow, describe
from readiness_bot.repo.modules import CallSite, DefinitionSite
from readiness_bot.repo.values import Call, Const, Invoke, Name

_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
_OTHERS = frozenset({"request", "stream", "ws_connect"})
_CLIENTS = frozenset(
    {
        "requests",
        "httpx",
        "aiohttp",
        "urllib3",
        "curl_cffi",
        "niquests",
        "requests_futures",
        "cloudscraper",
        "requests_html",
        "requests_cache",
        "requests_oauthlib",
        "requests_ratelimiter",
        "requests_toolbelt",
        "requests_unixsocket",
        "aiohttp_client_cache",
        "aiohttp_retry",
        "aiohttp_socks",
        "httpx_cache",
        "httpx_retries",
        "httpx_sse",
        "hishel",
        "asks",
        "treq",
        "grequests",
    }
)
_PLAIN = {
    "urllib.request.urlopen": 0, "urllib.request.urlretrieve": 0, "urllib2.urlopen": 0, "urllib.urlopen": 0,
    "http.client.HTTPConnection": 0,
    "http.client.HTTPSConnection": 0, "wget.download": 0, "feedparser.parse": 0,
    "urllib.request.build_opener().open": 0, "pandas.read_html": 0,
    "tornado.httpclient.HTTPRequest": 0,
    "tornado.httpclient.AsyncHTTPClient().fetch": 0, "tornado.httpclient.HTTPClient().fetch": 0,
    "websockets.connect": 0, "websocket.create_connection": 0,
    "six.moves.urllib.request.urlopen": 0, "httplib2.Http().request": 0,
}  # fmt: skip
_SESSION_WORDS = ("session", "http_client", "httpclient", "client", "http", "requests")
_REQUEST_KEYWORDS = frozenset(
    {
        "url",
        "headers",
        "params",
        "json",
        "data",
        "timeout",
        "allow_redirects",
        "follow_redirects",
        "auth",
        "verify",
        "cookies",
        "stream",
        "files",
        "content",
    }
)
_HOST = re.compile(r"^(\0?(https?|wss?|ftp)?(\0?:)?//)?[^/?#\0]*$", re.IGNORECASE)
_WHOLE_HOST = re.compile(r"^(\0?(https?|wss?|ftp)?\0?(://)?)?([^/]*[@.])?$", re.IGNORECASE)
_DOMAIN = re.compile(r"^\.([a-z0-9-]+\.)*[a-z]{2,}([/:?#]|$)", re.IGNORECASE)
"""The domain that a client's part of a host stands below."""
_ADDRESS = re.compile(r"(url|uri|webhook|hook|endpoint|callback|link|host|domain)s?(\W*)$", re.IGNORECASE)
_CHECKED_PART = re.compile(
    r"^via:.*(urlparse|urlsplit|gethostbyname|getaddrinfo|ip_address|URL|parse_url|hostname|netloc|extract|tldextract|resolve)",
    re.IGNORECASE,
)
_FIXED_HOST = re.compile(r"^starts:(\w+:)?//[^/]+/")
_RECORD = re.compile(
    r"^(get|first|one|one_or_none|scalar\w*|find_one|get_or_404|get_by_id|fetchone|fetch_one|all|filter|find|fetchall|query)\(\)[^()]*$"
)
_OWN_ADDRESS = re.compile(
    r"request\.(url|path|full_path|path_info|headers|META|cookies|COOKIES)\b|base_url|get_full_path|_root"
    r"|request\.rel_url(\.(raw_)?path(_qs)?)?`?$"
)


@Control(
    id="security/ssrf",
    counterpart=lambda repo, ward: _counterpart(repo, ward),  # noqa: PLW0108 - it stands further down
    title="Clients do not choose which hosts the service talks to",
    kind=Kind.DEFECT,
    severity=Severity.HIGH,
    why="A request that the service sends comes from inside its network, with its rights, to wherever the "
    "address points.",
    impact="Cloud credentials behind 169.254.169.254, administrative ports and internal services answer to "
    "whoever sends the right address.",
    fix="Refuse hosts that are on no list before the request, `if urlparse(url).hostname not in ALLOWED: abort(400)`; "
    "where any host is fine, refuse addresses that resolve to private networks.",
    effort=Effort.HOURS,
    role=Role.SECURITY,
    sources=[
        "https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html",
        "https://cwe.mitre.org/data/definitions/918.html",
    ],
    fails=[
        (
            "import requests\nfrom rest_framework import serializers, viewsets\n\n\n"
            "class HookSerializer(serializers.Serializer):\n    url = serializers.URLField()\n"
            "    number = serializers.IntegerField()\n\n    def validate(self, attrs):\n"
            "        requests.get(attrs['url'], timeout=5)  # <- flagged\n"
            "        requests.get('https://shop.eu/' + attrs['number'], timeout=5)\n        return attrs\n\n\n"
            "class Hooks(viewsets.ModelViewSet):\n    serializer_class = HookSerializer\n"
        ),
        (
            "from tornado import gen, httpclient, web\n\n\nclass Page(web.RequestHandler):\n    @gen.coroutine\n"
            "    def get(self):\n        address = self.get_argument('url')\n"
            "        asked = httpclient.HTTPRequest(url=address, request_timeout=9)  # <- flagged\n"
            "        found = yield httpclient.AsyncHTTPClient().fetch(asked)\n        self.write(found.body)\n"
        ),
        (
            "import requests\nfrom django import forms\nfrom django.views import View\n\n\n"
            "class Source(forms.Form):\n    url = forms.URLField()\n\n\n"
            "class Import(View):\n    def post(self, request):\n        form = Source(request.POST)\n"
            "        if form.is_valid():\n"
            "            return requests.get(form.cleaned_data['url'], timeout=5)  # <- flagged\n"
        ),
        (
            "import urllib.request\n"
            "from flask import Flask, request\n"
            "app = Flask(__name__)\n"
            "@app.get('/preview')\n"
            "def preview():\n"
            "    asked = urllib.request.Request(request.args['url'], headers={'Accept': 'text/html'})\n"
            "    return urllib.request.urlopen(asked, timeout=5).read()  # <- flagged\n"
        ),
        (
            "import requests\n"
            "from flask import Flask, request\n"
            "app = Flask(__name__)\n"
            "@app.get('/preview')\n"
            "def preview():\n"
            "    url = request.args['url']\n"
            "    return requests.get(url, timeout=5).text  # <- flagged\n"
        ),
        (
            "import httpx\n"
            "from fastapi import FastAPI\n"
            "from pydantic import BaseModel\n"
            "app = FastAPI()\n"
            "class Hook(BaseModel):\n"
            "    host: str\n"
            "@app.post('/hooks')\n"
            "async def greet(hook: Hook):\n"
            "    async with httpx.AsyncClient() as client:\n"
            "        await client.post(f'https://{hook.host}/ping')  # <- flagged\n"
        ),
        (
            "import requests\nfrom fastapi import FastAPI\nfrom pydantic import BaseModel\n\napp = FastAPI()\n\n\n"
            "class Picture(BaseModel):\n    url: str\n\n\nclass Message(BaseModel):\n    pictures: list[Picture]\n\n\n"
            "class Question(BaseModel):\n    model: str\n    messages: list[Message]\n\n\ndef validate(question):\n"
            "    if question.model not in MODELS:\n        raise ValueError(question.model)\n\n\n"
            "@app.post('/questions')\ndef ask(question: Question):\n    validate(question)\n"
            "    for message in question.messages:\n        for picture in message.pictures:\n"
            "            requests.get(picture.url, timeout=5)  # <- flagged\n"
        ),
        (
            "import pycurl\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n\n@app.post('/picture')\n"
            "def picture():\n    asking = pycurl.Curl()\n    asking.setopt(asking.TIMEOUT, 5)\n"
            "    asking.setopt(asking.URL, request.form['address'])  # <- flagged\n"
            "    asking.setopt(pycurl.USERAGENT, request.form['agent'])\n    return asking.perform_rs()\n"
        ),
        (
            "import requests\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n\n@app.get('/doors')\n"
            "def doors():\n    seen = {}\n    for address in request.args.getlist('door'):\n"
            "        seen[address] = 0\n    for address in seen:\n"
            "        seen[address] = requests.get(address, timeout=3).status_code  # <- flagged\n    return seen\n"
        ),
    ],
    partials=[
        (
            "import hmac\nimport os\n\nimport requests\nfrom flask import Flask, abort, request\n\n"
            "app = Flask(__name__)\nOWN_KEY = os.environ['OWN_KEY']\n\n\ndef _known():\n"
            "    return hmac.compare_digest(request.headers.get('X-Key', ''), OWN_KEY)\n\n\n"
            "@app.post('/take')\ndef take():\n    if not _known():\n        abort(403)\n"
            "    return requests.get(request.get_json()['url'], timeout=5).text  # <- flagged\n"
        ),
        {
            "shop/views.py": (
                "import requests\nfrom django.contrib.auth.mixins import UserPassesTestMixin\n"
                "from django.views.generic import TemplateView\n\n\n"
                "class StaffRequiredMixin(UserPassesTestMixin):\n    def test_func(self):\n"
                "        return self.request.user.is_staff\n\n\n"
                "class Provider(StaffRequiredMixin, TemplateView):\n    def get(self, request):\n"
                "        return requests.get(request.GET['url'], timeout=5)  # <- flagged\n"
            ),
            "shop/urls.py": (
                "from django.urls import path\nfrom shop.views import Provider\n\n"
                "urlpatterns = [path('provider/', Provider.as_view())]\n"
            ),
            "shop/__init__.py": "",
        },
        (
            "import requests\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n\n"
            "@app.put('/settings/scanner')\ndef scanner_settings():\n"
            "    return requests.get(request.form['host'] + '/version', timeout=5).text  # <- flagged\n"
        ),
        (
            "import requests\nfrom flask import Flask, abort, request\n"
            "from twilio.request_validator import RequestValidator\n\n"
            "from shop.settings import settings\n\napp = Flask(__name__)\n\n\n@app.post('/sms')\ndef sms():\n"
            "    signature = request.headers.get('X-Twilio-Signature', '')\n"
            "    if not RequestValidator(settings.token).validate(request.url, request.form, signature):\n"
            "        abort(403)\n"
            "    return requests.get(request.form['MediaUrl0'], timeout=5).content  # <- flagged\n"
        ),
        (
            "import requests\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n\n"
            "def kind_of(link):\n    if link.startswith('https://comics.example.org/'):\n        return 'shop'\n"
            "    return None\n\n\n@app.post('/wanted')\ndef wanted():\n    link = request.form['link']\n"
            "    if kind_of(link) == 'shop':\n        return requests.get(link, timeout=5).text  # <- flagged\n"
            "    return ''\n"
        ),
        (
            "import requests\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n\n"
            "def _check_connection(form):\n"
            "    return requests.get(f\"{form['server_url']}/ping\", timeout=5).ok  # <- flagged\n\n\n"
            "@app.post('/servers')\ndef create():\n    return {'answers': _check_connection(request.form)}\n"
        ),
        (
            "import requests\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n\n@app.get('/stores')\n"
            "def stores():\n    name = request.args['store']\n"
            "    return requests.get(f'https://{name}.shops.example.org/api', timeout=5).text  # <- flagged\n"
        ),
        (
            "import httpx\nfrom fastapi import Depends, FastAPI\n\nfrom shop.accounts import get_current_admin\n\n"
            "app = FastAPI()\n\n\n@app.post('/printers', dependencies=[Depends(get_current_admin)])\n"
            "def printer(address: str):\n    return httpx.get(f'http://{address}/status').text  # <- flagged\n\n\n"
            "@app.post('/scanners/test')\n"
            "def test_scanner(address: str):\n    return httpx.get(f'http://{address}/status').text  # <- flagged\n"
        ),
        (
            "import requests\nfrom flask import Flask, request\n\nfrom shop.settings import options\n\n"
            "app = Flask(__name__)\n\n\n@app.post('/cover')\ndef cover():\n    if options.allow_localhost:\n"
            "        return requests.get(request.form['url'], timeout=5).content  # <- flagged\n    return ''\n"
        ),
        (
            "import requests\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n\n"
            "class Session(requests.Session):\n    def __init__(self, validator=None):\n        super().__init__()\n"
            "        self.validator = validator\n\n\ndef fetch(url, validator):\n"
            "    with Session(validator=validator) as own:\n"
            "        return own.request(method='GET', url=url, timeout=5)  # <- flagged\n\n\n"
            "@app.post('/cover')\ndef cover():\n    return fetch(request.form['url'], None).content\n"
        ),
    ],
    passes=[
        (
            "import requests\nfrom aiohttp import web\nfrom aiohttp_session import get_session\n\n\n"
            "async def account(request):\n    requests.post('https://shop.eu/seen', timeout=5)\n"
            "    session = await get_session(request)\n"
            "    return web.json_response(session.get(request.match_info['number']))\n\n\n"
            "app = web.Application()\napp.router.add_get('/{number}', account)\nweb.run_app(app)\n"
        ),
        (
            "import requests\nfrom flask import Flask, request\n\napp = Flask(__name__)\nROOMS = {'a': 'https://a.example'}\n"
            "\n\nclass Doors:\n    kept = {}\n\n    @classmethod\n    def of(cls, room, name):\n"
            "        if room not in cls.kept:\n            cls.kept[room] = {}\n"
            "            cls.kept[room] = requests.get(ROOMS[room], timeout=3).json()\n"
            "        return Doors.kept[room].get(name, '')\n\n\n@app.get('/door')\ndef door():\n"
            "    seen = {}\n    room = request.args['room']\n    seen[room] = ROOMS[room]\n"
            "    requests.get(seen[room], timeout=3)\n"
            "    return requests.post(Doors.of(room, 'open'), timeout=3).text\n"
        ),
        (
            "from urllib.parse import urlparse\n\nimport requests\nfrom flask import Flask, abort, request\n\n"
            "app = Flask(__name__)\nENDS = ('rates.example', 'stock.example')\n\n\n@app.post('/relay')\ndef relay():\n"
            "    url = request.get_json()['url']\n    host = urlparse(url).netloc.lower()\n"
            "    if not any(host == one or host.endswith('.' + one) for one in ENDS):\n        abort(403)\n"
            "    return requests.get(url, timeout=5).text\n"
        ),
        (
            "from urllib.request import Request, build_opener\n\nfrom flask import Flask, request\n\n"
            "app = Flask(__name__)\nOPENER = build_opener()\n\n\n@app.post('/orders')\ndef order():\n"
            "    asked = Request('https://stock.example/orders', data=request.get_data(), method='POST')\n"
            "    return OPENER.open(asked, timeout=5).read()\n"
        ),
        (
            "import aiohttp\nfrom aiohttp import web\n\nroutes = web.RouteTableDef()\n\n\n"
            "@routes.get('/{tail:.*}')\nasync def forward(request: web.Request):\n"
            "    async with aiohttp.ClientSession('http://backend.example.org') as session:\n"
            "        async with session.get(request.rel_url) as answer:\n"
            "            return web.Response(body=await answer.read())\n"
        ),
        (
            "import requests\nfrom flask import Flask, current_app\n\napp = Flask(__name__)\n\n\n"
            "@app.get('/sign-in/<provider>')\ndef sign_in(provider):\n"
            "    known = current_app.config['PROVIDERS'].get(provider)\n"
            "    return requests.post(known['token_url'], timeout=5).json()\n"
        ),
        (
            "import requests\nfrom flask import Flask, request\n\nfrom shop.models import Store, db\n\n"
            "app = Flask(__name__)\n\n\n@app.get('/store')\ndef store():\n"
            "    found = db.session.get(Store, request.args['key'])\n"
            "    return requests.get(found.place, timeout=5).text\n"
        ),
        (
            "import aiohttp\nfrom aiohttp import web\n\nroutes = web.RouteTableDef()\n\n\n"
            "def asked(request: web.Request):\n"
            "    return {key: request.query.get(key) for key in request.query}\n\n\n@routes.get('/prices')\n"
            "async def prices(request: web.Request):\n    async with aiohttp.ClientSession() as session:\n"
            "        async with session.get('https://prices.example.org/', params=asked(request)) as answer:\n"
            "            return web.json_response(await answer.json())\n"
        ),
        (
            "import requests\nfrom flask import Flask, abort, request\n\napp = Flask(__name__)\n\n\n@app.get('/feed')\n"
            "def feed():\n    url = request.args['url']\n"
            "    if url not in FEEDS and not url.startswith('https://feeds.example.org/'):\n        abort(400)\n"
            "    return requests.get(url, timeout=5).text\n"
        ),
        (
            "import httpx\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n\ndef source_of(name):\n"
            "    if not isinstance(name, str):\n        return name\n    return SOURCES[name]\n\n\n"
            "@app.get('/prices/{name:path}')\nasync def prices(name: str):\n"
            "    async with httpx.AsyncClient() as client:\n"
            "        return (await client.get(source_of(name))).text\n"
        ),
        (
            "import json\n"
            "import urllib.request\n"
            "from flask import Flask, request\n"
            "app = Flask(__name__)\n"
            "@app.post('/hooks/<key>')\n"
            "def forward(key):\n"
            "    data = json.dumps(request.json).encode()\n"
            "    asked = urllib.request.Request(f'https://hooks.example.org/{key}/github', data=data)\n"
            "    with urllib.request.urlopen(asked, timeout=5) as answer:\n"
            "        return answer.read()\n"
        ),
        (
            "import ipaddress\n"
            "import socket\n"
            "import httpx\n"
            "from flask import Flask, request\n"
            "app = Flask(__name__)\n"
            "class PublicOnly(httpx.HTTPTransport):\n"
            "    def handle_request(self, sent):\n"
            "        if ipaddress.ip_address(socket.gethostbyname(sent.url.host)).is_private:\n"
            "            raise ValueError(sent.url.host)\n"
            "        return super().handle_request(sent)\n"
            "@app.get('/preview')\n"
            "def preview():\n"
            "    with httpx.Client(transport=PublicOnly()) as client:\n"
            "        return client.get(request.args['url']).text\n"
        ),
        (
            "import httpx\n"
            "from fastapi import FastAPI, HTTPException\n"
            "app = FastAPI()\n"
            "@app.get('/releases/{name}')\n"
            "async def details(name: str, link: str):\n"
            "    release = next((one for one in await releases(name) if one.link == link), None)\n"
            "    if not release:\n"
            "        raise HTTPException(404)\n"
            "    async with httpx.AsyncClient() as client:\n"
            "        return (await client.get(link)).text\n"
        ),
        (
            "import requests\n"
            "from urllib.parse import urlparse\n"
            "from flask import Flask, abort, request\n"
            "app = Flask(__name__)\n"
            "@app.get('/preview')\n"
            "def preview():\n"
            "    url = request.args['url']\n"
            "    if urlparse(url).hostname not in ('example.org', 'example.com'):\n"
            "        abort(400)\n"
            "    return requests.get(url, timeout=5).text\n"
        ),
        (
            "import requests\n"
            "from flask import Flask, request\n"
            "app = Flask(__name__)\n"
            "@app.get('/users')\n"
            "def users():\n"
            "    name = request.args['name']\n"
            "    return requests.get(f'https://api.example.org/users/{name}', timeout=5).text\n"
        ),
    ],
    fixed="import requests\n"
    "from urllib.parse import urlparse\n"
    "from flask import Flask, abort, request\n"
    "app = Flask(__name__)\n"
    "ALLOWED = {'example.org'}\n"
    "@app.get('/preview')\n"
    "def preview():\n"
    "    url = request.args['url']\n"
    "    if urlparse(url).hostname not in ALLOWED:\n"
    "        abort(400)\n"
    "    return requests.get(url, timeout=5).text\n",
    ignores=["print('no request')\n"],
    applies=lambda repo: repo.outbound.exists,
)
def ssrf(repo: Repo) -> Iterator[Site | Ward]:
    """Look at the address of every outbound request.

    What looks at an address before it is asked is kept beside, so that a comparison can tell when it is taken away.
    """
    for site, position in _requests(repo):
        if _is_guarded(site, repo):
            yield good(site.location)
            continue
        flows = repo.flows.into(*_asked(site, position, repo), "url")
        yield (ward := _ward(site, flows))
        if ward.by or (site.function is not None and _looks_around(repo, site)):
            yield from _of_redirects(site)
        found = [
            (confidence, flow)
            for flow in flows
            if (confidence := _confidence(flow, connects=repo.connectors.holds(site.module.path))) is not None
        ]
        if not found:
            yield good(site.location)
            continue
        confidence, flow = max(found, key=lambda pair: _RANK[pair[0]])
        if confidence is Confidence.HIGH and (
            _is_allowed(site)
            or _is_held_to(site, repo)
            or repo.flows.is_from_administrators(flow)
            or repo.flows.is_from_a_trial(flow)
            or repo.flows.is_from_settings(flow)
            or repo.flows.is_signed(flow)
            or repo.flows.is_from_holders_of_a_key(flow)
            or (flow.is_kept and repo.wiring.is_left_lying(site.module, site.call.scope))
            or any(asked & _LOOKING_AT for asked in repo.flows.asked_on_the_way(flow))
        ):
            confidence = Confidence.MEDIUM
        yield bad(site.location, _message(flow, site), confidence)
    yield from _of_options(repo)
    yield from _of_careful_clients(repo)
    yield from (_of_looking(repo, site) for site, by in repo.addresses.looking.values() if _looks(site, by))


_IS_TOLD = re.compile(r"(^|_)(url|urls|uri|endpoint|webhook|link|links|feed|host|hostname|domain)(_|$)", re.IGNORECASE)


_OF_OBJECT = re.compile(r"self\.|:\w+\(\)\.\w+$")
_KIND = re.compile(r"`is_(private|global|loopback|link_local)`")


def _looks(site: DefinitionSite, by: tuple[str, ...]) -> bool:
    """Whether a function looks at addresses itself, or is told one, or keeps one, that it has looked at."""
    told = [one.name for one in site.definition.parameters]
    told += [ref.rpartition(".")[2] for ref in site.definition.refs if _OF_OBJECT.match(ref)]
    return OF_OTHER_HOSTS in by or any(map(_KIND.fullmatch, by)) or any(map(_IS_TOLD.search, told))


def _of_looking(repo: Repo, site: DefinitionSite) -> Ward:
    """A function that has addresses looked at before it goes on, whatever asks them in the end."""
    return Ward(
        site.location,
        f"the addresses of `{site.definition.name}`",
        (),
        f"`{site.definition.name}` goes on without a look at where an address leads",
        ways=0,
        beside=repo.addresses.beside(site),
        asks=repo.addresses.questions(site),
    )


def _counterpart(repo: Repo, ward: Ward) -> Ward | None:
    """A function as it stands here that has addresses looked at elsewhere."""
    site = repo.python.definition_named(f"{ward.location.path}:{ward.location.symbol}")
    if site is None or site.definition.kind != "function":
        return None
    is_same = (site.module.path, site.definition.qualname) == (ward.location.path, ward.location.symbol)
    is_told = any(_IS_TOLD.search(one.name) for one in site.definition.parameters)
    # One that keeps its address has lost the look at it only where it goes on asking.
    asks = is_told or any(call.last in _VERBS | _OTHERS for call in site.calls)
    return _of_looking(repo, site) if is_same and asks else None


_LOOKING_AT = frozenset({"startswith", "urlparse", "urlsplit", "gethostbyname", "getaddrinfo", "ip_address"})
"""What a function of the tree asks of an address that it then answers about."""
_OF_ADDRESS = frozenset(
    {"api_base", "base_url", "endpoint_url", "server_url", "webhook_url", "api_url", "callback_url"}
)
"""Options by which clients of which nothing more is known are told whom to ask."""


_CAREFUL = ("advocate", "requests_hardened", "safehttpx")
"""Clients that ask no private address, whatever they are told."""


def _of_careful_clients(repo: Repo) -> Iterator[Ward]:
    """The requests of clients that look at every address by themselves, which a change may give up."""
    for site in repo.python.calls_named(lambda name: name.partition(".")[0] in _CAREFUL):
        name = site.name.partition(".")[0]
        yield Ward(site.location, f"`{site.last}`", (f"`{name}`",), "", ways=0)


def _of_options(repo: Repo) -> Iterator[Ward]:
    """The calls that are told an address in an option, and what looks at it: told in a comparison alone."""
    sent = {id(site.call) for site, _ in _requests(repo)}
    for site in repo.python.all_calls:
        for name, _ in site.call.keywords:
            if name in _OF_ADDRESS and id(site.call) not in sent:
                ward = _ward(site, repo.flows.into(site, len(site.call.args), name))
                if ward.by or ward.ways:
                    yield ward


_ALLOWING = re.compile(r"(^|[._:?])(allow|permit)_?(local\w*|private|internal|any|all|unsafe)", re.IGNORECASE)
_HOLDING = re.compile(r"valid|guard|allow|whitelist|blocklist|blacklist|policy", re.IGNORECASE)


def _is_allowed(site: CallSite) -> bool:
    """Whether the operator has to allow requests into the own network before this one is sent."""
    return any(_ALLOWING.search(guard) for guard in site.call.guards if not guard.startswith("!"))


def _is_held_to(site: CallSite, repo: Repo) -> bool:
    """Whether the request goes through a session class of the tree's own that is made with what looks at addresses."""
    own = repo.python.class_of(site.call.name.rpartition(".")[0], site.module)
    return own is not None and any(
        site.call.name.startswith(f"{call.name}()") and any(_HOLDING.search(name) for name, _ in call.keywords)
        for call in site.beside
    )


def _asked(site: CallSite, position: int, repo: Repo) -> tuple[CallSite, int]:
    """Where the address is given: that of a `urllib.request.Request` to what makes it, beside data and headers."""
    given = site.call.args[position : position + 1]
    for made in repo.python.calls("urllib.request.Request") if site.last in ("urlopen", "open") else ():
        if made.module is site.module and (
            (
                given
                and isinstance(given[0], Name)
                and made.call.result == given[0].name
                and made.call.scope == site.call.scope
            )
            or (given and isinstance(given[0], Invoke) and made.call is site.module.facts.calls[given[0].call])
        ):
            return made, 0
    return site, position


_RANK = {Confidence.LOW: 1, Confidence.MEDIUM: 2, Confidence.HIGH: 3}


_LOOKING = re.compile(
    r"ssrf|(^|_)(private|internal|loopback|link_local|safe_url|url_safe|public_(ip|host|url))(_|$)"
    r"|(valid|check|verify|assert|ensure|guard|sanit)\w*_\w*(url|host|address|endpoint)|(allowed|trusted|permitted)_(url|host|domain)"
    r"|(url|host|ip|address|base|endpoint)_(is_)?(safe|allowed|public|trusted)|pin_dns",
    re.IGNORECASE,
)


def _told(call: Call) -> str:
    """A call by its own name, or with what it is a method of where that says more: `SSRFGuard.validate`."""
    owner = call.name.rpartition(".")[0]
    last = call.last.rpartition(":")[2]
    return f"{owner.rpartition('.')[2]}_{last}" if re.search(r"ssrf", owner, re.IGNORECASE) else last


def _ward(site: CallSite, flows: Iterable[Flow]) -> Ward:
    """What looks at the address of a request: a check on its way, or one in the function that sends it."""
    names = [tag.rpartition(".")[2].rpartition(":")[2] for flow in flows if flow.is_vetted for tag in flow.cleaned]
    names += [_told(call) for call in site.beside]
    by = tuple(f"`{name}`" for name in dict.fromkeys(names) if _LOOKING.search(name))
    foreign = [
        flow
        for flow in flows
        if _is_host(flow) and flow.kind in ("request", "parameter", "unknown", "stored") and not flow.is_limited
    ]
    return Ward(
        site.location,
        f"`{site.last}`",
        by,
        f"An address that comes from elsewhere is asked by `{site.last}` without a look at where it leads",
        ways=0 if by else min(1, len(foreign)),
    )


_FOLLOWING = {
    "requests": ("allow_redirects", True),
    "aiohttp": ("allow_redirects", True),
    "httpx": ("follow_redirects", False),
}
"""How libraries are told to follow an answer to another address, and whether they do where nobody says."""


def _looks_around(repo: Repo, site: CallSite) -> bool:
    """Whether the function around a request looks at addresses, itself or by others."""
    around = repo.python.definition_named(site.function_name)
    return around is not None and bool(repo.addresses.of(around))


def _of_redirects(site: CallSite) -> Iterator[Ward]:
    """Whether a request whose address was looked at stays there, or goes on to wherever the answer leads."""
    option, follows = _FOLLOWING.get(site.name.partition(".")[0], ("", True))
    if option:
        told = site.call.keyword(option)
        stays = (isinstance(told, Const) and told.value is False) or (told is None and not follows)
        yield Ward(
            site.location,
            f"the redirects of `{site.last}`",
            (f"`{option}=False`",) if stays else (),
            f"`{site.last}` goes on to an address that nobody looked at where the first one is redirected",
            ways=0 if stays or site.call.has_double_star else 1,
        )


_HTTP_CLIENTS = ("httpx.AsyncClient", "httpx.Client", "aiohttp.ClientSession")


def _is_guarded(site: CallSite, repo: Repo) -> bool:
    """Whether the clients of the place's module send through a class of the tree that looks at addresses first."""
    if not site.name.startswith(tuple(f"{client}()" for client in _HTTP_CLIENTS)):
        return False
    made = [call for call in site.module.facts.calls if call.name in _HTTP_CLIENTS]
    return bool(made) and all(
        any(
            name in ("transport", "connector") and isinstance(value, Invoke) and _looks_at_addresses(value, site, repo)
            for name, value in call.keywords
        )
        for call in made
    )


def _looks_at_addresses(transport: Invoke, site: CallSite, repo: Repo) -> bool:
    own = repo.python.class_of(transport.name, site.module)
    if own is None:
        return False
    scopes = {method.index for method in own.methods}
    return any(call.scope in scopes and call.name.startswith("ipaddress.") for call in own.module.facts.calls)


def _requests(repo: Repo) -> Iterator[tuple[CallSite, int]]:
    """The calls that send a request, and which argument is the address."""
    for site in repo.python.all_calls:
        name = site.name
        if name in _PLAIN:
            yield site, _PLAIN[name]
        elif "." not in name:
            continue
        elif name == "pycurl.Curl().setopt":
            if getattr(site.call.argument(0), "name", "").endswith(".URL"):
                yield site, 1
        elif site.last in _VERBS | _OTHERS and (_is_of_client(name) or _is_session(site)):
            yield site, 1 if site.last in ("request", "stream") else 0
    for site, _, before in repo.flows.partials(lambda name: _is_of_client(name) and name.rpartition(".")[2] in _VERBS):
        if before == 0:
            yield site, 0


def _is_of_client(name: str) -> bool:
    """Whether a name is one of a library that sends requests, and not of the server that aiohttp has as well."""
    return name.partition(".")[0] in _CLIENTS and not name.startswith("aiohttp.web.")


def _is_session(site: CallSite) -> bool:
    """Whether an unknown object is named like a client of HTTP, and is not one that tests or serves."""
    if site.name[:1] != "?" and ":" not in site.name:
        return False
    words = (site.call.via or site.call.name).lower().replace("(", ".").replace("[", ".").split(".")[:-1]
    if not words or words[-1].lstrip(":?").strip("_)") not in _SESSION_WORDS:
        return False
    return any(name in _REQUEST_KEYWORDS for name, _ in site.call.keywords) or any(
        _ADDRESS.search(name) for name in _named(site)
    )


def _named(site: CallSite) -> Iterator[str]:
    """The names of what is passed by position."""
    for value in site.call.args:
        name = getattr(value, "name", "")
        if isinstance(name, str):
            yield name.rpartition(".")[2].lstrip(":?")


def _confidence(flow: Flow, *, connects: bool) -> Confidence | None:
    if (
        not _is_host(flow)
        or flow.is_limited
        or any(_CHECKED_PART.match(tag) or _FIXED_HOST.match(tag) for tag in flow.cleaned)
        or flow.cleaned & {"url-quoted", "file-name"}
    ):
        return None
    if flow.kind == "request":
        if connects or flow.type in ("model", "file", "upload") or _OWN_ADDRESS.search(flow.text):
            return None
        if flow.is_vetted or flow.is_limited_in_part:
            return Confidence.LOW
        if flow.is_looked_up:
            return Confidence.MEDIUM
        return (
            Confidence.HIGH
            if flow.sure
            and _WHOLE_HOST.match(flow.prefix or "")
            and not _DOMAIN.match(flow.suffix)
            and "matched" not in flow.cleaned
            else Confidence.MEDIUM
        )
    if connects or flow.is_vetted or flow.kind not in ("parameter", "unknown", "stored") or not flow.access:
        return None
    if (flow.kind == "unknown" and not _RECORD.match(flow.text)) or flow.is_kept:
        return None
    return Confidence.MEDIUM if _ADDRESS.search(flow.access[-1].strip("[].")) and not _is_configured(flow) else None


def _is_host(flow: Flow) -> bool:
    """Whether the value is the address, or the host in it."""
    if any(wrap[0] in "{<([" for wrap in flow.wraps):
        return False
    return flow.prefix is None or bool(_HOST.match(flow.prefix))


def _is_configured(flow: Flow) -> bool:
    """Whether the address belongs to the installation: a setting, however it is passed on."""
    return bool(re.search(r"(^|[^a-z])(config|settings?|conf|cfg|environ|env|app|args|self)\b", flow.text.lower()))


def _message(flow: Flow, site: CallSite) -> str:
    where = describe(flow, site.last, site.module.path, site.call.line)
    if flow.kind == "request":
        return f"The client chooses the host that is asked: {where}."
    return f"An address that someone else set is asked without a check of where it leads: {where}."
