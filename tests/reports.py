"""Reports made by hand for tests of scores, plans and renderers: one blocked, one ready, one small, one hostile."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date

from readiness_bot.compare import compare
from readiness_bot.control import controls, judge
from readiness_bot.identity import findings
from readiness_bot.model import (
    Category,
    Confidence,
    Delta,
    Effort,
    Evidence,
    Facts,
    Kind,
    Location,
    Report,
    Role,
    Severity,
    Site,
    Skipped,
    Status,
    Verdict,
    Waiver,
)
from readiness_bot.plan import next_review, outlook
from readiness_bot.repo import Repo
from readiness_bot.score import summarise
from readiness_bot.settings import Policy

DAY = date(2025, 1, 15)
BASE_COMMIT = "4d1e7f0a" * 5
HEAD_COMMIT = "9f3c2abd" * 5

CRITICAL, HIGH, MEDIUM, LOW = Severity
BACKEND, DEVOPS, QA, SECURITY = Role


def judged(repo: Repo, watched: Collection[str]) -> Report:
    """What some controls say of a tree, and nothing else."""
    verdicts = []
    for control in controls():
        if control.id in watched:
            found = judge(control, repo)
            made = verdict(
                control.id, control.severity, found.score, kind=control.kind, status=found.status, sites=found.sites
            )
            verdicts.append(replace(made, wards=found.wards))
    return report(verdicts)


def verdict(
    control: str,
    severity: Severity,
    score: float | None,
    *,
    kind: Kind = Kind.CAPABILITY,
    status: Status | None = None,
    title: str = "",
    summary: str = "",
    impact: str = "",
    effort: Effort = Effort.DAYS,
    role: Role = BACKEND,
    seen: tuple[str, int, str] | None = None,
    sites: Iterable[Site] = (),
    fix: str = "",
) -> Verdict:
    """A verdict with what a test leaves out made up from the control's name."""
    name = control.partition("/")[2].replace("-", " ")
    fix = fix or f"Add {name}."
    return Verdict(
        control=control,
        title=title or name.capitalize(),
        category=Category(control.partition("/")[0]),
        severity=severity,
        kind=kind,
        status=status or _status(score),
        score=score,
        summary=summary or f"{name.capitalize()}: {_status(score).value}.",
        impact=impact or f"Without {name}, production suffers.",
        fix=fix,
        effort_days=effort.days,
        role=role,
        evidence=(Evidence(*seen),) if seen else (),
        looked_in=() if seen else ("Python files", "pipelines"),
        findings=findings(control, severity, fix, sites),
    )


def bad(
    path: str,
    line: int,
    symbol: str,
    message: str,
    confidence: Confidence = Confidence.HIGH,
    statement: str = "",
    fix: str | None = None,
) -> Site:
    """A defect at a place; the statement's digest is made from the message unless given."""
    place = Location(path, line, line, symbol, statement or f"{abs(hash_of(message)):012x}")
    return Site(place, good=False, message=message, confidence=confidence, fix=fix)


def hash_of(text: str) -> int:
    """A number that is the same in every run, unlike the built-in hash."""
    return sum(index * ord(character) for index, character in enumerate(text, 1))


def report(verdicts: Iterable[Verdict], **fields: object) -> Report:
    """A report as assessing would compose it from these verdicts."""
    judged = tuple(verdicts)
    summary = summarise(judged)
    ahead = outlook(judged, summary.categories, summary.overall, summary.blockers)
    made = Report(
        name="acme/shop",
        commit=HEAD_COMMIT,
        scope=".",
        assessed_on=DAY.isoformat(),
        next_review_on=next_review(DAY, ahead.plan).isoformat(),
        facts=Facts(146, 37, 30, 63, 212, 18_400, 118, 41, 23),
        overall=summary.overall,
        categories=summary.categories,
        verdicts=judged,
        blockers=summary.blockers,
        strengths=summary.strengths,
        work_items=summary.work_items,
        plan=ahead.plan,
        resources=ahead.resources,
        recommendation=ahead.recommendation,
    )
    return replace(made, **fields)  # type: ignore[arg-type]


def blocked() -> Report:
    """A service like many: it deploys well and is neither tested nor safe against failing partners."""
    return report(
        BLOCKED,
        skipped=(Skipped("app/legacy/broken.py", "not Python: unexpected indent, line 40"),),
        notices=(".readiness.yml:12: the accepted-risk waiver of security/mfa expired on 2024-12-31; it counts again",),
    )


def ready() -> Report:
    """The same service with everything in order."""
    return report(
        replace(each, status=Status.PASS, score=1.0, findings=(), evidence=(Evidence("app/main.py", 12, "seen here"),))
        for each in BLOCKED
        if each.score is not None
    )


def small() -> Report:
    """A tree in which hardly anything applies."""
    return report(
        [
            verdict("testing/test-suite", CRITICAL, 1.0, seen=("tests/test_it.py", 3, "12 tests"), role=QA),
            verdict("documentation/readme", MEDIUM, 0.5, seen=("README.md", 1, "says what it is, not how to run it")),
            verdict("database/migrations", HIGH, None, summary="No relational store."),
        ],
        name="acme/tiny",
        commit=None,
        facts=Facts(python_files=2, test_files=1, lines_of_code=80),
    )


HOSTILE = "a|b<script>alert(1)</script>`x` @team #1 \x1b[31m\u202e\u2066[x](javascript:1) ![](http://e.vil/x)"
"""Everything that a file's name could try at once."""


def hostile() -> Report:
    """A repository that attacks whoever reads its report."""
    path = f"app/{HOSTILE}.py"
    waiver = Waiver("security/mfa", "accepted-risk", HOSTILE, None, HOSTILE, "2025-03-01", 3)
    return report(
        [
            verdict(
                "external-apis/timeout",
                HIGH,
                0.0,
                kind=Kind.DEFECT,
                summary=HOSTILE,
                sites=[bad(path, 3, HOSTILE, HOSTILE, fix=HOSTILE)],
            ),
            verdict("monitoring/metrics", HIGH, 0.0, summary=HOSTILE),
            replace(verdict("security/mfa", LOW, 0.0, summary=HOSTILE), waived=waiver),
            verdict("testing/test-suite", CRITICAL, 1.0, seen=(path, 1, HOSTILE)),
        ],
        name=HOSTILE,
        skipped=(Skipped(path, HOSTILE),),
        notices=(HOSTILE,),
        waivers=(waiver,),
    )


def delta(policy: Policy | None = None) -> Delta:
    """A change that mounts metrics and forgets two timeouts, in a file that it renames."""
    before = replace(blocked(), commit=BASE_COMMIT)
    after = [
        _changed(each) for each in BLOCKED if each.control not in ("monitoring/metrics", "infrastructure/health-check")
    ]
    after += [
        verdict("monitoring/metrics", HIGH, 1.0, summary="Exported at /metrics.", seen=("app/main.py", 9, "mounted")),
        verdict(
            "infrastructure/health-check", HIGH, 0.0, role=DEVOPS, summary="No health endpoint; nothing could probe it."
        ),
    ]
    order = [each.control for each in BLOCKED]
    head = report(sorted(after, key=lambda each: order.index(each.control)))
    return compare(
        before,
        head,
        {"app/clients/payment.py": "app/clients/pay.py"},
        policy,
        ("thresholds.ready: 65 to 60", "waiver added: accepted-risk for security/mfa"),
    )


def _changed(each: Verdict) -> Verdict:
    if each.control != "external-apis/timeout":
        return each
    sites = [
        bad("app/clients/payment.py", 61, "charge", "`requests.post` can wait for ever"),
        bad("app/clients/payment.py", 80, "refund", "`requests.post` to the refund service can wait for ever"),
        bad("app/clients/mail.py", 33, "send", "`smtplib.SMTP` can wait for ever", Confidence.MEDIUM),
    ]
    return replace(each, summary="2 places to fix.", findings=findings(each.control, each.severity, each.fix, sites))


def _status(score: float | None) -> Status:
    if score is None:
        return Status.NOT_APPLICABLE
    return Status.PASS if score >= 1 else Status.PARTIAL if score > 0 else Status.FAIL


BLOCKED: tuple[Verdict, ...] = (
    verdict("infrastructure/container-image", HIGH, 1.0, title="The service builds into an image and starts from it",
            role=DEVOPS, seen=("Dockerfile", 1, "python:3.12-slim, starts gunicorn")),
    verdict("infrastructure/health-check", HIGH, 1.0, title="Something probes the service's health", role=DEVOPS,
            summary="`/healthz` is probed by Kubernetes.", seen=("deploy/api.yaml", 41, "readinessProbe on /healthz")),
    verdict("infrastructure/ci-pipeline", HIGH, 1.0, title="CI builds and tests every pull request", role=DEVOPS,
            seen=(".github/workflows/ci.yml", 3, "on pull_request")),
    verdict("infrastructure/non-root-container", HIGH, 0.0, title="The container does not run as root", role=DEVOPS,
            effort=Effort.HOURS, summary="The final stage ends without a USER.",
            impact="Whoever breaks out of the application owns the container as root.", fix="Add `USER 10001`."),
    verdict("infrastructure/staging-environment", MEDIUM, 0.0, title="A staging environment is described",
            role=DEVOPS, effort=Effort.DAYS),
    verdict("infrastructure/locked-dependencies", MEDIUM, 1.0, title="Dependencies are locked", role=DEVOPS,
            seen=("uv.lock", 1, "installed from in the image")),
    verdict("security/authentication", CRITICAL, 1.0, title="Routes that change state are behind authentication",
            seen=("app/api/deps.py", 22, "JWT bearer dependency")),
    verdict("security/rate-limiting", HIGH, 0.25, title="A rate limit protects the service", effort=Effort.HOURS,
            summary="A limiter is defined and attached to nothing.", role=BACKEND,
            impact="Passwords can be guessed as fast as the network allows.",
            fix="Attach the limiter: `app.state.limiter = limiter`.",
            seen=("app/limits.py", 4, "Limiter() that nothing mounts")),
    verdict("security/mfa", LOW, 1.0, title="A second factor exists", seen=("app/auth/totp.py", 8, "pyotp")),
    verdict("security/hardcoded-secret", CRITICAL, 0.0, kind=Kind.DEFECT, title="No secret stands in the repository",
            effort=Effort.HOURS, role=SECURITY, summary="1 place to fix.",
            impact="Everybody who can read the code can sign tokens.",
            fix="Read it from the environment and rotate it.",
            sites=[bad("app/settings.py", 17, "", "the JWT key has a literal fallback")]),
    verdict("security/dependency-scanning", MEDIUM, 0.0, title="Dependencies are scanned", role=SECURITY,
            effort=Effort.HOURS),
    verdict("code-quality/complexity", MEDIUM, 0.75, kind=Kind.DEFECT, title="Functions stay small",
            summary="1 place to review.",
            sites=[bad("app/orders.py", 210, "price", "complexity 24", Confidence.MEDIUM)]),
    verdict("code-quality/linting", MEDIUM, 1.0, title="A linter runs in CI", seen=("pyproject.toml", 40, "ruff")),
    verdict("code-quality/type-checking", MEDIUM, 0.0, title="A type checker runs in CI", effort=Effort.DAYS),
    verdict("testing/test-suite", CRITICAL, 0.5, title="Tests exist in proportion to the code", role=QA,
            effort=Effort.WEEK, summary="37 test modules for 146 production modules.",
            impact="A change can break anything unseen.", seen=("tests/test_orders.py", 1, "37 test modules")),
    verdict("testing/coverage", CRITICAL, 0.3, status=Status.UNKNOWN, title="Tests cover 70% of the lines", role=QA,
            effort=Effort.WEEKS, summary="No report and no enforced minimum; the static estimate is 28%.",
            impact="Nobody can say what a release breaks.",
            fix="Run `pytest --cov --cov-fail-under=70` in CI."),
    verdict("testing/tests-in-ci", HIGH, 0.0, title="CI runs the tests of every pull request", role=DEVOPS,
            effort=Effort.HOURS, summary="No pipeline runs the tests.", impact="Broken code is merged unseen."),
    verdict("testing/load-tests", MEDIUM, 0.0, title="Load tests exist", role=QA, effort=Effort.DAYS),
    verdict("error-handling/retries", CRITICAL, 0.0, title="Transient failures are retried with backoff",
            effort=Effort.DAYS, summary="No retry around any of 4 network dependencies.",
            impact="A hiccup of a partner becomes an error for the customer.",
            fix="Wrap the calls in `tenacity.retry(wait=wait_exponential_jitter())`."),
    verdict("error-handling/circuit-breaker", MEDIUM, 0.25, title="A circuit breaker guards outbound calls",
            summary="`Breaker` is defined and wraps no call.", seen=("app/breaker.py", 11, "Breaker, never used")),
    verdict("error-handling/exception-handlers", HIGH, 1.0, title="Unexpected errors become a uniform response",
            seen=("app/main.py", 30, "exception_handler(Exception)")),
    verdict("external-apis/timeout", HIGH, 0.0, kind=Kind.DEFECT, title="Every outbound call is bounded in time",
            effort=Effort.MINUTES, summary="1 place to fix.",
            impact="One slow dependency fills the worker pool, and the whole service stops answering.",
            fix="Pass `timeout=(3.05, 27)`.",
            sites=[bad("app/clients/pay.py", 57, "charge", "`requests.post` can wait for ever"),
                   bad("app/clients/mail.py", 30, "send", "`smtplib.SMTP` can wait for ever", Confidence.MEDIUM)]),
    verdict("external-apis/fallback", MEDIUM, 1.0, title="Outbound failures become domain errors",
            seen=("app/clients/pay.py", 70, "PaymentUnavailable")),
    verdict("monitoring/metrics", HIGH, 0.25, title="Metrics are exported", effort=Effort.HOURS, role=DEVOPS,
            summary="4 metrics are defined and not exported.", impact="Problems in production stay unseen.",
            fix="Mount `make_asgi_app()` at `/metrics`.", seen=("app/metrics.py", 5, "Counter that nothing exports")),
    verdict("monitoring/tracing", HIGH, 0.0, title="Requests are traced", effort=Effort.DAYS, role=DEVOPS,
            summary="No tracer is installed.", impact="Nobody can tell where a slow request spends its time."),
    verdict("monitoring/structured-logging", MEDIUM, 1.0, title="Logs are structured",
            seen=("app/logging_setup.py", 3, "structlog")),
    verdict("monitoring/error-tracking", MEDIUM, 0.0, title="Errors are tracked", effort=Effort.HOURS),
    verdict("database/nosql-injection", CRITICAL, 0.0, kind=Kind.DEFECT, title="No request value is a query operator",
            effort=Effort.HOURS, summary="2 places to fix.",
            impact="An attacker reads other customers' data.", fix='Compare with `{"$eq": value}`.',
            sites=[bad("app/api/search.py", 41, "search", "the request's JSON reaches `find`"),
                   bad("app/api/users.py", 88, "login", "the request's JSON reaches `find_one`")]),
    verdict("database/tenant-isolation", CRITICAL, 1.0, kind=Kind.DEFECT, title="Queries stay within the tenant"),
    verdict("database/migrations", HIGH, None, title="Migrations run on deploy", summary="No relational store."),
    verdict("database/backups", HIGH, 0.0, title="Backups and a restore procedure exist", role=DEVOPS,
            effort=Effort.DAYS, summary="Neither backups nor a restore procedure are described.",
            impact="Lost data stays lost."),
    verdict("api-design/request-validation", HIGH, 1.0, title="Bodies are validated by schema",
            seen=("app/api/orders.py", 14, "OrderIn(BaseModel)")),
    verdict("api-design/versioning", MEDIUM, 0.0, title="The interface is versioned", effort=Effort.DAY),
    verdict("documentation/readme", MEDIUM, 1.0, title="The README tells how to run it", seen=("README.md", 1, "run")),
    verdict("documentation/runbook", HIGH, 0.5, title="Operations are written down", effort=Effort.DAY, role=DEVOPS,
            summary="Deployment is described, restore is not.", seen=("docs/runbook.md", 10, "deploy")),
)  # fmt: skip
