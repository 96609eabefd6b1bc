"""What is missing to a path to production: phases, people, infrastructure and advice; judges and scores nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, sqrt
from types import MappingProxyType
from typing import Literal

from readiness_bot import calibration
from readiness_bot.model import (
    Blocker,
    Category,
    CategoryScore,
    Confidence,
    Kind,
    Overall,
    Phase,
    Plan,
    Recommendation,
    Resources,
    Role,
    Severity,
    Step,
    TeamMember,
    Verdict,
)
from readiness_bot.settings import Thresholds

Days = tuple[float, float]

CRITICAL_FIXES = "Critical fixes"
OPERATIONAL_READINESS = "Operational readiness"
PRODUCTION_DEPLOYMENT = "Production deployment"

_FIRST_STEPS: Mapping[Category, str] = MappingProxyType(
    {
        Category.DATABASE: "Make access to data safe and recoverable",
        Category.SECURITY: "Close the security holes",
        Category.ERROR_HANDLING: "Survive failures of what the service depends on",
        Category.EXTERNAL_APIS: "Bound and guard the calls that leave the service",
        Category.TESTING: "Bring the tests to what a release needs",
        Category.MONITORING: "Make production visible",
        Category.INFRASTRUCTURE: "Make the service deployable and restartable",
        Category.API_DESIGN: "Validate what comes in",
        Category.CODE_QUALITY: "Remove what stalls or breaks under load",
        Category.DOCUMENTATION: "Write down how the service is operated",
    }
)

_SECOND_STEPS: Mapping[Category, str] = MappingProxyType(
    {
        Category.DATABASE: "Prepare the data layer for load and recovery",
        Category.SECURITY: "Harden the service and its supply chain",
        Category.ERROR_HANDLING: "Degrade in an orderly way",
        Category.EXTERNAL_APIS: "Answer when a partner does not",
        Category.TESTING: "Test the whole service, and under load",
        Category.MONITORING: "Complete logs, alerts and error reports",
        Category.INFRASTRUCTURE: "Complete environments, limits and delivery",
        Category.API_DESIGN: "Settle the interface that clients rely on",
        Category.CODE_QUALITY: "Let tools guard the code",
        Category.DOCUMENTATION: "Complete what newcomers and operators read",
    }
)

_DEPLOYMENT_STEPS = (
    Step("Deploy to staging and run the checks there", (), Role.DEVOPS, (0.5, 1.0)),
    Step("Deploy to production", (), Role.DEVOPS, (0.5, 1.0)),
    Step("Watch the signals and rehearse the rollback", (), Role.BACKEND, (1.0, 2.0)),
)

_NEEDED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Staging environment", ("infrastructure/staging-environment", "infrastructure/deployment-pipeline")),
    ("Production environment", ("infrastructure/orchestration", "infrastructure/container-image")),
    ("Metrics, dashboards and alerts (for example Prometheus, Grafana, Alertmanager)",
     ("monitoring/metrics", "monitoring/dashboards-and-alerts")),
    ("Trace collection (for example an OpenTelemetry collector with Tempo or Jaeger)", ("monitoring/tracing",)),
    ("Log aggregation (for example Loki or OpenSearch)", ("monitoring/structured-logging",)),
    ("Error tracking (for example Sentry or GlitchTip)", ("monitoring/error-tracking",)),
    ("Backup storage, and a place to rehearse the restore", ("database/backups",)),
    ("Load generator (for example k6 or Locust)", ("testing/load-tests",)),
    ("Throw-away stores for integration tests", ("testing/integration-tests",)),
    ("Secret store", ("security/hardcoded-secret",)),
    ("Continuous integration runners", ("infrastructure/ci-pipeline", "testing/tests-in-ci")),
)  # fmt: skip
"""What has to be set up outside the code when one of these controls is not met."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """The way from here to production."""

    plan: Plan
    resources: Resources
    recommendation: Recommendation


def outlook(
    verdicts: Sequence[Verdict],
    scored: Iterable[CategoryScore],
    overall: Overall,
    blockers: Sequence[Blocker],
    thresholds: Thresholds | None = None,
) -> Outlook:
    """Plan, resources and recommendation that follow from the verdicts and what was scored from them."""
    steps = _steps(verdicts, {blocker.control for blocker in blockers})
    team = _team(steps)
    return Outlook(
        plan=_plan(steps, team),
        resources=Resources(team, _infrastructure(verdicts)),
        recommendation=recommend(verdicts, scored, overall, blockers, thresholds or Thresholds()),
    )


def days_of(verdict: Verdict) -> Days:
    """Fewest and most working days of one engineer until the control is met; waived places cost nothing.

    A missing capability costs what is not there yet; a located defect its places, the later ones less.
    """
    low, high = verdict.effort_days
    if verdict.kind is Kind.CAPABILITY:
        share = max(1 - (verdict.score or 0.0), calibration.LEAST_SHARE.value)
    else:
        standing = [finding for finding in verdict.findings if finding.waived is None]
        certain = sum(finding.confidence is Confidence.HIGH for finding in standing)
        hints = sum(finding.confidence is Confidence.MEDIUM for finding in standing)
        share = _places(certain) + calibration.HINT_SHARE.value * hints
        if not standing and (verdict.score or 0.0) < 1:
            share = 1.0
    return round(low * share, 2), round(high * share, 2)


def days_of_places(verdict: Verdict, number: int) -> Days:
    """Fewest and most working days of one engineer for some of the places of a located defect, the later ones less."""
    low, high = verdict.effort_days
    return round(low * _places(number), 2), round(high * _places(number), 2)


def recommend(
    verdicts: Sequence[Verdict],
    scored: Iterable[CategoryScore],
    overall: Overall,
    blockers: Sequence[Blocker],
    thresholds: Thresholds,
) -> Recommendation:
    """Whether to deploy, what must be so before, and what happens otherwise, each naming what failed."""
    if overall.verdict == "ready":
        return Recommendation(True, (), overall.risk, ())
    places: dict[str, int] = defaultdict(int)
    for blocker in blockers:
        places[blocker.control] += blocker.location is not None
    failed = {verdict.control: verdict for verdict in verdicts if verdict.control in places}
    until = [_condition(failed[control], count) for control, count in places.items() if control in failed]
    # A blocking category with a blocker in it is named already.
    named = {failed[control].category for control in places if control in failed}
    until += [
        f"{category.category.title} reaches {thresholds.needs_work}% (now {category.score}%)"
        for category in scored
        if category.status == "blocking" and category.category not in named
    ]
    if overall.score is not None and overall.score < thresholds.ready:
        until.append(f"Overall readiness reaches {thresholds.ready}% (now {overall.score}%)")
    consequences = dict.fromkeys(f"{failed[control].impact} ({control})" for control in places if control in failed)
    most = calibration.MOST_CONSEQUENCES.value
    return Recommendation(False, tuple(until), overall.risk, tuple(consequences)[:most])


def next_review(assessed_on: date, plan: Plan) -> date:
    """The day for the next assessment: when the first phase should be done, or a quarter on where nothing is to fix."""
    first = plan.phases[0]
    if first.title == PRODUCTION_DEPLOYMENT:
        return assessed_on + timedelta(days=calibration.REVIEW_AFTER_DAYS.value)
    return assessed_on + timedelta(weeks=first.weeks[1])


def _places(count: int) -> float:
    further = min(max(count - 1, 0), calibration.FURTHER_PLACES.value)
    many = max(count - 1 - further, 0)
    return min(count, 1) + further * calibration.FURTHER_PLACES_SHARE.value + many * calibration.MANY_PLACES_SHARE.value


def _steps(verdicts: Iterable[Verdict], blocking: set[str]) -> Mapping[str, tuple[Step, ...]]:
    """The steps of the first two phases: one for each category and role.

    First what blocks, then what else is of at least medium severity. Low controls stay work items: the plan leads
    into production, not to a hundred per cent.
    """
    grouped: dict[str, dict[tuple[Category, Role], list[Verdict]]] = {
        CRITICAL_FIXES: defaultdict(list),
        OPERATIONAL_READINESS: defaultdict(list),
    }
    for verdict in verdicts:
        if verdict.score is None or verdict.score >= 1 or verdict.waived is not None:
            continue
        if verdict.control in blocking:
            grouped[CRITICAL_FIXES][verdict.category, verdict.role].append(verdict)
        elif verdict.severity is not Severity.LOW:
            grouped[OPERATIONAL_READINESS][verdict.category, verdict.role].append(verdict)
    return {
        CRITICAL_FIXES: _ordered(grouped[CRITICAL_FIXES], _FIRST_STEPS),
        OPERATIONAL_READINESS: _ordered(grouped[OPERATIONAL_READINESS], _SECOND_STEPS),
    }


def _ordered(
    groups: Mapping[tuple[Category, Role], Sequence[Verdict]], titles: Mapping[Category, str]
) -> tuple[Step, ...]:
    def urgency(group: tuple[Category, Role]) -> tuple[int, int, str]:
        worst = min(verdict.severity.rank for verdict in groups[group])
        return worst, -calibration.CATEGORY_WEIGHTS[group[0]].value, f"{group[0]} {group[1]}"

    return tuple(
        Step(
            title=titles[category],
            controls=tuple(
                verdict.control
                for verdict in sorted(groups[category, role], key=lambda each: (each.severity.rank, each.control))
            ),
            role=role,
            days=_together(days_of(verdict) for verdict in groups[category, role]),
        )
        for category, role in sorted(groups, key=urgency)
    )


def _plan(steps: Mapping[str, tuple[Step, ...]], team: Iterable[TeamMember]) -> Plan:
    seats = {member.role: _seats(member) for member in team}
    phases = [Phase(title, _weeks(members, seats), members) for title, members in steps.items() if members]
    week = calibration.DEPLOYMENT_WEEKS.value
    phases.append(Phase(PRODUCTION_DEPLOYMENT, (week, week), _DEPLOYMENT_STEPS))
    return Plan(tuple(phases), (sum(phase.weeks[0] for phase in phases), sum(phase.weeks[1] for phase in phases)))


def _weeks(steps: Iterable[Step], seats: Mapping[Role, float]) -> tuple[int, int]:
    """Calendar weeks until the role with the most to do is done, the others working beside it; at least one."""
    loads: dict[Role, list[Days]] = defaultdict(list)
    for step in steps:
        loads[step.role].append(step.days)
    spans = [(_together(days), seats[role] * calibration.DAYS_A_WEEK.value) for role, days in loads.items()]
    low = max(ceil(round(days[0] / a_week, 6)) for days, a_week in spans)
    high = max(ceil(round(days[1] / a_week, 6)) for days, a_week in spans)
    return max(low, 1), max(high, 1)


def _team(steps: Mapping[str, tuple[Step, ...]]) -> tuple[TeamMember, ...]:
    """As many engineers of each role as keep every phase within the weeks wanted, in the order of the roles."""
    deployment = {PRODUCTION_DEPLOYMENT: _DEPLOYMENT_STEPS}
    team = []
    for role in Role:
        phases = [
            _together(step.days for step in members if step.role is role)[1]
            for members in {**steps, **deployment}.values()
        ]
        if not any(phases):
            continue
        wanted = calibration.PHASE_WEEKS_WANTED.value * calibration.DAYS_A_WEEK.value
        count = min(max(ceil(max(phases) / wanted), 1), calibration.MOST_ENGINEERS[role].value)
        time: Literal["full-time", "part-time"] = (
            "part-time" if sum(phases) <= calibration.PART_TIME_UP_TO_DAYS.value else "full-time"
        )
        team.append(TeamMember(role, count, time))
    return tuple(team)


def _seats(member: TeamMember) -> float:
    return member.count * (calibration.PART_TIME_SHARE.value if member.time == "part-time" else 1.0)


def _infrastructure(verdicts: Iterable[Verdict]) -> tuple[str, ...]:
    missing = {verdict.control for verdict in verdicts if verdict.score is not None and verdict.score < 1}
    return tuple(item for item, controls in _NEEDED if not missing.isdisjoint(controls))


def _condition(verdict: Verdict, places: int) -> str:
    if places == 0:
        return verdict.title
    return f"{verdict.title} ({places} place to fix)" if places == 1 else f"{verdict.title} ({places} places to fix)"


def _together(days: Iterable[Days]) -> Days:
    """What several efforts take in all.

    They vary independently: where there are many, some go well and others badly. So the middles add up, and the
    half-widths as the root of their squares; the sums of all lows and of all highs would promise and threaten what
    hardly ever happens.
    """
    known = list(days)
    middle = sum((low + high) / 2 for low, high in known)
    half = sqrt(sum(((high - low) / 2) ** 2 for low, high in known))
    return round(middle - half, 2), round(middle + half, 2)
