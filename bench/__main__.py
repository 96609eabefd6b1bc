"""`python -m bench`: what a comparison costs beside Bandit and Radon, measured in one interleaved run."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple

from bench.chart import bars, growth
from bench.measuring import Cost, Spread, run
from bench.subjects import SOURCES, Subject, checked_out, downloaded, git, grown

SIZES = (10_000, 100_000, 1_000_000)
_OURS = "readiness-bot"
_PICTURES = Path("docs/pictures")


@dataclass(slots=True)
class Figures:
    """What was measured of one repository: every run of every command, in the order of the rounds."""

    subject: str
    lines: int
    files: int
    yardstick: list[float] = field(default_factory=list)
    runs: dict[str, list[Cost]] = field(default_factory=dict)
    cache_bytes: int = 0
    flow: float = 0.0
    """What following data within the production files costs, in parses of them."""

    def wall(self, name: str) -> Spread:
        """Seconds by the clock."""
        return Spread.of(cost.wall for cost in self.runs[name])

    def parses(self, name: str) -> Spread:
        """Wall time in parses of the production files, each run by the parse measured beside it."""
        return Spread.of(cost.wall / unit for cost, unit in zip(self.runs[name], self.yardstick, strict=True))

    def memory(self, name: str) -> int:
        """The most memory of any run, in bytes."""
        return max(cost.memory for cost in self.runs[name])

    def peers(self) -> list[float]:
        """By round, what Bandit and Radon take for both trees, one after the other."""
        chosen = [costs for name, costs in self.runs.items() if not name.startswith(_OURS)]
        return [sum(cost.wall for cost in costs) for costs in zip(*chosen, strict=True)] if chosen else []

    def quicker(self, name: str) -> Spread | None:
        """How many times quicker than the peers, by round; None where they were not run."""
        peers = self.peers()
        return Spread.of(peer / cost.wall for peer, cost in zip(peers, self.runs[name], strict=True)) if peers else None


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was asked for, and print it."""
    options = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        folder = Path(scratch)
        measured = [
            _measure(
                subject, folder / str(number), options.rounds, peers=not options.no_peers, peer_limit=options.peer_limit
            )
            for number, subject in enumerate(_subjects(options))
        ]
        sizes = list(_growth(Path(options.store), folder)) if options.growth else []
    print("\n".join(_told(measured, sizes)))
    if options.json:
        options.json.write_text(json.dumps([asdict(figures) for figures in measured], indent=1), encoding="utf-8")
    if options.pictures:
        _draw(measured, sizes)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("repository", nargs="?", type=Path, help="instead of the source distributions")
    parser.add_argument("--base", default="HEAD~12")
    parser.add_argument("--head", default="HEAD")
    parser.add_argument("--source", action="append", help=f"a pinned distribution (default: {', '.join(SOURCES)})")
    parser.add_argument("--store", default=os.environ.get("BENCH_STORE", "build/bench"), help="where sources are kept")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-peers", action="store_true", help="ours alone")
    parser.add_argument("--peer-limit", type=float, default=1800.0, help="seconds after which a peer is cut off")
    parser.add_argument("--growth", action="store_true", help="also from 10,000 to 1,000,000 lines")
    parser.add_argument("--pictures", action="store_true", help=f"draw into {_PICTURES}")
    parser.add_argument("--json", type=Path, help="write every run here")
    return parser


def _subjects(options: argparse.Namespace) -> Iterator[Subject]:
    if options.repository is not None:
        name = options.repository.resolve().name
        yield Subject(name, options.repository, options.base, options.head)
        return
    for requirement in options.source or SOURCES:
        yield downloaded(requirement, Path(options.store))


def _measure(subject: Subject, folder: Path, rounds: int, *, peers: bool, peer_limit: float) -> Figures:
    base, head = (
        checked_out(subject, revision, folder / side) for side, revision in (("b", subject.base), ("h", subject.head))
    )
    told = _parse(head)
    figures = Figures(subject.name, told.lines, told.files, flow=told.flow / told.seconds)
    cache = folder / "cache"
    for _ in range(rounds):
        figures.yardstick.append(_parse(head).seconds)
        for name, cost in _round(subject, base, head, cache, peers=peers, peer_limit=peer_limit):
            figures.runs.setdefault(name, []).append(cost)
    figures.cache_bytes = sum(path.stat().st_size for path in cache.rglob("*") if path.is_file())
    return figures


def _round(
    subject: Subject, base: Path, head: Path, cache: Path, *, peers: bool, peer_limit: float
) -> Iterator[tuple[str, Cost]]:
    def ours(*arguments: str) -> Cost:
        command = [
            sys.executable,
            "-m",
            "readiness_bot",
            *arguments,
            str(subject.path),
            "--quiet",
            "--format",
            "json",
        ]
        return run(command, environment={"XDG_CACHE_HOME": str(cache)})

    shutil.rmtree(cache, ignore_errors=True)
    yield f"{_OURS} cold", ours("compare", "--base", subject.base, "--head", subject.head)
    # What the default branch leaves behind: the facts of base, and nothing of the change.
    shutil.rmtree(cache, ignore_errors=True)
    ours("score", "--rev", subject.base)
    yield f"{_OURS} warm", ours("compare", "--base", subject.base, "--head", subject.head)
    if not peers:
        return
    limit = ["timeout", str(peer_limit)]
    commands: dict[str, Callable[[Path], list[str]]] = {
        "bandit -r": lambda tree: [*limit, sys.executable, "-m", "bandit", "-r", "-q", "-f", "json", str(tree)],
        "radon cc": lambda tree: [*limit, sys.executable, "-m", "radon", "cc", "-j", str(tree)],
        "radon mi": lambda tree: [*limit, sys.executable, "-m", "radon", "mi", "-j", str(tree)],
    }
    for name, command in commands.items():
        costs = [run(command(tree)) for tree in (base, head)]
        yield (
            f"{name}, both trees",
            Cost(
                sum(cost.wall for cost in costs),
                sum(cost.cpu for cost in costs),
                max(cost.memory for cost in costs),
                max(cost.code for cost in costs),
            ),
        )


class _Parsed(NamedTuple):
    """What the yardstick tells of a tree's production files; seconds are those of a processor."""

    seconds: float
    files: int
    lines: int
    flow: float


def _parse(tree: Path) -> _Parsed:
    command = [sys.executable, "-m", "bench.yardstick", str(tree)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return _Parsed(float(told[0]), int(told[1]), int(told[2]), float(told[3]))


def _growth(store: Path, folder: Path) -> Iterator[tuple[int, float, float]]:
    """By size, seconds of a cold and of a warm comparison."""
    source = downloaded(SOURCES[0], store)
    names = git(source.path, "ls-files", "--", "django/**/*.py", "*/*.py").splitlines()
    parts = [source.path / name for name in names if "/tests/" not in f"/{name}"]
    for size in SIZES:
        subject = grown(parts, size, folder / f"grown{size}")
        costs = dict(_round(subject, folder, folder, folder / "grown-cache", peers=False, peer_limit=0))
        yield size, costs[f"{_OURS} cold"].wall, costs[f"{_OURS} warm"].wall


def _told(measured: Sequence[Figures], sizes: Sequence[tuple[int, float, float]]) -> Iterator[str]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    yield f"Python {platform.python_version()}, {cores} processors. Median (least to most) of whole processes."
    for figures in measured:
        unit = Spread.of(figures.yardstick)
        yield ""
        yield f"{figures.subject}: {figures.files} production files, {figures.lines} lines; 1 P = {unit} s"
        yield ""
        yield "| command | wall s | in P | times quicker than peers | memory MB |"
        yield "| --- | --- | --- | --- | --- |"
        for name in figures.runs:
            ratio = figures.quicker(name) if name.startswith(_OURS) else None
            yield (
                f"| {name} | {figures.wall(name)} | {figures.parses(name)} | {ratio or ''} "
                f"| {figures.memory(name) / 1e6:.0f} |"
            )
        yield ""
        yield f"Cache: {figures.cache_bytes / 1e6:.1f} MB."
        yield f"Following data within the production files: {figures.flow:.1f} P of processor time."
    if sizes:
        yield ""
        yield "| lines | cold s | warm s |"
        yield "| --- | --- | --- |"
        for size, cold, warm in sizes:
            yield f"| {size} | {cold:.2f} | {warm:.2f} |"


def _draw(measured: Sequence[Figures], sizes: Sequence[tuple[int, float, float]]) -> None:
    _PICTURES.mkdir(parents=True, exist_ok=True)
    for figures in measured:
        rows = {name: figures.wall(name).middle for name in figures.runs}
        title = f"{figures.subject}: seconds for base and head"
        (_PICTURES / f"speed-{figures.subject.lower()}.svg").write_text(bars(title, rows, ours=_OURS), encoding="utf-8")
    if sizes:
        lines = {"cold": [cold for _, cold, _ in sizes], "warm": [warm for _, _, warm in sizes]}
        picture = growth("Seconds by size of the tree", [size for size, _, _ in sizes], lines)
        (_PICTURES / "speed-growth.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
