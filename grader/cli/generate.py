"""`course generate`: write the handouts for students."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli import entry
from grader.cli.here import service_here
from grader.cli.options import PATH
from grader.cli.told import tell
from grader.errors import counted
from grader.service.vocabulary import Edition, Format, Generated


@click.command("generate")
@click.argument("out", type=PATH)
@click.option("--roster", type=PATH, help="CSV file of students; each gets a folder with their own variants.")
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
    help="Include checks and solutions (practice) or leave them out (assessed).",
)
@click.option(
    "--check-install",
    is_flag=True,
    help="Then try the installation of README.md in a new environment, which downloads what it needs.",
)
def generate_(out: Path, roster: Path | None, form: Format, edition: Edition, check_install: bool) -> int:
    """Write the handouts for students to OUT.

    Files that students have changed are kept.
    """
    with service_here() as service:
        generated = service.generate(out, roster, form, edition)
        _tell(out, generated)
        if check_install:
            tell(["Trying the installation in a new environment. This can take some minutes."])
            service.try_installation(generated)
            click.echo("The installation in README.md works here.")
    return entry.DONE


def _tell(out: Path, generated: Generated) -> None:
    click.echo(f"{counted(len(generated.written), 'file')} written to {out}.")
    for file in generated.kept:
        click.echo(f"kept, because it was changed: {file}")
