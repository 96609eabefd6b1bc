"""The routes that views of Flask-AppBuilder bring for a model: those of an API, and the pages that list and edit."""

from __future__ import annotations

from collections.abc import Iterator

from readiness_bot.repo.expressions import texts_of
from readiness_bot.repo.modules import CallSite, DefinitionSite
from readiness_bot.repo.python import Python
from readiness_bot.repo.route import Guard, Route, joined
from readiness_bot.repo.routers import Routers
from readiness_bot.repo.views import Views

_ADDING = ("add_api", "add_view", "add_view_no_menu", "add_separate_view")
_OF_API = {
    "get_list": ("GET", "/"),
    "post": ("POST", "/"),
    "get": ("GET", "/<pk>"),
    "put": ("PUT", "/<pk>"),
    "delete": ("DELETE", "/<pk>"),
}
_OF_PAGES = {
    "list": ("GET", "/list/"),
    "show": ("GET", "/show/<pk>"),
    "add": ("GET POST", "/add"),
    "edit": ("GET POST", "/edit/<pk>"),
    "delete": ("POST", "/delete/<pk>"),
}
_API, _PAGES = ".ModelRestApi", (".ModelView", ".MasterDetailView", ".MultipleView")
_ASKING = ("flask_appbuilder.security.decorators.protect", "flask_appbuilder.security.decorators.has_access")
"""What stands before the methods of an API, and before those of pages."""


class ModelRoutes:
    """The routes of each class of views of a model that a tree puts into its application."""

    def __init__(self, python: Python, views: Views, routers: Routers) -> None:
        self._python = python
        self._views = views
        self._routers = routers

    def all(self) -> Iterator[Route]:
        """The routes of each view that is added."""
        if "flask_appbuilder" not in self._python.imported:
            return
        for site in self._python.calls_of(*_ADDING):
            view = self._views.class_in(site.call.argument(0, "baseview"), site.module) if site.call.args else None
            if view is not None:
                yield from self._added(site, view)

    def _added(self, site: CallSite, view: DefinitionSite) -> Iterator[Route]:
        bases = [base for base in self._python.external_bases(view) if base.startswith("flask_appbuilder.")]
        is_api = any(base.endswith(_API) for base in bases)
        if not is_api and not any(base.endswith(_PAGES) for base in bases):
            return
        base, resource = (self._views.class_text(view, name) for name in ("route_base", "resource_name"))
        named = view.definition.name.lower()
        start = base or (f"/api/v1/{resource or named}" if is_api else f"/{named}")
        guard = Guard("decorator", _ASKING[0 if is_api else 1], "class", view.module.path, view.definition.line)
        for name, (verbs, path) in (_OF_API if is_api else _OF_PAGES).items():
            if self._is_kept(view, name):
                yield from self._routers.registered(
                    site,
                    [joined(start, path)],
                    verbs.split(),
                    "flask",
                    self._python.member(view, name),
                    view=view,
                    guards=(guard,),
                )

    def _is_kept(self, view: DefinitionSite, name: str) -> bool:
        """Whether a view answers a method of its base: of some it names those that it keeps or leaves out."""
        kept, left_out = (self._python.class_value(view, f"{word}_route_methods") for word in ("include", "exclude"))
        listed = texts_of(kept[1].value) if kept is not None else []
        return name not in (texts_of(left_out[1].value) if left_out is not None else ()) and (
            not listed or name in listed
        )
