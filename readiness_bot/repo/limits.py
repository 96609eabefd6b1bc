"""What bounds how often a caller may ask.

Limiters, throttles, lockouts and gateways, and where they are attached; judges nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Literal

from readiness_bot.facts.python_facts import DECORATOR, IN_HANDLER, Call
from readiness_bot.facts.values import Const, Invoke, Mapping, Name, Other, Value
from readiness_bot.repo.defaults import default_of
from readiness_bot.repo.deployment import Deployment
from readiness_bot.repo.expressions import flattened
from readiness_bot.repo.modules import CallSite, DefinitionSite, Module
from readiness_bot.repo.python import Python
from readiness_bot.repo.refusals import BASE_HOOKS, BUCKET
from readiness_bot.repo.route import Route
from readiness_bot.repo.routes import Routes
from readiness_bot.repo.services import Attachment, Services, Setting
from readiness_bot.repo.wiring import Wiring


@dataclass(frozen=True, slots=True)
class RateLimit:
    """One limit.

    `scope` is `application`, `login` (a route that takes credentials), `route`, `gateway`, `lockout`, or `none` for one
    that nothing uses.

    `is_off` says that a setting leaves it off by default.
    """

    scope: Literal["application", "login", "route", "gateway", "lockout", "none"]
    detail: str
    path: str
    line: int
    is_off: bool = False
    is_called: bool = False
    """Whether code calls what is attached to no route that could be read, so that some may go through it."""


_NAME = re.compile(r"(rate_?limit|ratelimit|limiter|throttl|slow_?down|too_many_requests|flood_control)", re.IGNORECASE)
_DRAWING = frozenset({"consume", "is_allowed", "allow_request", "access", "check", "check_limit"})
"""What a handler, or what it depends on, asks a limiter by itself."""
_LIMIT_METHODS = frozenset({"limit", "shared_limit", "throttle", "rate_limit", "hit"})
_LOGIN = re.compile(
    r"(login|log_in|signin|sign_in|token|password|passwd|register|signup|sign_up|reset|forgot|auth|otp|verify|invite|session)",
    re.IGNORECASE,
)
_OF_SOMETHING = re.compile(r"/tokens(?=[/ ]|$)|(?<![a-z])tokens?_\w+|_tokens?(?![a-z])")
_LOCKOUT = re.compile(
    r"(failed_?(login|auth|attempt)|login_?(attempt|fail)|(attempt|failure)s?_?(count|limit|left)|lock_?out|locked_until|account_locked|is_locked|too_many_(failed|attempts|logins)|max_(login_)?attempts|brute_?force"
    r"|failed_attempts|invalid_login_attempt)",
    re.IGNORECASE,
)
_FAILURES = re.compile(
    r"failed_?(login|auth|attempt)|login_?(attempt|fail)|account_locked|too_many_(failed|attempts|logins)|brute_?force"
    r"|invalid_login_attempt",
    re.IGNORECASE,
)
"""The same without words that also name what somebody is editing: `is_locked` counts where people sign in."""
_SIGNING_IN = re.compile(r"login|auth|password|sign_?in|attempt|session|credential", re.IGNORECASE)
_MET = re.compile(
    r"(rate_?limited|throttled|(limit|quota)_(exceeded|reached)|too_many_(requests|attempts))", re.IGNORECASE
)
"""What a condition names that asks whether a limit is met."""
_IN_TESTS = re.compile(r"(^|[._])(is_)?test(s|ing)?\b", re.IGNORECASE)
_COUNTS = re.compile(r"_*(reset|clear|increment|record|serialize|get|count|log|track)(_|$)", re.IGNORECASE)
_OF_OTHERS = re.compile(
    r"remaining|reset|wait|handle|manage|sleep|retry|exceeded|(^|_)(get|set|parse|log|on)_|^__init__$", re.IGNORECASE
)
"""Names of functions that mind the limits of a service that is called, and set none for callers."""
_OF_A_CLIENT = re.compile(r"(^|_)(client|connector|fetcher|crawler|scraper)s?(_|\.)")
"""Modules that ask others and hold themselves back: nobody signs in there."""
_SWITCH = re.compile(
    r"(RATE_?LIMIT|THROTTL|LIMITER|LOCKOUT)\w*_?(ENABLED|ENABLE|ACTIVE|ON)$|(ENABLE|USE|WITH)_\w*(RATE_?LIMIT|THROTTL)\w*$|^(RATE_?LIMIT|RATELIMIT)_ENABLED?$",
    re.IGNORECASE,
)
_RECORDS = (
    "pydantic.*",
    "sqlmodel.*",
    "sqlalchemy.*",
    "django.db.models.*",
    "rest_framework.serializers.*",
    "marshmallow.*",
)
"""Bases of classes that hold data: one named for a limit keeps its number, and limits nothing."""
_ASKING_CLIENTS = (
    "requests.adapters.*",
    "requests.Session",
    "requests.sessions.Session",
    "httpx.BaseTransport",
    "httpx.AsyncBaseTransport",
    "httpx.HTTPTransport",
    "httpx.AsyncHTTPTransport",
    "httpx.Client",
    "httpx.AsyncClient",
    "aiohttp.ClientSession",
    "urllib3.*",
)
"""Bases of classes through which a tree asks others."""
_PROBE = re.compile(
    r"(^|/)(health_?(z|check)?|ready|readyz|readiness|live|livez|liveness|metrics|ping|version|(__)?(lb)?heartbeat(__)?|__version__|__error__)/?$"
)
_COUNTERS = frozenset({"incr", "incrby", "hincrby", "zcard", "zcount"})
"""What stores count by."""
_FORGETTING = frozenset({"expire", "pexpire", "expireat", "setex", "zremrangebyscore"})
"""What makes a store forget what it counted."""
_ANYTHING_ELSE = re.compile(r"/?(\{\w+:(path|\.[*+])\}|<path:\w+>)")
"""The path of a route that takes whatever no other does."""
_HTTP = ("requests.", "httpx.", "aiohttp.", "urllib.", "urllib3.")
_SOME_PATHS = re.compile(r"^(?!!).*(path|url|endpoint|route|method)", re.IGNORECASE)
"""A condition that asks where a request goes: what stands under it is for some."""
_ANSWER = re.compile(r"resp|response|result|reply|e|err|error|exc|exception")
"""Parameters of functions that read what another service has answered."""
_APPLICATION = re.compile(r"(fast)?(app|api|application|server)")
"""What functions call the application that they are handed."""
_LIBRARIES = (
    "flask_limiter",
    "slowapi",
    "fastapi_limiter",
    "django_ratelimit",
    "ratelimit",
    "axes",
    "defender",
    "fastapi_throttle",
    "starlette_limiter",
    "sanic_limiter",
    "quart_rate_limiter",
    "asgi_ratelimit",
    "limits",
    "pyrate_limiter",
)


_AT_LOGIN = re.compile(r"login|auth|user|account|password|sign_?in|attempt|lock_?out", re.IGNORECASE)
"""Where failures are those of signing in: a document that one editor has locked is another matter."""


class Limits:
    """Questions about rate limits of one tree."""

    LOOKS = "limiters, throttle classes, middleware, login code, ingress annotations and proxy files"

    def __init__(
        self, python: Python, routes: Routes, services: Services, deployment: Deployment, wiring: Wiring
    ) -> None:
        self._wiring = wiring
        self._deployment = deployment
        self._python = python
        self._routes = routes
        self._services = services

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    @cached_property
    def all(self) -> tuple[RateLimit, ...]:
        """Every limit, those that cover most first."""
        order = ("application", "gateway", "login", "lockout", "route", "none")
        found = [
            *self._of_routes(),
            *self._of_application(),
            *self._of_rest_framework(),
            *self._of_django(),
            *self._of_gateway(),
            *self._of_lockout(),
            *self._of_checks(),
            *self._of_functions(),
            *self._by_hand(),
        ]
        if not found:
            found = [*self._of_answers(), *self._of_counts()]
        if not found:
            found = list(self._unattached())
        return tuple(sorted(found, key=lambda item: (item.is_off, order.index(item.scope), item.path, item.line)))

    @cached_property
    def _off(self) -> bool:
        return any(
            _SWITCH.search(setting.name)
            and not setting.is_for_developers
            and default_of(self._python, setting.value, setting.module).is_on is False
            for setting in self._services.settings
        )

    @cached_property
    def _throttles_idle(self) -> bool:
        """Whether the throttles of Django REST framework are told no rate: then they let everything pass."""
        return any(_is_without_rates(value) for _, value in self._services.rest_settings("DEFAULT_THROTTLE_RATES"))

    @staticmethod
    def is_login(route: Route) -> bool:
        """Whether a route takes credentials, by its path and its handler's name."""
        if not route.changes_state:
            return False
        named = f"{route.path} {route.handler.definition.qualname if route.handler is not None else ''}"
        # Tokens of something, such as the coins of a network, are no credentials.
        return _LOGIN.search(_OF_SOMETHING.sub("", named) if "{" in route.path else named) is not None

    @staticmethod
    def is_probe(route: Route) -> bool:
        """Whether a route is asked by machines that watch over the service, and changes nothing."""
        return not route.changes_state and _PROBE.search(route.path) is not None

    @property
    def are_probed_alone(self) -> bool:
        """Whether only machines that watch over the service are answered, and everybody else that there is nothing."""
        asked = [route for route in self._routes.all if not self.is_probe(route)]
        return len(asked) < len(self._routes.all) and all(
            not route.changes_state and _ANYTHING_ELSE.fullmatch(route.path) for route in asked
        )

    @cached_property
    def takes_credentials(self) -> bool:
        """Whether some route takes credentials."""
        return any(
            self.is_login(route) or (route.handler is None and _LOGIN.search(route.path)) for route in self._routes.all
        )

    @cached_property
    def by_route(self) -> tuple[tuple[Route, tuple[RateLimit, ...]], ...]:
        """Every route with the limits of its own."""
        return tuple((route, tuple(self._of_route(route))) for route in self._routes.all)

    def _of_routes(self) -> Iterator[RateLimit]:
        for _, limits in self.by_route:
            yield from limits

    def _of_route(self, route: Route) -> Iterator[RateLimit]:
        for guard in route.guards:
            last = guard.name.rpartition(".")[2].rpartition(":")[2].removesuffix("()")
            if guard.kind == "decorator" and last == "action":
                last = next(filter(_NAME.search, _names_in(guard.arguments)), last)
            owner = guard.name.rpartition(".")[0]
            if guard.kind == "decorator" and last in _LIMIT_METHODS and not _NAME.search(owner):
                owner = self._limiter_behind(guard.name)
            if guard.kind == "throttle" or _NAME.search(last) or (last in _LIMIT_METHODS and _NAME.search(owner)):
                if last.endswith("exempt"):
                    continue
                detail = f"`{last or 'throttle_classes'}` on {route.name}"
                idle = guard.kind in ("throttle", "mixin") and self._throttles_idle
                yield RateLimit(
                    "login" if self.is_login(route) else "route",
                    detail + (" without a rate" if idle else ""),
                    guard.path,
                    guard.line,
                    self._off or idle,
                )
        for site in self._answering(route):
            for call in site.calls:
                if not call.last.lstrip(":?")[:1].isupper() and (
                    _NAME.search(call.last)
                    or (call.last in _LIMIT_METHODS | _DRAWING and _NAME.search(call.name.rpartition(".")[0]))
                    or BUCKET.search(call.name.rpartition(".")[0])
                ):
                    yield RateLimit(
                        "login" if self.is_login(route) else "route",
                        f"`{call.last.lstrip(':?')}` in {route.name}",
                        site.module.path,
                        call.line,
                        self._off,
                    )

    def _answering(self, route: Route) -> Iterator[DefinitionSite]:
        """The handler, what it depends on, and the hooks of its class that run before it."""
        if route.handler is not None:
            yield route.handler
        for guard in route.guards:
            asked = self._python.definition_named(guard.name) if guard.kind == "dependency" else None
            if asked is not None and asked.definition.kind == "function":
                yield asked
        if route.view is not None:
            yield from self._python.methods_of(route.view, *BASE_HOOKS)

    def _by_hand(self) -> Iterator[RateLimit]:
        """A limiter's decorator that is called on what it limits, or stands on what no route that was read answers by.

        `add_route("/", limiter.limit("5/day")(answer))`.
        """
        for site in self._python.calls_of(*sorted(_LIMIT_METHODS)):
            owner = f"{site.name} {site.call.via}".rpartition(".")[0]
            if not _NAME.search(owner):
                continue
            if site.call.context & DECORATOR and site.call.decorates >= 0:
                limited = DefinitionSite(
                    site.module, site.call.decorates, site.module.facts.definitions[site.call.decorates]
                )
                named = f"{limited.definition.qualname} {site.module.path}"
                if limited.name not in self._routes.by_handler and "." in limited.definition.qualname:
                    yield RateLimit(
                        "login" if _LOGIN.search(named) else "route",
                        f"`{site.last}` on `{limited.definition.qualname}`",
                        site.module.path,
                        site.call.line,
                        self._off,
                    )
            else:
                outer = f"{site.call.name}()"
                if any(call.name == outer and call.args for call in site.module.facts.calls):
                    yield RateLimit(
                        "route", f"`{site.last}` around a handler", site.module.path, site.call.line, self._off
                    )

    def _of_answers(self) -> Iterator[RateLimit]:
        """Code that answers 429 of its own accord: a quota or a count that the tree keeps itself."""
        for module in self._python.production:
            facts = module.facts
            for call in facts.calls:
                if (
                    not call.context & IN_HANDLER
                    and _answers_too_many(call)
                    and not _passes_on(call.guards)
                    and not self._answers_for_others(module, call.scope)
                    and not _counts_things(module, call.scope, call.guards)
                ):
                    yield self._refusing(module, call.scope, call.line, call.guards)
            for returned in facts.returns:
                told = (isinstance(value, Const) and value.value == 429 for value in flattened(returned.value))
                if (
                    any(told)
                    and not self._answers_for_others(module, returned.scope)
                    and not self._words_what_nobody_raises(module, returned.scope, returned.line)
                    and not _counts_things(module, returned.scope, returned.guards)
                ):
                    yield self._refusing(module, returned.scope, returned.line, returned.guards)

    def _of_counts(self) -> Iterator[RateLimit]:
        """Code that counts who asks for a time, in a store that forgets, and refuses in its own way above a number."""
        for site in self._python.functions:
            if _OF_A_CLIENT.search(site.module.path.rpartition("/")[2]):
                continue
            counts = {call.result for call in site.calls if call.last in _COUNTERS and call.result}
            forgets = any(call.last in _FORGETTING or call.has("ex") or call.has("timeout") for call in site.calls)
            if not counts or not forgets:
                continue
            facts = site.module.facts
            raised = [(one.line, one.guards) for one in facts.raises if one.scope == site.index]
            returned = [(one.line, one.guards) for one in facts.returns if one.scope == site.index]
            refused = [
                line for line, guards in raised + returned if any(guard.lstrip("!") in counts for guard in guards)
            ]
            if refused:
                found = self._refusing(site.module, site.index, refused[0])
                yield replace(found, detail=f"`{site.definition.name}` counts who asks, and refuses")

    @staticmethod
    def _answers_for_others(module: Module, scope: int) -> bool:
        """Whether a function only words the refusal that a limit elsewhere has raised."""
        definition = module.definition(scope)
        return definition is not None and any(map(_ANSWER.fullmatch, (one.name for one in definition.parameters)))

    def _words_what_nobody_raises(self, module: Module, scope: int, line: int) -> bool:
        """Whether a line words the refusal of own exceptions that no code of the tree raises: plug-ins may, if any."""
        handler = next(
            (one for one in module.facts.handlers if one.scope == scope and one.line <= line <= one.end_line), None
        )
        own = [self._python.definition(name, module) for name in handler.types] if handler is not None else []
        return bool(own) and all(
            site is not None and site.definition.kind == "class" and site.name not in self._raised for site in own
        )

    @cached_property
    def _raised(self) -> frozenset[str]:
        """The classes of the tree that its code raises, with what they descend from."""
        found = (
            self._python.definition(raised.name, module)
            for module in self._python.production
            for raised in module.facts.raises
            if raised.name
        )
        return frozenset(one.name for site in found if site is not None for one in (site, *self._python.ancestry(site)))

    def _refusing(self, module: Module, scope: int, line: int, guards: tuple[str, ...] = ()) -> RateLimit:
        name = module.symbol(scope)
        at_login = _LOGIN.search(f"{name} {module.path.rpartition('/')[2]}") is not None
        definition = module.definition(scope)
        asked = definition is not None and DefinitionSite(module, scope, definition).name in self._asked_before_all
        before_all = asked and not any(map(_SOME_PATHS.search, guards))
        return RateLimit(
            "application" if before_all else "login" if at_login else "route",
            f"`{name or module.path}` answers 429",
            module.path,
            line,
            self._off,
        )

    @cached_property
    def _asked_before_all(self) -> frozenset[str]:
        """The functions that run before every route, with those that they call: hooks and middleware."""
        attached = [
            one.definition
            for one in (*self._services.hooks, *self._services.middleware)
            if one.kind in ("before-request", "middleware") and one.definition is not None
        ]
        hooks = [site for one in attached for site in (one.methods if one.definition.kind == "class" else (one,))]
        called = (
            self._python.definition(name, site.module)
            for site in hooks
            for call in site.calls
            for name in {call.name, call.via}
            if name and name[0] != "?"
        )
        return frozenset(site.name for site in (*hooks, *called) if site is not None)

    def _limiter_behind(self, name: str) -> str:
        """The limiter that a decorator of the tree hands its arguments on to, where it is of the same name."""
        site = self._python.definition_named(name)
        if site is None:
            return ""
        owners = (call.name.rpartition(".")[0] for call in site.calls if call.last == site.definition.name)
        return next(filter(_NAME.search, owners), "")

    @cached_property
    def _limiters(self) -> tuple[CallSite, ...]:
        """Where limiters are made that hold limits for every route."""
        return tuple(
            site
            for site in self._python.all_calls
            if site.last == "Limiter"
            and site.name.startswith(("flask_limiter", "slowapi"))
            and (flattened(site.call.keyword("default_limits")) or flattened(site.call.keyword("application_limits")))
        )

    def _has_defaults(self, package: str) -> bool:
        return any(site.name.startswith(package) for site in self._limiters)

    def _is_attached(self, limiter: CallSite) -> bool:
        """Whether Flask's limiter is given its application, at once or later; then its default limits hold."""
        call = limiter.call
        if call.keyword("app") is not None or (call.args and call.keyword("key_func") is not None):
            return True
        return any(
            site.last == "init_app"
            and ("imiter" in site.name or "imiter" in site.call.via or site.name.startswith("?"))
            for site in self._python.all_calls
        )

    def _is_never_attached(self, attached: Attachment) -> bool:
        """Whether middleware is attached in a function that nothing of the code names."""
        module, place = attached.module, attached.location
        scope = module.scope_at(place.line)
        around = module.definition(scope) if place.path == module.path else None
        if around is None:
            return False
        is_handed = any(_APPLICATION.fullmatch(parameter.name) for parameter in around.parameters)
        return self._wiring.is_called_by_nobody(module, scope, is_handed=is_handed)

    def _is_left_unless_set(self, attached: Attachment) -> bool:
        """Whether a function gives up before it attaches something, unless the environment names what to limit by."""
        module, line = attached.module, attached.location.line
        for one in module.facts.conditions:
            test = one.test
            if not (one.end_line < line <= one.until and isinstance(test, Other) and test.operator == "Not"):
                continue
            asked = test.operands[0] if test.operands else None
            bound = module.bound_to(asked.name, module.scope_at(one.line)) if isinstance(asked, Name) else ()
            for value in (asked, *bound):
                parts = value.operands if isinstance(value, Other) and value.operator == "Or" else (value,)
                if any(default_of(self._python, part, module).is_on is False for part in parts):
                    return True
        return False

    def _of_application(self) -> Iterator[RateLimit]:
        for attached in (*self._services.middleware, *self._services.hooks):
            name = self._limiting_name(attached)
            if self._is_never_attached(attached):
                continue
            if attached.kind in ("middleware", "before-request") and (
                (_NAME.search(name) and name != "RatelimitMiddleware")  # that one answers those whom views limit
                or name in ("AxesMiddleware", "FailedLoginMiddleware")
                or (attached.name.startswith("slowapi.middleware.") and self._has_defaults("slowapi"))
            ):
                scope: Literal["application", "login"] = (
                    "login" if name in ("AxesMiddleware", "FailedLoginMiddleware") else "application"
                )
                # One that only tests do without is on wherever it matters.
                conditional = any(one != "__name__" and not _IN_TESTS.search(one) for one in attached.guards)
                unset = conditional or self._is_left_unless_set(attached)
                yield RateLimit(scope, f"`{name}`", attached.location.path, attached.location.line, self._off or unset)
        for site in self._python.all_calls:
            if site in self._limiters and site.name.startswith("flask_limiter") and self._is_attached(site):
                yield RateLimit(
                    "application",
                    "`Limiter` with limits for every route",
                    site.location.path,
                    site.location.line,
                    self._off,
                )
            for keyword, value in site.call.keywords:
                if keyword == "dependencies" and any(
                    _NAME.search(getattr(item, "name", "") or "") for item in flattened(value)
                ):
                    yield RateLimit(
                        "application",
                        "a limiter among the dependencies",
                        site.location.path,
                        site.location.line,
                        self._off,
                    )

    @staticmethod
    def _limiting_name(attached: Attachment) -> str:
        """What is attached, by its own name; a function that makes a limiter out of the application is that limiter."""
        name = attached.name.rpartition(":")[2].rpartition(".")[2]
        made = attached.definition.definition.gives if attached.definition is not None else ""
        # An object that makes its middleware itself is what limits: `RateLimitConfig(…).middleware`.
        maker = attached.name.rpartition(".")[0] if name == "middleware" else ""
        for one in (made, maker):
            last = one.removesuffix("()").rpartition(":")[2].rpartition(".")[2]
            if _NAME.search(last):
                return last
        return name

    def _of_rest_framework(self) -> Iterator[RateLimit]:
        for setting, value in self._services.rest_settings("DEFAULT_THROTTLE_CLASSES"):
            throttles = flattened(value)
            if throttles:
                idle = self._throttles_idle
                # A switch that some throttles look at turns off no others.
                off = self._off and any(self._looks_at_switch(item, setting.module.path) for item in throttles)
                yield RateLimit(
                    "application",
                    "`DEFAULT_THROTTLE_CLASSES`" + (" without rates" if idle else ""),
                    setting.module.path,
                    setting.line,
                    off or idle or self._is_switched_off(setting),
                )

    def _is_switched_off(self, setting: Setting) -> bool:
        """Whether a setting stands under another that is off by default."""
        names = {guard.rpartition(".")[2].lstrip(":") for guard in setting.guards}
        return any(
            default_of(self._python, one.value, one.module).is_on is False
            for one in self._services.settings
            if one.name in names
        )

    def _looks_at_switch(self, throttle: Value, near: str) -> bool:
        """Whether the module of a throttle names a switch; one that cannot be found may well do."""
        name = str(throttle.value) if isinstance(throttle, Const) else ""
        if name.startswith("rest_framework."):
            return False
        module = self._python.module_named(name.rpartition(".")[0], near)
        return module is None or any(
            _SWITCH.search(ref.rpartition(".")[2]) for one in module.facts.definitions for ref in one.refs
        )

    def _of_django(self) -> Iterator[RateLimit]:
        for text, setting in self._services.listed("INSTALLED_APPS", "AUTHENTICATION_BACKENDS"):
            if text in ("axes", "defender", "axes.backends.AxesStandaloneBackend", "axes.backends.AxesBackend"):
                yield RateLimit("lockout", f"`{text}` locks accounts out", setting.module.path, setting.line)
            elif text == "allauth.account":
                yield RateLimit(
                    "login",
                    "`allauth.account` limits logins, sign-ups and resets by default",
                    setting.module.path,
                    setting.line,
                )

    def _of_gateway(self) -> Iterator[RateLimit]:
        for path, line, text in self._deployment.gateway_limits:
            yield RateLimit("gateway", f"`{text}`", path, line)

    def _of_lockout(self) -> Iterator[RateLimit]:
        """Counted failures: code around a login that names them, and does something about them."""
        seen = 0
        for site in self._python.functions:
            inside = f"{site.definition.qualname} {site.module.path}"
            if seen < 3 and _AT_LOGIN.search(inside) and self._acts_on_failures(site, inside):
                seen += 1
                yield RateLimit(
                    "lockout",
                    f"`{site.definition.name}` acts on failed attempts",
                    site.module.path,
                    site.definition.line,
                    self._off,
                )

    def _of_functions(self) -> Iterator[RateLimit]:
        """A function that is named for its limit, refuses by raising, and is called where people sign in."""
        for site in self._python.calls_named(lambda name: ":" in name and _NAME.search(name.rpartition(":")[2])):
            limit = self._python.definition_named(site.name)
            if limit is None or limit.definition.kind != "function" or site.function is None:
                continue
            definition = limit.definition
            told = f"{definition.name} {site.function.qualname} {site.module.path.rpartition('/')[2]}"
            if (
                _LOGIN.search(told)
                and not _OF_OTHERS.search(definition.name)
                and not _OF_A_CLIENT.search(site.module.path.rpartition("/")[2])
                and any(definition.line <= one.line <= definition.end_line for one in limit.module.facts.raises)
            ):
                yield RateLimit(
                    "login",
                    f"`{definition.name}` refuses who signs in too often",
                    site.module.path,
                    site.call.line,
                    self._off,
                )

    def _of_checks(self) -> Iterator[RateLimit]:
        """Code around a login that refuses where a limit of its own is met: `if self._is_rate_limited(): raise …`."""
        refusing = {
            module.path: [one for one in module.facts.raises if any(map(_MET.search, one.guards))]
            for module in self._python.production
        }
        for site in self._python.functions:
            definition, refused = site.definition, refusing[site.module.path]
            if not refused or not _LOGIN.search(f"{definition.qualname} {site.module.path.rpartition('/')[2]}"):
                continue
            for one in refused:
                if definition.line <= one.line <= definition.end_line:
                    yield RateLimit(
                        "login",
                        f"`{definition.name}` refuses who asks too often",
                        site.module.path,
                        one.line,
                        self._off,
                    )
                    break

    @staticmethod
    def _acts_on_failures(site: DefinitionSite, inside: str) -> bool:
        """Whether a function does something under a condition that names failed attempts, and does not only count."""
        definition = site.definition
        failures = _LOCKOUT if _SIGNING_IN.search(inside) else _FAILURES
        if not failures.search(definition.name) and not any(
            failures.search(ref.rpartition(".")[2]) for ref in definition.refs
        ):
            return False
        facts = site.module.facts
        acts = [(one.line, one.guards) for one in facts.calls]
        acts += [(one.line, one.guards) for one in facts.raises]
        acts += [(one.line, one.guards) for one in facts.assignments]
        return not _COUNTS.match(definition.name) and any(
            definition.line <= line <= definition.end_line and any(map(failures.search, guards))
            for line, guards in acts
        )

    def _is_exception(self, site: DefinitionSite) -> bool:
        """Whether a class is what is raised when a limit is met, and no limit itself."""
        return site.definition.kind == "class" and any(
            name.rpartition(".")[2].endswith(("Exception", "Error"))
            for name in (site.definition.name, *site.definition.bases, *self._python.external_bases(site))
        )

    def _unattached(self) -> Iterator[RateLimit]:
        # Who sleeps until the limit lets him through is no caller of this service: it asks another no oftener.
        waiting = {module.path for module, _ in self._python.imports("ratelimit.sleep_and_retry")}
        for module, imported in self._python.imports(*_LIBRARIES):
            if module.path in waiting:
                continue
            # Imported under a condition, with another thing of that name where the condition does not hold.
            beside = [one for one in module.facts.imports if (one.local, one.scope) == (imported.local, imported.scope)]
            yield RateLimit(
                "none", f"`{imported.target}` is imported", module.path, imported.line, is_called=len(beside) > 1
            )
        for site in self._python.definitions:
            if (
                _NAME.search(site.definition.name)
                and re.search(r"middleware|rate_?limit", site.definition.name, re.IGNORECASE)
                and not _OF_OTHERS.search(site.definition.name)
                and not re.search(r"exception|error|(form|client)$", site.definition.name, re.IGNORECASE)
                and not self._is_exception(site)
                and site.name not in self._routes.by_handler
                and not any(map(_ANSWER.fullmatch, (one.name for one in site.definition.parameters)))
                and not self._asks_another(site)
                and not self._waits(site)
                and not self._python.descends_from(site, *_RECORDS)
                and not self._holds_back_own_calls(site)
            ):
                yield RateLimit(
                    "none",
                    f"`{site.definition.name}` is defined",
                    site.module.path,
                    site.definition.line,
                    is_called=self._is_called(site),
                )

    def _holds_back_own_calls(self, site: DefinitionSite) -> bool:
        """Whether a limit is for what the tree asks of others: a client's adapter, or what only such adapters use."""
        if self._python.descends_from(site, *_ASKING_CLIENTS):
            return True
        users = {
            module.path
            for module in self._python.production
            if module is not site.module
            and any(
                self._python.absolute(item.target, module).partition(":")[0] == site.module.path
                for item in module.facts.imports
            )
        }
        return bool(users) and users <= self._with_clients

    @cached_property
    def _with_clients(self) -> frozenset[str]:
        """The modules that adapt a library's client to the tree's own use."""
        return frozenset(
            klass.module.path for klass in self._python.classes if self._python.descends_from(klass, *_ASKING_CLIENTS)
        )

    @staticmethod
    def _waits(site: DefinitionSite) -> bool:
        """Whether a class lets its user sleep until the limit allows for more: it spares a service that is asked."""
        own = {method.index for method in site.methods}
        return site.definition.kind == "class" and any(
            call.scope in own and call.last == "sleep" for call in site.module.facts.calls
        )

    def _asks_another(self, site: DefinitionSite, hops: int = 1) -> bool:
        """Whether a function asks another service how much it is allowed there."""
        calls = site.calls
        if any(call.name.startswith(_HTTP) for call in calls):
            return True
        called = (self._python.target(call, site.module) for call in calls if hops)
        return any(one is not None and self._asks_another(one, hops - 1) for one in called)

    def _is_called(self, site: DefinitionSite) -> bool:
        """Whether code calls a function, or a method named for a limit of a class that others extend."""
        if site.definition.kind == "function":
            return bool(self._python.callers.get(site.name))
        methods = [one.definition.name for one in site.methods if _NAME.search(one.definition.name)]
        return any(any(True for _ in self._python.calls_of(name)) for name in methods)


_ANSWERING = re.compile(
    r"(^|\.)(abort|HTTPException|\w*Response|json_response|set_status|send_error|HTTPError|jsonify|make_response|HttpError"
    r"|error|fail|HTTPTooManyRequests|TooManyRequests)$"
)
"""Calls that make an answer, or an error that becomes one."""
_TOO_MANY = re.compile(r"(429|TOO_MANY_REQUESTS|HTTPTooManyRequests$|(werkzeug|falcon|sanic|quart)\S*TooManyRequests$)")


def _answers_too_many(call: Call) -> bool:
    """Whether a call makes an answer of 429: by its number or a constant's name, or by an exception for it."""
    says_so, makes_answer = _speaks_of_answers(call.name)
    if says_so or not makes_answer:
        return says_so
    given = [*call.args, *(value for name, value in call.keywords if "status" in name or name == "code")]
    if call.last == "make_response":
        given = [part for value in given for part in flattened(value)]  # Flask's takes what a handler returns
    return any(
        value.value == 429
        if isinstance(value, Const)
        else isinstance(value, Name) and _TOO_MANY.search(value.name) is not None
        for value in given
    )


@lru_cache(maxsize=100_000)
def _speaks_of_answers(name: str) -> tuple[bool, bool]:
    """Whether a call's name says that there were too many, and whether it makes an answer."""
    return _TOO_MANY.search(name) is not None, _ANSWERING.search(name) is not None


_NUMBER = re.compile(r"^(len|(.*\.)?(count|count_documents|estimated_document_count))$")
_OF_TIME = re.compile(
    r"(^|[.:?])(date)?time(delta)?($|[.(])|(^|[._:?])(now|utcnow|monotonic|since|recent|today|daily|expir\w*|ttl|incr\w*"
    r"|window|minutes?|seconds?|hours?|day|month)($|[._(])"
)


def _counts_things(module: Module, scope: int, guards: tuple[str, ...]) -> bool:
    """Whether a refusal depends on how many things are kept, at whatever time: a size that was bought, and no rate."""
    definition = module.definition(scope)
    if definition is None or any(map(_OF_TIME.search, (*guards, *definition.refs))):
        return False
    names = {guard.lstrip("!") for guard in guards}
    return any(
        item.scope == scope
        and item.target in names
        and isinstance(item.value, Invoke)
        and _NUMBER.match(item.value.name.removesuffix("()")) is not None
        for item in module.facts.assignments
    )


def _passes_on(guards: tuple[str, ...]) -> bool:
    """Whether a refusal only repeats what another service has answered."""
    return any(re.search(r"status|resp(onse)?($|\.)|\.code$", guard) for guard in guards)


def _names_in(arguments: tuple[Value, ...]) -> Iterator[str]:
    """The last names of what is handed to an extra action of a view set, such as its throttles."""
    for value in arguments:
        for item in flattened(value):
            if isinstance(item, Name):
                yield item.name.rpartition(".")[2]


def _is_without_rates(rates: Value) -> bool:
    """Whether most throttles are told no rate."""
    if not isinstance(rates, Mapping) or not rates.values:
        return False
    idle = [value for value in rates.values if isinstance(value, Const) and value.value is None]
    return 2 * len(idle) > len(rates.values)
