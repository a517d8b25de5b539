"""The limits that POSIX systems put on a process; Windows has none of them."""

from __future__ import annotations

from typing import Any

from grader.worker.optional import optional

MAX_DESCRIPTORS = 256  # of a worker
_resource = optional("resource")
EXIST = _resource is not None


def bound(limits: dict[str, Any]) -> None:
    """Limit this process's CPU time, files and memory: what is mapped now plus the allowance.

    The address space is limited by what the course allows. What the container has left limits only the data:
    libraries and threads map more than they ever touch.
    """
    if not EXIST:
        return
    _set(_resource.RLIMIT_CORE, 0, 0)
    # SIGXCPU comes first, so that it can be told apart from others.
    _set(_resource.RLIMIT_CPU, limits["cpu"], limits["cpu"] + 1)
    _set(_resource.RLIMIT_FSIZE, limits["scratch"], limits["scratch"])
    _set(_resource.RLIMIT_NOFILE, MAX_DESCRIPTORS, MAX_DESCRIPTORS)
    if limits["mapped"]:  # otherwise it is not known
        space = limits["mapped"] + limits["memory"]
        _set(_resource.RLIMIT_AS, space, space)
        if limits["share"] is not None:
            bound_data(limits["data"] + limits["share"])


def bound_data(size: int, process: int = 0) -> None:
    """Limit the data of this process, or of another one of this user's (Linux), to this many bytes."""
    hard = _strictest(_resource.RLIMIT_DATA)
    size = int(min(size, hard))
    if process:
        _resource.prlimit(process, _resource.RLIMIT_DATA, (size, size))
    else:
        _resource.setrlimit(_resource.RLIMIT_DATA, (size, size))


def strictest_cpu() -> float:
    """Return the CPU seconds that this process may use at most."""
    return _strictest(_resource.RLIMIT_CPU) if EXIST else float("inf")


def _strictest(limit: int) -> float:
    """Return the hard limit of this process."""
    hard: int = _resource.getrlimit(limit)[1]
    return float("inf") if hard == _resource.RLIM_INFINITY else hard


def _set(limit: int, soft: int, hard: int) -> None:
    """Set a limit, or leave one that is already stricter."""
    strictest = _strictest(limit)
    _resource.setrlimit(limit, (int(min(soft, strictest)), int(min(hard, strictest))))
