"""Which configuration holds for a report or a comparison: finds the file in trees, or takes the one that is named.

Reads it from git, never follows it anywhere else; what its keys mean is `configuration`'s.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from readiness_bot.git import Entry, Repository, Unread
from readiness_bot.settings import FILE_NAMES, MAX_BYTES, Agreed, ConfigurationError, Settings, agree


def for_report(
    repository: Repository, revision: str | None, assessed_on: date, *, named: Path | None = None
) -> Settings:
    """The settings that hold for one tree; `revision` None is the working tree, `named` a file to read instead.

    Raises ConfigurationError, and GitError for an unknown revision.
    """
    if named is not None:
        return _of_file(named, assessed_on)
    return of_tree(repository, revision, assessed_on) or Settings()


def for_comparison(
    repository: Repository, base: str, head: str | None, assessed_on: date, *, named: Path | None = None
) -> Agreed:
    """The settings that hold for both sides of a comparison, and what head would change in them.

    A broken file in head is an error, since its author can mend it. A broken file in base counts as none: the change
    that repairs it must be able to pass. Raises ConfigurationError, and GitError for an unknown revision.
    """
    if named is not None:
        return Agreed(_of_file(named, assessed_on), ())
    after = of_tree(repository, head, assessed_on)
    try:
        before = of_tree(repository, base, assessed_on)
    except ConfigurationError as error:
        agreed = agree(None, after)
        return Agreed(agreed.settings, (f"base's configuration cannot be read ({error})", *agreed.changes))
    return agree(before, after)


def of_tree(repository: Repository, revision: str | None, assessed_on: date) -> Settings | None:
    """The settings of one tree, None where it has no configuration file. Raises ConfigurationError."""
    for name in FILE_NAMES:
        content = _content(repository, revision, name)
        if content is not None:
            return _parsed(content, name, assessed_on)
    return None


def _content(repository: Repository, revision: str | None, name: str) -> bytes | None:
    if revision is None:
        return _on_disk(repository, name)
    entry = repository.tree(revision).entries.get(name)
    return None if entry is None else _of_entry(repository, entry)


def _on_disk(repository: Repository, name: str) -> bytes | None:
    if repository.root is None:
        return None
    path = repository.root / name
    if path.is_symlink():
        raise _not_followed(name, "symlink")
    return _bytes(path, name) if path.is_file() else None


def _of_entry(repository: Repository, entry: Entry) -> bytes:
    if entry.kind != "file":
        raise _not_followed(entry.path, entry.kind)
    for _, content in repository.read([entry], MAX_BYTES):
        if isinstance(content, Unread):
            raise ConfigurationError(f"{entry.path}: {content.reason}")
        return content
    raise ConfigurationError(f"{entry.path}: cannot be read")


def _not_followed(name: str, kind: str) -> ConfigurationError:
    return ConfigurationError(f"{name}: a {kind} is not followed; keep the file itself here")


def _of_file(path: Path, assessed_on: date) -> Settings:
    return _parsed(_bytes(path, str(path)), str(path), assessed_on)


def _bytes(path: Path, shown: str) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigurationError(f"{shown}: {(error.strerror or 'cannot be read').lower()}") from None


def _parsed(content: bytes, name: str, assessed_on: date) -> Settings:
    # Only a tree with a configuration pays for the libraries that read it.
    from readiness_bot.configuration import parse
    from readiness_bot.control import controls

    known = [control.id for control in controls()]
    return parse(content, name, controls=known, assessed_on=assessed_on)
