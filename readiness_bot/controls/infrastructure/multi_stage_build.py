"""Whether the image that runs is free of what was only needed to build it."""

from __future__ import annotations

from readiness_bot.control import Control, failed, led_by, not_applicable, partial, passed, seen
from readiness_bot.model import Effort, Evidence, Judgement, Kind, Role, Severity
from readiness_bot.repo import Repo
from readiness_bot.repo.built_images import BuiltImage

_TOOLS_IN_LAST = 0.5
_STAGED = """\
FROM python:3.13 AS build
COPY requirements.txt .
RUN pip wheel --wheel-dir /wheels -r requirements.txt

FROM python:3.13-slim
COPY --from=build /wheels /wheels
RUN pip install --no-index --find-links /wheels /wheels/*
COPY app app
CMD ["gunicorn", "app.main:app"]
"""
_SINGLE = """\
FROM python:3.13-slim
RUN apt-get update && apt-get install -y gcc libpq-dev
COPY . .
RUN pip install -r requirements.txt
CMD ["gunicorn", "app.main:app"]
"""


@Control(
    id="infrastructure/multi-stage-build",
    title="The image that runs carries no build tools",
    kind=Kind.CAPABILITY,
    severity=Severity.LOW,
    why="Compilers and headers in the running image make it large, and serve whoever breaks in.",
    impact="Every deploy moves hundreds of megabytes more, and scanners report flaws in tools that never run.",
    fix="Build wheels in a first stage (`FROM python:3.13 AS build`), and copy them into a slim one: "
    "`COPY --from=build /wheels /wheels`.",
    effort=Effort.HOURS,
    role=Role.DEVOPS,
    sources=["https://docs.docker.com/build/building/multi-stage/"],
    passes=[
        {
            "app/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
            "Dockerfile": 'FROM python:3.13-slim\nCOPY . .\nRUN pip install .\nCMD ["uvicorn", "app.main:app"]\n',
            "Dockerfile.dev": "FROM python:3.13\nCOPY . .\nRUN apt-get install -y gcc && pip install .[dev]\n",
            "compose.yaml": (
                "services:\n  api:\n    build: {context: ., dockerfile: Dockerfile.dev}\n"
                "    command: uvicorn app.main:app\n"
            ),
        },
        {
            "Dockerfile": (
                "FROM python:3.13-slim\nRUN tools='gcc libpq-dev' \\\n"
                "  && apt-get update && apt-get install -y $tools \\\n"
                "  && pip install . && apt-get purge -y $tools\n"
                'CMD ["gunicorn", "app.main:app"]\n'
            ),
        },
        {"Dockerfile": _STAGED},
        {
            "Dockerfile": (
                'FROM python:3.13-slim AS production\nCOPY . .\nCMD ["gunicorn", "app.main:app"]\n\n'
                "FROM production AS test\nRUN apt-get update && apt-get install -y gcc libpq-dev\n"
            )
        },
        {"Dockerfile": _SINGLE.replace(" gcc libpq-dev", " libpq5")},
        {
            "Dockerfile": _SINGLE.replace("gcc libpq-dev", "gcc")
            .replace(
                "COPY . .\nRUN pip install -r requirements.txt",
                "COPY . .",
            )
            .replace("install -y gcc", "install -y gcc && pip install psycopg2 && apt-get purge -y gcc"),
        },
    ],
    fails=[
        {"Dockerfile": _SINGLE},
        {
            "Dockerfile": (
                "FROM packages.shop.example/docker-remote/python:3.12.4-bookworm\nRUN pip install .\n"
                'CMD ["gunicorn", "app.main:app"]\n'
            )
        },
        {
            "Dockerfile": (
                "FROM python:3.13-slim\nRUN tools=' \\\n    gcc \\\n    ' \\\n  && libs=\"libgdal-dev gettext\" \\\n"
                "  && apt-get update && apt-get install -y $tools ${libs} \\\n"
                "  && pip install . && apt-get purge -y $tools\n"
                'CMD ["gunicorn", "app.main:app"]\n'
            ),
        },
        {"Dockerfile": _SINGLE.replace("-slim\nRUN apt-get update && apt-get install -y gcc libpq-dev", "")},
    ],
    fixed={"Dockerfile": _STAGED},
    partials=[
        {"Dockerfile": _STAGED.replace("-slim", "-slim\nRUN apt-get update && apt-get install -y build-essential")}
    ],
    ignores=[{"app/main.py": ""}],
)
def multi_stage_build(repo: Repo) -> Judgement:
    """Judged by the packages that the last stage's layers leave behind, its base, and the groups it installs."""
    judged = [_judged(repo, built) for built in repo.deployment.judged_images]
    return led_by(*judged) if judged else not_applicable("No image of the service.")


def _judged(repo: Repo, built: BuiltImage) -> Judgement:
    tools = _tools(repo, built)
    image = built.image
    if not tools:
        line = image.final.line
        how = "copies from earlier stages" if image.copies_from_stages else "has one slim stage"
        return passed(
            "The final stage carries no build tools.", seen(built.path, line, f"FROM {image.final.written}: {how}")
        )
    if image.copies_from_stages or len(image.needed_stages) > len(image.layers):
        return partial("There are stages, but the last one carries build tools.", *tools[:4], score=_TOOLS_IN_LAST)
    return failed("The only stage carries build tools.", *tools[:4])


def _tools(repo: Repo, built: BuiltImage) -> list[Evidence]:
    by_line: dict[int, list[str]] = {}
    for line, name in built.image.build_tools:
        by_line.setdefault(line, []).append(name)
    found = [seen(built.path, line, f"leaves {_listed(names)} in the image") for line, names in by_line.items()]
    for line, text, says_so in built.image.development_installs:
        if says_so or _has_development_group(repo):
            found.append(seen(built.path, line, f"`{text}` installs development dependencies"))
    return found


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:5])
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown


def _has_development_group(repo: Repo) -> bool:
    return any(
        dependency.group in ("dev", "tool.poetry.dev-dependencies", "dev-dependencies", "test", "tests")
        for site in repo.dependencies.manifests
        for dependency in site.manifest.dependencies
    )
