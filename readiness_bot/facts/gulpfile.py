"""The functions of a gulpfile as tasks and the command lines that they start; knows nothing else of JavaScript."""

from __future__ import annotations

import re

from readiness_bot.facts.extractor import Extractor
from readiness_bot.facts.tasks import Task, TaskFile, TaskLine


class Gulpfile(TaskFile, frozen=True, array_like=True, gc=False):
    """A gulpfile's tasks."""


_PATHS = re.compile(r"(^|/)[gG]ulpfile(\.babel)?\.[mc]?[jt]s$")
_FUNCTION = re.compile(
    r"^(?:export\s+)?(?:default\s+)?(?:async\s+)?function\s+(?P<function>\w+)"
    r"|^(?:export\s+)?(?:const|let|var)\s+(?P<constant>\w+)\s*="
    r"|^(?:module\.)?exports\.(?P<exported>\w+)\s*="
    r"|^gulp\.task\(\s*['\"](?P<task>[\w:.-]+)['\"]",
    re.MULTILINE,
)
_TOGETHER = re.compile(r"\b(?:series|parallel)\((?P<names>[^()]*)\)")
_WORD = r"['\"]([^'\"\n]*)['\"]"
_LINE = re.compile(rf"\b(?:es|exec|execSync|execa|shell|run)\(\s*{_WORD}")
_LISTED = re.compile(rf"(?P<before>\(\s*(?:{_WORD}\s*,\s*)?)\[(?P<words>(?:\s*{_WORD}\s*,?)+)\]")
_PLAIN = re.compile(r"[\w./:=@-]+$")


def _extract(data: bytes) -> Gulpfile:
    text = data.decode("utf-8-sig", "replace")
    heads = list(_FUNCTION.finditer(text))
    tasks = []
    for head, after in zip(heads, [*heads[1:], None], strict=True):
        name = next(found for found in head.groups() if found)
        end = after.start() if after is not None else len(text)
        tasks.append(_task(name, text, head.start(), end))
    return Gulpfile(tuple(task for task in tasks if task.lines or task.needs))


def _task(name: str, text: str, start: int, end: int) -> Task:
    body = text[start:end]
    found = [(match.start(), match[1]) for match in _LINE.finditer(body)]
    for match in _LISTED.finditer(body):
        words = [*re.findall(_WORD, match["before"]), *re.findall(_WORD, match["words"])]
        if all(_PLAIN.match(word) for word in words):
            found.append((match.start(), " ".join(words)))
    lines = tuple(TaskLine(line, text.count("\n", 0, start + place) + 1) for place, line in sorted(found))
    needs = tuple(
        need for match in _TOGETHER.finditer(body) for need in re.findall(r"['\"]?([\w:.-]+)['\"]?", match["names"])
    )
    first = text.count("\n", 0, start) + 1
    return Task(name, first, first + body.rstrip().count("\n"), needs, lines)


EXTRACTOR = Extractor(kind="gulpfile", claims=lambda path: bool(_PATHS.search(path)), extract=_extract, facts=Gulpfile)
