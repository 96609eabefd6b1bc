"""Whether a pipeline refuses a change that takes test coverage below a minimum."""

from __future__ import annotations

from readiness_bot.control import Control, failed, partial, passed, seen
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo

_RATCHET = 0.5

_WORKFLOW = "on: pull_request\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: pytest --cov=app\n"
_UPLOADED = f"{_WORKFLOW}      - uses: codecov/codecov-action@v5\n"
_CODE = {"app/main.py": "a = 1\n", "tests/test_a.py": "def test_a():\n    assert True\n"}


@Control(
    id="testing/coverage-gate",
    title="A minimum of test coverage is enforced",
    kind=Kind.CAPABILITY,
    severity=Severity.MEDIUM,
    why="Coverage that nothing holds falls: every change without a test lowers it a little, and none is to blame.",
    impact="The tests cover less with every release, until a change in code that nothing runs breaks production.",
    fix="Set `fail_under = 80` under `[tool.coverage.report]` and run `pytest --cov` in the pipeline of pull requests.",
    effort=Effort.HOURS,
    role=Role.QA,
    sources=[
        "https://coverage.readthedocs.io/en/latest/config.html#report-fail-under",
        "https://pytest-cov.readthedocs.io/en/latest/config.html",
        "https://docs.codecov.com/docs/commit-status",
    ],
    passes=[
        {
            **_CODE,
            "pyproject.toml": "[tool.coverage.report]\nfail_under = 90\n",
            ".github/workflows/ci.yml": (
                "on: pull_request\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n"
                "      - run: pytest --cov --cov-report= --cov-fail-under=0\n      - run: coverage report\n"
            ),
        },
        {
            **_CODE,
            ".github/workflows/test.yml": _WORKFLOW.replace("pull_request", "push").replace(
                "--cov=app", "--cov=app --cov-fail-under=75"
            ),
        },
        {
            **_CODE,
            ".github/workflows/test.yml": _WORKFLOW,
            "pyproject.toml": "[tool.coverage.report]\nfail_under = 80\n",
        },
        {**_CODE, ".github/workflows/test.yml": _WORKFLOW.replace("--cov=app", "--cov=app --cov-fail-under=75")},
        {
            **_CODE,
            ".github/workflows/test.yml": _UPLOADED,
            "codecov.yml": "coverage:\n  status:\n    project:\n      default:\n        target: 80%\n",
        },
    ],
    fails=[
        {
            **_CODE,
            ".github/workflows/test.yml": _WORKFLOW,
            "pyproject.toml": "[tool.coverage.report]\nfail_under = 0\n",
        },
        {**_CODE, ".github/workflows/test.yml": _WORKFLOW},
        {
            **_CODE,
            ".github/workflows/test.yml": _WORKFLOW,
            "codecov.yml": "coverage:\n  status:\n    project:\n      default:\n        target: 80%\n",
        },
        {
            **_CODE,
            ".github/workflows/test.yml": _UPLOADED,
            "codecov.yml": "coverage:\n  status:\n    project:\n      default:\n        enabled: no\n",
        },
    ],
    fixed={
        **_CODE,
        ".github/workflows/test.yml": _WORKFLOW,
        "pyproject.toml": "[tool.coverage.report]\nfail_under = 80\n",
    },
    partials=[
        {
            **_CODE,
            ".github/workflows/test.yml": _UPLOADED,
            "codecov.yml": "coverage:\n  status:\n    project:\n      default:\n        target: auto\n",
        },
        {**_CODE, "setup.cfg": "[coverage:report]\nfail_under = 80\n"},
        {
            **_CODE,
            "shop/orders.py": "def total(lines):\n    return sum(lines)\n",
            "shop/stock.py": "def left(lines):\n    return len(lines)\n",
            "tools/labels/made.py": "def label(name):\n    return name.upper()\n",
            "tools/labels/tests/test_made.py": (
                "from made import label\n\n\ndef test_label():\n    assert label('a') == 'A'\n"
            ),
            "tools/labels/pyproject.toml": "[tool.pytest.ini_options]\naddopts = '--cov --cov-fail-under=100'\n",
            ".github/workflows/test.yml": (
                "on: pull_request\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n"
                "      - run: pytest\n        working-directory: tools/labels\n"
            ),
        },
    ],
)
def coverage_gate(repo: Repo) -> Judgement:
    """Judged by what the pipelines enforce; a demand that is only configured is defined and not wired in."""
    gates = repo.coverage_gates.enforced
    minimums = [gate for gate in gates if gate.kind == "minimum"]
    minimum = next(filter(repo.coverage_gates.is_of_most, minimums), None)
    if minimum is not None:
        evidence = seen(minimum.path, minimum.line, minimum.detail)
        if minimum.on_changes:
            return passed(f"A minimum of {minimum.percent:g} % is enforced on every change.", evidence)
        return partial(
            f"A minimum of {minimum.percent:g} % is enforced, but not on pull requests.", evidence, score=0.7
        )
    if minimums:
        small = minimums[0]
        return partial(
            f"A minimum of {small.percent:g} % is enforced for {small.path.rpartition('/')[0]} alone, "
            "the smaller part of the code.",
            seen(small.path, small.line, small.detail),
            score=_RATCHET,
        )
    if gates:
        gate = gates[0]
        what = "Coverage may not drop" if gate.kind == "ratchet" else "Changed lines must be covered"
        return partial(f"{what}, but no minimum is set.", seen(gate.path, gate.line, gate.detail), score=_RATCHET)
    idle = repo.coverage_gates.unenforced
    if idle is not None:
        return partial(
            "A minimum is configured, and no pipeline measures coverage.", seen(idle.path, idle.line, idle.detail)
        )
    return failed(
        "No pipeline enforces a minimum of coverage.", looked_in=(repo.coverage_gates.LOOKS, repo.pipelines.LOOKS)
    )
