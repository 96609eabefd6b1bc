"""Shows how the development tools' settings, tasks and hooks are found."""

from __future__ import annotations

import pytest

from tests.repos import repo_of


@pytest.mark.parametrize(
    ("tool", "path", "text", "line"),
    [
        ("ruff", "pyproject.toml", "[project]\nname='a'\n\n[tool.ruff.lint]\nselect = ['E']\n", 4),
        ("ruff", "ruff.toml", "line-length = 100\n", 1),
        ("flake8", "setup.cfg", "[metadata]\nname = a\n[flake8]\nmax-line-length = 100\n", 3),
        ("mypy", "mypy.ini", "[mypy]\nstrict = true\n", 1),
        ("pyright", "pyrightconfig.json", '{\n  // why\n  "strict": ["app"],\n}\n', 1),
        ("pytest", "tox.ini", "[tox]\nenvlist = py\n[pytest]\naddopts = -q\n", 3),
        ("coverage", ".coveragerc", "[report]\nfail_under = 80\n", 1),
        ("isort", ".isort.cfg", "[settings]\nprofile = black\n", 1),
    ],
)
def test_configured_tools(tool: str, path: str, text: str, line: int) -> None:
    found = repo_of({path: text}).tooling.configured(tool)
    assert [(each.path, each.line) for each in found][:1] == [(path, line)]


@pytest.mark.parametrize(
    ("tool", "path", "text"),
    [
        ("coverage", "setup.cfg", "[report]\nfail_under = 80\n"),
        ("ruff", "tests/ruff.toml", "line-length = 100\n"),
        ("flake8", "docs.ini", "[flake8]\n"),
    ],
)
def test_what_configures_nothing(tool: str, path: str, text: str) -> None:
    assert repo_of({path: text}).tooling.configured(tool) == ()


def test_settings_have_values_and_lines() -> None:
    text = "[tool.pytest.ini_options]\naddopts = ['-q', '--cov']\n\n[tool.coverage.report]\nfail_under = 85\n"
    tooling = repo_of({"pyproject.toml": text}).tooling
    assert [(path, setting.values, setting.line) for path, setting in tooling.settings("pytest", "addopts")] == [
        ("pyproject.toml", ("-q", "--cov"), 2)
    ]
    assert [(setting.text, setting.line) for _, setting in tooling.settings("coverage", "fail-under")] == [("85", 5)]


def test_environments_of_tox_are_spelled_out() -> None:
    text = (
        "[tox]\nenvlist = py{311,312}-{a,b}, lint\n[testenv]\ncommands =\n    a: pytest {posargs:tests}\n    - flake8\n"
        "[testenv:{lint,types}]\ncommands = {envpython} -m mypy \\\n    app\n"
    )
    tasks = next(tasks for tasks in repo_of({"tox.ini": text}).tooling.tasks if tasks.runner == "tox")
    assert [task.name for task in tasks.file.tasks] == ["", "testenv", "lint", "types"]
    default, base, lint, _ = tasks.file.tasks
    assert default.needs == ("py311-a", "py311-b", "py312-a", "py312-b", "lint")
    assert [(line.text, line.can_fail) for line in base.lines] == [("pytest tests", True), ("flake8", False)]
    assert [line.text for line in lint.lines] == ["python -m mypy  app"]


def test_a_tox_ini_inside_a_pyproject_is_read() -> None:
    text = '[tool.tox]\nlegacy_tox_ini = """\n[testenv]\ncommands = pytest\n"""\n'
    tasks = next(tasks for tasks in repo_of({"pyproject.toml": text}).tooling.tasks if tasks.runner == "tox")
    assert [line.text for task in tasks.file.tasks for line in task.lines] == ["pytest"]


def test_targets_of_a_makefile() -> None:
    text = (
        "RUN := docker run\n.PHONY: all\nall: test \\\n  lint # both\ntest "
        "lint:\n\t@$(RUN) a && \\\n\t  b\n\t-c $$HOME\nX = 1\n"
    )
    tasks = repo_of({"Makefile": text}).tooling.tasks[0]
    assert [(task.name, task.line, task.needs) for task in tasks.file.tasks] == [
        ("all", 3, ("test", "lint")),
        ("test", 5, ()),
        ("lint", 5, ()),
    ]
    test = tasks.named("test")
    assert test is not None
    assert [(line.text, line.line, line.can_fail) for line in test.lines] == [
        ("docker run a &&  \t  b", 6, True),
        ("c $HOME", 8, False),
    ]


def test_hooks_have_places() -> None:
    text = (
        "default_stages: [pre-push]\nrepos:\n- repo: "
        "https://x.example/black\n  rev: '1'\n  hooks:\n  - id: black\n    args: [-q]\n"
    )
    site = repo_of({".pre-commit-config.yaml": text}).tooling.hooks[0]
    assert (site.path, site.hook.id, site.hook.line, site.hook.arguments, site.hook.stages) == (
        ".pre-commit-config.yaml",
        "black",
        6,
        ("-q",),
        ("pre-push",),
    )


def test_what_cannot_be_read_is_skipped_with_its_reason() -> None:
    repo = repo_of({"pyproject.toml": "[tool.ruff\n", "setup.py": "def (", ".pre-commit-config.yaml": "a: b: c"})
    assert {skipped.path for skipped in repo.sources.skipped} >= {
        "pyproject.toml",
        "setup.py",
        ".pre-commit-config.yaml",
    }
