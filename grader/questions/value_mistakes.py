"""The usual mistakes in computing the values that come out of a layer.

The counterpart of `geometry`, which knows the mistakes in counting how many come out. A mistake is left out
where it could change nothing, whatever the numbers: a stride where the kernel has no room to move, a kernel
of one cell that is turned round. Whether two mistakes agree on the numbers at hand is for the caller to see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import inf, prod
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from grader.language.layers import MAX_CONFIRMED, Layer, arguments_of
from grader.lazy import torch

if TYPE_CHECKING:
    from torch import Tensor

Run = TypeVar("Run")
_REFUSALS = (RuntimeError, ValueError, IndexError)  # what torch raises where a wrong layer is impossible


def value_mistakes(
    layer: Layer, params: Mapping[str, Any], image: Tensor, state: Mapping[str, Tensor]
) -> Iterator[tuple[str, str, Tensor]]:
    """The usual wrong outputs: (name, message for the student, values).

    Only those that apply: nobody forgets a bias that is not there.
    """
    family = _FAMILIES.get(layer.name)
    if family is None:
        return iter(())
    with torch.no_grad():  # all at once: a generator would leave the caller without gradients between two
        return iter(family.wrongs(arguments_of(layer, params), image, state))


@dataclass(frozen=True)
class _Mistake(Generic[Run]):
    """A wrong way to compute, where it `applies`."""

    name: str
    message: str
    compute: Callable[[Run], Tensor]
    applies: Callable[[Run], bool] = lambda run: True  # noqa: ARG005 the common case looks at nothing


@dataclass(frozen=True)
class _Family(Generic[Run]):
    """Layers that are computed alike: how one is read, and what goes wrong with it."""

    read: Callable[[Mapping[str, Any], Tensor, Mapping[str, Tensor]], Run]
    mistakes: tuple[_Mistake[Run], ...]
    dims: int | None = None  # of the image; None where any number will do

    def wrongs(
        self, given: Mapping[str, Any], image: Tensor, state: Mapping[str, Tensor]
    ) -> list[tuple[str, str, Tensor]]:
        """All that torch can compute; an image without batch gives outputs without one."""
        is_alone = self.dims is not None and image.dim() == self.dims + 1
        run = self.read(given, image.unsqueeze(0) if is_alone else image, state)
        found = []
        for mistake in self.mistakes:
            if mistake.applies(run):
                try:
                    output = mistake.compute(run)
                except _REFUSALS:
                    continue
                found.append((mistake.name, mistake.message, output.squeeze(0) if is_alone else output))
        return found


@dataclass(frozen=True)
class _Axis:
    """How a kernel walks along one dimension of the image."""

    size: int
    kernel: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1
    same: bool = False  # the padding is whatever keeps the size
    ceil: bool = False

    @property
    def span(self) -> int:
        """How many cells lie under the kernel from edge to edge."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def sides(self) -> tuple[int, int]:
        """The padding before and after."""
        before = (self.span - 1) // 2 if self.same else self.padding
        return before, self.span - 1 - before if self.same else self.padding

    @property
    def room(self) -> int:
        """How many cells the kernel can move."""
        return self.size + sum(self.sides) - self.span

    @property
    def beyond(self) -> int:
        """How many cells the last kernel hangs over the padded edge, with ceil_mode."""
        moves = -(-self.room // self.stride)
        if moves * self.stride >= self.size + self.sides[0]:
            moves -= 1  # it would begin outside the image
        return max(0, moves * self.stride - self.room) if self.ceil else 0


_Axes = tuple[_Axis, ...]


def _axes(given: Mapping[str, Any], image: Tensor, kernel: Sequence[int], stride: Any) -> _Axes:
    padding, count = given.get("padding", 0), len(kernel)
    return tuple(
        _Axis(*numbers, same=padding == "same", ceil=bool(given.get("ceil_mode", False)))
        for numbers in zip(
            image.shape[2:],
            kernel,
            _per_axis(stride, count),
            _per_axis(0 if isinstance(padding, str) else padding, count),
            _per_axis(given.get("dilation", 1), count),
            strict=True,
        )
    )


def _per_axis(value: Any, count: int) -> tuple[int, ...]:
    """A number for each axis, as torch reads one number or a tuple."""
    values = tuple(value) if isinstance(value, tuple | list) else (value,)
    return values * count if len(values) == 1 else values


def _changed(axes: _Axes, **numbers: Any) -> _Axes:
    return tuple(replace(axis, **numbers) for axis in axes)


def _unpadded(axes: _Axes) -> _Axes:
    return _changed(axes, padding=0, same=False)


def _flat_sides(axes: _Axes) -> list[int]:
    """The padding in the order of torch.nn.functional.pad: the last dimension first."""
    return [side for axis in reversed(axes) for side in axis.sides]


def _windows(image: Tensor, axes: _Axes) -> Tensor:
    """What lies under the kernel in each place: (N, C, places..., kernel...)."""
    for dim, axis in enumerate(axes, 2):
        image = image.unfold(dim, axis.span, axis.stride)[..., :: axis.dilation]
    return image


def _can_be_padded(axes: _Axes) -> bool:
    return any(any(axis.sides) for axis in axes)


def _can_stride(axes: _Axes) -> bool:
    return any(axis.stride > 1 and axis.room + axis.beyond > 0 for axis in axes)


def _is_dilated(axes: _Axes) -> bool:
    return any(axis.dilation > 1 and axis.kernel > 1 for axis in axes)


def _count(axes: _Axes) -> int:
    """How many cells the kernel has."""
    return prod(axis.kernel for axis in axes)


# --- Convolutions -----------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Convolution:
    """A convolution or a transposed one at work. A mistake is most often this with one thing changed."""

    image: Tensor
    weight: Tensor
    bias: Tensor | None
    axes: _Axes
    groups: int
    mode: str  # of the padding, as torch names it
    more: tuple[int, ...]  # output_padding

    @property
    def dims(self) -> tuple[int, ...]:
        """The dimensions in which the kernel walks."""
        return tuple(range(2, 2 + len(self.axes)))


def _read_convolution(given: Mapping[str, Any], image: Tensor, state: Mapping[str, Tensor]) -> _Convolution:
    weight, bias = state["weight"].to(image), state.get("bias")
    kernel = weight.shape[2:]
    return _Convolution(
        image=image,
        weight=weight,
        bias=None if bias is None else bias.to(image),
        axes=_axes(given, image, kernel, given.get("stride", 1)),
        groups=given.get("groups", 1),
        mode=given.get("padding_mode", "zeros"),
        more=_per_axis(given.get("output_padding", 0), len(kernel)),
    )


def _padded(run: _Convolution) -> Tensor:
    if not _can_be_padded(run.axes):
        return run.image
    mode = "constant" if run.mode == "zeros" else run.mode
    return torch.nn.functional.pad(run.image, _flat_sides(run.axes), mode)


def _convolve(run: _Convolution) -> Tensor:
    convolve = getattr(torch, f"conv{len(run.axes)}d")
    stride, dilation = [axis.stride for axis in run.axes], [axis.dilation for axis in run.axes]
    output: Tensor = convolve(_padded(run), run.weight, run.bias, stride, 0, dilation, run.groups)
    return output


def _with_bias(output: Tensor, run: _Convolution) -> Tensor:
    return output if run.bias is None else output + run.bias.reshape(-1, *(1 for _ in run.axes))


def _without_bias(run: _Convolution) -> _Convolution:
    return replace(run, bias=None)


def _with_flipped_kernel(run: _Convolution) -> _Convolution:
    return replace(run, weight=run.weight.flip(run.dims))


def _largest_product(run: _Convolution) -> Tensor:
    cells = _windows(_padded(run), run.axes)
    places = cells.shape[2 : 2 + len(run.axes)]
    batch, groups, kernel = len(cells), run.groups, _count(run.axes)
    outputs, channels = run.weight.shape[:2]
    products = cells.reshape(batch, groups, 1, channels, prod(places), kernel) * run.weight.reshape(
        groups, outputs // groups, channels, 1, kernel
    )
    return _with_bias(products.amax((3, 5)).reshape(batch, outputs, *places), run)


def _mean_product(run: _Convolution) -> Tensor:
    return _with_bias(_convolve(_without_bias(run)) / _products(run), run)


def _cropped(run: _Convolution) -> Tensor:
    image = torch.nn.functional.pad(run.image, [-side for side in _flat_sides(run.axes)])
    return _convolve(replace(run, image=image, axes=_unpadded(run.axes)))


def _from_far_corner(run: _Convolution) -> Tensor:
    turned = _with_flipped_kernel(replace(run, image=_padded(run).flip(run.dims), axes=_unpadded(run.axes)))
    return _convolve(turned).flip(run.dims)


def _first_channel(run: _Convolution) -> Tensor:
    """Of each group its first channel."""
    image = run.image[:, :: run.weight.shape[1]]
    return _convolve(replace(run, image=image, weight=run.weight[:, :1]))


def _ungrouped(run: _Convolution) -> Tensor:
    weight = run.weight.repeat(1, run.groups, *(1 for _ in run.axes))
    return _convolve(replace(run, weight=weight, groups=1))


def _products(run: _Convolution) -> int:
    """How many products go into one value of a convolution's output."""
    return run.weight.shape[1] * _count(run.axes)


def _has_bias(run: _Convolution) -> bool:
    return run.bias is not None


def _has_wide_kernel(run: _Convolution) -> bool:
    return _count(run.axes) > 1


def _has_square_kernel(run: _Convolution) -> bool:
    return len(run.axes) > 1 and run.axes[-1].kernel == run.axes[-2].kernel > 1


def _has_many_products(run: _Convolution) -> bool:
    return _products(run) > 1


def _has_countable_products(run: _Convolution) -> bool:
    """More than one product, and not so many in all that it takes long to compare them."""
    places = prod(axis.room // axis.stride + 1 for axis in run.axes)
    return _has_many_products(run) and len(run.image) * run.weight.numel() * places <= MAX_CONFIRMED


def _has_padding(run: _Convolution) -> bool:
    return _can_be_padded(run.axes)


def _has_zeros_around(run: _Convolution) -> bool:
    return run.mode == "zeros" and _has_padding(run)


def _has_image_around(run: _Convolution) -> bool:
    return run.mode != "zeros" and _has_padding(run)


def _leaves_cells_out(run: _Convolution) -> bool:
    return any(axis.room % axis.stride for axis in run.axes)


_FORGOT_BIAS = "The sums of products are there, but the bias is missing. It is added in every place."
_FLIPPED = "You turned the kernel round before laying it on the image. torch lays it on as it is written."
_MOVED_BY_ONE = "You moved the {} one cell at a time. Look at the stride again."
_UNDILATED = "You laid the {} on neighbouring cells. The dilation spreads its cells apart."

_CONVOLUTION: tuple[_Mistake[_Convolution], ...] = (
    _Mistake("flipped-kernel", _FLIPPED, lambda r: _convolve(_with_flipped_kernel(r)), _has_wide_kernel),
    _Mistake(
        "transposed-kernel",
        "Rows and columns of the kernel have changed places.",
        lambda r: _convolve(replace(r, weight=r.weight.transpose(-1, -2))),
        _has_square_kernel,
    ),
    _Mistake("forgot-bias", _FORGOT_BIAS, lambda r: _convolve(_without_bias(r)), _has_bias),
    _Mistake(
        "max-for-sum",
        "You kept the largest product of each place, as in max pooling. A convolution adds all of them up.",
        _largest_product,
        _has_countable_products,
    ),
    _Mistake(
        "mean-for-sum",
        "You took the mean of the products. A convolution adds them up and does not divide.",
        _mean_product,
        _has_many_products,
    ),
    _Mistake(
        "padded-with-edge",
        "You continued the edge of the image outwards. Padding puts zeros around it, unless padding_mode "
        "says otherwise.",
        lambda r: _convolve(replace(r, mode="replicate")),
        _has_zeros_around,
    ),
    _Mistake(
        "padded-with-zeros",
        "You put zeros around the image. Here padding_mode takes the cells around it from the image itself.",
        lambda r: _convolve(replace(r, mode="zeros")),
        _has_image_around,
    ),
    _Mistake(
        "ignored-padding",
        "The padding is missing: the image grows on every side before the kernel starts.",
        lambda r: _convolve(replace(r, axes=_unpadded(r.axes))),
        _has_padding,
    ),
    _Mistake(
        "cropped-instead-of-padded",
        "You cut the edge of the image off. Padding adds cells around the image and takes none away.",
        _cropped,
        _has_padding,
    ),
    _Mistake(
        "wrong-corner-first",
        "You began in the bottom right corner. The kernel starts at the top left, and what is left over by "
        "its last step lies at the other end.",
        _from_far_corner,
        _leaves_cells_out,
    ),
    _Mistake(
        "channel-sum-forgotten",
        "You used the first channel only. The kernel has a slice for each channel, and all their products "
        "are added up.",
        _first_channel,
        lambda r: r.weight.shape[1] > 1,
    ),
    _Mistake(
        "groups-ignored",
        "You added up over all channels that go in. With groups, a kernel sees those of its own group only.",
        _ungrouped,
        lambda r: r.groups > 1,
    ),
    _Mistake(
        "ignored-stride",
        _MOVED_BY_ONE.format("kernel"),
        lambda r: _convolve(replace(r, axes=_changed(r.axes, stride=1))),
        lambda r: _can_stride(r.axes),
    ),
    _Mistake(
        "ignored-dilation",
        _UNDILATED.format("kernel"),
        lambda r: _convolve(replace(r, axes=_changed(r.axes, dilation=1))),
        lambda r: _is_dilated(r.axes),
    ),
)


# --- Transposed convolutions ------------------------------------------------------------------------------


def _transposed(run: _Convolution) -> Tensor:
    convolve = getattr(torch, f"conv_transpose{len(run.axes)}d")
    stride, padding, dilation = zip(*((a.stride, a.padding, a.dilation) for a in run.axes), strict=True)
    output: Tensor = convolve(
        run.image, run.weight, run.bias, stride, padding, run.more, run.groups, dilation
    )
    return output


def _convolved_instead(run: _Convolution) -> Tensor:
    """Its weight lists the channels that go in first; a convolution's those that come out."""
    kernel = run.weight.shape[2:]
    by_group = run.weight.reshape(run.groups, -1, *run.weight.shape[1:]).transpose(1, 2)
    return _convolve(replace(run, weight=by_group.reshape(-1, by_group.shape[2], *kernel)))


def _overwritten(run: _Convolution) -> Tensor:
    """Each place writes over what the places before it have written.

    Where two places meet, the later one is there with an earlier cell of its kernel: so the last cell of all
    kernels is written first, and the first one last.
    """
    sizes = run.image.shape[2:]
    stamps = _stamps(run)
    canvas = stamps.new_zeros(
        *stamps.shape[1:3],
        *(a.stride * (a.size - 1) + a.span + m for a, m in zip(run.axes, run.more, strict=True)),
    )
    cells = product(*(range(axis.kernel) for axis in run.axes))
    for stamp, cell in reversed(list(zip(stamps, cells, strict=True))):
        canvas[_along(map(_landing, run.axes, cell))] = stamp.reshape(*stamp.shape[:2], *sizes)
    kept = (slice(a.padding, size - a.padding) for a, size in zip(run.axes, canvas.shape[2:], strict=True))
    return _with_bias(canvas[_along(kept)], run)


def _stamps(run: _Convolution) -> Tensor:
    """What each cell of the kernel adds in each place: (cells, N, channels out, places)."""
    batch, groups = len(run.image), run.groups
    image = run.image.reshape(batch, groups, -1, prod(run.image.shape[2:]))
    weight = run.weight.reshape(groups, -1, run.weight.shape[1], _count(run.axes))
    return torch.einsum("ngcp,gcok->kngop", image, weight).flatten(2, 3)


def _landing(axis: _Axis, cell: int) -> slice:
    """Where a cell of the kernel meets the output, in all places."""
    start = cell * axis.dilation
    return slice(start, start + (axis.size - 1) * axis.stride + 1, axis.stride)


def _along(walked: Iterable[slice]) -> tuple[slice, ...]:
    """An index into all of the batch and channels."""
    return (slice(None), slice(None), *walked)


def _overlaps(axis: _Axis) -> bool:
    """Whether two cells of the kernel meet in one cell of the output."""
    moves = (step * axis.stride for step in range(1, axis.size))
    return any(move % axis.dilation == 0 and move // axis.dilation < axis.kernel for move in moves)


def _is_more_than_a_convolution(run: _Convolution) -> bool:
    """One cell that moves by one is the same either way."""
    return _has_wide_kernel(run) or any(a.stride > 1 or a.padding for a in run.axes) or any(run.more)


_TRANSPOSED_CONVOLUTION: tuple[_Mistake[_Convolution], ...] = (
    _Mistake(
        "convolved-instead",
        "This is an ordinary convolution. A transposed one lays a copy of the kernel into the output for "
        "each cell of the image.",
        _convolved_instead,
        _is_more_than_a_convolution,
    ),
    _Mistake(
        "flipped-kernel",
        "You turned the kernel round. Each cell of the image lays it into the output as it is written.",
        lambda r: _transposed(_with_flipped_kernel(r)),
        _has_wide_kernel,
    ),
    _Mistake(
        "forgot-bias",
        "The bias is missing. It is added to every value of the output.",
        lambda r: _transposed(_without_bias(r)),
        _has_bias,
    ),
    _Mistake(
        "ignored-stride",
        "You put the copies of the kernel down one cell apart. Here the stride is a step in the output.",
        lambda r: _transposed(replace(r, axes=_changed(r.axes, stride=1))),
        lambda r: any(axis.stride > 1 and axis.size > 1 for axis in r.axes),
    ),
    _Mistake(
        "ignored-padding",
        "You kept the whole output. In a transposed convolution, padding takes cells off each of its sides.",
        lambda r: _transposed(replace(r, axes=_unpadded(r.axes))),
        _has_padding,
    ),
    _Mistake(
        "overlaps-overwritten",
        "Where two copies of the kernel overlap, you kept the later one. What lies on the same cell is "
        "added up.",
        _overwritten,
        lambda r: any(map(_overlaps, r.axes)),
    ),
)


# --- Pooling ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Pool:
    """A max or average pooling at work; the last two are for the average only."""

    image: Tensor
    axes: _Axes
    counts_padding: bool = True
    divisor: int | None = None


def _read_pool(dims: int) -> Callable[[Mapping[str, Any], Tensor, Mapping[str, Tensor]], _Pool]:
    def read(given: Mapping[str, Any], image: Tensor, _: Mapping[str, Tensor]) -> _Pool:
        kernel = _per_axis(given["kernel_size"], dims)
        return _Pool(
            image=image,
            axes=_axes(given, image, kernel, given.get("stride") or kernel),
            counts_padding=bool(given.get("count_include_pad", True)),
            divisor=given.get("divisor_override"),
        )

    return read


def _cells(image: Tensor, axes: _Axes, padding: float, beyond: float) -> Tensor:
    """The cells of each place in one last dimension, with these values outside of the image."""
    pad = torch.nn.functional.pad
    if _can_be_padded(axes):
        image = pad(image, _flat_sides(axes), value=padding)
    if any(axis.beyond for axis in axes):
        image = pad(image, [side for axis in reversed(axes) for side in (0, axis.beyond)], value=beyond)
    return _windows(image, axes).flatten(2 + len(axes))


def _pool_max(run: _Pool, padding: float = -inf) -> Tensor:
    return _cells(run.image, run.axes, padding, -inf).amax(-1)


def _pool_min(run: _Pool) -> Tensor:
    return _cells(run.image, run.axes, inf, inf).amin(-1)


def _pool_sum(run: _Pool) -> Tensor:
    return _cells(run.image, run.axes, 0, 0).sum(-1)


def _pool_mean(run: _Pool) -> Tensor:
    if run.divisor is not None:
        return _pool_sum(run) / run.divisor
    ones = run.image.new_ones(1, 1, *run.image.shape[2:])
    return _pool_sum(run) / _cells(ones, run.axes, float(run.counts_padding), 0).sum(-1)


def _has_wide_window(run: _Pool) -> bool:
    return _count(run.axes) > 1


def _has_padded_image(run: _Pool) -> bool:
    return _can_be_padded(run.axes)


def _counts_padding(run: _Pool) -> bool:
    return _has_padded_image(run) and run.divisor is None and run.counts_padding


def _counts_inside_only(run: _Pool) -> bool:
    return _has_padded_image(run) and run.divisor is None and not run.counts_padding


def _walk_mistakes(pool: Callable[[_Pool], Tensor]) -> tuple[_Mistake[_Pool], ...]:
    """What goes wrong with the walk of any window."""
    return (
        _Mistake(
            "ignored-stride",
            "You moved the window one cell at a time. Look at the stride again: where none is given, it is "
            "the width of the window.",
            lambda r: pool(replace(r, axes=_changed(r.axes, stride=1))),
            lambda r: _can_stride(r.axes),
        ),
        _Mistake(
            "ignored-padding",
            "The padding is missing: it lets the window start outside the image.",
            lambda r: pool(replace(r, axes=_unpadded(r.axes))),
            _has_padded_image,
        ),
        _Mistake(
            "ignored-dilation",
            _UNDILATED.format("window"),
            lambda r: pool(replace(r, axes=_changed(r.axes, dilation=1))),
            lambda r: _is_dilated(r.axes),
        ),
    )


_MAX_POOL: tuple[_Mistake[_Pool], ...] = (
    _Mistake(
        "mean-for-max",
        "You took the mean of each window, as average pooling does. Max pooling keeps one of the cells.",
        _pool_mean,
        _has_wide_window,
    ),
    _Mistake(
        "min-for-max",
        "You kept the smallest cell of each window. A negative number is smaller than zero, however many "
        "digits it has.",
        _pool_min,
        _has_wide_window,
    ),
    _Mistake(
        "sum-for-max",
        "You added up the cells of each window. Max pooling keeps one of them.",
        _pool_sum,
        _has_wide_window,
    ),
    _Mistake(
        "padded-with-zeros",
        "You let the padding take part as zeros. In max pooling it never wins, not even against negative "
        "cells.",
        lambda r: _pool_max(r, padding=0),
        _has_padded_image,
    ),
    *_walk_mistakes(_pool_max),
)

_AVG_POOL: tuple[_Mistake[_Pool], ...] = (
    _Mistake(
        "sum-for-mean",
        "You added up the cells of each window, but did not divide.",
        _pool_sum,
        lambda r: (r.divisor or _count(r.axes)) != 1,
    ),
    _Mistake(
        "max-for-mean",
        "You kept the largest cell of each window, as max pooling does. Here all of them count.",
        _pool_max,
        _has_wide_window,
    ),
    _Mistake(
        "divided-by-inside-only",
        "At the edge you divided by the cells that lie inside the image. Unless count_include_pad says "
        "otherwise, the zeros of the padding are counted, too.",
        lambda r: _pool_mean(replace(r, counts_padding=False)),
        _counts_padding,
    ),
    _Mistake(
        "divided-by-whole-window",
        "At the edge you counted the zeros of the padding. Here count_include_pad leaves them out.",
        lambda r: _pool_mean(replace(r, counts_padding=True)),
        _counts_inside_only,
    ),
    *_walk_mistakes(_pool_mean),
)


# --- Layers without a kernel ------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Linear:
    """A linear layer at work."""

    image: Tensor
    weight: Tensor
    bias: Tensor | None


def _read_linear(_: Mapping[str, Any], image: Tensor, state: Mapping[str, Tensor]) -> _Linear:
    bias = state.get("bias")
    return _Linear(image, state["weight"].to(image), None if bias is None else bias.to(image))


def _is_square(run: _Linear) -> bool:
    return run.weight.shape[0] == run.weight.shape[1] > 1


_LINEAR: tuple[_Mistake[_Linear], ...] = (
    _Mistake(
        "forgot-bias",
        "The products are there, but the bias is missing. It is added to every value that comes out.",
        lambda r: torch.nn.functional.linear(r.image, r.weight),
        lambda r: r.bias is not None,
    ),
    _Mistake(
        "transposed-weight",
        "You went down the columns of the weight. Each of its rows makes one of the values that come out.",
        lambda r: torch.nn.functional.linear(r.image, r.weight.T, r.bias),
        _is_square,
    ),
)

_RELU: tuple[_Mistake[Tensor], ...] = (
    _Mistake(
        "absolute-value",
        "You left the minus signs away. ReLU does not turn a negative number into a positive one.",
        lambda image: image.abs(),
    ),
)

_FAMILIES: dict[str, _Family[Any]] = {
    **{f"Conv{d}d": _Family(_read_convolution, _CONVOLUTION, d) for d in (1, 2, 3)},
    **{f"ConvTranspose{d}d": _Family(_read_convolution, _TRANSPOSED_CONVOLUTION, d) for d in (1, 2, 3)},
    **{f"MaxPool{d}d": _Family(_read_pool(d), _MAX_POOL, d) for d in (1, 2, 3)},
    **{f"AvgPool{d}d": _Family(_read_pool(d), _AVG_POOL, d) for d in (1, 2, 3)},
    "Linear": _Family(_read_linear, _LINEAR),
    "ReLU": _Family(lambda given, image, state: image, _RELU),  # noqa: ARG005 it has nothing to be given
}

NAMES = tuple(dict.fromkeys(mistake.name for family in _FAMILIES.values() for mistake in family.mistakes))
