"""What each frame of a figure computes, in order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from itertools import product as indices
from math import prod

from grader.walks.evaluating import bias_of, product, value_of
from grader.walks.steps import Index, Step, Term, steps_of
from grader.walks.walk import Walk
from grader.walks.worked import Worked


@dataclass(frozen=True)
class Moment:
    """What one frame reads and writes.

    `index` is that of the value in the output; of a stamp, that of the value in the image; of an unfold, that
    of the column. `writes` are the values of the output that it changes, `stamps` what it adds to them.
    """

    index: Index
    terms: tuple[Term, ...]
    place: Index
    writes: Mapping[Index, float]
    stamps: Mapping[Index, float] = field(default_factory=dict)
    bias: float | None = None


def moments_of(worked: Worked) -> Iterator[Moment]:
    """Yield what each frame of a layer computes."""
    match worked.walk.family:
        case "transposed convolution":
            yield from _stamping(worked)
        case "unfold":
            yield from _columns(worked)
        case _:
            for step in steps_of(worked.walk):
                writes = {step.output: value_of(worked, step)}
                yield Moment(step.output, step.terms, step.place, writes, bias=bias_of(worked, step))


def count_moments(walk: Walk) -> int:
    """Count the frames of a layer."""
    if walk.family == "transposed convolution":
        return prod(walk.input)
    return prod(walk.output) // (walk.output[1] if walk.family == "unfold" else 1)


def beginning(worked: Worked) -> dict[Index, float]:
    """Return the output before the first frame: a transposed convolution begins with the bias."""
    if worked.walk.family != "transposed convolution":
        return {}
    return {step.output: bias_of(worked, step) or 0.0 for step in steps_of(worked.walk)}


def _columns(worked: Worked) -> Iterator[Moment]:
    """Yield the patches of an unfold: each becomes a column of the output."""
    steps = sorted(steps_of(worked.walk), key=_column)
    for index, group in groupby(steps, _column):
        column = list(group)
        terms = tuple(term for step in column for term in step.terms)
        writes = {step.output: value_of(worked, step) for step in column}
        yield Moment(index, terms, column[0].place, writes)


def _column(step: Step) -> Index:
    return step.output[0], step.output[-1]


def _stamping(worked: Worked) -> Iterator[Moment]:
    """Yield the stamps of a transposed convolution, position by position, channel by channel."""
    walk, output = worked.walk, beginning(worked)
    given: dict[Index, list[tuple[Step, Term]]] = defaultdict(list)
    for step in steps_of(replace(walk, combine="sum")):
        for term in step.terms:
            given[term.at].append((step, term))
    for index in sorted(indices(*map(range, walk.input)), key=lambda at: (at[0], at[2:], at[1])):
        over = walk.combine == "last" and index[1] % (walk.input[1] // walk.groups) == 0
        stamps = {step.output: product(worked, term) for step, term in given[index]}
        for step, _ in given[index]:
            before = (bias_of(worked, step) or 0.0) if over else output[step.output]
            output[step.output] = before + stamps[step.output]
        writes = {at: output[at] for at in stamps}
        yield Moment(index, tuple(term for _, term in given[index]), index[2:], writes, stamps)
