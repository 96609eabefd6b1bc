"""Comment, verdict, data branch and SARIF on the played GitHub: once, in time, in the right place."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial

import pytest

from readiness_bot.github.client import CheckRun, Client, Refusal
from readiness_bot.github.publish import Told, Wording, judge, keep, read_history, tell, upload_sarif
from readiness_bot.github.runner import Note
from tests.github.conftest import Time
from tests.github.server import SECONDARY, Fault, GitHub

SHA = "6dcb09b5b57875f334f61aebed695e2e4193db5e"
NEXT = "7dcb09b5b57875f334f61aebed695e2e4193db5e"
BOT = "github-actions[bot]"

Connect = Callable[..., Client]


def wording(text: str | None, run: int = 1) -> Wording:
    """Texts that begin with `ours` and a run's number."""
    return Wording(
        is_ours=lambda body: body.startswith("ours "),
        newer=lambda body: int(body.split()[1]) > run,
        text=lambda _: f"ours {run} {text}" if text is not None else None,
        same=lambda one, other: one.split()[2:] == other.split()[2:],
    )


@pytest.fixture(autouse=True)
def pull(github: GitHub) -> None:
    github.add_pull(7, SHA)


def comment(client: Client, text: str | None, run: int = 1, author: str = BOT) -> Told:
    return tell(client, 7, SHA, "main", author, wording(text, run))


def test_the_first_comment(github: GitHub, connect: Connect) -> None:
    told = comment(connect(), "hello")
    assert (told.outcome, github.bodies(7)) == ("written", ["ours 1 hello"])
    assert told.url.startswith("https://github.com/octo/shop/pull/7#issuecomment-")


def test_the_second_one_is_the_first_edited_though_far_up(github: GitHub, connect: Connect) -> None:
    comment(connect(), "hello")
    for number in range(250):
        github.add_comment(7, f"noise {number}")
    client = connect()
    assert comment(client, "goodbye", 2).outcome == "updated"
    assert github.bodies(7) == ["ours 2 goodbye"]
    assert client.sent == 1 + 3 + 1


def test_what_says_the_same_is_not_touched(github: GitHub, connect: Connect) -> None:
    comment(connect(), "hello")
    assert comment(connect(), "hello", 2).outcome == "unchanged"
    assert github.bodies(7) == ["ours 1 hello"]
    assert github.requests("PATCH") == []


def test_nothing_to_say_is_not_said(github: GitHub, connect: Connect) -> None:
    assert comment(connect(), None).outcome == "silent"
    assert github.comments == {}


def test_doubles_are_healed_and_the_oldest_stays(github: GitHub, connect: Connect) -> None:
    first = github.add_comment(7, "ours 1 hello", *github.author)
    github.add_comment(7, "ours 1 hello", *github.author)
    github.add_comment(7, "ours 1 hello", *github.author)
    assert comment(connect(), "hello", 2).outcome == "updated"
    assert list(github.comments) == [first]


def test_two_first_runs_at_once_leave_one_comment_after_the_next(github: GitHub, connect: Connect) -> None:
    github.before.append(("POST", "/comments$", lambda: github.add_comment(7, "ours 1 hello", *github.author)))
    comment(connect(), "hello")
    assert len(github.bodies(7)) == 2
    comment(connect(), "hello", 2)
    assert len(github.bodies(7)) == 1


def test_somebody_elses_comment_with_our_marker_is_left_alone(github: GitHub, connect: Connect) -> None:
    github.add_comment(7, "ours 9 forged", "mallory", "User")
    github.add_comment(7, "ours 9 forged", "other-app[bot]", "Bot")
    assert comment(connect(), "hello").outcome == "written"
    assert github.bodies(7, "mallory") == ["ours 9 forged"]
    assert github.bodies(7, "other-app[bot]") == ["ours 9 forged"]


def test_without_knowing_ourselves_any_bot_but_no_person_is_us(github: GitHub, connect: Connect) -> None:
    github.add_comment(7, "ours 9 forged", "mallory", "User")
    github.author = ("acme-readiness[bot]", "Bot")
    assert comment(connect(), "hello", author="").outcome == "written"
    assert comment(connect(), "goodbye", 2, author="").outcome == "updated"
    assert github.bodies(7, "acme-readiness[bot]") == ["ours 2 goodbye"]


def test_runs_that_finish_in_reverse_leave_the_newer_ones_words(github: GitHub, connect: Connect) -> None:
    comment(connect(), "newer", 2)
    told = comment(connect(), "older", 1)
    assert (told.outcome, told.why) == ("stale", "a later run has written already")
    assert github.bodies(7) == ["ours 2 newer"]


@pytest.mark.parametrize(
    ("now", "why"),
    [
        ({"head_sha": NEXT}, "the pull request has moved on to 7dcb09b"),
        ({"head_sha": SHA, "base": "next"}, "the pull request is now for next"),
        ({"head_sha": SHA, "state": "closed"}, "the pull request is closed"),
    ],
)
def test_a_run_that_was_overtaken_says_nothing(
    github: GitHub, connect: Connect, now: Mapping[str, str], why: str
) -> None:
    github.add_pull(7, **now)
    client = connect()
    assert comment(client, "hello") == Told("stale", why=why)
    assert (github.comments, client.sent) == ({}, 1)


def test_among_too_many_comments_it_edits_ours_or_stays_silent(github: GitHub, connect: Connect) -> None:
    for number in range(900):
        github.add_comment(7, f"noise {number}")
    told = comment(connect(), "hello")
    assert (told.outcome, told.why) == ("silent", "more than 600 comments: ours may be among those not read")
    github.comments = {1: github.comments[github.add_comment(7, "ours 1 x", *github.author)]} | github.comments
    client = connect()
    assert comment(client, "hello", 2).outcome == "updated"
    assert client.sent == 8


@pytest.mark.parametrize("fault", [
    Fault("POST", "/comments$", 403),
    Fault("POST", "/comments$", 404),
    Fault("POST", "/comments$", 422),
    Fault("POST", "/comments$", 429, SECONDARY, {"Retry-After": "9999"}),
    Fault("GET", "/pulls/7$", 403),
    Fault("GET", "/comments$", 404),
])  # fmt: skip
def test_what_cannot_be_said_is_one_refusal(github: GitHub, connect: Connect, fault: Fault) -> None:
    github.faults.append(fault)
    with pytest.raises(Refusal):
        comment(connect(), "hello")
    assert github.comments == {}


def test_an_answer_lost_after_the_write_makes_no_second_comment(github: GitHub, connect: Connect) -> None:
    github.faults.append(Fault("POST", "/comments$", 502, after=True))
    assert comment(connect(), "hello").outcome == "written"
    assert github.bodies(7) == ["ours 1 hello"]


# The verdict


CHECK = CheckRun("Production readiness", SHA, "failure", "1 new blocker", "text", "https://example.org/42", "42-1-root")
NOTES = tuple(Note("a.py", line, line, True, "t", "m") for line in range(1, 201))


def test_the_verdict_is_a_check_run_where_the_token_may(github: GitHub, connect: Connect) -> None:
    client = connect()
    verdict = judge(client, CHECK, NOTES, "1 new blocker", status="auto")
    assert (verdict.where, verdict.author, verdict.refusals, verdict.notes) == ("check", BOT, (), 150)
    assert (len(github.checks), github.statuses, client.sent) == (1, [], 3)


@pytest.mark.parametrize(
    ("conclusion", "state"), [("failure", "failure"), ("success", "success"), ("neutral", "success")]
)
def test_else_it_is_a_commit_status(github: GitHub, connect: Connect, conclusion: str, state: str) -> None:
    github.tokens["rw"] = frozenset({"statuses"})
    check = CheckRun(**{name: getattr(CHECK, name) for name in CheckRun.__slots__} | {"conclusion": conclusion})
    verdict = judge(connect(), check, NOTES, "1 new blocker: a/b", status="auto")
    assert (verdict.where, verdict.author, verdict.notes) == ("status", BOT, 0)
    assert [refusal.permission for refusal in verdict.refusals] == ["checks: write"]
    (entry,) = github.statuses
    assert (entry["state"], entry["context"], entry["description"]) == (state, "readiness", "1 new blocker: a/b")
    assert (entry["sha"], entry["target_url"]) == (SHA, "https://example.org/42")


def test_else_it_is_left_to_the_job(github: GitHub, connect: Connect) -> None:
    verdict = judge(connect("read"), CHECK, NOTES, "1 new blocker", status="auto")
    assert (verdict.where, verdict.author) == ("job", "")
    assert [refusal.permission for refusal in verdict.refusals] == ["checks: write", "statuses: write"]
    assert len(github.log) == 2


def test_it_can_be_switched_off(github: GitHub, connect: Connect) -> None:
    assert judge(connect(), CHECK, NOTES, "x", status="off").where == "job"
    assert github.log == []


def test_a_check_that_may_have_been_written_is_not_followed_by_a_status(github: GitHub, connect: Connect) -> None:
    github.faults += [Fault("POST", "/check-runs$", 502) for _ in range(3)]
    verdict = judge(connect(), CHECK, (), "1 new blocker", status="auto")
    assert (verdict.where, github.statuses) == ("job", [])


# The data branch


def files(line: str) -> Callable[[bytes], Mapping[str, str]]:
    return lambda before: {"badge.svg": f"<svg>{line}</svg>", "history.jsonl": before.decode() + line + "\n"}


def save(client: Client, line: str) -> str:
    return keep(client, files(line), f"Score {line}")


def test_the_branch_begins_as_an_orphan_and_grows(github: GitHub, connect: Connect) -> None:
    first, second = connect(), connect()
    assert save(first, "64") == "kept"
    assert save(second, "71") == "kept"
    assert github.show("history.jsonl") == "64\n71"
    assert github.show("badge.svg") == "<svg>71</svg>"
    assert github.git("rev-list", "--count", "readiness") == "2"
    assert github.git("log", "--format=%s", "readiness") == "Score 71\nScore 64"
    assert (first.sent, second.sent) == (4, 5)
    assert read_history(connect()) == b"64\n71\n"


def test_another_service_keeps_its_files(github: GitHub, connect: Connect) -> None:
    save(connect(), "64")
    keep(connect(), lambda _: {"pay/readiness.svg": "1\n"}, "Score of pay")
    assert github.show("history.jsonl") == "64"
    assert github.show("pay/readiness.svg") == "1"


def test_a_race_is_lost_once_and_won_then(github: GitHub, connect: Connect) -> None:
    save(connect(), "64")
    github.before.append(("PATCH", "/git/refs/", lambda: _commit_to(github, "history.jsonl", "64\n70\n")))
    client = connect()
    assert save(client, "71") == "kept"
    assert github.show("history.jsonl") == "64\n70\n71"
    assert client.sent == 10


def test_a_race_for_the_first_commit(github: GitHub, connect: Connect) -> None:
    github.before.append(("POST", "/git/refs$", lambda: _commit_to(github, "history.jsonl", "70\n")))
    client = connect()
    assert save(client, "71") == "kept"
    assert github.show("history.jsonl") == "70\n71"
    assert client.sent == 9


def _commit_to(github: GitHub, path: str, content: str) -> None:
    before = github.git("rev-parse", "-q", "--verify", "refs/heads/readiness")
    blob = github.git("hash-object", "-w", "--stdin", stdin=content)
    tree = github.git("mktree", stdin=f"100644 blob {blob}\t{path}\n") or ""
    commit = github.git("commit-tree", tree, "-m", "meanwhile", *(["-p", before] if before else [])) or ""
    github.git("update-ref", "refs/heads/readiness", commit)


def test_losing_every_race_ends(github: GitHub, connect: Connect) -> None:
    save(connect(), "64")
    for line in ("70\n", "72\n"):
        github.before.append(("PATCH", "/git/refs/", partial(_commit_to, github, "history.jsonl", line)))
    with pytest.raises(Refusal, match="not a fast forward"):
        save(connect(), "71")
    assert github.show("history.jsonl") == "72"


def test_an_overtaken_run_leaves_the_branch_alone(github: GitHub, connect: Connect) -> None:
    save(connect(), "64")
    assert keep(connect(), lambda _: None, "x") == "stale"
    assert github.git("rev-list", "--count", "readiness") == "1"


def test_the_same_files_make_no_commit(github: GitHub, connect: Connect) -> None:
    save(connect(), "64")
    assert keep(connect(), lambda before: {"history.jsonl": before.decode()}, "x") == "unchanged"
    assert github.git("rev-list", "--count", "readiness") == "1"


def test_without_permission_nothing_is_kept(github: GitHub, connect: Connect) -> None:
    with pytest.raises(Refusal, match="not accessible") as caught:
        save(connect("read"), "64")
    assert caught.value.permission == "contents: write"


def test_no_history_is_empty(connect: Connect) -> None:
    assert read_history(connect()) == b""


# SARIF


DOCUMENT = json.dumps({"version": "2.1.0", "runs": []}).encode()


def test_findings_reach_code_scanning(github: GitHub, connect: Connect) -> None:
    client = connect()
    upload_sarif(client, github.url, "octo/shop", "rw", SHA, "refs/heads/main", DOCUMENT)
    (upload,) = github.sarifs
    assert (upload["commit_sha"], upload["ref"], upload["sarif"]["version"]) == (SHA, "refs/heads/main", "2.1.0")
    assert client.sent == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (403, "forbidden"),
        (404, "absent"),
        (422, "rejected"),
        (429, "limited"),
        (502, "unreachable"),
        (0, "unreachable"),
    ],
)
def test_code_scanning_says_no(github: GitHub, connect: Connect, time: Time, status: int, kind: str) -> None:
    github.faults.append(Fault("POST", "/code-scanning/", status))
    with pytest.raises(Refusal) as caught:
        upload_sarif(connect(), github.url, "octo/shop", "rw", SHA, "refs/heads/main", DOCUMENT)
    assert (caught.value.kind, github.sarifs) == (kind, [])
