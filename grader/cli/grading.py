"""`course grade` and `course regrade`: a whole class."""

from __future__ import annotations

import sys
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from grader.classroom.collecting import Collected
from grader.classroom.grading import ClassGrader, ClassRun, Settled
from grader.classroom.regrading import Regrading
from grader.classroom.tally import Tally
from grader.cli import entry, options
from grader.cli.here import (
    check_exercises,
    course_here,
    gradebook_of,
    known_student,
    override_warnings,
    roster_of,
    roster_of_gradebook,
    tell,
)
from grader.course.rules import unknown_students
from grader.errors import UsageFault, printable
from grader.gradebook.notices import forgotten_exercises, open_to_all
from grader.gradebook.records import Override
from grader.gradebook.store import Gradebook
from grader.report.classroom import move_table, outcome_table, report_line, summary
from grader.worker.isolation.ways import FULL, HELP, WAYS

PATH = options.PATH
LANES = [
    click.option(
        "--jobs", type=click.IntRange(1), help="How many are graded at once. [default: up to one a processor]"
    ),
    click.option(
        "--isolation",
        type=click.Choice(list(WAYS)),
        default=FULL.name,
        show_default=True,
        help=HELP,
    ),
    click.option("--dask", metavar="ADDRESS", default="", help="Grade on a Dask cluster: tcp://host:8786."),
]


def _check_lanes(jobs: int | None, dask: str) -> None:
    if jobs and dask:
        raise click.UsageError("--jobs is for this machine; with --dask the cluster says how many.")


def _lanes(command: click.decorators.FC) -> click.decorators.FC:
    for option in LANES:
        command = option(command)
    return command


def _tell(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")  # click.echo would write into the bar, this goes above it


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f}/s" if task.speed else "")


@contextmanager
def _progress(console: Console) -> Iterator[Progress]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate())
    with Progress(
        *columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal
    ) as progress:
        yield progress


@click.command("grade")
@click.argument("submissions", type=PATH, nargs=-1, required=True)
@click.option(
    "--roster",
    type=PATH,
    help="The roster of course generate. [default: the students to whom variants were handed out]",
)
@click.option("--exercise", "only", help="Everything is of this exercise, whatever students called it.")
@click.option("--json", "as_json", is_flag=True, help="Print one report a line as JSON on stdout.")
@click.option("--again", is_flag=True, help="Run everything, also what is unchanged.")
@_lanes
def grade(
    submissions: tuple[Path, ...],
    roster: Path | None,
    only: str | None,
    as_json: bool,
    again: bool,
    jobs: int | None,
    isolation: str,
    dask: str,
) -> int:
    """Grade a class.

    SUBMISSIONS is a folder of folders, SUBMISSIONS/<student>/<exercise>.py or .ipynb, or the zip of an LMS;
    there can be several. What is unchanged since it was graded is not run again.
    """
    _check_lanes(jobs, dask)
    course = course_here()
    check_exercises(course, () if only is None else (only,))
    grader = ClassGrader(course, isolation, jobs, dask, _tell)
    tally = Tally()
    lines = as_json or not sys.stderr.isatty()
    with gradebook_of(course) as gradebook:
        known = roster_of(roster, gradebook) or roster_of_gradebook(gradebook)
        if known and not roster:
            _tell(f"No --roster: what was handed out to these {len(known.people)} students is graded.")
        for note in known.notes if known else ():
            _tell(printable(note))
        collected = Collected(submissions, course.record.exercises, known, only or "", gradebook.students())
        for settled in settle(grader, gradebook, collected, again=again):
            tally.count(settled)
            if lines:
                click.echo(settled.report.whole() if as_json else report_line(settled.report))
        gradebook.keep_left_out(collected.looked_at(), collected.may_be_of())
        people = known.people if known else ()
        notices = [
            *open_to_all(gradebook),
            *unknown_students(course.record.rules, {*people, *gradebook.students()}),
            *override_warnings(course, gradebook, collected.students),
        ]
    console = Console(stderr=as_json, highlight=False)
    console.print(outcome_table(tally))
    console.print(summary(tally, collected))
    tell(notices)
    if not tally.graded + tally.ungraded:
        raise UsageFault("Nothing was found to grade. A submission is called STUDENT/EXERCISE.py or .ipynb.")
    is_complete = not tally.ungraded and not tally.held and not collected.left_out
    return entry.DONE if is_complete else entry.NOT_FULL_MARKS


def settle(
    grader: ClassGrader, gradebook: Gradebook, collected: Collected, *, again: bool = False
) -> Iterator[Settled]:
    """Grade what was collected, with a bar in a terminal."""
    with _progress(Console(stderr=True)) as progress:
        run = ClassRun(grader, gradebook, collected.roster is not None, again)
        looking = progress.add_task("Looking", total=None)
        for settled in run.look(collected):
            progress.advance(looking)
            yield settled
        progress.remove_task(looking)
        grading = progress.add_task("Grading", total=run.left)
        for settled in run.run():
            progress.advance(grading)
            yield settled


def _in_force(overrides: Sequence[Override], keys: Container[object]) -> list[Override]:
    """The overrides that count, of these students and exercises."""
    newest = {(one.student, one.exercise): one for one in overrides}
    return [one for key, one in newest.items() if one.score is not None and key in keys]


@click.command("regrade")
@click.argument("exercises", nargs=-1)
@click.option("--student", "students", multiple=True, help="Only this student; can be given several times.")
@click.option("--apply", "apply_", is_flag=True, help="Store the new scores without asking.")
@click.option("--allow-lower", is_flag=True, help="Let scores fall, too.")
@_lanes
def regrade(
    exercises: tuple[str, ...],
    students: tuple[str, ...],
    apply_: bool,
    allow_lower: bool,
    jobs: int | None,
    isolation: str,
    dask: str,
) -> int:
    """Grade what is stored again, after a fix.

    Shows who moves, from what to what, and by which question and check; stores it on confirmation, or with
    --apply. No score falls without --allow-lower.
    """
    _check_lanes(jobs, dask)
    course = course_here()
    grader = ClassGrader(course, isolation, jobs, dask, _tell)
    console = Console(highlight=False)
    with gradebook_of(course) as gradebook:
        held = gradebook.students()
        students = tuple(known_student(student, held) for student in students)
        tell(unknown_students(course.record.rules, held))
        tell(forgotten_exercises(course, gradebook))
        tell(override_warnings(course, gradebook, students or None))
        regrading = Regrading(grader, gradebook)
        left = regrading.look(check_exercises(course, exercises), students)
        with _progress(Console(stderr=True)) as progress:
            task = progress.add_task("Regrading", total=left)
            for _ in regrading.run():
                progress.advance(task)
        if regrading.unreadable:
            click.echo(f"{regrading.unreadable} submissions could not be read when they were handed in.")
        moves = regrading.moves()
        if not moves:
            regrading.apply(allow_lower=False)
            click.echo(f"{left} submissions graded again: nothing moves.")
            return entry.DONE
        console.print(move_table(moves))
        rise, fall = sum(move.rises for move in moves), sum(move.falls for move in moves)
        click.echo(f"{left} submissions graded again: {rise} rise, {fall} fall.")
        for one in _in_force(gradebook.overrides(), {(m.after.student, m.after.exercise) for m in moves}):
            student = printable(one.student)
            click.echo(f"Set by hand, and stays: {student} {one.exercise} {one.score:g}")
        chance = sum(move.is_chance for move in moves)
        if chance and not allow_lower:
            told = "were only run again, and keep their scores, unless you say --allow-lower."
            click.echo(f"{chance} of those that rise {told}")
        if fall and not allow_lower:
            click.echo("Those that fall keep their scores, unless you say --allow-lower.")
        if not (apply_ or (sys.stdin.isatty() and click.confirm("Store this?"))):
            click.echo("Nothing was stored. To store it: course regrade --apply")
            return entry.NOT_FULL_MARKS
        kept = regrading.apply(allow_lower=allow_lower)
        which = "earlier" if chance else "higher"
        click.echo(f"Stored. {kept} kept their {which} score." if kept else "Stored.")
    return entry.DONE
