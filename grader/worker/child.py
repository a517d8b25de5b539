"""The inside of a worker: it runs one submission and answers calls. It judges nothing and knows no answer."""

from __future__ import annotations

import ast
import contextlib
import importlib
import operator
import os
import sys
from collections.abc import Callable
from typing import Any

from grader.errors import SubmissionFault
from grader.worker.ending import NO_MEMORY
from grader.worker.failures import MissingError, describe
from grader.worker.memory import less_memory
from grader.worker.module import StudentModule
from grader.worker.reading import Source, read_cells
from grader.worker.statements import defined_names, is_blank
from grader.worker.verbs import VERBS, seed
from grader.worker.watch import Watch, names_used
from grader.worker.wire import PREFIX, Decoder, Encoder, Frame, WireError, frame_length, pack, unpack

LINE = 3  # the descriptor of the line to the examiner
READY = b"\x06"  # the first byte on the line: the worker is confined and ready for student code (ASCII: ACK)
MAX_NOTES = 100  # about how a file was read
READ_MEMORY = 128 << 20  # bytes for reading a file, besides six times its size: characters can take four


class _Ends:
    """The descriptors of the line: one socket, or two pipes."""

    reading = writing = LINE


class Child:
    """Answers the examiner's requests until the line is closed."""

    def __init__(self) -> None:
        self.submission: StudentModule | None = None
        self.handles: list[Any] = []
        self.watch = Watch((), (), ())
        self.changed = False  # whether it changed its inputs
        self.frame = Frame({}, ())
        self.operations: dict[str, Callable[[dict[str, Any]], Any]] = {
            "get": lambda header: self._name(header["name"]),
            "call": self._call,
            "attr": lambda header: getattr(self._decode(header["target"]), header["name"]),
            "item": lambda header: self._decode(header["target"])[self._decode(header["key"])],
            "len": lambda header: len(self._decode(header["target"])),
            "iter": lambda header: iter(self._decode(header["target"])),
            "next": self._next,
            "operator": lambda header: getattr(operator, header["name"])(*self._decode(header["operands"])),
            "enter": lambda header: self._decode(header["target"]).__enter__(),
            "exit": self._exit,
            "module": lambda header: importlib.import_module(header["name"]),
            "verb": lambda header: VERBS[header["name"]](**self._decode(header["arguments"])),
        }

    def serve(self) -> None:
        """Answer requests, one after another."""
        while (frame := self._receive()) is not None:
            self.frame = frame
            header = frame.header
            try:
                reply = self._load(header) if header["op"] == "load" else self._answer(header)
            except BaseException as error:
                reply = pack({"id": header["id"], "error": self._describe(error), "used": self._used()})
            for stream in (sys.stdout, sys.stderr):
                with contextlib.suppress(Exception):
                    stream.flush()
            _write(reply)

    def _receive(self) -> Frame | None:
        prefix = _read(PREFIX.size)
        if len(prefix) < PREFIX.size:
            return None
        return unpack(prefix, _read(frame_length(prefix)))

    def _load(self, header: dict[str, Any]) -> bytes:
        """Read the submission, report that, and run it; a failing statement loses only what it defines."""
        try:
            source = self._read(header)
        except SubmissionFault as fault:
            return pack({"id": header["id"], "refused": str(fault)})
        _write(pack({"id": header["id"], "running": _read_notice(source)}))
        self.submission = submission = StudentModule(header, source.cells, source.texts)
        self.watch = watch = Watch(header["families"], submission.cells, submission.packages)
        watch.install()
        seed()
        failures, used = [], {}
        for number, unit in enumerate(submission.units):
            if number in header["skip"]:
                continue
            about = {"unit": number, "cell": unit.cell, "line": unit.line, "names": sorted(unit.names)}
            about["about"] = submission.belongs_to(unit)
            _write(pack({"id": header["id"], "running": about}))
            try:
                submission.run(unit)
            except BaseException as error:
                told = self._describe(error, is_own=error is unit.error)
                failures.append({**about, **told, **submission.follow_up(unit, error)})
            if watch.seen:
                used[number] = watch.seen
                watch.clear()
        return pack(
            {
                "id": header["id"],
                "failures": failures,
                "notices": submission.notices,
                "blank": submission.blank(),
                "answers": submission.answers(),
                "slips": submission.slips(),
                "words": names_used(submission.trees, header["families"]),
                "used": submission.used_by(used),
            }
        )

    def _read(self, header: dict[str, Any]) -> Source:
        content, *others = self.frame.buffers
        header["helpers"] = bytes(others[0]) if header.get("helpers") else None
        self.frame = Frame({}, ())
        with less_memory(READ_MEMORY + 6 * len(content)):
            return read_cells(header["file"], bytes(content))

    def _answer(self, header: dict[str, Any]) -> bytes:
        encoder = Encoder(self._keep)
        self.changed = False
        self.watch.clear()
        if header.get("is_first"):
            seed()
        node = encoder.encode(self.operations[header["op"]](header))
        about = {"used": self._used(), "changed": self.changed}
        return pack({"id": header["id"], "value": node, **about}, encoder.buffers)

    def _call(self, header: dict[str, Any]) -> Any:
        inputs = [self._decode(header["args"]), self._decode(header["kwargs"])]
        target = self._decode(header["target"])
        value = target(*inputs[0], **inputs[1])
        self.changed = self._are_changed(inputs, header)
        return value

    def _next(self, header: dict[str, Any]) -> tuple[Any, ...]:
        """Return the next value of an iterator in a tuple, which is empty at the end."""
        for value in self._decode(header["target"]):
            return (value,)
        return ()

    def _exit(self, header: dict[str, Any]) -> None:
        """Leave a context. It gets no exception of a check, and cannot swallow one."""
        self._decode(header["target"]).__exit__(None, None, None)

    def _used(self) -> list[list[Any]]:
        """Return the families that the last request used, each with the student's own line if it is known."""
        return [[family, *(place or (None, None))] for family, place in self.watch.seen.items()]

    def _are_changed(self, inputs: list[Any], header: dict[str, Any]) -> bool:
        """Return whether a call changed its inputs: evidence, like everything that a worker says."""
        after = Encoder(lambda _value: ["handle"])
        try:
            nodes = [after.encode(value) for value in inputs]
        except WireError:
            return True
        if after.buffers != [bytes(buffer) for buffer in self.frame.buffers]:
            return True
        before = [header["args"], header["kwargs"]]
        return bool(_without_handles(nodes) != _without_handles(before))

    def _name(self, name: str) -> Any:
        module = self.submission.module if self.submission else None
        if name not in vars(module):
            raise MissingError(name)
        return vars(module)[name]

    def _decode(self, node: Any) -> Any:
        return Decoder(self.frame, lambda number, *_names: self.handles[number]).decode(node)

    def _keep(self, value: Any) -> list[Any]:
        self.handles.append(value)
        return ["handle", len(self.handles) - 1, _type_name(value), *_torch_class(value)]

    def _describe(self, error: BaseException, *, is_own: bool = False) -> dict[str, Any]:
        return describe(error, self._cells(), is_own=is_own)

    def _cells(self) -> dict[str, str]:
        return self.submission.cells if self.submission else {}


def _read_notice(source: Source) -> dict[str, Any]:
    cells = [[cell.label, cell.source.count("\n") + 1] for cell in (*source.cells, *source.texts)]
    return {"cells": cells, "notes": list(source.notes[:MAX_NOTES])}


def _type_name(value: Any) -> str:
    """Return the name of a value's type, or the kind of a tensor whose values do not cross."""
    torch = sys.modules.get("torch")
    if torch is not None and type(value) in (torch.Tensor, torch.nn.Parameter):
        return "sparse tensor" if value.layout is not torch.strided else f"tensor on {value.device.type}"
    return type(value).__name__[:80]


def _torch_class(value: Any) -> list[str]:
    """Return the full name of the first of the classes of a value that is one of torch's own."""
    for one in type(value).__mro__:
        module = one.__module__ if type(one.__module__) is str else ""
        place = sys.modules.get(module) if module.partition(".")[0] == "torch" else None
        if place is not None and vars(place).get(one.__name__) is one:
            return [f"{module}.{one.__name__}"]
    return []


def _without_handles(node: Any) -> Any:
    """Return a node of the wire without the numbers of handles and the layout of tensors."""
    if isinstance(node, list):
        kept = {"handle": 1, "tensor": 4, "array": 4}.get(str(node[0]), len(node)) if node else 0
        return [_without_handles(item) for item in node[:kept]]
    return repr(node)  # NaN equals itself here


def _read(size: int) -> bytes:
    """Read this many bytes from the line, or fewer if it was closed."""
    content = bytearray()
    while len(content) < size and (part := os.read(_Ends.reading, min(size - len(content), 1 << 20))):
        content += part
    return bytes(content)


def _write(content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(_Ends.writing, view) :]


def warm_up() -> None:
    """Do once in the fork server what every worker would do first: set up parser, compiler and wire."""
    tree = ast.parse("def f(x):\n    return [x, ...]\n")
    compile(ast.Module([tree.body[0]], []), "warm-up", "exec", dont_inherit=True)
    defined_names(tree.body)
    is_blank(tree.body[0], "def f(x):\n    ...", "f")
    encoder = Encoder(lambda _value: ["handle", 0, ""])
    header = {"value": encoder.encode([1, 0.5, "text", {"a": b"b"}])}
    frame = pack(header, encoder.buffers)
    Decoder(unpack(frame[: PREFIX.size], frame[PREFIX.size :]), lambda *_: None).decode(header["value"])


def run(reading: int = LINE, writing: int = LINE) -> None:
    """Report that student code can come, serve, and leave without running anything that it registered."""
    _Ends.reading, _Ends.writing = reading, writing
    try:
        _write(READY)
        Child().serve()
    except OSError:
        pass  # the examiner has closed the line
    except MemoryError:
        os._exit(NO_MEMORY)
    finally:
        os._exit(0)
