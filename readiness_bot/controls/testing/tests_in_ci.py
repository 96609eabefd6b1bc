"""Whether a pipeline runs the tests on every pull request and fails when they do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from readiness_bot.control import Control, failed, partial, passed, seen, unknown
from readiness_bot.model import Effort, Judgement, Kind, Location, Role, Severity, Ward
from readiness_bot.repo import Repo
from readiness_bot.repo.pipeline_sites import JobSite, Run

_TASK_RUNNERS = frozenset(
    {"make", "just", "task", "tox", "nox", "invoke", "inv", "hatch", "earthly", "pants", "bazel", "dagger", "poe"}
)
_ASKS_FOR_TESTS = re.compile(r"(^|[\s:/_.-])(unit|integration|py)?-?_?tests?([\s:_.-]|$)", re.IGNORECASE)

_CALLED_ELSEWHERE = 0.75
_HALF = 0.5

_WORKFLOW = """\
on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: make test
"""
_TEST = {"app/main.py": "def one():\n    return 1\n", "tests/test_main.py": "def test_one():\n    assert True\n"}


@Control(
    id="testing/tests-in-ci",
    counterpart=lambda repo, ward: _counterpart(repo, ward),  # noqa: PLW0108 - it stands further down
    title="The tests run on every pull request",
    kind=Kind.CAPABILITY,
    severity=Severity.HIGH,
    why="Tests that only run where somebody remembers them rot: a failing one must stand in the way of a merge.",
    impact="A regression that a test would have shown reaches production, and the suite stops being believed.",
    fix="Run `pytest` in a job that starts on `pull_request`, without `|| true` and without `continue-on-error`.",
    effort=Effort.HOURS,
    role=Role.QA,
    sources=[
        "https://docs.pytest.org/en/stable/how-to/usage.html",
        "https://martinfowler.com/articles/continuousIntegration.html",
    ],
    passes=[
        {
            **_TEST,
            ".github/workflows/ci.yml": (
                "on: pull_request\njobs:\n  t:\n    steps:\n"
                "      - run: docker run --rm -e CI=1 shop -c 'cd /srv && pytest'\n"
            ),
        },
        {
            **_TEST,
            ".github/workflows/parts.yml": (
                "on:\n  workflow_call: {inputs: {paths: {type: string}}}\njobs:\n  t:\n    steps:\n"
                "      - run: mypy ${{ inputs.paths }}\n      - run: pytest-loop\n"
            ),
            ".github/workflows/change.yml": (
                "on: pull_request\njobs:\n  c: {uses: ./.github/workflows/parts.yml, with: {paths: app}}\n"
            ),
            ".github/workflows/trunk.yml": (
                "on: {push: {branches: [main]}}\njobs:\n"
                "  c: {uses: ./.github/workflows/parts.yml, with: {paths: app}}\n"
            ),
        },
        {
            **_TEST,
            ".github/workflows/ci.yml": "on: pull_request\njobs:\n  t:\n    steps:\n      - run: ./ci/check.sh\n",
            "ci/check.sh": (
                '#!/bin/bash\nset -e\nstack() {\n  docker compose --ansi never "$@"\n}\n'
                "stack -f compose.test.yml -p shop-test run --rm shop pytest\n"
            ),
        },
        {
            **_TEST,
            ".github/workflows/ci.yml": (
                "on: pull_request\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n"
                "          set +e\n          pytest\n          ENDED=$?\n          set -e\n"
                '          if [ "$ENDED" -gt 0 ]; then\n            echo failed\n            exit 1\n          fi\n'
            ),
        },
        {
            **_TEST,
            ".github/workflows/test.yml": _WORKFLOW.replace("on: [push, pull_request]", "on: push"),
            "Makefile": "test:\n\tpytest\n",
        },
        {
            "app/main.py": "def one():\n    return 1\n",
            "tests/orders.sh": (
                "#!/bin/bash\nset -e\ncode=$(curl -s -o /dev/null -w '%{http_code}' $HOST/orders)\n"
                '[ "$code" = 200 ]\ncurl -s $HOST/orders | grep -q price\n'
            ),
            ".github/workflows/test.yml": _WORKFLOW.replace("make test", "./tests/orders.sh"),
        },
        {
            "shop/main.py": "",
            "tests/test_shop.py": "def test_one():\n    assert 1\n",
            ".travis.yml": "language: python\nscript:\n  - nosetests-3.4 --with-coverage -s tests\n",
        },
        {
            "pyproject.toml": "[project]\nname = 'shop'\n[project.scripts]\nshop = 'shop:manage'\n",
            "shop/__init__.py": "",
            "tests/test_shop.py": "def test_one():\n    assert 1\n",
            ".github/workflows/test.yml": (
                "on: pull_request\njobs:\n  t:\n    steps:\n      - run: uv run shop test\n"
            ),
        },
        {
            **_TEST,
            "gulpfile.js": (
                "import gulp from 'gulp';\nconst spawn = child_process.spawn;\n\n"
                "function _inPipenv(command) {\n  command.unshift('run');\n"
                "  return new Promise((resolve) => spawn('pipenv', command).on('exit', resolve));\n}\n\n"
                "function lint() {\n  return all(_inPipenv(['black', '.', '--check']));\n}\n\n"
                "function coverage(done) {\n"
                "  spawn('pipenv', ['run', 'coverage', 'run', '-m', 'pytest', 'tests'], { stdio: 'inherit' });\n}\n\n"
                "export const check = gulp.series(lint, coverage);\n"
            ),
            ".github/workflows/ci.yml": (
                "on: pull_request\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n"
                "      - run: npm install\n      - run: gulp check\n"
            ),
        },
        {
            **_TEST,
            "scripts/test": "#!/bin/sh -ex\nif [ -d venv ]; then BIN=venv/bin/; else BIN=; fi\n${BIN}pytest tests\n",
            ".travis.yml": "language: python\nscript:\n  - scripts/test\n",
        },
        {
            **_TEST,
            "scripts/all": '#!/bin/bash\nset -e\nHERE="$(dirname "$0")"\ndocker compose build web\n"${HERE}/check"\n',
            "scripts/check": (
                '#!/bin/bash\nset -e\ndocker compose run --rm --entrypoint "python3 manage.py test --noinput" web\n'
            ),
            ".github/workflows/test.yml": (
                "on: pull_request\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: ./scripts/all\n"
            ),
        },
        {
            **_TEST,
            ".github/workflows/test.yml": (
                "on: pull_request\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n"
                '          docker compose run ${{ env.RUN_OPTIONS }} web bash -c "\\\n'
                '            pip install plugins && \\\n            pytest -q"\n'
            ),
        },
        {
            **_TEST,
            "desk.sh": '#!/bin/sh\nset -e\nrun() { echo "$1"; eval "$1"; }\nrun "pytest $*"\n',
            ".github/workflows/test.yml": (
                "on: pull_request\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n"
                "      - run: docker compose up -d && docker compose exec -T api /desk/desk.sh test\n"
            ),
        },
        {
            **_TEST,
            "tox.ini": "[testenv]\ncommands =\n    py{312,313}_quick: pytest -m quick\n",
            ".github/workflows/test.yml": (
                "on: pull_request\njobs:\n  test:\n    runs-on: ubuntu-latest\n    container: fedora:43\n    steps:\n"
                '      - run: su runner -c "tox -e py313_quick"\n'
            ),
        },
        {
            **_TEST,
            ".github/workflows/test.yml": (
                "on: [push, pull_request]\njobs:\n  changed:\n    runs-on: ubuntu-latest\n"
                "    steps: [{run: ./changed.sh}]\n"
                "  test:\n    needs: changed\n"
                "    if: ${{ needs.changed.outputs.py == 'true' || github.event_name == 'push' }}\n"
                "    runs-on: ubuntu-latest\n    steps:\n      - run: pytest\n"
            ),
        },
        {
            **_TEST,
            ".github/workflows/test.yml": (
                "on: pull_request\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n"
                "      - run: python -m twisted.trial tests\n"
            ),
        },
        {**_TEST, ".github/workflows/test.yml": _WORKFLOW, "Makefile": "test:\n\tcoverage run -m pytest tests\n"},
        {
            **_TEST,
            ".circleci/config.yml": "version: 2.1\njobs:\n  test:\n    docker: [{image: cimg/python:3.12}]\n"
            "    steps:\n      - run: tox -e py312\n"
            "workflows:\n  all:\n    jobs: [test]\n",
            "tox.ini": "[testenv]\ncommands =\n    pytest {posargs}\n",
        },
        {**_TEST, ".github/workflows/test.yml": _WORKFLOW.replace("make test", "python -m tests.unit")},
        {
            **_TEST,
            ".zuul.yaml": "- job:\n    name: shop-tests\n    run: ci/tests.yaml\n"
            "- project:\n    check: {jobs: [shop-tests]}\n",
            "ci/tests.yaml": "- hosts: all\n  tasks:\n    - command: make check WHAT=tests/unit\n",
            "Makefile": "check:\n\tpytest $(WHAT)\n",
        },
        {
            **_TEST,
            ".github/workflows/image.yml": _WORKFLOW.replace(
                "make test", "docker build --target tests -f api/Dockerfile ."
            ),
            "api/Dockerfile": "FROM python:3.13-slim AS base\nCOPY . /app\n\nFROM base AS tests\nRUN pytest\n\n"
            "FROM base AS service\nCMD python -m app.main\n",
        },
        {
            **_TEST,
            ".github/workflows/image.yml": _WORKFLOW.replace("make test", "docker compose -f build/compose.yaml build"),
            "build/compose.yaml": "services:\n  web:\n    build: {context: .., dockerfile: build/Dockerfile}\n",
            "build/Dockerfile": "FROM python:3.13-slim\nCOPY . /app\nRUN cd /app && python3 -m pytest -s tests\n",
        },
        {
            **_TEST,
            ".github/workflows/test.yml": _WORKFLOW.replace("make test", "bin/test.sh"),
            "bin/test.sh": '#!/bin/sh\nRUN="poetry run"\nTEST="$RUN pytest"\n$TEST tests\n',
        },
        {
            **_TEST,
            ".github/workflows/test.yml": _WORKFLOW.replace("make test", "nox -s tests"),
            "noxfile.py": "import nox\n\n\n@nox.session\ndef tests(session):\n"
            "    session.run('pytest', success_codes=[0, 5])\n",
        },
        {**_TEST, ".gitlab-ci.yml": "test:\n  script: [docker compose run --rm web bash -c 'python manage.py test']\n"},
    ],
    fails=[
        _TEST,
        {
            **_TEST,
            "Makefile": "test: lint unit\n\nlint:\n\tflake8\n\nunit:\n\t# Needs the cloud.\n\techo pytest\n",
            ".github/workflows/test.yml": "on: pull_request\njobs:\n  test:\n    steps:\n      - run: make test\n",
        },
        {
            **_TEST,
            ".github/workflows/lint.yml": "on: pull_request\njobs:\n  lint:\n    steps:\n      - run: ruff check .\n",
        },
        {
            **_TEST,
            ".github/workflows/image.yml": _WORKFLOW.replace("make test", "docker build --target service ."),
            "Dockerfile": "FROM python:3.13-slim AS base\nCOPY . /app\n\nFROM base AS tests\nRUN pytest\n\n"
            "FROM base AS service\nCMD python -m app.main\n",
        },
    ],
    fixed={**_TEST, ".github/workflows/test.yml": _WORKFLOW.replace("make test", "pytest")},
    partials=[
        {**_TEST, ".github/workflows/test.yml": _WORKFLOW.replace("make test", "pytest || true")},
        {
            **_TEST,
            ".github/workflows/test.yml": _WORKFLOW.replace("make test", "nox -s tests"),
            "noxfile.py": "import nox\n\n\n@nox.session\ndef tests(session):\n"
            "    session.run('pytest', success_codes=[0, 1])\n",
        },
        {
            **_TEST,
            ".github/workflows/test.yml": _WORKFLOW.replace("make test", "pytest").replace(
                "[push, pull_request]", "{push: {branches: [main]}}"
            ),
        },
    ],
)
def tests_in_ci(repo: Repo) -> Judgement:
    """Judged by the test runners that the pipelines come to, through task runners, containers and scripts.

    Each pipeline whose failing tests stop a change is kept beside, so that a comparison can tell when none is left.
    """
    return replace(_judged(repo), wards=tuple(_wards(repo)))


_STOPS = "the run of the tests on changes"


def _wards(repo: Repo) -> Iterator[Ward]:
    paths = dict.fromkeys(run.step.job.path for run in _runs(repo) if run.checks_changes)
    yield from (_of_pipeline(path, stops=True) for path in paths)


def _of_pipeline(path: str, *, stops: bool) -> Ward:
    """A pipeline, and whether a failing test stops a change, be it in this one or in another."""
    return Ward(
        Location(path, 0, 0),
        _STOPS,
        (),
        "A change may be merged whatever the tests say",
        ways=0,
        asks=((_STOPS,),) if stops else (),
    )


def _counterpart(repo: Repo, ward: Ward) -> Ward | None:
    """A pipeline that stops no change here by its tests, as far as it is there, and nothing out of sight may."""
    runs, pipelines = _runs(repo), repo.pipelines
    unseen = [one for one in pipelines.elsewhere if not _only_ships(one)]
    out_of_sight = unseen or pipelines.unreadable or any(run.started_elsewhere for run in runs)
    if ward.location.path not in repo.sources.paths or out_of_sight:
        return None
    return _of_pipeline(ward.location.path, stops=any(run.checks_changes for run in runs))


_SHIPPING = re.compile(r"(?<![a-z])(push|publish|deploy|deployment|release|images?|docker)(?![a-z])", re.IGNORECASE)
_TESTING = re.compile(r"(?<![a-z])(tests?|testing|checks?|ci|quality|tox|nox|pytest|verify)(?![a-z])", re.IGNORECASE)


def _only_ships(site: JobSite) -> bool:
    """Whether a job that stands in another repository is named for shipping something, and not for testing it."""
    named = f"{site.job.name} {site.job.calls.replace('.github/workflows', '')}"
    return bool(_SHIPPING.search(named)) and not _TESTING.search(named)


def _runs(repo: Repo) -> tuple[Run, ...]:
    return repo.pipelines.test_runs or tuple(run for run in repo.pipelines.runs if _presumably_tests(run, repo))


_PLAIN = re.compile(
    r"echo|printf|true|:|set|exit|cd|mkdir|rm|sed|cat|grep|export|test|\[|flake8|ruff|pylint|pycodestyle|black|isort|mypy"
)
"""Commands that are seen to test nothing."""


def _judged(repo: Repo) -> Judgement:
    runs = _runs(repo)
    checking = [run for run in runs if run.checks_changes]
    if checking:
        first = {run.step.job.path: run for run in reversed(checking)}
        shown = {(run.path, run.line): run for run in first.values()}
        evidence = [seen(run.path, run.line, run.detail) for run in reversed(shown.values())][:3]
        on_pull_requests = any(run.on_pull_requests for run in checking)
        return passed("Pull requests run the tests." if on_pull_requests else "Every push runs the tests.", *evidence)
    powerless = next((run for run in runs if run.on_changes), None)
    if powerless is not None:
        return partial(
            f"The tests run {powerless.when}, but a failing test does not fail the pipeline.",
            seen(powerless.path, powerless.line, powerless.detail),
        )
    if runs and all(run.started_elsewhere for run in runs):
        return unknown(
            "A pipeline runs the tests; what starts it is not kept here.",
            seen(runs[0].path, runs[0].line, runs[0].detail),
            estimate=_CALLED_ELSEWHERE,
        )
    if runs:
        return partial(
            "The tests run in a pipeline, but not on pull requests.",
            seen(runs[0].path, runs[0].line, runs[0].detail),
            score=0.5,
        )
    if repo.pipelines.elsewhere and repo.suite.modules:
        job = repo.pipelines.elsewhere[0]
        return unknown(
            "Changes start a pipeline of another repository, which tells whether it runs the tests.",
            seen(job.path, job.line, f"calls {job.called}"),
            estimate=_CALLED_ELSEWHERE,
        )
    if repo.pipelines.unreadable and repo.suite.modules:
        return unknown(
            "A pipeline that is not read, or that is put together when it runs, alone tells whether the tests run.",
            seen(repo.pipelines.unreadable[0], 1, "pipeline"),
            estimate=_HALF,
        )
    what = "No pipeline runs a test runner" if repo.pipelines.exist else "There is no pipeline that could run tests"
    return failed(f"{what}.", looked_in=(repo.pipelines.LOOKS,))


def _presumably_tests(run: Run, repo: Repo) -> bool:
    """Whether a task or script is named for tests, and does not come to what is seen to be none alone."""
    place = f"{run.path}:{run.line}"
    followed = [one for one in repo.pipelines.runs if place in one.via]
    if followed and all(_PLAIN.fullmatch(one.tool) for one in followed):
        return False
    asked = " ".join(run.command.words) if run.tool in _TASK_RUNNERS else run.command.script.rpartition("/")[2]
    return _ASKS_FOR_TESTS.search(asked) is not None
