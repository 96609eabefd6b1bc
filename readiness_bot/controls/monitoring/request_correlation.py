"""Whether the log lines of one request can be found together."""

from __future__ import annotations

from readiness_bot.control import Control, failed, not_applicable, partial, passed
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo


@Control(
    id="monitoring/request-correlation",
    title="A request's id reaches its log lines",
    kind=Kind.CAPABILITY,
    severity=Severity.LOW,
    why="A hundred requests write at once; only an id in each line tells which lines belong together.",
    impact="What happened to one user's request cannot be read from the logs.",
    fix=(
        "Add the middleware and the filter of asgi-correlation-id: "
        "`app.add_middleware(CorrelationIdMiddleware)` and `%(correlation_id)s` in the format."
    ),
    by_settings=True,
    effort=Effort.HOURS,
    role=Role.BACKEND,
    sources=["https://github.com/snok/asgi-correlation-id"],
    passes=[
        (
            "import logging\nfrom uuid import uuid4\n\nfrom flask import Flask\n\napp = Flask(__name__)\n\n\n"
            "class Tagged(logging.LoggerAdapter):\n    pass\n\n\n@app.post('/orders')\ndef order():\n"
            "    log = logging.LoggerAdapter(logging.getLogger('shop'), {'request_id': str(uuid4())})\n"
            "    log.info('kept')\n    return {}\n"
        ),
        (
            "from typing import Annotated\n\nfrom fastapi import Depends, FastAPI\n"
            "from safir.dependencies.logger import logger_dependency\nfrom structlog.stdlib import BoundLogger\n\n"
            "app = FastAPI()\n\n\n@app.get('/orders')\n"
            "async def orders(logger: Annotated[BoundLogger, Depends(logger_dependency)]):\n"
            "    logger.info('asked')\n    return {}\n"
        ),
        (
            "import falcon\nfrom oslo_middleware import request_id\n\napi = falcon.App()\n"
            "application = request_id.RequestId(api)\n"
        ),
        (
            "from asgi_correlation_id import CorrelationIdMiddleware\nfrom fastapi import FastAPI\n\n"
            "app = FastAPI()\napp.add_middleware(CorrelationIdMiddleware)\n"
        ),
        {
            "shop/log.py": (
                "import logging\n\n\nclass Logger:\n    def __init__(self):\n"
                "        self._logger = logging.getLogger()\n\n"
                "    def info(self, message, **told):\n        self._logger.info(message, extra=told)\n"
            ),
            "shop/main.py": (
                "from fastapi import FastAPI\n\nfrom shop.log import Logger\n\napp = FastAPI()\nwriter = Logger()\n\n\n"
                "@app.middleware('http')\nasync def told(request, call_next):\n"
                "    request_id = request.headers.get('x-request-id')\n"
                "    writer.info('asked', request_id=request_id)\n    return await call_next(request)\n"
            ),
        },
        (
            "import structlog\nfrom fastapi import FastAPI\n\napp = FastAPI()\nlogger = structlog.get_logger()\n\n\n"
            "@app.middleware('http')\nasync def told(request, call_next):\n"
            "    request_id = request.headers.get('x-request-id')\n"
            "    logger.info('asked', request_id=request_id, path=request.url.path)\n"
            "    return await call_next(request)\n"
        ),
    ],
    fails=[
        "from fastapi import FastAPI\n\napp = FastAPI()\n",
        (
            "import logging\n\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n\n"
            "@app.get('/leave/<requestid>')\ndef leave(requestid):\n    of_parent = request.args.get('requestid')\n"
            "    logging.info('requestid=%s', requestid)\n    logging.info('parent requestid=%s', of_parent)\n"
            "    return {}\n"
        ),
        (
            "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.post('/events')\n"
            "def keep(event: dict):\n    known = set(event)\n    known.discard('trace_id')\n    return {}\n"
        ),
    ],
    fixed=(
        "from asgi_correlation_id import CorrelationIdMiddleware\nfrom fastapi import FastAPI\n\n"
        "app = FastAPI()\napp.add_middleware(CorrelationIdMiddleware)\nFORMAT = "
        "'%(correlation_id)s'\n"
    ),
    partials=[
        {
            "shop/settings.py": (
                "ROOT_URLCONF = 'shop.urls'\n"
                "LOGGING = {'version': 1, 'formatters': {'job': {'()': 'shop.log.OfJob'}}}\n"
            ),
            "shop/urls.py": (
                "from django.urls import path\n\nfrom shop import views\n\nurlpatterns = [path('', views.show)]\n"
            ),
            "shop/views.py": "def show(request):\n    return None\n",
            "shop/log.py": (
                "import logging\nfrom contextvars import ContextVar\n\ntask_id = ContextVar('task_id', default='')\n"
                "\n\nclass OfJob(logging.Formatter):\n    def format(self, record):\n"
                "        record.job = task_id.get()\n"
                "        return super().format(record)\n"
            ),
        },
        (
            "import uuid\n\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n\n"
            "@app.middleware('http')\nasync def tag(request, call_next):\n    response = await "
            "call_next(request)\n"
            "    response.headers.setdefault('X-Request-ID', str(uuid.uuid4()))\n    return response\n"
        ),
    ],
    ignores=["def add(a, b):\n    return a + b\n"],
)
def request_correlation(repo: Repo) -> Judgement:
    """A library that binds the id, or an id together with a log format that names it, passes.

    An id alone is partial.
    """
    if not repo.services.is_server:
        return not_applicable("Nothing here answers requests.")
    if repo.routes.probed:
        return not_applicable("Only probes ask here.")
    room = repo.observability
    bound = [item.evidence for item in room.correlations if item.is_reached]
    if bound:
        return passed("Each request's id is bound to its log lines.", *bound[:5])
    made = [item.evidence for item in room.request_ids if item.is_reached]
    logged = [item.evidence for item in room.logged_ids if item.is_reached]
    if logged and (made or len(logged) > 1):
        return passed("A request's id is made and logged.", *made[:2], *logged[:3])
    if made or logged:
        return partial("An id is passed on, but does not reach the log lines.", *made[:3], *logged[:2], score=0.5)
    if room.job_ids:
        places = (item.evidence for item in room.job_ids[:5])
        return partial("Ids of jobs reach their log lines; requests have none.", *places, score=0.5)
    dormant = room.correlations
    if dormant:
        return partial(
            "A correlation is set up in code that nothing reaches.", *(item.evidence for item in dormant[:5])
        )
    return failed(
        "No id ties the log lines of a request together.",
        looked_in=["middleware", "log formats", "correlation libraries"],
    )
