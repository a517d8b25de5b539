"""After a submission has been called with a hidden input, its author is shown nothing that it chose."""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

assert sys.platform != "win32"  # it has no fork

import pytest

from grader.course.loading import load_course
from grader.course.paper import prepare
from grader.examiner.collection import with_suite
from grader.examiner.grading import grade
from grader.examiner.report import Report
from grader.examiner.submission import submission_of
from grader.worker.forkserver import ForkServer

SECRET = 471100815
EXERCISE = """
format: 1
title: T
questions:
  - {id: double, kind: code, prompt: P, signature: (x), points: 4}
  - {id: other, kind: code, prompt: P, signature: (x), points: 4, limits: {seconds: 2}}
"""
CHECKS = f"""
import torch


def check(given, wanted):
    torch.testing.assert_close(given, wanted)


def test_double_one(student):
    assert student.double({SECRET}) == 2 * {SECRET}


def test_double_two(student):
    check(student.double(torch.tensor({SECRET})), torch.tensor(2 * {SECRET}))


def test_double_three(student):
    assert student.double(3) == 6


def test_other(student):
    assert student.other({SECRET}) == {SECRET}
"""
VISIBLE = "def test_other_sees(student):\n    assert student.other(1) == 1\n"


@pytest.fixture(scope="module")
def leaky():
    """Yield a fork server whose workers can write files: a channel that outlives each of them."""
    with ForkServer(["torch"], confine=False) as started:
        yield started


@pytest.fixture
def graded(tmp_path, leaky):
    folder = tmp_path / "exercises" / "e"
    folder.mkdir(parents=True)
    course = "format: 1\ntitle: T\nseed: s\nexercises: [e]\npackages: [torch]\nlimits: {seconds: 1}\n"
    (tmp_path / "course.yaml").write_text(course, encoding="utf-8")
    for name, text in (
        ("exercise.yaml", EXERCISE),
        ("reference.py", "def double(x):\n    return 2 * x\n\n\ndef other(x):\n    return x\n"),
        ("checks.py", CHECKS),
        ("visible_checks.py", VISIBLE),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    loaded = load_course(tmp_path)
    sitting = prepare(loaded.exercise("e"), None)

    def run(source: str) -> Report:
        kept = Path(tempfile.mkdtemp(dir=tmp_path))
        submission = submission_of("e.py", source.replace("@FOLDER@", str(kept)).encode())
        return with_suite(loaded, ["e"], lambda suite: grade(sitting, submission, leaky, suite).report)

    return run


MAKE = 'os.makedirs(f"{FOLDER}/{int(x)}", exist_ok=True)'
REMEMBER = f"""
import os, warnings

FOLDER = "@FOLDER@"
KNOWN = "".join(os.listdir(FOLDER))


def double(x):
    {MAKE}
    os._exit(1)


def other(x):
    return x if x == 1 else double(x)


"""
LATER = {
    "a message": "raise ValueError(KNOWN) if KNOWN else SystemExit",
    "a syntax error": "if KNOWN:\n    raise SyntaxError(KNOWN)",
    "a name of an answer": "double = 1 / 0 if KNOWN else double",
    "the end of the process": "if KNOWN:\n    os._exit(3)",
    "a line that never ends": "while KNOWN:\n    pass",
    "a text that does not parse": "exec('(' * len(KNOWN))",
}


@pytest.mark.parametrize("how", LATER)
def test_a_later_worker_tells_nothing(graded, tmp_path, how):
    """The first load reveals nothing, so anything more in the report comes from a later worker."""
    source = REMEMBER + LATER[how] + "\n"
    remembering = graded(source)
    assert list(tmp_path.glob(f"*/{SECRET}"))
    forgetting = graded(source.replace(MAKE, "pass"))
    assert [q.outcome for q in remembering.questions] == ["crashed", "crashed"]
    assert remembering.notes == forgetting.notes
    assert not re.search(str(SECRET), remembering.model_dump_json())
    messages = {check.message for question in remembering.questions for check in question.checks}
    assert messages == {check.message for question in forgetting.questions for check in question.checks}


def test_a_first_load_tells_what_failed(graded):
    report = graded("def double(x):\n    return 2 * x\n\n\nother = 1 / 0\nnothing = missing\n")
    assert report.questions[1].message == "Line 5 raised ZeroDivisionError: division by zero."
    assert report.notes == ("Line 6 raised NameError: name 'missing' is not defined.",)


def test_only_the_first_place_of_hidden_errors_is_told(graded):
    """If each were shown, each check would reveal 15 bits of what it was given."""
    report = graded(
        "def double(x):\n"
        "    if isinstance(x, int) and x > 3:\n"
        "        raise KeyError\n"
        "    if not isinstance(x, int):\n"
        "        raise KeyError\n"
        "    raise IndexError\n"
    )
    messages = [check.message for check in report.questions[0].checks]
    assert messages == ["Line 3 raised KeyError.", "`double` raised an error.", "`double` raised an error."]


@pytest.mark.parametrize(("raised", "told"), [("UserWarning", "an error"), ("LookupError", "LookupError")])
def test_a_hidden_error_has_a_usual_name_or_none(graded, raised, told):
    report = graded(f"def double(x):\n    raise {raised}\n")
    assert report.questions[0].message == f"Line 2 raised {told}."


@pytest.mark.parametrize("value", ["[x]", "'a text'", "{x: x}", "double"])
def test_what_is_no_tensor_is_called_so(graded, value):
    report = graded(f"def double(x):\n    return 2 * x if isinstance(x, int) else {value}\n")
    assert report.questions[0].checks[1].message == "The result is not a tensor, but it must be one."


def test_that_nothing_was_returned_is_a_fixed_sentence(graded):
    report = graded("def double(x):\n    2 * x\n")
    messages = {check.message for check in report.questions[0].checks}
    assert messages == {"`double` returned nothing. Is `return` missing?"}


def test_nothing_is_shown_of_what_is_printed_once_a_hidden_input_has_been_seen(graded):
    report = graded(
        'print("at load")\n'
        "def double(x):\n    print('double', int(x))\n    return 0\n"
        "def other(x):\n    print('other', x)\n    return 0\n"
    )
    assert report.printed == "at load"  # a worker of its own runs `other`, and loads the file once more
    assert not re.search(str(SECRET), report.model_dump_json())


def test_what_a_later_load_prints_is_not_shown(graded, tmp_path):
    report = graded(REMEMBER + "print('KNOWN', KNOWN)\n")
    assert list(tmp_path.glob(f"*/{SECRET}"))
    assert report.printed == "KNOWN"


def test_a_hidden_check_shows_no_values(graded):
    report = graded("def double(x):\n    return x\n\n\ndef other(x):\n    return 0\n")
    hidden = [check for question in report.questions for check in question.checks if not check.visible]
    assert {check.outcome for check in hidden} == {"failed"}
    assert all((check.call, check.expected, check.actual) == (None, None, None) for check in hidden)


@pytest.mark.parametrize("dtype", ["float16", "int8", "complex64"])
def test_a_dtype_is_not_named(graded, dtype):
    report = graded(f"import torch\ndef double(x):\n    return torch.tensor(0, dtype=torch.{dtype})\n")
    assert report.questions[0].checks[1].message == "The shape is right, but not all values are."
