"""Whether a linter runs on every pull request and can stop one."""

from __future__ import annotations

from readiness_bot.control import Control, failed, not_applicable, partial, passed, seen
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo
from readiness_bot.repo.pipeline_sites import Run

_LINTERS = (
    "ruff",
    "flake8",
    "pylint",
    "pycodestyle",
    "pyflakes",
    "prospector",
    "pylama",
    "super-linter",
    "megalinter",
    "autoflake8",
)

_WORKFLOW = "on: pull_request\njobs:\n  lint:\n    runs-on: ubuntu-latest\n    steps:\n      - run: ruff check .\n"
_HOOKS = (
    "repos:\n  - repo: https://github.com/astral-sh/ruff-pre-commit\n    rev: v0.9.0\n    hooks:\n      - id: ruff\n"
)


@Control(
    id="code-quality/linting",
    title="A linter runs on every pull request",
    kind=Kind.CAPABILITY,
    severity=Severity.MEDIUM,
    why="A linter finds undefined names, unused variables and known traps in a second, and never tires of it.",
    impact="Mistakes that a machine would have found are left to reviewers, and some of them to production.",
    fix="Configure Ruff under `[tool.ruff.lint]` and run `ruff check .` in a job that starts on `pull_request`.",
    in_code=False,
    effort=Effort.HOURS,
    role=Role.BACKEND,
    sources=["https://docs.astral.sh/ruff/linter/", "https://pre-commit.com/#usage-in-continuous-integration"],
    passes=[
        {"app/main.py": "import os\n", ".github/workflows/lint.yml": _WORKFLOW.replace("ruff", "uv tool run ruff")},
        {
            "app/main.py": "import os\n",
            ".flake8": "[flake8]\nmax-line-length = 100\n",
            "pants.toml": (
                '[GLOBAL]\npants_version = "2.25.0"\nbackend_packages = [\n  # Python\n  "pants.backend.python",\n'
                '  "pants.backend.python.lint.flake8",\n]\n'
            ),
            ".github/workflows/lint.yml": _WORKFLOW.replace("ruff check .", "'pants lint ::'"),
        },
        {
            "app/main.py": "import os\n",
            "pyproject.toml": "[tool.ruff.lint]\nselect = ['E']\n",
            "bin/entrypoint.sh": (
                'case $1 in\nweb)\n  exec gunicorn app\n  ;;\nshell)\n  shift\n  exec "$@"\n  ;;\nesac\n'
            ),
            "bin/lint.sh": "set -e\nruff check .\n",
            ".github/workflows/lint.yml": _WORKFLOW.replace(
                "ruff check .", "docker compose run --rm base shell ./bin/lint.sh"
            ),
        },
        {
            "app/main.py": "import os\n",
            "pyproject.toml": "[tool.ruff.lint]\nselect = ['E']\n",
            "justfile": (
                'dev := "uv run --extra=dev"\n\n[parallel]\ncheck: (format "--check") lint\n\n'
                'format *args="":\n    {{ dev }} ruff format {{ args }}\n\n'
                'lint *args="":\n    {{ dev }} ruff check {{ args }}\n'
            ),
            ".github/workflows/lint.yml": (
                "on: pull_request\njobs:\n  lint:\n    runs-on: ubuntu-latest\n    steps:\n      - parallel:\n"
                "          - run: echo other\n          - run: just check\n"
            ),
        },
        {"app/main.py": "import os\n", ".github/workflows/lint.yml": _WORKFLOW.replace("pull_request", "[push]")},
        {
            "app/main.py": "import os\n",
            ".github/workflows/lint.yml": (
                "on: pull_request\njobs:\n  lint:\n    runs-on: ubuntu-latest\n    steps:\n"
                "      - uses: nick-fields/retry@v3\n        with:\n          max_attempts: 3\n"
                "          command: ruff check .\n"
            ),
        },
        {
            "app/main.py": "import os\n",
            "Makefile": "lint:\n\truff check .\n",
            ".github/workflows/lint.yml": (
                "on: pull_request\njobs:\n  lint:\n    uses: shop/pipelines/.github/workflows/lint.yml@v1\n"
                "    with:\n      extra-checks: make lint\n"
            ),
        },
        {"app/main.py": "import os\n", ".github/workflows/lint.yml": _WORKFLOW},
        {
            "app/main.py": "import os\n",
            ".pre-commit-config.yaml": _HOOKS,
            ".github/workflows/lint.yml": _WORKFLOW.replace("ruff check .", "pre-commit run --all-files"),
        },
        {"app/main.py": "import os\n", ".pre-commit-config.yaml": f"ci:\n  autofix_prs: true\n{_HOOKS}"},
    ],
    fails=[{"app/main.py": "import os\n"}],
    fixed={
        "app/main.py": "import os\n",
        ".github/workflows/lint.yml": _WORKFLOW,
        "pyproject.toml": "[tool.ruff.lint]\nselect = ['E']\n",
    },
    partials=[
        {
            "app/main.py": "import os\n",
            ".github/workflows/lint.yml": _WORKFLOW.replace("on: pull_request", "on:\n  push:\n    branches: [main]"),
        },
        {"app/main.py": "import os\n", ".pre-commit-config.yaml": _HOOKS},
        {"app/main.py": "import os\n", "setup.cfg": "[flake8]\nmax-line-length = 120\n"},
        {
            "app/main.py": "import os\n",
            "pyproject.toml": "[tool.ruff.lint]\nselect = ['E']\n",
            ".github/workflows/lint.yml": (
                "on: pull_request\njobs:\n  lint:\n    steps:\n      - uses: super-linter/super-linter@v8\n"
                "        env:\n          VALIDATE_MARKDOWN: true\n"
            ),
        },
        {
            "app/main.py": "import os\n",
            ".github/workflows/lint.yml": _WORKFLOW.replace("check .", "check . --exit-zero"),
        },
    ],
    ignores=[{"src/index.js": "let a = 1;\n"}],
)
def linting(repo: Repo) -> Judgement:
    """Judged by the linters that pull requests start; a linter that is only configured is defined and not wired in."""
    if not repo.python.exists:
        return not_applicable("There is no Python code.")
    runs = [run for run in repo.pipelines.runs_of(*_LINTERS) if _lints(run)]
    checking = [run for run in runs if run.checks_changes and not run.command.has("--exit-zero")]
    if checking:
        return passed(
            f"{checking[0].tool} runs {checking[0].when}.",
            *(seen(run.path, run.line, run.detail) for run in checking[:2]),
        )
    pushed = next((run for run in runs if run.can_fail and not run.command.has("--exit-zero")), None)
    if pushed is not None:
        return partial(
            f"{pushed.tool} runs, but not on pull requests.", seen(pushed.path, pushed.line, pushed.detail), score=0.5
        )
    if runs:
        return partial(
            f"{runs[0].tool} runs, but nothing that it finds fails the pipeline.",
            seen(runs[0].path, runs[0].line, runs[0].detail),
        )
    return _configured(repo)


def _lints(run: Run) -> bool:
    return run.tool != "ruff" or run.command.words[:1] not in (("format",), ("clean",), ("rule",), ("version",))


def _configured(repo: Repo) -> Judgement:
    for linter in ("ruff", "flake8", "pylint"):
        for site in repo.tooling.configured(linter):
            return partial(
                f"{linter} is configured, and no pipeline runs it.", seen(site.path, site.line, f"[{site.table.name}]")
            )
        if path := repo.tooling.has_own_file(linter):
            return partial(
                f"{linter} is configured, and no pipeline runs it.", seen(path, 0, f"configuration of {linter}")
            )
    for hook in repo.tooling.hooks:
        if hook.hook.id.startswith(("ruff", "flake8", "pylint")) and "format" not in hook.hook.id:
            return partial(
                "A linter is a pre-commit hook, and no pipeline runs the hooks.",
                seen(hook.path, hook.hook.line, f"hook {hook.hook.id}"),
            )
    return failed(
        "No linter is configured, and no pipeline runs one.", looked_in=(repo.pipelines.LOOKS, repo.tooling.LOOKS)
    )
