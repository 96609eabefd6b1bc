"""How far code goes in asking who calls: by the names of guards, and by what functions of the tree really refuse."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from enum import IntEnum
from functools import cached_property, lru_cache

from msgspec import structs

from readiness_bot.facts.python_facts import (
    AWAITED,
    DISCARDED,
    IN_TRY,
    RETURNED,
    Call,
    Condition,
    Definition,
    Raise,
    Return,
)
from readiness_bot.facts.values import Const, Index, Invoke, Items, Name, Other, Value
from readiness_bot.repo.expressions import either_of, flattened, names_in, names_of, texts_of
from readiness_bot.repo.modules import DefinitionSite, Module
from readiness_bot.repo.python import Python
from readiness_bot.repo.refusal_signs import (
    REDIRECTS,
    about_permission,
    ends_by_right,
    forbids_by_whose,
    forbids_thing,
    is_forbidding,
    is_of_place,
    is_redirect,
    is_refusal,
    is_refusing,
    is_refusing_call,
    is_refusing_value,
    is_true,
    is_unauthorized,
    leads_to_login,
    moves_away,
    of_what,
    only_asks_who,
    sends_away,
    short_texts,
    snake,
)
from readiness_bot.repo.route import Guard, is_told_optional, told_optional

REST_PERMISSIONS = "rest_framework.decorators.permission_classes"
"""The decorator by which a function view names its permissions."""
_OF_VIEWS = frozenset({"action", "api_view", "detail_route", "list_route"})
"""Decorators of Django REST framework, whose permissions stand in for those of the view: routes know of them."""
_DEPTH = 3
_AS_FORBIDDEN = "Forbidden"
_AS_UNAUTHORIZED = "Unauthorized"
"""As what an exception counts that a handler answers with 403 or 401."""
"""Own calls followed from a guard or handler: a decorator, the check it calls, and the model that check asks."""


class Strength(IntEnum):
    """How far a piece of code goes.

    Asks nothing, reads who calls, refuses strangers, refuses those without the right.
    """

    NONE = 0
    READS = 1
    IDENTITY = 2
    PERMISSION = 3


_ACCESS = re.compile(r"(^|[./])access(\.py)?[:.](user|admin|token|public)$")
"""Decorators that say in one word who may come in: `@access.user`."""

NO_IDENTITY = re.compile(
    r"csrf|xsrf|cors|rate_?limit|limiter|throttl|banned|maintenance|user_?agent|deprecat|cache|telemetry|metrics|jsonp|timer",
    re.IGNORECASE,
)
BUCKET = re.compile(r"(token|leaky)_?bucket", re.IGNORECASE)
"""What gives leave for so many calls, whoever makes them."""
_STRANGERS = re.compile(r"anonymous|guest|unauth|not_(logged|auth)|logged_?out|public|optional", re.IGNORECASE)
"""Names of decorators that let in those who are not signed in."""
_SIGNED_IN = re.compile(r"\.is_(authenticated|anonymous)(\(\))?$")
STRONG_NAME = re.compile(
    r"(^|_)(login|logged(?=_in|_user)|authenticated|authenticate|auth|authed|authorize|authorized|authorization|authorise|admin|admins|superuser|staff|permission|permissions"
    r"|perm|perms|role|roles|rbac|acl|jwt|apikey|api_key|bearer|principal|membership|member|owner|access|scope|scopes|oauth|oauth2|oidc|sso|hmac"
    r"|token|credentials|current_user|user_id|session_key|registered|secured|identity|require_user|user_passes_test|signature|can)(_|$)"
)
_ENFORCES: dict[str, Strength] = {
    "verify_jwt_in_request": Strength.IDENTITY,
    "jwt_required": Strength.IDENTITY,
    "check_authorized": Strength.IDENTITY,
    "fresh_jwt_required": Strength.IDENTITY,
    "login_required": Strength.IDENTITY,
    "auth_required": Strength.IDENTITY,
    "fresh_login_required": Strength.IDENTITY,
    "auth_token_required": Strength.IDENTITY,
    "http_auth_required": Strength.IDENTITY,
    "require_login": Strength.IDENTITY,
    "staff_member_required": Strength.PERMISSION,
    "require_admin_access": Strength.PERMISSION,
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
_ASKS_WHO = re.compile(
    r"^((check|require|requires|need|needs|must_be|is|ensure)_)?(auth|authed|login|logged_in|authenticated"
    r"|authentication)(_required)?$"
)
"""Names that only a guard has that asks who calls and for no right."""
_OF_ARGUMENTS = frozenset({"requires", "protect"})
"""Guards that ask for what they are told to."""
SIGN_IN_ALONE = frozenset(
    name for name, strength in _ENFORCES.items() if strength is Strength.IDENTITY and name not in _OF_ARGUMENTS
)
"""Checks of libraries that ask whether somebody has signed in, and for no right."""
LIBRARY_GUARDS: dict[str, Strength] = {
    "AuthProtocol": Strength.IDENTITY,
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
_OF_KIND = {"throttle": Strength.NONE, "authentication": Strength.READS, "description": Strength.IDENTITY}
"""How far guards of a kind go, whatever they are called."""
_READS = re.compile(
    r"(^|[.:_])(current_user|current_token|get_current_user|get_user|current_identity|get_jwt_identity|get_jwt|is_authenticated|authed|is_admin|is_superuser|is_staff|has_perms?|has_permission"
    r"|require_user|require_admin|get_logged_in_user|logged_in|user_id|user_or_token|getcurrentuser|requireadmin|getuser|get_identity|auth_info)$"
    r"|(^|[.?:])(request|req|info\.context|self\.request|g|flask\.g|state)\.(a?user|authz?|identity|principal|account|login|member|customers|ctx\.user)(\(\))?($|\.)",
    re.IGNORECASE,
)
_OF_SIGNED_IN = re.compile(r"(^|[.?])(aiohttp_session\.get_session\(\)|(request|flask)\.session)\.get$")
"""What is looked up in the session of whoever calls."""
_HEADER = re.compile(r"(^|[.:?!])authorization(\.(credentials|scheme))?$")
"""The header by which a caller proves who it is: named for rights, and saying nothing of them."""
OWN_PROOF = re.compile(r"(^|[.:!?])[A-Z0-9_]+_(KEY|TOKEN|SECRET|PASSWORD)$")
"""Constants that a proof of who calls is held against: `ADMIN_API_KEY` names nobody's right."""
_CHECKS = re.compile(
    r"(require|verify|check|ensure|assert|enforce|validate|authorize|authorise|authenticate|guard|has|is|can)(_|$)"
)
BASE_HOOKS = (
    "dispatch",
    "dispatch_request",
    "prepare",
    "initial",
    "check_permissions",
    "check_object_permissions",
    "get_permissions",
    "has_permission",
    "before_request",
    "process_request",
    "process_view",
    "__call__",
    "setup",
    "on_request",
)
_IDENTITY_TEXT = re.compile(
    r"(^|[^a-z])(auth|authed|authenticated|authentication|authorization|login|logged|user|users|current_user|user_id|admin|token|tokens|session|api_key|apikey|jwt|role|roles"
    r"|permission|permissions|perm|perms|scope|scopes|credential|credentials|principal|identity|password|member|membership|bearer|account|access|login_manager|access_token)(?=[^a-z]|$)"
)


_Body = tuple[list[Call], list[Raise], list[Return], set[str]]


class Refusals:
    """Questions about what code asks of its caller."""

    def __init__(self, python: Python) -> None:
        self._python = python
        self._strengths: dict[tuple[str, int], Strength] = {}
        self._refusing: dict[tuple[str, int], bool] = {}
        self._whole: dict[tuple[str, int], _Body] = {}
        self._kinds: dict[tuple[str, str], str] = {}
        self._held: dict[str, tuple[Condition, ...]] = {}
        self._away: dict[tuple[str, int], bool] = {}
        self._statuses: dict[str, tuple[int, ...]] = {}
        """By module, the lines that give an answer the status of a refusal."""

    @cached_property
    def _bodies(self) -> dict[str, dict[int, tuple[list[Call], list[Raise], list[Return]]]]:
        return {}

    def body(self, site: DefinitionSite) -> _Body:
        """What a function and those defined inside it call, raise, return and name."""
        key = (site.module.path, site.index)
        known = self._whole.get(key)
        if known is None:
            known = self._whole[key] = self._body(site)
        return known

    def _body(self, site: DefinitionSite) -> _Body:
        module = site.module
        index = self._bodies.get(module.path)
        if index is None:
            index = self._bodies[module.path] = defaultdict(lambda: ([], [], []))
            for call in module.facts.calls:
                if not self._is_never_run(call, module):
                    index[call.scope][0].append(call)
            for raised in module.facts.raises:
                index[raised.scope][1].append(raised)
            kept = _kept_refusals(module)
            for returned in module.facts.returns:
                name = returned.value.name if isinstance(returned.value, Name) else ""
                known = kept.get((returned.scope, name))
                index[returned.scope][2].append(returned if known is None else structs.replace(returned, value=known))
        calls: list[Call] = []
        raises: list[Raise] = []
        returns: list[Return] = []
        refs: set[str] = set()
        for number in self._inside(site):
            refs.update(module.facts.definitions[number].refs)
            if number in index:
                calls += (call for call in index[number][0] if not is_of_place(call.guards) or not is_refusing(call))
                raises += (of_what(self._by_kind(raised, module)) for raised in index[number][1])
                returns += index[number][2]
        told = _telling_of_failures(site, calls)
        if told:
            calls = [call for call in calls if call.line not in told]
            raises = [raised for raised in raises if raised.line not in told]
            returns = [item for item in returns if item.line not in told]
        return calls, raises, returns, refs

    def lets_all_through(self, guard: Guard) -> bool:
        """Whether a decorator of the tree calls what it wraps whoever asks, once it has looked who that is."""
        own = self.defined(guard.name) if guard.kind == "decorator" else None
        return own is not None and self._is_passed_by_all(own, guard)

    def _is_passed_by_all(self, own: DefinitionSite, guard: Guard) -> bool:
        if guard.kind != "decorator" or own.definition.kind != "function":
            return False
        calls, raises, _, _ = self.body(own)
        wrapped = {f"?{parameter.name}" for parameter in own.definition.parameters}
        going_on = [call for call in calls if call.name in wrapped and call.context & RETURNED]
        return (
            bool(going_on)
            and not any(call.guards for call in going_on)
            and not raises
            and not self._turns_away(own)
            and self._of_wrapper(own) is Strength.NONE
            and not any(call.name not in wrapped and self._may_insist(call, own) for call in calls)
        )

    def _may_insist(self, call: Call, site: DefinitionSite) -> bool:
        target = self._python.target(call, site.module)
        if target is not None and target.definition.kind == "function":
            return self.may_refuse(target)
        return _CHECKS.match(_plain(call.last)) is not None or call.last == "abort"

    def _is_never_run(self, call: Call, module: Module) -> bool:
        """Whether nobody is asked what a call would have asked.

        It makes a coroutine that nothing awaits, or puts a check before a function and drops what comes of it.
        """
        return bool(call.context & DISCARDED) and (_only_wraps(call) or self.is_left_waiting(call, module))

    def is_left_waiting(self, call: Call, module: Module) -> bool:
        """Whether a call in a coroutine makes another one that it does not await, for all that is seen of it there.

        A function of the tree says by its `async`, one of a library by being awaited elsewhere.
        """
        if call.context & AWAITED or call.scope < 0 or not module.facts.definitions[call.scope].is_async:
            return False
        target = self._python.target(call, module)
        if target is not None:
            return target.definition.is_async and not target.definition.is_generator
        return call.name in self._awaited

    @cached_property
    def _awaited(self) -> frozenset[str]:
        """The functions of libraries that the tree awaits, by their resolved names."""
        return frozenset(
            call.name
            for module in self._python.production
            for call in module.facts.calls
            if call.context & AWAITED and "." in call.name and call.name[:1] not in ("?", ":") and "()" not in call.name
        )

    def _by_kind(self, raised: Raise, module: Module) -> Raise:
        """What is raised, under the name of the refusal that the tree's own exception is one of."""
        if not raised.name or is_refusal(raised.name.rpartition(".")[2]):
            return raised
        key = (module.path, raised.name)
        if key not in self._kinds:
            own = self._python.class_of(raised.name, module)
            bases = [*(one.definition.name for one in self._python.ancestry(own))] if own is not None else []
            bases += self._python.external_bases(own) if own is not None else ()
            known = next((base for base in bases if is_refusal(base.rpartition(".")[2])), "")
            kinds = (own, *self._python.ancestry(own)) if own is not None else ()
            answered = next(filter(None, (self._answered_as.get(one.name) for one in kinds)), "")
            self._kinds[key] = known or answered or self._by_status(own)
        kind = self._kinds[key]
        return structs.replace(raised, name=kind) if kind else raised

    def _by_status(self, own: DefinitionSite | None) -> str:
        """The refusal that an exception of the tree is by the status that its class says it is answered with."""
        for name in _STATUS_FIELDS:
            bound = self._python.class_value(own, name) if own is not None else None
            if bound is not None and bound[1].value is not None and is_refusing_value(bound[1].value):
                return _AS_FORBIDDEN if is_forbidding(bound[1].value) else _AS_UNAUTHORIZED
        return ""

    @cached_property
    def _answered_as(self) -> dict[str, str]:
        """The tree's own exceptions that a registered handler answers with 401 or 403, and as which refusal."""
        found: dict[str, str] = {}
        for caught, module, handler in self._handlers():
            facts = handler.module.facts
            answers = [
                value for item in facts.returns if item.scope == handler.index for value in flattened(item.value)
            ]
            answers += [value for call in facts.calls if call.scope == handler.index for value in call.handed]
            refusing = [value for value in answers if is_refusing_value(value)]
            for item in flattened(caught) if refusing else ():
                own = self._python.class_of(item.name, module) if isinstance(item, Name) else None
                if own is not None:
                    found[own.name] = _AS_FORBIDDEN if any(map(is_forbidding, refusing)) else _AS_UNAUTHORIZED
        return found

    def _handlers(self) -> Iterator[tuple[Value | None, Module, DefinitionSite]]:
        """What is registered to answer exceptions: which ones, the module that says so, and the handler."""
        for site in self._python.calls_of("register_error_handler", "add_exception_handler", "add_error_handler"):
            told = site.call.argument(1, "handler")
            handler = self._python.definition(told.name, site.module) if isinstance(told, Name) else None
            if handler is not None and handler.definition.kind == "function":
                yield site.call.argument(0, "exc_class_or_status_code"), site.module, handler
        for site in self._python.calls_of("errorhandler", "app_errorhandler", "exception_handler"):
            if site.call.decorates >= 0:
                definition = site.module.facts.definitions[site.call.decorates]
                yield site.call.argument(0), site.module, DefinitionSite(site.module, site.call.decorates, definition)

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

    def may_refuse(self, site: DefinitionSite, hops: int = 2) -> bool:
        """Whether a function might turn somebody away, for all that is seen of it and of what it calls.

        One that raises nothing, answers with no refusal and calls nothing that could, does not.
        """
        key = (site.name, hops)
        known = self._refusing.get(key)
        if known is None:
            self._refusing[key] = False  # a function that calls itself asks nothing by that
            calls, raises, _, _ = self.body(site)
            known = self._refusing[key] = (
                bool(raises)
                or self._turns_away(site)
                or self.strength(site) >= Strength.IDENTITY
                or any(self._may_turn_away(call, site, hops) for call in calls)
            )
        return known

    def _may_turn_away(self, call: Call, site: DefinitionSite, hops: int) -> bool:
        target = self._python.target(call, site.module)
        if target is not None and target.definition.kind == "function":
            return hops == 0 or self.may_refuse(target, hops - 1)
        if call.name[:1] == "?" and "." not in call.name:
            return True  # a function that was handed over
        last = snake(call.last)
        return bool(STRONG_NAME.search(last) or _CHECKS.match(last)) or last in ("abort", *REDIRECTS)

    def _class_strength(self, site: DefinitionSite, depth: int) -> Strength:
        best = max(
            (LIBRARY_GUARDS.get(base.rpartition(".")[2], Strength.NONE) for base in self._python.external_bases(site)),
            default=Strength.NONE,
        )
        for method in self._python.methods_of(site, *BASE_HOOKS, "__init__", "authenticate"):
            best = max(best, self.strength(method, depth))
        return best

    def decorators(self, site: DefinitionSite) -> Iterator[Guard]:
        """The decorators of a function, as guards of what it answers."""
        for item in site.definition.decorators:
            if isinstance(item, Name | Invoke):
                made = item.call if isinstance(item, Invoke) else -1
                arguments = site.module.facts.calls[made].args if made >= 0 else ()
                name = self._python.identify(item.name.removesuffix("()"), site.module)
                name = told_optional(name, site.module.facts.calls[made]) if made >= 0 else name
                guard = Guard("decorator", name, "route", site.module.path, site.definition.line, arguments)
                yield from named_each((guard,))
                if made >= 0 and item.name.removesuffix("()").rpartition(".")[2] not in _OF_VIEWS:
                    yield from _of_list(guard, site.module.facts.calls[made].keyword("permission_classes"))

    def by_decorators(self, site: DefinitionSite) -> Strength:
        """How far the decorators of a function go in asking who calls."""
        return max(map(self.of_guard, self.decorators(site)), default=Strength.NONE)

    def _of_wrapper(self, site: DefinitionSite) -> Strength:
        """What decorators around a function inside ask, as of one that a decorator gives back."""
        definitions = site.module.facts.definitions
        inside = (number for number in self._inside(site) if number != site.index and definitions[number].decorators)
        wrapped = (DefinitionSite(site.module, number, definitions[number]) for number in inside)
        return max(map(self.by_decorators, wrapped), default=Strength.NONE)

    def _function_strength(self, site: DefinitionSite, depth: int) -> Strength:
        name = snake(site.definition.qualname)
        if NO_IDENTITY.search(name.rpartition(".")[2]):
            return Strength.NONE
        calls, raises, returns, refs = self.body(site)
        by_right = ends_by_right(calls, raises) or forbids_by_whose(calls, raises)
        ended = Strength.PERMISSION if by_right else Strength.NONE
        ended = Strength.PERMISSION if self._is_for_holder_alone(site, returns) else ended
        best = max(_asked_for(site, calls, refs), self._of_wrapper(site), ended)
        if self._turns_away(site):
            asked = {
                *(guard for call in calls for guard in call.guards),
                *(guard for raised in raises for guard in raised.guards),
                *(parameter.name for parameter in site.definition.parameters),
            }
            asked = {
                one for one in (*asked, *_made_of(asked, site)) if not (_HEADER.search(one) or OWN_PROOF.search(one))
            }
            idle = self._held_against_itself(site)
            asked = {one for one in asked if _last_word(one) not in idle}
            refs = {ref for ref in refs if _last_word(ref) not in idle}
            named = f"{name} {' '.join(sorted(map(snake, asked)))}"
            # What a stranger is refused by speaks of a right in its name alone: `PermissionDenied`.
            under = self._refused_under(site)
            strangers = bool(under) and all(map(_asks_for_strangers, under))
            kept = (ref for ref in refs if not (strangers and is_refusal(ref.rpartition(".")[2])))
            things = f"{named} {' '.join(sorted(map(snake, kept)))}"
            if _about_identity(f"{things} {' '.join(short_texts(calls))}") or about_permission(
                " ".join(map(snake, asked))
            ):
                # A sign-in that is told the caller's role on the way asks for none, unless it refuses by it.
                words = named if only_asks_who(calls, raises, returns) else things
                about = about_permission(words) or forbids_thing(site.definition, raises)
                best = Strength.PERMISSION if about else max(best, Strength.IDENTITY)
            elif (
                _holds_against_secret(calls)
                or any(map(_hold_against_own, self._refused_under(site)))
                or (
                    is_unauthorized(calls, returns)
                    and any(
                        map(_CHECKS.match, (name.rpartition(".")[2].lstrip("_"), *(_plain(one.last) for one in calls)))
                    )
                )
            ):
                # Whatever it is called: a check whose failure is answered with 401 asks who calls.
                best = max(best, Strength.IDENTITY)
        for call in calls:
            last = call.last
            enforced = _ENFORCES.get(last)
            if enforced is not None:
                best = max(best, enforced)
            if _hands_refusal(call, site.definition):
                best = Strength.PERMISSION
            if best is Strength.PERMISSION:
                return best
            target = self._python.target(call, site.module)
            if target is not None and target.name != site.name:
                checks = _sounds_like_check(_plain(last))
                best = max(best, self._by_what_is_handed(call, target))
                found = self.strength(target, depth + 1)
                # Deep in a service something may refuse somebody; it counts where the call is named for asking, and
                # where it refuses by what the request says of whoever calls.
                counts = checks or (
                    found >= Strength.IDENTITY
                    and (self._turns_caller_away(target) or self._turns_handed_away(call, target))
                )
                best = max(best, found if counts else min(found, Strength.READS))
            elif target is None and enforced is None and _is_check(call):
                best = max(best, Strength.PERMISSION if about_permission(snake(call.last)) else Strength.IDENTITY)
        if best is Strength.IDENTITY and self._turns_away(site) and _reads_rights(site, frozenset(self._inside(site))):
            return Strength.PERMISSION
        return best

    def _turns_handed_away(self, call: Call, target: DefinitionSite) -> bool:
        """Whether a function refuses by the caller whom it is handed: `store.drop(current_user, order)`."""
        names = [parameter.name for parameter in target.definition.parameters]
        if names[:1] in (["self"], ["cls"]):
            names = names[1:]
        handed = {name for name, value in zip(names, call.args, strict=False) if _reads_caller(value)}
        handed |= {name for name, value in call.keywords if _reads_caller(value)}
        return any(
            guard.lstrip("!?").partition(".")[0] in handed for guards in self._refused_under(target) for guard in guards
        )

    def _is_for_holder_alone(self, site: DefinitionSite, returns: Iterable[Return]) -> bool:
        """Whether a function answers at once, in whatever way, unless the caller is the one that a row names.

        `if request.user != order.holder: return sorry(request)`: nobody else gets on, and a stranger holds nothing.
        """
        module = site.module
        held = self._held.get(module.path)
        if held is None:
            held = self._held[module.path] = tuple(
                one for one in module.facts.conditions if any(map(_differs_from_holder, _each_alone(one.test)))
            )
        answers = [item.line for item in returns if item.scope == site.index and not item.is_yield] if held else []
        return any(one.line <= line <= one.end_line for one in held for line in answers)

    def _turns_caller_away(self, site: DefinitionSite) -> bool:
        """Whether a function refuses, itself, by what the request says of whoever calls."""
        calls = self.body(site)[0]
        kept = {call.result for call in calls if call.result and _OF_SIGNED_IN.search(call.name)}
        asked = {guard.lstrip("!") for guards in self._refused_under(site) for guard in guards}
        return any(guard in kept or reads_caller(guard) for guard in asked) or any(
            (
                any(map(_reads_caller, call.args))
                and (target := self._python.target(call, site.module)) is not None
                and target.name != site.name
                and self._by_what_is_handed(call, target) >= Strength.IDENTITY
            )
            or self._hands_request_to_check(call, site)
            or self._hands_request_to_guard(call, site)
            for call in calls
        )

    def _refused_under(self, site: DefinitionSite) -> list[tuple[str, ...]]:
        """What is named in the conditions under which a function refuses, itself."""
        calls, raises, returns, _ = self.body(site)
        under = [raised.guards for raised in raises if is_refusing(raised)]
        under += [call.guards for call in calls if is_refusing_call(call)]
        return under + [item.guards for item in returns if any(map(is_refusing_value, flattened(item.value)))]

    def _held_against_itself(self, site: DefinitionSite) -> frozenset[str]:
        """Words for rights that a function only holds against what is kept under the same word, or misses.

        `if row.role != claims["role"]` asks whether a token is still true, and lets in whoever has any role.
        """
        idle: set[str] = set()
        telling: set[str] = set()
        definition = site.definition
        for one in site.module.facts.conditions:
            if definition.line <= one.line <= definition.end_line:
                for part in _parts_of(one.test):
                    words = {_last_word(name) for name in names_in(part)}
                    (idle if _compares_alike(part) else telling).update(words)
        return frozenset(word for word in idle - telling if about_permission(snake(word)))

    def _hands_request_to_check(self, call: Call, site: DefinitionSite) -> bool:
        """Whether a library's check is handed the request as a whole: `await check_permission(request, "edit")`."""
        whole = any(isinstance(value, Name) and _REQUEST.search(value.name) for value in call.args[:1])
        return whole and _is_check(call) and self._python.target(call, site.module) is None

    def _hands_request_to_guard(self, call: Call, site: DefinitionSite) -> bool:
        """Whether the request as a whole is handed to a function that refuses by what it says: `token_of(request)`."""
        if not any(isinstance(value, Name) and _REQUEST.search(value.name) for value in call.args[:1]):
            return False
        target = self._python.target(call, site.module)
        return target is not None and target.name != site.name and self._refuses_by_request(target)

    def _refuses_by_request(self, site: DefinitionSite) -> bool:
        """Whether a function itself refuses under a condition on who a request is from."""
        return self._turns_away(site) and self.strength(site) >= Strength.IDENTITY

    def _by_what_is_handed(self, call: Call, target: DefinitionSite) -> Strength:
        """How far a call goes of a function that refuses unless what it is handed holds: `insist(user.can("edit"))`."""
        handed = [value.name for value in call.args if isinstance(value, Name | Invoke)]
        right = any(about_permission(snake(name)) for name in handed)
        if target.definition.kind != "function" or not (right or any(map(reads_caller, handed))):
            return Strength.NONE
        calls, raises, _, _ = self.body(target)
        names = {f"?{parameter.name}" for parameter in target.definition.parameters}
        names |= {f"?{name.removeprefix('?').removesuffix('s')}" for name in names}  # each of several: `*conditions`
        under = [raised.guards for raised in raises if is_refusing(raised)]
        under += [one.guards for one in calls if is_refusing_call(one)]
        if not any(guards and {guard.lstrip("!") for guard in guards} <= names for guards in under):
            return Strength.NONE
        return Strength.PERMISSION if right else Strength.IDENTITY

    def _turns_away(self, site: DefinitionSite) -> bool:
        """Whether a function refuses itself, by what it raises, calls or gives back, or by a status that it sets."""
        key = (site.module.path, site.index)
        known = self._away.get(key)
        if known is None:
            calls, raises, returns, _ = self.body(site)
            known = self._away[key] = self._refuses(calls, raises, returns) or self._answers_refusal(site)
        return known

    @staticmethod
    def _refuses(calls: list[Call], raises: Iterable[Raise], returns: Iterable[Return]) -> bool:
        return (
            any(is_refusal(raised.name.rpartition(".")[2]) for raised in raises)
            or any(is_refusing_call(call) for call in calls)
            or Refusals.redirects_to_login(calls)
            or sends_away(calls)
            or any(is_refusing_value(value) for item in returns for value in flattened(item.value))
        )

    @staticmethod
    def redirects_to_login(calls: Collection[Call]) -> bool:
        """Whether something is answered with the way to the sign-in."""
        sends = [call for call in calls if is_redirect(call.last) or moves_away(call)]
        return any(leads_to_login(value) for call in sends for value in call.args) or (
            bool(sends)
            and any(
                call.last in ("url_for", "reverse", "reverse_lazy") and any(map(leads_to_login, call.args))
                for call in calls
            )
        )

    def _answers_refusal(self, site: DefinitionSite) -> bool:
        """Whether a function gives an answer the status of a refusal: `response.status_code = 401`."""
        module = site.module
        known = self._statuses.get(module.path)
        if known is None:
            known = self._statuses[module.path] = tuple(
                item.line
                for item in module.facts.assignments
                if item.target.endswith((".status_code", ".status")) and is_refusing_value(item.value)
            )
        return any(site.definition.line <= line <= site.definition.end_line for line in known)

    def refusing_lines(self, site: DefinitionSite) -> tuple[int, ...]:
        """The lines at which a function turns somebody away itself."""
        calls, raises, returns, _ = self.body(site)
        return (
            *(raised.line for raised in raises if is_refusal(raised.name.rpartition(".")[2])),
            *(call.line for call in calls if is_refusing_call(call)),
            *(item.line for item in returns if any(map(is_refusing_value, flattened(item.value)))),
        )

    def asking_lines(self, site: DefinitionSite) -> tuple[int, ...]:
        """The lines at which a function asks who calls: where it turns somebody away, or calls what does."""
        lines = self.refusing_lines(site)
        if lines:
            return lines
        return tuple(
            call.line
            for call in self.body(site)[0]
            if (target := self._python.target(call, site.module)) is not None
            and target.name != site.name
            and self.strength(target) >= Strength.IDENTITY
        )

    def asks_only_who(self, guard: Guard) -> bool:
        """Whether a guard asks who calls and for no right: a library's own does, and one that only answers with 401."""
        if self.of_guard(guard) is not Strength.IDENTITY:
            return False
        last = guard.name.rpartition(".")[2].rpartition(":")[2].removesuffix("()")
        own = self._python.definition_named(guard.name.removesuffix("()"))
        if own is None and guard.kind == "permission":
            return last in _SIGNED_IN_ONLY
        if own is None:
            known = LIBRARY_GUARDS.get(last, _ENFORCES.get(last))
            by_name = known is None and _ASKS_WHO.search(snake(last)) is not None
            return (known is Strength.IDENTITY or by_name) and last not in _OF_ARGUMENTS and not guard.arguments
        return own.definition.kind == "function" and self._refuses_strangers_alone(own)

    def _refuses_strangers_alone(self, site: DefinitionSite) -> bool:
        calls, raises, returns, _ = self.body(site)
        called = (self._python.target(call, site.module) for call in calls)
        # Who is sent to the sign-in and refused in no other way is a stranger.
        sent = {call.line for call in calls if is_redirect(call.last)}
        shown_in = self.redirects_to_login(calls) and sent.issuperset(self.refusing_lines(site))
        return (shown_in or only_asks_who(calls, raises, returns)) and not any(
            target is not None and target.name != site.name and self.may_refuse(target) for target in called
        )

    def signs_in_alone(self, site: DefinitionSite) -> bool:
        """Whether a function of the tree only hands on to a library's check of whether somebody has signed in."""
        if site.definition.kind != "function" or self._turns_away(site):
            return False
        calls, raises, _, _ = self.body(site)
        checks = [call for call in calls if call.last in _ENFORCES or _is_check(call)]
        targets = (self._python.target(call, site.module) for call in calls)
        return (
            bool(checks)
            and not raises
            and all(call.last in SIGN_IN_ALONE for call in checks)
            and not any(one is not None and one.name != site.name and self.may_refuse(one) for one in targets)
        )

    def of_guard(self, guard: Guard) -> Strength:
        """How far one guard of a route goes."""
        if guard.kind == "decorator" and is_told_optional(guard.name):
            return Strength.READS
        last = guard.name.rpartition(".")[2].rpartition(":")[2].removesuffix("()")
        if guard.kind == "permission":
            strength = of_permission(last)
            # A permission of the tree's own may ask no more than the library's that it descends from.
            own = self.defined(guard.name) if strength is Strength.PERMISSION else None
            return Strength.IDENTITY if own is not None and self.asks_for_sign_in_alone(own) else strength
        if guard.name.removesuffix("()") == REST_PERMISSIONS:
            named = (value.name for item in guard.arguments for value in flattened(item) if isinstance(value, Name))
            return max((of_permission(name.rpartition(".")[2]) for name in named), default=Strength.NONE)
        if guard.kind in _OF_KIND:
            return _OF_KIND[guard.kind]
        if guard.kind == "decorator" and guard.name.endswith(("csrf_exempt", "login_exempt")):
            return Strength.NONE
        if _ACCESS.search(guard.name.removesuffix("()")):
            return {"admin": Strength.PERMISSION, "public": Strength.READS}.get(last, Strength.IDENTITY)
        own = self.defined(guard.name)
        if own is not None:
            return self._of_own(own, guard)
        made = self._of_made(guard, last)
        if made is not None:
            return made
        if guard.kind == "mixin":
            name = snake(last)
            return (
                Strength.IDENTITY
                if re.search(r"login_required|authenticated|permission_required|auth_required|protected_resource", name)
                else Strength.NONE
            )
        return self._by_name(guard)

    def asks_for_sign_in_alone(self, site: DefinitionSite) -> bool:
        """Whether a permission asks what a library's does that asks for a sign-in, but where a setting says not to."""
        if not any(base.rpartition(".")[2] in _SIGNED_IN_ONLY for base in self._python.external_bases(site)):
            return False
        family = (site, *self._python.ancestry(site))
        asked = [ref for one in family for method in one.methods for ref in method.definition.refs]
        return all(map(_OF_NOBODY.search, asked))

    def defined(self, name: str) -> DefinitionSite | None:
        """What the tree defines a guard as: by its name, as a method of what a variable holds, or as a principal's."""
        own = self._python.definition_named(name.removesuffix("()"))
        if own is not None or ":" not in name:
            return own
        owner = self._python.definition_named(name.rpartition(".")[0].removesuffix("()"))
        if owner is not None:
            return owner if owner.definition.kind == "class" and name.endswith(".require") else None
        path, _, rest = name.removesuffix("()").partition(":")
        module = self._python.modules.get(path)
        return self._python.definition(f":{rest}", module) if module is not None and "." in rest else None

    def _is_principal(self, name: str) -> bool:
        """Whether a variable of the tree holds a permission of Flask-Principal: `Permission(RoleNeed("editor"))`."""
        made = self._made_for(name)
        return made is not None and made.name.endswith("flask_principal.Permission")

    def _is_lenient(self, name: str) -> bool:
        """Whether a variable holds a security scheme of FastAPI's that lets those through who bring nothing."""
        made = self._made_for(name)
        lenient = made.keyword("auto_error") if made is not None else None
        return isinstance(lenient, Const) and lenient.value is False

    def _made_for(self, name: str) -> Call | None:
        """The call that makes what a module's variable holds, by the variable's identity."""
        path, _, variable = name.partition(":")
        module = self._python.modules.get(path)
        bound = self._python.assignment(f":{variable}", module) if module is not None else None
        if bound is None or not isinstance(bound[1].value, Invoke) or bound[1].value.call < 0:
            return None
        return bound[0].facts.calls[bound[1].value.call]

    def _of_made(self, guard: Guard, last: str) -> Strength | None:
        """What a guard asks that a library has or makes; None for one that it does not."""
        if last == "require" and self._is_principal(guard.name.rpartition(".")[0]):
            return Strength.PERMISSION
        if self._is_lenient(guard.name):
            return Strength.READS
        made = self._of_fastapi_users(guard.name) if guard.kind == "dependency" else None
        return LIBRARY_GUARDS.get(last) if made is None else made

    def _of_fastapi_users(self, name: str) -> Strength | None:
        """What a dependency asks that fastapi-users made, whatever the variable is called that keeps it."""
        made, module = self._made_for(name), self._python.modules.get(name.partition(":")[0])
        if made is None or module is None or not made.name.endswith(_MADE_BY_FASTAPI_USERS):
            return None
        if not any(item.target.startswith("fastapi_users") for item in module.facts.imports):
            return None
        if is_true(made.keyword("optional")):
            return Strength.READS
        return Strength.PERMISSION if is_true(made.keyword("superuser")) else Strength.IDENTITY

    def _of_own(self, own: DefinitionSite, guard: Guard) -> Strength:
        found = self._of_own_name(own, guard)
        # `@require(member_of("staff"))`: what is demanded beyond a name is said by the arguments.
        return Strength.PERMISSION if found is Strength.IDENTITY and _demands_right(guard) else found

    def _of_own_name(self, own: DefinitionSite, guard: Guard) -> Strength:
        found = self.strength(own)
        if guard.kind == "mixin":
            return found
        name = snake(own.definition.name)
        if self._is_passed_by_all(own, guard):
            return min(found, Strength.READS)
        if found >= Strength.IDENTITY:
            return max(found, Strength.PERMISSION if about_permission(name) else found)
        if NO_IDENTITY.search(name) or not STRONG_NAME.search(name):
            return found
        if guard.kind == "dependency" and _gives_something(name):
            return found
        if about_permission(name) and "optional" not in name:
            return Strength.PERMISSION
        # A decorator or dependency that is named for a check and hands the decision to something that was not followed.
        return Strength.READS if guard.kind == "dependency" else Strength.IDENTITY

    def _by_name(self, guard: Guard) -> Strength:
        last = guard.name.rpartition(".")[2].rpartition(":")[2].removesuffix("()")
        if last in ("require", "requires", "test", "limit", "doc", "param", "expect", "response", "marshal_with"):
            owner = snake(guard.name.rpartition(".")[0].rpartition(".")[2].rpartition(":")[2])
            if about_permission(owner) and last in ("require", "requires", "test"):
                return Strength.PERMISSION
            if last != "requires":
                return Strength.NONE
            # Starlette's decorator is told scopes: any but that of whoever has signed in is a right.
            if any(scope != "authenticated" for value in guard.arguments for scope in texts_of(value)):
                return Strength.PERMISSION
        if last in _ENFORCES:
            return _ENFORCES[last]
        name = snake(last)
        if NO_IDENTITY.search(name) or not STRONG_NAME.search(name):
            return Strength.NONE
        if guard.kind == "dependency" and _gives_something(name):
            return Strength.NONE
        return Strength.PERMISSION if about_permission(name) else Strength.IDENTITY


def _only_wraps(call: Call) -> bool:
    """Whether a call of a decorator is handed a function and nothing else: `login_required(lambda: None)`."""
    handed = call.args[0] if len(call.args) == 1 and not call.keywords else None
    is_function = isinstance(handed, Other) and handed.kind == "Lambda"
    return is_function and (call.last in _ENFORCES or snake(call.last).endswith("_required"))


_GIVEN = re.compile(
    r"_(services?|repositor(y|ies)|repos?|use_cases?|handlers?|controllers?|managers?|stores?|storages?|clients?|gateways?"
    r"|adapters?|factor(y|ies)|providers?|registr(y|ies)|sessions?|layers?|dao|db|engine|backend"
    r"|settings|config|configuration|params|parameters|query|filters?|schemas?|payment|logs?|data|list|tags|roles|scopes)$"
)
_GIVING = re.compile(r"^_*(get|provide|make|build|create|load|inject|resolve|fetch|new|init|use)_(?!(\w+_)?current_)")
_SOMEBODY = re.compile(
    r"(^|_)(user|admin|superuser|staff|owner|member|moderator|principal|account|identity|caller|permissions?|access)$"
)


def _gives_something(name: str) -> bool:
    """Whether a dependency is named for what it hands to the handler: `get_member_repository`, `RoleServices`.

    That tells of no check, whatever the thing has to do with. Who is handed over has been found out.
    """
    return _GIVEN.search(name) is not None or (_GIVING.match(name) is not None and _SOMEBODY.search(name) is None)


_REQUEST = re.compile(r"(^|[?:.])req(uest)?$")
_MADE_BY_FASTAPI_USERS = (".current_user", ".current_user_token")
_SECRETS_HELD_AGAINST = frozenset({"compare_digest", "constant_time_compare", "safe_str_cmp"})
"""Calls that compare what somebody sent with a secret or a signature: nothing else needs the same time either way."""


def _holds_against_secret(calls: Iterable[Call]) -> bool:
    return any(call.last in _SECRETS_HELD_AGAINST for call in calls)


_OWN_SECRET = re.compile(
    r"(^|[.:!])([A-Z0-9]+_)*(KEY|TOKEN|SECRET|PASSWORD)$"
    r"|(^|[.:!])(settings|config|conf|cfg|env|options)\.([\w.]*[._])?(\w+_key|api_?key|token|secret|password)$"
)
"""What a service keeps to know others by: a constant or a setting that is named for a key, a token or a secret."""
_NO_SECRET = re.compile(r"(cache|public|partition|sort|primary|foreign)_key$", re.IGNORECASE)
_SENT = re.compile(r"(^|[.?])(headers|META|args|form|query_params|cookies|GET|POST|values)(\.get)?(\(\))?$|^!?\?")
"""What a request brings along, or a framework fills a parameter with."""


def _hold_against_own(guards: Iterable[str]) -> bool:
    """Whether a condition holds what was sent against a key that the service keeps: `headers["x-cron"] != CRON_KEY`."""
    guards = tuple(guards)
    kept = any(_OWN_SECRET.search(guard) and not _NO_SECRET.search(guard) for guard in guards)
    return kept and any(map(_SENT.search, guards))


def _asked_for(site: DefinitionSite, calls: Iterable[Call], refs: Iterable[str]) -> Strength:
    """How far a function goes by what it names alone, and by what it lets through."""
    if _lets_known_through(site, calls):
        return Strength.IDENTITY
    return Strength.READS if any(map(reads_caller, refs)) else Strength.NONE


def _lets_known_through(site: DefinitionSite, calls: Iterable[Call]) -> bool:
    """Whether a decorator calls what it wraps under a condition that asks whether somebody is signed in."""
    wrapped = {f"?{parameter.name}" for parameter in site.definition.parameters}
    return not _STRANGERS.search(site.definition.name) and any(
        call.name in wrapped and any(_SIGNED_IN.search(guard) for guard in call.guards) for call in calls
    )


def _demands_right(guard: Guard) -> bool:
    """Whether a decorator is given a condition that is named for a right, a role or a membership."""
    return guard.kind == "decorator" and any(
        isinstance(value, Name | Invoke) and about_permission(snake(value.name.rpartition(".")[2]))
        for value in guard.arguments
    )


def _telling_of_failures(site: DefinitionSite, calls: Iterable[Call]) -> frozenset[int]:
    """The lines at which a decorator answers for what was raised in what it wraps: if refused, it was refused there."""
    wrapped = {f"?{parameter.name}" for parameter in site.definition.parameters}
    tried = {
        call.attempt for call in calls if call.name in wrapped and call.context & IN_TRY and call.scope != site.index
    }
    handlers = site.module.facts.handlers if tried else ()
    telling = (range(one.line, one.end_line + 1) for one in handlers if one.attempt in tried)
    return frozenset(line for lines in telling for line in lines)


def _plain(name: str) -> str:
    return snake(name.lstrip(":?_"))


@lru_cache(maxsize=100_000)
def _sounds_like_check(plain: str) -> bool:
    return STRONG_NAME.search(plain) is not None or _CHECKS.match(plain) is not None


def _kept_refusals(module: Module) -> dict[tuple[int, str], Value]:
    """The refusals that functions keep in a variable before they give them back: `answer = "Unauthorized", 401`."""
    return {
        (item.scope, item.target): item.value
        for item in module.facts.assignments
        if item.target[:1] == "?" and isinstance(item.value, Items) and any(map(is_refusing_value, item.value.items))
    }


_STATUS_FIELDS = ("status_code", "code", "status", "http_status", "http_status_code", "http_code")
"""What exceptions keep the status of their answer under."""
_OF_STRANGERS = re.compile(r"(^|[.:?])(is_authenticated|is_anonymous|authenticated|is_logged_in|logged_in)(\(\))?$")


def _asks_for_strangers(guards: tuple[str, ...]) -> bool:
    """Whether what is named in a condition asks whether somebody has signed in, and nothing else."""
    return bool(guards) and all(_OF_STRANGERS.search(guard) for guard in guards)


_OF_RIGHTS = frozenset({"groups", "roles", "permissions", "scopes", "scope", "realm_access", "resource_access"})
"""Claims of a token that say what its owner may do."""


def _reads_rights(site: DefinitionSite, inside: Collection[int]) -> bool:
    """Whether a function takes the caller's groups or roles out of a token or a record: `claims["groups"]`."""
    return any(
        isinstance(key, Const) and key.value in _OF_RIGHTS
        for item in site.module.facts.assignments
        if item.scope in inside and isinstance(item.value, Index)
        for key in item.value.items
    )


def _made_of(names: Collection[str], site: DefinitionSite) -> Iterator[str]:
    """What the variables that a function asks were made of: `can_edit = request.session.get("name") == name`."""
    lines = range(site.definition.line, site.definition.end_line + 1)
    variables = {name for name in names if name.startswith("?")}
    for item in site.module.facts.assignments if variables else ():
        if item.line in lines and item.target in variables:
            yield from (name.lstrip("?") for name in names_in(item.value))


def _about_identity(text: str) -> bool:
    return (
        _IDENTITY_TEXT.search(text.lower().replace("-", "_").replace("_", " ")) is not None
        or "api_key" in text
        or "x-api-key" in text.lower()
    )


def _reads_caller(value: Value) -> bool:
    return isinstance(value, Name | Invoke) and reads_caller(value.name)


@lru_cache(maxsize=100_000)
def reads_caller(ref: str) -> bool:
    """Whether a thing that code names is the caller, or what is known of him."""
    return _READS.search(ref) is not None


def _last_word(name: str) -> str:
    return re.split(r"[.:?!]", name.removesuffix("()"))[-1]


def _parts_of(test: Value) -> Iterator[Value]:
    """The conditions that one is put together from by `and` and `or`."""
    if isinstance(test, Other) and test.kind == "BoolOp":
        for one in test.operands:
            yield from _parts_of(one)
    else:
        yield test


def _compares_alike(test: Value) -> bool:
    """Whether a comparison is one of two things of the same name, or of one with nothing."""
    if not isinstance(test, Other) or test.operator not in ("NotEq", "Eq", "Is", "IsNot"):
        return False
    first, second = (*test.operands, None, None)[:2]
    if not isinstance(first, Name):
        return False
    if isinstance(second, Const):
        return second.value is None
    return isinstance(second, Name) and _last_word(first.name) == _last_word(second.name)


def _each_alone(test: Value) -> Iterable[Value]:
    """The parts of a condition each of which is enough for it to hold."""
    return test.operands if isinstance(test, Other) and test.kind == "BoolOp" and test.operator == "Or" else (test,)


def _differs_from_holder(test: Value) -> bool:
    """Whether a comparison holds where the caller is not the one that a thing looked up names."""
    if not isinstance(test, Other):
        return False
    if test.operator == "Not" and len(test.operands) == 1:
        inner = test.operands[0]
        return isinstance(inner, Other) and inner.operator == "Eq" and _names_caller_and_holder(inner.operands)
    return test.operator == "NotEq" and _names_caller_and_holder(test.operands)


def _names_caller_and_holder(operands: Sequence[Value]) -> bool:
    names = [one.name for one in operands if isinstance(one, Name)]
    callers = [name for name in names if _CALLER.search(name)]
    return len(names) == 2 and len(callers) == 1 and any(map(_OF_ROW.fullmatch, {*names} - {*callers}))


_CALLER = re.compile(
    r"(^|[.?:])((request|self\.request|g|info\.context)\.user|current_user)(\.(id|pk|email|username))?$"
)
_OF_ROW = re.compile(r"\??(?!request\b|self\b|settings\b)[a-z_]\w*\.([a-z_]\w*\.)?[a-z_]\w*")
"""A field of what a function has looked up: `order.holder`, `order.holder.id`."""
_OF_POLICIES = frozenset({"enforce", "authorize", "authorise", "check"})
"""What policies are asked by."""


def _hands_refusal(call: Call, around: Definition) -> bool:
    """Whether a policy is asked that raises what it is handed, or its own refusal, where a right is missing.

    Also where those who call what is around may have it answer instead, and need not: `do_raise=True`.
    """
    if _plain(call.last) not in _OF_POLICIES:
        return False
    raising = call.keyword("do_raise")
    handed = call.keyword("exc") or call.keyword("exception")
    if isinstance(raising, Name):
        told = (one.default for one in around.parameters if f"?{one.name}" == raising.name)
        raising = next(told, None)
    return (isinstance(raising, Const) and raising.value is True) or (
        isinstance(handed, Name) and is_refusal(handed.name.rpartition(".")[2])
    )


def _is_check(call: Call) -> bool:
    """Whether an unresolved call is named like one that refuses.

    `verify_permission`, `require_admin`, `self.requireAdmin`.
    """
    return _names_check(call.last) and BUCKET.search(call.name) is None


@lru_cache(maxsize=100_000)
def _names_check(last: str) -> bool:
    name = snake(last)
    return re.match(
        r"(require|verify|check|ensure|assert|enforce|validate|authorize|authorise|authenticate)(_|$)", name
    ) is not None and (
        re.search(
            r"(auth|permission|perm|admin|access|role|owner|login|user|token|scope|acl|authorize|authenticate|signature|project_or_raise)",
            name,
        )
        is not None
    )


def named_each(guards: Iterable[Guard]) -> Iterator[Guard]:
    """The guards, with the permissions that a decorator lists each by itself: one of them may be gone."""
    for guard in guards:
        listed = guard.arguments if guard.name.removesuffix("()") == REST_PERMISSIONS else ()
        yield from [one for value in listed for one in _of_list(guard, value)] or [guard]


def _of_list(guard: Guard, listed: Value | None) -> Iterator[Guard]:
    """The permissions that a decorator lists, each as a guard that stands where the decorator does."""
    for value in flattened(listed):
        for name in names_of(value):
            yield replace(guard, kind="permission", name=name, arguments=(), among=either_of(value))


_SIGNED_IN_ONLY = frozenset({"IsAuthenticated", "IsAuthenticatedOrReadOnly"})
"""Permissions of Django REST framework that ask whether somebody has signed in, and no more."""
_OF_NOBODY = re.compile(r"(^|\.)super\(\)|(^|[.:])settings\.[A-Z]")
"""What a permission names that looks at nobody itself: the one that it descends from, and settings."""


def of_permission(last: str) -> Strength:
    """What a permission class demands; libraries and projects name them for it."""
    if last in ("AllowAny", ""):
        return Strength.NONE
    if last in _SIGNED_IN_ONLY or last == "TokenHasScope":
        return Strength.IDENTITY
    return Strength.PERMISSION
