"""Feedback pages and texts: what each shows and when, and that nobody reads about anybody else."""

from __future__ import annotations

import re
import shutil
import stat
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.service import feedback_folder
from tests.classroom.conftest import COURSE, EXERCISE, RIGHT, Small, new_class
from tests.conftest import Copy, Run

ASKED = EXERCISE.replace(
    'answer: "5"}',
    'answer: "5", explanation: "FIVE-EXPLAINED", misconceptions: {four: {answer: "4", message: FOUR-SAID}}}',
)
PADDED = """
format: 1
title: Padding
params: {M: {from: 7, to: 20}}
variant_0: {M: 7}
questions:
  - id: size
    kind: output-size
    prompt: "{{ M }} cells."
    layer: Conv2d(1, 1, 3, padding=1)
    input: [1, 1, M, M]
"""
SLIP = "prompt: Double it., misconceptions: {once: {message: ONCE-SAID}},"
WRONG = RIGHT.replace("five = 5", "five = 4")
RULES = (
    "rules: {deadlines: {ex-1: 2026-12-01 12:00}, grace_minutes: 30, extensions: [{student: ada, days: 1}]}\n"
)
SIGNS = {"score": "of 3 points", "messages": "FOUR-SAID", "explanation": "FIVE-EXPLAINED", "checks": "log("}


@pytest.fixture
def graded(copied: Copy, course: Run) -> Small:
    """Return a graded class of ada and bob, who both gave the answer of a misconception."""

    def make(root: Path) -> None:
        small = new_class(root)
        small.write("exercises/ex-1/exercise.yaml", ASKED)
        for student in ("ada", "bob"):
            small.hand_in(student, WRONG, time=datetime(2026, 11, 20, tzinfo=UTC))
        assert course(small.root, "grade", "S").code == 0

    return Small(copied(make))


def pages(small: Small, student: str) -> dict[str, str]:
    """Return everything that a student receives in the folder OUT."""
    files = (small.root / "OUT" / student).glob("*")
    return {file.name: file.read_text(encoding="utf-8") for file in files}


@pytest.mark.parametrize("item", list(SIGNS))
def test_each_part_appears_a_minute_after_its_moment_in_every_file(item, graded, course):
    others = ", ".join(f"{one}: never" for one in SIGNS if one != item)
    graded.write("course.yaml", f"{COURSE}{RULES}release: {{{item}: after_deadline, {others}}}\n")
    moments = {"bob": "2026-12-01 12:{}", "ada": "2026-12-02 12:{}"}
    if item in {"explanation", "checks"}:  # they wait for the last of all
        moments["bob"] = moments["ada"]
    for student, moment in moments.items():
        assert course(graded.root, "feedback", "OUT", "--at", moment.format(29)).code == 1
        assert pages(graded, student) == {}
        course(graded.root, "feedback", "OUT", "--at", moment.format(31))
        found = pages(graded, student)
        shown = {sign for sign, text in SIGNS.items() if text in found["ex-1.html"]}
        assert shown == {item}
        short = {sign for sign, text in SIGNS.items() if text in found["ex-1.feedback.txt"]}
        assert short == {item} & {"score", "messages"}
        assert f"released by {moment.format(31)} (UTC)" in found["ex-1.html"]
        assert ("five: wrong" in found["ex-1.feedback.txt"]) == (item in {"score", "messages"})
        assert (">wrong<" in found["ex-1.html"]) == (item in {"score", "messages"})
        assert ("\N{BALLOT X}" in found["ex-1.html"]) == (item in {"score", "messages"})
        assert ("five: not released yet" in found["ex-1.feedback.txt"]) == (item in {"explanation", "checks"})
        shutil.rmtree(graded.root / "OUT")


def test_a_page_says_what_was_wrong_and_why_and_needs_nothing_else(graded, course):
    graded.write("course.yaml", f"{COURSE}contact: Write to <b>us</b>.\n")
    ran = course(graded.root, "feedback", "OUT")
    assert (ran.code, ran.out) == (0, "2 pages written to OUT.\n")
    found = pages(graded, "ada")
    page, text = found["ex-1.html"], found["ex-1.feedback.txt"]
    assert "FOUR-SAID" in page
    assert "five = 4" in page  # the answer
    assert "FIVE-EXPLAINED" not in page
    assert "Write to &lt;b&gt;us&lt;/b&gt;." in page
    assert "<script" not in page
    assert "script-src" not in page  # so no script may run
    assert re.search(r"""content="default-src 'none'; [^"]*style-src 'sha256-[^"]*'">""", page)
    assert not re.search(r"""(src|href)="(?!#)""", page)
    assert text.splitlines()[:2] == ["ex-1: Sums", "2 of 3 points"]
    assert "five: wrong, 0 of 1 point\n  FOUR-SAID" in text
    for folder in (graded.root / "OUT", graded.root / "OUT" / "ada"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("release", ["never", "at_once"])
def test_a_mistaken_walk_is_drawn_on_other_numbers_until_the_solution_is_released(small, course, release):
    small.write("course.yaml", f"{COURSE}release: {{explanation: {release}}}\n")
    small.write("exercises/ex-2/exercise.yaml", PADDED)
    small.hand_in("ada", "size = 5\n", "ex-2")
    assert course(small.root, "grade", "S").code == 0
    assert course(small.root, "feedback", "OUT").code == 0
    page = pages(small, "ada")["ex-2.html"]
    assert "ignored-padding" in course(small.root, "report").out
    assert "<svg" in page
    assert ("The same slip with different numbers." in page) == (release == "never")
    tracks = re.search(r"<desc[^>]*>(.*?)</desc>", page, re.DOTALL)
    assert tracks is not None
    assert "7 cells." in page  # variant 0, because nobody was handed another one
    assert ("size = 7" in page) == (release == "at_once")  # the solution


def test_code_that_shows_a_misconception_has_its_solution_and_no_figure(small, course):
    small.write("course.yaml", f"{COURSE}release: {{explanation: at_once}}\n")
    small.replace("exercises/ex-1/exercise.yaml", "prompt: Double it.,", SLIP)
    small.write("exercises/ex-1/misconceptions.py", "def double_once(x):\n    return x\n")
    small.hand_in("ada", RIGHT.replace("2 * x", "x"))
    course(small.root, "grade", "S")
    assert course(small.root, "feedback", "OUT").code == 0
    page = pages(small, "ada")["ex-1.html"]
    assert "ONCE-SAID" in page
    assert "return 2 * x" in page
    assert "<figure" not in page


def test_a_page_is_about_the_variant_that_was_handed_out(small, course):
    small.write("roster.csv", "student\nada\nbob\n")
    assert course(small.root, "generate", "handouts", "--roster", "roster.csv").code == 0
    asked = {}
    for student in ("ada", "bob"):
        stub = (small.root / "handouts" / student / "ex-2.py").read_text(encoding="utf-8")
        [asked[student]] = re.findall(r"Say (\d+)", stub)
        small.hand_in(student, f"seven = {asked[student]}\n", "ex-2")
    course(small.root, "grade", "S", "--roster", "roster.csv")
    course(small.root, "feedback", "OUT")
    for student, number in asked.items():
        page = pages(small, student)["ex-2.html"]
        assert f"Say {number}." in page
        assert ">right<" in page


def test_an_example_never_has_the_numbers_of_the_student(small, course):
    small.write("exercises/ex-2/exercise.yaml", PADDED)
    small.write("roster.csv", "student\nexample 0\n")  # whose variant is the first example
    course(small.root, "generate", "handouts", "--roster", "roster.csv")
    stub = (small.root / "handouts" / "example 0" / "ex-2.py").read_text(encoding="utf-8")
    [number] = map(int, re.findall(r"(\d+) cells", stub))
    small.hand_in("example 0", f"size = {number - 2}\n", "ex-2")
    course(small.root, "grade", "S", "--roster", "roster.csv")
    course(small.root, "feedback", "OUT")
    page = pages(small, "example 0")["ex-2.html"]
    assert "The same slip with different numbers." in page
    drawn = {int(size) for size in re.findall(r"image (\d+) × ", page)}
    assert drawn
    assert number not in drawn


def test_rules_that_touched_a_score_are_told(graded, course):
    graded.write(
        "course.yaml", f"{COURSE}rules: {{deadlines: {{ex-1: 2026-11-18}}, late: {{percent_per_day: 10}}}}\n"
    )
    course(graded.root, "feedback", "OUT")
    assert "2 days late: -20 %" in pages(graded, "ada")["ex-1.html"]
    assert pages(graded, "ada")["ex-1.feedback.txt"].splitlines()[1:3] == [
        "1.6 of 3 points",
        "2 days late: -20 %",
    ]


def test_no_word_of_one_student_is_on_the_page_of_another(tmp_path, course, monkeypatch):
    """Planted: unique names, answers, code and comments, and what is printed and raised."""
    monkeypatch.setattr(feedback_folder, "ALONE", 1)  # other processes write the pages
    small = new_class(tmp_path)
    marks = {f"s{uuid.uuid4().hex[:12]}": [uuid.uuid4().hex[:12] for _ in range(4)] for _ in range(4)}
    for student, (answer, comment, printed, raised) in marks.items():
        file = f"five = '{answer}'\n# {comment}\nprint('{printed}')\ndef double(x):\n    raise ValueError('{raised}')\n"
        small.hand_in(student, file)
    course(small.root, "grade", "S")
    assert course(small.root, "feedback", "OUT").code == 0
    for student, own in marks.items():
        [page, text] = [pages(small, student)[name] for name in ("ex-1.html", "ex-1.feedback.txt")]
        assert student in page
        assert own[0] in page
        for other, theirs in marks.items():
            for word in (other, *theirs) if other != student else ():
                assert word not in page + text


def test_hostile_text_is_shown_as_text(tmp_path, course):
    small = new_class(tmp_path)
    evil = "</pre><script>alert(1)</script><img src=x onerror=alert(2)>\\u202e"
    small.hand_in("eve", f'five = "{evil}"\nprint("{evil}")\ndef double(x):\n    return "{evil}"\n')
    course(small.root, "grade", "S")
    course(small.root, "feedback", "OUT")
    [file] = (small.root / "OUT").glob("*/ex-1.html")
    page = file.read_text(encoding="utf-8")
    assert "&lt;script&gt;" in page
    assert not re.search(r"<script|<img|\u202e", page)


def test_a_text_for_a_comment_box_is_short(tmp_path, course):
    small = new_class(tmp_path)
    many = "".join(f"  - {{id: q{n}, kind: number, prompt: A, answer: '5'}}\n" for n in range(200))
    small.write("exercises/ex-2/exercise.yaml", f"format: 1\ntitle: Many\nquestions:\n{many}")
    small.hand_in("ada", "".join(f"q{n} = 4\n" for n in range(200)), "ex-2")
    course(small.root, "grade", "S")
    course(small.root, "feedback", "OUT", "ex-2")
    text = pages(small, "ada")["ex-2.feedback.txt"]
    assert len(text) <= 2000
    assert text.endswith("The rest is on the page.\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("OUT", "ex-9"), "ex-9"),
        (("OUT", "--at", "soon"), "'soon' is not a time"),
        (("OUT",), "There are no reports. Run: course grade SUBMISSIONS"),
    ],
)
def test_what_cannot_be_written_is_one_sentence(tmp_path, course, arguments, said):
    ran = course(new_class(tmp_path).root, "feedback", *arguments)
    assert ran.code == 2
    assert said in ran.err


@pytest.mark.parametrize("out", [".", "exercises", "exercises/ex-1"])
def test_feedback_is_never_among_the_files_of_the_course(graded, course, out):
    before = stat.S_IMODE((graded.root / out).stat().st_mode)
    ran = course(graded.root, "feedback", out)
    assert (ran.code, "holds the course itself. Choose another folder, such as" in ran.err) == (2, True)
    assert stat.S_IMODE((graded.root / out).stat().st_mode) == before


def test_a_folder_that_others_can_read_is_closed_to_them(graded, course):
    for folder in (graded.root / "OUT", graded.root / "OUT" / "ada"):
        folder.mkdir(mode=0o755)
    course(graded.root, "feedback", "OUT")
    for folder in (graded.root / "OUT", graded.root / "OUT" / "ada"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_file_where_the_folder_should_be(graded, course):
    graded.write("OUT", "")
    ran = course(graded.root, "feedback", "OUT")
    assert (ran.code, "OUT cannot be" in ran.err) == (2, True)
