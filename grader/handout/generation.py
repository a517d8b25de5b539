"""Write what students receive, without overwriting their work."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

from grader.course.file_names import VISIBLE_CHECKS_FILE
from grader.course.loading import LoadedCourse, LoadedExercise
from grader.course.making import digests_of
from grader.course.paper import prepare, with_files
from grader.course.release import ResultPart
from grader.course.sitting import Sitting
from grader.digest import digest_of
from grader.errors import UsageFault
from grader.files import alone_in, open_file, read_file, refusal, write_file
from grader.handout.kit import NO_KIT, Kit, kit_of
from grader.handout.pack import PACK_FILE, Contents, Edition, PackDamage, open_pack, pack_bytes
from grader.handout.stubs import MAX_BYTES, SUFFIX, Format, stub_text

BATCH = 50  # students whose variants are in memory at once
Made = Mapping[tuple[str, str], Mapping[str, bytes]]  # files by name, by student and exercise
Variants = Mapping[tuple[str, str], Mapping[str, Any]]  # by student and exercise


@dataclass
class Generated:
    """The files that were written, and those that were kept because a student has worked on them."""

    written: list[Path] = field(default_factory=list)
    kept: list[Path] = field(default_factory=list)
    variants: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)  # by student, exercise


def generate(
    course: LoadedCourse,
    out: Path,
    students: Sequence[str] | None,
    form: Format,
    edition: Edition,
    handed_out: Variants = MappingProxyType({}),
    hand_out: Callable[[Variants, Made], None] = lambda _variants, _made: None,
    made: Callable[[str, str], Mapping[str, bytes]] = lambda _student, _exercise: {},
) -> Generated:
    """Write stubs and a pack into `out`, or into a subfolder for each student.

    `handed_out` holds parameters that students and groups already have, by name and exercise: they keep them.
    `made` returns the files of their own that were made before, which are never made again. `hand_out` is
    called with the parameters and these files of this handout before any file is written.

    Raises:
        CourseFaults: an exercise is wrong, or has no variant for a student.
        UsageFault: a file cannot be written, or `out` is not allowed.

    """
    generated = Generated()
    exercises = course.exercises()  # finds all faults before anything is written
    if edition == "practice":
        _check_release(course, students or [""])
    kit = kit_of(course, form, edition)
    folders: dict[str | None, Path] = (
        {None: out} if students is None else {student: out / student for student in students}
    )
    for folder in (out, *folders.values()):
        check_place(folder, course.root)
    for folder in folders.values():
        _check_edition(folder, _before(folder), edition)
    for batch in _batches(list(folders)):
        sittings = {
            student: [_sitting(course, one, student, handed_out, made) for one in exercises]
            for student in batch
        }
        variants = _variants(course, sittings)
        hand_out(variants, _made(course, sittings))
        generated.variants |= variants
        for student, own in sittings.items():
            written = write_handout(folders[student], own, form, edition, kit)
            generated.written += written.written
            generated.kept += written.kept
    return generated


def _batches(students: Sequence[str | None]) -> Iterator[Sequence[str | None]]:
    for begin in range(0, len(students), BATCH):
        yield students[begin : begin + BATCH]


def _sitting(
    course: LoadedCourse,
    exercise: LoadedExercise,
    student: str | None,
    handed_out: Variants,
    made: Callable[[str, str], Mapping[str, bytes]],
) -> Sitting:
    """Prepare an exercise for a student: on the variant of the group, if the exercise is for groups."""
    owner = _owner(course, student, exercise.name)
    kept = made(owner, exercise.name) if exercise.makes else {}
    params = {**handed_out.get((owner, exercise.name), {}), **digests_of(kept)}
    sitting = with_files(exercise, prepare(exercise, owner or None, params or None), kept)
    return replace(sitting, paper=sitting.paper.model_copy(update={"student": student}))


def _owner(course: LoadedCourse, student: str | None, exercise: str) -> str:
    """Return whose a variant is: a student, a group, or "" for everybody, if there is no roster."""
    return course.sharing.owner(student, exercise) if student else ""


def _variants(
    course: LoadedCourse, sittings: Mapping[str | None, Sequence[Sitting]]
) -> dict[tuple[str, str], Mapping[str, Any]]:
    """Return the parameters that are handed out, by owner and exercise."""
    return {place: one.params for place, one in _owned(course, sittings)}


def _made(course: LoadedCourse, sittings: Mapping[str | None, Sequence[Sitting]]) -> Made:
    """Return the files that were made for owners, by owner and exercise."""
    return {place: one.material.made for place, one in _owned(course, sittings) if one.material.made}


def _owned(
    course: LoadedCourse, sittings: Mapping[str | None, Sequence[Sitting]]
) -> Iterator[tuple[tuple[str, str], Sitting]]:
    for student, own in sittings.items():
        for one in own:
            exercise = one.paper.exercise
            yield (_owner(course, student, exercise), exercise), one


def check_place(folder: Path, root: Path) -> None:
    """Raise UsageFault if what students receive would be among the course's own files."""
    place, root = Path(os.path.realpath(folder)), Path(os.path.realpath(root))
    if place == root or root / "exercises" in (place, *place.parents):
        raise UsageFault(f"{folder} holds the course itself. Choose another folder, such as handout.")


def _check_release(course: LoadedCourse, students: Sequence[str]) -> None:
    """Raise UsageFault if a practice edition, which holds everything, would hold what is released later.

    Only what the author wrote counts: nobody who hands out practice wants the defaults of an assessed course.
    """
    now, releases = datetime.now(UTC), course.releases
    for name in course.record.exercises:
        written = course.record.release.model_fields_set | course.outline(name).release.model_fields_set
        for part in get_args(ResultPart):
            if part in written and not all(releases.visible(part, one, name, now) for one in students):
                raise UsageFault(
                    f"`release` of {name} holds '{part}' back, but a practice edition contains everything. "
                    "Use --edition assessed."
                )


def _check_edition(folder: Path, before: Contents | None, edition: Edition) -> None:
    """Raise UsageFault if a handout would reveal what the existing one must not."""
    if edition == "practice" and before is not None and before.edition == "assessed":
        raise UsageFault(
            f"{folder} holds the assessed edition, and the practice edition would add its solutions. "
            "Choose another folder, or use --edition assessed."
        )


def write_handout(
    folder: Path, sittings: Sequence[Sitting], form: Format, edition: Edition, kit: Kit = NO_KIT
) -> Generated:
    """Write what one student receives, with the `kit` that is the same for all.

    The pack is written first. It holds the digests of all files that were ever generated, so files of a
    command that was killed are recognised, and never mistaken for a student's work.

    Raises:
        UsageFault: a file cannot be written, or the practice edition would replace the assessed one.

    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with alone_in(folder):
            return _write(folder, sittings, form, edition, kit)
    except OSError as error:
        raise refusal(folder, "written", error) from None


def _write(folder: Path, sittings: Sequence[Sitting], form: Format, edition: Edition, kit: Kit) -> Generated:
    generated = Generated()
    before = _before(folder)
    _check_edition(folder, before, edition)
    contents = {**dict(_stubs(sittings, form, kit.install)), **kit.files}
    digests = dict(before.files) if before else {}
    for name, content in contents.items():
        new = digest_of(content)
        digests[name] = (new, *(old for old in digests.get(name, ()) if old != new))
    write_file(folder / PACK_FILE, pack_bytes(sittings, edition, digests, kit.recipes, kit.install))
    for name, content in contents.items():
        file = folder / name
        if _is_worked_on(file, digests[name]):
            generated.kept.append(file)
        else:
            file.parent.mkdir(exist_ok=True)
            write_file(file, content)
            generated.written.append(file)
    generated.written.append(folder / PACK_FILE)
    _remove_old_wheels(folder, contents, digests)
    return generated


def _remove_old_wheels(folder: Path, contents: Container[str], digests: Mapping[str, Container[str]]) -> None:
    """Remove wheels of earlier handouts, which README.md no longer names."""
    for name, known in digests.items():
        if name.endswith(".whl") and name not in contents and not _is_worked_on(folder / name, known):
            (folder / name).unlink(missing_ok=True)


def _is_worked_on(file: Path, digests: Container[str]) -> bool:
    """Return whether a file exists and was not generated."""
    if not file.exists():
        return False
    try:
        with open_file(file) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() not in digests
    except OSError as error:
        raise refusal(file, "read", error) from None


def _stubs(sittings: Sequence[Sitting], form: Format, install: str) -> Iterator[tuple[str, bytes]]:
    """Yield the files of one student by name: stubs, what the exercises bring, and the visible checks."""
    for sitting in sittings:
        exercise = sitting.paper.exercise
        pictures, material = sitting.material.pictures, sitting.material
        yield f"{exercise}{SUFFIX[form]}", stub_text(sitting.paper, form, install, pictures).encode()
        for name, file in {**material.handed_out, **(pictures if form == "python" else {})}.items():
            yield name, read_file(file, MAX_BYTES)
        yield from material.made.items()
        checks = sitting.folder / VISIBLE_CHECKS_FILE if sitting.folder else None
        if checks is not None and checks.is_file():
            yield f"checks/{exercise}.py", checks.read_text(encoding="utf-8").encode()


def _before(folder: Path) -> Contents | None:
    """Return what was generated last time; None if nothing was, or if the pack is damaged."""
    pack = folder / PACK_FILE
    try:
        return open_pack(pack).contents if pack.exists() else None
    except PackDamage:
        return None
