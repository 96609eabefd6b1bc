"""Justfiles as tasks, simple variables put in; knows no functions, conditions, modules or imported files."""

from __future__ import annotations

import re

from readiness_bot.facts.extractor import Extractor
from readiness_bot.facts.makefile import logical_lines
from readiness_bot.facts.tasks import Parameter, Task, TaskFile, TaskLine


class Justfile(TaskFile, frozen=True, array_like=True, gc=False):
    """A justfile's recipes."""


_PATHS = re.compile(r"(^|/)(\.?[jJ]ustfile|JUSTFILE|[\w-]+\.just)$")
_WORD = r"(?:[^\s\"'`:#]|\"[^\"]*\"|'[^']*'|`[^`]*`)+"
_RECIPE = re.compile(rf"@?(?P<name>[A-Za-z_][\w-]*)(?P<parameters>(?:\s+{_WORD})*)\s*:(?!=)(?P<needs>.*)$")
_PARAMETER = re.compile(r"(?P<many>[*+]?)\$?(?P<name>[A-Za-z_][\w-]*)(?:=(?P<default>.*))?$", re.DOTALL)
_VARIABLE = re.compile(r"(?:export\s+)?(?P<name>[A-Za-z_][\w-]*)\s*:=\s*(?P<value>.*)$")
_ALIAS = re.compile(r"alias\s+(?P<name>[\w-]+)\s*:=\s*(?P<target>[\w-]+)")
_NEED = re.compile(r"\([^()]*\)|&&|[\w-]+")
_USE = re.compile(r"\{\{\s*([A-Za-z_][\w-]*)\s*\}\}")
_SCRIPT = re.compile(r"\[script(?:\(['\"](?P<tool>[^'\"]*)['\"])?")
_FOLDER = re.compile(r"\[working-directory(?:\(|\s*:\s*)['\"](?P<folder>[^'\"]*)['\"]")
_SHELLS = re.compile(r"(^|[/\s])(ba|z|da|k)?sh\b")
_MAX_VALUE = 2_000


def _extract(data: bytes) -> Justfile:
    variables: dict[str, str] = {}
    tasks: list[Task] = []
    marks = ""
    recipe: re.Match[str] | None = None
    head, start, last = "", 0, 0
    body: list[tuple[int, str]] = []

    def close() -> None:
        if recipe is not None:
            tasks.append(_task(recipe, head, start, last, body, variables))

    for number, ending, text in logical_lines(data.decode("utf-8-sig", "replace")):
        if text[:1] in ("\t", " ") and text.strip():
            body.append((number, text))
            last = ending
        elif alias := _ALIAS.match(text):
            tasks.append(Task(alias["name"], number, number, (alias["target"],)))
        elif variable := _VARIABLE.match(text):
            variables.setdefault(variable["name"], _expanded(_plain(variable["value"]), variables))
        elif text.startswith("["):
            marks += text
        elif found := _RECIPE.match(text):
            close()
            recipe, head, start, last, marks = found, marks, number, ending, ""
            body = []
    close()
    return Justfile(tuple(tasks))


def _task(
    recipe: re.Match[str], marks: str, start: int, last: int, body: list[tuple[int, str]], variables: dict[str, str]
) -> Task:
    before: list[str] = []
    calls: list[list[TaskLine]] = [[], []]
    is_after = False
    for word in _NEED.findall(recipe["needs"].partition(" #")[0]):
        if word == "&&":
            is_after = True
        elif is_after or word.startswith("("):
            calls[is_after].append(TaskLine(f"just {_expanded(word.strip('() '), variables)}", start))
        else:
            before.append(word)
    folder = _FOLDER.search(marks)
    return Task(
        recipe["name"],
        start,
        last,
        tuple(before),
        (*calls[0], *_lines(marks, body, variables), *calls[1]),
        folder["folder"] if folder else "",
        tuple(
            Parameter(found["name"], _plain(found["default"] or ""), bool(found["many"]))
            for word in re.findall(_WORD, recipe["parameters"])
            if (found := _PARAMETER.match(word))
        ),
    )


def _lines(marks: str, body: list[tuple[int, str]], variables: dict[str, str]) -> list[TaskLine]:
    """A recipe's commands: each line by itself, or all of them as one script of a shell; other languages have none."""
    if not body:
        return []
    script, first = _SCRIPT.search(marks), body[0][1].strip()
    if script or first.startswith("#!"):
        tool = first if first.startswith("#!") else (script["tool"] or "sh") if script else ""
        if not _SHELLS.search(tool):
            return []
        return [TaskLine(_expanded("\n".join(text.strip() for _, text in body), variables, _MAX_VALUE * 5), body[0][0])]
    found: list[TaskLine] = []
    for number, text in body:
        command = text.strip()
        if not command.startswith("#"):
            bare = command.lstrip("@-")
            is_let_go = "-" in command[: len(command) - len(bare)]
            found.append(TaskLine(_expanded(bare, variables).strip(), number, not is_let_go))
    return found


def _plain(value: str) -> str:
    """A value without its quotes; an expression stays as it is written."""
    value = value.strip()
    quoted = re.match(r"(?P<quote>'''|\"\"\"|'|\")(?P<text>.*?)(?P=quote)\s*(#.*)?$", value)
    return quoted["text"] if quoted else value


def _expanded(text: str, variables: dict[str, str], longest: int = _MAX_VALUE) -> str:
    """The text with known variables put in once; values were expanded when they were read, and are bounded."""
    return _USE.sub(lambda use: variables.get(use[1], use[0]), text)[:longest]


EXTRACTOR = Extractor(kind="justfile", claims=lambda path: bool(_PATHS.search(path)), extract=_extract, facts=Justfile)
