"""`choice` with `true_false` over many variants: what a wrong answer can show, and that both answers occur."""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from grader.course.loading import load_course
from grader.course.paper import variant_of
from grader.questions.base import Question
from tests.bench.diagnosis import look_at_claims, mark
from tests.conftest import Run
from tests.questions.asking import ask

KINDS = Path(__file__).parents[1] / "bench" / "kinds"
CLAIMS = load_course(KINDS).exercise("claims")
STUDENTS = [f"student-{number}" for number in range(50)]
TOLD = {"one": {"answer": "K > 1", "message": "One."}, "two": {"answer": "K > 2", "message": "Two."}}
THREE = TOLD | {"three": {"answer": "K > 0", "message": "Three."}}


@pytest.mark.parametrize("question", CLAIMS.record.questions, ids=lambda one: one.id)
def test_what_leads_to_a_wrong_answer_is_named_alone_or_read_beside_another(
    question: Question[Any, Any, Any],
) -> None:
    answers = Counter[object]()
    for variant in (variant_of(CLAIMS, student) for student in STUDENTS):
        posed, key = question.pose(variant), question.key(variant)
        answers[key.solution] += 1
        right = key.solution.endswith("True")
        wrong = mark(question, posed, key, not right)
        assert mark(question, posed, key, right).outcome == "passed"
        assert wrong.outcome == "failed"
        assert all(one.message in wrong.message for one in key.wrong)
        assert wrong.misconception == (key.wrong[0].name if len(key.wrong) == 1 else None)
        told = {name for name, one in question.misconceptions.items() if one.message in wrong.message}
        assert told == {one.name for one in key.wrong}
    if question.id != "rest":  # almost always something is left over
        assert min(answers.values()) >= 0.2 * len(STUDENTS) and len(answers) == 2, answers


def test_coins_often_get_a_name_because_there_is_one_wrong_answer():
    seen, draw = Counter[str](), random.Random(0)
    for student in STUDENTS:
        look_at_claims(CLAIMS, variant_of(CLAIMS, student), draw, seen)
    assert 0.1 < seen["explained"] / seen["patterns"] < 0.3
    assert seen["hidden"] > seen["alone"] > seen["beside"] > 0


@pytest.mark.parametrize(
    ("K", "misconceptions", "told", "name"),
    [
        (2, TOLD, "One.", "one"),
        (3, TOLD, "There are two possible reasons. First: One. Second: Two.", None),
        (3, THREE, "(b) is not the right option.", None),
        (1, TOLD, "(b) is not the right option.", None),
    ],
)
def test_two_reasons_are_both_read_and_more_are_not(K, misconceptions, told, name):
    asked = ask(
        "choice", {"K": K}, true_false=True, answer="K > 5", misconceptions=misconceptions, shuffle=False
    )
    if asked.posed.options[0].text == "True":
        told = told.replace("(b)", "(a)")
    found = asked.mark(True)
    assert (found.message, found.misconception) == (told, name)


@pytest.mark.slow
def test_course_check_says_what_leads_to_the_right_answer_in_every_variant(
    course: Run, tmp_path: Path
) -> None:
    shutil.copytree(KINDS, tmp_path / "kinds")
    file = tmp_path / "kinds" / "exercises" / "claims" / "exercise.yaml"
    assert _notes(course, tmp_path / "kinds") == []
    text = file.read_text("utf-8").replace("answer: K > P + 1", "answer: K > 1 + 2 * P")
    file.write_text(text.replace("N: {from: 40", "N: {from: 2000").replace("to: 300", "to: 9000"), "utf-8")
    assert _notes(course, tmp_path / "kinds") == [
        "shrinks: 'one-side' leads to the right answer in all 50 variants."
    ]


def _notes(course: Run, root: Path) -> list[str]:
    done = course(root, "check", "claims", "--variants", "50", "--json")
    (proved,) = json.loads(done.out)["exercises"]
    assert not proved["faults"], proved["faults"]
    return [note for note in proved["notes"] if "leads to the right answer" in note]
