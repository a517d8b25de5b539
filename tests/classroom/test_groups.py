"""Groups: one variant, one hand-in, everybody's score."""

from __future__ import annotations

import json
import re
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.classroom.conftest import COURSE, SHORT, Small
from tests.conftest import Run

ROSTER = (
    "student,name,email,group,canvas_id,moodle_username\nada,Ada Lovelace,ada@example.org,Blue,1,ada\n"
    "bob,Bob Marsh,bob@example.org,blue,2,bob\ncyd,Cyd Charisse,cyd@example.org,Red,3,cyd\n"
    "dee,Dee Dee,dee@example.org,Red,4,dee\neve,Eve Eden,eve@example.org,,5,eve\n"
)
RULES = """
rules:
  deadlines: {ex-2: 2026-01-10}
  late: {percent_per_day: 10}
  extensions: [{student: bob, days: 1}]
"""
BEFORE, AFTER = datetime(2026, 1, 9, 12, tzinfo=UTC), datetime(2026, 1, 11, 12, tzinfo=UTC)
ONE_MORE = "{id: seven, kind: number, prompt: 'Say {{ N }}.', answer: N, misconceptions: {m: {answer: N + 1, message: M}}}"


@pytest.fixture
def grouped(small: Small, course: Run) -> Small:
    """Return a class in groups that has its handouts."""
    small.write("course.yaml", COURSE + RULES)
    small.write(
        "exercises/ex-2/exercise.yaml", SHORT.partition("questions")[0] + f"questions: [{ONE_MORE}]\n"
    )
    small.write(
        "exercises/ex-2/exercise.yaml", read(small, "exercises/ex-2/exercise.yaml") + "groups: true\n"
    )
    small.write("roster.csv", ROSTER)
    ran = course(small.root, "generate", "handouts", "--roster", "roster.csv", "--edition", "assessed")
    assert ran.code == 0
    assert "For groups: ex-2. These students work alone: eve." in ran.err
    return small


def read(small: Small, name: str) -> str:
    return (small.root / name).read_text(encoding="utf-8")


def number(small: Small, student: str) -> int:
    """Return the number that a student's handout asks for."""
    return int(read(small, f"handouts/{student}/ex-2.py").partition("Say ")[2].partition(".")[0])


def hand_in(small: Small, student: str, time: datetime | None = BEFORE, more: int = 0) -> None:
    small.hand_in(student, f"seven = {number(small, student) + more}\n", "ex-2", time)


def scores(small: Small, course: Run) -> dict[str, Any]:
    lines = course(small.root, "scores", "--json").out.splitlines()
    found = [json.loads(line) for line in lines]
    return {one["student"]: (one["raw"], one["final"]) for one in found if one["exercise"] == "ex-2"}


def graded(small: Small, course: Run, *arguments: object) -> str:
    ran = course(small.root, "grade", *(arguments or ("S",)), "--roster", "roster.csv")
    return " ".join((ran.out + ran.err).split())


def test_all_members_have_one_variant_under_their_own_names(grouped):
    assert number(grouped, "ada") == number(grouped, "bob") != number(grouped, "cyd")
    assert "(for ada)" in read(grouped, "handouts/ada/ex-2.py")
    for student in ("bob", "Blue", "blue", "group/"):
        assert student not in read(grouped, "handouts/ada/ex-2.py")
    owners = {row[0] for row in grouped.rows("select student from handed_out where exercise = 'ex-2'")}
    assert owners == {"group/blue", "group/red", "eve"}


def test_one_hand_in_is_the_score_of_all_and_each_has_the_own_deadline(grouped, course):
    hand_in(grouped, "bob", AFTER)
    hand_in(grouped, "eve")
    told = graded(grouped, course)
    assert "group/blue ex-2 1 of 1" in told
    assert "handed in nothing: cyd, dee" in told
    assert scores(grouped, course) == {"ada": (1, 0.9), "bob": (1, 1), "eve": (1, 1)}
    missing = course(grouped.root, "scores", "--missing").out
    assert [line.split()[1] for line in missing.splitlines()] == ["cyd", "dee"]


def test_the_newest_of_several_files_counts_and_a_second_run_changes_nothing(grouped, course):
    hand_in(grouped, "ada", BEFORE, more=1)
    hand_in(grouped, "bob", AFTER)
    told = graded(grouped, course)
    assert "group/blue ex-2: the file of bob counts, which is newer than that of ada" in told
    before = scores(grouped, course)
    assert before["ada"] == (1, 0.9)
    graded(grouped, course)
    assert "unchanged" in graded(grouped, course)
    assert scores(grouped, course) == before
    assert grouped.rows("select count(*) from attempt") == [(1,)]
    hand_in(grouped, "ada", AFTER + timedelta(hours=1), more=1)
    graded(grouped, course)
    assert scores(grouped, course)["bob"][0] == 0
    assert "attempt 2 of 2" in course(grouped.root, "scores", "bob").out


def test_an_older_file_from_elsewhere_does_not_count(grouped, course):
    hand_in(grouped, "bob", AFTER)
    graded(grouped, course)
    (grouped.root / "S" / "bob" / "ex-2.py").unlink()
    hand_in(grouped, "ada", BEFORE, more=1)
    assert "the file of ada is older than what the group handed in before" in graded(grouped, course)
    assert scores(grouped, course)["ada"] == (1, 0.9)


def test_if_the_newest_is_not_certain_nothing_is_guessed(grouped, course):
    hand_in(grouped, "ada", BEFORE, more=1)
    hand_in(grouped, "bob", BEFORE)
    told = graded(grouped, course)
    assert "It is unclear which file of the group is the newest: that of ada and that of bob" in told
    assert scores(grouped, course) == {"ada": (0, None), "bob": (0, None)}
    hand_in(grouped, "ada", AFTER)  # a copy: now they are the same
    graded(grouped, course)
    assert scores(grouped, course)["ada"] == (1, 1)


def test_an_untouched_stub_of_a_member_is_no_hand_in(grouped, course):
    hand_in(grouped, "ada", BEFORE)
    grouped.hand_in("bob", read(grouped, "handouts/bob/ex-2.py"), "ex-2", AFTER)
    graded(grouped, course)
    assert scores(grouped, course)["ada"] == (1, 1)


def test_an_override_is_for_one_or_for_all(grouped, course):
    hand_in(grouped, "ada")
    graded(grouped, course)

    def override(who: str, *arguments: object) -> str:
        return str(course(grouped.root, "override", who, *arguments, "--reason", "r").out)

    assert override("group/blue", "ex-2", "--score", 0.5) == "ada ex-2: 0.5 of 1\nbob ex-2: 0.5 of 1\n"
    assert override("bob", "ex-2", "--score", 0.25) == "bob ex-2: 0.25 of 1\n"
    assert scores(grouped, course) == {"ada": (1, 0.5), "bob": (1, 0.25)}
    override("group/red", "ex-2", "--score", 1)
    assert scores(grouped, course)["dee"] == (None, 1)
    refused = course(
        grouped.root, "override", "ada", "ex-2", "--question", "seven", "--score", 0, "--reason", "r"
    )
    assert (refused.code, "those of the whole group group/blue" in refused.err) == (2, True)
    refused = course(grouped.root, "override", "group/blue", "ex-1", "--score", 1, "--reason", "r")
    assert (refused.code, "Nobody does ex-1 in group/blue" in refused.err) == (2, True)
    override("bob", "ex-2", "--clear")
    override("group/blue", "ex-2", "--clear")
    override("group/blue", "ex-2", "--question", "seven", "--score", 0.75)
    assert scores(grouped, course)["ada"] == scores(grouped, course)["bob"] == (0.75, 0.75)


def test_exports_have_a_line_and_questions_for_each_member(grouped, course):
    hand_in(grouped, "ada")
    graded(grouped, course)
    course(grouped.root, "export", "csv", "--roster", "roster.csv", "--out", "e")
    for name in ("scores", "questions"):
        lines = read(grouped, f"e/{name}.csv").splitlines()[1:]
        assert [line.split(",")[0] for line in lines] == ["ada", "bob"], name


def test_a_page_names_the_members_of_the_own_group_and_nobody_else(grouped, course):
    hand_in(grouped, "ada")
    hand_in(grouped, "cyd")
    hand_in(grouped, "eve")
    graded(grouped, course)
    course(grouped.root, "feedback", "out")
    pages = {file.parent.name: file.read_text("utf-8") for file in (grouped.root / "out").glob("*/ex-2.html")}
    assert sorted(pages) == ["ada", "bob", "cyd", "dee", "eve"]
    assert "Group <bdi>Blue</bdi>: <bdi>ada</bdi>, <bdi>bob</bdi>" in pages["bob"].replace("blue", "Blue")
    assert "Group <bdi>" not in pages["eve"]
    for student in ("ada", "bob"):
        assert not re.search(r"\b(cyd|dee|eve|Red|group/)\b", pages[student])


def test_statistics_count_a_group_once_and_pseudonyms_hold(grouped, course):
    hand_in(grouped, "ada", more=1)
    hand_in(grouped, "eve")
    graded(grouped, course)
    found = json.loads(course(grouped.root, "report", "--json").out)
    [question] = found["exercises"][0]["questions"]
    assert (question["students"], question["misconceptions"]) == (2, {"m": 1})
    assert found["students"] == {name: {"m": ["ex-2.seven"]} for name in ("ada", "bob")}
    course(grouped.root, "report", "--html", "class.html", "--pseudonyms")
    page = read(grouped, "class.html")
    assert not any(name in page for name in ("ada", "bob", "blue", "Blue"))
    hidden = course(grouped.root, "report", "--json", "--pseudonyms").out
    assert not any(name in hidden for name in ("ada", "bob", "blue", "Blue"))


def test_who_changes_groups_leaves_the_work_with_the_old_one(grouped, course):
    hand_in(grouped, "ada")
    graded(grouped, course)
    grouped.replace("roster.csv", "bob@example.org,blue", "bob@example.org,Red")
    assert scores(grouped, course) == {"ada": (1, 1)}
    grouped.replace("roster.csv", "ada@example.org,Blue", "ada@example.org,Red")
    ran = course(grouped.root, "scores")
    assert "group/blue ex-2: what was handed in does not count, because nobody is in this group" in ran.err


def test_what_was_handed_in_alone_does_not_count_in_a_group(grouped, course):
    hand_in(grouped, "eve")
    graded(grouped, course)
    grouped.replace("roster.csv", "eve@example.org,,", "eve@example.org,Red,")
    ran = course(grouped.root, "scores")
    assert "eve ex-2: what was handed in does not count, because the group Red hands in together" in ran.err
    assert scores(grouped, course) == {}


def test_an_exercise_that_was_handed_out_to_each_alone_is_not_graded_as_a_zero(small, course):
    small.write("course.yaml", COURSE)
    small.write("roster.csv", ROSTER)
    course(small.root, "generate", "handouts", "--roster", "roster.csv")
    small.write("exercises/ex-2/exercise.yaml", SHORT + "groups: true\n")
    small.hand_in("ada", "seven = 1\n", "ex-2")
    assert "The group has no variant yet. Run: course generate OUT" in graded(small, course)
    assert {one[1] for one in scores(small, course).values()} == {None}
    course(small.root, "generate", "other", "--roster", "roster.csv")
    assert "group/blue ex-2 0 of 1" in graded(small, course)


def test_a_left_out_file_of_a_member_keeps_the_zero_from_all(grouped, course):
    grouped.write("S/ada/deep/er/ex-2.py", "seven = 1\n")
    hand_in(grouped, "eve")
    graded(grouped, course)
    ran = course(
        grouped.root,
        *("export", "csv", "--roster", "roster.csv", "--missing", "zero", "--exercise", "ex-2", "--out", "e"),
    )
    told = ran.out + ran.err
    for student in ("ada", "bob"):
        assert f"{student}: no zero in ex-2, because course grade left out a file that may be theirs" in told
    assert "cyd,ex-2" in read(grouped, "e/scores.csv")


def test_history_regrade_and_forget_know_the_group(grouped, course):
    hand_in(grouped, "ada")
    graded(grouped, course)
    assert "ex-2  group/blue handed in ex-2.py" in course(grouped.root, "history", "bob").out
    assert course(grouped.root, "regrade", "--student", "bob").code == 0
    ran = course(grouped.root, "forget", "bob")
    assert "what the group blue has handed in, which is also its other members'" in ran.out.lower()
    assert scores(grouped, course) == {"ada": (1, 1)}
    assert "group/blue" in {row[0] for row in grouped.rows("select student from submission")}
    course(grouped.root, "forget", "ada")
    assert grouped.rows("select student from submission") == []


def packed(small: Small, *members: tuple[str, str]) -> Path:
    file = small.root / "download.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file


def test_moodle_has_a_copy_for_each_member_and_it_is_one_hand_in(grouped, course):
    answers = {"Blue-Ada Lovelace": "ada", "Blue-Bob Marsh": "bob", "Red-Dee Dee": "dee"}
    names = (
        (f"{name}_{number}_assignsubmission_file_/ex-2.py", who)
        for number, (name, who) in enumerate(answers.items(), 7)
    )
    file = packed(grouped, *((name, f"seven = {number(grouped, who)}\n") for name, who in names))
    graded(grouped, course, file)
    assert {who: one[1] for who, one in scores(grouped, course).items()} == dict.fromkeys(
        ("ada", "bob", "cyd", "dee"), 1
    )
    assert len(grouped.rows("select id from attempt")) == 2


def test_canvas_has_one_member_for_the_group(grouped, course):
    content = f"seven = {number(grouped, 'ada')}\n"
    told = graded(grouped, course, packed(grouped, ("blue_2_77_ex-2.py", content)))
    assert "Are they names of teams?" not in told
    assert scores(grouped, course) == {"ada": (1, 1), "bob": (1, 1)}


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        ("student,group\nada,A\nbob,A\n", ""),
        ("canvas_user_id,user_id,login_id,group_name\n1,,,A\n2,,,A\n9,,,A\n", "it fits nobody in the roster"),
        ("Email address,Group\nada@example.org,A\nbob@example.org,A\n", ""),
    ],
)
def test_groups_can_have_a_list_of_their_own(small, course, listed, said):
    small.write("course.yaml", COURSE + "groups: {projects: projects.csv}\n")
    small.write("exercises/ex-2/exercise.yaml", SHORT + "groups: projects\n")
    small.write("projects.csv", listed)
    small.write("roster.csv", ROSTER)
    course(small.root, "generate", "handouts", "--roster", "roster.csv")
    assert number(small, "ada") == number(small, "bob") != number(small, "cyd")
    hand_in(small, "ada")
    assert said in graded(small, course)
    assert scores(small, course) == {"ada": (1, 1), "bob": (1, 1)}


@pytest.mark.parametrize(
    ("more", "groups", "said"),
    [
        ("", "projects", "groups: There are no groups 'projects' in course.yaml. Add 'groups: ...'"),
        ("groups: {projects: p.csv}\n", "project", "Did you mean 'projects'?"),
        ("groups: {projects: p.csv}\n", "projects", "p.csv"),
        ("groups: {projects: q.csv}\n", "projects", "has no column 'group'. It has: student"),
        ("groups: {group: p.csv}\n", "true", "'group' is the name of the roster's own groups."),
        ("groups: {a/b: p.csv}\n", "true", "It cannot be the name of a set of groups."),
        ("groups: {projects: ../p.csv}\n", "projects", "It cannot be the name of a file."),
        ("groups: [projects]\n", "projects", "It must be keys and values"),
    ],
)
def test_what_is_wrong_is_one_sentence(small, course, more, groups, said):
    small.write("course.yaml", COURSE + more)
    small.write("q.csv", "student\nada\n")
    small.write("exercises/ex-2/exercise.yaml", f"{SHORT}groups: {groups}\n")
    ran = course(small.root, "generate", "handouts", "--roster", small.write("roster.csv", ROSTER))
    assert (ran.code, said in ran.err) == (2, True), ran.err


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        (None, "projects.csv cannot be read: No such file or directory."),
        ("student\nada\n", "projects.csv has no column 'group'. It has: student"),
        (
            "Naam,group\nAda,Blue\n",
            "Naam, group. Rename the column that identifies the students: 'student' or",
        ),
        ("student,group\nada,Blue\n", ""),
    ],
)
def test_a_list_that_cannot_be_read_is_found_by_course_check(small, course, listed, said):
    small.write("course.yaml", COURSE + "groups: {projects: projects.csv, others: no.csv}\n")
    small.write("exercises/ex-2/exercise.yaml", SHORT + "groups: projects\n")
    if listed:
        small.write("projects.csv", listed)
    ran = course(small.root, "check", "ex-2", "--variants", "0", "--json")
    (proved,) = json.loads(ran.out)["exercises"]
    told = [fault for fault in proved["faults"] if fault["path"] == "groups.projects"]
    assert ([fault["line"] for fault in told], len(told)) == ([7] * len(told), bool(said))
    assert said in str(told)
    assert "course.yaml:7:" in ran.err
    assert "groups.others: No exercise uses these groups." in ran.err
    assert "groups.projects" not in ran.err


def test_a_person_in_several_groups_of_a_list_is_in_none(small, course):
    rows = "canvas_user_id,user_id,login_id,name,group_name\n1,,ada,Ada,A\n1,,ada,Ada,B\n2,,bob,Bob,A\n"
    ran = course(small.root, "roster", "import", small.write("groups.csv", rows))
    assert "the group does not count: there are several for one person" in ran.out
    assert read(small, "roster.csv").splitlines()[1:] == ["ada,Ada,,1,ada", "bob,Bob,A,2,bob"]


ESSAY = """
format: 1
title: An essay
groups: true
questions:
  - id: why
    kind: manual
    points: 3
    prompt: Why does a step that is too large diverge?
    rubric: [{points: 3, text: It jumps over the minimum.}]
    example: It jumps over the minimum.
  - {id: five, kind: number, prompt: Say five., answer: "5"}
"""


def test_a_text_of_a_group_is_marked_once(grouped, course):
    grouped.write("exercises/ex-2/exercise.yaml", ESSAY)
    grouped.hand_in("bob", 'why = "Because."\nfive = 5\n', "ex-2", BEFORE)
    graded(grouped, course)
    assert scores(grouped, course) == {"ada": (1, None), "bob": (1, None)}
    ran = course(grouped.root, "mark", "--out", "marks.yaml")
    assert "1 answer to mark" in ran.out
    grouped.replace("marks.yaml", "earned:\n", "earned: 1\n")
    course(grouped.root, "mark", "--in", "marks.yaml")
    assert scores(grouped, course) == {"ada": (4, 4), "bob": (4, 4)}


def test_a_new_group_without_a_variant_is_not_graded(grouped, course):
    grouped.replace("roster.csv", "eve@example.org,,", "eve@example.org,Green,")
    hand_in(grouped, "eve")
    assert "The group has no variant yet." in graded(grouped, course)
    course(grouped.root, "generate", "handouts", "--roster", "roster.csv", "--edition", "assessed")
    hand_in(grouped, "eve")
    graded(grouped, course)
    assert scores(grouped, course) == {"eve": (1, 1)}


def test_a_total_and_a_page_have_the_score_of_the_group(grouped, course):
    grouped.write("course.yaml", COURSE + RULES + "scores: {weights: {ex-2: 3}, bonus: [ex-1]}\n")
    hand_in(grouped, "ada")
    graded(grouped, course)
    lines = course(grouped.root, "scores", "--total", "--json").out.splitlines()
    totals = {one["student"]: one["percent"] for one in map(json.loads, lines)}
    assert (totals["ada"], totals["bob"], totals["cyd"]) == (100, 100, 0)


def test_without_any_list_everybody_works_alone_and_that_is_said(grouped, course):
    grouped.write("roster.csv", "student\nada\nbob\n")
    ran = course(grouped.root, "generate", "other", "--roster", "roster.csv", "--edition", "assessed")
    assert "No roster or list says who is in which: everybody works alone." in ran.err
