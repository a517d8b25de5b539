"""Whether the layers of a confinement hold: a child puts them on and tries what they forbid."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

from grader.worker.confinement import CAPABILITY_VERSION_3, PR_GET_NO_NEW_PRIVS, Confinement


def probe(confinement: Confinement) -> dict[str, str]:
    """What each prepared layer that does not hold let through; nothing for those that hold."""
    reading, writing = os.pipe()
    target = Path(tempfile.gettempdir()) / f"torchgrade-probe-{os.getpid()}"
    target.touch()
    process = os.fork()
    if process == 0:
        with contextlib.suppress(BaseException):
            os.close(reading)
            confinement.put_on(None)
            found = {layer: leak for layer in confinement.layers if (leak := _TRIALS[layer](target))}
            os.write(writing, json.dumps({"leaks": found}).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(process, 0)
    target.unlink(missing_ok=True)
    try:
        leaks: dict[str, str] = json.loads(answer)["leaks"]
    except (ValueError, KeyError):
        return dict.fromkeys(confinement.layers, "the confined child could not say")
    return leaks


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


def _mounts(_target: Path) -> str:
    return ""  # tried when it was done: the confined child may not ask


_TRIALS: dict[str, Callable[[Path], str]] = {
    "mounts": _mounts,
    "no_new_privs": _no_new_privs,
    "capabilities": _capabilities,
    "landlock": _landlock,
    "seccomp": _seccomp,
}
