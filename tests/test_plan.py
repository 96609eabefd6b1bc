"""What is missing to a path to production: phases, people, infrastructure, advice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from readiness_bot.control import controls
from readiness_bot.model import Confidence, Effort, Kind, Plan, Role, TeamMember, Verdict, Waiver
from readiness_bot.plan import _NEEDED, Outlook, days_of, next_review, outlook
from readiness_bot.score import summarise
from tests.reports import BACKEND, CRITICAL, DEVOPS, HIGH, LOW, MEDIUM, QA, SECURITY, bad, blocked, ready, verdict


def ahead(*verdicts: Verdict) -> Outlook:
    summary = summarise(verdicts)
    return outlook(verdicts, summary.categories, summary.overall, summary.blockers)


def titles(plan: Plan) -> list[str]:
    return [phase.title for phase in plan.phases]


def like_the_reference() -> Outlook:
    """A service that lacks what the reference report's service lacks."""
    return ahead(
        verdict("testing/coverage", CRITICAL, 0.3, effort=Effort.WEEKS, role=QA),
        verdict("testing/test-suite", CRITICAL, 0.45, effort=Effort.WEEK, role=QA),
        verdict("database/nosql-injection", CRITICAL, 0.0, kind=Kind.DEFECT, effort=Effort.DAY,
                sites=[bad("a.py", line, "f", "m") for line in range(1, 6)]),
        verdict("database/tenant-isolation", CRITICAL, 0.0, kind=Kind.DEFECT, effort=Effort.DAY,
                sites=[bad("b.py", line, "f", "m") for line in range(1, 9)]),
        verdict("error-handling/retries", CRITICAL, 0.0, effort=Effort.WEEK),
        verdict("error-handling/exception-handlers", HIGH, 0.0, effort=Effort.DAYS),
        verdict("external-apis/webhook-verification", HIGH, 0.0, effort=Effort.DAYS),
        verdict("monitoring/metrics", HIGH, 0.25, effort=Effort.DAYS, role=DEVOPS),
        verdict("monitoring/tracing", HIGH, 0.0, effort=Effort.DAYS, role=DEVOPS),
        verdict("database/backups", HIGH, 0.0, effort=Effort.DAYS, role=DEVOPS),
        verdict("error-handling/circuit-breaker", MEDIUM, 0.25, effort=Effort.DAYS),
        verdict("testing/load-tests", MEDIUM, 0.0, effort=Effort.WEEK, role=QA),
        verdict("testing/integration-tests", MEDIUM, 0.0, effort=Effort.HOURS, role=QA),
        verdict("security/ci-hardening", MEDIUM, 0.0, effort=Effort.DAYS, role=SECURITY),
        verdict("monitoring/error-tracking", MEDIUM, 0.0, effort=Effort.HOURS, role=DEVOPS),
        verdict("monitoring/structured-logging", MEDIUM, 0.0, effort=Effort.DAYS),
        verdict("infrastructure/staging-environment", MEDIUM, 0.0, effort=Effort.DAYS, role=DEVOPS),
        verdict("infrastructure/container-image", HIGH, 1.0, role=DEVOPS),
    )  # fmt: skip


def test_a_service_like_the_reference_gets_a_plan_like_its_own() -> None:
    found = like_the_reference()
    assert titles(found.plan) == ["Critical fixes", "Operational readiness", "Production deployment"]
    assert [phase.weeks for phase in found.plan.phases] == [(3, 4), (2, 3), (1, 1)]
    assert found.plan.total_weeks == (6, 8)
    assert found.resources.team == (
        TeamMember(Role.BACKEND, 2, "full-time"),
        TeamMember(Role.DEVOPS, 1, "full-time"),
        TeamMember(Role.QA, 1, "full-time"),
        TeamMember(Role.SECURITY, 1, "part-time"),
    )
    assert found.resources.infrastructure == (
        "Staging environment",
        "Metrics, dashboards and alerts (for example Prometheus, Grafana, Alertmanager)",
        "Trace collection (for example an OpenTelemetry collector with Tempo or Jaeger)",
        "Log aggregation (for example Loki or OpenSearch)",
        "Error tracking (for example Sentry or GlitchTip)",
        "Backup storage, and a place to rehearse the restore",
        "Load generator (for example k6 or Locust)",
        "Throw-away stores for integration tests",
    )


def test_blockers_come_first_and_low_controls_are_not_planned() -> None:
    plan = ahead(
        verdict("monitoring/metrics", HIGH, 0.0),
        verdict("monitoring/tracing", HIGH, 0.5),
        verdict("monitoring/error-tracking", MEDIUM, 0.0),
        verdict("monitoring/request-correlation", LOW, 0.0),
    ).plan
    assert [(phase.title, [step.controls for step in phase.steps]) for phase in plan.phases[:2]] == [
        ("Critical fixes", [("monitoring/metrics",)]),
        ("Operational readiness", [("monitoring/tracing", "monitoring/error-tracking")]),
    ]


def test_a_step_gathers_what_one_role_does_in_one_category() -> None:
    first = ahead(
        verdict("monitoring/metrics", HIGH, 0.0, role=DEVOPS),
        verdict("monitoring/tracing", HIGH, 0.0, role=DEVOPS),
        verdict("monitoring/alerts", HIGH, 0.0, role=BACKEND),
    ).plan.phases[0]
    assert [(step.title, step.controls, step.role) for step in first.steps] == [
        ("Make production visible", ("monitoring/alerts",), BACKEND),
        ("Make production visible", ("monitoring/metrics", "monitoring/tracing"), DEVOPS),
    ]


def test_nothing_to_fix_leaves_only_the_deployment() -> None:
    found = ready()
    assert titles(found.plan) == ["Production deployment"]
    assert found.plan.total_weeks == (1, 1)
    assert found.recommendation.deploy is True
    assert found.recommendation.until == ()
    assert found.next_review_on == "2025-04-16"


def test_the_next_review_is_when_the_first_phase_should_be_done() -> None:
    plan = ahead(verdict("monitoring/metrics", HIGH, 0.0, effort=Effort.WEEKS)).plan
    assert plan.phases[0].weeks == (3, 4)
    assert next_review(date(2025, 1, 15), plan) == date(2025, 2, 12)


def test_a_capability_costs_what_is_missing_of_it() -> None:
    assert days_of(verdict("monitoring/metrics", HIGH, 0.0, effort=Effort.WEEK)) == (5.0, 10.0)
    assert days_of(verdict("monitoring/metrics", HIGH, 0.5, effort=Effort.WEEK)) == (2.5, 5.0)
    assert days_of(verdict("monitoring/metrics", HIGH, 0.9, effort=Effort.WEEK)) == (1.25, 2.5)


@pytest.mark.parametrize(
    ("count", "days"),
    [(1, (0.5, 2.0)), (2, (0.75, 3.0)), (10, (2.75, 11.0)), (11, (2.8, 11.2)), (110, (7.75, 31.0))],
)
def test_the_later_places_of_a_defect_cost_less(count: int, days: tuple[float, float]) -> None:
    sites = [bad("a.py", line, "f", "m") for line in range(1, count + 1)]
    found = verdict("security/cors", HIGH, 0.0, kind=Kind.DEFECT, effort=Effort.DAY, sites=sites)
    assert days_of(found) == days


def test_hints_cost_the_reading_and_waived_places_nothing() -> None:
    sites = [bad("a.py", 1, "f", "m", Confidence.MEDIUM), bad("a.py", 2, "f", "n")]
    found = verdict("security/cors", HIGH, 0.0, kind=Kind.DEFECT, effort=Effort.WEEK, sites=sites)
    assert days_of(found) == (5.5, 11.0)
    waiver = Waiver("security/cors", "accepted-risk", "later", owner="ana", expires="2025-02-01")
    certain = replace(found.findings[1], waived=waiver, blocker=False)
    assert days_of(replace(found, findings=(found.findings[0], certain))) == (0.5, 1.0)


def test_an_accepted_risk_is_not_planned() -> None:
    waiver = Waiver("monitoring/metrics", "accepted-risk", "later", owner="ana", expires="2025-02-01")
    assert titles(ahead(replace(verdict("monitoring/metrics", HIGH, 0.0), waived=waiver)).plan) == [
        "Production deployment"
    ]


def test_more_work_brings_more_people_up_to_a_limit() -> None:
    def team(count: int) -> list[tuple[Role, int, str]]:
        found = ahead(*(verdict(f"monitoring/{n}", HIGH, 0.0, effort=Effort.WEEK) for n in range(count)))
        return [(member.role, member.count, member.time) for member in found.resources.team]

    assert team(1) == [(BACKEND, 1, "full-time"), (DEVOPS, 1, "part-time")]
    assert team(3) == [(BACKEND, 2, "full-time"), (DEVOPS, 1, "part-time")]
    assert team(30) == [(BACKEND, 3, "full-time"), (DEVOPS, 1, "part-time")]


def test_the_recommendation_names_what_failed() -> None:
    advice = blocked().recommendation
    assert advice.deploy is False
    assert advice.until[:4] == (
        "Tests cover 70% of the lines",
        "No request value is a query operator (2 places to fix)",
        "Transient failures are retried with backoff",
        "No secret stands in the repository (1 place to fix)",
    )
    assert advice.until[-1] == "Overall readiness reaches 65% (now 40%)"
    assert advice.consequences[0] == "Nobody can say what a release breaks. (testing/coverage)"
    assert len(advice.consequences) == 6


def test_a_blocking_category_without_a_blocker_is_a_condition() -> None:
    found = ahead(verdict("documentation/readme", MEDIUM, 0.0), verdict("testing/test-suite", CRITICAL, 1.0))
    assert found.recommendation.until == ("Documentation reaches 40% (now 0%)",)
    assert found.recommendation.consequences == ()


def test_infrastructure_is_asked_for_by_controls_that_exist() -> None:
    known = {control.id for control in controls()}
    assert {control for _, needed in _NEEDED for control in needed} - known == set()
