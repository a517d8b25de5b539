"""What the kernel refuses a process that asks for it: Landlock for files, seccomp for system calls.

The only module that uses the packages landlock (a pre-release) and pyseccomp (of 2021). Both are thin: one
makes three system calls, the other has the system's libseccomp compile a filter, which knows the numbers of
calls on each processor. What is promised here is tested by itself, so that another version cannot change it.
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
    """The version of Landlock that the kernel has; 0 without it."""
    ctypes.set_errno(0)  # the package takes what an earlier call left there for its own error
    try:
        return int(_landlock.landlock_abi_version()) if _landlock else 0
    except OSError:
        return 0


class Files:
    """The files and folders that a process may use; all others are refused."""

    def __init__(self) -> None:
        """Begin with none.

        Raises:
            OSError: there is no Landlock here.

        """
        if _landlock is None:
            raise OSError(errno.ENOSYS, "the package landlock is not installed")
        ctypes.set_errno(0)
        self._rules = _landlock.Ruleset()
        self._access = _landlock.FSAccess

    def read(self, path: Path) -> None:
        """Let a file be read, or all that is in a folder."""
        access = self._access.READ_FILE
        self._rules.allow(str(path), rules=access | self._access.READ_DIR if path.is_dir() else access)

    def list(self, folder: Path) -> None:
        """Let the names in a folder be read."""
        self._rules.allow(str(folder), rules=self._access.READ_DIR)

    def write(self, file: Path) -> None:
        """Let a file be read and written."""
        self._rules.allow(str(file), rules=self._access.READ_FILE | self._access.WRITE_FILE)

    def work_in(self, folder: Path) -> None:
        """Let files and folders be made, changed and removed in a folder, but no devices and no programs."""
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
        """Begin with none.

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
        """Let a call be made, or only with such arguments."""
        with contextlib.suppress(OSError):  # this architecture has no call of this name
            self._filter.add_rule(_seccomp.ALLOW, name, *arguments)

    def deny_knowledge(self, name: str) -> None:
        """Have a call fail as if the kernel did not know it."""
        self._filter.add_rule(_seccomp.ERRNO(errno.ENOSYS), name)

    @staticmethod
    def equal(index: int, value: int) -> Any:
        """An argument that has this value."""
        return _seccomp.Arg(index, _seccomp.EQ, value)

    @staticmethod
    def masked(index: int, mask: int, value: int) -> Any:
        """An argument whose bits of a mask have this value."""
        return _seccomp.Arg(index, _seccomp.MASKED_EQ, mask, value)

    def program(self) -> bytes:
        """Compile it as the kernel takes it."""
        with tempfile.TemporaryFile() as file:
            self._filter.export_bpf(file)
            file.seek(0)
            return file.read()


class _Program(ctypes.Structure):
    """struct sock_fprog of linux/filter.h: how many instructions, of 8 bytes each, and where they are."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def put_on(program: bytes) -> None:
    """Put a filter of calls on this process and all its threads to come.

    Raises:
        OSError: the kernel refuses it.

    """
    instructions = ctypes.create_string_buffer(program, len(program))
    address = ctypes.cast(instructions, ctypes.c_void_p)
    filter_ = _Program(len(program) // 8, address)
    if libc().prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(filter_), 0, 0):
        raise OSError(ctypes.get_errno(), "PR_SET_SECCOMP")
