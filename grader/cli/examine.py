"""What `grade` does with a student's file: show its report, a hint, or the whole course at a glance."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import click
from rich.console import Console, RenderableType
from rich.text import Text

from grader.cli import entry
from grader.course.paper import Sitting
from grader.digest import digest_of
from grader.errors import SubmissionFault, UsageFault
from grader.examiner.checks import CheckSuite
from grader.examiner.collection import with_checks
from grader.examiner.grading import grade, missing_packages
from grader.examiner.preloads import preloads
from grader.examiner.report import Report
from grader.examiner.submission import Submission, read_submission
from grader.gradebook.progress import Progress
from grader.handout.desk import Desk, check_name, find_desk, find_file
from grader.report.terminal import glance_page, report_page, total
from grader.worker.launcher import ForkServer

WATCH_SECONDS = 0.2  # between two looks at the file
Judge = Callable[[Submission], Report]


def glance() -> int:
    """Show the whole course."""
    with closing(find_desk(Path.cwd())) as desk:
        return _glance(desk)


def examine(exercise: str, file: Path | None, *, watch: bool, as_json: bool, hint: bool) -> int:
    """Grade the file of an exercise."""
    with closing(find_desk(Path.cwd())) as desk:
        check_name(desk, exercise)  # also where a file is named
        file = file or find_file(desk, exercise)
        if watch:
            return _watch(desk, exercise, file)
        return _show(desk, exercise, file, as_json=as_json, hint=hint)


def _show(desk: Desk, exercise: str, file: Path, *, as_json: bool, hint: bool) -> int:
    def use(judge: Judge, sitting: Sitting) -> int:
        report = judge(submission)
        if as_json:
            click.echo(report.model_dump_json())
        elif hint:
            _hint(desk, report, sitting)
        else:
            Console(highlight=False).print(_page(report, sitting))
        return entry.DONE if report.is_full else entry.NOT_FULL_MARKS

    submission = read_submission(file)
    preload = [package for package in desk.packages if package in submission.imports]
    preload += [name for name in preloads(preload, [submission.content]) if name not in preload]
    return _examine(desk, exercise, preload, use)


def _page(report: Report, sitting: Sitting) -> RenderableType:
    hints = {question.id: question.hints for question in sitting.paper.questions}
    return report_page(report, sitting.paper.title, hints)


def _watch(desk: Desk, exercise: str, file: Path) -> int:
    """Grade at every save, until interrupted."""

    def use(judge: Judge, sitting: Sitting) -> int:
        seen = 0
        while True:
            now = file.stat().st_mtime_ns if file.exists() else seen
            if now != seen:
                seen = now
                click.clear()
                try:
                    report = judge(read_submission(file))
                    Console(highlight=False).print(_page(report, sitting))
                except SubmissionFault as error:  # half saved, or not a notebook yet
                    click.echo(str(error))
                click.echo(f"Watching {file.name}. Press Ctrl-C to stop.")
            time.sleep(WATCH_SECONDS)

    return _examine(desk, exercise, desk.packages, use)


def _examine(desk: Desk, exercise: str, preload: Sequence[str], use: Callable[[Judge, Sitting], int]) -> int:
    """Call `use` with a function that grades a submission for an exercise, and remembers the report."""
    with ForkServer(preload) as server:
        sitting = desk.sitting(exercise)  # while the server imports torch
        for package in missing_packages(sitting.paper.packages):
            click.echo(f"{package} is not installed here; a file that imports it cannot be graded.", err=True)

        def with_suite(suite: CheckSuite | None) -> int:
            def judge(submission: Submission) -> Report:
                report = grade(sitting, submission, server, suite).report
                try:
                    Progress(desk.root).remember(exercise, digest_of(submission.content), report)
                except UsageFault as fault:  # a folder that cannot be written; the verdict matters more
                    click.echo(str(fault), err=True)
                return report

            return use(judge, sitting)

        if not sitting.code_questions or sitting.folder is None:
            return with_suite(None)
        return with_checks({exercise: sitting.folder}, {exercise: sitting.code_questions}, with_suite)


def _hint(desk: Desk, report: Report, sitting: Sitting) -> None:
    """Show the next hint; it counts once it is shown."""
    if not report.still_open:
        click.echo("Nothing is open: you need no hint.")
        return
    posed = next(question for question in sitting.paper.questions if question.id == report.still_open[0].id)
    if not posed.hints:
        click.echo(f"There is no hint for {posed.id}.")
        return
    progress, most = Progress(desk.root), len(posed.hints)
    number = min(progress.of(report.exercise).hints.get(posed.id, 0) + 1, most)
    hint = f"{posed.id}, hint {number} of {most}: {posed.hints[number - 1]}"
    Console(highlight=False).print(Text(hint))
    try:
        progress.count_hint(report.exercise, posed.id)
    except UsageFault as fault:  # the hint is shown, and that is what matters
        click.echo(str(fault), err=True)


def _glance(desk: Desk) -> int:
    progress = Progress(desk.root)
    reports = {name: progress.of(name).report for name in desk.exercises}
    rows = [
        (name, desk.paper_title(name), total(report) if report else "not graded yet")
        for name, report in reports.items()
    ]
    is_done = all(report and report.is_full for report in reports.values())
    open_ = next((name for name, report in reports.items() if report is None or report.still_open), None)
    advice = "All of it is right." if is_done else "Everything is answered. Hand your files in."
    advice = f"Next: grade {open_}" if open_ else advice
    Console(highlight=False).print(glance_page(desk.title, rows, advice))
    return entry.DONE if is_done else entry.NOT_FULL_MARKS
