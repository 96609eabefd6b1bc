"""YAML as nodes that know their lines, bounded in size and depth; knows no document's meaning and resolves no types."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from readiness_bot.facts.extractor import Unreadable

MAX_DEPTH = 100
"""Nesting beyond this is an attack or a mistake: the deepest public Helm values and OpenAPI files stay below 40."""

MAX_NODES = 500_000
"""Nodes counted with every alias expanded, so that a walk over what is handed out ends."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Node:
    """A scalar, a mapping or a sequence, with the lines (from 1) where it stands.

    Scalars keep their text as written: `on` stays `on`, `3.10` stays `3.10`. Asking a node for what it does not
    have answers with `NOTHING`, which is false and as patient, so that a path through a document is one expression.
    Merge keys (`<<`) are resolved, aliases are the nodes they name, and tags stay as written.
    """

    text: str | None = None
    """The scalar's text; None for a mapping, a sequence and `NOTHING`."""
    entries: tuple[tuple[str, Node], ...] = ()
    """A mapping's pairs in their order; keys that are no scalars are left out."""
    items: tuple[Node, ...] = ()
    """A sequence's members."""
    line: int = 0
    end_line: int = 0
    key_line: int = 0
    """The line of the key that this node is the value of; its own line where it is none."""
    plain: bool = False
    """Whether a scalar was written without quotes, so that it could be a number, a truth value or null."""
    block: bool = False
    """Whether a scalar was written as a block (`|` or `>`): its text then starts on the line below."""
    tag: str = ""
    kind: str = ""
    """`scalar`, `mapping`, `sequence`, or empty for `NOTHING`."""
    size: int = field(default=1, repr=False, compare=False)

    def __bool__(self) -> bool:
        """Whether anything was written: false for `NOTHING` and for null."""
        return bool(self.kind) and not (self.plain and self.text in _NULLS)

    def __getitem__(self, key: str) -> Node:
        """The value of a mapping's key (the last one where it is repeated), or `NOTHING`."""
        for name, value in reversed(self.entries):
            if name == key:
                return value
        return NOTHING

    def __iter__(self) -> Iterator[Node]:
        """A sequence's members; a single scalar or mapping stands for a sequence of one."""
        if self.kind == "sequence":
            yield from self.items
        elif self:
            yield self

    def __contains__(self, key: str) -> bool:
        """Whether a mapping has the key, whatever its value."""
        return any(name == key for name, _ in self.entries)

    @property
    def keys(self) -> tuple[str, ...]:
        """A mapping's keys in their order."""
        return tuple(name for name, _ in self.entries)

    @property
    def string(self) -> str:
        """The scalar's text; empty for everything else and for null."""
        return self.text if self.text is not None and self else ""

    @property
    def strings(self) -> tuple[str, ...]:
        """The texts of a sequence's scalars; a single scalar stands for a sequence of one."""
        return tuple(node.text for node in self if node.text is not None)

    @property
    def text_line(self) -> int:
        """The line where the scalar's own first line of text stands."""
        return self.line + 1 if self.block else self.line

    def walk(self) -> Iterator[Node]:
        """This node and every node below, in document order."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed([*(value for _, value in node.entries), *node.items]))


NOTHING = Node()
"""What a missing key answers."""


def load_documents(data: bytes) -> tuple[Node, ...]:
    """The documents of a YAML (or JSON) stream; empty documents are left out.

    Raises `Unreadable` for what is no YAML, nests deeper than `MAX_DEPTH` or expands to more than `MAX_NODES`.
    """
    text = data.decode("utf-8-sig", "replace")
    try:
        return tuple(document for document in _built(yaml.parse(text, Loader=_LOADER)) if document)
    except yaml.MarkedYAMLError as error:
        where = f", line {error.problem_mark.line + 1}" if error.problem_mark is not None else ""
        raise Unreadable(f"not YAML{where}: {error.problem or error.context}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise Unreadable(f"not YAML: {str(error).splitlines()[0]}") from error


def load_document(data: bytes) -> Node:
    """The first document of a stream, `NOTHING` for an empty one; raises as `load_documents` does."""
    documents = load_documents(data)
    return documents[0] if documents else NOTHING


@dataclass(slots=True)
class _Open:
    """A mapping or sequence whose end was not seen yet."""

    kind: str
    line: int
    tag: str
    anchor: str | None
    members: list[Node] = field(default_factory=list)


def _built(events: Iterator[Any]) -> Iterator[Node]:
    stack: list[_Open] = []
    anchors: dict[str, Node] = {}
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            anchors = {}
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            kind = "mapping" if isinstance(event, yaml.MappingStartEvent) else "sequence"
            stack.append(_Open(kind, _line(event.start_mark), event.tag or "", event.anchor))
            if len(stack) > MAX_DEPTH:
                raise Unreadable(f"nested deeper than {MAX_DEPTH} levels")
        elif (node := _finished(event, stack, anchors)) is None:
            continue
        elif stack:
            stack[-1].members.append(node)
        else:
            yield node


def _line(mark: Any) -> int:
    return int(mark.line) + 1


def _finished(event: Any, stack: list[_Open], anchors: dict[str, Node]) -> Node | None:
    """The node that this event completes; an alias to a node that is still open is `NOTHING`."""
    if isinstance(event, yaml.AliasEvent):
        return anchors.get(str(event.anchor), NOTHING)
    if isinstance(event, yaml.ScalarEvent):
        node, anchor = _scalar(event), event.anchor
    elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
        opened = stack.pop()
        node, anchor = _collection(opened), opened.anchor
    else:
        return None
    if anchor:
        anchors[anchor] = node
    return node


def _scalar(event: Any) -> Node:
    start, last = _line(event.start_mark), _line(event.end_mark)
    block = event.style in ("|", ">")
    if event.style == "|":  # the parser's end mark lies behind the blank lines that follow
        last = start + event.value.rstrip("\n").count("\n") + 1
    elif block:
        last = max(start, last - 1)
    return Node(
        text=event.value,
        line=start,
        end_line=last,
        key_line=start,
        plain=not event.style,
        block=block,
        tag=event.tag or "",
        kind="scalar",
    )


def _collection(opened: _Open) -> Node:
    size = 1 + sum(member.size for member in opened.members)
    if size > MAX_NODES:
        raise Unreadable(f"expands to more than {MAX_NODES} nodes")
    is_mapping = opened.kind == "mapping"
    return Node(
        entries=tuple(_pairs(opened.members)) if is_mapping else (),
        items=() if is_mapping else tuple(opened.members),
        line=opened.line,
        end_line=max(opened.line, *(member.end_line for member in opened.members), 0),
        key_line=opened.line,
        tag=opened.tag,
        kind=opened.kind,
        size=size,
    )


def _pairs(members: list[Node]) -> Iterator[tuple[str, Node]]:
    own = [(key, value) for key, value in zip(members[::2], members[1::2], strict=False) if key.text is not None]
    names = {key.text for key, _ in own}
    for key, value in own:
        if key.text == "<<":
            sources = value.items if value.kind == "sequence" else (value,)
            yield from (pair for source in sources for pair in source.entries if pair[0] not in names)
    for key, value in own:
        if key.text is not None and key.text != "<<":
            yield key.text, replace(value, key_line=key.line) if value.key_line != key.line else value
