"""`course mark`: mark by hand, in the terminal or in files that go to several people."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import click

from grader.cli import entry
from grader.cli.here import service_here
from grader.cli.options import PATH
from grader.errors import UsageFault, counted, printable
from grader.render.mark_lines import mark_lines, mark_text, stored_lines
from grader.service.marking_desk import NOTHING_TO_MARK, MarkingDesk, MarkingOrder
from grader.service.vocabulary import MAX_COMMENT, MarkedItem, MarkingTask

NO_TERMINAL = "Marking needs a terminal. Write the answers to a file instead: course mark --out FILE"
SKIP, BACK, QUIT = "s", "b", "q"
_KEYS = {SKIP, BACK, QUIT}
_ASK = "Earned, such as 1 2 (all, 0 for none; s skip, b back, q quit)"
_ROOM = 2  # lines for the question below the text
_SHARE = re.compile(r"(?P<number>[1-9][0-9]{0,2})/(?P<of>[1-9][0-9]{0,2})")


def _share(_context: click.Context, _parameter: click.Parameter, text: str | None) -> tuple[int, int] | None:
    """Read a share of the students, such as 1/3."""
    if text is None:
        return None
    found = _SHARE.fullmatch(text)
    if found is None or int(found["number"]) > int(found["of"]):
        raise click.BadParameter(f"'{printable(text)}' is not a share. Three people write 1/3, 2/3, 3/3.")
    return int(found["number"]), int(found["of"])


@click.command("mark")
@click.argument("exercise", required=False)
@click.argument("question", required=False)
@click.option("--anonymous", is_flag=True, help="Hide the names, and use an order that does not reveal them.")
@click.option("--again", is_flag=True, help="Also ask for answers that are already marked.")
@click.option("--out", type=PATH, help="Write the answers to a file to fill in, instead of asking.")
@click.option(
    "--share", metavar="N/M", callback=_share, help="With --out: only a share of the students, such as 1/3."
)
@click.option("--in", "in_", type=PATH, help="Store the marks in a file that was filled in.")
@click.option("--overwrite", is_flag=True, help="With --in: replace marks that differ.")
def mark(
    exercise: str | None,
    question: str | None,
    anonymous: bool,
    again: bool,
    out: Path | None,
    share: tuple[int, int] | None,
    in_: Path | None,
    overwrite: bool,
) -> int:
    """Mark the texts of a class with the rubrics of its manual questions.

    Shows one answer after the other and asks for the numbers of the items that are earned, and for a comment.
    Each mark is stored at once, so you can stop and continue later.
    """
    if share and not out:
        raise click.UsageError("--share works only with --out.")
    if overwrite and not in_:
        raise click.UsageError("--overwrite works only with --in.")
    if in_ and (out or exercise or again or anonymous):
        raise click.UsageError("--in stores every mark of a file. Use it alone or with --overwrite.")
    with service_here() as service:
        desk = service.marking(MarkingOrder(exercise, question, again, anonymous))
        if in_:
            return _read_in(desk, in_, overwrite=overwrite)
        for reason in desk.list.left_out:
            click.echo(f"left out: {reason}", err=True)
        if out:
            number, of = share or (1, 1)
            written = desk.write(out, number, of)
            click.echo(f"{out}: {counted(written, 'answer')} to mark")
            return entry.NOT_FULL_MARKS if desk.list.left_out else entry.DONE
        return _ask_all(desk)


def _read_in(desk: MarkingDesk, file: Path, *, overwrite: bool) -> int:
    done = desk.read_in(file, overwrite=overwrite)
    for line in stored_lines(done):
        click.echo(line)
    return entry.DONE if done.is_complete else entry.NOT_FULL_MARKS


def _ask_all(desk: MarkingDesk) -> int:
    """Ask for one mark after the other."""
    if desk.tasks and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageFault(NO_TERMINAL)
    place, marked = 0, set[int]()
    while place < len(desk.tasks):
        done = _ask(desk, place)
        if done == QUIT:
            break
        if done == "":
            marked.add(place)
        place = max(place - 1, 0) if done == BACK else place + 1
    left = len(desk.tasks) - len(marked)
    click.echo(f"{len(marked)} marked, {left} left." if desk.tasks else NOTHING_TO_MARK)
    return entry.NOT_FULL_MARKS if left or desk.list.left_out else entry.DONE


def _ask(desk: MarkingDesk, place: int) -> str:
    """Show one answer and store its mark; return the key that was pressed instead, or ""."""
    task, size = desk.tasks[place], shutil.get_terminal_size()
    file = desk.file_of(task)
    shown = os.path.relpath(file) if file else ""
    lines = mark_lines(task, desk.names[place], f"{place + 1} of {len(desk.tasks)}", size.columns, shown)
    if key := _show(lines, size.lines):
        return key
    items = _items(desk, task)
    if isinstance(items, str):
        return items
    told = desk.store(task, items, _comment(), desk.names[place])
    click.echo(f"marked twice: {told}" if told else f"Stored: {mark_text(desk.stored(task))}")
    return SKIP if told else ""


def _show(lines: list[str], height: int) -> str:
    """Print lines page by page; return the key that ends it, or ""."""
    most = max(height - _ROOM, 1)
    for start in range(0, len(lines), most):
        if start and (key := _prompt("More: Enter")) in _KEYS:
            return key
        click.echo("\n".join(lines[start : start + most]))
    return ""


def _items(desk: MarkingDesk, task: MarkingTask) -> tuple[MarkedItem, ...] | str:
    """Ask until the items of the rubric can be read, or a key is pressed."""
    while (typed := _prompt(_ASK)) not in _KEYS:
        try:
            return desk.read(task, typed)
        except UsageFault as error:
            click.echo(printable(str(error)))
    return typed


def _comment() -> str:
    """Ask for a comment."""
    while len(comment := printable(_prompt("Comment, or Enter"))) > MAX_COMMENT:
        click.echo(f"It has more than {MAX_COMMENT} characters. Write a shorter one.")
    return comment


def _prompt(text: str) -> str:
    return str(click.prompt(text, default="", show_default=False)).strip()
