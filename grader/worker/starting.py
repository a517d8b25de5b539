"""Start a fork server: by exec with a clean environment, or by fork from a process that knows nothing."""

from __future__ import annotations

import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

assert sys.platform != "win32"  # it has no fork

from grader.errors import UsageFault
from grader.worker.environment import clean_environment, temporary_in
from grader.worker.prctl import die_with

_MOST_DESCRIPTORS = 1 << 20  # that are tried when closing
UNCONFINED = "TORCHGRADE_UNCONFINED"  # in the environment of a server that does not confine its workers
_CONTROL = 3  # the descriptor of a forked server's line to its examiner


class Process(Protocol):
    """A process that this one has started, like subprocess.Popen."""

    @property
    def pid(self) -> int:
        """Its number."""

    def wait(self) -> object:
        """Wait until it has ended."""


@dataclass(frozen=True)
class ServerPlace:
    """What a fork server begins with: descriptors of its line and of a file for errors, and a folder.

    `confine`: whether its workers are to be confined.
    """

    control: int
    errors: int
    folder: str
    confine: bool = True

    @property
    def environment(self) -> dict[str, str]:
        """The variables that tell the server about it."""
        folders = temporary_in(self.folder)
        return folders if self.confine else {**folders, UNCONFINED: "1"}


Start = Callable[[ServerPlace], Process]


def executed(preload: Sequence[str], *, bubblewrap: bool) -> Start:
    """Return a function that starts a fork server by exec, which imports `preload`."""

    def start(place: ServerPlace) -> Process:
        wrapper = _bubblewrap(place.folder) if bubblewrap else []
        program = [sys.executable, "-E", "-P", "-m", "grader.worker.server"]
        return subprocess.Popen(  # noqa: S603 our own module
            [*wrapper, *program, str(place.control), *preload],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=place.errors,
            env={**clean_environment(), **place.environment},
            cwd="/",
            pass_fds=[place.control],
            start_new_session=True,
        )

    return start


def forked(serve: Callable[[socket.socket], None]) -> Start:
    """Return a function that forks this process, which began clean and holds no secret yet.

    The fork does not import again what this process has imported. Unlike a process started by exec, it shares
    the layout of the address space and the key of string hashes.
    """

    def start(place: ServerPlace) -> Process:
        parent, pid = os.getpid(), os.fork()
        if pid:
            return _Fork(pid)
        try:
            _become_server(place, parent)
            serve(socket.socket(fileno=_CONTROL))
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)
        os._exit(0)

    return start


@dataclass
class _Fork:
    """A process that was forked."""

    pid: int
    has_ended: bool = False

    def wait(self) -> None:
        """Wait until it has ended."""
        if not self.has_ended:
            os.waitpid(self.pid, 0)
            self.has_ended = True


def last_descriptor() -> int:
    """Return where closing this process's descriptors can stop."""
    return min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], _MOST_DESCRIPTORS)


def close_above(descriptor: int) -> None:
    """Close every descriptor above one."""
    os.closerange(descriptor + 1, last_descriptor())


def _become_server(place: ServerPlace, parent: int) -> None:
    """Close everything that belongs to the parent."""
    if not die_with(parent):
        os._exit(0)
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor, target in ((null, 0), (null, 1), (place.errors, 2), (place.control, _CONTROL)):
        os.dup2(descriptor, target)
    close_above(_CONTROL)
    os.chdir("/")
    os.environ.update(place.environment)
    tempfile.tempdir = place.folder


def _bubblewrap(writable: str) -> list[str]:
    """Return the command that runs a program in its own namespaces, where only one folder is writable.

    Raises:
        UsageFault: bubblewrap is not installed.

    """
    program = shutil.which("bwrap")
    if program is None:
        raise UsageFault("bubblewrap is not installed here. On Debian: apt-get install bubblewrap.")
    system = ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
    return [program, "--unshare-all", "--die-with-parent", *system, "--bind", writable, writable, "--"]
