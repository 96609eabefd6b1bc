"""Permissions that stand in lists: attributes of classes, methods that choose some, and what decorators are handed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from readiness_bot.facts.python_facts import Call
from readiness_bot.facts.values import Invoke, Mapping, Name, Other, Value
from readiness_bot.model import Location
from readiness_bot.repo.asking_words import last_of, shown_name
from readiness_bot.repo.expressions import flattened
from readiness_bot.repo.modules import DefinitionSite
from readiness_bot.repo.refusal_signs import snake
from readiness_bot.repo.refusals import Strength, of_permission


@dataclass(frozen=True, slots=True)
class Listed:
    """An attribute of a class that lists permissions, and those of them that ask something, by how much they ask."""

    location: Location
    name: str
    asked: tuple[tuple[str, Strength], ...]
    beside: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Joined:
    """Several permissions that are listed in one place, by name, and whether all of them must hold or one is enough."""

    location: Location
    name: str
    permissions: tuple[str, ...]
    all_must_hold: bool


PERMITTING = re.compile(r"(^|_)(perms?|permissions?)(_|$)")
_PERMISSION = re.compile(r"^(Is|Has|Can|Allow)[A-Z]|Permissions?$|OrReadOnly$")

CHOOSING = frozenset({"get_permissions", "get_permission_classes"})
"""Methods by which a view of Django REST framework chooses what it asks for an action."""


def strengths_of(names: Iterable[str]) -> tuple[tuple[str, Strength], ...]:
    """The permissions by name, each with what it asks of a caller; those that ask nothing are left out."""
    return tuple((f"`{shown_name(name)}`", strength) for name in names if (strength := of_permission(last_of(name))))


def named_in(method: DefinitionSite) -> Iterator[str]:
    """The permissions that a method lists, wherever it does."""
    facts = method.module.facts
    given = [item.value for item in facts.assignments if item.scope == method.index]
    given += [item.value for item in facts.returns if item.scope == method.index]
    for value in given:
        # Beside what is chosen elsewhere, a list may name what is asked for always: `[IsAuthenticated(), *further]`.
        parts = flattened(value)
        for one in parts if len(parts) > 1 else (value,):
            yield from permissions_in(one)


def declared_in(owner: DefinitionSite) -> Iterator[str]:
    """The permissions that a class lists for all that it answers, and that decorators list for what its methods do."""
    for field in owner.fields:
        if PERMITTING.search(field.name) and field.value is not None:
            yield from permissions_in(field.value)
    methods = {method.index for method in owner.methods}
    for call in owner.module.facts.calls:
        if call.decorates in methods:
            for value in call.handed:
                yield from permissions_in(value)


def permissions_in(value: Value) -> list[str]:
    """The names of permissions that a value lists, besides all that the class lists; none if it lists anything else."""
    listed = (
        [one for part in value.values for one in flattened(part)] if isinstance(value, Mapping) else flattened(value)
    )
    names = [
        name
        for one in listed
        for name in (
            _added(one) if isinstance(one, Other) else (one.name,) if isinstance(one, Name | Invoke) else ("",)
        )
    ]
    return names if names and all(_PERMISSION.search(last_of(name)) for name in names) else []


_OWN_LIST = frozenset({"permission_classes", *CHOOSING})
"""What a class lists by itself, which a method may go through or add to."""


def _added(value: Other) -> Sequence[str]:
    """The names in an expression that stand beside what the class lists: `[one() for one in self.listed + [Own]]`."""
    if value.kind not in ("ListComp", "GeneratorExp", "*") or not any(last_of(one) in _OWN_LIST for one in value.names):
        return value.names
    return [one for one in value.names if last_of(one)[:1].isupper()]


def listed_by(call: Call) -> Iterator[tuple[str, Value]]:
    """What a decorator is handed that may list permissions, and by which name."""
    if call.args and PERMITTING.search(snake(last_of(call.name))):
        yield last_of(call.name), call.args[0]
    yield from ((name, value) for name, value in call.keywords if PERMITTING.search(name))


def joined_in(place: Location, name: str, value: Value) -> Joined | None:
    """How the permissions of a value go together; None where it lists fewer than two, or anything else.

    One of several of a list is enough nowhere; of `A | B` it is, and of what is joined further in only that is told.
    """
    listed = flattened(value)
    names = sorted({f"`{shown_name(one)}`" for one in permissions_in(value)})
    if len(names) < 2:
        return None
    only = listed[0] if len(listed) == 1 else None
    return Joined(place, name, tuple(names), not (isinstance(only, Other) and only.kind == "BinOpBitOr"))
