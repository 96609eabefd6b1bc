"""The sessions of a noxfile, read from its syntax tree; runs nothing and follows no variables but named sessions."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator, Mapping

from readiness_bot.facts.extractor import Extractor
from readiness_bot.facts.syntax import parse
from readiness_bot.facts.tasks import Task, TaskFile, TaskLine


class Noxfile(TaskFile, frozen=True, array_like=True, gc=False):
    """A noxfile's sessions."""


_PATHS = re.compile(r"(^|/)(noxfile|duties|tasks|dodo|fabfile)\.py$")
_RUNNING = frozenset({"run", "run_always", "notify", "sudo", "local", "system"})


def _extract(data: bytes) -> Noxfile:
    functions = {node.name: node for node in parse(data).tree.body if isinstance(node, ast.FunctionDef)}
    return Noxfile(tuple(_task(node, functions) for node in functions.values() if node.decorator_list))


def _task(function: ast.FunctionDef, functions: Mapping[str, ast.FunctionDef]) -> Task:
    name, needs = function.name, list[str]()
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call):
            given = {word.arg: word.value for word in decorator.keywords}
            text = given.get("name")
            name = text.value if isinstance(text, ast.Constant) and isinstance(text.value, str) else name
            before = [*decorator.args, *_members(given.get("pre")), *_members(given.get("post"))]
            needs += (one.id for one in before if isinstance(one, ast.Name) and one.id in functions)
    lines: list[TaskLine] = []
    for part in _parts(function, functions):
        for call in (node for node in ast.walk(part) if isinstance(node, ast.Call)):
            if isinstance(call.func, ast.Name) and _is_task(functions.get(call.func.id)):
                needs.append(call.func.id)
            if not isinstance(call.func, ast.Attribute) or call.func.attr not in _RUNNING:
                continue
            words = list(_words(call))
            if call.func.attr == "notify":
                needs.extend(words[:1])
            elif words:
                forgiven = any(word.arg in ("warn", "nofail") or _forgives(word) for word in call.keywords)
                line = words[0] if len(words) == 1 else shlex.join(words)
                lines.append(TaskLine(line, call.lineno, not forgiven))
    lines.sort(key=lambda line: line.line)
    needs = [one for one in dict.fromkeys(needs) if one != function.name]
    return Task(name, function.lineno, function.end_lineno or function.lineno, tuple(needs), tuple(lines))


def _forgives(word: ast.keyword) -> bool:
    """Whether a failure is said to be none: `success_codes=[0, 1]`; by 5 pytest says that nothing is to be tested."""
    return word.arg == "success_codes" and any(
        isinstance(one, ast.Constant) and one.value == 1 for one in _members(word.value)
    )


def _is_task(function: ast.FunctionDef | None) -> bool:
    return function is not None and bool(function.decorator_list)


def _parts(function: ast.FunctionDef, functions: Mapping[str, ast.FunctionDef]) -> list[ast.FunctionDef]:
    """A task with the helpers of its file that it calls, each once; a task among them is one by itself."""
    parts = [function]
    for part in parts:
        called = (node.func for node in ast.walk(part) if isinstance(node, ast.Call))
        named = (functions.get(one.id) for one in called if isinstance(one, ast.Name))
        parts += [one for one in dict.fromkeys(named) if one is not None and not _is_task(one) and one not in parts]
    return parts


def _members(node: ast.expr | None) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.List | ast.Tuple) else []


def _words(call: ast.Call) -> Iterator[str]:
    for argument in call.args:
        for each in _members(argument) or [argument]:
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                yield each.value
            elif isinstance(each, ast.JoinedStr) and isinstance(each.values[0], ast.Constant):
                # What is filled in is left out: `f"pytest {args}"`.
                yield "".join(str(one.value) for one in each.values if isinstance(one, ast.Constant)).strip()


EXTRACTOR = Extractor(
    kind="noxfile", claims=lambda path: bool(_PATHS.search(path)), extract=_extract, facts=Noxfile, of_python=True
)
