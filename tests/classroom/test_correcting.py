"""The same file again: with another time, with another result, or changed while a class is graded."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest

from grader.classroom.class_grader import ClassGrader
from grader.classroom.class_run import ClassRun
from grader.classroom.collecting import Found
from grader.course.loading import load_course
from grader.engine.handed_in import HandedIn
from grader.gradebook.store import Gradebook
from tests.classroom.conftest import DOUBLE, RIGHT, TRIPLE, Small
from tests.classroom.test_grading import scores
from tests.conftest import Run

DUE = datetime(2026, 11, 20, 12, tzinfo=UTC)
RULES = "rules: {deadlines: {ex-1: 2026-11-20 12:00, ex-2: 2026-11-20 12:00}, late: {percent_per_day: 20}}\n"
# Passes or fails at random: what begins with a point is not part of the exercise.
LUCK = DOUBLE + "    assert not (HERE / '.unlucky').exists()\n\n\n"


@pytest.fixture
def late(small: Small, course: Run) -> Small:
    """Return a class that was copied without its times two days later, and graded: all are late."""
    small.write("course.yaml", (small.root / "course.yaml").read_text("utf-8") + RULES)
    for student in ("ada", "bob"):
        small.hand_in(student, "five = 5\n", time=DUE.replace(day=22))
    assert course(small.root, "grade", "S").code == 0
    assert list(scores(course, small).values()) == [pytest.approx(0.6)] * 2
    return small


def touch(small: Small, student: str, time: datetime) -> None:
    os.utime(small.root / "S" / student / "ex-1.py", (time.timestamp(), time.timestamp()))


def test_times_are_corrected_by_a_copy_that_has_kept_them(late: Small, course: Run) -> None:
    touch(late, "ada", DUE.replace(hour=10))
    touch(late, "bob", DUE.replace(day=21))
    ran = course(late.root, "grade", "S")
    assert (ran.code, "2 unchanged, not run again" in ran.out) == (0, True)
    assert "corrected hand-in times: 2" in ran.out
    assert scores(course, late) == {("ada", "ex-1"): 1, ("bob", "ex-1"): pytest.approx(0.8)}
    told = course(late.root, "history", "ada").out
    assert "handed in ex-1.py of 2026-11-22 12:00 UTC" in told
    assert "corrected: handed in ex-1.py of 2026-11-20 10:00 UTC" in told
    assert "attempt" not in told
    assert "corrected" not in course(late.root, "grade", "S").out


def test_a_later_copy_makes_nobody_late(late: Small, course: Run) -> None:
    touch(late, "ada", DUE)
    course(late.root, "grade", "S")
    touch(late, "ada", DUE.replace(day=29))
    ran = course(late.root, "grade", "S")
    assert (ran.code, "corrected" in ran.out) == (0, False)
    assert scores(course, late)["ada", "ex-1"] == 1


def test_a_time_is_corrected_also_where_the_file_has_to_be_run_again(late: Small, course: Run) -> None:
    touch(late, "ada", DUE)
    late.replace("exercises/ex-1/exercise.yaml", 'answer: "5"', 'answer: "4 + 1"')
    assert "corrected hand-in times: 1" in course(late.root, "grade", "S").out
    assert scores(course, late)["ada", "ex-1"] == 1


def test_luck_is_tried_once(small: Small, course: Run) -> None:
    small.checks(LUCK, TRIPLE)
    unlucky = small.write("exercises/ex-1/.unlucky", "")
    small.hand_in("ada")
    assert "ada  ex-1  2 of 3" in course(small.root, "grade", "S").out
    unlucky.unlink()
    for again in (["--again"], [], ["--again"]):
        ran = course(small.root, "grade", "S", *again)
        assert ran.code == 1
        assert "keeps its score: ada ex-1 (it rises only because it was run again)" in ran.out
        assert scores(course, small) == {("ada", "ex-1"): 2}
    ran = course(small.root, "regrade", "--apply")
    assert "1 of the rising scores changed only by chance. Their old scores are kept" in ran.out
    assert ran.out.splitlines()[-1] == "Stored. 1 kept the earlier score."
    assert scores(course, small) == {("ada", "ex-1"): 2}
    assert "only run again: not applied" in course(small.root, "history", "ada").out
    assert course(small.root, "regrade", "--apply", "--allow-lower").out.splitlines()[-1] == "Stored."
    assert scores(course, small) == {("ada", "ex-1"): 3}  # somebody has said so
    assert course(small.root, "grade", "S").code == 0


def test_luck_is_not_tried_again_when_another_question_changes(small: Small, course: Run) -> None:
    small.checks(LUCK, TRIPLE)
    unlucky = small.write("exercises/ex-1/.unlucky", "")
    small.hand_in("ada", RIGHT.replace("five = 5", "five = 6"))
    course(small.root, "grade", "S")
    unlucky.unlink()
    small.replace("exercises/ex-1/exercise.yaml", 'answer: "5"', 'answer: "6"')
    assert course(small.root, "grade", "S", "--again").code == 0
    assert scores(course, small) == {("ada", "ex-1"): 2}  # five and triple


def test_bad_luck_later_takes_nothing_away(small: Small, course: Run) -> None:
    small.checks(LUCK, TRIPLE)
    small.hand_in("ada")
    assert course(small.root, "grade", "S").code == 0
    small.write("exercises/ex-1/.unlucky", "")
    ran = course(small.root, "grade", "S", "--again")
    assert (ran.code, "keeps its score: ada ex-1 (it would fall)" in ran.out) == (1, True)
    assert scores(course, small) == {("ada", "ex-1"): 3}


def test_a_file_that_changes_between_looking_and_running_is_run_whole(small: Small) -> None:
    """What was looked at needs one question run again; what is there by then is another file."""
    content = {"now": b"five = 5\n"}
    found = Found("ada", "ex-1", lambda: HandedIn("ada", "ex-1", "ex-1.py", content["now"]))
    with Gradebook("sqlite:///gradebook.db", small.root) as gradebook:
        for expected in (1, 0):
            run = ClassRun(ClassGrader(load_course(small.root)), gradebook, personal=False)
            assert list(run.look([found])) == []
            content["now"] = b"five = 5\n" if expected else b"five = 4\n"
            [outcome] = run.run()
            assert outcome.report.score == expected
            small.checks(DOUBLE, TRIPLE.replace("== 6", "in [6]"))
