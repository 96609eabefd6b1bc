"""Whether the read-me tells a newcomer what this is and how to install, configure and run it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from readiness_bot.control import Control, failed, partial, passed, seen
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo
from readiness_bot.repo.documents import Document

_SENTENCE = 4
"""Words below which a section says nothing by itself."""
_INTRODUCTION = 12
"""Words, badges and links apart, that it takes at least to say what something is."""

_QUESTIONS = {
    "install": (
        r"install|set[- ]?up|getting started|quick ?start|deploy|prerequisites|requirements|development|docker",
        (
            r"pip3? install|uv (sync|pip|tool)|poetry install|pipenv install|docker(-| "
            r")compose|docker (run|pull|build)|helm install|make (install|setup|up)"
            r"|apt(-get)? install|npm (install|ci)|brew install|conda (install|env)|git clone|pipx install|snap install"
        ),
    ),
    "configure": (
        r"config|environment|settings|variables|\.env|parameters|options|customi[sz]",
        (
            r"\.env\b|environment variables?|config(uration)? (file|option)|\bconfigur"
            r"|settings\.py|config\.(ini|ya?ml|toml|py|json)|[A-Z]{3,}_[A-Z_]{3,}\s*=|--config"
        ),
    ),
    "run": (
        r"\brun(ning)?\b|usage|using|start|getting started|quick ?start|development|deploy|launch|how to use|docker",
        (
            r"docker(-| )compose .*up|docker run|uvicorn|gunicorn|flask( --app \S+)? run"
            r"|manage\.py (runserver|serve)|python3? (-m )?\w|fastapi (run|dev)"
            r"|make (run|serve|start|dev|up)|npm (start|run)|localhost|systemctl start|uv run|poetry run"
        ),
    ),
}
"""What a newcomer asks, as headings that answer it and as what an answer holds."""

_OF_OTHERS = re.compile(
    r"^\W*(who|why)\b|development (\w+ )?(flow|work ?flow|process|cycle|practices?|team|status|model)\b|editor ?config",
    re.IGNORECASE,
)
"""Headings that tell who uses it, or why, or how people work together: no answer to how it is set up."""
_OTHER_PURPOSE = re.compile(
    r"(^|/)(contributing|code[-_]of|change|history|release|security|licen[cs]e|support)", re.IGNORECASE
)
_BADGES = re.compile(r"!?\[[^\[\]]*\]\([^()]*\)|<[^<>]*>|https?://\S+|\[!\[.*")
_ELSEWHERE = re.compile(
    r"https?://(?!(img\.|shields|badge|github\.com/[^/]+/[^/]+/(actions|workflows|issues|releases|stargazers)))",
    re.IGNORECASE,
)

_LINE = "# Shop\n\nTakes orders over HTTP, reserves the stock in the warehouse and sends the invoice.\n"
_GOOD = """\
# Shop

Shop is a service that takes orders over HTTP, reserves the stock in the warehouse and sends the invoice.

## Installation

`pip install -r requirements.txt`

## Configuration

Set the environment variables `DATABASE_URL` and `MAIL_HOST`, see `.env.example`.

## Running

`uvicorn app.main:app`
"""


@Control(
    id="documentation/readme",
    title="The read-me says what it is and how to start it",
    kind=Kind.CAPABILITY,
    severity=Severity.MEDIUM,
    why="The read-me is where everybody begins: the new colleague, the one on call, and the author in a year.",
    impact="Setting the service up takes days of asking around, at the worst during an outage.",
    fix="Answer in `README.md`: what it is, and sections for `Installation`, `Configuration` and `Running`.",
    effort=Effort.DAY,
    role=Role.BACKEND,
    sources=[
        "https://www.makeareadme.com/",
        "https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features",
    ],
    passes=[
        {"README.md": _GOOD},
        {
            "README.org": "#+title: Shop\n\n"
            + re.sub("^## ", "** ", _GOOD.partition("\n\n")[2], flags=re.MULTILINE).replace("```", "")
        },
        {
            "README.md": f"{_LINE}\n[Setup](docs/setup.md).\n",
            "docs/setup.md": _GOOD,
        },
    ],
    fails=[{"app/main.py": ""}, {"README.md": "# Shop\n"}],
    fixed={"app/main.py": "", "README.md": _GOOD},
    partials=[
        {
            "README.md": "# Master\n\n![a](https://a.example/a)\n\n# Develop\n\n![b](https://a.example/b)\n\n# Shop\n\n"
            "## Documentation\n\n[Read it](https://docs.example/)\n\n## Overview\n\n"
            + "It takes the orders of many shops and brings them to those who deliver them. "
            * 4
        },
        {"README.md": f"{_LINE}\n## Development process\n\n" + "A change is reviewed by two before it is merged. " * 9},
        {"README.md": f"{_LINE}\n## Installation\n\nSee https://docs.shop.example/install.\n"},
        {"README.md": f"{_LINE}\n## Who is using Shop\n\n- The city of Foo serves it at http://localhost.example\n"},
    ],
)
def readme(repo: Repo) -> Judgement:
    """Judged by the read-me and the documents of this repository that it links to."""
    document = repo.documents.readme
    if document is None:
        return failed("There is no read-me.", looked_in=("README at the root, in .github and docs",))
    linked = [other for _, other in repo.documents.linked(document) if not _OTHER_PURPOSE.search(other.path)]
    introduced = _introduces(document)
    answered = {question: place for question in _QUESTIONS if (place := _answer(question, [document, *linked]))}
    if not introduced and not answered:
        return failed("The read-me hardly says anything.", seen(document.path, 1, f"{document.prose.words} words"))
    evidence = [seen(path, line, f"{question}: {title}") for question, (path, line, title) in answered.items()]
    missing = [question for question in _QUESTIONS if question not in answered]
    if introduced and not missing:
        return passed("The read-me says what it is and how to install, configure and run it.", *evidence)
    elsewhere = any(_ELSEWHERE.match(link.target) for link in document.prose.links)
    asked = f"{', '.join(missing[:-1])} or {missing[-1]}" if len(missing) > 1 else "".join(missing)
    lacks = [*([] if introduced else ["what it is"]), *([f"how to {asked} it"] if missing else [])]
    where = "; what it links to lies elsewhere" if elsewhere and not answered else ""
    score = round(0.5 + 0.4 * (len(answered) + introduced) / (len(_QUESTIONS) + 1), 2)
    shown = evidence or [seen(document.path, 1, document.title)]
    return partial(f"The read-me does not say {' or '.join(lacks)}{where}.", *shown, score=score)


def _introduces(document: Document) -> bool:
    # Sections of badges alone, and those that only point elsewhere, introduce nothing and take no section's place.
    words = [re.findall(r"[A-Za-z][a-z'-]+", _BADGES.sub(" ", section.text)) for section in document.prose.sections]
    return sum(map(len, [told for told in words if len(told) >= _SENTENCE][:4])) >= _INTRODUCTION


def _answer(question: str, documents: Iterable[Document]) -> tuple[str, int, str] | None:
    """Where a question is answered: under a heading for it with more than a link elsewhere, or by a command."""
    heading, content = _QUESTIONS[question]
    return next((place for document in documents for place in _answers(document, heading, content)), None)


def _answers(document: Document, heading: str, content: str) -> Iterator[tuple[str, int, str]]:
    for section in document.sections(heading):
        if _OF_OTHERS.search(section.title):
            continue
        plain = _BADGES.sub(" ", section.text)
        if re.search(content, section.text, re.IGNORECASE) or len(plain.split()) >= 40:
            yield document.path, section.line, section.title
    for section, line in document.saying(content):
        yield document.path, line, section.title or document.title
