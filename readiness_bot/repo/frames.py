"""The local variables of one function, and what the values in it are made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from readiness_bot.facts.python_facts import Assignment
from readiness_bot.facts.values import MODULE, Const, Format, Index, Invoke, Items, Mapping, Name, Other, Value
from readiness_bot.repo.modules import Module
from readiness_bot.repo.python import Python

DEEPEST = 6


class Frame:
    """The local variables of one function, and what values are made of."""

    def __init__(self, python: Python, module: Module, scope: int) -> None:
        self._python = python
        self.module = module
        self.scope = scope
        definition = module.definition(scope)
        self.parameters = tuple(parameter.name for parameter in definition.parameters) if definition is not None else ()
        self._assigned: dict[str, list[Assignment]] = defaultdict(list)
        inside = self._inside()
        for assignment in module.facts.assignments:
            if assignment.scope in inside and assignment.target.startswith("?"):
                self._assigned[assignment.target].append(assignment)

    def _inside(self) -> frozenset[int]:
        inside = {self.scope}
        for definition in self.module.enclosing(self.scope):
            if definition.kind == "function" and definition.parent != MODULE:
                inside.add(definition.parent)
        return frozenset(inside)

    def values_of(self, name: str) -> Iterator[Value]:
        """What a local variable is bound to."""
        return (assignment.value for assignment in self._assigned.get(name, ()))

    def names_in(self, value: Value | None) -> Iterator[str]:
        """Every name that a value is made of, calls and their arguments among them; local variables looked through."""
        return self._names(value, 0, {})

    def behind(self, name: str) -> Iterator[str]:
        """Every name that a local variable is made of."""
        return self._behind(name, 0, {})

    def _names(self, value: Value | None, depth: int, seen: dict[str, int]) -> Iterator[str]:
        if value is None or depth > DEEPEST:
            return
        if isinstance(value, Name):
            yield value.name
            yield from self._behind(value.name, depth, seen)
        elif isinstance(value, Invoke):
            yield from self._in_call(value, depth, seen)
        elif isinstance(value, Items | Format | Mapping):
            parts = (
                value.items
                if isinstance(value, Items)
                else value.parts
                if isinstance(value, Format)
                else (*value.keys, *value.values)
            )
            for part in parts:
                yield from self._names(part, depth + 1, seen)
        elif isinstance(value, Index):
            yield from self._names(value.value, depth + 1, seen)
            for item in value.items:
                yield from self._names(item, depth + 1, seen)
                if isinstance(item, Const) and isinstance(item.value, str):
                    yield f"[{item.value}]"
        elif isinstance(value, Other):
            for name in value.names:
                yield name
                yield from self._behind(name, depth, seen)

    def _behind(self, name: str, depth: int, seen: dict[str, int]) -> Iterator[str]:
        """What a local variable is made of, unless it was looked through as deep before: it may be made of itself."""
        variable = name.partition(".")[0]
        if name.startswith("?") and depth < seen.get(variable, DEEPEST):
            seen[variable] = depth
            for value in self.values_of(variable):
                yield from self._names(value, depth + 1, seen)

    def _in_call(self, value: Invoke, depth: int, seen: dict[str, int]) -> Iterator[str]:
        if value.call < 0:
            yield value.name
            return
        call = self.module.facts.calls[value.call]
        yield call.name
        if call.via:
            yield call.via
            yield from self._behind(call.via, depth, seen)
        for argument in call.handed:
            yield from self._names(argument, depth + 1, seen)
            if isinstance(argument, Const) and isinstance(argument.value, str):
                yield f"[{argument.value}]"
        # What a call is made on the result of comes next among the calls of a file: `orders.options(…).paginate()`.
        following = self.module.facts.calls[value.call + 1 : value.call + 2]
        if following and not call.via and call.name.endswith(f"{following[0].last}().{call.last}"):
            yield from self._in_call(Invoke(following[0].name, value.call + 1), depth, seen)
