"""Export scores from the gradebook to files for an LMS."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from grader.classroom.exporting import TOTAL, Scored, Zeros, export_items, total_item
from grader.classroom.feedback import Feedback
from grader.classroom.roster import Roster
from grader.course.loading import LoadedCourse
from grader.errors import UsageFault
from grader.files import refusal, write_file
from grader.folding import folded
from grader.gradebook.notices import score_warnings
from grader.gradebook.scoring import Score
from grader.gradebook.store import Gradebook
from grader.gradebook.totals import Total
from grader.identity import Person
from grader.lms.base import Lms
from grader.lms.export import CourseTotal, Export, File, Item, QuestionScore
from grader.service.feedback_folder import feedback_texts
from grader.service.home import refuse_inputs
from grader.service.standings import NO_TOTAL, course_totals, final_scores, score_notices


@dataclass(frozen=True)
class ExportOrder:
    """The options of an export; `inputs` are files that it must not overwrite."""

    lms: Lms
    out: Path
    roster: Roster | None = None
    exercises: Sequence[str] = ()
    template: Path | None = None  # the LMS's own file to fill in
    out_of: float | None = None
    zero: bool = False  # for students in the roster who handed in nothing
    inputs: Sequence[Path] = ()
    overwrite: bool = False  # replace the grades that are in the template
    comment: Callable[[Feedback], str] | None = None  # feedback for an LMS's column of comments
    is_rehearsal: bool = False  # write nothing
    partial: bool = False  # also exercises of which a person still has to mark something


@dataclass(frozen=True)
class Exported:
    """The files, the students who are missing from all of them with the reason, and messages for the user."""

    files: Sequence[File]
    left_out: Sequence[str]
    notices: Sequence[str]

    @property
    def is_complete(self) -> bool:
        """Return whether everybody is in every file."""
        return not self.left_out and all(file.rows and not file.left_out for file in self.files)


def export(course: LoadedCourse, gradebook: Gradebook, order: ExportOrder) -> Exported:
    """Write an export's files into a folder.

    Raises:
        UsageFault: there are no scores, the LMS's own file cannot be filled in, or a file cannot be written.

    """
    people = order.roster.people if order.roster else {}
    found = list(final_scores(course, gradebook, roster=people))
    notices = [*score_notices(course, gradebook, people if order.roster else None), *score_warnings(found)]
    zeros = Zeros(list(people), gradebook.left_out(), is_wanted=order.zero)
    questions = _questions(gradebook, found) if order.lms.carries_questions else {}
    totals = course_totals(course, gradebook, people)
    total = total_item(course, totals, found)
    wanted = _wanted(course, order)
    scored = Scored((), ())
    if wanted:
        scored = export_items(course, found, wanted, zeros, questions, partial=order.partial)
    if TOTAL in order.exercises and TOTAL not in wanted:
        scored = Scored(scored.items + total.items, scored.left_out + total.left_out)
    released = {entry.student for item in total.items for entry in item.entries}
    shown = [one for one in totals if one.student in released]
    items = tuple(_with_comments(course, gradebook, order, item) for item in scored.items)
    files = order.lms.write(_export_of(order, items, people, shown))
    if not any(item.entries for item in scored.items) and not scored.left_out:
        raise UsageFault("There are no scores to export. Run: course grade SUBMISSIONS")
    for file in files:
        refuse_inputs(course, order.out / file.name, order.inputs)
    if not order.is_rehearsal:
        _write(order.out, files)
    return Exported(files, scored.left_out, notices)


def _wanted(course: LoadedCourse, order: ExportOrder) -> tuple[str, ...]:
    """Return the exercises to export, without the total."""
    if TOTAL in course.record.exercises or TOTAL not in order.exercises:
        return course.select(order.exercises)
    if course.record.scores is None:
        raise UsageFault(NO_TOTAL)
    return tuple(name for name in dict.fromkeys(order.exercises) if name != TOTAL)


def _questions(gradebook: Gradebook, scores: Sequence[Score]) -> dict[int, tuple[QuestionScore, ...]]:
    """Return the scores of the questions in the reports that count, by submission."""
    counting = dict.fromkeys(one.submission for one in scores if one.submission is not None)
    return {
        number: tuple(QuestionScore(one.id, one.score, one.points, one.outcome) for one in report.questions)
        for number, _, report in gradebook.numbered_reports(list(counting))
    }


def _export_of(
    order: ExportOrder, items: tuple[Item, ...], people: Mapping[str, Person], totals: Iterable[Total]
) -> Export:
    under_rules = {one.student: CourseTotal(one.percent, one.result, "; ".join(one.rules)) for one in totals}
    return Export(items, people, order.template, order.out_of, order.overwrite, under_rules)


def _with_comments(course: LoadedCourse, gradebook: Gradebook, order: ExportOrder, item: Item) -> Item:
    """Return an item with feedback as its comments, as far as it is released, if the LMS's file has them."""
    if order.comment is None or order.template is None or not order.lms.carries_comments:
        return item
    texts = feedback_texts(course, gradebook, [item.exercise], datetime.now(UTC), order.comment)
    entries = (
        replace(one, comment=texts.get((folded(one.student), item.exercise), "")) for one in item.entries
    )
    return replace(item, entries=tuple(entries))


def _write(folder: Path, files: Sequence[File]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise refusal(folder, "made", error) from None
    for file in files:
        if file.rows:
            write_file(folder / file.name, file.content)
