"""`generate` writes everything a student needs and never overwrites what a student has written."""

from __future__ import annotations

import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from grader.course.loading import LoadedCourse, load_course
from grader.course.release import Release
from grader.errors import CourseFaults, UsageFault
from grader.handout.generation import generate
from grader.handout.pack import open_pack
from grader.handout.stubs import Format
from grader.handout.wheel import own_wheel
from tests.course.building import VISIBLE
from tests.handout.handing import small_course


def listing(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


@pytest.mark.parametrize(("form", "suffix"), [("python", ".py"), ("notebook", ".ipynb")])
@pytest.mark.parametrize("edition", ["practice", "assessed"])
def test_what_is_written(tmp_path, form, suffix, edition):
    out = tmp_path / "out" / "deep"
    written = generate(small_course(tmp_path), out, None, form, edition)
    assert listing(out) == sorted(
        [
            *("README.md", "checks/exercise-2.py", "course.pack", own_wheel().name),
            *(f"exercise-1{suffix}", f"exercise-2{suffix}"),
        ]
    )
    assert (out / "checks/exercise-2.py").read_text() == VISIBLE
    assert sorted(str(file.relative_to(out)) for file in written.written) == listing(out)
    assert not written.kept
    assert open_pack(out / "course.pack").contents.edition == edition


@pytest.mark.parametrize("place", [".", "exercises", "exercises/exercise-1/out"])
def test_a_handout_does_not_lie_among_the_courses_own_files(tmp_path, place):
    course = small_course(tmp_path)
    before = listing(tmp_path)
    with pytest.raises(UsageFault, match="holds the course itself"):
        generate(course, tmp_path / place, None, "python", "practice")
    assert listing(tmp_path) == before


def test_the_practice_edition_never_replaces_the_assessed_one(tmp_path):
    course, out = small_course(tmp_path), tmp_path / "out"
    generate(course, out, ["ada"], "python", "assessed")
    with pytest.raises(UsageFault, match="holds the assessed edition"):
        generate(course, out, ["bob", "ada"], "python", "practice")
    assert not (out / "bob").exists()
    generate(course, out, ["ada"], "python", "assessed")


def test_a_practice_edition_holds_nothing_that_is_released_later(tmp_path):
    course, out = small_course(tmp_path), tmp_path / "out"
    for release in ({"checks": "never"}, {"explanation": "2999-01-01"}):
        later = replace(course, record=course.record.model_copy(update={"release": Release(**release)}))
        with pytest.raises(UsageFault, match=f"`release` of exercise-1 holds '{next(iter(release))}' back"):
            generate(later, out, ["ada"], "python", "practice")
        assert not out.exists()
        generate(later, tmp_path / "assessed", ["ada"], "python", "assessed")
    at_once = replace(course, record=course.record.model_copy(update={"release": Release(checks="at_once")}))
    assert generate(at_once, out, ["ada"], "python", "practice").written


def test_a_folder_for_each_student(tmp_path):
    out = tmp_path / "out"
    generate(small_course(tmp_path), out, ["ada", "emmy"], "python", "practice")
    assert {path.name for path in out.iterdir()} == {"ada", "emmy"}
    packs = {name: open_pack(out / name / "course.pack") for name in ("ada", "emmy")}
    assert {name: pack.contents.student for name, pack in packs.items()} == {"ada": "ada", "emmy": "emmy"}
    assert "(for emmy)" in (out / "emmy/exercise-1.py").read_text()


@pytest.mark.parametrize("form", ["python", "notebook"])
@pytest.mark.parametrize("change", [b"x = 1\n", b"", b"\xff\xfe not even text"])
def test_what_a_student_wrote_stays(tmp_path, form, change):
    course, out = small_course(tmp_path), tmp_path / "out"
    first = generate(course, out, None, form, "practice").written
    mine, untouched = first[:2]
    mine.write_bytes(change)
    again = generate(course, out, None, form, "practice")
    assert mine.read_bytes() == change
    assert again.kept == [mine]
    assert untouched in again.written


def test_a_stub_that_nobody_touched_is_written_again(tmp_path):
    course, out = small_course(tmp_path), tmp_path / "out"
    before = generate(course, out, None, "python", "practice")
    content = {file: file.read_bytes() for file in before.written}
    after = generate(course, out, None, "python", "practice")
    assert (after.written, after.kept) == (before.written, [])
    assert {file: file.read_bytes() for file in after.written} == content


def test_checks_that_a_student_changed_stay(tmp_path):
    course, out = small_course(tmp_path), tmp_path / "out"
    generate(course, out, None, "python", "practice")
    (out / "checks/exercise-2.py").write_text("my own\n")
    generate(course, out, None, "python", "practice")
    assert (out / "checks/exercise-2.py").read_text() == "my own\n"


def test_nothing_is_written_when_anything_is_wrong(tmp_path):
    course = small_course(tmp_path)
    (tmp_path / "exercises/exercise-2/exercise.yaml").write_text("title: x\n")
    with pytest.raises(CourseFaults):
        generate(course, tmp_path / "out", ["ada"], "python", "practice")
    assert not (tmp_path / "out").exists()


def test_where_nothing_can_be_written(tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(UsageFault, match=r"out cannot be written: "):
        generate(small_course(tmp_path), tmp_path / "out", None, "python", "practice")


def test_a_stub_that_nobody_touched_follows_the_course(tmp_path):
    course = small_course(tmp_path / "course")
    generate(course, tmp_path / "out", None, "python", "practice")
    exercise = course.exercises()[0].folder / "exercise.yaml"
    stub = tmp_path / "out" / f"{exercise.parent.name}.py"
    exercise.write_text(exercise.read_text(encoding="utf-8").replace("title: ", "title: New ", 1), "utf-8")
    generated = generate(load_course(tmp_path / "course"), tmp_path / "out", None, "python", "practice")
    assert generated.kept == []
    assert ": New " in stub.read_text(encoding="utf-8")


def retitled(root: Path, title: str) -> LoadedCourse:
    """Another version of the course's exercises."""
    for file in root.glob("exercises/*/exercise.yaml"):
        text = re.sub(r"^title: .*", f"title: {title}", file.read_text(), flags=re.MULTILINE)
        file.write_text(text)
    return load_course(root)


def test_formats_there_and_back_know_every_version_of_theirs(tmp_path):
    small_course(tmp_path / "course")
    forms: list[Format] = ["python", "notebook", "python", "notebook"]
    for title, form in zip(("One", "Two", "Three", "Four"), forms, strict=True):
        course = retitled(tmp_path / "course", title)
        generated = generate(course, tmp_path / "out", None, form, "practice")
        assert generated.kept == []
        assert title in generated.written[0].read_text()


def test_a_version_that_comes_back_is_known(tmp_path):
    small_course(tmp_path / "course")
    old = tmp_path / "old"
    generate(retitled(tmp_path / "course", "One"), old, None, "python", "practice")
    for title in ("One", "Two"):
        generate(retitled(tmp_path / "course", title), tmp_path / "out", None, "python", "practice")
    shutil.copy(old / "exercise-1.py", tmp_path / "out")
    generated = generate(retitled(tmp_path / "course", "Three"), tmp_path / "out", None, "python", "practice")
    assert generated.kept == []


def test_variants_are_remembered_before_anything_is_written(tmp_path):
    out, seen = tmp_path / "out", []
    course = small_course(tmp_path)

    def hand_out(variants, _made):
        assert not out.exists()
        seen.append(sorted(variants))

    generate(course, out, ["ada", "bob"], "python", "practice", hand_out=hand_out)
    exercises = ("exercise-1", "exercise-2")
    assert seen == [[(student, exercise) for student in ("ada", "bob") for exercise in exercises]]


def test_a_class_of_several_batches(tmp_path, monkeypatch):
    monkeypatch.setattr("grader.handout.generation.BATCH", 2)
    students = ["ada", "bob", "cyd"]
    generated = generate(small_course(tmp_path), tmp_path / "out", students, "python", "practice")
    assert {student for student, _ in generated.variants} == set(students)
    assert sorted(folder.name for folder in (tmp_path / "out").iterdir()) == students


def test_two_commands_at_once_take_nothing_for_work(tmp_path):
    """Each writes another version, and afterwards every stub is one of theirs."""
    roots = [tmp_path / name for name in ("one", "two")]
    for root in roots:
        small_course(root)
    courses = [retitled(root, root.name) for root in roots]
    with ThreadPoolExecutor(2) as pool:
        for _ in range(5):
            runs = [
                pool.submit(generate, one, tmp_path / "out", None, "python", "practice") for one in courses
            ]
            assert [run.result().kept for run in runs] == [[], []]


def test_a_pack_that_cannot_be_read_is_no_reason_to_forget(tmp_path):
    course, out = small_course(tmp_path), tmp_path / "out"
    generate(course, out, None, "python", "practice")
    (out / "course.pack").unlink()
    (out / "course.pack").mkdir()
    before = {file: file.read_bytes() for file in out.rglob("*") if file.is_file()}
    with pytest.raises(UsageFault, match=r"course\.pack cannot be read: Is a directory"):
        generate(course, out, None, "python", "practice")
    assert {file: file.read_bytes() for file in out.rglob("*") if file.is_file()} == before
