"""What commands say beside the scores: overrides, names that nobody has, exercises and questions that are gone."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from grader.classroom.class_grader import ClassGrader
from grader.classroom.class_run import ClassRun
from grader.classroom.collecting import Collected
from grader.course.loading import load_course
from grader.gradebook.entries import Override
from grader.gradebook.store import Gradebook
from tests.classroom.conftest import COURSE, Small, new_class
from tests.classroom.test_grading import scores
from tests.conftest import Run
from tests.gradebook.test_gradebook import NOON, grading, handed_in

GONE = "The gradebook has scores in 'ex-1' (2 students), which course.yaml does not list: they are left out. "


@pytest.fixture(scope="module")
def graded_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ada and bob have handed in both exercises and have full marks."""
    small = new_class(tmp_path_factory.mktemp("graded"))
    for student in ("ada", "bob"):
        small.hand_in(student)
        small.hand_in(student, "seven = 7\n", "ex-2")
    course = load_course(small.root)
    with Gradebook(course.record.gradebook, small.root) as gradebook:
        run = ClassRun(ClassGrader(course), gradebook, personal=False)
        list(run.look(Collected([small.root / "S"], course.record.exercises, None)))
        assert [settled.report.is_full for settled in run.run()] == [True] * 4
    return small.root


@pytest.fixture
def graded(graded_once: Path, tmp_path: Path) -> Small:
    """Return a copy of that class."""
    return Small(Path(shutil.copytree(graded_once, tmp_path / "graded")))


def set_by_hand(course: Run, small: Small, student: str, exercise: str, score: float) -> None:
    ran = course(small.root, "override", student, exercise, "--score", score, "--reason", "oral")
    assert (ran.code, ran.err) == (0, "")


def drop_exercise(small: Small) -> None:
    small.replace("course.yaml", "[ex-1, ex-2]", "[ex-2]")


def exported(small: Small) -> dict[tuple[str, str], str]:
    with (small.root / "exports" / "scores.csv").open(newline="", encoding="utf-8") as stream:
        return {(row[0], row[2]): row[3] for row in csv.reader(stream)}


def test_an_override_above_the_points_is_told_and_left_out(graded: Small, course: Run) -> None:
    set_by_hand(course, graded, "ada", "ex-1", 2.5)
    set_by_hand(course, graded, "bob", "ex-1", 2)
    for question in ("double", "triple"):
        graded.replace("exercises/ex-1/exercise.yaml", f"id: {question},", f"id: {question}, points: 0.5,")
    warning = (
        "ada ex-1: set by hand to 2.5 of 3, which is more than the 2 points of the exercise now: left out."
    )
    changed = "bob ex-1: set by hand to 2 when there were 3 points; now there are 2."
    told = [f"{sentence} To see more: course history {sentence[:3]}" for sentence in (warning, changed)]
    for command in (["grade", "S"], ["regrade", "--apply"], ["export", "csv"]):
        ran = course(graded.root, *command)
        assert [
            line for line in ran.err.splitlines() if "set by hand" in line and not line.startswith("left out")
        ] == told
    assert scores(course, graded)["ada", "ex-1"] is None
    assert scores(course, graded)["bob", "ex-1"] == 2
    assert "ada" not in {student for student, exercise in exported(graded) if exercise == "ex-1"}
    for command in (["scores", "ada"], ["history", "ada"]):
        assert "more than the 2 points of the exercise now" in " ".join(
            course(graded.root, *command).out.split()
        )
    [line, *_] = course(graded.root, "scores", "--json", "ada").out.splitlines()
    assert "more than the 2 points" in json.loads(line)["warnings"][0]
    set_by_hand(course, graded, "ada", "ex-1", 2)
    assert "ada ex-1" not in course(graded.root, "export", "csv").err


def test_an_override_before_the_newest_file_is_told_everywhere(graded: Small, course: Run) -> None:
    graded.hand_in("ada", "five = 5\n")
    course(graded.root, "grade", "S")
    set_by_hand(course, graded, "ada", "ex-1", 2)
    set_by_hand(course, graded, "bob", "ex-1", 1)
    assert "set by hand" not in course(graded.root, "grade", "S").err
    graded.hand_in("ada", "five = 5  # and more to come\n")
    told = "ada ex-1: set by hand to 2 before the newest file was handed in. To see more: course history ada"
    for command in (["grade", "S"], ["grade", "S"], ["regrade"], ["export", "csv"]):
        assert told in course(graded.root, *command).err.splitlines()
    for command in (["scores"], ["history", "ada"]):
        assert "before the newest file was handed in" in " ".join(course(graded.root, *command).out.split())
    assert scores(course, graded)["ada", "ex-1"] == 2
    assert "newest file" not in course(graded.root, "history", "bob").out
    set_by_hand(course, graded, "ada", "ex-1", 2)
    assert "set by hand" not in course(graded.root, "grade", "S").err


def test_exercises_that_are_gone_are_told_once_and_their_history_stays(graded: Small, course: Run) -> None:
    drop_exercise(graded)
    for command in (["scores"], ["scores", "--json"], ["export", "csv"], ["regrade"], ["report"]):
        ran = course(graded.root, *command)
        is_left_out = command[0] == "export"
        assert (ran.code, (ran.out + ran.err).count(GONE)) == (int(is_left_out), 1)
    assert course(graded.root, "export", "csv", "--exercise", "ex-2").code == 0
    for command in (["history", "ada"], ["history", "ada", "--exercise", "ex-1"]):
        ran = course(graded.root, *command)
        assert (ran.code, ran.err.count(GONE)) == (0, 1)
        assert "ex-1  graded: 3 of 3" in ran.out
    ran = course(graded.root, "history", "ada", "--exercise", "ex-3")
    assert (ran.code, ran.err.startswith("There is no exercise 'ex-3'.")) == (2, True)
    graded.replace("course.yaml", "[ex-2]", "[ex-1, ex-2]")
    assert course(graded.root, "scores").err == ""


def test_an_override_alone_is_remembered_too(graded: Small, course: Run) -> None:
    set_by_hand(course, graded, "bob", "ex-1", 3)
    graded.execute("delete from submission where exercise = 'ex-1' and student = 'bob'")
    drop_exercise(graded)
    assert GONE in course(graded.root, "scores").err


def test_a_question_that_is_gone_is_told_until_it_is_regraded(graded: Small, course: Run) -> None:
    graded.replace("exercises/ex-1/exercise.yaml", "id: five", "id: fives")
    told = "Scores in ex-1 still count 'five' (2 submissions), which it no longer asks. Run: course regrade\n"
    assert course(graded.root, "scores").err == told
    assert course(graded.root, "export", "csv").err.endswith(told)
    course(graded.root, "regrade", "--apply", "--allow-lower")
    assert course(graded.root, "scores").err == ""


RULES = """rules:
  extensions: [{student: adaa, days: 1}, {student: bob, days: 1}, {student: cyd, days: 1}]
  excused: [{student: bobb, exercise: ex-1}, {student: cyd, exercise: ex-1}, {student: eve, exercise: ex-1}]
"""


def test_names_in_the_rules_that_nobody_has_are_told_and_make_no_row(graded: Small, course: Run) -> None:
    graded.write("course.yaml", COURSE + RULES)
    roster = graded.write("r.csv", "student\nada\nbob\ncyd\n")

    def unknown(*command: object) -> list[str]:
        err = course(graded.root, *command).err
        return [line.split("'")[1] for line in err.splitlines() if "The rules in course.yaml" in line]

    for command in (["scores"], ["regrade"], ["grade", "S"], ["export", "csv"]):
        assert unknown(*command) == ["adaa", "bobb"]  # cyd and eve may have handed in nothing
    assert "'adaa', who is not in the gradebook. Did you mean 'ada'?" in course(graded.root, "scores").err
    assert {student for student, _ in scores(course, graded)} == {"ada", "bob"}
    assert unknown("grade", "S", "--roster", roster) == ["adaa", "bobb", "eve"]
    ran = course(graded.root, "export", "csv", "--roster", roster)
    assert "cyd: excused from ex-1" in ran.out
    assert unknown("export", "csv", "--roster", roster) == ["adaa", "bobb", "eve"]
    course(graded.root, "generate", "OUT", "--roster", roster)  # the gradebook knows who was given a variant
    assert unknown("scores") == ["adaa", "bobb"]
    assert unknown("grade", "S") == ["adaa", "bobb", "eve"]
    assert {student for student, _ in scores(course, graded)} == {"ada", "bob", "cyd"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["adaa", "ex-1"],
            "There is no student 'adaa'. Did you mean 'ada'? If they handed in nothing, add --roster FILE.",
        ),
        (["", "ex-1"], "There is no student ''. Use one of: ada, bob. If they"),
        (["a\x1b[31m", "ex-1"], "There is no student 'a?[31m'."),
        (["ada", "ex-1", "--reason", ""], "it is empty"),
        (["ada", "ex-1", "--reason", " \t\n"], "it is empty"),
        (["ada", "ex-1", "--reason", "\u200b\x07"], "it is empty"),
        (["ada", "ex-1", "--score", "nan"], "nan is not a score. Give a number from 0 to 3."),
        (["ada", "ex-1", "--score", "inf"], "inf is not a score. Give a number from 0 to 3."),
    ],
)
def test_an_override_for_nobody_for_no_reason_or_of_no_number_is_refused(
    graded: Small, course: Run, arguments: list[str], sentence: str
) -> None:
    ran = course(graded.root, "override", "--score", "1", "--reason", "r", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert sentence in ran.err
    with Gradebook("sqlite:///gradebook.db", graded.root) as gradebook:
        assert gradebook.overrides() == []


def test_who_handed_nothing_in_can_have_a_score_that_was_set_by_hand(graded: Small, course: Run) -> None:
    roster = graded.write("r.csv", "student\nada\nzoe\n")
    command = ["override", "zoe", "ex-1", "--score", "3", "--reason", "oral  exam\n"]
    assert course(graded.root, *command).code == 2
    ran = course(graded.root, *command, "--roster", roster)
    assert (ran.code, ran.out, ran.err) == (0, "zoe ex-1: 3 of 3\n", "")
    assert course(graded.root, *command).code == 0  # the gradebook knows zoe now
    assert scores(course, graded)["zoe", "ex-1"] == 3
    with Gradebook("sqlite:///gradebook.db", graded.root) as gradebook:
        assert {(one.reason, one.points) for one in gradebook.overrides("zoe")} == {("oral exam", 3)}


def test_a_name_is_found_in_either_form_of_its_letters(graded: Small, course: Run) -> None:
    graded.execute("update submission set student = 'Jose\u0301' where student = 'bob'")
    ran = course(graded.root, "override", "Jos\u00e9", "ex-1", "--score", "1", "--reason", "r")
    assert ran.code == 0
    assert scores(course, graded, "Jos\u00e9")["Jose\u0301", "ex-1"] == 1
    assert "override: 1" in course(graded.root, "history", "Jos\u00e9").out
    assert course(graded.root, "regrade", "--student", "Jos\u00e9").code == 0


def test_regrade_of_nobody_is_refused(graded: Small, course: Run) -> None:
    ran = course(graded.root, "regrade", "--student", "adaa")
    assert (ran.code, ran.err) == (2, "There is no student 'adaa'. Did you mean 'ada'?\n")


@pytest.mark.parametrize("command", [["regrade", "--student"], ["history"], ["scores"]])
def test_a_student_whom_nobody_knows_is_told_with_those_whom_there_are(
    graded: Small, course: Run, command: list[str]
) -> None:
    ran = course(graded.root, *command, "nobody")
    assert (ran.code, ran.out, ran.err) == (2, "", "There is no student 'nobody'. Use one of: ada, bob.\n")
    ran = course(graded.root, *command, "adda")
    assert (ran.code, ran.out, ran.err) == (2, "", "There is no student 'adda'. Did you mean 'ada'?\n")
    names = "".join(f"student{number}\n" for number in range(30))
    roster = graded.write("many.csv", f"student\n{names}")
    course(graded.root, "generate", "MANY", "--roster", roster)
    ran = course(graded.root, *command, "nobody")
    assert (ran.code, ran.err) == (2, "There is no student 'nobody'. To see the names: course scores\n")


def test_a_student_of_an_empty_gradebook_leads_to_grading(graded: Small, course: Run) -> None:
    (graded.root / "gradebook.db").unlink()
    ran = course(graded.root, "history", "ada")
    assert (ran.code, ran.err) == (2, "There is no student 'ada'. Run: course grade SUBMISSIONS\n")


def test_regrade_says_how_much_there_is_nothing_to_run_of(graded: Small, course: Run) -> None:
    graded.write("S/cyd/ex-1.ipynb", "{}")
    graded.hand_in("cyd")
    assert course(graded.root, "grade", "S").code == 1
    assert "1 submission could not be read at the time of hand-in." in course(graded.root, "regrade").out


def test_nothing_moves_the_cursor_whoever_is_called_so(graded: Small, course: Run) -> None:
    name = "eve\x1b[2J\r\u202e"
    with Gradebook("sqlite:///gradebook.db", graded.root) as gradebook:
        one = handed_in(b"x")
        hostile = type(one)(name, "ex-1", "ex-1.py\x1b[2J", b"x", NOON)
        gradebook.record(hostile, grading(3, fingerprint="{}"))
        gradebook.override(Override(name, "ex-1", 9, "reason\x1b[2J\r", "prof\x1b[2J", NOON, 9))
    for command in (["scores"], ["history", name], ["regrade"], ["export", "csv"]):
        ran = course(graded.root, *command)
        assert "eve?[2J" in ran.out + ran.err
        assert not set(ran.out + ran.err) & set("\x1b\r\u202e")
