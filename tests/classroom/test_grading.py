"""What `course grade` and `course regrade` run again, what they keep, and what counts."""

from __future__ import annotations

import csv
import json
import shutil
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest

from grader.classroom.class_grader import ClassGrader
from grader.classroom.class_run import ClassRun
from grader.classroom.collecting import Collected
from grader.course.loading import load_course
from grader.course.paper import prepare
from grader.engine.handed_in import HandedIn
from grader.examiner.outcome import Outcome
from grader.examiner.reporting import ungraded
from grader.gradebook.store import Gradebook
from tests.classroom.conftest import DOUBLE, RIGHT, TRIPLE, Small, new_class
from tests.conftest import Run

STRICT = DOUBLE + "    assert student.double(3) == 6\n\n\n"
SQUARES = RIGHT.replace("2 * x", "x * x")  # right for 2 alone
DUE = datetime(2026, 11, 20, 12, tzinfo=UTC)


def scores(course: Run, small: Small, *arguments: str) -> dict[tuple[str, str], Any]:
    """Return the final scores, by student and exercise."""
    ran = course(small.root, "scores", "--json", *arguments)
    assert ran.code == 0
    lines = [json.loads(line) for line in ran.out.splitlines()]
    return {(line["student"], line["exercise"]): line["final"] for line in lines}


def outdated(small: Small, student: str = "ada") -> set[str] | None:
    """Return the questions of a student's ex-1 that would be run again; None for the whole file."""
    grader = ClassGrader(load_course(small.root))
    with Gradebook("sqlite:///gradebook.db", small.root) as gradebook:
        [known] = gradebook.known([student]).values()
    questions = grader.outdated(known, "ex-1", None)
    assert (questions == frozenset()) == grader.is_current(known, "ex-1", None)
    return None if questions is None else set(questions)


@pytest.fixture(scope="module")
def graded_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a class of ada, who has full marks, and bob, who has them too because the checks are weak."""
    made = new_class(tmp_path_factory.mktemp("graded"))
    made.hand_in("ada", time=DUE)
    made.hand_in("bob", SQUARES, time=DUE)
    course = load_course(made.root)
    with Gradebook(course.record.gradebook, made.root) as gradebook:
        run = ClassRun(ClassGrader(course), gradebook, personal=False)
        assert list(run.look(Collected([made.root / "S"], course.record.exercises, None))) == []
        assert [settled.report.score for settled in run.run()] == [3, 3]
    made.ran()
    return made.root


@pytest.fixture
def graded(graded_once: Path, tmp_path: Path) -> Small:
    """Return a copy of that class."""
    return Small(Path(shutil.copytree(graded_once, tmp_path / "graded")))


@pytest.fixture
def stored(small: Small) -> Small:
    """Return a report of ada's, as if it had just been made."""
    grader = ClassGrader(load_course(small.root))
    report = ungraded(prepare(grader.course.exercise("ex-1"), None), "")
    questions = tuple(question.model_copy(update={"outcome": "failed"}) for question in report.questions)
    outcome = Outcome(
        report.model_copy(update={"questions": questions}), fingerprint=json.dumps(grader.fingerprint("ex-1"))
    )
    with Gradebook("sqlite:///gradebook.db", small.root) as gradebook:
        gradebook.record(HandedIn("ada", "ex-1", "ex-1.py", b""), outcome)
    return small


def test_what_is_unchanged_is_not_run_again(small: Small, course: Run) -> None:
    small.hand_in("ada")
    small.hand_in("bob", "five = 4\n")
    first = course(small.root, "grade", "S", "--json")
    assert (first.code, small.ran()) == (0, ["double", "triple"])
    again = course(small.root, "grade", "S", "--json")
    assert (again.code, small.ran(), small.count()) == (0, [], 2)
    assert sorted(again.out.splitlines()) == sorted(first.out.splitlines())
    assert "2 unchanged, not run again." in again.err
    assert small.rows("select count(*) from attempt") == [(2,)]
    course(small.root, "grade", "S", "--again")
    assert (small.ran(), small.count()) == (["double", "triple"], 4)


def test_only_what_changed_of_a_class_is_run(small: Small, course: Run) -> None:
    small.hand_in("ada")
    small.hand_in("bob", "five = 4\n")
    course(small.root, "grade", "S")
    small.hand_in("bob", "five = 5\n")
    small.hand_in("cyd", "five = 3\n")
    ran = course(small.root, "grade", "S")
    assert "3 graded, 0 not graded, 0 left out." in ran.out
    assert "1 unchanged, not run again" in ran.out
    assert small.ran() == ["double", "triple"]  # of the first run
    assert small.count() == 4
    assert scores(course, small) == {("ada", "ex-1"): 3, ("bob", "ex-1"): 1, ("cyd", "ex-1"): 0}


def test_a_changed_check_runs_its_question_alone_and_keeps_the_others_word_for_word(
    small: Small, course: Run
) -> None:
    small.hand_in("ada", SQUARES.replace("five = 5", "five = 4"))
    course(small.root, "grade", "S")
    small.ran()
    small.execute(
        'update report set document = replace(document, \'"five","kind":"number"\', \'"five","kind":"kept"\')'
    )
    [(before,)] = small.rows("select document from report")
    assert "kept" in before
    small.checks(DOUBLE, TRIPLE.replace("== 6", "in [6]"))
    assert outdated(small) == {"triple"}
    ran = course(small.root, "grade", "S", "--json")
    assert small.ran() == ["triple"]
    report = json.loads(ran.out)
    assert [question["id"] for question in report["questions"]] == ["five", "double", "triple"]
    kept = json.loads(before)["questions"][:2]
    assert [one.pop("answer") for one in kept] == [
        "five = 4",
        "def double(x):\n    return x * x",
    ]  # for pages, not for --json
    for question in kept:
        question.pop("value", None)  # as are what a class's wrong answers are compared by
        for check in question["checks"]:
            check.pop("returned", None)
    assert report["questions"][:2] == kept
    assert report["questions"][0]["kind"] == "kept"
    assert (report["score"], report["points"]) == (2, 3)
    assert course(small.root, "grade", "S", "--json").out == ran.out
    assert small.ran() == []


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("exercises/ex-1/exercise.yaml", 'answer: "5"', 'answer: "4 + 1"', {"five"}),
        ("exercises/ex-1/exercise.yaml", "Double it.", "Double x.", {"double"}),
        ("exercises/ex-1/exercise.yaml", "title: Sums", "title: More sums", set()),
        ("exercises/ex-1/exercise.yaml", "title: Sums", "title: Sums  # a comment", set()),
        ("exercises/ex-1/checks.py", "assert student.double", "# twice\n    assert  student.double", set()),
        ("exercises/ex-1/checks.py", "(2) == 4", "(3) == 6", {"double"}),
        ("exercises/ex-1/checks.py", "def log(", "TWO = 2\n\n\ndef log(", {"double", "triple"}),
        ("exercises/ex-1/checks.py", "def test_double", "def test_more", {"double", "triple"}),
        ("exercises/ex-1/reference.py", "return 2 * x", "return x + x", {"double", "triple"}),
        ("exercises/ex-1/reference.py", "return 2 * x", "return  2*x  # twice", set()),
        ("course.yaml", "seed: s", "seed: other", None),
        ("course.yaml", "title: T", "title: Other", set()),
        ("course.yaml", "{seconds: 60}", "{seconds: 61}", None),
        ("course.yaml", "packages: []", "packages: [numpy]", None),
    ],
)  # fmt: skip
def test_a_change_runs_what_it_may_decide(
    stored: Small, file: str, old: str, new: str, expected: set[str] | None
) -> None:
    assert outdated(stored) == set()
    stored.replace(file, old, new)
    assert outdated(stored) == expected


def test_a_data_file_beside_the_checks_decides_too(stored: Small) -> None:
    stored.write("exercises/ex-1/data.txt", "1")
    assert outdated(stored) == {"double", "triple"}
    (stored.exercise / "data.txt").rename(stored.exercise / ".data.txt")
    assert outdated(stored) == set()


def test_a_file_that_changes_between_the_look_and_the_run_is_run_whole(graded: Small) -> None:
    """Otherwise a report about the new file would hold answers of the old one."""
    graded.checks(DOUBLE, TRIPLE.replace("== 6", "in [6]"))
    (graded.root / "S" / "bob" / "ex-1.py").unlink()
    course = load_course(graded.root)
    with Gradebook(course.record.gradebook, graded.root) as gradebook:
        run = ClassRun(ClassGrader(course), gradebook, personal=False)
        assert list(run.look(Collected([graded.root / "S"], course.record.exercises, None))) == []
        assert [one.questions for one in run._due] == [frozenset({"triple"})]
        graded.hand_in("ada", RIGHT.replace("five = 5", "five = 4").replace("2 * x", "x"))
        [settled] = run.run()
    assert graded.ran() == ["double", "triple"]
    assert [question.outcome for question in settled.report.questions] == ["failed", "failed", "passed"]


def test_other_variants_run_everything(graded: Small, course: Run) -> None:
    roster = graded.write("roster.csv", "student\nada\nbob\n")
    ran = course(graded.root, "grade", "S", "--roster", roster)
    assert (ran.code, graded.ran()) == (0, ["double"] * 2 + ["triple"] * 2)
    assert graded.rows("select distinct variant from report order by 1") == [("",), ("ada",), ("bob",)]


def test_a_file_that_comes_back_is_the_latest_attempt_again_without_being_run(
    small: Small, course: Run
) -> None:
    for text, expected in ((RIGHT, 3), ("five = 5\n", 1), (RIGHT, 3), (RIGHT, 3)):
        small.hand_in("ada", text)
        assert course(small.root, "grade", "S").code == 0
        assert scores(course, small) == {("ada", "ex-1"): expected}
    assert small.ran() == ["double", "triple"]
    assert small.rows("select submission_id from attempt order by id") == [(1,), (2,), (1,)]
    assert small.count() == 2


def test_what_could_not_be_graded_is_run_again(small: Small, course: Run) -> None:
    small.checks(DOUBLE + "    assert not (HERE / '.broken').exists() or undefined\n", TRIPLE)
    small.hand_in("ada")
    broken = small.write("exercises/ex-1/.broken", "")
    ran = course(small.root, "grade", "S")
    assert ran.code == 1
    assert "0 graded, 1 not graded, 0 left out." in ran.out
    assert "not graded: ada ex-1: This check could not be run." in ran.out
    assert scores(course, small) == {("ada", "ex-1"): None}
    broken.unlink()
    assert course(small.root, "grade", "S").code == 0
    assert scores(course, small) == {("ada", "ex-1"): 3}
    broken.touch()
    ran = course(small.root, "grade", "S", "--again")
    assert (ran.code, "1 not graded" in ran.out) == (1, True)
    assert scores(course, small) == {("ada", "ex-1"): 3}  # a fault of the grader takes no score away


def test_an_empty_file_is_said_to_be_empty(small: Small, course: Run) -> None:
    small.hand_in("ada", "\n")
    small.write("S/bob/ex-1.ipynb", "")
    ran = course(small.root, "grade", "S")
    lines = {line.split()[0]: line for line in ran.out.splitlines() if " of 3" in line}
    assert lines == {one: f"{one}  ex-1  0 of 3  the file is empty" for one in ("ada", "bob")}
    notes = [json.loads(one)["notes"][0] for (one,) in small.rows("select document from report")]
    assert sorted(notes) == ["ex-1.ipynb is empty.", "ex-1.py is empty."]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_file_that_would_kill_its_own_process_is_graded(small: Small, course: Run, jobs: int) -> None:
    """Otherwise it would look like one that was killed for lack of memory, which is not the student's fault."""
    small.replace("course.yaml", "seconds: 60", "seconds: 2")
    kill = "import os, signal, threading\nfive = 5\n"
    small.hand_in("ada", f"{kill}os.kill(os.getpid(), signal.SIGKILL)\n{RIGHT}")
    own = "os.kill(os.getpid(), 9); return 2 * x"
    small.hand_in("bob", f"{kill}def double(x):\n    {own}\n")
    thread = "signal.pthread_kill(threading.main_thread().ident, 9); return 2 * x"
    small.hand_in("cyd", f"{kill}def double(x):\n    {thread}\n")
    ran = course(small.root, "grade", "S", "--jobs", jobs, "--json")
    assert ran.code == 0
    reports = {report["student"]: report for report in map(json.loads, ran.out.splitlines())}
    assert reports.keys() == {"ada", "bob", "cyd"}
    for student, report in reports.items():
        outcomes = [question["outcome"] for question in report["questions"]]
        assert outcomes[0] == "passed", student
        assert "ungraded" not in outcomes, student
        assert (outcomes[1] == "passed") == (student == "ada")


def test_a_score_that_would_fall_waits_for_somebody_to_say_so(graded: Small, course: Run) -> None:
    graded.checks(STRICT, TRIPLE)
    for again in ([], [], ["--again"]):
        ran = course(graded.root, "grade", "S", *again)
        assert ran.code == 1
        assert "keeps its score: bob ex-1 (it would fall)" in ran.out
        assert "ada ex-1" not in ran.out.split("would fall")[1]
        assert scores(course, graded) == {("ada", "ex-1"): 3, ("bob", "ex-1"): 3}
    graded.ran()
    ran = course(graded.root, "regrade", "--apply")
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "Stored. 1 kept the higher score.")
    assert scores(course, graded)["bob", "ex-1"] == 3
    ran = course(graded.root, "regrade", "--apply", "--allow-lower")
    assert (ran.code, ran.out.splitlines()[-1], graded.ran()) == (0, "Stored.", [])
    assert scores(course, graded) == {("ada", "ex-1"): 3, ("bob", "ex-1"): 2}
    assert course(graded.root, "grade", "S").code == 0
    assert graded.ran() == []
    assert "no score changes" in course(graded.root, "regrade").out


def test_regrade_says_who_moves_and_why_before_anything_is_stored(graded: Small, course: Run) -> None:
    graded.hand_in("cyd", RIGHT.replace("5", "6"))
    course(graded.root, "grade", "S")
    graded.checks(STRICT, TRIPLE)
    graded.replace("exercises/ex-1/exercise.yaml", 'answer: "5"', 'answer: "6"')
    before = graded.reports()
    for file in sorted((graded.root / "S").rglob("*.py")):
        file.unlink()  # what is stored is graded
    ran = course(graded.root, "regrade")
    assert ran.code == 1
    told = " ".join(ran.out.split())
    assert "ada ex-1 3/3 2/3 five: 1/1 -> 0/1 (passed -> failed) bob ex-1 3/3 1/3 five" in told
    assert "; double: 1/1 -> 0/1 (test_double passed -> failed) cyd ex-1 2/3 3/3 five: 0/1 -> 1/1" in told
    assert "3 submissions graded again: 1 rise, 2 fall." in ran.out
    assert ran.out.splitlines()[-1] == "Nothing was stored. To store the new scores: course regrade --apply"
    assert graded.reports() == before


@pytest.mark.parametrize("answer", [True, False])
def test_regrade_asks_in_a_terminal(
    graded: Small, course: Run, monkeypatch: pytest.MonkeyPatch, answer: bool
) -> None:
    asked: list[str] = []

    def confirm(text: str) -> bool:
        asked.append(text)
        return answer

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(click, "confirm", confirm)
    graded.checks(STRICT, TRIPLE)
    before = graded.reports()
    ran = course(graded.root, "regrade", "--allow-lower")
    assert (ran.code, asked) == (0 if answer else 1, ["Store the new scores?"])
    assert (graded.reports() == before) != answer


def test_regrade_looks_at_what_it_is_told_to(graded: Small, course: Run) -> None:
    graded.hand_in("bob", "seven = 7\n", "ex-2")
    course(graded.root, "grade", "S")
    graded.ran()
    graded.replace("course.yaml", "seed: s", "seed: t")
    assert (
        "1 submission graded again: no score changes."
        in course(graded.root, "regrade", "--student", "ada").out
    )
    assert graded.ran() == ["double", "triple"]
    assert "1 submission graded again: no score changes." in course(graded.root, "regrade", "ex-2").out
    assert graded.ran() == []
    assert "1 submission graded again: no score changes." in course(graded.root, "regrade").out
    assert "0 submissions graded again: no score changes." in course(graded.root, "regrade").out
    ran = course(graded.root, "regrade", "ex-11")
    assert (ran.code, ran.err) == (2, "There is no exercise 'ex-11'. Did you mean 'ex-1'?\n")


def test_regrade_keeps_everybodys_own_variant(small: Small, course: Run) -> None:
    roster = small.write("roster.csv", "student\nada\n")
    own = prepare(load_course(small.root).exercise("ex-2"), "ada").params["N"]
    assert own != 7
    small.hand_in("ada", f"seven = {own}\n", "ex-2")
    course(small.root, "grade", "S", "--roster", roster)
    assert scores(course, small) == {("ada", "ex-2"): 1}
    small.replace("exercises/ex-2/exercise.yaml", "answer: N", "answer: N + 0")
    ran = course(small.root, "regrade")
    assert (ran.code, ran.out) == (0, "1 submission graded again: no score changes.\n")


def test_scores_of_nobody_are_one_sentence(graded: Small, course: Run) -> None:
    ran = course(graded.root, "scores", "ada", "nobody", "noone")
    assert (ran.code, ran.out, ran.err) == (2, "", "There is no student 'nobody'. Use one of: ada, bob.\n")


def test_rules_change_scores_and_never_reports(graded: Small, course: Run) -> None:
    graded.hand_in("bob", f"{SQUARES}\n", time=DUE.replace(day=22))
    course(graded.root, "grade", "S")
    known = graded.write("r.csv", "student\ncyd\n")
    for score in (("--score", 1), ("--clear",)):  # so that the gradebook knows cyd
        said = course(graded.root, "override", "cyd", "ex-2", *score, "--reason", "oral", "--roster", known)
        assert said.code == 0
    before = graded.reports()
    with (graded.root / "course.yaml").open("a", encoding="utf-8") as stream:
        stream.write("rules:\n  deadlines: {ex-1: 2026-11-20 12:00}\n  late: {percent_per_day: 20}\n")
        stream.write("  excused: [{student: cyd, exercise: ex-2, reason: ill}]\n")
    assert scores(course, graded) == {
        ("ada", "ex-1"): 3,
        ("bob", "ex-1"): pytest.approx(1.8),
        ("cyd", "ex-2"): None,
    }
    table = " ".join(course(graded.root, "scores").out.split())
    assert "bob ex-1 3 1.8 3 attempt 2 of 2; 2 days late: -40 %" in table
    assert "cyd ex-2 - - 1 excused: ill" in table
    assert scores(course, graded, "bob", "--exercise", "ex-1") == {("bob", "ex-1"): pytest.approx(1.8)}
    assert scores(course, graded, "--exercise", "ex-2") == {("cyd", "ex-2"): None}
    assert course(graded.root, "grade", "S").code == 0
    assert (graded.reports(), graded.ran()) == (before, ["double", "triple"])


def test_an_override_wins_over_later_reports_and_rules(graded: Small, course: Run) -> None:
    ran = course(graded.root, "override", "bob", "ex-1", "--score", "2.5", "--reason", "half by hand")
    assert (ran.code, ran.out) == (0, "bob ex-1: 2.5 of 3\n")
    with (graded.root / "course.yaml").open("a", encoding="utf-8") as stream:
        stream.write("rules: {deadlines: {ex-1: 2020-01-01}, late: {days: 0}}\n")
    graded.hand_in("bob", "five = 1\n")
    course(graded.root, "grade", "S")
    assert scores(course, graded) == {("ada", "ex-1"): 0, ("bob", "ex-1"): 2.5}
    assert "half by hand" in course(graded.root, "scores").out
    ran = course(graded.root, "override", "bob", "ex-1", "--clear", "--reason", "a mistake")
    assert ran.out == "bob ex-1: 0 of 3\n"
    assert scores(course, graded)["bob", "ex-1"] == 0


def test_history_tells_everything_in_order(graded: Small, course: Run) -> None:
    graded.checks(STRICT, TRIPLE)
    course(graded.root, "grade", "S")
    course(graded.root, "regrade", "--apply", "--allow-lower")
    graded.hand_in("bob", "five = 5\n", time=DUE)
    course(graded.root, "grade", "S")
    course(graded.root, "override", "bob", "ex-1", "--score", "3", "--reason", "kind")
    course(graded.root, "override", "bob", "ex-1", "--clear", "--reason", "unkind")
    ran = course(graded.root, "history", "bob")
    told = [line.partition("ex-1  ")[2] for line in ran.out.splitlines() if " UTC  ex-1  " in line]
    wanted = [
        "handed in ex-1.py of ",
        "graded: 3 of 3 (SHA-256 ",
        "graded: 2 of 3, lower than before: not applied (SHA-256 ",
        "graded: 2 of 3 (SHA-256 ",
        "handed in ex-1.py of 2026-11-20 12:00 UTC (SHA-256 ",
        "graded: 1 of 3 (SHA-256 ",
        "override: 3, by ",
        "override withdrawn, by ",
    ]
    assert [line[: len(start)] for line, start in zip(told, wanted, strict=True)] == wanted
    assert (told[-2][-4:], told[-1][-6:]) == ("kind", "unkind")
    assert "attempt 2 of 2" in ran.out
    assert course(graded.root, "history", "bob", "--exercise", "ex-2").code == 2
    ran = course(graded.root, "history", "eve")
    assert (ran.code, ran.err) == (2, "There is no student 'eve'. Use one of: ada, bob.\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["bob", "ex-1", "--score", "3.5", "--reason", "r"], "3.5 is more than the 3 points of ex-1."),
        (["bob", "ex-3", "--score", "1", "--reason", "r"], "There is no exercise 'ex-3'. Did you mean 'ex-"),
        (["bob", "ex-1", "--reason", "r"], "Give either --score or --clear."),
        (["bob", "ex-1", "--score", "1", "--clear", "--reason", "r"], "Give either --score or --clear."),
        (["bob", "ex-1", "--score", "1"], "Missing option '--reason'"),
        (["bob", "ex-1", "--score", "-1", "--reason", "r"], "-1"),
        (["bob", "ex-1", "--score", "nan", "--reason", "r"], "nan"),
    ],
)
def test_a_wrong_override_is_refused(small: Small, course: Run, arguments: list[str], sentence: str) -> None:
    ran = course(small.root, "override", *arguments)
    assert ran.code == 2
    assert sentence in ran.err
    assert course(small.root, "scores", "--json").out == ""


def table(file: Path) -> list[list[str]]:
    with file.open(newline="", encoding="utf-8") as stream:
        return list(csv.reader(stream))


def test_the_excused_are_told_to_canvas_and_left_out_elsewhere(graded: Small, course: Run) -> None:
    with (graded.root / "course.yaml").open("a", encoding="utf-8") as stream:
        stream.write(
            "rules: {excused: [{student: bob, exercise: ex-1, reason: ill}, {student: cyd, exercise: ex-1}]}\n"
        )
    roster = graded.write(
        "roster.csv", "student,canvas_id,moodle_username\nada,1,a\nbob,2,b\ncyd,3,c\ndan,4,d\n"
    )
    course(graded.root, "export", "canvas", "--roster", roster, "--missing", "zero")
    cells = [(row[1], row[5]) for row in table(graded.root / "exports" / "canvas-ex-1.csv")[2:]]
    assert cells == [("1", "3"), ("2", "EX"), ("3", "EX"), ("4", "0")]
    ran = course(graded.root, "export", "moodle", "--roster", roster, "--missing", "zero")
    assert table(graded.root / "exports" / "moodle-ex-1.csv")[1:] == [["a", "100"], ["d", "0"]]
    assert ran.out.splitlines()[1:3] == [
        "  not included: bob: excused from ex-1",
        "  not included: cyd: excused from ex-1",
    ]
    ran = course(graded.root, "export", "csv")
    assert [row[0] for row in table(graded.root / "exports" / "scores.csv")[1:]] == ["ada"]
    assert "  not included: bob: excused from ex-1" in ran.out.splitlines()
    assert ran.code == 0


def test_scores_go_to_an_lms_as_the_rules_have_them(graded: Small, course: Run) -> None:
    graded.hand_in("ada", f"{RIGHT}\n", time=DUE.replace(day=21))
    course(graded.root, "grade", "S")
    with (graded.root / "course.yaml").open("a", encoding="utf-8") as stream:
        stream.write("rules: {deadlines: {ex-1: 2026-11-20 12:00}, late: {percent_per_day: 10}}\n")
    course(graded.root, "override", "bob", "ex-1", "--score", "1", "--reason", "r")
    course(graded.root, "export", "csv")
    assert [row[3] for row in table(graded.root / "exports" / "scores.csv")[1:]] == ["2.7", "1"]


def test_every_score_is_a_line_of_json(graded: Small, course: Run) -> None:
    course(graded.root, "override", "bob", "ex-1", "--score", "1", "--reason", "r")
    [ada, bob] = [json.loads(line) for line in course(graded.root, "scores", "--json").out.splitlines()]
    assert {key: ada[key] for key in ("student", "exercise", "raw", "final", "points", "rules")} == {
        "student": "ada", "exercise": "ex-1", "raw": 3, "final": 3, "points": 3, "rules": [],
    }  # fmt: skip
    assert (bob["raw"], bob["final"], bob["is_excused"], bob["is_graded"]) == (3, 1, False, True)
    assert datetime.fromisoformat(ada["graded"]).tzinfo is not None


def test_two_lanes_and_one_make_the_same_gradebook(small: Small, course: Run) -> None:
    for number in range(5):
        small.hand_in(f"student{number}", RIGHT.replace("5", str(number + 3)))
        small.hand_in(f"student{number}", f"seven = {number + 5}\n", "ex-2")
    made = []
    for jobs in (1, 2):
        assert course(small.root, "grade", "S", "--jobs", jobs).code == 0
        made.append(small.reports())
        (small.root / "gradebook.db").unlink()
    assert made[0] == made[1]
    assert len(made[0]) == 10


def test_folders_and_zips_of_an_lms_are_graded_together(small: Small, course: Run) -> None:
    small.hand_in("ada")
    roster = small.write("roster.csv", "student,name\nada,Ada Lovelace\nbob,Bob\ncyd,Cyd\n")
    with zipfile.ZipFile(small.root / "canvas.zip", "w") as archive:
        archive.writestr("lovelaceada_12_1_ex-1.py", "five = 1\n")
        archive.writestr("bob_LATE_13_2_ex-1.py", "five = 5\n")
        archive.writestr("eve_14_3_ex-1.py", "five = 5\n")
    ran = course(small.root, "grade", "S", "canvas.zip", "--roster", roster)
    assert ran.code == 1
    assert "2 graded, 0 not graded, 2 left out." in ran.out
    told = " ".join(ran.out.split())
    assert "left out: 'eve_14_3_ex-1.py': it fits nobody in the roster" in told
    assert "left out: ada: ex-1 is in canvas.zip, but also in S" in told
    assert "handed in nothing, unless a file that was left out is theirs: cyd" in told
    assert scores(course, small) == {("ada", "ex-1"): 3, ("bob", "ex-1"): 1}
    with (small.root / "course.yaml").open("a", encoding="utf-8") as stream:
        stream.write("rules: {deadlines: {ex-1: 2020-01-01}}\n")
    assert "late by an unknown time" in course(small.root, "scores", "bob").out
    assert "marked late by the LMS" in course(small.root, "history", "bob").out


def test_what_was_handed_out_is_graded_whatever_is_drawn_later(small: Small, course: Run) -> None:
    small.replace(
        "exercises/ex-1/exercise.yaml", "title: Sums", "title: Sums\nparams: {M: {from: 10, to: 99}}"
    )
    small.replace("exercises/ex-1/exercise.yaml", 'answer: "5"', 'answer: "M"')
    roster = small.write("roster.csv", "student\nada\nbob\n")
    assert course(small.root, "generate", "OUT", "--roster", roster).code == 0
    with Gradebook("sqlite:///gradebook.db", small.root) as gradebook:
        given = gradebook.handed_out(["ada"])["ada", "ex-1"]["M"]
    small.hand_in("ada", RIGHT.replace("five = 5", f"five = {given}"))
    small.replace("exercises/ex-1/exercise.yaml", "{from: 10, to: 99}", "{from: 100, to: 999}")
    course(small.root, "grade", "S", "--roster", roster)
    assert scores(course, small) == {("ada", "ex-1"): 3}
    small.replace("exercises/ex-1/exercise.yaml", "params: {M:", "params: {N: 4, M:")
    assert course(small.root, "regrade", "--apply").code == 0
    assert scores(course, small) == {("ada", "ex-1"): 3}
    assert course(small.root, "generate", "OUT", "--roster", roster).code == 0
    with Gradebook("sqlite:///gradebook.db", small.root) as gradebook:
        assert gradebook.handed_out(["ada"])["ada", "ex-1"]["M"] == given


def test_what_could_not_be_read_is_never_run_and_never_a_zero(small: Small, course: Run) -> None:
    small.replace("course.yaml", "seed:", "rules: {max_attempts: 1}\nseed:")
    small.hand_in("ada")
    notebook = small.write("S/ada/ex-1.ipynb", "{}")
    assert course(small.root, "grade", "S").code == 1
    assert "no score changes" in course(small.root, "regrade", "--apply", "--allow-lower").out
    assert scores(course, small) == {("ada", "ex-1"): None}
    notebook.unlink()
    assert course(small.root, "grade", "S").code == 0
    assert scores(course, small) == {("ada", "ex-1"): 3}  # and the attempt was not used up


def test_the_same_bytes_as_a_notebook_are_another_submission(small: Small, course: Run) -> None:
    small.hand_in("ada", "{}")
    course(small.root, "grade", "S")
    (small.root / "S" / "ada" / "ex-1.py").rename(small.root / "S" / "ada" / "ex-1.ipynb")
    assert "unchanged" not in course(small.root, "grade", "S").out
    assert small.count() == 2


def test_a_variant_is_the_students_own_from_the_first_grading_on(small: Small, course: Run) -> None:
    roster = small.write("roster.csv", "student\nada\n")
    small.hand_in("ada")
    course(small.root, "grade", "S")
    assert small.rows("select * from handed_out") == []
    course(small.root, "grade", "S", "--roster", roster)
    assert small.rows("select student, exercise from handed_out") == [("ada", "ex-1")]


def test_a_report_with_another_variant_can_be_put_right(graded: Small, course: Run) -> None:
    graded.replace("exercises/ex-1/exercise.yaml", 'answer: "5"', "answer: '6'")
    roster = graded.write("roster.csv", "student\nada\nbob\n")
    assert course(graded.root, "grade", "S", "--roster", roster).code == 1
    ran = course(graded.root, "regrade", "--apply", "--allow-lower")
    assert "2 fall" in ran.out
    assert set(scores(course, graded).values()) == {2}


def test_an_override_is_told_when_it_stands_against_a_regrading(graded: Small, course: Run) -> None:
    course(graded.root, "override", "bob", "ex-1", "--score", "1", "--reason", "r")
    graded.checks(STRICT, TRIPLE)
    assert "Set by hand and unchanged: bob ex-1 1" in course(graded.root, "regrade").out


def test_a_source_without_submissions_is_no_success(small: Small, course: Run) -> None:
    (small.root / "S").mkdir(exist_ok=True)
    ran = course(small.root, "grade", "S")
    assert (ran.code, ran.err.startswith("There is nothing to grade.")) == (2, True)


def test_history_shows_what_hidden_checks_raised_and_printed(small: Small, course: Run) -> None:
    small.hand_in(
        "ada",
        'print("at\\x1b[31m load")\nfive = 5\n\n\ndef double(x):\n    print("was given", x)\n'
        '    raise ValueError(f"secret {x}")\n\n\ndef triple(x):\n    return 3 * x\n',
    )
    small.hand_in("bob", "five = 5\n")
    assert course(small.root, "grade", "S").code == 0
    assert "secret" not in course(small.root, "history", "ada").out
    ran = course(small.root, "history", "ada", "--output")
    assert ran.code == 0
    told = [line.strip() for line in ran.out.splitlines()]
    assert "test_double, line 7: `double` raised ValueError: secret 2." in told, ran.out
    begin = told.index("It printed:")
    assert told[begin + 1 :] == ["at?[31m load", "was given 2"]
    assert "\x1b" not in ran.out
    assert "It printed nothing." in course(small.root, "history", "bob", "--output").out
    assert course(small.root, "history", "ada", "--output", "--exercise", "ex-2").code == 2
