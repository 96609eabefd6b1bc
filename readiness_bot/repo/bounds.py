"""Whether something bounds an outbound call in time.

Its own argument, its client, a wrapper, or what runs around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum, auto

from readiness_bot.facts.python_facts import AWAITED, IN_FOR_HEADER, IN_HANDLER, Call, Definition
from readiness_bot.facts.values import MODULE, Const, Format, Invoke, Items, Mapping, Name, Value
from readiness_bot.repo import Repo
from readiness_bot.repo.indirect import spread
from readiness_bot.repo.modules import CallSite, DefinitionSite, Module
from readiness_bot.repo.outbound import OutboundCall
from readiness_bot.repo.services import Setting


class Bound(Enum):
    """What bounds a call in time."""

    BY_CALL = auto()
    BY_DEFAULT = auto()
    PERHAPS = auto()
    NEVER = auto()
    SWITCHED_OFF = auto()


_TIMEOUT_AT: dict[str, int] = {
    "urllib.request.urlopen": 2,
    "urllib2.urlopen": 2,
    "urllib2.build_opener().open": 2,
    "six.moves.urllib.request.urlopen": 2,
    "urllib.request.build_opener().open": 2,
    "urllib.request.OpenerDirector().open": 2,
    "smtplib.SMTP": 3,
    "smtplib.SMTP_SSL": 5,
    "smtplib.LMTP": 4,
    "imaplib.IMAP4": 2,
    "imaplib.IMAP4_SSL": 5,
    "poplib.POP3": 2,
    "poplib.POP3_SSL": 5,
    "ftplib.FTP": 4,
    "ftplib.FTP_TLS": 6,
    "telnetlib.Telnet": 2,
    "socket.create_connection": 1,
    "gevent.socket.create_connection": 1,
    "http.client.HTTPConnection": 2,
    "websocket.create_connection": 1,
}
"""Where the timeout stands among the positional arguments, counted from 0, by the standard library's signatures."""

_NEAR = r"(127\.[\d.]+|localhost|\[::1\])"
_LOOPBACK = re.compile(rf"(https?|wss?)://{_NEAR}:($|\{{\w*\}}|%[sd])")
_SMTP_OR_NONE = re.compile(r"smtp|console|locmem|filebased|dummy", re.IGNORECASE)
"""Backends of Django that speak SMTP, and those of development beside one that does."""
_OUTER = (
    "asyncio.wait_for",
    "asyncio.timeout",
    "asyncio.timeout_at",
    "async_timeout.timeout",
    "anyio.fail_after",
    "anyio.move_on_after",
    "trio.fail_after",
    "trio.move_on_after",
    "gevent.Timeout",
    "gevent.timeout.Timeout",
    "eventlet.Timeout",
    "eventlet.timeout.Timeout",
    "eventlet.Timeout",
    "eventlet.timeout.Timeout",
    "gevent.Timeout",
    "gevent.timeout.Timeout",
)
_TOLD_ONCE = frozenset({"PoolManager", "ProxyManager", "HTTPConnectionPool", "HTTPSConnectionPool"})
"""Clients that take the time limit of all their calls when they are made."""
_BOUNDED_BY_DEFAULT = frozenset({"httpx", "aiohttp", "tornado", "sdk"})
WAITING_INSIDE = re.compile(
    r"(^|[._?])(\w*queue|\w*event|\w*lock|\w*task|\w*future|\w*condition|\w*semaphore)s?(\(\))?\.\w+$"
    r"|^asyncio\.|(^|[.?])(wait|acquire|join|cancel|shutdown|a?close|stop|gather|sleep)$",
    re.IGNORECASE,
)
"""What waits for another part of the same program, or for the end of one."""
_LIMIT = re.compile(r"\w*timeout(_\w+)?", re.IGNORECASE)
"""What limits of time are called that functions take."""
_GLOBAL_DEFAULT = frozenset({"urllib", "mail", "ftp", "socket", "websocket"})


def bound_of(repo: Repo, call: OutboundCall) -> Bound:
    """What bounds the call; `PERHAPS` where a `**` argument, a stream or an unknown client leaves it open."""
    site, transport = call.site, call.transport
    own = _own(repo, call)
    if own is not None:
        streams = own is Bound.SWITCHED_OFF and (site.last == "stream" or _asks_for_stream(site))
        return Bound.PERHAPS if streams else own
    if _bounded_outside(call) or _connects_later(site):
        return Bound.BY_CALL
    if transport in _BOUNDED_BY_DEFAULT or site.name == "websockets.connect" or site.name == "aiosmtplib.send":
        return Bound.BY_DEFAULT
    if transport in _GLOBAL_DEFAULT and any(map(_lasts, repo.python.calls("socket.setdefaulttimeout"))):
        return Bound.BY_CALL
    if transport == "requests" and (repo.outbound.waits_otherwise(site.module) or _is_bounded_for_all(repo)):
        return Bound.BY_CALL
    if _bounded_client(repo, call):
        return Bound.BY_CALL
    if site.call.has_double_star and _handed_on_with_one(repo, site):
        return Bound.BY_CALL
    if (
        (site.call.has_double_star and spread(repo.python, site.call, site.module) is None)
        or any(
            isinstance(value, Name) and value.name.startswith("?") and value.name[1:] == "kwargs"
            for value in site.call.args
        )
    ) and not _handed_none(repo, site):
        return Bound.PERHAPS
    if _is_stream(call) or _asks_this_machine(repo, site) or _is_second_choice(site):
        return Bound.PERHAPS
    return Bound.NEVER


def _is_bounded_for_all(repo: Repo) -> bool:
    """Whether a function of the tree puts one with a timeout in the place of what all calls of `requests` go through.

    It is called on start-up, from wherever that may be.
    """
    put = (
        repo.python.definition(getattr(item.value, "name", ""), module)
        for module, item in repo.outbound.replacements
        if item.scope < 0 or not repo.wiring.is_called_by_nobody(module, item.scope, is_handed=True)
    )
    return any(own is not None and _mentions_timeout(own) for own in put)


def _is_second_choice(site: CallSite) -> bool:
    """Whether the name is bound to the library only where an import fails: most often something else is called."""
    facts = site.module.facts
    return any(
        one.context & IN_HANDLER
        and (site.call.name == one.target or site.call.name.startswith(f"{one.target}."))
        and (
            any(other.local == one.local and other.target != one.target for other in facts.imports)
            or any(item.target == f":{one.local}" for item in facts.assignments)
        )
        for one in facts.imports
    )


def _lasts(setting: CallSite) -> bool:
    """Whether a default for all sockets holds on: not one that its function takes back."""
    given = setting.call.argument(0, "timeout")
    if isinstance(given, Const) and given.value is None:
        return False
    function = setting.call.scope
    return function == MODULE or not any(call.name == "socket.getdefaulttimeout" for call in setting.beside)


def _handed_none(repo: Repo, site: CallSite) -> bool:
    """Whether all that a function hands on is what its callers give by name, and that is seen to be none."""
    function = site.function
    rest = [value for name, value in site.call.keywords if name == "**"]
    if function is None or len(rest) != 1 or not isinstance(rest[0], Name):
        return False
    if not any(one.kind == "**" and f"?{one.name}" == rest[0].name for one in function.parameters):
        return False
    own = DefinitionSite(site.module, site.module.facts.definitions.index(function), function)
    if _mentions_timeout(own) or function.decorators:
        return False
    callers = [(one, sure) for one, _, sure in repo.flows.callers(own) if one.function_name != site.function_name]
    return bool(callers) and all(
        sure and not caller.call.has("timeout") and not caller.call.has_double_star for caller, sure in callers
    )


def mail_host(repo: Repo) -> Setting | None:
    """The mail server of a Django project that sends mail over SMTP."""
    if not repo.services.is_django:
        return None
    for setting in repo.services.settings_named("EMAIL_BACKEND"):
        if isinstance(setting.value, Const) and not _SMTP_OR_NONE.search(str(setting.value.value)):
            return None
    if not any(site.name.startswith("django.core.mail.") for site in repo.python.all_calls):
        return None
    hosts = (one for one in repo.services.settings_named("EMAIL_HOST") if not one.is_for_developers)
    return next((one for one in hosts if not _is_local(one)), None)


def _is_local(setting: Setting) -> bool:
    near = ("localhost", "127.0.0.1", "", None, "mailhog", "mailpit")
    return isinstance(setting.value, Const) and setting.value.value in near


def _asks_this_machine(repo: Repo, site: CallSite) -> bool:
    """Whether the address is a port of the same machine that only the program knows: of a server that it started."""
    value = site.call.argument(1 if site.last == "request" else 0, "url")
    if isinstance(value, Items) and len(value.items) == 2 and isinstance(value.items[1], Name):
        return re.fullmatch(_NEAR, str(repo.python.constant(value.items[0], site.module) or "")) is not None
    bound: list[Value | None] = [value]
    if isinstance(value, Name):
        inside = [one for one in site.module.facts.assignments if one.target == value.name]
        bound = [one.value for one in inside if one.scope == site.call.scope or value.name[:1] == ":"]
    return bool(bound) and all(_LOOPBACK.match(_beginning(repo, one, site.module)) for one in bound)


def _beginning(repo: Repo, value: Value | None, module: Module) -> str:
    first = value.parts[0] if isinstance(value, Format) and value.parts else value
    return str(repo.python.constant(first, module) or "")


def _is_stream(call: OutboundCall) -> bool:
    """Whether the answer comes piece by piece, for as long as somebody reads it."""
    site = call.site
    stream = site.call.keyword("stream")
    if isinstance(stream, Const) and stream.value is True:
        return not _is_read_whole(site)
    if site.call.last == "run_forever" and site.call.keyword("ping_interval") is not None:
        return True  # the peer is asked again and again whether it is still there
    if call.transport != "grpc":
        return False
    # A stub's method that is iterated over gives a stream, and so does one of `grpc.aio` that nobody awaits.
    function = site.function
    awaited = bool(site.call.context & AWAITED)
    return bool(site.call.context & IN_FOR_HEADER) or (function is not None and function.is_async and not awaited)


_PIECES = re.compile(r"(^|\.)(iter_\w+|aiter_\w+|copyfileobj|readline|read|events)$")


def _is_read_whole(site: CallSite) -> bool:
    """Whether the function takes all of the answer at once, though it asked for it piece by piece."""
    result = site.call.result
    if not result:
        return False
    calls = [call for call in site.beside if call.line >= site.call.line]
    if any(_PIECES.search(call.name) for call in calls):
        return False
    whole = {f"{result}.{part}" for part in ("content", "text")}
    return any(
        (call.last == "json" and call.called_on == result)
        or any(isinstance(value, Name) and value.name in whole for value in call.args)
        for call in calls
    )


def _own(repo: Repo, call: OutboundCall) -> Bound | None:
    """What the call's own argument says; None where it passes none."""
    site = call.site
    value = site.call.keyword("timeout") or site.call.keyword("open_timeout")
    if value is None:
        at = _TIMEOUT_AT.get(site.name)
        value = site.call.args[at] if at is not None and at < len(site.call.args) else None
    if value is None:
        return None
    if _is_none(repo, value, site.module):
        return Bound.SWITCHED_OFF
    return _left_to_callers(repo, site, value) or Bound.BY_CALL


def _left_to_callers(repo: Repo, site: CallSite, value: Value) -> Bound | None:
    """What a `timeout=None` that is only handed on comes to; None where no caller is seen to leave it out."""
    function = site.function
    if function is None or not isinstance(value, Name) or not value.name.startswith("?"):
        return None
    name = value.name[1:]
    given = [(index, one) for index, one in enumerate(function.parameters) if one.name == name]
    if not given or not isinstance(given[0][1].default, Const) or given[0][1].default.value is not None:
        return None
    if any(
        item.target == value.name and item.scope == site.call.scope and item.line < site.call.line
        for item in site.module.facts.assignments
    ):
        return None
    own = DefinitionSite(site.module, site.module.facts.definitions.index(function), function)
    bare = [
        not caller.call.has(name) and not caller.call.has_double_star and len(caller.call.args) <= given[0][0]
        for caller, _, sure in repo.flows.callers(own)
        if sure and caller.call.scope != site.call.scope
    ]
    if not any(bare):
        return None
    return Bound.NEVER if all(bare) else Bound.PERHAPS


def _is_none(repo: Repo, value: Value, module: Module) -> bool:
    if isinstance(value, Const):
        return value.value is None
    if isinstance(value, Name) and not value.name.startswith("?"):
        bound = [item.value for item in repo.python.assignments(value.name, module)]
        if value.name.startswith("django.conf.settings."):
            bound += [item.value for item in repo.services.settings_named(value.name.rpartition(".")[2])]
        return bool(bound) and all(isinstance(one, Const) and one.value is None for one in bound)
    return False


def _asks_for_stream(site: CallSite) -> bool:
    """Whether the body of a call asks for an answer that comes piece by piece: `json={"stream": True, …}`."""
    sent = site.call.keyword("json")
    bound = site.module.bound_to(sent.name, site.call.scope) if isinstance(sent, Name) else [sent]
    return any(
        isinstance(key, Const) and key.value == "stream" and isinstance(value, Const) and value.value is True
        for one in bound
        if isinstance(one, Mapping)
        for key, value in zip(one.keys, one.values, strict=False)
    )


_GIVING_UP = re.compile(r"time_?out|timed(?!elta)|time_?limit|deadline", re.IGNORECASE)


def _is_run_for_a_time(site: CallSite) -> bool:
    """Whether the function around a call is handed to what is named for giving up in time: `timed(connect)`."""
    facts, function = site.module.facts, site.function
    if function is None or facts.definitions[site.call.scope].parent < 0:
        return False
    return any(
        _GIVING_UP.search(call.last) is not None
        and any(isinstance(one, Name) and one.name == f":{function.qualname}" for one in call.args)
        for call in facts.calls
    )


def _bounded_outside(call: OutboundCall) -> bool:
    """Whether a context manager, a decorator or an enclosing call limits the time."""
    site = call.site
    if outer_limit(site):
        return True
    function = site.function
    if function is not None and any("timeout" in name.lower() for name in map(_decorator_name, function.decorators)):
        return True
    return _is_run_for_a_time(site)


def outer_limit(site: CallSite) -> str:
    """The context manager or the call around a call that limits its time; empty where there is none."""
    for manager in site.call.within:
        if manager.removesuffix("()").endswith(_OUTER):
            return manager.removesuffix("()")
    outer = site.outer
    while outer is not None:
        if outer.name in _OUTER:
            return outer.name
        outer = None if outer.parent < 0 else site.module.facts.calls[outer.parent]
    return ""


def _connects_later(site: CallSite) -> bool:
    """Whether a client is made without a server, and connected below with a timeout."""
    if not site.name.startswith("ftplib.") or site.call.args or site.call.has("host"):
        return False
    return any(
        call.name.startswith("ftplib.") and call.last == "connect" for call in site.beside if call.has("timeout")
    )


def _decorator_name(value: Value) -> str:
    return value.name if isinstance(value, Name | Invoke) else ""


def _bounded_client(repo: Repo, call: OutboundCall) -> bool:
    """Whether the client that the call goes through has a timeout of its own."""
    site, python = call.site, repo.python
    owner = site.call.name.rpartition(".")[0]
    klass = python.class_of(owner, site.module) if owner and not owner.startswith("?") else None
    if klass is None and site.call.via:
        via = site.call.via.rpartition(".")[0]
        assigned = python.assignment(via, site.module)
        if assigned is not None and isinstance(assigned[1].value, Invoke):
            klass = python.class_of(assigned[1].value.name, assigned[0])
    if klass is not None and any(_mentions_timeout(item) for item in _senders(repo, klass)):
        return True
    if klass is None and owner.endswith("()") and _makes_bounded(repo, site, owner.removesuffix("()")):
        return True
    return _forces_it(call) or _configured(repo, call)


def _makes_bounded(repo: Repo, site: CallSite, maker: str) -> bool:
    """Whether a function of the tree makes the client of a class of the tree that puts a timeout in by itself."""
    own = repo.python.definition(maker, site.module)
    if own is None or own.definition.kind != "function":
        return False
    made = [repo.python.definition(item.name, own.module) for item in own.module.facts.calls if _inside(own, item)]
    return any(
        klass is not None
        and klass.definition.kind == "class"
        and any(base.startswith(_CLIENTS) for base in repo.python.external_bases(klass))
        and any(_mentions_timeout(item) for item in _senders(repo, klass))
        for klass in made
    )


_CLIENTS = ("requests.", "httpx.", "aiohttp.", "urllib3.", "niquests.")


def _forces_it(call: OutboundCall) -> bool:
    """Whether the call is that of an overriding method to the method it overrides, with a timeout put in on the way."""
    site = call.site
    function = site.function
    if function is None or function.parent < 0 or "super" not in (site.call.via or site.call.name):
        return False
    index = next(index for index, item in enumerate(site.module.facts.definitions) if item is function)
    return _mentions_timeout(DefinitionSite(site.module, index, function))


def _hands_default(function: Definition, call: Call) -> bool:
    """Whether the call is handed, at whatever position, the function's own `timeout`, which is set by default."""
    return any(
        parameter.name == "timeout"
        and parameter.default is not None
        and not (isinstance(parameter.default, Const) and parameter.default.value is None)
        for parameter in function.parameters
    ) and any(isinstance(value, Name) and value.name == "?timeout" for value in call.args)


def _handed_on_with_one(repo: Repo, site: CallSite) -> bool:
    """Whether the keywords that the call hands on hold a timeout.

    Put in by the function around, or by each of its callers, or written down for the whole module.
    """
    if any(_holds_timeout(one, site.module) for one in spread(repo.python, site.call, site.module) or ()):
        return True
    function = site.function
    if function is None:
        return False
    if _puts_one_in(repo, site):
        return True
    if not any(parameter.kind == "**" for parameter in function.parameters):
        return False
    callers = repo.python.callers.get(f"{site.module.path}:{function.qualname}", ())
    return bool(callers) and all(
        ((given := caller.call.keyword("timeout")) is not None and not _is_none(repo, given, caller.module))
        or (caller.call.has_double_star and _puts_one_in(repo, caller))
        for caller in callers
    )


def _puts_one_in(repo: Repo, site: CallSite) -> bool:
    """Whether the keywords handed on are given a timeout above the call: `kwargs["timeout"] = 5`, or a default."""
    facts, call = site.module.facts, site.call
    handed = {value.name for name, value in call.keywords if name == "**" and isinstance(value, Name)}
    above = [item for item in facts.assignments if item.scope == call.scope and item.line <= call.line]
    return any(
        (item.target.removesuffix("[]") in handed and item.key == "timeout" and item.value != Const(None))
        or (item.target in handed and _holds_timeout(item.value, site.module))
        for item in above
    ) or any(
        item.scope == call.scope
        and item.line <= call.line
        and item.last in ("setdefault", "update")
        and item.name.rpartition(".")[0] in handed
        and (_names_timeout(item) or any(_is_kept_with_one(repo, value, site.module) for value in item.args))
        for item in facts.calls
    )


def _is_kept_with_one(repo: Repo, value: Value, module: Module) -> bool:
    """Whether a value is a mapping with a timeout, written here or where the object or the module keeps it."""
    if not isinstance(value, Name) or value.name[:1] == "?":
        return _holds_timeout(value, module)
    bound = repo.python.assignments(value.name, module)
    return bool(bound) and all(_holds_timeout(item.value, module) for item in bound if item.value != Const(None))


def _holds_timeout(value: Value, module: Module) -> bool:
    """Whether a mapping is written down with a timeout among its keys."""
    if isinstance(value, Invoke):
        return value.name == "dict" and value.call >= 0 and module.facts.calls[value.call].has("timeout")
    return isinstance(value, Mapping) and any(
        key == Const("timeout") and held != Const(None) for key, held in zip(value.keys, value.values, strict=False)
    )


def _senders(repo: Repo, klass: DefinitionSite) -> list[DefinitionSite]:
    found = [
        repo.python.member(klass, name)
        for name in ("request", "send", "get", "post", "_request", "open_session", "__init__")
    ]
    return [item for item in found if item is not None]


def _mentions_timeout(site: DefinitionSite) -> bool:
    facts = site.module.facts
    for call in facts.calls:
        names_it = call.has("timeout") or (call.last in ("setdefault", "update", "partial") and _names_timeout(call))
        if _inside(site, call) and (names_it or _hands_default(site.definition, call)):
            return True
    return any(
        item.key == "timeout" or item.target.endswith(".timeout")
        for item in facts.assignments
        if site.definition.line <= item.line <= site.definition.end_line
    )


def _inside(site: DefinitionSite, call: Call) -> bool:
    return site.definition.line <= call.line <= site.definition.end_line


def _names_timeout(call: Call) -> bool:
    return call.has("timeout") or any(isinstance(value, Const) and value.value == "timeout" for value in call.args)


def _configured(repo: Repo, call: OutboundCall) -> bool:
    """Whether the client object is given a timeout where it is made.

    A constructor's argument, an adapter, a replaced method.
    """
    if call.makers:
        return any(_is_configured(repo, maker, maker.call.result) for maker in call.makers)
    via = call.site.call.called_on
    return (
        _is_configured(repo, call.site, via)
        or _is_made_bounded(repo, call.site, via)
        or _is_of_bounded_class(repo, call.site)
        or _is_given_bounded(repo, call.site, via)
    )


def _is_of_bounded_class(repo: Repo, site: CallSite) -> bool:
    """Whether the client is of a class of the tree, and gets an adapter with a timeout wherever one is made."""
    own = repo.python.class_of(site.call.name.rpartition(".")[0].removesuffix("()"), site.module)
    made = repo.python.callers.get(own.name, ()) if own is not None else ()
    return bool(made) and all(one.call.result != "" and _is_configured(repo, one, one.call.result) for one in made)


def _is_given_bounded(repo: Repo, site: CallSite, via: str) -> bool:
    """Whether a function of the tree gives the client, and tells each that it makes how long to wait."""
    makers = [item for item in site.beside if item.result == via != "" and item.line <= site.call.line]
    own = repo.python.definition(makers[-1].name, site.module) if makers else None
    if own is None or own.definition.kind != "function":
        return False
    made = [item for item in own.module.facts.calls if _inside(own, item) and item.last in _TOLD_ONCE]
    return bool(made) and all(item.has("timeout") and item.keyword("timeout") != Const(None) for item in made)


def _is_made_bounded(repo: Repo, site: CallSite, via: str) -> bool:
    """Whether the tree's own function that makes the client, or gives it, mounts an adapter with a timeout."""
    made = site.call.name.rpartition(".")[0]
    own = repo.python.definition(made.removesuffix("()"), site.module) if made.endswith("()") else None
    if own is None or own.definition.kind != "function":
        return False
    if any(item.last == "mount" and (item.via or item.name) == f"{via}.mount" for item in site.module.facts.calls):
        return False  # what is mounted here takes the place of what was there
    around = own.module.definition(own.definition.parent) if own.definition.parent >= 0 else None
    within = around if around is not None and around.kind == "class" else own.definition
    return any(
        item.last == "mount"
        and within.line <= item.line <= within.end_line
        and any(_is_timeout_adapter(repo, own.module, value) for value in item.args)
        for item in own.module.facts.calls
    )


def _is_configured(repo: Repo, site: CallSite, via: str) -> bool:
    facts = site.module.facts
    for item in facts.calls:
        if (
            item.last == "mount"
            and item.called_on == via
            and any(_is_timeout_adapter(repo, site.module, value) for value in item.args)
        ):
            return True
        if item.called_on == via:
            if item.last == "settimeout":
                return True
            if item.last == "setopt" and any("TIMEOUT" in str(getattr(value, "name", "")) for value in item.args):
                return True
        if item.result and item.result == via and item.has("timeout"):
            return True
    for assignment in facts.assignments:
        if assignment.target in (f"{via}.request", f"{via}.send", f"{via}.timeout"):
            return True
    made = repo.python.assignment(via, site.module) if via.startswith(":") or "." in via else None
    if made is not None and isinstance(made[1].value, Invoke) and made[1].value.call >= 0:
        construction = made[0].facts.calls[made[1].value.call]
        return construction.has("timeout")
    return False


def _is_timeout_adapter(repo: Repo, module: Module, value: Value) -> bool:
    if isinstance(value, Invoke):
        klass = repo.python.class_of(value.name, module)
        if klass is not None:
            return any(_mentions_timeout(item) for item in _senders(repo, klass))
        made = module.facts.calls[value.call] if value.call >= 0 else None
        return "timeout" in value.name.lower() or (made is not None and made.has("timeout"))
    if isinstance(value, Name):
        assigned = repo.python.assignment(value.name, module)
        if assigned is not None:
            return _is_timeout_adapter(repo, assigned[0], assigned[1].value)
        return any(
            _is_timeout_adapter(repo, module, item.value)
            for item in module.facts.assignments
            if item.target == value.name and not isinstance(item.value, Name)
        )
    return False


def limits_by_default(repo: Repo) -> Iterator[tuple[DefinitionSite, str, object]]:
    """The functions that hand a limit on, the parameter that takes it, and how long it is where nobody names one."""
    for function in repo.python.functions:
        for one in function.definition.parameters:
            if isinstance(one.default, Const) and _LIMIT.fullmatch(one.name) and _hands_on(function, one.name):
                yield function, one.name, one.default.value


def _hands_on(function: DefinitionSite, name: str) -> bool:
    """Whether a function hands a limit on as it was told, itself or by what its object keeps."""
    facts, told = function.module.facts, f"?{name}"
    own = [item for item in facts.assignments if item.scope == function.index]
    if any(item.target == told for item in own) or any(told in call.guards for call in function.calls):
        return False
    kept = {item.target.rpartition(".")[2] for item in own if isinstance(item.value, Name) and item.value.name == told}
    given = (
        (call.scope, value.name)
        for call in facts.calls
        if WAITING_INSIDE.search(call.via or call.name) is None
        for key, value in call.keywords
        if isinstance(value, Name) and _LIMIT.fullmatch(key)
    )
    return any(
        (name == told and scope == function.index) or ("." in name and name.rpartition(".")[2] in kept)
        for scope, name in given
    )
