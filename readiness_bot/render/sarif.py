"""Reports and comparisons as SARIF 2.1.0, for code scanning and editors; judges nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from readiness_bot import __version__
from readiness_bot.model import Blocker, Category, Confidence, Delta, Finding, Location, Report, Severity, Verdict
from readiness_bot.render.escaping import plain
from readiness_bot.render.links import SOURCE, Links

RESULTS = 5000
"""GitHub shows this many results of a run and drops the rest by severity: the worst are kept here, and it is said."""

FINGERPRINT = "readinessBot/v1"
"""The key of our fingerprint; `primaryLocationLineHash` is GitHub's own, which it computes anew."""

NOWHERE = ".readiness.yml"
"""Where a result without a place is shown, since a result must have one: where a decision about it would be written."""

_RANKS = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.0", Severity.LOW: "2.0"}
"""`security-severity` by which GitHub sorts and names alerts: critical over 9.0, high from 7.0, medium from 4.0."""

_TEXT = 1000


def render(subject: Report | Delta) -> str:
    """The SARIF log; of a comparison only what is new."""
    if isinstance(subject, Report):
        report = subject
        pairs = _results(report, report.findings, report.blockers, None)
    else:
        report = subject.head
        pairs = _results(report, subject.new_findings, subject.new_blockers, "new")
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [_run(report, pairs)],
    }
    return msgspec.json.format(msgspec.json.encode(log), indent=2).decode() + "\n"


def _run(report: Report, results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    shown = sorted(results, key=lambda result: _LEVELS.index(result["level"]))[:RESULTS]
    used = {result["ruleId"] for result in shown}
    verdicts = [verdict for verdict in report.verdicts if verdict.control in used]
    indexes = {verdict.control: index for index, verdict in enumerate(verdicts)}
    notifications = [
        {"level": "warning", "message": {"text": f"{plain(entry.path, _TEXT)} was not read: {plain(entry.reason)}"}}
        for entry in report.skipped[:RESULTS]
    ]
    if len(results) > len(shown):
        left_out = f"{len(results) - len(shown)} results of lower severity are left out"
        notifications.append({"level": "note", "message": {"text": left_out}})
    scope = "" if report.scope == "." else f"{report.scope}/"
    return {
        "tool": {
            "driver": {
                "name": "readiness-bot",
                "semanticVersion": __version__,
                "informationUri": SOURCE,
                "rules": [_rule(verdict) for verdict in verdicts],
            }
        },
        "automationDetails": {"id": f"readiness-bot/{quote(scope)}"},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notifications}],
        "columnKind": "unicodeCodePoints",
        "results": [{**result, "ruleIndex": indexes[result["ruleId"]]} for result in shown],
    }


_LEVELS = ("error", "warning", "note")


def _rule(verdict: Verdict) -> dict[str, Any]:
    address = Links("").control(verdict.control)
    properties: dict[str, Any] = {"tags": [verdict.category.value], "precision": "high"}
    if verdict.category is Category.SECURITY:  # the tag that GitHub files security alerts by
        properties["security-severity"] = _RANKS[verdict.severity]
    return {
        "id": verdict.control,
        "name": verdict.control.replace("/", "-").title().replace("-", ""),
        "shortDescription": {"text": plain(verdict.title, 250)},
        "fullDescription": {"text": plain(verdict.impact, _TEXT)},
        "help": {
            "text": f"{plain(verdict.fix, _TEXT)} {address}",
            "markdown": f"{plain(verdict.fix, _TEXT)} [Why and how]({address})",
        },
        "helpUri": address,
        "defaultConfiguration": {"level": "error" if verdict.severity.blocks else "warning"},
        "properties": properties,
    }


def _results(
    report: Report, findings: Iterable[Finding], blockers: Iterable[Blocker], state: str | None
) -> list[dict[str, Any]]:
    results = [_of_finding(finding) for finding in findings]
    seen = {verdict.control: verdict.evidence for verdict in report.verdicts}
    for blocker in blockers:
        if blocker.location is None:
            first = next(iter(seen.get(blocker.control, ())), None)
            place = Location(first.path, first.line, first.line) if first else Location(NOWHERE)
            results.append(_of_capability(blocker, place))
    if state is not None:
        results = [{**result, "baselineState": state} for result in results]
    return results


def _of_finding(finding: Finding) -> dict[str, Any]:
    result = _result(finding.control, _level(finding), finding.message, finding.location, finding.fingerprint)
    if finding.location.symbol:
        names = [{"fullyQualifiedName": plain(finding.location.symbol, _TEXT)}]
        result["locations"][0]["logicalLocations"] = names
    result["properties"] = {"confidence": finding.confidence.value, "severity": finding.severity.value}
    if finding.waived is not None:
        result["suppressions"] = [{"kind": "external", "justification": plain(finding.waived.reason, _TEXT)}]
    return result


def _of_capability(blocker: Blocker, place: Location) -> dict[str, Any]:
    text = f"{blocker.title}: {blocker.issue}"
    result = _result(blocker.control, "error", text, place, blocker.fingerprint)
    result["properties"] = {"confidence": "high", "severity": blocker.severity.value}
    return result


def _level(finding: Finding) -> str:
    if finding.blocker:
        return "error"
    return "note" if finding.confidence is Confidence.LOW else "warning"


def _result(control: str, level: str, text: str, place: Location, fingerprint: str) -> dict[str, Any]:
    first = max(place.line, 1)
    region = {"startLine": first, "endLine": max(place.end_line, first)}
    artifact = {"uri": quote(place.path.encode("utf-8", "replace")), "uriBaseId": "%SRCROOT%"}
    return {
        "ruleId": control,
        "level": level,
        "message": {"text": plain(text, _TEXT)},
        "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": region}}],
        "partialFingerprints": {FINGERPRINT: fingerprint},
    }
