"""Work that is shared by copies of this process: the same answers from any number of them."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from backtests.evaluation.reruns.workers import CopiedWork, shared
from backtests.progress import Progress

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are copied on Linux")

HERE = os.getpid()


def square(number: int) -> int:
    return number * number


@pytest.mark.parametrize("count", [0, 1, 7, 5000])
@pytest.mark.parametrize("workers", [1, 2, 3])
def test_answers_do_not_depend_on_how_many_work(workers: int, count: int) -> None:
    assert shared(square, count, workers) == [number * number for number in range(count)]


def test_each_copy_knows_its_number() -> None:
    numbers = [0]
    taken = shared(lambda _: (os.getpid(), numbers[-1]), 300, 3, begin=numbers.append)
    assert numbers == [0]  # of this process
    assert dict(taken).get(HERE, 0) == 0
    assert set(dict(taken).values()) <= {0, 1, 2}


def test_what_a_dead_copy_left_is_done_here_and_said_in_a_line() -> None:
    lost: list[str] = []
    reads, writes = os.pipe()

    def dies(number: int) -> int:
        """In the copy; here it waits until that has begun with one."""
        if os.getpid() != HERE:
            os.write(writes, b"1")
            os.kill(os.getpid(), signal.SIGKILL)
        if number == 0:
            os.read(reads, 1)
        return square(number)

    with pytest.warns(UserWarning, match=r"ended with code -9 .*its part is done again here"):
        answers = shared(dies, 50, 2, lost=lambda: lost.append("once"))
    assert (answers, lost) == ([square(number) for number in range(50)], ["once"])


def fails_elsewhere(number: int) -> int:
    if os.getpid() != HERE:
        raise RuntimeError
    return square(number)


@pytest.mark.filterwarnings("error")
def test_an_error_of_a_copy_is_tried_again_here_without_a_word() -> None:
    assert shared(fails_elsewhere, 50, 3) == [square(number) for number in range(50)]


def test_an_error_of_the_work_is_an_error_of_the_caller() -> None:
    with pytest.raises(ZeroDivisionError):
        shared(lambda number: 1 // (number - 7), 20, 3)


def test_work_beside_says_how_far_it_is() -> None:
    def work(progress: Progress) -> str:
        progress("half of it", 0.5)
        return f"{os.getpid() != HERE}"

    reports: list[tuple[str, float]] = []
    assert CopiedWork(work).answer(lambda what, share: reports.append((what, share))) == "True"
    assert reports == [("half of it", 0.5)]


def test_who_stops_waiting_ends_the_copy() -> None:
    beside = CopiedWork(lambda _: signal.pause())
    assert beside.end() == -signal.SIGKILL
    assert beside.end() == 0  # it was let go before
