"""Makefiles as tasks, simple variables resolved; knows no functions, conditions or pattern rules."""

from __future__ import annotations

import re

from msgspec import structs

from readiness_bot.facts.extractor import Extractor
from readiness_bot.facts.tasks import Task, TaskFile, TaskLine


class Makefile(TaskFile, frozen=True, array_like=True, gc=False):
    """A Makefile's targets."""


_PATHS = re.compile(r"(^|/)(GNUmakefile|[Mm]akefile(\.(?!py$)[\w-]+)?|[\w.-]+\.mk)$")
_RULE = re.compile(r"(?P<names>[^\s:=#@{}][^:=#]*?)\s*(?P<parameters>)::?(?!=)(?P<needs>[^=#;]*)(?:#.*|;.*)?$")
_VARIABLE = re.compile(r"(?:export\s+)?(?P<name>[A-Za-z_]\w*)\s*(?P<how>[:?+]{0,2})=\s*(?P<value>.*)$")
_USE = re.compile(r"\$[({]([A-Za-z_]\w*)[)}]")
_LOOKED_UP = re.compile(r"\$\(shell\s+(?:command\s+-v|which|type\s+-p)\s+([\w.-]+)[^()]*\)")
"""A tool that is looked up on the path, which is that tool."""
_PIPEFAIL = re.compile(r"\bpipefail\b")
_MAX_VALUE = 2_000


def _extract(data: bytes) -> Makefile:
    variables: dict[str, str] = {"MAKE": "make"}
    tasks: list[Task] = []
    names: list[str] = []
    needs: tuple[str, ...] = ()
    start, last, lines = 0, 0, list[TaskLine]()

    def close() -> None:
        tasks.extend(Task(name, start, last, needs, tuple(_for_target(line, name) for line in lines)) for name in names)

    flags = ""
    for number, ending, text in logical_lines(data.decode("utf-8-sig", "replace")):
        if text[:1] in ("\t", " ") and names and text.strip():
            if not text.lstrip().startswith("#"):
                lines.append(_recipe_line(text, number, variables))
                last = ending
        elif text.startswith(".SHELLFLAGS"):
            flags = text
        elif variable := _VARIABLE.match(text):
            value = _LOOKED_UP.sub(r"\1", variable["value"].strip())
            bound, given = variable["name"], _expanded(value, variables)
            if variable["how"] == "+" and variables.get(bound):
                given = f"{variables.pop(bound)} {given}"[:_MAX_VALUE]
            variables.setdefault(bound, given)
        elif (rule := _RULE.match(text)) and not text.startswith("."):
            close()
            names = _expanded(rule["names"], variables).split()
            needs = tuple(_expanded(rule["needs"], variables).replace("|", " ").split())
            start, last, lines = number, ending, []
    close()
    return Makefile(
        _merged(tasks if _PIPEFAIL.search(f"{variables.get('SHELL', '')} {flags}") is None else _strict(tasks))
    )


def _strict(tasks: list[Task]) -> list[Task]:
    """The tasks under a shell that fails with any part of a pipe."""
    return [
        structs.replace(
            task, lines=tuple(structs.replace(line, text=f"set -o pipefail; {line.text}") for line in task.lines)
        )
        for task in tasks
    ]


def _recipe_line(text: str, number: int, variables: dict[str, str]) -> TaskLine:
    command = text.strip()
    prefix = re.match(r"[@+\-\s]*", command)
    marks = prefix[0] if prefix else ""
    return TaskLine(_expanded(command[len(marks) :], variables).replace("$$", "$"), number, "-" not in marks)


def _for_target(line: TaskLine, name: str) -> TaskLine:
    """A line of a recipe as it runs for one of the targets that it is written for: `$@` is its name."""
    return structs.replace(line, text=re.sub(r"\$(@|\(@\)|\{@\})", lambda _: name, line.text))


def logical_lines(text: str) -> list[tuple[int, int, str]]:
    """Lines with those that end in a backslash joined, each with the numbers of its first and last."""
    found: list[tuple[int, int, str]] = []
    parts: list[str] = []
    start = 1
    for number, line in enumerate(text.split("\n"), 1):
        line = line.rstrip("\r")
        if not parts:
            start = number
        if line.endswith("\\"):
            parts.append(line[:-1] + " ")
            continue
        found.append((start, number, "".join([*parts, line])))
        parts = []
    if parts:
        found.append((start, start + len(parts) - 1, "".join(parts)))
    return found


def _expanded(text: str, variables: dict[str, str]) -> str:
    """The text with known variables put in once; values were expanded when they were read, and are bounded."""
    return _USE.sub(lambda use: variables.get(use[1], use[0]), text)[:_MAX_VALUE]


def _merged(tasks: list[Task]) -> tuple[Task, ...]:
    """A target may be named by several rules: one brings needs, another the recipe."""
    merged: dict[str, Task] = {}
    for task in tasks:
        known = merged.get(task.name)
        if known is None:
            merged[task.name] = task
        else:
            bearer = known if known.lines else task
            merged[task.name] = Task(
                task.name, bearer.line, bearer.end_line, known.needs + task.needs, known.lines + task.lines
            )
    return tuple(merged.values())


EXTRACTOR = Extractor(kind="makefile", claims=lambda path: bool(_PATHS.search(path)), extract=_extract, facts=Makefile)
