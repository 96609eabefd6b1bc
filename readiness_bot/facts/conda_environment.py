"""The dependencies of a conda environment file, pip's among them; knows not where it is installed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from packaging.utils import canonicalize_name

from readiness_bot.facts.extractor import Extractor
from readiness_bot.facts.manifest import Dependency, Manifest, dependency
from readiness_bot.facts.yaml_nodes import Node, load_document


class CondaEnvironment(Manifest, frozen=True, array_like=True, gc=False):
    """A conda environment file."""


_PATHS = re.compile(r"(^|/)(environment|conda[\w-]*|env)([._-][\w-]+)?\.ya?ml$")
_SPEC = re.compile(r"(?:[\w.-]+::)?(?P<name>[\w.-]+)\s*(?P<version>[=<>!~].*)?$")


def _extract(data: bytes) -> CondaEnvironment:
    document = load_document(data)
    listed = document["dependencies"]
    if listed.kind != "sequence":
        return CondaEnvironment()
    return CondaEnvironment(tuple(_dependencies(listed)), name=document["name"].string)


def _dependencies(listed: Node) -> Iterator[Dependency]:
    for node in listed.items:
        for text in node["pip"]:
            if (found := dependency(text.string, text.line)) is not None:
                yield found
        match = _SPEC.match(node.string)
        if match is not None and match["name"] not in ("python", "pip"):
            version = (match["version"] or "").strip()
            pinned = re.fullmatch(r"={1,2}\s*\d[\w.]*(=\w+)?", version) is not None
            yield Dependency(str(canonicalize_name(match["name"])), version, node.line, pinned=pinned)


EXTRACTOR = Extractor(
    kind="conda-environment", claims=lambda path: bool(_PATHS.search(path)), extract=_extract, facts=CondaEnvironment
)
