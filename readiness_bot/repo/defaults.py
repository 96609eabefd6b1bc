"""What a setting is where nobody sets it: literals, and the fallbacks of values that are read from the environment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from readiness_bot.facts.python import Const, Index, Invoke, Mapping, Name, Value
from readiness_bot.repo.python import Module, Python

_VARIABLE = re.compile(r"^[A-Z][A-Z0-9_]{2,}$")
_READERS = re.compile(
    r"(env|getenv|config|setting|secret|^get$|^bool$|^str$|^int$|^list$|^pop$|^setdefault$|variable)", re.IGNORECASE
)
_HOPS = 6

_TRUE = frozenset({"true", "1", "yes", "on", "t", "y"})
_FALSE = frozenset({"false", "0", "no", "off", "f", "n", "", "none"})


@dataclass(frozen=True, slots=True)
class Default:
    """`value` stands where nobody sets `variable`.

    `is_known` is False where it cannot be read off. `variable` is empty for a plain literal.
    """

    value: str | int | float | bool | None = None
    is_known: bool = False
    variable: str = ""

    @property
    def is_on(self) -> bool | None:
        """The value as a switch: texts are read as configuration files write them; None where it is no switch."""
        if not self.is_known:
            return None
        if isinstance(self.value, str):
            text = self.value.strip().lower()
            return True if text in _TRUE else False if text in _FALSE else None
        return bool(self.value)


def default_of(python: Python, value: Value | None, module: Module) -> Default:
    """The default of a value.

    Of a literal itself, of an environment lookup its fallback, of a conversion what it converts.
    """
    for _ in range(_HOPS):
        if isinstance(value, Const):
            return Default(value.value, is_known=True)
        if isinstance(value, Index) and value.items and isinstance(value.items[0], Const):
            key = value.items[0].value
            reads = isinstance(value.value, Name) and value.value.name.endswith("environ")
            return Default(variable=str(key) if reads else "")
        if isinstance(value, Name):
            found = python.assignment(value.name, module) if not value.name.startswith("?") else None
            field = setting_field(python, value, module) if found is None else None
            if field is not None:
                inner = default_of(python, field.value, field.module)
                return Default(inner.value, inner.is_known, inner.variable or field.variable)
            if found is None:
                return Default()
            module, value = found[0], found[1].value
            continue
        if not isinstance(value, Invoke) or value.call < 0:
            return Default()
        call = module.facts.calls[value.call]
        first = call.args[0] if call.args else None
        if (
            isinstance(first, Const)
            and isinstance(first.value, str)
            and _VARIABLE.match(first.value)
            and _READERS.search(call.last)
        ):
            fallback = call.argument(1, "default")
            if fallback is None or (isinstance(fallback, Name) and fallback.name in ("bool", "int", "str")):
                fallback = call.keyword("default") or call.keyword("default_value")
            inner = default_of(python, fallback, module) if fallback is not None else Default(None, is_known=True)
            return Default(inner.value, inner.is_known, first.value)
        if call.last in ("Field", "field", "Argument", "Option", "add_argument"):
            value = call.keyword("default") or (first if call.last == "Field" else None)
            continue
        if call.last in ("lower", "strip", "upper", "split") and value.name:
            value = next(
                (
                    Invoke(inner.name, index)
                    for index, inner in enumerate(module.facts.calls)
                    if inner.parent == value.call
                ),
                None,
            )
            continue
        value = first
    return Default()


@dataclass(frozen=True, slots=True)
class SettingField:
    """A field of a settings class: what it is bound to, and the variable that may set it, empty where none can."""

    module: Module
    value: Value | None
    variable: str


def setting_field(python: Python, value: Name, module: Module) -> SettingField | None:
    """The field behind `settings.debug`, where `settings` is an object of a class of the tree or a function gives one.

    `settings = Settings()` counts, and so does `get_settings()` that is annotated with the class.
    """
    owner, _, field = (value.meaning or value.name).rpartition(".")
    found = python.assignment(owner, module) if owner and not owner.startswith("?") else None
    if found is not None and isinstance(found[1].value, Invoke):
        module, owner = found[0], f"{found[1].value.name}()"
    if not owner.endswith("()"):
        return None
    made = python.definition(owner.removesuffix("()"), module)
    if made is not None and made.definition.kind == "function":
        returned = made.definition.returns
        made = python.class_of(returned.name, made.module) if isinstance(returned, Name) else None
    bound = python.class_value(made, field) if made is not None and made.definition.kind == "class" else None
    if made is None or bound is None:
        return None
    is_read = python.descends_from(made, "pydantic.BaseSettings", "pydantic_settings.*", "pydantic.v1.BaseSettings")
    return SettingField(bound[0], bound[1].value, field.upper() if is_read else "")


def entries(value: Value | None, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Value]]:
    """The leaves of nested dicts by dotted key: `{"auth": {"mode": "none"}}` gives `auth.mode`."""
    if not isinstance(value, Mapping) or depth > 5:
        return
    for key, item in zip(value.keys, value.values, strict=False):
        if isinstance(key, Const) and isinstance(key.value, str):
            name = f"{prefix}.{key.value}" if prefix else key.value
            if isinstance(item, Mapping):
                yield from entries(item, name, depth + 1)
            else:
                yield name, item
