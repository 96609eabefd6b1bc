"""Whether what runs the service in production is described in the repository."""

from __future__ import annotations

import re

from readiness_bot.control import Control, failed, not_applicable, passed, seen
from readiness_bot.model import Effort, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo

_APP = "from fastapi import FastAPI\n\napp = FastAPI()\n"
_DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: api
          image: shop/api:1.4
"""


@Control(
    id="infrastructure/orchestration",
    title="What runs the service is described as code",
    kind=Kind.CAPABILITY,
    severity=Severity.MEDIUM,
    why="Replicas, restarts and roll-outs that are written down can be reviewed, repeated and rolled back.",
    impact="The way to production lives in one person's memory, and a lost machine is rebuilt by guessing.",
    fix="Keep the deployment in the repository: a Kubernetes `Deployment` or Helm chart, a Terraform service, a "
    "systemd unit, or your platform's descriptor (`fly.toml`, `render.yaml`, `Procfile`).",
    effort=Effort.DAYS,
    role=Role.DEVOPS,
    sources=["https://kubernetes.io/docs/concepts/workloads/", "https://12factor.net/processes"],
    passes=[
        {"app/main.py": _APP, "deploy/api.yaml": _DEPLOYMENT},
        {
            "app/main.py": _APP,
            "deploy.yaml": (
                "apiVersion: v1\nkind: Template\nobjects:\n- apiVersion: cloud.redhat.com/v1alpha1\n  kind: ClowdApp\n"
                "  metadata:\n    name: api\n  spec:\n    deployments:\n    - name: web\n      podSpec:\n"
                "        image: ${IMAGE}:${IMAGE_TAG}\n        resources:\n          limits: {memory: 512Mi}\n"
            ),
        },
        {"app/main.py": _APP, "deploy/cdk8s.yaml": "language: typescript\napp: node main.js\n"},
        {"app/main.py": _APP, "Procfile": "web: uvicorn app.main:app\n"},
        {"app/main.py": _APP, "infra/main.tf": 'resource "aws_ecs_service" "api" {\n  desired_count = 2\n}\n'},
        {
            "app/main.py": _APP,
            "systemd/api.service": "[Service]\nExecStart=/opt/api/bin/gunicorn app.main:app\n",
        },
        {
            "app/main.py": _APP,
            "README.md": "# OrderDesk\n\nTakes orders.\n",
            "orderdesk.service": "[Service]\nExecStart=/opt/orderdesk/bin/orderdesk\n",
        },
        {
            "app/main.py": _APP,
            "ci/k8s/api.yaml": _DEPLOYMENT,
            "ci/roll-out.sh": "#!/bin/sh\nset -e\nkubectl --context live apply -f ci/k8s/\n",
        },
    ],
    fails=[
        {"app/main.py": _APP},
        {"app/main.py": _APP, "ci/k8s/api.yaml": _DEPLOYMENT},
        {"app/main.py": _APP, "Procfile": "ldap: docker run --rm mock-ldap\nweb: uvicorn --reload app.main:app\n"},
        {"app/main.py": _APP, "netlify.toml": '[build]\npublish = "dist"\n'},
        {"app/main.py": _APP, "k8s/db.yaml": _DEPLOYMENT.replace("shop/api:1.4", "postgres:17")},
    ],
    fixed={"app/main.py": _APP, "deploy/api.yaml": _DEPLOYMENT},
    ignores=[{"lib/__init__.py": "def add(a, b):\n    return a + b\n"}],
)
def orchestration(repo: Repo) -> Judgement:
    """Judged by workloads, platforms, cloud resources, units and playbooks that run this repository's code."""
    computes = repo.deployment.computes
    if computes:
        nearest = sorted(computes, key=lambda compute: compute.path.count("/"))
        first = {compute.via: compute for compute in reversed(nearest)}
        shown = [seen(compute.path, compute.line, compute.detail) for compute in reversed(list(first.values()))]
        names = sorted(first)
        by = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
        return passed(f"The service is run by {by}.", *shown[:4])
    if not repo.is_service:
        return not_applicable("A library: nothing here is deployed.")
    deploying = next(
        (run for run in repo.pipelines.runs if run.command.tool in _DEPLOYERS and _deploys(run.command.text)), None
    )
    if deploying is not None:
        return passed(
            "A pipeline hands the service to a platform that runs it.",
            seen(deploying.path, deploying.line, deploying.detail),
        )
    written = next((path for path in sorted(repo.paths) if _DESCRIBING.search(path) and not _BESIDE.search(path)), "")
    if written:
        return passed("A program describes what runs the service.", seen(written, 1, written.rpartition("/")[2]))
    return failed("Nothing describes what runs the service in production.")


_DESCRIBING = re.compile(r"(^|/)(cdk8s\.ya?ml|Pulumi\.ya?ml|cdk\.json|sst\.config\.ts)$")
"""What tells the tools that build infrastructure from a program, whatever its language, where that program is."""
_BESIDE = re.compile(r"(^|/)(docs?|examples?|samples?|tests?|node_modules|vendor|frontend)/", re.IGNORECASE)
_DEPLOYERS = frozenset(
    {"fastapi", "flyctl", "fly", "gcloud", "heroku", "railway", "az", "aws", "eb", "vercel", "zappa", "sls"}
)


def _deploys(text: str) -> bool:
    return any(word in text.split() for word in ("deploy", "release", "up", "update-service", "container:release"))
