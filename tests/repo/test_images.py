"""Images as their Dockerfiles describe them."""

from __future__ import annotations

import pytest

from readiness_bot.facts.dockerfile import EXTRACTOR, Dockerfile
from readiness_bot.repo.images import Image, carries_compilers, purpose_by_path


def _image(text: str, target: str = "") -> Image:
    found = EXTRACTOR.extract(text.encode())
    assert isinstance(found, Dockerfile)
    return Image("Dockerfile", found, target)


_STAGED = """\
FROM python:3.13 AS build
RUN apt-get install -y gcc
FROM node:22 AS unused
FROM python:3.13-slim AS base
USER app
CMD ["a"]
FROM base
COPY --from=build /x /x
ENTRYPOINT ["b"]
"""


def test_layers_are_the_stages_that_the_image_is_built_on() -> None:
    image = _image(_STAGED)
    assert (image.base, [stage.name for stage in image.layers]) == ("python:3.13-slim", ["base", ""])
    assert [stage.name for stage in image.needed_stages] == ["build", "base", ""]
    assert image.copies_from_stages
    assert image.user is not None
    assert image.user.text == "app"


def test_entry_point_of_a_later_stage_resets_the_command() -> None:
    assert _image(_STAGED).cmd is None
    command = _image(_STAGED, "base").cmd
    assert command is not None
    assert command.words == ("a",)


def test_health_check_none_switches_it_off() -> None:
    assert _image("FROM a AS b\nHEALTHCHECK CMD x\nFROM b\nHEALTHCHECK NONE\n").healthcheck is None


@pytest.mark.parametrize(
    ("run", "left"),
    [
        ("RUN apt-get update && apt-get install -y --no-install-recommends gcc libpq5=1.2", ["gcc", "libpq5"]),
        ("RUN apt-get install -y gcc && make && apt-get purge -y --auto-remove gcc", []),
        ("RUN apk add --no-cache --virtual .build gcc musl-dev && apk del .build", []),
        ("RUN apk add --virtual .build gcc\nRUN apk del .build", []),
        ("RUN D='gcc' && apt-get install -y $D && apt-get purge -y $D", []),
        ("RUN <<EOF\napt-get install -y git\nEOF", ["git"]),
        ("RUN dnf install -y make # why", ["make"]),
    ],
)
def test_packages_that_stay(run: str, left: list[str]) -> None:
    assert [package.name for package in _image(f"FROM a\n{run}\n").packages] == left


def test_build_tools_tell_their_line() -> None:
    image = _image("FROM python:3.13-slim\nRUN apt-get install -y \\\n  curl \\\n  libpq-dev build-essential\n")
    assert image.build_tools == ((2, "libpq-dev"), (2, "build-essential"))


@pytest.mark.parametrize(
    ("reference", "full"),
    [
        ("python:3.13", True),
        ("docker.io/library/python:3.13-bookworm", True),
        ("python:3.13-slim", False),
        ("python:3.13-alpine", False),
        ("ghcr.io/astral-sh/uv:python3.13-bookworm", True),
        ("ghcr.io/astral-sh/uv:python3.13-bookworm-slim", False),
        ("gcr.io/distroless/python3", False),
        ("ubuntu:24.04", False),
        ("nvidia/cuda:12-devel-ubuntu22.04", True),
    ],
)
def test_full_bases_carry_compilers(reference: str, full: bool) -> None:
    assert carries_compilers(reference) is full


@pytest.mark.parametrize(
    ("run", "found"),
    [
        ("pip install -r requirements-dev.txt", [True]),
        ("pip install .[dev]", [True]),
        ("uv sync --frozen", [False]),
        ("uv sync --frozen --no-dev", []),
        ("poetry install --only main", []),
        ("pip install -r requirements.txt", []),
    ],
)
def test_development_installs(run: str, found: list[bool]) -> None:
    assert [says_so for _, _, says_so in _image(f"FROM a\nRUN {run}\n").development_installs] == found


def test_environment_may_leave_groups_out() -> None:
    assert _image("FROM a\nENV UV_NO_DEV=1\nRUN uv sync\n").development_installs == ()


@pytest.mark.parametrize(
    ("path", "purpose"),
    [
        ("Dockerfile", None),
        ("docker/Dockerfile.prod", None),
        ("build/Dockerfile", None),
        ("Dockerfile.dev", "development"),
        ("development.dockerfile", "development"),
        ("dockerfiles/test-system/Dockerfile", "test"),
        ("docker/base/Dockerfile", "base"),
        ("docs/Dockerfile", "tooling"),
        ("plugins/example-job/Dockerfile", "example"),
    ],
)
def test_purpose_by_name(path: str, purpose: str | None) -> None:
    assert purpose_by_path(path) == purpose
