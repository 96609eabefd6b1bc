"""Bulletins: what a delta has to tell, and what is taken from a file that a stranger wrote."""

from __future__ import annotations

import json

import msgspec
import pytest

from readiness_bot.model import Status, StatusChange
from readiness_bot.render.bulletin import BYTES, Bulletin, Section, decode, encode, from_delta, from_report
from tests.render import changes
from tests.render.changes import BASE, HEAD


def test_a_delta_is_counted() -> None:
    section = from_delta(changes.BLOCKED)
    assert (section.score, section.base_score, section.conclusion) == (66, 71, "failure")
    assert (section.new_blockers, section.new_warnings, section.fixed_blockers, section.fixed_findings) == (2, 3, 1, 1)
    assert (section.older, section.waived) == (14, 0)
    assert [item.control for item in section.blockers] == ["external-apis/timeout", "database/migrations"]
    assert section.blockers[0].path == "app/clients/pay.py"
    assert section.blockers[0].line == 57
    assert {move.category: move.because for move in section.moves if move.before != move.after} == {
        "external-apis": ("`external-apis/timeout` new",),
        "database": ("`database/migrations` new", "`database/sql-injection` fixed"),
    }


def test_a_status_that_changed_without_a_place_explains_its_category() -> None:
    change = StatusChange("monitoring/metrics", Status.PASS, Status.PARTIAL, "nothing exports them")
    section = from_delta(changes.delta(changes=(change,)))
    assert [move.because for move in section.moves if move.category == "monitoring"] == [
        ("`monitoring/metrics` pass → partial",)
    ]


def test_a_waived_finding_is_neither_warning_nor_blocker() -> None:
    section = from_delta(changes.WAIVED)
    assert (section.new_blockers, section.new_warnings, section.waived) == (0, 0, 1)
    assert (section.excuses[0].days, section.excuses[0].owner) == (6, "@ana")


def test_a_report_alone_starts_from_what_it_finds() -> None:
    section = from_report(changes.BLOCKED.head, "neutral", ["no base"])
    assert (section.older, section.base_score, section.new_blockers) == (19, None, 0)


def test_the_worst_conclusion_counts() -> None:
    sections = tuple(from_delta(delta) for delta in changes.SERVICES)
    assert Bulletin(HEAD, BASE, "main", "1", sections).conclusion == "failure"
    assert Bulletin(HEAD, BASE, "main", "1", sections[1:]).conclusion == "success"


@pytest.mark.parametrize(
    ("delta", "news"),
    [
        (changes.BLOCKED, True),
        (changes.QUIET, False),
        (changes.WAIVED, True),
        (changes.delta(before=70, after=71), True),
        (changes.delta(fixed=(changes.WARNINGS[0],), before=71, after=71), True),
    ],
)
def test_news_are_what_appeared_vanished_or_moved(delta: object, news: bool) -> None:
    assert Bulletin(HEAD, BASE, "main", "1", (from_delta(delta),)).has_news is news  # type: ignore[arg-type]


def test_it_survives_the_journey() -> None:
    bulletin = Bulletin(HEAD, BASE, "main", "1.4.0", tuple(from_delta(delta) for delta in changes.SERVICES), "odd")
    assert decode(encode(bulletin)) == bulletin


def test_the_largest_one_still_fits_and_keeps_its_counts() -> None:
    section = from_delta(changes.many(200))
    wide = msgspec.structs.replace(
        section, blockers=tuple(msgspec.structs.replace(item, path="é" * 4000) for item in section.blockers)
    )
    content = encode(Bulletin(HEAD, BASE, "main", "1.4.0", (wide,) * 50))
    assert len(content) <= BYTES
    again = decode(content)
    assert again.new_blockers == 200 * 50


def test_text_that_is_no_text_is_written_all_the_same() -> None:
    section = from_delta(changes.delta((changes.finding(path="a\ud800.py", message="\udfff"),)))
    assert decode(encode(Bulletin(HEAD, BASE, "main", "1", (section,)))).sections[0].blockers[0].path == "a?.py"


def document() -> dict[str, object]:
    section = from_delta(changes.BLOCKED)
    loaded: dict[str, object] = json.loads(encode(Bulletin(HEAD, BASE, "main", "1.4.0", (section,))))
    return loaded


def section_of(loaded: dict[str, object]) -> dict[str, object]:
    sections = loaded["sections"]
    assert isinstance(sections, list)
    section = sections[0]
    assert isinstance(section, dict)
    return section


WRONG: dict[str, dict[str, object]] = {
    "another version": {"schema_version": 2},
    "a key of its own": {"html": "<b>"},
    "a head that is no commit": {"head": "main"},
    "a head with a line after it": {"head": HEAD + "\n"},
    "a base that is no commit": {"base": "../../etc"},
    "no section": {"sections": []},
    "too many sections": {"sections": [{}] * 51},
    "a number for a text": {"version": 1},
    "an endless version": {"version": "1" * 41},
}

WRONG_SECTION: dict[str, dict[str, object]] = {
    "a score beyond 100": {"score": 101},
    "a negative count": {"new_blockers": -1},
    "another conclusion": {"conclusion": "cancelled"},
    "too many blockers": {"blockers": [{"control": "a/b", "issue": "x"}] * 51},
    "a control that is no name": {"blockers": [{"control": "a/b](http://evil)", "issue": "x"}]},
    "an endless issue": {"blockers": [{"control": "a/b", "issue": "x" * 2001}]},
    "a key of its own": {"markdown": "![](x)"},
}


@pytest.mark.parametrize("what", WRONG)
def test_anything_else_than_a_bulletin_is_refused(what: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode(json.dumps(document() | WRONG[what]).encode())


@pytest.mark.parametrize("what", WRONG_SECTION)
def test_a_section_that_is_none_is_refused(what: str) -> None:
    loaded = document()
    section_of(loaded).update(WRONG_SECTION[what])
    with pytest.raises(ValueError, match=r"."):
        decode(json.dumps(loaded).encode())


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b"{" * 100_000, b"[" * 100_000, b" " * (BYTES + 1)])
def test_bytes_that_are_none_are_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode(content)


def test_every_list_and_text_of_a_section_has_a_bound() -> None:
    schema = msgspec.json.schema(Section)["$defs"]
    for kind in schema.values():
        for name, field in kind["properties"].items():
            shape = json.dumps(field)
            assert '"array"' not in shape or "maxItems" in shape, name
            assert '"string"' not in shape or "maxLength" in shape or "pattern" in shape, name
