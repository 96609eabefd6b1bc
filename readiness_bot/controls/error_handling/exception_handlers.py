"""Whether unexpected errors reach the client as a uniform answer without internals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from readiness_bot.control import Control, failed, not_applicable, partial, passed, seen
from readiness_bot.model import Confidence, Effort, Evidence, Judgement, Kind, Location, Role, Severity, Ward
from readiness_bot.repo import Repo
from readiness_bot.repo.services import Attachment
from readiness_bot.repo.values import Const

_CLIENTS, _SERVERS = 400, 500
"""Where the statuses of clients' and of servers' errors begin."""


@Control(
    id="error-handling/exception-handlers",
    title="Unexpected errors become one uniform answer",
    kind=Kind.CAPABILITY,
    severity=Severity.HIGH,
    why="Clients and attackers read error pages: a traceback tells the one nothing and the other too much.",
    impact="Internals leak with each error, and clients cannot tell one failure from another.",
    fix=(
        "Register one handler for what nobody expected, and log there: "
        "`@app.exception_handler(Exception)` that answers 500 with a fixed text."
    ),
    effort=Effort.HOURS,
    role=Role.BACKEND,
    sources=["https://cheatsheetseries.owasp.org/cheatsheets/Error_Handling_Cheat_Sheet.html"],
    passes=[
        (
            "import traceback\n\nfrom flask import Flask, jsonify\n\napp = Flask(__name__)\n\n\n"
            "@app.post('/orders')\ndef order():\n    try:\n        return keep()\n    except Exception:\n"
            "        app.logger.error(traceback.format_exc())\n        return jsonify({'error': 'not kept'}), 500\n"
        ),
        (
            "import logging\n\nfrom aiohttp import web\n\n\n@web.middleware\nasync def answers(request, handler):\n"
            "    try:\n        return await handler(request)\n    except web.HTTPException:\n        raise\n"
            "    except Exception:\n        logging.exception('unexpected')\n"
            "        return web.json_response({'error': 'unexpected'}, status=500)\n\n\n"
            "app = web.Application(middlewares=[answers])\n"
        ),
        (
            "from twisted.web import server\nfrom twisted.web.resource import Resource\n\n\n"
            "class Logged(server.Site):\n    def log(self, request):\n        note(request)\n\n\n"
            "def start(reactor):\n    reactor.listenTCP(80, Logged(Resource()))\n"
        ),
        {
            "shop/settings.py": (
                "ROOT_URLCONF = 'shop.urls'\nREST_FRAMEWORK = {'EXCEPTION_HANDLER': 'shop.errors.answer'}\n"
            ),
            "shop/errors.py": (
                "from rest_framework.response import Response\n\n\n"
                "def answer(exc, context):\n    return Response({'detail': 'internal error'}, status=500)\n"
            ),
            "shop/urls.py": "from django.urls import path\n\nurlpatterns = [path('orders', lambda request: None)]\n",
        },
        {
            "shop/settings.py": "import django\nINSTALLED_APPS = ['django.contrib.admin', 'shop']\n",
            "shop/models.py": "from django.db import models\nclass Order(models.Model):\n    pass\n",
        },
        (
            "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.errorhandler(404)\ndef missing(error):\n"
            "    return 'nothing here', 404\n"
        ),
        (
            "from fastapi import FastAPI\nfrom fastapi.responses import JSONResponse\n\napp = "
            "FastAPI()\n\n\n@app.exception_handler(Exception)\n"
            "def unexpected(request, error):\n    return JSONResponse({'detail': 'internal error'}, status_code=500)\n"
        ),
        (
            "from fastapi import FastAPI\nfrom fastapi.responses import JSONResponse\n\n\n"
            "def unexpected(request, error):\n    return JSONResponse({'detail': 'internal error'}, status_code=500)\n"
            "\n\nHANDLERS = {Exception: unexpected}\napp = FastAPI(exception_handlers=HANDLERS)\n"
        ),
        (
            "import logging\nfrom http import client\nfrom wsgiref.simple_server import WSGIServer\n\n\n"
            "class Server(WSGIServer):\n    request_queue_size = 8\n\n\nclass Application:\n"
            "    def __call__(self, environ, start_response):\n        try:\n"
            "            status, answer = self.answer(environ)\n        except Exception:\n"
            "            logging.exception('not answered')\n            status, answer = 500, b'internal error'\n"
            "        start_response(f'{status} {client.responses[status]}', [])\n        return [answer]\n\n\n"
            "server = Server(('', 80), None)\nserver.set_app(Application())\nserver.serve_forever()\n"
        ),
        "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.route('/')\ndef index():\n    return 'ok'\n",
        (
            "import traceback\nfrom flask import Flask\n\napp = Flask(__name__)\n\n\n"
            "@app.errorhandler(Exception)\ndef unexpected(error):\n    app.logger.error(traceback.format_exc())\n"
            "    return 'internal error', 500\n"
        ),
    ],
    fails=[
        (
            "from http.server import BaseHTTPRequestHandler, HTTPServer\nimport traceback\n\n\nclass "
            "Handler(BaseHTTPRequestHandler):\n    def do_GET(self):\n        try:\n"
            "            self.answer()\n        except Exception:\n            "
            "self.wfile.write(traceback.format_exc().encode())\n\n\nHTTPServer(('', 80), "
            "Handler).serve_forever()\n"
        ),
    ],
    fixed="from http.server import BaseHTTPRequestHandler, HTTPServer\n\nfrom fastapi import "
    "FastAPI\nfrom fastapi.responses import JSONResponse\n\napp = FastAPI()\n\n\n"
    "@app.exception_handler(Exception)\ndef unexpected(request, error):\n    return "
    "JSONResponse({'detail': 'internal error'}, status_code=500)\n",
    partials=[
        (
            "import traceback\nfrom flask import Flask\n\napp = Flask(__name__)\n\n\n"
            "@app.errorhandler(Exception)\ndef unexpected(error):\n    return traceback.format_exc(), "
            "500\n"
        ),
        (
            "from fastapi import FastAPI\nfrom fastapi.responses import JSONResponse\n\napp = FastAPI()\n\n\n"
            "@app.exception_handler(Exception)\ndef unexpected(request, error):\n"
            "    return JSONResponse({'detail': str(error)}, status_code=500)\n"
        ),
        (
            "import fastapi\nfrom fastapi.exception_handlers import http_exception_handler\n\napp = fastapi.FastAPI()\n"
            "\n\n@app.exception_handler(Exception)\nasync def unexpected(request, error):\n    text = repr(error)\n"
            "    failure = fastapi.HTTPException(status_code=500, detail=text)\n"
            "    return await http_exception_handler(request, failure)\n"
        ),
        (
            "import traceback\n\nfrom flask import Flask, jsonify\n\napp = Flask(__name__)\n\n\n"
            "@app.post('/orders')\ndef order():\n    try:\n        return keep()\n    except Exception:\n"
            "        told = traceback.format_exc()\n        return jsonify({'error': told}), 500\n"
        ),
    ],
    ignores=[
        (
            "import threading\nfrom http.server import BaseHTTPRequestHandler, ThreadingHTTPServer\n\n\n"
            "class Health(BaseHTTPRequestHandler):\n    def do_GET(self):\n        if self.path != '/healthz':\n"
            "            self.send_error(404)\n            return\n        self.send_response(200)\n"
            "        self.end_headers()\n\n\nserver = ThreadingHTTPServer(('', 8080), Health)\n"
            "threading.Thread(target=server.serve_forever).start()\n"
        ),
        "def add(a, b):\n    return a + b\n",
    ],
)
def exception_handlers(repo: Repo) -> Judgement:
    """Registered handlers pass, and so does a framework's own default; one that tells internals is partial.

    The handlers are kept beside, so that a comparison can tell where the last one is gone.
    """
    return replace(_judged(repo), wards=tuple(_wards(repo)))


def _wards(repo: Repo) -> Iterator[Ward]:
    place = _frameworks_default(repo)
    if place is not None:
        handlers = [item for item in repo.services.exception_handlers if not _is_of_clients(item)]
        names = tuple(dict.fromkeys(f"`{item.name.rpartition(':')[2]}`" for item in handlers))
        loss = "What nobody expected is answered as the framework likes"
        where = Location(place.path, place.line)
        # The framework's own answer tells no internals either, while debug is off.
        yield Ward(where, "errors", names, loss, ways=0 if names else 1, confidence=Confidence.MEDIUM)

    for item in repo.services.exception_handlers:
        if item.definition is not None:
            told = repo.services.internals_told(item)
            name = item.name.rpartition(":")[2]
            yield Ward(
                item.definition.location,
                f"what `{name}` answers",
                () if told else ("the silence about what went wrong inside",),
                f"`{name}` {told}",
                ways=int(bool(told)),
            )


def _judged(repo: Repo) -> Judgement:
    if not repo.services.answers_http:
        return not_applicable("Nothing here answers requests.")
    if repo.routes.probed:
        return not_applicable("Only probes and scrapers ask here.")
    handlers = repo.services.exception_handlers
    leaking = [(item, told) for item in handlers if (told := repo.services.internals_told(item))]
    if leaking:
        shown = [
            seen(item.location.path, item.location.line, f"`{item.name.rpartition(':')[2]}` {told}")
            for item, told in leaking[:5]
        ]
        return partial("A registered handler answers with internals.", *shown, score=0.5)
    told_by_routes = repo.services.tracebacks_answered
    if told_by_routes:
        return partial("Routes answer with tracebacks of what went wrong inside.", *told_by_routes[:5], score=0.5)
    general = [item for item in handlers if not _is_of_clients(item)]
    shown = [
        seen(item.location.path, item.location.line, f"handler `{item.name.rpartition(':')[2]}`")
        for item in (general or handlers)[:5]
    ]
    if general:
        return passed("Errors are answered by registered handlers.", *shown)
    framework = _frameworks_default(repo)
    if framework is not None and handlers:
        return passed(
            "Mistakes of clients have handlers; the framework answers the rest without internals while debug is off.",
            framework,
            *shown,
        )
    if framework is not None:
        return passed(
            "No handler of its own: the framework's default answers 500 without internals while debug is off.",
            framework,
        )
    return _raw_server(repo)


def _is_of_clients(handler: Attachment) -> bool:
    """Whether a handler is for one status of a client's mistake, such as 404."""
    handled = handler.arguments[0] if handler.arguments else None
    return isinstance(handled, Const) and isinstance(handled.value, int) and _CLIENTS <= handled.value < _SERVERS


def _frameworks_default(repo: Repo) -> Evidence | None:
    for site in repo.routes.applications:
        return seen(site.location.path, site.location.line, f"application made by `{site.name.rpartition(':')[2]}`")
    for site in repo.python.calls("twisted.web.server.Site"):
        return seen(site.location.path, site.location.line, "served by `twisted.web`")
    for klass in repo.python.classes:
        if repo.python.descends_from(klass, "twisted.web.server.Site"):
            return seen(klass.location.path, klass.location.line, "served by `twisted.web`")
    for setting in repo.services.settings_named("ROOT_URLCONF", "INSTALLED_APPS") if repo.services.is_django else ():
        return seen(setting.module.path, setting.line, "a Django project")
    for route in repo.routes.all:
        return seen(route.module.path, route.line, f"route of {route.framework}")
    return None


def _raw_server(repo: Repo) -> Judgement:
    caught = repo.services.last_resorts
    if caught:
        return passed("The application catches what nobody expected, and answers by itself.", *caught[:5])
    places = [site.location for site in repo.services.server_starts]
    first = (*places, *(klass.location for klass in repo.services.own_servers))[0]
    return failed(
        "The server has neither a framework's handling of errors nor one of its own.",
        seen(first.path, first.line, "server started here"),
    )
