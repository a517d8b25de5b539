"""The answers of a class that a person marks, with what they are marked by."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from math import fsum
from pathlib import PurePath

from grader.course.loading import LoadedCourse
from grader.course.paper import prepare
from grader.errors import UsageFault, did_you_mean, printable
from grader.examiner.report import QuestionReport, rounded
from grader.gradebook.entries import GivenMark, MarkedItem
from grader.gradebook.marks import TINY, answer_digest, fitting_mark, text_mark
from grader.gradebook.scoring import Score
from grader.gradebook.store import EVERYBODY, Gradebook
from grader.questions.handed_file import HandedFile
from grader.questions.rubric_item import RubricItem, RubricKey

MAX_COMMENT = 2000  # characters
_DIGITS = 16  # of a code, and of the digest of a text


@dataclass(frozen=True)
class MarkingTask:
    """One answer that a person marks; `code` stands for its student and question where names are hidden."""

    student: str
    exercise: str
    question: str
    code: str
    prompt: str
    rubric: tuple[RubricItem, ...]
    example: str
    text: str
    digest: str
    points: float
    before: GivenMark | None = None  # the mark that counts
    newest: GivenMark | None = None  # for this text; it does not count if the points have changed since
    older: GivenMark | None = None  # for an earlier text
    file: HandedFile | None = None  # the file to mark; `text` describes it

    @property
    def file_name(self) -> str:
        """Return the name under which those who mark find the file; '' if a text is marked."""
        return f"{self.code}{PurePath(self.file.name).suffix.lower()}" if self.file else ""

    @property
    def key(self) -> str:
        """Return the key of exactly this text in a file."""
        return f"{self.code}-{self.digest[:_DIGITS]}"

    def mark(self, items: tuple[MarkedItem, ...], comment: str, author: str) -> GivenMark:
        """Return a mark for this answer, given now."""
        return GivenMark(
            self.student,
            self.exercise,
            self.question,
            self.digest,
            rounded(fsum(one.earned for one in items)),
            self.points,
            comment,
            author,
            datetime.now(UTC),
            items,
        )


@dataclass
class MarkingList:
    """The answers to mark, by question and then by student, and why others cannot be marked."""

    tasks: list[MarkingTask] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def open(self, *, again: bool = False) -> list[MarkingTask]:
        """Return what has no mark yet; again, also what has one that was not set by hand."""
        return [one for one in self.tasks if one.before is None or (again and not one.before.is_by_hand)]

    def shuffled(self) -> MarkingList:
        """Return the same in an order that says nothing about names, question by question."""
        return MarkingList(sorted(self.tasks, key=lambda one: (*self._place(one), one.code)), self.left_out)

    def _place(self, task: MarkingTask) -> tuple[int, str]:
        names = list(dict.fromkeys(one.exercise for one in self.tasks))
        return names.index(task.exercise), task.question


def share_of(
    tasks: Iterable[MarkingTask], students: Iterable[str], number: int, of: int
) -> list[MarkingTask]:
    """Return the tasks of one of several shares of the students, which do not change while others mark."""
    own = set(sorted(students)[number - 1 :: of])
    return [task for task in tasks if task.student in own]


def marking_list(
    course: LoadedCourse,
    gradebook: Gradebook,
    scores: Iterable[Score],
    exercise: str | None = None,
    question: str | None = None,
) -> MarkingList:
    """Return every answer that a person marks in the submissions whose reports count.

    Raises:
        CourseFaults: an exercise is wrong.
        UsageFault: there is no such exercise or question, or the gradebook fails.

    """
    asked = _asked(course, exercise, question)
    wanted = (one.submission for one in scores if one.submission is not None and one.exercise in asked)
    counting = list(dict.fromkeys(wanted))  # one of a group is there for each member
    marks, variants = gradebook.marks(), gradebook.counting_variants(counting)
    handed_out = gradebook.handed_out([*gradebook.students(), EVERYBODY])
    found, order = MarkingList(), list(asked)
    for handed_in, report in gradebook.counting_reports(counting):
        key = (handed_in.student, handed_in.exercise)
        pending = [one for one in report.pending if one.id in asked[handed_in.exercise]]
        if not pending:
            continue
        owner = variants[key]
        params = handed_out.get((owner or EVERYBODY, handed_in.exercise))
        sitting = prepare(course.exercise(handed_in.exercise), owner or None, params)
        prompts = {one.id: one.prompt for one in sitting.paper.questions}
        for one in pending:
            manual = (sitting.keys or {}).get(one.id)
            own = [mark for mark in marks.get(key, ()) if mark.question == one.id]
            if isinstance(manual, RubricKey) and _adds_up(manual, one):
                code = _code(course.record.seed, *key, one.id)
                named = next(posed.file for posed in sitting.paper.questions if posed.id == one.id)
                file = next((file for file in handed_in.files if file.name == named), None)
                task = _task(key, code, one, prompts[one.id], manual, own)
                found.tasks.append(replace(task, file=file))
            else:
                found.left_out.append(
                    f"{printable(key[0])} {key[1]} {one.id}: the exercise has changed. Run: course regrade"
                )
    places = {name: list(ids) for name, ids in asked.items()}
    found.tasks.sort(
        key=lambda one: (order.index(one.exercise), places[one.exercise].index(one.question), one.student)
    )
    return found


def _asked(course: LoadedCourse, exercise: str | None, question: str | None) -> dict[str, tuple[str, ...]]:
    """Return the questions that a person marks, by exercise in course order."""
    wanted = course.select((exercise,) if exercise else ())
    asked = {
        name: tuple(one.id for one in course.exercise(name).record.questions if one.by_person)
        for name in course.record.exercises
        if name in wanted
    }
    asked = {name: ids for name, ids in asked.items() if ids}
    if not asked:
        where = exercise or "The course"
        raise UsageFault(f"{where} has no question that a person marks.")
    if question is None:
        return asked
    known = [id_ for ids in asked.values() for id_ in ids]
    if question not in known:
        raise UsageFault(f"There is no question '{printable(question)}'. {did_you_mean(question, known)}")
    return {name: (question,) for name, ids in asked.items() if question in ids}


def _adds_up(key: RubricKey, question: QuestionReport) -> bool:
    """Return whether the rubric is of the points that the report has."""
    return abs(fsum(item.points for item in key.rubric) - question.points) <= TINY


def _code(seed: str | int, *place: str) -> str:
    return sha256("\0".join((str(seed), *place)).encode()).hexdigest()[:_DIGITS]


def _task(
    key: tuple[str, str],
    code: str,
    question: QuestionReport,
    prompt: str,
    manual: RubricKey,
    marks: Sequence[GivenMark],
) -> MarkingTask:
    before = fitting_mark(question, marks)
    of_texts = [mark for mark in marks if not mark.is_by_hand]
    return MarkingTask(
        *key,
        question.id,
        code,
        prompt,
        manual.rubric,
        manual.example,
        question.answer or "",
        answer_digest(question),
        question.points,
        before,
        text_mark(question, marks),
        of_texts[-1] if of_texts and before is None else None,
    )


@dataclass(frozen=True)
class ReadMark:
    """A mark that was read from a file: the task, its items, and the comment."""

    task: MarkingTask
    items: tuple[MarkedItem, ...]
    comment: str


@dataclass
class MarksStored:
    """The result of storing marks from a file."""

    stored: int = 0
    same: int = 0  # were there already
    twice: list[str] = field(default_factory=list)  # marked differently before, and kept
    changed: list[str] = field(default_factory=list)  # their texts have changed since
    skipped: int = 0  # without a mark

    @property
    def is_complete(self) -> bool:
        """Return whether every mark of the file counts."""
        return not self.twice and not self.changed


def store_marks(
    read: Iterable[ReadMark],
    author: str,
    store: Callable[[GivenMark, GivenMark | None], GivenMark | None],
    *,
    overwrite: bool,
) -> MarksStored:
    """Store marks one after the other; one that differs from an earlier mark only with `overwrite`."""
    done = MarksStored()
    for one in read:
        before, mark = one.task.before, one.task.mark(one.items, one.comment, author)
        if before is not None and before.says_the_same(mark):
            done.same += 1
        elif before is not None and (before.is_by_hand or not overwrite):
            done.twice.append(twice_told(mark, before))
        elif meanwhile := store(mark, one.task.newest):
            done.twice.append(twice_told(mark, meanwhile))
        else:
            done.stored += 1
    return done


def twice_told(mark: GivenMark, before: GivenMark, name: str = "") -> str:
    """Say that a question was marked differently, and which mark is kept; `name` hides the student's."""
    where = f"{name or printable(mark.student)} {mark.exercise} {mark.question}"
    kept, new = (f"{one.score:g} by {printable(one.author)}" for one in (before, mark))
    return f"{where}: {kept} is kept, {new} is not stored"


def shown_lines(text: str, width: int) -> list[str]:
    """Return a text of anybody as printable lines of at most this width."""
    lines: list[str] = []
    for line in text.strip().splitlines():
        shown = printable(line.expandtabs(4))
        lines += textwrap.wrap(shown, width, drop_whitespace=False) or [""]
    return lines


def by_code(tasks: Iterable[MarkingTask]) -> Mapping[str, MarkingTask]:
    """Return tasks by their codes, which stand for student and question."""
    return {task.code: task for task in tasks}


def names_of(tasks: Sequence[MarkingTask], *, anonymous: bool) -> Iterator[str]:
    """Yield what each student is called, in the order of the tasks."""
    numbers: dict[str, int] = {}
    for task in tasks:
        number = numbers.setdefault(task.student, len(numbers) + 1)
        yield f"student {number}" if anonymous else printable(task.student)
