"""Who may call a route: what stands between a request and its handler that asks who the caller is; judges nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from readiness_bot.facts.python_facts import DISCARDED, RETURNED, Call
from readiness_bot.facts.values import Const, Invoke, Name, Other, Value
from readiness_bot.repo.defaults import must_be_set
from readiness_bot.repo.expressions import flattened
from readiness_bot.repo.gates import Gates, Protection, asks_of_values, shown
from readiness_bot.repo.modules import CallSite, DefinitionSite, Module
from readiness_bot.repo.openings import Openings, Unset
from readiness_bot.repo.purposes import Purposes, is_opening
from readiness_bot.repo.python import Python
from readiness_bot.repo.refusal_signs import snake
from readiness_bot.repo.refusals import (
    BASE_HOOKS,
    NO_IDENTITY,
    REST_PERMISSIONS,
    STRONG_NAME,
    Refusals,
    Strength,
    named_each,
)
from readiness_bot.repo.route import Guard, Route, is_told_optional
from readiness_bot.repo.routes import Routes
from readiness_bot.repo.services import Services
from readiness_bot.repo.switches import Switch, switches

_MADE_UP_HERE = re.compile(r"random|urandom|token_|dummy|fake", re.IGNORECASE)
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


@dataclass(frozen=True, slots=True)
class Standing:
    """Something that asks who calls before several routes, where that is put in place, and where it asks."""

    by: str
    path: str
    line: int
    asks_in: str = ""
    asks_at: tuple[int, ...] = ()


class Identity:
    """Questions about who may call the routes of one tree."""

    LOOKS = "route guards, middleware, request hooks and framework defaults"

    def __init__(
        self, python: Python, routes: Routes, services: Services, refusals: Refusals, purposes: Purposes
    ) -> None:
        self._python = python
        self._routes = routes
        self._services = services
        self._refusals = refusals
        self._purposes = purposes
        self._gates = Gates(python, services, refusals)
        self._refusing_of: dict[tuple[str, Strength, int], tuple[str, ...]] = {}
        self._letting: dict[str, bool] = {}

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    def strength(self, site: DefinitionSite) -> Strength:
        """How far a function or class of the tree goes in asking who calls."""
        return self._refusals.strength(site)

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
        return self._refusals.of_guard(guard)

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
        if least is Strength.IDENTITY and self._purposes.is_open_by_decorator(route):
            return ()
        found = (item for item in self.protections(route) if item.strength >= least and item.level != "handler")
        return tuple(dict.fromkeys(item.by for item in found if item.by not in self._of_one_mode and not item.is_off))

    def permissions(self, route: Route) -> tuple[tuple[str, ...], ...]:
        """The permissions that a route's view lists and the dependencies made for one right that it has, by name.

        All of which must hold, but for those of which one is enough: these are together.
        """
        listed = (
            guard
            for guard in named_each(route.guards)
            if guard.kind == "permission" or (guard.kind == "dependency" and guard.arguments)
        )
        return tuple(
            dict.fromkeys(
                tuple(dict.fromkeys(map(shown, guard.among))) or (shown(guard.name),)
                for guard in listed
                if self._refusals.of_guard(guard) is Strength.PERMISSION and not self._lets_read(guard.name, route)
            )
        )

    def set_aside(self, route: Route) -> tuple[str, ...]:
        """The rights that the application asks of every view and not of this one, which lists its own, by name."""
        is_own = route.framework == "django-rest-framework" and self._overrides_default(route)
        return self.standard if is_own else ()

    def kept_from_reading(self, route: Route) -> bool:
        """Whether a view that reads as well as changes is told to turn away strangers who only read."""
        if not ({"GET", "HEAD"} & {*route.methods} and {"POST", "PUT", "PATCH", "DELETE"} & {*route.methods}):
            return False
        return any(item.by in _KEPT_FROM_READING and item.level != "handler" for item in self.protections(route))

    @cached_property
    def standard(self) -> tuple[str, ...]:
        """The rights that Django REST framework is told to ask of every view that lists none, by name."""
        return tuple(item.by for item in self._gates.rest_default if item.strength is Strength.PERMISSION)

    @cached_property
    def standing(self) -> tuple[Standing, ...]:
        """What asks who calls before all routes, or before those of one router, and where it is put in place."""
        found: dict[tuple[str, str, int], Standing] = {}
        asked: set[str] = set()
        for route in self.kept:
            for item in self.protections(route):
                if item.level in ("router", "application") and item.strength >= Strength.IDENTITY:
                    found.setdefault((item.by, item.path, item.line), Standing(item.by, item.path, item.line))
            for guard in route.guards:
                own = self._refusals.defined(guard.name)
                if own is not None and own.name not in asked and own.definition.kind == "function":
                    asked.add(own.name)
                    if self._refusals.of_guard(guard) >= Strength.IDENTITY:
                        place = own.location
                        found[shown(guard.name), place.path, place.line] = self._asking(shown(guard.name), own)
        for attached in dict.fromkeys((*(one for one, _, _ in self._gates.all), *self._gates.named)):
            place, by = attached.location, shown(attached.name)
            inside = attached.definition if attached.kind == "before-request" else None
            told = self._asking(by, inside) if inside is not None else Standing(by, place.path, place.line)
            found[by, place.path, place.line] = replace(told, path=place.path, line=place.line)
        return tuple(found[key] for key in sorted(found))

    def _asking(self, by: str, site: DefinitionSite) -> Standing:
        return Standing(by, site.module.path, site.definition.line, site.module.path, self._refusals.asking_lines(site))

    @cached_property
    def _of_one_mode(self) -> frozenset[str]:
        """The hooks of the whole application that refuse under a setting alone, where routes have guards of their own.

        Whoever wrote those guards did not think the hook enough.
        """
        names = set(map(shown, self._gates.by_setting))
        guards = (guard for route in self.kept for guard in route.guards) if names else ()
        return frozenset(names if any(self._refusals.of_guard(guard) >= Strength.IDENTITY for guard in guards) else ())

    def checked_within(self, route: Route, least: Strength) -> tuple[str, ...]:
        """What in a route's handler does so, by name.

        More than `protections` tells: whatever the handler calls and that may refuse counts, however deep and whatever
        its name, for a check that moved there is not gone.
        """
        found = []
        for site in self._running(route):
            if self._refusals.strength(site) >= least:
                found.append(f"a check in `{site.definition.name}`")
            found += self._refusing(site, least, _HOPS)
            if least is Strength.PERMISSION:
                found += self._answers_by(site)
        return tuple(dict.fromkeys(found))

    def asks_further_in(self, route: Route) -> tuple[str, ...]:
        """The functions of the tree behind a route's handler that refuse somebody, by name, however deep they are.

        What the handler calls on an object that was handed to it is the method of that name which the tree defines.
        """
        found = self.checked_within(route, Strength.IDENTITY)
        if found:
            return found
        return tuple(
            f"`{call.last}`"
            for site in self._running(route)
            for call in self._refusals.body(site)[0]
            if "." in call.name
            and self._python.target(call, site.module) is None
            and call.last in self._refusing_methods
        )

    @cached_property
    def _refusing_methods(self) -> frozenset[str]:
        """The names of methods, telling ones alone, under which some class of the tree refuses those who call."""
        return frozenset(
            site.definition.name
            for site in self._python.functions
            if site.owner is not None
            and "_" in site.definition.name.strip("_")
            and self._refusals.strength(site) >= Strength.IDENTITY
        )

    def _answers_by(self, site: DefinitionSite) -> Iterator[str]:
        """The tree's own predicates about rights that decide what a function returns or raises, by name."""
        calls, raises, returns, _ = self._refusals.body(site)
        lines = {item.line for item in returns}
        asked = [*(call.guards for call in calls if call.line in lines), *(raised.guards for raised in raises)]
        for name in dict.fromkeys(name for names in asked for name in names):
            target = self._python.definition(name, site.module)
            if (
                target is not None
                and target.definition.kind == "function"
                and self._refusals.strength(target) is Strength.READS
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
                if self._refusals.strength(target) >= least:
                    found.append(f"`{target.definition.name}`")
                elif hops > 1:
                    found += self._refusing(target, least, hops - 1)
            known = self._refusing_of[key] = tuple(dict.fromkeys(found))
        return known

    def _called(self, site: DefinitionSite) -> Iterator[DefinitionSite]:
        for call in self._refusals.body(site)[0]:
            target = self._python.target(call, site.module)
            if target is not None and target.name != site.name and target.definition.kind == "function":
                yield target

    def might_keep(self, route: Route, wanted: Strength) -> tuple[str, ...]:
        """What else stands before a route's handler, and the calls in it that may ask something, by name.

        Those of the tree's own functions that may refuse somebody for all that is seen, and those that are told who
        calls: they were not followed to the end. Where a right is wanted, what surely only asks who calls is none.
        """
        names = [
            shown(guard.name)
            for guard in named_each(route.guards)
            if guard.kind != "authentication"  # that tells who calls, and turns nobody away
            and not self._lets_read(guard.name, route)
            and not NO_IDENTITY.search(snake(guard.name))
            and not is_opening(guard.name)
            and not (guard.kind == "decorator" and is_told_optional(guard.name))
            and not self._refusals.lets_all_through(guard)
            and not self._goes_on(guard)
            and not (wanted is Strength.PERMISSION and self._refusals.asks_only_who(guard))
        ]
        for site in self._running(route):
            for call in self._refusals.body(site)[0]:
                # What a method of a library does that this one stands in for is no check that somebody wrote.
                goes_on = call.name.endswith(f"super().{site.definition.name}")
                told = any(isinstance(value, Name) and _CALLER.search(value.name) for value in call.handed)
                if told and not goes_on and not (wanted is Strength.PERMISSION and _asks_only_whether(call)):
                    names.append(f"`{call.last.rpartition(':')[2]}`")
            names += [
                f"`{target.definition.name}`" for target in self._called(site) if self._refusals.may_refuse(target)
            ]
        return tuple(dict.fromkeys(names))

    def may_refuse_in(self, site: DefinitionSite) -> tuple[str, ...]:
        """The functions of the tree that a function calls and that may refuse somebody, for all that is seen."""
        return tuple(
            f"`{target.definition.name}`" for target in self._called(site) if self._refusals.may_refuse(target)
        )

    def _goes_on(self, guard: Guard) -> bool:
        """Whether a dependency is a function of the tree that turns nobody away, nor anything that it calls."""
        own = self._refusals.defined(guard.name) if guard.kind == "dependency" else None
        return own is not None and own.definition.kind == "function" and not self._refusals.may_refuse(own)

    @property
    def kept(self) -> tuple[Route, ...]:
        """The wired routes of production code with a handler or a class that can be read, for everybody or not."""
        return tuple(route for route in self._routes.served if route.handler is not None or route.view is not None)

    def before(self, function: DefinitionSite) -> tuple[str, ...]:
        """What stands before a function that asks who calls or for a right.

        What stands before every handler, whether its routes can be read or not, and before the function as a handler.
        """
        return (*self._before_all, *self._before_handlers.get(function.name, ()))

    @cached_property
    def _before_all(self) -> tuple[str, ...]:
        return tuple(shown(attached.name) for attached, owner, _ in self._gates.all if not owner)

    @cached_property
    def _before_handlers(self) -> dict[str, tuple[str, ...]]:
        """By the name of a route's handler."""
        found: dict[str, tuple[str, ...]] = {}
        for route in self.kept:
            if route.handler is not None:
                who = {shown(guard.name) for guard in route.guards if self._refusals.asks_only_who(guard)}
                asked = tuple(name for name in self.declared(route, Strength.IDENTITY) if name not in who)
                found[route.handler.name] = found.get(route.handler.name, ()) + asked
        return found

    def _by_guards(self, route: Route) -> Iterator[Protection]:
        ineffective = self.misplaced(route)
        for guard in named_each(route.guards):
            if guard.name in ineffective or self._lets_read(guard.name, route):
                continue
            strength = self._refusals.of_guard(guard)
            if strength is not Strength.NONE:
                yield Protection(
                    strength, shown(guard.name), guard.path, guard.line, guard.level, is_optional=guard.is_optional
                )

    def _lets_read(self, name: str, route: Route) -> bool:
        """Whether a permission is asked of those alone who change something, where the route only reads."""
        name = name.removesuffix("()")
        if not (route.methods and _READING.issuperset(route.methods)):
            return False
        return name.endswith(("OrReadOnly", "OrAnonReadOnly")) or self._lets_safe_methods(name)

    def _lets_safe_methods(self, name: str) -> bool:
        """Whether a permission of the tree says yes to whatever only reads, in each of its methods that are asked."""
        known = self._letting.get(name)
        if known is None:
            own = self._python.definition_named(name)
            asked = [one for one in own.methods if one.definition.name in _OF_PERMISSIONS] if own is not None else []
            known = self._letting[name] = bool(asked) and all(map(_says_yes_to_reading, asked))
        return known

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
            yield from (item for item in self._gates.rest_default if not self._lets_read(item.by.strip("`"), route))
        if route.framework == "cherrypy":
            yield from self._gates.tools
        yield from self._gates.by_backends(route)
        yield from (found for framework, found in self._gates.wrapping if framework == route.framework)
        for attached, owner, strength in self._gates.all:
            place = attached.location
            if (owner and owner != route.router) or ("__name__" in attached.guards and place.path != route.module.path):
                continue
            if asks_of_values(attached) and not _GROUP.search(route.path):
                continue
            if not self._gates.stands_before(attached, route):
                continue
            yield Protection(
                strength,
                shown(attached.name),
                place.path,
                place.line,
                "application",
                is_optional=any(
                    name != "__name__" and not must_be_set(self._python, name, attached.module)
                    for name in attached.guards
                )
                or (attached.definition is not None and self._openings.lets_strangers_pass(attached.definition)),
            )

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

    def _by_body(self, route: Route) -> Iterator[Protection]:
        for site in self._answering(route):
            strength = self._refusals.strength(site)
            if strength is not Strength.NONE:
                yield Protection(
                    strength, f"`{site.definition.name}`", site.module.path, site.definition.line, "handler"
                )
        yield from self._by_who_answers(route)

    def _by_who_answers(self, route: Route) -> Iterator[Protection]:
        """What the decorators ask of all functions that a handler leaves its answers to: `return create(request)`.

        It must leave them all, and call nothing else of the tree.
        """
        handler = route.handler
        if handler is None:
            return
        found: list[tuple[Strength, Guard]] = []
        for call in handler.calls:
            target = self._python.target(call, handler.module)
            if target is None or target.name == handler.name:
                continue
            asked = [(self._refusals.of_guard(guard), guard) for guard in self._refusals.decorators(target)]
            strength, guard = max(asked, key=lambda one: one[0], default=(Strength.NONE, None))
            if guard is None or strength < Strength.IDENTITY or not call.context & RETURNED:
                return
            found.append((strength, guard))
        if found:
            strength, guard = min(found, key=lambda one: one[0])
            yield Protection(strength, shown(guard.name), guard.path, guard.line, "handler")

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
        asked = frozenset() if route.handler is None or inherited else self._picked_by(route.handler)
        for site in self._answering(route):
            name = site.definition.name
            if site is route.handler or inherited or (name in _ALWAYS_RUN and (name not in _PICKING or name in asked)):
                yield site

    def _picked_by(self, handler: DefinitionSite) -> frozenset[str]:
        """By which of its class's methods a handler picks rows, itself or through what it calls."""
        sites = (handler, *self._called(handler))
        named = {call.last for site in sites for call in site.calls} & {*_PICKING}
        return frozenset(_PICKING if "get_object" in named else named)

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
            if route.framework == "twisted":
                # A resource is asked to render itself, and hands on to `render_POST` from there.
                yield from self._python.methods_of(route.view, "render")
            if route.handler is None:
                yield from self._checks_before(route.view)

    def _checks_before(self, view: DefinitionSite) -> Iterator[DefinitionSite]:
        """The checks that a class of views calls on itself on its way to an answer, by a dispatch of its own.

        Those of its bases too, as far as each is called by the one that stands in for it.
        """
        ancestry = tuple(self._python.ancestry(view))
        names = {
            call.last
            for owner in ancestry
            for method in owner.methods
            for call in method.calls
            if _CHECK_BEFORE.match(snake(call.last))
        }
        for name in sorted(names):
            for owner in ancestry:
                method = next((item for item in owner.methods if item.definition.name == name), None)
                if method is not None:
                    yield method
                    if not any(call.last == name for call in method.calls):
                        break

    @property
    def perhaps_before(self) -> tuple[str, ...]:
        """The middleware and hooks of the tree's own that may refuse strangers, for all that is seen of them."""
        return self._gates.perhaps

    def asks_unseen(self, route: Route) -> tuple[str, ...]:
        """The calls of a route's handler, and of what its class runs before it, that are named for asking who calls.

        What they do was not followed to an end: it may refuse strangers.
        """
        first = tuple(self._answering(route))
        return tuple(
            call.last.lstrip(":?")
            for site in (*first, *(called for one in first for called in self._called(one)))
            for call in self._refusals.body(site)[0]
            if _ASKING_WHO.search(f"{call.via or call.name}") and not call.name.startswith(("jwt.", "jose."))
        )

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
            and not self._is_held_against_nobody(site)
            and self._only_answers(site)
        )

    def _is_held_against_nobody(self, site: CallSite) -> bool:
        """Whether a password is held against a hash that a module keeps for all: no account has it."""
        return "check" in site.last and any(
            isinstance(value, Name) and self._python.assignment(value.name, site.module) is not None
            for value in site.call.args[:2]
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
            for item in self._refusals.body(target)[2]
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
        return Openings(self._python, self._refusals)

    def _guarding(self, route: Route) -> Iterator[DefinitionSite | None]:
        """What refuses strangers of a route, None for what stands in no code of the tree."""
        for guard in route.guards:
            if self._refusals.of_guard(guard) >= Strength.IDENTITY and guard.name not in self.misplaced(route):
                yield self._python.definition_named(guard.name.removesuffix("()"))
        for attached, owner, _ in self._gates.all:
            if (not owner or owner == route.router) and self._gates.stands_before(attached, route):
                yield attached.definition
        for site in self._answering(route):
            if self._refusals.strength(site) >= Strength.IDENTITY:
                yield site

    # -- switches --------------------------------------------------------------------------------------------------

    @cached_property
    def switches(self) -> tuple[Switch, ...]:
        """The settings that turn authentication on or off as a whole, with their defaults."""
        return switches(self._python, self._services)

    @cached_property
    def checks(self) -> tuple[DefinitionSite, ...]:
        """The functions that refuse strangers and are named for it, for servers whose routes cannot be read."""
        return tuple(
            site
            for site in self._python.functions
            if STRONG_NAME.search(snake(site.definition.name)) and self._refusals.strength(site) >= Strength.IDENTITY
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
        placed.update(attached.name.removesuffix("()") for attached, _, _ in self._gates.all)
        return tuple(
            site
            for site in self.checks
            if placed.isdisjoint((site.name, f"{site.module.path}:{site.definition.qualname.partition('.')[0]}"))
        )


ONLY_FOR_CHANGES = ("`IsAuthenticatedOrReadOnly`", "`DjangoModelPermissionsOrAnonReadOnly`", "`AllowAny`")
"""Permissions of Django REST framework that let strangers read: they stand in for none that turns these away."""
_KEPT_FROM_READING = frozenset({"`IsAuthenticated`", "`IsAdminUser`", "`TokenHasScope`", "`TokenHasReadWriteScope`"})
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

_STANDARD = frozenset({"post", "put", "patch", "delete", "create", "update", "partial_update", "destroy"})
_HOPS = 3
"""Own calls followed from a handler to what may refuse somebody."""
_ALWAYS_RUN = frozenset({*BASE_HOOKS, "test_func", "get_queryset", "get_object"})
_PICKING = ("get_queryset", "get_object")
"""What views pick rows by; the second asks the first."""
_IS_ALLOWED = re.compile(r"(^|_)(can|may|allowed|allows|permitted|permission|access|authori[sz]ed|owner|member)(_|$)")
_CALLER = re.compile(r"(^|[._?:])(user|current_user|request|caller|viewer|principal|identity|actor)(_id)?$")
_ASKING_WHO = re.compile(
    r"(^|[._:?])((\w+_)?auth(_\w+)?|authn|authz|authenticat\w*|authori[sz]\w*|(check|has|require|verify)_(perm|access)\w*)"
    r"(?=$|[.(])",
    re.IGNORECASE,
)
_CHECK_BEFORE = re.compile(
    r"_*(check|require|ensure|verify|assert|enforce|validate)_(access|auth\w*|permissions?|perms?|rights?|login|user|role)$"
    r"|_*authori[sz]e$|_*authenticate$"
)
_GROUP = re.compile(r"[<{]\w")
_REST_VIEW = "rest_framework.decorators.api_view"
_LEVELS = ["route", "class", "router", "application", "handler"]


_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_OF_PERMISSIONS = frozenset({"has_permission", "has_object_permission"})
_SAFE = re.compile(r"(^|[.:])SAFE_METHODS$")


def _says_yes_to_reading(method: DefinitionSite) -> bool:
    """Whether a method answers yes where the request's method is a safe one, or says so among what is enough."""
    return any(
        (isinstance(one.value, Const) and one.value.value is True and any(map(_SAFE.search, one.guards)))
        or (isinstance(one.value, Other) and one.value.operator == "Or" and any(map(_SAFE.search, one.value.names)))
        for one in method.module.facts.returns
        if one.scope == method.index
    )


_ANYBODY = re.compile(r"(^|[.:])(Abstract(Base)?|Anonymous)?User$")


def _asks_only_whether(call: Call) -> bool:
    """Whether a call asks of the caller whether he is anybody at all: `isinstance(request.user, User)`."""
    kind = call.args[1] if call.name == "isinstance" and len(call.args) > 1 else None
    return isinstance(kind, Name) and _ANYBODY.search(kind.name) is not None
