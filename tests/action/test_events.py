"""Runs without a pull request of their own: merge queue, default branch, schedule, by hand, and for forks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from readiness_bot.render.bulletin import encode
from readiness_bot.render.trend import parse
from tests.action.world import ENDLESS, FILES, SAFE, World
from tests.github import events
from tests.github.server import Fault, GitHub
from tests.gitting import commit, git, repository

# The merge queue


def merge_group(world: World, base: str = "") -> str:
    head = world.merge()
    payload = events.merge_group()
    payload["merge_group"] |= {"base_sha": base or world.base, "head_sha": head, "base_ref": "refs/heads/main"}
    world.event("merge_group", payload, "refs/heads/gh-readonly-queue/main/pr-7-x")
    return head


def test_the_merge_queue_gets_the_same_verdict_and_no_comment(world: World, github: GitHub) -> None:
    head = merge_group(world)
    ran = world.run()
    assert (ran.code, ran.outputs["new-blockers"]) == (1, "1")
    assert github.comments == {}
    assert [(check["head_sha"], check["conclusion"]) for check in github.checks.values()] == [(head, "failure")]


def test_the_merge_queue_never_writes_badge_or_history(world: World, github: GitHub) -> None:
    world.change({"app/pay.py": SAFE})
    merge_group(world)
    assert world.run(mode="auto").code == 0
    assert github.git("rev-parse", "-q", "--verify", "readiness") is None


# The default branch


def test_a_push_to_the_default_branch_keeps_badge_and_history(world: World, github: GitHub) -> None:
    world.pushed()
    ran = world.run()
    assert (ran.code, ran.outputs["base-score"], ran.outputs["published-as"]) == (0, "", "job")
    score = int(ran.outputs["score"])
    for name in ("readiness.svg", "readiness-dark.svg"):
        assert f"{score}%" in github.show(name)
    assert json.loads(github.show("readiness.json"))["schemaVersion"] == 1
    (entry,) = parse(github.show("history.jsonl").encode())
    assert (entry.on, entry.commit, entry.score, entry.run) == ("2026-11-22", world.base, score, 42)
    assert github.git("log", "--format=%P", "readiness") == ""
    snippet = '<img alt="Production readiness" src="https://github.com/octo/shop/raw/readiness/readiness.svg">'
    assert snippet in ran.summary
    assert github.comments == {}
    assert len(github.log) == 4


def test_the_snippet_is_shown_only_when_the_picture_is_there(world: World, github: GitHub) -> None:
    world.pushed()
    ran = world.run(token="read")
    assert ran.code == 0
    assert "<img" not in ran.summary
    assert "permissions:%0A  contents: write" in ran.log


def test_a_blocker_on_the_default_branch_does_not_fail_its_run_unless_asked(world: World, github: GitHub) -> None:
    git(world.workspace, "checkout", "--quiet", "main")
    commit(world.workspace, {"app/pay.py": ENDLESS})
    world.pushed()
    assert world.run().code == 0
    assert world.run(43, fail_on="any-blocker").code == 1
    assert world.run(44, fail_on="min-score:100").code == 1


def test_the_next_pull_request_is_told_the_trend(world: World, github: GitHub) -> None:
    line = {"on": "2026-11-01", "commit": "1" * 40, "score": 12}
    later = {"on": "2026-11-20", "commit": "2" * 40, "score": 34}
    blob = github.git("hash-object", "-w", "--stdin", stdin=f"{json.dumps(line)}\n{json.dumps(later)}\n")
    tree = github.git("mktree", stdin=f"100644 blob {blob}\thistory.jsonl\n") or ""
    github.git("update-ref", "refs/heads/readiness", github.git("commit-tree", tree, "-m", "x") or "")
    world.opened()
    world.merge()
    world.run()
    assert "main in 30 days: 12 → 34 (+22)" in github.bodies(7)[0]


def test_an_old_run_that_is_run_again_leaves_the_badge_alone(world: World, github: GitHub) -> None:
    world.pushed()
    world.run(43)
    ran = world.run(42, attempt=2)
    assert "Badge on the branch readiness: stale" in ran.log
    assert github.git("rev-list", "--count", "readiness") == "1"


def test_a_schedule_reports_on_the_default_branch(world: World, github: GitHub) -> None:
    git(world.workspace, "checkout", "--quiet", "main")
    payload = events.schedule()
    payload["repository"]["default_branch"] = "main"
    world.event("schedule", payload, "refs/heads/main")
    assert world.run().code == 0
    assert github.show("history.jsonl").count("\n") == 0


@pytest.mark.parametrize("ref", ["refs/heads/topic", "refs/tags/main"])
def test_other_branches_get_a_report_and_no_badge(world: World, github: GitHub, ref: str) -> None:
    world.pushed()
    payload = events.push() | {"ref": ref}
    payload["repository"]["default_branch"] = "main"
    world.event("push", payload, ref)
    ran = world.run(mode="baseline")
    assert (ran.code, github.log) == (0, [])
    assert "is not the default branch" in ran.log
    assert ran.outputs["score"] != ""


def test_a_deleted_branch_is_nothing_to_do(world: World, github: GitHub) -> None:
    world.pushed()
    world.event("push", events.push() | {"deleted": True})
    ran = world.run()
    assert (ran.code, github.log) == (0, [])


def test_services_share_the_branch(world: World, github: GitHub) -> None:
    git(world.workspace, "checkout", "--quiet", "main")
    commit(
        world.workspace, {f"services/{name}/{path}": text for name in ("pay", "mail") for path, text in FILES.items()}
    )
    world.pushed()
    ran = world.run(path="services/pay\nservices/mail")
    assert ran.code == 0
    assert [entry.scope for entry in parse(github.show("history.jsonl").encode())] == ["services/pay", "services/mail"]
    assert github.show("services/pay/readiness.svg").startswith("<svg")
    assert github.show("services/mail/readiness-dark.svg").startswith("<svg")
    assert ran.outputs["report-json"].splitlines() == [
        "readiness-report/services/pay/report.json",
        "readiness-report/services/mail/report.json",
    ]


def test_services_of_a_pull_request_share_one_comment(world: World, github: GitHub) -> None:
    git(world.workspace, "checkout", "--quiet", "main")
    commit(
        world.workspace, {f"services/{name}/{path}": text for name in ("pay", "mail") for path, text in FILES.items()}
    )
    git(world.workspace, "checkout", "--quiet", "-B", "topic")
    world.change({"services/pay/app/pay.py": ENDLESS})
    world.opened()
    git(world.workspace, "checkout", "--quiet", "main")
    world.merge()
    ran = world.run(path="services/pay\nservices/mail")
    assert (ran.code, ran.outputs["new-blockers"]) == (1, "1")
    (body,) = github.bodies(7)
    assert body.startswith("<!-- readiness-bot:v1 scope=services/pay,services/mail -->")
    assert "1 new blocker in 1 of 2 services" in body
    assert [check["name"] for check in github.checks.values()] == ["Production readiness (services/pay, services/mail)"]


# By hand


def dispatched(world: World) -> None:
    payload = events.workflow_dispatch() | {"ref": "refs/heads/topic"}
    payload["repository"]["default_branch"] = "main"
    world.event("workflow_dispatch", payload, "refs/heads/topic")


def test_by_hand_against_any_revision(world: World, github: GitHub) -> None:
    dispatched(world)
    ran = world.run(base_ref="main")
    assert (ran.code, ran.outputs["new-blockers"], github.log) == (1, "1", [])
    assert "::error file=app/pay.py" in ran.log


def test_by_hand_against_the_parent(world: World) -> None:
    dispatched(world)
    assert world.run(mode="pr").outputs["new-blockers"] == "1"


def test_an_unknown_revision_is_wrong_usage(world: World) -> None:
    dispatched(world)
    ran = world.run(base_ref="nowhere")
    assert (ran.code, ran.outputs["conclusion"]) == (2, "error")
    assert "`fetch-depth: 0` brings every branch" in ran.log


def test_the_first_commit_has_nothing_to_be_compared_with(world: World) -> None:
    git(world.workspace, "checkout", "--quiet", "main")
    dispatched(world)
    ran = world.run(mode="pr")
    assert (ran.code, ran.outputs["base-score"], ran.outputs["conclusion"]) == (0, "", "success")
    assert "nothing to compare with yet" in ran.summary


# What goes wrong


def test_without_the_base_there_is_no_verdict_but_the_way_out(world: World, github: GitHub) -> None:
    world.opened()
    world.merge()
    world.run()
    shallow = world.folder / "shallow"
    git(world.folder, "clone", "--quiet", "--depth=1", f"file://{world.workspace}", str(shallow))
    world.workspace = shallow
    world.environment |= {"GITHUB_WORKSPACE": str(shallow), "GITHUB_SERVER_URL": f"file://{world.folder}/nowhere"}
    ran = world.run(43)
    assert (ran.code, ran.outputs["conclusion"]) == (2, "error")
    assert "Let actions/checkout fetch two commits (`fetch-depth: 2`)" in ran.log
    assert "fetch-depth: 2" in ran.summary
    (body,) = github.bodies(7)
    assert "### ⚠️ Readiness could not finish (not your code)" in body
    assert "⛔ Readiness: 1 new blocker" in body
    assert world.run(44, on_error="warn").code == 0


def test_a_missing_base_is_fetched_from_the_server(world: World, github: GitHub) -> None:
    world.opened()
    world.merge()
    server = world.folder / "server" / "octo"
    server.mkdir(parents=True)
    git(world.folder, "clone", "--quiet", "--bare", str(world.workspace), str(server / "shop"))
    git(server / "shop", "config", "uploadpack.allowAnySHA1InWant", "true")
    shallow = world.folder / "shallow"
    git(world.folder, "clone", "--quiet", "--depth=1", f"file://{world.workspace}", str(shallow))
    world.workspace = shallow
    world.environment |= {"GITHUB_WORKSPACE": str(shallow), "GITHUB_SERVER_URL": f"file://{world.folder}/server"}
    ran = world.run()
    assert (ran.code, ran.outputs["new-blockers"]) == (1, "1")


def test_a_checkout_of_the_head_itself_is_held_against_the_merge_base(world: World, github: GitHub) -> None:
    git(world.workspace, "checkout", "--quiet", "main")
    commit(world.workspace, {"app/other.py": ENDLESS}, "Somebody else's")
    git(world.workspace, "update-ref", "refs/remotes/origin/main", "main")
    git(world.workspace, "checkout", "--quiet", "topic")
    world.opened()
    assert world.run().outputs["new-blockers"] == "1"
    assert f"vs base [`{world.base[:7]}`]" in github.bodies(7)[0]


def test_a_head_that_merged_main_itself_is_not_taken_for_githubs_merge(world: World, github: GitHub) -> None:
    git(world.workspace, "checkout", "--quiet", "main")
    other = commit(world.workspace, {"app/other.py": ENDLESS}, "Somebody else's")
    git(world.workspace, "update-ref", "refs/remotes/origin/main", "main")
    git(world.workspace, "checkout", "--quiet", "topic")
    git(world.workspace, "merge", "--quiet", "--no-ff", "--no-edit", "main")
    world.head = git(world.workspace, "rev-parse", "HEAD")
    github.add_pull(7, world.head)
    world.opened()
    assert world.run().outputs["new-blockers"] == "1"
    assert f"vs base [`{other[:7]}`]" in github.bodies(7)[0]


def test_without_a_common_ancestor_the_newest_commit_of_the_base_counts(world: World, github: GitHub) -> None:
    git(world.workspace, "checkout", "--quiet", "--orphan", "island")
    world.head = commit(world.workspace, {"app/pay.py": ENDLESS})
    github.add_pull(7, world.head)
    world.opened()
    ran = world.run()
    assert ran.outputs["new-blockers"] == "1"
    assert "no common ancestor with main: compared with its newest commit" in github.bodies(7)[0]


def test_a_folder_that_is_no_repository_is_wrong_set_up(world: World) -> None:
    world.opened()
    empty = world.folder / "empty"
    empty.mkdir()
    world.environment["GITHUB_WORKSPACE"] = str(empty)
    assert world.run().code == 2


def test_a_broken_configuration_is_wrong_usage_and_said_where_people_look(world: World, github: GitHub) -> None:
    world.opened()
    world.merge()
    world.run()
    world.change({".readiness.yml": "fail-on: sometimes\n"})
    world.opened()
    world.merge()
    ran = world.run(43)
    assert ran.code == 2
    assert "::error title=readiness-bot::" in ran.log
    assert "fail-on" in github.bodies(7)[0]


def test_a_repository_without_python_is_neither_green_nor_red(world: World, github: GitHub) -> None:
    bare = repository(world.folder / "pages", {"index.html": "<p>hello</p>"})
    git(bare, "checkout", "--quiet", "-b", "topic")
    world.workspace = bare
    world.base = git(bare, "rev-parse", "main")
    world.environment["GITHUB_WORKSPACE"] = str(bare)
    world.change({"index.html": "<p>goodbye</p>"})
    world.opened()
    world.merge()
    ran = world.run()
    assert (ran.code, ran.outputs["conclusion"], ran.outputs["score"]) == (0, "neutral", "")
    assert [(check["conclusion"], check["output"]["title"]) for check in github.checks.values()] == [
        ("neutral", "nothing to judge · not scored")
    ]
    assert github.comments == {}


# For forks


def workflow_run(world: World, **changes: Any) -> None:
    payload = events.workflow_run_of_fork()
    payload["workflow_run"] |= {"head_sha": world.head, "id": 77, **changes}
    world.event("workflow_run", payload)


@pytest.fixture
def left(world: World, github: GitHub) -> World:
    """A fork's run has left its folder, and the run for it finds that in a workspace without any checkout."""
    world.opened(fork=True)
    world.merge()
    world.run(token="read")
    github.log.clear()
    content = (world.workspace / "readiness-report" / "bulletin.json").read_bytes()
    world.workspace = world.folder / "publisher"
    repository(world.workspace, {"README.md": "# trusted\n"})
    (world.workspace / "readiness-report").mkdir()
    (world.workspace / "readiness-report" / "bulletin.json").write_bytes(content)
    world.environment["GITHUB_WORKSPACE"] = str(world.workspace)
    github.add_pull(7, world.head, head="Octocoders:changes")
    workflow_run(world)
    return world


def test_a_forks_result_is_told_by_a_run_that_may(left: World, github: GitHub) -> None:
    ran = left.run()
    assert (ran.code, ran.outputs["comment-written"]) == (0, "true")
    (body,) = github.bodies(7)
    assert body.splitlines()[1].startswith("### ⛔ Readiness: 1 new blocker · score ")
    assert "reported by the pull request&#39;s own run" in body or "reported by the pull request's own run" in body
    assert "https://github.com/octo/shop/actions/runs/77" in body
    assert github.checks == {}, "a stranger's file decides nothing"
    assert github.statuses == []


def test_the_pull_request_is_found_by_what_github_knows(left: World, github: GitHub) -> None:
    github.add_pull(8, "8" * 40, head="Octocoders:changes")
    github.add_pull(9, left.head, head="mallory:changes")
    left.run()
    assert (len(github.bodies(7)), github.bodies(8), github.bodies(9)) == (1, [], [])


@pytest.mark.parametrize("state", ["closed", "moved on", "gone"])
def test_nothing_is_told_about_what_is_over(left: World, github: GitHub, state: str) -> None:
    if state == "gone":
        workflow_run(left, head_repository=None, head_branch=None)
    else:
        now = {"closed": {"state": "closed"}, "moved on": {"head_sha": "9" * 40}}[state]
        github.add_pull(7, **({"head_sha": left.head, "head": "Octocoders:changes"} | now))
    ran = left.run()
    assert (ran.code, github.comments) == (0, {})
    assert "nothing to tell" in ran.log


FORGED: dict[str, bytes] = {
    "no JSON": b"<script>",
    "too large": b"[" + b" " * 1_100_000 + b"]",
    "other keys": b'{"markdown": "![](https://evil.example)"}',
    "bytes": b"\xff\xfe\x00",
}


@pytest.mark.parametrize("what", FORGED)
def test_a_file_that_is_no_bulletin_is_refused(left: World, github: GitHub, what: str) -> None:
    (left.workspace / "readiness-report" / "bulletin.json").write_bytes(FORGED[what])
    ran = left.run()
    assert (ran.code, github.comments) == (2, {})
    assert "is no bulletin of readiness-bot" in ran.log


def test_a_file_about_another_commit_is_refused(left: World, github: GitHub) -> None:
    workflow_run(left, head_sha="7" * 40)
    assert left.run().code == 2
    assert github.comments == {}


def test_a_link_out_of_the_folder_is_not_followed(left: World, github: GitHub) -> None:
    place = left.workspace / "readiness-report" / "bulletin.json"
    kept = place.rename(left.folder / "kept.json")
    place.symlink_to(kept)
    assert left.run().code == 2
    assert github.comments == {}


def test_a_hostile_bulletin_is_shown_harmlessly(left: World, github: GitHub) -> None:
    place = left.workspace / "readiness-report" / "bulletin.json"
    loaded = json.loads(place.read_bytes())
    item = loaded["sections"][0]["blockers"][0]
    item |= {"issue": "<!-- readiness-bot:v1 --> @octocat ![x](https://evil.example/a.png)", "path": "a|b\n.py"}
    place.write_text(json.dumps(loaded))
    left.run()
    (body,) = github.bodies(7)
    assert body.count("<!-- readiness-bot:v1") == 1
    assert "@octocat" not in body
    assert "![x]" not in body


def test_publishing_for_a_fork_fails_softly(left: World, github: GitHub) -> None:
    github.faults.append(Fault("GET", "/pulls$", 403))
    ran = left.run()
    assert (ran.code, github.comments) == (0, {})
    assert "::warning" in ran.log


def test_publishing_needs_the_right_event(world: World) -> None:
    world.pushed()
    ran = world.run(mode="publish")
    assert ran.code == 2
    assert "start it on `workflow_run`" in ran.log


def test_bulletins_stay_readable_between_versions(left: World) -> None:
    from readiness_bot.render.bulletin import decode  # noqa: PLC0415

    content = (left.workspace / "readiness-report" / "bulletin.json").read_bytes()
    assert encode(decode(content)) == content
