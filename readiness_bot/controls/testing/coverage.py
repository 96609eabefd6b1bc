"""Whether the tests run most of the code."""

from __future__ import annotations

from readiness_bot.control import Control, failed, not_applicable, passed, seen, unknown
from readiness_bot.model import Effort, Evidence, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo

_ENOUGH = 70.0
_LEVEL = 1.0
"""Lines of test code for each line of production code from which a suite usually covers what it should."""
_BEST_GUESS = 85.0
"""Per cent assumed at that level: suites of as many lines as their code are reported between 80 and 90 per cent."""
_UNTOLD = 0.4
"""The estimate where scripts ask the service from outside: they reach its main paths, and seldom the rest."""
_NEVER_SURE = 0.9
"""An estimate never earns the whole score: only a report or an enforced minimum does."""

_TEST = "from app.main import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n"
_CODE = {"app/main.py": "def add(a, b):\n    return a + b\n"}
_WORKFLOW = """\
on: pull_request
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: pytest --cov=app --cov-fail-under=80
"""


@Control(
    id="testing/coverage",
    title="Tests run at least 70 per cent of the lines",
    kind=Kind.CAPABILITY,
    severity=Severity.CRITICAL,
    why="A line that no test runs is first run by a customer; below some share of lines, a green suite says nothing.",
    impact="Changes break code that nothing exercises, and the tests stay green.",
    fix="Measure with `pytest --cov=app`, test what the report shows red, and hold it with `--cov-fail-under=70`.",
    effort=Effort.WEEKS,
    grows=True,
    role=Role.QA,
    sources=[
        "https://coverage.readthedocs.io/en/latest/",
        "https://testing.googleblog.com/2020/08/code-coverage-best-practices.html",
    ],
    passes=[{**_CODE, "tests/test_main.py": _TEST, ".github/workflows/test.yml": _WORKFLOW}],
    fails=[
        _CODE,
        {**_CODE, "app/testing/fixtures.py": "import pytest\n\n\n@pytest.fixture\ndef one():\n    return 1\n"},
    ],
    fixed={**_CODE, "tests/test_main.py": _TEST, ".github/workflows/test.yml": _WORKFLOW},
    ignores=[{"src/index.js": "let a = 1;\n"}],
)
def coverage(repo: Repo) -> Judgement:
    """Judged by a report, else by an enforced minimum, else unknown with an estimate from the size of the tests."""
    if not repo.python.exists:
        return not_applicable("There is no Python code.")
    reported = repo.sources.coverage
    if reported is not None:
        evidence = Evidence(".", 0, f"coverage report: {reported:g} % of the lines")
        if reported >= _ENOUGH:
            return passed(f"The report given shows {reported:g} % of the lines covered.", evidence)
        return failed(
            f"The report given shows {reported:g} % of the lines covered, {_ENOUGH:g} % are wanted.", evidence
        )
    gates = repo.coverage_gates.enforced
    minimums = (gate for gate in gates if gate.kind == "minimum" and gate.percent >= _ENOUGH)
    minimum = next(filter(repo.coverage_gates.is_of_most, minimums), None)
    if minimum is not None:
        return passed(f"The pipeline enforces {minimum.percent:g} %.", seen(minimum.path, minimum.line, minimum.detail))
    if not repo.suite.modules and repo.suite.scripted:
        path, tests = repo.suite.scripted[0]
        return unknown(
            "The tests are scripts that ask the running service, and no report tells what of it they reach.",
            seen(path, tests.line, f"tests for {tests.tool}"),
            estimate=_UNTOLD,
        )
    if not repo.suite.modules:
        return failed("There are no tests.", looked_in=("test modules",))
    return _estimated(repo)


def _estimated(repo: Repo) -> Judgement:
    """Coverage as the proportion of test code to production code suggests it."""
    code = sum(module.facts.complexity.sloc for module in repo.python.production)
    tests = sum(module.facts.complexity.sloc for module in repo.python.tests)
    ratio = tests / code if code else _LEVEL
    percent = _BEST_GUESS * min(1.0, ratio / _LEVEL)
    return unknown(
        f"No report and no enforced minimum tell the coverage. This is an estimate: {ratio:.2f} lines of tests for "
        f"each line of code suggest about {percent:.0f} %. Give a report with --coverage-report to know.",
        estimate=round(min(_NEVER_SURE, percent / _ENOUGH), 2),
    )
