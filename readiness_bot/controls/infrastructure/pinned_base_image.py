"""Whether the images that the service builds on are named by version."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from readiness_bot.control import Control, failed, led_by, not_applicable, passed, seen
from readiness_bot.model import Effort, Judgement, Kind, Location, Role, Severity, Ward
from readiness_bot.repo import Repo
from readiness_bot.repo.built_images import BuiltImage

_VERSION = re.compile(r"(^|[-_.v])\d|\d\.\d")
_MOVING = re.compile(
    r"(latest|stable|rolling|devel|testing|unstable|sid|oldstable|oldoldstable|experimental|rc-buggy)\b"
)
"""What distributions name the release of the day by; any other word is a release's own name."""
_DISTRIBUTIONS = frozenset({"debian", "ubuntu", "buildpack-deps"})
_IMAGE = 'FROM python:3.13-slim\nCOPY . .\nRUN pip install -r requirements.txt\nCMD ["gunicorn", "app.main:app"]\n'


@Control(
    id="infrastructure/pinned-base-image",
    title="Base images are named by version",
    kind=Kind.CAPABILITY,
    severity=Severity.MEDIUM,
    why="A tag without a version is another image tomorrow: the same commit builds something that nobody tested.",
    impact="A rebuild for a one-line fix brings a new interpreter or system with it, and the release breaks.",
    fix="Name the version, for example `FROM python:3.13-slim`, or pin the digest: `FROM python:3.13-slim@sha256:…`.",
    effort=Effort.MINUTES,
    role=Role.DEVOPS,
    sources=["https://docs.docker.com/build/building/best-practices/#pin-base-image-versions"],
    passes=[
        {"Dockerfile": _IMAGE},
        {"Dockerfile": f"{_IMAGE.replace('-slim', '-slim AS whole')}\nFROM scratch\nCOPY --from=whole / /\nCMD app\n"},
        {"Dockerfile": f"ARG PYTHON=3.13\n{_IMAGE.replace('3.13-slim', '${PYTHON}-slim')}"},
        {"Dockerfile": _IMAGE.replace("python:3.13-slim", "ubuntu:oracular")},
        {"Dockerfile": f"FROM node AS assets\nRUN npm run build\n\n{_IMAGE}COPY --from=assets /dist /dist\n"},
        {"Dockerfile": _IMAGE.replace("python:3.13-slim", "python@sha256:" + "a" * 64)},
        {
            "docker/base/Dockerfile": "FROM ubuntu:24.04\nRUN apt-get update\n",
            "docker/production/Dockerfile": _IMAGE.replace("python:3.13-slim", "shop/base:latest"),
        },
    ],
    fails=[
        {"Dockerfile": _IMAGE.replace("3.13-slim", "latest")},
        {"Dockerfile": _IMAGE.replace(":3.13-slim", "")},
        {"Dockerfile": _IMAGE.replace("3.13-slim", "slim-bookworm")},
        {"Dockerfile": _IMAGE.replace("python:3.13-slim", "debian:stable-slim")},
    ],
    fixed={"Dockerfile": _IMAGE},
    partials=[
        {
            "Dockerfile": _IMAGE,
            "worker/Dockerfile": _IMAGE.replace("3.13-slim", "latest").replace("gunicorn", "uvicorn"),
        }
    ],
    ignores=[{"app/main.py": ""}, {"Dockerfile": "FROM scratch\n"}],
)
def pinned_base_image(repo: Repo) -> Judgement:
    """Judged by the base of each image's last stage, build arguments put in; bases built here do not count.

    Each image is kept beside, so that a comparison can tell of one whose base may change by itself now.
    """
    return replace(_judged(repo), wards=tuple(_wards(repo)))


def _wards(repo: Repo) -> Iterator[Ward]:
    for built in repo.deployment.judged_images:
        verdict = _of_image(repo, built)
        if verdict is not None:
            by = tuple(f"`{evidence.detail}`" for evidence in verdict.evidence) if verdict.score else ()
            place = Location(built.path, built.image.layers[0].line)
            yield Ward(place, "base", by, "The base image may change from one build to the next", ways=0 if by else 1)


def _judged(repo: Repo) -> Judgement:
    judged = [judgement for built in repo.deployment.judged_images if (judgement := _of_image(repo, built)) is not None]
    return led_by(*judged) if judged else not_applicable("No image of the service on a base from outside.")


def _of_image(repo: Repo, built: BuiltImage) -> Judgement | None:
    base, line = built.image.base, built.image.layers[0].line
    if base == "scratch":
        return None
    if repo.deployment.is_built_here(base):
        below = [one for one in repo.deployment.images if one.purpose == "base" and one.path != built.path]
        return _of_image(repo, below[0]) if len(below) == 1 and built.purpose != "base" else None
    written = built.image.layers[0].written
    if _is_pinned(base):
        return passed("The base image has a version.", seen(built.path, line, f"FROM {written}"))
    why = "the argument has no default" if "$" in base else "no version"
    return failed(
        f"The base image {base} is not pinned to a version.", seen(built.path, line, f"FROM {written}: {why}")
    )


def _is_pinned(reference: str) -> bool:
    name, _, digest = reference.partition("@")
    if digest:
        return True
    repository, _, tag = name.rpartition("/")[2].partition(":")
    if not tag or tag == "latest" or "$" in tag:
        return bool(tag) and _VERSION.search(re.sub(r"\$\{?\w+\}?", "", tag)) is not None
    return bool(_VERSION.search(tag)) or (repository in _DISTRIBUTIONS and not _MOVING.match(tag))
