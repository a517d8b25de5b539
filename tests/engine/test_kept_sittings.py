"""A lane keeps the sittings of its last jobs. Each job is still judged by its own parameters."""

from __future__ import annotations

import sys
from pathlib import Path

assert sys.platform != "win32"  # it has no fork

import pytest

from grader.course.loading import load_course
from grader.engine.handed_in import HandedIn
from grader.engine.job import Job
from grader.engine.lane import MOST_KEPT, Lane
from grader.engine.setup import Setup
from grader.examiner.checks import CheckSuite
from grader.examiner.collection import with_suite

COURSE = "format: 1\ntitle: Small\nseed: small\nexercises: [ex-1]\npackages: []\n"
EXERCISE = """\
format: 1
title: A number
params: {M: {from: 1, to: 99}}
variant_0: {M: 5}
questions:
  - {id: number, kind: number, prompt: "What is {{ M }}?", answer: M}
  - {id: f, kind: code, prompt: "Return {{ M }}.", starter: "def f():\\n    ..."}
"""
CHECKS = '''\
def test_f(student, params):
    """The number."""
    assert student.f() == params["M"]
    params.clear()
'''
REFERENCE = "def f():\n    return params['M']\n"


def job(number: int) -> Job:
    source = f"number = {number}\n\n\ndef f():\n    return {number}\n"
    handed_in = HandedIn("ada", "ex-1", "ex-1.py", source.encode())
    return Job(number=0, handed_in=handed_in, variant="ada", params={"M": number})


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has fork servers")
def test_each_is_judged_by_its_own_parameters(tmp_path: Path) -> None:
    folder = tmp_path / "exercises" / "ex-1"
    folder.mkdir(parents=True)
    (tmp_path / "course.yaml").write_text(COURSE, encoding="utf-8")
    for name, text in (("exercise.yaml", EXERCISE), ("checks.py", CHECKS), ("reference.py", REFERENCE)):
        (folder / name).write_text(text, encoding="utf-8")
    course, numbers = load_course(tmp_path), [3, 4, 3, *range(10, 11 + MOST_KEPT), 3]
    with Lane(course, Setup(tmp_path, ("ex-1",), "full", ())) as lane:

        def graded(suite: CheckSuite) -> list[list[str]]:
            reports = [lane.grade(job(number), suite).report for number in numbers]
            assert len(lane._sittings) == MOST_KEPT
            return [[one.outcome for one in report.questions] for report in reports]

        assert with_suite(course, ["ex-1"], graded) == [["passed", "passed"]] * len(numbers)
