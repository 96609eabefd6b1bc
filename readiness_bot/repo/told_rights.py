"""What guards of routes are told of the right that they ask for: how great it is, and whether it is to anything."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from readiness_bot.facts.values import Const, Index, Invoke, Items, Mapping, Name, Other, Value
from readiness_bot.repo.modules import Module
from readiness_bot.repo.python import Python
from readiness_bot.repo.refusal_signs import snake
from readiness_bot.repo.route import Guard

_GREAT = re.compile(r"(^|[^a-z])(admin|administrator|owner|superuser)([^a-z]|$)", re.IGNORECASE)
"""Words in the names of rights that only few have."""
_DEEPEST = 8

OF_AN_ADMINISTRATOR = "the right of an administrator"
TO_SOMETHING = "what the right is to"


@dataclass(frozen=True, slots=True)
class ToldRights:
    """`said` is what the guards say of their rights, and `is_open` whether one was told so where that is not seen."""

    said: frozenset[str]
    is_open: bool


def told_rights(python: Python, guards: Iterable[Guard]) -> ToldRights:
    """What guards that ask for a right say of it, by their names and by what they are told."""
    said: set[str] = set()
    is_open = False
    for guard in guards:
        module = python.modules.get(guard.path)
        texts = [text for value in guard.arguments for text in _texts(python, value, module, _DEEPEST)]
        if texts:
            said.add(TO_SOMETHING)
        if any(map(_GREAT.search, (*texts, snake(guard.name.rpartition(".")[2].rpartition(":")[2])))):
            said.add(OF_AN_ADMINISTRATOR)
        is_open = is_open or (not guard.arguments and _is_told_elsewhere(python, guard))
    return ToldRights(frozenset(said), is_open)


def _is_told_elsewhere(python: Python, guard: Guard) -> bool:
    """Whether a guard is not the tree's own, or an object of a class of it that is told something when it is made."""
    own = python.definition_named(guard.name.removesuffix("()"))
    if own is None or own.definition.kind != "class":
        return own is None
    made = python.member(own, "__init__")
    return any(field.value is None for field in own.fields) or (
        made is not None and len(made.definition.parameters) > 1
    )


def _texts(python: Python, value: Value, module: Module | None, depth: int) -> Iterator[str]:
    """The words of a value that names rights: texts, members of enumerations, and what calls are handed."""
    if isinstance(value, Const) and value.value is not None:
        yield str(value.value)
    elif isinstance(value, Name):
        yield snake(value.name.rpartition(".")[2].lstrip("?:"))
    elif isinstance(value, Other):
        yield from map(snake, value.names)
    elif isinstance(value, Invoke) and value.call >= 0 and module is not None:
        yield from (snake(name) for name, _ in module.facts.calls[value.call].keywords)
    for one, where in _within(python, value, module) if depth else ():
        yield from _texts(python, one, where, depth - 1)


def _within(python: Python, value: Value, module: Module | None) -> Iterator[tuple[Value, Module | None]]:
    """The values that a value is made of, or that a variable of a module is bound to."""
    if isinstance(value, Name):
        is_bound = module is not None and value.name[:1] not in ("", "?")
        bound = python.assignment(value.name, module) if module is not None and is_bound else None
        yield from ((bound[1].value, bound[0]),) if bound is not None else ()
    elif isinstance(value, Invoke):
        told = module.facts.calls[value.call].handed if value.call >= 0 and module is not None else ()
        yield from ((one, module) for one in told)
    elif isinstance(value, Items | Index):
        yield from ((one, module) for one in value.items)
    elif isinstance(value, Mapping):
        yield from ((one, module) for one in (*value.keys, *value.values))
