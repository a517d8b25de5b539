"""`grade --another` and `grade --reset`, which write files and grade nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from grader.cli import entry
from grader.errors import UsageFault
from grader.service.fresh import StubAgain, fresh_variant, stub_again

NOT_ASKED = "--reset asks before it replaces {name}, and this is not a terminal. Add --yes."


def another(exercise: str) -> int:
    """Write another variant of an exercise."""
    made = fresh_variant(Path.cwd(), exercise)
    click.echo(f"Wrote {made.file.name}, to practise on. Its result is not kept.")
    if made.same:
        verb = "has" if len(made.same) == 1 else "have"
        click.echo(f"{', '.join(made.same)} {verb} the same answer as in your own variant.")
    click.echo(f"Next: grade {made.name}")
    return entry.DONE


def reset(exercise: str, *, yes: bool) -> int:
    """Write the stub of an exercise again, after asking."""
    again = stub_again(Path.cwd(), exercise)
    name = again.file.name
    if again.is_untouched:
        click.echo(f"{name} is as it was handed out.")
        return entry.DONE
    if not (yes or again.copy is None or _agrees(again)):
        click.echo("Nothing was changed.")
        return entry.NOT_FULL_MARKS
    kept = f" Your file is kept as {again.copy.name}." if again.copy else ""
    again.write()
    click.echo(f"{name} is again as it was handed out.{kept}")
    return entry.DONE


def _agrees(again: StubAgain) -> bool:
    name = again.file.name
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageFault(NOT_ASKED.format(name=name))
    copy = again.copy.name if again.copy else ""
    return click.confirm(f"Replace {name} with its stub? Your file is kept as {copy}.")
