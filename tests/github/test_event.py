"""Events from real payloads, and from what has to be derived because none is published."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from readiness_bot.github.event import (
    BranchEvent,
    MergeGroupEvent,
    PullRequest,
    PullRequestEvent,
    Unusable,
    WorkflowRunEvent,
    parse,
)
from tests.github import events
from tests.github.contract import contract
from tests.github.events import encoded

HEAD = "ec26c3e57ca3a959ca5aad62de7213c562f8c821"
BASE = "f95f852bd8fca8fcc58a9a2d6c842781e32a215e"
OPENED = PullRequest(2, HEAD, "changes", "master", BASE, fork=False)


@pytest.mark.parametrize(
    ("name", "payload", "known"),
    [
        ("pull-request-opened", events.opened, []),
        # Older than two fields of the repository, which changes nothing that is read here.
        ("pull-request-synchronize", events.synchronize, ["has_discussions"]),
        ("pull-request-opened", events.from_fork, []),
        ("merge-group-checks-requested", events.merge_group, []),
        ("push", events.push, ["has_discussions"]),
        ("workflow-run-completed", events.workflow_run, []),
        ("workflow-run-completed", events.workflow_run_of_fork, []),
    ],
)
def test_payloads_real_and_derived_are_what_github_describes(
    name: str, payload: Callable[[], dict[str, Any]], known: list[str]
) -> None:
    faults = contract().faults_of_event(name, payload())
    assert [fault for fault in faults if not any(word in fault for word in known)] == []
    assert contract().faults_of_event(name, payload() | {"repository": 1}) != []


def test_opened() -> None:
    assert parse("pull_request", encoded(events.opened())) == PullRequestEvent("opened", OPENED)


def test_synchronize() -> None:
    event = parse("pull_request", encoded(events.synchronize()))
    assert event == PullRequestEvent("synchronize", OPENED)


def test_pull_request_target_is_told_apart() -> None:
    assert parse("pull_request_target", encoded(events.opened())) == PullRequestEvent("opened", OPENED, target=True)


@pytest.mark.parametrize("payload", [events.from_fork, events.from_deleted_fork])
def test_a_fork_is_one_even_when_it_is_gone(payload: Callable[[], dict[str, Any]]) -> None:
    event = parse("pull_request", encoded(payload()))
    assert isinstance(event, PullRequestEvent)
    assert event.pull.fork


def test_a_repository_that_is_itself_a_fork_is_none() -> None:
    payload = events.opened()
    for side in ("head", "base"):
        payload["pull_request"][side]["repo"]["fork"] = True
    event = parse("pull_request", encoded(payload))
    assert isinstance(event, PullRequestEvent)
    assert not event.pull.fork


@pytest.mark.parametrize(
    ("change", "draft", "closed"),
    [({"draft": True}, True, False), ({"draft": None}, False, False), ({"state": "closed"}, False, True)],
)
def test_drafts_and_closed_ones(change: dict[str, Any], draft: bool, closed: bool) -> None:
    payload = events.opened()
    payload["pull_request"] |= change
    event = parse("pull_request", encoded(payload))
    assert isinstance(event, PullRequestEvent)
    assert (event.pull.draft, event.pull.closed) == (draft, closed)


def test_a_merge_group_has_its_base_and_no_pull_request() -> None:
    assert parse("merge_group", encoded(events.merge_group())) == MergeGroupEvent(
        base_sha="380387fbc80638b734a49e1be1c4dfec1c01b33c",
        head_sha=events.merge_group()["merge_group"]["head_sha"],
        base_branch="main",
    )


def test_a_push_to_the_default_branch() -> None:
    event = parse("push", encoded(events.push()))
    assert event == BranchEvent("push", "refs/heads/master", "master")
    assert event.default


def test_pushes_elsewhere() -> None:
    payload = events.push()
    for ref in ("refs/heads/topic", "refs/tags/master", "refs/heads/x/master"):
        event = parse("push", encoded(payload | {"ref": ref}))
        assert isinstance(event, BranchEvent)
        assert not event.default
    gone = parse("push", encoded(payload | {"deleted": True, "after": "0" * 40}))
    assert gone == BranchEvent("push", "refs/heads/master", "master", deleted=True)


def test_a_schedule_says_no_ref_and_takes_the_runs() -> None:
    event = parse("schedule", encoded(events.schedule()), "refs/heads/master")
    assert event == BranchEvent("schedule", "refs/heads/master", "master")
    assert event.default


def test_a_dispatch_names_its_ref() -> None:
    event = parse("workflow_dispatch", encoded(events.workflow_dispatch()), "refs/heads/other")
    assert event == BranchEvent("workflow_dispatch", "refs/heads/master", "master")


def test_a_workflow_run_of_a_fork_names_no_pull_request() -> None:
    assert parse("workflow_run", encoded(events.workflow_run_of_fork())) == WorkflowRunEvent(
        event="pull_request",
        head_sha="3484a3fb816e0859fd6e1cea078d76385ff50625",
        head_branch="changes",
        head_owner="Octocoders",
        numbers=(),
        run_id=events.workflow_run()["workflow_run"]["id"],
        run_attempt=1,
    )


def test_a_pull_request_of_another_repository_does_not_count() -> None:
    payload = events.workflow_run()
    assert payload["workflow_run"]["pull_requests"][0]["number"] == 2
    event = parse("workflow_run", encoded(payload))
    assert isinstance(event, WorkflowRunEvent)
    assert event.numbers == ()
    payload["workflow_run"]["pull_requests"][0]["base"]["repo"]["id"] = payload["repository"]["id"]
    ours = parse("workflow_run", encoded(payload))
    assert isinstance(ours, WorkflowRunEvent)
    assert ours.numbers == (2,)


def test_a_workflow_run_of_a_deleted_fork() -> None:
    payload = events.workflow_run_of_fork()
    payload["workflow_run"] |= {"head_repository": None, "head_branch": None}
    event = parse("workflow_run", encoded(payload))
    assert isinstance(event, WorkflowRunEvent)
    assert (event.head_owner, event.head_branch) == ("", "")


def test_other_events_are_refused_with_the_way_out() -> None:
    with pytest.raises(Unusable, match="`release` gives nothing to compare"):
        parse("release", b"{}")


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b"\xff\xfe", b'{"action": "opened", "pull_request": {"number": "2"}}']
)
def test_broken_payloads_are_refused(content: bytes) -> None:
    for name in ("pull_request", "merge_group", "push", "workflow_run"):
        with pytest.raises(Unusable, match="not what GitHub describes"):
            parse(name, content)
