"""params.py: what an author's own functions draw. They run in a worker, as students' code does."""

from __future__ import annotations

import ast
import atexit
import json
import math
import os
import time
from collections.abc import Mapping
from functools import lru_cache
from keyword import iskeyword
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.course.file_names import PARAMS_FILE
from grader.course.sources import parsed, read_source
from grader.errors import CourseFaults, Fault, printable
from grader.language.draws import Draws
from grader.language.expressions import MAX_NUMBER
from grader.questions.definitions import defined_names

if TYPE_CHECKING:
    from grader.worker.client import Worker
    from grader.worker.isolation.way import Workers
    from grader.worker.wire import Frame

DRAW = "draw"  # the function that an author writes
MAKE = "files"  # and the one that makes a student's own files
SECONDS = 1.0  # for one draw, the reading of the file included
MEMORY = 256 << 20  # bytes of a draw
MAX_RESULT = 64 << 10  # bytes of the parameters as JSON
MAX_DEPTH = 10  # of nested lists
MAX_TOLD = 200  # characters of what an exception says
_DRAWN = "_drawn"
_SIGNATURES = {DRAW: f"{DRAW}(random)", MAKE: f"{MAKE}(random, params)"}
_REMEDIES = {
    DRAW: "It must return a dict of numbers, strings, booleans, lists and dicts.",
    MAKE: "It must return a dict of strings or bytes, by file name.",
}
_WHYS = {
    "timeout": f"takes longer than {SECONDS:g} second",
    "memory": f"needs more memory than {MEMORY >> 20} MiB",
    "too-large": "returns more than {most} KiB",
    "exit": "ends Python",
    "malformed": "returns something that cannot be read",
}


@lru_cache(2)
def _workers(_process: int, _number: int) -> Workers:
    """Start a source of workers that stays warm until this process ends."""
    from grader.worker.isolation.ways import own_way  # noqa: PLC0415 few exercises have a params.py

    workers = own_way().workers(())
    atexit.register(workers.close)
    return workers


def draw_params(file: Path, draws: Draws, *, number: int = 0) -> dict[str, Any]:
    """Return the parameters that params.py draws; another `number` takes another source of processes.

    Raises:
        CourseFaults: it raises, takes too long, or returns something else than plain values by name.
        WorkerFault: the grader failed.

    """
    seed = draws.under(PARAMS_FILE).below(1 << 128)
    value = called(file, DRAW, f"{DRAW}(__import__('random').Random({seed}))", MAX_RESULT, number)
    if problem := _problem(value):
        raise CourseFaults([fault_in(file, problem)])
    plain: dict[str, Any] = json.loads(json.dumps(value))  # as the gradebook and packs keep it
    return plain


def called(file: Path, function: str, expression: str, most: int, number: int, *, room: int = 0) -> Any:
    """Return the value of an expression below params.py; faults are those of one of its functions.

    Values need `room` bytes on their way, if that is more than `most`.

    Raises:
        CourseFaults: it raises, takes too long, or returns more than `most` bytes.
        WorkerFault: the grader failed.

    """
    from grader.worker.ending import WorkerEnded, WorkerLimits  # noqa: PLC0415

    room = room or most
    limits = WorkerLimits(memory=MEMORY, cpu=math.ceil(2 * SECONDS), result=room, output=0)
    with _workers(os.getpid(), number).fork(limits) as worker:
        try:
            return _asked(worker, f"{read_source(file)}\n\n{_DRAWN} = {expression}\n", room)
        except WorkerEnded as ended:
            told = _WHYS.get(ended.why, "crashes").format(most=most >> 10)
            raise CourseFaults([fault_in(file, told, function=function)]) from None
        except _RaisedError as error:
            remedy = error.remedy(function)
            raised = fault_in(file, f"raises {error.told}", error.line, function, remedy)
            raise CourseFaults([raised]) from None


class _RaisedError(Exception):
    """What params.py raised, and in which of its lines."""

    def __init__(self, told: str, line: int | None) -> None:
        super().__init__(told)
        self.told, self.line = told, line

    def remedy(self, function: str) -> str:
        """Say what to change in a function of params.py."""
        if self.told.startswith("ImportError"):
            return "Remove the import."
        if f"{function}() takes " in self.told:
            return f"Write def {_SIGNATURES[function]}."
        return "Correct it."


def _asked(worker: Worker, text: str, most: int) -> Any:
    """Run the file in a worker, and return what it has drawn."""
    from grader.worker.ending import WorkerEnded  # noqa: PLC0415
    from grader.worker.wire import Decoder, Encoder, WireError  # noqa: PLC0415

    until = time.monotonic() + 10 * SECONDS  # for reading; when it runs, its own time begins
    started = False

    def running(_notice: dict[str, Any]) -> float:
        nonlocal until, started
        if not started:
            until, started = time.monotonic() + SECONDS, True
        return until - time.monotonic()

    encoder = Encoder(lambda _value: ["nothing"])
    encoder.buffers.append(text.encode())
    request = {"op": "load", "file": PARAMS_FILE, "names": [_DRAWN], "starters": {_DRAWN: f"{_DRAWN} = ..."}}
    more = {"packages": [], "families": [], "helpers": False, "skip": []}
    _raise_failure(worker.ask({**request, **more}, 10 * SECONDS, encoder, running))
    frame = worker.ask({"op": "get", "name": _DRAWN}, SECONDS)
    if frame.text > most:
        raise WorkerEnded("too-large")
    try:
        return Decoder(frame, lambda _number, name: _Other(name)).decode(
            frame.header.get("value", ["nothing"])
        )
    except WireError:
        raise WorkerEnded("malformed") from None


class _Other:
    """A value that is not plain."""

    def __init__(self, name: str) -> None:
        self.name = name


def _raise_failure(frame: Frame) -> None:
    """Raise what a statement of the file raised, if one did; trust nothing in the frame."""
    failures = frame.header.get("failures")
    for failure in failures if isinstance(failures, list) else [frame.header.get("error")]:
        told = failure if isinstance(failure, dict) else {}
        if "may import" in str(told.get("message")):  # it names packages, of which there are none here
            told = {**told, "message": "it may import only Python's own modules"}
        kind, message, line = (str(told.get(key) or "") for key in ("type", "message", "line"))
        text = f"{kind or 'an exception'}: {message}" if message else kind or "an exception"
        raise _RaisedError(printable(text[:MAX_TOLD].rstrip(".")), int(line) if line.isdecimal() else None)


def _problem(value: Any) -> str:
    """Return what is wrong with the result of a draw; '' if it is good."""
    if not isinstance(value, dict) or not value:
        return "does not return a dict of parameters"
    for name in value:
        if not (isinstance(name, str) and name.isidentifier() and name.isascii()) or iskeyword(name):
            return f"returns {printable(repr(name))[:50]}, which cannot be the name of a parameter"
        if (what := _not_plain(value[name], MAX_DEPTH)) is not None:
            return f"returns {what} in '{name}'"
    return "returns more than 64 KiB" if len(json.dumps(value)) > MAX_RESULT else ""


def _not_plain(value: Any, depth: int) -> str | None:
    """Return the part of a value that is not plain, in words; None if it is plain."""
    if isinstance(value, str):
        is_whole = value == value.encode(errors="replace").decode()
        return None if is_whole else "text with an unpaired surrogate (half a character)"
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        is_bounded = abs(value) <= MAX_NUMBER  # false for nan
        return None if is_bounded else "a number that is not finite or larger than 1e100"
    inside = list(value.values()) if isinstance(value, dict) and all(map(_is_text, value)) else value
    if depth and isinstance(inside, list | tuple):
        return next((what for one in inside if (what := _not_plain(one, depth - 1)) is not None), None)
    kind = value.name if isinstance(value, _Other) else type(value).__name__
    return f"a value of type {printable(kind)[:50]}"


def _is_text(name: object) -> bool:
    return isinstance(name, str) and _not_plain(name, 0) is None


def fault_in(file: Path, what: str, line: int | None = None, function: str = DRAW, remedy: str = "") -> Fault:
    """Return a fault of a function of params.py, at a line of the file or where the function begins."""
    count = read_source(file).count("\n") + 1
    own = line if line and line <= count else line_of(file, function)
    return Fault(file, own, None, "", f"{function}() {what}.", remedy or _REMEDIES[function])


def line_of(file: Path, function: str = DRAW) -> int | None:
    """Return the line of params.py that defines a function."""
    tree = parsed(file.read_bytes())
    found = [node.lineno for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == function]
    return found[-1] if found else None


def defines(file: Path, function: str) -> bool:
    """Return whether params.py defines a function."""
    return function in defined_names(parsed(file.read_bytes()))


def difference(file: Path, draws: Draws, params: Mapping[str, Any]) -> Fault | None:
    """Draw once more in another process, whose sets have another order; return a fault if it differs."""
    try:
        again = draw_params(file, draws, number=1)
    except CourseFaults as error:
        return error.faults[0]
    own = {name: value for name, value in params.items() if name.isidentifier()}  # no files
    names = sorted(name for name in {*again, *own} if again.get(name) != own.get(name))
    told = f"draws different values of {', '.join(names)} when called again with the same random numbers"
    return (
        fault_in(file, told, remedy="Use no random numbers except those of its argument, and sort sets.")
        if names
        else None
    )
