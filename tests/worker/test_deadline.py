"""A time limit counts a worker's own time, and not how long it waited for a processor."""

from __future__ import annotations

import os
import sys
import time
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.worker.deadline import (
    LOOK_SECONDS,
    SLICE_SECONDS,
    WAITING_FACTOR,
    Deadline,
    waited_for_processor,
)

assert sys.platform == "linux"  # or the types of os are others

TIMES = st.floats(0, 1e6)


@pytest.fixture(scope="module")
def clock():
    """Yield a clock that a test sets."""
    now = [0.0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "monotonic", lambda: now[0])
        yield now


@given(limit=TIMES, before=TIMES, waited=TIMES, passed=TIMES)
def test_what_is_left_is_the_limit_without_waiting(clock, limit, before, waited, passed):
    clock[0], counted = 0, before
    deadline = Deadline(limit, lambda: counted)
    clock[0] = LOOK_SECONDS
    deadline.left()
    while passed - clock[0] > SLICE_SECONDS and clock[0] < 100 * SLICE_SECONDS:  # somebody looks
        clock[0] += SLICE_SECONDS
        deadline.left()
    passed = min(passed, clock[0] + SLICE_SECONDS)
    clock[0], counted = max(passed, LOOK_SECONDS), before + waited
    own = limit - clock[0]
    expected = own if own > 0 else own + min(waited, WAITING_FACTOR * limit)
    assert deadline.left() == pytest.approx(expected, abs=1e-3)
    assert deadline.waited() == pytest.approx(waited, abs=1e-3)


def test_nobody_asks_for_the_waiting_of_a_quick_reply(clock):
    clock[0] = 0
    deadline = Deadline(5, lambda: pytest.fail("asked too early"))
    clock[0] = LOOK_SECONDS / 2
    assert (deadline.left(), deadline.waited(), deadline.is_watched) == (5 - LOOK_SECONDS / 2, 0, False)


def test_a_deadline_asks_near_its_beginning_and_when_its_own_time_is_over(clock):
    clock[0], asked = 0, count(1)
    deadline = Deadline(5, lambda: float(next(asked)))
    for clock[0], left in (
        (LOOK_SECONDS, 5 - LOOK_SECONDS),
        (1, 4),
        (2, 3),
        (3, 2),
        (4, 1),
        (5, 1),
        (6, 1),
        (7, 1),
    ):
        assert deadline.left() == left
    assert next(asked) == 5


def test_time_in_which_this_process_did_not_run_is_not_the_workers(clock):
    clock[0] = 0
    deadline = Deadline(5, lambda: 0)
    for clock[0] in (0, 0.5, 1):
        deadline.left()
    clock[0] = 9  # the machine was suspended for all but a slice of it
    assert deadline.left() == 5 - 9 + 8 - SLICE_SECONDS
    clock[0] = 100
    assert deadline.left() == 5 - 100 + WAITING_FACTOR * 5  # and no more than this


def test_what_has_arrived_when_the_time_is_over_is_still_read_once(clock):
    clock[0] = 0
    deadline = Deadline(1, lambda: 0)
    assert deadline.next_wait() == SLICE_SECONDS
    clock[0] = 0.75
    assert deadline.next_wait() == 0.25
    clock[0] = 1.5
    assert deadline.next_wait() == 0
    with pytest.raises(TimeoutError):
        deadline.next_wait()
    with pytest.raises(TimeoutError):
        Deadline(0, lambda: 0).next_wait()  # what a notice begins after the end


@pytest.mark.skipif(not os.path.exists("/proc/self/schedstat"), reason="this system does not count")  # noqa: PTH110
def test_linux_counts_how_long_a_process_waits():
    """Two processes that share one processor wait for each other."""
    allowed = os.sched_getaffinity(0)
    children = []
    for _ in range(2):
        child = os.fork()
        if child == 0:
            os.sched_setaffinity(0, {min(allowed)})
            while True:
                pass
        children.append(child)
    try:
        until = time.monotonic() + 60
        while min(map(waited_for_processor, children)) < 0.05 and time.monotonic() < until:
            time.sleep(0.05)
        assert min(map(waited_for_processor, children)) >= 0.05
    finally:
        for child in children:
            os.kill(child, 9)
            os.waitpid(child, 0)


def test_a_process_that_is_gone_has_waited_for_nothing():
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    assert waited_for_processor(child) == 0
