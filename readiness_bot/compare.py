"""Two reports subtracted: what a change introduced, fixed and altered, and whether it may pass; judges no tree."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TypeVar

from readiness_bot.calibration import BLOCKER_BELOW, LEAST_FALL
from readiness_bot.edits import Edits, narrowed, none_seen
from readiness_bot.losses import in_words, losses
from readiness_bot.model import (
    Blocker,
    Delta,
    Effort,
    Finding,
    Gate,
    Location,
    Report,
    Skipped,
    Status,
    StatusChange,
    Verdict,
)
from readiness_bot.settings import Policy

_Item = TypeVar("_Item")


_BEFORE = "this change takes away {}"
_NOW = "this change adds {}"

_QUOTED = re.compile(r"`[^`]*`|^Everything\b")
"""What a message says of one place: a name, and what stands for all names."""
_PLACE = re.compile(r"\S+:\d+")
"""A place that a message tells."""


class Stage(IntEnum):
    """How a finding of base was recognised in head, the surest way first."""

    EXACT = 1
    RENAMED = 2
    MOVED = 3
    ELSEWHERE = 4
    EDITED = 5
    REWRITTEN = 6
    CARRIED = 7


@dataclass(frozen=True, slots=True)
class Pair:
    """One finding as base and head show it."""

    base: Finding
    head: Finding
    stage: Stage

    @property
    def same_place(self) -> bool:
        """Whether neither the statement nor what encloses it changed."""
        return self.stage in (Stage.EXACT, Stage.RENAMED)


@dataclass(frozen=True, slots=True)
class Matching:
    """The findings of two trees, paired off; what is left is new in head or gone from base."""

    pairs: tuple[Pair, ...]
    gone: tuple[Finding, ...]
    new: tuple[Finding, ...]


def compare(
    base: Report,
    head: Report,
    renames: Mapping[str, str],
    policy: Policy | None = None,
    policy_changes: Sequence[str] = (),
    *,
    added: Container[str] = (),
    removed: Container[str] = (),
    unchanged: Container[str] = (),
    edits: tuple[Edits, Edits] = (none_seen, none_seen),
) -> Delta:
    """Subtract base from head. `renames` leads from a path in head to its path in base; a missing one is unchanged.

    What one side could not read decides nothing: findings in such a file are neither new nor fixed, and a control
    that is `unknown`, or that rests on such a file, makes no blocker come or go. What a finding elsewhere rests on may
    stand in such a file too: where one side alone read a file, findings in files that are the same on both sides
    (`unchanged`, by head's paths) neither come nor go, and where it is head that cannot read it, nothing is fixed at
    all. A file that only head has (`added`) changes none of this. What was wrong in a file that is gone (`removed`) and
    is wrong in the same way in a function of that name of an added one was written anew, and is no other defect; nor is
    one in a function that went from one file into another, as far as that is seen.

    What base kept safe and head leaves open is new as well, whether or not an open one would block by itself; what
    keeps it may stand in any file, so that this is told only where both sides read the same ones. It is told where
    the change took it away, if that is seen from the `edits` of a path from base to head, and from head to base.
    """
    unread_base = _Unread(base.skipped)
    unread_head = _Unread(head.skipped)
    later = {old: new for new, old in renames.items()}

    def moved(one: Finding, other: Finding) -> bool:
        """Whether the function of a finding of base was taken out of its file, and put into that of one of head."""
        name = re.compile(rf"\b(def|class) {re.escape(one.location.symbol.rpartition('.')[2])}\b")
        out, into = edits[0](_at(one, later)), edits[1](_at(other, renames))
        return all(any(name.search(edit.gone) for edit in there) for there in (out, into))

    matching = match(base.findings, head.findings, renames, removed, added, moved)
    lost = any(
        entry.path not in added and not unread_base.covers(renames.get(entry.path, entry.path))
        for entry in head.skipped
    )
    regained = any(not unread_head.covers(later.get(entry.path, entry.path)) for entry in base.skipped)

    def is_blind(path: str) -> bool:
        """Whether findings at a path of head may come and go with what one side could not read."""
        return (lost or regained) and path in unchanged

    appeared = [
        finding
        for finding in matching.new
        if not unread_base.covers(_at(finding, renames)) and not is_blind(finding.location.path)
    ]
    gone = [
        finding
        for finding in matching.gone
        if not (lost or unread_head.covers(_at(finding, later)) or is_blind(_at(finding, later)))
    ]
    credited = {id(finding) for finding in gone}
    kept = [finding for finding in matching.gone if id(finding) not in credited]

    # A hint that turns certain is a new blocker, at an untouched place too: both trees are judged by one tool in one
    # run, so that whatever made it certain is in the change, be it a caller that hands request data in or a check
    # that is no longer made in another file. The same holds for a blocker that fades to a hint: it is fixed.
    changed = [pair for pair in matching.pairs if not is_blind(pair.head.location.path)]
    risen = [pair.head for pair in changed if _rises(pair)]
    faded = [] if lost else [pair.base for pair in changed if _fades(pair)]
    comparable = _comparable_controls(base, head, unread_base, unread_head)
    new_blockers = _located(head.blockers, [*appeared, *risen]) + _capabilities(head, base, comparable)
    fixed_capabilities = [] if lost else _capabilities(base, head, comparable)
    fixed_blockers = _located(base.blockers, [*gone, *faded]) + fixed_capabilities
    blind = lost or regained
    lost_there = () if blind else losses(base, head, renames, since=_BEFORE)
    gained_there = () if blind else losses(head, base, later, since=_NOW)
    taken_away = _at_edits(_untold(lost_there, new_blockers), edits[0])
    put_there = _at_edits(_untold(gained_there, fixed_blockers), edits[1])
    lost_there, gained_there = _at_edits(lost_there, edits[0]), _at_edits(gained_there, edits[1])
    open_still = _located(base.blockers, kept)
    return Delta(
        base=base,
        head=head,
        new_blockers=(*_said(_in_order(head.blockers, new_blockers), lost_there), *_blockers(taken_away, head)),
        fixed_blockers=(*_said(_in_order(base.blockers, fixed_blockers), gained_there), *_blockers(put_there, base)),
        new_findings=(*_in_order(head.findings, _beside(appeared, taken_away) + risen), *taken_away),
        fixed_findings=(*_in_order(base.findings, _beside(gone, put_there)), *put_there),
        control_changes=status_changes(base.verdicts, head.verdicts),
        gate=gate(base, head, [*new_blockers, *_blockers(taken_away, head)], policy or Policy(), open_still),
        skipped=_skipped(base.skipped, head.skipped),
        policy_changes=tuple(policy_changes),
    )


def _comparable_controls(base: Report, head: Report, unread_base: _Unread, unread_head: _Unread) -> set[str]:
    """The controls whose verdicts may be held against each other."""
    verdicts = {verdict.control: verdict for verdict in base.verdicts}
    return {
        verdict.control
        for verdict in head.verdicts
        if verdict.control in verdicts and _comparable(verdicts[verdict.control], verdict, unread_base, unread_head)
    }


def match(
    base: Iterable[Finding],
    head: Iterable[Finding],
    renames: Mapping[str, str],
    removed: Container[str] = (),
    added: Container[str] = (),
    moved: Callable[[Finding, Finding], bool] = lambda _, __: False,
) -> Matching:
    """Pair the findings of two trees in stages, each a multiset subtraction of what the stage before left.

    `moved` tells whether the function of the first went into the file of the second, where neither file came or went.

    Two equal defects where there was one leave one as new. Within a stage equals are paired in the order of their
    places, so that the result does not depend on the order given.
    """
    left = sorted(base, key=_place)
    right = sorted(head, key=_place)
    pairs: list[Pair] = []
    for stage in Stage:
        waiting: dict[Hashable, list[Finding]] = defaultdict(list)
        for finding in reversed(left):
            key = _key(stage, finding, finding.location.path)
            if key is not None and (stage is not Stage.REWRITTEN or finding.location.path in removed):
                waiting[key].append(finding)
        unmatched = []
        for finding in right:
            path = finding.location.path
            key = _key(stage, finding, path if stage is Stage.EXACT else renames.get(path, path))
            if (
                key is None
                or not waiting[key]
                or (stage is Stage.REWRITTEN and path not in added)
                or (stage is Stage.CARRIED and not _is_carried(waiting[key][-1], finding, removed, added, moved))
            ):
                unmatched.append(finding)
            else:
                pairs.append(Pair(waiting[key].pop(), finding, stage))
        right = unmatched
        taken = {id(pair.base) for pair in pairs}
        left = [finding for finding in left if id(finding) not in taken]
    return Matching(tuple(pairs), tuple(left), tuple(right))


def _is_carried(
    base: Finding,
    head: Finding,
    removed: Container[str],
    added: Container[str],
    moved: Callable[[Finding, Finding], bool],
) -> bool:
    """Whether the function of a finding went from one file into another."""
    is_of_one_side = base.location.path in removed or head.location.path in added
    return is_of_one_side or (base.location.path != head.location.path and moved(base, head))


def status_changes(before: Iterable[Verdict], after: Iterable[Verdict]) -> tuple[StatusChange, ...]:
    """The controls whose status differs, in head's order, with what head saw as the reason."""
    statuses = {verdict.control: verdict.status for verdict in before}
    return tuple(
        StatusChange(verdict.control, statuses[verdict.control], verdict.status, verdict.summary)
        for verdict in after
        if statuses.get(verdict.control, verdict.status) is not verdict.status
    )


def gate(
    base: Report,
    head: Report,
    new_blockers: Sequence[Blocker],
    policy: Policy,
    open_still: Sequence[Blocker] = (),
) -> Gate:
    """Whether the change may pass. `open_still` are base's blockers in files that head left unreadable.

    `neutral` where nothing could be judged, and where there is something to say that the policy does not enforce.
    """
    if head.overall.score is None:
        return Gate("neutral", ("nothing to judge: no control applies",))
    reasons = _reasons(base, head, new_blockers, policy, open_still)
    if reasons:
        return Gate("failure", tuple(reasons))
    if new_blockers:
        return Gate(
            "neutral", (f"{_count(len(new_blockers), 'new blocker')}, not enforced by fail-on: {policy.fail_on}",)
        )
    return Gate("success", ("no new blockers",))


def score_gate(report: Report, policy: Policy) -> Gate:
    """Whether a tree passes on its own: `any-blocker`, `min-score:N` and the least score; the others need a base."""
    if report.overall.score is None:
        return Gate("neutral", ("nothing to judge: no control applies",))
    reasons = _reasons(report, report, (), policy, ())
    if reasons:
        return Gate("failure", tuple(reasons))
    return Gate("success", (f"score {report.overall.score}",))


def _reasons(
    base: Report, head: Report, new_blockers: Sequence[Blocker], policy: Policy, open_still: Sequence[Blocker]
) -> Iterable[str]:
    reasons = []
    rule = policy.fail_on
    score = head.overall.score or 0
    if rule.kind == "new-blockers" and new_blockers:
        reasons.append(_count(len(new_blockers), "new blocker"))
    if rule.kind == "any-blocker" and (head.blockers or open_still):
        reasons.append(_count(len(head.blockers) + len(open_still), "blocker"))
    if rule.kind == "score-drop" and base.overall.score is not None and base.overall.score - score >= rule.points:
        reasons.append(f"score falls from {base.overall.score} to {score}, {rule.points} points or more")
    if rule.kind == "min-score" and score < rule.points:
        reasons.append(f"score {score} is below {rule.points}")
    if rule.kind != "never" and policy.min_score is not None and score < policy.min_score:
        reasons.append(f"score {score} is below the least one of {policy.min_score}")
    return reasons


def _key(stage: Stage, finding: Finding, path: str) -> Hashable | None:
    place = finding.location
    if stage in (Stage.EXACT, Stage.RENAMED):
        return finding.control, path, place.symbol, place.statement
    if stage is Stage.EDITED:
        # The statement was rewritten where it stood and is wrong in the same way, whatever it calls by now: the defect
        # was edited, not replaced. A new one beside it finds no partner, since each is paired once.
        return finding.control, path, place.symbol, _QUOTED.sub("``", finding.message)
    if stage is Stage.REWRITTEN:
        # A file that was written anew under another name does in its functions what the one did that is gone.
        function = place.symbol.rpartition(".")[2]
        return (finding.control, function, _PLACE.sub("", _QUOTED.sub("``", finding.message))) if function else None
    if stage is Stage.CARRIED:
        # A function that was carried over into another file, and edited on the way.
        return (
            (finding.control, place.symbol, _PLACE.sub("", _QUOTED.sub("``", finding.message)))
            if place.symbol
            else None
        )
    if not place.statement:
        return None  # a file as a whole cannot move into another file
    if stage is Stage.MOVED:
        return finding.control, place.symbol, place.statement
    return finding.control, place.statement


def _fades(pair: Pair) -> bool:
    """Whether a blocker has become a hint, other than by a waiver."""
    return pair.base.blocker and not pair.head.blocker and pair.head.waived is None


def _rises(pair: Pair) -> bool:
    # What a waiver for a path held stays held when the file is merely renamed.
    kept_waived = pair.base.waived is not None and pair.same_place
    return pair.head.blocker and not pair.base.blocker and not kept_waived


def _at(finding: Finding, renames: Mapping[str, str]) -> str:
    return renames.get(finding.location.path, finding.location.path)


def _place(finding: Finding) -> tuple[object, ...]:
    return finding.control, finding.location, finding.fingerprint


class _Unread:
    """The paths that one side could not read; a directory or submodule stands for everything under it."""

    def __init__(self, skipped: Iterable[Skipped]) -> None:
        self._paths = frozenset(entry.path for entry in skipped)

    def covers(self, path: str) -> bool:
        return bool(self._paths) and any(prefix in self._paths for prefix in _prefixes(path))


def _prefixes(path: str) -> Iterable[str]:
    yield path
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _comparable(before: Verdict, after: Verdict, unread_base: _Unread, unread_head: _Unread) -> bool:
    if Status.UNKNOWN in (before.status, after.status):
        return False
    lost = any(unread_head.covers(evidence.path) for evidence in before.evidence)
    found = any(unread_base.covers(evidence.path) for evidence in after.evidence)
    return not lost and not found


def _located(blockers: Iterable[Blocker], findings: Iterable[Finding]) -> list[Blocker]:
    wanted = {(finding.control, finding.fingerprint) for finding in findings}
    return [blocker for blocker in blockers if blocker.location and (blocker.control, blocker.fingerprint) in wanted]


def _capabilities(report: Report, other: Report, comparable: set[str]) -> list[Blocker]:
    # By score and not by the other side's blockers: a capability that was missing under a waiver was missing.
    scores = {verdict.control: verdict.score or 0.0 for verdict in report.verdicts}
    missing = {
        verdict.control
        for verdict in other.verdicts
        if verdict.score is not None
        and (verdict.score < BLOCKER_BELOW.value or verdict.score - scores.get(verdict.control, 0.0) < LEAST_FALL.value)
    }
    return [
        blocker
        for blocker in report.blockers
        if blocker.location is None and blocker.control in comparable and blocker.control not in missing
    ]


def _untold(found: Iterable[Finding], told: Sequence[Blocker]) -> list[Finding]:
    """The losses that no blocker tells yet, be it at the place or of the control as a whole."""
    return [finding for finding in found if not any(_tells(blocker, finding) for blocker in told)]


def _at_edits(found: Iterable[Finding], edits: Edits) -> tuple[Finding, ...]:
    """The losses at the edits that made them, where a function as a whole would be told of else."""
    return tuple(replace(one, location=narrowed(one.location, one.message, edits)) for one in found)


def _said(blockers: Iterable[Blocker], found: Sequence[Finding]) -> Iterator[Blocker]:
    """The blockers, those of a control as a whole at the first place where the change did something to it.

    What it did there is told before what the control counts.
    """
    for blocker in blockers:
        told = [finding for finding in found if finding.control == blocker.control]
        if blocker.location is not None or not told:
            yield blocker
        else:
            issue = f"{in_words(told)} {blocker.issue}"
            yield _brought_back(replace(blocker, location=told[0].location, issue=issue, fix=told[0].fix))


def _tells(blocker: Blocker, finding: Finding) -> bool:
    place = blocker.location
    return blocker.control == finding.control and (place is None or _overlap(place, finding.location))


def _overlap(one: Location, other: Location) -> bool:
    return (
        one.path == other.path
        and one.line <= max(other.line, other.end_line)
        and other.line <= max(one.line, one.end_line)
    )


def _beside(found: Iterable[Finding], lost: Sequence[Finding]) -> list[Finding]:
    """The findings whose place is not told as a loss."""
    return [
        finding
        for finding in found
        if not any(finding.control == other.control and _overlap(finding.location, other.location) for other in lost)
    ]


def _blockers(found: Iterable[Finding], report: Report) -> Iterable[Blocker]:
    verdicts = {verdict.control: verdict for verdict in report.verdicts}
    return [_brought_back(verdicts[finding.control].blocker(finding)) for finding in found if finding.blocker]


def _brought_back(blocker: Blocker) -> Blocker:
    """The blocker with the effort of bringing back what stood there, which is known and needs no plan."""
    return replace(blocker, effort_days=min(blocker.effort_days, Effort.HOURS.days))


def _in_order(ranked: Sequence[_Item], chosen: Sequence[_Item]) -> tuple[_Item, ...]:
    wanted = {id(item) for item in chosen}
    return tuple(item for item in ranked if id(item) in wanted)


def _skipped(base: Iterable[Skipped], head: Iterable[Skipped]) -> tuple[Skipped, ...]:
    on_head = set(head)
    only_base = {Skipped(entry.path, f"{entry.reason} (in base)") for entry in base if entry not in on_head}
    return tuple(sorted(on_head | only_base))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
