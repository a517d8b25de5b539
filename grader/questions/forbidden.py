"""What a code question can forbid: operators of torch, and the names by which one reaches for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Forbidden:
    """A family of operations: what it is called, parts of operators' names, and names in a source."""

    article: str
    operators: tuple[str, ...]
    words: frozenset[str]


def _by_dimension(*names: str) -> set[str]:
    return {f"{name}{d}d" for name in names for d in (1, 2, 3)}


FAMILIES: dict[str, Forbidden] = {
    "convolution": Forbidden(
        "a convolution of a library",
        ("conv",),
        frozenset(
            _by_dimension("conv", "Conv", "conv_transpose", "ConvTranspose", "LazyConv")
            | {
                "convolve",
                "convolve1d",
                "convolve2d",
                "correlate",
                "correlate1d",
                "correlate2d",
                "fftconvolve",
            }
            | {"oaconvolve", "convolution"}
        ),
    ),
    "pooling": Forbidden(
        "a pooling of a library",
        ("pool",),
        frozenset(
            _by_dimension("max_pool", "avg_pool", "lp_pool", "MaxPool", "AvgPool", "LPPool")
            | _by_dimension("adaptive_max_pool", "adaptive_avg_pool", "AdaptiveMaxPool", "AdaptiveAvgPool")
        ),
    ),
    "unfold": Forbidden(
        "unfold",
        ("im2col", "col2im", "unfold"),
        frozenset({"unfold", "fold", "Unfold", "Fold", "as_strided"}),
    ),
    "matmul": Forbidden(
        "a matrix product of a library",
        (
            "::mm",
            "::bmm",
            "::matmul",
            "::addmm",
            "::baddbmm",
            "::mv",
            "::addmv",
            "::dot",
            "::linear",
            "::einsum",
        ),
        frozenset({"matmul", "mm", "bmm", "einsum", "tensordot", "dot", "mv", "Linear", "linear"}),
    ),
    "padding": Forbidden("a padding of a library", ("pad",), frozenset({"pad", *_by_dimension("ZeroPad")})),
    "fft": Forbidden(
        "a Fourier transform", ("fft",), frozenset({"fft", "rfft", "fft2", "rfft2", "fftn", "rfftn"})
    ),
}


def families_of(operators: Iterable[str], forbidden: Iterable[str]) -> list[str]:
    """The forbidden families that some operator belongs to."""
    names = list(operators)
    return [
        family
        for family in forbidden
        if any(part in name for part in FAMILIES[family].operators for name in names)
    ]


def words_of(forbidden: Iterable[str]) -> frozenset[str]:
    """The names of all these families."""
    return frozenset().union(*(FAMILIES[family].words for family in forbidden))
