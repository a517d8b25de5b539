"""Checks: ordinary pytest functions, run for one submission after another.

pytest drives the set-up, call and tear-down of checks that need it; the grader has its own loop around them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib import import_module
from inspect import isfunction
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import pytest

from grader.course.sitting import Sitting
from grader.course.sources import read_source
from grader.course.variant_source import folder_reads_params
from grader.digest import digest_of
from grader.errors import WorkerFault
from grader.examiner.aside import aside
from grader.examiner.asked_verbs import VERBS, Verbs
from grader.examiner.asserted import asserted
from grader.examiner.cause import told_by
from grader.examiner.check_result import Check, CheckResult, Exchange
from grader.examiner.deed import GRACE_SECONDS, Deed, Note, nowhere
from grader.examiner.difference import compared, difference
from grader.examiner.patience import CHECK_SECONDS, Stopwatch, TooSlowError, own_time_bounded
from grader.examiner.plain_checks import call_plainly
from grader.examiner.remote import MODULES, Remote, Student
from grader.examiner.session import MAX_KEPT, Session
from grader.examiner.spelling import bounded, spelled, spelled_call
from grader.examiner.stand_in import StandIn
from grader.examiner.surroundings import NOTHING_AROUND, Surroundings
from grader.examiner.trouble import CheckFault, StudentError, Trouble
from grader.examiner.variant_module import VariantModule
from grader.examiner.wording import (
    CHANGED_INPUT,
    CHECK_DID_NOT_FINISH,
    MISFIT,
    NOT_RIGHT,
    NOT_RIGHT_IN_WORDS,
    RETURNED_NOTHING,
)
from grader.questions.posed import OutcomeName, Posed
from grader.questions.values import describe
from grader.worker import verbs

MAX_REMEMBERED = 500  # results of misconceptions
SEED_DIGITS = 8  # hexadecimal: numpy takes no more
FIXTURES = frozenset({"student", "reference", "params"})
MAX_CRASHES = 2  # of one question, after which its other checks are skipped


class QuitError(Exception):
    """A check called this name, which would have ended the grader."""


@dataclass
class Turn:
    """Whose code is being checked: a submission's or, while a check itself is on trial, the reference."""

    student: Student | Reference
    params: Mapping[str, Any]
    reference: Reference
    waiting: Stopwatch  # for the student's code
    raised: BaseException | None = None
    raised_when: str = ""


class Reference:
    """The fixture `reference`: reference.py, whose functions remember what they last returned.

    It has the verbs of `student`, unless a question has the same name.
    """

    def __init__(self, module: ModuleType | None, asked: Collection[str] = ()) -> None:
        self._module, self._asked = module, asked
        self.values: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in VERBS and name not in self._asked:
            return getattr(Verbs(self._verb), name)
        if name in MODULES and name not in self._asked:
            return import_module(name)
        value = getattr(self._module, name)
        if not callable(value) or isinstance(value, type):
            return value
        return _Recorded(value, self.values)

    def _verb(self, name: str, arguments: Mapping[str, Any]) -> Any:
        value = verbs.VERBS[name](**arguments)
        self.values.append(value)
        return value


class _Recorded(StandIn):
    """A callable that behaves like the original and records its results."""

    def __init__(self, value: Callable[..., Any], results: list[Any]) -> None:
        super().__init__(value)
        self._results = results

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        result = self._value(*args, **kwargs)
        self._results.append(result)
        return result


class CheckFixtures:
    """The fixtures of checks, as a pytest plugin. `turn` says whose code is being checked."""

    def __init__(self) -> None:
        self.turn: Turn | None = None

    @pytest.fixture
    def student(self) -> Any:
        """Return the student's file: `student.strided` is the student's `strided`."""
        return self._turn().student

    @pytest.fixture
    def reference(self) -> Reference:
        """Return the reference solution, which has the same names."""
        return self._turn().reference

    @pytest.fixture
    def params(self) -> Mapping[str, Any]:
        """Return the parameters of the student's variant."""
        return self._turn().params

    def _turn(self) -> Turn:
        if self.turn is None:
            pytest.fail("there is no submission to check", pytrace=False)
        return self.turn

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self) -> Generator[None, object, object]:
        """Bound the time that a check itself takes."""
        with own_time_bounded(self._turn().waiting, CHECK_SECONDS):
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self) -> Generator[None, object, object]:
        """Keep fixtures from ending pytest or Python."""
        with _staying():
            return (yield)

    pytest_runtest_call = pytest_runtest_teardown = pytest_runtest_setup

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
        """Keep what an item raised first. No one reads the report, so no traceback is formatted for it."""
        error = call.excinfo.value if call.excinfo is not None else None
        if error is not None and self.turn is not None and self.turn.raised is None:
            self.turn.raised, self.turn.raised_when = error, call.when
        outcome: Literal["passed", "failed", "skipped"] = "passed"
        if error is not None:
            outcome = "skipped" if _is_skip(error) else "failed"
        when = call.when if call.when != "collect" else "setup"
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, when)


@contextmanager
def _staying() -> Iterator[None]:
    try:
        yield
    except (SystemExit, pytest.exit.Exception) as error:
        raise _as_raised(error) from None


def _as_raised(error: BaseException) -> BaseException:
    """Return what a check raised, or a QuitError instead of what would end pytest or Python."""
    if not isinstance(error, SystemExit | pytest.exit.Exception):
        return error
    name = "sys.exit" if isinstance(error, SystemExit) else "pytest.exit"
    return QuitError(name).with_traceback(error.__traceback__)


@dataclass
class CheckSuite:
    """The checks of several exercises, ready to run for one submission after another."""

    fixtures: CheckFixtures
    checks: Mapping[str, Sequence[Check]]  # by exercise
    references: Mapping[str, VariantModule]  # by exercise
    wrong_results: dict[str, Sequence[CheckResult]] = field(default_factory=dict)  # of misconceptions
    endless: set[str] = field(default_factory=set)  # checks that did not finish with the reference either
    given_up: Collection[str] = ()  # checks that did not finish with this submission
    note: Note = nowhere
    signs: dict[str, VariantModule] = field(default_factory=dict)  # misconceptions.py, by exercise
    seeds: dict[str, int] = field(default_factory=dict)  # by check
    reading: dict[tuple[str, str], bool] = field(default_factory=dict)  # by exercise and question
    around: Mapping[Path, Surroundings] = field(default_factory=dict)  # by the folder of an exercise
    ahead: dict[str, tuple[Deed, Surroundings]] = field(default_factory=dict)  # by check, or its trial
    names: dict[str, Collection[str]] = field(default_factory=dict)  # of questions, by exercise

    def of(self, exercise: str, question: str) -> list[Check]:
        """Return the checks of one question."""
        return [check for check in self.checks.get(exercise, ()) if check.question == question]

    def reference(self, exercise: str, params: Mapping[str, Any]) -> ModuleType | None:
        """Return reference.py of an exercise, which sees these parameters."""
        return self.references[exercise].of(params)

    def misfit(self, exercise: str, posed: Posed, value: Any, params: Mapping[str, Any]) -> str:
        """Describe a value that is not the function, class or module the question asks for, or return ''."""
        right = getattr(self.reference(exercise, params), posed.id, None)
        if isinstance(value, Remote) or not callable(right):
            return ""
        asked = "a class" if isinstance(right, type) else "a function" if isfunction(right) else "a module"
        return MISFIT.format(name=posed.id, value=describe(value), asked=asked)

    def around_in(self, folder: Path) -> Surroundings:
        """Return what code finds around it in the folder of an exercise."""
        known = self.around.get(folder)  # the folder of a check is resolved
        return known or self.around.get(folder.resolve(), NOTHING_AROUND)

    def settle(self, sitting: Sitting) -> None:
        """Put the files of a student beside the checks and the reference."""
        if sitting.folder is not None:
            self.around_in(sitting.folder).settle(sitting.material)

    def reads_params(self, exercise: str, question: str) -> bool:
        """Return whether a check or the author's modules read the variant's parameters or its own files."""
        if (exercise, question) not in self.reading:
            checks = self.of(exercise, question)
            folders = [one.item.path.parent for one in checks[:1]]
            self.reading[exercise, question] = any(
                self.around_in(one).changes or folder_reads_params(one) for one in folders
            ) or any("params" in getattr(check.item, "fixturenames", ()) for check in checks)
        return self.reading[exercise, question]

    def remember_wrong(self, name: str, results: Sequence[CheckResult]) -> None:
        """Keep the results of a misconception for the next student, if it has any."""
        if any(result.outcome in {"timeout", "memory", "crashed", "ungraded"} for result in results):
            return
        if len(self.wrong_results) >= MAX_REMEMBERED:
            self.wrong_results.clear()
        self.wrong_results[name] = [replace(result, error=_bare(result.error)) for result in results]

    def run(
        self,
        exercise: str,
        posed: Posed,
        session: Session,
        params: Mapping[str, Any],
        checks: Sequence[Check],
        before: Sequence[CheckResult] = (),
    ) -> list[CheckResult]:
        """Run some of a question's checks; `before` holds the results of the checks already run.

        After one check that ran out of time, or two that crashed, the rest are skipped.
        """
        results = list(before)
        for check in checks:
            crashes = sum(result.outcome in {"crashed", "memory"} for result in results)
            if results and (results[-1].outcome == "timeout" or crashes >= MAX_CRASHES):
                results.append(CheckResult(check, results[-1].outcome, results[-1].error))
                continue
            results.append(self._run(exercise, check, session, params))
            if session.changed and not posed.in_place and results[-1].outcome in {"passed", "failed"}:
                results[-1] = replace(results[-1], outcome="failed", error=None, message=CHANGED_INPUT)
        return results[len(before) :]

    def _run(
        self,
        exercise: str,
        check: Check,
        session: Session,
        params: Mapping[str, Any],
    ) -> CheckResult:
        if check.item.nodeid in self.endless or with_reference(check) in self.given_up:
            return CheckResult(check, "ungraded", TooSlowError())
        if check.item.nodeid in self.given_up:
            return self._blamed(exercise, check, params)
        reference = self._reference(exercise, params)
        turn = Turn(Student(session), params, reference, session.waiting)
        session.begin()
        self._take_turn(check, turn)
        session.rest()
        if isinstance(turn.raised, WorkerFault):
            raise turn.raised
        values = tuple(value for value in session.values if not isinstance(value, Remote))
        if session.received > MAX_KEPT:
            values = ()  # too much to keep for a diagnosis
        outcome, error = _outcome(turn, session.lost), turn.raised
        if outcome is None:
            # The check failed over a student's value or over itself: the reference in the student's place
            # decides.
            trial = self.rehearse(exercise, check, params)
            outcome = "failed" if trial.raised is None else "ungraded"
            error = trial.raised or error
            if isinstance(trial.raised, TooSlowError):
                self.endless.add(check.item.nodeid)
            reference.values += trial.reference.values
        pair = _compared(turn, session.values, check) if outcome == "failed" else None
        message = _failure(turn, session, pair, check) if outcome == "failed" else ""
        exchange = Exchange()
        if check.visible and outcome != "passed":  # everything in it is visible, or was sent to student code
            exchange = _exchange(session, pair, has_result=outcome == "failed")
        if session.received > MAX_KEPT:  # a traceback holds everything that the check was given
            error = _bare(error)
        return CheckResult(check, outcome, error, message, values, exchange)

    def _reference(self, exercise: str, params: Mapping[str, Any]) -> Reference:
        return Reference(self.reference(exercise, params), self.asked(exercise))

    def asked(self, exercise: str) -> Collection[str]:
        """Return the names of the questions that have checks."""
        if exercise not in self.names:
            self.names[exercise] = {check.question for check in self.checks.get(exercise, ())}
        return self.names[exercise]

    def _blamed(self, exercise: str, check: Check, params: Mapping[str, Any]) -> CheckResult:
        """Run a check that did not finish with the reference, to find out who is to blame."""
        trial = self.rehearse(exercise, check, params)
        if trial.raised is None:
            return CheckResult(check, "failed", message=CHECK_DID_NOT_FINISH)
        return CheckResult(check, "ungraded", trial.raised)

    def rehearse(
        self, exercise: str, check: Check, params: Mapping[str, Any], student: Reference | None = None
    ) -> Turn:
        """Run a check with the reference, or another module of the author's, in the student's place."""
        reference = self._reference(exercise, params)
        turn = Turn(student or reference, params, reference, Stopwatch())
        self._take_turn(check, turn, with_reference(check))
        return turn

    def _seed(self, check: Check) -> None:
        """Set the seeds of what a check and the reference draw: the same for every file.

        They depend on the text of the checks, so student code cannot draw the same numbers.
        """
        name = check.item.nodeid
        if name not in self.seeds:
            text = f"{check.id}\n{read_source(check.item.path)}"
            self.seeds[name] = int(digest_of(text.encode())[:SEED_DIGITS], 16)
        verbs.seed(self.seeds[name])

    def _take_turn(self, check: Check, turn: Turn, name: str = "") -> None:
        self.fixtures.turn = turn
        name = name or check.item.nodeid
        if name not in self.ahead:
            self.ahead[name] = replace(deed_of(check), check=name), self.around_in(check.item.path.parent)
        deed, around = self.ahead[name]
        self.note(deed)
        try:
            # With no next item, every fixture is torn down, whatever its scope, before another submission's
            # turn.
            with around.entered(), aside():
                self._seed(check)
                if check.cases is None:
                    check.item.config.hook.pytest_runtest_protocol(item=check.item, nextitem=None)
                else:
                    self._call(check.item, check.cases, turn)
        finally:
            self.fixtures.turn = None

    def _call(self, item: pytest.Item, cases: Mapping[str, Any], turn: Turn) -> None:
        """Call a plain check, and keep what it raises."""
        fixtures = {name: getattr(turn, name) for name in FIXTURES}
        try:
            with own_time_bounded(turn.waiting, CHECK_SECONDS):
                call_plainly(item, {**fixtures, **cases})
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            turn.raised, turn.raised_when = _as_raised(error), "call"


def with_reference(check: Check) -> str:
    """Return the name of a check while it is tried with the reference in the student's place."""
    return f"{check.item.nodeid} with the reference"


def deed_of(check: Check) -> Deed:
    """Return the deed of running a check."""
    seconds = CHECK_SECONDS + GRACE_SECONDS
    return Deed(f"The check {check.id}", check.item.path, line_of(check.item), seconds, check.item.nodeid)


def line_of(item: pytest.Item) -> int:
    """Return the line of a check in its file, from 1."""
    _, line, _ = item.location
    return (line or 0) + 1


def _bare(error: BaseException | None) -> BaseException | None:
    """Return an error without its traceback, which holds all the values that were there."""
    if error is not None:
        error.__traceback__ = error.__cause__ = error.__context__ = None
    return error


def _outcome(turn: Turn, lost: Trouble | None) -> OutcomeName | None:
    """Return the outcome of a check, or None if it failed and the cause is not clear."""
    error = turn.raised
    if lost is not None and not isinstance(error, StudentError | WorkerFault):
        return lost.outcome  # whatever the check made of it: without an answer it never passes
    if error is None:
        return "passed"
    if isinstance(error, StudentError):
        return error.trouble.outcome
    if _is_skip(error):
        return "skipped"
    if isinstance(error, WorkerFault | CheckFault) or turn.raised_when != "call":
        return "ungraded"
    if isinstance(error, AssertionError | pytest.fail.Exception):
        return "failed"
    return None


def _is_skip(error: BaseException) -> bool:
    """Return whether pytest takes this for a skip: its own exception, or that of unittest."""
    unittest = sys.modules.get("unittest")  # whoever raises its exception has imported it
    return isinstance(error, (pytest.skip.Exception, *([unittest.SkipTest] if unittest else [])))


def _compared(turn: Turn, given: Sequence[Any], check: Check) -> tuple[Any, Any] | None:
    """Return the values that were compared, (actual, expected), where they are known."""
    wanted = turn.reference.values
    pair = compared(turn.raised)
    if pair is None and check.visible and given:
        pair = asserted(turn.raised, str(check.item.path), given[-1])
    pair = pair or ((given[-1], wanted[-1]) if given and wanted else None)
    if pair is None:
        return None
    actual, expected = pair
    return (expected, actual) if given and expected is given[-1] and actual is not expected else pair


def _failure(turn: Turn, session: Session, pair: tuple[Any, Any] | None, check: Check) -> str:
    """Return the message of a failed check: its own if it is visible and has one, else the difference."""
    given, wanted = session.values, turn.reference.values
    is_right = (pair and pair[1] is None) or (wanted and wanted[-1] is None)
    if session.returned_nothing and given and given[-1] is None and not is_right:
        return RETURNED_NOTHING.format(name=check.question)
    own = told_by(turn.raised) if check.visible else ""
    if pair is None or (own and compared(turn.raised) is None and not wanted):
        if check.visible and given and not own:
            own = NOT_RIGHT_IN_WORDS.format(result=describe(given[-1]))
        return own or NOT_RIGHT
    return difference(*pair, visible=check.visible)


def _exchange(session: Session, pair: tuple[Any, Any] | None, *, has_result: bool) -> Exchange:
    """Return what student code was last given, what was expected, and what came back."""
    call, given = session.last_call, session.values
    actual = pair[0] if pair else given[-1] if given else None
    return Exchange(
        call=spelled_call(call.name, call.args, call.kwargs) if call else None,
        expected=bounded(spelled(pair[1])) if pair else None,
        actual=bounded(spelled(actual)) if has_result and (pair or given) else None,
    )
