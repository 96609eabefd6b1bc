"""JSON and TOML as nodes."""

from __future__ import annotations

import pytest

from readiness_bot.facts.extractor import Unreadable
from readiness_bot.facts.plain_nodes import json_node, line_of, toml_node


def test_json_and_toml_give_the_same_nodes() -> None:
    assert json_node(b'{"a": {"b": [1, "x", true, null]}}')["a"]["b"].strings == ("1", "x", "true", "null")
    assert toml_node(b"[a]\nb = [1, 'x', true]\n")["a"]["b"].strings == ("1", "x", "true")


def test_null_is_nothing_and_text_called_null_is_something() -> None:
    node = json_node(b'{"a": null, "b": "null"}')
    assert (bool(node["a"]), bool(node["b"]), node["b"].string) == (False, True, "null")


@pytest.mark.parametrize("data", [b"{", b"\xff", b"[" * 5000 + b"]" * 5000])
def test_broken_or_bottomless_json_is_unreadable(data: bytes) -> None:
    with pytest.raises(Unreadable):
        json_node(data)


def test_line_of_looks_for_one_needle_behind_the_other() -> None:
    assert line_of(b'a\n"x"\n"y"\n"x"\n', '"y"', '"x"') == 4
    assert line_of(b"a\n", "b") == 1
