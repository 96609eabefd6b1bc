"""What stands before the handlers of routes: dependencies, decorators, and what classes of views declare."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from readiness_bot.facts.python_facts import Call
from readiness_bot.facts.values import Const, Index, Invoke, Items, Mapping, Name, Other, Value
from readiness_bot.repo.expressions import either_of, flattened
from readiness_bot.repo.modules import CallSite, DefinitionSite, Module
from readiness_bot.repo.python import Python
from readiness_bot.repo.route import VERBS, Guard, told_optional
from readiness_bot.repo.views import Views

_CLASS_GUARDS: dict[str, Literal["permission", "authentication", "throttle", "decorator"]] = {
    "permission_classes": "permission",
    "permissions": "permission",
    "permission_required": "permission",
    "authentication_classes": "authentication",
    "throttle_classes": "throttle",
    "decorators": "decorator",
    "method_decorators": "decorator",
    "guards": "permission",
    "middleware": "decorator",
}


_RIGHT = "permission_required"
"""The attribute that names the right which mixins of views ask for; a method `get_…` may choose it."""
_HANDED_DOWN = 4
"""Classes whose lists are made of each other's are followed this far."""
_FRAMEWORKS = ("django.", "rest_framework.", "builtins.", "object")
_ALLOWING = "rest_framework.permissions.AllowAny"
_ACTIONS = frozenset({"action", "list_route", "detail_route"})
"""Decorators that make a method of a view set of Django REST framework a route."""


class RouteGuards:
    """Questions about what guards routes."""

    def __init__(self, python: Python, views: Views) -> None:
        self._python = python
        self._views = views

    def of_call(self, site: CallSite, level: Literal["route", "class", "router", "application"]) -> Iterator[Guard]:
        """The guards that a registration, an inclusion or a router's making names, with the dependencies of each."""
        for guard in self._named_by(site, level):
            for one in self._further(iter((guard,))):
                yield one if one is guard else replace(one, level=level, path=guard.path, line=guard.line)

    def of_value(
        self, value: Value, site: CallSite, level: Literal["route", "class", "router", "application"]
    ) -> Iterator[Guard]:
        """The guards that a value of a call names, with the dependencies of each."""
        for guard in self._guards_in(value, site.module, site.call.line, level):
            for one in self._further(iter((guard,))):
                yield one if one is guard else replace(one, level=level, path=guard.path, line=guard.line)

    def _named_by(self, site: CallSite, level: Literal["route", "class", "router", "application"]) -> Iterator[Guard]:
        for keyword in ("dependencies", "auth", "guards", "middleware"):
            value = site.call.keyword(keyword)
            if isinstance(value, Name) and value.name.startswith("?"):
                for caller, handed in self._python.handed_values(site, value.name[1:]):
                    if handed is not None:
                        yield from self._guards_in(handed, caller.module, caller.call.line, level)
                for one, line in self._put_into(value.name, site):
                    yield from self._guards_in(one, site.module, line, level)
            elif value is not None:
                yield from self._guards_in(value, site.module, site.call.line, level)

    @staticmethod
    def _put_into(name: str, site: CallSite) -> Iterator[tuple[Value, int]]:
        """What the function around a call puts into a list of its own before it hands that on, and at which lines."""
        facts, scope = site.module.facts, site.call.scope
        yield from (
            (item.value, item.line)
            for item in facts.assignments
            if item.scope == scope and item.target == name and isinstance(item.value, Items | Other)
        )
        for call in site.module.calls_in(scope):
            if call.last in ("append", "extend", "insert") and (call.via or call.name) == f"{name}.{call.last}":
                yield from ((value, call.line) for value in call.args[-1:])

    def of_making(self, site: CallSite, level: Literal["router", "application"]) -> Iterator[Guard]:
        """The guards that a router's making names, and those that a class of the tree's own gives each it makes."""
        yield from self.of_call(site, level)
        made = self._python.definition(site.call.via or site.call.name, site.module)
        if made is not None and made.definition.kind == "class":
            method = self._python.member(made, "__init__")
            for call in method.calls if method is not None else ():
                if method is not None and call.last == "__init__":
                    yield from self.of_call(self._python.call_site(method.module, call), level)

    def _guards_in(
        self, value: Value, module: Module, line: int, level: Literal["route", "class", "router", "application"]
    ) -> Iterator[Guard]:
        for item in flattened(value):
            if isinstance(item, Mapping):
                # Above the route a name is asked for by those handlers alone that have a parameter of it.
                for named in item.values if level == "route" else ():
                    yield from self._guards_in(named, module, line, level)
            elif isinstance(item, Other) and item.kind == "IfExp":
                # What is chosen of, with whatever the choice hangs on: that guards nothing.
                for name in item.names:
                    yield Guard(
                        "dependency", self._python.identify(name, module), level, module.path, line, is_optional=True
                    )
            elif isinstance(item, Invoke):
                inner = module.facts.calls[item.call] if item.call >= 0 else None
                arguments = inner.args if inner is not None else ()
                first = arguments[0] if arguments else (inner.keyword("dependency") if inner is not None else None)
                if item.name.rpartition(".")[2] in ("Depends", "Security", "Provide") and first is not None:
                    for value in self._chosen_values(first, module, inner.scope if inner is not None else -1):
                        name = self._dependency_name(value, module)
                        told = (*self._made_with(value, module), *arguments[1:])
                        yield Guard("dependency", name, level, module.path, line, told)
                else:
                    yield Guard("dependency", self._python.mean(item.name, module), level, module.path, line, arguments)
            elif isinstance(item, Name):
                assigned = self._python.assignment(item.name, module)
                if (
                    assigned is not None
                    and not isinstance(assigned[1].value, Name)
                    and flattened(assigned[1].value) != [item]
                ):
                    yield from self._guards_in(assigned[1].value, assigned[0], line, level)
                else:
                    yield Guard("dependency", self._python.identify(item.name, module), level, module.path, line)

    @staticmethod
    def _chosen_values(value: Value, module: Module, scope: int) -> list[Value]:
        """What a local variable may hold, where branches bind it to one thing or another; else the value alone."""
        bound: list[Value] = [
            item.value
            for item in module.facts.assignments
            if isinstance(value, Name)
            and value.name.startswith("?")
            and item.scope == scope
            and item.target == value.name
            and isinstance(item.value, Name)
        ]
        return bound or [value]

    def _dependency_name(self, value: Value, module: Module) -> str:
        if isinstance(value, Name):
            identity = self._python.identify(value.name, module)
            if self._python.definition_named(identity) is None:
                # An object of the tree's own class that is called as a function: `get_shop = ShopOf(OWNER)`.
                meant = self._python.mean(value.name, module)
                made = meant.removesuffix("()")
                identity = made if made != meant and self._python.definition_named(made) is not None else identity
            return identity or value.name
        if isinstance(value, Invoke):
            return self._python.mean(value.name, module)
        return ""

    def _made_with(self, value: Value, module: Module) -> tuple[Value, ...]:
        """What the function that makes a dependency is handed, where the module makes it: `may("orders:read")`."""
        if isinstance(value, Name) and value.name[:1] == ":":
            bound = self._python.assignment(value.name, module)
            value = bound[1].value if bound is not None and bound[0] is module else value
        return module.facts.calls[value.call].handed if isinstance(value, Invoke) and value.call >= 0 else ()

    def dependencies(self, function: DefinitionSite, depth: int = 0) -> Iterator[Guard]:
        """The dependencies that a function asks for in its parameters, and theirs, outermost first."""
        if depth > 6:
            return
        for parameter in function.definition.parameters:
            for value in (parameter.default, parameter.annotation):
                typed = parameter.annotation if value is parameter.default else None
                asked = self.asked_for_in(value, function.module, function.definition.line, typed=typed)
                yield from self._further(asked, function.name, depth)

    def _further(self, asked: Iterator[Guard], around: str = "", depth: int = 0) -> Iterator[Guard]:
        """These dependencies, and those that they ask for in turn, but for what the function around them is."""
        for guard in asked:
            yield guard
            target = self._python.definition_named(guard.name)
            if target is None or target.name == around:
                continue
            if target.definition.kind == "class":
                target = self._python.member(target, "__call__") or self._python.member(target, "__init__")
            if target is not None:
                yield from self.dependencies(target, depth + 1)
                for made in self._made_inside(target):
                    yield from self.dependencies(made, depth + 1)

    @staticmethod
    def _made_inside(maker: DefinitionSite) -> Iterator[DefinitionSite]:
        """The functions that a function makes and gives back: `Depends(for_roles("admin"))`."""
        module = maker.module
        given = {
            item.value.name.rpartition(".")[2].lstrip("?:")
            for item in module.facts.returns
            if item.scope == maker.index and isinstance(item.value, Name)
        }
        for number, definition in enumerate(module.facts.definitions) if given else ():
            owner, _, name = definition.qualname.rpartition(".")
            if owner == maker.definition.qualname and name in given and definition.kind != "class":
                yield DefinitionSite(module, number, definition)

    def asked_for_in(
        self, value: Value | None, module: Module, line: int, depth: int = 0, *, typed: Value | None = None
    ) -> Iterator[Guard]:
        """The dependencies that a parameter's default or annotation asks for.

        One that names none is made by the class that the parameter is `typed` by: `pages: Pages = Depends()`.
        """
        if value is None or depth > 4:
            return
        if isinstance(value, Invoke):
            if value.name.rpartition(".")[2] in ("Depends", "Security", "Inject", "Provide") and value.call >= 0:
                inner = module.facts.calls[value.call]
                first = inner.argument(0, "dependency") or (typed if isinstance(typed, Name) else None)
                if first is not None:
                    yield Guard(
                        "dependency",
                        self._dependency_name(first, module),
                        "route",
                        module.path,
                        line,
                        (*self._made_with(first, module), *inner.args[1:], *(v for _, v in inner.keywords)),
                    )
            else:
                yield from self._made_dependency(value, module, line)
        elif isinstance(value, Index):
            for item in value.items:
                yield from self.asked_for_in(item, module, line, depth + 1, typed=value.items[0])
        elif isinstance(value, Name) and not value.name.startswith("?"):
            assigned = self._python.assignment(value.name, module)
            if assigned is not None:
                yield from self.asked_for_in(assigned[1].value, assigned[0], line, depth + 1)

    def _made_dependency(self, value: Invoke, module: Module, line: int) -> Iterator[Guard]:
        """What a function of the tree makes a dependency of: `user=require_role("admin")`."""
        maker = self._python.definition(value.name, module)
        if maker is None or maker.definition.kind != "function":
            return
        for item in maker.module.facts.returns:
            if (
                item.scope == maker.index
                and isinstance(item.value, Invoke)
                and item.value.name.rpartition(".")[2] in ("Depends", "Security")
            ):
                yield Guard("dependency", maker.name, "route", module.path, line, ())
                yield from self.asked_for_in(item.value, maker.module, item.line, depth=1)
                return

    def of_handler(self, handler: DefinitionSite) -> Iterator[Guard]:
        """The guards of a function by its decorators and parameters."""
        yield from self._decorator_guards(handler, "route")
        yield from self._of_method(handler)
        yield from self.dependencies(handler)
        yield from self._of_instance(handler)

    def _of_method(self, handler: DefinitionSite) -> Iterator[Guard]:
        """The decorators that a class of views lists for one of its methods: `{"post": [login_required]}`."""
        found = self._python.class_value(handler.owner, "method_decorators") if handler.owner is not None else None
        if found is None or not isinstance(found[1].value, Mapping):
            return
        module, bound = found
        for key, values in zip(found[1].value.keys, found[1].value.values, strict=True):
            if isinstance(key, Const) and key.value == handler.definition.name:
                for value in flattened(values):
                    yield Guard("decorator", self._value_name(value, module), "class", module.path, bound.line)

    def _of_instance(self, handler: DefinitionSite) -> Iterator[Guard]:
        """The dependencies by which an instance of a handler's class is made: `user: User = Depends(signed_in)`."""
        owner = handler.owner
        if owner is None:
            return
        taken = {parameter.name for parameter in handler.definition.parameters}
        for site in self._python.ancestry(owner):
            for field in site.fields:
                yield from self._further(self.asked_for_in(field.value, site.module, field.line))
                if field.name == "dependencies" and isinstance(field.value, Mapping):
                    for key, value in zip(field.value.keys, field.value.values, strict=True):
                        if isinstance(key, Const) and key.value in taken:
                            yield from self._further(self.asked_for_in(value, site.module, field.line))
        method = self._python.member(owner, "__init__")
        if method is not None:
            yield from self.dependencies(method)

    def _decorator_guards(self, site: DefinitionSite, level: Literal["route", "class"]) -> Iterator[Guard]:
        for decorator in site.definition.decorators:
            arguments: tuple[Value, ...] = ()
            if isinstance(decorator, Invoke):
                name = self._python.identify(decorator.name, site.module)
                if decorator.call >= 0:
                    call = site.module.facts.calls[decorator.call]
                    name = told_optional(self._python.identify(call.via or call.name, site.module), call)
                    arguments = call.handed
                    yield from self._of_action(call, site, level)
            elif isinstance(decorator, Name):
                name = self._python.identify(decorator.name, site.module)
            else:
                continue
            last = name.rpartition(".")[2]
            own, asked = self._registrar(decorator, site)
            if own is not None and asked is not None and _lets_off(asked, own):
                continue
            if last in VERBS or last in ("route", "api_route", "websocket"):
                if own is not None:
                    yield Guard("decorator", own.name, level, site.module.path, site.definition.first_line, arguments)
                continue
            if last == "method_decorator":
                for value in arguments:
                    for item in flattened(value):
                        inner = self._value_name(item, site.module)
                        if inner:
                            made = item.call if isinstance(item, Invoke) else -1
                            told = site.module.facts.calls[made].handed if made >= 0 else ()
                            yield Guard("decorator", inner, level, site.module.path, site.definition.first_line, told)
            yield Guard("decorator", name, level, site.module.path, site.definition.first_line, arguments)

    def _registrar(self, decorator: Value, site: DefinitionSite) -> tuple[DefinitionSite | None, Call | None]:
        """The tree's own function that a decorator calls, with that call: it may wrap what it puts in place."""
        if not isinstance(decorator, Invoke) or decorator.call < 0:
            return None, None
        call = site.module.facts.calls[decorator.call]
        own = self._python.target(call, site.module)
        return (own, call) if own is not None and own.definition.kind == "function" else (None, None)

    def _of_action(self, call: Call, site: DefinitionSite, level: Literal["route", "class"]) -> Iterator[Guard]:
        """The permissions that an extra action of a view set asks for, in the place of those of its class."""
        classes = call.keyword("permission_classes") if call.last in _ACTIONS else None
        if isinstance(classes, Items) and not classes.items:
            yield Guard("permission", _ALLOWING, level, site.module.path, site.definition.first_line)
        for value in flattened(classes) if classes is not None else ():
            named = value.names if isinstance(value, Other) else (self._value_name(value, site.module),)
            for name in named:
                resolved = self._python.identify(name, site.module) if name else ""
                yield Guard("permission", resolved, level, site.module.path, site.definition.first_line)

    def _value_name(self, value: Value, module: Module) -> str:
        if isinstance(value, Name):
            return self._python.identify(value.name, module)
        if isinstance(value, Invoke):
            return self._python.identify(value.name, module)
        return ""

    def put_on_views(self, module: Module) -> Iterator[Guard]:
        """The decorators that a module puts on whatever views it registers: `view.decorators.append(signed_in)`."""
        for call in module.facts.calls:
            if call.last in ("append", "extend", "insert") and (call.via or call.name).endswith(
                f"decorators.{call.last}"
            ):
                for value in call.args:
                    for item in flattened(value):
                        name = self._value_name(item, module)
                        if name:
                            yield Guard("decorator", name, "router", module.path, call.line)

    def of_class(self, view: DefinitionSite) -> Iterator[Guard]:
        """The guards that a class of views declares or inherits."""
        for item in self._python.ancestry(view):
            yield from self._decorator_guards(item, "class")
            for method in item.methods:
                if method.definition.name in (
                    "dispatch",
                    "dispatch_request",
                    "prepare",
                ):  # what every request of the view goes through
                    yield from self._decorator_guards(method, "class")
            if item.name != view.name:
                yield Guard("mixin", item.name, "class", item.module.path, item.definition.line)
        late = self._never_reached(view)
        for base in self._python.external_bases(view):
            if base in late:
                continue
            yield Guard("mixin", base, "class", view.module.path, view.definition.line)
        for name, kind in _CLASS_GUARDS.items():
            found = self._python.class_value(view, name)
            if found is not None and found[1].value is not None and not isinstance(found[1].value, Mapping):
                bound = found[1]
                for value, module in self._listed_in(found[1].value, found[0], name):
                    resolved = self._value_name(value, module)
                    if isinstance(value, Other) and kind == "permission":
                        # `IsAuthenticated & (IsOwner | ReadOnly)`
                        among = tuple(self._python.identify(part, module) for part in either_of(value))
                        for part in value.names:
                            name_ = self._python.identify(part, module)
                            yield Guard(kind, name_, "class", module.path, bound.line, among=among)
                        continue
                    arguments: tuple[Value, ...] = (value,) if not resolved else ()
                    yield Guard(kind, resolved, "class", module.path, bound.line, arguments)
        yield from self._rights(view)
        yield from self._chosen_permissions(view)

    def _listed_in(
        self, listed: Value, module: Module, name: str, hops: int = _HANDED_DOWN
    ) -> Iterator[tuple[Value, Module]]:
        """What a list of a class holds, with its modules: `Base.decorators + [own]` also what the other class lists."""
        for value in flattened(listed):
            named = value.names if isinstance(value, Other) and value.kind == "*" else ()
            owner = named[0].removesuffix(f".{name}") if len(named) == 1 and named[0].endswith(f".{name}") else ""
            known = self._python.class_of(owner, module) if owner and hops else None
            held = self._python.class_value(known, name) if known is not None else None
            if held is not None and held[1].value is not None:
                yield from self._listed_in(held[1].value, held[0], name, hops - 1)
            else:
                yield value, module

    def _never_reached(self, view: DefinitionSite) -> frozenset[str]:
        """The mixins of Django's that stand behind a view in a list of bases: its `dispatch` does not go on to them."""
        bases = [self._python.mean(base, view.module) for base in view.definition.bases]
        first = next((number for number, base in enumerate(bases) if base.startswith("django.views.")), len(bases))
        return frozenset(base for base in bases[first:] if base.startswith("django.contrib.auth.mixins."))

    def _rights(self, view: DefinitionSite) -> Iterator[Guard]:
        """The right that a class names for a mixin of a library to ask for, as Django's own does; none reads it else.

        What frameworks call a view reads no such name by itself.
        """
        named = self._python.class_value(view, _RIGHT)
        chooser = self._python.member(view, f"get_{_RIGHT}")
        if not any(
            "Permission" in base.rpartition(".")[2] or not base.startswith(_FRAMEWORKS)
            for base in self._python.external_bases(view)
        ):
            return
        if named is not None and isinstance(named[1].value, Const) and named[1].value.value:
            yield Guard("permission", _RIGHT, "class", named[0].path, named[1].line)
        if chooser is not None:
            yield Guard("permission", _RIGHT, "class", chooser.module.path, chooser.definition.line)

    def _chosen_permissions(self, view: DefinitionSite) -> Iterator[Guard]:
        """The permissions that a view's `get_permissions` gives, where it names some in every case."""
        method = self._python.member(view, "get_permissions")
        if method is None:
            return
        module = method.module
        given = [item for item in module.facts.returns if item.scope == method.index]
        named = [
            [name for value in flattened(item.value) for name in self._given(value, view, module)] for item in given
        ]
        if all(
            names and all(name and not name.removesuffix("()").endswith("AllowAny") for name in names)
            for names in named
        ):
            for item, names in zip(given, named, strict=True):
                for name in names:
                    yield Guard("permission", name.removesuffix("()"), "class", module.path, item.line)

    def _given(self, value: Value, view: DefinitionSite, module: Module) -> Iterator[str]:
        """The permissions of one expression: `[one() for one in self.permission_classes + [Own]]` has both."""
        if not isinstance(value, Other):
            yield self._value_name(value, module)
            return
        for name in value.names:
            if name.endswith(".permission_classes"):
                yield from self._listed(view)
            elif name.rpartition(".")[2].rpartition(":")[2][:1].isupper():
                yield self._python.identify(name, module)

    def _listed(self, view: DefinitionSite) -> Iterator[str]:
        """The permissions that a view lists for all that it answers."""
        found = self._python.class_value(view, "permission_classes")
        if found is not None and found[1].value is not None:
            yield from (self._value_name(one, found[0]) for one in flattened(found[1].value))

    def around(self, value: Value | None, site: CallSite) -> Iterator[Guard]:
        """What a view is wrapped in where it is registered: `login_required(View.as_view())`."""
        while isinstance(value, Invoke) and value.call >= 0:
            inner = site.module.facts.calls[value.call]
            name = self._python.identify(inner.via or inner.name, site.module)
            if name.endswith(".as_view"):
                return
            yield Guard("decorator", name, "route", site.module.path, site.call.line, inner.args)
            value = next((item for item in inner.args if isinstance(item, Name | Invoke)), None)


_OF_ASKING = re.compile(
    r"((require|need|check)s?_)?(auth(entication)?(_type|_mode|_level)?|login|signed_in|sign_in|protected|secured?)"
    r"(_required|_needed)?$"
)
"""Parameters of a decorator by which its check is chosen or left out."""
_OF_OPENING = re.compile(r"(^|_)(public|anonymous|guest|open|no_auth|skip_auth|allow_any|exempt)(_|$)")
_NOBODY = re.compile(r"(none|no_?auth|public|anonymous|anyone|any|open|off|guest|disabled)$", re.IGNORECASE)


def _lets_off(call: Call, own: DefinitionSite) -> bool:
    """Whether a decorator of the tree is told to ask nobody, or does so unless it is told: `auth=AuthType.NONE`."""
    parameters = own.definition.parameters
    for position, parameter in enumerate(parameters if own.owner is None else parameters[1:]):
        told = call.argument(position, parameter.name)
        value = parameter.default if told is None else told
        if _OF_OPENING.search(parameter.name) and isinstance(value, Const) and value.value is True:
            return True
        if _OF_ASKING.match(parameter.name) and value is not None and _is_nobody(value):
            return True
    return False


def _is_nobody(value: Value) -> bool:
    """Whether a value stands for no check: `False`, `None`, `"public"`, `AuthType.NONE`."""
    if isinstance(value, Const):
        return value.value in (None, False) or (isinstance(value.value, str) and bool(_NOBODY.match(value.value)))
    return isinstance(value, Name) and "." in value.name and bool(_NOBODY.match(value.name.rpartition(".")[2]))
