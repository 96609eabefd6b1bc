"""Shows that YAML keeps its words and lines, and that hostile YAML ends."""

from __future__ import annotations

import re

import pytest

from readiness_bot.facts.extractor import Unreadable
from readiness_bot.facts.yaml_nodes import NOTHING, load_document, load_documents


def test_scalars_keep_their_text_and_lines() -> None:
    document = load_document(b"on: yes\nversion: 3.10\nrun: |\n  one\n  two\n\nlast: 'x'\n")
    assert document.keys == ("on", "version", "run", "last")
    assert document["version"].string == "3.10"
    run = document["run"]
    assert (run.string, run.key_line, run.text_line, run.end_line) == ("one\ntwo\n", 3, 4, 5)
    assert document["last"].plain is False


def test_what_is_missing_answers_nothing_all_the_way_down() -> None:
    document = load_document(b"a: {b: ~}\n")
    assert document["x"]["y"]["z"] is NOTHING
    assert not document["a"]["b"]
    assert "b" in document["a"]
    assert document["a"]["b"].string == ""
    assert list(document["x"]) == []


def test_a_single_value_stands_for_a_sequence_of_one() -> None:
    document = load_document(b"one: x\nmany: [x, y]\n")
    assert document["one"].strings == ("x",)
    assert document["many"].strings == ("x", "y")


def test_merge_keys_and_aliases_are_resolved() -> None:
    document = load_document(b"base: &base {image: a, tag: b}\njob:\n  <<: *base\n  tag: c\nalso: *base\n")
    assert document["job"]["image"].string == "a"
    assert document["job"]["tag"].string == "c"
    assert document["also"]["tag"].string == "b"
    assert document["also"].key_line == 5


def test_unknown_tags_stay_as_written() -> None:
    assert load_document(b"script: !reference [.base, script]\n")["script"].tag == "!reference"


def test_every_document_of_a_stream_is_read() -> None:
    assert [document["a"].string for document in load_documents(b"a: 1\n---\n---\na: 2\n")] == ["1", "2"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        # Where PyYAML was built without libyaml, its own parser puts the end in other words.
        (b"a: b: c", "not YAML, line 1: mapping values are not allowed (in this context|here)"),
        (b"[" * 100_000, "nested deeper than 100 levels"),
        (b"\x00", "not YAML: unacceptable character #x0000: (control|special) characters are not allowed"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as raised:
        load_documents(data)
    assert re.fullmatch(reason, str(raised.value))


def test_aliases_of_aliases_are_bounded_by_what_they_expand_to() -> None:
    levels = [b"l0: &l0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [b"l%d: &l%d [%s]" % (n, n, b", ".join([b"*l%d" % (n - 1)] * 10)) for n in range(1, 9)]
    with pytest.raises(Unreadable, match="expands to more than 500000 nodes"):
        load_documents(b"\n".join(levels))


def test_an_alias_to_itself_ends() -> None:
    document = load_document(b"a: &a [*a, x]\n")
    assert [node.string for node in document["a"]] == ["", "x"]


def test_walking_visits_every_node_in_order() -> None:
    document = load_document(b"a: [x, {b: y}]\nc: z\n")
    assert [node.text for node in document.walk() if node.text is not None] == ["x", "y", "z"]
