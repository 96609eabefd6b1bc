"""What the program closes when it is told to stop."""

from __future__ import annotations

import pytest

from tests.repos import repo_of

_LIFESPAN = """\
from contextlib import asynccontextmanager
from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app):
    await early.close()
    yield
    await late.close()


app = FastAPI(lifespan=lifespan)
"""
_CONTEXT = """\
from contextlib import AsyncExitStack
from aiohttp import web

async def opened(app):
    async with AsyncExitStack() as kept:
        app["client"] = await kept.enter_async_context(connected())
        yield

app = web.Application()
app.cleanup_ctx.append(opened)
"""
_EVENT = """\
from fastapi import FastAPI

app = FastAPI()


@app.on_event("shutdown")
async def stop():
    await pool.close()
"""
_ATEXIT = """\
import atexit


def stop():
    client.close()


atexit.register(stop)
"""
_PER_REQUEST = """\
from flask import Flask

app = Flask(__name__)


@app.teardown_appcontext
def stop(error):
    db.close()
"""
_PER_REQUEST_BY_CALL = """\
from flask import Flask

app = Flask(__name__)


def stop(error):
    db.close()


app.teardown_appcontext(stop)
"""
_ONE_HOP = """\
from fastapi import FastAPI


async def close_everything():
    await engine.dispose()


app = FastAPI()


@app.on_event("shutdown")
async def stop():
    await close_everything()
"""
_SIGNAL = """\
import signal


def stop(*_):
    queue.close()


signal.signal(signal.SIGTERM, stop)
"""


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("app/main.py", _LIFESPAN, [(9, "lifespan", "late.close")]),
        ("app/main.py", _CONTEXT, [(5, "lifespan", "with contextlib.AsyncExitStack")]),
        ("app/main.py", _EVENT, [(8, "shutdown", "pool.close")]),
        ("app/main.py", _ATEXIT, [(5, "atexit", "client.close")]),
        ("app/main.py", _PER_REQUEST, []),
        ("app/main.py", _PER_REQUEST_BY_CALL, []),
        ("app/main.py", _ONE_HOP, [(5, "shutdown", "engine.dispose")]),
        ("app/main.py", _SIGNAL, [(5, "signal", "queue.close")]),
        ("app/worker.py", _SIGNAL, [(5, "worker", "queue.close")]),
        ("app/command.py", _SIGNAL + "app.listen(8000)\n", [(5, "signal", "queue.close")]),
    ],
)
def test_closings_have_their_line_and_trigger(path: str, text: str, found: list[tuple[int, str, str]]) -> None:
    assert [(one.line, one.trigger, one.name) for one in repo_of({path: text}).shutdown.closings] == found


def test_what_a_raised_interrupt_ends_is_closed() -> None:
    text = (
        "import signal\n\nfrom aiohttp import web\n\n\nasync def serve(runner, event):\n"
        "    def stop(number, frame):\n        raise KeyboardInterrupt\n\n    signal.signal(signal.SIGTERM, stop)\n"
        "    try:\n        await event.wait()\n    except KeyboardInterrupt:\n        await runner.cleanup()\n"
    )
    assert [one.trigger for one in repo_of({"app/main.py": text}).shutdown.closings] == ["signal"]
