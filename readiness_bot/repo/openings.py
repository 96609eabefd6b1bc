"""Which checks let everybody in as long as nobody has set the credential that they ask for; judges nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from readiness_bot.facts.python_facts import Opening
from readiness_bot.facts.values import Const, Index, Invoke, Name, Value
from readiness_bot.repo.defaults import default_of
from readiness_bot.repo.modules import DefinitionSite, Module
from readiness_bot.repo.python import Python
from readiness_bot.repo.refusals import BASE_HOOKS, Refusals, Strength


@dataclass(frozen=True, slots=True)
class Unset:
    """A credential that is not set by default, and where a check lets everybody in without it."""

    name: str
    path: str
    line: int


_Missing = Callable[[Opening, Module], Unset | None]
"""What may well be missing where code looks at it; None where it cannot be told."""
_BROUGHT = re.compile(r"\.(META|headers|cookies|COOKIES)(\.get)?$")
"""What reads something that a caller may bring along or not."""


class Openings:
    """Questions about checks that are left open by default, and about those that let whoever brings nothing pass."""

    def __init__(self, python: Python, refusals: Refusals) -> None:
        self._python = python
        self._refusals = refusals
        self._known: dict[str, Unset | None] = {}

    def lets_strangers_pass(self, site: DefinitionSite) -> bool:
        """Whether a check refuses only callers who bring something wrong, and not those who bring nothing at all.

        `key = request.headers.get("KEY")`, `if not key: return`, and only then a refusal.
        """
        answers = [self._of_function(one, 2, self._brought) for one in self._functions(site)]
        asked = [passing for is_check, passing in answers if is_check]
        return bool(asked) and all(asked)

    def of(self, site: DefinitionSite, depth: int = 0) -> Unset | None:
        """What leaves a check open: None where it refuses somebody whatever is set, or where the default is unknown."""
        known = self._known.get(site.name)
        if known is None and site.name not in self._known:
            self._known[site.name] = None  # a check that calls itself is no more open for it
            known = self._known[site.name] = self._found(site, depth)
        return known

    def _found(self, site: DefinitionSite, depth: int) -> Unset | None:
        answers = [self._of_function(one, depth, self._unset) for one in self._functions(site)]
        asked = [unset for is_check, unset in answers if is_check]
        return asked[0] if asked and all(asked) else None

    def _functions(self, site: DefinitionSite) -> Iterator[DefinitionSite]:
        if site.definition.kind != "class":
            yield site
        else:
            yield from self._python.methods_of(site, *BASE_HOOKS, "authenticate")

    def _of_function(self, site: DefinitionSite, depth: int, missing: _Missing) -> tuple[bool, Unset | None]:
        """Whether a function refuses strangers, and the credential without which it refuses none of them."""
        if self._refusals.strength(site) < Strength.IDENTITY:
            return False, None
        spans = list(self._spans(site, missing))
        found: Unset | None = None
        lines = self._refusals.refusing_lines(site)
        for line in lines:
            around = next((unset for first, last, unset in spans if first <= line <= last), None)
            if around is None:
                return True, None
            found = found or around
        for line, target in () if lines or depth > 1 else self._checks_in(site):
            around = next((unset for first, last, unset in spans if first <= line <= last), self.of(target, depth + 1))
            if around is None:
                return True, None
            found = found or around
        return True, found

    def _checks_in(self, site: DefinitionSite) -> Iterator[tuple[int, DefinitionSite]]:
        for call in self._refusals.body(site)[0]:
            target = self._python.target(call, site.module)
            if target is not None and target.name != site.name and self._refusals.strength(target) >= Strength.IDENTITY:
                yield call.line, target

    def _spans(self, site: DefinitionSite, missing: _Missing) -> Iterator[tuple[int, int, Unset]]:
        """The lines of a function that run only with a credential that may well be missing."""
        facts = site.module.facts
        for opening in facts.openings:
            owner = facts.definitions[opening.scope]
            if site.definition.line <= owner.line and owner.end_line <= site.definition.end_line:
                unset = missing(opening, site.module)
                if unset is not None:
                    yield opening.line, opening.end_line or owner.end_line, unset

    def _brought(self, opening: Opening, module: Module) -> Unset | None:
        """What a caller need not bring, where that is what an opening looks at."""
        value = _bound_before(opening, module) or opening.value
        name = value.name if isinstance(value, Invoke) else ""
        if isinstance(value, Index) and isinstance(value.value, Name):
            name = value.value.name
        return Unset(name, module.path, opening.line) if _BROUGHT.search(name) else None

    def _unset(self, opening: Opening, module: Module) -> Unset | None:
        value: Value = opening.value
        name = value.name.rpartition(".")[2].lstrip(":?") if isinstance(value, Name) else ""
        local = _bound_before(opening, module)
        default = default_of(self._python, value if local is None else local, module)
        is_off = default.is_known and not default.value
        if not is_off and isinstance(value, Name) and value.name.count(".") == 1:
            is_off = name in self._optional_arguments
        label = default.variable or name
        return Unset(label, module.path, opening.line) if is_off and label else None

    @cached_property
    def _optional_arguments(self) -> frozenset[str]:
        """Arguments of the command line that may be left out and are nothing then, by the name they are read by."""
        found = set()
        for site in self._python.calls_of("add_argument"):
            default = site.call.keyword("default")
            nothing = default is None or (isinstance(default, Const) and not default.value)
            for value in site.call.args if nothing and not site.call.has("required") else ():
                if isinstance(value, Const) and isinstance(value.value, str) and value.value.startswith("--"):
                    found.add(value.value.lstrip("-").replace("-", "_"))
        return frozenset(found)


def _bound_before(opening: Opening, module: Module) -> Value | None:
    """What the name that an opening looks at was last bound to in its function."""
    value = opening.value
    return module.bound_before(value.name, opening.scope, opening.line) if isinstance(value, Name) else None
