"""The commands lose no score, count none twice and give none to somebody else, whatever the class and its LMS."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import pytest

from tests.classroom.conftest import Small
from tests.conftest import Run

SEVEN = "seven = {N}\n"


def scores(small: Small) -> dict[str, float | None]:
    """Return the raw scores in the gradebook, and None for what could not be graded."""
    rows = small.rows(
        "select student, score, is_graded from report join submission on submission.id = submission_id"
    )
    return {student: score if is_graded else None for student, score, is_graded in rows}


def exported(small: Small, name: str) -> dict[str, str]:
    """Return the last column of an export by its identifying column."""
    with (small.root / "exports" / name).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    column = rows[0].index("SIS Login ID") if name.startswith("canvas") else 0
    return {row[column]: row[-1] if name.startswith("canvas") else row[1] for row in rows[1:] if row[column]}


def own_number(small: Small, student: str) -> int:
    """Return the number that a student was asked for."""
    [(params,)] = small.rows(
        f"select params from handed_out where student = '{student}' and exercise = 'ex-2'"
    )
    return int(params.split(":")[1].strip(" }"))


@pytest.fixture
def handed_out(small: Small, course: Run) -> Small:
    """Return a class of two whose exercises were handed out with a roster."""
    roster = small.write("roster.csv", "student\nada\nbob\n")
    assert course(small.root, "generate", "OUT", "--roster", roster).code == 0
    for student in ("ada", "bob"):
        small.hand_in(student, SEVEN.format(N=own_number(small, student)), "ex-2")
    return small


def test_without_the_roster_the_variants_that_were_handed_out_count(handed_out: Small, course: Run) -> None:
    assert course(handed_out.root, "grade", "S").code == 0
    assert scores(handed_out) == {"ada": 1, "bob": 1}


def test_without_the_roster_a_stranger_is_left_out_and_not_graded_with_variant_0(
    handed_out: Small, course: Run
) -> None:
    handed_out.hand_in("zoe", SEVEN.format(N=7), "ex-2")  # right for variant 0
    ran = course(handed_out.root, "grade", "S")
    assert (ran.code, set(scores(handed_out))) == (1, {"ada", "bob"})
    assert "zoe: no variant was handed out to this student; list everybody with --roster FILE" in " ".join(
        ran.out.split()
    )


def test_a_class_without_variants_is_graded_with_variant_0(small: Small, course: Run) -> None:
    small.hand_in("zoe", SEVEN.format(N=7), "ex-2")
    assert course(small.root, "grade", "S").code == 0
    assert scores(small) == {"zoe": 1}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ex-2.ipynb", b'{"cells": ['),
        ("ex-2.py", b"\x00\x01\x02"),
        ("ex-2.ipynb", b"{" + b" " * (10 << 20) + b"}"),
    ],
)
def test_a_file_that_cannot_be_read_is_ungraded_with_its_cause_and_no_zero(
    small: Small, course: Run, name: str, content: bytes
) -> None:
    roster = small.write("roster.csv", "student\nada\nbob\n")
    small.hand_in("ada", SEVEN.format(N=7), "ex-2")
    (small.root / "S" / "bob").mkdir(parents=True)
    (small.root / "S" / "bob" / name).write_bytes(content)
    small.root.joinpath("exercises/ex-2/exercise.yaml").write_text(
        "format: 1\ntitle: One\nquestions:\n- {id: seven, kind: number, prompt: Say 7., answer: '7'}\n"
    )
    ran = course(small.root, "grade", "S", "--roster", roster)
    assert (ran.code, scores(small)) == (1, {"ada": 1, "bob": None})
    assert f"not graded: bob ex-2: {name} is " in ran.out
    ran = course(
        small.root, "export", "canvas", "--roster", roster, "--missing", "zero", "--exercise", "ex-2"
    )
    assert (ran.code, ran.err) == (1, "left out: bob: ex-2 could not be graded\n")
    assert exported(small, "canvas-ex-2.csv") == {"ada": "1"}


@pytest.mark.parametrize(
    ("name", "zero"), [("ex-2.pdf", False), ("seven.py", False), ("notes.txt", False), ("EX_2 (1).py", False)]
)
def test_who_had_a_file_left_out_gets_no_zero(small: Small, course: Run, name: str, zero: bool) -> None:
    roster = small.write("roster.csv", "student\nada\nbob\n")
    small.hand_in("ada", SEVEN.format(N=7), "ex-2")
    small.write(f"S/bob/{name}", SEVEN.format(N=7))
    course(small.root, "grade", "S", "--roster", roster)
    ran = course(
        small.root, "export", "canvas", "--roster", roster, "--missing", "zero", "--exercise", "ex-2"
    )
    assert ("bob" in exported(small, "canvas-ex-2.csv")) == (zero or name.startswith("EX"))
    if not zero and not name.startswith("EX"):
        assert "bob: no zero in ex-2, because course grade left out a file that may be theirs" in ran.err
        small.write("S/bob/ex-2.py", SEVEN.format(N=7)).parent.joinpath(name).unlink()
        course(small.root, "grade", "S", "--roster", roster)
        course(small.root, "export", "canvas", "--roster", roster, "--missing", "zero", "--exercise", "ex-2")
        assert "bob" in exported(small, "canvas-ex-2.csv")


def test_a_file_of_somebody_unknown_gives_nobody_who_is_missing_a_zero(small: Small, course: Run) -> None:
    roster = small.write("roster.csv", "student,name\nada,Ada L\nbob,Robert M\n")
    with zipfile.ZipFile(small.root / "m.zip", "w") as archive:
        archive.writestr("Ada L_1_assignsubmission_file_/ex-2.py", "seven = 7\n")
        archive.writestr("Bob M_2_assignsubmission_file_/ex-2.py", "seven = 7\n")
    ran = course(small.root, "grade", "m.zip", "--roster", roster)
    assert ran.code == 1
    assert "handed in nothing, unless a file that was left out is theirs: bob" in " ".join(ran.out.split())
    ran = course(small.root, "export", "canvas", "--roster", roster, "--missing", "zero")
    assert ran.code == 1
    assert set(exported(small, "canvas-ex-2.csv")) == {"ada"}


@pytest.mark.parametrize(("before", "after"), [("ada", "Ada"), ("jos\u00e9", "jose\u0301")])
def test_a_roster_in_another_form_means_the_students_that_are_known(
    small: Small, course: Run, before: str, after: str
) -> None:
    small.hand_in(before, SEVEN.format(N=7), "ex-2")
    small.hand_in("x", SEVEN.format(N=7), "ex-2")
    course(small.root, "grade", "S")
    roster = small.write("roster.csv", f"student,sis_login_id\n{after},login\nx,x\n")
    ran = course(small.root, "export", "canvas", "--roster", roster, "--missing", "zero")
    assert (ran.code, exported(small, "canvas-ex-2.csv")) == (0, {"login": "1", "x": "1"})


def test_a_variant_is_found_again_whatever_the_case_of_the_roster(handed_out: Small, course: Run) -> None:
    roster = handed_out.write("other.csv", "student\nAda\nbob\n")
    assert course(handed_out.root, "grade", "S", "--roster", roster).code == 0
    assert scores(handed_out) == {"ada": 1, "bob": 1}


def test_what_was_handed_out_without_a_roster_is_graded_with_variant_0(small: Small, course: Run) -> None:
    assert course(small.root, "generate", "OUT").code == 0
    small.hand_in("ada", SEVEN.format(N=7), "ex-2")
    ran = course(small.root, "grade", "S", "--roster", small.write("roster.csv", "student\nada\n"))
    assert (ran.code, scores(small)) == (0, {"ada": 1})
    assert "Exercises were handed out without a roster" in ran.err


def test_another_zip_of_the_same_name_does_not_make_what_was_left_out_forgotten(
    small: Small, course: Run
) -> None:
    roster = small.write("roster.csv", "student,name,canvas_id\nada,Ada L,12\nbob,Bob M,13\n")

    def grade(*names: str) -> None:
        with zipfile.ZipFile(small.root / "s.zip", "w") as archive:
            for name in names:
                archive.writestr(name, "seven = 7\n")
        course(small.root, "grade", "s.zip", "--roster", roster)

    grade("lada_12_1_ex-2.py", "mbob_13_2_qqq.py")
    grade("lada_12_3_ex-1.py", "mbob_13_4_ex-1.py")
    course(small.root, "export", "canvas", "--roster", roster, "--missing", "zero", "--exercise", "ex-2")
    assert len(exported(small, "canvas-ex-2.csv")) == 0  # by ID, and no login
    with (small.root / "exports" / "canvas-ex-2.csv").open(encoding="utf-8") as stream:
        assert [row[1] for row in csv.reader(stream)][2:] == ["12"]


def test_nobody_of_the_file_means_no_file_and_exit_1(small: Small, course: Run) -> None:
    roster = small.write("roster.csv", "student,canvas_id\nada,11\n")
    small.hand_in("ada", SEVEN.format(N=7), "ex-2")
    course(small.root, "grade", "S", "--roster", roster)
    gradebook = small.write(
        "gb.csv", "Student,ID,SIS Login ID,Section,ex-2 (1)\n    Points Possible,,,,1\nX,99,ada,S,\n"
    )
    ran = course(
        small.root, "export", "canvas", "--roster", roster, "--fill", gradebook, "--exercise", "ex-2"
    )
    assert ran.code == 1
    assert ran.out == (
        "exports/canvas-ex-2.csv: not written, because it would be empty\n  left out: ada: not in the Canvas export\n"
    )
    assert not (small.root / "exports" / "canvas-ex-2.csv").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["csv", "--fill", "gb.csv"], "--fill works only with blackboard, brightspace, canvas and moodle"),
        (["csv", "--missing", "zero"], "--missing zero needs --roster"),
        (["csv", "--out-of", "nan"], "nan is not"),
        (["csv", "--out-of", "inf"], "inf is not"),
        (["csv", "--out-of", "1e300"], "1e+300 is not in the range"),
        (["csv", "--out-of", "0"], "0.0 is not in the range"),
        (["csv", "--out", "exercises/ex-2"], "is a file of the course and would be overwritten"),
        (["canvas", "--roster", "S"], "S cannot be read"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    small: Small, course: Run, arguments: list[str], sentence: str
) -> None:
    small.hand_in("ada", SEVEN.format(N=7), "ex-2")
    course(small.root, "grade", "S")
    ran = course(small.root, "export", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert sentence in ran.err


def test_no_export_is_written_over_what_it_reads(small: Small, course: Run) -> None:
    roster = small.write("exports/scores.csv", "student\nada\n")
    small.hand_in("ada", SEVEN.format(N=7), "ex-2")
    course(small.root, "grade", "S")
    ran = course(small.root, "export", "csv", "--roster", roster)
    assert (ran.code, ran.err) == (
        2,
        "exports/scores.csv is a file of the course and would be overwritten. Name another file.\n",
    )
    assert roster.read_text(encoding="utf-8") == "student\nada\n"


def test_a_gradebook_of_an_older_program_gets_the_new_table(small: Small, course: Run) -> None:
    small.hand_in("ada", SEVEN.format(N=7), "ex-2")
    course(small.root, "grade", "S")
    for statement in (
        "drop table left_out",
        "drop table outbox",
        "drop table mark",
        "drop table handed_file",
        "drop table made_file",
        "drop table gradebook_version",
        "create table about (version integer not null)",
        "insert into about values (2)",
    ):
        small.execute(statement)
    assert course(small.root, "grade", "S").code == 0
    assert small.rows("select * from left_out") == []


def test_a_folder_in_another_unicode_form_is_the_student_of_the_roster(small: Small, course: Run) -> None:
    roster = small.write("roster.csv", "student\njos\u00e9\n")
    small.hand_in("jose\u0301", SEVEN.format(N=7), "ex-2")
    ran = course(small.root, "grade", "S", "--roster", roster)
    assert "handed in nothing" not in ran.out
    assert set(scores(small)) == {"jos\u00e9"}
    assert Path(small.root / "S" / "jose\u0301").exists()
