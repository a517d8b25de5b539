"""What `grade` does with a student's file: show its report, a hint, or the whole course at a glance."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.console import Console, RenderableType
from rich.text import Text

from grader.cli import entry
from grader.course.sitting import Sitting
from grader.digest import digest_of
from grader.engine.bounds import Bounds
from grader.errors import GraderError, SubmissionFault, UsageFault, WorkerFault
from grader.examiner.budget import longest
from grader.examiner.packages import imported_by_checks, missing_packages
from grader.examiner.process import ExaminerProcess
from grader.examiner.report import Report
from grader.examiner.submission import Request, Submission, read_submission
from grader.handout.exercise_source import ExerciseSource, check_name, find_file, find_source
from grader.handout.progress import Progress
from grader.report.terminal import glance_page, report_page, total
from grader.worker.temporary import Folder

WATCH_SECONDS = 0.2  # between two looks at the file


def glance() -> int:
    """Show the whole course."""
    with closing(find_source(Path.cwd())) as source:
        return _glance(source)


def examine(
    process: ExaminerProcess, exercise: str, file: Path | None, *, watch: bool, as_json: bool, hint: bool
) -> int:
    """Grade the file of an exercise."""
    with closing(find_source(Path.cwd())) as source:
        check_name(source, exercise)  # also where a file is named
        file = file or find_file(source, exercise)
        if watch:
            return _watch(_Examiner(process, source, exercise), file)
        submission = read_submission(file)
        return _show(_Examiner(process, source, exercise), submission, as_json=as_json, hint=hint)


class _Examiner:
    """An exercise of a source, and the process that grades files for it."""

    def __init__(self, process: ExaminerProcess, source: ExerciseSource, exercise: str) -> None:
        self._process, self.source = process, source
        self.sitting = source.sitting(exercise)
        missing = missing_packages(self.sitting.paper.packages)
        needed = [name for name in missing if name in imported_by_checks(self.sitting)]
        if needed:
            names = " ".join(needed)
            raise UsageFault(f"{exercise} needs {names}, not installed here. Install it: pip install {names}")
        for name in missing:
            click.echo(f"{name} is not installed here; a file that imports it cannot be graded.", err=True)
        process.tell(self.sitting)
        self._given_up: frozenset[str] = frozenset()

    def grade(self, submission: Submission) -> Report:
        """The report of a file, which is remembered.

        Raises:
            GraderError: the file cannot be read, the checks cannot be imported, or our machinery failed.

        """
        said = self._said(submission)
        if isinstance(said, GraderError):
            raise said
        if said is None:
            with Folder("room") as room:  # where there is none for temporary files, this says so
                (room.path / "room").write_bytes(bytes(1 << 16))
            raise WorkerFault(f"The process that grades ended: {self._process.last_words()}.")
        report: Report = said
        try:
            Progress(self.source.root).remember(report.exercise, digest_of(submission.content), report)
        except UsageFault as fault:  # a folder that cannot be written; the verdict matters more
            click.echo(str(fault), err=True)
        return report

    def _said(self, submission: Submission) -> Any:
        """Hear what the process says of a file; a check that does not come to an end is given up."""
        paper = self.sitting.paper
        limits = {paper.limits, *(posed.limits or paper.limits for posed in paper.questions)}
        bounds = Bounds(sum(longest(one) for one in limits))
        self._process.tell(Request(submission, self._given_up))
        said, in_time = self._process.answer(lambda: bounds.until, bounds.notice)
        deed = self._process.deed
        if in_time:
            return said
        if deed is None or not deed.check:
            raise WorkerFault("The process that grades took too long.")
        self._given_up |= {deed.check}
        self._process.restart()
        self._process.tell(self.sitting)
        return self._said(submission)


def _show(examiner: _Examiner, submission: Submission, *, as_json: bool, hint: bool) -> int:
    report = examiner.grade(submission)
    if as_json:
        click.echo(report.model_dump_json())
    elif hint:
        _hint(examiner.source, report, examiner.sitting)
    else:
        Console(highlight=False).print(_page(report, examiner.sitting))
    return entry.DONE if report.is_full else entry.NOT_FULL_MARKS


def _page(report: Report, sitting: Sitting) -> RenderableType:
    hints = {question.id: question.hints for question in sitting.paper.questions}
    return report_page(report, sitting.paper.title, hints)


def _watch(examiner: _Examiner, file: Path) -> NoReturn:
    """Grade at every save, until interrupted."""
    seen = 0
    while True:
        now = file.stat().st_mtime_ns if file.exists() else seen
        if now != seen:
            seen = now
            click.clear()
            try:
                report = examiner.grade(read_submission(file))
                Console(highlight=False).print(_page(report, examiner.sitting))
            except SubmissionFault as error:  # half saved, or not a notebook yet
                click.echo(str(error))
            click.echo(f"Watching {file.name}. Press Ctrl-C to stop.")
        time.sleep(WATCH_SECONDS)


def _hint(source: ExerciseSource, report: Report, sitting: Sitting) -> None:
    """Show the next hint; it counts once it is shown."""
    if not report.still_open:
        click.echo("Nothing is open: you need no hint.")
        return
    posed = next(question for question in sitting.paper.questions if question.id == report.still_open[0].id)
    if not posed.hints:
        click.echo(f"There is no hint for {posed.id}.")
        return
    progress, most = Progress(source.root), len(posed.hints)
    number = min(progress.of(report.exercise).hints.get(posed.id, 0) + 1, most)
    hint = f"{posed.id}, hint {number} of {most}: {posed.hints[number - 1]}"
    Console(highlight=False).print(Text(hint))
    try:
        progress.count_hint(report.exercise, posed.id)
    except UsageFault as fault:  # the hint is shown, and that is what matters
        click.echo(str(fault), err=True)


def _glance(source: ExerciseSource) -> int:
    progress = Progress(source.root)
    reports = {name: progress.of(name).report for name in source.exercises}
    rows = [
        (name, source.paper_title(name), total(report) if report else "not graded yet")
        for name, report in reports.items()
    ]
    is_done = all(report and report.is_full for report in reports.values())
    open_ = next((name for name, report in reports.items() if report is None or report.still_open), None)
    advice = "All of it is right." if is_done else "Everything is answered. Hand your files in."
    advice = f"Next: grade {open_}" if open_ else advice
    Console(highlight=False).print(glance_page(source.title, rows, advice))
    return entry.DONE if is_done else entry.NOT_FULL_MARKS
