"""Writing what students receive, without ever overwriting what they wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.course.loading import VISIBLE_CHECKS_FILE, LoadedCourse
from grader.course.paper import Sitting, prepare
from grader.errors import UsageFault
from grader.handout.pack import PACK_FILE, Edition, pack_bytes
from grader.handout.stubs import SUFFIX, Format, stub_text


@dataclass
class Generated:
    """What was written, and what was left because a student has worked on it."""

    written: list[Path] = field(default_factory=list)
    kept: list[Path] = field(default_factory=list)


def generate(
    course: LoadedCourse, out: Path, students: Sequence[str] | None, form: Format, edition: Edition
) -> Generated:
    """Write stubs and a pack into `out`, or into a folder of it for each student.

    Raises:
        CourseFaults: an exercise is wrong, or has no variant for a student.
        UsageFault: a file cannot be written.

    """
    generated = Generated()
    course.exercises()  # every fault of every exercise, before anything is written
    for student in [None] if students is None else students:
        folder = out if student is None else out / student
        sittings = [prepare(exercise, student) for exercise in course.exercises()]
        try:
            _write_folder(folder, sittings, form, edition, generated)
        except OSError as error:
            raise UsageFault(f"{folder} cannot be written: {error.strerror}.") from None
    return generated


def _write_folder(
    folder: Path, sittings: Sequence[Sitting], form: Format, edition: Edition, generated: Generated
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for sitting in sittings:
        paper = sitting.paper
        _write(folder / f"{paper.exercise}{SUFFIX[form]}", stub_text(paper, form), generated)
        checks = sitting.folder / VISIBLE_CHECKS_FILE if sitting.folder else None
        if checks is not None and checks.is_file():
            (folder / "checks").mkdir(exist_ok=True)
            _write(folder / "checks" / f"{paper.exercise}.py", checks.read_text(encoding="utf-8"), generated)
    pack = folder / PACK_FILE
    pack.write_bytes(pack_bytes(sittings, edition))
    generated.written.append(pack)


def _write(file: Path, text: str, generated: Generated) -> None:
    """Write a file, unless there is one that was worked on."""
    if file.exists() and file.read_text(encoding="utf-8", errors="replace") != text:
        generated.kept.append(file)
    else:
        file.write_text(text, encoding="utf-8")
        generated.written.append(file)
