"""Whether known vulnerabilities in dependencies come to somebody's notice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from readiness_bot.control import Control, failed, partial, passed, seen
from readiness_bot.model import Effort, Evidence, Judgement, Kind, Role, Severity, Status
from readiness_bot.repo import Repo
from readiness_bot.repo.pipeline_sites import Run

_SCANNERS = (
    "pip-audit",
    "safety",
    "osv-scanner",
    "trivy",
    "grype",
    "snyk",
    "dependency-review",
    "fossa",
    "jake",
    "mend",
    "renovate",
    "dependency-check.sh",
)
_PYTHON = re.compile(
    r"^(pip|uv|pipenv|poetry|conda|pip_requirements|pep621|pip_setup|pipenv|pip-compile|setup-cfg|\*)$"
)
_TEMPLATES = re.compile(r"dependency[-_]scanning|container[-_]scanning", re.IGNORECASE)
_SCANNING_TASKS = re.compile(r"(snyk|WhiteSource|mend|dependency-check|sonatype|jfrog)", re.IGNORECASE)

_RELEASE = re.compile(r":v?\d+(\.\d+)*(-\w+)*$")
"""How an image of others is asked for: `postgres:15-alpine`."""
_BY_HAND = frozenset({"manual"})

_BOT = "version: 2\nupdates:\n  - package-ecosystem: pip\n    directory: /\n    schedule: {interval: weekly}\n"
_NEEDS = {"app/main.py": "import flask\n", "requirements.txt": "flask==3.1.0\n"}


@Control(
    id="security/dependency-scanning",
    title="Dependencies are scanned for known vulnerabilities",
    kind=Kind.CAPABILITY,
    severity=Severity.MEDIUM,
    why="Most of what runs is other people's code, and its holes are published daily, for attackers as well.",
    impact="A vulnerability with a known exploit stays in production until somebody reads of it by chance.",
    fix="Add `.github/dependabot.yml` with `package-ecosystem: pip` for each folder that holds a manifest.",
    effort=Effort.HOURS,
    role=Role.SECURITY,
    sources=["https://docs.github.com/en/code-security/dependabot", "https://github.com/pypa/pip-audit"],
    passes=[
        {**_NEEDS, ".github/dependabot.yml": _BOT},
        {
            "app/main.py": "import flask\n",
            "requirements/base.txt": "flask==3.1.0\n",
            "requirements/dev.txt": "pytest==8.3.4\n",
            ".github/dependabot.yml": _BOT,
        },
        {
            **_NEEDS,
            "app/plugins/__init__.py": "",
            "app/plugins/statsd/setup.py": (
                "from setuptools import setup\n\nsetup(name='statsd-plugin', install_requires=['datadog'])\n"
            ),
            ".github/dependabot.yml": _BOT,
        },
        {**_NEEDS, "renovate.json": '{"extends": ["config:recommended"]}'},
        {
            **_NEEDS,
            ".github/workflows/audit.yml": (
                "on: {schedule: [{cron: '0 4 * * 1'}]}\njobs:\n  a: {steps: [{run: pip-audit}]}\n"
            ),
        },
    ],
    fails=[
        _NEEDS,
        {**_NEEDS, ".github/dependabot.yml.disabled": _BOT},
        {
            **_NEEDS,
            ".github/workflows/codeql.yml": (
                "on: push\njobs:\n  a: {steps: [{uses: github/codeql-action/analyze@v3}]}\n"
            ),
        },
        {**_NEEDS, ".github/dependabot.yml": _BOT.replace("pip", "github-actions")},
        {
            **_NEEDS,
            ".github/workflows/scan.yml": (
                "on: push\njobs:\n  a:\n    steps:\n      - uses: aquasecurity/trivy-action@master\n"
                "        with: {image-ref: 'postgres:15-alpine'}\n"
            ),
        },
    ],
    fixed={**_NEEDS, ".github/dependabot.yml": _BOT},
    partials=[
        {
            **_NEEDS,
            ".github/workflows/audit.yml": "on: workflow_dispatch\njobs:\n  a: {steps: [{run: pip-audit}]}\n",
        },
        {**_NEEDS, "jobs/worker/requirements.txt": "celery==5.4.0\n", ".github/dependabot.yml": _BOT},
    ],
)
def dependency_scanning(repo: Repo) -> Judgement:
    """Judged by scanners that pipelines run and by update bots, the latter for the folders that they cover."""
    scans = [run for run in repo.pipelines.runs_of(*_SCANNERS) if _scans(run)]
    scanning = next((run for run in scans if run.events != _BY_HAND), None)
    if scanning is not None:
        return passed(f"{scanning.tool} runs in a pipeline.", seen(scanning.path, scanning.line, scanning.detail))
    for site in repo.pipelines.all:
        for include in site.pipeline.includes:
            if _TEMPLATES.search(include.value):
                return passed("A pipeline template scans dependencies.", seen(site.path, include.line, include.value))
    for step in repo.pipelines.steps:
        if _SCANNING_TASKS.search(step.step.uses):
            return passed("A pipeline scans dependencies.", seen(step.path, step.line, step.step.uses))
    found = _by_bots(repo)
    if scans and found.status is Status.FAIL:
        first = scans[0]
        return partial(
            f"{first.tool} looks at the dependencies only when somebody starts it by hand.",
            seen(first.path, first.line, first.detail),
        )
    return found


def _scans(run: Run) -> bool:
    step = run.step.step
    looked_at = next((pair.value for pair in step.inputs if step.uses and pair.name in ("image-ref", "image")), "")
    if looked_at and "/" not in looked_at and "$" not in looked_at and _RELEASE.search(looked_at):
        return False  # an image that others release: nothing that was built here is looked at
    if run.tool == "trivy":
        return run.can_fail and run.command.words[:1] not in (("config",), ("k8s",), ("version",))
    return run.can_fail and not run.command.has("--version", "--help")


def _by_bots(repo: Repo) -> Judgement:
    folders = sorted(
        {
            site.directory
            for site in repo.dependencies.manifests
            # What lies within a package comes with it: an add-on in its folder is no second product.
            if site.is_main and f"{site.directory.rpartition('/')[0]}/__init__.py" not in repo.paths
        }
    )
    covered: dict[str, Evidence] = {}
    others: list[Evidence] = []
    for path, bot in repo.dependencies.update_bots:
        for updates in bot.updates if bot.enabled else ():
            place = seen(
                path, updates.line, f"{bot.bot} updates {updates.ecosystem} in {', '.join(updates.directories)}"
            )
            if not _PYTHON.match(updates.ecosystem):
                others.append(place)
                continue
            whole = bot.bot == "renovate" or (updates.ecosystem == "uv" and "uv.lock" in repo.paths)
            watched = (*updates.directories, *_below(repo, updates.ecosystem, updates.directories))
            covered.update({folder: place for folder in folders if whole or _covers(watched, folder)})
    if covered and (len(covered) == len(folders) or len(covered) / len(folders) >= 0.8):
        return passed("A bot watches the dependencies.", *dict.fromkeys(covered.values()))
    if covered:
        share = len(covered) / len(folders)
        missing = next(folder for folder in folders if folder not in covered)
        return partial(
            (
                f"A bot watches {len(covered)} of {len(folders)} folders with "
                f"dependencies; {missing or 'the root'} is not among them."
            ),
            *dict.fromkeys(covered.values()),
            score=round(0.5 + 0.4 * share, 2),
        )
    what = "A bot updates other things than Python's dependencies" if others else "Nothing scans the dependencies"
    if others and not folders:
        return passed("A bot watches the dependencies.", *others[:2])
    return failed(f"{what}.", *others[:2], looked_in=(repo.pipelines.LOOKS, ".github/dependabot.yml, renovate.json"))


def _below(repo: Repo, ecosystem: str, directories: tuple[str, ...]) -> Iterator[str]:
    """The folders in a watched one that hold requirements: Dependabot looks one level down for those of pip."""
    for site in repo.dependencies.manifests if ecosystem == "pip" else ():
        above = f"/{site.directory.rpartition('/')[0]}"
        if site.directory and site.path.endswith((".txt", ".in")) and _covers(directories, above.strip("/")):
            yield f"/{site.directory}"


def _covers(directories: tuple[str, ...], folder: str) -> bool:
    everywhere = ("**", "/**", "**/*", "*")
    return any(fnmatchcase(f"/{folder}", each.rstrip("/") or "/") or each in everywhere for each in directories)
