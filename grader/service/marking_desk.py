"""Mark by hand: list what is to be marked, and store what a person says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from grader.classroom.mark_file import mark_file_text, read_marks
from grader.classroom.marking import (
    MarkingList,
    MarkingTask,
    MarksStored,
    marking_list,
    names_of,
    share_of,
    store_marks,
    twice_told,
)
from grader.classroom.rubric import read_earned
from grader.course.loading import LoadedCourse
from grader.errors import UsageFault, did_you_mean, printable
from grader.files import refusal, write_file
from grader.gradebook.entries import GivenMark, MarkedItem
from grader.gradebook.scoring import TINY
from grader.gradebook.store import Gradebook
from grader.service.home import refuse_inputs
from grader.service.standings import final_scores

FILES = "to-mark"  # the folder beside course.yaml for files that a person marks in the terminal
NOTHING_TO_MARK = "Everything that needs a person's mark is marked."


@dataclass(frozen=True)
class MarkingOrder:
    """What is marked: an exercise or a question of it, what is marked already, and without names."""

    exercise: str | None = None
    question: str | None = None
    again: bool = False
    anonymous: bool = False


class MarkingDesk:
    """The answers of a class that a person marks, one after the other."""

    def __init__(self, course: LoadedCourse, gradebook: Gradebook, order: MarkingOrder, author: str) -> None:
        self._course, self._gradebook, self._order, self._author = course, gradebook, order, author
        found = self._found(order.exercise, order.question)
        self.list = found.shuffled() if order.anonymous else found
        self.tasks = self.list.open(again=order.again)
        self._stored: dict[str, GivenMark] = {}  # by this desk, by key
        self.names = list(names_of(self.tasks, anonymous=order.anonymous))

    def _found(self, exercise: str | None, question: str | None) -> MarkingList:
        scores = list(final_scores(self._course, self._gradebook))
        return marking_list(self._course, self._gradebook, scores, exercise, question)

    def read(self, task: MarkingTask, typed: str) -> tuple[MarkedItem, ...]:
        """Read the items that a person types.

        Raises:
            UsageFault: they do not fit the rubric.

        """
        return read_earned(typed, task.rubric)

    def store(self, task: MarkingTask, items: tuple[MarkedItem, ...], comment: str, name: str) -> str:
        """Store one mark; return a sentence if somebody else has marked the answer meanwhile."""
        mark = task.mark(items, comment, self._author)
        before = self._stored.get(task.key, task.newest)
        meanwhile = self._gradebook.mark(mark, before)
        if meanwhile is not None:
            return twice_told(mark, meanwhile, name)
        own = self._gradebook.marks(task.student)[task.student, task.exercise]
        self._stored[task.key] = next(one for one in reversed(own) if one == mark)
        return ""

    def stored(self, task: MarkingTask) -> GivenMark:
        """Return the mark that this desk has stored for an answer."""
        return self._stored[task.key]

    def write(self, file: Path, number: int, of: int, inputs: Sequence[Path] = ()) -> int:
        """Write a share of the answers to a file; return how many they are.

        Raises:
            UsageFault: there are none, they are too many, or the file cannot be written.

        """
        refuse_inputs(self._course, file, inputs)
        own = share_of(self.tasks, self._gradebook.students(), number, of)
        if not own:
            raise UsageFault("There is nothing to mark in this share." if self.tasks else NOTHING_TO_MARK)
        folder = file.with_name(f"{file.stem}-files")
        text = mark_file_text(own, anonymous=self._order.anonymous, folder=folder.name)
        for task in own:
            self._extract(task, folder)
        write_file(file, text)
        return len(own)

    def file_of(self, task: MarkingTask) -> Path | None:
        """Write the file of an answer where a person can open it, and return its path; None for a text.

        Raises:
            UsageFault: it cannot be written.

        """
        return self._extract(task, self._course.root / FILES)

    def _extract(self, task: MarkingTask, folder: Path) -> Path | None:
        """Write the file under a name that is not the student's; nobody runs or opens it here."""
        if task.file is None:
            return None
        content = self._gradebook.handed_file(task.student, task.exercise, task.file.digest)
        target = folder / task.file_name
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise refusal(folder, "written", error) from None
        write_file(target, content or b"")
        return target

    def read_in(self, file: Path, *, overwrite: bool) -> MarksStored:
        """Store the marks in a file.

        Raises:
            CourseFaults: the file has faults; nothing is stored.

        """
        grader, read, changed, skipped = read_marks(file, self.list.tasks)
        done = store_marks(read, grader or self._author, self._gradebook.mark, overwrite=overwrite)
        done.changed, done.skipped = changed, skipped
        return done


def override_question(
    course: LoadedCourse,
    gradebook: Gradebook,
    place: tuple[str, str],
    question: str,
    score: float | None,
    reason: str,
    author: str,
) -> GivenMark:
    """Set the points of one question by hand, or withdraw them with None.

    Raises:
        UsageFault: there is no such question, the score does not fit, or the student handed in nothing.

    """
    student, exercise = place
    asked = {one.id: one.points for one in course.outline(exercise).questions}
    if question not in asked:
        told = f"There is no question '{printable(question)}' in {exercise}."
        raise UsageFault(f"{told} {did_you_mean(question, asked)}")
    points = asked[question]
    if score is not None and score > points + TINY:
        told = f"{score:g} is more than the {points:g} points of {question}."
        raise UsageFault(f"{told} Give a smaller number.")
    if not any(one.exercise == exercise for one in gradebook.attempts(student)):
        told = f"{printable(student)} handed in nothing for {exercise}."
        raise UsageFault(f"{told} Leave out --question to set the score of the exercise.")
    mark = GivenMark(student, exercise, question, "", score, points, reason, author, datetime.now(UTC))
    own = gradebook.marks(student).get(place, ())
    before = next((one for one in reversed(own) if one.is_by_hand and one.question == question), None)
    gradebook.mark(mark, before)
    return mark
