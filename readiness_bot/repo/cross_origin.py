"""What other origins' pages may do: the CORS policies that the applications set; judges nothing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from readiness_bot.facts.python_facts import Call
from readiness_bot.facts.values import MODULE, Const, Format, Invoke, Items, Mapping, Name, Other, Value
from readiness_bot.model import Location
from readiness_bot.repo.defaults import default_of, setting_field
from readiness_bot.repo.expressions import flattened, names_in
from readiness_bot.repo.idle_applications import WEB_APPLICATIONS
from readiness_bot.repo.modules import CallSite, Module
from readiness_bot.repo.python import Python
from readiness_bot.repo.services import Services, Setting


@dataclass(frozen=True, slots=True)
class OriginPolicy:
    """One place that lets other origins in.

    `anyone` says every origin may, `credentials` that cookies go along; `configured` that one of the two is only
    a default that operators may change. `reflects` says that the request's own origin is echoed, `optional` that
    all of it stands behind a setting that is off, `guarded` that the service turns away by the origin itself.
    """

    location: Location
    library: str
    anyone: bool
    credentials: bool
    configured: bool = False
    reflects: bool = False
    optional: bool = False
    guarded: bool = False


_ANY = frozenset({"*", ".*", "^.*$", "https?://.*", "^https?://.*$", "http.*", r".+", "null"})
_ORIGIN_HEADER = "access-control-allow-origin"
_CREDENTIALS_HEADER = "access-control-allow-credentials"


class CrossOrigin:
    """Questions about the cross-origin policies of one tree."""

    LOOKS = "CORS middleware, extensions, settings and headers"

    def __init__(self, python: Python, services: Services) -> None:
        self._python = python
        self._services = services

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    @cached_property
    def policies(self) -> tuple[OriginPolicy, ...]:
        """Every policy, by place."""
        found = [
            *self._by_middleware(),
            *self._by_extension(),
            *self._by_falcon(),
            *self._by_litestar(),
            *self._by_aiohttp(),
            *self._by_settings(),
            *self._by_headers(),
        ]
        return tuple(sorted(found, key=lambda item: (item.location.path, item.location.line)))

    def _by_middleware(self) -> Iterator[OriginPolicy]:
        for attached in self._services.middleware:
            if not attached.name.endswith("CORSMiddleware") or (
                attached.definition is not None and not attached.keywords
            ):
                continue
            keywords = dict(attached.keywords)
            origins, open_by_default = self._anyone(keywords.get("allow_origins"), attached.module)
            pattern, _ = self._anyone(keywords.get("allow_origin_regex"), attached.module)
            credentials, switched = self._on(keywords.get("allow_credentials"), attached.module)
            yield OriginPolicy(
                attached.location,
                "CORSMiddleware",
                origins or pattern,
                credentials,
                configured=open_by_default or switched,
                optional=any(self._is_off(guard) or _asks_where_it_runs(guard) for guard in attached.guards),
                guarded=_turns_origins_away(attached.module),
            )

    def _is_off(self, guard: str) -> bool:
        """Whether a condition names a setting that is off unless an operator turns it on."""
        name = re.split(r"[.:]", guard)[-1]
        values = [setting.value for setting in self._services.settings_named(name.upper())]
        return bool(values) and all(isinstance(value, Const) and not value.value for value in values)

    def _by_extension(self) -> Iterator[OriginPolicy]:
        """Flask-CORS, Sanic's and Quart's: any origin unless told otherwise, no credentials unless told."""
        for site in self._python.calls_ending(_OF_EXTENSIONS.__contains__):
            if not re.match(r"(flask_cors|sanic_cors|quart_cors|sanic_ext|bottle_cors)\b", site.name):
                continue
            call = site.call
            if self._is_of_idle_application(site):
                continue
            if site.last == "CORS" and not (call.args or call.keywords or call.has_double_star):
                continue  # the application that it is put on is told by `init_app`
            origins = (
                call.keyword("origins")
                or call.keyword("allow_origin")
                or self._in_resources(call)
                or self._setting("CORS_ORIGINS")
            )
            anyone, configured = (True, False) if origins is None else self._anyone(origins, site.module)
            credentials, switched = self._on(
                call.keyword("supports_credentials")
                or call.keyword("allow_credentials")
                or self._setting("CORS_SUPPORTS_CREDENTIALS"),
                site.module,
            )
            yield OriginPolicy(
                site.location,
                "CORS",
                anyone,
                credentials,
                configured=configured or switched,
                optional=any(map(_asks_where_it_runs, call.guards)),
            )

    def _is_of_idle_application(self, site: CallSite) -> bool:
        """Whether the extension is put on an application that its file makes and nothing uses, beside another one."""
        first, module = site.call.argument(0, "app"), site.module
        if not isinstance(first, Name) or site.call.scope != MODULE:
            return False
        name = first.name.lstrip(":")
        applications = list(self._python.calls_named(WEB_APPLICATIONS.__contains__))
        if not any(one.call.result == f":{name}" and one.module is module for one in applications):
            return False
        return len(applications) > 1 and not _is_used(module, name, site.call) and not self._is_taken(module, name)

    def _is_taken(self, module: Module, name: str) -> bool:
        """Whether another module takes a variable of this one, by its name or with all that it holds."""
        for other in self._python.modules.values():
            taken = [item.target for item in other.facts.imports]
            if not any(item.target == f":{name}" for item in other.facts.assignments):
                taken += [f"{star}.{name}" for star in other.facts.stars]
            if any(self._python.absolute(one, other) == f"{module.path}:{name}" for one in taken):
                return True
        return False

    def _by_falcon(self) -> Iterator[OriginPolicy]:
        """falcon-cors, which allows nothing unless told, and Falcon's own middleware, which allows any origin."""
        for site in self._python.calls("falcon_cors.CORS"):
            call = site.call
            anyone, configured = self._on(call.keyword("allow_all_origins"), site.module)
            credentials, switched = self._on(call.keyword("allow_credentials_all_origins"), site.module)
            yield OriginPolicy(site.location, "CORS", anyone, credentials, configured=configured or switched)
        for site in self._python.calls("falcon.CORSMiddleware", "falcon.middleware.CORSMiddleware"):
            origins = site.call.argument(0, "allow_origins")
            anyone, configured = (True, False) if origins is None else self._anyone(origins, site.module)
            credentials, switched = self._anyone(site.call.argument(2, "allow_credentials"), site.module)
            yield OriginPolicy(site.location, "CORSMiddleware", anyone, credentials, configured=configured or switched)

    def _by_litestar(self) -> Iterator[OriginPolicy]:
        """Litestar's configuration, which allows any origin unless told otherwise, and no credentials unless told."""
        for site in self._python.calls("litestar.config.cors.CORSConfig", "litestar.config.CORSConfig"):
            origins = site.call.keyword("allow_origins")
            anyone, configured = (True, False) if origins is None else self._anyone(origins, site.module)
            credentials, switched = self._on(site.call.keyword("allow_credentials"), site.module)
            yield OriginPolicy(site.location, "CORSConfig", anyone, credentials, configured=configured or switched)

    def _by_aiohttp(self) -> Iterator[OriginPolicy]:
        """aiohttp-cors, which answers with the very origin of the request where `*` may send credentials."""
        made = {
            module.path
            for module in self._python.production
            if any(call.name == "aiohttp_cors.ResourceOptions" for call in module.facts.calls)
        }
        for site in (site for site in self._python.all_calls if site.module.path in made):
            for value in site.call.handed:
                for key, item in zip(value.keys, value.values, strict=False) if isinstance(value, Mapping) else ():
                    if not isinstance(item, Invoke) or item.call < 0 or item.name != "aiohttp_cors.ResourceOptions":
                        continue
                    options = site.module.facts.calls[item.call]
                    credentials, switched = self._on(options.keyword("allow_credentials"), site.module)
                    anyone, configured = self._anyone(key, site.module)
                    yield OriginPolicy(
                        site.location, "ResourceOptions", anyone, credentials, configured=configured or switched
                    )

    def _setting(self, name: str) -> Value | None:
        return next((setting.value for setting in self._services.settings_named(name)), None)

    @staticmethod
    def _in_resources(call: Call) -> Value | None:
        """The origins of `resources={"/api/*": {"origins": …}}`."""
        resources = call.keyword("resources")
        for inner in resources.values if isinstance(resources, Mapping) else ():
            for key, value in zip(inner.keys, inner.values, strict=False) if isinstance(inner, Mapping) else ():
                if isinstance(key, Const) and key.value == "origins":
                    return value
        return None

    def _by_settings(self) -> Iterator[OriginPolicy]:
        """django-cors-headers."""
        if not any("corsheaders" in attached.name for attached in self._services.middleware):
            return
        named = {
            setting.name: setting
            for setting in self._services.settings_named("CORS_*")
            if not _is_for_development(setting)
        }
        every = named.get("CORS_ALLOW_ALL_ORIGINS") or named.get("CORS_ORIGIN_ALLOW_ALL")
        allowed = named.get("CORS_ALLOW_CREDENTIALS")
        listed = named.get("CORS_ALLOWED_ORIGIN_REGEXES") or named.get("CORS_ORIGIN_REGEX_WHITELIST")
        anyone, configured = self._on(every.value, every.module) if every is not None else (False, False)
        if listed is not None and not anyone:
            anyone, configured = self._anyone(listed.value, listed.module)
        credentials, switched = self._on(allowed.value, allowed.module) if allowed is not None else (False, False)
        place = every or listed or allowed or next(iter(named.values()), None)
        if place is not None:
            yield OriginPolicy(
                self._place(place),
                "django-cors-headers",
                anyone,
                credentials,
                configured=configured or switched,
                optional=every is not None and self._is_asked_for(every),
            )

    def _is_asked_for(self, setting: Setting) -> bool:
        """Whether a value is set under a condition that asks the environment, a setting that is off, or what is listed.

        `if "*" in CORS_ALLOWED_ORIGINS:` does what whoever lists the origins asks for.
        """
        return any(
            _ENVIRONMENT.match(guard) or self._is_off(guard) or _OF_ORIGINS.search(guard)
            for item in setting.module.facts.assignments
            if item.line == setting.line
            for guard in item.guards
        )

    @staticmethod
    def _place(setting: Setting) -> Location:
        statement = next((item.statement for item in setting.module.facts.assignments if item.line == setting.line), "")
        return Location(setting.module.path, setting.line, setting.line, "", statement)

    def _by_headers(self) -> Iterator[OriginPolicy]:
        for module in self._python.production:
            set_here: dict[int, dict[str, tuple[Value, Location, tuple[str, ...]]]] = {}
            earlier: dict[int, list[int]] = defaultdict(list)
            for assignment in module.facts.assignments:
                if assignment.key.lower() in (_ORIGIN_HEADER, _CREDENTIALS_HEADER):
                    place = module.location(
                        assignment.line, assignment.end_line, assignment.scope, assignment.statement
                    )
                    set_here.setdefault(assignment.scope, {})[assignment.key.lower()] = (
                        assignment.value,
                        place,
                        assignment.guards,
                    )
            for call in module.facts.calls:
                if len(call.args) == 2:
                    name = call.args[0].value if isinstance(call.args[0], Const) else None
                    if isinstance(name, str) and name.lower() in (_ORIGIN_HEADER, _CREDENTIALS_HEADER):
                        place = module.location(call.line, call.end_line, call.scope, call.statement)
                        before = set_here.setdefault(call.scope, {})
                        if name.lower() == _ORIGIN_HEADER in before:
                            earlier[call.scope].append(before[_ORIGIN_HEADER][1].line)
                        before[name.lower()] = (call.args[1], place, call.guards)
            for scope, name, header in (*_in_pairs(module), *_handed_as_mapping(module)):
                set_here.setdefault(scope, {}).setdefault(name, header)
            for scope, headers in set_here.items():
                if _ORIGIN_HEADER in headers:
                    value, place, guards = headers[_ORIGIN_HEADER]
                    anyone, configured = self._anyone(value, module)
                    credentials = (
                        _CREDENTIALS_HEADER in headers
                        and _is_true(headers[_CREDENTIALS_HEADER][0])
                        and not self._is_turned_off(module, headers[_CREDENTIALS_HEADER])
                        and not _is_for_listed(module, scope, headers[_CREDENTIALS_HEADER])
                        and not any(map(_ACCEPTED.search, headers[_CREDENTIALS_HEADER][2]))
                        and not _goes_with_another(headers[_CREDENTIALS_HEADER], place.line, earlier[scope])
                        and not _excludes(headers[_CREDENTIALS_HEADER][2], guards)
                    )
                    of_origin = all("origin" in guard.lower() and not _is_listed(guard) for guard in guards)
                    turned_away = _is_turned_away(module, scope, place.line, value)
                    reflects = of_origin and _is_origin(value) and not turned_away
                    # Where an allow-list is asked first, it is the operator who lets everybody in.
                    listed = any(map(_is_listed, guards))
                    yield OriginPolicy(
                        place,
                        "headers",
                        (anyone and not listed) or (reflects and not guards),
                        credentials,
                        configured=configured,
                        reflects=reflects and not guards,
                    )

    def _is_turned_off(self, module: Module, header: tuple[Value, Location, tuple[str, ...]]) -> bool:
        """Whether a header is only sent on a parameter that is off by default, and that nobody turns on."""
        _, place, guards = header
        function = module.function_of(module.scope_at(place.line))
        for parameter in function.parameters if function is not None else ():
            is_off = isinstance(parameter.default, Const) and not parameter.default.value
            if is_off and f"?{parameter.name}" in guards:
                given = [site.call.keyword(parameter.name) for site in self._python.all_calls]
                return not any(value is not None and _is_true(value) for value in given)
        return False

    def _anyone(self, value: Value | None, module: Module) -> tuple[bool, bool]:
        """Whether the value lets every origin in, and whether that is only a default."""
        if value is None:
            return False, False
        field = setting_field(self._python, value, module) if isinstance(value, Name) else None
        if field is not None:
            anyone, configured = self._anyone(field.value, field.module)
            return anyone, configured or bool(field.variable)
        for item in flattened(value):
            default = default_of(self._python, item, module)
            if default.is_known and isinstance(default.value, str) and default.value.strip() in _ANY:
                return True, bool(default.variable)
            if isinstance(item, Name):
                assigned = self._python.assignment(item.name, module)
                if (
                    assigned is not None
                    and flattened(assigned[1].value) != [item]
                    and any(isinstance(inner, Const) and inner.value in _ANY for inner in flattened(assigned[1].value))
                ):
                    return True, False
            if (
                isinstance(item, Format)
                and any(isinstance(part, Const) and part.value in _ANY for part in item.parts[:1])
                and len(item.parts) == 1
            ):
                return True, False
        return False, False

    def _on(self, value: Value | None, module: Module) -> tuple[bool, bool]:
        if value is None:
            return False, False
        default = default_of(self._python, value, module)
        return default.is_on is True, bool(default.variable)


_WHERE_IT_RUNS = re.compile(
    r"(^|[_.:?])(env|environment|stage|is_(dev(elopment)?|local|debug|prod(uction)?)|(dev|debug|local|test)_?mode|debug)$",
    re.IGNORECASE,
)


def _asks_where_it_runs(guard: str) -> bool:
    """Whether a condition asks which environment the service runs in: a developer's is let in by it, or all but one."""
    return _WHERE_IT_RUNS.search(guard.removesuffix("()")) is not None


_OF_EXTENSIONS = frozenset({"CORS", "cross_origin", "cors", "route_cors", "init_app"})
"""What the extensions of frameworks are called by."""
_ENVIRONMENT = re.compile(r"os\.(environ|getenv)\b|\w*\.?(decouple\.config|environ\.Env)\b")
_OF_ORIGINS = re.compile(r"(^|:|_)(CORS_\w*|ALLOWED_|)ORIGINS?(_WHITELIST)?$")
"""The list of the origins that are let in, by the names of its setting."""
_OF_DEVELOPMENT = re.compile(r"(^|/)(settings?|conf(ig)?)(/|_|\.)(dev|devel|development|local|tests?|testing)\w*\.py$")
_DEVELOPMENT = re.compile(r"^(Dev|Development|Local|Test|Tests|Testing|CI|Debug)(Config|Configuration|Settings)?$")


def _is_used(module: Module, name: str, apart: Call) -> bool:
    """Whether anything of a module but one call asks for a variable of its own."""
    facts = module.facts
    asked = [ref for definition in facts.definitions for ref in definition.refs] + [*facts.exports]
    asked += [named for item in facts.assignments for named in names_in(item.value)]
    for call in facts.calls:
        if call is not apart:
            asked += [call.via or call.name, *(named for value in call.handed for named in names_in(value))]
    return any(one.lstrip(":?").partition(".")[0] == name for one in asked)


def _turns_origins_away(module: Module) -> bool:
    """Whether a middleware of the module's own reads the origin of a request and refuses some: `@app.middleware`."""
    facts = module.facts
    around = {call.decorates for call in facts.calls if call.last == "middleware"}
    around |= {at for at, one in enumerate(facts.definitions) if one.name == "dispatch"}
    calls = [call for call in facts.calls if call.scope in around]
    reading = {
        call.scope
        for call in calls
        if call.last == "get" and call.args and str(getattr(call.args[0], "value", "")).lower() == "origin"
    }
    refusing = {
        call.scope
        for call in calls
        if isinstance(status := call.keyword("status_code"), Const) and status.value in (401, 403)
    }
    return bool(reading & refusing)


def _in_pairs(module: Module) -> Iterator[tuple[int, str, tuple[Value, Location, tuple[str, ...]]]]:
    """The headers that stand in lists of pairs, as WSGI takes them: `[("Access-Control-Allow-Origin", "*")]`."""
    for item in module.facts.assignments:
        pairs = item.value.items if isinstance(item.value, Items) else ()
        for pair in pairs:
            if isinstance(pair, Items) and len(pair.items) == 2 and isinstance(pair.items[0], Const):
                name = str(pair.items[0].value).lower()
                if name in (_ORIGIN_HEADER, _CREDENTIALS_HEADER):
                    place = module.location(item.line, item.end_line, item.scope, item.statement)
                    yield item.scope, name, (pair.items[1], place, item.guards)


def _handed_as_mapping(module: Module) -> Iterator[tuple[int, str, tuple[Value, Location, tuple[str, ...]]]]:
    """The headers that an answer is made with: `Response(body, headers={"Access-Control-Allow-Origin": "*"})`."""
    for call in module.facts.calls:
        headers = call.keyword("headers")
        for key, value in zip(headers.keys, headers.values, strict=False) if isinstance(headers, Mapping) else ():
            name = str(key.value).lower() if isinstance(key, Const) else ""
            if name in (_ORIGIN_HEADER, _CREDENTIALS_HEADER):
                place = module.location(call.line, call.end_line, call.scope, call.statement)
                yield call.scope, name, (value, place, call.guards)


def _is_for_development(setting: Setting) -> bool:
    """Whether a value stands in a class or module of settings that no production runs with."""
    if _OF_DEVELOPMENT.search(setting.module.path):
        return True
    facts = setting.module.facts
    for item in facts.assignments:
        if item.line == setting.line and item.scope >= 0:
            return bool(_DEVELOPMENT.match(facts.definitions[item.scope].name))
    return False


def _is_true(value: Value) -> bool:
    return isinstance(value, Const) and str(value.value).lower() == "true"


def _is_listed(guard: str) -> bool:
    """Whether a condition asks a list of what is allowed."""
    return "list" in guard.lower() or "allow" in guard.lower()


_ACCEPTED = re.compile(
    r"^[^!].*(origin\w*_(ok|valid|allowed|accepted|trusted|known|permitted)"
    r"|(valid|allow|accept|trust|check|verify|permit)\w*_origin)\w*(\(\))?$",
    re.IGNORECASE,
)
"""A condition that asks a function which says whether an origin is a good one: `is_origin_ok(…)`."""


def _is_for_listed(module: Module, scope: int, header: tuple[Value, Location, tuple[str, ...]]) -> bool:
    """Whether a header is only sent on a variable that holds whether a list names the origin."""
    return any(
        item.scope == scope and item.target in header[2] and _asks_list(item.value) for item in module.facts.assignments
    )


def _asks_list(value: Value) -> bool:
    """Whether a condition demands that the origin be one of several."""
    if not isinstance(value, Other):
        return False
    if value.kind == "Compare":
        asked = value.operands[0] if value.operator == "In" and value.operands else None
        return isinstance(asked, Name) and _is_origin(asked)
    return value.operator == "And" and any(map(_asks_list, value.operands))


def _goes_with_another(header: tuple[Value, Location, tuple[str, ...]], line: int, others: list[int]) -> bool:
    """Whether a header that is sent on a condition stands beside another origin than the one of a line."""
    _, place, guards = header
    return bool(guards) and any(abs(place.line - other) < abs(place.line - line) for other in others)


def _is_turned_away(module: Module, scope: int, line: int, origin: Value) -> bool:
    """Whether a function has gone back by then where something else says no to the origin: `if origin not in known`."""
    name = origin.name if isinstance(origin, Name) else ""
    left = [(one.scope, one.line, one.guards) for one in module.facts.returns]
    left += [(one.scope, one.line, one.guards) for one in module.facts.raises]
    return name[:1] == "?" and any(
        at == scope and before < line and name in guards and len(set(guards)) > 1 for at, before, guards in left
    )


def _is_origin(value: Value) -> bool:
    """Whether the value is the request's own `Origin` header."""
    name = value.name if isinstance(value, Invoke) else (value.meaning or value.name) if isinstance(value, Name) else ""
    return ("headers" in name and ("get" in name or "[]" in name)) or name.lower().endswith((".origin", "?origin"))


def _excludes(some: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Whether what stands under these conditions never meets what stands under those: one branch and the other."""
    return any(f"!{one}" in others for one in some) or any(f"!{other}" in some for other in others)
