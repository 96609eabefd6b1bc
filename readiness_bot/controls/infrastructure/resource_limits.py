"""Whether what runs the service bounds the memory it may take."""

from __future__ import annotations

from dataclasses import replace

from readiness_bot.control import Control, failed, not_applicable, partial, passed, seen
from readiness_bot.model import Effort, Evidence, Judgement, Kind, Location, Role, Severity, Ward
from readiness_bot.repo import Repo
from readiness_bot.repo.containers import Container

_SOME = 0.2
"""One bounded container among many, mostly one that came with its manifest, bounds no service."""
_HALF_BOUNDED = 0.5
_DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
spec:
  template:
    spec:
      containers:
        - name: api
          image: shop/api:1.4
"""
_TEMPLATE = f"""\
{_DEPLOYMENT}\
          resources:
            {{{{- toYaml .Values.resources | nindent 12 }}}}
"""
_BOUNDED = f"""\
{_DEPLOYMENT}\
          resources:
            requests: {{cpu: 250m, memory: 256Mi}}
            limits: {{memory: 512Mi}}
"""


@Control(
    id="infrastructure/resource-limits",
    title="Every container has memory limits and requests",
    kind=Kind.CAPABILITY,
    severity=Severity.MEDIUM,
    why="Without a limit one leak takes the node's memory; without a request the scheduler overfills the node.",
    impact="A leak in one service makes the kernel kill its neighbours, the database among them.",
    fix="Set `resources.requests.memory` and `resources.limits.memory` for each container "
    "(Compose: `deploy.resources.limits.memory` or `mem_limit`).",
    effort=Effort.HOURS,
    role=Role.DEVOPS,
    sources=[
        "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
        "https://docs.docker.com/reference/compose-file/deploy/#resources",
    ],
    passes=[
        {
            "compose.yaml": "services:\n  api:\n    build: .\n    mem_limit: 512m\n",
            "docker/monitor.yml": (
                "services:\n  api:\n    command: gunicorn --statsd-host=statsd:9125 app.main:app\n  statsd:\n"
                "    image: prom/statsd-exporter:v0.22.2\n    command: --statsd.mapping-config=/statsd.conf\n"
            ),
            "app/main.py": "from flask import Flask\n\napp = Flask(__name__)\n",
        },
        {
            "docker-compose.yml": "services:\n  web:\n    build: .\n    volumes: ['.:/code']\n",
            "deployment/terraform/task-definitions/web.json": (
                '[{"name": "web", "image": "${registry}/shop:${commit}", "memory": 512, "essential": true}]\n'
            ),
            "app/main.py": "from flask import Flask\n\napp = Flask(__name__)\n",
        },
        {
            "docker-compose.yml": "services:\n  web:\n    build: .\n    volumes: ['.:/code']\n",
            "manifest.yml": (
                "applications:\n  - name: shop\n    buildpacks: [python_buildpack]\n    memory: 512M\n"
                "    command: gunicorn app.main:app\n"
            ),
            "app/main.py": "from flask import Flask\n\napp = Flask(__name__)\n",
        },
        {"deploy/api.yaml": _BOUNDED},
        {"compose.yaml": "services:\n  api:\n    build: .\n    mem_limit: 512m\n"},
        {
            "chart/templates/api.yaml": _TEMPLATE,
            "chart/values.yaml": "resources:\n  requests:\n    memory: 128Mi\n  limits:\n    memory: 256Mi\n",
        },
        {
            "chart/templates/api.yaml": _TEMPLATE,
            "chart/values.yaml": "resources: {}\n",
            "chart/env/prod.yaml": "resources:\n  requests:\n    memory: 1Gi\n  limits:\n    memory: 1Gi\n",
        },
    ],
    fails=[
        {"deploy/api.yaml": _DEPLOYMENT},
        {"compose.yaml": "services:\n  api:\n    build: .\n"},
        {
            "deploy/api.yaml": "---\n".join(
                (_BOUNDED.replace(": api", ": backend"), *(_DEPLOYMENT.replace(": api", f": api{n}") for n in range(6)))
            )
        },
        {
            "chart/templates/api.yaml": _TEMPLATE,
            "chart/values.yaml": "resources: {}\n",
            "chart/values-ci.yaml": "resources:\n  requests:\n    memory: 1Gi\n  limits:\n    memory: 1Gi\n",
        },
    ],
    fixed={"deploy/api.yaml": _BOUNDED},
    partials=[
        {"deploy/api.yaml": f"{_BOUNDED}---\n{_DEPLOYMENT.replace(': api', ': worker')}"},
        {"deploy/api.yaml": _BOUNDED.replace("            limits: {memory: 512Mi}\n", "")},
    ],
    ignores=[{"compose.yaml": "services:\n  db:\n    image: postgres:17\n"}, {"app/main.py": ""}],
)
def resource_limits(repo: Repo) -> Judgement:
    """Judged by pods where there are any, else by tasks of a container service or a bounded platform, else by Compose.

    Each container is kept beside, so that a comparison can tell of one that is no longer bounded.
    """
    judged = _of_pods(repo) or _of_tasks(repo) or _of_platforms(repo) or _of_containers(repo)
    return replace(_judged(judged), wards=tuple(_ward(score, evidence) for score, evidence in judged))


def _ward(score: float, evidence: Evidence) -> Ward:
    name = evidence.detail.partition(":")[0]
    by = ("its bounds of memory",) if score == 1 else ()
    loss = f"The {name} may take all the memory of its machine"
    return Ward(Location(evidence.path, evidence.line), name, by, loss, ways=0 if by else 1)


def _judged(judged: list[tuple[float, Evidence]]) -> Judgement:
    if not judged:
        return not_applicable("Neither Kubernetes nor Compose runs the service.")
    share = sum(score for score, _ in judged) / len(judged)
    bounded = [evidence for score, evidence in judged if score == 1]
    unbounded = [evidence for score, evidence in judged if score < 1]
    if not unbounded:
        return passed("Every container of the service is bounded in memory.", *bounded[:4])
    summary = f"{len(unbounded)} of {len(judged)} containers of the service are not bounded in memory."
    if share >= _SOME:
        return partial(summary, *unbounded[:4], *bounded[:2], score=round(0.5 + 0.4 * share, 2))
    return failed(summary, *unbounded[:4])


def _of_pods(repo: Repo) -> list[tuple[float, Evidence]]:
    found = []
    for pod in repo.deployment.workloads.pods:
        limits, requests = pod.limits_memory, pod.requests_memory
        score = 1.0 if limits and requests else _HALF_BOUNDED if limits or requests else 0.0
        missing = " and ".join(what for what, there in (("limit", limits), ("request", requests)) if not there)
        detail = f"container {pod.name}: " + (f"no memory {missing}" if missing else "memory bounded")
        found.append((score, seen(pod.path, pod.container.line, detail)))
    return found


def _of_tasks(repo: Repo) -> list[tuple[float, Evidence]]:
    return [
        (float(process.bounded), seen(path, process.line, f"task {process.name}: memory {_told(process.bounded)}"))
        for path, platform in repo.deployment.workloads.platforms
        if platform.platform == "ecs"
        for process in platform.processes
    ]


def _of_platforms(repo: Repo) -> list[tuple[float, Evidence]]:
    """What a platform's descriptor runs, where it tells the memory: Compose beside it is for developers."""
    processes = [
        (path, process)
        for path, platform in repo.deployment.workloads.platforms
        if platform.platform != "ecs"
        for process in platform.processes
    ]
    if not any(process.bounded for _, process in processes):
        return []
    return [
        (
            float(process.bounded),
            seen(path, process.line, f"process {process.name}: memory {_told(process.bounded)}"),
        )
        for path, process in processes
        if process.kind != "static"
    ]


def _of_containers(repo: Repo) -> list[tuple[float, Evidence]]:
    found: dict[tuple[str, str], tuple[float, Evidence]] = {}
    whole = {one.service.name for one in repo.deployment.production_containers if _is_whole(one)}
    for one in repo.deployment.production_containers:
        bounded = "memory" in one.service.limits
        if one.service.name in whole and not _is_whole(one) and not bounded:
            continue  # a file that only adds to what another says
        key = (one.path.rpartition("/")[0], one.service.name)
        detail = f"service {one.service.name}: memory {_told(bounded)}"
        # Files that are merged describe one service in parts: a limit in one of them bounds it.
        if key not in found or bounded:
            found[key] = (float(bounded), seen(one.path, one.service.limits_line or one.service.line, detail))
    return list(found.values())


def _is_whole(container: Container) -> bool:
    """Whether the service says itself what runs, rather than changing what another file says of it."""
    return container.service.builds or bool(container.service.image)


def _told(bounded: object) -> str:
    return "bounded" if bounded else "not bounded"
