"""The folder that a worker may write in: its own file system, where the machine allows one.

It is held in memory and never takes more than its size, whatever a worker does with names, descriptors and
maps. Only the worker sees it, and it ends with the worker.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

assert sys.platform != "win32"  # it has no fork

from grader.worker.namespaces import MS_NODEV, MS_NOEXEC, MS_NOSUID, have_own_mounts, mount

MAX_FILES = 10_000
_BLOCK = 4096  # bytes: the least that a file takes


@dataclass(frozen=True)
class Scratch:
    """A folder, and how many bytes of files it can hold."""

    folder: Path
    size: int

    def mount(self) -> None:
        """Mount a file system of this size over the folder, for this process and its children alone.

        Raises:
            OSError: the machine does not allow it.

        """
        have_own_mounts()
        files = min(MAX_FILES, self.size // _BLOCK) + 1
        options = f"size={self.size},nr_inodes={files},mode=0700"
        mount("tmpfs", self.folder, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options)


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
