"""The check run and the commit status: the verdict as title, the new blockers as text; sends nothing."""

from __future__ import annotations

from readiness_bot.render import phrases
from readiness_bot.render.bulletin import Bulletin
from readiness_bot.render.comment import Run
from readiness_bot.render.escaping import shortened

SUMMARY_BYTES = 60_000
"""GitHub takes 65,535 characters; whether it counts bytes is not said, so bytes it is."""

DESCRIPTION = 120
"""GitHub takes 140 characters in a commit status's description."""


def title(bulletin: Bulletin) -> str:
    """The verdict, without the shape that GitHub draws itself."""
    return phrases.headline(bulletin).partition("Readiness: ")[2]


def summary(bulletin: Bulletin, run: Run) -> str:
    """The new blockers with fix and link, and what else there is to know, within `SUMMARY_BYTES`."""
    items = [item for section in bulletin.sections for item in section.blockers]
    text = ""
    for rows in (len(items), 50, 20, 5, 0):
        shown = items[:rows]
        missing = bulletin.new_blockers - len(shown)
        blocks = [
            phrases.introduction(bulletin),
            "\n".join(phrases.blocker_table(phrases.gathered(shown), bulletin.head, run.links)) if shown else "",
            f"and {phrases.count(missing, 'more new blocker')} in the [full report]({run.url})" if missing else "",
            phrases.counts_line(bulletin),
            phrases.policy_line(bulletin),
            phrases.scopes_line(bulletin.sections) if len(bulletin.sections) > 1 else "",
            phrases.footer(bulletin, run.links, run.url, run.seconds, run.trend),
        ]
        text = "\n\n".join(block for block in blocks if block)
        if len(text.encode()) <= SUMMARY_BYTES:
            break
    return text


def description(bulletin: Bulletin) -> str:
    """The verdict for a commit status: plain text with the controls of the new blockers."""
    controls = list(dict.fromkeys(item.control for section in bulletin.sections for item in section.blockers))
    verdict, _, rest = title(bulletin).partition(" · ")
    if not controls:
        return shortened(" · ".join(part for part in (verdict, rest) if part), DESCRIPTION)
    for number in range(len(controls), 0, -1):
        more = f" and {len(controls) - number} more" if number < len(controls) else ""
        text = f"{verdict}: {', '.join(controls[:number])}{more} · {rest}"
        if len(text) <= DESCRIPTION:
            return text
    return shortened(f"{verdict} · {rest}", DESCRIPTION)
