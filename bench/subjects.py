"""The repositories that are measured: source distributions made into git repositories, or any that is named."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

SOURCES = ("Django==5.2.8", "apache-superset==4.1.2", "apache-airflow==2.10.5")
"""Backends and a framework of different sizes, pinned so that figures can be compared."""

CHANGED = 10
"""Files that the change of a made repository touches: a pull request of common size."""

_ADDED = (
    '\n\ndef _added_by_a_change(value: int = {number}) -> int:\n    """One more than given."""\n    return value + 1\n'
)
_NAMED = {
    "GIT_AUTHOR_NAME": "bench",
    "GIT_AUTHOR_EMAIL": "bench@example.org",
    "GIT_COMMITTER_NAME": "bench",
    "GIT_COMMITTER_EMAIL": "bench@example.org",
    "GIT_AUTHOR_DATE": "2025-01-01T00:00:00Z",
    "GIT_COMMITTER_DATE": "2025-01-01T00:00:00Z",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """A repository and the two commits whose difference is judged."""

    name: str
    path: Path
    base: str
    head: str


def git(path: Path, *arguments: str) -> str:
    """What git prints. Raises `CalledProcessError`."""
    command = ["git", "-C", str(path), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **_NAMED}).stdout


def downloaded(requirement: str, folder: Path) -> Subject:
    """A pinned source distribution as a repository of two commits; fetched by pip unless it is there already."""
    target = folder / requirement.replace("==", "-")
    if not (target / ".git").is_dir():
        archives = folder / "archives"
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
        subprocess.run([*command, "--dest", str(archives), requirement], check=True)
        name, _, version = requirement.partition("==")
        wanted = f"{name}-{version}".lower().replace("-", "_")
        archive = next(
            path for path in sorted(archives.iterdir()) if path.name.lower().replace("-", "_").startswith(wanted)
        )
        first = _unpacked(archive, folder / "unpacked")
        (folder / "unpacked" / first.partition("/")[0]).rename(target)
    return committed(requirement.partition("==")[0], target)


def committed(name: str, folder: Path) -> Subject:
    """A folder as a repository: all of it in one commit, a change of ten files in the next."""
    if not (folder / ".git").is_dir():
        git(folder, "init", "--quiet", "--initial-branch=main")
        git(folder, "add", "--all", "--force")
        git(folder, "commit", "--quiet", "--message", "Everything")
        for number, path in enumerate(_spread(sorted(_modules(folder)), CHANGED)):
            with path.open("a", encoding="utf-8") as file:
                file.write(_ADDED.format(number=number))
        git(folder, "commit", "--quiet", "--all", "--message", "A change")
    return Subject(name, folder, "HEAD~1", "HEAD")


def grown(parts: Sequence[Path], lines: int, folder: Path) -> Subject:
    """A repository of about so many lines of Python, taken from these files, repeated if need be."""
    if not (folder / ".git").is_dir():
        left, turn = lines, 0
        while left > 0:
            for part in parts:
                text = part.read_bytes()
                target = folder / f"part{turn}" / part.parent.name / part.name
                if target.exists() or not text:
                    continue
                target.parent.mkdir(parents=True, exist_ok=True)
                # Equal files are read once: a copy must differ to count.
                target.write_bytes(text + f"\n# copy {turn}\n".encode() if turn else text)
                left -= text.count(b"\n")
                if left <= 0:
                    break
            turn += 1
    return committed(f"{lines} lines", folder)


def _unpacked(packed: Path, folder: Path) -> str:
    """Unpacks an archive, with the filter for foreign data where Python has it (3.11.4), and gives its first name."""
    with tarfile.open(packed) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        archive.extractall(folder)  # noqa: S202 - a pinned release, or made here
        return archive.getnames()[0]


def checked_out(subject: Subject, revision: str, folder: Path) -> Path:
    """The files of one commit in a folder of their own."""
    folder.mkdir(parents=True, exist_ok=True)
    packed = folder.with_suffix(".tar")
    git(subject.path, "archive", "--output", str(packed), revision)
    _unpacked(packed, folder)
    packed.unlink()
    return folder


def _modules(folder: Path) -> Iterator[Path]:
    """Python files that are no tests and can be parsed."""
    for path in folder.rglob("*.py"):
        parts = path.relative_to(folder).parts
        if any("test" in part.lower() or part in ("docs", "migrations") for part in parts):
            continue
        try:
            ast.parse(path.read_bytes())
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        yield path


def _spread(paths: Sequence[Path], count: int) -> Sequence[Path]:
    """So many of the paths, from all over the list."""
    return paths if len(paths) <= count else [paths[index * len(paths) // count] for index in range(count)]
