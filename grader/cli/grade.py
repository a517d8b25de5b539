"""`grade`: what a student types. What it does is imported when it is known that there is something to do."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli import begin
from grader.cli.options import PATH


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("exercise", required=False)
@click.option("--file", type=PATH, help="Grade this file instead of EXERCISE.py or .ipynb.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON, and nothing else.")
@click.option("--watch", is_flag=True, help="Grade again at every save, until Ctrl-C.")
@click.option("--hint", is_flag=True, help="Show the next hint of the first question that is not yet right.")
@click.version_option(package_name="torchgrade")
def command(exercise: str | None, file: Path | None, watch: bool, as_json: bool, hint: bool) -> int:
    """Grade your file for EXERCISE, or show the whole course at a glance.

    Exit code: 0 full marks, 1 not full marks, 2 something to correct in the command, 3 a bug of ours.
    """
    if exercise is None and (file or as_json or hint or watch):
        raise click.UsageError("Name an exercise, as in: grade exercise-3 --json")
    if as_json + hint + watch > 1:
        raise click.UsageError("Use one of --json, --hint and --watch.")
    from grader.cli.examine import examine, glance  # noqa: PLC0415 not for --help

    if exercise is None:
        return glance()
    return examine(exercise, file, watch=watch, as_json=as_json, hint=hint)


def main() -> None:
    """Run the command `grade`."""
    begin.grade()
