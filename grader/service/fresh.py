"""Files that a student can get again: a stub, and another variant to practise on."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from grader.course.sitting import Sitting
from grader.examiner.submission import SUFFIXES
from grader.files import write_file
from grader.handout.exercise_source import ExerciseSource, find_source, own_file
from grader.handout.fresh_variant import draw_next, exercise_of, find_exercise, suffix_in
from grader.handout.stub_again import StubAgain

__all__ = ["Fresh", "StubAgain", "fresh_variant", "stub_again"]


@dataclass(frozen=True)
class Fresh:
    """A fresh variant: its name, its file, and the questions that have the same answer as before."""

    name: str
    file: Path
    same: tuple[str, ...]


def fresh_variant(folder: Path, word: str) -> Fresh:
    """Draw another variant of an exercise and write its stub.

    Raises:
        UsageFault: there is no such exercise, it has no further variants, or a file cannot be written.

    """
    with closing(find_source(folder)) as found:
        _, name = find_exercise(found, word)
        drawn, file = draw_next(found, exercise_of(name, found.exercises))
        write_file(file, _stub(file, drawn.sitting, found.install).stub)
        return Fresh(drawn.name, file, drawn.same)


def stub_again(folder: Path, word: str) -> StubAgain:
    """Make the stub of an exercise again, without writing it.

    Raises:
        UsageFault: there is no such exercise, or the student's file cannot be read.

    """
    with closing(find_source(folder)) as found:
        source, name = find_exercise(found, word)
        with closing(source):
            file = _file(source, name, Path(word).suffix)
            return _stub(file, source.sitting(name), found.install)


def _stub(file: Path, sitting: Sitting, install: str) -> StubAgain:
    return StubAgain.of(file, sitting.paper, install, sitting.material.pictures)


def _file(source: ExerciseSource, name: str, suffix: str) -> Path:
    """Return the student's file in the folder of the handout: nothing elsewhere is ever replaced."""
    if any((source.root / f"{name}{one}").exists() for one in SUFFIXES):
        return own_file(source.root, name, str(source.root / f"{name}{suffix if suffix in SUFFIXES else ''}"))
    return source.root / f"{name}{suffix_in(source, name)}"
