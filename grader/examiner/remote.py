"""What a check has in its hands: the student's file, and what stays in the worker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

MAX_LENGTH = 1000  # of an object of the student's that a check goes through
MAX_CALLED = 100  # characters of the words by which a check came to an object


@dataclass(frozen=True)
class Call:
    """A call of student code: of what, by the name that the check has for it, and with what."""

    name: str
    args: Sequence[Any]
    kwargs: Mapping[str, Any]


_NAMED = {  # what is not called an object of its type
    "function": "a function",
    "method": "a function",
    "builtin_function_or_method": "a function",
    "type": "a class",
    "module": "a module of Python",
    "generator": "a generator",
    "range": "a range",
    "set": "a set",
    "frozenset": "a set",
    "complex": "a complex number",
    "sparse tensor": "a sparse tensor",
    "tensor on meta": "a tensor on the device 'meta', which has no values",
    "tensor on cpu": "a tensor of a dtype that is not for answers",
}


class RemoteHost(Protocol):
    """Whoever can ask the worker."""

    def fetch(self, name: str) -> Any:
        """Return the value that the submission gives a name."""

    def call(self, target: Remote, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Return what a function of the student's returns."""

    def request(self, request: dict[str, Any], **values: Any) -> Any:
        """Return what the worker answers to a request."""


class Remote:
    """A student's function, module or other object, which stays in the worker. It can be called and read."""

    def __init__(self, line: RemoteHost, number: int, type_name: str, worker: int) -> None:
        self._line = line
        self._number = number
        self._type_name = type_name
        self._worker = worker
        self._called = type_name  # the words by which the check came to it

    @property
    def description(self) -> str:
        """What it is, in a few words."""
        if self._type_name in _NAMED:
            return _NAMED[self._type_name]
        is_a_name = self._type_name.isidentifier() and self._type_name.isascii()
        return f"an object of type {self._type_name}" if is_a_name else "an object"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it in the worker."""
        return _came_by(f"{self._called}(...)"[:MAX_CALLED], self._line.call(self, args, kwargs))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = self._line.request({"op": "attr", "name": name}, target=self)
        return _came_by(f"{self._called}.{name}"[:MAX_CALLED], value)

    def __getitem__(self, key: Any) -> Any:
        return self._line.request({"op": "item"}, target=self, key=key)

    def __len__(self) -> int:
        length = self._line.request({"op": "len"}, target=self)
        return length if isinstance(length, int) and 0 <= length <= MAX_LENGTH else 0

    def __iter__(self) -> Iterator[Any]:
        return (self[index] for index in range(len(self)))

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"<{self.description} of the student's>"


def _came_by(words: str, value: Any) -> Any:
    """Return a value that remembers the words by which a check came to it."""
    if isinstance(value, Remote):
        value._called = words  # noqa: SLF001 its own class writes it
    return value


class Student:
    """The fixture `student` of a check: `student.strided` is the student's `strided`."""

    def __init__(self, line: RemoteHost) -> None:
        self._line = line

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._line.fetch(name)
