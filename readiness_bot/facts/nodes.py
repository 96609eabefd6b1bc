"""A YAML, JSON or TOML document as nodes that know their lines; knows nothing of what the document means."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

import msgspec
import yaml

from readiness_bot.facts.extractor import Unreadable

MAX_DEPTH = 60
"""Nesting deeper than this is refused: hand-written files stay below 20 levels, and libyaml is quadratic in them."""

MAX_NODES = 200_000
"""Nodes in one file: the largest dashboards and bundles of manifests seen in public have under 100,000."""

MAX_STEPS = 20_000
"""Nodes visited in one walk: aliases make a small file unfold without end."""

_NULL = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(slots=True, eq=False)
class Node:
    """A scalar, mapping or sequence; `line` and `end_line` count from 1, 0 where the format tells no lines.

    Asking a node for what it does not hold gives the empty node, so that a question need not guard each step.
    """

    kind: Literal["scalar", "mapping", "sequence", "none"] = "none"
    value: str = ""
    pairs: list[tuple[str, Node]] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)
    line: int = 0
    end_line: int = 0

    def __bool__(self) -> bool:
        """Whether there is anything: an empty text and a null are nothing, `false` and `{}` are something."""
        return self.kind in ("mapping", "sequence") or (self.kind == "scalar" and self.value not in _NULL)

    def get(self, *keys: str) -> Node:
        """The node below these keys, one key a level; merge keys (`<<`) are followed."""
        node = self
        for key in keys:
            node = node._child(key, 0)
        return node

    def has(self, key: str) -> bool:
        """Whether the mapping names this key, whatever it holds."""
        return self._child(key, 0) is not _NOTHING

    def _child(self, key: str, depth: int) -> Node:
        found = _NOTHING
        for name, child in self.pairs:
            if name == key:
                found = child
        if found is not _NOTHING or depth > 4:
            return found
        for name, child in self.pairs:
            if name == "<<":
                for merged in child.children if child.kind == "sequence" else [child]:
                    found = merged._child(key, depth + 1)
                    if found is not _NOTHING:
                        return found
        return _NOTHING

    @property
    def items(self) -> list[tuple[str, Node]]:
        """The mapping's pairs, those of merged mappings first; a key that stands twice is given twice."""
        merged: list[tuple[str, Node]] = []
        for name, child in self.pairs:
            if name == "<<":
                for one in child.children if child.kind == "sequence" else [child]:
                    merged += [pair for pair in one.pairs if pair[0] != "<<" and pair[0] not in _names(self.pairs)]
        return merged + [pair for pair in self.pairs if pair[0] != "<<"]

    @property
    def text(self) -> str:
        """The scalar's text; empty for a null and for everything else."""
        return "" if self.kind != "scalar" or self.value in _NULL else self.value

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts of a sequence of scalars, or the one text of a scalar."""
        if self.kind == "sequence":
            return tuple(child.value for child in self.children if child.kind == "scalar")
        return (self.text,) if self.text else ()

    @property
    def is_true(self) -> bool:
        """Whether the scalar says yes, as YAML 1.1 and TOML spell it."""
        return self.text.lower() in {"true", "yes", "on", "1"}

    @property
    def is_false(self) -> bool:
        """Whether the scalar says no, as YAML 1.1 and TOML spell it."""
        return self.text.lower() in {"false", "no", "off", "0"}

    def walk(self) -> Iterator[tuple[tuple[str, ...], Node]]:
        """Every node below this one with its keys from here (`[]` for a sequence's items), at most `MAX_STEPS`."""
        pending: list[tuple[tuple[str, ...], Node]] = [((), self)]
        for _ in range(MAX_STEPS):
            if not pending:
                return
            keys, node = pending.pop()
            yield keys, node
            if len(keys) < MAX_DEPTH:
                pending.extend(((*keys, name), child) for name, child in reversed(node.pairs))
                pending.extend(((*keys, "[]"), child) for child in reversed(node.children))


_NOTHING = Node()


def _names(pairs: Iterable[tuple[str, Node]]) -> frozenset[str]:
    return frozenset(name for name, _ in pairs)


def yaml_documents(data: bytes) -> tuple[Node, ...]:
    """The documents of a YAML stream. Raises `Unreadable` for what is no YAML, nests too deep or is too large."""
    builder = _Builder()
    try:
        for event in yaml.parse(_clean(data), Loader=yaml.CSafeLoader):
            builder.take(event)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark is not None else ""
        raise Unreadable(f"not valid YAML{where}") from error
    return tuple(builder.documents)


_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _clean(data: bytes) -> str:
    """The text without the characters that YAML forbids: one stray control byte must not hide a whole file."""
    return _UNPRINTABLE.sub("�", data.decode("utf-8-sig", "replace"))


class _Builder:
    """Puts nodes together from parser events, without recursion."""

    def __init__(self) -> None:
        self.documents: list[Node] = []
        self._open: list[Node] = []
        self._keys: list[str | None] = []
        self._anchors: dict[str, Node] = {}
        self._count = 0

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self._anchors = {}
        elif isinstance(event, yaml.ScalarEvent):
            self._put(self._new("scalar", event, value=event.value), event.anchor)
        elif isinstance(event, yaml.AliasEvent):
            self._put(self._anchors.get(event.anchor or "", _NOTHING), None)
        elif isinstance(event, yaml.MappingStartEvent):
            self._enter(self._new("mapping", event), event.anchor)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._enter(self._new("sequence", event), event.anchor)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            closed = self._open.pop()
            self._keys.pop()
            # A block collection ends where the next token starts: its last child tells its last line.
            last = closed.pairs[-1][1] if closed.pairs else closed.children[-1] if closed.children else closed
            closed.end_line = max(closed.line, last.end_line if last is not closed else closed.line)

    def _new(self, kind: Literal["scalar", "mapping", "sequence"], event: yaml.Event, value: str = "") -> Node:
        self._count += 1
        if self._count > MAX_NODES:
            raise Unreadable(f"more than {MAX_NODES} nodes")
        start, end = event.start_mark, event.end_mark
        if start is None or end is None:
            return Node(kind, value)
        end_line = end.line + 1 if end.column or end.line == start.line else end.line
        return Node(kind, value, line=start.line + 1, end_line=end_line)

    def _enter(self, node: Node, anchor: str | None) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise Unreadable(f"nested deeper than {MAX_DEPTH} levels")
        self._put(node, anchor)
        self._open.append(node)
        self._keys.append(None)

    def _put(self, node: Node, anchor: str | None) -> None:
        if anchor:
            self._anchors[anchor] = node
        if not self._open:
            self.documents.append(node)
            return
        parent = self._open[-1]
        if parent.kind == "sequence":
            parent.children.append(node)
        elif self._keys[-1] is None:
            self._keys[-1] = node.value
        else:
            key = self._keys[-1]
            self._keys[-1] = None
            parent.pairs.append((key, node))


def json_document(data: bytes) -> Node:
    """A JSON document; its nodes have no lines. Raises `Unreadable` for what is no JSON or nests too deep."""
    try:
        value: object = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Unreadable("not valid JSON") from error
    return node_of(value)


def toml_document(data: bytes) -> Node:
    """A TOML document; its nodes have no lines. Raises `Unreadable` for what is no TOML or nests too deep."""
    try:
        value = tomllib.loads(data.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable("not valid TOML") from error
    return node_of(value)


def node_of(value: object, depth: int = 0) -> Node:
    """The node of plain values as decoders give them. Raises `Unreadable` for what nests too deep."""
    if depth > MAX_DEPTH:
        raise Unreadable(f"nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, dict):
        return Node("mapping", pairs=[(str(key), node_of(child, depth + 1)) for key, child in value.items()])
    if isinstance(value, list):
        return Node("sequence", children=[node_of(child, depth + 1) for child in value])
    if value is None:
        return Node("scalar", "null")
    if isinstance(value, bool):
        return Node("scalar", "true" if value else "false")
    return Node("scalar", str(value))


def line_of(data: bytes, *needles: str) -> int:
    """The line, from 1, of the last needle when each is looked for after the one before; 1 when one is missing.

    For formats whose decoder tells no lines.
    """
    text = data.decode("utf-8", "replace")
    position = 0
    for needle in needles:
        found = text.find(needle, position)
        if found < 0:
            return 1
        position = found
    return text.count("\n", 0, position) + 1
