"""The default branch's score over time: lines of JSON that are only ever added to, and what they say in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated

import msgspec

from readiness_bot.render.phrases import points

LINES = 2000
"""Entries that are kept: years of a busy branch, well below the 1 MB at which GitHub stops handing out a file."""

DAYS = 30
"""How far back the words look."""


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """The score of one commit; `on` is the ISO date of the assessment, `run` the number of the run that made it."""

    on: Annotated[str, msgspec.Meta(pattern=r"\A\d{4}-\d\d-\d\d\Z")]
    commit: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{40,64}\Z")]
    score: Annotated[int, msgspec.Meta(ge=0, le=100)]
    run: int = 0
    scope: str = "."
    categories: dict[str, int | None] = {}


def parse(content: bytes) -> list[Entry]:
    """The entries in order; lines that are none, such as one that a merge tore apart, are passed over."""
    entries = []
    for line in content.splitlines():
        try:
            entries.append(msgspec.json.decode(line, type=Entry))
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
    return entries


def added(content: bytes, new: Sequence[Entry]) -> bytes:
    """The file with the new entries as its last; a second one of the same commit takes the first one's place."""
    replaced = {(entry.commit, entry.scope) for entry in new}
    entries = [entry for entry in parse(content) if (entry.commit, entry.scope) not in replaced]
    return b"".join(msgspec.json.encode(entry) + b"\n" for entry in [*entries, *new][-LINES:])


def overtaken(content: bytes, new: Sequence[Entry]) -> bool:
    """Whether a later run has written about the same scopes: an old one that is run again must not undo it."""
    last = {entry.scope: entry.run for entry in parse(content)}
    return any(last.get(entry.scope, 0) > entry.run for entry in new)


def words(entries: Sequence[Entry], branch: str, today: str, scope: str = ".") -> str:
    """`main in 30 days: 64 → 71 (+7)`; empty where there is nothing to compare yet."""
    since = (date.fromisoformat(today) - timedelta(days=DAYS)).isoformat()
    known = [entry for entry in entries if entry.scope == scope]
    recent = [entry for entry in known if entry.on <= since][-1:] + [entry for entry in known if entry.on > since]
    if len(recent) < 2:
        return ""
    first, last = recent[0].score, recent[-1].score
    how = "unchanged at " + str(last) if first == last else f"{first} → {last} ({points(first, last)})"
    return f"{branch} in {DAYS} days: {how}"
