"""One submission being run: its worker, replaced when it is lost, and what the run has shown so far."""

from __future__ import annotations

import builtins
import contextlib
import math
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from types import TracebackType
from typing import Any, Self

from grader.examiner.patience import Stopwatch
from grader.examiner.submission import Submission
from grader.language.limits import Limits
from grader.questions.question import Outcome
from grader.worker.launcher import ForkServer, Worker, WorkerEnded, WorkerLimits
from grader.worker.wire import Decoder, Encoder, Frame, WireError

MAX_LOSSES = 8  # statements of one submission that may cost a worker its life
CPU_FACTOR = 30  # what all calls of a file may take of the processors, in times what one may
REQUESTS = 60  # times what one call may take: for all calls of a submission
LOADS = 3  # times what one whole file may take: for loading it, all losses included
LOAD_FACTOR = 6  # a whole file may take so many times what one of its statements may


MAX_TOLD = 100  # notices, and names of one statement, that are kept of what a worker says
MAX_FAILURES = 2000  # statements that failed
MAX_RECEIVED = 512 << 20  # bytes of values that one check may be given
MAX_KEPT = 4 << 20  # bytes of values that one check was given, beyond which only the last is kept
GROWTH = 10  # bytes in memory for a byte of a header, as lists and texts take them
MAX_OPERATORS = 2000  # names that are kept; torch has not so many for one file
MAX_NAME = 100  # characters of one
MAX_LENGTH = 1000  # of an object of the student's that a check goes through
MAX_MESSAGE = 2000  # characters of an exception's own words
_KINDS_OF_CALLS = frozenset({"raised", "exit", "missing", "too-large", "memory", "disk"})
_KINDS = _KINDS_OF_CALLS | {"notice", "syntax"}
MAX_LINES = 1000  # of a file; in a longer one a line's number would tell too much beside a hidden check


@dataclass(frozen=True)
class Trouble:
    """Something that student code did instead of answering: what, and on which of its own lines."""

    kind: str  # raised, syntax, exit, missing, too-large, timeout, memory, crashed, malformed
    type: str = ""
    message: str = ""
    cell: str | None = None
    line: int | None = None

    @property
    def outcome(self) -> Outcome:
        """The outcome that it leads to."""
        match self.kind:
            case "timeout":
                return "timeout"
            case "memory":
                return "memory"
            case "crashed" | "exit" | "malformed" | "disk":
                return "crashed"
            case "missing":
                return "unanswered"
        return "error"


class StudentError(Exception):
    """Raised in a check when student code gave no value. `trouble` says why."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(f"{trouble.type or trouble.kind}: {trouble.message}".rstrip(": "))
        self.trouble = trouble


def student_error(trouble: Trouble) -> StudentError:
    """The error for a trouble; also an instance of Python's own class, so that pytest.raises knows it."""
    kind = getattr(builtins, trouble.type, None) if trouble.kind == "raised" else None
    if (
        isinstance(kind, type)
        and issubclass(kind, Exception)
        and not issubclass(kind, OSError | UnicodeError)
    ):
        with contextlib.suppress(TypeError):  # a few cannot be made from one text
            return type(f"Student{trouble.type}", (StudentError, kind), {})(trouble)  # type: ignore[no-any-return]
    return StudentError(trouble)


class CheckFault(Exception):
    """A check asked for something that cannot be asked of student code."""


class Remote:
    """A student's function, module or other object, which stays in the worker. It can be called and read."""

    def __init__(self, session: Session, number: int, type_name: str, worker: int) -> None:
        self._session = session
        self._number = number
        self._type_name = type_name
        self._worker = worker

    @property
    def description(self) -> str:
        """What it is, in a few words."""
        if self._type_name in {"function", "method", "builtin_function_or_method"}:
            return "a function"
        if self._type_name.isidentifier() and self._type_name.isascii():
            return "a class" if self._type_name == "type" else f"an object of type {self._type_name}"
        return "an object"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it in the worker."""
        return self._session.call(self, args, kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._session.request({"op": "attr", "name": name}, target=self)

    def __getitem__(self, key: Any) -> Any:
        return self._session.request({"op": "item"}, target=self, key=key)

    def __len__(self) -> int:
        length = self._session.request({"op": "len"}, target=self)
        return length if isinstance(length, int) and 0 <= length <= MAX_LENGTH else 0

    def __iter__(self) -> Iterator[Any]:
        return (self[index] for index in range(len(self)))

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"<{self.description} of the student's>"


class Session:
    """A submission at work. Ask for the values of names, call what they stand for."""

    def __init__(
        self,
        server: ForkServer,
        submission: Submission,
        starters: Mapping[str, str],
        packages: Sequence[str],
        limits: Limits,
        words: Iterable[str] = (),
    ) -> None:
        self._server = server
        self._request = {
            "op": "load",
            "cells": [{"label": cell.label, "source": cell.source} for cell in submission.cells],
            "names": list(starters),
            "starters": dict(starters),
            "packages": list(packages),
            "words": sorted(words),
        }
        self._limits = limits
        self._worker: Worker | None = None
        self._fetched: dict[str, Remote] = {}  # what stays in the worker need not be asked for twice
        self._workers = 0  # that have been started
        self._request_budget = REQUESTS * limits.seconds  # seconds that all requests may still take
        self._load_budget = LOADS * LOAD_FACTOR * limits.seconds  # seconds that loading may still take
        counts = [cell.source.count("\n") + 1 for cell in submission.cells]
        before = accumulate(counts, initial=0)
        self._lines = {  # of each cell, the lines before it and its own
            cell.label: lines for cell, *lines in zip(submission.cells, before, counts, strict=False)
        }
        self._skip: list[int] = []
        self._lost: list[tuple[list[str], Trouble]] = []  # by statements at the top level
        self._failures: list[tuple[list[str], Trouble]] = []
        self.notices: list[Trouble] = []  # about imports that a later version will not have
        self._blank: frozenset[str] = frozenset()
        self._unit: dict[str, Any] = {}
        self.watch = False  # whether calls shall tell what operators of torch ran in them
        self.operators: set[str] = set()  # that have run in watched calls
        self.changed = False  # whether a call has changed its inputs
        self.words: list[
            tuple[str, int | None]
        ] = []  # names that were looked for, and the lines they stand in
        self.output = bytearray()
        self.lost: Trouble | None = None  # why a request was last left without an answer or an exception
        self.values: list[Any] = []  # what student code has returned since the list was last cleared
        self.received = 0  # bytes that it took, about; beyond MAX_KEPT only the last value is kept
        self.waiting = Stopwatch()  # for student code

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _value: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the worker."""
        if self._worker is not None:
            worker, self._worker = self._worker, None
            worker.close()
            self.output += worker.output[: max(0, (self._limits.output_kib << 10) - len(self.output))]

    def begin(self) -> None:
        """Forget what was seen of earlier calls, before another check."""
        self.values.clear()
        self.lost, self.changed, self.received = None, False, 0

    def fetch(self, name: str) -> Any:
        """The value that the submission gives a name.

        Raises:
            StudentError: it has none; the trouble says what became of it.
            WorkerFault: our machinery failed.

        """
        with self.waiting.running():
            self._start()
        if name in self._blank:
            raise StudentError(Trouble("missing"))
        known = self._fetched.get(name)
        if known is not None and known._worker == self._workers:  # noqa: SLF001 a Remote is this session's own
            return known
        try:
            value = self.request({"op": "get", "name": name})
        except StudentError as error:
            if error.trouble.kind != "missing":
                raise
            raise StudentError(self._why_missing(name)) from None
        if value is ...:
            raise StudentError(self._why_missing(name))
        if isinstance(value, Remote):
            self._fetched[name] = value
        return value

    def call(self, target: Remote, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """What a function of the student's returns."""
        request = {"op": "call", "watch": self.watch}
        return self.request(request, target=target, args=list(args), kwargs=dict(kwargs))

    def request(self, request: dict[str, Any], **values: Any) -> Any:
        """Ask the worker; `values` cross by value or as the handles that they are.

        Raises:
            StudentError: student code did something else than answer.
            WorkerFault: our machinery failed.

        """
        with self.waiting.running():
            self._ask(request, values)
        return self.values[-1]

    def _ask(self, request: dict[str, Any], values: Mapping[str, Any]) -> None:
        worker = self._start()
        if self._request_budget <= 0:
            self.lost = Trouble("timeout")
            raise StudentError(self.lost)
        begin = time.monotonic()
        encoder = Encoder(self._handle)
        encoded = {name: encoder.encode(value) for name, value in values.items()}
        try:
            frame = worker.ask({**request, **encoded}, self._limits.seconds, encoder)
            self.received += GROWTH * frame.text + sum(map(len, frame.buffers))
            if self.received > MAX_KEPT:
                self.values.clear()
            if self.received > MAX_RECEIVED:
                self.lost = Trouble("too-large")
                raise StudentError(self.lost)
            self.values.append(self._value(frame))
        except WorkerEnded as ended:
            self._lose(worker)
            self.lost = Trouble(ended.why)
            raise StudentError(self.lost) from None
        finally:
            self._request_budget -= time.monotonic() - begin

    def _handle(self, value: Any) -> list[Any]:
        if isinstance(value, Remote):
            if value._worker != self._workers:  # noqa: SLF001 a Remote is this session's own
                raise StudentError(Trouble("crashed"))
            return ["handle", value._number, ""]  # noqa: SLF001
        raise CheckFault(f"a check cannot hand a {type(value).__name__} to student code")

    def _value(self, frame: Frame) -> Any:
        header = frame.header
        if "error" in header:
            trouble = self._trouble(header["error"])
            if (
                trouble.kind not in _KINDS_OF_CALLS
            ):  # its words would be shown, and could carry a hidden input
                trouble = Trouble("malformed")
            if trouble.kind not in {"raised", "missing"}:
                self.lost = trouble
            raise student_error(trouble)
        for name in _texts(header.get("operators")):
            if len(self.operators) < MAX_OPERATORS:
                self.operators.add(name[:MAX_NAME])
        self.changed |= header.get("changed") is True
        try:
            generation = self._workers
            decoder = Decoder(frame, lambda number, name: Remote(self, number, name[:MAX_NAME], generation))
            return decoder.decode(header.get("value", ["nothing"]))
        except WireError:
            self.lost = Trouble("malformed")
            raise StudentError(self.lost) from None

    def _start(self) -> Worker:
        """A worker that has run the submission, but for statements that cost earlier workers their lives."""
        while self._worker is None:
            if len(self._skip) > MAX_LOSSES or self._load_budget <= 0:
                raise StudentError(Trouble("crashed"))
            worker = self._server.fork(_worker_limits(self._limits))
            self._workers += 1
            try:
                self._load(worker)
            except WorkerEnded as ended:
                unit = self._unit
                self._lose(worker)
                trouble = Trouble(ended.why, cell=unit.get("cell"), line=unit.get("line"))
                if "unit" not in unit:
                    raise StudentError(trouble) from None
                self._lost.append((unit["names"], trouble))
                self._skip.append(unit["unit"])
            else:
                self._worker = worker
        return self._worker

    def _lose(self, worker: Worker) -> None:
        worker.close()
        self.output += worker.output[: max(0, (self._limits.output_kib << 10) - len(self.output))]
        self._worker = None

    def _load(self, worker: Worker) -> None:
        self._unit = {}
        seconds = self._limits.seconds
        begin = time.monotonic()
        until = begin + min(LOAD_FACTOR * seconds, self._load_budget)

        def running(notice: dict[str, Any]) -> float:
            self._unit = self._read_unit(notice)
            return min(seconds, until - time.monotonic())

        try:
            frame = worker.ask({**self._request, "skip": self._skip}, seconds, None, running)
        finally:
            self._load_budget -= time.monotonic() - begin
        try:
            header = frame.header
            self.notices = [self._trouble(notice) for notice in header.get("notices", [])[:MAX_TOLD]]
            self._failures = [
                (self._names(f["names"]), self._trouble(f)) for f in header.get("failures", [])[:MAX_FAILURES]
            ]
            self._blank = frozenset(self._names(header.get("blank")))
            self.words = [
                (name, self._place({"cell": cell, "line": line})[1])
                for cell, line, name in header.get("words", [])[:MAX_TOLD]
                if name in self._request["words"]
            ]
        except (TypeError, ValueError, KeyError, AttributeError):
            worker.close()
            raise WorkerEnded("malformed") from None

    def _why_missing(self, name: str) -> Trouble:
        """What became of a name: the failure of the statement that would have defined it, or nothing."""
        for names, trouble in (*self._lost, *self._failures):
            if name in names:
                return trouble
        return Trouble("missing")

    def _read_unit(self, notice: dict[str, Any]) -> dict[str, Any]:
        """A notice that a statement has begun, if it is one."""
        number, names = notice.get("unit"), notice.get("names")
        if type(number) is not int or not isinstance(names, list):
            return {}
        cell, line = self._place(notice)
        return {"unit": number, "names": self._names(names), "cell": cell, "line": line}

    def _names(self, said: Any) -> list[str]:
        """The names that were asked for, of those that a worker says."""
        return sorted(set(_texts(said)) & set(self._request["names"]))

    def _trouble(self, error: Any) -> Trouble:
        """What a worker says went wrong; it is only ever shown, never believed."""
        if not isinstance(error, dict):
            return Trouble("malformed")
        kind, type_name, message = (error.get(name) for name in ("kind", "type", "message"))
        cell, line = self._place(error)
        return Trouble(
            kind=kind if isinstance(kind, str) and kind in _KINDS else "malformed",
            type=type_name if isinstance(type_name, str) and hasattr(builtins, type_name) else "",
            message=message[:MAX_MESSAGE] if isinstance(message, str) else "",
            cell=cell,
            line=line,
        )

    def _place(self, error: dict[str, Any]) -> tuple[str | None, int | None]:
        """A cell and a line of it, if the submission has such a line."""
        cell, line = error.get("cell"), error.get("line")
        first, last = self._lines.get(cell, (0, 0)) if isinstance(cell, str) else (0, 0)
        if type(line) is int and 1 <= line <= last and first + line <= MAX_LINES:
            return str(cell), line
        return None, None

    @property
    def troubles(self) -> list[Trouble]:
        """What went wrong at the top level of the file, in the order of the file."""
        return [trouble for _, trouble in (*self._lost, *self._failures)]


class Student:
    """The fixture `student` of a check: `student.strided` is the student's `strided`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._session.fetch(name)


def _texts(said: Any) -> list[str]:
    """The texts in what ought to be a list of texts."""
    return [item for item in said if isinstance(item, str)] if isinstance(said, list) else []


def longest(limits: Limits) -> float:
    """The seconds that one submission can take, all of these limits reached."""
    return (LOADS * LOAD_FACTOR + REQUESTS) * limits.seconds


def _worker_limits(limits: Limits) -> WorkerLimits:
    return WorkerLimits(
        memory=limits.memory_mib << 20,
        cpu=math.ceil(limits.cpu_seconds or CPU_FACTOR * limits.seconds),
        scratch=limits.scratch_mib << 20,
        result=limits.result_mib << 20,
        output=limits.output_kib << 10,
    )
