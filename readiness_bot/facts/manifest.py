"""The nouns of dependencies: what a manifest asks for, and what a lock file holds; knows no file format."""

from __future__ import annotations

import re

import msgspec
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name


class Dependency(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One dependency as a manifest asks for it; `name` is canonical (`flask-sqlalchemy`)."""

    name: str
    specifier: str
    line: int
    group: str = ""
    """The extra or group that it belongs to; empty for what the project always needs."""
    pinned: bool = False
    """Whether exactly one version, archive or commit satisfies it."""
    hashed: bool = False
    extras: tuple[str, ...] = ()
    marker: str = ""


class Include(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Another file of dependencies that a manifest takes in: `requirement`, `constraint` or `editable`."""

    kind: str
    path: str
    line: int


class Manifest(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What one file asks for; `name` is the project's, where it names one."""

    dependencies: tuple[Dependency, ...] = ()
    includes: tuple[Include, ...] = ()
    name: str = ""
    compiled: bool = False
    """Whether a resolver wrote it, with everything that the direct dependencies need."""
    entries: tuple[str, ...] = ()
    """What its entry points of any group name, as `package.module:object`: commands and plugins alike."""


_COMMIT = re.compile(r"@[0-9a-f]{40}\b|@v?\d+(\.\d+)+|\.(whl|zip|tar\.gz)(#|$)|#sha256=")


def dependency(text: str, line: int, group: str = "", *, hashed: bool = False) -> Dependency | None:
    """A dependency written as PEP 508 has it; None for what is no such thing."""
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return None
    if requirement.url:
        pinned = _COMMIT.search(requirement.url) is not None
    else:
        pinned = any(each.operator in ("==", "===") and "*" not in each.version for each in requirement.specifier)
    return Dependency(
        name=str(canonicalize_name(requirement.name)),
        specifier=str(requirement.specifier) or (f"@ {requirement.url}" if requirement.url else ""),
        line=line,
        group=group,
        pinned=pinned,
        hashed=hashed,
        extras=tuple(sorted(requirement.extras)),
        marker=str(requirement.marker or ""),
    )
