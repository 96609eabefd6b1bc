"""Work divided among processes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from multiprocessing import active_children

import pytest

from readiness_bot.beside import MOST_PIECES, ahead, shared


def _fails() -> int:
    raise ValueError("it cannot be done")


def _square(number: int) -> Callable[[], int]:
    return lambda: number * number


def _written(number: int, file: int) -> Callable[[], int]:
    return lambda: os.write(file, bytes([number]))


def _dies_elsewhere(home: int) -> Callable[[], int]:
    def work() -> int:
        if os.getpid() != home:
            os._exit(9)
        return 7

    return work


@pytest.mark.parametrize("jobs", [1, 2, 3, 64])
def test_gives_all_answers_in_order(jobs: int) -> None:
    assert shared([_square(number) for number in range(40)], jobs=jobs) == [number * number for number in range(40)]
    assert shared([], jobs=jobs) == []


def test_a_piece_is_done_once() -> None:
    read, write = os.pipe()
    shared([_written(number, write) for number in range(100)], jobs=4)
    os.close(write)
    assert sorted(os.read(read, 1000)) == list(range(100))
    os.close(read)


def test_one_job_is_this_process() -> None:
    assert set(shared([os.getpid] * 5, jobs=1)) == {os.getpid()}


def test_does_itself_what_another_process_did_not_live_to_do() -> None:
    assert shared([_dies_elsewhere(os.getpid())] * 9, jobs=3) == [7] * 9


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_raises_what_a_piece_raises(jobs: int, place: int) -> None:
    pieces = [lambda: 1] * 3
    pieces[place] = _fails
    with pytest.raises(ValueError, match="cannot be done"):
        shared(pieces, jobs=jobs)


def test_refuses_more_pieces_than_it_can_tell_apart() -> None:
    with pytest.raises(ValueError, match="257 pieces"):
        shared([os.getpid] * (MOST_PIECES + 1), jobs=2)


@pytest.mark.parametrize("jobs", [1, 2, 8])
def test_work_done_ahead_gives_its_answer(jobs: int) -> None:
    with ahead(_square(9), jobs=jobs) as answer:
        assert shared([_square(2)] * 3, jobs=jobs) == [4] * 3
        assert answer() == 81


def test_work_is_done_ahead_elsewhere_but_for_one_job() -> None:
    with ahead(os.getpid, jobs=1) as answer:
        assert answer() == os.getpid()
    with ahead(os.getpid, jobs=2) as answer:
        assert sys.platform != "linux" or answer() != os.getpid()


def test_does_itself_what_was_begun_ahead_and_died() -> None:
    with ahead(_dies_elsewhere(os.getpid()), jobs=2) as answer:
        assert answer() == 7


@pytest.mark.parametrize("jobs", [1, 2])
def test_raises_what_work_done_ahead_raises(jobs: int) -> None:
    with ahead(_fails, jobs=jobs) as answer, pytest.raises(ValueError, match="cannot be done"):
        answer()


def test_work_begun_ahead_ends_with_its_block() -> None:
    read, write = os.pipe()
    with ahead(lambda: os.read(read, 1), jobs=2):
        pass
    assert not active_children()
    os.close(read)
    os.close(write)
