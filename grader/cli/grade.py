"""`grade`, the command for students. The code that does the work is imported only when there is work."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import click

from grader.cli import begin
from grader.cli.options import PATH
from grader.service.early import started_for


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("exercise", required=False)
@click.argument("question", required=False)
@click.option(
    "--file", type=PATH, help="Grade this file instead of EXERCISE.py or .ipynb, without storing the result."
)
@click.option("--json", "as_json", is_flag=True, help="Print only the report, as JSON.")
@click.option("--watch", is_flag=True, help="Grade again whenever the file is saved, until Ctrl-C.")
@click.option(
    "--hint",
    is_flag=True,
    help="Show the next hint for QUESTION, or for the first question that is not right.",
)
@click.option("--html", type=PATH, help="Also write the report to this file, as one HTML page with figures.")
@click.version_option(package_name="torchgrade")
def command(
    exercise: str | None,
    question: str | None,
    file: Path | None,
    watch: bool,
    as_json: bool,
    hint: bool,
    html: Path | None,
) -> int:
    """Grade your file for EXERCISE, or show the whole course at a glance.

    Exit codes: 0 full marks, 1 not full marks, 2 something to correct, 3 a bug in the grader.
    """
    if exercise is None and (file or as_json or hint or watch or html):
        raise click.UsageError("Name an exercise, for example: grade exercise-3 --json")
    if as_json + hint + watch > 1:
        raise click.UsageError("Use one of --json, --hint and --watch.")
    if html and (hint or watch):
        raise click.UsageError("--html writes a report. Leave out --hint and --watch.")
    if question is not None and not hint:
        raise click.UsageError("Name a question only with --hint, for example: grade exercise-3 size --hint")
    if exercise is None:
        return int(_examine().glance())
    with started_for(exercise, file) as process:  # it imports torch while this process finds out the rest
        asked = _examine().Wishes(watch=watch, as_json=as_json, hint=hint, question=question, html=html)
        code = _examine().examine(process, exercise, file, asked)
    return int(code)


def _examine() -> ModuleType:
    """Import the module that does the work, which --help does not need."""
    return importlib.import_module("grader.cli.examine")


def main() -> None:
    """Run the command `grade`."""
    begin.grade()
