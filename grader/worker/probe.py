"""Test whether the layers of a confinement hold: a child applies them and tries what they forbid."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import json
import os
import socket
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

assert sys.platform != "win32"  # it has no fork

from grader.worker.confinement import CAPABILITY_VERSION_3, PR_GET_NO_NEW_PRIVS, Confinement
from grader.worker.scratch import Scratch

SIZE = 1 << 16  # bytes of the scratch folder for the test


def probe(confinement: Confinement) -> dict[str, str]:
    """Return what each prepared layer that does not hold let through, with and without a scratch folder."""
    with tempfile.TemporaryDirectory(prefix="torchgrade-probe-") as folder:
        target, scratch = Path(folder, "target"), Path(folder, "scratch")
        target.touch()
        scratch.mkdir()
        return _leaks(confinement, target, None) | _leaks(confinement, target, Scratch(scratch, SIZE))


def _leaks(confinement: Confinement, target: Path, scratch: Scratch | None) -> dict[str, str]:
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        with contextlib.suppress(BaseException):
            os.close(reading)
            confinement.put_on(scratch)
            tried = [layer for layer in confinement.layers if scratch or layer != "tmpfs"]
            found = {layer: leak for layer in tried if (leak := _TRIALS[layer](target))}
            os.write(writing, json.dumps({"leaks": found}).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(process, 0)
    try:
        leaks: dict[str, str] = json.loads(answer)["leaks"]
    except (ValueError, KeyError):
        return dict.fromkeys(confinement.layers, "the confined child could not say")
    return leaks


def _tmpfs(_target: Path) -> str:
    """Return what is wrong if an unnamed file can exceed the scratch folder, here the working folder."""
    try:
        descriptor = os.open("taken", os.O_CREAT | os.O_WRONLY, 0o600)
        os.unlink("taken")  # noqa: PTH108 a name of the working folder
        os.write(descriptor, bytes(SIZE))
        os.write(descriptor, bytes(1))
    except OSError as error:
        return "" if error.errno == errno.ENOSPC else str(error)
    return "more could be written"


def _no_new_privs(_target: Path) -> str:
    libc = ctypes.CDLL(None, use_errno=True)
    return "" if libc.prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 else "new privileges can be gained"


def _capabilities(_target: Path) -> str:
    libc = ctypes.CDLL(None, use_errno=True)
    header, sets = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0), (ctypes.c_uint32 * 6)()
    failed = libc.capget(header, sets) != 0
    return "capabilities are left" if failed or any(sets) else ""


def _landlock(target: Path) -> str:
    attempts: dict[str, Callable[[], object]] = {
        "a file could be emptied": lambda: os.open(target, os.O_ACCMODE | os.O_TRUNC),
        "a file could be written": lambda: os.open(target, os.O_WRONLY | os.O_CREAT, 0o600),
        "the grader's own files could be read": lambda: os.open(__file__, os.O_RDONLY),
        "the file system could be listed": lambda: os.open("/", os.O_RDONLY | os.O_DIRECTORY),
    }
    return _first_success(attempts)


def _seccomp(_target: Path) -> str:
    attempts: dict[str, Callable[[], object]] = {
        "a socket could be opened": socket.socket,
        "a process could be forked": _fork,
        "a signal could be sent": lambda: os.kill(os.getppid(), 0),
    }
    return _first_success(attempts)


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _first_success(attempts: dict[str, Callable[[], object]]) -> str:
    for leak, attempt in attempts.items():
        try:
            attempt()
        except OSError:
            continue
        return leak
    return ""


def _tried_before(_target: Path) -> str:
    return ""  # when it was done: the confined child may not ask


_TRIALS: dict[str, Callable[[Path], str]] = {
    "mounts": _tried_before,
    "pids": _tried_before,
    "tmpfs": _tmpfs,
    "no_new_privs": _no_new_privs,
    "capabilities": _capabilities,
    "landlock": _landlock,
    "seccomp": _seccomp,
}
