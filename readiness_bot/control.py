"""What a control is, which ones there are, and how one is put to a repository; knows no control itself."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import cast

from readiness_bot.calibration import BLOCKER_BELOW, DEFINED_NOT_WIRED, HINTS_ONLY, SMALLER_CODE, UNREAD
from readiness_bot.facts.python_facts import MAIN_GUARD
from readiness_bot.facts.values import MODULE
from readiness_bot.model import (
    Area,
    Category,
    Confidence,
    Effort,
    Evidence,
    Judgement,
    Kind,
    Location,
    Role,
    Severity,
    Site,
    Status,
    Ward,
)
from readiness_bot.repo import Repo
from readiness_bot.repo.modules import Module

Example = str | Mapping[str, str]
"""The text of one Python file, or texts by path; a line that must be flagged ends in `# <- flagged`."""

Judge = Callable[[Repo], Judgement | Iterable[Site | Ward]]


@dataclass(frozen=True, kw_only=True)
class Control:
    """A record of what is judged and why, and the decorator of the function that judges.

    `applies` tells, for a control of kind `DEFECT`, whether a repository without any site passes (True) or is
    not concerned (False); without it a repository without sites is not concerned. `fixed` is the first failing
    example after the fix was applied. For a capability `ignores` are repositories it does not apply to, and
    `partials` those where it is there in part.
    """

    id: str
    title: str
    kind: Kind
    severity: Severity
    why: str
    impact: str
    fix: str
    effort: Effort
    role: Role
    sources: tuple[str, ...] | list[str]
    passes: tuple[Example, ...] | list[Example]
    fails: tuple[Example, ...] | list[Example]
    fixed: Example
    ignores: tuple[Example, ...] | list[Example] = ()
    partials: tuple[Example, ...] | list[Example] = ()
    applies: Callable[[Repo], bool] | None = None
    judge: Judge | None = field(default=None, repr=False)
    counterpart: Callable[[Repo, Ward], Ward | None] | None = field(default=None, repr=False)
    """The thing of another tree's ward as it stands in this one, None where it is gone: for things that are too many
    to be told of where nothing keeps them."""
    in_code: bool = True
    """Whether what it looks for may stand in Python: where it may not, no unread module can hold what is missed."""
    by_settings: bool = False
    """Whether a line of Django's settings may bring what it looks for: then it may come with settings of a library."""
    grows: bool = False
    """Whether the effort grows with the code; then `effort` is that for a large code base."""

    def __post_init__(self) -> None:
        """Raise `ValueError` for an empty field: an incomplete control must not get past its import."""
        for name in ("id", "title", "why", "impact", "fix", "sources", "passes", "fails", "fixed"):
            if not getattr(self, name):
                raise ValueError(f"control {self.id or '?'}: {name} is empty")
        Category(self.id.partition("/")[0])

    def __call__(self, judge: Judge) -> Control:
        """Bind the function that judges."""
        return replace(self, judge=judge)

    @property
    def category(self) -> Category:
        """The category, which is the first part of the id."""
        return Category(self.id.partition("/")[0])

    def effort_for(self, lines: int) -> Effort:
        """The effort in a repository with so many lines of production code."""
        return self.effort.less(sum(lines < limit.value for limit in SMALLER_CODE)) if self.grows else self.effort


@cache
def controls() -> tuple[Control, ...]:
    """Every control, in the order of the categories, by id within one. Raises `ValueError` for a misplaced file."""
    order = list(Category)
    return tuple(sorted(_discover(), key=lambda control: (order.index(control.category), control.id)))


def _discover() -> Iterator[Control]:
    package = importlib.import_module("readiness_bot.controls")
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if module.ispkg:
            continue
        found = [value for value in vars(importlib.import_module(module.name)).values() if isinstance(value, Control)]
        expected = "/".join(module.name.split(".")[-2:]).replace("_", "-")
        if [control.id for control in found] != [expected] or found[0].judge is None:
            raise ValueError(f"{module.name} must hold the control {expected} and no other")
        yield found[0]


def judge(control: Control, repo: Repo) -> Judgement:
    """Put one control to one repository.

    Sites become a judgement by the rule of located controls. Where production files that the control depends on
    could not be read, an answer that rests on having seen nothing becomes `unknown`.
    """
    if control.judge is None:
        raise ValueError(f"control {control.id} has no function that judges")
    watched = _Watched(repo)
    answer = control.judge(cast("Repo", watched))
    if isinstance(answer, Judgement):
        sites, wards = _hinted(answer.sites, lambda _: _brought(control, repo)), answer.wards
    else:
        given = tuple(answer)
        sites = _weighed(control, tuple(item for item in given if isinstance(item, Site)), repo)
        wards = tuple(item for item in given if isinstance(item, Ward))
    suppressed = tuple(site for site in sites if not site.good and _is_waived(control, site.location, repo))
    kept = tuple(site for site in sites if site not in suppressed) if suppressed else sites
    judgement = replace(answer, sites=kept) if isinstance(answer, Judgement) else _of_sites(control, repo, kept)
    judgement = replace(judgement, suppressed=suppressed, wards=tuple(_wards(control, wards, repo)))
    if not judgement.looked_in:
        judgement = replace(judgement, looked_in=tuple(sorted(set(_looks(watched)))))
    unread = _unread(control, watched, repo)
    unread = unread if control.in_code else tuple(one for one in unread if not one.endswith(".py"))
    missing = f"{_few(unread)} could not be read." if unread else ""
    if control.by_settings and not missing and repo.services.settings_elsewhere:
        missing = f"the settings that `{repo.services.settings_elsewhere}` brings are not in the tree."
    return _doubted(judgement, missing)


def counterparts(control: Control, wards: Iterable[Ward], repo: Repo) -> tuple[Ward, ...]:
    """What a repository has of the things that another tree keeps, and of which its own wards do not tell."""
    if control.counterpart is None:
        return ()
    found = [here for ward in wards if (here := control.counterpart(repo, ward)) is not None]
    return tuple(_wards(control, found, repo))


def _wards(control: Control, wards: Iterable[Ward], repo: Repo) -> Iterator[Ward]:
    for ward in wards:
        if ward.location.path not in repo.scripts.loose:
            yield replace(ward, is_waived=True) if _is_waived(control, ward.location, repo) else ward


def _is_waived(control: Control, place: Location, repo: Repo) -> bool:
    """Whether a comment `# readiness: ignore[control] reason` on the place's lines waives it.

    Without a reason it does not.
    """
    return any(
        control.id in comment.ids and comment.reason
        for comment in repo.suppressions.at(place.path, place.line, place.end_line, "readiness")
    )


class _Watched:
    """A repository that remembers which of its rooms were entered."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo
        self.entered: dict[str, object] = {}

    def __getattr__(self, name: str) -> object:
        value: object = getattr(self._repo, name)
        self.entered[name] = value
        return value


def _looks(watched: _Watched) -> Iterator[str]:
    for room in watched.entered.values():
        looks = getattr(room, "LOOKS", None)
        if isinstance(looks, str):
            yield looks


def _unread(control: Control, watched: _Watched, repo: Repo) -> tuple[str, ...]:
    claims = [claim for room in watched.entered.values() if callable(claim := getattr(room, "reads", None))]
    # Where no test could be read, those that could not be are all there is to tell from.
    rests_on_tests = "suite" in watched.entered and not repo.suite.modules
    areas = {Area.PRODUCTION, Area.TEST} if rests_on_tests else {Area.PRODUCTION}
    moot = frozenset() if _holds_anywhere(control) else repo.scripts.moot
    return tuple(
        skipped.path
        for skipped in repo.sources.skipped
        if skipped.path not in moot
        and repo.sources.area(skipped.path) in areas
        and any(claim(skipped.path) for claim in claims)
    )


def _doubted(judgement: Judgement, missing: str) -> Judgement:
    """The judgement, or an estimate where it rests on having seen nothing; `missing` says what was not seen, if any."""
    certain = any(not site.good and site.confidence is Confidence.HIGH for site in judgement.sites)
    # What is there and not wired in may be wired in where nothing was read.
    is_missed = judgement.score is not None and judgement.score < BLOCKER_BELOW.value
    rests_on_absence = is_missed or (judgement.status is Status.PASS and not judgement.evidence)
    if not missing or certain or not rests_on_absence:
        return judgement
    return replace(
        judgement,
        status=Status.UNKNOWN,
        score=max(judgement.score or 0.0, UNREAD.value),
        summary=f"{judgement.summary} This is an estimate: {missing}",
    )


def _few(paths: Sequence[str]) -> str:
    """The first few paths, and how many more there are."""
    return ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")


def _holds_anywhere(control: Control) -> bool:
    """Whether a place counts wherever it is: a credential is known in what nobody runs, too."""
    return control.id == "security/hardcoded-secret"


def _weighed(control: Control, sites: tuple[Site, ...], repo: Repo) -> tuple[Site, ...]:
    """The sites, with those that have no part in what is served as hints, which say why they are none more."""
    if all(site.good for site in sites) or _holds_anywhere(control):
        return sites
    return _hinted(sites, lambda site: _aside(site.location, repo) or _brought(control, repo))


def _hinted(sites: tuple[Site, ...], reason_of: Callable[[Site], str]) -> tuple[Site, ...]:
    """The sites, with those that there is a reason not to be sure of as hints, which tell it."""
    return tuple(
        replace(site, confidence=Confidence.LOW, message=f"{site.message.removesuffix('.')}; a hint, as {reason}.")
        if not site.good and (reason := reason_of(site))
        else site
        for site in sites
    )


_BY_NOBODY = "nothing that may run names what it stands in"


_BY_HAND = "it only runs where somebody starts this file by hand"


def _is_of_program(module: Module, place: Location) -> bool:
    """Whether a place stands in what a module does only where it is started itself."""
    return any(
        call.scope == MODULE and call.context & MAIN_GUARD
        for call in module.facts.calls
        if call.line <= place.line <= call.end_line
    )


def _aside(place: Location, repo: Repo) -> str:
    """Why a place has no part in what is served; empty where it may have one."""
    reason = repo.scripts.beside.get(place.path, "")
    module = repo.python.modules.get(place.path) if not reason else None
    if module is None:
        return reason
    if repo.wiring.is_called_by_nobody(module, module.scope_at(place.line)):
        return _BY_NOBODY
    if _is_of_program(module, place) and repo.scripts.is_run_by_hand(module):
        return _BY_HAND
    return reason


def _brought(control: Control, repo: Repo) -> str:
    """Why what is missed at a place may come with settings that are not seen; empty where it may not."""
    origin = repo.services.settings_elsewhere if control.by_settings else ""
    return f"the settings that `{origin}` brings are not in the tree" if origin else ""


def _of_sites(control: Control, repo: Repo, sites: tuple[Site, ...]) -> Judgement:
    bad = [site for site in sites if not site.good]
    good = len(sites) - len(bad)
    if not sites and not (control.applies is not None and control.applies(repo)):
        return not_applicable("Nothing here that this could be about.")
    certain = [site for site in bad if site.confidence is Confidence.HIGH]
    likely = [site for site in bad if site.confidence is Confidence.MEDIUM]
    if certain:
        summary = f"{_places(certain)} to fix" + (f", {good} in order." if good else ".")
        return Judgement(Status.FAIL, 0.0, summary, sites=sites)
    if likely:
        return Judgement(Status.PARTIAL, HINTS_ONLY.value, f"{_places(likely)} to review.", sites=sites)
    if good:
        return Judgement(
            Status.PASS, 1.0, f"{_places([site for site in sites if site.good])} looked at, all in order.", sites=sites
        )
    return Judgement(Status.PASS, 1.0, "No such defect found.", sites=sites)


def _places(sites: Sequence[Site]) -> str:
    """How many places, and in how many files where they are spread."""
    files = len({site.location.path for site in sites})
    number = "1 place" if len(sites) == 1 else f"{len(sites)} places"
    return number if files == 1 else f"{number} in {files} files"


def good(location: Location) -> Site:
    """A place that is as it should be."""
    return Site(location, good=True)


def bad(
    location: Location,
    message: str,
    confidence: Confidence = Confidence.HIGH,
    *,
    fix: str | None = None,
    impact: str = "",
) -> Site:
    """A defect at a place; the message says what is wrong here.

    `fix` and `impact` better the control's own for this place.
    """
    return Site(location, good=False, message=message, confidence=confidence, fix=fix, impact=impact)


_FILLED_IN = str.maketrans(
    {"\N{MATHEMATICAL LEFT WHITE SQUARE BRACKET}": "{{ ", "\N{MATHEMATICAL RIGHT WHITE SQUARE BRACKET}": " }}"}
)


def seen(path: str, line: int, detail: str) -> Evidence:
    """Evidence at a place; what a chart fills in is shown as its template writes it."""
    return Evidence(path, line, detail.translate(_FILLED_IN))


def passed(summary: str, *evidence: Evidence) -> Judgement:
    """The capability is there and wired in. Raises `ValueError` without evidence."""
    if not evidence:
        raise ValueError(f"a pass needs evidence: {summary}")
    return Judgement(Status.PASS, 1.0, summary, evidence)


def partial(summary: str, *evidence: Evidence, score: float = DEFINED_NOT_WIRED.value) -> Judgement:
    """The capability is defined and not wired in (0.25), or covers only a part (0.5 to 0.9, by the share)."""
    if not evidence:
        raise ValueError(f"a partial needs evidence: {summary}")
    return Judgement(Status.PARTIAL, score, summary, evidence)


def failed(summary: str, *evidence: Evidence, looked_in: Iterable[str] = (), sites: Iterable[Site] = ()) -> Judgement:
    """Looked for in every place it could be, and absent."""
    return Judgement(Status.FAIL, 0.0, summary, evidence, tuple(looked_in), tuple(sites))


def advised(judgement: Judgement, *, impact: str = "", fix: str = "") -> Judgement:
    """The judgement with words that are true of this repository, where the control's own are not; empty ones stay."""
    return replace(judgement, impact=impact, fix=fix)


def not_applicable(reason: str) -> Judgement:
    """The repository has nothing that the control could be about."""
    return Judgement(Status.NOT_APPLICABLE, None, reason)


def unknown(summary: str, *evidence: Evidence, estimate: float) -> Judgement:
    """The repository cannot tell; `estimate` (0 to 1) is the score that stands in, and the summary says so."""
    return Judgement(Status.UNKNOWN, estimate, summary, evidence)


FURTHER_WORSE = 0.75
"""The highest score where the main image or service is in order and a further one that is deployed is not."""


def led_by(first: Judgement, *further: Judgement) -> Judgement:
    """The judgement of several images or services: the first decides, and worse ones beside it lower a pass."""
    worse = [judgement for judgement in further if judgement.status in (Status.PARTIAL, Status.FAIL)]
    evidence = (*first.evidence, *(seen for judgement in worse for seen in judgement.evidence))
    if first.status is not Status.PASS or not worse:
        return replace(first, evidence=tuple(dict.fromkeys(evidence)))
    return Judgement(Status.PARTIAL, FURTHER_WORSE, f"{first.summary} Beside it: {worse[0].summary}", evidence)


def shared(
    share: float, summary: str, *evidence: Evidence, enough: float, half: float, sites: Iterable[Site] = ()
) -> Judgement:
    """Judge a share of 0 to 1: `enough` passes, from `half` on partly (0.5 to 0.9, linear); less fails (up to 0.49)."""
    if share >= enough:
        return Judgement(Status.PASS, 1.0, summary, evidence, sites=tuple(sites))
    if share >= half:
        score = round(0.5 + 0.4 * (share - half) / (enough - half), 2)
        return Judgement(Status.PARTIAL, score, summary, evidence, sites=tuple(sites))
    score = min(round(0.5 * share / half, 2), 0.49)
    return Judgement(Status.FAIL, score, summary, evidence, sites=tuple(sites))
