"""Work in a fork of this process, which can then fail without harm."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import resource
import signal
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import IO, Any, TypeVar, cast

assert sys.platform != "win32"  # it has no fork

from grader.errors import GraderError
from grader.examiner.deed import GRACE_SECONDS, Deed, Note
from grader.examiner.undone import ended, out_of_memory
from grader.worker.prctl import die_with

T = TypeVar("T")

_STATM = Path("/proc/self/statm")


@dataclass(frozen=True)
class _Done:
    value: Any


@dataclass(frozen=True)
class _Raised:
    error: BaseException


def in_a_fork(work: Callable[[Note], T], memory_mib: int) -> T:
    """Return what `work` returns in a fork of this process, with this much memory more than the process has.

    `work` notes what it is about to do, so that a fault can name it.

    Raises:
        CourseFaults: the process ended, or did not finish.
        GraderError: `work` raised it.

    """
    context = get_context("fork")
    line, theirs = context.Pipe(duplex=False)
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as traces, line:
        process = context.Process(
            target=_run, args=(work, os.getpid(), theirs, traces, memory_mib << 20), daemon=True
        )
        process.start()
        try:
            theirs.close()
            return cast("T", _hear(process, line, traces))
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid or 0, signal.SIGKILL)
            process.kill()
            process.join()


def _run(work: Callable[[Note], Any], parent: int, line: Connection, traces: IO[str], memory: int) -> None:
    """Do the work in the child, send the result, and end at once."""
    os.setsid()
    if not die_with(parent):
        os._exit(0)
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 until the end
    signal.signal(signal.SIGINT, signal.default_int_handler)
    faulthandler.enable(traces)
    warnings.resetwarnings()  # Python's warnings here are no one's mistake
    _bound_memory(memory)

    last: list[Deed] = []

    def note(deed: Deed) -> None:
        last[:] = [deed]
        line.send(deed)
        faulthandler.dump_traceback_later(deed.seconds, exit=True, file=traces)

    try:
        said: _Done | _Raised = _Done(work(note))
    except GraderError as error:
        said = _Raised(error)
    except MemoryError:
        said = _Raised(out_of_memory(last[0])) if last else _Raised(RuntimeError("no memory"))
    except BaseException:
        said = _Raised(RuntimeError(traceback.format_exc()))
    line.send(said)
    os._exit(0)


def _bound_memory(memory: int) -> None:
    if _STATM.exists():  # elsewhere this process's own use cannot be read
        taken = int(_STATM.read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (taken + memory, most))


def _hear(process: BaseProcess, line: Connection, traces: IO[str]) -> Any:
    """Return what the child returned; if it sends nothing, blame the deed that it began last."""
    deed = Deed("The code of the exercise", Path())
    while wait([line, process.sentinel], deed.seconds + GRACE_SECONDS):
        try:
            said = line.recv() if line.poll() else None
        except EOFError:
            said = None
        match said:
            case Deed():
                deed = said
            case _Done():
                return said.value
            case _Raised():
                raise said.error
            case None:
                process.join()
                traces.seek(0)
                raise ended(deed, traces.read(), process.exitcode)
    raise ended(deed, "Timeout")
