"""Alert rules, dashboards, monitors and the configuration of log and metric collectors; knows no threshold's sense."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from readiness_bot.facts.extractor import Extractor
from readiness_bot.facts.manifests import neutralised
from readiness_bot.facts.plain_nodes import json_node, line_of
from readiness_bot.facts.yaml_nodes import Node, load_documents


class Monitor(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One thing that watches.

    `kind` is `alert`, `dashboard`, `monitor` (of a hosted service), `routing` (who is told), `scraping` (what is
    collected) or `logs`. `queries` are its expressions, at most ten.
    """

    kind: str
    name: str
    line: int
    queries: tuple[str, ...] = ()


class Monitors(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What one file holds, in order; nothing for a file about something else."""

    monitors: tuple[Monitor, ...] = ()


_YAML = re.compile(r"\.ya?ml(\.(j2|tmpl|tpl))?$|\.rules$", re.IGNORECASE)
_JSON = re.compile(r"\.json(\.(j2|tmpl|tpl))?$", re.IGNORECASE)
_WATCHING = re.compile(
    r"(grafana|dashboards?|monitor(ing|s)?|observability|alerts?|alerting|prometheus|datadog|newrelic|kibana|cloudwatch|telemetry|o11y)",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"(^|/)(node_modules|\.github|locales?|cassettes|i18n|translations|snapshots|fixtures|testdata)/|package(-lock)?\.json$"
)
_MARK = re.compile(
    rb"^[ \t-]*(alert|groups|scrape_configs|route|receivers|auth_enabled|schema_config|monitors?|clients|ruler)[ \t]*:",
    re.MULTILINE,
)


_STACK = re.compile(rb"^[ \t]+['\"]?Type['\"]?[ \t]*:[ \t]*['\"]?AWS::CloudWatch::", re.MULTILINE)
_IN_STACK = {
    "AWS::CloudWatch::Alarm": "alert",
    "AWS::CloudWatch::CompositeAlarm": "alert",
    "AWS::CloudWatch::AnomalyDetector": "monitor",
    "AWS::CloudWatch::Dashboard": "dashboard",
}


def _claims(path: str) -> bool:
    if _OTHER.search(path):
        return False
    return bool(_YAML.search(path)) or (bool(_JSON.search(path)) and bool(_WATCHING.search(path)))


def _extract(data: bytes) -> Monitors:
    """Read what watches. Raises `Unreadable` for a broken file that looks like one of these."""
    if data.lstrip()[:1] == b"{":
        if b'"panels"' in data or b'"rows"' in data or b'"widgets"' in data or b'"query"' in data:
            return Monitors(tuple(_of_json(data)))
        return Monitors()
    if _STACK.search(data):
        return Monitors(tuple(one for document in load_documents(data) for one in _of_stack(document)))
    kept_in_manifest = b"ConfigMap" in data and (b'"panels"' in data or b'"rows"' in data)
    if not _MARK.search(data) and not kept_in_manifest:
        return Monitors()
    if b"{{" in data and not kept_in_manifest:
        # Alert texts are templates of their own; in a chart they hide nothing that is asked for here.
        data = neutralised(data.decode("utf-8-sig", "replace")).encode()
    read = _of_manifest if kept_in_manifest else _of_yaml
    return Monitors(tuple(monitor for document in load_documents(data) for monitor in read(document)))


def _of_stack(document: Node) -> Iterator[Monitor]:
    """What a template of CloudFormation makes of CloudWatch, also the resources of a file of Serverless."""
    for resources in (document["Resources"], document["resources"]["Resources"]):
        for name, resource in resources.entries:
            kind = _IN_STACK.get(resource["Type"].string, "")
            if kind:
                yield Monitor(kind, name, resource.key_line or resource.line)


def _of_yaml(document: Node) -> Iterator[Monitor]:
    if document["kind"].string == "PrometheusRule":
        document = document["spec"]
    if document["groups"].kind == "sequence":
        for group in document["groups"].items:
            yield from _rules(group)
    if document["route"]["receiver"] and document["receivers"].kind == "sequence":
        yield Monitor("routing", "alertmanager", document["route"].key_line)
    if document["scrape_configs"].kind == "sequence":
        kind = "logs" if document["clients"] else "scraping"
        yield Monitor(kind, "promtail" if document["clients"] else "prometheus", document["scrape_configs"].key_line)
    if document["schema_config"] and (document["ingester"] or document["auth_enabled"] or document["common"]):
        yield Monitor("logs", "loki", document["schema_config"].key_line)
    for key in ("monitors", "monitor"):
        for one in document[key]:
            if one["query"]:
                yield Monitor("monitor", one["name"].string, one.line, (one["query"].string,))


def _of_manifest(document: Node) -> Iterator[Monitor]:
    """What the entries of a ConfigMap hold, alone or in a template of OpenShift's."""
    for inner in (document, *document["objects"]):
        if inner["kind"].string == "ConfigMap":
            for _, value in inner["data"].entries:
                yield from _of_entry(value)


def _of_entry(value: Node) -> Iterator[Monitor]:
    """What an entry of a ConfigMap holds, where that is a dashboard: Grafana's sidecar installs those."""
    text = value.string
    if text.lstrip()[:1] == "{" and ('"panels"' in text or '"rows"' in text):
        for monitor in _of_json(text.encode()):
            yield msgspec.structs.replace(monitor, line=value.key_line or value.line)


def _rules(group: Node) -> Iterator[Monitor]:
    for rule in group["rules"]:
        name = rule["alert"].string or (rule["title"].string if rule["condition"] else "")
        if name:
            yield Monitor("alert", name, rule.line, (rule["expr"].string[:500],))


def _of_json(data: bytes) -> Iterator[Monitor]:
    document = json_node(data)
    dashboard = document["dashboard"] if document["dashboard"].kind == "mapping" else document
    title = dashboard["title"].string
    if (dashboard["panels"].kind == "sequence" or dashboard["rows"].kind == "sequence") and (
        "schemaVersion" in dashboard or title
    ):
        yield Monitor(
            "dashboard",
            title,
            line_of(data, '"panels"' if b'"panels"' in data else '"rows"'),
            tuple(_expressions(dashboard)),
        )
    elif document["widgets"].kind == "sequence" and (
        title or document["layout_type"] or b'"AWS/' in data or b'"metrics"' in data
    ):
        yield Monitor("dashboard", title, line_of(data, '"widgets"'))
    elif document["query"] and document["type"].string.endswith("alert"):
        yield Monitor("monitor", document["name"].string, line_of(data, '"query"'), (document["query"].string[:500],))


def _expressions(dashboard: Node) -> Iterator[str]:
    found = 0
    for node in dashboard.walk():
        expression = node["expr"].string or node["rawSql"].string or node["query"].string
        if expression:
            yield expression[:500]
            found += 1
            if found >= 10:
                return


EXTRACTOR = Extractor(kind="monitors", claims=_claims, extract=_extract, facts=Monitors)
