"""What `release` holds back is in nothing that students can get a minute before, and is there a minute after."""

from __future__ import annotations

import csv
import importlib
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import get_args

import click
import pytest

from grader.cli import course as course_cli
from grader.course.release import ResultPart
from grader.lms import EXPORTS, LMSS
from grader.lms.base import Lms
from tests.classroom.conftest import COURSE, REFERENCE, RIGHT, Small
from tests.conftest import Run
from tests.lms.test_every_lms import GOLDEN, packed, tables
from tests.push.made_canvas import ASSIGNMENT, TOKEN, MadeCanvas, serving

EXERCISE = """
format: 1
title: Sums
questions:
  - id: five
    kind: number
    prompt: Say five.
    points: 0.37
    answer: "5"
    explanation: FIVE-EXPLAINED
    misconceptions: {four: {answer: "4", message: FOUR-SAID}}
  - {id: double, kind: code, prompt: Double it., points: 2.51, signature: "(x: int) -> int"}
  - {id: triple, kind: code, prompt: Triple it., points: 2.12, signature: "(x: int) -> int"}
"""
OTHER = """
format: 1
title: Others
questions:
  - {id: six, kind: number, prompt: Say six., answer: "6"}
"""
CHECKS = "def test_double(student):\n    assert student.double(2) == 4, 'CHECKED'\n\n\n"
CHECKS += "def test_triple(student):\n    assert student.triple(2) == 6\n"
WRONG = RIGHT.replace("five = 5", "five = 4")
SIGNS = {  # in what students get; a score is 4.63 of 5, in some systems of 100, 18 or 20, and 96.3 in a total
    "score": re.compile(r"(?<![\d.])(4\.63|92\.6|16\.668|18\.52|96\.3)(?![\d.])"),
    "messages": re.compile("FOUR-SAID"),
    "explanation": re.compile("FIVE-EXPLAINED"),
    "checks": re.compile("CHECKED"),
}
ALL: frozenset[str] = frozenset(get_args(ResultPart))
RULES = (
    "rules: {deadlines: {exercise-1: 2026-12-01 12:00}, grace_minutes: 30, "
    "extensions: [{student: ada, days: 1}]}\n"
)
BOB, ADA = datetime(2026, 12, 1, 12, 30), datetime(2026, 12, 2, 12, 30)  # noqa: DTZ001 their moments, in UTC
NAMES = {"ada": "Ada Lovelace", "bob": "Bob Marsh"}
DOWNLOADED = {  # the names of their files in a download, by LMS that takes feedback back
    "canvas": ("lovelaceada_17_501_exercise-1.py", "marshbob_18_502_exercise-1.py"),
    "moodle": (
        "Ada Lovelace_7_assignsubmission_file_/exercise-1.py",
        "Bob Marsh_8_assignsubmission_file_/exercise-1.py",
    ),
}
FOR_INSTRUCTORS = {  # commands that write nothing for students
    "check", "demo", "doctor", "forget", "grade", "history", "mark", "mistakes", "new", "override", "regrade",
    "report", "roster", "schema", "scores", "show",
}  # fmt: skip


@dataclass(frozen=True)
class Classes:
    """A graded class, the command, and a folder for what it writes now."""

    small: Small
    course: Run
    out: Path

    @property
    def people(self) -> Path:
        """The roster, with the ids of every LMS."""
        return self.small.root / "people.csv"

    def run(self, *arguments: object) -> int:
        """Run a command; what it leaves out is told by its exit code."""
        ran = self.course(self.small.root, *arguments)
        assert ran.code in {0, 1, 2}, ran.err
        return ran.code


@dataclass(frozen=True)
class Output:
    """Something that students get: the command that makes it, and how to read what one student gets."""

    command: str
    texts: Callable[[Classes], dict[str, str]]  # by student
    holds: frozenset[str]  # what it shows when everything is released
    falls_with: frozenset[str] = frozenset()  # what it needs: without this, it shows nothing

    def expected(self, held_back: str | None) -> frozenset[str]:
        """Return what it shows while one part is held back."""
        return frozenset() if held_back in self.falls_with else self.holds - {held_back or ""}


def shown(text: str) -> frozenset[str]:
    """Return the parts of a result that a text shows."""
    return frozenset(part for part, sign in SIGNS.items() if sign.search(text))


def files(world: Classes, suffix: str) -> dict[str, str]:
    """Read the files of `course feedback`, without the style sheet."""
    world.run("feedback", world.out)
    found = {who: list((world.out / who).glob(f"*{suffix}")) for who in NAMES}
    texts = {who: "".join(one.read_text("utf-8") for one in own) for who, own in found.items()}
    return {who: re.sub("<style.*?</style>", "", text, flags=re.DOTALL) for who, text in texts.items()}


def packed_back(world: Classes, lms: Lms) -> dict[str, str]:
    """Read the zip that an LMS takes back."""
    source = packed(world.small.root / "all.zip", dict.fromkeys(DOWNLOADED[lms.name], WRONG))
    options = ("--zip", lms.name, "--from", source, "--roster", world.people)
    world.run("feedback", world.out, "exercise-1", *options)
    found = dict.fromkeys(NAMES, "")
    for file in world.out.glob("*.zip"):
        with zipfile.ZipFile(file) as archive:
            for name in archive.namelist():
                for who, full in NAMES.items():
                    if full.split()[1].lower() in name.lower():
                        text = archive.read(name).decode()
                        found[who] += re.sub("<style.*?</style>", "", text, flags=re.DOTALL)
    return found


def exported(world: Classes, lms: Lms, *options: object) -> dict[str, str]:
    """Read the rows about each student in the files of an export."""
    world.run("export", lms.name, "--out", world.out, "--roster", world.people, *options)
    rows = [row for file in world.out.glob("*") for table in tables(file.read_bytes()) for row in table]
    own = {row["student"]: ids(row, lms) for row in roster_rows()}
    return {who: "\n".join(" | ".join(row) for row in rows if {*map(clean, row)} & own[who]) for who in NAMES}


def ids(person: dict[str, str], lms: Lms) -> set[str]:
    """Return by what a student can be recognised in a file, also the number that the LMS gave a row."""
    found = {clean(value) for column, value in person.items() if column != "section"} - {""}
    if lms.fills:
        with (GOLDEN / lms.name / "gradebook.csv").open(encoding="utf-8-sig", newline="") as stream:
            return found | {clean(row[0]) for row in csv.reader(stream) if {*map(clean, row)} & found}
    return found


def clean(cell: str) -> str:
    """Return a cell as the roster writes it."""
    return re.sub(r" \(\w+\)$", "", cell).strip("#'").casefold()


def filled(world: Classes, lms: Lms) -> dict[str, str]:
    """Read what an export fills into the LMS's own file, comments included."""
    gradebook = GOLDEN / lms.name / "gradebook.csv"
    return exported(world, lms, "--exercise", "exercise-1", "--fill", gradebook, "--overwrite")


def total(world: Classes, lms: Lms) -> dict[str, str]:
    """Read the rows about each student's total."""
    return exported(world, lms, "--exercise", "total")


def pushed(world: Classes) -> dict[str, str]:
    """Read what Canvas holds after a push."""
    made = MadeCanvas()
    made.assign(points_possible=5.0)
    made.enrol(*NAMES)
    with serving(made):
        place = ("--url", made.url, "--course", 7, "--assignment", f"exercise-1={ASSIGNMENT}")
        world.run("push", "canvas", *place, "--send")
    return {who: "\n".join([str(made.of(who).score), *made.of(who).comments]) for who in NAMES}


def handed_out(world: Classes, edition: str) -> dict[str, str]:
    """Read everything in the handout of each student, also what is packed."""
    world.run("generate", world.out, "--roster", world.people, "--edition", edition)
    return {who: "".join(inside(world.out / who)) for who in NAMES}


def inside(folder: Path) -> Iterator[str]:
    """Yield all texts in a folder and in the archives there."""
    for file in folder.rglob("*"):
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                yield from (archive.read(name).decode("latin-1") for name in archive.namelist())
        elif file.is_file():
            yield file.read_text("latin-1")


SCORE = frozenset({"score"})
OUTPUTS = {
    "page": Output("feedback", partial(files, suffix=".html"), ALL),
    "text": Output("feedback", partial(files, suffix=".feedback.txt"), frozenset({"score", "messages"})),
    **{
        f"zip for {lms.name}": Output(
            "feedback",
            partial(packed_back, lms=lms),
            ALL if lms.name == "moodle" else frozenset({"score", "messages"}),
        )
        for lms in LMSS
        if lms.takes_back
    },
    **{
        f"export to {lms.name}": Output("export", partial(exported, lms=lms), SCORE, SCORE) for lms in EXPORTS
    },
    **{f"total in {lms.name}": Output("export", partial(total, lms=lms), SCORE, SCORE) for lms in EXPORTS},
    **{
        f"filled for {lms.name}": Output(
            "export",
            partial(filled, lms=lms),
            frozenset({"score", "messages"}) if lms.carries_comments else SCORE,
            SCORE,
        )
        for lms in EXPORTS
        if lms.fills
    },
    "push to canvas": Output("push", pushed, frozenset({"score", "messages"}), SCORE),
    "assessed handout": Output("generate", partial(handed_out, edition="assessed"), frozenset()),
    "practice handout": Output("generate", partial(handed_out, edition="practice"), ALL - SCORE, ALL),
}


def roster_rows() -> list[dict[str, str]]:
    """Return the people of the golden rosters, with the ids of every LMS."""
    found: dict[str, dict[str, str]] = {who: {} for who in NAMES}
    for file in sorted(GOLDEN.glob("*/roster.csv")):
        with file.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                found.get(row["student"], {}).update(row)
    return list(found.values())


@pytest.fixture(scope="module")
def graded_once(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """Return a graded class of ada and bob, who gave the same answers."""
    small = Small(tmp_path_factory.mktemp("released"))
    small.write("course.yaml", with_rules(""))
    small.write("exercises/exercise-1/exercise.yaml", EXERCISE)
    small.write("exercises/exercise-2/exercise.yaml", OTHER)
    small.write("exercises/exercise-1/reference.py", REFERENCE)
    small.write("exercises/exercise-1/checks.py", CHECKS)
    rows = roster_rows()
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with (small.root / "people.csv").open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, columns, restval="")
        table.writeheader()
        table.writerows(rows)
    for student in NAMES:
        small.hand_in(student, WRONG, "exercise-1", datetime(2026, 11, 20, tzinfo=UTC))
        small.hand_in(student, "six = 6\n", "exercise-2")
    return small


def with_rules(more: str) -> str:
    """Return a course of an exercise that is released by these rules, and one without a deadline."""
    two = COURSE.replace("[ex-1, ex-2]", "[exercise-1, exercise-2]")
    return f"{two}scores: {{weights: {{exercise-1: 1, exercise-2: 1}}}}\n{more}"


@pytest.fixture
def world(graded_once: Small, tmp_path: Path, course: Run, monkeypatch: pytest.MonkeyPatch) -> Classes:
    monkeypatch.setenv("CANVAS_TOKEN", TOKEN)
    if not (graded_once.root / "gradebook.db").exists():
        assert course(graded_once.root, "grade", "S", "--roster", "people.csv").code == 0
    return Classes(graded_once, course, tmp_path / "out")


class _Real(type):
    def __instancecheck__(cls, one: object) -> bool:
        return isinstance(one, datetime)


def stop_clock(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    """Let every module that asks for the time read this one, in UTC."""

    class Stopped(datetime, metaclass=_Real):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return moment.replace(tzinfo=UTC).astimezone(tz)

    for name in CLOCKED:
        monkeypatch.setattr(importlib.import_module(name), "datetime", Stopped)


ROOT = Path(course_cli.__file__).parents[2]
CLOCKED = [
    ".".join(file.relative_to(ROOT).with_suffix("").parts)
    for file in (ROOT / "grader").rglob("*.py")
    if "datetime.now(UTC)" in file.read_text("utf-8")
]


@pytest.mark.parametrize("part", sorted(ALL))
@pytest.mark.parametrize("name", OUTPUTS)
def test_each_part_is_there_from_its_minute_on(
    name: str, part: str, world: Classes, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = OUTPUTS[name]
    others = "".join(f", {one}: at_once" for one in sorted(ALL - {part}))
    world.small.write("course.yaml", with_rules(f"{RULES}release: {{{part}: after_deadline{others}}}\n"))
    is_for_all = part in {"explanation", "checks"} or output.falls_with == ALL
    due = {"ada": ADA, "bob": ADA if is_for_all else BOB}
    minutes = [one.replace(minute=minute) for one in (BOB, ADA) for minute in (29, 31)]
    if part not in output.holds | output.falls_with:
        minutes = minutes[-1:]
    for moment in minutes:
        stop_clock(monkeypatch, moment)
        texts = output.texts(Classes(world.small, world.course, world.out / f"{moment:%d-%H-%M}"))
        for who, text in texts.items():
            held_back = part if moment < due[who] else None
            assert shown(text) == output.expected(held_back), (moment, who, text[:2000])


def test_no_command_and_no_system_is_forgotten() -> None:
    commands = {*course_cli.command.list_commands(click.Context(course_cli.command))}
    told = {one.command for one in OUTPUTS.values()}
    assert told | FOR_INSTRUCTORS == commands
    assert not told & FOR_INSTRUCTORS


def test_a_handout_says_no_date_of_release(world: Classes, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = RULES.replace("2026-12-01", "2031-12-01")
    world.small.write("course.yaml", with_rules(f"{rules}release: {{checks: 2033-03-03}}\n"))
    text = "".join(handed_out(world, "assessed").values())
    assert "exercise-1" in text
    assert "2033-03-03" not in text
