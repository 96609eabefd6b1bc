"""Whether operations are written down: deploying, going back, handling incidents, restoring."""

from __future__ import annotations

import re

from readiness_bot.control import Control, failed, not_applicable, partial, passed, seen
from readiness_bot.model import Effort, Evidence, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo
from readiness_bot.repo.documents import Document

_TOPICS = {
    "deploying": (
        (
            r"^(how to |the )?deploy( \w+)?$|deploy (to|on|with)\b|\bdeploy(ing|ment|ments)\b|going live"
            r"|production|self[- ]host|\bhosting|operations?\b|\binstall(ing|ation)\b"
            r"|^install (with|on|using|via|from)\b|as a (system )?service\b|systemd|reverse proxy"
            r"|\b(docker|podman|compose|kubernetes|k8s|helm|openshift|heroku|ansible|bare[- ]metal|uwsgi|gunicorn)\b"
        ),
        40,
    ),
    "going back or upgrading": (
        (
            r"roll(ing)?[- ]?back|revert|downgrad|upgrad(e|ing)|migrat(e|ing|ion) (guide|to|from)|updating|^updates$"
            r"|\bmov(e|ing) (to|from) "
        ),
        20,
    ),
    "incidents": (
        (
            r"incident(?!s? (cost|type|priorit|severit|role|participant|tag|template|feedback|workflow|setting))"
            r"|troubleshoot|\bon[- ]call\b|runbook|playbook|outage|disaster|common (problems|errors|issues)"
            r"|debugging production|(handling|responding to) alerts|alert (handling|response)"
        ),
        20,
    ),
    "restoring": (
        (
            r"back[- ]?ups?\b|\brestor(e|ing)( (the|a|from|your|data|database"
            r"|backup|dump)\b.*|/.*)?$|disaster|data(base)? recovery"
        ),
        15,
    ),
}
"""What operating takes, as headings that speak of it and the words that a section takes at least to say something."""

_OPERATING = re.compile(
    r"deploy|production|operation|runbook|admin|install|hosting|upgrad|backup|maint|setup|configuration", re.IGNORECASE
)
_OF_MEANS = re.compile(
    r"docker|podman|compose|kubernetes|k8s|helm|openshift|heroku|ansible|bare[- ]metal", re.IGNORECASE
)
"""What a service is deployed by: a section about one tells how, in a read-me too."""
_PLACES = re.compile(
    r"[^/]+$|(.*/)?(docs?([-_](ng|new|src|site|v\d+))?|documentation|runbooks?|wiki|manual|handbook|guides?|book|[\w.]*[-_]docs?"
    r"|docs?[-_][\w.]*)/"
    r"|(ops|operations|deploy(ment)?s?|infra(structure)?|admin|k8s|kubernetes|helm|charts?|docker|containers?"
    r"|install(ation)?|setup|packaging|site|website|backend|server|\.github)/",
    re.IGNORECASE,
)
_NOT_OPERATING = re.compile(
    r"change|release[-_ ]?notes|history|(^|/)(progress|journal|diary)[^/]*$|contribut|develop(ment|ing|er)"
    r"|(^|[/_-])api[-_/]|tutorial|use[-_]cases?/|(^|/)integrations?/|(^|[/_-])test|issue_template|code_of"
    r"|translat|licen[cs]e|privacy|legal|terms|security|frontend|user[-_]?guide|blog"
    r"|(^|/)(agents|claude|gemini|copilot-instructions)\.md$|(^|/)(devs?|\.(claude|agents|cursor))/",
    re.IGNORECASE,
)
_FOR_OPERATORS = re.compile(r"(^|/)(operations|operating|runbooks?|production|deploy(ment|ing)s?)/", re.IGNORECASE)
"""Folders whose pages are for those who operate, in a handbook for whomever."""
_ENOUGH = 3

_RUNBOOK = """\
# Operations

## Deployment

A release is deployed by the pipeline when a tag is pushed. To deploy by hand, sign in to the cluster, set the image of
the deployment to the new tag, and wait until every pod is ready. The migrations run in a job before the new pods start,
and the job stops the release where it fails.

## Rollback

Set the image back to the previous tag. Migrations are written so that the release before the last can run on the new
schema; never migrate downwards.

## Incidents

The alert names the failing route. Look at the dashboard first, then at the logs of the last deployment; page the owner
of the database when its latency is above a second.

## Restore

The database is backed up each hour. To restore it, stop the workers, create an instance from the snapshot, and point
the service at it.
"""
_SERVICE = {
    "app/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/')\ndef root():\n    return {}\n"
}


@Control(
    id="documentation/runbook",
    title="Operations are written down",
    kind=Kind.CAPABILITY,
    severity=Severity.HIGH,
    why="At three in the morning nobody should have to find out how a release is taken back or a database restored.",
    impact="Outages last as long as it takes to reach the one who knows, and are made worse by guessing.",
    fix="Write `docs/runbook.md` with sections for `Deployment`, `Rollback`, `Incidents` and `Restore`.",
    in_code=False,
    effort=Effort.DAYS,
    role=Role.DEVOPS,
    sources=[
        "https://sre.google/sre-book/being-on-call/",
        "https://docs.aws.amazon.com/wellarchitected/latest/operational-excellence-pillar",
    ],
    passes=[
        {**_SERVICE, "docs/runbook.md": _RUNBOOK},
        {**_SERVICE, "docs/developers/operations/runbook.md": _RUNBOOK},
    ],
    fails=[
        _SERVICE,
        {**_SERVICE, ".github/copilot-instructions.md": _RUNBOOK},
        {**_SERVICE, "README.md": "# Shop\n\n## Updates\n\n" + "In May it was shown to many people. " * 5},
        {
            **_SERVICE,
            "docs/integrations/bank.md": "# Bank\n\n## Troubleshooting\n\n"
            + "Ask the bank for a new key, and try again. " * 20,
        },
        {**_SERVICE, "README.md": "# Shop\n\n## Running\n\n`uvicorn app.main:app`\n"},
    ],
    fixed={**_SERVICE, "docs/runbook.md": _RUNBOOK},
    partials=[
        {
            **_SERVICE,
            "docs/admin/setup.rst": "Setup\n=====\n\nUpdates\n-------\n\n"
            + "Pull the image, and start the unit again. " * 4,
        },
        {
            **_SERVICE,
            "DEPLOYMENT.md": "# Steps\n\n"
            + "Merge the change, wait for the image to be published, and have the cluster fetch it. " * 4,
        },
        {
            **_SERVICE,
            "README.md": "# Shop\n\n## Backup & Restore\n\n" + "Copy the database at night, and load it again. " * 6,
        },
        {
            **_SERVICE,
            "README.md": "# Shop\n\n## Docker\n\n"
            + "Pull the image, keep its volume on a disk that is saved, and start it behind a proxy. " * 3,
        },
        {
            **_SERVICE,
            "server/docs/installation.md": "# Installation\n\n" + "Make a user, and a unit for the server. " * 9,
        },
        {
            **_SERVICE,
            "install-docs/README.md": "# Installing\n\n## Install the server\n\n" + "Make a user, and a unit. " * 15,
        },
        {
            **_SERVICE,
            "docs/deploy.rst": "Deployment\n==========\n\nBuild it so:\n\n.. code-block:: dockerfile\n\n"
            + "   # Install what it needs.\n   RUN apk add what the server and its users need\n" * 6,
        },
        {**_SERVICE, "CONTRIBUTING.md": _RUNBOOK.partition("## Rollback")[0].replace("Operations", "Contributing")},
        {
            **_SERVICE,
            "docs/deployment/cloud.md": (
                "# Cloud\n\n## Environments\n\n" + "Each of them has a group of its own, made by Terraform. " * 6
            ),
        },
        {**_SERVICE, "deployment.md": _RUNBOOK.partition("## Rollback")[0]},
        {
            **_SERVICE,
            "doc-ng/installation/manual.md": "# Manual installation\n\n"
            + "Make a user, and a unit for the server. " * 9,
            "doc-ng/installation/upgrade.md": "# Upgrade\n\n" + "Stop the server, install the release. " * 9,
        },
        {
            **_SERVICE,
            "deployment.md": _RUNBOOK.partition("## Rollback")[0]
            + _RUNBOOK[_RUNBOOK.index("## Incidents") : _RUNBOOK.index("## Restore")],
            "README.md": "# Restore\n\n" + "The service that restores old photographs of its customers. " * 12,
        },
        {
            **_SERVICE,
            "deployment.md": _RUNBOOK.partition("## Incidents")[0]
            + "## Incident types\n\n"
            + "An administrator adds the types of incidents that may be chosen when one is reported. " * 3,
        },
        {
            **_SERVICE,
            "deployment.md": _RUNBOOK.partition("## Rollback")[0]
            + _RUNBOOK[_RUNBOOK.index("## Incidents") : _RUNBOOK.index("## Restore")],
            "README.md": "# Shop\n\n## Upgrading Python in existing projects\n\n" + "Make the environment anew. " * 12,
        },
    ],
    ignores=[
        {"mylib/__init__.py": "def add(a, b):\n    return a + b\n"},
        {
            "pyproject.toml": '[project]\nname = "scan"\n\n[project.scripts]\nscan = "scan.cli:main"\n',
            "scan/cli.py": "def main():\n    return 0\n",
            "Dockerfile": 'FROM python:3.13-slim\nCOPY . .\nRUN pip install .\nENTRYPOINT ["scan"]\n',
        },
    ],
)
def runbook(repo: Repo) -> Judgement:
    """Judged by how many of the four topics some document of this repository treats."""
    if not repo.is_service:
        return not_applicable("A library: there is nothing to operate.")
    found = _found(repo)
    if not found and repo.services.is_packaged and not (repo.serves or repo.services.is_worker or _runs(repo)):
        return not_applicable("A command line tool, whose image runs it once: there is nothing to operate.")
    missing = [topic for topic in _TOPICS if topic not in found]
    if "deploying" in found and len(found) >= _ENOUGH:
        return passed(f"Written down: {', '.join(found)}.", *found.values())
    if "deploying" in found or len(found) > 1:
        share = len(found) / len(_TOPICS)
        return partial(f"Not written down: {', '.join(missing)}.", *found.values(), score=round(0.4 + 0.4 * share, 2))
    if found:
        return partial(f"Not written down: {', '.join(missing)}.", *found.values())
    return failed(
        "Neither deploying nor anything else of operating is written down.", looked_in=(repo.documents.LOOKS,)
    )


def _found(repo: Repo) -> dict[str, Evidence]:
    """The topics that some document treats, and where."""
    found: dict[str, Evidence] = {}
    for document in repo.documents.all:
        if _PLACES.match(document.path) and (
            not _NOT_OPERATING.search(document.path) or _FOR_OPERATORS.search(document.path)
        ):
            for topic in _TOPICS:
                if topic not in found and (place := _treats(document, topic)):
                    found[topic] = place
    if "deploying" not in found and (place := _deployed_by_developers(repo) or _page_of_deploying(repo)):
        found["deploying"] = place
    return found


_KEEPS_RUNNING = (
    "signal",
    "add_signal_handler",
    "run_forever",
    "serve_forever",
    "blpop",
    "brpop",
    "xreadgroup",
    "start_consuming",
    "consume",
    "subscribe",
    "sleep",
)
"""What programs call that wait for the next piece of work, rather than end."""


def _runs(repo: Repo) -> bool:
    """Whether something keeps the tree's program running, or starts it again and again."""
    return bool(
        repo.deployment.computes
        or repo.deployment.production_containers
        or any(True for _ in repo.python.calls_of(*_KEEPS_RUNNING))
    )


_PLAIN_DEPLOYING = r"^(how to )?(deploy(ing|ment)?|releas(e|ing)( process)?|going live|production( deployment)?)$"


def _deployed_by_developers(repo: Repo) -> Evidence | None:
    """Where a page for developers says how the service is deployed, in a section of its own."""
    for document in repo.documents.all:
        if re.search(r"(^|/)(contribut|develop|hacking)[^/]*$", document.path, re.IGNORECASE):
            for section in document.sections(_PLAIN_DEPLOYING):
                if document.words_under(section) >= _TOPICS["deploying"][1]:
                    return seen(document.path, section.line, section.title)
    return None


def _page_of_deploying(repo: Repo) -> Evidence | None:
    """A page whose name says that it is about deploying, whatever its sections are called."""
    for document in repo.documents.all:
        named = re.search(r"(^|/)deploy(ing|ments?)?(/[^/]+)?\.\w+$", document.path, re.IGNORECASE)
        words = sum(section.words for section in document.prose.sections)
        if named and _PLACES.match(document.path) and words >= _TOPICS["deploying"][1]:
            return seen(document.path, 1, "a page about deploying")
    return None


_TOOLS = (
    r"(python|poetry|pip|uv|node(\.?js)?|npm|yarn|dependenc\w*|packages?|requirements|libraries|lock|docs?|documentation"
    r"|translation|fixtures?|snapshots?|tests?|changelog|readme|screenshots?)"
)
_OF_TOOLS = re.compile(
    rf"(upgrad|updat|downgrad)\w*( (the|your|to|from|a|an|new))* {_TOOLS}|{_TOOLS} (upgrad|updat)", re.IGNORECASE
)
"""What developers bring up to date, and no operator."""


def _treats(document: Document, topic: str) -> Evidence | None:
    heading, words = _TOPICS[topic]
    for section in document.sections(heading):
        if topic == "deploying" and not _is_of_operating(document, section.title):
            continue
        if section.level == 1 and document.path.lower().startswith("readme"):
            continue  # the title, which names the project
        if topic == "going back or upgrading" and _OF_TOOLS.search(section.title):
            continue
        if section.title.lower() == "updates" and not _is_of_operating(document, section.title):
            continue  # news
        if document.words_under(section) >= words:
            return seen(document.path, section.line, section.title)
    return None


_OF_THAT_FOLDER = re.compile(r"(deploy|install|operation|production|hosting|admin|runbook)", re.IGNORECASE)
_OF_DEVELOPERS = re.compile(
    r"develop|\b(dev|tests?|testing|build(ing)?|local(ly)?|contribut\w+|prerequisites?|requirements?)\b", re.IGNORECASE
)


def _is_of_operating(document: Document, title: str) -> bool:
    """Whether a section speaks of production: an installation that a read-me explains is a developer's."""
    if re.search(r"deploy|production|hosting|operat|going live|service|systemd|proxy", title, re.IGNORECASE):
        return _OF_DEVELOPERS.search(title) is None
    if _OF_MEANS.search(title):
        return _OF_DEVELOPERS.search(title) is None
    folder, _, name = document.path.rpartition("/")
    if name.lower().startswith("readme"):
        return _OF_THAT_FOLDER.match(folder.rpartition("/")[2]) is not None
    return _OPERATING.search(f"{folder.rpartition('/')[2]}/{name}") is not None
