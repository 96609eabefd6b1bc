"""The facts of whole trees: what must be extracted, what is known already, what cannot be read; judges nothing."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple, TypeVar, cast

import msgspec

from readiness_bot.facts.extractor import MAX_BYTES, Extractor, claiming, extractors
from readiness_bot.facts.products import products_called_tests, read_as
from readiness_bot.facts.store import UNPACKED_BYTES, Row, Store, unpacked
from readiness_bot.facts.workers import Outcome, Task, available_processors, outcomes_of, run, without_facts
from readiness_bot.git import TOO_LARGE, Entry, Repository, Tree, Unread
from readiness_bot.model import Skipped

F = TypeVar("F")

Progress = Callable[[int, int], None]
"""Told how many files of how many have been read."""

_SUBMODULE = "a submodule, which is judged in its own repository"

_log = logging.getLogger(__name__)


class _Wanted(NamedTuple):
    """A file of a tree that an extractor claims."""

    path: str
    blob: str
    extractor: Extractor
    entry: Entry


class Harvest:
    """What was read of some trees. Facts are decoded when asked for, and once for equal files."""

    def __init__(self, repository: Repository, trees: Sequence[Tree], store: Store) -> None:
        self._repository = repository
        self._store = store
        self._rows: dict[tuple[str, str], Row] = {}
        self._decoded: dict[tuple[str, str], object] = {}
        self._passing: set[tuple[str, str]] = set()
        self.is_damaged = False
        """Whether the store promised facts that are not to be had: what followed from them must be found anew."""
        self._trees = tuple(trees)
        self._wanted = _wanted(trees)

    def facts(self, tree: Tree, facts: type[F]) -> Mapping[str, F]:
        """The facts of this type by path, sorted by path; `tree` is one that was harvested.

        Where several extractors make such facts of one file, those of the last kind in the alphabet count.
        """
        found: dict[str, F] = {}
        for wanted in self._wanted_of(tree):
            if wanted.extractor.facts is facts:
                decoded = self._decode(wanted)
                if isinstance(decoded, facts):
                    found[wanted.path] = decoded
        return found

    def loaders(self, tree: Tree, facts: type[F]) -> Mapping[str, Callable[[], F]]:
        """By path, what unpacks the facts of this type when it is called; sorted by path.

        Files without facts are left out. Where what was kept of one turns out to be nothing, `is_damaged` tells.
        """
        return {
            wanted.path: partial(self._load, wanted, facts)
            for wanted in self._wanted_of(tree)
            if wanted.extractor.facts is facts and not self._rows[wanted.extractor.kind, wanted.blob].reason
        }

    def _load(self, wanted: _Wanted, facts: type[F]) -> F:
        found = self._decode(wanted)
        if not isinstance(found, facts):
            self.is_damaged = True
            found = wanted.extractor.extract(b"")
        return cast("F", found)

    def read(self, tree: Tree, path: str, kind: str) -> object:
        """What the extractor of this kind makes of one file, whether it claims the path or not; None for nothing.

        Read on the spot unless it is known; for what is asked of few files. Raises `ValueError` for a path that no
        extractor claims: verdicts are taken to depend on the names alone of such files.
        """
        if not claiming(path):
            raise ValueError(f"{path} is read by nothing")
        extractor = next(one for one in extractors() if one.kind == kind)
        entry = tree.entries[path]
        if not self._recall(kind, entry.blob):
            ((_, content),) = self._repository.read([entry], MAX_BYTES)
            self._remember(entry.blob, outcomes_of([kind], content))
        return self._decode(_Wanted(path, entry.blob, extractor, entry))

    def skipped(self, tree: Tree) -> tuple[Skipped, ...]:
        """Every path that should have been read and was not, with the reasons; submodules among them."""
        reasons: dict[str, set[str]] = defaultdict(set)
        for wanted in self._wanted_of(tree):
            if reason := self._rows[wanted.extractor.kind, wanted.blob].reason:
                reasons[wanted.path].add(reason)
        for path, entry in tree.entries.items():
            if entry.kind == "submodule":
                reasons[path].add(_SUBMODULE)
        return tuple(Skipped(path, "; ".join(sorted(found))) for path, found in sorted(reasons.items()))

    def is_lasting(self, tree: Tree) -> bool:
        """Whether reading the tree again can give nothing else: nothing of it was out of reach, or broke its reader."""
        return not any((wanted.extractor.kind, wanted.blob) in self._passing for wanted in self._wanted_of(tree))

    def keep(self) -> None:
        """Writes down what was read on the spot, for the next run."""
        self._store.save()

    def gather(self, jobs: int, progress: Progress | None) -> None:
        """Fills in what the store knows, and has the rest extracted by that many processes."""
        unknown: dict[str, tuple[Entry, dict[str, None]]] = {}
        for wanted in (wanted for tree in self._wanted for wanted in tree):
            if not self._recall(wanted.extractor.kind, wanted.blob):
                unknown.setdefault(wanted.blob, (wanted.entry, {}))[1][wanted.extractor.kind] = None
        tasks = self._tasks({blob: (entry, tuple(kinds)) for blob, (entry, kinds) in unknown.items()})
        for task, outcomes in run(self._repository, tasks, jobs, progress):
            self._remember(task.entry.blob, outcomes)
        self._store.save()

    def _wanted_of(self, tree: Tree) -> Sequence[_Wanted]:
        for known, wanted in zip(self._trees, self._wanted, strict=True):
            if known is tree:
                return wanted
        raise ValueError("facts are asked of a tree that was not harvested")

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
            else:
                self._passing.add((outcome.kind, blob))

    def _decode(self, wanted: _Wanted) -> object:
        """The facts of a file; None where there are none. What the store had wrong is extracted again."""
        key = wanted.extractor.kind, wanted.blob
        if key not in self._decoded:
            try:
                self._decoded[key] = self._facts_in(wanted)
            except msgspec.MsgspecError:
                _log.warning("What was kept of `%s` is not as expected, it is read again", wanted.path)
                ((_, content),) = self._repository.read([wanted.entry], MAX_BYTES)
                self._remember(wanted.blob, outcomes_of([wanted.extractor.kind], content))
                self._decoded[key] = self._facts_in(wanted)
        return self._decoded[key]

    def _facts_in(self, wanted: _Wanted) -> object:
        row, extractor = self._rows[wanted.extractor.kind, wanted.blob], wanted.extractor
        if row.reason:
            return None
        return msgspec.msgpack.decode(_unpacked(row.facts) if extractor.seldom else row.facts, type=extractor.facts)


def _unpacked(facts: msgspec.Raw) -> bytes:
    """Facts that were kept packed. Raises `MsgspecError` for what is not."""
    try:
        return unpacked(msgspec.msgpack.decode(facts, type=bytes), UNPACKED_BYTES)
    except ValueError as error:
        raise msgspec.DecodeError(str(error)) from error


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


def _wanted(trees: Sequence[Tree]) -> tuple[tuple[_Wanted, ...], ...]:
    """What extractors claim of each tree."""
    products = [products_called_tests(tree.entries) for tree in trees]
    return tuple(
        tuple(
            _Wanted(path, entry.blob, extractor, entry)
            for path, entry in tree.entries.items()
            if entry.kind == "file"
            for extractor in claiming(read_as(path, called))
        )
        for tree, called in zip(trees, products, strict=True)
    )
