"""What a submission costs in the engine, beside its isolation alone, plain pytest, other graders, and two lanes.

    python tests/bench/class_engine.py [SUBMISSIONS] [--rounds N] [--others VENV] [--only abcd]

Grades SUBMISSIONS (200) of exercise-8 (code) and as many of exercise-9 (quiz): honest ones, wrong ones, and one in
a hundred that never ends, in a copy of the shipped course that allows a call one second. What is compared is timed
in turn, in one run; printed are medians over the rounds (5).

a: one lane, beside the isolation floor: the same forks, confinement, files and calls, replayed without checks
b: one lane, beside one fresh `python -m pytest` for each submission, with the same checks in plain fixtures
c: one lane, and as many as there are processors, beside `nbgrader autograde` and `otter run` of VENV, with as
   many tests in a notebook
d: the whole class with two lanes and with one, gradebook included; its start weighs less in a larger class
"""

from __future__ import annotations

import argparse
import gc
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from unittest import mock

assert sys.platform != "win32"  # it has no fork

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from grader.classroom.class_grader import ClassGrader
from grader.classroom.class_run import ClassRun
from grader.classroom.collecting import Found
from grader.course.loading import LoadedCourse, load_course
from grader.course.paper import prepare
from grader.demo.made_up import CLASS
from grader.engine.handed_in import HandedIn
from grader.engine.job import Job
from grader.engine.lanes import LaneProcess, processors
from grader.engine.setup import READY, Setup
from grader.examiner.budget import worker_limits
from grader.examiner.checks import CheckSuite
from grader.examiner.collection import with_suite
from grader.examiner.grading import grade
from grader.examiner.outcome import Outcome
from grader.examiner.submission import submission_of
from grader.gradebook.store import Gradebook
from grader.worker.client import Worker
from grader.worker.ending import WorkerLimits
from grader.worker.forkserver import ForkServer

ROOT = Path(__file__).resolve().parents[2]
EXERCISES = ("exercise-8", "exercise-9")
SECONDS = 1.0  # that a call may take
ENDLESS = "\n\ndef endless(*args, **kwargs):\n    while True:\n        pass\n\n\n"
LAST = {"exercise-8": "convolve = endless\n", "exercise-9": "overlap = endless()\n"}
FRESH = 5  # submissions that get a fresh process
IN_A_LANE = 20  # submissions of one measurement beside other graders
WRITE = {person.student: person.write for person in CLASS}
WRONG = [WRITE[name] for name in ("june", "emil", "cem")]  # flip the kernel, forget the padding, answer half


@dataclass(frozen=True)
class Class:
    """An exercise's class: submissions that end, and those that do not."""

    course: LoadedCourse
    exercise: str
    jobs: Sequence[Job]
    endless: Sequence[Job]

    @property
    def size(self) -> str:
        return f"{len(self.jobs)} + {len(self.endless)} endless"


def course_copy(folder: Path) -> LoadedCourse:
    """Return the shipped course, with less time for a call."""
    shutil.copytree(ROOT / "exercises", folder / "exercises", ignore=shutil.ignore_patterns("__pycache__"))
    text = (ROOT / "course.yaml").read_text(encoding="utf-8")
    text = re.sub(r"limits: .*", f"limits: {{seconds: {SECONDS}, memory_mib: 2048}}", text)
    (folder / "course.yaml").write_text(text, encoding="utf-8")
    return load_course(folder)


def class_of(course: LoadedCourse, exercise: str, size: int) -> Class:
    """Make a class: half honest, half wrong, each student with their own variant; one in a hundred never ends."""
    ending: list[Job] = []
    endless: list[Job] = []
    for number in range(size):
        student = f"student-{number}"
        sitting = prepare(course.exercise(exercise), student)
        write = WRONG[number // 2 % len(WRONG)] if number % 2 else WRITE["ada"]
        source = write(sitting, "python")
        never_ends = number % 100 == min(50, size - 1)
        if never_ends:
            source += ENDLESS + LAST[exercise]
        name = f"{exercise}.py"  # with a variant that was handed out, as in a class
        job = Job(
            number=number,
            handed_in=HandedIn(student, exercise, name, source.encode()),
            variant=student,
            params=sitting.params,
        )
        (endless if never_ends else ending).append(job)
    return Class(course, exercise, ending, endless)


def seconds(work: Callable[[], Any]) -> float:
    """Return the wall-clock time of some work."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def line(label: str, *columns: str) -> None:
    """Print one line of the table."""
    print(f"  {label:<52}", *(f"{column:>14}" for column in columns), flush=True)


def milliseconds(times: Sequence[float]) -> str:
    """Return the median, in milliseconds."""
    return f"{1000 * statistics.median(times):.1f} ms"


def ratio(ours: Sequence[float], others: Sequence[float]) -> str:
    """Return the median of the ratios round by round."""
    return f"{statistics.median(a / b for a, b in zip(ours, others, strict=True)):.2f} x"


class Lane:
    """One lane as a class has it: a process of its own."""

    def __init__(self, own: Class) -> None:
        self._process = LaneProcess(
            Setup(own.course.root, (own.exercise,), "full", tuple(own.course.record.packages))
        )
        assert self._heard() == READY, "the lane does not start"

    def grade(self, job: Job) -> Outcome:
        self._process.give(job)
        result = self._heard()
        assert isinstance(result, Outcome), result
        return result

    def _heard(self) -> Any:
        """Return what the lane answers, after whatever events."""
        return self._process.answer(lambda: float("inf"), lambda _event: None)[0]

    def close(self) -> None:
        self._process.close(5)


# a: the isolation floor


@dataclass(frozen=True)
class Calls:
    """All that one submission's worker was asked, ready to be asked again."""

    limits: WorkerLimits
    asked: Sequence[tuple[dict[str, Any], Any]]

    def replay(self, server: ForkServer, *, watch: bool = True) -> None:
        """Fork, confine, load and call, and look at nothing that comes back."""
        families = self.asked[0][0]["families"] if watch else []  # loading comes first
        with server.fork(self.limits, families=families) as worker:
            for request, encoder in self.asked:
                watched = {"families": families} if "families" in request else {}
                worker.ask({**request, **watched}, SECONDS, encoder, lambda _notice: SECONDS)


def recorded(own: Class) -> list[Calls]:
    """Return what each submission's worker is asked while it is graded, once misconceptions have been run.

    A class runs each misconception once, in a worker of its own. What these were asked belongs to no submission.
    """
    real, calls = Worker.ask, []

    def work(suite: CheckSuite) -> None:
        with ForkServer(own.course.record.packages) as server:
            for job in (*own.jobs, *own.jobs):
                asked: list[tuple[dict[str, Any], Any]] = []

                def ask(
                    self: Worker, request: Any, limit: float, encoder: Any = None, running: Any = None
                ) -> Any:
                    asked.append((request, encoder))  # noqa: B023 used within this round of the loop only
                    return real(self, request, limit, encoder, running)

                sitting = prepare(own.course.exercise(job.handed_in.exercise), job.variant, job.params)
                submission = submission_of(job.handed_in.file_name, job.handed_in.content)
                with mock.patch.object(Worker, "ask", ask):
                    grade(sitting, submission, server, suite)
                calls.append(Calls(worker_limits(sitting.paper.limits), asked))

    with_suite(own.course, [own.exercise], work)
    return calls[len(own.jobs) :]


def beside_floor(own: Class, rounds: int) -> None:
    """Engine and floor, submission by submission in turn."""
    calls, lane = recorded(own), Lane(own)
    engine: list[float] = []
    floor: list[float] = []
    bare: list[float] = []
    endless: list[float] = []
    with ForkServer(own.course.record.packages) as server:
        calls[0].replay(server)
        lane.grade(own.jobs[0])
        gc.collect()
        gc.freeze()
        for _ in range(rounds):
            ours = base = unwatched = 0.0
            for job, own_calls in zip(own.jobs, calls, strict=True):
                ours += seconds(partial(lane.grade, job))
                base += seconds(partial(own_calls.replay, server))
                unwatched += seconds(partial(own_calls.replay, server, watch=False))
            count, late = len(own.jobs), sum(seconds(partial(lane.grade, job)) for job in own.endless)
            for times, one in ((engine, ours), (floor, base), (bare, unwatched)):
                times.append(one / count)
            endless.append((ours + late) / (count + len(own.endless)))
    lane.close()
    requests = statistics.mean(len(own_calls.asked) for own_calls in calls)
    line(f"isolation floor ({requests:.0f} requests of a worker)", milliseconds(floor))
    line("engine, one lane", milliseconds(engine), ratio(engine, floor))
    line("engine, one lane, endless ones among them", milliseconds(endless), ratio(endless, floor))
    line("engine, beside a floor that watches no operators", milliseconds(bare), ratio(engine, bare))


# b: a fresh pytest for each


CONFTEST = """
import importlib
import pytest

@pytest.fixture
def student():
    return importlib.import_module("submission")

@pytest.fixture
def reference():
    return importlib.import_module("reference")
"""


def answers_of(own: Class, student: str | None) -> dict[str, Any]:
    """Return the right answers to the questions that are not code."""
    keys = prepare(own.course.exercise(own.exercise), student).keys or {}
    names: dict[str, Any] = {}
    for key in keys.values():
        exec(key.solution, names)
    return {name: names[name] for name in keys if name in names}


def pytest_folder(own: Class, job: Job, folder: Path, extra: str = "") -> None:
    """Write the same checks for plain pytest: modules imported, and an assert for each answer."""
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (folder / "submission.py").write_bytes(job.handed_in.content)
    for name, copy in (
        ("reference", "reference"),
        ("checks", "test_checks"),
        ("visible_checks", "test_visible"),
    ):
        file = own.course.exercise(own.exercise).folder / f"{name}.py"
        if file.exists():
            shutil.copy(file, folder / f"{copy}.py")
    tests = [
        f"def test_{name}(student):\n    assert student.{name} == {answer!r}\n"
        for name, answer in answers_of(own, job.variant).items()
    ]
    (folder / "test_answers.py").write_text("\n".join([extra, *tests]), encoding="utf-8")


def beside_pytest(own: Class, rounds: int) -> None:
    """Compare a lane and fresh pytest processes in turn, over a few submissions."""
    lane = Lane(own)
    few = own.jobs[:FRESH]
    lane.grade(few[0])
    # Without plugins it starts faster: in favour of the other side. A quiz could also do without torch.
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-W", "ignore", "-p", "no:cacheprovider"]
    labels = {"": "fresh python -m pytest"}
    if own.exercise == "exercise-9":
        labels = {
            "": "fresh python -m pytest, no torch",
            "import torch\n": "fresh python -m pytest, with torch",
        }
    for extra, label in labels.items():
        engine, fresh = [], []
        for _ in range(rounds):
            ours = base = 0.0
            for job in few:
                with tempfile.TemporaryDirectory() as name:
                    pytest_folder(own, job, Path(name), extra)
                    ours += seconds(partial(lane.grade, job))
                    base += seconds(
                        lambda name=name: subprocess.run(  # type: ignore[misc]
                            command, cwd=name, env=environment, stdout=subprocess.DEVNULL, check=False
                        )
                    )
            engine.append(ours / len(few))
            fresh.append(base / len(few))
        line(label, milliseconds(fresh), ratio(fresh, engine))
    lane.close()


# c: other graders


def notebook_tests(own: Class) -> list[str]:
    """Return one test a cell: the same checks called from a notebook, after the student's code."""
    code = []
    folder = own.course.exercise(own.exercise).folder
    for module in ("checks", "visible_checks"):
        file = folder / f"{module}.py"
        names = re.findall(r"^def (test_\w+)", file.read_text(), re.MULTILINE) if file.exists() else []
        code += [
            f"import sys, types\nsys.path.insert(0, {str(folder)!r})\nimport inspect, {module}, reference\n"
            f"own = types.SimpleNamespace(**globals())\ncheck = {module}.{name}\n"
            "check(*(own, reference)[: len(inspect.signature(check).parameters)])"
            for name in names
        ]
    return code + [f"assert {name} == {answer!r}" for name, answer in answers_of(own, None).items()]


def nbgrader_course(own: Class, tests: Sequence[str], source: str, folder: Path, students: int) -> None:
    """Return a course of nbgrader's with one assignment, and students who have handed it in."""

    def cell(code: str, **about: Any) -> Any:
        flags = dict.fromkeys(("task", "grade", "solution", "locked"), False)
        about = {"schema_version": 3, **flags, **about}
        return new_code_cell(code, metadata={"nbgrader": about})  # type: ignore[no-untyped-call]

    def notebook(code: str) -> Any:
        answer = cell(code, grade_id="answer", solution=True)
        about = {"grade": True, "locked": True, "points": 1}
        return new_notebook(  # type: ignore[no-untyped-call]
            cells=[answer, *(cell(test, grade_id=f"test-{i}", **about) for i, test in enumerate(tests))]
        )

    (folder / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'bench'\n")
    homes = [folder / "source" / "ps", *(folder / "submitted" / f"s{i}" / "ps" for i in range(students))]
    for home in homes:
        home.mkdir(parents=True)
        nbformat.write(notebook("..." if home == homes[0] else source), home / "ps.ipynb")  # type: ignore[no-untyped-call]


def otter_assignment(tests: Sequence[str], source: str, folder: Path) -> None:
    """Write a notebook and tests in Otter's format."""
    (folder / "tests").mkdir()
    for number, test in enumerate(tests):
        case = "\n".join(f">>> {row}" for row in test.splitlines())
        suite = {"cases": [{"code": case}], "scored": True, "setup": "", "teardown": "", "type": "doctest"}
        text = f"OK_FORMAT = True\ntest = {{'name': 'q{number}', 'points': 1, 'suites': [{suite!r}]}}\n"
        (folder / "tests" / f"q{number}.py").write_text(text)
    notebook = new_notebook(cells=[new_code_cell(source)])  # type: ignore[no-untyped-call]
    nbformat.write(notebook, folder / "ps.ipynb")  # type: ignore[no-untyped-call]


def beside_others(own: Class, rounds: int, venv: Path | None) -> None:
    """Return a lane beside nbgrader and Otter, variant 0, the honest solution; what starts once is taken off."""
    installed = venv is not None and (venv / "bin" / "nbgrader").exists()
    if venv is None or not installed:
        line("nbgrader, otter: not installed (--others VENV)")
        return
    nbgrader, otter = (str(venv / "bin" / name) for name in ("nbgrader", "otter"))
    lanes = [Lane(own) for _ in range(processors())]
    sitting = prepare(own.course.exercise(own.exercise), None)
    content = WRITE["ada"](sitting, "python").encode()
    job = Job(number=0, handed_in=HandedIn("s", own.exercise, f"{own.exercise}.py", content))
    honest = cycle(own.jobs[::2])  # whose variants the lane has not seen before

    def in_lanes(used: Sequence[Lane]) -> float:
        shares = [list(islice(honest, IN_A_LANE)) for _ in used]
        with ThreadPoolExecutor(len(used)) as pool:
            taken = seconds(
                lambda: list(pool.map(lambda lane, share: [lane.grade(one) for one in share], used, shares))
            )
        return taken / IN_A_LANE / len(used)

    in_lanes(lanes)
    environment = {**os.environ, "PATH": f"{venv / 'bin'}:{os.environ['PATH']}", "OMP_NUM_THREADS": "1"}

    def run(folder: Path, *command: str) -> float:
        begin = time.perf_counter()
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return time.perf_counter() - begin

    engine, engines, by_nbgrader, by_otter = [], [], [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as name:
            few, one, other = (Path(name) / part for part in ("few", "one", "otter"))
            tests = notebook_tests(own)
            for folder, students in ((few, FRESH), (one, 1)):
                folder.mkdir()
                nbgrader_course(own, tests, job.handed_in.content.decode(), folder, students)
                run(folder, nbgrader, "generate_assignment", "ps", "--create")
            other.mkdir()
            otter_assignment(tests, job.handed_in.content.decode(), other)
            run(other, otter, "generate", "-t", "tests", "-o", "autograder.zip", "--no-environment")
            engine.append(in_lanes(lanes[:1]))
            engines.append(in_lanes(lanes))
            begun = run(one, nbgrader, "autograde", "ps")
            by_nbgrader.append((run(few, nbgrader, "autograde", "ps") - begun) / (FRESH - 1))
            by_otter.append(run(other, otter, "run", "-a", "autograder.zip", "ps.ipynb"))
    for lane in lanes:
        lane.close()
    for label, ours in (("one lane", engine), (f"{len(lanes)} lanes", engines)):
        line(f"engine, {label}", milliseconds(ours))
        line(f"nbgrader autograde beside {label}", milliseconds(by_nbgrader), ratio(by_nbgrader, ours))
        line(f"otter run beside {label}", milliseconds(by_otter), ratio(by_otter, ours))


# d: two lanes


def whole_class(own: Class, jobs: int) -> tuple[float, float]:
    """Return the seconds of a whole class, and those of each submission after the first ones."""

    def found(job: Job) -> Found:
        return Found(job.handed_in.student, job.handed_in.exercise, lambda: job.handed_in)

    with tempfile.TemporaryDirectory() as folder, Gradebook("sqlite:///book.db", Path(folder)) as gradebook:
        all_jobs = sorted([*own.jobs, *own.endless], key=lambda job: job.number)
        gradebook.hand_out(
            {(job.handed_in.student, job.handed_in.exercise): job.params or {} for job in all_jobs}
        )
        begin = time.perf_counter()
        run = ClassRun(ClassGrader(own.course, "full", jobs), gradebook, personal=True)
        assert not list(run.look(map(found, all_jobs)))
        times = [time.perf_counter() for _ in run.run()]
        assert len(times) == len(all_jobs)
        return time.perf_counter() - begin, (times[-1] - times[2 * jobs]) / (len(times) - 2 * jobs - 1)


def beside_two(own: Class, rounds: int) -> None:
    """Compare one lane and two in turn."""
    pairs = [(whole_class(own, 1), whole_class(own, 2)) for _ in range(rounds)]
    for part, label in enumerate(("whole class", "each submission once lanes run")):
        one, two = [pair[0][part] for pair in pairs], [pair[1][part] for pair in pairs]
        unit = (lambda times: f"{statistics.median(times):.1f} s") if part == 0 else milliseconds
        line(f"{label}: one lane", unit(one))
        line(f"{label}: two lanes", unit(two), f"{ratio(one, two)} faster")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=textwrap.dedent(__doc__ or ""), formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("submissions", type=int, nargs="?", default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--others", type=Path)
    parser.add_argument("--only", default="abcd")
    parser.add_argument("--exercise", choices=EXERCISES, action="append")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        course = course_copy(Path(folder).resolve())
        for exercise in options.exercise or EXERCISES:
            own = class_of(course, exercise, options.submissions)
            print(f"{exercise}, {own.size}, {options.rounds} rounds")
            if "a" in options.only:
                beside_floor(own, options.rounds)
            if "b" in options.only:
                beside_pytest(own, options.rounds)
            if "c" in options.only:
                beside_others(own, options.rounds, options.others)
            if "d" in options.only:
                beside_two(own, options.rounds)


if __name__ == "__main__":
    main()
