"""The identity of findings: what it survives, and what makes another one."""

from __future__ import annotations

from readiness_bot.identity import capability_fingerprint, findings, fingerprints
from readiness_bot.model import Confidence, Location, Severity, Site

HERE = Location("app/pay.py", 57, 58, "charge", "0123456789ab")


def one(place: Location, control: str = "external-apis/timeout") -> str:
    return fingerprints(control, [place])[0]


def test_it_is_a_fixed_text() -> None:
    assert one(HERE) == "2f7dc637c11f6cd2"
    assert capability_fingerprint("monitoring/metrics") == "dc843989740c5ad1"


def test_it_survives_renames_moves_and_lines_above() -> None:
    assert one(Location("src/payment.py", 257, 258, "charge", "0123456789ab")) == one(HERE)


def test_another_function_statement_or_control_is_another_finding() -> None:
    others = {
        one(Location("app/pay.py", 57, 58, "refund", "0123456789ab")),
        one(Location("app/pay.py", 57, 58, "charge", "ffffffffffff")),
        one(HERE, "error-handling/retries"),
        one(HERE),
    }
    assert len(others) == 4


def test_parts_do_not_run_into_each_other() -> None:
    assert one(Location("a", 1, 1, "ab", "c")) != one(Location("a", 1, 1, "a", "bc"))


def test_two_equal_defects_in_one_function_are_two_findings() -> None:
    again = Location("app/pay.py", 90, 90, "charge", "0123456789ab")
    found = fingerprints("external-apis/timeout", [again, HERE])
    assert len(set(found)) == 2
    assert found[1] == one(HERE)  # the ordinal follows the place, not the order given


def test_findings_are_the_bad_sites_in_order_of_place() -> None:
    sites = [
        Site(Location("b.py", 1, 1, "", "x"), good=False, message="late", confidence=Confidence.MEDIUM),
        Site(Location("a.py", 9, 9, "", "y"), good=True),
        Site(Location("a.py", 5, 5, "", "z"), good=False, message="early", fix="do this here"),
    ]
    found = findings("external-apis/timeout", Severity.HIGH, "do that", sites)
    assert [(each.message, each.blocker, each.fix) for each in found] == [
        ("early", True, "do this here"),
        ("late", False, "do that"),
    ]


def test_only_critical_and_high_controls_have_blocking_findings() -> None:
    sites = [Site(HERE, good=False, message="m")]
    assert [findings("a/b", severity, "f", sites)[0].blocker for severity in Severity] == [True, True, False, False]


def test_a_symbol_that_is_no_unicode_has_an_identity_too() -> None:
    assert len(one(Location("a.py", 1, 1, "\udcff", "x"))) == 16
