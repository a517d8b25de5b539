"""`course`: what an instructor types."""

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
from grader.classroom.lanes import processors
from grader.classroom.made_up import roster_text, stories, write_class
from grader.classroom.roster import read_roster
from grader.cli import entry
from grader.cli.check import check_
from grader.cli.grading import PATH, grade, regrade, settle
from grader.cli.here import course_here, gradebook_of
from grader.cli.report import report
from grader.cli.scores import export, history, override, scores, write_export
from grader.course.loading import COURSE_FILE, load_course
from grader.course.schema import write_schemas
from grader.errors import UsageFault
from grader.handout.generate import generate
from grader.handout.pack import Edition
from grader.handout.stubs import Format
from grader.lms import FORMATS
from grader.lms.export import Export
from grader.proof.attacks import AttackResult, load_attacks, run_attacks
from grader.report.classroom import class_table
from grader.worker.launcher import ForkServer


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="torchgrade")
def command() -> None:
    """Write a course, hand it out, grade it, and send the scores to your LMS.

    Exit code: 0 done, 1 done but not all is well, 2 something to correct, 3 a bug of ours.
    """


@command.command("new")
@click.argument("folder", type=PATH)
def new(folder: Path) -> int:
    """Make a small working course in FOLDER."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageFault(f"{folder} is there already, and not an empty folder. Name a new one.")
    with resources.as_file(resources.files("grader.handout") / "scaffold") as scaffold:
        shutil.copytree(scaffold, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    write_schemas(folder / "exercises")
    click.echo(f"{folder} is a course now. Next:\n  cd {folder}\n  course check\n  course generate OUT")
    return entry.DONE


@command.command("schema")
@click.argument("folder", type=PATH, default=Path("exercises"))
def schema(folder: Path) -> int:
    """Write the JSON Schemas that editors use.

    Of course.yaml and exercise.yaml, into FOLDER (exercises).
    """
    for file in write_schemas(folder):
        click.echo(file)
    return entry.DONE


@command.command("generate")
@click.argument("out", type=PATH)
@click.option("--roster", type=PATH, help="A CSV of students: each gets a folder and their own variants.")
@click.option(
    "--format", "form", type=click.Choice(["notebook", "python"]), default="python", show_default=True
)
@click.option("--edition", type=click.Choice(["practice", "assessed"]), default="practice", show_default=True)
def generate_(out: Path, roster: Path | None, form: Format, edition: Edition) -> int:
    """Write what students receive into OUT.

    What they have worked on is kept.
    """
    course = course_here()
    if roster is None:
        generated = generate(course, out, None, form, edition)
    else:
        students = read_roster(roster).students
        with gradebook_of(course) as gradebook:
            before = gradebook.handed_out(students)
            generated = generate(course, out, students, form, edition, before, gradebook.hand_out)
    click.echo(f"{len(generated.written)} files written to {out}.")
    for file in generated.kept:
        click.echo(f"kept as it is, for it was worked on: {file}")
    return entry.DONE


@command.command("doctor")
@click.option(
    "--attacks", is_flag=True, help="Run the attacks that come with the grader, and say what stopped each."
)
def doctor(attacks: bool) -> int:
    """Say how this machine confines student code.

    And what it cannot do, and why.
    """
    with ForkServer(["torch"]) as server:
        for layer in server.isolation:
            click.echo(f"{layer:<14} holds")
        for layer, why in server.missing.items():
            click.echo(f"{layer:<14} missing: {why}")
        missing = server.lacking
    if missing:
        click.echo(
            f"course grade refuses this machine without --isolation process: {', '.join(missing)} missing."
        )
    won = _run_attacks() if attacks else False
    return entry.NOT_FULL_MARKS if missing or won else entry.DONE


def _run_attacks() -> bool:
    def tell(result: AttackResult) -> None:
        state = f"WON: {'; '.join(result.gains)}" if result.gains else "defeated"
        click.echo(f"{result.attack.family}/{result.attack.name}: {state}")
        click.echo(f"    {result.attack.sentence}")
        click.echo(f"    stopped by: {result.stopped_by}")

    results = run_attacks(load_attacks(shipped_attacks()), tell)
    won = sum(bool(result.gains) for result in results)
    click.echo(f"{len(results) - won} of {len(results)} attacks defeated.")
    return won > 0


@command.command("demo")
def demo() -> int:
    """Generate, grade and export with a made-up class.

    The shipped course, in a temporary folder.
    """
    root = Path(tempfile.mkdtemp(prefix="course-demo-"))
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
    grader = ClassGrader(course, jobs=processors())
    reports = [settled.report for settled in settle(course, grader, collected, roster)]
    order = [(student, name) for student in roster.students for name in course.record.exercises]
    reports.sort(key=lambda report: order.index((report.student or "", report.exercise)))
    Console(highlight=False).print(class_table(reports, stories()))
    for form in FORMATS:
        write_export(course, form, root / "exports" / form, Export((), roster.people), (), zero=False)
    _list_files(root)
    return entry.DONE


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


def shipped_attacks() -> Path:
    """The folder of the attacks that come with the package, or with its repository."""
    package = Path(str(resources.files("grader")))
    shipped = package / "shipped" / "attacks"
    return shipped if shipped.is_dir() else package.parent / "tests" / "attacks"


def shipped_course() -> Path:
    """The folder of the course that comes with the package, or with its repository."""
    package = Path(str(resources.files("grader")))
    return next(root for root in (package / "shipped", package.parent) if (root / COURSE_FILE).is_file())


for _part in (check_, grade, regrade, scores, override, history, export, report):
    command.add_command(_part)


def main() -> None:
    """Run the command `course`."""
    entry.run(command)
