"""`course scores --total` and the export of totals, typed in a course."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

QUESTION = """\
format: 1
title: {name}
questions:
  - {{id: n, kind: number, points: 10, prompt: "What is {n} and 0?", answer: "{n}", hints: [Add.]}}
"""
COURSE = """\
format: 1
title: T
seed: s
exercises: [lab, exam]
rules: {{deadlines: {{lab: 2026-01-01, exam: {exam}}}, late: {{percent_per_day: 0}}}}
scores: {{weights: {{exam: 30}}, minimum: 50}}
"""


@pytest.fixture
def root(copied, course):
    """Return a graded class: Ada did both, Bob only the lab, Cyd nothing."""

    def make(root):
        for name, n in (("lab", 3), ("exam", 4)):
            folder = root / "exercises" / name
            folder.mkdir(parents=True)
            (folder / "exercise.yaml").write_text(QUESTION.format(name=name, n=n))
        (root / "course.yaml").write_text(COURSE.format(exam="2026-01-01"))
        (root / "roster.csv").write_text("student,name\nada,Ada\nbob,=Bob\ncyd,Cyd\n")
        for student, files in {"ada": {"lab": 3, "exam": 4}, "bob": {"lab": 3}}.items():
            (root / "S" / student).mkdir(parents=True)
            for name, n in files.items():
                (root / "S" / student / f"{name}.py").write_text(f"n = {n}\n")
        assert course(root, "grade", "S", "--jobs", 1).code == 0

    return copied(make)


def exported(root: Path) -> csv.DictReader[str]:
    """Return the rows of the exported totals."""
    text = (root / "exports" / "totals.csv").read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines())


def test_totals_are_shown_exported_and_held_back(root, course):
    ran = course(root, "scores", "--total", "--json")
    totals = {one["student"]: one for one in map(json.loads, ran.out.splitlines())}
    assert {who: (one["percent"], one["passed"]) for who, one in totals.items()} == {
        "ada": (100, True),
        "bob": (25, False),
        "cyd": (0, False),
    }
    assert "the total is below 50 %" in totals["bob"]["rules"]
    shown = course(root, "scores").out
    assert "25 %" in shown
    assert "failed" in shown

    assert course(root, "export", "csv", "--roster", "roster.csv").code == 0
    rows = {row["student"]: row for row in exported(root)}
    assert {who: (row["total"], row["result"]) for who, row in rows.items()} == {
        "ada": ("100", "passed"),
        "bob": ("25", "failed"),
    }
    ran = course(root, "export", "canvas", "--roster", "roster.csv", "--exercise", "total", "--dry-run")
    assert "ada: 100" in ran.out

    assert "1 of 2 have passed." in course(root, "report").out
    assert course(root, "report", "--html", "class.html").code == 0
    page = (root / "class.html").read_text(encoding="utf-8")
    assert "1 of 2 have passed." in page
    assert "25 %</td><td>failed</td>" in page

    (root / "course.yaml").write_text(COURSE.format(exam="2090-01-01"))
    ran = course(root, "export", "csv", "--roster", "roster.csv")
    assert ran.code == 1
    rows = {row["student"]: row for row in exported(root)}
    assert (rows["ada"]["total"], rows["bob"]["total"]) == ("", "100")
    assert rows["bob"]["result"] == "so far"


def test_a_file_that_was_left_out_may_be_theirs_and_counts_no_zero(root, course):
    (root / "S" / "cyd").mkdir()
    (root / "S" / "cyd" / "lab.txt").write_text("n = 3\n")
    assert course(root, "grade", "S", "--roster", "roster.csv", "--jobs", 1).code == 1
    [cyd] = map(json.loads, course(root, "scores", "--total", "--json", "cyd").out.splitlines())
    assert (cyd["percent"], cyd["so_far"], cyd["rules"]) == (None, True, ["nothing counts yet"])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--total", "--missing"], "Leave out --missing and --exercise."),
        (["--total", "--exercise", "lab"], "Leave out --missing and --exercise."),
        (["--total", "zoe"], "zoe"),
        (["--total", "--roster", "no.csv"], "no.csv"),
        (["--roster", "roster.csv"], "with --missing or --total"),
    ],
)
def test_a_wrong_option_is_one_sentence(root, course, arguments, sentence):
    ran = course(root, "scores", *arguments)
    assert ran.code == 2
    assert sentence in ran.err
    assert "Traceback" not in ran.err


def test_a_course_without_rules_for_a_total_says_what_to_add(root, course):
    text = (root / "course.yaml").read_text()
    (root / "course.yaml").write_text(text[: text.index("scores:")])
    ran = course(root, "scores", "--total")
    assert (ran.code, ran.err) == (2, "The course has no rules for a total. Add scores: to course.yaml.\n")
    ran = course(root, "export", "csv", "--exercise", "total")
    assert ran.code == 2
    assert ran.err.endswith("Add scores: to course.yaml.\n")
