"""Grading: one submission against one sitting, and the report that comes out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any

from grader.course.file_names import MISCONCEPTIONS_FILE
from grader.course.sitting import Paper, Sitting
from grader.errors import SubmissionFault, WorkerFault
from grader.examiner.cause import cause_of
from grader.examiner.checks import CheckResult, CheckSuite
from grader.examiner.diagnosis import Diagnosis, diagnose, mistaken, wrong_solutions
from grader.examiner.patience import TooSlowError
from grader.examiner.preloads import preloads, sources_of
from grader.examiner.report import CheckReport, QuestionReport, Report, rounded, worst
from grader.examiner.session import Session, StudentError, Trouble
from grader.examiner.submission import Submission, submission_of
from grader.examiner.usage import Usage
from grader.examiner.wording import explain
from grader.language.limits import Limits
from grader.questions.kinds import KINDS
from grader.questions.posed import FormError, Mark, Outcome, Posed, Wrong
from grader.worker.launcher import ForkServer

MAX_NOTES = 20
OTHER = "another"  # in place of the type of an exception, where it is not told
JUDGED_LATER = "Answered. It is judged after you hand the file in."


@dataclass(frozen=True)
class Graded:
    """A report, and what the submission printed: kept for the instructor, never shown beside a check."""

    report: Report
    output: bytes
    slowest: float = 0.0  # seconds of the longest call of the submission, or of loading it


def grade(
    sitting: Sitting,
    submission: Submission,
    server: ForkServer,
    suite: CheckSuite | None,
    only: Collection[str] | None = None,
) -> Graded:
    """Run a submission and judge it, or `only` some questions of it, which are then all that is reported.

    A question with limits of its own is run in a worker of its own.

    Raises:
        SubmissionFault: the file is neither Python text nor a notebook.
        WorkerFault: our machinery failed, or somebody else killed a worker.

    """
    paper = sitting.paper
    asked = [posed for posed in paper.questions if only is None or posed.id in only]
    code = [posed for posed in asked if KINDS[posed.kind].by_checks]
    server.load(preloads(paper.packages, sources_of(sitting.folder if code else None)))
    with ExitStack() as stack:
        sessions: dict[Limits, Session] = {}
        for limits in dict.fromkeys([paper.limits, *(posed.limits or paper.limits for posed in asked)]):
            session = _session(paper, submission, server, limits)
            sessions[limits] = stack.enter_context(session)
        of = {posed.id: sessions[posed.limits or paper.limits] for posed in asked}
        # Answers first: what a check hands to student code must not come back as another question's answer.
        reports = {
            posed.id: _marked(posed, mark_answer(sitting, posed, of[posed.id]))
            for posed in asked
            if posed not in code
        }
        checked = [posed for posed in code if suite is not None and suite.of(paper.exercise, posed.id)]
        reports |= {
            posed.id: _without_checks(sitting, posed, of[posed.id]) for posed in code if posed not in checked
        }
        tried = run_checks(sitting, checked, of, suite) if suite is not None else {}
    # Now that no student code runs any more, what came back is held against what misconceptions give.
    for posed in checked:
        diagnosis = _diagnosis(sitting, posed, tried[posed.id].results, server, suite)
        reports[posed.id] = _judged(sitting, posed, tried[posed.id], diagnosis)
    questions = tuple(reports[posed.id] for posed in asked)
    notes = _notes(paper, list(sessions.values()), questions)
    output = b"".join(bytes(session.output) for session in sessions.values())
    slowest = max(session.slowest for session in sessions.values())
    return Graded(_report(sitting, questions, notes, server.isolation), output, slowest)


@dataclass
class Tried:
    """What the checks of a code question found, and what its calls used."""

    results: list[CheckResult] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)


def run_checks(
    sitting: Sitting, code: Sequence[Posed], sessions: Mapping[str, Session], suite: CheckSuite
) -> dict[str, Tried]:
    """Run the checks of code questions: the visible ones of all of them before any that is hidden.

    Beside a visible check a report shows what student code says, and by then it has seen no hidden input.
    """
    exercise, tried = sitting.paper.exercise, {posed.id: Tried() for posed in code}
    for posed in code:
        try:
            sessions[posed.id].fetch(posed.id)
        except StudentError as error:
            outcome = error.trouble.outcome
            results = [CheckResult(check, outcome, error) for check in suite.of(exercise, posed.id)]
            tried[posed.id].results = results
    open_ = [posed for posed in code if not tried[posed.id].results]
    for visible in (True, False):
        for session in () if visible else sessions.values():
            session.hush()
        for posed in open_:
            session, own = sessions[posed.id], tried[posed.id]
            session.used.clear()
            checks = [check for check in suite.of(exercise, posed.id) if check.visible == visible]
            own.results += suite.run(exercise, posed, session, sitting.params, checks, own.results)
            own.usage.add(posed.id, session)
    return tried


def _session(paper: Paper, submission: Submission, server: ForkServer, limits: Limits) -> Session:
    starters = {question.id: question.starter for question in paper.questions}
    families = {family for question in paper.questions for family in (*question.forbid, *question.require)}
    return Session(server, submission, starters, paper.packages, limits, families)


def _notes(paper: Paper, sessions: Sequence[Session], questions: Sequence[QuestionReport]) -> tuple[str, ...]:
    """What a student should know beside the answers: statements that failed and define none."""
    happened = [trouble for session in sessions for trouble in (*session.notices, *session.troubles)]
    told = {question.message for question in questions}
    notes = dict.fromkeys(explain(trouble, "The file", paper.limits.seconds) for trouble in happened)
    return (*sessions[0].read_notes, *(note for note in notes if note not in told))[:MAX_NOTES]


def ungraded(sitting: Sitting, message: str) -> Report:
    """The report of a submission that we failed to grade: no fault of the student's, and no zero."""
    questions = tuple(
        QuestionReport(id=p.id, kind=p.kind, outcome="ungraded", score=0, points=p.points, message=message)
        for p in sitting.paper.questions
    )
    return _report(sitting, questions, (message,), ())


def _report(
    sitting: Sitting, questions: tuple[QuestionReport, ...], notes: Sequence[str], isolation: tuple[str, ...]
) -> Report:
    paper = sitting.paper
    return Report(
        exercise=paper.exercise,
        student=paper.student,
        score=rounded(sum(question.score for question in questions)),
        points=rounded(paper.points),
        isolation=isolation,
        questions=questions,
        notes=tuple(notes),
    )


def _marked(posed: Posed, mark: Mark) -> QuestionReport:
    """The report of a question that is not code."""
    score = rounded(mark.share * posed.points)
    check = CheckReport(
        id=posed.id,
        title=posed.prompt.partition("\n")[0],
        visible=True,
        outcome=mark.outcome,
        score=score,
        points=posed.points,
        message=mark.message,
    )
    return QuestionReport(
        id=posed.id,
        kind=posed.kind,
        outcome=mark.outcome,
        score=score,
        points=posed.points,
        message=mark.message,
        misconception=mark.misconception,
        hint=mark.hint,
        picture=posed.picture if mark.outcome == "failed" else None,
        checks=(check,),
    )


def mark_answer(sitting: Sitting, posed: Posed, session: Session) -> Mark:
    """The verdict on the answer to a question that is not code; only on its form where there is no key."""
    kind, seconds = KINDS[posed.kind], (posed.limits or sitting.paper.limits).seconds
    key = sitting.keys[posed.id] if sitting.keys is not None else None
    try:
        value = _answer(posed, session)
        if key is None:
            kind.read(posed, value)
            return Mark("skipped", 0.0, JUDGED_LATER)
        return kind.mark(posed, key, value)
    except (SubmissionFault, WorkerFault, KeyboardInterrupt):
        raise
    except StudentError as error:
        return Mark(error.trouble.outcome, 0.0, explain(error.trouble, posed.id, seconds))
    except FormError as error:
        return Mark("failed", 0.0, str(error))
    except Exception as error:
        return Mark(
            "ungraded",
            0.0,
            f"This answer could not be judged ({type(error).__name__}). Tell your instructor.",
        )


def _answer(posed: Posed, session: Session) -> Any:
    """The value of an answer; one whose every part is still `...` has not been given."""
    value = session.fetch(posed.id)
    if isinstance(value, dict) and posed.fields and value and all(part is ... for part in value.values()):
        raise StudentError(Trouble("missing"))
    return value


def _judged(sitting: Sitting, posed: Posed, tried: Tried, diagnosis: Diagnosis) -> QuestionReport:
    """The report of a question that checks decide."""
    results = tried.results
    reports = tuple(_check_reports(sitting, posed, results, diagnosis))
    outcome = worst(report.outcome for report in reports)
    first = next((report for report in reports if report.outcome == outcome), reports[0])
    message = first.message if outcome not in {"passed", "failed"} else _told(diagnosis, results)
    share = _share(results)
    complaint = " ".join(tried.usage.complaints(posed)) if _has_run(results) else ""
    if sitting.keys is None and outcome == "passed":  # the hidden checks are not at hand
        outcome, share, message = "skipped", 0.0, JUDGED_LATER
    elif sitting.keys is not None and outcome == "skipped":
        outcome, message = "ungraded", "Every check of this question was skipped. Tell your instructor."
    if complaint:
        outcome, share, message = _worsened(outcome), 0.0, complaint
    wrong = diagnosis.wrong
    return QuestionReport(
        id=posed.id,
        kind=posed.kind,
        outcome=outcome,
        score=rounded(posed.points * share),
        points=posed.points,
        message=message,
        misconception=wrong.name if wrong else None,
        hint=wrong.hint if wrong else None,
        checks=reports,
    )


def _diagnosis(
    sitting: Sitting,
    posed: Posed,
    results: Sequence[CheckResult],
    server: ForkServer,
    suite: CheckSuite | None,
) -> Diagnosis:
    """What the results show, where the misconceptions are at hand; what those give is remembered."""
    paper, folder = sitting.paper, sitting.folder
    if (
        suite is None
        or sitting.keys is None
        or folder is None
        or not (folder / MISCONCEPTIONS_FILE).is_file()
    ):
        return Diagnosis()

    def results_of(misconception: str) -> Sequence[CheckResult]:
        params = dict(sitting.params) if suite.reads_params(paper.exercise, posed.id) else {}
        name = repr((paper.exercise, posed.id, misconception, params))
        known = suite.wrong_results.get(name)
        if known is not None:
            return known
        text = f"{wrong_solutions(folder)}\n{mistaken(posed.id, misconception)}\n"
        submission = submission_of(f"{misconception}.py", text.encode())
        with _session(paper, submission, server, posed.limits or paper.limits) as session:
            checks = suite.of(paper.exercise, posed.id)
            found = suite.run(paper.exercise, posed, session, sitting.params, checks)
        suite.remember_wrong(name, found)
        return found

    try:
        return diagnose(results, sitting.keys[posed.id].wrong, results_of)
    except WorkerFault:
        raise
    except Exception:  # values can be odder than any comparison foresees; the verdict stands without
        return Diagnosis()


def _told(diagnosis: Diagnosis, results: Sequence[CheckResult]) -> str:
    """What a diagnosis says of a question as a whole."""
    if diagnosis.wrong is not None:
        return diagnosis.wrong.message
    if not diagnosis.partly:
        return ""
    names = [wrong.name for wrong in diagnosis.partly.values()]
    usual = max(diagnosis.partly.values(), key=lambda wrong: names.count(wrong.name))
    passed = sum(result.outcome == "passed" for result in results)
    of, count = len(results), names.count(usual.name)
    return f"Right in {passed} of {of} checks; what happened in {count} of the others: {usual.message}"


def _has_run(results: Sequence[CheckResult]) -> bool:
    """Whether some call gave a result, so that it is known what calls use."""
    return any(result.outcome in {"passed", "failed"} for result in results)


def _worsened(outcome: Outcome) -> Outcome:
    """The outcome of code that is right at best, but not in the way that was asked for."""
    return "failed" if outcome in {"passed", "skipped"} else outcome


def _without_checks(sitting: Sitting, posed: Posed, session: Session) -> QuestionReport:
    """A code question whose checks are not at hand: only whether there is an answer."""
    outcome: Outcome = "skipped" if sitting.keys is None else "ungraded"
    message = JUDGED_LATER if sitting.keys is None else "No check belongs to this question."
    try:
        session.fetch(posed.id)
    except StudentError as error:
        outcome = error.trouble.outcome
        message = explain(error.trouble, posed.id, sitting.paper.limits.seconds)
    return QuestionReport(
        id=posed.id, kind=posed.kind, outcome=outcome, score=0, points=posed.points, message=message
    )


def _share(results: Sequence[CheckResult]) -> float:
    """The share of the weights that passed, of those that were not skipped."""
    total = sum(result.check.weight for result in results if result.outcome != "skipped")
    passed = sum(result.check.weight for result in results if result.outcome == "passed")
    return passed / total if total else 0.0


def _check_reports(
    sitting: Sitting, posed: Posed, results: Sequence[CheckResult], diagnosis: Diagnosis
) -> Iterator[CheckReport]:
    """Each check with its part of the question's points; a skipped check has none."""
    seconds = (posed.limits or sitting.paper.limits).seconds
    total = sum(result.check.weight for result in results if result.outcome != "skipped")
    for result in results if sitting.is_practice else _with_one_place(results):
        points = 0.0 if result.outcome == "skipped" else posed.points * result.check.weight / total
        yield CheckReport(
            id=result.check.id,
            title=result.check.title,
            visible=result.check.visible,
            outcome=result.outcome,
            score=rounded(points) if result.outcome == "passed" else 0.0,
            points=rounded(points),
            message=_check_message(sitting, posed, result, diagnosis.partly.get(result.check.id)),
            cause=cause_of(result, posed.id, seconds),
        )


def _with_one_place(results: Sequence[CheckResult]) -> Iterator[CheckResult]:
    """Take type and line out of what hidden checks raised, where they are not those of the first.

    Student code chooses both, and could tell its author a hidden input with them: a little of it in each.
    """
    place: tuple[str, str | None, int | None] | None = None
    for result in results:
        if not isinstance(result.error, StudentError) or result.check.visible:
            yield result
            continue
        trouble = result.error.trouble
        place = place or (trouble.type, trouble.cell, trouble.line)
        if place == (trouble.type, trouble.cell, trouble.line):
            yield result
        else:
            yield replace(result, error=StudentError(replace(trouble, type=OTHER, cell=None, line=None)))


def _check_message(sitting: Sitting, posed: Posed, result: CheckResult, wrong: Wrong | None) -> str:
    if isinstance(result.error, StudentError):
        seconds = (posed.limits or sitting.paper.limits).seconds
        is_hidden = not (result.check.visible or sitting.is_practice)
        return explain(result.error.trouble, posed.id, seconds, hidden=is_hidden)
    if result.outcome == "ungraded":
        what = "did not come to an end" if isinstance(result.error, TooSlowError) else "could not be run"
        return f"This check {what}. It is not your fault; tell your instructor."
    return f"{result.message} {wrong.message}" if wrong else result.message
