"""What tells operators how the service is doing.

Metrics, traces, logs, reported errors, and whether each leaves the process.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from readiness_bot.facts.values import Const, Format, Index, Invoke, Mapping, Name, Value
from readiness_bot.model import Evidence
from readiness_bot.repo.defaults import default_of, entries
from readiness_bot.repo.dependencies import Dependencies
from readiness_bot.repo.deployment import Deployment
from readiness_bot.repo.documents import Documents
from readiness_bot.repo.images import run_text
from readiness_bot.repo.modules import CallSite, DefinitionSite, Module
from readiness_bot.repo.python import Python, matcher
from readiness_bot.repo.routes import Routes
from readiness_bot.repo.services import Services, Setting
from readiness_bot.repo.wiring import Wiring


@dataclass(frozen=True, slots=True)
class Signal:
    """Something that makes or sends telemetry.

    `is_reached` says that running code leads to it, `is_on` that it is not switched off by default.
    """

    evidence: Evidence
    is_reached: bool
    is_on: bool = True


_METRIC_OBJECTS = matcher(
    "prometheus_client.Counter",
    "prometheus_client.Gauge",
    "prometheus_client.Histogram",
    "prometheus_client.Summary",
    "prometheus_client.Info",
    "prometheus_client.Enum",
    "prometheus_client.metrics.*",
    "prometheus_client.core.*",
    "aioprometheus.Counter",
    "aioprometheus.Gauge",
    "aioprometheus.Histogram",
    "opentelemetry.metrics.get_meter",
    "opentelemetry.metrics.get_meter_provider().get_meter",
    "opentelemetry.metrics.get_meter().create_counter",
)
_METRIC_EXPORTS = matcher(
    "prometheus_client.generate_latest",
    "prometheus_client.exposition.generate_latest",
    "prometheus_client.start_http_server",
    "prometheus_client.start_wsgi_server",
    "prometheus_client.make_asgi_app",
    "prometheus_client.make_wsgi_app",
    "prometheus_client.push_to_gateway",
    "prometheus_client.pushadd_to_gateway",
    "prometheus_client.exposition.make_wsgi_app",
    "prometheus_client.MetricsHandler",
    "prometheus_client.write_to_textfile",
    "prometheus_client.multiprocess.MultiProcessCollector",
    "prometheus_fastapi_instrumentator.Instrumentator().expose",
    "prometheus_fastapi_instrumentator.Instrumentator().instrument().expose",
    "prometheus_flask_exporter.PrometheusMetrics",
    "prometheus_flask_exporter.PrometheusMetrics().init_app",
    "prometheus_flask_exporter.PrometheusMetrics().start_http_server",
    "prometheus_flask_exporter.PrometheusMetrics.for_app_factory().init_app",
    "prometheus_flask_exporter.PrometheusMetrics.for_app_factory().start_http_server",
    "prometheus_flask_exporter.RESTfulPrometheusMetrics",
    "prometheus_flask_exporter.multiprocess.*",
    "starlette_exporter.handle_metrics",
    "starlette_prometheus.metrics",
    "django_prometheus.exports.ExportToDjangoView",
    "statsd.StatsClient",
    "statsd.TCPStatsClient",
    "statsd.Connection",
    "statsd.Connection.*",
    "statsd.defaults.env.statsd.*",
    "statsd.defaults.django.statsd.*",
    "datadog.initialize",
    "datadog.DogStatsd",
    "datadog.dogstatsd.DogStatsd",
    "datadog.statsd.*",
    "aioprometheus.render",
    "aioprometheus.asgi.*",
    "aioprometheus.Service().start",
    "aioprometheus.service.Service().start",
    "aioprometheus.pusher.Pusher",
    "opentelemetry.exporter.otlp.proto.grpc.metric_exporter.*",
    "opentelemetry.exporter.otlp.proto.http.metric_exporter.*",
    "opentelemetry.sdk.metrics.export.PeriodicExportingMetricReader",
    "opentelemetry.exporter.prometheus.PrometheusMetricReader",
    "azure.monitor.opentelemetry.configure_azure_monitor",
    "logfire.configure",
    "newrelic.agent.initialize",
    "elasticapm.contrib.*",
    "influxdb.InfluxDBClient().write_points",
    "influxdb_client.InfluxDBClient().write_api().write",
    "aws_embedded_metrics.metric_scope",
    "aws_lambda_powertools.Metrics",
    "graphyte.init",
    "statsd.StatsClient.*",
    "markus.configure",
    "telegraf.TelegrafClient",
    "django_statsd.*",
    "ddtrace.patch_all",
    "uwsgi.metric_*",
    "sanic_prometheus.monitor",
    "litestar.plugins.prometheus.PrometheusController",
    "prometheus_async.*",
    "aiodogstatsd.Client",
    "aiodogstatsd.contrib.*",
    "collectd.register_read",
    "gds_metrics.GDSMetrics",
    "gds_metrics.GDSMetrics().init_app",
)
_OF_THE_SERVICE = re.compile(
    r"[/^]*((api|v\d+|internal|private|system|admin|management|actuator|monitor(ing)?|service|status|ops|app|_[\w-]*|-|\{\w*\})/)*"
    r"[\w.-]*(metrics|prometheus)"
)
"""Where the figures of the service itself are served, rather than those of what it is about: `/reports/metrics`."""

_METRIC_LIBRARY = re.compile(r"(prometheus|aioprometheus|opentelemetry|starlette_(exporter|prometheus)|statsd|psutil)")
_PUTS = ("put_metric_data", "create_time_series", "track_metric", "submit_metrics")
"""What clients of clouds call the sending of figures."""

_EXPOSITION = re.compile(r"# (HELP|TYPE) \S")
_METRIC_MIDDLEWARE = re.compile(r"prometheus|statsd|metrics", re.IGNORECASE)
_OF_ONE_THING = re.compile(r"[{<]\w.*/")
"""A path below a named parameter: the figures of one of the product's things, not of the service."""
_METRIC_APPS = ("watchman_metrics", "django_statsd", "elasticapm.contrib.django")
_AGENTS = re.compile(
    r"\b(opentelemetry-instrument|ddtrace-run|newrelic-admin|elasticapm-run|logfire run|"
    r"scout-apm|appdynamics|instana)\b"
)
_COUNTING = (
    "send", "incr", "increment", "inc", "timing", "timer", "gauge", "histogram", "count", "counter", "observe", "emit",
    "record",
)  # fmt: skip
_OWN_METRICS = re.compile(
    r":\w*(Metrics?|StatsD?(Logger|Client|Reporter)|Statsd)(Client|Logger|Reporter|Sink)?\(\)$|^[a-z]\w*(\.\w+)*\.statsd$"
)
"""An object that counts, of an own class or as another package hands it out: where it sends is chosen there."""
_OFTEN = 5
"""So many calls show that counting is the service's habit."""
_HISTORY = re.compile(r"(^|/)(change|history|news|release)[^/]*$", re.IGNORECASE)
_AGENT_PACKAGES = ("opentelemetry-distro", "ddtrace", "newrelic", "elastic-apm", "logfire", "scout-apm")

_SAMPLING = ("enable_tracing", "traces_sample_rate", "traces_sampler", "profiles_sample_rate")
"""What turns the tracing of Sentry on, what decides alone first."""
_TRACE_EXPORTERS = matcher(
    "opentelemetry.exporter.otlp.proto.grpc.trace_exporter.*",
    "opentelemetry.exporter.otlp.proto.http.trace_exporter.*",
    "opentelemetry.exporter.otlp.trace_exporter.*",
    "opentelemetry.exporter.jaeger.*",
    "opentelemetry.exporter.zipkin.*",
    "opentelemetry.exporter.cloud_trace.*",
    "opentelemetry.exporter.gcp.*",
    "azure.monitor.opentelemetry.*",
    "jaeger_client.Config",
    "opencensus.ext.*",
    "google.cloud.trace_v1.*",
    "langfuse.otel.*",
    "opentelemetry.exporter.datadog.*",
)
_TRACE_INSTRUMENTORS = re.compile(
    r"^opentelemetry\.instrumentation\.(fastapi|starlette|flask|django|aiohttp_server|asgi|"
    r"wsgi|tornado|falcon|pyramid|celery|sanic|grpc|auto_instrumentation)\b"
)
_WHOLE_TRACERS = matcher(
    "ddtrace.patch_all",
    "ddtrace.patch",
    "ddtrace.auto",
    "newrelic.agent.initialize",
    "elasticapm.contrib.flask.ElasticAPM",
    "elasticapm.contrib.starlette.ElasticAPM",
    "logfire.instrument_fastapi",
    "logfire.instrument_flask",
    "logfire.instrument_django",
    "logfire.instrument_starlette",
    "aws_xray_sdk.ext.flask.middleware.XRayMiddleware",
    "azure.monitor.opentelemetry.configure_azure_monitor",
    "osprofiler.web.WsgiMiddleware",
    "scout_apm.*",
    "ddtrace.contrib.*",
    "flask_opentracing.FlaskTracing",
    "aws_lambda_powertools.Tracer",
)
_OPENTRACING = re.compile(r"(flask|django)_opentracing\.")
_TRACERS_OF_OPENTRACING = (
    "jaeger_client",
    "lightstep",
    "basictracer",
    "py_zipkin",
    "zipkin_ot",
    "ddtrace.opentracer",
    "instana",
    "elasticapm.contrib.opentracing",
    "opentelemetry.shim.opentracing_shim",
)
_IN_FUNCTIONS = matcher(
    "aws_xray_sdk.core.patch", "aws_xray_sdk.core.patch_all", "aws_xray_sdk.core.xray_recorder.capture"
)
_TRACING_MIDDLEWARE = re.compile(
    r"aws_xray_sdk\.ext\.django\.|elasticapm\.contrib\.django\.middleware\.Tracing|ddtrace\.contrib\.django\."
    r"|django_opentracing\.|opencensus\.ext\.django\."
)
"""Middleware of Django's settings that traces every request and sends the spans itself."""
_ASKS_ENVIRONMENT = re.compile(r"environ\b|getenv|\benv\b")
_IS_SETTING = re.compile(r"[A-Z][A-Z0-9_]{3,}")
_SENTRY = frozenset(
    {"sentry_sdk.init", "sentry_sdk.client.Client", "sentry_sdk.api.init", "fillmore.libsentry.set_up_sentry"}
)
_SETTING_UP = r"(set_?up|init(iali[sz]e)?|configure|install)"
_SETS_UP_TRACKER = re.compile(
    rf"[\w.]+\.{_SETTING_UP}_(sentry|rollbar|bugsnag|error_tracking)"
    r"|(?!sentry_sdk\b)[\w.]+\.(\w+_)?(?P<tool>sentry|rollbar|bugsnag)(_\w+)?"
    rf"\.({_SETTING_UP}|(?!(capture|report|log|send|get|test)_)\w+_(?P=tool))"
)


def _is_tracker_of_a_library(name: str) -> bool:
    """Whether a function of some library, by its resolved name, is called after setting an error tracker up."""
    return ":" not in name and _SETS_UP_TRACKER.fullmatch(name) is not None


_TRACKERS = matcher(
    "fillmore.libsentry.set_up_sentry",
    "sentry_sdk.init",
    "sentry_sdk.api.init",
    "raven.Client",
    "raven.contrib.flask.Sentry",
    "rollbar.init",
    "bugsnag.configure",
    "honeybadger.honeybadger.configure",
    "honeybadger.configure",
    "airbrake.Notifier",
    "newrelic.agent.initialize",
    "elasticapm.Client",
    "elasticapm.contrib.flask.ElasticAPM",
    "elasticapm.contrib.starlette.make_apm_client",
    "appsignal.Appsignal",
    "google.cloud.error_reporting.Client",
    "raygun4py.raygunprovider.*",
    "raygun4py.middleware.*",
    "pybrake.*",
    "raven.contrib.django.*",
    "rollbar.contrib.*",
    "bugsnag.flask.handle_exceptions",
    "posthog.Posthog_exceptions",
    "raven.contrib.tornado.*",
    "raven.contrib.celery.*",
    "highlight_io.H",
    "honeybadger.contrib.*",
    "glitchtip.*",
    "azure.monitor.opentelemetry.configure_azure_monitor",
    "logfire.configure",
)
_TRACKING_APPS = re.compile(r"(raven|elasticapm|rollbar|honeybadger|bugsnag|raygun4py)\.")
"""Applications and middleware of Django's that report errors, by the libraries that they come with."""
_TRACKING_HANDLER = re.compile(
    r"(raven\.|sentry_sdk\.integrations\.logging\.|rollbar\.logger\.|bugsnag\.handlers|elasticapm\.handlers\.)"
    r"[\w.]*Handler$"
)
"""Handlers of logging, as settings name them, that send what is logged to an error tracker."""
_SETS_UP_LOGGING = re.compile(
    r"_*(set_?up|configure|config|init(ialize|ialise)?)_?(logging|loggers?|logs)$", re.IGNORECASE
)
_LOGGING_MODULE = re.compile(r"(^|[._])(logging|logger|logs?)([._]|$)")
_CENTRAL_LOGGING = matcher(
    "oslo_log.log.setup",
    "logging.config.dictConfig",
    "logging.config.fileConfig",
    "structlog.configure",
    "structlog.configure_once",
    "loguru.logger.add",
    "loguru.logger.configure",
    "pythonjsonlogger.*",
    "google.cloud.logging.Client().setup_logging",
    "ecs_logging.StdlibFormatter",
    "json_log_formatter.*",
    "logmatic.*",
    "logzero.json",
    "logzero.logfile",
    "logzero.setup_default_logger",
    "json_logging.init_fastapi",
    "json_logging.init_flask",
    "json_logging.init_request_instrument",
    "watchtower.CloudWatchLogHandler",
    "logging_loki.*",
    "aws_lambda_powertools.Logger",
    "logfire.configure",
    "daiquiri.setup",
    "coloredlogs.install",
    "logging.config.listen",
    "asgi_correlation_id.*",
    "picologging.config.dictConfig",
    "verboselogs.install",
    "dynaconf_logging",
    "structlog.stdlib.recreate_defaults",
    "litestar.plugins.structlog.StructlogPlugin",
    "litestar.contrib.structlog.StructlogPlugin",
)
_STRUCTURED = (
    "pythonjsonlogger.*",
    "json_log_formatter.*",
    "logmatic.*",
    "ecs_logging.*",
    "structlog.stdlib.ProcessorFormatter",
)
_SEVERAL = 3
"""From so many modules on that import it, one that keeps a logger is the place where a tree keeps its logging."""
_ROOT_LOGGER = frozenset(
    {
        "logging.getLogger().addHandler",
        "logging.root.addHandler",
        "logging.getLogger().handlers.append",
        "logging.getLogger().setLevel",
    }
)
_APPLICATION_LOGGER = re.compile(r"(^|[?:.])(app|application)\.logger\.addHandler$")
"""The logger of an application that was handed in, by the name that everybody gives it."""
_CORRELATION = matcher(
    "asgi_correlation_id.*",
    "structlog.contextvars.bind_contextvars",
    "django_guid.*",
    "flask_log_request_id.*",
    "opentelemetry.instrumentation.logging.LoggingInstrumentor*",
    "starlette_context.plugins.RequestIdPlugin",
    "starlette_context.plugins.CorrelationIdPlugin",
    "log_request_id.*",
    "django_structlog.*",
    "aws_lambda_powertools.Logger().inject_lambda_context",
    "fastapi_correlation_id.*",
    "django_cid.*",
    "cid.*",
    "oslo_middleware.request_id.*",
    "oslo_middleware.RequestId",
    "oslo_middleware.correlation_id.*",
    "safir.dependencies.logger.logger_dependency",
    "safir.dependencies.gafaelfawr.auth_logger_dependency",
)
_REQUEST_ID = re.compile(
    (
        r"x[-_](request|correlation|trace|amzn[-_]trace)[-_]id|\brequest[-_]u?uid\b|(^|[._])(request|correlation|"
        r"trace)_?id($|[._()])|traceparent"
    ),
    re.IGNORECASE,
)
_ID_HEADER = re.compile(
    r"x[-_](request|correlation|trace|amzn[-_]trace)[-_]id|\brequest[-_]u?uid\b|traceparent", re.IGNORECASE
)
_CARRIES_IDS = re.compile(
    r"header|request|response|environ|context|state|local|record|bind|scope|extra|(^|[ .:?])(g|ctx|setattr|getattr)\b",
    re.IGNORECASE,
)
"""What an id of a request travels in; a field called so in data from elsewhere is none."""
_LOG_CONFIG = re.compile(r"--log-config(-json)?\b")
_LOG_SETTINGS = ("logconfig", "logconfig_dict", "logconfig_json")
"""The settings by which gunicorn configures all logging."""
_JOB_ID = re.compile(r"(^|[.:?_])(task|job|run)_?id\.get$", re.IGNORECASE)
_OF_THINGS = re.compile(r"[<{]([a-z]+:)?\w*request_?id[>}:]", re.IGNORECASE)
_ID_NAME = re.compile(r"(request|correlation|trace)_?id", re.IGNORECASE)
_ID_IN_LOG = re.compile(
    (
        r"%\((request|correlation|trace)_?id\)|\{(extra\[)?(request|correlation|trace)_?id|"
        r"(request|correlation|trace)_?id="
    ),
    re.IGNORECASE,
)


def _is_nothing(value: Value | None) -> bool:
    return isinstance(value, Const) and value.value is None


class Observability:
    """Questions about metrics, traces, logs and error reports."""

    LOOKS = "telemetry libraries and their set-up"

    def __init__(
        self,
        python: Python,
        routes: Routes,
        services: Services,
        wiring: Wiring,
        deployment: Deployment,
        dependencies: Dependencies,
        documents: Documents,
    ) -> None:
        self._python = python
        self._routes = routes
        self._services = services
        self._wiring = wiring
        self._deployment = deployment
        self._dependencies = dependencies
        self._documents = documents

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    # -- what is reached -------------------------------------------------------------------------------------------

    def _signal(self, site: CallSite, detail: str, *, is_on: bool = True) -> Signal:
        return Signal(Evidence(site.module.path, site.call.line, detail), self._is_reached(site), is_on)

    def _is_reached(self, site: CallSite) -> bool:
        """Whether running code leads to the call: its module runs, and so does the function around it."""
        if not self._wiring.runs(site.module):
            return False
        function = site.function
        if function is None:
            return True
        index = next(index for index, item in enumerate(site.module.facts.definitions) if item is function)
        if self._wiring.is_used(DefinitionSite(site.module, index, function)):
            return True
        # What settings define is called by way of them: `settings.START_TRACKER(dsn)`.
        return bool(self._services.is_django and any(self._python.calls(f"django.conf.settings.{function.qualname}")))

    def _calls(self, matches: Callable[[str], bool]) -> Iterator[CallSite]:
        return self._python.calls_named(matches)

    @cached_property
    def agents(self) -> tuple[Signal, ...]:
        """Agents that the started command puts around the service."""
        found = []
        for one in self._deployment.started_commands:
            words = " ".join((*one.command.agents, one.command.server, one.target, *one.command.arguments))
            match = _AGENTS.search(words)
            if match:
                found.append(Signal(Evidence(one.path, one.line, f"started under `{match.group(1)}`"), True))
        for built in self._deployment.service_images:
            for instruction in (built.image.entrypoint, built.image.cmd):
                match = _AGENTS.search(run_text(instruction)) if instruction is not None else None
                if instruction is not None and match:
                    found.append(
                        Signal(Evidence(built.path, instruction.line, f"started under `{match.group(1)}`"), True)
                    )
        return tuple(dict.fromkeys(found))

    @cached_property
    def documented_agents(self) -> tuple[Evidence, ...]:
        """Where the documentation starts the service under an agent that the project depends on."""
        if not self._dependencies.declares(*_AGENT_PACKAGES):
            return ()
        return tuple(
            Evidence(document.path, line, f"{section.title or document.title}: started under an agent")
            for document in self._documents.all
            if not _HISTORY.search(document.path)
            for section, line in document.saying(_AGENTS.pattern)
        )[:3]

    # -- metrics ---------------------------------------------------------------------------------------------------

    @cached_property
    def metrics(self) -> tuple[Signal, ...]:
        """Metrics that are defined or counted by middleware."""
        found = [self._signal(site, f"`{_short(site.name)}`") for site in self._calls(_METRIC_OBJECTS)]
        found += [
            Signal(Evidence(item.location.path, item.location.line, f"middleware `{_short(item.name)}`"), True)
            for item in self._services.middleware
            if _METRIC_MIDDLEWARE.search(item.name.rpartition(".")[2]) and "django_prometheus" in item.name
        ]
        return tuple(found)

    @cached_property
    def own_metrics(self) -> tuple[Evidence, ...]:
        """Where running code counts through a class of the tree that is called after metrics, if it does so often."""
        found = [
            Evidence(site.module.path, site.call.line, f"`{_short(site.name)}`")
            for site in self._python.calls_of(*_COUNTING)
            if _OWN_METRICS.search(site.name.rpartition(".")[0])
            and site.call.args
            and isinstance(site.call.args[0], Const | Format)
            and self._wiring.runs(site.module)
        ]
        return tuple(found) if len(found) >= _OFTEN else ()

    @cached_property
    def metric_exports(self) -> tuple[Signal, ...]:
        """What takes metrics out of the process: an endpoint, a push, an agent."""
        found = [
            self._signal(site, f"`{_short(site.name)}`")
            for site in self._calls(_METRIC_EXPORTS)
            if not (site.name.endswith("for_app_factory().init_app") and self._serves_no_path)
            and not (site.last == "PrometheusMetrics" and _is_nothing(site.call.keyword("path")))
            and not (site.last == "GDSMetrics" and self._is_wired_by_name)
        ]
        found += self._set_up_elsewhere
        found += self._django_exports()
        for route in self._routes.all:
            path = route.path.rstrip("/")
            served = path.endswith(("/metrics", "/prometheus")) and not _OF_ONE_THING.search(path)
            of_service = _OF_THE_SERVICE.fullmatch(path) is not None or self._speaks_of_metrics(route.module)
            if served and of_service and "GET" in route.methods and not self._has_below(path):
                found.append(
                    Signal(Evidence(route.location.path, route.location.line, f"route `{route.path}`"), route.is_wired)
                )
        if not any(one.is_reached for one in found):
            found += self._written_out()
            found += [self._signal(site, f"`{site.last}`") for site in self._python.calls_of(*_PUTS)]
        for text, setting in self._services.listed("INSTALLED_APPS"):
            if text in _METRIC_APPS:
                found.append(Signal(Evidence(setting.module.path, setting.line, f"`{text}` installed"), True))
        found += [
            self._signal(site, f"`{value.value}` installed")
            for site in self._python.calls_of("append")
            for value in site.call.args
            if isinstance(value, Const) and value.value in _METRIC_APPS
        ]
        found += [
            Signal(Evidence(one.path, one.line, f"`{one.command.server}` is started with `{option}`"), True)
            for one in self._deployment.started_commands
            if (option := next((word for word in one.command.arguments if word.startswith("--statsd-host")), ""))
        ]
        return (*found, *self.agents)

    @cached_property
    def _serves_no_path(self) -> bool:
        """Whether the exporter of Flask is told to serve no path of the application: it needs a port of its own."""
        return any(
            _is_nothing(site.call.argument(0, "path"))
            for site in self._python.calls("prometheus_flask_exporter.PrometheusMetrics.for_app_factory")
        )

    @cached_property
    def _is_wired_by_name(self) -> bool:
        """Whether an exporter that is only made is given its application in so many words: then that exports."""
        return any(True for _ in self._python.calls("gds_metrics.GDSMetrics().init_app"))

    @cached_property
    def _set_up_elsewhere(self) -> tuple[Signal, ...]:
        """Where a library that is no part of OpenTelemetry sets it up as a whole, metrics and traces."""
        return tuple(self._signal(site, f"`{_short(site.name)}`") for site in self._calls(_is_set_up_of_library))

    def _written_out(self) -> Iterator[Signal]:
        """Where code of the service's own writes figures in the format that Prometheus reads."""
        for site in self._python.all_calls:
            if any(_EXPOSITION.match(text) for value in site.call.args[:2] for text in _beginnings(value)):
                yield self._signal(site, "figures written for Prometheus")
                return

    def _speaks_of_metrics(self, module: Module) -> bool:
        """Whether a module deals with figures of a running program: it imports a library of them, or is called so."""
        return any(_METRIC_LIBRARY.match(item.target) for item in module.facts.imports)

    def _has_below(self, path: str) -> bool:
        """Whether other routes stand below this path: then it is one of the product's resources."""
        return any(route.path.startswith(f"{path}/") and route.path.rstrip("/") != path for route in self._routes.all)

    def _django_exports(self) -> Iterator[Signal]:
        """Where django-prometheus serves what its middleware counts: among the URLs, or on a port of its own."""
        for site in self._python.calls_of("include", "path", "url", "re_path"):
            if any(isinstance(value, Const) and value.value == "django_prometheus.urls" for value in site.call.args):
                yield self._signal(site, "`django_prometheus.urls` is included", is_on=not self._is_off(site))
        for setting in self._services.settings_named("PROMETHEUS_METRICS_EXPORT_*"):
            yield Signal(Evidence(setting.module.path, setting.line, f"`{setting.name}`"), True)

    def _is_off(self, site: CallSite) -> bool:
        """Whether the call stands under a setting that is off by default, and that no document names."""
        names = {guard.rpartition(".")[2] for guard in site.call.guards}
        return any(
            default_of(self._python, setting.value, setting.module).is_on is False
            and not self._documents.names(setting.name)
            for setting in self._services.settings
            if setting.name in names
        )

    # -- traces ----------------------------------------------------------------------------------------------------

    @cached_property
    def tracers(self) -> tuple[Signal, ...]:
        """Set-ups that trace on their own: exporter and instrumentation in one."""
        found = [
            self._signal(site, f"`{_short(site.name)}`", is_on=self._has_tracer or not _OPENTRACING.match(site.name))
            for site in self._calls(_WHOLE_TRACERS)
        ]
        found += self._set_up_elsewhere
        found += self._telemetry_of_library()
        found += self._tracing_of_functions()
        found += [
            Signal(Evidence(module.path, item.line, f"imports `{_short(item.target)}`"), True)
            for module, item in self._python.imports(
                "opentelemetry.instrumentation.auto_instrumentation", "ddtrace.auto"
            )
            if module.path in self._wiring.running
        ]
        found += self._tracing_middleware()
        for site in self._python.calls(*sorted(_SENTRY)):
            options = self._options(site)
            name = next((name for name in _SAMPLING if name in options), "")
            value = options.get(name)
            if value is not None:
                is_on = any(self._truth(told, module) for told, module in self._told(value, site))
                off = "" if is_on else f", with `{name}` off by default"
                found.append(self._signal(site, f"Sentry performance{off}", is_on=is_on))
        return (*found, *self.agents)

    def _told(self, value: Value, site: CallSite) -> list[tuple[Value, Module]]:
        """A value, or what the callers of the function around tell the parameter that it is."""
        name = value.name.removeprefix("?") if isinstance(value, Name) and value.name.startswith("?") else ""
        handed = [
            (given, caller.module) for caller, given in self._python.handed_values(site, name) if given is not None
        ]
        return handed or [(value, site.module)]

    @cached_property
    def _has_tracer(self) -> bool:
        """Whether something that traces is used at all: what only speaks OpenTracing takes spans nowhere by itself."""
        return any(True for _ in self._python.imports(*_TRACERS_OF_OPENTRACING))

    def _options(self, site: CallSite) -> dict[str, Value]:
        """What a call is told by name, what a mapping holds that it is handed by `**` among it."""
        options: dict[str, Value] = {}
        for name, value in site.call.keywords:
            if name != "**":
                options[name] = value
                continue
            for key, item in (pair for mapping in self._handed(value, site) for pair in entries(mapping)):
                options.setdefault(key, item)
        return options

    def _handed(self, value: Value, site: CallSite) -> Iterator[Value]:
        """The mappings that `**` may hand on: one that stands there, a variable's, a setting's or what a call gives."""
        if isinstance(value, Mapping):
            yield value
            return
        yield from site.module.bound_to(_name_of(value), site.call.scope)
        key: object = _name_of(value).rpartition(".")[2]
        if isinstance(value, Index):
            key = next((item.value for item in value.items if isinstance(item, Const)), "")
        elif isinstance(value, Invoke):
            own = self._python.definition(value.name, site.module)
            if own is not None and own.definition.kind == "function":
                yield from (item.value for item in own.module.facts.returns if item.scope == own.index)
        if isinstance(key, str) and _IS_SETTING.fullmatch(key):
            yield from (setting.value for setting in self._services.settings_named(key))

    def _tracing_of_functions(self) -> Iterator[Signal]:
        """What X-Ray is told to watch in functions, where the platform begins and sends the segments by itself."""
        computes = self._deployment.computes
        if computes and all(one.is_function for one in computes):
            yield from (self._signal(site, f"`{_short(site.name)}`") for site in self._calls(_IN_FUNCTIONS))

    def _tracing_middleware(self) -> Iterator[Signal]:
        """Tracers that Django's settings name: off where the environment must ask for them first."""
        for item in self._services.middleware:
            if _TRACING_MIDDLEWARE.match(item.name):
                is_on = not any(self._must_be_asked_for(guard, item.module) for guard in item.guards)
                place = Evidence(item.location.path, item.location.line, f"middleware `{_short(item.name)}`")
                yield Signal(place, True, is_on)

    def _must_be_asked_for(self, guard: str, module: Module) -> bool:
        """Whether a condition holds only where the environment says so, be it by a setting that is off without it."""
        if _ASKS_ENVIRONMENT.search(guard):
            return True
        is_setting = _IS_SETTING.fullmatch(guard.lstrip("!:").rpartition(".")[2]) is not None
        return is_setting and not guard.startswith("!") and default_of(self._python, Name(guard), module).is_on is False

    def _decorating(self, matches: Callable[[str], bool]) -> Iterator[Signal]:
        """The plain decorators of such names around functions that running code leads to."""
        for site in self._python.functions:
            for item in site.definition.decorators:
                name = self._python.identify(item.name, site.module) if isinstance(item, Name) else ""
                if name and matches(name):
                    runs = self._wiring.runs(site.module) and self._wiring.is_used(site)
                    yield Signal(Evidence(site.module.path, site.definition.line, f"`{_short(name)}`"), runs)

    def _telemetry_of_library(self) -> Iterator[Signal]:
        """Where a library that also instruments the application sets its telemetry up: `shoplib.telemetry.setup_…`."""
        sites = tuple(self._calls(lambda name: _TELEMETRY_OF_LIBRARY.match(name) is not None))
        instrumenting = {site.name.rpartition(".")[0] for site in sites if site.last.startswith("instrument")}
        for site in sites:
            if not site.last.startswith("instrument") and site.name.rpartition(".")[0] in instrumenting:
                yield self._signal(site, f"`{_short(site.name)}`")

    def _truth(self, value: Value, module: Module) -> bool:
        """Whether a value is on by default; a setting's own default decides, what nobody can read counts as on."""
        constant = self._default(value, module)
        if isinstance(constant, str):
            return constant.strip().lower() not in ("", "0", "0.0", "false", "no", "off")
        return True if constant is None else bool(constant)

    def _default(self, value: Value, module: Module, depth: int = 0) -> str | int | float | bool | None:
        if depth > 5:
            return None
        if isinstance(value, Const):
            return value.value
        if isinstance(value, Name):
            found = self._python.assignment(value.name, module)
            return (
                self._default(found[1].value, found[0], depth + 1)
                if found is not None
                else self._python.constant(value, module)
            )
        if isinstance(value, Invoke) and value.call >= 0:
            call = module.facts.calls[value.call]
            last = call.last
            if (
                last
                in (
                    "get",
                    "getenv",
                    "config",
                    "float",
                    "int",
                    "bool",
                    "parse_boolean",
                    "strtobool",
                    "env",
                    "str",
                    "Field",
                )
                or "bool" in last
                or "float" in last
            ):
                # `env.float("RATE", default=0)` reads a variable; `float(text)` converts.
                reads = call.has("default") or (len(call.args) > 1 and "." in call.name)
                if reads or last in ("get", "getenv", "config", "env"):
                    default = call.argument(1, "default")
                    return self._default(default, module, depth + 1) if default is not None else None
                return self._default(call.args[0], module, depth + 1) if call.args else None
        return None

    @cached_property
    def trace_exporters(self) -> tuple[Signal, ...]:
        """Exporters that take spans out of the process, and what a library of others sets up for them."""
        made = (
            site
            for site in self._calls(_TRACE_EXPORTERS)
            if site.last[:1].isupper() or site.last.startswith("configure")
        )
        brought = self._python.calls_named(_is_set_up_of_tracing)
        return tuple(self._signal(site, f"`{_short(site.name)}`") for site in (*made, *brought))

    @cached_property
    def trace_instrumentations(self) -> tuple[Signal, ...]:
        """What makes the framework write spans."""
        return tuple(
            self._signal(site, f"`{_short(site.name)}`")
            for site in self._python.all_calls
            if site.last in ("instrument_app", "instrument", "OpenTelemetryMiddleware", "instrument_all")
            and _TRACE_INSTRUMENTORS.match(site.name)
        )

    @cached_property
    def own_spans(self) -> tuple[Signal, ...]:
        """Where the code begins spans itself, those around every request first."""
        found = sorted(
            self._python.calls_of("start_as_current_span", "start_span"),
            key=lambda site: (
                "middleware" not in f"{site.module.path} {site.function and site.function.name}",
                site.location,
            ),
        )
        return tuple(self._signal(site, f"`{site.last}`") for site in found)

    # -- error reports ---------------------------------------------------------------------------------------------

    @cached_property
    def error_trackers(self) -> tuple[Signal, ...]:
        """Where an error tracker is initialised."""
        return (
            *(self._signal(site, f"`{_short(site.name)}`") for site in self._calls(_TRACKERS)),
            *(self._signal(site, f"`{_short(site.name)}`") for site in self._calls(_is_tracker_of_a_library)),
            *self._decorating(_is_tracker_of_a_library),
            *(
                agent
                for agent in self.agents
                if "newrelic" in agent.evidence.detail or "ddtrace" in agent.evidence.detail
            ),
            *self._tracking_apps(),
            *self._tracking_handlers(),
        )

    def _tracking_handlers(self) -> Iterator[Signal]:
        """Handlers that send what is logged to an error tracker, where the settings of logging name one."""
        for module in self._python.production:
            for text, line in module.facts.strings:
                if _TRACKING_HANDLER.match(text):
                    runs = module.path in self._wiring.running
                    yield Signal(Evidence(module.path, line, f"logs to `{_short(text)}`"), runs)

    def _tracking_apps(self) -> Iterator[Signal]:
        """Error trackers that Django is told of as applications or middleware."""
        for text, setting in self._services.listed("INSTALLED_APPS"):
            if _TRACKING_APPS.match(text):
                yield Signal(Evidence(setting.module.path, setting.line, f"`{text}` installed"), True)
        for item in self._services.middleware:
            if _TRACKING_APPS.match(item.name):
                place = Evidence(item.location.path, item.location.line, f"middleware `{_short(item.name)}`")
                yield Signal(place, True)

    # -- logs ------------------------------------------------------------------------------------------------------

    @cached_property
    def central_logging(self) -> tuple[Signal, ...]:
        """Where logging is configured as a whole, or made structured."""
        found = [
            self._signal(site, f"`{_short(site.name)}`")
            for site in self._calls(_CENTRAL_LOGGING)
            if site.call.decorates < 0
        ]
        found += [self._signal(site, f"`{_short(site.name)}`") for site in self._calls(_is_logging_of_library)]
        for klass in self._python.classes:
            if self._python.descends_from(klass, *_STRUCTURED) and self._wiring.is_used(klass):
                place = Evidence(klass.module.path, klass.definition.line, f"formatter `{klass.definition.name}`")
                found.append(Signal(place, True))
        for site in self._python.calls(*sorted(_ROOT_LOGGER)):
            if site.last in ("addHandler", "append") and self._is_root_logger(site):
                found.append(self._signal(site, "a handler of the root logger"))
        for site in self._python.calls_of("addHandler"):
            if site.function is not None and re.search(r"root_?log", site.function.name):
                found.append(self._signal(site, f"`{site.function.name}` gives the root logger a handler"))
        found += self._handlers_for_most()
        found += self._configured_by_server()
        found += [
            self._signal(site, "`logging.basicConfig` with handlers of its own")
            for site in self._python.calls("logging.basicConfig")
            if site.call.keyword("handlers") is not None
        ]
        for site in self._python.calls("logging.getLogger"):
            if self._is_whole_tree(site) and self._is_given_handlers(site):
                found.append(self._signal(site, "the handlers of the logger above all of the tree's"))
        for setting in self._services.settings_named("LOGGING", "LOGGING_CONFIG"):
            if not self._services.is_django or self._is_of_libraries_alone(setting):
                continue
            if not isinstance(setting.value, Mapping) or setting.value.keys:
                found.append(
                    Signal(Evidence(setting.module.path, setting.line, f"`{setting.name}` of the settings"), True)
                )
        return tuple(found)

    def _is_of_libraries_alone(self, setting: Setting) -> bool:
        """Whether a configuration of logging has no more than loggers of libraries: not the root's nor one's own."""
        told = setting.value
        if not isinstance(told, Mapping):
            return False
        parts = {key.value: value for key, value in zip(told.keys, told.values, strict=True) if isinstance(key, Const)}
        loggers = parts.get("loggers")
        if "root" in parts or len(parts) < len(told.keys) or not isinstance(loggers, Mapping) or not loggers.keys:
            return False
        names = [key.value if isinstance(key, Const) else "" for key in loggers.keys]
        return all(
            isinstance(name, str)
            and name.partition(".")[0] not in ("", "root", "django", "celery", "gunicorn", "uvicorn")
            and self._python.module_named(name, setting.module.path) is None
            and not any(part == name.partition(".")[0] for path in self._python.modules for part in path.split("/"))
            for name in names
        )

    def _handlers_for_most(self) -> Iterator[Signal]:
        """Where a logger is given handlers that a module keeps by which most others write, whatever it is called."""
        for site in self._python.calls("logging.getLogger().addHandler"):
            if site.call.via.startswith(":") and self._most_import(site.module):
                yield self._signal(site, "a handler of the logger that most modules write by")

    def _most_import(self, module: Module) -> bool:
        others = [one for one in self._python.production if one is not module]
        importing = sum(
            any(
                self._python.module_named(name, one.path) is module
                for item in one.facts.imports
                for name in (item.target, item.target.rpartition(".")[0])
            )
            for one in others
        )
        return importing >= _SEVERAL and 2 * importing >= len(others)

    def _configured_by_server(self) -> Iterator[Signal]:
        """Where the server is started with a configuration of all logging."""
        for site in self._python.calls("uvicorn.run", "uvicorn.Config"):
            given = site.call.keyword("log_config")
            if given is not None and not (isinstance(given, Const) and given.value is None):
                yield self._signal(site, f"`{_short(site.name)}` with a log configuration")
        for path, settings in self._deployment.gunicorn_settings:
            for name in _LOG_SETTINGS:
                told = settings.get(name)
                if told is not None and told.value not in ("", "None", "{}"):
                    yield Signal(Evidence(path, told.line, f"gunicorn's `{name}`"), True)
        for module in self._python.production:
            # A server that the tree's own program makes of gunicorn's parts is told its settings in a mapping.
            if any(item.target.startswith("gunicorn.app.") for item in module.facts.imports):
                for name, scope, line in _told_to_gunicorn(module):
                    is_reached = not self._wiring.is_left_lying(module, scope)
                    yield Signal(Evidence(module.path, line, f"gunicorn's `{name}`"), is_reached)
        for one in self._deployment.started_commands:
            server = one.command.server
            if server and any(_LOG_CONFIG.match(word) for word in one.command.arguments):
                yield Signal(Evidence(one.path, one.line, f"`{server}` is started with a log configuration"), True)
        yield from (Signal(place, True) for place in self._deployment.logging_files)

    def _is_root_logger(self, site: CallSite) -> bool:
        """Whether `getLogger()` was asked for no name, or for the name of the tree's own top package."""
        if site.name.startswith("logging.root"):
            return True
        facts = site.module.facts
        via = site.call.called_on
        for call in facts.calls:
            if (
                call.name == "logging.getLogger"
                and (call.result == via or (not call.result and call.line == site.call.line))
                and self._is_whole_tree(self._python.call_site(site.module, call))
            ):
                return True
        return False

    def _is_whole_tree(self, site: CallSite) -> bool:
        """Whether `getLogger` is asked for the root, or for the logger that all of the tree's own stand below."""
        if not site.call.args:
            return True
        name = self._python.constant(site.call.args[0], site.module)
        return name == "" or (isinstance(name, str) and "." not in name and name == site.module.path.partition("/")[0])

    @staticmethod
    def _is_given_handlers(site: CallSite) -> bool:
        """Whether the logger's handlers are replaced by a list."""
        target = f"{site.call.result}.handlers"
        return bool(site.call.result) and any(item.target == target for item in site.module.facts.assignments)

    @cached_property
    def basic_logging(self) -> tuple[Signal, ...]:
        """Where `logging.basicConfig` or handlers of single loggers are all there is."""
        found = [
            self._signal(site, f"`{_short(site.name)}`")
            for site in self._python.calls(
                "logging.basicConfig",
                "logging.getLogger().addHandler",
                "flask.Flask().logger.addHandler",
                "quart.Quart().logger.addHandler",
                "absl.logging.set_verbosity",
            )
        ]
        found += [
            self._signal(site, f"`{_short(site.name)}`")
            for site in self._python.calls_of("addHandler")
            if _APPLICATION_LOGGER.search(site.call.via or site.call.name) and not site.name.startswith("flask.")
        ]
        found += [
            Signal(Evidence(setting.module.path, setting.line, f"`{setting.name}` of libraries' loggers alone"), True)
            for setting in self._services.settings_named("LOGGING", "LOGGING_CONFIG")
            if self._services.is_django and self._is_of_libraries_alone(setting)
        ]
        return tuple(found)

    # -- correlation -----------------------------------------------------------------------------------------------

    @cached_property
    def correlations(self) -> tuple[Signal, ...]:
        """What puts a request's or trace's id into the log lines."""
        found = [self._signal(site, f"`{_short(site.name)}`") for site in self._calls(_CORRELATION)]
        found += [
            Signal(Evidence(item.location.path, item.location.line, f"middleware `{_short(item.name)}`"), True)
            for item in self._services.middleware
            if _CORRELATION(item.name)
            or re.search(r"correlation|request_?id|RequestID", item.name.rpartition(".")[2], re.IGNORECASE)
        ]
        found += {
            guard.name: Signal(Evidence(guard.path, guard.line, f"`{_short(guard.name)}`"), True)
            for route in self._routes.all
            for guard in route.guards
            if guard.kind == "dependency" and _CORRELATION(guard.name)
        }.values()
        found += [
            self._signal(site, f"`{_short(site.name)}` with the id")
            for site in self._python.calls_named(lambda name: name.endswith("LoggerAdapter"))
            if any(map(_holds_id, site.call.handed))
        ]
        return tuple(found)

    @cached_property
    def job_ids(self) -> tuple[Signal, ...]:
        """Where a formatter or filter of log lines takes the id of a job from the context that it runs in."""
        return tuple(
            Signal(
                Evidence(klass.module.path, klass.definition.line, f"`{klass.definition.name}` adds the id of a job"),
                True,
            )
            for klass in self._python.classes
            if self._python.descends_from(klass, "logging.Formatter", "logging.Filter")
            and self._wiring.is_used(klass)
            and any(
                _JOB_ID.search(call.via or call.name)
                for method in klass.methods
                if method.definition.name in ("format", "filter")
                for call in method.calls
            )
        )

    @cached_property
    def _keeps_requests(self) -> bool:
        """Whether requests are things that the product keeps, and asks for by their ids: `/orders/<requestid>`."""
        return any(_OF_THINGS.search(route.path) for route in self._routes.all)

    @cached_property
    def request_ids(self) -> tuple[Signal, ...]:
        """Where a request id is made, read or passed on."""
        found: list[Signal] = []
        for site in self._python.all_calls:
            hit = next((text for text in _texts_given(site) if len(text) < 60 and _REQUEST_ID.search(text)), None)
            if hit is not None and self._keeps_requests and re.search(r"(^|[._])request_?id", hit, re.IGNORECASE):
                continue
            if hit is not None and (_ID_HEADER.search(hit) or _CARRIES_IDS.search(f"{site.name} {site.call.via}")):
                found.append(self._signal(site, f"`{hit}`"))
        return tuple(found)

    @cached_property
    def logged_ids(self) -> tuple[Signal, ...]:
        """Log formats and log calls that name a request or trace id."""
        found: list[Signal] = []
        if self._keeps_requests:
            return ()
        for module in self._python.production:
            for assignment in module.facts.assignments:
                for text in _texts(assignment.value):
                    if _ID_IN_LOG.search(text):
                        found.append(
                            Signal(
                                Evidence(module.path, assignment.line, "a log format with the id"),
                                self._wiring.runs(module),
                            )
                        )
        for site in self._python.calls_named(_logs):
            if any(_ID_NAME.fullmatch(name) for name, _ in site.call.keywords) or any(map(_holds_id, site.call.handed)):
                found.append(self._signal(site, f"`{_short(site.name)}` with the id"))
                continue
            for value in site.call.handed:
                if any(_ID_IN_LOG.search(text) for text in _texts(value)):
                    found.append(self._signal(site, f"`{_short(site.name)}` with the id"))
                    break
        return tuple(found)


_TELEMETRY_OF_LIBRARY = re.compile(
    r"\w[\w.]*\.(instrument_\w*app\w*|(setup|init|initiali[sz]e|configure|start)_(telemetry|tracing|tracer))$"
)
_SETS_UP_TELEMETRY = re.compile(r"(setup|init|initiali[sz]e|configure)_?(otel|open_?telemetry)$", re.IGNORECASE)


def _is_elsewhere(name: str) -> bool:
    """Whether a resolved name is that of a library, and of nothing that the tree defines or keeps in a variable."""
    return ":" not in name and "?" not in name


def _is_set_up_of_tracing(name: str) -> bool:
    """Whether a call sets tracing up in a library of others that is not of OpenTelemetry itself."""
    package, _, last = name.rpartition(".")
    return (
        _TELEMETRY_OF_LIBRARY.match(name) is not None
        and not last.startswith("instrument")
        and _is_elsewhere(name)
        and not package.startswith("opentelemetry")
    )


def _is_set_up_of_library(name: str) -> bool:
    """Whether a call of this name has a library from elsewhere set OpenTelemetry up."""
    owner, _, last = name.rpartition(".")
    return bool(owner) and _is_elsewhere(name) and _SETS_UP_TELEMETRY.match(last) is not None


def _is_logging_of_library(name: str) -> bool:
    """Whether a call of this name has a library from elsewhere set logging up as a whole."""
    owner, _, last = name.rpartition(".")
    if not owner or not _is_elsewhere(name) or owner.startswith("logging"):
        return False
    return bool(_SETS_UP_LOGGING.match(last)) or (last == "init_app" and bool(_LOGGING_MODULE.search(owner)))


def _holds_id(value: Value) -> bool:
    """Whether a mapping has a request's or trace's id among its keys: `extra={"request_id": key}`."""
    return isinstance(value, Mapping) and any(
        isinstance(key, Const) and isinstance(key.value, str) and _ID_NAME.fullmatch(key.value) for key in value.keys
    )


def _logs(name: str) -> bool:
    """Whether a call of this name logs, or sets up how it is done."""
    owner, _, last = name.rpartition(".")
    return (
        owner.startswith(("logging.", "structlog.", "loguru."))
        or re.split(r"[.:]", owner.strip("?:()"))[-1].lower() in ("logger", "log", "logging")
        or last.rpartition(":")[2] in ("Formatter", "dictConfig", "basicConfig", "add")
    )


def _texts_given(site: CallSite) -> Iterator[str]:
    """The texts that a call is given first, or by name."""
    for value in site.call.args[:2]:
        if value.__class__ is Const and isinstance(value.value, str):
            yield value.value
    for _, value in site.call.keywords:
        if value.__class__ is Const and isinstance(value.value, str):
            yield value.value


def _texts(value: Value, depth: int = 0) -> Iterator[str]:
    if isinstance(value, Const):
        if isinstance(value.value, str):
            yield value.value
        return
    if depth < 5:
        for inner in (*getattr(value, "items", ()), *getattr(value, "parts", ()), *getattr(value, "values", ())):
            yield from _texts(inner, depth + 1)


def _told_to_gunicorn(module: Module) -> Iterator[tuple[str, int, int]]:
    """The settings of all logging in the mappings of a module, each with its function and line."""
    given = [(item.value, item.scope, item.line) for item in module.facts.assignments]
    given += [(value, call.scope, call.line) for call in module.facts.calls for value in call.handed]
    for value, scope, line in given:
        for key in value.keys if isinstance(value, Mapping) else ():
            if isinstance(key, Const) and key.value in _LOG_SETTINGS:
                yield str(key.value), scope, line


def _name_of(value: Value) -> str:
    return value.name if isinstance(value, Name) else ""


def _short(name: str) -> str:
    parts = name.rpartition(":")[2].replace("()", "").split(".")
    return ".".join(parts[-2:]) if len(parts) > 1 else name


def _beginnings(value: Value | None) -> Iterator[str]:
    """The text that a value is, or that it begins with."""
    parts = value.parts[:1] if isinstance(value, Format) else (value,)
    yield from (part.value for part in parts if isinstance(part, Const) and isinstance(part.value, str))
