"""Which production files are loose scripts: beside the service, started by hand, used by nothing; judges nothing."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import pairwise

from readiness_bot.facts.prose import Prose
from readiness_bot.facts.python_facts import MAIN_GUARD
from readiness_bot.facts.schedule import Schedule
from readiness_bot.facts.shell import ShellScript
from readiness_bot.facts.syntax import cannot_run
from readiness_bot.facts.values import MODULE, Const, Format, Name, Value
from readiness_bot.model import Area
from readiness_bot.repo.copies import copies
from readiness_bot.repo.deployment import Deployment
from readiness_bot.repo.idle_applications import WEB_APPLICATIONS
from readiness_bot.repo.loading import LOADING, begins_with_package, makes_up
from readiness_bot.repo.modules import Module
from readiness_bot.repo.python import Python
from readiness_bot.repo.sources import Sources
from readiness_bot.repo.spoken_names import pattern_of

_SERVING = frozenset(
    {
        "flask", "fastapi", "django", "starlette", "aiohttp", "tornado", "sanic", "falcon", "bottle", "quart",
        "litestar", "pyramid", "cherrypy", "connexion", "robyn", "blacksheep", "uvicorn", "gunicorn", "hypercorn",
        "waitress", "graphene", "strawberry", "ariadne", "rest_framework", "ninja", "flask_restful", "flask_restx",
        "webob", "werkzeug", "http", "socketserver", "wsgiref", "xmlrpc", "grpc", "chalice", "mangum", "azure",
        "functions_framework", "gradio", "streamlit", "dash", "nicegui", "aws_lambda_powertools",
    }
)  # fmt: skip
_OF_DJANGO = re.compile(
    r"django\.(apps|conf\.urls|contrib\.admin|core\.(wsgi|asgi|handlers|servers)|http|middleware|shortcuts|template|urls"
    r"|views)\b"
)
"""What of Django only code needs that answers requests or is part of what does; a script takes models and settings."""
_WORKING = frozenset(
    {
        "celery", "rq", "dramatiq", "huey", "arq", "taskiq", "apscheduler", "schedule", "procrastinate", "airflow",
        "prefect", "dagster", "luigi", "pika", "aio_pika", "kombu", "kafka", "confluent_kafka", "aiokafka", "faust",
        "paho", "zmq", "nats", "stomp", "redis", "socket", "websockets", "websocket", "asyncio", "threading",
        "multiprocessing", "boto3", "telegram", "telebot", "aiogram", "discord", "slack_bolt", "daemon", "signal",
        "ansible",
    }
)  # fmt: skip
"""Packages of programs that run on their own: workers, consumers, bots, daemons."""
_CONSUMING = _WORKING - {"redis", "socket", "asyncio", "threading", "multiprocessing", "boto3", "signal", "websockets"}
"""Those of them that hardly anything but such a program imports."""
_BY_HAND = "nothing of the service imports this script, and nothing that is deployed starts it"
_BY_SCRIPTS = "nothing but scripts and developers' tools that stand beside the service imports this file"
_BY_NOTHING = "nothing of the code imports this module, and nothing that is deployed names it"
_OF_SUITES = "nothing but tests imports the package that this file is in"
_STANDS_IN = "the page beside it says that it stands in for something else"
_A_COPY = "the folder it is in is a copy of the code around it, which nothing leads to"
_AT_BUILD = "it runs while the image is built, and nothing else starts or imports it"
_IN_CHECKS = "only the health check of a container starts it, which has a time limit of its own"
_STARTS = frozenset(
    {"wsgi.py", "asgi.py", "__main__.py", "manage.py", "app.py", "main.py", "server.py", "application.py"}
)
_SEVERAL = 2
_MANY = 20
"""Modules that are imported from which on a tree shows that it leads to modules by their names."""
_LITTLE = 10
"""What stands in for something else is this part of the Python at most."""
_FIRST_SECTIONS = 2
"""Sections of a page that say what its folder is: the title's, and the first below it."""
_FOUND = frozenset(
    {
        "models.py", "admin.py", "apps.py", "signals.py", "receivers.py", "handlers.py", "tasks.py",
        "middleware.py", "celery.py", "checks.py", "cron.py", "routing.py", "hooks.py", "plugins.py",
        "plugin.py", "translation.py", "search_indexes.py", "documents.py", "sitemaps.py", "feeds.py",
        "wagtail_hooks.py", "cms_plugins.py", "cms_apps.py", "cms_menus.py", "cms_toolbars.py", "menus.py", "menu.py",
        "dashboard.py", "widgets.py", "lookups.py", "rules.py", "conf.py", "config.py", "formats.py", "resources.py",
        "api.py", "schema.py", "filters.py", "panels.py", "jobs.py", "factories.py", "compat.py", "version.py",
    }
)  # fmt: skip
"""Modules that frameworks and their extensions find by their names, or those of a package that a release fills in."""
_FINDING = frozenset(
    {
        "frappe", "odoo", "openerp", "airflow", "prefect", "dagster", "luigi", "scrapy", "locust", "homeassistant",
        "trac", "nonebot", "discord", "nextcord", "disnake", "pyrogram", "telethon", "alembic", "sopel", "errbot",
        "stevedore", "pytest", "yapsy", "pluggy", "kedro", "mlflow", "bentoml", "robot", "salt", "ansible", "volttron",
        "qgis", "pyramid",
    }
)  # fmt: skip
"""Packages whose programs look modules up in folders and import what they find."""
_FEW_UNREAD = 10
"""Files that could not be read are few where they are this part of the Python at most."""
_TEMPLATES = re.compile(r"(^|/)templates?/")
_STARTED_BY_NAME = frozenset(
    {"__main__.py", "manage.py", "wsgi.py", "asgi.py", "settings.py", "gunicorn.conf.py", "celeryconfig.py"}
)
"""Files that are started or loaded by what they are called."""
_ANYBODYS = frozenset(
    {
        "__init__.py",
        "main.py",
        "app.py",
        "run.py",
        "start.py",
        "cli.py",
        "utils.py",
        "config.py",
        "models.py",
        "worker.py",
        "tasks.py",
    }
)
"""Names of files that tell nothing without the folder."""
_DOTTED = re.compile(r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+(:[A-Za-z_]\w*)?$")
_OF_CI = re.compile(r"(^|/)(\.?ci|\.github|\.gitlab|\.circleci|tests?)/")
_OF_DEVELOPING = re.compile(r"contribut|develop|hacking|\bdev\b|test|change|history|release", re.IGNORECASE)
_OF_SCRIPTS = re.compile(r"(^|/)scripts?/[^/]+$")
_OF_SETTINGS = frozenset({":INSTALLED_APPS", ":ROOT_URLCONF", ":MIDDLEWARE", ":SECRET_KEY"})
_HANDLER = re.compile(r"^(lambda_)?handler$|^(entrypoint|main_handler)$")
_STAND_IN = re.compile(
    r"\b(mock|dummy|fake|stub)(ed|s)?\s+(\w+[\s-]){0,2}(services?|servers?|apis?|apps?|applications?|endpoints?"
    r"|providers?|backends?|implementations?|systems?|gateways?)\b",
    re.IGNORECASE,
)
"""What a page calls something that only plays another's part."""
_APPLICATIONS = WEB_APPLICATIONS | {
    "celery.Celery",
    "tornado.web.Application",
    "connexion.App",
    "connexion.FlaskApp",
    "connexion.AsyncApp",
    "connexion.AioHttpApp",
    "pyramid.config.Configurator",
    "faststream.FastStream",
    "mcp.server.fastmcp.FastMCP",
    "fastmcp.FastMCP",
    "dash.Dash",
    "gradio.Blocks",
    "typer.Typer",
}
_PAGE = re.compile(r"(?P<folder>.+)/readme(\.\w+)?", re.IGNORECASE)
_OWN_UNIT = re.compile(r"(^|/)(Dockerfile[\w.-]*|pyproject\.toml|setup\.py|serverless\.ya?ml|Procfile)$")
_PACKAGE = re.compile(r"(^|/)(pyproject\.toml|setup\.py)$")
_REQUIREMENTS = re.compile(r"(^|/)requirements[\w.-]*\.txt$")


class Scripts:
    """Questions about scripts of one tree, and about what they alone lead to."""

    def __init__(
        self,
        sources: Sources,
        python: Python,
        deployment: Deployment | None = None,
        named: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        self._sources = sources
        self._python = python
        self._deployment = deployment
        self._named = named

    @property
    def loose(self) -> Collection[str]:
        """The paths of the files that have no part in what is served: the keys of `beside`."""
        return self.beside.keys()

    @cached_property
    def beside(self) -> Mapping[str, str]:
        """The production files that evidently have no part in what is served, each with the reason in words.

        Only beside a service that is elsewhere, and never what something deployed starts, serves or works a queue.
        """
        if not self._is_beside_a_service:
            return {}
        alone = {module.path: module for module in self._python.production if self._stands_alone(module)}
        programs = {module.path: module for module in self._python.production if self._is_unstarted(module)}
        found = {path: _BY_HAND for path, module in {**alone, **programs}.items() if path not in self._importers}
        found.update(dict.fromkeys(self._imported_by_nothing, _BY_NOTHING))
        found.update(dict.fromkeys(self.for_tests, _OF_SUITES))
        found.update(dict.fromkeys(self._standing_in, _STANDS_IN))
        found.update(dict.fromkeys(self._building, _AT_BUILD))
        found.update(dict.fromkeys(self._probing, _IN_CHECKS))
        found.update(dict.fromkeys(copies(self._python, self._told, self._units), _A_COPY))
        return self._with_what_they_alone_use(found)

    @cached_property
    def moot(self) -> frozenset[str]:
        """The few Python files that could not be read, and hold nothing that may run or what is only data.

        They could not be run either, and are used by nothing that was read; or all that is taken of them are constants.
        Where many cannot be read, what uses them may be among them. What lies among templates is filled in first, and
        is named by what does that.
        """
        unread = {
            one.path
            for one in self._sources.skipped
            if one.path.endswith(".py") and self._sources.area(one.path) is Area.PRODUCTION
        }
        if len(unread) * _FEW_UNREAD > len(self._python.production):
            return frozenset()
        broken = unread & {one.path for one in self._sources.skipped if cannot_run(one.reason)}
        names = Counter(path.rpartition("/")[2] for path in self._sources.paths) if broken else Counter[str]()
        idle = {path for path in broken if _TEMPLATES.search(path) or not self._is_in_use(path, names)}
        return frozenset(idle | {path for path in unread - broken if self._holds_data_alone(path)})

    def _holds_data_alone(self, path: str) -> bool:
        """Whether code takes something of a module, and nothing but constants: `from .places import PLACES`."""
        folder, _, name = path.removesuffix(".py").rpartition("/")
        if path.rpartition("/")[2] in _STARTED_BY_NAME | _FOUND or re.search(r"settings|config", name):
            return False
        place = f".{folder.rpartition('/')[2]}.{name}"
        taken: list[str] = []
        for module in self._python.production:
            near = module.path.rpartition("/")[0] == folder
            for item in module.facts.imports:
                asked = f".{re.sub(r'[:/]', '.', item.target)}".replace("..", ".")
                if asked.endswith(place) or (near and asked == f".{name}") or item.target == name:
                    return False  # the module itself, of which anything may be taken
                owner, _, last = asked.rpartition(".")
                if owner.endswith(place) or (near and owner == f".{name}"):
                    taken.append(last)
        return bool(taken) and all(one.isupper() for one in taken)

    def _is_in_use(self, path: str, names: Mapping[str, int]) -> bool:
        """Whether something starts, loads, imports or names a file; `names` tells how many files bear each name."""
        name = path.rpartition("/")[2]
        return (
            name in _STARTED_BY_NAME
            or name in _FOUND
            or any(path.startswith(folder) for folder in self._loading if folder)
            or (self._is_mentioned(path) and names[name] == 1)
            or any("/".join(path.split("/")[-2:]) in text for text in self._texts)
            or self._is_asked_for(path)
        )

    def _is_asked_for(self, path: str) -> bool:
        """Whether code imports what would be the module of a file, or names it in a text."""
        folder, _, name = path.removesuffix(".py").removesuffix("/__init__").rpartition("/")
        above = folder.rpartition("/")[2]
        within = f".{above}.{name}." if above else f".{name}."
        for module in self._python.production:
            near = module.path.rpartition("/")[0] == folder
            for item in module.facts.imports:
                asked = f".{re.sub(r'[:/]', '.', item.target)}."
                if within in asked or (near and f".{name}." in asked):
                    return True
            if any(within[1:-1] in text or (near and name in text.split(".")) for text, _ in module.facts.strings):
                return True
        return False

    def is_run_by_hand(self, module: Module) -> bool:
        """Whether production is known to start other programs than this module, and nobody is told to run it."""
        return (
            bool(self._started_here)
            and not self._is_own_start(module)
            and not self._is_mentioned(module.path)
            and not self._may_be_found(module)
        )

    @cached_property
    def libraries(self) -> frozenset[str]:
        """The folders of packages for those who call the service: nothing of what is served imports or starts them.

        Each has a manifest of its own and neither serves nor works a queue, beside a service that is elsewhere.
        """
        packaged = {path.rpartition("/")[0] for path in self._sources.paths if _PACKAGE.search(path)} - {""}
        serving = [one.path for one in self._python.production if not _SERVING.isdisjoint(_roots(one))]
        found = set()
        for folder in packaged:
            inside = f"{folder}/"
            own = [module for module in self._python.production if module.path.startswith(inside)]
            served = not all(path.startswith(inside) for path in serving)
            if own and served and not any(self._is_at_work(module, inside) for module in own):
                found.add(inside)
        return frozenset(found)

    def _is_at_work(self, module: Module, inside: str) -> bool:
        """Whether a module of a folder serves, works a queue or is started, or is imported from outside."""
        if not (_SERVING | _CONSUMING).isdisjoint(_roots(module)) or self._is_own_start(module):
            return True
        return any(not user.startswith(inside) for user in self._importers.get(module.path, ()))

    @property
    def _is_beside_a_service(self) -> bool:
        """Whether something of the tree serves, or all that is deployed from it is in other languages."""
        if any(map(_serves, self._python.production)):
            return True
        commands = self._deployment.started_commands if self._deployment is not None else ()
        return bool(commands) and not self._started_here and all(one.kind == "program" for one in commands)

    @property
    def _standing_in(self) -> Iterator[str]:
        """The modules of folders whose own page begins by calling what is in them a mock, where nothing else uses them.

        A product of which that is most is none.
        """
        for path, prose in self._sources.facts(Prose).items():
            page = _PAGE.fullmatch(path)
            if page is None or not any(_STAND_IN.search(one.text) for one in prose.sections[:_FIRST_SECTIONS]):
                continue
            folder = f"{page['folder']}/"
            within = [module.path for module in self._python.production if module.path.startswith(folder)]
            used = any(not user.startswith(folder) for one in within for user in self._importers.get(one, ()))
            if not used and len(within) * _LITTLE <= len(self._python.production):
                yield from within

    @cached_property
    def for_tests(self) -> frozenset[str]:
        """The modules of packages that help tests: one imports pytest, and only tests and such ones use them.

        A package is meant as a whole, whatever is below it; one in which anything serves or is started is none.
        """
        held: dict[str, list[Module]] = defaultdict(list)
        for module in self._python.production:
            held[self._package_around(module.path)].append(module)
        helping = {
            package
            for package, modules in held.items()
            if package
            and any("pytest" in _roots(module) for module in modules)
            and not any(_makes_application(one) or one.path in self._started_here for one in modules)
        }
        users = {
            package: {self._package_around(user) for one in held[package] for user in self._importers.get(one.path, ())}
            for package in helping
        }
        while others := {package for package in helping if users[package] - helping}:
            helping -= others
        return frozenset(module.path for package in helping for module in held[package])

    def _package_around(self, path: str) -> str:
        """The outermost package that a module is in; empty for one in none."""
        folder, package = path.rpartition("/")[0], ""
        while folder and f"{folder}/__init__.py" in self._python.modules:
            folder, package = folder.rpartition("/")[0], folder
        return package

    @property
    def _imported_by_nothing(self) -> Collection[str]:
        """The modules of packages that only wait to be imported, and that nothing imports or may find by itself.

        A folder of which hardly any module is imported is one that is loaded in a way unknown here: it says nothing of
        those in it, but where most modules of the whole tree are imported. What only such modules import is as idle:
        views whose addresses nothing includes. A folder may be a package without saying so.
        """
        held: dict[str, list[Module]] = defaultdict(list)
        for module in self._python.production:
            folder, _, name = module.path.rpartition("/")
            if name != "__init__.py" and folder:
                held[folder].append(module)
        waiting = [one for modules in held.values() for one in modules if not self._is_reached_else(one)]
        known = sum(one.path in self._importers for one in waiting)
        imports_all = known >= _MANY and known * 2 >= len(waiting)
        found = {
            module.path
            for module in self._python.production
            if "-" in module.path.rpartition("/")[2]  # no import can name it
            and not _runs(module)
            and module.path not in self._importers
            and not self._is_reached_else(module)
            and self._only_waits(module)
        }
        for folder, modules in held.items():
            imported = sum(module.path in self._importers for module in modules)
            left = [one for one in modules if one.path not in self._importers and not self._is_reached_else(one)]
            packaged = f"{folder}/__init__.py" in self._python.modules or self._is_beside_packages(folder)
            telling = imported >= max(_SEVERAL, len(left) * 2) or (packaged and imports_all)
            # Addresses are included or are not, however the rest of their folder is loaded.
            alone = [module for module in left if telling or module.path.endswith("/urls.py")]
            found.update(module.path for module in alone if self._only_waits(module))
        while more := {
            module.path
            for modules in held.values()
            for module in modules
            if module.path not in found
            and found.issuperset(self._importers.get(module.path, {""}))
            and not self._is_reached_else(module)
            and self._only_waits(module)
        }:
            found |= more
        return found

    def _is_beside_packages(self, folder: str) -> bool:
        """Whether a folder of modules is no package where those beside it are: `sources/old` beside `sources/new`."""
        above = folder.rpartition("/")[0]
        beside = [one for one in self._packages_by_parent.get(above, ()) if one != folder]
        return bool(above) and len(beside) >= _SEVERAL and f"{above}/__init__.py" in self._python.modules

    @cached_property
    def _packages_by_parent(self) -> Mapping[str, list[str]]:
        """By folder, the packages that lie in it."""
        found: dict[str, list[str]] = defaultdict(list)
        for path in self._python.modules:
            folder, _, name = path.rpartition("/")
            if name == "__init__.py":
                found[folder.rpartition("/")[0]].append(folder)
        return found

    def _is_reached_else(self, module: Module) -> bool:
        """Whether a module that nothing imports is one that is started, or that frameworks find by its name."""
        return self._begins(module) or module.path.rpartition("/")[2] in _FOUND

    def _begins(self, module: Module) -> bool:
        """Whether a module may be what is started: by its name, as a program, or for the application in it."""
        return self._is_own_start(module) or _is_program(module) or _makes_application(module)

    def _only_waits(self, module: Module) -> bool:
        """Whether a module does nothing by itself, and neither a framework nor a name put together finds it."""
        stem = module.path.rpartition("/")[2].removesuffix(".py")
        return not (
            (stem == "urls" and not self._knows_first_addresses)
            or not _FINDING.isdisjoint(_roots(module))
            or _is_settings(module)
            or "settings" in module.path
            or stem.startswith(("gunicorn", "uwsgi"))
            or self._may_be_found_at_work(module)
            or self._is_mentioned(module.path)
            or any(_HANDLER.match(item.name) for item in module.facts.definitions)
            or any(f"/{one}/" in f"/{module.path}" for one in ("management", "templatetags", "locale"))
        )

    @cached_property
    def _knows_first_addresses(self) -> bool:
        """Whether settings of the tree tell which module of addresses Django begins with; others must be included."""
        return any(
            item.target == ":ROOT_URLCONF" and isinstance(item.value, Const)
            for module in self._python.production
            for item in module.facts.assignments
        )

    @cached_property
    def _names_put_together(self) -> tuple[str, ...]:
        """What matches the dotted names that code puts together to load modules by: `shop.plugins.` and more."""
        patterns = {
            pattern
            for module in self._python.production
            for call in module.facts.calls
            if (call.last in LOADING or call.last == "include")
            and (asked := call.argument(0)) is not None
            and (pattern := pattern_of(asked, r"\w*(\.\w+)?")) is not None
            and not pattern.startswith(re.escape("."))  # what is near is found by its folder
            and _says_something(asked)
        }
        return tuple(rf"(.*\.)?{pattern}" for pattern in patterns)

    @property
    def _building(self) -> Iterator[str]:
        """The programs that a `RUN` of an image starts, and nothing else."""
        images = [one.image for one in self._deployment.images] if self._deployment is not None else []
        stages = [stage for image in images for stage in image.needed_stages]
        runs = [one.text for stage in stages for one in stage.instructions if one.keyword == "RUN"]
        for path, name in self._startable() if runs else ():
            started = any(name in text and _starts(name, text) for text in runs)
            if started and not any(name in text for text in self._of_operation):
                yield path

    def _startable(self) -> Iterator[tuple[str, str]]:
        """The modules to which only their file's own name can lead, by path and that name: nothing imports them."""
        for module in self._python.production:
            name = module.path.rpartition("/")[2]
            if (
                name not in _ANYBODYS | _STARTS
                and len(self._by_name[name]) == 1
                and module.path not in self._importers
                and not _serves(module)
            ):
                yield module.path, name

    def _of_images(self, *keywords: str) -> Iterator[str]:
        for image in self._deployment.images if self._deployment is not None else ():
            yield from (one.text for one in image.image.instructions(*keywords))

    def _with_what_they_alone_use(self, found: dict[str, str]) -> Mapping[str, str]:
        """The files found, and those that nothing but they and developers' tools import."""
        grows = True
        while grows:
            more = [
                module.path
                for module in self._python.production
                if module.path not in found and self._serves_scripts_alone(module, found)
            ]
            found.update(dict.fromkeys(more, _BY_SCRIPTS))
            grows = bool(more)
        return found

    def _serves_scripts_alone(self, module: Module, scripts: Container[str]) -> bool:
        users = [self._python.modules[path] for path in self._importers.get(module.path, ())]
        if not users or not all(one.path in scripts or one.area is Area.TOOLING for one in users):
            return False
        return not (self._is_own_start(module) or self._may_be_found(module) or self._is_busy(module))

    @cached_property
    def _importers(self) -> Mapping[str, set[str]]:
        """By path, the modules that import one or name it in a text; a script may have tests too."""
        found: dict[str, set[str]] = defaultdict(set)
        for module in self._python.modules.values():
            for path in self._imported(module) if module.area is not Area.TEST else ():
                if path != module.path:
                    found[path].add(module.path)
        return found

    def _imported(self, module: Module) -> Iterator[str]:
        """The modules that one leads to by imports and by texts, with the packages around them."""
        for path in {*self._leading(module)}:
            yield path
            yield from (package for package in _packages(path) if package in self._python.modules)

    def _leading(self, module: Module) -> Iterator[str]:
        python = self._python
        for target in {*(item.target for item in module.facts.imports), *module.facts.stars}:
            path, found, _ = python.absolute(target, module).partition(":")
            near = python.module_named(target, module.path)
            if found or near is not None:
                yield path if near is None else near.path
            else:
                # The name may begin at a folder that nobody knows here; what ends in it may be meant.
                parts = target.split(".")
                for folder, stem in pairwise(parts):
                    yield from self._by_end.get((folder, stem), ())
        for text, _ in module.facts.strings:
            if text.endswith(".py"):
                name = text.rpartition("/")[2]
                yield from (path for path in self._by_name.get(name, ()) if name != "__init__.py")
            elif _DOTTED.match(text):
                named = python.located(text.replace(":", "."), module.path)
                # The first words of a text such as `core.label` may be anything, unless a module near by is called so.
                if named is not None and (not named[1] or _top(named[0].path) == _top(module.path)):
                    yield named[0].path
                elif named is None:
                    *_, folder, stem = f".{text.replace(':', '.')}".rsplit(".", 2)[:-1]
                    yield from self._by_end.get((folder.rpartition(".")[2], stem), ())

    @cached_property
    def _by_end(self) -> Mapping[tuple[str, str], list[str]]:
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for path in self._python.modules:
            *_, folder, stem = f"/{path.removesuffix('.py')}".split("/")
            found[folder, stem].append(path)
        return found

    @cached_property
    def _by_name(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = defaultdict(list)
        for path in self._python.modules:
            found[path.rpartition("/")[2]].append(path)
        return {name: tuple(paths) for name, paths in found.items()}

    def _is_unstarted(self, module: Module) -> bool:
        """Whether a program of its own is one that nothing which is deployed starts, as far as that can be known."""
        folder, _, name = module.path.rpartition("/")
        if not _is_program(module) or name == "__init__.py":
            return False
        if self._is_own_start(module) or self._may_be_found(module):
            return False
        if _serves(module):
            served = any(path.rpartition("/")[0] == folder for path in self._started_here)
            return served and self._at_work[True, folder] < _SEVERAL and not self._is_mentioned(module.path)
        if self._is_busy(module) or self._mostly_works(folder) or self._is_kin_of_one_started(module.path):
            return False
        return bool(self._started_here) or f"{folder}/__init__.py" in self._sources.paths

    def _is_busy(self, module: Module) -> bool:
        """Whether a module serves or works off what comes, or lies where something else is put together that does."""
        return (
            _serves(module)
            or not _CONSUMING.isdisjoint(_roots(module))
            or any(_HANDLER.match(item.name) for item in module.facts.definitions)
            or module.path.rpartition("/")[0] in self._units_of_unknown_start
            or _is_settings(module)
            or self._is_mentioned(module.path)
        )

    def _mostly_works(self, folder: str) -> bool:
        """Whether no fewer than half of a folder's programs are known to run: then another one may run as they do.

        Where a few of many are started or named, the others are what their authors ran by hand. At the root there are
        scripts beside any server, so that it is no measure of them.
        """
        kinds = (False, True) if folder else (False,)
        known = sum(self._at_work[serves, folder] for serves in kinds)
        return known > 0 and known * 2 >= sum(self._programs[serves, folder] for serves in kinds)

    def _is_kin_of_one_started(self, path: str) -> bool:
        """Whether production starts a program of the same folder that is called alike: `work_mail`, `work_stock`."""
        folder, _, name = path.rpartition("/")
        kin, more, _ = name.partition("_")
        return bool(more) and any(
            one != path and one.startswith(f"{folder}/{kin}_".lstrip("/")) and one.rpartition("/")[0] == folder
            for one in self._started_here
        )

    @cached_property
    def _programs(self) -> Counter[tuple[bool, str]]:
        """How many programs that serve (or that do not) lie in a folder."""
        return Counter(map(_kind_and_folder, filter(_is_program, self._python.production)))

    @cached_property
    def _at_work(self) -> Counter[tuple[bool, str]]:
        """How many programs that serve (or that do not) are known to run in a folder."""
        return Counter(
            _kind_and_folder(module)
            for module in self._python.production
            if _is_program(module)
            and (
                module.path in self._started
                # What a page tells to run of a folder of scripts says nothing of the others in it.
                or (self._is_mentioned(module.path) and not _OF_SCRIPTS.search(module.path))
            )
        )

    def _is_own_start(self, module: Module) -> bool:
        name = module.path.rpartition("/")[2]
        return name in _STARTS or module.path in self._started or self._sources.is_started(module.path)

    @property
    def _told(self) -> Collection[tuple[str, str]]:
        """What is started or put into images, in words, each with the file that tells it."""
        commands = self._deployment.started if self._deployment is not None else ()
        started = {(one.near, text) for one in commands for text in (one.resolved, one.target) if text}
        return started | {("", f"{text}/") for text in self._of_images("COPY", "ADD", "WORKDIR")}

    @cached_property
    def _started(self) -> frozenset[str]:
        """The modules that anything starts, development and tests included, with those of entry points."""
        commands = self._deployment.started if self._deployment is not None else ()
        return frozenset(self._modules((one.near, one.resolved, one.target) for one in commands)) | frozenset(
            self._modules(("", entry) for entry in self._named())
        )

    @cached_property
    def _started_here(self) -> frozenset[str]:
        """The modules that production is known to start."""
        commands = self._deployment.started_commands if self._deployment is not None else ()
        return frozenset(self._modules((one.near, one.resolved, one.target) for one in commands))

    def _modules(self, started: Iterable[tuple[str, ...]]) -> Iterator[str]:
        """The modules that names mean, each group of which begins with the file that tells them."""
        for teller, name in ((teller, name) for teller, *names in started for name in names if name):
            if name in self._python.modules:
                yield name
                continue
            dotted = name.partition(":")[0].removesuffix(".py").replace("/", ".").lstrip(".")
            found = self._python.located(dotted, teller)
            if found is not None:
                yield found[0].path

    def _may_be_found(self, module: Module) -> bool:
        """Whether code that loads modules by made-up names may load this one."""
        folder = module.path.rpartition("/")[0]
        # What lies at the root and runs by itself is loaded from there by its name, if ever, which some text tells.
        if any(module.path.startswith(one) for one in self._loading if one or folder or not _is_program(module)):
            return True
        return self._is_put_together(module) or self._may_be_plugin(module)

    def _is_put_together(self, module: Module) -> bool:
        """Whether code puts names together to load modules by, one of which may be this module's."""
        return any(re.fullmatch(pattern, module.name) for pattern in self._names_put_together)

    def _may_be_plugin(self, module: Module) -> bool:
        """Whether a class of a module extends one of the tree, some of which loads modules by made-up names."""
        return bool(self._loading) and any(
            item.kind == "class" and any(self._is_own(base.partition(":")[0], module) for base in item.bases)
            for item in module.facts.definitions
        )

    def _may_be_found_at_work(self, module: Module) -> bool:
        """The same for what only waits to be imported: of what loads from the root, only what is started counts."""
        below = any(module.path.startswith(one) for one in self._loading if one)
        return below or self._is_loaded_from_root or self._is_put_together(module) or self._may_be_plugin(module)

    @cached_property
    def _is_loaded_from_root(self) -> bool:
        """Whether something that is started at the root loads modules by made-up names."""
        return any(
            "/" not in module.path and self._is_own_start(module) and self._loads(module)
            for module in self._python.production
        )

    def _loads(self, module: Module) -> bool:
        return any(
            makes_up(call, module, self._python) and not begins_with_package(call) for call in module.facts.calls
        )

    @cached_property
    def _loading(self) -> frozenset[str]:
        """The folders, each with its slash, whose code loads modules by names or paths that it makes up."""
        loading = [one for one in self._python.production if self._loads(one) and not self._only_looks(one)]
        own = (f"{folder}/" if (folder := one.path.rpartition("/")[0]) else "" for one in loading)
        return frozenset(own) | frozenset(folder for one in loading for folder in self._walked(one))

    def _walked(self, module: Module) -> Iterator[str]:
        """The folders of the packages whose modules one lists: `iter_modules(pages.__path__)`."""
        for call in module.facts.calls:
            asked = call.argument(0) if call.last in LOADING else None
            if isinstance(asked, Name) and asked.name.endswith(".__path__"):
                path = self._python.absolute(asked.name.removesuffix(".__path__"), module).partition(":")[0]
                if path.endswith("/__init__.py"):
                    yield path.removesuffix("__init__.py")

    def _only_looks(self, module: Module) -> bool:
        """Whether a program that nothing starts or imports loads others, as one does that looks what is installed."""
        return (
            _is_program(module)
            and module.path not in self._importers
            and not self._is_own_start(module)
            and not _serves(module)
        )

    def _is_mentioned(self, path: str) -> bool:
        """Whether a schedule, a shell script, an image or a document for operators names the file."""
        known = self._mentioned.get(path)
        if known is None:
            *_, folder, name = f"/{path}".split("/")
            shown = f"{folder}/{name}" if name in _ANYBODYS and folder else name
            dotted = f"{folder}.{name.removesuffix('.py')}" if folder else name
            known = self._mentioned[path] = any(shown in text or dotted in text for text in self._texts)
        return known

    @cached_property
    def _mentioned(self) -> dict[str, bool]:
        return {}

    @cached_property
    def _texts(self) -> tuple[str, ...]:
        """What may tell that a program is run: texts of schedules, scripts, images and pages for those who operate."""
        return (*self._of_operation, *self._of_images("RUN", "COPY", "ADD"))

    @property
    def _probing(self) -> Iterator[str]:
        """The programs that the health check of an image starts, and nothing else."""
        checks = tuple(self._of_images("HEALTHCHECK"))
        others = [text for text in self._of_operation if text not in checks] if checks else []
        for path, name in self._startable() if checks else ():
            checking = any(name in text for text in checks)
            if checking and not any(name in text and _starts(name, text) for text in others):
                yield path

    @cached_property
    def _of_operation(self) -> tuple[str, ...]:
        """The same without what runs while an image is built."""
        sources = self._sources
        found = [program for one in sources.facts(Schedule).values() for program in one.programs]
        for path, script in sources.facts(ShellScript).items():
            if sources.area(path) in (Area.PRODUCTION, Area.TOOLING) and not _OF_CI.search(path):
                found += [" ".join(command.words) for command in script.commands]
        found += self._of_images("CMD", "ENTRYPOINT", "HEALTHCHECK", "ENV")
        for path, prose in sources.facts(Prose).items():
            if not _OF_DEVELOPING.search(path):
                found += [one.text for one in prose.sections if not _OF_DEVELOPING.search(one.title)]
        return tuple(found)

    def _stands_alone(self, module: Module) -> bool:
        folder, _, name = module.path.rpartition("/")
        if "-" in name.partition(".")[0] and "." in name and self._is_nobodys(module):
            return True  # no import can name it
        if not module.facts.definitions and name not in _STARTS and (not folder or self._is_done_at_once(module)):
            # It does what it does from its first line on, where it is known what production starts instead.
            alone = bool(self._started_here) and self._is_nobodys(module)
            if alone or not folder:
                return alone
        if not folder or f"{folder}/__init__.py" in self._sources.paths or self._sources.is_started(module.path):
            return False
        if _is_settings(module) or name.startswith(("gunicorn", "uwsgi")):
            return False
        if folder in self._units or folder in self._served or not _runs(module):
            return False
        if any(_HANDLER.match(item.name) for item in module.facts.definitions):
            return False
        return not any(self._is_own(imported.target, module) for imported in module.facts.imports)

    def _is_done_at_once(self, module: Module) -> bool:
        """Whether a module of a folder keeps no settings for others, and is none that may be loaded by its name."""
        kept = any(item.scope == MODULE and item.target.lstrip(":").isupper() for item in module.facts.assignments)
        return not kept and not self._may_be_found(module) and not module.path.endswith("/__init__.py")

    def _is_nobodys(self, module: Module) -> bool:
        """Whether a program imports nothing of the tree, and nothing deployed starts it."""
        works = _serves(module) or not _WORKING.isdisjoint(_roots(module))
        if works or self._sources.is_started(module.path) or not _runs(module):
            return False
        return not any(self._is_own(imported.target, module) for imported in module.facts.imports)

    def _is_own(self, target: str, module: Module) -> bool:
        if target.startswith("."):
            return True
        parts = target.split(".")
        names = (".".join(parts[:size]) for size in range(len(parts), 0, -1))
        return any(self._python.module_named(name, module.path) is not None for name in names)

    @cached_property
    def _served(self) -> frozenset[str]:
        """The folders in which something serves or works a queue."""
        return frozenset(
            module.path.rpartition("/")[0]
            for module in self._python.production
            if _serves(module) or not _WORKING.isdisjoint(_roots(module))
        )

    @cached_property
    def _units_of_unknown_start(self) -> frozenset[str]:
        """The folders below the root with an image or a package of their own, if it is not known what that starts."""
        known = {f"{path.rpartition('/')[0]}/" for path in self._started_here}
        return frozenset(
            folder for folder in self._units if folder and not any(one.startswith(f"{folder}/") for one in known)
        )

    @cached_property
    def _units(self) -> frozenset[str]:
        """The folders with an image or a package of their own; with a mere list of dependencies, if none is deployed.

        Where it is known what production starts, such a list says only what a script needs.
        """
        return frozenset(
            path.rpartition("/")[0]
            for path in self._sources.paths
            if (_OWN_UNIT.search(path) or (not self._started_here and _REQUIREMENTS.search(path)))
            and self._sources.area(path) in (Area.PRODUCTION, Area.TOOLING)
        )


def _says_something(asked: Value) -> bool:
    """Whether a name that is put together has a word in it that is written down: `f"{package}.{name}"` is any name."""
    parts = asked.parts if isinstance(asked, Format) else ()
    return any(isinstance(part, Const) and re.search(r"\w", str(part.value)) for part in parts)


def _starts(name: str, command: str) -> bool:
    """Whether a command has Python run the file of this name, wherever it lies."""
    return re.search(rf"\bpython[\d.]*\s+(-\w\s+)*([\w./-]*/)?{re.escape(name)}\b", command) is not None


def _runs(module: Module) -> bool:
    """Whether the file does something when it is started, rather than to define or to set."""
    calls = [call for call in module.facts.calls if call.scope == MODULE]
    if any(call.context & MAIN_GUARD for call in calls):
        return True
    bound = {
        line
        for item in module.facts.assignments
        if item.scope == MODULE
        for line in range(item.line, item.end_line + 1)
    }
    return any(not call.result and call.line not in bound for call in calls)


def _is_program(module: Module) -> bool:
    """Whether a part of the file acts only where it is started itself, or what follows in it has Django set up."""
    return any(
        call.scope == MODULE and (call.context & MAIN_GUARD or call.name == "django.setup")
        for call in module.facts.calls
    )


def _serves(module: Module) -> bool:
    """Whether a module imports what serves; of Django, more than what a script asks of its models and settings."""
    roots = _roots(module) & _SERVING
    return bool(roots) and (roots != {"django"} or any(_OF_DJANGO.match(item.target) for item in module.facts.imports))


def _makes_application(module: Module) -> bool:
    """Whether a module makes something at its top that a server or a worker may be given by name."""
    return any(call.scope == MODULE and call.name in _APPLICATIONS for call in module.facts.calls)


def _kind_and_folder(module: Module) -> tuple[bool, str]:
    """Whether a module serves, by what it imports, and the folder that it lies in."""
    return _serves(module), module.path.rpartition("/")[0]


def _is_settings(module: Module) -> bool:
    return any(item.target in _OF_SETTINGS for item in module.facts.assignments)


def _top(path: str) -> str:
    return path.partition("/")[0]


def _packages(path: str) -> Iterator[str]:
    folder = path.rpartition("/")[0]
    while folder:
        yield f"{folder}/__init__.py"
        folder = folder.rpartition("/")[0]


def _roots(module: Module) -> frozenset[str]:
    return frozenset(item.target.partition(".")[0] for item in module.facts.imports)
