"""Runs extractors over files in processes of their own; knows neither what a tree is nor what is kept.

A file that crashes its reader, outgrows its memory or never ends costs itself alone: it is named, and the others are
read. Each worker reads its own files from git, so that no content passes between processes.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import time
import warnings
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import msgspec

from readiness_bot.facts.extractor import MAX_BYTES, Extractor, Unreadable, extractors
from readiness_bot.facts.store import LEVEL, Row
from readiness_bot.git import TOO_LARGE, Entry, GitError, Reader, Repository, Unread, is_lfs_pointer

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

HANG_SECONDS = 60.0
"""No file may keep its reader longer; the slowest real ones take under two seconds, and machines differ tenfold."""

MEMORY_BYTES = 2 * 1024**3
"""What one worker may allocate; reading a file of the greatest size that is read takes about half."""

BYTES_A_WORKER = 128 * 1024
"""Another worker is worth its start (a few milliseconds) for each so many bytes to read."""

UNCOLLECTED_BYTES = 16 * 1024 * 1024
"""After so many bytes a worker has circles of objects collected; extractors leave none, but where one gave up."""

CHUNKS_A_WORKER = 8
"""Into so many equal parts each worker's share is cut, so that all end together."""

FAILED_STARTS = 20
"""After so many workers that ended without reading a single file, it is not the files' fault."""

LONGEST_REASON = 300
"""Characters of a reason; a parser may quote half a file."""

_NESTED = "nested too deeply to be read"
_MEMORY = "needs too much memory to be read"
_CRASHED = "its reader crashed"
_HUNG = f"not read within {HANG_SECONDS:.0f} seconds"
_LFS = "only a pointer to Git LFS"

_log = logging.getLogger(__name__)


class WorkersFailed(Exception):
    """No worker gets to read anything; the message is one line for the user."""


@dataclass(frozen=True, slots=True)
class Task:
    """A file to be read once, for all kinds of facts that are wanted of it."""

    entry: Entry
    kinds: tuple[str, ...]
    size: int


class Outcome(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What came of a file as one kind; only what follows from the bytes alone is `lasting`."""

    kind: str
    row: Row
    lasting: bool


class _Done(msgspec.Struct, array_like=True, gc=False):
    """A worker's answer about the task of this number, or why it cannot go on."""

    task: int
    outcomes: tuple[Outcome, ...] = ()
    failure: str = ""


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    connection: Connection[Any, Any]
    pending: deque[int] = field(default_factory=deque)
    since: float = 0.0
    """When it last gave an answer or got work, by the monotonic clock."""
    productive: bool = False


def run(
    repository: Repository, tasks: Sequence[Task], jobs: int, progress: Callable[[int, int], None] | None = None
) -> Iterator[tuple[Task, tuple[Outcome, ...]]]:
    """Each task with its outcomes, in the order in which they are done, by at most `jobs` processes.

    `progress` is told how many of how many are done. Raises `GitError` when git fails, `WorkersFailed` when nothing
    can be read at all.
    """
    if not tasks:
        return
    workers = min(jobs, max(1, sum(task.size for task in tasks) // BYTES_A_WORKER))
    crew = _Crew(repository, tasks, deque(_chunks(tasks, workers * CHUNKS_A_WORKER)))
    try:
        for done, (number, outcomes) in enumerate(crew.work(workers), 1):
            if progress is not None:
                progress(done, len(tasks))
            yield tasks[number], outcomes
    finally:
        crew.dismiss()


def outcomes_of(kinds: Sequence[str], content: bytes | Unread) -> tuple[Outcome, ...]:
    """What each kind's extractor makes of the content; whatever it raises becomes a reason."""
    if isinstance(content, Unread):
        return without_facts(kinds, content.reason, lasting=content is TOO_LARGE)
    if is_lfs_pointer(content):
        return without_facts(kinds, _LFS, lasting=True)
    return tuple(_outcome(extractor, content) for extractor in extractors() if extractor.kind in kinds)


def without_facts(kinds: Sequence[str], reason: str, *, lasting: bool) -> tuple[Outcome, ...]:
    """The outcomes of a file that nothing was read from."""
    return tuple(Outcome(kind, Row(reason=reason), lasting) for kind in kinds)


def _outcome(extractor: Extractor, content: bytes) -> Outcome:
    try:
        facts = _encoded(extractor.facts_of(content))
        # What does not fit its own type is better found here than when it is asked for.
        msgspec.msgpack.decode(facts, type=extractor.facts)
        if extractor.seldom:
            facts = msgspec.msgpack.encode(zlib.compress(facts, LEVEL))
        return Outcome(extractor.kind, Row(facts=msgspec.Raw(facts)), lasting=True)
    except Unreadable as refusal:
        return Outcome(extractor.kind, Row(reason=_one_line(str(refusal)) or "cannot be read"), lasting=True)
    except RecursionError:
        reason = _NESTED
    except MemoryError:
        reason = _MEMORY
    except Exception as error:  # noqa: BLE001  # foreign bytes found a fault of ours: name the file, read the others
        _log.debug("The %s extractor failed", extractor.kind, exc_info=True)
        reason = f"its reader failed ({type(error).__name__})"
    return Outcome(extractor.kind, Row(reason=reason), lasting=False)


def _encoded(facts: msgspec.Struct) -> bytes:
    """The facts as msgpack, which has neither integers beyond 64 bits nor halves of characters."""
    try:
        return msgspec.msgpack.encode(facts)
    except (OverflowError, UnicodeEncodeError):
        return msgspec.msgpack.encode(_storable(msgspec.to_builtins(facts)))


def _storable(value: object) -> object:
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return 2**63 - 1 if value > 0 else -(2**63)
    if isinstance(value, (list, tuple)):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {_storable(name): _storable(item) for name, item in value.items()}
    return value


def _one_line(text: str) -> str:
    words = " ".join(text[: 4 * LONGEST_REASON].split())
    shown = "".join(character if character.isprintable() else "?" for character in words)
    return shown if len(shown) <= LONGEST_REASON else f"{shown[: LONGEST_REASON - 1]}…"


def _chunks(tasks: Sequence[Task], count: int) -> Iterator[list[int]]:
    """The numbers of the tasks in parts of about equal size, large files first in each."""
    by_size = sorted(range(len(tasks)), key=lambda number: (-tasks[number].size, tasks[number].entry.blob))
    for start in range(min(count, len(by_size))):
        yield by_size[start::count]


class _Crew:
    """The workers of one run, and what each is to do; replaces those that crash or hang."""

    def __init__(self, repository: Repository, tasks: Sequence[Task], chunks: deque[list[int]]) -> None:
        # Slow to import, and needed only where something is to be read.
        from multiprocessing import get_context  # noqa: PLC0415
        from multiprocessing.connection import wait  # noqa: PLC0415

        # Started by fork, a worker has the extractors at hand and shares their memory. Elsewhere fork is not safe.
        self._forks = sys.platform == "linux"
        self._context = get_context("fork") if self._forks else get_context("spawn")
        self._wait = wait
        # What a partial clone lacks was sorted out before: no worker needs to list all that it has.
        self._repository = replace(repository, partial=False)
        self._tasks = tasks
        self._chunks = chunks
        self._workers: list[_Worker] = []
        self._failed_starts = 0

    def work(self, workers: int) -> Iterator[tuple[int, tuple[Outcome, ...]]]:
        """The number of each task and its outcomes."""
        if self._forks:
            _import_what_is_needed({kind for task in self._tasks for kind in task.kinds})
        for _ in range(min(workers, len(self._chunks))):
            self._hire(self._chunks.popleft())
        while self._workers:
            yield from self._answers()
            yield from self._overdue()

    def dismiss(self) -> None:
        """Ends all workers, whatever they do."""
        for worker in list(self._workers):
            self._fire(worker)

    def _hire(self, chunk: Sequence[int]) -> None:
        ours, theirs = self._context.Pipe()
        strangers = [worker.connection for worker in self._workers] + [ours] if self._forks else []
        process = self._context.Process(
            target=_read_for_ever, args=(theirs, strangers, self._repository, self._tasks), daemon=True
        )
        with warnings.catch_warnings():
            # Newer Pythons warn when other threads exist; a worker takes none of the locks that they may hold.
            warnings.simplefilter("ignore", DeprecationWarning)
            process.start()
        theirs.close()
        worker = _Worker(process, ours)
        self._workers.append(worker)
        self._assign(worker, chunk)

    def _assign(self, worker: _Worker, chunk: Sequence[int]) -> None:
        worker.pending.extend(chunk)
        worker.since = time.monotonic()
        # A worker that is gone is found out when its answer is awaited.
        with suppress(OSError):
            worker.connection.send_bytes(msgspec.msgpack.encode(list(chunk)))

    def _fire(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.process.kill()
        worker.process.join()
        worker.process.close()
        worker.connection.close()

    def _answers(self) -> Iterator[tuple[int, tuple[Outcome, ...]]]:
        overdue = min(worker.since for worker in self._workers) + HANG_SECONDS
        ready = self._wait([worker.connection for worker in self._workers], max(0.0, overdue - time.monotonic()))
        for worker in [worker for worker in self._workers if worker.connection in ready]:
            try:
                answer = msgspec.msgpack.decode(worker.connection.recv_bytes(), type=_Done)
            except (EOFError, OSError, msgspec.MsgspecError):
                yield from self._replaced(worker, _CRASHED)
                continue
            if answer.failure:
                raise GitError(answer.failure)
            worker.since = time.monotonic()
            worker.productive = True
            worker.pending.remove(answer.task)
            yield answer.task, answer.outcomes
            if not worker.pending:
                self._occupy(worker)

    def _occupy(self, worker: _Worker) -> None:
        if self._chunks:
            self._assign(worker, self._chunks.popleft())
        else:
            self._fire(worker)

    def _overdue(self) -> Iterator[tuple[int, tuple[Outcome, ...]]]:
        now = time.monotonic()
        for worker in [worker for worker in self._workers if now - worker.since >= HANG_SECONDS]:
            if not worker.connection.poll():
                yield from self._replaced(worker, _HUNG)

    def _replaced(self, worker: _Worker, reason: str) -> Iterator[tuple[int, tuple[Outcome, ...]]]:
        """Gives up the task that the worker was at, and hands the others to a new one."""
        self._failed_starts = 0 if worker.productive else self._failed_starts + 1
        self._fire(worker)
        if self._failed_starts > FAILED_STARTS:
            raise WorkersFailed("the processes that read files end before they have read any")
        task = worker.pending.popleft()
        rest = list(worker.pending) or (self._chunks.popleft() if self._chunks else [])
        if rest:
            self._hire(rest)
        yield task, without_facts(self._tasks[task].kinds, reason, lasting=False)


def _import_what_is_needed(kinds: set[str]) -> None:
    """Has the extractors import what they put off, once for all workers that are forked."""
    for extractor in extractors():
        if extractor.kind in kinds:
            with suppress(Exception):
                extractor.extract(b"")


def _read_for_ever(
    connection: Connection[Any, Any],
    strangers: Sequence[Connection[Any, Any]],
    repository: Repository,
    tasks: Sequence[Task],
) -> None:
    """A worker's life: takes numbers of tasks, answers one by one, and ends when nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for stranger in strangers:
        stranger.close()
    _bound_memory()
    gc.freeze()
    gc.disable()
    uncollected = 0
    with suppress(EOFError, OSError), Reader(repository, MAX_BYTES) as reader:
        while True:
            chunk = msgspec.msgpack.decode(connection.recv_bytes(), type=list[int])
            try:
                for task, (_, content) in zip(chunk, reader.read([tasks[task].entry for task in chunk]), strict=True):
                    answer = _Done(task, outcomes_of(tasks[task].kinds, content))
                    connection.send_bytes(msgspec.msgpack.encode(answer))
                    uncollected += tasks[task].size
                    if uncollected > UNCOLLECTED_BYTES:
                        uncollected = 0
                        gc.collect()
            except GitError as error:
                connection.send_bytes(msgspec.msgpack.encode(_Done(0, failure=str(error))))


def _bound_memory() -> None:
    # Where the system knows no such bound, the machine's memory is the bound.
    with suppress(ImportError, OSError, ValueError):
        import resource  # noqa: PLC0415  # not on every system

        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        if most == resource.RLIM_INFINITY or most > MEMORY_BYTES:
            resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, most))


def available_processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
