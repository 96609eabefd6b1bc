"""How a tree's development tools are configured: their tables, their tasks, the hooks; knows not who runs them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from readiness_bot.facts.config_tables import EXTRACTOR as CONFIG
from readiness_bot.facts.config_tables import ConfigTables, Setting, Table
from readiness_bot.facts.gulpfile import EXTRACTOR as GULPFILE
from readiness_bot.facts.gulpfile import Gulpfile
from readiness_bot.facts.justfile import EXTRACTOR as JUSTFILE
from readiness_bot.facts.justfile import Justfile
from readiness_bot.facts.makefile import EXTRACTOR as MAKEFILE
from readiness_bot.facts.makefile import Makefile
from readiness_bot.facts.noxfile import EXTRACTOR as NOXFILE
from readiness_bot.facts.noxfile import Noxfile
from readiness_bot.facts.package_scripts import EXTRACTOR as SCRIPTS
from readiness_bot.facts.package_scripts import ScriptFile
from readiness_bot.facts.pre_commit import EXTRACTOR as HOOKS
from readiness_bot.facts.pre_commit import TRUNK, Hook, PreCommit
from readiness_bot.facts.tasks import Task, TaskFile, TaskLine
from readiness_bot.model import Area
from readiness_bot.repo.sources import Sources


@dataclass(frozen=True, slots=True)
class Configured:
    """A table of settings and the file it stands in."""

    path: str
    table: Table

    @property
    def line(self) -> int:
        """The line of the table's header."""
        return self.table.line


@dataclass(frozen=True, slots=True)
class HookSite:
    """A pre-commit hook and the file it stands in."""

    path: str
    hook: Hook


@dataclass(frozen=True, slots=True)
class Tasks:
    """The tasks of one file; `directory` is where they run."""

    path: str
    directory: str
    runner: str
    file: TaskFile

    def named(self, name: str) -> Task | None:
        """The task of that name."""
        return next((task for task in self.file.tasks if task.name == name), None)


_TABLES = {
    "ruff": r"tool\.ruff(\..*)?",
    "flake8": r"flake8|tool\.flake8",
    "pylint": r"tool\.pylint(\..*)?|pylint(\..*)?|MASTER|MAIN|MESSAGES CONTROL",
    "black": r"tool\.black",
    "isort": r"tool\.isort|isort|settings",
    "yapf": r"tool\.yapf|yapf|style",
    "mypy": r"tool\.mypy|mypy",
    "pyright": r"tool\.(based)?pyright",
    "ty": r"tool\.ty(\..*)?",
    "pyrefly": r"tool\.pyrefly",
    "pytest": r"tool\.pytest\.ini_options|tool\.pytest|pytest|tool:pytest",
    "coverage": r"tool\.coverage(\..*)?|coverage:.*|run|report",
}
_OWN_FILES = {
    "ruff": r"\.?ruff\.toml",
    "flake8": r"\.flake8",
    "pylint": r"\.?pylintrc(\.toml)?",
    "isort": r"\.isort\.cfg",
    "yapf": r"\.style\.yapf",
    "mypy": r"\.?mypy\.ini",
    "pyright": r"pyrightconfig\.json",
    "ty": r"ty\.toml",
    "pyrefly": r"pyrefly\.toml",
    "pytest": r"\.?pytest\.(ini|toml)",
    "coverage": r"\.coveragerc(\.toml)?",
}
_SHARED_FILES = re.compile(r"(^|/)(pyproject\.toml|setup\.cfg|tox\.ini)$")
_AMBIGUOUS = frozenset({"settings", "style", "run", "report", "MASTER", "MAIN", "MESSAGES CONTROL"})
"""Sections that belong to a tool only in that tool's own file."""


class Tooling:
    """The configuration of linters, formatters, type checkers, test runners, and the tasks that start them."""

    LOOKS = "tool configuration (pyproject.toml, setup.cfg, tox.ini, .pre-commit-config.yaml, Makefile, …)"

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self.files = {
            path: facts.tables for path, facts in sources.facts(ConfigTables).items() if not self._is_foreign(path)
        }

    @staticmethod
    def reads(path: str) -> bool:
        """Whether the path is a file that this room's answers rest on."""
        return any(
            extractor.claims(path) for extractor in (CONFIG, GULPFILE, JUSTFILE, MAKEFILE, NOXFILE, SCRIPTS, HOOKS)
        )

    def _is_foreign(self, path: str) -> bool:
        return self._sources.area(path) in (Area.VENDORED, Area.EXAMPLE, Area.TEST)

    @cached_property
    def programs(self) -> frozenset[str]:
        """The commands that the tree installs, by `[project.scripts]`: one may be `manage.py` under its own name."""
        return frozenset(
            setting.name
            for tables in self.files.values()
            for table in tables
            if table.name in ("project.scripts", "tool.poetry.scripts")
            for setting in table.settings
        )

    def configured(self, tool: str) -> tuple[Configured, ...]:
        """The tables that configure a tool, those of files nearest the root first."""
        found = []
        for path, tables in self.files.items():
            own = tool in _OWN_FILES and re.search(rf"(^|/)({_OWN_FILES[tool]})$", path) is not None
            shared = _SHARED_FILES.search(path) is not None
            for table in tables:
                named = re.fullmatch(_TABLES[tool], table.name) is not None and table.name not in _AMBIGUOUS
                if (own and (table.settings or table.name)) or (shared and named):
                    found.append(Configured(path, table))
        return tuple(sorted(found, key=lambda each: (each.path.count("/"), each.path, each.line)))

    def has_own_file(self, tool: str) -> str:
        """The path of the tool's own configuration file, even an empty one; empty without."""
        return next((path for path in self.files if re.search(rf"(^|/)({_OWN_FILES.get(tool, '$^')})$", path)), "")

    def settings(self, tool: str, name: str) -> Iterator[tuple[str, Setting]]:
        """Every value of one of a tool's settings, with its file."""
        for each in self.configured(tool):
            setting = each.table.get(name)
            if setting is not None:
                yield each.path, setting

    def tables(self, pattern: str) -> Iterator[Configured]:
        """The tables whose name the pattern matches as a whole."""
        for path, tables in self.files.items():
            yield from (Configured(path, table) for table in tables if re.fullmatch(pattern, table.name))

    @cached_property
    def hooks(self) -> tuple[HookSite, ...]:
        """Every pre-commit hook."""
        return tuple(site for site in self._hook_sites if site.hook.repository != TRUNK)

    @cached_property
    def linters_of_trunk(self) -> tuple[HookSite, ...]:
        """Every linter that Trunk is told to run."""
        return tuple(site for site in self._hook_sites if site.hook.repository == TRUNK)

    @cached_property
    def _hook_sites(self) -> tuple[HookSite, ...]:
        return tuple(
            HookSite(path, hook)
            for path, facts in self._sources.facts(PreCommit).items()
            if not self._is_foreign(path)
            for hook in facts.hooks
        )

    @cached_property
    def hosted_hooks(self) -> tuple[tuple[str, PreCommit], ...]:
        """The pre-commit configurations with settings for the hosted service, which runs them on pull requests."""
        return tuple(
            (path, facts) for path, facts in self._sources.facts(PreCommit).items() if facts.hosted and "/" not in path
        )

    @cached_property
    def tasks(self) -> tuple[Tasks, ...]:
        """The tasks of every runner, those of files nearest the root first."""
        found = [
            *self._of_files(Makefile, "make"),
            *self._of_files(Justfile, "just"),
            *self._of_files(Gulpfile, "gulp"),
            *self._of_files(Noxfile, "nox"),
            *self._of_files(ScriptFile, "script"),
            *self._of_tables(),
        ]
        return tuple(sorted(found, key=lambda tasks: (tasks.path.count("/"), tasks.path, tasks.runner)))

    def _of_files(self, kind: type[TaskFile], runner: str) -> Iterator[Tasks]:
        for path, facts in self._sources.facts(kind).items():
            if facts.tasks and self._sources.area(path) is not Area.VENDORED:
                yield Tasks(path, path.rpartition("/")[0], runner, facts)

    def _of_tables(self) -> Iterator[Tasks]:
        for path, tables in self.files.items():
            directory = path.rpartition("/")[0]
            of_pants = _pants_tasks(tables) if path.rpartition("/")[2] == "pants.toml" else ()
            for runner, tasks in (
                ("tox", _tox_tasks(tables)),
                ("project", _project_tasks(tables)),
                ("pants", of_pants),
            ):
                if tasks:
                    yield Tasks(path, directory, runner, TaskFile(tasks))


def _tox_tasks(tables: tuple[Table, ...]) -> tuple[Task, ...]:
    """The environments of tox; the first is `""`, which needs those that run when none is named."""
    tasks: list[Task] = []
    defaults: tuple[str, ...] = ()
    for table in tables:
        if table.name in ("tox", "tool.tox"):
            listed = table.get("envlist") or table.get("env_list")
            defaults = tuple(_environments(" ".join(listed.values))) if listed else ()
        match = re.fullmatch(
            r"testenv(?::(?P<name>.+))?|tool\.tox\.env\.(?P<native>.+)|tool\.tox\.(?P<base>env_run_base)", table.name
        )
        if match is not None:
            names = (match["native"] or match["name"] or "testenv").replace("env_run_base", "testenv")
            tasks.extend(_tox_task(name, table) for name in _environments(names))
    if not tasks:
        return ()
    return (Task("", tasks[0].line, tasks[0].line, defaults or ("testenv",)), *tasks)


def _tox_task(name: str, table: Table) -> Task:
    lines: list[TaskLine] = []
    for key in ("commands_pre", "commands"):
        setting = table.get(key)
        text = "\n".join(setting.values).replace("\\\n", " ") if setting else ""
        for line in text.split("\n"):
            command = re.sub(r"^[\w{},!.-]+:\s+", "", line.strip())
            forgiven = command.startswith("-")
            command = re.sub(r"\{env:\w+:?([^{}]*)\}", r"\1", command.lstrip("-! "))
            command = re.sub(r"\{posargs:?([^{}]*)\}|\{toxinidir\}/?|\{tox_root\}/?", r"\1", command)
            if command and setting is not None:
                lines.append(TaskLine(command.replace("{envpython}", "python"), setting.line, not forgiven))
    directory = table.get("changedir") or table.get("change_dir")
    return Task(
        name, table.line, table.line, (), tuple(lines), re.sub(r"\{\w+\}/?", "", directory.text) if directory else ""
    )


def _environments(written: str) -> list[str]:
    """Environment names with braces spelled out: `py{311,312}-{a,b}` is four."""
    names: list[str] = []
    for word in re.findall(r"(?:[^\s,{}]|\{[^{}]*\})+", written):
        expanded = [""]
        for part in re.findall(r"\{([^{}]*)\}|([^{}]+)", word):
            choices = [choice.strip() for choice in part[0].split(",")] if part[0] else [part[1]]
            expanded = [begun + choice for begun in expanded for choice in choices][:200]
        names.extend(expanded)
    return names[:500]


_OF_BACKENDS = {
    "lint.flake8": ("lint", "flake8 ."),
    "lint.pylint": ("lint", "pylint ."),
    "lint.bandit": ("lint", "bandit -r ."),
    "lint.black": ("lint", "black --check ."),
    "lint.isort": ("lint", "isort --check ."),
    "lint.yapf": ("lint", "yapf --diff ."),
    "lint.ruff": ("lint", "ruff check ."),
    "lint.ruff.check": ("lint", "ruff check ."),
    "lint.ruff.format": ("lint", "ruff format --check ."),
    "typecheck.mypy": ("check", "mypy ."),
    "typecheck.pyright": ("check", "pyright ."),
}
"""What the goals of Pants run, by the backends that are turned on."""


def _pants_tasks(tables: tuple[Table, ...]) -> tuple[Task, ...]:
    """The goals of Pants: `pants lint ::` runs every linter and formatter that its configuration turns on."""
    listed = [
        (name, setting.line)
        for table in tables
        if table.name == "GLOBAL"
        for setting in table.settings
        if setting.name.startswith("backend_packages")
        for name in setting.values
    ]
    lines: dict[str, list[TaskLine]] = {}
    for name, line in listed:
        goal, command = _OF_BACKENDS.get(re.sub(r"^pants\.backend\.(experimental\.)?python\.", "", name), ("", ""))
        if goal:
            lines.setdefault(goal, []).append(TaskLine(command, line))
        elif name == "pants.backend.python":
            lines.setdefault("test", []).append(TaskLine("pytest", line))
    return tuple(Task(goal, told[0].line, told[0].line, (), tuple(told)) for goal, told in lines.items())


_SCRIPT_TABLES = re.compile(
    r"tool\.(pdm\.scripts|poe\.tasks|taskipy\.tasks|rye\.scripts)|scripts|(tool\.hatch\.)?envs\..+\.scripts"
    r"|(tool\.pixi\.)?(feature\.[^.]+\.)?tasks"
)
_TASK_TABLE = re.compile(
    r"(?:tool\.(?:pdm\.scripts|poe\.tasks|rye\.scripts)|(?:tool\.pixi\.)?(?:feature\.[^.]+\.)?tasks)\.(?P<name>[^.]+)"
)


def _project_tasks(tables: tuple[Table, ...]) -> tuple[Task, ...]:
    """Scripts of PDM, Poe, taskipy, Pipenv, Rye, Pixi and Hatch's environments."""
    tasks: list[Task] = []
    for table in tables:
        if _SCRIPT_TABLES.fullmatch(table.name):
            for setting in table.settings:
                lines = tuple(TaskLine(text, setting.line) for text in setting.values if not text.startswith("{"))
                tasks.append(Task(setting.name, setting.line, setting.line, setting.values, lines))
        match = _TASK_TABLE.fullmatch(table.name)
        if match is not None:
            keys = ("cmd", "shell", "sequence", "composite", "chain")
            commands = [command for key in keys if (command := table.get(key)) is not None]
            lines = tuple(TaskLine(text, command.line) for command in commands for text in command.values)
            needs = tuple(text for command in commands for text in command.values)
            tasks.append(Task(match["name"], table.line, table.line, needs, lines))
    return tuple(tasks)
