"""Where code reads its settings: settings classes, libraries, and the environment itself; judges nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property

from readiness_bot.facts.values import Const, Index, Name, Value
from readiness_bot.model import Evidence
from readiness_bot.repo.expressions import parts_of
from readiness_bot.repo.modules import CallSite
from readiness_bot.repo.python import Python
from readiness_bot.repo.services import Services

_SETTINGS_MODULE = re.compile(
    r"(^|/)_?(settings?|config|configs|configuration|conf|env|environment|constants?|options|defaults)(/[\w/]+)?\.py$|(^|/)\w*_?(settings|config)\.py$|(^|/)settings_\w+\.py$",
    re.IGNORECASE,
)
_READS = (
    "os.environ.get",
    "os.getenv",
    "os.environ.setdefault",
    "os.environ.items",
    "os.environ.copy",
    "os.environ.pop",
    "environ.get",
    "os.environb.get",
)
_HELPER = re.compile(
    r"(get_?)?env(iron)?(_?(var|str|opt|int|bool|float|list|get|value|path))?|from_env|read_env(_var)?"
)
_GETTER = re.compile(r"(get|read|load|fetch)_\w+|setting|config")
_ENVIRONMENT = re.compile(r"(^|\.)envs?$")
"""A module that reads the environment: `shoplib.env.to_int("SHOP_LIMIT", 9)`."""
_TOLD = frozenset({"default", "required"})
"""What a function that reads a setting is told beside its name."""
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
_OF_THE_SYSTEM = frozenset(
    {
        "HOME",
        "USER",
        "USERNAME",
        "LOGNAME",
        "PATH",
        "SHELL",
        "TERM",
        "LANG",
        "TMPDIR",
        "TEMP",
        "EDITOR",
        "APPDATA",
        "LOCALAPPDATA",
        "USERPROFILE",
        "XDG_CONFIG_HOME",
        "XDG_CACHE_HOME",
        "XDG_DATA_HOME",
        "XDG_RUNTIME_DIR",
        "XDG_STATE_HOME",
    }
)
"""Variables by which the system tells where a user's files are: reading them configures nothing."""
_WHICH_SETTINGS = "DJANGO_SETTINGS_MODULE"
"""What every program of Django puts there itself, to say where its settings are."""
_LIBRARIES = {
    "pydantic_settings": "pydantic-settings",
    "decouple": "python-decouple",
    "environ": "django-environ",
    "environs": "environs",
    "dynaconf": "Dynaconf",
    "starlette.config": "Starlette's configuration",
    "configargparse": "ConfigArgParse",
    "prettyconf": "prettyconf",
    "goodconf": "goodconf",
    "everett": "Everett",
    "oslo_config": "oslo.config",
    "hydra": "Hydra",
    "omegaconf": "OmegaConf",
    "configurations": "django-configurations",
    "environ_config": "environ-config",
    "typed_settings": "typed-settings",
    "confuse": "Confuse",
    "konfig": "Konfig",
    "traitlets.config": "traitlets",
}


def _is_looked_up(value: Value | None) -> bool:
    """Whether an expression holds an index of the environment."""
    if isinstance(value, Index) and isinstance(value.value, Name) and value.value.name.endswith("os.environ"):
        key = value.items[0] if value.items else None
        return not (isinstance(key, Const) and key.value in _OF_THE_SYSTEM)
    return any(map(_is_looked_up, parts_of(value)))


class Environment:
    """Questions about where settings come from."""

    LOOKS = "settings classes and modules, environment lookups"

    def __init__(self, python: Python, services: Services) -> None:
        self._python = python
        self._services = services

    @cached_property
    def layers(self) -> tuple[Evidence, ...]:
        """Settings classes and libraries, and settings modules that read the environment."""
        found: list[Evidence] = []
        for site in self._python.classes:
            if self._services.is_settings_class(site):
                found.append(
                    Evidence(
                        site.module.path,
                        site.definition.line,
                        f"`{site.definition.name}` reads its fields from the environment",
                    )
                )
        for package, name in _LIBRARIES.items():
            places = [(module.path, item.line) for module, item in self._python.imports(package)]
            # Of several files that use it, the settings themselves say most.
            place = min(places, key=lambda place: _SETTINGS_MODULE.search(place[0]) is None, default=None)
            if place is not None:
                found.append(Evidence(*place, f"{name} reads the settings"))
        for call in self._python.calls_of("from_prefixed_env", "from_envvar"):
            found.append(Evidence(call.module.path, call.call.line, f"`{call.last}` fills the configuration"))
        reading = {read.path for read in self.reads}
        for call in self._python.calls_of("add_settings"):
            if call.module.path in reading:
                found.append(Evidence(call.module.path, call.call.line, "`add_settings` takes in the environment"))
        found += [
            Evidence(read.path, read.line, "A settings module reads the environment")
            for read in self.reads
            if _SETTINGS_MODULE.search(read.path)
        ][:3]
        return tuple(dict.fromkeys(found))

    @cached_property
    def reads(self) -> tuple[Evidence, ...]:
        """Every lookup in the environment."""
        found: list[Evidence] = []
        for site in self._python.calls(*_READS):
            key = self._python.constant(site.call.argument(0, "key"), site.module)
            if key in _OF_THE_SYSTEM or (site.last == "setdefault" and key == _WHICH_SETTINGS):
                continue
            found.append(Evidence(site.module.path, site.call.line, f"`{site.last}` reads the environment"))
        found += self._by_index()
        for site in self._python.all_calls:
            named = site.call.argument(0, "name")
            key = named.value if isinstance(named, Const) else None
            if not isinstance(key, str) or not _VARIABLE.fullmatch(key):
                continue
            if (
                _HELPER.fullmatch(site.call.last)
                or self._is_asked_for_setting(site)
                or _ENVIRONMENT.search(site.name.rpartition(".")[0])
            ):
                found.append(Evidence(site.module.path, site.call.line, f"`{site.call.last}` reads `{key}`"))
        found += [
            Evidence(site.module.path, site.call.line, f"`{site.last.rpartition(':')[2]}` is handed the environment")
            for site in self._python.all_calls
            if ":" in site.name
            and any(isinstance(value, Name) and value.name == "os.environ" for value in site.call.handed)
        ]
        return tuple(found)

    @staticmethod
    def _is_asked_for_setting(site: CallSite) -> bool:
        """Whether a settings module asks a function for a variable, and tells it what holds where it is unset."""
        return (
            _SETTINGS_MODULE.search(site.module.path) is not None
            and _GETTER.fullmatch(site.call.last) is not None
            and any(keyword in _TOLD for keyword, _ in site.call.keywords)
        )

    def _by_index(self) -> Iterator[Evidence]:
        """The lookups that are written as an index: `os.environ["QUEUE_URL"]`, one a line."""
        for module in self._python.production:
            # Few modules name the environment; to look into the expressions of all takes ten times as long.
            named = (module.facts.refs, *(definition.refs for definition in module.facts.definitions))
            if not any("os.environ" in ref for refs in named for ref in refs):
                continue
            lines = {
                call.line
                for call in module.facts.calls
                if call.name.startswith("os.environ[]") or any(map(_is_looked_up, call.handed))
            }
            lines |= {item.line for item in module.facts.assignments if _is_looked_up(item.value)}
            lines |= {item.line for item in module.facts.returns if _is_looked_up(item.value)}
            for line in sorted(lines):
                yield Evidence(module.path, line, "`os.environ` is read")

    @property
    def is_concentrated(self) -> bool:
        """Whether most of several lookups stand in one module."""
        counts = Counter(read.path for read in self.reads)
        return len(self.reads) >= 5 and counts.most_common(1)[0][1] / len(self.reads) >= 0.6
