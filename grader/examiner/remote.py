"""What a check holds: the student's file, and proxies for what stays in the worker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from grader.examiner.wording import AN_OBJECT, AN_OBJECT_OF, NAMED_TYPES

MAX_LENGTH = 1000  # of a student's object that a check iterates over
MAX_CALLED = 100  # characters of the expression by which a check reached an object


@dataclass(frozen=True)
class Call:
    """A call of student code: the expression by which the check reached the function, and the arguments."""

    name: str
    args: Sequence[Any]
    kwargs: Mapping[str, Any]


class RemoteHost(Protocol):
    """An object that can ask the worker."""

    def fetch(self, name: str) -> Any:
        """Return the value that the submission gives a name."""

    def call(self, target: Remote, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Return what a function of the student's returns."""

    def request(self, request: dict[str, Any], **values: Any) -> Any:
        """Return the worker's answer to a request."""


class Remote:
    """A student's function, module or other object, which stays in the worker. It can be called and read."""

    def __init__(self, line: RemoteHost, number: int, type_name: str, worker: int) -> None:
        self._line = line
        self._number = number
        self._type_name = type_name
        self._worker = worker
        self._called = type_name  # the expression by which the check reached it

    @property
    def description(self) -> str:
        """What it is, in a few words."""
        if self._type_name in NAMED_TYPES:
            return NAMED_TYPES[self._type_name]
        is_a_name = self._type_name.isidentifier() and self._type_name.isascii()
        return AN_OBJECT_OF.format(type=self._type_name) if is_a_name else AN_OBJECT

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
    """Return a value that remembers the expression by which a check reached it."""
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
