"""What an instructor sees in the terminal: a line for each report, and tables of a class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from grader.examiner.report import Report
from grader.report.terminal import WORDS


def report_line(report: Report) -> str:
    """One report in one line."""
    wrong = [
        f"{question.id} ({question.misconception or WORDS[question.outcome][0]})"
        for question in report.questions
        if question.outcome != "passed"
    ]
    score = f"{report.score:g} of {report.points:g}"
    return f"{report.student}  {report.exercise}  {score}" + (f"  {', '.join(wrong)}" if wrong else "")


def class_table(reports: Sequence[Report], stories: Mapping[str, str]) -> RenderableType:
    """Who got what and why: a row a student."""
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("student", no_wrap=True)
    if stories:
        table.add_column("what they do", ratio=2)
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("why", ratio=3)
    by_student: dict[str, list[Report]] = {}
    for report in reports:
        by_student.setdefault(report.student or "", []).append(report)
    for student, own in by_student.items():
        score = f"{sum(r.score for r in own):g}/{sum(r.points for r in own):g}"
        story = [Text(stories.get(student, ""))] if stories else []
        table.add_row(Text(student), *story, Text(score), Text(_why(own)))
    return table


def _why(reports: Sequence[Report]) -> str:
    """The commonest reasons for lost points, most frequent first."""
    reasons = Counter(
        (question.misconception or WORDS[question.outcome][0]).replace("-", " ")
        for report in reports
        for question in report.questions
        if question.outcome != "passed"
    )
    return ", ".join(
        f"{reason} ({count})" if count > 1 else reason for reason, count in reasons.most_common(3)
    )


def summary(reports: Sequence[Report], left_out: Sequence[str], absent: Sequence[str]) -> RenderableType:
    """How many were graded, what was not and why, and who handed nothing in."""
    ungraded = [report for report in reports if not report.is_graded]
    lines = [f"{len(reports) - len(ungraded)} graded, {len(ungraded)} not graded, {len(left_out)} left out."]
    lines += [
        f"not graded: {report.student} {report.exercise}: {'; '.join(report.notes)}" for report in ungraded
    ]
    lines += [f"left out: {reason}" for reason in left_out]
    if absent:
        lines.append(f"handed nothing in: {', '.join(absent)}")
    return Group(*(Text(line) for line in lines))
