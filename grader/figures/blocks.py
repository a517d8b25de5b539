"""Blocks of text: lines of one width, side by side or below each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from textwrap import wrap

WIDTH = 76  # in a stub, each line is a comment and indented
GAP = "   "

Block = tuple[str, ...]


def width_of(block: Block) -> int:
    """Return the width of the longest line."""
    return max(map(len, block), default=0)


def wrapped(text: str, width: int = WIDTH) -> Block:
    """Break a text into lines."""
    return tuple(wrap(text, width, break_on_hyphens=False)) if text else ()


def stacked(blocks: Iterable[Block], gap: int = 1) -> Block:
    """Put blocks below each other; empty ones are left out."""
    lines: list[str] = []
    for block in filter(None, blocks):
        lines += [*([""] * gap if lines else ()), *block]
    return tuple(lines)


def beside(blocks: Iterable[Block], width: int = WIDTH) -> Block:
    """Put blocks side by side, and below each other where they do not fit."""
    rows: list[list[Block]] = []
    for block in filter(None, blocks):
        if rows and sum(len(GAP) + width_of(one) for one in rows[-1]) + width_of(block) <= width:
            rows[-1].append(block)
        else:
            rows.append([block])
    return stacked(map(_in_a_row, rows))


def _in_a_row(blocks: Sequence[Block]) -> Block:
    widths = [width_of(block) for block in blocks]
    return tuple(
        GAP.join(part.ljust(width) for part, width in zip(parts, widths, strict=True)).rstrip()
        for parts in zip_longest(*blocks, fillvalue="")
    )
