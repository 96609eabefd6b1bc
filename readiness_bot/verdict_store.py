"""The verdicts on whole trees, kept from run to run by all that they depend on; judges nothing itself.

A tree that was judged before by the very same code needs neither its facts nor its controls again: the base of a
comparison usually is the head of an earlier run. Like the store of facts, it believes nothing that it reads: whatever
is wrong with a file costs time alone.
"""

from __future__ import annotations

import logging
import os
import zlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import msgspec

from readiness_bot.facts.store import source_digest, unpacked, write_whole
from readiness_bot.git import Tree
from readiness_bot.model import Facts, Skipped, Verdict

KEPT_FILES = 32
"""The verdicts of so many files are kept, those used last: two for a tree, as it is and by what is read of it."""

LARGEST = 32 * 1024 * 1024
"""Bytes of one tree's verdicts, unpacked; a large real one has 200 kB."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class JudgedTree:
    """All that follows from a tree alone: verdicts without waivers, what is said of comments, counts, what was skipped.

    `lasting` says that judging it again can give nothing else: nothing was out of reach, and no control broke off.
    """

    verdicts: tuple[Verdict, ...]
    notices: tuple[str, ...]
    facts: Facts
    skipped: tuple[Skipped, ...]
    lasting: bool


class VerdictStore:
    """The judged trees of one folder; without one, it knows none and keeps none."""

    def __init__(self, directory: Path | None) -> None:
        self._directory = directory
        self._code = source_digest(Path(__file__).parent) if directory is not None else ""

    def key(
        self,
        tree: Tree,
        tenant_keys: Iterable[str],
        coverage: float | None,
        is_read: Callable[[str], bool] = lambda _path: True,
    ) -> str:
        """What the verdicts on a tree depend on, besides the tree the settings and this program's own code.

        Of a path that is not read the name counts, and not what the file holds. To ask that of every path takes longer
        than to do without, so a tree is looked for as it is first.
        """
        digest = blake2b(digest_size=16)
        digest.update(repr((self._code, tuple(tenant_keys), coverage)).encode())
        for entry in tree.entries.values():
            blob = entry.blob if is_read(entry.path) else ""
            digest.update(f"{entry.path}\0{entry.kind}\0{blob}\0".encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    def get(self, key: str) -> JudgedTree | None:
        """What was judged under this key."""
        if self._directory is None:
            return None
        file = self._directory / _name(key)
        try:
            if not file.is_file() or file.stat().st_size > LARGEST:
                return None
            judged = msgspec.msgpack.decode(unpacked(file.read_bytes(), LARGEST), type=JudgedTree)
        except (OSError, ValueError, msgspec.MsgspecError, RecursionError) as error:
            _log.warning("The verdicts of an earlier run cannot be used: %s", error)
            return None
        with suppress(OSError):
            os.utime(file)
        return judged

    def put(self, key: str, judged: JudgedTree) -> None:
        """Keeps what was judged, if it is lasting; a folder that cannot be written to is left alone."""
        if self._directory is None or not judged.lasting:
            return
        try:
            write_whole(self._directory / _name(key), zlib.compress(msgspec.msgpack.encode(judged), 1))
            self._prune()
        except OSError as error:
            _log.debug("The verdicts are not kept for the next run: %s", error.strerror)

    def _prune(self) -> None:
        """Takes away all but the files used last."""
        if self._directory is None:
            return
        files: list[tuple[int, Path]] = []
        for file in self._directory.glob("verdicts-*.bin"):
            with suppress(OSError):
                files.append((file.stat().st_mtime_ns, file))
        for _, file in sorted(files, reverse=True)[KEPT_FILES:]:
            with suppress(OSError):
                file.unlink()


def _name(key: str) -> str:
    return f"verdicts-{key}.bin"
