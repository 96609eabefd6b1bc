"""What kind of program the tree is and what its applications are put together from.

Servers, workers, middleware, hooks, handlers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from msgspec import structs

from readiness_bot.facts.dockerfile import Dockerfile
from readiness_bot.facts.python_facts import DECORATOR, IN_HANDLER, IN_LOOP, Call, Definition
from readiness_bot.facts.service_units import ServiceUnits
from readiness_bot.facts.values import Const, Format, Invoke, Items, Mapping, Name, Other, Value
from readiness_bot.model import Evidence, Location
from readiness_bot.repo.assembled import Assembled, assembled
from readiness_bot.repo.expressions import flattened, names_in, names_of, parts_of
from readiness_bot.repo.idle_applications import FLASK_APPLICATIONS
from readiness_bot.repo.modules import CallSite, DefinitionSite, Module
from readiness_bot.repo.python import Python, matcher
from readiness_bot.repo.routes import Routes
from readiness_bot.repo.sources import Sources


@dataclass(frozen=True, slots=True, eq=False)
class Attachment:
    """Something attached to an application: `name` is the resolved thing, `guards` the conditions it stands under.

    `definition` is the function or class of the tree behind the name, None for a library's.
    """

    kind: Literal[
        "middleware", "exception-handler", "startup", "shutdown", "lifespan", "before-request", "after-request"
    ]
    name: str
    location: Location
    module: Module
    definition: DefinitionSite | None
    arguments: tuple[Value, ...] = ()
    keywords: tuple[tuple[str, Value], ...] = ()
    guards: tuple[str, ...] = ()
    framework: str = ""
    """Whose application it is attached to, where that is sure: `django`, or `starlette`, which is FastAPI's as well."""
    on: str = ""
    """What it is attached to, by name, where that is an application of Flask's or Quart's: `shop/main.py:app`."""


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """A job that a queue runs. `keywords` are those of its registration."""

    name: str
    queue: str
    definition: DefinitionSite
    keywords: tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """A value bound to a name of a settings module, class or `app.config`, wherever the framework keeps them."""

    name: str
    value: Value
    module: Module
    line: int
    guards: tuple[str, ...] = ()

    @property
    def is_for_developers(self) -> bool:
        """Whether it stands in a file or class that is called after development or tests."""
        around = (one for one in self.module.facts.definitions if one.line <= self.line <= one.end_line)
        return _OF_DEVELOPMENT.search(self.module.path) is not None or any(
            one.kind == "class" and _CLASS_OF_DEVELOPERS.match(one.name) for one in around
        )


_QUEUES = {
    "celery": "celery",
    "rq": "rq",
    "django_rq": "rq",
    "dramatiq": "dramatiq",
    "arq": "arq",
    "huey": "huey",
    "taskiq": "taskiq",
    "procrastinate": "procrastinate",
    "saq": "saq",
    "faststream": "faststream",
    "faust": "faust",
    "django_q": "django-q",
    "temporalio": "temporal",
    "streaq": "streaq",
}
_TASK_DECORATORS: dict[str, str] = {
    "celery.Celery().task": "celery",
    "celery.shared_task": "celery",
    "celery.task": "celery",
    "celery.app.shared_task": "celery",
    "celery.decorators.task": "celery",
    "dramatiq.actor": "dramatiq",
    "django_rq.job": "rq",
    "rq.decorators.job": "rq",
    "huey.RedisHuey().task": "huey",
    "huey.RedisHuey().periodic_task": "huey",
    "huey.SqliteHuey().task": "huey",
    "huey.contrib.djhuey.task": "huey",
    "huey.contrib.djhuey.db_task": "huey",
    "huey.contrib.djhuey.periodic_task": "huey",
    "huey.contrib.djhuey.db_periodic_task": "huey",
    "procrastinate.App().task": "procrastinate",
    "taskiq_redis.ListQueueBroker().task": "taskiq",
}
_WAITING_FOR_WORK = frozenset(
    {"blpop", "brpop", "brpoplpush", "blmove", "blmpop", "bzpopmin", "bzpopmax", "xreadgroup"}
)
"""What waits for the next entry of a list or stream in Redis; in a loop, it is how a worker takes its work."""
_CONSUMERS = frozenset(
    {
        "kafka.KafkaConsumer",
        "aiokafka.AIOKafkaConsumer",
        "confluent_kafka.Consumer",
        "pika.BlockingConnection",
        "aio_pika.connect_robust",
        "rq.Worker",
        "arq.run_worker",
        "pika.SelectConnection",
        "nats.connect",
        "stomp.Connection",
        "kombu.Consumer",
        "confluent_kafka.DeserializingConsumer",
        "google.cloud.pubsub_v1.SubscriberClient",
        "fedora_messaging.api.consume",
        "fedora_messaging.api.twisted_consume",
        "paho.mqtt.client.Client().loop_forever",
        "apscheduler.schedulers.blocking.BlockingScheduler",
    }
)
_BOTS = frozenset(
    {
        "discord.Client",
        "discord.Bot",
        "discord.ext.commands.Bot",
        "discord.ext.commands.AutoShardedBot",
        "disnake.ext.commands.Bot",
        "disnake.ext.commands.InteractionBot",
        "nextcord.ext.commands.Bot",
        "hikari.GatewayBot",
        "interactions.Client",
        "aiogram.Dispatcher",
        "telebot.TeleBot",
        "telebot.async_telebot.AsyncTeleBot",
        "telegram.ext.ApplicationBuilder",
        "telegram.ext.Application.builder",
        "telegram.ext.Updater",
        "pyrogram.Client",
        "slack_bolt.adapter.socket_mode.SocketModeHandler",
        "slack_bolt.adapter.socket_mode.async_handler.AsyncSocketModeHandler",
        "nio.AsyncClient",
        "twitchio.ext.commands.Bot",
    }
)
_PAUSES = re.compile(
    r"(?<![a-z])(poll\w*|interval|period|frequency|cycle|refresh\w*|every|sleep_?(time|interval|seconds|secs|for))(?![a-z])",
    re.IGNORECASE,
)
"""What the time between two rounds is called, where that between two attempts is a delay or a back-off."""
_BOT_PARTS = ("discord.ext.commands.Cog", "disnake.ext.commands.Cog", "nextcord.ext.commands.Cog")
_MESSAGES = (
    "fedora_messaging.message.",
    "aio_pika.abc.AbstractIncomingMessage",
    "aio_pika.IncomingMessage",
    "aio_pika.message.IncomingMessage",
    "confluent_kafka.Message",
    "google.cloud.pubsub_v1.subscriber.message.",
    "nats.aio.msg.Msg",
    "azure.servicebus.ServiceBusReceivedMessage",
)
"""What brokers hand to the functions that consume."""


def takes_message(definition: Definition) -> bool:
    """Whether a function is called with a broker's message, by the type of a parameter."""
    return any(parameter.type.startswith(_MESSAGES) for parameter in definition.parameters)


_SERVER_STARTS = frozenset(
    {
        "uvicorn.run",
        "hypercorn.asyncio.serve",
        "waitress.serve",
        "aiohttp.web.run_app",
        "gunicorn.app.base.BaseApplication",
        "grpc.server",
        "grpc.aio.server",
        "cherrypy.quickstart",
        "cherrypy.tree.mount",
        "cheroot.wsgi.Server",
        "wsgiref.simple_server.make_server",
        "http.server.HTTPServer",
        "http.server.ThreadingHTTPServer",
        "tornado.web.Application",
        "asyncio.start_server",
        "web.application",
        "socketserver.TCPServer",
        "gevent.pywsgi.WSGIServer",
        "eventlet.wsgi.server",
        "nicegui.ui.run",
        "mcp.server.fastmcp.FastMCP",
        "granian.Granian",
        "pyramid.config.Configurator",
        "twisted.web.server.Site",
        "websockets.serve",
        "twisted.internet.reactor.run",
    }
)
_TOOLS = "mcp.server.fastmcp.FastMCP"
_SERVER_CLASSES = (
    "http.server.HTTPServer",
    "http.server.ThreadingHTTPServer",
    "socketserver.TCPServer",
    "socketserver.ThreadingTCPServer",
    "socketserver.UDPServer",
    "wsgiref.simple_server.WSGIServer",
    "xmlrpc.server.SimpleXMLRPCServer",
    "gevent.pywsgi.WSGIServer",
    "cheroot.wsgi.Server",
)
_OF_WSGI = frozenset({"start_response"})
"""What only a WSGI application is called with."""
SETTING = re.compile(r"(^|[.:])(config|settings|conf|Config|Settings)\.[A-Z][A-Z0-9_]{2,}$")
"""Names of settings in code: `settings.LOGIN_REQUIRED`."""
URL_VALUE_HOOKS = ("url_value_preprocessor", "app_url_value_preprocessor")
"""Flask's hooks before each request that are handed the values of its address."""
_BEFORE_REQUESTS = ("before_request", "before_app_request", *URL_VALUE_HOOKS)
"""What registers hooks before requests."""
_START_EVENTS = frozenset({"startup", "before_server_start", "after_server_start", "main_process_start"})
_STOP_EVENTS = frozenset({"shutdown", "before_server_stop", "after_server_stop", "main_process_stop"})
_CONFIG = re.compile(r"(^|[.:])config$")
"""What an application's settings are kept in, as Flask has them."""
_TO_MIDDLEWARE = re.compile(r"(^|[.:])MIDDLEWARE(_CLASSES)?\.(append|insert|extend)$")
"""What a module of settings calls to add to the list of another, or to its own."""
_MIDDLEWARE_CALLS = frozenset({"add_middleware", "middleware", "register_middleware"})
_WRAPPERS = ("Middleware", "ProxyFix", "WSGIMiddleware", "ASGIMiddleware")


_SOCKETS = frozenset(
    {"asyncio.start_server", "socketserver.TCPServer", "twisted.internet.reactor.run", "grpc.server", "grpc.aio.server"}
)
"""What serves without HTTP's requests and answers."""

_LISTS_DEEP = 3
_DEEP = 4
"""Calls within calls that are handed a text: an answer of a body of a message of it."""
"""Lists of settings that are put together from lists are followed this far."""
_SETTINGS_FILE = re.compile(r"(^|/)(\w*settings\w*|conf(ig)?/\w+)(/\w+)?\.py$")
_SETTINGS_OF_LIBRARY = re.compile(r"^(?!django\.|\.)\w+(\.\w+)*\.(\w*(settings|config)\w*|conf)(\.|$)")
"""Settings that a library gives to take over, and not Django's own defaults."""
_SERVING_SETTINGS = frozenset({"ROOT_URLCONF", "WSGI_APPLICATION", "ASGI_APPLICATION", "MIDDLEWARE", "TEMPLATES"})
"""Settings of Django's that only a project which answers requests needs."""

_QUEUE_APPLICATIONS = (
    "celery.Celery",
    "dramatiq.set_broker",
    "rq.Queue",
    "huey.RedisHuey",
    "huey.SqliteHuey",
    "redis.Redis",
    "flask.Flask",
)
_MADE_TO_BE_INSTALLED = frozenset({"setup.py", "setup.cfg", "pyproject.toml"})
_PLUGGED_IN = re.compile(r"^[\w.]+$|:(\w+\.)*[A-Z]\w*$")
"""An entry point that leads to a module or a class."""
_FACTORY = re.compile(
    r"_*((create|make|get|build|init|setup|new|load)_?(\w+_)?)?(app|application|server|api|main|wsgi|asgi|serve|run|start)"
    r"|main|cli|run\w*|start\w*|serve\w*|launch\w*",
    re.IGNORECASE,
)
"""What functions are called that make or start a program, rather than a part of one."""


def _is_factory(site: CallSite) -> bool:
    """Whether an application is made when a module is loaded, or where a program is put together or started."""
    function = site.function
    return function is None or _FACTORY.fullmatch(function.name) is not None


def _top(path: str) -> str:
    """The package or folder at the root of the code that a path lies in."""
    return path.removeprefix("src/").partition("/")[0]


_TASK_METHODS = frozenset({"task", "periodic_task", "actor", "job", "shared_task"})

_WORKER_OF_LIBRARY = re.compile(
    r"(queue|work(er)?s?|consum\w+|jobs?|tasks?)\w*(\.\w+)*\.(Base)?([A-Z]\w+)?(Worker|Consumer)$"
)
"""The worker or consumer of a library, in a module that is named for queues or work."""


_GOES_ON = re.compile(r"(^|[.?:])(call_next|handler|next|next_handler|get_response|app|dispatch)$")
"""What middleware calls to let the request go on to what it wraps."""


class Services:
    """Questions about the applications of one tree."""

    LOOKS = "application set-up"

    def __init__(
        self,
        sources: Sources,
        python: Python,
        routes: Routes,
        entries: Callable[[], Collection[str]] = tuple,
        is_deployed: Callable[[], bool] = lambda: False,
    ) -> None:
        self._sources = sources
        self._python = python
        self._routes = routes
        self._entries = entries
        self._is_deployed = is_deployed

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    # -- what kind of program --------------------------------------------------------------------------------------

    @cached_property
    def server_starts(self) -> tuple[CallSite, ...]:
        """The calls that make or run a server."""
        starts = (*self._routes.applications, *self._python.calls(*sorted(_SERVER_STARTS)))
        if self._talks_over_pipes:
            starts = tuple(site for site in starts if site.name != _TOOLS)
        # A reactor that is handed on is known by what it alone is asked for.
        answers = any(True for _ in self._python.imports("twisted.web.server", "twisted.web.resource"))
        return (*starts, *self._python.calls_of("listenTCP", "listenSSL")) if answers and not starts else starts

    @cached_property
    def _talks_over_pipes(self) -> bool:
        """Whether the tools of a program are only offered to whatever starts it: `FastMCP(…).run()` opens no port."""
        runs = [site for site in self._python.calls_of("run", "run_async") if site.name.startswith(f"{_TOOLS}().")]
        told = [self._python.constant(site.call.argument(0, "transport"), site.module) for site in runs]
        unread = any(
            site.call.argument(0, "transport") is not None and word is None
            for site, word in zip(runs, told, strict=True)
        )
        served = any(True for _ in self._python.calls_of("sse_app", "streamable_http_app", "http_app"))
        return bool(runs) and not unread and not served and all(word in (None, "stdio") for word in told)

    @cached_property
    def own_servers(self) -> tuple[DefinitionSite, ...]:
        """The classes of the tree that serve by themselves, on top of the standard library's servers."""
        return tuple(klass for klass in self._python.classes if self._python.descends_from(klass, *_SERVER_CLASSES))

    @cached_property
    def is_server(self) -> bool:
        """Whether the tree serves requests: it has routes, or an application object that is more than a client's."""
        if self.is_django and (self._setting_names & _SERVING_SETTINGS or self._has_administration):
            return True
        return not self.is_reusable and (bool(self._routes.all) or bool(self.server_starts) or bool(self.own_servers))

    @cached_property
    def last_resorts(self) -> tuple[Evidence, ...]:
        """Where an own WSGI application answers by itself what nobody expected, and tells no traceback."""
        found = []
        for klass in self._python.classes:
            method = self._python.member(klass, "__call__")
            if method is None or {one.name for one in method.definition.parameters}.isdisjoint(_OF_WSGI):
                continue
            for handler in method.module.facts.handlers:
                is_broad = not handler.types or "Exception" in handler.types
                tells = any("traceback.format" in call for call in handler.calls)
                if handler.scope == method.index and is_broad and not handler.raises and not tells:
                    found.append(Evidence(method.module.path, handler.line, f"around `{klass.definition.name}`"))
        return tuple(dict.fromkeys(found))

    @cached_property
    def answers_http(self) -> bool:
        """Whether the tree serves requests of HTTP, rather than bytes over sockets in a protocol of its own."""
        starts = {site.name for site in self.server_starts}
        return self.is_server and (bool(self._routes.all) or self.is_django or not starts or not starts <= _SOCKETS)

    @property
    def is_packaged(self) -> bool:
        """Whether the tree is made to be installed, and holds no project."""
        return bool(_MADE_TO_BE_INSTALLED & self._sources.paths) and "manage.py" not in self._sources.paths

    @cached_property
    def is_reusable(self) -> bool:
        """Whether what serves here is put by others into their own programs.

        It is made to be installed and holds no project, and nothing of the tree includes its routes of Django's (but
        for an application of Django's that is a plugin: without a project all patterns look like a root's), or makes
        an application but where its caller asks for one.
        """
        if self.is_django or not self.is_packaged:
            return False
        routes = self._routes.all
        if routes and self._routes.frameworks <= {"django", "django-rest-framework"}:
            wired = any(route.is_wired for route in routes)
            return not self.server_starts and (not wired or (self._is_plugin and not self._is_deployed()))
        return bool(routes or self.server_starts) and not self._is_started() and not self._has_program

    def _is_started(self) -> bool:
        """Whether something of the tree is started, by name or where it is deployed."""
        return bool(self._entries()) or self._is_deployed()

    @property
    def _is_plugin(self) -> bool:
        """Whether the tree is an application of Django's that names a class or a module to the program it plugs into.

        Functions are what packages name as their commands.
        """
        return any(_PLUGGED_IN.search(entry) for entry in self._entries()) and any(
            "django.apps.AppConfig" in self._python.external_bases(one) for one in self._python.classes
        )

    @cached_property
    def _has_program(self) -> bool:
        """Whether something beside the routes and servers runs by itself, or makes an application when it is loaded."""
        made = self.server_starts
        if any(_is_factory(site) for site in made):
            return True
        places = {_top(module.path) for module in (*(s.module for s in made), *(r.module for r in self._routes.all))}
        return any(
            _top(module.path) in places
            and (
                module.path.endswith("__main__.py")
                or any("__name__" in guard for call in module.facts.calls for guard in call.guards)
                or any(one.target in (":app", ":application", ":wsgi_app") for one in module.facts.assignments)
            )
            for module in self._python.production
        )

    @cached_property
    def is_django(self) -> bool:
        """Whether the tree is a Django project: settings with installed applications, or a root URL configuration."""
        return bool(self._setting_names & {"ROOT_URLCONF", "INSTALLED_APPS"}) and "django" in self._python.imported

    @cached_property
    def _has_administration(self) -> bool:
        """Whether Django's pages of administration are among the installed applications."""
        return any(text.startswith("django.contrib.admin") for text, _ in self.listed("INSTALLED_APPS"))

    @cached_property
    def queues(self) -> frozenset[str]:
        """The job queues whose library production code imports."""
        return frozenset(queue for package, queue in _QUEUES.items() if package in self._python.imported)

    @cached_property
    def is_worker(self) -> bool:
        """Whether the tree runs jobs: it defines tasks of a queue or consumes messages."""
        return (
            any(not self._is_for_others(task) for task in self.tasks)
            or any(True for _ in self._python.calls(*sorted(_CONSUMERS)))
            or any(takes_message(site.definition) for site in self._python.functions)
            or self._is_bot
            or self._polls
            or self._is_worker_of_library
            or any(site.call.context & IN_LOOP for site in self._python.calls_of(*sorted(_WAITING_FOR_WORK)))
        )

    @property
    def _is_worker_of_library(self) -> bool:
        """Whether a worker that a library brings is made into one of the tree's own, and made: `Packer(Worker)`."""
        return any(
            any(map(_WORKER_OF_LIBRARY.search, self._python.external_bases(klass)))
            and bool(self._python.callers.get(klass.name))
            for klass in self._python.classes
        )

    @cached_property
    def _polls(self) -> bool:
        """Whether the tree is a daemon that looks again and again, and that a container or an init keeps running."""
        if not self._sources.facts(Dockerfile) and not self._sources.facts(ServiceUnits):
            return False
        return any(
            site.call.context & IN_LOOP
            and not site.call.context & IN_HANDLER
            and any(_PAUSES.search(name) for value in site.call.args[:1] for name in names_in(value))
            for site in self._python.calls("time.sleep", "asyncio.sleep", "anyio.sleep", "trio.sleep", "gevent.sleep")
        ) or any(True for _ in self._python.imports("kopf"))

    def _is_for_others(self, task: Task) -> bool:
        """Whether a task is run by the worker of whatever project the tree is installed into."""
        return self._is_without_worker and task.queue in ("celery", "dramatiq", "rq", "huey")

    @cached_property
    def _is_without_worker(self) -> bool:
        """Whether the tree is made to be installed, and neither holds nor starts a program whose worker ran tasks."""
        return (
            self.is_packaged
            and not self.is_django
            and not any(True for _ in self._python.calls(*_QUEUE_APPLICATIONS))
            and not self._is_started()
            and not self._has_program
        )

    @cached_property
    def _is_bot(self) -> bool:
        """Whether the tree is a chat bot: it makes or extends the client that a messenger sends its events to."""
        return any(True for _ in self._python.calls(*sorted(_BOTS))) or any(
            self._python.descends_from(site, *_BOTS, *_BOT_PARTS) for site in self._python.classes
        )

    @cached_property
    def hands_out_metrics(self) -> bool:
        """Whether a server of its own, beside what the tree does, hands out metrics."""
        return any(True for _ in self._python.calls("prometheus_client.start_http_server"))

    # -- jobs ------------------------------------------------------------------------------------------------------

    @cached_property
    def tasks(self) -> tuple[Task, ...]:
        """The functions that a job queue runs, by decorator or as subclasses of its task class."""
        found: list[Task] = []
        for site in self._python.functions:
            for decorator in site.definition.decorators:
                queue, keywords = self._queue_of(decorator, site.module)
                if queue:
                    found.append(Task(site.definition.name, queue, site, keywords))
        for site in self._python.classes:
            if self._python.descends_from(site, "celery.Task", "celery.app.task.Task"):
                run = self._python.member(site, "run")
                if run is not None:
                    found.append(Task(site.definition.name, "celery", run, ()))
        return tuple(found)

    def _queue_of(self, decorator: Value, module: Module) -> tuple[str, tuple[tuple[str, Value], ...]]:
        keywords: tuple[tuple[str, Value], ...] = ()
        if isinstance(decorator, Invoke):
            name = decorator.name
            if decorator.call >= 0:
                keywords = module.facts.calls[decorator.call].keywords
        elif isinstance(decorator, Name):
            name = decorator.meaning or decorator.name
        else:
            return "", ()
        name = self._python.mean(name, module)
        queue = _TASK_DECORATORS.get(name, "")
        if not queue and name.rpartition(".")[2] in _TASK_METHODS:
            root = name.partition(".")[0]
            queue = _QUEUES.get(root, "")
            if (
                not queue
                and name.endswith(".task")
                and "celery" in self.queues
                and (":" in name or name.startswith("?") or name.endswith("Celery().task"))
            ):
                queue = "celery"
        return (queue, keywords) if queue else self._queue_behind(name, module)

    def _queue_behind(self, name: str, module: Module) -> tuple[str, tuple[tuple[str, Value], ...]]:
        """The queue that a decorator of the tree's own hands its function to, and with what options."""
        own = self._python.definition(name, module) if ":" in name else None
        if own is None or own.definition.kind != "function":
            return "", ()
        for call in own.module.facts.calls:
            if own.definition.line <= call.line <= own.definition.end_line and call.last in _TASK_METHODS:
                root = self._python.mean(call.name, own.module).partition(".")[0]
                if root in _QUEUES:
                    return _QUEUES[root], call.keywords
        return "", ()

    # -- what is attached to the applications ----------------------------------------------------------------------

    @cached_property
    def middleware(self) -> tuple[Attachment, ...]:
        """Middleware that is attached to an application.

        By call, decorator, constructor, Django setting, file of Paste Deploy, or as a wrapper.
        """
        return tuple(self._middleware())

    def _middleware(self) -> Iterator[Attachment]:
        yield from self._added_middleware()
        for site in self._routes.applications:
            listed = site.call.keyword("middleware") or site.call.keyword("middlewares")
            for part in _put_together(listed, site) if listed is not None else ():
                for value, module in self._members(part, site.module):
                    yield from self._attached("middleware", value, structs.replace(site, module=module))
        for site in self._python.calls("starlette.middleware.Middleware", "fastapi.middleware.Middleware"):
            if site.call.result or site.call.parent < 0:  # one in the list of an application is read there
                made = site.call.argument(0, "cls")
                yield from self._attached("middleware", made, site, site.call.args[1:], site.call.keywords)
        yield from self._listed_middleware()
        yield from self._assembled_middleware()
        yield from self._wrapping_middleware()

    def _added_middleware(self) -> Iterator[Attachment]:
        for site in self._python.calls_of(*sorted(_MIDDLEWARE_CALLS)):
            call = site.call
            if call.context & DECORATOR and call.decorates >= 0:
                target = DefinitionSite(site.module, call.decorates, site.module.facts.definitions[call.decorates])
                yield Attachment(
                    "middleware",
                    target.name,
                    target.location,
                    site.module,
                    target,
                    call.args,
                    call.keywords,
                    call.guards,
                    _framework(site),
                )
            elif call.args or call.has("middleware_class"):
                value = call.argument(0, "middleware_class")
                yield from self._attached("middleware", value, site, call.args[1:], call.keywords)

    def _listed_middleware(self) -> Iterator[Attachment]:
        for setting in self.settings_named("MIDDLEWARE", "MIDDLEWARE_CLASSES"):
            location = Location(setting.module.path, setting.line, setting.line)
            for value, module in self._members(setting.value, setting.module):
                text = self._python.constant(value, module)
                yield from self._by_text(text, location, setting.module, setting.guards)
        for site in self._python.calls_of("append", "insert", "extend"):
            if not _TO_MIDDLEWARE.search(site.call.via or site.call.name) or not site.call.args:
                continue
            for value in flattened(site.call.args[-1]):
                text = self._python.constant(value, site.module)
                yield from self._by_text(text, site.location, site.module, site.call.guards)

    def _by_text(
        self, text: object, location: Location, module: Module, guards: tuple[str, ...]
    ) -> Iterator[Attachment]:
        """The middleware that a text of settings names."""
        if isinstance(text, str):
            definition = self._python.definition(text, module)
            yield Attachment("middleware", text, location, module, definition, guards=guards, framework="django")

    @cached_property
    def assembled(self) -> tuple[Assembled, ...]:
        """The applications and filters that files of Paste Deploy put in place."""
        return tuple(assembled(self._sources))

    def _assembled_middleware(self) -> Iterator[Attachment]:
        loading = [site.module for site in self._python.calls_of("loadapp", "load_app", "loadwsgi")]
        for anywhere in (*loading, *self._python.production)[:1]:
            for one in self.assembled:
                if one.kind == "filter" and not one.is_lenient:
                    definition = self._python.definition(one.name, anywhere)
                    module = definition.module if definition is not None else anywhere
                    yield Attachment("middleware", one.name, one.location, module, definition)

    def _members(self, value: Value, module: Module, depth: int = 0) -> Iterator[tuple[Value, Module]]:
        """The members of a list, those of the lists that it is put together from among them."""
        for item in flattened(value):
            lists = [self._python.assignment(name, module) for name in names_of(item)] if depth < _LISTS_DEEP else []
            found = [one for one in lists if one is not None and isinstance(one[1].value, Items | Other | Name)]
            for owner, assignment in found:
                yield from self._members(assignment.value, owner, depth + 1)
            if not found:
                yield item, module

    def _wrapping_middleware(self) -> Iterator[Attachment]:
        for module in self._python.production:
            for assignment in module.facts.assignments:
                value = assignment.value
                if (
                    isinstance(value, Invoke)
                    and value.call >= 0
                    and assignment.target.rpartition(".")[2].lstrip(":?") in ("wsgi_app", "app", "application")
                ):
                    name = self._python.mean(value.name, module)
                    if name.endswith(_WRAPPERS):
                        call = module.facts.calls[value.call]
                        location = module.location(call.line, call.end_line, call.scope, call.statement)
                        yield Attachment(
                            "middleware",
                            name,
                            location,
                            module,
                            self._python.definition(value.name, module),
                            call.args,
                            call.keywords,
                            call.guards,
                        )

    def _attached(
        self,
        kind: Literal[
            "middleware", "exception-handler", "startup", "shutdown", "lifespan", "before-request", "after-request"
        ],
        value: Value | None,
        site: CallSite,
        arguments: tuple[Value, ...] = (),
        keywords: tuple[tuple[str, Value], ...] = (),
    ) -> Iterator[Attachment]:
        module = site.module
        if isinstance(value, Invoke) and value.call >= 0:
            inner = module.facts.calls[value.call]
            name = self._python.mean(inner.name, module)
            if (
                name.rpartition(".")[2] in ("Middleware", "DefineMiddleware")
                and inner.args
                and isinstance(inner.args[0], Name)
            ):
                value, arguments, keywords = inner.args[0], inner.args[1:], inner.keywords
            else:
                definition = self._python.definition(inner.via or inner.name, module)
                yield Attachment(
                    kind,
                    name,
                    site.location,
                    module,
                    definition,
                    inner.args,
                    inner.keywords,
                    site.call.guards,
                    _framework(site),
                )
                return
        if isinstance(value, Name):
            definition = self._python.definition(value.name, module)
            name = definition.name if definition is not None else self._python.mean(value.name, module)
            yield Attachment(
                kind,
                name,
                site.location,
                module,
                definition,
                arguments,
                keywords,
                site.call.guards,
                _framework(site),
            )

    @cached_property
    def exception_handlers(self) -> tuple[Attachment, ...]:
        """Handlers of exceptions that an application registers; `arguments` begin with what is handled."""
        found: list[Attachment] = []
        for site in self._python.calls_of(
            "exception_handler", "errorhandler", "app_errorhandler", "exception", "error_handler", "error"
        ):
            call = site.call
            if call.context & DECORATOR and call.decorates >= 0 and "." in site.name:
                target = DefinitionSite(site.module, call.decorates, site.module.facts.definitions[call.decorates])
                found.append(
                    Attachment(
                        "exception-handler",
                        target.name,
                        target.location,
                        site.module,
                        target,
                        call.args,
                        call.keywords,
                        call.guards,
                    )
                )
        for site in self._python.calls_of("add_exception_handler", "register_error_handler", "add_error_handler"):
            found += [
                Attachment(
                    item.kind,
                    item.name,
                    item.location,
                    item.module,
                    item.definition,
                    site.call.args[:1],
                    (),
                    item.guards,
                )
                for item in self._attached("exception-handler", site.call.argument(1, "handler"), site)
            ]
        for site in self._routes.applications:
            value = site.call.keyword("exception_handlers")
            if isinstance(value, Name) and (bound := self._python.assignment(value.name, site.module)) is not None:
                value = bound[1].value
            for key, handler in zip(getattr(value, "keys", ()), getattr(value, "values", ()), strict=False):
                found += [
                    Attachment(
                        item.kind, item.name, item.location, item.module, item.definition, (key,), (), item.guards
                    )
                    for item in self._attached("exception-handler", handler, site)
                ]
        return (*found, *self._of_rest_framework(), *self._of_middleware())

    def _of_middleware(self) -> Iterator[Attachment]:
        """Middleware of the tree's own that answers itself what nobody expected of what it wraps."""
        for item in self.middleware:
            site = item.definition
            if site is None:
                continue
            inside = range(site.definition.line, site.definition.end_line + 1)
            if any(
                handler.line in inside
                and (not handler.types or {"Exception", "BaseException"} & set(handler.types))
                and any(step.startswith("return:") for step in handler.steps[-1:])
                and any(
                    call.attempt == handler.attempt and _GOES_ON.search(call.via or call.name)
                    for call in site.module.facts.calls
                )
                for handler in site.module.facts.handlers
            ):
                yield Attachment("exception-handler", site.name, site.location, site.module, site)

    def _of_rest_framework(self) -> Iterator[Attachment]:
        """The function of the tree's own that Django REST framework is told to hand every exception to."""
        for setting, value in self.rest_settings("EXCEPTION_HANDLER"):
            if not isinstance(value, Const) or not isinstance(value.value, str):
                continue
            package, _, name = value.value.rpartition(".")
            module = self._python.module_named(package, setting.module.path)
            found = self._python.definition_named(f"{module.path}:{name}") if module is not None else None
            if found is not None:
                yield Attachment("exception-handler", found.name, found.location, found.module, found)

    def internals_told(self, handler: Attachment) -> str:
        """What of the inside a handler's answer tells: a traceback, or the text of an exception nobody expected."""
        site = handler.definition
        if site is None or site.definition.kind != "function":
            return ""
        inside = [
            self._python.call_site(site.module, call)
            for call in site.module.facts.calls
            if site.definition.line <= call.line <= site.definition.end_line
        ]
        if any("traceback.format" in one.name and not _is_logged(one) for one in inside):
            return "formats a traceback"
        caught = handler.arguments[0] if handler.arguments else None
        if not (isinstance(caught, Name) and caught.name in ("Exception", "BaseException")):
            return ""
        names = {f"?{parameter.name}" for parameter in site.definition.parameters}
        texts: frozenset[str] = frozenset()
        for item in site.module.facts.assignments:
            if item.scope == site.index and not item.key and _tells(item.value, names, site.module, texts):
                texts |= {item.target}
        answers = [item.value for item in site.module.facts.returns if item.scope == site.index]
        if any(_tells(value, names, site.module, texts) for value in answers):
            return "answers with the text of the exception"
        return ""

    @cached_property
    def tracebacks_answered(self) -> tuple[Evidence, ...]:
        """Where a handler of requests gives a traceback back: `return jsonify(error=traceback.format_exc())`."""
        found: dict[tuple[str, int], Evidence] = {}
        formatting = {module.path for module, _ in self._python.imports("traceback")}
        for routes in self._routes.by_handler.values() if formatting else ():
            handler = routes[0].handler
            if handler is None or handler.module.path not in formatting:
                continue
            facts, scope = handler.module.facts, handler.index
            kept: dict[str, int] = {}
            for item in facts.assignments:
                if item.scope == scope and _holds_traceback(item.value, facts.calls, kept):
                    kept.setdefault(item.target, item.line)
            for returned in facts.returns:
                known = [name for name, line in kept.items() if line <= returned.line]
                if returned.scope == scope and _holds_traceback(returned.value, facts.calls, known):
                    told = f"{routes[0].name} answers with a traceback"
                    found[handler.module.path, returned.line] = Evidence(handler.module.path, returned.line, told)
        return tuple(found.values())

    @cached_property
    def hooks(self) -> tuple[Attachment, ...]:
        """Functions that run when an application starts or stops, or around each request."""
        return tuple(self._hooks())

    @cached_property
    def idle_hooks(self) -> frozenset[str]:
        """The functions that are hooks of a blueprint alone which no application holds: nothing calls them."""
        found: dict[str, list[bool]] = {}
        for site in self._python.functions:
            for decorator in site.definition.decorators:
                owner, _, last = decorator.name.rpartition(".") if isinstance(decorator, Name) else ("", "", "")
                if owner and last in _BEFORE_REQUESTS:
                    idle = self._routes.routers.is_idle(self._python.identify(owner, site.module))
                    found.setdefault(site.name, []).append(idle)
        return frozenset(name for name, idle in found.items() if all(idle))

    def _hooks(self) -> Iterator[Attachment]:
        for site in self._routes.applications:
            value = site.call.keyword("lifespan")
            yield from self._attached("lifespan", value, site)
            yield from self._made_lifespan(value, site)
            for value in flattened(site.call.keyword("on_startup")):
                yield from self._attached("startup", value, site)
            for value in flattened(site.call.keyword("on_shutdown")):
                yield from self._attached("shutdown", value, site)
        for site in self._python.calls_of(
            "on_event", "listener", "add_event_handler", "register_listener", "add_listener"
        ):
            texts = [
                text for value in site.call.handed if isinstance(text := self._python.constant(value, site.module), str)
            ]
            kind: Literal["startup", "shutdown"] | None = (
                "startup"
                if _START_EVENTS.intersection(texts)
                else "shutdown"
                if _STOP_EVENTS.intersection(texts)
                else None
            )
            if kind is None:
                continue
            if site.call.context & DECORATOR and site.call.decorates >= 0:
                target = DefinitionSite(
                    site.module, site.call.decorates, site.module.facts.definitions[site.call.decorates]
                )
                yield Attachment(kind, target.name, target.location, site.module, target)
            else:
                for value in site.call.args:
                    yield from self._attached(kind, value, site)
        yield from self._registered(
            "startup", "before_serving", "before_first_request", "before_server_start", "main_process_start"
        )
        yield from self._registered(
            "shutdown",
            "after_serving",
            "after_server_stop",
            "before_server_stop",
            "teardown_appcontext",
            "main_process_stop",
        )
        yield from self._registered("before-request", *_BEFORE_REQUESTS)
        yield from self._registered("after-request", "after_request", "after_app_request", "teardown_request")
        for site in self._python.calls_of("append"):
            owner = site.name.rpartition(".")[0].rpartition(".")[2]
            if owner in ("on_startup", "on_shutdown", "on_cleanup", "cleanup_ctx"):
                # A context of aiohttp's opens before its `yield` and closes behind it, as a lifespan does.
                listed: Literal["startup", "shutdown", "lifespan"] = (
                    "startup" if owner == "on_startup" else "lifespan" if owner == "cleanup_ctx" else "shutdown"
                )
                for value in site.call.args:
                    yield from self._attached(listed, value, site)

    def _made_lifespan(self, value: Value | None, site: CallSite) -> Iterator[Attachment]:
        """The lifespan inside a function of the tree that makes it: called in place, or into a variable before."""
        module = site.module
        if isinstance(value, Name) and value.name.startswith("?"):
            local = (item.value for item in module.facts.assignments if item.target == value.name)
            value = next((item for item in local if isinstance(item, Invoke)), None)
        maker = self._python.definition(value.name, module) if isinstance(value, Invoke) else None
        if maker is None:
            return
        for target in maker.methods:
            if target.definition.is_generator:
                yield Attachment("lifespan", target.name, target.location, maker.module, target)

    def _registered(
        self, kind: Literal["startup", "shutdown", "before-request", "after-request"], *names: str
    ) -> Iterator[Attachment]:
        for site in self._python.calls_of(*names):
            on = self._application(site)
            for value in site.call.args:
                yield from (replace(one, on=on) for one in self._attached(kind, value, site))
                if isinstance(value, Name) and value.name.startswith("?"):
                    for caller, given in self._python.handed_values(site, value.name[1:]):
                        yield from self._attached(kind, given, caller)
            if site.call.context & DECORATOR and site.call.decorates >= 0:
                target = DefinitionSite(
                    site.module, site.call.decorates, site.module.facts.definitions[site.call.decorates]
                )
                yield Attachment(kind, target.name, target.location, site.module, target, on=on)
        for definition in self._python.functions:
            for decorator in definition.definition.decorators:
                if isinstance(decorator, Name) and decorator.name.rpartition(".")[2] in names and "." in decorator.name:
                    yield Attachment(kind, definition.name, definition.location, definition.module, definition)

    def _application(self, site: CallSite) -> str:
        """The application of Flask's or Quart's that a method is called on, by name; empty for a local variable."""
        on = site.call.called_on
        is_named = site.call.name.partition("().")[0] in FLASK_APPLICATIONS and on.startswith(":")
        return self._python.identify(on, site.module) if is_named else ""

    # -- settings --------------------------------------------------------------------------------------------------

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        """Upper-case bindings of modules and classes, keys of `app.config`, and fields of settings classes."""
        found: list[Setting] = []
        for module in self._python.production:
            for assignment in module.facts.assignments:
                name = assignment.key or assignment.target.rpartition(".")[2].lstrip(":?")
                is_config = bool(assignment.key) and assignment.target.endswith("config[]")
                if self._is_of_developers(assignment.target, module) or "sys.argv" in assignment.guards:
                    continue
                if (name.isupper() and not assignment.target.startswith("?")) or is_config:
                    found.append(Setting(name, assignment.value, module, assignment.line, assignment.guards))
        for added in self._python.calls_of("update"):
            owner = added.call.called_on.lstrip(":")
            value = added.call.argument(0)
            if owner.isupper() and isinstance(value, Mapping):
                found.append(Setting(owner, value, added.module, added.call.line, added.call.guards))
        found += self._told_to_config()
        for site in self._python.classes:
            if self.is_settings_class(site):
                found += [
                    Setting(field.name.upper(), field.value, site.module, field.line)
                    for field in site.fields
                    if field.value is not None and not field.name.isupper()
                ]
        return tuple(found)

    def _told_to_config(self) -> Iterator[Setting]:
        """Keys that a call gives to `app.config`: `app.config.update(DEBUG=False)`, or a dict of them."""
        for site in self._python.calls_of("update", "from_mapping", "setdefault"):
            call = site.call
            if not _CONFIG.search(call.called_on):
                continue
            told = list(call.keywords)
            if call.last == "setdefault" and len(call.args) > 1 and isinstance(call.args[0], Const):
                told.append((str(call.args[0].value), call.args[1]))
            for given in call.args[:1]:
                if isinstance(given, Mapping):
                    told += [
                        (str(key.value), value)
                        for key, value in zip(given.keys, given.values, strict=True)
                        if isinstance(key, Const)
                    ]
            for name, value in told:
                if name.isupper():
                    yield Setting(name, value, site.module, call.line, call.guards)

    def _is_of_developers(self, target: str, module: Module) -> bool:
        """Whether a binding stands in a class of django-configurations that is named for development or tests.

        An environment variable chooses the class, and a deployment chooses another.
        """
        if "configurations" not in self._python.imported or not _OF_DEVELOPERS.match(target):
            return False
        owner = self._python.class_of(target.rpartition(".")[0], module)
        return owner is not None and self._python.descends_from(owner, "configurations.*")

    def is_settings_class(self, site: DefinitionSite) -> bool:
        """Whether a class reads its fields from the environment.

        Pydantic-settings, environ-config, starlette's or dynaconf's.
        """
        return self._python.descends_from(
            site, "pydantic_settings.*", "pydantic.BaseSettings", "pydantic.env_settings.*", "pydantic.v1.BaseSettings"
        )

    @cached_property
    def settings_elsewhere(self) -> str:
        """The settings of a library that those of a Django project take over whole, as imported; empty for none.

        What they say is seen nowhere in the tree: `from shared.settings.base import *`.
        """
        if "django" not in self._python.imported and not self.is_django:
            return ""
        return next(
            (
                origin
                for module in self._python.production
                if _SETTINGS_FILE.search(module.path)
                for origin in module.facts.stars
                if _SETTINGS_OF_LIBRARY.search(origin) and not self._python.may_be_own(origin)
            ),
            "",
        )

    @cached_property
    def _setting_names(self) -> frozenset[str]:
        return frozenset(setting.name for setting in self.settings)

    def settings_named(self, *names: str) -> Iterator[Setting]:
        """The bindings of these names; `SESSION_*` means every name that begins so."""
        matches = matcher(*names)
        return (setting for setting in self.settings if matches(setting.name))

    def listed(self, *names: str) -> Iterator[tuple[str, Setting]]:
        """The texts in lists of these names, each with the binding or the call that puts it there.

        Those of the lists that one is put together from are among them: `INSTALLED_APPS = OWN_APPS + FOREIGN_APPS`.
        """
        put = [
            Setting(
                site.call.called_on.rpartition(".")[2].lstrip(":"), value, site.module, site.call.line, site.call.guards
            )
            for site in self._python.calls_of("append", "insert", "extend")
            for value in site.call.args[-1:]
        ]
        for setting in (*self.settings_named(*names), *(one for one in put if one.name in names)):
            for value, module in self._members(setting.value, setting.module):
                text = self._python.constant(value, module)
                if isinstance(text, str):
                    yield text, setting

    def rest_settings(self, key: str) -> Iterator[tuple[Setting, Value]]:
        """What `REST_FRAMEWORK` gives a key of Django REST framework, each with the binding that it stands in."""
        for setting in self.settings_named("REST_FRAMEWORK"):
            if isinstance(setting.value, Mapping):
                for name, value in zip(setting.value.keys, setting.value.values, strict=False):
                    if isinstance(name, Const) and name.value == key:
                        yield setting, value

    def deployed_setting(self, *names: str) -> Setting | None:
        """The binding of one of these names that a deployment runs with, as far as files and classes tell by theirs."""
        return min(self.settings_named(*names), key=_rank, default=None)


_OF_PRODUCTION = re.compile(r"(^|[/_.])(prod(uction)?|live|deploy(ed|ment)?)[_.\d]*\w*\.py$", re.IGNORECASE)
_OF_DEVELOPMENT = re.compile(
    r"(^|[/_.])(dev|devel|development|local|(load_?)?tests?|testing|ci|demo)[_.\d]*\w*\.py$", re.IGNORECASE
)


def _put_together(listed: Value, site: CallSite) -> Iterator[Value]:
    """The parts of a list that a call is handed: of one that its function names, what it was made with and added."""
    made = (
        site.module.bound_before(listed.name, site.call.scope, site.call.line)
        if isinstance(listed, Name) and listed.name.startswith("?")
        else None
    )
    yield listed if made is None else made
    if made is not None and isinstance(listed, Name):
        for call in site.beside:
            owner, _, verb = (call.via or call.name).rpartition(".")
            if owner == listed.name and verb in ("append", "insert", "extend") and call.args:
                yield call.args[-1]


def _framework(site: CallSite) -> str:
    """Whose application a call attaches something to, where it is Starlette's or one that is made of it."""
    return "starlette" if site.name.startswith(("starlette.", "fastapi.")) else ""


def _rank(setting: Setting) -> int:
    """What is called after production comes first, what is called after development last."""
    return 0 if _OF_PRODUCTION.search(setting.module.path) else 2 if setting.is_for_developers else 1


_CLASS_OF_DEVELOPERS = re.compile(r"(Dev|Test|Local|CI|Debug)(?![a-z])\w*|(Development|Testing|Tests)\w*")
_OF_DEVELOPERS = re.compile(r":(Dev|Test|Local|CI|Build|Feature|Demo)\w*\.", re.IGNORECASE)
_LOGGING = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log", "print"})


def _holds_traceback(value: Value | None, calls: Sequence[Call], kept: Collection[str], depth: int = 0) -> bool:
    """Whether a value is a traceback as a text, or holds one that a variable keeps or a call is handed."""
    if isinstance(value, Name):
        return value.name in kept
    if isinstance(value, Invoke):
        if value.name.startswith("traceback.format"):
            return True
        handed = calls[value.call].handed if value.call >= 0 and depth < _DEEP else ()
        return any(_holds_traceback(item, calls, kept, depth + 1) for item in handed)
    if isinstance(value, Other):
        return any(name in kept for name in value.names)
    return any(_holds_traceback(item, calls, kept, depth + 1) for item in parts_of(value))


def _is_logged(site: CallSite) -> bool:
    """Whether a call's result goes into a log line, at once or around others."""
    call: Call | None = site.call
    for _ in range(4):
        call = site.module.facts.calls[call.parent] if call is not None and call.parent >= 0 else None
        if call is None:
            return False
        if call.last in _LOGGING:
            return True
    return False


def _tells(value: Value, names: set[str], module: Module, texts: frozenset[str] = frozenset(), depth: int = 0) -> bool:
    """Whether an answer is put together from the text of one of these names; `texts` hold it already."""
    if depth > 6:
        return False
    if isinstance(value, Name):
        return value.name in texts
    if isinstance(value, Format):
        return any(
            (isinstance(part, Name) and part.name in names) or _tells(part, names, module, texts, depth + 1)
            for part in value.parts
        )
    if isinstance(value, Items | Mapping):
        inner = value.items if isinstance(value, Items) else value.values
        return any(_tells(item, names, module, texts, depth + 1) for item in inner)
    if not isinstance(value, Invoke) or value.call < 0:
        return False
    call = module.facts.calls[value.call]
    if call.last in ("str", "repr") and any(isinstance(item, Name) and item.name in names for item in call.args):
        return True
    return any(_tells(item, names, module, texts, depth + 1) for item in call.handed)
