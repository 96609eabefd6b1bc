"""A run under way: what it was asked, what it may use, what it has to say at the end; decides nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TextIO

from readiness_bot.github import runner
from readiness_bot.github.client import Client, Refusal
from readiness_bot.github.inputs import Inputs
from readiness_bot.github.runner import Runner
from readiness_bot.render.comment import Run
from readiness_bot.render.links import links

PASSED, FAILED, WRONG_USAGE, BROKEN = 0, 1, 2, 3
"""The exit codes: the command line has the same."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The world outside: GitHub, the clock, the job's log. The file system is the workspace's."""

    connect: Callable[[Runner, str], Client]
    stdout: TextIO
    clock: Callable[[], float] = time.monotonic
    today: Callable[[], date] = lambda: datetime.now(UTC).date()


@dataclass(slots=True)
class Job:
    """A run under way; what publishing could not do is gathered, and told once at the end."""

    inputs: Inputs
    runner: Runner
    ports: Ports
    client: Client | None
    started: float
    refusals: list[Refusal] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)

    def attempt(self, work: Callable[[Client], None]) -> None:
        """Do something on GitHub that the verdict does not depend on."""
        if self.client is None:
            return
        try:
            work(self.client)
        except Refusal as refusal:
            self.refusals.append(refusal)

    def say(self, text: str) -> None:
        """Print a line to the job's log."""
        runner.say(self.ports.stdout, text)

    def voice(self, scopes: Sequence[str], *, run_id: int = 0, attempt: int = 0, trend_words: str = "") -> Run:
        """The run as texts name it; another run's number where its result is told."""
        here = self.runner
        number = run_id or here.run_id
        return Run(
            links=links(here.server_url, here.repository, here.action_repository, here.action_ref),
            url=f"{here.server_url}/{here.repository}/actions/runs/{number}",
            id=number,
            attempt=attempt or here.run_attempt,
            scopes=tuple(scopes),
            seconds=round(self.ports.clock() - self.started),
            trend=trend_words,
        )
