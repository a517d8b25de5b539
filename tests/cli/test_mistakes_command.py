"""`course mistakes`, as an instructor types it, on a graded class; and on samples of the shipped course."""

from __future__ import annotations

import random
import shutil
import sys
from pathlib import Path

import pytest
import yaml

assert sys.platform != "win32"  # it has no fork

from grader.classroom.class_grader import ClassGrader
from grader.classroom.class_run import ClassRun
from grader.classroom.collecting import Collected
from grader.course.loading import LoadedCourse, load_course
from grader.course.paper import variant_of
from grader.gradebook.store import Gradebook
from tests.bench.find_mistakes import Classroom, removable
from tests.classroom.conftest import RIGHT, Small, new_class
from tests.conftest import Run

HOSTILE = "seven = {value}  # \\x1b[31m of Ada\n"
HAVE_IT = [f"bob-{number}" for number in range(10)]


@pytest.fixture(scope="module")
def graded_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Grade a class: ten count twice and one more in their files; ten triple by adding two; one is right."""
    made = new_class(tmp_path_factory.mktemp("mistaken"))
    made.replace("exercises/ex-2/exercise.yaml", "answer: N", "answer: N + 3")
    course = load_course(made.root)
    for student in HAVE_IT:
        number = variant_of(course.exercise("ex-2"), student).params["N"]
        made.hand_in(student, HOSTILE.format(value=f"2 * {number} + 1"), "ex-2")
        made.hand_in(student, RIGHT.replace("3 * x", "x + 2"))
    made.hand_in("ada")
    with Gradebook(course.record.gradebook, made.root) as gradebook:
        given = {(one, "ex-2"): dict(variant_of(course.exercise("ex-2"), one).params) for one in HAVE_IT}
        gradebook.hand_out(given)
        run = ClassRun(ClassGrader(course), gradebook, personal=True)
        assert list(run.look(Collected([made.root / "S"], course.record.exercises, None))) == []
        assert len(list(run.run())) == 21
    return made.root


@pytest.fixture
def graded(graded_once: Path, tmp_path: Path) -> Small:
    return Small(Path(shutil.copytree(graded_once, tmp_path / "graded")))


def test_it_proposes_a_formula_and_code(course: Run, graded: Small) -> None:
    ran = course(graded.root, "mistakes")
    assert ran.code == 0, ran.err
    assert "ex-2/exercise.yaml, question seven: 10 of 10" in ran.out
    assert "def triple_found_1(x):\n    return x + 2" in ran.out
    assert all(len(line) <= 80 for line in ran.out.splitlines())
    assert "bob" not in ran.out
    assert "Ada" not in ran.out
    assert "\x1b" not in ran.out


def test_names_are_there_on_request(course: Run, graded: Small) -> None:
    assert "bob-0" in course(graded.root, "mistakes", "ex-2", "--students").out


def test_what_it_proposes_can_be_pasted(course: Run, graded: Small) -> None:
    out = course(graded.root, "mistakes", "ex-2").out
    found = yaml.safe_load("\n".join(line for line in out.splitlines() if line.startswith("    ")))
    file = graded.root / "exercises" / "ex-2" / "exercise.yaml"
    exercise = yaml.safe_load(file.read_text(encoding="utf-8"))
    exercise["questions"][0] |= {**found, "hints": ["Look again."]}
    file.write_text(yaml.safe_dump(exercise), encoding="utf-8")
    checked = course(graded.root, "check", "ex-2", "--variants", "2")
    assert checked.code == 0, checked.out + checked.err
    assert "0 misconceptions proposed" in course(graded.root, "mistakes", "ex-2").out


def test_a_report_that_students_get_has_none_of_it(graded: Small) -> None:
    course = load_course(graded.root)
    with Gradebook(course.record.gradebook, graded.root) as gradebook:
        submissions = [one.submission for one in gradebook.attempts("bob-0")]
        reports = [report for _, report in gradebook.counting_reports(submissions)]
    stored = "".join(report.stored() for report in reports)
    assert '"returned"' in stored
    assert '"value"' in stored
    for report in reports:
        for text in (report.whole(), report.model_dump_json()):
            assert '"returned"' not in text
            assert '"value"' not in text


def test_a_class_too_small_is_told_the_least_number(course: Run, graded: Small) -> None:
    for student in HAVE_IT[3:]:
        assert course(graded.root, "forget", student).code in {0, 1}
    out = course(graded.root, "mistakes", "ex-2").out
    assert "at least 8 unexplained wrong answers" in out
    assert "ex-2.seven (3)" in out


def test_a_file_that_cannot_be_read_is_not_called_an_earlier_version(course: Run, graded: Small) -> None:
    graded.hand_in("bob-0", 'seven = "7\n', "ex-2")
    course(graded.root, "grade", "S")
    ran = course(graded.root, "mistakes")
    assert ran.code == 0, ran.err
    assert "left out" not in ran.out


def test_without_reports_it_says_what_to_do(course: Run, own: Path) -> None:
    ran = course(own, "mistakes")
    assert (ran.code, ran.out) == (2, "")
    assert "course grade" in ran.err


@pytest.mark.slow
def test_nine_of_ten_of_the_shipped_course_are_found(shipped: LoadedCourse) -> None:
    found: dict[tuple[str, str], bool | None] = {}
    for name in ("exercise-2", "exercise-4"):
        draw = random.Random(name)
        room = Classroom(shipped, shipped.exercise(name), 120, draw)
        chosen = draw.sample(list(removable(room.exercise)), 5)
        found |= {(name, one.name): room.found(one)[0] for one in chosen}
    assert list(found.values()).count(False) <= 1, found


@pytest.mark.slow
def test_code_of_the_shipped_course_is_found(shipped: LoadedCourse) -> None:
    room = Classroom(shipped, shipped.exercise("exercise-10"), 120, random.Random(0))
    chosen = [one for one in removable(room.exercise) if one.name in {"starts-from-zero", "forgot-relu"}]
    assert [room.found(one)[0] for one in chosen] == [True, True]
