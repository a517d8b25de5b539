"""The screen of a course, in terminals of any size, and without colour."""

from __future__ import annotations

import io

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.screen import Screen
from rich.text import Text

from grader.course.sitting import Paper
from grader.examiner.report import Report
from grader.language.limits import Limits
from grader.questions.posed import Posed
from grader.render.course_view import CourseView, ShownExercise, question_told, sum_text
from tests.render.test_widths import names, questions, texts

KEYS = "h hint   n next   q quit"


@st.composite
def rows(draw: st.DrawFn) -> ShownExercise:
    name, asked = draw(names), draw(st.lists(questions(), min_size=1, max_size=9))
    posed = tuple(
        Posed(id=one.id, kind=one.kind, points=one.points, prompt=draw(texts), how="", starter="x = ...")
        for one in asked
    )
    paper = Paper(
        course="C", exercise=name, title=draw(texts), intro="", student=None, packages=(), limits=Limits(), questions=posed
    )  # fmt: skip
    report = Report(
        exercise=name, student=None, score=0, points=sum(one.points for one in asked), isolation=(), questions=tuple(asked)
    )  # fmt: skip
    return ShownExercise(name, draw(st.sampled_from([paper, None])), draw(st.sampled_from([report, None])))


def shown(view: CourseView, width: int, height: int, *, colours: bool = False) -> list[str]:
    console = Console(
        width=width, height=height, file=io.StringIO(), highlight=False, force_terminal=colours, no_color=not colours
    )  # fmt: skip
    with console.capture() as captured:
        console.print(Screen(view), end="")
    return captured.get().split("\n")


def view_of(rows: list[ShownExercise], place: int, skipped: int = 0) -> CourseView:
    row = rows[place % len(rows)]
    told = (
        question_told(row, row.open[0], [Text("Hint 1 of 2: look")], "utf-8") if row.open else [Text("right")]
    )
    return CourseView("A course", sum_text(rows), rows, row.name, list(told), "Watching.", KEYS, skipped)


@settings(deadline=None, max_examples=25)
@given(
    st.lists(rows(), min_size=1, max_size=15, unique_by=lambda row: row.name),
    st.integers(0, 29),
    st.integers(4, 200),
    st.integers(1, 60),
    st.integers(0, 5),
)
def test_it_fits_every_terminal(
    rows: list[ShownExercise], place: int, width: int, height: int, skipped: int
) -> None:
    lines = shown(view_of(rows, place, skipped), width, height)
    assert len(lines) == height
    assert max(map(cell_len, lines)) <= width
    if width >= 80 and height >= 14:
        text = "\n".join(lines)
        assert f"> {rows[place % len(rows)].name}"[:40] in text
        assert KEYS in text


@settings(deadline=None, max_examples=10)
@given(st.lists(rows(), min_size=1, max_size=4, unique_by=lambda row: row.name))
def test_each_line_of_a_question_is_on_one_of_its_screens(rows: list[ShownExercise]) -> None:
    row = next((row for row in rows if row.open), None)
    if row is None:
        return
    place = rows.index(row)
    said = "".join(
        line.strip() for skipped in range(12) for line in shown(view_of(rows, place, skipped), 80, 24)
    )
    for line in shown(view_of(rows, place), 80, 200):
        if line.strip() and not line.startswith("---"):
            assert line.strip() in said
