"""The fork server: imports what is slow once, then forks a confined worker for each submission.

It begins with a clean environment, by exec or as a fork of a process that knows nothing yet, so its memory
holds only Python, torch and this code. Run as `python -E -P -m grader.worker.server FD MODULE...`; FD is a
Unix socket, whose other end sends one JSON message at a time. The server's first message is `{"isolation":
[LAYER...], "missing": {LAYER: WHY}, "namespaces": {KIND: ID}, "hides": BOOL}`: the layers, and whether a
worker sees no other process. Then

- `{"op": "fork", "limits": {...}, "files": FOLDER or null, "families": [FAMILY...], "confine": BOOL}` comes
  with two descriptors, the worker's line and its output. Student code can read the files in FOLDER where it
  works, and the worker will watch the families. The answer is `{"pid": N, "scratch": FOLDER or null}`, a
  folder whose size has to be watched;
- `{"op": "share", "pid": N, "share": BYTES}` bounds the data of a worker that was forked without a share of
  the container's memory, and is answered by `{}`;
- `{"op": "import", "modules": [MODULE...]}`, which the examiner chooses, is answered by `{}` when it is done;
- `{"op": "end", "pid": N, "dying": BOOL}` is answered by `{"status": N, "spent": BOOL, "took": N, "lived_on":
  BOOL}`: the wait status, whether the worker had used up its CPU time, the bytes of memory that it used, and
  whether it had to be killed.
"""

from __future__ import annotations

import contextlib
import gc
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

assert sys.platform != "win32"  # it has no fork

from grader.worker import child
from grader.worker.confinement import Confinement, prepare
from grader.worker.folders import remove
from grader.worker.memory import usage
from grader.worker.namespaces import namespaces, scatter_process_numbers
from grader.worker.pages import collapse
from grader.worker.prctl import die_with_parent
from grader.worker.probe import probe
from grader.worker.rlimits import bound, bound_data, strictest_cpu
from grader.worker.scratch import Scratch
from grader.worker.starting import UNCONFINED, last_descriptor
from grader.worker.warming import load
from grader.worker.watch import record

MAX_MESSAGE = 4096  # bytes
MANY = 16  # workers after which more are likely to come, so that cheaper forks are worth preparing
GRACE = 0.5  # seconds that a worker which has closed its line gets to finish dying
NEARLY = 0.9  # of the CPU time: the kernel limits it by ticks but accounts for it exactly
FIRST_VICTIM = b"1000"  # the kernel's choice when memory runs out, as proc(5) describes oom_score_adj


@dataclass(frozen=True)
class _Forked:
    """A worker: its CPU seconds, the bytes of memory and of data that it began with, its scratch folder."""

    seconds: float
    resident: int
    data: int
    scratch: Path | None


@dataclass
class Server:
    """The examiner's line, the layers that every worker applies, and the workers."""

    control: socket.socket
    confinement: Confinement
    workers: dict[int, _Forked] = field(default_factory=dict)  # by process
    ended: int = 0  # workers

    def serve(self) -> None:
        """Fork and end workers until the examiner closes the line."""
        while True:
            content, descriptors, _, _ = socket.recv_fds(self.control, MAX_MESSAGE, 2)
            if not content:
                return
            message = json.loads(content)
            self.control.sendall(json.dumps(self._answer(message, descriptors)).encode())
            if message["op"] == "end":
                self._count_end()

    def _answer(self, message: dict[str, Any], descriptors: list[int]) -> dict[str, Any]:
        match message["op"]:
            case "fork":
                return self._fork(descriptors, message)
            case "import":
                return self._import(message["modules"])
            case "share":
                bound_data(self.workers[message["pid"]].data + message["share"], message["pid"])
                return {}
        return self._end(message)

    def _import(self, modules: Sequence[str]) -> dict[str, Any]:
        """Import what only some submissions need, for all later workers."""
        gc.disable()
        load(modules)
        gc.freeze()
        gc.enable()
        self.ended = 0  # new memory makes forks cheaper only if it is collapsed as well
        return {}

    def _count_end(self) -> None:
        self.ended += 1
        if self.ended == MANY:
            collapse()

    def _fork(self, descriptors: list[int], message: dict[str, Any]) -> dict[str, Any]:
        limits, confinement = message["limits"], self.confinement if message["confine"] else None
        is_bounded = confinement is not None and "tmpfs" in confinement.layers
        folder = Path(tempfile.mkdtemp(prefix="torchgrade-scratch-")) if limits["scratch"] else None
        if limits["share"] is not None and is_bounded:  # it is in memory
            limits["scratch"] = min(limits["scratch"], limits["share"] // 2)
            limits["share"] -= limits["scratch"]
        record(message["families"])
        limits["mapped"], resident, limits["data"] = usage()
        scratch = _scratch_of(folder, limits["scratch"], message["files"])
        if scratch and not is_bounded and folder:
            scratch.link()
        if "pids" in self.confinement.layers:
            scatter_process_numbers()
        process = os.fork()
        if process == 0:
            try:
                self.control.close()
                _become_worker(descriptors, limits, scratch, confinement)
            finally:
                os._exit(70)  # EX_SOFTWARE of sysexits.h; before READY the examiner blames the grader for it
        for descriptor in descriptors:
            os.close(descriptor)
        self.workers[process] = _Forked(min(limits["cpu"], strictest_cpu()), resident, limits["data"], folder)
        return {"pid": process, "scratch": None if folder is None or is_bounded else str(folder)}

    def _end(self, message: dict[str, Any]) -> dict[str, Any]:
        worker = self.workers.pop(message["pid"])
        status, usage, lived_on = _end(message["pid"], dying=message["dying"])
        if worker.scratch is not None:
            remove(worker.scratch)
        spent = usage.ru_utime + usage.ru_stime >= NEARLY * worker.seconds
        # Writing to one of the server's pages takes memory, but counts only as a fault.
        took = max((usage.ru_maxrss << 10) - worker.resident, usage.ru_minflt * resource.getpagesize())
        return {"status": status, "spent": spent, "took": took, "lived_on": lived_on}


def _scratch_of(folder: Path | None, size: int, files: str | None) -> Scratch | None:
    """Return where a worker works: a folder to write in, or only files to read, or nowhere."""
    if folder is not None:
        return Scratch(folder, size, Path(files) if files else None)
    return Scratch(Path(files), 0, Path(files)) if files else None


def main() -> None:
    """Import, report which layers hold, then fork on demand."""
    gc.disable()  # while everything is imported: garbage collection takes a tenth of the time
    die_with_parent()
    load(sys.argv[2:])
    serve(socket.socket(fileno=int(sys.argv[1])))


def serve(control: socket.socket) -> None:
    """Report which layers hold, then fork on demand, until the examiner closes the line."""
    is_confining = os.environ.pop(UNCONFINED, None) is None
    confinement = prepare([Path(os.environ["MPLCONFIGDIR"])], of_mounts=is_confining)
    leaks = probe(confinement)
    holding = [layer for layer in confinement.layers if layer not in leaks]
    missing = {**confinement.missing, **leaks}
    hides = confinement.hides and set(holding) == set(confinement.layers)
    said = {"isolation": holding, "missing": missing, "namespaces": namespaces(), "hides": hides}
    control.sendall(json.dumps(said).encode())
    gc.freeze()
    gc.enable()
    Server(control, confinement).serve()


def _become_worker(
    descriptors: list[int], limits: dict[str, Any], scratch: Scratch | None, confinement: Confinement | None
) -> NoReturn:
    """Keep only the line and the output, limit everything else, and run student code."""
    null = os.open(os.devnull, os.O_RDONLY)
    line, output = descriptors
    for descriptor, place in ((null, 0), (output, 1), (output, 2)):
        os.dup2(descriptor, place)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.chdir(scratch.folder if scratch else "/")
    if scratch and scratch.size:
        os.environ["TMPDIR"] = tempfile.tempdir = str(scratch.folder)
    usage()  # while it can be seen
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "wb") as file:  # noqa: PTH123 as below
        file.write(FIRST_VICTIM)
    last = last_descriptor()  # before it is limited
    bound(limits)
    if confinement is not None:
        confinement.put_on(scratch)  # its own descriptors are among those that are closed now
    os.dup2(line, child.LINE)
    os.closerange(child.LINE + 1, last)
    child.run()
    os._exit(0)


def _end(process: int, *, dying: bool) -> tuple[int, resource.struct_rusage, bool]:
    """End a worker; return its wait status, what it used, and whether it had to be killed."""
    until = time.monotonic() + (GRACE if dying else 0)
    while time.monotonic() < until:
        ended, status, usage = os.wait4(process, os.WNOHANG)
        if ended:
            return status, usage, False
        time.sleep(0.001)
    os.kill(process, signal.SIGKILL)
    _, status, usage = os.wait4(process, 0)
    return status, usage, True


if __name__ == "__main__":
    main()
