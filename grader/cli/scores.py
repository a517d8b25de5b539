"""`course scores`, `override`, `history` and `export`: what the gradebook holds, and where it goes."""

from __future__ import annotations

import getpass
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console

from grader.classroom.exporting import Zeros, export_items
from grader.cli import entry
from grader.cli.context import (
    check_exercises,
    course_here,
    final_scores,
    found_student,
    gradebook_of,
    known_student,
    refuse_inputs,
    roster_of,
    tell,
    tell_of_scores,
)
from grader.cli.grading import PATH
from grader.cli.options import FiniteRange
from grader.course.loading import LoadedCourse
from grader.errors import UsageFault, printable
from grader.files import refusal, write_file
from grader.folding import folded
from grader.gradebook.notices import forgotten_exercises, score_warnings
from grader.gradebook.records import Override
from grader.gradebook.rules import TINY
from grader.gradebook.store import Gradebook
from grader.lms import BY_NAME, LMSS
from grader.lms.base import Lms
from grader.lms.export import Export, File
from grader.report.classroom import score_table

_NAME_WIDTH = max(len(name) for name in BY_NAME) + 3
MAX_MAXIMUM = 1e6  # that an LMS takes for one exercise


@click.command("scores")
@click.argument("students", nargs=-1)
@click.option("--exercise", "exercises", multiple=True, help="Only this exercise.")
@click.option("--json", "as_json", is_flag=True, help="Print one score a line as JSON.")
def scores(students: tuple[str, ...], exercises: tuple[str, ...], as_json: bool) -> int:
    """Show scores: raw, the rules that touched them, and final."""
    course = course_here()
    wanted = check_exercises(course, exercises)
    names = {folded(student): student for student in students}
    with gradebook_of(course) as gradebook:
        found = [
            score
            for score in final_scores(course, gradebook)
            if score.exercise in wanted and (not names or folded(score.student) in names)
        ]
        unknown = set(names) - {folded(score.student) for score in found}
        if unknown:
            told = ", ".join(printable(name) for key, name in names.items() if key in unknown)
            raise UsageFault(f"The gradebook has no such score of {told}.")
        tell_of_scores(course, gradebook)
    if as_json:
        for score in found:
            click.echo(json.dumps(asdict(score), default=str))
    elif found:
        Console(highlight=False).print(score_table(found))
    else:
        click.echo("There are no scores. Run: course grade SUBMISSIONS", err=True)
    return entry.DONE


def _filled(_context: click.Context, _parameter: click.Parameter, text: str) -> str:
    """Return a text in one line, if there is something to read in it."""
    line = " ".join(text.split())
    if not any(letter.isprintable() for letter in line):
        raise click.BadParameter("it is empty.")
    return printable(line)


@click.command("override")
@click.argument("student")
@click.argument("exercise")
@click.option("--score", type=click.FloatRange(min=0), help="The score that counts from now on.")
@click.option("--clear", is_flag=True, help="Take an earlier override back.")
@click.option(
    "--reason", required=True, callback=_filled, help="Kept with it, and shown wherever the score is shown."
)
@click.option("--roster", type=PATH, help="A roster that lists the student, if they handed nothing in.")
def override(
    student: str, exercise: str, score: float | None, clear: bool, reason: str, roster: Path | None
) -> int:
    """Set a student's score by hand.

    It wins over every report and rule, also over later ones, until it is taken back with --clear.
    """
    if (score is None) != clear:
        raise click.UsageError("Say either --score or --clear.")
    course = course_here()
    check_exercises(course, (exercise,))
    points = course.outline(exercise).points
    if score is not None and not math.isfinite(score):
        raise UsageFault(f"{score:g} is no score. Give a number from 0 to {points:g}.")
    if score is not None and score > points + TINY:
        raise UsageFault(f"{exercise} has {points:g} points; {score:g} is more.")
    with gradebook_of(course) as gradebook:
        people = roster_of(roster, gradebook)
        known = {*gradebook.students(), *(people.people if people else ())}
        student = known_student(student, known, " Who handed nothing in is known from --roster FILE.")
        score = None if score is None else abs(score)  # no -0
        made = Override(student, exercise, score, reason, _author(), datetime.now(UTC), points)
        gradebook.override(made)
        now = [one for one in final_scores(course, gradebook, student) if one.exercise == exercise]
    for one in now:
        final = "none" if one.final is None else f"{one.final:g}"
        click.echo(f"{printable(student)} {exercise}: {final} of {points:g}")
    return entry.DONE


def _author() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


@click.command("history")
@click.argument("student")
@click.option("--exercise", "exercises", multiple=True, help="Only this exercise.")
def history(student: str, exercises: tuple[str, ...]) -> int:
    """Show what happened to a student's scores, oldest first."""
    course = course_here()
    with gradebook_of(course) as gradebook:
        held = gradebook.exercises()
        wanted = check_exercises(course, tuple(name for name in exercises if name not in held))
        wanted = exercises or (*wanted, *held)
        student = found_student(student, gradebook.students())
        events = [event for event in gradebook.history(student) if event.exercise in wanted]
        if not events:
            raise UsageFault(f"The gradebook knows nothing of '{printable(student)}'.")
        found = [one for one in final_scores(course, gradebook, student) if one.exercise in wanted]
        tell(forgotten_exercises(course, gradebook))
    for event in events:
        click.echo(printable(f"{event.time:%Y-%m-%d %H:%M:%S} UTC  {event.exercise}  {event.text}"))
    if found:
        Console(highlight=False).print(score_table(found))
    return entry.DONE


def _listed(words: Iterable[str], last_word: str) -> str:
    """Return words as a sentence lists them.

    >>> _listed(["a", "b", "c"], "or"), _listed(["a"], "and")
    ('a, b or c', 'a')
    """
    *most, last = words
    return f"{', '.join(most)} {last_word} {last}" if most else last


def _export_help() -> str:
    """Return the help of `course export`, with a line for each format."""
    rules = "The course's rules are applied. What is not certain is left out."
    formats = [line for lms in LMSS for line in _format_help(lms)]
    first = ["Write scores that an LMS imports.", "", f"FORMAT is {_listed(BY_NAME, 'or')}. {rules}"]
    return "\n".join([*first, "", "\b", *formats])


def _format_help(lms: Lms) -> Iterator[str]:
    yield f"{lms.name:<{_NAME_WIDTH}}{lms.summary}"
    if lms.fills:
        yield f"{'':<{_NAME_WIDTH}}--fill takes {lms.fills}"


def _new_items() -> str:
    """Return the maxima that LMSs give to new items, for the help of --out-of."""
    return "".join(
        f"; for new items of {lms.title} {lms.new_maximum:g}" for lms in LMSS if lms.new_maximum is not None
    )


@click.command("export", help=_export_help())
@click.argument("form", metavar="FORMAT", type=click.Choice(sorted(BY_NAME)))
@click.option(
    "--out", type=PATH, default=Path("exports"), show_default=True, help="The folder for the files."
)
@click.option("--roster", type=PATH, help="A CSV of students and their ids in the LMS.")
@click.option(
    "--exercise", "exercises", multiple=True, help="Only this exercise; can be given several times."
)
@click.option("--fill", type=PATH, help="The LMS's own export or grading worksheet, to be filled in.")
@click.option(
    "--missing",
    type=click.Choice(["omit", "zero"]),
    default="omit",
    show_default=True,
    help="What students of the roster get who handed nothing in.",
)
@click.option(
    "--out-of",
    type=FiniteRange(min=0, max=MAX_MAXIMUM, min_open=True),
    help=f"Scale every exercise to this maximum. [default: its points{_new_items()}]",
)
def export(
    form: str,
    out: Path,
    roster: Path | None,
    exercises: tuple[str, ...],
    fill: Path | None,
    missing: str,
    out_of: float | None,
) -> int:
    """Write scores that an LMS imports."""
    lms = BY_NAME[form]
    if fill is not None and not lms.fills:
        others = _listed((one.name for one in LMSS if one.fills), "and")
        raise click.UsageError(f"--fill is for {others}: {lms.title} is never filled in.")
    if missing == "zero" and roster is None:
        raise click.UsageError("--missing zero needs --roster: only a roster tells who handed nothing in.")
    course = course_here()
    if not roster and lms.columns:
        tell(["No roster: students go by the names of their folders, which the LMS may not know."])
    inputs = [file for file in (roster, fill) if file]
    with gradebook_of(course) as gradebook:
        known = roster_of(roster, gradebook)
        tell(known.notes if known else ())
        wanted = Export((), known.people if known else {}, fill, out_of)
        forgotten = [] if exercises else forgotten_exercises(course, gradebook)
        left_out, files = write_export(
            course, gradebook, lms, out, wanted, exercises, inputs, zero=missing == "zero"
        )
    for reason in left_out:
        click.echo(f"left out: {printable(reason)}", err=True)
    for file in files:
        click.echo(f"{out / file.name}: {_rows_of(file, out)}")
        for reason in file.left_out:
            click.echo(f"  left out: {reason}")
        for note in file.notes:
            click.echo(f"  not in it: {printable(note)}")
    is_complete = not (left_out or forgotten or any(file.left_out or not file.rows for file in files))
    return entry.DONE if is_complete else entry.NOT_FULL_MARKS


def _rows_of(file: File, out: Path) -> str:
    if file.rows:
        return f"{file.rows} rows"
    older = "; the older one is still there" if (out / file.name).exists() else ""
    return f"no row, so it was not written{older}"


def write_export(
    course: LoadedCourse,
    gradebook: Gradebook,
    lms: Lms,
    out: Path,
    wanted: Export,
    exercises: Sequence[str] = (),
    inputs: Sequence[Path] = (),
    *,
    zero: bool = False,
) -> tuple[tuple[str, ...], list[File]]:
    """Write an export's files into a folder; returns who is in none of them, and the files.

    No file is written over one of `inputs`.

    Raises:
        UsageFault: there are no scores, the LMS's own file cannot be filled in, or a file cannot be written.

    """
    found = list(final_scores(course, gradebook, roster=wanted.people))
    tell_of_scores(course, gradebook, wanted.people)
    tell(score_warnings(found))
    zeros = Zeros(list(wanted.people), gradebook.left_out(), is_wanted=zero)
    scored = export_items(course, found, exercises, zeros)
    files = lms.write(Export(scored.items, wanted.people, wanted.template, wanted.out_of))
    if not any(item.entries for item in scored.items) and not scored.left_out:
        raise UsageFault("There are no scores to export. Run: course grade SUBMISSIONS")
    for file in files:
        refuse_inputs(course, out / file.name, *inputs)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise refusal(out, "made", error) from None
    for file in files:
        if file.rows:
            write_file(out / file.name, file.text)
    return scored.left_out, files
