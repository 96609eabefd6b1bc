"""Verdicts to scores, blockers, strengths and work items; knows no plan and no other tree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from readiness_bot.calibration import BLOCKER_BELOW, CATEGORY_WEIGHTS, SEVERITY_WEIGHTS, STRENGTH_FROM
from readiness_bot.identity import capability_fingerprint
from readiness_bot.model import (
    Blocker,
    Category,
    CategoryScore,
    Confidence,
    Location,
    Overall,
    Severity,
    Status,
    Strength,
    Verdict,
    WorkItem,
)
from readiness_bot.settings import Thresholds

_NOWHERE = Location("")


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything that follows from the verdicts of one tree by arithmetic alone."""

    categories: tuple[CategoryScore, ...]
    overall: Overall
    blockers: tuple[Blocker, ...]
    strengths: tuple[Strength, ...]
    work_items: tuple[WorkItem, ...]


def summarise(verdicts: Sequence[Verdict], thresholds: Thresholds | None = None) -> Summary:
    """Scores, blockers, strengths and work items of one tree; `thresholds` None means the model's own."""
    limits = thresholds or Thresholds()
    scored = categories(verdicts, limits)
    standing = blockers(verdicts)
    return Summary(
        categories=scored,
        overall=overall(scored, standing, limits),
        blockers=standing,
        strengths=strengths(verdicts, scored),
        work_items=work_items(verdicts, scored, standing),
    )


def categories(verdicts: Iterable[Verdict], thresholds: Thresholds | None = None) -> tuple[CategoryScore, ...]:
    """All ten categories in the order of the report; one without an applicable control has no score."""
    limits = thresholds or Thresholds()
    known = list(verdicts)
    return tuple(
        _category([verdict for verdict in known if verdict.category is category], category, limits)
        for category in Category
    )


def overall(
    scored: Iterable[CategoryScore], standing: Iterable[Blocker] = (), thresholds: Thresholds | None = None
) -> Overall:
    """The whole score from the *shown* category scores, so that a reader can work it out by hand.

    Verdict: `not-ready` with a critical blocker or a score under needs-work, `ready` from the ready line with neither
    a blocker nor a blocking category, `conditional` between. Risk: `low` when ready, `medium` when conditional, `high`
    when not ready, and `critical` when a critical blocker meets a score under needs-work.
    """
    limits = thresholds or Thresholds()
    present = [category for category in scored if category.score is not None]
    critical = any(blocker.severity is Severity.CRITICAL for blocker in standing)
    if not present:
        return Overall(score=None, verdict="not-ready", risk="high")
    score = _half_up(
        Fraction(
            sum(category.weight * (category.score or 0) for category in present),
            sum(category.weight for category in present),
        )
    )
    weak = score < limits.needs_work
    if critical or weak:
        return Overall(score, "not-ready", "critical" if critical and weak else "high")
    if score < limits.ready or any(standing) or any(category.status == "blocking" for category in present):
        return Overall(score, "conditional", "medium")
    return Overall(score, "ready", "low")


def blockers(verdicts: Iterable[Verdict]) -> tuple[Blocker, ...]:
    """The reasons not to deploy, the worst first.

    A control whose certain findings have a place gives one blocker for each of them; without such a finding it is one
    blocker when it scores below the line. What a waiver covers is none.
    """
    found = [blocker for verdict in verdicts for blocker in _blockers(verdict)]
    return tuple(sorted(found, key=_urgency))


def strengths(verdicts: Sequence[Verdict], scored: Iterable[CategoryScore]) -> tuple[Strength, ...]:
    """What already stands, by category: the passed controls and one place where each was seen."""
    return tuple(
        Strength(category.category, category.score, items)
        for category in scored
        if category.score is not None
        and category.score >= STRENGTH_FROM.value
        and (items := tuple(_seen(verdict) for verdict in _passed(verdicts, category.category)))
    )


def work_items(
    verdicts: Sequence[Verdict], scored: Iterable[CategoryScore], standing: Iterable[Blocker]
) -> tuple[WorkItem, ...]:
    """What needs work, by category, the most urgent first: categories short of ready, and any with a blocker.

    The priority is that of the worst blocker; without one, `high` for a blocking category, else `medium`.
    """
    worst: dict[str, Severity] = {}
    for blocker in standing:
        worst[blocker.control] = min(blocker.severity, worst.get(blocker.control, Severity.LOW), key=_rank)
    items = []
    for category in scored:
        unmet = [
            verdict.control
            for verdict in sorted(verdicts, key=lambda verdict: (verdict.severity.rank, verdict.score or 0.0))
            if verdict.category is category.category and verdict.score is not None and verdict.score < 1
        ]
        severities = [worst[control] for control in unmet if control in worst]
        if category.score is None or not unmet or (category.status == "ready" and not severities):
            continue
        fallback = Severity.HIGH if category.status == "blocking" else Severity.MEDIUM
        priority = min(severities, key=_rank, default=fallback)
        items.append(WorkItem(category.category, category.score, priority, tuple(unmet)))
    return tuple(sorted(items, key=lambda item: (item.priority.rank, item.score)))


def _category(verdicts: Sequence[Verdict], category: Category, limits: Thresholds) -> CategoryScore:
    weight = CATEGORY_WEIGHTS[category].value
    applicable = [
        (SEVERITY_WEIGHTS[verdict.severity].value, _exact(verdict.score))
        for verdict in verdicts
        if verdict.score is not None
    ]
    if not applicable:
        return CategoryScore(category, None, "not-applicable", weight)
    points = sum((factor * share for factor, share in applicable), Fraction(0))
    score = _half_up(100 * points / sum(factor for factor, _ in applicable))
    if score >= limits.ready:
        return CategoryScore(category, score, "ready", weight)
    return CategoryScore(category, score, "needs-work" if score >= limits.needs_work else "blocking", weight)


def _blockers(verdict: Verdict) -> Iterable[Blocker]:
    if not verdict.severity.blocks or verdict.score is None:
        return
    certain = [finding for finding in verdict.findings if finding.confidence is Confidence.HIGH]
    for finding in certain:
        if finding.blocker and finding.waived is None and verdict.waived is None:
            yield verdict.blocker(finding)
    if not certain and verdict.waived is None and verdict.score < BLOCKER_BELOW.value:
        yield Blocker(
            control=verdict.control,
            title=verdict.title,
            severity=verdict.severity,
            issue=verdict.summary,
            impact=verdict.impact,
            fix=verdict.fix,
            effort_days=verdict.effort_days,
            fingerprint=capability_fingerprint(verdict.control),
        )


def _urgency(blocker: Blocker) -> tuple[int, int, str, Location, str]:
    category = Category(blocker.control.partition("/")[0])
    weight = CATEGORY_WEIGHTS[category].value
    return blocker.severity.rank, -weight, blocker.control, blocker.location or _NOWHERE, blocker.fingerprint


def _passed(verdicts: Iterable[Verdict], category: Category) -> list[Verdict]:
    passed = [verdict for verdict in verdicts if verdict.category is category and verdict.status is Status.PASS]
    return sorted(passed, key=lambda verdict: verdict.severity.rank)


def _seen(verdict: Verdict) -> str:
    if not verdict.evidence:
        return verdict.title
    first = verdict.evidence[0]
    return f"{verdict.title} ({first.path}:{first.line})" if first.line else f"{verdict.title} ({first.path})"


def _rank(severity: Severity) -> int:
    return severity.rank


def _exact(score: float | None) -> Fraction:
    # The decimal as printed, not its binary neighbour: sums are the same in every order and halves round alike.
    return Fraction(repr(score or 0.0))


def _half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))
