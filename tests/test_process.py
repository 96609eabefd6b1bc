"""What a process that ends soon leaves undone."""

from __future__ import annotations

import gc

import pytest

from readiness_bot.process import short_lived


@pytest.fixture(autouse=True)
def _as_before() -> object:
    yield
    gc.enable()
    gc.unfreeze()


def test_no_garbage_is_looked_for() -> None:
    with short_lived():
        assert not gc.isenabled()
    assert gc.get_freeze_count() > 0


def test_ends_so_whatever_happens() -> None:
    with pytest.raises(KeyError), short_lived():
        raise KeyError
    assert gc.get_freeze_count() > 0
