"""Submissions in folders named by behaviour, each with the report that it must get.

`GOLDEN_UPDATE=1 pytest tests/golden` writes the reports again; read the difference before you keep it.
Files end in `.txt` only so that ruff and mypy leave them alone: they are graded without it.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

assert sys.platform != "win32"  # it has no fork

import pytest

from grader.course.loading import LoadedCourse
from grader.course.paper import prepare
from grader.errors import SubmissionFault
from grader.examiner.checks import CheckSuite
from grader.examiner.collection import with_suite
from grader.examiner.grading import grade
from grader.examiner.report import Report
from grader.examiner.reporting import ungraded
from grader.examiner.submission import submission_of
from grader.language.limits import Limits
from grader.worker.forkserver import ForkServer

HERE = Path(__file__).parent
FOLDERS = sorted(file.parent for file in HERE.glob("*/*/submission.*"))
PATIENT = Limits(seconds=60, memory_mib=1024)  # where nothing is endless, a slow machine changes nothing
SECRETS = re.compile(r"31\.25|62\.5|4711|9422")  # in inputs and expected values of hidden checks
JARGON = re.compile(r"pytest|\bassert\b|traceback|fixture|\bRemote\b|tensor-likes", re.IGNORECASE)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

# Known bugs, by golden submission. The messages of these are not compared, so that a test passes, and thereby
# complains, as soon as the bug is gone; then remove the line here and run with GOLDEN_UPDATE=1.
BUGS: dict[str, str] = {}


def _folders() -> list[Any]:
    marks = {name: [pytest.mark.xfail(strict=True, reason=reason)] for name, reason in BUGS.items()}
    names = [f"{folder.parent.name}/{folder.name}" for folder in FOLDERS]
    return [
        pytest.param(folder, id=name, marks=marks.get(name, []))
        for folder, name in zip(FOLDERS, names, strict=True)
    ]


def grade_golden(course: LoadedCourse, folder: Path, server: ForkServer) -> Report:
    """Return the report of a golden submission."""
    (file,) = folder.glob("submission.*")
    sitting = prepare(course.exercise(folder.parent.name), None)
    if "endless" not in folder.name:
        paper = sitting.paper.model_copy(update={"limits": PATIENT})
        sitting = type(sitting)(paper, sitting.params, sitting.keys, sitting.folder)
    submission = submission_of(file.name.removesuffix(".txt"), file.read_bytes())

    def work(suite: CheckSuite) -> Report:
        try:
            return grade(sitting, submission, server, suite).report
        except SubmissionFault as fault:
            return ungraded(sitting, str(fault))

    return with_suite(course, [sitting.paper.exercise], work)


def summary(report: Report) -> dict[str, Any]:
    """Return what a golden report holds: all that a student reads, one line per question."""
    questions = {
        question.id: {
            "outcome": question.outcome,
            "score": question.score,
            "message": question.message,
            "misconception": question.misconception,
        }
        | ({"checks": {c.id: [c.outcome, c.message] for c in question.checks}} if _is_code(report) else {})
        for question in report.questions
    }
    notes = [re.sub(r"\b(numpy|scipy|torch) \d\S+", r"\1 (version)", note) for note in report.notes]
    return {"exercise": report.exercise, "questions": questions, "notes": notes}


def verdicts(told: dict[str, Any]) -> dict[str, Any]:
    """Return outcomes and scores alone."""
    return {name: (question["outcome"], question["score"]) for name, question in told["questions"].items()}


def _is_code(report: Report) -> bool:
    return report.exercise == "code"


def texts(report: Report) -> list[str]:
    """Return everything in a report that is shown to the student."""
    checks = [check.message for question in report.questions for check in question.checks]
    return [*(question.message for question in report.questions), *checks, *report.notes]


@pytest.mark.parametrize("folder", _folders())
def test_golden(golden, folder, server):
    report = grade_golden(golden, folder, server)
    expected = folder / "report.json"
    if os.environ.get("GOLDEN_UPDATE"):
        text = json.dumps(summary(report), indent=1, ensure_ascii=True)
        expected.write_text(text + "\n", encoding="utf-8")
    wanted, given = json.loads(expected.read_text(encoding="utf-8")), summary(report)
    is_known_bug = f"{folder.parent.name}/{folder.name}" in BUGS
    assert (verdicts(given) if is_known_bug else given) == (verdicts(wanted) if is_known_bug else wanted)
    _assert_fit_for_students(report)
    assert report.is_full or not folder.name.startswith("all-right"), "The submission is not all right."


def _assert_fit_for_students(report: Report) -> None:
    for text in texts(report):
        assert not JARGON.search(text), text
        assert not CONTROL.search(text), text
        assert len(text) <= 500, text[:600]
        assert not (_is_code(report) and SECRETS.search(text)), text
    assert 0 <= report.score <= report.points == 10
    assert json.loads(report.model_dump_json())["score"] == report.score


def test_golden_submissions_are_named_and_complete():
    for folder in FOLDERS:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", folder.name), folder
        assert {file.name for file in folder.iterdir()} - {"report.json"} <= {
            *("submission.py.txt", "submission.ipynb.txt")
        }
    assert set(BUGS) <= {f"{folder.parent.name}/{folder.name}" for folder in FOLDERS}
