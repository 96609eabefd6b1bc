"""One tree to one report, two trees to one comparison: puts the parts together and holds no rule of its own."""

from __future__ import annotations

import gc
import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache, partial
from pathlib import Path

from pathspec import GitIgnoreSpec

from readiness_bot import compare as comparison
from readiness_bot import identity, plan, score, waivers
from readiness_bot.beside import ahead, shared
from readiness_bot.control import Control, controls, counterparts, judge
from readiness_bot.coverage_report import line_coverage
from readiness_bot.edits import Edit, between
from readiness_bot.facts.extractor import claiming
from readiness_bot.facts.harvest import Harvest, harvest
from readiness_bot.facts.store import Store, default_directory
from readiness_bot.facts.workers import available_processors
from readiness_bot.git import Repository, Tree
from readiness_bot.losses import told_more, untold
from readiness_bot.model import Category, Delta, Finding, Judgement, Location, Report, Status, Verdict, Waiver, Ward
from readiness_bot.repo import Repo
from readiness_bot.repo.sources import Sources
from readiness_bot.repo.suppressions import Ignore
from readiness_bot.settings import Settings
from readiness_bot.verdict_store import JudgedTree, VerdictStore

_log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
"""Told how many files of how many have been read."""

_SHARED_BY_SERVICES = (
    ".github/",
    ".gitlab-ci.yml",
    ".gitlab/",
    ".circleci/",
    "azure-pipelines.yml",
    "Jenkinsfile",
    ".travis.yml",
    ".pre-commit-config.yaml",
)
"""What stands at a repository's root and serves each service below it."""


def assess(
    repository: Repository,
    revision: str | None,
    settings: Settings,
    *,
    assessed_on: date,
    coverage_report: bytes | None = None,
    cache_dir: Path | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Report:
    """The report of one tree; `revision` None is the working tree.

    Raises `GitError` where the tree cannot be read and `CoverageReportError` for a coverage report that is none.
    """
    tree = _tree(repository, revision, settings)
    with _WithoutCollector():
        (judged,) = _judged(
            repository, [tree], settings, _coverage(coverage_report), cache_dir=cache_dir, jobs=jobs, progress=progress
        )
    return _report(repository, tree, judged, settings, assessed_on)


def compare(
    repository: Repository,
    base: str,
    head: str | None,
    settings: Settings,
    *,
    assessed_on: date,
    policy_changes: Sequence[str] = (),
    coverage_report: bytes | None = None,
    cache_dir: Path | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Delta:
    """What head (None: the working tree) introduces and fixes against base, judged by the same settings in one run.

    A coverage report is head's; base is judged by the same figure, since there is no other to hold against it.
    Raises as `assess`.
    """
    before, after = _tree(repository, base, settings), _tree(repository, head, settings)
    coverage = _coverage(coverage_report)
    with _WithoutCollector():
        old, new = _judged(
            repository,
            [before, after],
            settings,
            coverage,
            cache_dir=cache_dir,
            jobs=jobs,
            progress=progress,
        )
        renames = repository.renames(before, after)
        came_from = {path: before.entries.get(renames.get(path, path)) for path in after.entries}
        added = {path for path, source in came_from.items() if source is None}
        unchanged = {
            path for path, source in came_from.items() if source is not None and source.blob == after.entries[path].blob
        }
        changed = after.entries.keys() - added - unchanged
        went_to = {source: path for path, source in renames.items()}
        earlier = _report(repository, before, old, settings, assessed_on)
        later = _report(repository, after, new, settings, assessed_on)
        look = partial(_looked_at, repository, settings, coverage, cache_dir, jobs)
        then = {renames.get(path, path) for path in changed}
        earlier, later = (
            _completed(earlier, untold(later, earlier, went_to), then, partial(look, before)),
            _completed(later, untold(earlier, later, renames), changed, partial(look, after)),
        )
    return comparison.compare(
        earlier,
        later,
        renames,
        settings.policy,
        policy_changes,
        added=added,
        removed=before.entries.keys() - {renames.get(path, path) for path in after.entries},
        unchanged=unchanged,
        edits=(
            cache(partial(_edits, repository, before, after, renames)),
            cache(partial(_edits, repository, after, before, went_to)),
        ),
    )


def opened(repository: Repository, revision: str | None, settings: Settings, *, jobs: int = 1) -> Repo:
    """One tree as controls see it, not judged; `revision` None is the working tree. Raises `GitError`."""
    tree = _tree(repository, revision, settings)
    with _WithoutCollector():
        gathered = harvest(repository, [tree], store=Store(), jobs=jobs)
    return _repo(tree, gathered, settings, None)


_COMPARED_BYTES = 1024 * 1024
"""Of a larger file no edit is looked for."""


def _edits(
    repository: Repository, before: Tree, after: Tree, came_from: Mapping[str, str], path: str
) -> tuple[Edit, ...]:
    """How a file of `after` came of the one in `before`; nothing where either cannot be read."""
    entries = before.entries.get(came_from.get(path, path)), after.entries.get(path)
    texts = [
        content.decode("utf-8", "replace")
        for entry in entries
        if entry is not None
        for _, content in repository.read([entry], _COMPARED_BYTES)
        if isinstance(content, bytes)
    ]
    return between(*texts) if len(texts) == len(entries) else ()


def _completed(
    report: Report,
    wanted: Mapping[str, Sequence[Ward]],
    changed: Collection[str],
    look: Callable[[Mapping[str, Sequence[Ward]]], Mapping[str, tuple[Ward, ...]]],
) -> Report:
    """The report, and what its tree has of things that the other one alone tells of, in files that both have.

    The tree is looked at again for them alone: there are few, and to keep all that might be lost would cost every run.
    """
    asked = {
        control: missing
        for control, wards in wanted.items()
        if (missing := [ward for ward in wards if ward.location.path in changed])
    }
    return told_more(report, look(asked)) if asked else report


def _looked_at(
    repository: Repository,
    settings: Settings,
    coverage: float | None,
    cache_dir: Path | None,
    jobs: int | None,
    tree: Tree,
    wanted: Mapping[str, Sequence[Ward]],
) -> dict[str, tuple[Ward, ...]]:
    """What a tree that was judged already has of the things that another one keeps, by control."""
    directory, processes = _means(repository, cache_dir, jobs)
    for store in (Store(directory), Store()):
        gathered = harvest(repository, [tree], store=store, jobs=processes)
        repo = _repo(tree, gathered, settings, coverage)
        found = {control.id: counterparts(control, wanted.get(control.id, ()), repo) for control in controls()}
        if not gathered.is_damaged:
            return found
    return {}


def _judged(
    repository: Repository,
    trees: Sequence[Tree],
    settings: Settings,
    coverage: float | None,
    *,
    cache_dir: Path | None,
    jobs: int | None,
    progress: Progress | None,
) -> list[JudgedTree]:
    """The trees judged; what an earlier run found out of one is not found out again."""
    directory, processes = _means(repository, cache_dir, jobs)
    kept = VerdictStore(directory)
    key_of = partial(kept.key, tenant_keys=settings.policy.tenant_keys, coverage=coverage)
    keys = [key_of(tree) for tree in trees]
    known = {key: found for key in keys if (found := kept.get(key)) is not None}
    left = {key: tree for key, tree in zip(keys, trees, strict=True) if key not in known}
    # Another tree with the same paths, which differs in files alone that nothing reads, is judged alike.
    alike = {key: key_of(tree, is_read=_is_read) for key, tree in left.items()}
    known |= {key: found for key, read in alike.items() if (found := kept.get(read)) is not None}
    wanted = {alike[key]: tree for key, tree in left.items() if key not in known}
    if wanted:
        anew = partial(_judged_anew, repository, list(wanted.values()), settings, coverage, processes, progress)
        try:
            answers = anew(Store(directory))
        except _StoreDamagedError:
            _log.warning("The facts of earlier runs cannot be relied on and are extracted anew")
            answers = anew(Store())
        judged = dict(zip(wanted, answers, strict=True))
        for read, answer in judged.items():
            kept.put(read, answer)
        for key in left.keys() - known.keys():
            known[key] = judged[alike[key]]
            kept.put(key, known[key])
    return [known[key] for key in keys]


def _is_read(path: str) -> bool:
    """Whether any extractor wants the file."""
    return bool(claiming(path))


def _means(repository: Repository, cache_dir: Path | None, jobs: int | None) -> tuple[Path | None, int]:
    """Where facts and verdicts are kept, and how many processes may work."""
    directory = cache_dir if cache_dir is not None else default_directory(repository.git_dir)
    return directory, available_processors() if jobs is None else max(1, jobs)


class _StoreDamagedError(Exception):
    """What was kept of earlier runs is not what it promised to be."""


def _judged_anew(
    repository: Repository,
    trees: Sequence[Tree],
    settings: Settings,
    coverage: float | None,
    processes: int,
    progress: Progress | None,
    store: Store,
) -> list[JudgedTree]:
    """The trees judged by their facts. Raises `_StoreDamagedError`."""
    gathered = harvest(repository, trees, store=store, jobs=processes, progress=progress)
    # Each tree has a process of its own; one alone is worth dividing.
    within = processes if len(trees) == 1 else 1
    pieces = [partial(_judge_tree, tree, gathered, settings, coverage, jobs=within) for tree in trees]
    found = shared(pieces, jobs=processes)
    gathered.keep()
    return found


def _judge_tree(tree: Tree, gathered: Harvest, settings: Settings, coverage: float | None, *, jobs: int) -> JudgedTree:
    repo = _repo(tree, gathered, settings, coverage)
    judgements = _judgements(repo, gathered, jobs)
    used = {
        (control.id, place.path, line)
        for control, judgement in judgements
        for place in _waived_by_comments(judgement)
        for line in range(place.line, max(place.line, place.end_line) + 1)
    }
    return JudgedTree(
        verdicts=tuple(_verdict(control, judgement, repo) for control, judgement in judgements),
        notices=tuple(notice for ignore in repo.suppressions.ignores for notice in _said_of(ignore, used)),
        facts=repo.facts,
        skipped=tuple(sorted(gathered.skipped(tree))),
        lasting=gathered.is_lasting(tree) and not any(_broke_off(judgement) for _, judgement in judgements),
    )


def _repo(tree: Tree, gathered: Harvest, settings: Settings, coverage: float | None) -> Repo:
    return Repo(
        Sources(
            (path for path, entry in tree.entries.items() if entry.kind != "submodule"),
            lambda kind: gathered.facts(tree, kind),
            loaders=lambda kind: gathered.loaders(tree, kind),
            read=lambda path, kind: gathered.read(tree, path, kind),
            skipped=gathered.skipped(tree),
            tenant_keys=settings.policy.tenant_keys,
            coverage=coverage,
        )
    )


def _judgements(repo: Repo, gathered: Harvest, jobs: int) -> list[tuple[Control, Judgement]]:
    """Every control with its judgement; processes that share them take whole groups, whose controls ask alike."""
    by_group: dict[Category | str, list[Control]] = defaultdict(list)
    for control in controls():
        by_group[_WHO_MAY_CALL if control.id in _ASKING_WHO else control.category].append(control)

    def judged(group: Sequence[Control]) -> dict[str, Judgement]:
        judgements = {control.id: _judgement(control, repo) for control in group}
        if gathered.is_damaged:
            raise _StoreDamagedError
        return judgements

    if jobs > 1:
        repo.build_names()
    # Meanwhile those are judged that need little of what is built for the others.
    early = [control for category in _AHEAD for control in by_group.pop(category, ())]
    found: dict[str, Judgement] = {}
    with ahead(partial(judged, early), jobs=jobs) as judged_ahead:
        if jobs > 1:
            repo.build()
        longest = by_group.pop(_WHO_MAY_CALL, [])
        groups = [longest, *sorted(by_group.values(), key=len, reverse=True)]
        for judgements in shared([partial(judged, group) for group in groups], jobs=jobs):
            found |= judgements
        found |= judged_ahead()
    return [(control, found[control.id]) for control in controls()]


def _judgement(control: Control, repo: Repo) -> Judgement:
    """A control's judgement; one that breaks says nothing of the tree, and must not take the others with it."""
    try:
        return judge(control, repo)
    except Exception as error:  # noqa: BLE001 - whatever one control raises is its own failure
        _log.warning("%s could not judge: %s: %s", control.id, type(error).__name__, error, exc_info=True)
        return Judgement(Status.UNKNOWN, None, f"{_BROKE_OFF} ({type(error).__name__}) and did not count.")


_BROKE_OFF = "This control broke off"
_AHEAD = (Category.TESTING, Category.INFRASTRUCTURE, Category.DOCUMENTATION, Category.API_DESIGN)
"""The categories that ask of tests, of what is deployed and of documents: together they take about as long to judge as
it takes to build what the others ask for."""
_WHO_MAY_CALL = "who may call"
"""The group of controls that takes longest: what is asked before routes and functions of the whole tree."""
_ASKING_WHO = frozenset({"security/authentication", "security/authorization"})


def _broke_off(judgement: Judgement) -> bool:
    return judgement.summary.startswith(_BROKE_OFF)


def _waived_by_comments(judgement: Judgement) -> Iterator[Location]:
    yield from (site.location for site in judgement.suppressed)
    yield from (ward.location for ward in judgement.wards if ward.is_waived and ward.ways)


def _said_of(ignore: Ignore, used: Collection[tuple[str, str, int]]) -> Iterator[str]:
    known = {control.id for control in controls()}
    for control in ignore.controls:
        place = f"{ignore.path}:{ignore.line}"
        if control not in known:
            yield f"{place}: `ignore[{control}]` names no control"
        elif not ignore.reason:
            yield f"{place}: `ignore[{control}]` gives no reason and is not honoured"
        elif (control, ignore.path, ignore.line) not in used:
            yield f"{place}: `ignore[{control}]` covers nothing any more; remove it"


class _WithoutCollector:
    """The facts of a tree are many small objects without cycles: the collector would look at them again and again."""

    def __enter__(self) -> None:
        self._was_enabled = gc.isenabled()
        gc.disable()

    def __exit__(self, *_: object) -> None:
        if self._was_enabled:
            gc.enable()


def _tree(repository: Repository, revision: str | None, settings: Settings) -> Tree:
    whole = repository.working_tree() if revision is None else repository.tree(revision)
    scope = settings.policy.path.strip("/")
    excluded = GitIgnoreSpec.from_lines(settings.policy.exclude)
    entries = {
        path: entry
        for path, entry in whole.entries.items()
        if (scope in ("", ".") or path.startswith((f"{scope}/", *_SHARED_BY_SERVICES)))
        and not excluded.match_file(path)
    }
    return Tree(whole.commit, entries)


def _coverage(report: bytes | None) -> float | None:
    if report is None:
        return None
    return line_coverage(report)


def _report(repository: Repository, tree: Tree, judged: JudgedTree, settings: Settings, assessed_on: date) -> Report:
    policy = settings.policy
    applied = waivers.apply(judged.verdicts, settings.waivers, assessed_on, settings.source)
    summary = score.summarise(applied.verdicts, policy.thresholds)
    outlook = plan.outlook(applied.verdicts, summary.categories, summary.overall, summary.blockers, policy.thresholds)
    return Report(
        name=repository.name,
        commit=tree.commit,
        scope=policy.path,
        assessed_on=assessed_on.isoformat(),
        next_review_on=plan.next_review(assessed_on, outlook.plan).isoformat(),
        facts=judged.facts,
        overall=summary.overall,
        categories=summary.categories,
        verdicts=applied.verdicts,
        blockers=summary.blockers,
        strengths=summary.strengths,
        work_items=summary.work_items,
        plan=outlook.plan,
        resources=outlook.resources,
        recommendation=outlook.recommendation,
        skipped=judged.skipped,
        waivers=applied.in_force,
        notices=(*applied.notices, *judged.notices),
    )


def _findings(control: Control, judgement: Judgement, repo: Repo) -> tuple[Finding, ...]:
    """The findings of one control; those that a comment in the code waives stay in view, as waived."""
    sites = (*judgement.sites, *judgement.suppressed)
    found = identity.findings(control.id, control.severity, control.fix, sites)
    waived = {site.location for site in judgement.suppressed}
    return tuple(
        replace(finding, blocker=False, waived=_comment_on(control, finding.location, repo))
        if finding.location in waived
        else finding
        for finding in found
    )


def _comment_on(control: Control, place: Location, repo: Repo) -> Waiver:
    """The comment that waives a place, as a waiver."""
    comments = repo.suppressions.at(place.path, place.line, place.end_line, "readiness")
    comment = next(item for item in comments if control.id in item.ids and item.reason)
    return Waiver(control.id, "not-applicable", comment.reason, path=place.path, line=comment.line)


def _verdict(control: Control, judgement: Judgement, repo: Repo) -> Verdict:
    return Verdict(
        control=control.id,
        title=control.title,
        category=control.category,
        severity=control.severity,
        kind=control.kind,
        status=judgement.status,
        score=judgement.score,
        summary=judgement.summary,
        impact=judgement.impact or control.impact,
        fix=judgement.fix or control.fix,
        effort_days=control.effort_for(repo.facts.lines_of_code).days,
        role=control.role,
        evidence=judgement.evidence,
        looked_in=judgement.looked_in,
        findings=_findings(control, judgement, repo),
        wards=judgement.wards,
    )
