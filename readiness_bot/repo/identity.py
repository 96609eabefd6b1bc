"""Who may call a route: what stands between a request and its handler that asks who the caller is; judges nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from readiness_bot.facts.python_facts import DISCARDED, Call
from readiness_bot.facts.values import Const, Invoke, Items, Mapping, Name, Value
from readiness_bot.model import Area
from readiness_bot.repo.defaults import default_of, entries
from readiness_bot.repo.modules import CallSite, DefinitionSite, Module
from readiness_bot.repo.openings import Openings, Unset
from readiness_bot.repo.python import Python
from readiness_bot.repo.refusals import (
    BASE_HOOKS,
    LIBRARY_GUARDS,
    NO_IDENTITY,
    REST_PERMISSIONS,
    STRONG_NAME,
    Refusals,
    Strength,
    is_refusing_value,
    of_permission,
    reads_caller,
    snake,
)
from readiness_bot.repo.route import Guard, Route, flattened
from readiness_bot.repo.routes import Routes
from readiness_bot.repo.services import URL_VALUE_HOOKS, Attachment, Services


@dataclass(frozen=True, slots=True)
class Protection:
    """What protects a route.

    How strongly, by what, and where that stands. `is_optional` where it applies under a condition of the set-up.

    `level` is the guard's, or `handler` for what the handler and its class do themselves.
    """

    strength: Strength
    by: str
    path: str
    line: int
    level: str
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Switch:
    """A setting that turns protection on, with its default: `off` lets anyone in."""

    name: str
    path: str
    line: int
    off: bool


_OPEN_WORDS = frozenset(
    [
        "login",
        "connexion",
        "inscription",
        "signin",
        "logout",
        "signout",
        "logoff",
        "auth",
        "authenticate",
        "authentication",
        "authorize",
        "token",
        "tokens",
        "refresh",
        "oauth",
        "oauth2",
        "oidc",
        "saml",
        "saml2",
        "sso",
        "ldap",
        "acs",
        "callback",
        "register",
        "registration",
        "signup",
        "password",
        "passwd",
        "reset",
        "forgot",
        "forgotten",
        "recover",
        "recovery",
        "confirm",
        "confirmation",
        "verify",
        "verification",
        "activate",
        "activation",
        "invite",
        "invitation",
        "invitations",
        "health",
        "healthz",
        "healthcheck",
        "ready",
        "readiness",
        "live",
        "liveness",
        "ping",
        "heartbeat",
        "version",
        "webhook",
        "webhooks",
        "hook",
        "hooks",
        "csrf",
        "setup",
        "install",
        "installation",
        "onboarding",
        "wizard",
        "contact",
        "unsubscribe",
        "csp",
        "anonymous",
        "guest",
        "i18n",
        "setlang",
        "language",
        "locale",
        "graphql",
        "ingest",
        "envelope",
        "minidump",
        "beacon",
        "captcha",
        "recaptcha",
        "2fa",
        "mfa",
        "otp",
        "totp",
        "webauthn",
        "passkey",
        "passkeys",
        "robots",
        "favicon",
        "bounce",
        "bounces",
        "newsletter",
        "jwks",
        "introspect",
        "revoke",
        "userinfo",
        "xauthn",
        "unauthenticated",
        "federated",
        "socketio",
        "sockjs",
        "slack",
    ]
)
_OFTEN_KEPT = frozenset(
    {"invite", "invitation", "invitations", "tokens", "password", "passwd", "2fa", "mfa", "otp", "totp", "webauthn",
     "passkey", "passkeys", "hook", "hooks", "webhook", "webhooks", "revoke", "newsletter", "wizard", "userinfo",
     "installation"}
)  # fmt: skip
"""Those of them that name as many pages for those who are signed in: a check that stood there was meant."""
_OF_STRANGERS = re.compile(r"Anon")
_SIGNING = frozenset({"sign", "log", "signing", "logging"})
_LETTING_IN = re.compile(
    r"(password|passwd)_?(reset|recovery)|(reset|recover|forgot)_?\w*(password|passwd)"
    r"|(send|mail)_?\w*(activation|magic_?link|(sign|log)_?in_?(link|code))",
    re.IGNORECASE,
)
"""Calls that send those who cannot sign in what lets them."""
_OF_ONE = re.compile(r"(id|pk|uuid|name|slug|number)[}>]/?$")
"""The end of a path that names one thing; what a stranger is handed is a token, a key or a code."""
_OPEN_MODULES = frozenset({"webhook", "webhooks", "auth", "login", "health", "authentication", "oauth", "saml", "ldap"})
_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_SWITCH = re.compile(
    r"(^|\.)((app|service|api|server|web|ui|http|httpdb|flask|rest|dashboard)[._])?"
    r"((auth|authentication|login|basic_auth|http_auth|access_control)[._]?(required|enabled|enable|on|active|mode|type)|(require|enable|use|enforce|with)_(auth|authentication|login|security))$",
    re.IGNORECASE,
)
_HOLDS_SETTINGS = re.compile(r"conf|setting|option|default|env|prod|dev", re.IGNORECASE)
_TOOL = re.compile(r"(^|\.)tools\.\w*auth\w*\.on$")
_MADE_UP_HERE = re.compile(r"random|urandom|token_|dummy|fake", re.IGNORECASE)
_MADE_UP = re.compile(r"(^|[._])(mock|fake|example|sample|payload|fixture|schema)s?(?=[._]|$)", re.IGNORECASE)
_GATE = re.compile(
    r"login|authenticat|authori[sz]|(^|_)auth(_|$)|protect|(^|_)require|permission|api_?key|access_control|jwt|bearer|session_required"
    r"|token_(validat|verif|check)|(validate|verify|check)_token"
)
_GENERIC = re.compile(
    r"(before_request|before_app_request|before|dispatch|process_request|middleware|prepare|on_request)$"
)
_REGISTERING = frozenset(
    {
        "route",
        "get",
        "post",
        "put",
        "patch",
        "delete",
        "head",
        "options",
        "api_route",
        "websocket",
        "websocket_route",
        "page",
    }
)
_KEEPING_DECORATORS = frozenset(
    {"cherrypy", "turbogears", "web.py", "litestar", "django", "django-rest-framework", "chalice"}
)
"""Frameworks that call a handler with all that stands above it, in whatever order."""
_NO_MODE = frozenset({"none", "", "off", "disabled", "nop", "no", "false", "anonymous", "noop", "allow_all", "noauth"})


class Identity:
    """Questions about who may call the routes of one tree."""

    LOOKS = "route guards, middleware, request hooks and framework defaults"

    def __init__(self, python: Python, routes: Routes, services: Services) -> None:
        self._python = python
        self._routes = routes
        self._services = services
        self.refusals = Refusals(python)
        self._refusing_of: dict[tuple[str, Strength, int], tuple[str, ...]] = {}

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    def strength(self, site: DefinitionSite) -> Strength:
        """How far a function or class of the tree goes in asking who calls."""
        return self.refusals.strength(site)

    @cached_property
    def resource_guard(self) -> DefinitionSite | None:
        """The class that Eve asks about each call of a resource, where it refuses those without the right."""
        return next(
            (
                site
                for site in self._python.definitions
                if site.definition.kind == "class"
                and any(base.startswith("eve.auth.") for base in self._python.external_bases(site))
                and any(
                    (method := self._python.member(site, name)) is not None
                    and self.strength(method) is Strength.PERMISSION
                    for name in ("authorized", "check_auth")
                )
            ),
            None,
        )

    def of_guard(self, guard: Guard) -> Strength:
        """How far one guard of a route goes."""
        return self.refusals.of_guard(guard)

    # -- routes ----------------------------------------------------------------------------------------------------

    def protections(self, route: Route) -> tuple[Protection, ...]:
        """Everything that asks who calls before or while the route's handler runs, the strongest first."""
        found = [*self._by_guards(route), *self._by_application(route), *self._by_body(route)]
        return tuple(
            sorted(
                found,
                key=lambda item: (-item.strength, item.is_optional, _LEVELS.index(item.level), item.path, item.line),
            )
        )

    def gate(self, route: Route) -> Protection | None:
        """What asks first who calls.

        A guard before the handler's own questions, one that always applies before one that may.
        """
        return min(
            self.protections(route),
            key=lambda item: (
                item.strength < Strength.IDENTITY,
                item.is_optional,
                _LEVELS.index(item.level),
                item.path,
                item.line,
            ),
            default=None,
        )

    def declared(self, route: Route, least: Strength) -> tuple[str, ...]:
        """What stands before a route's handler and keeps it from strangers, or from those without the right, by name.

        A route that is marked as open is kept from no stranger.
        """
        if least is Strength.IDENTITY and self.is_open_by_decorator(route):
            return ()
        found = (item for item in self.protections(route) if item.strength >= least and item.level != "handler")
        return tuple(dict.fromkeys(item.by for item in found))

    def checked_within(self, route: Route, least: Strength) -> tuple[str, ...]:
        """What in a route's handler does so, by name.

        More than `protections` tells: whatever the handler calls and that may refuse counts, however deep and whatever
        its name, for a check that moved there is not gone.
        """
        found = []
        for site in self._running(route):
            if self.refusals.strength(site) >= least:
                found.append(f"a check in `{site.definition.name}`")
            found += self._refusing(site, least, _HOPS)
            if least is Strength.PERMISSION:
                found += self._answers_by(site)
        return tuple(dict.fromkeys(found))

    def _answers_by(self, site: DefinitionSite) -> Iterator[str]:
        """The tree's own predicates about rights that decide what a function returns or raises, by name."""
        calls, raises, returns, _ = self.refusals.body(site)
        lines = {item.line for item in returns}
        asked = [*(call.guards for call in calls if call.line in lines), *(raised.guards for raised in raises)]
        for name in dict.fromkeys(name for names in asked for name in names):
            target = self._python.definition(name, site.module)
            if (
                target is not None
                and target.definition.kind == "function"
                and self.refusals.strength(target) is Strength.READS
                and _IS_ALLOWED.search(snake(target.definition.name))
            ):
                yield f"`{target.definition.name}`"

    def _refusing(self, site: DefinitionSite, least: Strength, hops: int) -> tuple[str, ...]:
        """The functions of the tree that a function calls, itself or through others, and that may refuse somebody."""
        key = (site.name, least, hops)
        known = self._refusing_of.get(key)
        if known is None:
            found: list[str] = []
            for target in self._called(site):
                if self.refusals.strength(target) >= least:
                    found.append(f"`{target.definition.name}`")
                elif hops > 1:
                    found += self._refusing(target, least, hops - 1)
            known = self._refusing_of[key] = tuple(dict.fromkeys(found))
        return known

    def _called(self, site: DefinitionSite) -> Iterator[DefinitionSite]:
        for call in self.refusals.body(site)[0]:
            target = self._python.definition(call.via or call.name, site.module)
            if target is not None and target.name != site.name and target.definition.kind == "function":
                yield target

    def might_keep(self, route: Route, wanted: Strength) -> tuple[str, ...]:
        """What else stands before a route's handler, and the calls in it that may ask something, by name.

        Those of the tree's own functions that may refuse somebody for all that is seen, and those that are told who
        calls: they were not followed to the end. Where a right is wanted, what surely only asks who calls is none.
        """
        names = [
            _shown(guard.name)
            for guard in route.guards
            if not NO_IDENTITY.search(snake(guard.name))
            and not _is_opening(guard.name)
            and not (wanted is Strength.PERMISSION and self.refusals.asks_only_who(guard))
        ]
        for site in self._running(route):
            for call in self.refusals.body(site)[0]:
                handed = call.handed
                if any(isinstance(value, Name) and _CALLER.search(value.name) for value in handed):
                    names.append(f"`{call.last.rpartition(':')[2]}`")
            names += [
                f"`{target.definition.name}`" for target in self._called(site) if self.refusals.may_refuse(target)
            ]
        return tuple(dict.fromkeys(names))

    @property
    def kept(self) -> tuple[Route, ...]:
        """The wired routes of production code with a handler or a class that can be read, for everybody or not."""
        return tuple(
            route
            for route in self._routes.all
            if route.is_wired
            and (route.handler is not None or route.view is not None)
            and route.module.area is Area.PRODUCTION
        )

    @cached_property
    def before(self) -> dict[str, tuple[str, ...]]:
        """What stands before each handler of a route that asks who calls or for a right, by the handler's name.

        What stands before every handler, whether its routes can be read or not, has the empty name.
        """
        found = {"": tuple(_shown(attached.name) for attached, owner, _ in self._gates if not owner)}
        for route in self.kept:
            if route.handler is not None:
                who = {_shown(guard.name) for guard in route.guards if self.refusals.asks_only_who(guard)}
                asked = tuple(name for name in self.declared(route, Strength.IDENTITY) if name not in who)
                found[route.handler.name] = found.get(route.handler.name, ()) + asked
        return found

    def _by_guards(self, route: Route) -> Iterator[Protection]:
        ineffective = self.misplaced(route)
        for guard in route.guards:
            if guard.name in ineffective:
                continue
            strength = self.refusals.of_guard(guard)
            if strength is not Strength.NONE:
                yield Protection(strength, _shown(guard.name), guard.path, guard.line, guard.level)

    def misplaced(self, route: Route) -> frozenset[str]:
        """The guards written above the decorator that registers the route.

        The framework keeps the function without them.
        """
        if (
            route.call is None
            or route.handler is None
            or route.handler.index != route.call.decorates
            or route.view is not None
        ):
            return frozenset()
        if route.framework in _KEEPING_DECORATORS:
            return frozenset()
        names: list[str] = []
        module = route.handler.module
        for decorator in route.handler.definition.decorators:
            if isinstance(decorator, Invoke) and decorator.call >= 0:
                call = module.facts.calls[decorator.call]
                if call is route.call or call == route.call:
                    return frozenset(names)
                if call.last not in _REGISTERING:
                    names.append(self._python.identify(call.via or call.name, module))
            elif isinstance(decorator, Name):
                names.append(self._python.identify(decorator.name, module))
        return frozenset()

    def _by_application(self, route: Route) -> Iterator[Protection]:
        if route.framework == "django-rest-framework" or self._is_rest_function(route):
            if self._overrides_default(route):
                return
            yield from self._rest_default
        if route.framework == "cherrypy":
            yield from self._tools
        for attached, owner, strength in self._gates:
            place = attached.location
            if (owner and owner != route.router) or ("__name__" in attached.guards and place.path != route.module.path):
                continue
            if _asks_of_values(attached) and not _GROUP.search(route.path):
                continue
            yield Protection(
                strength,
                _shown(attached.name),
                place.path,
                place.line,
                "application",
                is_optional=bool(set(attached.guards) - {"__name__"}),
            )

    @cached_property
    def _tools(self) -> tuple[Protection, ...]:
        """The tools of CherryPy that ask who calls, where the configuration of an application turns one on."""
        found = []
        for module in self._python.production:
            given = [(item.value, item.line, item.guards) for item in module.facts.assignments]
            given += [(value, call.line, call.guards) for call in module.facts.calls for value in call.args]
            for value, line, guards in given:
                for name, switch in entries(value):
                    if _TOOL.search(name) and isinstance(switch, Const) and switch.value is True:
                        optional = bool(guards)
                        found.append(
                            Protection(Strength.IDENTITY, name, module.path, line, "application", is_optional=optional)
                        )
        return tuple(found)

    def _overrides_default(self, route: Route) -> bool:
        """Whether a view of Django REST framework sets its own permissions, be they empty."""
        if route.view is not None:
            return self._python.class_value(route.view, "permission_classes") is not None
        return route.handler is not None and REST_PERMISSIONS in self._decorators(route.handler)

    def _is_rest_function(self, route: Route) -> bool:
        """Whether a function is made a view of Django REST framework by its decorator."""
        return route.handler is not None and route.view is None and _REST_VIEW in self._decorators(route.handler)

    def _decorators(self, site: DefinitionSite) -> frozenset[str]:
        return frozenset(
            self._python.identify(decorator.name, site.module).removesuffix("()")
            for decorator in site.definition.decorators
            if isinstance(decorator, Name | Invoke)
        )

    @cached_property
    def _gates(self) -> tuple[tuple[Attachment, str, Strength], ...]:
        """Middleware and request hooks that refuse strangers, with the router they are limited to."""
        found: dict[tuple[str, str, str], tuple[Attachment, str, Strength]] = {}
        for attached in (
            *self._services.middleware,
            *(hook for hook in self._services.hooks if hook.kind == "before-request"),
        ):
            strength = (
                self.refusals.strength(attached.definition)
                if attached.definition is not None
                else LIBRARY_GUARDS.get(attached.name.rpartition(".")[2], Strength.NONE)
            )
            if (
                attached.definition is not None
                and attached.definition.definition.kind == "class"
                and strength < Strength.IDENTITY
            ):
                strength = max(
                    (self.refusals.strength(method) for method in attached.definition.methods), default=Strength.NONE
                )
            decorated = Strength.NONE
            if attached.definition is not None:
                decorated = self.refusals.by_decorators(attached.definition)
                strength = max(strength, decorated)
            if strength >= Strength.IDENTITY and (decorated >= Strength.IDENTITY or self._is_gate(attached)):
                for owner in self._limited_to(attached):
                    found.setdefault((attached.name, owner, attached.kind), (attached, owner, strength))
        return tuple(found.values())

    def _is_gate(self, attached: Attachment) -> bool:
        """Whether a hook stops requests without any identity, and not only those with a bad one.

        By its name, or because it answers 401.
        """
        name = snake(attached.name.rpartition(":")[2].rpartition(".")[2])
        if _GATE.search(name):
            return True
        if attached.definition is not None and self._sends_strangers_to_login(attached.definition):
            return True
        if attached.definition is None:
            return False
        calls, _, returns, _ = self.refusals.body(attached.definition)
        if attached.kind == "before-request" and self.refusals.redirects_to_login(calls):
            return True
        if self._limited_to(attached) != ("",) and any(_GATE.search(snake(call.last)) for call in calls):
            return True  # a hook of one part of the service, for what that part asks
        if not _GENERIC.match(name):
            return False
        answers = [value for call in calls for value in call.handed]
        answers += [value for item in returns for value in flattened(item.value)]
        return any(is_refusing_value(value) and "403" not in str(value) for value in answers)

    @staticmethod
    def _sends_strangers_to_login(site: DefinitionSite) -> bool:
        """Whether a middleware class answers who is not signed in with the way to the login."""
        definition = site.definition
        return definition.kind == "class" and any(
            definition.line <= call.line <= definition.end_line
            and re.search(r"login", call.last, re.IGNORECASE)
            and any(re.search(r"(^|\.)(is_anonymous|is_authenticated)$", guard) for guard in call.guards)
            for call in site.module.facts.calls
        )

    def _limited_to(self, attached: Attachment) -> tuple[str, ...]:
        """The blueprints whose requests alone a hook sees; an empty name for the whole application."""
        if attached.definition is None or attached.kind != "before-request":
            return ("",)
        site, found = attached.definition, []
        for decorator in site.definition.decorators:
            name = decorator.name if isinstance(decorator, Name | Invoke) else ""
            if name.endswith((".before_request", f".{URL_VALUE_HOOKS[0]}")):
                owner = name.rpartition(".")[0]
                told = decorator.meaning if isinstance(decorator, Name) else ""
                if "Blueprint" in told or "Blueprint" in self._python.mean(owner, site.module):
                    found.append(self._python.identify(owner, site.module))
        return tuple(dict.fromkeys(found)) or ("",)

    @cached_property
    def _rest_default(self) -> tuple[Protection, ...]:
        """What `DEFAULT_PERMISSION_CLASSES` demands of every view."""
        found = []
        for setting in self._services.settings_named("REST_FRAMEWORK"):
            if not isinstance(setting.value, Mapping):
                continue
            for key, value in zip(setting.value.keys, setting.value.values, strict=False):
                if isinstance(key, Const) and key.value == "DEFAULT_PERMISSION_CLASSES":
                    for item in flattened(value):
                        text = item.value if isinstance(item, Const) else item.name if isinstance(item, Name) else ""
                        strength = of_permission(str(text).rpartition(".")[2])
                        if text and strength > Strength.NONE:
                            found.append(
                                Protection(
                                    strength, _shown(str(text)), setting.module.path, setting.line, "application"
                                )
                            )
        return tuple(found)

    def _by_body(self, route: Route) -> Iterator[Protection]:
        for site in self._answering(route):
            strength = self.refusals.strength(site)
            if strength is not Strength.NONE:
                yield Protection(
                    strength, f"`{site.definition.name}`", site.module.path, site.definition.line, "handler"
                )

    def picking(self, route: Route) -> Iterator[DefinitionSite]:
        """The handler, and what its class picks rows by where the route is for those that are there already."""
        if route.handler is not None:
            yield route.handler
        inherited = route.handler is None or route.handler.definition.name in _STANDARD
        if route.view is not None and inherited and not {"PUT", "PATCH", "DELETE"}.isdisjoint(route.methods):
            yield from self._python.methods_of(route.view, "get_queryset", "get_object")

    def _running(self, route: Route) -> Iterator[DefinitionSite]:
        """The handler, and those methods of its class that surely run for it: an action of its own creates nothing."""
        inherited = route.handler is None or route.handler.definition.name in _STANDARD
        for site in self._answering(route):
            if site is route.handler or inherited or site.definition.name in _ALWAYS_RUN:
                yield site

    def _answering(self, route: Route) -> Iterator[DefinitionSite]:
        """The handler, and what its class runs before it."""
        if route.handler is not None:
            yield route.handler
        if route.view is not None:
            yield from self._python.methods_of(
                route.view,
                *BASE_HOOKS,
                "get_queryset",
                "get_object",
                "perform_create",
                "perform_update",
                "perform_destroy",
                "test_func",
                "form_valid",
                "post",
                "create",
            )

    def is_open_on_purpose(self, route: Route, *, by_its_name: bool = False) -> bool:
        """Whether the route serves those without an identity yet, machines with a proof of their own, or probes.

        `by_its_name` asks for more: words that also name pages of those who are signed in do not count, and neither
        does the file.
        """
        named = [route.path]
        if route.handler is not None:
            named.append(route.handler.definition.name)
        if route.view is not None:
            named.append(route.view.definition.name)
        words = {word.lower() for text in named for word in _WORD.findall(text)}
        if by_its_name and {"PUT", "PATCH", "DELETE"}.issuperset(route.methods) and _OF_ONE.search(route.path):
            return False  # what is changed or removed one by one is somebody's
        open_words = _OPEN_WORDS - _OFTEN_KEPT if by_its_name else _OPEN_WORDS
        if words & open_words or (_SIGNING & words and {"in", "up", "out"} & words):
            return True
        if any({"sign", "up"} <= set(snake(guard.name).split("_")) for guard in route.guards):
            return True
        if "return" in words and {"url", "uri"} & words:
            return True  # where a payment or identity provider sends its visitors back to
        if by_its_name:
            return False
        if route.handler is not None and any(
            _LETTING_IN.search(call.last) for call in self.refusals.body(route.handler)[0]
        ):
            return True
        stem = route.module.path.rpartition("/")[2].removesuffix(".py").lower()
        return bool(set(stem.split("_")) & _OPEN_MODULES)

    def is_open_by_decorator(self, route: Route) -> bool:
        """Whether the route is marked as open.

        `AllowAny`, `login_exempt`, `access.public`, `permission_classes = []`, a limit for those who are nobody.
        """
        if any(_is_opening(guard.name) or _allows_any(guard) for guard in route.guards):
            return True
        limits = self._python.class_value(route.view, "throttle_classes") if route.view is not None else None
        if limits is not None and any(
            isinstance(item, Name) and _OF_STRANGERS.match(item.name.rpartition(".")[2].rpartition(":")[2])
            for item in flattened(limits[1].value)
        ):
            return True
        bound = self._python.class_value(route.view, "permission_classes") if route.view is not None else None
        return bound is not None and isinstance(bound[1].value, Items) and not bound[1].value.items

    def writes(self, route: Route) -> bool:
        """Whether a state-changing route shows what it changes.

        By its method, its name, or what its handler calls. Many a POST only asks.
        """
        if route.framework == "fastapi" and route.handler is not None and self._is_a_stub(route.handler):
            return False
        if not {"PUT", "PATCH", "DELETE"}.isdisjoint(route.methods):
            return True
        if route.handler is None:
            return False
        words = {word.lower() for text in (route.path, route.handler.definition.name) for word in _WORD.findall(text)}
        calls, _, _, _ = self.refusals.body(route.handler)
        if any(call.last in _STARTING for call in calls):
            return True
        if words & _ASKING:
            return False
        return bool(words & _WRITING) or any(_is_writing(call, route.handler) for call in calls)

    @staticmethod
    def alters(route: Route) -> bool:
        """Whether a state-changing route is for what is there already, by its methods and names, not only to add."""
        if not {"PUT", "PATCH", "DELETE"}.isdisjoint(route.methods):
            return True
        named = (route.path, route.handler.definition.name if route.handler is not None else "")
        return not _ALTERING.isdisjoint(word.lower() for text in named for word in _WORD.findall(text))

    def asks_unseen(self, route: Route) -> tuple[str, ...]:
        """The calls of a route's handler, and of what its class runs before it, that are named for asking who calls.

        What they do was not followed to an end: it may refuse strangers.
        """
        first = tuple(self._answering(route))
        return tuple(
            call.last.lstrip(":?")
            for site in (*first, *(called for one in first for called in self._called(one)))
            for call in self.refusals.body(site)[0]
            if _ASKING_WHO.search(f"{call.via or call.name}") and not call.name.startswith(("jwt.", "jose."))
        )

    def acts_for_caller(self, route: Route) -> bool:
        """Whether the handler takes something of the signed-in user: where nobody is, there is nothing to take."""
        if route.handler is None:
            return False
        return any(_OF_CALLER.search(ref) for ref in self.refusals.body(route.handler)[3])

    def knows_caller(self, route: Route) -> bool:
        """Whether the handler is told who calls, or asks for it: not only that somebody may."""
        if route.handler is None:
            return False
        told = any(_CALLER_GIVEN.search(one.name) for one in route.handler.definition.parameters)
        return told or any(map(reads_caller, self.refusals.body(route.handler)[3]))

    def reads_own_rows(self, route: Route) -> DefinitionSite | None:
        """The function that a route's handler hands both the signed-in user's own key and a key of the path."""
        if route.handler is None or not self.acts_for_caller(route):
            return None
        module = route.handler.module
        keys = {f"?{name}" for name in re.findall(r"[{<](?:\w+:)?(\w+)", route.path)}
        for call in self.refusals.body(route.handler)[0] if keys else ():
            handed = {name for value in call.handed for name in _in(value, module)}
            if keys & handed and any(_OF_CALLER.search(name) for name in handed):
                target = self._python.definition(call.via or call.name, module)
                if target is not None and target.definition.kind == "function":
                    return target
        return None

    @staticmethod
    def _is_a_stub(handler: DefinitionSite) -> bool:
        """Whether a handler takes nothing and does nothing but return what it always returns."""
        facts, index = handler.module.facts, handler.index
        returns = [item for item in facts.returns if item.scope == index]
        calls = any(call.scope == index and call.decorates != index for call in facts.calls)
        takes = bool(handler.definition.parameters)
        return not takes and not calls and handler.definition.statements <= 2 and len(returns) == 1

    def _only_asks(self, route: Route) -> bool:
        """Whether a POST is a question too long for an address: named for asking, and its handler writes nothing."""
        if set(route.methods) - {"GET", "HEAD", "OPTIONS"} != {"POST"} or route.handler is None:
            return False
        path = re.sub(r"[{<][^}>]*[}>]", "", route.path)
        words = [word.lower() for text in (path, route.handler.definition.name) for word in _WORD.findall(text)]
        if not _QUESTIONS.intersection(words):
            return False
        calls, _, _, _ = self.refusals.body(route.handler)
        return not _WRITING.intersection(words) and not any(_is_writing(call, route.handler) for call in calls)

    def _only_sends_on(self, route: Route) -> bool:
        """Whether a handler does nothing but answer with another address: what is there asks for itself."""
        if route.handler is None or route.handler.definition.statements > 1:
            return False
        facts, index = route.handler.module.facts, route.handler.index
        calls = [call for call in facts.calls if call.scope == index and call.decorates != index]
        return any(call.last in _SENDING_ON for call in calls) and all(
            call.last in _SENDING_ON or call.last in ("url_for", "reverse", "url_path_for") for call in calls
        )

    @cached_property
    def exposed(self) -> tuple[Route, ...]:
        """The wired routes of production code that change state and are meant for someone known."""
        return tuple(
            route
            for route in self._routes.all
            if route.is_wired
            and self._changes(route)
            and not self._only_asks(route)
            and not self._only_sends_on(route)
            and route.module.area is Area.PRODUCTION
            and not self.is_open_on_purpose(route)
        )

    @staticmethod
    def _changes(route: Route) -> bool:
        """Frameworks that answer every method alike say nothing about state: there the handler's name decides."""
        if not route.changes_state:
            return False
        if route.framework in ("cherrypy", "turbogears") and route.handler is not None:
            return re.match(r"(get|list|show|index|info|home|view)", route.handler.definition.name.lower()) is None
        return True

    @cached_property
    def unheard(self) -> tuple[CallSite, ...]:
        """The calls that ask whether a proof is right, and whose answer nothing takes."""
        return tuple(
            site
            for site in self._python.all_calls
            if site.call.context & DISCARDED
            # A check of a value that stands there, or of a random one, is made for the time that it takes.
            and not any(isinstance(value, Const) for value in site.call.args[:2])
            and not any(isinstance(value, Invoke) and _MADE_UP_HERE.search(value.name) for value in site.call.args)
            and self._only_answers(site)
        )

    def _only_answers(self, site: CallSite) -> bool:
        """Whether a call tells by its result alone if a signature, a digest or a password matches."""
        if site.name in _ANSWERING:
            return True
        target = self._python.definition(site.call.via or site.call.name, site.module)
        if target is None or target.definition.kind != "function":
            return False
        return any(
            isinstance(item.value, Name | Invoke)
            and (item.value.meaning if isinstance(item.value, Name) else item.value.name).removesuffix("()")
            in _ANSWERING
            for item in self.refusals.body(target)[2]
            if item.scope == target.index  # what a function inside it answers is no answer of its own
        )

    def left_open(self, route: Route) -> Unset | None:
        """The credential without which everything that asks who calls a route lets everybody in; None where it asks."""
        found: Unset | None = None
        for site in self._guarding(route):
            unset = self._openings.of(site) if site is not None else None
            if unset is None:
                return None
            found = found or unset
        return found

    @cached_property
    def _openings(self) -> Openings:
        return Openings(self._python, self.refusals)

    def _guarding(self, route: Route) -> Iterator[DefinitionSite | None]:
        """What refuses strangers of a route, None for what stands in no code of the tree."""
        for guard in route.guards:
            if self.refusals.of_guard(guard) >= Strength.IDENTITY and guard.name not in self.misplaced(route):
                yield self._python.definition_named(guard.name.removesuffix("()"))
        for attached, owner, _ in self._gates:
            if not owner or owner == route.router:
                yield attached.definition
        for site in self._answering(route):
            if self.refusals.strength(site) >= Strength.IDENTITY:
                yield site

    # -- switches --------------------------------------------------------------------------------------------------

    @cached_property
    def switches(self) -> tuple[Switch, ...]:
        """The settings that turn authentication on or off as a whole, with their defaults."""
        found: dict[tuple[str, int, str], Switch] = {}
        for setting in self._services.settings:
            if isinstance(setting.value, Mapping):
                for name, value in entries(setting.value, setting.name):
                    self._add_switch(found, name, value, setting.module, setting.line)
            else:
                self._add_switch(found, setting.name, setting.value, setting.module, setting.line)
        for module in self._python.production:
            for assignment in module.facts.assignments:
                if isinstance(assignment.value, Mapping) and not _MADE_UP.search(assignment.target.lstrip(":?")):
                    for name, value in entries(assignment.value):
                        self._add_switch(found, name, value, module, assignment.line)
        return tuple(found.values())

    @staticmethod
    def _is_of_other_class(name: str, module: Module, line: int) -> bool:
        """Whether a class that holds no settings binds the name: it stands for its own instances alone."""
        for item in module.facts.assignments:
            if item.line == line and item.scope >= 0 and item.target.endswith(f".{name}"):
                owner = module.facts.definitions[item.scope]
                named = " ".join((module.path, owner.qualname, *owner.bases))
                return owner.kind == "class" and not _HOLDS_SETTINGS.search(named)
        return False

    @staticmethod
    def _is_set_later(name: str, module: Module) -> bool:
        """Whether a function of the module binds the global anew: what stands at its head is no default then."""
        return any(
            item.target == f":{name}" and item.scope >= 0 and not isinstance(item.value, Const)
            for item in module.facts.assignments
        )

    def _add_switch(
        self, found: dict[tuple[str, int, str], Switch], name: str, value: Value, module: Module, line: int
    ) -> None:
        if not _SWITCH.search(name) or _MADE_UP.search(name):
            return
        if self._is_set_later(name, module) or self._is_of_other_class(name, module, line):
            return
        default = default_of(self._python, value, module)
        if not default.is_known:
            return
        off = default.value is None or (
            default.value.lower() in _NO_MODE if isinstance(default.value, str) else not default.value
        )
        found.setdefault((module.path, line, name), Switch(name, module.path, line, off))

    @cached_property
    def checks(self) -> tuple[DefinitionSite, ...]:
        """The functions that refuse strangers and are named for it, for servers whose routes cannot be read."""
        return tuple(
            site
            for site in self._python.functions
            if STRONG_NAME.search(snake(site.definition.name)) and self.refusals.strength(site) >= Strength.IDENTITY
        )

    @cached_property
    def kept_refusals(self) -> tuple[DefinitionSite, ...]:
        """The functions that answer with a refusal of 403 which the tree keeps under a name: `return NOT_ALLOWED`."""
        found: dict[str, DefinitionSite] = {}
        for module in self._python.production:
            for item in module.facts.returns:
                definition = module.definition(item.scope)
                if definition is not None and self._is_kept_refusal(item.value, module):
                    site = DefinitionSite(module, item.scope, definition)
                    found.setdefault(site.name, site)
        return tuple(found.values())

    def _is_kept_refusal(self, value: Value | None, module: Module) -> bool:
        if not isinstance(value, Name) or value.name.startswith("?"):
            return False
        bound = self._python.assignment(value.name, module)
        if bound is None:
            return False
        return any(
            (isinstance(one, Const) and one.value == _FORBIDDEN)
            or (isinstance(one, Name) and re.search(r"\.(HTTP_403_)?FORBIDDEN", one.name) is not None)
            for one in flattened(bound[1].value)
        )

    @cached_property
    def unplaced_checks(self) -> tuple[DefinitionSite, ...]:
        """Those of the checks that stand in front of no route that could be read: what they keep is not known."""
        placed = {guard.name.removesuffix("()") for route in self._routes.all for guard in route.guards}
        for route in self._routes.all:
            for site in self._answering(route):
                placed.update((site.name, *(target.name for target in self._called(site))))
        placed.update(attached.name.removesuffix("()") for attached, _, _ in self._gates)
        return tuple(
            site
            for site in self.checks
            if placed.isdisjoint((site.name, f"{site.module.path}:{site.definition.qualname.partition('.')[0]}"))
        )


_FORBIDDEN = 403
"""The status that refuses somebody a right."""
_ANSWERING = frozenset(
    {
        "hmac.compare_digest",
        "secrets.compare_digest",
        "werkzeug.security.check_password_hash",
        "bcrypt.checkpw",
        "django.contrib.auth.hashers.check_password",
        "django.utils.crypto.constant_time_compare",
    }
)
"""Comparisons of proofs that only answer whether they match, and refuse nobody by themselves."""

_WRITING = frozenset(
    [
        "create",
        "add",
        "update",
        "delete",
        "remove",
        "set",
        "save",
        "edit",
        "upload",
        "patch",
        "put",
        "insert",
        "write",
        "store",
        "commit",
        "import",
        "assign",
        "rename",
        "move",
        "destroy",
        "restore",
        "cancel",
        "approve",
        "publish",
        "merge",
        "enqueue",
        "delay",
        "send",
        "purge",
        "clear",
    ]
)
_STARTING = frozenset(["delay", "apply_async", "enqueue"])
"""Methods that start a job: whatever a route is named, then it does more than to ask."""
_ASKING = frozenset(
    [
        "search",
        "query",
        "list",
        "lookup",
        "check",
        "validate",
        "availability",
        "find",
        "fetch",
        "filter",
        "count",
        "calculate",
        "estimate",
        "preview",
        "suggest",
        "autocomplete",
        "export",
        "download",
        "test",
        "parse",
    ]
)
_QUESTIONS = frozenset(
    {"search", "query", "lookup", "find", "match", "reconcile", "suggest", "autocomplete", "predict", "compare", "rank"}
)
_STANDARD = frozenset({"post", "put", "patch", "delete", "create", "update", "partial_update", "destroy"})
_UNGUARDED = ("unenforced", "unprotected", "unguarded", "unauthenticated")
_OF_CALLER = re.compile(r"(^|[.:])(current_user|current_identity)(\(\))?\.")
_OF_ANSWERS = re.compile(r"^(set$|(set|dict|list)\(\)\.|self\.write$|tornado\.web\.|falcon\.|\?(resp|response)\.)")
"""Calls that fill an answer or a container of the handler's own, and write nothing that stays."""
_HOPS = 3
"""Own calls followed from a handler to what may refuse somebody."""
_ALWAYS_RUN = frozenset({*BASE_HOOKS, "test_func", "get_queryset", "get_object"})
_OPENING = frozenset(
    {
        "AllowAny",
        "login_exempt",
        "public",
        "exempt",
        "allow_anonymous",
        "no_auth",
        "noauth",
        "public_endpoint",
        "unauthenticated",
    }
)
_IS_ALLOWED = re.compile(r"(^|_)(can|may|allowed|allows|permitted|permission|access|authori[sz]ed|owner|member)(_|$)")
_CALLER = re.compile(r"(^|[._?:])(user|current_user|request|caller|viewer|principal|identity|actor)(_id)?$")
_ALTERING = frozenset(
    {"delete", "remove", "edit", "update", "change", "modify", "destroy", "clear", "purge", "cancel", "move", "rename",
     "set", "replace", "reset", "toggle", "approve", "admin", "manage"}
)  # fmt: skip
"""Words of paths and handlers that do something to what is there already."""
_ASKING_WHO = re.compile(
    r"(^|[._:?])((\w+_)?auth(_\w+)?|authn|authz|authenticat\w*|authori[sz]\w*|(check|has|require|verify)_(perm|access)\w*)"
    r"(?=$|[.(])",
    re.IGNORECASE,
)
_CALLER_GIVEN = re.compile(
    r"^_?((current_|auth_|authed_|logged_in_)?(user|principal|identity|caller|viewer)(_id|_info)?"
    r"|(current|auth|authed|logged_in)_(account|member))$"
)
"""Parameters by which a handler is handed the caller."""
_SENDING_ON = frozenset({"redirect", "RedirectResponse", "HttpResponseRedirect", "HttpResponsePermanentRedirect"})
_GROUP = re.compile(r"[<{]\w")
_REST_VIEW = "rest_framework.decorators.api_view"
_LEVELS = ["route", "class", "router", "application", "handler"]


def _in(value: Value, module: Module, depth: int = 0) -> Iterator[str]:
    """The names that a value is made of, conversions looked through."""
    if isinstance(value, Name):
        yield value.name
    elif isinstance(value, Invoke) and value.call >= 0 and depth < 3:
        for inner in module.facts.calls[value.call].args:
            yield from _in(inner, module, depth + 1)


def _is_writing(call: Call, handler: DefinitionSite) -> bool:
    """Whether a call is named for changing something, and not only the answer."""
    owner = handler.definition.qualname.rpartition(".")[0]
    if owner and call.name.endswith(f"{owner}().write"):
        return False  # what a handler class writes is its answer
    named = any(_OF_ANSWERS.match(name) for name in (call.name, call.via) if name)
    return not named and snake(call.last).split("_")[0] in _WRITING and not _ANSWERING_CALLS.search(call.last)


_ANSWERING_CALLS = re.compile(
    r"^(set|add|delete|clear)_?(secure_|signed_)?(cookies?|headers?|status|default_headers)$"
    r"|^send_(file|from_directory|error|header|response)$|^write_error$"
)


def _allows_any(guard: Guard) -> bool:
    """Whether the decorator that names a view's permissions names none but the one that asks nothing."""
    if guard.name.removesuffix("()") != REST_PERMISSIONS:
        return False
    named = [value for item in guard.arguments for value in flattened(item)]
    return all(isinstance(value, Name) and value.name.rpartition(".")[2] == "AllowAny" for value in named)


def _asks_of_values(attached: Attachment) -> bool:
    """Whether a hook is handed the values of an address: it can only ask who calls where there are any."""
    site = attached.definition
    decorators = site.definition.decorators if site is not None else ()
    return any(isinstance(one, Name | Invoke) and one.name.endswith(URL_VALUE_HOOKS) for one in decorators)


def _is_opening(name: str) -> bool:
    last = name.rpartition(".")[2].rpartition(":")[2]
    return last in _OPENING or last.startswith(_UNGUARDED) or (snake(last).endswith("_exempt") and "csrf" not in last)


def _shown(name: str) -> str:
    return f"`{name.rpartition(':')[2].removesuffix('()').rpartition('.')[2] or name}`"
