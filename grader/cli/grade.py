"""`grade`: what a student types."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click
from rich.console import Console

from grader.cli import entry
from grader.course.paper import Sitting
from grader.examiner.checks import CheckSuite, with_checks
from grader.examiner.grading import fork_server, grade, missing_packages
from grader.examiner.report import Report
from grader.examiner.submission import Submission, read_submission
from grader.gradebook.progress import Progress, digest_of
from grader.handout.desk import Desk, find_desk, find_file
from grader.report.terminal import glance_page, report_page
from grader.worker.launcher import ForkServer


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("exercise", required=False)
@click.option(
    "--file", type=click.Path(path_type=Path), help="Grade this file instead of EXERCISE.py or .ipynb."
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON, and nothing else.")
@click.option("--hint", is_flag=True, help="Show the next hint of the first question that is not yet right.")
@click.version_option(package_name="torchgrade")
def command(exercise: str | None, file: Path | None, as_json: bool, hint: bool) -> int:
    """Grade your file for EXERCISE, or show the whole course at a glance.

    Exit code: 0 full marks, 1 not full marks, 2 something to correct in the command, 3 a bug of ours.
    """
    with closing(find_desk(Path.cwd())) as desk:
        if exercise is None:
            return _glance(desk)
        return _show(desk, exercise, file, as_json=as_json, hint=hint)


def _show(desk: Desk, exercise: str, file: Path | None, *, as_json: bool, hint: bool) -> int:
    report, sitting = _grade(desk, exercise, file or find_file(desk, exercise))
    if as_json:
        click.echo(report.model_dump_json())
    elif hint:
        click.echo(_hint(desk, report, sitting))
    else:
        Console(highlight=False).print(report_page(report, sitting.paper.title))
    return entry.DONE if report.is_full else entry.NOT_FULL_MARKS


def _grade(desk: Desk, exercise: str, file: Path) -> tuple[Report, Sitting]:
    submission = read_submission(file)
    with fork_server([submission], desk.packages) as server:
        sitting = desk.sitting(exercise)  # while the server imports torch
        report = _report(sitting, submission, server)
    Progress(desk.root).remember(exercise, digest_of(submission.content), report)
    return report, sitting


def _report(sitting: Sitting, submission: Submission, server: ForkServer) -> Report:
    for package in missing_packages(sitting.paper.packages):
        click.echo(f"{package} is not installed here; a file that imports it cannot be graded.", err=True)

    def work(suite: CheckSuite | None) -> Report:
        return grade(sitting, submission, server, suite).report

    if not sitting.code_questions or sitting.folder is None:
        return work(None)
    name = sitting.paper.exercise
    return with_checks({name: sitting.folder}, {name: sitting.code_questions}, work)


def _hint(desk: Desk, report: Report, sitting: Sitting) -> str:
    open_ids = [question.id for question in report.questions if question.outcome not in {"passed", "skipped"}]
    if not open_ids:
        return "Nothing is open: you need no hint."
    posed = next(question for question in sitting.paper.questions if question.id == open_ids[0])
    if not posed.hints:
        return f"There is no hint for {posed.id}."
    number = min(Progress(desk.root).count_hint(report.exercise, posed.id), len(posed.hints))
    return f"{posed.id}, hint {number} of {len(posed.hints)}: {posed.hints[number - 1]}"


def _glance(desk: Desk) -> int:
    progress = Progress(desk.root)
    rows, advice, done = [], "", True
    for name in desk.exercises:
        remembered = progress.of(name).report
        title = desk.paper_title(name)
        score = f"{remembered.score:g} of {remembered.points:g}" if remembered else "not graded yet"
        rows.append((name, title, score))
        if remembered is None or not remembered.is_full:
            advice = advice or f"Next: grade {name}"
            done = False
    Console(highlight=False).print(glance_page(desk.title, rows, advice or "All of it is right."))
    return entry.DONE if done else entry.NOT_FULL_MARKS


def main() -> None:
    """Run the command `grade`."""
    entry.run(command)
