"""Ansible playbooks as the commands that their tasks run; knows no role and evaluates no expression."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from readiness_bot.facts.extractor import Extractor
from readiness_bot.facts.yaml_nodes import Node, load_documents


class PlayedCommand(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One command that a task runs, as shell text; `can_fail` is false where the play goes on behind a failure."""

    text: str
    line: int
    can_fail: bool = True


class Playbook(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The commands of one playbook's tasks, in order; none for YAML that is no playbook."""

    commands: tuple[PlayedCommand, ...] = ()


_NAME = re.compile(r"\.ya?ml$", re.IGNORECASE)
_OTHER = re.compile(r"(^|/)(\.github|\.circleci|locales?|cassettes|node_modules|i18n|translations|snapshots)/")
_MARK = re.compile(rb"^[ \t-]*hosts[ \t]*:", re.MULTILINE)
_RUNNING = ("ansible.builtin.command", "ansible.builtin.shell", "command", "shell")
_MAKING = ("community.general.make", "make")


def _claims(path: str) -> bool:
    return bool(_NAME.search(path)) and not _OTHER.search(path)


def _extract(data: bytes) -> Playbook:
    """Read a playbook. Raises `Unreadable` for a broken one."""
    if not _MARK.search(data) or not (b"tasks" in data and (b"command" in data or b"shell" in data or b"make" in data)):
        return Playbook()
    found = [
        command
        for document in load_documents(data)
        if document.kind == "sequence"
        for play in document.items
        if play["hosts"]
        for section in ("pre_tasks", "tasks", "post_tasks")
        for task in play[section]
        for command in _commands(task, 0)
    ]
    return Playbook(tuple(found[:500]))


def _commands(task: Node, depth: int) -> Iterator[PlayedCommand]:
    can_fail = task["ignore_errors"].string.lower() not in ("true", "yes")
    for name in _RUNNING:
        node = task[name]
        text = node.string or node["cmd"].string or " ".join(node["argv"].strings)
        if text:
            yield PlayedCommand(text, node.key_line or node.line, can_fail)
    for name in _MAKING:
        if task[name].kind == "mapping":
            target = task[name]["target"].string
            yield PlayedCommand(f"make {target}".strip(), task[name].key_line, can_fail)
    for inner in ("block", "rescue", "always") if depth < 4 else ():
        for nested in task[inner]:
            yield from _commands(nested, depth + 1)


EXTRACTOR = Extractor(kind="playbook", claims=_claims, extract=_extract, facts=Playbook)
