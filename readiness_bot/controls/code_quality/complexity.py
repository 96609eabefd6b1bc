"""Whether functions are simple enough to be understood and tested."""

from __future__ import annotations

from readiness_bot.control import Control, bad, not_applicable, shared
from readiness_bot.model import Effort, Judgement, Kind, Location, Role, Severity
from readiness_bot.repo import Repo

COMPLEX_FROM = 11
"""Radon's rank C: more than ten paths, McCabe's own limit."""

UNTESTABLE_FROM = 31
"""Radon's rank E: nobody writes the tests that this many paths need."""

MOST_COMPLEX = 0.05
"""One function in twenty may be complex."""


@Control(
    id="code-quality/complexity",
    title="Functions are simple enough to be tested",
    kind=Kind.DEFECT,
    severity=Severity.MEDIUM,
    why=(
        "Each branch doubles the paths through a function; from thirty on nobody has tried them "
        "all, and each change breaks one unseen."
    ),
    impact="Defects hide in the functions that everybody is afraid to touch.",
    fix=(
        "Take one branch at a time out into a function of its own: `def reason_to_refuse(order): "
        "…`, until each has at most ten paths."
    ),
    effort=Effort.DAY,
    role=Role.BACKEND,
    sources=["https://radon.readthedocs.io/en/latest/intro.html#cyclomatic-complexity"],
    fails=[
        "def route(kind):  # <- flagged\n"
        + "".join(f"    if kind == {number}:\n        return {number}\n" for number in range(32))
        + "    return None\n"
    ],
    fixed=(
        "def reason_to_refuse(order):\n    return order in ('late', 'unpaid')\n\n\ndef "
        "route(kind):\n    return reason_to_refuse(kind)\n"
    ),
    passes=["def add(a, b):\n    return a + b if a else b\n"],
    ignores=[
        "x = 1\n",
        {
            "tests/test_x.py": "def test_x(kind):\n"
            + "".join(f"    if kind == {number}:\n        assert kind\n" for number in range(32))
        },
    ],
)
def complexity(repo: Repo) -> Judgement:
    """Findings are functions from 31 on; besides, fewer than one function in twenty may have more than ten paths."""
    functions = [
        (module, function) for module in repo.python.production for function in module.facts.complexity.functions
    ]
    if not functions:
        return not_applicable("No function to measure.")
    worst = sorted(
        (item for item in functions if item[1].complexity >= UNTESTABLE_FROM),
        key=lambda item: (-item[1].complexity, item[0].path),
    )
    sites = [
        bad(
            Location(
                module.path, function.line, function.end_line, _symbol(function.class_name, function.name), "complexity"
            ),
            f"`{function.name}` has a cyclomatic complexity of {function.complexity}: more paths than anyone tests",
        )
        for module, function in worst
    ]
    complex_ones = sum(function.complexity >= COMPLEX_FROM for _, function in functions)
    share = 1 - complex_ones / len(functions)
    summary = f"{complex_ones} of {len(functions)} functions exceed a complexity of 10, {len(sites)} of them one of 30."
    enough = 1 - MOST_COMPLEX
    if sites:
        return shared(0.0, summary, enough=enough, half=0.5, sites=sites)
    # The limit itself is a miss: "below five per cent".
    return shared(share if share > enough else min(share, enough - 0.001), summary, enough=enough, half=0.8)


def _symbol(owner: str | None, name: str) -> str:
    return f"{owner}.{name}" if owner else name
