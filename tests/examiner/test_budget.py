"""The time that a submission takes, without the time that it waits for a processor."""

from __future__ import annotations

import time
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.examiner.budget import Budget
from grader.language.limits import Limits

SECONDS = st.floats(0, 100)


@given(st.lists(st.tuples(SECONDS, SECONDS), min_size=1))
def test_the_longest_time_is_that_of_the_request_which_worked_longest(requests):
    budget = Budget(Limits())
    for seconds, waited in requests:
        taken = budget.taken(time.monotonic() - seconds, partial(float, waited))
        assert taken == pytest.approx(seconds, abs=0.5)
    assert budget.slowest == pytest.approx(max(max(0, one - waited) for one, waited in requests), abs=0.5)


def test_waiting_is_looked_up_only_for_what_can_be_the_longest():
    budget = Budget(Limits())
    budget.taken(time.monotonic() - 9, lambda: 1)
    budget.taken(time.monotonic() - 5, lambda: pytest.fail("asked for nothing"))
    assert budget.slowest == pytest.approx(8, abs=0.5)
