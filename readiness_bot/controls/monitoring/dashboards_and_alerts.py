"""Whether what watches the service is kept with its code."""

from __future__ import annotations

from readiness_bot.control import Control, failed, not_applicable, partial, passed, seen
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo

_COLLECTED_ONLY = 0.5
_DOCUMENTED_ONLY = 0.5
_APP = "from fastapi import FastAPI\n\napp = FastAPI()\n"
_RULES = """\
groups:
  - name: api
    rules:
      - alert: ErrorRate
        expr: rate(http_requests_total{status=~"5.."}[5m]) > 1
"""


@Control(
    id="monitoring/dashboards-and-alerts",
    title="Alert rules and dashboards are kept with the code",
    kind=Kind.CAPABILITY,
    severity=Severity.MEDIUM,
    why="Rules in the repository change with the metric they read, are reviewed, and survive the tool they run in.",
    impact="Nobody is told when errors rise, and a dashboard clicked together by hand is lost with its server.",
    fix="Add `monitoring/alerts.yml` with rules on error rate, latency and saturation, and the dashboard beside it.",
    in_code=False,
    effort=Effort.DAYS,
    role=Role.DEVOPS,
    sources=[
        "https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/",
        "https://grafana.com/docs/grafana/latest/administration/provisioning/",
    ],
    passes=[
        {
            "app/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
            "template.yaml": (
                "Resources:\n  ManyErrors:\n    Type: AWS::CloudWatch::Alarm\n    Properties:\n"
                "      MetricName: Errors\n      Threshold: !Ref Most\n"
            ),
        },
        {"app/main.py": _APP, "monitoring/alerts.yml": _RULES},
        {"app/main.py": _APP, "grafana/api.json": '{"title": "API", "schemaVersion": 39, "panels": []}\n'},
        {
            "app/main.py": _APP,
            "dashboards/api.configmap.yaml": (
                "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: api\ndata:\n  api.json: |-\n"
                '    {"title": "API", "schemaVersion": 39, "panels": [{"title": "{{ method }}"}]}\n'
            ),
        },
        {
            "app/main.py": _APP,
            "infra/alarms.tf": 'resource "aws_cloudwatch_metric_alarm" "errors" {\n  threshold = 1\n}\n',
        },
    ],
    fails=[
        {"app/main.py": _APP},
        {"app/main.py": _APP, "app/dashboards.py": "def list_dashboards():\n    return []\n"},
        {"app/main.py": _APP, "tests/monitoring/alerts.yml": _RULES},
    ],
    fixed={"app/main.py": _APP, "monitoring/alerts.yml": _RULES},
    partials=[
        {"app/main.py": _APP, "monitoring/prometheus.yml": "scrape_configs:\n  - job_name: api\n"},
        {"app/main.py": _APP, "docs/monitoring/alerts.yml": _RULES},
    ],
    ignores=[{"lib/__init__.py": "def add(a, b):\n    return a + b\n"}],
)
def dashboards_and_alerts(repo: Repo) -> Judgement:
    """Judged by alert rules, dashboards, monitors and log configuration; collecting alone tells nobody."""
    if not (repo.services.is_server or repo.services.is_worker or repo.deployment.serves):
        return not_applicable("Neither a server nor a worker.")
    watching = [one for one in repo.deployment.observers if one.kind in ("alert", "dashboard", "monitor", "logs")]
    kept = [one for one in watching if not one.documented]
    if kept:
        kinds = sorted({one.kind for one in kept})
        shown = {one.kind: one for one in reversed(kept)}
        return passed(
            f"Kept with the code: {', '.join(_PLURALS[kind] for kind in kinds)}.",
            *(seen(shown[kind].path, shown[kind].line, f"{kind} {shown[kind].name}".strip()) for kind in kinds),
        )
    if watching:
        one = watching[0]
        return partial(
            "Dashboards or rules lie among the documents; nothing installs them.",
            seen(one.path, one.line, f"{one.kind} {one.name}".strip()),
            score=_DOCUMENTED_ONLY,
        )
    collecting = repo.deployment.observers
    if collecting:
        one = collecting[0]
        return partial(
            "Metrics are collected, but no rule or dashboard looks at them.",
            seen(one.path, one.line, f"{one.kind} {one.name}".strip()),
            score=_COLLECTED_ONLY,
        )
    return failed("Neither alert rules nor dashboards nor monitors (Prometheus, Grafana, Datadog, CloudWatch, Loki).")


_PLURALS = {"alert": "alert rules", "dashboard": "dashboards", "monitor": "monitors", "logs": "log configuration"}
