"""A file that a manual question asks for: from folders and zips of an LMS to the person who marks it."""

from __future__ import annotations

import json
import os
import sys
import zipfile
from pathlib import Path

import pytest

assert sys.platform != "win32"  # it has no fork

from grader.course.loading import load_course
from grader.errors import CourseFaults
from tests.classroom.conftest import Small
from tests.cli.terminal import terminal
from tests.conftest import Run
from tests.course.building import HEAD as EXERCISE_HEAD
from tests.course.building import faults, write

PLOT = """
format: 1
title: A plot
questions:
  - id: plot
    kind: manual
    points: 2
    file: plot.png
    file_mib: 1
    prompt: Plot the loss.
    rubric: [{points: 1, text: The axes have names.}, {points: 1, text: The loss falls.}]
    example: A curve that falls.
    hints: [matplotlib]
  - {id: five, kind: number, prompt: Say five., answer: "5", hints: [After four.]}
"""
PNG = b"\x89PNG\r\n\x1a\n"
FIVE = "five = 5\n"


@pytest.fixture
def plots(small: Small) -> Small:
    small.write("exercises/ex-2/exercise.yaml", PLOT)
    for student in ("ada", "bob", "cyd"):
        small.hand_in(student, FIVE, "ex-2")
    return small


def beside(plots: Small, student: str, content: bytes, name: str = "plot.png") -> Path:
    file = plots.root / "S" / student / name
    file.write_bytes(content)
    return file


def reports(plots: Small, course: Run, *more: object) -> dict[str, dict[str, str]]:
    """Return the outcome and the message of the question, by student."""
    lines = course(
        plots.root, "grade", "S", "--exercise", "ex-2", "--json", "--again", *more
    ).out.splitlines()
    told = [json.loads(line) for line in lines if line.startswith("{")]
    return {one["student"]: one["questions"][0] for one in told}


def test_a_file_is_kept_told_and_marked(plots: Small, course: Run) -> None:
    root = plots.root
    beside(plots, "ada", PNG + b"ada")
    beside(plots, "bob", b"GIF89a", "Plot (1).PNG")
    ran = course(root, "grade", "S", "--exercise", "ex-2")
    assert "cyd  ex-2  1 of 3  plot (not answered)" in ran.out
    assert "bob: 'Plot (1).PNG' is assumed to be a file of ex-2" in ran.out
    told = reports(plots, course)
    assert [told[name]["outcome"] for name in ("ada", "bob", "cyd")] == ["pending", "pending", "unanswered"]
    assert told["ada"]["message"] == "A person marks this."
    assert told["bob"]["misconception"] == "renamed-file"
    assert "`plot.png` is not here." in told["cyd"]["message"]
    assert course(root, "mark", "--out", "marks.yaml", "--anonymous").code == 0
    text = (root / "marks.yaml").read_text(encoding="utf-8")
    files = sorted((root / "marks-files").iterdir())
    assert {file.read_bytes() for file in files} == {PNG + b"ada", b"GIF89a"}
    assert all(f"The file is at marks-files/{file.name}" in text for file in files)
    assert ", ada (" not in text and "not what its name says" in text
    (root / "marks.yaml").write_text(text.replace("earned:\n", "earned: all\n"), encoding="utf-8")
    assert course(root, "mark", "--in", "marks.yaml").code == 0
    assert "ada     ex-2       3     3" in course(root, "scores").out


def test_another_file_is_listed_until_somebody_looks_at_it(plots: Small, course: Run) -> None:
    root = plots.root
    for student in ("ada", "bob"):
        beside(plots, student, PNG + student.encode())
    course(root, "grade", "S", "--exercise", "ex-2")
    course(root, "mark", "--out", "old.yaml")
    text = (root / "old.yaml").read_text(encoding="utf-8").replace("earned:\n", "earned: 1\n")
    (root / "old.yaml").write_text(text, encoding="utf-8")
    course(root, "mark", "--in", "old.yaml")
    plots.hand_in("ada", FIVE + "# the same plot\n", "ex-2")
    beside(plots, "bob", PNG + b"another")
    ran = course(root, "grade", "S", "--exercise", "ex-2")
    assert "2 graded" in ran.out.replace("3 graded", "2 graded")
    scores = course(root, "scores").out
    assert "bob     ex-2       1     -" in scores
    assert "ada     ex-2       2     2" in scores
    ran = course(root, "mark", "--in", "old.yaml")
    assert "the text has changed since: bob ex-2 plot" in ran.out
    course(root, "mark", "--out", "new.yaml")
    assert [file.read_bytes() for file in (root / "new-files").iterdir()] == [PNG + b"another"]
    course(root, "regrade", "--apply")  # it knows the files without their contents
    assert "ada     ex-2       2     2" in course(root, "scores").out


def test_hostile_files_earn_nothing_and_are_not_followed(plots: Small, course: Run) -> None:
    (plots.root / "S" / "ada" / "plot.png").symlink_to("/etc/passwd")
    beside(plots, "bob", PNG + bytes(1 << 20))
    os.mkfifo(plots.root / "S" / "cyd" / "plot.png")
    told = reports(plots, course)
    assert told["ada"]["outcome"] == told["cyd"]["outcome"] == "ungraded"
    assert told["ada"]["message"] == "plot.png is not a plain file."
    assert (told["bob"]["outcome"], "at most 1 MiB" in told["bob"]["message"]) == ("failed", True)
    assert plots.rows("select length(content) from handed_file where problem != ''") == [(0,), (0,)]
    beside(plots, "bob", b"")
    assert reports(plots, course)["bob"]["misconception"] == "empty-file"
    beside(plots, "bob", PNG, "PLOT.png")
    assert "only one file can count" in reports(plots, course)["bob"]["message"]


def test_without_its_source_a_file_is_left_out(plots: Small, course: Run) -> None:
    beside(plots, "ada", PNG)
    (plots.root / "S" / "ada" / "ex-2.py").unlink()
    ran = course(plots.root, "grade", "S", "--exercise", "ex-2")
    assert "ada: plot.png is for ex-2, of which there is no other file" in ran.out
    assert ran.code == 1


MOODLE = "{name}_{number}_assignsubmission_file_/{file}"
CANVAS = "{last}_{number}_70{number}_{file}"


@pytest.mark.parametrize("form", [MOODLE, CANVAS])
def test_an_lms_packs_files_beside_the_source(plots: Small, course: Run, tmp_path: Path, form: str) -> None:
    roster = tmp_path / "people.csv"
    roster.write_text("student,name,canvas_id\nada,Ada Lovelace,17\nbob,Bob Marsh,18\n", encoding="utf-8")
    people = (("Ada Lovelace", "lovelaceada", 17), ("Bob Marsh", "marshbob", 18))
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for name, last, number in people:
            for one, content in (("ex-2.py", FIVE.encode()), ("plot.png", PNG + last.encode())):
                file.writestr(form.format(name=name, last=last, number=number, file=one), content)
    ran = course(plots.root, "grade", archive, "--roster", roster, "--exercise", "ex-2")
    assert ran.out.count("plot (marked by a person)") == 2, ran.out + ran.err
    contents = {content for (content,) in plots.rows("select content from handed_file")}
    assert contents == {PNG + b"lovelaceada", PNG + b"marshbob"}


def test_the_terminal_says_where_the_file_lies(plots: Small, course: Run) -> None:
    beside(plots, "ada", PNG)
    course(plots.root, "grade", "S", "--exercise", "ex-2")
    command = [
        "-c",
        "import sys; from grader.cli.begin import course; sys.argv[0] = 'course'; course()",
        "mark",
    ]
    with terminal(command, plots.root) as screen:
        shown = screen.read_until("q quit): ")
        screen.type("q\n")
    assert "The student handed in:" in shown and "plot.png, 8 bytes" in shown
    [file] = (plots.root / "to-mark").iterdir()
    assert f"The file is at to-mark/{file.name}" in shown
    assert file.read_bytes() == PNG


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("file: plot.exe", "plot.exe has a file type that cannot be handed in. Use one of: .png"),
        ("file: ../plot.png", "file"),
        ("file: plot.png, least_words: 3", "A file has no word count. Remove 'least_words'."),
        ("file_mib: 2", "'file_mib' has no meaning without 'file'. Remove 'file_mib'."),
        ("file: plot.png, file_mib: 99", "file_mib"),
    ],
)
def test_a_wrong_field_is_told(tmp_path: Path, more: str, told: str) -> None:
    rubric = "rubric: [{points: 1, text: It falls.}]"
    question = f"- {{id: plot, kind: manual, prompt: Plot., {more}, {rubric}, hints: [a]}}\n"
    found = faults(tmp_path, f"{EXERCISE_HEAD}questions:\n{question}")
    assert any(told in one for one in found), found


def test_two_exercises_cannot_ask_for_one_file(tmp_path: Path) -> None:
    write(tmp_path, course_yaml="format: 1\ntitle: Two\nseed: a\nexercises: [one, two]\n")
    for name in ("one", "two"):
        write(tmp_path / "exercises" / name, exercise_yaml=PLOT)
    with pytest.raises(CourseFaults, match="one also asks for"):
        load_course(tmp_path).exercises()
    text = PLOT.replace("questions:", "files: [plot.png]\nquestions:")
    write(tmp_path / "exercises" / "two", exercise_yaml=text)
    (tmp_path / "exercises" / "two" / "plot.png").write_bytes(PNG)
    with pytest.raises(CourseFaults, match="Students receive a file"):
        load_course(tmp_path).exercises()
