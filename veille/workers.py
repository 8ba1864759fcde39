"""Work on many items, spread over the processors of this machine."""

import os
import pickle
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_all_start_methods, get_context, parent_process
from multiprocessing.connection import wait
from threading import Thread, active_count
from typing import TypeVar

from veille.errors import TryLater

Item = TypeVar("Item")
Answer = TypeVar("Answer")

# Most work is one item, and starting processes would take longer.
_HERE = 1
_AHEAD = 2


def spread(function: Callable[[Item], Answer], items: Iterable[Item]) -> Iterator[Answer]:
    """`map(function, items)`: the answers in order, with few items held at a time.

    After the first item, other processes work too, one per core, where the system can copy
    this one. `function`, items and answers must then be such as pickle accepts. An error of
    `function` is raised here. Raises `TryLater` when a process is killed.
    """
    several = iter(items)
    yield from map(function, islice(several, _HERE))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    # A copy of a process with threads may wait for ever on what one of them held.
    if cores == 1 or active_count() > 1 or "fork" not in get_all_start_methods():
        yield from map(function, several)
        return
    for first in several:
        yield from _by_others(function, first, several, cores)


def _by_others(
    function: Callable[[Item], Answer], first: Item, several: Iterator[Item], cores: int
) -> Iterator[Answer]:
    # The pool would wait for ever on what it cannot send.
    pickle.dumps(function)
    others = ProcessPoolExecutor(cores, mp_context=get_context("fork"), initializer=_begin)
    waiting: deque[Future[Answer]] = deque((others.submit(function, first),))
    try:
        for item in several:
            waiting.append(others.submit(function, item))
            if len(waiting) > _AHEAD * cores:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool:
        raise TryLater(
            "a process that read posts was killed; see whether memory is short"
        ) from None
    finally:
        others.shutdown(cancel_futures=True)


def _begin() -> None:
    """The one who started us hears Ctrl-C; if it is killed, we end too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
