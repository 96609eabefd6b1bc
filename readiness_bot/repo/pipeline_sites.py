"""Pipelines, jobs, steps and the tools that they run, each with its place and the events that start it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from readiness_bot.facts.cloud_builds import ELSEWHERE
from readiness_bot.facts.pipeline import Job, Pipeline, Step
from readiness_bot.repo.tool_commands import ToolCommand

PULL_REQUEST = frozenset({"pull_request", "pull_request_target", "merge_group"})
"""The events of a change that is not merged yet."""

ANY_PUSH = "any-push"
"""Beside `push` where no branch is left out: then a change is seen before it is merged, if not from forks."""


@dataclass(frozen=True, slots=True)
class PipelineSite:
    """A pipeline that some provider runs, its path, and the events that start it, its callers' among them."""

    path: str
    pipeline: Pipeline
    events: frozenset[str]


_DISPATCHING = re.compile(r"/[\w-]*(dispatch|trigger)[\w-]*(@|$)", re.IGNORECASE)
"""Actions that start a pipeline of another repository."""
_BUSY = re.compile(r"library/(?!\w*(notif|slack|mail|message|status|label|comment|clean))", re.IGNORECASE)
"""The steps of shared libraries, but for those that only tell of a run."""


@dataclass(frozen=True, slots=True)
class JobSite:
    """A job, where it stands, and the events that start it."""

    path: str
    pipeline: Pipeline
    job: Job
    events: frozenset[str]

    @property
    def line(self) -> int:
        """The line of the job's name."""
        return self.job.line

    @property
    def on_pull_requests(self) -> bool:
        """Whether a pull request starts it."""
        return bool(self.events & PULL_REQUEST)

    @property
    def called(self) -> str:
        """What it leaves to another repository: a pipeline, or a step of a shared library; empty for its own."""
        if self.job.calls:
            return "" if self.job.calls.startswith("./") else self.job.calls
        if any(step.run for step in self.job.steps):
            return ""
        return next((step.uses for step in self.job.steps if _BUSY.match(step.uses)), "")


@dataclass(frozen=True, slots=True)
class StepSite:
    """A step, the job it belongs to, and the file it stands in (another one for a composite action's)."""

    path: str
    step: Step
    job: JobSite
    events: frozenset[str]

    @property
    def line(self) -> int:
        """The line where the step begins."""
        return self.step.line

    @property
    def can_fail(self) -> bool:
        """Whether a failure of the step fails the pipeline."""
        return self.step.can_fail and self.job.job.can_fail

    @property
    def dispatches(self) -> bool:
        """Whether an action of the step starts a pipeline of another repository."""
        return _DISPATCHING.search(self.step.uses) is not None


@dataclass(frozen=True, slots=True)
class Run:
    """One tool that a pipeline runs: the command and its place, and the step that leads to it.

    `via` are the places between the step and the command, such as `Makefile:12`. `can_fail` is false where a failure
    of the tool goes unnoticed.
    """

    command: ToolCommand
    path: str
    line: int
    step: StepSite
    can_fail: bool
    via: tuple[str, ...] = ()

    @property
    def tool(self) -> str:
        """The tool's name."""
        return self.command.tool

    @property
    def events(self) -> frozenset[str]:
        """The events that start it."""
        return self.step.events

    @property
    def on_pull_requests(self) -> bool:
        """Whether a pull request starts it."""
        return bool(self.events & PULL_REQUEST)

    @property
    def checks_pull_requests(self) -> bool:
        """Whether a pull request starts it and a failure of it is seen there."""
        return self.on_pull_requests and self.can_fail

    @property
    def on_changes(self) -> bool:
        """Whether it runs on a change before it is merged, by pull request or by any push."""
        return bool(self.events & (PULL_REQUEST | {ANY_PUSH}))

    @property
    def started_elsewhere(self) -> bool:
        """Whether what starts it is kept outside of the repository, so that it may well run on changes."""
        return self.events == frozenset({ELSEWHERE})

    @property
    def checks_changes(self) -> bool:
        """Whether it runs on a change before it is merged, by pull request or by any push, and can fail."""
        return self.can_fail and self.on_changes

    @property
    def when(self) -> str:
        """What starts it on a change, in words."""
        return "on pull requests" if self.on_pull_requests else "on every push"

    @property
    def detail(self) -> str:
        """The command, and the pipeline that leads to it where that is another file, in words."""
        text = self.command.text if len(self.command.text) <= 80 else f"{self.command.text[:77]}…"
        return f"`{text}`" if self.path == self.step.job.path else f"`{text}`, run by {self.step.job.path}"
