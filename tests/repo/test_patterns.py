"""What a regular expression lets through, told by its characters."""

from __future__ import annotations

import pytest

from readiness_bot.repo.patterns import narrowness


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        (r"^[0-9a-f]{32}$", "name"),
        (r"\A\w+-\d{4}\Z", "name"),
        (r"^(?P<kind>asc|desc)$", "name"),
        (r"^(?:v\d+\.)?[a-z]+$", "name"),
        (r"^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$", "name"),
        (r"^[\w.-]+$", "segment"),
        (r"^[^/]+$", "segment"),
        (r"^[^;]+$", ""),
        (r"^[+-9]+$", ""),
        (r"^.*$", ""),
        (r"^\S+$", ""),
        (r"^[a-z]+|.*$", ""),
        (r"^(?!x)[a-z]+$", ""),
        (r"^https?://[\w.]+$", ""),
        (r"^[a-z]+", ""),
        (r"[a-z]+$", ""),
        (r"^[a-z]+\$", ""),
        ("", ""),
    ],
)
def test_pattern_is_as_narrow_as_its_characters(pattern: str, wanted: str) -> None:
    assert narrowness(pattern) == wanted


def test_whoever_looks_at_the_beginning_needs_no_mark() -> None:
    assert narrowness(r"[a-z]+$", begins=True) == "name"
