"""The parts that an expression was written of: the members of a display, and the names it mentions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from readiness_bot.facts.python_facts import Call
from readiness_bot.facts.values import Const, Format, Index, Invoke, Items, Mapping, Name, Other, Value

_CALLS_FOLLOWED = 3
"""Arguments of calls within arguments are followed this far: `str(int(request.user.id))`."""


def flattened(value: Value | None) -> list[Value]:
    """The members of a display, else the value alone."""
    if value is None:
        return []
    if isinstance(value, Items):
        return [inner for item in value.items for inner in flattened(item)]
    return [value]


def texts_of(value: Value | None) -> list[str]:
    """The constant texts among the members of a display, or the value alone where it is one."""
    return [one.value for one in flattened(value) if isinstance(one, Const) and isinstance(one.value, str)]


def names_of(value: Value) -> tuple[str, ...]:
    """The name that an expression is, or those that it is put together from; none for a call or a display."""
    return value.names if isinstance(value, Other) else (value.name,) if isinstance(value, Name) else ()


def either_of(value: Value) -> tuple[str, ...]:
    """The names of which one may be enough, where an expression joins some by `|`; none where all must hold."""
    is_either = isinstance(value, Other) and (value.kind == "BinOpBitOr" or value.operator == "BitOr")
    return value.names if isinstance(value, Other) and is_either else ()


def names_in(value: Value | None, calls: Sequence[Call] = (), depth: int = 0) -> Iterator[str]:
    """The names that an expression mentions, with those of the functions it calls.

    Given the calls of its module, the arguments of those it makes are looked into as well.
    """
    if isinstance(value, Name):
        yield value.name
    elif isinstance(value, Invoke):
        yield value.name.removesuffix("()")
        if value.call >= 0 and calls and depth < _CALLS_FOLLOWED:
            for argument in calls[value.call].args:
                yield from names_in(argument, calls, depth + 1)
    elif isinstance(value, Other):
        yield from value.names
    for part in () if isinstance(value, Other) else parts_of(value):
        yield from names_in(part, calls, depth)


def parts_of(value: Value | None) -> tuple[Value, ...]:
    """The expressions that one is put together from, but for what its calls are handed."""
    if isinstance(value, Items):
        return value.items
    if isinstance(value, Mapping):
        return (*value.keys, *value.values)
    if isinstance(value, Format):
        return value.parts
    if isinstance(value, Index):
        return (value.value, *value.items)
    if isinstance(value, Other):
        return value.operands
    return ()
