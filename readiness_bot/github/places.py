"""Files in the workspace, which a stranger may have filled: read and written without following a link anywhere."""

from __future__ import annotations

import os
import stat
from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def write_inside(workspace: Path, path: str, content: bytes) -> None:
    """Write a file below the workspace, with its folders, owned by whoever owns the workspace.

    Raises OSError, also where a part of the path is a symlink: it could lead into `.git` or out of the workspace.
    """
    owner = workspace.stat()
    *folders, name = path.split("/")
    place = os.open(workspace, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for folder in folders:
            try:
                os.mkdir(folder, dir_fd=place)
                _give(folder, place, owner)
            except FileExistsError:
                pass
            inner = os.open(folder, _FOLDER, dir_fd=place)
            os.close(place)
            place = inner
        file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644, dir_fd=place)
        with os.fdopen(file, "wb") as stream:
            stream.write(content)
        _give(name, place, owner)
    finally:
        os.close(place)


def _give(name: str, place: int, owner: os.stat_result) -> None:
    """A container's root leaves files that a later step on the same machine could not delete."""
    if os.geteuid() == 0:
        os.chown(name, owner.st_uid, owner.st_gid, dir_fd=place, follow_symlinks=False)


def read_inside(workspace: Path, path: str, limit: int) -> bytes:
    """A file below the workspace, at most a byte more than `limit`; raises OSError for a symlink and all but files."""
    *folders, name = path.split("/")
    place = os.open(workspace, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for folder in folders:
            inner = os.open(folder, _FOLDER, dir_fd=place)
            os.close(place)
            place = inner
        # Without blocking: a named pipe would keep the run waiting for ever.
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=place)
        with os.fdopen(file, "rb") as stream:
            if not stat.S_ISREG(os.fstat(file).st_mode):
                raise OSError(f"{path} is no file")
            return stream.read(limit + 1)
    finally:
        os.close(place)
