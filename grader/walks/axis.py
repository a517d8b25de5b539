"""One dimension of a walk: how a kernel or a window moves along it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import Any


@dataclass(frozen=True)
class Axis:
    """How a kernel moves along one dimension of an image.

    At position `p`, its cell `c` is on the cell `p * stride + c * dilation - padding` of the image. The
    kernel of a transposed convolution moves over the output, with one position for each cell of the image.
    """

    size: int  # of the input image
    kernel: int
    stride: int = 1
    padding: int = 0  # at each end
    dilation: int = 1
    uneven: int = 0  # more padding, at the end only
    output_padding: int = 0  # more cells at the end of the output of a transposed convolution
    ceil_mode: bool = False  # the last window may hang over the edge
    keeps_size: bool = False  # the padding is "same"
    transposed: bool = False

    @property
    def span(self) -> int:
        """The number of cells from the kernel's first to its last, both included."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def sides(self) -> tuple[int, int]:
        """The padding before and after."""
        return self.padding, self.padding + self.uneven

    @property
    def padded(self) -> int:
        """The size of the image with its padding."""
        return self.size + sum(self.sides)

    @property
    def room(self) -> int:
        """How many cells the kernel can move before its far edge meets the end of the padded image."""
        return self.padded - self.span

    def moves(self, cells: int) -> int:
        """Count the strides in this number of cells."""
        return -(-cells // self.stride) if self.ceil_mode else cells // self.stride

    @property
    def places(self) -> int:
        """The size of the output, as in the documentation of torch.nn.Conv2d and MaxPool2d."""
        count = self.moves(self.room) + 1
        # With ceil_mode, torch leaves out a window that starts beyond the image and its left padding.
        return count - (self.ceil_mode and (count - 1) * self.stride >= self.size + self.padding)

    @property
    def beyond(self) -> int:
        """How many cells the last window hangs over the padded edge, with ceil_mode."""
        return max(0, (self.places - 1) * self.stride - self.room)

    @property
    def reach(self) -> int:
        """The size of the output, as in the documentation of torch.nn.ConvTranspose2d."""
        return (self.size - 1) * self.stride - 2 * self.padding + self.span + self.output_padding

    @property
    def output(self) -> int:
        """The size of the output."""
        return self.reach if self.transposed else self.places

    def covers(self, cell: int, place: int) -> bool:
        """Return whether the kernel at position `place`, from 0, is on this cell of the padded image."""
        offset = cell - place * self.stride
        return 0 <= offset < self.span and offset % self.dilation == 0

    def is_image(self, cell: int) -> bool:
        """Return whether this cell of the padded image belongs to the image."""
        return self.padding <= cell < self.padding + self.size

    @property
    def unpadded(self) -> Axis:
        """The axis without padding."""
        return replace(self, padding=0, uneven=0, keeps_size=False)

    @property
    def padded_to_size(self) -> Axis:
        """The axis with the padding "same": it keeps the size; an odd cell is at the end."""
        around = self.span - 1
        return replace(self, padding=around // 2, uneven=around % 2, keeps_size=True)


Axes = tuple[Axis, ...]


def changed(axes: Axes, **numbers: Any) -> Axes:
    """Change these numbers of the axes, and adapt the padding "same" to them."""
    found = (replace(axis, **numbers) for axis in axes)
    return tuple(axis.padded_to_size if axis.keeps_size else axis for axis in found)


def unpadded(axes: Axes) -> Axes:
    """Remove the padding from the axes."""
    return tuple(axis.unpadded for axis in axes)


def can_be_padded(axes: Axes) -> bool:
    """Return whether any side of the image is padded."""
    return any(any(axis.sides) for axis in axes)


def can_stride(axes: Axes) -> bool:
    """Return whether a stride skips any position."""
    return any(axis.stride > 1 and axis.room + axis.beyond > 0 for axis in axes)


def is_dilated(axes: Axes) -> bool:
    """Return whether there are gaps between the cells of the kernel."""
    return any(axis.dilation > 1 and axis.kernel > 1 for axis in axes)


def count_cells(axes: Axes) -> int:
    """Count the cells of the kernel."""
    return prod(axis.kernel for axis in axes)


def cropped(axis: Axis) -> Axis:
    """Crop the image by the padding, instead of adding it."""
    return replace(axis, padding=-axis.padding, uneven=-axis.uneven, keeps_size=False)


def shifted(axis: Axis, cells: int) -> Axis:
    """Begin some cells later; the end of the padded image stays where it is."""
    return replace(axis, padding=axis.padding - cells, uneven=axis.uneven + cells, keeps_size=False)


def padded_at_one_end(axis: Axis, end: int) -> Axis:
    """Keep the padding at the start (0) or at the end (1) only."""
    start, after = axis.sides
    return replace(axis, padding=0 if end else start, uneven=after if end else -start, keeps_size=False)
