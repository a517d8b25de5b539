"""`course roster` and `course forget`."""

from __future__ import annotations

import csv
import sqlite3
from pathlib import Path

import pytest

from tests.conftest import Run

MOODLE = "First name,Last name,Username,Email address\n"
PEOPLE = f"{MOODLE}Ada,Lovelace,ada,ada@x.org\nBob,Marsh,bob,\n"


def rows(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def test_an_import_says_what_it_understood_and_what_changes(own: Path, course: Run) -> None:
    (own / "first.csv").write_text(PEOPLE, "utf-8")
    ran = course(own, "roster", "import", "first.csv")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "first.csv: Moodle's participants or grades, 2 students",
        "  First name is first name, Last name is last name, Username is moodle_username, Email address is email",
        f"{own / 'roster.csv'}: 2 new, 0 changed, 0 gone",
        "  new: ada, bob",
    ]
    (own / "second.csv").write_text(
        f"{MOODLE}Ada,Lovelace,ada,ada@y.org\nEve,X,EVE,\n,,,\nNo,Body,,\n", "utf-8"
    )
    before = (own / "roster.csv").read_bytes()
    for options in (["--dry-run"], []):
        assert (own / "roster.csv").read_bytes() == before
        ran = course(own, "roster", "import", "second.csv", *options)
        assert ran.code == 1
        assert (
            "  new: EVE\n  changed: ada: email ada@x.org becomes ada@y.org\n  gone: bob (still in" in ran.out
        )
        assert "  left out: second.csv:5: It names nobody by an id.\n" in ran.out
    assert [row[0] for row in rows(own / "roster.csv")] == ["student", "ada", "bob", "EVE"]
    assert course(own, "roster", "import", "second.csv", "--remove-gone").code == 1
    assert [row[0] for row in rows(own / "roster.csv")] == ["student", "ada", "EVE"]


def test_variants_stay_when_the_lms_renames_somebody(own: Path, course: Run) -> None:
    (own / "first.csv").write_text(f"{MOODLE}Ada,Lovelace,ada,ada@x.org\n", "utf-8")
    course(own, "roster", "import", "first.csv")
    course(own, "generate", "before", "--roster", "roster.csv")
    (own / "canvas.csv").write_text(
        'Student,ID,SIS Login ID,Section,E (1)\n"Lovelace, Ada",17,alov,S,\n', "utf-8"
    )
    assert course(own, "roster", "import", "canvas.csv").code == 0
    course(own, "generate", "after", "--roster", "roster.csv")
    files = [sorted((own / name / "ada").glob("*.py")) for name in ("before", "after")]
    assert [one.read_bytes() for one in files[0]] == [one.read_bytes() for one in files[1]] != []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["none.csv"], "none.csv cannot be read"),
        (["any.csv"], "Say what they mean, as in --map student=Login"),
        (["any.csv", "--map", "Login"], "write each column once"),
        (["any.csv", "--from", "canvas"], "is not a list of people from Canvas"),
        ([], "FILES"),
    ],
)
def test_what_cannot_be_imported_is_one_sentence(
    own: Path, course: Run, arguments: list[str], sentence: str
) -> None:
    (own / "any.csv").write_text("Login,Naam\na,A\n", "utf-8")
    ran = course(own, "roster", "import", *arguments)
    assert (ran.code, sentence in ran.err) == (2, True), ran.err
    assert not (own / "roster.csv").exists()


def test_show_lists_doubles_and_who_lacks_an_id(own: Path, course: Run) -> None:
    assert course(own, "roster", "show").code == 2
    (own / "roster.csv").write_text(
        "student,name,canvas_id\nada,Ada Lovelace,17\nada2,Ada Lovelace,\nbob,Bob,18\n", "utf-8"
    )
    ran = course(own, "roster", "show")
    assert (ran.code, ran.out.splitlines()[-1]) == (
        1,
        "perhaps one student: ada and ada2 have the same name, Ada Lovelace",
    )
    ran = course(own, "roster", "show", "--for", "canvas")
    assert (
        ran.out.splitlines()[-1] == "no id for Canvas: ada2 has no canvas_id or sis_user_id or sis_login_id"
    )
    with (own / "course.yaml").open("a", encoding="utf-8") as stream:
        stream.write("lms: [moodle]\n")
    ran = course(own, "roster", "show")
    assert ran.out.count("no id for Moodle: ") == 3
    text = (own / "course.yaml").read_text("utf-8")
    (own / "course.yaml").write_text(text.replace("[moodle]", "[moodel]"), "utf-8")
    ran = course(own, "roster", "show")
    assert (ran.code, "Did you mean 'moodle'" in ran.err) == (2, True), ran.err


def test_forget_removes_one_student_and_says_what_is_left(own: Path, course: Run) -> None:
    (own / "roster.csv").write_text("student,remark\nada,x\nBob,y\n", "utf-8")
    course(own, "generate", "out", "--roster", "roster.csv")
    for student in ("ada", "bob"):
        (own / "in" / student).mkdir(parents=True)
        (own / "in" / student / "exercise-1.py").write_text(f"size = 3  # secret-of-{student}\n", "utf-8")
    assert course(own, "grade", "in", "--roster", "roster.csv").code == 0
    course(own, "override", "bob", "exercise-1", "--score", "0.5", "--reason", "mine")
    ran = course(own, "forget", "BOB")
    assert ran.code == 0
    assert "removed from the gradebook: submissions (1)\n" in ran.out
    assert f"removed from {own / 'roster.csv'}: Bob\n" in ran.out
    assert f"not removed: {own / 'in' / 'bob'}/\n" in ran.out
    assert (own / "roster.csv").read_text("utf-8").split() == ["student,remark", "ada,x"]
    content = (own / "gradebook.db").read_bytes()
    assert b"secret-of-ada" in content and b"secret-of-bob" not in content and b"Bob" not in content
    with sqlite3.connect(own / "gradebook.db") as connection:
        assert connection.execute("select distinct student from submission").fetchall() == [("ada",)]
        assert connection.execute("select count(*) from report").fetchone() == (1,)
    connection.close()
    assert course(own, "scores").out.count("ada") == 1
    again = course(own, "forget", "bob")
    assert (again.code, "There is no student 'bob'" in again.err) == (2, True)
