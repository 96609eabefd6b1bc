"""What a path means: production, test, migration, tooling, example, documentation, vendored or generated code."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from readiness_bot.facts.products import products_called_tests, read_as
from readiness_bot.facts.roles import TEMPLATED, is_called_migration, is_called_test
from readiness_bot.model import Area

_VENDORED = re.compile(
    r"(^|/)(vendor|vendored|_vendor|third_party|third-party|thirdparty|3rdparty|node_modules|"
    r"bower_components|site-packages|extra_apps?"
    r"|extern|externals|\.venv|venv|virtualenv)/|(^|/)bottle\.py$|(^|/)static/(.*/)?(js|css|lib|plugins|assets)/.*\.py$"
)
_GENERATED = re.compile(
    r"((^|/)build/(lib|bdist)[^/]*/|_pb2(_grpc)?\.pyi?$|(^|/)(generated|_generated|autogen|openapi_client)/|\.gen\.py$|"
    r"(_|auto-?)generated\.py$|(^|/)_version\.py$)"
)
_EXAMPLE = re.compile(
    r"(^|/)([Ee]xamples?([_-]\w+)?|samples?[_-]apps?|\w+[_-]examples?|[Dd]emos?|[Tt]utorials?|(app|project|plugin|module|package|site)[-_]templates?|docs?_src|notebooks?|cookbooks?|benchmarks?|"
    r"(\w+[-_])?load[-_]?tests?|locust([-_]\w+)*|([\w-]+[-_])?mocks?|mock[_-]?(services?|servers?|apis?)|fakes?)/|(^|/)(mock|fake|dummy)_[^/]+\.py$|_mocks?\.py$"
)
_TUTORIALS = re.compile(r"((?:[^/]+/)?)tutorials?/")
_EXAMPLE_UNLESS_PACKAGE = re.compile(
    r"(^|/)(samples?|evals|playground|quickstart|snippets?|templates?_project|bench|perf|stubs)/|(^|/)examples?_[^/]+\.py$"
)
_DOCUMENTATION = re.compile(r"(^|/)(docs?|documentation|doc_src|website|sphinx)/")
_WEBSITE = re.compile(r"((?:.*/)?website)/")
_TOOLING = re.compile(
    r"(^|/)(scripts?|tools?|tooling|hack|hacking|ci|\.ci|\.github|\.gitlab|\.circleci|"
    r"\.buildkite|\.devcontainer|devtools?|dev|devel|development|build_?tools?|build"
    r"|packaging|release|maintenance|automation|misc|contrib|utils/dev|scripts_dev|bin/dev"
    r"|(pants|pylint|flake8|mypy|sphinx)[-_]plugins?)/"
    r"|(^|/)\.\w[\w-]*/(.*/)?[^/]+\.py$"
    r"|(^|/)(deployment|cfn|cloudformation)/.*\.py$"
    r"|(^|/)bin/[^/]*(release|changelog|changes|bump|version|lint|format|publish)[^/]*$"
    r"|(^|/)(setup|noxfile|fabfile|tox|versioneer|ez_setup|dodo|toxfile|duties|hatch_build|"
    r"build|pavement|populate|seed|seed_db|create_test_data|generate_test_data|bootstrap_dev|"
    r"release|locustfile|__main_dev__)\.py$"
)
_OUT_OF_USE = re.compile(
    r"(^|/)(not[-_]?(in[-_]?)?used?|unused|obsolete|attic|graveyard|trash|to[-_]?delete)/"
    r"|(^|/)_?(backups?|bak|archives?|snapshots?|old)/([^/]+/)*[^/]*(?<!\d)20\d\d[-_]?[01]\d[-_]?[0-3]\d(?![.\d])[^/]*/"
    r"|(^|/)_?(backup|bak|old|archived?|legacy|trash)([-_][a-z]+)*[-_]20\d\d[-_]?[01]\d[-_]?[0-3]\d[^/]*/",
    re.IGNORECASE,
)
"""Folders of what nobody uses any more, and copies of the sources that bear the day they were made."""
_OF_RELEASE = re.compile(r"-\d[\w.]*/PKG-INFO$")
"""What an unpacked release of another project has: `parser-0.1.5/PKG-INFO`."""
_GATHERING = re.compile(r"(^|/)(datasets|experiments|research|[\w.]+-dev)/")
"""Folders of scripts that gather data or try something out, and of images for development, unless they are packages."""
_PUT_AWAY = re.compile(r"archive/|(?:(?P<above>.*)/)?(_archived?|archived|attic|obsolete|graveyard)/")
"""Folders of what is kept and used no more; within a package such a name is most often a subject of the product."""
_LIBRARIES = frozenset(
    [
        "aiohttp",
        "appdirs",
        "apscheduler",
        "async_timeout",
        "attr",
        "babel",
        "babelfish",
        "backports",
        "beaker",
        "bencode",
        "bencodepy",
        "biplist",
        "bleach",
        "boto3",
        "botocore",
        "bs4",
        "cachetools",
        "certifi",
        "chardet",
        "charset_normalizer",
        "cheroot",
        "cherrypy",
        "click",
        "configobj",
        "cryptography",
        "dateutil",
        "deluge_client",
        "dns",
        "docutils",
        "dogpile",
        "enzyme",
        "feedparser",
        "filelock",
        "flask",
        "flask_cors",
        "flask_login",
        "flask_migrate",
        "flask_restx",
        "flask_socketio",
        "flask_sqlalchemy",
        "future",
        "fuzzywuzzy",
        "gevent",
        "gntp",
        "greenlet",
        "guessit",
        "gunicorn",
        "hachoir",
        "html2text",
        "html5lib",
        "httplib2",
        "idna",
        "importlib_metadata",
        "inflect",
        "ipaddress",
        "ipwhois",
        "itsdangerous",
        "jaraco",
        "jellyfish",
        "jinja2",
        "js2py",
        "jwt",
        "langdetect",
        "logutils",
        "lxml",
        "mako",
        "markdown",
        "markupsafe",
        "more_itertools",
        "munkres",
        "musicbrainzngs",
        "mutagen",
        "natsort",
        "oauthlib",
        "paramiko",
        "pbr",
        "peewee",
        "pkg_resources",
        "pkginfo",
        "platformdirs",
        "portend",
        "psutil",
        "pyasn1",
        "pycountry",
        "pygments",
        "pygtail",
        "pymongo",
        "pyparsing",
        "pyperclip",
        "pytz",
        "rarfile",
        "rebulk",
        "redis",
        "requests",
        "requests_oauthlib",
        "rsa",
        "rtorrent",
        "simplejson",
        "six",
        "sniffio",
        "soupsieve",
        "sqlalchemy",
        "stevedore",
        "subliminal",
        "tempora",
        "tinydb",
        "tmdbsimple",
        "toml",
        "tomli",
        "tornado",
        "transmissionrpc",
        "tvdb_api",
        "tweepy",
        "twisted",
        "typing_extensions",
        "tzlocal",
        "unidecode",
        "unrar2",
        "urllib3",
        "webencodings",
        "websocket",
        "werkzeug",
        "wrapt",
        "xdg",
        "xmltodict",
        "yaml",
        "zeroconf",
        "zipp",
    ]
)
_OF_ONE_FILE = frozenset(
    {"appdirs", "bencode", "biplist", "configobj", "feedparser", "filelock", "inflect", "ipaddress", "munkres",
     "peewee", "portend", "pyparsing", "pyperclip", "rarfile", "six", "tvdb_api", "typing_extensions", "xdg",
     "xmltodict", "zipp"}
)  # fmt: skip
"""Those libraries that are one file; a `redis.py` is the product's own module about another's."""
_LITTLE = 10
"""A package called after tools is none of the product's where it holds this part of the Python at most."""
_ENOUGH_LIBRARIES = 5
"""Packages of others side by side from which on their folder is a place for them, whatever it is called."""


def _shelves(paths: Iterable[str]) -> frozenset[str]:
    """The folders below the root that hold copies of well-known libraries, or a release of another project."""
    paths = tuple(paths)
    held: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        if path.endswith(".py"):
            folder, _, name = path.removesuffix("/__init__.py").removesuffix(".py").rpartition("/")
            if folder and name in _LIBRARIES and (path.endswith("/__init__.py") or name in _OF_ONE_FILE):
                held[folder].add(name)
    shelves = {folder for folder, names in held.items() if len(names) >= _ENOUGH_LIBRARIES}
    shelves |= _beside_the_product(paths)
    return frozenset(shelves | {path.removesuffix("/PKG-INFO") for path in paths if _OF_RELEASE.search(path)})


def _beside_the_product(paths: tuple[str, ...]) -> frozenset[str]:
    """The packages at the root that are copies of well-known libraries: several, and none of them the product."""
    held = Counter(path.partition("/")[0] for path in paths if path.endswith(".py") and "/" in path)
    copies = {name for name in held if name in _LIBRARIES - _OF_ONE_FILE and f"{name}/__init__.py" in paths}
    product = held.most_common(1)[0][0] if held else ""
    known = frozenset(paths)
    applications = {name for name in copies if any(f"{name}/{one}" in known for one in _OF_APPLICATIONS)}
    copies -= applications
    return frozenset(copies) if len(copies) >= _SEVERAL_LIBRARIES and product not in copies else frozenset()


_SEVERAL_LIBRARIES = 2
"""Copies of others at the root from which on they are copies, and not packages of the product under their names."""


_OF_APPLICATIONS = frozenset({"apps.py", "models.py", "urls.py", "wsgi.py", "asgi.py"})


def _product_called_example(paths: Iterable[str], packages: frozenset[str]) -> str:
    """The package at the root that holds most of the Python and is called after an example: the product itself."""
    python = [path for path in paths if path.endswith(".py") and not is_called_test(path)]
    held = Counter(path.partition("/")[0] for path in python if "/" in path)
    name, number = held.most_common(1)[0] if held else ("", 0)
    called = re.search(r"\w[_-]examples?$", name) is not None
    # With an application, a model or addresses in it, what is called `cookbook` is one.
    held_here = {path.partition("/")[2] for path in python if path.startswith(f"{name}/")}
    called = called or (_EXAMPLE.match(f"{name}/") is not None and not held_here.isdisjoint(_OF_APPLICATIONS))
    return f"{name}/" if called and name in packages and number * 2 > len(python) else ""


def _project_beside(paths: Iterable[str], packages: frozenset[str]) -> tuple[str, ...]:
    """The folders with a Django project that only tries out the application which the tree is made to distribute.

    The application is a package at the root, beside a setup file and with migrations or an `apps.py`; the project lies
    in a folder that is no package, with tests or an example in it.
    """
    known = frozenset(paths)
    applications = [
        package
        for package in packages
        if "/" not in package and (f"{package}/apps.py" in known or f"{package}/migrations/__init__.py" in known)
    ]
    if "manage.py" in known or not applications or not {"setup.py", "setup.cfg", "pyproject.toml"} & known:
        return ()
    folders = [path.removesuffix("manage.py") for path in known if path.count("/") == 1 and path.endswith("/manage.py")]
    return tuple(
        folder
        for folder in folders
        if folder.rstrip("/") not in packages
        and any(re.match(rf"{re.escape(folder)}(tests/|example)", path) for path in known)
    )


def _packages_of_tools(paths: Iterable[str], packages: frozenset[str]) -> tuple[str, ...]:
    """The packages at the root that are called after tools and hold little of the tree's Python.

    What lies in a package below them is for tools as well, since it is no part of the product beside them.
    """
    held = Counter(path.partition("/")[0] for path in paths if path.endswith(".py") and not is_called_test(path))
    number = sum(held.values())
    return tuple(
        f"{name}/"
        for name in packages
        if "/" not in name and _TOOLING.match(f"{name}/") and held[name] * _LITTLE <= number
    )


class Areas:
    """Tells what each path of one tree is for.

    `started` are paths that an image, a unit or an entry point starts: they are production wherever they lie,
    as is everything in a package of the service that happens to be called `tools` or `scripts`.
    """

    def __init__(self, paths: Iterable[str], started: Iterable[str] = ()) -> None:
        self._paths = frozenset(paths)
        self._packages = frozenset(path.rpartition("/")[0] for path in self._paths if path.endswith("/__init__.py"))
        self._started = frozenset(started)
        self._started_in = frozenset(path.rpartition("/")[0] for path in self._started)
        self._environments = frozenset(
            path.removesuffix("env.py")
            for path in self._paths
            if f"/{path}".endswith("/env.py") and f"{path.removesuffix('env.py')}script.py.mako" in self._paths
        )
        self._revisions = tuple(f"{folder}versions/" for folder in sorted(self._environments))
        self._shelves = _shelves(self._paths)
        self._products = products_called_tests(self._paths)
        self._product = _product_called_example(self._paths, self._packages)
        self._trials = _project_beside(self._paths, self._packages)
        self._tools = _packages_of_tools(self._paths, self._packages)
        self._is_template = self._whole_tree_is_template()
        self._known: dict[str, Area] = {}

    def of(self, path: str) -> Area:
        """The area of one path, known or not to the tree."""
        area = self._known.get(path)
        if area is None:
            area = self._known[path] = self._judge(path)
        return area

    def _judge(self, path: str) -> Area:
        # What an old copy of an image starts is as old as the copy.
        return Area.TOOLING if self._is_out_of_use(path) or self._is_shadowed(path) else self._by_use(path)

    def _by_use(self, path: str) -> Area:
        judged = read_as(path, self._products) if self._products else path
        if path in self._started and not is_called_test(judged):
            return Area.PRODUCTION
        judged = self._without_template_root(judged)
        if self._product and path.startswith(self._product):
            judged = f"app/{path.removeprefix(self._product)}"
        if _VENDORED.search(judged) or (self._shelves and any(path.startswith(f"{one}/") for one in self._shelves)):
            return Area.VENDORED
        if TEMPLATED.search(judged):
            return Area.EXAMPLE
        if is_called_test(judged):
            return Area.TEST
        if self._trials and path.startswith(self._trials):
            return Area.EXAMPLE
        if (
            path.startswith(self._revisions)
            or self._is_environment(path)
            or (is_called_migration(judged) and not self._runs_migrations(path))
        ):
            return Area.MIGRATION
        if _GENERATED.search(judged):
            return Area.GENERATED
        if self._is_example(judged, path):
            return Area.EXAMPLE
        if self._is_documentation(judged, path):
            return Area.DOCUMENTATION
        if self._is_tooling(judged, path) or self._is_aside(judged):
            return Area.TOOLING
        return Area.PRODUCTION

    def _is_example(self, judged: str, path: str) -> bool:
        if _EXAMPLE_UNLESS_PACKAGE.search(judged) and not self._in_package(judged):
            return True
        return _EXAMPLE.search(judged) is not None and not self._is_application_called_tutorials(path)

    def _is_application_called_tutorials(self, path: str) -> bool:
        """Whether a path belongs to an application of Django beside `manage.py` that keeps tutorials in tables."""
        called = _TUTORIALS.match(path)
        if called is None:
            return False
        within = {f"{called.group()}{one}" for one in ("migrations/__init__.py", "models.py", "urls.py")}
        return within <= self._paths and f"{called.group(1)}manage.py" in self._paths

    def _is_documentation(self, judged: str, path: str) -> bool:
        called = _DOCUMENTATION.search(judged)
        return called is not None and not (
            self._in_package(judged) or self._in_served_website(path) or self._is_application(judged, called)
        )

    def _is_tooling(self, judged: str, path: str) -> bool:
        called = _TOOLING.search(judged)
        return called is not None and not (
            self._in_package(judged) or self._sets_itself_up(path) or self._is_application(judged, called)
        )

    def _is_application(self, path: str, called: re.Match[str]) -> bool:
        """Whether the folder that is called after another use keeps tables, as an application of Django: `misc`."""
        folder = path[: called.end()].rstrip("/")
        kept = {f"{folder}/models.py", f"{folder}/models/__init__.py"}
        return f"{folder}/migrations/__init__.py" in self._paths and not kept.isdisjoint(self._paths)

    def _is_aside(self, path: str) -> bool:
        """Whether a script that is part of no package lies where data is gathered, or things are tried or put away."""
        if path.rpartition("/")[0] in self._packages:
            return False
        put_away = _PUT_AWAY.match(path)
        return _GATHERING.search(path) is not None or (put_away is not None and put_away["above"] not in self._packages)

    def _is_out_of_use(self, path: str) -> bool:
        """Whether a folder is called after what nobody uses any more, and is no package: a product may keep backups."""
        called = _OUT_OF_USE.search(path)
        return called is not None and path[: called.end() - 1] not in self._packages

    def _is_shadowed(self, path: str) -> bool:
        """Whether a module of a package stands beside a package of its own name, which every import means instead."""
        folder, _, name = path.rpartition("/")
        stem = path.removesuffix(".py")
        return stem != path and stem in self._packages and folder in self._packages and name != "__init__.py"

    def _is_environment(self, path: str) -> bool:
        """Whether a module is the environment that Alembic runs revisions in."""
        return path.endswith("env.py") and path.removesuffix("env.py") in self._environments

    def _runs_migrations(self, path: str) -> bool:
        """Whether a module lies beside the environment of Alembic without being it: the service migrates by it."""
        folder, _, name = path.rpartition("/")
        return f"{folder}/" in self._environments and name not in ("env.py", "__init__.py")

    def _in_package(self, path: str) -> bool:
        """Whether the path lies in a package below another package: then its folder's name says nothing of its use."""
        folder = path.rpartition("/")[0]
        if self._tools and path.startswith(self._tools) and folder not in self._started_in:
            return False
        parent = folder.rpartition("/")[0]
        return folder in self._packages and parent in self._packages

    def _in_served_website(self, path: str) -> bool:
        """Whether a folder called `website` is a package or a project of Django: it serves pages and explains none."""
        called = _WEBSITE.match(path)
        return called is not None and (
            called[1] in self._packages
            or not self._paths.isdisjoint({f"{called[1]}/manage.py", f"{called[1]}/wsgi.py"})
        )

    def _sets_itself_up(self, path: str) -> bool:
        """Whether a `setup.py` is a module of a package, and builds none: nothing of a distribution lies beside it."""
        folder, _, name = path.rpartition("/")
        beside = {
            f"{folder}/{one}" for one in ("setup.cfg", "pyproject.toml", "MANIFEST.in", "README.md", "README.rst")
        }
        return name == "setup.py" and folder in self._packages and beside.isdisjoint(self._paths)

    def _whole_tree_is_template(self) -> bool:
        roots = {path.partition("/")[0] for path in self._paths if "/" in path}
        return bool({"cookiecutter.json", "copier.yml", "copier.yaml"} & self._paths) and any(
            map(TEMPLATED.search, roots)
        )

    def _without_template_root(self, path: str) -> str:
        if not self._is_template:
            return path
        root, _, rest = path.partition("/")
        return f"app/{rest}" if TEMPLATED.search(root) and rest else path
