"""What a class hands in, found in folders: no link is followed and nothing is guessed."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.classroom.collecting import Collected, Found, _time
from grader.classroom.roster import Person, Roster
from grader.errors import UsageFault
from grader.examiner.submission import MAX_BYTES

EXERCISES = ["ex-1", "ex-2"]


def write(file: Path, text: str = "") -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def told(found: Found) -> tuple[str, str, str]:
    """Who, which file, and what is wrong with it."""
    return found.student, found.name, found.read().problem


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
        ("ada", "ex-2.ipynb", ""),
        ("bob", "ex-1.py", "ex-1.py is not a plain file."),
        ("cyd", "ex-1.py", "There are ex-1.py and ex-1.ipynb, and only one of them can count."),
        ("dan", "ex-1.py", "ex-1.py is not a plain file."),
        ("eve", "ex-1.py", "ex-1.py is not a plain file."),
        ("eve", "ex-2.py", "ex-2.py is not a plain file."),
    ]
    assert collected.left_out == [
        "'.git' cannot be the name of a student",
        "ada: 'Ex_2.py' is of no exercise. Did you mean 'ex-2'?",
        "ada: 'conftest.py' is of no exercise.",
        "ada: 'torch.py' is of no exercise.",
        "'link' is not a student's folder",
        "'readme.txt' is not a student's folder",
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


@pytest.mark.skipif(os.geteuid() == 0, reason="root can read everything")
def test_what_may_not_be_read_is_told(tmp_path: Path) -> None:
    write(tmp_path / "ada" / "ex-1.py").chmod(0)
    write(tmp_path / "bob" / "ex-1.py").parent.chmod(0)
    collected = Collected([tmp_path], EXERCISES, None)
    found = [told(one) for one in collected]
    (tmp_path / "bob").chmod(0o700)
    assert found == [("ada", "ex-1.py", "ex-1.py cannot be read: Permission denied.")]
    assert any(reason.startswith("bob: cannot be read") for reason in collected.left_out)


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
    assert collected.left_out == [f"ada: ex-1 is in {second}, and in {first}"]


def test_only_a_few_misnamed_files_of_one_student_are_named(tmp_path: Path) -> None:
    for number in range(30):
        write(tmp_path / "ada" / f"notes{number:02}.py")
    collected = Collected([tmp_path], EXERCISES, None)
    assert list(collected) == []
    assert len(collected.left_out) == 6
    assert collected.left_out[-1] == "ada: 25 more files are of no exercise"


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="cannot be read"):
        list(Collected([tmp_path / "none"], EXERCISES, None))


stems = st.sampled_from(["ex-1", "ex-2", "ex-1-1", "EX-1", "x", ".ex-1", "ex-1.py", "ex_1_2_ex-1"])
names = st.tuples(stems, st.sampled_from([".py", ".ipynb", ".txt", ""])).map("".join)
folders = st.sampled_from(["ada", "bob", ".git", "a:b"])


@given(st.sets(st.tuples(folders, names), max_size=8))
@settings(max_examples=30)
def test_every_file_that_could_be_meant_is_collected_or_told(
    tmp_path_factory: pytest.TempPathFactory, wanted: set[tuple[str, str]]
) -> None:
    root = tmp_path_factory.mktemp("S")
    for folder, name in wanted:
        write(root / folder / name)
    collected = Collected([root], EXERCISES, None)
    found = {
        (one.student, name) for one in collected for name in (one.name, *one.problem.replace(",", "").split())
    }
    for folder, name in wanted:
        reasons = (f"{folder}: {name!r} is", f"{folder!r} cannot", f"{folder}: 1 more", f"{folder}: 2 more")
        is_told = any(reason.startswith(reasons) for reason in collected.left_out)
        if name.endswith((".py", ".ipynb")):
            assert ((folder, name) in found) != is_told


def test_names_that_look_handed_in_are_told(tmp_path: Path) -> None:
    folder = tmp_path / "ada"
    folder.mkdir()
    for name in ("exercise-1.PY", "Exercise-1.py.txt", "notes.txt"):
        (folder / name).touch()
    collected = Collected([tmp_path], ["exercise-1"], None)
    assert list(collected) == []
    assert [line.partition(" is of no")[0] for line in collected.left_out] == [
        "ada: 'Exercise-1.py.txt'",
        "ada: 'exercise-1.PY'",
    ]


@pytest.mark.parametrize("seconds", [1e20, -1e20, float("inf")])
def test_a_time_out_of_this_world_is_none(seconds: float) -> None:
    assert _time(seconds) is None
