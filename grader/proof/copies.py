"""An exercise as students have it: unpacked from what they receive, away from the author's other files."""

from __future__ import annotations

import contextlib
import linecache
import os
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType
from typing import Any

from grader.course.file_names import REFERENCE_FILE
from grader.course.loading import LoadedExercise
from grader.course.material import Material
from grader.course.sitting import Sitting
from grader.errors import CourseFaults, Fault
from grader.examiner.cause import place_in, raised_text
from grader.examiner.check_result import Check
from grader.examiner.checks import CheckSuite
from grader.examiner.collection import fault_at, variant_module, with_checks
from grader.examiner.deed import Note
from grader.examiner.surroundings import Surroundings
from grader.examiner.variant_module import VariantModule
from grader.handout.pack import PACK_FILE, Edition, open_pack, pack_bytes

EDITIONS: tuple[Edition, ...] = ("practice", "assessed")
REMEDY = "Keep it in the exercise's folder, and open it with Path(__file__).parent / 'its-name'."
REMEDY_IF_VISIBLE = f"{REMEDY} Write its full name in visible_checks.py, or it is not handed out."
_SYSTEM = ("/proc/", "/dev/", "/sys/", "/etc/", "/usr/", "/lib")


@dataclass(frozen=True)
class Copy:
    """What students of an edition have of an exercise."""

    exercise: LoadedExercise
    edition: Edition
    folder: Path
    root: Path  # of the course
    material: Material

    def faults(self, sitting: Sitting, passed: Sequence[tuple[str, bool]], note: Note) -> list[Fault]:
        """Return what is wrong with the checks here that passed in the author's own folder.

        Run it in a process that ends afterwards: from now on, all files that the process opens are watched.
        """
        code = {self.exercise.name: sitting.code_questions}
        opened = Opened(self.folder, self.root)
        os.chdir(self.folder.parent)
        sys.addaudithook(opened.hear)

        def look(suite: CheckSuite) -> list[Fault]:
            suite = replace(suite, references={self.exercise.name: self._reference(suite, note, sitting)})
            return list(self._failing(suite, sitting, passed))

        try:
            name = self.exercise.name
            faults = with_checks({name: self.folder}, code, look, note, {name: self.material})
        except CourseFaults as error:
            faults = [replace(one, sentence=self._said(one.sentence)) for one in error.faults]
        opened.is_over = True
        return [self._at_home(fault) for fault in (*faults, *opened.faults())]

    def _reference(self, suite: CheckSuite, note: Note, sitting: Sitting) -> VariantModule:
        if (self.folder / REFERENCE_FILE).is_file():
            return suite.references[self.exercise.name]
        around = Surroundings.of(self.exercise.folder, sitting.material)
        return variant_module(self.exercise.folder / REFERENCE_FILE, note, around)

    def _failing(
        self, suite: CheckSuite, sitting: Sitting, passed: Sequence[tuple[str, bool]]
    ) -> Iterator[Fault]:
        for check in suite.checks[self.exercise.name]:
            if (check.id, check.visible) in passed:
                error = suite.rehearse(self.exercise.name, check, sitting.params).raised
                if error is not None:
                    yield self._fault(check, error)

    def _fault(self, check: Check, error: BaseException) -> Fault:
        sentence = self._said(f"The check {check.id} raises {raised_text(error).rstrip('.')}.")
        remedy = REMEDY_IF_VISIBLE if self.edition == "assessed" else REMEDY
        place = place_in(self.folder, error)
        if place is None:
            return fault_at(check.item, sentence, remedy)
        return Fault(*place, None, "", sentence, remedy)

    def _said(self, sentence: str) -> str:
        told = sentence.replace(f"{self.folder.parent}{os.sep}", "")
        return f"With what students receive ({self.edition} edition): {told}"

    def _at_home(self, fault: Fault) -> Fault:
        """Name the author's own file instead of the copy."""
        file = fault.file.resolve()
        if not file.is_relative_to(self.folder.resolve()):
            return fault
        return replace(fault, file=self.exercise.folder / file.relative_to(self.folder.resolve()))


def copied(exercise: LoadedExercise, root: Path, sitting: Sitting, place: Path) -> Iterator[Copy]:
    """Unpack what students receive of an exercise into a folder."""
    for edition in EDITIONS:
        file = place / edition / PACK_FILE
        file.parent.mkdir()
        file.write_bytes(pack_bytes([sitting], edition, {}))
        folder = file.parent / "handout" / exercise.name
        with contextlib.closing(open_pack(file)) as pack:
            folder.mkdir(parents=True)
            pack.unpack(exercise.name, folder)
            material = pack.material(exercise.name, folder)
        yield Copy(exercise, edition, folder, root, material)


@dataclass
class Opened:
    """The files outside a copy that its modules open to read; one of Python's audit hooks sees all files."""

    folder: Path
    root: Path
    is_over: bool = False
    _found: dict[tuple[str, int], str] = field(default_factory=dict)
    _written: set[str] = field(default_factory=set)
    _is_busy: bool = False

    def hear(self, event: str, about: tuple[Any, ...]) -> None:
        """Note what is opened, and by which line."""
        if event != "open" or self._is_busy or self.is_over:
            return
        with self._busy(), contextlib.suppress(Exception):
            path, mode, flags = about
            if isinstance(path, str | bytes | os.PathLike):
                self._look(os.path.realpath(os.fsdecode(path)), mode, flags)

    @contextmanager
    def _busy(self) -> Iterator[None]:
        self._is_busy = True
        try:
            yield
        finally:
            self._is_busy = False

    def _look(self, path: str, mode: str | None, flags: int) -> None:
        writes = any(one in mode for one in "wax+") if mode else flags & (os.O_WRONLY | os.O_RDWR)
        if writes:
            self._written.add(path)
        elif path not in self._written and self._is_outside(path):
            place = self._own_line(sys._getframe())  # noqa: SLF001 who opened it
            if place:
                self._found.setdefault(place, path)

    def _is_outside(self, path: str) -> bool:
        if _is_in(path, self.folder) or _is_in(path, *_installed()) or not Path(path).is_file():
            return False
        if _is_in(path, self.root):
            return True
        is_private = any(part.startswith(".") for part in Path(path).parts)
        return not (is_private or path.startswith(_SYSTEM) or _is_in(path, Path(tempfile.gettempdir())))

    def _own_line(self, frame: FrameType | None) -> tuple[str, int] | None:
        own = os.path.realpath(self.folder)
        while frame is not None and not frame.f_code.co_filename.startswith(f"{own}{os.sep}"):
            if frame.f_code.co_filename == linecache.__file__:
                return None  # Python quotes the line of a warning
            frame = frame.f_back
        return (frame.f_code.co_filename, frame.f_lineno) if frame else None

    def faults(self) -> Iterator[Fault]:
        """Yield a fault for each line that opened a file."""
        for (file, line), path in self._found.items():
            sentence = f"It reads {path}, which students do not receive."
            yield Fault(Path(file), line, None, "", sentence, REMEDY)


def _installed() -> Iterator[Path]:
    """Yield the folders of Python, of its packages and of this program."""
    yield from map(Path, {*sysconfig.get_paths().values(), sys.prefix, sys.base_prefix})
    yield Path(__file__).parents[1]


def _is_in(path: str, *folders: Path) -> bool:
    return any(path.startswith(f"{os.path.realpath(folder)}{os.sep}") for folder in folders)
