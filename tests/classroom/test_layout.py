"""Layouts and names from LMSs, other graders and people, described by somebody who had not read the code."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from grader.classroom import collecting
from grader.classroom.collecting import Collected
from grader.classroom.naming import fit, is_debris
from grader.classroom.roster import Roster
from grader.classroom.submission_sources import MAX_DEPTH
from grader.identity import Person
from tests.people import known

EXERCISES = ["quiz", "other"]
PEOPLE = (known("ada", "Ada Lovelace", canvas_id="12"), known("bob", "Bob Marsh", canvas_id="13"))
ROSTER = Roster({person.student: person for person in PEOPLE})


def write(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name, encoding="utf-8")
    return root


def zipped(file: Path, *names: str) -> Path:
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, name)
    return file


def found(collected: Collected) -> list[tuple[str, str]]:
    return [(one.student, one.exercise) for one in collected if not one.read().problem]


@pytest.mark.parametrize(
    ("names", "students"),
    [
        (["ada/quiz/quiz.py", "ada/other/other.py"], [("ada", "quiz"), ("ada", "other")]),  # as nbgrader has it
        (["quiz/ada/quiz.py", "quiz/bob/quiz.py", "other/ada/other.py"],
         [("ada", "quiz"), ("ada", "other"), ("bob", "quiz")]),
        (["class/week/ada/quiz.py", "class/week/bob/quiz.py"], [("ada", "quiz"), ("bob", "quiz")]),
        (["ada/quiz.py", "ada/other/other.py", "bob/quiz.py"],
         [("ada", "quiz"), ("ada", "other"), ("bob", "quiz")]),
        (["quiz/lovelaceada_12_3_quiz.py", "other/lovelaceada_12_4_other.py"], [("ada", "quiz"), ("ada", "other")]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", ["folder", "zip"])
def test_layouts(tmp_path: Path, names: list[str], students: list[tuple[str, str]], form: str) -> None:
    source = write(tmp_path / "S", *names) if form == "folder" else zipped(tmp_path / "S.zip", *names)
    collected = Collected([source], EXERCISES, ROSTER)
    assert sorted(found(collected)) == sorted(students)
    assert collected.left_out == []
    if "12" not in names[0]:  # what an LMS packs needs a roster
        assert sorted(found(Collected([source], EXERCISES, None))) == sorted(students)


def test_the_zip_of_a_quiz_in_canvas_has_the_user_before_the_question(tmp_path: Path) -> None:
    roster = Roster(
        {"tom": known("tom", "Tom Dale", canvas_id="101"), "ry": known("ry", "Ry F", canvas_id="7")}
    )
    source = zipped(tmp_path / "s.zip", "dale_tom101_question_7_900_quiz.py")
    assert found(Collected([source], EXERCISES, roster)) == [("tom", "quiz")]


@pytest.mark.parametrize("name", ["anon_Ab3dE_902_quiz.py", "anon_12_902_quiz.py"])
def test_an_anonymous_download_is_nobody_s(tmp_path: Path, name: str) -> None:
    collected = Collected([zipped(tmp_path / "s.zip", name)], EXERCISES, ROSTER)
    assert (found(collected), collected.absent(), collected.doubtful()) == ([], [], ["ada", "bob"])
    assert "is from an anonymous download" in collected.left_out[0]


def test_the_name_of_a_team_keeps_zeros_from_its_members(tmp_path: Path) -> None:
    collected = Collected([zipped(tmp_path / "s.zip", "team1_12_34_quiz.py")], EXERCISES, ROSTER)
    assert found(collected) == [("ada", "quiz")]
    assert "Are they names of teams?" in collected.notes[0]
    assert (collected.absent(), collected.doubtful()) == ([], ["bob"])
    collected = Collected([zipped(tmp_path / "s.zip", "lovelaceada_12_34_quiz.py")], EXERCISES, ROSTER)
    assert (found(collected), collected.absent(), collected.notes) == ([("ada", "quiz")], ["bob"], [])


TEAM = "{}_assignsubmission_file_/quiz.py"


def teams(tmp_path: Path, **contents: str) -> Collected:
    """Return a download of Moodle: names of folders with what is in them."""
    source = tmp_path / "m.zip"
    with zipfile.ZipFile(source, "w") as archive:
        for number, (name, content) in enumerate(contents.items()):
            archive.writestr(TEAM.format(f"{name}_{number}"), content)
    people = [*PEOPLE, Person("eve", "Lena Meier"), Person("fay", "Fay Anna-Lena")]
    return Collected([source], EXERCISES, Roster({person.student: person for person in people}))


def test_each_member_of_a_team_in_moodle_has_a_copy(tmp_path: Path) -> None:
    together = {
        "Team-A-Ada Lovelace": "a",
        "Team-A-Bob Marsh": "a",
        "Team-B-Lena Meier": "b",
        "Solo-Fay Anna Lena": "c",
    }
    collected = teams(tmp_path, **together)
    assert sorted(found(collected)) == [("ada", "quiz"), ("bob", "quiz"), ("fay", "quiz")]
    assert any("TEAM-NAME" in note for note in collected.notes)
    [reason] = collected.left_out  # Team-B has one member, who can be B-Lena Meier of a team called Team
    assert reason.endswith("it is unclear where the name of the team ends; give the LMS's list with --list")
    assert collected.doubtful() == ["eve"]


@pytest.mark.parametrize(
    "apart",
    [
        {"Anna-Lena Meier": "a", "Ada-Bob Marsh": "b"},  # two people with first names of two words
        {"Anna-Lena Meier": "a", "Anna-Maria Huber": "b"},
        {"Team-Ada Lovelace": "a", "Team-Bob Marsh": "a", "Lena Meier": "b"},  # not everybody has a team
    ],
)
def test_a_name_with_a_hyphen_is_not_a_team(tmp_path: Path, apart: dict[str, str]) -> None:
    collected = teams(tmp_path, **apart)
    assert set(found(collected)) <= {("eve", "quiz")}
    assert ("eve", "quiz") not in found(collected) or "Lena Meier" in apart


@pytest.mark.parametrize("folder", ["0017", "Bob Marsh", "bob (1)", "bbo", "b.marsh"])
def test_a_folder_that_may_be_somebody_s_keeps_zeros_from_them(tmp_path: Path, folder: str) -> None:
    people = [Person("17", "Zed"), Person("bob", "Bob Marsh", "b.marsh@x.org"), Person("xenia", "Xenia")]
    write(tmp_path, f"{folder}/quiz.py")
    collected = Collected([tmp_path], EXERCISES, Roster({person.student: person for person in people}))
    assert found(collected) == []
    assert "xenia" in collected.absent()
    assert len(collected.doubtful()) == 1


def test_who_left_the_course_keeps_zeros_from_nobody(tmp_path: Path) -> None:
    write(tmp_path, "bobb/quiz.py", "zoe/quiz.py")
    collected = Collected([tmp_path], EXERCISES, ROSTER, former=["bobb"])
    assert (found(collected), collected.absent()) == ([], ["ada", "bob"])
    assert collected.left_out == ["bobb: not in the roster", "zoe: not in the roster"]


@pytest.mark.parametrize("name", ["bob_quiz.py", "Quiz_ada_attempt_2026-11-01-10-22-33_quiz.py", "quiz.py"])
def test_a_file_beside_the_folders_may_be_of_everybody_who_is_missing(tmp_path: Path, name: str) -> None:
    write(tmp_path, "ada/quiz.py", name)
    collected = Collected([tmp_path], EXERCISES, ROSTER)
    assert (found(collected), collected.doubtful()) == ([("ada", "quiz")], ["bob"])


@pytest.mark.parametrize("name", ["homework.zip", "answers.txt", "a/b/c/d/e/f/quiz.py", "quiz.pdf"])
def test_whoever_handed_in_something_else_did_not_hand_in_nothing(tmp_path: Path, name: str) -> None:
    write(tmp_path, f"ada/{name}", "bob/quiz.py", "bob/data.csv")
    collected = Collected([tmp_path], EXERCISES, ROSTER)
    assert (found(collected), collected.absent(), collected.doubtful()) == ([("bob", "quiz")], [], ["ada"])
    assert [reason.partition(" ")[0] for reason in collected.left_out] == ["ada:"]


def test_in_the_zip_of_one_exercise_a_file_counts_that_is_called_as_another(tmp_path: Path) -> None:
    source = zipped(tmp_path / "s.zip", "lovelaceada_12_34_other.py", "marshbob_13_35_quiz.py")
    collected = Collected([source], EXERCISES, ROSTER, "quiz")
    assert found(collected) == [("ada", "quiz"), ("bob", "quiz")]
    assert collected.notes == ["ada: 'lovelaceada_12_34_other.py' is assumed to be quiz"]
    write(tmp_path / "S", "ada/other.py", "bob/quiz.py")
    collected = Collected([tmp_path / "S"], EXERCISES, ROSTER, "quiz")  # each exercise has a file of its own
    assert (found(collected), collected.absent()) == ([("bob", "quiz")], ["ada"])


def test_what_is_typed_into_moodle_beside_a_file_is_not_counted(tmp_path: Path) -> None:
    names = ["Ada Lovelace_5_assignsubmission_file_/quiz.py", "Ada Lovelace_5_assignsubmission_onlinetext_/onlinetext.html",
             "Bob Marsh_6_assignsubmission_onlinetext_/onlinetext.html"]  # fmt: skip
    collected = Collected([zipped(tmp_path / "m.zip", *names)], EXERCISES, ROSTER)
    assert found(collected) == [("ada", "quiz")]
    assert collected.left_out == ["bob: 'onlinetext.html' is not a submission"]


@pytest.mark.parametrize(
    "name",
    ["Cópia de quiz.ipynb", "quiz - Cópia.py", "Kopie van quiz.py", "Kopia av quiz.py", "quiz \u2014 kopia.py",
     "quiz - コピー.py", "quizのコピー.ipynb", "quiz - 副本.py", "Копия quiz.py", "quiz - 복사본.py", "quiz_copy.py",
     "quiz (copy).py", "Copy of Copy of quiz.py", "quiz.py (1).txt", "quiz%20(1).py", "quiz.py.download"],
)  # fmt: skip
def test_marks_of_copies_in_other_languages(name: str) -> None:
    fitting = fit(name, EXERCISES)
    assert fitting and (fitting.exercise, fitting.is_exact) == ("quiz", False)


@pytest.mark.parametrize("form", ["folder", "zip"])
@pytest.mark.parametrize(("around", "is_found"), [("a/b/c", True), ("a/b/c/d", False)])
def test_so_many_folders_may_lie_around_a_class(
    tmp_path: Path, around: str, is_found: bool, form: str
) -> None:
    names = [f"{around}/{student}/quiz.py" for student in ("ada", "bob")]
    source = write(tmp_path / "S", *names) if form == "folder" else zipped(tmp_path / "S.zip", *names)
    collected = Collected([source], EXERCISES, ROSTER)
    assert found(collected) == ([("ada", "quiz"), ("bob", "quiz")] if is_found else [])
    assert bool(collected.left_out) != is_found  # never passed over without a word


def test_a_student_may_be_called_as_an_exercise(tmp_path: Path) -> None:
    write(tmp_path, "quiz/other.py", "quiz/notes/mine.txt", "ada/quiz.py")
    named = Roster({"quiz": Person("quiz"), "ada": Person("ada")})
    assert found(Collected([tmp_path], EXERCISES, named)) == [("ada", "quiz"), ("quiz", "other")]
    stranger = Collected([tmp_path], EXERCISES, ROSTER)  # now it is the folder of an exercise
    assert found(stranger) == [("ada", "quiz")]
    assert any("notes" in reason for reason in stranger.left_out)


def test_a_submission_beside_the_folder_around_a_class_is_told(tmp_path: Path) -> None:
    write(tmp_path, "class/ada/quiz.py", "class/bob/quiz.py")
    assert found(Collected([tmp_path], EXERCISES, ROSTER)) == [("ada", "quiz"), ("bob", "quiz")]
    write(tmp_path, "quiz.py")
    collected = Collected([tmp_path], EXERCISES, ROSTER)
    found(collected)
    assert any("'quiz.py'" in reason for reason in collected.left_out)
    assert collected.absent() == []


def test_folders_are_looked_into_down_to_a_depth_and_what_lies_deeper_is_told(tmp_path: Path) -> None:
    deep = "/".join("d" * MAX_DEPTH)
    write(tmp_path, f"ada/{deep}/e/quiz.py", f"bob/{deep}/e/quiz.py", "bob/quiz.py")
    collected = Collected([tmp_path], EXERCISES, ROSTER)
    assert found(collected) == [("bob", "quiz")]
    assert collected.left_out == [f"ada: '{deep}' is not a submission"]
    assert (collected.absent(), collected.doubtful()) == ([], ["ada"])


@pytest.mark.parametrize(("strangers", "doubtful"), [(2, []), (3, ["bob"])])
def test_where_too_many_strangers_are_compared_with_everybody_one_may_be_anybody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, strangers: int, doubtful: list[str]
) -> None:
    monkeypatch.setattr(collecting, "MAX_STRANGERS", 2)
    write(tmp_path, "ada/quiz.py", *(f"xy{number}/quiz.py" for number in range(strangers)))
    collected = Collected([tmp_path], EXERCISES, ROSTER)
    assert found(collected) == [("ada", "quiz")]
    assert (collected.doubtful(), collected.absent()) == (doubtful, [] if doubtful else ["bob"])


@pytest.mark.parametrize(
    "name",
    ["README.md", "course.pack", "torchgrade-0.1.0-py3-none-any.whl", "torchgrade-1.2-py3-none-any (1).whl"],
)
def test_what_a_handout_brought_is_not_handed_in(name: str) -> None:
    assert is_debris((name,))
    assert is_debris(("ada", name))
    assert not is_debris(("ada", "exercise-1.py"))
