"""`course`: what an instructor types."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib import resources
from pathlib import Path

import click
from rich.console import Console

from grader.classroom.collecting import Collected, collect
from grader.classroom.grading import ClassGrader, Isolation
from grader.classroom.made_up import roster_text, stories, write_class
from grader.classroom.roster import Roster, read_roster
from grader.cli import entry
from grader.course.loading import COURSE_FILE, LoadedCourse, load_course
from grader.course.schema import write_schemas
from grader.errors import UsageFault
from grader.examiner.report import Report
from grader.gradebook.store import Gradebook
from grader.handout.generate import generate
from grader.handout.pack import Edition
from grader.handout.stubs import Format
from grader.lms import FORMATS
from grader.lms.export import Export, File
from grader.lms.scoring import export_items
from grader.proof.attacks import AttackResult, load_attacks, run_attacks
from grader.proof.check import Proved, check
from grader.report.classroom import class_table, report_line, summary
from grader.worker.launcher import ForkServer

_PATH = click.Path(path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="torchgrade")
def command() -> None:
    """Write a course, hand it out, grade it, and send the scores to your LMS.

    Exit code: 0 done, 1 done but not all is well, 2 something to correct, 3 a bug of ours.
    """


@command.command("new")
@click.argument("folder", type=_PATH)
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
@click.argument("folder", type=_PATH, default=Path("exercises"))
def schema(folder: Path) -> int:
    """Write the JSON Schemas that editors use.

    Of course.yaml and exercise.yaml, into FOLDER (exercises).
    """
    for file in write_schemas(folder):
        click.echo(file)
    return entry.DONE


@command.command("check")
@click.argument("exercises", nargs=-1)
@click.option(
    "--variants", default=20, show_default=True, type=click.IntRange(0), help="Made-up students for each."
)
def check_(exercises: tuple[str, ...], variants: int) -> int:
    """Prove that exercises are sound.

    The reference earns full marks and the untouched stub earns nothing, over many variants.
    """
    course = _course()

    def tell(proved: Proved) -> None:
        state = "not proved" if proved.faults else "proved"
        click.echo(f"{proved.exercise}: {state} over {proved.variants} variants")
        for fault in proved.faults:
            click.echo(f"  {fault}")

    proved = check(course, exercises or course.record.exercises, variants, tell)
    return entry.NOT_FULL_MARKS if any(one.faults for one in proved) else entry.DONE


@command.command("generate")
@click.argument("out", type=_PATH)
@click.option("--roster", type=_PATH, help="A CSV of students: each gets a folder and their own variants.")
@click.option(
    "--format", "form", type=click.Choice(["notebook", "python"]), default="python", show_default=True
)
@click.option("--edition", type=click.Choice(["practice", "assessed"]), default="practice", show_default=True)
def generate_(out: Path, roster: Path | None, form: Format, edition: Edition) -> int:
    """Write what students receive into OUT.

    What they have worked on is kept.
    """
    students = read_roster(roster).students if roster else None
    generated = generate(_course(), out, students, form, edition)
    click.echo(f"{len(generated.written)} files written to {out}.")
    for file in generated.kept:
        click.echo(f"kept as it is, for it was worked on: {file}")
    return entry.DONE


@command.command("grade")
@click.argument("submissions", type=_PATH)
@click.option(
    "--roster", type=_PATH, help="The roster of course generate, if students have their own variants."
)
@click.option("--json", "as_json", is_flag=True, help="Print one report a line as JSON on stdout.")
@click.option(
    "--isolation",
    type=click.Choice(["full", "process", "bubblewrap"]),
    default="full",
    show_default=True,
    help="'process' accepts a machine that cannot confine student code; 'bubblewrap' adds namespaces.",
)
def grade_(submissions: Path, roster: Path | None, as_json: bool, isolation: Isolation) -> int:
    """Grade a class.

    SUBMISSIONS is a folder of folders: SUBMISSIONS/<student>/<exercise>.py or .ipynb.
    """
    course = _course()
    known = read_roster(roster) if roster else None
    collected = collect(submissions, course.record.exercises, known.students if known else None)

    def tell(report: Report) -> None:
        click.echo(report.model_dump_json() if as_json else report_line(report))

    reports = _grade_class(course, collected, known, tell, isolation=isolation)
    handed_in = {one.student for one in collected.found}
    absent = [student for student in known.students if student not in handed_in] if known else []
    Console(stderr=as_json, highlight=False).print(summary(reports, collected.left_out, absent))
    is_complete = all(report.is_graded for report in reports) and not collected.left_out
    return entry.DONE if is_complete else entry.NOT_FULL_MARKS


def _grade_class(
    course: LoadedCourse,
    collected: Collected,
    roster: Roster | None,
    tell: Callable[[Report], None],
    *,
    isolation: Isolation = "full",
) -> list[Report]:
    with Gradebook(course.record.gradebook, course.root) as gradebook:
        grader = ClassGrader(course, gradebook, roster is not None, isolation)
        return grader.grade(collected.found, tell)


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


@command.command("export")
@click.argument("form", metavar="FORMAT", type=click.Choice(sorted(FORMATS)))
@click.option(
    "--out", type=_PATH, default=Path("exports"), show_default=True, help="The folder for the files."
)
@click.option("--roster", type=_PATH, help="A CSV of students and their ids in the LMS.")
@click.option(
    "--exercise", "exercises", multiple=True, help="Only this exercise; can be given several times."
)
@click.option("--fill", type=_PATH, help="The LMS's own export or grading worksheet, to be filled in.")
@click.option(
    "--missing",
    type=click.Choice(["omit", "zero"]),
    default="omit",
    show_default=True,
    help="What students of the roster get who handed nothing in.",
)
@click.option(
    "--out-of",
    type=click.FloatRange(min=0, min_open=True),
    help="Scale every exercise to this maximum. [default: its points; for new items of Moodle 100]",
)
def export(
    form: str,
    out: Path,
    roster: Path | None,
    exercises: tuple[str, ...],
    fill: Path | None,
    missing: str,
    out_of: float | None,
) -> int:
    """Write scores that an LMS imports.

    FORMAT is canvas, moodle or csv.
    """
    course = _course()
    people = read_roster(roster).people if roster else {}
    if not roster and form != "csv":
        click.echo(
            "No roster: students go by the names of their folders, which the LMS may not know.", err=True
        )
    for file in _export(
        course, form, out, Export((), people, fill, out_of), exercises, zero=missing == "zero"
    ):
        click.echo(f"{out / file.name}: {file.rows} rows")
        for reason in file.left_out:
            click.echo(f"  left out: {reason}")
    return entry.DONE


def _export(
    course: LoadedCourse, form: str, out: Path, wanted: Export, exercises: Sequence[str], *, zero: bool
) -> list[File]:
    with Gradebook(course.record.gradebook, course.root) as gradebook:
        items, ungraded = export_items(
            course, gradebook.scores(), exercises, list(wanted.people) if zero else []
        )
    for score in ungraded:
        click.echo(f"left out, for it could not be graded: {score.student} {score.exercise}", err=True)
    files = FORMATS[form](Export(items, wanted.people, wanted.template, wanted.out_of))
    if not files:
        raise UsageFault("There are no scores to export. Run: course grade SUBMISSIONS")
    try:
        out.mkdir(parents=True, exist_ok=True)
        for file in files:
            (out / file.name).write_text(file.text, encoding="utf-8", newline="")
    except OSError as error:
        raise UsageFault(f"{out} cannot be written: {error.strerror}.") from None
    return files


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
    collected = collect(root / "submissions", course.record.exercises, roster.students)
    with click.progressbar(length=len(collected.found), label="Grading", file=sys.stderr) as bar:
        reports = _grade_class(course, collected, roster, lambda _report: bar.update(1))
    Console(highlight=False).print(class_table(reports, stories()))
    for form in FORMATS:
        _export(course, form, root / "exports" / form, Export((), roster.people), (), zero=False)
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


def _course() -> LoadedCourse:
    for folder in (Path.cwd(), *Path.cwd().parents):
        if (folder / COURSE_FILE).is_file():
            return load_course(folder)
    raise UsageFault(
        f"There is no {COURSE_FILE} here or above. Go to a course's folder, or make one: course new DIR"
    )


def main() -> None:
    """Run the command `course`."""
    entry.run(command)
