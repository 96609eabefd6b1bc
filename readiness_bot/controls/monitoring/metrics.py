"""Whether metrics leave the process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from readiness_bot.control import Control, advised, failed, not_applicable, partial, passed
from readiness_bot.model import Effort, Judgement, Kind, Location, Role, Severity, Ward
from readiness_bot.repo import Repo
from readiness_bot.repo.observability import Signal
from readiness_bot.repo.route import Route

_EXPORTS = (
    ("fastapi", '`app.mount("/metrics", make_asgi_app())` from prometheus_client'),
    ("starlette", '`app.mount("/metrics", make_asgi_app())` from prometheus_client'),
    ("flask", "`PrometheusMetrics(app)` from prometheus_flask_exporter"),
    ("django", '`path("", include("django_prometheus.urls"))` and its middleware'),
    ("django-rest-framework", '`path("", include("django_prometheus.urls"))` and its middleware'),
)
"""What exports metrics beside each framework, by what it is called where its routes are told."""


@Control(
    id="monitoring/metrics",
    title="Metrics are collected and exported",
    kind=Kind.CAPABILITY,
    severity=Severity.HIGH,
    why=(
        "Rates, errors and durations show a problem minutes before the first user writes; a "
        "counter that nobody can read shows none."
    ),
    impact="Nobody sees that the service is failing until users say so.",
    fix=(
        'Export what is measured: `app.mount("/metrics", make_asgi_app())` from prometheus_client, or an OTLP exporter.'
    ),
    by_settings=True,
    effort=Effort.DAYS,
    role=Role.DEVOPS,
    sources=[
        "https://prometheus.github.io/client_python/",
        "https://sre.google/sre-book/monitoring-distributed-systems/",
    ],
    passes=[
        (
            "from http.server import BaseHTTPRequestHandler, HTTPServer\n\n\nclass Handler(BaseHTTPRequestHandler):\n"
            "    def do_GET(self):\n        lines = []\n        lines.append('# TYPE shop_orders counter')\n"
            "        self.wfile.write('\\n'.join(lines).encode())\n\n\nHTTPServer(('', 80), Handler).serve_forever()\n"
        ),
        (
            "from flask import Flask\nfrom gds_metrics import GDSMetrics\n\nmetrics = GDSMetrics()\n"
            "app = Flask(__name__)\nmetrics.init_app(app)\n"
        ),
        (
            "from flask import Flask\nfrom statsd.defaults.env import statsd\n\napp = Flask(__name__)\n\n\n"
            "@app.post('/orders')\ndef order():\n    statsd.incr('orders')\n    return ''\n"
        ),
        (
            "from flask import Flask\nfrom gds_metrics import GDSMetrics\n\nmetrics = GDSMetrics()\n"
            "app = Flask(__name__)\nfor extension in (metrics,):\n    extension.init_app(app)\n"
        ),
        (
            "from aiohttp import web\nfrom aioprometheus import Counter, Service\n\n"
            "ORDERS = Counter('orders', 'Orders that were taken')\nservice = Service()\n\n\n"
            "async def serve_figures(app):\n    await service.start(port=9000)\n    yield\n\n\n"
            "app = web.Application()\napp.cleanup_ctx.append(serve_figures)\n"
        ),
        {
            "app/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
            "Dockerfile": (
                "FROM python:3.13-slim\nCOPY . .\n"
                'CMD ["gunicorn", "--statsd-host=statsd:9125", "-k", "uvicorn.workers.UvicornWorker", "app.main:app"]\n'
            ),
        },
        (
            "from fastapi import FastAPI\nfrom prometheus_client import Counter, make_asgi_app\n\napp "
            "= FastAPI()\nORDERS = Counter('orders', 'orders')\napp.mount('/metrics', "
            "make_asgi_app())\n"
        ),
        (
            "from fastapi import FastAPI\nfrom prometheus_fastapi_instrumentator import "
            "Instrumentator\n\napp = FastAPI()\nInstrumentator().instrument(app).expose(app)\n"
        ),
        (
            "from flask import Flask\nfrom statsd import StatsClient\n\napp = Flask(__name__)\nstats "
            "= StatsClient('statsd', 8125)\n"
        ),
        {
            "app/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
            "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["opentelemetry-distro[otlp]"]\n',
            "docs/monitoring.md": "# Monitoring\n\nStart it with `opentelemetry-instrument uvicorn app.main:app`.\n",
        },
    ],
    fails=[
        "import uwsgi\nfrom flask import Flask\n\napp = Flask(__name__)\napp.config['NUMBER'] = uwsgi.worker_id()\n",
        (
            "from flask import Flask\n\napp = Flask(__name__)\n\n\n"
            "@app.route('/reports/metrics')\ndef readers():\n    return {}\n"
        ),
        (
            "from flask import Flask\n\napp = Flask(__name__)\n\n\n"
            "@app.route('/metrics/')\ndef listed():\n    return {}\n\n\n"
            "@app.route('/metrics/find/')\ndef found():\n    return {}\n"
        ),
        (
            "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n"
            "@app.get('/models/{model_id}/metrics')\ndef drift(model_id: str):\n    return {}\n"
        ),
        (
            "from fastapi import FastAPI\n"
            "from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter\n"
            "from opentelemetry.sdk.trace.export import BatchSpanProcessor\n\n"
            "app = FastAPI()\nBatchSpanProcessor(OTLPSpanExporter())\n"
        ),
        "from fastapi import FastAPI\n\napp = FastAPI()\n",
        (
            "from fedora_messaging.message import Message\n\n\nclass Consumer:\n"
            "    def __call__(self, message: Message) -> None:\n        store(message.body)\n"
        ),
        {
            "Dockerfile": 'FROM python:3.13\nCOPY . .\nCMD ["python", "watch.py"]\n',
            "watch.py": (
                "import os\nimport time\n\nfrom shop.scaling import look\n\nINTERVAL = int(os.environ['INTERVAL'])\n\n"
                "while True:\n    look()\n    time.sleep(INTERVAL)\n"
            ),
            "shop/scaling.py": "def look():\n    print('looked')\n",
        },
    ],
    fixed=(
        "from fastapi import FastAPI\nfrom prometheus_client import make_asgi_app\n\napp = "
        'FastAPI()\napp.mount("/metrics", make_asgi_app())\n'
    ),
    partials=[
        {
            "manage.py": "import django\n",
            "shop/settings.py": (
                "import os\n\nROOT_URLCONF = 'shop.urls'\nEXPOSE_METRICS = False\n"
                "INSTALLED_APPS = ['django_prometheus']\n"
                "MIDDLEWARE = ['django_prometheus.middleware.PrometheusBeforeMiddleware']\n"
            ),
            "shop/urls.py": (
                "from django.conf import settings\nfrom django.urls import include, path\n\nurlpatterns = []\n"
                "if settings.EXPOSE_METRICS:\n"
                "    urlpatterns += [path('', include('django_prometheus.urls'))]\n"
            ),
        },
        {
            "shop/metrics.py": (
                "from shop.plugins import chosen\n\n\nclass Metrics:\n    def send(self, name, value):\n"
                "        for plugin in chosen():\n            plugin.submit(name, value)\n\n"
                "    def counter(self, name):\n        self.send(name, 1)\n\n\nmetrics = Metrics()\n"
            ),
            "shop/plugins.py": "def chosen():\n    return []\n",
            "shop/__init__.py": "",
            "shop/main.py": (
                "from flask import Flask\nfrom shop.metrics import metrics\n\napp = Flask(__name__)\n\n\n"
                "@app.post('/orders')\ndef order():\n    metrics.send('orders', 1)\n    metrics.send('lines', 2)\n"
                "    return {}\n\n\n@app.delete('/orders')\ndef cancel():\n    metrics.counter('cancelled')\n"
                "    metrics.counter('refunds')\n    metrics.counter('mails')\n    return {}\n"
            ),
        },
        (
            "from fastapi import FastAPI\nfrom prometheus_client import Counter\n\napp = FastAPI()\n"
            "ORDERS = Counter('orders', 'orders')\n"
        ),
    ],
    ignores=[
        {
            "Dockerfile": 'FROM python:3.13\nCOPY . .\nCMD ["python", "fetch.py"]\n',
            "fetch.py": (
                "import time\n\nfrom shop.sources import fetch\n\nfor attempt in range(5):\n    try:\n"
                "        fetch()\n        break\n    except OSError:\n        time.sleep(2**attempt)\n"
            ),
            "shop/sources.py": "def fetch():\n    print('fetched')\n",
        },
        "def add(a, b):\n    return a + b\n",
        {
            "setup.py": "from setuptools import setup\n\nsetup(name='letters')\n",
            "letters/tasks.py": "from celery import shared_task\n\n\n@shared_task\ndef send():\n    return 1\n",
        },
    ],
)
def metrics(repo: Repo) -> Judgement:
    """An export that running code reaches passes; metrics that nothing exports are partial.

    What exports where nobody sets anything is kept beside, so that a comparison can tell when that is lost.
    """
    return replace(_judged(repo), wards=tuple(_wards(repo)))


def _wards(repo: Repo) -> Iterator[Ward]:
    """What exports metrics where nobody sets anything, by file: of several processes each has its own."""
    exports = [one for one in repo.observability.metric_exports if one.is_reached]
    routes = {(route.location.path, route.location.line): route for route in repo.routes.all}
    without = {one: _without(repo, one, routes) for one in exports}
    always = [one.evidence for one in exports if one.is_on and not without[one]]
    for path in sorted({one.evidence.path for one in exports}):
        here = [one for one in exports if one.evidence.path == path]
        by = tuple(sorted({one.detail for one in always if one.path == path}))
        missing = " and ".join(f"`{name}`" for name in sorted({name for one in here for name in without[one]}))
        loss = f"No metrics leave the process{f' unless somebody sets {missing}' if missing else ''}"
        beside = tuple(f"{one.detail} in {one.path}" for one in always if one.path != path)
        yield Ward(Location(path, here[0].evidence.line), "metrics", by, loss, ways=0 if by else 1, beside=beside)


def _without(repo: Repo, signal: Signal, routes: Mapping[tuple[str, int], Route]) -> tuple[str, ...]:
    """The settings without which something exports nothing, off by default and named by no document."""
    place = signal.evidence.path, signal.evidence.line
    route, module = routes.get(place), repo.python.modules.get(place[0])
    if route is not None:
        found = repo.switched.leaves_out(route)
    else:
        found = repo.switched.left_out(place[1], module) if module is not None else ()
    return tuple(name for name in found if not repo.documents.names(name))


def _judged(repo: Repo) -> Judgement:
    if not (repo.services.is_server or repo.services.is_worker):
        return not_applicable("Neither a server nor a worker.")
    exports = repo.observability.metric_exports
    reached = [item for item in exports if item.is_reached]
    on = [item.evidence for item in reached if item.is_on]
    if on:
        return passed("Metrics leave the process.", *on[:5])
    if reached:
        return partial(
            "Metrics leave the process only once a setting turns that on.",
            *(item.evidence for item in reached[:5]),
            score=0.5,
        )
    counted = repo.observability.own_metrics
    if counted:
        return partial(
            "Code of its own counts; where that goes is chosen by configuration, and nothing sends by default.",
            *counted[:5],
            score=0.5,
        )
    if exports:
        return partial(
            "A metrics export is set up in code that nothing reaches.", *(item.evidence for item in exports[:5])
        )
    documented = repo.observability.documented_agents
    if documented:
        return passed("An agent that the documentation names takes metrics out of the process.", *documented)
    defined = repo.observability.metrics
    if defined:
        return partial("Metrics are defined, but nothing exports them.", *(item.evidence for item in defined[:5]))
    return advised(
        failed("No metrics are collected.", looked_in=["metrics libraries", "routes", "middleware", "start commands"]),
        fix=_fix(repo),
    )


def _fix(repo: Repo) -> str:
    """How this repository's framework exports metrics; a port of its own where none is known or nothing serves."""
    own = "`start_http_server(9000)` from prometheus_client"
    literal = next((literal for name, literal in _EXPORTS if name in repo.routes.frameworks), own)
    return f"Count what matters and export it: {literal}, or an OTLP exporter."
