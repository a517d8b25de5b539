"""Lanes that die, hang, cannot start or are killed: everybody else is graded, and nothing is left behind."""

from __future__ import annotations

import ast
import contextlib
import json
import multiprocessing
import os
import pickle
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

assert sys.platform != "win32"  # it has no fork

import pytest

from grader.classroom import class_grader
from grader.engine import lanes
from grader.engine.handed_in import HandedIn
from grader.engine.job import Job
from grader.engine.setup import READY, Setup
from grader.errors import CourseFaults, Fault, GraderError, SubmissionFault, UsageFault, WorkerFault
from grader.examiner import process
from grader.examiner.events import Asked, Verdict
from grader.examiner.reporting import verdict_of
from grader.gradebook import sqlite
from grader.worker import zygote
from grader.worker.environment import clean_environment
from tests.classroom.conftest import DOUBLE, RIGHT, TRIPLE, Small
from tests.conftest import Run
from tests.examiner.test_patience import late_when

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc"
)
PATIENCE = 300.0  # seconds after which a process that should end counts as endless
DIE = "    os.kill(os.getpid(), signal.SIGKILL)\n"
DIE_ONCE = "    if not (HERE / '.died').exists():\n        (HERE / '.died').touch()\n    " + DIE
ENDLESS = "    while True:\n        time.sleep(0.01)\n"
DEAF = """    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
    while student.double(0) == 0:
        (HERE / ".hangs").touch()
        time.sleep(0.01)
"""
HOLD = "    log(os.getpid())\n    while (HERE / '.hold').exists():\n        time.sleep(0.01)\n"


def check(body: str, question: str = "double") -> str:
    """Return a check that first does something else."""
    text = DOUBLE if question == "double" else TRIPLE
    return text.replace("    assert", f"{body}    assert")


def parent_of(pid: int) -> int | None:
    """Return the parent of a process, or None if it is not alive."""
    try:
        state, parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return None
    return None if state in "ZX" else int(parent)


def parents() -> dict[int, int]:
    """Return the parent of every process that is alive."""
    pids = [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit()]
    found = {pid: parent_of(pid) for pid in pids}
    return {pid: parent for pid, parent in found.items() if parent is not None}


def below(pid: int) -> set[int]:
    """Return the processes that one has started, and those that these have started; zygotes stay for the next.

    The two halves of a zygote are a process group.
    """
    of, found = parents(), {pid}
    while more := {child for child, parent in of.items() if parent in found} - found:
        found |= more
    zygotes = {one._process.pid for one in zygote._ZYGOTES.values()}
    return {one for one in found - {pid} if group_of(one) not in zygotes}


def group_of(pid: int) -> int:
    """Return the process group of a process; 0 if it has ended."""
    with contextlib.suppress(ProcessLookupError):
        return os.getpgid(pid)
    return 0


def wait_until_gone(pids: set[int]) -> None:
    """Wait until none of these processes is alive."""
    until = time.monotonic() + PATIENCE
    while left := {one for one in pids if parent_of(one) is not None}:
        assert time.monotonic() < until, left
        time.sleep(0.02)


def wait_until_empty(folder: Path) -> None:
    """Wait until there is nothing in a folder."""
    until = time.monotonic() + PATIENCE
    while left := list(folder.iterdir()):
        assert time.monotonic() < until, left
        time.sleep(0.02)


def job(source: str = "") -> Job:
    """Return a job that no class has."""
    return Job(number=0, handed_in=HandedIn("ada", "ex-1", "ex-1.py", source.encode()))


def answer(lane: lanes.LaneProcess) -> Any:
    """Return what a lane answers, after whatever events."""
    until = time.monotonic() + PATIENCE
    return lane.answer(lambda: until, lambda _event: None)[0]


@pytest.fixture(autouse=True)
def _nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setenv("TMPDIR", str(temporary))
    before = below(os.getpid())
    yield
    wait_until_gone(below(os.getpid()) - before)
    assert not list(temporary.iterdir())


def hand_in_two(small: Small) -> None:
    """Hand in two files: ada's meets the check of `double`, bob's only the answer."""
    small.hand_in("ada")
    small.hand_in("bob", "five = 5\n")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Setup]:
    """Return the lanes that a command starts on a machine with three processors."""
    setups: list[Setup] = []

    class Counted(lanes.LaneProcess):
        def __init__(self, setup: Setup) -> None:
            super().__init__(setup)
            setups.append(setup)

    monkeypatch.setattr(lanes, "LaneProcess", Counted)
    monkeypatch.setattr(class_grader, "processors", lambda: 3)
    return setups


@pytest.mark.parametrize(("students", "expected"), [(lanes.FEW, 1), (lanes.FEW + 1, 2)])
def test_few_submissions_are_not_worth_another_lane(
    small: Small, course: Run, started: list[Setup], students: int, expected: int
) -> None:
    for number in range(students):
        small.hand_in(f"s{number}", "five = 5\n")
    assert f"{students} graded, 0 not graded" in course(small.root, "grade", "S").out
    assert len(started) == expected


def test_few_that_take_long_are_worth_it(
    small: Small, course: Run, started: list[Setup], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "FEW_SECONDS", 0.0)
    for student in ("ada", "bob", "cleo", "dan"):
        small.hand_in(student, "import time\ntime.sleep(1.5)\nfive = 5\n")
    assert "4 graded, 0 not graded" in course(small.root, "grade", "S").out
    assert len(started) == 3


def test_a_lane_that_is_killed_is_replaced_and_its_submission_graded(small: Small, course: Run) -> None:
    small.checks(check(DIE_ONCE), TRIPLE)
    hand_in_two(small)
    ran = course(small.root, "grade", "S")
    assert ran.code == 0
    assert sorted(ran.out.splitlines()[:2])[0] == "ada  ex-1  3 of 3"
    assert "2 graded, 0 not graded" in ran.out
    assert (small.exercise / ".died").exists()


@pytest.mark.slow
def test_a_submission_that_kills_two_lanes_is_ungraded_with_the_cause(small: Small, course: Run) -> None:
    small.checks(check(DIE), TRIPLE)
    hand_in_two(small)
    ran = course(small.root, "grade", "S", "--jobs", 2)
    assert ran.code == 1
    assert small.ran() == ["double", "double"]
    told = " ".join(ran.out.split())
    assert "not graded: ada ex-1: The process that graded this ended twice: ended by signal 9." in told
    assert "1 graded, 1 not graded" in ran.out
    assert small.rows("select student, is_graded, score from report join submission on submission.id = submission_id order by 1") == [
        ("ada", 0, 0),
        ("bob", 1, 1),
    ]  # fmt: skip
    small.checks(DOUBLE, TRIPLE)
    assert course(small.root, "grade", "S").code == 0
    assert small.rows("select max(score) from report") == [(3,)]


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2])
def test_what_lay_ahead_of_a_lane_that_died_is_graded_once_and_not_to_blame(
    small: Small, course: Run, jobs: int
) -> None:
    small.checks(check(DIE), TRIPLE)
    dying = {"student1", "student2", "student5"}
    for number in range(8):
        own = f"# {number}\n" + "#" * 60_000 * (number == 3)  # too much to be given ahead
        small.hand_in(f"student{number}", f"{RIGHT if f'student{number}' in dying else 'five = 5'}\n{own}")
    ran = course(small.root, "grade", "S", "--jobs", jobs)
    assert ran.code == 1
    assert "5 graded, 3 not graded" in ran.out
    assert small.ran() == ["double"] * 6  # each of the three twice
    rows = small.rows(
        "select student, is_graded from report join submission on submission.id = submission_id order by student"
    )
    assert rows == [(f"student{number}", int(f"student{number}" not in dying)) for number in range(8)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("is_in_check", "told"),
    [
        (True, "This check ran out of time."),
        (False, "The process that graded this ended twice: it took too long."),
    ],
)
def test_a_lane_that_no_longer_answers_is_replaced(
    small: Small, course: Run, monkeypatch: pytest.MonkeyPatch, is_in_check: bool, told: str
) -> None:
    small.write("exercises/ex-2/exercise.yaml", (small.exercise / "exercise.yaml").read_text("utf-8"))
    small.write("exercises/ex-2/reference.py", (small.exercise / "reference.py").read_text("utf-8"))
    checks = (small.exercise / "checks.py").read_text("utf-8")
    small.write("exercises/ex-2/checks.py", checks.replace("    log('double')\n", DEAF))
    small.hand_in("ada", RIGHT, exercise="ex-2")
    small.hand_in("bob")
    late_when(monkeypatch, small.root / "exercises" / "ex-2" / ".hangs")
    if not is_in_check:
        monkeypatch.setattr(lanes, "without", lambda _job, _deed, _bounds: None)
    ran = course(small.root, "grade", "S", "--jobs", 1)
    assert ran.code == 1
    assert "bob  ex-1  3 of 3" in ran.out
    assert f"not graded: ada ex-2: {told}" in " ".join(ran.out.split())


def test_a_fork_server_that_is_killed_costs_nobody_a_point(small: Small, course: Run) -> None:
    kill = """\
    log(os.getpid())
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    halves = {pid for pid, parent in parents.items() if parent == os.getppid()} - {os.getpid()}
    for pid, parent in parents.items():
        if parent in halves and not (HERE / ".killed").exists():
            (HERE / ".killed").touch()
            os.kill(pid, signal.SIGKILL)
"""
    small.checks(DOUBLE, check(kill, "triple"))
    small.hand_in("ada")
    small.hand_in("bob")
    course(small.root, "grade", "S", "--jobs", 1)
    assert (small.exercise / ".killed").exists()
    assert len({line for line in small.ran() if line.isdigit()}) == 1  # the lane lives on
    assert {score for is_graded, score in small.rows("select is_graded, score from report") if is_graded} == {
        3
    }
    assert course(small.root, "grade", "S").code == 0
    assert small.rows("select count(*) from report where score = 3") == [(2,)]


def test_a_zygote_whose_clean_half_is_killed_is_replaced(small: Small) -> None:
    """The first lane's fork server ends with the clean half; the next lane gets another one."""
    zygotes = set()
    for _ in range(2):
        lane = lanes.LaneProcess(Setup(small.root, ("ex-1",), "full", ()))
        assert answer(lane) == READY
        number = lane.number(PATIENCE)
        of = parents()
        zygotes.add(of[number])
        [half] = {pid for pid, parent in of.items() if parent == of[number] and group_of(pid) == parent}
        servers = {pid for pid, parent in of.items() if parent == half}
        assert len(servers) == 1
        os.kill(half, signal.SIGKILL)
        wait_until_gone(servers | {half, of[number]})
        lane.close()
    assert len(zygotes) == 2


def test_a_lane_that_is_killed_takes_its_fork_server_with_it(small: Small) -> None:
    with contextlib.closing(lanes.LaneProcess(Setup(small.root, ("ex-1",), "full", ()))) as lane:
        assert answer(lane) == READY
        of = parents()
        zygote_of = of[lane.number(PATIENCE)]
        servers = {
            pid for pid, parent in of.items() if of.get(parent) == zygote_of and group_of(parent) == zygote_of
        }
        os.kill(lane.number(PATIENCE), signal.SIGKILL)
        assert servers
        wait_until_gone(servers)


def test_a_check_that_no_alarm_ends_is_given_up_and_the_rest_is_judged(
    small: Small, course: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one that hangs in a library's own code: the process above the lane ends it."""
    late_when(monkeypatch, small.exercise / ".hangs")
    small.checks(check(DEAF), TRIPLE)
    small.hand_in("ada")
    small.hand_in("bob", RIGHT.replace("2 * x", "2 * x + 1"))
    ran = course(small.root, "grade", "S", "--jobs", 1, "--json")
    reports = {report["student"]: report for report in map(json.loads, ran.out.splitlines())}
    outcomes = {
        student: {one["id"]: one["outcome"] for one in report["questions"]}
        for student, report in reports.items()
    }
    assert outcomes["ada"] == {"five": "passed", "double": "ungraded", "triple": "passed"}
    assert outcomes["bob"]["double"] == "failed"
    assert "ran out of time" in ran.out
    assert ran.code == 1


@pytest.mark.slow
def test_a_value_that_makes_a_check_hang_is_wrong(
    small: Small, course: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the reference in its place makes the check end: hanging is no way to a second try."""
    late_when(monkeypatch, small.exercise / ".hangs")
    small.checks(check(DEAF.replace("student.double(0) == 0", "student.double(2) == 5")), TRIPLE)
    small.hand_in("ada")
    small.hand_in("bob", RIGHT.replace("2 * x", "2 * x + 1"))
    ran = course(small.root, "grade", "S", "--jobs", 1, "--json")
    reports = {report["student"]: report for report in map(json.loads, ran.out.splitlines())}
    assert reports["ada"]["score"] == 3
    [double] = [one for one in reports["bob"]["questions"] if one["id"] == "double"]
    assert (double["outcome"], double["score"]) == ("failed", 0)
    assert "did not finish with what your code returned" in json.dumps(double)


def test_events_say_which_question_is_asked_and_how_it_was_judged(small: Small) -> None:
    small.checks(DOUBLE, TRIPLE)
    seen: list[tuple[str, object]] = []
    setup = Setup(small.root, ("ex-1",), "full", ("torch",), watched=True)
    local = lanes.LocalLanes(
        setup,
        1,
        lambda _exercise: PATIENCE,
        lambda _job, message: pytest.fail(message),
        1,
        lambda job, event: seen.append((job.handed_in.student, event)),
    )
    [(_, outcome)] = local.run(iter([job(RIGHT)]))
    assert outcome.report.is_full
    assert {student for student, _ in seen} == {"ada"}
    asked = [event.question for _, event in seen if isinstance(event, Asked)]
    assert asked == [question.id for question in outcome.report.questions]
    verdicts = [event for _, event in seen if isinstance(event, Verdict)]
    assert sorted(verdicts, key=str) == sorted(map(verdict_of, outcome.report.questions), key=str)


def test_a_lane_that_cannot_start_is_a_fault_of_ours(
    small: Small, course: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = (sys.executable, "-c", "raise SystemExit('no luck today')")
    monkeypatch.setattr(zygote, "_PROGRAM", program)
    small.hand_in("ada")
    ran = course(small.root, "grade", "S", "--jobs", 1)
    assert (ran.code, small.count()) == (3, 0)
    assert "A grading process could not start: no luck today." in ran.err
    Path(ran.err.split()[-1]).unlink()


LOOK = """
import gc, os, sys
names = sorted(name for name in sys.modules if name.partition(".")[0] in ("grader", "pytest", "pydantic"))
open_ = []
for n in range(256):
    try:
        os.fstat(n)
        open_.append(n)
    except OSError:
        pass
secret = "-".join(["TOP", "SECRET"])
held = sum(secret in str(o.get("SECRET")) for o in gc.get_objects() if isinstance(o, dict))
print([names, open_, sorted(os.environ), os.getcwd(), held])
"""


def test_the_fork_server_of_a_lane_was_forked_before_anything_was_known(
    small: Small, course: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "TOP-" + "SECRET")
    small.checks("SEEN = 'TOP-' + 'SECRET', __import__('os').environ['SECRET']\n", DOUBLE, TRIPLE)
    small.hand_in("ada", RIGHT + LOOK)
    assert course(small.root, "grade", "S", "--jobs", 1).code == 0
    assert small.rows("select score from report") == [(3,)]  # the checks see the environment of who grades
    names, descriptors, environment, folder, held = ast.literal_eval(
        small.rows("select output from report")[0][0].decode()
    )
    own = {"grader", "grader.errors", "grader.worker", "grader.classroom"}
    assert {name for name in names if not name.startswith("grader.worker.")} <= own
    assert descriptors == [0, 1, 2, 3]
    assert set(environment) <= {*clean_environment(), "TMPDIR", "TORCHINDUCTOR_CACHE_DIR"}
    assert (folder, held) == ("/", 0)


@pytest.mark.parametrize(
    ("file", "text", "sentence"),
    [
        ("checks.py", "def test_double(:\n", "checks.py:1: This is not Python: "),
        ("checks.py", "\n\ndef test_other(student): ...\n", "checks.py:3: The check test_other belongs to no"),
        ("reference.py", "def double(x): ...\ndef triple(x): ...\n1 / 0\n", "reference.py:3: The reference cannot"),
    ],
)  # fmt: skip
def test_a_fault_in_the_course_is_told_with_its_file_and_exit_2(
    small: Small, course: Run, file: str, text: str, sentence: str
) -> None:
    (small.exercise / file).write_text(text, encoding="utf-8")
    small.hand_in("ada")
    ran = course(small.root, "grade", "S")
    assert (ran.code, ran.out, small.count()) == (2, "", 0)
    assert sentence in ran.err
    assert len(ran.err.splitlines()) == 1


def test_a_variant_that_does_not_exist_is_told_and_what_was_graded_is_kept(small: Small, course: Run) -> None:
    small.replace("exercises/ex-2/exercise.yaml", "variant_0", 'where: ["N == 7"]\nvariant_0')
    small.hand_in("ada")
    small.hand_in("bob", exercise="ex-2")
    roster = small.write("roster.csv", "student\nada\nbob\n")
    ran = course(small.root, "grade", "S", "--roster", roster, "--jobs", 1)
    assert ran.code == 2
    assert ran.err.startswith(str(small.root / "exercises/ex-2/exercise.yaml:"))
    assert small.count() == 1


@pytest.mark.parametrize(
    "error",
    [
        CourseFaults([Fault(Path("a.yaml"), 1, 2, "x", "Wrong.", "Right it."), Fault(Path("b"), None, None, "", "No.")]),
        UsageFault("No."), WorkerFault("No."), SubmissionFault("No."), GraderError("No."),
    ],
)  # fmt: skip
def test_every_error_survives_the_way_from_a_lane(error: GraderError) -> None:
    arrived = pickle.loads(pickle.dumps(error))
    assert (type(arrived), str(arrived)) == (type(error), str(error))
    assert getattr(arrived, "faults", None) == getattr(error, "faults", None)


def test_a_locked_gradebook_is_one_sentence_and_loses_nothing(
    small: Small, course: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
    small.hand_in("ada")
    course(small.root, "grade", "S")
    before = small.reports()
    hand_in_two(small)
    small.hand_in("cyd")
    with closing(sqlite3.connect(small.root / "gradebook.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        ran = course(small.root, "grade", "S")
        assert ran.code == 2
        [sentence] = ran.err.splitlines()
        assert sentence.endswith("cannot be used: database is locked. Earlier results are kept.")
        assert course(small.root, "scores").code == 0  # reading needs no lock
        assert course(small.root, "override", "ada", "ex-1", "--score", "1", "--reason", "r").code == 2
        other.execute("ROLLBACK")
    assert small.reports() == before
    assert course(small.root, "grade", "S").code == 0
    assert small.count() == 3


@pytest.mark.slow
def test_a_full_disk_is_one_sentence_and_loses_nothing(small: Small, course: Run) -> None:
    """The disk is full for files of more than so many bytes."""
    small.hand_in("ada")
    course(small.root, "grade", "S")
    size = (small.root / "gradebook.db").stat().st_size
    for number in range(60):
        small.hand_in(f"student{number}", f"{RIGHT}\n# {number}{'.' * 2000}\n")
    program = f"""
import resource, sys
from grader.cli.course import main
resource.setrlimit(resource.RLIMIT_FSIZE, ({size + 40_000}, {size + 40_000}))
sys.argv[1:] = ["grade", "S", "--jobs", "1"]
main()
"""
    command = [sys.executable, "-c", program]
    ran = subprocess.run(command, cwd=small.root, capture_output=True, text=True, check=False)
    assert ran.returncode == 2, ran.stderr
    [sentence] = ran.stderr.splitlines()
    assert sentence.endswith("Earlier results are kept.")
    assert 1 <= small.count() < 61
    assert course(small.root, "grade", "S").code == 0
    assert small.count() == 61


def test_checks_do_not_draw_the_numbers_that_student_code_draws(small: Small) -> None:
    small.replace("course.yaml", "packages: []", "packages: [numpy]")
    draw = "    import numpy\n    log(numpy.random.randint(10**9) == student.double(0))\n"
    small.checks(check(draw), TRIPLE)
    double = (
        "def double(x):\n    import numpy\n    return int(numpy.random.randint(10**9)) if x == 0 else 2 * x\n"
    )
    lane = lanes.LaneProcess(
        Setup(small.root, ("ex-1",), "full", ("numpy.random",))
    )  # newer ones load it late
    try:
        assert answer(lane) == READY
        lane.give(job(f"five = 5\n{double}"))
        assert answer(lane).report.questions[1].outcome == "passed"
    finally:
        lane.close(PATIENCE)
    assert small.ran() == ["False", "double"]


def test_what_a_lane_does_ends_with_its_answer(small: Small) -> None:
    """Else a check of the job before would seem late while the next file is loaded."""
    small.checks(check("    if student.double(1) == 3:\n        os._exit(3)\n"))
    with contextlib.closing(lanes.LaneProcess(Setup(small.root, ("ex-1",), "full", ()))) as lane:
        assert answer(lane) == READY
        lane.give(job(RIGHT))
        assert answer(lane).report.questions[1].outcome == "passed"
        is_idle = lane.doing is None
        assert is_idle
        lane.give(job(RIGHT.replace("2 * x", "3 * x")))
        assert answer(lane) is None
        assert lane.doing is not None
        assert lane.doing.deed.check.endswith("::test_double")
        assert lane.last_words().endswith("The check test_double was the last thing that it began")


def test_a_lane_of_other_sources_is_refused(
    small: Small, course: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with a checkout on PYTHONPATH beside an installed copy, which is all that a lane sees."""
    small.hand_in("ada")
    monkeypatch.setattr(process, "all_sources", lambda: "others")
    ran = course(small.root, "grade", "S")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("This command runs the sources in ")
    assert "Install one of them" in ran.err


@pytest.mark.parametrize(("has_said_something", "is_late"), [(True, False), (False, True)])
def test_a_lane_is_not_late_whose_result_waits_to_be_heard(has_said_something: bool, is_late: bool) -> None:
    ours, theirs = multiprocessing.Pipe()
    with ours, theirs:
        if has_said_something:
            theirs.send("a result")
        busy = lanes._Busy(SimpleNamespace(line=ours), start_until=0.0)  # type: ignore[arg-type]
        assert busy.is_late == is_late


def test_what_a_socket_cannot_hold_is_not_given_ahead(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zygote, "_PROGRAM", (sys.executable, "-c", "import time; time.sleep(600)"))
    monkeypatch.setattr(zygote, "BUFFER", 8192)
    lane = lanes.LaneProcess(Setup(small.root, ("ex-1",), "full", ()))
    try:
        assert lane.give(job(), ahead=True)
        assert not lane.give(job("#" * lane.most_ahead), ahead=True)
        with socket.socket(fileno=os.dup(lane.line.fileno())) as line:
            assert 0 < lane.most_ahead < line.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) / 2
    finally:
        lane.close()


def test_what_killed_runs_left_behind_goes_with_the_next(small: Small, course: Run) -> None:
    stale = Path(tempfile.gettempdir(), "torchgrade-lane-of-a-killed-run")
    (stale / "torchgrade-server-x").mkdir(parents=True)
    small.hand_in("ada")
    assert course(small.root, "grade", "S").code == 0
    assert not stale.exists()


SLOWLY = """
import shutil, time, types
from pathlib import Path
from grader.worker import folders

def slowly(folder):
    if Path(folder, "file").exists():
        Path({!r}).touch()
        while Path({!r}).exists():
            time.sleep(0.01)
    shutil.rmtree(folder)

folders.shutil = types.SimpleNamespace(rmtree=slowly)
from grader.worker.start import main
main()
"""


@pytest.mark.slow
@pytest.mark.parametrize("when", ["at once", "while it imports", "as its line is closed", "as it tidies up"])
def test_a_lane_removes_its_folder_however_often_it_is_interrupted(
    small: Small, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.checks(DOUBLE, TRIPLE)
    temporary = Path(tempfile.gettempdir())
    hold, tidying = small.write(".hold", ""), small.root / ".tidying"
    if when == "as it tidies up":
        monkeypatch.setattr(
            zygote, "_PROGRAM", (sys.executable, "-c", SLOWLY.format(str(tidying), str(hold)))
        )
    lane = lanes.LaneProcess(Setup(small.root, ("ex-1",), "full", ("torch",)))
    until = time.monotonic() + PATIENCE
    if when != "at once":
        while not list(temporary.iterdir()):
            assert lane.number(PATIENCE) in parents(), lane.last_words()
    if when.startswith("as"):
        assert answer(lane) == READY
        (folder,) = temporary.iterdir()
        (folder / "file").touch()
        lane.line.close()
    if when == "as it tidies up":
        while not tidying.exists():
            assert time.monotonic() < until
            assert lane.number(PATIENCE) in parents(), lane.last_words()
        for _ in range(1000):
            lane.interrupt()
        hold.unlink()
    while lane.number(PATIENCE) in parents() and time.monotonic() < until:
        for _ in range(1000):
            lane.interrupt()
    wait_until_empty(temporary)  # one that had just been forked is not known by its number
    lane.close()


# Python prints an exception that is raised in a callback, and goes on.
IN_A_CALLBACK = """
import importlib, os, time, types
from pathlib import Path
from grader.worker import start

class Called:
    def __del__(self):
        Path({!r}).touch()
        time.sleep(600)

ZYGOTE = os.getpid()

def imported(name):
    if os.getpid() != ZYGOTE:
        Called()
    return importlib.import_module(name)

start.importlib = types.SimpleNamespace(import_module=imported)
start.main()
"""


@pytest.mark.slow
def test_a_lane_is_interrupted_in_a_callback(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    small.checks(DOUBLE, TRIPLE)
    called = small.root / ".called"
    monkeypatch.setattr(zygote, "_PROGRAM", (sys.executable, "-c", IN_A_CALLBACK.format(str(called))))
    lane = lanes.LaneProcess(Setup(small.root, ("ex-1",), "full", ("torch",)))
    until = time.monotonic() + PATIENCE
    while not called.exists():
        assert time.monotonic() < until
    lane.interrupt()
    wait_until_empty(Path(tempfile.gettempdir()))  # its line is still open
    lane.close()


@pytest.mark.slow
@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_ended_leaves_no_process_and_is_completed_by_the_next(
    small: Small, course: Run, by: signal.Signals
) -> None:
    small.checks(check(HOLD), TRIPLE)
    for number in range(6):
        small.hand_in(f"student{number}", RIGHT.replace("5", str(number + 2)))
    small.hand_in("first", "five = 5\n")  # meets no check, so it is told while the others are held
    hold = small.write("exercises/ex-1/.hold", "")
    arguments = ["grade", "S", "--jobs", "2"]
    running = subprocess.Popen(
        [sys.executable, "-c", f"import sys; from grader.cli.course import main; sys.argv[1:] = {arguments}; main()"],
        cwd=small.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )  # fmt: skip
    assert running.stdout is not None
    with running, running.stdout:
        assert running.stdout.readline().startswith("first  ex-1  1 of 3")
        started = below(running.pid)
        running.send_signal(by)
        assert running.wait(PATIENCE) == (130 if by == signal.SIGINT else -by)
        assert len(started) >= 2
        wait_until_gone(started)
    assert [row[:2] for row in small.reports()] == [("first", "ex-1")]

    hold.unlink()
    ran = course(small.root, *arguments)
    assert (ran.code, "1 unchanged, not run again" in ran.out) == (0, True)
    completed = small.reports()
    (small.root / "gradebook.db").unlink()
    assert course(small.root, *arguments).code == 0
    assert small.reports() == completed
    assert len(completed) == 7
