"""The commits and scopes of a run, judged; writes and sends nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from readiness_bot import assess
from readiness_bot.action.job import Job
from readiness_bot.agreement import for_comparison, for_report
from readiness_bot.compare import score_gate
from readiness_bot.git import GitError, Repository
from readiness_bot.github import revisions
from readiness_bot.github.client import Refusal
from readiness_bot.github.event import PullRequest, Unusable
from readiness_bot.github.revisions import Remote, Revisions
from readiness_bot.model import Delta, Gate, Report
from readiness_bot.render import bulletin
from readiness_bot.render.bulletin import Section
from readiness_bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Judged:
    """One scope, judged: the subject of the report files and what there is to tell of it."""

    subject: Delta | Report
    section: Section

    @property
    def head(self) -> Report:
        """The report of what is checked out."""
        return self.subject.head if isinstance(self.subject, Delta) else self.subject


def open_checkout(job: Job) -> Repository:
    """The checkout in the workspace; raises `NotARepository` where there is none."""
    return Repository.open(job.runner.workspace)


def remote(job: Job) -> Remote:
    """Where missing commits come from."""
    return Remote(f"{job.runner.server_url}/{job.runner.repository}", job.inputs.token)


def pair_of_pull(job: Job, pull: PullRequest) -> tuple[Repository, Revisions, str]:
    """The checkout, the two commits that a pull request is about, and the branch it is for."""
    repository = open_checkout(job)
    if job.inputs.base_ref:
        return repository, revisions.against(repository, job.inputs.base_ref), job.inputs.base_ref
    client = job.client

    def common(base: str, head: str) -> str | None:
        assert client is not None  # noqa: S101  passed on only where there is one
        try:
            return client.merge_base(base, head)
        except Refusal as refusal:
            if refusal.kind == "absent":
                return None
            raise revisions.missing(pull.base_sha) from refusal

    pair = revisions.of_pull_request(repository, pull, remote(job), common if client else None)
    return repository, pair, pull.base_branch


def _file(job: Job, name: str) -> Path | None:
    return job.runner.workspace / name if name else None


def _coverage(job: Job) -> bytes | None:
    path = _file(job, job.inputs.coverage_report)
    if path is None:
        return None
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unusable(f"The input `coverage-report`: {(error.strerror or 'cannot be read').lower()}.") from error


def _settings_for(job: Job, settings: Settings) -> Iterable[tuple[str | None, Settings]]:
    for path in job.inputs.path or (None,):
        yield path, settings.with_options(path=path, fail_on=job.inputs.fail_on)


def deltas(job: Job, repository: Repository, pair: Revisions) -> list[Judged]:
    """Every scope of the change between the two commits, judged by the policy of the first."""
    day = job.ports.today()
    agreed = for_comparison(repository, pair.base, pair.head, day, named=_file(job, job.inputs.config))
    judged = []
    for _, settings in _settings_for(job, agreed.settings):
        delta = assess.compare(
            repository,
            pair.base,
            pair.head,
            settings,
            assessed_on=day,
            policy_changes=agreed.changes,
            coverage_report=_coverage(job),
            cache_dir=_file(job, job.inputs.cache_dir),
        )
        if _has_python(delta.head):
            judged.append(Judged(delta, bulletin.from_delta(delta)))
        else:
            judged.append(_nothing(delta.head))
    return judged


def reports(job: Job, repository: Repository, revision: str) -> list[Judged]:
    """Every scope of one commit, judged."""
    day = job.ports.today()
    settings = for_report(repository, revision, day, named=_file(job, job.inputs.config))
    judged = []
    for _, scoped in _settings_for(job, settings):
        report = assess.assess(
            repository,
            revision,
            scoped,
            assessed_on=day,
            coverage_report=_coverage(job),
            cache_dir=_file(job, job.inputs.cache_dir),
        )
        gate = score_gate(report, scoped.policy)
        section = bulletin.from_report(report, gate.conclusion, gate.reasons)
        judged.append(Judged(report, section) if _has_python(report) else _nothing(report))
    return judged


def _has_python(report: Report) -> bool:
    """Whether there was anything to judge but tests. Raises `GitError` where there was and nothing could be read."""
    if report.facts.python_files:
        return True
    unread = sum(entry.path.endswith((".py", ".pyi")) for entry in report.skipped)
    if unread:
        raise GitError(f"nothing to judge: none of the {unread} Python files could be read")
    return False


def _nothing(report: Report) -> Judged:
    only = "no Python file but tests here" if report.facts.test_files else "no Python file here"
    gate = Gate("neutral", (only,))
    section = bulletin.from_report(report, gate.conclusion, gate.reasons)
    return Judged(report, msgspec.structs.replace(section, score=None, moves=()))
