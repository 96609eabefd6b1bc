"""The routes that a mapper connects with actions of controllers, as Routes and CherryPy's dispatcher do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from readiness_bot.facts.values import Invoke, Mapping, Name, Value
from readiness_bot.repo.expressions import texts_of
from readiness_bot.repo.modules import CallSite, DefinitionSite, Module
from readiness_bot.repo.python import Python
from readiness_bot.repo.route import Route
from readiness_bot.repo.routers import Routers
from readiness_bot.repo.views import Views

_READS = re.compile(r"(index|show|list|get|view|detail|home|search|status|health|version)(_|$)|(_|^)(list|detail)$")
"""Names of actions that only read, where nothing tells for which methods they are asked."""
_HOPS = 5


class MappedRoutes:
    """The routes of one tree that mappers connect."""

    def __init__(self, python: Python, views: Views, routers: Routers) -> None:
        self._python = python
        self._views = views
        self._routers = routers

    def all(self) -> Iterator[Route]:
        """What `mapper.connect("/orders", controller=Orders(), action="index")` says, one route a call."""
        for site in self._python.calls_of("connect"):
            action = self._views.text(site.call.keyword("action"), site.module)
            value = site.call.keyword("controller")
            path = next((text for text in self._texts(site) if text.startswith("/")), "")
            if not action or value is None or not path:
                continue
            view = self._controller(value, action, site.module, site.call.scope)
            handler = self._python.member(view, action) if view is not None else None
            if handler is None or _only_refuses(handler):
                continue
            framework = "cherrypy" if "cherrypy" in self._python.imported else "routes"
            verbs = self._methods(site) or (["GET"] if _READS.search(action) else ["GET", "POST"])
            yield from self._routers.registered(site, [_plain(path)], verbs, framework, handler, view=view)

    def _texts(self, site: CallSite) -> Iterator[str]:
        for value in (*site.call.args[:2], site.call.keyword("route")):
            yield self._views.text(value, site.module)

    def _controller(
        self, value: Value, action: str, module: Module, scope: int, hops: int = _HOPS
    ) -> DefinitionSite | None:
        """The class with the action behind a controller: itself, one of it, what wraps one, or what makes one."""
        view = self._views.class_in(value, module)
        if view is not None and self._python.member(view, action) is not None:
            return view
        behind = self._behind(value, module, scope) if hops else iter(())
        found = (self._controller(one, action, *place, hops - 1) for one, place in behind)
        return next((one for one in found if one is not None), None)

    def _behind(self, value: Value | None, module: Module, scope: int) -> Iterator[tuple[Value, tuple[Module, int]]]:
        """What a variable is bound to, a call is handed first, or the function that it calls gives back."""
        if isinstance(value, Name) and value.name.startswith("?"):
            for item in module.facts.assignments:
                if item.scope == scope and item.target == value.name:
                    yield item.value, (module, scope)
        elif isinstance(value, Name):
            bound = self._python.assignment(value.name, module)
            if bound is not None:
                yield bound[1].value, (bound[0], -1)
        elif isinstance(value, Invoke) and value.call >= 0:
            call = module.facts.calls[value.call]
            yield from ((argument, (module, scope)) for argument in call.args[:1])
            maker = self._python.target(call, module)
            for returned in maker.module.facts.returns if maker is not None else ():
                if maker is not None and returned.scope == maker.index:
                    yield returned.value, (maker.module, maker.index)

    @staticmethod
    def _methods(site: CallSite) -> list[str]:
        """The methods that the conditions of a connection name: `conditions={"method": ["POST"]}`."""
        told = site.call.keyword("conditions")
        named: Value | None = None
        if isinstance(told, Mapping):
            pairs = zip(told.keys, told.values, strict=False)
            named = next((value for key, value in pairs if "method" in texts_of(key)), None)
        elif isinstance(told, Invoke) and told.call >= 0:
            named = site.module.facts.calls[told.call].keyword("method")
        return [text.upper() for text in texts_of(named)]


def _only_refuses(handler: DefinitionSite) -> bool:
    """Whether an action answers whatever is asked with an error: it stands for the methods that are not served."""
    facts, scope = handler.module.facts, handler.index
    raised = any(item.scope == scope and not item.guards for item in facts.raises)
    return raised and not any(item.scope == scope for item in facts.returns)


def _plain(path: str) -> str:
    """A path with its parameters as frameworks write them: `/orders/{id}` for `/orders/:id` or `/orders/{id:…}`."""
    return re.sub(r"\{(\w+):[^}]*\}", r"{\1}", re.sub(r"/:(\w+)|/:\((\w+)\)", r"/{\1\2}", path))
