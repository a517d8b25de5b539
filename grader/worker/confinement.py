"""The layers that a worker applies to itself before it reads student code.

Each needs no privilege, and none is trusted alone.
A layer is prepared once, in the fork server, and applied in each forked child. A layer that a machine lacks
is left out and named. Whether a layer really holds is tested by `grader.worker.probe`, not assumed.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import site
import struct
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

assert sys.platform != "win32"  # it has no fork

from grader.worker.kernel import Calls, Files, landlock_version, put_on
from grader.worker.namespaces import (
    choose_process_numbers,
    enter,
    leave_no_access_times,
    trace_of_reading,
    without_system,
)
from grader.worker.prctl import die_with_parent, libc, prctl
from grader.worker.scratch import Scratch, mount_in_child

PR_SET_DUMPABLE, PR_SET_NAME, PR_GET_NAME = 4, 15, 16  # linux/prctl.h
PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS, PR_SET_VMA = 38, 39, 0x53564D41
ANY_PID = 0x5EC0A11D  # no process has a number this large
CAPABILITY_VERSION_3 = 0x20080522  # linux/capability.h

# The calls that Python, torch, numpy, scipy and matplotlib with threads were seen to need. Everything else
# is refused: this is an allow-list, so a system call added by a later kernel is refused as well. No sysinfo:
# it shows the load and the free memory of the whole machine, which other workers change. No flock: it sees
# their locks.
_ALLOWED = """
    read write readv writev pread64 pwrite64 lseek close close_range dup dup2 dup3 pipe pipe2
    stat fstat lstat newfstatat statx access faccessat faccessat2 readlink readlinkat getdents64 getcwd
    mmap mprotect munmap mremap madvise brk membarrier
    rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending sigaltstack
    select pselect6 poll ppoll epoll_create1 epoll_ctl epoll_wait epoll_pwait eventfd2
    futex set_robust_list get_robust_list set_tid_address rseq sched_yield sched_getaffinity sched_getparam
    sched_getscheduler sched_get_priority_max sched_get_priority_min
    getpid gettid getuid geteuid getgid getegid getpgrp uname getrusage getrlimit getcpu getrandom
    clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times alarm setitimer getitimer
    exit exit_group restart_syscall arch_prctl capget
""".split()
_FOR_SCRATCH = "mkdir mkdirat ftruncate fsync fdatasync chdir umask".split()
# Calls that remove the name of an open file hide the file from anyone who counts by names.
_FOR_BOUNDED_SCRATCH = "unlink unlinkat rmdir rename renameat renameat2".split()
_NAMELESS = 0o20000000  # the flag that only O_TMPFILE has
_LIBRARIES = ("*-linux-*", "*.so", "*.so.*", "locale", "ssl")  # of what /lib and /usr/lib hold
# No F_SETOWN, F_SETSIG: they send signals. No F_GETLK: it sees the locks of other workers.
_FCNTL_COMMANDS = (0, 1, 2, 3, 4, 6, 7, 1030, 37, 38)
_IOCTL_COMMANDS = (
    0x5401,
    0x5413,
    0x541B,
    0x5421,
    0x5450,
    0x5451,
)  # TCGETS TIOCGWINSZ FIONREAD FIONBIO FIO[N]CLEX
_SIGNAL_BITS = [1 << place for place in range(7)]  # of the numbers from 0 to 64
_NO_SIGNAL = (1 << 64) - (1 << 7)  # the bits that no signal uses
_CLONE_THREAD = 0x00010000
_CLONE_NEW_ANYTHING = 0x7E020080  # every CLONE_NEW* flag of linux/sched.h


LayerStep = Callable[[Scratch | None], None]


@dataclass
class Confinement:
    """The layers of this machine, ready to be applied; `missing` says why others are not."""

    layers: list[str] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)
    hides: bool = False  # whether a worker sees no other process
    _steps: list[LayerStep] = field(default_factory=list)

    def put_on(self, scratch: Scratch | None) -> None:
        """Give up everything that a worker does not need; only `scratch`, if any, stays writable."""
        for step in self._steps:
            step(scratch)

    def add(self, layer: str, prepare: Callable[[], LayerStep]) -> None:
        """Prepare one layer, or note why it cannot be prepared."""
        try:
            self._steps.append(prepare())
        except (OSError, ImportError, RuntimeError, AttributeError) as error:
            self.missing[layer] = str(error).partition("\n")[0] or type(error).__name__
        else:
            self.layers.append(layer)

    def hide(self) -> None:
        """Prepare a file system without `/proc` and `/sys`, where the machine allows that."""
        with contextlib.suppress(OSError):
            mounts = without_system()

            def step(scratch: Scratch | None) -> None:
                enter(mounts)
                os.chdir(scratch.folder if scratch else "/")

            self._steps.insert(0, step)
            self.hides = True


def prepare(readable: Sequence[Path], *, of_mounts: bool = True) -> Confinement:
    """Prepare every layer that this machine has; `readable` lists files and folders besides Python's own.

    `of_mounts`: whether this process itself changes how it sees the file system.
    """
    confinement = Confinement()
    if of_mounts:
        confinement.add("mounts", _no_access_times)
        confinement.add("pids", _chosen_process_numbers)
    confinement.add("tmpfs", _tmpfs)
    if of_mounts:
        confinement.hide()
    confinement.add("no_new_privs", _no_new_privs)
    confinement.add("capabilities", _no_capabilities)
    confinement.add("landlock", lambda: _landlock(readable))
    confinement.add("seccomp", lambda: _seccomp(is_bounded="tmpfs" in confinement.layers))
    return confinement


def _no_access_times() -> LayerStep:
    """Prepare once, in the fork server, whose view of the file system its workers share."""
    leave_no_access_times(Path(tempfile.gettempdir()))
    folders = (sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib"))
    if trace := trace_of_reading([Path("/"), *(Path(name) for name in folders if Path(name).exists())]):
        raise OSError(trace)
    return lambda _scratch: None


def _chosen_process_numbers() -> LayerStep:
    """Prepare once; the server then chooses a number before each fork."""
    choose_process_numbers()
    return lambda _scratch: None


def _tmpfs() -> LayerStep:
    """Prepare a scratch folder of bounded size: as root, or where users may have namespaces."""
    with tempfile.TemporaryDirectory(prefix="torchgrade-probe-") as folder:
        place, files = Path(folder, "scratch"), Path(folder, "files")
        for made in (place, files):
            made.mkdir()
        (files / "data").touch()
        mount_in_child(Scratch(place, 1 << 20, files))

    def step(scratch: Scratch | None) -> None:
        if scratch is not None and scratch.size:
            scratch.mount()
            os.chdir(scratch.folder)

    return step


def _no_new_privs() -> LayerStep:
    prctl(PR_GET_NO_NEW_PRIVS, 0)

    def step(_scratch: Scratch | None) -> None:
        die_with_parent()
        prctl(PR_SET_DUMPABLE, 0)
        prctl(PR_SET_NO_NEW_PRIVS, 1)

    return step


def _no_capabilities() -> LayerStep:
    """Drop all capabilities: root's worker is then an ordinary process that happens to own root's files."""
    c = libc()
    c.capset  # noqa: B018 AttributeError where the C library does not have it

    def step(_scratch: Scratch | None) -> None:
        header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
        nothing = (ctypes.c_uint32 * 6)()
        if c.capset(header, nothing):
            raise OSError(ctypes.get_errno(), "capset")

    return step


def _landlock(readable: Sequence[Path]) -> LayerStep:
    files = Files()
    for path, is_listing in _python_paths():
        if path.exists():  # otherwise it is a dangling link
            (files.list if is_listing else files.read)(path)
    for path in readable:
        if path.exists():
            files.read(path)
    files.write(Path("/dev/null"))

    def step(scratch: Scratch | None) -> None:
        if scratch is not None and scratch.files:
            files.read(scratch.files)
        if scratch is not None and scratch.size:
            files.work_in(scratch.folder)
        files.put_on()

    return step


def _python_paths() -> Iterator[tuple[Path, bool]]:
    """Yield what Python, its packages and the C library read, and whether a folder may only be listed.

    The grader itself is left out: a course can come with it, and an editable install names its folder.
    """
    names = ("stdlib", "platstdlib")
    for name in {sysconfig.get_path(name) for name in names}:
        yield from _entries(Path(name), without=("site-packages", "dist-packages"))
    packages = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *site.getsitepackages()}
    packages.add(site.getusersitepackages())
    for name in packages:
        yield from _entries(Path(name), without=("grader", "torchgrade", "editable"))
    for folder in {Path("/lib").resolve(), Path("/usr/lib")}:  # but not the packages that are there as well
        yield from ((entry, False) for name in _LIBRARIES for entry in folder.glob(name))
    for name in (
        "/lib64 /usr/lib64 /usr/share/zoneinfo /usr/share/fonts /etc/fonts /etc/ld.so.cache "
        "/etc/localtime /dev/zero /dev/random /dev/urandom"
    ).split():
        if Path(name).exists():
            yield Path(name), False


def _entries(folder: Path, without: tuple[str, ...]) -> Iterator[tuple[Path, bool]]:
    """Yield a folder that may be listed, and everything in it except a few names."""
    if folder.is_dir():
        yield folder, True
        for entry in folder.iterdir():
            if not any(word in entry.name for word in without):
                yield entry, False


def _seccomp(*, is_bounded: bool) -> LayerStep:
    for_scratch = [*_FOR_SCRATCH, *(_FOR_BOUNDED_SCRATCH if is_bounded else ())]
    programs = {
        True: _program([*_ALLOWED, *for_scratch], refused=0 if is_bounded else _NAMELESS),
        False: _program(_ALLOWED),
    }

    def step(scratch: Scratch | None) -> None:
        own = struct.pack("=I", os.getpid())
        is_writing = scratch is not None and scratch.size > 0
        put_on(programs[is_writing].replace(struct.pack("=I", ANY_PID), own))

    return step


def _program(names: Sequence[str], refused: int = 0) -> bytes:
    """Compile a filter in the kernel's form; ANY_PID in it is replaced by the worker's own process number.

    It is compiled once, because that takes a third of a millisecond or more and every worker needs it. It
    refuses every call except these, and some others with harmless arguments; `refused` holds flags with which
    no file may be opened.
    """
    calls = Calls()
    for name in names:
        calls.allow(name)
    _allow_some(calls, refused)
    return calls.program()


def _allow_some(calls: Calls, refused: int) -> None:
    """Allow the calls that are harmless with some arguments only."""
    for name, index in (("kill", 1), ("tgkill", 2)):  # to itself, and its own signal is never SIGKILL
        for bit in _SIGNAL_BITS:  # the kernel takes 32 bits of the number, so NE would let some through
            not_kill = calls.masked(index, _NO_SIGNAL | bit, ~signal.SIGKILL & bit)
            calls.allow(name, calls.equal(0, ANY_PID), not_kill)
    calls.allow("prlimit64", calls.equal(0, 0), calls.equal(2, 0))
    # Up to its hard limit, which no one can raise here: a worker uses less while it reads a file.
    calls.allow("prlimit64", calls.equal(0, 0), calls.equal(1, resource.RLIMIT_AS))
    # Access mode 3 asks neither to read nor to write, so Landlock lets it pass. Before its third version
    # (Linux 6.2) it also lets O_TRUNC pass, which empties a file.
    refused |= os.O_ACCMODE | (0 if landlock_version() >= 3 else os.O_TRUNC)
    for name, index in (("open", 1), ("openat", 2)):
        for mode in (os.O_RDONLY, os.O_WRONLY, os.O_RDWR):
            calls.allow(name, calls.masked(index, refused, mode))
    for command in _FCNTL_COMMANDS:
        calls.allow("fcntl", calls.equal(1, command))
    for command in _IOCTL_COMMANDS:
        calls.allow("ioctl", calls.equal(1, command))
    for option in (PR_SET_NAME, PR_GET_NAME, PR_GET_NO_NEW_PRIVS, PR_SET_VMA):
        calls.allow("prctl", calls.equal(0, option))
    mask = _CLONE_THREAD | _CLONE_NEW_ANYTHING
    calls.allow("clone", calls.masked(0, mask, _CLONE_THREAD))
    calls.deny_knowledge("clone3")  # its flags are in memory; libc then uses clone
