"""How a text begins wherever it comes from: the constants that may stand first in it; judges nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from readiness_bot.facts.values import Const, Format, Invoke, Name, Value
from readiness_bot.repo.modules import CallSite, DefinitionSite, Module
from readiness_bot.repo.python import Python

_MOST_STEPS = 6
_MOST_TEXTS = 8
_KEEPING_THE_FRONT = frozenset({"rstrip", "strip", "removesuffix", "encode", "decode", "format", "lower"})
"""Methods of a text that leave its beginning as it is."""


class Beginnings:
    """Questions about the beginnings of texts."""

    LOOKS = "the constants that texts begin with"

    def __init__(self, python: Python) -> None:
        self._python = python
        self._variables: dict[tuple[str, int, str, int], frozenset[str | None]] = {}
        self._attributes: dict[tuple[str, str, int], frozenset[str | None]] = {}

    @staticmethod
    def reads(path: str) -> bool:
        """Whether answers depend on this path."""
        return Python.reads(path)

    def of(self, site: CallSite, value: Value) -> frozenset[str | None]:
        """The constants that a value handed to a call may begin with; None among them for what cannot be told."""
        return frozenset(self._begun(value, site.module, site.call.scope, 0))

    def _begun(self, value: Value | None, module: Module, scope: int, steps: int) -> Iterator[str | None]:
        if isinstance(value, Const) and isinstance(value.value, str):
            yield value.value
        elif steps > _MOST_STEPS:
            yield None
        elif isinstance(value, Format) and value.parts:
            yield from self._of_parts(value, module, scope, steps)
        elif isinstance(value, Invoke):
            call = module.facts.calls[value.call] if value.call >= 0 else None
            owner, _, last = ((call.via if call is not None else "") or value.name).rpartition(".")
            kept = Name(owner) if owner and last in _KEEPING_THE_FRONT else None
            yield from self._begun(kept, module, scope, steps + 1) if kept is not None else (None,)
        elif isinstance(value, Name) and value.name[:1] == "?":
            # Found out once: the ways that lead to a variable through callers of callers are many.
            place = module.path, scope, value.name, steps
            if place not in self._variables:
                self._variables[place] = frozenset(self._of_variable(value.name, module, scope, steps))
            yield from self._variables[place]
        elif isinstance(value, Name):
            spot = module.path, value.name, steps
            if spot not in self._attributes:
                self._attributes[spot] = frozenset(self._of_attribute(value.name, module, steps))
            yield from self._attributes[spot]
        else:
            yield None

    def _of_parts(self, value: Format, module: Module, scope: int, steps: int) -> Iterator[str | None]:
        """What a text that is put together begins with: its parts, as far as each of them is known as a whole."""
        known = [""]
        parts = _in_turn(value)
        following = parts[1] if len(parts) > 1 else None
        for at, part in enumerate(parts):
            wholes = self._wholes(part, module, scope)
            if not (at or wholes) and isinstance(following, Const) and str(following.value).startswith("://"):
                wholes = [text for text in self._begun(part, module, scope, steps + 1) if text] or ["https"]
            if not wholes or len(known) * len(wholes) > _MOST_TEXTS:
                yield from known if at else self._begun(part, module, scope, steps + 1)
                return
            known = [f"{text}{whole}" for text in known for whole in wholes]
        yield from known

    @staticmethod
    def _wholes(value: Value, module: Module, scope: int) -> list[str]:
        """The constants that a part of a text may be; empty where it may be anything else."""
        bound: Collection[Value] = (value,)
        if isinstance(value, Name):
            definition = module.definition(scope)
            parameters = definition.parameters if definition is not None else ()
            if value.name[:1] != "?" or any(f"?{one.name}" == value.name for one in parameters):
                return []
            bound = tuple(module.bound_to(value.name, scope))
        texts = [one.value for one in bound if isinstance(one, Const) and isinstance(one.value, str)]
        return texts if len(texts) == len(bound) else []

    def _of_variable(self, name: str, module: Module, scope: int, steps: int) -> Iterator[str | None]:
        """What a variable of a function is bound to, or what the function's callers hand over under that name."""
        bound = module.bound_to(name, scope)
        for one in bound:
            yield from self._begun(one, module, scope, steps + 1)
        definition = module.definition(scope)
        parameters = definition.parameters if definition is not None else ()
        position = next((at for at, one in enumerate(parameters) if f"?{one.name}" == name), -1)
        if definition is None or position < 0:
            yield from () if bound else (None,)
            return
        default = parameters[position].default
        given = list(self._given(DefinitionSite(module, scope, definition), name[1:], position))
        for caller, value in given:
            if value is not None:
                yield from self._begun(value, caller.module, caller.call.scope, steps + 1)
            else:
                yield from self._begun(default, module, definition.parent, steps + 1)
        if not given:
            yield None

    def _given(self, site: DefinitionSite, name: str, position: int) -> Iterator[tuple[CallSite, Value | None]]:
        """What the callers of a function hand over as a parameter; of a constructor, those of its class."""
        owner = site.owner
        called = owner if owner is not None and site.definition.name == "__init__" else site
        for caller in self._python.callers.get(called.name, ()):
            yield caller, caller.call.argument(position - (owner is not None), name)

    def _of_attribute(self, name: str, module: Module, steps: int) -> Iterator[str | None]:
        """What a variable of a module, or an attribute of a class's objects, is bound to anywhere in its file."""
        bound = self._python.assignments(name, module)
        path = self._python.identify(name, module).partition(":")[0]
        owner = self._python.modules.get(path)
        if owner is None or not bound:
            constant = self._python.constant(Name(name), module)
            yield constant if isinstance(constant, str) else None
            return
        for one in bound:
            yield from self._begun(one.value, owner, one.scope, steps + 1)


def _in_turn(value: Format) -> tuple[Value, ...]:
    """The parts of a text in the order in which they stand in it: those of `"{}://{}".format(scheme, host)` too."""
    first, *given = value.parts
    text = first.value if isinstance(first, Const) and isinstance(first.value, str) else ""
    if not given or text.count("{}") != len(given):
        return value.parts
    found: list[Value] = []
    for piece, part in zip(text.split("{}"), (*given, None), strict=True):
        found += [Const(piece)] if piece else []
        found += [part] if part is not None else []
    return tuple(found)
