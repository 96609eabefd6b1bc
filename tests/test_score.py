"""Verdicts to scores: the arithmetic a reader can repeat by hand, and what becomes a blocker."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness_bot.model import (
    Category,
    CategoryScore,
    Confidence,
    Kind,
    Overall,
    Severity,
    Status,
    Strength,
    Waiver,
    WorkItem,
)
from readiness_bot.score import blockers, categories, overall, strengths, summarise, work_items
from readiness_bot.settings import Thresholds
from tests.reports import BACKEND, CRITICAL, HIGH, LOW, MEDIUM, bad, blocked, verdict

REFERENCE = {
    Category.INFRASTRUCTURE: 70,
    Category.SECURITY: 60,
    Category.CODE_QUALITY: 55,
    Category.TESTING: 15,
    Category.ERROR_HANDLING: 40,
    Category.EXTERNAL_APIS: 45,
    Category.MONITORING: 50,
    Category.DATABASE: 50,
    Category.API_DESIGN: 65,
    Category.DOCUMENTATION: 65,
}
WEIGHTS = {
    Category.TESTING: 21,
    Category.DATABASE: 15,
    Category.ERROR_HANDLING: 15,
    Category.SECURITY: 14,
    Category.MONITORING: 10,
}


def scored(scores: dict[Category, int | None]) -> list[CategoryScore]:
    return [CategoryScore(category, score, "ready", WEIGHTS.get(category, 5)) for category, score in scores.items()]


def category_of(*verdicts: object, category: Category = Category.TESTING) -> CategoryScore:
    return next(each for each in categories(verdicts) if each.category is category)  # type: ignore[arg-type]


def test_the_reference_scores_give_their_overall_score() -> None:
    assert overall(scored({**REFERENCE})).score == 45


def test_weights_are_those_of_the_model_and_fill_a_hundred() -> None:
    weights = {each.category: each.weight for each in categories([])}
    assert weights == {category: WEIGHTS.get(category, 5) for category in Category}
    assert sum(weights.values()) == 100


def test_a_category_weighs_its_controls_by_severity() -> None:
    found = category_of(
        verdict("testing/test-suite", CRITICAL, 1.0),
        verdict("testing/tests-in-ci", HIGH, 0.5),
        verdict("testing/load-tests", MEDIUM, 0.0),
        verdict("testing/other", LOW, 0.0),
    )
    assert found == CategoryScore(Category.TESTING, 67, "ready", 21)  # (8 + 2) / 15


def test_what_does_not_apply_leaves_the_score() -> None:
    found = category_of(verdict("testing/test-suite", CRITICAL, None), verdict("testing/load-tests", MEDIUM, 0.5))
    assert found == CategoryScore(Category.TESTING, 50, "needs-work", 21)


def test_a_category_without_an_applicable_control_has_no_score() -> None:
    found = category_of(verdict("testing/test-suite", CRITICAL, None))
    assert found == CategoryScore(Category.TESTING, None, "not-applicable", 21)


def test_categories_without_a_score_are_left_out_of_the_whole() -> None:
    # (21 × 15 + 5 × 70) / 26 = 25.6
    assert overall(scored({Category.TESTING: 15, Category.INFRASTRUCTURE: 70, Category.DATABASE: None})).score == 26


@pytest.mark.parametrize(("scores", "shown"), [((0.5, 0.51), 51), ((0.445, 0.445), 45), ((0.125, 0.125), 13)])
def test_halves_round_up(scores: tuple[float, float], shown: int) -> None:
    found = category_of(*(verdict(f"testing/{index}", LOW, score) for index, score in enumerate(scores)))
    assert found.score == shown


@pytest.mark.parametrize(
    ("score", "status"), [(0.65, "ready"), (0.64, "needs-work"), (0.4, "needs-work"), (0.39, "blocking")]
)
def test_statuses_begin_at_their_lines(score: float, status: str) -> None:
    assert category_of(verdict("testing/test-suite", CRITICAL, score)).status == status


def test_thresholds_move_the_lines_and_no_score() -> None:
    strict = categories([verdict("testing/test-suite", CRITICAL, 0.7)], Thresholds(ready=80, needs_work=75))
    assert [each for each in strict if each.score is not None] == [CategoryScore(Category.TESTING, 70, "blocking", 21)]


@given(st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.33, 0.5, 0.7, 0.75, 0.9, 1.0]), min_size=1), st.randoms())
def test_the_order_of_controls_changes_nothing(scores: list[float], order: random.Random) -> None:
    verdicts = [verdict(f"testing/{index}", LOW, score) for index, score in enumerate(scores)]
    shuffled = order.sample(verdicts, len(verdicts))
    assert category_of(*verdicts) == category_of(*shuffled)


def test_a_capability_blocks_below_one_half() -> None:
    missing = verdict("monitoring/metrics", HIGH, 0.49, summary="Defined, not exported.")
    found = blockers([missing, verdict("monitoring/tracing", HIGH, 0.5), verdict("monitoring/logs", MEDIUM, 0.0)])
    assert [(each.control, each.issue, each.location) for each in found] == [
        ("monitoring/metrics", "Defined, not exported.", None)
    ]


def test_a_located_control_blocks_once_for_each_certain_finding() -> None:
    sites = [
        bad("app/a.py", 9, "f", "second"),
        bad("app/a.py", 3, "f", "first"),
        bad("app/b.py", 1, "g", "perhaps", Confidence.MEDIUM),
    ]
    found = blockers([verdict("external-apis/timeout", HIGH, 0.0, kind=Kind.DEFECT, sites=sites)])
    assert [(each.issue, each.location and each.location.line) for each in found] == [("first", 3), ("second", 9)]
    assert len({each.fingerprint for each in found}) == 2


def test_findings_of_a_medium_control_never_block() -> None:
    sites = [bad("app/a.py", 3, "f", "complex")]
    assert blockers([verdict("code-quality/complexity", MEDIUM, 0.0, kind=Kind.DEFECT, sites=sites)]) == ()


def test_what_is_waived_does_not_block() -> None:
    accepted = Waiver("x/y", "accepted-risk", "later", owner="ana", expires="2025-02-01")
    capability = replace(verdict("monitoring/metrics", HIGH, 0.0), waived=accepted)
    located = verdict("external-apis/timeout", HIGH, 0.0, kind=Kind.DEFECT, sites=[bad("app/a.py", 3, "f", "m")])
    finding = replace(located.findings[0], waived=accepted, blocker=False)
    assert blockers([capability, replace(located, findings=(finding,))]) == ()


def test_unknown_blocks_by_its_estimate() -> None:
    found = blockers([verdict("testing/coverage", CRITICAL, 0.3, status=Status.UNKNOWN)])
    assert [each.control for each in found] == ["testing/coverage"]


def test_blockers_come_worst_first_and_then_by_weight() -> None:
    assert [each.control for each in blocked().blockers] == [
        "testing/coverage",
        "database/nosql-injection",
        "database/nosql-injection",
        "error-handling/retries",
        "security/hardcoded-secret",
        "testing/tests-in-ci",
        "database/backups",
        "security/rate-limiting",
        "monitoring/metrics",
        "monitoring/tracing",
        "external-apis/timeout",
        "infrastructure/non-root-container",
    ]


@pytest.mark.parametrize(
    ("score", "severities", "status", "verdict_", "risk"),
    [
        (90, [], "ready", "ready", "low"),
        (90, [], "blocking", "conditional", "medium"),
        (90, [HIGH], "ready", "conditional", "medium"),
        (64, [], "needs-work", "conditional", "medium"),
        (90, [CRITICAL], "ready", "not-ready", "high"),
        (39, [HIGH], "blocking", "not-ready", "high"),
        (39, [CRITICAL], "blocking", "not-ready", "critical"),
    ],
)
def test_verdict_and_risk_follow_from_score_and_blockers(
    score: int, severities: list[Severity], status: str, verdict_: str, risk: str
) -> None:
    category = CategoryScore(Category.TESTING, score, status, 21)  # type: ignore[arg-type]
    standing = [
        blocker for severity in severities for blocker in blockers([verdict("monitoring/metrics", severity, 0.0)])
    ]
    assert overall([category], standing) == Overall(score, verdict_, risk)  # type: ignore[arg-type]


def test_a_tree_without_any_applicable_control_has_no_score() -> None:
    assert summarise([verdict("testing/test-suite", CRITICAL, None)]).overall == Overall(None, "not-ready", "high")


def test_strengths_name_what_passed_and_where() -> None:
    verdicts = [
        verdict("testing/test-suite", CRITICAL, 1.0, title="Tests exist", seen=("tests/test_a.py", 3, "x")),
        verdict("testing/load-tests", MEDIUM, 1.0, title="Load tests exist", seen=("load/locustfile.py", 0, "x")),
        verdict("testing/coverage-gate", MEDIUM, 0.0),
        verdict("security/mfa", LOW, 0.5),
    ]
    assert strengths(verdicts, categories(verdicts)) == (
        Strength(Category.TESTING, 83, ("Tests exist (tests/test_a.py:3)", "Load tests exist (load/locustfile.py)")),
    )


def test_work_items_come_most_urgent_first_and_name_what_is_unmet() -> None:
    verdicts = [
        verdict("documentation/readme", MEDIUM, 0.0),
        verdict("code-quality/linting", MEDIUM, 0.5),
        verdict("monitoring/metrics", HIGH, 0.0),
        verdict("security/authentication", CRITICAL, 0.0, role=BACKEND),
        verdict("security/mfa", LOW, 0.0),
        verdict("infrastructure/compose", LOW, 1.0),
        verdict("database/migrations", HIGH, None),
    ]
    found = summarise(verdicts)
    assert found.work_items == (
        WorkItem(Category.SECURITY, 0, CRITICAL, ("security/authentication", "security/mfa")),
        WorkItem(Category.MONITORING, 0, HIGH, ("monitoring/metrics",)),
        WorkItem(Category.DOCUMENTATION, 0, HIGH, ("documentation/readme",)),
        WorkItem(Category.CODE_QUALITY, 50, MEDIUM, ("code-quality/linting",)),
    )


def test_a_ready_category_is_no_work_item_unless_it_blocks() -> None:
    good = [verdict("security/authentication", CRITICAL, 1.0), verdict("security/rate-limiting", HIGH, 0.5)]
    assert work_items(good, categories(good), blockers(good)) == ()
    one_bad = [*good, verdict("security/authorization", HIGH, 1.0), verdict("security/cors", HIGH, 0.0)]
    scored_ = categories(one_bad)
    assert work_items(one_bad, scored_, blockers(one_bad)) == (
        WorkItem(Category.SECURITY, 70, HIGH, ("security/cors", "security/rate-limiting")),
    )
