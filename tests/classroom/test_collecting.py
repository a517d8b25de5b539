"""What a class hands in, found in folders: no link is followed and nothing is guessed."""

from __future__ import annotations

import os
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

assert sys.platform != "win32"  # it has no fork

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.classroom import submission_sources
from grader.classroom.collecting import Collected, Found
from grader.classroom.roster import Roster
from grader.classroom.submission_sources import time_of
from grader.errors import UsageFault
from grader.examiner.submission import MAX_BYTES
from grader.identity import Person
from tests.people import known

EXERCISES = ["ex-1", "ex-2"]


def write(file: Path, text: str = "") -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def told(found: Found) -> tuple[str, str, str]:
    """Return who handed in which file, and what is wrong with it."""
    handed_in = found.read()
    return found.student, handed_in.file_name, handed_in.problem


def test_collecting_follows_no_link_and_guesses_nothing(tmp_path: Path) -> None:
    root = tmp_path / "S"
    secret = write(tmp_path / "secret.py", "size = 3")
    for name in ("ex-2.ipynb", "ex-1.py", "torch.py", "conftest.py", "Ex_2.py"):
        write(root / "ada" / name)
    for student in ("bob", "dan", "eve", ".git"):
        (root / student).mkdir()
    (root / "bob" / "ex-1.py").symlink_to(secret)
    write(root / "cyd" / "ex-1.py")
    write(root / "cyd" / "ex-1.ipynb")
    (root / "dan" / "ex-1.py").mkdir()
    os.mkfifo(root / "eve" / "ex-1.py")
    (root / "eve" / "ex-2.py").symlink_to(tmp_path / "nowhere")
    (root / "link").symlink_to(root / "ada")
    write(root / "readme.txt")
    write(root / ".DS_Store")
    collected = Collected([root], EXERCISES, None)
    assert [told(found) for found in collected] == [
        ("ada", "ex-1.py", ""),
        ("ada", "ex-2.ipynb", "There are ex-2.ipynb and Ex_2.py, but only one file can count."),
        ("bob", "ex-1.py", "ex-1.py is not a plain file."),
        ("cyd", "ex-1.py", "There are ex-1.py and ex-1.ipynb, but only one file can count."),
        ("dan", "ex-1.py", "ex-1.py is not a plain file."),
        ("eve", "ex-1.py", "ex-1.py is not a plain file."),
        ("eve", "ex-2.py", "ex-2.py is not a plain file."),
    ]
    assert collected.left_out == [
        "'link' is neither in a student's folder nor named like an LMS submission",
        "'readme.txt' is neither in a student's folder nor named like an LMS submission",
        "ada: 'conftest.py' does not match an exercise.",
        "ada: 'torch.py' does not match an exercise.",
    ]
    assert collected.students == {"ada", "bob", "cyd", "dan", "eve"}


def test_a_file_has_the_time_that_the_folder_says(tmp_path: Path) -> None:
    file = write(tmp_path / "ada" / "ex-1.py", "x = 1")
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    os.utime(file, (noon.timestamp(), noon.timestamp()))
    [found] = Collected([tmp_path], EXERCISES, None)
    handed_in = found.read()
    problem = handed_in.problem
    assert (handed_in.time, handed_in.is_late, handed_in.content, problem) == (noon, False, b"x = 1", "")


def test_a_link_that_takes_a_files_place_is_not_followed(tmp_path: Path) -> None:
    secret = write(tmp_path / "secret.py", "size = 3")
    file = write(tmp_path / "S" / "ada" / "ex-1.py")
    [found] = Collected([tmp_path / "S"], EXERCISES, None)
    file.unlink()
    file.symlink_to(secret)
    handed_in = found.read()
    problem = handed_in.problem
    assert (handed_in.content, problem.startswith("ex-1.py cannot be read: ")) == (b"", True)


def test_a_file_that_is_gone_or_unreadable_is_a_problem_and_not_nothing(tmp_path: Path) -> None:
    file = write(tmp_path / "ada" / "ex-1.py")
    [found] = Collected([tmp_path], EXERCISES, None)
    file.unlink()
    assert told(found) == ("ada", "ex-1.py", "ex-1.py cannot be read: No such file or directory.")


@pytest.mark.usefixtures("ordinary")
def test_what_may_not_be_read_is_told(tmp_path: Path) -> None:
    write(tmp_path / "ada" / "ex-1.py").chmod(0)
    write(tmp_path / "bob" / "ex-1.py").parent.chmod(0)
    collected = Collected([tmp_path], EXERCISES, None)
    found = [told(one) for one in collected]
    (tmp_path / "bob").chmod(0o700)
    assert found == [("ada", "ex-1.py", "ex-1.py cannot be read: Permission denied.")]
    [reason] = collected.left_out
    assert reason.startswith(f"bob: {tmp_path / 'bob'} cannot be read: Permission denied. ")
    assert collected.withheld[0].students == {"bob"}


def test_no_more_is_read_than_a_submission_can_be(tmp_path: Path) -> None:
    file = write(tmp_path / "ada" / "ex-1.py")
    os.truncate(file, 1 << 40)
    [found] = Collected([tmp_path], EXERCISES, None)
    assert len(found.read().content) == MAX_BYTES + 1


def test_who_is_not_in_the_roster_is_left_out(tmp_path: Path) -> None:
    write(tmp_path / "ada" / "ex-1.py")
    write(tmp_path / "eve" / "ex-1.py")
    collected = Collected([tmp_path], EXERCISES, Roster({"ada": Person("ada"), "bob": Person("bob")}))
    assert [found.student for found in collected] == ["ada"]
    assert collected.left_out == ["eve: not in the roster"]


def test_what_two_sources_hold_counts_once_and_is_told(tmp_path: Path) -> None:
    first, second = tmp_path / "A", tmp_path / "B"
    write(first / "ada" / "ex-1.py", "first")
    write(second / "ada" / "ex-1.py", "second")
    write(second / "ada" / "ex-2.py")
    write(second / "bob" / "ex-1.py")
    collected = Collected([first, second], EXERCISES, None)
    found = [(one.student, one.exercise, one.read().content) for one in collected]
    assert found == [("ada", "ex-1", b"first"), ("ada", "ex-2", b""), ("bob", "ex-1", b"")]
    assert collected.left_out == [f"ada: ex-1 is in {second}, but also in {first}"]


def test_only_a_few_misnamed_files_of_one_student_are_named(tmp_path: Path) -> None:
    for number in range(30):
        write(tmp_path / "ada" / f"notes{number:02}.py")
    collected = Collected([tmp_path], EXERCISES, None)
    assert list(collected) == []
    assert len(collected.left_out) == 6
    assert collected.left_out[-1] == "ada: 25 more files do not match an exercise"


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="cannot be read"):
        list(Collected([tmp_path / "none"], EXERCISES, None))


stems = st.sampled_from(["ex-1", "ex-2", "ex-1-1", "EX-1", "x", ".ex-1", "ex-1.py", "ex_1_2_ex-1"])
names = st.tuples(stems, st.sampled_from([".py", ".ipynb", ".txt", ""])).map("".join)
folders = st.sampled_from(["ada", "bob", ".git", "a:b"])


@given(st.sets(st.tuples(folders, names), max_size=8))
@settings(max_examples=30, deadline=None)
def test_every_file_that_could_be_meant_is_collected_or_told(
    tmp_path_factory: pytest.TempPathFactory, wanted: set[tuple[str, str]]
) -> None:
    root = tmp_path_factory.mktemp("S")
    for folder, name in wanted:
        write(root / folder / name, name)
    roster = Roster({name: known(name, canvas_id=name) for name in ("ada", "bob")})
    collected = Collected([root], EXERCISES, roster)
    found = [one.read() for one in collected]
    for folder, name in wanted:
        if folder == "a:b":
            assert any("a:b" in reason for reason in collected.left_out)
        elif folder != ".git" and name.endswith((".py", ".ipynb")) and not name.startswith("."):
            own = [one for one in found if one.student == folder]
            is_graded = any(one.content.decode() == name for one in own)
            is_problem = any(name in one.problem for one in own) or sum(bool(one.problem) for one in own)
            is_told = any(
                reason.startswith(
                    tuple(f"{folder}: {name!r} {verb} " for verb in ("is", "does not", "belongs"))
                )
                for reason in collected.left_out
            )
            assert is_graded or is_problem or is_told


NAMES = {
    "ex-1 (1).py": "ex-1", "ex-1(1).py": "ex-1", "ex-1-Copy1.ipynb": "ex-1", "Ex-1.py": "ex-1",
    "ex_1.py": "ex-1", "ex 1.py": "ex-1", "ex-01.py": "ex-1", "ex-1.py.txt": "ex-1", "EX-1.PY": "ex-1",
    "ex-1-1.py": "ex-1", "ex-1-1-1.py": "ex-1", "ex-2 - Copy (3).py": "ex-2", "ex-2 - Kopie.ipynb": "ex-2",
    "Copy of ex-2.ipynb": "ex-2", "ex-2 2.py": "ex-2", "ex-2.ipynb.json": "ex-2", "ex-2.py.py": "ex-2",
    "ex-2.py.ipynb": "ex-2", "doe_12_34_ex-2.py": "ex-2", "\uff25x-\uff12.py": "ex-2",
    "sub/ex-2.py": "ex-2", "ex-2/Ex 02.py": "ex-2",
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_names_that_browsers_systems_and_lmss_change(tmp_path: Path, name: str) -> None:
    write(tmp_path / "ada" / name, "x = 1")
    collected = Collected([tmp_path], EXERCISES, None)
    assert [(one.student, one.exercise, one.read().content) for one in collected] == [
        ("ada", NAMES[name], b"x = 1")
    ]
    assert collected.notes == [f"ada: {name!r} is assumed to be {NAMES[name]}"]
    assert (collected.left_out, collected.withheld) == ([], [])


@pytest.mark.parametrize(
    "name", ["ex-12.py", "ex.py", "ex-1-solution.py", "my ex-1.py", "ex-1.pdf", "a/b/ex-1.py"]
)
def test_names_that_fit_no_exercise_for_certain(tmp_path: Path, name: str) -> None:
    write(tmp_path / "ada" / name, "x = 1")
    roster = Roster({"ada": Person("ada"), "bob": Person("bob")})
    collected = Collected([tmp_path], EXERCISES, roster)
    assert list(collected) == []
    assert collected.left_out[0].startswith(f"ada: {name!r} ")
    assert (collected.absent(), collected.doubtful()) == (["bob"], ["ada"])


def test_a_name_that_fits_two_exercises_fits_none(tmp_path: Path) -> None:
    write(tmp_path / "ada" / "Ex 1.py")
    collected = Collected([tmp_path], ["ex-1", "ex_1"], None)
    assert list(collected) == []
    assert [reason.partition(" does not")[0] for reason in collected.left_out] == ["ada: 'Ex 1.py'"]


def test_the_same_file_under_two_names_counts_once(tmp_path: Path) -> None:
    write(tmp_path / "ada" / "ex-1.py", "x = 1")
    write(tmp_path / "ada" / "ex-1 (1).py", "x = 1")
    write(tmp_path / "bob" / "ex-1.py", "x = 1")
    write(tmp_path / "bob" / "ex-1 (1).py", "x = 2")
    assert [told(one)[2] for one in Collected([tmp_path], EXERCISES, None)] == [
        "",
        "There are ex-1.py and ex-1 (1).py, but only one file can count.",
    ]


def test_what_students_received_is_not_what_they_hand_in(tmp_path: Path) -> None:
    write(tmp_path / "ada" / "ex-1.py", "x = 1")
    write(tmp_path / "ada" / "checks" / "ex-1.py", "def test_x(student): ...")
    write(tmp_path / "ada" / ".ipynb_checkpoints" / "ex-1-checkpoint.ipynb")
    write(tmp_path / "__MACOSX" / "ada" / "._ex-1.py")
    collected = Collected([tmp_path], EXERCISES, None)
    assert [told(one) for one in collected] == [("ada", "ex-1.py", "")]
    assert (collected.left_out, collected.notes) == ([], [])


def test_a_folder_named_in_another_unicode_form_or_case_is_the_same_student(tmp_path: Path) -> None:
    write(tmp_path / "jose\u0301" / "ex-1.py")
    write(tmp_path / "ADA" / "ex-1.py")
    roster = Roster({"jos\u00e9": Person("jos\u00e9"), "ada": Person("ada")})
    collected = Collected([tmp_path], EXERCISES, roster)
    assert [one.student for one in collected] == ["ada", "jos\u00e9"]
    assert (collected.absent(), collected.left_out) == ([], [])


@pytest.mark.parametrize("roster", [None, Roster({"ada": Person("ada")})])
def test_two_folders_of_one_student_are_both_left_out(tmp_path: Path, roster: Roster | None) -> None:
    write(tmp_path / "ada" / "ex-1.py", "x = 1")
    write(tmp_path / "Ada" / "ex-1.py", "x = 2")
    collected = Collected([tmp_path], EXERCISES, roster)
    assert list(collected) == []
    assert [reason.partition(": ")[2] for reason in collected.left_out] == ["'Ada' and 'ada' all fit ada"] * 2
    assert collected.absent() == []


LMS = {
    "lovelaceada_12_34_ex-1.py": "ada",
    "lovelace_ada_LATE_12_35_ex-2-1.ipynb": "ada",
    "Bob Marsh_7_assignsubmission_file_/ex-1.py": "bob",
    "Bob Marsh_7_assignsubmission_file_/work/EX_2.py": "bob",
}


@pytest.mark.parametrize("around", ["", "submissions"])
def test_a_zip_of_an_lms_that_was_unpacked_is_sorted_as_the_zip(tmp_path: Path, around: str) -> None:
    roster = Roster({"ada": known("ada", "Ada Lovelace", canvas_id="12"), "bob": Person("bob", "Bob Marsh")})
    for name in LMS:
        write(tmp_path / "S" / around / name, name)
    with zipfile.ZipFile(tmp_path / "S.zip", "w") as archive:
        for name in LMS:
            archive.writestr(f"{around}/{name}".removeprefix("/"), name)

    def found(source: Path) -> list[Any]:
        collected = Collected([source], EXERCISES, roster)
        files = [one.read() for one in collected]
        rows = [(one.student, one.file_name, one.content, one.time, one.is_late) for one in files]
        return [*rows, *collected.left_out, *collected.notes]

    assert found(tmp_path / "S") == found(tmp_path / "S.zip")
    assert [row[:2] for row in found(tmp_path / "S")[:4]] == [
        ("ada", "ex-1.py"), ("ada", "ex-2.ipynb"), ("bob", "ex-1.py"), ("bob", "ex-2.py")
    ]  # fmt: skip


def test_names_of_an_lms_need_a_roster_that_knows_more_than_folders(tmp_path: Path) -> None:
    write(tmp_path / "Bob Marsh_7_assignsubmission_file_" / "ex-1.py")
    for roster in (None, Roster({"bob": Person("bob")})):
        with pytest.raises(UsageFault, match="needs a roster to identify students"):
            list(Collected([tmp_path], EXERCISES, roster))


def test_two_of_one_name_in_a_zip_are_nobody_s(tmp_path: Path) -> None:
    roster = Roster({"a": Person("a", "Sam Same"), "b": Person("b", "Bob"), "c": Person("c", "Cy")})
    for name in ("Sam Same_5", "Sam Same_6", "Cy_7"):
        write(tmp_path / f"{name}_assignsubmission_file_" / "ex-1.py", name)
    collected = Collected([tmp_path], EXERCISES, roster)
    assert [one.student for one in collected] == ["c"]
    assert len(collected.left_out) == 2
    assert all("Sam Same_5" in one and "Sam Same_6" in one for one in collected.left_out)
    assert (collected.absent(), collected.doubtful()) == (["b"], ["a"])


def test_a_file_of_somebody_unknown_may_be_of_everybody_who_is_missing(tmp_path: Path) -> None:
    roster = Roster(
        {"ada": Person("ada", "Ada"), "bob": Person("bob", "Robert Marsh"), "cy": Person("cy", "Cy")}
    )
    write(tmp_path / "Ada_5_assignsubmission_file_" / "ex-1.py")
    write(tmp_path / "Bob Marsh_6_assignsubmission_file_" / "ex-2.py")
    collected = Collected([tmp_path], EXERCISES, roster)
    assert [one.student for one in collected] == ["ada"]
    assert (collected.absent(), collected.doubtful()) == ([], ["bob", "cy"])
    assert [(one.students, one.exercise) for one in collected.withheld] == [
        (frozenset({"bob", "cy"}), "ex-2")
    ]


def test_who_is_somebody_else_by_an_id_is_nobody_who_is_missing(tmp_path: Path) -> None:
    roster = Roster({"ada": known("ada", "Ada", canvas_id="1"), "bob": known("bob", "Bob", canvas_id="2")})
    write(tmp_path / "ada_1_9_ex-1.py")
    write(tmp_path / "bob_77_9_ex-1.py")  # another Bob
    collected = Collected([tmp_path], EXERCISES, roster)
    assert [one.student for one in collected] == ["ada"]
    assert (collected.absent(), collected.doubtful()) == (["bob"], [])


def test_a_canvas_id_in_a_file_s_name_must_be_the_student_s(tmp_path: Path) -> None:
    roster = Roster({"ada": known("ada", "Ada", canvas_id="1")})
    write(tmp_path / "ada" / "bob_77_9_ex-1.py")
    collected = Collected([tmp_path], EXERCISES, roster)
    assert list(collected) == []
    assert collected.left_out == ["ada: 'bob_77_9_ex-1.py' belongs to Canvas user 77, but ada is 1"]


def test_a_folder_with_too_many_files_costs_nobody_else_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submission_sources, "MAX_FILES", 3)
    for number in range(4):
        write(tmp_path / "ada" / f"{number}.csv")
    write(tmp_path / "bob" / "ex-1.py")
    collected = Collected([tmp_path], EXERCISES, None)
    assert [one.student for one in collected] == ["bob"]
    assert collected.left_out[0].endswith("ada holds more than 3 files.")


def test_a_zip_of_one_exercise_needs_no_names(tmp_path: Path) -> None:
    write(tmp_path / "ada" / "my homework.py", "1")
    write(tmp_path / "ada" / "ex-2.py", "another exercise")
    write(tmp_path / "bob" / "ex-1.ipynb", "2")
    write(tmp_path / "bob" / "helpers.py", "3")
    write(tmp_path / "cyd" / "one.py", "4")
    write(tmp_path / "cyd" / "two.py", "5")
    write(tmp_path / "dan" / "homework.PY.txt", "6")
    write(tmp_path / "eve" / "homework.pdf", "7")
    collected = Collected([tmp_path], EXERCISES, None, "ex-1")
    assert [(one.student, one.file_name, one.content) for one in (found.read() for found in collected)] == [
        ("ada", "ex-1.py", b"1"),
        ("bob", "ex-1.ipynb", b"2"),
        ("dan", "ex-1.py", b"6"),
    ]
    assert collected.notes == [
        "ada: 'my homework.py' is assumed to be ex-1",
        "dan: 'homework.PY.txt' is assumed to be ex-1",
    ]
    assert collected.left_out == [
        "bob: 'helpers.py' does not match an exercise.",
        "cyd: 'one.py' does not match an exercise.",
        "cyd: 'two.py' does not match an exercise.",
        "eve: 'homework.pdf' is not a submission",
    ]


def test_a_pipe_that_takes_a_file_s_place_is_not_waited_for(tmp_path: Path) -> None:
    file = write(tmp_path / "ada" / "ex-1.py")
    [found] = Collected([tmp_path], EXERCISES, None)
    file.unlink()
    os.mkfifo(file)
    assert found.read().problem == "ex-1.py is not a plain file."


@pytest.mark.parametrize("seconds", [1e20, -1e20, float("inf")])
def test_a_time_out_of_this_world_is_none(seconds: float) -> None:
    assert time_of(seconds) is None


def test_a_file_with_a_name_of_its_own_says_how_to_grade_it(tmp_path: Path) -> None:
    write(tmp_path / "ada" / "attention final.ipynb")
    collected = Collected([tmp_path], ("attention", "losses"), None)
    assert list(collected) == []
    (reason,) = collected.left_out
    assert reason.endswith("Did you mean 'attention'? Then rename it, or grade with --exercise."), reason
