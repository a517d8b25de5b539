"""`course report`: what a class's answers say about the questions, and about what it misunderstands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click
from rich.console import Console

from grader.cli import entry
from grader.cli.context import check_exercises, course_here, gradebook_of, tell
from grader.course.loading import LoadedCourse
from grader.errors import UsageFault
from grader.examiner.report import Report
from grader.gradebook.analysis import Analysis, Asked, analyse, counting_submissions
from grader.gradebook.notices import forgotten_exercises
from grader.report.analysis import analysis_page


@click.command("report")
@click.argument("exercises", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def report(exercises: tuple[str, ...], as_json: bool) -> int:
    """Show what the class's answers say.

    About each question how hard it is, how well it tells students apart, and the misconceptions that it
    brings to light; about each student the misconceptions that they show. Of several attempts the one that
    counts is looked at.
    """
    course = course_here()
    analysis = class_analysis(course, check_exercises(course, tuple(dict.fromkeys(exercises))))
    with gradebook_of(course) as gradebook:
        tell(forgotten_exercises(course, gradebook))
    if not analysis.exercises:
        raise UsageFault("There are no reports. Run: course grade SUBMISSIONS")
    for name in sorted(set(exercises) - {one.exercise for one in analysis.exercises}):
        click.echo(f"Nobody has handed in {name}.", err=True)
    if as_json:
        click.echo(analysis.model_dump_json(indent=2))
    else:
        Console(highlight=False).print(analysis_page(analysis))
    return entry.DONE


def class_analysis(course: LoadedCourse, exercises: Sequence[str]) -> Analysis:
    """What the gradebook says of some exercises, in the order of the course.

    Raises:
        CourseFaults: an exercise is wrong.
        UsageFault: the gradebook refuses.

    """
    in_order = [name for name in course.record.exercises if name in exercises]
    asked = {name: _asked(course, name) for name in in_order}
    return analyse(_reports(course, in_order), asked)


def _asked(course: LoadedCourse, exercise: str) -> list[Asked]:
    questions = course.outline(exercise).questions
    return [Asked(id=one.id, kind=one.kind, points=one.points) for one in questions]


def _reports(course: LoadedCourse, exercises: Sequence[str]) -> Iterator[Report]:
    """The report of each student in each exercise, with the student whom the gradebook names."""
    with gradebook_of(course) as gradebook:
        attempts = [one for one in gradebook.attempts() if one.exercise in exercises]
        for handed_in, grading in gradebook.counting_reports(
            counting_submissions(attempts, course.record.rules)
        ):
            yield grading.report.model_copy(update={"student": handed_in.student})
