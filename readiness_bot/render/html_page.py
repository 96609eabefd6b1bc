"""Reports and comparisons as one HTML page that needs nothing else, light or dark; judges nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from readiness_bot import __version__
from readiness_bot.model import Category, Delta, Evidence, Finding, Report, Skipped, Status, Verdict
from readiness_bot.render import wording
from readiness_bot.render.escaping import plain, short_path
from readiness_bot.render.page_style import STYLE

PLACES = 10
SENTENCE = 400
_CODE = re.compile(r"`([^`]+)`")
_TONES = {
    "ready": "good", "conditional": "warn", "not-ready": "bad", "needs-work": "warn", "blocking": "bad",
    "not-applicable": "none", "pass": "good", "partial": "warn", "fail": "bad", "unknown": "none",
    "critical": "bad", "high": "bad", "medium": "warn", "low": "none",
    "success": "good", "failure": "bad", "neutral": "warn",
}  # fmt: skip
_MARKS = {"good": "✓", "warn": "!", "bad": "✗", "none": "–"}
_GATE = {"success": "May pass", "failure": "Must not pass", "neutral": "Not enforced"}

# Nothing is loaded and nothing runs, whatever a file's name tries.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def render(subject: Report | Delta) -> str:
    """The page of a report or of a comparison, ending in one line feed."""
    if isinstance(subject, Report):
        return _page(f"Production readiness of {plain(subject.name)}", _report(subject))
    return _page(f"What a change does to {plain(subject.head.name)}", _delta(subject))


def _page(title: str, body: Iterable[str]) -> str:
    head = (
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{escape(title)}</title>",
        f"<style>{STYLE}</style>",
        "</head>",
        "<body>",
        '<a class="skip" href="#main">To the content</a>',
    )
    return "\n".join((*head, *body, "</body>", "</html>")) + "\n"


def _report(report: Report) -> Iterable[str]:
    overall = report.overall
    tone = _TONES[overall.verdict]
    yield "<header>"
    yield _ring(overall.score, tone)
    yield f"<div><h1>Production readiness of {_text(report.name)}</h1>"
    risk = f"Risk of deploying today: <strong>{overall.risk}</strong>"
    yield f"<p>{_tag(wording.VERDICTS[overall.verdict], tone)} {risk}</p>"
    yield f'<p class="quiet">{_subject(report)} · assessed on {wording.day(report.assessed_on)}</p></div>'
    yield "</header>"
    yield '<main id="main">'
    yield from _section("Categories", _categories(report))
    yield from _section("Quick facts", _facts(report))
    groups = wording.grouped(report.blockers, report.verdicts)
    yield from _section(f"Critical blockers ({len(groups)})", _blockers(groups))
    yield from _section("What is ready for production", _strengths(report))
    yield from _section("What needs work", _work(report))
    yield from _section(f"Path to production: {wording.weeks(report.plan.total_weeks)}", _plan(report))
    yield from _section("Resources", _resources(report))
    yield from _section("Recommendation", _recommendation(report))
    yield from _section("Evidence", _evidence(report))
    yield from _remarks(report.notices, report.skipped)
    yield "</main>"
    review = f"Next review on {wording.day(report.next_review_on)}."
    yield f'<footer class="quiet">{review} readiness-bot {escape(__version__)}</footer>'


def _delta(delta: Delta) -> Iterable[str]:
    tone = _TONES[delta.gate.conclusion]
    base, head = delta.base.overall.score, delta.head.overall.score
    reasons = "; ".join(_text(reason) for reason in delta.gate.reasons)
    yield "<header>"
    yield _ring(head, _TONES[delta.head.overall.verdict])
    yield f"<div><h1>What this change does to {_text(delta.head.name)}</h1>"
    yield f"<p>{_tag(_GATE[delta.gate.conclusion], tone)} {reasons}</p>"
    moved = wording.points(delta.overall)
    yield f"<p>Score {wording.percent(base)} → <strong>{wording.percent(head)}</strong> ({moved})</p>"
    yield f'<p class="quiet">{_subject(delta.head)} compared with <code>{wording.commit(delta.base)}</code></p></div>'
    yield "</header>"
    yield '<main id="main">'
    yield from _section("New blockers", _blockers(wording.brought(delta.new_blockers, delta.head.verdicts)))
    yield from _section("Fixed blockers", _fixed(delta))
    yield from _section("Categories", _moves(delta))
    if delta.control_changes:
        yield from _section("Controls that changed", _changes(delta))
    hints = wording.hints(delta.new_findings)
    if hints:
        yield from _section("New hints (not blocking)", _list(_finding(each, control=True) for each in hints))
    if delta.policy_changes:
        yield from _section("This change alters the policy", _list(_text(each) for each in delta.policy_changes))
    yield from _remarks(delta.head.notices, delta.skipped)
    yield "</main>"
    yield f'<footer class="quiet">{wording.day(delta.head.assessed_on)}. readiness-bot {escape(__version__)}</footer>'


def _section(title: str, content: Iterable[str]) -> Iterable[str]:
    yield f"<section><h2>{escape(title)}</h2>"
    yield from content
    yield "</section>"


def _text(text: str, limit: int = SENTENCE) -> str:
    """A foreign text: what stands between backticks as code, everything else as letters."""
    return _CODE.sub(r"<code>\1</code>", escape(plain(text, limit)))


def _place(path: str, line: int = 0) -> str:
    shown = short_path(path)
    return f"<code>{escape(f'{shown}:{line}' if line else shown)}</code>"


def _tag(words: str, tone: str) -> str:
    return f'<span class="tag {tone}"><span aria-hidden="true">{_MARKS[tone]}</span> {escape(words)}</span>'


def _subject(report: Report) -> str:
    scope = "" if report.scope == "." else f" · {_place(report.scope)}"
    return f"<code>{wording.commit(report)}</code>{scope}"


def _ring(score: int | None, tone: str) -> str:
    shown = wording.percent(score)
    around = 326.73  # 2 π 52
    filled = around * (score or 0) / 100
    return (
        f'<svg width="120" height="120" viewBox="0 0 120 120" role="img" aria-label="Score {shown}">'
        '<circle class="ring-track" cx="60" cy="60" r="52" fill="none" stroke-width="12"/>'
        f'<circle class="ring-{tone}" cx="60" cy="60" r="52" fill="none" stroke-width="12" stroke-linecap="butt" '
        f'stroke-dasharray="{filled:.2f} {around}" transform="rotate(-90 60 60)"/>'
        '<text class="ring-text" x="60" y="70" text-anchor="middle" font-size="30" font-weight="700" '
        f'font-family="system-ui, sans-serif">{shown}</text></svg>'
    )


def _bar(score: int | None, tone: str) -> str:
    if score is None:
        return ""
    return f'<span class="bar" aria-hidden="true"><i class="{tone}" style="width:{score}%"></i></span>'


def _categories(report: Report) -> Iterable[str]:
    yield '<table><thead><tr><th scope="col">Category</th><th scope="col" class="number">Score</th>'
    yield '<th scope="col" class="wide"><span aria-hidden="true"></span></th><th scope="col">Status</th>'
    yield '<th scope="col" class="number wide">Weight</th></tr></thead><tbody>'
    for category in report.categories:
        tone = _TONES[category.status]
        status, words = wording.standing(category, report.blockers)
        yield (
            f'<tr><th scope="row">{category.category.title}</th>'
            f'<td class="number">{wording.percent(category.score)}</td>'
            f'<td class="wide">{_bar(category.score, tone)}</td>'
            f"<td>{_tag(words, _TONES[status])}</td>"
            f'<td class="number quiet wide">{category.weight}</td></tr>'
        )
    yield "</tbody></table>"


def _facts(report: Report) -> Iterable[str]:
    yield '<dl class="facts">'
    for number, words in wording.facts(report):
        yield f"<div><dt>{escape(words)}</dt><dd>{number}</dd></div>"
    yield "</dl>"


def _blockers(groups: Sequence[wording.Group]) -> Iterable[str]:
    if not groups:
        yield "<p>None.</p>"
    for group in groups:
        yield '<article class="blocker">'
        yield f"<header>{_tag(group.severity.value.capitalize(), 'bad')}<h3>{_text(group.title)}</h3>"
        yield f'<small><code>{escape(group.control)}</code></small></header><dl class="pairs">'
        yield from _pair("Issue", _text(group.issue))
        yield from _pair("Impact", _text(group.impact))
        yield from _pair("Fix", f"{_text(group.fix)} <small>({wording.span(group.days)})</small>")
        if group.seen:
            yield from _pair("Seen", "".join(_list(_seen(evidence) for evidence in group.seen[:PLACES])))
        if group.looked_in:
            yield from _pair("Looked in", escape(", ".join(plain(place) for place in group.looked_in)))
        if group.places:
            yield from _pair("Where", "".join(_list(_where(group))))
        yield "</dl></article>"


def _where(group: wording.Group) -> Iterable[str]:
    spots = group.spots
    for spot in spots[:PLACES]:
        message = f" {_text(spot.issue)}" if len(group.places) > 1 else ""
        further = f" <small>({wording.further_lines(spot.lines)})</small>" if spot.lines else ""
        yield f"{_place(spot.location.path, spot.location.line)}{message}{further}"
    if len(spots) > PLACES:
        yield f"and {wording.places_in(spots[PLACES:])} more, all listed under evidence"


def _pair(name: str, content: str) -> tuple[str, ...]:
    return (f"<dt>{name}</dt><dd>{content}</dd>",)


def _list(items: Iterable[str]) -> Iterable[str]:
    yield '<ul class="plain">'
    yield from (f"<li>{item}</li>" for item in items)
    yield "</ul>"


def _strengths(report: Report) -> Iterable[str]:
    if not report.strengths:
        yield "<p>No category stands firm enough to be named.</p>"
        return
    tones = {category.category: _TONES[category.status] for category in report.categories}
    yield '<div class="columns">'
    for strength in report.strengths:
        yield f"<div><h3>{strength.category.title} {_tag(f'{strength.score}%', tones[strength.category])}</h3>"
        yield from _list(_text(item) for item in strength.items)
        yield "</div>"
    yield "</div>"


def _work(report: Report) -> Iterable[str]:
    if not report.work_items:
        yield "<p>Nothing.</p>"
        return
    yield '<table><thead><tr><th scope="col">Category</th><th scope="col" class="number">Score</th>'
    yield '<th scope="col">Priority</th><th scope="col">Controls</th></tr></thead><tbody>'
    for item in report.work_items:
        controls = " ".join(f"<code>{escape(control.partition('/')[2])}</code>" for control in item.controls)
        yield (
            f'<tr><th scope="row">{item.category.title}</th><td class="number">{item.score}%</td>'
            f"<td>{_tag(item.priority.value.capitalize(), _TONES[item.priority.value])}</td><td>{controls}</td></tr>"
        )
    yield "</tbody></table>"


def _plan(report: Report) -> Iterable[str]:
    numbers = wording.plan_numbers(report)
    for index, phase in enumerate(report.plan.phases, 1):
        yield f"<h3>Phase {index}: {escape(phase.title)} <small>({wording.weeks(phase.weeks)})</small></h3>"
        yield f'<ol start="{numbers[phase.title]}">'
        for step in phase.steps:
            controls = " ".join(f"<code>{escape(control.partition('/')[2])}</code>" for control in step.controls)
            effort = f"{step.role.value}, {wording.span(step.days)}"
            yield f"<li>{escape(step.title)} {controls} <small>{effort}</small></li>"
        yield "</ol>"


def _resources(report: Report) -> Iterable[str]:
    yield '<div class="columns"><div><h3>Team</h3>'
    yield from _list(escape(wording.member(person)) for person in report.resources.team)
    yield "</div>"
    if report.resources.infrastructure:
        yield "<div><h3>Infrastructure</h3>"
        yield from _list(escape(item) for item in report.resources.infrastructure)
        yield "</div>"
    yield "</div>"


def _recommendation(report: Report) -> Iterable[str]:
    advice = report.recommendation
    if advice.deploy:
        yield f"<p>{_tag('Deploy', 'good')} Nothing that was looked for stands in the way.</p>"
        return
    conditional = report.overall.verdict == "conditional"
    tag = _tag("Deploy once" if conditional else "Do not deploy until", _TONES[report.overall.verdict])
    yield f"<p>{tag} all of these hold:</p><ol>"
    yield from (f"<li>{_text(condition)}</li>" for condition in advice.until)
    yield "</ol>"
    if advice.consequences:
        yield f"<p>Risk <strong>{advice.risk}</strong>. Deployed as it is:</p><ul>"
        yield from (f"<li>{_text(consequence)}</li>" for consequence in advice.consequences)
        yield "</ul>"


def _evidence(report: Report) -> Iterable[str]:
    for category in Category:
        verdicts = [verdict for verdict in report.verdicts if verdict.category is category]
        if verdicts:
            score = next(each.score for each in report.categories if each.category is category)
            summary = f"{category.title}: {wording.percent(score)}, {wording.count(len(verdicts), 'control')}"
            yield f"<details><summary>{summary}</summary>"
            for verdict in verdicts:
                yield from _verdict(verdict)
            yield "</details>"


def _verdict(verdict: Verdict) -> Iterable[str]:
    status = wording.STATUSES[verdict.status] + ("" if verdict.score is None else f" {verdict.score:g}")
    yield f'<div class="control"><strong>{_text(verdict.title)}</strong> {_tag(status, _TONES[verdict.status.value])} '
    yield f"<small><code>{escape(verdict.control)}</code> {verdict.severity.value}</small>"
    yield f"<p>{_text(verdict.summary)}</p>"
    lines = [_seen(evidence) for evidence in verdict.evidence]
    lines += [_finding(finding) for finding in verdict.findings]
    if verdict.waived is not None and verdict.status is not Status.NOT_APPLICABLE:
        waiver = verdict.waived
        lines.insert(0, f"risk accepted by {_text(waiver.owner or '')} until {waiver.expires}: {_text(waiver.reason)}")
    if not lines and verdict.looked_in:
        lines = [f"looked in {escape(', '.join(plain(place) for place in verdict.looked_in))}"]
    if lines:
        yield "<ul>"
        yield from (f"<li>{line}</li>" for line in lines)
        yield "</ul>"
    yield "</div>"


def _seen(evidence: Evidence) -> str:
    return f"{_place(evidence.path, evidence.line)} {_text(evidence.detail)}"


def _finding(finding: Finding, *, control: bool = False) -> str:
    where = _place(finding.location.path, finding.location.line)
    symbol = f" in <code>{escape(plain(finding.location.symbol))}</code>" if finding.location.symbol else ""
    note = f"{finding.confidence.value} confidence"
    if finding.waived is not None:
        note = f"waived ({finding.waived.kind}): {_text(finding.waived.reason)}"
    named = f" <code>{escape(finding.control)}</code>" if control else ""
    return f"{where}{symbol}: {_text(finding.message)} <small>({note})</small>{named}"


def _fixed(delta: Delta) -> Iterable[str]:
    groups = wording.grouped(delta.fixed_blockers, delta.base.verdicts)
    if not groups:
        yield "<p>None.</p>"
        return
    yield from _list(
        f"{_tag('Fixed', 'good')} {_text(group.title)}"
        + (f" in {wording.count(len(group.places), 'place')}" if group.places else "")
        + f" <small><code>{escape(group.control)}</code></small>"
        for group in groups
    )


def _moves(delta: Delta) -> Iterable[str]:
    before = {category.category: category.score for category in delta.base.categories}
    yield '<table><thead><tr><th scope="col">Category</th><th scope="col" class="number">Base</th>'
    yield '<th scope="col" class="number">Head</th><th scope="col" class="number">Change</th>'
    yield '<th scope="col">Status</th></tr></thead><tbody>'
    for category in delta.head.categories:
        old, new = before[category.category], category.score
        moved = None if old is None or new is None else new - old
        change = wording.points(moved)
        shown = f"<strong>{change}</strong>" if moved else f'<span class="quiet">{change}</span>'
        yield (
            f'<tr><th scope="row">{category.category.title}</th><td class="number">{wording.percent(old)}</td>'
            f'<td class="number">{wording.percent(new)}</td><td class="number">{shown}</td>'
            f"<td>{_tag(wording.CATEGORY_STATUSES[category.status], _TONES[category.status])}</td></tr>"
        )
    yield "</tbody></table>"


def _changes(delta: Delta) -> Iterable[str]:
    yield '<table><thead><tr><th scope="col">Control</th><th scope="col">Base</th><th scope="col">Head</th>'
    yield '<th scope="col">Why</th></tr></thead><tbody>'
    for change in delta.control_changes:
        before = _tag(wording.STATUSES[change.before], _TONES[change.before.value])
        after = _tag(wording.STATUSES[change.after], _TONES[change.after.value])
        yield (
            f'<tr><th scope="row"><code>{escape(change.control)}</code></th><td>{before}</td><td>{after}</td>'
            f"<td>{_text(change.why)}</td></tr>"
        )
    yield "</tbody></table>"


def _remarks(notices: Sequence[str], skipped: Sequence[Skipped]) -> Iterable[str]:
    if notices:
        yield from _section("Notices", _list(_text(notice) for notice in notices))
    if skipped:
        lines = (f"{_place(entry.path)} {_text(entry.reason)}" for entry in skipped)
        yield from _section(f"Not read ({len(skipped)})", _list(lines))
