"""Whether modules can be maintained, by Radon's index."""

from __future__ import annotations

from readiness_bot.control import Control, failed, not_applicable, partial, passed, seen
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo

FEW = 0.05
"""One module in twenty may rank C."""

MANY = 0.15
"""From about one in seven on it is the code base and no longer some corner of it."""


@Control(
    id="code-quality/maintainability",
    title="Modules stay maintainable",
    kind=Kind.CAPABILITY,
    severity=Severity.LOW,
    why="Volume, branches and length together tell which modules take longest to understand; Radon ranks them A to C.",
    impact="Work slows down where it is needed most, and newcomers avoid whole modules.",
    fix=(
        "Split the modules that rank C by subject, for example `orders.py` into "
        "`orders/prices.py` and `orders/shipping.py`."
    ),
    effort=Effort.WEEK,
    grows=True,
    role=Role.BACKEND,
    sources=["https://radon.readthedocs.io/en/latest/intro.html#maintainability-index"],
    passes=["def add(a, b):\n    return a + b\n"],
    fails=[
        {
            "app/orders.py": "".join(
                (
                    f"def f{n}(a, b, c):\n    if a > {n} and b < {n}:\n        return a * {n} + b - c\n    "
                    f"elif c:\n        return a / b + c * {n}\n    return [x * {n} for x in a if x]\n\n\n"
                )
                for n in range(120)
            )
        },
    ],
    fixed={
        "app/orders.py": "from orders.prices import f1\n\n\ndef price(order):\n    return f1(order)\n",
        "orders/prices.py": "def f1(order):\n    return order\n",
        "orders/shipping.py": "def f2(order):\n    return order\n",
    },
    ignores=[{"README.md": "# Nothing here\n"}],
)
def maintainability(repo: Repo) -> Judgement:
    """The share of production modules that rank C: below five per cent passes, up to fifteen is partial."""
    modules = repo.python.production
    if not modules:
        return not_applicable("No Python.")
    worst = [module for module in modules if module.facts.complexity.rank == "C"]
    share = len(worst) / len(modules)
    summary = f"{len(worst)} of {len(modules)} modules rank C on the maintainability index."
    evidence = [
        seen(module.path, 1, f"maintainability index {module.facts.complexity.maintainability:.0f}, rank C")
        for module in worst[:5]
    ]
    if share < FEW:
        lowest = min(modules, key=lambda module: module.facts.complexity.maintainability)
        return passed(
            summary,
            *(evidence or [seen(lowest.path, 1, f"the lowest index is {lowest.facts.complexity.maintainability:.0f}")]),
        )
    if share < MANY:
        return partial(summary, *evidence, score=0.9 - 0.4 * (share - FEW) / (MANY - FEW))
    return failed(summary, *evidence)
