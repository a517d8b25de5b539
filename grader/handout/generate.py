"""Writing what students receive, without ever overwriting what they wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.course.loading import VISIBLE_CHECKS_FILE, LoadedCourse
from grader.course.paper import Sitting, prepare
from grader.digest import digest_of
from grader.errors import UsageFault
from grader.handout.pack import PACK_FILE, Edition, open_pack, pack_bytes
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
    pack = folder / PACK_FILE
    texts = dict(_texts(sittings, form))
    digests = {name: digest_of(text.encode()) for name, text in texts.items()}
    before = _digests_before(pack)
    for name, text in texts.items():
        file = folder / name
        if file.exists() and digest_of(file.read_bytes()) not in {digests[name], before.get(name)}:
            generated.kept.append(file)
        else:
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
            generated.written.append(file)
    pack.write_bytes(pack_bytes(sittings, edition, {**before, **digests}))
    generated.written.append(pack)


def _texts(sittings: Sequence[Sitting], form: Format) -> Iterator[tuple[str, str]]:
    """The files of one student by name: stubs, and the checks that they may see."""
    for sitting in sittings:
        exercise = sitting.paper.exercise
        yield f"{exercise}{SUFFIX[form]}", stub_text(sitting.paper, form)
        checks = sitting.folder / VISIBLE_CHECKS_FILE if sitting.folder else None
        if checks is not None and checks.is_file():
            yield f"checks/{exercise}.py", checks.read_text(encoding="utf-8")


def _digests_before(pack: Path) -> dict[str, str]:
    """What was generated the last time: a file that is still that has not been worked on."""
    try:
        return open_pack(pack).contents.files
    except UsageFault:
        return {}
