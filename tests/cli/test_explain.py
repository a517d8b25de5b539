"""`grade --explain`: a figure stepped by keys, a strip when piped, or a sentence on what there is instead."""

from __future__ import annotations

import io
import sys
from pathlib import Path

assert sys.platform != "win32"  # it has no fork

import pytest
from rich.console import Console

from grader.examiner.report import QuestionReport
from grader.render.stepping import MOST_STEPS, StepPage, Steps
from tests.cli.terminal import terminal
from tests.conftest import ROOT, Run
from tests.figures.layers import flipped

MESSAGE = "You turned the kernel round before laying it on the image."
INSTEAD = "There is no figure of this answer to twice, but a message and a hint"
STEPPING = """
from grader.cli.explain import step_through
from grader.render.palette import screen
from grader.render.stepping import Steps
from tests.cli.test_explain import wrong

console = screen()
step_through(Steps.of(wrong(), console.encoding), console)
print("It was left.")
"""


def wrong(message: str = MESSAGE) -> QuestionReport:
    """Return an answer with a misconception that has a figure of three steps."""
    return QuestionReport(
        id="values", kind="tensor", outcome="failed", score=0, points=3, message=message, tracks=flipped()
    )


def steps(encoding: str = "utf-8", message: str = MESSAGE) -> Steps:
    """Return its figure."""
    found = Steps.of(wrong(message), encoding)
    assert found is not None
    return found


def drawn(page: StepPage, height: int, width: int = 80) -> list[str]:
    """Return the lines of a page on a screen of this size."""
    console = Console(
        file=io.StringIO(), width=width, height=height, force_terminal=False, legacy_windows=False
    )
    console.print(page, crop=False)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize("height", [12, 24, 30, 50])
@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_page_fills_the_screen_and_no_more(height: int, width: int) -> None:
    for step in range(3):
        lines = drawn(StepPage(steps(), step), height, width)
        assert len(lines) == height
        assert max(map(len, lines)) <= width
        assert lines[0] == "values: wrong"
        assert lines[-1].startswith("n next   p previous"[:width])


def test_what_does_not_fit_is_drawn_in_ascii_and_then_scrolled() -> None:
    whole = "\n".join(drawn(StepPage(steps(), 0), 50))
    assert "\N{BOX DRAWINGS HEAVY DOWN AND RIGHT}" in whole
    narrow = "\n".join(drawn(StepPage(steps(), 0), 24))
    assert narrow.isascii()
    assert "scroll" not in narrow
    assert "marks the kernel's first weight" in narrow
    short = [drawn(StepPage(steps(), 0, top), 12) for top in (0, 1, 99)]
    assert all("scroll" in page[-1] for page in short)
    assert short[0][2:11] == short[1][1:10]
    assert "marks the kernel's first weight" in short[2][-2]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "cp437", "unknown"])
def test_signs_that_a_terminal_cannot_write_are_not_used(encoding: str) -> None:
    assert next(steps(encoding).drawings(0)).isascii()


def test_a_strip_is_short_and_begins_where_the_ways_part() -> None:
    console = Console(file=io.StringIO(), width=200)
    console.print(steps("ascii").strip())
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert text.startswith(f"values: wrong\n    {MESSAGE}\n\nA convolution")
    assert "step 1 of 3: output[0, 1]" in text
    assert text.count("\nstep ") <= MOST_STEPS
    assert max(map(len, text.splitlines())) <= 80
    assert text.isascii()


def test_keys_go_from_step_to_step(tmp_path: Path) -> None:
    (tmp_path / "stepping.py").write_text(STEPPING, encoding="utf-8")
    with terminal(["stepping.py"], tmp_path, PYTHONPATH=str(ROOT)) as typed:
        typed.read_until("step 1 of 3")
        for keys, number in (
            ("n", 2),
            ("\x1b[C", 3),
            ("n", 3),
            ("pp", 1),
            ("l", 3),
            ("f", 1),
            ("xn\x1b[C", 3),
        ):
            typed.press(keys)
            typed.read_until(f"step {number} of 3")
        typed.press("q")
        code, printed = typed.ended()
    assert (code, "It was left." in printed) == (0, True)


@pytest.mark.parametrize("key", ["\x1b", "\x04"])
def test_other_keys_leave_as_well(tmp_path: Path, key: str) -> None:
    (tmp_path / "stepping.py").write_text(STEPPING, encoding="utf-8")
    with terminal(["stepping.py"], tmp_path, PYTHONPATH=str(ROOT)) as typed:
        typed.read_until("q quit")
        typed.press(key)
        code, printed = typed.ended()
    assert (code, "It was left." in printed) == (0, True)


@pytest.mark.parametrize(
    ("answer", "question", "said"),
    [
        ("...", "twice", "twice is not answered yet: there is nothing to explain."),
        ("40", "twice", "twice is right: there is nothing to explain."),
        ("400", None, f"{INSTEAD} (grade sums twice --hint): You squared it."),
        ("41", "twice", f"{INSTEAD} (grade sums twice --hint): "),
        ("'\\x1b[31m'", "twice", f"{INSTEAD} (grade sums twice --hint): "),
    ],
)
def test_where_there_is_no_figure_it_says_what_there_is(
    mine: Path, grade: Run, answer: str, question: str | None, said: str
) -> None:
    (mine / "sums.py").write_text(f"twice = {answer}\n", encoding="utf-8")
    ran = grade(mine, "sums", *([question] if question else []), "--explain")
    assert (ran.code, ran.err) == (1, "")
    assert " ".join(ran.out.split()).startswith(said)
    assert "\x1b" not in ran.out


def test_an_assessed_answer_is_explained_later(assessed: Path, grade: Run) -> None:
    (assessed / "sums.py").write_text("twice = 400\nseven = 7\n", encoding="utf-8")
    ran = grade(assessed, "sums", "twice", "--explain")
    assert (ran.code, ran.err) == (1, "")
    assert ran.out == "twice is graded later: there is nothing to explain yet.\n"


def test_who_is_done_has_nothing_to_explain(mine: Path, grade: Run) -> None:
    text = "twice = 40\nseven = 7\ndef double(x): return 2 * x\ndef triple(x): return 3 * x\n"
    (mine / "sums.py").write_text(text, encoding="utf-8")
    ran = grade(mine, "sums", "--explain")
    assert (ran.code, ran.out) == (0, "No question is open: there is nothing to explain.\n")


def test_a_usual_mistake_is_drawn_beside_torch(own: Path, course: Run, grade: Run) -> None:
    mine = own / "handout"
    assert course(own, "generate", mine, "--edition", "practice").code == 0
    text = (mine / "exercise-1.py").read_text(encoding="utf-8").replace("size = ...", "size = 2")
    (mine / "exercise-1.py").write_text(text, encoding="utf-8")
    page = grade(mine, "exercise-1").out
    assert "See what your size does:  grade exercise-1 size --explain" in page
    for arguments in (["exercise-1"], ["1", "size"]):
        ran = grade(mine, *arguments, "--explain")
        assert (ran.code, ran.err) == (1, "")
        assert ran.out.startswith("size: wrong\n    ")
        assert "your way" in ran.out
        assert max(map(len, ran.out.splitlines())) <= 80
        assert "\x1b" not in ran.out
