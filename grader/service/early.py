"""An examiner process that imports torch while `grade` imports the rest and finds its task."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from grader.errors import SubmissionFault
from grader.examiner.packages import imported_beforehand
from grader.examiner.preloads import preloads
from grader.examiner.process import ExaminerProcess
from grader.examiner.submission import SUFFIXES, Submission, read_submission
from grader.handout.exercise_name import meant
from grader.worker.interrupts import held
from grader.worker.isolation.ways import own_way

__all__ = ["ExaminerProcess", "started_for", "started_with"]


@contextmanager
def started_for(exercise: str | None, file: Path | None) -> Iterator[ExaminerProcess]:
    """Start a process for the file that will be graded, or for all files here, and end it afterwards."""
    with _started(_preload(exercise, file) if exercise else _preload_of_all()) as process:
        yield process


@contextmanager
def started_with(submission: Submission) -> Iterator[ExaminerProcess]:
    """Start a process for source that will be graded, and end it afterwards."""
    with _started(_imported_by(submission)) as process:
        yield process


@contextmanager
def _started(preload: Collection[str]) -> Iterator[ExaminerProcess]:
    with ExitStack() as stack:
        with held():  # it is ended, whatever happens from now on
            process = stack.enter_context(ExaminerProcess("grader.examiner.bench", own_way().name, preload))
        yield process


def _preload(exercise: str, file: Path | None) -> Collection[str]:
    """Return what the file seems to import; its faults are reported later."""
    here = Path.cwd()
    places = [folder / f"{exercise}{suffix}" for folder in (here, *here.parents) for suffix in SUFFIXES]
    with suppress(SubmissionFault, OSError):
        found = file or next(filter(Path.is_file, places), None) or _file_meant(here, exercise)
        return _imported_by(read_submission(found))
    return ()


def _preload_of_all() -> Collection[str]:
    """Return what the files in this folder seem to import."""
    found: dict[str, None] = {}
    for file in sorted(file for file in Path.cwd().iterdir() if file.suffix in SUFFIXES):
        with suppress(SubmissionFault, OSError):
            found |= _imported_by(read_submission(file))
    return found


def _imported_by(submission: Submission) -> dict[str, None]:
    slow = imported_beforehand(submission)
    return dict.fromkeys([*slow, *preloads(slow, [submission.content])])


def _file_meant(folder: Path, word: str) -> Path:
    """Return the file in a folder that a word may mean, or the folder if there is none."""
    files = {file.stem: file for file in folder.iterdir() if file.suffix in SUFFIXES}
    return files.get(meant(files, word), folder)
