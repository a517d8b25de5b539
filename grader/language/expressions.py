"""Small formulas in YAML, such as `(M - K) // S + 1`, read with `ast` against an allow-list."""

from __future__ import annotations

import ast
import copy
import math
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from contextlib import suppress
from functools import lru_cache
from itertools import pairwise
from typing import Any

from grader.language.fault import LanguageError, at

Expression = bool | int | float | str  # text is a formula, anything else a constant
Scope = Mapping[str, Any]

MAX_CHARACTERS = 1000
GIVEN = "given"  # before the names of earlier questions
MAX_DEPTH = 100
MAX_DIGITS = 20
MAX_EXPONENT = 64
MAX_NUMBER = 10**100
MAX_RANGE = 10_000  # numbers
MAX_STEPS = 100_000  # of a formula with loops: its values, and the items of its lists and texts


def _range(*bounds: int) -> list[int]:
    numbers = range(*bounds)
    if len(numbers) > MAX_RANGE:
        raise ExpressionError(f"A range has more than {MAX_RANGE:,} numbers.", "Make it shorter.")
    return list(numbers)


def _product(numbers: Iterable[Any]) -> Any:
    """Multiply numbers; every product on the way is bounded."""
    result: Any = 1
    times = _binary(ast.Mult())
    for number in numbers:
        result = times(result, _finite(number))
        _finite(result)
    return result


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "ceil": math.ceil,
    "cos": math.cos,
    "exp": math.exp,
    "float": float,
    "floor": math.floor,
    "int": int,
    "len": len,
    "log": math.log,
    "max": max,
    "mean": lambda numbers: sum(numbers) / len(numbers),
    "min": min,
    "prod": _product,
    "range": _range,
    "round": lambda number, digits=0: (
        round(number, min(max(digits, -MAX_DIGITS), MAX_DIGITS)) if digits else round(number)
    ),
    "sin": math.sin,
    "sqrt": math.sqrt,
    "sum": sum,
    "tan": math.tan,
    "tanh": math.tanh,
}

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}
_PLAIN = (
    ast.Expression,
    ast.Constant,
    ast.Name,
    ast.Load,
    ast.Tuple,
    ast.List,
    ast.IfExp,
    ast.Subscript,
    ast.Attribute,
)
_NODES = (
    *_PLAIN,
    ast.BinOp,
    ast.UnaryOp,
    ast.BoolOp,
    ast.And,
    ast.Or,
    ast.Compare,
    ast.Call,
    ast.ListComp,
    ast.GeneratorExp,
    ast.comprehension,
    ast.Store,
    *_BINARY,
    *_UNARY,
    *_COMPARE,
)


_REAL = (int, float)
_NUMBERS = {int, float, bool}
_SMALL = 1e99  # a number below this needs no closer look


class ExpressionError(LanguageError):
    """A formula that cannot be read or computed."""


@lru_cache(maxsize=4096)
def parse_expression(text: str) -> ast.expr:
    """Parse a formula and check every node of its tree against the allow-list.

    Raises:
        ExpressionError: it is too long, not a formula, or uses something that is not allowed.

    """
    if len(text) > MAX_CHARACTERS:
        raise ExpressionError(f"The formula is longer than {MAX_CHARACTERS} characters.")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ExpressionError(f"'{text}' is not a formula.") from None
    for node in ast.walk(tree):
        _check_node(node, text)
    if _is_deeper(tree, MAX_DEPTH):
        raise ExpressionError(
            f"A formula is nested more than {MAX_DEPTH} levels deep.", "Move a part of it to a parameter."
        )
    return tree.body


def _is_deeper(tree: ast.AST, most: int) -> bool:
    level: list[ast.AST] = [tree]
    for _ in range(most):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return bool(level)


def _check_node(node: ast.AST, text: str) -> None:
    if not isinstance(node, _NODES):
        raise ExpressionError(f"'{text}' uses {type(node).__name__}, which formulas do not allow.")
    if isinstance(node, ast.Attribute) and given_name(node) is None:
        raise ExpressionError(f"'{text}' uses Attribute, which formulas do not allow.")
    if isinstance(node, ast.comprehension) and (node.is_async or not isinstance(node.target, ast.Name)):
        raise ExpressionError(f"A loop in '{text}' has more than one name.", "Write one name after 'for'.")
    if isinstance(node, ast.Constant) and not isinstance(node.value, int | float | str | None):
        raise ExpressionError(f"'{text}' contains a value that is neither a number nor text.")
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else "that"
        if name not in FUNCTIONS or node.keywords:
            raise ExpressionError(
                f"'{text}' calls {name}. A formula can call: {', '.join(sorted(FUNCTIONS))}.",
                "Use one of these.",
            )


def given_name(node: ast.AST) -> str | None:
    """Return `given.slope` if a node is that name, the answer to another question; None if it is not."""
    is_given = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == GIVEN
    return f"{GIVEN}.{node.attr}" if is_given and isinstance(node, ast.Attribute) else None


def names_in(tree: ast.AST) -> frozenset[str]:
    """Return the parameters that a formula reads; the names of its loops do not count."""
    given = {id(node.value): name for node in ast.walk(tree) if (name := given_name(node))}  # type: ignore[attr-defined]
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in given]
    own = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    return frozenset({node.id for node in names} - FUNCTIONS.keys() - own) | {*given.values()}


class _Writing(ast.NodeTransformer):
    """A transformer that writes formulas in place of `given.slope`."""

    def __init__(self, formulas: Mapping[str, Expression]) -> None:
        self._formulas = formulas

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        formula = self._formulas.get(given_name(node) or "")
        if formula is None:
            return node
        return copy.deepcopy(parse_expression(formula)) if isinstance(formula, str) else ast.Constant(formula)


def written_out(formula: Expression, formulas: Mapping[str, Expression]) -> Expression:
    """Return a formula in which other questions' formulas stand in place of their names.

    >>> written_out("2 * given.slope", {"given.slope": "a + b"})
    '2 * (a + b)'
    """
    if not isinstance(formula, str) or not names_in(parse_expression(formula)) & formulas.keys():
        return formula
    return ast.unparse(_Writing(formulas).visit(copy.deepcopy(parse_expression(formula))))


class _Filling(ast.NodeTransformer):
    """A transformer that replaces what can be computed by its value, except comparisons."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.comprehension):
            return node  # its own name is not a parameter
        if not isinstance(node, ast.expr) or isinstance(node, ast.Compare | ast.BoolOp | ast.Constant):
            return self.generic_visit(node)
        names = names_in(node)
        if names and names <= self._scope.keys():
            with suppress(ExpressionError):
                return ast.Constant(evaluate_tree(node, self._scope))
        return self.generic_visit(node)


def filled(text: str, scope: Scope) -> str:
    """Return a formula with the values of `scope` filled in.

    >>> filled("2 * padding <= Q - 1", {"Q": 5})
    '2 * padding <= 4'
    """
    return ast.unparse(_Filling(scope).visit(copy.deepcopy(parse_expression(text))))


def evaluate(expression: Expression | Sequence[Any], scope: Scope) -> Any:
    """Return the value of a formula, or of a list of formulas; `scope` gives the parameters.

    Raises:
        ExpressionError: it cannot be computed, or has no finite value.

    """
    if isinstance(expression, str):
        return evaluate_tree(parse_expression(expression), scope)
    if isinstance(expression, Sequence):
        return [_item(index, item, scope) for index, item in enumerate(expression)]
    return _finite(expression)


def _item(index: int, expression: Expression | Sequence[Any], scope: Scope) -> Any:
    with at(index):
        return evaluate(expression, scope)


def whole_numbers(formulas: Sequence[Expression], scope: Scope) -> list[int]:
    """Return the values of formulas for the sizes of something.

    Raises:
        ExpressionError: one cannot be computed, or is not a whole number.

    """
    values = evaluate(formulas, scope)
    for index, value in enumerate(values):
        if type(value) is not int:
            with at(index):
                raise ExpressionError(f"{value!r} is not a whole number.")
    return list(values)


def evaluate_tree(tree: ast.expr, scope: Scope) -> Any:
    """Evaluate a formula that has already been parsed."""
    try:
        return _compiled_once(tree)(scope, _Steps())
    except ExpressionError:
        raise
    except RecursionError:
        raise ExpressionError("A formula cannot be computed. It is nested too deeply.") from None
    except (ArithmeticError, TypeError, ValueError, LookupError) as error:
        raise ExpressionError(f"A formula cannot be computed. {ast.unparse(tree)}: {error}.") from None


class _Steps:
    """The steps that a formula may still take."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MAX_STEPS


_Compiled = Callable[[Scope, _Steps], Any]


@lru_cache(maxsize=4096)
def _compiled_once(tree: ast.expr) -> _Compiled:
    """Compile a formula; the variants of a class compute the same few formulas very often."""
    return _compiled(tree)


def _compiled(node: ast.expr) -> _Compiled:
    """Return a function that computes a node, counts its steps and bounds its value."""
    if isinstance(node, ast.Name):
        return _reading(node.id)
    compute = _computing(node)

    def value_of(scope: Scope, steps: _Steps) -> Any:
        value = compute(scope, steps)
        steps.left -= 1
        if steps.left >= 0 and type(value) in _NUMBERS and -_SMALL <= value <= _SMALL:
            return value
        return _checked(value, steps)

    return value_of


def _reading(name: str) -> _Compiled:
    """Return a function that reads a parameter: most parts of most formulas do, so it is one call."""

    def value_of(scope: Scope, steps: _Steps) -> Any:
        if name not in scope:
            raise ExpressionError(f"There is no parameter '{name}'.")
        value = scope[name]
        steps.left -= 1
        if steps.left >= 0 and type(value) in _NUMBERS and -_SMALL <= value <= _SMALL:
            return value
        return _checked(value, steps)

    return value_of


def _checked(value: Any, steps: _Steps) -> Any:
    """Count the items of a value, and return it if it is bounded."""
    steps.left -= len(value) if isinstance(value, Sized) else 0
    if steps.left < 0:
        raise ExpressionError(f"A formula takes more than {MAX_STEPS:,} steps.", "Use shorter loops.")
    return _finite(value) if isinstance(value, int | float | complex) else value


def _finite(value: Any) -> Any:
    """Return the value if it is a finite real number of at most 1e100."""
    if isinstance(value, complex):
        raise ExpressionError(f"{value} is not a real number.")
    if isinstance(value, float) and not math.isfinite(value):
        raise ExpressionError(f"A formula gives {value}, which is not a finite number.")
    if isinstance(value, int | float) and abs(value) > MAX_NUMBER:
        raise ExpressionError("A number is larger than 1e100.", "Use smaller numbers.")
    return value


def _computing(node: ast.expr) -> _Compiled:  # noqa: C901 one branch for each form of formula
    """Return a function that computes a node from the values of its parts."""
    match node:
        case ast.Constant(value=value):
            return lambda _scope, _steps: value
        case ast.Attribute():
            return _looking_up(given_name(node) or "")
        case ast.Tuple(elts=items):
            parts = [*map(_compiled, items)]
            return lambda scope, steps: tuple([part(scope, steps) for part in parts])
        case ast.List(elts=items):
            parts = [*map(_compiled, items)]
            return lambda scope, steps: [part(scope, steps) for part in parts]
        case ast.UnaryOp(op=op, operand=operand):
            change, of = _UNARY[type(op)], _compiled(operand)
            return lambda scope, steps: change(of(scope, steps))
        case ast.BinOp(left=left, op=op, right=right):
            sign, one, other = _binary(op), _compiled(left), _compiled(right)
            return lambda scope, steps: sign(one(scope, steps), other(scope, steps))
        case ast.BoolOp(op=op, values=values):
            return _deciding([*map(_compiled, values)], by=isinstance(op, ast.Or))
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            return _comparing([_COMPARE[type(op)] for op in ops], [*map(_compiled, (left, *comparators))])
        case ast.IfExp(test=test, body=body, orelse=orelse):
            asked, then, otherwise = _compiled(test), _compiled(body), _compiled(orelse)
            return lambda scope, steps: (then if asked(scope, steps) else otherwise)(scope, steps)
        case ast.Subscript(value=value, slice=index):
            whole, at_ = _compiled(value), _compiled(index)
            return lambda scope, steps: whole(scope, steps)[at_(scope, steps)]
        case ast.ListComp(elt=item, generators=loops) | ast.GeneratorExp(elt=item, generators=loops):
            looped = _looping(item, loops)
            return lambda scope, steps: list(looped(scope, steps))
        case ast.Call(func=ast.Name(id=name), args=arguments):
            function, parts = FUNCTIONS[name], [*map(_compiled, arguments)]
            return lambda scope, steps: function(*[part(scope, steps) for part in parts])
    raise ExpressionError(f"'{ast.unparse(node)}' cannot be computed.")


def _looking_up(name: str) -> _Compiled:
    def value_of(scope: Scope, _steps: _Steps) -> Any:
        if name not in scope:
            raise ExpressionError(f"There is no earlier answer '{name}'.")
        return scope[name]

    return value_of


def _looping(item: ast.expr, loops: Sequence[ast.comprehension]) -> Callable[[Scope, _Steps], Iterator[Any]]:
    """Return a function that yields the values of a loop."""
    if not loops:
        last = _compiled(item)
        return lambda scope, steps: iter([last(scope, steps)])
    loop, *others = loops
    name, items = ast.unparse(loop.target), _compiled(loop.iter)
    tests, inner = [*map(_compiled, loop.ifs)], _looping(item, others)

    def values_of(scope: Scope, steps: _Steps) -> Iterator[Any]:
        if name in scope:
            sentence = f"'{name}' is already the name of a value."
            raise ExpressionError(sentence, "Use another name after 'for'.")
        for one in items(scope, steps):
            own = {**scope, name: one}
            if all(test(own, steps) for test in tests):
                yield from inner(own, steps)

    return values_of


def _deciding(operands: Sequence[_Compiled], *, by: bool) -> _Compiled:
    """Return a function that computes operands up to the first that decides `and` or `or`."""

    def value_of(scope: Scope, steps: _Steps) -> Any:
        value = None
        for operand in operands:
            value = operand(scope, steps)
            if bool(value) is by:
                break
        return value

    return value_of


def _comparing(holds: Sequence[Callable[[Any, Any], Any]], operands: Sequence[_Compiled]) -> _Compiled:
    """Return a function that compares; as in Python, it computes nothing after a comparison that fails."""
    if len(holds) == 1:
        (hold,), (one, other) = holds, operands
        return lambda scope, steps: bool(hold(one(scope, steps), other(scope, steps)))

    def value_of(scope: Scope, steps: _Steps) -> bool:
        pairs = pairwise(operand(scope, steps) for operand in operands)
        return all(compare(a, b) for compare, (a, b) in zip(holds, pairs, strict=False))

    return value_of


def _binary(op: ast.operator) -> Callable[[Any, Any], Any]:
    """Return the function of an operator; lists and texts are only added."""
    compute, is_power = _BINARY[type(op)], isinstance(op, ast.Pow)
    if not isinstance(op, ast.Mult | ast.Mod | ast.Pow):
        return compute

    def value_of(left: Any, right: Any) -> Any:
        if not (isinstance(left, _REAL) and isinstance(right, _REAL)):
            raise ExpressionError("Only numbers can be multiplied or divided.")
        if is_power and abs(right) > MAX_EXPONENT:
            raise ExpressionError(f"The exponent of a power must be at most {MAX_EXPONENT}.")
        return compute(left, right)

    return value_of
