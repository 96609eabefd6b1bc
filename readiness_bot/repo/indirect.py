"""Calls by another name: what a call of a partial, of what wraps a function, or of what `getattr` finds, comes to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from msgspec.structs import replace

from readiness_bot.facts.python_facts import Call
from readiness_bot.facts.values import Const, Invoke, Mapping, Name, Value
from readiness_bot.repo.modules import CallSite, DefinitionSite, Module
from readiness_bot.repo.python import Python

_PARTIAL = "functools.partial"
_BY_NAME = "getattr()"
_LENDING = (
    "asgiref.sync.sync_to_async", "asgiref.sync.async_to_sync", "channels.db.database_sync_to_async",
    "functools.lru_cache", "functools.cache", "functools.lru_cache()",
)  # fmt: skip
"""What takes a function and gives one that does the same with the same arguments."""
_WRAPPERS = tuple(f"{name}()" for name in _LENDING)
RUNNERS = {
    "submit": 0, "to_thread": 0, "run_in_executor": 1, "run_in_threadpool": 0, "add_task": 0, "run_sync": 0,
    "enqueue": 0, "add_job": 0, "apply": 0, "spawn": 0, "start_new_thread": 0, "call_soon": 0,
}  # fmt: skip
"""What runs a function with the arguments that follow it, each with the place of the function."""
_ANY_METHOD = "get"
"""What stands for a method whose name is not known before the program runs."""


def indirect_calls(python: Python) -> Iterator[CallSite]:
    """Each production call of a partial, a wrapper or what `getattr` gives, as the call of the function it comes to.

    It stands where the call stands, and has the arguments of both. Those whose function is not known are left out.
    """
    for site, module, made in _made(python, f"{_PARTIAL}()", _BY_NAME, *_WRAPPERS):
        found = _as_found(python, site, made) if site.name == _BY_NAME else _as_partial(python, site, module, made)
        if found is not None:
            yield found
    for last, place in RUNNERS.items():
        for site in python.calls_of(last):
            found = _as_handed_on(python, site, place)
            if found is not None:
                yield found


def wrapped(python: Python) -> Iterator[tuple[CallSite, DefinitionSite]]:
    """Each production call of what wraps a function of the tree, with that function: `sync_to_async(ask)(word)`.

    It takes the arguments that the call has, and runs whenever the call does.
    """
    for site, module, made in _made(python, *_WRAPPERS):
        first = made.args[0] if made.args else None
        found = python.definition(first.name, module) if isinstance(first, Name) else None
        if found is not None and found.definition.kind == "function":
            yield site, found


def spread(python: Python, call: Call, module: Module) -> tuple[Mapping, ...] | None:
    """The mappings that a call spreads by `**`, where each is written down once and for all; None where not all are.

    A mapping with a `**` of its own is not.
    """
    found = tuple(written_down(python, value, module) for name, value in call.keywords if name == "**")
    return tuple(one for one in found if one is not None) if found and None not in found else None


def written_down(python: Python, value: Value, module: Module) -> Mapping | None:
    """The mapping that a value is, or that is bound to a name of a module once and for all; None for anything else."""
    if isinstance(value, Mapping):
        return None if Const(None) in value.keys else value
    if not isinstance(value, Name) or value.name[:1] == "?":
        return None
    bound = python.assignments(value.name, module)
    owner = python.assignment(value.name, module)
    if owner is None or len(bound) != 1:
        return None
    one = bound[0].value
    if isinstance(one, Invoke) and one.name == "dict" and one.call >= 0:
        made = owner[0].facts.calls[one.call]
        one = Mapping(tuple(Const(name) for name, _ in made.keywords), tuple(value for _, value in made.keywords))
        return None if made.args or made.has("**") else one
    return one if isinstance(one, Mapping) and Const(None) not in one.keys else None


class _InPlace:
    """The calls whose results are called where they stand, file by file: `partial(ask, 1)(word)`."""

    def __init__(self) -> None:
        self._makers: dict[str, dict[int, list[Call]]] = {}

    def of(self, site: CallSite) -> list[Call]:
        """The calls that the called thing is made of."""
        known = self._makers.get(site.module.path)
        if known is None:
            calls = site.module.facts.calls
            known = self._makers[site.module.path] = defaultdict(list)
            for call in calls:
                if call.parent >= 0:
                    known[id(calls[call.parent])].append(call)
        wanted = (site.call.via or site.call.name).removesuffix("()")
        return [call for call in known.get(id(site.call), ()) if call.name == wanted]


def _made(python: Python, *names: str) -> Iterator[tuple[CallSite, Module, Call]]:
    """The calls of these names, each with the call that made what it calls, and the module where that stands.

    It stands in the same place, or what it made is bound to a local variable or to one of a module.
    """
    in_place = _InPlace()
    for site in python.calls(*names):
        facts, via = site.module.facts, site.call.via or site.call.name
        if via[:1] == "?":
            value = site.module.bound_before(via, site.call.scope, site.call.line)
            if isinstance(value, Invoke) and value.call >= 0:
                yield site, site.module, facts.calls[value.call]
        elif via.endswith("()"):
            inner = in_place.of(site)
            yield from ((site, site.module, one) for one in inner if len(inner) == 1)
        else:
            bound = python.assignment(via, site.module)
            if bound is not None and isinstance(bound[1].value, Invoke) and bound[1].value.call >= 0:
                yield site, bound[0], bound[0].facts.calls[bound[1].value.call]


def _as_partial(python: Python, site: CallSite, module: Module, made: Call) -> CallSite | None:
    first = made.args[0] if made.args else None
    if not isinstance(first, Name) or (module is not site.module and first.name[:1] == ":"):
        return None
    given = {name for name, _ in site.call.keywords if name != "**"}
    kept = tuple((name, value) for name, value in made.keywords if name not in given)
    call = replace(
        site.call,
        name=first.meaning or first.name,
        via=first.name if first.meaning else "",
        args=(*made.args[1:], *site.call.args),
        keywords=(*kept, *site.call.keywords),
    )
    name = python.mean(call.name, module)
    return CallSite(site.module, call, name, name.rpartition(".")[2])


def _as_handed_on(python: Python, site: CallSite, place: int) -> CallSite | None:
    """What a thread, a pool or a queue is told to call: `to_thread(ask, word)`, `submit(partial(ask, word))`."""
    handed = site.call.argument(place)
    if isinstance(handed, Invoke) and handed.call >= 0:
        made = site.module.facts.calls[handed.call]
        if made.name != _PARTIAL:
            return None
    elif isinstance(handed, Name):
        made = replace(site.call, args=(handed,), keywords=())
    else:
        return None
    rest = replace(site.call, args=site.call.args[place + 1 :])
    return _as_partial(python, CallSite(site.module, rest, site.name, site.last), site.module, made)


def _as_found(python: Python, site: CallSite, made: Call) -> CallSite | None:
    owner, named = (*made.args, None, None)[:2]
    if not isinstance(owner, Name):
        return None
    method = named.value if isinstance(named, Const) and isinstance(named.value, str) else _ANY_METHOD
    name = f"{python.mean(owner.meaning or owner.name, site.module)}.{method}"
    call = replace(site.call, name=name, via=f"{owner.name}.{method}" if owner.meaning else "")
    return CallSite(site.module, call, name, method)
