"""Facts kept from run to run by kind and blob id, in two packed files; knows what none of them mean.

Nearly all rows lie in one file. What a run adds goes to a small one beside it, so that a run that adds little writes
little; once that has grown, both are made into one. The files come from outside: they are bounded before they are
unpacked, decoded by schema and never executed. Whatever is wrong with them costs time alone, as the facts are then
extracted anew.
"""

from __future__ import annotations

import hashlib
import logging
import os
import platform
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

PACKED_BYTES = 128 * 1024 * 1024
"""A larger file is not even opened: a million lines of Python make about 6 MB."""

UNPACKED_BYTES = 512 * 1024 * 1024
"""Nothing is unpacked beyond this; packed facts shrink to about a sixth."""

KEPT_BYTES = 48 * 1024 * 1024
"""Facts that this run did not use are kept, the latest used first, as long as all together stay below this."""

KEPT_FILES = 3
"""The files of so many different extractors or interpreters are left in the folder, the latest written ones."""

RECENT_SHARE = 8
"""The small file is merged into the large one when it holds more than this part of it (an eighth)."""

EXTRACTED_WITH = ("bandit", "msgspec", "packaging", "PyYAML", "radon")
"""The distributions whose version has a say in what is extracted."""

LEVEL = 6
"""Of zlib: a seventh less than level 1 for 0.2 s a million lines, which only runs that write the large file pay."""

_log = logging.getLogger(__name__)


class Row(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What came of one blob as one kind: facts as msgpack, or the reason why there are none."""

    facts: msgspec.Raw = msgspec.Raw(b"\xc0")
    reason: str = ""


class _Kept(msgspec.Struct, array_like=True, gc=False):
    """A row, and the last run that used it."""

    used: int
    row: Row


class _Pack(msgspec.Struct, array_like=True, gc=False):
    """The whole file; runs are counted from 1."""

    run: int = 0
    kinds: dict[str, dict[str, _Kept]] = msgspec.field(default_factory=dict)


class Store:
    """The rows of this version of the extractors in a folder, which need not exist.

    Nothing is written before `save`; without a folder it remembers for this run only.
    """

    def __init__(self, directory: Path | None = None) -> None:
        name = file_name() if directory is not None else ""
        self._file = None if directory is None else directory / name
        self._recent_file = None if directory is None else directory / _recent_name(name)
        self._seen = _identity(self._file), _identity(self._recent_file)
        self._pack = _read(self._file)
        self._recent = _read(self._recent_file)
        self._run = max(self._pack.run, self._recent.run) + 1
        self._grown = False

    def get(self, kind: str, blob: str) -> Row | None:
        """What is known of the blob as this kind; counts as a use."""
        for pack in (self._pack, self._recent):
            kept = pack.kinds.get(kind, _NO_ROWS).get(blob)
            if kept is not None:
                kept.used = self._run
                return kept.row
        return None

    def put(self, kind: str, blob: str, row: Row) -> None:
        """Remembers a row; one that was known is replaced."""
        self._pack.kinds.get(kind, {}).pop(blob, None)
        self._recent.kinds.setdefault(kind, {})[blob] = _Kept(self._run, row)
        self._grown = True

    def save(self) -> None:
        """Writes what is new, if anything is, in steps that parallel runs see whole or not at all.

        What a parallel run wrote meanwhile is kept. A folder that cannot be written to is left alone.
        """
        if self._file is None or self._recent_file is None or not self._grown:
            return
        if _identity(self._recent_file) != self._seen[1]:
            _add(self._recent, _read(self._recent_file))
        try:
            if _size(self._recent) * RECENT_SHARE > _size(self._pack):
                self._merge(self._file, self._recent_file)
            else:
                write_whole(self._recent_file, _packed(self._run, self._recent.kinds))
        except OSError as error:
            _log.warning("The facts are not kept for the next run: %s", error.strerror)
            return
        self._seen = _identity(self._file), _identity(self._recent_file)
        self._grown = False

    def _merge(self, file: Path, recent_file: Path) -> None:
        """Makes both files into one."""
        merged = _identity(recent_file)
        if _identity(file) != self._seen[0]:
            _add(self._pack, _read(file))
        kinds = {
            kind: self._pack.kinds.get(kind, {}) | self._recent.kinds.get(kind, {})
            for kind in {*self._pack.kinds, *self._recent.kinds}
        }
        bounded = _bounded(kinds, self._run)
        write_whole(file, _packed(self._run, bounded))
        _prune(file)
        if _identity(recent_file) == merged:
            recent_file.unlink(missing_ok=True)
        self._pack, self._recent = _Pack(self._run, bounded), _Pack(self._run)


_NO_ROWS: dict[str, _Kept] = {}


def _add(pack: _Pack, other: _Pack) -> None:
    """Takes over the rows that a pack does not have."""
    for kind, rows in other.kinds.items():
        pack.kinds[kind] = rows | pack.kinds.get(kind, {})


def _size(pack: _Pack) -> int:
    """The bytes of all rows, roughly: what the files' own sizes would tell if both were written."""
    return sum(len(kept.row.facts) + 64 for rows in pack.kinds.values() for kept in rows.values())


def _packed(run: int, kinds: dict[str, dict[str, _Kept]]) -> bytes:
    ordered = {kind: dict(sorted(rows.items())) for kind, rows in sorted(kinds.items())}
    return zlib.compress(msgspec.msgpack.encode(_Pack(run, ordered)), LEVEL)


def default_directory(git_dir: Path) -> Path:
    """Where the facts of a repository are kept unless told otherwise: below `$XDG_CACHE_HOME` or `~/.cache`."""
    configured = os.environ.get("XDG_CACHE_HOME", "")
    caches = Path(configured) if configured.startswith("/") else Path("~/.cache").expanduser()
    place = hashlib.blake2b(os.fsencode(git_dir.resolve()), digest_size=6).hexdigest()
    return caches / "readiness-bot" / place


def file_name() -> str:
    """The name that facts of these extractors, with these libraries, under this Python are kept by.

    It changes with every change of the extractors' source, so that no number has to be counted up by hand.
    """
    return f"facts-{source_digest(Path(__file__).parent)}.bin"


def source_digest(package: Path) -> str:
    """Sixteen hex digits that change with a package's source, the libraries that facts are made with, and Python."""
    digest = hashlib.blake2b(digest_size=8)
    for source in sorted(package.rglob("*.py")):
        digest.update(b"%b\0%b\0" % (source.name.encode(), hashlib.blake2b(source.read_bytes()).digest()))
    for name in _installed():
        digest.update(f"{name}\0".encode())
    digest.update(f"{platform.python_implementation()} {sys.version_info.major}.{sys.version_info.minor}".encode())
    return digest.hexdigest()


def _installed() -> list[str]:
    """The distributions that have a say, with their versions, as their folders are named: reading them is quicker."""
    wanted = tuple(f"{name.lower()}-" for name in EXTRACTED_WITH)
    found: set[str] = set()
    for place in sys.path:
        with suppress(OSError):
            found.update(
                name
                for name in os.listdir(place or ".")  # noqa: PTH208 - names are all that is asked
                if name.endswith((".dist-info", ".egg-info")) and name.lower().startswith(wanted)
            )
    return sorted(found)


def _recent_name(name: str) -> str:
    return name.replace("facts-", "recent-", 1)


def _identity(file: Path | None) -> tuple[int, int, int] | None:
    """What tells one written file from the next."""
    try:
        about = file.stat() if file else None
    except OSError:
        return None
    return about and (about.st_ino, about.st_mtime_ns, about.st_size)


def _read(file: Path | None) -> _Pack:
    """What the file holds; nothing where it is absent, too large, cut off or not ours."""
    try:
        if file is None or not file.is_file():
            return _Pack()
        if file.stat().st_size > PACKED_BYTES:
            raise ValueError("too large")
        return msgspec.msgpack.decode(unpacked(file.read_bytes(), UNPACKED_BYTES), type=_Pack)
    except (OSError, ValueError, msgspec.MsgspecError, RecursionError, MemoryError) as error:
        _log.warning(
            "The facts of earlier runs cannot be used and are extracted anew: %s", str(error) or "out of memory"
        )
        return _Pack()


def _bounded(kinds: dict[str, dict[str, _Kept]], run: int) -> dict[str, dict[str, _Kept]]:
    """The rows to keep, sorted: all that this run used, then the latest used ones while there is room."""
    rows = [(kept, kind, blob) for kind, blobs in kinds.items() for blob, kept in blobs.items()]
    rows.sort(key=lambda row: (-row[0].used, row[1], row[2]))
    bounded: dict[str, dict[str, _Kept]] = {kind: {} for kind in sorted(kinds)}
    room = KEPT_BYTES
    for kept, kind, blob in rows:
        room -= len(bytes(kept.row.facts)) + len(kept.row.reason) + len(blob)
        if kept.used < run and room < 0:
            break
        bounded[kind][blob] = kept
    return {kind: dict(sorted(blobs.items())) for kind, blobs in bounded.items() if blobs}


def unpacked(packed: bytes, most: int) -> bytes:
    """What was packed, if it has no more than `most` bytes. Raises `ValueError` for more, and for what is not ours."""
    unpacker = zlib.decompressobj()
    try:
        content = unpacker.decompress(packed, most)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if not unpacker.eof or unpacker.unused_data:
        raise ValueError("too large once unpacked, or cut off")
    return content


def write_whole(file: Path, content: bytes) -> None:
    """Writes a file in one step, so that others see all of it or what was there before. Raises `OSError`."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".facts-", dir=file.parent)
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "wb") as written:
            written.write(content)
        # What saves the folder for the next run may run as somebody else than what wrote it.
        unfinished.chmod(0o644)
        unfinished.replace(file)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _prune(written: Path) -> None:
    """Takes away what other versions of the extractors left behind, but for the latest few."""
    for _, file in sorted(_others(written), reverse=True)[KEPT_FILES - 1 :]:
        for one in (file, file.with_name(_recent_name(file.name))):
            with suppress(OSError):
                one.unlink()


def _others(written: Path) -> Iterator[tuple[int, Path]]:
    for file in written.parent.glob("facts-*.bin"):
        if file != written:
            with suppress(OSError):
                yield file.stat().st_mtime_ns, file
