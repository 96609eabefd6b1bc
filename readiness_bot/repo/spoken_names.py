"""Which names of its own definitions a tree says, and in which of them; knows not whether anything runs."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property

from readiness_bot.facts.python_facts import Call
from readiness_bot.facts.values import MODULE, Const, Format, Value
from readiness_bot.model import Area
from readiness_bot.repo.modules import DefinitionSite, Module
from readiness_bot.repo.python import Python

_WORD = re.compile(r"\w+")
_MAKING_UP = frozenset({"getattr", "attrgetter", "methodcaller"})
"""What is handed the name of a member as a text."""


def unit_of(module: Module, scope: int) -> int:
    """The function or class at the top of a module that a place stands in, or the method of such a class.

    `MODULE` outside of all.
    """
    unit = MODULE
    while (definition := module.definition(scope)) is not None:
        around = module.definition(definition.parent)
        if around is None or (definition.kind == "function" and around.kind == "class" and around.parent == MODULE):
            unit = scope
            break
        scope = definition.parent
    return unit


class SpokenNames:
    """The names of a tree's definitions, by the units of its code but tests that say them.

    A name is said in a call, a reference, an import, an `__all__` or a text that may name code. Only words are
    compared: a name that two things bear is said of both.
    """

    def __init__(self, python: Python) -> None:
        self._python = python

    def said_in(self, name: str) -> frozenset[tuple[str, int]]:
        """The units that say a name, each by its path and index; what a module says outside of all is `MODULE`'s."""
        return frozenset(self._said_in.get(name, ()))

    def may_make_up(self, name: str, holder: DefinitionSite) -> bool:
        """Whether code that puts the names of members together may come upon this one of a class."""
        if any(re.fullmatch(pattern, name) for pattern in self._patterns):
            return True
        return holder.module.path in self._asking or any(
            path in self._asking for path, _ in self.said_in(holder.definition.name)
        )

    @cached_property
    def _said_in(self) -> Mapping[str, set[tuple[str, int]]]:
        known = {one.name for module in self._python.production for one in module.facts.definitions}
        found: dict[str, set[tuple[str, int]]] = defaultdict(set)
        for module in self._python.modules.values():
            if module.area is Area.TEST:
                continue
            units: dict[int, int] = {}
            for scope, names in _spoken(module):
                words = known.intersection(word for name in names for word in _WORD.findall(name))
                if not words:
                    continue
                unit = units.get(scope)
                if unit is None:
                    unit = units[scope] = unit_of(module, scope)
                for word in words:
                    found[word].add((module.path, unit))
            for text, line in module.facts.strings:
                for word in known.intersection(_WORD.findall(text)):
                    found[word].add((module.path, unit_of(module, module.scope_at(line))))
        return found

    @cached_property
    def _made_up(self) -> tuple[tuple[str, Value], ...]:
        """The names of members that are no constants, each with the path of the module that asks for it."""
        return tuple(
            (module.path, asked)
            for module in self._python.production
            for call in module.facts.calls
            if call.last in _MAKING_UP and (asked := _asked(call)) is not None and not isinstance(asked, Const)
        )

    @cached_property
    def _asking(self) -> frozenset[str]:
        """The modules that ask for members by names of which nothing is known."""
        return frozenset(path for path, asked in self._made_up if pattern_of(asked) is None)

    @cached_property
    def _patterns(self) -> tuple[str, ...]:
        """What the other names of members are put together by: `visit_` and whatever follows."""
        return tuple({pattern for _, asked in self._made_up if (pattern := pattern_of(asked)) is not None})


def _asked(call: Call) -> Value | None:
    """The name of the member that is asked for by a text."""
    return call.argument(1 if call.last == "getattr" else 0)


def pattern_of(asked: Value, rest: str = r"\w*") -> str | None:
    """The expression that a name put together matches, `rest` what is not known of it; None where no part is."""
    if not isinstance(asked, Format) or not any(isinstance(part, Const) for part in asked.parts):
        return None
    return "".join(re.escape(str(part.value)) if isinstance(part, Const) else rest for part in asked.parts)


def _spoken(module: Module) -> Iterator[tuple[int, tuple[str, ...]]]:
    """What a module names, by the definition that does."""
    facts = module.facts
    yield MODULE, (*facts.refs, *facts.exports)
    for imported in facts.imports:
        yield imported.scope, (imported.target,)
    for call in facts.calls:
        asked = _asked(call) if call.last in _MAKING_UP else None
        yield call.scope, (call.name, call.via, str(asked.value) if isinstance(asked, Const) else "")
    for index, definition in enumerate(facts.definitions):
        yield index, definition.refs
