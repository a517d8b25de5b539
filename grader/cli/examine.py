"""The output of `grade`: a report, a hint, or the whole course at a glance."""

from __future__ import annotations

import importlib
import time
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import click
from rich.text import Text

from grader.cli import entry
from grader.cli.told import tell
from grader.errors import SubmissionFault
from grader.render.palette import screen
from grader.render.terminal import Beside, WatchedPage, glance_page, remembered, report_page, sum_of
from grader.service.early import ExaminerProcess
from grader.service.older_file import older_than_session
from grader.service.page_file import check_target, write_page
from grader.service.student import Examiner, Report, at_a_glance, examiner_of

WATCH_SECONDS = 0.2  # between two checks for a saved file


@dataclass(frozen=True)
class Wishes:
    """The options of the command."""

    watch: bool = False
    as_json: bool = False
    hint: bool = False
    question: str | None = None
    html: Path | None = None


def glance() -> int:
    """Show the whole course."""
    found = at_a_glance(Path.cwd())
    rows = [(name, title, remembered(known.best, known.report)) for name, title, known in found.exercises]
    best = [known.best for _, _, known in found.exercises]
    is_done = all(report and report.is_full for report in best)
    advice = "Everything is right." if is_done else "Everything is answered. Hand in your files."
    advice = f"Next: grade {found.next_exercise}" if found.next_exercise else advice
    screen().print(glance_page(found.title, [*rows, sum_of(best)], advice))
    return entry.DONE if is_done else entry.NOT_FULL_MARKS


def examine(process: ExaminerProcess, exercise: str, file: Path | None, asked: Wishes) -> int:
    """Grade the file of an exercise."""
    with examiner_of(Path.cwd(), process, exercise, file, lambda sentence: tell([sentence])) as examiner:
        tell(filter(None, [older_than_session(examiner.file)]))
        if asked.watch:
            return _watch(examiner)
        return _show(examiner, asked)


def _show(examiner: Examiner, asked: Wishes) -> int:
    if asked.question is not None:
        examiner.check_question(asked.question)
    if asked.html is not None:
        check_target(asked.html)
    report = examiner.grade()
    if asked.html is not None:
        _write_page(asked.html, examiner, report)
    if asked.as_json:
        click.echo(report.model_dump_json())
    elif asked.hint:
        _hint(examiner, report, asked.question)
    else:
        beside = Beside(examiner.best(report), examiner.next_exercise)
        screen().print(report_page(report, examiner.paper.title, examiner.hints, beside))
    return entry.DONE if report.is_full else entry.NOT_FULL_MARKS


def _write_page(file: Path, examiner: Examiner, report: Report) -> None:
    """Write the report as a page. What makes pages is imported only now, because it is slow."""
    pages = importlib.import_module("grader.render.report_page")
    write_page(file, pages.report_html(report, examiner.paper, examiner.hints_seen))


def _watch(examiner: Examiner) -> NoReturn:
    """Grade whenever the file is saved, until interrupted."""
    file, seen = examiner.file, 0
    while True:
        now = file.stat().st_mtime_ns if file.exists() else seen
        if now != seen:
            seen = now
            click.echo(f"Grading {file.name} ...")
            _show_again(examiner)
            click.echo(f"Watching {file.name}. Press Ctrl-C to stop.")
        time.sleep(WATCH_SECONDS)


def _show_again(examiner: Examiner) -> None:
    """Clear the screen and show the report."""
    try:
        page = WatchedPage(examiner.grade(), examiner.paper.title, examiner.hints)
    except SubmissionFault as error:  # half saved, or not yet a notebook
        click.clear()
        click.echo(str(error))
    else:
        click.clear()
        screen().print(page)


def _hint(examiner: Examiner, report: Report, question: str | None) -> None:
    """Show the next hint and count it."""
    hint = examiner.next_hint(report, question)
    if hint is None:
        click.echo(
            f"{question} is right; you need no hint."
            if question
            else "Every question is right; you need no hint."
        )
    elif not hint.most:
        click.echo(f"There is no hint for {hint.question}.")
    else:
        shown = f"{hint.question}, hint {hint.number} of {hint.most}: {hint.text}"
        screen().print(Text(shown))
        if hint.is_known:
            tell([f"You have seen all the hints for {hint.question}."])
        examiner.count_hint(report, hint)
