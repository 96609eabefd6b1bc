"""Who may call a route: what stands between a request and its handler that asks who the caller is; judges nothing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

from readiness_bot.facts.python import Call, Const, Index, Invoke, Items, Mapping, Name, Raise, Return, Value
from readiness_bot.model import Area
from readiness_bot.repo.defaults import default_of, entries
from readiness_bot.repo.python import DefinitionSite, Module, Python
from readiness_bot.repo.routes import Guard, Route, Routes, flattened
from readiness_bot.repo.services import Attachment, Services

_DEPTH = 3
"""Own calls followed from a guard or handler: a decorator, the check it calls, and the model that check asks."""


class Strength(IntEnum):
    """How far a piece of code goes.

    Asks nothing, reads who calls, refuses strangers, refuses those without the right.
    """

    NONE = 0
    READS = 1
    IDENTITY = 2
    PERMISSION = 3


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


_NO_IDENTITY = re.compile(
    r"csrf|xsrf|cors|rate_?limit|limiter|throttl|banned|maintenance|user_?agent|deprecat|cache|telemetry|metrics|jsonp|timer",
    re.IGNORECASE,
)
_STRONG_NAME = re.compile(
    r"(^|_)(login|logged|authenticated|authenticate|auth|authed|authorize|authorized|authorization|authorise|admin|admins|superuser|staff|permission|permissions"
    r"|perm|perms|role|roles|rbac|acl|jwt|apikey|api_key|bearer|principal|membership|member|owner|access|scope|scopes|oauth|oauth2|oidc|sso|hmac"
    r"|token|credentials|current_user|user_id|session_key|registered|identity|require_user|user_passes_test|signature|can)(_|$)"
)
_PERMISSION_NAME = re.compile(
    r"(^|_)(admin|admins|superuser|staff|permission|permissions|perm|perms|role|roles|rbac|acl|owner|ownership|member|membership|scope|scopes|librarian|moderator|editor"
    r"|access|authorize|authorized|authorization|authorise|can|policy|privilege|privileges|passes_test|accessible|allowed)(_|$)"
)
_REFUSAL = re.compile(
    r"(unauthori[sz]ed|forbidden|permissiondenied|notauthenticated|authenticationfailed|accessdenied|accessexception|unauthenticated|notauthori[sz]ed|autherror"
    r"|authenticationerror|authorizationerror|permissionerror|authexception|credentialsexception|loginrequired|notloggedin|invalidtoken|notallowed$"
    r"|authenticationexception|authorizationexception|insufficientpermissions?|insufficientscope|redirect_to_login|unauthorized_response|not_authenticated)",
    re.IGNORECASE,
)
_ENFORCES: dict[str, Strength] = {
    "verify_jwt_in_request": Strength.IDENTITY,
    "jwt_required": Strength.IDENTITY,
    "fresh_jwt_required": Strength.IDENTITY,
    "login_required": Strength.IDENTITY,
    "auth_required": Strength.IDENTITY,
    "fresh_login_required": Strength.IDENTITY,
    "auth_token_required": Strength.IDENTITY,
    "http_auth_required": Strength.IDENTITY,
    "require_login": Strength.IDENTITY,
    "staff_member_required": Strength.PERMISSION,
    "superuser_required": Strength.PERMISSION,
    "user_passes_test": Strength.PERMISSION,
    "permission_required": Strength.PERMISSION,
    "permission_required_or_403": Strength.PERMISSION,
    "permissions_required": Strength.PERMISSION,
    "permissions_accepted": Strength.PERMISSION,
    "roles_required": Strength.PERMISSION,
    "roles_accepted": Strength.PERMISSION,
    "role_required": Strength.PERMISSION,
    "has_access": Strength.PERMISSION,
    "has_access_api": Strength.PERMISSION,
    "requires": Strength.IDENTITY,
    "authenticated": Strength.IDENTITY,
    "protect": Strength.IDENTITY,
    "check_object_permissions": Strength.PERMISSION,
    "check_permissions": Strength.PERMISSION,
    "get_object_or_403": Strength.PERMISSION,
    "raise_for_status": Strength.NONE,
}
_LIBRARY_GUARDS: dict[str, Strength] = {
    "LoginRequiredMixin": Strength.IDENTITY,
    "AccessMixin": Strength.IDENTITY,
    "PermissionRequiredMixin": Strength.PERMISSION,
    "UserPassesTestMixin": Strength.PERMISSION,
    "StaffuserRequiredMixin": Strength.PERMISSION,
    "SuperuserRequiredMixin": Strength.PERMISSION,
    "GroupRequiredMixin": Strength.PERMISSION,
    "LoginRequiredMiddleware": Strength.IDENTITY,
    "OAuth2PasswordBearer": Strength.IDENTITY,
    "OAuth2AuthorizationCodeBearer": Strength.IDENTITY,
    "OAuth2": Strength.IDENTITY,
    "HTTPBearer": Strength.IDENTITY,
    "HTTPBasic": Strength.IDENTITY,
    "HTTPDigest": Strength.IDENTITY,
    "APIKeyHeader": Strength.READS,
    "APIKeyCookie": Strength.READS,
    "APIKeyQuery": Strength.READS,
    "JWTBearer": Strength.IDENTITY,
    "OpenIdConnect": Strength.IDENTITY,
    "current_user": Strength.IDENTITY,
    "ModelView": Strength.NONE,
    "ModelRestApi": Strength.PERMISSION,
}
_READS = re.compile(
    r"(^|[.:_])(current_user|get_current_user|get_user|current_identity|get_jwt_identity|get_jwt|is_authenticated|authed|is_admin|is_superuser|is_staff|has_perms?|has_permission"
    r"|require_user|require_admin|get_logged_in_user|logged_in|user_id|getcurrentuser|requireadmin|getuser|get_identity|auth_info)$"
    r"|(^|[.?:])(request|req|info\.context|self\.request|g|flask\.g|state)\.(user|auth|identity|principal|account|login|customers|ctx\.user)($|\.)",
    re.IGNORECASE,
)
_OPEN_WORDS = frozenset(
    [
        "login",
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
_OPEN_MODULES = frozenset({"webhook", "webhooks", "auth", "login", "health", "authentication", "oauth", "saml", "ldap"})
_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_SWITCH = re.compile(
    r"(^|\.)((app|service|api|server|web|ui|http|httpdb|flask|rest|dashboard)[._])?"
    r"((auth|authentication|login|security|basic_auth|http_auth|access_control)[._]?(required|enabled|enable|on|active|mode|type)|(require|enable|use|enforce|with)_(auth|authentication|login|security))$",
    re.IGNORECASE,
)
_CHECKS = re.compile(
    r"(require|verify|check|ensure|assert|enforce|validate|authorize|authorise|authenticate|guard|has|is|can)(_|$)"
)
_GATE = re.compile(
    r"login|authenticat|authori[sz]|(^|_)auth(_|$)|protect|(^|_)require|permission|api_?key|access_control|jwt|bearer|session_required"
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
_NO_MODE = frozenset({"none", "", "off", "disabled", "nop", "no", "false", "anonymous", "noop", "allow_all", "noauth"})
_BASE_HOOKS = (
    "dispatch",
    "prepare",
    "initial",
    "check_permissions",
    "get_permissions",
    "has_permission",
    "before_request",
    "process_request",
    "process_view",
    "__call__",
    "setup",
    "on_request",
)


class Identity:
    """Questions about who may call the routes of one tree."""

    LOOKS = "route guards, middleware, request hooks and framework defaults"

    def __init__(self, python: Python, routes: Routes, services: Services) -> None:
        self._python = python
        self._routes = routes
        self._services = services
        self._strengths: dict[tuple[str, int], Strength] = {}

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    # -- code ------------------------------------------------------------------------------------------------------

    @cached_property
    def _bodies(self) -> dict[str, dict[int, tuple[list[Call], list[Raise], list[Return]]]]:
        return {}

    def _body(self, site: DefinitionSite) -> tuple[list[Call], list[Raise], list[Return], set[str]]:
        """What a function and those defined inside it call, raise, return and name."""
        module = site.module
        index = self._bodies.get(module.path)
        if index is None:
            index = self._bodies[module.path] = defaultdict(lambda: ([], [], []))
            for call in module.facts.calls:
                index[call.scope][0].append(call)
            for raised in module.facts.raises:
                index[raised.scope][1].append(raised)
            for returned in module.facts.returns:
                index[returned.scope][2].append(returned)
        calls: list[Call] = []
        raises: list[Raise] = []
        returns: list[Return] = []
        refs: set[str] = set()
        for number in self._inside(site):
            refs.update(module.facts.definitions[number].refs)
            if number in index:
                calls += index[number][0]
                raises += index[number][1]
                returns += index[number][2]
        return calls, raises, returns, refs

    @staticmethod
    def _inside(site: DefinitionSite) -> Iterator[int]:
        """The definition and every function inside it; definitions follow their parents."""
        inner = {site.index}
        yield site.index
        definitions = site.module.facts.definitions
        for number in range(site.index + 1, len(definitions)):
            if definitions[number].first_line > site.definition.end_line:
                break
            if definitions[number].parent in inner and definitions[number].kind == "function":
                inner.add(number)
                yield number

    def strength(self, site: DefinitionSite, depth: int = 0) -> Strength:
        """How far a function or class of the tree goes in asking who calls."""
        key = (site.name, depth)
        known = self._strengths.get(key)
        if known is not None:
            return known
        if depth > _DEPTH:
            return Strength.NONE
        # What is being looked at asks nothing by itself: a function that calls itself ends here.
        self._strengths[key] = Strength.NONE
        found = (
            self._class_strength(site, depth)
            if site.definition.kind == "class"
            else self._function_strength(site, depth)
        )
        self._strengths[key] = found
        return found

    def _class_strength(self, site: DefinitionSite, depth: int) -> Strength:
        best = max(
            (_LIBRARY_GUARDS.get(base.rpartition(".")[2], Strength.NONE) for base in self._python.external_bases(site)),
            default=Strength.NONE,
        )
        for name in (*_BASE_HOOKS, "__init__", "authenticate"):
            method = self._python.member(site, name)
            if method is not None and method.definition.kind == "function":
                best = max(best, self.strength(method, depth))
        return best

    def _function_strength(self, site: DefinitionSite, depth: int) -> Strength:
        name = _snake(site.definition.qualname)
        if _NO_IDENTITY.search(name.rpartition(".")[2]):
            return Strength.NONE
        calls, raises, returns, refs = self._body(site)
        best = Strength.READS if any(_READS.search(ref) for ref in refs) else Strength.NONE
        refuses = self._refuses(calls, raises, returns)
        if refuses:
            asked = {
                *refs,
                *(guard for call in calls for guard in call.guards),
                *(guard for raised in raises for guard in raised.guards),
                *(parameter.name for parameter in site.definition.parameters),
            }
            things = f"{name} {' '.join(sorted(map(_snake, asked)))}"
            if _about_identity(f"{things} {' '.join(_texts(calls))}"):
                best = Strength.PERMISSION if _about_permission(things) else Strength.IDENTITY
        for call in calls:
            enforced = _ENFORCES.get(call.last)
            if enforced is not None:
                best = max(best, enforced)
            if best is Strength.PERMISSION:
                return best
            target = self._python.definition(call.via or call.name, site.module)
            if target is None and call.via:
                target = self._python.definition(call.name, site.module)
            checks = _STRONG_NAME.search(_snake(call.last)) is not None or _CHECKS.match(_snake(call.last)) is not None
            if target is not None and target.name != site.name:
                found = self.strength(target, depth + 1)
                # Deep in a service something may refuse somebody; it counts where the call is named for asking.
                best = max(best, found if checks else min(found, Strength.READS))
            elif target is None and _is_check(call):
                best = max(best, Strength.PERMISSION if _about_permission(_snake(call.last)) else Strength.IDENTITY)
        return best

    @staticmethod
    def _refuses(calls: list[Call], raises: Iterable[Raise], returns: Iterable[Return]) -> bool:
        return (
            any(_REFUSAL.search(raised.name.rpartition(".")[2]) for raised in raises)
            or any(_refusing_call(call) for call in calls)
            or (
                any(call.last.lower() in _REDIRECTS for call in calls)
                and any(
                    call.last in ("url_for", "reverse", "reverse_lazy") and any(map(_leads_to_login, call.args))
                    for call in calls
                )
            )
            or any(_is_refusing_value(value) for item in returns for value in flattened(item.value))
        )

    # -- guards ----------------------------------------------------------------------------------------------------

    def of_guard(self, guard: Guard) -> Strength:
        """How far one guard of a route goes."""
        last = guard.name.rpartition(".")[2].rpartition(":")[2].removesuffix("()")
        if guard.kind == "permission":
            return _of_permission(last)
        if guard.name.removesuffix("()") == _REST_PERMISSIONS:
            named = (value.name for item in guard.arguments for value in flattened(item) if isinstance(value, Name))
            return max((_of_permission(name.rpartition(".")[2]) for name in named), default=Strength.NONE)
        if guard.kind == "throttle":
            return Strength.NONE
        if guard.kind == "authentication":
            return Strength.READS
        if guard.kind == "decorator" and guard.name.endswith(("csrf_exempt", "login_exempt")):
            return Strength.NONE
        own = self._python.definition_named(guard.name.removesuffix("()"))
        if own is None and ":" in guard.name:
            owner = self._python.definition_named(guard.name.rpartition(".")[0].removesuffix("()"))
            own = (
                owner
                if owner is not None and owner.definition.kind == "class" and guard.name.endswith(".require")
                else None
            )
        if own is not None:
            return self._of_own(own, guard)
        if last in _LIBRARY_GUARDS:
            return _LIBRARY_GUARDS[last]
        if guard.kind == "mixin":
            name = _snake(last)
            return (
                Strength.IDENTITY
                if re.search(r"login_required|authenticated|permission_required|auth_required", name)
                else Strength.NONE
            )
        return self._by_name(guard)

    def _of_own(self, own: DefinitionSite, guard: Guard) -> Strength:
        found = self.strength(own)
        if guard.kind == "mixin":
            return found
        name = _snake(own.definition.name)
        if found >= Strength.IDENTITY:
            return max(found, Strength.PERMISSION if _about_permission(name) else found)
        if _NO_IDENTITY.search(name) or not _STRONG_NAME.search(name):
            return found
        if _about_permission(name) and "optional" not in name:
            return Strength.PERMISSION
        # A decorator or dependency that is named for a check and hands the decision to something that was not followed.
        return Strength.READS if guard.kind == "dependency" else Strength.IDENTITY

    def _by_name(self, guard: Guard) -> Strength:
        last = guard.name.rpartition(".")[2].rpartition(":")[2].removesuffix("()")
        if last in ("require", "test", "limit", "doc", "param", "expect", "response", "marshal_with"):
            owner = _snake(guard.name.rpartition(".")[0].rpartition(".")[2].rpartition(":")[2])
            return Strength.PERMISSION if last in ("require", "test") and _about_permission(owner) else Strength.NONE
        if last in _ENFORCES:
            return _ENFORCES[last]
        if "access" in guard.name.split(".") and last in ("user", "admin", "token", "public"):
            return {"admin": Strength.PERMISSION, "public": Strength.READS}.get(last, Strength.IDENTITY)
        name = _snake(last)
        if _NO_IDENTITY.search(name) or not _STRONG_NAME.search(name):
            return Strength.NONE
        return Strength.PERMISSION if _about_permission(name) else Strength.IDENTITY

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

    def _by_guards(self, route: Route) -> Iterator[Protection]:
        ineffective = self.misplaced(route)
        for guard in route.guards:
            if guard.name in ineffective:
                continue
            strength = self.of_guard(guard)
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
        if route.framework in ("cherrypy", "web.py", "litestar", "django", "django-rest-framework", "chalice"):
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
        for attached, owner, strength in self._gates:
            place = attached.location
            if (owner and owner != route.router) or ("__name__" in attached.guards and place.path != route.module.path):
                continue
            yield Protection(
                strength,
                _shown(attached.name),
                place.path,
                place.line,
                "application",
                is_optional=bool(set(attached.guards) - {"__name__"}),
            )

    def _overrides_default(self, route: Route) -> bool:
        """Whether a view of Django REST framework sets its own permissions, be they empty."""
        if route.view is not None:
            return self._python.class_value(route.view, "permission_classes") is not None
        return route.handler is not None and _REST_PERMISSIONS in self._decorators(route.handler)

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
        found = []
        for attached in (
            *self._services.middleware,
            *(hook for hook in self._services.hooks if hook.kind == "before-request"),
        ):
            strength = (
                self.strength(attached.definition)
                if attached.definition is not None
                else _LIBRARY_GUARDS.get(attached.name.rpartition(".")[2], Strength.NONE)
            )
            if (
                attached.definition is not None
                and attached.definition.definition.kind == "class"
                and strength < Strength.IDENTITY
            ):
                strength = max((self.strength(method) for method in attached.definition.methods), default=Strength.NONE)
            if strength >= Strength.IDENTITY and self._is_gate(attached):
                found.append((attached, self._limited_to(attached), strength))
        return tuple(found)

    def _is_gate(self, attached: Attachment) -> bool:
        """Whether a hook stops requests without any identity, and not only those with a bad one.

        By its name, or because it answers 401.
        """
        name = _snake(attached.name.rpartition(":")[2].rpartition(".")[2])
        if _GATE.search(name):
            return True
        if attached.definition is None or not _GENERIC.match(name):
            return False
        calls, _, returns, _ = self._body(attached.definition)
        answers = [value for call in calls for value in (*call.args, *(value for _, value in call.keywords))]
        answers += [value for item in returns for value in flattened(item.value)]
        return any(_is_refusing_value(value) and "403" not in str(value) for value in answers)

    def _limited_to(self, attached: Attachment) -> str:
        """The blueprint whose requests alone a hook sees; empty for the whole application."""
        if attached.definition is None or attached.kind != "before-request":
            return ""
        site = attached.definition
        for decorator in site.definition.decorators:
            name = decorator.name if isinstance(decorator, Name | Invoke) else ""
            if name.endswith(".before_request"):
                owner = name.rpartition(".")[0]
                if isinstance(decorator, Name) and "Blueprint" in (
                    decorator.meaning or self._python.mean(owner, site.module)
                ):
                    return self._python.identify(owner, site.module)
                if "Blueprint" in self._python.mean(owner, site.module):
                    return self._python.identify(owner, site.module)
        return ""

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
                        strength = _of_permission(str(text).rpartition(".")[2])
                        if text and strength > Strength.NONE:
                            found.append(
                                Protection(
                                    strength, _shown(str(text)), setting.module.path, setting.line, "application"
                                )
                            )
        return tuple(found)

    def _by_body(self, route: Route) -> Iterator[Protection]:
        for site in self._answering(route):
            strength = self.strength(site)
            if strength is not Strength.NONE:
                yield Protection(
                    strength, f"`{site.definition.name}`", site.module.path, site.definition.line, "handler"
                )

    def _answering(self, route: Route) -> Iterator[DefinitionSite]:
        """The handler, and what its class runs before it."""
        if route.handler is not None:
            yield route.handler
        if route.view is not None:
            for name in (
                *_BASE_HOOKS,
                "get_queryset",
                "get_object",
                "perform_create",
                "perform_update",
                "perform_destroy",
                "test_func",
                "form_valid",
                "post",
                "create",
            ):
                method = self._python.member(route.view, name)
                if method is not None and method.definition.kind == "function":
                    yield method

    def is_open_on_purpose(self, route: Route) -> bool:
        """Whether the route serves those without an identity yet, machines with a proof of their own, or probes."""
        named = [route.path]
        if route.handler is not None:
            named.append(route.handler.definition.name)
        if route.view is not None:
            named.append(route.view.definition.name)
        words = {word.lower() for text in named for word in _WORD.findall(text)}
        if words & _OPEN_WORDS or ({"sign", "log"} & words and {"in", "up", "out"} & words):
            return True
        stem = route.module.path.rpartition("/")[2].removesuffix(".py").lower()
        return bool(set(stem.split("_")) & _OPEN_MODULES)

    def is_open_by_decorator(self, route: Route) -> bool:
        """Whether the route is marked as open.

        `AllowAny`, `login_exempt`, `access.public`, `permission_classes = []`.
        """
        for guard in route.guards:
            last = guard.name.rpartition(".")[2].rpartition(":")[2]
            if last in (
                "AllowAny",
                "login_exempt",
                "public",
                "exempt",
                "allow_anonymous",
                "no_auth",
                "noauth",
                "public_endpoint",
                "unauthenticated",
            ) or (_snake(last).endswith("_exempt") and "csrf" not in last):
                return True
        bound = self._python.class_value(route.view, "permission_classes") if route.view is not None else None
        return bound is not None and isinstance(bound[1].value, Items) and not bound[1].value.items

    def writes(self, route: Route) -> bool:
        """Whether a state-changing route shows what it changes.

        By its method, its name, or what its handler calls. Many a POST only asks.
        """
        if not {"PUT", "PATCH", "DELETE"}.isdisjoint(route.methods):
            return True
        if route.handler is None:
            return False
        words = {word.lower() for text in (route.path, route.handler.definition.name) for word in _WORD.findall(text)}
        if words & _ASKING:
            return False
        calls, _, _, _ = self._body(route.handler)
        return bool(words & _WRITING) or any(_snake(call.last).split("_")[0] in _WRITING for call in calls)

    @cached_property
    def exposed(self) -> tuple[Route, ...]:
        """The wired routes of production code that change state and are meant for someone known."""
        return tuple(
            route
            for route in self._routes.all
            if route.is_wired
            and self._changes(route)
            and route.module.area is Area.PRODUCTION
            and not self.is_open_on_purpose(route)
        )

    @staticmethod
    def _changes(route: Route) -> bool:
        """Frameworks that answer every method alike say nothing about state: there the handler's name decides."""
        if not route.changes_state:
            return False
        if route.framework == "cherrypy" and route.handler is not None:
            return re.match(r"(get|list|show|index|info|home|view)", route.handler.definition.name.lower()) is None
        return True

    # -- switches --------------------------------------------------------------------------------------------------

    @cached_property
    def switches(self) -> tuple[Switch, ...]:
        """The settings that turn authentication on or off as a whole, with their defaults."""
        found: dict[tuple[str, int], Switch] = {}
        for setting in self._services.settings:
            if isinstance(setting.value, Mapping):
                for name, value in entries(setting.value, setting.name):
                    self._add_switch(found, name, value, setting.module, setting.line)
            else:
                self._add_switch(found, setting.name, setting.value, setting.module, setting.line)
        for module in self._python.production:
            for assignment in module.facts.assignments:
                if isinstance(assignment.value, Mapping):
                    for name, value in entries(assignment.value):
                        self._add_switch(found, name, value, module, assignment.line)
        return tuple(found.values())

    def _add_switch(
        self, found: dict[tuple[str, int], Switch], name: str, value: Value, module: Module, line: int
    ) -> None:
        if not _SWITCH.search(name):
            return
        default = default_of(self._python, value, module)
        if not default.is_known:
            return
        off = default.value is None or (
            default.value.lower() in _NO_MODE if isinstance(default.value, str) else not default.value
        )
        found.setdefault((module.path, line), Switch(name, module.path, line, off))

    @cached_property
    def checks(self) -> tuple[DefinitionSite, ...]:
        """The functions that refuse strangers and are named for it, for servers whose routes cannot be read."""
        return tuple(
            site
            for site in self._python.functions
            if _STRONG_NAME.search(_snake(site.definition.name)) and self.strength(site) >= Strength.IDENTITY
        )


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
_REST_VIEW = "rest_framework.decorators.api_view"
_REST_PERMISSIONS = "rest_framework.decorators.permission_classes"
_LEVELS = ["route", "class", "router", "application", "handler"]


def _snake(name: str) -> str:
    """A name in lower case with its words parted by underscores: `requireAuth` becomes `require_auth`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _shown(name: str) -> str:
    return f"`{name.rpartition(':')[2].removesuffix('()').rpartition('.')[2] or name}`"


_IDENTITY_TEXT = re.compile(
    r"(^|[^a-z])(auth|authed|authenticated|authentication|authorization|login|logged|user|users|current_user|user_id|admin|token|tokens|session|api_key|apikey|jwt|role|roles"
    r"|permission|permissions|perm|perms|scope|scopes|credential|credentials|principal|identity|password|member|membership|bearer|account|access|login_manager|access_token)(?=[^a-z]|$)"
)


def _about_identity(text: str) -> bool:
    return (
        _IDENTITY_TEXT.search(text.lower().replace("-", "_").replace("_", " ")) is not None
        or "api_key" in text
        or "x-api-key" in text.lower()
    )


def _about_permission(text: str) -> bool:
    return any(_PERMISSION_NAME.search(part) for part in re.split(r"[\s.:?\[\]()]+", text))


def _texts(calls: Iterable[Call]) -> Iterator[str]:
    for call in calls:
        for value in (*call.args, *(value for _, value in call.keywords)):
            if isinstance(value, Const) and isinstance(value.value, str) and len(value.value) < 60:
                yield value.value


def _refusing_call(call: Call) -> bool:
    if _REFUSAL.search(call.last):
        return True
    values = (
        *call.args,
        *(
            value
            for name, value in call.keywords
            if name in ("status_code", "status", "code", "http_status", "http_status_code", "error_code")
        ),
    )
    if any(_is_refusing_value(value) for value in values):
        return True
    return call.last.lower() in _REDIRECTS and any(_leads_to_login(value) for value in call.args)


_REDIRECTS = frozenset(
    {
        "redirect",
        "redirectresponse",
        "httpresponseredirect",
        "httpredirect",
        "seeother",
        "httpfound",
        "httpseeother",
        "found",
    }
)


def _leads_to_login(value: Value) -> bool:
    text = value.value if isinstance(value, Const) else value.name if isinstance(value, Name | Invoke) else ""
    if isinstance(value, Invoke) or not isinstance(text, str):
        return isinstance(value, Invoke) and "login" in value.name.lower()
    return re.search(r"login|signin|sign_in", text, re.IGNORECASE) is not None


def _is_refusing_value(value: Value) -> bool:
    if isinstance(value, Const):
        return value.value in (401, 403, "401", "403") and not isinstance(value.value, bool)
    if isinstance(value, Name):
        return re.search(r"(40[13]_|\.UNAUTHORIZED|\.FORBIDDEN|HTTP_40[13])", value.name) is not None
    if isinstance(value, Index):
        return False
    return False


def _is_check(call: Call) -> bool:
    """Whether an unresolved call is named like one that refuses.

    `verify_permission`, `require_admin`, `self.requireAdmin`.
    """
    name = _snake(call.last)
    return re.match(
        r"(require|verify|check|ensure|assert|enforce|validate|authorize|authorise|authenticate)(_|$)", name
    ) is not None and (
        re.search(
            r"(auth|permission|perm|admin|access|role|owner|login|user|token|scope|acl|authorize|authenticate|signature|project_or_raise)",
            name,
        )
        is not None
    )


def _of_permission(last: str) -> Strength:
    """What a permission class demands; libraries and projects name them for it."""
    if last in ("AllowAny", ""):
        return Strength.NONE
    if last in ("IsAuthenticated", "IsAuthenticatedOrReadOnly", "TokenHasScope"):
        return Strength.IDENTITY
    return Strength.PERMISSION
