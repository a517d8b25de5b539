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

from grader.errors import SubmissionFault, WorkerFault
from grader.examiner.patience import Stopwatch
from grader.examiner.preloads import preloads
from grader.examiner.remedies import REMEDIES
from grader.examiner.submission import Submission
from grader.language.limits import Limits
from grader.questions.posed import Outcome
from grader.worker.families import FAMILIES
from grader.worker.launcher import ForkServer, Worker, WorkerEnded, WorkerLimits
from grader.worker.refusals import MAX_DETAIL
from grader.worker.wire import Decoder, Encoder, Frame, WireError

MAX_LOSSES = 8  # statements of one submission that may cost a worker its life
CPU_FACTOR = 30  # what all calls of a file may take of the processors, in times what one may
REQUESTS = 60  # times what one call may take: for all calls of a submission
LOADS = 3  # times what one whole file may take: for loading it, all losses included
READ_SECONDS = 4.0  # for reading a file, before any of it runs
LOAD_FACTOR = 6  # a whole file may take so many times what one of its statements may


MAX_TOLD = 100  # notices, and names of one statement, that are kept of what a worker says
MAX_FAILURES = 2000  # statements that failed
MAX_RECEIVED = 512 << 20  # bytes of values that one check may be given
MAX_KEPT = 4 << 20  # bytes of values that one check was given, beyond which only the last is kept
GROWTH = 10  # bytes in memory for a byte of a header, as lists and texts take them
MAX_LENGTH = 1000  # of an object of the student's that a check goes through
MAX_MESSAGE = 2000  # characters of an exception's own words
_KINDS_OF_CALLS = frozenset({"raised", "exit", "missing", "too-large", "memory", "disk"})
_READING = {"timeout": "slow to read", "memory": "large to read"}
_KINDS = _KINDS_OF_CALLS | {"notice", "syntax"}
CROSSES = "only plain values, tensors, arrays and what `student` gave can"
Place = tuple[str | None, int | None]  # a cell and a line of it
_NOWHERE: Place = (None, None)
_USE = (None, None, None)  # a family, a cell, a line
MAX_WORDS = 1000  # places where a file names something of a family
MAX_NAME = 100  # characters of a name that a worker says
MAX_LINES = 1000  # of a file; in a longer one a line's number would tell too much beside a hidden check


@dataclass(frozen=True)
class Trouble:
    """Something that student code did instead of answering: what, and on which of its own lines."""

    kind: str  # raised, syntax, exit, missing, too-large, timeout, memory, crashed, malformed, ...
    type: str = ""
    message: str = ""
    cell: str | None = None
    line: int | None = None
    refused: str = ""  # what it attempted, by the name of its remedy
    detail: str = ""

    @property
    def outcome(self) -> Outcome:
        """The outcome that it leads to."""
        match self.kind:
            case "timeout" | "slow to read":
                return "timeout"
            case "memory" | "large to read":
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


def _is_name_of(family: str, name: str) -> bool:
    """Whether a name that a worker tells is one of a family, perhaps with the modules that it is in."""
    parts = name.split(".")
    known = len(name) <= MAX_NAME and parts[-1] in FAMILIES[family].names
    return known and all(part.isidentifier() for part in parts[:-1])


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
        families: Iterable[str] = (),
    ) -> None:
        self._server = server
        self._request = {
            "op": "load",
            "file": submission.name,
            "names": list(starters),
            "starters": dict(starters),
            "packages": list(packages),
            "families": sorted(families),
        }
        self._preloads = preloads(packages, [submission.content])
        self._limits = limits
        self._worker: Worker | None = None
        self._fetched: dict[str, Remote] = {}  # what stays in the worker need not be asked for twice
        self._workers = 0  # that have been started
        self._request_budget = REQUESTS * limits.seconds  # seconds that all requests may still take
        self._load_budget = LOADS * LOAD_FACTOR * limits.seconds  # seconds that loading may still take
        self._content = submission.content
        self._unreadable: Trouble | None = None
        self._lines: dict[str, tuple[int, int]] = {}  # of each cell, the lines before it and its own
        self.read_notes: list[str] = []  # on what was skipped or assumed when the file was read
        self._skip: list[int] = []
        self._lost: list[tuple[list[str], Trouble]] = []  # by statements at the top level
        self._failures: list[tuple[list[str], Trouble]] = []
        self.notices: list[Trouble] = []  # about imports that a later version will not have
        self._blank: frozenset[str] = frozenset()
        self._unit: dict[str, Any] = {}
        self.used: dict[str, Place | None] = {}  # families that calls have used, until it is cleared
        self.used_at_load: dict[str, dict[str, Place | None]] = {}  # the same of what a name stands for
        self.changed = False  # whether a call has changed its inputs
        self._is_heard = False  # whether a worker has said which families the file uses
        self.words: list[tuple[str, Place, str]] = []  # of families: the family, where, the name there
        self.output = bytearray()
        self.lost: Trouble | None = None  # why a request was last left without an answer or an exception
        self.values: list[Any] = []  # what student code has returned since the list was last cleared
        self.received = 0  # bytes that it took, about; beyond MAX_KEPT only the last value is kept
        self.waiting = Stopwatch()  # for student code
        self._has_secrets = False  # whether student code may have seen a hidden input
        self.slowest = 0.0  # seconds of the longest call, or of loading

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

    def hush(self) -> None:
        """Show nothing from now on that student code says when its file is loaded again.

        It may have seen a hidden input, and what it saw may outlive its worker.
        """
        self._has_secrets = True

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
        return self.request({"op": "call"}, target=target, args=list(args), kwargs=dict(kwargs))

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
            self._request_budget -= self._taken(begin)

    def _taken(self, begin: float) -> float:
        seconds = time.monotonic() - begin
        self.slowest = max(self.slowest, seconds)
        return seconds

    def _handle(self, value: Any) -> list[Any]:
        if isinstance(value, Remote):
            if value._worker != self._workers:  # noqa: SLF001 a Remote is this session's own
                raise StudentError(Trouble("crashed"))
            return ["handle", value._number, ""]  # noqa: SLF001
        raise CheckFault(f"{_named(value)} cannot be handed to student code; {CROSSES}")

    def _value(self, frame: Frame) -> Any:
        header = frame.header
        for family, place in self._uses(header.get("used")):
            self.used[family] = self.used.get(family) or place
        if "error" in header:
            trouble = self._trouble(header["error"])
            if (
                trouble.kind not in _KINDS_OF_CALLS
            ):  # its words would be shown, and could carry a hidden input
                trouble = Trouble("malformed")
            if trouble.kind not in {"raised", "missing"}:
                self.lost = trouble
            raise student_error(trouble)
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
            if self._unreadable is not None:
                raise StudentError(self._unreadable)
            if len(self._skip) > MAX_LOSSES or self._load_budget <= 0:
                raise StudentError(Trouble("crashed"))
            self._server.load(self._preloads)
            worker = self._server.fork(_worker_limits(self._limits))
            self._workers += 1
            try:
                self._load(worker)
            except WorkerEnded as ended:
                unit = self._unit
                self._lose(worker)
                why = ended.why
                if "unit" not in unit:
                    self._unreadable = Trouble(_READING.get(why, why))
                    continue
                self._skip.append(unit["unit"])
                if not self._has_secrets:
                    trouble = Trouble(why, cell=unit.get("cell"), line=unit.get("line"))
                    self._lost.append((unit["names"], trouble))
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

        is_read = False

        def running(notice: dict[str, Any]) -> float:
            nonlocal is_read
            if not is_read:  # no student code has run yet, so none has written this
                is_read = True
                self._take_cells(notice)
            else:
                self._unit = self._read_unit(notice)
            return min(seconds, until - time.monotonic())

        encoder = Encoder(self._handle)
        encoder.buffers.append(self._content)
        try:
            frame = worker.ask({**self._request, "skip": self._skip}, READ_SECONDS, encoder, running)
        finally:
            self._load_budget -= self._taken(begin)
        header = frame.header
        if not is_read:
            worker.close()
            if "refused" in header:
                raise SubmissionFault(str(header["refused"])[:MAX_MESSAGE])
            trouble = self._trouble(header.get("error"))
            if trouble.kind == "memory":
                raise WorkerEnded("memory")
            raise WorkerFault(f"A worker could not read the file: {trouble.type} {trouble.message}")
        try:
            if self._has_secrets:
                return
            self.notices = [self._trouble(notice) for notice in header.get("notices", [])[:MAX_TOLD]]
            self._failures = [
                (self._names(f["names"]), self._trouble(f)) for f in header.get("failures", [])[:MAX_FAILURES]
            ]
            self._blank = frozenset(self._names(header.get("blank")))
            self._note_families(header)
        except (TypeError, ValueError, KeyError, AttributeError):
            worker.close()
            raise WorkerEnded("malformed") from None

    def _take_cells(self, notice: dict[str, Any]) -> None:
        """Keep which cells the file has, and how many lines each."""
        try:
            counts = [int(count) for _, count in notice["cells"]]
            labels = [str(label) for label, _ in notice["cells"]]
            self.read_notes = list(map(str, notice["notes"][:MAX_TOLD]))
        except (TypeError, ValueError, KeyError):
            raise WireError("a worker did not say what it has read") from None
        self._lines = dict(zip(labels, zip(accumulate(counts, initial=0), counts, strict=False), strict=True))

    def _note_families(self, header: dict[str, Any]) -> None:
        """What the first worker says of families, before it has seen any input."""
        if self._is_heard:
            return
        self._is_heard = True
        for cell, line, family, name in header.get("words", [])[:MAX_WORDS]:
            place = self._place({"cell": cell, "line": line})
            if place != _NOWHERE and family in FAMILIES and _is_name_of(family, name):
                self.words.append((family, place, name))
        for asked, *use in header.get("used", [])[:MAX_WORDS]:
            if asked in self._request["names"]:
                self.used_at_load.setdefault(asked, {}).update(self._uses([use]))

    def _uses(self, said: Any) -> Iterator[tuple[str, Place | None]]:
        """The families that a worker says were used; of the few that there are, in places of the file."""
        for use in said[: len(FAMILIES)] if isinstance(said, list) else ():
            family, cell, line = use if isinstance(use, list) and len(use) == len(_USE) else _USE
            if isinstance(family, str) and family in self._request["families"]:
                place = self._place({"cell": cell, "line": line})
                yield family, place if place != _NOWHERE else None

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
        refused = str(error.get("refused", ""))
        return Trouble(
            kind=kind if isinstance(kind, str) and kind in _KINDS else "malformed",
            type=type_name if isinstance(type_name, str) and hasattr(builtins, type_name) else "",
            message=message[:MAX_MESSAGE] if isinstance(message, str) else "",
            cell=cell,
            line=line,
            refused=refused if refused in REMEDIES else "",
            detail=str(error.get("detail", ""))[:MAX_DETAIL],
        )

    def _place(self, error: dict[str, Any]) -> Place:
        """A cell and a line of it, if the submission has such a line."""
        cell, line = error.get("cell"), error.get("line")
        first, last = self._lines.get(cell, (0, 0)) if isinstance(cell, str) else (0, 0)
        if type(line) is int and 1 <= line <= last and first + line <= MAX_LINES:
            return str(cell), line
        return _NOWHERE

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


def _named(value: Any) -> str:
    """What a check tried to hand over, by its name if it has one."""
    kind, name = type(value).__name__, getattr(value, "__name__", None)
    return f"the {kind} '{name}'" if isinstance(name, str) else f"a value of type {kind}"


def _worker_limits(limits: Limits) -> WorkerLimits:
    return WorkerLimits(
        memory=limits.memory_mib << 20,
        cpu=math.ceil(limits.cpu_seconds or CPU_FACTOR * limits.seconds),
        scratch=limits.scratch_mib << 20,
        result=limits.result_mib << 20,
        output=limits.output_kib << 10,
    )
