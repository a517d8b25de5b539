"""Writing feedback for a class: a page and a short text for each student and exercise."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from grader.classroom.example_tracks import ExampleVariants, own_tracks
from grader.classroom.feedback import Feedback, revealed
from grader.classroom.released import Released
from grader.classroom.roster import is_folder_name
from grader.course.loading import LoadedCourse, LoadedExercise, load_course
from grader.course.paper import prepare
from grader.course.sitting import Sitting
from grader.errors import UsageFault
from grader.examiner.report import Report
from grader.files import refusal, write_file
from grader.gradebook.analysis import counting_submissions
from grader.gradebook.scoring import Score
from grader.gradebook.store import EVERYBODY, Gradebook
from grader.handout.generation import check_place
from grader.service.standings import final_scores

ALONE = 40  # pages that are written faster than further processes are started
PRIVATE = 0o700  # nobody else reads a student's folder

Draw = Callable[[Feedback], Mapping[str, str]]  # the files of one student and exercise, by suffix


@dataclass(frozen=True)
class Task:
    """What one page needs, in a form that another process can receive."""

    student: str
    exercise: str
    variant: str  # the student whose variant it is; "" for variant 0
    report: str  # as JSON
    params: dict[str, Any] | None
    score: Score | None
    handed_in: datetime | None
    released: Released


@dataclass
class Written:
    """How many pages were written, and for whom there is none, with the reason."""

    pages: int = 0
    left_out: list[str] = field(default_factory=list)


def write_feedback(
    course: LoadedCourse,
    gradebook: Gradebook,
    out: Path,
    exercises: Sequence[str],
    moment: datetime,
    draw: Draw,
) -> Written:
    """Write what is released at a moment into a folder for each student; several processes call `draw`.

    Raises:
        CourseFaults: an exercise is wrong.
        UsageFault: there is nothing to give feedback on, or a file cannot be written.

    """
    check_place(out, course.root)
    written = Written()
    tasks = list(_tasks(course, gradebook, course.select(exercises), moment, written.left_out))
    if not tasks and not written.left_out:
        raise UsageFault("There are no reports. Run: course grade SUBMISSIONS")
    for folder in (out, *dict.fromkeys(out / task.student for task in tasks)):
        _make(folder)
    _write_all(course, out.resolve(), moment, draw, tasks)
    written.pages = len(tasks)
    return written


def _tasks(
    course: LoadedCourse, gradebook: Gradebook, wanted: Sequence[str], moment: datetime, left_out: list[str]
) -> Iterator[Task]:
    """Yield a task for each student and exercise of which something is released."""
    attempts = [one for one in gradebook.attempts() if one.exercise in wanted]
    counting = counting_submissions(attempts, course.record.rules)
    times = {(one.student, one.exercise): one.handed_in for one in attempts if one.submission in {*counting}}
    scores = {(one.student, one.exercise): one for one in final_scores(course, gradebook)}
    handed_out = gradebook.handed_out([*gradebook.students(), EVERYBODY])
    variants = gradebook.counting_variants(counting)
    releases = course.releases
    for handed_in, report in gradebook.counting_reports(counting):
        student, exercise = key = handed_in.student, handed_in.exercise
        released = Released.at(releases, student, exercise, moment)
        if not is_folder_name(student):
            left_out.append(f"{student}: this name cannot be the name of a folder")
        elif released.is_nothing:
            left_out.append(f"{student}: nothing of {exercise} is released yet")
        else:
            yield Task(
                student,
                exercise,
                variants[key],
                released.of(report).stored(),
                handed_out.get((variants[key] or EVERYBODY, exercise)),
                scores.get(key) if released.score else None,
                times[key],
                released,
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
        writer = Writer(course, out, moment, draw)
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
    return Writer(load_course(root), out, moment, draw)


@dataclass
class Writer:
    """Writes the files of one student and exercise after the other."""

    course: LoadedCourse
    out: Path
    moment: datetime
    draw: Draw
    examples: ExampleVariants = field(default_factory=ExampleVariants)

    def write(self, task: Task) -> None:
        """Write the files of one student and exercise."""
        for suffix, text in self.draw(self.feedback(task)).items():
            write_file(self.out / task.student / f"{task.exercise}{suffix}", text)

    def feedback(self, task: Task) -> Feedback:
        """Gather what a page says."""
        exercise, report = self.course.exercise(task.exercise), Report.model_validate_json(task.report)
        released = task.released
        gives_away = released.explanation or released.checks
        sitting = prepare(exercise, task.variant or None, task.params, with_keys=gives_away)
        zone = ZoneInfo(self.course.record.rules.timezone)
        return Feedback(
            report=self._with_figures(report, exercise, sitting, released),
            paper=sitting.paper,
            released=released,
            moment=_told(self.moment, zone),
            name=task.student,
            score=task.score,
            handed_in=_told(task.handed_in, zone) if task.handed_in else "",
            contact=self.course.record.contact,
            revealed=revealed(exercise, sitting, released),
            pictures=exercise.material.all_pictures,
        )

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


def _told(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M} ({zone.key})"
