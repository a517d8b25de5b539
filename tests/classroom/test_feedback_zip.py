"""Feedback in a zip for an LMS: it goes to whoever handed the file in, or to nobody."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import zipfile
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.classroom.class_grader import ClassGrader
from grader.classroom.class_run import ClassRun
from grader.classroom.collecting import Collected
from grader.classroom.feedback_zip import addresses, pack
from grader.course.loading import load_course
from grader.errors import UsageFault
from grader.gradebook.store import Gradebook
from grader.identity import Person
from grader.lms.canvas import CANVAS_ID
from grader.lms.canvas import LMS as CANVAS
from grader.lms.moodle import LMS as MOODLE
from grader.tables import Row, Table
from tests.classroom.conftest import COURSE, RIGHT, Small, new_class
from tests.conftest import Run

ROSTER = "student,name,email,canvas_id\nada,Ada Lovelace,ada@x.org,17\nbob,Bob Marsh,bob@x.org,18\n"
WORKSHEET = (
    "Identifier,Full name,Email address,Status,Grade,Maximum grade,Last modified (grade),Feedback comments\n"
)


def zipped(file: Path, *names: str) -> Path:
    """Return a download with these names."""
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, RIGHT)
    return file


def packed(file: Path) -> dict[str, str]:
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


@pytest.fixture(scope="module")
def graded_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a class of ada, who is wrong, and bob, who is right."""
    small = new_class(tmp_path_factory.mktemp("packed"))
    small.write("roster.csv", ROSTER)
    small.hand_in("ada", RIGHT.replace("five = 5", "five = '</td><script>'"))
    small.hand_in("bob")
    course = load_course(small.root)
    with Gradebook(course.record.gradebook, small.root) as gradebook:
        run = ClassRun(ClassGrader(course), gradebook, personal=False)
        assert list(run.look(Collected([small.root / "S"], course.record.exercises, None))) == []
        assert len(list(run.run())) == 2
    return small.root


@pytest.fixture
def graded(graded_once: Path, tmp_path: Path) -> Small:
    return Small(Path(shutil.copytree(graded_once, tmp_path / "graded")))


def feedback(small: Small, course: Run, lms: str, file: str, *options: str):
    return course(small.root, "feedback", "OUT", "ex-1", "--zip", lms, "--from", file, *options)


@pytest.mark.parametrize("form", ["zip", "unpacked"])
def test_canvas_gets_each_text_under_the_name_of_the_file(graded, course, form):
    names = ["lovelaceada_LATE_17_501_ex-1-1.py", "marshbob_18_502_ex-1.ipynb", "marshbob_18_503_notes.txt"]
    source = zipped(graded.root / "all.zip", *names)
    if form == "unpacked":
        with zipfile.ZipFile(source) as archive:
            archive.extractall(graded.root / "all")
    ran = feedback(graded, course, "canvas", "all.zip" if form == "zip" else "all")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith("2 students packed into OUT/canvas-ex-1.zip.\n")
    found = packed(graded.root / "OUT" / "canvas-ex-1.zip")
    assert list(found) == names[:2]
    text = (graded.root / "OUT" / "ada" / "ex-1.feedback.txt").read_text(encoding="utf-8")
    assert [line[2:] for line in found[names[0]].splitlines()] == text.splitlines()
    compile(found[names[0]], names[0], "exec")  # Python, as the name says
    [cell] = json.loads(found[names[1]])["cells"]
    assert cell["source"].startswith("ex-1: Sums\n3 of 3 points")


@pytest.mark.parametrize("file", ["all.zip", "worksheet.csv"])
def test_moodle_gets_each_page_under_the_number_of_the_participant(graded, course, file):
    zipped(
        graded.root / "all.zip",
        *(f"{name}_assignsubmission_file_/ex-1.py" for name in ("Ada Lovelace_7", "Bob Marsh_8")),
    )
    rows = "Participant 7,Ada Lovelace,ada@x.org,,,3.00,-,\nParticipant 8,Bob Marsh,bob@x.org,,,3.00,-,\n"
    graded.write("worksheet.csv", WORKSHEET + rows)
    ran = feedback(graded, course, "moodle", file)
    assert (ran.code, ran.err) == (0, "")
    found = packed(graded.root / "OUT" / "moodle-ex-1.zip")
    assert list(found) == [
        "Ada Lovelace_7_assignfeedback_file_/ex-1.html",
        "Bob Marsh_8_assignfeedback_file_/ex-1.html",
    ]
    pages = [
        (graded.root / "OUT" / name / "ex-1.html").read_text(encoding="utf-8") for name in ("ada", "bob")
    ]
    assert list(found.values()) == pages


UNCERTAIN = {
    "no id": ("canvas", ["lovelaceada_99_501_ex-1.py"], "ada: not in the zip: not in all.zip"),
    "an id of another": ("canvas", ["marshbob_17_501_ex-1.py", "x_17_502_ex-1.py"], ""),
    "another exercise": ("canvas", ["lovelaceada_17_501_ex-2.py"], "ada: not in the zip: 'lovelaceada_17_501_ex-2.py' is for ex-2"),
    "a quiz": ("canvas", ["lovelaceada17_question_7_501_ex-1.py"], "ada: not in the zip: Canvas would not find the student by"),
    "two numbers": ("moodle", [f"Ada Lovelace_{n}_assignsubmission_file_/ex-1.py" for n in (7, 8)], "ada: not in the zip: 'Ada Lovelace_7_assignsubmission_file_' and"),
    "one number twice": ("moodle", [f"{who}_7_assignsubmission_file_/ex-1.py" for who in ("Ada Lovelace", "Bob Marsh")], "ada: not in the zip: the number in"),
    "blind": ("moodle", ["Participant_7_assignsubmission_file_/ex-1.py"], "ada: not in the zip: not in all.zip"),
}  # fmt: skip


@pytest.mark.parametrize("case", UNCERTAIN)
def test_who_is_not_certain_is_left_out_and_listed(graded, course, case):
    lms, names, said = UNCERTAIN[case]
    zipped(graded.root / "all.zip", *names)
    ran = feedback(graded, course, lms, "all.zip")
    assert ran.code == 1
    assert said in ran.err
    assert "bob: not in the zip" in ran.err
    made = graded.root / "OUT" / f"{lms}-ex-1.zip"
    if said:
        assert "No zip was written, because nobody would be in it." in ran.out
        assert not made.exists()
    else:
        assert list(packed(made)) == names[:1]  # Canvas's id decides, not the name


def test_a_name_alone_is_not_enough_for_canvas(graded, course):
    graded.write("roster.csv", "student,name\nada,Ada Lovelace\nbob,Bob Marsh\n")
    zipped(graded.root / "all.zip", "lovelaceada_17_501_ex-1.py")
    ran = feedback(graded, course, "canvas", "all.zip")
    assert (
        "ada: not in the zip: only the name in 'lovelaceada_17_501_ex-1.py' fits; the roster lacks the canvas_id"
        in ran.err
    )


BOB_WAITS = "left out: bob: the feedback on ex-1 is not released before 2026-12-04 23:59 Europe/Paris"


def test_what_is_not_released_is_not_packed(graded, course):
    graded.write(
        "course.yaml",
        f"{COURSE}rules: {{timezone: Europe/Paris, deadlines: {{ex-1: 2026-12-01}}, extensions: [{{student: bob, days: 3}}]}}\n",
    )
    zipped(graded.root / "all.zip", "lovelaceada_17_501_ex-1.py", "marshbob_18_502_ex-1.py")
    for at, names in {"2026-11-30 12:00": [], "2026-12-03 12:00": ["lovelaceada_17_501_ex-1.py"]}.items():
        ran = feedback(graded, course, "canvas", "all.zip", "--at", at)
        assert (ran.code, BOB_WAITS in ran.err) == (1, True)
        made = graded.root / "OUT" / "canvas-ex-1.zip"
        assert (list(packed(made)) if made.exists() else []) == names


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--from", "all.zip"), "Use --from and --roster with --zip."),
        (("--zip", "canvas"), "--zip canvas needs --from: the zip of all submissions to an assignment."),
        (("--zip", "canvas", "--from", "all.zip"), "is for one assignment. Name one exercise after OUT."),
        (("ex-1", "--zip", "moodle", "--from", "all.zip"), "all.zip names nobody the way Moodle does."),
        (("ex-1", "--zip", "moodle", "--from", "roster.csv"), "roster.csv names nobody the way Moodle does."),
        (("ex-1", "--zip", "moodle", "--from", "gone.zip"), "gone.zip cannot be read"),
        (("ex-1", "--zip", "canvas", "--from", "all.zip", "--roster", "gone.csv"), "gone.csv"),
    ],
)
def test_what_cannot_be_packed_is_one_sentence(graded, course, arguments, said):
    zipped(graded.root / "all.zip", "lovelaceada_17_501_ex-1.py")
    ran = course(graded.root, "feedback", "OUT", *arguments)
    assert (ran.code, said in " ".join(ran.err.split())) == (2, True)
    assert not (graded.root / "OUT").exists()


def filled(small: Small, course: Run, *options: str) -> dict[str, str]:
    """Return the comments that an export writes, by participant."""
    ran = course(
        small.root,
        "export",
        "moodle",
        "--roster",
        "roster.csv",
        "--fill",
        "worksheet.csv",
        "--exercise",
        "ex-1",
        *options,
    )
    assert ran.code in {0, 1}, ran.err
    with (small.root / "exports" / "moodle-worksheet-ex-1.csv").open(encoding="utf-8", newline="") as stream:
        return {row["Identifier"]: row.get("Feedback comments", "") for row in csv.DictReader(stream)}


def test_the_worksheet_gets_the_text_of_the_feedback_as_html(graded, course):
    rows = "Participant 7,Ada Lovelace,ada@x.org,,,3.00,-,\nParticipant 8,Bob Marsh,bob@x.org,,,3.00,-,Well done\n"
    graded.write("worksheet.csv", WORKSHEET + rows)
    graded.write("course.yaml", f"{COURSE}contact: Write <to> us.\n")
    assert course(graded.root, "feedback", "OUT").code == 0
    texts = {
        name: (graded.root / "OUT" / name / "ex-1.feedback.txt").read_text("utf-8") for name in ("ada", "bob")
    }
    found = filled(graded, course)
    assert unescape(found["Participant 7"].replace("<br>", "\n")) == texts["ada"].strip()
    assert "Write &lt;to&gt; us." in found["Participant 7"]
    assert found["Participant 8"] == "Well done"  # of a teacher
    again = filled(graded, course, "--overwrite")
    assert unescape(again["Participant 8"].replace("<br>", "\n")) == texts["bob"].strip()
    assert set(filled(graded, course, "--no-comments").values()) == {""}


@pytest.mark.parametrize("messages", ["at_once", "never"])
def test_the_worksheet_says_only_what_is_released(graded, course, messages):
    graded.write("worksheet.csv", f"{WORKSHEET}Participant 7,Ada Lovelace,ada@x.org,,,3.00,-,\n")
    graded.write("course.yaml", f"{COURSE}release: {{messages: {messages}}}\n")
    said = filled(graded, course)["Participant 7"]
    assert "2 of 3 points" in said
    assert ("Write a number." in said) == (messages == "at_once")


letters = st.text(st.sampled_from("ab _-7.é"), min_size=1, max_size=6)
downloads = st.lists(st.tuples(letters, st.integers(1, 4), st.integers(5, 9)), min_size=1, max_size=5)


@settings(max_examples=50)
@given(downloads, st.lists(letters, min_size=1, max_size=4, unique=True))
def test_no_file_of_a_download_reaches_two_students_or_a_stranger(tmp_path_factory, files, names):
    """Canvas goes by the first two numbers of a name; whatever they are, they are the student's own."""
    file = tmp_path_factory.mktemp("zip") / "all.zip"
    zipped(file, *dict.fromkeys(f"{name}_{user}_{number}_ex-1.py" for name, user, number in files))
    people = {name: Person(name, name, lms_ids={CANVAS_ID: str(at)}) for at, name in enumerate(names, 1)}
    try:
        found = addresses(CANVAS, file, "ex-1", ["ex-1"], people)
    except UsageFault:
        return
    assert len(set(found.paths.values())) == len(found.paths)
    for student, path in found.paths.items():
        first = next(part for part in path.split("_") if re.fullmatch(r"\d+", part))
        assert people[student].lms_ids[CANVAS_ID] == first


@given(st.text(max_size=80), st.integers(0, 10**9))
def test_moodle_finds_the_number_whatever_the_name(name, number):
    path = MOODLE.feedback_name(next(iter(MOODLE.listed(_sheet(name, number)))), (), "ex-1")
    folder, file = path.split("/")
    assert folder.split("_", 4)[1:] == [
        str(number),
        "assignfeedback",
        "file",
        "",
    ]  # as importziplib.php splits it
    assert file == "ex-1.html"
    assert not folder.startswith(".")
    assert zipfile.ZipFile(io.BytesIO(pack([(path, "")]))).namelist() == [path]


def _sheet(name: str, number: int) -> Table:
    row = Row(2, (f"Participant {number}", name))
    return Table(Path("worksheet.csv"), ("Identifier", "Full name"), (row,))
