"""The result of a run that may not write, told by one that may."""

from __future__ import annotations

import msgspec

from readiness_bot.action.job import PASSED, Job
from readiness_bot.action.telling import complain, set_outputs, write_comment
from readiness_bot.github.client import Client, Refusal
from readiness_bot.github.event import Event, PullRequest, PullRequestEvent, Unusable, WorkflowRunEvent
from readiness_bot.github.places import read_inside
from readiness_bot.github.publish import Verdict
from readiness_bot.render import bulletin


def publish_for_fork(job: Job, event: Event) -> int:
    """Tell what another run, without the right to, left in a file; nothing in that file is believed but its form."""
    if isinstance(event, WorkflowRunEvent):
        head_sha, run_id, attempt = event.head_sha, event.run_id, event.run_attempt
    elif isinstance(event, PullRequestEvent):
        head_sha, run_id, attempt = event.pull.head_sha, 0, 0
    else:
        raise Unusable("`mode: publish` tells what a pull request's run left: start it on `workflow_run`.")
    client = job.client
    if client is None:
        raise Unusable("`mode: publish` needs a `token`.")
    try:
        news = bulletin.decode(read_inside(job.runner.workspace, job.inputs.publish_from, bulletin.BYTES))
    except (ValueError, OSError) as error:
        raise Unusable(
            f"The file {job.inputs.publish_from} is no bulletin of readiness-bot: {error}. "
            "Upload the folder of `report-dir` in the pull request's run, and download it here."
        ) from error
    if news.head != head_sha:
        raise Unusable(f"The file {job.inputs.publish_from} is about another commit than the run that left it.")
    pull = event.pull if isinstance(event, PullRequestEvent) else _pull_of_run(job, client, event)
    if pull is None:
        job.say("No open pull request has this commit as its newest: nothing to tell.")
        return PASSED
    news = msgspec.structs.replace(news, remark="reported by the pull request's own run")
    voice = job.voice([section.scope for section in news.sections], run_id=run_id, attempt=attempt)
    told = write_comment(job, news, voice, pull, "")
    set_outputs(job, news, voice, Verdict("job"), told)
    complain(job, "")
    return PASSED


def _pull_of_run(job: Job, client: Client, event: WorkflowRunEvent) -> PullRequest | None:
    """The pull request by what GitHub knows of the run, never by what the run says of itself."""
    try:
        if event.numbers:
            found = [client.pull(number) for number in event.numbers[:3]]
        elif event.head_owner and event.head_branch:
            found = client.pulls(event.head_owner, event.head_branch)
        else:
            found = []
    except Refusal as refusal:
        job.refusals.append(refusal)
        complain(job, "")
        return None
    for pull in found:
        if pull.head_sha == event.head_sha and not pull.closed:
            return PullRequest(pull.number, pull.head_sha, event.head_branch, pull.base_branch, "", fork=True)
    return None
