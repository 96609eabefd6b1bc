"""What a run has to tell of a change, small enough to travel from a fork's run to the one that may write; no layout.

A bulletin is made from deltas, or decoded from a file that a stranger may have written: every text and every list in
it is bounded by its type.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, Literal

import msgspec

from readiness_bot.model import Blocker, Confidence, Delta, Finding, Report, Status, Verdict, Waiver

BYTES = 1024 * 1024
"""The largest file that is taken for a bulletin."""

LISTED = 50
"""Blockers and warnings that a bulletin carries; the counts beside them are of all."""

_Sha = Annotated[str, msgspec.Meta(pattern=r"\A([0-9a-f]{40}|[0-9a-f]{64})\Z")]
_Control = Annotated[str, msgspec.Meta(pattern=r"\A[a-z0-9-]+/[a-z0-9-]+\Z", max_length=80)]
_Text = Annotated[str, msgspec.Meta(max_length=2000)]
_Path = Annotated[str, msgspec.Meta(max_length=4096)]
_Count = Annotated[int, msgspec.Meta(ge=0, le=10_000_000)]
_Points = Annotated[int, msgspec.Meta(ge=0, le=100)]


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A blocker or a warning; `path` is empty where the whole scope lacks something."""

    control: _Control
    issue: _Text
    impact: _Text = ""
    fix: _Text = ""
    path: _Path = ""
    line: _Count = 0
    end_line: _Count = 0
    symbol: _Text = ""
    """The function or class that the place lies in; empty outside of all."""


class Move(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A category's score in base and head, and the controls that explain a difference."""

    category: Annotated[str, msgspec.Meta(max_length=40)]
    before: _Points | None
    after: _Points | None
    because: Annotated[tuple[_Text, ...], msgspec.Meta(max_length=10)] = ()


class Excuse(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A waiver in use; `days` are left until it expires, None where it does not."""

    control: _Control
    kind: Literal["not-applicable", "accepted-risk"]
    reason: _Text
    owner: _Text = ""
    expires: Annotated[str, msgspec.Meta(max_length=10)] = ""
    days: int | None = None


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The news of one scope; `base_score` is None, as is every count, where there was nothing to compare with."""

    scope: _Path
    conclusion: Literal["success", "failure", "neutral"]
    reasons: Annotated[tuple[_Text, ...], msgspec.Meta(max_length=10)]
    score: _Points | None
    base_score: _Points | None
    verdict: Literal["ready", "conditional", "not-ready"]
    new_blockers: _Count
    new_warnings: _Count
    fixed_blockers: _Count
    fixed_findings: _Count
    older: _Count
    waived: _Count
    controls_run: _Count
    controls_absent: _Count
    unread: _Count
    blockers: Annotated[tuple[Item, ...], msgspec.Meta(max_length=LISTED)] = ()
    warnings: Annotated[tuple[Item, ...], msgspec.Meta(max_length=LISTED)] = ()
    moves: Annotated[tuple[Move, ...], msgspec.Meta(max_length=20)] = ()
    excuses: Annotated[tuple[Excuse, ...], msgspec.Meta(max_length=LISTED)] = ()
    policy_changes: Annotated[tuple[_Text, ...], msgspec.Meta(max_length=LISTED)] = ()
    notices: Annotated[tuple[_Text, ...], msgspec.Meta(max_length=LISTED)] = ()


class Bulletin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one run has to tell. `base` is empty where there was nothing to compare with."""

    head: _Sha
    """The commit that people know: a pull request's head, even where its merge was judged."""
    base: Annotated[str, msgspec.Meta(pattern=r"\A([0-9a-f]{40}|[0-9a-f]{64})?\Z")]
    base_branch: Annotated[str, msgspec.Meta(max_length=256)]
    version: Annotated[str, msgspec.Meta(max_length=40)]
    sections: Annotated[tuple[Section, ...], msgspec.Meta(min_length=1, max_length=50)]
    remark: _Text = ""
    """Something unusual about the comparison, such as another base than the reader expects."""
    schema_version: Literal[1] = 1

    @property
    def conclusion(self) -> Literal["success", "failure", "neutral"]:
        """The worst of the sections' conclusions."""
        conclusions = {section.conclusion for section in self.sections}
        if "failure" in conclusions:
            return "failure"
        return "neutral" if "neutral" in conclusions else "success"

    @property
    def new_blockers(self) -> int:
        """How many blockers the change introduces in all scopes."""
        return sum(section.new_blockers for section in self.sections)

    @property
    def fixed_blockers(self) -> int:
        """How many blockers the change fixes in all scopes."""
        return sum(section.fixed_blockers for section in self.sections)

    @property
    def policy_changes(self) -> tuple[str, ...]:
        """What the change alters in the policy it is judged by, each once."""
        return tuple(dict.fromkeys(change for section in self.sections for change in section.policy_changes))

    @property
    def has_news(self) -> bool:
        """Whether anything appeared, went away or moved a score."""
        return bool(self.policy_changes) or any(
            section.new_blockers
            or section.new_warnings
            or section.fixed_findings
            or section.fixed_blockers
            or section.score != section.base_score
            for section in self.sections
        )


def encode(bulletin: Bulletin) -> bytes:
    """The bulletin as JSON that `decode` takes, equal for equal bulletins; lists are cut short where they must be."""
    content = b""
    for blockers, warnings in ((LISTED, LISTED), (LISTED, 0), (5, 0), (0, 0)):
        cut = [
            msgspec.structs.replace(section, blockers=section.blockers[:blockers], warnings=section.warnings[:warnings])
            for section in bulletin.sections
        ]
        content = msgspec.json.encode(msgspec.structs.replace(bulletin, sections=tuple(cut))) + b"\n"
        if len(content) <= BYTES:
            break
    return content


def decode(content: bytes) -> Bulletin:
    """A bulletin from a file of unknown origin.

    Raises ValueError where the file is too large or is anything else than a bulletin.
    """
    if len(content) > BYTES:
        raise ValueError(f"larger than {BYTES} bytes")
    try:
        return msgspec.json.decode(content, type=Bulletin, strict=True)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(str(error)) from error


def from_delta(delta: Delta) -> Section:
    """What a comparison has to tell of its scope."""
    warnings = [finding for finding in delta.new_findings if _is_warning(finding)]
    new = {finding.fingerprint for finding in delta.new_findings}
    section: Section = msgspec.structs.replace(
        from_report(delta.head, delta.gate.conclusion, delta.gate.reasons),
        base_score=delta.base.overall.score,
        new_blockers=len(delta.new_blockers),
        new_warnings=len(warnings),
        fixed_blockers=len(delta.fixed_blockers),
        fixed_findings=len(delta.fixed_findings),
        older=sum(_counts(finding) and finding.fingerprint not in new for finding in delta.head.findings),
        unread=len(delta.skipped),
        blockers=tuple(_blocker(blocker) for blocker in _worst_first(delta.new_blockers)[:LISTED]),
        warnings=tuple(_warning(finding) for finding in warnings[:LISTED]),
        moves=tuple(_moves(delta)),
        policy_changes=_texts(delta.policy_changes)[:LISTED],
    )
    return section


def from_report(
    report: Report, conclusion: Literal["success", "failure", "neutral"], reasons: Iterable[str] = ()
) -> Section:
    """What a report tells of its scope where there is nothing to compare it with."""
    waivers = _waivers(report.verdicts)
    absent = sum(verdict.status is Status.NOT_APPLICABLE for verdict in report.verdicts)
    return Section(
        scope=_cut(report.scope, 4096),
        conclusion=conclusion,
        reasons=_texts(reasons)[:10],
        score=report.overall.score,
        base_score=None,
        verdict=report.overall.verdict,
        new_blockers=0,
        new_warnings=0,
        fixed_blockers=0,
        fixed_findings=0,
        older=sum(_counts(finding) for finding in report.findings),
        waived=len(waivers),
        controls_run=len(report.verdicts) - absent,
        controls_absent=absent,
        unread=len(report.skipped),
        moves=tuple(Move(entry.category.value, None, entry.score) for entry in report.categories),
        excuses=tuple(_excuse(waiver, report.assessed_on) for waiver in waivers[:LISTED]),
        notices=_texts(report.notices)[:LISTED],
    )


def _counts(finding: Finding) -> bool:
    return finding.waived is None and finding.confidence is not Confidence.LOW


def _is_warning(finding: Finding) -> bool:
    return _counts(finding) and not finding.blocker


def _worst_first(blockers: Sequence[Blocker]) -> list[Blocker]:
    return sorted(blockers, key=lambda blocker: blocker.severity.rank)


def _cut(text: str, limit: int = 500) -> str:
    return text[:limit].encode("utf-8", "replace").decode()


def _texts(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(_cut(text) for text in texts)


def _blocker(blocker: Blocker) -> Item:
    place = blocker.location
    return Item(
        control=blocker.control,
        issue=_cut(blocker.issue),
        impact=_cut(blocker.impact),
        fix=_cut(blocker.fix),
        path=_cut(place.path, 4096) if place else "",
        line=place.line if place else 0,
        end_line=place.end_line if place else 0,
        symbol=_cut(place.symbol) if place else "",
    )


def _warning(finding: Finding) -> Item:
    place = finding.location
    return Item(
        control=finding.control,
        issue=_cut(finding.message),
        fix=_cut(finding.fix),
        path=_cut(place.path, 4096),
        line=place.line,
        end_line=place.end_line,
    )


def _excuse(waiver: Waiver, today: str) -> Excuse:
    days = (date.fromisoformat(waiver.expires) - date.fromisoformat(today)).days if waiver.expires else None
    return Excuse(
        waiver.control, waiver.kind, _cut(waiver.reason), _cut(waiver.owner or ""), waiver.expires or "", days
    )


def _waivers(verdicts: Iterable[Verdict]) -> list[Waiver]:
    """The waivers in use, in the order of the controls, each once."""
    used: dict[Waiver, None] = {}
    for verdict in verdicts:
        if verdict.waived:
            used[verdict.waived] = None
        used.update((finding.waived, None) for finding in verdict.findings if finding.waived)
    return list(used)


def _moves(delta: Delta) -> Iterable[Move]:
    before = {entry.category: entry.score for entry in delta.base.categories}
    because = _causes(delta)
    for entry in delta.head.categories:
        yield Move(
            entry.category.value,
            before.get(entry.category),
            entry.score,
            tuple(because.get(entry.category.value, ())[:10]),
        )


def _causes(delta: Delta) -> dict[str, list[str]]:
    """For each category the controls that explain why its score moved, in the order of their weight to the reader."""
    causes: dict[str, str] = {}
    come: tuple[Blocker | Finding, ...] = (*delta.new_blockers, *delta.new_findings)
    gone: tuple[Blocker | Finding, ...] = (*delta.fixed_blockers, *delta.fixed_findings)
    for control in (entry.control for entry in come):
        causes[control] = "new"
    for control in (entry.control for entry in gone):
        causes[control] = "new and fixed" if causes.get(control, "fixed") != "fixed" else "fixed"
    for change in delta.control_changes:
        causes.setdefault(change.control, f"{change.before.value} → {change.after.value}")
    grouped: dict[str, list[str]] = {}
    for control, what in causes.items():
        grouped.setdefault(control.partition("/")[0], []).append(f"`{control}` {what}")
    return grouped
