"""The words, rows and lists that comment, check run and job summary share; decides nothing about their order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from readiness_bot.model import Category
from readiness_bot.render.bulletin import Bulletin, Excuse, Item, Move, Section
from readiness_bot.render.escaping import code, path_code, plain, prose, short_path
from readiness_bot.render.links import Links
from readiness_bot.render.wording import further_lines, said

MINUS = "\N{MINUS SIGN}"
EXPIRES_SOON = 14
"""Days before a waiver's end from which the reader is told."""

_SHAPES = {"failure": "⛔", "neutral": "⚠️", "success": "✅"}


def count(number: int, noun: str) -> str:
    """`1 blocker`, `2 blockers`, `5,000 blockers`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def points(before: int | None, after: int | None) -> str:
    """A difference with its sign: `+3`, `−5`, `±0`; empty where there is none to speak of."""
    if before is None or after is None:
        return ""
    return "±0" if after == before else f"{'+' if after > before else MINUS}{abs(after - before)}"


def score_change(before: int | None, after: int | None) -> str:
    """`score 71 → 66 (−5)`, `score 71 (±0)`, `score 66`."""
    if after is None:
        return "not scored"
    if before is None:
        return f"score {after}"
    return f"score {after} (±0)" if before == after else f"score {before} → {after} ({points(before, after)})"


def headline(bulletin: Bulletin) -> str:
    """The verdict in one line of at most 90 characters: shape, words, counts, score."""
    shape, verdict = _verdict(bulletin)
    if not bulletin.base and shape == "⚪" and bulletin.sections[0].score is not None:
        return f"{shape} Readiness: {_scores(bulletin.sections)}, {verdict}"
    suffix = " · policy changed" if bulletin.policy_changes else ""
    return f"{shape} Readiness: {verdict} · {_scores(bulletin.sections)}{suffix}"


def _verdict(bulletin: Bulletin) -> tuple[str, str]:
    conclusion, blockers = bulletin.conclusion, bulletin.new_blockers
    if all(section.score is None for section in bulletin.sections):
        return "⚪", "nothing to judge"
    if not bulletin.base:
        return ("⛔", "gate closed") if conclusion == "failure" else ("⚪", "nothing to compare with yet")
    if blockers:
        hit = sum(section.new_blockers > 0 for section in bulletin.sections)
        where = f" in {hit} of {len(bulletin.sections)} services" if len(bulletin.sections) > 1 else ""
        enforced = "" if conclusion == "failure" else ", not enforced"
        return _SHAPES[conclusion], f"{count(blockers, 'new blocker')}{where}{enforced}"
    if conclusion == "failure":
        return "⛔", "gate closed, no new blockers"
    return "✅", "no new blockers"


def _scores(sections: Sequence[Section]) -> str:
    if len(sections) == 1:
        return score_change(sections[0].base_score, sections[0].score)
    worst = min(sections, key=lambda section: ((section.score or 0) - (section.base_score or 0), section.score or 0))
    return f"{short_path(worst.scope, 24)} {score_change(worst.base_score, worst.score)}"


def introduction(bulletin: Bulletin) -> str:
    """The sentence that says what the reader must do, empty where that is nothing."""
    reasons = [reason for section in bulletin.sections if section.conclusion == "failure" for reason in section.reasons]
    if bulletin.new_blockers:
        if bulletin.conclusion == "failure":
            return "**Fix before merge** – this change introduces:"
        return "This change introduces, without being stopped for it:"
    if reasons:
        return f"**The gate is closed:** {prose('; '.join(dict.fromkeys(reasons)), 300)}."
    return ""


def gathered(items: Iterable[Item]) -> list[list[Item]]:
    """Blockers that are fixed in one go: those of one function of which all is said alike but for the names in it."""
    alike: dict[tuple[str, ...], list[Item]] = {}
    for item in items:
        key = (item.control, item.impact, item.fix, item.path, *said(item.symbol, item.line, item.issue))
        alike.setdefault(key, []).append(item)
    return list(alike.values())


def blocker_table(rows: Iterable[Sequence[Item]], head: str, links: Links) -> list[str]:
    """A row for blockers that are fixed in one go: what breaks and why, where to go and what to do there.

    Two columns, since a phone shows no more of a table.
    """
    lines = ["| What breaks in production | Fix |", "|---|---|"]
    for first, *others in rows:
        what = f"**{prose(first.impact, 130)}**<br>{prose(first.issue)} {code(first.control)}"
        places = where(first, head, links) + _further(others, head, links)
        lines.append(f"| {what} | {places}<br>{prose(first.fix, 120)} [Why?]({links.control(first.control)}) |")
    return lines


def _further(items: Sequence[Item], head: str, links: Links) -> str:
    """The other places of a row by their lines, each a link."""
    shown = [f"[{item.line}]({links.place(head, item.path, item.line, item.end_line)})" for item in items]
    return f", {further_lines(shown)}" if shown else ""


def where(item: Item, head: str, links: Links) -> str:
    """A place as a link to it in the head commit."""
    if not item.path:
        return "the whole service"
    return f"[{path_code(item.path, item.line)}]({links.place(head, item.path, item.line, item.end_line)})"


def counts_line(bulletin: Bulletin) -> str:
    """What else there is to know, in one line; empty where there is nothing."""
    sections = bulletin.sections
    warnings = sum(section.new_warnings for section in sections)
    findings = sum(section.fixed_findings for section in sections)
    older = sum(section.older for section in sections)
    parts = []
    if warnings:
        parts.append(f"⚠️ {count(warnings, 'new warning')} (not blocking)")
    if bulletin.fixed_blockers:
        parts.append(f"✅ {count(bulletin.fixed_blockers, 'blocker')} fixed, thank you")
    elif findings:
        parts.append(f"✅ {count(findings, 'finding')} fixed, thank you")
    if older and bulletin.base:
        parts.append(f"{count(older, 'older finding')} {'does' if older == 1 else 'do'} not count here")
    return " · ".join(parts)


def policy_line(bulletin: Bulletin) -> str:
    """What the change alters in the policy it is judged by; empty where nothing."""
    changes = bulletin.policy_changes
    if not changes:
        return ""
    more = f" and {len(changes) - 3} more" if len(changes) > 3 else ""
    return "⚠️ **Changed policy:** " + "; ".join(prose(change, 100) for change in changes[:3]) + more


def scopes_line(sections: Sequence[Section]) -> str:
    """Every scope with its outcome in one line."""
    shown = " · ".join(f"{code(section.scope, 40)} {_scope_outcome(section)}" for section in sections[:12])
    return shown + (f" · and {len(sections) - 12} more" if len(sections) > 12 else "")


def _scope_outcome(section: Section) -> str:
    number = section.new_blockers
    return f"{_SHAPES[section.conclusion] if section.score is not None else '⚪'}{f' {number}' if number else ''}"


def moved(section: Section) -> list[Move]:
    """The categories whose score changed."""
    return [move for move in section.moves if move.before != move.after]


def category_table(section: Section) -> list[str]:
    """The categories whose score changed, with the controls behind it; below it the others in a line."""
    rows = ["| Category | Base | Now | Because |", "|---|--:|--:|---|"]
    for move in moved(section):
        because = ", ".join(prose(cause, 90) for cause in move.because[:3])
        change = points(move.before, move.after)
        now = _percent(move.after) + (f" ({change})" if change else "")
        rows.append(f"| {_title(move.category)} | {_percent(move.before)} | {now} | {because} |")
    same = [f"{_title(move.category)} {_percent(move.after)}" for move in section.moves if move.before == move.after]
    return [*rows, "", f"Unchanged: {', '.join(same)}."] if same else rows


def score_table(section: Section) -> list[str]:
    """Every category with its score."""
    return [
        "| Category | Score |",
        "|---|--:|",
        *(f"| {_title(move.category)} | {_percent(move.after)} |" for move in section.moves),
    ]


def _percent(score: int | None) -> str:
    return "–" if score is None else str(score)


def _title(category: str) -> str:
    try:
        return Category(category).title
    except ValueError:
        return prose(category, 40)


def warning_list(section: Section, limit: int, head: str, links: Links) -> list[str]:
    """The new warnings, one a line, and how many more there are."""
    lines = [
        f"- {code(item.control)} {prose(item.issue)}" + (f" – {where(item, head, links)}" if item.path else "")
        for item in section.warnings[:limit]
    ]
    more = section.new_warnings - len(lines)
    return [*lines, f"- and {more:,} more in the full report"] if more else lines


def excuse_list(section: Section, *, reasons: bool) -> list[str]:
    """The waivers in use, one a line."""
    return [_excuse(excuse, reasons=reasons) for excuse in section.excuses]


def _excuse(excuse: Excuse, *, reasons: bool) -> str:
    if excuse.kind == "not-applicable":
        text = f"- {code(excuse.control)} does not apply"
    else:
        owner = f" by {prose(excuse.owner, 60)}" if excuse.owner else ""
        text = f"- {code(excuse.control)} accepted{owner} until **{plain(excuse.expires, 10)}**"
    return f"{text} – “{prose(excuse.reason)}”" if reasons else text


def waiver_summary(section: Section) -> str:
    """How many waivers are in use and which end soon."""
    soon = sorted(excuse.days for excuse in section.excuses if excuse.days is not None and excuse.days <= EXPIRES_SOON)
    used = f"Waivers: {section.waived} used"
    if not soon:
        return used
    first = "today" if soon[0] <= 0 else f"in {count(soon[0], 'day')}"
    return f"{used}, 1 expires {first}" if len(soon) == 1 else f"{used}, {len(soon)} expire soon, the first {first}"


def footer(bulletin: Bulletin, links: Links, run_url: str, seconds: int, trend: str) -> str:
    """Which commits were compared by what, in small print."""
    run = sum(section.controls_run for section in bulletin.sections)
    absent = sum(section.controls_absent for section in bulletin.sections)
    unread = sum(section.unread for section in bulletin.sections)
    head = f"head [{code(bulletin.head[:7])}]({links.commit(bulletin.head)})"
    if bulletin.base:
        branch = f" ({prose(bulletin.base_branch, 60)})" if bulletin.base_branch else ""
        head += f" vs base [{code(bulletin.base[:7])}]({links.commit(bulletin.base)}){branch}"
    parts = [
        head,
        prose(bulletin.remark, 200),
        prose(trend, 120),
        f"v{prose(bulletin.version, 40)}",
        f"{count(run, 'control')}, {absent} not applicable",
        f"{count(unread, 'file')} not read" if unread else "",
        f"{seconds} s",
        f"[full report]({run_url})",
    ]
    return "<sub>" + " · ".join(part for part in parts if part) + "</sub>"
