"""Work that is shared out between processes, where this system can fork one that has imported torch."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from functools import cached_property
from itertools import repeat
from multiprocessing import get_context
from typing import Any, Self, TypeVar

from grader.worker.isolation.confined import CAN_FORK

T = TypeVar("T")
R = TypeVar("R")

ALONE = 8  # things that are done faster than processes are started
_WORKS: list[tuple[Callable[[Any], Any], ...]] = []  # of a forked process, which cannot receive a function


class Shares:
    """Processes that do some kinds of work, as long as the `with` block lasts.

    What one has cached serves its later work.
    """

    def __init__(self, *works: Callable[[Any], Any]) -> None:
        self._works = works
        self._open = ExitStack()
        self._processors = os.cpu_count() or 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._open.close()

    @cached_property
    def _pool(self) -> ProcessPoolExecutor:
        pool = ProcessPoolExecutor(self._processors, get_context("fork"), _WORKS.append, (self._works,))
        return self._open.enter_context(pool)

    def of(self, work: Callable[[T], R], things: Sequence[T]) -> list[R]:
        """Return what `work` makes of each thing, in order; things and what is made are sent as pickles."""
        if not CAN_FORK or self._processors == 1 or len(things) <= ALONE:
            return [work(one) for one in things]
        number, size = self._works.index(work), -(-len(things) // (4 * self._processors))
        return list(self._pool.map(_do, repeat(number), things, chunksize=size))


def in_shares(work: Callable[[T], R], things: Sequence[T]) -> list[R]:
    """Return what `work` makes of each thing, in order, with processes of its own."""
    with Shares(work) as shares:
        return shares.of(work, things)


def _do(number: int, thing: Any) -> Any:
    return _WORKS[-1][number](thing)
