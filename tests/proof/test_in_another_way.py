"""`course check` tries right results that use what is forbidden, or do not use what is required."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

assert sys.platform != "win32"  # it has no fork

import pytest

from grader.course.loading import load_course
from grader.course.paper import prepare
from grader.examiner.collection import with_suite
from grader.examiner.grading import grade
from grader.examiner.report import QuestionReport
from grader.examiner.submission import submission_of
from grader.proof.trials import BESIDE, code_trials
from grader.worker.families import FAMILIES
from grader.worker.forkserver import ForkServer
from tests.conftest import Run

COURSE = "format: 1\ntitle: T\nseed: s\nexercises: [e]\npackages: [torch, numpy]\nlimits: {seconds: 20}\n"
QUESTION = 'format: 1\ntitle: T\nquestions:\n  - {{id: f, kind: code, prompt: P, signature: "(x)"{rules}}}\n'
REFERENCE = "import torch\n\ndef f(x):\n    return {body}\n"
CHECKS = """
import torch
from torch.testing import assert_close

def test_f(student, reference):
    x = torch.arange(9.0).reshape(3, 3)
    assert_close(student.f(x), reference.f(x))
"""
Impostors = dict[str, QuestionReport]


def write(root: Path, rules: str, body: str) -> None:
    """Write a course of one code question with these rules."""
    folder = root / "exercises" / "e"
    folder.mkdir(parents=True, exist_ok=True)
    (root / "course.yaml").write_text(COURSE, encoding="utf-8")
    (folder / "exercise.yaml").write_text(QUESTION.format(rules=rules), encoding="utf-8")
    (folder / "reference.py").write_text(REFERENCE.format(body=body), encoding="utf-8")
    (folder / "checks.py").write_text(CHECKS, encoding="utf-8")


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str, bool], Impostors]:
    """Return the right impostors of a question with these rules, graded with or without the rules."""
    root = tmp_path_factory.mktemp("course")

    def judge(rules: str, body: str, ruled: bool) -> Impostors:
        write(root, f", {rules}", body)
        trials = list(code_trials((exercise := load_course(root).exercise("e")), prepare(exercise, None)))
        if not ruled:
            write(root, "", body)
        course = load_course(root)
        sitting = prepare(course.exercise("e"), None)
        found: Impostors = {}

        def run(suite):
            with ForkServer(["torch", "numpy"]) as server:
                for trial in trials:
                    if trial.name.startswith("the right values") and "another" not in trial.name:
                        submission = submission_of("e.py", trial.text.encode())
                        (found[trial.name],) = grade(sitting, submission, server, suite).report.questions

        with_suite(course, ["e"], run)
        return found

    return judge


ALL = f"forbid: [{', '.join(FAMILIES)}]"


def test_there_is_an_impostor_for_each_forbidden_family_and_package_and_each_is_refused(judged):
    impostors = judged(ALL, "x * 2", True)
    assert len(impostors) == sum(len(uses) for uses in BESIDE.values())
    assert set(BESIDE) == set(FAMILIES)
    for family in FAMILIES.values():
        assert f"the right values, and uses {family.with_article} of torch" in impostors
    assert {(report.outcome, report.score) for report in impostors.values()} == {("failed", 0.0)}


def test_the_impostors_are_right_but_for_the_rules(judged):
    assert {report.outcome for report in judged(ALL, "x * 2", False).values()} == {"passed"}


@pytest.mark.slow
def test_there_is_an_impostor_for_what_is_required(judged):
    (report,) = judged("require: [matmul]", "x @ x", True).values()
    assert (report.outcome, [check.outcome for check in report.checks]) == ("failed", ["passed"])
    (report,) = judged("require: [matmul]", "x @ x", False).values()
    assert report.outcome == "passed"


@pytest.mark.slow
def test_a_reference_that_breaks_a_rule_is_a_fault(tmp_path: Path, course: Run) -> None:
    write(tmp_path, ", forbid: [matmul]", "x @ x")
    ran = course(tmp_path, "check", "--variants", 1)
    assert ran.code == 1
    assert re.search(
        r"must not use a library matrix product, but line \d+ uses `@`", " ".join(ran.out.split())
    )
