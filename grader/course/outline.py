"""A course in outline: titles, questions and points, without checks, formulas or code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from grader.course.file_names import EXERCISE_FILE
from grader.course.records import QUESTION, Exercise, Heading, entry_of, set_of
from grader.course.release import Release
from grader.language.document import read_document
from grader.questions.base import Points, Question

_DEFAULT: float = Question.model_fields["points"].default


class AskedQuestion(BaseModel):
    """The parts of a question that its score needs."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    kind: str
    points: Points = _DEFAULT


class _Asked(BaseModel):
    """The keys of exercise.yaml that an outline needs."""

    model_config = ConfigDict(extra="ignore")

    title: Heading
    release: Release = Release()
    groups: bool | str = False
    questions: Annotated[list[AskedQuestion], Field(min_length=1)]

    @field_validator("questions", mode="before")
    @classmethod
    def _only_questions(cls, entries: object) -> object:
        """Leave out what is between questions."""
        if not isinstance(entries, list):
            return entries
        return [one for one in entries if not isinstance(one, dict) or entry_of(one) == QUESTION]


@dataclass(frozen=True)
class Outline:
    """An exercise in outline."""

    name: str
    title: str
    questions: tuple[AskedQuestion, ...]
    release: Release
    groups: str = ""  # the set of groups that hand in together

    @property
    def points(self) -> float:
        """Return the points for full marks."""
        return sum(question.points for question in self.questions)


def read_outline(folder: Path) -> Outline | None:
    """Return the outline of the exercise in a folder, or None if its title, questions or points are wrong.

    Raises:
        CourseFaults: the file cannot be read or is not YAML.

    """
    data = read_document(folder / EXERCISE_FILE).data
    if not isinstance(data, Mapping):
        return None
    try:
        asked = _Asked.model_validate(data)
    except ValidationError:
        return None
    title, groups = _title(folder.name, asked.title), set_of(asked.groups)
    return Outline(folder.name, title, tuple(asked.questions), asked.release, groups)


def outlined(name: str, record: Exercise) -> Outline:
    """Return the outline of an exercise that has been loaded."""
    questions = [AskedQuestion(id=one.id, kind=one.kind, points=one.points) for one in record.questions]
    return Outline(name, _title(name, record.title), tuple(questions), record.release, record.group_set)


def _title(name: str, title: str) -> str:
    """Return a title for a whole class: the name of the exercise if the title has a student's parameters."""
    return name if "{{" in title or "{%" in title else title
