"""Taskcluster's file as a pipeline; follows the conditions of its templates as far as they name events, and no further.

Where the file only starts a task that decides on all others, what they run stands elsewhere: that is not read.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from readiness_bot.facts.extractor import Unreadable
from readiness_bot.facts.github_pipeline import pairs
from readiness_bot.facts.pipeline import Job, Pipeline, Step, Trigger
from readiness_bot.facts.yaml_nodes import NOTHING, Node

_EVENTS = {
    "github-push": "push",
    "github-pull-request": "pull_request",
    "github-release": "release",
    "cron": "schedule",
}
_NAMED = re.compile(r"tasks_for\s*(?:==|in|\[:\d+\]\s*==)\s*(?P<told>\[[^\]]*\]|[\"'][\w-]*[\"'])")
_WORD = re.compile(r"[\w-]+")
_LISTED = re.compile(r"(?P<event>push|pull_request|release|tag)")
_CHANNELS = re.compile(r"\b(?!tasks_for\b)\w+ in \[(?P<names>[^\]]*\b(?:prod|production|live)\b[^\]]*)\]")
"""A condition that one of several targets is released to, production among them."""
_SHELL = re.compile(r"(?:.*/)?(?:ba|da|z)?sh$")


def is_taskcluster(document: Node) -> bool:
    """Whether a document has the shape of Taskcluster's: tasks, and what version of the format they are in."""
    return "tasks" in document and "version" in document and "jobs" not in document and "on" not in document


def taskcluster(document: Node) -> Pipeline:
    """The tasks with their commands and the events that they are made for.

    Raises `Unreadable` where a task decides on the others, or no task has a command that stands in the file.
    """
    jobs = tuple(_jobs(document["tasks"], frozenset(_EVENTS.values())))
    if not any(job.steps for job in jobs):
        raise Unreadable("no task with a command of its own")
    if any(re.search(r"taskgraph|\bdecision\b", step.run) for job in jobs for step in job.steps):
        raise Unreadable("its tasks are put together by another task")
    events = sorted({event for job in jobs for event in job.events})
    return Pipeline(
        provider="taskcluster",
        line=document.line,
        triggers=tuple(Trigger(event, document["tasks"].key_line) for event in events),
        jobs=jobs,
    )


def _jobs(node: Node, events: frozenset[str], reached: Node = NOTHING) -> Iterator[Job]:
    """The tasks below a node that is reached on these events, where the nearest condition around them is true."""
    if node.kind == "sequence":
        for item in node.items:
            yield from _jobs(item, events, reached)
        return
    if node["payload"].kind == "mapping":
        yield _job(node, events, reached)
        return
    condition = node["$if"]
    named = _named(condition.string)
    for key, value in node.entries:
        if key == "then":
            yield from _jobs(value, events & named if named else events, condition)
        elif key == "else":
            yield from _jobs(value, events - named if named and "&&" not in condition.string else events, reached)
        elif key == "$match":
            for told, inner in value.entries:
                yield from _jobs(inner, events & _named(told) or events, reached)
        else:
            yield from _jobs(value, events, reached)


def _named(condition: str) -> frozenset[str]:
    """The events that a condition names as those it holds for."""
    words = {word for match in _NAMED.finditer(condition) for word in _WORD.findall(match["told"])}
    return frozenset(event for word, event in _EVENTS.items() if word in words)


def _job(node: Node, events: frozenset[str], reached: Node) -> Job:
    payload = node["payload"]
    listed = {match["event"] for text in node["extra"]["github"]["events"].strings for match in _LISTED.finditer(text)}
    channels = _CHANNELS.search(reached.string)
    return Job(
        name=node["metadata"]["name"].string,
        line=node.line,
        end_line=node.end_line,
        steps=tuple(_steps(payload["command"])),
        events=tuple(sorted(listed or events)),
        environment=" | ".join(_WORD.findall(channels["names"])) if channels is not None else "",
        environment_line=reached.line if channels is not None else 0,
        image=payload["image"].string,
        variables=pairs(payload["env"]),
    )


def _steps(command: Node) -> Iterator[Step]:
    """What a command runs: the text that a shell is handed, or the program with its arguments."""
    if any(item.kind == "sequence" for item in command):
        for item in command:
            yield from _steps(item)
        return
    words = command.strings
    if not words:
        return
    is_shell = _SHELL.match(words[0]) is not None and len(words) > 2
    text = command.items[-1] if is_shell else command
    run = words[-1] if is_shell else shlex.join(words)
    yield Step(line=command.line, end_line=command.end_line, run=run, run_line=text.text_line or command.line)
