"""Reads the queries of one module from its calls and how they hang together."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from readiness_bot.facts.origins import Flows
from readiness_bot.facts.python_facts import IN_COMPREHENSION, IN_FOR_HEADER, Call
from readiness_bot.facts.values import MODULE, Const, Index, Invoke, Items, Mapping, Name, Other, Value
from readiness_bot.repo.frames import DEEPEST, Frame
from readiness_bot.repo.models import Model, Models
from readiness_bot.repo.modules import DefinitionSite, Module
from readiness_bot.repo.python import Python
from readiness_bot.repo.query import COUNTING, ONE_ROW, PAGING, TAKING, Condition, Query

_FILTERING = frozenset(
    [
        "filter",
        "filter_by",
        "where",
        "get",
        "get_or_404",
        "get_or_none",
        "find",
        "find_one",
        "having",
        "get_object_or_404",
        "aget_object_or_404",
        "get_list_or_404",
        "aget",
        "first",
        "one",
        "complex_filter",
        "join",
        "outerjoin",
        "delete_one",
        "delete_many",
        "update_one",
        "update_many",
        "find_one_or_none",
        "get_or_create",
        "update_or_create",
        "objects",
        "find_many",
        "count_documents",
        "with_id",
    ]
)
_MANAGERS = frozenset(
    {"query", "objects", "_default_manager", "all_objects", "_base_manager", "unscoped", "admin_objects"}
)
_ROOTS = frozenset(
    {
        "query",
        "select",
        "get",
        "get_object_or_404",
        "get_list_or_404",
        "aget_object_or_404",
        "update",
        "delete",
        "refresh_or_404",
        "first_or_404",
        "one_or_404",
        "find",
        "find_one",
    }
)
_OWN_ROOTS = frozenset(
    [
        "query",
        "select",
        "filter",
        "filter_by",
        "get",
        "get_or_none",
        "all",
        "find",
        "find_one",
        "find_all",
        "find_many",
        "get_all",
        "get_or_404",
        "first",
        "objects",
        "select_query",
        "where",
        "exclude",
        "delete",
        "delete_all",
        "delete_many",
        "delete_one",
        "update",
        "update_all",
        "with_id",
        "all_objects",
    ]
)
_OPERATORS = frozenset(
    [
        "in_",
        "notin_",
        "not_in",
        "is_",
        "is_not",
        "isnot",
        "like",
        "ilike",
        "contains",
        "startswith",
        "endswith",
        "between",
        "op",
        "any_",
        "__eq__",
        "eq",
        "any",
        "has",
        "overlap",
        "regexp_match",
        "In",
        "Eq",
    ]
)
_GROUPING = frozenset({"and_", "or_", "not_", "Q", "And", "Or", "any_", "all_"})
_ANSWERING = re.compile(
    r"^(render|render_template|render_to_string|jsonify|json_response|dump|dumps|make_response|"
    r"TemplateResponse)$|Response$|Serializer$|serialize|to_json|marshal|Schema$"
)


@dataclass(frozen=True, slots=True)
class _Links:
    """By call, those made on its result and those that take its result; and the calls whose rows are gone through."""

    methods: dict[int, set[int]]
    takers: dict[int, set[int]]
    walked: frozenset[int]


def _linked(module: Module, flows: Flows) -> _Links:
    calls = module.facts.calls
    methods: dict[int, set[int]] = defaultdict(set)
    takers: dict[int, set[int]] = defaultdict(set)
    for index, call in enumerate(calls[:-1]):
        # A chain as it is written: the call whose result a method is called on comes right after it.
        if "(" in call.name and call.name == f"{calls[index + 1].name}().{call.last}":
            methods[index + 1].add(index)
    walked = {
        flows.sources[atom.source].owner
        for atom in flows.atoms
        if atom.access and atom.access[0] == "[]" and flows.sources[atom.source].kind == "c"
    }
    for flow in flows.calls:
        for index in flow.receiver:
            source = flows.sources[flows.atoms[index].source]
            if source.kind == "c" and not flows.atoms[index].access and not flows.atoms[index].wraps:
                methods[source.owner].add(flow.call)
        for index in (one for given in (*flow.args, *flow.keywords) for one in given):
            source = flows.sources[flows.atoms[index].source]
            if source.kind == "c" and not flows.atoms[index].access:
                takers[source.owner].add(flow.call)
    return _Links(methods, takers, frozenset(walked))


@dataclass(frozen=True, slots=True)
class _Slices:
    """The calls whose results are sliced, and the names of variables that are."""

    calls: frozenset[int]
    names: frozenset[str]


_HOLDING: frozenset[type] = frozenset({Index, Items, Mapping})
"""The kinds of values that are slices, or may hold some."""


def _sliced(module: Module) -> _Slices:
    found, names = set[int](), set[str]()
    values: list[Value] = [assignment.value for assignment in module.facts.assignments]
    values += [returned.value for returned in module.facts.returns]
    for call in module.facts.calls:
        values += call.handed
    pending = [(value, 0) for value in values if value.__class__ in _HOLDING]
    while pending:
        value, depth = pending.pop()
        if depth > 4:
            continue
        if isinstance(value, Index):
            if value.items and isinstance(value.items[0], Other) and value.items[0].kind == "Slice":
                if isinstance(value.value, Invoke):
                    found.add(value.value.call)
                elif isinstance(value.value, Name):
                    names.add(value.value.name)
            pending.append((value.value, depth + 1))
        elif isinstance(value, Items):
            pending += [(item, depth + 1) for item in value.items]
        elif isinstance(value, Mapping):
            pending += [(item, depth + 1) for item in value.values]
    return _Slices(frozenset(found), frozenset(names))


@lru_cache(maxsize=100_000)
def _shape(name: str, via: str) -> tuple[str, bool, bool]:
    """What a call's names say of it: the last one, whether it may be given a model, whether it may be a model's own."""
    last = name.rpartition(".")[2].rpartition(":")[2]
    is_own = last in _OWN_ROOTS or not _MANAGERS.isdisjoint((via or name).split(".")) or "objects" in name
    return last, last in _ROOTS, is_own


class QueryReader:
    """One pass over the calls of a module; `frame` gives the variables of a function in it."""

    def __init__(self, frame: Callable[[Module, int], Frame], python: Python, models: Models, module: Module) -> None:
        self._frame = frame
        self.python = python
        self.models = models
        self.module = module
        self.calls = module.facts.calls

    @cached_property
    def _links(self) -> _Links:
        """How the calls hang together; most modules ask nothing of a store, and are never asked."""
        return _linked(self.module, self.python.flows(self.module))

    @cached_property
    def slices(self) -> _Slices:
        """What is sliced."""
        return _sliced(self.module)

    def queries(self) -> Iterator[Query]:
        """The queries of the module."""
        roots = [(index, *found) for index, call in enumerate(self.calls) if (found := self._root(call)) is not None]
        if not roots:
            return
        taken: set[int] = set()
        for index, owner, model in sorted(roots, key=lambda item: item[0], reverse=True):
            if index in taken:
                continue
            members, helpers = self.chain(index)
            taken |= members
            conditions, is_open = self._conditions(members)
            ordered = tuple(sorted(members))
            results = {result for member in members if (result := self.calls[member].result)}
            is_sliced = bool(members & self.slices.calls) or bool(results & self.slices.names)
            yield Query(
                self.module, owner, model, index, ordered, tuple(conditions), is_open, is_sliced, tuple(helpers)
            )

    # -- where a query starts --------------------------------------------------------------------------------------

    def _root(self, call: Call) -> tuple[DefinitionSite, Model | None] | None:
        last, is_root, is_own = _shape(call.name, call.via)
        if is_root:
            for value in call.args[:6]:
                found = self._of_value(value)
                if found is not None:
                    if last in ("get", "find", "find_one") and len(call.args) + len(call.keywords) < 2:
                        continue
                    return found
                if last not in ("query", "select"):
                    break
        if is_own:
            for name in dict.fromkeys((call.via or call.name, call.name)):
                found = self._of_name(name, last)
                if found is not None:
                    return found
        return None

    def _of_value(self, value: Value) -> tuple[DefinitionSite, Model | None] | None:
        if isinstance(value, Items) and value.items:
            value = value.items[0]
        if not isinstance(value, Name) or value.name.startswith("?"):
            return None
        for name in (value.name, value.name.rpartition(".")[0]):
            site = self.python.class_of(name, self.module) if name.strip(":.") else None
            if site is not None:
                model = self.models.by_site.get(site.name)
                return (site, model) if model is not None else None
        return None

    def _of_name(self, name: str, last: str) -> tuple[DefinitionSite, Model | None] | None:
        segments = name.split(".")
        for count in range(1, len(segments)):
            bare = segments[count - 1].rpartition(":")[2]
            if not bare[:1].isupper() or "[" in bare:
                continue
            rest = segments[count:]
            if any("(" in item for item in rest[:-1]) or ("(" in bare and bare[-2:] != "()"):
                return None
            site = self.python.class_of(".".join(segments[:count]), self.module)
            if site is None:
                continue
            model = self.models.by_site.get(site.name)
            is_managed = len(rest) > 1 and (rest[0] in _MANAGERS or rest[0].endswith(("objects", "_manager")))
            if model is None and not (is_managed and rest[0] == "query"):
                return None
            if bare.endswith("()") and not is_managed:
                return None
            if not is_managed and (
                len(rest) > 1 or last not in _OWN_ROOTS or self.python.member(site, last) is not None
            ):
                return None
            if rest[0] == "objects" and len(rest) == 1 and model is not None and not model.is_document:
                return None
            return site, model
        return None

    # -- what becomes of it ----------------------------------------------------------------------------------------

    def chain(self, root: int) -> tuple[set[int], list[DefinitionSite]]:
        """The calls that a query is made of from its first one on, and the own functions that it is handed to."""
        members, pending, helpers = {root}, [root], {}
        while pending and len(members) < 80:
            index = pending.pop()
            call = self.calls[index]
            if call.last.rpartition(":")[2] in ONE_ROW | COUNTING and index != root:
                continue
            if index == root and call.last.rpartition(":")[2] in ONE_ROW:
                continue
            following = set(self._links.methods.get(index, ()))
            for taker in self._links.takers.get(index, ()):
                other = self.calls[taker]
                own = (
                    self.python.definition(other.via or other.name, self.module)
                    if not other.name.startswith("?")
                    else None
                )
                if own is not None and own.definition.kind == "function":
                    helpers[own.name] = own
                    following.add(taker)
                elif other.last.rpartition(":")[2] in TAKING or PAGING.search(other.last):
                    following.add(taker)
            for other_index in following - members:
                members.add(other_index)
                pending.append(other_index)
        return members, list(helpers.values())

    def is_walked(self, members: set[int]) -> bool:
        """Whether rows of these calls are gone through here, or handed to something that answers with them."""
        if members & self._links.walked:
            return True
        if any(
            self.calls[member].context & (IN_FOR_HEADER | IN_COMPREHENSION) and self.calls[member].parent == MODULE
            for member in members
        ):
            return True
        takers = {taker for member in members for taker in self._links.takers.get(member, ())} - members
        return any(_ANSWERING.search(self.calls[taker].last) or self.calls[taker].has("many") for taker in takers)

    def is_put_into_filters(self, members: set[int]) -> bool:
        """Whether these calls only say what a filter set of django-filter is to narrow, and fetch nothing yet."""
        takers = {taker for member in members for taker in self._links.takers.get(member, ())} - members
        made = (self.python.class_of(self.calls[taker].name, self.module) for taker in takers)
        return any(
            klass is not None and any(base.startswith("django_filters.") for base in self.python.external_bases(klass))
            for klass in made
        )

    def is_walked_beside_counting(self, members: set[int]) -> bool:
        """Whether rows are gone through here, or answered with, of a query that is also counted."""
        rows = {member for member in members if self.calls[member].last.rpartition(":")[2] not in COUNTING}
        if rows & self._links.walked:
            return True
        takers = {taker for member in rows for taker in self._links.takers.get(member, ())} - members
        return any(_ANSWERING.search(self.calls[taker].last) for taker in takers)

    # -- under which conditions ------------------------------------------------------------------------------------

    def _conditions(self, members: Iterable[int]) -> tuple[list[Condition], bool]:
        found: list[Condition] = []
        is_open = False
        for index in sorted(members):
            call = self.calls[index]
            last = call.last.rpartition(":")[2]
            if last not in _FILTERING:
                continue
            frame = self._frame(self.module, call.scope)
            args = list(call.args)
            if (
                args
                and (
                    self._of_value(args[0]) is not None
                    or last.startswith(("get_object_or", "aget_object_or", "get_list_or"))
                )
                and last not in ("filter", "where")
            ):
                args = args[1:]
            if (
                last in ("get", "get_or_404", "aget", "with_id", "get_or_none")
                and args
                and not isinstance(args[0], Other | Invoke)
                and not call.keywords
            ):
                found.append(Condition("pk", args[0], tuple(dict.fromkeys(frame.names_in(args[0])))))
                continue
            for value in args:
                inner, opens = self._read(value, frame, 0)
                found += inner
                is_open = is_open or opens
            for keyword, value in call.keywords:
                if keyword in (
                    "session",
                    "db",
                    "description",
                    "options",
                    "with_for_update",
                    "populate_existing",
                    "isouter",
                    "onclause",
                ):
                    continue
                if keyword == "**":
                    is_open = True
                    found.append(Condition("", value, tuple(dict.fromkeys(frame.names_in(value)))))
                    continue
                if keyword == "ident" or keyword == "id":
                    keyword = "pk" if keyword == "ident" else keyword
                found.append(Condition(keyword, value, tuple(dict.fromkeys(frame.names_in(value)))))
        return found, is_open

    def _read(self, value: Value, frame: Frame, depth: int) -> tuple[list[Condition], bool]:
        if depth > DEEPEST:
            return [], True
        if isinstance(value, Other):
            if value.kind == "*":
                return [Condition("", value, tuple(dict.fromkeys(frame.names_in(value))))], True
            return self._compared(value, frame), False
        if isinstance(value, Invoke) and value.call >= 0:
            return self._called(value, frame, depth)
        if isinstance(value, Mapping):
            found = [
                Condition(str(key.value), item, tuple(dict.fromkeys(frame.names_in(item))))
                for key, item in zip(value.keys, value.values, strict=False)
                if isinstance(key, Const) and key.value is not None
            ]
            return found, len(found) < len(value.keys)
        if isinstance(value, Name) and value.name.startswith("?"):
            inner: list[Condition] = []
            opens = True
            for bound in frame.values_of(value.name):
                more, _ = self._read(bound, frame, depth + 1)
                inner += more
                opens = False
            return inner or [Condition("", value, (value.name,))], opens or not inner
        if isinstance(value, Name):
            return [Condition(value.name.rpartition(".")[2], value, (value.name,))], False
        return ([], False) if isinstance(value, Const) else ([], True)

    def _compared(self, value: Other, frame: Frame) -> list[Condition]:
        """A comparison of the model's attributes: which, with what."""
        fields = [name for name in value.names if self._is_attribute(name)]
        rest = tuple(name for name in value.names if name not in fields)
        names = tuple(dict.fromkeys((*rest, *(inner for name in rest for inner in frame.behind(name)))))
        if len(fields) > 1 and not rest:
            return [Condition(".".join(name.rpartition(".")[2] for name in fields), value, tuple(fields))]
        return [Condition(name.rpartition(".")[2], value, names) for name in fields] or [Condition("", value, names)]

    def _is_attribute(self, name: str) -> bool:
        owner = name.rpartition(".")[0].rpartition(".")[2].rpartition(":")[2]
        return owner[:1].isupper() and not owner.isupper()

    def _called(self, value: Invoke, frame: Frame, depth: int) -> tuple[list[Condition], bool]:
        call = self.calls[value.call]
        last = call.last.rpartition(":")[2]
        names = tuple(dict.fromkeys(frame.names_in(value)))
        if last in _GROUPING:
            found: list[Condition] = []
            opens = False
            for item in call.args:
                inner, more = self._read(item, frame, depth + 1)
                found += inner
                opens = opens or more
            found += [
                Condition(keyword, item, tuple(dict.fromkeys(frame.names_in(item)))) for keyword, item in call.keywords
            ]
            return found, opens
        if last in _OPERATORS:
            owner = call.called_on
            field = owner.rpartition(".")[2] if self._is_attribute(owner) else ""
            inner = (
                [item for argument in call.args for item in self._read(argument, frame, depth + 1)[0]]
                if last in ("any", "has")
                else []
            )
            return [Condition(field, call.args[0] if call.args else None, names), *inner], not field
        return [Condition("", value, names)], True
