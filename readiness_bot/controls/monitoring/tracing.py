"""Whether requests can be followed across services."""

from __future__ import annotations

from readiness_bot.control import Control, advised, failed, not_applicable, partial, passed
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo

_BY_HAND = 0.6
_INSTRUMENTS = (
    ("fastapi", "FastAPIInstrumentor.instrument_app(app)"),
    ("starlette", "StarletteInstrumentor.instrument_app(app)"),
    ("flask", "FlaskInstrumentor().instrument_app(app)"),
    ("django", "DjangoInstrumentor().instrument()"),
    ("django-rest-framework", "DjangoInstrumentor().instrument()"),
    ("tornado", "TornadoInstrumentor().instrument()"),
    ("falcon", "FalconInstrumentor().instrument()"),
    ("pyramid", "PyramidInstrumentor().instrument_config(config)"),
    ("aiohttp", "AioHttpServerInstrumentor().instrument()"),
)
"""What instruments each framework, by what it is called where its routes are told."""


@Control(
    id="monitoring/tracing",
    title="Requests are traced, and the traces exported",
    kind=Kind.CAPABILITY,
    severity=Severity.HIGH,
    why="A slow request crosses a dozen calls; only a trace tells which of them took the time.",
    impact="Finding the slow or failing part of a request takes hours of guessing.",
    fix=(
        "Install an exporter and instrument the framework: "
        "`provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))` and "
        "`FastAPIInstrumentor.instrument_app(app)`."
    ),
    by_settings=True,
    effort=Effort.DAYS,
    role=Role.DEVOPS,
    sources=["https://opentelemetry.io/docs/languages/python/instrumentation/"],
    passes=[
        (
            "from flask import Flask\nfrom flask_opentracing import FlaskTracing\nfrom jaeger_client import Config\n\n"
            "app = Flask(__name__)\ntracer = Config({}, service_name='shop').initialize_tracer()\n"
            "FlaskTracing(tracer, True, app)\n"
        ),
        {
            "shop/settings.py": (
                "ROOT_URLCONF = 'shop.urls'\nMIDDLEWARE = ['shop.middleware.Own']\n"
                "MIDDLEWARE.insert(0, 'elasticapm.contrib.django.middleware.TracingMiddleware')\n"
            ),
            "shop/urls.py": "urlpatterns = []\n",
            "shop/wsgi.py": "from django.core import wsgi\n\napplication = wsgi.get_wsgi_application()\n",
        },
        (
            "from fastapi import FastAPI\nfrom opentelemetry.instrumentation.fastapi import FastAPIInstrumentor\n"
            "from shoplib.tracing import setup_tracing\n\napp = FastAPI()\n\n\ndef start():\n"
            "    setup_tracing('shop')\n    FastAPIInstrumentor.instrument_app(app)\n\n\nstart()\n"
        ),
        {
            "orders/handler.py": (
                "from celery import Celery\n\nfrom aws_xray_sdk.core import patch_all\n\npatch_all()\n"
                "app = Celery('shop')\n\n\n"
                "@app.task\ndef answer(event, context):\n    return {'statusCode': 200}\n"
            ),
            "functions.tf": (
                'resource "aws_lambda_function" "orders" {\n  tracing_config {\n    mode = "Active"\n  }\n}\n'
            ),
        },
        {
            "shop/main.py": (
                "import sentry_sdk\nfrom flask import Flask\n\nfrom shop import settings\n\napp = Flask(__name__)\n"
                "app.config.from_object(settings)\nsentry_sdk.init(**app.config['SENTRY_OPTIONS'])\n\n\n"
                "@app.get('/')\ndef root():\n    return ''\n"
            ),
            "shop/settings.py": (
                "import os\n\nSENTRY_OPTIONS = {'dsn': os.environ['SENTRY_DSN'], 'traces_sample_rate': 0.2}\n"
            ),
            "shop/__init__.py": "",
        },
        (
            "import opentelemetry.instrumentation.auto_instrumentation.sitecustomize\nfrom flask import Flask\n\n"
            "app = Flask(__name__)\n\n\n@app.get('/')\ndef root():\n    return ''\n"
        ),
        {
            "shop/work.py": (
                "from celery import Celery\nfrom shoplib import telemetry\n\ntelemetry.setup_telemetry('orders')\n"
                "app = Celery('orders')\ntelemetry.instrument_celery_app(app)\n\n\n@app.task\ndef pack(key):\n"
                "    return key\n"
            ),
        },
        {
            "shop/__init__.py": "",
            "shop/setup.py": "from house_common.otel import setup_otel\n\n\ndef setup_env():\n    setup_otel()\n",
            "shop/main.py": (
                "from flask import Flask\n\nfrom shop.setup import setup_env\n\nsetup_env()\napp = Flask(__name__)\n"
            ),
        },
        {
            "app.py": "from flask import Flask\n\napp = Flask(__name__)\n",
            "manifest.yml": "applications:\n- name: api\n  processes:\n  - type: web\n    command: ./run.sh\n",
            "run.sh": "#!/bin/sh\nflask db upgrade\nexec newrelic-admin run-program gunicorn app:app\n",
        },
        (
            "from fastapi import FastAPI\nfrom opentelemetry.exporter.otlp.proto.grpc.trace_exporter "
            "import OTLPSpanExporter\nfrom opentelemetry.instrumentation.fastapi import "
            "FastAPIInstrumentor\n"
            "from opentelemetry.sdk.trace import TracerProvider\nfrom opentelemetry.sdk.trace.export "
            "import BatchSpanProcessor\n\napp = FastAPI()\nprovider = TracerProvider()\n"
            "provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))\n"
            "FastAPIInstrumentor.instrument_app(app)\n"
        ),
        (
            "import os\n\nimport sentry_sdk\nfrom fastapi import FastAPI\n\nDSN = os.environ.get('SENTRY_DSN')\n"
            "if DSN:\n    told = {'dsn': DSN, 'traces_sample_rate': 0.2}\n    sentry_sdk.init(**told)\n"
            "app = FastAPI()\n"
        ),
        (
            "import sentry_sdk\nfrom fastapi import FastAPI\n\n"
            "sentry_sdk.init(dsn='https://a@b.example/1', traces_sample_rate=0.1)\napp = FastAPI()\n"
        ),
        {
            "shop/settings.py": (
                "ROOT_URLCONF = 'shop.urls'\nMIDDLEWARE = ['aws_xray_sdk.ext.django.middleware.XRayMiddleware']\n"
            ),
            "shop/urls.py": "urlpatterns = []\n",
            "shop/wsgi.py": "from django.core import wsgi\n\napplication = wsgi.get_wsgi_application()\n",
        },
        {
            "app/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
            "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["opentelemetry-distro[otlp]"]\n',
            "docs/monitoring.md": "# Monitoring\n\nStart it with `opentelemetry-instrument uvicorn app.main:app`.\n",
        },
    ],
    fails=[
        "from fastapi import FastAPI\n\napp = FastAPI()\n",
        {
            "app/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
            "docs/monitoring.md": "# Monitoring\n\nStart it with `opentelemetry-instrument uvicorn app.main:app`.\n",
        },
    ],
    fixed="from fastapi import FastAPI\nfrom opentelemetry.exporter.otlp.proto.grpc.trace_exporter "
    "import OTLPSpanExporter\nfrom opentelemetry.instrumentation.fastapi import "
    "FastAPIInstrumentor\n"
    "from opentelemetry.sdk.trace import TracerProvider\nfrom opentelemetry.sdk.trace.export "
    "import BatchSpanProcessor\n\napp = FastAPI()\nprovider = TracerProvider()\n"
    "provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))\nFastAPIInstrumentor.instrument_app(app)\n",
    partials=[
        (
            "import opentracing\nfrom flask import Flask\nfrom flask_opentracing import FlaskTracing\n\n"
            "app = Flask(__name__)\nFlaskTracing(opentracing.tracer, True, app)\n"
        ),
        {
            "shop/settings.py": (
                "import environ\n\nenv = environ.Env()\nROOT_URLCONF = 'shop.urls'\n"
                "MIDDLEWARE = ['shop.middleware.Own']\n"
                "USE_TRACES = env.bool('USE_TRACES', default=False)\nif USE_TRACES:\n"
                "    MIDDLEWARE.insert(0, 'elasticapm.contrib.django.middleware.TracingMiddleware')\n"
            ),
            "shop/urls.py": "urlpatterns = []\n",
            "shop/wsgi.py": "from django.core import wsgi\n\napplication = wsgi.get_wsgi_application()\n",
        },
        (
            "import environ\nimport sentry_sdk\nfrom fastapi import FastAPI\n\nenv = environ.Env()\n"
            "sentry_sdk.init(dsn=env('DSN'), traces_sample_rate=env.float('RATE', default=0.0))\napp = FastAPI()\n"
        ),
        {
            # What sets spans up is the tree's own, and takes none of them anywhere.
            "app/main.py": (
                "from fastapi import FastAPI\nfrom opentelemetry.instrumentation.fastapi import FastAPIInstrumentor\n\n"
                "from app.spans import setup_tracing\n\napp = FastAPI()\n\n\ndef start():\n    setup_tracing('shop')\n"
                "    FastAPIInstrumentor.instrument_app(app)\n\n\nstart()\n"
            ),
            "app/spans.py": "def setup_tracing(name):\n    return name\n",
        },
        {
            "shop/settings.py": (
                "import os\n\nROOT_URLCONF = 'shop.urls'\nMIDDLEWARE = []\n"
                "if os.environ.get('TRACE', 'no') == 'yes':\n"
                "    MIDDLEWARE = ['aws_xray_sdk.ext.django.middleware.XRayMiddleware'] + MIDDLEWARE\n"
            ),
            "shop/urls.py": "urlpatterns = []\n",
            "shop/wsgi.py": "from django.core import wsgi\n\napplication = wsgi.get_wsgi_application()\n",
        },
        (
            "from fastapi import FastAPI\nfrom opentelemetry import trace\n"
            "from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter\n"
            "from opentelemetry.sdk.trace import TracerProvider\n"
            "from opentelemetry.sdk.trace.export import BatchSpanProcessor\n\napp = FastAPI()\n"
            "provider = TracerProvider()\nprovider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))\n"
            "tracer = trace.get_tracer(__name__)\n\n\n@app.get('/orders')\ndef orders():\n"
            "    with tracer.start_as_current_span('orders'):\n        return []\n"
        ),
        (
            "from fastapi import FastAPI\nfrom opentelemetry.instrumentation.fastapi import "
            "FastAPIInstrumentor\n\napp = FastAPI()\nFastAPIInstrumentor.instrument_app(app)\n"
        ),
        (
            "import sentry_sdk\nfrom fastapi import FastAPI\n\n"
            "sentry_sdk.init(dsn='https://a@b.example/1', traces_sample_rate=0.0)\napp = FastAPI()\n"
        ),
    ],
    ignores=["def add(a, b):\n    return a + b\n"],
)
def tracing(repo: Repo) -> Judgement:
    """A tracer that exports and instruments passes.

    One half, one that nothing reaches, or one that samples nothing is partial.
    """
    if not (repo.services.is_server or repo.services.is_worker):
        return not_applicable("Neither a server nor a worker.")
    return advised(_judged(repo), fix=_fix(repo))


def _fix(repo: Repo) -> str:
    """The control's own fix with what instruments the repository's framework; of several the first."""
    literal = next((literal for name, literal in _INSTRUMENTS if name in repo.routes.frameworks), "")
    exporter = "`provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))`"
    if literal:
        return f"Install an exporter and instrument the framework: {exporter} and `{literal}`."
    if repo.routes.frameworks or repo.services.is_server:
        return "Start the service by `opentelemetry-instrument`, with `opentelemetry-distro[otlp]` installed."
    if "celery" in repo.services.queues:
        return f"Install an exporter and instrument the queue: {exporter} and `CeleryInstrumentor().instrument()`."
    span = "`with tracer.start_as_current_span(...)`"
    return f"Install an exporter, {exporter}, and begin a span for each message: {span}."


def _judged(repo: Repo) -> Judgement:
    room = repo.observability
    whole = [item.evidence for item in room.tracers if item.is_reached and item.is_on]
    if whole:
        return passed("Requests are traced.", *whole[:5])
    exporters = [item.evidence for item in room.trace_exporters if item.is_reached]
    instruments = [item.evidence for item in room.trace_instrumentations if item.is_reached]
    if exporters and instruments:
        return passed("The framework is instrumented, and spans are exported.", *exporters[:2], *instruments[:3])
    if room.documented_agents:
        return passed("An agent that the documentation names traces the requests.", *room.documented_agents)
    by_hand = [item.evidence for item in room.own_spans if item.is_reached]
    if exporters and by_hand and "middleware" in by_hand[0].path:
        return passed(
            "Middleware of the service's own writes spans, and they are exported.", *exporters[:2], *by_hand[:2]
        )
    if exporters and by_hand:
        return partial(
            "Spans are exported and written by hand in places; the framework writes none.",
            *exporters[:2],
            *by_hand[:3],
            score=_BY_HAND,
        )
    if exporters:
        return partial("Spans are exported, but the framework writes none.", *exporters[:5])
    if instruments:
        return partial("The framework is instrumented, but no exporter takes the spans out.", *instruments[:5])
    dormant = [*room.tracers, *room.trace_exporters, *room.trace_instrumentations]
    if dormant:
        return partial(
            "Tracing is set up, but off by default or reached by nothing.", *(item.evidence for item in dormant[:5])
        )
    what = "Requests" if repo.services.is_server else "Jobs"
    return failed(f"{what} are not traced.", looked_in=["tracing libraries", "Sentry performance", "start commands"])
