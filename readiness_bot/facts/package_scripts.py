"""The scripts of a package.json and the tasks of a Taskfile; knows nothing else of either."""

from __future__ import annotations

import re

from readiness_bot.facts.extractor import Extractor
from readiness_bot.facts.tasks import Task, TaskFile, TaskLine
from readiness_bot.facts.yaml_nodes import Node, load_document


class ScriptFile(TaskFile, frozen=True, array_like=True, gc=False):
    """A package.json's scripts or a Taskfile's tasks."""


_PATHS = re.compile(r"(^|/)(package\.json|[tT]askfile(\.dist)?\.ya?ml)$")


def _extract(data: bytes) -> ScriptFile:
    document = load_document(data.replace(b"\t", b"    "))
    if document["tasks"]:
        return ScriptFile(tuple(_task(name, node) for name, node in document["tasks"].entries))
    return ScriptFile(
        tuple(
            Task(name, script.key_line, script.end_line, (), (TaskLine(script.string, script.line),))
            for name, script in document["scripts"].entries
        )
    )


def _task(name: str, node: Node) -> Task:
    commands = node["cmds"] or node["cmd"] or (node if node.kind != "mapping" else node["cmds"])
    lines = tuple(
        TaskLine(text, command.line, command["ignore_error"].string != "true")
        for command in commands
        if (text := command.string or command["cmd"].string)
    )
    called = tuple(command["task"].string for command in commands if command["task"].string)
    needs = tuple(need.string or need["task"].string for need in node["deps"])
    return Task(name, node.key_line, node.end_line, needs + called, lines, node["dir"].string)


EXTRACTOR = Extractor(
    kind="package-scripts", claims=lambda path: bool(_PATHS.search(path)), extract=_extract, facts=ScriptFile
)
