"""What a check holds: the student's file, and proxies for what stays in the worker."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

from grader.examiner.asked_verbs import VERBS, Verbs
from grader.examiner.trouble import CheckFault, StudentError
from grader.examiner.wording import AN_OBJECT, AN_OBJECT_OF, NAMED_TYPES

MAX_LENGTH = 1_000_000  # that an object can say it has: list() reserves as much
MAX_ITEMS = 10_000  # of one object that a check goes through
MODULES = ("torch", "operator")  # that a check can use in the student's process
MAX_CALLED = 100  # characters of the expression by which a check reached an object


@dataclass(frozen=True)
class Call:
    """A call of student code: the expression by which the check reached the function, and the arguments."""

    name: str
    args: Sequence[Any]
    kwargs: Mapping[str, Any]


class RemoteHost(Protocol):
    """An object that can ask the worker."""

    @property
    def asked(self) -> frozenset[str]:
        """The names of questions."""

    @property
    def checking(self) -> bool:
        """Whether a check runs."""

    def fetch(self, name: str) -> Any:
        """Return the value that the submission gives a name."""

    def call(self, target: Remote, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Return what a function of the student's returns."""

    def request(self, request: dict[str, Any], **values: Any) -> Any:
        """Return the worker's answer to a request."""

    def next_of(self, target: Remote) -> tuple[Any, ...]:
        """Return the next value of an iterator in a tuple, which is empty at the end."""

    def verb(self, name: str, arguments: Mapping[str, Any]) -> Any:
        """Return what a verb of grader.worker.verbs returns."""

    def give_up(self, why: str) -> NoReturn:
        """Make a check fail, because an answer is missing."""


class Remote:
    """A student's function, module or other object, which stays in the worker. It can be called and read.

    Whatever is done with it is done in the worker, and only a value comes back.
    """

    __slots__ = ("_called", "_line", "_number", "_torch_class", "_type_name", "_worker")
    __array_ufunc__ = None  # numpy leaves its operators to this class

    def __init__(
        self, line: RemoteHost, number: int, type_name: str, worker: int, torch_class: str = ""
    ) -> None:
        self._line = line
        self._number = number
        self._type_name = type_name
        self._worker = worker
        self._torch_class = torch_class
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

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in Remote.__slots__:
            raise CheckFault(f"the attribute '{name}' of a student's object cannot be set from a check")
        object.__setattr__(self, name, value)

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        """The class of torch's that the worker names, for isinstance: as reliable as any value from there."""
        return _class_of_torch(self._torch_class) or Remote

    def __getitem__(self, key: Any) -> Any:
        return self._line.request({"op": "item"}, target=self, key=key)

    def __len__(self) -> int:
        length = self._line.request({"op": "len"}, target=self)
        if type(length) is not int or not 0 <= length <= MAX_LENGTH:
            self._line.give_up("too-large")
        return length

    def __iter__(self) -> Iterator[Any]:
        iterator = self._line.request({"op": "iter"}, target=self)
        if type(iterator) is not Remote:
            self._line.give_up("malformed")
        for _ in range(MAX_ITEMS):
            got = self._line.next_of(iterator)
            if not got:
                return
            yield got[0]
        self._line.give_up("too-large")

    def __next__(self) -> Any:
        got = self._line.next_of(self)
        if not got:
            raise StopIteration
        return got[0]

    def __enter__(self) -> Any:
        return self._line.request({"op": "enter"}, target=self)

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> None:
        """Leave the context in the worker. An error of the check goes on, whatever happens there."""
        try:
            self._line.request({"op": "exit"}, target=self)
        except StudentError:
            if error is None:
                raise

    def __eq__(self, other: object) -> Any:
        return self._compared("eq", other) if self._line.checking else self is other

    def __ne__(self, other: object) -> Any:
        return self._compared("ne", other) if self._line.checking else self is not other

    def __lt__(self, other: Any) -> Any:
        return self._compared("lt", other)

    def __le__(self, other: Any) -> Any:
        return self._compared("le", other)

    def __gt__(self, other: Any) -> Any:
        return self._compared("gt", other)

    def __ge__(self, other: Any) -> Any:
        return self._compared("ge", other)

    __hash__ = object.__hash__

    def _compared(self, name: str, other: Any) -> Any:
        """Compare in the worker. An object as the result would always be true, so it is refused."""
        value = self._operated(name, self, other)
        return value if type(value) is not Remote else self._line.give_up("malformed")

    def _operated(self, name: str, *operands: Any) -> Any:
        """Apply an operator to objects that are all in the worker.

        A value of the check stays here: an object that came instead of a value could read from it what is
        expected, and be equal to it.
        """
        if any(type(one) is not Remote for one in operands):
            return NotImplemented
        return self._line.request({"op": "operator", "name": name}, operands=list(operands))

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"<{self.description} of the student's>"


BINARY = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul")
UNARY = ("neg", "pos", "abs", "invert")


def _operation(name: str) -> Callable[..., Any]:
    return lambda self, *other: self._operated(name, self, *other)


for _name in (*BINARY, *UNARY):
    setattr(Remote, f"__{_name}__", _operation(_name))


def _class_of_torch(name: str) -> type | None:
    """Return a class of torch's that is loaded here and cannot be mistaken for a plain value or a tensor."""
    module, _, own = name.rpartition(".")
    if module.partition(".")[0] != "torch" or module not in sys.modules:
        return None
    found = vars(sys.modules[module]).get(own)
    if not isinstance(found, type) or issubclass(found, sys.modules["torch"].Tensor):
        return None
    bases = {one.__module__.partition(".")[0] for one in found.__mro__[:-1]}
    return found if bases <= {"torch", "typing", "abc"} else None


def _came_by(words: str, value: Any) -> Any:
    """Return a value that remembers the expression by which a check reached it."""
    if isinstance(value, Remote):
        value._called = words  # noqa: SLF001 its own class writes it
    return value


class Student:
    """The fixture `student` of a check: `student.strided` is the student's `strided`.

    `student.torch` and `student.operator` are these modules where student code runs. A question of the same
    name comes before them, and before a verb.
    """

    hypothesis_internal_is_this_a_mock_check = True  # else hypothesis asks student code how to run the check

    def __init__(self, line: RemoteHost) -> None:
        self._line = line

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in VERBS and name not in self._line.asked:
            return getattr(Verbs(self._line.verb), name)
        if name in MODULES and name not in self._line.asked:
            return _came_by(name, self._line.request({"op": "module", "name": name}))
        return self._line.fetch(name)
