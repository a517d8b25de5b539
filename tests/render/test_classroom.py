"""What an instructor reads in the terminal: lines and tables about a class."""

from __future__ import annotations

from typing import Any

import pytest
from rich.console import Console, RenderableType

from grader.classroom.collecting import Collected
from grader.classroom.regrading import Move
from grader.classroom.roster import Roster
from grader.classroom.tally import MAX_TOLD, Tally
from grader.examiner.outcome import Outcome
from grader.examiner.report import QuestionReport, Report
from grader.gradebook.analysis import QuestionAnalysis
from grader.gradebook.scoring import Score
from grader.identity import Person
from grader.render.analysis_page import question_table
from grader.render.classroom import class_table, move_table, outcome_table, report_line, score_table, summary

HOSTILE = "eve\x1b[2J\r"


def question(outcome: str, score: float = 0, **fields: Any) -> QuestionReport:
    told = {"id": "q", "kind": "number", "outcome": outcome, "score": score, "points": 2, "message": ""}
    return QuestionReport.model_validate(told | fields)


def report(*questions: QuestionReport, student: str = "ada") -> Report:
    score, points = sum(one.score for one in questions), sum(one.points for one in questions)
    return Report(
        exercise="ex-1", student=student, score=score, points=points, isolation=(), questions=questions
    )


def printed(*parts: RenderableType) -> str:
    console = Console(width=120, highlight=False)
    with console.capture() as captured:
        console.print(*parts)
    return captured.get()


def rows(table: RenderableType) -> list[str]:
    """Return the lines of a table without its header, each without runs of blanks."""
    return [" ".join(line.split()) for line in printed(table).splitlines()[1:]]


@pytest.mark.parametrize(
    ("outcomes", "why"),
    [
        (["passed"], ""),
        (["failed"], "wrong"),
        (["failed", "failed"], "wrong (2)"),
        (["error", "failed", "failed", "failed"], "wrong (3), error"),
        (
            ["failed"] * 4 + ["error"] * 3 + ["timeout"] * 2 + ["crashed"],
            "wrong (4), error (3), too slow (2)",
        ),
    ],
)
def test_the_commonest_reasons_come_first_and_are_counted_from_two_on(outcomes: list[str], why: str) -> None:
    found = report(*(question(outcome, id=f"q{number}") for number, outcome in enumerate(outcomes)))
    points = 2 * len(outcomes)
    assert rows(class_table([found], {})) == [f"ada 0/{points} {why}".rstrip()]


def score(**fields: Any) -> Score:
    told = {
        "student": "ada",
        "exercise": "ex-1",
        "raw": 2.0,
        "final": 1.5,
        "points": 3.0,
        "rules": ("1 day late",),
    }
    return Score(**{**told, "is_graded": True, **fields})


@pytest.mark.parametrize(
    ("fields", "row"),
    [
        ({}, "ada ex-1 2 1.5 3 1 day late"),
        ({"raw": None, "final": None}, "ada ex-1 - - 3 1 day late"),
        ({"raw": 0.0, "final": 0.0}, "ada ex-1 0 0 3 1 day late"),
        ({"raw": 2 / 3, "final": 1 / 3}, "ada ex-1 0.67 0.33 3 1 day late"),
        ({"final": None, "is_graded": False}, "ada ex-1 2 - 3 could not be graded"),
        ({"rules": ()}, "ada ex-1 2 1.5 3"),
        ({"final": None, "warnings": ("too much",)}, "ada ex-1 2 - 3 1 day late; too much"),
        ({"student": HOSTILE, "rules": (HOSTILE,)}, "eve?[2J? ex-1 2 1.5 3 eve?[2J?"),
    ],
)
def test_a_row_of_scores(fields: dict[str, Any], row: str) -> None:
    assert rows(score_table([score(**fields)])) == [row]


def test_what_students_are_called_moves_no_cursor() -> None:
    found = report(question("failed"), student=HOSTILE)
    tally = Tally()
    tally.count(Outcome(found, seconds=0.5))
    shown = (
        report_line(found),
        printed(class_table([found], {}), move_table([Move(found, found)])),
        printed(summary(tally, Collected([], [], Roster({HOSTILE: Person(HOSTILE)}), left_out=[HOSTILE]))),
    )
    for text in shown:
        assert "eve?[2J?" in text
        assert "\x1b" not in text


def test_questions_are_listed_in_the_order_of_the_course() -> None:
    tally = Tally(exercises=["ex-2", "ex-10", "ex-1"])
    for name in ("ex-1", "gone", "ex-10", "ex-2"):
        tally.count(Outcome(report(question("passed")).model_copy(update={"exercise": name}), seconds=None))
    assert [exercise for exercise, _, _ in tally.rows] == ["ex-2", "ex-10", "ex-1", "gone"]
    assert [row.split()[0] for row in printed(outcome_table(tally)).splitlines()[1:]] == [
        *("ex-2", "ex-10", "ex-1", "gone")
    ]


def test_a_summary_says_what_keeps_its_score_and_why() -> None:
    low, high = report(question("failed", 1)), report(question("passed", 2))
    tally = Tally()
    tally.count(Outcome(low, seconds=None, kept=high))
    tally.count(Outcome(high, seconds=1.0, kept=low, is_corrected=True))
    for _ in range(MAX_TOLD):
        tally.count(Outcome(low, seconds=1.0, kept=high))
    lines = printed(summary(tally, Collected([], [], None))).splitlines()
    assert lines[:3] == [
        "22 graded, 0 not graded, 0 left out.",
        "1 unchanged, not run again.",
        "slowest: ada ex-1 (1.0 s), ada ex-1 (1.0 s), ada ex-1 (1.0 s)",
    ]
    assert lines[3:5] == [
        "keeps its score: ada ex-1 (it would fall)",
        "keeps its score: ada ex-1 (it rises only because it was run again)",
    ]
    assert lines[-3:] == [
        "keeps its score: 2 more",
        "To see which scores would change and why: course regrade",
        "corrected hand-in times: 1",
    ]


def test_a_move_is_by_chance_only_if_it_was_held_and_rises() -> None:
    low, high = report(question("failed", 1)), report(question("passed", 2))
    made = [Move(low, high), Move(low, high, is_held=True), Move(high, low, is_held=True)]
    assert [move.is_chance for move in made] == [False, True, False]


@pytest.mark.parametrize(("graded", "shown"), [(3, "-"), (9, "-"), (10, "0.97"), (300, "0.97")])
def test_a_correlation_of_a_few_students_is_not_shown(graded: int, shown: str) -> None:
    one = QuestionAnalysis(
        id="q",
        kind="number",
        points=1,
        is_current=True,
        students=graded,
        graded=graded,
        answered=graded,
        facility=0.5,
        discrimination=0.97,
        outcomes={"passed": graded},
        misconceptions={},
        idle_checks=(),
    )
    row = printed(question_table([one])).splitlines()[1]
    assert row.split()[:5] == ["q", "1", f"{graded}/{graded}", "0.50", shown]
