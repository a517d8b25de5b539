"""The analysis of a class's answers as a terminal page: a table per exercise, and misconceptions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from grader.errors import counted
from grader.gradebook.analysis import Analysis, ExerciseAnalysis, QuestionAnalysis
from grader.gradebook.class_summary import ClassSummary
from grader.language.points import number_text
from grader.render.palette import WRONG
from grader.render.terminal import WORDS

FEWEST = 10  # students; with fewer, a correlation says more about them than about the question
REPEATED = 2  # times a student shows a misconception for it to be more than a slip
LEGEND = (
    "facility: the mean share of the points, from 0 (hard) to 1 (easy). discrimination: the correlation with "
    "the rest of the exercise, from -1 to 1; it is high if students who do well elsewhere do well here "
    f"('-' if undefined, or for fewer than {FEWEST} students). Review a question below 0."
)
MEANINGS = "To read what each misconception means: course report --html FILE"


def analysis_page(analysis: Analysis) -> RenderableType:
    """Return the whole report."""
    parts: list[RenderableType] = []
    for exercise in analysis.exercises:
        parts += [*_exercise(exercise), Text()]
    parts.append(Text(LEGEND))
    if analysis.students:
        parts += [Text(), student_table(analysis.students), Text(), Text(MEANINGS)]
    return Group(*parts)


def _exercise(exercise: ExerciseAnalysis) -> Iterator[RenderableType]:
    yield Text(f"{exercise.exercise}: {counted(exercise.students, 'student')}", style="bold")
    yield question_table(exercise.questions)
    for question in exercise.questions:
        for passed_by, sentence in (("all", "passed by all"), ("none", "passed by none")):
            ids = [check.id for check in question.idle_checks if check.passed_by == passed_by]
            if ids:
                yield Text(f"{question.id}: checks with one result for all, {sentence}: {', '.join(ids)}")


def question_table(questions: Sequence[QuestionAnalysis]) -> RenderableType:
    """Return a table of the questions, a row each."""
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("question", overflow="fold", max_width=20)
    for name in ("points", "answered", "facility", "discrimination"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("answers", overflow="fold")
    for one in questions:
        discrimination = one.discrimination if one.graded >= FEWEST else None
        style = WRONG if discrimination is not None and discrimination < 0 else ""
        table.add_row(
            Text(one.id),
            number_text(one.points),
            f"{one.answered}/{one.graded}",
            _number(one.facility),
            Text(_number(discrimination), style),
            Text(_answers(one)),
        )
    return table


def _answers(question: QuestionAnalysis) -> str:
    """Return the outcomes and misconceptions of a question in words."""
    parts = [] if question.is_current else ["no longer asked"]
    told = ", ".join(f"{count} {WORDS[outcome][0]}" for outcome, count in question.outcomes.items())
    parts.append(told or "nobody has had this question yet")
    parts += [f"{name} ({count})" for name, count in question.misconceptions.items()]
    return "; ".join(parts)


def student_table(students: Mapping[str, Mapping[str, Sequence[str]]]) -> RenderableType:
    """Return a table of students and their misconceptions; repeated ones are in bold."""
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("student", overflow="fold", max_width=20)
    table.add_column("misconception", overflow="fold", max_width=28)
    table.add_column("times", justify="right", no_wrap=True)
    table.add_column("where", overflow="fold")
    for student, shown in students.items():
        name = student
        for misconception, places in shown.items():
            style = "bold" if len(places) >= REPEATED else ""
            cells = (name, misconception, str(len(places)), ", ".join(places))
            table.add_row(*(Text(cell, style) for cell in cells))
            name = ""
    return table


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def passed(summary: ClassSummary) -> Iterator[str]:
    """Yield how many have passed, if the course's rules say so."""
    results = [one.under_rules.passed for one in summary.students if one.under_rules]
    if any(result is not None for result in results):
        open_ = results.count(None)
        rest = f"; for {open_} it is not decided" if open_ else ""
        yield f"{results.count(True)} of {len(results)} have passed{rest}."
