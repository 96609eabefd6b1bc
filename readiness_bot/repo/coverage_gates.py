"""Which minimum of test coverage the pipelines enforce, and where it is set; knows not what is covered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from readiness_bot.repo.pipeline_sites import Run
from readiness_bot.repo.pipelines import Pipelines
from readiness_bot.repo.python import Python
from readiness_bot.repo.tooling import Configured, Tooling


@dataclass(frozen=True, slots=True)
class CoverageGate:
    """A demand on coverage that a pipeline enforces.

    `kind` is `minimum` (with `percent`), `ratchet` (coverage may not drop), or `change` (a demand on changed lines
    alone). `on_changes` tells whether a change meets it before it is merged.
    """

    kind: Literal["minimum", "ratchet", "change"]
    percent: float
    path: str
    line: int
    detail: str
    on_changes: bool


_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_REPORTING = frozenset({"report", "html", "xml", "json", "lcov"})
_MINIMUM_INPUTS = {
    "minimum_coverage": "minimum",
    "min_coverage": "minimum",
    "min-coverage-overall": "minimum",
    "minimum-coverage": "minimum",
    "thresholdall": "minimum",
    "thresholdnew": "change",
    "fail-under": "minimum",
    "fail_under": "minimum",
}
"""Inputs by which actions that judge a report are told the minimum."""


_OF_FOLDERS = ("pyproject.toml", "setup.cfg", "tox.ini", "pytest.ini", ".coveragerc", "noxfile.py", "Makefile")
"""Files whose demands are about the folder that they lie in."""


class CoverageGates:
    """The minimums that test runs, reports and coverage services enforce."""

    LOOKS = "coverage minimums (--cov-fail-under, fail_under, codecov.yml)"

    def __init__(self, tooling: Tooling, pipelines: Pipelines, python: Python) -> None:
        self._tooling = tooling
        self._pipelines = pipelines
        self._python = python

    @staticmethod
    def reads(path: str) -> bool:
        """Whether the path is a file that this room's answers rest on."""
        return Tooling.reads(path) or Pipelines.reads(path)

    @cached_property
    def enforced(self) -> tuple[CoverageGate, ...]:
        """Every demand that some pipeline enforces, those met by pull requests first, the highest minimum first."""
        order = {"minimum": 0, "ratchet": 1, "change": 2}
        found = [*self._of_commands(), *self._of_settings(), *self._of_actions(), *self._of_codecov()]
        return tuple(sorted(found, key=lambda gate: (not gate.on_changes, order[gate.kind], -gate.percent, gate.path)))

    def is_of_most(self, gate: CoverageGate) -> bool:
        """Whether a demand is about most of the tree's code, and not about one small part that has it to itself."""
        folder = gate.path.rpartition("/")[0]
        if not folder or folder.startswith(".") or not gate.path.endswith(_OF_FOLDERS):
            return True
        if not any(path.startswith(f"{folder}/") for path in self._python.modules):
            return True  # settings that are kept apart from the code
        inside = sum(module.path.startswith(f"{folder}/") for module in self._python.production)
        return inside * 2 >= len(self._python.production)

    @property
    def unenforced(self) -> CoverageGate | None:
        """A minimum that is configured and that no pipeline enforces."""
        if any(gate.kind == "minimum" for gate in self.enforced):
            return None
        for path, setting in self._settings():
            percent = _percent(setting.text)
            if percent:
                return CoverageGate("minimum", percent, path, setting.line, f"{setting.name} = {setting.text}", False)
        return None

    def _settings(self) -> Iterator[tuple[str, _SettingLike]]:
        for name in ("fail_under",):
            for path, setting in self._tooling.settings("coverage", name):
                yield path, _SettingLike(setting.name, setting.text, setting.line)
        for path, setting in self._tooling.settings("pytest", "addopts"):
            if match := re.search(r"--cov-fail-under[=\s]+(\d+(?:\.\d+)?)", setting.text):
                yield path, _SettingLike("--cov-fail-under", match[1], setting.line)

    @cached_property
    def _measuring(self) -> tuple[Run, ...]:
        """The runs that measure or report coverage and whose failure counts."""
        default = any("--cov" in setting.text for _, setting in self._tooling.settings("pytest", "addopts"))
        return tuple(
            run
            for run in self._pipelines.runs
            if run.can_fail
            and (
                (
                    run.tool in ("pytest", "py.test")
                    and (default or any(word.startswith("--cov") for word in run.command.arguments))
                )
                or (run.tool == "coverage" and run.command.words[:1] != () and run.command.words[0] in _REPORTING)
            )
        )

    def _of_commands(self) -> Iterator[CoverageGate]:
        for run in self._pipelines.runs:
            if not run.can_fail:
                continue
            if run.tool == "diff-cover":
                percent = _percent(run.command.value("--fail-under"))
                if percent is not None:
                    yield CoverageGate("change", percent, run.path, run.line, run.detail, run.on_changes)
            else:
                percent = _percent(
                    run.command.value("--cov-fail-under")
                    or (run.command.value("--fail-under") if run.tool == "coverage" else "")
                )
                if percent:
                    yield CoverageGate("minimum", percent, run.path, run.line, run.detail, run.on_changes)

    def _of_settings(self) -> Iterator[CoverageGate]:
        """Settings count where some run measures with them: the one that pull requests start, if there is one."""
        # One that is told a minimum of its own, such as none, leaves the setting to the others.
        own = [run for run in self._measuring if not run.command.has("--cov-fail-under", "--fail-under")]
        measuring = sorted(own, key=lambda run: not run.on_changes)
        if not measuring:
            return
        for path, setting in self._settings():
            percent = _percent(setting.text)
            if percent:
                on_requests = measuring[0].on_changes
                yield CoverageGate(
                    "minimum", percent, path, setting.line, f"{setting.name} = {setting.text}", on_requests
                )

    def _of_actions(self) -> Iterator[CoverageGate]:
        for step in self._pipelines.steps:
            if not step.step.uses or not step.can_fail or "cover" not in step.step.uses.lower():
                continue
            for pair in step.step.inputs:
                kind = _MINIMUM_INPUTS.get(pair.name.lower())
                value = _percent(pair.value)
                if kind is not None and value:
                    value = value * 100 if value <= 1 else value
                    requests = bool(step.events & {"pull_request", "pull_request_target"})
                    detail = f"{pair.name}: {pair.value}"
                    yield CoverageGate(
                        "minimum" if kind == "minimum" else "change", value, step.path, pair.line, detail, requests
                    )

    def _of_codecov(self) -> Iterator[CoverageGate]:
        uploads = [
            run
            for run in self._pipelines.runs
            if run.tool in ("codecov", "codecovcli") or "codecov.io" in run.command.text
        ]
        if not uploads:
            return
        requests = any(run.on_changes for run in uploads)
        for configured in self._tooling.tables(r"coverage\.status(\..+)?"):
            if "codecov" in configured.path:
                yield from _codecov_gates(configured, requests)


@dataclass(frozen=True, slots=True)
class _SettingLike:
    name: str
    text: str
    line: int


def _percent(text: str) -> float | None:
    match = _NUMBER.match(text.strip())
    return float(match[0]) if match is not None and float(match[0]) <= 100 else None


def _codecov_gates(configured: Configured, requests: bool) -> Iterator[CoverageGate]:
    """The demands of one table of Codecov's statuses; a status without a target demands what the base has."""
    table = configured.table
    parts = table.name.split(".")
    if len(parts) == 2:
        for name in ("project", "patch"):
            setting = table.get(name)
            if setting is not None and setting.text in ("true", "yes", "on"):
                yield CoverageGate(
                    "ratchet" if name == "project" else "change",
                    0,
                    configured.path,
                    setting.line,
                    f"{name}: {setting.text}",
                    requests,
                )
        return
    informational, enabled, target = table.get("informational"), table.get("enabled"), table.get("target")
    is_default_group = len(parts) == 3 and not table.settings
    if (informational is not None and informational.text in ("true", "yes", "on")) or is_default_group:
        return
    if enabled is not None and enabled.text.lower() in ("false", "no", "off"):
        return
    kind: Literal["ratchet", "change"] = "ratchet" if parts[2] == "project" else "change"
    percent = _percent(target.text) if target is not None else None
    line, detail = (
        (target.line, f"target: {target.text}")
        if target is not None
        else (configured.line, f"{parts[2]} status without a target")
    )
    if parts[2] == "project" and percent:
        yield CoverageGate("minimum", percent, configured.path, line, detail, requests)
    elif parts[2] in ("project", "patch"):
        yield CoverageGate(kind, percent or 0, configured.path, line, detail, requests)
