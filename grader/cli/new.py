"""`course new` and `course schema`: create a starter course, and the schemas for editors."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli import entry
from grader.cli.options import PATH
from grader.service.scaffolding import make_course, write_schemas
from grader.service.shipped import COURSES


@click.command("new")
@click.argument("folder", type=PATH)
@click.option(
    "--from",
    "source",
    type=click.Choice(COURSES),
    help="A course that comes with the grader; if not given, a small one with two exercises.",
)
def new(folder: Path, source: str | None) -> int:
    """Create a working course in FOLDER."""
    make_course(folder, source)
    click.echo(
        f"Created a course in {folder}. Next:\n  cd {folder}\n  course check\n  course generate handout"
    )
    return entry.DONE


@click.command("schema")
@click.argument("folder", type=PATH, default=Path("exercises"))
def schema(folder: Path) -> int:
    """Write JSON Schemas for editors.

    Writes the schemas of course.yaml and exercise.yaml to FOLDER (default: exercises).
    """
    for file in write_schemas(folder):
        click.echo(file)
    return entry.DONE
