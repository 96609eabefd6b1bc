"""Which configuration holds: found in trees, named by hand, broken on one side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest

from readiness_bot.agreement import for_comparison, for_report, of_tree
from readiness_bot.git import Repository, UnknownRevision
from readiness_bot.settings import ConfigurationError, FailOn, Settings
from tests import gitting

DAY = date(2025, 1, 15)
Make = Callable[[Mapping[str, str | bytes]], Path]


def test_a_tree_without_a_file_has_none(repository: Make) -> None:
    here = Repository.open(repository({"a.py": "x = 1\n"}))
    assert of_tree(here, "HEAD", DAY) is None
    assert for_report(here, None, DAY) == Settings()


@pytest.mark.parametrize("name", [".readiness.yml", ".readiness.yaml"])
def test_the_file_is_found_in_the_commit_and_in_the_working_tree(repository: Make, name: str) -> None:
    folder = repository({name: "min-score: 40\n"})
    here = Repository.open(folder)
    (folder / name).write_text("min-score: 70\n")
    assert for_report(here, "HEAD", DAY).policy.min_score == 40
    assert for_report(here, None, DAY).policy.min_score == 70
    assert for_report(here, "HEAD", DAY).source == name


def test_a_named_file_holds_instead(repository: Make, tmp_path: Path) -> None:
    here = Repository.open(repository({".readiness.yml": "min-score: 40\n"}))
    named = tmp_path / "mine.yml"
    named.write_text("min-score: 90\n")
    assert for_report(here, "HEAD", DAY, named=named).policy.min_score == 90
    assert for_comparison(here, "HEAD", None, DAY, named=named).settings.policy.min_score == 90


def test_a_named_file_that_is_not_there_is_an_error(repository: Make, tmp_path: Path) -> None:
    here = Repository.open(repository({"a.py": "x = 1\n"}))
    with pytest.raises(ConfigurationError, match=r"absent\.yml: no such file or directory"):
        for_report(here, None, DAY, named=tmp_path / "absent.yml")


def test_a_comparison_takes_policy_from_base_and_waivers_from_head(repository: Make) -> None:
    folder = repository({".readiness.yml": "fail-on: any-blocker\n"})
    waiver = "waivers: {not_applicable: [{control: external-apis/timeout, reason: none are made}]}\n"
    gitting.commit(folder, {".readiness.yml": f"fail-on: never\n{waiver}"})
    agreed = for_comparison(Repository.open(folder), "HEAD^", "HEAD", DAY)
    assert agreed.settings.policy.fail_on == FailOn("any-blocker")
    assert [each.control for each in agreed.settings.waivers] == ["external-apis/timeout"]
    assert agreed.changes == (
        "fail-on: any-blocker to never",
        "waiver added: not-applicable for external-apis/timeout",
    )


def test_a_change_that_repairs_the_configuration_can_pass(repository: Make) -> None:
    folder = repository({".readiness.yml": "fail_on: never\n"})
    gitting.commit(folder, {".readiness.yml": "min-score: 10\n"})
    agreed = for_comparison(Repository.open(folder), "HEAD^", "HEAD", DAY)
    assert agreed.settings.policy.min_score == 10
    assert agreed.changes[0] == (
        "base's configuration cannot be read (.readiness.yml:1: unknown key `fail_on`; did you mean `fail-on`?)"
    )


def test_a_change_that_breaks_the_configuration_is_an_error(repository: Make) -> None:
    folder = repository({".readiness.yml": "min-score: 10\n"})
    gitting.commit(folder, {".readiness.yml": "min_score: 10\n"})
    with pytest.raises(ConfigurationError, match="did you mean `min-score`"):
        for_comparison(Repository.open(folder), "HEAD^", "HEAD", DAY)


def test_a_link_is_not_followed(repository: Make, tmp_path: Path) -> None:
    outside = tmp_path / "outside.yml"
    outside.write_text("min-score: 1\n")
    folder = repository({"a.py": "x = 1\n"})
    (folder / ".readiness.yml").symlink_to(outside)
    gitting.git(folder, "add", ".readiness.yml")
    gitting.git(folder, "commit", "-qm", "Link")
    for revision in (None, "HEAD"):
        with pytest.raises(ConfigurationError, match="a symlink is not followed"):
            for_report(Repository.open(folder), revision, DAY)


def test_a_huge_file_is_an_error_in_commit_and_working_tree(repository: Make) -> None:
    here = Repository.open(repository({".readiness.yml": b"# x\n" * 100_000}))
    for revision in (None, "HEAD"):
        with pytest.raises(ConfigurationError, match=r"\.readiness\.yml: (larger than 256 KiB|too large to be read)"):
            for_report(here, revision, DAY)


def test_an_unknown_revision_is_named(repository: Make) -> None:
    with pytest.raises(UnknownRevision, match="`nope`"):
        for_report(Repository.open(repository({"a.py": "x = 1\n"})), "nope", DAY)
