"""`course generate`: what students receive."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli import entry
from grader.cli.context import course_here, gradebook_of, roster_of, tell
from grader.cli.options import PATH
from grader.handout.generate import generate
from grader.handout.pack import Edition
from grader.handout.stubs import Format


@click.command("generate")
@click.argument("out", type=PATH)
@click.option("--roster", type=PATH, help="A CSV of students: each gets a folder and their own variants.")
@click.option(
    "--format", "form", type=click.Choice(["notebook", "python"]), default="python", show_default=True
)
@click.option("--edition", type=click.Choice(["practice", "assessed"]), default="practice", show_default=True)
def generate_(out: Path, roster: Path | None, form: Format, edition: Edition) -> int:
    """Write what students receive into OUT.

    What they have worked on is kept.
    """
    course = course_here()
    with gradebook_of(course) as gradebook:
        known = roster_of(roster, gradebook)
        tell(known.notes if known else ())
        students = known.students if known else None
        before = gradebook.handed_out(students or [])
        generated = generate(course, out, students, form, edition, before, gradebook.hand_out)
    click.echo(f"{len(generated.written)} files written to {out}.")
    for file in generated.kept:
        click.echo(f"kept as it is, for it was worked on: {file}")
    return entry.DONE
