"""`course demo`: everything at once, on a made-up class."""

from __future__ import annotations

import shutil
import sys
import tempfile
from importlib import resources
from pathlib import Path

import click
from rich.console import Console

from grader.classroom.collecting import Collected
from grader.classroom.grading import ClassGrader
from grader.classroom.made_up import roster_text, stories, write_class
from grader.classroom.roster import read_roster
from grader.cli import entry
from grader.cli.grading import settle
from grader.cli.here import gradebook_of
from grader.cli.scores import write_export
from grader.course.file_names import COURSE_FILE
from grader.course.loading import load_course
from grader.handout.generate import generate
from grader.lms import FORMATS
from grader.lms.export import Export
from grader.report.classroom import class_table
from grader.worker.folders import remove
from grader.worker.isolation.ways import own_way


@click.command("demo")
def demo() -> int:
    """Generate, grade and export with a made-up class.

    The shipped course, in a temporary folder.
    """
    root = Path(tempfile.mkdtemp(prefix="course-demo-"))
    try:
        _play(root)
    except BaseException:  # half a demo is of no use
        remove(root)
        raise
    _list_files(root)
    return entry.DONE


def _play(root: Path) -> None:
    source = shipped_course()
    shutil.copy(source / COURSE_FILE, root)
    shutil.copytree(source / "exercises", root / "exercises", ignore=shutil.ignore_patterns("__pycache__"))
    course = load_course(root)
    (root / "roster.csv").write_text(roster_text(), encoding="utf-8")
    roster = read_roster(root / "roster.csv")
    click.echo(f"The course '{course.record.title}' for {len(roster.students)} made-up students:")
    generate(course, root / "handouts", roster.students, "python", "practice")
    generate(course, root / "handouts-assessed", roster.students, "notebook", "assessed")
    write_class(course, root / "submissions")
    collected = Collected([root / "submissions"], course.record.exercises, roster)
    grader = ClassGrader(course, own_way().name)
    with gradebook_of(course) as gradebook:
        reports = [settled.report for settled in settle(grader, gradebook, collected)]
    order = [(student, name) for student in roster.students for name in course.record.exercises]
    reports.sort(key=lambda report: order.index((report.student or "", report.exercise)))
    Console(highlight=False).print(class_table(reports, stories()))
    with gradebook_of(course) as gradebook:
        for form in FORMATS:
            write_export(course, gradebook, form, root / "exports" / form, Export((), roster.people))


def _list_files(root: Path) -> None:
    click.echo(f"\nEverything lies in {root}:")
    for name, what in (
        ("handouts", "what students receive, as Python files"),
        ("handouts-assessed", "the same as notebooks, without hidden checks"),
        ("submissions", "what they handed in"),
        ("gradebook.db", "every submission and report"),
        ("exports", "scores for Canvas, for Moodle, and as a table"),
    ):
        click.echo(f"  {name:<18} {what}")
    beside = Path(sys.argv[0]).absolute().with_name("grade")
    grade = beside if beside.exists() else "grade"
    click.echo(f"Be a student:\n  cd {root / 'handouts' / 'ada'} && {grade} exercise-3")


def shipped_course() -> Path:
    """The folder of the course that comes with the package, or with its repository."""
    package = Path(str(resources.files("grader")))
    return next(root for root in (package / "shipped", package.parent) if (root / COURSE_FILE).is_file())
