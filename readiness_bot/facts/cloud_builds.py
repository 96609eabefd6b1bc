"""Builds of AWS CodeBuild and Google Cloud Build as pipelines; knows not what starts them, which is kept elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from readiness_bot.facts.github_pipeline import pairs
from readiness_bot.facts.pipeline import Job, Pipeline, Step, Trigger
from readiness_bot.facts.yaml_nodes import Node

ELSEWHERE = "elsewhere"
"""The event of what a trigger outside of the repository starts, whatever that waits for."""

_PHASES = ("install", "pre_build", "build", "post_build")
_CHANGES_FOLDER = re.compile(r"cd\s+(?P<folder>[\w./-]+)\s*$")
_OF_DOCKER = re.compile(r"(^|/)docker(:|@|$)")
_SHELLS = ("bash", "sh", "/bin/bash", "/bin/sh")


def is_codebuild(document: Node) -> bool:
    """Whether a document has the shape of a build specification of AWS CodeBuild."""
    return "version" in document and any(phase in document["phases"] for phase in _PHASES)


def codebuild(document: Node) -> Pipeline:
    """A build specification: one job of all phases, whose commands share a shell, so that `cd` holds for the next."""
    steps: list[Step] = []
    folder = ""
    for phase in _PHASES:
        for command in document["phases"][phase]["commands"]:
            moved = _CHANGES_FOLDER.fullmatch(command.string.strip())
            if moved is not None:
                to = moved["folder"]
                folder = to.strip("/") if not folder or to.startswith("/") else f"{folder}/{to}".rstrip("/")
            elif command.string:
                steps.append(
                    Step(
                        line=command.line,
                        end_line=command.end_line,
                        name=phase,
                        run=command.string,
                        run_line=command.text_line,
                        directory=folder,
                    )
                )
    variables = pairs(document["env"]["variables"])
    job = Job("build", document.line, document.end_line, tuple(steps), variables=variables)
    return _started_elsewhere("codebuild", document, job)


def is_cloud_build(document: Node) -> bool:
    """Whether a document has the shape of a configuration of Google Cloud Build: each step is an image with words."""
    steps = document["steps"]
    return (
        "jobs" not in document
        and steps.kind == "sequence"
        and all(step["name"].string and any(key in step for key in ("args", "script", "entrypoint")) for step in steps)
    )


def cloud_build(document: Node) -> Pipeline:
    """A configuration of Google Cloud Build: one job; images that it lists are pushed at its end."""
    steps = [_step(node) for node in document["steps"]]
    steps += [
        Step(line=image.line, end_line=image.end_line, run=f"docker push {image.string}", run_line=image.line)
        for image in document["images"]
        if image.string
    ]
    return _started_elsewhere("cloudbuild", document, Job("build", document.line, document.end_line, tuple(steps)))


def _step(node: Node) -> Step:
    script = node["script"]
    text, line = script.string, script.text_line
    if not text:
        words = list(_words(node))
        if len(words) > 2 and words[0] in _SHELLS and words[1].startswith("-"):
            text, line = words[2], node["args"].line
        else:
            text, line = " ".join(words), node.line
    return Step(
        line=node.line,
        end_line=node.end_line,
        name=node["id"].string,
        run=text,
        run_line=line,
        directory=node["dir"].string,
        can_fail=node["allowFailure"].string != "true",
    )


def _words(node: Node) -> Iterator[str]:
    """What a step runs: its entry point, or the tool that its image is made for, and the words for that."""
    image = node["name"].string
    tool = image.partition("@")[0].rpartition("/")[2].partition(":")[0]
    yield node["entrypoint"].string or ("docker" if _OF_DOCKER.search(image) else tool)
    yield from node["args"].strings


def _started_elsewhere(provider: str, document: Node, job: Job) -> Pipeline:
    return Pipeline(provider=provider, line=document.line, triggers=(Trigger(ELSEWHERE, document.line),), jobs=(job,))
