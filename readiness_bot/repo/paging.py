"""Which routes answer with a list, and whether they hand it out page by page; judges nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from readiness_bot.facts.python_facts import Call
from readiness_bot.facts.values import Const, Index, Invoke, Mapping, Name, Value
from readiness_bot.repo.interface import Interface
from readiness_bot.repo.modules import DefinitionSite
from readiness_bot.repo.python import Python
from readiness_bot.repo.route import Route
from readiness_bot.repo.services import Services

_PAGES = re.compile(
    r"^(page|page_size|pagesize|per_page|limit|offset|skip|cursor|after|before|size|page_number|page_num|items_per_page|start|count|first|last|max_results|max_page_size|page_token|next_token|perpage|pagination|paging|per|top|from_|take|num)$",
    re.IGNORECASE,
)
_PAGINATES = re.compile(
    r"paginat|paging|page_?size|per_?page|(^|[_.])page(_|$)|cursor|limit_?offset|slice_query|(^|\.)limit$",
    re.IGNORECASE,
)
_READING = frozenset(
    {
        "all",
        "filter",
        "filter_by",
        "query",
        "execute",
        "scalars",
        "find",
        "fetchall",
        "order_by",
        "select",
        "get",
        "paginate",
    }
)
"""What things are read by, from a store or from elsewhere."""
_ABOUT_ONE = (
    ".TemplateView",
    ".RedirectView",
    ".DetailView",
    ".CreateView",
    ".UpdateView",
    ".DeleteView",
    ".FormView",
    ".RetrieveAPIView",
    ".CreateAPIView",
)
"""Bases of views that show one thing or none, whatever their path is called."""


class Paging:
    """Questions about the lists that the routes of one tree answer with."""

    LOOKS = Interface.LOOKS

    def __init__(self, python: Python, services: Services, interface: Interface) -> None:
        self._python = python
        self._services = services
        self._interface = interface

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    @cached_property
    def lists(self) -> tuple[tuple[Route, bool], ...]:
        """The routes that answer with a list, and whether they page it."""
        return tuple((route, self._is_paged(route)) for route in self._interface.routes if self._is_list(route))

    def _is_list(self, route: Route) -> bool:
        if route.view is not None and any(
            base.endswith(_ABOUT_ONE) for base in self._python.external_bases(route.view)
        ):
            return False
        if route.view is not None and self._is_of_wagtail(route.view):
            return "GET" in route.methods and not route.path.endswith("}")
        if self._takes_pages(route) or (route.handler is not None and self.is_paged_by_decorator(route.handler)):
            return True
        if _is_about_one(route) and not self._shows_many(route):
            return False
        if self._is_summary(route) or self._is_empty_page(route):
            return False
        path = route.path.removesuffix(".json")
        if "GET" not in route.methods or re.search(r"((\}|>|\))/?|\.\w{2,4})$", path) or path in ("/", ""):
            return False
        name = route.handler.definition.name.lower() if route.handler is not None else ""
        segment = path.rstrip("/").rpartition("/")[2].lower()
        plural = segment.endswith("s") and not segment.endswith(
            (
                "ss",
                "us",
                "is",
                "status",
                "stats",
                "settings",
                "options",
                "metrics",
                "news",
                "docs",
                "analytics",
                "https",
                "args",
                "statistics",
                "preferences",
                "credentials",
                "permissions",
                "details",
            )
        )
        if re.match(r"(list_|get_all|read_all|index$|list$|all_|search|query_all|fetch_all|find_all)", name) or (
            route.handler is None and route.view is not None
        ):
            return plural or name.startswith(("list", "get_all", "read_all")) or self._is_list_view(route)
        if route.handler is not None and self._returns_list(route.handler):
            return True
        if route.call is not None and self._is_of_many(route.call.keyword("response_model")):
            return True
        if not plural:
            return False
        if name in ("get", "list", "index", "all", "get_queryset") or (
            name.startswith(("get_", "read_", "list", "fetch_")) and name.endswith("s")
        ):
            return True
        # A page of that name may be about the things, rather than list them.
        called = re.sub(r"\W", "_", segment)
        return (name == called or name.endswith(f"_{called}")) and not self._interface.is_page(route)

    def is_paged_by_decorator(self, site: DefinitionSite) -> bool:
        """Whether a decorator of a function cuts what it gives back into pages."""
        return any(
            _PAGINATES.search(call.last) is not None and self._cuts(call, site)
            for call in site.module.facts.calls
            if call.decorates == site.index
        )

    def _cuts(self, call: Call, site: DefinitionSite) -> bool:
        """Whether a decorator named for pages cuts what it is given; one of a library is taken at its word."""
        own = self._python.definition(call.name, site.module)
        return own is None or any(
            inner.last in ("limit", "paginate", "slice")
            for inner in own.module.facts.calls
            if own.definition.line <= inner.line <= own.definition.end_line
        )

    def _is_summary(self, route: Route) -> bool:
        """Whether the `list` of a view set that stands for no model answers with one dict, such as of counts."""
        if route.view is None or route.handler is None or route.handler.definition.name != "list":
            return False
        if any(
            self._python.class_value(route.view, name) is not None
            for name in ("queryset", "model", "serializer_class", "pagination_class", "paginate_by")
        ):
            return False
        facts = route.handler.module.facts
        dicts = {
            item.target
            for item in facts.assignments
            if item.scope == route.handler.index
            and (
                isinstance(item.value, Mapping)
                or (isinstance(item.value, Invoke) and item.value.name.rpartition(".")[2] in ("dict", "OrderedDict"))
            )
        }
        answers = [item.value for item in facts.returns if item.scope == route.handler.index]
        given = [
            facts.calls[answer.call].argument(0, "data")
            for answer in answers
            if isinstance(answer, Invoke) and answer.call >= 0
        ]
        return any(
            isinstance(value, Mapping) or (isinstance(value, Name) and value.name in dicts)
            for value in (*answers, *given)
        )

    def _is_empty_page(self, route: Route) -> bool:
        """Whether a page is rendered that holds none of the things: nothing around it asks a store or another service.

        What it shows it fetches by itself, from a route that is judged as what it is.
        """
        if route.view is not None or not self._interface.is_page(route):
            return False
        around = list(self._interface.around(route, depth=1))
        return not any(
            call.last in _READING or self._python.target(call, site.module) is not None
            for site in around
            for call in site.calls
            if call.last not in ("render_template", "url_for")
        )

    def _dependencies(self, route: Route) -> Iterator[DefinitionSite]:
        """The functions of the tree that a route depends on; of a class that it is handed, the one that makes it."""
        for guard in route.guards:
            site = self._python.definition_named(guard.name) if guard.kind == "dependency" else None
            if site is not None:
                made = self._python.member(site, "__init__") if site.definition.kind == "class" else None
                yield made or site

    def _asked_by(self, route: Route) -> Iterator[str]:
        """What the things ask for that a handler is handed: their parameters, and the fields of a model among them."""
        for site in self._dependencies(route):
            yield from (parameter.name for parameter in site.definition.parameters)
            if site.definition.kind == "class":
                yield from self._fields_of(site)
        if route.handler is None:
            return
        for parameter in route.handler.definition.parameters:
            # `asked: Annotated[Cut, Query()]`
            model, *told = parameter.annotation.items if isinstance(parameter.annotation, Index) else (None,)
            if isinstance(model, Name) and any(isinstance(one, Invoke) and one.name.endswith("Query") for one in told):
                known = self._python.class_of(model.name, route.handler.module)
                yield from self._fields_of(known) if known is not None else ()

    def _fields_of(self, model: DefinitionSite) -> Iterator[str]:
        return (field.name for one in self._python.ancestry(model) for field in one.fields)

    def _takes_pages(self, route: Route) -> bool:
        """Whether a handler asks which rows, and how many or cuts them itself: a list, whatever its path."""
        if "GET" not in route.methods or route.handler is None:
            return False
        if {"limit", "offset"} <= {call.last for call in route.handler.calls}:
            return True
        names = {*(parameter.name for parameter in route.handler.definition.parameters), *self._asked_by(route)}
        return bool(names & {"offset", "skip", "page", "cursor", "page_number"}) and bool(
            names & {"limit", "page_size", "per_page", "size"}
        )

    def _is_list_view(self, route: Route) -> bool:
        return route.view is not None and any(
            base.endswith(("ModelViewSet", ".ListAPIView", ".ListCreateAPIView", ".ListModelMixin"))
            or base.rpartition(".")[2] in ("ListView", "ResourceList")
            for base in self._python.external_bases(route.view)
        )

    def _shows_many(self, route: Route) -> bool:
        """Whether an action shows several things: its serializer is told so, or it cuts them into pages."""
        return route.handler is not None and any(
            call.has("many") or _PAGINATES.search(call.last) for call in route.handler.calls
        )

    @staticmethod
    def _returns_list(handler: DefinitionSite) -> bool:
        return Paging._is_of_many(handler.definition.returns)

    @staticmethod
    def _is_of_many(value: Value | None) -> bool:
        """Whether a type is one of many things: `list[Item]`."""
        return (
            isinstance(value, Index)
            and isinstance(value.value, Name)
            and re.search(r"(^|[.:])(list|List|Page|Sequence|\w+Pagination)$", value.value.name) is not None
        )

    def _is_paged(self, route: Route) -> bool:
        if route.framework == "flask-rest-jsonapi":
            # Thirty to a page, unless a client asks for another size.
            return True
        if route.view is not None and not _is_about_one(route):
            bound = self._python.class_value(route.view, "pagination_class") or self._python.class_value(
                route.view, "paginate_by"
            )
            if bound is not None:
                return not (isinstance(bound[1].value, Const) and bound[1].value.value is None)
            if self._pages_by_base(route.view) or self._is_of_wagtail(route.view):
                return True
            if self._rest_default and route.framework == "django-rest-framework" and self._is_list_view(route):
                return True
        if route.handler is None:
            return False
        if self.is_paged_by_decorator(route.handler):
            return True
        if any(_PAGINATES.search(guard.name.rpartition(":")[2]) for guard in route.guards):
            return True
        if any(map(_PAGES.match, self._asked_by(route))):
            return True
        if re.search(r"Page|Paginat", str(route.handler.definition.returns)):
            return True
        return any(self._pages_here(site) for site in self._interface.around(route, depth=1))

    def _is_of_wagtail(self, view: DefinitionSite) -> bool:
        """Whether a view is one of Wagtail's API, which cuts its lists by `limit` and `offset`, twenty at most."""
        return self._python.descends_from(view, "wagtail.api.*")

    def _pages_by_base(self, view: DefinitionSite) -> bool:
        """Whether a view pages by its own method, or as a table of django-tables2, which pages unless told not to."""
        if self._python.member(view, "get_paginate_by") is not None:
            return True
        told = self._python.class_value(view, "table_pagination")
        return any(
            base.startswith("django_tables2.") and "Table" in base for base in self._python.external_bases(view)
        ) and not (told is not None and isinstance(told[1].value, Const) and told[1].value.value is False)

    @staticmethod
    def _texts(calls: Sequence[Call]) -> Iterator[str]:
        for call in calls:
            for value in call.handed:
                if isinstance(value, Const) and isinstance(value.value, str):
                    yield value.value
                elif isinstance(value, Mapping):
                    yield from (
                        key.value for key in value.keys if isinstance(key, Const) and isinstance(key.value, str)
                    )

    def _pages_here(self, site: DefinitionSite) -> bool:
        calls = site.calls
        return (
            any(
                _PAGES.match(parameter.name) or _PAGINATES.search(str(parameter.annotation))
                for parameter in site.definition.parameters
            )
            or any(_PAGINATES.search(call.last) for call in calls)
            or any(_PAGES.match(text) for text in self._texts(calls))
            or any(
                name
                for call in calls
                for name, _ in call.keywords
                if name in ("page", "per_page", "page_size", "offset", "cursor")
            )
        )

    @cached_property
    def _rest_default(self) -> bool:
        return any(
            not (isinstance(value, Const) and value.value is None)
            for _, value in self._services.rest_settings("DEFAULT_PAGINATION_CLASS")
        )

    @cached_property
    def pages_resources(self) -> bool:
        """Whether Eve pages the lists of resources, as it does unless told otherwise."""
        return not any(
            isinstance(setting.value, Const) and setting.value.value is False
            for setting in self._services.settings_named("PAGINATION")
        )


_OF_A_FRAMEWORK = frozenset({"get", "list", "retrieve", "get_queryset", "dispatch"})


def _is_about_one(route: Route) -> bool:
    """Whether a route is a further action on one thing, `/orders/{pk}/lines`: what its view pages are the things."""
    return (
        route.framework == "django-rest-framework"
        and route.handler is not None
        and route.handler.definition.name not in _OF_A_FRAMEWORK
        and re.search(r"[}>)]/[\w-]+/?$", route.path) is not None
    )
