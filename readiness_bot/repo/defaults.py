"""What a setting is where nobody sets it: literals, and the fallbacks of values that are read from the environment."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Mapping_
from dataclasses import dataclass, replace

from readiness_bot.facts.python_facts import Assignment, Call
from readiness_bot.facts.values import Const, Index, Invoke, Items, Mapping, Name, Other, Value
from readiness_bot.repo.modules import Module
from readiness_bot.repo.python import Python

_VARIABLE = re.compile(r"^[A-Z][A-Z0-9_]{2,}$")
_READERS = re.compile(
    r"(env|getenv|config|setting|secret|^get$|^bool$|^str$|^int$|^list$|^pop$|^setdefault$|variable)", re.IGNORECASE
)
_ASKED = re.compile(r"(^|\.)(META|headers|cookies|COOKIES|args|form|GET|POST|params|query_params|session)\.(get|pop)$")
"""What came with a request: a header that is not there is no setting that is off."""
_HOPS = 6
_SEVERAL = 2

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


def default_of(
    python: Python,
    value: Value | None,
    module: Module,
    told: Mapping_[str, str] | None = None,
    named: Named | None = None,
) -> Default:
    """The default of a value.

    Of a literal itself, of an environment lookup its fallback (or what the variable is `told` to be), of a conversion
    what it converts, of a comparison how it turns out, of a choice what is chosen. `named` tells what settings are
    bound to that only a framework finds by their names.
    """
    return _Reading(python, told or {}, named or _unnamed).of(value, module, _HOPS)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One look for a default, with what variables are told to be."""

    python: Python
    told: Mapping_[str, str]
    named: Named

    def of(self, value: Value | None, module: Module, hops: int) -> Default:
        while hops > 0:
            hops -= 1
            if isinstance(value, Const):
                return Default(value.value, is_known=True)
            setting = self.named(value, module) if value is not None else None
            if setting is not None:
                return self._of_field(setting, hops)
            if isinstance(value, Index) and value.items and isinstance(value.items[0], Const):
                reads = isinstance(value.value, Name) and value.value.name.endswith("environ")
                return self.variable(str(value.items[0].value), Default()) if reads else Default()
            if isinstance(value, Name):
                found = self.python.assignment(value.name, module) if not value.name.startswith("?") else None
                field = setting_field(self.python, value, module) if found is None else None
                if field is not None:
                    return self._of_field(field, hops)
                if found is None:
                    return Default()
                bound, module = self.python.assignments(value.name, module), found[0]
                value = self._in_force(bound, module, hops)
            elif isinstance(value, Other):
                return self.worked_out(value, module, hops)
            elif isinstance(value, Invoke) and value.call >= 0:
                read = self.lookup(module.facts.calls[value.call], module, hops)
                if read is not None:
                    return read
                if self.chooses(module.facts.calls[value.call], module):
                    return Default()
                told = self._answer(module.facts.calls[value.call], module)
                module, value = told if told is not None else (module, _converted(value, module))
            else:
                return Default()
        return Default()

    def _in_force(self, bound: Sequence[Assignment], module: Module, hops: int) -> Value:
        """What a name is bound to first, or where a setting decides against that by default, what it is bound to else.

        `if DEBUG: ANYONE = True`, `else: ANYONE = False`.
        """
        if len(bound) < _SEVERAL or all(self._holds(one, module, hops) is not False for one in bound[0].guards):
            return bound[0].value
        return next(
            (item.value for item in bound[1:] if all(self._holds(one, module, hops) is True for one in item.guards)),
            bound[0].value,
        )

    def _holds(self, guard: str, module: Module, hops: int) -> bool | None:
        """Whether a condition on a setting holds by default: `:DEBUG` or `!:DEBUG`; None for any other."""
        name = guard.removeprefix("!")
        if not name.startswith(":"):
            return None
        is_on = self.of(Name(name), module, hops).is_on
        return None if is_on is None else is_on is not guard.startswith("!")

    def _of_field(self, field: SettingField, hops: int) -> Default:
        inner = self.of(field.value, field.module, hops)
        variable = inner.variable or field.variable
        return self.variable(variable, inner) if variable else inner

    def _answer(self, call: Call, module: Module) -> tuple[Module, Value] | None:
        """What a function of the tree that is handed nothing gives, where that is one thing; None for any other."""
        if call.args or call.keywords:
            return None
        found = self.python.definition(call.via or call.name, module)
        if found is None or found.definition.kind != "function":
            return None
        given = [one for one in found.module.facts.returns if one.scope == found.index]
        return (found.module, given[0].value) if len(given) == 1 and not given[0].guards else None

    def chooses(self, call: Call, module: Module) -> bool:
        """Whether a function of the tree is handed several values: which of them it gives is not known here."""
        if len(call.args) < _SEVERAL or call.last in ("Field", "field"):
            return False
        found = self.python.definition(call.via or call.name, module)
        return found is not None and found.definition.kind == "function"

    def variable(self, name: str, fallback: Default) -> Default:
        """A variable: what it is told to be, else its fallback."""
        if name in self.told:
            return Default(self.told[name], is_known=True, variable=name)
        return Default(fallback.value, fallback.is_known, name)

    def lookup(self, call: Call, module: Module, hops: int) -> Default | None:
        """What a lookup in the environment gives; None for any other call."""
        first = call.args[0] if call.args else None
        if not (
            isinstance(first, Const)
            and isinstance(first.value, str)
            and _VARIABLE.match(first.value)
            and _READERS.search(call.last)
            and not _ASKED.search(call.name)
        ):
            return None
        fallback = call.argument(1, "default")
        if fallback is None or (isinstance(fallback, Name) and fallback.name in ("bool", "int", "str")):
            fallback = call.keyword("default") or call.keyword("default_value")
        inner = self.of(fallback, module, hops) if fallback is not None else Default(None, is_known=True)
        if isinstance(call.keyword("config") or call.keyword("settings"), Name):
            inner = Default()  # what is handed along is looked in before the fallback
        return self.variable(first.value, inner)

    def worked_out(self, value: Other, module: Module, hops: int) -> Default:
        """The default of `getenv("DEBUG", "no") == "yes"`, of `… in ("1", "yes")`, of `not …` and of `… or …`."""
        if not value.operands:
            return Default()
        first = self.of(value.operands[0], module, hops)
        if not first.is_known:
            return Default()
        if value.kind == "IfExp":
            chosen = self.of(value.operands[1 if first.is_on else 2], module, hops) if first.is_on is not None else None
            return Default() if chosen is None else replace(chosen, variable=chosen.variable or first.variable)
        if value.operator == "Not":
            truth = first.value if first.is_on is None else first.is_on
            return Default(not truth, is_known=True, variable=first.variable)
        second = value.operands[1] if len(value.operands) > 1 else None
        if value.operator == "Or":
            other = self.of(second, module, hops)
            return first if first.value else Default(other.value, other.is_known, first.variable or other.variable)
        wanted = second.items if isinstance(second, Items) else (second,)
        texts = [item.value for item in wanted if isinstance(item, Const)]
        if value.operator not in _COMPARING or len(texts) < len(wanted):
            return Default()
        left = value.operands[0]
        folds = isinstance(left, Invoke) and left.name.endswith((".lower", ".upper", ".casefold"))
        same = any(_folded(first.value, folds) == _folded(text, folds) for text in texts)
        return Default(same is _COMPARING[value.operator], is_known=True, variable=first.variable)


_COMPARING = {"Eq": True, "Is": True, "In": True, "NotEq": False, "IsNot": False, "NotIn": False}


def _folded(value: object, folds: bool) -> object:
    return value.casefold() if folds and isinstance(value, str) else value


def _converted(value: Invoke, module: Module) -> Value | None:
    """What a call converts: its first argument, its default, or the text that `.lower()` is called on."""
    call = module.facts.calls[value.call]
    first = call.args[0] if call.args else None
    if call.last in ("Field", "field", "Argument", "Option", "add_argument"):
        return call.keyword("default") or (first if call.last == "Field" else None)
    if call.last in ("lower", "strip", "upper", "split", "casefold") and value.name:
        # What the method is called on is read after the call that it belongs to.
        return next(
            (
                Invoke(inner.name, index)
                for index, inner in enumerate(module.facts.calls)
                if index > value.call
                and f"{inner.name}().{call.last}" == value.name
                and call.line <= inner.line <= call.end_line
            ),
            None,
        )
    return first


@dataclass(frozen=True, slots=True)
class SettingField:
    """A field of a settings class: what it is bound to, and the variable that may set it, empty where none can."""

    module: Module
    value: Value | None
    variable: str


Named = Callable[[Value, Module], SettingField | None]
"""What a framework finds behind an expression that names a setting: `app.config["SIGN_IN"]`, `settings.SIGN_IN`."""


def _unnamed(value: Value, module: Module) -> SettingField | None:  # noqa: ARG001 - a tree without such a framework
    return None


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
        given = returned.name if isinstance(returned, Name) else made.definition.gives
        made = python.class_of(given, made.module) if given else None
    if made is None or made.definition.kind != "class":
        return None
    bound = python.class_value(made, field) or python.kept_value(made, field)
    if bound is None:
        return None
    is_read = python.descends_from(made, *_SETTINGS)
    return SettingField(bound[0], bound[1].value, field.upper() if is_read else "")


def must_be_set(python: Python, name: str, module: Module) -> bool:
    """Whether a setting has no default at all, so that whoever deploys the service says what it is.

    `name` is a field of an object of settings in a module, or of what that holds: `config.sign_in.enabled`.
    """
    parts = name.lstrip("!").split(".")
    for count in range(len(parts) - 1, 0, -1):
        made = python.assignment(".".join(parts[:count]), module)
        if made is None or not isinstance(made[1].value, Invoke):
            continue
        site = python.class_of(made[1].value.name, made[0])
        if site is None or not python.descends_from(site, *_SETTINGS):
            return False
        bound = None
        for part in parts[count:]:
            bound = python.class_value(site, part) if site is not None else None
            if bound is None:
                return False
            site = python.class_of(bound[1].type.removesuffix("()"), bound[0]) if bound[1].type else None
        return bound is not None and bound[1].value is None and isinstance(bound[1].annotation, Name)
    return False


_SETTINGS = ("pydantic.BaseSettings", "pydantic_settings.*", "pydantic.v1.BaseSettings")


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
