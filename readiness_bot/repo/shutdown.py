"""What the program itself closes when it is told to stop; knows nothing of the servers and containers around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from readiness_bot.facts.python_facts import AFTER_YIELD, IN_FINALLY, IN_WITH_HEADER
from readiness_bot.facts.values import Name
from readiness_bot.repo.modules import CallSite, DefinitionSite
from readiness_bot.repo.python import Python
from readiness_bot.repo.services import Services

_CLOSING_NAMES = """
close aclose close_all close_all_sessions dispose disconnect disconnect_all shutdown stop cancel quit terminate flush
force_flush wait_closed join cleanup drain unsubscribe shutdown_default_executor stop_all aclose_all close_connections
close_pool kill
"""
_CLOSING = frozenset(_CLOSING_NAMES.split())
_BESIDE_SERVER = re.compile(
    r"(^|[/_-])(workers?|scheduler|celery|tasks?|cli|commands?|scripts?|consumers?|runner|foreman|browser|daemon)([/_.-]|$)"
)
_SERVING = frozenset({"start_http_server", "serve_forever", "run_app", "listen", "serve", "run_server"})
_PER_REQUEST = frozenset({"teardown_appcontext", "teardown_request"})
_SIGNALS = ("signal.signal", "atexit.register", "atexit.unregister")
_ENDINGS = ("KeyboardInterrupt", "SystemExit", "CancelledError")
"""What a handler of a signal raises to end the program."""

_WORKER_SIGNALS = ("worker_shutdown", "worker_process_shutdown", "worker_shutting_down")

MAX_HOPS = 2
"""Own functions followed from a hook: a hook that calls `close_resources` that calls `database.disconnect` is two."""


@dataclass(frozen=True, slots=True)
class Closing:
    """A call that closes something, and what brings it about.

    The trigger is `lifespan`, `shutdown`, `atexit` or `signal` for the server, and `worker` for any other process.
    """

    path: str
    line: int
    trigger: str
    name: str


class Shutdown:
    """Questions about what is closed on the way out."""

    LOOKS = "shutdown hooks, lifespans, atexit and signal handlers"

    def __init__(self, python: Python, services: Services) -> None:
        self._python = python
        self._services = services

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    @cached_property
    def closings(self) -> tuple[Closing, ...]:
        """The calls that close something on shutdown, by place."""
        found = dict.fromkeys(self._closings())
        return tuple(sorted(found, key=lambda one: (one.path, one.line)))

    def _closings(self) -> Iterator[Closing]:
        for hook in self._services.hooks:
            definition = hook.definition if hook.kind in ("shutdown", "lifespan") else None
            if definition is not None and definition.name not in self._per_request:
                yield from self._within(definition, hook.kind, MAX_HOPS)
            elif hook.kind == "shutdown" and hook.definition is None and hook.name.rpartition(".")[2] in _CLOSING:
                # A library's own method is handed over as it is: `on_shutdown=[database.disconnect]`.
                yield Closing(hook.location.path, hook.location.line, "shutdown", hook.name)
        for site in self._python.calls(*_SIGNALS):
            trigger = "atexit" if site.name.startswith("atexit") else "signal"
            yield from self._handed(site, _trigger_of(site, trigger))
            if trigger == "signal":
                yield from self._behind_loop(site, _trigger_of(site, trigger))
        for site in self._python.calls_of("add_signal_handler"):
            yield from self._handed(site, _trigger_of(site, "signal"))
        for function in self._python.functions:
            for decorator in function.definition.decorators:
                name = getattr(decorator, "name", "")
                if isinstance(name, str) and any(f"{signal}.connect" in name for signal in _WORKER_SIGNALS):
                    yield from self._within(function, "worker", MAX_HOPS)
                elif isinstance(name, str) and name == "atexit.register":
                    yield from self._within(function, "atexit", MAX_HOPS)

    @cached_property
    def _per_request(self) -> frozenset[str]:
        """Functions that frameworks call a shutdown hook and run after every request."""
        decorated = (function.name for function in self._python.functions if _is_per_request(function))
        handed = (
            found.name
            for site in self._python.calls_of(*_PER_REQUEST)
            for value in site.call.args
            if isinstance(value, Name) and (found := self._python.definition(value.name, site.module)) is not None
        )
        return frozenset((*decorated, *handed))

    def _handed(self, site: CallSite, trigger: str) -> Iterator[Closing]:
        for value in site.call.args:
            if not isinstance(value, Name):
                continue
            last = value.name.rpartition(".")[2]
            definition = self._python.definition(value.name, site.module)
            if definition is not None:
                yield from self._within(definition, trigger, MAX_HOPS)
            elif last in _CLOSING and "." in value.name:
                yield Closing(site.module.path, site.call.line, trigger, value.name)

    @staticmethod
    def _behind_loop(site: CallSite, trigger: str) -> Iterator[Closing]:
        """What the function that installs a handler closes at last, once the loop that the handler ends returns."""
        ended = [
            (one.line, one.end_line)
            for one in site.module.facts.handlers
            if one.scope == site.call.scope and any(name.endswith(_ENDINGS) for name in one.types)
        ]
        for call in site.module.facts.calls:
            late = call.context & IN_FINALLY or any(first <= call.line <= last for first, last in ended)
            if call.scope == site.call.scope >= 0 and late and call.last in _CLOSING:
                yield Closing(site.module.path, call.line, trigger, (call.via or call.name).lstrip(":"))

    def _within(self, definition: DefinitionSite, trigger: str, hops: int) -> Iterator[Closing]:
        lifespan = trigger == "lifespan" and definition.definition.is_generator
        for call in definition.module.facts.calls:
            if call.scope != definition.index:
                continue
            # A lifespan closes behind its yield, in `finally`, or by leaving a context that it entered.
            late = not lifespan or bool(call.context & (AFTER_YIELD | IN_FINALLY))
            if late and call.last in _CLOSING:
                yield Closing(definition.module.path, call.line, trigger, (call.via or call.name).lstrip(":"))
            elif lifespan and call.context & IN_WITH_HEADER:
                yield Closing(definition.module.path, call.line, trigger, f"with {call.name}")
            elif late and hops:
                called = self._python.definition(call.name, definition.module)
                if called is not None and called.definition.kind == "function" and called.name != definition.name:
                    yield from self._within(called, trigger if not lifespan else "shutdown", hops - 1)


def _trigger_of(site: CallSite, trigger: str) -> str:
    """What brings a handler about.

    In a module of workers, schedulers or commands it is the server's if that starts one.
    """
    serves = any(call.last in _SERVING for call in site.beside)
    return "worker" if _BESIDE_SERVER.search(site.module.path) and not serves else trigger


def _is_per_request(definition: DefinitionSite) -> bool:
    names = (getattr(decorator, "name", "") for decorator in definition.definition.decorators)
    return any(isinstance(name, str) and name.rpartition(".")[2] in _PER_REQUEST for name in names)
