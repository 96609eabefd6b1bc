"""Shows which demands on coverage count as enforced."""

from __future__ import annotations

import pytest

from tests.repos import repo_of

RUN = "on: pull_request\njobs:\n  t:\n    steps:\n      - run: pytest --cov\n"
UPLOAD = "      - uses: codecov/codecov-action@v5\n"
CI = ".github/workflows/ci.yml"


def status(body: str) -> str:
    return f"coverage:\n  status:\n    {body}\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({CI: RUN.replace("--cov", "--cov --cov-fail-under 80")}, [("minimum", 80.0, CI, 5)]),
        ({CI: RUN, ".coveragerc": "[report]\nfail_under = 75.5\n"}, [("minimum", 75.5, ".coveragerc", 2)]),
        ({CI: RUN.replace(" --cov", ""), ".coveragerc": "[report]\nfail_under = 75\n"}, []),
        (
            {CI: RUN.replace(" --cov", ""), "pytest.ini": "[pytest]\naddopts = --cov --cov-fail-under=60\n"},
            [("minimum", 60.0, "pytest.ini", 2)],
        ),
        ({CI: RUN.replace("--cov", "--cov --cov-fail-under=0"), ".coveragerc": "[report]\nfail_under = 75\n"}, []),
        (
            {CI: RUN + UPLOAD, "codecov.yml": status("project: {default: {target: 85%}}")},
            [("minimum", 85.0, "codecov.yml", 3)],
        ),
        (
            {CI: RUN + UPLOAD, "codecov.yml": status("project: {default: {target: auto}}")},
            [("ratchet", 0, "codecov.yml", 3)],
        ),
        ({CI: RUN + UPLOAD, "codecov.yml": status("project: {default: {target: 85%, informational: true}}")}, []),
        (
            {CI: RUN + UPLOAD, "codecov.yml": status("patch: {default: {target: 90%}}")},
            [("change", 90.0, "codecov.yml", 3)],
        ),
        ({CI: RUN + UPLOAD, "codecov.yml": status("project: false")}, []),
        ({CI: RUN, "codecov.yml": status("project: {default: {target: 85%}}")}, []),
        ({CI: RUN + UPLOAD}, []),
        ({CI: RUN.replace("pytest --cov", "diff-cover coverage.xml --fail-under=90")}, [("change", 90.0, CI, 5)]),
        ({CI: RUN.replace("pytest --cov", "coverage report --fail-under=90 || true")}, []),
    ],
)
def test_what_is_enforced(files: dict[str, str], expected: list[tuple[str, float, str, int]]) -> None:
    gates = repo_of(files).coverage_gates.enforced
    assert [(gate.kind, gate.percent, gate.path, gate.line) for gate in gates] == expected


def test_a_minimum_that_nothing_measures_is_unenforced() -> None:
    idle = repo_of({"setup.cfg": "[coverage:report]\nfail_under = 80\n"}).coverage_gates.unenforced
    assert idle is not None
    assert (idle.percent, idle.path, idle.line) == (80.0, "setup.cfg", 2)
