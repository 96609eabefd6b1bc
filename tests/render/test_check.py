"""The check run's texts, the commit status and the trend in words."""

from __future__ import annotations

import pytest

from readiness_bot.model import Delta
from readiness_bot.render.bulletin import Bulletin, from_delta
from readiness_bot.render.check import description, summary, title
from readiness_bot.render.trend import LINES, Entry, added, overtaken, parse, words
from tests.render import changes
from tests.render.changes import BASE, HEAD
from tests.render.test_comment import RUN


def bulletin(*deltas: Delta) -> Bulletin:
    return Bulletin(HEAD, BASE, "main", "1.4.0", tuple(from_delta(delta) for delta in deltas))


def test_the_title_is_the_verdict() -> None:
    assert title(bulletin(changes.BLOCKED)) == "2 new blockers · score 71 → 66 (−5)"
    assert title(bulletin(changes.QUIET)) == "no new blockers · score 71 (±0)"


def test_the_summary_lists_the_new_blockers_with_fix_and_link() -> None:
    text = summary(bulletin(changes.BLOCKED), RUN)
    assert text.startswith("**Fix before merge** – this change introduces:\n\n| What breaks in production | Fix |")
    assert text.count("| **") == 2
    assert "controls/database/migrations.md" in text


def test_a_long_summary_counts_what_it_does_not_name() -> None:
    text = summary(bulletin(changes.many()), RUN)
    assert len(text.encode()) <= 60_000
    assert text.count("| **") == 50
    assert "and 4,950 more new blockers in the [full report]" in text


@pytest.mark.parametrize(
    ("delta", "text"),
    [
        (changes.BLOCKED, "2 new blockers: external-apis/timeout, database/migrations · score 71 → 66 (−5)"),
        (changes.QUIET, "no new blockers · score 71 (±0)"),
        (changes.many(), "5,000 new blockers: external-apis/timeout · score 71 → 66 (−5)"),
        (
            changes.delta(tuple(changes.finding(f"error-handling/swallowed-exception-{n}") for n in range(9))),
            "9 new blockers: error-handling/swallowed-exception-0 and 8 more · score 71 → 66 (−5)",
        ),
        (changes.delta(before=None, after=None, conclusion="neutral"), "nothing to judge · not scored"),
    ],
)
def test_the_status_says_it_in_120_characters(delta: Delta, text: str) -> None:
    assert description(bulletin(delta)) == text
    assert len(text) <= 120


def entry(day: str, score: int, commit: str = "a") -> Entry:
    return Entry(day, commit * 40, score)


@pytest.mark.parametrize(
    ("entries", "text"),
    [
        ([], ""),
        ([entry("2026-11-20", 64)], ""),
        ([entry("2026-11-01", 64), entry("2026-11-20", 71)], "main in 30 days: 64 → 71 (+7)"),
        ([entry("2026-11-01", 71), entry("2026-11-20", 71)], "main in 30 days: unchanged at 71"),
        (
            [entry("2026-01-01", 20), entry("2026-02-01", 40), entry("2026-11-20", 35)],
            "main in 30 days: 40 → 35 (−5)",
        ),
        ([entry("2026-01-01", 20), entry("2026-02-01", 40)], ""),
    ],
)
def test_the_trend_in_words(entries: list[Entry], text: str) -> None:
    assert words(entries, "main", "2026-11-22") == text


def test_history_grows_by_one_line_a_commit() -> None:
    first = added(b"", [entry("2026-11-20", 64, "a")])
    assert first == b'{"on":"2026-11-20","commit":"' + b"a" * 40 + b'","score":64}\n'
    both = added(first, [entry("2026-11-21", 65, "b")])
    again = added(both, [entry("2026-11-22", 66, "b")])
    assert [(line.on, line.score) for line in parse(again)] == [("2026-11-20", 64), ("2026-11-22", 66)]


def test_torn_and_forged_lines_are_passed_over() -> None:
    good = added(b"", [entry("2026-11-20", 64)])
    content = (
        b'{"on":"yesterday"}\n<<<<<<< ours\n\xff\n'
        + good
        + b'{"on":"2026-11-20","commit":"'
        + b"a" * 40
        + b'","score":900}\n'
    )
    assert parse(content) == [entry("2026-11-20", 64)]


def test_history_has_an_end() -> None:
    content = b"".join(added(b"", [Entry("2026-11-20", f"{number:040x}", 50)]) for number in range(LINES + 5))
    assert len(parse(added(content, [entry("2026-11-21", 51)]))) == LINES


def test_services_have_trends_of_their_own() -> None:
    pay = [Entry("2026-11-01", "a" * 40, 50, scope="pay"), Entry("2026-11-20", "b" * 40, 55, scope="pay")]
    content = added(added(b"", [entry("2026-11-20", 90, "b")]), pay)
    assert words(parse(content), "main", "2026-11-22") == ""
    assert words(parse(content), "main", "2026-11-22", "pay") == "main in 30 days: 50 → 55 (+5)"


def test_an_old_run_that_is_run_again_is_overtaken() -> None:
    content = added(b"", [Entry("2026-11-20", "a" * 40, 64, run=9)])
    assert overtaken(content, [Entry("2026-11-22", "b" * 40, 60, run=8)])
    assert not overtaken(content, [Entry("2026-11-22", "b" * 40, 60, run=9)])
    assert not overtaken(content, [Entry("2026-11-22", "b" * 40, 60, run=8, scope="pay")])
