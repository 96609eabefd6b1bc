"""The tables of docs/scoring.md, from the model's numbers and reasons; the words around them are written by hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from readiness_bot import calibration
from readiness_bot.calibration import Figure
from readiness_bot.model import Effort

_TABLE = re.compile(r"(?s)(<!-- table: ([a-z-]+) -->\n).*?(<!-- end -->)")


def filled(text: str) -> str:
    """The page with every marked table written anew. Raises KeyError for a table that nothing here makes."""
    return _TABLE.sub(lambda match: f"{match[1]}{TABLES[match[2]]()}{match[3]}", text)


def _rows(head: str, rows: Iterable[tuple[object, ...]]) -> str:
    columns = head.split(" | ")
    lines = [f"| {head} |", f"| {' | '.join('---' for _ in columns)} |"]
    lines += [f"| {' | '.join(str(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _figures(head: str, rows: Iterable[tuple[str, Figure[int] | Figure[float]]]) -> str:
    return _rows(head, ((name, f"{figure.value:g}", figure.reason) for name, figure in rows))


def _category_weights() -> str:
    return _figures(
        "category | weight | why",
        ((category.title, figure) for category, figure in calibration.CATEGORY_WEIGHTS.items()),
    )


def _severity_weights() -> str:
    return _figures(
        "severity | weight | why",
        ((severity.value, figure) for severity, figure in calibration.SEVERITY_WEIGHTS.items()),
    )


def _lines() -> str:
    return _figures(
        "line | value | why",
        (
            ("ready from, in per cent", calibration.READY_FROM),
            ("needs work from, in per cent", calibration.NEEDS_WORK_FROM),
            ("blocker below, as a control's score", calibration.BLOCKER_BELOW),
            ("new as a blocker only where the score fell by", calibration.LEAST_FALL),
            ("named as a strength from, in per cent", calibration.STRENGTH_FROM),
            ("defined and not wired in", calibration.DEFINED_NOT_WIRED),
            ("only hints found", calibration.HINTS_ONLY),
            ("missing, with files unread", calibration.UNREAD),
            ("longest accepted risk, in days", calibration.LONGEST_ACCEPTED_RISK_DAYS),
        ),
    )


def _efforts() -> str:
    return _rows(
        "effort | days, from | to",
        ((effort.name.lower(), f"{effort.days[0]:g}", f"{effort.days[1]:g}") for effort in Effort),
    )


def _planning() -> str:
    return _figures(
        "number | value | why",
        (
            ("planned days a week", calibration.DAYS_A_WEEK),
            ("weeks that a phase should take", calibration.PHASE_WEEKS_WANTED),
            ("share of a week that is part-time", calibration.PART_TIME_SHARE),
            ("days in all up to which a role is part-time", calibration.PART_TIME_UP_TO_DAYS),
            ("cost of the second place and the next ones", calibration.FURTHER_PLACES_SHARE),
            ("how many further places cost that", calibration.FURTHER_PLACES),
            ("cost of every place after those", calibration.MANY_PLACES_SHARE),
            ("cost of a hint", calibration.HINT_SHARE),
            ("least cost of what is partly there", calibration.LEAST_SHARE),
            *(("lines of code below which their tests take a step less", one) for one in calibration.SMALLER_CODE),
            ("weeks of the deployment", calibration.DEPLOYMENT_WEEKS),
            ("days to the next review when nothing is to fix", calibration.REVIEW_AFTER_DAYS),
            ("consequences that are named", calibration.MOST_CONSEQUENCES),
            *((f"{role.value}s at most", figure) for role, figure in calibration.MOST_ENGINEERS.items()),
        ),
    )


TABLES: Mapping[str, Callable[[], str]] = {
    "category-weights": _category_weights,
    "severity-weights": _severity_weights,
    "lines": _lines,
    "efforts": _efforts,
    "planning": _planning,
}
"""What makes each table, by the name in the page's marks."""
