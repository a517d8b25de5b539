"""What code questions forbid, what inputs they may change, and limits of a question's own."""

from __future__ import annotations

import pytest

from grader.course.loading import load_course
from grader.course.paper import prepare
from grader.examiner.collection import with_suite
from grader.examiner.grading import grade
from grader.examiner.report import QuestionReport
from grader.examiner.submission import parse_submission
from grader.worker.launcher import ForkServer

COURSE = "format: 1\ntitle: T\nseed: s\nexercises: [e]\npackages: [torch, scipy]\nlimits: {seconds: 20}\n"
EXERCISE = """
format: 1
title: T
questions:
  - {id: slide, kind: code, prompt: P, signature: "(x, k)", forbid: [convolution]}
  - {id: fill, kind: code, prompt: P, signature: (x), in_place: true}
  - {id: keep, kind: code, prompt: P, signature: (x)}
  - {id: slow, kind: code, prompt: P, signature: (x), limits: {seconds: 4, scratch_mib: 1}}
"""
REFERENCE = """
import torch

def slide(x, k):
    return torch.stack([(x[i:i + len(k)] * k).sum() for i in range(len(x) - len(k) + 1)])

def fill(x):
    return torch.zeros_like(x)

def keep(x):
    return x + 1

def slow(x):
    return x
"""
CHECKS = """
import torch
from torch.testing import assert_close

def test_slide(student, reference):
    assert_close(student.slide(torch.arange(5.0), torch.ones(2)), reference.slide(torch.arange(5.0), torch.ones(2)))

def test_fill(student, reference):
    assert_close(student.fill(torch.ones(2)), reference.fill(torch.ones(2)))

def test_keep(student, reference):
    assert_close(student.keep(torch.ones(2)), reference.keep(torch.ones(2)))

def test_slow(student):
    assert student.slow(1) == 1
"""


@pytest.fixture(scope="module")
def server():
    with ForkServer(["torch"]) as started:
        yield started


@pytest.fixture
def graded(tmp_path, server):
    folder = tmp_path / "exercises" / "e"
    folder.mkdir(parents=True)
    (tmp_path / "course.yaml").write_text(COURSE, encoding="utf-8")
    for name, text in (("exercise.yaml", EXERCISE), ("reference.py", REFERENCE), ("checks.py", CHECKS)):
        (folder / name).write_text(text, encoding="utf-8")
    course = load_course(tmp_path)
    sitting = prepare(course.exercise("e"), None)

    def run(source: str) -> dict[str, QuestionReport]:
        submission = parse_submission("e.py", source.encode())
        report = with_suite(course, ["e"], lambda suite: grade(sitting, submission, server, suite).report)
        return {question.id: question for question in report.questions}

    return run


WAYS = {
    "F": "import torch.nn.functional as F\ndef slide(x, k):\n    return F.conv1d(x[None, None], k[None, None])[0, 0]",
    "module": "import torch\ndef slide(x, k):\n    m = torch.nn.Conv1d(1, 1, len(k), bias=False)\n"
    "    m.weight.data = k[None, None]\n    return m(x[None, None])[0, 0].detach()",
    "hidden": "import torch\ndef slide(x, k):\n    return getattr(torch, 'con' + 'v1d')(x[None, None], k[None, None])[0, 0]",
    "ops": "import torch\ndef slide(x, k):\n    one = [1]\n"
    "    return torch.ops.aten.convolution(x[None, None], k[None, None], None, one, [0], one, False, [0], 1)[0, 0]",
}


@pytest.mark.parametrize("way", WAYS)
def test_a_forbidden_operator_is_seen_whichever_way_it_is_reached(graded, way):
    question = graded(WAYS[way])["slide"]
    assert (question.outcome, question.score) == ("failed", 0.0)
    assert question.message.startswith("`slide` uses a convolution of a library")
    assert ("(line 3 names conv1d)" in question.message) == (way == "F")
    assert [check.outcome for check in question.checks] == ["passed"]


def test_what_is_not_forbidden_is_not_seen(graded):
    questions = graded(REFERENCE)
    assert {question.outcome for question in questions.values()} == {"passed"}


def test_an_input_may_be_changed_only_where_the_question_says_so(graded):
    questions = graded("def fill(x):\n    return x.zero_()\ndef keep(x):\n    x += 1\n    return x\n")
    assert questions["fill"].outcome == "passed"
    assert questions["keep"].outcome == "failed"
    assert "It changed an input" in questions["keep"].checks[0].message


def test_a_question_has_limits_of_its_own(graded):
    slow = "import time\ndef slow(x):\n    time.sleep(60)\n    return x\ndef keep(x):\n    time.sleep(1)\n    return x + 1\n"
    questions = graded(slow)
    assert questions["slow"].outcome == "timeout"
    assert "within 4 seconds" in questions["slow"].message
    assert questions["keep"].outcome == "passed"


WRITES = """
def write(x):
    with open("notes.txt", "w") as file:
        file.write("n" * {size})
    return x
{name} = write
"""


def test_only_a_scratch_folder_can_be_written_and_it_is_small_and_private(graded, tmp_path):
    assert graded(WRITES.format(size=1000, name="slow"))["slow"].outcome == "passed"
    assert graded(WRITES.format(size=1000, name="keep"))["keep"].outcome == "error"
    assert graded(WRITES.format(size=3 << 20, name="slow"))["slow"].outcome != "passed"
    many = "def slow(x):\n    for n in range(9000):\n        open(f'{n}', 'w').write('x')\n    return x\n"
    assert graded(many)["slow"].outcome in {"crashed", "error"}  # and never because it takes long
    left = "import os\ndef slow(x):\n    return x if os.listdir('.') == [] else 0\n"
    assert graded(left)["slow"].outcome == "passed"
