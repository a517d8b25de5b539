"""Strings planted in one student's name, handout and submission never appear on another student's page."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.classroom.roster import is_folder_name
from grader.course.loading import load_course
from grader.gradebook.store import Gradebook
from grader.render.feedback_page import feedback_files
from grader.service.feedback_folder import write_feedback
from tests.classroom.conftest import Small, new_class
from tests.conftest import Run

STUDENTS = ("plantedadaz", "plantedbobz")
PARTS = ("answer", "comment", "printed", "raised")
ROSTER = "student,name,email,canvas_id\n" + "".join(
    f"{one},Name of {one},mail-{one}@x.org,41{number}0007\n" for number, one in enumerate(STUDENTS)
)
LATER = datetime(2027, 1, 1, tzinfo=UTC)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
names = st.text("abzABZéøЖ名'-_ &;", max_size=8)


def word(student: str, part: str) -> str:
    """Return what is planted in a student's file, and found in the gradebook."""
    return f"{part}of{student}"


@pytest.fixture(scope="module")
def graded_once(tmp_path_factory: pytest.TempPathFactory) -> Small:
    return new_class(tmp_path_factory.mktemp("planted"))


@pytest.fixture
def graded(graded_once: Small, course: Run) -> Small:
    """Return a class that was handed out variants, with a word planted in each part of each file."""
    if (graded_once.root / "gradebook.db").exists():
        return graded_once
    small = graded_once
    small.write("roster.csv", ROSTER)
    small.replace("course.yaml", "seed: s", "seed: s\nrelease: {explanation: at_once, checks: at_once}")
    assert course(small.root, "generate", "out", "--roster", "roster.csv", "--edition", "assessed").code == 0
    for student in STUDENTS:
        answer, comment, printed, raised = (word(student, part) for part in PARTS)
        code = f"def double(x):\n    raise ValueError('{raised}')\n"
        small.hand_in(student, f"five = '{answer}'\n# {comment}\nprint('{printed}')\n{code}")
        small.hand_in(student, f"seven = '{answer}'\n", "ex-2")
    assert course(small.root, "grade", "S", "--roster", "roster.csv").code == 0
    return small


def numbers(small: Small) -> dict[str, int]:
    """Return the parameter that each student was handed."""
    rows = small.rows("select student, params from handed_out where exercise = 'ex-2'")
    return {student: json.loads(params)["N"] for student, params in rows}


def replant(database: Path, words: Mapping[str, str], parameters: Mapping[int, int]) -> None:
    """Write other words in place of those in a gradebook, also inside JSON, and other parameters."""
    with closing(sqlite3.connect(database)) as connection, connection:
        for (table,) in connection.execute("select name from sqlite_master where type = 'table'").fetchall():
            rows = connection.execute(f"select rowid, * from {table}")
            columns = ", ".join(f'"{one[0]}" = ?' for one in rows.description[1:])
            for rowid, *cells in rows.fetchall():
                changed = [
                    replanted(cell, words, parameters) if isinstance(cell, str) else cell for cell in cells
                ]
                if changed != cells:
                    connection.execute(f"update {table} set {columns} where rowid = ?", (*changed, rowid))


def replanted(cell: str, words: Mapping[str, str], parameters: Mapping[int, int]) -> str:
    is_json = cell.startswith(("{", "["))
    for old, new in words.items():
        cell = cell.replace(old, json.dumps(new)[1:-1] if is_json else new)
    for number, other in parameters.items():
        cell = cell.replace(f'"N": {number}}}', f'"N": {other}}}')
    return cell


def received(folder: Path) -> str:
    """Return everything that a student receives, without the style sheet and its hash."""
    files = "".join(file.read_text("utf-8") for file in sorted(folder.glob("*")))
    return re.sub("<style.*?</style>|<meta[^>]*>", "", files, flags=re.DOTALL)


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    around=st.lists(texts, min_size=8, max_size=8),
    called=st.lists(names, min_size=2, max_size=2),
    asked=st.lists(st.integers(2_000_000, 9_999_999), min_size=2, max_size=2, unique=True),
)
def test_nothing_of_one_student_is_on_the_page_of_another(
    graded: Small, around: list[str], called: list[str], asked: list[int]
) -> None:
    handed_out = numbers(graded)
    cores = {one: [f"core{one[7:10]}{part}" for part in (*PARTS, "name")] for one in STUDENTS}
    planted = [word(one, part) for one in STUDENTS for part in PARTS]
    new = [core for one in STUDENTS for core in cores[one][:-1]]
    words = {old: core + more for old, core, more in zip(planted, new, around, strict=True)}
    for student, name in zip(STUDENTS, called, strict=True):
        words[student] = f"{name}{cores[student][-1]}".lstrip()
    assert all(is_folder_name(words[one]) for one in STUDENTS)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(shutil.copytree(graded.root, Path(folder) / "class"))
        replant(
            root / "gradebook.db", words, {handed_out[one]: n for one, n in zip(STUDENTS, asked, strict=True)}
        )
        course = load_course(root)
        with Gradebook(course.record.gradebook, root) as gradebook:
            written = write_feedback(course, gradebook, root / "OUT", [], LATER, feedback_files)
        assert (written.pages, written.left_out) == (4, [])
        pages = [received(root / "OUT" / words[one]) for one in STUDENTS]
    for own, other, page, number, others in zip(
        STUDENTS, STUDENTS[::-1], pages, asked, asked[::-1], strict=True
    ):
        assert [core for core in (cores[own][0], cores[own][-1], f"Say {number}") if core not in page] == []
        theirs = (*cores[other], f"mail-{other}", str(others), "0007")
        assert [one for one in theirs if one in page] == []
