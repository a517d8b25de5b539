"""The output of `grade`: a report, a hint, or the whole course at a glance."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path

import click
from rich.text import Text

from grader.cli import entry
from grader.cli.explain import explain
from grader.cli.told import tell
from grader.errors import counted
from grader.render.palette import screen
from grader.render.solution_page import solution_page
from grader.render.terminal import Beside, glance_page, remembered, report_page, sum_of
from grader.service.early import ExaminerProcess
from grader.service.older_file import older_than_session
from grader.service.page_file import check_target, write_page
from grader.service.solving import check_solutions, solutions
from grader.service.student import Examiner, Report, at_a_glance, examiner_of


@dataclass(frozen=True)
class Wishes:
    """What to show: "report", "json", "hint", "explain" or "solution", and of which question."""

    page: str = "report"
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
        return _show(examiner, asked)


def _show(examiner: Examiner, asked: Wishes) -> int:
    if asked.question is not None:
        examiner.check_question(asked.question)
    if asked.html is not None:
        check_target(asked.html)
    if asked.page == "solution":
        check_solutions(examiner)
    report = examiner.grade()
    if asked.html is not None:
        _write_page(asked.html, examiner, report)
    if asked.page == "json":
        click.echo(report.model_dump_json())
    elif asked.page in ABOUT_A_QUESTION:
        ABOUT_A_QUESTION[asked.page](examiner, report, asked.question)
    else:
        beside = Beside(examiner.best(report), examiner.next_exercise)
        screen().print(report_page(report, examiner.paper.title, examiner.hints, beside))
    return entry.DONE if report.is_full else entry.NOT_FULL_MARKS


def _write_page(file: Path, examiner: Examiner, report: Report) -> None:
    """Write the report as a page. What makes pages is imported only now, because it is slow."""
    pages = importlib.import_module("grader.render.report_page")
    pictures = examiner.sitting.material.all_pictures
    write_page(file, pages.report_html(report, examiner.paper, examiner.hints_seen, pictures))


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


def _solution(examiner: Examiner, report: Report, question: str | None) -> None:
    """Show model solutions, or say how many hints come first."""
    for one in solutions(examiner, report, question):
        if one.unseen:
            hints = counted(one.unseen, "remaining hint")
            ask = f"grade {report.exercise} {one.question} --hint"
            click.echo(f"{one.question} is not right yet; read its {hints} before the solution: {ask}")
        else:
            screen().print(solution_page(one.question, one.code, one.explanation), crop=False)


ABOUT_A_QUESTION = {"hint": _hint, "explain": explain, "solution": _solution}
