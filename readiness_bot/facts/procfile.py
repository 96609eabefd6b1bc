"""A Procfile as named processes; knows nothing of the platform that would run them."""

from __future__ import annotations

import re

import msgspec

from readiness_bot.facts.extractor import Extractor


class Process(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One process: its name and the shell text that starts it."""

    name: str
    command: str
    line: int


class Procfile(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The processes in order."""

    processes: tuple[Process, ...]


_NAME = re.compile(r"(^|/)([\w-]+\.)?Procfile([._-][\w-]+)?$|\.procfile$", re.IGNORECASE)
_CODE = re.compile(r"\.(py|js|ts|rb|go|md|map|html|css)$", re.IGNORECASE)
_PROCESS = re.compile(r"([A-Za-z][\w-]*)\s*:\s*(\S.*)$")


def _claims(path: str) -> bool:
    return bool(_NAME.search(path)) and not _CODE.search(path)


def _extract(data: bytes) -> Procfile:
    text = data.decode("utf-8-sig", "replace")
    found = (
        Process(match[1], match[2].strip(), number)
        for number, line in enumerate(text.split("\n"), 1)
        if (match := _PROCESS.match(line)) is not None
    )
    return Procfile(tuple(found))


EXTRACTOR = Extractor(kind="procfile", claims=_claims, extract=_extract, facts=Procfile)
