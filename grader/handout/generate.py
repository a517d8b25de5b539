"""Writing what students receive, without ever overwriting what they wrote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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
    variants: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)  # by student, exercise


def generate(
    course: LoadedCourse,
    out: Path,
    students: Sequence[str] | None,
    form: Format,
    edition: Edition,
    handed_out: Mapping[tuple[str, str], Mapping[str, Any]] = {},
) -> Generated:
    """Write stubs and a pack into `out`, or into a folder of it for each student.

    `handed_out` are parameters that students were given before, by student and exercise: they keep them.

    Raises:
        CourseFaults: an exercise is wrong, or has no variant for a student.
        UsageFault: a file cannot be written, or `out` is no place for it.

    """
    generated = Generated()
    course.exercises()  # every fault of every exercise, before anything is written
    folders = {None: out} if students is None else {student: out / student for student in students}
    for folder in folders.values():
        _check_place(folder, course.root, edition)
    for student, folder in folders.items():
        sittings = [
            prepare(exercise, student, handed_out.get((student or "", exercise.name)))
            for exercise in course.exercises()
        ]
        try:
            written = write_handout(folder, sittings, form, edition)
        except OSError as error:
            raise UsageFault(f"{folder} cannot be written: {error.strerror}.") from None
        generated.written += written.written
        generated.kept += written.kept
        if student is not None:
            generated.variants |= {(student, one.paper.exercise): one.params for one in sittings}
    return generated


def _check_place(folder: Path, root: Path, edition: Edition) -> None:
    """Raise UsageFault where a handout would lie among the course's own files, or tell what it must not."""
    place = folder.resolve()
    if place == root.resolve() or (root / "exercises").resolve() in (place, *place.parents):
        raise UsageFault(f"{folder} holds the course itself. Take another folder, such as handout.")
    if edition == "practice" and _edition_before(folder / PACK_FILE) == "assessed":
        raise UsageFault(
            f"{folder} holds the assessed edition; the practice edition would bring its solutions. "
            "Take another folder, or say --edition assessed."
        )


def write_handout(folder: Path, sittings: Sequence[Sitting], form: Format, edition: Edition) -> Generated:
    """Write what one student receives.

    Raises:
        OSError: a file cannot be written.

    """
    generated = Generated()
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
    return generated


def _texts(sittings: Sequence[Sitting], form: Format) -> Iterator[tuple[str, str]]:
    """The files of one student by name: stubs, and the checks that they may see."""
    for sitting in sittings:
        exercise = sitting.paper.exercise
        yield f"{exercise}{SUFFIX[form]}", stub_text(sitting.paper, form)
        checks = sitting.folder / VISIBLE_CHECKS_FILE if sitting.folder else None
        if checks is not None and checks.is_file():
            yield f"checks/{exercise}.py", checks.read_text(encoding="utf-8")


def _edition_before(pack: Path) -> Edition | None:
    try:
        return open_pack(pack).contents.edition
    except UsageFault:
        return None


def _digests_before(pack: Path) -> dict[str, str]:
    """What was generated the last time: a file that is still that has not been worked on."""
    try:
        return open_pack(pack).contents.files
    except UsageFault:
        return {}
