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


class Entry(msgspec.Struct, frozen=True):
    """The score of one commit; `on` is the ISO date of the assessment."""

    on: Annotated[str, msgspec.Meta(pattern=r"\A\d{4}-\d\d-\d\d\Z")]
    commit: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{40,64}\Z")]
    score: Annotated[int, msgspec.Meta(ge=0, le=100)]
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


def added(content: bytes, entry: Entry) -> bytes:
    """The file with the entry as its last; a second one of the same commit takes the first one's place."""
    entries = [known for known in parse(content) if known.commit != entry.commit]
    return b"".join(msgspec.json.encode(known) + b"\n" for known in [*entries, entry][-LINES:])


def words(entries: Sequence[Entry], branch: str, today: str) -> str:
    """`main in 30 days: 64 → 71 (+7)`; empty where there is nothing to compare yet."""
    since = (date.fromisoformat(today) - timedelta(days=DAYS)).isoformat()
    before = [entry for entry in entries if entry.on <= since][-1:]
    recent = before + [entry for entry in entries if entry.on > since]
    if len(recent) < 2:
        return ""
    first, last = recent[0].score, recent[-1].score
    how = "unchanged at " + str(last) if first == last else f"{first} → {last} ({points(first, last)})"
    return f"{branch} in {DAYS} days: {how}"
