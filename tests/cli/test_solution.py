"""`grade --solution`: after the last hint or the right answer, and never in an assessed course."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import repack
from tests.conftest import Run

LEFT = "twice is not right yet; read its {} before the solution: grade sums twice --hint\n"


def answer(folder: Path, question: str, text: str, exercise: str = "sums") -> None:
    file = folder / f"{exercise}.py"
    file.write_text(
        file.read_text(encoding="utf-8").replace(f"{question} = ...", f"{question} = {text}"), "utf-8"
    )


def test_all_hints_come_before_the_solution(mine: Path, grade: Run) -> None:
    assert grade(mine, "sums", "--solution").out == LEFT.format("2 remaining hints")
    grade(mine, "sums", "--hint")
    ran = grade(mine, "sums", "twice", "--solution")
    assert (ran.code, ran.out) == (1, LEFT.format("1 remaining hint"))
    grade(mine, "sums", "--hint")
    ran = grade(mine, "sums", "twice", "--solution")
    assert ran.code == 1
    assert ran.out.splitlines() == [
        "twice: the solution",
        "    twice = 40",
        "",
        "Twice a number is its sum with itself: 20 + 20.",
        "",
        "The usual wrong way squares it, as in",
        "",
        "    x ** 2",
    ]


def test_a_right_answer_shows_its_solution_also_when_it_is_changed_later(mine: Path, grade: Run) -> None:
    answer(mine, "twice", "40")
    assert "twice = 40" in grade(mine, "sums", "twice", "--solution").out
    answer(mine, "twice", "...")
    text = (mine / "sums.py").read_text(encoding="utf-8").replace("twice = 40", "twice = 41")
    (mine / "sums.py").write_text(text, encoding="utf-8")
    assert "twice = 40" in grade(mine, "sums", "twice", "--solution").out


def test_code_shows_what_it_needs_and_answers_no_other_question(mine: Path, grade: Run) -> None:
    grade(mine, "sums", "double", "--hint")
    shown = grade(mine, "sums", "double", "--solution").out
    assert shown == (
        "double: the solution\n    STEP = 2\n\n    def half(x):\n        return x // STEP\n\n"
        "    # Adding is enough.\n    def double(x):\n        return x + half(2 * x)\n"
    )
    assert grade(mine, "sums", "triple", "--solution").out == (
        "triple: the solution\n    def triple(x):\n        return x + double(x)\n"
    )


def test_who_is_done_reads_every_solution(mine: Path, grade: Run) -> None:
    text = "twice = 40\nseven = 7\ndef double(x): return 2 * x\ndef triple(x): return 3 * x\n"
    (mine / "sums.py").write_text(text, encoding="utf-8")
    ran = grade(mine, "sums", "--solution")
    assert ran.code == 0
    titles = [line for line in ran.out.splitlines() if line.endswith(": the solution")]
    assert titles == [f"{name}: the solution" for name in ("twice", "seven", "double", "triple")]


def test_an_explanation_cannot_control_the_terminal(mine: Path, grade: Run) -> None:
    repack(mine / "course.pack", lambda _, content: content.replace(b"RED", rb"\u001b[31mRed\u0007"))
    shown = grade(mine, "words", "--solution").out
    assert shown.endswith("?[31mRed?\n")
    assert "\x1b" not in shown


def test_an_assessed_handout_has_no_solutions(assessed: Path, grade: Run) -> None:
    ran = grade(assessed, "sums", "--solution")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "The solutions are not in this handout: the course is assessed.\n"
    assert b"usual wrong way" not in (assessed / "course.pack").read_bytes()


def test_a_question_that_there_is_not(mine: Path, grade: Run) -> None:
    ran = grade(mine, "sums", "twicy", "--solution")
    assert (ran.code, ran.err) == (2, "sums has no question 'twicy'. Did you mean 'twice'?\n")
