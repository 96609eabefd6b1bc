"""Whether the service finishes what it began, and closes what it holds, when it is told to stop."""

from __future__ import annotations

import re

from readiness_bot.control import Control, failed, not_applicable, partial, passed, seen
from readiness_bot.model import Effort, Evidence, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo
from readiness_bot.repo.commands import DRAINING
from readiness_bot.repo.launches import Started

_DRAINS_UNCONFIGURED = 0.6
_SIGNAL_LOST = 0.5
_GRACE = re.compile(
    r"--(graceful[-_]timeout|timeout-graceful-shutdown|workers-kill-timeout|worker-reload-mercy|timeout-worker-healthcheck)"
)
_SELF_SERVING = ("uvicorn", "hypercorn", "granian", "gunicorn.app", "waitress", "aiohttp.web", "cherrypy", "nicegui.ui")
_APP = "from fastapi import FastAPI\n\napp = FastAPI()\n"
_LIFESPAN = """\
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine("postgresql+asyncpg://db/shop")


@asynccontextmanager
async def lifespan(app):
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)
"""
_MADE_LIFESPAN = """\
from contextlib import asynccontextmanager

from fastapi import FastAPI

from app.db import engine


def lifespan_for(settings):
    @asynccontextmanager
    async def lifespan(app):
        yield
        await engine.dispose()

    return lifespan


def create_app(settings):
    lifespan = lifespan_for(settings)
    return FastAPI(lifespan=lifespan)


app = create_app({})
"""
_IMAGE = 'FROM python:3.13-slim\nCOPY . .\nRUN pip install .\nCMD ["{server}"]\n'


_FUNCTIONS = ("chalice", "mangum", "aws_lambda_powertools.event_handler", "apig_wsgi", "serverless_wsgi", "awsgi")
"""Libraries that let a platform call an application as a function, one request at a time."""


@Control(
    id="infrastructure/graceful-shutdown",
    title="Requests are finished and resources closed on shutdown",
    kind=Kind.CAPABILITY,
    severity=Severity.MEDIUM,
    why="Every deploy and every scale-down stops instances; what is cut off in the middle fails for somebody.",
    impact="Each release breaks the requests in flight and leaves connections, locks and messages behind.",
    fix="Close clients and pools behind the `yield` of the lifespan, start the server with `exec`, and give it time: "
    "`gunicorn --graceful-timeout 30` or `uvicorn --timeout-graceful-shutdown 30`.",
    effort=Effort.HOURS,
    role=Role.BACKEND,
    sources=[
        "https://fastapi.tiangolo.com/advanced/events/",
        "https://docs.gunicorn.org/en/stable/settings.html#graceful-timeout",
    ],
    passes=[
        (
            "import databases\nfrom starlette.applications import Starlette\n\n"
            "database = databases.Database('postgresql://db/app')\n"
            "app = Starlette(on_startup=[database.connect], on_shutdown=[database.disconnect])\n"
        ),
        (
            "import signal\n\nfrom tornado import ioloop, web\n\n\nclass Gateway:\n    def start(self):\n"
            "        web.Application([('/', web.RequestHandler)]).listen(8888)\n"
            "        self.loop = ioloop.IOLoop.current()\n"
            "        signal.signal(signal.SIGTERM, self._ended)\n        try:\n            self.loop.start()\n"
            "        finally:\n            self.shutdown()\n\n    def _ended(self, *_):\n"
            "        self.loop.add_callback_from_signal(self.loop.stop)\n\n    def shutdown(self):\n"
            "        self.kernels.shutdown_all()\n\n\nGateway().start()\n"
        ),
        {"app/main.py": _LIFESPAN},
        {"app/main.py": _MADE_LIFESPAN},
        {
            "app/main.py": _APP,
            "Dockerfile": _IMAGE.format(server='uvicorn", "app.main:app", "--timeout-graceful-shutdown=30'),
        },
        {
            "app/main.py": _APP,
            "Dockerfile": _IMAGE.format(server='gunicorn", "-c", "gunicorn.conf.py", "app.main:app'),
            "gunicorn.conf.py": "workers = 2\ngraceful_timeout = 45\n",
        },
        {
            "app/main.py": _APP,
            "Dockerfile": _IMAGE.format(server='gunicorn", "-c", "/usr/local/etc/gunicorn/shop.py", "app.main:app'),
            "docker/files/usr/local/etc/gunicorn/shop.py": "workers = 2\ngraceful_timeout = 45\n",
        },
    ],
    fails=[{"app/main.py": _APP}],
    fixed={"app/main.py": _LIFESPAN},
    partials=[
        {
            "app/main.py": _APP,
            "Dockerfile": _IMAGE.format(server="/run.sh"),
            "run.sh": "#!/bin/sh\nset -e\nuwsgi --ini uwsgi.ini\n",
            "uwsgi.ini": "[uwsgi]\nmodule = app.main:app\ndie-on-term = true\n",
            "deploy/shop.yaml": (
                "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop\nspec:\n  template:\n    spec:\n"
                "      terminationGracePeriodSeconds: 40\n"
                "      containers:\n        - name: shop\n          image: app:1\n"
            ),
        },
        {
            "app/main.py": (
                "from litestar import Litestar, get\n\n\n@get('/')\nasync def index() -> str:\n    return ''\n\n\n"
                "app = Litestar([index])\n"
            ),
            "Dockerfile": _IMAGE.format(server='litestar", "--app", "app.main:app", "run", "--port", "8000'),
        },
        {
            "app/main.py": _APP,
            "deploy/serve.yaml": (
                "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop\nspec:\n  template:\n    spec:\n"
                "      containers:\n        - name: shop\n          image: app:1\n"
                "          command: [gunicorn, 'app.main:app']\n"
            ),
            "deploy/work.yaml": (
                "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: work\nspec:\n  template:\n    spec:\n"
                "      terminationGracePeriodSeconds: 90\n"
                "      containers:\n        - name: work\n          image: app:1\n"
                "          command: [celery, -A, app, worker]\n"
            ),
        },
        {"app/main.py": _APP, "Dockerfile": _IMAGE.format(server='gunicorn", "app.main:app')},
        {
            "app/main.py": _APP,
            "Dockerfile": _IMAGE.format(server="/start.sh"),
            "start.sh": "#!/bin/sh\nexec ${WRAPPER} gunicorn --workers=2 app.main:app\n",
        },
        {
            "app/main.py": _APP,
            "app/asgi.py": (
                "from broadcaster import Broadcast\nfrom fastapi import FastAPI\n\nchannel = Broadcast('a')\n"
                "app = FastAPI()\n\n\n@app.on_event('shutdown')\nasync def stop():\n    await channel.disconnect()\n"
            ),
            "Dockerfile": _IMAGE.format(server='gunicorn", "app.main:app'),
        },
        {
            "app/main.py": _APP,
            "Dockerfile": _IMAGE.format(server="/start.sh"),
            "start.sh": "#!/bin/sh\ngunicorn --graceful-timeout 30 app.main:app\n",
        },
    ],
    ignores=[
        (
            "from chalice import Chalice\n\napp = Chalice(app_name='shop')\n\n\n@app.route('/orders')\n"
            "def orders():\n    return []\n"
        ),
        {"lib/__init__.py": "def add(a, b):\n    return a + b\n"},
    ],
)
def graceful_shutdown(repo: Repo) -> Judgement:
    """Judged by what hooks really close, and by how production starts a server that can drain."""
    if not repo.serves:
        return not_applicable("Nothing here serves requests.")
    closings = repo.shutdown.closings
    serving = [one for one in closings if one.trigger != "worker"]
    if serving:
        shown = [seen(one.path, one.line, f"{one.trigger}: {one.name.lstrip('?')}") for one in serving[:4]]
        return passed("Resources are closed on shutdown.", *shown)
    if repo.routes.probed:
        return not_applicable("Only probes ask here.")
    servers = [one for one in repo.deployment.started_commands if one.server in DRAINING and one.purpose == "serve"]
    # A platform signals every process of an instance, whatever shell stands above it.
    reached = [one for one in servers if one.command.replaces_shell or one.via in ("procfile", "platform")]
    grace = _grace(repo, servers)
    if reached and grace is not None:
        return passed("The server drains with a configured timeout.", _told(reached[0]), grace)
    if reached:
        return partial(
            "The server drains by default, with no timeout configured, and nothing of the service is closed.",
            _told(reached[0]),
            score=_DRAINS_UNCONFIGURED,
        )
    if servers:
        return partial(
            "A server that could drain stands behind a shell that keeps SIGTERM from it: start it with `exec`.",
            _told(servers[0]),
            score=_SIGNAL_LOST,
        )
    return _of_others(repo)


def _of_others(repo: Repo) -> Judgement:
    # What lies among scripts is more often how a developer starts it.
    starting = sorted(
        repo.python.imports(*_SELF_SERVING), key=lambda one: one[0].path.startswith(("bin/", "scripts/", "tools/"))
    )
    for module, imported in starting:
        return partial(
            f"The service starts {imported.target.partition('.')[0]} itself, which drains; it closes nothing.",
            seen(module.path, imported.line, f"imports {imported.target}"),
            score=_DRAINS_UNCONFIGURED,
        )
    workers = [one for one in repo.deployment.started_commands if one.server in DRAINING and one.purpose == "work"]
    if workers:
        return partial(
            "Only the workers finish what they began; the server is not known to.",
            _told(workers[0]),
            score=_SIGNAL_LOST,
        )
    if any(True for _ in repo.python.imports(*_FUNCTIONS)):
        return not_applicable("A platform calls it as a function: no server of its own is stopped.")
    return failed("Neither a hook that closes anything nor a server that is known to drain.")


def _told(started: Started) -> Evidence:
    return seen(started.path, started.line, f"starts {started.server} {started.target}".strip())


def _grace(repo: Repo, servers: list[Started]) -> Evidence | None:
    """Where the time to drain in is configured, for the server or around it; None where nowhere."""
    for one in servers:
        option = next((word for word in one.command.arguments if _GRACE.match(word)), "")
        if option:
            return seen(one.path, one.line, option)
    for path, settings in repo.deployment.gunicorn_settings:
        setting = settings.get("graceful_timeout")
        if setting is not None:
            return seen(path, setting.line, f"graceful_timeout = {setting.value}")
    for name in ("UVICORN_TIMEOUT_GRACEFUL_SHUTDOWN", "GUNICORN_CMD_ARGS", "GRACEFUL_TIMEOUT"):
        for path, line, value in repo.deployment.environment(name):
            if name != "GUNICORN_CMD_ARGS" or _GRACE.search(value):
                return seen(path, line, f"{name}={value}")
    return _grace_around(repo)


def _grace_around(repo: Repo) -> Evidence | None:
    pods = repo.deployment.workloads.pods
    # A worker's own time to finish in says nothing of the server, where another pod is seen to run it.
    serving = [pod for pod in pods if any(one.purpose == "serve" for one in pod.started)]
    for pod in serving or pods:
        if pod.workload.grace or "preStop" in pod.container.hooks:
            return seen(pod.path, pod.workload.line, f"grace period {pod.workload.grace or 'with a preStop hook'}")
    for one in repo.deployment.own_containers:
        if one.service.stop_grace_period:
            return seen(one.path, one.service.line, f"stop_grace_period: {one.service.stop_grace_period}")
    for path, platform in repo.deployment.workloads.platforms:
        for process in platform.processes:
            if process.drains:
                return seen(path, process.line, f"{platform.platform}: time to shut down in is set")
    return None
