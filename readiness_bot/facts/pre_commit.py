"""A pre-commit configuration's hooks; knows no hook's purpose."""

from __future__ import annotations

import re

import msgspec

from readiness_bot.facts.extractor import Extractor
from readiness_bot.facts.yaml_nodes import Node, load_document


class Hook(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One hook: where it comes from (`local` for one defined here), what it runs, and at which stages."""

    id: str
    repository: str
    line: int
    revision: str = ""
    entry: str = ""
    arguments: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    additional: tuple[str, ...] = ()


class PreCommit(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The hooks of one file; `hosted` is the line of its settings for the hosted service, 0 without them."""

    hooks: tuple[Hook, ...]
    hosted: int = 0
    hosted_skips: tuple[str, ...] = ()
    files: str = ""


_PATHS = re.compile(r"(^|/)(\.?pre-commit-config|\.trunk/trunk)\.ya?ml$")
TRUNK = "trunk"
"""Where the linters come from that Trunk is told to run: its own, and never a hook of Git's."""


def _extract(data: bytes) -> PreCommit:
    document = load_document(data)
    if document["lint"] and document["cli"]:
        return PreCommit(tuple(map(_linter, document["lint"]["enabled"].items)))
    stages = document["default_stages"].strings
    repositories = document["repos"] if document.entries else document
    hooks = tuple(_hook(repository, hook, stages) for repository in repositories for hook in repository["hooks"])
    service = document["ci"]
    return PreCommit(hooks, service.key_line if service else 0, service["skip"].strings, document["files"].string)


def _linter(node: Node) -> Hook:
    named = node.string or next((key for key, _ in node.entries), "")
    name, _, version = named.partition("@")
    return Hook(id=name, repository=TRUNK, line=node.line, revision=version)


def _hook(repository: Node, hook: Node, stages: tuple[str, ...]) -> Hook:
    return Hook(
        id=hook["id"].string,
        repository=repository["repo"].string,
        line=hook["id"].line or hook.line,
        revision=repository["rev"].string,
        entry=hook["entry"].string,
        arguments=hook["args"].strings,
        stages=hook["stages"].strings or stages,
        additional=hook["additional_dependencies"].strings,
    )


EXTRACTOR = Extractor(
    kind="pre-commit", claims=lambda path: bool(_PATHS.search(path)), extract=_extract, facts=PreCommit
)
