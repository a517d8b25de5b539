"""`course feedback`: write pages for students."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli import entry
from grader.cli.here import service_here
from grader.cli.options import PATH
from grader.errors import counted, printable
from grader.render.feedback_page import feedback_files
from grader.service.vocabulary import TAKING_BACK

_BY_NAME = {lms.name: lms for lms in TAKING_BACK}
_FILES = "; ".join(f"for {lms.name} {lms.takes_back}" for lms in TAKING_BACK)


@click.command("feedback")
@click.argument("out", type=PATH)
@click.argument("exercises", nargs=-1)
@click.option("--at", "moment", help="Write what is released at this time, such as 2026-12-01 23:59.")
@click.option("--zip", "form", type=click.Choice(list(_BY_NAME)), help="Also pack one exercise for an LMS.")
@click.option("--from", "file", type=PATH, help=f"With --zip: its own file that names students, {_FILES}.")
@click.option("--roster", type=PATH, help="With --zip: the roster.  [default: roster.csv in the course]")
def feedback(
    out: Path,
    exercises: tuple[str, ...],
    moment: str | None,
    form: str | None,
    file: Path | None,
    roster: Path | None,
) -> int:
    """Write feedback for each student to OUT.

    OUT/STUDENT/EXERCISE.html is a page that needs nothing else. EXERCISE.feedback.txt beside it is a short
    text for a comment box. They say what `release` in course.yaml allows now, or at the time given with --at.
    With --zip, OUT/LMS-EXERCISE.zip has the names under which the LMS takes feedback back.
    """
    if form is None and (file or roster):
        raise click.UsageError("Use --from and --roster with --zip.")
    if form is not None and file is None:
        raise click.UsageError(f"--zip {form} needs --from: {_BY_NAME[form].takes_back}.")
    with service_here() as service:
        try:
            time = None if moment is None else service.moment(moment)
        except ValueError as error:
            raise click.BadParameter(f"{error}.", param_hint="'--at'") from None
        order = service.pack_order(_BY_NAME[form], file, roster) if form and file else None
        written = service.feedback(out, exercises, time, feedback_files, order)
    click.echo(f"{counted(written.pages, 'page')} written to {out}.")
    if written.zip:
        click.echo(f"{counted(written.packed, 'student')} packed into {written.zip}.")
    elif form:
        click.echo("No zip was written, because nobody would be in it.")
    for reason in written.left_out:
        click.echo(f"left out: {printable(reason)}", err=True)
    return entry.NOT_FULL_MARKS if written.left_out else entry.DONE
