"""One tree as controls see it: rooms of questions, each about one subject; no judgement."""

from __future__ import annotations

import re
from functools import cached_property
from itertools import chain

from readiness_bot.facts.env_file import EnvFile
from readiness_bot.facts.openapi_document import OpenApiDocument
from readiness_bot.facts.shell import ShellScript
from readiness_bot.model import Facts
from readiness_bot.repo.accounts import Accounts
from readiness_bot.repo.addresses import Addresses
from readiness_bot.repo.askings import Askings
from readiness_bot.repo.beginnings import Beginnings
from readiness_bot.repo.bound_values import BoundValues
from readiness_bot.repo.connectors import Connectors
from readiness_bot.repo.coverage_gates import CoverageGates
from readiness_bot.repo.credentials import Secrets
from readiness_bot.repo.cross_origin import CrossOrigin
from readiness_bot.repo.debugging import Debugging
from readiness_bot.repo.dependencies import Dependencies
from readiness_bot.repo.deployment import Deployment
from readiness_bot.repo.documents import Documents
from readiness_bot.repo.environment import Environment
from readiness_bot.repo.flows import DataFlows
from readiness_bot.repo.identity import Identity
from readiness_bot.repo.idle_applications import idle_applications
from readiness_bot.repo.incoming import Incoming
from readiness_bot.repo.interface import Interface
from readiness_bot.repo.jobs import Jobs
from readiness_bot.repo.limits import Limits
from readiness_bot.repo.listings import Listings
from readiness_bot.repo.lookups import Lookups
from readiness_bot.repo.models import Models
from readiness_bot.repo.observability import Observability
from readiness_bot.repo.outbound import Outbound
from readiness_bot.repo.paging import Paging
from readiness_bot.repo.parts import Part, parts
from readiness_bot.repo.pipelines import Pipelines
from readiness_bot.repo.purposes import Purposes
from readiness_bot.repo.python import Python
from readiness_bot.repo.queries import Queries
from readiness_bot.repo.quick_facts import quick_facts
from readiness_bot.repo.reach import Reach
from readiness_bot.repo.refusals import Refusals
from readiness_bot.repo.resilience import Resilience
from readiness_bot.repo.resty_names import handler_of, resolver_of
from readiness_bot.repo.routes import Routes
from readiness_bot.repo.scoping import Scoping
from readiness_bot.repo.scripts import Scripts
from readiness_bot.repo.services import Services
from readiness_bot.repo.shutdown import Shutdown
from readiness_bot.repo.sources import Sources
from readiness_bot.repo.stores import Stores
from readiness_bot.repo.suite import Suite
from readiness_bot.repo.suppressions import Suppressions
from readiness_bot.repo.switched import Switched
from readiness_bot.repo.tenancy import Tenancy
from readiness_bot.repo.tooling import Tooling
from readiness_bot.repo.turned_away import TurnedAway
from readiness_bot.repo.versions import Versions
from readiness_bot.repo.wiring import Wiring

_LIBRARY = re.compile(r"\b(library|sdk|toolkit)\s*$", re.IGNORECASE)


class Repo:
    """The facts of one tree with their paths back. Every attribute that is a room is built when first asked for."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources

    def build_names(self) -> None:
        """Builds what every category asks for: calls with their names, and the routes."""
        _ = self.python.all_calls, self.routes.all

    def build(self) -> None:
        """Builds what most controls ask for, so that processes that share the judging need not each do so."""
        self.build_names()
        _ = self.python.callers, self.services.settings, self.queries.all
        self.wiring.build()
        _ = self.scripts.beside

    @cached_property
    def paths(self) -> frozenset[str]:
        """Every path of the tree."""
        return self.sources.paths

    @cached_property
    def deployment(self) -> Deployment:
        """What is deployed from the tree, and what that starts."""
        return Deployment(self.sources)

    @cached_property
    def python(self) -> Python:
        """The Python code, with names resolved across files.

        A script that production starts is production wherever it lies; an application that nothing starts is none.
        """
        self.sources.mark_started(one.resolved for one in self.deployment.started_commands if one.resolved)
        python = Python(self.sources)
        served = [(one.target, one.near) for one in self.deployment.started if one.kind == "app"]
        if any(one.kind == "app" for one in self.deployment.started_commands):
            units = {one.path.rpartition("/")[0] for one in self.deployment.images}
            python.set_apart(tuple(idle_applications(python, served, self._is_mentioned, units)))
        return python

    def _is_mentioned(self, module: str) -> bool:
        """Whether documents or settings of tools name a module."""
        texts = chain(
            (section.text for document in self.documents.all for section in document.prose.sections),
            (setting.text for tables in self.tooling.files.values() for table in tables for setting in table.settings),
        )
        return any(module in text for text in texts)

    @cached_property
    def routes(self) -> Routes:
        """The routes that the web frameworks serve."""
        return Routes(self.sources, self.python, lambda: self.dependencies.entries)

    @cached_property
    def scripts(self) -> Scripts:
        """The scripts that nothing of the service uses, and what they alone lead to."""
        return Scripts(self.sources, self.python, self.deployment, lambda: self.dependencies.entries)

    @cached_property
    def flows(self) -> DataFlows:
        """Where the values that reach calls come from."""
        return DataFlows(self.python, self.routes)

    @cached_property
    def connectors(self) -> Connectors:
        """Adapters to data sources that users set up."""
        return Connectors(self.python)

    @cached_property
    def services(self) -> Services:
        """What the applications are put together from."""
        return Services(
            self.sources,
            self.python,
            self.routes,
            lambda: self.dependencies.entries,
            lambda: bool(self.deployment.started_commands or self.deployment.computes),
        )

    @cached_property
    def refusals(self) -> Refusals:
        """Which functions refuse those who call them."""
        return Refusals(self.python)

    @cached_property
    def purposes(self) -> Purposes:
        """What the routes are for."""
        return Purposes(self.python, self.routes, self.refusals)

    @cached_property
    def identity(self) -> Identity:
        """Who may call the routes."""
        return Identity(self.python, self.routes, self.services, self.refusals, self.purposes)

    @cached_property
    def askings(self) -> Askings:
        """What functions ask of those who call, in the tree's own words."""
        return Askings(self.python, self.refusals, self.queries)

    @cached_property
    def turned_away(self) -> TurnedAway:
        """When functions turn somebody away."""
        return TurnedAway(self.python, self.refusals, self.askings, self.switched)

    @cached_property
    def switched(self) -> Switched:
        """What hangs on settings that nobody need set."""
        return Switched(self.python, self.services, self.deployment, self.routes)

    @cached_property
    def addresses(self) -> Addresses:
        """What looks at where an address leads."""
        return Addresses(self.python)

    @cached_property
    def shutdown(self) -> Shutdown:
        """What the program closes when it is told to stop."""
        return Shutdown(self.python, self.services)

    @cached_property
    def secrets(self) -> Secrets:
        """The credentials that are written down."""
        return Secrets(self.sources, self.python)

    @cached_property
    def cross_origin(self) -> CrossOrigin:
        """What pages of other origins may do."""
        return CrossOrigin(self.python, self.services)

    @cached_property
    def debugging(self) -> Debugging:
        """Where debugging is switched on."""
        return Debugging(self.sources, self.python, self.routes, self.services, self.deployment)

    @cached_property
    def limits(self) -> Limits:
        """What bounds how often a caller may ask."""
        return Limits(self.python, self.routes, self.services, self.deployment, self.wiring)

    @cached_property
    def accounts(self) -> Accounts:
        """Accounts and sessions, and what protects them."""
        return Accounts(self.python, self.routes, self.services, self.wiring)

    @cached_property
    def interface(self) -> Interface:
        """What routes take and give."""
        return Interface(self.python, self.routes, self.services, self.documents)

    @cached_property
    def paging(self) -> Paging:
        """The lists that routes answer with, and what bounds them."""
        return Paging(self.python, self.services, self.interface)

    @cached_property
    def versions(self) -> Versions:
        """How clients say which version of the interface they speak."""
        return Versions(self.python, self.services, self.interface)

    @cached_property
    def incoming(self) -> Incoming:
        """The calls from other services."""
        return Incoming(self.python, self.routes, self.identity, self.switched)

    @cached_property
    def environment(self) -> Environment:
        """Where settings come from."""
        return Environment(self.python, self.services)

    @cached_property
    def wiring(self) -> Wiring:
        """What is reached when the service runs."""
        started = [
            target for one in self.deployment.started_commands for target in (one.resolved, one.target) if target
        ]
        read_by_servers = [path for path, _ in self.deployment.gunicorn_settings]
        started += [*read_by_servers, *self.deployment.settings_modules, *self._settings_of_files]
        started += [name for script in self.sources.facts(ShellScript).values() for name in script.imports]
        return Wiring(self.sources, self.python, started, (*self.dependencies.entries, *self._operations))

    @property
    def _operations(self) -> tuple[str, ...]:
        """The functions that descriptions of the interface name for their operations, by their places in modules."""
        described = self.sources.facts(OpenApiDocument).values()
        resolver = resolver_of(self.python)
        named = (handler_of(one, resolver, self.python) for facts in described for one in facts.operations)
        return tuple(name for name in named if "." in name)

    @property
    def _settings_of_files(self) -> tuple[str, ...]:
        """The settings modules that files of environments name, which are filled in where the service is deployed."""
        files = self.sources.facts(EnvFile).values()
        entries = (entry for facts in files for entry in facts.entries)
        return tuple(text for name, text, _ in entries if name == "DJANGO_SETTINGS_MODULE" and text)

    @cached_property
    def serves(self) -> bool:
        """Whether something of the tree answers requests: its code does, or what is deployed opens a port for others.

        The port at which a worker hands out its metrics is none.
        """
        if self.services.is_server or not self.deployment.serves:
            return self.services.is_server
        return not (self.services.is_worker and self.services.hands_out_metrics)

    @cached_property
    def is_service(self) -> bool:
        """Whether the tree is something that runs in production, and not a library.

        It serves, works off jobs, or ships an image of itself.
        """
        if self.is_library:
            return False
        return self.services.is_server or self.services.is_worker or bool(self.deployment.service_images)

    @cached_property
    def is_library(self) -> bool:
        """Whether a package calls itself a library in the heading of its read-me, and holds nothing that starts it."""
        readme = self.documents.readme
        deployment = self.deployment
        return (
            readme is not None
            and _LIBRARY.search(readme.title) is not None
            and not self.paths.isdisjoint(("setup.py", "pyproject.toml"))
            and not (deployment.images or deployment.own_containers or deployment.computes or deployment.started)
        )

    @property
    def is_reusable(self) -> bool:
        """Whether the tree is an application that others put into their projects, and no service by itself."""
        return (self.services.is_reusable or self.services.is_packaged) and not self.is_service

    @cached_property
    def suppressions(self) -> Suppressions:
        """The comments by which authors waive findings."""
        return Suppressions(self.python)

    @cached_property
    def facts(self) -> Facts:
        """The quick facts of the tree."""
        return quick_facts(self.python, self.routes, self.models, self.outbound)

    @cached_property
    def models(self) -> Models:
        """The classes that object mappers keep in a store."""
        return Models(self.python)

    @cached_property
    def beginnings(self) -> Beginnings:
        """How texts begin."""
        return Beginnings(self.python)

    @cached_property
    def bound_values(self) -> BoundValues:
        """The values of the statements that functions spell, bound or written into their text."""
        return BoundValues(self.python)

    @cached_property
    def queries(self) -> Queries:
        """What production code asks of its models."""
        return Queries(self.python, self.models)

    @cached_property
    def listings(self) -> Listings:
        """What is read whole of collections and tables that no model stands for."""
        return Listings(self.python, self.queries, self.connectors)

    @cached_property
    def reach(self) -> Reach:
        """Which functions a request reaches."""
        return Reach(self.python, self.routes)

    @cached_property
    def tenancy(self) -> Tenancy:
        """Whether several tenants are kept apart."""
        return Tenancy(self.python, self.models, self.queries, self.sources.tenant_keys)

    @cached_property
    def scoping(self) -> Scoping:
        """Which functions read rows only as far as somebody may see them."""
        return Scoping(self.python, self.models, self.queries)

    @cached_property
    def lookups(self) -> Lookups:
        """How a tenant's rows are looked up by keys of requests."""
        return Lookups(self.python, self.models, self.queries, self.routes, self.reach, self.flows, self.tenancy)

    @cached_property
    def stores(self) -> Stores:
        """Which stores production code uses, and what moves their schema."""
        return Stores(
            self.sources,
            self.python,
            self.models,
            self.services,
            self.reach,
            self.wiring,
            self.deployment,
            self.pipelines,
        )

    @cached_property
    def outbound(self) -> Outbound:
        """The calls that leave the process for another service."""
        return Outbound(self.python, self.scripts)

    @cached_property
    def tooling(self) -> Tooling:
        """How the development tools are configured."""
        return Tooling(self.sources)

    @cached_property
    def pipelines(self) -> Pipelines:
        """What continuous integration runs, and when."""
        return Pipelines(self.sources, self.tooling)

    @cached_property
    def coverage_gates(self) -> CoverageGates:
        """The demands on test coverage that the pipelines enforce."""
        return CoverageGates(self.tooling, self.pipelines, self.python)

    @cached_property
    def dependencies(self) -> Dependencies:
        """What the tree depends on, and what installs it."""
        return Dependencies(self.sources, self.deployment, self.pipelines)

    @cached_property
    def documents(self) -> Documents:
        """What is written down."""
        return Documents(self.sources)

    @cached_property
    def resilience(self) -> Resilience:
        """What the service does when the network fails it."""
        return Resilience(self.python, self.wiring, self.services, self.outbound, self.switched)

    @cached_property
    def jobs(self) -> Jobs:
        """The jobs of queues."""
        return Jobs(self.python, self.services)

    @cached_property
    def wiring_parts(self) -> tuple[Part, ...]:
        """The routers, tasks and middleware classes, and whether each is plugged in."""
        return parts(self.python, self.routes, self.services, self.wiring)

    @cached_property
    def suite(self) -> Suite:
        """The tests, and what of the application they reach."""
        return Suite(self.sources, self.python, self.routes, self.pipelines)

    @cached_property
    def observability(self) -> Observability:
        """What tells operators how the service is doing."""
        return Observability(
            self.python,
            self.routes,
            self.services,
            self.wiring,
            self.deployment,
            self.dependencies,
            self.documents,
        )
