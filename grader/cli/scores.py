"""`course scores`, `override` and `history`: show and change scores."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from grader.cli import entry
from grader.cli.here import service_here
from grader.cli.options import PATH
from grader.errors import printable
from grader.render.classroom import score_table, total_table
from grader.render.palette import screen
from grader.service.vocabulary import LastOutput


@click.command("scores")
@click.argument("students", nargs=-1)
@click.option("--exercise", "exercises", multiple=True, help="Only this exercise.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
@click.option("--total", "total_only", is_flag=True, help="Only the total of each student.")
@click.option("--missing", is_flag=True, help="List who handed in nothing, with email addresses.")
@click.option("--section", help="With --missing: only this section of the roster.")
@click.option(
    "--roster", type=PATH, help="With --missing or --total: the roster.  [default: roster.csv in the course]"
)
def scores(
    students: tuple[str, ...],
    exercises: tuple[str, ...],
    as_json: bool,
    total_only: bool,
    missing: bool,
    section: str | None,
    roster: Path | None,
) -> int:
    """Show raw scores, the rules applied, final scores, and totals."""
    if total_only and (missing or exercises):
        raise click.UsageError("--total shows totals of whole students. Leave out --missing and --exercise.")
    if total_only:
        return _totals(students, roster, as_json=as_json)
    if missing and students:
        raise click.UsageError("--missing lists the whole roster. Leave out the names, or use --section.")
    if (section or roster) and not missing:
        raise click.UsageError("Use --section with --missing, and --roster with --missing or --total.")
    if missing:
        return _missing(exercises, section, roster, as_json=as_json)
    with service_here() as service:
        found = service.scores(students, exercises)
        has_totals = found and service.course.record.scores and not exercises and not as_json
        totals = service.totals(students) if has_totals else []
    if as_json:
        for score in found:
            click.echo(json.dumps(asdict(score), default=str))
    elif found:
        screen().print(score_table(found))
        if totals:
            click.echo()
            screen().print(total_table(totals))
    else:
        click.echo("There are no scores. Run: course grade SUBMISSIONS", err=True)
    return entry.DONE


def _totals(students: Sequence[str], roster: Path | None, *, as_json: bool) -> int:
    """Show the total of each student."""
    with service_here() as service:
        found = service.totals(students, roster)
    if as_json:
        for total in found:
            click.echo(json.dumps(asdict(total)))
    else:
        screen().print(total_table(found))
    return entry.DONE


def _missing(exercises: Sequence[str], section: str | None, roster: Path | None, *, as_json: bool) -> int:
    """List who handed in nothing."""
    with service_here() as service:
        found = service.absences(roster, exercises, section)
    for one in found:
        person = one.person
        fields = {"exercise": one.exercise, "student": person.student, "name": person.name}
        fields |= {"email": person.email, "section": person.section}
        note = "a file that was left out may be theirs" if one.may_be_left_out else ""
        cells = [*fields.values(), note]
        click.echo(json.dumps(fields) if as_json else printable("  ".join(filter(None, cells))))
    if not found and not as_json:
        click.echo("Everybody has handed in.", err=True)
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
@click.option("--question", help="Set the points of this question only.")
@click.option("--score", type=click.FloatRange(min=0), help="The new score.")
@click.option("--clear", is_flag=True, help="Withdraw an earlier override.")
@click.option("--reason", required=True, callback=_filled, help="Stored and shown with the score.")
@click.option("--roster", type=PATH, help="CSV file that lists the student, if they handed in nothing.")
def override(
    student: str,
    exercise: str,
    question: str | None,
    score: float | None,
    clear: bool,
    reason: str,
    roster: Path | None,
) -> int:
    """Set a student's score by hand, in an exercise or in one question of it.

    It overrides all reports and rules, later ones included, until it is withdrawn with --clear.
    """
    if (score is None) != clear:
        raise click.UsageError("Give either --score or --clear.")
    with service_here() as service:
        _, now = service.override(student, exercise, score, reason, roster, question)
    for one in now:
        final = "none" if one.final is None else f"{one.final:g}"
        click.echo(f"{printable(one.student)} {exercise}: {final} of {one.points:g}")
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
