"""What settings are that conditions hang on where nobody sets them, and what they leave out then; judges nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from readiness_bot.facts.values import Const, Index, Invoke, Name, Other, Value
from readiness_bot.facts.values import Mapping as Mapping_
from readiness_bot.repo.defaults import Default, SettingField, default_of
from readiness_bot.repo.deployment import Deployment
from readiness_bot.repo.modules import Module
from readiness_bot.repo.python import Python
from readiness_bot.repo.route import Route
from readiness_bot.repo.routes import Routes
from readiness_bot.repo.services import Services

_SETTING = re.compile(r"[A-Z][A-Z0-9_]{2,}$")
_OF_FRAMEWORK = re.compile(r"^django\.conf\.settings$|(^|[.:?])config$")
"""What the settings of an application are found in by their names: Django's, and those of Flask and its like."""
_HOLDS_SETTINGS = re.compile(r"(conf(ig(uration)?)?|settings?|options|environment)s?$", re.IGNORECASE)
"""What classes are called whose objects hold settings."""
_OBJECT = re.compile(r"(^|[.:])\w*(settings|config|conf|options)$", re.IGNORECASE)
"""What objects are called that hold settings."""
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Asked:
    """A setting that an expression asks, by name, and whether that comes out true where nobody sets it."""

    name: str
    is_on: bool


class Switched:
    """Questions about conditions that hang on settings."""

    LOOKS = "defaults of settings"

    def __init__(self, python: Python, services: Services, deployment: Deployment, routes: Routes) -> None:
        self._python = python
        self._services = services
        self._deployment = deployment
        self._routes = routes

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    def asked(self, value: Value, module: Module) -> Asked | None:
        """The setting that an expression asks; None for one that asks something else, or whose default is not known."""
        default = self.default(value, module)
        name = default.variable or _kept_in_code(value)
        return Asked(name, default.is_on) if name and default.is_on is not None else None

    def default(self, value: Value, module: Module) -> Default:
        """What a value is where nobody sets anything but what the tree itself deploys the service with."""
        return default_of(self._python, value, module, self._deployed, self._named)

    def by_default(self, value: Value | None, module: Module) -> Value | None:
        """The value, or of a choice that hangs on a setting what is chosen where nobody sets it."""
        for _ in range(_DEEPEST):
            if not (isinstance(value, Other) and value.kind == "IfExp" and value.operands):
                break
            holds = self._comes_out(value.operands[0], module)
            if holds is None:
                break
            value = value.operands[1 if holds else 2]
        return value

    def left_out(self, line: int, module: Module) -> tuple[str, ...]:
        """The settings without which a line of a module is not come to, and which are off where nobody sets them."""
        found: list[str] = []
        for one in module.facts.conditions:
            if one.line <= line <= one.end_line:
                wanted = True
            elif one.end_line < line <= one.until:
                wanted = False
            else:
                continue
            if self._comes_out(one.test, module) is (not wanted):
                found += self._against(one.test, module, holds=wanted)
        return tuple(sorted(set(found)))

    def leaves_out(self, route: Route) -> tuple[str, ...]:
        """The settings without which a route is not served, and which are off where nobody sets them."""
        found = {*self.left_out(route.line, route.module), *self._in_places(self._routes.put_in(route))}
        return tuple(sorted(found))

    def _in_places(self, places: Sequence[tuple[str, int, str]], depth: int = 0) -> frozenset[str]:
        """The settings that leave out what is put in these places alone; none where one of them is come to anyway."""
        every = []
        for path, line, parent in places:
            module = self._python.modules.get(path)
            found = frozenset(self.left_out(line, module)) if module is not None else frozenset()
            if not found and parent and depth < _DEEPEST:
                found = self._in_places(tuple(self._routes.routers.put_in(parent)), depth + 1)
            every.append(found)
        return frozenset().union(*every) if all(every) else frozenset()

    def _comes_out(self, test: Value, module: Module, depth: int = 0) -> bool | None:
        """Whether a condition holds where nobody sets anything; None where that hangs on something else."""
        if depth > _DEEPEST:
            return None
        if isinstance(test, Other) and test.operator in ("And", "Or", "Not") and test.operands:
            parts = [self._comes_out(one, module, depth + 1) for one in test.operands]
            if test.operator == "Not":
                return None if parts[0] is None else not parts[0]
            decides = test.operator == "Or"
            return decides if decides in parts else None if None in parts else not decides
        asked = self.asked(test, module)
        return asked.is_on if asked is not None else None

    def _against(self, test: Value, module: Module, *, holds: bool, depth: int = 0) -> Iterator[str]:
        """The settings in a condition that keep it from coming out so."""
        if depth > _DEEPEST:
            return
        if isinstance(test, Other) and test.operator in ("And", "Or", "Not") and test.operands:
            for one in test.operands:
                yield from self._against(one, module, holds=holds is not (test.operator == "Not"), depth=depth + 1)
            return
        asked = self.asked(test, module)
        if asked is not None and asked.is_on is not holds:
            yield asked.name

    @cached_property
    def _deployed(self) -> Mapping[str, str]:
        """The variables that images and containers of production set, and what they set them to."""
        return self._deployment.variables

    def _named(self, value: Value, module: Module) -> SettingField | None:
        """What a setting is bound to that its framework finds by name, or that an object holds which is handed on."""
        name = _found_by_name(value, module)
        if name:
            setting = self._by_name.get(name)
            return SettingField(setting[0], setting[1], name) if setting is not None else None
        if isinstance(value, Index):
            return self._entry(value, module)
        return self._held(value, module) if isinstance(value, Name) else None

    def _entry(self, value: Index, module: Module) -> SettingField | None:
        """What a mapping of a module holds under a constant key: `OPTIONS["sign_in"]`."""
        key = value.items[0].value if len(value.items) == 1 and isinstance(value.items[0], Const) else None
        named = value.value.name if isinstance(value.value, Name) else ""
        bound = self._python.assignment(named, module) if isinstance(key, str) and named[:1] not in ("", "?") else None
        if bound is None or not isinstance(bound[1].value, Mapping_):
            return None
        pairs = zip(bound[1].value.keys, bound[1].value.values, strict=True)
        given = next((one for name, one in pairs if isinstance(name, Const) and name.value == key), None)
        return SettingField(bound[0], given, str(key)) if given is not None else None

    @cached_property
    def _by_name(self) -> dict[str, tuple[Module, Value]]:
        """What the settings of production are bound to, those apart that only a condition binds."""
        found: dict[str, tuple[Module, Value]] = {}
        for name in {setting.name for setting in self._services.settings if not setting.guards}:
            setting = self._services.deployed_setting(name)
            if setting is not None and not setting.guards:
                found[name] = setting.module, setting.value
        return found

    def _held(self, value: Name, module: Module) -> SettingField | None:
        """The field of a class of settings whose object a function is handed: `config.api.is_closed`."""
        owner, made, path = value.meaning.partition("().")
        if not made or "(" in path or "[" in path:
            return None
        site = self._python.definition(owner, module)
        bound = None
        for name in path.split("."):
            if site is None or site.definition.kind != "class" or not _HOLDS_SETTINGS.search(site.definition.name):
                return None
            bound = self._python.class_value(site, name)
            if bound is None:
                return None
            site = self._python.class_of(bound[1].type.removesuffix("()"), bound[0]) if bound[1].type else None
        return SettingField(bound[0], bound[1].value, path) if bound is not None and bound[1].value else None


def _kept_in_code(value: Value) -> str:
    """The setting that an expression is and that only code sets, by name: `SIGN_IN`, `settings.sign_in`; else empty."""
    if not isinstance(value, Name) or value.name.startswith("?"):
        return ""
    owner, _, last = value.name.rpartition(".")
    return last.lstrip(":") if _SETTING.match(last.lstrip(":")) or _OBJECT.search(owner) else ""


def _found_by_name(value: Value, module: Module) -> str:
    """The name by which a framework finds a setting: `app.config["SIGN_IN"]`, `settings.SIGN_IN`; else empty."""
    owner, key = "", ""
    if isinstance(value, Invoke) and value.call >= 0 and value.name.endswith(".config.get"):
        owner, value = value.name.removesuffix(".get"), Index(Name(""), module.facts.calls[value.call].args[:1])
    if isinstance(value, Index) and isinstance(value.value, Name) and value.items:
        first = value.items[0]
        owner = owner or value.value.name
        key = first.value if isinstance(first, Const) and isinstance(first.value, str) else ""
    elif isinstance(value, Name):
        owner, _, key = value.name.rpartition(".")
        owner = owner if owner == "django.conf.settings" else ""
    return key if owner and _SETTING.match(key) and _OF_FRAMEWORK.search(owner) else ""
