"""The names that a cell gives a value, and those that it reads."""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass
from functools import lru_cache

_BINDING = re.compile(r"^(?:(?:def|class)[ \t]+)?(\w+)[ \t]*(?::[^=\n]+)?(?:=(?!=)|\()", re.MULTILINE)
_WORD = re.compile(r"[^\W\d]\w*")
_TIMED = re.compile(r"^([ \t]*)%time[ \t]+(?=\S)", re.MULTILINE)  # it runs the code after it
_MAGIC = re.compile(r"^([ \t]*)[%!?].*$", re.MULTILINE)
MAX_SOURCE = 200_000  # characters of a cell that is parsed


@dataclass(frozen=True)
class Names:
    """The names that a cell gives a value or changes, and all that it reads."""

    given: frozenset[str]
    read: frozenset[str]


@lru_cache(maxsize=1000)
def names_in(source: str) -> Names:
    r"""Return the names of a cell; a rough guess for one that is not Python.

    >>> sorted(names_in("%time\nx, y = f(z)").given)
    ['x', 'y']
    """
    text = _MAGIC.sub(r"\1pass", _TIMED.sub(r"\1", source[:MAX_SOURCE]))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
        visitor = _Visitor()
        visitor.visit(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Names(frozenset(_BINDING.findall(text)), frozenset(_WORD.findall(text)))
    return Names(frozenset(visitor.given), frozenset(visitor.read))


class _Visitor(ast.NodeVisitor):
    """Collects names; what a function gives a value inside is its own."""

    def __init__(self) -> None:
        self.given: set[str] = set()
        self.read: set[str] = set()
        self._depth = 0  # of functions and comprehensions

    def visit_Name(self, node: ast.Name) -> None:
        """Note a name that is read or, outside functions, given."""
        if isinstance(node.ctx, ast.Load):
            self.read.add(node.id)
        else:
            self._give(node.id)

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        """Note what an import names."""
        for alias in node.names:
            self._give(alias.asname or alias.name.partition(".")[0])

    visit_ImportFrom = visit_Import  # noqa: N815 as ast calls it

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """Note that `x[0] = 1` changes x."""
        self._change(node)
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """Note that `x.y = 1` changes x."""
        self._change(node)
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        """Note that the statement `x.append(1)` may change x."""
        call = node.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            self._give_base(call.func)
        self.generic_visit(node)

    def generic_visit(self, node: ast.AST) -> None:
        """Visit the parts of a node."""
        is_inner = isinstance(node, _INNER)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            self._give(node.name)
        self._depth += is_inner
        super().generic_visit(node)
        self._depth -= is_inner

    def _change(self, node: ast.Subscript | ast.Attribute) -> None:
        if not isinstance(node.ctx, ast.Load):
            self._give_base(node)

    def _give_base(self, node: ast.expr) -> None:
        while isinstance(node, ast.Subscript | ast.Attribute):
            node = node.value
        if isinstance(node, ast.Name):
            self._give(node.id)

    def _give(self, name: str) -> None:
        if not self._depth:
            self.given.add(name)


_INNER = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
)
