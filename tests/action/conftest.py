"""A workflow run for each test that asks for one, judged by a single control so that every number is known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from readiness_bot import assess
from readiness_bot.controls.external_apis.timeout import timeout
from tests.action.world import World
from tests.github.server import GitHub, serve


@pytest.fixture(autouse=True)
def one_control(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assess, "controls", lambda: (timeout,))


@pytest.fixture
def github(tmp_path: Path) -> Iterator[GitHub]:
    yield from serve(tmp_path / "octo-shop.git")


@pytest.fixture
def world(tmp_path: Path, github: GitHub) -> World:
    return World(tmp_path, github)
