"""The routes that a tree registers and dispatches by code of its own, for trees in which no framework tells any."""

from __future__ import annotations

import re
from collections.abc import Iterator

from readiness_bot.facts.python_facts import DECORATOR
from readiness_bot.facts.values import Const
from readiness_bot.repo.expressions import flattened
from readiness_bot.repo.modules import CallSite, DefinitionSite
from readiness_bot.repo.python import Python
from readiness_bot.repo.route import VERBS, Route, joined, plain_pattern
from readiness_bot.repo.route_guards import RouteGuards
from readiness_bot.repo.routers import Routers
from readiness_bot.repo.views import Views

_LEAST = 2
"""One decorator with a path may be anything; a way of dispatching has more."""
_REGISTERS = re.compile(
    r"(^|_)(route|routes|routed|expose|exposed|endpoint|handler|handle|handles|url|path|api|web|http|page|view|resource"
    r"|get|post|put|delete|patch)(_|$)",
    re.IGNORECASE,
)
_PATH = re.compile(r"\^?/[\w/{}<>:.*?()\[\]\\+$-]*$")
_SERVED_BY = (
    ("aiohttp", "aiohttp"),
    ("tornado", "tornado"),
    ("starlette", "starlette"),
    ("werkzeug", "werkzeug"),
    ("webob", "webob"),
    ("twisted", "twisted"),
    ("cherrypy", "cherrypy"),
)
_HANDLERS = ("http.server.*", "BaseHTTPServer.*", "six.moves.BaseHTTPServer.*", "SocketServer.*")
_ASKED = re.compile(r"/[\w.-]+(/[\w.{}-]+)*/?$")
_OF_PROBES = re.compile(
    r"/(\w+/)?_*(health(z|_?check)?|live(z|ness)?|ready(z)?|readiness|alive|ping|pulse|heart_?beat|metrics|status)/?$",
    re.IGNORECASE,
)


class OwnRoutes:
    """The routes of own decorators, and of handlers that answer probes by hand."""

    def __init__(self, python: Python, views: Views, guards: RouteGuards, routers: Routers) -> None:
        self._python = python
        self._views = views
        self._guards = guards
        self._routers = routers

    def decorated(self) -> list[Route]:
        """Functions and classes under a decorator of the tree's own that is told a path: `@expose("/orders")`."""
        found: list[Route] = []
        places: set[tuple[str, int]] = set()
        for site in self._python.all_calls:
            call = site.call
            if not call.context & DECORATOR or call.decorates < 0 or ":" not in site.name:
                continue
            paths = [text for value in call.args[:3] if _PATH.match(text := self._views.text(value, site.module))]
            if paths and _REGISTERS.search(site.last.rpartition(":")[2]):
                found += self._registered(site, [joined("", plain_pattern(path)) for path in paths[:1]])
                places.add((site.module.path, call.decorates))
        return found if len(places) >= _LEAST else []

    def _registered(self, site: CallSite, paths: list[str]) -> Iterator[Route]:
        index = site.call.decorates
        target = DefinitionSite(site.module, index, site.module.facts.definitions[index])
        framework = next((name for package, name in _SERVED_BY if package in self._python.imported), "own")
        guards = tuple(self._guards.of_call(site, "route"))
        if target.definition.kind == "class":
            for verb, method in self._views.verb_methods(target):
                yield from self._routers.registered(site, paths, [verb], framework, method, view=target, guards=guards)
            return
        owner = site.module.definition(target.definition.parent)
        view = DefinitionSite(site.module, target.definition.parent, owner) if owner and owner.kind == "class" else None
        yield from self._routers.registered(
            site, paths, self._methods(site), framework, target, view=view, guards=guards
        )

    def _methods(self, site: CallSite) -> list[str]:
        """The verbs that such a decorator is told, by its name or its arguments."""
        named = [word for word in site.last.rpartition(":")[2].lower().split("_") if word in VERBS]
        told = [*site.call.args, *(value for _, value in site.call.keywords)]
        texts = [item.value for value in told for item in flattened(value) if isinstance(item, Const)]
        return named or [text for text in texts if isinstance(text, str) and text.lower() in VERBS] or ["GET"]

    def probed(self) -> Iterator[Route]:
        """What a handler of the standard library's server answers, where its module knows no paths but of probes."""
        for view in self._python.classes:
            method = self._python.member(view, "do_GET")
            if method is None or not self._python.descends_from(view, *_HANDLERS):
                continue
            paths = [text for text, _ in view.module.facts.strings if _ASKED.match(text)]
            if paths and all(map(_OF_PROBES.match, paths)):
                line = method.definition.line
                yield from self._routers.made(paths, ["GET"], "http.server", view.module, line, method, view=view)
