"""Work that is shared out between processes, where this system can fork one that has imported torch."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, TypeVar

from grader.worker.isolation.confined import CAN_FORK

T = TypeVar("T")
R = TypeVar("R")

ALONE = 8  # things that are done faster than processes are started
_WORK: list[Callable[[Any], Any]] = []  # of a forked process, which cannot receive a function


def in_shares(work: Callable[[T], R], things: Sequence[T]) -> list[R]:
    """Return what `work` makes of each thing, in order; the things and what is made are sent as pickles."""
    processors = os.cpu_count() or 1
    if not CAN_FORK or processors == 1 or len(things) <= ALONE:
        return [work(one) for one in things]
    size = -(-len(things) // (4 * processors))
    with ProcessPoolExecutor(processors, get_context("fork"), _WORK.append, (work,)) as pool:
        return list(pool.map(_do, things, chunksize=size))


def _do(thing: Any) -> Any:
    return _WORK[-1](thing)
