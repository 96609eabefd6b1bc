"""Manifests and chart templates as workloads: expressions taken out, lines kept."""

from __future__ import annotations

import pytest

from readiness_bot.facts.manifests import EXTRACTOR, Manifests, Probe, neutralised

_TEMPLATE = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "shop.fullname" . }}
spec:
  {{- if not .Values.autoscaling.enabled }}
  replicas: {{ .Values.replicas }}
  {{- end }}
  template:
    spec:
      securityContext:
        {{- toYaml .Values.podSecurity | nindent 8 }}
      containers:
        - name: api
          image: "{{ .Values.image.name }}:{{ .Values.image.tag }}"
          {{- with .Values.livenessProbe }}
          livenessProbe:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          readinessProbe:
            httpGet: {path: /ready, port: http}
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
"""


def _read(text: str) -> Manifests:
    found = EXTRACTOR.extract(text.encode())
    assert isinstance(found, Manifests)
    return found


def test_template_gives_a_workload_with_what_is_filled_in() -> None:
    (workload,) = _read(_TEMPLATE).workloads
    (container,) = workload.containers
    assert (workload.kind, workload.line, container.line) == ("Deployment", 2, 14)
    assert dict(container.templated)["resources"] == "⟦.Values.resources⟧"
    assert dict(container.templated)["livenessProbe"] == "⟦.Values.livenessProbe⟧"
    assert workload.security_template == "⟦.Values.podSecurity⟧"
    assert container.probes == (Probe("readiness", "/ready", "http", (), 20),)


def test_a_block_put_in_before_more_of_a_list_hides_none_of_it() -> None:
    (workload,) = _read(
        "apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n"
        "        {{- with .Values.sidecars }}\n          {{- toYaml . | nindent 8 }}\n        {{- end }}\n"
        "        - name: api\n          image: shop/api:1.4\n"
    ).workloads
    assert [container.image for container in workload.containers] == ["shop/api:1.4"]


@pytest.mark.parametrize("after", ["    part: api\n", ""])
def test_a_block_beside_a_key_hides_nothing_of_the_mapping_that_goes_on_below(after: str) -> None:
    (workload,) = _read(
        'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  labels: {{ include "shop.labels" . | nindent 4 }}\n'
        f"{after}spec:\n  template:\n    spec:\n      containers:\n        - name: api\n          image: shop/api:1.4\n"
        "          resources: {{ toYaml .Values.resources | nindent 12 }}\n"
    ).workloads
    (container,) = workload.containers
    assert (container.image, dict(container.templated)["resources"]) == ("shop/api:1.4", "⟦.Values.resources⟧")


def test_neutralising_keeps_every_line() -> None:
    assert len(neutralised(_TEMPLATE).split("\n")) == len(_TEMPLATE.split("\n"))


def test_plain_manifest_tells_limits_users_and_commands() -> None:
    text = """\
apiVersion: batch/v1
kind: CronJob
metadata: {name: backup}
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          securityContext: {runAsNonRoot: true}
          containers:
            - name: dump
              image: postgres:17
              command: [pg_dump]
              resources:
                limits: {memory: 1Gi}
                requests: {cpu: 100m}
              securityContext: {runAsUser: 10001}
"""
    (workload,) = _read(text).workloads
    (container,) = workload.containers
    assert (workload.kind, workload.schedule, workload.run_as_non_root) == ("CronJob", "0 3 * * *", "true")
    assert (container.limits, container.requests, container.run_as_user) == (("memory",), ("cpu",), "10001")
    assert container.command == ("pg_dump",)


def test_lists_are_opened_and_other_resources_kept() -> None:
    text = """\
apiVersion: v1
kind: List
items:
  - apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: web, annotations: {nginx.ingress.kubernetes.io/limit-rps: "5"}}
    spec: {tls: [{hosts: [a]}]}
"""
    (resource,) = _read(text).resources
    assert (resource.kind, resource.tls) == ("Ingress", True)
    assert resource.annotations == (("nginx.ingress.kubernetes.io/limit-rps", "5", 6),)


def test_other_yaml_holds_nothing() -> None:
    assert _read("kind: of magic\n") == Manifests()


@pytest.mark.parametrize(
    "text", ["{{" * 50_000, "{%" * 50_000, "{{-\n" * 30_000, "{{ a }}\n" * 30_000, "{{ " + "{ " * 50_000]
)
def test_hostile_templates_end_in_time(text: str) -> None:
    assert neutralised(text).count("\n") == text.count("\n")


@pytest.mark.parametrize(
    "middle",
    [
        '  labels: {{ include "shop.labels" . | nindent 4 }}\n    tier: web\n',
        "  {{/*\n  {{- with .Values.extra }}\n  a: [\n  {{- end }}\n  */}}\n",
        "  labels:\n    {{- if .Values.all }}\n    {}\n    {{- else }}\n    tier: web\n    {{- end }}\n",
        "  held:\n  {{- if .Values.a }}\n  {{- if .Values.b }}\n  - x\n  {{- end }}\n  {{- else }} []\n  {{- end }}\n",
    ],
    ids=[
        "more below what is put in",
        "a comment around expressions",
        "branches of which one may stand",
        "an empty branch",
    ],
)
def test_templates_that_are_no_yaml_without_their_expressions_are_read(middle: str) -> None:
    pod = "spec:\n  template:\n    spec:\n      containers:\n        - {name: web, image: shop}\n"
    found = EXTRACTOR.extract(f"apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n{middle}{pod}".encode())
    assert isinstance(found, Manifests)
    assert [(one.kind, one.name, one.line, one.containers[0].name) for one in found.workloads] == [
        ("Deployment", "web", 2, "web")
    ]


def test_of_a_choice_within_a_line_the_first_value_stands() -> None:
    assert neutralised('value: {{ if .Values.a }}"True"{{ else }}"False"{{ end }}') == 'value: "True"'


def test_blocks_that_a_chart_defines_hold_containers_where_they_stand() -> None:
    text = (
        '{{- define "labels" -}}\napp: {{ .Release.Name }}\n{{- end -}}\n{{- define "web" -}}\n- name: web\n'
        '  image: {{ .Values.image }}\n  env:\n  {{ include "shared" . | nindent 2 }}\n  - name: LEVEL\n'
        '    value: "1"\n'
        "  {{- if .Values.safe }}\n  livenessProbe: {httpGet: {path: /live}}\n  {{- end }}\n{{- end }}\n"
        '{{ define "security" }}\nrunAsNonRoot: true\n{{ end }}\n{{ define "odd" }}: [{{ end }}\n'
    )
    web, security = _read(text).blocks
    (container,) = web.containers
    assert (web.name, container.name, container.line) == ("web", "web", 5)
    assert container.probes == (Probe("liveness", "/live", "", (), 12),)
    assert (security.name, security.containers, security.run_as_non_root) == ("security", (), "true")
