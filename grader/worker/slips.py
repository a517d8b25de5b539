"""Slips that can be seen without running a file: an answer under another name, printed, or given twice."""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain, islice
from typing import Any

MAX_DETAIL = 40  # characters
MAX_SLIPS = 4  # of one name
SHORTEST = 4  # shortest name that counts as the same name with one wrong letter
_NOTHING = frozenset(  # methods that change their object and return nothing
    "append extend insert remove sort reverse clear update backward step zero_grad".split()
)
Placed = tuple[str, ast.stmt]  # with the label of its cell
Sign = list[Any]  # a question's name, a kind, places as [cell, line], a detail


class Slips:
    """What a file's statements say about the requested answers."""

    def __init__(
        self,
        given: dict[str, list[Placed]],
        statements: Sequence[Placed],
        others: Iterable[tuple[str, Placed]],
        question_at: Callable[[str, int], str],
    ) -> None:
        """Take the statements that give each name a value, and in `others` the names not asked for."""
        self._given, self._statements = given, statements
        self._others = [(other, plain(other), statement) for other, statement in others]
        self._question_at = question_at

    def found(self, asked: Iterable[str], *, has_powers: bool) -> list[Sign]:
        """Return a few slips for each name, the most certain first; `has_powers`: some line has a `^`."""
        return [[name, *one] for name in asked for one in islice(self._about(name, has_powers), MAX_SLIPS)]

    def _about(self, name: str, has_powers: bool) -> Iterator[list[Any]]:
        given = self._given.get(name)
        if not given:
            yield from self._elsewhere(name)
            return
        odd = [_of_value(given[-1][1]), _of_powers(given[-1][1]) if has_powers else ()]
        for kind, detail in chain.from_iterable(odd):
            yield [kind, [_place(given[-1])], detail]
        if len(given) > 1:
            yield ["twice", [_place(one) for one in given[-2:]], ""]
        yield from self._parts(name)

    def _parts(self, name: str) -> Iterator[list[Any]]:
        """Yield the parts of a dict that two lines give a value, the second as `name["stride"] = 2`."""
        known: dict[str, Placed] = {}
        for one in self._statements:
            is_whole, keys = _keys_given(one[1], name)
            known = {} if is_whole else known
            for key in keys:
                if key in known:
                    yield ["part-twice", [_place(known[key]), _place(one)], key]
                known[key] = one

    def _elsewhere(self, name: str) -> Iterator[list[Any]]:
        """Yield where the answer may be instead."""
        own = plain(name)
        for other, looks, statement in self._others:
            if looks == own:
                yield ["name", [_place(statement)], other]
        for statement, words in self._using:
            for kind, detail in _of_statement(statement[1], name) if name in words else ():
                yield [kind, [_place(statement)], detail]
        for other, looks, statement in self._others:
            if min(len(looks), len(own)) >= SHORTEST and is_one_typo(looks, own):
                yield ["name", [_place(statement)], other]
        for statement, (kind, detail) in reversed(self._showing):
            if self._question_at(statement[0], statement[1].lineno) == name:
                yield [kind, [_place(statement)], detail]

    @cached_property
    def _using(self) -> list[tuple[Placed, frozenset[str]]]:
        """The statements that can use names that they should assign to, and these: looked for once."""
        words = ((one, frozenset(_words(one[1]))) for one in self._statements)
        return [(one, own) for one, own in words if own]

    @cached_property
    def _showing(self) -> list[tuple[Placed, tuple[str, str]]]:
        """The statements that show a value instead of naming it."""
        return [(one, shown) for one in self._statements if (shown := _shown(one[1]))]


def plain(name: str) -> str:
    """Return a name without the parts that are easily mistaken.

    >>> plain("dotConvolve") == plain("dot_convolve")
    True
    """
    return name.replace("_", "").casefold()


def is_one_typo(one: str, other: str) -> bool:
    """Return whether one letter was added, left out, changed, or swapped with the next.

    >>> is_one_typo("pacthes", "patches"), is_one_typo("patch", "patches")
    (True, False)
    """
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if start is None:
        return one != other
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[1:2] + a[:1] + a[2:] == b)


def _place(statement: Placed) -> list[Any]:
    return [statement[0], statement[1].lineno]


def _words(statement: ast.stmt) -> Iterable[str]:
    """Return the names that a statement can use although it should assign to them."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return (name for node in ast.walk(statement) if node is not statement and (name := _given(node)))
    if isinstance(statement, ast.AnnAssign):
        return [_given(statement.target)]
    if not isinstance(statement, ast.Expr | ast.Assert):
        return ()
    value = statement.value if isinstance(statement, ast.Expr) else statement.test
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return re.findall(r"\w+", value.value)
    if isinstance(value, ast.Compare | ast.BinOp) and isinstance(value.left, ast.Name):
        return [value.left.id]
    return ()


def _of_statement(statement: ast.stmt, name: str) -> Iterator[tuple[str, str]]:
    """Yield how a statement uses a name, one of its words, that it should assign to."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield "inside", statement.name
    elif isinstance(statement, ast.AnnAssign):
        is_type = isinstance(statement.annotation, ast.Name | ast.Subscript | ast.Attribute)
        yield "compared", "" if is_type else _text(statement.annotation)  # `size: 3`
    elif isinstance(statement, ast.Expr | ast.Assert):
        value = statement.value if isinstance(statement, ast.Expr) else statement.test
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            if found := re.search(rf"^\s*{name}\s*=\s*([^=\s.].*)$", value.value, re.MULTILINE):
                yield "text", found[1].strip()[:MAX_DETAIL]
        elif isinstance(value, ast.Compare):
            yield "compared", _text(value.comparators[0])
        elif isinstance(value, ast.BinOp):
            yield "compared", _text(value.right)


def _shown(statement: ast.stmt) -> tuple[str, str] | None:
    """Return how a statement shows a value instead of naming it, and the value."""
    if not isinstance(statement, ast.Expr):
        return None
    value = statement.value
    if (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Name)
        and value.func.id in {"print", "display"}
    ):
        return ("printed", _text(value.args[-1])) if value.args else None
    if isinstance(value, ast.Constant) and (value.value is ... or isinstance(value.value, str)):
        return None
    if isinstance(value, ast.Constant | ast.BinOp | ast.Tuple | ast.List | ast.Dict | ast.Set | ast.UnaryOp):
        return "bare", _text(value)
    return None


def _of_value(statement: ast.stmt) -> Iterator[tuple[str, str]]:
    """Yield what is odd about a value that a statement gives a name."""
    if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
        yield from _of_call(statement.value)
        yield from _of_letters(statement.value)
        yield from _of_comma(statement.value)


def _keys_given(statement: ast.stmt, name: str) -> tuple[bool, list[str]]:
    """Return whether a statement gives a name a whole value, and the keys, as code, that it gives one."""
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return False, []
    target, value = statement.targets[0], statement.value
    if isinstance(target, ast.Subscript) and _is_name(target.value, name):
        return False, [_text(target.slice)] if isinstance(target.slice, ast.Constant) else []
    if not _is_name(target, name):
        return False, []
    if isinstance(value, ast.Dict):
        return True, [_text(key) for key in value.keys if isinstance(key, ast.Constant)]
    words = value.keywords if isinstance(value, ast.Call) and _is_name(value.func, "dict") else []
    return True, [repr(word.arg) for word in words if word.arg]


def _of_powers(statement: ast.stmt) -> Iterator[tuple[str, str]]:
    """Yield where a statement's value or function has a `^`."""
    if isinstance(statement, ast.Assign | ast.AnnAssign | ast.FunctionDef):
        for node in ast.walk(statement):
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitXor):
                yield "power", _text(node)


def _of_call(value: ast.expr) -> Iterator[tuple[str, str]]:
    if not isinstance(value, ast.Call):
        return
    if isinstance(value.func, ast.Attribute):
        if value.func.attr == "load_state_dict":
            yield "loaded", ""
        elif value.func.attr in _NOTHING:
            yield "nothing", value.func.attr
    elif _is_name(value.func, "print"):
        yield "nothing", "print"


def _of_letters(value: ast.expr) -> Iterator[tuple[str, str]]:
    """Yield letters that are names because quotes are missing."""
    parts = value.elts if isinstance(value, ast.List | ast.Tuple | ast.Set) else [value]
    letters = [part.id for part in parts if isinstance(part, ast.Name) and len(part.id) == 1]
    if letters and len(letters) == len(parts):
        quoted = ", ".join(f'"{letter}"' for letter in letters)
        yield "letter", quoted if parts == [value] else f"[{quoted}]"


def _of_comma(value: ast.expr) -> Iterator[tuple[str, str]]:
    """Yield `3,5` where it may mean 3.5: two whole numbers without brackets around them."""
    if isinstance(value, ast.Tuple) and len(value.elts) == len("35"):
        text = [_text(part) for part in value.elts]
        is_open = value.col_offset == value.elts[0].col_offset
        if is_open and text[1].isdecimal() and text[0].removeprefix("-").isdecimal():
            yield "comma", ".".join(text)


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _given(node: ast.AST) -> str:
    """Return the name that a part of a statement gives a value, or ""."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return node.name
    return node.id if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else ""


def _text(node: ast.expr) -> str:
    """Return the source of an expression, if it is short."""
    with contextlib.suppress(RecursionError, ValueError):
        text = ast.unparse(node)
        return text if len(text) <= MAX_DETAIL and text.isprintable() else ""
    return ""
