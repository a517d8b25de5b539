"""Prove exercises before they are published.

Over many variants, in fresh confined workers: the reference earns everything and the stub nothing; every
misconception is wrong and recognised; mutants of the reference and impostors are noticed by the checks; what
students receive gives nothing away.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from grader.classroom.class_grader import ClassGrader
from grader.course.drawing import difference
from grader.course.file_names import REFERENCE_FILE
from grader.course.loading import LoadedCourse, LoadedExercise
from grader.course.making import difference_of_files
from grader.course.paper import prepare, variant_of, with_files
from grader.course.sitting import Sitting
from grader.engine.handed_in import HandedIn
from grader.engine.job import Job
from grader.engine.lanes import processors
from grader.errors import CourseFaults, Fault
from grader.examiner.outcome import Outcome
from grader.examiner.report import CheckReport, QuestionReport, Report
from grader.handout.stubs import SUFFIX, Format
from grader.language.params import Variant
from grader.proof.answers import Tries, collisions_of, faults_of, look_at, notes_of
from grader.proof.chains import faults_of_chains
from grader.proof.effects import faults_of_effects
from grader.proof.group_faults import faults_of_groups
from grader.proof.leaks import leaks
from grader.proof.lint import (
    faults_of_record,
    notes_of_explanations,
    notes_of_guesses,
    notes_of_idle_checks,
    notes_of_imports,
    notes_of_time,
)
from grader.proof.matrix import Column, Matrix, Proved
from grader.proof.rehearsal import Rehearsed, cause_apart, rehearsed
from grader.proof.spread import DRAWS, Spread, class_of, collapses, made_up, spreads_of
from grader.proof.trials import GUESSES, OTHER_DTYPE, Trial, code_trials, is_senseless, whole_trials
from grader.questions.definitions import function_of
from grader.questions.handed_file import example_of
from grader.questions.kinds import KINDS
from grader.worker.isolation.ways import FULL

FORMATS: tuple[Format, ...] = ("python", "notebook")
MAX_NAMED = 3  # mutants that one note names
DRAWN_AGAIN = 4  # students whose parameters params.py draws twice, besides variant 0
_OF_A_VARIANT = re.compile(r" \(variant (?:0|of ).*\)$")


def check(
    course: LoadedCourse,
    names: Sequence[str],
    variants: int,
    tell: Callable[[Proved], None],
    isolation: str = FULL.name,
) -> list[Proved]:
    """Prove exercises over this many variants, or all if there are fewer; `tell` receives each result.

    Raises:
        CourseFaults: an exercise cannot be read, or its checks cannot be imported.
        UsageFault: a package of the course is missing, or this machine cannot confine student code.

    """
    course.together(names)
    seen = rehearsed(course, names)
    return _check(course, names, variants, tell, isolation, seen)


def _check(
    course: LoadedCourse,
    names: Sequence[str],
    variants: int,
    tell: Callable[[Proved], None],
    isolation: str,
    seen: Mapping[str, Rehearsed],
) -> list[Proved]:
    proofs = {
        name: _Proof(course, course.exercise(name), variants, seen.get(name, Rehearsed())) for name in names
    }
    grader = ClassGrader(course, isolation, processors())
    trials: list[Trial] = []

    def jobs() -> Iterator[Job]:
        for name in names:
            for trial in proofs[name].trials():
                trials.append(trial)
                yield job_of(len(trials) - 1, name, trial)

    done = []
    for job, outcome in grader.lanes(tuple(names), len(names) * max(variants, 1)).run(jobs()):
        name = job.handed_in.exercise
        proofs[name].judge(job.number, trials[job.number], outcome)
        if proofs[name].is_done:
            done.append(proofs.pop(name).proved())
            tell(done[-1])
    for proof in proofs.values():  # with which nothing could be tried
        done.append(proof.proved())
        tell(done[-1])
    return done


def job_of(number: int, exercise: str, trial: Trial) -> Job:
    """Return the job that grades a trial."""
    student = trial.sitting.paper.student
    name = f"{exercise}{SUFFIX[trial.form]}"
    asked = dict.fromkeys(posed.file for posed in trial.sitting.paper.questions if posed.file)
    files = tuple(map(example_of, asked)) if trial.kind != "stub" else ()
    return Job(
        number=number,
        handed_in=HandedIn(student or "variant 0", exercise, name, trial.text.encode(), files=files),
        variant=student,
        params=trial.sitting.params,
        questions=frozenset({trial.question}) if trial.question else None,
        pacer=trial.pacer.encode() or None,
        insists=trial.kind != "mutant",  # often a loop without an end, and only counted
        is_measured=trial.kind == "reference",
        by_author=True,
    )


@dataclass
class _Proof:
    """The proof of one exercise while its trials run."""

    course: LoadedCourse
    exercise: LoadedExercise
    variants: int
    seen: Rehearsed  # of its checks
    _faults: list[Fault] = field(default_factory=list)
    _tallies: dict[str, Tries] = field(default_factory=dict)  # of what students of a roster get
    _tallies_of_variant_0: dict[str, Tries] = field(default_factory=dict)
    _columns: dict[str, list[tuple[int, Column]]] = field(default_factory=lambda: defaultdict(list))
    _checks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)
    _causes: dict[tuple[str, bool], Fault] = field(default_factory=dict)  # in which the reference fails
    _unsound: set[str] = field(default_factory=set)  # questions whose reference does not earn everything
    # Faults, by question, that an unsound reference would explain; reported only if it is sound.
    _doubtful: dict[str, list[Fault]] = field(default_factory=lambda: defaultdict(list))
    _drawn: dict[int, Variant] = field(default_factory=dict)
    # By line, the mutants that no check noticed, with the numbers of their trials.
    _survivors: dict[int, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    _slowest: float = 0.0  # seconds of the longest call of the reference
    _remarks: list[str] = field(default_factory=list)  # about what students fix
    _spreads: tuple[Spread, ...] = ()
    _sat: int = 0
    _open: int = 0
    _is_all: bool = False

    @property
    def is_done(self) -> bool:
        """Whether every trial has been judged."""
        return self._is_all and not self._open

    def trials(self) -> Iterator[Trial]:
        """Yield everything to hand in; answers to questions that are not code are examined on the way."""
        self._faults += [*self.seen.faults, *faults_of_record(self.exercise)]
        self._faults += faults_of_groups(self.course, self.exercise)
        self._faults += faults_of_effects(self.exercise.folder)
        for trial in self._trials():
            self._open += 1
            yield trial
        self._faults += faults_of(self.exercise, self._tallies)
        if not any(tally.hides_a_mistake for tally in self._tallies.values()):
            students = list(class_of(self.exercise, self._variant))
            self._spreads = tuple(spreads_of(self.exercise, students, self._tallies))
        self._is_all = True

    def _trials(self) -> Iterator[Trial]:
        sittings = list(self._sittings())
        students = [sitting for sitting in sittings if sitting.paper.student]
        for sitting in sittings:
            own = sitting.paper.student or not students
            look_at(self.exercise, sitting, self._tallies if own else self._tallies_of_variant_0)
            self._tell(faults_of_chains(self.exercise, sitting))
        for sitting in (students or sittings)[:1]:
            self._tell(leaks(self.exercise, sitting))
            self._remarks += notes_of_guesses(sitting)
            yield from code_trials(self.exercise, sitting)
        for index, sitting in enumerate(sittings):
            yield from whole_trials(sitting, FORMATS[index % 2])

    def _sittings(self) -> Iterator[Sitting]:
        """Yield variant 0, and as many others as exist or are wanted."""
        seen: set[str] = set()
        for index in range(DRAWS * self.variants + 1):
            student = made_up(index)
            try:
                params = self._variant(index).params
                if repr(params) not in seen:
                    seen.add(repr(params))
                    yield with_files(self.exercise, prepare(self.exercise, student, params))
                    self._sat += 1
            except CourseFaults as error:
                self._tell(error.faults)
                if index >= self.variants:
                    return
            if self._sat > self.variants:
                return

    def _variant(self, index: int) -> Variant:
        """Draw a made-up student's variant, once; that of 0 is variant 0."""
        if index not in self._drawn:
            variant = variant_of(self.exercise, made_up(index))
            file = self.exercise.params_file
            for compare in (difference, difference_of_files) if file and index <= DRAWN_AGAIN else ():
                if file and (fault := compare(file, variant.draws, variant.params)):
                    raise CourseFaults([fault])
            self._drawn[index] = variant
        return self._drawn[index]

    def judge(self, number: int, trial: Trial, outcome: Outcome) -> None:
        """Record what a trial's outcome says about the exercise; trials are judged in any order."""
        self._open -= 1
        report = outcome.report
        if trial.kind == "reference":
            self._slowest = max(self._slowest, outcome.slowest)
            self._tell(self._unearned(trial, report))
        elif trial.kind == "stub":
            self._tell(self._earned(report))
        else:
            self._tell(self._unnoticed(number, trial, report, is_late=outcome.ran_out))

    def _tell(self, faults: Sequence[Fault] | Iterator[Fault]) -> None:
        """Record faults; those that differ only in the variant are recorded once."""
        for fault in faults:
            essence = f"{fault.file} {fault.line} {_OF_A_VARIANT.sub('', fault.sentence)}"
            if essence not in self._told:
                self._told.add(essence)
                self._faults.append(fault)

    def _unearned(self, trial: Trial, report: Report) -> Iterator[Fault]:
        for (index, _), question in zip(self.exercise.record.placed, report.questions, strict=True):
            if question.outcome in {"passed", "pending"}:
                continue
            self._unsound.add(question.id)
            failed = [one for one in question.checks if one.id != question.id and one.outcome != "passed"]
            causes = [self._cause(trial, one) for one in failed]
            yield from filter(None, causes)
            if not any(causes):
                worst = next((one for one in failed if one.outcome == question.outcome), None)
                where = f", in the check {worst.id}" if worst else ""
                sentence = f"The reference does not earn full marks: {question.outcome}{where}."
                told = (
                    worst.cause.text
                    if worst and worst.cause
                    else worst.message
                    if worst
                    else question.message
                )
                yield self.exercise.document.fault(("questions", index), sentence, told)

    def _cause(self, trial: Trial, failed: CheckReport) -> Fault | None:
        """Return where the reference fails a check; None if it passes here, or fails because of a limit."""
        name = (failed.id, failed.visible)
        if failed.outcome not in {"failed", "error", "ungraded"}:
            return None
        if name not in self._causes:
            cause = cause_apart(self.course, self.exercise, name, trial.sitting)
            cause = cause or self._cause_confined(trial, failed)
            if cause is None:
                return None
            self._causes[name] = cause
        return self._causes[name]

    def _cause_confined(self, trial: Trial, failed: CheckReport) -> Fault | None:
        """Return where the reference fails a check only in a confined process, as students' files run."""
        cause, folder = failed.cause, self.exercise.folder
        if cause is None:
            return None
        line, told = trial.line_of_reference(cause), cause.text.rstrip(".")
        if line is not None:
            sentence = f"The reference fails where it is confined: {told}."
            return Fault(folder / REFERENCE_FILE, line, None, "", sentence, CONFINED)
        if cause.file is None:
            return None
        sentence = f"The reference fails the check {failed.id} where it is confined: {told}."
        return Fault(folder / cause.file, cause.line, None, "", sentence, REMOTE)

    def _earned(self, report: Report) -> Iterator[Fault]:
        for (index, _), question in zip(self.exercise.record.placed, report.questions, strict=True):
            if question.outcome != "unanswered" or question.score:
                sentence = f"The untouched stub counts as {question.outcome}, not as unanswered."
                yield self.exercise.document.fault(("questions", index), sentence)

    def _unnoticed(self, number: int, trial: Trial, report: Report, *, is_late: bool) -> Iterator[Fault]:
        """Record what noticed a wrong solution; yield a fault if nothing did, or took it for another."""
        asked = [
            one for one in report.questions if KINDS[one.kind].by_checks and not has_no_sense(trial, one)
        ]
        wrong = [one for one in asked if one.outcome != "passed"]
        reason = self._reason(trial)
        for question in asked:
            self._checks[question.id] = tuple(one.id for one in question.checks)
            if question in wrong or not trial.is_killed_by_any:
                self._columns[question.id].append(
                    (number, column_of(trial, question, reason, is_late=is_late))
                )
        if not asked:
            return
        unjudged = [one for one in asked if one.outcome == "ungraded"]
        for question in unjudged:
            self._doubtful[question.id].append(self._unjudged(trial, question))
        if unjudged:
            return
        noticed = any(map(_is_noticed, wrong))
        if not noticed and not reason:
            yield from self._missed(number, trial, is_late=is_late)
        elif noticed and trial.kind == "misconception":
            yield from self._misjudged(trial, wrong[0])
        elif noticed and trial.kind == "broken":
            self._remarks += _unrun(wrong[0])

    def _misjudged(self, trial: Trial, question: QuestionReport) -> Iterator[Fault]:
        """Yield a fault if a misconception was noticed but not known as itself, or does not run."""
        is_known = question.misconception == trial.misconception
        never_ran = all(one.outcome in _DOES_NOT_RUN for one in question.checks)
        if never_ran and not (is_known and _raises_for_a_reason(question)):
            self._doubtful[trial.question].append(self._broken(trial, question))
        elif not is_known:
            taken = question.misconception
            what = f"mistaken for '{taken}'" if taken else "not distinguished from another one"
            yield self._fault(
                trial, f"'{trial.name}' is {what} by the checks.", "Add a check that tells them apart."
            )

    def _missed(self, number: int, trial: Trial, *, is_late: bool) -> Iterator[Fault]:
        """Yield a fault about what no check noticed; mutants are reported together at the end."""
        if trial.kind == "mutant":
            if not is_late:
                self._survivors[trial.line].append((number, trial.name))
        elif is_late:
            sentence = f"Nothing is proved by {_what(trial)}: it ran out of time."
            yield self._fault(trial, sentence, f"Make it end sooner, or list it: {_listed(trial.name)}.")
        else:
            yield self._fault(trial, f"No check notices {_what(trial)}.", _remedy(trial.kind, trial.name))

    def _survived(self) -> Iterator[Fault]:
        """Yield a fault for each line of the reference of which checks miss a mutant."""
        for line, survivors in self._survivors.items():
            names = [name for _, name in sorted(survivors)]
            what = "mutant" if len(names) == 1 else "mutants"
            named = ", ".join(f"'{name}'" for name in names)
            sentence = f"No check notices the {what} {named}."
            file = self.exercise.folder / REFERENCE_FILE
            yield Fault(file, line, None, "", sentence, _remedy("mutant", *names))

    def _unjudged(self, trial: Trial, question: QuestionReport) -> Fault:
        what = f"{_what(trial)} could not be graded"
        failed = next((one for one in question.checks if one.outcome == "ungraded"), None)
        if failed is None or failed.cause is None:
            return self._fault(trial, f"{what}.", "Run pytest on the exercise.")
        cause = failed.cause
        where = f"{cause.file}, line {cause.line}: " if cause.file else ""
        sentence = f"{what} by the check {failed.id} ({where}{cause.text.rstrip('.')})."
        return self._fault(trial, sentence, "Make the check fail with an assert, whatever it is given.")

    def _broken(self, trial: Trial, question: QuestionReport) -> Fault:
        """Return why a misconception runs in no check, with its author's line if that can be seen."""
        first = question.checks[0]
        function = function_of(trial.question, trial.name)
        name = (first.id, first.visible)
        cause = cause_apart(self.course, self.exercise, name, trial.sitting, (trial.question, function))
        told = f"'{trial.name}' does not run: "
        if cause is None:
            return self._fault(trial, told + question.message, "Correct it.")
        return replace(cause, sentence=told + cause.sentence)

    def _reason(self, trial: Trial) -> str:
        own = [one for one in self.exercise.record.questions if trial.question in {"", one.id}]
        return next((reason for one in own if (reason := one.excuse(trial.name))), "")

    def _fault(self, trial: Trial, sentence: str, remedy: str) -> Fault:
        if trial.kind == "mutant":
            return Fault(self.exercise.folder / REFERENCE_FILE, trial.line, None, "", sentence, remedy)
        place = next(place for place, one in self.exercise.record.placed if one.id == trial.question)
        path: tuple[str | int, ...] = ("questions", place)
        if trial.kind == "misconception":
            path = (*path, "misconceptions", trial.misconception)
        return self.exercise.document.fault(path, sentence, remedy)

    def proved(self) -> Proved:
        """Return what was found out."""
        for id_ in self._doubtful.keys() - self._unsound:
            self._tell(self._doubtful[id_])
        self._tell(self._survived())
        columns = {id_: sorted(found, key=lambda one: one[0]) for id_, found in self._columns.items()}
        matrices = tuple(
            Matrix(question=id_, checks=checks, columns=tuple(column for _, column in columns[id_]))
            for id_, checks in self._checks.items()
        )
        notes = [
            f"{matrix.question}: the check {name} noticed nothing."
            for matrix in matrices
            for name in matrix.idle
        ]
        notes += [note for matrix in matrices for note in (*_ran_out(matrix), *_unearned_points(matrix))]
        varying = {one.name for one in self._spreads if one.kind == "question" and one.values > 1}
        notes += [*notes_of(self._tallies, varying), *collisions_of(self._tallies_of_variant_0)]
        notes += [*self._remarks, *self.seen.notes, *collapses(self._spreads)]
        notes += [*notes_of_explanations(self.exercise), *notes_of_imports(self.exercise)]
        notes += notes_of_idle_checks(self.exercise)
        notes += [] if self._unsound else notes_of_time(self.exercise, self._slowest)
        faults = sorted(self._faults, key=lambda fault: (str(fault.file), fault.line or 0))
        return Proved(self.exercise.name, self._sat, tuple(faults), tuple(notes), matrices, self._spreads)


CONFINED = (
    "It passes where nothing is confined. Student code writes no files, starts no processes, "
    "and imports only the 'packages' of course.yaml."
)
REMOTE = (
    "It passes where nothing is confined. Values and tensors reach a check as copies; anything else stays "
    "with the student's code. The page 'Checks' of the documentation lists what works with it."
)
_REMEDIES = {
    "misconception": "Add a check with an input on which it goes wrong",
    "impostor": "Add a check with a result that it does not have",
    "broken": "Add a check with an input on which it goes wrong",
    "mutant": "Add a check that does",
}


def _remedy(kind: str, *names: str) -> str:
    right = "list it if it is right" if len(names) == 1 else "list those that are right"
    return f"{_REMEDIES[kind]}, or {right}: {_listed(*names)}."


def _listed(*names: str) -> str:
    """Return the line of YAML that excludes wrong solutions."""
    reasons = ", ".join(f'{json.dumps(name, ensure_ascii=False)}: "the reason"' for name in names)
    return f"equivalent: {{{reasons}}}"


_OF_AN_AUTHOR = re.compile(r"\b(NameError|UnboundLocalError|ImportError|ModuleNotFoundError)\b")
_DOES_NOT_RUN = {"error", "timeout", "memory", "crashed", "unanswered"}


def has_no_sense(trial: Trial, question: QuestionReport) -> bool:
    """Return whether an impostor had no wrong result to give; for a guess, one right result is enough."""
    senseless = list(map(is_senseless, question.checks))
    if trial.name in GUESSES and not any(map(_noticed, question.checks)):
        return any(senseless)
    return bool(senseless) and all(senseless)


def _what(trial: Trial) -> str:
    match trial.kind:
        case "misconception":
            return f"the misconception '{trial.name}'"
        case "broken":
            return f"the {trial.name} of '{trial.question}'"
        case "impostor":
            return f"an answer that returns {trial.name}"
    return f"the mutant '{trial.name}'"


def column_of(trial: Trial, question: QuestionReport, reason: str, *, is_late: bool = False) -> Column:
    """Return what a report says of a wrong solution."""
    return Column(
        kind=trial.kind,
        name=trial.name,
        killed_by=tuple(one.id for one in question.checks if _noticed(one)) or _by_rule(question),
        diagnosed=question.misconception,
        share=round(question.score / question.points, 4),
        reason=reason,
        timed_out=(is_late or question.outcome == "timeout") and not _is_noticed(question),
    )


def _ran_out(matrix: Matrix) -> Iterator[str]:
    """Yield a note about mutants that never ended, unless the author knows of them."""
    late = [column.name for column in matrix.of("mutant") if column.timed_out and not column.reason]
    if late:
        named = ", ".join(f"'{name}'" for name in late[:MAX_NAMED])
        more = f" and {len(late) - MAX_NAMED} more" if len(late) > MAX_NAMED else ""
        yield f"{matrix.question}: {len(late)} ran out of time and prove nothing: {named}{more}."


def _by_rule(question: QuestionReport) -> tuple[str, ...]:
    """Return what noticed a wrong solution that passes every check."""
    return ("forbid or require",) if question.outcome == "failed" else ()


def _unrun(question: QuestionReport) -> Iterator[str]:
    """Yield a note if the code that students fix runs in no check."""
    if question.checks and all(one.outcome in _DOES_NOT_RUN for one in question.checks):
        yield f"{question.id}: the broken version does not run. Students read: {question.message}"


def _unearned_points(matrix: Matrix) -> Iterator[str]:
    """Yield the impostor that earns most, of those that checks notice; the dtype costs only one check."""
    impostors = [column for column in matrix.of("impostor") if column.name != OTHER_DTYPE]
    most = max(impostors, key=lambda column: column.share, default=None)
    if most is not None and most.killed_by and most.share:
        yield f"{matrix.question}: an answer that returns {most.name} earns {most.share:.0%} of the points."


def _raises_for_a_reason(question: QuestionReport) -> bool:
    """Return whether what a misconception raises can be the mistake itself, and not its author's slip."""
    texts = [text for one in question.checks for text in (one.message, one.cause.text if one.cause else "")]
    return not any(map(_OF_AN_AUTHOR.search, texts))


def _is_noticed(question: QuestionReport) -> bool:
    """Return whether a question was lost, and not only because time ran out."""
    if any(map(is_senseless, question.checks)):
        return any(map(_noticed, question.checks))
    return question.outcome not in {"passed", "timeout"} or any(map(_noticed, question.checks))


def _noticed(check: CheckReport) -> bool:
    return check.outcome not in {"passed", "skipped", "ungraded", "timeout"} and not is_senseless(check)
