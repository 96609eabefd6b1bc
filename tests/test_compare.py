"""Two reports subtracted: what is new, what is fixed, what merely moved, and when the gate closes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness_bot.compare import Stage, match, score_gate
from readiness_bot.compare import compare as subtract
from readiness_bot.edits import Edit, Edits, none_seen
from readiness_bot.model import (
    Confidence,
    Delta,
    Finding,
    Kind,
    Location,
    Report,
    Site,
    Skipped,
    Status,
    StatusChange,
    Verdict,
    Waiver,
)
from readiness_bot.settings import FailOn, Policy
from tests.reports import CRITICAL, HIGH, MEDIUM, delta, report, verdict

MESSAGE = "`requests.get` can wait for ever"


def site(
    path: str = "app/pay.py",
    line: int = 10,
    symbol: str = "charge",
    statement: str = "aaaa",
    message: str = MESSAGE,
    confidence: Confidence = Confidence.HIGH,
) -> Site:
    return Site(Location(path, line, line, symbol, statement), good=False, message=message, confidence=confidence)


def timeouts(*sites: Site) -> Verdict:
    score = 0.0 if any(each.confidence is Confidence.HIGH for each in sites) else 0.75 if sites else 1.0
    return verdict("external-apis/timeout", HIGH, score, kind=Kind.DEFECT, sites=sites)


def tree(*verdicts: Verdict, skipped: Iterable[str] = ()) -> Report:
    unread = tuple(Skipped(path, "not Python") for path in skipped)
    return report([*verdicts, verdict("testing/test-suite", CRITICAL, 1.0)], skipped=unread)


def change(
    before: Iterable[Site],
    after: Iterable[Site],
    renames: Mapping[str, str] | None = None,
    *,
    unread_before: Iterable[str] = (),
    unread_after: Iterable[str] = (),
    added: Collection[str] = (),
    removed: Collection[str] = (),
    unchanged: Collection[str] = (),
    edits: tuple[Edits, Edits] = (none_seen, none_seen),
) -> Delta:
    base = tree(timeouts(*before), skipped=unread_before)
    head = tree(timeouts(*after), skipped=unread_after)
    return subtract(base, head, renames or {}, added=added, removed=removed, unchanged=unchanged, edits=edits)


def lines(findings: Iterable[Finding]) -> list[tuple[str, int]]:
    return [(finding.location.path, finding.location.line) for finding in findings]


def quiet(found: Delta) -> bool:
    return not (found.new_findings or found.fixed_findings or found.new_blockers or found.fixed_blockers)


@pytest.mark.parametrize(
    ("after", "renames"),
    [
        (site(line=90), {}),
        (site("src/payment.py"), {"src/payment.py": "app/pay.py"}),
        (site("app/other.py", 3), {}),
        (site("app/other.py", 3, "Client.charge"), {}),
        (site(statement="bbbb", line=11), {}),
        (site("src/payment.py", statement="bbbb"), {"src/payment.py": "app/pay.py"}),
    ],
    ids=[
        "lines above",
        "renamed file",
        "function moved",
        "method made of it",
        "statement edited",
        "renamed and edited",
    ],
)
def test_a_finding_that_moved_or_was_touched_is_neither_new_nor_fixed(after: Site, renames: dict[str, str]) -> None:
    assert quiet(change([site()], [after], renames))


def test_a_handler_that_names_its_errors_and_passes_over_them_still_is_the_same() -> None:
    before = site(message="Everything is caught and a constant is returned", statement="aaaa")
    after = site(message="`Exception` is caught and a constant is returned", statement="bbbb")
    assert quiet(change([before], [after]))


def test_a_defect_in_a_file_that_was_written_anew_under_another_name_is_neither_new_nor_fixed() -> None:
    asks = "`requests.{}` can wait for ever: `read` at {}:{}"
    old, new = site(message=asks.format("get", "app/pay.py", 9)), ("src/client.py", 4, "Client.charge", "bbbb")
    found = site(*new, asks.format("request", "src/base.py", 30))
    assert quiet(change([old], [found], added=["src/client.py"], removed=["app/pay.py"]))
    for added, removed in ([], ["app/pay.py"]), (["src/client.py"], []):
        assert len(change([old], [found], added=added, removed=removed).new_blockers) == 1
    # Another one beside it is new, and so is one in a function of another name.
    both = change([old], [found, site("src/client.py", 9, *new[2:])], added=["src/client.py"], removed=["app/pay.py"])
    assert len(both.new_blockers) == 1
    other = change([old], [site("src/client.py", 4, "refund", "bbbb")], added=["src/client.py"], removed=["app/pay.py"])
    assert len(other.new_blockers) == 1


def test_a_defect_in_a_function_that_went_into_an_added_file_is_neither_new_nor_fixed() -> None:
    old, new = site(symbol="Shop.charge"), site("src/client.py", 4, "Shop.charge", "bbbb")
    assert quiet(change([old], [new], added=["src/client.py"]))
    assert quiet(change([old], [new], removed=["app/pay.py"]))
    assert len(change([old], [new]).new_blockers) == 1
    other = site("src/client.py", 4, "Till.charge", "bbbb")
    assert len(change([old], [other], added=["src/client.py"]).new_blockers) == 1


def test_a_defect_in_a_function_that_went_from_one_file_into_another_is_neither_new_nor_fixed() -> None:
    old, new = site(symbol="Shop.charge"), site("src/client.py", 4, "Shop.charge", "bbbb")

    def gone(path: str, text: str) -> Edits:
        return lambda asked: (Edit(3, 5, text),) if asked == path else ()

    out, into = (
        gone("app/pay.py", "\n    def charge(self):\n        pay()"),
        gone("lib/client.py", "    def charge(self):"),
    )
    renames = {"src/client.py": "lib/client.py"}
    assert quiet(change([old], [new], renames, edits=(out, into)))
    for edits in (out, none_seen), (none_seen, into), (out, gone("lib/client.py", "    def charge_all(self):")):
        assert len(change([old], [new], renames, edits=edits).new_blockers) == 1


def test_another_defect_is_new_and_the_old_one_fixed() -> None:
    found = change([site()], [site("app/mail.py", 4, "send", "cccc", "`smtplib.SMTP` can wait for ever")])
    assert lines(found.new_findings) == [("app/mail.py", 4)]
    assert lines(found.fixed_findings) == [("app/pay.py", 10)]
    assert [each.location and each.location.path for each in found.new_blockers] == ["app/mail.py"]
    assert [each.location and each.location.path for each in found.fixed_blockers] == ["app/pay.py"]


def test_an_equal_second_defect_is_one_new_one() -> None:
    found = change([site()], [site(line=5), site(line=12)])
    assert lines(found.new_findings) == [("app/pay.py", 12)]
    assert len(found.new_blockers) == 1
    assert found.fixed_findings == ()


def test_one_of_two_equal_defects_repaired_is_one_fixed() -> None:
    found = change([site(line=5), site(line=12)], [site(line=9)])
    assert lines(found.fixed_findings) == [("app/pay.py", 12)]
    assert found.new_findings == ()


def test_a_copy_into_another_function_is_new_while_the_original_stays() -> None:
    found = change([site()], [site(), site("app/refund.py", 7, "refund")])
    assert lines(found.new_findings) == [("app/refund.py", 7)]


def test_exact_matches_go_before_looser_ones() -> None:
    base = tree(timeouts(site("a.py", 1), site("b.py", 1)))
    head = tree(timeouts(site("b.py", 1), site("c.py", 1)))
    pairs = match(base.findings, head.findings, {}).pairs
    assert [(pair.base.location.path, pair.head.location.path, pair.stage) for pair in pairs] == [
        ("b.py", "b.py", Stage.EXACT),
        ("a.py", "c.py", Stage.MOVED),
    ]


def test_findings_of_a_whole_file_follow_its_rename_and_nothing_else() -> None:
    whole = site("a/Dockerfile", 0, "", "", "no USER")
    other = site("b/Dockerfile", 0, "", "", "no USER")
    assert quiet(change([whole], [other], {"b/Dockerfile": "a/Dockerfile"}))
    assert lines(change([whole], [whole, other]).new_findings) == [("b/Dockerfile", 0)]
    assert lines(change([whole], [other]).new_findings) == [("b/Dockerfile", 0)]


PLACES = st.builds(
    site,
    st.sampled_from(["a.py", "b.py"]),
    st.integers(1, 30),
    st.sampled_from(["", "f"]),
    st.sampled_from(["", "aaaa", "bbbb"]),
    st.sampled_from(["m", "n"]),
    st.sampled_from(list(Confidence)),
)


@given(st.lists(PLACES, max_size=8), st.lists(PLACES, max_size=8))
def test_matching_is_a_multiset_subtraction(before: list[Site], after: list[Site]) -> None:
    base, head = timeouts(*before).findings, timeouts(*after).findings
    found = match(base, head, {})
    assert len(found.pairs) + len(found.gone) == len(base)
    assert len(found.pairs) + len(found.new) == len(head)
    assert match(reversed(base), reversed(head), {}) == found
    assert not match(base, base, {}).gone


def test_a_hint_at_an_untouched_place_that_turns_certain_is_a_new_blocker() -> None:
    hint = site(confidence=Confidence.MEDIUM)
    for found in (change([hint], [site(line=20)]), change([hint], [site("src/p.py")], {"src/p.py": "app/pay.py"})):
        assert len(found.new_blockers) == len(found.new_findings) == 1
        assert not (found.fixed_blockers)
        assert not (found.fixed_findings)


def test_a_hint_that_turns_certain_where_the_code_changed_is_a_new_blocker() -> None:
    found = change([site(confidence=Confidence.MEDIUM)], [site(statement="bbbb", line=11)])
    assert lines(found.new_findings) == [("app/pay.py", 11)]
    assert len(found.new_blockers) == 1
    assert found.fixed_findings == ()


@pytest.mark.parametrize("statement", ["aaaa", "bbbb"], ids=["untouched", "edited"])
def test_a_blocker_that_fades_to_a_hint_is_fixed_as_a_blocker(statement: str) -> None:
    found = change([site()], [site(statement=statement, confidence=Confidence.MEDIUM)])
    assert len(found.fixed_blockers) == 1
    assert not (found.new_blockers)
    assert not (found.fixed_findings)


def test_an_unreadable_head_file_launders_nothing() -> None:
    found = change([site()], [], unread_after=["app/pay.py"])
    assert quiet(found)
    assert found.skipped == (Skipped("app/pay.py", "not Python"),)


def test_an_unreadable_head_file_that_was_renamed_launders_nothing() -> None:
    assert quiet(change([site()], [], {"src/p.py": "app/pay.py"}, unread_after=["src/p.py"]))


def test_a_file_that_became_unreadable_fixes_nothing_elsewhere() -> None:
    assert quiet(change([site()], [], unread_after=["app/clients.py"]))
    assert quiet(change([site()], [site(confidence=Confidence.LOW)], unread_after=["app/clients.py"]))
    gone = subtract(tree(metrics(0.0)), tree(metrics(1.0), skipped=["app/clients.py"]), {})
    assert gone.fixed_blockers == ()


@pytest.mark.parametrize(
    ("before", "after"), [([], [site()]), ([site()], []), ([site(confidence=Confidence.LOW)], [site()])]
)
def test_a_file_that_one_side_read_makes_nothing_come_or_go_in_files_that_are_the_same(
    before: list[Site], after: list[Site]
) -> None:
    for unread in ({"unread_before": ["app/clients.py"]}, {"unread_after": ["app/clients.py"]}):
        assert quiet(change(before, after, unchanged=["app/pay.py"], **unread))  # type: ignore[arg-type]
    assert not quiet(change(before, after, unchanged=["app/pay.py"]))


def test_a_new_defect_in_a_changed_file_does_not_hide_behind_a_broken_one() -> None:
    assert lines(change([], [site()], unread_after=["app/clients.py"]).new_findings) == [("app/pay.py", 10)]
    assert lines(change([], [site()], unread_before=["app/clients.py"]).new_findings) == [("app/pay.py", 10)]


def test_a_file_that_never_was_readable_is_no_excuse() -> None:
    for found in (
        change([site()], [], unread_before=["app/old.py"], unread_after=["app/old.py"]),
        change([site()], [], {"app/new.py": "app/old.py"}, unread_before=["app/old.py"], unread_after=["app/new.py"]),
        change([site()], [], unread_after=["app/new.py"], added=["app/new.py"]),
    ):
        assert len(found.fixed_blockers) == len(found.fixed_findings) == 1


def test_a_base_file_that_became_readable_blames_nobody() -> None:
    found = change([], [site()], unread_before=["app/pay.py"])
    assert quiet(found)
    assert found.skipped == (Skipped("app/pay.py", "not Python (in base)"),)


def test_a_folder_that_could_not_be_read_covers_what_is_below() -> None:
    assert quiet(change([site("vendor/lib/x.py")], [], unread_after=["vendor/lib"]))
    assert not quiet(change([site("vendor/library/x.py")], [], unread_after=["vendor/lib"], added=["vendor/lib"]))


def test_a_deleted_file_fixes_its_findings() -> None:
    assert lines(change([site()], []).fixed_findings) == [("app/pay.py", 10)]


def metrics(score: float | None, path: str = "app/main.py", **fields: object) -> Verdict:
    made = verdict("monitoring/metrics", HIGH, score, seen=(path, 3, "seen") if score else None)
    return replace(made, **fields)  # type: ignore[arg-type]


def test_a_capability_that_is_lost_is_a_new_blocker_though_no_line_was_added() -> None:
    found = subtract(tree(metrics(1.0)), tree(metrics(0.25)), {})
    assert [each.control for each in found.new_blockers] == ["monitoring/metrics"]
    assert found.control_changes == (
        StatusChange("monitoring/metrics", Status.PASS, Status.PARTIAL, "Metrics: partial."),
    )
    assert found.gate.conclusion == "failure"


def test_a_capability_that_is_needed_for_the_first_time_is_a_new_blocker() -> None:
    assert len(subtract(tree(metrics(None)), tree(metrics(0.0)), {}).new_blockers) == 1


def test_a_capability_that_was_missing_stays_an_old_blocker() -> None:
    found = subtract(tree(metrics(0.25)), tree(metrics(0.0)), {})
    assert (found.new_blockers, found.fixed_blockers) == ((), ())


@pytest.mark.parametrize(("before", "after", "is_told"), [(0.5, 0.46, False), (0.55, 0.44, True), (0.5, 0.25, True)])
def test_a_capability_that_hardly_moves_over_the_line_is_neither_new_nor_fixed(
    before: float, after: float, is_told: bool
) -> None:
    assert bool(subtract(tree(metrics(before)), tree(metrics(after)), {}).new_blockers) is is_told
    assert bool(subtract(tree(metrics(after)), tree(metrics(before)), {}).fixed_blockers) is is_told


def test_a_capability_that_is_wired_in_is_a_fixed_blocker() -> None:
    assert len(subtract(tree(metrics(0.25)), tree(metrics(1.0)), {}).fixed_blockers) == 1


@pytest.mark.parametrize("unknown_first", [True, False])
def test_unknown_makes_no_blocker_come_or_go(unknown_first: bool) -> None:
    guess, known = metrics(0.9, status=Status.UNKNOWN), metrics(0.0)
    sides = (guess, known) if unknown_first else (known, guess)
    found = subtract(tree(sides[0]), tree(sides[1]), {})
    assert (found.new_blockers, found.fixed_blockers) == ((), ())


def test_a_capability_whose_evidence_could_not_be_read_makes_no_blocker_come_or_go() -> None:
    lost = subtract(tree(metrics(1.0)), tree(metrics(0.0), skipped=["app/main.py"]), {})
    found = subtract(tree(metrics(0.0), skipped=["app/main.py"]), tree(metrics(1.0)), {})
    assert (lost.new_blockers, found.fixed_blockers) == ((), ())


def test_what_is_waived_in_head_is_neither_new_nor_fixed() -> None:
    waiver = Waiver("monitoring/metrics", "accepted-risk", "later", owner="ana", expires="2025-02-01")
    new = subtract(tree(metrics(1.0)), tree(metrics(0.0, waived=waiver)), {})
    old = subtract(tree(metrics(0.0)), tree(metrics(0.0, waived=waiver)), {})
    again = subtract(tree(metrics(0.0, waived=waiver)), tree(metrics(0.0)), {})
    assert [(each.new_blockers, each.fixed_blockers) for each in (new, old, again)] == [((), ())] * 3


def test_an_accepted_finding_is_not_fixed() -> None:
    waiver = Waiver("external-apis/timeout", "accepted-risk", "later", owner="ana", expires="2025-02-01")
    located = timeouts(site())
    accepted = replace(located, findings=(replace(located.findings[0], blocker=False, waived=waiver),))
    assert quiet(subtract(tree(located), tree(accepted), {}))


def test_a_waiver_for_a_path_holds_through_a_rename_and_not_through_a_move() -> None:
    waiver = Waiver("external-apis/timeout", "accepted-risk", "later", owner="ana", expires="2025-02-01")
    located = timeouts(site())
    accepted = replace(located, findings=(replace(located.findings[0], blocker=False, waived=waiver),))
    assert quiet(subtract(tree(accepted), tree(timeouts(site("src/pay.py"))), {"src/pay.py": "app/pay.py"}))
    assert len(subtract(tree(accepted), tree(timeouts(site("src/pay.py"))), {}).new_blockers) == 1


def test_an_equal_tree_has_no_difference() -> None:
    found = subtract(delta().head, delta().head, {})
    assert quiet(found)
    assert found.overall == 0
    assert found.control_changes == ()


def test_the_sample_change() -> None:
    found = delta()
    assert [each.control for each in found.new_blockers] == ["external-apis/timeout", "infrastructure/health-check"]
    assert [each.control for each in found.fixed_blockers] == ["monitoring/metrics"]
    assert lines(found.new_findings) == [("app/clients/payment.py", 80)]
    assert found.overall == 2


def lost(policy: Policy) -> Delta:
    """A change that loses one capability, from 100 to 80 points."""
    return subtract(tree(metrics(1.0)), tree(metrics(0.4)), {}, policy)


@pytest.mark.parametrize(
    ("rule", "least", "conclusion", "reasons"),
    [
        ("new-blockers", None, "failure", ("1 new blocker",)),
        ("any-blocker", None, "failure", ("1 blocker",)),
        ("score-drop:19", None, "failure", ("score falls from 100 to 81, 19 points or more",)),
        ("score-drop:20", None, "neutral", ("1 new blocker, not enforced by fail-on: score-drop:20",)),
        ("min-score:82", None, "failure", ("score 81 is below 82",)),
        ("min-score:81", None, "neutral", ("1 new blocker, not enforced by fail-on: min-score:81",)),
        ("never", None, "neutral", ("1 new blocker, not enforced by fail-on: never",)),
        ("never", 90, "neutral", ("1 new blocker, not enforced by fail-on: never",)),
        ("new-blockers", 90, "failure", ("1 new blocker", "score 81 is below the least one of 90")),
    ],
)
def test_the_gate_closes_by_its_rule(rule: str, least: int | None, conclusion: str, reasons: tuple[str, ...]) -> None:
    found = lost(Policy(fail_on=FailOn.parse(rule), min_score=least))
    assert (found.gate.conclusion, found.gate.reasons) == (conclusion, reasons)


def test_the_gate_is_open_where_nothing_is_new() -> None:
    found = subtract(tree(metrics(0.0)), tree(metrics(0.0)), {})
    assert (found.gate.conclusion, found.gate.reasons) == ("success", ("no new blockers",))


def test_any_blocker_counts_those_in_files_that_became_unreadable() -> None:
    base, head = tree(timeouts(site())), tree(timeouts(), skipped=["app/pay.py"])
    found = subtract(base, head, {}, Policy(fail_on=FailOn("any-blocker")))
    assert found.gate.reasons == ("1 blocker",)


def test_the_gate_is_neutral_where_nothing_applies() -> None:
    nothing = report([verdict("testing/test-suite", CRITICAL, None)])
    assert subtract(nothing, nothing, {}).gate.conclusion == "neutral"
    assert score_gate(nothing, Policy(min_score=90)).conclusion == "neutral"


@pytest.mark.parametrize(
    ("rule", "least", "conclusion"),
    [
        ("new-blockers", None, "success"),
        ("any-blocker", None, "failure"),
        ("score-drop:1", None, "success"),
        ("min-score:90", None, "failure"),
        ("new-blockers", 90, "failure"),
        ("never", 90, "success"),
    ],
)
def test_a_tree_alone_is_held_against_the_rules_that_need_no_base(
    rule: str, least: int | None, conclusion: str
) -> None:
    found = score_gate(tree(metrics(0.4)), Policy(fail_on=FailOn.parse(rule), min_score=least))
    assert found.conclusion == conclusion


def test_policy_changes_are_passed_on() -> None:
    found = subtract(tree(), tree(), {}, Policy(), ["exclude: legacy/ added"])
    assert found.policy_changes == ("exclude: legacy/ added",)


def test_a_medium_control_makes_findings_and_no_blockers() -> None:
    made = verdict("code-quality/complexity", MEDIUM, 0.0, kind=Kind.DEFECT, sites=[site(message="complexity 40")])
    found = subtract(tree(), tree(made), {})
    assert (len(found.new_findings), found.new_blockers) == (1, ())
