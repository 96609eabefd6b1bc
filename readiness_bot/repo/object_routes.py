"""The routes that are found by walking objects, Pecan's controllers and Twisted's resources, and web.py's table."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from readiness_bot.facts.values import Const, Invoke, Items, Mapping, Name, Value
from readiness_bot.repo.expressions import texts_of
from readiness_bot.repo.modules import DefinitionSite, Module
from readiness_bot.repo.python import Python
from readiness_bot.repo.route import VERBS, Route, joined, plain_pattern
from readiness_bot.repo.routers import Routers
from readiness_bot.repo.views import Views

_EXPOSING = ("pecan.expose", "pecan.decorators.expose", "wsmeext.pecan.wsexpose")
_BY_NAME = {
    "index": "GET",
    "get": "GET",
    "get_one": "GET",
    "get_all": "GET",
    "new": "GET",
    "edit": "GET",
    "post": "POST",
    "put": "PUT",
    "patch": "PATCH",
    "delete": "DELETE",
}
"""What Pecan asks the methods of a controller for, by their names."""
_OF_ONE = frozenset({"get_one", "put", "patch", "delete"})
_WALKING = frozenset({"_lookup", "_default", "_route"})
_DEEP = 6
_MOST_PATHS = 4


class ObjectRoutes:
    """The routes that the objects of a tree answer."""

    def __init__(self, python: Python, views: Views, routers: Routers) -> None:
        self._python = python
        self._views = views
        self._routers = routers

    def all(self) -> Iterator[Route]:
        """The routes of each of these frameworks that the tree imports."""
        if "pecan" in self._python.imported:
            yield from self._pecan()
        if "twisted.web" in self._python.imported:
            yield from self._twisted()
        if "web" in self._python.imported:
            yield from self._webpy()

    def _pecan(self) -> Iterator[Route]:
        for view in self._python.classes:
            custom = self._custom_actions(view)
            for method in view.methods:
                name = method.definition.name
                verbs = self._answered(method) or (
                    custom.get(name, [_BY_NAME.get(name, "GET")]) if self._is_exposed(method) else []
                )
                if not verbs or name in _WALKING:
                    continue
                own = "" if name in _BY_NAME or self._answered(method) else f"/{name.replace('_', '-')}"
                one = "/{id}" if name in _OF_ONE and self._has_own_id(method) else ""
                paths = [f"{path.rstrip('/')}{one}{own}" or "/" for path in self._paths(view)]
                line = method.definition.line
                yield from self._routers.made(paths, verbs, "pecan", view.module, line, method, view=view)

    @staticmethod
    def _has_own_id(method: DefinitionSite) -> bool:
        """Whether a method takes what the last part of the path names."""
        return len(method.definition.parameters) > (1 if method.definition.name == "get_one" else 2)

    def _is_exposed(self, method: DefinitionSite) -> bool:
        return any(self._exposes(item, method.module) for item in method.definition.decorators)

    def _exposes(self, decorator: Value, module: Module) -> bool:
        """Whether a decorator is Pecan's, or one of the tree that hands on to it."""
        name = decorator.name.removesuffix("()") if isinstance(decorator, Name | Invoke) else ""
        if name in _EXPOSING:
            return True
        found = (
            self._python.definition(name, module) if name.rpartition(".")[2].rpartition(":")[2] == "expose" else None
        )
        return found is not None and any(call.name in _EXPOSING for call in found.calls)

    @staticmethod
    def _answered(method: DefinitionSite) -> list[str]:
        """The verb of a method under `@index.when(method="POST")`."""
        for item in method.definition.decorators:
            if isinstance(item, Invoke) and item.call >= 0 and item.name.endswith(".when"):
                told = method.module.facts.calls[item.call].argument(0, "method")
                return texts_of(told)
        return []

    def _custom_actions(self, view: DefinitionSite) -> dict[str, list[str]]:
        bound = self._python.class_value(view, "_custom_actions")
        value = bound[1].value if bound is not None else None
        if not isinstance(value, Mapping):
            return {}
        return {
            key.value: texts_of(verbs)
            for key, verbs in zip(value.keys, value.values, strict=False)
            if isinstance(key, Const) and isinstance(key.value, str)
        }

    def _paths(self, view: DefinitionSite, seen: frozenset[str] = frozenset()) -> list[str]:
        """The paths that lead to a controller, by the attributes of those above it."""
        if view.name in seen or len(seen) > _DEEP:
            return []
        above = [
            joined(path.rstrip("/"), part) if part else path
            for owner, part in self._held.get(view.name, ())
            for path in self._paths(owner, seen | {view.name})
        ]
        return sorted(set(above))[:_MOST_PATHS] or [""]

    @cached_property
    def _held(self) -> dict[str, list[tuple[DefinitionSite, str]]]:
        """The controllers that hold one of each class, with the part of a path that leads there."""
        found: dict[str, list[tuple[DefinitionSite, str]]] = defaultdict(list)
        for owner in self._python.classes:
            named = [(item.name, item.value) for item in owner.fields]
            scopes = {method.index: method for method in owner.methods}
            for item in owner.module.facts.assignments if scopes else ():
                if item.scope in scopes and item.target.startswith(f":{owner.definition.qualname}()."):
                    named.append((item.target.rpartition(".")[2], item.value))
            for name, value in named:
                held = self._views.class_in(value, owner.module) if isinstance(value, Invoke) else None
                if held is not None:
                    found[held.name].append((owner, name))
            for method in owner.methods:
                if method.definition.name == "_lookup":
                    for call in method.calls:
                        held = self._python.class_of(call.via or call.name, owner.module)
                        if held is not None and held.name != owner.name:
                            found[held.name].append((owner, "{id}"))
        return found

    def _twisted(self) -> Iterator[Route]:
        for view in self._python.classes:
            verbs = [
                (verb, method)
                for verb in VERBS
                for method in view.methods
                if method.definition.name == f"render_{verb.upper()}"
            ]
            if verbs and self._python.descends_from(view, "twisted.web.resource.*"):
                paths = sorted(set(self._children.get(view.name, ())))[:_MOST_PATHS]
                for verb, method in verbs:
                    line = method.definition.line
                    yield from self._routers.made(
                        paths or [f"/{view.definition.name.lower()}"],
                        [verb],
                        "twisted",
                        view.module,
                        line,
                        method,
                        view=view,
                    )

    @cached_property
    def _children(self) -> dict[str, list[str]]:
        """The paths below which `putChild` puts resources of each class; what is above is read within one file."""
        put = [site for site in self._python.calls_of("putChild") if len(site.call.args) > 1]
        above: dict[tuple[str, str], tuple[str, str]] = {}
        for site in put:
            child = site.call.args[1]
            if isinstance(child, Name):
                parent = site.call.called_on
                above[site.module.path, child.name] = (parent, _part(site.call.args[0]))
        found: dict[str, list[str]] = defaultdict(list)
        for site in put:
            view = self._views.class_in(site.call.args[1], site.module) or (
                self._python.class_of(site.call.args[1].meaning, site.module)
                if isinstance(site.call.args[1], Name)
                else None
            )
            parts = [_part(site.call.args[0])]
            parent = site.call.called_on
            while (site.module.path, parent) in above and len(parts) < _DEEP:
                parent, part = above[site.module.path, parent]
                parts.append(part)
            if view is not None:
                found[view.name].append("/" + "/".join(part for part in reversed(parts) if part))
        return found

    def _webpy(self) -> Iterator[Route]:
        """The pairs of a pattern and a class in the flat table that `web.application` is handed."""
        for site in self._python.calls("web.application"):
            value = site.call.argument(0, "mapping")
            bound = self._python.assignment(value.name, site.module) if isinstance(value, Name) else None
            module, value = (bound[0], bound[1].value) if bound is not None else (site.module, value)
            items = value.items if isinstance(value, Items) else ()
            for pattern, named in zip(items[::2], items[1::2], strict=False):
                path = self._views.text(pattern, module)
                view = self._views.class_in(named, module)
                if view is None and isinstance(named, Const) and isinstance(named.value, str):
                    place, _, name = named.value.rpartition(".")
                    holder = self._python.module_named(place, module.path) if place else module
                    view = self._python.definition_named(f"{holder.path}:{name}") if holder is not None else None
                if view is not None and path:
                    for verb, method in self._views.verb_methods(view):
                        yield from self._routers.made(
                            [joined("", plain_pattern(path))],
                            [verb],
                            "web.py",
                            module,
                            site.call.line,
                            method,
                            view=view,
                        )


def _part(value: Value) -> str:
    """A part of a path, as Twisted takes it: bytes."""
    text = value.value if isinstance(value, Const) else ""
    return re.sub(r"^b?['\"]|['\"]$", "", text) if isinstance(text, str) else ""
