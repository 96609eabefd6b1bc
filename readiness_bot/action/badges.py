"""Badge and history of the default branch, kept on a branch of their own."""

from __future__ import annotations

from collections.abc import Sequence

from readiness_bot.action.job import Job
from readiness_bot.action.judging import Judged
from readiness_bot.github.client import Refusal
from readiness_bot.github.publish import BRANCH, HISTORY, keep
from readiness_bot.model import Report
from readiness_bot.render import badge, trend

_BADGES: tuple[tuple[str, badge.Theme], ...] = (("readiness.svg", "light"), ("readiness-dark.svg", "dark"))


def keep_badges(job: Job, judged: Sequence[Judged], head: str) -> str:
    """Write badge and history; the snippet for the README once the picture is there, else nothing."""
    scored = [entry.head for entry in judged if entry.section.score is not None]
    if job.client is None or not scored:
        return ""
    new = [_history_entry(report, head, job.runner.run_id) for report in scored]

    def files(before: bytes) -> dict[str, str] | None:
        if trend.overtaken(before, new):
            return None
        written = {HISTORY: trend.added(before, new).decode()}
        for report in scored:
            folder = "" if report.scope == "." else f"{report.scope}/"
            for name, theme in _BADGES:
                written[folder + name] = badge.svg(report.overall, theme=theme)
            written[f"{folder}readiness.json"] = badge.endpoint(report.overall)
        return written

    message = f"Score of {head[:12]}: {', '.join(f'{report.overall.score}' for report in scored)}"
    try:
        outcome = keep(job.client, files, message)
    except Refusal as refusal:
        job.refusals.append(refusal)
        return ""
    job.say(f"Badge on the branch {BRANCH}: {outcome}")
    return "" if outcome == "stale" else "\n".join(_snippet(job, report.scope) for report in scored)


def _history_entry(report: Report, head: str, run_id: int) -> trend.Entry:
    return trend.Entry(
        on=report.assessed_on,
        commit=head,
        score=report.overall.score or 0,
        run=run_id,
        scope=report.scope,
        categories={entry.category.value: entry.score for entry in report.categories},
    )


def _snippet(job: Job, scope: str) -> str:
    here = job.runner
    folder = "" if scope == "." else f"{scope}/"
    address = f"{here.server_url}/{here.repository}/raw/{BRANCH}/{folder}"
    return (
        f'<a href="{here.server_url}/{here.repository}/tree/{BRANCH}"><picture>'
        f'<source media="(prefers-color-scheme: dark)" srcset="{address}readiness-dark.svg">'
        f'<img alt="Production readiness" src="{address}readiness.svg"></picture></a>'
    )
