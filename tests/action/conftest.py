"""A workflow run for each test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.action.world import World
from tests.github.server import GitHub, serve


@pytest.fixture
def github(tmp_path: Path) -> Iterator[GitHub]:
    yield from serve(tmp_path / "octo-shop.git")


@pytest.fixture
def world(tmp_path: Path, github: GitHub) -> World:
    return World(tmp_path, github)
