"""Calls by another name: what a call of a `functools.partial`, or of what `getattr` finds in a library, comes to."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from readiness_bot.facts.python_facts import Call
from readiness_bot.facts.values import Const, Invoke, Mapping, Name, Value
from readiness_bot.repo.modules import CallSite, Module
from readiness_bot.repo.python import Python

_FOUND = ("functools.partial()", "getattr()")
_ANY_METHOD = "get"
"""What stands for a method whose name is not known before the program runs."""


def indirect_calls(python: Python) -> Iterator[CallSite]:
    """Each production call of a partial, or of what `getattr` gives, as the call of the function that it comes to.

    It stands where the call stands, and has the arguments of both. Those whose function is not known are left out.
    """
    for site in python.calls(*_FOUND):
        for module, made in _made(python, site):
            found = _as_partial(python, site, module, made) if site.name == _FOUND[0] else _as_found(python, site, made)
            if found is not None:
                yield found


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


def _made(python: Python, site: CallSite) -> Iterator[tuple[Module, Call]]:
    """The calls of `functools.partial` or of `getattr` that made what a site calls."""
    facts, via = site.module.facts, site.call.via
    wanted = site.name.removesuffix("()")
    if not via:
        called = next((at for at, one in enumerate(facts.calls) if one is site.call), -1)
        inner = [one for one in facts.calls if one.parent == called and one.name == wanted]
        yield from ((site.module, one) for one in inner if called >= 0 and len(inner) == 1)
    elif via[:1] == "?":
        value = site.module.bound_before(via, site.call.scope, site.call.line)
        if isinstance(value, Invoke) and value.call >= 0:
            yield site.module, facts.calls[value.call]
    else:
        bound = python.assignment(via, site.module)
        if bound is not None and isinstance(bound[1].value, Invoke) and bound[1].value.call >= 0:
            yield bound[0], bound[0].facts.calls[bound[1].value.call]


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


def _as_found(python: Python, site: CallSite, made: Call) -> CallSite | None:
    owner, named = (*made.args, None, None)[:2]
    if not isinstance(owner, Name):
        return None
    method = named.value if isinstance(named, Const) and isinstance(named.value, str) else _ANY_METHOD
    name = f"{python.mean(owner.meaning or owner.name, site.module)}.{method}"
    call = replace(site.call, name=name, via=f"{owner.name}.{method}" if owner.meaning else "")
    return CallSite(site.module, call, name, method)
