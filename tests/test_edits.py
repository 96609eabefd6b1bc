"""Where two texts differ, and where in a function something was taken out of it."""

from __future__ import annotations

from readiness_bot.edits import Edit, between, narrowed, none_seen
from readiness_bot.model import Location

_AFTER = "import os\n\n\ndef show(user):\n    page = load()\n    return page\n"
_BEFORE = _AFTER.replace("    return", "    if not user.is_admin:\n        abort(403)\n    return")
_WHOLE = Location("shop/a.py", 4, 6, "show")


def test_lines_that_are_gone_are_told_at_the_line_that_follows() -> None:
    assert between(_BEFORE, _AFTER) == (Edit(6, 6, "    if not user.is_admin:\n        abort(403)"),)
    assert between(_AFTER, _BEFORE) == (Edit(6, 7, ""),)
    assert between(_AFTER, _AFTER) == ()
    assert between("", "a\nb\n") == (Edit(1, 2, ""),)


def test_lines_that_are_rewritten_are_told_where_they_stand_and_each_by_itself() -> None:
    assert between("a\nb\nc\nd\n", "a\nx\nc\ny\n") == (Edit(2, 2, "b"), Edit(4, 4, "d"))


def test_long_stretches_are_not_held_against_each_other() -> None:
    old, new = ("".join(f"{word} {number}\n" for number in range(4_000)) for word in "ab")
    assert between(old, new) == ()
    assert between("a\n" * 9_000 + "b\n", "a\n" * 9_000 + "c\n") == (Edit(9_001, 9_001, "b"),)


def test_a_function_is_narrowed_down_to_the_edit_that_took_out_what_is_named() -> None:
    def edits(path: str) -> tuple[Edit, ...]:
        assert path == "shop/a.py"
        return Edit(2, 2, "import is_admin"), Edit(5, 5, "    page = load_all()"), Edit(6, 6, "if user.is_admin:")

    place = narrowed(_WHOLE, "`show` does not ask: this change takes away `user.is_admin`.", edits)
    assert (place.line, place.end_line, place.symbol) == (4, 6, "show")
    assert narrowed(_WHOLE, "`show` does not ask: this change takes away `is_owner`.", edits) == _WHOLE
    assert narrowed(_WHOLE, "`is_admin` does not ask: this change takes away a check.", edits) == _WHOLE
    assert narrowed(_WHOLE, "`show`: this change takes away `is_admin`.", none_seen) == _WHOLE


def test_an_edit_far_from_the_head_of_its_function_is_told_by_itself() -> None:
    def edits(_: str) -> tuple[Edit, ...]:
        return (Edit(60, 61, "if user.is_admin:"),)

    place = narrowed(Location("shop/a.py", 4, 80, "show"), "`show`: this change takes away `is_admin`.", edits)
    assert (place.line, place.end_line) == (60, 61)


def test_a_single_line_stays_where_it_is() -> None:
    place = Location("shop/a.py", 4, 4, "show")
    assert narrowed(place, "this change takes away `is_admin`.", lambda _: (Edit(4, 4, "is_admin"),)) == place
