"""Keys whose wrong answers are computed only when an answer is wrong."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from grader.course.loading import load_course
from grader.course.paper import prepare
from grader.errors import CourseFaults
from grader.questions.kinds import KINDS
from tests.course.building import HEAD, exercise

ROOT = Path(__file__).resolve().parents[2]
TENSORS = (
    HEAD
    + """\
params: {k: [0, 3]}
variant_0: {k: 0}
questions:
- {id: image, kind: tensor, prompt: P, layer: "Conv2d(1, 1, kernel_size=2)", input: [[1, 2, 4], [0, 3, 1], [5, 1, 7]],
   weight: [[1, 2], [0, 3]], bias: 1}
- {id: slope, kind: tensor, prompt: P, ask: gradient, of: "sum(x * x)", tensors: {x: [1, 2]}, wrt: x}
- id: pair
  kind: tensor
  prompt: P
  values: [k, 1]
  misconceptions: {turned: {answer: [6 / k, 1], message: Turned.}}
"""
)


def test_they_are_the_same_keys(tmp_path: Path) -> None:
    loaded = exercise(tmp_path, TENSORS)
    whole, later = (prepare(loaded, None, {"k": 3}, lazily=lazily) for lazily in (False, True))
    assert set(later.rights) == {"image", "slope", "pair"}
    assert later.keys is not None
    assert dict(later.keys) == whole.keys
    assert prepare(loaded, None, {"k": 3}).rights == {}


def test_what_tells_a_right_answer_tells_no_wrong_one(tmp_path: Path) -> None:
    loaded = exercise(tmp_path, TENSORS)
    sitting = prepare(loaded, None, {"k": 3}, lazily=True)
    assert sitting.keys is not None
    for posed in sitting.paper.questions:
        kind, right, key = KINDS[posed.kind], sitting.rights[posed.id], sitting.keys[posed.id]
        names: dict[str, object] = {}
        exec(key.solution, {"torch": torch}, names)
        assert kind.mark(posed, right, names[posed.id]).outcome == "passed"
        assert key.wrong
        for wrong in key.wrong:
            assert kind.mark(posed, right, wrong.answer).outcome == "failed"
            assert kind.mark(posed, key, wrong.answer).misconception == wrong.name


def test_a_wrong_answer_that_cannot_be_computed_is_told_when_it_is_needed(tmp_path: Path) -> None:
    loaded = exercise(tmp_path, TENSORS)
    with pytest.raises(CourseFaults) as at_once:
        prepare(loaded, None, {"k": 0})
    sitting = prepare(loaded, None, {"k": 0}, lazily=True)
    assert sitting.keys is not None
    for _ in range(2):
        with pytest.raises(CourseFaults) as later:
            _ = sitting.keys["pair"]
        assert str(later.value) == str(at_once.value)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has fork servers")
def test_a_lane_gives_the_same_reports(tmp_path: Path) -> None:
    """Also with workers that were forked ahead, and names the misconceptions of wrong answers."""
    import grader.engine.lane as lanes
    from grader.demo.made_up import CLASS
    from grader.engine.handed_in import HandedIn
    from grader.engine.job import Job
    from grader.engine.setup import Setup
    from grader.examiner.checks import CheckSuite
    from grader.examiner.collection import with_suite
    from grader.examiner.grading import grade
    from grader.examiner.submission import submission_of

    course, name = load_course(ROOT), "exercise-9"
    sitting = prepare(course.exercise(name), None)
    sources = [person.write(sitting, "python").encode() for person in CLASS]
    setup = Setup(course.root, (name,), "full", tuple(course.record.packages))
    jobs = [Job(number=n, handed_in=HandedIn("ada", name, "f.py", one)) for n, one in enumerate(sources)]
    with lanes.Lane(course, setup) as lane:
        waiting: list[bool] = []

        def graded(job: Job, suite: CheckSuite) -> Any:
            found = lane.grade(job, suite).report.questions
            waiting.append(getattr(lane._server, "_spare") is not None)  # noqa: B009 another way has none
            return found

        reports = with_suite(course, [name], lambda suite: [graded(job, suite) for job in jobs])
        assert not waiting[0]  # a lane that gets one submission forks none ahead
        assert waiting[-1] or not lane._server.start()["hides"]  # type: ignore[index]
        whole = prepare(course.exercise(name).to_grade, None)
        alone = [
            grade(whole, submission_of("f.py", one), lane._server, None).report.questions for one in sources
        ]
    assert reports == alone
    assert any(question.misconception for report in reports for question in report)
