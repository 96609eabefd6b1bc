"""The facts of one tree with their paths back, as the rooms of a `Repo` receive them; asks no question of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TypeVar, cast

from readiness_bot.model import Area, Skipped
from readiness_bot.repo.areas import Areas

F = TypeVar("F")


def _given(facts: F) -> F:
    return facts


class Sources:
    """One tree's paths, the facts of its files, and what each path is for."""

    def __init__(
        self,
        paths: Iterable[str],
        facts: Callable[[type[object]], Mapping[str, object]],
        *,
        loaders: Callable[[type[object]], Mapping[str, Callable[[], object]]] | None = None,
        read: Callable[[str, str], object] = lambda _path, _kind: None,
        skipped: Iterable[Skipped] = (),
        tenant_keys: Iterable[str] = (),
        coverage: float | None = None,
    ) -> None:
        self.paths: frozenset[str] = frozenset(paths)
        """Every path of the tree, read or not."""
        self.skipped: tuple[Skipped, ...] = tuple(sorted(skipped))
        self.tenant_keys: tuple[str, ...] = tuple(tenant_keys)
        """Names of tenant keys from the configuration, beyond the well-known ones."""
        self.coverage = coverage
        """Line coverage in per cent from a given report; None without one."""
        self._facts = facts
        self._loaders = loaders
        self._read = read
        self._started: frozenset[str] = frozenset()
        self._areas = Areas(self.paths)

    def facts(self, kind: type[F]) -> Mapping[str, F]:
        """The facts of one kind by path, sorted by path."""
        return cast("Mapping[str, F]", self._facts(kind))

    def loaders(self, kind: type[F]) -> Mapping[str, Callable[[], F]]:
        """By path, what gives the facts of one kind when it is called; sorted by path."""
        if self._loaders is not None:
            return cast("Mapping[str, Callable[[], F]]", self._loaders(kind))
        return {path: partial(_given, facts) for path, facts in self.facts(kind).items()}

    def read(self, path: str, kind: str, facts: type[F]) -> F | None:
        """What one kind of extractor makes of one file, whether it was to be read so or not; None for nothing."""
        found = self._read(path, kind)
        return found if isinstance(found, facts) else None

    def area(self, path: str) -> Area:
        """What the path is for."""
        return self._areas.of(path)

    def mark_started(self, paths: Iterable[str]) -> None:
        """Take these paths as production: something that is deployed starts them."""
        self._started = frozenset(paths)
        self._areas = Areas(self.paths, started=self._started)

    def is_started(self, path: str) -> bool:
        """Whether something that is deployed starts the path."""
        return path in self._started
