"""Trees, blobs and history as git has them; the only module that runs git, and it knows nothing of what files mean.

Whatever is judged is foreign: none of its hooks, filters, pagers, drivers or helpers is ever started, no object is
fetched behind the caller's back, and neither the user's nor the machine's git configuration has a say.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal, cast
from urllib.parse import urlsplit

ANSWER_SECONDS = 600
"""How long one call of git may take; listing the largest public monorepos takes under ten seconds."""

HASHED_BYTES = 64 * 1024 * 1024
"""Files on disk over 64 MiB get no true blob id: hashing them would take seconds, and nobody reads them."""

SIMILAR_BYTES = 32 * 1024 * 1024
"""How much is read of each side to find files that were renamed and edited; past it only equal files are paired."""

DAMAGED_OBJECTS = 20
"""After so many objects that git cannot read, the object database as a whole counts as damaged."""

_ASKED_AT_ONCE = 128
"""Object ids written before their answers are read: well below what any pipe holds, so that neither side waits."""

_SIMILARITY = 0.5
"""The share of bytes in common from which two files are one renamed file; git's own threshold."""

_COMMON_LINE = 64
"""A line that stands in more files than this tells nothing about which file became which."""

_FROM_USER = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR", "SYSTEMROOT")
_FROM_USER_FOR_NETWORK = (
    "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "CURL_CA_BUNDLE",
)  # fmt: skip

_ENVIRONMENT = {
    "LC_ALL": "C",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    # An object is what its id says: replacement refs and grafts could show another one.
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
    # A partial clone fetches what is absent. Recent versions of git heed the first; older ones start a fetch,
    # which may then speak no protocol at all.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "",
}

# What the repository's own configuration could set to have a command run, or to change an answer.
_OVERRIDES = {
    "safe.directory": "*",
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.attributesFile": os.devnull,
    "core.excludesFile": os.devnull,
    "core.quotePath": "false",
    "core.precomposeUnicode": "false",
    "core.warnAmbiguousRefs": "false",
    "core.abbrev": "40",
}

_OVERRIDES_FOR_NETWORK = {
    "credential.helper": "",
    "core.askPass": "",
    "fetch.recurseSubmodules": "false",
    "fetch.writeCommitGraph": "false",
    "fetch.bundleURI": "",
    "gc.auto": "0",
    "maintenance.auto": "false",
}

_HASHES = {"sha1": hashlib.sha1, "sha256": hashlib.sha256}

_LFS_POINTER = re.compile(
    rb"version https://(?:git-lfs\.github\.com|hawser\.github\.com)/spec/v\d+\n(?:ext-[^\n]*\n)*oid [^\n]+\nsize \d+\n?"
)


class GitError(Exception):
    """Git could not answer; the message is one line for the user."""


class NotARepository(GitError):
    """The path is neither in a git working tree nor a git directory."""


class UnknownRevision(GitError):
    """The name is no commit of this clone."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One path of a tree. `path` is relative to the repository's root and safe to print, see `printable`."""

    path: str
    blob: str
    """The object id; of a submodule the commit's, of a symlink that of its target's text."""
    kind: Literal["file", "symlink", "submodule"] = "file"
    on_disk: bytes | None = None
    """Where below the working tree's root the content lies; None for content in the object database."""


@dataclass(frozen=True, slots=True)
class Tree:
    """The entries of one commit or of the working tree (then `commit` is None), by path and sorted by it."""

    commit: str | None
    entries: Mapping[str, Entry]


@dataclass(frozen=True, slots=True)
class Unread:
    """Content that was not read, and why."""

    reason: str


ABSENT = Unread("not in this clone")
TOO_LARGE = Unread("too large to be read")
DAMAGED = Unread("damaged in the object database")
CHANGED = Unread("changed while it was read")


def is_lfs_pointer(content: bytes) -> bool:
    """Whether the bytes only stand for a file that Git LFS keeps elsewhere; pointers have under 1,024 bytes."""
    return len(content) < 1024 and _LFS_POINTER.fullmatch(content) is not None


def printable(path: bytes) -> str:
    r"""The path as text that any terminal, log or document can take, different for different paths.

    Bytes that are not UTF-8 and characters that do not print (line breaks, escape sequences, changes of writing
    direction) become `\xNN` or `\uNNNN`; so that these stay unmistakable, a backslash in a name is doubled.
    """
    try:
        text = path.decode()
    except UnicodeDecodeError:
        text = path.decode(errors="surrogateescape")
    if text.isprintable() and "\\" not in text:
        return text
    return "".join(_printable_character(character) for character in text)


def _printable_character(character: str) -> str:
    code = ord(character)
    if character == "\\":
        return "\\\\"
    if character.isprintable():
        return character
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository on this machine; holds no process and no content, so that workers can be given a copy."""

    git_dir: Path
    root: Path | None
    """The working tree's root; None for a bare repository."""
    prefix: str
    """Where in the working tree the path lies that was opened; `.` for the root."""
    object_format: Literal["sha1", "sha256"]
    partial: bool
    """Whether the clone leaves out objects that its remote promised to have."""
    origin: str | None
    """The URL of the remote `origin` as configured, which may hold credentials: never show it."""

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Repository:
        """The repository that holds the path: a working tree or any folder of it, or a git directory.

        Raises `NotARepository`, and `GitError` where git is missing or refuses the repository.
        """
        start = Path(os.path.realpath(path))
        if not start.is_dir():
            raise NotARepository(f"{_shown(path)} is not a folder")
        git_dir, root = _discovered(start, path)
        prefix = "." if root is None else printable(os.fsencode(start.relative_to(root)))
        unknown = cls(git_dir, root, prefix, "sha1", False, None)
        format_answer = unknown._ask("rev-parse", "--show-object-format")
        if format_answer.returncode:
            raise NotARepository(f"{_shown(path)} is no repository that git can read: {_last_line(format_answer)}")
        settings = unknown._settings(r"^(extensions\.partialclone|remote\..*\.(promisor|partialclonefilter|url))$")
        return cls(
            git_dir,
            root,
            prefix,
            "sha256" if format_answer.stdout.strip() == b"sha256" else "sha1",
            any(not name.endswith(".url") for name in settings),
            settings.get("remote.origin.url"),
        )

    @property
    def shallow(self) -> bool:
        """Whether the history is cut, so that ancestors may be absent. Asked anew, as a fetch changes it."""
        return self._ask("rev-parse", "--is-shallow-repository").stdout.strip() == b"true"

    @property
    def name(self) -> str:
        """`owner/name` as the remote's URL has it, without host and credentials; else the folder's name."""
        return (self.origin and _name_of_url(self.origin)) or _name_of_folder(self.root or self.git_dir)

    def resolve(self, revision: str) -> str:
        """The full id of the commit that a branch, a tag or an expression such as `HEAD~2` names.

        Raises `UnknownRevision`.
        """
        if not revision or revision.startswith("-") or "\0" in revision:
            raise UnknownRevision(f"{_shown(revision)} is not the name of a revision")
        answer = self._ask("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        commit = answer.stdout.decode("ascii", "replace").strip()
        if answer.returncode or not self._is_id(commit):
            hint = "; the clone is shallow, a deeper fetch may bring it" if self.shallow else ""
            raise UnknownRevision(f"{_shown(revision)} is no commit of this clone{hint}")
        return commit

    def has(self, commit: str) -> bool:
        """Whether the commit of this full id is here."""
        return self._is_id(commit) and self._ask("cat-file", "-e", f"{commit}^{{commit}}").returncode == 0

    def tree(self, revision: str, scope: str = ".") -> Tree:
        """What the commit holds below `scope`, paths still from the root; empty where the commit has no such folder.

        Raises `UnknownRevision`, and `GitError` where the clone lacks trees of the commit.
        """
        commit = self.resolve(revision)
        answer = self._ask("ls-tree", "-r", "-z", "--full-tree", commit)
        if answer.returncode:
            raise GitError(f"the tree of {commit[:12]} is not complete in this clone: {_last_line(answer)}")
        within = _within(scope)
        entries = []
        for record in answer.stdout.split(b"\0")[:-1]:
            about, path = record.split(b"\t", 1)
            mode, _, blob = about.split(b" ")
            entries.append(Entry(printable(path), blob.decode(), _kind(mode)))
        return Tree(commit, _by_path(entry for entry in entries if entry.path.startswith(within)))

    def working_tree(self, scope: str = ".") -> Tree:
        """What lies on disk below `scope`: tracked files as they are, and new ones that are not ignored.

        Ids are computed from the bytes on disk as git would, but without its filters. Deleted files are absent; files
        that a sparse checkout leaves out count with their committed content. Nothing is written, no symlink followed.
        Raises `GitError` for a bare repository.
        """
        if self.root is None:
            raise GitError("a bare repository has no working tree; name a revision")
        within = _within(scope)
        folders = _Folders(self.root)
        entries = []
        seen: set[bytes] = set()
        for tag, mode, blob, path in self._tracked():
            if path in seen or not printable(path).startswith(within):
                continue
            seen.add(path)
            if mode == b"160000":
                entries.append(Entry(printable(path), blob, "submodule"))
            elif tag == b"S":
                entries.append(Entry(printable(path), blob, _kind(mode)))
            else:
                entries.extend(self._on_disk(folders, path, blob))
        for path in self._answer("ls-files", "-z", "--others", "--exclude-standard").split(b"\0")[:-1]:
            if path not in seen and printable(path).startswith(within):
                entries.extend(self._on_disk(folders, path, None))
        return Tree(None, _by_path(entries))

    def read(self, entries: Iterable[Entry], limit: int) -> Iterator[tuple[Entry, bytes | Unread]]:
        """The content of each file entry, in the given order, at most `limit` bytes of each; see `Reader.read`."""
        with Reader(self, limit) as reader:
            yield from reader.read(entries)

    def sizes(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, int | Unread]]:
        """The size in bytes of each file entry, in the given order, or why it has none."""
        with Reader(self, 0) as reader:
            yield from reader.sizes(entries)

    def merge_base(self, one: str, other: str) -> str | None:
        """The best common ancestor's id, None where this clone has none."""
        answer = self._ask("merge-base", self.resolve(one), self.resolve(other))
        if answer.returncode > 1:
            raise GitError(f"the history of {_shown(one)} and {_shown(other)} cannot be followed: {_last_line(answer)}")
        return answer.stdout.decode().strip() or None

    def parents(self, revision: str) -> tuple[str, ...]:
        """The ids of the commit's parents as written in it, be they in this clone or not."""
        return tuple(line[7:].decode() for line in self._commit_headers(revision) if line.startswith(b"parent "))

    def commit_time(self, revision: str) -> int:
        """When the commit was made, in seconds since 1970 UTC; 0 where the commit does not say."""
        for line in self._commit_headers(revision):
            if found := re.fullmatch(rb"committer .*> (\d{1,12}) [+-]\d+", line):
                return int(found[1])
        return 0

    def renames(self, base: Tree, head: Tree) -> Mapping[str, str]:
        """Which new path was which old one: equal content first, then at least half of the bytes in common.

        A path that both trees have was not renamed, and each old path became one new path at most.
        """
        gone = {path: entry for path, entry in base.entries.items() if path not in head.entries}
        new = {path: entry for path, entry in head.entries.items() if path not in base.entries}
        gone = {path: entry for path, entry in gone.items() if entry.kind == "file"}
        new = {path: entry for path, entry in new.items() if entry.kind == "file"}
        if not gone or not new:
            return {}
        found = _equal(gone, new)
        taken = set(found.values())
        before = self._small([entry for path, entry in gone.items() if path not in taken])
        after = self._small([entry for path, entry in new.items() if path not in found])
        found |= _similar(before, after)
        return dict(sorted(found.items()))

    def fetch(self, url: str, commit: str, *, depth: int = 1, header: str | None = None) -> None:
        """Brings the commit into the clone, unless it is there; a shallow clone gets `depth` commits of it.

        `header` is an HTTP header such as `Authorization: basic …`, sent to this URL only and kept out of files and
        argument lists. Raises `GitError`, which never quotes the URL or the header.
        """
        scheme = urlsplit(url).scheme
        if scheme not in ("https", "http", "file") or not self._is_id(commit):
            raise GitError("only a full commit id can be fetched, from an https, http or file URL")
        if self.has(commit):
            return
        settings = dict(_OVERRIDES_FOR_NETWORK)
        secrets = [] if header is None else [(f"http.{url}.extraHeader", ""), (f"http.{url}.extraHeader", header)]
        # A depth would cut a complete history short.
        depths = [f"--depth={depth}"] if self.shallow else []
        answer = self._ask(
            "fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head",
            "--upload-pack=git-upload-pack", *depths, url, commit,
            settings=settings, secrets=secrets, protocol=scheme,
        )  # fmt: skip
        if answer.returncode or not self.has(commit):
            raise GitError(f"commit {commit[:12]} could not be fetched from the remote")

    def _tracked(self) -> Iterator[tuple[bytes, bytes, str, bytes]]:
        for record in self._answer("ls-files", "-z", "-t", "--stage").split(b"\0")[:-1]:
            about, path = record.split(b"\t", 1)
            tag, mode, blob, _ = about.split(b" ")
            yield tag, mode, blob.decode(), path

    def _on_disk(self, folders: _Folders, path: bytes, tracked: str | None) -> Iterator[Entry]:
        """The entry of a path as it is on disk; none where there is neither a file nor a symlink."""
        place = folders.locate(path)
        if place is None:
            return
        try:
            about = os.lstat(place)
            if stat.S_ISLNK(about.st_mode):
                yield Entry(printable(path), self.blob_id(os.readlink(place)), "symlink", path)
            elif stat.S_ISREG(about.st_mode) and about.st_size > HASHED_BYTES:
                unread = self.blob_id(b"%d bytes at " % about.st_size + path)
                yield Entry(printable(path), tracked or unread, "file", path)
            elif stat.S_ISREG(about.st_mode):
                yield Entry(printable(path), self.blob_id(_bytes_of(place, HASHED_BYTES)), "file", path)
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError:
            # Not readable for us: with an id but without content it is named as skipped.
            yield Entry(printable(path), tracked or self.blob_id(b"unreadable " + path), "file", path)

    def blob_id(self, content: bytes) -> str:
        """The object id that git gives a blob of these bytes in this repository."""
        digest = _HASHES[self.object_format](b"blob %d\0" % len(content), usedforsecurity=False)
        digest.update(content)
        return digest.hexdigest()

    def absent(self, blobs: Set[str]) -> frozenset[str]:
        """Which blobs a partial clone lacks, told from a list of what it has: asking for one could start a fetch.

        Empty for a clone that promises to be complete.
        """
        if not self.partial or not blobs:
            return frozenset()
        listing = "cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objectname)"
        with self.start(*listing, stdin=subprocess.DEVNULL) as process:
            here = {blob for line in _output(process) if (blob := line[:-1].decode()) in blobs}
        return frozenset(blobs - here)

    def _small(self, entries: Sequence[Entry]) -> dict[str, bytes]:
        """The content of the files, unless there is too much of it to compare."""
        contents = {}
        total = 0
        for entry, content in self.read(entries, SIMILAR_BYTES // 32):
            if isinstance(content, bytes):
                contents[entry.path] = content
                total += len(content)
            if total > SIMILAR_BYTES:
                return {}
        return contents

    def _commit_headers(self, revision: str) -> list[bytes]:
        return self._answer("cat-file", "commit", self.resolve(revision)).split(b"\n\n", 1)[0].split(b"\n")

    def _is_id(self, text: str) -> bool:
        return re.fullmatch(r"[0-9a-f]{64}" if self.object_format == "sha256" else r"[0-9a-f]{40}", text) is not None

    def _settings(self, pattern: str) -> dict[str, str]:
        """The last value of each setting whose name matches; git gives names in lower case but for their middle."""
        answer = self._ask("config", "-z", "--get-regexp", pattern)
        pairs = (record.partition("\n") for record in answer.stdout.decode(errors="replace").split("\0")[:-1])
        return {name: value for name, _, value in pairs}

    def _answer(self, *arguments: str) -> bytes:
        answer = self._ask(*arguments)
        if answer.returncode:
            raise GitError(f"git {arguments[0]} failed: {_last_line(answer)}")
        return answer.stdout

    def _ask(
        self,
        *arguments: str,
        settings: Mapping[str, str] | None = None,
        secrets: Sequence[tuple[str, str]] = (),
        protocol: str = "",
    ) -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(
                self._command(arguments, settings or {}),
                env=_environment(protocol, secrets),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=ANSWER_SECONDS,
                check=False,
            )
        except FileNotFoundError:
            raise GitError("git is not installed, or not on the PATH") from None
        except subprocess.TimeoutExpired:
            raise GitError(f"git {arguments[0]} did not answer within {ANSWER_SECONDS} seconds") from None

    def start(self, *arguments: str, stdin: int = subprocess.PIPE) -> subprocess.Popen[bytes]:
        """A process of git that answers question after question; the caller ends it."""
        return subprocess.Popen(
            self._command(arguments, {}),
            env=_environment("", ()),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def _command(self, arguments: Sequence[str], settings: Mapping[str, str]) -> list[str]:
        # With the git directory named, git neither searches for one nor minds who owns it; with the working tree
        # named, the repository's configuration cannot point to another.
        places = [f"--git-dir={self.git_dir}"] + ([] if self.root is None else [f"--work-tree={self.root}"])
        overrides = [part for name, value in {**_OVERRIDES, **settings}.items() for part in ("-c", f"{name}={value}")]
        return ["git", "-C", str(self.root or self.git_dir), "--no-pager", *places, *overrides, *arguments]


class _Folders:
    """The folders of a working tree, and whether a path leads through real ones only; remembers what it has seen."""

    def __init__(self, root: Path) -> None:
        self._root = os.fsencode(root)
        self._real: dict[bytes, bool] = {b"": True}

    def locate(self, path: bytes) -> bytes | None:
        """The absolute place that the path names; None for a folder's, or when a symlink stands in the way."""
        folder, _, name = path.rpartition(b"/")
        return b"%b/%b" % (self._root, path) if name and self._is_real(folder) else None

    def _is_real(self, folder: bytes) -> bool:
        unknown = []
        while folder not in self._real:
            unknown.append(folder)
            folder = folder.rpartition(b"/")[0]
        real = self._real[folder]
        for inner in reversed(unknown):
            place = b"%b/%b" % (self._root, inner)
            real = real and os.path.isdir(place) and not os.path.islink(place)
            self._real[inner] = real
        return real


class Reader:
    """Reads contents for as long as it is entered: one process of git tells sizes, another hands out contents."""

    def __init__(self, repository: Repository, limit: int) -> None:
        self._repository = repository
        self._limit = limit
        self._folders = None if repository.root is None else _Folders(repository.root)
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._damaged = 0

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        for mode in list(self._running):
            self._stop(mode)

    def read(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes | Unread]]:
        """The content of each file entry, in order; what is absent, too large or damaged comes as `Unread`.

        Holds one content at a time, and is to be read to its end before the next is asked for. Raises `GitError` when
        more than `DAMAGED_OBJECTS` are damaged.
        """
        for chunk in self._chunks(entries):
            sized = [(entry, self._refused(size)) for entry, size in self._sized(*chunk)]
            while sized:
                self._ask("--batch", [entry.blob for entry, refused in sized if not refused and entry.on_disk is None])
                done = 0
                for entry, refused in sized:
                    content = refused or (self._stored() if entry.on_disk is None else self._lying(entry))
                    done += 1
                    yield entry, content
                    if content is DAMAGED:
                        # Git ends at such an object: the rest is asked of a new process.
                        self._count_damage()
                        break
                sized = sized[done:]

    def sizes(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, int | Unread]]:
        """The size in bytes of each file entry, in order, or why it has none."""
        for chunk in self._chunks(entries):
            yield from self._sized(*chunk)

    def _chunks(self, entries: Iterable[Entry]) -> Iterator[tuple[list[Entry], frozenset[str]]]:
        asked = list(entries)
        stored = {entry.blob for entry in asked if entry.on_disk is None}
        absent = self._repository.absent(stored)
        for start in range(0, len(asked), _ASKED_AT_ONCE):
            yield asked[start : start + _ASKED_AT_ONCE], absent

    def _sized(self, chunk: Sequence[Entry], absent: frozenset[str]) -> Iterator[tuple[Entry, int | Unread]]:
        self._ask(
            "--batch-check", [entry.blob for entry in chunk if entry.on_disk is None and entry.blob not in absent]
        )
        for entry in chunk:
            if entry.on_disk is not None:
                yield entry, self._size_on_disk(entry.on_disk)
            elif entry.blob in absent:
                yield entry, ABSENT
            else:
                header = self._header("--batch-check")
                yield entry, int(header[2]) if len(header) == 3 and header[1] == b"blob" else ABSENT

    def _refused(self, size: int | Unread) -> Unread | None:
        if isinstance(size, Unread):
            return size
        return TOO_LARGE if size > self._limit else None

    def _stored(self) -> bytes | Unread:
        header = self._header("--batch")
        if len(header) != 3:
            return DAMAGED
        size = int(header[2])
        content = _output(self._running["--batch"]).read(size + 1)
        return content[:-1] if len(content) == size + 1 else DAMAGED

    def _size_on_disk(self, path: bytes) -> int | Unread:
        place = self._folders.locate(path) if self._folders else None
        try:
            return CHANGED if place is None else os.lstat(place).st_size
        except OSError:
            return CHANGED

    def _lying(self, entry: Entry) -> bytes | Unread:
        place = self._folders.locate(entry.on_disk or b"") if self._folders else None
        if place is None:
            return CHANGED
        try:
            content = _bytes_of(place, self._limit)
        except (FileNotFoundError, NotADirectoryError):
            return CHANGED
        except OSError as error:
            return Unread(f"cannot be read: {(error.strerror or 'unknown error').lower()}")
        if len(content) > self._limit:
            return TOO_LARGE
        return content if self._repository.blob_id(content) == entry.blob else CHANGED

    def _count_damage(self) -> None:
        self._damaged += 1
        if self._damaged > DAMAGED_OBJECTS:
            raise GitError("the object database is damaged; `git fsck` tells more")
        self._stop("--batch")

    def _header(self, mode: str) -> list[bytes]:
        return _output(self._running[mode]).readline().split() if mode in self._running else []

    def _ask(self, mode: str, blobs: Sequence[str]) -> None:
        if not blobs:
            return
        if mode not in self._running:
            self._running[mode] = self._repository.start("cat-file", mode)
        stdin = cast(IO[bytes], self._running[mode].stdin)
        # Should git have ended, the answers that do not come say so.
        with suppress(BrokenPipeError):
            stdin.write("".join(f"{blob}\n" for blob in blobs).encode())
            stdin.flush()

    def _stop(self, mode: str) -> None:
        with suppress(BrokenPipeError), self._running.pop(mode) as process:
            process.kill()


def _output(process: subprocess.Popen[bytes]) -> IO[bytes]:
    return cast(IO[bytes], process.stdout)


def _environment(protocol: str, secrets: Sequence[tuple[str, str]]) -> dict[str, str]:
    passed = _FROM_USER + (_FROM_USER_FOR_NETWORK if protocol else ())
    environment = {name: os.environ[name] for name in passed if name in os.environ} | _ENVIRONMENT
    environment["GIT_ALLOW_PROTOCOL"] = protocol
    if secrets:
        environment["GIT_CONFIG_COUNT"] = str(len(secrets))
    for number, (name, value) in enumerate(secrets):
        environment[f"GIT_CONFIG_KEY_{number}"] = name
        environment[f"GIT_CONFIG_VALUE_{number}"] = value
    return environment


def _discovered(start: Path, asked: str | os.PathLike[str]) -> tuple[Path, Path | None]:
    """The git directory and the working tree's root (None for bare) of the nearest repository around a folder."""
    for folder in (start, *start.parents):
        if (folder / ".git").is_dir():
            return folder / ".git", folder
        if (folder / ".git").is_file():
            return _linked(folder / ".git"), folder
        if (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir():
            return folder, None
    raise NotARepository(f"{_shown(asked)} is not in a git repository")


def _linked(file: Path) -> Path:
    """The git directory that the `.git` file of a linked working tree or of a submodule names."""
    text = _bytes_of(os.fsencode(file), 8192).removeprefix(b"gitdir:").strip()
    return Path(os.path.realpath(file.parent / os.fsdecode(text.replace(b"\0", b""))))


def _bytes_of(place: bytes, limit: int) -> bytes:
    """At most `limit` + 1 bytes of a regular file; raises `OSError` for anything else, symlinks too."""
    # Not blocking: what was a file a moment ago could be a pipe that nobody writes to.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    file = os.open(place, flags)
    try:
        about = os.fstat(file)
        if not stat.S_ISREG(about.st_mode):
            raise OSError(0, "not a regular file")
        return b"".join(_pieces(file, about.st_size + 1, limit + 1))
    finally:
        os.close(file)


def _pieces(file: int, expected: int, most: int) -> Iterator[bytes]:
    while most > 0 and (piece := os.read(file, min(expected, most))):
        most -= len(piece)
        yield piece


def _kind(mode: bytes) -> Literal["file", "symlink", "submodule"]:
    return "symlink" if mode == b"120000" else "submodule" if mode == b"160000" else "file"


def _by_path(entries: Iterable[Entry]) -> Mapping[str, Entry]:
    return {entry.path: entry for entry in sorted(entries, key=lambda entry: entry.path)}


def _within(scope: str) -> str:
    """What every path below the scope begins with."""
    parts = [part for part in scope.split("/") if part not in ("", ".")]
    return "".join(f"{part}/" for part in parts)


def _shown(text: str | os.PathLike[str]) -> str:
    """A user's word, safe and short enough for one line."""
    shown = printable(os.fsencode(text))
    return f"`{shown if len(shown) <= 200 else shown[:199] + '…'}`"


def _last_line(answer: subprocess.CompletedProcess[bytes]) -> str:
    lines = [line for line in answer.stderr.splitlines() if line.strip()]
    return printable(lines[-1].removeprefix(b"fatal: "))[:300] if lines else f"exit code {answer.returncode}"


def _name_of_url(url: str) -> str | None:
    """`owner/name` of a URL with a host, be it `https://host/owner/name.git` or `user@host:owner/name`."""
    found = re.fullmatch(r"(?:[a-z+]+://[^/]+/|[^/:]*@?[^/:]+:(?!//))(?P<path>.+)", url)
    if found is None or url.startswith("file:"):
        return None
    parts = [part for part in found["path"].removesuffix("/").removesuffix(".git").split("/") if part]
    return printable("/".join(parts[-2:]).encode(errors="replace"))[:200] or None


def _name_of_folder(folder: Path) -> str:
    named = folder.parent if folder.name == ".git" else folder
    return printable(os.fsencode(named.name.removesuffix(".git")))[:200] or "repository"


def _equal(gone: Mapping[str, Entry], new: Mapping[str, Entry]) -> dict[str, str]:
    """Pairs of new and old path with equal content; where several could be meant, the same file name goes first."""
    old_paths: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for path in sorted(gone, reverse=True):
        old_paths[gone[path].blob][path.rpartition("/")[2]].append(path)
    found = {}
    for path in sorted(new):
        if same_name := old_paths.get(new[path].blob, {}).get(path.rpartition("/")[2]):
            found[path] = same_name.pop()
    for path in sorted(new.keys() - found.keys()):
        names = old_paths.get(new[path].blob, {})
        if left := next((paths for _, paths in sorted(names.items()) if paths), None):
            found[path] = left.pop()
    return found


def _similar(gone: Mapping[str, bytes], new: Mapping[str, bytes]) -> dict[str, str]:
    """Pairs of new and old path that share most of their lines, the most similar ones first."""
    holders: dict[bytes, list[tuple[str, int]]] = defaultdict(list)
    for path in sorted(gone):
        for line, count in Counter(gone[path].splitlines()).items():
            holders[line].append((path, count))
    pairs = []
    for path in sorted(new):
        shared: Counter[str] = Counter()
        for line, count in Counter(new[path].splitlines()).items():
            for old, old_count in holders.get(line, ()) if len(holders.get(line, ())) <= _COMMON_LINE else ():
                shared[old] += min(count, old_count) * (len(line) + 1)
        for old, common in shared.items():
            likeness = common / max(len(new[path]), len(gone[old]))
            if likeness >= _SIMILARITY:
                renamed = path.rpartition("/")[2] != old.rpartition("/")[2]
                pairs.append((-likeness, renamed, old, path))
    found: dict[str, str] = {}
    taken: set[str] = set()
    for _, _, old, path in sorted(pairs):
        if path not in found and old not in taken:
            found[path] = old
            taken.add(old)
    return found
