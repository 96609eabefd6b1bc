"""The routes of Django's URL patterns and of the routers of its REST framework."""

from __future__ import annotations

from collections.abc import Iterator

from readiness_bot.facts.python_facts import IN_LOOP, Call
from readiness_bot.facts.values import MODULE, Const, Invoke, Items, Mapping, Name, Value
from readiness_bot.repo.expressions import flattened
from readiness_bot.repo.modules import CallSite, DefinitionSite, Module
from readiness_bot.repo.python import Python
from readiness_bot.repo.route import Guard, Route, joined, plain_pattern
from readiness_bot.repo.route_guards import RouteGuards
from readiness_bot.repo.routers import Routers
from readiness_bot.repo.url_patterns import DJANGO_PATHS, UrlPatterns
from readiness_bot.repo.views import Views

_ACTIONS = {
    "list": "GET",
    "retrieve": "GET",
    "create": "POST",
    "update": "PUT",
    "partial_update": "PATCH",
    "destroy": "DELETE",
}
_ADMIN_HOOKS = ("register_admin_urls", "register_admin_viewset")
"""The hooks by which Wagtail's administration is told of further pages."""
_METHODS = ("http_method_names", "request_method_list")
"""How the decorators of views call the methods that a view takes."""


class DjangoRoutes:
    """The routes that URL patterns make."""

    def __init__(
        self, python: Python, views: Views, guards: RouteGuards, patterns: UrlPatterns, routers: Routers
    ) -> None:
        self._python = python
        self._views = views
        self._guards = guards
        self._patterns = patterns
        self._routers = routers

    def all(self) -> Iterator[Route]:
        """Every route of the URL patterns."""
        made = [*((site, None) for site in self._python.calls(*DJANGO_PATHS)), *self._patterns.of_own_makers]
        for site, maker in made:
            written = site.call.argument(0, "route") or site.call.keyword("regex")
            pattern = plain_pattern(self._views.text(written, site.module))
            value = site.call.argument(1, "view")
            if (isinstance(value, Invoke) and value.name.endswith("include")) or self._patterns.is_for_developers(site):
                continue
            around = site.function.name if site.function is not None else ""
            if around == "get_urlpatterns" and "wagtail.api" in self._python.imported:
                continue  # where a router puts them says what they are below: see `_wagtail_endpoints`
            prefixes, wired = self._patterns.prefixes(self._patterns.held_in(site))
            above = self._patterns.above(site)
            of_admin = tuple(self._of_administration(site))
            prefixes = [joined("/admin", prefix) for prefix in prefixes] if of_admin else prefixes
            paths = [joined(joined(prefix, above) if above else prefix, pattern) for prefix in prefixes]
            view = self._views.class_in(value, site.module)
            further = tuple(self._guards.around(maker.call.argument(1, "view"), maker)) if maker is not None else ()
            further = (*further, *of_admin)
            if view is not None:
                yield from self._django_class(view, paths, site, wired, further)
            else:
                handler = self._views.function_in(value, site.module)
                if (
                    handler is None
                    and site.function is not None
                    and (isinstance(written, Name) or site.function.name in ("get_urls", "urls"))
                ):
                    # A helper that makes patterns out of what it is handed: no route of its own.
                    continue
                unread = self._views.asked_for_graphql(value, site.module) or ("GET",)
                methods = self._function_methods(handler) if handler is not None else unread
                guards = (*self._guards.around(value, site), *further)
                framework = "django"
                yield from self._routers.registered(
                    site, paths, methods, framework, handler, guards=guards, wired=wired
                )
        yield from self._rest_routers()
        yield from self._wagtail_endpoints()
        yield from self._kept_views()

    def _of_administration(self, site: CallSite) -> Iterator[Guard]:
        """What Wagtail asks before the patterns that a hook puts among its administration's: `register_admin_urls`."""
        function = site.function
        for call in site.module.facts.calls if function is not None else ():
            told = call.args[0] if call.args else None
            is_hook = isinstance(told, Const) and told.value in _ADMIN_HOOKS and call.decorates >= 0
            if is_hook and site.module.facts.definitions[call.decorates] is function:
                yield Guard(
                    "decorator", "wagtail.admin.auth.require_admin_access", "router", site.module.path, call.line
                )

    def _function_methods(self, handler: DefinitionSite) -> tuple[str, ...]:
        """The methods of a Django function view by its decorators; without one it answers all of them."""
        for decorator in handler.definition.decorators:
            name = decorator.name if isinstance(decorator, Name | Invoke) else ""
            last = name.rpartition(".")[2]
            if last in ("api_view", "require_http_methods") and isinstance(decorator, Invoke) and decorator.call >= 0:
                call = handler.module.facts.calls[decorator.call]
                texts = [
                    text
                    for value in (*call.args, *(one for name, one in call.keywords if name in _METHODS))
                    for item in flattened(value)
                    if isinstance(text := self._python.constant(item, handler.module), str)
                ]
                return tuple(texts) or ("GET",)
            if last in ("require_GET", "require_safe"):
                return ("GET",)
            if last == "require_POST":
                return ("POST",)
        refs = handler.definition.refs
        if any(ref.endswith((".POST", ".FILES", ".method")) for ref in refs):
            return ("GET", "POST")
        return ("GET", "POST") if any(ref.endswith(".body") for ref in refs) and _takes_body(handler) else ("GET",)

    def _django_class(
        self, view: DefinitionSite, paths: list[str], site: CallSite, wired: bool, further: tuple[Guard, ...]
    ) -> Iterator[Route]:
        guards = (*self._guards.around(site.call.argument(1, "view"), site), *further)
        verbs = list(self._views.verb_methods(view))
        framework = (
            "django-rest-framework"
            if any(base.startswith("rest_framework") for base in self._python.external_bases(view))
            else "django"
        )
        for verb, method in verbs:
            yield from self._routers.registered(
                site, paths, [verb], framework, method, view=view, guards=guards, wired=wired
            )
        known = {verb.upper() for verb, _ in verbs}
        rest = [
            method for method in self._mapped_methods(site) or self._views.generic_methods(view) if method not in known
        ]
        if rest or not verbs:
            yield from self._routers.registered(
                site, paths, rest, framework, None, view=view, guards=guards, wired=wired
            )

    def _mapped_methods(self, site: CallSite) -> tuple[str, ...]:
        """The methods in `ViewSet.as_view({"get": "list"})`."""
        value = site.call.argument(1, "view")
        if isinstance(value, Invoke) and value.call >= 0:
            for argument in site.module.facts.calls[value.call].args:
                keys = getattr(argument, "keys", ())
                texts = [key.value.upper() for key in keys if isinstance(key, Const) and isinstance(key.value, str)]
                if texts:
                    return tuple(texts)
        return ()

    def _kept_views(self) -> Iterator[Route]:
        """The functions that a decorator of the tree's own keeps in an object whose `urls` are made of them.

        What the object makes of their names cannot be read: `@steps.step`, and then `include(steps.urls)`.
        """
        for name, prefixes in self._patterns.included_objects.items():
            path, _, kept = name.partition(":")
            module = self._python.modules.get(path)
            owner = self._python.class_of(self._python.mean(f":{kept}", module), module) if module is not None else None
            maker = self._python.member(owner, "urls") if owner is not None else None
            if module is None or maker is None or not any(call.name in DJANGO_PATHS for call in maker.calls):
                continue
            for index, definition in enumerate(module.facts.definitions):
                if definition.kind == "function" and any(
                    _written(one, module).startswith(f":{kept}.") for one in definition.decorators
                ):
                    handler = DefinitionSite(module, index, definition)
                    yield from self._routers.made(
                        [joined(prefix, "{}") for prefix in prefixes],
                        self._function_methods(handler),
                        "django",
                        module,
                        definition.line,
                        handler,
                        wired=True,
                    )

    def _wagtail_endpoints(self) -> Iterator[Route]:
        """What Wagtail's API is told to serve: `api_router.register_endpoint("pages", PagesAPIViewSet)`."""
        for site in self._python.calls_of("register_endpoint"):
            if not site.name.startswith("wagtail."):
                continue
            view = self._views.class_in(site.call.argument(1, "class_"), site.module)
            name = plain_pattern(self._views.text(site.call.argument(0, "name"), site.module))
            prefixes, wired = self._patterns.router_prefixes(site)
            for method, tail in (("listing_view", ""), ("detail_view", "/{pk}")):
                yield from self._routers.registered(
                    site,
                    [joined(prefix, f"{name}{tail}") for prefix in prefixes],
                    ["GET"],
                    "django-rest-framework",
                    self._python.member(view, method) if view is not None else None,
                    view=view,
                    wired=wired,
                )

    def _rest_routers(self) -> Iterator[Route]:
        for site in self._python.calls_of("register"):
            owner, said = (name.rpartition(".")[0] for name in (site.name, site.call.name))
            if not (
                owner.startswith(("rest_framework", "rest_framework_nested", "rest_framework_extensions"))
                or owner.endswith(("Router()", "Router"))
                # A method of a mixin is still called on the router that is built from it.
                or said.endswith("Router()")
            ):
                continue
            view = self._views.class_in(site.call.argument(1, "viewset"), site.module)
            pattern = plain_pattern(self._views.text(site.call.argument(0, "prefix"), site.module))
            if view is None:
                yield from self._registered_in_turn(site)
                continue
            prefixes, wired = self._patterns.router_prefixes(site)
            yield from self._viewset(view, [joined(prefix, pattern) for prefix in prefixes], site, wired)

    def _registered_in_turn(self, site: CallSite) -> Iterator[Route]:
        """The views that a loop registers from a table: entries of a pattern and a class, as dicts or tuples."""
        if not (site.call.context & IN_LOOP or self._is_called_in_turn(site)):
            return
        prefixes, wired = self._patterns.router_prefixes(site)
        for module, entry in (*self._rows(), *self._handed_in()):
            view = next(filter(None, (self._views.class_in(item, module) for item in entry)), None)
            text = next((item.value for item in entry if isinstance(item, Const)), None)
            if isinstance(text, str) and view is not None and self._is_viewset(view):
                paths = [joined(prefix, plain_pattern(text)) for prefix in prefixes]
                yield from self._viewset(view, paths, site, wired)

    def _is_called_in_turn(self, site: CallSite) -> bool:
        """Whether the function that registers a view is called in a loop."""
        name = f"{site.module.path}:{site.function.qualname}" if site.function is not None else ""
        callers = self._python.callers.get(name, ())
        return any(caller.call.context & IN_LOOP for caller in callers)

    def _rows(self) -> Iterator[tuple[Module, tuple[Value, ...]]]:
        """The rows of all tables that are written out."""
        for module in self._python.production:
            for assignment in module.facts.assignments:
                yield from ((module, entry) for entry in _entries(assignment.value))

    def _handed_in(self) -> Iterator[tuple[Module, tuple[Value, ...]]]:
        """What modules hand to a function that keeps it in a list: `register_view(OrderViewSet, "order")`."""
        for site in self._python.all_calls:
            if site.call.scope == MODULE and any(isinstance(value, Const) for value in site.call.args[:2]):
                target = self._python.target(site.call, site.module)
                if target is not None and any(call.last == "append" for call in target.calls):
                    yield site.module, site.call.args

    def _is_viewset(self, view: DefinitionSite) -> bool:
        return any(base.startswith("rest_framework") for base in self._python.external_bases(view))

    def _viewset(self, view: DefinitionSite, paths: list[str], site: CallSite, wired: bool) -> Iterator[Route]:
        done: set[str] = set()
        for action, method in _ACTIONS.items():
            handler = self._python.member(view, action)
            if handler is None:
                continue
            done.add(method)
            detail = "" if action in ("list", "create") else "/{pk}"
            yield from self._routers.registered(
                site,
                [f"{path.rstrip('/')}{detail}" for path in paths],
                [method],
                "django-rest-framework",
                handler,
                view=view,
                wired=wired,
            )
        for extra in view.methods:
            for decorator in extra.definition.decorators:
                if isinstance(decorator, Invoke) and decorator.name.rpartition(".")[2] in (
                    "action",
                    "list_route",
                    "detail_route",
                ):
                    call = view.module.facts.calls[decorator.call] if decorator.call >= 0 else None
                    value = call.keyword("methods") if call is not None else None
                    verbs = (
                        [
                            text
                            for item in flattened(value)
                            if isinstance(text := self._python.constant(item, view.module), str)
                        ]
                        if value is not None
                        else []
                    )
                    tail = self._action_path(extra, decorator.name, call)
                    yield from self._routers.made(
                        [f"{path.rstrip('/')}/{tail}" for path in paths],
                        verbs or ["GET"],
                        "django-rest-framework",
                        view.module,
                        extra.definition.line,
                        extra,
                        view=view,
                        call=call,
                        wired=wired,
                    )
        rest = [method for method in self._views.generic_methods(view) if method not in done]
        if rest:
            yield from self._routers.registered(
                site, paths, rest, "django-rest-framework", None, view=view, wired=wired
            )

    def _action_path(self, extra: DefinitionSite, decorator: str, call: Call | None) -> str:
        """What an extra action of a view set adds to its path: its name or `url_path`, below one object or all."""
        told = self._views.text(call.keyword("url_path"), extra.module) if call is not None else ""
        name = plain_pattern(told) if told else extra.definition.name
        detail = call.keyword("detail") if call is not None else None
        of_one = decorator.endswith("detail_route") or (isinstance(detail, Const) and detail.value is True)
        return f"{{pk}}/{name}" if of_one else name


def _entries(value: Value) -> Iterator[tuple[Value, ...]]:
    """The rows of a table written as a list of dicts or tuples."""
    for item in value.items if isinstance(value, Items) else ():
        if isinstance(item, Mapping):
            yield item.values
        elif isinstance(item, Items):
            yield item.items


def _takes_body(handler: DefinitionSite) -> bool:
    """Whether a view looks at what the request itself holds: a page that it shows may have a body as well."""
    definition, facts = handler.definition, handler.module.facts
    named = next((one.name for one in definition.parameters if one.name not in ("self", "cls")), "request")
    around = range(definition.line, definition.end_line + 1)
    values = [value for call in facts.calls if call.line in around for value in call.handed]
    values += [item.value for item in facts.assignments if item.line in around]
    names = {value.name for value in values if isinstance(value, Name)}
    names |= {call.called_on for call in facts.calls if call.line in around}
    return any(name.endswith("request.body") or name == f"?{named}.body" for name in names)


def _written(decorator: Value, module: Module) -> str:
    """How a decorator is named where it stands, whether it is called there or not."""
    if isinstance(decorator, Invoke) and decorator.call >= 0:
        return module.facts.calls[decorator.call].via
    return decorator.name if isinstance(decorator, Name) else ""
