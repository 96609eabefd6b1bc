"""Divides pieces of work among this process and copies of it that run beside it; knows nothing of the work."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

T = TypeVar("T")

MOST_PIECES = 256
"""The number of a piece is passed on as one byte."""


def shared(pieces: Sequence[Callable[[], T]], *, jobs: int) -> list[T]:
    """The answers of all pieces, in their order; they must not depend on each other.

    At most `jobs` processes, this one among them, take the next piece each until none is left. What another process
    fails at is done here after all: whatever a piece raises is raised here. Where the system cannot copy a process
    safely, all is done here. Raises `ValueError` for more than `MOST_PIECES`.
    """
    if len(pieces) > MOST_PIECES:
        raise ValueError(f"{len(pieces)} pieces of work, where {MOST_PIECES} can be told apart")
    workers = min(jobs, len(pieces)) - 1
    if workers < 1 or sys.platform != "linux":
        return [piece() for piece in pieces]
    left = _numbers(len(pieces))
    copies = [_start(pieces, left) for _ in range(workers)]
    try:
        answers = {number: pieces[number]() for number in _taken(left)}
        for _, connection in copies:
            # From a copy of this process, over a pipe that nobody else can write to.
            with suppress(EOFError, OSError):
                answers.update(cast("dict[int, T]", connection.recv()))
        return [answers[number] if number in answers else piece() for number, piece in enumerate(pieces)]
    finally:
        os.close(left)
        for process, connection in copies:
            _end(process, connection)


@contextmanager
def ahead(piece: Callable[[], T], *, jobs: int) -> Iterator[Callable[[], T]]:
    """Begins a piece of work in a copy of this process, which ends with the block; what is given waits for the answer.

    With one job, or where the system cannot copy a process safely, the work is done when the answer is asked for. What
    the copy fails at is done here after all: whatever the piece raises is raised there.
    """
    if jobs == 1 or sys.platform != "linux":
        yield piece
        return
    left = _numbers(1)
    process, connection = _start([piece], left)
    os.close(left)

    def answer() -> T:
        # It sends no answer where the work failed, and nothing at all where it ended before.
        with suppress(EOFError, OSError, KeyError):
            return cast("dict[int, T]", connection.recv())[0]
        return piece()

    try:
        yield answer
    finally:
        _end(process, connection)


def _numbers(count: int) -> int:
    """A pipe that holds the number of each piece and ends behind them: processes take from it what is left to do."""
    left, numbers = os.pipe()
    try:
        os.write(numbers, bytes(range(count)))
    finally:
        os.close(numbers)
    return left


def _taken(left: int) -> Iterator[int]:
    """The pieces that this process takes, one when the one before is done; each is given to one process alone."""
    while number := os.read(left, 1):
        yield number[0]


def _start(pieces: Sequence[Callable[[], T]], left: int) -> tuple[BaseProcess, Connection]:
    # Slow to import, and of no use where one process does it all.
    from multiprocessing import get_context  # noqa: PLC0415

    context = get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(pieces, left, theirs), daemon=True)
    with warnings.catch_warnings():
        # Newer Pythons warn when other threads exist; the work takes none of the locks that they may hold.
        warnings.simplefilter("ignore", DeprecationWarning)
        process.start()
    theirs.close()
    return process, ours


def _end(process: BaseProcess, connection: Connection) -> None:
    connection.close()
    process.kill()
    process.join()
    process.close()


def _answer(pieces: Sequence[Callable[[], object]], left: int, connection: Connection) -> None:
    answers: dict[int, object] = {}
    # What goes wrong here goes wrong again, and is told, where the answer is awaited.
    with suppress(Exception):
        for number in _taken(left):
            answers[number] = pieces[number]()
    connection.send(answers)
