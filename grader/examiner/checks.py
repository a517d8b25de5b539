"""Checks: ordinary pytest functions, collected once and run for many submissions.

pytest drives the collection and each item's set-up, call and tear-down; the loop in between is ours.
"""

from __future__ import annotations

import importlib.util
import inspect
import math
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, TypeVar

import pytest

from grader.course.loading import CHECKS_FILE, REFERENCE_FILE, VISIBLE_CHECKS_FILE, LoadedCourse
from grader.errors import CourseFaults, Fault, WorkerFault
from grader.examiner.difference import compared, difference
from grader.examiner.session import CheckFault, Remote, Session, Student, StudentError
from grader.questions.question import Outcome, Posed
from grader.questions.values import describe

T = TypeVar("T")

CHANGED = "It changed an input that it was given. Work on a copy, such as image.clone()."
MAX_CRASHES = 2  # of one question, before its other checks are given up
MARKERS = (
    "points(weight): how much of its question's points a check carries, beside the question's other checks",
    "question(id): the question that a check belongs to, where its name does not begin with test_<id>",
)
_OPTIONS = (
    "--disable-plugin-autoload",
    "--noconftest",
    "--import-mode=importlib",
    "--capture=no",
    "--assert=plain",
    "--strict-markers",
    *("-p no:terminal -p no:cacheprovider -p no:warnings -p no:logging -p no:debugging".split()),
    *("-p no:junitxml -p no:faulthandler -p no:unraisableexception -p no:threadexception".split()),
    f"--config-file={os.devnull}",
)


@dataclass(frozen=True)
class Check:
    """One check as it was collected."""

    id: str
    question: str
    title: str
    visible: bool
    weight: float
    item: pytest.Item


@dataclass(frozen=True)
class CheckResult:
    """How one check went; `error` is what it raised."""

    check: Check
    outcome: Outcome
    error: BaseException | None = None
    message: str = ""
    values: tuple[Any, ...] = ()  # that student code returned to it


@dataclass
class Turn:
    """The submission that is being checked right now."""

    session: Session
    params: Mapping[str, Any]
    reference: Reference
    stand_in: Any = None  # takes the student's place while a check itself is on trial
    raised: BaseException | None = None
    raised_when: str = ""


class Reference:
    """The fixture `reference`: reference.py, whose functions remember what they last returned."""

    def __init__(self, module: ModuleType | None) -> None:
        self._module = module
        self.values: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = getattr(self._module, name)
        if not callable(value) or isinstance(value, type):
            return value

        def call(*args: Any, **kwargs: Any) -> Any:
            result = value(*args, **kwargs)
            self.values.append(result)
            return result

        return call


class CheckFixtures:
    """The fixtures of checks; a plugin of pytest. `turn` is whose turn it is."""

    def __init__(self) -> None:
        self.turn: Turn | None = None

    @pytest.fixture
    def student(self) -> Any:
        """The student's file: `student.strided` is what it calls `strided`."""
        turn = self._turn()
        return turn.stand_in or Student(turn.session)

    @pytest.fixture
    def reference(self) -> Reference:
        """The reference solution, by the same names."""
        return self._turn().reference

    @pytest.fixture
    def params(self) -> Mapping[str, Any]:
        """The parameters of the student's variant."""
        return self._turn().params

    def _turn(self) -> Turn:
        if self.turn is None:
            pytest.fail("there is no submission to check", pytrace=False)
        return self.turn

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
        """Keep what an item raised first. Nobody reads the report, so no traceback is written out for it."""
        error = call.excinfo.value if call.excinfo is not None else None
        if error is not None and self.turn is not None and self.turn.raised is None:
            self.turn.raised, self.turn.raised_when = error, call.when
        outcome: Literal["passed", "failed", "skipped"] = "passed"
        if error is not None:
            outcome = "skipped" if isinstance(error, pytest.skip.Exception) else "failed"
        when = call.when if call.when != "collect" else "setup"
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, when)


@dataclass
class CheckSuite:
    """The checks of several exercises, ready to run for one submission after the other."""

    fixtures: CheckFixtures
    checks: Mapping[str, Sequence[Check]]  # by exercise
    references: Mapping[str, ModuleType | None]
    wrong_results: dict[str, Sequence[CheckResult]] = field(default_factory=dict)  # of misconceptions

    def of(self, exercise: str, question: str) -> list[Check]:
        """The checks of one question."""
        return [check for check in self.checks.get(exercise, ()) if check.question == question]

    def reads_params(self, exercise: str, question: str) -> bool:
        """Whether some check of a question looks at the parameters of the student's variant."""
        checks = self.of(exercise, question)
        return any("params" in getattr(check.item, "fixturenames", ()) for check in checks)

    def run(
        self, exercise: str, posed: Posed, session: Session, params: Mapping[str, Any]
    ) -> list[CheckResult]:
        """Run a question's checks; after one that ran out of time, or two that crashed, no more are tried."""
        results: list[CheckResult] = []
        crashes = 0
        for check in self.of(exercise, posed.id):
            if results and (results[-1].outcome == "timeout" or crashes == MAX_CRASHES):
                results.append(CheckResult(check, results[-1].outcome, results[-1].error))
                continue
            results.append(self._run(exercise, check, session, params))
            if session.changed and not posed.in_place and results[-1].outcome in {"passed", "failed"}:
                results[-1] = replace(results[-1], outcome="failed", error=None, message=CHANGED)
            crashes += results[-1].outcome in {"crashed", "memory"}
        return results

    def _run(
        self,
        exercise: str,
        check: Check,
        session: Session,
        params: Mapping[str, Any],
    ) -> CheckResult:
        reference = Reference(self.references[exercise])
        turn = Turn(session, params, reference)
        session.values.clear()
        session.lost, session.changed = None, False
        self._take_turn(check, turn)
        if isinstance(turn.raised, WorkerFault):
            raise turn.raised
        values = tuple(value for value in session.values if not isinstance(value, Remote))
        outcome = _outcome(turn)
        if outcome is None:
            # The check stumbled over a student's value or over itself: the reference in their place tells.
            trial = Turn(session, params, reference, stand_in=reference)
            self._take_turn(check, trial)
            outcome = "failed" if trial.raised is None else "ungraded"
        message = _failure(turn, visible=check.visible) if outcome == "failed" else ""
        return CheckResult(check, outcome, turn.raised, message, values)

    def _take_turn(self, check: Check, turn: Turn) -> None:
        self.fixtures.turn = turn
        try:
            # No next item: every fixture is torn down, whatever its scope, before another submission's turn.
            check.item.config.hook.pytest_runtest_protocol(item=check.item, nextitem=None)
        finally:
            self.fixtures.turn = None


def _outcome(turn: Turn) -> Outcome | None:
    """How a check went; None if it stumbled and it is not clear over what."""
    error = turn.raised
    if turn.session.lost is not None and not isinstance(error, StudentError | WorkerFault):
        return turn.session.lost.outcome  # whatever the check made of it: no answer is never a pass
    if error is None:
        return "passed"
    if isinstance(error, StudentError):
        return error.trouble.outcome
    if isinstance(error, pytest.skip.Exception):
        return "skipped"
    if isinstance(error, WorkerFault | CheckFault) or turn.raised_when != "call":
        return "ungraded"
    if isinstance(error, AssertionError | pytest.fail.Exception):
        return "failed"
    return None


def _failure(turn: Turn, *, visible: bool) -> str:
    """What a failed check says: its own words where it is visible and has some, else what differs."""
    given, wanted = turn.session.values, turn.reference.values
    pair = compared(turn.raised) or ((given[-1], wanted[-1]) if given and wanted else None)
    if pair is None:
        own = str(turn.raised).strip().partition("\n")[0]
        if visible and given and not own:
            own = f"The result is {describe(given[-1])}, which is not right."
        return own if visible and own else "The result is not right."
    actual, expected = pair
    if given and expected is given[-1] and actual is not expected:
        actual, expected = expected, actual
    return difference(actual, expected, visible=visible)


@dataclass
class _Collector:
    """The plugin that takes the place of pytest's own loop."""

    work: Callable[[pytest.Session], None]
    root: Path  # that pytest's names of files begin at
    faults: list[Fault] = field(default_factory=list)

    def pytest_configure(self, config: pytest.Config) -> None:
        for marker in MARKERS:
            config.addinivalue_line("markers", marker)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            told = str(report.longrepr).strip()
            last = (told.splitlines() or ["?"])[-1].removeprefix("E").strip()
            places = re.findall(rf"{re.escape(Path(report.nodeid).name)}\"?(?::|, line )(\d+)", told)
            line = int(places[-1]) if places else None
            sentence = f"The checks cannot be read: {last}."
            self.faults.append(
                Fault(self.root / report.nodeid, line, None, "", sentence, "Run pytest on it.")
            )

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if not self.faults:
            self.work(session)
        return True


def with_checks(
    folders: Mapping[str, Path], questions: Mapping[str, Sequence[str]], work: Callable[[CheckSuite], T]
) -> T:
    """Collect the checks of some exercises' code questions, call `work` with them, and return its result.

    `folders` and `questions` are by exercise: where its checks stand, and the ids of its code questions.

    Raises:
        CourseFaults: checks or a reference cannot be imported, or a check belongs to no question.

    """
    folders = {name: folder.resolve() for name, folder in folders.items()}
    fixtures = CheckFixtures()
    references = {name: load_reference(folder / REFERENCE_FILE) for name, folder in folders.items()}
    results: list[T] = []
    raised: list[BaseException] = []

    def loop(session: pytest.Session) -> None:
        try:
            checks = {
                name: [
                    check_of(item, questions[name]) for item in session.items if item.path.parent == folder
                ]
                for name, folder in folders.items()
            }
            results.append(work(CheckSuite(fixtures, checks, references)))
        except BaseException as error:
            raised.append(error)

    files = [folder / name for folder in folders.values() for name in (VISIBLE_CHECKS_FILE, CHECKS_FILE)]
    existing = [str(file) for file in files if file.is_file()]
    if not existing:
        return work(CheckSuite(fixtures, dict.fromkeys(folders, ()), references))
    root = Path(existing[0]).parents[2]
    collector = _Collector(loop, root)
    _run_pytest(root, existing, [collector, fixtures])
    if collector.faults:
        raise CourseFaults(collector.faults)
    if raised:
        raise raised[0]
    return results[0]


def with_suite(course: LoadedCourse, exercises: Sequence[str], work: Callable[[CheckSuite], T]) -> T:
    """Call `work` with the checks of some exercises of a course.

    Raises:
        CourseFaults: checks or a reference cannot be imported, or a check belongs to no question.

    """
    code = {
        name: [question.id for question in course.exercise(name).record.questions if question.by_checks]
        for name in exercises
    }
    folders = {name: course.exercise(name).folder for name, questions in code.items() if questions}
    return with_checks(folders, code, work)


def _run_pytest(root: Path, files: Sequence[str], plugins: Sequence[object]) -> None:
    """Run pytest on files, without the options that its user has for other runs, and forget their modules.

    pytest calls a module by its path below the root, and makes a package of each folder on the way. Were the
    root the folder of exercises, one that is called `code` would be taken for Python's own module; were the
    modules kept, another course's checks could be taken for ours.
    """
    before = set(sys.modules)
    options = os.environ.pop("PYTEST_ADDOPTS", None)
    try:
        pytest.main([*_OPTIONS, f"--rootdir={root}", *files], plugins)
    finally:
        if options is not None:
            os.environ["PYTEST_ADDOPTS"] = options
        new = set(sys.modules) - before
        own = {name for name in new if getattr(sys.modules[name], "__file__", None) in files}
        for name in new:
            if any(f"{module}.".startswith(f"{name}.") for module in own):
                del sys.modules[name]


def check_of(item: pytest.Item, questions: Sequence[str]) -> Check:
    """What a collected item checks.

    Raises:
        CourseFaults: it belongs to no code question.

    """
    function = getattr(item, "function", None)
    title = (inspect.getdoc(function) or "").partition("\n")[0] if function else ""
    return Check(
        id=item.name,
        question=_question_of(item, questions),
        title=title or item.name.removeprefix("test_").replace("_", " "),
        visible=item.path.name == VISIBLE_CHECKS_FILE,
        weight=_weight_of(item),
        item=item,
    )


def _weight_of(item: pytest.Item) -> float:
    marker = item.get_closest_marker("points")
    weight = 1.0 if marker is None else next(iter(marker.args), None)
    if isinstance(weight, int | float) and 0 < weight < math.inf:
        return float(weight)
    sentence = f"The points of the check {item.name} are not a number above 0."
    raise CourseFaults([fault_at(item, sentence, "Write @pytest.mark.points(2).")])


def fault_at(item: pytest.Item, sentence: str, remedy: str) -> Fault:
    """A fault in the file and line of a check."""
    _, line, _ = item.location
    return Fault(item.path, (line or 0) + 1, None, "", sentence, remedy)


def _question_of(item: pytest.Item, questions: Sequence[str]) -> str:
    marker = item.get_closest_marker("question")
    if marker and marker.args and marker.args[0] in questions:
        return str(marker.args[0])
    name = item.name.partition("[")[0]
    named = [question for question in questions if f"{name}_".startswith(f"test_{question}_")]
    if named and not marker:
        return max(named, key=len)
    if len(questions) == 1 and not marker:
        return questions[0]
    sentence = f"The check {item.name} belongs to no code question."
    remedy = f"Begin its name with test_ and one of: {', '.join(questions)}."
    raise CourseFaults([fault_at(item, sentence, remedy)])


def load_reference(file: Path) -> ModuleType | None:
    """The module reference.py, or None where there is none.

    Raises:
        CourseFaults: it raises an error when it is imported.

    """
    if not file.is_file():
        return None
    name = f"reference of {file.parent.name}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        return None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        line = getattr(error, "lineno", None) or _line_in(error, file)
        sentence = f"The reference cannot be imported: {type(error).__name__}: {error}."
        raise CourseFaults([Fault(file, line, None, "", sentence, "Correct it.")]) from None
    return module


def _line_in(error: BaseException, file: Path) -> int | None:
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(file):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
