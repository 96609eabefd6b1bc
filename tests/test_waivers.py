"""What waivers do to verdicts, and what is said of those that are expired or cover nothing."""

from __future__ import annotations

from datetime import date

from readiness_bot.model import Confidence, Kind, Status, Verdict, Waiver
from readiness_bot.score import blockers
from readiness_bot.waivers import Applied, apply
from tests.reports import HIGH, LOW, bad, verdict

DAY = date(2025, 1, 15)
EXCUSED = Waiver("monitoring/metrics", "not-applicable", "a batch job", line=4)
ACCEPTED = Waiver("monitoring/metrics", "accepted-risk", "next quarter", owner="ana", expires="2025-01-15", line=7)
SITES = [
    bad("app/legacy/a.py", 3, "f", "certain"),
    bad("app/main.py", 5, "g", "perhaps", Confidence.MEDIUM),
]


def metrics(score: float = 0.0) -> Verdict:
    return verdict("monitoring/metrics", HIGH, score, seen=("a.py", 1, "seen") if score else None)


def timeouts() -> Verdict:
    return verdict("external-apis/timeout", HIGH, 0.0, kind=Kind.DEFECT, sites=SITES, summary="1 place to fix.")


def applied(made: Verdict, *waivers: Waiver, day: date = DAY) -> Applied:
    return apply([made], waivers, day, ".readiness.yml")


def test_not_applicable_takes_the_control_out_of_the_score() -> None:
    found = applied(metrics(), EXCUSED)
    judged = found.verdicts[0]
    assert (judged.status, judged.score, judged.waived) == (Status.NOT_APPLICABLE, None, EXCUSED)
    assert judged.summary == "Declared as not applicable: a batch job"
    assert (found.in_force, found.notices) == ((EXCUSED,), ())


def test_an_accepted_risk_leaves_the_score_and_does_not_block() -> None:
    judged = applied(metrics(0.25), ACCEPTED).verdicts[0]
    assert (judged.status, judged.score, judged.waived) == (Status.PARTIAL, 0.25, ACCEPTED)
    assert blockers([judged]) == ()


def test_an_accepted_risk_holds_through_its_last_day_and_then_counts_again() -> None:
    found = applied(metrics(), ACCEPTED, day=date(2025, 1, 16))
    assert len(blockers(found.verdicts)) == 1
    assert found.in_force == ()
    assert found.notices == (
        ".readiness.yml:7: the accepted-risk waiver of monitoring/metrics expired on 2025-01-15; it counts again",
    )


def test_a_waiver_that_covers_nothing_is_named() -> None:
    found = applied(metrics(1.0), ACCEPTED)
    assert found.verdicts[0].waived is None
    assert found.notices == (
        ".readiness.yml:7: the accepted-risk waiver of monitoring/metrics covers nothing; remove it",
    )


def test_an_accepted_path_covers_its_findings_only() -> None:
    waiver = Waiver("external-apis/timeout", "accepted-risk", "goes away", "app/legacy/", "ana", "2025-02-01", 9)
    judged = applied(timeouts(), waiver).verdicts[0]
    assert [(each.waived, each.blocker) for each in judged.findings] == [(waiver, False), (None, False)]
    assert (judged.status, judged.score, judged.waived) == (Status.FAIL, 0.0, None)
    assert blockers([judged]) == ()


def test_an_excused_path_leaves_the_judgement_to_the_other_places() -> None:
    waiver = Waiver("external-apis/timeout", "not-applicable", "a vendored copy", "app/legacy/**")
    judged = applied(timeouts(), waiver).verdicts[0]
    assert (judged.status, judged.score) == (Status.PARTIAL, 0.75)
    assert judged.summary.endswith("(places under app/legacy/** declared as not applicable: a vendored copy)")


def test_excused_places_that_were_all_leave_a_pass() -> None:
    waiver = Waiver("external-apis/timeout", "not-applicable", "a vendored copy", "app/")
    judged = applied(timeouts(), waiver).verdicts[0]
    assert (judged.status, judged.score) == (Status.PASS, 1.0)


def test_an_excused_path_that_leaves_a_certain_place_changes_no_score() -> None:
    waiver = Waiver("external-apis/timeout", "not-applicable", "a vendored copy", "app/main.py")
    judged = applied(timeouts(), waiver).verdicts[0]
    assert (judged.status, judged.score) == (Status.FAIL, 0.0)


def test_a_path_that_matches_nothing_is_named() -> None:
    waiver = Waiver("external-apis/timeout", "accepted-risk", "gone", "old/", "ana", "2025-02-01", 9)
    assert applied(timeouts(), waiver).notices == (
        ".readiness.yml:9: the accepted-risk waiver of external-apis/timeout in old/ covers nothing; remove it",
    )


def test_what_does_not_apply_leaves_no_risk_to_accept() -> None:
    found = applied(metrics(), ACCEPTED, EXCUSED)
    assert found.verdicts[0].waived == EXCUSED
    assert [each.rpartition(" waiver ")[0] for each in found.notices] == [".readiness.yml:7: the accepted-risk"]


def test_other_controls_are_left_alone() -> None:
    made = verdict("security/mfa", LOW, 0.0)
    assert applied(made, EXCUSED).verdicts == (made,)
