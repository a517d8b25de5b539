"""`course new` and `course schema`: a course to begin with, and what editors check it by."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli import entry
from grader.cli.options import PATH
from grader.service.scaffolding import make_course, write_schemas


@click.command("new")
@click.argument("folder", type=PATH)
def new(folder: Path) -> int:
    """Make a small working course in FOLDER."""
    make_course(folder)
    click.echo(f"{folder} is a course now. Next:\n  cd {folder}\n  course check\n  course generate OUT")
    return entry.DONE


@click.command("schema")
@click.argument("folder", type=PATH, default=Path("exercises"))
def schema(folder: Path) -> int:
    """Write the JSON Schemas that editors use.

    Of course.yaml and exercise.yaml, into FOLDER (exercises).
    """
    for file in write_schemas(folder):
        click.echo(file)
    return entry.DONE
