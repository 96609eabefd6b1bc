"""Whether the service's containers run as somebody other than root."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from readiness_bot.control import Control, failed, led_by, not_applicable, partial, passed, seen
from readiness_bot.model import Effort, Judgement, Kind, Location, Role, Severity, Ward
from readiness_bot.repo import Repo
from readiness_bot.repo.built_images import BuiltImage
from readiness_bot.repo.containers import Container
from readiness_bot.repo.launches import Started
from readiness_bot.repo.workloads import Pod

_DROPS = 0.6
_TOLD_OUTSIDE = 0.6
_SWITCHING = frozenset({"gunicorn", "uwsgi", "celery"})
_AS_USER = re.compile(r"(-u|--user|--uid)(=|$)")
_BESIDE = re.compile(r"(^|/)(extras?|contrib|optional|addons?|variants?)/")
_ROOT = re.compile(r"(root|0+)(:.*)?$")
_UNPRIVILEGED = re.compile(
    r"(:|-)nonroot\b|cgr\.dev/chainguard/|bitnami/|ubi[0-9]+/(python|s2i)|sclorg/|unprivileged|mambaorg/micromamba|jupyter/"
    r"|apache/(airflow|superset)|heroku/|paketobuildpacks/"
)
_OF_FUNCTIONS = re.compile(r"public\.ecr\.aws/(lambda|sam)/|amazon/aws-(lambda|sam)-")
"""Images in which AWS Lambda runs, or in which what it runs is packed."""
_IMAGE = """\
FROM python:3.13-slim
COPY . .
RUN pip install -r requirements.txt && useradd --uid 10001 app
USER 10001
CMD ["gunicorn", "app.main:app"]
"""
_AS_ROOT = _IMAGE.replace("USER 10001\n", "")


@Control(
    id="infrastructure/non-root-container",
    title="Containers run without root",
    kind=Kind.CAPABILITY,
    severity=Severity.HIGH,
    why="Root in a container is root to everything that is mounted, and one kernel flaw away from root on the host.",
    impact="A flaw in the service becomes control of its files, its mounts and, with luck, of the node.",
    fix="Make a user and switch to it in the last stage: `RUN useradd --uid 10001 app` and `USER 10001`.",
    effort=Effort.HOURS,
    role=Role.DEVOPS,
    sources=[
        "https://docs.docker.com/build/building/best-practices/#user",
        "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    ],
    passes=[
        {
            "Dockerfile": _AS_ROOT,
            "shop/__init__.py": "",
            "chart/templates/web.yaml": (
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n"
                '      securityContext: {{ include "shop.safe" . | nindent 8 }}\n'
                "      containers:\n        - {name: web, image: registry.example/shop:1}\n"
            ),
            "chart/templates/_helpers.tpl": '{{ define "shop.safe" }}\nrunAsNonRoot: true\n{{ end }}\n',
        },
        {
            "Dockerfile": (
                "FROM public.ecr.aws/lambda/python:3.13\nCOPY shop ./shop\nRUN pip install mangum\n"
                'CMD ["shop.app.handler"]\n'
            ),
            "shop/app.py": "from flask import Flask\n\napp = Flask(__name__)\n",
        },
        {
            "Dockerfile": (
                "FROM python:3.13-slim\nCOPY . /srv\nWORKDIR /srv\nRUN pip install -r requirements.txt\n"
                'USER www-data\nCMD ["venv/bin/python"]\n'
            ),
            "compose.yml": ("services:\n  web:\n    build: .\n    command: venv/bin/gunicorn shop.app:app\n"),
            "shop/app.py": "from flask import Flask\n\napp = Flask(__name__)\n",
        },
        {"Dockerfile": _IMAGE},
        {
            "Dockerfile": _AS_ROOT,
            "deploy/api.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  template:\n"
            "    spec:\n      securityContext: {runAsNonRoot: true}\n"
            "      containers:\n      - {name: api, image: shop/api:1}\n",
        },
    ],
    fails=[
        {"Dockerfile": _AS_ROOT},
        {"Dockerfile": _AS_ROOT.partition("CMD")[0], "app/main.py": "from flask import Flask\n\napp = Flask('a')\n"},
        {"Dockerfile": _IMAGE.replace("CMD", "USER root\nCMD")},
        {
            "Dockerfile": _AS_ROOT.partition("CMD")[0] + 'ENTRYPOINT ["./entrypoint.sh"]\n',
            "entrypoint.sh": (
                "#!/bin/sh\nsu postgres -c '/usr/lib/postgresql/17/bin/pg_ctl start'\nexec gunicorn app.main:app\n"
            ),
            "app/main.py": "from flask import Flask\n\napp = Flask('a')\n",
        },
        {
            "Dockerfile": _AS_ROOT,
            "Dockerfile-dev": _AS_ROOT,
            "compose.yaml": (
                "services:\n  web:\n    build: {context: ., dockerfile: Dockerfile-dev}\n    user: '1000'\n"
            ),
        },
        {
            "Dockerfile": _AS_ROOT,
            "chart/templates/deployment.yaml": (
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n"
                "      containers:\n        - name: tunnel\n          image: gcr.io/cloudsql-docker/gce-proxy:1.33.0\n"
                "          securityContext: {runAsUser: 2}\n        - name: web\n"
                '          image: "{{ .Values.image.name }}:{{ .Values.image.tag }}"\n'
            ),
        },
    ],
    fixed={"Dockerfile": _IMAGE},
    partials=[
        {
            "Dockerfile": _AS_ROOT,
            "shop/__init__.py": "",
            "deploy/pods.yaml": "---\n".join(
                f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec:\n  template:\n    spec:\n"
                f"      securityContext: {{runAsNonRoot: {safe}}}\n      containers:\n"
                "      - {name: api, image: registry.example/shop:1}\n"
                for name, safe in (("api", "true"), ("jobs", "true"), ("old", "false"))
            ),
        },
        {
            "Dockerfile": _AS_ROOT.replace('CMD ["', 'ENTRYPOINT ["/entrypoint.sh"]\nCMD ["'),
            "entrypoint.sh": '#!/bin/sh\nchown app /data\nexec gosu app "$@"\n',
        },
        {
            "Dockerfile": _AS_ROOT.replace("CMD", 'ENV PATH /srv/bin:$PATH\nENTRYPOINT ["step-down"]\nCMD'),
            "bin/step-down": '#!/bin/sh\nif [ "$(id -u)" = 0 ]; then\n  exec gosu app "$@"\nfi\nexec "$@"\n',
        },
        {"Dockerfile": _AS_ROOT.replace('CMD ["', 'CMD ["sudo", "-EHu", "app", "')},
        {
            "Dockerfile": _AS_ROOT.partition("CMD")[0],
            "docker-compose.yml": (
                "services:\n  web:\n    build: .\n"
                "    command: sh -c './manage.py migrate && gunicorn shop.wsgi -u nobody -g nogroup'\n"
            ),
            "manage.py": "",
        },
    ],
    ignores=[
        {"app/main.py": ""},
        {
            "app/main.py": "",
            "Dockerfile": 'FROM python:3.13-slim\nCOPY . .\nCMD ["flask", "run"]\n',
            "manifest.yml": "applications:\n- name: shop\n  buildpacks: [python_buildpack]\n  command: ./start.sh\n",
        },
    ],
)
def non_root_container(repo: Repo) -> Judgement:
    """Judged by the last `USER` of the image, what its entry point does about root, and the pods' security settings.

    Each image is kept beside, so that a comparison can tell of one that runs as root again.
    """
    return replace(_judged(repo), wards=tuple(_wards(repo)))


def _wards(repo: Repo) -> Iterator[Ward]:
    pods = _own_pods(repo)
    outside = bool(pods) and all(pod.runs_as_non_root for pod in pods)
    for built in dict.fromkeys((*repo.deployment.judged_images, *repo.deployment.held_images)):
        # What Compose alone makes of the image holds nowhere else; where that is new, nothing was lost.
        itself = _of_itself(repo, built)
        by = tuple(f"`{evidence.detail}`" for evidence in itself.evidence) if itself is not None else ()
        user = built.image.user
        # What is missing stands at no line: then the file as a whole is the place.
        line = user.line if user is not None else 0
        yield Ward(
            Location(built.path, line, line),
            "image",
            by,
            "The container runs as root",
            ways=0 if by or outside else 1,
            beside=tuple(f"`{one.service.user}` by Compose" for one in _told_by_compose(repo, built)),
        )


def _judged(repo: Repo) -> Judgement:
    images = repo.deployment.judged_images
    if not images or (repo.is_reusable and not repo.deployment.service_images):
        return not_applicable("No image of the service.")
    pods = _own_pods(repo)
    safe = [pod for pod in pods if pod.runs_as_non_root]
    shown = [seen(pod.path, pod.container.line, f"{pod.workload.kind} runs as non-root") for pod in safe[:3]]
    if pods and len(safe) == len(pods):
        return passed("Every pod runs as non-root.", *shown)
    judged = led_by(*(_of_image(repo, built) for built in images))
    if judged.score == 0 and len(safe) * 2 >= len(pods) > 0:
        return partial(
            f"{len(safe)} of {len(pods)} pods run as non-root; the image itself runs as root.", *shown, score=_DROPS
        )
    return judged


_OF_A_STORE = re.compile(
    r"(.*/)?(pg_\w+|postgres|psql|initdb|createdb|createuser|mysqld?(_safe)?|mongod|redis-server|rabbitmq-server)"
)
"""Programs of a store that an image carries: whom they run as says nothing of the service."""


def _switches(one: Started) -> bool:
    """Whether a server is told to serve as another user than it is started by."""
    return any(_AS_USER.match(word) for word in one.command.arguments)


def _own_pods(repo: Repo) -> list[Pod]:
    """The pods of the service's own images, but for those of variants that are kept beside it."""
    pods = list(repo.deployment.workloads.pods)
    main = [pod for pod in pods if not _BESIDE.search(pod.path)] or pods
    return [pod for pod in main if repo.deployment.is_built_here(pod.container.image)] or main


def _of_itself(repo: Repo, built: BuiltImage) -> Judgement | None:
    """What the image does about root, wherever it runs; None where it does nothing."""
    image = built.image
    user = image.user
    if user is not None and not _ROOT.match(user.text.strip().strip("\"'")):
        return passed("The image ends in a user without privileges.", seen(built.path, user.line, f"USER {user.text}"))
    if user is None and _UNPRIVILEGED.search(image.base):
        return passed("The base image runs without root.", seen(built.path, image.layers[0].line, f"FROM {image.base}"))
    if user is None and _OF_FUNCTIONS.search(image.base):
        where = seen(built.path, image.layers[0].line, f"FROM {image.base}")
        return passed("The platform runs the function as a user of its own.", where)
    dropping = [one for one in built.started if one.command.drops_root and not _OF_A_STORE.fullmatch(one.target)]
    dropping += [
        one
        for container in repo.deployment.own_containers
        for one in container.started
        if one.server in _SWITCHING and _switches(one)
    ]
    if dropping:
        one = dropping[0]
        return partial(
            "The container starts as root, and its entry point drops it.",
            seen(one.path, one.line, f"starts {one.target or one.server or 'its command'} as another user"),
            score=_DROPS,
        )
    return None


def _told_by_compose(repo: Repo, built: BuiltImage) -> list[Container]:
    return [
        one
        for one in repo.deployment.own_containers
        if one.service.user and not _ROOT.match(one.service.user) and repo.deployment.runs_image(one, built)
    ]


def _of_image(repo: Repo, built: BuiltImage) -> Judgement:
    itself = _of_itself(repo, built)
    if itself is not None:
        return itself
    image, user = built.image, built.image.user
    told = _told_by_compose(repo, built)
    if told:
        user_of = told[0]
        return partial(
            "Only Compose makes the container run without root; the image itself runs as root.",
            seen(user_of.path, user_of.service.line, f"user: {user_of.service.user}"),
            score=_TOLD_OUTSIDE,
        )
    where = user or image.final
    what = f"USER {user.text}" if user is not None else "no USER in the final stage"
    return failed("The container runs as root.", seen(built.path, where.line, what))
