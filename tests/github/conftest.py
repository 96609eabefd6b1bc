"""GitHub on 127.0.0.1 for each test that asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from readiness_bot.github.client import Client
from tests.github.server import GitHub, serve


@pytest.fixture
def github(tmp_path: Path) -> Iterator[GitHub]:
    yield from serve(tmp_path / "octo-shop.git")


class Time:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def clock(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def connect(github: GitHub, time: Time) -> Iterator[Callable[..., Client]]:
    clients: list[Client] = []

    def open_client(token: str = "rw", **options: int) -> Client:
        client = Client(github.url, "octo/shop", token, sleep=time.sleep, clock=time.clock, timeout=5, **options)
        clients.append(client)
        return client

    yield open_client
    for client in clients:
        client.close()
