"""Whole runs on pull requests: real trees, real controls, the played GitHub."""

from __future__ import annotations

import json

import pytest

from readiness_bot.github.event import Unusable
from readiness_bot.render.bulletin import decode
from tests.action.world import ENDLESS, SAFE, World
from tests.github.server import SECONDARY, Fault, GitHub
from tests.gitting import commit, git

BLOCKER = "external-apis/timeout"


def test_a_pull_request_that_brings_a_blocker(world: World, github: GitHub) -> None:
    world.opened()
    world.merge()
    ran = world.run()
    assert ran.code == 1
    assert ran.outputs["conclusion"] == "failure"
    assert (ran.outputs["new-blockers"], ran.outputs["published-as"]) == ("1", "check")
    (body,) = github.bodies(7)
    assert body.splitlines()[1].startswith("### ⛔ Readiness: 1 new blocker · score ")
    assert f"https://github.com/octo/shop/blob/{world.head}/app/pay.py#L5" in body
    assert f"blob/v1/docs/controls/{BLOCKER}.md" in body
    assert f"vs base [`{world.base[:7]}`]" in body
    (check,) = github.checks.values()
    assert (check["name"], check["conclusion"], check["head_sha"]) == ("Production readiness", "failure", world.head)
    assert check["output"]["title"].startswith("1 new blocker · score ")
    assert BLOCKER in check["output"]["summary"]
    (notes,) = github.annotations.values()
    assert [(note["path"], note["start_line"], note["annotation_level"], note["title"]) for note in notes] == [
        ("app/pay.py", 5, "failure", BLOCKER)
    ]
    assert ran.outputs["comment-url"].endswith(f"#issuecomment-{next(iter(github.comments))}")
    assert ran.outputs["comment-written"] == "true"
    assert BLOCKER in ran.summary
    assert "::error" not in ran.log
    assert len(github.log) <= 10


def test_the_fix_turns_comment_and_check(world: World, github: GitHub) -> None:
    world.opened()
    world.merge()
    red = world.head
    world.run()
    world.change({"app/pay.py": SAFE})
    world.opened()
    world.merge()
    ran = world.run(43)
    assert (ran.code, ran.outputs["conclusion"], ran.outputs["new-blockers"]) == (0, "success", "0")
    (body,) = github.bodies(7)
    assert body.splitlines()[1].startswith("### ✅ Readiness: no new blockers · score ")
    assert f"The blocker reported on `{red[:7]}` is resolved." in body
    assert [check["conclusion"] for check in github.checks.values()] == ["failure", "success"]


def test_nothing_new_says_nothing_but_the_check(world: World, github: GitHub) -> None:
    world.change({"app/pay.py": SAFE, "README.md": "# Shop\n"})
    world.opened()
    world.merge()
    ran = world.run()
    assert ran.code == 0
    assert github.bodies(7) == []
    assert [check["conclusion"] for check in github.checks.values()] == ["success"]
    assert world.run(43, comment="always").outputs["comment-written"] == "true"
    assert len(github.bodies(7)) == 1


@pytest.mark.parametrize(
    ("when", "brings", "comments"),
    [("off", True, 0), ("on-failure", True, 1), ("on-failure", False, 0), ("always", False, 1), ("on-change", True, 1)],
)
def test_when_to_comment(world: World, github: GitHub, when: str, brings: bool, comments: int) -> None:
    if not brings:
        world.change({"app/pay.py": SAFE, "README.md": "# Shop\n"})
    world.opened()
    world.merge()
    world.run(comment=when)
    assert len(github.bodies(7)) == comments


def test_what_others_merged_meanwhile_is_neither_new_nor_fixed(world: World, github: GitHub) -> None:
    git(world.workspace, "checkout", "--quiet", "main")
    commit(world.workspace, {"app/other.py": ENDLESS}, "Somebody else's")
    world.opened()  # the event still names the base of yesterday
    world.merge()
    ran = world.run()
    assert ran.outputs["new-blockers"] == "1"
    (body,) = github.bodies(7)
    assert "app/<wbr>other.py" not in body


@pytest.mark.parametrize(
    ("rule", "code", "conclusion"),
    [("never", 0, "neutral"), ("new-blockers", 1, "failure"), ("any-blocker", 1, "failure")],
)
def test_fail_on_decides_the_exit_code(world: World, github: GitHub, rule: str, code: int, conclusion: str) -> None:
    world.opened()
    world.merge()
    ran = world.run(fail_on=rule)
    assert (ran.code, ran.outputs["conclusion"]) == (code, conclusion)
    assert [check["conclusion"] for check in github.checks.values()] == [conclusion]


def test_a_run_again_that_has_the_same_to_say_edits_nothing(world: World, github: GitHub) -> None:
    world.opened()
    world.merge()
    world.run()
    assert world.run(attempt=2).outputs["comment-written"] == "false"
    assert github.requests("PATCH") == []


def test_an_older_run_that_ends_later_changes_no_comment(world: World, github: GitHub) -> None:
    world.opened()
    world.merge()
    world.run(43)
    before = github.bodies(7)
    ran = world.run(42, comment="always")
    assert github.bodies(7) == before
    assert "a later run has written already" in ran.log
    assert ran.code == 1


def test_a_run_of_an_overtaken_commit_only_writes_its_own_check(world: World, github: GitHub) -> None:
    world.opened()
    world.merge()
    github.add_pull(7, "9" * 40)
    ran = world.run()
    assert (ran.code, github.bodies(7)) == (1, [])
    assert "the pull request has moved on to 9999999" in ran.log
    assert [check["head_sha"] for check in github.checks.values()] == [world.head]


FAULTS = {
    "403 on the comment": [Fault("POST", "/comments$", 403)],
    "404 on the comment": [Fault("POST", "/comments$", 404)],
    "422 on the comment": [Fault("POST", "/comments$", 422)],
    "429 on the comment": [Fault("POST", "/comments$", 429, SECONDARY, {"Retry-After": "7200"})],
    "5xx on the comment": [Fault("POST", "/comments$", 502) for _ in range(3)],
    "lost connections": [Fault("POST", "/comments$", 0) for _ in range(3)],
    "403 on the pull request": [Fault("GET", "/pulls/7$", 403)],
    "5xx on the pages": [Fault("GET", "/comments$", 500) for _ in range(3)],
}


@pytest.mark.parametrize("what", FAULTS)
@pytest.mark.parametrize(("change", "code"), [(ENDLESS, 1), (SAFE, 0)])
def test_failing_to_comment_never_changes_the_verdict(
    world: World, github: GitHub, what: str, change: str, code: int
) -> None:
    world.change({"app/pay.py": change, "README.md": "# Shop\n"})
    world.opened()
    world.merge()
    github.faults += [Fault(**vars(fault)) for fault in FAULTS[what]]
    ran = world.run(comment="always")
    assert (ran.code, github.bodies(7), ran.outputs["comment-written"]) == (code, [], "false")
    assert ran.log.count("::warning") == 1
    assert "Not everything could be published, the verdict stands" in ran.log
    assert "[!NOTE]" in ran.summary
    assert len(github.log) <= 10


def test_missing_permissions_are_answered_with_what_to_paste(world: World, github: GitHub) -> None:
    github.tokens["rw"] = frozenset()
    world.opened()
    world.merge()
    ran = world.run()
    assert (ran.code, ran.outputs["published-as"]) == (1, "job")
    pasted = "permissions:%0A  contents: read%0A  checks: write%0A  pull-requests: write%0A  statuses: write"
    assert pasted in ran.log
    assert "::error file=app/pay.py,line=5,endLine=5,title=external-apis/timeout::" in ran.log


def test_with_statuses_only_there_is_a_status(world: World, github: GitHub) -> None:
    github.tokens["rw"] = frozenset({"statuses", "pull-requests"})
    world.opened()
    world.merge()
    ran = world.run()
    assert (ran.outputs["published-as"], [entry["sha"] for entry in github.statuses]) == ("status", [world.head])
    assert github.statuses[0]["description"].startswith(f"1 new blocker: {BLOCKER} · score ")
    assert len(github.bodies(7)) == 1
    assert "::error file=app/pay.py" in ran.log
    assert "::warning" not in ran.log


@pytest.mark.parametrize("conclusion", ["failure", "success"])
def test_a_fork_says_the_same_with_a_token_that_may_only_read(world: World, github: GitHub, conclusion: str) -> None:
    if conclusion == "success":
        world.change({"app/pay.py": SAFE, "README.md": "# Shop\n"})
    world.opened(fork=True)
    world.merge()
    ran = world.run(token="read")
    assert (ran.code, ran.outputs["conclusion"]) == (1 if conclusion == "failure" else 0, conclusion)
    assert (github.comments, github.checks, github.statuses) == ({}, {}, [])
    assert "::warning" not in ran.log  # a stranger can do nothing about it
    assert "comes from a fork" in ran.summary
    assert ("::error file=app/pay.py" in ran.log) == (conclusion == "failure")


def test_dependabots_runs_may_only_read_too(world: World, github: GitHub) -> None:
    world.opened()
    world.merge()
    world.environment["GITHUB_ACTOR"] = "dependabot[bot]"
    ran = world.run(token="read")
    assert (ran.code, github.comments) == (1, {})
    assert "::warning" not in ran.log
    assert "This pull request is Dependabot's" in ran.log


def test_without_a_token_everything_but_publishing_works(world: World, github: GitHub) -> None:
    world.opened()
    world.merge()
    ran = world.run(token="")
    assert (ran.code, github.log, ran.outputs["published-as"]) == (1, [], "job")


def test_drafts_and_reopened_ones_are_judged_as_any(world: World, github: GitHub) -> None:
    world.opened(draft=True)
    world.merge()
    assert world.run().code == 1
    assert len(github.bodies(7)) == 1


def test_closed_ones_are_left_alone(world: World, github: GitHub) -> None:
    world.opened(state="closed")
    world.merge()
    ran = world.run()
    assert (ran.code, github.log) == (0, [])
    assert "closed: nothing to do" in ran.log


def test_pull_request_target_is_refused_with_the_reason(world: World, github: GitHub) -> None:
    world.opened()
    world.environment["GITHUB_EVENT_NAME"] = "pull_request_target"
    world.merge()
    ran = world.run()
    assert (ran.code, github.log, ran.outputs["conclusion"]) == (2, [], "error")
    assert "strangers' code would be handled with a token that may write" in ran.log


def test_a_waiver_in_the_change_unblocks_in_sight_of_everybody(world: World, github: GitHub) -> None:
    configuration = (
        "waivers:\n  accepted_risk:\n    - control: external-apis/timeout\n      reason: replaced this month\n"
        "      owner: payments\n      expires: 2026-12-01\n"
    )
    world.change({".readiness.yml": configuration})
    world.opened()
    world.merge()
    ran = world.run()
    assert (ran.code, ran.outputs["new-blockers"], ran.outputs["waived"]) == (0, "0", "1")
    (body,) = github.bodies(7)
    assert "· policy changed" in body.splitlines()[1]
    assert "accepted by payments until **2026-12-01**" in body


def test_reports_lie_in_a_folder_that_git_ignores(world: World) -> None:
    world.opened()
    world.merge()
    ran = world.run()
    paths = {name: ran.outputs[name] for name in ("report-json", "report-html", "report-sarif", "bulletin")}
    assert paths == {
        "report-json": "readiness-report/report.json",
        "report-html": "readiness-report/report.html",
        "report-sarif": "readiness-report/report.sarif",
        "bulletin": "readiness-report/bulletin.json",
    }
    document = json.loads((world.workspace / paths["report-json"]).read_text(encoding="utf-8"))
    assert [blocker["control"] for blocker in document["new_blockers"]] == [BLOCKER]
    assert json.loads((world.workspace / paths["report-sarif"]).read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert decode((world.workspace / paths["bulletin"]).read_bytes()).head == world.head
    assert git(world.workspace, "status", "--porcelain") == ""


def test_a_stranger_cannot_have_the_reports_written_elsewhere(world: World) -> None:
    world.opened()
    world.merge()
    elsewhere = world.folder / "elsewhere"
    elsewhere.mkdir()
    (world.workspace / "readiness-report").symlink_to(elsewhere)
    ran = world.run()
    assert (ran.code, list(elsewhere.iterdir())) == (1, [])
    assert "No report files" in ran.log
    assert "report-json" not in ran.outputs


def test_findings_for_code_scanning_where_asked_for(world: World, github: GitHub) -> None:
    world.opened()
    merge = world.merge()
    world.run(upload_sarif="true")
    (upload,) = github.sarifs
    assert (upload["commit_sha"], upload["ref"]) == (merge, "refs/pull/7/merge")
    assert [result["ruleId"] for result in upload["sarif"]["runs"][0]["results"]] == [BLOCKER]


def test_annotations_can_be_few_or_none(world: World, github: GitHub) -> None:
    world.change({f"app/pay{number}.py": ENDLESS for number in range(5)})
    world.opened()
    world.merge()
    ran = world.run(token="read", annotations="2")
    assert ran.log.count("::error file=") == 2
    assert "4 more are in the summary." in ran.log
    assert "::error file=" not in world.run(43, token="read", annotations="0").log


def test_a_mistyped_input_is_wrong_usage(world: World) -> None:
    world.opened()
    with pytest.raises(Unusable, match="`comment` is 'sometimes'; it can be on-change, always, on-failure, off"):
        world.run(comment="sometimes")
