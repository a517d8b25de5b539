"""How long a lane may work on a job, and on one check of it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from grader.engine import bounds
from grader.engine.bounds import CHECKS_SECONDS, Bounds, without
from grader.engine.handed_in import HandedIn
from grader.engine.job import Job
from grader.examiner.deed import GRACE_SECONDS, Deed, Doing
from grader.examiner.events import Longer
from grader.examiner.patience import CHECK_SECONDS

NOW = 5000.0
A_CHECK = Deed("The check test_f", Path("checks.py"), 3, check="checks.py::test_f")
AN_IMPORT = Deed("The import of checks.py", Path("checks.py"))
JOB = Job(number=0, handed_in=HandedIn("ada", "ex-1", "ex-1.py", b""))


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "monotonic", lambda: NOW)


def test_a_check_has_its_own_seconds_and_those_of_student_code() -> None:
    job = Bounds(20.0, NOW)
    assert job.until(None) == job.until(Doing(AN_IMPORT, NOW - 1000)) == NOW + 20 + CHECKS_SECONDS
    own = 20 + CHECK_SECONDS + GRACE_SECONDS
    assert job.until(Doing(A_CHECK, NOW - 7)) == NOW - 7 + own
    assert not job.is_check_late(Doing(A_CHECK, NOW - own + 1))
    assert job.is_check_late(Doing(A_CHECK, NOW - own - 1))
    assert not job.is_check_late(Doing(AN_IMPORT, 0.0))


def test_student_code_that_may_take_longer_gives_a_check_longer() -> None:
    job, check = Bounds(20.0, NOW), Doing(A_CHECK, NOW - 60)
    assert job.is_check_late(check)
    job.notice(Longer(40.0))
    assert not job.is_check_late(check)
    assert job.until(None) == NOW + 40 + CHECKS_SECONDS


def test_a_late_check_is_given_up_once_and_not_too_many_are(monkeypatch: pytest.MonkeyPatch) -> None:
    late = Doing(A_CHECK, 0.0)
    rest = without(JOB, late, Bounds(20.0))
    assert rest is not None
    assert rest.given_up == {A_CHECK.check}
    assert without(rest, late, Bounds(20.0)) is None
    assert without(JOB, None, Bounds(20.0)) is without(JOB, late, None) is None
    assert without(JOB, Doing(AN_IMPORT, 0.0), Bounds(20.0)) is None
    monkeypatch.setattr(bounds, "MOST_GIVEN_UP", 0)
    assert without(JOB, late, Bounds(20.0)) is None
