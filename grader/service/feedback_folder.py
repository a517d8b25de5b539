"""Write feedback for a class: a page and a short text for each student and exercise."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from grader.classroom.example_tracks import ExampleVariants, own_tracks
from grader.classroom.feedback import Feedback, revealed
from grader.classroom.feedback_zip import Addresses, addresses, pack
from grader.classroom.released import Released
from grader.classroom.roster import is_folder_name
from grader.course.loading import LoadedCourse, LoadedExercise, load_course
from grader.course.paper import prepare
from grader.course.release import ResultPart
from grader.course.sharing import is_group
from grader.course.sitting import Sitting
from grader.errors import UsageFault
from grader.examiner.report import Report
from grader.files import refusal, write_file
from grader.folding import folded
from grader.gradebook.analysis import counting_submissions
from grader.gradebook.scoring import Score
from grader.gradebook.shared import owned_attempts
from grader.gradebook.store import EVERYBODY, Gradebook
from grader.handout.generation import check_place
from grader.identity import Person
from grader.lms.base import Lms
from grader.service.standings import final_scores
from grader.worker.garbage import collector_paused

ALONE = 40  # pages that are written faster than further processes are started
PAGE, TEXT = ".html", ".feedback.txt"  # how the two files of an exercise end
PRIVATE = 0o700  # nobody else reads a student's folder

Draw = Callable[[Feedback], Mapping[str, str]]  # the files of one student and exercise, by suffix
Say = Callable[[Feedback], str]  # a text for a comment box


@dataclass(frozen=True)
class Task:
    """What one page needs; another process can receive it."""

    student: str
    exercise: str
    variant: str  # the student whose variant it is; "" for variant 0
    report: Report
    params: dict[str, Any] | None
    score: Score | None
    handed_in: datetime | None
    released: Released
    group: str = ""
    members: tuple[str, ...] = ()  # of the group, the student included


@dataclass(frozen=True)
class PackOrder:
    """An LMS that takes feedback back, its own file that names the students, and the roster."""

    lms: Lms
    file: Path
    people: Mapping[str, Person]


@dataclass
class Written:
    """How many pages were written and packed, and which students have none, with the reason."""

    pages: int = 0
    left_out: list[str] = field(default_factory=list)
    zip: Path | None = None
    packed: int = 0


def write_feedback(
    course: LoadedCourse,
    gradebook: Gradebook,
    out: Path,
    exercises: Sequence[str],
    moment: datetime,
    draw: Draw,
    order: PackOrder | None = None,
) -> Written:
    """Write what is released at a moment into a folder for each student; several processes call `draw`.

    With an order, one exercise is also packed for an LMS.

    Raises:
        CourseFaults: an exercise is wrong.
        UsageFault: there is nothing to give feedback on, or a file cannot be written.

    """
    check_place(out, course.root)
    written, wanted = Written(), course.select(exercises)
    places = _addresses(course, wanted, order) if order else None
    tasks = list(feedback_tasks(course, gradebook, wanted, moment, written.left_out))
    if not tasks and not written.left_out:
        raise UsageFault("There are no reports. Run: course grade SUBMISSIONS")
    for folder in (out, *dict.fromkeys(out / task.student for task in tasks)):
        _make(folder)
    _write_all(course, out.resolve(), moment, draw, tasks)
    written.pages = len(tasks)
    if order and places:
        _pack(out, tasks, places, order, written)
    return written


def _addresses(course: LoadedCourse, wanted: Sequence[str], order: PackOrder) -> Addresses:
    if len(wanted) != 1:
        raise UsageFault(f"A zip for {order.lms.title} is for one assignment. Name one exercise after OUT.")
    return addresses(order.lms, order.file, wanted[0], course.record.exercises, order.people)


def _pack(out: Path, tasks: Sequence[Task], places: Addresses, order: PackOrder, written: Written) -> None:
    """Pack what was just written for the students whom the LMS certainly knows."""
    known = [task for task in tasks if task.student in places.paths]
    for task in tasks:
        if task.student not in places.paths:
            reason = places.reason(task.student, order.people)
            written.left_out.append(f"{task.student}: not in the zip: {reason}")
    if known:
        written.zip = out / f"{order.lms.name}-{known[0].exercise}.zip"
        write_file(written.zip, pack(_member(out, task, places, order.lms) for task in known))
        written.packed = len(known)


def _member(out: Path, task: Task, places: Addresses, lms: Lms) -> tuple[str, str]:
    path, folder = places.paths[task.student], out / task.student
    page, text = (
        (folder / f"{task.exercise}{suffix}").read_text(encoding="utf-8") for suffix in (PAGE, TEXT)
    )
    return path, lms.feedback_content(path, page, text)


def feedback_tasks(
    course: LoadedCourse,
    gradebook: Gradebook,
    wanted: Sequence[str],
    moment: datetime,
    left_out: list[str],
    found: Iterable[Score] | None = None,
) -> Iterator[Task]:
    """Yield a task for each student and exercise of which something is released.

    `found` are the final scores, if they are known already.
    """
    sharing = course.sharing
    owned = owned_attempts(gradebook.attempts(), sharing)
    attempts = [one for one in owned if one.exercise in wanted]
    counting = counting_submissions(attempts, course.rules)
    counted = {*counting}
    times = {(one.student, one.exercise): one.handed_in for one in attempts if one.submission in counted}
    found = final_scores(course, gradebook) if found is None else found
    scores = {(one.student, one.exercise): one for one in found}
    handed_out = gradebook.handed_out([*gradebook.students(), EVERYBODY])
    variants = gradebook.counting_variants(counting)
    releases = course.releases
    shared = (
        (student, handed_in, report)
        for handed_in, report in gradebook.marked_reports(counting)
        for student in sharing.members(handed_in.student, handed_in.exercise)
    )
    for student, handed_in, report in shared:
        owner, exercise = key = handed_in.student, handed_in.exercise
        released = Released.at(releases, student, exercise, moment)
        if not is_folder_name(student):
            left_out.append(f"{student}: this name cannot be the name of a folder")
        elif released.is_nothing:
            part: ResultPart = "messages" if releases.moment("score", *key) == "never" else "score"
            left_out.append(f"{student}: the feedback on {exercise} {releases.told(part, *key)}")
        else:
            yield Task(
                student,
                exercise,
                variants[key],
                released.of(report),
                handed_out.get((variants[key] or EVERYBODY, exercise)),
                scores.get((student, exercise)) if released.score else None,
                times[key],
                released,
                sharing.title(owner) if is_group(owner) else "",
                sharing.members(owner, exercise),
            )


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        folder.chmod(PRIVATE)
    except OSError as error:
        raise refusal(folder, "made", error) from None


def _write_all(course: LoadedCourse, out: Path, moment: datetime, draw: Draw, tasks: Sequence[Task]) -> None:
    """Do all tasks, in several processes if there are many."""
    if len(tasks) <= ALONE:
        writer = Writer(Gathering(course, moment), out, draw)
        for task in tasks:
            writer.write(task)
        return
    context = multiprocessing.get_context("spawn")  # a fork would share the gradebook's connection
    with ProcessPoolExecutor(os.cpu_count(), context) as pool:
        for _ in pool.map(partial(write_elsewhere, course.root, out, moment, draw), tasks, chunksize=10):
            pass


def write_elsewhere(root: Path, out: Path, moment: datetime, draw: Draw, task: Task) -> None:
    """Do a task in a process of its own, which ends with the command."""
    _writer(root, out, moment, draw).write(task)


@cache
def _writer(root: Path, out: Path, moment: datetime, draw: Draw) -> Writer:
    return Writer(Gathering(load_course(root), moment), out, draw)


@dataclass
class Gathering:
    """Gathers what students read, one student and exercise after the other."""

    course: LoadedCourse
    moment: datetime
    examples: ExampleVariants = field(default_factory=ExampleVariants)
    has_figures: bool = True  # a text has none
    _everybody: dict[tuple[str, bool], Sitting] = field(default_factory=dict, init=False)  # of variant 0

    def __post_init__(self) -> None:
        self._zone = ZoneInfo(self.course.record.rules.timezone)
        self._now = _told(self.moment, self._zone)

    def feedback(self, task: Task) -> Feedback:
        """Gather what a page says."""
        exercise, report, released = self.course.exercise(task.exercise), task.report, task.released
        sitting = self._sitting(task, exercise)
        return Feedback(
            report=self._with_figures(report, exercise, sitting, released) if self.has_figures else report,
            paper=sitting.paper,
            released=released,
            moment=self._now,
            name=task.student,
            group=task.group,
            members=task.members,
            score=task.score,
            handed_in=_told(task.handed_in, self._zone) if task.handed_in else "",
            contact=self.course.record.contact,
            revealed=revealed(exercise, sitting, released),
            pictures=exercise.material.all_pictures,
        )

    def _sitting(self, task: Task, exercise: LoadedExercise) -> Sitting:
        """Prepare the exercise for a student, but variant 0 once for all who have it."""
        gives_away = task.released.explanation or task.released.checks
        key = (task.exercise, gives_away)
        if not task.variant and key in self._everybody:
            return self._everybody[key]
        sitting = prepare(exercise, task.variant or None, task.params, with_keys=gives_away)
        if not task.variant:
            self._everybody[key] = sitting
        return sitting

    def _with_figures(
        self, report: Report, exercise: LoadedExercise, sitting: Sitting, released: Released
    ) -> Report:
        """Add both ways of each misconception: on the student's numbers only if the solution is released."""
        questions = tuple(
            one.model_copy(
                update={
                    "tracks": own_tracks(sitting, one.id, one.misconception)
                    if released.explanation
                    else self.examples.tracks(exercise, one, sitting.params)
                }
            )
            if one.misconception
            else one
            for one in report.questions
        )
        return report.model_copy(update={"questions": questions})


@dataclass
class Writer:
    """Writes the files of one student and exercise after the other."""

    gathering: Gathering
    out: Path
    draw: Draw

    def write(self, task: Task) -> None:
        """Write the files of one student and exercise."""
        for suffix, text in self.draw(self.gathering.feedback(task)).items():
            write_file(self.out / task.student / f"{task.exercise}{suffix}", text)


def feedback_texts(
    course: LoadedCourse,
    gradebook: Gradebook,
    exercises: Sequence[str],
    moment: datetime,
    say: Say,
    found: Iterable[Score] | None = None,
) -> dict[tuple[str, str], str]:
    """Return what is released at a moment as texts, by student in NFC and exercise.

    `found` are the final scores, if they are known already.

    Raises:
        CourseFaults: an exercise is wrong.
        UsageFault: the gradebook fails.

    """
    gathering = Gathering(course, moment, has_figures=False)
    tasks = feedback_tasks(course, gradebook, exercises, moment, [], found)
    with collector_paused():
        return {(folded(task.student), task.exercise): say(gathering.feedback(task)) for task in tasks}


def _told(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M} ({zone.key})"
