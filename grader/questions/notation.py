"""A student's formula: what people write for Python's signs, and what is unclear in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection
from itertools import pairwise

from grader.language.expressions import FUNCTIONS, ExpressionError, names_in, parse_expression
from grader.questions import wording
from grader.questions.posed import FormError
from grader.questions.values import shorten

MAX_CHARACTERS = 500
OF_NUMBERS = frozenset(FUNCTIONS) - {"len", "prod", "sum", "mean"}
CONSTANTS = ("e", "pi")
_SIGNS = str.maketrans(
    {"×": "*", "·": "*", "∙": "*", "⋅": "*", "÷": "/", "−": "-", "\u2013": "-", "π": "pi"}
    | {"⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")", "\u00a0": " ", "\n": " "}
    | {"^": "**", "²": "**2", "³": "**3", "≤": "<=", "≥": ">="}
)
_MODULES = re.compile(r"\b(?:math|np|numpy|torch)\.(?=[a-z])")
_TOKENS = re.compile(r"(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[^\W\d]\w*|\S")
_EQUATION = re.compile(r"[^\W\d]\w*\s*=(?!=)")
_WORDS = frozenset({"and", "or", "not", "if", "else", "in"})
_FORMS = (ast.Constant, ast.Name, ast.IfExp, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.Call)


def read_formula(text: str, name: str, variables: Collection[str]) -> ast.expr:
    """Read a student's formula in these variables.

    Raises:
        FormError: it is not a formula; the sentence says what to write.

    """
    if len(text) > MAX_CHARACTERS:
        raise FormError(wording.TOO_MANY_CHARACTERS.format(name=name, most=MAX_CHARACTERS))
    formula = _MODULES.sub("", text.translate(_SIGNS)).strip()
    if _EQUATION.match(formula):
        raise FormError(wording.EQUATION.format(name=name))
    _check_products(formula, name)
    try:
        tree = parse_expression(formula)
    except ExpressionError:
        raise FormError(wording.NOT_A_FORMULA.format(name=name, what=shorten(repr(text)))) from None
    _check_forms(tree, text, name)
    unknown = sorted(names_in(tree) - {*variables, *CONSTANTS})
    if unknown:
        known = wording.listed(variables)
        raise FormError(wording.OTHER_NAMES.format(name=name, other=shorten(unknown[0]), known=known))
    return tree


def _check_products(formula: str, name: str) -> None:
    """Raise FormError where a `*` or the brackets of a function are missing."""
    tokens = _TOKENS.findall(formula)
    for left, right in pairwise(tokens):
        if left in _WORDS or right in _WORDS or not (_ends(left) and _begins(right)):
            continue
        if left in OF_NUMBERS:
            if right != "(":
                raise FormError(wording.NO_BRACKETS.format(name=name, function=left))
        else:
            raise FormError(wording.NO_SIGN.format(name=name, what=shorten(left + right)))


def _ends(piece: str) -> bool:
    return piece != "." and (piece[0].isalnum() or piece[0] in "_.)")


def _begins(piece: str) -> bool:
    return piece != "." and (piece[0].isalnum() or piece[0] in "_.(")


def _check_forms(tree: ast.expr, text: str, name: str) -> None:
    """Raise FormError for what formulas of authors may hold and those of students may not."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple):
            raise FormError(wording.COMMA.format(name=name))
        is_number = not isinstance(node, ast.Constant) or isinstance(node.value, int | float)
        is_known = not isinstance(node, ast.Call) or ast.unparse(node.func) in OF_NUMBERS
        if isinstance(node, ast.expr) and not (isinstance(node, _FORMS) and is_number and is_known):
            raise FormError(wording.NOT_A_FORMULA.format(name=name, what=shorten(repr(text))))
