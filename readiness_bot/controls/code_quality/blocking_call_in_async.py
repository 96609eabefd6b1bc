"""Whether coroutines wait without holding up the event loop."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from readiness_bot.control import Control, bad, good
from readiness_bot.model import Confidence, Effort, Kind, Location, Role, Severity, Site, Ward
from readiness_bot.repo import Repo
from readiness_bot.repo.blocking import ANSWERED, BUILDING, remedy, waits
from readiness_bot.repo.modules import CallSite, DefinitionSite
from readiness_bot.repo.values import AWAITED, DEFAULT, IN_LAMBDA, Call, Const, Format, Invoke, Name


@Control(
    id="code-quality/blocking-call-in-async",
    counterpart=lambda repo, ward: _counterpart(repo, ward),  # noqa: PLW0108 - it stands further down
    title="Coroutines never block the event loop",
    kind=Kind.DEFECT,
    severity=Severity.HIGH,
    why=(
        "All coroutines of a worker share one thread: while one of them waits in `time.sleep`, "
        "`requests` or a synchronous "
        "driver, no other request makes progress, the health check included."
    ),
    impact=(
        "A single slow query or peer stalls every request of the worker; probes time out and "
        "healthy pods are restarted."
    ),
    fix=(
        "Await the asynchronous counterpart, for example `await asyncio.sleep(1)`, or hand the "
        "call over: `await asyncio.to_thread(call, argument)`."
    ),
    effort=Effort.HOURS,
    role=Role.BACKEND,
    sources=[
        "https://docs.python.org/3/library/asyncio-dev.html#running-blocking-code",
        "https://fastapi.tiangolo.com/async/",
    ],
    fails=[
        (
            "from fastapi import FastAPI\nfrom fastapi_sqlalchemy import db\n\nfrom shop.models import Order\n\n"
            "app = FastAPI()\n\n\n"
            "@app.get('/orders')\nasync def orders():\n    return db.session.query(Order).all()  # <- flagged\n"
        ),
        "import time\n\n\nasync def poll():\n    time.sleep(1)  # <- flagged\n",
        "import requests as r\n\n\nasync def fetch(url):\n    return r.get(url, timeout=5)  # <- flagged\n",
        (
            "import subprocess\n\n\nasync def convert(path):\n    subprocess.run(['convert', path], "
            "check=True)  # <- flagged\n"
        ),
        (
            "import subprocess\n\n\nasync def log(path):\n    tail = subprocess.Popen(['tail', path])  # <- flagged\n"
            "    return tail.communicate()  # <- flagged\n"
        ),
        (
            "from sqlalchemy.orm import Session\n\n\nasync def read(session: Session):\n    return "
            "session.execute('select 1')  # <- flagged\n"
        ),
        (
            "from sqlalchemy.orm import Session\n\n\nasync def first(session: Session, kind):\n"
            "    return session.query(kind).filter(kind.open == True).first()  # <- flagged\n"
        ),
        (
            "from sqlalchemy.orm import Session\n\n\nasync def named(session: Session, kind, place):\n"
            "    found = session.query(kind)\n    if place:\n        found = found.filter(kind.place == place)\n"
            "    for one in session.query(kind).filter(kind.open == False):  # <- flagged\n        one.close()\n"
            "    return found.limit(50).all()  # <- flagged\n"
        ),
        (
            "from sqlalchemy.orm import Session\n\n\nasync def labels(session: Session, kind):\n"
            "    rows = session.query(kind).filter(kind.open == True).all()  # <- flagged\n"
            "    for row in rows:\n        row.relabel()\n"
            "    return session.query(kind).first().label()  # <- flagged\n"
        ),
        (
            "from sqlalchemy.orm import declarative_base\n\n\nclass Hub:\n    async def stop(self):\n"
            "        self.db.commit()  # <- flagged\n"
        ),
        (
            "from fastapi import FastAPI, Request\nfrom sqlalchemy import create_engine, inspect\n"
            "from sqlalchemy.orm import sessionmaker\n\nengine = create_engine('postgresql://db')\n"
            "Local = sessionmaker(bind=engine)\napp = FastAPI()\n\n\n@app.middleware('http')\n"
            "async def keep(request: Request, call_next):\n"
            "    if 'shop' not in inspect(engine).get_schema_names():  # <- flagged\n        return None\n"
            "    request.state.db = Local()\n    answer = await call_next(request)\n"
            "    request.state.db.commit()  # <- flagged\n    return answer\n"
        ),
        (
            "import qdrant_client\n\n\nclass Index:\n    def __init__(self, url):\n"
            "        self.client = qdrant_client.QdrantClient(url)\n\n    async def near(self, vector):\n"
            "        return self.client.search('pages', vector)  # <- flagged\n"
        ),
        (
            "import boto3\n\n\nclass Orders:\n    def __init__(self, opened):\n"
            "        self.orders_table = opened(boto3)\n\n"
            "    async def keep(self, order):\n        self.orders_table.put_item(Item=order)  # <- flagged\n"
        ),
        (
            "import asyncio\nimport time\n\nfrom shop.stores import fetch, watch\n\n\n"
            "async def update(key):\n    asyncio.create_task(watch(key))\n"
            "    while not await fetch(key):\n        time.sleep(60)  # <- flagged\n\n\n"
            "def main(key):\n    asyncio.run(update(key))\n"
        ),
        (
            "import boto3\n\n\nclass Files:\n    async def keep(self, bucket, name, body):\n"
            "        self.client.put_object(Bucket=bucket, Key=name, Body=body)  # <- flagged\n\n"
            "    def prepare(self):\n        self.client = boto3.client('s3')\n"
        ),
    ],
    fixed="import asyncio\n\n\nasync def poll():\n    await asyncio.sleep(1)\n",
    passes=[
        (
            "import asyncio\nimport subprocess\n\n\nasync def ended(proc: subprocess.Popen):\n    code = None\n"
            "    for _ in range(20):\n        code = proc.poll()\n        if code is not None:\n            break\n"
            "        await asyncio.sleep(0.5)\n    if code is not None:\n        return proc.communicate()\n"
            "    return None\n"
        ),
        "import asyncio\nimport time\n\n\nasync def poll():\n    await asyncio.to_thread(time.sleep, 1)\n",
        (
            "import queue\n\n\nclass Line:\n    def __init__(self):\n        self.orders = queue.Queue()\n\n"
            "    async def clear(self):\n        while not self.orders.empty():\n            self.orders.get()\n"
        ),
        (
            "import asyncio\nimport queue\n\nfrom shop.kitchen import cook\n\n\nclass Line:\n"
            "    def __init__(self):\n        self.orders = queue.Queue()\n\n"
            "    async def serve(self):\n        while True:\n            if self.orders.empty():\n"
            "                await asyncio.sleep(0.2)\n                continue\n\n"
            "            order = self.orders.get()\n            await cook(order)\n"
        ),
    ],
    partials=[
        {
            "Procfile": "web: celery -A shop.work worker\n",
            "shop/work.py": (
                "import asyncio\n\nfrom celery import Celery\n\n"
                "from shop.updates import all_updated, renewed, update\n\n"
                "app = Celery()\n\n\n@app.task\ndef updated(key):\n    asyncio.run(update(key))\n\n\n"
                "@app.task\ndef renew(key, keys):\n    asyncio.run(renewed(key))\n    asyncio.run(all_updated(keys))\n"
            ),
            "shop/updates.py": (
                "import time\n\nfrom shop.stores import fetch\n\n\n"
                "async def update(key):\n    while not await fetch(key):\n        time.sleep(60)  # <- flagged\n\n\n"
                "async def updated_formerly(key):\n    await update(key)\n\n\n"
                "async def all_updated(keys):\n    for key in keys:\n        await renewed(key)\n\n\n"
                "async def renewed(key):\n    time.sleep(60)  # <- flagged\n    return await fetch(key)\n"
            ),
        },
        (
            "import time\nfrom contextlib import asynccontextmanager\n\nfrom fastapi import FastAPI\n"
            "from sqlalchemy.orm import Session\n\nopened = Session()\n\n\nasync def fill(db):\n"
            "    time.sleep(1)  # <- flagged\n    db.commit()  # <- flagged\n\n\n"
            "async def prepare():\n    await fill(opened)\n\n\n@asynccontextmanager\nasync def at_work(app):\n"
            "    await prepare()\n    yield\n\n\napp = FastAPI(lifespan=at_work)\n"
        ),
        (
            "import asyncio\nimport threading\n\n\nasync def finish(work):\n"
            "    reader = threading.Thread(target=work)\n    reader.start()\n    while reader.is_alive():\n"
            "        await asyncio.sleep(0.1)\n    reader.join()  # <- flagged\n"
        ),
        (
            "import threading\n\nfrom shop.loops import served, watch\n\n\nasync def serve():\n"
            "    watcher = threading.Thread(target=watch)\n    watcher.start()\n    try:\n"
            "        await served()\n    finally:\n        watcher.join()  # <- flagged\n"
        ),
        (
            "import boto3\n\n\nclass Files:\n    async def prepare(self, bucket):\n"
            "        self.client = boto3.client('s3')\n"
            "        self.client.create_bucket(Bucket=bucket)  # <- flagged\n\n"
            "    def names(self, bucket):\n"
            "        return self.client.list_objects_v2(Bucket=bucket)\n"
        ),
        {
            "shop/loops.py": (
                "import asyncio\n\n\ndef run_to_the_end(coroutine):\n"
                "    with asyncio.Runner() as runner:\n        return runner.run(coroutine)\n"
            ),
            "shop/command.py": (
                "import time\n\nfrom shop.loops import run_to_the_end\n"
                "from shop.stores import fetch\n\n\nasync def update(key):\n"
                "    while not await fetch(key):\n        time.sleep(60)  # <- flagged\n\n\n"
                "def main(key):\n    run_to_the_end(update(key))\n"
            ),
        },
        (
            "import contextlib\nimport subprocess\n\nfrom fastapi import FastAPI\n\n\n@contextlib.asynccontextmanager\n"
            "async def around(app):\n    subprocess.run(['alembic', 'upgrade', 'head'], check=True)  # <- flagged\n"
            "    yield\n\n\napp = FastAPI(lifespan=around)\n"
        ),
    ],
    ignores=[
        "import time\n\n\nasync def hold_up():\n    time.sleep(1)  # noqa: ASYNC251 - shows what a stall does\n",
        (
            "from sqlalchemy.orm import Session\n\n\ndef page(query):\n    return query\n\n\n"
            "async def open_ones(session: Session, kind, place):\n    found = session.query(kind)\n"
            "    if place:\n        found = found.filter(kind.place == place)\n"
            "    return page(found.order_by(kind.name))\n"
        ),
        (
            "import os\n\n\nasync def restart(bot):\n    await bot.close()\n"
            "    os.system(f'kill -9 {os.getpid()} && bash start')\n"
        ),
        (
            "import boto3\n\n\nasync def pages(bucket):\n    client = boto3.session.Session().client('s3')\n"
            "    return client.get_paginator('list_objects_v2').paginate(Bucket=bucket)\n"
        ),
        (
            "import asyncio\nimport subprocess\n\n\nasync def tunnel(command):\n"
            "    process = subprocess.Popen(command)\n    await asyncio.sleep(1)\n"
            "    if process.poll() is not None:\n        process.wait()\n"
        ),
        "import time\n\n\ndef poll():\n    time.sleep(1)\n",
        (
            "from sqlalchemy.ext.asyncio import AsyncSession\n\n\nclass Hub:\n    async def stop(self):\n"
            "        self.db.commit()\n"
        ),
        (
            "import time\n\n\nasync def start(loop):\n    def work():\n        time.sleep(1)\n\n    "
            "await loop.run_in_executor(None, work)\n"
        ),
    ],
    applies=lambda repo: any(site.definition.is_async for site in repo.python.functions),
)
def blocking_call_in_async(repo: Repo) -> Iterator[Site | Ward]:
    """One site for each call that waits in a coroutine.

    And a hint for each own function that waits and is called from one. What coroutines have done in other threads is
    kept beside, so that a comparison can tell of what is taken back into the loop.
    """
    waiting = _waiting_functions(repo)
    yield from _handed_over(repo, waiting)
    synchronous = any(True for _ in repo.python.imports("sqlalchemy")) and not any(
        True for _ in repo.python.imports(*_ASYNCHRONOUS)
    )
    keyed = any(True for _ in repo.python.imports("boto3")) and not any(
        True for _ in repo.python.imports("aioboto3", "aiobotocore", "aiodynamo")
    )
    ends = {
        _place(site)
        for site in repo.python.calls_named(lambda name: name.startswith("subprocess.Popen().") and waits(name))
        if not _has_ended(site)
    }
    idle = _before_and_after_serving(repo)
    alone = _in_threads_of_their_own(repo)
    idle |= _alone_in_the_loop(repo)
    for site in repo.python.all_calls:
        function = site.function
        if function is None or not function.is_async or site.call.context & (IN_LAMBDA | DEFAULT):
            continue
        passed = _has_ended(site) or _goes_on(site) or _only_builds(site) or _is_there(site) or _ends_itself(site)
        what = None if passed else waits(site.name)
        # While a service starts or stops, or a command runs, there is nobody else in the loop to wait.
        at_ends = Confidence.MEDIUM if _place(site) in idle else Confidence.HIGH
        if what is not None and not site.call.context & AWAITED:
            message = f"`{_shown(site)}` waits in the event loop of `async def {function.name}`"
            if _is_waived(repo, site.location):
                continue
            confidence = Confidence.MEDIUM if _is_set_up_here(site) or _ends_thread(site) else at_ends
            confidence = Confidence.LOW if _place(site) in alone else confidence
            yield bad(site.location, message, confidence, fix=remedy(site.name))
        elif synchronous and not site.call.context & AWAITED and _is_of_session(site):
            message = f"`{_shown(site)}` waits for the database in the event loop of `async def {function.name}`"
            yield bad(site.location, message, at_ends, fix=remedy("sqlalchemy.orm.Session().commit"))
        elif keyed and not site.call.context & AWAITED and _is_of_table(site):
            message = f"`{_shown(site)}` waits for DynamoDB in the event loop of `async def {function.name}`"
            yield bad(site.location, message, at_ends, fix=remedy("boto3.client().get"))
        elif site.name == "subprocess.Popen" and _place(site) in ends:
            message = f"`{_shown(site)}` starts a process that `async def {function.name}` waits for in the event loop"
            yield bad(site.location, message, fix=remedy("subprocess.run"))
        elif site.call.context & AWAITED:
            if what is None and site.name.startswith(("asyncio.", "anyio.", "httpx.AsyncClient")):
                yield good(site.location)
        else:
            yield from _one_hop(repo, site, function.name, waiting)


def _is_waived(repo: Repo, place: Location) -> bool:
    """Whether a comment of a linter that looks for the same, flake8-async's, waives it: it blocks on purpose."""
    return repo.suppressions.by_linters(place.path, place.line, place.end_line, noqa=_FLAKE8)


_FLAKE8 = ("ASYNC210", "ASYNC212", "ASYNC220", "ASYNC221", "ASYNC222", "ASYNC251")
_ASYNCHRONOUS = ("sqlalchemy.ext.asyncio", "databases", "asyncpg", "aiosqlite", "gino", "ormar", "tortoise")
"""Libraries through which something called a session may be one that is awaited."""
_OF_SESSIONS = frozenset({"commit", "flush", "execute", "query", "scalar", "scalars", "refresh", "merge"})
_SESSIONS = frozenset({"db", "_db", "session", "_session", "db_session", "dbsession"})


def _is_of_session(site: CallSite) -> bool:
    """Whether a method of sessions is called on what is named like one, and of which nothing else is known."""
    if site.last not in _OF_SESSIONS:
        return False
    told = site.name.rpartition(".")[0]
    owner = (site.call.via or site.name).rpartition(".")[0]
    unknown = told[:1] in ("?", ":") or ":" in told or told.startswith(("traitlets.", "sqlalchemy.inspect"))
    return unknown and owner.rpartition(".")[2].rpartition(":")[2].lstrip("?") in _SESSIONS


_OF_TABLES = frozenset({"get_item", "put_item", "update_item", "delete_item", "batch_get_item", "scan", "query"})
_TABLE = re.compile(r"(^|_)(table|dynamo(db)?)$|table\(\)$", re.IGNORECASE)


def _is_of_table(site: CallSite) -> bool:
    """Whether DynamoDB's own methods are called on what is named like a table of it."""
    if site.last not in _OF_TABLES:
        return False
    owners = (name.rpartition(".")[0] for name in (site.call.via, site.call.name) if name)
    return any(_TABLE.search(owner.rpartition(".")[2].rpartition(":")[2].lstrip("?")) for owner in owners)


def _is_there(site: CallSite) -> bool:
    """Whether a queue is asked just before whether it holds something, so that taking it waits for nothing."""
    if site.name != "queue.Queue().get":
        return False
    owner = site.call.called_on
    return any(
        call.last in ("empty", "qsize") and call.called_on == owner and 0 <= site.call.line - call.line <= _CLOSE
        for call in site.beside
    )


_CLOSE = 8
"""Lines within which a question is asked just before."""


def _is_set_up_here(site: CallSite) -> bool:
    """Whether a client is asked by the very function that makes it for the other methods of its object."""
    owner = site.call.called_on
    facts = site.module.facts
    return (
        owner[:1] == ":"
        and "()." in owner
        and any(
            item.target == owner and item.scope == site.call.scope and item.line < site.call.line
            for item in facts.assignments
        )
        and any(
            call.scope != site.call.scope and (call.via or call.name).startswith(f"{owner}.") for call in facts.calls
        )
    )


def _ends_thread(site: CallSite) -> bool:
    """Whether a thread is waited for in a `finally`, or where it was asked until it had ended: it holds up nobody."""
    if site.name != "threading.Thread().join":
        return False
    owner = site.call.called_on
    return any(
        item.scope == site.call.scope and 0 < item.final_line <= site.call.line <= item.end_line
        for item in site.module.facts.attempts
    ) or any(
        call.last == "is_alive"
        and call.called_on == owner
        and 0 < site.call.line - call.line <= _CLOSE
        and not any("is_alive" in guard for guard in site.call.guards)
        for call in site.beside
    )


def _ends_itself(site: CallSite) -> bool:
    """Whether a command ends the very process that starts it, as to start anew: nobody is left to wait."""
    command = site.call.args[0] if site.name == "os.system" and site.call.args else None
    first, *rest = command.parts if isinstance(command, Format) and command.parts else (None,)
    return (
        isinstance(first, Const)
        and str(first.value).startswith("kill ")
        and any(isinstance(part, Invoke) and part.name == "os.getpid" for part in rest)
    )


def _has_ended(site: CallSite) -> bool:
    """Whether a process is asked only where it is known to have ended."""
    if not site.name.startswith("subprocess.Popen()."):
        return False
    owner = site.call.name.partition("subprocess.Popen().")[2].partition(".")[0]
    if owner in ("stdout", "stderr") and any(
        call.line < site.call.line
        and not call.guards
        and call.name in ("subprocess.Popen().wait", "subprocess.Popen().communicate")
        for call in site.beside
    ):
        return True
    return any(
        guard.removesuffix("()").endswith((".poll", ".returncode")) or _is_of_poll(guard, site)
        for guard in site.call.guards
    )


def _is_of_poll(guard: str, site: CallSite) -> bool:
    """Whether a variable that a condition names holds what the process answered about its end."""
    return guard.startswith("?") and any(
        item.target == guard
        and item.scope == site.call.scope
        and isinstance(item.value, Invoke)
        and item.value.name.endswith(".poll")
        for item in site.module.facts.assignments
    )


_TAKERS = re.compile(
    r"asyncio\.to_thread|(fastapi|starlette)\.concurrency\.run_in_threadpool|asgiref\.sync\.sync_to_async|"
    r"anyio\.to_thread\.run_sync|(\S+[.:])?run_in_executor"
    r"|(\S+[.:])?_*(call_sync_from_async|run_in_thread(_?pool)?|run_in_background_thread|run_blocking|run_sync|asyncify|deferToThread)"
)
"""What has a function done in another thread."""


def _handed_over(repo: Repo, waiting: dict[str, CallSite]) -> Iterator[Ward]:
    """The tree's own functions that a coroutine calls without awaiting them, and those that it has another thread do.

    They are paired by the outermost coroutine: what stands in a function of its own to be handed over belongs to it.
    """
    handed: dict[tuple[str, int], str] = {}
    for site in repo.python.calls_named(lambda name: _TAKERS.fullmatch(name) is not None):
        given = site.call.args[1:2] if site.last == "run_in_executor" else site.call.args[:1]
        for value in given if site.function is not None else ():
            inside = repo.python.definition(value.name, site.module) if isinstance(value, Name) else None
            if inside is not None and inside.module is site.module and inside.definition.parent == site.call.scope:
                handed[_place(site)[0], inside.index] = f"`{site.last}`"
            elif isinstance(value, Name):
                target = repo.python.definition(value.name, site.module)
                handing = _handing(site, value.name, f"`{site.last}`")
                yield handing if target is not None else _of_unseen(handing, f"`{site.last}`")
    for site in repo.python.all_calls:
        definition = site.module.definition(site.call.scope)
        taker = handed.get(_place(site), "") or _taker_around(site)
        if taker:
            handing = _handing(site, site.last, taker)
            yield handing
            if any(map(_OF_CLIENTS.search, (site.call.name, site.call.via))):
                yield _of_unseen(handing, taker)
        elif definition is not None and definition.is_async and not site.call.context & (AWAITED | DEFAULT | IN_LAMBDA):
            target = repo.python.definition(site.call.via or site.call.name, site.module) if ":" in site.name else None
            if target is not None and target.definition.kind == "function" and not target.definition.is_async:
                yield _handing(site, site.last, "", _sureness(repo, site.call, target, waiting))


def _taker_around(site: CallSite) -> str:
    """What has a function without a name done elsewhere that the call stands in."""
    around = site.outer if site.call.context & IN_LAMBDA and site.function is not None else None
    return f"`{around.last}`" if around is not None and _TAKERS.fullmatch(around.name) else ""


_CONNECTION = re.compile(r"(^|[._?])(db|database)(_?(session|conn|connection))?$|(^|[._?])(conn|connection|cursor)$")
"""Variables that keep a connection to a store."""


def _sureness(repo: Repo, call: Call, target: DefinitionSite, waiting: dict[str, CallSite]) -> Confidence:
    """High where a function is seen to wait, itself or in what it calls, or is handed a connection to wait for."""
    if target.name in waiting or any(isinstance(one, Name) and _CONNECTION.search(one.name) for one in call.handed):
        return Confidence.HIGH
    called = (repo.python.target(call, target.module) for call in target.calls)
    return Confidence.HIGH if any(one is not None and one.name in waiting for one in called) else Confidence.MEDIUM


def _handing(site: CallSite, name: str, taker: str, sureness: Confidence = Confidence.MEDIUM) -> Ward:
    *_, outermost = (one for one in site.module.enclosing(site.call.scope) if one.kind == "function")
    place = Location(site.module.path, site.call.line, site.call.end_line, outermost.qualname)
    last = name.rpartition(".")[2].rpartition(":")[2].lstrip("?")
    loss = f"`{last}` holds up the event loop of `{outermost.name}`"
    by = (taker,) if taker else ()
    return Ward(place, f"`{last}`", by, loss, ways=0 if taker else 1, confidence=sureness)


_OF_CLIENTS = re.compile(
    r"(^|[._])(conn|connection|client|session|api|sdk|redis|cursor|database|db|store)(\(\))?\.\w+$", re.IGNORECASE
)
"""Methods of what a thing keeps to reach others by."""
_UNSEEN = " in a thread of its own"


def _of_unseen(handing: Ward, taker: str) -> Ward:
    """What is handed to another thread and is no function that can be read: a method of something, a library's."""
    asks = ((taker,),) if taker else ()
    return replace(handing, thing=handing.thing + _UNSEEN, by=(), ways=0, asks=asks, confidence=Confidence.HIGH)


def _counterpart(repo: Repo, ward: Ward) -> Ward | None:
    """A call that stays in the event loop here of what is handed to another thread elsewhere."""
    name = ward.thing.removesuffix(_UNSEEN).strip("`")
    for site in repo.python.calls_named(lambda called: called.endswith(f".{name}")):
        if site.module.path != ward.location.path or site.function is None or not site.function.is_async:
            continue
        if not site.call.context & (AWAITED | DEFAULT | IN_LAMBDA):
            handing = _handing(site, name, "")
            if handing.location.symbol == ward.location.symbol:
                return _of_unseen(handing, "")
    return None


def _goes_on(site: CallSite) -> bool:
    """Whether a chain of calls goes on: `query(…)` waits only with the `first()` at its end, and is told there."""
    if waits(site.name) != "sql" or site.last in ANSWERED:
        return False
    start = f"{site.call.name}()."
    return any(call.line == site.call.line and call.name.startswith(start) for call in site.beside)


_DRAINING = frozenset(
    {"list", "tuple", "set", "sorted", "dict", "len", "next", "enumerate", "zip", "map", "max", "min"}
)
"""Calls that take a query's rows out of it."""


def _only_builds(site: CallSite) -> bool:
    """Whether a query is only put together: kept under a name, given back or put into another, and not gone over."""
    if site.last not in BUILDING or waits(site.name) != "sql":
        return False
    if site.outer is not None:
        return site.outer.last not in _DRAINING
    return bool(site.call.result) or any(
        one.scope == site.call.scope
        and isinstance(one.value, Invoke)
        and one.value.call >= 0
        and site.module.facts.calls[one.value.call] is site.call
        for one in site.module.facts.returns
    )


def _in_threads_of_their_own(repo: Repo) -> set[tuple[str, int]]:
    """The coroutines that a thread drives in a loop of its own, where nobody else waits.

    They are handed over by what the thread runs, or are methods of a class of threads whose own method drives a loop.
    """
    threads = set()
    found = set()
    for owner in repo.python.definitions:
        if owner.definition.kind == "class" and repo.python.descends_from(owner, "threading.Thread"):
            run = repo.python.member(owner, "run")
            if run is not None and any(call.last == "run_until_complete" for call in run.calls):
                found |= {(one.module.path, one.index) for one in owner.methods if one.definition.is_async}
    for site in repo.python.calls("threading.Thread"):
        target = site.call.argument(1, "target")
        started = repo.python.definition(target.name, site.module) if isinstance(target, Name) else None
        if started is not None:
            threads.add((started.module.path, started.index))
    for site in repo.python.calls_of("run_until_complete", "run") if threads else ():
        driven = site.call.args[0] if site.call.args else None
        if _place(site) in threads and isinstance(driven, Invoke) and driven.call >= 0:
            call = site.module.facts.calls[driven.call]
            coroutine = repo.python.target(call, site.module)
            if coroutine is not None:
                found.add((coroutine.module.path, coroutine.index))
    return found


def _before_and_after_serving(repo: Repo) -> set[tuple[str, int]]:
    """The functions that an application runs when it starts and ends, and the coroutines that these alone await."""
    hooks = [one.definition for one in repo.services.hooks if one.kind in ("startup", "shutdown", "lifespan")]
    pending = [one for one in hooks if one is not None]
    found = {(one.module.path, one.index) for one in pending}
    answering = repo.routes.by_handler
    while pending:
        above = pending.pop()
        for call in above.calls:
            below = repo.python.target(call, above.module) if call.context & AWAITED else None
            if below is None or (below.module.path, below.index) in found or below.name in answering:
                continue
            if all(_place(one) in found for one in repo.python.callers.get(below.name, ())):
                found.add((below.module.path, below.index))
                pending.append(below)
    return found


_DRIVING = frozenset({"asyncio.run", "anyio.run", "trio.run", "asyncio.Runner().run"})
_SETTING_BESIDE = re.compile(
    r"^(create_task|ensure_future|gather|TaskGroup|create_task_group|open_nursery|start_soon|as_completed|wait(_for)?"
    r"|call_(soon|later|at)|add_(reader|writer|signal_handler)|create_server|spawn)$"
)
"""What sets something else going in the same loop."""
_LIVELY = re.compile(r"^(start|serve|run|connect|subscribe|listen|open|launch|begin|consume|poll)(_\w+)?$")
"""What may do so where it is awaited."""


def _alone_in_the_loop(repo: Repo) -> set[tuple[str, int]]:
    """The coroutines that a plain function runs to their end in a loop of their own, and that start nothing beside."""
    ways = {
        site.function_name
        for site in repo.python.calls_named(lambda name: name in _DRIVING or name.endswith(".run_until_complete"))
        if site.function is not None and not site.function.is_async
    }
    driven = [
        (site.module, site.module.facts.calls[value.call])
        for site in repo.python.calls_named(lambda name: name in _DRIVING or name in ways)
        if (function := site.function) is None or not function.is_async
        for value in site.call.args[:1]
        if isinstance(value, Invoke) and value.call >= 0
    ]
    known = {id(call) for _, call in driven}
    found = set[tuple[str, int]]()
    waiting = [site for module, started in driven if (site := repo.python.target(started, module)) is not None]
    while waiting:
        more = [site for site in waiting if _runs_alone(repo, site, known, found)]
        found |= {(site.module.path, site.index) for site in more}
        reached = [target for site in more for call in site.calls if (target := repo.python.target(call, site.module))]
        left = {(site.module.path, site.index): site for site in (*waiting, *reached)} if more else {}
        waiting = [site for place, site in left.items() if place not in found]
    return found


def _runs_alone(repo: Repo, coroutine: DefinitionSite, known: set[int], found: set[tuple[str, int]]) -> bool:
    """Whether all that calls a coroutine drives it by one of the known calls, or runs alone itself."""
    if not coroutine.definition.is_async:
        return False
    called = repo.python.callers.get(coroutine.name, ())
    alone = all(
        id(one.call) in known or _place(one) in found or repo.wiring.is_called_by_nobody(one.module, one.call.scope)
        for one in called
    )
    inside = [coroutine, *filter(None, (repo.python.target(call, coroutine.module) for call in coroutine.calls))]
    return alone and not any(_sets_beside(call) for one in inside for call in one.calls)


def _sets_beside(call: Call) -> bool:
    """Whether a call may leave something running in the loop that goes on where the coroutine waits."""
    lively = call.context & AWAITED and _LIVELY.match(call.last)
    return bool(_SETTING_BESIDE.match(call.last) or lively)


def _place(site: CallSite) -> tuple[str, int]:
    """The definition that a call stands in."""
    return site.module.path, site.call.scope


def _one_hop(repo: Repo, site: CallSite, caller: str, waiting: dict[str, CallSite]) -> Iterator[Site]:
    if not waiting or not site.call.name or site.call.name.startswith("?"):
        return
    target = repo.python.definition(site.call.via or site.call.name, site.module)
    if target is None or target.name not in waiting:
        return
    inner = waiting[target.name]
    message = (
        f"`{target.definition.name}` waits in `{_shown(inner)}` "
        f"({inner.module.path}:{inner.call.line}) and is called from `async def {caller}`"
    )
    yield bad(site.location, message, Confidence.MEDIUM, fix=f"`await asyncio.to_thread({target.definition.name}, …)`")


def _waiting_functions(repo: Repo) -> dict[str, CallSite]:
    """The synchronous functions of the tree that wait, with the call that does."""
    found: dict[str, CallSite] = {}
    for site in repo.python.calls_named(waits):
        function = site.function
        if function is not None and not function.is_async and not site.call.context & IN_LAMBDA:
            found.setdefault(f"{site.module.path}:{function.qualname}", site)
    return found


_PARTS = 3
"""Parts of a dotted name that tell a reader which call is meant: `session.query.first`."""


def _shown(site: CallSite) -> str:
    name = (site.call.via or site.call.name).rpartition(":")[2].lstrip("?.").replace("()", "")
    # Of what an annotation or an import stands for in full, its end says which call it is.
    return ".".join(name.split(".")[-_PARTS:]) or site.name
