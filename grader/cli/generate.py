"""`course generate`: what students receive."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli import entry
from grader.cli.here import service_here
from grader.cli.options import PATH
from grader.service.vocabulary import Edition, Format


@click.command("generate")
@click.argument("out", type=PATH)
@click.option("--roster", type=PATH, help="A CSV of students: each gets a folder and their own variants.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["notebook", "python"]),
    default="python",
    show_default=True,
    help="Write Python files or notebooks.",
)
@click.option(
    "--edition",
    type=click.Choice(["practice", "assessed"]),
    default="practice",
    show_default=True,
    help="Pack checks and solutions along (practice), or leave them out (assessed).",
)
def generate_(out: Path, roster: Path | None, form: Format, edition: Edition) -> int:
    """Write what students receive into OUT.

    What they have worked on is kept.
    """
    with service_here() as service:
        generated = service.generate(out, roster, form, edition)
    click.echo(f"{len(generated.written)} files written to {out}.")
    for file in generated.kept:
        click.echo(f"kept as it is, for it was worked on: {file}")
    return entry.DONE
