"""The fork server: imports what is slow once, then forks a confined worker for each submission.

It begins with a clean environment, by exec or as a fork of a process that knows nothing yet, so there is
nothing in its memory but Python, torch and this code. Run as
`python -E -P -m grader.worker.server FD MODULE...`; FD is a Unix socket, whose other end sends one
JSON message at a time. The server's first word is `{"isolation": [LAYER...], "missing": {LAYER: WHY},
"namespaces": {KIND: ID}}`. Then

- `{"op": "fork", "limits": {...}, "confine": BOOL}` comes with two descriptors, the worker's line and its
  output, and is answered by `{"pid": N, "scratch": FOLDER or null}`;
- `{"op": "end", "pid": N, "dying": BOOL}` is answered by `{"status": N}`, the wait status, or null if the
  worker was said to be dying and had to be killed.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import resource
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from grader.worker import child
from grader.worker.confinement import Confinement, die_with_parent, prepare
from grader.worker.folders import remove
from grader.worker.namespaces import namespaces, scatter_process_numbers
from grader.worker.pages import collapse
from grader.worker.probe import probe
from grader.worker.starting import UNCONFINED, last_descriptor
from grader.worker.watch import watched

MAX_MESSAGE = 4096  # bytes
MAX_DESCRIPTORS = 256  # of a worker
MANY = 16  # workers after which more are likely to come, so that it pays to make forks cheaper
GRACE = 0.5  # seconds that a worker which has hung up gets to finish dying


@dataclass
class Server:
    """The examiner's line, the layers that every worker puts on, and the workers' scratch folders."""

    control: socket.socket
    confinement: Confinement
    scratches: dict[int, Path] = field(default_factory=dict)
    ended: int = 0  # workers

    def serve(self) -> None:
        """Fork and end workers until the examiner hangs up."""
        while True:
            content, descriptors, _, _ = socket.recv_fds(self.control, MAX_MESSAGE, 2)
            if not content:
                return
            message = json.loads(content)
            reply = self._fork(descriptors, message) if message["op"] == "fork" else self._end(message)
            self.control.sendall(json.dumps(reply).encode())
            if message["op"] == "end":
                self._count_end()

    def _count_end(self) -> None:
        self.ended += 1
        if self.ended == MANY:
            collapse()

    def _fork(self, descriptors: list[int], message: dict[str, Any]) -> dict[str, Any]:
        limits = message["limits"]
        scratch = Path(tempfile.mkdtemp(prefix="torchgrade-scratch-")) if limits["scratch"] else None
        limits["space"] = _mapped() + limits["memory"]
        scatter_process_numbers()
        process = os.fork()
        if process == 0:
            try:
                self.control.close()
                _become_worker(descriptors, limits, scratch, self.confinement if message["confine"] else None)
            finally:
                os._exit(70)  # EX_SOFTWARE of sysexits.h; before READY the examiner calls it a fault of ours
        for descriptor in descriptors:
            os.close(descriptor)
        if scratch is not None:
            self.scratches[process] = scratch
        return {"pid": process, "scratch": str(scratch) if scratch else None}

    def _end(self, message: dict[str, Any]) -> dict[str, Any]:
        process = message["pid"]
        status = _end(process, dying=message["dying"])
        scratch = self.scratches.pop(process, None)
        if scratch is not None:
            remove(scratch)
        return {"status": status}


def main() -> None:
    """Import, say what holds, then fork on demand."""
    die_with_parent()
    load(sys.argv[2:])
    serve(socket.socket(fileno=int(sys.argv[1])))


def load(modules: Sequence[str]) -> None:
    """Import what is slow, and do once what every worker would do first."""
    for name in modules:
        with contextlib.suppress(Exception):  # whatever is wrong with it, the file that imports it will tell
            importlib.import_module(name)
    child.warm_up()
    if "torch" in sys.modules:
        _warm_up()
    if "matplotlib" in sys.modules:
        with contextlib.suppress(Exception):
            importlib.import_module("matplotlib.pyplot")  # looks for fonts, and remembers them in a file
    gc.collect()


def serve(control: socket.socket) -> None:
    """Say what holds, then fork on demand, until the examiner hangs up."""
    is_confining = os.environ.pop(UNCONFINED, None) is None
    confinement = prepare([Path(os.environ["MPLCONFIGDIR"])], of_mounts=is_confining)
    leaks = probe(confinement)
    holding = [layer for layer in confinement.layers if layer not in leaks]
    missing = {**confinement.missing, **leaks}
    said = {"isolation": holding, "missing": missing, "namespaces": namespaces()}
    control.sendall(json.dumps(said).encode())
    gc.freeze()
    Server(control, confinement).serve()


def _warm_up() -> None:
    """Let torch do now, once, what it would otherwise do first thing in every worker."""
    import torch  # noqa: PLC0415 only where the course uses it

    torch.set_num_threads(1)
    image = torch.ones(1, 1, 4, 4)
    torch.nn.functional.conv2d(image, torch.ones(1, 1, 2, 2))
    torch.nn.Conv2d(1, 1, 2)(image).sum().backward()
    watched(lambda: torch.nn.functional.unfold(image, 2).numpy(), wanted=True)


def _become_worker(
    descriptors: list[int], limits: dict[str, int], scratch: Path | None, confinement: Confinement | None
) -> NoReturn:
    """Keep nothing but the line and the output, bound everything else, and run student code."""
    null = os.open(os.devnull, os.O_RDONLY)
    line, output = descriptors
    for descriptor, place in ((null, 0), (output, 1), (output, 2)):
        os.dup2(descriptor, place)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.chdir(scratch or "/")
    last = last_descriptor()  # before it is bounded
    _bound(limits)
    if confinement is not None:
        confinement.put_on(scratch)  # its own descriptors are among those that are closed now
    os.dup2(line, child.LINE)
    os.closerange(child.LINE + 1, last)
    os.write(child.LINE, child.READY)
    child.run()
    os._exit(0)


def _bound(limits: dict[str, int]) -> None:
    """Bound CPU time, files and the address space: what is mapped now and `memory` bytes more."""
    _set(resource.RLIMIT_CORE, 0, 0)
    _set(
        resource.RLIMIT_CPU, limits["cpu"], limits["cpu"] + 1
    )  # SIGXCPU first, so that it can be told from others
    _set(resource.RLIMIT_FSIZE, limits["scratch"], limits["scratch"])
    _set(resource.RLIMIT_NOFILE, MAX_DESCRIPTORS, MAX_DESCRIPTORS)
    if limits["space"] > limits["memory"]:  # else it is not known what is mapped
        _set(resource.RLIMIT_AS, limits["space"], limits["space"])


def _mapped() -> int:
    """The bytes of address space that are mapped now (Linux; elsewhere 0)."""
    try:
        with open("/proc/self/statm", "rb") as statm:  # noqa: PTH123 for every worker, and Path takes longer
            return int(statm.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _set(limit: int, soft: int, hard: int) -> None:
    """Set a limit, or leave what is stricter already."""
    strictest = resource.getrlimit(limit)[1]
    if strictest != resource.RLIM_INFINITY:
        soft, hard = min(soft, strictest), min(hard, strictest)
    resource.setrlimit(limit, (soft, hard))


def _end(process: int, *, dying: bool) -> int | None:
    """Make sure that a worker is gone; returns its wait status, None if it had to be killed though dying."""
    until = time.monotonic() + (GRACE if dying else 0)
    while time.monotonic() < until:
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            return status
        time.sleep(0.001)
    os.kill(process, signal.SIGKILL)
    status = os.waitpid(process, 0)[1]
    return None if dying else status


if __name__ == "__main__":
    main()
