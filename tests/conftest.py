"""What every test starts from: an environment that says nothing of the machine, and repositories on demand."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests import gitting

# Properties hold on a busy machine too: no example is told off for being slow, and none is kept on disk.
settings.register_profile("busy", deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

FOREIGN = ("GITHUB_", "INPUT_", "RUNNER_", "ACTIONS_", "GIT_", "READINESS_")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the runner it happens to run on, nor anybody's configuration or cache."""
    for name in [name for name in os.environ if name.startswith(FOREIGN)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("XDG_CACHE_HOME", os.devnull)


@pytest.fixture
def repository(tmp_path: Path) -> Callable[[Mapping[str, str | bytes]], Path]:
    """Makes a repository with one commit of the given files, and tells where."""
    made: list[Path] = []

    def make(files: Mapping[str, str | bytes]) -> Path:
        made.append(gitting.repository(tmp_path / f"repository{len(made) or ''}", files))
        return made[-1]

    return make
