"""Promises that reviewers and attackers once broke."""

from __future__ import annotations

import sys

assert sys.platform != "win32"  # it has no fork

import pytest

from grader.classroom.exporting import export_items
from grader.course.loading import load_course
from grader.course.paper import prepare
from grader.course.rules import Rules
from grader.errors import WorkerFault
from grader.examiner.collection import with_suite
from grader.examiner.grading import grade
from grader.examiner.report import Report
from grader.examiner.submission import submission_of
from grader.gradebook import scoring
from grader.gradebook.entries import Attempt
from grader.language.limits import Limits
from grader.worker.ending import WorkerLimits
from grader.worker.forkserver import ForkServer

SECRET = "4711"
EXERCISE = """
format: 1
title: T
questions:
  - {id: double, kind: code, prompt: P, signature: (x)}
  - {id: number, kind: number, prompt: P, answer: 5}
  - {id: choose, kind: settings, prompt: P, layer: "Conv2d(1, 1, k)", unknowns: [k], input: [1, 1, 8, 8],
     output: [6, 6], where: ["8 % (k + 1) == 0"]}
"""
CHECKS = f"def test_double(student):\n    assert student.double({SECRET}) == 2 * {SECRET}\n"


@pytest.fixture(scope="module")
def server():
    with ForkServer([]) as started:
        yield started


@pytest.fixture
def graded(tmp_path, server):
    folder = tmp_path / "exercises" / "e"
    folder.mkdir(parents=True)
    (tmp_path / "course.yaml").write_text("format: 1\ntitle: T\nseed: s\nexercises: [e]\n", encoding="utf-8")
    (folder / "exercise.yaml").write_text(EXERCISE, encoding="utf-8")
    (folder / "reference.py").write_text("def double(x):\n    return 2 * x\n", encoding="utf-8")
    (folder / "checks.py").write_text(CHECKS, encoding="utf-8")
    course = load_course(tmp_path)
    sitting = prepare(course.exercise("e"), None)

    def run(source: str) -> Report:
        submission = submission_of("e.py", source.encode())
        return with_suite(course, ["e"], lambda suite: grade(sitting, submission, server, suite).report)

    return run


@pytest.mark.parametrize("kind", ["notice", "syntax", "raised", "made-up"])
def test_no_kind_of_trouble_carries_a_hidden_input(graded, kind):
    report = graded(
        "import sys\nfailures = sys.modules['grader.worker.failures']\n"
        f"def double(x):\n    failures._kind = lambda *_: {kind!r}\n    raise ValueError(f'the input is {{x}}')\n"
    )
    assert report.questions[0].score == 0
    assert SECRET not in report.model_dump_json()


def test_no_answer_to_another_question_carries_a_hidden_input(graded):
    report = graded(
        "number = 'none yet'\ndef double(x):\n    global number\n    number = f'it is {x}'\n    return 0\n"
    )
    assert SECRET not in report.model_dump_json()
    assert "none yet" in report.questions[1].message


def test_an_answer_that_breaks_a_condition_costs_nobody_else_theirs(graded):
    report = graded("choose = -1\nnumber = 5\n")
    assert [question.outcome for question in report.questions] == ["unanswered", "passed", "failed"]


def test_a_set_up_of_ours_that_fails_is_never_a_students_zero(server):
    with (
        server.fork(WorkerLimits(memory=1 << 30, cpu=2**70)) as worker,
        pytest.raises(WorkerFault, match="confine"),
    ):
        worker.ask({"op": "load"}, 20)


def test_the_processor_limit_is_told_as_time(server):
    from grader.examiner.session import Session
    from grader.examiner.trouble import StudentError

    limits = Limits(seconds=60, cpu_seconds=1)
    spin = "def spin():\n    while True: pass\n"
    session = Session(server, submission_of("e.py", spin.encode()), {"spin": ""}, [], limits)
    with session, pytest.raises(StudentError) as stopped:
        session.fetch("spin")()
    assert stopped.value.trouble.outcome == "timeout"


def test_scores_are_shares_of_the_points_they_were_graded_for(shipped):
    from datetime import UTC, datetime

    now = datetime.now(UTC)
    half = Attempt("ada", "exercise-3", 1, now, False, now, 1, 2.5, 5, True, now)
    scores = scoring.scores([half], [], Rules(), {"exercise-3": 10})
    [item] = export_items(shipped, scores, ["exercise-3"]).items
    assert (item.points, item.entries[0].score) == (10, 5)


def test_all_calls_together_have_an_end(server, monkeypatch):
    from grader.examiner import budget
    from grader.examiner.session import Session
    from grader.examiner.trouble import StudentError

    monkeypatch.setattr(budget, "REQUESTS", 0.001)
    slow = "def f(x):\n    return x\n"
    session = Session(server, submission_of("e.py", slow.encode()), {"f": ""}, [], Limits(seconds=20))
    with session, pytest.raises(StudentError) as stopped:
        for _ in range(10**6):
            session.fetch("f")(1)
    assert stopped.value.trouble.outcome == "timeout"
