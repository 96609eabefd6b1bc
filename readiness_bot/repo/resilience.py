"""What keeps the service going when a dependency fails.

Retries, breakers, and the network dependencies they are for.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from readiness_bot.facts.python_facts import IN_FOR_HEADER, IN_HANDLER, IN_LOOP, IN_TRY, Call, Definition
from readiness_bot.facts.values import Const, Invoke, Mapping, Name, Value
from readiness_bot.model import Evidence, Location
from readiness_bot.repo.expressions import names_in
from readiness_bot.repo.modules import CallSite, DefinitionSite, Module
from readiness_bot.repo.outbound import Outbound, OutboundCall
from readiness_bot.repo.python import Python
from readiness_bot.repo.services import Services
from readiness_bot.repo.switched import Switched
from readiness_bot.repo.wiring import Wiring


@dataclass(frozen=True, slots=True)
class Mechanism:
    """A retry or a breaker, and whether code that runs goes through it.

    `covers_clients` says that it is an option of a client or adapter, and so covers whatever goes through that.
    """

    detail: str
    location: Location
    is_used: bool
    covers_clients: bool = False
    behind: tuple[str, ...] = ()
    """The functions that are entered through it, where it does not stand in one itself."""
    is_never_taken_up: bool = False
    """Whether it is made for a function, and nothing calls what was made."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """A function that leaves the process itself or through what it calls, and what stands by it when that fails."""

    function: DefinitionSite
    retried_by: tuple[str, ...]
    broken_by: tuple[str, ...]
    """The breakers that stand before it."""
    is_covered: bool
    """Whether something around it, or the client that it goes through, tries again."""
    is_seen: bool = True
    """Whether it is seen to leave, or only to be tried again or broken off."""
    is_direct: bool = False
    """Whether a call of its own leaves, and not only what it calls."""
    through: tuple[str, ...] = ()
    """The functions of the tree that it calls and that are tried again, or try something again themselves."""


_RETRY_DECORATORS = re.compile(
    r"^(tenacity|stamina|backoff|retrying|retry|retry2|retry_requests|opnieuw|riprova|"
    r"tenacity\.asyncio|redo)\b.*\b(retry|on_exception|on_predicate|retrying|retriable|"
    r"retry_call)$"
    r"|^google\.api_core\.(retry|retry_async)\.|^celery\.utils\.functional\.retry_over_time$|"
    r"^aiohttp_retry\.|^httpx_retries\.|^ratelimit\.sleep_and_retry$"
)
_RETRY_OBJECTS = frozenset(
    {
        "tenacity.Retrying",
        "tenacity.AsyncRetrying",
        "stamina.retry_context",
        "stamina.RetryingCaller",
        "urllib3.Retry",
        "urllib3.util.Retry",
        "urllib3.util.retry.Retry",
        "requests.packages.urllib3.util.retry.Retry",
        "aiohttp_retry.RetryClient",
        "httpx_retries.RetryTransport",
        "httpx.HTTPTransport",
        "httpx.AsyncHTTPTransport",
        "redis.retry.Retry",
        "redis.asyncio.retry.Retry",
        "botocore.config.Config",
        "google.api_core.retry.Retry",
        "backoff.on_exception",
        "tenacity.retry_call",
        "retry.api.retry_call",
        "retrying.Retrying",
        "azure.core.pipeline.policies.RetryPolicy",
        "grpc_interceptor_retry",
        "openai.OpenAI",
        "openai.AsyncOpenAI",
        "requests.adapters.HTTPAdapter",
    }
)
_RETRY_NAME = re.compile(
    r"(^|_)(retry|retries|retrying|with_backoff|backoff|keep_trying|try_again|max_attempts)(_|$)|Retry|Retries",
    re.IGNORECASE,
)
_DELAY = re.compile(
    r"(^|[:_])(backoff_(interval|delay|time|seconds)|(get|compute|calculate|next|exponential)_backoff)$"
)
"""Functions that tell how long to wait before the next attempt."""
_ATTEMPT_NAME = re.compile(r"(retry|retries|attempt|(?<![a-z])tries|backoff)", re.IGNORECASE)
_BY_ITSELF = "tries again by default"
_RETRY_BY_THEMSELVES = (
    "boto3.",
    "aioboto3.",
    "aiobotocore.",
    "botocore.session.",
    "openai.OpenAI()",
    "openai.AsyncOpenAI()",
    "openai.AzureOpenAI()",
    "openai.AsyncAzureOpenAI()",
    "anthropic.Anthropic()",
    "anthropic.AsyncAnthropic()",
    "google.cloud.",
    "azure.storage.",
    "azure.identity.",
    "minio.Minio()",
    "github.Github()",
)
"""Clients that try again with backoff unless they are told not to."""
_COUNT_NAME = re.compile(r"(^|[:._?])(retry|retries|attempts?|tries|n_?(retries|tries|attempts))(_count|_no|_num)?$")
_BREAKERS = frozenset(
    {
        "pybreaker.CircuitBreaker",
        "aiobreaker.CircuitBreaker",
        "circuitbreaker.circuit",
        "circuitbreaker.CircuitBreaker",
        "purgatory.AsyncCircuitBreakerFactory",
        "purgatory.SyncCircuitBreakerFactory",
        "lasier.circuit_breaker.sync.circuit_breaker",
        "fastapi_cb.CircuitBreaker",
        "pyresilience.CircuitBreaker",
        "hyx.circuitbreaker.consecutive_breaker",
        "tenacity_circuit_breaker.CircuitBreaker",
    }
)
_BREAKER_CLASS = re.compile(
    r"Circuit_?Breaker$|CircuitBreaker(Policy|Transport|Client|Middleware)?$|(^|[.:])Breaker(s|Board|Registry|Manager)?$",
    re.IGNORECASE,
)


def _makes_breaker(name: str) -> bool:
    """Whether a call of this resolved name makes a circuit breaker, of a library or of the tree's own."""
    return name in _BREAKERS or (":" in name and _BREAKER_CLASS.search(name.rpartition(":")[2]) is not None)


_STORES = (
    "sqlalchemy",
    "psycopg",
    "psycopg2",
    "asyncpg",
    "pymongo",
    "motor",
    "redis",
    "mysql",
    "pymysql",
    "MySQLdb",
    "aiomysql",
    "django.db",
    "peewee",
    "tortoise",
    "elasticsearch",
    "kafka",
    "aiokafka",
    "confluent_kafka",
    "pika",
    "aio_pika",
    "cassandra",
    "memcache",
    "pymemcache",
    "influxdb",
    "clickhouse_driver",
    "neo4j",
    "mongoengine",
    "beanie",
    "sqlmodel",
    "quart_db",
    "flask_sqlalchemy",
    "celery",
    "dramatiq",
    "huey",
    "arq",
    "taskiq",
    "kombu",
    "rq",
    "nats",
    "opensearchpy",
    "aioredis",
    "couchdb",
)


_PATIENT = frozenset(
    {"pymongo", "motor", "mongoengine", "beanie", "elasticsearch", "opensearchpy", "kafka", "aiokafka",
     "confluent_kafka", "cassandra", "neo4j", "nats"}
)  # fmt: skip
"""Stores whose clients repeat what failed for a moment by default: MongoDB's retryable reads and writes, and such."""
_CONNECTING = tuple(f"{package}." for package in _STORES if "sqlalchemy" not in package and "django" not in package)
"""What the names of calls to stores and brokers begin with, where a call is a step over the network by itself."""


_RECONNECTING = "twisted.internet.protocol.ReconnectingClientFactory"

_HOPS = 3
"""How far above a call over the network the function may stand that is tried again, or that a breaker stands before."""


_HOW_OFTEN = re.compile(
    r"_*((max|num|n|number_of|total)_)?(retry|retries|tries|try|attempts)(_(count|limit|times|left|number|max))?_?"
)
"""What is called so tells how often something is tried, or tried again."""


def _is_of_attempts(name: str, last: str) -> bool:
    return _HOW_OFTEN.fullmatch(name) is not None or (name == "total" and last == "Retry")


class Resilience:
    """Questions about what the service does when the network fails it."""

    LOOKS = "retry and breaker libraries"

    def __init__(
        self, python: Python, wiring: Wiring, services: Services, outbound: Outbound, switched: Switched
    ) -> None:
        self._python = python
        self._wiring = wiring
        self._services = services
        self._outbound = outbound
        self._switched = switched

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    def attempts_told(self) -> Iterator[tuple[Location, str, int]]:
        """How often something is tried where nobody says otherwise: where, by which name, and the number.

        Defaults of parameters, and what calls are told by name, as far as these are numbers.
        """
        for function in self._python.functions:
            for one in function.definition.parameters:
                number = one.default.value if isinstance(one.default, Const) else None
                if _HOW_OFTEN.fullmatch(one.name) and isinstance(number, int) and not isinstance(number, bool):
                    yield function.location, one.name, number
        for site in self._python.all_calls:
            told = ((name, value) for name, value in site.call.keywords if _is_of_attempts(name, site.last))
            if site.last == "stop_after_attempt":
                told = (("max_attempts", value) for value in site.call.handed[:1])
            for name, value in told:
                number = self._switched.default(value, site.module).value
                if isinstance(number, int) and not isinstance(number, bool):
                    yield site.location, name, number

    @cached_property
    def network_dependencies(self) -> tuple[Evidence, ...]:
        """Where the service depends on a network: outbound calls, and the clients of its own stores and brokers."""
        calls = tuple(
            Evidence(call.site.module.path, call.site.call.line, f"calls `{call.site.last}`")
            for call in self._outbound.of_service[:3]
        )
        return (*calls, *self.stores)

    @cached_property
    def patient_stores(self) -> tuple[Evidence, ...]:
        """The stores and brokers whose clients try again by themselves, unless they are told not to."""
        return tuple(one for one in self.stores if one.detail.removeprefix("uses ") in _PATIENT)

    @cached_property
    def stores(self) -> tuple[Evidence, ...]:
        """Where the clients of stores and brokers are imported, one place for each."""
        found = []
        for package in _STORES:
            for module, item in self._python.imports(package):
                if module.area.value == "production":
                    found.append(Evidence(module.path, item.line, f"uses {package}"))
                    break
        return tuple(found)

    # -- retries ---------------------------------------------------------------------------------------------------

    @cached_property
    def means_of_retrying(self) -> frozenset[str]:
        """The retry mechanisms of production code in words."""
        return frozenset(item.detail for item in self.retries if not item.is_never_taken_up)

    @cached_property
    def retries(self) -> tuple[Mechanism, ...]:
        """Every retry mechanism of production code, the used ones first."""
        found = [
            *self._by_decorator(),
            *self._by_wrapping(),
            *self._by_object(),
            *self._by_queue(),
            *self._by_loop(),
            *self._by_counting(),
            *self._by_rounds(),
            *self._by_putting_off(),
            *self._by_option(),
            *self._by_default(),
            *self._by_reconnecting(),
        ]
        return tuple(sorted(found, key=lambda item: (not item.is_used, item.location)))

    # -- functions that leave the process --------------------------------------------------------------------------

    @cached_property
    def leaving(self) -> tuple[Leaving, ...]:
        """The functions that leave the process or are called by none but to do so, and those that are tried again."""
        # What the maker of a client does by itself nobody put there, and no change takes it away.
        retried = self._at(
            item
            for item in self.retries
            if not item.covers_clients and not item.detail.endswith(_BY_ITSELF) and not item.is_never_taken_up
        )
        broken = self._at(self.breakers)
        covered = {call.site.function_name for call in self._outbound.calls if self._is_retried(call)}
        direct = {call.site.function_name for call in self._outbound.calls}
        direct |= {site.function_name for site in self._python.all_calls if site.name.startswith(_CONNECTING)}
        reached, last = set(direct), set(direct)
        for _ in range(_HOPS):
            last = {caller.function_name for name in last for caller in self._python.callers.get(name, ())} - reached
            reached |= last
        through = self._through(retried)
        found = (self._python.definition_named(name) for name in sorted({*reached, *retried, *broken} - {""}))
        return tuple(
            Leaving(
                site,
                retried.get(name, ()),
                broken.get(name, ()),
                name in covered,
                name in reached,
                name in direct,
                through.get(name, ()),
            )
            for site in found
            if site is not None and (name := site.name)
        )

    def _through(self, retried: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """By the function that calls them: the functions of the tree that are tried again."""
        found: dict[str, set[str]] = defaultdict(set)
        for name in retried:
            for caller in self._python.callers.get(name, ()):
                found[caller.function_name].add(name)
        return {caller: tuple(sorted(names)) for caller, names in found.items()}

    @cached_property
    def clients(self) -> dict[str, tuple[str, ...]]:
        """By the function that makes a client which tries again by itself: what it is told to do so by."""
        made = self._at(item for item in self.retries if item.covers_clients and item.is_used)
        return {name: details for name, details in made.items() if name}

    @staticmethod
    def _at(mechanisms: Iterable[Mechanism]) -> dict[str, tuple[str, ...]]:
        """The details of mechanisms by the function that they stand in or on."""
        found: dict[str, tuple[str, ...]] = {}
        for item in mechanisms:
            place = f"{item.location.path}:{item.location.symbol}" if item.location.symbol else ""
            for name in item.behind or (place,):
                found[name] = (*found.get(name, ()), item.detail)
        return found

    def _by_decorator(self) -> Iterator[Mechanism]:
        for site in self._python.functions:
            for decorator in site.definition.decorators:
                name = self._resolved(decorator, site.module)
                made = decorator.call if isinstance(decorator, Invoke) else -1
                if made >= 0 and self._tries_once(site.module.facts.calls[made], site.module):
                    continue
                if _RETRY_DECORATORS.search(name) or self._is_own_retry(decorator, site.module):
                    detail = f"`@{_short(name)}` on `{site.definition.name}`"
                    yield Mechanism(detail, site.location, self._is_used(site))

    def _tries_once(self, call: Call, module: Module) -> bool:
        """Whether what tries again is told, where nobody says otherwise, to make one attempt, which is the first."""
        counts = [value for name, value in call.keywords if name in _ATTEMPTS]
        for value in call.handed:
            if isinstance(value, Invoke) and value.call >= 0 and value.name.endswith("stop_after_attempt"):
                counts += module.facts.calls[value.call].args[:1]
        return any(str(self._switched.default(one, module).value) == "1" for one in counts)

    def _by_wrapping(self) -> Iterator[Mechanism]:
        """Decorators that are called on a function where it is used: `again = retry(attempts=3)(self.save)`."""
        for site in self._python.all_calls:
            call = site.call
            handed = call.args[0] if len(call.args) == 1 and not call.keywords else None
            if not isinstance(handed, Name) or not _RETRY_NAME.search(call.name):
                continue
            decorator = Name(site.call.name.removesuffix("()"))
            name = self._resolved(decorator, site.module)
            if _RETRY_DECORATORS.search(name) or self._is_own_retry(decorator, site.module):
                wrapped = self._python.definition(handed.name, site.module)
                if wrapped is not None:
                    detail = f"`{_short(name)}` around `{wrapped.definition.name}`"
                    is_taken_up = self._is_taken_up(site)
                    is_used = self._call_is_reached(site) and is_taken_up
                    yield Mechanism(detail, wrapped.location, is_used, is_never_taken_up=not is_taken_up)

    def _is_taken_up(self, made: CallSite) -> bool:
        """Whether code calls what is kept under a name of an object, or hands it on; other names are not looked for."""
        facts = made.module.facts
        kept = (
            item.target
            for item in facts.assignments
            if isinstance(item.value, Invoke) and item.value.call >= 0 and facts.calls[item.value.call] is made.call
        )
        owner, _, last = next(kept, "").rpartition(".")
        if not owner:
            return True
        others = (site for site in self._python.functions if site.name != made.function_name)
        named = (ref for site in others for ref in site.definition.refs)
        called = (site.call.via or site.name for site in self._python.all_calls)
        return any(ref.endswith(f".{last}") for ref in (*called, *named))

    @cached_property
    def retried_share(self) -> float:
        """The share of outbound calls that some used retry covers.

        Without outbound calls it is 1 if a store's own client retries, else 0.

        A call is covered where its function is retried, where each caller of that function is, where it goes through a
        client that retries, or where it stands in a job that its queue brings back. The one call of a client of the
        service's own is covered by the share of those who call the client.
        """
        calls = self._outbound.of_service
        if not calls:
            return 1.0 if any(item.covers_clients for item in self.retries if item.is_used) else 0.0
        return sum(1.0 if self._is_retried(call) else self._share_of_callers(call) for call in calls) / len(calls)

    def _share_of_callers(self, call: OutboundCall) -> float:
        """The share of the functions that call the client a call stands in, by however many of its methods, that retry.

        A function that only hands on, as `get` to `_request`, stands for those that call it.
        """
        enclosing = [item for item in call.site.module.enclosing(call.site.call.scope) if item.kind == "function"]
        if not enclosing or "." not in enclosing[-1].qualname:
            return 0.0
        owner = f"{call.site.module.path}:{enclosing[-1].qualname.rpartition('.')[0]}."
        inside, callers = {call.site.function_name}, set[str]()
        for _ in range(_HOPS):
            found = {caller.function_name for name in inside for caller in self._python.callers.get(name, ())}
            inner = {name for name in found if name.startswith(owner)} - inside
            callers |= {name for name in found if name and not name.startswith(owner)}
            if not inner:
                break
            inside |= inner
        return len(callers & self._retried_functions) / len(callers) if callers else 0.0

    @cached_property
    def _retried_functions(self) -> frozenset[str]:
        return frozenset(f"{item.location.path}:{item.location.symbol}" for item in self.retries if item.is_used)

    def _is_retried(self, call: OutboundCall) -> bool:
        site = call.site
        path = site.module.path
        if site.name.startswith(_RETRY_BY_THEMSELVES) and not self._is_told_not_to(site):
            return True
        around = [f"{path}:{definition.qualname}" for definition in site.module.enclosing(site.call.scope)]
        if not self._retried_functions.isdisjoint(around):
            return True
        if any(item.covers_clients and item.location.path == path for item in self.retries if item.is_used):
            return True
        if any(
            self._python.identify(manager.removesuffix("()"), site.module) in self._gives_retrying_clients
            for manager in site.call.within
        ):
            return True
        if self._mounts_retries and call.transport == "requests" and self._outbound.is_kept(call):
            return True
        for name in around:
            callers = self._python.callers.get(name, ())
            if callers and all(
                not self._retried_functions.isdisjoint(
                    f"{caller.module.path}:{definition.qualname}"
                    for definition in caller.module.enclosing(caller.call.scope)
                )
                for caller in callers
            ):
                return True
        return False

    @cached_property
    def _gives_retrying_clients(self) -> frozenset[str]:
        """The functions in which a used client that retries is made: what is called within them goes through it."""
        return frozenset(
            f"{item.location.path}:{item.location.symbol}"
            for item in self.retries
            if item.covers_clients and item.is_used and item.location.symbol
        )

    @cached_property
    def _mounts_retries(self) -> bool:
        """Whether the tree's kept sessions get an adapter that retries."""
        return any(item.covers_clients and "Adapter" in item.detail for item in self.retries if item.is_used)

    def _is_used(self, site: DefinitionSite) -> bool:
        """Whether running code names the function; the retry decorator itself registers nothing."""
        if not self._wiring.runs(site.module):
            return False
        if self._wiring.users(site.name):
            return True
        others = [
            name
            for decorator in site.definition.decorators
            if not _RETRY_DECORATORS.search(name := self._resolved(decorator, site.module))
        ]
        owner = site.module.definition(site.definition.parent)
        return any(
            "." in name and not name.endswith(("property", "staticmethod", "classmethod", "wraps")) for name in others
        ) or (
            owner is not None
            and owner.kind == "class"
            and bool(self._python.external_bases(DefinitionSite(site.module, site.definition.parent, owner)))
        )

    def _resolved(self, value: Value, module: Module) -> str:
        if isinstance(value, Invoke):
            call = module.facts.calls[value.call] if value.call >= 0 else None
            return self._python.mean(call.name if call is not None else value.name, module)
        if isinstance(value, Name):
            return self._python.mean(value.meaning or value.name, module)
        return ""

    def _is_own_retry(self, value: Value, module: Module) -> bool:
        """Whether a decorator is one of the tree's own that retries: named for it, with a loop or a library inside.

        One that gives what a library's decorator is may have any name.
        """
        name = value.name if isinstance(value, Name | Invoke) else ""
        found = self._python.definition(name, module)
        if found is None:
            return False
        named = _RETRY_NAME.search(name.rpartition(".")[2].rpartition(":")[2]) is not None
        return (named and self._retries_inside(found)) or self._gives_retry(found)

    def _gives_retry(self, site: DefinitionSite) -> bool:
        """Whether a function makes a library's decorator that tries again, and gives it to whoever asks."""
        facts = site.module.facts
        given = (one.value for one in facts.returns if one.scope == site.index)
        made = (facts.calls[value.call] for value in given if isinstance(value, Invoke) and value.call >= 0)
        return any(
            _RETRY_DECORATORS.search(self._python.mean(call.name, site.module)) is not None
            and not self._tries_once(call, site.module)
            for call in made
        )

    def _retries_inside(self, site: DefinitionSite) -> bool:
        first, last = site.definition.line, site.definition.end_line
        facts = site.module.facts
        within = [call for call in facts.calls if first <= call.line <= last]
        if any(
            self._python.mean(call.name, site.module).startswith(("tenacity.", "backoff.", "stamina."))
            for call in within
        ):
            return True
        return any(call.context & IN_LOOP for call in within) and any(
            first <= handler.line <= last for handler in facts.handlers
        )

    def _by_object(self) -> Iterator[Mechanism]:
        for site in self._python.calls(*sorted(_RETRY_OBJECTS)):
            if site.last == "HTTPAdapter" and not self._adapts(site):
                continue
            if site.last in ("HTTPTransport", "AsyncHTTPTransport") and not site.call.has("retries"):
                continue
            if (site.last == "Retry" and _never_retries(site)) or self._tries_once(site.call, site.module):
                continue
            if site.name == "botocore.config.Config" and not site.call.has("retries"):
                continue
            if site.last in ("OpenAI", "AsyncOpenAI") and not _retries_something(site.call.keyword("max_retries")):
                continue
            yield Mechanism(
                f"`{_short(site.name)}`",
                site.location,
                self._call_is_reached(site) and not _is_left_lying(site),
                covers_clients=site.last not in ("retry_context", "Retrying", "AsyncRetrying"),
            )

    def _adapts(self, site: CallSite) -> bool:
        """Whether an adapter is told to try again, be it by a policy that is made in its call."""
        value = site.call.keyword("max_retries")
        calls = [site.module.facts.calls[value.call]] if isinstance(value, Invoke) and value.call >= 0 else []
        if isinstance(value, Name):
            calls = [call for call in site.beside if call.result == value.name]
        made = [self._python.call_site(site.module, call) for call in calls]
        return _retries_something(value) and not any(one.last == "Retry" and _never_retries(one) for one in made)

    def _by_reconnecting(self) -> Iterator[Mechanism]:
        """Twisted's clients that connect anew, later each time: factories by their base, services by being made."""
        for site in self._python.classes:
            if self._python.descends_from(site, _RECONNECTING):
                detail = f"`{site.definition.name}` reconnects"
                yield Mechanism(detail, site.location, self._is_used(site), covers_clients=True)
        for made in self._python.calls("twisted.application.internet.ClientService"):
            yield Mechanism("`ClientService`", made.location, self._call_is_reached(made), covers_clients=True)

    def _call_is_reached(self, site: CallSite) -> bool:
        function = site.function
        if not self._wiring.runs(site.module):
            return False
        if function is None:
            return True
        index = next(index for index, item in enumerate(site.module.facts.definitions) if item is function)
        return self._wiring.is_used(DefinitionSite(site.module, index, function))

    def _by_queue(self) -> Iterator[Mechanism]:
        for task in self._services.tasks:
            names = {
                name
                for name, value in task.keywords
                if not (isinstance(value, Const) and value.value in (None, 0, False))
            }
            if names & {"autoretry_for", "max_retries", "retry_backoff", "retries", "max_attempts", "retry"} or (
                task.queue == "dramatiq"
            ):
                if (
                    task.queue == "celery"
                    and not names & {"autoretry_for", "retry_backoff"}
                    and not self._retries_itself(task.definition)
                ):
                    continue
                detail = (
                    f"{task.queue} task `{task.name}` with retries"
                    if task.queue != "dramatiq"
                    else f"dramatiq actor `{task.name}` (retried by default)"
                )
                yield Mechanism(detail, task.definition.location, self._wiring.runs(task.definition.module))
        celery = {task.definition.module.path for task in self._services.tasks if task.queue == "celery"}
        for site in self._python.calls_of("retry"):
            around = site.function
            if site.module.path in celery and around is not None and not self._is_task(site.module, around):
                detail = f"`{(site.call.via or site.call.name).lstrip('?')}` in `{around.name}`"
                yield Mechanism(detail, site.location, self._call_is_reached(site))
        for name in ("rq.Retry", "rq.job.Retry"):
            for site in self._python.calls(name):
                yield Mechanism("`rq.Retry`", site.location, self._call_is_reached(site))

    def _is_task(self, module: Module, definition: Definition) -> bool:
        return any(
            task.definition.module is module and task.definition.definition is definition
            for task in self._services.tasks
        )

    def _retries_itself(self, site: DefinitionSite) -> bool:
        first, last = site.definition.line, site.definition.end_line
        return any(call.last == "retry" and first <= call.line <= last for call in site.module.facts.calls)

    def _by_loop(self) -> Iterator[Mechanism]:
        """Own loops: a call over the network in a `try` in a loop that counts attempts or sleeps between them."""
        for site in self._python.all_calls:
            # A sleep that is passed in, for tests to leave out, still waits between the attempts.
            called = (site.call.via or site.call.name).rpartition(".")[2].rpartition(":")[2].lstrip("?_")
            if called != "sleep" and not called.endswith("_sleep"):
                continue
            function = site.function
            if function is None or not site.call.context & IN_LOOP:
                continue
            facts = site.module.facts
            first, last = function.line, function.end_line
            counts = any(
                _ATTEMPT_NAME.search(name)
                for name in [
                    *(parameter.name for parameter in function.parameters),
                    *(item.target for item in facts.assignments if first <= item.line <= last),
                    *function.refs,
                    function.name,
                ]
            ) or any(
                call.last in ("range", "count")
                and call.context & IN_FOR_HEADER
                and first <= call.line <= site.call.line
                and (
                    site.call.context & IN_HANDLER
                    or any(call.line < handler.line <= site.call.line for handler in facts.handlers)
                )
                for call in facts.calls
            )
            caught = site.call.context & IN_HANDLER or any(
                not handler.raises or {"continue", "if"} & set(handler.steps)
                for handler in facts.handlers
                if first <= handler.line <= last
            )
            if counts and caught:
                index = next(index for index, item in enumerate(facts.definitions) if item is function)
                yield Mechanism(
                    f"a retry loop in `{function.name}`",
                    site.location,
                    self._loop_is_used(DefinitionSite(site.module, index, function)),
                )

    def _by_counting(self) -> Iterator[Mechanism]:
        """Own loops that count their attempts at a call and do not wait between them."""
        for module in self._python.production:
            facts = module.facts
            for handler in facts.handlers if any(_COUNT_NAME.search(item.target) for item in facts.assignments) else ():
                if handler.scope < 0 or "break" in handler.steps[-1:]:
                    continue
                function, calls = facts.definitions[handler.scope], module.calls_in(handler.scope)
                attempted = any(
                    call.context & IN_LOOP and call.context & IN_TRY and call.attempt == handler.attempt
                    for call in calls
                )
                counted = any(
                    item.scope == handler.scope and item.context & IN_LOOP and _COUNT_NAME.search(item.target)
                    for item in facts.assignments
                )
                waits = any(call.last == "sleep" for call in calls)
                if attempted and counted and not waits:
                    site = DefinitionSite(module, handler.scope, function)
                    yield Mechanism(
                        f"a loop in `{function.name}` that counts attempts and does not wait",
                        site.location,
                        self._loop_is_used(site),
                    )

    def _by_putting_off(self) -> Iterator[Mechanism]:
        """Where what failed is put off by a delay that grows with its attempts, for something else to take it up."""
        for site in self._python.calls_named(lambda name: _DELAY.search(name.rpartition(".")[2]) is not None):
            if not site.call.context & IN_LOOP and site.call.scope >= 0:
                yield Mechanism(f"a delay by `{site.last}`", site.location, self._call_is_reached(site))

    def _by_rounds(self) -> Iterator[Mechanism]:
        """Own loops that go at a call over the network a number of times until it succeeds, the first of each function.

        Those that are known by how they count or wait are left to the other questions.
        """
        told = {item.location for item in (*self._by_loop(), *self._by_counting())}
        known = {(place.path, place.symbol) for place in told}
        for module in self._python.production:
            facts = module.facts
            for number, attempt in enumerate(facts.attempts):
                if not attempt.until_done or attempt.scope < 0:
                    continue
                function = DefinitionSite(module, attempt.scope, facts.definitions[attempt.scope])
                place = (module.path, function.location.symbol)
                goes_on = any(handler.attempt == number and _may_go_on(handler.steps) for handler in facts.handlers)
                if place not in known and goes_on and self._leaves_in(number, function):
                    known.add(place)
                    yield Mechanism(
                        f"a loop in `{function.definition.name}` that tries again",
                        function.location,
                        self._loop_is_used(function),
                    )

    def _leaves_in(self, attempt: int, function: DefinitionSite) -> bool:
        """Whether what a `try` of a function holds leaves the process, itself or by a function of the tree."""
        return any(
            (function.module.path, call.line) in self._leaving_at
            or ((target := self._python.target(call, function.module)) is not None and target.name in self._leaving_by)
            for call in function.calls
            if call.attempt == attempt
        )

    @cached_property
    def _leaving_at(self) -> frozenset[tuple[str, int]]:
        return frozenset((call.site.module.path, call.site.call.line) for call in self._outbound.calls)

    @cached_property
    def _leaving_by(self) -> frozenset[str]:
        """The functions that leave the process themselves."""
        return frozenset(call.site.function_name for call in self._outbound.calls)

    def _loop_is_used(self, site: DefinitionSite) -> bool:
        """Whether something goes through a loop: running code, or a function that is as little known to run as it is.

        What plugins do is told of their calls as well, though nothing is seen to load them.
        """
        name = f"{site.module.path}:{site.definition.qualname}"
        return self._wiring.is_used(site) or bool(self._python.callers.get(name))

    def _by_option(self) -> Iterator[Mechanism]:
        """Options by which a client or a broker connection retries on its own."""
        for site in self._python.all_calls:
            for name, value in site.call.keywords:
                if (
                    name
                    in (
                        "retry_on_timeout",
                        "retry_on_error",
                        "retry_writes",
                        "max_retries",
                        "broker_connection_retry",
                    )
                    and _retries_something(value)
                    and site.name.startswith(
                        (
                            "redis.",
                            "elasticsearch",
                            "opensearchpy",
                            "kombu",
                            "pymongo",
                            "celery",
                            "azure",
                            "google",
                            "boto3",
                            "slack_sdk",
                            "openai",
                            "anthropic",
                        )
                    )
                ):
                    yield Mechanism(
                        f"`{name}` of `{_short(site.name)}`",
                        site.location,
                        self._call_is_reached(site),
                        covers_clients=True,
                    )

    def _by_default(self) -> Iterator[Mechanism]:
        """Clients whose maker lets them try again; the first call of each that does."""
        shown = set()
        for call in self._outbound.of_service:
            package = next((name for name in _RETRY_BY_THEMSELVES if call.site.name.startswith(name)), "")
            if package and package not in shown and not self._is_told_not_to(call.site):
                shown.add(package)
                detail = f"`{package.rstrip('.')}` {_BY_ITSELF}"
                yield Mechanism(detail, call.site.location, is_used=True)

    def _is_told_not_to(self, site: CallSite) -> bool:
        client = site.name.partition("()")[0]
        return any(client.startswith(name) for name in self._told_not_to)

    @cached_property
    def _told_not_to(self) -> frozenset[str]:
        """The makers of clients that are given no further attempt somewhere."""
        return frozenset(
            site.name
            for site in self._python.calls_of("OpenAI", "AsyncOpenAI", "AzureOpenAI", "Anthropic", "AsyncAnthropic")
            if isinstance(value := site.call.keyword("max_retries"), Const) and value.value == 0
        )

    # -- breakers --------------------------------------------------------------------------------------------------

    @cached_property
    def breakers(self) -> tuple[Mechanism, ...]:
        """Every circuit breaker of production code, the used ones first."""
        found = [*self._breaker_objects(), *self._breaker_classes()]
        return tuple(sorted(found, key=lambda item: (not item.is_used, item.location)))

    def _breaker_objects(self) -> Iterator[Mechanism]:
        for site in self._python.calls_named(_makes_breaker):
            behind = tuple(self._behind(site))
            yield Mechanism(f"`{_short(site.name)}`", site.location, self._breaker_is_used(site), behind=behind)

    def _behind(self, site: CallSite) -> Iterator[str]:
        """The functions that a breaker is put before as a decorator, where it is made or by its name."""
        facts = site.module.facts
        if site.call.decorates >= 0:
            yield f"{site.module.path}:{facts.definitions[site.call.decorates].qualname}"
        elif site.call.result:
            for definition in facts.definitions:
                if any(isinstance(one, Name) and one.name == site.call.result for one in definition.decorators):
                    yield f"{site.module.path}:{definition.qualname}"

    def _breaker_is_used(self, site: CallSite) -> bool:
        if not self._wiring.runs(site.module):
            return False
        if site.call.decorates >= 0 or site.call.parent >= 0:
            target = site.call.decorates
            if target < 0:
                return True
            return self._is_used(DefinitionSite(site.module, target, site.module.facts.definitions[target]))
        result = site.call.result
        if not result:
            return False
        identity = self._python.identify(result, site.module) if not result.startswith("?") else result
        return any(
            self._names_breaker(module, identity)
            for module in self._python.production
            if self._wiring.runs(module) and (module is site.module or not result.startswith("?"))
        )

    def _names_breaker(self, module: Module, identity: str) -> bool:
        """Whether a module calls a method of the object, decorates with it, or enters it."""
        facts = module.facts
        if any(
            owner and self._python.identify(owner, module) == identity
            for owner in (call.called_on for call in facts.calls)
        ):
            return True
        decorators = [
            item.name for one in facts.definitions for item in one.decorators if isinstance(item, Name | Invoke)
        ]
        managers = [manager for call in facts.calls for manager in call.within]
        return any(
            name and self._python.identify(name, module).startswith(identity) for name in (*decorators, *managers)
        )

    def _breaker_classes(self) -> Iterator[Mechanism]:
        made = {site.name for site in self._python.all_calls}
        for site in self._python.classes:
            if _BREAKER_CLASS.search(site.definition.name):
                if site.name not in made:
                    yield Mechanism(f"class `{site.definition.name}`", site.location, False)
            elif (counting := _counts_like_breaker(site)) is not None:
                used = any(
                    self._wiring.runs(call.module)
                    and call.module.symbol(call.call.scope).partition(".")[0] != site.definition.name
                    for call in self._python.calls_of(counting)
                )
                yield Mechanism(f"class `{site.definition.name}`, which counts failures and opens", site.location, used)


_COUNTS_FAILURES = re.compile(r"(record|mark|on|note|count|report|register)_(failure|error)s?$")
_COUNTS_SUCCESSES = re.compile(r"(record|mark|on|note|count|report|register)_success(es)?$")
_ASKS_WHETHER_OPEN = re.compile(
    r"(is_(open|closed|tripped|available)|allows?(_requests?|_calls?)?|can_(call|execute|attempt|request|proceed|try)|state)$"
)


def _counts_like_breaker(site: DefinitionSite) -> str | None:
    """How a class that is told of failures and of successes, and asked whether to call, is told of failures."""
    names = [method.definition.name for method in site.methods]
    counting = next(filter(_COUNTS_FAILURES.match, names), None)
    rest = any(map(_COUNTS_SUCCESSES.match, names)) and any(map(_ASKS_WHETHER_OPEN.match, names))
    return counting if rest else None


def _never_retries(site: CallSite) -> bool:
    """Whether a count of none is given: redis takes it second, urllib3 first or as `total`."""
    position = 1 if site.name.startswith("redis.") else 0
    count = site.call.argument(position, "retries" if position else "total")
    return isinstance(count, Const) and count.value in (0, False)


_ATTEMPTS = frozenset({"max_tries", "tries", "attempts", "max_attempts", "stop_max_attempt_number"})
"""How decorators are told how many attempts are made, the first included."""


def _is_left_lying(site: CallSite) -> bool:
    """Whether what a call makes is kept under a name of the function or module that nothing reads."""
    result = site.call.result
    if not result or "." in result or site.call.parent >= 0:
        return False
    facts = site.module.facts
    values = [value for call in facts.calls for value in call.handed]
    values += [item.value for item in facts.returns]
    values += [item.value for item in facts.assignments]
    named = (name for value in values for name in names_in(value, facts.calls))
    return (
        result[:1] == "?"
        and not any(name == result or name.startswith(f"{result}.") for name in named)
        and not any(call.called_on == result for call in facts.calls)
    )


def _retries_something(value: Value | None) -> bool:
    if value is None:
        return False
    if isinstance(value, Const):
        return bool(value.value)
    return not (isinstance(value, Mapping) and not value.keys)


def _short(name: str) -> str:
    return name.rpartition(":")[2]


def _may_go_on(steps: tuple[str, ...]) -> bool:
    """Whether a loop may go round again once a handler of these steps has run."""
    return not steps or "if" in steps or (steps[-1] not in ("raise", "break") and not steps[-1].startswith("return"))
