"""The JSON document of a report and of a comparison: its fields as types, its text, its JSON Schema; no layout.

The types are the contract with evaluations, dashboards and later workflow steps. A field is added, never renamed.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from readiness_bot import __version__
from readiness_bot.model import (
    Blocker,
    CategoryScore,
    Delta,
    Evidence,
    Facts,
    Finding,
    Overall,
    Plan,
    Report,
    Resources,
    Skipped,
    Verdict,
    Waiver,
)

Severity = Literal["critical", "high", "medium", "low"]
Risk = Literal["low", "medium", "high", "critical"]


class Struct(msgspec.Struct, frozen=True):
    """A JSON object."""


class ToolDocument(Struct, frozen=True):
    """What made the document; `python` is the interpreter's version without its patch level."""

    version: str
    python: str
    name: Literal["readiness-bot"] = "readiness-bot"


class RepositoryDocument(Struct, frozen=True):
    """What was judged; `commit` is null for a working tree, `path` is `.` for a whole repository."""

    name: str
    commit: str | None
    path: str


class FactsDocument(Struct, frozen=True):
    """Counts of production code; `test_ratio` is test files for each production file."""

    python_files: int
    test_files: int
    test_ratio: float
    route_files: int
    service_files: int
    async_functions: int
    lines_of_code: int
    routes: int
    models: int
    outbound_calls: int


class OverallDocument(Struct, frozen=True):
    """The whole score in per cent; null where no control applies."""

    score: int | None
    verdict: Literal["not-ready", "conditional", "ready"]
    risk: Risk


class CategoryDocument(Struct, frozen=True):
    """A category's score in per cent and its weight in the whole."""

    id: str
    score: int | None
    status: Literal["ready", "needs-work", "blocking", "not-applicable"]
    weight: int


class EvidenceDocument(Struct, frozen=True):
    """Something that was seen; `line` is null where the file as a whole is meant."""

    path: str
    line: int | None
    detail: str


class WaiverDocument(Struct, frozen=True):
    """A decision of the owners, with the line of the configuration file."""

    control: str
    kind: Literal["not-applicable", "accepted-risk"]
    reason: str
    path: str | None
    owner: str | None
    expires: str | None
    line: int | None


class ControlDocument(Struct, frozen=True):
    """A control's verdict; `score` is 0 to 1, null where the control does not apply."""

    id: str
    category: str
    severity: Severity
    status: Literal["pass", "partial", "fail", "not-applicable", "unknown"]
    score: float | None
    title: str
    summary: str
    evidence: tuple[EvidenceDocument, ...]
    looked_in: tuple[str, ...]
    waived: WaiverDocument | None


class FindingDocument(Struct, frozen=True):
    """A located defect; the fingerprint survives edits elsewhere."""

    control: str
    path: str
    line: int | None
    end_line: int | None
    symbol: str
    message: str
    confidence: Literal["high", "medium", "low"]
    severity: Severity
    fingerprint: str
    blocker: bool
    waived: WaiverDocument | None


class BlockerDocument(Struct, frozen=True):
    """A reason not to deploy; without a path the repository as a whole lacks something."""

    control: str
    severity: Literal["critical", "high"]
    issue: str
    impact: str
    fix: str
    effort_days: tuple[float, float]
    path: str | None
    line: int | None
    end_line: int | None
    symbol: str | None
    fingerprint: str


class StrengthDocument(Struct, frozen=True):
    """What stands in a category."""

    category: str
    items: tuple[str, ...]


class WorkItemDocument(Struct, frozen=True):
    """What needs work in a category."""

    category: str
    score: int
    priority: Severity
    controls: tuple[str, ...]


class StepDocument(Struct, frozen=True):
    """A step of the plan; `days` are working days of one engineer, from and to."""

    title: str
    controls: tuple[str, ...]
    role: str
    days: tuple[float, float]


class PhaseDocument(Struct, frozen=True):
    """A phase of the plan; `weeks` are calendar weeks, from and to."""

    title: str
    weeks: tuple[int, int]
    steps: tuple[StepDocument, ...]


class PlanDocument(Struct, frozen=True):
    """The path to production."""

    phases: tuple[PhaseDocument, ...]
    total_weeks: tuple[int, int]


class MemberDocument(Struct, frozen=True):
    """Engineers of one role."""

    role: str
    count: int
    time: Literal["full-time", "part-time"]


class ResourcesDocument(Struct, frozen=True):
    """Whom and what the plan needs."""

    team: tuple[MemberDocument, ...]
    infrastructure: tuple[str, ...]


class RecommendationDocument(Struct, frozen=True):
    """Whether to deploy, what must be so before, and what happens otherwise."""

    deploy: bool
    until: tuple[str, ...]
    risk: Risk
    consequences: tuple[str, ...]


class SkippedDocument(Struct, frozen=True):
    """A path that was not read, and why."""

    path: str
    reason: str


class ScoreDocument(Struct, frozen=True):
    """What `score --format json` prints."""

    tool: ToolDocument
    repository: RepositoryDocument
    assessed_on: str
    next_review_on: str
    facts: FactsDocument
    overall: OverallDocument
    categories: tuple[CategoryDocument, ...]
    controls: tuple[ControlDocument, ...]
    findings: tuple[FindingDocument, ...]
    blockers: tuple[BlockerDocument, ...]
    strengths: tuple[StrengthDocument, ...]
    work_items: tuple[WorkItemDocument, ...]
    plan: PlanDocument
    resources: ResourcesDocument
    recommendation: RecommendationDocument
    skipped: tuple[SkippedDocument, ...]
    waivers: tuple[WaiverDocument, ...]
    notices: tuple[str, ...]
    schema_version: Literal[1] = 1


class SideDocument(Struct, frozen=True):
    """One of the two trees of a comparison."""

    commit: str | None
    overall: OverallDocument
    categories: tuple[CategoryDocument, ...]


class DeltaDocument(Struct, frozen=True):
    """Head's shown scores minus base's, in points; only categories that have a score on both sides."""

    overall: int | None
    categories: dict[str, int]


class ChangeDocument(Struct, frozen=True):
    """A control whose status differs."""

    id: str
    before: str = msgspec.field(name="from")
    after: str = msgspec.field(name="to")
    why: str


class GateDocument(Struct, frozen=True):
    """Whether the change may pass."""

    conclusion: Literal["success", "failure", "neutral"]
    reasons: tuple[str, ...]


class CompareDocument(Struct, frozen=True):
    """What `compare --format json` prints."""

    tool: ToolDocument
    repository: RepositoryDocument
    assessed_on: str
    base: SideDocument
    head: SideDocument
    delta: DeltaDocument
    new_blockers: tuple[BlockerDocument, ...]
    fixed_blockers: tuple[BlockerDocument, ...]
    new_findings: tuple[FindingDocument, ...]
    fixed_findings: tuple[FindingDocument, ...]
    control_changes: tuple[ChangeDocument, ...]
    gate: GateDocument
    skipped: tuple[SkippedDocument, ...]
    policy_changes: tuple[str, ...]
    waivers: tuple[WaiverDocument, ...]
    notices: tuple[str, ...]
    schema_version: Literal[1] = 1


def of_report(report: Report) -> ScoreDocument:
    """The document of one tree."""
    recommendation = report.recommendation
    return ScoreDocument(
        tool=_tool(),
        repository=RepositoryDocument(_text(report.name), report.commit, _text(report.scope)),
        assessed_on=report.assessed_on,
        next_review_on=report.next_review_on,
        facts=_facts(report.facts),
        overall=_overall(report.overall),
        categories=_categories(report.categories),
        controls=tuple(_control(verdict) for verdict in report.verdicts),
        findings=_findings(report.findings),
        blockers=_blockers(report.blockers),
        strengths=tuple(StrengthDocument(each.category.value, _texts(each.items)) for each in report.strengths),
        work_items=tuple(
            WorkItemDocument(each.category.value, each.score, each.priority.value, each.controls)
            for each in report.work_items
        ),
        plan=_plan(report.plan),
        resources=_resources(report.resources),
        recommendation=RecommendationDocument(
            recommendation.deploy,
            _texts(recommendation.until),
            recommendation.risk,
            _texts(recommendation.consequences),
        ),
        skipped=_skipped(report.skipped),
        waivers=tuple(_waiver(waiver) for waiver in report.waivers),
        notices=_texts(report.notices),
    )


def of_delta(delta: Delta) -> CompareDocument:
    """The document of a comparison."""
    before = {category.category: category.score for category in delta.base.categories}
    moved = {
        category.category.value: category.score - score
        for category in delta.head.categories
        if category.score is not None and (score := before.get(category.category)) is not None
    }
    return CompareDocument(
        tool=_tool(),
        repository=RepositoryDocument(_text(delta.head.name), delta.head.commit, _text(delta.head.scope)),
        assessed_on=delta.head.assessed_on,
        base=_side(delta.base),
        head=_side(delta.head),
        delta=DeltaDocument(delta.overall, moved),
        new_blockers=_blockers(delta.new_blockers),
        fixed_blockers=_blockers(delta.fixed_blockers),
        new_findings=_findings(delta.new_findings),
        fixed_findings=_findings(delta.fixed_findings),
        control_changes=tuple(
            ChangeDocument(
                id=change.control, before=change.before.value, after=change.after.value, why=_text(change.why)
            )
            for change in delta.control_changes
        ),
        gate=GateDocument(delta.gate.conclusion, _texts(delta.gate.reasons)),
        skipped=_skipped(delta.skipped),
        policy_changes=_texts(delta.policy_changes),
        waivers=tuple(_waiver(waiver) for waiver in delta.head.waivers),
        notices=_texts(delta.head.notices),
    )


def encode(subject: Report | Delta) -> str:
    """The document as indented JSON with a line feed at its end; equal for equal subjects."""
    document = of_report(subject) if isinstance(subject, Report) else of_delta(subject)
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def score_schema() -> dict[str, Any]:
    """The JSON Schema of `score --format json`."""
    return _schema(ScoreDocument)


def compare_schema() -> dict[str, Any]:
    """The JSON Schema of `compare --format json`."""
    return _schema(CompareDocument)


def _schema(document: type[Struct]) -> dict[str, Any]:
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(document)}


def _tool() -> ToolDocument:
    major, minor, _ = platform.python_version_tuple()
    return ToolDocument(version=__version__, python=f"{major}.{minor}")


def _text(text: str) -> str:
    # JSON is UTF-8: what a repository's bytes left undecodable is replaced rather than refused.
    return text.encode("utf-8", "replace").decode()


def _texts(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(_text(text) for text in texts)


def _facts(facts: Facts) -> FactsDocument:
    return FactsDocument(
        python_files=facts.python_files,
        test_files=facts.test_files,
        test_ratio=facts.test_ratio,
        route_files=facts.route_files,
        service_files=facts.service_files,
        async_functions=facts.async_functions,
        lines_of_code=facts.lines_of_code,
        routes=facts.routes,
        models=facts.models,
        outbound_calls=facts.outbound_calls,
    )


def _overall(overall: Overall) -> OverallDocument:
    return OverallDocument(overall.score, overall.verdict, overall.risk)


def _categories(categories: Iterable[CategoryScore]) -> tuple[CategoryDocument, ...]:
    return tuple(CategoryDocument(each.category.value, each.score, each.status, each.weight) for each in categories)


def _side(report: Report) -> SideDocument:
    return SideDocument(report.commit, _overall(report.overall), _categories(report.categories))


def _control(verdict: Verdict) -> ControlDocument:
    return ControlDocument(
        id=verdict.control,
        category=verdict.category.value,
        severity=verdict.severity.value,
        status=verdict.status.value,
        score=verdict.score,
        title=verdict.title,
        summary=_text(verdict.summary),
        evidence=tuple(_evidence(evidence) for evidence in verdict.evidence),
        looked_in=_texts(verdict.looked_in),
        waived=_waiver(verdict.waived) if verdict.waived else None,
    )


def _evidence(evidence: Evidence) -> EvidenceDocument:
    return EvidenceDocument(_text(evidence.path), evidence.line or None, _text(evidence.detail))


def _waiver(waiver: Waiver) -> WaiverDocument:
    return WaiverDocument(
        control=waiver.control,
        kind=waiver.kind,
        reason=_text(waiver.reason),
        path=_text(waiver.path) if waiver.path is not None else None,
        owner=_text(waiver.owner) if waiver.owner is not None else None,
        expires=waiver.expires,
        line=waiver.line or None,
    )


def _findings(findings: Iterable[Finding]) -> tuple[FindingDocument, ...]:
    return tuple(
        FindingDocument(
            control=finding.control,
            path=_text(finding.location.path),
            line=finding.location.line or None,
            end_line=finding.location.end_line or finding.location.line or None,
            symbol=_text(finding.location.symbol),
            message=_text(finding.message),
            confidence=finding.confidence.value,
            severity=finding.severity.value,
            fingerprint=finding.fingerprint,
            blocker=finding.blocker,
            waived=_waiver(finding.waived) if finding.waived else None,
        )
        for finding in findings
    )


def _blockers(blockers: Iterable[Blocker]) -> tuple[BlockerDocument, ...]:
    return tuple(
        BlockerDocument(
            control=blocker.control,
            severity="critical" if blocker.severity.rank == 0 else "high",
            issue=_text(blocker.issue),
            impact=_text(blocker.impact),
            fix=_text(blocker.fix),
            effort_days=blocker.effort_days,
            path=_text(blocker.location.path) if blocker.location else None,
            line=(blocker.location.line or None) if blocker.location else None,
            end_line=(blocker.location.end_line or blocker.location.line or None) if blocker.location else None,
            symbol=_text(blocker.location.symbol) if blocker.location else None,
            fingerprint=blocker.fingerprint,
        )
        for blocker in blockers
    )


def _plan(plan: Plan) -> PlanDocument:
    return PlanDocument(
        tuple(
            PhaseDocument(
                phase.title,
                phase.weeks,
                tuple(StepDocument(step.title, step.controls, step.role.value, step.days) for step in phase.steps),
            )
            for phase in plan.phases
        ),
        plan.total_weeks,
    )


def _resources(resources: Resources) -> ResourcesDocument:
    return ResourcesDocument(
        tuple(MemberDocument(member.role.value, member.count, member.time) for member in resources.team),
        resources.infrastructure,
    )


def _skipped(skipped: Iterable[Skipped]) -> tuple[SkippedDocument, ...]:
    return tuple(SkippedDocument(_text(entry.path), _text(entry.reason)) for entry in skipped)
