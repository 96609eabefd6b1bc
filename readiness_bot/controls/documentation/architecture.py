"""Whether the parts of the system and the reasons for them are written or drawn."""

from __future__ import annotations

import re
from collections.abc import Iterator

from readiness_bot.control import Control, failed, partial, passed, seen
from readiness_bot.model import Effort, Evidence, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo

_HEADING = (
    r"\barchitectur|system (design|overview)|design (overview|document|principles)"
    r"|technical (overview|design|landscape)|component(s)? (overview|diagram)"
    r"|codebase (overview|tour)|code (overview|organi[sz]ation)"
)
_VAGUE_HEADING = r"how (it|\w+) works\b|\binternals\b|data flow"
"""Headings that speak of the whole only in documents near the root; below they speak of a feature."""
_FILES = (
    r"(.*/)?(architecture|architecture[-_/](overview|index|readme)|system[-_]design|technical[-_](overview|design))"
    r"|(docs?/)?(design|internals|code[-_]?(base[-_]?)?overview)|(docs?|architecture)/overview"
)
_NEAR = 2
_ENOUGH = 60
_SOMETHING = 15
_NOT_ABOUT = re.compile(
    (
        r"change|release|history|issue_template|supported architectures"
        r"|multi-?arch|cpu architecture|locale|user[-_]?guide|blog|tutorial|use[-_]cases?/"
    ),
    re.IGNORECASE,
)

_PAGE = """\
# Architecture

The service has three parts. The API takes orders and writes them to PostgreSQL; it answers before anything else
happens. A worker reads new orders from the queue, reserves the stock in the warehouse's system and asks the bank for
the money. A scheduler retries what failed, and closes orders that stay unpaid for a day. The API never calls the
warehouse or the bank itself, so that neither can hold an order up.
"""


@Control(
    id="documentation/architecture",
    title="The architecture is written or drawn",
    kind=Kind.CAPABILITY,
    severity=Severity.LOW,
    why="Code shows what is there; only words and drawings show how the parts are meant to work together, and why.",
    impact="Changes cut across boundaries that nobody knew of, and newcomers learn the system by breaking it.",
    fix="Write `docs/architecture.md`: the parts, what flows between them, and why it is so; a diagram helps.",
    effort=Effort.DAY,
    role=Role.BACKEND,
    sources=["https://c4model.com/", "https://adr.github.io/"],
    passes=[
        {"docs/architecture.md": _PAGE},
        {"docs/Code-Overview.md": _PAGE.replace("# Architecture\n", "")},
        {"README.md": "# Shop\n\n```mermaid\ngraph LR\n  api --> queue --> worker\n```\n"},
        {"docs/adrs/adr-0001-signing.rst": "Signing\n=======\n\nContent is signed.\n"},
        {"docs/adr/0001-use-postgres.md": "# Use PostgreSQL\n\nOrders need transactions.\n"},
    ],
    fails=[
        {"README.md": "# Shop\n\nFlask, Redis and PostgreSQL.\n"},
        {"README.md": "# Shop\n", "old/Architecture.md": _PAGE},
        {"docs/use-cases/bot.md": _PAGE.replace("# Architecture", "# A bot\n\n## Tutorial architecture")},
        {
            "frontend/README.md": (
                "# Frontend\n\n```\nsrc ┐\n    ├───api\n    │   ├───action  // writes\n    └───pages\n```\n"
            )
        },
        {"docs/release-work.md": "# Releasing\n\n```mermaid\ngraph LR\n  branch --> tag --> package\n```\n"},
    ],
    fixed={"README.md": "# Shop\n", "docs/architecture.md": _PAGE},
    partials=[
        {
            "README.md": (
                "# Shop\n\n## Architecture\n\nThe API writes orders to a queue, and one "
                "worker for each warehouse reads them from there in turn.\n"
            )
        }
    ],
)
def architecture(repo: Repo) -> Judgement:
    """Judged by a page or section on the architecture, a diagram of it, or decision records."""
    documents = repo.documents
    decisions = [path for path in documents.decisions if not re.search(r"template", path, re.IGNORECASE)]
    if decisions:
        return passed(f"{len(decisions)} decision records are kept.", seen(decisions[0], 0, "decision record"))
    pages = [document for document in documents.named(_FILES) if document.prose.words >= _ENOUGH]
    if pages:
        return passed("A page describes the architecture.", seen(pages[0].path, 1, pages[0].title))
    sections = sorted(_sections(repo), key=lambda found: -found[0])
    if sections and sections[0][0] >= _ENOUGH:
        return passed("A section describes the architecture.", sections[0][1])
    if documents.diagrams:
        drawn = documents.diagrams[0]
        return passed("A diagram is kept.", seen(drawn.path, drawn.line, drawn.title))
    if sections and sections[0][0] >= _SOMETHING:
        return partial("The architecture is touched on in a few words.", sections[0][1], score=0.5)
    return failed("No page, diagram or decision record describes the architecture.", looked_in=(documents.LOOKS,))


def _sections(repo: Repo) -> Iterator[tuple[int, Evidence]]:
    """Sections on the architecture, each with its number of words."""
    for document in repo.documents.all:
        if not _NOT_ABOUT.search(document.path):
            heading = f"{_HEADING}|{_VAGUE_HEADING}" if document.path.count("/") < _NEAR else _HEADING
            for section in document.sections(heading):
                if not _NOT_ABOUT.search(section.title):
                    yield document.words_under(section), seen(document.path, section.line, section.title)
