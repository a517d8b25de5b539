"""`course feedback`: write pages for students."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli import entry
from grader.cli.here import service_here
from grader.cli.options import PATH
from grader.errors import counted, printable
from grader.render.feedback_page import feedback_files


@click.command("feedback")
@click.argument("out", type=PATH)
@click.argument("exercises", nargs=-1)
@click.option("--at", "moment", help="Write what is released at this time, such as 2026-12-01 23:59.")
def feedback(out: Path, exercises: tuple[str, ...], moment: str | None) -> int:
    """Write feedback for each student to OUT.

    OUT/STUDENT/EXERCISE.html is a page that needs nothing else. EXERCISE.feedback.txt beside it is a short
    text for a comment box. They say what `release` in course.yaml allows now, or at the time given with --at.
    """
    with service_here() as service:
        try:
            time = None if moment is None else service.moment(moment)
        except ValueError as error:
            raise click.BadParameter(f"{error}.", param_hint="'--at'") from None
        written = service.feedback(out, exercises, time, feedback_files)
    click.echo(f"{counted(written.pages, 'page')} written to {out}.")
    for reason in written.left_out:
        click.echo(f"left out: {printable(reason)}", err=True)
    return entry.NOT_FULL_MARKS if written.left_out else entry.DONE
