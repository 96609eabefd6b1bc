"""Whether handlers are given what they work with."""

from __future__ import annotations

from readiness_bot.control import Control, not_applicable, seen, shared
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo

_ENOUGH = 0.5
_HALF = 0.15


@Control(
    id="api-design/dependency-injection",
    title="Handlers are given their collaborators",
    kind=Kind.CAPABILITY,
    severity=Severity.LOW,
    why=(
        "A handler that asks for its session or client can be tested with another one, and the framework closes it "
        "after the request."
    ),
    impact="Tests need the real services, and a forgotten connection stays open after each failed request.",
    fix="Ask for collaborators in the handler's parameters: `session: Annotated[Session, Depends(get_session)]`.",
    effort=Effort.DAYS,
    role=Role.BACKEND,
    sources=["https://fastapi.tiangolo.com/tutorial/dependencies/"],
    passes=[
        (
            "from fastapi import Depends, FastAPI\n\napp = FastAPI()\n\n\ndef get_session():\n    yield 1\n\n\n"
            "@app.get('/items')\ndef items(session=Depends(get_session)):\n    return []\n"
        )
    ],
    fails=[
        (
            "from fastapi import FastAPI\n\napp = FastAPI()\nsession = make()\n\n\n@app.get('/items')\n"
            "def items():\n    return session.all()\n"
        )
    ],
    fixed=(
        "from fastapi import Depends, FastAPI\n\napp = FastAPI()\n\n\ndef get_session():\n    yield make()\n\n\n"
        "@app.get('/items')\ndef items(session=Depends(get_session)):\n    return session.all()\n"
    ),
    ignores=[
        (
            "from ninja import NinjaAPI\n\napi = NinjaAPI()\n\n\n@api.get('/items')\n"
            "def items(request):\n    return []\n"
        ),
        "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.route('/items')\ndef items():\n    return []\n",
    ],
)
def dependency_injection(repo: Repo) -> Judgement:
    """Judge by the share of handlers with a dependency, where the framework offers injection."""
    answers = repo.interface.injected
    if not answers:
        return not_applicable("No routes of a framework that injects.")
    given = [route for route, is_injected in answers if is_injected]
    bare = [route for route, is_injected in answers if not is_injected]
    shown = [
        seen(route.location.path, route.location.line, f"{route.name} is given what it needs") for route in given[:3]
    ]
    shown += [seen(route.location.path, route.location.line, f"{route.name} is given nothing") for route in bare[:2]]
    return shared(
        len(given) / len(answers),
        f"{len(given)} of {len(answers)} handlers are given their collaborators.",
        *shown,
        enough=_ENOUGH,
        half=_HALF,
    )
