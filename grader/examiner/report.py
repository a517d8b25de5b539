"""The report: the outcome of one submission, in the format that `--json` prints."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, SerializationInfo, SerializerFunctionWrapHandler, model_serializer

from grader.errors import printable
from grader.examiner.sketch import Sketch
from grader.figures.first_positions import drawn
from grader.language.record import Record
from grader.questions.posed import OutcomeName
from grader.walks.walk import Walk
from grader.walks.worked import Tracks

# From worst to best: the outcome of a question whose checks differ.
_SEVERITY: tuple[OutcomeName, ...] = (
    "ungraded",
    "timeout",
    "memory",
    "crashed",
    "error",
    "failed",
    "unanswered",
    "pending",
    "passed",
    "skipped",
)
NOT_GRADED: frozenset[OutcomeName] = frozenset({"ungraded", "skipped"})
UNJUDGED: frozenset[OutcomeName] = NOT_GRADED | {"pending"}

INSTRUCTOR = {"for": "instructor"}  # the context for a report with all causes
STORED = {"for": "gradebook"}  # with all causes, and without what can be drawn from it


def _shown(text: str) -> str:
    """Return text whose lines are printable."""
    return text if text.isprintable() else "\n".join(map(printable, text.split("\n")))


Shown = Annotated[str, AfterValidator(_shown)]


class Cause(Record):
    """What a check raised, on which line of its author's, and on which line of the submission."""

    text: Shown
    file: str | None = None  # in the exercise's folder
    line: int | None = None
    cell: str | None = None
    submission_line: int | None = None


class CheckReport(Record):
    """The outcome of one check."""

    id: str
    title: str
    visible: bool
    outcome: OutcomeName
    score: float
    points: float
    message: Shown
    call: Shown | None = None  # of the student's code, in a visible check that did not pass
    expected: Shown | None = None
    actual: Shown | None = None
    cause: Cause | None = None
    returned: Sketch | None = Field(default=None, exclude=True)  # for instructors, only in the gradebook

    @model_serializer(mode="wrap")
    def _for_whom(self, serialize: SerializerFunctionWrapHandler, info: SerializationInfo) -> dict[str, Any]:
        """Leave the cause out except for the instructor: it can give a hidden input away."""
        fields: dict[str, Any] = serialize(self)
        if info.context not in (INSTRUCTOR, STORED):
            fields.pop("cause", None)
        if info.context == STORED and self.returned is not None:
            fields["returned"] = self.returned.model_dump()
        return fields


class QuestionReport(Record):
    """The outcome of one question."""

    id: str
    kind: str
    outcome: OutcomeName
    score: float
    points: float
    message: Shown
    misconception: str | None = None
    hint: int | None = None  # the number, from 1, of the hint to go to
    answer: Shown | None = Field(
        default=None, exclude=True
    )  # what the file says; for pages and the gradebook, not for --json
    value: Any = Field(default=None, exclude=True)  # of a wrong answer, only in the gradebook
    picture: str | None = None  # drawn from the walk; stored only in reports of 0.1.0, which have no walk
    walk: Walk | None = None
    tracks: Tracks | None = None  # the right way and the mistaken one; practice edition only, never stored
    checks: tuple[CheckReport, ...] = ()

    @property
    def drawing(self) -> str | None:
        """The walk of the layer in text."""
        return drawn(self.walk) or self.picture

    @model_serializer(mode="wrap")
    def _with_drawing(
        self, serialize: SerializerFunctionWrapHandler, info: SerializationInfo
    ) -> dict[str, Any]:
        """Draw the walk for everyone who reads the report; storage keeps the walk alone, and the answer."""
        fields: dict[str, Any] = serialize(self)
        if self.tracks is None or info.context == STORED:
            fields.pop("tracks", None)
        if info.context != STORED:
            return {**fields, "picture": self.drawing}
        own = {"answer": self.answer, "value": self.value}
        return {**fields, **{name: one for name, one in own.items() if one is not None}}


class Report(Record):
    """The outcome of one submission. Keys may be added, never dropped or renamed without a new format."""

    format: Literal[1] = 1
    exercise: str
    student: str | None
    score: float
    points: float
    isolation: tuple[str, ...]
    questions: tuple[QuestionReport, ...]
    notes: tuple[Shown, ...] = ()
    printed: Shown = ""  # by the file, before any hidden check

    def whole(self) -> str:
        """Return the report as JSON with the cause of each failed check, which students must not see."""
        return self.model_dump_json(context=INSTRUCTOR)

    def stored(self) -> str:
        """Return the report as JSON for the gradebook."""
        return self.model_dump_json(context=STORED)

    @property
    def is_full(self) -> bool:
        """Whether every question passed."""
        return all(question.outcome == "passed" for question in self.questions)

    @property
    def still_open(self) -> tuple[QuestionReport, ...]:
        """The questions that the student has still to work on."""
        return tuple(one for one in self.questions if one.outcome not in {"passed", "skipped", "pending"})

    @property
    def is_graded(self) -> bool:
        """Whether the grader did its part; if not, the score must not be passed on."""
        return all(question.outcome not in NOT_GRADED for question in self.questions)

    @property
    def pending(self) -> tuple[QuestionReport, ...]:
        """The questions that a person still has to mark; until then the score is not complete."""
        return tuple(one for one in self.questions if one.outcome == "pending")

    @property
    def judged(self) -> tuple[float, float]:
        """The score and the points of the questions that could be judged."""
        judged = [question for question in self.questions if question.outcome not in UNJUDGED]
        return rounded(sum(one.score for one in judged)), rounded(sum(one.points for one in judged))

    @property
    def ran_out(self) -> bool:
        """Whether something in it took too long."""
        return any(one.outcome == "timeout" for question in self.questions for one in question.checks)

    def points_of(self, outcome: OutcomeName) -> float:
        """Return the points of the questions with one outcome."""
        return rounded(sum(question.points for question in self.questions if question.outcome == outcome))


def merged(earlier: Report, later: Report, order: Sequence[str]) -> Report:
    """Return a report of some questions, completed from an earlier report of the same submission."""
    reports = {question.id: question for question in (*earlier.questions, *later.questions)}
    questions = tuple(reports[id_] for id_ in order)
    return later.model_copy(
        update={
            "questions": questions,
            "score": rounded(sum(question.score for question in questions)),
            "points": rounded(sum(question.points for question in questions)),
        }
    )


def worst(outcomes: Iterable[OutcomeName]) -> OutcomeName:
    """Return the outcome of a question whose checks have these; skipped checks count only if all are skipped.

    >>> worst(["passed", "error", "failed", "skipped"]), worst(["passed", "skipped"]), worst(["skipped"])
    ('error', 'passed', 'skipped')
    """
    found = set(outcomes)
    return next((outcome for outcome in _SEVERITY if outcome in found), "skipped")


def rounded(score: float) -> float:
    """Return a score without binary rounding errors: thirds and sevenths add up to whole points."""
    return round(score, 6) + 0.0
