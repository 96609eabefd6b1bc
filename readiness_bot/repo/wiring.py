"""What is reached when the service runs.

Definitions and modules that something started leads to, by name or by string.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import PurePosixPath

from readiness_bot.facts.python_facts import DECORATOR, Definition
from readiness_bot.facts.shell import ShellScript
from readiness_bot.facts.values import MODULE, Name
from readiness_bot.model import Area
from readiness_bot.repo.idle_applications import WEB_APPLICATIONS
from readiness_bot.repo.loading import LOADING, makes_up
from readiness_bot.repo.modules import DefinitionSite, Module
from readiness_bot.repo.python import Python
from readiness_bot.repo.services import takes_message
from readiness_bot.repo.sources import Sources
from readiness_bot.repo.spoken_names import SpokenNames, unit_of

_KEPT = re.compile(r"(?:^|\.)(?:current_app|g|[A-Z]\w*\(\))(?:\.\w+(?:\(\))?|\[\])+\.(\w+)(?:\(\))?$")
"""A member of what a program keeps on a library's object: `flask.current_app.publisher.publish`."""
_CODE_STRING = re.compile(r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*([:.][A-Za-z_]\w*)?(\(\))?$")


class Wiring:
    """Reachability over the production code of one tree.

    A module runs when something that runs imports it or names it in a string. A definition is used when code that runs
    names it, when it is decorated (decorators register), or when a library calls it back (a method that overrides a
    library class's, a signal's receiver). What starts the service is: modules that commands, images and entry points
    name, modules with a main guard, ASGI and WSGI modules, settings, and modules that nothing imports but which hold an
    application object. Where none of these is known, every production module counts as started.
    """

    LOOKS = "Python code"

    def __init__(
        self, sources: Sources, python: Python, started: Iterable[str] = (), entries: Iterable[str] = ()
    ) -> None:
        self._sources = sources
        self._python = python
        self._started = tuple(started)
        self._entries = tuple(entries)

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    def build(self) -> None:
        """Finds out now what runs and what it names, which is else done when it is first asked for."""
        _ = self._named

    @cached_property
    def starts(self) -> tuple[str, ...]:
        """The paths of the modules that are started from outside."""
        found: dict[str, None] = {}
        for text in self._started:
            for path in self._modules_in(text):
                found[path] = None
        for module in self._python.production:
            if _is_start(module):
                found[module.path] = None
        # Entry points add to what is known to run; by themselves they are a library's commands and plugins.
        for text in self._entries if found else ():
            for path in self._modules_in(text):
                found[path] = None
        return tuple(sorted(found))

    def _modules_in(self, text: str) -> Iterator[str]:
        """The modules that one started command, import string or path names."""
        python = self._python
        if text in python.modules:
            yield text
            return
        dotted = text.partition(":")[0].removesuffix("()").removesuffix(".py").replace("/", ".").lstrip(".")
        while dotted:
            module = python.module_named(dotted) or python.module_named(f"{dotted}.__main__")
            if module is not None:
                yield module.path
                return
            dotted = dotted.rpartition(".")[0]

    @cached_property
    def running(self) -> frozenset[str]:
        """The paths of the production modules that run, all of them where no start is known."""
        if not self.starts:
            return frozenset(module.path for module in self._python.production)
        reached = self._reached_from(self.starts)
        settings = {module.path for module in self._python.production if _binds(module, "ROOT_URLCONF")}
        # Django is told from outside which settings are its own: where none is seen to be named, each may be.
        return reached if reached & settings else reached | self._reached_from(settings)

    def _reached_from(self, starts: Iterable[str]) -> frozenset[str]:
        """The paths of the modules that some lead to, themselves among them."""
        pending, reached = list(starts), set[str]()
        while pending:
            path = pending.pop()
            if path in reached:
                continue
            reached.add(path)
            module = self._python.modules.get(path)
            # What finds modules by their folder finds tests as well; what only they lead to does not run for it.
            if module is not None and module.area is not Area.TEST:
                pending.extend(set(self._followed(module)) - reached)
        return frozenset(reached)

    def _followed(self, module: Module) -> Iterator[str]:
        """The modules that one imports or names in a string, with the packages around them."""
        python = self._python
        for target in {item.target for item in module.facts.imports}:
            path = python.absolute(target, module).partition(":")[0]
            if path in python.modules:
                yield path
                yield from self._packages(path)
        for origin in module.facts.stars:
            path = python.absolute(origin, module).partition(":")[0]
            if path in python.modules:
                yield path
        for text, _ in module.facts.strings:
            if "." in text or ":" in text:
                yield from self._modules_in_string(text, module)
        if any(call.last in _DISCOVERING for call in module.facts.calls):
            folder = module.path.rpartition("/")[0]
            yield from (path for path in python.modules if path.startswith(f"{folder}/") and path != module.path)
        if (
            module.path.endswith(("/settings.py", "/apps.py"))
            or "/settings/" in module.path
            or _binds(module, "INSTALLED_APPS")
            or "INSTALLED_APPS" in " ".join(module.facts.refs)
        ):
            yield from self._django_apps(module)

    def _django_apps(self, module: Module) -> Iterator[str]:
        """The modules that Django imports by convention from each application that the settings name."""
        folders = {path.rpartition("/")[0] for path in self._modules_of_strings(module)} | {
            module.path.rpartition("/")[0]
        }
        for path in self._python.modules:
            folder, _, name = path.rpartition("/")
            if (name in _DJANGO_MODULES and folder in folders) or (
                "/management/commands/" in path and path.partition("/management/commands/")[0] in folders
            ):
                yield path

    def _modules_of_strings(self, module: Module) -> Iterator[str]:
        for text, _ in module.facts.strings:
            yield from self._modules_in_string(text, module)
        for assignment in module.facts.assignments:
            if assignment.target.rpartition(".")[2].lstrip(":") == "INSTALLED_APPS":
                for text in _texts_in(assignment.value):
                    yield from self._modules_in_string(text, module)

    def _modules_in_string(self, text: str, module: Module) -> Iterator[str]:
        if not _CODE_STRING.match(text):
            return
        dotted = text.removesuffix("()").replace(":", ".")
        while dotted:
            found = self._python.module_named(dotted, module.path)
            if found is not None:
                yield found.path
                yield from self._packages(found.path)
                return
            dotted = dotted.rpartition(".")[0]

    def _packages(self, path: str) -> tuple[str, ...]:
        """The packages around a module, nearest first."""
        folder = path.rpartition("/")[0]
        known = self._packages_of.get(folder)
        if known is None:
            around = [folder, *(str(parent) for parent in PurePosixPath(folder).parents)]
            packages = (f"{one}/__init__.py" for one in around if one not in ("", "."))
            known = self._packages_of[folder] = tuple(one for one in packages if one in self._python.modules)
        return known

    @cached_property
    def _packages_of(self) -> dict[str, tuple[str, ...]]:
        return {}

    @cached_property
    def _known_by(self) -> dict[tuple[str, str, str], tuple[str, ...]]:
        return {}

    def runs(self, module: Module) -> bool:
        """Whether the module is loaded when the service runs."""
        return module.path in self.running

    @cached_property
    def _named(self) -> dict[str, set[str]]:
        """For each resolved name, the definitions (or modules, `path:`) of running production code that name it."""
        python = self._python
        index: dict[str, set[str]] = defaultdict(set)
        for module in python.production:
            if module.path not in self.running:
                continue
            meant: dict[str, tuple[str, ...]] = {}
            for refs, owner in _all_refs(module):
                for ref in refs:
                    names = meant.get(ref)
                    if names is None:
                        names = meant[ref] = self._named_by(ref, module)
                    for name in names:
                        index[name].add(owner)
            for text, _ in module.facts.strings:
                if _CODE_STRING.match(text):
                    name = python.absolute(text.removesuffix("()").replace(":", "."), module)
                    if ":" in name:
                        index[name].add(f"{module.path}:")
        return index

    def _named_by(self, ref: str, module: Module) -> tuple[str, ...]:
        """Everything that one name of a module stands for: where it leads step by step, and what holds that."""
        if ref.startswith("?."):
            return (ref,)
        python = self._python
        place = python.absolute(ref, module)
        if ":" not in place:
            kept = _KEPT.search(python.mean(ref, module))
            return (place.replace("()", ""), *((f"?.{kept[1]}",) if kept is not None else ()))
        led = place, python.identify(ref, module), python.mean(ref, module)
        known = self._known_by.get(led)
        if known is None:
            known = self._known_by[led] = tuple({one for name in led for one in _with_owners(name.replace("()", ""))})
        return known

    def users(self, name: str) -> tuple[str, ...]:
        """The definitions of running code, and the modules (`path:`), that name this thing; itself left out."""
        bare = name.replace("()", "")
        found = self._named.get(bare, set()) | (
            self._named.get(f"?.{bare.rpartition('.')[2]}", set()) if _is_member(bare) else set()
        )
        return tuple(sorted(user for user in found if user != bare and not user.startswith(f"{bare}.")))

    def is_used(self, site: DefinitionSite) -> bool:
        """Whether code that runs leads to the definition: names it, registers it, or a library calls it back."""
        if not self.runs(site.module):
            return False
        definition = site.definition
        if definition.decorators and not _only_plain(definition):
            return True
        if self.users(site.name) or site.name in self._entered or _consumes(site):
            return True
        owner = site.module.definition(definition.parent)
        if owner is None:
            return definition.kind == "class" and self._is_plugin(site)
        if owner.kind == "function":
            return self.is_used(DefinitionSite(site.module, definition.parent, owner))
        holder = DefinitionSite(site.module, definition.parent, owner)
        return self._is_called_back(holder, definition.name) and self.is_used(holder)

    @cached_property
    def _entered(self) -> frozenset[str]:
        """The functions that entry points call: the commands which a package installs."""
        found = (self._python.located(text.replace(":", "."), "") for text in self._entries)
        return frozenset(f"{one[0].path}:{one[1]}" for one in found if one is not None and one[1])

    def is_left_lying(self, module: Module, scope: int) -> bool:
        """Whether a place stands in a function that nothing names, of a module that is seen to run: none come there."""
        definition = module.definition(scope)
        if definition is None or not self.starts or not self.runs(module):
            return False
        site = DefinitionSite(module, scope, definition)
        outer = module.definition(definition.parent) if definition.kind == "function" else None
        if outer is not None and outer.kind == "function":
            return self.is_left_lying(module, definition.parent)
        return definition.kind == "function" and not self.is_used(site)

    def is_called_by_nobody(self, module: Module, scope: int, *, is_handed: bool = False) -> bool:
        """Whether a place stands in a function, method or class whose very name is said by nothing that may run.

        `is_handed` tells that a function works on what only code of the tree hands it, so that nothing starts it.

        More is asked than of what is left lying: the name is in no call, reference, import or text of the tree, but
        within the thing itself or in what is called by nobody either, and its module neither looks into itself nor is
        found by its folder. Tests do not count: one that is added would make the function look used.
        """
        definition = module.definition(unit := unit_of(module, scope))
        if definition is None or not self.starts or self._is_of_library(module):
            return False
        if module.path in self.starts and not is_handed:
            return False  # what starts the service may call what it likes of the file that it is given
        return self._is_idle(module, unit, frozenset())

    def _is_of_library(self, module: Module) -> bool:
        """Whether a module that is not seen to run is of a package with its own manifest, for who knows whom."""
        if self.runs(module):
            return False
        folders = [str(one) for one in PurePosixPath(module.path).parents if str(one) != "."]
        manifests = (one for one in folders if not self._manifests.isdisjoint({f"{one}/{name}" for name in _MANIFESTS}))
        nearest = next(manifests, "")
        return bool(nearest) and not any(path.startswith(f"{nearest}/") for path in self.starts)

    @cached_property
    def _manifests(self) -> frozenset[str]:
        return frozenset(path for path in self._sources.paths if path.endswith(_MANIFESTS))

    def _is_idle(self, module: Module, unit: int, above: frozenset[tuple[str, int]]) -> bool:
        """Whether nothing but itself, and what is idle too, says the name of a unit: those above are held to be so."""
        definition = module.definition(unit)
        if definition is None or module.area is Area.TEST or len(above) >= _LINKS:
            return False
        here = module.path, unit
        if here in above:
            return True
        around, below = definition.parent, above | {here}
        if around != MODULE and self._is_idle(module, around, below):
            return True
        if not self._may_be_idle(DefinitionSite(module, unit, definition)):
            return False
        inside = {unit} | {site.index for site in module.defined_in(unit) if definition.kind == "class"}
        if definition.name in self._said_by_scripts:
            return False
        said = self._spoken.said_in(definition.name) - {(module.path, one) for one in inside}
        return all(
            path not in self.starts and self._is_idle(self._python.modules[path], one, below) for path, one in said
        )

    def _may_be_idle(self, site: DefinitionSite) -> bool:
        """Whether only a name that is said can lead to a unit: no library, decorator, folder or made-up name does."""
        module, definition = site.module, site.definition
        if (definition.decorators and not _only_plain(definition)) or site.name in self._entered or _consumes(site):
            return False
        holder = site.owner
        if holder is not None:
            called_back = self._is_called_back(holder, definition.name)
            return not called_back and not self._spoken.may_make_up(definition.name, holder)
        found = any(f"{module.path}/".startswith(folder) for folder in self._searched_below) or _looks_into_itself(
            module
        )
        return not found and not definition.bases and not definition.keywords

    @cached_property
    def _said_by_scripts(self) -> frozenset[str]:
        """The words of the scripts of Python's that bear no name of a module: `bin/serve`."""
        return frozenset(word for script in self._sources.facts(ShellScript).values() for word in script.words)

    @cached_property
    def _spoken(self) -> SpokenNames:
        return SpokenNames(self._python)

    def _is_plugin(self, site: DefinitionSite) -> bool:
        """Whether a class extends one of the tree and stands in a module that running code finds by its folder."""
        folder = site.module.path.rpartition("/")[0]
        return folder in self._searched and any(base.name != site.name for base in self._python.ancestry(site))

    @cached_property
    def _searched(self) -> frozenset[str]:
        """The folders whose modules running code imports by names that it puts together."""
        return frozenset(
            module.path.rpartition("/")[0]
            for module in self._python.production
            if module.path in self.running
            and any(
                call.last in _DISCOVERING and (call.last not in LOADING or makes_up(call, module, self._python))
                for call in module.facts.calls
            )
        )

    @cached_property
    def _searched_below(self) -> tuple[str, ...]:
        """The folders, each with its slash, of modules that import others by names that they put together.

        What lies further down may be found as well: `import_module(f"commands.{name}")`.
        """
        return tuple({f"{folder}/" if folder else "" for folder in self._searched})

    def _is_called_back(self, holder: DefinitionSite, method: str) -> bool:
        """Whether something else calls the method: the language, a library's class, or the class that it overrides."""
        if method.startswith("__") or self._python.external_bases(holder):
            return True
        return any(
            base.module.bindings.definitions.get(f"{base.definition.qualname}.{method}") is not None
            for base in self._python.ancestry(holder)
            if base.name != holder.name
        )

    def is_reached(self, name: str) -> bool:
        """Whether a thing of the tree, by its resolved name.

        Is named by code that runs and is itself not only in dead code.
        """
        return self._reached(name.replace("()", ""), frozenset())

    def _reached(self, name: str, seen: frozenset[str]) -> bool:
        if name in seen or len(seen) > 12:
            return False
        for user in self.users(name):
            path, _, qualname = user.partition(":")
            if not qualname:
                return True
            site = self._python.definition_named(user)
            if site is None:
                return True
            if (site.definition.decorators and not _only_plain(site.definition)) or "." in qualname:
                return True
            if path in self.running and (self._reached(user, seen | {name}) or site.definition.name in _CALLED_BACK):
                return True
        return False


_MANIFESTS = ("pyproject.toml", "setup.py", "setup.cfg")
_LINKS = 6
"""Things that nobody calls, one by another, along which is looked for the one that somebody does."""
_LOOKING_IN = frozenset({"globals", "locals", "vars", "dir", "eval", "exec", "getmembers"})
"""What a module is asked with for the functions that it holds."""


def _looks_into_itself(module: Module) -> bool:
    """Whether a module looks its own functions up by names that it puts together."""
    facts = module.facts
    refs = {*facts.refs, *(ref for definition in facts.definitions for ref in definition.refs)}
    return any(call.last in _LOOKING_IN for call in facts.calls) or any(ref.startswith("sys.modules") for ref in refs)


_DISCOVERING = frozenset(
    {
        "autodiscover",
        "autodiscover_tasks",
        "iter_modules",
        "walk_packages",
        "import_module",
        "find_modules",
        "import_string",
    }
)
_DJANGO_MODULES = frozenset(
    {
        "models.py",
        "admin.py",
        "apps.py",
        "urls.py",
        "signals.py",
        "tasks.py",
        "middleware.py",
        "celery.py",
        "wsgi.py",
        "asgi.py",
        "views.py",
        "checks.py",
    }
)
_CALLED_BACK = frozenset(
    {
        "main",
        "create_app",
        "get_app",
        "make_app",
        "application",
        "lifespan",
        "handler",
        "lambda_handler",
        "app_factory",
        "get_application",
    }
)
_START_NAMES = frozenset(
    {
        "wsgi.py",
        "asgi.py",
        "__main__.py",
        "manage.py",
        "gunicorn.conf.py",
        "gunicorn_conf.py",
        "conftest_app.py",
        "application.py",
        "lambda_function.py",
        "app.py",
    }
)
_APPLICATIONS = WEB_APPLICATIONS | frozenset(
    {
        "tornado.web.Application",
        "connexion.App",
        "connexion.FlaskApp",
        "connexion.AsyncApp",
        "connexion.AioHttpApp",
        "django.core.wsgi.get_wsgi_application",
        "django.core.asgi.get_asgi_application",
        "celery.Celery",
        "apiflask.APIFlask",
        "robyn.Robyn",
        "blacksheep.Application",
        "pyramid.config.Configurator",
        "cherrypy.quickstart",
        "eve.Eve",
        "flask_openapi3.OpenAPI",
        "starlite.Starlite",
        "falcon.API",
        "chalice.Chalice",
        "aws_lambda_powertools.event_handler.APIGatewayRestResolver",
        "faust.App",
        "nameko.rpc.rpc",
        "grpc.server",
        "grpc.aio.server",
        "faststream.FastStream",
        "uvicorn.run",
    }
)


_OF_PRODUCTION = re.compile(r"(^|/)settings/(prod(uction)?|live|deploy(ed|ment)?)\.py$")
"""Settings that a variable of the deployment names."""


def _binds(module: Module, name: str) -> bool:
    """Whether a module itself binds a name at its top."""
    return any(one.target == f":{name}" for one in module.facts.assignments)


def _is_at_top(module: Module) -> bool:
    """Whether a module is Django's settings beside `manage.py`, which are named without any dot."""
    return module.path == "settings.py" and _binds(module, "ROOT_URLCONF")


def _is_start(module: Module) -> bool:
    if module.area is not Area.PRODUCTION:
        return False
    if module.path.rpartition("/")[2] in _START_NAMES or _OF_PRODUCTION.search(module.path) or _is_at_top(module):
        return True
    for call in module.facts.calls:
        if call.name in _APPLICATIONS and not call.context & DECORATOR:
            return True
    return any("__name__" in guards for guards in (call.guards for call in module.calls_in(MODULE)))


def _consumes(site: DefinitionSite) -> bool:
    """Whether a broker calls the function, or a method of the class, with its messages."""
    return takes_message(site.definition) or any(takes_message(method.definition) for method in site.methods)


def _all_refs(module: Module) -> Iterator[tuple[tuple[str, ...], str]]:
    yield module.facts.refs, f"{module.path}:"
    for definition in module.facts.definitions:
        yield definition.refs, f"{module.path}:{definition.qualname}"


def _texts_in(value: object) -> Iterator[str]:
    items = getattr(value, "items", None) or getattr(value, "parts", None) or ()
    text = getattr(value, "value", None)
    if isinstance(text, str):
        yield text
    for item in items:
        yield from _texts_in(item)


def _with_owners(name: str) -> Iterator[str]:
    """A name and, inside the tree, everything it is an attribute of: who names `a.py:Store.get` names `a.py:Store`."""
    yield name
    path, colon, rest = name.partition(":")
    while colon and "." in rest:
        rest = rest.rpartition(".")[0]
        yield f"{path}:{rest}"


def _is_member(name: str) -> bool:
    return "." in name.partition(":")[2]


_PLAIN_DECORATORS = frozenset(
    {
        "property",
        "staticmethod",
        "classmethod",
        "cached_property",
        "dataclass",
        "contextmanager",
        "asynccontextmanager",
        "wraps",
        "abstractmethod",
        "lru_cache",
        "cache",
        "overload",
        "final",
        "override",
        "total_ordering",
        "singledispatch",
    }
)


def _only_plain(definition: Definition) -> bool:
    """Whether every decorator merely shapes the definition and registers it nowhere."""
    return all(
        (decorator.name if isinstance(decorator, Name) else getattr(decorator, "name", "?")).rpartition(".")[2]
        in _PLAIN_DECORATORS
        for decorator in definition.decorators
    )
