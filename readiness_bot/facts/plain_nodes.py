"""JSON and TOML as the same nodes as YAML, without lines, which their decoders do not tell."""

from __future__ import annotations

import tomllib

import msgspec

from readiness_bot.facts.extractor import Unreadable
from readiness_bot.facts.yaml_nodes import MAX_DEPTH, Node


def json_node(data: bytes) -> Node:
    """A JSON document. Raises `Unreadable` for what is no JSON or nests deeper than YAML may."""
    try:
        value: object = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Unreadable("not JSON") from error
    return _node_of(value, 0)


def toml_node(data: bytes) -> Node:
    """A TOML document. Raises `Unreadable` for what is no TOML or nests deeper than YAML may."""
    try:
        value = tomllib.loads(data.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable("not TOML") from error
    return _node_of(value, 0)


def line_of(data: bytes, *needles: str) -> int:
    """The line, from 1, of the last needle when each is looked for behind the one before; 1 where one is missing."""
    text = data.decode("utf-8", "replace")
    position = 0
    for needle in needles:
        found = text.find(needle, position)
        if found < 0:
            return 1
        position = found
    return text.count("\n", 0, position) + 1


def _node_of(value: object, depth: int) -> Node:
    if depth > MAX_DEPTH:
        raise Unreadable(f"nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, dict):
        entries = tuple((str(key), _node_of(child, depth + 1)) for key, child in value.items())
        return Node(entries=entries, kind="mapping")
    if isinstance(value, list):
        return Node(items=tuple(_node_of(child, depth + 1) for child in value), kind="sequence")
    if value is None:
        return Node(text="null", plain=True, kind="scalar")
    if isinstance(value, bool):
        return Node(text=str(value).lower(), plain=True, kind="scalar")
    return Node(text=str(value), plain=not isinstance(value, str), kind="scalar")
