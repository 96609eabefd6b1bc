"""Words and groupings that every format shares: statuses, spans of time, blockers by control; knows no format."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import ceil
from types import MappingProxyType

from readiness_bot.model import (
    Blocker,
    CategoryScore,
    Evidence,
    Finding,
    Location,
    Report,
    Severity,
    Status,
    TeamMember,
    Verdict,
)
from readiness_bot.plan import days_of, days_of_places

VERDICTS: Mapping[str, str] = MappingProxyType(
    {"ready": "Ready for production", "conditional": "Ready under conditions", "not-ready": "Not ready for production"}
)
CATEGORY_STATUSES: Mapping[str, str] = MappingProxyType(
    {"ready": "Ready", "needs-work": "Needs work", "blocking": "Blocking", "not-applicable": "Not applicable"}
)
STATUSES: Mapping[Status, str] = MappingProxyType(
    {
        Status.PASS: "pass",
        Status.PARTIAL: "partial",
        Status.FAIL: "fail",
        Status.UNKNOWN: "unknown",
        Status.NOT_APPLICABLE: "not applicable",
    }
)
MARKS: Mapping[str, str] = MappingProxyType(
    {
        "ready": "✅", "conditional": "⚠️", "not-ready": "❌",
        "needs-work": "⚠️", "blocking": "❌", "not-applicable": "➖",
        "pass": "✅", "partial": "⚠️", "fail": "❌", "unknown": "❔",
        "critical": "❌", "high": "❌", "medium": "⚠️", "low": "⚠️",
    }
)  # fmt: skip
"""A shape beside every word: neither is ever alone, since not everybody sees colours and not every font has shapes."""

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_DAYS_OF_A_WEEK = 5
NAMED = re.compile(r"`[^`]*`")
"""What a message names in code: the rest of it says what is wrong."""


@dataclass(frozen=True, slots=True)
class Spot:
    """The places of one function of which a control says the same: the first with its words, the others by lines."""

    issue: str
    location: Location
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The blockers of one control: what people fix in one go."""

    control: str
    title: str
    severity: Severity
    issue: str
    impact: str
    fix: str
    days: tuple[float, float]
    places: tuple[Blocker, ...]
    """The blockers that have a place; empty for a capability that is missing."""
    seen: tuple[Evidence, ...] = ()
    """What there is of a capability that is missing in part."""
    looked_in: tuple[str, ...] = ()
    """Where a capability that is missing altogether was looked for."""

    @property
    def spots(self) -> tuple[Spot, ...]:
        """The places, those of one function told as one where only names differ: they are fixed in one go."""
        alike: dict[tuple[str, ...], list[Blocker]] = {}
        for blocker in self.places:
            if blocker.location is not None:
                place = blocker.location
                alike.setdefault((place.path, *said(place.symbol, place.line, blocker.issue)), []).append(blocker)
        return tuple(_spot(members) for members in alike.values())


def grouped(blockers: Iterable[Blocker], verdicts: Iterable[Verdict]) -> tuple[Group, ...]:
    """Blockers by control, in their order; `verdicts` are those of the tree that the blockers stand in."""
    known = {verdict.control: verdict for verdict in verdicts}
    by_control: dict[str, list[Blocker]] = {}
    for blocker in blockers:
        by_control.setdefault(blocker.control, []).append(blocker)
    return tuple(_group(members, known.get(control)) for control, members in by_control.items())


def brought(blockers: Iterable[Blocker], verdicts: Iterable[Verdict]) -> tuple[Group, ...]:
    """The blockers that a change brings, as `grouped` has them, but told and timed by its own places alone."""
    known = {verdict.control: verdict for verdict in verdicts}
    return tuple(
        group if (verdict := known.get(group.control)) is None else _of_change(group, verdict)
        for group in grouped(blockers, known.values())
    )


def _of_change(group: Group, verdict: Verdict) -> Group:
    """What a change brings of a defect whose other places were there before."""
    new, whole = len(group.places), sum(finding.blocker for finding in verdict.findings)
    if not 0 < new < whole or _are_losses(group.places, verdict):
        return group
    issue = group.issue if new == 1 else f"{new} new places to fix, {whole} in all."
    return replace(group, issue=issue, days=days_of_places(verdict, new))


def _group(members: Sequence[Blocker], verdict: Verdict | None) -> Group:
    first = members[0]
    places = tuple(blocker for blocker in members if blocker.location is not None)
    issue = first.issue if len(members) == 1 or verdict is None else _issue(members, verdict)
    return Group(
        control=first.control,
        title=first.title,
        severity=first.severity,
        issue=issue,
        impact=first.impact if verdict is None or len({blocker.impact for blocker in members}) == 1 else verdict.impact,
        fix=first.fix if verdict is None or len({blocker.fix for blocker in members}) == 1 else verdict.fix,
        days=first.effort_days if verdict is None else _days(members, verdict),
        places=places,
        seen=() if places or verdict is None else verdict.evidence,
        looked_in=() if places or verdict is None or verdict.evidence else verdict.looked_in,
    )


def _spot(members: Sequence[Blocker]) -> Spot:
    places = [blocker.location for blocker in members if blocker.location is not None]
    return Spot(members[0].issue, places[0], tuple(place.line for place in places[1:]))


LINES = 5
"""Further lines of one function that are told by number."""


def further_lines(lines: Sequence[object]) -> str:
    """The further places of one function as they are shown: `also in lines 12, 15 and 3 more`; empty for none."""
    if not lines:
        return ""
    told = ", ".join(map(str, lines[:LINES]))
    more = f" and {len(lines) - LINES:,} more" if len(lines) > LINES else ""
    return f"also in line{'' if len(lines) == 1 else 's'} {told}{more}"


def said(symbol: str, line: int, issue: str) -> tuple[str, str]:
    """What is alike of places that are told as one: those of a function of which all but the names is said alike."""
    return (symbol, NAMED.sub("", issue)) if symbol else (str(line), issue)


def places_in(spots: Iterable[Spot]) -> int:
    """How many places there are."""
    return sum(1 + len(spot.lines) for spot in spots)


def _issue(members: Sequence[Blocker], verdict: Verdict) -> str:
    """What several blockers of a control have in common: what it counts, unless they are what a change did to it."""
    if not _are_losses(members, verdict):
        return verdict.summary
    more = len(members) - 1
    return f"{members[0].issue} Likewise at {more} more place{'' if more == 1 else 's'}."


def _days(members: Sequence[Blocker], verdict: Verdict) -> tuple[float, float]:
    """What meeting the control takes; of what a change took away, what bringing it back takes."""
    if not _are_losses(members, verdict):
        return days_of(verdict)
    lows, highs = zip(*(blocker.effort_days for blocker in members), strict=True)
    return sum(lows), sum(highs)


def _are_losses(members: Iterable[Blocker], verdict: Verdict) -> bool:
    """Whether all of a control's blockers are what a change took away.

    That stands in no verdict, which may well be that all is fine on the whole.
    """
    counted = {finding.fingerprint for finding in verdict.findings}
    return all(blocker.location is not None and blocker.fingerprint not in counted for blocker in members)


def standing(category: CategoryScore, blockers: Iterable[Blocker]) -> tuple[str, str]:
    """The status that a category is marked with, and its words: of one whose score is good, what still blocks in it."""
    controls = {blocker.control for blocker in blockers if blocker.control.startswith(f"{category.category.value}/")}
    if category.status == "ready" and controls:
        return "needs-work", f"{CATEGORY_STATUSES['ready']} but for {count(len(controls), 'blocker')}"
    return category.status, CATEGORY_STATUSES[category.status]


def percent(score: int | None) -> str:
    """A score as it is shown; a dash where there is none."""
    return "–" if score is None else f"{score}%"


def points(difference: int | None) -> str:
    """A difference of two scores with its sign; `±0` for none."""
    if difference is None:
        return "–"
    return f"+{difference}" if difference > 0 else f"−{-difference}" if difference else "±0"


def span(days: tuple[float, float]) -> str:
    """Working days of one engineer in the unit that people plan in."""
    low, high = days
    if high <= 1:
        return "under a day" if high < 1 else "up to a day"
    if high <= _DAYS_OF_A_WEEK:
        return _range(max(1, round(low)), ceil(high), "day")
    return _range(max(1, round(low / _DAYS_OF_A_WEEK)), ceil(high / _DAYS_OF_A_WEEK), "week")


def weeks(span_of_weeks: tuple[int, int]) -> str:
    """Calendar weeks, from and to."""
    return _range(span_of_weeks[0], span_of_weeks[1], "week")


def _range(low: int, high: int, unit: str) -> str:
    if low >= high:
        return f"{high} {unit}" if high == 1 else f"{high} {unit}s"
    return f"{low}–{high} {unit}s"


def day(iso: str) -> str:
    """A date in words that no country reads differently."""
    parsed = date.fromisoformat(iso)
    return f"{parsed.day} {_MONTHS[parsed.month - 1]} {parsed.year}"


def count(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def commit(report: Report) -> str:
    """The commit in short, or what stands for it."""
    return report.commit[:10] if report.commit else "working tree"


def seen_at(evidence: Evidence) -> str:
    """Path and line of something that was seen."""
    return f"{evidence.path}:{evidence.line}" if evidence.line else evidence.path


def member(person: TeamMember) -> str:
    """A line of the team."""
    plural = "" if person.count == 1 else "s"
    return f"{person.count} {person.role.value}{plural} ({person.time})"


def facts(report: Report) -> tuple[tuple[str, str], ...]:
    """The quick facts as number and words."""
    known = report.facts
    return (
        _fact(known.python_files, "Python production file"),
        _fact(known.test_files, "test file", f" ({known.test_ratio:.0%} ratio)"),
        _fact(known.lines_of_code, "line of code", plural="lines of code"),
        _fact(known.route_files, "API route file", f" with {count(known.routes, 'route')}"),
        _fact(known.service_files, "service file"),
        _fact(known.async_functions, "async function"),
        _fact(known.models, "model"),
        _fact(known.outbound_calls, "call to other services", plural="calls to other services"),
    )


def _fact(number: int, noun: str, more: str = "", *, plural: str = "") -> tuple[str, str]:
    return f"{number:,}", (noun if number == 1 else plural or f"{noun}s") + more


def hints(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings that a person should look at: neither blockers nor waived."""
    return tuple(finding for finding in findings if not finding.blocker and finding.waived is None)


def plan_numbers(report: Report) -> dict[str, int]:
    """The running number of the first step of each phase, by the phase's title."""
    numbers, number = {}, 1
    for phase in report.plan.phases:
        numbers[phase.title] = number
        number += len(phase.steps)
    return numbers
