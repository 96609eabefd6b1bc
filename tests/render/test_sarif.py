"""SARIF: results with places, rules and fingerprints, within what code scanning takes."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from readiness_bot.model import Delta, Kind, Report, Waiver
from readiness_bot.render.sarif import RESULTS, render
from tests import reports


def run(subject: Report | Delta) -> Any:
    log = json.loads(render(subject))
    assert log["version"] == "2.1.0"
    return log["runs"][0]


def place(result: Any) -> tuple[str, int, int]:
    physical = result["locations"][0]["physicalLocation"]
    region = physical["region"]
    return physical["artifactLocation"]["uri"], region["startLine"], region["endLine"]


def test_a_blocking_finding() -> None:
    result = next(each for each in run(reports.blocked())["results"] if each["ruleId"] == "external-apis/timeout")
    assert result["level"] == "error"
    assert result["message"] == {"text": "`requests.post` can wait for ever"}
    assert place(result) == ("app/clients/pay.py", 57, 57)
    assert result["locations"][0]["logicalLocations"] == [{"fullyQualifiedName": "charge"}]
    assert list(result["partialFingerprints"]) == ["readinessBot/v1"]
    assert result["properties"] == {"confidence": "high", "severity": "high"}


def test_levels_follow_what_blocks() -> None:
    levels = {(each["ruleId"], each["message"]["text"]): each["level"] for each in run(reports.blocked())["results"]}
    assert levels["external-apis/timeout", "`smtplib.SMTP` can wait for ever"] == "warning"
    assert levels["code-quality/complexity", "complexity 24"] == "warning"
    assert levels["database/nosql-injection", "the request's JSON reaches `find`"] == "error"


def test_a_missing_capability_stands_at_its_evidence_or_where_it_would_be_decided() -> None:
    places = {each["ruleId"]: place(each) for each in run(reports.blocked())["results"]}
    assert places["security/rate-limiting"] == ("app/limits.py", 4, 4)
    assert places["error-handling/retries"] == (".readiness.yml", 1, 1)


def test_every_result_names_its_rule() -> None:
    found = run(reports.blocked())
    rules = found["tool"]["driver"]["rules"]
    assert [rules[each["ruleIndex"]]["id"] for each in found["results"]] == [
        each["ruleId"] for each in found["results"]
    ]
    rule = next(each for each in rules if each["id"] == "security/hardcoded-secret")
    assert rule["properties"] == {"tags": ["security"], "precision": "high", "security-severity": "9.5"}
    assert rule["shortDescription"] == {"text": "No secret stands in the repository"}
    assert rule["helpUri"].endswith("/docs/controls/security/hardcoded-secret.md")


def test_the_worst_come_first() -> None:
    levels = [each["level"] for each in run(reports.blocked())["results"]]
    assert levels == sorted(levels, key=["error", "warning", "note"].index)


def test_what_was_not_read_is_told() -> None:
    notes = run(reports.blocked())["invocations"][0]["toolExecutionNotifications"]
    assert notes == [
        {
            "level": "warning",
            "message": {"text": "app/legacy/broken.py was not read: not Python: unexpected indent, line 40"},
        }
    ]


def test_a_waived_finding_is_suppressed_with_its_reason() -> None:
    waiver = Waiver("code-quality/complexity", "accepted-risk", "rewritten soon", owner="ana", expires="2025-02-01")
    verdict = next(each for each in reports.BLOCKED if each.control == "code-quality/complexity")
    waived = replace(verdict, findings=(replace(verdict.findings[0], waived=waiver),))
    assert run(reports.report([waived]))["results"][0]["suppressions"] == [
        {"kind": "external", "justification": "rewritten soon"}
    ]


def test_a_comparison_holds_only_what_is_new() -> None:
    results = run(reports.delta())["results"]
    assert [(each["ruleId"], each["baselineState"]) for each in results] == [
        ("external-apis/timeout", "new"),
        ("infrastructure/health-check", "new"),
    ]


def test_a_path_is_an_address() -> None:
    uri = place(next(each for each in run(reports.hostile())["results"] if each["ruleId"] == "external-apis/timeout"))[
        0
    ]
    assert uri.startswith("app/a%7Cb%3Cscript%3Ealert%281%29%3C/script%3E")
    assert uri.isascii()


def test_more_than_is_shown_is_left_out_and_said() -> None:
    sites = [reports.bad("a.py", line, "f", "m", statement=str(line)) for line in range(1, RESULTS + 11)]
    found = run(reports.report([reports.verdict("security/cors", reports.HIGH, 0.0, kind=Kind.DEFECT, sites=sites)]))
    assert len(found["results"]) == RESULTS
    assert found["invocations"][0]["toolExecutionNotifications"] == [
        {"level": "note", "message": {"text": "10 results of lower severity are left out"}}
    ]


def test_services_of_one_repository_do_not_replace_each_other() -> None:
    assert run(reports.blocked())["automationDetails"]["id"] == "readiness-bot/"
    assert (
        run(replace(reports.blocked(), scope="services/pay"))["automationDetails"]["id"]
        == "readiness-bot/services/pay/"
    )
