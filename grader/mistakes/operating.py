"""The usual mistakes in the shape that an operation on tensors gives."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest

from grader.language.operations import Operated, Sizes
from grader.mistakes import wording
from grader.mistakes.counting import COUNTED_ELEMENTS
from grader.mistakes.mistake import Slip

Misshapen = tuple[str, str, Sequence[int]]  # a name, a message, and the shape that it leads to


def operation_slips(done: Operated) -> Iterator[Slip]:
    """Yield the usual wrong shapes, each once; the first is the most usual."""
    seen = {done.output, ()}
    for name, message, shape in (*_SLIPS[done.name](done), *_always(done)):
        sizes = [*shape] * len(done.output) if len(shape) == 1 else list(shape)  # as answers are read
        if tuple(sizes) not in seen:
            seen.add(tuple(sizes))
            yield Slip(name, message, sizes)


def _always(done: Operated) -> Iterator[Misshapen]:
    """Yield what can happen with any operation."""
    yield "kept-first-shape", wording.KEPT_FIRST_SHAPE, done.inputs[0]
    if len(done.inputs) > 1:
        yield "kept-last-shape", wording.KEPT_LAST_SHAPE, done.inputs[-1]
    yield COUNTED_ELEMENTS, wording.COUNTED_ELEMENTS, [math.prod(done.output)]


def _broadcast(done: Operated) -> Iterator[Misshapen]:
    one, other = done.inputs
    from_the_left = [max(pair) for pair in zip_longest(one, other, fillvalue=1)]
    yield "aligned-from-the-left", wording.ALIGNED_FROM_THE_LEFT, from_the_left
    both = _aligned(done)
    yield "added-the-sizes", wording.BROADCAST_ADDED, [sum(pair) if min(pair) else 0 for pair in both]
    yield "kept-the-ones", wording.KEPT_THE_ONES, [min(pair) for pair in both]
    yield "multiplied-the-sizes", wording.BROADCAST_MULTIPLIED, [a * b for a, b in both][-len(one) :]
    shorter = min(len(one), len(other))
    yield "dropped-leading-dimensions", wording.DROPPED_LEADING, done.output[-shorter:]
    yield "joined-the-shapes", wording.JOINED_SHAPES, (*one, *other)


def _aligned(done: Operated) -> list[tuple[int, int]]:
    """Return the sizes that meet in each dimension, aligned from the right."""
    one, other = (shape[::-1] for shape in done.inputs)
    return list(zip_longest(one, other, fillvalue=1))[::-1]


def _matmul(done: Operated) -> Iterator[Misshapen]:
    one, other = done.inputs
    if min(len(one), len(other)) < 2:
        return
    batch, (rows, inner), columns = done.output[:-2], one[-2:], other[-1]
    yield "kept-inner-size", wording.KEPT_INNER, (*batch, rows, inner, columns)
    yield "answered-inner-sizes", wording.ANSWERED_INNER, (*batch, inner, inner)
    yield "swapped-rows-and-columns", wording.SWAPPED_OUTER, (*batch, columns, rows)
    yield "dropped-the-batch", wording.DROPPED_BATCH, (rows, columns)
    yield "joined-the-shapes", wording.JOINED_SHAPES, (*one, *other)
    yield "summed-the-rows-away", wording.SUMMED_ROWS, (*batch, columns)


def _cat(done: Operated) -> Iterator[Misshapen]:
    first, dim = done.inputs[0], _dim(done)
    for at in range(len(first)):
        added = sum(shape[at] for shape in done.inputs)
        yield "joined-along-another-dimension", wording.OTHER_DIMENSION, _with(first, at, added)
    if len(set(done.inputs)) == 1:
        yield "stacked-for-joined", wording.STACKED_FOR_CAT, _inserted(first, dim, len(done.inputs))
    largest = max(shape[dim] for shape in done.inputs)
    yield "largest-for-sum", wording.LARGEST_FOR_SUM, _with(first, dim, largest)
    yield "multiplied-the-sizes", wording.CAT_MULTIPLIED, _with(first, dim, _product(done.inputs, dim))
    yield "added-every-dimension", wording.ADDED_EVERYWHERE, [sum(pair) for pair in zip(*done.inputs)]  # noqa: B905 an input can be empty
    yield "counted-tensors", wording.COUNTED_TENSORS, _with(first, dim, len(done.inputs))


def _product(shapes: Sequence[Sizes], dim: int) -> int:
    return math.prod(shape[dim] for shape in shapes)


def _stack(done: Operated) -> Iterator[Misshapen]:
    first, count, dim = done.inputs[0], len(done.inputs), done.arguments["dim"] % len(done.output)
    if dim < len(first):
        yield "joined-for-stacked", wording.CAT_FOR_STACK, _with(first, dim, count * first[dim])
    for at in range(len(done.output)):
        yield "new-dimension-elsewhere", wording.NEW_ELSEWHERE, _inserted(first, at, count)
    yield "new-dimension-of-one", wording.NEW_OF_ONE, _inserted(first, dim, 1)
    yield "replaced-a-dimension", wording.REPLACED, _with(first, min(dim, len(first) - 1), count)
    yield "added-every-dimension", wording.ADDED_EVERYWHERE, [count * size for size in first]


def _view(done: Operated) -> Iterator[Misshapen]:
    written = done.arguments["shape"]
    if -1 in written:
        at = written.index(-1)
        yield "kept-minus-one", wording.KEPT_MINUS_ONE, written
        yield "one-for-minus-one", wording.ONE_FOR_MINUS_ONE, _with(written, at, 1)
        yield "left-out-minus-one", wording.LEFT_OUT_MINUS_ONE, written[:at] + written[at + 1 :]
        yield "all-for-minus-one", wording.ALL_FOR_MINUS_ONE, _with(written, at, math.prod(done.output))
        kept = [size for size in done.inputs[0] if size not in done.output]
        yield "kept-a-size-for-minus-one", wording.KEPT_A_SIZE, _with(written, at, kept[-1] if kept else 1)
    yield "backwards", wording.VIEW_BACKWARDS, done.output[::-1]
    yield "sorted-sizes", wording.VIEW_SORTED, sorted(done.output)


def _transpose(done: Operated) -> Iterator[Misshapen]:
    shape, (one, other) = done.inputs[0], sorted(_dims(done, "dim0", "dim1"))
    yield "swapped-the-last-two", wording.SWAPPED_LAST, _swapped(shape, -2, -1)
    yield "swapped-the-first-two", wording.SWAPPED_FIRST, _swapped(shape, 0, 1)
    yield "backwards", wording.TURNED_ALL, shape[::-1]
    yield "counted-from-one", wording.COUNTED_FROM_ONE, _swapped(shape, one - 1, other - 1)
    rest = [size for at, size in enumerate(shape) if at != one]
    yield "moved-one-dimension", wording.MOVED_ONE, _inserted(rest, other, shape[one])


def _permute(done: Operated) -> Iterator[Misshapen]:
    shape = done.inputs[0]
    dims = [dim % len(shape) for dim in done.arguments["dims"]]
    there = [0] * len(shape)
    for at, dim in enumerate(dims):
        there[dim] = shape[at]
    yield "moved-the-other-way", wording.OTHER_WAY, there
    yield "answered-the-order", wording.ANSWERED_DIMS, done.arguments["dims"]
    yield "backwards", wording.TURNED_ALL, shape[::-1]
    yield "swapped-the-last-two", wording.PERMUTE_LAST, _swapped(shape, -2, -1)
    yield "counted-from-one", wording.COUNTED_FROM_ONE, [shape[dim - 1] for dim in dims]


def _sum(done: Operated) -> Iterator[Misshapen]:
    shape, dims = done.inputs[0], _dims(done, "dim")
    ones = [1 if at in dims else size for at, size in enumerate(shape)]
    without = [size for at, size in enumerate(shape) if at not in dims]
    if done.arguments["keepdim"]:
        yield "dropped-the-dimension", wording.DROPPED_SUMMED, without
    else:
        yield "kept-the-dimension", wording.KEPT_SUMMED, ones
    yield "kept-the-summed-alone", wording.SUMMED_ALONE, [shape[dim] for dim in dims]
    for at in range(len(shape)):
        others = _with(shape, at, 1) if done.arguments["keepdim"] else [*shape[:at], *shape[at + 1 :]]
        yield "summed-another-dimension", wording.SUMMED_ANOTHER, others
    yield "added-up-the-sizes", wording.SUMMED_SIZES, [sum(shape)]


_SLIPS: dict[str, Callable[[Operated], Iterator[Misshapen]]] = {
    "broadcast": _broadcast,
    "matmul": _matmul,
    "cat": _cat,
    "stack": _stack,
    "view": _view,
    "transpose": _transpose,
    "permute": _permute,
    "sum": _sum,
}
OPERATION_MISTAKES = tuple(
    """
    aligned-from-the-left added-the-sizes kept-the-ones multiplied-the-sizes dropped-leading-dimensions
    joined-the-shapes kept-inner-size answered-inner-sizes swapped-rows-and-columns dropped-the-batch
    summed-the-rows-away joined-along-another-dimension stacked-for-joined largest-for-sum
    added-every-dimension counted-tensors joined-for-stacked new-dimension-elsewhere new-dimension-of-one
    replaced-a-dimension kept-minus-one one-for-minus-one left-out-minus-one all-for-minus-one
    kept-a-size-for-minus-one backwards sorted-sizes swapped-the-last-two swapped-the-first-two
    counted-from-one moved-one-dimension moved-the-other-way answered-the-order dropped-the-dimension
    kept-the-dimension kept-the-summed-alone summed-another-dimension added-up-the-sizes
    kept-first-shape kept-last-shape
    """.split()
)


def _dim(done: Operated) -> int:
    return int(done.arguments["dim"]) % len(done.inputs[0])


def _dims(done: Operated, *names: str) -> list[int]:
    """Return dimensions that are arguments, counted from the front."""
    given = [done.arguments[name] for name in names]
    flat = [dim for one in given for dim in (one if isinstance(one, tuple) else (one,))]
    return [dim % len(done.inputs[0]) for dim in flat]


def _with(shape: Sequence[int], at: int, size: int) -> list[int]:
    return [size if number == at else one for number, one in enumerate(shape)]


def _inserted(shape: Sequence[int], at: int, size: int) -> list[int]:
    return [*shape[:at], size, *shape[at:]]


def _swapped(shape: Sequence[int], one: int, other: int) -> list[int]:
    sizes = list(shape)
    if len(sizes) > 1:
        sizes[one], sizes[other] = sizes[other], sizes[one]
    return sizes
