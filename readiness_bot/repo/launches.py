"""What is started, followed from a command line through scripts and process files of one tree; judges nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from readiness_bot.facts.makefile import Makefile
from readiness_bot.facts.procfile import Procfile
from readiness_bot.facts.service_units import Section, ServiceUnits
from readiness_bot.facts.shell import ShellScript
from readiness_bot.repo.commands import Parsed, Purpose, TargetKind, parse_commands, parse_text, parse_words
from readiness_bot.repo.sources import Sources

MAX_HOPS = 6
"""Scripts followed from one start: an entry point that calls a start script that runs supervisor makes three."""


@dataclass(frozen=True, slots=True)
class Started:
    """Something that a deployment file starts, and the line that says so.

    `via` is what says so: `image`, `compose`, `kubernetes`, `platform`, `unit`, `procfile` or `script`. `deployed`
    is False for development, test and example files, and for development modes. `resolved` is the path in the tree
    of a script, a module or manage.py that is started; empty where the tree holds none.
    """

    path: str
    command: Parsed
    via: str
    deployed: bool
    resolved: str = ""

    @property
    def near(self) -> str:
        """A path beside which its target is looked for: the file that tells it, or where the command goes first."""
        folder, _, name = self.path.rpartition("/")
        return "/".join(filter(None, (folder, self.command.directory, name)))

    @property
    def line(self) -> int:
        """The line of the command."""
        return self.command.line

    @property
    def kind(self) -> TargetKind:
        """What `target` is: see `Parsed`."""
        return self.command.kind

    @property
    def target(self) -> str:
        """The import string, module, path or program that is started."""
        return self.command.target

    @property
    def purpose(self) -> Purpose:
        """What it is started for, as far as the command tells; `other` may well serve."""
        return self.command.purpose

    @property
    def server(self) -> str:
        """The program that serves it, as `gunicorn`; empty where it serves itself."""
        return self.command.server


class Launches:
    """Follows command lines through one tree."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._scripts = sources.facts(ShellScript)
        self._units = sources.facts(ServiceUnits)
        self._procfiles = sources.facts(Procfile)
        self._makefiles = sources.facts(Makefile)
        self._by_name: dict[str, list[str]] = {}
        for path in sorted(sources.paths):
            self._by_name.setdefault(path.rpartition("/")[2], []).append(path)

    def of_words(
        self, words: Sequence[str], path: str, line: int, via: str, *, deployed: bool = True
    ) -> Iterator[Started]:
        """What an exec form in the file at `path` starts."""
        yield from self._follow(parse_words(words, line), path, via, deployed, frozenset())

    def of_text(self, text: str, path: str, line: int, via: str, *, deployed: bool = True) -> Iterator[Started]:
        """What a shell text in the file at `path` starts."""
        yield from self._follow(parse_text(text, line), path, via, deployed, frozenset())

    def of_script(self, path: str, via: str, *, deployed: bool = True) -> Iterator[Started]:
        """What the script at `path` starts."""
        script = self._scripts.get(path)
        if script is not None:
            yield from self._follow(_of_commands(script), path, via, deployed, frozenset({path}))

    def of_units(self, path: str, via: str, *, deployed: bool = True) -> Iterator[Started]:
        """What the process manager's file at `path` starts."""
        units = self._units.get(path)
        if units is not None:
            yield from self._of_sections(units, path, via, deployed, frozenset({path}))

    def of_procfile(self, path: str, via: str, *, deployed: bool = True) -> Iterator[Started]:
        """What the Procfile at `path` starts."""
        procfile = self._procfiles.get(path)
        if procfile is not None:
            yield from self._of_processes(procfile, path, via, deployed, frozenset({path}))

    def resolve(self, word: str, near: str) -> str:
        """The path in the tree that a path inside a container or unit most likely stands for; empty without any.

        Of the files of that name the one that shares most trailing folders is taken, then the one nearest to `near`.
        """
        wanted = [part for part in re.sub(r"\$\{?\w+\}?", "", word).split("/") if part not in ("", ".", "..")]
        if not wanted:
            return ""
        candidates = self._by_name.get(wanted[-1], [])
        if not candidates:
            return ""

        def fit(candidate: str) -> tuple[int, int, int, str]:
            parts = candidate.split("/")
            trailing = _alike(reversed(parts), reversed(wanted))
            shared = _alike(parts[:-1], near.split("/")[:-1])
            return -trailing, -shared, len(parts), candidate

        return min(candidates, key=fit)

    def _follow(
        self, commands: Iterable[Parsed], path: str, via: str, deployed: bool, seen: frozenset[str]
    ) -> Iterator[Started]:
        for command in commands:
            started = Started(path, command, via, deployed and not command.develops)
            if command.kind == "script":
                yield from self._of_script(started, seen)
            elif command.kind == "supervisor":
                yield from self._of_manager(started, seen)
            elif command.kind == "process-file":
                found = self.resolve(command.target, path)
                procfile = self._procfiles.get(found)
                if procfile is not None and found not in seen and len(seen) < MAX_HOPS:
                    yield from self._of_processes(procfile, found, via, started.deployed, seen | {found})
            elif command.kind == "task":
                yield from self._of_targets(started, seen)
            elif command.kind == "django" and command.target:
                yield replace(started, resolved=self.resolve(command.target, path))
            elif command.kind == "module":
                yield replace(started, resolved=self._of_module(command.target))
            else:
                yield started

    def _of_module(self, name: str) -> str:
        """The file that `python -m` runs by this name, from the root or from the one folder where it is."""
        file = f"{name.replace('.', '/')}.py"
        inner = f"{file.removesuffix('.py')}/__main__.py"
        candidates = (*self._by_name.get(file.rpartition("/")[2], ()), *self._by_name.get("__main__.py", ()))
        found = [path for path in candidates if f"/{path}".endswith((f"/{file}", f"/{inner}"))]
        return next((path for path in found if path in (file, inner)), found[0] if len(found) == 1 else "")

    def _of_script(self, started: Started, seen: frozenset[str]) -> Iterator[Started]:
        command, path = started.command, started.path
        found = self.resolve(command.target, path)
        name = command.target.rpartition("/")[2]
        if "." not in name and "/bin/" in command.target and not found.endswith(f"bin/{name}"):
            # What lies in an environment's `bin` is a console script of a package.
            yield replace(started, command=replace(command, kind="program", target=name))
            return
        script = self._scripts.get(found)
        if script is None or not script.commands:
            yield replace(started, resolved=found)
            if (
                not found
                and command.arguments
                and not command.arguments[0].startswith("-")
                and "bin/" not in command.target
            ):
                # An entry point from outside hands its arguments on.
                yield from self._follow(
                    parse_words(command.arguments, command.line), path, started.via, started.deployed, seen
                )
            return
        yield replace(started, resolved=found)
        if found in seen or len(seen) >= MAX_HOPS:
            return
        inside = list(_of_commands(script))
        if command.drops_root:
            inside = [replace(one, drops_root=True) for one in inside]
        rest = [one for one in inside if one.kind == "rest"]
        yield from self._follow(inside, found, started.via, started.deployed, seen | {found})
        # A wrapper that keeps its arguments in variables hands a program of the tree on as well.
        program = command.arguments[0] if command.arguments else ""
        if command.arguments and (rest or (program.endswith(".py") and self.resolve(program, path))):
            handed = parse_words(
                command.arguments, command.line, replaces_shell=any(one.replaces_shell for one in rest)
            )
            dropping = any(one.drops_root for one in rest)
            yield from self._follow(
                (replace(one, drops_root=one.drops_root or dropping) for one in handed),
                path,
                started.via,
                started.deployed,
                seen | {found},
            )

    def _of_targets(self, started: Started, seen: frozenset[str]) -> Iterator[Started]:
        """What the recipes of a Makefile's targets start; `make` stays between what they start and its signals."""
        found = self.resolve("Makefile", started.path)
        file = self._makefiles.get(found)
        for name in started.command.arguments or ("",):
            place = f"{found}:{name}"
            if file is None or place in seen or len(seen) >= MAX_HOPS:
                continue
            task = next((one for one in file.tasks if name in ("", one.name)), None)
            for line in task.lines if task is not None else ():
                inside = (replace(one, replaces_shell=False) for one in parse_text(line.text, line.line))
                yield from self._follow(inside, found, started.via, started.deployed, seen | {place})

    def _of_manager(self, started: Started, seen: frozenset[str]) -> Iterator[Started]:
        yield started
        target = started.command.target
        found = self.resolve(target, started.path) if target else ""
        paths = [found] if found else [path for path, units in self._units.items() if _is_managed(units)]
        for path in paths:
            units = self._units.get(path)
            if units is not None and path not in seen and len(seen) < MAX_HOPS:
                found_in = self._of_sections(units, path, started.via, started.deployed, seen | {path})
                # A manager that a shell keeps signals from passes none on.
                for one in found_in:
                    reached = one.command.replaces_shell and started.command.replaces_shell
                    yield replace(one, command=replace(one.command, replaces_shell=reached))

    def _of_sections(
        self, units: ServiceUnits, path: str, via: str, deployed: bool, seen: frozenset[str]
    ) -> Iterator[Started]:
        for section in units.sections:
            for text, line in _commands_of(section):
                user = section.get("user", "uid")
                drops = user is not None and user.value not in ("root", "0") and section.name != "Service"
                commands = (
                    replace(command, line=line, replaces_shell=True, drops_root=command.drops_root or drops)
                    for command in parse_text(text, line)
                )
                yield from self._follow(commands, path, via, deployed, seen)
            if section.name == "uwsgi":
                yield from self._follow(_of_uwsgi(section), path, via, deployed, seen)

    def _of_processes(
        self, procfile: Procfile, path: str, via: str, deployed: bool, seen: frozenset[str]
    ) -> Iterator[Started]:
        for process in procfile.processes:
            for command in parse_text(process.command, process.line):
                purpose = "migrate" if process.name == "release" and command.purpose == "other" else command.purpose
                yield from self._follow(
                    [replace(command, line=process.line, purpose=purpose)], path, via, deployed, seen
                )


def _alike(some: Iterable[str], others: Iterable[str]) -> int:
    """How many both begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(some, others, strict=False)))


def _of_commands(script: ShellScript) -> Iterator[Parsed]:
    """What the script starts; calls of its own functions are none, as their bodies are read where they stand."""
    functions = {label for command in script.commands for label in command.block.split("/")}
    for command in parse_commands(script.commands):
        if not (command.kind == "program" and command.target in functions):
            yield command


def _is_managed(units: ServiceUnits) -> bool:
    return any(section.name.startswith(("program:", "watcher:", "fcgi-program:")) for section in units.sections)


def _commands_of(section: Section) -> Iterator[tuple[str, int]]:
    if section.name.startswith(("program:", "eventlistener:", "fcgi-program:")):
        command = section.get("command")
        if command is not None:
            yield command.value, command.line
    elif section.name.startswith("watcher:"):
        command, arguments = section.get("cmd"), section.get("args")
        if command is not None:
            yield f"{command.value} {arguments.value if arguments else ''}", command.line
    elif section.name == "Service":
        for setting in section.settings:
            if setting.key in ("ExecStart", "ExecStartPre"):
                yield setting.value.lstrip("-@:+!"), setting.line


def _of_uwsgi(section: Section) -> Iterator[Parsed]:
    module, script = section.get("module", "wsgi"), section.get("wsgi-file", "file")
    if module is not None:
        name, _, attribute = module.value.partition(":")
        target = f"{name}:{attribute.partition('(')[0]}" if attribute else name
        yield Parsed("app", target, "serve", "uwsgi", line=module.line, factory="(" in attribute)
    elif script is not None:
        yield Parsed("script", script.value, "serve", "uwsgi", line=script.line)
