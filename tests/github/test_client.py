"""Requests against the played GitHub: what is sent, what is repeated, what is given up, and how much of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from readiness_bot.github.client import CheckRun, Client, Comment, Refusal, Tip
from readiness_bot.github.runner import Note
from tests.github.conftest import Time
from tests.github.server import FORBIDDEN, SECONDARY, Fault, GitHub

SHA = "6dcb09b5b57875f334f61aebed695e2e4193db5e"
CHECK = CheckRun(
    name="Production readiness",
    head_sha=SHA,
    conclusion="failure",
    title="2 new blockers",
    summary="| a | b |",
    details_url="https://github.com/octo/shop/actions/runs/42",
    external_id="42-1-root",
)

Connect = Callable[..., Client]


def notes(number: int) -> list[Note]:
    return [Note("app/a.py", line, line, line % 2 == 1, "external-apis/timeout", "m") for line in range(1, number + 1)]


def ours(comment: Comment) -> bool:
    return comment.body.startswith("<!-- ours -->")


def add(client: Client, known: int = 0) -> Comment:
    return client.add_comment(7, "<!-- ours --> hello", known, ours)


# The description as a judge


ANNOTATION = {"path": "a", "start_line": 1, "end_line": 1, "annotation_level": "notice", "message": "m"}


def check_with(*annotations: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    output = {"title": "t", "summary": "s", "annotations": list(annotations)}
    return "/check-runs", {"name": "x", "head_sha": SHA, "output": output}


WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "no end_line": check_with({name: value for name, value in ANNOTATION.items() if name != "end_line"}),
    "51 annotations": check_with(*[ANNOTATION] * 51),
    "another level": check_with(ANNOTATION | {"annotation_level": "error"}),
    "another state": (f"/statuses/{SHA}", {"state": "ok"}),
    "a misspelt field": (f"/statuses/{SHA}", {"state": "success", "desciption": "x"}),
    "no body": ("/issues/7/comments", {"text": "x"}),
    "half a commit": ("/code-scanning/sarifs", {"commit_sha": "abc", "ref": "refs/heads/main", "sarif": ""}),
    "a path that is not described": ("/issues/7/labels", {}),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_breaks_the_description_is_kept(github: GitHub, what: str) -> None:
    path, body = WRONG[what]
    answer = httpx.post(f"{github.url}/repos/octo/shop{path}", json=body, headers={"Authorization": "Bearer rw"})
    assert answer.status_code in (404, 422)
    assert len(github.violations) == 1
    github.violations.clear()


def test_the_limits_that_the_description_leaves_out(github: GitHub, connect: Connect) -> None:
    client = connect()
    with pytest.raises(Refusal, match="Validation Failed"):
        client.add_comment(7, "x" * 65_537, 0, ours)
    with pytest.raises(Refusal, match="Validation Failed"):
        client.add_status(SHA, "success", "readiness", "x" * 141, "https://example.org")
    with pytest.raises(Refusal, match="No commit found"):
        client.add_check(CheckRun("x", "main", "success", "t", "s", "https://example.org", "1"), [])
    assert (github.comments, github.statuses, github.checks) == ({}, [], {})


# Each request once


def test_the_pull_request_as_it_is_now(github: GitHub, connect: Connect) -> None:
    github.add_pull(7, SHA, base="next", state="closed")
    pull = connect().pull(7)
    assert (pull.number, pull.head_sha, pull.base_branch, pull.closed) == (7, SHA, "next", True)


def test_open_pull_requests_of_a_branch(github: GitHub, connect: Connect) -> None:
    github.add_pull(7, SHA, head="stranger:changes")
    github.add_pull(8, SHA, head="stranger:changes", state="closed")
    github.add_pull(9, SHA, head="octo:changes")
    assert [pull.number for pull in connect().pulls("stranger", "changes")] == [7]


def test_comments_over_all_pages(github: GitHub, connect: Connect) -> None:
    for number in range(230):
        github.add_comment(7, f"noise {number}")
    client = connect()
    listed = client.comments(7)
    assert (len(listed.found), listed.complete, client.sent) == (230, True, 3)
    assert listed.found[229].body == "noise 229"
    assert listed.found[0].author == "ana"


def test_a_full_last_page_is_followed_by_an_empty_one(github: GitHub, connect: Connect) -> None:
    for number in range(100):
        github.add_comment(7, f"noise {number}")
    client = connect()
    assert (len(client.comments(7).found), client.sent) == (100, 2)


def test_pages_end_where_the_requests_must_last(github: GitHub, connect: Connect) -> None:
    for number in range(500):
        github.add_comment(7, f"noise {number}")
    listed = connect(most=5).comments(7, keep=3)
    assert (len(listed.found), listed.complete) == (200, False)


def test_120_annotations_in_three_batches_under_one_verdict(github: GitHub, connect: Connect) -> None:
    client = connect()
    assert client.add_check(CHECK, notes(120)) == "github-actions"
    ((identity, run),) = github.checks.items()
    assert (run["conclusion"], run["status"], run["name"]) == ("failure", "completed", "Production readiness")
    shown = github.annotations[identity]
    assert [note["start_line"] for note in shown] == list(range(1, 121))
    assert [note["annotation_level"] for note in shown[:2]] == ["failure", "warning"]
    assert [(verb, status) for verb, _, status in github.log] == [("POST", 201), ("PATCH", 200), ("PATCH", 200)]


def test_annotations_are_made_to_fit(github: GitHub, connect: Connect) -> None:
    connect().add_check(
        CHECK, [Note("Dockerfile", 0, 0, True, "t" * 300, "é" * 5000), Note("a.py", 9, 3, False, "t", "")]
    )
    first, second = next(iter(github.annotations.values()))
    assert (first["start_line"], first["end_line"], len(first["title"]), len(first["message"])) == (1, 1, 80, 500)
    assert (second["start_line"], second["end_line"], second["message"]) == (9, 9, "-")


def test_a_status_says_who_spoke(github: GitHub, connect: Connect) -> None:
    who = connect().add_status(SHA, "failure", "readiness", "2 new blockers", "https://example.org/run")
    assert who == "github-actions[bot]"
    assert [(entry["sha"], entry["state"], entry["context"]) for entry in github.statuses] == [
        (SHA, "failure", "readiness")
    ]


def test_the_branch_grows_by_commits_in_a_real_repository(github: GitHub, connect: Connect) -> None:
    client = connect(most=99)
    assert client.tip("readiness") is None
    tree = client.add_tree({"badge.svg": "<svg/>", "service/history.jsonl": "1\n"}, None)
    first = client.add_commit("Add a score", tree, None)
    client.add_branch("readiness", first)
    assert client.tip("readiness") == Tip(first, tree)
    second = client.add_commit("Add a score", client.add_tree({"service/history.jsonl": "1\n2\n"}, tree), first)
    client.move_branch("readiness", second)
    assert github.show("badge.svg") == "<svg/>"
    assert github.show("service/history.jsonl") == "1\n2"
    assert client.file("service/history.jsonl", "readiness") == b"1\n2\n"
    assert client.file("nowhere", "readiness") is None
    with pytest.raises(Refusal, match="not a fast forward") as caught:
        client.move_branch("readiness", client.add_commit("Elsewhere", tree, None))
    assert caught.value.kind == "rejected"
    with pytest.raises(Refusal, match="already exists"):
        client.add_branch("readiness", first)


def test_a_long_file_comes_back_as_it_was(github: GitHub, connect: Connect) -> None:
    text = "".join(f'{{"line": {number}}}\n' for number in range(2000))
    client = connect()
    client.add_branch("readiness", client.add_commit("Add", client.add_tree({"history.jsonl": text}, None), None))
    assert client.file("history.jsonl", "readiness") == text.encode()


def test_merge_base(github: GitHub, connect: Connect) -> None:
    client = connect()
    tree = client.add_tree({"a": "1"}, None)
    root = client.add_commit("root", tree, None)
    left, right = client.add_commit("left", tree, root), client.add_commit("right", tree, root)
    assert client.merge_base(left, right) == root
    with pytest.raises(Refusal, match="No common ancestor"):
        client.merge_base(left, client.add_commit("island", tree, None))


def test_the_name_behind_a_personal_token(connect: Connect) -> None:
    assert connect().login() == "octocat"


# Permissions


@pytest.mark.parametrize(
    ("write", "permission"),
    [
        (add, "pull-requests: write"),
        (lambda client: client.add_check(CHECK, []), "checks: write"),
        (lambda client: client.add_status(SHA, "success", "c", "d", "https://example.org"), "statuses: write"),
        (lambda client: client.add_tree({"a": "b"}, None), "contents: write"),
    ],
)
def test_a_missing_permission_is_named_and_not_asked_for_twice(
    github: GitHub, connect: Connect, time: Time, write: Callable[[Client], object], permission: str
) -> None:
    client = connect("read")
    with pytest.raises(Refusal, match="Resource not accessible by integration") as caught:
        write(client)
    assert (caught.value.kind, caught.value.permission) == ("forbidden", permission)
    assert (client.sent, time.slept) == (1, [])


def test_a_wrong_token_is_forbidden(connect: Connect) -> None:
    with pytest.raises(Refusal, match="401 Bad credentials") as caught:
        connect("stolen").pull(7)
    assert caught.value.kind == "forbidden"


def test_what_is_not_there_is_absent(connect: Connect) -> None:
    with pytest.raises(Refusal, match="404") as caught:
        connect().pull(7)
    assert caught.value.kind == "absent"


# Limits


@pytest.mark.parametrize("status", [403, 429])
def test_a_limit_is_waited_out_for_as_long_as_it_says(
    github: GitHub, connect: Connect, time: Time, status: int
) -> None:
    github.faults.append(Fault("POST", "/comments$", status, SECONDARY, {"Retry-After": "7"}))
    add(connect())
    assert [status for _, _, status in github.requests("POST")] == [status, 201]
    assert time.slept[0] == 7.0


def test_a_limit_until_a_moment_is_waited_out(github: GitHub, connect: Connect, time: Time) -> None:
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.now) + 30)}
    github.faults.append(
        Fault("GET", "/pulls/7$", 403, {"message": "API rate limit exceeded for installation"}, headers)
    )
    github.add_pull(7, SHA)
    connect().pull(7)
    assert time.slept == [31.0]


@pytest.mark.parametrize(("status", "message"), [(429, {"message": "Too many requests"}), (403, SECONDARY)])
def test_a_limit_that_does_not_say_how_long_is_given_a_minute(
    github: GitHub, connect: Connect, time: Time, status: int, message: dict[str, str]
) -> None:
    github.faults.append(Fault("PATCH", "/comments/", status, message))
    identity = github.add_comment(7, "<!-- ours --> old")
    client = connect()
    client.edit_comment(client.comments(7).found[0], "new")
    assert github.comments[identity]["body"] == "new"
    assert time.slept == [60.0]


def test_nobody_waits_for_an_hour(github: GitHub, connect: Connect, time: Time) -> None:
    github.faults.append(Fault("POST", "/comments$", 429, SECONDARY, {"Retry-After": "3600"}))
    with pytest.raises(Refusal, match="asks to wait 3600 seconds") as caught:
        add(connect())
    assert (caught.value.kind, time.slept, github.comments) == ("limited", [], {})


def test_waiting_adds_up_to_two_minutes_at_most(github: GitHub, connect: Connect, time: Time) -> None:
    github.faults += [Fault("GET", "/pulls/7$", 429, SECONDARY, {"Retry-After": "70"}) for _ in range(3)]
    github.add_pull(7, SHA)
    with pytest.raises(Refusal, match="rate limit"):
        connect().pull(7)
    assert time.slept == [70.0]


# Lost answers


@pytest.mark.parametrize("status", [500, 502, 503, 0])
def test_a_comment_that_was_written_is_not_written_again(
    github: GitHub, connect: Connect, time: Time, status: int
) -> None:
    for number in range(130):
        github.add_comment(7, f"noise {number}")
    github.faults.append(Fault("POST", "/comments$", status, after=True))
    comment = add(connect(), known=130)
    assert github.bodies(7) == ["<!-- ours --> hello"]
    assert github.comments[comment.id]["body"] == "<!-- ours --> hello"
    assert [path.partition("?")[2] for _, path, _ in github.requests("GET")] == ["page=2&per_page=100"]


@pytest.mark.parametrize("status", [500, 502, 503, 0])
def test_a_comment_that_was_not_written_is_written_once(github: GitHub, connect: Connect, status: int) -> None:
    github.faults.append(Fault("POST", "/comments$", status))
    add(connect())
    assert github.bodies(7) == ["<!-- ours --> hello"]


def test_a_check_that_was_written_is_not_written_again(github: GitHub, connect: Connect) -> None:
    github.faults.append(Fault("POST", "/check-runs$", 502, after=True))
    assert connect().add_check(CHECK, notes(60)) == "github-actions"
    assert [len(shown) for shown in github.annotations.values()] == [60]


def test_another_runs_check_is_not_taken_for_ours(github: GitHub, connect: Connect) -> None:
    connect().add_check(CHECK, [])
    github.faults.append(Fault("POST", "/check-runs$", 502))
    other = CheckRun(**{field: getattr(CHECK, field) for field in CheckRun.__slots__} | {"external_id": "43-1-root"})
    connect().add_check(other, [])
    assert [run["external_id"] for run in github.checks.values()] == ["42-1-root", "43-1-root"]


@pytest.mark.parametrize("after", [True, False])
def test_a_batch_of_annotations_is_shown_once_whether_it_was_lost_before_or_after(
    github: GitHub, connect: Connect, after: bool
) -> None:
    github.faults.append(Fault("PATCH", "/check-runs/", 502, after=after))
    connect().add_check(CHECK, notes(120))
    (shown,) = github.annotations.values()
    assert [note["start_line"] for note in shown] == list(range(1, 121))


@pytest.mark.parametrize("after", [True, False])
def test_a_status_is_written_once(github: GitHub, connect: Connect, after: bool) -> None:
    github.faults.append(Fault("POST", "/statuses/", 502, after=after))
    connect().add_status(SHA, "success", "readiness", "d", "https://example.org/1")
    assert len(github.statuses) == 1


def test_an_edit_is_repeated_although_pygithub_never_would(github: GitHub, connect: Connect) -> None:
    github.faults.append(Fault("PATCH", "/comments/", 502))
    github.add_comment(7, "<!-- ours --> old")
    client = connect()
    client.edit_comment(client.comments(7).found[0], "new")
    assert [status for _, _, status in github.requests("PATCH")] == [502, 200]


def test_a_deletion_that_happened_is_no_error(github: GitHub, connect: Connect) -> None:
    github.add_comment(7, "<!-- ours --> double")
    github.faults.append(Fault("DELETE", "/comments/", 502, after=True))
    client = connect()
    client.delete_comment(client.comments(7).found[0])
    assert (github.comments, [status for _, _, status in github.requests("DELETE")]) == ({}, [502, 404])


@pytest.mark.parametrize("after", [True, False])
@pytest.mark.parametrize("verb", ["POST", "PATCH"])
def test_a_branch_is_moved_once(github: GitHub, connect: Connect, verb: str, after: bool) -> None:
    client = connect(most=99)
    tree = client.add_tree({"a": "1"}, None)
    commit = client.add_commit("first", tree, None)
    if verb == "PATCH":
        client.add_branch("readiness", commit)
    github.faults.append(Fault(verb, "/git/refs", 502, after=after))
    if verb == "POST":
        client.add_branch("readiness", commit)
    else:
        commit = client.add_commit("second", tree, commit)
        client.move_branch("readiness", commit)
    assert github.git("rev-parse", "readiness") == commit


def test_it_gives_up_after_three_attempts_with_growing_pauses(github: GitHub, connect: Connect, time: Time) -> None:
    github.faults += [Fault("GET", "/pulls/7$", 503) for _ in range(5)]
    client = connect()
    with pytest.raises(Refusal, match="does not answer as it should: 503 Server Error") as caught:
        client.pull(7)
    assert (caught.value.kind, client.sent, time.slept) == ("unreachable", 3, [1.0, 2.0])


def test_a_server_that_is_gone_is_unreachable_and_its_address_unsaid(time: Time) -> None:
    client = Client("http://127.0.0.1:9", "octo/shop", "rw", sleep=time.sleep, clock=time.clock, timeout=1)
    with pytest.raises(Refusal, match="ConnectionError") as caught:
        client.pull(7)
    client.close()
    assert caught.value.kind == "unreachable"
    assert "127.0.0.1" not in str(caught.value)


@pytest.mark.parametrize("payload", [{"number": "seven"}, {"message": "moved"}])
def test_an_answer_that_is_none_is_not_trusted(github: GitHub, connect: Connect, payload: dict[str, Any]) -> None:
    github.faults += [Fault("GET", "/pulls/7$", 200, payload) for _ in range(3)]
    with pytest.raises(Refusal, match="does not answer as it should"):
        connect().pull(7)


# Economy


def test_ten_requests_are_the_end(github: GitHub, connect: Connect) -> None:
    github.add_pull(7, SHA)
    client = connect()
    for _ in range(10):
        client.pull(7)
    with pytest.raises(Refusal, match="its 10 requests") as caught:
        client.pull(7)
    assert (caught.value.kind, len(github.log)) == ("spent", 10)


def test_writes_keep_a_second_between_them(connect: Connect, time: Time, github: GitHub) -> None:
    client = connect()
    client.comments(7)
    add(client)
    client.add_check(CHECK, [])
    assert time.slept == [1.0]


def test_the_token_is_sent_and_nothing_else_is_asked(github: GitHub, connect: Connect) -> None:
    github.add_pull(7, SHA)
    connect().pull(7)
    assert [(verb, path) for verb, path, _ in github.log] == [("GET", "/repos/octo/shop/pulls/7")]
    assert json.dumps(FORBIDDEN) not in json.dumps(github.log)
