"""What is shown: plain words, nothing of a hidden input, and the keys that others rely on."""

from __future__ import annotations

import builtins
import json
import re
from collections.abc import Callable
from itertools import product

import pytest

from grader.course.paper import prepare
from grader.examiner.report import STORED, QuestionReport, Report, rounded, worst
from grader.examiner.reporting import ungraded
from grader.examiner.trouble import StudentError, Trouble, student_error
from grader.examiner.wording import explain
from grader.walks.axis import Axis
from grader.walks.walk import Walk
from grader.walks.worked import Tracks, Worked
from tests.examiner.conftest import Bench

KINDS = "raised syntax exit missing too-large timeout memory crashed malformed".split()
JARGON = re.compile(r"pytest|\bassert\b|traceback|fixture|\bNone\b|trouble|worker|\bwire\b", re.IGNORECASE)
SHOWN_JARGON = re.compile(r"pytest|\bassert\b|traceback|fixture|\bRemote\b|tensor-likes", re.IGNORECASE)
BODIES = ["return 2 * x", "return x", "return None", "raise ValueError(x)", "..."]
SECRET = "31.25"
RIGHT = "def double(x):\n    return 2 * x\n"

# The contract of `--json`: keys may be added here, none may be removed.
REPORT = {"format", "exercise", "student", "score", "points", "isolation", "questions", "notes", "printed"}
QUESTION = {
    "id",
    "kind",
    "outcome",
    "score",
    "points",
    "message",
    "misconception",
    "hint",
    "picture",
    "walk",
    "checks",
}
CHECK = {"id", "title", "visible", "outcome", "score", "points", "message", "call", "expected", "actual"}

CHECKS = """
import torch

def test_hidden(student, reference):
    assert student.double(31.25) == reference.double(31.25)

def test_tensor(student, reference):
    torch.testing.assert_close(student.double(torch.tensor(31.25)), reference.double(torch.tensor(31.25)))
"""


@pytest.mark.parametrize(("kind", "line", "hidden"), list(product(KINDS, [None, 3], [False, True])))
def test_every_trouble_is_one_plain_sentence(kind, line, hidden):
    trouble = Trouble(kind, type="ValueError", message="no such\n   thing", cell="cell 2", line=line)
    text = explain(trouble, "double", 2.5, hidden=hidden)
    assert re.fullmatch(r"[A-Z`].*\.", text)
    assert not JARGON.search(text)
    assert line is None or kind == "missing" or text.startswith("Line 3 of cell 2 ")


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble("raised", type="ValueError", message=SECRET, cell="a.py", line=3),
    ],
    ids=lambda trouble: trouble.kind,
)
def test_beside_a_hidden_check_nothing_is_shown_that_the_student_chose(trouble):
    assert SECRET not in explain(trouble, "double", 5, hidden=True)


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, kind in vars(builtins).items()
        if isinstance(kind, type) and issubclass(kind, BaseException)
    ],
)
def test_every_error_of_pythons_own_can_be_raised_in_a_check(name):
    error = student_error(Trouble("raised", type=name, message="why"))
    assert isinstance(error, StudentError)
    assert not isinstance(error, SystemExit | KeyboardInterrupt)
    assert "why" in str(error)


@pytest.mark.parametrize("name", ["int", "print", "__import__", "", "Nothing", "object"])
def test_a_type_that_is_no_error_is_not_raised_as_one(name):
    assert type(student_error(Trouble("raised", type=name))) is StudentError


@pytest.mark.parametrize(
    ("kind", "outcome"),
    list(
        {
            "raised": "error",
            "syntax": "error",
            "too-large": "error",
            "missing": "unanswered",
            "timeout": "timeout",
            "memory": "memory",
            "crashed": "crashed",
            "exit": "crashed",
            "malformed": "crashed",
        }.items()
    ),
)
def test_the_outcome_of_each_trouble(kind, outcome):
    assert Trouble(kind).outcome == outcome


def test_the_worst_outcome_is_the_questions():
    order = "ungraded timeout memory crashed error failed unanswered passed skipped".split()
    for place, outcome in enumerate(order):
        assert worst(reversed(order[place:])) == outcome  # type: ignore[arg-type]
    assert str(rounded(-0.0)) == "0.0"
    assert rounded(0.1 + 0.2) == 0.3


def _forged(bench: Callable[..., Bench], **about: object) -> str:
    """Return the report of a function that answers a call with an error of its own making."""
    source = f"""
    import json, os, struct, sys

    def double(x):
        frame = sys._getframe()
        while "header" not in frame.f_locals:
            frame = frame.f_back
        error = {about!r} | {{"kind": "raised"}}
        text = json.dumps({{"buffers": [], "id": frame.f_locals["header"]["id"], "error": error}}).encode()
        os.write(3, struct.pack("!IQ", len(text), 0) + text)
        os._exit(0)
    """
    return bench(checks=CHECKS).grade(source)[0].model_dump_json()


@pytest.mark.parametrize(
    "about",
    [
        {"type": SECRET},
        {"type": f"builtins.{SECRET}"},
        {"cell": f"cell {SECRET}", "line": 1},
        {"cell": "e.py", "line": 3125},
        {"cell": "e.py", "line": -3125},
        {"message": SECRET, "type": "ValueError"},
        {"message": SECRET, "type": "SyntaxError"},
        {"kind": SECRET, "message": SECRET},
    ],
    ids=str,
)
def test_an_error_that_a_worker_makes_up_carries_nothing_into_the_report(bench, about):
    text = _forged(bench, **about)
    assert SECRET not in text
    assert "3125" not in text


def test_what_is_wrong_in_a_file_that_does_not_parse_is_told(bench):
    (report,) = bench(checks=CHECKS).grade("def double(x):\n    return (x\n")
    assert report.questions[0].message == "Line 2 is not valid Python: '(' was never closed."


@pytest.mark.parametrize("body", BODIES)
def test_the_json_has_the_keys_of_the_contract(bench, body):
    visible = "def test_seen(student):\n    assert student.double(1) == 2\n"
    (report,) = bench(checks=CHECKS, visible=visible).grade(f"def double(x):\n    {body}\n")
    document = json.loads(report.model_dump_json())
    assert set(document) == REPORT
    assert document["format"] == 1
    for question in document["questions"]:
        assert set(question) == QUESTION
        assert all(set(check) == CHECK for check in question["checks"])
        assert sum(check["points"] for check in question["checks"]) == pytest.approx(question["points"])
    assert [check["visible"] for check in document["questions"][0]["checks"]] == [True, False, False]


@pytest.mark.parametrize(
    "body",
    [
        "return x",
        "return None",
        "return [x]",
        "return str(x)",
        "raise ValueError(x)",
        "raise KeyError(x)",
        "assert x is None, x",
        "print(x)",
        "import sys; sys.exit(x)",
        "return lambda: x",
    ],
)
def test_reports_hold_neither_jargon_nor_hidden_inputs(bench, body):
    (report,) = bench(checks=CHECKS).grade(f"def double(x):\n    {body}\n")
    checks = report.questions[0].checks
    assert not report.is_full
    for text in (report.questions[0].message, *report.notes, *(check.message for check in checks)):
        assert not re.search(
            r"pytest|\bassert\b|traceback|fixture|\bRemote\b|tensor-likes", text, re.IGNORECASE
        )
    assert SECRET not in report.model_dump_json()
    assert "62.5" not in report.model_dump_json()


def test_a_visible_check_speaks_of_the_subject(bench):
    visible = """
    import torch

    def test_number(student):
        assert student.double(3) == 6

    def test_tensor(student, reference):
        torch.testing.assert_close(student.double(torch.ones(2)), reference.double(torch.ones(2)))
    """
    (report,) = bench(checks="def test_x(student): ...", visible=visible).grade("def double(x): return x\n")
    for check in report.questions[0].checks[:2]:
        assert check.outcome == "failed"
        assert check.message
        assert not re.search(
            r"pytest|\bassert\b|traceback|fixture|tensor-likes", check.message, re.IGNORECASE
        )


def test_the_gradebook_keeps_the_walk_and_everybody_else_sees_it_drawn() -> None:
    walk = Walk("convolution", (1, 1, 4), 1, (Axis(4, 2, 2),))
    question = QuestionReport(
        id="size", kind="output-size", outcome="failed", score=0, points=1, message="No.", walk=walk
    )
    report = Report(
        exercise="e", student="ada", score=0, points=1, isolation=(), questions=(question,), notes=()
    )
    picture = "first position   next position\n# # . .          . . # #\n# kernel   . image"
    for text in (report.model_dump_json(), report.whole()):
        (told,) = json.loads(text)["questions"]
        assert set(told) == QUESTION
        assert told["picture"] == picture
    (kept,) = json.loads(report.stored())["questions"]
    assert set(kept) == QUESTION
    assert kept["picture"] is None
    assert Report.model_validate_json(report.stored()) == report
    assert Report.model_validate_json(report.whole()).questions[0].walk == walk


def test_the_gradebook_stores_no_ways_to_an_answer() -> None:
    way = Worked(Walk("convolution", (1, 1, 4), 1, (Axis(4, 2, 2),)))
    question = QuestionReport(
        id="size",
        kind="output-size",
        outcome="failed",
        score=0,
        points=1,
        message="",
        tracks=Tracks(way, way),
    )
    assert QuestionReport.model_validate_json(question.model_dump_json()).tracks == question.tracks
    assert "tracks" not in question.model_dump_json(context=STORED)
    assert "tracks" not in question.model_copy(update={"tracks": None}).model_dump_json()


def test_a_report_of_before_there_were_walks_keeps_its_picture() -> None:
    old = {
        "id": "size",
        "kind": "output-size",
        "outcome": "failed",
        "score": 0,
        "points": 1,
        "message": "No.",
    }
    question = QuestionReport.model_validate(
        {**old, "hint": None, "picture": "# # .\n# kernel", "checks": []}
    )
    assert question.drawing == "# # .\n# kernel"
    assert json.loads(question.model_dump_json())["picture"] == question.drawing
    assert json.loads(question.model_dump_json(context=STORED))["picture"] == question.drawing


def test_a_file_that_cannot_be_read_has_a_report_like_any_other(bench):
    report = ungraded(prepare(bench(checks="").course().exercise("e"), "ada"), "It is a picture.")
    assert set(json.loads(report.model_dump_json())) == REPORT
    assert (report.score, report.student, report.notes) == (0, "ada", ("It is a picture.",))
    assert [question.outcome for question in report.questions] == ["ungraded"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("double = f(a b)", "Line 1 is not valid Python: invalid syntax. Perhaps you forgot a comma?"),
        ("double = 3 +", "Line 1 is not valid Python: invalid syntax."),
        ('raise ValueError("Really?")', "Line 1 raised ValueError: Really?"),
        ('raise ValueError("No!")', "Line 1 raised ValueError: No!"),
        ('raise ValueError("no")', "Line 1 raised ValueError: no."),
        ("raise ValueError", "Line 1 raised ValueError."),
    ],
)
def test_a_sentence_ends_once(bench, line, told):
    (report,) = bench(checks=CHECKS).grade(f"{line}\n")
    assert told in {*report.notes, report.questions[0].message}
