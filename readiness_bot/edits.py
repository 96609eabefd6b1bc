"""Where two texts differ, line by line, and the place within a function where something was taken out of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from readiness_bot.model import Location

_MOST_LINES = 3_000
"""Longer stretches that differ at both ends are not held against each other: it would take too long."""
_NAME = re.compile(r"`([^`]+)`")
_WORD = re.compile(r"\w+")
_ONE_LOOK = 25
"""Lines that are read in one look: an edit so near to the head of its function is told together with it."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Lines of a text that stand in the place of others; where none do, the line that follows what is gone."""

    line: int
    end_line: int
    gone: str


Edits = Callable[[str], Sequence[Edit]]
"""By the path of a file, what became of its text on the way from one tree to another."""


def none_seen(_: str) -> tuple[Edit, ...]:
    """No edit of any file, for those who hold no texts."""
    return ()


def between(before: str, after: str) -> tuple[Edit, ...]:
    """The edits by which one text becomes another, in order."""
    return tuple(_between(before.splitlines(), after.splitlines()))


def _between(before: list[str], after: list[str]) -> Iterator[Edit]:
    start, most = 0, min(len(before), len(after))
    while start < most and before[start] == after[start]:
        start += 1
    tail = 0
    while tail < most - start and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    old, new = before[start : len(before) - tail], after[start : len(after) - tail]
    if max(len(old), len(new)) > _MOST_LINES:
        return
    for how, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if how != "equal":
            first = start + new_from + 1
            yield Edit(first, max(first, start + new_to), "\n".join(old[old_from:old_to]))


def narrowed(place: Location, message: str, edits: Edits) -> Location:
    """A place that spans several lines, down to the edit in it that took out what the end of a message names.

    It goes on beginning at its head where that is in sight: what a function is matters as much as what it lost. The
    place itself where no edit did so: it is the lines around it then that people must look at.
    """
    if place.end_line <= place.line:
        return place
    named = {word for name in _NAME.findall(message.rpartition(": ")[2]) for word in _WORD.findall(name)[-1:]}
    for edit in edits(place.path):
        if place.line <= edit.line <= place.end_line and named & set(_WORD.findall(edit.gone)):
            first = place.line if edit.line - place.line <= _ONE_LOOK else edit.line
            return replace(place, line=first, end_line=min(edit.end_line, place.end_line))
    return place
