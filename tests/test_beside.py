"""Work done in a process beside this one."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from readiness_bot.beside import both


def _fails() -> int:
    raise ValueError("it cannot be done")


def _dies_elsewhere(home: int) -> Callable[[], int]:
    def work() -> int:
        if os.getpid() != home:
            os._exit(9)
        return 7

    return work


@pytest.mark.parametrize("jobs", [1, 2, 64])
def test_gives_both_answers_in_order(jobs: int) -> None:
    assert both(lambda: ("there", 1), lambda: ["here"], jobs=jobs) == (("there", 1), ["here"])


def test_uses_a_process_of_its_own_where_it_may() -> None:
    there, here = both(os.getpid, os.getpid, jobs=1)
    assert (there, here) == (os.getpid(), os.getpid())


def test_does_itself_what_the_other_process_did_not_live_to_do() -> None:
    assert both(_dies_elsewhere(os.getpid()), lambda: 8, jobs=2) == (7, 8)


@pytest.mark.parametrize("jobs", [1, 2])
def test_raises_what_either_raises(jobs: int) -> None:
    with pytest.raises(ValueError, match="cannot be done"):
        both(_fails, lambda: 1, jobs=jobs)
    with pytest.raises(ValueError, match="cannot be done"):
        both(lambda: 1, _fails, jobs=jobs)
