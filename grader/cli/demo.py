"""`course demo`: all steps on a made-up class."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click

from grader.cli import entry
from grader.cli.grade_class import with_bar
from grader.cli.told import tell
from grader.render.classroom import class_table
from grader.render.palette import screen
from grader.service.demonstration import Demonstration
from grader.service.shipped import CONVOLUTION, COURSES
from grader.service.vocabulary import EXPORTS


@click.command("demo")
@click.option(
    "--course",
    "name",
    type=click.Choice(COURSES),
    default=CONVOLUTION,
    show_default=True,
    help="A course that comes with the grader.",
)
def demo(name: str) -> int:
    """Generate, grade and export with a made-up class.

    Uses a shipped course, in a temporary folder.
    """
    root = Path(tempfile.mkdtemp(prefix="course-demo-"))
    demonstration = Demonstration(root, name, lambda sentence: tell([sentence]))
    try:
        _play(demonstration)
    except BaseException:
        demonstration.remove()
        raise
    _list_files(demonstration)
    return entry.DONE


def _play(demonstration: Demonstration) -> None:
    with demonstration.service as service:
        title, students = service.course.record.title, len(demonstration.roster.students)
        click.echo(f"The course '{title}' for {students} made-up students:")
        demonstration.hand_out()
        reports = [settled.report for settled in with_bar(demonstration.grading())]
        table = class_table(demonstration.in_order(reports), demonstration.stories)
        screen().print(table)
        demonstration.export()


def _list_files(demonstration: Demonstration) -> None:
    root, exercise = demonstration.root, demonstration.service.course.record.exercises[:3][-1]
    systems = ", ".join(f"for {lms.title}" for lms in EXPORTS if lms.columns)
    click.echo(f"\nEverything is in {root}:")
    for name, what in (
        ("handouts", "handouts for students, as Python files"),
        ("handouts-assessed", "the same as notebooks, without hidden checks"),
        ("submissions", "what they handed in"),
        ("gradebook.db", "every submission and report"),
        ("exports", f"scores {systems}, as tables and as a workbook"),
    ):
        click.echo(f"  {name:<18} {what}")
    beside = Path(sys.argv[0]).absolute().with_name("grade")
    grade = beside if beside.exists() else "grade"
    click.echo(f"Try it as a student:\n  cd {root / 'handouts' / 'ada'} && {grade} {exercise}")
