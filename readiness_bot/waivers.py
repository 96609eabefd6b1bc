"""What the owners' waivers do to verdicts, and which of them are expired or cover nothing; reads no file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pathspec import GitIgnoreSpec

from readiness_bot.calibration import HINTS_ONLY
from readiness_bot.model import Confidence, Finding, Kind, Status, Verdict, Waiver


@dataclass(frozen=True, slots=True)
class Applied:
    """Verdicts with the waivers worked in, the waivers in force, and what the reader must be told about the others."""

    verdicts: tuple[Verdict, ...]
    in_force: tuple[Waiver, ...]
    notices: tuple[str, ...]


def apply(verdicts: Sequence[Verdict], waivers: Iterable[Waiver], assessed_on: date, source: str | None) -> Applied:
    """Work the waivers into the verdicts as of a day; `source` is the configuration file's name, for the notices.

    `not-applicable` takes a control, or the places under a path, out of the judgement. `accepted-risk` leaves the
    score as it is and stops only the blocking: a risk that somebody accepted is still there. A waiver holds through
    the day on which it expires.
    """
    known = list(waivers)
    current = tuple(waiver for waiver in known if not _expired(waiver, assessed_on))
    used: set[Waiver] = set()
    applied = tuple(_apply(verdict, current, used) for verdict in verdicts)
    notices = [_notice(waiver, source, waiver in current) for waiver in known if waiver not in used]
    return Applied(applied, current, tuple(notices))


def _expired(waiver: Waiver, day: date) -> bool:
    return waiver.expires is not None and date.fromisoformat(waiver.expires) < day


def _notice(waiver: Waiver, source: str | None, current: bool) -> str:
    place = f"{source or 'configuration'}:{waiver.line}" if waiver.line else source or "configuration"
    where = f" in {waiver.path}" if waiver.path else ""
    if current:
        return f"{place}: the {waiver.kind} waiver of {waiver.control}{where} covers nothing; remove it"
    return f"{place}: the {waiver.kind} waiver of {waiver.control}{where} expired on {waiver.expires}; it counts again"


def _apply(verdict: Verdict, waivers: Iterable[Waiver], used: set[Waiver]) -> Verdict:
    # What does not apply goes first: there is no risk left to accept in it.
    for waiver in sorted(waivers, key=lambda waiver: waiver.kind == "accepted-risk"):
        if waiver.control == verdict.control and verdict.status is not Status.NOT_APPLICABLE:
            changed = _excuse(verdict, waiver) if waiver.kind == "not-applicable" else _accept(verdict, waiver)
            if changed is not verdict:
                used.add(waiver)
                verdict = changed
    return verdict


def _excuse(verdict: Verdict, waiver: Waiver) -> Verdict:
    if waiver.path is None:
        return replace(
            verdict,
            status=Status.NOT_APPLICABLE,
            score=None,
            summary=f"Declared as not applicable: {waiver.reason}",
            findings=tuple(_waive(finding, waiver) for finding in verdict.findings),
            waived=waiver,
        )
    covered = _cover(verdict, waiver)
    if covered is verdict or verdict.kind is not Kind.DEFECT:
        return covered
    left = [finding for finding in covered.findings if finding.waived is None]
    if any(finding.confidence is Confidence.HIGH for finding in left):
        return covered
    summary = f"{verdict.summary} (places under {waiver.path} declared as not applicable: {waiver.reason})"
    if any(finding.confidence is Confidence.MEDIUM for finding in left):
        score = max(verdict.score or 0.0, HINTS_ONLY.value)
        return replace(covered, status=Status.PARTIAL, score=score, summary=summary)
    return replace(covered, status=Status.PASS, score=1.0, summary=summary)


def _accept(verdict: Verdict, waiver: Waiver) -> Verdict:
    if waiver.path is not None:
        return _cover(verdict, waiver)
    if verdict.score is None or (verdict.score >= 1 and not verdict.findings):
        return verdict
    findings = tuple(_waive(finding, waiver) for finding in verdict.findings)
    return replace(verdict, findings=findings, waived=verdict.waived or waiver)


def _cover(verdict: Verdict, waiver: Waiver) -> Verdict:
    pattern = GitIgnoreSpec.from_lines([waiver.path or ""])
    findings = tuple(
        _waive(finding, waiver) if pattern.match_file(finding.location.path) else finding
        for finding in verdict.findings
    )
    return verdict if findings == verdict.findings else replace(verdict, findings=findings)


def _waive(finding: Finding, waiver: Waiver) -> Finding:
    return finding if finding.waived is not None else replace(finding, blocker=False, waived=waiver)
