"""The page about a class: what it says, for few and for many, with and without names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.course.rules import Rules
from grader.gradebook.class_summary import Examples, Pace, arrivals, bare, paces
from grader.render.class_page import MAX_DOTS, days_plot, points_plot, spans_plot, told_time
from tests.classroom.conftest import COURSE, EXERCISE, RIGHT, Small, new_class
from tests.conftest import Run
from tests.gradebook.test_scoring import attempt
from tests.render.pages import marked, report

FOUR = 'answer: "5", misconceptions: {four: {answer: "4", message: One too few.}}}'
DUE = datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.fixture
def graded(tmp_path: Path, course: Run) -> Small:
    """Return a graded class of twelve; three of them show a misconception, with a comment that names somebody."""
    small = new_class(tmp_path)
    small.write("course.yaml", f"{COURSE}rules: {{deadlines: {{ex-1: 2026-12-01 12:00}}}}\n")
    small.write("exercises/ex-1/exercise.yaml", EXERCISE.replace('answer: "5"}', FOUR))
    for number in range(12):
        text = RIGHT.replace("five = 5", "five = 4  # as mallory told me") if number < 3 else RIGHT
        late = timedelta(days=1 if number == 5 else -number)
        small.hand_in(f"student-name-{number:02}", text, time=DUE + late - timedelta(hours=1))
    course(small.root, "grade", "S")
    return small


def written(small: Small, course: Run, *options: str) -> str:
    ran = course(small.root, "report", "--html", "page.html", *options)
    assert (ran.code, ran.out) == (0, "The report was written to page.html.\n")
    return (small.root / "page.html").read_text(encoding="utf-8")


def test_a_page_says_what_the_class_understands(graded, course):
    page = written(graded, course)
    assert "12 students handed in. Half of them have 3 of 3 points or more." in page
    assert "The hardest question is ex-1.five, which 9 of 12 got right." in page
    assert "The most frequent misconception is four, shown by 3." in page
    assert "One too few." in page
    assert '<pre tabindex="0" role="group" aria-label="An answer that shows four">five = 4</pre>' in page
    assert "mallory" not in page
    assert "fewer than 10 students" in page  # below which nothing is said about telling apart
    assert re.search(r">ex-1</th><td[^>]*>11</td><td[^>]*>1</td><td[^>]*>0</td>", page)  # on time, late
    assert "ex-1.test_double: passed by all of 12" in page or "ex-1.test_double" in page
    assert "student-name-07" in page
    assert not re.search(r"""(src|href)="(?!#)|style=\"""", page)


def test_pseudonyms_leave_no_name_in_any_form_of_the_report(graded, course):
    page = written(graded, course, "--pseudonyms")
    assert "student-name" not in page
    assert all(f">student {number}<" in page for number in range(1, 13))
    assert page == written(graded, course, "--pseudonyms")
    told = json.loads(course(graded.root, "report", "--pseudonyms", "--json").out)
    assert [re.fullmatch(r"student \d+", name) is not None for name in told["students"]] == [True] * 3
    assert "student-name" not in course(graded.root, "report", "--pseudonyms").out


def test_another_file_is_not_overwritten(graded, course):
    ran = course(graded.root, "report", "--html", "course.yaml")
    assert (ran.code, "is not a page" in ran.err) == (2, True)


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=300), st.floats(0.5, 1000))
def test_a_plot_has_every_student_inside_its_frame(totals, points):
    plot = points_plot(totals, points)
    assert plot is not None
    has_dots = all(mark.height == 0 for mark in plot.marks)
    assert not has_dots or len(plot.marks) == len(totals)
    for mark in plot.marks:
        assert 0 <= mark.x <= 640
        assert 0 <= mark.y <= plot.height
        assert mark.x + mark.width <= 641


def test_many_students_are_bars_and_nobody_is_nothing():
    many = points_plot([5.0] * (MAX_DOTS + 1), 10)
    assert many is not None
    assert [mark.height > 0 for mark in many.marks] == [True]
    assert points_plot([], 10) is None


def days() -> Iterator[tuple[timedelta, int]]:
    """Yield hand-in times before and after a deadline, and the day that each is on."""
    yield from ((timedelta(0), 0), (timedelta(hours=-1), 0), (timedelta(days=-1, seconds=-1), -1))
    yield from ((timedelta(seconds=1), 1), (timedelta(days=1), 1), (timedelta(days=1, seconds=1), 2))


@pytest.mark.parametrize(("after", "day"), list(days()))
def test_days_are_counted_from_the_deadline(after, day):
    rules = Rules.model_validate({"deadlines": {"ex-1": "2026-12-01 12:00"}})
    [found] = arrivals([attempt(handed_in=DUE + after)], ["ex-1"], rules)
    assert found.days == {day: 1}
    assert (found.on_time, found.late) == ((0, 1) if after > timedelta(0) else (1, 0))
    assert days_plot(found) is not None


def test_time_runs_from_the_first_attempt_to_the_last_before_the_deadline():
    rules = Rules.model_validate({"deadlines": {"ex-1": "2026-12-01 12:00"}})
    hour = timedelta(hours=1)
    given_in = [
        attempt(late=-30 * hour, number=1),
        attempt(late=-3 * hour, number=2),
        attempt(late=2 * hour, student="bob"),
        attempt(student="cyd", number=1),  # the time is not known
        attempt(late=-hour, student="cyd", number=2),
    ]
    [found] = paces(given_in, ["ex-1", "ex-2"], rules)
    assert found == Pace("ex-1", (2, 1, 2), (27 * hour,), (3 * hour, -2 * hour, hour))
    assert found.once == 1
    plot = spans_plot(found)
    assert plot is not None
    assert plot.text == "to 7 days: 1 student"
    assert spans_plot(Pace("ex-1", (1,), (), ())) is None


@given(st.timedeltas())
def test_a_time_is_told_in_one_unit(time):
    assert re.fullmatch(r"\d+ (min|h|days?)( late)?", told_time(time))


def test_the_page_says_how_often_and_how_long_before_the_deadline(graded, course):
    graded.hand_in("student-name-00", RIGHT, time=DUE - timedelta(minutes=20))
    course(graded.root, "grade", "S")
    page = written(graded, course)
    assert re.search(
        r">ex-1</th><td[^>]*>1</td><td[^>]*>2</td><td[^>]*>11</td><td[^>]*>40 min</td><td[^>]*>4 days</td>",
        page,
    )
    assert 'aria-label="to 1 h: 1 student"' in page


def test_the_second_option_of_two_questions_is_no_misconception_of_both():
    wrong = [
        report([marked(id_, kind="choice", misconception="option-2", answer=f"{id_} = 'b'")])
        for id_ in ("one", "two", "two")
    ]
    found = Examples()
    assert len(list(found.passing([*wrong, report([marked("q", misconception="slip")])]))) == 4
    named = {one.name: one.places for one in found.ranked()}
    assert named == {
        "exercise-1.one: option-2": ("exercise-1.one",),
        "exercise-1.two: option-2": ("exercise-1.two",),
        "slip": ("exercise-1.q",),
    }


@given(st.text())
def test_an_example_is_code_without_comments(text):
    assert "#" not in bare(f"x = 1  # {text.splitlines()[0] if text.splitlines() else ''}")
