"""A class on a real cluster of Dask: a scheduler and nodes in processes of their own, and nodes that fail.

A file holds a check until the test releases it; nothing here depends on how long something takes.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

assert sys.platform != "win32"  # it has no fork

import pytest

pytest.importorskip("distributed", reason="the extra torchgrade[dask] is not installed")

from grader.classroom.class_grader import ClassGrader
from grader.engine.cluster.packing import pack_course
from tests.classroom.conftest import RIGHT, TRIPLE, Small
from tests.conftest import Ran, Run
from tests.engine.forking import QUIET, Forked, Forks, Order
from tests.engine.test_lanes import DIE, ENDLESS, HOLD, PATIENCE, below, check, wait_until_gone

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc"),
]
COURSE = "from grader.cli.course import main; main()"
Process = Forked | subprocess.Popen[bytes]
IMPATIENT = "from grader.engine.cluster import run; run.CONNECT_SECONDS = 0.5; "
RESTLESS = "from grader.engine.cluster import usher; usher.SILENT_SECONDS = 3.0; "
WITHOUT_LANDLOCK = """
import os, sys, pyseccomp
kernel = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
kernel.add_rule(pyseccomp.ERRNO(38), "landlock_create_ruleset")
kernel.load()
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""  # as if the kernel were older
OTHER_TORCH = """
from importlib import metadata
metadata.version = lambda name, real=metadata.version: "1.0" if name == "torch" else real(name)
"""

OTHER_LANES = """
from grader.engine.cluster import node
node.all_sources = lambda: "others"
"""
WITHOUT_PROGRAM = """
import sys
sys.modules["grader.engine.cluster"] = None
"""
RAISING = """
from grader.engine.cluster import node
class Broken(node.LaneProcess):
    def give(self, job, **_options):
        raise TypeError("this node is broken")
node.LaneProcess = Broken
"""

NO_LANES = """
import sys
from grader.worker import zygote
zygote._PROGRAM = (sys.executable, "-c", "raise SystemExit('no luck today')")
"""


def wait_for(condition: Callable[[], object]) -> None:
    """Wait until something holds."""
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def unpacked(folder: Path) -> list[Path]:
    """Return what a folder holds of any course."""
    folders = os.walk(folder)  # passes over what is being removed
    return [Path(root, name) for root, names, _ in folders for name in names if "torchgrade-" in name]


@dataclass(frozen=True)
class Node:
    """A worker of Dask, in a process of its own."""

    process: Process
    log: Path
    folder: Path

    @property
    def address(self) -> str:
        """What Dask calls it."""
        found = re.search(r"Start worker at: +(tcp://\S+)", self.log.read_text())
        assert found
        return found[1]

    @property
    def started(self) -> set[int]:
        """The lanes and fork servers of a node without nanny."""
        return below(self.process.pid)

    def unpacked(self) -> list[Path]:
        """Return what this node holds of any course."""
        return unpacked(self.folder)


@dataclass
class Cluster:
    """A scheduler and its nodes; `prefix` is a command that runs another."""

    folder: Path
    stack: ExitStack
    forks: Forks
    prefix: Sequence[str] = ()
    host: str = "127.0.0.1"
    nodes: int = 0
    scheduler: Process = field(init=False)

    def __post_init__(self) -> None:
        self.scheduler = self.start(
            "scheduler", "--host", self.host, "--port", "0", "--dashboard-address", ":0"
        )
        wait_for(self.file.exists)

    @property
    def file(self) -> Path:
        """The file in which the scheduler says where it is."""
        return self.folder / "scheduler.json"

    @property
    def address(self) -> str:
        """The address of the scheduler."""
        return str(json.loads(self.file.read_text())["address"])

    def start(
        self, what: str, *options: object, is_new: bool = False, wrapper: Sequence[str] = ()
    ) -> Process:
        """Start a process of Dask, which ends with the test."""
        dask = ["--scheduler-file", str(self.file), *map(str, options)]
        log = self.folder / f"{what}{self.nodes}.log"
        process: Process
        if is_new or self.prefix:
            module = ["-m", f"distributed.cli.dask_{what}"]
            with log.open("wb") as stream:
                command = [*self.prefix, sys.executable, *wrapper, *module, *dask]
                process = subprocess.Popen(command, stdout=stream, stderr=stream, env={**os.environ, **QUIET})
        else:
            log.touch()
            program = f"from distributed.cli.dask_{what} import main; main()"
            process = self.forks.start(Order(program, dask, self.folder, log, log))
        self.stack.callback(self.end, process)
        return process

    @staticmethod
    def end(process: Process) -> None:
        """End a process as a person would."""
        process.terminate()
        process.wait(PATIENCE)

    def node(
        self, *options: object, folder: Path | None = None, wrapper: Sequence[str] = (), is_new: bool = False
    ) -> Node:
        """Start a node, and wait until it has joined."""
        self.nodes += 1
        folder = folder or self.folder / f"node{self.nodes}"
        options = (
            *(options or ["--no-nanny"]),
            "--nthreads",
            1,
            "--no-dashboard",
            "--local-directory",
            folder,
        )
        node = Node(
            self.start("worker", *options, is_new=is_new or bool(wrapper), wrapper=wrapper),
            self.folder / f"worker{self.nodes}.log",
            folder,
        )
        wait_for(lambda: "Registered to" in node.log.read_text())
        return node

    def without_landlock(self) -> Node:
        """Start a node that cannot confine student code."""
        return self.node(wrapper=["-c", WITHOUT_LANDLOCK])


@contextmanager
def new_cluster(
    folder: Path, forks: Forks, prefix: Sequence[str] = (), host: str = "127.0.0.1"
) -> Iterator[Cluster]:
    before = below(os.getpid())
    with ExitStack() as stack:
        yield Cluster(folder, stack, forks, prefix, host)
    wait_until_gone(below(os.getpid()) - before)


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    """Yield what starts processes that have Dask and the grader already."""
    with closing(Forks()) as made:
        yield made


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory, forks: Forks) -> Iterator[tuple[Cluster, Node]]:
    """Yield a cluster of two nodes: one that has a nanny, and one, returned, that has none."""
    with new_cluster(tmp_path_factory.mktemp("steady"), forks) as made:
        made.node("--nanny", is_new=True)
        yield made, made.node()


@pytest.fixture
def empty(tmp_path_factory: pytest.TempPathFactory, forks: Forks) -> Iterator[Cluster]:
    """Yield a cluster without nodes."""
    with new_cluster(tmp_path_factory.mktemp("empty"), forks) as made:
        yield made


@dataclass(frozen=True)
class Graded:
    """A command that grades a class."""

    small: Small
    process: Forked

    @property
    def err(self) -> str:
        """What the command has said so far."""
        return (self.small.root / "err").read_text("utf-8")

    def ended(self) -> Ran:
        """Wait until it ends, and return what it said."""
        code = self.process.wait(PATIENCE)
        return Ran(code, (self.small.root / "out").read_text("utf-8"), self.err)


def started(small: Small, forks: Forks, *arguments: str, program: str = COURSE) -> Graded:
    """Begin `course grade S` in its own process."""
    out, err = (small.write(name, "") for name in ("out", "err"))
    return Graded(small, forks.start(Order(program, ["grade", "S", *arguments], small.root, out, err)))


def grade(small: Small, forks: Forks, *arguments: str, program: str = COURSE) -> Ran:
    """Run `course grade S` in its own process."""
    return started(small, forks, *arguments, program=program).ended()


@dataclass(frozen=True)
class Held(Graded):
    """A class of three whose checks wait for a signal."""

    def let_go(self) -> None:
        """Let the checks continue."""
        (self.small.exercise / ".hold").unlink()

    def complete(self) -> None:
        """Check that all three have full marks, and that none was graded only by chance."""
        assert self.process.wait(PATIENCE) == 0, self.err
        assert [row[6] for row in self.small.reports()] == [3, 3, 3]


def ran(small: Small) -> list[str]:
    """Return what the checks have written down so far."""
    return small.log.read_text().split() if small.log.exists() else []


@contextmanager
def held(small: Small, cluster: Cluster, running: int = 1, program: str = COURSE) -> Iterator[Held]:
    """Grade on a cluster, and wait until so many checks are running."""
    # The nodes have the course elsewhere; what the tests hold and read stays here.
    here = f"HERE = Path({str(small.exercise)!r})\nLOG = HERE / '.log'\n\n\n"
    small.checks(here, check(HOLD), TRIPLE)
    for name in ("ada", "bob", "cyd"):
        small.hand_in(name, f"{RIGHT}\n\n# {name}\n")
    small.write("exercises/ex-1/.hold", "")
    process = started(small, cluster.forks, "--dask", cluster.address, program=program).process
    run = Held(small, process)
    try:
        wait_for(lambda: process.poll() is not None or len(set(ran(small))) >= running)
        assert process.poll() is None, run.err
        yield run
    finally:
        process.kill()
        process.wait()


def test_a_cluster_gives_what_this_machine_gives_and_keeps_nothing(
    small: Small, steady: tuple[Cluster, Node]
) -> None:
    cluster, node = steady
    small.replace("course.yaml", "seconds: 60", "seconds: 1")
    small.hand_in("ada")
    small.hand_in("bob", "five = 6\n")
    small.hand_in("cyd", f"{RIGHT}\n\ndef double(x):\n    while True: pass\n")
    small.hand_in("dan", "def (:\n")
    small.hand_in("eve", "import os\n\nos._exit(0)\n")
    small.hand_in("ada", "seven = 7\n", exercise="ex-2")
    small.write("roster.csv", "student\nada\nbob\ncyd\ndan\neve\n")
    options = ("--json", "--roster", "roster.csv")
    there = grade(small, cluster.forks, *options, "--dask", cluster.address)
    reports = small.reports()
    (small.root / "gradebook.db").unlink()
    here = grade(small, cluster.forks, *options)
    assert sorted(there.out.splitlines()) == sorted(here.out.splitlines())
    assert there.code == here.code == 0
    reports_of = {
        (report["student"], report["exercise"]): report for report in map(json.loads, there.out.splitlines())
    }
    assert len(reports_of) == 6
    outcomes = [question["outcome"] for question in reports_of["cyd", "ex-1"]["questions"]]
    assert outcomes == ["passed", "timeout", "passed"]  # an endless function costs its limit there as here
    assert small.reports() == reports
    assert re.sub("slowest.*", "", there.err) == re.sub("slowest.*", "", here.err)
    wait_until_gone(node.started)
    wait_for(lambda: not unpacked(cluster.folder))


def test_a_fault_in_the_course_is_told_with_its_place_here(
    small: Small, steady: tuple[Cluster, Node]
) -> None:
    small.write("exercises/ex-1/reference.py", "def double(x): ...\ndef triple(x): ...\n1 / 0\n")
    small.hand_in("ada")
    ran = grade(small, steady[0].forks, "--dask", steady[0].address)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert ran.err.startswith(f"{small.exercise / 'reference.py'}:3: The reference cannot")


def test_a_submission_that_kills_two_lanes_is_ungraded_there_too(
    small: Small, steady: tuple[Cluster, Node], course: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.checks(check(DIE), TRIPLE)
    for name in ("exercise.yaml", "reference.py"):
        small.write(f"exercises/ex-2/{name}", (small.exercise / name).read_text("utf-8"))
    checks = (small.exercise / "checks.py").read_text("utf-8")
    small.write("exercises/ex-2/checks.py", checks.replace(DIE, ENDLESS))
    small.hand_in("ada", "five = 5\ndouble = lambda x: x\n")
    small.hand_in("bob", "five = 5\ndouble = lambda x: x\n", exercise="ex-2")
    small.hand_in("cyd", "five = 5\n")
    monkeypatch.setattr(
        ClassGrader, "_seconds", lambda _self, job: {"ex-1": PATIENCE, "ex-2": 0.05}[job.handed_in.exercise]
    )
    ran = course(small.root, "grade", "S", "--dask", steady[0].address)
    assert (ran.code, ran.err) == (1, "")
    told = " ".join(ran.out.split())
    assert "not graded: ada ex-1: The process that graded this ended twice: ended by signal 9." in told
    assert "not graded: bob ex-2: This check ran out of time." in told
    assert "1 graded, 2 not graded" in told


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGKILL])
def test_a_command_that_is_ended_leaves_nothing_on_the_nodes(
    small: Small, steady: tuple[Cluster, Node], by: signal.Signals
) -> None:
    cluster, node = steady
    with held(small, cluster, running=2) as run:
        wait_for(lambda: len(node.started) >= 2 and node.unpacked())
        started = node.started
        run.process.send_signal(by)
        assert run.process.wait(PATIENCE) == (130 if by == signal.SIGINT else -by)
        assert run.err.strip() == ("Interrupted." if by == signal.SIGINT else "")
        wait_until_gone(started)
        wait_for(lambda: not unpacked(cluster.folder))
    run.let_go()
    assert grade(small, cluster.forks, "--dask", cluster.address).code == 0


def test_what_a_killed_node_had_is_graded_by_others(small: Small, steady: tuple[Cluster, Node]) -> None:
    cluster, _ = steady
    lost = cluster.node()
    with held(small, cluster, running=3) as run:
        started = lost.started
        lost.process.kill()
        wait_until_gone(started)
        run.let_go()
        run.complete()
    assert lost.unpacked()  # nobody was left to remove it ...
    cluster.node(folder=lost.folder)
    assert not lost.unpacked()  # ... but the next


def test_a_node_that_joins_later_completes_the_class(small: Small, empty: Cluster) -> None:
    lost = empty.node()
    with held(small, empty) as run:
        lost.process.kill()
        wait_for(lambda: "The cluster has no node that takes work." in run.err)
        run.let_go()
        other = empty.node("--no-nanny", "--preload", small.write("other.py", OTHER_TORCH))
        wait_for(lambda: other.address in run.err)
        assert f"{other.address} takes no work: its torch is 1.0, not " in run.err
        empty.node()
        run.complete()
    assert len(run.err.splitlines()) == 2


def test_a_node_that_cannot_confine_takes_no_work(small: Small, empty: Cluster) -> None:
    small.hand_in("ada")
    weak = empty.without_landlock()
    why = f"{weak.address}{{}} it cannot confine student code (landlock missing; --isolation process accepts that).\n"
    ran = grade(small, empty.forks, "--dask", empty.address)
    assert ran == Ran(2, "", f"No node of the cluster takes work. {why.format(':')}")
    ran = grade(small, empty.forks, "--dask", empty.address, "--isolation", "process", "--json")
    assert ran.code == 0
    assert "landlock" not in json.loads(ran.out)["isolation"]
    empty.node()
    with held(small, empty) as run:  # or the class can be graded before the weak node is heard
        wait_for(lambda: weak.address in run.err)
        run.let_go()
        assert run.ended().code == 0
    assert run.err.startswith(why.format(" takes no work:"))
    ran = grade(small, empty.forks, "--dask", empty.address, "--json", "--again")
    assert ran.code == 0
    assert all("landlock" in json.loads(line)["isolation"] for line in ran.out.splitlines())


def test_a_node_whose_lanes_cannot_start_leaves_its_work_to_others(small: Small, empty: Cluster) -> None:
    broken = empty.node("--no-nanny", "--preload", small.write("broken.py", NO_LANES))
    for name in ("ada", "bob", "cyd"):
        small.hand_in(name, f"{RIGHT}\n\n# {name}\n")
    run = started(small, empty.forks, "--dask", empty.address)
    wait_for(lambda: "\n" in run.err)
    first, _, _ = run.err.partition("\n")
    assert first == f"{broken.address} takes no work: a grading process could not start: no luck today."
    empty.node()
    assert run.ended().code == 0
    assert [row[6] for row in small.reports()] == [3, 3, 3]


def test_one_healthy_node_grades_the_class(small: Small, empty: Cluster) -> None:
    """Beside one that hangs, one of other sources and one that raises."""
    stopped = empty.node()
    other = empty.node("--no-nanny", "--preload", small.write("other.py", OTHER_LANES))
    raising = empty.node("--no-nanny", "--preload", small.write("raising.py", RAISING))
    for name in ("ada", "bob", "cyd", "dan", "eve", "fay"):
        small.hand_in(name, f"{RIGHT}\n\n# {name}\n")
    stopped.process.send_signal(signal.SIGSTOP)
    try:
        run = started(small, empty.forks, "--dask", empty.address)
        wait_for(lambda: run.err.count("\n") >= 2)  # by one or the other, no matter when
        said = set(run.err.splitlines(keepends=True))
        empty.node()
        assert run.ended().code == 0
        assert f"{raising.address} takes no work: TypeError: this node is broken.\n" in said
        assert any(
            one.startswith(f"{other.address} takes no work: its torchgrade is others, not ") for one in said
        )
        assert [row[6] for row in small.reports()] == [3] * 6
    finally:
        stopped.process.send_signal(signal.SIGCONT)
    wait_for(lambda: not unpacked(empty.folder))


def test_a_node_that_answers_again_gets_work_again(small: Small, empty: Cluster) -> None:
    node = empty.node()
    with held(small, empty, program=RESTLESS + COURSE) as run:
        node.process.send_signal(signal.SIGSTOP)
        wait_for(lambda: f"{node.address} takes no work: it no longer answers." in run.err)
        node.process.send_signal(signal.SIGCONT)
        run.let_go()
        run.complete()


def test_a_node_without_this_program_is_named(small: Small, empty: Cluster) -> None:
    bare = empty.node("--no-nanny", "--preload", small.write("bare.py", WITHOUT_PROGRAM), is_new=True)
    small.hand_in("ada")
    ran = grade(small, empty.forks, "--dask", empty.address)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"No node of the cluster takes work. {bare.address}: ModuleNotFoundError(")
    empty.node()
    with held(small, empty) as run:
        wait_for(lambda: "ModuleNotFoundError" in run.err)
        run.let_go()
        run.complete()
    assert run.err.count("ModuleNotFoundError") == 1


def test_what_a_hanging_node_had_is_graded_by_others(small: Small, empty: Cluster) -> None:
    hanging = empty.node()
    with held(small, empty, program=RESTLESS + COURSE) as run:
        hanging.process.send_signal(signal.SIGSTOP)
        wait_for(lambda: f"{hanging.address} takes no work: it no longer answers." in run.err)
        run.let_go()
        empty.node()
        run.complete()
        hanging.process.send_signal(signal.SIGCONT)
        wait_for(lambda: not unpacked(empty.folder))


def test_no_scheduler_is_one_sentence(small: Small, forks: Forks) -> None:
    small.hand_in("ada")
    for address in ("tcp://127.0.0.1:1", "nowhere"):
        ran = grade(small, forks, "--dask", address, program=IMPATIENT + COURSE)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.startswith(f"There is no Dask scheduler at {address}: ")
        assert len(ran.err.splitlines()) == 1


def test_a_scheduler_that_dies_is_one_sentence(small: Small, empty: Cluster) -> None:
    node = empty.node()
    with held(small, empty) as run:
        started = node.started
        empty.scheduler.kill()
        assert run.process.wait(PATIENCE) == 2
        assert (
            run.err
            == f"The Dask scheduler at {empty.address} is gone. Run again: graded submissions are kept.\n"
        )
        wait_until_gone(started)


def test_the_same_course_is_packed_as_the_same_bytes(small: Small, tmp_path: Path) -> None:
    pack = pack_course(small.root, ("ex-1",))
    os.utime(small.exercise / "checks.py", (1, 1))
    small.write("exercises/ex-1/__pycache__/checks.pyc", "")
    small.write("exercises/ex-1/.log", "")
    small.write("S/ada/ex-1.py", "")
    assert pack_course(small.root, ("ex-1",)) == pack
    small.write("exercises/ex-1/data/table.csv", "1,2\n")
    assert pack_course(small.root, ("ex-1",)) != pack
    file = tmp_path / "pack.zip"
    file.write_bytes(pack)
    shutil.unpack_archive(file, tmp_path / "there")
    names = {
        str(path.relative_to(tmp_path / "there"))
        for path in (tmp_path / "there").rglob("*")
        if path.is_file()
    }
    assert names == {
        "course.yaml",
        *(f"exercises/ex-1/{name}" for name in ("exercise.yaml", "reference.py", "checks.py")),
    }
    assert (tmp_path / "there" / "exercises" / "ex-2").is_dir()


@pytest.fixture
def hosts() -> Iterator[tuple[list[str], list[str]]]:
    """Yield commands that run others on two hosts, 10.213.7.1 and 10.213.7.2: namespaces with a cable between them."""
    names = [f"torchgrade{os.getpid()}{end}" for end in "ab"]

    def ip(*arguments: str) -> bool:
        return subprocess.run(["ip", *arguments], capture_output=True, check=False).returncode == 0

    if shutil.which("ip") is None or not ip("netns", "add", names[0]):
        pytest.skip("two hosts need network namespaces: root, and the program ip")
    try:
        assert ip("netns", "add", names[1])
        if not ip(
            "link", "add", "tg0", "netns", names[0], "type", "veth", "peer", "name", "tg0", "netns", names[1]
        ):
            pytest.skip("two hosts need a cable between network namespaces: the kernel has no veth")
        for number, name in enumerate(names, 1):
            assert ip("-n", name, "address", "add", f"10.213.7.{number}/24", "dev", "tg0")
            assert ip("-n", name, "link", "set", "tg0", "up")
            assert ip("-n", name, "link", "set", "lo", "up")
        yield ["ip", "netns", "exec", names[0]], ["ip", "netns", "exec", names[1]]
    finally:
        for name in names:
            ip("netns", "delete", name)


def test_a_class_is_graded_on_another_host(
    small: Small, hosts: tuple[list[str], list[str]], tmp_path: Path, forks: Forks
) -> None:
    there, here = hosts
    small.hand_in("ada")
    (tmp_path / "there").mkdir()
    with new_cluster(tmp_path / "there", forks, there, "10.213.7.1") as cluster:
        cluster.node()
        assert cluster.address.startswith("tcp://10.213.7.1:")
        command = [*here, sys.executable, "-c", COURSE, "grade", "S", "--dask", cluster.address, "--json"]
        ran = subprocess.run(command, cwd=small.root, capture_output=True, text=True, check=False)
        assert (ran.returncode, json.loads(ran.stdout)["score"]) == (0, 3)
