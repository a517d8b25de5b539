"""What each LMS must do, whichever it is: with the golden files in the folder of its name."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from pkgutil import iter_modules

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import grader.lms
from grader.classroom.collecting import Collected
from grader.classroom.feedback_zip import addresses
from grader.classroom.naming import named
from grader.classroom.ownership import Ownership
from grader.classroom.roster import Roster, read_roster
from grader.errors import CourseFaults
from grader.identity import Person
from grader.lms import EXPORTS, ID_COLUMNS, LMSS
from grader.lms.base import Lms
from grader.lms.export import Entry, Export, File, Item
from tests.conftest import ROOT, Run

GOLDEN = Path(__file__).parent / "golden"
NO_LMS = {
    "canvas_rest",
    "sending",
    "token",
    "base",
    "export",
    "filling",
    "people_list",
}  # modules of the package that all LMSs share
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
COURSE = "format: 1\ntitle: T\nseed: s\nexercises: [exercise-1]\npackages: []\n"
EXERCISE = """
format: 1
title: Sums
questions:
  - {id: one, kind: number, prompt: Say 1., answer: "1"}
  - {id: two, kind: number, prompt: Say 2., answer: "2", points: 2}
"""
ANSWERS = {"ada": "one = 1\ntwo = 2\n", "bob": "one = 1\ntwo = 0\n", "cyd": "one = 0\ntwo = 0\n"}
ITEM = Item("exercise-1", "Sums", 3, (Entry("ada", 3, None), Entry("bob", 1, None), Entry("cyd", 0, None)))

every_lms = pytest.mark.parametrize("lms", LMSS, ids=lambda lms: lms.name)
every_export = pytest.mark.parametrize("lms", EXPORTS, ids=lambda lms: lms.name)


@dataclass(frozen=True)
class Member:
    """One file of a download."""

    file: str
    student: str  # the students whose it is, with blanks between them
    note: str
    time: str = ""

    def content(self, lms: Lms, answers: str) -> str:
        """Return what the LMS writes into the file, or a student's answers."""
        beside = GOLDEN / lms.name / "beside" / Path(self.file).name
        return beside.read_text("utf-8") if self.note == "beside" and beside.exists() else answers


def download(lms: Lms, name: str = "download") -> list[Member]:
    """Return what the golden download holds."""
    with (GOLDEN / lms.name / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return [Member(**row) for row in csv.DictReader(stream)]


def roster(lms: Lms) -> Roster:
    """Return the golden roster."""
    return read_roster(GOLDEN / lms.name / "roster.csv")


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def tables(content: bytes) -> list[list[list[str]]]:
    """Return the sheets of a workbook, or the one table of a CSV."""
    if not content.startswith(b"PK"):
        return [rows(content.decode("utf-8"))]
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [
        [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
        for sheet in book.worksheets
    ]


def with_all_ids(*students: str) -> dict[str, Person]:
    """Return students whom every LMS knows."""
    return {
        student: Person(
            student,
            f"{student} X",
            f"{student}@x.org",
            "S",
            {column: f"{number}" if column.is_number else f"{student}-{number}" for column in ID_COLUMNS},
        )
        for number, student in enumerate(students, 10)
    }


PEOPLE = with_all_ids("ada", "bob", "cyd")


def missing(lms: Lms, root: Path) -> list[str]:
    """Return what an LMS lacks in a repository, and what to write there."""
    golden, page = f"tests/lms/golden/{lms.name}", f"docs/lms/{lms.name}.md"
    columns = ", ".join(column.name for column in lms.id_columns) or "name"
    wanted = {
        f"{golden}/roster.csv": f"a roster of ada, bob and cyd with the columns student and {columns}",
        f"{golden}/download.csv": "the names in a download of submissions: file, student, note",
        page: f"a page on what {lms.title} takes and gives",
    }
    if lms.summary:
        wanted[f"{golden}/export"] = f"the files that `course export {lms.name}` writes"
    if lms.lists:
        wanted[f"{golden}/people"] = "its lists of people, each with the roster that it becomes"
    if lms.owner_list:
        wanted[f"{golden}/listed.csv"] = "the names in a download that need a list, like download.csv"
        wanted[f"{golden}/list.csv"] = f"{lms.owner_list}, for `course grade --list`"
    if lms.takes_back:
        wanted[f"{golden}/feedback.csv"] = f"the names in a zip of feedback that {lms.title} takes back"
    if lms.fills:
        wanted[f"{golden}/gradebook.csv"] = f"{lms.fills}, as {lms.title} writes it"
        wanted[f"{golden}/filled"] = f"the files that `course export {lms.name} --fill gradebook.csv` writes"
    lacking = [f"add {path}: {what}" for path, what in wanted.items() if not (root / path).exists()]
    return lacking or [f"add to {page}: {word}" for word in unsaid(lms, (root / page).read_text("utf-8"))]


def unsaid(lms: Lms, page: str) -> list[str]:
    """Return what the page of an LMS does not name."""
    columns = [f"`{column.name}`" for column in lms.id_columns]
    headers = [f"`{header}`" for header in lms.columns]
    fill = ["`--fill`"] if lms.fills else []
    export = [f"course export {lms.name}"] if lms.summary else []
    wanted = [f"# {lms.title.removeprefix('a ')}", *export]
    back = [f"--zip {lms.name}"] if lms.takes_back else []
    return [
        word for word in (*wanted, *columns, *headers, *fill, *back) if word.casefold() not in page.casefold()
    ]


@every_lms
def test_an_lms_has_golden_files_and_a_page(lms: Lms) -> None:
    assert not missing(lms, ROOT), "\n".join(missing(lms, ROOT))


def test_what_an_lms_lacks_is_named(tmp_path: Path) -> None:
    canvas = next(lms for lms in LMSS if lms.name == "canvas")
    assert "add tests/lms/golden/canvas/gradebook.csv: its gradebook export, as Canvas writes it" in missing(
        canvas, tmp_path
    )
    assert "`SIS User ID`" in unsaid(canvas, "# Canvas\n`course export canvas`")


def test_the_list_of_pages_is_complete() -> None:
    text = (ROOT / "docs/lms/README.md").read_text("utf-8")
    left = [f"{lms.name}.md" for lms in LMSS if f"]({lms.name}.md)" not in text]
    assert not left, f"Link in docs/lms/README.md: {', '.join(left)}"


def test_the_page_on_adding_an_lms_names_every_member() -> None:
    page = (ROOT / "docs/add-an-lms.md").read_text("utf-8")
    members = {*vars(Lms), *Lms.__annotations__}
    left = [name for name in sorted(members) if not name.startswith("_") and f"`{name}`" not in page]
    assert not left, f"Add rows to docs/add-an-lms.md: {', '.join(left)}"


def test_every_module_is_an_lms_that_the_commands_know() -> None:
    modules = {module.name for module in iter_modules(grader.lms.__path__)} - NO_LMS
    assert {type(lms).__module__.removeprefix("grader.lms.").partition(".")[0] for lms in LMSS} == modules
    assert len({lms.name for lms in LMSS}) == len(LMSS) == len(modules)
    assert len({column.name for column in ID_COLUMNS}) == len(ID_COLUMNS)


@every_lms
def test_the_roster_keeps_every_id(lms: Lms) -> None:
    people = roster(lms).people
    assert list(people) == ["ada", "bob", "cyd"]
    assert {column for person in people.values() for column in person.lms_ids} == set(lms.id_columns)


@every_lms
def test_its_own_file_is_refused_as_a_roster(lms: Lms) -> None:
    if lms.fills:
        with pytest.raises(CourseFaults):
            read_roster(GOLDEN / lms.name / "gradebook.csv")


DOWNLOADS = [(lms, "download") for lms in LMSS] + [(lms, "listed") for lms in LMSS if lms.owner_list]


@pytest.mark.parametrize(("lms", "name"), DOWNLOADS, ids=lambda one: getattr(one, "name", one))
@pytest.mark.parametrize("form", ["zip", "folder"])
def test_each_file_of_a_download_is_somebody_s_or_reported(
    lms: Lms, name: str, form: str, tmp_path: Path
) -> None:
    members = download(lms, name)
    source = packed(tmp_path / "all.zip", {one.file: one.content(lms, one.file) for one in members})
    if form == "folder":
        with zipfile.ZipFile(source) as archive:
            archive.extractall(tmp_path / "all")
        source = tmp_path / "all"
    lists = [GOLDEN / lms.name / "list.csv"] if name == "listed" else []
    collected = Collected([source], ["exercise-1"], roster(lms), ownership=Ownership.listed_in(lists))
    files = [found.read() for found in collected]
    found = {(one.content.decode(), one.student, one.is_late) for one in files}
    graded = [one for one in members if one.note in {"", "late"}]
    assert found == {(one.file, who, one.note == "late") for one in graded for who in one.student.split()}
    reported = [one for one in members if one.note == "left out"]
    assert len(collected.left_out) == len(reported), collected.left_out
    times = {one.content.decode(): one.time.isoformat() if one.time else "" for one in files}
    assert form == "folder" or times == {one.file: one.time for one in graded}
    assert not collected.doubtful() or reported


@every_lms
def test_no_other_lms_takes_its_names(lms: Lms) -> None:
    whole = [one.file.split("/") for one in download(lms)]
    paths = [*whole, *(path[1:] for path in whole if path[1:])]  # a folder around all does not matter
    own = {tuple(path): lms.read(path) for path in paths if lms.read(path)}
    assert {path: named(path) for path in own} == own
    assert own or type(lms).read is Lms.read


@every_lms
@pytest.mark.parametrize(
    "name", ["ada", "ada_lovelace", "Lovelace_Ada_ada1", "Ada Lovelace", "ada-17", "a.b"]
)
def test_a_student_s_own_folder_is_left_to_its_student(lms: Lms, name: str) -> None:
    own = f"'{name}/' can be a student's own folder: read less with {type(lms).__name__}.read, or nothing"
    assert lms.read((name, "")) is lms.read((name, "exercise-1.py")) is None, own


def packed(file: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file


@every_export
def test_scores_go_from_its_download_to_its_gradebook(lms: Lms, tmp_path: Path, course: Run) -> None:
    golden = GOLDEN / lms.name
    (tmp_path / "exercises" / "exercise-1").mkdir(parents=True)
    (tmp_path / "course.yaml").write_text(COURSE, encoding="utf-8")
    (tmp_path / "exercises" / "exercise-1" / "exercise.yaml").write_text(EXERCISE, encoding="utf-8")
    files = {
        one.file: one.content(
            lms, "one = 9\n" if one.note not in {"", "late"} else ANSWERS.get(one.student, "")
        )
        for one in download(lms)
    }
    options = ["--roster", golden / "roster.csv", "--exercise", "exercise-1"]
    course(tmp_path, "grade", packed(tmp_path / "all.zip", files), *options)
    ran = course(tmp_path, "export", lms.name, *options, "--out", "export")
    assert (ran.code, ran.err) == (0, "")
    assert_same(tmp_path / "export", golden / "export")
    if lms.fills:
        ran = course(
            tmp_path, "export", lms.name, *options, "--out", "filled", "--fill", golden / "gradebook.csv",
            "--overwrite",
        )  # fmt: skip
        assert (ran.code, ran.err) == (0, "")
        assert_same(tmp_path / "filled", golden / "filled")
    else:
        ran = course(tmp_path, "export", lms.name, "--fill", golden / "roster.csv")
        assert (ran.code, f"not with {lms.title}" in ran.err) == (2, True)


def assert_same(written: Path, golden: Path) -> None:
    """Compare two folders of exports, except for times."""
    hint = f"Read {written}. If it is right, copy it to {golden}."
    assert contents(written) == contents(golden), hint


def contents(folder: Path) -> dict[str, list[list[list[str]]]]:
    time = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")
    return {
        file.name: [
            [[time.sub("TIME", cell) for cell in row] for row in table] for table in tables(file.read_bytes())
        ]
        for file in sorted(folder.glob("*"))
    }


@every_lms
def test_feedback_goes_back_under_its_own_names(lms: Lms, tmp_path: Path) -> None:
    if lms.takes_back:
        source = packed(tmp_path / "all.zip", {one.file: one.file for one in download(lms)})
        found = addresses(lms, source, "exercise-1", ["exercise-1"], roster(lms).people).paths
        with (GOLDEN / lms.name / "feedback.csv").open(encoding="utf-8", newline="") as stream:
            assert found == {row["student"]: row["file"] for row in csv.DictReader(stream)}


@every_export
def test_the_help_names_it(lms: Lms, tmp_path: Path, course: Run) -> None:
    ran = course(tmp_path, "export", "--help")
    help_ = " ".join(ran.out.split())
    assert f"{lms.name} {lms.summary}" in help_
    assert not lms.fills or f"{lms.summary} --fill takes {lms.fills}" in help_


def score_column(table: list[list[str]]) -> int:
    """Return the scores: they are in the last column, or in the one that is called so."""
    return table[0].index("score") if "score" in table[0] else -1


@every_export
def test_files_are_rectangular_without_a_blank_score(lms: Lms) -> None:
    for file in lms.write(Export((ITEM,), PEOPLE)):
        for table in tables(file.content):
            assert len({len(row) for row in table}) == 1
            assert all(row[score_column(table)].strip() for row in table)
        assert file.rows == len(ITEM.entries)


@every_export
def test_no_cell_of_any_file_is_a_formula(lms: Lms) -> None:
    """Names, sections, titles and rules are guarded, in every table that is written."""
    people = {"ada": replace(PEOPLE["ada"], name="=1+1", section="@x")}
    item = replace(ITEM, entries=(Entry("ada", 3, None, "-1 day"),))
    titled = item if lms.columns else replace(item, title="+1")
    for file in lms.write(Export((titled,), people)):
        if file.data:  # text cells of a workbook are not formulas
            book = openpyxl.load_workbook(io.BytesIO(file.data))
            types = {cell.data_type for sheet in book.worksheets for row in sheet.iter_rows() for cell in row}
            assert types <= {"s", "n"}
            continue
        cells = [cell for row in rows(file.text) for cell in row]
        assert not [cell for cell in cells if cell.startswith(FORMULA_STARTS)]
        assert [cell for cell in cells if cell.startswith("'")] or lms.name not in {"canvas", "csv"}


@every_export
def test_one_bad_id_leaves_one_student_out(lms: Lms) -> None:
    ids = {name: dict.fromkeys(ID_COLUMNS, name) for name in ("ada", "=1+1")}
    people = {name: Person(name, name, lms_ids=own) for name, own in ids.items()}
    item = replace(ITEM, entries=(Entry("=1+1", 3, None), Entry("ada", 3, None)))
    file = lms.write(Export((item,), people))[0]
    assert file.rows == 1
    assert file.left_out == ["=1+1: the id '=1+1' looks like a formula; correct it in the roster"]
    assert not [
        cell for table in tables(file.content) for row in table for cell in row if cell.startswith("=")
    ]


@every_export
def test_who_left_the_course_blocks_nobody(lms: Lms) -> None:
    people = {name: person for name, person in PEOPLE.items() if name != "cyd"}
    file: File = lms.write(Export((ITEM,), people))[0]
    assert (file.rows, file.left_out) == ((2, ["cyd: not in the roster"]) if lms.columns else (3, []))


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
scores = st.lists(st.floats(-1, 9) | st.none(), min_size=1, max_size=4)


@every_export
@given(scores, st.data())
@settings(deadline=None)
def test_everybody_with_a_score_is_in_one_row_or_left_out(
    lms: Lms, given_scores: list[float | None], data: st.DataObject
) -> None:
    names = [f"s{number}" for number in range(len(given_scores))]
    kept = st.dictionaries(st.sampled_from(ID_COLUMNS), texts.filter(bool), max_size=len(ID_COLUMNS))
    people = {name: Person(name, data.draw(texts), lms_ids=data.draw(kept)) for name in names}
    item = replace(ITEM, entries=tuple(map(Entry, names, given_scores, [None] * len(names))))
    for file in lms.write(Export((item,), people))[:1]:
        assert file.rows + len(file.left_out) + len(file.notes) == len(names)
        reported = [reason.partition(":")[0] for reason in (*file.left_out, *file.notes)]
        assert len(set(reported)) == len(reported)


pieces = st.sampled_from(["_", " ", "-", ".", "/", "7", "LATE", "ada", "exercise-1.py", "attempt", "file"])


@every_lms
@given(st.lists(pieces | texts, min_size=1, max_size=9).map("".join), st.booleans())
def test_any_name_is_read_or_passed_over(lms: Lms, name: str, in_folder: bool) -> None:
    for read in (lms.read((name, "exercise-1.py") if in_folder else (name,)), lms.read_inside(name)):
        assert read is None or read.file == "exercise-1.py" or name.endswith(read.file)
    assert isinstance(lms.owners_beside(name, name.encode()), dict)
