"""Work spread over processes gives what `map` gives, and leaves nobody behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from veille.errors import TryLater
from veille.workers import spread

ORPHANS = """
import os, sys, time
from veille.workers import spread
def slow(n):
    print(os.getpid(), flush=True)
    time.sleep(60 if n > 1 else 0)
list(spread(slow, range(20)))
"""


def doubled(number: int) -> int:
    return 2 * number


def process_of(_: int) -> int:
    return os.getpid()


def refused(number: int) -> int:
    if number == 7:
        raise ValueError("seven")
    return number


def killed(number: int) -> int:
    if number == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


@pytest.mark.parametrize("count", [0, 1, 2, 3, 50])
def test_answers_come_in_order(count: int) -> None:
    assert list(spread(doubled, range(count))) == [2 * n for n in range(count)]


@pytest.mark.skipif(len(os.sched_getaffinity(0)) == 1, reason="one core has nobody to share with")
def test_other_processes_work_only_where_there_is_much_to_do() -> None:
    assert set(spread(process_of, range(1))) == {os.getpid()}
    others = list(spread(process_of, range(30)))[1:]
    assert os.getpid() not in others


def test_few_items_are_held_at_a_time() -> None:
    given = 0

    def items() -> Iterator[int]:
        nonlocal given
        for number in range(100):
            given += 1
            yield number

    answers = spread(doubled, items())
    for taken, _ in enumerate(answers, 1):
        assert given - taken <= 2 * len(os.sched_getaffinity(0)) + 1


def test_an_error_is_raised_here() -> None:
    with pytest.raises(ValueError, match="seven"):
        list(spread(refused, range(50)))


def test_what_cannot_be_sent_is_told_at_once() -> None:
    with pytest.raises((AttributeError, TypeError, ValueError), match=r"pickle|local"):
        list(spread(lambda number: number, range(50)))


def test_a_killed_process_is_a_reason_to_try_later() -> None:
    with pytest.raises(TryLater, match="killed"):
        list(spread(killed, range(50)))


def test_a_process_with_threads_works_alone() -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert set(spread(process_of, range(30))) == {os.getpid()}
    finally:
        done.set()
        thread.join()


def test_others_end_when_the_first_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", ORPHANS], stdout=subprocess.PIPE) as first:
        assert first.stdout
        told = [int(first.stdout.readline()) for _ in range(3)]
        first.kill()
    others = set(told) - {first.pid}
    assert others
    give_up_at = time.monotonic() + 20
    while any(map(is_alive, others)):
        assert time.monotonic() < give_up_at
        time.sleep(0.1)


def is_alive(pid: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
