"""What a step runs in the end: its commands, followed through make, tox, nox, scripts, Compose services and hooks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from msgspec import structs

from readiness_bot.facts.compose import ComposeFile
from readiness_bot.facts.dockerfile import Dockerfile
from readiness_bot.facts.pipeline import Job, Pair, Pipeline, Step
from readiness_bot.facts.playbook import Playbook
from readiness_bot.facts.shell import ShellScript
from readiness_bot.facts.tasks import Task
from readiness_bot.repo.images import Image, dockerfile_of, run_text
from readiness_bot.repo.pipeline_sites import JobSite, Run, StepSite
from readiness_bot.repo.sources import Sources
from readiness_bot.repo.tool_commands import ToolCommand, tool_commands, tools_of
from readiness_bot.repo.tooling import HookSite, Tasks, Tooling

MAX_RUNS = 5_000
"""Commands followed in all pipelines together; hand-written ones come to a few hundred."""

MAX_RUNS_OF_ONE = 1_500
"""Those of one file of pipelines, so that one which starts much leaves some for the others."""

MAX_DEPTH = 6
"""Commands that start commands; hand-written ones come to three or four."""


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
    "trunk-io/trunk-action": "trunk check",
    "pypa/cibuildwheel": "cibuildwheel",
    "pavelzw/pytest-action": "pytest",
}
"""What well-known actions run, as the command that does the same."""


_COMMAND_INPUT = re.compile(r"(?:.*[-_])?(?:commands?|cmd|run|script)|install-dependencies|extra-checks", re.IGNORECASE)
"""What actions, and pipelines of other repositories, are told to run: `nick-fields/retry` and its like."""


def is_command_input(name: str) -> bool:
    """Whether what an action or a pipeline is given under the name is run by it; case does not tell names apart."""
    return _COMMAND_INPUT.fullmatch(name) is not None


_LINTING_ACTION = re.compile(
    r"(?:reviewdog|wearerequired|jwgmeligmeyling|hargata|cclauss)/(?:action-)?(?P<tool>[\w-]+)"
)


_MAX_TEXT = 10_000


@dataclass(slots=True)
class Follower:
    """Follows a step's commands into what they start; bounded in depth and number."""

    sources: Sources
    tooling: Tooling
    left: int = MAX_RUNS
    _left_of_one: dict[str, int] = field(default_factory=dict)
    _seen: set[tuple[str, int]] = field(default_factory=set)

    def of_step(self, step: StepSite) -> Iterator[Run]:
        """What a step's commands, or the action that it uses, come to."""
        self._seen = set()
        texts = [(step.step.run, step.step.run_line)] if step.step.run else []
        if step.step.uses:
            command = _of_action(step.step)
            if command is not None:
                yield from self._followed(Run(command, step.path, step.step.line, step, step.can_fail), 0)
            elif not step.step.uses.startswith(("./", "actions/")):
                texts = [(pair.value, pair.line) for pair in step.step.inputs if is_command_input(pair.name)]
        for text, line in texts:
            directory = "" if "$" in step.step.directory else step.step.directory.strip("./")
            commands = tool_commands(text, line, pipefail=step.step.pipefail, directory=directory)
            assigned = tuple(f"{pair.name}={pair.value}" for pair in (*step.step.variables, *step.job.job.variables))
            for command in commands:
                known = replace(command, assigned=command.assigned + assigned)
                run = Run(known, step.path, command.line, step, step.can_fail and command.can_fail)
                yield from self._followed(run, 0)

    def of_hosted(self, path: str, line: int, skips: tuple[str, ...]) -> Iterator[Run]:
        """What pre-commit's own service runs of the hooks of a file, but for those that it skips."""
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
        pipeline = run.step.path
        left = self._left_of_one.get(pipeline, MAX_RUNS_OF_ONE)
        if self.left <= 0 or left <= 0 or depth > MAX_DEPTH:
            return
        self.left -= 1
        self._left_of_one[pipeline] = left - 1
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

    def _gulp(self, run: Run) -> Iterator[Run]:
        yield from self._tasks(run, "gulp", run.command.words or ("default",), "")

    def _python_tasks(self, run: Run) -> Iterator[Run]:
        # A function goes by its name with dashes: `inv check-lint`.
        names = run.command.words[:1]
        yield from self._tasks(run, "nox", (*names, *(name.replace("-", "_") for name in names if "-" in name)), "")

    def _pants(self, run: Run) -> Iterator[Run]:
        yield from self._tasks(run, "pants", run.command.words, "")

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
        if depth > MAX_DEPTH or not self._once(f"{tasks.path}#{task.name}", task.line):
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
        beside = run.path.rpartition("/")[0] if run.path in self.sources.facts(ShellScript) else ""
        path = self._found(run.command.script, run.command.directory, run.command.container, beside)
        facts = self.sources.facts(ShellScript).get(path)
        if facts is None or not self._once(path, 0):
            return
        strict = any(
            command.words[:1] == ("set",) and any(re.fullmatch(r"-\w*e\w*|errexit", word) for word in command.words)
            for command in facts.commands
        ) or bool(re.search(r"\s-\w*e", facts.interpreter))
        pipefail = any("pipefail" in command.words for command in facts.commands)
        told = [
            command
            if command.block
            else structs.replace(command, words=_with_arguments(command.words, run.command.arguments))
            for command in facts.commands
        ]
        for command in tools_of(tuple(told), pipefail=pipefail, errexit=strict, directory=run.command.directory):
            yield self._at(run, command, path, can_fail=True)

    def _playbook(self, run: Run) -> Iterator[Run]:
        for word in run.command.words:
            path = _under(run.command.directory, word)
            facts = self.sources.facts(Playbook).get(path)
            for command in facts.commands if facts is not None and self._once(path, 0) else ():
                for tool in tool_commands(command.text, command.line):
                    yield self._at(run, tool, path, can_fail=command.can_fail)

    def _found(self, script: str, directory: str, container: str, beside: str) -> str:
        """The repository's path of a script as a command names it; empty where none or several could be meant.

        A folder that a variable names is most often that of the script which the command stands in.
        """
        if (named := _IN_A_VARIABLE.sub("", script)) != script:
            places = (_under(folder, named) for folder in dict.fromkeys((beside, directory, "")))
            return next((path for path in places if path in self.sources.facts(ShellScript)), "")
        plain = re.sub(r"^(\./|/(app|code|src|workspace|usr/src/app)/)", "", script)
        for path in (_under(directory, plain), plain, f"{container}/{plain}"):
            if path in self.sources.paths:
                return path
        parts = script.split("/")[2:] if script.startswith("/") else []
        for start in range(len(parts)):  # where the tree lies in a container is the image's to choose
            if (within := "/".join(parts[start:])) in self.sources.facts(ShellScript):
                return within
        name = plain.lstrip("./")
        matching = [path for path in self.sources.facts(ShellScript) if path.endswith(f"/{name}")]
        return matching[0] if len(matching) == 1 and "$" not in name else ""

    def _compose_service(self, run: Run, name: str) -> Iterator[Run]:
        for path, compose in self.sources.facts(ComposeFile).items():
            for service in compose.services:
                if service.name == name and service.command is not None and self._once(path, service.line):
                    entry = service.entrypoint.words if service.entrypoint is not None else ()
                    words = (*entry, *service.command.words)
                    # What a shell is handed is one word, whatever stands in it.
                    is_plain = service.command.is_text and "-c" not in words[1:2]
                    commands = tool_commands(" ".join(words) if is_plain else _quoted(words), service.command.line)
                    for command in commands:
                        yield self._at(run, replace(command, container=name), path, can_fail=True)

    def _compose(self, run: Run) -> Iterator[Run]:
        command = run.command
        if "up" in command.words and (service := command.value("--exit-code-from")):
            yield from self._compose_service(run, service)
        if "build" not in command.words and not ("up" in command.words and command.has("--build")):
            return
        asked = command.words[command.words.index("build") + 1 :] if "build" in command.words else ()
        told = {_under(command.directory, command.value(option)) for option in ("-f", "--file") if command.has(option)}
        for path, compose in self.sources.facts(ComposeFile).items():
            if path not in told if told else not _is_found_by_name(path, command.directory):
                continue
            names = {service.name for service in compose.services} & set(asked)
            for built in compose.services:
                if built.builds and (not names or built.name in names):
                    yield from self._image(run, dockerfile_of(path, built), built.target)

    def _build(self, run: Run) -> Iterator[Run]:
        """What the build of an image checks before there is one."""
        command = run.command
        if command.words[:1] != ("build",) and command.words[:2] not in (("buildx", "build"), ("image", "build")):
            return
        context = command.value("--context") or command.arguments[-1]
        given = command.value("-f", "--file")
        path = _under(
            command.directory, given or ("Dockerfile" if context.startswith("-") else f"{context}/Dockerfile")
        )
        yield from self._image(run, path, command.value("--target"))

    def _image(self, run: Run, path: str, target: str) -> Iterator[Run]:
        dockerfile = self.sources.facts(Dockerfile).get(path)
        if dockerfile is None or not dockerfile.stages or not self._once(f"{path}#{target}", 0):
            return
        for stage in Image(path, dockerfile, target).needed_stages:
            for instruction in stage.instructions:
                if instruction.keyword != "RUN":
                    continue
                folder = path.rpartition("/")[0]
                for command in tool_commands(run_text(instruction), instruction.line, directory=folder):
                    if _checks(command):
                        yield self._at(run, command, path, can_fail=True)

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

    def _trunk(self, run: Run) -> Iterator[Run]:
        """The linters that Trunk is told to run; one that would change a file fails the check."""
        if run.command.words[:1] in (("check",), ("fmt",)):
            for site in self.tooling.linters_of_trunk:
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


_IN_A_VARIABLE = re.compile(r"^\$(\w+|\{[^}]*\}|\([^)]*\))/")
_COMPOSE_NAMES = frozenset({"docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml"})


def _is_found_by_name(path: str, directory: str) -> bool:
    folder, _, name = path.rpartition("/")
    return folder == directory and name in _COMPOSE_NAMES


_CHECKERS = re.compile(
    r"pytest|py\.test|unittest|nose2|nosetests|trial|tox|nox|ruff|flake8|pylint|mypy|pyright|black|isort|bandit|pip-audit"
)
_CHECKING_SCRIPT = re.compile(r"(^|[/_-])(tests?|checks?|lint)([_.-]|$)")


def _checks(command: ToolCommand) -> bool:
    """Whether a command checks the code; what else the build of an image runs makes up the image."""
    return bool(
        _CHECKERS.fullmatch(command.tool)
        or (command.tool in ("manage.py", "setup.py", "make") and command.words[:1] == ("test",))
        or _CHECKING_SCRIPT.search(command.script)
    )


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


_FOLLOWED: dict[str, Callable[[Follower, Run], Iterator[Run]]] = {
    "pre-commit": Follower._hooks,
    "prek": Follower._hooks,
    "trunk": Follower._trunk,
    "make": Follower._make,
    "gmake": Follower._make,
    "just": Follower._just,
    "task": Follower._taskfile,
    "go-task": Follower._taskfile,
    "ansible-playbook": Follower._playbook,
    "tox": Follower._tox,
    "nox": Follower._nox,
    "gulp": Follower._gulp,
    "npm": Follower._package_script,
    "yarn": Follower._package_script,
    "pnpm": Follower._package_script,
    "bun": Follower._package_script,
    "invoke": Follower._python_tasks,
    "inv": Follower._python_tasks,
    "duty": Follower._python_tasks,
    "doit": Follower._python_tasks,
    "fab": Follower._python_tasks,
    "poe": Follower._project_script,
    "pdm": Follower._project_script,
    "rye": Follower._project_script,
    "pixi": Follower._project_script,
    "project-script": Follower._project_script,
    "pants": Follower._pants,
    "hatch": Follower._hatch,
    "hatch-script": Follower._hatch,
    "docker": Follower._build,
    "docker-compose": Follower._compose,
    "compose-service": Follower._service,
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
