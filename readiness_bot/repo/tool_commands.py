"""Which tool a shell command really runs, once runners, containers and wrappers are taken off; knows no repository."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from msgspec import structs

from readiness_bot.facts.shell import ShellCommand, shell_commands

_MAX_DEPTH = 6

_BARE = frozenset(
    {
        "command",
        "dockerize",
        "dotenv",
        "eatmydata",
        "exec",
        "ionice",
        "nice",
        "nohup",
        "retry",
        "stdbuf",
        "sudo",
        "time",
        "xvfb-run",
    }
)
"""Programs that run the words behind their options."""

_VALUED = {
    "sudo": {"-u", "-g", "-C", "-h"},
    "nice": {"-n"},
    "xvfb-run": {"-s", "-n", "-e", "--server-args", "--server-num"},
    "retry": {"-t", "-d", "--times", "--delay"},
    "dotenv": {"-f", "-e", "--file"},
    "dockerize": {"-wait", "-timeout", "-wait-retry-interval", "-template", "-stdout", "-stderr", "-wait-http-header"},
}
_FLAGS_OF_CONTAINERS = frozenset(
    {
        "--build",
        "--detach",
        "--init",
        "--interactive",
        "--no-TTY",
        "--no-deps",
        "--privileged",
        "--publish-all",
        "--quiet",
        "--quiet-pull",
        "--read-only",
        "--remove-orphans",
        "--rm",
        "--service-ports",
        "--tty",
        "--use-aliases",
        "-P",
        "-T",
        "-a",
        "-d",
        "-dit",
        "-i",
        "-iT",
        "-it",
        "-itd",
        "-q",
        "-t",
        "-ti",
    }
)
_RUNNERS = {
    "bunx": (),
    "conda": ("run",),
    "devbox": ("run",),
    "doppler": ("run",),
    "hatch": ("run",),
    "mamba": ("run",),
    "micromamba": ("run",),
    "npx": (),
    "op": ("run",),
    "pdm": ("run",),
    "pipenv": ("run",),
    "pipx": ("run",),
    "pixi": ("run",),
    "poetry": ("run",),
    "rye": ("run",),
    "uv": ("run",),
    "uvx": (),
}
_UV_TOOL = ("uv", "tool", "run")
_RUNNER_VALUES = frozenset(
    {
        "--config",
        "--cwd",
        "--directory",
        "--dir",
        "--env",
        "--env-file",
        "--environment",
        "--extra",
        "--from",
        "--group",
        "--index",
        "--index-url",
        "--name",
        "--no-group",
        "--only-group",
        "--package",
        "--prefix",
        "--project",
        "--python",
        "--spec",
        "--with",
        "--with-requirements",
        "-C",
        "-E",
        "-c",
        "-e",
        "-n",
        "-p",
    }
)
_PYTHON = re.compile(r"(python|pypy)(\d(\.\d+)?)?(\.exe)?|py|coverage3?|\$\{?PYTHON\w*\}?")
_SHELLS = frozenset({"bash", "sh", "zsh", "dash", "ash"})
_SCRIPT = re.compile(r"\.(sh|bash)$")


@dataclass(frozen=True, slots=True)
class ToolCommand:
    """One run of a tool: its name without directory, its arguments, and where the words stand.

    `target` is what a task runner was asked for (`make test`), `script` a shell script that is started, `container`
    the Compose service or image that it runs in.
    """

    tool: str
    arguments: tuple[str, ...]
    line: int
    end_line: int
    can_fail: bool = True
    assigned: tuple[str, ...] = ()
    directory: str = ""
    script: str = ""
    container: str = ""

    @property
    def text(self) -> str:
        """The words as one line."""
        return " ".join((self.tool, *self.arguments))

    def has(self, *options: str) -> bool:
        """Whether one of these options is given, alone or with a value behind `=`."""
        return any(word == option or word.startswith(f"{option}=") for word in self.arguments for option in options)

    def value(self, *options: str) -> str:
        """The value of the first of these options that has one; empty without."""
        for number, word in enumerate(self.arguments):
            for option in options:
                if word.startswith(f"{option}="):
                    return word[len(option) + 1 :]
                if word == option:
                    return self.arguments[number + 1] if number + 1 < len(self.arguments) else ""
        return ""

    @property
    def words(self) -> tuple[str, ...]:
        """The arguments that are no options."""
        return tuple(word for word in self.arguments if not word.startswith("-"))


def tool_commands(text: str, line: int = 1, *, pipefail: bool = False, directory: str = "") -> Iterator[ToolCommand]:
    """The tools that a shell text runs, in order, with the directory that each `cd` before leads to."""
    looks_back = _KEEPS_STATUS.search(text) is not None and _FAILS.search(text) is not None
    yield from tools_of(
        shell_commands(text, line),
        pipefail=pipefail or "pipefail" in text,
        directory=directory,
        looks_back=looks_back,
    )


_KEEPS_STATUS = re.compile(r"\w=\"?\$(\?|\{\?\})")
_FAILS = re.compile(r"\bexit +[1-9]")
"""What a text that keeps how a command ended does later, where that was badly: `ended=$?` … `exit 1`."""


def tools_of(
    commands: tuple[ShellCommand, ...],
    *,
    pipefail: bool = False,
    errexit: bool = True,
    directory: str = "",
    looks_back: bool = False,
) -> Iterator[ToolCommand]:
    """The tools that these commands run, in order.

    Without `errexit` the script goes on behind a failure, which counts for nothing unless it `looks_back` on how they
    ended.
    """
    commands = tuple(_with_evaluated(commands))
    forgiving = not errexit
    exits = looks_back or any(
        word.startswith("$") for command in commands if command.words[:1] == ("exit",) for word in command.words
    )
    passing = _passing(commands)
    for number, command in enumerate(commands):
        words = command.words
        if words[:1] == ("set",):
            forgiving = _forgives(words, forgiving)
        elif words[:1] in (("cd",), ("pushd",)) and len(words) > 1:
            directory = _joined(directory, words[-1])
        decides = not forgiving or exits or number == len(commands) - 1 or command.then == "||"
        can_fail = decides and not _is_forgiven(commands, number, pipefail)
        called = passing.get(words[0], ()) if len(words) > 1 and command.block != words[0] else ()
        handed = [_with_arguments(inner, words[1:]) for inner in called] or [words]
        for tool in (tool for each in handed for tool in _unwrapped(each, 0)):
            yield ToolCommand(
                tool.tool,
                tool.arguments,
                command.line,
                command.end_line,
                can_fail and tool.can_fail,
                command.assigned + tool.assigned,
                _joined(directory, tool.directory),
                tool.script,
                tool.container,
            )


_ALL_ARGUMENTS = frozenset({"$@", "$*", "${@}", "${*}"})


def _passing(commands: tuple[ShellCommand, ...]) -> dict[str, list[tuple[str, ...]]]:
    """By the name of a function, the commands in it that are handed all it is called with: `poetry run "$@"`."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for command in commands:
        if command.block and command.words[0] not in _HARMLESS and not _ALL_ARGUMENTS.isdisjoint(command.words):
            found.setdefault(command.block, []).append(command.words)
    return found


def _with_arguments(words: tuple[str, ...], given: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(each for word in words for each in (given if word in _ALL_ARGUMENTS else (word,)))


def _with_evaluated(commands: tuple[ShellCommand, ...]) -> Iterator[ShellCommand]:
    """The commands, those in place that a function of the script is handed as one text and evaluates."""
    evaluating = {one.block for one in commands if one.block and one.words in _EVALUATED}
    for command in commands:
        if len(command.words) > 1 and command.words[0] in evaluating:
            for told in shell_commands(command.words[1], command.line):
                yield structs.replace(command, words=told.words, assigned=told.assigned)
        else:
            yield command


_EVALUATED = (("eval", "$1"), ("bash", "-c", "$1"), ("sh", "-c", "$1"))


def _joined(directory: str, further: str) -> str:
    if not further or further.startswith(("$", "/", "~")) or "${{" in further:
        return directory if not further else ""
    parts = [part for part in directory.split("/") if part]
    for part in further.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _forgives(words: tuple[str, ...], before: bool) -> bool:
    if any(re.fullmatch(r"\+[a-zA-Z]*e[a-zA-Z]*", word) for word in words):
        return True
    return before and not any(re.fullmatch(r"-[a-zA-Z]*e[a-zA-Z]*", word) for word in words)


_HARMLESS = frozenset({"true", ":", "echo", "printf", "cat", "logger", "tee"})


def _is_forgiven(commands: tuple[ShellCommand, ...], number: int, pipefail: bool) -> bool:
    """Whether the script goes on and succeeds though this command failed."""
    command = commands[number]
    if command.background:
        return True
    if command.then in ("|", "|&") and not pipefail:
        return True
    for later, each in enumerate(commands[number:], number):
        following = commands[later + 1].words if later + 1 < len(commands) else ()
        if each.then == "||":
            if following[:1] == ("exit",):
                return following[1:2] == ("0",)
            return following[:1] != () and following[0] in _HARMLESS
        if each.then not in ("&&", "|", "|&"):
            return False
    return False


@dataclass(frozen=True, slots=True)
class _Tool:
    tool: str
    arguments: tuple[str, ...]
    can_fail: bool = True
    assigned: tuple[str, ...] = ()
    directory: str = ""
    script: str = ""
    container: str = ""


_PREFIX = re.compile(r"^\$\{\w+\}(?=[a-z])")
"""A folder that a variable holds, with its slash or empty: `${BIN}pytest`."""


def _name(word: str) -> str:
    return _PREFIX.sub("", word.rpartition("/")[2])


def _behind_options(words: tuple[str, ...], valued: frozenset[str] | set[str]) -> tuple[str, ...]:
    at = 0
    while at < len(words) and words[at].startswith("-"):
        if words[at] == "--":
            return words[at + 1 :]
        at += 2 if words[at] in valued else 1
    return words[at:]


_EVALUATES = frozenset({"eval", "run", "run_cmd", "run_command", "execute", "try"})
"""The shell's own word, and the names that scripts give to a function that shows one text and evaluates it."""


def _unwrapped(words: tuple[str, ...], depth: int) -> Iterator[_Tool]:
    if not words or depth > _MAX_DEPTH:
        return
    name, rest = ("uvx", words[3:]) if words[:3] == _UV_TOOL else (_name(words[0]), words[1:])
    if name in _BARE:
        yield from _unwrapped(_behind_options(rest, _VALUED.get(name, set())), depth + 1)
    elif name in ("env", "timeout", "flock", "xargs", "find"):
        yield from _of_wrapper(name, rest, depth)
    elif name in ("su", "runuser") and {"-c", "--command"} & set(rest[:-1]):
        # Somebody else's shell: what is handed to it is what runs.
        at = next(number for number, word in enumerate(rest) if word in ("-c", "--command"))
        yield from _of_shell(("sh", "-c", rest[at + 1]), "sh", ("-c", rest[at + 1]))
    elif name in _EVALUATES and len(rest) == 1 and " " in rest[0]:
        yield from _of_shell(("sh", "-c", rest[0]), "sh", ("-c", rest[0]))
    elif name in _SHELLS or _SCRIPT.search(name) or name in ("source", "."):
        yield from _of_shell(words, name, rest)
    elif name in _RUNNERS and rest[: len(_RUNNERS[name])] == _RUNNERS[name]:
        yield from _of_runner(name, rest[len(_RUNNERS[name]) :], depth)
    elif _PYTHON.fullmatch(name):
        yield from _of_python(name, rest, depth)
    elif name in _STARTERS:
        yield from _STARTERS[name](name, rest, depth)
    elif len(rest) > 1 and rest[1:2] == _RUNNERS.get(rest[0]):  # something wrapped around a runner
        yield from _unwrapped(rest, depth + 1)
    elif "/" in words[0] and "." not in name and not words[0].startswith(("/", "~")):
        yield _Tool(name, rest, script=words[0])
    else:
        yield _Tool(name, rest)


def _of_wrapper(name: str, rest: tuple[str, ...], depth: int) -> Iterator[_Tool]:
    if name == "find":
        if "-exec" in rest:
            yield from _unwrapped(rest[rest.index("-exec") + 1 :], depth + 1)
        return
    rest = _behind_options(rest, {"-n", "-P", "-I", "-L", "-k", "-s", "-u", "-C", "-d"})
    while rest and "=" in rest[0] and name == "env":
        rest = rest[1:]
    yield from _unwrapped(rest[1:] if name in ("timeout", "flock") else rest, depth + 1)


def _of_shell(words: tuple[str, ...], name: str, rest: tuple[str, ...]) -> Iterator[_Tool]:
    if _SCRIPT.search(name):
        yield _Tool(name, rest, script=words[0])
        return
    inline = next((number for number, word in enumerate(rest) if re.fullmatch(r"-[a-z]*c", word)), None)
    if inline is not None and inline + 1 < len(rest):
        for tool in tool_commands(rest[inline + 1]):
            yield _Tool(
                tool.tool, tool.arguments, tool.can_fail, tool.assigned, tool.directory, tool.script, tool.container
            )
        return
    script = next((word for word in rest if not word.startswith("-")), "")
    if script:
        yield _Tool(_name(script), rest[rest.index(script) + 1 :], script=script)


def _of_runner(name: str, rest: tuple[str, ...], depth: int) -> Iterator[_Tool]:
    inner = _behind_options(rest, _RUNNER_VALUES)
    options = rest[: len(rest) - len(inner)]
    directory = next(
        (options[number + 1] for number, word in enumerate(options[:-1]) if word in ("--directory", "--project")), ""
    )
    if name == "hatch" and inner:
        task = inner[0].rpartition(":")[2]
        yield _Tool("hatch-script", (inner[0], *inner[1:]))
        inner = (task, *inner[1:])
    elif inner and name in ("pdm", "pipenv", "poetry", "rye", "pixi"):
        yield _Tool("project-script", inner)
    if inner:
        first = re.split(r"[@=<>]", inner[0])[0] or inner[0]
        inner = (first, *inner[1:]) if not inner[0].startswith((".", "/", "$")) else inner
    for tool in _unwrapped(inner, depth + 1):
        yield _Tool(
            tool.tool,
            tool.arguments,
            tool.can_fail,
            tool.assigned,
            _joined(directory, tool.directory),
            tool.script,
            tool.container,
        )


def _of_python(name: str, rest: tuple[str, ...], depth: int) -> Iterator[_Tool]:
    if name.startswith("coverage"):
        yield _Tool("coverage", rest)
        if rest[:1] == ("run",):
            yield from _unwrapped(("python", *_without_coverage_options(rest[1:])), depth + 1)
        return
    options = _behind_options(rest, {"-W", "-X"})
    if "-m" in rest[: len(rest) - len(options) + 1]:
        yield from _unwrapped(rest[rest.index("-m") + 1 :], depth + 1)
    elif options:
        yield _Tool(_name(options[0]), options[1:], script=options[0])


def _without_coverage_options(words: tuple[str, ...]) -> tuple[str, ...]:
    """What `coverage run` runs: a file, or a module behind `-m`."""
    at = 0
    while at < len(words) and words[at].startswith("-") and words[at] not in ("-m", "--module"):
        at += 2 if words[at] in _COVERAGE_VALUES else 1
    return ("-m", *words[at + 1 :]) if words[at : at + 1] == ("--module",) else words[at:]


_COVERAGE_VALUES = frozenset(
    {"--source", "--rcfile", "--omit", "--include", "--data-file", "--context", "--concurrency"}
)


_CLUSTER_VALUES = frozenset({"-n", "--namespace", "--context", "-c", "--container", "-s", "--shell"})


def _of_cluster(name: str, rest: tuple[str, ...], depth: int) -> Iterator[_Tool]:
    """A command of a cluster's client, and what it runs in a pod: `oc rsh dc/shop pytest`."""
    yield _Tool(name, rest)
    asked = _behind_options(rest, _CLUSTER_VALUES)
    if asked[:1] not in (("exec",), ("rsh",)):
        return
    # The first word that is no option is the pod; what runs there stands behind it, or behind two dashes.
    behind = asked[asked.index("--") :] if "--" in asked else _behind_options(asked[1:], _CLUSTER_VALUES)
    for found in _unwrapped(behind[1:], depth + 1):
        yield _Tool(found.tool, found.arguments, found.can_fail, found.assigned, "", found.script)


_CONTAINER_VALUES = frozenset(
    {
        "-f",
        "--file",
        "-p",
        "--project-name",
        "--profile",
        "--env-file",
        "--project-directory",
        "--context",
        "-H",
        "--host",
        "--ansi",
        "--parallel",
        "--progress",
    }
)


_OPTIONS_KEPT = re.compile(r"^\$[{(]*\W*\w*[\w.]*(OPTION|OPT|ARG|FLAG|PARAM)S?\b", re.IGNORECASE)
"""A variable that is named for the options it holds: `docker compose run $RUN_OPTS app pytest`."""


def _of_container(name: str, rest: tuple[str, ...], depth: int) -> Iterator[_Tool]:
    compose = name.endswith("-compose") or rest[:1] == ("compose",)
    if compose and not name.endswith("-compose"):
        rest = rest[1:]
    tool = "docker-compose" if compose else "docker"
    inner = _behind_options(rest, _CONTAINER_VALUES)
    yield _Tool(tool, rest)
    if inner[:1] not in (("run",), ("exec",)):
        return
    at = 1
    while at < len(inner) and (inner[at].startswith("-") or _OPTIONS_KEPT.search(inner[at])):
        alone = inner[at] in _FLAGS_OF_CONTAINERS or "=" in inner[at] or not inner[at].startswith("-")
        at += 1 if alone else 2
    if at >= len(inner):
        return
    entry = next((inner[number + 1] for number, word in enumerate(inner[:at]) if word == "--entrypoint"), "")
    entry = entry or next((word.partition("=")[2] for word in inner[:at] if word.startswith("--entrypoint=")), "")
    started = (*entry.split(), *inner[at + 1 :])
    if re.fullmatch(r"-\w*c", next(iter(started), "")):
        started = ("sh", *started)  # the entry point of the image is a shell: `docker run shop -c "pytest"`
    for found in _unwrapped(started, depth + 1):
        yield _Tool(found.tool, found.arguments, found.can_fail, found.assigned, "", found.script, inner[at])
    if not started and compose:
        yield _Tool("compose-service", (inner[at],), container=inner[at])


_STARTERS = {
    **dict.fromkeys(("docker", "podman", "docker-compose", "podman-compose", "nerdctl"), _of_container),
    **dict.fromkeys(("kubectl", "oc"), _of_cluster),
}
"""The clients by which a command is run in a container or a pod."""
