"""What `grade` shows of a student's file: its report, a hint, or the whole course at a glance."""

from __future__ import annotations

import time
from pathlib import Path
from typing import NoReturn

import click
from rich.console import Console, RenderableType
from rich.text import Text

from grader.cli import entry
from grader.cli.told import tell
from grader.errors import SubmissionFault
from grader.render.terminal import glance_page, report_page, total
from grader.service.early import ExaminerProcess
from grader.service.student import Examiner, Report, at_a_glance, examiner_of

WATCH_SECONDS = 0.2  # between two looks at the file


def glance() -> int:
    """Show the whole course."""
    found = at_a_glance(Path.cwd())
    rows = [
        (name, title, total(report) if report else "not graded yet")
        for name, title, report in found.exercises
    ]
    is_done = all(report and report.is_full for _, _, report in found.exercises)
    open_ = next((name for name, _, report in found.exercises if report is None or report.still_open), None)
    advice = "All of it is right." if is_done else "Everything is answered. Hand your files in."
    advice = f"Next: grade {open_}" if open_ else advice
    Console(highlight=False).print(glance_page(found.title, rows, advice))
    return entry.DONE if is_done else entry.NOT_FULL_MARKS


def examine(
    process: ExaminerProcess, exercise: str, file: Path | None, *, watch: bool, as_json: bool, hint: bool
) -> int:
    """Grade the file of an exercise."""
    with examiner_of(Path.cwd(), process, exercise, file, lambda sentence: tell([sentence])) as examiner:
        if watch:
            return _watch(examiner)
        return _show(examiner, as_json=as_json, hint=hint)


def _show(examiner: Examiner, *, as_json: bool, hint: bool) -> int:
    report = examiner.grade()
    if as_json:
        click.echo(report.model_dump_json())
    elif hint:
        _hint(examiner, report)
    else:
        Console(highlight=False).print(_page(report, examiner))
    return entry.DONE if report.is_full else entry.NOT_FULL_MARKS


def _page(report: Report, examiner: Examiner) -> RenderableType:
    return report_page(report, examiner.paper.title, examiner.hints)


def _watch(examiner: Examiner) -> NoReturn:
    """Grade at every save, until interrupted."""
    file, seen = examiner.file, 0
    while True:
        now = file.stat().st_mtime_ns if file.exists() else seen
        if now != seen:
            seen = now
            click.clear()
            try:
                Console(highlight=False).print(_page(examiner.grade(), examiner))
            except SubmissionFault as error:  # half saved, or not a notebook yet
                click.echo(str(error))
            click.echo(f"Watching {file.name}. Press Ctrl-C to stop.")
        time.sleep(WATCH_SECONDS)


def _hint(examiner: Examiner, report: Report) -> None:
    """Show the next hint; it counts once it is shown."""
    hint = examiner.next_hint(report)
    if hint is None:
        click.echo("Nothing is open: you need no hint.")
    elif not hint.most:
        click.echo(f"There is no hint for {hint.question}.")
    else:
        shown = f"{hint.question}, hint {hint.number} of {hint.most}: {hint.text}"
        Console(highlight=False).print(Text(shown))
        examiner.count_hint(report, hint)
