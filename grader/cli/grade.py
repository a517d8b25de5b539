"""`grade`, the command for students. The code that does the work is imported only when there is work."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import click

from grader.cli import begin
from grader.cli.options import PATH
from grader.service.early import started_for

PAGES = ("json", "watch", "hint", "explain", "solution", "another", "reset")  # what to do instead of a report
ABOUT_A_QUESTION = ("hint", "explain", "solution")
WRITING = ("another", "reset")
VALUED = ("--file", "--html")  # options that are followed by a value


class _Words(click.Command):
    """A command that takes `exercise 3` as one word: no question is called by a number."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Join the number to the word before it."""
        first = next((at for at, word in enumerate(args) if not word.startswith("-")), len(args))
        is_value = first > 0 and args[first - 1] in VALUED
        if args[first + 1 : first + 2] and args[first + 1].isdecimal() and not is_value:
            args = [*args[:first], f"{args[first]} {args[first + 1]}", *args[first + 2 :]]
        return super().parse_args(ctx, args)


@click.command(cls=_Words, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("exercise", required=False)
@click.argument("question", required=False)
@click.option("--file", type=PATH, help="Grade this file, and do not keep the result.")
@click.option("--html", type=PATH, help="Also write the report to this file, as a page with figures.")
@click.option("--json", is_flag=True, help="Print only the report, as JSON.")
@click.option("--watch", is_flag=True, help="Grade every save. Without EXERCISE, show the whole course.")
@click.option("--hint", is_flag=True, help="Show the next hint.")
@click.option("--explain", is_flag=True, help="Show step by step what a wrong answer does.")
@click.option("--solution", is_flag=True, help="Show the solution, after the last hint.")
@click.option("--another", is_flag=True, help="Write another variant, to practise on.")
@click.option("--reset", is_flag=True, help="Write the stub again, and keep a copy of your file.")
@click.option("--yes", is_flag=True, help="Do not ask before --reset.")
@click.version_option(package_name="torchgrade")
def command(
    exercise: str | None, question: str | None, file: Path | None, html: Path | None, yes: bool, **flags: bool
) -> int:
    """Grade your file for EXERCISE, or show the whole course at a glance.

    --hint, --explain and --solution are about QUESTION, or the first that is not right.

    Exit codes: 0 full marks or done, 1 not full marks, 2 something to correct, 3 a bug in the grader.
    """
    asked = [name for name in PAGES if flags[name]]
    _check(exercise, question, file, asked, yes=yes)
    if html and (exercise is None or {*asked} - {"json"}):
        raise click.UsageError("--html writes a report. Type: grade exercise-3 --html report.html")
    page = asked[0] if asked else "report"
    if exercise is None:
        return int(_module("watch_course").watch_course() if page == "watch" else _module("examine").glance())
    if page == "another":
        return int(_module("rewrite").another(exercise))
    if page == "reset":
        return int(_module("rewrite").reset(exercise, yes=yes))
    with started_for(exercise, file) as process:  # it imports torch while this process finds out the rest
        if page == "watch":
            _module("watch_exercise").watch_exercise(process, exercise, file)
        asked_for = _module("examine").Wishes(page, question, html)
        return int(_module("examine").examine(process, exercise, file, asked_for))


def _check(
    exercise: str | None, question: str | None, file: Path | None, asked: Sequence[str], *, yes: bool
) -> None:
    """Raise UsageError for arguments that do not go together."""
    if exercise is None and (file or {*asked} - {"watch"} or yes):
        raise click.UsageError(f"Name an exercise, for example: grade exercise-3 --{[*asked, 'json'][0]}")
    if len(asked) > 1:
        *others, last = (f"--{name}" for name in asked)
        raise click.UsageError(f"Use one of {', '.join(others)} and {last}.")
    if question is not None and not {*asked} & {*ABOUT_A_QUESTION}:
        raise click.UsageError(
            "Name a question only with --hint, --explain or --solution: grade exercise-3 size --hint"
        )
    if file and {*asked} & {*WRITING}:
        raise click.UsageError(f"Use --{asked[0]} without --file.")
    if yes and "reset" not in asked:
        raise click.UsageError("Use --yes only with --reset.")


def _module(name: str) -> ModuleType:
    """Import a module that does the work, which --help does not need."""
    return importlib.import_module(f"grader.cli.{name}")


def main() -> None:
    """Run the command `grade`."""
    begin.grade()
