"""One run from event to exit code."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Mapping
from typing import TextIO

from readiness_bot import __version__
from readiness_bot.action.badges import keep_badges
from readiness_bot.action.forks import publish_for_fork
from readiness_bot.action.job import BROKEN, PASSED, WRONG_USAGE, Job, Ports
from readiness_bot.action.judging import deltas, open_checkout, pair_of_pull, remote, reports
from readiness_bot.action.telling import (
    finish,
    give_up,
    hand_to_code_scanning,
    hint,
    notes_of,
    outcome,
    set_outputs,
    trend_words,
    write_comment,
    write_files,
    write_verdict,
)
from readiness_bot.git import GitError, NotARepository, Repository, UnknownRevision
from readiness_bot.github import inputs as github_inputs
from readiness_bot.github import revisions, runner
from readiness_bot.github.client import Client
from readiness_bot.github.event import (
    BranchEvent,
    Event,
    MergeGroupEvent,
    PullRequest,
    PullRequestEvent,
    Unusable,
    WorkflowRunEvent,
    parse,
)
from readiness_bot.github.inputs import Inputs
from readiness_bot.github.publish import Told, Verdict
from readiness_bot.github.revisions import Revisions
from readiness_bot.github.runner import Runner
from readiness_bot.render.bulletin import Bulletin
from readiness_bot.settings import ConfigurationError


def main(environment: Mapping[str, str] | None = None, stdout: TextIO | None = None) -> int:
    """Run inside a workflow; the exit code is 0 passed, 1 gate failed, 2 wrong set-up, 3 could not do its work."""
    environment = os.environ if environment is None else environment
    stdout = stdout or sys.stdout
    try:
        here = runner.from_environment(environment)
        inputs = github_inputs.from_environment(environment)
    except Unusable as error:
        runner.fail(stdout, str(error))
        return WRONG_USAGE
    return run(inputs, here, Ports(connect, stdout))


def connect(here: Runner, token: str) -> Client:
    """The repository on the real GitHub."""
    return Client(here.api_url, here.repository, token)


def run(inputs: Inputs, here: Runner, ports: Ports) -> int:
    """One run from event to exit code."""
    client = ports.connect(here, inputs.token) if inputs.token else None
    job = Job(inputs, here, ports, client, ports.clock())
    event: Event | None = None
    try:
        event = parse(here.event_name, here.payload(), here.ref)
        code = _act(job, event)
    except (Unusable, ConfigurationError, NotARepository, UnknownRevision) as error:
        code = give_up(job, event, str(error), WRONG_USAGE)
    except Exception as error:  # noqa: BLE001  the last resort: an exit code that says it is the tool's fault
        code = give_up(job, event, _internal(job, error), BROKEN)
    finally:
        if client is not None:
            client.close()
    if here.output is not None:
        runner.write_outputs(here.output, job.outputs)
    return code


def _internal(job: Job, error: Exception) -> str:
    if isinstance(error, GitError):
        return str(error)
    for line in traceback.format_exception(error):
        for part in line.splitlines():
            job.say(part)
    return f"Internal error: {type(error).__name__}: {error}"


def _act(job: Job, event: Event) -> int:
    mode = job.inputs.mode
    if isinstance(event, WorkflowRunEvent) or mode == "publish":
        return publish_for_fork(job, event)
    if isinstance(event, PullRequestEvent):
        if event.target:
            raise Unusable(
                "On `pull_request_target` strangers' code would be handled with a token that may write. "
                "Start the action on `pull_request`; only `mode: publish` may run here."
            )
        if event.pull.closed:
            job.say("The pull request is closed: nothing to do.")
            return PASSED
        return _compare(job, pair_of_pull(job, event.pull), event.pull, event.pull.head_sha)
    if isinstance(event, MergeGroupEvent):
        repository = open_checkout(job)
        pair = revisions.of_merge_group(repository, event, remote(job))
        return _compare(job, (repository, pair, event.base_branch), None, event.head_sha)
    return _branch(job, event)


def _branch(job: Job, event: BranchEvent) -> int:
    if event.deleted:
        job.say("The branch is deleted: nothing to do.")
        return PASSED
    repository = open_checkout(job)
    if job.inputs.base_ref:
        pair = revisions.against(repository, job.inputs.base_ref)
        return _compare(job, (repository, pair, job.inputs.base_ref), None, "")
    if job.inputs.mode == "pr":
        pair = revisions.against_parent(repository, remote(job))
        return _compare(job, (repository, pair, ""), None, "")
    return _report(job, repository, event)


def _compare(job: Job, where: tuple[Repository, Revisions, str], pull: PullRequest | None, head_sha: str) -> int:
    """Judge a change and tell it; `head_sha` is the commit that the verdict is written to, empty for none."""
    repository, pair, branch = where
    judged = deltas(job, repository, pair) if pair.base else reports(job, repository, pair.head)
    news = Bulletin(
        head=head_sha or pair.head,
        base=pair.base,
        base_branch=branch,
        version=__version__,
        sections=tuple(entry.section for entry in judged),
        remark=pair.remark,
    )
    scopes = [entry.head.scope for entry in judged]
    voice = job.voice(scopes, trend_words=trend_words(job, branch, scopes) if pull else "")
    write_files(job, judged, news)
    notes = notes_of(judged)
    verdict = write_verdict(job, news, voice, notes) if head_sha else Verdict("job")
    if verdict.where != "check":
        left_out = runner.annotate(job.ports.stdout, notes, job.inputs.annotations)
        if left_out and job.inputs.annotations:
            job.say(f"{left_out} more are in the summary.")
    told = write_comment(job, news, voice, pull, verdict.author) if pull else Told("silent")
    hand_to_code_scanning(job, judged)
    set_outputs(job, news, voice, verdict, told)
    finish(job, news, voice, judged, hint(job, pull))
    return outcome(job, news)


def _report(job: Job, repository: Repository, event: BranchEvent) -> int:
    head = repository.resolve("HEAD")
    judged = reports(job, repository, head)
    news = Bulletin(head, "", event.ref.rpartition("/")[2], __version__, tuple(entry.section for entry in judged))
    voice = job.voice([entry.head.scope for entry in judged])
    write_files(job, judged, news)
    snippet = ""
    if job.inputs.badge == "auto" and (event.default or job.inputs.mode == "baseline"):
        if event.default:
            snippet = keep_badges(job, judged, head)
        else:
            job.say(f"No badge: {event.ref} is not the default branch.")
    hand_to_code_scanning(job, judged)
    set_outputs(job, news, voice, Verdict("job"), Told("silent"))
    finish(job, news, voice, judged, "", snippet)
    return outcome(job, news)
