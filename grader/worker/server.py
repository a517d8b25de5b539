"""The fork server: imports what is slow once, then forks a worker for each submission.

Started by exec with a clean environment, so there is nothing in its memory but Python, torch and this code.
Run as `python -I -m grader.worker.server FD MODULE...`; FD is a Unix socket, whose other end sends one
JSON message at a time: `{"op": "fork", "memory": BYTES}` with two descriptors (the worker's line and its
output), answered by `{"pid": N}`; and `{"op": "end", "pid": N, "dying": BOOL}`, answered by `{"status": N}`,
or null for a status if the worker was said to be dying and had to be killed.
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
import time
from pathlib import Path
from typing import Any, NoReturn

from grader.worker import child

MAX_MESSAGE = 4096  # bytes
GRACE = 0.5  # seconds that a worker which has hung up gets to finish dying


def main() -> None:
    """Import, say so, then fork on demand until the examiner hangs up."""
    control = socket.socket(fileno=int(sys.argv[1]))
    for name in sys.argv[2:]:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    if "torch" in sys.modules:
        _warm_up()
    gc.collect()
    gc.freeze()
    control.sendall(json.dumps({"ready": True}).encode())
    while True:
        content, descriptors, _, _ = socket.recv_fds(control, MAX_MESSAGE, 2)
        if not content:
            return
        message = json.loads(content)
        if message["op"] == "fork":
            reply: dict[str, int | None] = {"pid": _fork(control, descriptors, message)}
        else:
            reply = {"status": _end(message["pid"], dying=message["dying"])}
        control.sendall(json.dumps(reply).encode())


def _warm_up() -> None:
    """Let torch do now, once, what it would otherwise do first thing in every worker."""
    import torch  # noqa: PLC0415 only where the course uses it

    torch.set_num_threads(1)
    image = torch.ones(1, 1, 4, 4)
    torch.nn.functional.conv2d(image, torch.ones(1, 1, 2, 2))
    torch.nn.Conv2d(1, 1, 2)(image).sum().backward()
    torch.nn.functional.unfold(image, 2).numpy()


def _fork(control: socket.socket, descriptors: list[int], message: dict[str, Any]) -> int:
    process = os.fork()
    if process == 0:
        try:
            control.close()
            _become_worker(descriptors, message)
        finally:
            os._exit(70)  # 70: EX_SOFTWARE of sysexits.h; the examiner calls it a fault of ours
    for descriptor in descriptors:
        os.close(descriptor)
    return process


def _become_worker(descriptors: list[int], message: dict[str, Any]) -> NoReturn:
    line, output = descriptors
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(null)
    os.close(output)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit(message["memory"])
    child.run(socket.socket(fileno=line))
    os._exit(0)


def _limit(memory: int) -> None:
    """Bound the address space to what is mapped now and `memory` bytes more; no core files."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    mapped = Path("/proc/self/statm")
    if mapped.exists():  # Linux; elsewhere the address space cannot be bounded this way
        bound = int(mapped.read_text().split()[0]) * resource.getpagesize() + memory
        resource.setrlimit(resource.RLIMIT_AS, (bound, bound))


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
