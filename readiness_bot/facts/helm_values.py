"""The values of a Helm chart as leaves with their keys; knows nothing of the templates that use them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from readiness_bot.facts.extractor import Extractor
from readiness_bot.facts.yaml_nodes import Node, load_documents

MAX_LEAVES = 5000
"""Leaves kept of one file: the largest public charts have under 3,000."""


class Leaf(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One value with its keys joined by dots, `[]` standing for a sequence's items; empty containers are leaves."""

    keys: str
    value: str
    line: int


class HelmValues(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The leaves of one values file, in order."""

    leaves: tuple[Leaf, ...]

    def below(self, keys: str) -> tuple[Leaf, ...]:
        """The leaves at these keys or below them that hold something."""
        return tuple(
            leaf
            for leaf in self.leaves
            if (leaf.keys == keys or leaf.keys.startswith(f"{keys}."))
            and leaf.value not in ("", "{}", "[]", "null", "~")
        )


_NAME = re.compile(
    r"(^|/)(values[^/]*|[^/]*[-_.]values)\.ya?ml$"
    r"|(^|/)(charts?|helm)/([\w.-]+/)*(envs?|environments|values)/[\w-]+(/[\w-]+)?\.ya?ml$",
    re.IGNORECASE,
)


def _claims(path: str) -> bool:
    return bool(_NAME.search(path))


def _extract(data: bytes) -> HelmValues:
    """Read a values file. Raises `Unreadable` for broken YAML."""
    found: list[Leaf] = []
    for document in load_documents(data):
        for leaf in _leaves(document):
            if len(found) >= MAX_LEAVES:
                break
            found.append(leaf)
    return HelmValues(tuple(found))


def _leaves(document: Node) -> Iterator[Leaf]:
    stack: list[tuple[str, Node]] = [("", document)]
    while stack:
        keys, node = stack.pop()
        below = [*node.entries, *(("[]", item) for item in node.items)]
        if below:
            stack.extend((f"{keys}.{name}" if keys else name, child) for name, child in reversed(below))
        elif keys:
            value = node.string if node.kind == "scalar" else "{}" if node.kind == "mapping" else "[]"
            yield Leaf(keys, value[:300], node.key_line or node.line)


EXTRACTOR = Extractor(kind="helm-values", claims=_claims, extract=_extract, facts=HelmValues)
