"""Words that every format shares."""

from __future__ import annotations

from dataclasses import replace

import pytest

from readiness_bot.model import Facts, Role, TeamMember
from readiness_bot.render import wording
from tests import reports
from tests.render import changes


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ((0.05, 0.25), "under a day"),
        ((0.25, 1.0), "up to a day"),
        ((0.5, 2.0), "1–2 days"),
        ((2.0, 5.0), "2–5 days"),
        ((1.9, 2.0), "2 days"),
        ((5.0, 10.0), "1–2 weeks"),
        ((10.0, 15.0), "2–3 weeks"),
        ((4.9, 5.1), "1–2 weeks"),
        ((0.1, 1.01), "1–2 days"),
        ((15.0, 15.0), "3 weeks"),
    ],
)
def test_days_are_told_in_the_unit_people_plan_in(days: tuple[float, float], words: str) -> None:
    assert wording.span(days) == words


def test_differences_have_a_sign() -> None:
    assert [wording.points(each) for each in (3, 0, -3, None)] == ["+3", "±0", "−3", "–"]


def test_a_date_is_written_out() -> None:
    assert wording.day("2025-02-01") == "1 February 2025"


def test_numbers_take_the_right_noun() -> None:
    one = wording.facts(reports.report([], facts=Facts(1, 1, 1, 1, 1, 1, 1, 1, 1)))
    assert one == (
        ("1", "Python production file"),
        ("1", "test file (100% ratio)"),
        ("1", "line of code"),
        ("1", "API route file with 1 route"),
        ("1", "service file"),
        ("1", "async function"),
        ("1", "model"),
        ("1", "call to other services"),
    )
    assert wording.member(TeamMember(Role.QA, 2, "full-time")) == "2 QA engineers (full-time)"


def test_blockers_are_gathered_by_control() -> None:
    report = reports.blocked()
    groups = wording.grouped(report.blockers, report.verdicts)
    assert len(groups) == 11
    injection = groups[1]
    assert (injection.control, injection.issue, len(injection.places)) == (
        "database/nosql-injection",
        "2 places to fix.",
        2,
    )
    assert injection.days == (0.38, 1.5)
    limiter = next(group for group in groups if group.control == "security/rate-limiting")
    assert [evidence.path for evidence in limiter.seen] == ["app/limits.py"]
    retries = next(group for group in groups if group.control == "error-handling/retries")
    assert retries.looked_in == ("Python files", "pipelines")


def test_what_a_change_takes_away_is_told_in_its_own_words_not_by_what_the_control_counts() -> None:
    places = [changes.finding("security/authorization", line=line, message="`clear` lost it") for line in (3, 9, 20)]
    lost = [changes.blocker(each) for each in places]
    [group] = wording.grouped(lost, [changes.verdict("security/authorization")])
    assert group.issue == "`clear` lost it Likewise at 2 more places."
    assert group.days == tuple(3 * days for days in lost[0].effort_days)
    back = [replace(blocker, fix="Bring back the check.") for blocker in lost]
    [group] = wording.grouped(back, [changes.verdict("security/authorization")])
    assert group.fix == "Bring back the check."
    [group] = wording.grouped(lost, [changes.verdict("security/authorization", places[:1])])
    assert group.issue == "2 of 5 calls can wait for ever"
    assert group.days != tuple(3 * days for days in lost[0].effort_days)
    [group] = wording.grouped(lost[:1], [changes.verdict("security/authorization")])
    assert group.days == lost[0].effort_days


def test_what_a_change_brings_is_told_and_timed_by_its_own_places() -> None:
    places = [changes.finding("external-apis/timeout", line=line) for line in (3, 9, 20, 40)]
    verdict = changes.verdict("external-apis/timeout", places)
    all_of_it, [two], [one], [whole] = (
        wording.grouped([verdict.blocker(each) for each in places], [verdict]),
        *(wording.brought([verdict.blocker(each) for each in places[:number]], [verdict]) for number in (2, 1, 4)),
    )
    assert (two.issue, one.issue) == ("2 new places to fix, 4 in all.", places[0].message)
    assert one.days == verdict.effort_days < two.days < whole.days
    assert all_of_it == (whole,)


def test_blockers_of_different_consequences_share_the_words_of_their_control() -> None:
    heard = replace(changes.finding("security/insecure-code", line=3), impact="Somebody listens.")
    ran = replace(changes.finding("security/insecure-code", line=9), impact="Somebody runs code.")
    verdict = changes.verdict(heard.control, (heard, ran))
    alone, together = (
        wording.grouped([verdict.blocker(one) for one in several], [verdict])[0].impact
        for several in ([heard], [heard, ran])
    )
    assert alone == "Somebody listens."
    assert together == verdict.impact
