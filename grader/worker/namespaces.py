"""The namespaces of a process, and a view of the file system in which reading leaves no trace.

Under `relatime` the first read of a file sets its access time, and any process can look at it: one bit for
each file and each symbolic link on the machine, which one worker writes and a later one reads. Root's server
therefore remounts everything with `noatime`, in its own mount namespace. Another user's server remounts
everything but its own folder read-only, in its own user namespace.

Process numbers are counted up, and a worker can advance the count with threads; a later worker reads it as
its own number. Root's server therefore gives each worker a random number. Another user's server does so in a
namespace of process numbers, where it can, with a `/proc` that shows no others.

The files of `/proc` and `/sys` come into being when someone first looks at them, and then show when that was.
So what one worker looks at tells a later one something. Workers therefore see nothing below these folders.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import secrets
import signal
import struct
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

assert sys.platform != "win32"  # it has no fork

KINDS = ("ipc", "mnt", "net", "pid", "user")
CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWPID = 0x00020000, 0x10000000, 0x20000000  # linux/sched.h
PR_SET_PDEATHSIG = 1  # linux/prctl.h
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8  # linux/mount.h
MS_BIND, MS_REC, MS_PRIVATE = 1 << 12, 1 << 14, 1 << 18  # linux/mount.h
MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOATIME, MOUNT_ATTR_ATIME = 0x01, 0x10, 0x70
SYS_MOUNT_SETATTR, AT_FDCWD, AT_RECURSIVE = 442, -100, 0x8000
_PID_MAX, _LAST_PID = Path("/proc/sys/kernel/pid_max"), Path("/proc/sys/kernel/ns_last_pid")
_HIDDEN = (Path("/proc"), Path("/sys"))
_MOST_DESCRIPTORS = 1 << 20  # that are tried when closing
_FIRST_PIDS = 300  # that the kernel itself leaves for the first processes
ST_RDONLY, ST_NOATIME = 1, 1024  # statvfs(3)


def namespaces() -> dict[str, str]:
    """Return the ids of this process's namespaces by kind, as Linux names them; empty elsewhere."""
    found = {}
    for kind in KINDS:
        with contextlib.suppress(OSError):
            found[kind] = os.readlink(f"/proc/self/ns/{kind}")  # noqa: PTH115 not the path of a file
    return found


def leave_no_access_times(writable: Path) -> None:
    """Put this process and its children into this view; `writable` stays writable.

    Raises:
        OSError: this machine does not allow it.

    """
    if not trace_of_reading([Path("/")]):
        return  # it was done before
    if os.geteuid() == 0:
        have_own_mounts()
        _set_attributes("/", MOUNT_ATTR_NOATIME, MOUNT_ATTR_ATIME)
        return
    if not _works_in_a_child(lambda: _read_only(writable)):
        raise OSError("neither root nor a user namespace may change how this machine mounts its files")
    _read_only(writable)


def choose_process_numbers() -> None:
    """Make sure that this process can choose its children's numbers.

    Where it cannot, it goes on as the first process of a namespace. The process that was started waits for
    it, and ends as it ends. There must be no other threads.

    Raises:
        OSError: this machine does not allow it.

    """
    with contextlib.suppress(OSError):
        scatter_process_numbers()
        return
    if not _works_in_a_child(_number_anew):
        raise OSError("neither root nor a user namespace may choose process numbers on this machine")
    _number_anew()


def scatter_process_numbers() -> None:
    """Give the next process of this namespace a random number.

    Raises:
        OSError: this process may not choose.

    """
    last = secrets.randbelow(int(_PID_MAX.read_text(encoding="ascii")) - _FIRST_PIDS) + _FIRST_PIDS
    _LAST_PID.write_text(str(last), encoding="ascii")


def without_system() -> int:
    """Return a descriptor of mounts like this process's, in which nothing is below `/proc` and `/sys`.

    Raises:
        OSError: this machine does not allow it.

    """
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        with contextlib.suppress(BaseException):
            _hide_system()
            os.write(writing, b"+")
            signal.pause()  # until the mounts are held open
        os._exit(1)
    os.close(writing)
    try:
        os.read(reading, 1)
        mounts = os.open(f"/proc/{process}/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
    finally:
        os.close(reading)
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
    if _works_in_a_child(lambda: _enter_without_system(mounts)):
        return mounts
    os.close(mounts)
    raise OSError("this machine does not let a process hide /proc")


def _enter_without_system(mounts: int) -> None:
    enter(mounts)
    if any(Path(folder, name).exists() for folder, name in zip(_HIDDEN, ("self", "kernel"), strict=True)):
        raise OSError("it is still there")


def _hide_system() -> None:
    have_own_mounts()
    for folder in _HIDDEN:
        flags = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC
        mount("tmpfs", folder, "tmpfs", flags, "size=4k,nr_inodes=1,mode=0000")


def enter(mounts: int) -> None:
    """See the file system through the mounts of a descriptor from now on, from its root folder.

    Raises:
        OSError: it is refused.

    """
    _checked(_libc().setns(mounts, CLONE_NEWNS), "setns")


def trace_of_reading(paths: Sequence[Path]) -> str:
    """Return a place where reading a file sets its access time, or ""."""
    for path in paths:
        if not os.statvfs(path).f_flag & (ST_RDONLY | ST_NOATIME):
            return f"reading sets access times in {path}"
    return ""


def _works_in_a_child(change: Callable[[], None]) -> bool:
    """Return whether a change works in a child; half of it would leave this process without rights."""
    process = os.fork()
    if process == 0:
        try:
            change()
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(process, 0)[1] == 0


def _number_anew() -> None:
    """Go on as process 1 of a namespace, with its own `/proc`."""
    have_own_mounts(CLONE_NEWPID)
    try:
        process = os.fork()
    except OSError as error:  # there is no way back: the next forked process would be process 1
        os.write(2, f"No process could be started: {error.strerror}.\n".encode())
        os._exit(1)
    if process:
        _end_as(process)
    _checked(_libc().prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "prctl")
    mount("proc", Path("/proc"), "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, "")
    # Read-only, because even reading a link there sets its access time; except what this process writes.
    mount(str(_LAST_PID), _LAST_PID, "", MS_BIND, "")
    _set_attributes("/proc", MOUNT_ATTR_RDONLY, 0, flags=0)
    scatter_process_numbers()


def _end_as(process: int) -> NoReturn:
    """Wait for a child and end as it does, without holding open what others wait for."""
    try:
        os.closerange(0, min(os.sysconf("SC_OPEN_MAX"), _MOST_DESCRIPTORS))
        code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        os._exit(code if code >= 0 else 128 - code)  # as a shell reports a signal
    finally:
        os._exit(1)


def _read_only(writable: Path) -> None:
    have_own_mounts()
    mount(str(writable), writable, "", MS_BIND, "")
    _set_attributes("/", MOUNT_ATTR_RDONLY, 0)
    _set_attributes(str(writable), 0, MOUNT_ATTR_RDONLY)


def have_own_mounts(more: int = 0) -> None:
    """Give this process its own mounts: as root, or else as a user who is root only in a namespace.

    `more`: flags of other namespaces to make with them.

    Raises:
        OSError: the machine does not allow it.

    """
    user, group = os.geteuid(), os.getegid()
    try:
        _unshare(CLONE_NEWNS | more)
    except OSError:
        _unshare(CLONE_NEWNS | CLONE_NEWUSER | more)
        texts = {"setgroups": "deny", "uid_map": f"{user} {user} 1", "gid_map": f"{group} {group} 1"}
        for name, text in texts.items():
            Path("/proc/self", name).write_text(text, encoding="ascii")
    mount("none", Path("/"), "", MS_REC | MS_PRIVATE, "")


def mount(source: str, target: Path, kind: str, flags: int, options: str) -> None:
    """Mount a file system, or a part of one, at a place.

    Raises:
        OSError: it is refused.

    """
    texts = [text.encode() for text in (source, str(target), kind)]
    _checked(_libc().mount(*texts, ctypes.c_ulong(flags), options.encode()), "mount")


def mount_to_read(file: Path, target: Path) -> None:
    """Mount a file over another one, so that it can only be read there.

    Raises:
        OSError: it is refused.

    """
    mount(str(file), target, "", MS_BIND, "")
    _set_attributes(str(target), MOUNT_ATTR_RDONLY, 0, flags=0)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> None:
    if result:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


def _unshare(flags: int) -> None:
    _checked(_libc().unshare(flags), "unshare")


def _set_attributes(target: str, setting: int, clearing: int, flags: int = AT_RECURSIVE) -> None:
    """Change the attributes of a mount and, with `AT_RECURSIVE`, of all mounts below it (Linux 5.12)."""
    attributes = struct.pack("=QQQQ", setting, clearing, 0, 0)
    path = ctypes.c_char_p(target.encode())
    result = _libc().syscall(
        ctypes.c_long(SYS_MOUNT_SETATTR),
        ctypes.c_int(AT_FDCWD),
        path,
        ctypes.c_uint(flags),
        attributes,
        ctypes.c_size_t(len(attributes)),
    )
    _checked(result, "mount_setattr")
