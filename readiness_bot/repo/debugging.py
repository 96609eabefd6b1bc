"""Where debug servers and debug flags are switched on, and whether production reaches them; judges nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from readiness_bot.facts.env_file import EnvFile
from readiness_bot.facts.python_facts import MAIN_GUARD, Field
from readiness_bot.facts.values import MODULE, Const, Name, Value
from readiness_bot.model import Area, Location
from readiness_bot.repo.defaults import Default, default_of
from readiness_bot.repo.deployment import Deployment
from readiness_bot.repo.launches import Started
from readiness_bot.repo.modules import CallSite, DefinitionSite, Module
from readiness_bot.repo.python import Python
from readiness_bot.repo.routes import Routes
from readiness_bot.repo.services import Services
from readiness_bot.repo.sources import Sources


@dataclass(frozen=True, slots=True)
class DebugFlag:
    """One place that switches debugging on.

    `kind` is `launch` (a development server's call), `application`, `setting` or `deployment`.

    `is_default` says that an environment variable can turn it off; `is_turned_off` that a deployment or example
    file does. `is_started` says that production starts this very module, `is_known_start` that what production
    starts is known at all. `is_bare` tells of a launch that runs whenever its module is imported.
    """

    location: Location
    kind: Literal["launch", "application", "setting", "deployment"]
    name: str
    is_default: bool = False
    is_turned_off: bool = False
    is_started: bool = False
    is_known_start: bool = False
    is_bare: bool = False
    is_conditional: bool = False
    is_framework: bool = False


_DEVELOPMENT = re.compile(
    r"(^|[/_.\-])(dev|devel|develop|development|devstack|local|test|tests|testing|ci|debug|example|sample|demo|(dev|test|demo|example)project)"
    r"(?=[/_.\-]|$)",
    re.IGNORECASE,
)
_BY_HAND = re.compile(r"(^|/)run_?server\.py$")
"""A script that is called after the development server, which somebody starts by hand."""
_OF_INSTALLATION = re.compile(r"local|override|secret|custom|site_?settings|instance|prod", re.IGNORECASE)
_APPLICATION = re.compile(r"(^|[:?.])([a-z]+_)?(app|application)\.debug$")
_LIVE = re.compile(r"(^|_)(live|prod|production)(_|$)")
"""Words in the names of settings classes that are for production: what stands there is no default for developers."""
_SETTINGS = re.compile(
    r"(^|/)(settings|config|conf|configuration|django_settings)(/[\w]+)?\.py$|(^|/)[\w]*settings[\w]*\.py$"
)


class Debugging:
    """Questions about debug modes of one tree."""

    LOOKS = "application set-up, settings, images and Compose files"

    def __init__(
        self, sources: Sources, python: Python, routes: Routes, services: Services, deployment: Deployment
    ) -> None:
        self._sources = sources
        self._python = python
        self._routes = routes
        self._services = services
        self._deployment = deployment

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    @cached_property
    def flags(self) -> tuple[DebugFlag, ...]:
        """Every place that switches debugging on, by place."""
        found = [*self._launches(), *self._applications(), *self._settings(), *self._deployed()]
        unique = {(flag.location.path, flag.location.line): flag for flag in found}
        return tuple(flag for _, flag in sorted(unique.items()))

    @cached_property
    def _starts(self) -> tuple[Started, ...]:
        """What production starts, but for start scripts that an image beside them does without."""
        known = self._deployment.started_commands
        beside = {one.path.rpartition("/")[0] for one in known if one.via == "image" and one.resolved}
        used = {one.path for one in known if one.via != "script"}
        return tuple(
            one for one in known if one.via != "script" or one.path in used or one.path.rpartition("/")[0] not in beside
        )

    @cached_property
    def _started(self) -> frozenset[str]:
        return frozenset(one.resolved for one in self._starts if one.resolved)

    @cached_property
    def _run(self) -> frozenset[str]:
        """The modules that are started as programs: a server that imports one calls no launch of it."""
        return frozenset(one.resolved for one in self._starts if one.resolved and one.kind != "app")

    @cached_property
    def _aside(self) -> frozenset[str]:
        """The programs that production starts to work or migrate alone, beside a server that imports none of them."""
        purposes: dict[str, set[str]] = {}
        for one in self._starts:
            if one.resolved:
                purposes.setdefault(one.resolved, set()).add(one.purpose)
        found = {path for path, told in purposes.items() if told <= {"work", "schedule", "migrate"}}
        if not found or not any(one.purpose == "serve" for one in self._starts):
            return frozenset()
        imported = {
            self._python.absolute(one.target, module).partition(":")[0]
            for module in self._python.production
            for one in module.facts.imports
        }
        return frozenset(found - imported)

    def _on(self, value: Value | None, module: Module) -> Default | None:
        default = default_of(self._python, value, module) if value is not None else Default()
        return default if default.is_on is True else None

    def _launches(self) -> Iterator[DebugFlag]:
        for site in self._python.calls_of("run"):
            default = self._on(site.call.keyword("debug"), site.module) or (
                self._on(site.call.keyword("reload"), site.module) if site.name == "uvicorn.run" else None
            )
            if default is None or site.name.startswith(("asyncio", "anyio", "?asyncio")):
                continue
            yield DebugFlag(
                site.location,
                "launch",
                "debug",
                is_default=bool(default.variable),
                is_turned_off=self._turned_off(default.variable, site.call.keyword("debug"), site.module),
                is_started=site.module.path in (self._started if _is_bare(site) else self._run),
                is_known_start=bool(self._deployment.started_commands),
                is_bare=_is_bare(site),
            )

    def _applications(self) -> Iterator[DebugFlag]:
        for site in self._routes.applications:
            default = self._on(site.call.keyword("debug"), site.module)
            if default is not None and not _DEVELOPMENT.search(site.module.path):
                yield DebugFlag(
                    site.location,
                    "application",
                    "debug",
                    is_default=bool(default.variable),
                    is_turned_off=self._turned_off(default.variable, site.call.keyword("debug"), site.module),
                    is_conditional=bool(site.call.guards),
                    is_framework=True,
                )
        for module in self._python.production:
            for assignment in module.facts.assignments if module.path not in self._aside else ():
                owner = assignment.target.rpartition(".")[2]
                is_app = owner == "debug" and _APPLICATION.search(assignment.target) is not None
                is_config = (
                    assignment.target.endswith(("app.config[]", "application.config[]")) and assignment.key == "DEBUG"
                )
                if is_app or is_config:
                    default = self._on(assignment.value, module)
                    if default is not None and not _DEVELOPMENT.search(module.path):
                        place = module.location(
                            assignment.line, assignment.end_line, assignment.scope, assignment.statement
                        )
                        yield DebugFlag(
                            place,
                            "launch" if _serves_itself(module) else "application",
                            "debug",
                            is_default=bool(default.variable),
                            is_started=module.path in self._started,
                            is_known_start=bool(self._deployment.started_commands),
                            is_bare=not (_BY_HAND.search(module.path) or assignment.context & MAIN_GUARD),
                            is_turned_off=self._turned_off(default.variable, assignment.value, module),
                            is_conditional=bool(assignment.guards)
                            or bool(assignment.context & MAIN_GUARD)
                            or self._is_of_settings(assignment.value, module),
                            is_framework=True,
                        )

    def _is_of_settings(self, value: Value, module: Module) -> bool:
        """Whether the switch is that of settings which others beside them bind anew."""
        path = self._python.identify(value.name, module).partition(":")[0] if isinstance(value, Name) else ""
        return path in self._python.modules and self._is_bound_anew(self._python.modules[path])

    def _settings(self) -> Iterator[DebugFlag]:
        """`DEBUG` of Django's settings, and fields of that name in settings classes and modules."""
        chosen = self._chosen_settings
        bound: dict[tuple[str, int], list[int]] = {}
        for setting in self._services.settings_named("DEBUG"):
            field = next((one for one in setting.module.facts.fields if one.line == setting.line), None)
            owner_index = field.owner if field is not None else MODULE
            bound.setdefault((setting.module.path, owner_index), []).append(setting.line)
        for setting in self._services.settings_named("DEBUG"):
            module = setting.module
            default = self._on(setting.value, module)
            if (
                default is None
                or module.area is not Area.PRODUCTION
                or _DEVELOPMENT.search(module.path)
                or not _SETTINGS.search(module.path)
            ):
                continue
            if chosen and module.path not in chosen and self._services.is_django:
                continue
            assignment = next((item for item in module.facts.assignments if item.line == setting.line), None)
            field = next((item for item in module.facts.fields if item.line == setting.line), None)
            scope = assignment.scope if assignment is not None else field.owner if field is not None else -1
            owner = module.symbol(scope)
            said = _in_words(owner)
            if self._is_turned_off_below(field, module):
                continue
            if _DEVELOPMENT.search(said) or re.search(r"dev|test|local", owner, re.IGNORECASE):
                continue
            line = assignment.end_line if assignment is not None else setting.line
            place = module.location(setting.line, line, scope, assignment.statement if assignment is not None else "")
            beside = bound[module.path, field.owner if field is not None else MODULE]
            later = any(other > setting.line for other in beside)
            anew = self._takes_over_local(module) or (not chosen and self._is_bound_anew(module))
            variable = default.variable or (
                "DEBUG" if field is not None and self._reads_environment(field, module) else ""
            )
            yield DebugFlag(
                place,
                "setting",
                "DEBUG",
                is_default=bool(variable),
                is_turned_off=self._turned_off(variable, setting.value, module),
                is_conditional=bool(setting.guards) or later or anew,
                is_framework=self._services.is_django or _LIVE.search(said) is not None,
            )

    def _is_turned_off_below(self, field: Field | None, module: Module) -> bool:
        """Whether a class for production, of the same module, descends from the one of a field and turns it off."""
        owner = module.definition(field.owner) if field is not None else None
        if owner is None:
            return False
        return any(
            item.name == "DEBUG"
            and default_of(self._python, item.value, module).is_on is False
            and (heir := module.definition(item.owner)) is not None
            and _LIVE.search(_in_words(heir.name)) is not None
            and any(one.definition is owner for one in self._python.ancestry(DefinitionSite(module, item.owner, heir)))
            for item in module.facts.fields
        )

    def _reads_environment(self, field: Field, module: Module) -> bool:
        """Whether a library fills the fields of a class from the environment, as Pydantic's settings do."""
        owner = module.definition(field.owner)
        site = DefinitionSite(module, field.owner, owner) if owner is not None else None
        return site is not None and bool(self._python.external_bases(site))

    def _takes_over_local(self, module: Module) -> bool:
        """Whether the module takes over everything from one that is no part of the tree: what an installation sets."""
        for star in module.facts.stars:
            path, _, within = self._python.absolute(star, module).partition(":")
            if (within or path not in self._python.modules) and _OF_INSTALLATION.search(star.rpartition(".")[2]):
                return True
        return False

    def _is_bound_anew(self, module: Module) -> bool:
        """Whether settings beside the module, or that take over everything from it, turn debugging off."""
        folder, heirs = module.path.rpartition("/")[0], self._python.star_importers.get(module.path, ())
        for setting in self._services.settings_named("DEBUG"):
            other = setting.module
            if (
                other is not module
                and not _DEVELOPMENT.search(other.path)
                and (other.path.rpartition("/")[0] == folder or other in heirs)
                and default_of(self._python, setting.value, other).is_on is False
            ):
                return True
        return False

    @cached_property
    def _chosen_settings(self) -> frozenset[str]:
        """The settings modules that the service starts with, and those that they import everything from."""
        found = (
            self._settings_of_images()
            or self._settings_of_containers()
            or self._settings_of_platforms()
            or self._named_settings("wsgi.py", "asgi.py")
            or self._named_settings("celery.py")
            or self._named_settings("manage.py")
        )
        binding = {setting.module.path for setting in self._services.settings_named("DEBUG")}
        pending = list(found)
        while pending:
            module = self._python.modules[pending.pop()]
            if module.path in binding and module.facts.stars:
                # What the module binds itself is none of what it takes over.
                continue
            for star in module.facts.stars:
                path = self._python.absolute(star, module).partition(":")[0]
                if path in self._python.modules and path not in found:
                    found.add(path)
                    pending.append(path)
        return frozenset(found)

    def _settings_of_images(self) -> set[str]:
        """The settings modules that the images of the service name in their environment."""
        told = (built.image.environment("DJANGO_SETTINGS_MODULE") for built in self._deployment.service_images)
        return set(self._deployed_modules(one[0] for one in told if one is not None))

    def _settings_of_containers(self) -> set[str]:
        """The settings modules that Compose tells the service that it deploys."""
        return set(self._deployed_modules(self._deployment.settings_modules))

    def _settings_of_platforms(self) -> set[str]:
        """The settings modules that descriptors of platforms name in the environment of what they start."""
        return set(
            self._deployed_modules(
                text
                for _, platform in self._deployment.workloads.platforms
                for name, text in platform.environment
                if name == "DJANGO_SETTINGS_MODULE"
            )
        )

    def _deployed_modules(self, names: Iterable[str]) -> Iterator[str]:
        """The modules of these names, those for development apart."""
        for name in names:
            module = self._python.module_named(name.strip("\"'"), "")
            if module is not None and not _DEVELOPMENT.search(module.path):
                yield module.path

    def _named_settings(self, *files: str) -> set[str]:
        """The settings modules that files of these names start with, those for development apart."""
        found: set[str] = set()
        for module in self._python.production:
            if module.path.endswith(files):
                for call in module.facts.calls:
                    if (
                        call.args
                        and isinstance(call.args[0], Const)
                        and call.args[0].value == "DJANGO_SETTINGS_MODULE"
                        and len(call.args) > 1
                    ):
                        text = self._python.constant(call.args[1], module)
                        target = self._python.module_named(text, module.path) if isinstance(text, str) else None
                        if target is not None and not _DEVELOPMENT.search(target.path):
                            found.add(target.path)
        return found

    def _turned_off(self, variable: str, value: Value | None = None, module: Module | None = None) -> bool:
        """Whether an image, a Compose service, a platform or an environment file of the tree turns the variable off.

        Where the value works the switch out of the variable (`ENVIRONMENT == "dev"`), that is worked out again.
        """
        if not variable:
            return False

        def is_off(text: str) -> bool:
            if value is not None and module is not None:
                worked_out = default_of(self._python, value, module, {variable: text})
                if worked_out.variable == variable:
                    return worked_out.is_on is not True
            return not _is_on(text)

        for built in self._deployment.images:
            set_there = built.image.environment(variable)
            if set_there is not None and is_off(set_there[0]):
                return True
        for container in self._deployment.containers:
            if any(name == variable and is_off(text) for name, text, _ in container.service.environment):
                return True
        for _, platform in self._deployment.workloads.platforms:
            if any(name == variable and is_off(text) for name, text in platform.environment):
                return True
        return any(
            name == variable and text and is_off(text)
            for facts in self._sources.facts(EnvFile).values()
            for name, text, _ in facts.entries
        )

    def _deployed(self) -> Iterator[DebugFlag]:
        """Debug variables that a service image or a deployed container sets."""
        for built in self._deployment.service_images:
            for variable in ("FLASK_DEBUG", "DJANGO_DEBUG", "QUART_DEBUG", "DEBUG"):
                found = built.image.environment(variable)
                if found is not None and _is_on(found[0]) and (variable != "DEBUG" or self._services.is_django):
                    yield DebugFlag(
                        Location(built.path, found[1], found[1], "", variable),
                        "deployment",
                        variable,
                        is_framework=True,
                    )
            found = built.image.environment("FLASK_ENV")
            if found is not None and found[0].lower() == "development":
                yield DebugFlag(
                    Location(built.path, found[1], found[1], "", "FLASK_ENV"),
                    "deployment",
                    "FLASK_ENV",
                    is_framework=True,
                )


def _serves_itself(module: Module) -> bool:
    """Whether importing a module serves its application with the development server: it is a script of its own."""
    return any(
        call.last == "run"
        and call.scope == MODULE
        and re.search(r"(^|[:?.])(app|application)(\(\))?\.run$", call.via or call.name)
        for call in module.facts.calls
    )


def _is_bare(site: CallSite) -> bool:
    """Whether a launch runs as soon as its module is imported, in a module that is not for development only."""
    call = site.call
    unguarded = call.scope == MODULE and not call.context & MAIN_GUARD and not call.guards
    return unguarded and not _DEVELOPMENT.search(site.module.path) and not _BY_HAND.search(site.module.path)


def _is_on(value: str) -> bool:
    return value.strip().strip("\"'").lower() in ("1", "true", "yes", "on", "t", "y")


def _in_words(name: str) -> str:
    """A name of a class with its words apart: `DevelopmentConfig` as `development_config`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
