"""The sessions of a noxfile, read from its syntax tree; runs nothing and follows no variables but named sessions."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator

from readiness_bot.facts.extractor import Extractor
from readiness_bot.facts.syntax import parse
from readiness_bot.facts.tasks import Task, TaskFile, TaskLine


class Noxfile(TaskFile, frozen=True, array_like=True, gc=False):
    """A noxfile's sessions."""


_PATHS = re.compile(r"(^|/)(noxfile|duties|tasks|dodo|fabfile)\.py$")
_RUNNING = frozenset({"run", "run_always", "notify", "sudo", "local", "system"})


def _extract(data: bytes) -> Noxfile:
    module = parse(data).tree
    return Noxfile(
        tuple(_task(node) for node in module.body if isinstance(node, ast.FunctionDef) and node.decorator_list)
    )


def _task(function: ast.FunctionDef) -> Task:
    name = function.name
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call):
            given = [word.value for word in decorator.keywords if word.arg == "name"]
            name = next(
                (text.value for text in given if isinstance(text, ast.Constant) and isinstance(text.value, str)), name
            )
    lines: list[TaskLine] = []
    needs: list[str] = []
    for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
        if not isinstance(call.func, ast.Attribute) or call.func.attr not in _RUNNING:
            continue
        words = list(_words(call))
        if call.func.attr == "notify":
            needs.extend(words[:1])
        elif words:
            forgiven = any(word.arg in ("warn", "nofail") for word in call.keywords)
            text = words[0] if len(words) == 1 else shlex.join(words)
            lines.append(TaskLine(text, call.lineno, not forgiven))
    lines.sort(key=lambda line: line.line)
    return Task(name, function.lineno, function.end_lineno or function.lineno, tuple(needs), tuple(lines))


def _words(call: ast.Call) -> Iterator[str]:
    for argument in call.args:
        members = argument.elts if isinstance(argument, ast.List | ast.Tuple) else [argument]
        yield from (each.value for each in members if isinstance(each, ast.Constant) and isinstance(each.value, str))


EXTRACTOR = Extractor(
    kind="noxfile", claims=lambda path: bool(_PATHS.search(path)), extract=_extract, facts=Noxfile, of_python=True
)
