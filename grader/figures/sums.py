"""What a frame computes, written out."""

from __future__ import annotations

from grader.figures.figure import MINUS, FigureFrame, Operation, number_text

_OPENINGS: dict[Operation, str] = {
    "max": "the largest of ",
    "min": "the smallest of ",
    "farthest": "the farthest from 0 of ",
    "norm": "the norm of ",
    "relu": "the larger of 0 and ",
    "abs": "without its sign: ",
}


def sum_lines(frame: FigureFrame) -> tuple[str, ...]:
    """Write out what makes a frame's result: a line for each row of the kernel, then divisor and bias.

    A sum is "6 + 3 + 0", "+ 0 - 1 + 0" and so on, zeros included. The result is not in it.
    """
    rows = [[one.result for one in row] for row in frame.products]
    if frame.operation not in {"sum", "mean"}:
        lines = [", ".join(map(number_text, row)) for row in rows]
        lines = [line + ("," if index < len(lines) - 1 else "") for index, line in enumerate(lines)]
        opening = _OPENINGS.get(frame.operation, "")
        return (*(opening * (index == 0) + line for index, line in enumerate(lines)), *_ends(frame))
    terms = [[_signed(value) for value in row] for row in rows]
    lines = [" ".join(row) for row in terms]
    if lines:
        lines[0] = _without_plus(lines[0])
    if frame.operation == "mean" and lines:
        lines[0], lines[-1] = f"({lines[0]}", f"{lines[-1]})"
    return (*lines, *_ends(frame))


def _ends(frame: FigureFrame) -> tuple[str, ...]:
    """Return the divisor and the bias."""
    found = [f"/ {number_text(frame.divisor)}"] if frame.divisor is not None else []
    return (*found, *([f"{_signed(frame.bias)} (bias)"] if frame.bias is not None else []))


def _signed(value: float) -> str:
    """Write a number with its sign in front, as it continues a sum."""
    return f"{MINUS if value < 0 else '+'} {number_text(abs(value))}"


def _without_plus(line: str) -> str:
    """Return a line as it begins a sum: no plus, and a minus beside its number."""
    return line.removeprefix("+ ") if line.startswith("+ ") else line.replace(f"{MINUS} ", MINUS, 1)
