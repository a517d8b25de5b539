"""One submission being run: its worker, which is replaced when lost, and what the run has shown so far."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self

from grader.errors import SubmissionFault, WorkerFault
from grader.examiner.budget import LOAD_FACTOR, READ_SECONDS, Budget, worker_limits
from grader.examiner.patience import Stopwatch
from grader.examiner.preloads import preloads
from grader.examiner.remote import Call, Remote
from grader.examiner.replies import (
    KINDS_OF_CALLS,
    MALFORMED,
    MAX_FAILURES,
    MAX_MESSAGE,
    MAX_NAME,
    MAX_TOLD,
    Replies,
)
from grader.examiner.submission import Submission
from grader.examiner.trouble import CheckFault, Place, StudentError, Trouble, student_error
from grader.language.limits import Limits
from grader.worker.client import Worker
from grader.worker.ending import WorkerEnded
from grader.worker.garbage import collector_paused
from grader.worker.isolation.way import Workers
from grader.worker.wire import Decoder, Encoder, Frame, WireError

MAX_LOSSES = 8  # statements of one submission that may cost a worker its life
MAX_RECEIVED = 512 << 20  # bytes of values that one check may be given
MAX_KEPT = 4 << 20  # bytes of values that one check was given, beyond which only the last is kept
GROWTH = 10  # bytes in memory for a byte of a header, as lists and texts take them
_READING = {"timeout": "slow to read", "memory": "large to read"}
CROSSES = "only plain values, tensors, arrays and what `student` gave can"


class Session:
    """A running submission. Ask for the values of names, and call them."""

    def __init__(
        self,
        server: Workers,
        submission: Submission,
        starters: Mapping[str, str],
        packages: Sequence[str],
        limits: Limits,
        families: Iterable[str] = (),
        files: Path | None = None,
        helpers: bytes | None = None,
    ) -> None:
        self._server = server
        self._files, self._helpers = files, helpers
        self._families = sorted(families)
        self._request = {
            "op": "load",
            "file": submission.name,
            "names": list(starters),
            "starters": dict(starters),
            "packages": list(packages),
            "families": self._families,
            "helpers": helpers is not None,
        }
        self._preloads = preloads(packages, [submission.content])
        self._limits = limits
        self._worker: Worker | None = None
        self._fetched: dict[str, Remote] = {}  # what stays in the worker is fetched only once
        self._workers = 0  # that have been started
        self._budget = Budget(limits)
        self._content, self.files = submission.content, submission.files
        self._unreadable: Trouble | None = None
        self.replies = Replies(starters, families)
        self._skip: list[int] = []
        self._lost: list[tuple[list[str], Trouble]] = []  # by statements at the top level
        self._failures: list[tuple[list[str], Trouble]] = []
        self.notices: list[Trouble] = []  # about imports that a later version will not have
        self._blank: frozenset[str] = frozenset()
        self._unit: dict[str, Any] = {}
        self._used: dict[str, Place | None] = {}  # families that calls have used
        self.changed = False  # whether a call has changed its inputs
        self.output = bytearray()
        self.asked = frozenset(starters)  # the names of questions
        self.checking = False  # whether a check runs
        self._is_first = True  # whether the next request is the first of a check
        self.lost: Trouble | None = None  # why a request last got neither an answer nor an exception
        self.values: list[Any] = []  # what student code has returned since the list was last cleared
        self.received = 0  # approximate bytes of these; beyond MAX_KEPT only the last value is kept
        self.last_call: Call | None = None  # by the check that runs
        self.returned_nothing = False  # whether that call returned None
        self.waiting = Stopwatch()  # for student code
        self._has_secrets = False  # whether student code may have seen a hidden input
        self._shown = b""  # what it had printed until then

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
        """From now on show nothing that student code prints, or says when its file is loaded again.

        It may have seen a hidden input, and what it saw can outlive its worker.
        """
        if not self._has_secrets:
            self._shown = self._printed()
        self._has_secrets = True

    @property
    def shown(self) -> bytes:
        """What student code printed before it could see a hidden input."""
        return self._shown if self._has_secrets else self._printed()

    def _printed(self) -> bytes:
        """Return what student code has printed so far."""
        return bytes(self.output) + (self._worker.printed() if self._worker is not None else b"")

    def begin(self) -> None:
        """Forget what earlier calls showed, before another check."""
        self.values.clear()
        self.lost, self.changed, self.received = None, False, 0
        self.last_call, self.returned_nothing = None, False
        self.checking = self._is_first = True

    def rest(self) -> None:
        """From now on ask the worker nothing only because the grader itself compares two objects."""
        self.checking = False

    def give_up(self, why: str) -> NoReturn:
        """Make a check fail, whatever it does with the error, because an answer is missing."""
        self.lost = Trouble(why)
        raise StudentError(self.lost)

    @contextlib.contextmanager
    def watched(self) -> Iterator[Mapping[str, Place | None]]:
        """Give the families that calls in here use, each with the place of its first use if it is known."""
        used: dict[str, Place | None] = {}
        self._used = used
        try:
            yield used
        finally:
            self._used = {}

    @property
    def slowest(self) -> float:
        """The seconds of the longest call, or of loading."""
        return self._budget.slowest

    def fetch(self, name: str) -> Any:
        """Return the value that the submission gives a name.

        Raises:
            StudentError: it has none; the trouble says what happened to it.
            WorkerFault: the grader failed.

        """
        if self._worker is None:
            with self.waiting.running():
                self._start()
        if name in self._blank:
            raise StudentError(self._why_missing(name))
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
            value._called = name  # noqa: SLF001 a Remote is this session's own
            self._fetched[name] = value
        return value

    def call(self, target: Remote, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Return what a function of the student's returns."""
        self.last_call = Call(target._called, args, kwargs)  # noqa: SLF001
        self.returned_nothing = False
        value = self.request({"op": "call"}, target=target, args=list(args), kwargs=dict(kwargs))
        self.returned_nothing = value is None
        return value

    def next_of(self, target: Remote) -> tuple[Any, ...]:
        """Return the next value of an iterator in a tuple, which is empty at the end."""
        got = self.request({"op": "next"}, target=target)
        if type(got) is not tuple or len(got) > 1:
            self.give_up("malformed")
        self.values[-1:] = got
        return got

    def verb(self, name: str, arguments: Mapping[str, Any]) -> Any:
        """Return what a verb of grader.worker.verbs returns."""
        f, inputs = arguments.get("f"), arguments.get("inputs")
        called = f._called if isinstance(f, Remote) else name  # noqa: SLF001
        self.last_call = Call(called, inputs if type(inputs) is tuple else (inputs,), {}) if f else None
        self.returned_nothing = False
        return self.request({"op": "verb", "name": name}, arguments=dict(arguments))

    def request(self, request: dict[str, Any], **values: Any) -> Any:
        """Ask the worker; `values` cross by value, or as the handles that they are.

        Raises:
            StudentError: student code did something else than answer.
            WorkerFault: the grader failed.

        """
        with self.waiting.running():
            self._ask(request, values)
        return self.values[-1]

    def _ask(self, request: dict[str, Any], values: Mapping[str, Any]) -> None:
        worker = self._start()
        if self._budget.requests <= 0:
            self.lost = Trouble("timeout")
            raise StudentError(self.lost)
        begin = time.monotonic()
        encoder = Encoder(self._handle, strided=True)
        encoded = {name: encoder.encode(value) for name, value in values.items()}
        is_first, self._is_first = self._is_first, False
        try:
            frame = worker.ask({**request, "is_first": is_first, **encoded}, self._limits.seconds, encoder)
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
            self._budget.requests -= self._budget.taken(begin, worker.waited_since_asked)

    def _handle(self, value: Any) -> list[Any]:
        if isinstance(value, Remote):
            if value._line is not self or value._worker != self._workers:  # noqa: SLF001
                raise StudentError(Trouble("crashed"))
            return ["handle", value._number, ""]  # noqa: SLF001
        raise CheckFault(f"{_named(value)} cannot be handed to student code; {CROSSES}")

    def _value(self, frame: Frame) -> Any:
        header = frame.header
        for family, place in self.replies.uses(header.get("used")):
            self._used[family] = self._used.get(family) or place
        if "error" in header:
            trouble = self.replies.trouble(header["error"])
            if trouble.kind not in KINDS_OF_CALLS:  # its words would be shown, and could carry a hidden input
                trouble = Trouble("malformed")
            if trouble.kind not in {"raised", "missing"}:
                self.lost = trouble
            raise student_error(trouble)
        self.changed |= header.get("changed") is True
        try:
            generation = self._workers

            def remote(number: int, name: str, torch_class: str = "") -> Remote:
                return Remote(self, number, name[:MAX_NAME], generation, torch_class[:MAX_NAME])

            with collector_paused():
                return Decoder(frame, remote).decode(header.get("value", ["nothing"]))
        except WireError:
            self.lost = Trouble("malformed")
            raise StudentError(self.lost) from None

    def _start(self) -> Worker:
        """Return a worker that has run the submission, except statements that killed earlier workers."""
        while self._worker is None:
            if self._unreadable is not None:
                raise StudentError(self._unreadable)
            if len(self._skip) > MAX_LOSSES or self._budget.loading <= 0:
                raise StudentError(Trouble("crashed"))
            self._server.load(self._preloads)
            worker = self._server.fork(worker_limits(self._limits), self._files, self._families)
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
                    trouble = Trouble(why, cell=unit["cell"], line=unit["line"], about=unit["about"])
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
        begin, waited = time.monotonic(), worker.waited()
        until = begin + min(LOAD_FACTOR * seconds, self._budget.loading)

        is_read = False

        def running(notice: dict[str, Any]) -> float:
            nonlocal is_read
            if not is_read:  # no student code has run yet, so none has written this
                is_read = True
                self.replies.take_cells(notice)
            else:
                self._unit = self.replies.read_unit(notice)
            return min(seconds, until - time.monotonic())

        encoder = Encoder(self._handle)
        encoder.buffers.append(self._content)
        if self._helpers is not None:
            encoder.buffers.append(self._helpers)
        try:
            frame = worker.ask({**self._request, "skip": self._skip}, READ_SECONDS, encoder, running)
        finally:
            self._budget.loading -= self._budget.taken(begin, lambda: worker.waited() - waited)
        header = frame.header
        if not is_read:
            worker.close()
            if "refused" in header:
                raise SubmissionFault(str(header["refused"])[:MAX_MESSAGE])
            trouble = self.replies.trouble(header.get("error"))
            if trouble.kind == "memory":
                raise WorkerEnded("memory")
            raise WorkerFault(f"A worker could not read the file: {trouble.type} {trouble.message}")
        try:
            if self._has_secrets:
                return
            self.notices = [self.replies.trouble(notice) for notice in header.get("notices", [])[:MAX_TOLD]]
            self._failures = [
                (self.replies.names(f["names"]), self.replies.trouble(f))
                for f in header.get("failures", [])[:MAX_FAILURES]
            ]
            self._blank = frozenset(self.replies.names(header.get("blank")))
            self.replies.note_families(header)
            self.replies.note_slips(header)
            self.replies.note_answers(header)
        except MALFORMED:
            worker.close()
            raise WorkerEnded("malformed") from None

    def _why_missing(self, name: str) -> Trouble:
        """Return why a name is missing: the statement that should define it failed, or nothing does."""
        for names, trouble in (*self._lost, *self._failures):
            if name in names:
                is_told = trouble.kind == "syntax" and name != trouble.about
                return replace(trouble, kind="unread") if is_told else trouble
        return Trouble("missing")

    @property
    def troubles(self) -> list[Trouble]:
        """What went wrong at the top level of the file, in the order of the file."""
        return [trouble for _, trouble in (*self._lost, *self._failures)]


def _named(value: Any) -> str:
    """Describe what a check tried to pass, by its name if it has one."""
    kind, name = type(value).__name__, getattr(value, "__name__", None)
    return f"the {kind} '{name}'" if isinstance(name, str) else f"a value of type {kind}"
