"""What stands before all handlers of an application or a blueprint and asks who calls; judges nothing."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from readiness_bot.facts.python_facts import Call, Raise
from readiness_bot.facts.values import Const, Invoke, Name, Other, Value
from readiness_bot.repo.backends import Backend, backends
from readiness_bot.repo.defaults import SettingField, default_of, entries
from readiness_bot.repo.expressions import flattened, names_in
from readiness_bot.repo.idle_applications import FLASK_APPLICATIONS
from readiness_bot.repo.modules import DefinitionSite, Module
from readiness_bot.repo.python import Python
from readiness_bot.repo.refusal_signs import is_redirect, is_refusing_value, moves_away, snake
from readiness_bot.repo.refusals import LIBRARY_GUARDS, Refusals, Strength, of_permission
from readiness_bot.repo.route import Guard, Route
from readiness_bot.repo.services import SETTING, URL_VALUE_HOOKS, Attachment, Services

_TOOL = re.compile(r"(^|\.)tools\.\w*auth\w*\.on$")
_GATE = re.compile(
    r"login|authenticat|authori[sz]|(^|_)auth(_|$)|(^|_)identity(_|$)|protect|(^|_)require|permission|api_?key|access_control|jwt|bearer|session_required"
    r"|token_(validat|verif|check)|(validate|verify|check)_token"
)
_KEEPING_OUT = re.compile(r"login_required|require_?(login|auth|sign)|protect_(all|every)|(protect|restrict)\w*_view")
"""Names of middleware of libraries that let nobody in whom they do not know."""
_WRAPPED = re.compile(r"\.(?:(view_functions)\[\]|callback)$")
_GENERIC = re.compile(
    r"(before_request|before_app_request|before|dispatch|process_request|middleware|prepare|on_request)$"
)


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
    is_off: bool = False
    """Whether it does not apply where nobody sets anything."""


_OF_SESSION = re.compile(
    r"(^|[.?])((get_)?session(\(\))?(\.get)?|is_authenticated|is_anonymous|current_user|user|user_id)(\(\))?$"
)
_OF_PLACE = re.compile(
    r"(^|[.?:])(path|endpoint|method|blueprint|full_path|startswith|view_args|config(\[\]|\.get)?"
    r"|settings?(\[\]|\.get|\.\w+)?|get_?bool(ean)?|getenv|environ(\[\]|\.get)?|[A-Z][A-Z0-9_]{2,})(\(\))?$"
)


def _asks_the_session(turned: Collection[tuple[str, ...]]) -> bool:
    """Whether the conditions to be turned away under ask for who is signed in, for what is asked, and for settings."""
    return bool(turned) and all(
        any(map(_OF_SESSION.search, guards))
        and all(_OF_SESSION.search(guard) or _OF_PLACE.search(guard) for guard in guards)
        for guards in turned
    )


_OF_REQUEST = re.compile(rf"^[?:]?request(\[\])?$|match_info|Error$|^isinstance(\(\))?$|{_OF_PLACE.pattern}")
"""What a condition names that lets some places of a service be called by everybody."""
_UNAUTHORIZED = re.compile(r"Unauthori[sz]ed|NotAuthenticated|(Login|Authentication)Required")
"""Names of errors that are answered with 401."""


def _refusing_strangers(raises: Iterable[Raise]) -> list[tuple[str, ...]]:
    """The conditions under which an error is raised that is answered with 401."""
    return [raised.guards for raised in raises if _UNAUTHORIZED.search(raised.name.rpartition(".")[2])]


def _meant(guards: Iterable[str], calls: Collection[Call]) -> tuple[str, ...]:
    """Conditions by what gave the things that they name, where a call did."""
    given = {call.result: call.name for call in calls if call.result}
    return tuple(given.get(guard.lstrip("!"), guard) for guard in guards)


def _ways_to_login(calls: Iterable[Call]) -> list[tuple[str, ...]]:
    """The conditions under which somebody is sent to the sign-in."""
    return [call.guards for call in calls if is_redirect(call.last) or moves_away(call)]


_OF_STARLETTE = ("starlette", "fastapi")
"""The frameworks whose applications are Starlette's."""


class Gates:
    """The middleware, hooks and defaults of frameworks of one tree that keep strangers out."""

    def __init__(self, python: Python, services: Services, refusals: Refusals) -> None:
        self._python = python
        self._services = services
        self._refusals = refusals

    @cached_property
    def all(self) -> tuple[tuple[Attachment, str, Strength], ...]:
        """Middleware and request hooks that refuse strangers, with the router they are limited to."""
        found: dict[tuple[str, str, str], tuple[Attachment, str, Strength]] = {}
        for attached in (
            *self._services.middleware,
            *(hook for hook in self._services.hooks if hook.kind == "before-request"),
        ):
            strength = (
                self._refusals.strength(attached.definition)
                if attached.definition is not None
                else LIBRARY_GUARDS.get(attached.name.rpartition(".")[2], Strength.NONE)
            )
            if (
                attached.definition is not None
                and attached.definition.definition.kind == "class"
                and strength < Strength.IDENTITY
            ):
                strength = max(
                    (self._refusals.strength(method) for method in attached.definition.methods), default=Strength.NONE
                )
            decorated = Strength.NONE
            if attached.definition is not None:
                decorated = self._refusals.by_decorators(attached.definition)
                strength = max(strength, decorated)
            if strength >= Strength.IDENTITY and (decorated >= Strength.IDENTITY or self._is_gate(attached)):
                for owner in self._limited_to(attached):
                    found.setdefault((attached.name, owner, attached.kind), (attached, owner, strength))
        return tuple(found.values())

    def stands_before(self, attached: Attachment, route: Route) -> bool:
        """Whether the requests of a route come by what is attached: it may stand before what another framework serves.

        What stands before an application of Starlette's stands before one of Django's that is mounted there.
        """
        if attached.on != route.router and all(map(self._is_made, (attached.on, route.router))):
            return False
        if attached.framework == "django":
            return route.framework not in _OF_STARLETTE
        if attached.framework == "starlette":
            return not route.framework.startswith("django") or self._is_django_mounted
        return True

    def _is_made(self, application: str) -> bool:
        """Whether a module or a class makes the application of this name, which then is no part of another one."""
        path, _, name = application.partition(":")
        module = self._python.modules.get(path)
        bound = module.facts.assignments if module is not None else ()
        made = [item.value for item in bound if item.target == f":{name}"]
        return bool(made) and all(isinstance(one, Invoke) and one.name in FLASK_APPLICATIONS for one in made)

    @cached_property
    def _is_django_mounted(self) -> bool:
        beside = {module.path for module, _ in self._python.imports(*_OF_STARLETTE)}
        if any(module.path in beside for module, _ in self._python.imports("django.core.asgi", "django.core.wsgi")):
            return True
        return any(
            isinstance(value, Name | Invoke) and self._python.mean(value.name, site.module).startswith("django.")
            for site in self._python.calls_of("mount", "Mount", "WSGIMiddleware")
            for value in site.call.handed
        )

    @cached_property
    def perhaps(self) -> tuple[str, ...]:
        """The middleware and hooks before requests that look at who calls, and may turn somebody away.

        The tree's own, and those of libraries that say so by their names, for all that is seen of them; those that
        surely refuse strangers are not told here.
        """
        sure = {attached.name for attached, _, _ in self.all}
        return tuple(
            attached.name
            for attached in (
                *self._services.middleware,
                *(hook for hook in self._services.hooks if hook.kind == "before-request"),
            )
            if attached.name not in sure
            and (
                self._may_refuse(attached.definition)
                if attached.definition is not None
                else _KEEPING_OUT.search(snake(attached.name.rpartition(".")[2])) is not None
            )
        )

    @cached_property
    def by_setting(self) -> tuple[str, ...]:
        """The hooks of the whole application that refuse somebody under a setting alone."""
        return tuple(
            attached.name
            for attached, owner, _ in self.all
            if not owner and attached.kind == "before-request" and self._refuses_by_setting(attached.definition)
        )

    @cached_property
    def named(self) -> tuple[Attachment, ...]:
        """The middleware and hooks before requests that are named for asking who calls, whatever they do."""
        hooks = (hook for hook in self._services.hooks if hook.kind == "before-request")
        return tuple(
            attached
            for attached in (*self._services.middleware, *hooks)
            if _GATE.search(snake(attached.name.rpartition(":")[2].rpartition(".")[2]))
        )

    def _refuses_by_setting(self, site: DefinitionSite | None) -> bool:
        if site is None:
            return False
        lines = set(self._refusals.refusing_lines(site))
        calls, raises, returns, _ = self._refusals.body(site)
        stated = [(one.line, one.guards) for one in calls] + [(one.line, one.guards) for one in raises]
        stated += [(one.line, one.guards) for one in returns]
        under = [guards for line, guards in stated if line in lines]
        return bool(under) and all(any(map(SETTING.search, guards)) for guards in under)

    def _may_refuse(self, site: DefinitionSite) -> bool:
        parts = (site, *site.methods) if site.definition.kind == "class" else (site,)
        return any(self._refusals.strength(one) >= Strength.READS and self._refusals.may_refuse(one) for one in parts)

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
        calls, raises, returns, _ = self._refusals.body(attached.definition)
        if self._refusals.redirects_to_login(calls) and (
            attached.kind == "before-request" or _asks_the_session(_ways_to_login(calls))
        ):
            return True
        if self._limited_to(attached) != ("",) and any(_GATE.search(snake(call.last)) for call in calls):
            return True  # a hook of one part of the service, for what that part asks
        strangers = _refusing_strangers(raises)
        turned = [call.guards for call in calls if any(map(is_refusing_value, call.handed))]
        if self._has_strangers_refused(attached.definition, calls):
            return True
        if not _GENERIC.match(name) and not _asks_the_session([*turned, *strangers]):
            return False
        if strangers:
            return True
        answers = [value for call in calls for value in call.handed]
        answers += [value for item in returns for value in flattened(item.value)]
        return any(is_refusing_value(value) and "403" not in str(value) for value in answers)

    def _has_strangers_refused(self, site: DefinitionSite, calls: Iterable[Call]) -> bool:
        """Whether a hook calls, for all but some places, what answers with 401 who is not signed in."""
        for call in calls:
            if not all(map(_OF_REQUEST.search, call.guards)):
                continue
            target = self._python.target(call, site.module)
            if target is None or target.name == site.name or self._refusals.strength(target) < Strength.IDENTITY:
                continue
            asked, raises, _, _ = self._refusals.body(target)
            if any(_asks_the_session([_meant(guards, asked)]) for guards in _refusing_strangers(raises)):
                return True
        return False

    @staticmethod
    def _sends_strangers_to_login(site: DefinitionSite) -> bool:
        """Whether a middleware class answers who is not signed in with the way to the login."""
        definition = site.definition
        return definition.kind == "class" and any(
            definition.line <= call.line <= definition.end_line
            and _names_login(call)
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
    def rest_default(self) -> tuple[Protection, ...]:
        """What `DEFAULT_PERMISSION_CLASSES` demands of every view."""
        found = []
        for setting, value in self._services.rest_settings("DEFAULT_PERMISSION_CLASSES"):
            for item, is_off in self._chosen(value, setting.module):
                text = item.value if isinstance(item, Const) else item.name if isinstance(item, Name) else ""
                strength = of_permission(str(text).rpartition(".")[2])
                own = self._python.definition(str(text), setting.module) if text else None
                if own is not None and self._refusals.asks_for_sign_in_alone(own):
                    strength = min(strength, Strength.IDENTITY)
                if text and strength > Strength.NONE:
                    is_off = is_off or (own is not None and self._says_yes_by_default(own))
                    place = setting.module.path, setting.line
                    found.append(Protection(strength, shown(str(text)), *place, "application", is_off, is_off))
        return tuple(found)

    def _says_yes_by_default(self, permission: DefinitionSite) -> bool:
        """Whether a permission of the tree lets in whoever comes where nobody sets what it hangs on."""
        method = self._python.member(permission, "has_permission")
        given = [] if method is None else method.module.facts.returns
        answers = [one for one in given if method is not None and one.scope == method.index]
        return bool(answers) and all(
            method is not None and not one.guards and self._holds(one.value, method.module) for one in answers
        )

    def _holds(self, test: Value, module: Module) -> bool:
        """Whether a condition is known to hold where nobody sets anything."""
        if isinstance(test, Other) and test.operator in ("And", "Or") and test.operands:
            parts = [self._holds(one, module) for one in test.operands]
            return any(parts) if test.operator == "Or" else all(parts)
        return default_of(self._python, test, module, named=self._named).is_on is True

    def _named(self, value: Value, module: Module) -> SettingField | None:  # noqa: ARG002 - as a `Named` is called
        """What a setting of Django's is bound to that is found by its name."""
        owner, _, name = value.name.rpartition(".") if isinstance(value, Name) else ("", "", "")
        setting = self._services.deployed_setting(name) if owner == "django.conf.settings" else None
        if setting is None or setting.guards:
            return None
        return SettingField(setting.module, setting.value, name)

    def _chosen(self, value: Value, module: Module) -> Iterator[tuple[Value, bool]]:
        """The members of a list, or of both that a setting chooses of, and whether they are the ones not chosen."""
        if isinstance(value, Other) and value.kind == "IfExp" and value.operands:
            test, *choices = value.operands
            is_on = default_of(self._python, test, module).is_on
            for number, choice in enumerate(choices):
                yield from ((item, is_on is not None and is_on is not (number == 0)) for item in flattened(choice))
        else:
            yield from ((item, False) for item in flattened(value))

    @cached_property
    def _backends(self) -> tuple[Backend, ...]:
        return backends(self._python)

    def by_backends(self, route: Route) -> Iterator[Protection]:
        """The security backends of Litestar that keep strangers from a route."""
        for one in self._backends:
            if one.asks(route):
                place = one.location
                yield Protection(Strength.IDENTITY, shown(one.name), place.path, place.line, "application")

    @cached_property
    def wrapping(self) -> tuple[tuple[str, Protection], ...]:
        """What is put around the views that are there, one after the other, each with the framework whose they are.

        `app.view_functions[name] = login_required(view)`, or the same for the callback of a pattern of Django's.
        """
        found = []
        for module in self._python.production:
            for item in module.facts.assignments:
                kind = _WRAPPED.search(item.target) if isinstance(item.value, Invoke) and not item.key else None
                if kind is None or not isinstance(item.value, Invoke):
                    continue
                name = self._python.identify(item.value.name, module)
                strength = self._refusals.of_guard(Guard("decorator", name, "application", module.path, item.line))
                if strength >= Strength.IDENTITY:
                    optional = bool(item.guards)
                    place = Protection(strength, shown(name), module.path, item.line, "application", optional)
                    found.append(("flask" if kind[1] else "django", place))
        return tuple(found)

    @cached_property
    def tools(self) -> tuple[Protection, ...]:
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


def asks_of_values(attached: Attachment) -> bool:
    """Whether a hook is handed the values of an address: it can only ask who calls where there are any."""
    site = attached.definition
    decorators = site.definition.decorators if site is not None else ()
    return any(isinstance(one, Name | Invoke) and one.name.endswith(URL_VALUE_HOOKS) for one in decorators)


def shown(name: str) -> str:
    """A guard's name as it is told: its last part."""
    return f"`{name.rpartition(':')[2].removesuffix('()').rpartition('.')[2] or name}`"


def _names_login(call: Call) -> bool:
    """Whether a call is named for signing in, or is handed the way to it: `redirect(settings.LOGIN_URL)`."""
    texts = [value.value for value in call.args if isinstance(value, Const) and isinstance(value.value, str)]
    named = (call.last, *texts, *(name for value in call.args for name in names_in(value)))
    return any(re.search(r"login", name, re.IGNORECASE) for name in named)
