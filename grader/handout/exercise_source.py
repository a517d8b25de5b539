"""Where `grade` finds its exercises: the packed file of a handout, or the folder of the course itself."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from grader.course.file_names import COURSE_FILE
from grader.course.loading import LoadedCourse, LoadedExercise, load_course
from grader.course.paper import prepare, with_files
from grader.course.sitting import Paper, Sitting
from grader.errors import SubmissionFault, UsageFault, did_you_mean
from grader.examiner.submission import SUFFIXES, read_submission
from grader.handout import wording
from grader.handout.exercise_name import files_like
from grader.handout.pack import PACK_FILE, Pack, open_pack
from grader.handout.untouched import is_untouched


class ExerciseSource(Protocol):
    """Exercises with everything that grading them needs."""

    @property
    def root(self) -> Path:
        """The folder that holds the student's files."""

    @property
    def title(self) -> str:
        """The course's title."""

    @property
    def exercises(self) -> Sequence[str]:
        """The names of the exercises, in order."""

    @property
    def packages(self) -> Sequence[str]:
        """What students' files may import."""

    @property
    def install(self) -> str:
        """What pip installs in the first cell of a notebook."""

    def paper_title(self, name: str) -> str:
        """Return the title of an exercise."""

    def sitting(self, name: str) -> Sitting:
        """Return an exercise, ready for grading."""

    def exercise(self, name: str) -> LoadedExercise:
        """Return an exercise as its author wrote it, to draw further variants from."""

    def close(self) -> None:
        """Remove temporary files."""


@dataclass(frozen=True)
class PackedSource:
    """A handout."""

    pack: Pack

    @property
    def root(self) -> Path:
        """The folder of the packed file."""
        return self.pack.file.parent

    @property
    def title(self) -> str:
        """The course's title."""
        return self.pack.contents.course

    @property
    def exercises(self) -> Sequence[str]:
        """The packed exercises."""
        return self.pack.exercises

    @property
    def packages(self) -> Sequence[str]:
        """What students' files may import."""
        return self.pack.contents.packages

    @property
    def install(self) -> str:
        """What pip installs in the first cell of a notebook."""
        return self.pack.contents.install

    def paper_title(self, name: str) -> str:
        """Return the title of an exercise."""
        return self.pack.sitting(name).paper.title

    def sitting(self, name: str) -> Sitting:
        """Return an exercise, ready for grading."""
        return self.pack.sitting(name)

    def exercise(self, name: str) -> LoadedExercise:
        """Return an exercise as its author wrote it."""
        return self.pack.exercise(name)

    def close(self) -> None:
        """Remove what was unpacked."""
        self.pack.close()


@dataclass(frozen=True)
class CourseSource:
    """A course's own folder, where its author works on variant 0."""

    course: LoadedCourse

    @property
    def root(self) -> Path:
        """The course's folder."""
        return self.course.root

    @property
    def title(self) -> str:
        """The course's title."""
        return self.course.record.title

    @property
    def exercises(self) -> Sequence[str]:
        """The course's exercises."""
        return self.course.record.exercises

    @property
    def packages(self) -> Sequence[str]:
        """What students' files may import."""
        return self.course.record.packages

    @property
    def install(self) -> str:
        """Return nothing: an author has installed it."""
        return ""

    def paper_title(self, name: str) -> str:
        """Return the title of an exercise."""
        return self.course.outline(name).title

    def sitting(self, name: str) -> Sitting:
        """Return variant 0 of an exercise, ready for grading."""
        exercise = self.course.exercise(name)
        return replace(with_files(exercise, prepare(exercise, None)), is_practice=True)

    def exercise(self, name: str) -> LoadedExercise:
        """Return an exercise."""
        return self.course.exercise(name)

    def close(self) -> None:
        """Do nothing: nothing was unpacked."""


def find_source(start: Path) -> ExerciseSource:
    """Find the handout or course that contains a folder.

    Raises:
        UsageFault: there is none in this folder or above.
        CourseFaults: it is a course with a wrong course.yaml.

    """
    for folder in (start, *start.parents):
        if (folder / PACK_FILE).is_file():
            return PackedSource(open_pack(folder / PACK_FILE))
        if (folder / COURSE_FILE).is_file():
            return CourseSource(load_course(folder))
    raise UsageFault(wording.NO_EXERCISES.format(folder=start, pack=PACK_FILE, course=COURSE_FILE))


def check_name(source: ExerciseSource, exercise: str) -> None:
    """Raise UsageFault if there is no such exercise."""
    if exercise not in source.exercises:
        remedy = did_you_mean(exercise, source.exercises)
        raise UsageFault(wording.NO_EXERCISE.format(exercise=exercise, remedy=remedy))


def find_file(source: ExerciseSource, exercise: str, word: str = "") -> Path:
    """Find the student's file for an exercise; a `word` can name it, or choose between two by its suffix.

    Raises:
        UsageFault: there is no such exercise or file, or both a .py and a .ipynb.

    """
    check_name(source, exercise)
    return own_file(source.root, exercise, word)


def own_file(root: Path, exercise: str, word: str = "", paper: Callable[[], Paper] | None = None) -> Path:
    """Find the file for an exercise in a student's folder, or the file that a `word` names.

    Of a .py and a .ipynb, an untouched stub does not count, if `paper` says what the stub is.

    Raises:
        UsageFault: there is no such file, or both a .py and a .ipynb.

    """
    named = Path(word)
    if named.suffix in SUFFIXES and named.is_file():
        return named
    suffixes = [named.suffix] if named.suffix in SUFFIXES else SUFFIXES
    found = [file for suffix in suffixes if (file := root / f"{exercise}{suffix}").is_file()]
    if len(found) > 1 and paper is not None:
        found = _answered(found, paper()) or found[:1]
    if len(found) > 1:
        raise UsageFault(wording.TWO_FILES.format(first=found[0].name, second=found[1].name))
    if not found:
        names = " or ".join(f"{exercise}{suffix}" for suffix in suffixes)
        alike = files_like(root, exercise)
        remedy = wording.NAME_YOUR_FILE
        if alike:
            remedy = wording.SIMILAR_FILE.format(file=shlex.quote(alike[0]))
        raise UsageFault(wording.NO_FILE.format(names=names, folder=root, remedy=remedy))
    return found[0]


def _answered(files: Sequence[Path], paper: Paper) -> list[Path]:
    """Return the files that are not untouched stubs."""
    return [file for file in files if not _is_untouched(file, paper)]


def _is_untouched(file: Path, paper: Paper) -> bool:
    with suppress(SubmissionFault):
        return is_untouched(paper, file.name, read_submission(file).content)
    return False
