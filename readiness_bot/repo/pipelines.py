"""What continuous integration runs, when, and whether it can fail; knows not whether that is enough.

A step's commands are followed into what they start inside the repository: Makefile targets, tox and nox
environments, project and package scripts, shell scripts, Compose services, pre-commit hooks, composite actions.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from msgspec import structs

from readiness_bot.facts.pipeline import Job, Pair, Pipeline, Step
from readiness_bot.facts.pipeline_file import EXTRACTOR
from readiness_bot.facts.scripted_tests import ScriptedTests
from readiness_bot.model import Area
from readiness_bot.repo.pipeline_runs import MAX_DEPTH, Follower, is_command_input
from readiness_bot.repo.pipeline_sites import ANY_PUSH, PULL_REQUEST, JobSite, PipelineSite, Run, StepSite
from readiness_bot.repo.sources import Sources
from readiness_bot.repo.tool_commands import ToolCommand, tool_commands
from readiness_bot.repo.tooling import Tooling

MAX_CALLERS = 40
"""Callers of one reusable pipeline; a pipeline of single checks has a dozen."""

_CHANGING = frozenset({"opened", "synchronize", "reopened", "ready_for_review", "labeled", "edited"})


_ANYWHERE = ("azure", "tekton", "zuul", "codebuild", "cloudbuild")
"""Providers that are told the path of a file, wherever it lies."""
_UNREADABLE = re.compile(
    r"(^|/)(\.?appveyor|cloudbuild[\w-]*|buildspec[\w-]*|bitrise|wercker|\.cirrus|\.evergreen|evergreen|codeship-steps|\.?packit"
    r"|shippable|\.taskcluster|\.?semaphore|screwdriver|\.prow|\.cds)\.ya?ml$"
    r"|(^|/)cloudbuild/[^/]+\.ya?ml$|^\.(woodpecker|builds|semaphore|teamcity|buildbot|ci-operator)(/|\.ya?ml$|\.yml$)"
    r"|^bamboo-specs/|^\.cirrus\.star$|^master\.cfg$|^\.?Earthfile$"
)

_OF_HOUSEKEEPING = re.compile(
    r"stale|label|triage|release|publish|deploy|docs?\b|cla\b|codeql|scorecard|security|dependabot|renovate|lint|format"
    r"|title|project|backport|greet|notify|assign|review",
    re.IGNORECASE,
)
"""Pipelines of others that surely neither build nor test, by what they are called."""


class Pipelines:
    """The pipelines of every provider, followed to the commands they come to."""

    LOOKS = "CI pipelines (.github/workflows, .gitlab-ci.yml, .circleci, azure-pipelines.yml, Jenkinsfile, …)"

    def __init__(self, sources: Sources, tooling: Tooling) -> None:
        self._sources = sources
        self._tooling = tooling
        self._facts = sources.facts(Pipeline)

    @staticmethod
    def reads(path: str) -> bool:
        """Whether the path is a pipeline's."""
        return EXTRACTOR.claims(path)

    @cached_property
    def all(self) -> tuple[PipelineSite, ...]:
        """Every pipeline that a provider reads, by path."""
        live = {path: facts for path, facts in self._facts.items() if self._is_live(path, facts)}
        own = {path: _pipeline_events(facts) for path, facts in live.items()}
        events = dict(own)
        for _ in range(MAX_DEPTH):
            for path, facts in live.items():
                for job in facts.jobs:
                    called = job.calls.removeprefix("./").partition("@")[0]
                    if called in events:
                        events[called] = events[called] | (_job_events(job, events[path]) - {"call"})
        return tuple(PipelineSite(path, facts, events[path]) for path, facts in live.items())

    def _is_live(self, path: str, facts: Pipeline) -> bool:
        if facts.provider in ("", "github-action"):
            return False
        if facts.provider == "github":
            return re.match(r"\.(github|gitea|forgejo)/workflows/[^/]+$", path) is not None
        if facts.provider == "gitlab":
            return path == ".gitlab-ci.yml" or (".gitlab-ci.yml" in self._facts and self._is_included(path))
        if facts.provider == "jenkins":
            return self._sources.area(path) in (Area.PRODUCTION, Area.TOOLING)
        return path.startswith(".") or "/" not in path or facts.provider in _ANYWHERE

    def _is_included(self, path: str) -> bool:
        included = [pair.value.lstrip("/") for facts in self._facts.values() for pair in facts.includes]
        return any(path == each or re.fullmatch(_glob(each), path) for each in included)

    @cached_property
    def exist(self) -> bool:
        """Whether there is any pipeline."""
        return bool(self.all)

    @cached_property
    def jobs(self) -> tuple[JobSite, ...]:
        """Every job that some event starts."""
        return tuple(
            JobSite(site.path, site.pipeline, job, events)
            for site in self.all
            for each in site.pipeline.jobs
            for job, events in self._asked(site, each)
            if events
        )

    def _asked(self, site: PipelineSite, job: Job) -> Iterator[tuple[Job, frozenset[str]]]:
        """A job with the events that start it; one that says what its callers tell it, once for each of them."""
        callers = self._callers.get(site.path, ()) if any(map(_takes_inputs, job.steps)) else ()
        told: dict[Job, frozenset[str]] = {}
        for inputs, events in callers[:MAX_CALLERS]:
            filled = _with_inputs(job, inputs)
            told[filled] = told.get(filled, frozenset()) | events
        if not told:
            yield job, _job_events(job, site.events)
        for filled, events in told.items():
            yield filled, _job_events(filled, events)

    @cached_property
    def _callers(self) -> dict[str, tuple[tuple[tuple[Pair, ...], frozenset[str]], ...]]:
        """For each reusable pipeline, what each job that calls it tells it, and the events that start that job."""
        found: dict[str, list[tuple[tuple[Pair, ...], frozenset[str]]]] = defaultdict(list)
        for site in self.all:
            for job in site.pipeline.jobs:
                if job.calls:
                    called = job.calls.removeprefix("./").partition("@")[0]
                    found[called].append((job.inputs, _job_events(job, site.events) - {"call"}))
        return {path: tuple(callers) for path, callers in found.items()}

    @cached_property
    def elsewhere(self) -> tuple[JobSite, ...]:
        """The jobs on changes that are pipelines of other repositories: what they run stands there."""
        return tuple(
            job
            for job in self.jobs
            if job.events & (PULL_REQUEST | {ANY_PUSH}) and job.called and not _OF_HOUSEKEEPING.search(job.called)
        )

    @cached_property
    def unreadable(self) -> tuple[str, ...]:
        """The files of providers whose pipelines are not read or are put together when they run."""
        made = {
            site.path
            for site in self.all
            for job in site.pipeline.jobs
            for step in job.steps
            for pair in step.inputs
            if step.uses.endswith("/continue") and pair.name == "configuration_path"
            if pair.value not in self._sources.paths
        }
        unread = {path for path in self._sources.paths if path not in self._facts and _UNREADABLE.search(path)}
        return tuple(sorted(made | unread))

    @cached_property
    def steps(self) -> tuple[StepSite, ...]:
        """Every step of every job; those of the repository's own actions stand behind the step that uses them."""
        return tuple(step for job in self.jobs for step in self._steps_of(job))

    def _steps_of(self, job: JobSite) -> Iterator[StepSite]:
        if job.job.calls and not job.job.calls.startswith("./"):
            # Nobody here can read what the other repository's pipeline does, but what it is told to run it runs.
            for pair in job.job.inputs:
                if is_command_input(pair.name):
                    told = Step(pair.line, pair.line, run=pair.value, run_line=pair.line)
                    yield StepSite(job.path, told, job, job.events)
        for step in job.job.steps:
            site = StepSite(job.path, step, job, _under_condition(step.condition, job.events))
            if not site.events:
                continue
            yield site
            if step.uses.startswith("./"):
                yield from self._steps_of_action(step.uses.removeprefix("./").rstrip("/"), site, 0)

    def _steps_of_action(self, folder: str, user: StepSite, depth: int) -> Iterator[StepSite]:
        path = next(
            (path for name in ("action.yml", "action.yaml") if (path := f"{folder}/{name}") in self._facts), None
        )
        if path is None or depth > MAX_DEPTH:
            return
        for job in self._facts[path].jobs:
            for step in job.steps:
                site = StepSite(
                    path, structs.replace(step, can_fail=step.can_fail and user.step.can_fail), user.job, user.events
                )
                yield site
                if step.uses.startswith("./"):
                    yield from self._steps_of_action(step.uses.removeprefix("./").rstrip("/"), site, depth + 1)

    def uses(self, pattern: str) -> Iterator[StepSite]:
        """The steps that use an action, orb, task or template whose name the pattern finds at its start."""
        expression = re.compile(pattern, re.IGNORECASE)
        return (step for step in self.steps if step.step.uses and expression.match(step.step.uses))

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """Every tool that some pipeline runs, in the order of the pipelines."""
        follower = Follower(self._sources, self._tooling)
        found = [run for step in self.steps for run in follower.of_step(step)]
        found.extend(
            run
            for path, hooks in self._tooling.hosted_hooks
            for run in follower.of_hosted(path, hooks.hosted, hooks.hosted_skips)
        )
        return tuple(found)

    def runs_of(self, *tools: str) -> tuple[Run, ...]:
        """The runs of these tools."""
        return tuple(run for run in self.runs if run.tool in tools)

    @cached_property
    def _measures_tests(self) -> bool:
        """Whether coverage is configured to run tests where it is not told what to run."""
        return any(
            _runs_tests(command)
            for _, setting in self._tooling.settings("coverage", "command_line")
            for command in tool_commands(f"python {setting.text}")
        )

    @cached_property
    def test_runs(self) -> tuple[Run, ...]:
        """The runs of Python's test runners, and of tests that no module holds."""
        own = self._tooling.programs
        scripted = {path: tests.tool for path, tests in self._sources.facts(ScriptedTests).items() if tests.tool}
        others = frozenset(scripted.values())
        return tuple(
            run
            for run in self.runs
            if _runs_tests(run.command)
            or (run.tool == "coverage" and run.command.words == ("run",) and self._measures_tests)
            or (run.tool in own and run.command.words[:1] == ("test",))
            or run.tool in others
            or run.path in scripted
        )


_TEST_RUNNERS = frozenset(
    {
        "pytest",
        "py.test",
        "unittest",
        "nose2",
        "nosetests",
        "trial",
        "twisted.trial",
        "ward",
        "behave",
        "stestr",
        "testr",
        "green",
        "zope-testrunner",
    }
)
_TEST_MODULE = re.compile(r"tests(\.[\w.]+)?|test\.[\w.]+")
_TEST_SCRIPT = re.compile(
    r"(run|do)?_?(all_?|unit_?|django_?)?tests?(_?(runner|suite|all|main))?\.py|test_\w+\.py|(run|do)-tests\.py"
)


def _runs_tests(command: ToolCommand) -> bool:
    if command.has("--version", "--help", "--collect-only", "--co", "--fixtures"):
        return False
    if command.tool in ("django-admin", "setup.py", "flask") or re.fullmatch(r"(\w+[-_])?manage(\.py)?", command.tool):
        return command.words[:1] in (("test",), ("pytest",))
    if command.tool == "bench":  # Frappe's
        return "run-tests" in command.words or "run-parallel-tests" in command.words
    if _TEST_MODULE.fullmatch(command.tool):
        return True
    if re.fullmatch(r"pytest-(?!benchmark|watch)[a-z]+", command.tool):  # `pytest-gevent`, which starts the other
        return True
    tool = re.sub(r"-?\d+(\.\d+)*$", "", command.tool)  # `nosetests-3.4`
    return not _TEST_RUNNERS.isdisjoint((command.tool, tool)) or _TEST_SCRIPT.fullmatch(command.tool) is not None


_INPUT_USE = re.compile(r"\$\{\{\s*inputs\.([\w-]+)\s*\}\}")


def _takes_inputs(step: Step) -> bool:
    return any(map(_INPUT_USE.search, (step.run, *(pair.value for pair in step.inputs))))


def _with_inputs(job: Job, inputs: tuple[Pair, ...]) -> Job:
    """The job with what a caller tells it in place of `${{ inputs.… }}`; what is not told stays as it is."""
    told = {pair.name: pair.value for pair in inputs}

    def filled(text: str) -> str:
        return _INPUT_USE.sub(lambda use: told.get(use[1], use[0]), text)

    steps = (
        structs.replace(
            step,
            run=filled(step.run),
            inputs=tuple(structs.replace(pair, value=filled(pair.value)) for pair in step.inputs),
        )
        for step in job.steps
    )
    return structs.replace(job, steps=tuple(steps))


def _glob(pattern: str) -> str:
    return re.escape(pattern).replace(r"\*\*", ".*").replace(r"\*", "[^/]*")


def _pipeline_events(pipeline: Pipeline) -> frozenset[str]:
    events: set[str] = set()
    for trigger in pipeline.triggers:
        if trigger.event in PULL_REQUEST and trigger.types and not _CHANGING & set(trigger.types):
            events.add(f"{trigger.event}:{trigger.types[0]}")
        else:
            events.add(trigger.event)
        if trigger.event == "push" and (not trigger.branches or {"*", "**"} & set(trigger.branches)):
            events.add(ANY_PUSH)
    return frozenset(events)


def _job_events(job: Job, events: frozenset[str]) -> frozenset[str]:
    if job.events:
        return frozenset(job.events) - {"never"}
    return _under_condition(job.condition, events)


_EVENT_NAME = re.compile(r"github\.event_name\s*(?P<how>[!=]=)\s*['\"](?P<event>\w+)['\"]")


def _under_condition(condition: str, events: frozenset[str]) -> frozenset[str]:
    """The events that a condition lets through, as far as it speaks of events in a way that leaves no choice."""
    plain = condition.replace("${{", "").replace("}}", "").strip()
    if plain.lower() == "false":
        return frozenset()
    if not plain or ("||" in plain and "!=" in plain):
        return events
    if "||" in plain and "&&" not in plain and not all(map(_EVENT_NAME.search, plain.split("||"))):
        return events  # whatever else holds lets every event through
    named = {
        ("manual" if match["event"] == "workflow_dispatch" else match["event"])
        for match in _EVENT_NAME.finditer(plain)
        if match["how"] == "=="
    }
    if named:
        return events & named
    excluded = {match["event"] for match in _EVENT_NAME.finditer(plain)}
    if (
        re.search(
            r"github\.ref(_name)?\s*==\s*|startsWith\(\s*github\.ref\s*,\s*'refs/tags|github\.ref_type\s*==\s*'tag'",
            plain,
        )
        and "||" not in plain
    ):
        excluded |= PULL_REQUEST | {ANY_PUSH}
    return events - excluded
