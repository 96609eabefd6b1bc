"""Reports and comparisons as Markdown: the executive summary, with the evidence below it; judges nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from readiness_bot.model import Category, Delta, Evidence, Finding, Report, Severity, Skipped, Status, Verdict
from readiness_bot.render import wording
from readiness_bot.render.escaping import code, prose, short_path
from readiness_bot.render.wording import MARKS

PLACES = 10
"""Places listed of one blocker; the evidence at the end has all of them."""

STRENGTHS = 6
"""Items listed of a category that stands."""

LITERAL = 120
"""A literal to paste is shown whole up to this many characters; other words are cut sooner."""

SENTENCE = 400
"""The most characters of one text of the judged repository."""

_PRIORITIES = {
    Severity.CRITICAL: "critical blocker",
    Severity.HIGH: "high priority",
    Severity.MEDIUM: "medium priority",
    Severity.LOW: "low priority",
}


def render(subject: Report | Delta) -> str:
    """The Markdown of a report or of a comparison, ending in one line feed."""
    lines = _report(subject) if isinstance(subject, Report) else _delta(subject)
    return "\n".join(lines).rstrip("\n") + "\n"


def _report(report: Report) -> Iterable[str]:
    overall = report.overall
    yield "# 🎯 Production readiness: executive summary"
    yield ""
    yield f"**Repository**: {_title(report)}  "
    yield f"**Date**: {wording.day(report.assessed_on)}  "
    yield f"**Overall readiness**: **{wording.percent(overall.score)}**  "
    yield f"**Status**: {MARKS[overall.verdict]} **{wording.VERDICTS[overall.verdict].upper()}**"
    yield from _heading("📊 Quick facts")
    yield from ("### Size of the code", "")
    yield from (f"- **{number}** {words}" for number, words in wording.facts(report))
    yield from ("", "### Readiness by category", "")
    yield from _categories(report)
    yield from _heading("🚨 Critical blockers")
    yield from _blockers(wording.grouped(report.blockers, report.verdicts))
    yield from _heading("✅ What is ready for production")
    yield from _strengths(report)
    yield from _heading("⚠️ What needs work")
    yield from _work(report)
    yield from _heading("🎯 Path to production")
    yield from _plan(report)
    yield from _heading("💰 Resources")
    yield from _resources(report)
    yield from _heading("🚦 Recommendation")
    yield from _recommendation(report)
    yield from _heading("🔎 Evidence")
    yield from _evidence(report)
    yield from _notices(report.notices)
    yield from _skipped(report.skipped)
    yield from ("", "---", "")
    yield f"**Assessed on**: {wording.day(report.assessed_on)}  "
    yield f"**Next review**: {wording.day(report.next_review_on)}{_review_reason(report)}"


def _delta(delta: Delta) -> Iterable[str]:
    words = {"success": "✅ may pass", "failure": "❌ must not pass", "neutral": "⚠️ not enforced"}
    base, head = delta.base.overall.score, delta.head.overall.score
    yield "# 🎯 Production readiness: what this change does"
    yield ""
    yield f"**Repository**: {_title(delta.head)}, compared with {code(wording.commit(delta.base))}  "
    yield f"**Date**: {wording.day(delta.head.assessed_on)}  "
    moved = wording.points(delta.overall)
    yield f"**Overall readiness**: {wording.percent(base)} → **{wording.percent(head)}** ({moved})  "
    yield f"**Gate**: {words[delta.gate.conclusion]}: {'; '.join(prose(reason) for reason in delta.gate.reasons)}"
    yield from _heading("🚨 New blockers")
    yield from _blockers(wording.brought(delta.new_blockers, delta.head.verdicts))
    yield from _heading("✅ Fixed blockers")
    fixed = wording.grouped(delta.fixed_blockers, delta.base.verdicts)
    for group in fixed:
        where = f" in {wording.count(len(group.places), 'place')}" if group.places else ""
        yield f"- **{prose(group.title)}**{where} ({code(group.control)})"
    if not fixed:
        yield "None."
    yield from _heading("📊 Categories")
    yield from _moves(delta)
    if delta.control_changes:
        yield from _heading("🔁 Controls that changed")
        yield from ("| Control | Base | Head | Why |", "| --- | --- | --- | --- |")
        for change in delta.control_changes:
            before, after = wording.STATUSES[change.before], wording.STATUSES[change.after]
            yield f"| {code(change.control)} | {before} | {after} | {prose(change.why, SENTENCE)} |"
    hints = wording.hints(delta.new_findings)
    if hints:
        yield from _heading("💡 New hints (not blocking)")
        yield from (f"- {_finding(finding)} ({code(finding.control)})" for finding in hints)
    if delta.policy_changes:
        yield from _heading("📜 This change alters the policy")
        yield from (f"- {prose(change, SENTENCE)}" for change in delta.policy_changes)
    yield from _notices(delta.head.notices)
    yield from _skipped(delta.skipped)


def _heading(title: str) -> tuple[str, ...]:
    return ("", "---", "", f"## {title}", "")


def _title(report: Report) -> str:
    scope = "" if report.scope == "." else f", {_place(report.scope)}"
    return f"{prose(report.name)} at {code(wording.commit(report))}{scope}"


def _categories(report: Report) -> Iterable[str]:
    yield from ("| Category | Score | Status | Weight |", "| --- | --: | --- | --: |")
    for category in report.categories:
        status, words = wording.standing(category, report.blockers)
        cells = [category.category.title, wording.percent(category.score), f"{MARKS[status]} {words}"]
        if category.status == "blocking":
            cells = [f"**{cell}**" for cell in cells]
        yield f"| {' | '.join(cells)} | {category.weight} |"


def _blockers(groups: Sequence[wording.Group]) -> Iterable[str]:
    if not groups:
        yield "None."
    for number, group in enumerate(groups, 1):
        if number > 1:
            yield ""
        severity = "CRITICAL" if group.severity.rank == 0 else "HIGH PRIORITY"
        yield f"### {number}. {prose(group.title)} {MARKS[group.severity.value]} **{severity}**"
        yield ""
        yield f"- **Issue**: {prose(group.issue, SENTENCE)}"
        yield f"- **Impact**: {prose(group.impact, SENTENCE)}"
        yield f"- **Fix**: {prose(group.fix, SENTENCE, LITERAL)}"
        yield f"- **Fix time**: {wording.span(group.days)} ({code(group.control)})"
        yield from _where(group)


def _where(group: wording.Group) -> Iterable[str]:
    if group.seen:
        yield "- **Seen**:"
        yield from (f"  - {_seen(evidence)}" for evidence in group.seen[:PLACES])
    if group.looked_in:
        yield f"- **Looked in**: {', '.join(prose(place) for place in group.looked_in)}"
    if group.places:
        yield "- **Where**:"
    spots = group.spots
    for spot in spots[:PLACES]:
        message = f": {prose(spot.issue, SENTENCE)}" if len(group.places) > 1 else ""
        further = f" ({wording.further_lines(spot.lines)})" if spot.lines else ""
        yield f"  - {_place(spot.location.path, spot.location.line)}{message}{further}"
    if len(spots) > PLACES:
        yield f"  - and {wording.places_in(spots[PLACES:])} more, all listed under evidence"


def _strengths(report: Report) -> Iterable[str]:
    if not report.strengths:
        yield "No category stands firm enough to be named."
    status = {category.category: category.status for category in report.categories}
    for number, strength in enumerate(report.strengths, 1):
        name = strength.category.title + ("" if status[strength.category] == "ready" else " foundation")
        yield f"{number}. **{name}** ({strength.score}%)"
        yield from (f"   - {prose(item, SENTENCE)}" for item in strength.items[:STRENGTHS])
        if len(strength.items) > STRENGTHS:
            yield f"   - and {len(strength.items) - STRENGTHS} more"


def _work(report: Report) -> Iterable[str]:
    if not report.work_items:
        yield "Nothing."
    for number, item in enumerate(report.work_items, 1):
        controls = ", ".join(code(control.partition("/")[2]) for control in item.controls)
        yield f"{number}. **{item.category.title}** ({item.score}%), {_PRIORITIES[item.priority]}: {controls}"


def _plan(report: Report) -> Iterable[str]:
    numbers = wording.plan_numbers(report)
    for index, phase in enumerate(report.plan.phases, 1):
        yield f"### Phase {index}: {phase.title} ({wording.weeks(phase.weeks)})"
        yield ""
        for number, step in enumerate(phase.steps, numbers[phase.title]):
            controls = ", ".join(code(control.partition("/")[2]) for control in step.controls)
            aim = f": {controls}" if controls else ""
            yield f"{number}. {step.title}{aim} ({step.role.value}, {wording.span(step.days)})"
        yield ""
    yield f"**Total time**: **{wording.weeks(report.plan.total_weeks)}** with the team below working in parallel"


def _resources(report: Report) -> Iterable[str]:
    yield from ("**Team**:", "")
    yield from (f"- {wording.member(person)}" for person in report.resources.team)
    if report.resources.infrastructure:
        yield from ("", "**Infrastructure**:", "")
        yield from (f"- {item}" for item in report.resources.infrastructure)


def _recommendation(report: Report) -> Iterable[str]:
    advice = report.recommendation
    if advice.deploy:
        yield "**DEPLOY**: nothing that was looked for stands in the way."
        yield ""
        yield f"**Current risk level**: **{advice.risk.upper()}**"
        return
    conditional = report.overall.verdict == "conditional"
    yield f"**{'DEPLOY ONCE' if conditional else 'DO NOT DEPLOY TO PRODUCTION UNTIL'}** all of these hold:"
    yield ""
    yield from (f"{number}. {prose(condition, SENTENCE)}" for number, condition in enumerate(advice.until, 1))
    yield ""
    ending = ". Deployed as it is:" if advice.consequences else ""
    yield f"**Current risk level**: **{advice.risk.upper()}**{ending}"
    if advice.consequences:
        yield ""
        yield from (f"- {prose(consequence, SENTENCE)}" for consequence in advice.consequences)


def _review_reason(report: Report) -> str:
    first = report.plan.phases[0].title
    return f" (when phase 1, {first.lower()}, should be done)" if len(report.plan.phases) > 1 else ""


def _evidence(report: Report) -> Iterable[str]:
    yield "Every control, what it answered, and where that was seen."
    for category in Category:
        verdicts = [verdict for verdict in report.verdicts if verdict.category is category]
        if not verdicts:
            continue
        score = next(each.score for each in report.categories if each.category is category)
        applying = sum(verdict.score is not None for verdict in verdicts)
        heading = f"{category.title}: {wording.percent(score)}, {wording.count(applying, 'control')}"
        if len(verdicts) > applying:
            heading += f" ({len(verdicts) - applying} not applicable)"
        yield from ("", f"<details><summary>{heading}</summary>", "")
        for verdict in verdicts:
            yield from _verdict(verdict)
        yield from ("", "</details>")


def _verdict(verdict: Verdict) -> Iterable[str]:
    mark = MARKS[verdict.status.value]
    score = "" if verdict.score is None else f" {verdict.score:g}"
    status = f"{mark} {wording.STATUSES[verdict.status]}{score}"
    yield f"- {status} · {code(verdict.control)} ({verdict.severity.value}): {prose(verdict.summary, SENTENCE)}"
    if verdict.waived is not None and verdict.status is not Status.NOT_APPLICABLE:
        waiver = verdict.waived
        owner, reason = prose(waiver.owner or ""), prose(waiver.reason, SENTENCE)
        yield f"  - risk accepted by {owner} until {waiver.expires}: {reason}"
    yield from (f"  - {_seen(evidence)}" for evidence in verdict.evidence)
    yield from (f"  - {_finding(finding)}" for finding in verdict.findings)
    if not verdict.evidence and not verdict.findings and verdict.looked_in:
        yield f"  - looked in {', '.join(prose(place) for place in verdict.looked_in)}"


def _place(path: str, line: int = 0) -> str:
    return code(f"{short_path(path)}:{line}" if line else short_path(path), SENTENCE)


def _seen(evidence: Evidence) -> str:
    return f"{_place(evidence.path, evidence.line)} {prose(evidence.detail, SENTENCE)}"


def _finding(finding: Finding) -> str:
    place = _place(finding.location.path, finding.location.line)
    symbol = f" in {code(finding.location.symbol)}" if finding.location.symbol else ""
    note = f"{finding.confidence.value} confidence"
    if finding.waived is not None:
        note = f"waived ({finding.waived.kind}): {prose(finding.waived.reason)}"
    return f"{place}{symbol}: {prose(finding.message, SENTENCE)} ({note})"


def _moves(delta: Delta) -> Iterable[str]:
    before = {category.category: category.score for category in delta.base.categories}
    changed = [category for category in delta.head.categories if category.score != before[category.category]]
    if changed:
        yield from ("| Category | Base | Head | | Status |", "| --- | --: | --: | --: | --- |")
    for category in changed:
        old, new = before[category.category], category.score
        moved = wording.points(None if old is None or new is None else new - old)
        status = f"{MARKS[category.status]} {wording.CATEGORY_STATUSES[category.status]}"
        yield f"| {category.category.title} | {wording.percent(old)} | {wording.percent(new)} | {moved} | {status} |"
    same = [
        f"{category.category.title} {wording.percent(category.score)}"
        for category in delta.head.categories
        if category not in changed and category.score is not None
    ]
    if same:
        yield from (("",) if changed else ())
        yield f"Unchanged: {', '.join(same)}."


def _notices(notices: Sequence[str]) -> Iterable[str]:
    if notices:
        yield from _heading("📌 Notices")
        yield from (f"- {prose(notice, SENTENCE)}" for notice in notices)


def _skipped(skipped: Sequence[Skipped]) -> Iterable[str]:
    if skipped:
        yield from _heading("📂 Not read")
        yield from (f"- {_place(entry.path)}: {prose(entry.reason)}" for entry in skipped)
