"""The kernel's own barriers, which a process asks for: Landlock for files, seccomp for system calls.

This is the only module that uses the packages landlock (a pre-release) and pyseccomp (of 2021). Both are
thin. One makes three system calls. The other makes the system's libseccomp compile a filter; that library
knows the numbers of the calls on each processor. What is promised here has its own tests, so another version
cannot change it unnoticed.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import tempfile
from pathlib import Path
from typing import Any

from grader.worker.optional import optional
from grader.worker.prctl import libc

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2  # linux/prctl.h
_landlock, _seccomp = optional("landlock"), optional("pyseccomp")  # not everywhere, or without libseccomp


def landlock_version() -> int:
    """Return the version of Landlock that the kernel has; 0 without it."""
    ctypes.set_errno(0)  # the package mistakes what an earlier call left there for its own error
    try:
        return int(_landlock.landlock_abi_version()) if _landlock else 0
    except OSError:
        return 0


class Files:
    """The files and folders that a process may use; all others are refused."""

    def __init__(self) -> None:
        """Begin with no files.

        Raises:
            OSError: there is no Landlock here.

        """
        if _landlock is None:
            raise OSError(errno.ENOSYS, "the package landlock is not installed")
        ctypes.set_errno(0)
        self._rules = _landlock.Ruleset()
        self._access = _landlock.FSAccess

    def read(self, path: Path) -> None:
        """Allow a file, or everything in a folder, to be read."""
        access = self._access.READ_FILE
        self._rules.allow(str(path), rules=access | self._access.READ_DIR if path.is_dir() else access)

    def list(self, folder: Path) -> None:
        """Allow the names in a folder to be read."""
        self._rules.allow(str(folder), rules=self._access.READ_DIR)

    def write(self, file: Path) -> None:
        """Allow a file to be read and written."""
        self._rules.allow(str(file), rules=self._access.READ_FILE | self._access.WRITE_FILE)

    def work_in(self, folder: Path) -> None:
        """Allow files and folders to be made, changed and removed in a folder, but no devices or programs."""
        access = self._access
        never = access.EXECUTE | access.MAKE_CHAR | access.MAKE_BLOCK | access.MAKE_SOCK | access.MAKE_FIFO
        self._rules.allow(str(folder), rules=access.all() & ~never)

    def put_on(self) -> None:
        """Refuse everything else to this process from now on."""
        ctypes.set_errno(0)
        self._rules.apply()


class Calls:
    """The system calls that a process may make; all others fail with EPERM."""

    def __init__(self) -> None:
        """Begin with no calls.

        Raises:
            OSError: there is no libseccomp here.

        """
        if _seccomp is None:
            sentence = "the package pyseccomp or the library libseccomp2 is not installed"
            raise OSError(errno.ENOSYS, sentence)
        self._filter = _seccomp.SyscallFilter(_seccomp.ERRNO(errno.EPERM))
        with contextlib.suppress(OSError):
            self._filter.set_attr(_seccomp.Attr.ACT_BADARCH, _seccomp.KILL_PROCESS)  # i386 and x32 calls

    def allow(self, name: str, *arguments: Any) -> None:
        """Allow a call, or only with arguments like these."""
        with contextlib.suppress(OSError):  # this architecture has no call of this name
            self._filter.add_rule(_seccomp.ALLOW, name, *arguments)

    def deny_knowledge(self, name: str) -> None:
        """Make a call fail as if the kernel did not know it."""
        self._filter.add_rule(_seccomp.ERRNO(errno.ENOSYS), name)

    @staticmethod
    def equal(index: int, value: int) -> Any:
        """Return a condition: the argument has this value."""
        return _seccomp.Arg(index, _seccomp.EQ, value)

    @staticmethod
    def masked(index: int, mask: int, value: int) -> Any:
        """Return a condition: the argument has this value in the bits of a mask."""
        return _seccomp.Arg(index, _seccomp.MASKED_EQ, mask, value)

    def program(self) -> bytes:
        """Compile the filter into the form that the kernel takes."""
        with tempfile.TemporaryFile() as file:
            self._filter.export_bpf(file)
            file.seek(0)
            return file.read()


class _Program(ctypes.Structure):
    """struct sock_fprog of linux/filter.h: the number of instructions, 8 bytes each, and their address."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def put_on(program: bytes) -> None:
    """Apply a filter of calls to this process and all its future threads.

    Raises:
        OSError: the kernel refuses it.

    """
    instructions = ctypes.create_string_buffer(program, len(program))
    address = ctypes.cast(instructions, ctypes.c_void_p)
    filter_ = _Program(len(program) // 8, address)
    if libc().prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(filter_), 0, 0):
        raise OSError(ctypes.get_errno(), "PR_SET_SECCOMP")
