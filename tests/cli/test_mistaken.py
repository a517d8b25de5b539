"""Wrong arguments: what is not a file, what would overwrite an input, what has no effect."""

from __future__ import annotations

import os
import sys
from pathlib import Path

assert sys.platform != "win32"  # it has no fork

import pytest

from grader.cli.course import PARTS, Parts, command
from tests.conftest import Run

COURSE = [
    ("check --html fifo", "fifo cannot be written: it is not a plain file."),
    ("check --html exercises", "exercises cannot be written: Is a directory."),
    ("check --html nowhere/page.html", "There is no folder nowhere."),
    ("check --html course.yaml", "is a file of the course and would be overwritten"),
    ("check --html linked.html", "is a file of the course and would be overwritten"),
    ("check --html gradebook.db", "is a file of the course and would be overwritten"),
    (
        "check --html exercises/exercise-2/misconceptions.py",
        "is a file of the course and would be overwritten",
    ),
    ("check --html roster.csv", "roster.csv already exists and is not a page."),
    ("check --html work.py", "work.py already exists and is not a page."),
    ("check --json --watch", "--watch prints to the terminal only."),
    ("check --watch --html page.html", "--watch prints to the terminal only."),
    ("check --variants 10001", "is not in the range"),
    ("generate fifo", "fifo cannot be written: File exists."),
    ("generate loop", "loop cannot be written: File exists."),
    ("generate .", ". holds the course itself."),
    ("generate . --roster roster.csv", ". holds the course itself."),
    ("generate exercises/exercise-1", "holds the course itself."),
    ("generate piped", "piped/course.pack cannot be read: it is not a plain file."),
    ("generate stubbed", "stubbed/exercise-1.py cannot be read: it is not a plain file."),
    ("schema fifo", "fifo cannot be read or written: File exists."),
    ("schema fifo/below", "fifo/below cannot be read or written: Not a directory."),
    ("new fifo", "fifo already exists and is not an empty folder."),
    ("new loop", "loop cannot be written: Too many levels of symbolic links."),
]
EMPTY = ["check --html @", "generate @", "generate OUT --roster @", "new @", "schema @", "export csv --out @"]


@pytest.fixture
def strange(own: Path) -> Path:
    """Return a course with odd things beside it."""
    os.mkfifo(own / "fifo")
    (own / "loop").symlink_to("loop")
    (own / "linked.html").symlink_to("course.yaml")
    (own / "roster.csv").write_text("student\nada\n")
    (own / "work.py").write_text("size = 3\n")
    for folder, name in (("piped", "course.pack"), ("stubbed", "exercise-1.py")):
        (own / folder).mkdir()
        os.mkfifo(own / folder / name)
    return own


@pytest.mark.parametrize(("typed", "sentence"), COURSE)
def test_one_sentence_and_nothing_is_changed(strange: Path, course: Run, typed: str, sentence: str) -> None:
    before = {file: file.read_bytes() for file in strange.rglob("*") if file.is_file()}
    ran = course(strange, *typed.split())
    assert (ran.code, ran.out) == (2, "")
    assert sentence in ran.err
    after = {file: file.read_bytes() for file in strange.rglob("*") if file.is_file()}
    assert before.items() <= after.items()


@pytest.mark.parametrize("typed", EMPTY)
def test_an_empty_name_is_no_name(own: Path, course: Run, typed: str) -> None:
    ran = course(own, *["" if word == "@" else word for word in typed.split()])
    assert (ran.code, "The name is empty." in ran.err) == (2, True)


def test_a_page_is_written_again(own: Path, course: Run) -> None:
    for _ in range(2):
        assert course(own, "check", "exercise-1", "--variants", 0, "--html", "page.html").code == 0
    assert sorted(file.name for file in own.iterdir()) == ["course.yaml", "exercises", "page.html"]


def test_an_exercise_that_is_a_pipe(own: Path, course: Run) -> None:
    file = own / "exercises" / "exercise-1" / "exercise.yaml"
    file.unlink()
    os.mkfifo(file)
    ran = course(own, "check")
    assert (ran.code, "The file cannot be read: it is not a plain file." in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("exercise-1 --file fifo", "fifo cannot be read: it is not a plain file."),
        ("exercise-1 --file .", ". cannot be read: Is a directory."),
        ("exercise-1 --file /dev/zero", "/dev/zero cannot be read: it is not a plain file."),
        ("exercise-1 --file @", "The name is empty."),
        ("@", "There is no exercise ''."),
        ("--file work.py", "Name an exercise"),
        ("exercise-1 --hint --json", "Use one of --json and --hint."),
        ("exercise-1 --hint --watch", "Use one of --watch and --hint."),
        ("exercise-1 --json --watch", "Use one of --json and --watch."),
    ],
)
def test_the_same_for_students(strange: Path, grade: Run, typed: str, sentence: str) -> None:
    ran = grade(strange, *["" if word == "@" else word for word in typed.split()])
    assert (ran.code, ran.out) == (2, "")
    assert sentence in ran.err


def test_what_is_remembered_may_be_a_pipe(own: Path, grade: Run) -> None:
    (own / ".grade").mkdir()
    os.mkfifo(own / ".grade" / "exercise-1.json")
    ran = grade(own)
    assert (ran.code, "not graded yet" in ran.out) == (1, True)


@pytest.mark.parametrize("name", PARTS)
def test_the_help_says_what_each_command_says_of_itself(name: str) -> None:
    assert isinstance(command, Parts)
    context = command.make_context("course", [name])
    part = command.get_command(context, name)
    assert part is not None
    assert (part.name, part.get_short_help_str(100)) == (name, PARTS[name][2])


def test_an_unknown_command(own: Path, course: Run) -> None:
    ran = course(own, "genrate")
    assert (ran.code, "No such command 'genrate'." in ran.err) == (2, True)


def test_a_new_course_that_was_not_finished_is_completed(tmp_path: Path, course: Run) -> None:
    assert course(tmp_path, "new", "mine").code == 0
    files = {file: file.read_bytes() for file in (tmp_path / "mine").rglob("*") if file.is_file()}
    (tmp_path / "mine" / "course.yaml").unlink()
    (tmp_path / "mine" / "exercises" / ".exercise.schema.json.part").write_text("ha")
    assert course(tmp_path, "new", "mine").code == 0
    assert {file: file.read_bytes() for file in (tmp_path / "mine").rglob("*") if file.is_file()} == files
    (tmp_path / "mine" / "course.yaml").write_text("title: My own\n")
    ran = course(tmp_path, "new", "mine")
    assert (ran.code, "already exists" in ran.err) == (2, True)
