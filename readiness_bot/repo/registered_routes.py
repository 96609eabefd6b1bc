"""The routes that functions and classes are registered for, by a decorator, a call or a list."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

import msgspec

from readiness_bot.facts.python_facts import DECORATOR
from readiness_bot.facts.values import Const, Invoke, Items, Name, Value
from readiness_bot.repo.defaults import entries
from readiness_bot.repo.expressions import flattened, texts_of
from readiness_bot.repo.litestar_mounts import LitestarMounts
from readiness_bot.repo.modules import CallSite, DefinitionSite, Module, handed_to
from readiness_bot.repo.pyramid_routes import PyramidRoutes
from readiness_bot.repo.python import Python
from readiness_bot.repo.route import VERBS, Guard, Route, joined
from readiness_bot.repo.route_guards import RouteGuards
from readiness_bot.repo.routers import Routers
from readiness_bot.repo.views import Views

_JSON_API: dict[str, dict[str, tuple[str, ...]]] = {
    "ResourceList": {"get": ("before_get", "query"), "post": ("before_post", "before_create_object")},
    "ResourceDetail": {
        "get": ("before_get", "before_get_object"),
        "patch": ("before_patch", "before_update_object"),
        "delete": ("before_delete", "before_delete_object"),
    },
    "ResourceRelationship": {
        "get": ("before_get",),
        "post": ("before_post",),
        "patch": ("before_patch",),
        "delete": ("before_delete",),
    },
}
"""What the resources of Flask-REST-JSONAPI answer, and the hooks that each answer goes through."""

_LITESTAR = (
    {f"litestar.{verb}": verb.upper() for verb in VERBS}
    | {f"litestar.handlers.{verb}": verb.upper() for verb in VERBS}
    | {f"starlite.{verb}": verb.upper() for verb in VERBS}
    | {"litestar.route": "", "litestar.websocket": "WEBSOCKET"}
)

_ROUTE_OBJECTS = ("starlette.routing.Route", "starlette.routing.WebSocketRoute", "fastapi.routing.APIRoute")
_BARE = {
    f"{package}.{verb}": package.partition(".")[0]
    for package in ("blacksheep", "blacksheep.server.controllers", "hug", "hug.route")
    for verb in VERBS
}
"""Decorators of a package itself that register a function, without a router."""
_CONTROLLER = "ninja_extra.api_controller"
_OF_CONTROLLER = re.compile(r"ninja_extra\.(?:controllers\.)?(?:http_|(?:http_)?route\.)(\w+)$")
_ROUTING = frozenset({"route", "api_route", "websocket", "websocket_route", "api_operation", "page", "view"})


class RegisteredRoutes:
    """The routes that are registered one by one."""

    def __init__(
        self, python: Python, views: Views, guards: RouteGuards, routers: Routers, pyramid: PyramidRoutes
    ) -> None:
        self._python = python
        self._views = views
        self._guards = guards
        self._routers = routers
        self._pyramid = pyramid
        self._mounts = LitestarMounts(python, views, guards)

    def decorated(self) -> Iterator[Route]:
        """Functions and classes registered by a decorator of a router or of the framework itself."""
        for site in self._python.all_calls:
            call = site.call
            if not call.context & DECORATOR or call.decorates < 0:
                continue
            target = DefinitionSite(site.module, call.decorates, site.module.facts.definitions[call.decorates])
            if site.name in _LITESTAR:
                yield from self._litestar(site, target)
                continue
            if site.name in _BARE:
                yield from self._routers.registered(
                    site, self._paths(site), [site.last], _BARE[site.name], target, view=target.owner
                )
            elif (of_controller := _OF_CONTROLLER.match(site.name)) is not None:
                yield from self._of_controller(site, target, of_controller[1])
            elif site.last == "expose" and site.name.startswith(("flask_appbuilder.", "flask_admin.")):
                yield from self._exposed(site, target)
            elif site.last not in VERBS and site.last not in _ROUTING:
                if target.definition.kind == "class" and ":" in site.name:
                    yield from self._own_resource(site, target)
                elif (handed := self._handed_on(site)) is not None:
                    yield from self._registration(handed, target)
            else:
                yield from self._registration(site, target)

    def _exposed(self, site: CallSite, target: DefinitionSite) -> Iterator[Route]:
        """A method that a view of Flask-AppBuilder or Flask-Admin exposes, below what its class is served under."""
        view = target.owner
        if view is None:
            return
        base, resource = (self._views.class_text(view, name) for name in ("route_base", "resource_name"))
        prefix = base or (f"/api/v1/{resource}" if resource else f"/{view.definition.name.lower()}")
        methods = site.call.keyword("methods") or site.call.argument(1)
        verbs = [self._verb(item, site.module) for item in flattened(methods)]
        path = joined(prefix, self._views.text(site.call.argument(0, "url"), site.module))
        chosen = [verb for verb in verbs if verb] or ["GET"]
        yield from self._routers.registered(site, [path], chosen, "flask", target, view=view)

    def _of_controller(self, site: CallSite, target: DefinitionSite, verb: str) -> Iterator[Route]:
        """A method of a controller class of Django Ninja Extra, below what the class's own decorator names."""
        view = target.owner
        if view is None or verb not in VERBS:
            return
        calls = view.module.facts.calls
        made = next((call for call in calls if call.decorates == view.index and call.name == _CONTROLLER), None)
        if made is None:
            return
        controller = self._python.call_site(view.module, made)
        prefix = self._views.text(made.argument(0, "prefix_or_class"), view.module)
        guards = (*self._guards.of_call(site, "route"), *self._guards.of_call(controller, "class"))
        for router in self._controlled.get(view.name, [""]):
            paths = [joined(prefix, path) if path.strip("/") else prefix or "/" for path in self._paths(site)]
            yield from self._routers.registered(
                site, paths, [verb], "django-ninja", target, view=view, router=router, guards=guards
            )

    @cached_property
    def _controlled(self) -> dict[str, list[str]]:
        """The interfaces of Django Ninja Extra that each controller is registered with."""
        found: dict[str, list[str]] = defaultdict(list)
        for site in self._python.calls_of("register_controllers"):
            router, framework = self._routers.receiver(site)
            for value in site.call.args if framework else ():
                view = self._views.class_in(value, site.module)
                if view is not None:
                    found[view.name].append(router)
        return found

    def _registration(self, site: CallSite, target: DefinitionSite) -> Iterator[Route]:
        router, framework = self._routers.receiver(site)
        if not framework:
            return
        paths = self._paths(site)
        guards = tuple(self._guards.of_call(site, "route"))
        wrapped = tuple(self._through_own(target)) if any("{}" in path for path in paths) else ()
        for handler in wrapped:
            yield from self._wrapped(site, paths, framework, handler, router, guards)
        if wrapped:
            return
        if target.definition.kind == "class":
            yield from self._class_routes(target, paths, framework, site, router, guards)
        else:
            yield from self._routers.registered(
                site, paths, self._methods(site), framework, target, router=router, guards=guards
            )

    def _through_own(self, inner: DefinitionSite) -> Iterator[DefinitionSite]:
        """The functions that a decorator of the tree's own registers, each wrapped in a handler that it names."""
        around = inner.module.definition(inner.definition.parent)
        if around is None or around.kind != "function" or not around.parameters:
            return
        name = f"{inner.module.path}:{around.qualname}"
        for module in self._python.production:
            for index, definition in enumerate(module.facts.definitions):
                if definition.kind == "function" and any(
                    isinstance(one, Name) and self._python.identify(one.name, module) == name
                    for one in definition.decorators
                ):
                    yield DefinitionSite(module, index, definition)

    def _wrapped(
        self,
        site: CallSite,
        paths: list[str],
        framework: str,
        handler: DefinitionSite,
        router: str,
        guards: tuple[Guard, ...],
    ) -> Iterator[Route]:
        """The route of one of these, whose path and method come of its name: `put_order`."""
        verb, _, rest = handler.definition.name.partition("_")
        by_name = bool(rest) and verb in VERBS
        told = self._methods(site)
        yield from self._routers.registered(
            site,
            [path.replace("{}", rest if by_name else handler.definition.name, 1) for path in paths],
            [verb] if by_name and told == ["GET"] else told,
            framework,
            handler,
            router=router,
            guards=guards,
        )

    def _own_resource(self, site: CallSite, view: DefinitionSite) -> Iterator[Route]:
        """A class under a decorator of the tree's own that is told its paths: `@register(list_path="/orders", …)`.

        Its methods are named for the verbs, those of a path with a name of its own also with that before them.
        """
        guards: tuple[Guard, ...] | None = None
        for keyword, value in site.call.keywords:
            kind, _, last = keyword.rpartition("_")
            path = self._views.text(value, site.module) if last == "path" else ""
            if not path.startswith("/"):
                continue
            guards = guards if guards is not None else tuple(self._own_permission(site))
            told = site.call.keyword(f"{kind}_methods")
            only = {text.lower() for text in texts_of(told)}
            for verb in VERBS:
                method = self._python.member(view, f"{kind}_{verb}" if kind else verb)
                if method is None and "{" in path:
                    method = self._python.member(view, verb)
                if method is not None and (told is None or verb in only):
                    plain = path.replace("{{", "{").replace("}}", "}")
                    yield from self._routers.registered(site, [plain], [verb], "own", method, view=view, guards=guards)

    def _own_permission(self, site: CallSite) -> Iterator[Guard]:
        """The permission that the package of such a decorator asks for where a resource names none of its own."""
        folder = site.name.partition(":")[0].rpartition("/")[0]
        owners = [one for one in self._python.classes if folder and one.module.path.rpartition("/")[0] == folder]
        for owner, item in ((one, item) for one in owners for item in one.fields):
            for key, value in entries(item.value):
                text = value.name if isinstance(value, Name) else getattr(value, "value", None)
                if key == "permission" and isinstance(text, str) and not text.endswith("NO_PERMISSION_REQUIRED"):
                    yield Guard("permission", text.rpartition(".")[2], "router", owner.module.path, item.line)
                    return

    def _handed_on(self, site: CallSite) -> CallSite | None:
        """What an own decorator does with the router's method it is handed: `@protected(router.get, "/orders")`."""
        method, *rest = site.call.args or (None,)
        if not rest or not isinstance(method, Name) or method.name.rpartition(".")[2] not in VERBS:
            return None
        if self._python.definition_named(site.name) is None:
            return None
        name = self._python.mean(method.meaning or method.name, site.module)
        call = msgspec.structs.replace(site.call, name=name, via=method.name, args=tuple(rest))
        return CallSite(site.module, call, name, name.rpartition(".")[2])

    def _paths(self, site: CallSite) -> list[str]:
        place = 1 if site.last == "api_operation" and site.call.args else 0
        first = next((value for name in ("path", "rule", "uri", "route") if (value := site.call.keyword(name))), None)
        first = site.call.argument(place) or first
        texts = (
            [self._views.text(value, site.module) for value in site.call.args if not isinstance(value, Name | Invoke)]
            if site.last == "route"
            else []
        )
        paths = [text for text in texts if text.startswith("/")]
        if not paths:
            values = [self._views.text(item, site.module) for item in flattened(first)] if first is not None else [""]
            paths = [values[0] if values else ""]
        return paths

    def _methods(self, site: CallSite) -> list[str]:
        if site.last in VERBS:
            return [site.last]
        if site.last in ("websocket", "websocket_route"):
            return ["WEBSOCKET"]
        value = site.call.keyword("methods") or site.call.keyword("method")
        if value is None and site.last == "api_operation" and site.call.args:
            value = site.call.args[0]
        return self._verbs(value, site.module)

    def _verbs(self, value: Value | None, module: Module) -> list[str]:
        """The methods that a list names; `GET` where it names none that can be read."""
        return [text for item in flattened(value) if (text := self._verb(item, module))] or ["GET"]

    def _verb(self, value: Value, module: Module) -> str:
        """A method that is written as a text or named by an enumeration: `HTTPMethod.POST`."""
        text = self._python.constant(value, module)
        if text is None and isinstance(value, Name):
            text = value.name.removesuffix(".value").rpartition(".")[2]
            return text if text.lower() in VERBS else ""
        return text if isinstance(text, str) else ""

    def _litestar(self, site: CallSite, target: DefinitionSite) -> Iterator[Route]:
        view = target.owner
        prefix = self._views.class_text(view, "path") if view is not None else ""
        method = _LITESTAR[site.name]
        paths = [joined(prefix, path) for path in self._paths(site)]
        own = tuple(self._guards.of_call(site, "route"))
        for mount in self._mounts.of((view or target).name):
            yield from self._routers.registered(
                site,
                [joined(mount.prefix, path) for path in paths],
                [method] if method else self._methods(site),
                "litestar",
                target,
                view=view,
                guards=(*own, *mount.guards),
            )

    def _class_routes(
        self,
        view: DefinitionSite,
        paths: list[str],
        framework: str,
        site: CallSite,
        router: str,
        guards: tuple[Guard, ...],
    ) -> Iterator[Route]:
        verbs = list(self._views.verb_methods(view))
        for verb, method in verbs:
            yield from self._routers.registered(
                site, paths, [verb], framework, method, view=view, router=router, guards=guards
            )
        if not verbs:
            rest = self._methods(site) if site.call.has("methods") else self._views.generic_methods(view)
            yield from self._routers.registered(
                site, paths, rest, framework, None, view=view, router=router, guards=guards
            )

    def resources(self) -> Iterator[Route]:
        """Classes and functions registered by a call.

        `add_resource(Item, "/items")`, `add_url_rule`, `router.add_get`, `add_route`.
        """
        for site in self._python.all_calls:
            last = site.last
            if last.startswith("add_") and "resource" in last:
                yield from self._resource(site)
            elif last == "route" and self._routers.receiver(site)[1] == "flask-rest-jsonapi":
                yield from self._json_api(site)
            elif last == "add_url_rule":
                yield from self._url_rule(site)
            elif last in ("add_route", "add_api_route", "add_websocket_route", "add_api_websocket_route"):
                yield from self._added_route(site)
            elif last == "add_view" and "aiohttp" in self._python.imported:
                yield from self._added_view(site)
            elif last.removeprefix("add_") in VERBS and last.startswith("add_") and len(site.call.args) >= 2:
                path = self._views.text(site.call.args[0], site.module)
                handler = self._views.function_in(site.call.args[1], site.module)
                if path.startswith("/"):
                    router = self._routers.application_of(site)
                    yield from self._routers.registered(site, [path], [last[4:]], "aiohttp", handler, router=router)
            elif last == "route" and len(site.call.args) >= 3:
                yield from self._own_route(site)
            elif site.call.parent >= 0 and (last in VERBS or last in _ROUTING):
                yield from self._called(site)
            elif site.name in ("werkzeug.routing.Rule", "werkzeug.routing.rules.Rule"):
                yield from self._rule(site)

    def _rule(self, site: CallSite) -> Iterator[Route]:
        """A rule of werkzeug's own map, for applications that dispatch by it themselves."""
        path = self._views.text(site.call.argument(0, "string"), site.module)
        value = site.call.keyword("endpoint")
        handler = self._views.function_in(value, site.module)
        view = self._views.class_in(value, site.module) if handler is None else None
        if handler is None and isinstance(value, Const) and isinstance(value.value, str):
            handler = self._answering_by_name(value.value, site)
        if path.startswith("/"):
            yield from self._routers.registered(site, [path], self._methods(site), "werkzeug", handler, view=view)

    def _answering_by_name(self, endpoint: str, site: CallSite) -> DefinitionSite | None:
        """The function or method of the same file that an endpoint's name stands for: `on_index` or `index`."""
        named = {endpoint, f"on_{endpoint}", f"handle_{endpoint}"}
        for index, definition in enumerate(site.module.facts.definitions):
            if definition.kind == "function" and definition.name in named:
                return DefinitionSite(site.module, index, definition)
        return None

    def _called(self, site: CallSite) -> Iterator[Route]:
        """A decorator that is called by hand: `app.route("/ping")(ping)`."""
        outer = site.module.facts.calls[site.call.parent]
        if outer.name != f"{site.call.name}()" or len(outer.args) != 1:
            return
        handler = self._views.function_in(outer.args[0], site.module)
        router, framework = self._routers.receiver(site)
        if handler is not None and framework:
            yield from self._routers.registered(
                site, self._paths(site), self._methods(site), framework, handler, router=router
            )

    def _own_route(self, site: CallSite) -> Iterator[Route]:
        """A dispatcher of the tree's own: `self.route("GET", (":id",), self.read)`, as resources register methods."""
        verb, path, value = site.call.args[:3]
        method = verb.value if isinstance(verb, Const) else None
        if not isinstance(method, str) or method.lower() not in VERBS or not isinstance(path, Items | Const):
            return
        handler = self._views.function_in(value, site.module)
        if handler is None:
            return
        parts = path.items if isinstance(path, Items) else (path,)
        texts = [self._views.text(part, site.module).strip("/") for part in parts]
        owner = site.module.symbol(site.call.scope).rpartition(".")[0]
        names = (f":{owner}().{name}" for name in ("resourceName", "resource_name", "prefix", "base_path"))
        prefix = next((text for name in names if (text := self._kept_text(name, site.module))), "")
        yield from self._routers.registered(
            site,
            ["/" + "/".join(re.sub(r"^:(\w+)$", r"{\1}", text) for text in (prefix.strip("/"), *texts) if text)],
            [method],
            "own",
            handler,
        )

    def _kept_text(self, name: str, module: Module) -> str:
        return next(
            (
                item.value.value
                for item in module.facts.assignments
                if item.target == name and isinstance(item.value, Const) and isinstance(item.value.value, str)
            ),
            "",
        )

    def _resource(self, site: CallSite) -> Iterator[Route]:
        view = self._views.class_in(site.call.argument(0, "resource"), site.module)
        if view is None and len(site.call.args) > 1:
            # An own method of a router's class may take the path before the class.
            view = self._views.class_in(site.call.args[1], site.module)
        texts = [self._views.text(value, site.module) for value in site.call.args]
        paths = [text for text in texts if text.startswith("/")]
        if view is None or not paths:
            return
        router, framework = self._routers.receiver(site)
        yield from self._view_routes(view, paths, framework or "flask-restful", site, router if framework else "")

    def _json_api(self, site: CallSite) -> Iterator[Route]:
        """`api.route(OrderList, "order_list", "/orders")` of Flask-REST-JSONAPI, by the hooks of the resource."""
        router, framework = self._routers.receiver(site)
        view = self._views.class_in(site.call.argument(0, "resource"), site.module)
        if view is None:
            return
        texts = [self._views.text(value, site.module) for value in site.call.args[2:]]
        paths = [text for text in texts if text.startswith("/")]
        bases = {base.rpartition(".")[2] for base in self._python.external_bases(view)}
        verbs = next((verbs for base, verbs in _JSON_API.items() if base in bases), {})
        chosen = self._python.class_value(view, "methods")
        named = [value.value for value in flattened(chosen[1].value) if isinstance(value, Const)] if chosen else []
        for verb, hooks in verbs.items():
            if not named or verb.upper() in named:
                handler = next(filter(None, (self._python.member(view, hook) for hook in hooks)), None)
                yield from self._routers.registered(site, paths, [verb], framework, handler, view=view, router=router)

    def _url_rule(self, site: CallSite) -> Iterator[Route]:
        path = self._views.text(site.call.argument(0, "rule"), site.module)
        value = site.call.argument(2, "view_func")
        if isinstance(value, Name) and value.name.startswith("?"):
            handed_in = tuple(self._rules_handed_in(site, value.name[1:]))
            if handed_in:
                yield from handed_in
                return
        decorated = tuple(self._by_own_decorator(site))
        if decorated:
            yield from decorated
            return
        router, framework = self._routers.receiver(site)
        view = self._views.class_in(value, site.module)
        if view is None and isinstance(value, Name):
            # `shown = Orders.as_view("orders")`, and then `view_func=shown`.
            held = site.module.bound_before(value.name, site.call.scope, site.call.line)
            view = self._views.class_in(held, site.module)
        if view is not None:
            yield from self._view_routes(view, [path], framework or "flask", site, router if framework else "")
        elif value is not None:
            handler = self._views.function_in(value, site.module)
            if handler is None and not path:
                return  # neither can be read: what a loop registers
            yield from self._routers.registered(
                site,
                [path],
                self._views.asked_for_graphql(value, site.module) or self._methods(site),
                framework or "flask",
                handler,
                router=router if framework else "",
            )

    def _by_own_decorator(self, site: CallSite) -> Iterator[Route]:
        """The routes of a decorator of the tree's own that is told the rule: `@answers(pages, "/orders")`."""
        maker, rule = self._around(site), site.call.argument(0, "rule")
        if maker is None or not isinstance(rule, Name):
            return
        router, framework = self._routers.receiver(site)
        for use in self._python.calls(maker.name):
            index = use.call.decorates
            told = handed_to(use.call, maker.definition, rule.name.removeprefix("?"))
            if not use.call.context & DECORATOR or index < 0 or told is None:
                continue
            on = handed_to(use.call, maker.definition, site.call.called_on.removeprefix("?"))
            yield from self._routers.registered(
                use,
                [self._views.text(told, use.module)],
                self._methods(site),
                framework or "flask",
                DefinitionSite(use.module, index, use.module.facts.definitions[index]),
                router=self._python.identify(on.name, use.module) if isinstance(on, Name) else router,
            )

    @staticmethod
    def _around(site: CallSite) -> DefinitionSite | None:
        """The function at the top that a place within a function of it stands in; None outside of such."""
        function = site.function
        if function is None or function.parent < 0:
            return None
        index = function.parent
        while (definition := site.module.facts.definitions[index]).parent >= 0:
            index = definition.parent
        return DefinitionSite(site.module, index, definition) if definition.kind == "function" else None

    def _view_routes(
        self, view: DefinitionSite, paths: list[str], framework: str, site: CallSite, router: str
    ) -> Iterator[Route]:
        whole = self._answering_all(view)
        if whole is None:
            yield from self._class_routes(view, paths, framework, site, router, ())
            return
        methods = self._methods(site) if site.call.has("methods") else self._listed_by(view)
        yield from self._routers.registered(site, paths, methods, framework, whole, view=view, router=router)

    def _answering_all(self, view: DefinitionSite) -> DefinitionSite | None:
        """The `dispatch_request` of a plain view of Flask's, whose other methods answer no verb.

        None where it calls the method that is named for the request's, as a view of methods does.
        """
        if self._python.descends_from(view, "flask.views.MethodView", "quart.views.MethodView"):
            return None
        is_view = self._python.descends_from(view, "flask.views.View", "quart.views.View")
        whole = self._python.member(view, "dispatch_request") if is_view else None
        # A class may check something of its own before it hands on to the one that dispatches.
        by_verb = whole is not None and any(
            call.last == "getattr"
            and len(call.args) > 1
            and isinstance(call.args[1], Name | Invoke)
            and "request.method" in call.args[1].name
            for one in self._python.ancestry(view)
            for method in one.methods
            if method.definition.name == "dispatch_request"
            for call in method.calls
        )
        return None if by_verb and any(True for _ in self._views.verb_methods(view)) else whole

    def _listed_by(self, view: DefinitionSite) -> list[str]:
        """The methods that a plain view of Flask's lists."""
        bound = self._python.class_value(view, "methods")
        return self._verbs(bound[1].value, bound[0]) if bound is not None else ["GET"]

    def _rules_handed_in(self, site: CallSite, view_name: str) -> Iterator[Route]:
        """The routes of a function that registers whatever rules and view its callers hand to it."""
        rule = site.call.argument(0, "rule")
        # What a parameter is annotated with says nothing of where it comes from.
        named = rule.name if isinstance(rule, Name) and rule.meaning.endswith("()") else ""
        source = (named or rule.meaning or rule.name).removesuffix("[]").lstrip("?") if isinstance(rule, Name) else ""
        router, framework = self._routers.receiver(site)
        router = router if framework else ""
        for (caller, value), (_, rules) in zip(
            self._python.handed_values(site, view_name), self._python.handed_values(site, source), strict=False
        ):
            paths = [text for item in flattened(rules) if (text := self._views.text(item, caller.module))]
            view = self._views.class_in(value, caller.module)
            if view is not None:
                yield from self._class_routes(view, paths, framework or "flask", caller, router, ())
            elif (handler := self._views.function_in(value, caller.module)) is not None:
                methods = self._methods(caller)
                yield from self._routers.registered(
                    caller, paths, methods, framework or "flask", handler, router=router
                )

    def _added_route(self, site: CallSite) -> Iterator[Route]:
        texts = [
            text if isinstance(text, str) else ""
            for text in (self._python.constant(value, site.module) for value in site.call.args[:3])
        ]
        at = next((index for index, text in enumerate(texts) if text.startswith("/")), None)
        if at is None:
            if len(site.call.args) >= 2 and site.last == "add_route" and "falcon" in self._python.imported:
                yield from self._tabled(site)
            return
        value = (
            site.call.args[at + 1]
            if at + 1 < len(site.call.args)
            else site.call.keyword("endpoint") or site.call.keyword("handler")
        )
        if at == 1 and texts[0] in self._pyramid.patterns:
            return
        if value is None and at == 1:
            value = site.call.args[0]  # Sanic takes what answers first
        method = texts[0] if at == 1 and texts[0].isupper() else ""
        router, framework = self._routers.receiver(site)
        view = self._views.class_in(value, site.module)
        suffix = self._views.text(site.call.keyword("suffix"), site.module)
        if view is not None and suffix:
            for verb in VERBS:
                if (responder := self._python.member(view, f"on_{verb}_{suffix}")) is not None:
                    yield from self._routers.registered(
                        site, [texts[at]], [verb], "falcon", responder, view=view, router=router if framework else ""
                    )
        elif view is not None:
            yield from self._class_routes(
                view, [texts[at]], framework or "falcon", site, router if framework else "", ()
            )
        elif responders := self._views.responders(value, site.module):
            for verb, responder in responders:
                yield from self._routers.registered(
                    site, [texts[at]], [verb], framework or "falcon", responder, router=router if framework else ""
                )
        else:
            methods = [method] if method and method != "*" else self._methods(site)
            yield from self._routers.registered(
                site,
                [texts[at]],
                methods,
                framework or ("falcon" if at == 0 and any(self._python.imports("falcon")) else "aiohttp"),
                self._views.function_in(value, site.module),
                router=router if framework else self._routers.application_of(site),
            )

    def _added_view(self, site: CallSite) -> Iterator[Route]:
        """`app.router.add_view("/orders", OrdersView)` of aiohttp."""
        path = self._views.text(site.call.argument(0, "path"), site.module)
        view = self._views.class_in(site.call.argument(1, "handler"), site.module)
        if path.startswith("/") and view is not None:
            yield from self._class_routes(view, [path], "aiohttp", site, self._routers.application_of(site), ())

    def _tabled(self, site: CallSite) -> Iterator[Route]:
        """Resources of Falcon that a loop adds from tables of paths: its own, or those that functions give it."""
        resource = site.call.args[1]
        if not (isinstance(resource, Name) and resource.name.startswith("?")) or site.function is None:
            return
        for prefix, path, value, module in self._rows(site.module, site.call.scope, ""):
            view = self._views.class_in(value, module)
            if view is not None and any(self._views.verb_methods(view)):
                call = module.facts.calls[value.call] if isinstance(value, Invoke) and value.call >= 0 else site.call
                row = self._python.call_site(module, call) if call is not site.call else site
                yield from self._class_routes(view, [f"{prefix}{path}" or "/"], "falcon", row, "", ())

    def _rows(
        self, module: Module, scope: int, prefix: str, depth: int = 0
    ) -> Iterator[tuple[str, str, Value, Module]]:
        """The pairs of a path and something else in the lists of a function, tables within tables followed."""
        facts = module.facts
        lists = [item.value for item in facts.assignments if item.scope == scope]
        lists += [item.value for item in facts.returns if item.scope == scope]
        lists += [value for call in facts.calls if call.scope == scope and call.last == "extend" for value in call.args]
        for pair in (pair for value in lists if isinstance(value, Items) for pair in value.items):
            if not isinstance(pair, Items) or len(pair.items) != 2 or not isinstance(pair.items[0], Const):
                continue
            path, value = pair.items[0].value, pair.items[1]
            if not isinstance(path, str) or depth > 2:
                continue
            if isinstance(value, Items):
                for inner in value.items:
                    if isinstance(inner, Items) and len(inner.items) == 2 and isinstance(inner.items[0], Const):
                        yield path.rstrip("/"), str(inner.items[0].value), inner.items[1], module
                continue
            made = self._python.definition(value.name, module) if isinstance(value, Invoke) else None
            if made is not None and made.definition.kind == "function":
                yield from self._rows(made.module, made.index, f"{prefix}{path}".rstrip("/"), depth + 1)
            else:
                yield prefix, path, value, module

    def listed(self) -> Iterator[Route]:
        """Route objects in lists: Starlette's `Route`, aiohttp's `web.get`, Litestar's controllers aside."""
        own = (one.name for one in self._python.classes if self._python.descends_from(one, *_ROUTE_OBJECTS))
        for site in self._python.calls(*_ROUTE_OBJECTS, *own):
            path = joined(self._above(site), self._views.text(site.call.argument(0, "path"), site.module))
            value = site.call.argument(1, "endpoint")
            view = self._views.class_in(value, site.module)
            if view is not None:
                yield from self._class_routes(view, [path], "starlette", site, "", ())
            else:
                methods = ["WEBSOCKET"] if "WebSocket" in site.name else self._methods(site)
                yield from self._routers.registered(
                    site, [path], methods, "starlette", self._views.function_in(value, site.module)
                )
        for site in self._python.calls(*(f"aiohttp.web.{verb}" for verb in VERBS), "aiohttp.web.view"):
            path = self._views.text(site.call.argument(0, "path"), site.module)
            value = site.call.argument(1, "handler")
            view = self._views.class_in(value, site.module)
            router = self._routers.takes_list(site)
            if view is not None:
                yield from self._class_routes(view, [path], "aiohttp", site, router, ())
            else:
                handler = self._views.function_in(value, site.module)
                yield from self._routers.registered(site, [path], [site.last], "aiohttp", handler, router=router)
        yield from self._told_in_rows()

    def _above(self, site: CallSite) -> str:
        """The path of the `Mount`s of Starlette that a route object is written within."""
        calls, at, above = site.module.facts.calls, site.call.parent, ""
        while at >= 0:
            outer = self._python.call_site(site.module, calls[at])
            if outer.name == "starlette.routing.Mount":
                above = joined(self._views.text(outer.call.argument(0, "path"), site.module).rstrip("/"), above)
            at = outer.call.parent
        return above.rstrip("/")

    def _told_in_rows(self) -> Iterator[Route]:
        """Rows that something makes routes of: `(web.get, "/orders", orders)`, what makes one first."""
        if "aiohttp" not in self._python.imported:
            return
        for module in self._python.production:
            for item in module.facts.assignments:
                for row in item.value.items if isinstance(item.value, Items) else ():
                    if not isinstance(row, Items) or len(row.items) < _LEAST_OF_ROW:
                        continue
                    verb, path, handler = row.items[:_LEAST_OF_ROW]
                    maker = self._python.identify(verb.name, module) if isinstance(verb, Name) else ""
                    text = self._views.text(path, module)
                    if maker.startswith("aiohttp.web.") and maker.rpartition(".")[2] in VERBS and text.startswith("/"):
                        yield from self._routers.made(
                            [text],
                            [maker.rpartition(".")[2]],
                            "aiohttp",
                            module,
                            item.line,
                            self._views.function_in(handler, module),
                        )


_LEAST_OF_ROW = 3
"""What makes the route, its path and its handler."""
