"""What continuous integration runs, when, and whether it can fail; knows not whether that is enough.

A step's commands are followed into what they start inside the repository: Makefile targets, tox and nox
environments, project and package scripts, shell scripts, Compose services, pre-commit hooks, composite actions.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from msgspec import structs

from readiness_bot.facts.compose import ComposeFile
from readiness_bot.facts.pipeline import Job, Pair, Pipeline, Step
from readiness_bot.facts.pipeline_file import EXTRACTOR
from readiness_bot.facts.playbook import Playbook
from readiness_bot.facts.shell import ShellScript
from readiness_bot.facts.tasks import Task
from readiness_bot.model import Area
from readiness_bot.repo.sources import Sources
from readiness_bot.repo.tool_commands import ToolCommand, tool_commands, tools_of
from readiness_bot.repo.tooling import HookSite, Tasks, Tooling

MAX_CALLERS = 40
"""Callers of one reusable pipeline; a pipeline of single checks has a dozen."""

MAX_RUNS = 5_000
"""Commands followed in one pipeline; hand-written ones come to a few hundred."""

_MAX_DEPTH = 6
_PULL_REQUEST = frozenset({"pull_request", "pull_request_target", "merge_group"})
_ANY_PUSH = "any-push"
"""Beside `push` where no branch is left out: then a change is seen before it is merged, if not from forks."""
_CHANGING = frozenset({"opened", "synchronize", "reopened", "ready_for_review", "labeled", "edited"})


@dataclass(frozen=True, slots=True)
class PipelineSite:
    """A pipeline that some provider runs, its path, and the events that start it, its callers' among them."""

    path: str
    pipeline: Pipeline
    events: frozenset[str]


@dataclass(frozen=True, slots=True)
class JobSite:
    """A job, where it stands, and the events that start it."""

    path: str
    pipeline: Pipeline
    job: Job
    events: frozenset[str]

    @property
    def line(self) -> int:
        """The line of the job's name."""
        return self.job.line

    @property
    def on_pull_requests(self) -> bool:
        """Whether a pull request starts it."""
        return bool(self.events & _PULL_REQUEST)


@dataclass(frozen=True, slots=True)
class StepSite:
    """A step, the job it belongs to, and the file it stands in (another one for a composite action's)."""

    path: str
    step: Step
    job: JobSite
    events: frozenset[str]

    @property
    def line(self) -> int:
        """The line where the step begins."""
        return self.step.line

    @property
    def can_fail(self) -> bool:
        """Whether a failure of the step fails the pipeline."""
        return self.step.can_fail and self.job.job.can_fail


@dataclass(frozen=True, slots=True)
class Run:
    """One tool that a pipeline runs: the command and its place, and the step that leads to it.

    `via` are the places between the step and the command, such as `Makefile:12`. `can_fail` is false where a failure
    of the tool goes unnoticed.
    """

    command: ToolCommand
    path: str
    line: int
    step: StepSite
    can_fail: bool
    via: tuple[str, ...] = ()

    @property
    def tool(self) -> str:
        """The tool's name."""
        return self.command.tool

    @property
    def events(self) -> frozenset[str]:
        """The events that start it."""
        return self.step.events

    @property
    def on_pull_requests(self) -> bool:
        """Whether a pull request starts it."""
        return bool(self.events & _PULL_REQUEST)

    @property
    def checks_pull_requests(self) -> bool:
        """Whether a pull request starts it and a failure of it is seen there."""
        return self.on_pull_requests and self.can_fail

    @property
    def on_changes(self) -> bool:
        """Whether it runs on a change before it is merged, by pull request or by any push."""
        return bool(self.events & (_PULL_REQUEST | {_ANY_PUSH}))

    @property
    def checks_changes(self) -> bool:
        """Whether it runs on a change before it is merged, by pull request or by any push, and can fail."""
        return self.can_fail and self.on_changes

    @property
    def when(self) -> str:
        """What starts it on a change, in words."""
        return "on pull requests" if self.on_pull_requests else "on every push"

    @property
    def detail(self) -> str:
        """The command, and the pipeline that leads to it where that is another file, in words."""
        text = self.command.text if len(self.command.text) <= 80 else f"{self.command.text[:77]}…"
        return f"`{text}`" if self.path == self.step.job.path else f"`{text}`, run by {self.step.job.path}"


_ACTIONS = {
    "pre-commit/action": "pre-commit run --all-files",
    "j178/prek-action": "prek run --all-files",
    "astral-sh/ruff-action": "ruff check",
    "chartboost/ruff-action": "ruff check",
    "psf/black": "black --check",
    "rickstaa/action-black": "black --check",
    "isort/isort-action": "isort --check-only",
    "py-actions/flake8": "flake8",
    "suo/flake8-github-action": "flake8",
    "jakebailey/pyright-action": "pyright",
    "tsuyoshicho/action-mypy": "mypy",
    "jpetrucciani/mypy-check": "mypy",
    "ricardochaves/python-lint": "pylint",
    "super-linter/super-linter": "super-linter",
    "github/super-linter": "super-linter",
    "oxsecurity/megalinter": "megalinter",
    "tox-dev/action-pre-commit-uv": "pre-commit run --all-files",
    "codecov/codecov-action": "codecov upload",
    "codecov/codecov": "codecov upload",
    "coverallsapp/github-action": "coveralls upload",
    "pypa/gh-action-pip-audit": "pip-audit",
    "pyupio/safety-action": "safety scan",
    "pyupio/safety": "safety scan",
    "aquasecurity/trivy-action": "trivy",
    "anchore/scan-action": "grype",
    "google/osv-scanner-action": "osv-scanner",
    "google/osv-scanner": "osv-scanner",
    "snyk/actions": "snyk test",
    "actions/dependency-review-action": "dependency-review",
    "fossas/fossa-action": "fossa",
    "renovatebot/github-action": "renovate",
    "docker/build-push-action": "docker build",
    "docker/bake-action": "docker buildx bake",
    "pypa/gh-action-pypi-publish": "twine upload",
    "pypa/cibuildwheel": "cibuildwheel",
    "pavelzw/pytest-action": "pytest",
}
"""What well-known actions run, as the command that does the same."""

_COMMANDS = frozenset(
    {
        "command",
        "commands",
        "run",
        "cmd",
        "script",
        "install-dependencies",
        "install-command",
        "test-command",
        "extra-checks",
    }
)
"""What actions, and pipelines of other repositories, are told to run: `nick-fields/retry` and its like."""

_LINTING_ACTION = re.compile(
    r"(?:reviewdog|wearerequired|jwgmeligmeyling|hargata|cclauss)/(?:action-)?(?P<tool>[\w-]+)"
)


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
        for _ in range(_MAX_DEPTH):
            for path, facts in live.items():
                for job in facts.jobs:
                    called = job.calls.removeprefix("./").partition("@")[0]
                    if called in events:
                        events[called] = events[called] | (_job_events(job, events[path]) - {"call"})
        return tuple(PipelineSite(path, facts, events[path]) for path, facts in live.items())

    def _is_live(self, path: str, facts: Pipeline) -> bool:
        if facts.provider == "github-action":
            return False
        if facts.provider == "github":
            return re.match(r"\.(github|gitea|forgejo)/workflows/[^/]+$", path) is not None
        if facts.provider == "gitlab":
            return path == ".gitlab-ci.yml" or (".gitlab-ci.yml" in self._facts and self._is_included(path))
        if facts.provider == "jenkins":
            return self._sources.area(path) in (Area.PRODUCTION, Area.TOOLING)
        return path.startswith(".") or "/" not in path or facts.provider in ("azure", "tekton", "zuul")

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
        told = {_with_inputs(job, inputs): events for inputs, events in callers[:MAX_CALLERS]}
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
    def steps(self) -> tuple[StepSite, ...]:
        """Every step of every job; those of the repository's own actions stand behind the step that uses them."""
        return tuple(step for job in self.jobs for step in self._steps_of(job))

    def _steps_of(self, job: JobSite) -> Iterator[StepSite]:
        if job.job.calls and not job.job.calls.startswith("./"):
            # Nobody here can read what the other repository's pipeline does, but what it is told to run it runs.
            for pair in job.job.inputs:
                if pair.name in _COMMANDS:
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
        if path is None or depth > _MAX_DEPTH:
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
        follower = _Follower(self._sources, self._tooling)
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
    def test_runs(self) -> tuple[Run, ...]:
        """The runs of Python's test runners."""
        return tuple(run for run in self.runs if _runs_tests(run.command))


_TEST_RUNNERS = frozenset(
    {
        "pytest",
        "py.test",
        "unittest",
        "nose2",
        "nosetests",
        "trial",
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
    if _TEST_MODULE.fullmatch(command.tool):
        return True
    return command.tool in _TEST_RUNNERS or _TEST_SCRIPT.fullmatch(command.tool) is not None


_MAX_TEXT = 10_000
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
        if trigger.event in _PULL_REQUEST and trigger.types and not _CHANGING & set(trigger.types):
            events.add(f"{trigger.event}:{trigger.types[0]}")
        else:
            events.add(trigger.event)
        if trigger.event == "push" and (not trigger.branches or {"*", "**"} & set(trigger.branches)):
            events.add(_ANY_PUSH)
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
        excluded |= _PULL_REQUEST | {_ANY_PUSH}
    return events - excluded


@dataclass(slots=True)
class _Follower:
    """Follows a step's commands into what they start; bounded in depth and number."""

    sources: Sources
    tooling: Tooling
    left: int = MAX_RUNS
    _seen: set[tuple[str, int]] = field(default_factory=set)

    def of_step(self, step: StepSite) -> Iterator[Run]:
        self._seen = set()
        texts = [(step.step.run, step.step.run_line)] if step.step.run else []
        if step.step.uses:
            command = _of_action(step.step)
            if command is not None:
                yield from self._followed(Run(command, step.path, step.step.line, step, step.can_fail), 0)
            elif not step.step.uses.startswith(("./", "actions/")):
                texts = [(pair.value, pair.line) for pair in step.step.inputs if pair.name in _COMMANDS]
        for text, line in texts:
            directory = "" if "$" in step.step.directory else step.step.directory.strip("./")
            commands = tool_commands(text, line, pipefail=step.step.pipefail, directory=directory)
            assigned = tuple(f"{pair.name}={pair.value}" for pair in (*step.step.variables, *step.job.job.variables))
            for command in commands:
                known = replace(command, assigned=command.assigned + assigned)
                run = Run(known, step.path, command.line, step, step.can_fail and command.can_fail)
                yield from self._followed(run, 0)

    def of_hosted(self, path: str, line: int, skips: tuple[str, ...]) -> Iterator[Run]:
        self._seen = set()
        pipeline = Pipeline("pre-commit.ci", jobs=())
        events = frozenset({"pull_request", "push"})
        job = JobSite(path, pipeline, Job("pre-commit.ci", line, line), events)
        step = StepSite(path, Step(line, line), job, events)
        command = ToolCommand(
            "pre-commit", ("run",), line, line, assigned=(f"SKIP={','.join(skips)}",) if skips else ()
        )
        yield from self._followed(Run(command, path, line, step, True), 0)

    def _followed(self, run: Run, depth: int) -> Iterator[Run]:
        if self.left <= 0 or depth > _MAX_DEPTH:
            return
        self.left -= 1
        yield run
        further = replace(run, via=(*run.via, f"{run.path}:{run.line}"))
        for found in self._started(further):
            yield from self._followed(found, depth + 1)

    def _started(self, run: Run) -> Iterator[Run]:
        follow = _FOLLOWED.get(run.command.tool)
        if follow is not None:
            yield from follow(self, run)
        elif run.command.script:
            yield from self._script(run)
        elif run.command.container:
            yield from self._entry_point(run)

    def _entry_point(self, run: Run) -> Iterator[Run]:
        """What a container's entry point does when its first argument is the word that was given as the command."""
        for path, facts in self.sources.facts(ShellScript).items():
            if "entrypoint" not in path.rpartition("/")[2].replace("-", "").replace("_", ""):
                continue
            branch = tuple(
                structs.replace(command, words=_with_arguments(command.words, run.command.arguments))
                for command in facts.commands
                if run.command.tool in command.block.split("/")
            )
            if branch and self._once(f"{path}#{run.command.text}", 0):
                for command in tools_of(branch):
                    yield self._at(run, replace(command, container=""), path, can_fail=True)

    def _make(self, run: Run) -> Iterator[Run]:
        told = dict(re.findall(r"(?:^|\s)([A-Za-z_]\w*)=(\S*)", " ".join(run.command.arguments)))
        directory = run.command.value("-C", "--directory")
        yield from self._tasks(run, "make", _asked_of_make(run.command), directory, told)

    def _just(self, run: Run) -> Iterator[Run]:
        words = _asked_of_just(run.command)
        for tasks in self._files_of("just", run.command.directory):
            left = words or tuple(task.name for task in tasks.file.tasks[:1])
            while left and (task := tasks.named(left[0])):
                taken = len(left) if any(each.is_variadic for each in task.parameters) else 1 + len(task.parameters)
                yield from self._task(run, tasks, _told(task, left[1:taken]), 0)
                left = left[taken:]
            if left != words:
                return

    def _taskfile(self, run: Run) -> Iterator[Run]:
        yield from self._tasks(run, "script", run.command.words, "")

    def _python_tasks(self, run: Run) -> Iterator[Run]:
        yield from self._tasks(run, "nox", run.command.words[:1], "")

    def _project_script(self, run: Run) -> Iterator[Run]:
        words = run.command.words
        yield from self._tasks(run, "project", words[1:2] if words[:1] == ("run",) else words[:1], "")

    def _hatch(self, run: Run) -> Iterator[Run]:
        words = run.command.words
        if run.command.tool == "hatch-script":
            yield from self._tasks(run, "project", (run.command.arguments[0].rpartition(":")[2],), "")
        elif words[:1] == ("test",):
            yield replace(run, command=replace(run.command, tool="pytest", arguments=run.command.arguments[1:]))

    def _service(self, run: Run) -> Iterator[Run]:
        yield from self._compose_service(run, run.command.container)

    def _at(self, run: Run, command: ToolCommand, path: str, *, can_fail: bool) -> Run:
        return Run(
            replace(command, assigned=command.assigned + run.command.assigned),
            path,
            command.line,
            run.step,
            run.can_fail and can_fail and command.can_fail,
            run.via,
        )

    def _once(self, path: str, line: int) -> bool:
        if (path, line) in self._seen:
            return False
        self._seen.add((path, line))
        return True

    def _tasks(
        self, run: Run, runner: str, names: tuple[str, ...], directory: str, told: Mapping[str, str] | None = None
    ) -> Iterator[Run]:
        folder = _under(run.command.directory, directory)
        if "git clone" in run.step.step.run and not any(path.startswith(f"{folder}/") for path in self.sources.paths):
            return  # another repository's, which the step has just fetched
        for tasks in self._files_of(runner, folder):
            wanted = [task for name in names if (task := tasks.named(name))]
            if not names and runner == "make":
                wanted = list(tasks.file.tasks[:1])
            for task in wanted:
                yield from self._task(run, tasks, _with_variables(task, told or {}), 0)
            if wanted:
                return

    def _files_of(self, runner: str, folder: str) -> list[Tasks]:
        candidates = [tasks for tasks in self.tooling.tasks if tasks.runner == runner]
        return [tasks for tasks in candidates if tasks.directory == folder] or candidates

    def _task(self, run: Run, tasks: Tasks, task: Task, depth: int) -> Iterator[Run]:
        if depth > _MAX_DEPTH or not self._once(f"{tasks.path}#{task.name}", task.line):
            return
        for name in task.needs:
            if needed := tasks.named(name):
                yield from self._task(run, tasks, _told(needed, ()), depth + 1)
        directory = _under(tasks.directory, task.directory)
        for line in task.lines:
            for command in tool_commands(line.text, line.line, directory=directory):
                yield self._at(run, command, tasks.path, can_fail=line.can_fail)
                if command.tool == "script" and (
                    other := tasks.named(command.arguments[0] if command.arguments else "")
                ):
                    yield from self._task(run, tasks, other, depth + 1)

    def _tox(self, run: Run) -> Iterator[Run]:
        command = run.command
        asked = command.value("-e", "--env") or next(
            (value.partition("=")[2] for value in command.assigned if value.startswith("TOXENV=")), ""
        )
        for tasks in (tasks for tasks in self.tooling.tasks if tasks.runner == "tox"):
            if command.directory and tasks.directory not in ("", command.directory):
                continue
            names = [name for name in re.split(r"[,\s]+", asked) if name] if "$" not in asked else []
            chosen = [_environment(tasks, name) for name in names] or [tasks.named("")]
            base = tasks.named("testenv")
            for task in chosen:
                if task is None:
                    continue
                yield from self._task(run, tasks, _with_environments(tasks, task), 0)
                if base is not None and not task.lines and task.name:
                    yield from self._task(run, tasks, base, 0)

    def _nox(self, run: Run) -> Iterator[Run]:
        command = run.command
        names: list[str] = []
        for number, word in enumerate(command.arguments):
            if word in ("-s", "--session", "--sessions", "-e"):
                names.extend(word for word in command.arguments[number + 1 :] if not word.startswith("-"))
            elif word.startswith(("--session=", "--sessions=")):
                names.append(word.partition("=")[2])
        names = [re.split(r"[-(]\d|\(", name)[0] for name in names if "$" not in name]
        for tasks in (tasks for tasks in self.tooling.tasks if tasks.path.endswith("noxfile.py")):
            wanted = [task for task in tasks.file.tasks if not names or task.name in names]
            for task in wanted:
                yield from self._task(run, tasks, task, 0)

    def _package_script(self, run: Run) -> Iterator[Run]:
        command = run.command
        words = command.words
        folder = command.value("--prefix", "--cwd", "-C", "--dir")
        if words[:1] in (("run",), ("run-script",)):
            words = words[1:]
        words = tuple(word for word in words if word != folder)
        if words[:1] != () and words[0] not in ("install", "ci", "add", "cache", "config", "i"):
            directory = _under(command.directory, folder)
            if any(tasks.runner == "script" and tasks.directory == directory for tasks in self.tooling.tasks):
                yield from self._tasks(run, "script", words[:1], folder)

    def _script(self, run: Run) -> Iterator[Run]:
        path = self._found(run.command.script, run.command.directory, run.command.container)
        facts = self.sources.facts(ShellScript).get(path)
        if facts is None or not self._once(path, 0):
            return
        strict = any(
            command.words[:1] == ("set",) and any(re.fullmatch(r"-\w*e\w*|errexit", word) for word in command.words)
            for command in facts.commands
        ) or bool(re.search(r"\s-\w*e", facts.interpreter))
        pipefail = any("pipefail" in command.words for command in facts.commands)
        for command in tools_of(facts.commands, pipefail=pipefail, errexit=strict, directory=run.command.directory):
            yield self._at(run, command, path, can_fail=True)

    def _playbook(self, run: Run) -> Iterator[Run]:
        for word in run.command.words:
            path = _under(run.command.directory, word)
            facts = self.sources.facts(Playbook).get(path)
            for command in facts.commands if facts is not None and self._once(path, 0) else ():
                for tool in tool_commands(command.text, command.line):
                    yield self._at(run, tool, path, can_fail=command.can_fail)

    def _found(self, script: str, directory: str, container: str) -> str:
        """The repository's path of a script as a command names it; empty where none or several could be meant."""
        plain = re.sub(r"^(\./|/(app|code|src|workspace|usr/src/app)/)", "", script)
        for path in (_under(directory, plain), plain, f"{container}/{plain}"):
            if path in self.sources.paths:
                return path
        name = plain.lstrip("./")
        matching = [path for path in self.sources.facts(ShellScript) if path.endswith(f"/{name}")]
        return matching[0] if len(matching) == 1 and "$" not in name else ""

    def _compose_service(self, run: Run, name: str) -> Iterator[Run]:
        for path, compose in self.sources.facts(ComposeFile).items():
            for service in compose.services:
                if service.name == name and service.command is not None and self._once(path, service.line):
                    text = " ".join(service.command.words) if service.command.is_text else ""
                    commands = tool_commands(text or _quoted(service.command.words), service.command.line)
                    for command in commands:
                        yield self._at(run, replace(command, container=name), path, can_fail=True)

    def _exit_code_from(self, run: Run) -> Iterator[Run]:
        if "up" in run.command.words and (service := run.command.value("--exit-code-from")):
            yield from self._compose_service(run, service)

    def _hooks(self, run: Run) -> Iterator[Run]:
        command = run.command
        words = command.words[1:] if command.words[:1] == ("run",) else command.words
        if command.words[:1] != ("run",) and command.tool == "pre-commit":
            return
        stage = command.value("--hook-stage", "--stage")
        values = {
            command.value(option)
            for option in ("--hook-stage", "--stage", "--from-ref", "--to-ref", "-c", "--config", "--files")
        }
        asked = tuple(word for word in words if word not in values and "$" not in word)
        skipped = next((value.partition("=")[2] for value in command.assigned if value.startswith("SKIP=")), "").split(
            ","
        )
        config = command.value("-c", "--config")
        for site in self.tooling.hooks:
            if config and site.path != _under(command.directory, config):
                continue
            if not config and site.path.count("/") > 1:
                continue
            if site.hook.id in skipped or (asked and site.hook.id not in asked) or not _at_stage(site, stage):
                continue
            yield from self._hook(run, site)

    def _hook(self, run: Run, site: HookSite) -> Iterator[Run]:
        hook = site.hook
        for found in tool_commands(hook.entry or hook.id, hook.line):
            command = replace(found, arguments=(*found.arguments, *hook.arguments), line=hook.line, end_line=hook.line)
            if not hook.entry:
                tool, *implied = _HOOKS.get(hook.id, hook.id).split()
                command = replace(command, tool=tool, arguments=(*implied, *command.arguments))
            if _is_formatter(command) and not command.has("--check", "--check-only", "--diff"):
                command = replace(command, arguments=(*command.arguments, "--check"))
            yield self._at(run, command, site.path, can_fail=True)


def _is_formatter(command: ToolCommand) -> bool:
    """Whether a hook changes files, which fails the run as a check would."""
    if command.tool == "ruff":
        return command.words[:1] == ("format",)
    return command.tool in ("black", "isort", "yapf", "autopep8", "blue", "darker")


_JUST_VALUES = frozenset({"-f", "--justfile", "-d", "--working-directory", "--dotenv-path", "--shell"})


def _asked_of_just(command: ToolCommand) -> tuple[str, ...]:
    """The recipes and what they are told, without the options of `just` itself."""
    words = list(command.arguments)
    while words and (words[0].startswith("-") or "=" in words[0]):
        del words[: 2 if words[0] in _JUST_VALUES else 1]
    return tuple(words)


def _told(task: Task, words: tuple[str, ...]) -> Task:
    """The recipe with what it is told in place of its parameters."""
    if not task.parameters:
        return task
    values: dict[str, str] = {}
    for number, parameter in enumerate(task.parameters):
        given = words[number:] if parameter.is_variadic else words[number : number + 1]
        values[parameter.name] = " ".join(given) or parameter.default
    everything = " ".join(words)

    def filled(text: str) -> str:
        text = re.sub(r"\{\{\s*([\w-]+)\s*\}\}", lambda use: values.get(use[1], use[0]), text)
        return re.sub(r"\"?\$@\"?", lambda _: everything, text)

    lines = tuple(structs.replace(line, text=filled(line.text)[:_MAX_TEXT]) for line in task.lines)
    return structs.replace(task, name=f"{task.name} {everything}".strip(), lines=lines)


def _with_variables(task: Task, told: Mapping[str, str]) -> Task:
    """The target with the variables that `make` was told in place of their uses."""
    if not told:
        return task

    def filled(text: str) -> str:
        return re.sub(r"\$[({](\w+)[)}]", lambda use: told.get(use[1], use[0]), text)

    return structs.replace(
        task, lines=tuple(structs.replace(line, text=filled(line.text)[:_MAX_TEXT]) for line in task.lines)
    )


_FOLLOWED: dict[str, Callable[[_Follower, Run], Iterator[Run]]] = {
    "pre-commit": _Follower._hooks,
    "prek": _Follower._hooks,
    "make": _Follower._make,
    "gmake": _Follower._make,
    "just": _Follower._just,
    "task": _Follower._taskfile,
    "go-task": _Follower._taskfile,
    "ansible-playbook": _Follower._playbook,
    "tox": _Follower._tox,
    "nox": _Follower._nox,
    "npm": _Follower._package_script,
    "yarn": _Follower._package_script,
    "pnpm": _Follower._package_script,
    "bun": _Follower._package_script,
    "invoke": _Follower._python_tasks,
    "inv": _Follower._python_tasks,
    "duty": _Follower._python_tasks,
    "doit": _Follower._python_tasks,
    "fab": _Follower._python_tasks,
    "poe": _Follower._project_script,
    "pdm": _Follower._project_script,
    "rye": _Follower._project_script,
    "pixi": _Follower._project_script,
    "project-script": _Follower._project_script,
    "hatch": _Follower._hatch,
    "hatch-script": _Follower._hatch,
    "docker-compose": _Follower._exit_code_from,
    "compose-service": _Follower._service,
}
"""How a tool that starts others is followed."""

_HOOKS = {
    "ruff": "ruff check",
    "ruff-check": "ruff check",
    "ruff-format": "ruff format",
    "black-jupyter": "black",
    "pyupgrade": "pyupgrade",
    "python-safety-dependencies-check": "safety check",
    "poetry-check": "poetry check",
}
"""What the hooks of well-known repositories run, where it is not the tool of their name."""


def _at_stage(site: HookSite, stage: str) -> bool:
    stages = {each.removeprefix("commit").strip() or "pre-commit" for each in site.hook.stages}
    return not stages or bool(stages & {stage or "pre-commit", "commit", "pre-commit"})


def _asked_of_make(command: ToolCommand) -> tuple[str, ...]:
    valued = {command.value("-C", "--directory"), command.value("-f", "--file", "--makefile"), command.value("-j")}
    return tuple(word for word in command.words if "=" not in word and word not in valued)


def _environment(tasks: Tasks, name: str) -> Task | None:
    """The environment of that name, or the one that a name of factors (`py311-lint`) falls back to."""
    if found := tasks.named(name):
        return found
    parts = name.split("-")
    return next((found for part in reversed(parts) if (found := tasks.named(part))), tasks.named("testenv"))


def _with_environments(tasks: Tasks, task: Task) -> Task:
    """The task that stands for all environments, its names turned into ones that are defined."""
    if task.name:
        return task
    names = tuple(dict.fromkeys(found.name for name in task.needs if (found := _environment(tasks, name))))
    return Task(task.name, task.line, task.end_line, names, task.lines)


def _under(directory: str, further: str) -> str:
    parts = [part for part in directory.split("/") if part and part != "."]
    for part in further.split("/"):
        if part == ".." and parts:
            parts.pop()
        elif part not in ("", ".", ".."):
            parts.append(part)
    return "/".join(parts)


def _with_arguments(words: tuple[str, ...], arguments: tuple[str, ...]) -> tuple[str, ...]:
    """The words with the script's own arguments in place of `"$@"`; its first one is the word that chose the branch."""
    at = next((number for number, word in enumerate(words) if word in ("$@", "$*", "${@}", "${@:2}")), -1)
    return words if at < 0 else (*words[:at], *arguments, *words[at + 1 :])


def _quoted(words: tuple[str, ...]) -> str:
    return " ".join("'" + word.replace("'", "'\\''") + "'" for word in words)


def _of_action(step: Step) -> ToolCommand | None:
    name = step.uses.partition("@")[0]
    text = _ACTIONS.get(name) or _ACTIONS.get("/".join(name.split("/")[:2]))
    if text is None and name.rpartition("/")[2] == "codecov" and not name.startswith("./"):
        text = "codecov upload"
    if text is None and (match := _LINTING_ACTION.match(name)):
        text = match["tool"]
    if text is None or _leaves_python_out(step, text):
        return None
    for told in _input(step.inputs, "custom-pytest"):
        return next((command for command in tool_commands(told, step.line) if command.tool == "pytest"), None)
    tool, *arguments = text.split()
    given = " ".join(_input(step.inputs, "args", "options", "extra_args", "arguments", "extra-args"))
    if tool == "ruff" and given.startswith(("format", "check")):
        arguments = []
    words = (*arguments, *(word for word in given.split() if word not in arguments))
    if tool in ("docker", "twine"):
        words = (
            *words,
            *(
                f"--{pair.name}={pair.value}"
                for pair in step.inputs
                if pair.name in ("push", "file", "context", "target")
            ),
        )
    return ToolCommand(tool, words, step.line, step.end_line)


def _leaves_python_out(step: Step, text: str) -> bool:
    """Whether an action that lints many languages is told to look at some, and Python is none of them."""
    chosen = [
        pair.name for pair in step.variables if pair.name.startswith("VALIDATE_") and pair.value.lower() == "true"
    ]
    chosen = [name for name in chosen if name != "VALIDATE_ALL_CODEBASE"]
    return text == "super-linter" and bool(chosen) and not any("PYTHON" in name for name in chosen)


def _input(inputs: tuple[Pair, ...], *names: str) -> list[str]:
    return [pair.value for pair in inputs if pair.name in names]
