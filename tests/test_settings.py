"""Settings: gate rules in words, options over files, and what a change alters in its own policy."""

from __future__ import annotations

import pytest

from readiness_bot.model import Waiver
from readiness_bot.settings import (
    Agreed,
    ConfigurationError,
    FailOn,
    Policy,
    Settings,
    Thresholds,
    agree,
    policy_changes,
)

WAIVER = Waiver("security/mfa", "accepted-risk", "later", owner="ana", expires="2025-02-01", line=4)


@pytest.mark.parametrize("text", ["new-blockers", "any-blocker", "score-drop:3", "min-score:100", "never"])
def test_a_rule_reads_as_it_is_written(text: str) -> None:
    assert str(FailOn.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    ["", "always", "score-drop", "score-drop:", "score-drop:0", "min-score:101", "min-score:-1", "never:3",
     "min-score:٣", "score-drop:99999999999999999999"],
)  # fmt: skip
def test_other_rules_are_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="is none of new-blockers, any-blocker"):
        FailOn.parse(text)


def test_options_win_over_the_file() -> None:
    settings = Settings(Policy(path="a", fail_on=FailOn("never"), min_score=50))
    assert settings.with_options() == settings
    assert settings.with_options(path="b", fail_on=FailOn("any-blocker"), min_score=60).policy == Policy(
        path="b", fail_on=FailOn("any-blocker"), min_score=60
    )


def test_policy_comes_from_base_and_waivers_from_head() -> None:
    base = Settings(Policy(min_score=70), (), ".readiness.yml")
    head = Settings(Policy(min_score=10), (WAIVER,), ".readiness.yml")
    assert agree(base, head) == Agreed(
        Settings(Policy(min_score=70), (WAIVER,), ".readiness.yml"),
        ("min-score: 70 to 10", "waiver added: accepted-risk for security/mfa"),
    )


def test_the_first_configuration_counts_at_once_and_that_is_said() -> None:
    head = Settings(Policy(min_score=10), (), ".readiness.yaml")
    assert agree(None, head) == Agreed(head, ("the first configuration, .readiness.yaml, counts at once",))


def test_a_removed_configuration_still_holds_its_policy() -> None:
    base = Settings(Policy(min_score=70), (WAIVER,), ".readiness.yml")
    assert agree(base, None) == Agreed(
        Settings(Policy(min_score=70), (), ".readiness.yml"),
        (
            "the configuration file is removed",
            "min-score: 70 to none",
            "waiver removed: accepted-risk for security/mfa",
        ),
    )


def test_no_configuration_is_the_default() -> None:
    assert agree(None, None) == Agreed(Settings(), ())


def test_every_key_of_a_policy_is_told_when_it_changes() -> None:
    before = Policy()
    after = Policy(
        path="services/pay",
        exclude=("legacy/",),
        thresholds=Thresholds(ready=60, needs_work=30),
        fail_on=FailOn("score-drop", 5),
        min_score=50,
        tenant_keys=("merchant_id",),
    )
    assert policy_changes(before, after) == (
        "path: . to services/pay",
        "exclude: legacy/ added",
        "thresholds.ready: 65 to 60",
        "thresholds.needs-work: 40 to 30",
        "fail-on: new-blockers to score-drop:5",
        "min-score: none to 50",
        "tenant-keys: merchant_id added",
    )
    assert policy_changes(after, before)[1] == "exclude: legacy/ removed"


def test_a_waiver_that_only_moved_in_the_file_is_no_change() -> None:
    moved = Waiver("security/mfa", "accepted-risk", "later", owner="ana", expires="2025-02-01", line=40)
    assert agree(Settings(waivers=(WAIVER,)), Settings(waivers=(moved,))).changes == ()


def test_a_waiver_for_a_path_names_it() -> None:
    waiver = Waiver("security/mfa", "not-applicable", "later", "app/old/")
    assert agree(Settings(), Settings(waivers=(waiver,))).changes == (
        "waiver added: not-applicable for security/mfa in app/old/",
    )
