"""One parse of a tree's production files, on one processor: the unit (P) in which costs are told between machines.

And what following data through them costs in the same measure.
"""

from __future__ import annotations

import ast
import gc
import sys
import time
import warnings
from pathlib import Path

from readiness_bot.facts.extractor import Unreadable
from readiness_bot.facts.python import extract_flows, extract_unmeasured
from readiness_bot.model import Area
from readiness_bot.repo.areas import Areas


def production(folder: Path) -> list[bytes]:
    """The Python files that count as production code."""
    paths = sorted(
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and not path.is_symlink()
    )
    areas = Areas(paths)
    return [
        (folder / path).read_bytes() for path in paths if path.endswith(".py") and areas.of(path) is Area.PRODUCTION
    ]


def seconds(files: list[bytes]) -> float:
    """Processor seconds that parsing these takes once, without the collector."""
    collects = gc.isenabled()
    gc.disable()
    start = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for data in files:
            try:
                ast.parse(data)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
    spent = time.process_time() - start
    if collects:
        gc.enable()
    return spent


def flow_seconds(files: list[bytes]) -> float:
    """Processor seconds that following data within these files takes once, their trees and names at hand."""
    spent = 0.0
    gc.disable()
    for data in files:
        try:
            extract_unmeasured(data)  # what is read last is at hand: only the data flow is left to do
            start = time.process_time()
            extract_flows(data)
            spent += time.process_time() - start
        except Unreadable:
            continue
    gc.enable()
    return spent


if __name__ == "__main__":
    read = production(Path(sys.argv[1]))
    print(seconds(read), len(read), sum(data.count(b"\n") for data in read), flow_seconds(read))
