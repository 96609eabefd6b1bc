"""Whether public functions and classes say what they are for."""

from __future__ import annotations

from readiness_bot.control import Control, failed, not_applicable, passed, seen
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo

ENOUGH = 0.5
"""Half: the short ones speak for themselves."""


@Control(
    id="documentation/docstrings",
    title="Public functions and classes have docstrings",
    kind=Kind.CAPABILITY,
    severity=Severity.LOW,
    why="Whoever is called at night reads the function that failed, not the design document.",
    impact="Each incident begins with finding out what the code was meant to do.",
    fix=(
        "Begin with what others call: one sentence of meaning, units and errors raised, such as "
        '`"""The price in cents. Raises KeyError."""`.'
    ),
    effort=Effort.DAYS,
    grows=True,
    role=Role.BACKEND,
    sources=["https://peps.python.org/pep-0257/"],
    passes=['def price(order):\n    """The price in cents. Raises KeyError."""\n    return order["price"]\n'],
    fails=["def price(order):\n    return order['price']\n"],
    fixed='def price(order):\n    """The price in cents. Raises KeyError."""\n    return order["price"]\n',
    ignores=["x = 1\n"],
)
def docstrings(repo: Repo) -> Judgement:
    """The share of public functions, methods and classes of production code that have a docstring."""
    public = [site for site in repo.python.definitions if repo.python.is_public(site)]
    if not public:
        return not_applicable("Nothing public is defined.")
    told = [site for site in public if site.definition.documented]
    summary = (
        f"{len(told)} of {len(public)} public functions and classes have a docstring ({len(told) / len(public):.0%})."
    )
    if len(told) / len(public) >= ENOUGH:
        return passed(
            summary, *(seen(site.module.path, site.definition.line, f"`{site.definition.name}`") for site in told[:3])
        )
    silent = [site for site in public if not site.definition.documented]
    return failed(
        summary,
        *(seen(site.module.path, site.definition.line, f"`{site.definition.name}` has none") for site in silent[:5]),
    )
