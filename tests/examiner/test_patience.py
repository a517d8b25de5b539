"""A check that does not finish is stopped by an alarm or, where there is none, by the process above."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from grader.engine import bounds
from grader.examiner import checks as checks_module
from grader.examiner import patience
from grader.examiner.patience import Stopwatch, TooSlowError, own_time_bounded
from tests.conftest import Run

ENDLESS = "def test_double(student):\n    while True: pass\n"
RIGHT = "def double(x):\n    return 2 * x\n"
DEAF = """
import signal, time
from pathlib import Path

def test_total_that_hangs(student, reference):
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
    Path(__file__).parents[2].joinpath(".hangs").touch()
    while True:
        time.sleep(0.01)
"""


def late_when(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    """Let it be too late once a file is there, and once for each time that it appears."""

    def until(_self: bounds.Bounds, _doing: object) -> float:
        is_late = file.exists()
        file.unlink(missing_ok=True)
        return 0.0 if is_late else float("inf")

    monkeypatch.setattr(bounds.Bounds, "until", until)
    monkeypatch.setattr(bounds.Bounds, "is_check_late", lambda _self, _doing: True)


def test_what_takes_too_long_is_stopped_wherever_it_is():
    for work in (lambda: time.sleep(60), lambda: threading.Event().wait(60)):
        with pytest.raises(TooSlowError), own_time_bounded(Stopwatch(), 0.05):
            work()


def test_in_another_thread_and_without_an_alarm_others_stop_it(monkeypatch):
    def work() -> str:
        with own_time_bounded(Stopwatch(), 0.0001):
            time.sleep(0.01)
            return "done"

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(work).result() == "done"
    monkeypatch.setattr(patience, "_ALARM", None)
    assert work() == "done"


def test_an_endless_check_is_ungraded(bench, monkeypatch):
    monkeypatch.setattr(checks_module, "CHECK_SECONDS", 0.2)
    (report,) = bench(checks=ENDLESS).grade(RIGHT)
    assert report.questions[0].outcome == "ungraded"
    assert "ran out of time" in report.questions[0].checks[0].message


def test_checks_run_in_another_thread(bench):
    graded = bench(checks="def test_double(student):\n    assert student.double(2) == 4\n")
    with ThreadPoolExecutor(1) as pool:
        (report,) = pool.submit(graded.grade, RIGHT).result()
    assert report.is_full


@pytest.mark.slow
def test_grade_ends_a_check_that_no_alarm_ends(
    own: Path, grade: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    late_when(monkeypatch, own / ".hangs")
    checks = own / "exercises" / "exercise-2" / "checks.py"
    checks.write_text(checks.read_text(encoding="utf-8") + DEAF, encoding="utf-8")
    (own / "exercise-2.py").write_text("def total(image):\n    return image.sum()\n", encoding="utf-8")
    ran = grade(own, "exercise-2", "--json")
    report = json.loads(ran.out)
    checks_of_total = {one["id"]: one["outcome"] for one in report["questions"][-1]["checks"]}
    assert checks_of_total.pop("test_total_that_hangs") == "ungraded"
    assert set(checks_of_total.values()) == {"passed"}
    assert ran.code == 1
