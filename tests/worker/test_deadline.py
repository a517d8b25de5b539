"""A time limit counts a worker's own time, and not how long it waited for a processor."""

from __future__ import annotations

import os
import sys
import time
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.worker.deadline import LOOK_SECONDS, WAITING_FACTOR, Deadline, waited_for_processor

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
    for clock[0], left in ((LOOK_SECONDS, 5 - LOOK_SECONDS), (4, 1), (5, 1), (6.5, 0.5)):
        assert deadline.left() == left
    assert next(asked) == 4


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
