"""What the values in a registration of routes are: texts, handlers, and classes with a method for each verb."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from itertools import islice

from readiness_bot.facts.python_facts import Call
from readiness_bot.facts.values import Const, Format, Index, Invoke, Name, Value
from readiness_bot.repo.defaults import default_of
from readiness_bot.repo.expressions import flattened
from readiness_bot.repo.modules import DefinitionSite, Module
from readiness_bot.repo.python import Python
from readiness_bot.repo.route import VERBS

_GENERIC_VIEWS: dict[str, tuple[str, ...]] = {
    "CreateAPIView": ("POST",),
    "ListAPIView": ("GET",),
    "RetrieveAPIView": ("GET",),
    "DestroyAPIView": ("DELETE",),
    "UpdateAPIView": ("PUT", "PATCH"),
    "ListCreateAPIView": ("GET", "POST"),
    "RetrieveUpdateAPIView": ("GET", "PUT", "PATCH"),
    "RetrieveDestroyAPIView": ("GET", "DELETE"),
    "RetrieveUpdateDestroyAPIView": ("GET", "PUT", "PATCH", "DELETE"),
    "CreateView": ("GET", "POST"),
    "UpdateView": ("GET", "POST"),
    "DeleteView": ("GET", "POST"),
    "FormView": ("GET", "POST"),
    "ListView": ("GET",),
    "DetailView": ("GET",),
    "TemplateView": ("GET",),
    "RedirectView": ("GET",),
    "LoginView": ("GET", "POST"),
    "LogoutView": ("POST",),
    "PasswordChangeView": ("GET", "POST"),
    "PasswordResetView": ("GET", "POST"),
    "ModelViewSet": ("GET", "POST", "PUT", "PATCH", "DELETE"),
    "ReadOnlyModelViewSet": ("GET",),
    "CreateModelMixin": ("POST",),
    "UpdateModelMixin": ("PUT", "PATCH"),
    "DestroyModelMixin": ("DELETE",),
    "ListModelMixin": ("GET",),
    "RetrieveModelMixin": ("GET",),
    "TokenObtainPairView": ("POST",),
    "TokenRefreshView": ("POST",),
    "GraphQLView": ("GET", "POST"),
    "AsyncGraphQLView": ("GET", "POST"),
    "FileUploadGraphQLView": ("GET", "POST"),
}


_NAMES_DEEP = 4
"""A text is put together from the texts of names this many steps away at most."""


class Views:
    """What a registration's values mean, seen from its module."""

    def __init__(self, python: Python) -> None:
        self._python = python

    def class_text(self, view: DefinitionSite, name: str) -> str:
        """The text that a class binds to a name, itself or by what it descends from; empty for anything else."""
        bound = self._python.class_value(view, name)
        return self.text(bound[1].value, bound[0]) if bound is not None else ""

    def text(self, value: Value | None, module: Module, depth: int = 0) -> str:
        """The text that a value is, with `{}` for what is put into it; empty for anything else."""
        constant = self._python.constant(value, module)
        if isinstance(constant, str):
            return constant
        parts = getattr(value, "parts", ())
        if parts:
            first = parts[0].value if isinstance(parts[0], Const) else None
            if isinstance(first, str) and re.search(r"\{\w*\}|%\(?\w*\)?s", first):
                # What is put in stands behind the text with its places.
                put_in = parts[1:] if first.count("%s") == len(parts) - 1 else ()
                known = iter([self._python.constant(part, module) for part in put_in])
                return re.sub(
                    r"%\(?\w*\)?s", lambda _: text if isinstance(text := next(known, None), str) else "{}", first
                )
            return "".join(
                text
                if isinstance(text := self._python.constant(part, module), str)
                else (self.text(part, module, depth + 1) if isinstance(part, Name) and depth < _NAMES_DEEP else "")
                or "{}"
                for part in parts
            )
        if isinstance(value, Name) and depth < _NAMES_DEEP:
            if value.name.startswith("?"):
                bound = self._bound_once(value.name, module)
                if bound is not None:
                    return self.text(bound, module, depth + 1)
            found = self._python.assignment(value.name, module) if not value.name.startswith("?") else None
            if found is not None and isinstance(found[1].value, Format):
                return self.text(found[1].value, found[0], depth + 1)
        return self._configured(value, module)

    @staticmethod
    def _bound_once(name: str, module: Module) -> Value | None:
        """The text that the functions of a module bind a name of their own to, where only one does so, and once."""
        values = [item.value for item in module.facts.assignments if item.target == name]
        return values[0] if len(values) == 1 and isinstance(values[0], Const | Format) else None

    def _configured(self, value: Value | None, module: Module) -> str:
        """The text that a setting is where nobody sets it: of an object, of Django's or Flask's, of the environment."""
        if not isinstance(value, Name | Invoke | Index):
            return ""
        default = default_of(self._python, value, module)
        if default.is_known:
            return default.value if isinstance(default.value, str) else ""
        key = value.items[0] if isinstance(value, Index) and value.items else None
        text = str(key.value) if isinstance(key, Const) else getattr(value, "name", "").rpartition(".")[2]
        texts = self._texts_of_settings.get(text, frozenset()) if text.isupper() else frozenset()
        return next(iter(texts)) if len(texts) == 1 else ""

    @cached_property
    def _texts_of_settings(self) -> dict[str, frozenset[str]]:
        """What the upper-case names of modules, classes and `app.config` are bound to by default, texts alone."""
        found: dict[str, set[str]] = defaultdict(set)
        for module in self._python.production:
            for assignment in module.facts.assignments:
                name = assignment.key or assignment.target.rpartition(".")[2].lstrip(":")
                if name.isupper() and not name.startswith("?"):
                    default = default_of(self._python, assignment.value, module)
                    if default.is_known and isinstance(default.value, str):
                        found[name].add(default.value)
        return {name: frozenset(texts) for name, texts in found.items()}

    def verb_methods(self, view: DefinitionSite) -> Iterator[tuple[str, DefinitionSite]]:
        """The methods of a class that answer a verb each."""
        for verb in VERBS:
            for method in islice(self._python.methods_of(view, verb, f"on_{verb}", verb.upper()), 1):
                yield verb, method

    def generic_methods(self, view: DefinitionSite) -> tuple[str, ...]:
        """The methods that the library's generic views above a class answer."""
        methods: set[str] = set()
        for base in self._python.external_bases(view):
            # A library's own kind of a model's view set has all that it has: `FlexFieldsModelViewSet`.
            name = base.rpartition(".")[2]
            kind = re.search(r"(ReadOnly)?ModelViewSet$", name)
            methods.update(_GENERIC_VIEWS.get(kind[0] if kind is not None else name, ()))
        limited = self._python.class_value(view, "http_method_names")
        if limited is not None and limited[1].value is not None:
            allowed = {
                text.upper()
                for item in flattened(limited[1].value)
                if isinstance(text := self._python.constant(item, limited[0]), str)
            }
            methods = (methods or allowed) & allowed
        return tuple(sorted(methods))

    def asked_for_graphql(self, value: Value | None, module: Module) -> tuple[str, ...]:
        """The methods of a library's view that answers GraphQL, through what wraps it; none for anything else."""
        for _ in range(4):
            if not isinstance(value, Invoke) or value.call < 0:
                break
            call = module.facts.calls[value.call]
            view = self._python.mean(call.name, module).removesuffix(".as_view").rpartition(".")[2]
            if view.endswith("GraphQLView") and view in _GENERIC_VIEWS:
                return _GENERIC_VIEWS[view]
            value = next((item for item in call.args if isinstance(item, Invoke)), None)
        return ()

    def class_in(self, value: Value | None, module: Module) -> DefinitionSite | None:
        """The class that a value names, or makes a view of."""
        if isinstance(value, Name):
            return self._python.class_of(value.name, module)
        if isinstance(value, Invoke):
            name = value.name.removesuffix(".as_view")
            if value.call >= 0:
                call = module.facts.calls[value.call]
                name = (call.via or call.name).removesuffix(".as_view").removesuffix(".as_asgi")
            return self._python.class_of(name, module)
        return None

    def function_in(self, value: Value | None, module: Module) -> DefinitionSite | None:
        """The function that a value names, through what wraps it."""
        for _ in range(4):
            if isinstance(value, Name):
                found = self._python.definition(value.name, module)
                if found is None and value.meaning:
                    found = self._python.definition(value.meaning, module)  # a method of what a variable holds
                if found is not None and found.definition.kind == "function":
                    return found
                assigned = self._python.assignment(value.name, module)
                if assigned is None:
                    return None
                module, value = assigned[0], assigned[1].value
            elif isinstance(value, Invoke) and value.call >= 0:
                inner = module.facts.calls[value.call]
                value = next((item for item in inner.args if isinstance(item, Name | Invoke)), None)
                if value is None:
                    return self._made_by(inner, module)
            else:
                return None
        return None

    def _made_by(self, call: Call, module: Module) -> DefinitionSite | None:
        """The function that one of the tree makes and gives back: `endpoint=make_endpoint(secret=SECRET)`."""
        maker = self._python.definition(call.name, module)
        if maker is None or maker.definition.kind != "function":
            return None
        facts = maker.module.facts
        given = {
            item.value.name.lstrip("?:").rpartition(".")[2]
            for item in facts.returns
            if item.scope == maker.index and isinstance(item.value, Name)
        }
        return next(
            (
                DefinitionSite(maker.module, index, one)
                for index, one in enumerate(facts.definitions)
                if one.parent == maker.index and one.kind == "function" and one.name in given
            ),
            None,
        )

    def responders(self, value: Value | None, module: Module) -> list[tuple[str, DefinitionSite]]:
        """The `on_get` and `on_post` of a module that Falcon takes as a resource, by their verb."""
        if not isinstance(value, Name):
            return []
        path, _, rest = self._python.identify(value.name, module).partition(":")
        resource = self._python.modules.get(path) if not rest else None
        if resource is None:
            return []
        return [
            (definition.name.removeprefix("on_"), DefinitionSite(resource, index, definition))
            for index, definition in enumerate(resource.facts.definitions)
            if definition.parent < 0
            and definition.kind == "function"
            and definition.name.startswith("on_")
            and definition.name.removeprefix("on_") in VERBS
        ]
