"""What in the body of a `try` can fail, and whether a program does as well without it; knows not what handlers do."""

from __future__ import annotations

import re
from collections.abc import Sequence

from readiness_bot.repo.conversions import acts, converts
from readiness_bot.repo.modules import DefinitionSite, Module
from readiness_bot.repo.python import Python
from readiness_bot.repo.values import (
    AWAITED,
    MODULE,
    Call,
    Const,
    Format,
    Handler,
    Invoke,
    Items,
    Name,
    Value,
)

BROAD = frozenset({"Exception", "BaseException", "builtins.Exception", "builtins.BaseException"})
"""What a handler names that catches every error."""
CLEANING_CALLS = re.compile(
    r"(^|\.)(\w+_)?(a?close|unlink|remove|rmtree|rmdir|cancel|disconnect|kill|terminate|shutdown|quit|"
    r"release|unlock|dispose|stop|flush|rollback|kill_?pg|"
    r"killpg|wait_closed|cleanup|join|detach|logout|delete_temp\w*)(_silent\w*|_quiet\w*)?$"
    r"|(^|[.:])_*(a?close|disconnect|shut_?down|clean_?up|tear_?down|dispose|terminate|stop)_\w+$"
    r"|(^|[._:])cache\.(a?delete|clear|evict|forget)(_many|_pattern)?$|\.remove_job$"
    r"|(^|[.:])_*(invalidate|clear|flush|purge|evict|expire|bust)_(\w+_)?caches?(_\w+)?$"
    r"|(^|[./_])caches?(\.py)?[.:]_*(invalidate|clear|flush|purge|evict|expire|bust)(_\w+)?$"
)
"""What only lets go of something, or takes it away."""
_FAVOUR = re.compile(
    r"(os\.startfile|webbrowser\.open\w*|django\.contrib\.admin\.site\.(is_registered|(un)?register))$|os\.(nice|setpgid|setpgrp|setsid|setpriority|sched_set\w+|fsync|fdatasync)$|.*\.(fileno|flush)$|resource\.setrlimit$|setproctitle\.|prctl\."
)
"""What a process asks for itself, and does as well without: a file is written then, and a model may be registered."""
_OF_TOKEN = re.compile(
    r"flask_jwt_extended\.(verify_jwt_in_request|decode_token|get_jwt\w*|current_user)|(jwt|jose\.jwt)\.decode$"
    r"|itsdangerous\.\w*Serializer\(\)\.loads$"
)
"""What tells whose a token is: one that is no good makes nobody of the caller."""
_OF_ERROR = re.compile(r"(^|\.)\w*(Error|Exception)\(\)\.(\w+\.)*\w+$")
"""What is asked of an error that is there already: of the answer in it that may be cut off."""
_LOOK_AT_FILE = re.compile(r"os\.(l?stat|path\.(getsize|get[amc]time))$")
"""What tells the size and age of a file, which may have gone since its name was read."""
_OWN_ADDRESS = re.compile(r"socket\.(getfqdn|gethostbyaddr|getnameinfo)$")
"""What asks for the name of an address, which need not have one."""
_CLIENTS = re.compile(
    r"(requests|httpx|aiohttp|urllib3?|redis|boto3|botocore|aioboto3|pymongo|motor|psycopg2?|asyncpg|pymysql|MySQLdb|sqlalchemy|"
    r"elasticsearch|opensearchpy|kafka|aiokafka|kombu|pika|celery|docker|kubernetes|git|stripe|twilio|google|azure|"
    r"paramiko|ldap3?|hvac|openai|anthropic|django|flask|fastapi)$"
)
"""Packages of clients: what fails there is most often the peer."""
_HOPS = 3
"""Own functions followed from a `try`.

A helper that reads a field through a helper that caches an expression is two.
"""
LOGGING = re.compile(r"(^|[.:?_])(log|logg?er|logging)(\(\))?\.", re.IGNORECASE)
"""What is called on a logger."""
_NOTING = re.compile(
    r"(^|[.:?])_*(append|add)_(\w+_)?log(_(line|entry|message)s?)?$"
    r"|(^|[./_:])(metrics|statsd|stats_?client|telemetry)(\.py)?[.:]_*(record|incr|increment|observe|gauge|timing|histogram|measure)(_\w+)?$"
)
"""What adds a line to a log that people look at, or to what is measured: nothing else is lost with it."""
_OF_CACHE = re.compile(
    r"(^|[._:/?])\w*caches?(_(client|service|manager|backend|store))?(\(\))?\.a?"
    r"(get|set|has|exists|expire|touch|add|put|store)(_(many|json|or_none|or_set|or_default))?$",
    re.IGNORECASE,
)
"""What reads from a cache, or writes to it."""
_KEEPING = re.compile(r"(^|[.:?])a?(m?get|m?set|setex|hget|hgetall|hset|exists|expire)$")
"""What reads from a store by keys, or writes to it."""
_IN_CACHE = re.compile(
    r"_*((cache_(get|set|put|store|read|write|load|save)|(get|set|read|write|load|save|put|store)_(from_|to_|in_)?cached?)(_\w+)?"
    r"|get_cached)$"
)
"""Functions that do nothing else."""
_CONNECTING = re.compile(r"(^|[.:?])_*(get_)?(\w+_)?(connection|client|redis|cache(_service)?|cache_key)$")
"""What gives the connection to a store, or the key of something in it."""
_CACHE = re.compile(r"(^|[._?:])CACHE(D)?(_|$)|_CACHE_|^cache_key$|[.?:]cache_key$")
"""Keys that say that what is kept under them is kept for speed."""
_DEFINING = re.compile(r"\s*ALTER\s+TABLE\b(?s:.*)\bADD\b|\s*CREATE\s+(?!OR\b)", re.IGNORECASE)
"""Statements that make what may be there already: a column, an index, a table."""
_RUNNING = re.compile(r"execute(_\w+)?$|run(_\w+)?$|exec(_\w+)?$|(run_|do_)?(sql|query|ddl)$")
_OF_BOT = re.compile(r"(^|[._?:])bot$")
_MESSAGE = re.compile(r"(^|[._?:])(message|msg)$")
_PUTTING_BACK = re.compile(r"\s*(DEALLOCATE|UNLOCK|RESET|ROLLBACK|CLOSE|SET\s+\w+\s+(OFF|DEFAULT))\b", re.IGNORECASE)
"""Statements that only give back or put back what a connection was given before."""
_OF_HISTORY = re.compile(
    r"git\s+(-C\s+\S+\s+)?(rev-parse|describe|log|rev-list|show|branch|symbolic-ref|cat-file|tag)\b"
)
"""Commands by which a program asks which commit it is."""
_QUEUE = re.compile(r"(^|[?.:_])q(ueue)?s?\d*(\(\))?$|[a-z]Queue(\(\))?$")
_FIGURES = re.compile(r"/(proc|sys)/")
"""Where Linux keeps the figures of the machine and of each process."""
_TELLING_FIGURES = re.compile(r"(/\S*/)?(top|ps|free|df|uptime|vmstat|iostat|lscpu|lsblk|sensors|nvidia-smi)(\s|$)")
"""Programs that tell them."""
_OF_MACHINE = re.compile(
    r"(os\.(get_terminal_size|getloadavg|sysconf|statvfs|times|sched_getaffinity)|shutil\.disk_usage|resource\.(getrusage|getrlimit)"
    r"|psutil\.(cpu_\w+|virtual_memory|swap_memory|disk_\w+|net_\w+|sensors_\w+|boot_time|getloadavg"
    r"|Process(\(\)\.(memory_\w+|cpu_\w+|num_\w+|create_time))?))$"
)
_SCHEDULING = frozenset({"create_task", "ensure_future", "call_soon", "call_soon_threadsafe"})
"""What has something run later on: what fails there fails elsewhere."""
_READER = re.compile(
    r"(pandas|polars)\.read_\w+$|openpyxl\.load_workbook$|PIL\.Image\.open$|zipfile\.ZipFile$|tarfile\.open$"
)
_READING = re.compile(r"open\(\)\.(read|readline|readlines)")
_MEMORY = re.compile(r"(^|\.)(BytesIO|StringIO)$")
_WAITING = re.compile(r"(^|\.)run_until_complete$|^asyncio\.run$")
"""What only waits for what it is handed."""


def asks_for_history(python: Python, module: Module, calls: Sequence[Call], hops: int = 1) -> bool:
    """Whether all that can fail are programs that tell the commit of the tree the code lies in.

    They may be run by a function of the tree that does nothing else.
    """
    told = False
    for call in calls:
        own = python.definition(call.name, module) if hops else None
        if call.name.startswith("subprocess.") and "()" not in call.name and call.args:
            if not _OF_HISTORY.match(_words(call.args[0], module, call.scope)):
                return False
            told = True
        elif own is not None and own.definition.kind == "function" and not own.definition.is_async:
            if not only_parses(python, call.name, module):
                if not asks_for_history(python, own.module, list(own.calls), hops - 1):
                    return False
                told = True
        elif "subprocess." not in call.name and not only_parses(python, call.name, module):
            return False
    return told


def _words(command: Value, module: Module, scope: int) -> str:
    """A command as one would type it, as far as it is constant."""
    if isinstance(command, Name):
        command = next(iter(module.bound_to(command.name, scope)), command)
    words = command.items if isinstance(command, Items) else (command,)
    return " ".join(str(word.value) if isinstance(word, Const) else "?" for word in words)


def asks_for_what_need_not_be(python: Python, module: Module, handler: Handler, failing: list[str]) -> bool:
    """Whether all that may fail is one that a program does as well without.

    A favour, the size of a file that may have gone, an item of a queue that may be empty, an address, a package, what
    a cache holds, a column that may be there already, a message in a chat that may have gone.
    """
    if failing and (
        all(map(_FAVOUR.match, failing))
        or all(map(_OF_TOKEN.match, failing))
        or all(map(_LOOK_AT_FILE.match, failing))
        or all(map(_OF_ERROR.search, failing))
        or _looks_into_queue(module, handler.attempt, failing)
        or _finds_own_address(module, handler, failing)
        or _asks_own_machine(module, handler, failing)
        or all(map(_NOTING.search, failing))
        or _asks_cache(module, handler, failing)
        or _makes_what_may_be_there(module, handler.attempt, failing)
        or _takes_message_back(module, handler.attempt, failing)
    ):
        return True
    return _tries_package(python, module, handler.attempt)


def _looks_into_queue(module: Module, attempt: int, failing: list[str]) -> bool:
    """Whether all that may fail takes an item from a queue without waiting for long: an empty one is no error."""
    taken = [
        call
        for call in module.facts.calls
        if call.attempt == attempt
        and (call.last == "get_nowait" or (call.last == "get" and call.has("timeout") and _QUEUE.search(_holder(call))))
    ]
    return len(taken) == len(failing) and {call.name for call in taken} == set(failing)


def _asks_cache(module: Module, handler: Handler, failing: list[str]) -> bool:
    """Whether all that may fail reads or fills a cache: one that does not answer holds nothing."""
    function = module.function_of(handler.scope)
    for_cache = function is not None and _IN_CACHE.match(function.name) is not None
    told = False
    for call in module.facts.calls:
        if call.attempt != handler.attempt or call.name not in failing:
            continue
        if _OF_CACHE.search(call.name):
            told = True
        elif _KEEPING.search(call.name):
            first = call.args[0] if call.args else None
            named = first.parts if isinstance(first, Format) else (first,)
            keyed = any(isinstance(one, Name) and _CACHE.search(one.name) for one in named)
            if not (for_cache or keyed):
                return False
            told = True
        elif not _CONNECTING.search(call.name):
            return False
    return told


def _makes_what_may_be_there(module: Module, attempt: int, failing: list[str]) -> bool:
    """Whether all that may fail runs statements that add a column or make a table: it may be there already."""
    told = False
    for call in module.facts.calls:
        if call.attempt != attempt or call.name not in failing:
            continue
        if call.last in ("commit", "rollback", "cursor", "text"):
            continue
        first = call.args[0] if call.args else None
        if isinstance(first, Invoke) and first.call >= 0 and module.facts.calls[first.call].last == "text":
            first = next(iter(module.facts.calls[first.call].args), None)
        given = list(module.bound_to(first.name, call.scope)) if isinstance(first, Name) else [first]
        texts = [one.parts[0] if isinstance(one, Format) and one.parts else one for one in given]
        if not _RUNNING.match(call.last) or not texts:
            return False
        if not all(isinstance(text, Const) and _DEFINING.match(str(text.value)) for text in texts):
            return False
        told = True
    return told


def _takes_message_back(module: Module, attempt: int, failing: list[str]) -> bool:
    """Whether all that may fail takes a message out of a chat, from which it may have gone."""
    taken = {
        call.name
        for call in module.facts.calls
        if call.attempt == attempt
        and call.context & AWAITED
        and (
            (call.last in ("delete_message", "delete_messages") and _OF_BOT.search(_holder(call)))
            or (call.last == "delete" and not call.args and _MESSAGE.search(_holder(call)))
        )
    }
    return bool(failing) and set(failing) <= taken


def _holder(call: Call) -> str:
    """What a method is called on, as it is written."""
    return (call.via or call.name).rpartition(".")[0]


def _asks_own_machine(module: Module, handler: Handler, failing: list[str]) -> bool:
    """Whether all that may fail asks how busy the machine itself is, which not every platform tells."""
    figures = {
        call.name
        for call in module.facts.calls
        if call.attempt == handler.attempt
        and call.args
        and (
            (call.name == "open" and _FIGURES.match(_words(call.args[0], module, call.scope)))
            or (
                call.name.startswith("subprocess.") and _TELLING_FIGURES.match(_words(call.args[0], module, call.scope))
            )
        )
    }
    return all(name.partition("()")[0] in figures or _OF_MACHINE.match(name) for name in failing)


def readers_of_memory(module: Module, attempt: int) -> frozenset[str]:
    """The readers that a body has read what lies in memory, or in a file that was opened before: they reach nothing."""
    facts = module.facts
    names = facts.attempts[attempt].calls
    found = {name: True for name in names if _READING.fullmatch(name)} if "open" not in names else {}
    for call in facts.calls:
        if call.attempt == attempt and _READER.match(call.name):
            first = call.args[0] if call.args else call.keyword("fileobj")
            given = tuple(module.bound_to(first.name, call.scope)) if isinstance(first, Name) else (first,)
            held = bool(given) and all(isinstance(one, Invoke) and _MEMORY.search(one.name) for one in given)
            found[call.name] = found.get(call.name, True) and held
    readers = {name for name, held in found.items() if held}
    inside = tuple(f"{name}()." for name in readers)
    return frozenset({*readers, *(name for name in names if name.startswith(inside) and name not in found)})


def only_scheduled(module: Module, attempt: int) -> frozenset[str]:
    """What a body only has run later on, and the calls that see to it: `loop.create_task(send(mail))`."""
    calls = module.facts.calls
    found = dict[str, bool]()
    for call in calls:
        if call.attempt == attempt:
            above = calls[call.parent].last if call.parent >= 0 else ""
            later = call.name == "atexit.register" or not {call.last, above}.isdisjoint(_SCHEDULING)
            found[call.name] = found.get(call.name, True) and later
    return frozenset(name for name, later in found.items() if later)


def _finds_own_address(module: Module, handler: Handler, failing: list[str]) -> bool:
    """Whether all that may fail asks under which addresses and names the machine itself is known.

    Where that is learned from a connection, the next one is to be tried or none told: else it is something made up.
    """
    if not all(name.startswith("socket.") for name in failing):
        return False
    attempt = module.facts.attempts[handler.attempt]
    if any(name.endswith(".getsockname") for name in attempt.calls):
        is_next = not attempt.next_step and handler.steps in (("pass",), ("continue",))
        return is_next or handler.returned == Const(None)
    return all(map(_OWN_ADDRESS.match, failing)) or set(failing) == {"socket.gethostbyname"}


def _tries_package(python: Python, module: Module, attempt: int) -> bool:
    """Whether the body imports a package that need not be installed, and all that may fail is done by it.

    Such a package is one that no file of the tree imports without asking, and no client of a peer.
    """
    facts = module.facts
    around = facts.attempts[attempt]
    tried = {
        one.target.rpartition(".")[0] or one.target
        for one in facts.imports
        if around.line < one.line <= around.body_end and one.scope == around.scope and not one.target.startswith(".")
    }
    optional = tuple(
        f"{part}." for part in tried if not _CLIENTS.match(part.partition(".")[0]) and python.is_optional(part)
    )
    failing = [name for name in around.calls if not only_parses(python, name, module)]
    return bool(optional) and all(f"{name}.".startswith(optional) for name in failing)


def only_cleans(python: Python, module: Module, handler: Handler) -> bool:
    """Whether all that may fail cleans up, is handed to what does, or waits for it: `os.remove(folder.path("old"))`."""
    facts = module.facts
    failing = [
        call.name
        for call in facts.calls
        if call.attempt == handler.attempt
        and not only_parses(python, call.name, module)
        and not _WAITING.search(call.name)
        and not (call.parent >= 0 and CLEANING_CALLS.search(facts.calls[call.parent].name))
    ]
    return bool(failing) and all(map(CLEANING_CALLS.search, failing))


def uncaught(module: Module, attempt: int) -> tuple[str, ...]:
    """The calls of a `try` whose failures come to its handlers untold: an inner `try` catches or tells its own."""
    facts = module.facts
    caught = {
        item.attempt
        for item in facts.handlers
        if (not item.types or BROAD.intersection(item.types))
        and (not item.raises or any(map(LOGGING.search, item.calls)))
    }
    reaching = []
    for call in facts.calls:
        within = call.attempt
        while within not in (attempt, MODULE) and within not in caught:
            within = facts.attempts[within].parent
        if within == attempt:
            reaching.append(call.name)
    return tuple(reaching)


def puts_back(module: Module, attempt: int) -> bool:
    """Whether all that is done is to tell a connection to let go of something."""
    calls = [call for call in module.facts.calls if call.attempt == attempt]
    for call in calls:
        first = call.args[0] if call.last == "execute" and call.args else None
        text = first.parts[0] if isinstance(first, Format) and first.parts else first
        if not (isinstance(text, Const) and _PUTTING_BACK.match(str(text.value))):
            return False
    return bool(calls)


def says_goodbye(calls: tuple[str, ...]) -> bool:
    """Whether all that is done is to tell a peer something last and to close the connection to it."""
    closed = {owner for owner, _, last in (name.rpartition(".") for name in calls) if last in ("close", "aclose")}
    return bool(closed) and all(
        (owner in closed and (last.startswith("send") or last in ("close", "aclose")))
        or last[:1].isupper()
        or re.match(r"(model_)?dumps?(_json)?$|json$|encode$", last) is not None
        for owner, _, last in (name.rpartition(".") for name in calls)
    )


def reaches_out(python: Python, module: Module, handler: Handler, reaching: tuple[str, ...]) -> bool:
    """Whether something in the body awaits, or reaches or changes what may fail, itself or through own functions."""
    if any(call.attempt == handler.attempt and call.context & AWAITED for call in module.facts.calls):
        return True
    return queries(module, handler.attempt) or any(_acts(python, name, module) for name in reaching)


def _acts(python: Python, name: str, module: Module, above: frozenset[str] = frozenset()) -> bool:
    own = python.definition(name, module)
    if own is None or own.definition.kind == "class" or ".objects." in name or _is_left_to_others(own):
        return acts(name)
    if len(above) >= _HOPS or own.name in above:
        return False
    return own.definition.is_async or any(
        _acts(python, call.name, own.module, above | {own.name})
        for call in own.module.facts.calls
        if call.scope == own.index or _stands_in(call.scope, own)  # what it defines it most likely hands on
    )


def _stands_in(scope: int, site: DefinitionSite) -> bool:
    """Whether a function is defined in the body of another."""
    return scope >= 0 and site.module.facts.definitions[scope].parent == site.index


def queries(module: Module, attempt: int) -> bool:
    """Whether a `get` of the body asks by keyword, as queries do: a dict takes none, a table of languages does."""
    return any(
        call.attempt == attempt
        and call.last == "get"
        and not call.args
        and call.keywords
        and not (call.name[:1] not in "?:" and converts(call.name))
        for call in module.facts.calls
    )


def only_parses(python: Python, name: str, module: Module, above: frozenset[str] = frozenset()) -> bool:
    """Whether a call only converts or reads local values, itself or by what its own functions call."""
    if converts(name) or LOGGING.search(name) or name.endswith(("Error", "Exception", "().feed", "().close")):
        return True
    own = python.definition(name, module)
    if own is None or len(above) >= _HOPS:
        return False
    if own.name in above:
        return True
    if own.definition.kind == "class":
        made = python.member(own, "__init__")
        return made is None or _calls_only_parse(python, made, above | {own.name})
    if own.definition.is_async or _is_left_to_others(own):
        return False
    return _calls_only_parse(python, own, above | {own.name})


def _is_left_to_others(site: DefinitionSite) -> bool:
    """Whether a method has no body of its own: what others put in its place is not known."""
    facts, index = site.module.facts, site.index
    does = {item.scope for item in facts.calls} | {item.scope for item in facts.returns}
    return site.definition.parent >= 0 and site.definition.statements <= 1 and index not in does


def _calls_only_parse(python: Python, site: DefinitionSite, above: frozenset[str]) -> bool:
    return all(only_parses(python, call.name, site.module, above) for call in site.calls)
