"""Rosters."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.classroom.roster import is_folder_name, read_roster
from grader.errors import CourseFaults, GraderError
from grader.identity import Person
from grader.lms.canvas import CANVAS_ID


def test_a_roster_keeps_ids_as_text_and_ignores_other_columns(tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    file.write_text("\ufeffStudent;Canvas ID;shoe size\nada;0017;38\n\nbob;;\n", encoding="utf-8")
    roster = read_roster(file)
    assert roster.students == ["ada", "bob"]
    assert roster.people["ada"].lms_ids == {CANVAS_ID: "0017"}


def faults_of(file: Path, text: str) -> list[tuple[int | None, str]]:
    """Return what is said about a roster, by its lines."""
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CourseFaults) as caught:
        read_roster(file)
    return [(fault.line, fault.sentence) for fault in caught.value.faults]


def test_every_fault_of_a_roster_is_told_with_its_line(tmp_path: Path) -> None:
    text = "student,name\nada,A\nada,B\n../x,C\n,D\nbob\n"
    assert faults_of(tmp_path / "roster.csv", text) == [
        (3, "'ada' is already in the roster."),
        (4, "'../x' cannot be the name of a folder."),
        (5, "The student's name is empty."),
        (6, "The row has 1 cells, but the header has 2."),
    ]


def test_two_students_of_one_name_or_id_are_a_fault(tmp_path: Path) -> None:
    text = (
        "student,name,email,section,canvas_id,moodle_idnumber\n"
        "ada,Ada,ada@x.org,1,12,\nAda,Ada,,1,,\nbob,Ada,Ada@x.org,1,13,\ncyd,Cyd,,1,12,\n"
        "dan,Ada,,1,,x1\neve,Eve,,1,,X1\n"  # whose ids differ
    )
    assert faults_of(tmp_path / "roster.csv", text) == [
        (3, "'Ada' is already in the roster as 'ada', and on some systems these are the same folder."),
        (4, "The email 'Ada@x.org' already belongs to 'ada'. A cell can be empty."),
        (5, "The canvas_id '12' already belongs to 'ada'. A cell can be empty."),
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"name\nada\n", "no column 'student'"),
        (b"", "is empty"),
        (b"student\n\x81\n", "not UTF-8"),
        (b"PK\x03\x04...", "Excel workbook"),
        (b"student\n\0", "NUL"),
        (b'Student,ID,SIS Login ID,Section\n"Lovelace, Ada",1,ada,S\n', "a gradebook of Canvas"),
        (b"Student,Score\n    Points Possible,10\nAda,5\n", "a gradebook of Canvas"),
        (b"student,Student\nada,bob\n", "two columns 'student'"),
        (b"student,E-Mail,email\nada,a@x.org,b@x.org\n", "two columns 'email'"),
        (b"student,canvas_id\nada,11.0\n", "'11.0' is not an id. Did a spreadsheet change it"),
        (b"student,sis_user_id\nada,1.00E+12\n", "'1.00E.12' is not an id"),
        (b"student,SIS Login\nada,ada\n", "Rename it to 'sis_login_id'"),
    ],
)
def test_a_file_that_is_no_roster(tmp_path: Path, content: bytes, sentence: str) -> None:
    file = tmp_path / "roster.csv"
    file.write_bytes(content)
    with pytest.raises(GraderError, match=sentence):
        read_roster(file)


TEXT = 'student;name;E-Mail\r\njos\u00e9;Jos\u00e9 N\u00fa\u00f1ez;j@x.org\r\nada;"L; Ada";\r\n'


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("first", ["", "sep=;\r\n"])
def test_rosters_as_other_programs_save_them(
    tmp_path: Path, separator: str, encoding: str, first: str
) -> None:
    file = tmp_path / "roster.csv"
    text = first + TEXT
    file.write_bytes(text.replace(";", separator).encode(encoding))
    roster = read_roster(file)
    assert roster.people == {
        "jos\u00e9": Person("jos\u00e9", "Jos\u00e9 N\u00fa\u00f1ez", "j@x.org"),
        "ada": Person("ada", f"L{separator} Ada"),
    }
    assert bool(roster.notes) == (encoding == "cp1252")


def test_what_spreadsheets_write_for_nothing_is_nothing(tmp_path: Path) -> None:
    file = tmp_path / "r.csv"
    file.write_text("student,canvas_id,email\nada,N/A,-\nbob,#N/A,-\n", encoding="utf-8")
    assert read_roster(file).people["bob"] == Person("bob")


def test_rows_equal_but_for_the_form_of_their_letters_are_one_student(tmp_path: Path) -> None:
    text = "student\njos\u00e9\njose\u0301\n\uff4a\uff4f\uff53\u00e9\n"
    assert [line for line, _ in faults_of(tmp_path / "r.csv", text)] == [3, 4]


@given(st.text(max_size=8))
def test_a_folder_name_stays_in_its_folder(name: str) -> None:
    if is_folder_name(name):
        joined = os.path.normpath(os.path.join("/root", name))  # noqa: PTH118 what a path becomes
        assert os.path.dirname(joined) == "/root"  # noqa: PTH120
        assert os.path.basename(joined) == name  # noqa: PTH119


@pytest.mark.parametrize(
    ("name", "is_fit"),
    [
        ("a" * 100, True),
        ("a" * 101, False),
        (".ada", False),  # hidden, and passed over where submissions are looked for
        ("ada.", False),  # Windows drops what these end with
        ("ada b", True),
        *((f"a{sign}b", False) for sign in '/\\:*?"<>|\x7f\x1b\u2028'),
        ("..", False),
        ("\u00c5sa", True),
    ],
)
def test_a_student_is_called_as_a_folder_can_be_on_every_system(
    tmp_path: Path, name: str, is_fit: bool
) -> None:
    file, cell = tmp_path / "roster.csv", name.replace('"', '""')
    file.write_text(f'student\n"{cell}"\nbob\n', encoding="utf-8")
    if is_fit:
        assert read_roster(file).students == [name, "bob"]
    else:
        [(line, sentence)] = faults_of(file, file.read_text("utf-8"))
        assert (line, "cannot be the name of a folder" in sentence) == (2, True)
