"""Which stores production code uses: engines, clients, pools, and what moves their schema; judges nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from readiness_bot.facts.compose import ComposeFile
from readiness_bot.facts.hcl_blocks import HclFile
from readiness_bot.facts.helm_values import HelmValues, Leaf
from readiness_bot.facts.makefile import Makefile
from readiness_bot.facts.python_facts import Call
from readiness_bot.facts.shell import ShellScript
from readiness_bot.facts.values import Const, Format, Index, Invoke, Items, Mapping, Name, Value
from readiness_bot.model import Area, Evidence
from readiness_bot.repo.deployment import Deployment
from readiness_bot.repo.models import Models
from readiness_bot.repo.modules import CallSite, DefinitionSite, Module
from readiness_bot.repo.pipelines import Pipelines
from readiness_bot.repo.python import Python
from readiness_bot.repo.reach import Reach
from readiness_bot.repo.services import Services
from readiness_bot.repo.sources import Sources
from readiness_bot.repo.wiring import Wiring

Family = Literal["relational", "document", "cache", "search"]

_CLIENTS: dict[str, Family] = {
    **dict.fromkeys(
        (
            "sqlalchemy.create_engine",
            "sqlalchemy.engine.create_engine",
            "oslo_db.sqlalchemy.engines.create_engine",
            "sqlalchemy.ext.asyncio.create_async_engine",
            "sqlalchemy.engine_from_config",
            "sqlmodel.create_engine",
            "sqlalchemy.ext.asyncio.async_engine_from_config",
            "flask_sqlalchemy.SQLAlchemy",
            "psycopg2.connect",
            "psycopg.connect",
            "psycopg.AsyncConnection.connect",
            "psycopg.Connection.connect",
            "psycopg2.pool.ThreadedConnectionPool",
            "psycopg2.pool.SimpleConnectionPool",
            "psycopg_pool.ConnectionPool",
            "psycopg_pool.AsyncConnectionPool",
            "asyncpg.create_pool",
            "asyncpg.connect",
            "buildpg.asyncpg.create_pool_b",
            "buildpg.asyncpg.connect_b",
            "pymysql.connect",
            "MySQLdb.connect",
            "aiomysql.connect",
            "aiomysql.create_pool",
            "aioodbc.connect",
            "aioodbc.create_pool",
            "mysql.connector.connect",
            "databases.Database",
            "quart_db.QuartDB",
            "peewee.PostgresqlDatabase",
            "peewee.MySQLDatabase",
            "playhouse.pool.PooledPostgresqlDatabase",
            "playhouse.pool.PooledMySQLDatabase",
            "playhouse.pool.PooledPostgresqlExtDatabase",
            "tortoise.Tortoise.init",
            "pyodbc.connect",
            "oracledb.connect",
            "tortoise.contrib.fastapi.register_tortoise",
            "web.database",
        ),
        "relational",
    ),
    **dict.fromkeys(
        (
            "pymongo.MongoClient",
            "pymongo.mongo_client.MongoClient",
            "motor.motor_asyncio.AsyncIOMotorClient",
            "pymongo.AsyncMongoClient",
            "mongoengine.connect",
            "mongoengine.connection.connect",
            "flask_pymongo.PyMongo",
        ),
        "document",
    ),
    **dict.fromkeys(
        (
            "redis.Redis",
            "redis.StrictRedis",
            "redis.from_url",
            "redis.Redis.from_url",
            "redis.StrictRedis.from_url",
            "redis.asyncio.Redis",
            "redis.asyncio.from_url",
            "redis.asyncio.Redis.from_url",
        ),
        "cache",
    ),
    **dict.fromkeys(
        ("elasticsearch.Elasticsearch", "elasticsearch.AsyncElasticsearch", "opensearchpy.OpenSearch"), "search"
    ),
}
_UNPOOLED = frozenset(
    {
        "psycopg2.connect",
        "psycopg.connect",
        "psycopg.AsyncConnection.connect",
        "psycopg.Connection.connect",
        "asyncpg.connect",
        "buildpg.asyncpg.connect_b",
        "pymysql.connect",
        "MySQLdb.connect",
        "aiomysql.connect",
        "aioodbc.connect",
        "mysql.connector.connect",
        "pyodbc.connect",
        "oracledb.connect",
    }
)
_OF_OTHERS = re.compile(
    r"(^|/)((query_runner|data_?sources?|connectors?|integrations?|handlers?/\w+_handler"
    r"|destinations?|transmitters?|data_?sinks?|sinks?|outputs?|targets?|dialects?)(/|$|\.py)"
    r"|[a-z0-9]+_(data_?source|connector|destination|transmitter|sink|output|target)s?\.py$)"
)
"""Where the stores of others are read and written for them."""

_WITHIN_MIGRATIONS = frozenset({"alembic.context", "alembic.op"})
"""What only modules import that migrations run in; others start them, and may make the service's engine too."""

_OF_COMMANDS = re.compile(r"(^|/)(cli|commands?|plugins?)(/|$|\.py)")
"""Where clients are made by what somebody types, or by what extends the service."""

_EMBEDDED = ("sqlite3.connect", "sqlite3.dbapi2.connect", "aiosqlite.connect", "apsw.Connection", "pysqlite3.connect")
_CREATES = re.compile(r"\s*CREATE\s+TABLE\b", re.IGNORECASE)
_FILLS = re.compile(
    r"\s*(CREATE\s+(\w+\s+)?TABLE\b|INSERT\s+(\w+\s+)?INTO\s+(?!pg_)|REPLACE\s+INTO\b|UPDATE\s+\S+\s+SET\b"
    r"|DELETE\s+FROM\s+(?!pg_))",
    re.IGNORECASE,
)
_ASKS = re.compile(r"\s*(SELECT|WITH)\s.*\bFROM\s+(?!(pg_|information_schema|sqlite_))\w", re.IGNORECASE | re.DOTALL)
_FILLING = (
    "commit", "begin", "add_all", "bulk_save_objects", "bulk_insert_mappings", "create_all", "to_sql", "executemany",
    "copy_from", "copy_expert", "copy_records_to_table", "insert", "upsert", "merge", "callproc", "transaction",
)  # fmt: skip
"""Calls by which rows are made or changed without a statement that says so."""
_UPGRADES = re.compile(
    r"\s*(ALTER\s+TABLE\s+\S+\s+(ADD|DROP|RENAME|ALTER|MODIFY)|PRAGMA\s+user_version\s*=)", re.IGNORECASE
)
_PASSING = re.compile(r":memory:|mode=(memory|ro)|cache|immutable=1", re.IGNORECASE)
"""Files of SQLite's in which nothing is kept: those in memory, those that are only read, and caches."""

_SIZES = frozenset(
    [
        "pool_size",
        "maxPoolSize",
        "max_pool_size",
        "max_connections",
        "maxconn",
        "max_size",
        "maxsize",
        "pool_max_size",
        "minsize",
        "min_size",
        "pool_maxsize",
        "max_pool",
        "connection_pool",
        "CONN_MAX_AGE",
        "pool",
    ]
)
_SIZE_SETTING = re.compile(
    r"(POOL_?(SIZE|MIN|MAX)\w*|MAX_CONNECTIONS|CONN_MAX_AGE|MAX_POOL\w*|POOL_CONFIG|DB_POOL\w*)$", re.IGNORECASE
)
_KEEPING = frozenset(
    {
        "lru_cache",
        "cache",
        "cached_property",
        "singleton",
        "cached",
        "memoize",
        "once",
        "ttl_cache",
        "alru_cache",
        "fixture",
    }
)
MIGRATES = re.compile(
    r"\balembic\b[^|;&]*\bupgrade\b|\bflask\b[^|;&]*\bdb\b\s+upgrade|\bmanage(\.py)?\b[^|;&]*\b(migrate|"
    r"migrate_schemas|db\s+upgrade)\b|\bdjango-admin\b[^|;&]*\bmigrate\b|\baerich\b[^|;&]*\bupgrade\b|"
    r"\bdbmate\b[^|;&]*\b(up|migrate)\b|\bflyway\b[^|;&]*\bmigrate\b|\byoyo\b[^|;&]*\bapply\b|"
    r"\bpiccolo\b[^|;&]*\bmigrations\s+forwards|\batlas\b[^|;&]*\bmigrate\s+apply|\bliquibase\b[^|"
    r";&]*\bupdate\b|\bmigrate\b\s+-path\b|\b(?!superset\b|airflow\b)\w+\s+(database|db)\s+(upgrade|migrate)\b|\bprisma\b[^|"
    r";&]*\bmigrate\s+deploy|\bpython[\d.]*\s+-m\s+\w[^|;&]*\s(migrate|upgrade-?db)\b|"
    r"\b(migrate[-_]db|db[-_]?migrate|run[-_]migrations|db[-_]?upgrade|upgrade[-_]?db|schema[-_]upgrade)\b|"
    r"\b(migrate|migrations)\.(sh|py)\b|-m\s+[\w.]*\.(migrate|migrations|upgrade)\b|\bsqitch\b[^|;&]*\bdeploy|\bpw_migrate\b[^|;&]*\bmigrate\b"
)
"""The commands of migration tools, as they are typed."""

_TOLD_TO_RUN = re.compile(r"(^|[._-])(cmd|commands?|args|script)(\.\[\])?$|Command(\.\[\])?$")
"""The keys of a chart's values under which a command stands."""
_ONLY_LOOKS = re.compile(r"\s--(check|plan|sql)\b")
"""Options by which a migration tool says what it would do, and does nothing."""
_BY_OPTION = re.compile(r"\s--?(init(-?db)?|((auto|run)-?)?migrat(e|ions)|upgrade-?db)(=(true|1|yes))?\s")
"""Options by which a program's own command migrates before it serves."""
_FLASK_ALEMBIC = "flask_alembic.Alembic().upgrade"
"""How an extension of Flask's runs Alembic's revisions, without an environment of its own."""
_MIGRATING_CALLS = frozenset(
    {
        "alembic.command.upgrade",
        "flask_migrate.upgrade",
        "aerich.Command().upgrade",
        "peewee_migrate.Router().run",
        "yoyo.get_backend().apply_migrations",
        "evolutions.upgrade",
        "quart_db.QuartDB",
        _FLASK_ALEMBIC,
    }
)
_OF_LIBRARY = re.compile(r"\w[\w.]*\.migrat\w+\.(\w+\(\)\.)?(run|apply)_migrations?$")
"""How a library that brings a schema of its own is told to move it: `shelves.migrate.Migrate(db).run_migration()`."""
_PEEWEE_MOVES = "playhouse.migrate"
_NOT_DEPLOYED = re.compile(
    (
        r"(^|[/_.-])(tests?|testing|ci|e2e|dev|development|devcontainer|local|example|examples|docs?|"
        r"\.github/workflows/(test|lint|ci))([/_.-]|$)"
    ),
    re.IGNORECASE,
)


_RUNS_ONCE = re.compile(r"lifespan|start_?up|shut_?down|^main$|^cli$")
_COMMAND_LINE = re.compile(r"(^|/)(cli|commands?|scripts?|management|migrations?|alembic)(/|\.py)|__main__")


@dataclass(frozen=True, slots=True, eq=False)
class Client:
    """An engine, pool, client or connection: where it is made, and whether each request or job makes its own.

    `size` tells how its pool is sized: by `settings`, a `literal`, not at all (empty), or that there is none.
    """

    site: CallSite
    family: Family
    is_repeated: bool
    size: Literal["settings", "literal", "", "none"]


class Stores:
    """Questions about the stores of one tree."""

    LOOKS = "engines, clients and migrations"

    def __init__(
        self,
        sources: Sources,
        python: Python,
        models: Models,
        services: Services,
        reach: Reach,
        wiring: Wiring,
        deployment: Deployment,
        pipelines: Pipelines,
    ) -> None:
        self._sources = sources
        self._python = python
        self._models = models
        self._services = services
        self._reach = reach
        self._wiring = wiring
        self._deployment = deployment
        self._pipelines = pipelines

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    # -- engines and clients ---------------------------------------------------------------------------------------

    @cached_property
    def clients(self) -> tuple[Client, ...]:
        """Every engine or client that production code makes, by path and line."""
        found = []
        for site in self._python.calls_named(_may_make_client):
            family = _CLIENTS.get(site.name) or self._inherited(site)
            if family is not None and not self._is_other(site):
                found.append(Client(site, family, self._is_repeated(site), self._size(site)))
        return tuple(found)

    def _inherited(self, site: CallSite) -> Family | None:
        """The family of a class of the tree that extends a library's client."""
        klass = self._python.definition_named(site.name) if _is_like_class(site.name) else None
        if klass is None or klass.definition.kind != "class":
            return None
        return next((_CLIENTS[base] for base in self._python.external_bases(klass) if base in _CLIENTS), None)

    def _is_other(self, site: CallSite) -> bool:
        """Whether the client is that of a user's data source, a plugin or the migrations, not the service's own."""
        targets = {item.target for item in site.module.facts.imports}
        if targets & _WITHIN_MIGRATIONS:
            return True
        if any(call.name.startswith("alembic.") for call in site.beside) and not _is_handed_back(site):
            return True
        if self.is_of_others(site.module.path):
            return not _is_told_by_settings(site.call)
        return _OF_COMMANDS.search(site.module.path) is not None

    @staticmethod
    def is_of_others(path: str) -> bool:
        """Whether a module lies where the stores of users are read and written for them."""
        return _OF_OTHERS.search(path) is not None

    def _is_repeated(self, site: CallSite) -> bool:
        if site.name == "flask_sqlalchemy.SQLAlchemy" or site.name.endswith("Tortoise.init"):
            return False
        function = Reach.function_at(site.module, site.call.scope)
        if site.name in _UNPOOLED and function is not None and function.definition.name in self._kept_for_a_request:
            return True
        if (
            function is None
            or site.call.result.startswith(":")
            or function.definition.name
            in ("__init__", "init", "init_app", "create_app", "lifespan", "connect", "startup", "main")
        ):
            return False
        names = {
            getattr(item, "name", "").rpartition(".")[2].rpartition(":")[2]
            for definition in site.module.enclosing(site.call.scope)
            for item in definition.decorators
        }
        if names & _KEEPING or any(guard.startswith((":", "!:")) for guard in site.call.guards):
            return False
        if self._is_handed_out(function, 2):
            return True
        is_task = any(task.definition.name == function.name for task in self._services.tasks)
        depth = self._reach.depth(function)
        if site.name in _UNPOOLED and depth is not None and function.definition.parent == -1 and _is_handed_back(site):
            return True  # however many calls lie between a route and it, each opens a connection of its own
        return is_task or depth == 0 or (depth == 1 and function.definition.parent == -1)

    def _is_handed_out(self, function: DefinitionSite, hops: int) -> bool:
        """Whether a generator makes the engine for what it yields and disposes of it then: one each time it is used."""
        for call in self._python.calls(function.name):
            user = Reach.function_at(call.module, call.call.scope)
            if user is None or _RUNS_ONCE.search(user.definition.name) or user.name in self._lifespans:
                continue
            if (
                user.definition.is_generator
                and any(each.last == "dispose" for each in call.beside)
                and any(not _COMMAND_LINE.search(name) for name in self._wiring.users(user.name))
            ):
                return True
            if hops > 1 and self._is_handed_out(user, hops - 1):
                return True
        return False

    @cached_property
    def _lifespans(self) -> frozenset[str]:
        """The functions that an application is given for its whole life."""
        return frozenset(
            self._python.identify(value.name, site.module)
            for site in self._python.all_calls
            for keyword, value in site.call.keywords
            if keyword == "lifespan" and isinstance(value, Name)
        )

    @cached_property
    def _kept_for_a_request(self) -> frozenset[str]:
        """The bare names of functions whose result Flask's `g` keeps, until the request ends."""
        return frozenset(
            assignment.value.name.rpartition(".")[2].rpartition(":")[2]
            for module in self._python.production
            for assignment in module.facts.assignments
            if assignment.target.startswith(("flask.g.", "quart.g.")) and isinstance(assignment.value, Invoke)
        )

    def _size(self, site: CallSite) -> Literal["settings", "literal", "", "none"]:
        if site.name in _UNPOOLED:
            return "none"
        if site.name.endswith("engine_from_config"):
            return "settings"
        sizes = [value for name, value in site.call.keywords if name in _SIZES]
        for name, value in site.call.keywords:
            if name in ("**", "engine_options", "connect_args"):
                sizes += _sizes_in(value)
            if name == "**" and isinstance(value, Name):
                for item in site.module.facts.assignments:
                    if item.target in (value.name, f"{value.name}[]") and item.scope == site.call.scope:
                        sizes += [item.value] if item.key in _SIZES else _sizes_in(item.value)
        if any(not isinstance(value, Const) for value in sizes):
            return "settings"
        return "literal" if sizes else ""

    @cached_property
    def size_settings(self) -> tuple[Evidence, ...]:
        """Settings that size the pool: engine options, Django's connection age, and names like them."""
        found = []
        for setting in self._services.settings:
            if _is_default_age(setting.name, setting.value):
                continue
            if _SIZE_SETTING.search(setting.name):
                found.append(Evidence(setting.module.path, setting.line, f"`{setting.name}` sizes the pool"))
            elif setting.name in ("SQLALCHEMY_ENGINE_OPTIONS", "DATABASES", "DATABASE"):
                found += [
                    Evidence(setting.module.path, setting.line, f"`{key}` in `{setting.name}`")
                    for key in _keys(setting.value)
                    if key in _SIZES
                ]
        for site in self._python.all_calls:
            for name, value in site.call.keywords:
                if name in ("pool_size", "conn_max_age", "maxPoolSize", "pool_max_size") and not isinstance(
                    value, Const
                ):
                    found.append(Evidence(site.module.path, site.call.line, f"`{name}` comes from the settings"))
        for module in self._python.production:
            for assignment in module.facts.assignments:
                if _is_default_age(assignment.key, assignment.value):
                    continue
                if assignment.key in ("pool_size", "CONN_MAX_AGE", "pool", "maxPoolSize"):
                    found.append(Evidence(module.path, assignment.line, f"`{assignment.key}` sizes the pool"))
        return tuple(dict.fromkeys(found))

    @cached_property
    def databases(self) -> tuple[Evidence, ...]:
        """Django's database settings."""
        return tuple(
            Evidence(setting.module.path, setting.line, "`DATABASES`")
            for setting in self._services.settings_named("DATABASES")
            if self._services.is_django
        )

    @cached_property
    def uses_relational(self) -> bool:
        """Whether production code keeps anything in a relational store."""
        return (
            bool(self.databases)
            or any(client.family == "relational" and client.site.name not in _UNPOOLED for client in self.clients)
            or (any(client.family == "relational" for client in self.clients) and self._keeps_rows)
            or any(not model.is_document and model.mapper not in ("redis-om", "neomodel") for model in self._models.all)
            or bool(self.embedded)
        )

    @cached_property
    def _keeps_rows(self) -> bool:
        """Whether what a bare driver is told makes or fills tables, rather than asks a server how it is."""
        return any(True for _ in self._saying(_FILLS)) or any(
            path.endswith(".sql") and self._sources.area(path) in _OF_SERVICE for path in self._sources.paths
        )

    @cached_property
    def only_reads(self) -> bool:
        """Whether rows are asked for in SQL that nothing of the tree makes, fills or changes.

        The schema is another project's then, and so is what is kept.
        """
        if self._models.all or self._keeps_rows or any(True for _ in self._saying(_UPGRADES)):
            return False
        if any(self._sources.area(path) is Area.MIGRATION for path in self._sources.paths):
            return False
        fills = any(True for _ in self._python.calls_of(*_FILLING))
        return not fills and any(True for _ in self._saying(_ASKS))

    @cached_property
    def embedded(self) -> tuple[CallSite, ...]:
        """Where the service opens a file of SQLite's in which it makes tables of its own."""
        opened = tuple(
            site for site in self._python.calls(*_EMBEDDED) if not self._is_other(site) and not self._is_passing(site)
        )
        return opened if opened and any(True for _ in self._saying(_CREATES)) else ()

    def _is_passing(self, site: CallSite) -> bool:
        first = site.call.argument(0, "database")
        text = self._python.constant(first, site.module)
        parts = [str(part.value) for part in getattr(first, "parts", ()) if isinstance(part, Const)]
        told = " ".join((str(text or ""), getattr(first, "name", ""), *parts, site.module.path))
        return _PASSING.search(told) is not None

    def _saying(self, meaning: re.Pattern[str]) -> Iterator[tuple[Module, int, int]]:
        """The production statements in SQL of one meaning: module, line, and the definition that they stand in."""
        for site in self._python.all_calls:
            if any(_says(value, meaning) for given in site.call.args[:2] for value in _leaves(given)):
                yield site.module, site.call.line, site.call.scope
        for module in self._python.production:
            for item in module.facts.assignments:
                if any(_says(value, meaning) for value in _leaves(item.value)):
                    yield module, item.line, item.scope

    @cached_property
    def _own_upgrades(self) -> tuple[tuple[Module, int, int], ...]:
        """The statements by which code of the service's own moves its schema, where it keeps one."""
        return tuple(
            (module, line, scope)
            for module, line, scope in self._saying(_UPGRADES)
            if _OF_OTHERS.search(module.path) is None
        ) + tuple(
            (module, call.line, call.scope)
            for module in self._python.production
            if _PEEWEE_MOVES in module.facts.stars
            or any(i.target.startswith(_PEEWEE_MOVES) for i in module.facts.imports)
            for call in module.facts.calls
            if call.last.rpartition(":")[2] == "migrate"
        )

    # -- migrations ------------------------------------------------------------------------------------------------

    @cached_property
    def migrations(self) -> tuple[Evidence, ...]:
        """The migrations that the tree holds, one place for each tool."""
        found: dict[str, Evidence] = {}
        for path in sorted(self._sources.paths):
            if self._sources.area(path) in (Area.TEST, Area.VENDORED, Area.EXAMPLE):
                continue
            for tool, pattern in _MIGRATIONS:
                if tool not in found and pattern.search(path) and self._is_of(tool, path):
                    found[tool] = (
                        self._first_revision(path) if tool == "Alembic" else Evidence(path, 1, f"{tool} migration")
                    )
        return (
            (*found.values(), *self._numbered_functions)
            or tuple(
                Evidence(module.path, line, "own change of the schema") for module, line, _ in self._own_upgrades[:1]
            )
            or tuple(
                Evidence(site.module.path, site.call.line, f"`{site.name.partition('.')[0]}` brings its own migrations")
                for site in self._calls_that_migrate
                if site.name == _FLASK_ALEMBIC or _OF_LIBRARY.match(site.name)
            )[:1]
        )

    @cached_property
    def _numbered_functions(self) -> tuple[Evidence, ...]:
        """A tool of the tree's own: a module of migrations whose functions are numbered."""
        for path, module in self._python.modules.items():
            if path.endswith(("migrations.py", "migrations/__init__.py")) and module.area in _OF_SERVICE:
                numbered = [one for one in module.facts.definitions if _NUMBERED.match(one.name)]
                if len(numbered) >= _SEVERAL:
                    return (Evidence(path, numbered[0].line, f"{len(numbered)} numbered migrations"),)
        return ()

    def _first_revision(self, environment: str) -> Evidence:
        """A revision beside Alembic's environment; without one, the environment itself."""
        if not environment.endswith("env.py"):
            return Evidence(environment, 1, "Alembic revision")
        folder = f"{environment.rpartition('/')[0]}/".lstrip("/")
        revisions = (
            path
            for path in sorted(self._sources.paths)
            if path.startswith(folder) and "versions/" in path[len(folder) :] and path.endswith(".py")
            if not path.endswith("__init__.py")
        )
        first = next(revisions, "")
        return Evidence(first, 1, "Alembic revision") if first else Evidence(environment, 1, "Alembic is set up here")

    def _is_of(self, tool: str, path: str) -> bool:
        module = self._python.modules.get(path)
        if tool == "Alembic" and "alembic/" in path and not path.endswith("/env.py"):
            return True  # a revision by its number, in a folder that a package names to whoever runs it
        if tool == "Alembic":
            return module is not None and any(item.target.startswith("alembic") for item in module.facts.imports)
        of_django = module is not None and any(item.target.startswith("django.db") for item in module.facts.imports)
        # Django numbers its migrations as well.
        return of_django if tool == "Django" else not (tool == "numbered" and of_django)

    @cached_property
    def migration_runs(self) -> tuple[Evidence, ...]:
        """What runs the migrations when the service is deployed or starts, each place once."""
        found: dict[tuple[str, int], Evidence] = {}
        for one in (
            *self._by_command(),
            *self._by_script(),
            *self._by_compose(),
            *self._by_call(),
            *self._by_task(),
            *self._by_pipeline(),
            *self._by_infrastructure(),
            *self._by_values(),
        ):
            found.setdefault((one.path, one.line), one)
        return tuple(found.values())

    def _by_command(self) -> Iterator[Evidence]:
        for one in self._deployment.started_commands:
            text = " ".join((one.target, *one.command.arguments))
            # A program of the service's own that has a command of this name moves its own schema.
            words = [word for word in one.command.arguments if not word.startswith("-")]
            is_own = one.command.kind in ("program", "django") or "manage" in text
            asked = {*words[:2], "-".join(words[:2])} if is_own else set()
            own = (asked & {"migrate-db"}) or words[:1] == ["migrate"] or asked & self._commands_that_migrate
            if _ONLY_LOOKS.search(text):
                continue
            if own or MIGRATES.search(text) or (_BY_OPTION.search(f"{text} ") and self._calls_that_migrate):
                yield Evidence(one.path, one.line, f"runs `{text[:80]}`")

    def _by_script(self) -> Iterator[Evidence]:
        for path, script in self._sources.facts(ShellScript).items():
            for command in script.commands if self._is_deployed(path) else ():
                text = " ".join(command.words)
                if _ONLY_LOOKS.search(text):
                    continue
                if MIGRATES.search(text) or self._asks_make_to_migrate(command.words):
                    yield Evidence(path, command.line, f"runs `{text[:80]}`")

    def _asks_make_to_migrate(self, words: tuple[str, ...]) -> bool:
        """Whether a command is `make` with a target of some Makefile of the tree that migrates."""
        if words[:1] != ("make",):
            return False
        return any(
            task.name in words[1:] and any(map(MIGRATES.search, (line.text for line in task.lines)))
            for makefile in self._sources.facts(Makefile).values()
            for task in makefile.tasks
        )

    def _by_compose(self) -> Iterator[Evidence]:
        for path, compose in self._sources.facts(ComposeFile).items():
            if _NOT_DEPLOYED.search(path):
                continue
            folder = path.rpartition("/")[0]
            containers = self._deployment.own_containers
            own = {one.service.name for one in containers if one.path.rpartition("/")[0] == folder}
            for service in compose.services:
                if own and service.image and not service.builds and service.name not in own:
                    continue  # another service, which moves its own schema
                for command in (service.entrypoint, service.command):
                    text = " ".join(command.words) if command is not None else ""
                    if command is not None and MIGRATES.search(text):
                        yield Evidence(path, command.line, f"runs `{text[:80]}`")

    def _by_infrastructure(self) -> Iterator[Evidence]:
        """What a task of the infrastructure is told to run: `command = ["make", "migrate"]`."""
        for path, hcl in self._sources.facts(HclFile).items():
            for setting in (one for block in hcl.blocks for one in block.settings) if self._is_deployed(path) else ():
                words = tuple(re.findall(r'"([^"]*)"', setting.value)) if setting.value.startswith("[") else ()
                if MIGRATES.search(" ".join(words)) or self._asks_make_to_migrate(words):
                    yield Evidence(path, setting.line, f"runs `{' '.join(words)[:80]}`")

    def _by_values(self) -> Iterator[Evidence]:
        """What a chart's values tell a job or a container to run before the service: `args: [alembic upgrade head]`."""
        for path, values in self._sources.facts(HelmValues).items():
            told: dict[str, list[Leaf]] = {}
            for leaf in values.leaves if self._is_deployed(path) else ():
                if _TOLD_TO_RUN.search(leaf.keys):
                    told.setdefault(leaf.keys, []).append(leaf)
            for leaves in told.values():
                text = " ".join(leaf.value for leaf in leaves)
                if MIGRATES.search(text) and not _ONLY_LOOKS.search(text):
                    yield Evidence(path, leaves[0].line, f"runs `{' '.join(text.split())[:80]}`")

    def _is_deployed(self, path: str) -> bool:
        return not _NOT_DEPLOYED.search(path) and self._sources.area(path) not in (
            Area.TEST,
            Area.EXAMPLE,
            Area.VENDORED,
            Area.DOCUMENTATION,
        )

    @cached_property
    def _calls_that_migrate(self) -> tuple[CallSite, ...]:
        """The calls of a migration tool's own functions, whoever makes them."""
        return tuple(
            site
            for site in self._python.all_calls
            if site.name in _MIGRATING_CALLS
            or _OF_LIBRARY.match(site.name)
            or (
                site.last == "call_command"
                and bool(site.call.args)
                and isinstance(site.call.args[0], Const)
                and site.call.args[0].value in ("migrate", "migrate_schemas")
            )
        )

    @cached_property
    def _commands_that_migrate(self) -> frozenset[str]:
        """The commands of the service's own program that move its schema, as they are typed."""
        found: set[str] = set()
        for site in self._calls_that_migrate:
            function = Reach.function_at(site.module, site.call.scope)
            around = {} if function is None else {function.name: function}
            for _ in range(_CALLERS_DEEP):
                for name in list(around):
                    for call in self._python.callers.get(name, ()):
                        caller = Reach.function_at(call.module, call.call.scope)
                        if caller is not None:
                            around.setdefault(caller.name, caller)
            for one in around.values():
                kinds = {getattr(item, "name", "").rpartition(".")[2] for item in one.definition.decorators}
                if "command" in kinds:
                    found.add(one.definition.name.replace("_", "-"))
                if "/management/commands/" in one.module.path:
                    found.add(one.module.path.rpartition("/")[2].removesuffix(".py"))
        return frozenset(found)

    def _by_call(self) -> Iterator[Evidence]:
        known = frozenset(map(id, self._calls_that_migrate))
        by_own_means = self._is_moved_by_own_means
        if by_own_means:
            yield from self._by_own_upgrade()
        for site in self._python.all_calls:
            is_migrating = id(site) in known
            if by_own_means and ":" in site.name and _migrates(site.name):
                is_migrating = True
            first = site.call.argument(0, "args") if not is_migrating and _may_run_program(site.name) else None
            if isinstance(first, Items | Const):
                words = (
                    [str(item.value) for item in first.items if isinstance(item, Const)]
                    if isinstance(first, Items)
                    else [str(first.value)]
                )
                program = "alembic " if site.name.startswith("alembic.") else ""
                is_migrating = bool(MIGRATES.search(program + " ".join(words)))
            if is_migrating and self._runs_itself(site):
                yield Evidence(site.module.path, site.call.line, f"`{site.last}` migrates when the service starts")

    @cached_property
    def _is_moved_by_own_means(self) -> bool:
        """Whether the migrations are those of no tool that brings a command to run them."""
        return all(
            one.detail in ("SQL migration", "numbered migration", "own change of the schema")
            or one.detail.endswith("numbered migrations")
            for one in self.migrations
        )

    def _by_own_upgrade(self) -> Iterator[Evidence]:
        """Own changes of the schema that what opens the store makes, rather than a command that somebody types."""
        for module, line, scope in self._own_upgrades:
            function = Reach.function_at(module, scope)
            typed = _COMMAND_LINE.search(module.path) is not None
            if not typed and self._wiring.runs(module) and (function is None or self._wiring.is_used(function)):
                yield Evidence(module.path, line, "the service changes its schema itself")
                return

    def _runs_itself(self, site: CallSite) -> bool:
        """Whether the call is made by start-up code and not by a command that somebody types."""
        function = Reach.function_at(site.module, site.call.scope)
        if function is not None and [one.name for one in function.definition.parameters] == ["event", "context"]:
            return True  # a function that a platform calls
        if not self._wiring.runs(site.module):
            return False
        return function is None or self._is_start(function, 0)

    def _is_start(self, function: DefinitionSite, depth: int) -> bool:
        names = [getattr(item, "name", "").rpartition(".")[2] for item in function.definition.decorators]
        if any(name in ("command", "group", "argument", "option") for name in names):
            return False
        if depth > _CALLERS_DEEP:
            return False
        if _IN_LIFESPAN.search(function.definition.qualname) or function.name in self._started_with:
            return True
        # What requests lead to starts nothing by its name, though what starts may call it as well.
        is_asked_for = self._reach.depth(function) is not None
        if function.definition.name in _STARTERS and not is_asked_for:
            return True
        made = (function.name, function.name.removesuffix(".__init__"))
        for call in (call for name in dict.fromkeys(made) for call in self._python.callers.get(name, ())):
            caller = Reach.function_at(call.module, call.call.scope)
            if caller is None and not is_asked_for:
                return True
            if caller is not None and caller.name != function.name and self._is_start(caller, depth + 1):
                return True
        return False

    @cached_property
    def _started_with(self) -> frozenset[str]:
        """The functions that an application runs when it starts."""
        return frozenset(
            attached.definition.name
            for attached in self._services.hooks
            if attached.kind in ("startup", "lifespan") and attached.definition is not None
        )

    def _by_task(self) -> Iterator[Evidence]:
        """What the tasks of Invoke or Fabric run on the machines that they deploy to."""
        for path, module in self._python.modules.items():
            if not _OF_TASKS.search(path) or module.area not in (Area.TOOLING, Area.PRODUCTION):
                continue
            if _NOT_DEPLOYED.search(path):
                continue
            if not any(item.target.startswith(("invoke", "fabric")) for item in module.facts.imports):
                continue
            for site in self._python.calls_in([module]):
                text = " ".join(_texts_of(site.call.argument(0))) if _RUNS_TEXT.search(site.last) else ""
                if MIGRATES.search(text):
                    yield Evidence(path, site.call.line, f"runs `{text[:80]}`")

    def _by_pipeline(self) -> Iterator[Evidence]:
        for run in self._pipelines.runs:
            text = " ".join((run.command.tool, *run.command.arguments))
            if MIGRATES.search(text) and not run.on_pull_requests and not _NOT_DEPLOYED.search(run.step.job.path):
                yield Evidence(run.path, run.line, f"runs `{text[:80]}`")


def _is_like_class(name: str) -> bool:
    """Whether a resolved name is written like that of a class of the tree."""
    return ":" in name and name.rpartition(":")[2][:1].isupper()


def _is_handed_back(site: CallSite) -> bool:
    """Whether the function around gives back what is made, so that it serves others too than what it does itself."""
    call = site.call
    return any(
        item.scope == call.scope and (item.line == call.line or getattr(item.value, "name", "") == call.result)
        for item in site.module.facts.returns
        if not item.is_yield
    )


def _is_told_by_settings(call: Call) -> bool:
    """Whether a client is made for what settings or the environment name: a user's store is handed to its adapter."""
    told = call.args[0] if call.args else next((value for _, value in call.keywords), None)
    if isinstance(told, Index):
        told = told.value
    name = told.name if isinstance(told, Name | Invoke) else ""
    return "." in name and not name.startswith(("?", ":"))


def _may_make_client(name: str) -> bool:
    return name in _CLIENTS or _is_like_class(name)


_RUNS_TEXT = re.compile(r"(^|_)(run|exec|execute|system|popen|shell|cmd|command)(_|$)")


@lru_cache(maxsize=100_000)
def _may_run_program(name: str) -> bool:
    """Whether a call of this resolved name may start a program that it is handed."""
    return (
        name.startswith(("subprocess.", "os.system", "os.exec", "alembic.config.main"))
        or _RUNS_TEXT.search(name.rpartition(".")[2].rpartition(":")[2]) is not None
    )


"""Own functions that are handed what a shell shall run, here or in a container."""
_OF_TASKS = re.compile(r"(^|/)(tasks|fabfile|deploy\w*)(/\w+)?\.py$")


def _texts_of(value: Value | None) -> Iterator[str]:
    parts = value.parts if isinstance(value, Format) else (value,)
    yield from (part.value for part in parts if isinstance(part, Const) and isinstance(part.value, str))


_NUMBERED = re.compile(r"(m|v|migration_?|migrate_?|upgrade_?|step_?)?_?\d{1,4}(_\w+)?$")
_SEVERAL = 3
_CALLERS_DEEP = 3
"""A command is looked for this many calls above what it has done."""
_OF_SERVICE = (Area.PRODUCTION, Area.MIGRATION)
_OWN_MIGRATING = re.compile(
    r"(run_|apply_|perform_|execute_|auto_)?(\w+_)?migrat(e|ions?)(_\w+)?"
    r"|(check_and_|maybe_|auto_)?(upgrade|update)_(the_)?(db|database|schema|tables)|(db|database|schema)_(upgrade|update)"
)
_STARTERS = frozenset(
    {
        "main",
        "create_app",
        "lifespan",
        "startup",
        "on_startup",
        "start",
        "run",
        "ready",
        "start_server",
        "serve",
        "init_app",
        "make_app",
        "application",
    }
)
_IN_LIFESPAN = re.compile(r"(lifespan|startup)\w*\.__a?enter__$", re.IGNORECASE)
"""Where an object that stands for the life of the application begins it."""
_MIGRATIONS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("Alembic", re.compile(r"(^|/)env\.py$")),
    ("Alembic", re.compile(r"(^|/)alembic/[0-9a-f]{12}_\w+\.py$")),
    ("Alembic", re.compile(r"(^|/)migrations/[0-9a-f]{10,12}_\w+\.py$")),
    ("Django", re.compile(r"(^|/)(\w+_)?migrations/\d{4}_\w+\.py$")),
    ("Aerich", re.compile(r"(^|/)migrations/models/\d+_.*\.(py|sql)$")),
    ("Flyway", re.compile(r"(^|/)V\d+(_\d+)*__\w+\.sql$")),
    ("SQL", re.compile(r"(^|/)(migrations?|schema_migrations)/(.*/)?(migration[_-]?)?\d+[\w.-]*\.sql$")),
    ("SQL", re.compile(r"(^|/)(\w*upgrades?(_\w+)?|updates|deltas?|evolutions|patches)/(.*/)?[a-z_-]*\d[\w.-]*\.sql$")),
    ("SQL", re.compile(r"(^|/)(db[_-]?)?(upgrade|migrat(e|ion)|update[-_.]?v?\d)[\w.-]*\.sql$", re.IGNORECASE)),
    (
        "Liquibase",
        re.compile(r"(^|/)(db\.)?changelog[\w.-]*\.(xml|sql)$|(^|/)liquibase[\w.-]*\.properties$", re.IGNORECASE),
    ),
    ("Piccolo", re.compile(r"(^|/)piccolo_migrations/\w+\.py$")),
    ("Quart-DB", re.compile(r"(^|/)migrations/\d+\.py$")),
    ("numbered", re.compile(r"(^|/)migrations/\d{3}_\w+\.py$")),
    (
        "numbered",
        re.compile(
            r"(^|/)(db|database|persist\w+|stor(e|age)|sql\w*)/migrations/[a-z_]{1,8}\d{2,4}(_\w+|/__init__)\.py$"
        ),
    ),
    ("numbered", re.compile(r"(^|/)(db_)?(migration|upgrade)\w*/([a-z]+/)?\d{3,4}_\w+\.py$")),
)


def _sizes_in(options: Value) -> list[Value]:
    """What a mapping of options gives for the size of a pool."""
    if not isinstance(options, Mapping):
        return []
    return [
        item
        for key, item in zip(options.keys, options.values, strict=False)
        if isinstance(key, Const) and key.value in _SIZES
    ]


def _migrates(name: str) -> bool:
    """Whether a function of the tree is called as one that moves the schema, or runs a class that is called so."""
    owner, _, last = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.rpartition(":")[2]).rpartition(".")
    runs = last in ("run", "apply", "check", "execute", "start") and _MIGRATOR.search(owner) is not None
    return runs or _OWN_MIGRATING.fullmatch((last or owner).lower()) is not None


_MIGRATOR = re.compile(r"(Migrat(ion|or)\w*|Upgrader|Schema_?Upgrade\w*|Database_?Upgrade\w*)(\(\))?$")


def _leaves(value: Value | None, depth: int = 0) -> Iterator[Value]:
    """The members of lists and dicts, and of those inside them."""
    inside = value.items if isinstance(value, Items) else value.values if isinstance(value, Mapping) else ()
    for item in inside if depth < 4 else ():
        yield from _leaves(item, depth + 1)
    if isinstance(value, Const | Format):
        yield value


def _says(value: Value | None, meaning: re.Pattern[str]) -> bool:
    """Whether a text, or the beginning of one that is put together, is a statement of this meaning."""
    parts = value.parts if isinstance(value, Format) else (value,)
    if not parts or not (isinstance(parts[0], Const) and isinstance(parts[0].value, str)):
        return False
    return meaning.match("".join(str(part.value) if isinstance(part, Const) else "x" for part in parts)) is not None


def _is_default_age(name: str, value: Value) -> bool:
    """Whether Django is told what it does anyway: a connection for each request."""
    return name == "CONN_MAX_AGE" and isinstance(value, Const) and value.value == 0


def _keys(value: Value, depth: int = 0) -> Iterator[str]:
    if depth < 4 and isinstance(value, Mapping):
        for key, item in zip(value.keys, value.values, strict=False):
            if isinstance(key, Const) and isinstance(key.value, str) and not _is_default_age(key.value, item):
                yield key.value
            yield from _keys(item, depth + 1)
