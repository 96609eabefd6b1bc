"""Does one piece of work in a process beside this one while another is done here; knows nothing of either."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Here = TypeVar("Here")
There = TypeVar("There")


def both(there: Callable[[], There], here: Callable[[], Here], *, jobs: int) -> tuple[There, Here]:
    """The answers of both, which do not depend on each other; `there` runs in a process of its own if `jobs` allows it.

    Where it fails, or the system cannot copy a process safely, it is done here after all: whatever it raises is raised
    here.
    """
    if jobs < 2 or sys.platform != "linux":
        return there(), here()
    # Slow to import, and of no use to a run that judges one tree.
    from multiprocessing import get_context  # noqa: PLC0415

    context = get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(there, theirs), daemon=True)
    with warnings.catch_warnings():
        # Newer Pythons warn when other threads exist; the work takes none of the locks that they may hold.
        warnings.simplefilter("ignore", DeprecationWarning)
        process.start()
    theirs.close()
    try:
        answered = here()
        try:
            # From a copy of this process, over a pipe that nobody else can write to.
            return cast("There", ours.recv()), answered
        except (EOFError, OSError):
            return there(), answered
    finally:
        ours.close()
        process.kill()
        process.join()
        process.close()


def _answer(work: Callable[[], object], connection: Connection) -> None:
    # What goes wrong here goes wrong again, and is told, where the answer is awaited.
    with suppress(Exception):
        connection.send(work())
