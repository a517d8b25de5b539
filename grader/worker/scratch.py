"""The folder that a worker may write in: a file system of its own, where the machine allows one.

It lies in memory and takes no more than its size, whatever is done with names, descriptors and maps. It is
seen by the worker alone, and goes with it.
"""

from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass
from pathlib import Path

CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000  # linux/sched.h
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 2, 4, 8, 1 << 14, 1 << 18  # linux/mount.h
MAX_FILES = 10_000
_BLOCK = 4096  # bytes: no file takes less


@dataclass(frozen=True)
class Scratch:
    """A folder, and how many bytes of files it may hold."""

    folder: Path
    size: int

    def mount(self) -> None:
        """Put a file system of this size over the folder, for this process and its children alone.

        Raises:
            OSError: the machine does not allow it.

        """
        _own_mounts()
        files = min(MAX_FILES, self.size // _BLOCK) + 1
        options = f"size={self.size},nr_inodes={files},mode=0700"
        _mount("tmpfs", self.folder, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options)


def mount_in_child(scratch: Scratch) -> None:
    """Try in a child whether a file system can be mounted.

    Raises:
        OSError: it cannot.

    """
    process = os.fork()
    if process == 0:
        try:
            scratch.mount()
        except OSError as error:
            os._exit(error.errno or 1)
        finally:
            os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    if code:
        raise OSError(code, os.strerror(abs(code)))


def _own_mounts() -> None:
    """Have mounts of one's own: as root, or else as a user who is root of nothing but them."""
    user, group = os.geteuid(), os.getegid()
    try:
        _unshare(CLONE_NEWNS)
    except OSError:
        _unshare(CLONE_NEWNS | CLONE_NEWUSER)
        texts = {"setgroups": "deny", "uid_map": f"{user} {user} 1", "gid_map": f"{group} {group} 1"}
        for name, text in texts.items():
            Path("/proc/self", name).write_text(text, encoding="ascii")
    _mount("none", Path("/"), "", MS_REC | MS_PRIVATE, "")


def _unshare(flags: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(flags):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _mount(source: str, target: Path, kind: str, flags: int, options: str) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    texts = [text.encode() for text in (source, str(target), kind)]
    if libc.mount(*texts, ctypes.c_ulong(flags), options.encode()):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
