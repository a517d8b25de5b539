"""`grade`: what a student types. What it does is imported when it is known that there is something to do."""

from __future__ import annotations

import importlib
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import ModuleType

import click

from grader.cli import begin
from grader.cli.options import PATH
from grader.errors import SubmissionFault
from grader.examiner.packages import imported_beforehand
from grader.examiner.preloads import preloads
from grader.examiner.process import ExaminerProcess
from grader.examiner.submission import SUFFIXES, read_submission
from grader.worker.interrupts import held
from grader.worker.isolation.ways import own_way


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("exercise", required=False)
@click.option("--file", type=PATH, help="Grade this file instead of EXERCISE.py or .ipynb.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON, and nothing else.")
@click.option("--watch", is_flag=True, help="Grade again at every save, until Ctrl-C.")
@click.option("--hint", is_flag=True, help="Show the next hint of the first question that is not yet right.")
@click.version_option(package_name="torchgrade")
def command(exercise: str | None, file: Path | None, watch: bool, as_json: bool, hint: bool) -> int:
    """Grade your file for EXERCISE, or show the whole course at a glance.

    Exit code: 0 full marks, 1 not full marks, 2 something to correct in the command, 3 a bug of ours.
    """
    if exercise is None and (file or as_json or hint or watch):
        raise click.UsageError("Name an exercise, as in: grade exercise-3 --json")
    if as_json + hint + watch > 1:
        raise click.UsageError("Use one of --json, --hint and --watch.")
    if exercise is None:
        return int(_examine().glance())
    with _started(_preload(exercise, file)) as process:  # it imports torch while this one finds out the rest
        code = _examine().examine(process, exercise, file, watch=watch, as_json=as_json, hint=hint)
    return int(code)


def _examine() -> ModuleType:
    """What does the work, which --help does without."""
    return importlib.import_module("grader.cli.examine")


def _preload(exercise: str, file: Path | None) -> Collection[str]:
    """What the file that will be graded seems to import; what is wrong with it is told later."""
    here = Path.cwd()
    places = [folder / f"{exercise}{suffix}" for folder in (here, *here.parents) for suffix in SUFFIXES]
    with suppress(SubmissionFault, OSError):
        found = file or next(filter(Path.is_file, places), here)
        submission = read_submission(found)
        slow = imported_beforehand(submission)
        return dict.fromkeys([*slow, *preloads(slow, [submission.content])])
    return ()


@contextmanager
def _started(preload: Collection[str]) -> Iterator[ExaminerProcess]:
    with ExitStack() as stack:
        with held():  # from its first moment on, somebody ends it
            process = stack.enter_context(ExaminerProcess("grader.examiner.bench", own_way().name, preload))
        yield process


def main() -> None:
    """Run the command `grade`."""
    begin.grade()
