"""Whether every pull request is built or tested before it is merged."""

from __future__ import annotations

import re

from readiness_bot.control import Control, failed, partial, passed, seen, unknown
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo
from readiness_bot.repo.pipeline_sites import JobSite, Run

_BUILDERS = re.compile(
    r"""
      docker\ (buildx\ )?(build|bake)\b | docker-compose\ .*\b(build|up|run)\b | buildah\  | kaniko
    | oc\ (.*\ )?(start-build|new-build|new-app)\b
    | (build|pyproject-build)(\ |$) | (poetry|uv|hatch|pdm|flit)\ build | setup\.py\ (build|bdist|sdist) | cibuildwheel
    | (npm|yarn|pnpm|bun)\ (run\ )?(test|build) | (pants|bazel|earthly|dagger|nix)\  | (cargo|go)\ (build|test)
    | (\w+-)?manage(\.py)?\ (check|migrate|makemigrations) | (make|just|task|tox|nox|invoke|inv)(\ |$)
    """,
    re.VERBOSE,
)
_DOCUMENTS = re.compile(r"(^|[-_ ])(docs?|documentation|gh-?pages|website)([-_. ]|$)", re.IGNORECASE)
"""Workflows and jobs that build pages, and not the service."""
_PUSHED_ONLY = 0.5
_CHECKED_ONLY = 0.6
_CALLED_ELSEWHERE = 0.75
_NAMED_FOR_PROOF = re.compile(
    r"/[^/@]*(?<![a-z])(tests?|testing|ci|builds?|pytest|tox)(?![a-z])[^/@]*\.ya?ml(@|$)", re.IGNORECASE
)
"""Pipelines of other repositories that are named for tests or builds."""
_ASKING_FOR_PROOF = re.compile(r"(?<![a-z])(tests?|pytest|ci|checks?|builds?)(?![a-z])", re.IGNORECASE)
_HALF = 0.5

_TESTED = """\
name: test
on:
  pull_request:
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: pip install -r requirements.txt
      - run: pytest
"""


@Control(
    id="infrastructure/ci-pipeline",
    title="Pull requests are built or tested by a pipeline",
    kind=Kind.CAPABILITY,
    severity=Severity.HIGH,
    why="A change that only its author has run is a guess; a pipeline runs every one in the same clean place.",
    impact="Broken changes are merged, and the first to run them is production.",
    fix="Add `.github/workflows/test.yml` that starts `on: pull_request`, installs the project and runs `pytest`.",
    effort=Effort.DAY,
    role=Role.DEVOPS,
    sources=[
        "https://docs.github.com/en/actions/about-github-actions/about-continuous-integration-with-github-actions",
        "https://docs.gitlab.com/ee/ci/pipelines/merge_request_pipelines.html",
    ],
    passes=[
        {
            "app/main.py": "",
            ".github/workflows/push.yml": (
                "on: push\njobs:\n  check:\n    uses: shop/ci/.github/workflows/django.yaml@v2\n"
            ),
        },
        {"app/main.py": "", ".github/workflows/test.yml": _TESTED.replace("pull_request:", "push:")},
        {
            "app/main.py": "",
            ".github/workflows/push.yml": "on: push\njobs:\n  test:\n    steps: [{run: pytest}]\n",
            ".github/workflows/requests.yml": (
                "on: pull_request\njobs:\n  all:\n    uses: shop/ci/.github/workflows/integration_tests.yaml@v2\n"
            ),
        },
        {
            "app/main.py": "",
            ".circleci/config.yml": (
                "version: 2\njobs:\n  build:\n    docker: [{image: cimg/python:3.13}]\n"
                "    steps: [checkout, {run: pytest}]\n"
                "workflows:\n  all:\n    jobs:\n      - build: {filters: {branches: {only: /.*/}}}\n"
            ),
        },
        {
            "app/main.py": "",
            ".github/workflows/requests.yml": (
                "on: pull_request\njobs:\n  check:\n    uses: shop/ci/.github/workflows/django.yaml@v2\n"
            ),
        },
        {"app/main.py": "", ".github/workflows/test.yml": _TESTED},
        {
            "app/main.py": "",
            ".gitlab-ci.yml": "test:\n  script:\n    - tox\n",
            "tox.ini": "[testenv]\ncommands = pytest\n",
        },
        {
            "app/main.py": "",
            "Jenkinsfile": "pipeline {\n  stages {\n    stage('test') { steps { sh 'make test' } }\n  }\n}\n",
        },
        {
            "app/main.py": "",
            "Jenkinsfile": (
                "pipeline {\n  stages {\n    stage('build') { steps { script { openshift.withCluster() {\n"
                "      openshift.selector('bc', 'shop').startBuild()\n    } } } }\n  }\n}\n"
            ),
        },
    ],
    fails=[
        {"app/main.py": ""},
        {
            "app/main.py": "",
            "Jenkinsfile": (
                "pipeline {\n  stages {\n    stage('on') { steps { script { openshift.withCluster() {\n"
                "      openshift.apply(openshift.process('-f', 'shop.json'))\n    } } } }\n  }\n}\n"
            ),
        },
        {
            "app/main.py": "",
            ".github/workflows/stale.yml": "on: schedule\njobs:\n  a: {steps: [{uses: actions/stale@v9}]}\n",
        },
        {"app/main.py": "", ".github/workflows/test.yml.disabled": _TESTED},
        {"app/main.py": "", ".github/workflows/test.yml": _TESTED.replace("pytest", "make -C doc html")},
        {
            "app/main.py": "",
            ".github/workflows/docs.yml": (
                "on: pull_request\njobs:\n  publish-docs:\n    steps:\n      - run: docker build -t docs docs\n"
            ),
        },
        {
            "app/main.py": "",
            ".github/workflows/preview.yml": (
                "on:\n  pull_request:\n    paths: ['docs/**', .github/workflows/preview.yml]\n"
                "jobs:\n  preview:\n    steps:\n      - run: npm run build\n"
            ),
        },
    ],
    fixed={"app/main.py": "", ".github/workflows/test.yml": _TESTED},
    partials=[
        {"app/main.py": "", ".github/workflows/test.yml": _TESTED.replace("pull_request:", "push: {branches: [main]}")},
        {"app/main.py": "", ".github/workflows/test.yml": _TESTED.replace("pytest", "tox -e lint,types")},
    ],
)
def ci_pipeline(repo: Repo) -> Judgement:
    """Judged by the commands that pull requests start: a test runner or a build passes."""
    proving = [run for run in repo.pipelines.runs if run.can_fail and _proves(repo, run)]
    on_changes = sorted(
        (run for run in proving if run.on_changes),
        key=lambda run: (not run.on_pull_requests, run not in repo.pipelines.test_runs),
    )
    if on_changes:
        shown = _one_a_pipeline(on_changes)
        what = "Pull requests are" if on_changes[0].on_pull_requests else "Every push is"
        return passed(f"{what} built or tested.", *(seen(run.path, run.line, run.detail) for run in shown))
    named = [job for job in repo.pipelines.elsewhere if _is_named_for_proof(job)]
    elsewhere = next(iter(sorted(named, key=lambda job: not job.on_pull_requests)), None)
    if elsewhere is not None:
        what = "Pull requests are" if elsewhere.on_pull_requests else "Every push is"
        return passed(
            f"{what} built or tested by a pipeline of another repository, by its name.",
            seen(elsewhere.path, elsewhere.line, f"calls {elsewhere.called}"),
            *(seen(run.path, run.line, run.detail) for run in proving[:1]),
        )
    if proving and all(run.started_elsewhere for run in proving):
        run = proving[0]
        return unknown(
            "A pipeline builds or tests; what starts it is not kept here.",
            seen(run.path, run.line, run.detail),
            estimate=_CALLED_ELSEWHERE,
        )
    if proving:
        run = proving[0]
        return partial(
            "A pipeline builds or tests, but not pull requests: what it finds is merged already.",
            seen(run.path, run.line, run.detail),
            score=_PUSHED_ONLY,
        )
    checking = next((run for run in repo.pipelines.runs if run.checks_pull_requests and _checks(run)), None)
    if checking is not None:
        return partial(
            "Pull requests are checked, but neither built nor tested.",
            seen(checking.path, checking.line, checking.detail),
            score=_CHECKED_ONLY,
        )
    if repo.pipelines.elsewhere:
        job = repo.pipelines.elsewhere[0]
        return unknown(
            "Changes start a pipeline of another repository, which tells what it builds and tests.",
            seen(job.path, job.line, f"calls {job.called}"),
            estimate=_CALLED_ELSEWHERE,
        )
    if repo.pipelines.unreadable:
        return unknown(
            "A pipeline that is not read, or that is put together when it runs, alone tells what is built and tested.",
            seen(repo.pipelines.unreadable[0], 1, "pipeline"),
            estimate=_HALF,
        )
    what = "The pipelines neither build nor test" if repo.pipelines.exist else "There is no pipeline"
    return failed(f"{what}: nothing runs a change before it is merged.", looked_in=(repo.pipelines.LOOKS,))


def _is_named_for_proof(job: JobSite) -> bool:
    """Whether a pipeline of another repository is named for tests or builds, or the job that calls it is."""
    is_of_pages = _DOCUMENTS.search(f"{job.path.rpartition('/')[2]} {job.job.name} {job.called}") is not None
    return not is_of_pages and bool(_NAMED_FOR_PROOF.search(job.called) or _ASKING_FOR_PROOF.search(job.job.name))


_CHECKERS = frozenset({"ruff", "flake8", "pylint", "black", "mypy", "pyright", "pre-commit"})
_TASK = re.compile(r"(make|just|task|tox|nox|invoke|inv)\ (?P<asked>.+)")
_OF_PAGES = re.compile(r"\b(docs?|documentation|html|linkcheck|sphinx|mkdocs|spelling|site)\b", re.IGNORECASE)
_OF_STYLE = re.compile(
    r"\b(lint\w*|format\w*|fmt|style|flake8?|ruff|black|isort|pylint|mypy|types?|typecheck|typing|pre-?commit|pep8)\b",
    re.IGNORECASE,
)


def _asks_only_for(run: Run, meaning: re.Pattern[str]) -> bool:
    """Whether a task runner is asked for targets of one meaning, and nothing else."""
    asked = _TASK.match(run.command.text)
    words = [word for word in re.split(r"[\s,]+", asked["asked"]) if not word.startswith("-")] if asked else []
    return bool(words) and all(meaning.search(word.replace("_", "-")) for word in words)


def _checks(run: Run) -> bool:
    return run.tool in _CHECKERS or _asks_only_for(run, _OF_STYLE)


_PAGES = re.compile(r"(docs?|documentation|website|site|pages)(/|$)|[\w./*-]*\.(md|rst)$")


def _proves(repo: Repo, run: Run) -> bool:
    if run in repo.pipelines.test_runs:
        return True
    if _asks_only_for(run, _OF_PAGES) or _asks_only_for(run, _OF_STYLE):
        return False
    return _BUILDERS.match(run.command.text) is not None and not _is_of_documents(run)


def _is_of_documents(run: Run) -> bool:
    """Whether a run is for pages: by the names of its pipeline and job, its folder, or the paths that start it."""
    job = run.step.job
    told = f"{job.path.rpartition('/')[2]} {job.job.name}"
    watched = [
        path
        for trigger in job.pipeline.triggers
        if trigger.event.startswith("pull_request")
        for path in trigger.paths
        if not path.startswith((".github/", "!"))
    ]
    return (
        _DOCUMENTS.search(told) is not None
        or _PAGES.match(run.command.directory) is not None
        or (bool(watched) and all(_PAGES.match(path) for path in watched))
    )


def _one_a_pipeline(runs: list[Run]) -> list[Run]:
    first: dict[str, Run] = {}
    for run in runs:
        first.setdefault(run.step.job.path, run)
    return list({(run.path, run.line): run for run in reversed(first.values())}.values())[::-1][:3]
