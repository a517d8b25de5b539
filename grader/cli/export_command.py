"""`course export`: write scores for an LMS, or list what would be written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from grader.cli import entry
from grader.cli.here import service_here
from grader.cli.options import PATH, FiniteRange, with_missing, with_partial
from grader.cli.told import tell
from grader.errors import counted, printable
from grader.render.feedback_page import feedback_text
from grader.service.publishing import ExportOrder
from grader.service.vocabulary import EXPORTS, Change, File, Lms

_BY_NAME = {lms.name: lms for lms in EXPORTS}
_NAME_WIDTH = max(map(len, _BY_NAME)) + 3
MAX_MAXIMUM = 1e6  # points that an LMS accepts for one exercise


def _listed(words: Iterable[str], last_word: str) -> str:
    """Join words as in a sentence.

    >>> _listed(["a", "b", "c"], "or"), _listed(["a"], "and")
    ('a, b or c', 'a')
    """
    *most, last = words
    return f"{', '.join(most)} {last_word} {last}" if most else last


def _export_help() -> str:
    """Return the help of `course export`, with a line for each format."""
    rules = "The course's rules are applied. Uncertain scores are left out."
    formats = [line for lms in EXPORTS for line in _format_help(lms)]
    first = ["Write scores for import into an LMS.", "", f"FORMAT is {_listed(_BY_NAME, 'or')}. {rules}"]
    return "\n".join([*first, "", "\b", *formats])


def _format_help(lms: Lms) -> Iterator[str]:
    yield f"{lms.name:<{_NAME_WIDTH}}{lms.summary}"
    if lms.fills:
        yield f"{'':<{_NAME_WIDTH}}--fill takes {lms.fills}"


def _new_items() -> str:
    """Return the maximum of new items in each LMS, for the help of --out-of."""
    return "".join(
        f"; for new items of {lms.title} {lms.new_maximum:g}"
        for lms in EXPORTS
        if lms.new_maximum is not None
    )


@click.command("export", help=_export_help())
@click.argument("form", metavar="FORMAT", type=click.Choice(sorted(_BY_NAME)))
@click.option("--out", type=PATH, default=Path("exports"), show_default=True, help="Folder for the files.")
@click.option("--roster", type=PATH, help="CSV file of students with their ids in the LMS.")
@click.option(
    "--exercise", "exercises", multiple=True, help="Only this exercise, or total (can be repeated)."
)
@click.option("--fill", type=PATH, help="The LMS's own export or grading worksheet to fill in.")
@click.option("--overwrite", is_flag=True, help="With --fill, also replace the grades that are there.")
@click.option("--no-comments", is_flag=True, help="With --fill, write no feedback into a column of comments.")
@with_partial
@click.option("--dry-run", is_flag=True, help="Only list each old and new score with the reason.")
@with_missing
@click.option(
    "--out-of",
    type=FiniteRange(min=0, max=MAX_MAXIMUM, min_open=True),
    help=f"Scale every exercise to this maximum. [default: its points{_new_items()}]",
)
def export(
    form: str,
    out: Path,
    roster: Path | None,
    exercises: tuple[str, ...],
    fill: Path | None,
    missing: str,
    out_of: float | None,
    overwrite: bool,
    no_comments: bool,
    partial: bool,
    dry_run: bool,
) -> int:
    """Write scores for import into an LMS."""
    lms = _BY_NAME[form]
    if fill is not None and not lms.fills:
        others = _listed((one.name for one in EXPORTS if one.fills), "and")
        raise click.UsageError(f"--fill works only with {others}, not with {lms.title}.")
    if missing == "zero" and roster is None:
        raise click.UsageError("--missing zero needs --roster, which lists who handed in nothing.")
    with service_here() as service:
        if not roster and lms.columns:
            tell(["No --roster: students are named after their folders, which the LMS may not know."])
        inputs = [file for file in (roster, fill) if file]
        forgotten = [] if exercises else service.forgotten_exercises()
        order = ExportOrder(
            lms,
            out,
            service.roster(roster),
            exercises,
            fill,
            out_of,
            zero=missing == "zero",
            inputs=inputs,
            overwrite=overwrite,
            comment=None if no_comments else feedback_text,
            is_rehearsal=dry_run,
            partial=partial,
        )
        exported = service.export(order)
    for reason in exported.left_out:
        click.echo(f"left out: {printable(reason)}", err=True)
    for file in exported.files:
        click.echo(f"{out / file.name}: {'would have ' if dry_run else ''}{_rows_of(file, out)}")
        for line in _lines_about(file, in_full=dry_run):
            click.echo(f"  {line}")
    return entry.DONE if exported.is_complete and not forgotten else entry.NOT_FULL_MARKS


def _lines_about(file: File, *, in_full: bool) -> Iterator[str]:
    """Yield who gets which score, which grades are replaced, and who is left out."""
    for change in file.changes:
        if in_full or (change.old and change.old != change.new):
            yield _change_line(change)
    yield from (f"left out: {reason}" for reason in file.left_out)
    yield from (f"not included: {printable(note)}" for note in file.notes)


def _change_line(change: Change) -> str:
    reason = f" ({change.reason})" if change.reason else ""
    return printable(
        f"{change.student}: {f'{change.old} becomes ' if change.old else ''}{change.new}{reason}"
    )


def _rows_of(file: File, out: Path) -> str:
    if file.rows:
        return counted(file.rows, "row")
    older = "; the older file is still there" if (out / file.name).exists() else ""
    return f"not written, because it would be empty{older}"
