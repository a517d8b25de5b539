"""How commands end that cannot print their message, or are not allowed to."""

from __future__ import annotations

import contextlib
import errno
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

assert sys.platform != "win32"  # it has no fork

import click
import pytest

from grader.cli import bug_log, entry
from grader.errors import WorkerFault

FULL = Path("/dev/full")
BEGIN = "from grader.cli import begin; begin.{name}()"
PATIENCE = 300.0
MANY = """
import click
from grader.cli import entry

@click.command()
def command():
    for _ in range(1000):
        click.echo("x" * 1000)

entry.run(command)
"""


def program(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", BEGIN.format(name=name), *arguments]


def shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line in which @course and @grade are the commands."""
    for name in ("course", "grade"):
        line = line.replace(f"@{name}", f"'{sys.executable}' -c '{BEGIN.format(name=name)}'")
    return subprocess.run(
        ["/bin/bash", "-c", line], cwd=folder, capture_output=True, text=True, check=False, timeout=PATIENCE
    )


@pytest.fixture(scope="module")
def mine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a new course, with one submission graded."""
    root = tmp_path_factory.mktemp("entry")
    subprocess.run(program("course", "new", "mine"), cwd=root, check=True, capture_output=True)
    settings = root / "mine" / "course.yaml"
    light = settings.read_text(encoding="utf-8").replace(
        "[torch, numpy]", "[]"
    )  # nothing here waits for torch
    settings.write_text(light, encoding="utf-8")
    (root / "mine" / "S" / "ada").mkdir(parents=True)
    (root / "mine" / "S" / "ada" / "exercise-1.py").write_text("size = 1\n", encoding="utf-8")
    (root / "mine" / "exercise-1.py").write_text("size = 1\n", encoding="utf-8")
    grade = program("course", "grade", "S", "--isolation", "process", "--jobs", "1")
    subprocess.run(grade, cwd=root / "mine", check=True, capture_output=True)
    return root / "mine"


@pytest.mark.slow
def test_the_package_is_a_command_too(mine: Path) -> None:
    ran = shell(f"'{sys.executable}' -m grader exercise-1", mine)
    named = shell("@grade exercise-1", mine)
    assert (ran.returncode, ran.stdout, ran.stderr) == (named.returncode, named.stdout, named.stderr)
    assert ran.returncode == 1
    told = shell(f"'{sys.executable}' -m grader --nothing", mine)
    assert (told.returncode, told.stderr.splitlines()[0]) == (
        2,
        "Usage: python -m grader [OPTIONS] [EXERCISE] [QUESTION]",
    )


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("arguments", ["scores", "scores --json", "schema --help"])
def test_output_that_has_no_room_is_one_sentence(mine: Path, arguments: str) -> None:
    ran = shell(f"@course {arguments} >/dev/full", mine)
    told = "Some output could not be written: No space left on device. Make room and run the command again.\n"
    assert (ran.returncode, ran.stderr) == (2, told)


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")
def test_an_error_that_cannot_be_told_has_its_exit_code(mine: Path) -> None:
    assert shell("@course scores nobody 2>/dev/full", mine).returncode == 2
    assert shell("@course scores nobody 2>&-", mine).returncode == 2


@pytest.mark.parametrize("line", ["@course scores >&-", "@grade >&-", "@course --help >&-"])
def test_output_that_is_closed_is_one_sentence(mine: Path, line: str) -> None:
    ran = shell(line, mine)
    assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)
    assert ran.stderr.startswith("Standard output is closed")


def test_other_streams_may_be_closed(mine: Path) -> None:
    whole = shell("@course scores", mine)
    ran = shell("@course scores <&- 2>&-", mine)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, whole.stdout, "")


def test_who_reads_no_more_is_told_no_more(mine: Path) -> None:
    """Also where there is much more to print than a pipe holds."""
    for line in ("@course schema --help", "@course history ada"):
        ran = shell(f"{line} | head -c 1 >/dev/null; echo ${{PIPESTATUS[0]}}", mine)
        assert (ran.stdout, ran.stderr) == ("0\n", ""), line
    (mine / "many.py").write_text(MANY)
    ran = shell(f"'{sys.executable}' many.py | head -1 | wc -c; echo ${{PIPESTATUS[0]}}", mine)
    assert (ran.stdout, ran.stderr) == ("1001\n0\n", "")


@pytest.mark.parametrize("line", ["@course scores", "@grade", "@grade exercise-1", "@course check --html x"])
def test_a_folder_that_is_gone_is_one_sentence(tmp_path: Path, line: str) -> None:
    ran = shell(f"mkdir gone; cd gone; rmdir ../gone; {line}", tmp_path)
    told = "The current folder has been removed. Go to another one.\n"
    assert (ran.returncode, ran.stderr) == (2, told)


def test_letters_that_the_terminal_does_not_have(mine: Path) -> None:
    ran = shell("PYTHONIOENCODING=ascii @course check $'\\xc3\\xa9\\xff'", mine)
    assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)
    assert "There is no exercise" in ran.stderr


@click.command()
def broken() -> None:
    """Fail as `ERRORS` has it."""
    raise ERRORS[-1]


ERRORS: list[BaseException] = []


@pytest.fixture
def fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[BaseException]]:
    """Yield what the command `broken` raises, once it is put in here."""
    monkeypatch.setattr(sys, "argv", ["broken"])
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield ERRORS
    ERRORS.clear()


def left_with() -> object:
    with pytest.raises(SystemExit) as left:
        entry.run(broken)
    return left.value.code


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            OSError(errno.EACCES, "Permission denied", "x.csv"),
            "x.csv cannot be read or written: Permission denied. Get",
        ),
        (
            OSError(errno.ENOSPC, "No space left on device", b"x\xff"),
            "x? cannot be read or written: No space left",
        ),
        (
            OSError(errno.EFBIG, "File too large"),
            "Some output could not be written: File too large. Make room",
        ),
        (OSError(errno.EMFILE, "Too many open files"), "needs: Too many open files. Close other programs"),
    ],
)
def test_what_the_system_refuses_names_the_file_and_what_to_do(
    fails: list[BaseException], capsys: pytest.CaptureFixture[str], error: OSError, told: str
) -> None:
    fails.append(error)
    assert left_with() == entry.WRONG_USE
    assert told in capsys.readouterr().err


def test_a_worker_whose_line_is_broken_is_no_reader_who_has_enough(
    fails: list[BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    fault = WorkerFault("It is gone.")
    fault.__context__ = BrokenPipeError()
    fails.append(fault)
    assert left_with() == entry.BUG
    assert "It is gone. This is not your fault. Details: " in capsys.readouterr().err


@pytest.mark.parametrize("error", [RuntimeError(), EOFError(), OSError(errno.EBADF, "Bad"), SystemExit(0)])
def test_what_nobody_expected_is_a_bug_with_a_log(
    fails: list[BaseException], capsys: pytest.CaptureFixture[str], tmp_path: Path, error: BaseException
) -> None:
    fails.append(error)
    assert left_with() == entry.BUG
    assert (
        f"This is a bug in the grader: {type(error).__name__}. Please send us {tmp_path}"
        in capsys.readouterr().err
    )
    [log] = tmp_path.iterdir()
    assert "Traceback" in log.read_text(encoding="utf-8")


def test_the_log_of_a_bug_says_what_was_typed_and_what_it_ran_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    @click.command()
    @click.argument("folder")
    @click.option("--again", is_flag=True)
    def breaks(folder: str, again: bool) -> None:
        raise RuntimeError("Something broke")

    monkeypatch.setattr(sys, "argv", ["/somewhere/bin/course", "hand ins", "--again"])
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(bug_log, "PACKAGES", ("torchgrade", "no-such-package"))
    with pytest.raises(SystemExit) as left:
        entry.run(breaks)
    assert left.value.code == entry.BUG
    [log] = tmp_path.iterdir()
    command, versions, system, blank, *traceback = log.read_text(encoding="utf-8").splitlines()
    assert command == "command: course 'hand ins' --again"
    assert versions == (
        f"versions: python {platform.python_version()}, torchgrade {metadata.version('torchgrade')}, "
        "no-such-package is not installed"
    )
    assert (system, blank) == (f"platform: {platform.platform()}", "")
    assert (traceback[0][:9], traceback[-1]) == ("Traceback", "RuntimeError: Something broke")


def test_a_bug_whose_log_cannot_be_written_is_told_all_the_same(
    fails: list[BaseException],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fails.append(RuntimeError())
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    assert left_with() == entry.BUG
    told = "This is a bug in the grader: RuntimeError. Please send us (a log could not be written: No such file or directory)\n"
    assert capsys.readouterr().err == told


HOLD = """
import importlib.abc, os, signal, sys
class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.{number})
sys.meta_path.insert(0, Finder())
from grader.cli import begin
begin.{command}()
"""


@pytest.mark.parametrize(
    "number", ["SIGINT", *(pytest.param(name, marks=pytest.mark.slow) for name in ("SIGTERM", "SIGHUP"))]
)
@pytest.mark.parametrize(
    ("command", "module"),
    [
        ("course", "grader.cli.entry"),
        ("course", "click"),
        ("course", "sqlalchemy"),
        ("course", "grader.cli.scores"),
        ("grade", "grader.cli.grade"),
        ("grade", "pydantic"),
        ("grade", "grader.handout.exercise_source"),
    ],
)
def test_a_signal_while_a_command_imports(mine: Path, command: str, module: str, number: str) -> None:
    source = HOLD.format(command=command, module=module, number=number)
    arguments = ["scores"] if command == "course" else []
    ran = subprocess.run(
        [sys.executable, "-c", source, *arguments], cwd=mine, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (130, "", "Interrupted.\n")


ENDLESS = "import time\nsize = 1\nopen('/dev/null')\nwhile True: time.sleep(1)\n"


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
@pytest.mark.parametrize("line", ["grade endless --file endless.py", "course grade T --jobs 2"])
def test_what_a_command_started_ends_with_it(tmp_path: Path, number: signal.Signals, line: str) -> None:
    """A second signal of the same kind changes nothing. The next command removes what a killed one leaves."""
    (tmp_path / "exercises" / "endless").mkdir(parents=True)
    (tmp_path / "course.yaml").write_text(
        "format: 1\ntitle: T\nseed: s\nexercises: [endless]\npackages: []\nlimits: {seconds: 600, cpu_seconds: 600}\n"
    )
    (tmp_path / "exercises" / "endless" / "exercise.yaml").write_text(
        "format: 1\ntitle: T\nquestions:\n  - {id: size, kind: number, prompt: P, answer: 1}\n"
    )
    for file in ("endless.py", "T/ada/endless.py", "T/bob/endless.py"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(ENDLESS)
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    name, *arguments = line.split()
    running = subprocess.Popen(
        program(name, *arguments),
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    started = workers(running.pid)
    for _ in range(2):
        running.send_signal(number)
    _, told = running.communicate(timeout=PATIENCE)
    wait_until_gone(started)
    if number == signal.SIGKILL:
        (tmp_path / "endless.py").write_text("size = 1\n")
        again = program("grade", "endless")
        subprocess.run(
            again, cwd=tmp_path, env={**os.environ, "TMPDIR": str(temporary)}, check=True, capture_output=True
        )
    else:
        assert (running.returncode, told) == (130, "Interrupted.\n")
    assert list(temporary.iterdir()) == []


def workers(pid: int) -> list[int]:
    """Return everything below a process, once a worker runs: three generations for `grade`, four for a lane."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        found = [int(one) for one in below(pid)]
        if any(is_confined(one) for one in found):
            return found
        time.sleep(0.02)
    raise AssertionError("no worker was started")


def is_confined(pid: int) -> bool:
    with contextlib.suppress(OSError):  # it may have ended since it was listed
        return "Seccomp:\t2" in Path(f"/proc/{pid}/status").read_text()
    return False


def below(pid: int) -> Iterator[str]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield child
        yield from below(int(child))


def wait_until_gone(pids: list[int]) -> None:
    until = time.monotonic() + PATIENCE
    while any(is_running(pid) for pid in pids):
        assert time.monotonic() < until
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    """Return whether there is such a process that has not ended; nobody may have asked yet how it did."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
