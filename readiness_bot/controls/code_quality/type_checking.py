"""Whether a type checker runs on every pull request and has annotations to check."""

from __future__ import annotations

from readiness_bot.control import Control, failed, not_applicable, partial, passed, seen
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo

_CHECKERS = ("mypy", "dmypy", "pyright", "basedpyright", "pyre", "pytype", "ty", "pyrefly", "zuban")
_MOST = 0.5

_WORKFLOW = "on: pull_request\njobs:\n  types:\n    runs-on: ubuntu-latest\n    steps:\n      - run: mypy app\n"
_TYPED = "def total(prices: list[int]) -> int:\n    return sum(prices)\n"
_UNTYPED = "def total(prices):\n    return sum(prices)\n"


@Control(
    id="code-quality/type-checking",
    title="A type checker runs on annotated code",
    kind=Kind.CAPABILITY,
    severity=Severity.MEDIUM,
    why="Types that a tool checks catch the missing `None` check and the swapped argument before any test does.",
    impact="Errors of type surface as exceptions at run time, on the paths that tests do not take.",
    fix="Annotate public functions, configure `[tool.mypy]`, and run `mypy app` on every `pull_request`.",
    in_code=False,
    effort=Effort.WEEK,
    grows=True,
    role=Role.BACKEND,
    sources=["https://mypy.readthedocs.io/en/stable/existing_code.html", "https://typing.python.org/en/latest/"],
    passes=[
        {"app/main.py": _TYPED, ".github/workflows/types.yml": _WORKFLOW, "mypy.ini": "[mypy]\nstrict = true\n"},
        {"app/main.py": _TYPED.replace(" -> int", ""), ".github/workflows/types.yml": _WORKFLOW},
        {"app/main.py": _TYPED, ".github/workflows/types.yml": _WORKFLOW.replace("mypy app", "uv run basedpyright")},
    ],
    fails=[{"app/main.py": _TYPED}, {"app/main.py": _UNTYPED}],
    fixed={
        "app/main.py": _TYPED,
        ".github/workflows/types.yml": _WORKFLOW,
        "pyproject.toml": "[tool.mypy]\nstrict = true\n",
    },
    partials=[
        {"app/main.py": _UNTYPED, ".github/workflows/types.yml": _WORKFLOW},
        {"app/main.py": _TYPED, "mypy.ini": "[mypy]\nstrict = true\n"},
        {"app/main.py": _TYPED, ".github/workflows/types.yml": f"{_WORKFLOW}        continue-on-error: true\n"},
    ],
    ignores=[{"src/index.js": "let a = 1;\n"}],
)
def type_checking(repo: Repo) -> Judgement:
    """Judged by the checkers that pull requests start, and by the share of public functions that are annotated."""
    if not repo.python.exists:
        return not_applicable("There is no Python code.")
    public = [site for site in repo.python.functions if not site.definition.name.startswith("_")]
    share = sum(site.definition.annotated for site in public) / len(public) if public else 1.0
    runs = [
        run for run in repo.pipelines.runs_of(*_CHECKERS) if run.tool != "ty" or run.command.words[:1] == ("check",)
    ]
    checking = next((run for run in runs if run.checks_changes), None)
    if checking is not None:
        evidence = seen(checking.path, checking.line, checking.detail)
        if share >= _MOST:
            return passed(
                f"{checking.tool} runs {checking.when}, and {share:.0%} of the public functions are annotated.",
                evidence,
            )
        score = round(0.5 + 0.4 * share / _MOST, 2)
        return partial(
            f"{checking.tool} runs {checking.when}, but only {share:.0%} of the public functions are annotated.",
            evidence,
            score=score,
        )
    if runs:
        what = "but not on pull requests" if runs[0].can_fail else "but nothing that it finds fails the pipeline"
        evidence = seen(runs[0].path, runs[0].line, runs[0].detail)
        return partial(f"{runs[0].tool} runs, {what}.", evidence, score=0.5 if runs[0].can_fail else 0.25)
    return _configured(repo, share)


def _configured(repo: Repo, share: float) -> Judgement:
    for checker in ("mypy", "pyright", "ty", "pyrefly"):
        for site in repo.tooling.configured(checker):
            return partial(
                f"{checker} is configured, and no pipeline runs it.",
                seen(site.path, site.line, f"[{site.table.name or checker}]"),
            )
    for hook in repo.tooling.hooks:
        if hook.hook.id in ("mypy", "pyright", "basedpyright", "ty"):
            return partial(
                "A type checker is a pre-commit hook, and no pipeline runs the hooks.",
                seen(hook.path, hook.hook.line, f"hook {hook.hook.id}"),
            )
    return failed(
        f"No type checker is configured or run; {share:.0%} of the public functions are annotated.",
        looked_in=(repo.pipelines.LOOKS, repo.tooling.LOOKS),
    )
