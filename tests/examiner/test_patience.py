"""A check that does not come to an end is stopped; where nothing could stop it, it is not begun."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from grader.errors import WorkerFault
from grader.examiner import checks as checks_module
from grader.examiner.patience import Stopwatch, TooSlowError, own_time_bounded

ENDLESS = "def test_double(student):\n    while True: pass\n"
RIGHT = "def double(x):\n    return 2 * x\n"


def test_what_takes_too_long_is_stopped_wherever_it_is():
    for work in (lambda: time.sleep(60), lambda: threading.Event().wait(60)):
        with pytest.raises(TooSlowError), own_time_bounded(Stopwatch(), 0.05):
            work()


def test_elsewhere_nothing_is_begun():
    begun = []

    def work() -> None:
        with own_time_bounded(Stopwatch(), 0.05):
            begun.append(1)

    with ThreadPoolExecutor(1) as pool, pytest.raises(WorkerFault, match="main thread"):
        pool.submit(work).result()
    assert begun == []


def test_an_endless_check_is_ungraded_here_and_refused_in_another_thread(bench, monkeypatch):
    monkeypatch.setattr(checks_module, "CHECK_SECONDS", 0.2)
    (report,) = bench(checks=ENDLESS).grade(RIGHT)
    assert report.questions[0].outcome == "ungraded"
    assert "did not come to an end" in report.questions[0].checks[0].message
    with ThreadPoolExecutor(1) as pool, pytest.raises(WorkerFault, match="main thread"):
        pool.submit(bench(checks=ENDLESS).grade, RIGHT).result()
