"""Reports and comparisons for a terminal, with and without colour; judges nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import StringIO

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from readiness_bot.model import Delta, Evidence, Finding, Overall, Report, Skipped, Status, StatusChange, Verdict
from readiness_bot.render import wording
from readiness_bot.render.escaping import plain, short_path

WIDEST = 120
"""Longer lines are hard to read; a wider terminal keeps a margin."""

PLACES = 5
"""Places shown of one control unless everything is asked for."""

_STYLES = {
    "ready": "green", "conditional": "yellow", "not-ready": "red", "needs-work": "yellow", "blocking": "red",
    "not-applicable": "dim", "pass": "green", "partial": "yellow", "fail": "red", "unknown": "magenta",
    "critical": "bold red", "high": "red", "medium": "yellow", "low": "dim",
    "success": "green", "failure": "red", "neutral": "yellow",
}  # fmt: skip
_SIGNS = {
    "ready": "✓", "conditional": "!", "not-ready": "✗", "needs-work": "!", "blocking": "✗", "not-applicable": "–",
    "pass": "✓", "partial": "!", "fail": "✗", "unknown": "?", "success": "✓", "failure": "✗", "neutral": "!",
}  # fmt: skip
_BAR = 20


def report_text(report: Report, *, width: int = 100, colour: bool = False, verbose: bool = False) -> str:
    """The whole report; `verbose` adds every control with its evidence and every place."""
    return printed(_report(report, verbose), width, colour)


def delta_text(delta: Delta, *, width: int = 100, colour: bool = False, verbose: bool = False) -> str:
    """What a change introduced, fixed and altered; `verbose` lists every place."""
    return printed(_delta(delta, verbose), width, colour)


def printed(parts: Iterable[RenderableType], width: int, colour: bool) -> str:
    """What rich prints of the parts; a text that is not to be wrapped, such as code to copy, is not cut either."""
    stream = StringIO()
    console = Console(
        file=stream,
        width=min(max(width, 40), WIDEST),
        force_terminal=colour,
        color_system="standard" if colour else None,
        no_color=not colour,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
    )
    for part in parts:
        console.print(part, soft_wrap=isinstance(part, Text) and bool(part.no_wrap))
    return "".join(f"{line.rstrip()}\n" for line in stream.getvalue().splitlines())


def _report(report: Report, verbose: bool) -> Iterable[RenderableType]:
    yield _title(report)
    yield Text()
    yield _headline(report.overall)
    yield from _section("Categories", _categories(report))
    yield from _section("Quick facts", _columns(f"{number} {words}" for number, words in wording.facts(report)))
    groups = wording.grouped(report.blockers, report.verdicts)
    if groups:
        yield from _section(f"Critical blockers ({len(groups)})", *_blockers(groups, verbose))
    if report.strengths:
        yield from _section("What stands", *_strengths(report, verbose))
    if report.work_items:
        yield from _section("What needs work", _work(report))
    yield from _section(f"Path to production: {wording.weeks(report.plan.total_weeks)}", _plan(report))
    yield from _section("Resources", *_resources(report))
    yield from _section("Recommendation", *_recommendation(report))
    if verbose:
        yield from _section("Every control", *(_control(verdict) for verdict in report.verdicts))
    yield from _remarks(report.notices, report.skipped, verbose)
    yield Text()
    yield Text(
        f"Assessed on {wording.day(report.assessed_on)}, next review on {wording.day(report.next_review_on)}.",
        style="dim",
    )
    if groups and not verbose:
        yield Text(f"`readiness-bot explain {groups[0].control}` tells more; -v shows all evidence.", style="dim")


def _delta(delta: Delta, verbose: bool) -> Iterable[RenderableType]:
    yield _title(delta.head)
    yield Text()
    yield _change_headline(delta)
    new = wording.brought(delta.new_blockers, delta.head.verdicts)
    fixed = wording.grouped(delta.fixed_blockers, delta.base.verdicts)
    if new:
        yield from _section("New blockers", *_blockers(new, verbose))
    if fixed:
        yield from _section("Fixed blockers", *(_fixed(group) for group in fixed))
    yield from _section("Categories", _moves(delta))
    if delta.control_changes:
        yield from _section("Controls that changed", _changes(delta.control_changes))
    hints = wording.hints(delta.new_findings)
    if hints:
        yield from _section(f"New hints ({len(hints)}), not blocking", *_hints(hints, verbose))
    if delta.policy_changes:
        yield from _section("This change alters the policy", *_bullets(delta.policy_changes))
    yield from _remarks(delta.head.notices, delta.skipped, verbose)


def _title(report: Report) -> Text:
    scope = "" if report.scope == "." else f" · {plain(report.scope)}"
    return Text.assemble(
        (plain(report.name, 60), "bold"), (f" · {wording.commit(report)}{scope} · {report.assessed_on}", "dim")
    )


def _headline(overall: Overall) -> RenderableType:
    style = _STYLES[overall.verdict]
    grid = Table.grid(padding=(0, 2))
    grid.add_row(
        Text("Overall readiness", style="bold"),
        Text(wording.percent(overall.score), style=f"bold {style}"),
        _bar(overall.score, style),
        Text(f"{_SIGNS[overall.verdict]} {wording.VERDICTS[overall.verdict]}", style=f"bold {style}"),
    )
    return Group(grid, Text(f"Risk of deploying today: {overall.risk}", style="dim"))


def _change_headline(delta: Delta) -> RenderableType:
    style = _STYLES[delta.gate.conclusion]
    words = {"success": "May pass", "failure": "Must not pass", "neutral": "Not enforced"}[delta.gate.conclusion]
    base, head = delta.base.overall.score, delta.head.overall.score
    return Group(
        Text.assemble(
            (f"{_SIGNS[delta.gate.conclusion]} {words}", f"bold {style}"),
            f": {'; '.join(delta.gate.reasons)}",
        ),
        Text.assemble(
            f"Score {wording.percent(base)} → {wording.percent(head)} ",
            (f"({wording.points(delta.overall)})", "bold"),
            f" · base {wording.commit(delta.base)} → head {wording.commit(delta.head)}",
        ),
    )


def _section(title: str, *parts: RenderableType) -> Iterable[RenderableType]:
    yield Text()
    yield Rule(Text(title, style="bold"), align="left", style="dim", characters="─")
    for part in parts:
        yield Padding(part, (0, 0, 0, 2), expand=False)


def _categories(report: Report) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    table.add_column("Category")
    table.add_column("Score", justify="right")
    table.add_column("")
    table.add_column("Status")
    table.add_column("Weight", justify="right")
    for category in report.categories:
        style = _STYLES[category.status]
        status, words = wording.standing(category, report.blockers)
        table.add_row(
            category.category.title,
            Text(wording.percent(category.score), style=style),
            _bar(category.score, style),
            Text(f"{_SIGNS[status]} {words}", style=_STYLES[status]),
            Text(str(category.weight), style="dim"),
        )
    return table


def _bar(score: int | None, style: str) -> Text:
    if score is None:
        return Text()
    filled = (score * _BAR + 50) // 100
    return Text.assemble(("█" * filled, style), ("░" * (_BAR - filled), "dim"))


def _columns(cells: Iterable[str]) -> Table:
    table = Table.grid(padding=(0, 4))
    known = list(cells)
    half = (len(known) + 1) // 2
    for index in range(half):
        table.add_row(known[index], known[index + half] if index + half < len(known) else "")
    return table


def _blockers(groups: Sequence[wording.Group], verbose: bool) -> Iterable[RenderableType]:
    for index, group in enumerate(groups):
        if index:
            yield Text(" ")  # an empty one would print no line inside a padding
        yield _blocker(group, verbose)


def _blocker(group: wording.Group, verbose: bool) -> RenderableType:
    severity = group.severity.value
    lines = Table.grid(padding=(0, 1))
    lines.add_column(width=8, style="dim")
    lines.add_column(overflow="fold")
    lines.add_row("Issue", plain(group.issue, 400))
    lines.add_row("Impact", plain(group.impact, 400))
    lines.add_row("Fix", Text.assemble(plain(group.fix, 400), (f"  ({wording.span(group.days)})", "dim")))
    for index, evidence in enumerate(group.seen if verbose else group.seen[:PLACES]):
        lines.add_row("" if index else "Seen", _seen(evidence))
    if group.looked_in:
        lines.add_row("Looked", Text(f"in {', '.join(plain(place) for place in group.looked_in)}", style="dim"))
    spots = group.spots
    shown = spots if verbose else spots[:PLACES]
    for index, spot in enumerate(shown):
        label = ("Place" if len(group.places) == 1 else "Places") if index == 0 else ""
        message = f"  {plain(spot.issue)}" if len(group.places) > 1 else ""
        further = f"  ({wording.further_lines(spot.lines)})" if spot.lines else ""
        where = Text.assemble((short_path(spot.location.place), "cyan"), (message, "dim"), (further, "dim"))
        lines.add_row(label, where)
    if len(spots) > len(shown):
        lines.add_row("", Text(f"and {wording.places_in(spots[len(shown) :])} more; -v shows them", style="dim"))
    head = Text.assemble(
        ("✗ ", _STYLES[severity]),
        (plain(group.title), "bold"),
        ("  ", ""),
        (severity.upper(), _STYLES[severity]),
        (f"  {group.control}", "dim"),
    )
    return Group(head, Padding(lines, (0, 0, 0, 2), expand=False))


def _fixed(group: wording.Group) -> Text:
    where = f" in {wording.count(len(group.places), 'place')}" if group.places else ""
    return Text.assemble(("✓ ", "green"), plain(group.title), where, (f"  {group.control}", "dim"))


def _strengths(report: Report, verbose: bool) -> Iterable[RenderableType]:
    statuses = {category.category: category.status for category in report.categories}
    for strength in report.strengths:
        status = statuses[strength.category]
        sign = (f"{_SIGNS[status]} ", _STYLES[status])
        yield Text.assemble(sign, (strength.category.title, "bold"), f" {strength.score}%")
        shown = strength.items if verbose else strength.items[:PLACES]
        for item in shown:
            yield Padding(Text(plain(item, 240), overflow="fold"), (0, 0, 0, 4), expand=False)
        if len(strength.items) > len(shown):
            yield Padding(Text(f"and {len(strength.items) - len(shown)} more", style="dim"), (0, 0, 0, 4))


def _work(report: Report) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    table.add_column("Category", no_wrap=True)
    table.add_column("Score", justify="right")
    table.add_column("Priority")
    table.add_column("Controls", overflow="fold")
    for item in report.work_items:
        names = ", ".join(control.partition("/")[2] for control in item.controls)
        priority = Text(item.priority.value, style=_STYLES[item.priority.value])
        table.add_row(item.category.title, f"{item.score}%", priority, Text(names, style="dim"))
    return table


def _plan(report: Report) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, pad_edge=False)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(ratio=1)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, justify="right")
    numbers = wording.plan_numbers(report)
    for index, phase in enumerate(report.plan.phases, 1):
        table.add_row("", Text(f"Phase {index}: {phase.title}", style="bold"), "", Text(wording.weeks(phase.weeks)))
        for number, step in enumerate(phase.steps, numbers[phase.title]):
            names = ", ".join(control.partition("/")[2] for control in step.controls)
            title = Text.assemble(step.title, (f": {names}" if names else "", "dim"))
            table.add_row(f"{number}.", title, Text(step.role.value, style="dim"), Text(wording.span(step.days)))
    return table


def _resources(report: Report) -> Iterable[RenderableType]:
    if report.resources.team:
        yield Text.assemble(("Team", "bold"), ": ", ", ".join(map(wording.member, report.resources.team)))
    if report.resources.infrastructure:
        yield Text("To set up:", style="bold")
        yield from _bullets(report.resources.infrastructure)


def _recommendation(report: Report) -> Iterable[RenderableType]:
    advice = report.recommendation
    style = _STYLES[report.overall.verdict]
    if advice.deploy:
        yield Text("✓ Deploy: nothing that was looked for stands in the way.", style=f"bold {style}")
        return
    words = "Deploy once" if report.overall.verdict == "conditional" else "Do not deploy until"
    yield Text(f"{_SIGNS[report.overall.verdict]} {words} all of these hold:", style=f"bold {style}")
    yield from _numbered(advice.until)
    if advice.consequences:
        yield Text.assemble("Risk ", (advice.risk, f"bold {style}"), ". Deployed as it is:")
        yield from _bullets(advice.consequences)


def _control(verdict: Verdict) -> RenderableType:
    status = verdict.status.value
    head = Text.assemble(
        (f"{_SIGNS[status]} ", _STYLES[status]),
        (verdict.control, "bold"),
        (f"  {wording.STATUSES[verdict.status]}", _STYLES[status]),
        ("" if verdict.score is None else f" {verdict.score:g}", "dim"),
        ("  accepted risk" if verdict.waived and verdict.status is not Status.NOT_APPLICABLE else "", "magenta"),
        f"  {plain(verdict.summary, 400)}",
    )
    details: list[RenderableType] = [_seen(evidence) for evidence in verdict.evidence]
    details += [_finding(finding) for finding in verdict.findings]
    if not details and verdict.looked_in:
        details.append(Text(f"looked in {', '.join(plain(place) for place in verdict.looked_in)}", style="dim"))
    return Group(head, *(Padding(detail, (0, 0, 0, 4), expand=False) for detail in details))


def _seen(evidence: Evidence) -> Text:
    return Text.assemble((short_path(wording.seen_at(evidence)), "cyan"), f"  {plain(evidence.detail)}")


def _finding(finding: Finding) -> Text:
    sign, style = ("✗ ", "red") if finding.blocker else ("· ", "yellow")
    note = f"  waived: {plain(finding.waived.reason, 80)}" if finding.waived else f"  {finding.confidence.value}"
    return Text.assemble(
        (sign, style),
        (short_path(finding.location.place), "cyan"),
        f"  {plain(finding.message)}",
        (note, "dim"),
    )


def _moves(delta: Delta) -> Table:
    before = {category.category: category for category in delta.base.categories}
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    table.add_column("Category")
    for heading in ("Base", "Head", ""):
        table.add_column(heading, justify="right")
    table.add_column("Status")
    for category in delta.head.categories:
        old = before[category.category].score
        moved = None if old is None or category.score is None else category.score - old
        style = "green" if (moved or 0) > 0 else "red" if (moved or 0) < 0 else "dim"
        table.add_row(
            category.category.title,
            wording.percent(old),
            wording.percent(category.score),
            Text(wording.points(moved), style=style),
            Text(
                f"{_SIGNS[category.status]} {wording.CATEGORY_STATUSES[category.status]}",
                style=_STYLES[category.status],
            ),
        )
    return table


def _changes(changes: Sequence[StatusChange]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for change in changes:
        arrow = Text.assemble(
            (wording.STATUSES[change.before], _STYLES[change.before.value]),
            " → ",
            (wording.STATUSES[change.after], _STYLES[change.after.value]),
        )
        table.add_row(Text(change.control, style="bold"), arrow, Text(plain(change.why, 300), style="dim"))
    return table


def _hints(findings: Sequence[Finding], verbose: bool) -> Iterable[RenderableType]:
    shown = findings if verbose else findings[: 2 * PLACES]
    for finding in shown:
        yield Text.assemble(_finding(finding), (f"  {finding.control}", "dim"))
    if len(findings) > len(shown):
        yield Text(f"and {len(findings) - len(shown)} more; -v shows them", style="dim")


def _remarks(notices: Sequence[str], skipped: Sequence[Skipped], verbose: bool) -> Iterable[RenderableType]:
    if notices:
        yield from _section("Notices", *_bullets(notices))
    if skipped:
        shown = skipped if verbose else skipped[:PLACES]
        lines = [f"{short_path(entry.path)}: {plain(entry.reason)}" for entry in shown]
        more = [f"and {len(skipped) - len(shown)} more; -v shows them"] if len(skipped) > len(shown) else []
        yield from _section(f"Not read ({len(skipped)})", *_bullets([*lines, *more]))


def _bullets(lines: Iterable[str]) -> Iterable[RenderableType]:
    yield _hanging(("·", line) for line in lines)


def _numbered(lines: Iterable[str]) -> Iterable[RenderableType]:
    yield _hanging((f"{number}.", line) for number, line in enumerate(lines, 1))


def _hanging(marked: Iterable[tuple[str, str]]) -> RenderableType:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True, justify="right", min_width=2)
    grid.add_column(overflow="fold")
    for mark, line in marked:
        grid.add_row(Text(mark, style="dim"), plain(line, 400))
    return grid
