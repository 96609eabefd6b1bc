"""Alert rules, dashboards and collectors, told by what files hold."""

from __future__ import annotations

import pytest

from readiness_bot.facts.monitors import EXTRACTOR, Monitors


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "groups:\n- name: a\n  rules:\n  - alert: Down\n    expr: up == 0\n  - record: x\n    expr: y\n",
            [("alert", "Down", 4)],
        ),
        (
            "kind: PrometheusRule\nspec:\n  groups:\n  - rules:\n    - alert: Slow\n      expr: '{{ x }} > 1'\n",
            [("alert", "Slow", 5)],
        ),
        ("route:\n  receiver: team\nreceivers:\n- name: team\n", [("routing", "alertmanager", 1)]),
        ("scrape_configs:\n- job_name: api\n", [("scraping", "prometheus", 1)]),
        ("clients:\n- url: x\nscrape_configs:\n- job_name: api\n", [("logs", "promtail", 3)]),
        (
            '{"title": "API", "schemaVersion": 39,\n "panels": [{"targets": [{"expr": "up"}]}]}',
            [("dashboard", "API", 2)],
        ),
        ('{"name": "errors", "type": "query alert", "query": "avg(x) > 1"}', [("monitor", "errors", 1)]),
        ("groups:\n  admins: [a]\n", []),
        ('{"panels": 3}', []),
        ("a: b\n", []),
    ],
)
def test_tells_what_watches(text: str, found: list[tuple[str, str, int]]) -> None:
    monitors = EXTRACTOR.extract(text.encode())
    assert isinstance(monitors, Monitors)
    assert [(one.kind, one.name, one.line) for one in monitors.monitors] == found


@pytest.mark.parametrize(
    ("path", "claimed"),
    [("grafana/api.json", True), ("monitoring/alerts.yml", True), ("package.json", False), ("data/users.json", False)],
)
def test_claims(path: str, claimed: bool) -> None:
    assert EXTRACTOR.claims(path) is claimed
