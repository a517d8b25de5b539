"""What the grader needs from the packages landlock and pyseccomp, each need tested in its own process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

assert sys.platform != "win32"  # it has no fork

import pytest

from grader.worker import kernel

FILES = """
import errno, os, sys
from pathlib import Path
from grader.worker.kernel import Files
from grader.worker.prctl import prctl
folder = Path(sys.argv[1])
files = Files()
files.read(folder / "read")
files.list(folder / "listed")
files.write(folder / "written")
files.work_in(folder / "work")
prctl(38, 1)  # no new privileges
files.put_on()
def tried(work):
    try:
        work()
    except OSError as error:
        return errno.errorcode[error.errno]
    return "done"
"""
CALLS = """
import ctypes, errno, os, signal, socket, sys, threading
from grader.worker.kernel import Calls, put_on
from grader.worker.prctl import prctl
calls = Calls()
for name in "read write close exit_group exit rt_sigreturn rt_sigaction brk mmap munmap futex fstat getpid".split():
    calls.allow(name)
calls.allow("a_call_that_no_kernel_has")
calls.allow("dup2", calls.equal(1, 9))
calls.allow("lseek", calls.masked(2, 0xFF, 1))
calls.deny_knowledge("clone3")
program = calls.program()
prctl(38, 1)
put_on(program)
libc = ctypes.CDLL(None, use_errno=True)
def tried(work):
    try:
        return work() and "done" or "done"
    except OSError as error:
        return errno.errorcode[error.errno]
def call(number, *arguments):
    ctypes.set_errno(0)
    libc.syscall(number, *arguments)
    return errno.errorcode.get(ctypes.get_errno(), "done")
"""
OF_FILES = {
    "a file is read": ("(folder / 'read' / 'file').read_text()", "done"),
    "and its folder listed": ("os.listdir(folder / 'read')", "done"),
    "but not written": ("(folder / 'read' / 'file').write_text('')", "EACCES"),
    "a folder is listed": ("os.listdir(folder / 'listed')", "done"),
    "but what is in it not read": ("(folder / 'listed' / 'file').read_text()", "EACCES"),
    "a file is written": ("(folder / 'written').open('r+').write('x')", "done"),
    "but not removed": ("(folder / 'written').unlink()", "EACCES"),
    "files are made where one works": ("(folder / 'work' / 'new').write_text('x')", "done"),
    "and removed": ("(folder / 'work' / 'file').unlink()", "done"),
    "and folders made": ("(folder / 'work' / 'below').mkdir()", "done"),
    "but no pipe": ("os.mkfifo(folder / 'work' / 'pipe')", "EACCES"),
    "and no program started": ("os.execv(folder / 'work' / 'program', ['x'])", "EACCES"),
    "all else is not read": ("(folder / 'else').read_text()", "EACCES"),
    "and not listed": ("os.listdir('/')", "EACCES"),
}
OF_CALLS = {
    "what is allowed": ("os.getpid()", "done"),
    "with an argument": ("os.dup2(1, 9)", "done"),
    "with another": ("os.dup2(1, 8)", "EPERM"),
    "with bits of it": ("os.lseek(0, 0, 1)", "done"),
    "with other bits": ("os.lseek(0, 0, 2)", "EPERM"),
    "what is not allowed": ("socket.socket()", "EPERM"),
    "a new process": ("os.fork()", "EPERM"),
    "a signal": ("os.kill(os.getpid(), 0)", "EPERM"),
}


def said(program: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(not kernel.landlock_version(), reason="this kernel has no Landlock")
@pytest.mark.parametrize("promise", OF_FILES)
def test_landlock_keeps_each_promise(tmp_path: Path, promise: str) -> None:
    for folder in ("read", "listed", "work"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "file").write_text("text", encoding="utf-8")
    (tmp_path / "work" / "program").write_text("#!/bin/true\n", encoding="utf-8")
    (tmp_path / "work" / "program").chmod(0o755)
    for file in ("written", "else"):
        (tmp_path / file).write_text("text", encoding="utf-8")
    attempt, expected = OF_FILES[promise]
    ran = said(f"{FILES}\nprint(tried(lambda: {attempt}))", tmp_path)
    assert (ran.stdout.strip(), ran.stderr) == (expected, "")


@pytest.mark.skipif(kernel._seccomp is None, reason="pyseccomp or libseccomp is not installed")
@pytest.mark.parametrize("promise", OF_CALLS)
def test_seccomp_keeps_each_promise(promise: str) -> None:
    attempt, expected = OF_CALLS[promise]
    ran = said(f"{CALLS}\nprint(tried(lambda: {attempt}))")
    assert (ran.stdout.strip(), ran.stderr) == (expected, "")


@pytest.mark.skipif(kernel._seccomp is None, reason="pyseccomp or libseccomp is not installed")
def test_a_call_that_is_denied_seems_unknown_to_the_kernel() -> None:
    assert said(f"{CALLS}\nprint(call(435))").stdout.strip() == "ENOSYS"


def test_without_the_packages_their_layers_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "_landlock", None)
    monkeypatch.setattr(kernel, "_seccomp", None)
    assert kernel.landlock_version() == 0
    for layer, package in ((kernel.Files, "landlock"), (kernel.Calls, "pyseccomp")):
        with pytest.raises(OSError, match=package):
            layer()
