"""Which production files are loose scripts: beside the service, started by hand, used by nothing; judges nothing."""

from __future__ import annotations

import re
from functools import cached_property

from readiness_bot.facts.python_facts import MAIN_GUARD
from readiness_bot.facts.values import MODULE
from readiness_bot.model import Area
from readiness_bot.repo.python import Module, Python
from readiness_bot.repo.sources import Sources

_SERVING = frozenset(
    {
        "flask", "fastapi", "django", "starlette", "aiohttp", "tornado", "sanic", "falcon", "bottle", "quart",
        "litestar", "pyramid", "cherrypy", "connexion", "robyn", "blacksheep", "uvicorn", "gunicorn", "hypercorn",
        "waitress", "graphene", "strawberry", "ariadne", "rest_framework", "ninja", "flask_restful", "flask_restx",
        "webob", "werkzeug", "http", "socketserver", "wsgiref", "xmlrpc", "grpc", "chalice", "mangum", "azure",
        "functions_framework", "gradio", "streamlit", "dash", "nicegui", "aws_lambda_powertools",
    }
)  # fmt: skip
_WORKING = frozenset(
    {
        "celery", "rq", "dramatiq", "huey", "arq", "taskiq", "apscheduler", "schedule", "procrastinate", "airflow",
        "prefect", "dagster", "luigi", "pika", "aio_pika", "kombu", "kafka", "confluent_kafka", "aiokafka", "faust",
        "paho", "zmq", "nats", "stomp", "redis", "socket", "websockets", "websocket", "asyncio", "threading",
        "multiprocessing", "boto3", "telegram", "telebot", "aiogram", "discord", "slack_bolt", "daemon", "signal",
    }
)  # fmt: skip
"""Packages of programs that run on their own: workers, consumers, bots, daemons."""
_HANDLER = re.compile(r"^(lambda_)?handler$|^(entrypoint|main_handler)$")
_OWN_UNIT = re.compile(
    r"(^|/)(Dockerfile[\w.-]*|requirements[\w.-]*\.txt|pyproject\.toml|setup\.py|serverless\.ya?ml|Procfile)$"
)


class Scripts:
    """Questions about scripts of one tree."""

    def __init__(self, sources: Sources, python: Python) -> None:
        self._sources = sources
        self._python = python

    @cached_property
    def loose(self) -> frozenset[str]:
        """The scripts that lie in folders which are no packages, and import and are imported by nothing but tests.

        Only beside a service that is elsewhere, and never what something deployed starts, serves or works a queue.
        """
        candidates = {module.path: module for module in self._python.production if self._stands_alone(module)}
        if not candidates or not any(not _SERVING.isdisjoint(_roots(module)) for module in self._python.production):
            return frozenset()
        for module in self._python.modules.values():
            if not candidates:
                break
            if module.area is Area.TEST:
                continue  # A script that has tests is a script.
            for imported in module.facts.imports:
                path = self._python.absolute(imported.target, module).partition(":")[0]
                found = self._python.module_named(imported.target, module.path)
                for used in (path, found.path if found is not None else ""):
                    if used != module.path:
                        candidates.pop(used, None)
        return frozenset(candidates)

    def _stands_alone(self, module: Module) -> bool:
        folder, _, name = module.path.rpartition("/")
        if "-" in name.partition(".")[0] and "." in name and self._is_nobodys(module):
            return True  # no import can name it
        if not folder or f"{folder}/__init__.py" in self._sources.paths or self._sources.is_started(module.path):
            return False
        if folder in self._units or folder in self._served or not _runs(module):
            return False
        if any(_HANDLER.match(item.name) for item in module.facts.definitions):
            return False
        return not any(self._is_own(imported.target, module) for imported in module.facts.imports)

    def _is_nobodys(self, module: Module) -> bool:
        """Whether a program imports nothing of the tree, and nothing deployed starts it."""
        serves = not (_SERVING | _WORKING).isdisjoint(_roots(module))
        if serves or self._sources.is_started(module.path) or not _runs(module):
            return False
        return not any(self._is_own(imported.target, module) for imported in module.facts.imports)

    def _is_own(self, target: str, module: Module) -> bool:
        if target.startswith("."):
            return True
        parts = target.split(".")
        names = (".".join(parts[:size]) for size in range(len(parts), 0, -1))
        return any(self._python.module_named(name, module.path) is not None for name in names)

    @cached_property
    def _served(self) -> frozenset[str]:
        """The folders in which something serves or works a queue."""
        return frozenset(
            module.path.rpartition("/")[0]
            for module in self._python.production
            if not (_SERVING | _WORKING).isdisjoint(_roots(module))
        )

    @cached_property
    def _units(self) -> frozenset[str]:
        """The folders with an image or a list of dependencies of their own."""
        return frozenset(
            path.rpartition("/")[0]
            for path in self._sources.paths
            if _OWN_UNIT.search(path) and self._sources.area(path) in (Area.PRODUCTION, Area.TOOLING)
        )


def _runs(module: Module) -> bool:
    """Whether the file does something when it is started, rather than to define or to set."""
    return any(call.scope == MODULE and (call.context & MAIN_GUARD or not call.result) for call in module.facts.calls)


def _roots(module: Module) -> frozenset[str]:
    return frozenset(item.target.partition(".")[0] for item in module.facts.imports)
