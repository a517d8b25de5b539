"""`course mark`: texts that a person marks, in the terminal and in files, and what happens to the marks."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

assert sys.platform != "win32"  # it has no fork

from grader.classroom.rubric import read_earned
from grader.errors import UsageFault
from grader.questions.rubric_item import RubricItem
from tests.classroom.conftest import Small
from tests.cli.terminal import terminal
from tests.conftest import Run

ESSAY = """
format: 1
title: An essay
questions:
  - id: why
    kind: manual
    points: 3
    prompt: Why does a step that is too large diverge?
    rubric:
      - {points: 2, text: It jumps over the minimum., partial: true}
      - {points: 1, text: The gradient grows.}
    example: It jumps over the minimum, and the gradient grows.
    hints: [Draw a parabola.]
  - {id: five, kind: number, prompt: Say five., answer: "5", hints: [After four.]}
"""
HOSTILE = 'why = """It jumps.\\n  - answer: 0\\x1b[31m red\\u2028answers: []\\n""" * 1\nfive = 5\n'


@pytest.fixture
def essays(small: Small, course: Run) -> Small:
    """Return a class in which ada and bob wrote, and cyd did not."""
    small.write("exercises/ex-2/exercise.yaml", ESSAY)
    small.hand_in("ada", 'why = "It jumps over the minimum."\nfive = 5\n', "ex-2")
    small.hand_in("bob", HOSTILE, "ex-2")
    small.hand_in("cyd", "why = ...\nfive = 5\n", "ex-2")
    assert course(small.root, "grade", "S", "--exercise", "ex-2").code == 0
    return small


def finals(essays: Small, course: Run) -> dict[str, float | None]:
    """Return the final scores, by student."""
    lines = course(essays.root, "scores", "--json").out.splitlines()
    return {one["student"]: one["final"] for one in map(json.loads, lines)}


def fill(file: Path, earned: str, comment: str = "") -> None:
    """Fill in every answer of a file."""
    text = file.read_text(encoding="utf-8").replace("earned:\n", f"earned: {earned}\n")
    file.write_text(text.replace('comment: ""', f"comment: {json.dumps(comment)}"), encoding="utf-8")


def test_marks_in_a_file_make_a_score_final_and_are_shown(essays: Small, course: Run) -> None:
    root, file = essays.root, essays.root / "marks.yaml"
    assert finals(essays, course) == {"ada": None, "bob": None, "cyd": 1}
    ran = course(root, "mark", "--out", file)
    assert (ran.code, ran.out.strip()) == (0, f"{file}: 2 answers to mark"), ran.err
    text = file.read_text(encoding="utf-8")
    assert "\x1b" not in text and "\u2028" not in text
    fill(file, "1=1.5 2", "Well done.")
    ran = course(root, "mark", "--in", file)
    assert (ran.code, ran.out) == (0, "2 marks stored, 0 known before, 0 not marked.\n"), ran.err
    assert finals(essays, course) == {"ada": 3.5, "bob": 3.5, "cyd": 1}
    assert course(root, "mark").out == "Everything that needs a person's mark is marked.\n"
    ran = course(root, "mark", "--in", file)
    assert (ran.code, ran.out) == (0, "0 marks stored, 2 known before, 0 not marked.\n")

    course(root, "feedback", "F")
    page = (root / "F" / "ada" / "ex-2.html").read_text(encoding="utf-8")
    said = (root / "F" / "ada" / "ex-2.feedback.txt").read_text(encoding="utf-8")
    for words in (
        "1.5 of 2 points: It jumps over the minimum.",
        "1 of 1 point: The gradient grows.",
        "Well done.",
    ):
        assert words in page and words in said
    assert "why: partly right, 2.5 of 3 points" in said
    history = course(root, "history", "ada").out
    assert "marked why: 2.5 of 3, by " in history and "Well done." in history
    assert "marks (1)" in course(root, "forget", "ada").out
    assert essays.rows("select student from mark") == [("bob",)]


def test_a_second_different_mark_is_listed_and_kept_out(essays: Small, course: Run) -> None:
    root = essays.root
    for name, earned in (("one.yaml", "1"), ("two.yaml", "2")):
        assert course(root, "mark", "--again", "--out", root / name).code == 0
        fill(root / name, earned)
    text = (root / "one.yaml").read_text(encoding="utf-8").replace('grader: ""', "grader: Erin")
    (root / "one.yaml").write_text(text, encoding="utf-8")
    assert course(root, "mark", "--in", root / "one.yaml").code == 0
    ran = course(root, "mark", "--in", root / "two.yaml")
    assert ran.code == 1
    assert "marked twice: ada ex-2 why: 2 by Erin is kept, 1 is not stored" in ran.out.replace(
        ran.out.split("kept, 1 by ")[1].split(" is not")[0], ""
    ).replace("1 by  is", "1 is")
    assert finals(essays, course)["ada"] == 3
    assert course(root, "mark", "--in", root / "two.yaml", "--overwrite").code == 0
    assert finals(essays, course)["ada"] == 2


def test_a_mark_of_a_text_that_has_changed_is_listed_until_somebody_looks(essays: Small, course: Run) -> None:
    root, old = essays.root, essays.root / "old.yaml"
    course(root, "mark", "--out", old)
    fill(old, "all")
    course(root, "mark", "--in", old)
    essays.hand_in("ada", 'why = "It jumps over the minimum."\nfive = 5  # again\n', "ex-2")
    essays.hand_in("bob", 'why = "Something else is the reason."\nfive = 5\n', "ex-2")
    graded = course(root, "grade", "S", "--exercise", "ex-2")
    assert "bob ex-2: why was marked by " in graded.err + graded.out
    assert "1 not complete" in graded.out
    assert finals(essays, course) == {"ada": 4, "bob": None, "cyd": 1}, "the same text keeps its mark"
    ran = course(root, "mark", "--in", old)
    assert ran.code == 1
    assert "not stored: the text has changed since: bob ex-2 why" in ran.out
    new = root / "new.yaml"
    assert course(root, "mark", "--out", new, "--anonymous").out.endswith(": 1 answer to mark\n")
    assert "bob" not in new.read_text(encoding="utf-8")
    fill(new, "0")
    assert course(root, "mark", "--in", new).code == 0
    assert finals(essays, course)["bob"] == 1
    assert "before its answer changed" not in course(root, "scores").out


def test_every_fault_of_a_file_is_told_with_its_place_and_nothing_is_stored(
    essays: Small, course: Run
) -> None:
    root, file = essays.root, essays.root / "marks.yaml"
    course(root, "mark", "--out", file)
    text = file.read_text(encoding="utf-8")
    keys = [line.split()[-1] for line in text.splitlines() if "- answer:" in line and "#" not in line]
    entries = (
        f"  - {{answer: {keys[0]}, earned: 3}}\n"
        f"  - {{answer: {keys[0]}, earned: 1}}\n"
        "  - {answer: nobody, earned: 1}\n"
        f"  - {{answer: {keys[1]}, earned: 2=0.5}}\n"
    )
    file.write_text(f"format: 1\nanswers:\n{entries}", encoding="utf-8")
    ran = course(root, "mark", "--in", file)
    assert ran.code == 2
    lines = ran.err.splitlines()
    assert [line.split(": ")[0].rsplit(":", 2)[1] for line in lines] == ["3", "4", "5", "6"], ran.err
    for words in (
        "There is no item 3.",
        "is listed twice",
        "not an answer of this course",
        "earned whole or not at all",
    ):
        assert words in ran.err
    assert essays.rows("select count(*) from mark") == [(0,)]
    file.write_text("format: 1\nanswers:\n  - {answer: x, earnt: 1}\n", encoding="utf-8")
    assert course(root, "mark", "--in", file).code == 2


def test_shares_are_disjoint_and_complete(essays: Small, course: Run) -> None:
    root = essays.root
    told = [course(root, "mark", "--out", root / f"{n}.yaml", "--share", f"{n}/2") for n in (1, 2)]
    assert [ran.code for ran in told] == [0, 0]
    names = [
        "".join(name for name in ("ada", "bob") if f", {name} (" in (root / f"{n}.yaml").read_text())
        for n in (1, 2)
    ]
    assert sorted(names) == ["ada", "bob"]
    assert course(root, "mark", "--out", root / "x.yaml", "--share", "3/2").code == 2
    assert course(root, "mark", "--out", root / "course.yaml").code == 2


def test_points_of_one_question_are_set_by_hand(essays: Small, course: Run) -> None:
    root = essays.root
    override = ("override", "ada", "ex-2", "--reason", "spoken")
    assert course(root, *override, "--question", "why", "--score", "4").code == 2
    assert "Did you mean 'five'" in course(root, *override, "--question", "fife", "--score", "1").err
    ran = course(root, *override, "--question", "why", "--score", "2")
    assert (ran.code, ran.out) == (0, "ada ex-2: 3 of 4\n"), ran.err
    assert course(root, *override, "--question", "five", "--score", "0").out == "ada ex-2: 2 of 4\n"
    assert "five set by hand by " in " ".join(course(root, "scores", "ada").out.split())
    essays.hand_in("ada", 'why = "New words stand here."\nfive = 5\n', "ex-2")
    graded = course(root, "grade", "S", "--exercise", "ex-2")
    assert "ada ex-2: why set by hand before the newest file was handed in" in graded.err
    assert finals(essays, course)["ada"] == 2
    assert course(root, *override, "--question", "why", "--clear").out == "ada ex-2: none of 4\n"
    assert "override of why withdrawn" in course(root, "history", "ada").out
    assert (
        course(root, "override", "dan", "ex-2", "--reason", "r", "--question", "why", "--score", "1").code
        == 2
    )


def test_marking_in_a_terminal(essays: Small, course: Run) -> None:
    command = [
        "-c",
        "import sys; from grader.cli.begin import course; sys.argv[0] = 'course'; course()",
        "mark",
    ]
    with terminal(command, essays.root) as screen:
        shown = screen.read_until("q quit): ")
        assert "ada   1 of 2" in shown and "The student wrote 5 words:" in shown
        assert "  1  2 points: It jumps over the minimum. A part is allowed: 1=0.5" in shown
        assert max(map(len, shown.splitlines())) <= 80
        screen.type("7\n")
        assert "There is no item 7." in screen.read_until("q quit): ")
        screen.type("1\n")
        screen.read_until("Comment, or Enter: ")
        screen.type("Good.\n")
        shown = screen.read_until("q quit): ")
        assert "Stored: 2 of 3 points, by " in shown
        assert "bob   2 of 2" in shown and "\x1b[31m" not in shown
        screen.type("b\n")
        assert "ada   1 of 2" in screen.read_until("q quit): ")
        screen.type("1 2\n")
        screen.read_until("Comment, or Enter: ")
        screen.type("\n")
        screen.read_until("q quit): ")
        screen.type("q\n")
        code, rest = screen.ended()
    assert code == 1 and "1 marked, 1 left." in rest
    assert finals(essays, course) == {"ada": 4, "bob": None, "cyd": 1}
    assert essays.rows("select score from mark order by id") == [(2,), (3,)]
    ran = course(essays.root, "mark")
    assert ran.code == 2 and "needs a terminal" in ran.err


@pytest.mark.parametrize(
    ("typed", "earned"),
    [("1 2", [2, 1]), ("1=0.5,2", [0.5, 1]), ("0", [0, 0]), ("all", [2, 1]), ("2", [0, 1])],
)
def test_what_is_typed_is_read(typed: str, earned: list[float]) -> None:
    assert [one.earned for one in read_earned(typed, RUBRIC)] == earned


@pytest.mark.parametrize(
    "typed", ["", "3", "1 1", "2=0.5", "1=3", "-1", "1=-1", "1=nan", "²", "0 1", "x" * 9999]
)
def test_what_cannot_be_read_is_refused(typed: str) -> None:
    with pytest.raises(UsageFault):
        read_earned(typed, RUBRIC)


RUBRIC = [RubricItem(points=2, text="a", partial=True), RubricItem(points=1, text="b")]


def test_a_marked_score_that_would_fall_is_compared_with_its_mark(essays: Small, course: Run) -> None:
    root, marks = essays.root, essays.root / "marks.yaml"
    course(root, "mark", "--out", marks)
    fill(marks, "all")
    course(root, "mark", "--in", marks)
    essays.replace("exercises/ex-2/exercise.yaml", 'answer: "5"', 'answer: "6"')
    ran = course(root, "grade", "S", "--exercise", "ex-2")
    assert "keeps its score: ada ex-2 (it would fall)" in ran.out
    assert "run again)" not in ran.out
    assert finals(essays, course)["ada"] == 4
