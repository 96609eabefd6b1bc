"""Whole processes, measured from outside: wall time, processor time, and the memory of all of them together."""

from __future__ import annotations

import os
import resource
import subprocess
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

SAMPLED_EVERY = 0.05
"""Seconds between two looks at the memory: short against any run that uses much of it."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took: seconds by the clock and on processors, and the most memory (PSS, bytes) of its processes."""

    wall: float
    cpu: float
    memory: int
    code: int


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of several runs, with the least and the most."""

    middle: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread:
        """The spread of these values, of which there is at least one."""
        ordered = sorted(values)
        return cls(median(ordered), ordered[0], ordered[-1])

    def __str__(self) -> str:
        return f"{_short(self.middle)} ({_short(self.least)} to {_short(self.most)})"


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def run(command: Sequence[str], *, environment: Mapping[str, str] | None = None, folder: Path | None = None) -> Cost:
    """Run a command to its end, whatever its exit code; its output is thrown away."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env={**os.environ, **(environment or {})},
    )
    most = [0]
    watcher = threading.Thread(target=_watch, args=(process, most), daemon=True)
    watcher.start()
    code = process.wait()
    wall = time.monotonic() - start
    watcher.join()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall, cpu, most[0], code)


def _watch(process: subprocess.Popen[bytes], most: list[int]) -> None:
    before = {process.pid}
    while process.poll() is None:
        family = _family(process.pid)
        # A process that is just being started still stands in its parent's memory, which must not count twice.
        most[0] = max(most[0], sum(_proportional(one) for one in family if one in before))
        before = {process.pid, *family}
        time.sleep(SAMPLED_EVERY)


def _family(root: int) -> list[int]:
    """A process and all below it; empty where the system does not tell."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name in parentheses may hold anything; the parent is the second field after it.
            parent = int(entry.read_text(errors="replace").rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            continue
        children.setdefault(parent, []).append(int(entry.parent.name))
    found, pending = [], [root]
    while pending:
        item = pending.pop()
        found.append(item)
        pending.extend(children.get(item, ()))
    return found


def _proportional(process: int) -> int:
    """Memory of one process in bytes, pages shared with others counted by their share."""
    try:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    return 0
