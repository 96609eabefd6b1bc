"""The nouns of production readiness: places, verdicts, reports and deltas; knows no file format and no judgement."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Literal


class Category(StrEnum):
    """The ten categories of the report, in the order in which they are shown."""

    INFRASTRUCTURE = "infrastructure"
    SECURITY = "security"
    CODE_QUALITY = "code-quality"
    TESTING = "testing"
    ERROR_HANDLING = "error-handling"
    EXTERNAL_APIS = "external-apis"
    MONITORING = "monitoring"
    DATABASE = "database"
    API_DESIGN = "api-design"
    DOCUMENTATION = "documentation"

    @property
    def title(self) -> str:  # type: ignore[override]  # nobody title-cases a category
        """The category's name as people read it."""
        return _CATEGORY_TITLES.get(self, self.value.replace("-", " ").capitalize())


_CATEGORY_TITLES = {
    Category.CODE_QUALITY: "Code quality",
    Category.EXTERNAL_APIS: "External APIs",
    Category.API_DESIGN: "API design",
}


class Severity(StrEnum):
    """How much production suffers when a control fails; `critical` and `high` can block."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def blocks(self) -> bool:
        """Whether a failing control of this severity is a blocker."""
        return self in (Severity.CRITICAL, Severity.HIGH)

    @property
    def rank(self) -> int:
        """0 for critical to 3 for low, to sort by."""
        return list(Severity).index(self)


class Status(StrEnum):
    """What a control says of a repository; never a bool."""

    PASS = "pass"
    PARTIAL = "partial"
    FAIL = "fail"
    NOT_APPLICABLE = "not-applicable"
    UNKNOWN = "unknown"


class Confidence(StrEnum):
    """How sure a finding is; only `high` may become a blocker, the others are hints."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Kind(StrEnum):
    """What a control looks for: a capability that must be there, or defects that have a place."""

    CAPABILITY = "capability"
    DEFECT = "defect"


class Role(StrEnum):
    """Who does the work of a fix."""

    BACKEND = "Backend engineer"
    DEVOPS = "DevOps engineer"
    QA = "QA engineer"
    SECURITY = "Security engineer"


class Effort(Enum):
    """The working days, from and to, that one engineer needs for a fix (for a defect: for one place)."""

    MINUTES = (0.05, 0.25)
    HOURS = (0.25, 1.0)
    DAY = (0.5, 2.0)
    DAYS = (2.0, 5.0)
    WEEK = (5.0, 10.0)
    WEEKS = (10.0, 15.0)

    @property
    def days(self) -> tuple[float, float]:
        """Fewest and most working days."""
        low, high = self.value
        return low, high

    def less(self, steps: int) -> Effort:
        """The effort so many steps below, but never below hours; what is below them already stays as it is."""
        order = list(Effort)
        index = order.index(self)
        return order[min(index, max(index - steps, order.index(Effort.HOURS)))]


class Area(StrEnum):
    """What a path is for; only `production` is judged by located controls unless the control says otherwise."""

    PRODUCTION = "production"
    TEST = "test"
    MIGRATION = "migration"
    TOOLING = "tooling"
    EXAMPLE = "example"
    DOCUMENTATION = "documentation"
    VENDORED = "vendored"
    GENERATED = "generated"


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place, and what identifies it when lines move.

    `line` and `end_line` count from 1; 0 stands for the file as a whole. `symbol` is the qualified name of the
    enclosing definition inside its file, empty at module level. `statement` is the digest of the statement with
    layout, comments and quotes taken out, so that reformatting keeps it.
    """

    path: str
    line: int = 0
    end_line: int = 0
    symbol: str = ""
    statement: str = ""

    @property
    def place(self) -> str:
        """Path and line, as people write them; the path alone for a file as a whole."""
        return f"{self.path}:{self.line}" if self.line else self.path


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something that was seen, and where; `line` 0 is the file as a whole."""

    path: str
    line: int
    detail: str


@dataclass(frozen=True, slots=True)
class Site:
    """One place that a control looked at, good or bad; a ratio and a list of findings fall out of the same sites."""

    location: Location
    good: bool
    message: str = ""
    confidence: Confidence = Confidence.HIGH
    fix: str | None = None
    """A fix that suits this very place, where the control's general one can be bettered."""
    impact: str = ""
    """What comes of this very place, where the control's general words say more than that."""


@dataclass(frozen=True, slots=True, order=True)
class Term:
    """One thing that a condition asks, in words, and whether it must hold.

    Where `among` is not empty, it is asked whether the thing is one of these values. An excuse lets those through who
    have a right, or keeps the other terms from failing.
    """

    asked: str
    holds: bool = True
    among: tuple[str, ...] = ()
    is_excuse: bool = False


Cases = tuple[tuple[Term, ...], ...]
"""When something happens: in any of these cases, in each of which all terms must hold. Empty where nobody can tell."""


@dataclass(frozen=True, slots=True)
class Ward:
    """Something that must be kept safe: a route, a statement, a look-up; and what keeps it, by name.

    It says nothing of whether that is right. It is there to be held against the same thing in another tree: what was
    kept there and lies open here lost its protection on the way. `thing` is its name within the enclosing symbol,
    `loss` the words for having lost it.
    """

    location: Location
    thing: str
    by: tuple[str, ...]
    """What keeps it; empty where nothing is seen to."""
    loss: str
    ways: int = 1
    """In how many ways harm comes in as it is: it is lost only where there are more of them than before."""
    within: tuple[str, ...] = ()
    """What keeps it further in, as a check in a handler does behind its decorators; neither makes up for the other."""
    inside: Location | None = None
    """Where the loss of what keeps it further in shows; None for the same place."""
    beside: tuple[str, ...] = ()
    """What else stands there and might keep it, for all that is known: where that is new, nothing is lost for sure."""
    is_waived: bool = False
    """Whether a comment in the code says that it may lie open."""
    asks: tuple[tuple[str, ...], ...] = ()
    """What is asked by which somebody is turned away, each question by its names: every one counts by itself."""
    when: Cases = ()
    """When somebody is turned away there: fewer of them than before are a loss, whatever else is asked."""
    does: str = "the refusal"
    """What is lost where it happens in fewer cases than before."""
    confidence: Confidence = Confidence.HIGH
    """How sure it is that a loss does harm: a framework, or code that cannot be followed, may keep it all the same."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a control's function answers; `score` is 0 to 1, None where the control does not apply."""

    status: Status
    score: float | None
    summary: str
    evidence: tuple[Evidence, ...] = ()
    looked_in: tuple[str, ...] = ()
    sites: tuple[Site, ...] = ()
    suppressed: tuple[Site, ...] = ()
    """Bad sites that a comment in the code waives; they do not count."""
    wards: tuple[Ward, ...] = ()
    impact: str = ""
    """What it leads to in this repository, where the control's own words would not be true of it."""
    fix: str = ""
    """How it is fixed in this repository, with its own framework's literal, where the control names another's."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """A decision of the owners about a control: it does not apply, or its risk is accepted until a day."""

    control: str
    kind: Literal["not-applicable", "accepted-risk"]
    reason: str
    path: str | None = None
    """A glob of paths the waiver is limited to; None for the whole repository."""
    owner: str | None = None
    expires: str | None = None
    """ISO date; always set for an accepted risk."""
    line: int = 0
    """The line of the configuration file, for links."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A located defect with the identity that survives edits elsewhere."""

    control: str
    location: Location
    message: str
    confidence: Confidence
    severity: Severity
    fingerprint: str
    blocker: bool
    fix: str
    waived: Waiver | None = None
    impact: str = ""
    """What comes of it, where that is less than the control's own words say."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One control's judgement of one tree, with everything that scoring and rendering need."""

    control: str
    title: str
    category: Category
    severity: Severity
    kind: Kind
    status: Status
    score: float | None
    summary: str
    impact: str
    fix: str
    effort_days: tuple[float, float]
    role: Role
    evidence: tuple[Evidence, ...] = ()
    looked_in: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    waived: Waiver | None = None
    wards: tuple[Ward, ...] = ()
    """What the control saw kept safe and by what, to compare with another tree; part of no report."""

    @property
    def applies(self) -> bool:
        """Whether the verdict counts in a score."""
        return self.score is not None

    def blocker(self, finding: Finding) -> Blocker:
        """One of the control's findings as a reason not to deploy."""
        return Blocker(
            control=self.control,
            title=self.title,
            severity=self.severity,
            issue=finding.message,
            impact=finding.impact or self.impact,
            fix=finding.fix,
            effort_days=self.effort_days,
            fingerprint=finding.fingerprint,
            location=finding.location,
        )


@dataclass(frozen=True, slots=True)
class Blocker:
    """A reason not to deploy: a failing control, or one high-confidence finding of it."""

    control: str
    title: str
    severity: Severity
    issue: str
    impact: str
    fix: str
    effort_days: tuple[float, float]
    fingerprint: str
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class CategoryScore:
    """A category's score in whole per cent; `score` is None where no control of it applies."""

    category: Category
    score: int | None
    status: Literal["ready", "needs-work", "blocking", "not-applicable"]
    weight: int


@dataclass(frozen=True, slots=True)
class Overall:
    """The whole repository's score in per cent, what it means, and the risk of deploying today."""

    score: int | None
    verdict: Literal["ready", "conditional", "not-ready"]
    risk: Literal["low", "medium", "high", "critical"]


@dataclass(frozen=True, slots=True)
class Strength:
    """What is production-ready in a category."""

    category: Category
    score: int
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WorkItem:
    """What needs work in a category, and how urgently."""

    category: Category
    score: int
    priority: Severity
    controls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the plan; `days` are working days of one engineer of that role."""

    title: str
    controls: tuple[str, ...]
    role: Role
    days: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase of the path to production; `weeks` are calendar weeks of the team working in parallel."""

    title: str
    weeks: tuple[int, int]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The path to production."""

    phases: tuple[Phase, ...]
    total_weeks: tuple[int, int]


@dataclass(frozen=True, slots=True)
class TeamMember:
    """Engineers of one role that the plan reckons with."""

    role: Role
    count: int
    time: Literal["full-time", "part-time"]


@dataclass(frozen=True, slots=True)
class Resources:
    """Whom and what the plan needs."""

    team: tuple[TeamMember, ...]
    infrastructure: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recommendation:
    """Whether to deploy, under which conditions, and what would happen otherwise."""

    deploy: bool
    until: tuple[str, ...]
    risk: Literal["low", "medium", "high", "critical"]
    consequences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """The quick facts of a tree; ratios are of production files, everything else is a count."""

    python_files: int = 0
    test_files: int = 0
    route_files: int = 0
    service_files: int = 0
    async_functions: int = 0
    lines_of_code: int = 0
    routes: int = 0
    models: int = 0
    outbound_calls: int = 0

    @property
    def test_ratio(self) -> float:
        """Test files for each production Python file, to three digits; 0 without production files."""
        return round(self.test_files / self.python_files, 3) if self.python_files else 0.0


@dataclass(frozen=True, slots=True, order=True)
class Skipped:
    """A path that was not read, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """One tree, judged. Everything that any format shows of it is in here."""

    name: str
    commit: str | None
    """The full object id; None for a working tree."""
    scope: str
    """The assessed subdirectory, `.` for the whole repository."""
    assessed_on: str
    next_review_on: str
    facts: Facts
    overall: Overall
    categories: tuple[CategoryScore, ...]
    verdicts: tuple[Verdict, ...]
    blockers: tuple[Blocker, ...]
    strengths: tuple[Strength, ...]
    work_items: tuple[WorkItem, ...]
    plan: Plan
    resources: Resources
    recommendation: Recommendation
    skipped: tuple[Skipped, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    """Every waiver in force, used or not."""
    notices: tuple[str, ...] = ()
    """Things to tell the reader: unused or expired waivers, an ignore comment without a reason."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding of every control, in the order of the controls."""
        return tuple(finding for verdict in self.verdicts for finding in verdict.findings)


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A control whose status differs between base and head, with the reason as seen in head."""

    control: str
    before: Status
    after: Status
    why: str


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether the change may pass, and the reasons in words."""

    conclusion: Literal["success", "failure", "neutral"]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Delta:
    """Two reports subtracted: what the change introduced, what it fixed, what changed status."""

    base: Report
    head: Report
    new_blockers: tuple[Blocker, ...]
    fixed_blockers: tuple[Blocker, ...]
    new_findings: tuple[Finding, ...]
    fixed_findings: tuple[Finding, ...]
    control_changes: tuple[StatusChange, ...]
    gate: Gate
    skipped: tuple[Skipped, ...] = ()
    policy_changes: tuple[str, ...] = field(default=())
    """In words, what the change would alter in the policy it is judged by."""

    @property
    def overall(self) -> int | None:
        """Head's overall score minus base's, in points; None where either has none."""
        if self.base.overall.score is None or self.head.overall.score is None:
            return None
        return self.head.overall.score - self.base.overall.score
