"""The comments by which authors waive findings on a line: which there are, and what they cover; judges no reason."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from readiness_bot.facts.python_facts import Suppression
from readiness_bot.repo.python import Python


@dataclass(frozen=True, slots=True)
class Ignore:
    """A comment `# readiness: ignore[control] reason` and where it stands."""

    path: str
    line: int
    controls: tuple[str, ...]
    reason: str


class Suppressions:
    """Questions about suppression comments in production code."""

    LOOKS = "suppression comments"

    def __init__(self, python: Python) -> None:
        self._python = python

    @cached_property
    def ignores(self) -> tuple[Ignore, ...]:
        """Every comment of our own form in production code, by path and line."""
        return tuple(
            Ignore(module.path, comment.line, comment.ids, comment.reason)
            for module in self._python.production
            for comment in module.facts.suppressions
            if comment.kind == "readiness"
        )

    def by_linters(
        self, path: str, line: int, end_line: int, *, nosec: Collection[str] = (), noqa: Collection[str] = ()
    ) -> bool:
        """Whether a linter's comment on the lines of a place names one of these rules, Bandit's or flake8's."""
        return any(
            set(rules) & set(item.ids)
            for kind, rules in (("nosec", nosec), ("noqa", noqa))
            for item in self.at(path, line, end_line, kind)
        )

    def at(self, path: str, line: int, end_line: int, kind: str) -> Iterator[Suppression]:
        """The comments of one kind (`nosec`, `noqa`, `readiness`) on the lines of a place."""
        module = self._python.modules.get(path)
        if module is not None:
            yield from (
                item
                for item in module.facts.suppressions
                if item.kind == kind and line <= item.line <= max(line, end_line)
            )
