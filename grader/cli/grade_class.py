"""`course grade` and `course regrade`: grade a whole class."""

from __future__ import annotations

import sys
from collections.abc import Iterator
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

from grader.cli import entry, options
from grader.cli.here import service_here
from grader.cli.told import tell
from grader.errors import counted, printable
from grader.render.classroom import move_table, outcome_table, report_line, summary
from grader.render.palette import screen
from grader.service.class_grading import ClassGrading
from grader.service.service import Machine
from grader.service.vocabulary import FULL, ISOLATION_HELP, WAYS, Outcome

PATH = options.PATH
LANES = [
    click.option(
        "--jobs", type=click.IntRange(1), help="Number of parallel jobs. [default: up to one per processor]"
    ),
    click.option(
        "--isolation",
        type=click.Choice(list(WAYS)),
        default=FULL.name,
        show_default=True,
        help=ISOLATION_HELP,
    ),
    click.option(
        "--dask", metavar="ADDRESS", default="", help="Grade on a Dask cluster, such as tcp://host:8786."
    ),
]


def _machine(jobs: int | None, isolation: str, dask: str) -> Machine:
    if jobs and dask:
        raise click.UsageError("--jobs cannot be used with --dask: the cluster sets the number.")
    return Machine(isolation, jobs, dask)


def _lanes(command: click.decorators.FC) -> click.decorators.FC:
    for option in LANES:
        command = option(command)
    return command


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
    help="CSV file of students, as for course generate. [default: the students with variants]",
)
@click.option(
    "--list",
    "lists",
    type=PATH,
    multiple=True,
    metavar="FILE",
    help="The LMS's list that says whose each submission is: Moodle's grading worksheet, or Canvas's groups "
    "(can be repeated).",
)
@click.option("--exercise", "only", help="All files are for this exercise, whatever their names.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON report per line.")
@click.option("--again", is_flag=True, help="Also run unchanged submissions.")
@_lanes
def grade(
    submissions: tuple[Path, ...],
    roster: Path | None,
    lists: tuple[Path, ...],
    only: str | None,
    as_json: bool,
    again: bool,
    jobs: int | None,
    isolation: str,
    dask: str,
) -> int:
    """Grade a class.

    SUBMISSIONS is a folder with SUBMISSIONS/<student>/<exercise>.py or .ipynb, a zip from an LMS, packed or
    unpacked, or a folder of git clones <exercise>-<student>. You can give several. Submissions that are
    unchanged since they were graded are not run again.
    """
    machine = _machine(jobs, isolation, dask)
    lines = as_json or not sys.stderr.isatty()
    with service_here() as service:
        grading = service.grade(submissions, roster, only, machine, lists=lists, again=again)
        for outcome in with_bar(grading):
            if lines:
                click.echo(outcome.report.whole() if as_json else report_line(outcome.report))
        notices = grading.finish()
    console = screen(stderr=as_json)
    console.print(outcome_table(grading.tally))
    console.print(summary(grading.tally, grading.collected))
    tell(notices)
    return entry.DONE if grading.is_complete else entry.NOT_FULL_MARKS


def with_bar(grading: ClassGrading) -> Iterator[Outcome]:
    """Grade a class, with a progress bar in a terminal."""
    with _progress(Console(stderr=True)) as progress:
        looking = progress.add_task("Looking", total=None)
        for outcome in grading.look():
            progress.advance(looking)
            yield outcome
        progress.remove_task(looking)
        running = progress.add_task("Grading", total=grading.left)
        for outcome in grading.run():
            progress.advance(running)
            yield outcome


@click.command("regrade")
@click.argument("exercises", nargs=-1)
@click.option("--student", "students", multiple=True, help="Only this student (can be repeated).")
@click.option("--apply", "apply_", is_flag=True, help="Store the new scores without asking.")
@click.option("--allow-lower", is_flag=True, help="Allow scores to fall.")
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
    """Grade stored submissions again after a fix.

    Shows whose score changes, from what to what, and by which question and check. Stores the new scores after
    confirmation, or with --apply. No score falls without --allow-lower.
    """
    machine = _machine(jobs, isolation, dask)
    console = screen()
    with service_here() as service:
        regrading = service.regrade(exercises, students, machine)
        left = regrading.left
        with _progress(Console(stderr=True)) as progress:
            task = progress.add_task("Regrading", total=left)
            for _ in regrading.run():
                progress.advance(task)
        if regrading.unreadable:
            unreadable = counted(regrading.unreadable, "submission")
            click.echo(f"{unreadable} could not be read at the time of hand-in.")
        moves = regrading.moves()
        if not moves:
            regrading.apply(allow_lower=False)
            click.echo(f"{counted(left, 'submission')} graded again: no score changes.")
            return entry.DONE
        console.print(move_table(moves))
        rise, fall = sum(move.rises for move in moves), sum(move.falls for move in moves)
        click.echo(f"{counted(left, 'submission')} graded again: {rise} rise, {fall} fall.")
        moved = {(move.after.student, move.after.exercise) for move in moves}
        for one in service.overrides():
            if (one.student, one.exercise) in moved:
                click.echo(
                    f"Set by hand and unchanged: {printable(one.student)} {one.exercise} {one.score:g}"
                )
        chance = sum(move.is_chance for move in moves)
        if chance and not allow_lower:
            told = "changed only by chance. Their old scores are kept unless you add --allow-lower."
            click.echo(f"{chance} of the rising scores {told}")
        if fall and not allow_lower:
            click.echo("Scores that would fall are kept unless you add --allow-lower.")
        if not (apply_ or (sys.stdin.isatty() and click.confirm("Store the new scores?"))):
            click.echo("Nothing was stored. To store the new scores: course regrade --apply")
            return entry.NOT_FULL_MARKS
        kept = regrading.apply(allow_lower=allow_lower)
        which = "earlier" if chance else "higher"
        click.echo(f"Stored. {kept} kept the {which} score." if kept else "Stored.")
    return entry.DONE
