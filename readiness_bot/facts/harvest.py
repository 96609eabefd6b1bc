"""The facts of whole trees: what must be extracted, what is known already, what cannot be read; judges nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import msgspec

from readiness_bot.facts.extractor import MAX_BYTES, Extractor, extractors
from readiness_bot.facts.store import Row, Store
from readiness_bot.facts.workers import Outcome, Task, available_processors, outcomes_of, run, without_facts
from readiness_bot.git import TOO_LARGE, Entry, Repository, Tree, Unread
from readiness_bot.model import Skipped

F = TypeVar("F")

Progress = Callable[[int, int], None]
"""Told how many files of how many have been read."""

_SUBMODULE = "a submodule, which is judged in its own repository"

_log = logging.getLogger(__name__)


class Harvest:
    """What was read of some trees. Facts are decoded when asked for, and once for equal files."""

    def __init__(self, repository: Repository, trees: Sequence[Tree], store: Store) -> None:
        self._repository = repository
        self._trees = tuple(trees)
        self._store = store
        self._claimed: dict[str, tuple[Extractor, ...]] = {}
        self._rows: dict[tuple[str, str], Row] = {}
        self._decoded: dict[tuple[str, str], object] = {}

    def facts(self, tree: Tree, facts: type[F]) -> Mapping[str, F]:
        """The facts of this type by path, sorted by path; `tree` is one that was harvested.

        Where several extractors make such facts of one file, those of the last kind in the alphabet count.
        """
        found: dict[str, F] = {}
        for path, entry in tree.entries.items():
            for extractor in self.claiming(path):
                if extractor.facts is facts and entry.kind == "file":
                    decoded = self._decode(extractor, entry)
                    if isinstance(decoded, facts):
                        found[path] = decoded
        self._store.save()
        return found

    def skipped(self, tree: Tree) -> tuple[Skipped, ...]:
        """Every path that should have been read and was not, with the reasons; submodules among them."""
        skipped = []
        for path, entry in tree.entries.items():
            if entry.kind == "submodule":
                skipped.append(Skipped(path, _SUBMODULE))
            elif entry.kind == "file":
                reasons = {self._rows[extractor.kind, entry.blob].reason for extractor in self.claiming(path)} - {""}
                if reasons:
                    skipped.append(Skipped(path, "; ".join(sorted(reasons))))
        return tuple(skipped)

    def claiming(self, path: str) -> tuple[Extractor, ...]:
        """The extractors that want the path, by kind."""
        known = self._claimed.get(path)
        if known is None:
            known = tuple(extractor for extractor in extractors() if extractor.claims(path))
            self._claimed[path] = known
        return known

    def gather(self, jobs: int, progress: Progress | None) -> None:
        """Fills in what the store knows, and has the rest extracted by that many processes."""
        unknown: dict[str, tuple[Entry, dict[str, None]]] = {}
        for entry in (entry for tree in self._trees for entry in tree.entries.values() if entry.kind == "file"):
            for extractor in self.claiming(entry.path):
                if not self._recall(extractor.kind, entry.blob):
                    unknown.setdefault(entry.blob, (entry, {}))[1][extractor.kind] = None
        tasks = self._tasks({blob: (entry, tuple(kinds)) for blob, (entry, kinds) in unknown.items()})
        for task, outcomes in run(self._repository, tasks, jobs, progress):
            self._remember(task.entry.blob, outcomes)
        self._store.save()

    def _recall(self, kind: str, blob: str) -> bool:
        if (kind, blob) not in self._rows:
            row = self._store.get(kind, blob)
            if row is None:
                return False
            self._rows[kind, blob] = row
        return True

    def _tasks(self, unknown: Mapping[str, tuple[Entry, tuple[str, ...]]]) -> list[Task]:
        """What is to be read, by blob; what has no size or too much of it is done with."""
        tasks = []
        for entry, size in self._repository.sizes(entry for entry, _ in unknown.values()):
            kinds = unknown[entry.blob][1]
            if isinstance(size, Unread):
                self._remember(entry.blob, without_facts(kinds, size.reason, lasting=False))
            elif size > MAX_BYTES:
                self._remember(entry.blob, without_facts(kinds, TOO_LARGE.reason, lasting=True))
            else:
                tasks.append(Task(entry, kinds, size))
        return tasks

    def _remember(self, blob: str, outcomes: Iterable[Outcome]) -> None:
        for outcome in outcomes:
            self._rows[outcome.kind, blob] = outcome.row
            if outcome.lasting:
                self._store.put(outcome.kind, blob, outcome.row)

    def _decode(self, extractor: Extractor, entry: Entry) -> object:
        """The facts of a file; None where there are none. What the store had wrong is extracted again."""
        key = extractor.kind, entry.blob
        if key not in self._decoded:
            row = self._rows[key]
            try:
                self._decoded[key] = _facts_in(row, extractor)
            except msgspec.MsgspecError:
                _log.warning("What was kept of `%s` is not as expected, it is read again", entry.path)
                ((_, content),) = self._repository.read([entry], MAX_BYTES)
                self._remember(entry.blob, outcomes_of([extractor.kind], content))
                self._decoded[key] = _facts_in(self._rows[key], extractor)
        return self._decoded[key]


def harvest(
    repository: Repository,
    trees: Sequence[Tree],
    *,
    store: Store | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Harvest:
    """The facts of the trees: known ones from the store, others extracted by `jobs` processes and then stored.

    The result does not depend on `jobs`, which is by default one for each processor. Raises `GitError` and
    `WorkersFailed` where nothing can be read; a single file that cannot be is in `Harvest.skipped`.
    """
    gathered = Harvest(repository, trees, store or Store())
    gathered.gather(available_processors() if jobs is None else max(1, jobs), progress)
    return gathered


def _facts_in(row: Row, extractor: Extractor) -> object:
    return None if row.reason else msgspec.msgpack.decode(row.facts, type=extractor.facts)
