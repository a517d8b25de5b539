"""`course scores`, `override`, `history` and `export`: show, change and export scores."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

import click

from grader.cli import entry
from grader.cli.here import service_here
from grader.cli.options import PATH, FiniteRange
from grader.cli.told import tell
from grader.errors import counted, printable
from grader.render.classroom import score_table
from grader.render.palette import screen
from grader.service.publishing import ExportOrder
from grader.service.vocabulary import BY_NAME, LMSS, File, LastOutput, Lms

_NAME_WIDTH = max(len(name) for name in BY_NAME) + 3
MAX_MAXIMUM = 1e6  # points that an LMS accepts for one exercise


@click.command("scores")
@click.argument("students", nargs=-1)
@click.option("--exercise", "exercises", multiple=True, help="Only this exercise.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON score per line.")
def scores(students: tuple[str, ...], exercises: tuple[str, ...], as_json: bool) -> int:
    """Show raw scores, the rules applied, and final scores."""
    with service_here() as service:
        found = service.scores(students, exercises)
    if as_json:
        for score in found:
            click.echo(json.dumps(asdict(score), default=str))
    elif found:
        screen().print(score_table(found))
    else:
        click.echo("There are no scores. Run: course grade SUBMISSIONS", err=True)
    return entry.DONE


def _filled(_context: click.Context, _parameter: click.Parameter, text: str) -> str:
    """Return a text on one line, or refuse an empty one."""
    line = " ".join(text.split())
    if not any(letter.isprintable() for letter in line):
        raise click.BadParameter("it is empty.")
    return printable(line)


@click.command("override")
@click.argument("student")
@click.argument("exercise")
@click.option("--score", type=click.FloatRange(min=0), help="The new score.")
@click.option("--clear", is_flag=True, help="Withdraw an earlier override.")
@click.option("--reason", required=True, callback=_filled, help="Stored and shown with the score.")
@click.option("--roster", type=PATH, help="CSV file that lists the student, if they handed in nothing.")
def override(
    student: str, exercise: str, score: float | None, clear: bool, reason: str, roster: Path | None
) -> int:
    """Set a student's score by hand.

    It overrides all reports and rules, later ones included, until it is withdrawn with --clear.
    """
    if (score is None) != clear:
        raise click.UsageError("Give either --score or --clear.")
    with service_here() as service:
        made, now = service.override(student, exercise, score, reason, roster)
    for one in now:
        final = "none" if one.final is None else f"{one.final:g}"
        click.echo(f"{printable(made.student)} {exercise}: {final} of {made.points:g}")
    return entry.DONE


@click.command("history")
@click.argument("student")
@click.option("--exercise", "exercises", multiple=True, help="Only this exercise.")
@click.option(
    "--output", is_flag=True, help="Also show what each file printed and raised, in hidden checks as well."
)
def history(student: str, exercises: tuple[str, ...], output: bool) -> int:
    """Show the history of a student's scores, oldest first."""
    with service_here() as service:
        events, found = service.history(student, exercises)
        said = service.last_outputs(student, exercises) if output else []
    for event in events:
        click.echo(printable(f"{event.time:%Y-%m-%d %H:%M:%S} UTC  {event.exercise}  {event.text}"))
    if found:
        screen().print(score_table(found))
    for one in said:
        _tell_output(one)
    return entry.DONE


def _tell_output(one: LastOutput) -> None:
    """Show what one file printed and raised."""
    click.echo()
    click.echo(printable(f"{one.exercise}  {one.file_name} (SHA-256 {one.digest})"))
    for line in one.raised or ["No check raised an exception."]:
        click.echo(printable(f"  {line}"))
    click.echo("  It printed:" if one.printed else "  It printed nothing.")
    for line in one.printed.splitlines():
        click.echo(printable(f"    {line}".expandtabs()))


def _listed(words: Iterable[str], last_word: str) -> str:
    """Join words as in a sentence.

    >>> _listed(["a", "b", "c"], "or"), _listed(["a"], "and")
    ('a, b or c', 'a')
    """
    *most, last = words
    return f"{', '.join(most)} {last_word} {last}" if most else last


def _export_help() -> str:
    """Return the help of `course export`, with a line for each format."""
    rules = "The course's rules are applied. Uncertain scores are left out."
    formats = [line for lms in LMSS for line in _format_help(lms)]
    first = ["Write scores for import into an LMS.", "", f"FORMAT is {_listed(BY_NAME, 'or')}. {rules}"]
    return "\n".join([*first, "", "\b", *formats])


def _format_help(lms: Lms) -> Iterator[str]:
    yield f"{lms.name:<{_NAME_WIDTH}}{lms.summary}"
    if lms.fills:
        yield f"{'':<{_NAME_WIDTH}}--fill takes {lms.fills}"


def _new_items() -> str:
    """Return the maximum of new items in each LMS, for the help of --out-of."""
    return "".join(
        f"; for new items of {lms.title} {lms.new_maximum:g}" for lms in LMSS if lms.new_maximum is not None
    )


@click.command("export", help=_export_help())
@click.argument("form", metavar="FORMAT", type=click.Choice(sorted(BY_NAME)))
@click.option("--out", type=PATH, default=Path("exports"), show_default=True, help="Folder for the files.")
@click.option("--roster", type=PATH, help="CSV file of students with their ids in the LMS.")
@click.option("--exercise", "exercises", multiple=True, help="Only this exercise (can be repeated).")
@click.option("--fill", type=PATH, help="The LMS's own export or grading worksheet to fill in.")
@click.option(
    "--missing",
    type=click.Choice(["omit", "zero"]),
    default="omit",
    show_default=True,
    help="Score of students in the roster who handed in nothing.",
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
    """Write scores for import into an LMS."""
    lms = BY_NAME[form]
    if fill is not None and not lms.fills:
        others = _listed((one.name for one in LMSS if one.fills), "and")
        raise click.UsageError(f"--fill works only with {others}, not with {lms.title}.")
    if missing == "zero" and roster is None:
        raise click.UsageError("--missing zero needs --roster, which lists who handed in nothing.")
    with service_here() as service:
        if not roster and lms.columns:
            tell(["No --roster: students are named after their folders, which the LMS may not know."])
        inputs = [file for file in (roster, fill) if file]
        forgotten = [] if exercises else service.forgotten_exercises()
        exported = service.export(
            ExportOrder(lms, out, service.roster(roster), exercises, fill, out_of, missing == "zero", inputs)
        )
    for reason in exported.left_out:
        click.echo(f"left out: {printable(reason)}", err=True)
    for file in exported.files:
        click.echo(f"{out / file.name}: {_rows_of(file, out)}")
        for reason in file.left_out:
            click.echo(f"  left out: {reason}")
        for note in file.notes:
            click.echo(f"  not included: {printable(note)}")
    return entry.DONE if exported.is_complete and not forgotten else entry.NOT_FULL_MARKS


def _rows_of(file: File, out: Path) -> str:
    if file.rows:
        return counted(file.rows, "row")
    older = "; the older file is still there" if (out / file.name).exists() else ""
    return f"not written, because it would be empty{older}"
