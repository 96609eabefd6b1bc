"""Whether the code's format is checked on every pull request."""

from __future__ import annotations

import textwrap

from readiness_bot.control import Control, failed, not_applicable, partial, passed, seen
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo
from readiness_bot.repo.pipeline_sites import Run

_FORMATTERS = ("ruff", "black", "yapf", "autopep8", "blue", "darker", "pyink")
_IMPORTS_ONLY = 0.5

_WORKFLOW = (
    "on: pull_request\njobs:\n  format:\n    runs-on: ubuntu-latest\n    steps:\n      - run: ruff format --check .\n"
)
_HOOKS = "repos:\n  - repo: https://github.com/psf/black\n    rev: 25.1.0\n    hooks:\n      - id: black\n"


@Control(
    id="code-quality/formatting",
    title="A formatter is checked on every pull request",
    kind=Kind.CAPABILITY,
    severity=Severity.LOW,
    why="When a tool owns the format, no diff holds a change of white space and no review a word about it.",
    impact="Real changes hide among rearranged lines, and reviews are spent on taste.",
    fix="Run `ruff format --check .` (or `black --check .`) in a job that starts on `pull_request`.",
    in_code=False,
    effort=Effort.HOURS,
    role=Role.BACKEND,
    sources=[
        "https://docs.astral.sh/ruff/formatter/",
        "https://black.readthedocs.io/en/stable/usage_and_configuration/the_basics.html",
    ],
    passes=[
        {"app/main.py": "a = 1\n", ".github/workflows/format.yml": _WORKFLOW},
        {
            "app/main.py": "a = 1\n",
            "scripts/lint": '#!/bin/sh -ex\n\n${BIN_PATH}black app tests "${@}"\n',
            "scripts/test": "#!/bin/sh -ex\n\nscripts/lint --check\npytest\n",
            ".github/workflows/format.yml": _WORKFLOW.replace("ruff format --check .", "scripts/test"),
        },
        {
            "app/main.py": "a = 1\n",
            "ci/checks.sh": (
                '#!/bin/sh\nstatus=0\nchecked() {\n  echo "== $@"\n  poetry run "$@" || status=1\n}\n'
                "checked black --check .\nexit $status\n"
            ),
            ".github/workflows/format.yml": _WORKFLOW.replace("run: ruff format --check .", "run: ./ci/checks.sh"),
        },
        {
            "app/main.py": "a = 1\n",
            ".trunk/trunk.yaml": "cli: {version: 1.25.0}\nlint:\n  enabled: [black@26.5.1, ruff@0.15.22]\n",
            ".github/workflows/format.yml": _WORKFLOW.replace(
                "run: ruff format --check .", "uses: trunk-io/trunk-action@v1"
            ),
        },
        {
            "app/main.py": "a = 1\n",
            ".pre-commit-config.yaml": _HOOKS,
            ".github/workflows/format.yml": _WORKFLOW.replace("ruff format --check .", "pre-commit run -a"),
        },
        {
            "app/main.py": "a = 1\n",
            ".github/workflows/format.yml": _WORKFLOW.replace(
                "ruff format --check .", "black . && git diff --exit-code"
            ),
        },
    ],
    fails=[{"app/main.py": "a = 1\n"}],
    fixed={"app/main.py": "a = 1\n", ".github/workflows/format.yml": _WORKFLOW},
    partials=[
        {"app/main.py": "a = 1\n", ".github/workflows/format.yml": _WORKFLOW.replace(" --check", "")},
        {"app/main.py": "a = 1\n", ".pre-commit-config.yaml": _HOOKS},
        {"app/main.py": "a = 1\n", ".pre-commit-config.yaml": textwrap.dedent(_HOOKS.partition("\n")[2])},
        {
            "app/main.py": "a = 1\n",
            ".github/workflows/format.yml": _WORKFLOW.replace("ruff format --check", "isort --check"),
        },
    ],
    ignores=[{"src/index.js": "let a = 1;\n"}],
)
def formatting(repo: Repo) -> Judgement:
    """Judged by formatters that only check, or whose changes a later command refuses."""
    if not repo.python.exists:
        return not_applicable("There is no Python code.")
    runs = [run for run in repo.pipelines.runs_of(*_FORMATTERS) if _formats(run)]
    checking = [run for run in runs if run.checks_changes and (_checks(run) or _is_compared(repo, run))]
    if checking:
        return passed(
            f"{checking[0].tool} checks the format {checking[0].when}.",
            seen(checking[0].path, checking[0].line, checking[0].detail),
        )
    pushed = next((run for run in runs if run.can_fail and _checks(run)), None)
    if pushed is not None:
        return partial(
            f"{pushed.tool} checks the format, but not on pull requests.",
            seen(pushed.path, pushed.line, pushed.detail),
            score=0.5,
        )
    sorting = next((run for run in repo.pipelines.runs_of("isort") if run.checks_changes and _checks(run)), None)
    if sorting is not None:
        return partial(
            "Only the order of imports is checked.",
            seen(sorting.path, sorting.line, sorting.detail),
            score=_IMPORTS_ONLY,
        )
    if runs:
        return partial(
            f"{runs[0].tool} formats in a pipeline, and a file that it changes fails nothing.",
            seen(runs[0].path, runs[0].line, runs[0].detail),
        )
    return _configured(repo)


def _formats(run: Run) -> bool:
    return run.tool != "ruff" or run.command.words[:1] == ("format",)


def _checks(run: Run) -> bool:
    command = run.command
    if command.has("--check", "--check-only", "-c") and run.tool != "black":
        return True
    if run.tool in ("black", "blue", "darker", "pyink"):
        return command.has("--check")
    return command.has("--diff", "-d") and (run.tool != "autopep8" or command.has("--exit-code"))


def _is_compared(repo: Repo, run: Run) -> bool:
    """Whether the same job fails when the formatter left changes behind."""
    return any(
        other.tool == "git"
        and other.command.arguments[:1] == ("diff",)
        and other.command.has("--exit-code", "--quiet")
        and other.can_fail
        for other in repo.pipelines.runs
        if other.step.job == run.step.job
    )


def _configured(repo: Repo) -> Judgement:
    for site in repo.tooling.hooks:
        if site.hook.id in ("black", "ruff-format", "yapf", "autopep8", "black-jupyter"):
            return partial(
                "A formatter is a pre-commit hook, and no pipeline runs the hooks.",
                seen(site.path, site.hook.line, f"hook {site.hook.id}"),
            )
    for formatter in ("black", "yapf"):
        for configured in repo.tooling.configured(formatter):
            return partial(
                f"{formatter} is configured, and no pipeline checks it.",
                seen(configured.path, configured.line, f"[{configured.table.name}]"),
            )
    for configured in repo.tooling.tables(r"(tool\.ruff\.)?format"):
        return partial(
            "ruff's formatter is configured, and no pipeline checks it.",
            seen(configured.path, configured.line, f"[{configured.table.name}]"),
        )
    return failed(
        "No formatter is configured, and no pipeline checks one.", looked_in=(repo.pipelines.LOOKS, repo.tooling.LOOKS)
    )
