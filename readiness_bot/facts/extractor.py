"""What an extractor of facts is, and which ones there are; knows no file format itself."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec

from readiness_bot.facts.rendered import rendered

MAX_BYTES = 4 * 1024 * 1024
"""Files over 4 MiB are not read: the largest hand-written source file seen in public backends has under 1 MiB."""


class Unreadable(Exception):
    """Raised by an extractor whose bytes are not what the file's name promises; the message is the reason shown."""


@dataclass(frozen=True, slots=True)
class Extractor:
    """Turns the bytes of one kind of file into facts.

    `kind` names the facts in the cache, `claims` tells from a path alone whether the extractor wants the file,
    `extract` raises `Unreadable`, and `facts` is the Struct that comes out and validates what the cache gives back.
    `of_python` says that it may claim Python files; the others are not asked about those, which are most of a tree.
    `seldom` says that its facts are asked of few files: they are kept packed until then.
    """

    kind: str
    claims: Callable[[str], bool]
    extract: Callable[[bytes], msgspec.Struct]
    facts: type[Any]
    of_python: bool = False
    seldom: bool = False

    def facts_of(self, data: bytes) -> msgspec.Struct:
        """What `extract` makes of a file, a project template's being read as what it renders to."""
        return self.extract(rendered(data))


@cache
def claiming(path: str) -> tuple[Extractor, ...]:
    """The extractors that want the file, by kind."""
    asked = _of_python() if path.endswith(".py") else extractors()
    return tuple(extractor for extractor in asked if extractor.claims(path))


@cache
def _of_python() -> tuple[Extractor, ...]:
    return tuple(extractor for extractor in extractors() if extractor.of_python)


@cache
def extractors() -> tuple[Extractor, ...]:
    """Every extractor of this package, by kind. Raises `ValueError` when two of them name the same kind."""
    found = sorted(_discover(), key=lambda extractor: extractor.kind)
    kinds = [extractor.kind for extractor in found]
    if len(set(kinds)) != len(kinds):
        raise ValueError(f"two extractors name the same kind: {kinds}")
    return tuple(found)


def _discover() -> Iterator[Extractor]:
    package = importlib.import_module(__package__)
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        extractor = getattr(importlib.import_module(module.name), "EXTRACTOR", None)
        if isinstance(extractor, Extractor):
            yield extractor
