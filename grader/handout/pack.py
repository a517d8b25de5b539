"""The packed file that is handed out with the stubs, so that `grade` works on a student's machine.

It is a zip of JSON and Python. In a practice edition it has all that grading needs; in an assessed one it has
only papers and visible checks. Anyone can open it: nothing in it is secret.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from grader.course.beside import files_beside, imported_modules, public_files
from grader.course.file_names import (
    CHECKS_FILE,
    HELPERS_FILE,
    MISCONCEPTIONS_FILE,
    REFERENCE_FILE,
    VISIBLE_CHECKS_FILE,
)
from grader.course.loading import LoadedExercise
from grader.course.material import HELPERS, NO_MATERIAL, PICTURES, Material
from grader.course.sitting import Paper, Sitting
from grader.errors import UsageFault
from grader.files import read_file, refusal
from grader.handout import wording
from grader.handout.recipe import Recipe
from grader.language.record import Record
from grader.questions.kinds import KINDS
from grader.worker.temporary import Folder

PACK_FILE = "course.pack"
MAX_BYTES = 64 << 20  # the whole pack, unpacked

Edition = Literal["practice", "assessed"]
_OWN = (REFERENCE_FILE, CHECKS_FILE, VISIBLE_CHECKS_FILE, MISCONCEPTIONS_FILE)
_BESIDE = "beside"  # the folder in a pack for other files that checks read
_RECIPE = "recipe.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time in a zip: equal packs have equal bytes


def _all(digests: object) -> object:
    """Accept also a single digest, as in old packs."""
    return (digests,) if isinstance(digests, str) else digests


class PackDamage(UsageFault):
    """A packed file exists but cannot be read."""


class Contents(Record):
    """The description of a pack, in pack.json."""

    format: Literal[1] = 1
    edition: Edition
    course: str
    student: str | None
    exercises: tuple[str, ...]
    packages: tuple[str, ...]
    install: str = ""  # what pip installs in the first cell of a notebook
    # The SHA-256 of everything that was generated under a name, newest first, to recognise students' work.
    files: dict[str, Annotated[tuple[str, ...], BeforeValidator(_all)]] = {}


def pack_bytes(
    sittings: Sequence[Sitting],
    edition: Edition,
    files: Mapping[str, tuple[str, ...]],
    recipes: Mapping[str, Recipe] = MappingProxyType({}),
    install: str = "",
) -> bytes:
    """Pack what one student receives; `files` holds the digests of all files generated with it.

    A practice pack also holds `recipes`, by exercise, to draw further variants from.
    """
    papers = [sitting.paper for sitting in sittings]
    contents = Contents(
        edition=edition,
        course=papers[0].course,
        student=papers[0].student,
        exercises=tuple(paper.exercise for paper in papers),
        packages=papers[0].packages,
        install=install,
        files=dict(files),
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        _write(archive, "pack.json", contents.model_dump_json(indent=1))
        for sitting in sittings:
            _write_sitting(archive, sitting, edition)
        for name, recipe in recipes.items() if edition == "practice" else ():
            _write(archive, f"{name}/{_RECIPE}", recipe.model_dump_json())
        _check_size(archive)
    return stream.getvalue()


def _write_sitting(archive: zipfile.ZipFile, sitting: Sitting, edition: Edition) -> None:
    name = sitting.paper.exercise
    _write(archive, f"{name}/paper.json", sitting.paper.model_dump_json(indent=1))
    if edition == "practice" and sitting.keys is not None:
        keys = {question: key.model_dump() for question, key in sitting.keys.items()}
        hidden = sorted(sitting.material.hidden)
        key = {"params": dict(sitting.params), "keys": keys, "hidden_files": hidden}
        _write(archive, f"{name}/key.json", json.dumps(key))
    for file, source in _files(sitting, edition).items():
        _write(archive, f"{name}/{'' if file in _OWN else f'{_BESIDE}/'}{file}", _content(source))
    for file, content in sitting.material.made.items():
        _write(archive, f"{name}/{_BESIDE}/{file}", content)


def _files(sitting: Sitting, edition: Edition) -> dict[str, Path]:
    """Return the files that an edition holds of an exercise, by their names."""
    material, is_code = sitting.material, bool(sitting.folder and sitting.code_questions)
    brought = {**material.handed_out, **material.pictures}
    if edition == "practice":
        found = files_beside(sitting.folder) if sitting.folder and is_code else {}
        helpers = {HELPERS_FILE: material.helpers} if material.helpers and is_code else {}
        return {**found, **material.hidden, **material.explaining, **helpers, **brought}
    found = public_files(sitting.folder) if sitting.folder and is_code else {}
    checks = found.get(VISIBLE_CHECKS_FILE)
    if material.helpers and checks and any(module == HELPERS for module, _ in imported_modules(checks)):
        found[HELPERS_FILE] = material.helpers
    return {**{name: file for name, file in found.items() if name not in material.hidden}, **brought}


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise refusal(file, "read", error) from None


def _write(archive: zipfile.ZipFile, name: str, content: str | bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)


def _check_size(archive: zipfile.ZipFile) -> None:
    """Raise UsageFault if a pack is too large to be opened again."""
    infos = archive.infolist()
    size = sum(info.file_size for info in infos)
    if size > MAX_BYTES:
        largest = max(infos, key=lambda info: info.file_size).filename.replace(f"/{_BESIDE}/", "/")
        raise UsageFault(
            f"The exercises hold {size >> 20} MiB of files; at most {MAX_BYTES >> 20} MiB can be handed out. "
            f"The largest is {largest}. "
            "Shrink it, or move files that no check reads out of the exercise's folder."
        )


@dataclass(frozen=True)
class Pack:
    """An open packed file."""

    file: Path
    contents: Contents
    files: dict[str, bytes]

    @property
    def exercises(self) -> tuple[str, ...]:
        """The exercises in it, in order."""
        return self.contents.exercises

    def sitting(self, name: str) -> Sitting:
        """Return an exercise, ready for grading.

        Raises:
            UsageFault: the pack is damaged.

        """
        try:
            paper = Paper.model_validate_json(self.files[f"{name}/paper.json"])
            key_file = self.files.get(f"{name}/key.json")
            params, keys = self._keys(paper, key_file) if key_file is not None else ({}, None)
        except Exception:
            raise _damaged(self.file) from None
        folder, is_practice = self._checks(name), self.contents.edition == "practice"
        material = self.material(name, folder) if folder else NO_MATERIAL
        return Sitting(paper, params, keys, folder, is_practice, material)

    def material(self, name: str, folder: Path) -> Material:
        """Return what an exercise brings with it, unpacked in a folder.

        Raises:
            UsageFault: the pack is damaged.

        """
        try:
            paper = Paper.model_validate_json(self.files[f"{name}/paper.json"])
            hidden = json.loads(self.files.get(f"{name}/key.json", b"{}")).get("hidden_files", ())
            beside = self._beside(name)
            if not {*paper.files, *hidden} <= beside.keys():
                raise _damaged(self.file)
        except Exception:
            raise _damaged(self.file) from None
        return Material(
            shipped={one: folder / one for one in paper.files},
            hidden={one: folder / one for one in hidden},
            pictures={one: folder / one for one in beside if Path(one).suffix.lower() in PICTURES},
            helpers=folder / HELPERS_FILE if HELPERS_FILE in beside else None,
            hands_out_helpers=paper.hands_out_helpers,
        )

    def _beside(self, name: str) -> dict[str, bytes]:
        """Return an exercise's other files by their names."""
        start = f"{name}/{_BESIDE}/"
        return {one.removeprefix(start): self.files[one] for one in self.files if one.startswith(start)}

    def exercise(self, name: str) -> LoadedExercise:
        """Return an exercise as its author wrote it, to draw further variants from.

        Raises:
            UsageFault: the pack has no solutions, comes from an older version, or is damaged.

        """
        if self.contents.edition == "assessed":
            raise UsageFault(wording.NO_VARIANTS)
        if f"{name}/{_RECIPE}" not in self.files:
            raise UsageFault(wording.OLDER.format(flag="--another"))
        sitting = self.sitting(name)
        try:
            return Recipe.model_validate_json(self.files[f"{name}/{_RECIPE}"]).exercise_of(sitting)
        except Exception:
            raise _damaged(self.file) from None

    @staticmethod
    def _keys(paper: Paper, content: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
        key = json.loads(content)
        kinds = {question.id: KINDS[question.kind] for question in paper.questions}
        return key["params"], {
            id_: kinds[id_].key_type.model_validate(data) for id_, data in key["keys"].items()
        }

    def _checks(self, name: str) -> Path | None:
        """Return the folder with an exercise's unpacked files, or None if it has none."""
        if not self._beside(name) and not any(f"{name}/{file}" in self.files for file in _OWN):
            return None
        folder = self._folder.path / "exercises" / name  # as in a course: pytest lists the folder above both
        self.unpack(name, folder)
        return folder

    def unpack(self, name: str, folder: Path) -> None:
        """Write an exercise's checks, and the other files that they need, into a folder.

        Raises:
            UsageFault: the pack is damaged.

        """
        files = {file: self.files[f"{name}/{file}"] for file in _OWN if f"{name}/{file}" in self.files}
        files |= self._beside(name)
        for file, content in files.items():
            target = (folder / file).resolve()
            if not target.is_relative_to(folder.resolve()):
                raise _damaged(self.file)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)

    @cached_property
    def _folder(self) -> Folder:
        return Folder("pack")

    def close(self) -> None:
        """Remove what was unpacked."""
        if "_folder" in vars(self):
            self._folder.close()


def open_pack(file: Path) -> Pack:
    """Open a packed file.

    Raises:
        UsageFault: it does not exist, cannot be read, or is damaged.

    """
    content = io.BytesIO(read_file(file, MAX_BYTES))
    try:
        with zipfile.ZipFile(content) as archive:
            if sum(info.file_size for info in archive.infolist()) > MAX_BYTES:
                raise _damaged(file)
            files = {info.filename: archive.read(info) for info in archive.infolist()}
        contents = Contents.model_validate_json(files["pack.json"])
    except Exception:
        raise _damaged(file) from None
    return Pack(file, contents, files)


def _damaged(file: Path) -> PackDamage:
    return PackDamage(wording.DAMAGED.format(file=file))
