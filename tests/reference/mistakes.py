"""The faults in docs/reference/errors.md: each is made on purpose, and read."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from grader.course.loading import LoadedExercise, load_course, load_exercise
from grader.course.paper import prepare
from grader.course.records import Course
from grader.errors import CourseFaults, Fault
from tests.questions.asking import SCOPE
from tests.questions.draft import drawn, example_of
from tests.reference.page import raw

COURSE: dict[str, Any] = {"format": 1, "title": "T", "seed": "s", "exercises": ["exercise-1"]}
PARAMS = {"M": {"from": 7, "to": 9}, "K": [3], "image": {"shape": [3, 3]}}
QUESTION: dict[str, Any] = {"id": "q", "prompt": "What?", "hints": ["Think."]}
OF_KIND: dict[str, dict[str, Any]] = {  # smaller than the example in the page of a kind
    "choice": {"options": [{"text": "a", "correct": True}, {"text": "b"}]},
    "code": {"id": "f", "signature": "(x: int) -> int"},
    "expression": {"answer": "n * K", "variables": {"n": {"from": 1, "to": 9}}},
    "manual": {"rubric": [{"points": 1, "text": "It says why."}], "example": "Because."},
    "number": {"answer": "M - K"},
    "output-size": {"layer": "Conv2d(1, 1, K)", "input": [1, 1, "M", "M"]},
    "settings": {
        "layer": "Conv2d(1, 1, 3, stride=stride)",
        "unknowns": ["stride"],
        "input": [1, 1, "M", "M"],
        "output": ["(M - 3) // 2 + 1", "(M - 3) // 2 + 1"],
    },
    "text": {"accept": ["stride"]},
    "tensor": {"layer": "Conv2d(1, 1, 2)", "input": "image", "weight": 1, "bias": 0},
}
FILES = {
    "reference.py": "def f(x: int) -> int:\n    return x\n",
    "checks.py": "def test_f(student):\n    assert student.f(1) == 1\n",
}
_DRAWN = re.compile(r" \(variant (0|of \w+): .*\)$")
_OTHERS = re.compile(
    r"^(torch cannot \w+ .+?|This is not Python|This is not a pattern of RE2|This is not valid YAML|The Jinja in this text is malformed): .+$"
)
_COMPLEX = re.compile(r"\(\S+j\)")
_LEFT_OUT = re.compile(r"no `([\w.]+)`")


def fault_of(where: str, wrong: str) -> Fault:
    """Write a file with one mistake, read it, and return what is said about it.

    `where` is "course.yaml", "exercise.yaml", "a file" or a kind; `wrong` is a cell of the page.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "exercises" / "exercise-1"
        folder.mkdir(parents=True)
        try:
            _read(where, wrong, folder)
        except CourseFaults as error:
            if error.faults:
                fault = error.faults[0]
                return replace(fault, sentence=_same_everywhere(fault.sentence))
    raise AssertionError(f"Nothing is wrong in {where} with {wrong}")


def _same_everywhere(sentence: str) -> str:
    """Leave out what a student's parameters, torch's version and the machine decide."""
    return _COMPLEX.sub("1j", _OTHERS.sub(r"\1: ...", _DRAWN.sub("", sentence)))


def _read(where: str, wrong: str, folder: Path) -> None:
    files = dict(FILES) if where == "code" else {}
    left_out = _LEFT_OUT.fullmatch(wrong)
    if left_out and left_out[1] in files:
        del files[left_out[1]]
        wrong = "``"
    for file, text in files.items():
        (folder / file).write_text(text, encoding="utf-8")
    root = folder.parents[1]
    if where == "course.yaml":
        (root / where).write_text(_written(COURSE, wrong), encoding="utf-8")
        load_course(root)
        return
    (folder / "exercise.yaml").write_text(_exercise(where, wrong), encoding="utf-8")
    exercise = load_exercise(folder, Course.model_validate(COURSE))
    for student in (None, "ada", "bob"):
        prepare(exercise, student)
    raise CourseFaults(_gaps(exercise))


def _gaps(exercise: LoadedExercise) -> Iterator[Fault]:
    """Yield what `course check` finds missing in questions."""
    for index, question in enumerate(exercise.record.questions):
        problems = list(question.gaps())
        if question.by_checks:
            problems += question.reference_problems((exercise.folder / "reference.py").read_text("utf-8"))
        for one in problems:
            yield exercise.document.fault(("questions", index, *one.path), one.sentence, one.remedy)


def _exercise(where: str, wrong: str) -> str:
    base = {"format": 1, "title": "T", "params": PARAMS, "variant_0": {"M": 7, "K": 3}}
    if where == "a file":
        return raw(wrong).replace("\\t", "\t").replace("\\n", "\n")
    if where == "exercise.yaml":
        question = {**QUESTION, "kind": "number", "answer": 3}
        return _written({**base, "questions": [question]}, wrong)
    if where in OF_KIND:
        question = OF_KIND[where]
    else:  # the example in its page, and the parameters that examples use
        question, base = example_of(where), {**base, **drawn(SCOPE)}
    broken = _written({**QUESTION, "kind": where, **question}, wrong)
    return _written(base, f"`questions: [{broken}]`")


def _written(base: dict[str, Any], wrong: str) -> str:
    """Write keys and values on one line, with those in `wrong` as they are written there."""
    if left_out := _LEFT_OUT.fullmatch(wrong):
        return json.dumps({key: value for key, value in base.items() if key != left_out[1]})
    text = raw(wrong)
    given = yaml.safe_load(f"{{{text}}}") or {}
    kept = json.dumps({key: value for key, value in base.items() if key not in given})[1:-1]
    return f"{{{', '.join(part for part in (kept, text) if part)}}}"
