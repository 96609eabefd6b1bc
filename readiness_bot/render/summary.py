"""The job's summary: what the comment says and, below it, the full report; knows nothing of the runner's limits."""

from __future__ import annotations

from collections.abc import Sequence

from readiness_bot.render import phrases
from readiness_bot.render.bulletin import Bulletin
from readiness_bot.render.comment import Run
from readiness_bot.render.escaping import code, prose


def summary(bulletin: Bulletin, run: Run, reports: Sequence[str], notes: Sequence[str] = ()) -> str:
    """Markdown for the job's page.

    `reports` are the full reports in Markdown, one a scope and in the same order; `notes` say what of the publishing
    did not work and what to do about it.
    """
    items = [item for section in bulletin.sections for item in section.blockers]
    blocks = [
        f"## {phrases.headline(bulletin)}",
        *(f"> [!NOTE]\n> {prose(note, 400)}" for note in notes),
        phrases.introduction(bulletin),
        "\n".join(phrases.blocker_table(phrases.gathered(items), bulletin.head, run.links)) if items else "",
        _more(bulletin, len(items)),
        phrases.counts_line(bulletin),
        phrases.policy_line(bulletin),
        phrases.scopes_line(bulletin.sections) if len(bulletin.sections) > 1 else "",
        *_warnings(bulletin, run),
        phrases.footer(bulletin, run.links, run.url, run.seconds, run.trend),
        *_reports(bulletin, reports),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def refusal(problem: str, advice: str) -> str:
    """Markdown for a run that could not do its work: what is wrong and what to paste."""
    pasted = f"\n\n```yaml\n{advice}\n```" if advice else ""
    return f"## ⚠️ Readiness could not finish\n\n{prose(problem, 1000)}{pasted}\n"


def _more(bulletin: Bulletin, shown: int) -> str:
    missing = bulletin.new_blockers - shown
    return f"and {phrases.count(missing, 'more new blocker')} in the report files" if missing else ""


def _warnings(bulletin: Bulletin, run: Run) -> list[str]:
    blocks = []
    for section in bulletin.sections:
        if section.new_warnings:
            lines = phrases.warning_list(section, len(section.warnings), bulletin.head, run.links)
            blocks.append("\n".join([f"**{phrases.count(section.new_warnings, 'new warning')}**", "", *lines]))
    return blocks


def _reports(bulletin: Bulletin, reports: Sequence[str]) -> list[str]:
    if len(reports) == 1:
        return ["---", *reports]
    blocks = []
    for section, report in zip(bulletin.sections, reports, strict=True):
        blocks += ["---", f"## {code(section.scope)}", report]
    return blocks
