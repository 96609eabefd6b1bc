"""Shows how a pipeline's steps are followed to the tools they run."""

from __future__ import annotations

import pytest

from readiness_bot.repo.pipeline_runs import MAX_RUNS
from readiness_bot.repo.pipeline_sites import Run
from tests.repos import repo_of


def workflow(*commands: str, on: str = "pull_request", extra: str = "") -> str:
    steps = "".join(f"      - run: {command}\n" for command in commands)
    return f"on: {on}\njobs:\n  test:\n    steps:\n{steps}{extra}"


def the_run(files: dict[str, str], tool: str) -> Run:
    runs = repo_of(files).pipelines.runs_of(tool)
    assert len(runs) == 1
    return runs[0]


CI = ".github/workflows/ci.yml"


@pytest.mark.parametrize(
    ("files", "place"),
    [
        ({CI: workflow("pytest -q")}, (CI, 5)),
        ({CI: workflow("dockerize -wait tcp://db:5432 -timeout 30s ~/.local/bin/pytest -n 2")}, (CI, 5)),
        (
            {
                CI: workflow("docker compose -f tests/compose.yml run --rm -e ONLY shop ;"),
                "tests/compose.yml": (
                    "services:\n  shop:\n    image: shop\n    entrypoint: ['/bin/bash', '-c']\n    command:\n"
                    "      - |\n        . /start.sh\n        coverage run -m pytest $${ONLY:-tests} -v\n"
                ),
            },
            ("tests/compose.yml", 6),
        ),
        (
            {
                CI: workflow("docker compose -f compose.yml -f tests/compose.yml up --build --exit-code-from shop"),
                "compose.yml": "services:\n  shop:\n    build: .\n",
                "tests/compose.yml": (
                    'services:\n  shop:\n    command: >\n      sh -c "COVERED=/tmp/cover pytest $TOLD --cov=shop"\n'
                ),
            },
            ("tests/compose.yml", 3),
        ),
        (
            {CI: workflow("make test"), "Makefile": ("PY = python3\ntest: lint\n\t$(PY) -m pytest\nlint:\n\ttrue\n")},
            ("Makefile", 3),
        ),
        (
            {
                CI: workflow("make test"),
                "Makefile": ("UV := $(shell command -v uv 2> /dev/null)\ntest:\n\t$(UV) run pytest\n"),
            },
            ("Makefile", 3),
        ),
        (
            {
                CI: workflow("make V=1 ci.unit"),
                "Makefile": "ci.unit: unit\nTASKS = lint\nTASKS += unit docs\n$(TASKS):\n\t./tasks/$@.sh\n",
                "tasks/unit.sh": "#!/bin/sh\npytest\n",
                "tasks/docs.sh": "#!/bin/sh\nsphinx-build\n",
            },
            ("tasks/unit.sh", 2),
        ),
        ({CI: workflow("make -C backend test"), "backend/Makefile": "test:\n\t@pytest\n"}, ("backend/Makefile", 2)),
        ({CI: workflow("tox -e py311"), "tox.ini": "[testenv]\ncommands =\n    pytest {posargs}\n"}, ("tox.ini", 2)),
        (
            {
                CI: workflow("nox -s tests"),
                "noxfile.py": ("import nox\n@nox.session\ndef tests(s):\n    s.run('pytest')\n"),
            },
            ("noxfile.py", 4),
        ),
        (
            {
                CI: workflow('inv all-checks --args "-v"'),
                "tasks.py": (
                    "from invoke import task\n\n\ndef _style(c):\n    c.run('ruff check')\n\n\n@task\n"
                    "def covered(c, args=''):\n    c.run(f'coverage run -m pytest {args}', pty=True)\n\n\n"
                    "@task(optional=['args'])\ndef all_checks(c, args=''):\n    _style(c)\n    covered(c, args=args)\n"
                ),
            },
            ("tasks.py", 10),
        ),
        (
            {
                CI: workflow("inv check"),
                "tasks.py": (
                    "from invoke import task\n\n\n@task\ndef unit(c):\n    c.run('pytest')\n\n\n"
                    "@task(pre=[unit])\ndef check(c):\n    c.run('mypy')\n"
                ),
            },
            ("tasks.py", 6),
        ),
        ({CI: workflow("bash ci/run.sh"), "ci/run.sh": "#!/bin/sh\nset -e\npytest\n"}, ("ci/run.sh", 3)),
        ({CI: workflow("./scripts/test"), "scripts/test": "#!/bin/bash -e\npoetry run pytest\n"}, ("scripts/test", 2)),
        ({CI: workflow("docker compose exec -T web bash -c 'cd x && pytest'")}, (CI, 5)),
        (
            {CI: workflow("pdm run test"), "pyproject.toml": ("[tool.pdm.scripts]\ntest = 'pytest'\n")},
            ("pyproject.toml", 2),
        ),
        (
            {
                CI: workflow("hatch run test:unit"),
                "pyproject.toml": ("[tool.hatch.envs.test.scripts]\nunit = 'pytest'\n"),
            },
            ("pyproject.toml", 2),
        ),
        (
            {
                CI: workflow("pixi run -e shop test-api"),
                "pixi.toml": "[tasks.lint]\ncmd = 'ruff check'\n\n[feature.shop.tasks.test-api]\ncmd = 'pytest'\n",
            },
            ("pixi.toml", 5),
        ),
        ({CI: workflow("oc rsh -n shop dc/web bash -c 'cd src && pytest'")}, (CI, 5)),
        ({CI: workflow("kubectl exec -n shop web-0 -c web -- pytest -q")}, (CI, 5)),
        ({CI: workflow("npm run check"), "package.json": '{"scripts": {\n"check": "pytest"}}'}, ("package.json", 2)),
        (
            {
                CI: workflow("docker compose run --rm tests"),
                "compose.yml": ("services:\n  tests:\n    command: pytest -x\n    image: a\n"),
            },
            ("compose.yml", 3),
        ),
        (
            {
                CI: workflow("docker compose run web tests -q"),
                "bin/docker-entrypoint": ("#!/bin/sh\ncase $1 in\n  tests) exec pytest ;;\nesac\n"),
            },
            ("bin/docker-entrypoint", 3),
        ),
    ],
)
def test_a_step_is_followed_to_the_tool(files: dict[str, str], place: tuple[str, int]) -> None:
    run = the_run(files, "pytest")
    assert (run.path, run.line) == place
    assert run.checks_pull_requests
    assert run.step.path == CI


@pytest.mark.parametrize(
    "files",
    [
        {CI: workflow("pytest || true")},
        {CI: workflow("pytest | tee log")},
        {CI: workflow("pytest", extra="        continue-on-error: true\n")},
        {CI: workflow("make test"), "Makefile": "test:\n\t-pytest\n"},
        {CI: workflow("tox"), "tox.ini": "[testenv]\ncommands = - pytest\n"},
        {CI: workflow("sh run.sh"), "run.sh": "pytest\necho done\n"},
    ],
)
def test_a_failure_that_goes_unnoticed(files: dict[str, str]) -> None:
    run = the_run(files, "pytest")
    assert run.on_pull_requests
    assert not run.can_fail


@pytest.mark.parametrize(
    ("shell", "fails"),
    [
        ("SHELL = /bin/bash -o pipefail\n", True),
        (".SHELLFLAGS := -eo pipefail -c\n", True),
        ("SHELL = /bin/bash\n", False),
    ],
)
def test_a_makefile_may_have_its_shell_fail_with_any_part_of_a_pipe(shell: str, fails: bool) -> None:
    files = {CI: workflow("make test"), "Makefile": f"{shell}\ntest:\n\tpytest | tee told.txt\n"}
    assert the_run(files, "pytest").can_fail is fails


def test_hooks_are_what_pre_commit_runs() -> None:
    hooks = (
        "repos:\n- repo: https://github.com/astral-sh/ruff-pre-commit\n  "
        "rev: v1\n  hooks:\n  - id: ruff\n  - id: ruff-format\n"
        "- repo: local\n  hooks:\n  - id: types\n    entry: uv run mypy app\n  "
        "- id: slow\n    entry: pytest\n    stages: [pre-push]\n"
    )
    files = {CI: workflow("SKIP=types pre-commit run -a"), ".pre-commit-config.yaml": hooks}
    runs = repo_of(files).pipelines.runs
    assert [run.command.text for run in runs if run.path != CI] == ["ruff check", "ruff format --check"]
    assert [run.line for run in runs if run.path != CI] == [5, 6]


def test_the_hosted_service_runs_the_hooks_of_its_settings() -> None:
    hooks = "ci: {skip: [mypy]}\nrepos:\n- repo: x\n  hooks: [{id: flake8}, {id: mypy}]\n"
    runs = repo_of({".pre-commit-config.yaml": hooks}).pipelines.runs
    assert [(run.tool, run.checks_pull_requests) for run in runs] == [("pre-commit", True), ("flake8", True)]


def test_a_called_workflow_starts_when_its_caller_does() -> None:
    files = {
        ".github/workflows/all.yml": "on: pull_request\njobs:\n  t:\n    uses: ./.github/workflows/tests.yml\n",
        ".github/workflows/tests.yml": workflow("pytest", on="workflow_call"),
    }
    assert the_run(files, "pytest").checks_pull_requests


def test_the_steps_of_an_own_action_belong_to_the_job_that_uses_it() -> None:
    action = "runs:\n  using: composite\n  steps:\n    - run: mypy .\n      shell: bash\n"
    files = {CI: "on: pull_request\njobs:\n  a:\n    steps:\n      - uses: ./ci/types\n", "ci/types/action.yml": action}
    files[".github/actions/types/action.yml"] = files.pop("ci/types/action.yml")
    files[CI] = files[CI].replace("./ci/types", "./.github/actions/types")
    run = the_run(files, "mypy")
    assert (run.path, run.line, run.step.job.path) == (".github/actions/types/action.yml", 4, CI)


@pytest.mark.parametrize(
    ("condition", "events"),
    [
        ("github.event_name == 'push'", {"push"}),
        ("github.event_name != 'pull_request'", {"push", "any-push"}),
        ("github.ref == 'refs/heads/main'", {"push"}),
        ("github.event_name == 'push' || github.event_name == 'pull_request'", {"push", "pull_request"}),
        ("success()", {"push", "any-push", "pull_request"}),
    ],
)
def test_conditions_keep_events_out(condition: str, events: set[str]) -> None:
    text = f"on: [push, pull_request]\njobs:\n  a:\n    if: {condition}\n    steps:\n      - run: pytest\n"
    assert the_run({CI: text}, "pytest").events == events


def test_a_job_that_never_runs_is_none() -> None:
    text = "on: push\njobs:\n  a:\n    if: ${{ false }}\n    steps:\n      - run: pytest\n"
    assert repo_of({CI: text}).pipelines.runs == ()


def test_workflows_below_another_folder_are_not_run() -> None:
    assert repo_of({"template/.github/workflows/ci.yml": workflow("pytest")}).pipelines.all == ()


def test_closed_pull_requests_are_no_check_of_them() -> None:
    text = "on: {pull_request: {types: [closed]}}\njobs: {a: {steps: [{run: pytest}]}}\n"
    assert not the_run({CI: text}, "pytest").on_pull_requests


def test_targets_that_need_each_other_end() -> None:
    files = {CI: workflow("make a"), "Makefile": "a: b\n\tmake b\nb: a\n\tmake a\n\tpytest\n"}
    assert len(repo_of(files).pipelines.test_runs) == 1


@pytest.mark.parametrize(
    ("command", "is_test"),
    [
        ("python manage.py test", True),
        ("shop-manage test", True),
        ("python -m unittest discover", True),
        ("pytest --collect-only", False),
        ("pip install pytest", False),
        ("python tests/run_tests.py", True),
        ("flask test", True),
        ("flask run", False),
        ("bench --site test_site run-tests --app shop", True),
        ("bench --site test_site migrate", False),
    ],
)
def test_what_runs_tests(command: str, is_test: bool) -> None:
    assert bool(repo_of({CI: workflow(command)}).pipelines.test_runs) is is_test


@pytest.mark.parametrize(("line", "is_test"), [("-m pytest", True), ("shop/main.py", False)])
def test_coverage_runs_what_it_is_configured_to_run(line: str, is_test: bool) -> None:
    files = {CI: workflow("coverage run"), ".coveragerc": f"[run]\ncommand_line = {line}\n"}
    assert bool(repo_of(files).pipelines.test_runs) is is_test


def test_a_reusable_workflow_runs_what_each_caller_tells_it() -> None:
    files = {
        CI: (
            "on: pull_request\njobs:\n  style:\n    uses: ./.github/workflows/make.yml\n    with:\n"
            "      target: style\n"
            "  types:\n    uses: ./.github/workflows/make.yml\n    with:\n      target: types\n"
        ),
        ".github/workflows/make.yml": (
            "on: workflow_call\njobs:\n  make:\n    steps:\n      - run: make ${{ inputs.target }}\n"
        ),
        "Makefile": "style:\n\truff check .\ntypes:\n\tmypy\n",
    }
    assert the_run(files, "ruff").on_pull_requests
    assert the_run(files, "mypy").on_pull_requests


def test_what_a_step_fetches_from_elsewhere_is_not_looked_up_here() -> None:
    fetched = "          git clone https://host/other\n          cd other\n          make test\n"
    text = f"on: push\njobs:\n  a:\n    steps:\n      - run: |\n{fetched}"
    assert repo_of({CI: text, "Makefile": "test:\n\tpytest\n"}).pipelines.runs_of("pytest") == ()


def test_an_action_lies_in_any_folder_of_the_host() -> None:
    files = {
        CI: "on: push\njobs:\n  a:\n    steps:\n      - uses: ./.github/workflows/shared\n",
        ".github/workflows/shared/action.yml": (
            "runs:\n  using: composite\n  steps:\n    - run: pytest\n      shell: bash\n"
        ),
    }
    assert the_run(files, "pytest").events == {"push", "any-push"}


@pytest.mark.parametrize(
    ("step", "justfile", "expected"),
    [
        ("just style --check", "style *args='':\n    ruff format {{ args }}\n", ["ruff format --check"]),
        ("just style", "style *args='.':\n    ruff format {{ args }}\n", ["ruff format ."]),
        ("just unit -x", 'unit *args:\n    just py "$@"\npy *args:\n    ruff "$@"\n', ["ruff -x"]),
        (
            "just both",
            "both: two (one 'a') && three\none x:\n  ruff {{x}}\ntwo:\n  ruff b\nthree:\n  ruff c\n",
            ["ruff b", "ruff a", "ruff c"],
        ),
        ("just", "first:\n    @-ruff check\nsecond:\n    ruff no\n", ["ruff check"]),
        (
            "just all",
            "alias all := every\nevery:\n    #!/usr/bin/env bash\n    set -e\n    ruff check\n",
            ["ruff check"],
        ),
        ("just job", "[script('python3')]\njob:\n    ruff = 1\n", []),
        ("just up to", "up where:\n    ruff {{ where }}\nto:\n    ruff no\n", ["ruff to"]),
        ("just a b", "a:\n    ruff a\nb:\n    ruff b\n", ["ruff a", "ruff b"]),
        ("just loop", "loop *args:\n    just loop {{ args }} more\n", []),
        (
            "just check",
            (
                "check:\n    #!/bin/bash\n    try() {\n      eval $1 || rc=1\n    }\n    try 'just lint'\n"
                "    try 'ruff b && ruff c'\nlint:\n    ruff a\n"
            ),
            ["ruff a", "ruff b", "ruff c"],
        ),
        (
            "just check",
            'check:\n    #!/bin/sh\n    loud() {\n      echo $1\n      "$@"\n    }\n    loud ruff check .\n',
            ["ruff check ."],
        ),
    ],
)
def test_recipes_of_just_are_told_things(step: str, justfile: str, expected: list[str]) -> None:
    files = {CI: workflow(step), "justfile": justfile}
    assert [run.command.text for run in repo_of(files).pipelines.runs_of("ruff")] == expected


@pytest.mark.parametrize(("made", "left_open"), [(".circleci/made.yml", True), (".circleci/next.yml", False)])
def test_what_circleci_goes_on_with_is_read_where_it_is_kept(made: str, left_open: bool) -> None:
    setup = (
        "version: 2.1\nsetup: true\norbs: {continuation: circleci/continuation@1}\njobs:\n  setup:\n"
        "    docker: [{image: cimg/base:2024.01}]\n    steps:\n      - run: ./make.sh\n"
        f"      - continuation/continue:\n          configuration_path: {made}\n"
        "workflows:\n  setup:\n    jobs: [setup]\n"
    )
    kept = "version: 2.1\njobs:\n  test:\n    docker: [{image: cimg/python:3.12}]\n    steps:\n      - run: pytest\n"
    kept += "workflows:\n  all:\n    jobs: [test]\n"
    pipelines = repo_of({".circleci/config.yml": setup, ".circleci/next.yml": kept}).pipelines
    assert bool(pipelines.unreadable) == left_open
    assert [run.path for run in pipelines.test_runs] == [".circleci/next.yml"]


@pytest.mark.parametrize(("command", "left_open"), [("[taskgraph, decision]", True), ("[pytest]", False)])
def test_taskcluster_is_left_open_where_a_task_decides(command: str, left_open: bool) -> None:
    text = f"version: 1\ntasks:\n  - payload: {{command: {command}}}\n"
    pipelines = repo_of({".taskcluster.yml": text}).pipelines
    assert (bool(pipelines.unreadable), bool(pipelines.test_runs)) == (left_open, not left_open)


def test_a_pipeline_that_starts_very_much_leaves_something_for_the_others() -> None:
    many = "\n".join(f"      - run: make step{number}" for number in range(MAX_RUNS // 100))
    steps = "".join(f"step{number}:\n" + "\ttrue\n" * 200 for number in range(MAX_RUNS // 100))
    files = {
        ".github/workflows/all.yml": f"on: push\njobs:\n  all:\n    runs-on: ubuntu-latest\n    steps:\n{many}\n",
        "Makefile": f"test:\n\tpytest\n{steps}",
        CI: workflow("make test"),
    }
    runs = repo_of(files).pipelines.runs
    assert len(runs) <= MAX_RUNS
    assert any(run.command.tool == "pytest" for run in runs)
