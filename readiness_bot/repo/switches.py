"""The settings that turn the protection of a whole service on or off, with their defaults; judges nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from readiness_bot.facts.values import Const, Mapping, Value
from readiness_bot.repo.defaults import default_of, entries
from readiness_bot.repo.modules import Module
from readiness_bot.repo.python import Python
from readiness_bot.repo.services import Services

_SWITCH = re.compile(
    r"(^|\.)((app|service|api|server|web|ui|http|httpdb|flask|rest|dashboard)[._])?"
    r"((auth|authentication|login|basic_auth|http_auth|access_control)[._]?(required|enabled|enable|on|active|mode|type)|(require|enable|use|enforce|with)_(auth|authentication|login|security))$",
    re.IGNORECASE,
)
_OPTION = re.compile(
    r"(auth|authentication)([._-]?(required|enabled?|on|active))?$|(require|enable|use|with)[._-](auth|authentication|login)$"
    r"|login[._-](required|enabled)$",
    re.IGNORECASE,
)
"""What an option of a configuration file is called that turns signing in on."""
_HOLDS_SETTINGS = re.compile(r"conf|setting|option|default|env|prod|dev", re.IGNORECASE)
_MADE_UP = re.compile(r"(^|[._])(mock|fake|example|sample|payload|fixture|schema)s?(?=[._]|$)", re.IGNORECASE)
_NO_MODE = frozenset({"none", "", "off", "disabled", "nop", "no", "false", "anonymous", "noop", "allow_all", "noauth"})


@dataclass(frozen=True, slots=True)
class Switch:
    """A setting that turns protection on, with its default: `off` lets anyone in."""

    name: str
    path: str
    line: int
    off: bool


def switches(python: Python, services: Services) -> tuple[Switch, ...]:
    """The settings that turn authentication on or off as a whole, with their defaults."""
    found: dict[tuple[str, int, str], Switch] = {}
    for setting in services.settings:
        if isinstance(setting.value, Mapping):
            for name, value in entries(setting.value, setting.name):
                _add_switch(python, found, name, value, setting.module, setting.line)
        else:
            _add_switch(python, found, setting.name, setting.value, setting.module, setting.line)
    for module in python.production:
        for assignment in module.facts.assignments:
            if isinstance(assignment.value, Mapping) and not _MADE_UP.search(assignment.target.lstrip(":?")):
                for name, value in entries(assignment.value):
                    _add_switch(python, found, name, value, module, assignment.line)
    for site in python.calls_of("getboolean", "get_boolean", "getbool", "get_bool"):
        texts = [python.constant(value, site.module) for value in site.call.args]
        fallback = site.call.keyword("fallback") or site.call.keyword("default")
        given = (
            python.constant(fallback, site.module) if fallback is not None else texts[-1] if len(texts) > 1 else None
        )
        named = next((text for text in texts if isinstance(text, str) and _OPTION.match(text)), "")
        if named and isinstance(given, bool):
            found[site.module.path, site.call.line, named] = Switch(named, site.module.path, site.call.line, not given)
    return tuple(found.values())


def _add_switch(
    python: Python,
    found: dict[tuple[str, int, str], Switch],
    name: str,
    value: Value,
    module: Module,
    line: int,
) -> None:
    if not _SWITCH.search(name) or _MADE_UP.search(name):
        return
    if _is_set_later(name, module) or _is_of_other_class(name, module, line):
        return
    default = default_of(python, value, module)
    if not default.is_known:
        return
    off = default.value is None or (
        default.value.lower() in _NO_MODE if isinstance(default.value, str) else not default.value
    )
    found.setdefault((module.path, line, name), Switch(name, module.path, line, off))


def _is_of_other_class(name: str, module: Module, line: int) -> bool:
    """Whether a class that holds no settings binds the name: it stands for its own instances alone."""
    for item in module.facts.assignments:
        if item.line == line and item.scope >= 0 and item.target.endswith(f".{name}"):
            owner = module.facts.definitions[item.scope]
            named = " ".join((module.path, owner.qualname, *owner.bases))
            return owner.kind == "class" and not _HOLDS_SETTINGS.search(named)
    return False


def _is_set_later(name: str, module: Module) -> bool:
    """Whether a function of the module binds the global anew: what stands at its head is no default then."""
    return any(
        item.target == f":{name}" and item.scope >= 0 and not isinstance(item.value, Const)
        for item in module.facts.assignments
    )
