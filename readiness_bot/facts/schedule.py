"""Schedules of cron and of its likes as the programs they name; knows not when they run."""

from __future__ import annotations

import re

import msgspec

from readiness_bot.facts.extractor import Extractor


class Schedule(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The Python programs that one schedule names, each as it is written there, in order."""

    programs: tuple[str, ...]


_NAME = re.compile(r"(^|/)(cron\.d/[\w.-]+|[\w.-]*cron(tab|job|_?entries)?s?([._-][\w.-]+)?)$", re.IGNORECASE)
_OTHER = re.compile(
    r"\.(py|pyc|js|ts|tsx|jsx|go|rb|php|java|css|scss|html?|md|rst|svg|png|po|lock|map|vue|ipynb)$", re.IGNORECASE
)
_PROGRAM = re.compile(r"(?<![\w.-])(?:[\w.${}-]*/)*[\w.-]+\.py\b|(?<=-m )[A-Za-z_][\w.]*")


def _claims(path: str) -> bool:
    return bool(_NAME.search(path)) and not _OTHER.search(path)


def _extract(data: bytes) -> Schedule:
    lines = (line for line in data.decode("utf-8-sig", "replace").split("\n") if not line.lstrip().startswith("#"))
    return Schedule(tuple(dict.fromkeys(match[0] for line in lines for match in _PROGRAM.finditer(line))))


EXTRACTOR = Extractor(kind="schedule", claims=_claims, extract=_extract, facts=Schedule)
