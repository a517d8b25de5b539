"""Small faults put into a reference, one at a time: hidden checks that pass with one of them miss a fault.

Nothing is run here. A mutant is the whole module with one node of its tree replaced. What cannot change a
result (annotations, decorators, imports, `assert`, `raise`, `isinstance`) is left alone.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import is_not
from typing import Any, TypeVar

Tree = TypeVar("Tree", bound=ast.AST)

_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
}
_NEGATIONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = _NEGATIONS | {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}
_SPARED_STATEMENTS = ast.Import | ast.ImportFrom | ast.Assert | ast.Raise
_SPARED_FIELDS = {"annotation", "returns", "decorator_list", "type", "pattern"}  # an `except` has a `type`
_SPARED_CALLS = {"isinstance", "issubclass"}
_GENERICS = set("tuple list dict set frozenset type Callable Literal Optional Union Annotated".split())
_NAMESPACES = {"self", "cls", "super()"}
_UNORDERED = {"dim", "axis"}  # arguments that mean the same the other way round
_EXCHANGES = {"transpose", "swapaxes", "swapdims"}  # functions whose two arguments can be swapped
_FRAGMENTS = ast.Constant | ast.Name | ast.Slice | ast.Starred | ast.Tuple  # too little to recognise
_PLACES = ast.Subscript | ast.Attribute
_EFFECTLESS = ast.Constant | ast.Name | ast.Attribute | ast.Subscript


@dataclass(frozen=True)
class Mutant:
    """A reference with one small fault in it."""

    function: str  # the function, class or variable at the top level that was changed
    name: str  # unique, and independent of where in the file the change is
    line: int  # in the reference, from 1
    source: str  # of the whole module


@dataclass(frozen=True)
class _Change:
    old: ast.AST
    new: ast.AST
    shown: ast.AST  # what a person should see of it: `old`, or something around it
    position: tuple[int, int]


def mutants(source: str) -> list[Mutant]:
    """Return the mutants of a module in the order of the source, without duplicates and the module itself."""
    tree = ast.parse(source)
    imported = set(_imported(tree))
    seen = {_essence(ast.unparse(tree))}
    named: Counter[str] = Counter()
    found = []
    for statement in tree.body:
        function = _subject(statement, imported)
        for change in sorted(_changes(statement, statement, (1, 0)), key=lambda change: change.position):
            mutated = ast.unparse(_swapped(tree, change)) + "\n"
            essence = _essence(mutated)
            if essence in seen or _is_pointless(change, imported):
                continue
            seen.add(essence)
            name = f"{function}: {_headline(change.shown)} -> {_headline(_swapped(change.shown, change))}"
            named[name] += 1
            suffix = f" ({named[name]})" if named[name] > 1 else ""
            found.append(Mutant(function, name + suffix, change.position[0], mutated))
    return found


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((alias.asname or alias.name).partition(".")[0] for alias in node.names)


def _subject(statement: ast.stmt, imported: set[str]) -> str:
    """Return the name that a top-level statement defines or changes; for other statements, its first name."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return statement.name
    names = (node.id for node in ast.walk(statement) if isinstance(node, ast.Name))
    return next((name for name in names if name not in imported), "module")


def _essence(source: str) -> str:
    """Return the tree as text, without statements that do nothing: equal texts mean equal modules."""
    return ast.dump(_Silence().visit(ast.parse(source)))


class _Silence(ast.NodeTransformer):
    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        return ast.Pass() if isinstance(node.value, _EFFECTLESS) else node


def _is_pointless(change: _Change, imported: set[str]) -> bool:
    """Return whether it is sure to crash, or likely to change nothing."""
    if isinstance(change.shown, ast.Subscript) and change.shown.slice is change.old:
        return _is_minus_one(change.new)  # the last item instead of the first: of one, it is the same
    if isinstance(change.shown, ast.keyword) and change.shown.arg in _UNORDERED:
        return isinstance(change.old, ast.Tuple)
    return isinstance(change.old, ast.Call) and _is_namespace(change.new, imported)


def _is_minus_one(node: ast.AST) -> bool:
    return isinstance(node, ast.UnaryOp) and ast.unparse(node) == "-1"


def _is_namespace(node: ast.AST, imported: set[str]) -> bool:
    """Return whether this is a module or an object whose function was called, not a value."""
    if ast.unparse(node) in _NAMESPACES:
        return True
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in imported


def _swapped(tree: Tree, change: _Change) -> Tree:
    """Return the tree with one node replaced. The nodes around it are copied, all others are shared."""
    swapped: Tree = _with(tree, change)
    return swapped


def _with(value: Any, change: _Change) -> Any:
    """Return a value in which a node is replaced, or the value itself if the node is not in it."""
    if value is change.old:
        return change.new
    if isinstance(value, list):
        items = [_with(item, change) for item in value]
        return items if any(map(is_not, items, value)) else value
    if not isinstance(value, ast.AST):
        return value
    fields = {name: _with(part, change) for name, part in ast.iter_fields(value)}
    changed = {name: part for name, part in fields.items() if part is not getattr(value, name)}
    return _altered(value, **changed) if changed else value


def _headline(node: ast.AST) -> str:
    return ast.unparse(node).partition("\n")[0]


# Where to look


def _changes(node: ast.AST, shown: ast.AST, position: tuple[int, int]) -> Iterator[_Change]:
    """Yield all changes to a node and to its parts, from the outside in."""
    if _is_spared(node):
        return
    if isinstance(node, ast.expr | ast.stmt | ast.keyword):
        position = (node.lineno, node.col_offset)
    for new in _replacements(node):
        yield _Change(node, new, shown, position)
    for child, shown_child in _parts(node, shown):
        yield from _changes(child, shown_child, position)


def _is_spared(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return name in _SPARED_CALLS
        case ast.Subscript(value=ast.Name(id=name)):
            return name in _GENERICS
    return isinstance(node, _SPARED_STATEMENTS)


def _parts(node: ast.AST, shown: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Yield the parts of a node, each with what is shown of a change to it."""
    if isinstance(node, ast.arguments):
        yield from _defaults(node)
        return
    for name, value in ast.iter_fields(node):
        if _is_spared_field(node, name):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield child, child if _speaks_for_itself(child) else shown


def _defaults(node: ast.arguments) -> Iterator[tuple[ast.AST, ast.AST]]:
    backwards = zip(reversed(node.posonlyargs + node.args), reversed(node.defaults), strict=False)
    for parameter, default in [*backwards, *zip(node.kwonlyargs, node.kw_defaults, strict=True)]:
        if default is not None:
            yield default, ast.keyword(parameter.arg, default)


def _is_spared_field(node: ast.AST, field: str) -> bool:
    if field == "targets" and isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple):
        return all(isinstance(target, ast.Tuple) for target in node.targets)  # swapping the values is enough
    return field in _SPARED_FIELDS


def _speaks_for_itself(node: ast.AST) -> bool:
    fragment = isinstance(node, _FRAGMENTS) or _is_literal(node)
    return isinstance(node, ast.expr | ast.stmt | ast.keyword) and not fragment


# What to put there


def _replacements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what can replace a node, kind by kind."""
    yield from _removed(node)
    yield from _recalculated(node)
    yield from _redecided(node)
    yield from _moved(node)
    if isinstance(node, ast.Call):
        yield from _recalled(node)


def _removed(node: ast.AST) -> Iterator[ast.AST]:
    """Yield nothing in place of a statement with an effect."""
    match node:
        case ast.Expr(value=ast.Call()) | ast.AugAssign():
            yield ast.Pass()
        case ast.Assign(targets=targets) if all(isinstance(each, _PLACES) for each in targets):
            yield ast.Pass()


def _recalculated(node: ast.AST) -> Iterator[ast.AST]:
    """Yield another operator; `//` becomes a division that is rounded up."""
    match node:
        case ast.BinOp(left=left, op=ast.FloorDiv()):
            yield _negative(_altered(node, left=_negative(left)))
        case ast.BinOp(op=op) | ast.AugAssign(op=op) if type(op) in _OPERATORS:
            yield _altered(node, op=_OPERATORS[type(op)]())
        case ast.UnaryOp(op=ast.USub() | ast.Not() | ast.Invert(), operand=operand):
            yield operand


def _redecided(node: ast.AST) -> Iterator[ast.AST]:
    """Yield another condition."""
    match node:
        case ast.Compare(ops=ops):
            for index, op in enumerate(ops):
                yield _altered(node, ops=_spliced(ops, index, _COMPARISONS[type(op)]()))
        case ast.BoolOp(op=op):
            yield _altered(node, op=ast.Or() if isinstance(op, ast.And) else ast.And())
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
            yield _altered(node, test=_negated(test))
        case ast.comprehension(ifs=tests):
            for index, test in enumerate(tests):
                yield _altered(node, ifs=_spliced(tests, index, _negated(test)))


def _moved(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a number, an end or a position that is off by one."""
    match node:
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=float(value)):
            yield ast.Constant(value + 1)
        case ast.Constant(value=int(value)):
            yield ast.Constant(value + 1)
            yield ast.Constant(value - 1) if value else _negative(ast.Constant(1))
        case ast.Slice(upper=ast.expr() as upper) if not _is_literal(upper):
            yield _altered(node, upper=_one_less(upper))
        case ast.Tuple(elts=[first, second]):
            yield _altered(node, elts=[second, first])


def _recalled(node: ast.Call) -> Iterator[ast.AST]:
    """Yield another order of arguments, one argument less, no call at all, or a shorter range."""
    for index, (first, second) in enumerate(pairwise(node.args)):
        if not _is_exchange(node):
            yield _altered(node, args=_spliced(node.args, index, second, first))
    for index in range(len(node.keywords)):
        yield _altered(node, keywords=[*node.keywords[:index], *node.keywords[index + 1 :]])
    match node:
        case ast.Call(func=ast.Attribute(value=value)):
            yield value
        case ast.Call(func=ast.Name(id="range"), args=[stop] | [_, stop, *_]) if not _is_literal(stop):
            yield _altered(node, args=_spliced(node.args, node.args.index(stop), _one_less(stop)))


def _is_exchange(node: ast.Call) -> bool:
    """Return whether this swaps two dimensions of a tensor: `x.transpose(0, 1)` is `x.transpose(1, 0)`."""
    return isinstance(node.func, ast.Attribute) and node.func.attr in _EXCHANGES and len(node.args) == 2


def _altered(node: Tree, **fields: object) -> Tree:
    altered = copy.copy(node)
    for name, value in fields.items():
        setattr(altered, name, value)
    return altered


def _spliced(items: Sequence[Tree], start: int, *new: Tree) -> list[Tree]:
    return [*items[:start], *new, *items[start + len(new) :]]


def _is_literal(node: ast.AST) -> bool:
    """Return whether this is a constant, or a constant with a sign."""
    return isinstance(node.operand if isinstance(node, ast.UnaryOp) else node, ast.Constant)


def _negative(node: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.USub(), node)


def _one_less(node: ast.expr) -> ast.expr:
    return ast.BinOp(node, ast.Sub(), ast.Constant(1))


def _negated(test: ast.expr) -> ast.expr:
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return operand
        case ast.Compare(ops=[op]) if type(op) in _NEGATIONS:
            return _altered(test, ops=[_NEGATIONS[type(op)]()])
    return ast.UnaryOp(ast.Not(), test)
