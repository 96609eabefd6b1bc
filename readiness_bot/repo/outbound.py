"""The calls that leave the process for another service: over HTTP, mail, sockets, SDKs.

The product's own stores are none.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from msgspec import structs

from readiness_bot.facts.python_facts import DECORATOR, TYPE_CHECKING, Assignment, Definition, Handler
from readiness_bot.facts.values import MODULE, Const, Invoke, Name, Value
from readiness_bot.repo.indirect import indirect_calls, spread
from readiness_bot.repo.modules import CallSite, DefinitionSite, Module, handed_to
from readiness_bot.repo.python import Python
from readiness_bot.repo.scripts import Scripts

_OWN_STORE = re.compile(
    r"(^|/)(databases?|db|stores?|storages?|persistence)/(.*/)?[^/]*(couch|influx|opensearch|solr|arango|clickhouse|neo4j)",
    re.IGNORECASE,
)
"""Modules that speak HTTP to the product's own database."""
_HANDED_SESSION = re.compile(r"\?\w*sess(ion)?\.(get|post|put|patch|delete|head|options|request)$")
_VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "request")
_SESSIONS = (
    "requests.Session()",
    "requests.session()",
    "requests.sessions.Session()",
    "requests.sessions.session()",
    "requests_oauthlib.OAuth1Session()",
    "requests_oauthlib.OAuth2Session()",
    "requests_html.HTMLSession()",
    "cloudscraper.create_scraper()",
    "authlib.integrations.requests_client.OAuth2Session()",
    "requests_cache.CachedSession()",
    "advocate.Session()",
    "advocate.session()",
    "requests_toolbelt.sessions.BaseUrlSession()",
)
_HTTPX_CLIENTS = ("httpx.Client()", "httpx.AsyncClient()")

Transport = Literal[
    "requests",
    "httpx",
    "aiohttp",
    "tornado",
    "urllib",
    "urllib3",
    "mail",
    "socket",
    "ftp",
    "websocket",
    "grpc",
    "curl",
    "sdk",
]

_EXACT: dict[str, Transport] = {
    **{f"requests.{verb}": "requests" for verb in _VERBS},
    **{f"requests.api.{verb}": "requests" for verb in _VERBS},
    **{f"advocate.{verb}": "requests" for verb in _VERBS},
    **{f"{session}.{verb}": "requests" for session in _SESSIONS for verb in (*_VERBS, "send")},
    **{f"httpx.{verb}": "httpx" for verb in (*_VERBS, "stream")},
    **{f"{client}.{verb}": "httpx" for client in _HTTPX_CLIENTS for verb in (*_VERBS, "stream", "send")},
    **{f"aiohttp.ClientSession().{verb}": "aiohttp" for verb in (*_VERBS, "ws_connect")},
    **{f"aiohttp.client.ClientSession().{verb}": "aiohttp" for verb in _VERBS},
    **{f"aiohttp_retry.RetryClient().{verb}": "sdk" for verb in _VERBS},
    "aiohttp.request": "aiohttp",
    "tornado.httpclient.AsyncHTTPClient().fetch": "tornado",
    "tornado.httpclient.HTTPClient().fetch": "tornado",
    "tornado.curl_httpclient.CurlAsyncHTTPClient().fetch": "tornado",
    "urllib.request.urlopen": "urllib",
    "urllib.request.urlretrieve": "urllib",
    "urllib.request.build_opener().open": "urllib",
    "urllib.request.OpenerDirector().open": "urllib",
    "urllib2.urlopen": "urllib",
    "urllib2.build_opener().open": "urllib",
    "six.moves.urllib.request.urlopen": "urllib",
    "http.client.HTTPConnection": "urllib",
    "http.client.HTTPSConnection": "urllib",
    "urllib3.request": "urllib3",
    "urllib3.PoolManager().request": "urllib3",
    "urllib3.PoolManager().urlopen": "urllib3",
    "urllib3.ProxyManager().request": "urllib3",
    "urllib3.poolmanager.PoolManager().request": "urllib3",
    "urllib3.HTTPConnectionPool().request": "urllib3",
    "urllib3.HTTPSConnectionPool().request": "urllib3",
    "smtplib.SMTP": "mail",
    "smtplib.SMTP_SSL": "mail",
    "smtplib.LMTP": "mail",
    "aiosmtplib.send": "mail",
    "imaplib.IMAP4": "mail",
    "imaplib.IMAP4_SSL": "mail",
    "poplib.POP3": "mail",
    "poplib.POP3_SSL": "mail",
    "ftplib.FTP": "ftp",
    "ftplib.FTP_TLS": "ftp",
    "telnetlib.Telnet": "socket",
    "socket.create_connection": "socket",
    "socket.socket().connect": "socket",
    "gevent.socket.create_connection": "socket",
    "gevent.socket.socket().connect": "socket",
    "websocket.create_connection": "websocket",
    "websocket.WebSocketApp().run_forever": "websocket",
    "websockets.connect": "websocket",
    "pycurl.Curl().perform": "curl",
    "requests_hardened.Manager().send_request": "sdk",
    **{f"requests_hardened.Manager().get_session().{verb}": "sdk" for verb in _VERBS},
}
_SOCKETS = ("socket.socket", "gevent.socket.socket")
_CONNECTING = tuple(f"{one}().connect" for one in _SOCKETS)
_SDKS = (
    "emails.Message()",
    "emails.message.Message()",
    "emails.html()",
    "flask_mail.Mail()",
    "fastapi_mail.FastMail()",
    "boto3.client()",
    "boto3.resource()",
    "boto3.Session().client()",
    "boto3.session.Session().client()",
    "aioboto3.Session().client()",
    "botocore.session.get_session()",
    "stripe.",
    "openai.OpenAI()",
    "openai.AsyncOpenAI()",
    "openai.ChatCompletion",
    "anthropic.Anthropic()",
    "anthropic.AsyncAnthropic()",
    "twilio.rest.Client()",
    "slack_sdk.WebClient()",
    "slack_sdk.webhook.WebhookClient()",
    "slack.WebClient()",
    "sendgrid.SendGridAPIClient()",
    "google.cloud.",
    "googleapiclient.discovery.build()",
    "azure.storage.",
    "azure.identity.",
    "msal.",
    "github.Github()",
    "gidgethub.aiohttp.GitHubAPI()",
    "gidgethub.httpx.GitHubAPI()",
    "gidgethub.apps.",
    "gitlab.Gitlab()",
    "jira.JIRA()",
    "docker.from_env()",
    "docker.DockerClient()",
    "kubernetes.client.",
    "kubernetes.dynamic.",
    "kubernetes_asyncio.client.",
    "pykube.",
    "lightkube.",
    "kr8s.",
    "paramiko.SSHClient()",
    "ldap3.Connection()",
    "hvac.Client()",
    "telegram.Bot()",
    "pusher.",
    "mailchimp",
    "firebase_admin.",
    "zeep.Client()",
    "suds.client.Client()",
    "litellm.",
    "cohere.Client()",
    "minio.Minio()",
    "plaid.",
    "braintree.",
    "requests_aws4auth.",
    "tweepy.",
    "discord.Webhook",
    "aioapns.APNs()",
    "twisted.web.client.Agent()",
    "treq.",
)
_NOT_CALLS = (
    ".error.",
    ".errors.",
    ".exceptions.",
    ".types.",
    ".models.",
    ".Config",
    "Error",
    "Exception",
    ".util.",
    ".configure",
    ".set_",
    "storage_account_url",
    "SubscriberClient().subscribe().",  # what waits for messages waits for as long as the process lives
)


_OF_ANSWERS = frozenset(
    {"get", "items", "keys", "values", "decode", "encode", "strip", "split", "json", "append", "read"}
)
"""What is called on what an SDK has answered, a dict, a text or a stream (Google's documents are fetched by `get`)."""

_NO_CALLS = frozenset(
    {"close", "aclose", "init_app", "can_paginate", "get_paginator", "get_waiter", "generate_presigned_url",
     "generate_presigned_post", "generate_signed_url"}
)  # fmt: skip
"""What clients do by themselves: addresses are signed on this machine, and who pages or waits has asked nothing yet."""
_STUB = re.compile(r"Stub\(\)\.\w+$")
"""A method of a stub: what is called on its answer goes nowhere."""


_WAITING = frozenset(
    {
        "requests.adapters.TimeoutSauce",
        "requests.adapters.HTTPAdapter.send",
        "requests.Session.request",
        "requests.Session.send",
        "requests.sessions.Session.request",
        "requests.sessions.Session.send",
    }
)
"""What decides in `requests` how long every call waits, and may be replaced for a whole process."""


@dataclass(frozen=True, slots=True, eq=False)
class OutboundCall:
    """A call of another service, and over which transport.

    `makers` are the calls that make the client, where it is handed to the function that uses it.
    """

    site: CallSite
    transport: Transport
    makers: tuple[CallSite, ...] = ()


class Outbound:
    """Questions about calls to other services."""

    LOOKS = "calls to other services"

    def __init__(self, python: Python, scripts: Scripts) -> None:
        self._python = python
        self._scripts = scripts

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    @cached_property
    def calls(self) -> tuple[OutboundCall, ...]:
        """Every outbound call of production code, by path and line; what a library for its callers asks is theirs."""
        libraries = tuple(self._scripts.libraries)
        found = (call for call in self._calls() if not call.site.module.path.startswith(libraries))
        return tuple(sorted(found, key=lambda call: (call.site.module.path, call.site.call.line)))

    @cached_property
    def of_service(self) -> tuple[OutboundCall, ...]:
        """The calls that the service makes, without those of scripts that have no part in what is served."""
        loose = self._scripts.loose
        return tuple(call for call in self.calls if call.site.module.path not in loose)

    def _calls(self) -> Iterator[OutboundCall]:
        for site in self._python.calls_named(self._may_leave):
            if site.call.context & (TYPE_CHECKING | DECORATOR) or _OWN_STORE.search(site.module.path):
                continue
            transport = self.transport(site.name) or self._through_own_session(site)
            if transport is not None and not (site.name in _CONNECTING and self._is_near(site)):
                yield OutboundCall(site, transport)
            elif transport is None and (makers := tuple(self._handed_over(site))):
                yield OutboundCall(site, "requests", makers)
        for site in indirect_calls(self._python):
            transport = _EXACT.get(site.name)
            if transport is not None:
                yield OutboundCall(site, transport)

    def _may_leave(self, name: str) -> bool:
        """Whether a call of this resolved name may leave the process."""
        owner, _, method = name.rpartition(".")
        return (
            self.transport(name) is not None
            or (method in _VERBS and ":" in owner)
            or _HANDED_SESSION.match(name) is not None
        )

    def _handed_over(self, site: CallSite) -> Iterator[CallSite]:
        """The calls that make the session which each caller of a function hands to it; none where one is not known."""
        function = site.function
        if function is None or not _HANDED_SESSION.match(site.name):
            return
        name = site.name[1:].partition(".")[0]
        position = next((at for at, one in enumerate(function.parameters) if one.name == name), -1)
        callers = self._python.callers.get(f"{site.module.path}:{function.qualname}", ())
        bound = function.parent >= 0 and site.module.facts.definitions[function.parent].kind == "class"
        if position < 0 or not callers or function.parameters[position].annotation is not None:
            return
        found = [self._maker(caller, caller.call.argument(position - bound, name)) for caller in callers]
        if all(found):
            yield from (maker for maker in found if maker is not None)

    def _maker(self, caller: CallSite, value: Value | None) -> CallSite | None:
        """The call that makes a session which is handed over; None for anything else."""
        facts = caller.module.facts
        if isinstance(value, Invoke) and value.call >= 0:
            made = [facts.calls[value.call]]
        elif isinstance(value, Name):
            made = [one for one in facts.calls if one.result == value.name and one.scope == caller.call.scope]
            made = made or [one for one in facts.calls if value.name[:1] == ":" and one.result == value.name]
        else:
            return None
        sites = [self._python.call_site(caller.module, one) for one in made]
        return sites[0] if sites and all(f"{one.name}()" in _SESSIONS for one in sites) else None

    @staticmethod
    def _is_near(site: CallSite) -> bool:
        """Whether a socket is one of the same machine, or of datagrams, whose connecting waits for nobody."""
        owner = site.call.called_on
        made = [call for call in site.module.facts.calls if call.name in _SOCKETS and call.result == owner]
        made = [call for call in made if call.scope == site.call.scope] or made
        kinds = {value.name.rpartition(".")[2] for call in made for value in call.args if isinstance(value, Name)}
        return bool(kinds & {"AF_UNIX", "SOCK_DGRAM", "AF_NETLINK"})

    def _through_own_session(self, site: CallSite) -> Transport | None:
        """The transport of a session class of the tree's own whose overriding method is called."""
        owner, _, method = site.name.rpartition(".")
        if method not in _VERBS or ":" not in owner:
            return None
        klass = self._python.class_of(owner, site.module)
        if klass is None:
            return None
        return next(
            (found for base in self._python.external_bases(klass) if (found := self.transport(f"{base}().{method}"))),
            None,
        )

    @staticmethod
    def transport(name: str) -> Transport | None:
        """Over which transport a call of this resolved name leaves the process; None if it stays inside."""
        exact = _EXACT.get(name)
        if exact is not None:
            return exact
        if "_pb2_grpc." in name and _STUB.search(name):
            return "grpc"
        if name.startswith(_SDKS) and "." in name and not any(part in name for part in _NOT_CALLS):
            owner, _, last = name.replace("[]", "").rpartition(".")
            answered = owner.endswith("()") and owner.rpartition(".")[2][:1].islower()
            if last in _OF_ANSWERS and answered and not name.startswith("google."):
                return None
            # A constructor opens nothing: what counts is a method of what it makes.
            return "sdk" if last[:1].islower() and "()" in name and last not in _NO_CALLS else None
        return None

    @cached_property
    def replacements(self) -> tuple[tuple[Module, Assignment], ...]:
        """Where something of the tree is put in place of what decides in `requests` how long every call waits."""
        return tuple(
            (module, item)
            for module in dict.fromkeys(module for module, _ in self._python.imports("requests"))
            for item in module.facts.assignments
            if item.target in _WAITING
        )

    @cached_property
    def _replacing(self) -> tuple[Module, ...]:
        """The modules that, when they are loaded, put something of their own in place of how long `requests` waits."""
        return tuple(dict.fromkeys(module for module, item in self.replacements if item.scope == MODULE))

    def waits_otherwise(self, module: Module) -> bool:
        """Whether what is loaded with a module put something in place of how long `requests` waits.

        That is the module itself, a package above it, or what it imports.
        """
        return any(
            found is module
            or (found.path.endswith("__init__.py") and module.path.startswith(found.path.removesuffix("__init__.py")))
            or any(
                (known := self._python.located(item.target, module.path)) is not None and known[0] is found
                for item in module.facts.imports
            )
            for found in self._replacing
        )

    @cached_property
    def exists(self) -> bool:
        """Whether production code calls another service at all."""
        return bool(self.calls)

    def is_kept(self, call: OutboundCall) -> bool:
        """Whether the call goes through a client that outlives it: a module's, an object's, a passed one."""
        name = call.site.call.via or call.site.call.name
        owner = name.rpartition(".")[0]
        if call.transport == "tornado":
            return ".HTTPClient" not in call.site.name  # the asynchronous one is one object for each event loop
        function = call.site.function
        if function is not None and _keeps_answers(function):
            return True
        if "()" not in call.site.name.rpartition(".")[0]:
            # A function of the library, or the constructor of a connection: both open a new one.
            return False
        if owner.endswith("()") and any(
            self._makes_client(name, call.site.module)
            for name in (owner.removesuffix("()"), *_called_within(call.site))
        ):
            return False
        if not owner.startswith("?"):
            return not self._is_made_for_one_use(call.site, owner)
        bare = owner[1:].partition(".")[0]
        if function is None or any(parameter.name == bare for parameter in function.parameters):
            return True
        facts = call.site.module.facts
        return not any(
            item.result == f"?{bare}"
            and function.line <= item.line <= function.end_line
            and (
                self._opens(item.name)
                or call.site.name.startswith(f"{item.name}().")
                or self._makes_client(item.name, call.site.module)
            )
            for item in facts.calls
        )

    def _makes_client(self, name: str, module: Module) -> bool:
        """Whether a function of the tree makes a new client for each of its callers, and keeps none."""
        found = self._python.definition(name, module)
        if found is None or found.definition.kind != "function":
            return False
        definition, facts = found.definition, found.module.facts
        return not _keeps_answers(definition) and any(
            definition.line <= item.line <= definition.end_line
            and item.result[:1] in ("", "?")
            and item.name.startswith(("httpx.", "requests.", "aiohttp.", "urllib3."))
            and self._opens(item.name)
            for item in facts.calls
        )

    def _is_made_for_one_use(self, site: CallSite, owner: str) -> bool:
        """Whether the client is an attribute of an object that functions make anew and nobody keeps."""
        if not owner.startswith(":") or "()." not in owner:
            return False
        bound = [item.value for item in site.module.facts.assignments if item.target == owner]
        if bound and not any(isinstance(value, Invoke) for value in bound):
            return False  # the object was handed a client, or takes the one that something else keeps
        klass = self._python.class_of(owner.partition("().")[0], site.module)
        made = self._made_by_class.get(klass.name, ()) if klass is not None else ()
        return bool(made) and not any(_is_made_to_keep(item) for item in made)

    @cached_property
    def _made_by_class(self) -> dict[str, list[CallSite]]:
        """Where production code makes an object of each class of the tree."""
        found: dict[str, list[CallSite]] = defaultdict(list)
        for site in self._python.all_calls:
            if ":" in site.name and not site.name.endswith("()"):
                found[site.name].append(site)
        return found

    @staticmethod
    def _opens(name: str) -> bool:
        return name.endswith(
            (
                "Session",
                "session",
                "Client",
                "client",
                "resource",
                "SMTP",
                "SMTP_SSL",
                "socket",
                "PoolManager",
                "Connection",
                "Message",
                "html",
                "build",
            )
        )

    def is_caught(self, call: OutboundCall) -> bool:
        """Whether something handles the call's failure.

        Around it, or around every call of the function it stands in, or of those that only pass it on.
        """
        return self._is_caught(call.site, _PASSED_ON)

    def _is_caught(self, site: CallSite, hops: int) -> bool:
        if any(_handles(site.module, handler) for handler in site.handlers):
            return True
        function = site.function
        if function is None or not hops:
            return False
        callers = [
            caller
            for name in self._called_as(site, function)
            for caller in (*self._python.callers.get(name, ()), *self._called_where_handed.get(name, ()))
        ]
        return bool(callers) and all(self._is_caught(caller, hops - 1) for caller in callers)

    @cached_property
    def _called_where_handed(self) -> dict[str, list[CallSite]]:
        """By the name of a function: where it is called by those to which it is handed, `guarded(fetch)`."""
        found: dict[str, list[CallSite]] = {}
        for inner in self._python.all_calls:
            if not inner.call.name.startswith("?") or "." in inner.call.name:
                continue
            name = inner.call.name[1:]
            for around in inner.module.enclosing(inner.call.scope):
                for caller in self._python.callers.get(f"{inner.module.path}:{around.qualname}", ()):
                    value = handed_to(caller.call, around, name)
                    if isinstance(value, Name):
                        found.setdefault(self._python.identify(value.name, caller.module), []).append(inner)
        return found

    def _called_as(self, site: CallSite, function: Definition) -> Iterator[str]:
        """The names under which a function is called: its own, and those of the methods that it overrides."""
        yield f"{site.module.path}:{function.qualname}"
        holder = site.module.definition(function.parent)
        if holder is not None and holder.kind == "class":
            for base in self._python.ancestry(DefinitionSite(site.module, function.parent, holder)):
                if base.definition is not holder:
                    yield f"{base.name}.{function.name}"

    @cached_property
    def hands_streams_on(self) -> bool:
        """Whether answers of `aiohttp` are read piece by piece, as a proxy of streams does."""
        return any(True for name in _PIECEWISE for _ in self._python.calls_of(name))

    @staticmethod
    def only_streams(site: CallSite) -> bool:
        """Whether a client is made to read one answer piece by piece, as long as there is any, and for nothing else."""
        asked = {call.last for call in site.beside}
        return site.name.startswith("httpx.") and "stream" in asked and asked.isdisjoint(_AT_ONCE)

    @cached_property
    def unbounded_clients(self) -> tuple[CallSite, ...]:
        """The clients of libraries with a default timeout that are made with `timeout=None`."""
        return tuple(
            site
            for site in self._python.calls(
                "httpx.Client", "httpx.AsyncClient", "aiohttp.ClientSession", "httpx.Timeout", "aiohttp.ClientTimeout"
            )
            if _is_open_ended(self._with_options(site))
        )

    def _with_options(self, site: CallSite) -> CallSite:
        """A call with the options that it spreads, where they are written down, as if each were given by its name."""
        options = [
            (key.value, value)
            for one in spread(self._python, site.call, site.module) or ()
            for key, value in zip(one.keys, one.values, strict=True)
            if isinstance(key, Const) and isinstance(key.value, str)
        ]
        if not options:
            return site
        call = structs.replace(site.call, keywords=(*site.call.keywords, *options))
        return CallSite(site.module, call, site.name, site.last)


_PASSED_ON = 3
"""Own functions followed upwards from a call: a client's method, the client of a peer, and what asks that."""

_AT_ONCE = frozenset({"get", "post", "put", "patch", "delete", "head", "request", "send"})
"""Methods of clients that wait for the whole answer."""
_PIECEWISE = ("iter_any", "iter_chunked", "iter_chunks")


def _handles(module: Module, handler: Handler) -> bool:
    """Whether a handler does something about an error: only raising the same one again is nothing."""
    if handler.steps != ("raise",):
        return True
    return any(item.name and handler.line <= item.line <= handler.end_line for item in module.facts.raises)


_ONCE = frozenset({"main", "create_app", "make_app", "get_app", "lifespan", "startup", "on_startup"})
"""What starts a program or an application calls these once."""


def _is_made_to_keep(made: CallSite) -> bool:
    """Whether an object is made once: by a module or at start-up, or kept by another object."""
    result = made.call.result
    facts = made.module.facts
    return (
        made.call.scope < 0
        or result.startswith(":")
        or any(definition.name in _ONCE for definition in made.module.enclosing(made.call.scope))
        or any(
            item.target.startswith(":") and isinstance(item.value, Name) and item.value.name == result
            for item in facts.assignments
            if result and item.scope == made.call.scope
        )
    )


def _keeps_answers(definition: Definition) -> bool:
    """Whether a function is called once for many callers, as what it answers is kept."""
    return any("cache" in getattr(item, "name", "") for item in definition.decorators)


def _called_within(site: CallSite) -> Iterator[str]:
    """The names of the calls whose results a call's own line uses, what it is called on among them."""
    call = site.call
    return (
        one.name for one in site.beside if one is not call and call.line <= one.line <= call.end_line and not one.result
    )


_OF_ONE_STEP = ("connect", "read")
"""The steps of a request that wait for the peer: where both have a limit, no call waits for ever."""


def _is_nothing(value: Value | None) -> bool:
    """Whether a limit is not given, or given as none."""
    return value is None or value == Const(None)


def _is_open_ended(site: CallSite) -> bool:
    if site.last == "Timeout" and not any(_is_nothing(site.call.keyword(name)) for name in _OF_ONE_STEP):
        return False  # what takes long is bounded, whatever holds for the rest
    values = [site.call.keyword("timeout")] if site.last not in ("Timeout", "ClientTimeout") else [*site.call.args[:1]]
    if site.last == "ClientTimeout":
        values = [site.call.keyword("total"), *values]
        if any(site.call.has(name) for name in ("sock_read", "sock_connect", "connect")):
            return False
    return any(isinstance(value, Const) and value.value is None for value in values)
