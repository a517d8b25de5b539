"""The folder that a worker works in: its own file system, where the machine allows one.

It is held in memory and never takes more than its size, whatever a worker does with names, descriptors and
maps. Only the worker sees it, and it ends with the worker. The files of the exercise are mounted in it, to
be read.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

assert sys.platform != "win32"  # it has no fork

from grader.worker.namespaces import MS_NODEV, MS_NOEXEC, MS_NOSUID, have_own_mounts, mount, mount_to_read

MAX_FILES = 10_000
_BLOCK = 4096  # bytes: the least that a file takes


@dataclass(frozen=True)
class Scratch:
    """A folder, how many bytes a worker can write in it, and a folder of files that it can only read.

    If it can write nothing, both folders are the same.
    """

    folder: Path
    size: int
    files: Path | None = None

    def mount(self) -> None:
        """Mount a file system of this size over the folder, for this process and its children alone.

        The files can then be read in the folder, and be neither written, replaced nor removed.

        Raises:
            OSError: the machine does not allow it.

        """
        have_own_mounts()
        shipped = self.names
        files = min(MAX_FILES, self.size // _BLOCK) + 1 + len(shipped)
        options = f"size={self.size},nr_inodes={files},mode=0700"
        mount("tmpfs", self.folder, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options)
        for name in shipped:
            (self.folder / name).touch(0o444)
            mount_to_read(Path(self.files or "", name), self.folder / name)

    def link(self) -> None:
        """Put links to the files into the folder, where nothing can be mounted."""
        for name in self.names:
            (self.folder / name).symlink_to(Path(self.files or "", name))

    @property
    def names(self) -> list[str]:
        """The names of the files."""
        return sorted(file.name for file in self.files.iterdir()) if self.files else []


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
