"""The fresh variants that a student has: which one a word means, and where its questions are kept."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.course.loading import LoadedExercise
from grader.course.sitting import Sitting
from grader.errors import UsageFault
from grader.examiner.submission import SUFFIXES
from grader.files import write_file
from grader.folding import folded
from grader.handout import wording
from grader.handout.another import MARK, Another, another
from grader.handout.exercise_name import meant
from grader.handout.exercise_source import ExerciseSource, check_name
from grader.handout.pack import Pack, open_pack, pack_bytes
from grader.handout.progress import FOLDER, make_folder

PACK_SUFFIX = ".pack"
_NUMBERED = re.compile(r"(?P<exercise>.+?)[ _-]*another[ _-]*(?P<number>[1-9]\d{0,5})(?:\.py|\.ipynb)?$")


@dataclass(frozen=True)
class FreshSource:
    """One fresh variant, packed as a handout of its own, beside the student's other exercises."""

    pack: Pack
    beside: ExerciseSource

    @property
    def root(self) -> Path:
        """The folder that holds the student's files."""
        return self.beside.root

    @property
    def title(self) -> str:
        """The course's title."""
        return self.beside.title

    @property
    def exercises(self) -> Sequence[str]:
        """The exercises of the course, without the fresh variant: its result is not remembered."""
        return self.beside.exercises

    @property
    def packages(self) -> Sequence[str]:
        """What students' files may import."""
        return self.pack.contents.packages

    @property
    def install(self) -> str:
        """Return nothing: the handout around it says what to install."""
        return ""

    def paper_title(self, name: str) -> str:
        """Return the title of an exercise."""
        return self.pack.sitting(name).paper.title

    def sitting(self, name: str) -> Sitting:
        """Return the fresh variant, ready for grading."""
        return self.pack.sitting(name)

    def exercise(self, name: str) -> LoadedExercise:
        """Return the exercise that it is a variant of."""
        return self.beside.exercise(exercise_of(name, self.exercises))

    def close(self) -> None:
        """Remove what was unpacked."""
        self.pack.close()


def find_exercise(source: ExerciseSource, word: str) -> tuple[ExerciseSource, str]:
    """Return the exercise or the fresh variant that a student names, and where it is.

    Raises:
        UsageFault: there is no such exercise or variant.

    """
    numbered = _NUMBERED.match(folded(word))
    if numbered is None or meant(source.exercises, word) in source.exercises:
        name = meant(source.exercises, word)
        check_name(source, name)
        return source, name
    exercise = meant(source.exercises, numbered["exercise"])
    check_name(source, exercise)
    name = f"{exercise}{MARK}{numbered['number']}"
    if not _pack_of(source.root, name).is_file():
        raise UsageFault(wording.NO_FRESH.format(name=name, exercise=exercise))
    return FreshSource(open_pack(_pack_of(source.root, name)), source), name


def exercise_of(name: str, exercises: Collection[str]) -> str:
    """Return the exercise that a fresh variant belongs to, or the exercise itself."""
    return name if name in exercises else name.rpartition(MARK)[0]


def draw_next(source: ExerciseSource, exercise: str) -> tuple[Another, Path]:
    """Draw the next fresh variant of an exercise, and save its questions.

    Return it and the file that a student writes the answers into, which does not exist yet.

    Raises:
        UsageFault: the handout has no further variants, or the folder cannot be written.
        CourseFaults: no variant can be drawn.

    """
    loaded, number = source.exercise(exercise), 1
    earlier: list[Mapping[str, Any]] = []
    while taken := _taken(source, f"{exercise}{MARK}{number}"):
        earlier += [pack.sitting(pack.exercises[0]).params for pack in _opened(taken)]
        number += 1
    drawn = another(loaded, source.sitting(exercise), number, earlier)
    make_folder(source.root)
    write_file(_pack_of(source.root, drawn.name), pack_bytes([drawn.sitting], "practice", {}))
    return drawn, source.root / f"{drawn.name}{suffix_in(source, exercise)}"


def suffix_in(source: ExerciseSource, exercise: str) -> str:
    """Return the suffix of a student's file for an exercise, or else of any exercise."""
    names = (f"{name}{suffix}" for name in (exercise, *source.exercises) for suffix in SUFFIXES)
    return next((Path(name).suffix for name in names if (source.root / name).is_file()), SUFFIXES[0])


def _taken(source: ExerciseSource, name: str) -> list[Path]:
    """Return the files of a fresh variant that exist."""
    files = [_pack_of(source.root, name), *(source.root / f"{name}{suffix}" for suffix in SUFFIXES)]
    return [file for file in files if os.path.lexists(file)]


def _opened(files: Sequence[Path]) -> Iterator[Pack]:
    """Yield the packs among files that can be read."""
    for file in files:
        with suppress(UsageFault):
            if file.suffix == PACK_SUFFIX:
                yield open_pack(file)


def _pack_of(root: Path, name: str) -> Path:
    return root / FOLDER / f"{name}{PACK_SUFFIX}"
