"""How Django's modules of URL patterns include each other, and below which paths they end up."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterator
from functools import cached_property

import msgspec

from readiness_bot.facts.python_facts import Call
from readiness_bot.facts.values import MODULE, Const, Format, Invoke, Items, Name, Other, Value
from readiness_bot.model import Area
from readiness_bot.repo.expressions import flattened, names_in, names_of
from readiness_bot.repo.modules import CallSite, Module
from readiness_bot.repo.python import Python
from readiness_bot.repo.route import joined, plain_pattern
from readiness_bot.repo.views import Views

DJANGO_PATHS = frozenset(
    {
        "django.urls.path",
        "django.urls.re_path",
        "django.conf.urls.url",
        "django.conf.urls.re_path",
        "django.urls.conf.path",
        "django.urls.url",
    }
)

_INCLUDES = ("django.urls.include", "django.conf.urls.include", "django.urls.conf.include")
_DECORATING_INCLUDE = "decorator_include.decorator_include"
"""What includes patterns and wraps each of their views: `decorator_include(login_required, "shop.urls")`."""
_OF_SOCKETS = "channels.routing.URLRouter"
_DEBUGGING = re.compile(r"^[^!]*(^|\.)DEBUG$")
_SETTINGS = re.compile(r"settings?(/[^/]+|[^/]*)\.py$|(^|/)conf\.py$")
"""Modules of tests that may set an application up."""
_OF_REGISTRY = re.compile(r"(?<!\.items)(?<!\.values)(?<!\.keys)(?<!enumerate)(?<!zip)(?<!sorted)(?<!reversed)\(\)\[\]")
"""A member of what some function gives, which is not a member of a table at hand."""
_NESTED_DEEP = 4
"""Resources of a REST framework are nested in others so many times at most."""
_PATTERNS = re.compile(r"^:\w*(patterns|urls)$", re.IGNORECASE)


def _urlconf_of(site: CallSite) -> tuple[Value, ...]:
    value = site.call.keyword("urlconf")
    return () if value is None else (value,)


def _is_made_up(value: Value | None) -> bool:
    """Whether what is included is known at run time alone: what a loop or a parameter holds, or a made text."""
    if isinstance(value, Items):
        return any(map(_is_made_up, value.items[:1]))
    if isinstance(value, Name):
        return value.name.startswith("?") or "[]" in value.meaning
    return isinstance(value, Format)


class UrlPatterns:
    """Questions about modules of URL patterns."""

    def __init__(self, python: Python, views: Views) -> None:
        self._python = python
        self._views = views

    @property
    def of_own_makers(self) -> Iterator[tuple[CallSite, CallSite]]:
        """The calls of the tree's own functions that make a pattern of what they are handed, as calls of `path`.

        Each with the call in there which hands it on to Django.
        """
        for site, inner, told in self._of_own_makers:
            call = msgspec.structs.replace(site.call, name=inner.name, via="", args=told)
            yield CallSite(site.module, call, inner.name, inner.last), inner

    @cached_property
    def _of_own_makers(self) -> tuple[tuple[CallSite, CallSite, tuple[Value, Value]], ...]:
        """The calls of such functions as they stand, the call of Django's in there, and pattern and view."""
        found: list[tuple[CallSite, CallSite, tuple[Value, Value]]] = []
        for inner in self._python.calls(*DJANGO_PATHS):
            maker, places = inner.function, self._places_in_maker(inner)
            if maker is None or places is None:
                continue
            (at, route), (behind, view) = places
            for site in self._python.callers.get(f"{inner.module.path}:{maker.qualname}", ()):
                pattern, shown = site.call.argument(at, route), site.call.argument(behind, view)
                if pattern is not None and shown is not None:
                    found.append((site, inner, (pattern, shown)))
        return tuple(found)

    @staticmethod
    def _places_in_maker(inner: CallSite) -> tuple[tuple[int, str], tuple[int, str]] | None:
        """Which parameters of the function around a call of `path` are its pattern and its view; None for no maker."""
        parameters = [one.name for one in inner.function.parameters] if inner.function is not None else []
        written = inner.call.argument(0, "route") or inner.call.keyword("regex")
        view = inner.call.argument(1, "view")
        calls = inner.module.facts.calls
        route = next((one for one in names_in(written, calls) if one[1:] in parameters), "") if written else ""
        shown = (
            next((one for one in names_in(view, calls) if one[1:] in parameters and one != route), "") if view else ""
        )
        if not route or not shown:
            return None
        return (parameters.index(route[1:]), route[1:]), (parameters.index(shown[1:]), shown[1:])

    def _pattern_told(self, call: Call, module: Module) -> Value | None:
        """The pattern that a call tells Django, itself or by a function of the tree that hands it on."""
        if self._python.mean(call.name, module) in DJANGO_PATHS:
            return call.args[0] if call.args else None
        return next((told[0] for site, _, told in self._of_own_makers if site.call is call), None)

    def is_for_developers(self, site: CallSite) -> bool:
        """Whether a pattern is served while debugging alone, itself or all of its module."""
        if any(map(_DEBUGGING.search, site.call.guards)):
            return True
        path = site.module.path
        return path in self._of_debugging and path not in self._url_modules

    @cached_property
    def _of_debugging(self) -> frozenset[str]:
        return frozenset(self._included(debugging=True))

    @cached_property
    def _url_modules(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """For each module of URL patterns, the modules that include it and under which prefix."""
        return self._included(debugging=False)

    @cached_property
    def _includes(self) -> tuple[CallSite, ...]:
        return tuple(self._python.calls(*_INCLUDES, _DECORATING_INCLUDE))

    def _target(self, site: CallSite) -> Value | None:
        """What a call includes: the first thing it is told, or the second where the first decorates the views."""
        decorates = self._python.mean(site.call.name, site.module) == _DECORATING_INCLUDE
        return site.call.argument(1 if decorates else 0, "arg")

    @cached_property
    def _socket_roots(self) -> frozenset[str]:
        """The modules whose patterns are served to WebSockets: an ASGI application is made of them there."""
        return frozenset(site.module.path for site in self._python.calls(_OF_SOCKETS))

    def _of_sockets(self) -> Iterator[tuple[str, str]]:
        """The lists of patterns that serve WebSockets, and the modules that make an application of them."""
        for site in self._python.calls(_OF_SOCKETS):
            for name in names_of(site.call.args[0]) if site.call.args else ():
                path, _, listed = self._python.identify(name, site.module).partition(":")
                if path in self._python.modules and listed:
                    yield path if listed == "urlpatterns" else f"{path}:{listed}", site.module.path

    def _included(self, *, debugging: bool) -> dict[str, tuple[tuple[str, str], ...]]:
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for site in self._includes:
            if any(map(_DEBUGGING.search, site.call.guards)) != debugging:
                continue
            prefix = self.above(site)
            includer = self._added_to(site) or self.held_in(site)
            target = self._target(site)
            if isinstance(target, Items):
                for item in target.items:
                    spread = isinstance(item, Other) and item.kind == "*"
                    for taken in self._taken(item, site.module) if spread else ():
                        found[taken].append((includer, prefix))
                target = target.items[0] if target.items else None
            text = self._python.constant(target, site.module)
            if isinstance(text, str):
                module = self._python.module_named(text, site.module.path)
                if module is not None:
                    found[module.path].append((includer, prefix))
            elif isinstance(target, Name):
                path, _, listed = self._python.identify(target.name, site.module).partition(":")
                whole = not listed or (listed == "urlpatterns" and path != site.module.path)
                found[path if whole else f"{path}:{listed}"].append((includer, prefix))
        for name, place in self._put_in_whole() if not debugging else ():
            found[name].append(place)
        for name, includer in (*self._joined(frozenset(found)), *self._of_sockets()) if not debugging else ():
            found[name].append((includer, ""))
        for path in self._hooked() if not debugging else ():
            found[path] += ((root, "") for root in self._served_roots)
        return {name: tuple(places) for name, places in found.items()}

    def _put_in_whole(self) -> Iterator[tuple[str, tuple[str, str]]]:
        """What gives a tuple of its patterns, and is put in without `include`: `path("api/v2/", api_router.urls)`."""
        for site in self._python.calls(*DJANGO_PATHS):
            value = site.call.argument(1, "view")
            identity = self._python.identify(value.name, site.module) if isinstance(value, Name) else ""
            text = self._python.constant(site.call.argument(0, "route"), site.module) if ":" in identity else None
            if identity.endswith(".urls") and isinstance(text, str):
                yield identity, (self.held_in(site), joined(self.above(site), plain_pattern(text)))

    def _hooked(self) -> Iterator[str]:
        """The modules of patterns that classes made for a library tell it by name, as the applications of a CMS do.

        They list the names as `urls`, or give the list where they are asked for it: `def get_urls(self)`.
        """
        for site in self._python.classes:
            listed = [(site.module, item.value) for item in site.fields if item.name.lstrip("_") == "urls"]
            listed += [
                (method.module, item.value)
                for method in site.methods
                if method.definition.name == "get_urls"
                for item in method.module.facts.returns
                if item.scope == method.index
            ]
            if not any(isinstance(value, Items) for _, value in listed) or not self._python.external_bases(site):
                continue
            for module, value in listed:
                for item in value.items if isinstance(value, Items) else ():
                    text = item.value if isinstance(item, Const) else None
                    named = self._python.module_named(text, module.path) if isinstance(text, str) else None
                    if named is not None:
                        yield named.path

    def _joined(self, included: Container[str]) -> Iterator[tuple[str, str]]:
        """The lists of patterns that others take in as they are, and what takes them: `urlpatterns += of_shop`.

        A list is one by its name, or because it is included, whatever it is called.
        """
        for module in self._python.production:
            for item in module.facts.assignments:
                name = item.target.lstrip(":")
                includer = module.path if name == "urlpatterns" else f"{module.path}:{name}"
                is_list = _PATTERNS.search(item.target) or (item.target[:1] == ":" and includer in included)
                if not is_list or any(map(_DEBUGGING.search, item.guards)):
                    continue
                for value in flattened(item.value):
                    yield from ((taken, includer) for taken in self._taken(value, module) if taken != includer)

    def _taken(self, value: Value, module: Module) -> Iterator[str]:
        """The routers, and lists of patterns as `prefixes` knows them, that an expression names: `*router.urls`."""
        for name in names_of(value):
            identity = self._python.identify(name, module)
            owner, _, listed = identity.partition(":")
            if _PATTERNS.search(f":{listed}") and owner in self._python.modules:
                yield owner if listed == "urlpatterns" else identity
            elif name.endswith(".urls"):
                yield identity

    def _added_to(self, site: CallSite) -> str:
        """The module whose `urlpatterns` the pattern around a call is added to from elsewhere; empty for its own."""
        index, outer = site.call.parent, None
        while index >= 0:
            outer = site.module.facts.calls[index]
            index = outer.parent
        if outer is None or outer.last not in ("append", "extend", "insert"):
            return ""
        owner, _, name = self._python.identify(outer.via or outer.name, site.module).partition(":")
        return owner if name.startswith("urlpatterns.") and owner in self._python.modules else ""

    def held_in(self, site: CallSite) -> str:
        """The list that a pattern stands in, as `module:name`; for `urlpatterns` the module alone."""
        for item in site.module.facts.assignments:
            if item.line <= site.call.line <= item.end_line and isinstance(item.value, Items):
                name = item.target.lstrip(":?")
                return site.module.path if name == "urlpatterns" else f"{site.module.path}:{name}"
        return site.module.path

    @cached_property
    def _reexporting(self) -> dict[str, tuple[str, ...]]:
        """For each module of patterns, those that hand its `urlpatterns` on as their own: `from .urls import …`."""
        found: dict[str, list[str]] = defaultdict(list)
        for module in self._python.production:
            for imported in module.facts.imports:
                if imported.local == "urlpatterns" and imported.target.endswith(".urlpatterns"):
                    path, _, name = self._python.identify(imported.target, module).partition(":")
                    if name == "urlpatterns" and path != module.path:
                        found[path].append(module.path)
        return {path: tuple(others) for path, others in found.items()}

    def prefixes(self, key: str, seen: frozenset[str] = frozenset()) -> tuple[list[str], bool]:
        """Below which paths a module of patterns, or a list of one, is served, and whether anything serves it."""
        places = self._url_modules.get(key, ())
        if not places and ":" in key:
            return self.prefixes(key.partition(":")[0], seen)
        if not places and key not in seen and not self._is_root_urlconf(key):
            places = tuple((path, "") for path in self._reexporting.get(key, ()))
        if not places:
            return [""], key in self._socket_roots or self._is_root_urlconf(key) or self._is_asked_for_patterns(key)
        if key in seen or len(seen) > 8:
            return [""], False
        # The root of one project may be included by another's: a template of a project, say.
        wired = key in self._root_urlconfs
        prefixes = [""] if wired else []
        for path, prefix in places:
            above, above_wired = self.prefixes(path, seen | {key})
            prefixes += [joined(item, prefix) for item in above]
            wired = wired or above_wired
        return sorted(set(prefixes))[:4], wired

    def _is_asked_for_patterns(self, path: str) -> bool:
        """Whether a module of a served project keeps no list of patterns: some registry takes what it makes."""
        module = self._python.modules.get(path) if self._served_roots else None
        return module is not None and not any(_PATTERNS.search(item.target) for item in module.facts.assignments)

    @cached_property
    def _served_roots(self) -> frozenset[str]:
        return frozenset(path for path in self._root_urlconfs if self._python.modules[path].area is Area.PRODUCTION)

    @cached_property
    def _root_urlconfs(self) -> frozenset[str]:
        found: set[str] = set()
        for module in self._python.modules.values():
            if module.area is Area.MIGRATION or (module.area is Area.TEST and not _SETTINGS.search(module.path)):
                continue
            for assignment in module.facts.assignments:
                if (
                    assignment.target.endswith(("ROOT_URLCONF", ".urlconf"))
                    and isinstance(assignment.value, Const)
                    and isinstance(assignment.value.value, str)
                ):
                    target = self._python.module_named(assignment.value.value, module.path)
                    if target is not None:
                        found.add(target.path)
        for site in self._python.calls("django_hosts.host", "django_hosts.defaults.host", "django.urls.set_urlconf"):
            named = (self._python.constant(value, site.module) for value in (*site.call.args[:2], *_urlconf_of(site)))
            found |= {
                target.path
                for text in named
                if isinstance(text, str) and (target := self._python.module_named(text, site.module.path)) is not None
            }
        return frozenset(found)

    def _is_root_urlconf(self, path: str) -> bool:
        return not self._root_urlconfs or path in self._root_urlconfs or self._is_filled_elsewhere

    @cached_property
    def _is_filled_elsewhere(self) -> bool:
        """Whether each application puts its patterns among those of the roots by itself.

        The roots that are served include no others, or include whatever a loop names or a registry gives.
        """
        served = self._served_roots
        targets = (self._target(site) for site in self._includes if site.module.path in served)
        if any(map(_is_made_up, targets)) or any(map(self._is_of_registry, self._python.calls(*DJANGO_PATHS))):
            return True
        own = (places for name, places in self._url_modules.items() if name.partition(":")[0] in self._python.modules)
        including = {path for places in own for path, _ in places}
        return bool(served) and served.isdisjoint(including)

    def _is_of_registry(self, site: CallSite) -> bool:
        """Whether a pattern of a served root is made of what a call gives: `for app in get_hooks("urls")`."""
        if site.call.scope != MODULE or site.module.path not in self._served_roots:
            return False
        values = site.call.args[1:2]
        return any(_OF_REGISTRY.search(name) for one in values for name in names_in(one, site.module.facts.calls))

    def above(self, site: CallSite) -> str:
        """What the patterns around a call say, where lists of patterns are written inside one another."""
        above = ""
        index = site.call.parent
        while index >= 0:
            outer = site.module.facts.calls[index]
            written = self._pattern_told(outer, site.module)
            if written is not None:
                pattern = plain_pattern(self._views.text(written, site.module))
                above = joined(pattern, above) if above else pattern
            index = outer.parent
        return above

    def _made_of(self, site: CallSite) -> Iterator[str]:
        """The patterns of the routers made of a class that registers views by itself: `self.register("orders", …)`."""
        owner = site.call.called_on
        made = self._python.definition(owner.removesuffix("()"), site.module) if owner.endswith("()") else None
        for caller in self._python.callers.get(made.name, ()) if made is not None else ():
            for item in caller.module.facts.assignments:
                number = item.value.call if isinstance(item.value, Invoke) else -1
                if number >= 0 and caller.module.facts.calls[number] is caller.call:
                    yield f"{self._python.identify(item.target, caller.module)}.urls"

    def _nested(self, site: CallSite) -> tuple[str, str]:
        """By what name the router of a registration is served, and below which path in there.

        One may be nested in another's resource: `NestedSimpleRouter(router, "orders")`, `router.register(…).register`.
        """
        via, below, at = site.call.called_on, "", site.call.called_on
        for _ in range(_NESTED_DEEP):
            made = self._makes(at, site)
            is_nested = made is not None and "Nested" in made.last
            if made is None or not (is_nested or made.last == "register"):
                break
            held = made.argument(1 if is_nested else 0, "parent_prefix" if is_nested else "prefix")
            pattern = plain_pattern(self._views.text(held, site.module)).strip("/")
            if is_nested:
                parent = made.argument(0, "parent_router")
                at = parent.name if isinstance(parent, Name) else ""
            else:
                via = at = made.called_on
            below = joined(f"{pattern}/{{pk}}", below) if below else f"{pattern}/{{pk}}"
        return via, below

    @staticmethod
    def _makes(name: str, site: CallSite) -> Call | None:
        """The call of a module that made what a name of it is bound to, or that stands before `.register` itself."""
        calls = site.module.facts.calls
        if name.endswith("()"):
            after = next((number for number, call in enumerate(calls) if call is site.call), 0)
            return next((call for call in calls[after:] if f"{call.name}()" == name), None)
        made = [call for call in calls if name and call.result == name and call.line <= site.call.line]
        return made[-1] if made else None

    @cached_property
    def included_objects(self) -> dict[str, list[str]]:
        """By the identity of an object whose `urls` are included: below which paths they are served."""
        return {
            name.removesuffix(".urls"): [
                joined(above, inner) for path, inner in places for above in self.prefixes(path)[0]
            ]
            for name, places in self._url_modules.items()
            if name.endswith(".urls") and ":" in name
        }

    def router_prefixes(self, site: CallSite) -> tuple[list[str], bool]:
        """Below which paths the router of a registration is served, and whether anything serves it."""
        via, below = self._nested(site)
        attached = self._url_modules.get(f"{self._python.identify(via, site.module)}.urls", ())
        if not attached:
            attached = tuple(place for name in self._made_of(site) for place in self._url_modules.get(name, ()))
        if not attached:
            above, wired = self.prefixes(self.held_in(site))
            return [joined(one, below) if below else one for one in above], wired
        prefixes = [joined(above, inner) for path, inner in attached for above in self.prefixes(path)[0]]
        prefixes = [joined(one, below) if below else one for one in prefixes]
        return prefixes, any(self.prefixes(path)[1] for path, _ in attached)
