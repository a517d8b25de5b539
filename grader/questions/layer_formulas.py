"""What a small layer computes, as formulas over an exercise's parameters: its sizes and its values."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from itertools import product
from typing import Any

from grader.language.expressions import Scope, evaluate_tree, parse_expression
from grader.language.layers import Layer

MAX_SIDE = 8  # of an image whose values are written out
_SIDES = 2
_POOLINGS = ("MaxPool2d", "AvgPool2d")


def size_formulas(layer: Layer, shape: Sequence[str]) -> list[str]:
    """Return a formula for each size of the output; none if a layer is not a plain convolution or pooling.

    >>> from grader.language.layers import parse_layer
    >>> size_formulas(parse_layer("Conv2d(1, 4, kernel_size=K, stride=S)"), ["1", "1", "M", "M"])
    ['1', '4', '(M - K) // S + 1', '(M - K) // S + 1']
    """
    sizes = list(shape)
    for one in layer.flat():
        if not (one.name.startswith("Conv") or one.name in _POOLINGS) or len(sizes) != _SIDES + 2:
            return []
        sides = [_size(one, size, axis) for axis, size in enumerate(sizes[2:])]
        if None in sides:
            return []
        channels = one.arguments.get("out_channels")
        sizes = [sizes[0], ast.unparse(channels) if channels else sizes[1], *map(str, sides)]
    return sizes


def _size(layer: Layer, size: str, axis: int) -> str | None:
    """Return a side of the output as people write it; None if an argument is unusual."""
    if {"padding_mode", "ceil_mode"} & layer.arguments.keys():
        return None
    kernel = _argument(layer, "kernel_size", axis, "1")
    stride = _argument(layer, "stride", axis, kernel if layer.name in _POOLINGS else "1")
    padding, dilation = _argument(layer, "padding", axis, "0"), _argument(layer, "dilation", axis, "1")
    if not padding or padding[0] in "'\"":
        return None
    wide = size if padding == "0" else f"{size} + 2 * ({padding})"
    extent = f"({kernel})" if dilation == "1" else f"(({dilation}) * (({kernel}) - 1) + 1)"
    room = f"{wide} - {extent}"
    text = f"{room} + 1" if stride == "1" else f"({room}) // ({stride}) + 1"
    return ast.unparse(parse_expression(text))


def _argument(layer: Layer, name: str, axis: int, default: str) -> str:
    tree = layer.arguments.get(name)
    if isinstance(tree, ast.Tuple) and len(tree.elts) == _SIDES:
        tree = tree.elts[axis]
    return default if tree is None else ast.unparse(tree)


def split(formula: Any, scope: Scope) -> Any:
    """Return nested lists of formulas for a formula whose value is a list; a number's is its text.

    >>> split("[a, [1, 2]]", {"a": [5, 6]})
    [['a[0]', 'a[1]'], ['1', '2']]
    """
    if isinstance(formula, list):
        return [split(item, scope) for item in formula]
    tree = parse_expression(str(formula))
    if isinstance(tree, ast.List | ast.Tuple):
        return [split(ast.unparse(item), scope) for item in tree.elts]
    value = evaluate_tree(tree, scope)
    if isinstance(value, list | tuple):
        return [split(f"{_factor(str(formula))}[{index}]", scope) for index in range(len(value))]
    return str(formula)


def value_formulas(layer: Layer, image: Any, weight: Any, bias: Any, scope: Scope) -> list[str]:
    """Return a formula for each value of a small convolution or maximum pooling of one channel, row by row.

    Nothing is returned for other layers, and for large images. `scope` is one variant, for the sizes.
    """
    kernel, stride, padding = (_pair(layer, name, scope) for name in ("kernel_size", "stride", "padding"))
    is_pooling = layer.name == "MaxPool2d"
    if kernel is None or not (is_pooling or layer.name == "Conv2d") or layer.arguments.keys() & {"dilation"}:
        return []
    stride = stride or (kernel if is_pooling else (1, 1))
    cells = _cells(split(image, scope), padding or (0, 0))
    weights = None if weight is None else _weights(split(weight, scope), kernel)
    if cells is None or (weights is None and not is_pooling):
        return []
    rows = range(0, len(cells) - kernel[0] + 1, stride[0])
    columns = range(0, len(cells[0]) - kernel[1] + 1, stride[1])
    shifts = list(product(range(kernel[0]), range(kernel[1])))
    values = []
    for row, column in product(rows, columns):
        window = [(cells[row + down][column + right], down, right) for down, right in shifts]
        if is_pooling:
            values.append(f"max({', '.join(cell for cell, _, _ in window if cell)})")
        elif weights is not None:
            values.append(_summed([(cell, weights[down][right]) for cell, down, right in window], bias))
    return values


def _summed(products: Sequence[tuple[str, str]], bias: Any) -> str:
    terms = [f"{_factor(weight)} * {_factor(cell)}" for cell, weight in products if cell and weight != "0"]
    terms += [] if bias in {None, 0} else [_factor(str(bias))]
    return " + ".join(terms) or "0"


def _factor(text: str) -> str:
    return text if text.replace("[", "").replace("]", "").isalnum() else f"({text})"


def _pair(layer: Layer, name: str, scope: Scope) -> tuple[int, int] | None:
    tree = layer.arguments.get(name)
    if tree is None:
        return None
    value = evaluate_tree(tree, scope)
    pair = tuple(value) if isinstance(value, tuple | list) else (value, value)
    return (pair[0], pair[1]) if all(isinstance(one, int) for one in pair) else None


def _weights(numbers: Any, kernel: tuple[int, int]) -> list[list[str]] | None:
    if isinstance(numbers, str):
        return [[numbers] * kernel[1]] * kernel[0]
    while len(numbers) == 1 and len(numbers) != kernel[0] and isinstance(numbers[0], list):
        numbers = numbers[0]
    return numbers if len(numbers) == kernel[0] and all(isinstance(row, list) for row in numbers) else None


def _cells(image: Any, padding: tuple[int, int]) -> list[list[str]] | None:
    """Return the formulas of an image's cells with padding around it; '' is outside."""
    rows = image if isinstance(image, list) else []
    if not 1 <= len(rows) <= MAX_SIDE or not all(
        isinstance(row, list) and len(row) <= MAX_SIDE for row in rows
    ):
        return None
    if not all(isinstance(cell, str) for row in rows for cell in row):
        return None  # more dimensions
    outside = [""] * padding[1]
    empty = [[""] * (len(rows[0]) + 2 * padding[1])] * padding[0]
    return [*empty, *([*outside, *row, *outside] for row in rows), *empty]
