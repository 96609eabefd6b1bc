"""Whether it is written down who answers for the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from readiness_bot.control import Control, failed, partial, passed, seen
from readiness_bot.model import Effort, Evidence, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo

_FILES = r"(\.github/|docs?/)?(maintainers|owners|authors|governance|team)"
_HEADING = (
    r"^(maintainers?|core (team|maintainers|developers)|owners?|code owners|(the |our )?team"
    r"|maintained by|contacts?|project lead(s|ership)?|authors?( and maintainers)?)\b"
)
_PERSON = re.compile(r"@[\w-]+|[A-Z][\w'-]+ [A-Z][\w'-]+|[\w.+-]+@[\w-]+\.\w+")
_ADDRESS = re.compile(
    r"\b(?!(info|oss|contact|hello|support|team|admin|open-?source|dev|security|no-?reply|office|you|your[\w.-]*)@)"
    r"[\w.+-]+@(?!googlegroups\.|groups\.|lists?\.|freelists\.|example\.(com|org|net))[\w-]+\.\w+"
)
_PEOPLE = re.compile(
    r"(project|tool\.poetry)\.(authors|maintainers)(\.(email|name))?|metadata\.(author|maintainer)[_-]?email"
)
_ORGANISATION = re.compile(
    r"\b(team|inc|gmbh|ltd|llc|corp\w*|company|developers?|contributors?|authors?|maintainers?|project|community|group"
    r"|foundation|labs?|software|systems?|solutions|technolog\w+|your name|open source|security|support)\b",
    re.IGNORECASE,
)
_NAME_ALONE = re.compile(r"@?[A-Za-z][\w-]+")
_NOBODY = re.compile(r"(user:|group:)?(default/)?(guests?|unknown|none|todo)", re.IGNORECASE)
"""What such descriptions say as long as nobody has said more."""
_MANIFEST = re.compile(r"(^|/)(pyproject\.toml|setup\.cfg)$")


_COMPONENT = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: orders}\n"


@Control(
    id="documentation/ownership",
    title="Owners are named",
    kind=Kind.CAPABILITY,
    severity=Severity.LOW,
    why="Code that belongs to everybody is reviewed, updated and repaired by nobody.",
    impact=(
        "Questions and alerts go round until somebody takes pity, and risky changes are merged without one who knows."
    ),
    fix="Add `.github/CODEOWNERS` with a line such as `* @shop/backend`, so that reviews are asked of the owners.",
    effort=Effort.HOURS,
    role=Role.BACKEND,
    sources=[
        "https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners"
    ],
    passes=[
        {"catalog-info.yaml": _COMPONENT + "spec: {type: service, owner: group:shop-backend}\n"},
        {".github/CODEOWNERS": "* @shop/backend\n"},
        {"MAINTAINERS.md": "# Maintainers\n\n- Ada Lovelace (@ada)\n"},
        {"pyproject.toml": '[project]\nname = "shop"\nmaintainers = [{name = "Ada", email = "ada@shop.example"}]\n'},
        {"README.md": "# Shop\n\n## Maintainers\n\nAda Lovelace and Grace Hopper.\n"},
        {"setup.py": "from setuptools import setup\n\nsetup(name='shop', author_email='ada@shop.example')\n"},
        {"pyproject.toml": '[project]\nauthors = [{name = "Ada Lovelace", email = "hello@shop.example"}]\n'},
    ],
    fails=[
        {"README.md": "# Shop\n"},
        {"catalog-info.yaml": _COMPONENT + "spec: {type: service, owner: guest}\n"},
        {"setup.py": "from setuptools import setup\n\nsetup(name='shop', author_email='shop@googlegroups.com')\n"},
        {"README.md": "# Shop\n", ".github/CODEOWNERS": "# nobody yet\n"},
        {"pyproject.toml": '[project]\nauthors = [{name = "Shop Team", email = "team@shop.example"}]\n'},
        {"pyproject.toml": '[tool.poetry]\nname = "shop"\nauthors = ["Your Name <you@example.com>"]\n'},
    ],
    partials=[{".github/CODEOWNERS": "ada\ngrace\n"}],
    fixed={"README.md": "# Shop\n", ".github/CODEOWNERS": "* @shop/backend\n"},
)
def ownership(repo: Repo) -> Judgement:
    """Judged by CODEOWNERS, maintainers in a list, the read-me or the manifest, or a catalogue's description."""
    rules = [(path, rule) for path, owners in repo.documents.owner_files for rule in owners.rules]
    for path, rule in rules:
        if rule.owners:
            return passed("Code owners are named.", seen(path, rule.line, f"{rule.pattern} {' '.join(rule.owners)}"))
    named = next(chain(_of_documents(repo), _of_manifests(repo), _of_catalogue(repo)), None)
    if named is not None:
        return passed("Maintainers are named.", named)
    for path, rule in rules:
        if _NAME_ALONE.fullmatch(rule.pattern):
            what = "CODEOWNERS lists names without paths, which no code host can ask for a review."
            return partial(what, seen(path, rule.line, rule.pattern), score=0.5)
    return failed(
        "Nobody is named as owner or maintainer.",
        looked_in=("CODEOWNERS", "MAINTAINERS", "read-me", "pyproject.toml", "setup.py", "catalog-info.yaml"),
    )


def _of_documents(repo: Repo) -> Iterator[Evidence]:
    for document in repo.documents.named(_FILES):
        if any(_PERSON.search(section.text) for section in document.prose.sections):
            yield seen(document.path, 1, document.title)
    speaking = repo.documents.named(r"((\.github/|docs?/)?(readme|contributing))")
    for document in speaking:
        for section in document.sections(_HEADING):
            if _PERSON.search(section.text):
                yield seen(document.path, section.line, section.title)


def _of_catalogue(repo: Repo) -> Iterator[Evidence]:
    """Who answers for a component by the description that a catalogue of software reads, such as Backstage's."""
    for path, resource in repo.deployment.workloads.resources:
        if resource.api.startswith("backstage.io/") and resource.owner and not _NOBODY.fullmatch(resource.owner):
            yield seen(path, resource.line, f"{resource.kind} {resource.name}, owner {resource.owner}")


def _is_person(name: str) -> bool:
    """Whether a name is a person's, and not that of a team or company."""
    words = name.split()
    return 2 <= len(words) <= 4 and all(word[0].isupper() for word in words) and not _ORGANISATION.search(name)


def _of_manifests(repo: Repo) -> Iterator[Evidence]:
    for path, tables in sorted(repo.tooling.files.items(), key=lambda item: (item[0].count("/"), item[0])):
        if not _MANIFEST.search(path):
            continue
        for table in tables:
            for setting in table.settings:
                beside = table.get("name") if table.name.endswith(("authors", "maintainers")) else None
                is_person = beside is not None and _is_person(beside.text)
                if _PEOPLE.fullmatch(f"{table.name}.{setting.name}") and (is_person or _ADDRESS.search(setting.text)):
                    named, by = (table.name, beside) if beside is not None else (setting.name, setting)
                    yield seen(path, setting.line, f"{named.rpartition('.')[2]}: {by.text.splitlines()[0]}")
    for person in repo.dependencies.people:
        if _ADDRESS.search(person.detail):
            yield person
