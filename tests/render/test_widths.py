"""Pages in terminals of 40 to 200 columns, and their colours on dark and light backgrounds."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import ColorType
from rich.console import Console, RenderableType
from rich.style import Style

from grader.examiner.report import CheckReport, QuestionReport, Report
from grader.language.points import number_text, score_text
from grader.render.classroom import report_line
from grader.render.lines import Labelled
from grader.render.palette import COLOURS, screen
from grader.render.terminal import WORDS, Beside, WatchedPage, glance_page, remembered, report_page, sum_of
from grader.walks.axis import Axis
from grader.walks.walk import Walk

LEAST_CONTRAST = 4.5  # to 1, of the Web Content Accessibility Guidelines (AA)
WALK = Walk("convolution", (1, 1, 9, 9), 1, (Axis(9, 3), Axis(9, 3)))
names = st.from_regex("[a-z][a-z_0-9]{0,59}", fullmatch=True)
points = st.floats(0, 150) | st.integers(1, 20).map(float)
texts = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), max_size=90)


@st.composite
def questions(draw: st.DrawFn) -> QuestionReport:
    most = draw(st.floats(0.5, 150))
    check = {"id": "c", "points": 1, "score": 0, "title": draw(texts), "message": draw(texts)}
    told = {"visible": draw(st.booleans()), "outcome": draw(st.sampled_from(["passed", "failed"]))}
    values = {
        "call": "f(tensor([[1., 2.],\n          [3., 4.]]))",
        "expected": "tensor([1.])",
        "actual": "None",
    }
    return QuestionReport(
        id=draw(names),
        kind=draw(st.sampled_from(["number", "code"])),
        outcome=draw(st.sampled_from(sorted(WORDS))),
        score=draw(st.floats(0, 1)) * most,
        points=most,
        message=draw(texts),
        walk=draw(st.sampled_from([None, WALK])),
        checks=(CheckReport.model_validate(check | told | values),),
    )


@st.composite
def reports(draw: st.DrawFn) -> Report:
    asked = draw(st.lists(questions(), min_size=1, max_size=12))
    return Report(
        exercise="exercise-8",
        student=None,
        score=sum(one.score for one in asked),
        points=sum(one.points for one in asked),
        isolation=(),
        questions=tuple(asked),
        notes=tuple(draw(st.lists(texts, max_size=3))),
        printed="\n".join(draw(st.lists(texts, max_size=8))),
    )


def lines_of(page: RenderableType, width: int, height: int = 24) -> list[str]:
    console = Console(width=width, height=height, highlight=False, file=io.StringIO())
    with console.capture() as captured:
        console.print(page)
    return captured.get().split("\n")[:-1]


@settings(deadline=None, max_examples=30)
@given(reports(), st.integers(40, 200))
def test_a_page_fits_and_nothing_of_a_question_is_missing_or_torn(report: Report, width: int) -> None:
    lines = lines_of(report_page(report, "A title of some length", {}, Beside(report, "exercise-9")), width)
    assert max(map(cell_len, lines)) <= min(width, 80)
    text = "".join(line.strip() for line in lines)
    for question in report.questions:
        assert question.id in text  # a long one is broken, and still there
        words = (WORDS[question.outcome][0], "partly right")
        assert any(word in line for word in words for line in lines)
    for line in lines:
        if line.endswith((" points", " point")):
            amount = line.split()[-2]
            assert len(amount.partition(".")[2]) <= 2, line
    assert not any(line.strip() in {"points", "point"} for line in lines)


@settings(deadline=None, max_examples=30)
@given(reports(), st.integers(40, 200), st.integers(24, 60))
def test_a_watched_page_keeps_the_first_open_question_on_the_screen(
    report: Report, width: int, height: int
) -> None:
    lines = lines_of(WatchedPage(report, "A title of some length", {}), width, height)
    assert len(lines) <= height - 3  # for the line of --watch, which may take two, and the cursor's own
    if report.still_open:
        text = "".join(line.strip() for line in lines)
        assert report.still_open[0].id in text


@given(st.floats(0, 1e6), st.floats(0.02, 1e6))  # of fewer points two decimals cannot show a part
def test_a_score_never_looks_full_or_empty_where_it_is_not(score: float, most: float) -> None:
    text = score_text(score, most)
    assert len(text.partition(".")[2]) <= 2
    assert "e" not in text
    if score < most - 0.01:
        assert text != number_text(most)
    if score >= 0.01:
        assert text != "0"


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_the_glance_fits(width: int) -> None:
    question = QuestionReport(id="q", kind="number", outcome="failed", score=4.66667, points=16, message="")
    best = Report(exercise="e", student=None, score=4.66667, points=16, isolation=(), questions=(question,))
    last = best.model_copy(update={"questions": (question.model_copy(update={"score": 0.0}),)})
    rows = [
        ("exercise-10", "Beyond: channels, groups, dilation", remembered(best, last)),
        sum_of([best, None]),
    ]
    lines = lines_of(glance_page("A course", rows, "Next: grade exercise-1"), width)
    assert max(map(len, lines)) <= min(width, 80)
    assert any("4.67 of 16 points (last: 0 of 16 points)" in line or width == 40 for line in lines)
    assert any("Total, 1 of 2 exercises" in line for line in lines)


def test_the_line_of_an_instructor_has_two_decimals_at_most() -> None:
    report = Report(exercise="e", student="ada", score=14.2174, points=20, isolation=(), questions=())
    assert report_line(report) == "ada  e  14.22 of 20"


def luminance(style: str) -> float:
    """Return the relative luminance of a style's colour."""
    colour = Style.parse(style).color
    assert colour is not None
    assert colour.type is ColorType.EIGHT_BIT
    assert (colour.number or 0) >= 16  # the first sixteen are another in every terminal
    channels = (value / 255 for value in colour.get_truecolor())
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(part * value for part, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("style", COLOURS)
def test_a_colour_can_be_read_on_white_and_on_black(style: str) -> None:
    light = luminance(style)
    assert 1.05 / (light + 0.05) >= LEAST_CONTRAST
    assert (light + 0.05) / 0.05 >= LEAST_CONTRAST


@settings(deadline=None, max_examples=30)
@given(reports())
def test_a_page_uses_these_colours_and_no_other_and_is_never_dim(report: Report) -> None:
    console = Console(width=80, color_system="256", force_terminal=True, file=io.StringIO(), highlight=False)
    allowed = {Style.parse(style).color for style in COLOURS} | {None}
    for line in console.render_lines(report_page(report, "T", {})):
        for segment in line:
            if segment.style is not None:
                assert segment.style.color in allowed
                assert segment.style.bgcolor is None
                assert not segment.style.dim


@pytest.mark.parametrize(
    ("term", "is_coloured"), [("xterm-256color", True), ("xterm", False), ("linux", False), ("dumb", False)]
)
def test_a_terminal_of_sixteen_colours_shows_none(
    monkeypatch: pytest.MonkeyPatch, term: str, is_coloured: bool
) -> None:
    monkeypatch.setenv("TERM", term)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("COLORTERM", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    console = screen()
    with console.capture() as captured:
        console.print("right", style=COLOURS[0])
    assert ("38;5" in captured.get()) == is_coloured


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (80, ["called    f(tensor([[1., 2.],", "                    [3., 4.]]))"]),
        (28, ["called:", "  f(tensor([[1., 2.],", "            [3., 4.]]))"]),
    ],
)
def test_what_a_check_called_is_below_its_label_where_it_does_not_fit_beside(
    width: int, lines: list[str]
) -> None:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(Labelled("called", "f(tensor([[1., 2.],\n          [3., 4.]]))"))
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().splitlines() == lines
