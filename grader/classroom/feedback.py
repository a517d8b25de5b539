"""What a page of feedback says: one student's result in one exercise, as far as it is released."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.classroom.released import Released
from grader.course.file_names import CHECKS_FILE, REFERENCE_FILE
from grader.course.loading import LoadedExercise
from grader.course.sitting import Paper, Sitting
from grader.course.variant_source import given_line
from grader.examiner.report import Report
from grader.gradebook.scoring import Score
from grader.questions.definitions import defined_names


@dataclass(frozen=True)
class Revealed:
    """What gives the answer to a question away; each part is empty unless it is released."""

    explanation: str = ""
    solution: str = ""
    checks: str = ""  # the source of the hidden ones


@dataclass(frozen=True)
class Feedback:
    """One student's result in one exercise; `report` holds only what is released at `moment`."""

    report: Report
    paper: Paper
    released: Released
    moment: str  # in the course's time zone
    name: str  # of the student, as the page shows it
    score: Score | None = None  # None if it is not released
    handed_in: str = ""
    contact: str = ""  # how to object
    revealed: Mapping[str, Revealed] = field(default_factory=dict)  # by question
    pictures: Mapping[str, Path] = field(default_factory=dict)  # of its texts
    group: str = ""  # that handed in together, if one did
    members: tuple[str, ...] = ()  # of the group


def revealed(exercise: LoadedExercise, sitting: Sitting, released: Released) -> dict[str, Revealed]:
    """Return what gives answers away, by question, as far as a student sees it."""
    if not (released.explanation or released.checks):
        return {}
    reference, checks = (_source(exercise, file) for file in (REFERENCE_FILE, CHECKS_FILE))
    found = {}
    for id_, key in (sitting.keys or {}).items():
        is_code = id_ in sitting.code_questions
        solution = key.solution or _definitions(reference, id_, sitting.params)
        found[id_] = Revealed(
            explanation=key.explanation if released.explanation else "",
            solution=solution if released.explanation else "",
            checks=_checks_of(checks, id_, sitting.code_questions) if released.checks and is_code else "",
        )
    return found


def _source(exercise: LoadedExercise, file: str) -> str:
    path = exercise.folder / file
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _definitions(source: str, name: str, params: Mapping[str, Any]) -> str:
    """Return the statements of a module that define a name, with the parameters that they read."""
    tree = ast.parse(source)
    own = [one for one in tree.body if name in defined_names(ast.Module([one], []))]
    text = "\n\n".join(ast.get_source_segment(source, one) or "" for one in own)
    return given_line(text, params) + text


def _checks_of(source: str, question: str, questions: tuple[str, ...]) -> str:
    """Return the source of the checks of one question, or of all if their names do not tell."""
    found = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    own = [node for node in found if _question_of(node.name, questions) == question]
    return "\n\n\n".join(ast.get_source_segment(source, node) or "" for node in own) or source


def _question_of(check: str, questions: tuple[str, ...]) -> str:
    named = [one for one in questions if f"{check}_".startswith(f"test_{one}_")]
    return max(named, key=len, default="")
