"""Wrong code over many variants, graded as `course check` does: which name it gets, and whether it deserves it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from grader.classroom.class_grader import ClassGrader
from grader.course.loading import LoadedCourse, LoadedExercise
from grader.course.paper import prepare, with_files
from grader.course.sitting import Sitting
from grader.course.sources import read_source
from grader.engine.lanes import processors
from grader.examiner.report import Report
from grader.proof.matrix import Column
from grader.proof.mutants import mutants
from grader.proof.proving import column_of, has_no_sense, job_of
from grader.proof.trials import Trial, code_trials
from grader.questions.kinds import KINDS
from tests.bench.deserved_names import Named, deserve

_SQUEEZE = "Standardised: self.linear((x - self.mean) / self.std).squeeze(-1) -> "
_KEPT = "predictions of the shape (n, 1) beside prices of the shape (n,) are this mistake"
BY_HAND = {  # names by a sign of what a model does, in code that was read: why they are right
    ("fit", f"{_SQUEEZE}self.linear((x - self.mean) / self.std)", "broadcast"): _KEPT,
    ("fit", f"{_SQUEEZE}self.linear((x - self.mean) / self.std).squeeze(-2)", "broadcast"): _KEPT,
    ("fit", f"{_SQUEEZE}self.linear((x - self.mean) / self.std).squeeze(-0)", "broadcast"): _KEPT,
    (
        "fit",
        "fit: torch.optim.SGD(model.parameters(), lr=0.1) -> torch.optim.SGD(model.parameters())",
        "too-few-steps",
    ): "the model is still learning when the loop ends, and more steps would do",
}


@dataclass
class OfCode:
    """What was seen of the code questions of a kind."""

    seen: Counter[str] = field(default_factory=Counter)  # as in the other lines of the table
    right: list[str] = field(default_factory=list)  # wrong solutions with a name that they deserve
    false: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)  # misconceptions without their own name


def trials_of(exercise: LoadedExercise, sitting: Sitting, asked: Sequence[str]) -> Iterator[Trial]:
    """Yield wrong solutions of these questions; of what is to be fixed, also mutants of the broken version."""
    for trial in code_trials(exercise, sitting):
        if trial.question in asked or (trial.is_killed_by_any and len(asked) == len(sitting.code_questions)):
            yield trial
    broken = {one.starts_from for one in exercise.record.questions if one.id in asked} - {""}
    for name in broken:
        for mutant in mutants(read_source(exercise.folder / name)):
            if mutant.function in asked:
                named = f"broken {mutant.name}"
                yield Trial("mutant", sitting, mutant.source, question=mutant.function, name=named)


def look_at_code(
    course: LoadedCourse, exercise: LoadedExercise, students: Sequence[str], asked: Sequence[str]
) -> OfCode:
    """Grade all wrong solutions of these questions in the variants of these students."""
    found = OfCode()
    sittings = [with_files(exercise, prepare(exercise, student)) for student in students]
    trials = [trial for sitting in sittings for trial in trials_of(exercise, sitting, asked)]
    jobs = (job_of(number, exercise.name, trial) for number, trial in enumerate(trials))
    named: dict[tuple[str, str, str], list[Trial]] = {}
    lanes = ClassGrader(course, jobs=processors()).lanes((exercise.name,), len(trials))
    for job, outcome in lanes.run(jobs):
        trial = trials[job.number]
        for question, column in _columns(trial, outcome.report):
            _count(found, trial, column)
            if trial.kind != "misconception" and column.killed_by and column.diagnosed:
                named.setdefault((question, trial.name, column.diagnosed), []).append(trial)
    _split(course, exercise, named, found)
    return found


def _columns(trial: Trial, report: Report) -> Iterator[tuple[str, Column]]:
    for question in report.questions:
        if KINDS[question.kind].by_checks and not has_no_sense(trial, question):
            yield question.id, column_of(trial, question, "")


def _count(found: OfCode, trial: Trial, column: Column) -> None:
    if trial.kind == "misconception":
        found.seen["trials"] += 1
        found.seen["named"] += column.diagnosed == trial.misconception
        if column.diagnosed != trial.misconception:
            found.missed.append(f"{trial.question}: {trial.name} is called {column.diagnosed}")
    elif column.killed_by:
        found.seen["random"] += 1
        found.seen["random named"] += column.diagnosed is not None


def _split(
    course: LoadedCourse,
    exercise: LoadedExercise,
    named: dict[tuple[str, str, str], list[Trial]],
    found: OfCode,
) -> None:
    """Find out for each named wrong solution whether it deserves the name, in the first variant that shows it."""
    by_sitting: dict[int, list[tuple[str, str, str]]] = {}
    for key, trials in named.items():
        by_sitting.setdefault(id(trials[0].sitting), []).append(key)
    for keys in by_sitting.values():
        sitting = named[keys[0]][0].sitting
        cases = [Named(question, named[key][0].text, name) for key in keys for question, _, name in [key]]
        for key, is_right in zip(keys, deserve(course, exercise, sitting, cases), strict=True):
            question, trial, name = key
            shown = f"{exercise.name}, {question}, {len(named[key])} times: {trial} is called {name}"
            (found.right if is_right or key in BY_HAND else found.false).append(shown)
            found.seen["right names" if is_right or key in BY_HAND else "false names"] += len(named[key])


def together(parts: Sequence[OfCode]) -> OfCode:
    """Add up what was seen."""
    whole = OfCode()
    for part in parts:
        whole.seen += part.seen
        whole = replace(whole, right=whole.right + part.right, false=whole.false + part.false)
        whole.missed += part.missed
    return whole
