"""Whether the service is built into an image that starts it."""

from __future__ import annotations

import re

from readiness_bot.control import Control, failed, not_applicable, partial, passed, seen, unknown
from readiness_bot.model import Effort, Evidence, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo
from readiness_bot.repo.launches import Started

_APP = "from fastapi import FastAPI\n\napp = FastAPI()\n"
_DOCKERFILE = """\
FROM python:3.13-slim
WORKDIR /srv
COPY . .
RUN pip install -r requirements.txt
CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0"]
"""
_BUILT_ELSEWHERE = 0.5
_PULLS = r"\b(docker|podman) (run|pull)\b[^\n]*?\s(?P<image>[\w.-]+(:\d+)?/[\w./-]+(:[\w.-]+)?)"
_STARTS_NOTHING = 0.5
_STARTS_FOR_DEVELOPMENT = 0.75
_BUILDPACKS = frozenset(
    {
        "heroku",
        "app-engine",
        "railway",
        "nixpacks",
        "render",
        "digitalocean",
        "cloud-foundry",
        "platform.sh",
        "app-runner",
    }
)


_HANDING_CODE = re.compile(r"azure/webapps-deploy@|google-github-actions/deploy-appengine@", re.IGNORECASE)
_HANDS_CODE = re.compile(
    r"az webapp (up|deploy)\b|gcloud (beta )?app deploy|gcloud (beta )?(run|functions) deploy .*--source|eb deploy"
)
_HANDED_IMAGES = frozenset({"images", "image_url", "configuration-file"})
"""What hands code to a platform which builds it, unless it is told an image."""


@Control(
    id="infrastructure/container-image",
    title="An image builds and starts the service",
    kind=Kind.CAPABILITY,
    severity=Severity.HIGH,
    why="An image fixes the interpreter, the system libraries and the start command that were tested.",
    impact="Every host is set up by hand, differs from the last, and cannot go back to what ran yesterday.",
    fix="Add a `Dockerfile` that installs the locked dependencies and ends in the start command, for example "
    '`CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0"]`.',
    effort=Effort.DAY,
    role=Role.DEVOPS,
    sources=["https://docs.docker.com/build/building/best-practices/", "https://12factor.net/build-release-run"],
    passes=[
        {
            "app/main.py": _APP,
            ".github/workflows/roll.yml": (
                "on: {push: {branches: [main]}}\njobs:\n  roll:\n    runs-on: ubuntu-latest\n    steps:\n"
                "      - uses: azure/webapps-deploy@v3\n        with: {app-name: shop, package: shop.zip}\n"
            ),
        },
        {
            "app/main.py": _APP,
            "Dockerfile": 'FROM python:3.13-slim\nCOPY . .\nRUN pip install -r requirements.txt\nCMD ["bash"]\n',
            "compose-production.yml": (
                "services:\n  web:\n    image: shop-org/runs_all:3.0\n    command: gunicorn app.main:app\n"
            ),
        },
        {
            "orders/handler.py": "def answer(event, context):\n    return {'statusCode': 200}\n",
            "orders/main.py": _APP,
            "template.yaml": (
                "Resources:\n  Orders:\n    Type: AWS::Serverless::Function\n    Properties:\n"
                "      Handler: handler.answer\n      CodeUri: orders/\n      MemorySize: 256\n"
            ),
        },
        {
            "shop/main.py": _APP,
            "Dockerfile": 'FROM ubuntu:24.04\nCOPY . .\nRUN bash set_up.sh\nCMD ["/bin/bash", "./start.sh"]\n',
            "set_up.sh": "fetch-interpreter 3.13\n",
            "start.sh": "./in_path.sh shop/main.py\n",
            "in_path.sh": 'PYTHONPATH=. python "$@"\n',
        },
        {
            "app/main.py": _APP,
            "Dockerfile": "FROM python:3.13-slim\nCOPY . .\nRUN pip install .\n",
            "deploy/api.yaml": (
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  template:\n    spec:\n"
                "      containers:\n        - name: api\n          image: shop/app:1.4\n"
                "          command: [uvicorn, 'app.main:app']\n"
            ),
        },
        {"app/main.py": _APP, "Dockerfile": "FROM shop/fastapi-base:2.1\nCOPY . /app\nRUN pip install /app\n"},
        {
            "app/main.py": _APP,
            "Dockerfile": (
                "FROM tiangolo/uvicorn-gunicorn-fastapi:python3.11-slim\nRUN pip install fastapi\nCOPY app /app/app\n"
            ),
        },
        {
            "app/main.py": _APP,
            "ci/Dockerfile": (
                "FROM python:3.13-slim\nCOPY . /srv\nRUN pip install -r /srv/requirements.txt\n"
                'CMD ["sh", "-c", "gunicorn -c gunicorn_config.py app.main:app"]\n'
            ),
        },
        {
            "app/main.py": _APP,
            "Dockerfile": (
                "FROM debian:13 AS build\nCOPY . /srv\n\nFROM debian:13\nRUN <<EOT\n    apt-get update\n"
                "    apt-get install -y python3 python3-gunicorn\nEOT\nCOPY --from=build /srv /srv\n"
            ),
            "compose.yaml": (
                "services:\n  api:\n    image: registry.example/desk\n    command: gunicorn --chdir /srv app.main:app\n"
            ),
            "compose.build.yaml": "services:\n  api:\n    build: .\n",
        },
        {"app/main.py": _APP, "Dockerfile": _DOCKERFILE},
        {"app/main.py": _APP, "DockerfileDebian": _DOCKERFILE},
        {
            "app/main.py": _APP,
            "docker/api.Dockerfile": _DOCKERFILE.replace(
                'CMD ["uvicorn"', 'ENTRYPOINT ["/entrypoint.sh"]\nCMD ["uvicorn"'
            ),
            "docker/entrypoint.sh": '#!/bin/sh\nset -e\nalembic upgrade head\nexec "$@"\n',
        },
        {"app/main.py": _APP, "Procfile": "web: gunicorn app.main:app\n"},
        {"app/main.py": _APP, ".s2i/bin/assemble": "#!/bin/sh\npip install .\n", ".s2i/environment": "APP=app\n"},
        {
            "app/main.py": _APP,
            "container/Dockerfile": _DOCKERFILE.partition("CMD")[0],
            "container/compose.yml": (
                "services:\n  api:\n    build:\n      context: ..\n      dockerfile: container/Dockerfile\n"
                "    entrypoint: [python3, -m, app]\n    ports: ['8000:8000']\n"
            ),
        },
    ],
    fails=[
        {"app/main.py": _APP},
        {
            "app/main.py": _APP,
            "frontend/Dockerfile": 'FROM nginx:1.27\nCOPY dist /usr/share/nginx/html\nCMD ["nginx"]\n',
        },
    ],
    fixed={"app/main.py": _APP, "Dockerfile": _DOCKERFILE},
    partials=[
        {"app/main.py": _APP, "Dockerfile.dev": _DOCKERFILE},
        {"app/main.py": _APP, "Dockerfile": _DOCKERFILE.replace('"0.0.0.0"', '"0.0.0.0", "--reload"')},
        {"app/main.py": _APP, "Dockerfile": "FROM python:3.13-slim\nCOPY . .\nRUN pip install .\n"},
    ],
    ignores=[
        (
            "from mcp.server.fastmcp import FastMCP\n\ntools = FastMCP('shop')\n\n\n"
            "@tools.tool()\ndef price(name: str) -> int:\n    return 3\n\n\nif __name__ == '__main__':\n"
            "    tools.run()\n"
        ),
        {"lib/__init__.py": "def add(a, b):\n    return a + b\n"},
        {
            "README.md": "# Shop core library\n\nWhat shops are built from.\n",
            "setup.py": "from setuptools import setup\n\nsetup(name='shop-core')\n",
            "shop/__init__.py": "",
            "shop/app.py": "from flask import Flask\n\napp = Flask(__name__)\napp.get('/')(lambda: '')\n",
        },
    ],
)
def container_image(repo: Repo) -> Judgement:
    """Judged by what the last stage starts, through entry scripts; images for development and tests do not count."""
    images = repo.deployment.service_images
    if images:
        shown = [evidence for built in images[:3] for evidence in _shown(repo, built.path)]
        if all(built.develops for built in images):
            return partial(
                "The image starts the service in a mode for development.", *shown, score=_STARTS_FOR_DEVELOPMENT
            )
        return passed(f"{_count(len(images))} the service.", *shown)
    if not repo.is_service:
        return not_applicable("A library: nothing here is deployed.")
    built_elsewhere = _by_buildpack(repo)
    if built_elsewhere is not None:
        return passed("The platform builds the image from a descriptor.", built_elsewhere)
    computes = repo.deployment.computes
    if computes and not repo.deployment.images and all(compute.is_function for compute in computes):
        one = computes[0]
        packed = seen(one.path, one.line, one.detail)
        return passed("The platform puts the functions into a runtime of its own: no image is needed.", packed)
    others = [built for built in repo.deployment.images if built.image.runs_python]
    idle = next((built for built in others if built.purpose == "base"), None)
    if idle is None:
        # One that opens a shell is whatever it is deployed as.
        idle = next((built for built in others if built.purpose == "development" and not built.started), None)
    if idle is not None and _SERVING_BASE.search(idle.image.base):
        base = seen(idle.path, idle.image.final.line, f"FROM {idle.image.base}")
        return passed("An image builds the service on a base that serves such applications.", base)
    starting = next((one for one in repo.deployment.started_commands if _starts_in_cluster(one)), None)
    if idle is not None and starting is not None:
        base = seen(idle.path, idle.image.final.line, f"FROM {idle.image.base}")
        told = seen(starting.path, starting.line, f"starts {starting.command.server}")
        return passed("An image builds the service, and its deployment starts it.", base, told)
    if idle is not None and idle.purpose == "base":
        line = idle.image.final.line
        return partial(
            "An image is built, but it names no command that starts the service.",
            seen(idle.path, line, f"FROM {idle.image.final.written}, without CMD or ENTRYPOINT"),
            score=_STARTS_NOTHING,
        )
    if others:
        built = others[0]
        return partial(
            f"The only image is one for {built.purpose}, none for production.",
            seen(built.path, built.image.final.line, f"FROM {built.image.final.written}"),
        )
    pulled = _pulled(repo)
    if pulled is not None:
        return unknown(
            "An image of the service is pulled; what builds it is not kept here.", pulled, estimate=_BUILT_ELSEWHERE
        )
    return failed("No image builds and starts the service.")


def _starts_in_cluster(one: Started) -> bool:
    """Whether a pod or container of the service is told what to run, whatever its image says."""
    is_service = one.command.purpose in ("serve", "work", "schedule") and bool(one.command.server)
    return one.via in ("kubernetes", "compose") and one.deployed and is_service


_SERVING_BASE = re.compile(r"/[\w.-]*(django|flask|fastapi|uwsgi|wsgi|asgi|gunicorn|airflow|superset)[\w.-]*(?=[:@]|$)")
"""Bases of others that are named for a framework or a server: they start what is copied into them."""


def _pulled(repo: Repo) -> Evidence | None:
    """Where an image that is named like the service is taken from a registry: by a deployment, or as users are told."""
    for pod in repo.deployment.workloads.pods:
        if repo.deployment.is_built_here(pod.container.image):
            return seen(pod.path, pod.container.line, f"image {pod.container.image}")
    for one in repo.deployment.own_containers:
        if one.service.image and not one.service.builds:
            return seen(one.path, one.service.line, f"image {one.service.image}")
    for document in repo.documents.all:
        for section, line in document.saying(_PULLS):
            told = re.search(_PULLS, section.text, re.IGNORECASE)
            if told is not None and repo.deployment.is_built_here(told["image"]):
                return seen(document.path, line, f"image {told['image']}")
    return None


def _count(images: int) -> str:
    return "One image builds and starts" if images == 1 else f"{images} images build and start"


def _shown(repo: Repo, path: str) -> list[Evidence]:
    built = next(one for one in repo.deployment.service_images if one.path == path)
    told = built.image.cmd or built.image.entrypoint
    found = [seen(path, built.image.final.line, f"FROM {built.image.final.written}")]
    if told is not None:
        found.append(seen(path, told.line, f"{told.keyword} {told.text}"[:120]))
    return found


def _by_buildpack(repo: Repo) -> Evidence | None:
    for compute in repo.deployment.computes:
        if compute.via in _BUILDPACKS or compute.via == "Procfile":
            return seen(compute.path, compute.line, compute.detail)
    for path in sorted(repo.paths):
        if path.rpartition("/")[2] == "project.toml":
            return seen(path, 1, "buildpack project descriptor")
        if re.search(r"(^|/)\.s2i/(bin/|environment$)", path):
            return seen(path, 1, "source-to-image: what builds and starts the service")
    for step in repo.pipelines.steps:
        given = {pair.name for pair in step.step.inputs}
        if _HANDING_CODE.match(step.step.uses) and not given & _HANDED_IMAGES:
            return seen(step.path, step.line, f"uses {step.step.uses}: the platform builds what it is handed")
    for run in repo.pipelines.runs:
        if _HANDS_CODE.match(run.command.text):
            return seen(run.path, run.line, f"{run.detail}: the platform builds what it is handed")
    return None
