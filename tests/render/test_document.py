"""The JSON document: its names are a contract, its schema is published, and the same report is the same text."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from readiness_bot import __version__
from readiness_bot.model import Delta, Evidence, Report
from readiness_bot.render.document import compare_schema, encode, score_schema
from tests import reports

SCORE_KEYS = {
    "schema_version", "tool", "repository", "assessed_on", "next_review_on", "facts", "overall", "categories",
    "controls", "findings", "blockers", "strengths", "work_items", "plan", "resources", "recommendation", "skipped",
}  # fmt: skip
COMPARE_KEYS = {
    "schema_version", "tool", "repository", "base", "head", "delta", "new_blockers", "fixed_blockers", "new_findings",
    "fixed_findings", "control_changes", "gate", "skipped",
}  # fmt: skip


def document(subject: Report | Delta) -> Any:
    return json.loads(encode(subject))


@pytest.mark.parametrize("make", [reports.blocked, reports.ready, reports.small, reports.hostile])
def test_every_report_is_valid_and_has_every_field(make: Any) -> None:
    found = document(make())
    jsonschema.validate(found, score_schema(), cls=jsonschema.Draft202012Validator)
    assert found.keys() >= SCORE_KEYS
    assert found["schema_version"] == 1
    assert (found["tool"]["name"], found["tool"]["version"]) == ("readiness-bot", __version__)


def test_every_comparison_is_valid_and_has_every_field() -> None:
    found = document(reports.delta())
    jsonschema.validate(found, compare_schema(), cls=jsonschema.Draft202012Validator)
    assert found.keys() >= COMPARE_KEYS
    assert found["schema_version"] == 1


def test_the_published_schemas_are_these() -> None:
    folder = Path(__file__).parent.parent.parent / "docs/schema"
    assert json.loads((folder / "score.json").read_text()) == score_schema()
    assert json.loads((folder / "compare.json").read_text()) == compare_schema()


def test_a_report_in_its_parts() -> None:
    found = document(reports.blocked())
    assert found["repository"] == {"name": "acme/shop", "commit": reports.HEAD_COMMIT, "path": "."}
    assert found["facts"] == {
        "python_files": 146, "test_files": 37, "test_ratio": 0.253, "route_files": 30, "service_files": 63,
        "async_functions": 212, "lines_of_code": 18400, "routes": 118, "models": 41, "outbound_calls": 23,
    }  # fmt: skip
    assert found["overall"] == {"score": 40, "verdict": "not-ready", "risk": "high"}
    assert found["categories"][3] == {"id": "testing", "score": 29, "status": "blocking", "weight": 21}
    assert found["blockers"][0] == {
        "control": "testing/coverage",
        "severity": "critical",
        "issue": "No report and no enforced minimum; the static estimate is 28%.",
        "impact": "Nobody can say what a release breaks.",
        "fix": "Run `pytest --cov --cov-fail-under=70` in CI.",
        "effort_days": [10.0, 15.0],
        "path": None,
        "line": None,
        "end_line": None,
        "symbol": None,
        "fingerprint": "8de8d9e9af007ca7",
    }
    located = found["blockers"][1]
    place = (located["path"], located["line"], located["end_line"], located["symbol"])
    assert place == ("app/api/search.py", 41, 41, "search")
    control = next(each for each in found["controls"] if each["id"] == "security/rate-limiting")
    assert control == {
        "id": "security/rate-limiting",
        "category": "security",
        "severity": "high",
        "status": "partial",
        "score": 0.25,
        "title": "A rate limit protects the service",
        "summary": "A limiter is defined and attached to nothing.",
        "evidence": [{"path": "app/limits.py", "line": 4, "detail": "Limiter() that nothing mounts"}],
        "looked_in": [],
        "waived": None,
    }
    assert found["plan"]["total_weeks"] == [5, 7]
    assert found["resources"]["team"][0] == {"role": "Backend engineer", "count": 1, "time": "full-time"}
    assert found["recommendation"]["deploy"] is False


def test_every_blocker_with_a_place_is_a_finding() -> None:
    found = document(reports.blocked())
    blocking = {(each["control"], each["fingerprint"]) for each in found["findings"] if each["blocker"]}
    assert blocking == {(each["control"], each["fingerprint"]) for each in found["blockers"] if each["path"]}


def test_what_does_not_apply_has_no_score() -> None:
    found = document(reports.small())
    control = next(each for each in found["controls"] if each["id"] == "database/migrations")
    assert (control["status"], control["score"]) == ("not-applicable", None)
    assert found["categories"][0] == {
        "id": "infrastructure",
        "score": None,
        "status": "not-applicable",
        "weight": 5,
    }
    assert found["repository"]["commit"] is None


def test_a_comparison_in_its_parts() -> None:
    found = document(reports.delta())
    assert found["base"]["overall"]["score"] == 40
    assert found["head"]["overall"]["score"] == 42
    assert found["delta"]["overall"] == 2
    moved = {name: points for name, points in found["delta"]["categories"].items() if points}
    assert moved == {"infrastructure": -20, "monitoring": 25}
    assert [each["control"] for each in found["new_blockers"]] == [
        "external-apis/timeout",
        "infrastructure/health-check",
    ]
    assert found["control_changes"][1] == {
        "id": "monitoring/metrics",
        "from": "partial",
        "to": "pass",
        "why": "Exported at /metrics.",
    }
    assert found["gate"] == {"conclusion": "failure", "reasons": ["2 new blockers"]}
    assert found["policy_changes"] == ["thresholds.ready: 65 to 60", "waiver added: accepted-risk for security/mfa"]


def test_shown_differences_are_differences_of_shown_scores() -> None:
    found = document(reports.delta())
    before = {each["id"]: each["score"] for each in found["base"]["categories"]}
    after = {each["id"]: each["score"] for each in found["head"]["categories"]}
    assert found["delta"]["categories"] == {name: after[name] - before[name] for name in before}


def test_a_waiver_is_told_whole() -> None:
    found = document(reports.hostile())
    assert found["waivers"] == [
        {
            "control": "security/mfa",
            "kind": "accepted-risk",
            "reason": reports.HOSTILE,
            "path": None,
            "owner": reports.HOSTILE,
            "expires": "2025-03-01",
            "line": 3,
        }
    ]


def test_text_that_is_no_unicode_is_replaced() -> None:
    verdict = replace(reports.blocked().verdicts[0], evidence=(Evidence("a\udcff.py", 1, "\ud800"),))
    control = document(reports.report([verdict]))["controls"][0]
    assert control["evidence"] == [{"path": "a?.py", "line": 1, "detail": "?"}]


def test_the_same_report_is_the_same_text() -> None:
    assert encode(reports.blocked()) == encode(reports.blocked())
    assert encode(reports.delta()).endswith("}\n")
