"""The routes of Flask-Classful: a view's public methods, by their names or by what they are told."""

from __future__ import annotations

import re
from collections.abc import Iterator

from readiness_bot.facts.python_facts import Call
from readiness_bot.facts.values import Const, Invoke, Name
from readiness_bot.repo.expressions import flattened
from readiness_bot.repo.modules import CallSite, DefinitionSite
from readiness_bot.repo.python import Python
from readiness_bot.repo.route import Guard, Route, joined
from readiness_bot.repo.routers import Routers
from readiness_bot.repo.views import Views

_VIEWS = ("flask_classful.FlaskView", "flask_classy.FlaskView")
_BY_NAME = {"index": "GET", "get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "delete": "DELETE"}
_NO_ROUTE = re.compile(r"_|(before|after)_|(register|make_response|default_interceptor)$")
_NO_METHOD = frozenset({"classmethod", "staticmethod", "property"})


class ClassfulRoutes:
    """The routes of views that are registered whole: `OrdersView.register(app)`."""

    def __init__(self, python: Python, views: Views, routers: Routers) -> None:
        self._python = python
        self._views = views
        self._routers = routers

    def all(self) -> Iterator[Route]:
        """The routes of each registration."""
        if not {"flask_classful", "flask_classy"} & set(self._python.imported):
            return
        for site in self._python.calls_of("register"):
            view = self._python.class_of(site.call.called_on, site.module)
            if view is not None and self._python.descends_from(view, *_VIEWS):
                yield from self._registered(site, view)

    def _registered(self, site: CallSite, view: DefinitionSite) -> Iterator[Route]:
        given = site.call.argument(0, "app")
        identity = self._python.identify(given.name, site.module) if isinstance(given, Name) else ""
        router = identity if ":" in identity else ""
        named = view.definition.name
        base = self._told(site, view, "route_base") or re.sub(r"View$", "", named).lower()
        start = joined(self._told(site, view, "route_prefix").rstrip("/"), base.strip("/"))
        excluded = self._python.class_value(view, "excluded_methods")
        left_out = (
            {item.value for item in flattened(excluded[1].value) if isinstance(item, Const)} if excluded else set()
        )
        seen: set[str] = set()
        for owner in self._python.ancestry(view):
            for method in owner.methods:
                name = method.definition.name
                if name in seen or name in left_out or _NO_ROUTE.match(name) or _is_of_class(method):
                    continue
                seen.add(name)
                guards = tuple(self._before(view, name))
                for rule, methods in self._rules(method, start):
                    yield from self._routers.registered(
                        site, [rule], methods, "flask", method, view=view, router=router, guards=guards
                    )

    def _told(self, site: CallSite, view: DefinitionSite, name: str) -> str:
        given = site.call.keyword(name)
        return self._views.class_text(view, name) if given is None else self._views.text(given, site.module)

    def _rules(self, method: DefinitionSite, start: str) -> Iterator[tuple[str, list[str]]]:
        told = [call for call in _decorating(method) if call.name in ("flask_classful.route", "flask_classy.route")]
        for call in told:
            rule = self._views.text(call.argument(0, "rule"), method.module)
            verbs = [item.value for item in flattened(call.keyword("methods")) if isinstance(item, Const)]
            yield joined(start, rule) if rule else start, [verb for verb in verbs if isinstance(verb, str)] or ["GET"]
        if told:
            return
        name = method.definition.name
        asked = [
            f"<{one.name}>"
            for one in method.definition.parameters[1:]
            if one.default is None and one.kind == "positional" and f"{one.name}>" not in start
        ]
        middle = [] if name in _BY_NAME else [name]
        yield "/".join([start.rstrip("/"), *middle, *asked]) or "/", [_BY_NAME.get(name, "GET")]

    def _before(self, view: DefinitionSite, name: str) -> Iterator[Guard]:
        """The methods of a view that Flask-Classful calls before the one that answers."""
        for hook in (self._python.member(view, "before_request"), self._python.member(view, f"before_{name}")):
            if hook is not None:
                yield Guard("hook", hook.name, "class", hook.module.path, hook.definition.line)


def _decorating(method: DefinitionSite) -> Iterator[Call]:
    for decorator in method.definition.decorators:
        if isinstance(decorator, Invoke) and decorator.call >= 0:
            yield method.module.facts.calls[decorator.call]


def _is_of_class(method: DefinitionSite) -> bool:
    return any(isinstance(item, Name) and item.name in _NO_METHOD for item in method.definition.decorators)
