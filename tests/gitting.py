"""Small git repositories for tests, made by git itself; knows nothing of the product."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "LC_ALL": "C",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_AUTHOR_DATE": "2026-01-02T03:04:05Z",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z",
}


def git(folder: Path, *arguments: str, stdin: bytes = b"") -> str:
    """What git prints, without the line break at its end; raises `CalledProcessError`."""
    command = ["git", "-C", str(folder), *arguments]
    answer = subprocess.run(command, env=ENVIRONMENT, input=stdin, capture_output=True, check=True)
    return answer.stdout.decode("utf-8", "replace").rstrip("\n")


def repository(
    folder: Path, files: Mapping[str, str | bytes] | None = None, *, object_format: str = "sha1", bare: bool = False
) -> Path:
    """A new repository in the folder whose branch `main` has one commit of these files; none leaves it without."""
    kind = ["--bare"] if bare else []
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch=main", f"--object-format={object_format}", *kind)
    if files:
        commit(folder, files)
    return folder


def write(folder: Path, files: Mapping[str, str | bytes | None]) -> None:
    """Puts the files on disk; None takes one away."""
    for path, content in files.items():
        place = folder / path
        if content is None:
            place.unlink()
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)


def commit(folder: Path, files: Mapping[str, str | bytes | None], message: str = "Change") -> str:
    """The id of a new commit with these changes and whatever else lies in the folder."""
    write(folder, files)
    git(folder, "add", "--all", "--force", ".")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(folder, "rev-parse", "HEAD")
