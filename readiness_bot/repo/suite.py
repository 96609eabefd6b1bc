"""The tests of one tree: which modules assert something, how they reach the application, which routes they request."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from readiness_bot.facts.config_tables import ConfigTables
from readiness_bot.facts.python_facts import Definition
from readiness_bot.facts.scripted_tests import EXTRACTOR, ScriptedTests
from readiness_bot.facts.values import Const, Format, Invoke, Name, Value
from readiness_bot.model import Area, Evidence
from readiness_bot.repo.expressions import names_in
from readiness_bot.repo.modules import CallSite, DefinitionSite, Module
from readiness_bot.repo.pipeline_sites import JobSite
from readiness_bot.repo.pipelines import Pipelines
from readiness_bot.repo.python import Python
from readiness_bot.repo.route import Route
from readiness_bot.repo.routes import Routes
from readiness_bot.repo.sources import Sources

_OWN_AREAS = frozenset({Area.PRODUCTION, Area.TEST, Area.TOOLING})
_STARTS_STORE = re.compile(
    r"^(\S*/)?(pg_ctl|pg_ctlcluster|pg_virtualenv)\b.*\bstart\b"
    r"|^(service|systemctl)\b(?=.*\bstart\b).*\b(postgres(ql)?|mysqld?|mariadb|redis(-server)?|mongod)\b"
)
"""Commands that start a store on the machine that the tests run on."""
_STEP = re.compile(r"(^|[.:])(given|when|then|step)(\(\))?$")
_SCENARIOS = frozenset({"behave", "pytest_bdd", "lettuce", "aloe", "radish"})
"""Packages that run tests which are written as sentences."""
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z]{2,4})?")
"""The first part of a path by which Django knows in which language a page is asked for."""
_ADDRESSING = frozenset({"reverse", "url_for", "reverse_lazy", "resolve_url", "url_path_for", "get_url", "app_url"})
"""Functions that give the URL of a route by its name."""
_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request"})
_CLIENTS = re.compile(
    r"(^|\.)(TestClient|APIClient|AsyncTestClient|APIRequestFactory|RequestFactory|APITestCase|"
    r"APITransactionTestCase|TestApp|AsyncHTTPTestCase|ASGITransport|"
    r"AioHTTPTestCase|test_client|create_test_client|aiohttp_client|test_request_context|"
    r"RoutesTestCase|LiveServerTestCase|SanicTestClient|webtest|app_client|AsyncClient|"
    r"HttpClient|LifespanManager|FlaskClient|test_cli_runner|ASGIWebSocketTransport)$"
)
_DJANGO_CASES = re.compile(r"^(django\.test\.|rest_framework\.test\.|django_webtest|test_plus)")
_SERVED_CASES = re.compile(r"(^|\.)(AsyncHTTPS?TestCase|AioHTTPTestCase|LiveServerTestCase|StaticLiveServerTestCase)$")
"""Test classes that serve the application by themselves, and are asked for its address."""
_CLIENT_FIXTURES = re.compile(
    r"^(\w+_)?(client|app_client|test_client|api_client|aiohttp_client|webapp|test_app|testapp|"
    r"http|browser|page|live_server|django_app|session_client)(_\w+)?$"
)
_STAND_IN = re.compile(r"(^|_)(mock(ed)?|fake|dummy|stub)(_|$)")
"""Names of what stands in for a client of somebody else."""
_BROWSING = frozenset({("playwright", ("test",)), ("cypress", ("run",))})
_STORES = re.compile(
    (
        r"postgres|postgis|timescale|mysql|mariadb|mongo|redis|valkey|rabbitmq|kafka|elasticsearch|"
        r"opensearch|cockroach|mssql|sqlserver|clickhouse|cassandra|neo4j|minio|memcached|"
        r"localstack|db\b|database"
    ),
    re.IGNORECASE,
)
_STORE_IMAGE = re.compile(rf"(?=[^=]*$)\w[^:]*({_STORES.pattern})[^:]*(:|@|$)", re.IGNORECASE)
"""An image of a store among the words of `docker run`: neither an option nor a mounted folder."""
_STORE_LIBRARIES = (
    "testcontainers",
    "pytest_postgresql",
    "pytest_docker",
    "pytest_mysql",
    "pytest_mongodb",
    "pytest_redis",
    "testing.postgresql",
    "pytest_databases",
    "docker",
)
_ENDPOINT = re.compile(r"[A-Za-z][\w-]*(:[\w-]+|\.[A-Za-z_]\w*)")
"""A name as frameworks make them of a group and a route: `orders:list`, `orders.create_order`."""
_VERSION = re.compile(r"v\d[\w.]*|latest")
_PARAMETER = re.compile(r"<[^>]*>|\{[^}]*\}|\([^)]*\)|:[A-Za-z_]\w*|\*")


@dataclass(frozen=True, slots=True)
class Request:
    """A path that a test asks for; segments that the test fills in at run time are `{}`.

    `method` is empty where unknown.
    """

    segments: tuple[str, ...]
    is_suffix: bool
    method: str
    path: str
    line: int


def _is_step(definition: Definition, module: Module) -> bool:
    """Whether a function is what a sentence of a scenario runs: `@then("the order is kept")`."""
    names = (getattr(item, "name", "") for item in definition.decorators)
    is_marked = any(_STEP.search(name) for name in names)
    return is_marked and any(item.target.partition(".")[0] in _SCENARIOS for item in module.facts.imports)


class Suite:
    """Questions about the tests."""

    LOOKS = "tests"

    def __init__(self, sources: Sources, python: Python, routes: Routes, pipelines: Pipelines) -> None:
        self._sources = sources
        self._python = python
        self._routes = routes
        self._pipelines = pipelines

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path) or EXTRACTOR.claims(path)

    @cached_property
    def scripted(self) -> tuple[tuple[str, ScriptedTests], ...]:
        """The tests that no module holds, by path: scripts that ask a running service, and tables of requests."""
        return tuple(
            (path, tests)
            for path, tests in self._sources.facts(ScriptedTests).items()
            if tests.tool and self._sources.area(path) in _OWN_AREAS
        )

    @cached_property
    def modules(self) -> tuple[Module, ...]:
        """The test modules that hold a test with an assertion, by path."""
        return tuple(module for module in self._python.tests if self._asserts(module))

    def _asserts(self, module: Module) -> bool:
        tests = [
            definition
            for definition in module.facts.definitions
            if definition.kind == "function"
            and (definition.name.startswith(("test", "it_", "should_")) or _is_step(definition, module))
        ]
        if not tests:
            return False
        return (
            any(definition.asserts for definition in module.facts.definitions)
            or "doctest" in {item.target for item in module.facts.imports}
            or any(call.last.rpartition(":")[2] in self._asserting_helpers for call in module.facts.calls)
        )

    @cached_property
    def _asserting_helpers(self) -> frozenset[str]:
        """The functions beside the tests that assert for them, by their bare names."""
        return frozenset(
            definition.name
            for module in self._python.tests
            for definition in module.facts.definitions
            if definition.kind == "function" and definition.asserts and not definition.name.startswith("test")
        )

    @cached_property
    def through_interface(self) -> tuple[Evidence, ...]:
        """Where tests drive the application through a client of its interface."""
        found: list[Evidence] = []
        for site in self._calls:
            if _is_client(site.name) and not self._is_in_idle_fixture(site):
                found.append(Evidence(site.module.path, site.call.line, f"`{site.last}`"))
        for module in self._python.tests:
            told = next(
                filter(None, (self._client_of(definition, module) for definition in module.facts.definitions)), None
            )
            if told is not None:
                found.append(told)
        found = found or [*self._asked_by_path(), *self._asked_by_script(), *self._asked_by_browser()]
        return tuple(dict.fromkeys(found))

    def _asked_by_script(self) -> Iterator[Evidence]:
        """Where tests without a module ask for a route of the tree."""
        routes = [_segments(route.path) for route in self._routes.all]
        for path, tests in self.scripted:
            for asked in tests.asked:
                segments = _segments(asked.path)
                if any(len(wanted) == len(segments) and _matches(wanted, segments) for wanted in routes):
                    yield Evidence(path, asked.line, f"`{tests.tool}` asks for {asked.path}")
                    break

    def _asked_by_browser(self) -> Iterator[Evidence]:
        """Where a pipeline that runs a store drives the pages through a browser."""
        kept = {item.path for item in self.against_stores}
        for run in self._pipelines.runs:
            if run.path in kept and (run.tool, run.command.arguments[:1]) in _BROWSING:
                yield Evidence(run.path, run.line, f"`{run.tool}` drives the pages through a browser")

    def _asked_by_path(self) -> Iterator[Evidence]:
        """Where tests ask for a route of the tree by its path, through a client of their own: `server.request(…)`."""
        routes = [_segments(route.path) for route in self._routes.all]
        called = {
            (site.module.path, site.call.line): site.last
            for site in self._calls
            if site.last in _VERBS or any(map(_verb, site.call.args))
        }
        for request in self.requests:
            name = called.get((request.path, request.line))
            if name and any(
                len(wanted) == len(request.segments) and _matches(wanted, request.segments) for wanted in routes
            ):
                yield Evidence(request.path, request.line, f"`{name}` asks for /{'/'.join(request.segments)}")

    def _is_in_idle_fixture(self, site: CallSite) -> bool:
        """Whether the call stands in a fixture that no test and no other fixture asks for."""
        function = site.function
        if function is None or not any("fixture" in getattr(item, "name", "") for item in function.decorators):
            return False
        renamed = any(
            keyword == "name" or keyword == "autouse"
            for item in function.decorators
            if isinstance(item, Invoke) and item.call >= 0
            for keyword, _ in site.module.facts.calls[item.call].keywords
        )
        return not renamed and function.name not in self._asked_fixtures

    @cached_property
    def _asked_fixtures(self) -> frozenset[str]:
        """The names that tests, fixtures and `usefixtures` ask for."""
        parameters = {
            parameter.name
            for module in self._python.tests
            for definition in module.facts.definitions
            for parameter in definition.parameters
        }
        named = {
            value.value
            for site in self._calls
            if site.last in ("usefixtures", "getfixturevalue")
            for value in site.call.args
            if isinstance(value, Const) and isinstance(value.value, str)
        }
        return frozenset(parameters | named)

    def _client_of(self, definition: Definition, module: Module) -> Evidence | None:
        """How one test class or function gets at a client: Django's own, or a fixture named for it."""
        is_case = any(_DJANGO_CASES.match(self._python.mean(base, module)) for base in definition.bases)
        if is_case and any(".client." in call.name or ".client." in call.via for call in module.facts.calls):
            return Evidence(module.path, definition.line, f"`{definition.name}` uses Django's test client")
        served = next((base for base in definition.bases if _SERVED_CASES.search(self._python.mean(base, module))), "")
        if served:
            return Evidence(module.path, definition.line, f"`{definition.name}` serves the application to its tests")
        takes_client = any(
            _CLIENT_FIXTURES.match(parameter.name) and not _STAND_IN.search(parameter.name)
            for parameter in definition.parameters
        )
        if takes_client and definition.kind == "function" and definition.name.startswith("test"):
            return Evidence(module.path, definition.line, f"`{definition.name}` takes a client")
        return None

    @cached_property
    def against_stores(self) -> tuple[Evidence, ...]:
        """Where tests run against a real store: a service of the pipeline, containers that tests start."""
        found: list[Evidence] = []
        for job in self._pipelines.jobs:
            stores = [service for service in job.job.services if _STORES.search(service)]
            if stores and (job.on_pull_requests or "push" in job.events):
                found.append(Evidence(job.path, job.line, f"service container {stores[0]}"))
        found += self._stores_run()
        found += self._stores_of_tox()
        for step in self._pipelines.steps:
            if not self._may_test(step.job):
                continue
            text = step.step.run
            if re.search(
                (
                    r"docker[ -]compose\b.*\b(up|run)\b|service (postgresql|mysql|redis)\S* start|"
                    r"systemctl start (postgresql|mysql|redis)|docker run\b.*(postgres|mysql|redis|mongo)"
                ),
                text,
            ):
                found.append(Evidence(step.path, step.line, "the pipeline starts the stores"))
        for module in self._python.tests:
            asked = (call for call in module.facts.calls if call.name == "pytest.importorskip")
            found += [
                Evidence(module.path, call.line, f"`{value.value}`")
                for call in asked
                for value in call.args[:1]
                if isinstance(value, Const) and value.value in _STORE_LIBRARIES
            ]
            for item in module.facts.imports:
                if any(item.target == name or item.target.startswith(f"{name}.") for name in _STORE_LIBRARIES):
                    found.append(Evidence(module.path, item.line, f"`{item.target}`"))
                    break
        return tuple(dict.fromkeys(found))

    def _stores_of_tox(self) -> Iterator[Evidence]:
        """The stores that tox starts in containers for its environments, where a pipeline runs tests by it."""
        testing = {run.path for run in self._pipelines.test_runs}
        for path, tables in self._sources.facts(ConfigTables).items():
            for table in tables.tables if path in testing else ():
                image = table.get("image") if table.name.startswith("docker:") else None
                if image is not None and _STORES.search(image.text):
                    yield Evidence(path, table.line, f"tox starts {image.text}")

    def _stores_run(self) -> Iterator[Evidence]:
        """Where a pipeline, or a script that it runs, starts a store in a container."""
        for run in self._pipelines.runs:
            if not self._may_test(run.step.job):
                continue
            words = " ".join(run.command.arguments)
            if run.tool in ("docker", "podman") and run.command.arguments[:1] == ("run",):
                image = next((word for word in run.command.arguments[1:] if _STORE_IMAGE.match(word)), "")
                if image:
                    yield Evidence(run.path, run.line, f"the pipeline starts {image}")
                continue
            if run.tool == "helm" and run.command.words[:1] in (("install",), ("upgrade",)):
                if self._tests_in(run.step.job):
                    yield Evidence(run.path, run.line, f"the pipeline installs {run.command.words[-1]} in a cluster")
                continue
            if _STARTS_STORE.search(f"{run.tool} {words}"):
                yield Evidence(run.path, run.line, f"the pipeline runs {run.tool}, which starts a store")
                continue
            if not re.search(r"\b(up|run)\b", words):
                continue
            if run.tool in ("docker-compose", "docker compose") or (
                run.tool == "docker" and re.search(r"\bcompose\b", words)
            ):
                yield Evidence(run.path, run.line, "the pipeline starts the Compose services")

    def _may_test(self, job: JobSite) -> bool:
        """Whether a job tries a change: one that only a merge starts, and that runs no tests, deploys."""
        return job.on_pull_requests or self._tests_in(job)

    def _tests_in(self, job: JobSite) -> bool:
        return (job.path, job.line) in self._testing_jobs

    @cached_property
    def _testing_jobs(self) -> frozenset[tuple[str, int]]:
        """Where the jobs stand that run tests."""
        return frozenset((run.step.job.path, run.step.job.line) for run in self._pipelines.test_runs)

    # -- routes ----------------------------------------------------------------------------------------------------

    @cached_property
    def _calls(self) -> tuple[CallSite, ...]:
        return tuple(self._python.calls_in(self._python.tests))

    @cached_property
    def requests(self) -> tuple[Request, ...]:
        """Every path that a test asks for, as far as it can be read."""
        found: list[Request] = []
        for site in self._calls:
            args, last = site.call.args, site.last
            named = [value for name, value in site.call.keywords if name in ("url", "path", "uri")]
            # A helper of the tests' own may be handed more before: `make_request(reactor, site, "GET", "/path")`.
            told = [
                (position, value, _verb(args[position - 1]) if position else "") for position, value in enumerate(args)
            ]
            told = [one for one in told if one[0] < _FIRST or one[2]] + [(_FIRST, value, "") for value in named]
            for position, value, verb in told:
                relative = (_RELATIVE if _CLIENT.search(site.name) else _LONGER) if last in _VERBS else None
                read = self._path(value, site.module, relative if position == 0 else None)
                if read is None:
                    continue
                segments, is_suffix = read
                method = last.upper() if last in _VERBS - {"request"} else verb
                found.append(Request(segments, is_suffix, method, site.module.path, site.call.line))
                if self._begins_with_language and segments and _LANGUAGE.fullmatch(segments[0]):
                    found.append(Request(segments[1:], is_suffix, method, site.module.path, site.call.line))
        for module in self._python.tests:
            for assignment in module.facts.assignments:
                read = self._path(assignment.value, module)
                if read is not None:
                    found.append(Request(*read, "", module.path, assignment.line))
            for returned in module.facts.returns:
                read = self._path(returned.value, module)
                if read is not None:
                    found.append(Request(*read, "", module.path, returned.line))
        for path, tests in self.scripted:
            found += [Request(_segments(one.path), False, one.method, path, one.line) for one in tests.asked]
        return tuple(found)

    @cached_property
    def _begins_with_language(self) -> bool:
        """Whether Django puts the language that a page is asked for in before its path."""
        return any(True for _ in self._python.calls_of("i18n_patterns"))

    def _path(
        self, value: Value, module: Module, relative: re.Pattern[str] | None = None
    ) -> tuple[tuple[str, ...], bool] | None:
        is_suffix = False
        if isinstance(value, Format):
            value = _filled(value)
            text = ""
            for index, part in enumerate(value.parts):
                constant = part.value if isinstance(part, Const) else self._python.constant(part, module)
                if isinstance(constant, str):
                    text += constant
                elif index == 0:
                    is_suffix = True
                else:
                    text += "{}"
        else:
            constant = (
                value.value
                if isinstance(value, Const)
                else self._python.constant(value, module)
                if isinstance(value, Name)
                else None
            )
            if not isinstance(constant, str):
                return None
            text = constant
        if relative is not None and relative.fullmatch(text):
            text = f"/{text}"
        if not text.startswith(("/", "http")):
            return None
        text = re.sub(r"^https?://[^/]+", "", text).partition("?")[0].partition("#")[0]
        if not text.startswith("/") or len(text) > 300 or " " in text:
            return None
        return _segments(text), is_suffix

    @cached_property
    def _names(self) -> frozenset[str]:
        """The names of routes and handlers that tests ask a URL for, by function, by own helpers or from a list."""
        found: set[str] = set()
        for module in self._python.tests:
            for text, _ in module.facts.strings:
                if _ENDPOINT.fullmatch(text):
                    found.update((text, re.split(r"[:.]", text)[-1]))
        for site in self._calls:
            if site.last in _ADDRESSING or site.call.name.lstrip("?:") in self._own_addressing:
                for value in site.call.args[:1]:
                    if isinstance(value, Const) and isinstance(value.value, str):
                        found.add(value.value)
                        found.add(re.split(r"[:.]", value.value)[-1])
        return frozenset(found)

    @cached_property
    def _own_addressing(self) -> frozenset[str]:
        """The names of the tests' own functions and fixtures that ask a router for the URL of a route."""
        found: set[str] = set()
        for site in self._calls:
            around = site.module.enclosing(site.call.scope) if site.last in _ADDRESSING else ()
            for definition in around:
                if definition.kind == "function" and not definition.name.startswith("test"):
                    found.update((definition.name, *_fixture_names(definition, site.module)))
        return frozenset(found)

    @cached_property
    def _handled(self) -> frozenset[str]:
        """The definitions of production code that tests name."""
        found: set[str] = set()
        for module in self._python.tests:
            for refs in (module.facts.refs, *(definition.refs for definition in module.facts.definitions)):
                for ref in refs:
                    if self._python.may_be_own(ref):
                        found.add(self._python.identify(ref, module).replace("()", ""))
        return frozenset(found)

    @cached_property
    def _asked_by_view(self) -> frozenset[str]:
        """The views whose URL tests ask the framework for: `api.url_for(UserView, id=1)`."""
        return frozenset(
            self._python.identify(value.name, site.module).replace("()", "")
            for site in self._calls
            if site.last == "url_for"
            for value in site.call.args[:1]
            if isinstance(value, Name)
        )

    @cached_property
    def _requested(self) -> dict[tuple[int, bool], list[Request]]:
        index: dict[tuple[int, bool], list[Request]] = defaultdict(list)
        for request in self.requests:
            index[len(request.segments), request.is_suffix].append(request)
        return index

    def exercises(self, route: Route) -> bool:
        """Whether some test asks for the route.

        By path (and method, where the test tells it), by name, or by its handler.
        """
        name = route.call.keyword("name") if route.call is not None else None
        if isinstance(name, Const) and isinstance(name.value, str) and name.value in self._names:
            return True
        if route.call is not None:
            base = route.call.keyword("basename") or route.call.keyword("base_name") or route.call.keyword("endpoint")
            if isinstance(base, Const) and any(
                known == base.value or known.startswith(f"{base.value}-") for known in self._names
            ):
                return True
        if route.view is not None and route.framework == "django-rest-framework":
            stem = re.sub(r"(Model|API|Api)?(ViewSet|View)$", "", route.view.definition.name).lower()
            if stem and any(known.startswith(f"{stem}-") for known in self._names):
                return True
        if route.handler is not None:
            own = route.handler.definition.name
            if route.handler.name in self._handled or (own in self._names and own not in _ACTIONS):
                return True
            if (
                route.view is not None
                and route.view.name in self._handled
                and (
                    route.framework in ("django", "django-rest-framework", "tornado", "falcon")
                    or route.view.name in self._asked_by_view
                )
            ):
                return True
        return self._is_asked_for(route) or self._is_tried_by_model(route)

    def _is_tried_by_model(self, route: Route) -> bool:
        """Whether tests that a base class makes for each model ask for the route: it answers with rows of one."""
        if route.view is None or not self._tried_models:
            return False
        for name in ("queryset", "model"):
            bound = self._python.class_value(route.view, name)
            if bound is not None:
                shown = names_in(bound[1].value) if bound[1].value is not None else ()
                return any(_model_of(one) in self._tried_models for one in shown)
        return False

    @cached_property
    def _tried_models(self) -> frozenset[str]:
        """The models for which test classes have the tests of a base run, which asks for the paths of `self.model`."""
        found: set[str] = set()
        for module in self._python.tests:
            for index, definition in enumerate(module.facts.definitions):
                if definition.kind != "class" or not definition.bases:
                    continue
                site = DefinitionSite(module, index, definition)
                model = next((field.value for field in site.fields if field.name == "model"), None)
                if isinstance(model, Name) and any(map(self._asks_by_client, self._python.ancestry(site))):
                    found.add(_model_of(model.name))
        return frozenset(found)

    def _asks_by_client(self, site: DefinitionSite) -> bool:
        known = self._asking.get(site.name)
        if known is None:
            known = self._asking[site.name] = any(
                call.last in _VERBS and _CLIENT.search(call.via or call.name) is not None
                for method in site.methods
                for call in method.calls
            )
        return known

    @cached_property
    def _asking(self) -> dict[str, bool]:
        return {}

    def _is_asked_for(self, route: Route) -> bool:
        wanted = _segments(route.path)
        if route.framework in _BY_OBJECT:
            # Where the object lies is told at run time: a path that goes through the method's name asks for it.
            return any(
                wanted[-1] in request.segments and (not request.method or request.method in route.methods)
                for requests in self._requested.values()
                for request in requests
            )
        # A function of Django answers every method, whatever its body is seen to look at.
        any_method = route.framework == "django" and route.view is None
        for request in self._requested.get((len(wanted), False), ()):
            fits = any_method or not request.method or request.method in route.methods
            if fits and _matches(wanted, request.segments):
                return True
        # A library that keeps versions of an application serves each route beneath every version's name.
        for request in self._requested.get((len(wanted) + 1, False), ()):
            versioned = _VERSION.fullmatch(request.segments[0]) and request.method in route.methods
            if versioned and _matches(wanted, request.segments[1:]):
                return True
        for (size, is_suffix), requests in self._requested.items():
            # A router of one's own may serve what is described under another prefix.
            if (is_suffix or (route.framework == "openapi" and size > 1)) and 0 < size <= len(wanted):
                tail = wanted[len(wanted) - size :]
                if any(
                    _matches(tail, request.segments) and (not request.method or request.method in route.methods)
                    for request in requests
                ):
                    return True
        return False

    @cached_property
    def asked_through(self) -> tuple[Route, ...]:
        """The routes no test asks for that code of the tree asks for which tests name: a client of its own."""
        named = {re.sub(r"(:[^.]+)\..*", r"\1", name) for name in self._handled}
        serving = {route.module.path for route in self._routes.all}
        found: dict[tuple[int, bool], list[tuple[str, ...]]] = defaultdict(list)
        for module in self._python.production:
            if module.path in serving or not any(_ASKS_OVER_HTTP.match(item.target) for item in module.facts.imports):
                continue
            values = [(value, call.scope) for call in module.facts.calls for value in call.handed]
            values += [(item.value, item.scope) for item in module.facts.assignments]
            for value, scope in values:
                owner = module.symbol(scope).partition(".")[0]
                read = self._path(value, module) if f"{module.path}:{owner}" in named else None
                if read is not None and sum("{}" not in part for part in read[0]) >= _TELLING:
                    found[len(read[0]), read[1]].append(read[0])
        return tuple(route for route in self.exercised[1] if _is_among(_segments(route.path), found))

    @cached_property
    def exercised(self) -> tuple[tuple[Route, ...], tuple[Route, ...]]:
        """The routes that some test asks for, and those that none does."""
        routes = [
            route
            for route in self._routes.all
            if route.methods not in (("OPTIONS",), ("HEAD",)) and not _is_foreign(route)
        ]
        asked = tuple(route for route in routes if self.exercises(route))
        known = set(map(id, asked))
        return asked, tuple(route for route in routes if id(route) not in known)


def _model_of(name: str) -> str:
    """The model that a name stands for, or the rows of which it names: `shop.models.Order.objects.all()`."""
    return (
        re.sub(r"\.(_default_manager|objects)\b.*$|\(\)$", "", name).rpartition(".")[2].rpartition(":")[2].lstrip("?")
    )


_BY_OBJECT = frozenset({"turbogears"})
"""Frameworks that walk from object to object, segment by segment: the path of a method is nowhere written."""


def _is_among(wanted: tuple[str, ...], paths: Mapping[tuple[int, bool], list[tuple[str, ...]]]) -> bool:
    """Whether a path is one of these, or ends like one of which the beginning is not known."""
    return any(
        size == len(wanted) or (is_suffix and 0 < size < len(wanted))
        for (size, is_suffix), found in paths.items()
        if any(_matches(wanted[len(wanted) - size :], one) for one in found if size <= len(wanted))
    )


def _is_foreign(route: Route) -> bool:
    """Whether a library's own view answers: `path("admin/", admin.site.urls)`."""
    return route.framework == "django" and route.handler is None and route.view is None


@lru_cache(maxsize=100_000)
def _is_client(name: str) -> bool:
    return _CLIENTS.search(name.rpartition(":")[2]) is not None


_TELLING = 2
"""So many plain parts of a path tell whose it is: `/users` may be that of any service."""
_ASKS_OVER_HTTP = re.compile(
    r"(requests|httpx|aiohttp|urllib|urllib3|http\.client|tornado\.httpclient|websockets?)(\.|$)"
)
"""Libraries by which a client asks a server."""
_RELATIVE = re.compile(r"[a-z][\w.~-]*(/[\w.~{}-]+)*/?")
"""A path that a client is asked for without its first slash."""
_LONGER = re.compile(r"[a-z][\w.~-]*(/[\w.~{}-]+)+/?")
"""The same of several parts: one word may be the key of anything."""
_CLIENT = re.compile(r"client(\(\))?\.\w+$", re.IGNORECASE)
_HOLE = re.compile(r"%\(\w+\)[sdr]|%[sdr]|\{[\w.]*\}")


_ACTIONS = frozenset({*_VERBS, "list", "create", "retrieve", "update", "partial_update", "destroy"})
"""What methods of views are called everywhere: the name of none says which route is meant."""


_FIRST = 3
"""So many arguments of a call in tests may be a path whatever stands before it."""


def _fixture_names(definition: Definition, module: Module) -> Iterator[str]:
    """The name that a fixture is told to go by instead of its function's: that of the decorator right above it."""
    for call in module.facts.calls:
        name = call.keyword("name") if call.name == "pytest.fixture" else None
        if isinstance(name, Const) and isinstance(name.value, str) and 0 <= definition.line - call.line <= 1:
            yield name.value


def _verb(value: Value) -> str:
    """The method of HTTP that an argument names, in capitals; empty for anything else."""
    text = value.value if isinstance(value, Const) else None
    return text.upper() if isinstance(text, str) and text.lower() in _VERBS - {"request"} else ""


def _filled(value: Format) -> Format:
    """The parts of `"/orders/%s/items" % key` and `"…{}…".format(key)` in the order of the text."""
    first, *rest = value.parts
    if not isinstance(first, Const) or not isinstance(first.value, str):
        return value
    pieces = _HOLE.split(first.value)
    if len(pieces) != len(rest) + 1 or len(pieces) == 1:
        return value
    parts: list[Value] = [Const(pieces[0])] if pieces[0] else []
    for piece, part in zip(pieces[1:], rest, strict=True):
        parts += [part, Const(piece)] if piece else [part]
    return Format(tuple(parts))


def _segments(path: str) -> tuple[str, ...]:
    return tuple(_PARAMETER.sub("{}", part) if _PARAMETER.search(part) else part for part in path.strip("/").split("/"))


def _matches(wanted: tuple[str, ...], asked: tuple[str, ...]) -> bool:
    for left, right in zip(wanted, asked, strict=True):
        if left != right and "{}" not in left and "{}" not in right:
            return False
    # A request made of nothing but filled-in parts says nothing about which route it is for.
    return any("{}" not in right for right in asked)
