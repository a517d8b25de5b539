"""Record which forbidden or required families student code uses, and on which line.

Functions of libraries are replaced by ones that record their calls. Operators of torch record themselves, in
whatever thread and whoever calls them. This is evidence, not protection: student code could undo it.
"""

from __future__ import annotations

import ast
import ctypes
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import FrameType, ModuleType
from typing import Any

from grader.worker import verbs
from grader.worker.families import CONDITIONS, FAMILIES, owners

Spot = tuple[str, int]  # a cell and a line of it
_IMMUTABLE = 1 << 8  # Py_TPFLAGS_IMMUTABLETYPE
_READ_BY_ALL = {"strides", "grad"}  # attributes of any array or tensor
_MAX_WORDS = 64  # bytes of a type's own record, in words, which contain its flags


@cache
def overloads(family: str) -> tuple[tuple[str, str], ...]:
    """Return the operators of a family that this torch has, by name and overload."""
    from torch import _C  # noqa: PLC0415 only with torch

    names = FAMILIES[family].operators.split()
    return tuple((name, one) for name in names for one in _C._jit_get_operation(f"aten::{name}")[1] or ())  # noqa: SLF001


def warm_up() -> None:
    """Look up once, before workers begin, what torch calls that which any of them can be asked to watch."""
    aten = sys.modules["torch"].ops.aten
    for family in FAMILIES:
        overloads(family)
        for name in FAMILIES[family].functions.get("torch.ops.aten", "").split():
            getattr(aten, name, None)


class _Recorded:
    """The operators of torch that record themselves in this process and in its forks, and for whom."""

    families: frozenset[str] = frozenset()
    library: Any = None  # torch forgets them when nothing holds this
    watch: Watch | None = None


def record(families: Iterable[str]) -> None:
    """Make operators of exactly these families record themselves, if torch is there.

    This takes longer than many a submission. A fork server does it once for workers that it forks later.
    """
    wanted = frozenset(FAMILIES).intersection(families)
    if "torch" not in sys.modules or wanted == _Recorded.families:
        return
    from torch import _C  # noqa: PLC0415 only with torch
    from torch.library import Library  # noqa: PLC0415

    _Recorded.library = None
    # This dispatch key comes between autograd and the CPU kernel, for every tensor and in every thread.
    below = _C._dispatch_keyset_full_after(_C.DispatchKey.BackendSelect)  # noqa: SLF001
    _Recorded.library = Library("aten", "IMPL") if wanted else None  # type: ignore[no-untyped-call,unused-ignore]
    _Recorded.families = wanted
    for family in wanted:
        for name, overload in overloads(family):
            noted = _noted_operator(name, overload or "default", family, below)
            full = f"aten::{name}.{overload}".rstrip(".")
            _Recorded.library.m.impl(full, "BackendSelect", noted, True)


def _noted_operator(name: str, overload: str, family: str, below: Any) -> Callable[..., Any]:
    def noted(keys: Any, *args: Any, **kwargs: Any) -> Any:
        if _Recorded.watch is not None:
            _Recorded.watch.note([family], sys._getframe(1))  # noqa: SLF001
        operator = getattr(getattr(sys.modules["torch"].ops.aten, name), overload)
        return operator.redispatch(keys & below, *args, **kwargs)

    return noted


class Watch:
    """Records which families are used from `install` on; `clear` forgets them."""

    def __init__(self, families: Collection[str], cells: Collection[str], packages: Iterable[str]) -> None:
        self._families = [family for family in FAMILIES if family in families]
        self._owners = owners(self._families)
        self._cells = cells
        self._libraries = {*packages, *(owner.partition(".")[0] for owner in self._owners)}
        self._seen: dict[str, Spot | None] = {}

    def install(self) -> None:
        """Begin; libraries that are imported later are watched from then on."""
        if not self._families:
            return
        sys.meta_path.insert(0, _Imports(self))
        for owner in self._owners:
            self._replace_in(owner)
        self.watch_operators()

    def clear(self) -> None:
        """Forget what was seen."""
        self._seen.clear()

    @property
    def seen(self) -> dict[str, Spot | None]:
        """The families used since then, with the first known line of each."""
        return dict(self._seen)

    def concerns(self, module: str) -> bool:
        """Return whether functions of a module, or of a module that contains it, are to be recorded."""
        return module == "torch" or any(
            owner == module or owner.startswith(f"{module}.") or module.startswith(f"{owner}.")
            for owner in self._owners
        )

    def imported(self, module: ModuleType) -> None:
        """Watch a module that was just imported, and what a package takes from its private parts."""
        name = module.__name__
        for owner, names in self._owners.items():
            if name.startswith(f"{owner}."):
                self._replace(module, owner, names)
            elif owner.rpartition(".")[0] == name or owner == name:
                self._replace_in(owner)
        if name == "torch":
            self.watch_operators()

    def _replace_in(self, owner: str) -> None:
        place = sys.modules.get(owner)
        if place is None:  # then it can be a class; some packages import on access
            module, _, name = owner.rpartition(".")
            place = vars(sys.modules[module]).get(name) if module in sys.modules else None
        if place is not None:
            self._replace(place, owner, self._owners[owner])

    def _replace(self, place: Any, owner: str, names: Mapping[str, list[str]]) -> None:
        for name, families in names.items():
            lazy = isinstance(place, type) or owner == "torch.ops.aten"  # other modules may warn when asked
            original = getattr(place, name, None) if lazy else vars(place).get(name)
            if callable(original) and not isinstance(original, _Noted | type | ModuleType):
                noted = _Noted(original, self, f"{owner}.{name}", families)
                _set(place, name, noted.method() if isinstance(place, type) else noted)
            elif isinstance(place, type) and hasattr(original, "__set__"):
                _set(place, name, _noted_when_set(original, self, families))

    def watch_operators(self) -> None:
        """Make operators of torch record themselves, if torch is there."""
        _Recorded.watch = self
        record(self._families)

    def note(self, families: Iterable[str], frame: FrameType | None) -> None:
        """Record a use, with the innermost line of the student's own code."""
        place = self._place(frame)
        for family in families:
            self._seen[family] = self._seen.get(family) or place

    def _place(self, frame: FrameType | None) -> Spot | None:
        while frame is not None:
            if frame.f_code.co_filename in self._cells:
                return frame.f_code.co_filename, frame.f_lineno
            frame = frame.f_back
        return None

    def is_inner(self, frame: FrameType | None, name: str) -> bool:
        """Return whether a library uses its own function, rather than one that student code gave it."""
        if frame is None or frame.f_code.co_filename in self._cells:
            return False
        module = str(frame.f_globals.get("__name__", ""))
        if module == verbs.__name__:  # a check asked for a gradient
            return name in frame.f_code.co_names
        if module.partition(".")[0] not in self._libraries or module.startswith("torch.nn."):
            return False  # the layers of torch.nn are only another way to say it
        return name in frame.f_code.co_names or name.startswith("__")


class _Noted:
    """A library function that records its calls and otherwise behaves as before."""

    def __init__(self, original: Any, watch: Watch, full: str, families: list[str]) -> None:
        self._original = (
            original if original is not object.__init__ else _nothing
        )  # it would take no arguments
        self._watch, self._families = watch, families
        self._full, self._name, self._condition = full, full.rpartition(".")[2], CONDITIONS.get(full)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.called(sys._getframe(1), args, kwargs)  # noqa: SLF001

    def called(self, frame: FrameType, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        of_family = self._condition is None or self._condition(args, kwargs)
        if of_family and not self._watch.is_inner(frame, self._name):
            self._watch.note(self._families, frame)
        return self._original(*args, **kwargs)

    def method(self) -> Callable[..., Any]:
        """Return the same as a function, because classes bind functions."""

        def method(*args: Any, **kwargs: Any) -> Any:
            return self.called(sys._getframe(1), args, kwargs)  # noqa: SLF001

        method.__name__ = self._name
        return method

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._original, name)
        if type(value).__name__ != "OpOverload":  # `torch.ops.aten.unfold.default` can be called as well
            return value
        return _Noted(value, self._watch, self._full, self._families)

    def __repr__(self) -> str:
        return repr(self._original)


def _nothing(*_args: Any, **_kwargs: Any) -> None:
    """Ignore a second initialisation of an object that exists already."""


def _noted_when_set(original: Any, watch: Watch, families: list[str]) -> property:
    """Return an attribute that records when it is set."""

    def set_(self: Any, value: Any) -> None:
        watch.note(families, sys._getframe(1))  # noqa: SLF001
        original.__set__(self, value)

    return property(original.__get__, set_)


def _set(place: Any, name: str, value: Any) -> None:
    """Set an attribute, even of a class written in C, whose flag forbids it."""
    if not isinstance(place, type) or not place.__flags__ & _IMMUTABLE:
        setattr(place, name, value)
        return
    with _mutable(place):
        setattr(place, name, value)


@contextmanager
def _mutable(kind: type) -> Iterator[None]:
    words = (ctypes.c_size_t * (_MAX_WORDS // 2)).from_address(id(kind))
    flags = list(words).index(kind.__flags__)
    words[flags] &= ~_IMMUTABLE
    try:
        yield
    finally:
        words[flags] |= _IMMUTABLE


class _Imports(MetaPathFinder):
    """Reports to a watch when a library that it watches has been imported, in whatever way."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        """Find a module as Python does, and run something after it."""
        spec = PathFinder.find_spec(name, path, target) if self.watch.concerns(name) else None
        if spec is None or spec.loader is None:
            return None
        run = spec.loader.exec_module

        def run_and_tell(module: ModuleType) -> None:
            run(module)
            self.watch.imported(module)

        spec.loader.exec_module = run_and_tell  # type: ignore[method-assign]
        return spec


# Source code, read for the words that refer to a family


def names_used(
    trees: Iterable[tuple[str, ast.Module]], families: Iterable[str]
) -> list[tuple[str, int, str, str]]:
    """Return where a source uses words of families: cell, line, family, and the name as far as known."""
    words = [(family, FAMILIES[family].names) for family in families]
    found: list[tuple[str, int, str, str]] = []
    for label, tree in trees if words else ():
        imported = _imported(tree)
        for node in ast.walk(tree):
            name = _name(node, imported)
            last = name.rpartition(".")[2]
            if name not in _READ_BY_ALL:
                found += [(label, _line(node), family, name) for family, names in words if last in names]
    return found


def _line(node: ast.AST) -> int:
    """Return the line of a name; `.unfold` can be on the line after `x`."""
    place = "end_lineno" if isinstance(node, ast.Attribute) else "lineno"
    return int(getattr(node, place, None) or 0)


def _imported(tree: ast.Module) -> dict[str, str]:
    """Return what names in a file mean: `F` means `torch.nn.functional`."""
    meant: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            meant |= {alias.asname: alias.name for alias in node.names if alias.asname}
            roots = [alias.name.partition(".")[0] for alias in node.names if not alias.asname]
            meant |= dict(zip(roots, roots, strict=True))
        elif isinstance(node, ast.ImportFrom):
            meant |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return meant


def _name(node: ast.AST, imported: Mapping[str, str]) -> str:
    """Return the name in an expression: in full if it was imported, otherwise its last part."""
    if isinstance(node, ast.BinOp | ast.AugAssign):
        return "@" if isinstance(node.op, ast.MatMult) else ""
    parts: list[str] = []
    part = node
    while isinstance(part, ast.Attribute):
        parts.insert(0, part.attr)
        part = part.value
    if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load) and part.id in imported:
        return ".".join([imported[part.id], *parts])
    if isinstance(node, ast.Name):
        return node.id
    return parts[-1] if parts else ""
