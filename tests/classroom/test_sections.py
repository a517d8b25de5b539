"""Deadlines by section, from the roster to scores, exports, pages and warnings."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from grader.course.loading import load_course
from grader.course.paper import prepare
from grader.service.service import Service
from tests.classroom.conftest import COURSE, Small
from tests.conftest import Run

RULES = """
rules:
  deadlines:
    ex-2: {default: 2026-01-10, sections: {Monday: 2026-01-05, 2: 2099-02-20}}
  late: {percent_per_day: 10}
  extensions: [{student: ada, days: 1}]
"""
HANDED_IN = datetime(2026, 1, 7, 12, tzinfo=UTC)
ROSTER = "student,section\nada,monday\nbob,2\ncyd,\ndee,Monday\neve,2\n"


@pytest.fixture
def sectioned(small: Small, course: Run) -> Small:
    """Return a class of three sections, of which three students handed in at one time."""
    small.write("course.yaml", COURSE + RULES)
    small.write("roster.csv", ROSTER)
    loaded = load_course(small.root)
    for student in ("ada", "bob", "cyd"):
        number = prepare(loaded.exercise("ex-2"), student).params["N"]
        small.hand_in(student, f"seven = {number}\n", "ex-2", HANDED_IN)
    ran = course(small.root, "grade", "S", "--roster", "roster.csv")
    assert (ran.code, ran.err) == (0, "")
    return small


def test_lateness_is_about_the_deadline_of_the_own_section(sectioned, course):
    rows = [line.split() for line in course(sectioned.root, "scores").out.splitlines()[1:]]
    assert [(row[0], row[3]) for row in rows] == [("ada", "0.9"), ("bob", "1"), ("cyd", "1")]
    assert "1 day late: -10 %" in " ".join(rows[0])  # two days without the extension


def test_a_roster_that_is_given_counts_instead_of_the_own_one(sectioned, course):
    other = sectioned.write("other.csv", "student,section\nada,2\nbob,Monday\ncyd,\n")
    course(sectioned.root, "export", "csv", "--roster", other, "--exercise", "ex-2", "--out", "e")
    text = (sectioned.root / "e" / "scores.csv").read_text(encoding="utf-8")
    assert ("2 days late" in text, "ada" in text) == (True, False)  # hers is not released before 2099


def test_a_score_waits_for_the_own_section_and_a_zero_too(sectioned, course):
    ran = course(
        sectioned.root,
        *("export", "csv", "--roster", "roster.csv", "--missing", "zero", "--exercise", "ex-2", "--out", "e"),
    )
    told = ran.out + ran.err
    assert "bob: the score in ex-2 is not released before 2099-02-20" in told
    assert "eve: no zero in ex-2, which is due for them on 2099-02-20" in told
    assert "dee" in (sectioned.root / "e" / "scores.csv").read_text(encoding="utf-8")


def test_feedback_at_a_moment_follows_the_section(sectioned, course):
    ran = course(sectioned.root, "feedback", "out", "--at", "2026-01-08 12:00")
    written = sorted(file.parent.name for file in (sectioned.root / "out").glob("*/ex-2.html"))
    assert written == ["ada"]
    assert "bob: the feedback on ex-2 is not released before 2099-02-20 23:59 UTC" in ran.out + ran.err


def test_the_class_report_counts_days_by_section(sectioned):
    with Service.at(sectioned.root) as service:
        [found] = service.summary().arrivals
    assert (found.on_time, found.late) == (2, 1)
    assert {day for day in found.days if day > -1000} == {1, -3}


def test_a_section_that_nobody_is_in_is_told_with_its_place(sectioned, course):
    sectioned.write("roster.csv", ROSTER.replace("onday", "ondays"))
    ran = course(sectioned.root, "scores")
    said = (
        "rules.deadlines.ex-2.sections.Monday: Nobody in the roster is in the section 'Monday'. Did you mean"
    )
    assert "course.yaml:10:44:" in ran.err
    assert said in ran.err
    (sectioned.root / "roster.csv").unlink()
    assert "but there is no roster.csv beside it" in course(sectioned.root, "scores").err
    sectioned.write("roster.csv", "student\nada\n")
    assert "but the roster has no column 'section'" in course(sectioned.root, "scores").err


def test_a_wrong_roster_is_told_where_a_deadline_needs_it(sectioned, course):
    sectioned.write("roster.csv", "student,section\nada,A\nada,B\n")
    ran = course(sectioned.root, "scores")
    assert (ran.code, "'ada' is already in the roster" in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("due", "said"),
    [
        ("{sections: {A: 2026-01-01}}", "'default' is missing."),
        ("{default: 2026-01-01}", "'sections' is missing."),
        ("{default: 2026-01-01, sections: {}}", "It must have 1 or more entries, not 0."),
        ("{default: 2026-01-01, sections: {A: soon}}", "deadlines.ex-2.sections.A: 'soon' is not a time."),
        ("{default: 2026-01-01, section: {A: 2026-01-01}}", "Did you mean 'sections'?"),
        ("[2026-01-01]", "is not a time"),
    ],
)
def test_what_is_wrong_has_its_place(small, course, due, said):
    small.write("course.yaml", f"{COURSE}rules: {{deadlines: {{ex-2: {due}}}}}\n")
    ran = course(small.root, "scores")
    assert (ran.code, said in ran.err) == (2, True), ran.err
