"""Rosters and what a class hands in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.classroom.collecting import collect
from grader.classroom.roster import is_folder_name, read_roster
from grader.errors import CourseFaults, UsageFault


def test_a_roster_keeps_ids_as_text_and_ignores_other_columns(tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    file.write_text("\ufeffStudent;Canvas ID;shoe size\nada;0017;38\n\nbob;;\n", encoding="utf-8")
    roster = read_roster(file)
    assert roster.students == ["ada", "bob"]
    assert roster.people["ada"].canvas_id == "0017"


def test_every_fault_of_a_roster_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    file.write_text("student,name\nada,A\nada,B\n../x,C\n,D\nbob\n", encoding="utf-8")
    with pytest.raises(CourseFaults) as caught:
        read_roster(file)
    assert [(fault.line, fault.sentence) for fault in caught.value.faults] == [
        (3, "'ada' is in the roster already."),
        (4, "'../x' cannot be the name of a folder."),
        (5, "The student has no name."),
        (6, "There are 1 cells where the header has 2."),
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"name\nada\n", "no column 'student'"), (b"", "is empty"), (b"student\n\xff\n", "not UTF-8")],
)
def test_a_file_that_is_no_roster(tmp_path: Path, content: bytes, sentence: str) -> None:
    file = tmp_path / "roster.csv"
    file.write_bytes(content)
    with pytest.raises(CourseFaults, match=sentence):
        read_roster(file)


@given(st.text(max_size=8))
def test_a_folder_name_stays_in_its_folder(name: str) -> None:
    if is_folder_name(name):
        joined = os.path.normpath(os.path.join("/root", name))  # noqa: PTH118 what a path becomes
        assert os.path.dirname(joined) == "/root"  # noqa: PTH120
        assert os.path.basename(joined) == name  # noqa: PTH119


def test_collecting_follows_no_link_and_guesses_nothing(tmp_path: Path) -> None:
    root = tmp_path / "S"
    secret = tmp_path / "secret.py"
    secret.write_text("size = 3", encoding="utf-8")
    for student in ("ada", "bob", "cyd", "dan", "eve", ".git"):
        (root / student).mkdir(parents=True)
    (root / "ada" / "ex-2.ipynb").touch()
    (root / "ada" / "ex-1.py").touch()
    (root / "ada" / "torch.py").touch()
    (root / "ada" / "conftest.py").touch()
    (root / "ada" / "Ex_2.py").touch()
    (root / "bob" / "ex-1.py").symlink_to(secret)
    (root / "cyd" / "ex-1.py").touch()
    (root / "cyd" / "ex-1.ipynb").touch()
    (root / "dan" / "ex-1.py").mkdir()
    os.mkfifo(root / "eve" / "ex-1.py")
    (root / "link").symlink_to(root / "ada")
    (root / "readme.txt").touch()
    collected = collect(root, ["ex-1", "ex-2"], None)
    found = [(one.student, one.file.name, one.problem) for one in collected.found]
    assert found == [
        ("ada", "ex-1.py", ""),
        ("ada", "ex-2.ipynb", ""),
        ("bob", "ex-1.py", "ex-1.py is not a plain file."),
        ("cyd", "ex-1.py", "There are ex-1.py and ex-1.ipynb, and only one of them can count."),
        ("dan", "ex-1.py", "ex-1.py is not a plain file."),
        ("eve", "ex-1.py", "ex-1.py is not a plain file."),
    ]
    assert collected.left_out == [
        "'.git' cannot be the name of a student",
        "ada: 'Ex_2.py' is of no exercise. Did you mean 'ex-2'?",
        "ada: 'conftest.py' is of no exercise.",
        "ada: 'torch.py' is of no exercise.",
        "'link' is not a student's folder",
        "'readme.txt' is not a student's folder",
    ]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="cannot be read"):
        collect(tmp_path / "none", ["ex-1"], None)
