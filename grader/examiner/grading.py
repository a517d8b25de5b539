"""Grading: one submission against one sitting, and the resulting report."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from grader.course.file_names import MISCONCEPTIONS_FILE
from grader.course.mistaken import mistaken, names_of_wrong_solutions, wrong_solutions
from grader.course.sitting import Paper, Sitting
from grader.errors import CourseFaults, SubmissionFault, WorkerFault
from grader.examiner.check_result import CheckResult
from grader.examiner.checks import CheckSuite
from grader.examiner.diagnosis import Diagnosis, diagnose
from grader.examiner.events import Asked, Heard, Watcher, unheard, unwatched
from grader.examiner.laid_files import laid
from grader.examiner.outcome import Outcome
from grader.examiner.preloads import preloads, sources_of
from grader.examiner.printed import printed_text
from grader.examiner.report import QuestionReport
from grader.examiner.reporting import Tried, judged, marked, notes_of, report_of, verdict_of
from grader.examiner.session import Session
from grader.examiner.signs import shown
from grader.examiner.sketch import kept
from grader.examiner.slips_seen import remarks
from grader.examiner.submission import MAX_BYTES, Submission, submission_of
from grader.examiner.trouble import StudentError, Trouble
from grader.examiner.wording import (
    JUDGED_BY_OWN,
    JUDGED_LATER,
    NO_CHECK,
    NOT_ANSWERED,
    NOT_JUDGED,
    STILL_BROKEN,
    explain,
)
from grader.files import read_file
from grader.language.expressions import ExpressionError
from grader.language.limits import Limits
from grader.questions.definitions import forms_of
from grader.questions.kinds import KINDS
from grader.questions.posed import MOST_READ, FormError, Key, Mark, OutcomeName, Posed
from grader.questions.values import plain, single
from grader.questions.wording import NO_FILE_BESIDE
from grader.walks.worked import Tracks
from grader.worker.isolation.way import Workers


def grade(
    sitting: Sitting,
    submission: Submission,
    server: Workers,
    suite: CheckSuite | None,
    only: Collection[str] | None = None,
    watch: Watcher = unwatched,
    heard: Heard = unheard,
    *,
    by_author: bool = False,
) -> Outcome:
    """Run a submission and judge it, or only the questions in `only`, and report those.

    A question with limits of its own is run in a worker of its own. `heard` is called with each answer that
    is not code. What an author wrote can import the helpers, even if students cannot.

    Raises:
        SubmissionFault: the file is neither Python text nor a notebook.
        WorkerFault: the grader failed, or another program killed a worker.

    """
    paper = sitting.paper
    asked = [posed for posed in paper.questions if only is None or posed.id in only]
    code = [posed for posed in asked if KINDS[posed.kind].by_checks]
    sources = sources_of(sitting.folder if code else None, sitting.material.helpers)
    server.load(preloads(paper.packages, sources))
    with ExitStack() as stack:
        sessions: dict[Limits, Session] = {}
        for limits in dict.fromkeys([paper.limits, *(posed.limits or paper.limits for posed in asked)]):
            session = session_of(sitting, submission, server, limits, by_author=by_author)
            sessions[limits] = stack.enter_context(session)
        of = {posed.id: sessions[posed.limits or paper.limits] for posed in asked}
        # Answers first: what a check gives to student code must not come back as another question's answer.
        reports = {}
        values: dict[str, Any] = {}

        def hear(question: str, value: Any) -> None:
            values[question] = value
            heard(question, value)

        for posed in asked:
            if posed not in code:
                watch(Asked(posed.id))
                reports[posed.id] = marked(posed, mark_answer(sitting, posed, of[posed.id], hear))
                watch(verdict_of(reports[posed.id]))
        for posed in code:
            watch(Asked(posed.id))
        checked = [posed for posed in code if suite is not None and suite.of(paper.exercise, posed.id)]
        reports |= {
            posed.id: _without_checks(sitting, posed, of[posed.id]) for posed in code if posed not in checked
        }
        tried = run_checks(sitting, checked, of, suite) if suite is not None else {}
        if suite is not None:
            for id_, own in tried.items():
                own.shown = shown(suite, sitting, id_, of[id_], own.results)
    # No student code runs any more, so its results can be compared with those of misconceptions.
    for posed in checked:
        diagnosis = _diagnosis(sitting, posed, tried[posed.id], server, suite)
        reports[posed.id] = judged(sitting, posed, tried[posed.id], diagnosis)
    for posed in code:
        watch(verdict_of(reports[posed.id]))
    questions = tuple(
        _completed(posed, reports[posed.id], of[posed.id], paper, values.get(posed.id)) for posed in asked
    )
    notes = notes_of(paper, list(sessions.values()), questions)
    output = b"".join(bytes(session.output) for session in sessions.values())
    printed = next((text for session in sessions.values() if (text := printed_text(session.shown))), "")
    slowest = max(session.slowest for session in sessions.values())
    report = report_of(sitting, questions, notes, server.isolation, printed)
    troubles = [trouble for session in sessions.values() for trouble in session.troubles]
    # A statement can be late although every name has a value: it may only have changed one.
    ran_out = report.ran_out or any(trouble.outcome == "timeout" for trouble in troubles)
    return Outcome(report, output, slowest, ran_out)


def _completed(
    posed: Posed, report: QuestionReport, session: Session, paper: Paper, value: Any
) -> QuestionReport:
    """Add to a report what the student wrote, and remarks. What a person marks is the text itself."""
    answer = report.answer or session.replies.answers.get(posed.id)
    wrong = kept(value) if report.outcome == "failed" else None
    full = _with_remarks(posed, report, session, paper).model_copy(update={"answer": answer, "value": wrong})
    return full.model_copy(update={"message": STILL_BROKEN}) if _is_still_broken(posed, full) else full


def _is_still_broken(posed: Posed, report: QuestionReport) -> bool:
    """Return whether code that is to be fixed has not been touched; comments do not count."""
    if not posed.is_broken or report.outcome != "unanswered" or report.message != NOT_ANSWERED:
        return False
    written, given = (
        {line.partition("#")[0].strip() for line in text.split("\n")}
        for text in (report.answer or "", posed.starter)
    )
    return bool(written - {""}) and written <= given | {""}


def _with_remarks(posed: Posed, report: QuestionReport, session: Session, paper: Paper) -> QuestionReport:
    """Add to the message of a wrong answer what the file itself shows."""
    if report.outcome in {"passed", "ungraded", "pending"}:
        return report
    seconds = (posed.limits or paper.limits).seconds
    found = remarks(posed, report.outcome, session.replies.slips, session.troubles, seconds)
    added = [one for one in found if one not in report.message]
    return report.model_copy(update={"message": " ".join(filter(None, (report.message, *added)))})


def run_checks(
    sitting: Sitting, code: Sequence[Posed], sessions: Mapping[str, Session], suite: CheckSuite
) -> dict[str, Tried]:
    """Run the checks of code questions: first the visible checks of all questions, then the hidden ones.

    Beside a visible check a report shows what student code says, which by then has seen no hidden input.
    """
    suite.settle(sitting)
    exercise, tried = sitting.paper.exercise, {posed.id: Tried() for posed in code}
    for posed in code:
        checks = suite.of(exercise, posed.id)
        try:
            value = sessions[posed.id].fetch(posed.id)
        except StudentError as error:
            outcome = error.trouble.outcome
            tried[posed.id].results = [CheckResult(check, outcome, error) for check in checks]
            continue
        own = tried[posed.id]
        own.misfit = suite.misfit(exercise, posed, value, sitting.params)
        own.results = [CheckResult(one, "failed", message=own.misfit) for one in checks if own.misfit]
    open_ = [posed for posed in code if not tried[posed.id].results]
    for visible in (True, False):
        for session in () if visible else sessions.values():
            session.hush()
        for posed in open_:
            session, own = sessions[posed.id], tried[posed.id]
            with session.watched() as used:
                checks = [check for check in suite.of(exercise, posed.id) if check.visible == visible]
                own.results += suite.run(exercise, posed, session, sitting.params, checks, own.results)
                own.usage.add(posed.id, used, session.replies)
    return tried


def session_of(
    sitting: Sitting, submission: Submission, server: Workers, limits: Limits, *, by_author: bool = False
) -> Session:
    """Return a submission that runs with the files of its exercise, and with the helpers if it may."""
    paper, material = sitting.paper, sitting.material
    helpers = material.helpers if by_author or material.hands_out_helpers else None
    starters = {question.id: question.starter for question in paper.questions}
    families = {family for question in paper.questions for family in (*question.forbid, *question.require)}
    content = read_file(helpers, MAX_BYTES) if helpers else None
    return Session(
        server,
        submission,
        starters,
        paper.packages,
        limits,
        families,
        laid(material.shipped, material.made),
        content,
    )


def mark_answer(sitting: Sitting, posed: Posed, session: Session, heard: Heard = unheard) -> Mark:
    """Return the mark of an answer that is not code; without a key, judge only its form."""
    kind, seconds = KINDS[posed.kind], (posed.limits or sitting.paper.limits).seconds
    file = next((one for one in session.files if one.name == posed.file), None)
    if file and file.problem:
        return Mark("ungraded", 0.0, file.problem)
    if posed.file and file is None:
        return Mark("unanswered", 0.0, NO_FILE_BESIDE.format(file=posed.file))
    try:
        value = file or _answer(posed, session)
        heard(posed.id, value)
        if sitting.keys is None:
            kind.read(posed, value)
            return Mark("skipped", 0.0, JUDGED_LATER)
        right = sitting.rights.get(posed.id)
        if right and (mark := kind.mark(posed, right, value)).outcome == "passed":
            return mark
        key = sitting.keys[posed.id]
        mark = _by_own(sitting, posed, key, value, session, kind.mark(posed, key, value))
        return replace(mark, tracks=_tracks(posed, key, mark, value)) if sitting.is_practice else mark
    except (CourseFaults, SubmissionFault, WorkerFault, KeyboardInterrupt):
        raise
    except StudentError as error:
        return Mark(error.trouble.outcome, 0.0, explain(error.trouble, posed.id, seconds))
    except FormError as error:
        return Mark("failed", 0.0, str(error), is_malformed=True)
    except Exception as error:
        return Mark("ungraded", 0.0, NOT_JUDGED.format(error=type(error).__name__))


def _by_own(sitting: Sitting, posed: Posed, key: Key, value: Any, session: Session, mark: Mark) -> Mark:
    """Judge a wrong answer by the student's own earlier answers that it builds on."""
    if mark.outcome != "failed" or not key.builds_on:
        return mark
    given = {id_: own for id_ in key.builds_on if (own := _own_answer(sitting, id_, session)) is not None}
    if len(given) < len(key.builds_on):
        return mark
    kind = KINDS[posed.kind]
    try:
        again = kind.mark(posed, kind.key_by(key, given), value)
    except ExpressionError:
        return mark
    told = JUDGED_BY_OWN.format(names=" and ".join(given))
    if again.outcome == "passed" or again.misconception:
        return replace(again, message=f"{again.message} {told}".lstrip())
    return mark


def _own_answer(sitting: Sitting, question: str, session: Session) -> Any:
    """Return a student's answer if it is right, or what one of its misconceptions leads to, and not zero."""
    posed = next(one for one in sitting.paper.questions if one.id == question)
    kind, key = KINDS[posed.kind], (sitting.keys or {})[question]
    try:
        value = _answer(posed, session)
        number = single(plain(value, posed.id))
        mark = _by_own(sitting, posed, key, value, session, kind.mark(posed, key, value))
    except (StudentError, FormError):
        return None
    is_usable = mark.outcome == "passed" or (mark.misconception is not None and number != 0)
    return number if is_usable else None


def _tracks(posed: Posed, key: Key, mark: Mark, value: Any) -> Tracks | None:
    """Return how a named misconception leads to an answer, if it is a walk; the verdict does not need it."""
    kind = KINDS[posed.kind]
    if mark.misconception is None or mark.outcome != "failed":
        return None
    try:
        return kind.tracks(posed, key, mark.misconception, kind.read(posed, value))
    except Exception:  # an answer can be too unusual for a walk
        return None


def _answer(posed: Posed, session: Session) -> Any:
    """Return the value of an answer. If every part of it is still `...`, it is not answered."""
    value = session.fetch(posed.id)
    if isinstance(value, dict) and posed.fields and value and all(part is ... for part in value.values()):
        raise StudentError(Trouble("missing"))
    return value


def _diagnosis(
    sitting: Sitting,
    posed: Posed,
    tried: Tried,
    server: Workers,
    suite: CheckSuite | None,
) -> Diagnosis:
    """Return what the results show, if the misconceptions are here; their own results are kept."""
    paper, folder = sitting.paper, sitting.folder
    if tried.shown:
        return Diagnosis(tried.shown if len(tried.shown) <= MOST_READ else ())
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
        text = f"{wrong_solutions(folder, sitting.params)}\n{mistaken(posed.id, misconception)}\n"
        submission = submission_of(f"{misconception}.py", text.encode())
        limits = posed.limits or paper.limits
        with session_of(sitting, submission, server, limits, by_author=True) as session:
            checks = suite.of(paper.exercise, posed.id)
            found = suite.run(paper.exercise, posed, session, sitting.params, checks)
        suite.remember_wrong(name, found)
        return found

    names = names_of_wrong_solutions(folder)
    try:
        wrongs = sitting.keys[posed.id].wrong
        return diagnose(tried.results, wrongs, results_of, lambda name: forms_of(names, posed.id, name))
    except WorkerFault:
        raise
    except Exception:  # values can be too unusual to compare; the verdict does not change
        return Diagnosis()


def _without_checks(sitting: Sitting, posed: Posed, session: Session) -> QuestionReport:
    """Report a code question whose checks are not here: only whether there is an answer."""
    outcome: OutcomeName = "skipped" if sitting.keys is None else "ungraded"
    message = JUDGED_LATER if sitting.keys is None else NO_CHECK
    try:
        session.fetch(posed.id)
    except StudentError as error:
        outcome = error.trouble.outcome
        message = explain(error.trouble, posed.id, sitting.paper.limits.seconds)
    return QuestionReport(
        id=posed.id, kind=posed.kind, outcome=outcome, score=0, points=posed.points, message=message
    )
