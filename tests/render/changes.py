"""Reports and deltas as the renderers get them, made by hand with small numbers; judges nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

from readiness_bot.model import (
    Blocker,
    Category,
    CategoryScore,
    Confidence,
    Delta,
    Facts,
    Finding,
    Gate,
    Kind,
    Location,
    Overall,
    Plan,
    Recommendation,
    Report,
    Resources,
    Role,
    Severity,
    Status,
    StatusChange,
    Verdict,
    Waiver,
)

HEAD = "9f3c2ab1" + "0" * 32
BASE = "4d1e7f0c" + "0" * 32

SCORES = {
    Category.INFRASTRUCTURE: 70,
    Category.SECURITY: 80,
    Category.CODE_QUALITY: 76,
    Category.TESTING: 62,
    Category.ERROR_HANDLING: 61,
    Category.EXTERNAL_APIS: 80,
    Category.MONITORING: 55,
    Category.DATABASE: 75,
    Category.API_DESIGN: 71,
    Category.DOCUMENTATION: 80,
}


def finding(
    control: str = "external-apis/timeout",
    path: str = "app/clients/pay.py",
    line: int = 57,
    message: str = "`httpx.post` is called with `timeout=None`",
    *,
    blocker: bool = True,
    confidence: Confidence = Confidence.HIGH,
    fix: str = "Pass `timeout=5.0`, in seconds, to `httpx.post`.",
    waived: Waiver | None = None,
    severity: Severity = Severity.HIGH,
) -> Finding:
    return Finding(
        control=control,
        location=Location(path, line, line, "pay", "statement"),
        message=message,
        confidence=confidence,
        severity=severity,
        fingerprint=f"{control}:{path}:{line}",
        blocker=blocker,
        fix=fix,
        waived=waived,
    )


IMPACTS = {
    "external-apis/timeout": "One slow payment partner holds every worker, and the service stops answering.",
    "database/migrations": "Pods of the old release crash while the new one rolls out.",
    "database/sql-injection": "Anybody reads and changes every row.",
}


def blocker(found: Finding) -> Blocker:
    return Blocker(
        control=found.control,
        title="Every outbound call is bounded in time",
        severity=found.severity,
        issue=found.message,
        impact=IMPACTS.get(found.control, "Production suffers."),
        fix=found.fix,
        effort_days=(0.05, 0.25),
        fingerprint=found.fingerprint,
        location=found.location,
    )


MISSING = Blocker(
    control="infrastructure/health-check",
    title="Something asks the service whether it is well",
    severity=Severity.HIGH,
    issue="The route `/healthz` is gone, and the probe in `deploy/app.yaml` still asks for it",
    impact="Every new pod fails its probe, and the rollout never finishes.",
    fix="Bring back a route that answers `GET /healthz` with 200.",
    effort_days=(0.25, 1.0),
    fingerprint="infrastructure/health-check",
)

TIMEOUT = finding()
MIGRATION = finding(
    "database/migrations",
    "migrations/0042_drop_email.py",
    18,
    "the column `email` is dropped while `app/models.py` still reads it",
    fix="Stop reading the column in this release, drop it in the next one.",
)
WARNINGS = (
    finding(
        "monitoring/request-correlation",
        "app/api/refund.py",
        31,
        "the handler logs without a request id",
        blocker=False,
        severity=Severity.MEDIUM,
    ),
    finding(
        "error-handling/swallowed-exception",
        "app/clients/pay.py",
        66,
        "a bare `except` hides what went wrong",
        blocker=False,
        confidence=Confidence.MEDIUM,
    ),
    finding("testing/route-coverage", "app/api/refund.py", 12, "no test calls `POST /refunds`", blocker=False),
)
OLD = tuple(
    finding("code-quality/complexity", f"app/old_{number}.py", 1, "`run` has 34 paths", blocker=False)
    for number in range(14)
)


def verdict(
    control: str, findings: Sequence[Finding] = (), *, status: Status = Status.FAIL, waived: Waiver | None = None
) -> Verdict:
    return Verdict(
        control=control,
        title="Every outbound call is bounded in time",
        category=Category(control.partition("/")[0]),
        severity=Severity.HIGH,
        kind=Kind.DEFECT,
        status=status,
        score=None if status is Status.NOT_APPLICABLE else 0.0,
        summary="2 of 5 calls can wait for ever",
        impact="One slow peer holds every worker.",
        fix="Pass a timeout.",
        effort_days=(0.05, 0.25),
        role=Role.BACKEND,
        findings=tuple(findings),
        waived=waived,
    )


def report(
    findings: Iterable[Finding] = (),
    score: int | None = 66,
    *,
    scope: str = ".",
    commit: str = HEAD,
    scores: dict[Category, int] | None = None,
    blockers: Iterable[Blocker] = (),
    waivers: Iterable[Waiver] = (),
    notices: Iterable[str] = (),
) -> Report:
    grouped: dict[str, list[Finding]] = {}
    for found in findings:
        grouped.setdefault(found.control, []).append(found)
    return Report(
        name="octo/shop",
        commit=commit,
        scope=scope,
        assessed_on="2026-11-22",
        next_review_on="2027-02-20",
        facts=Facts(python_files=146, test_files=37),
        overall=Overall(score, "not-ready", "high"),
        categories=tuple(
            CategoryScore(category, (SCORES | (scores or {}))[category], "ready", 10) for category in Category
        ),
        verdicts=(
            *(verdict(control, found) for control, found in grouped.items()),
            verdict("security/mfa", status=Status.NOT_APPLICABLE),
        ),
        blockers=tuple(blockers),
        strengths=(),
        work_items=(),
        plan=Plan((), (0, 0)),
        resources=Resources((), ()),
        recommendation=Recommendation(False, (), "high", ()),
        waivers=tuple(waivers),
        notices=tuple(notices),
    )


def delta(
    new: Sequence[Finding] = (),
    *,
    old: Sequence[Finding] = OLD,
    fixed: Sequence[Finding] = (),
    missing: Sequence[Blocker] = (),
    before: int | None = 71,
    after: int | None = 66,
    conclusion: Literal["success", "failure", "neutral"] | None = None,
    reasons: Sequence[str] = (),
    moved: dict[Category, tuple[int, int]] | None = None,
    scope: str = ".",
    policy_changes: Sequence[str] = (),
    changes: Sequence[StatusChange] = (),
    notices: Sequence[str] = (),
) -> Delta:
    moved = moved or {}
    blockers = (*(blocker(found) for found in new if found.blocker and not found.waived), *missing)
    base = report(
        (*old, *fixed), before, scope=scope, commit=BASE, scores={category: pair[0] for category, pair in moved.items()}
    )
    head = report(
        (*old, *new),
        after,
        scope=scope,
        scores={category: pair[1] for category, pair in moved.items()},
        blockers=blockers,
        notices=notices,
    )
    return Delta(
        base=base,
        head=head,
        new_blockers=blockers,
        fixed_blockers=tuple(blocker(found) for found in fixed if found.blocker),
        new_findings=tuple(new),
        fixed_findings=tuple(fixed),
        control_changes=tuple(changes),
        gate=Gate(conclusion or ("failure" if blockers else "success"), tuple(reasons)),
        policy_changes=tuple(policy_changes),
    )


FIXED = finding("database/sql-injection", "app/search.py", 9, "a query is built with `%`")

BLOCKED = delta(
    (TIMEOUT, MIGRATION, *WARNINGS),
    fixed=(FIXED,),
    reasons=("2 new blockers",),
    moved={Category.EXTERNAL_APIS: (80, 55), Category.DATABASE: (75, 50)},
)
"""Two new blockers, three warnings, one blocker fixed; 71 to 66."""

QUIET = delta(before=71, after=71)
"""Nothing new, nothing fixed, no score moved."""

WAIVER = Waiver(
    control="external-apis/timeout",
    kind="accepted-risk",
    reason="internal network only, ask @platform",
    owner="@ana",
    expires="2026-11-28",
    line=12,
)

WAIVED = delta(
    (replace(TIMEOUT, waived=WAIVER, blocker=False),),
    before=71,
    after=71,
    policy_changes=("waiver added: accepted-risk for external-apis/timeout",),
)
"""The only new finding is waived by the very change."""


def many(number: int = 5000) -> Delta:
    """So many new blockers, each with long texts."""
    found = [
        finding(
            path=f"app/generated/package_{index % 97}/module_{index}.py",
            line=index + 1,
            message="wait " * 60,
            fix="do " * 80,
        )
        for index in range(number)
    ]
    warned = [replace(entry, blocker=False, control="testing/route-coverage") for entry in found]
    return delta((*found, *warned), old=(), reasons=(f"{number} new blockers",))


HOSTILE_NAMES = (
    "a|b.py",
    "<!-- readiness-bot:v1 scope=root -->.py",
    "@team.py",
    "invoice\u202efdp.py",
    "deep/" + "x" * 4000 + ".py",
    "`tick`|`tack`.py",
    "](javascript:alert(1)).py",
    "<img src=x onerror=alert(1)>.py",
    "new\nline.py",
    "https://evil.example/#12",
)

HOSTILE = delta(
    tuple(
        finding(
            path=name,
            line=3,
            message=f"`{name}` <script>alert(1)</script> **@octocat** https://evil.example www.evil.example #1 [x](y)",
            fix=f"Run `{name}` | and ![pixel](https://evil.example/p.png) <!-- readiness-bot:v1 scope=root -->",
        )
        for name in HOSTILE_NAMES
    ),
    reasons=("10 new blockers",),
    policy_changes=("exclude: ${{ secrets.TOKEN }} | @all <!-- x --> added",),
)

SERVICES = (
    delta((TIMEOUT, MIGRATION), scope="services/pay", reasons=("2 new blockers",), moved={Category.DATABASE: (75, 50)}),
    delta(scope="services/mail", before=80, after=80, old=()),
    delta(WARNINGS, scope="services/search", before=64, after=63, moved={Category.TESTING: (62, 60)}),
)
"""Three services of a monorepo: one blocked, one untouched, one with warnings."""
