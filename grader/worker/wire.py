"""What crosses between examiner and worker: frames of JSON and raw buffers, never pickle.

A frame is 12 bytes (big-endian: length of the header, length of the body), a JSON header, and a body of raw
buffers, one after another, whose lengths are in the header under `buffers`.

A value is a JSON node: None, bool, int, float and str are themselves; everything else is a list whose first
item is a tag. What cannot cross by value stays in the worker and crosses as a handle, with the names of its
type and of the class of torch's that it is an object of.

A tensor crosses with `requires_grad`, but without its history: it arrives as a leaf. What is passed to
student code also keeps its strides, so the code gets views as it would without a wire. What comes back is
contiguous.
"""

from __future__ import annotations

import json
import math
import re
import struct
import sys
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from grader.worker.ending import MAX_BODY
from grader.worker.garbage import collector_paused

PREFIX = struct.Struct("!IQ")
MAX_HEADER = 8 << 20  # bytes
MAX_BUFFERS = 10_000
MAX_NODES = 500_000
MAX_BRACKETS = 3 * MAX_NODES  # in a header: each becomes an object before it is inspected
MAX_DEPTH = 60
MAX_ODD_KEYS = 1000  # of dicts, in one value: numbers can be made to collide, strings cannot
MAX_DIMENSIONS = 16
MAX_BITS = 4096  # of a whole number
MAX_EXPONENT = 1000  # of a Decimal: with a larger one a short string becomes a number with many digits
MAX_DIGITS = 1000  # of a Decimal

TENSOR_DTYPES = frozenset(
    "bool uint8 uint16 uint32 uint64 int8 int16 int32 int64 "
    "float16 bfloat16 float32 float64 complex64 complex128".split()
)
ARRAY_KINDS = frozenset("biufc")
PLAIN = frozenset((type(None), bool, int, float, str))  # what is its own node in JSON
IN_SETS = PLAIN  # the element types of a set that crosses
CONTAINERS = frozenset(("list", "tuple", "dict", "set", "frozenset"))  # the tags of nodes that hold nodes
_ARRAY_DTYPE = re.compile(r"[<>|=][biufc][0-9]{1,2}", re.ASCII)


class WireError(ValueError):
    """A frame or a value that breaks the rules of the wire."""


class TooLargeError(WireError):
    """A value that is larger than the wire carries."""


@dataclass(frozen=True)
class Frame:
    """One message: its header, and the buffers that its values refer to."""

    header: dict[str, Any]
    buffers: Sequence[bytes | memoryview]
    text: int = 0  # bytes of the header, as it arrived


def pack(header: dict[str, Any], buffers: Sequence[bytes] = ()) -> bytes:
    """Return the bytes of a frame.

    Raises:
        TooLargeError: it is larger than the wire carries.

    """
    text = json.dumps({**header, "buffers": [len(buffer) for buffer in buffers]}).encode()
    body = sum(len(buffer) for buffer in buffers)
    if len(text) > MAX_HEADER or body > MAX_BODY:
        raise TooLargeError("the value is too large to send")
    return b"".join((PREFIX.pack(len(text), body), text, *buffers))


def frame_length(prefix: bytes) -> int:
    """Return how many bytes follow the prefix.

    Raises:
        WireError: more than a frame may have.

    """
    header, body = PREFIX.unpack(prefix)
    if header > MAX_HEADER or body > MAX_BODY:
        raise TooLargeError("a frame is larger than the wire carries")
    return int(header + body)


def unpack(prefix: bytes, content: bytes | bytearray | memoryview) -> Frame:
    """Return the frame with this prefix and content.

    Raises:
        WireError: it is malformed.

    """
    length, _ = PREFIX.unpack(prefix)
    view = memoryview(content)
    text = bytes(view[:length])
    if text.count(b"[") + text.count(b"{") > MAX_BRACKETS:
        raise WireError("a frame's header has too many parts")
    try:
        with collector_paused():
            header = json.loads(text)
    except (ValueError, RecursionError):
        raise WireError("a frame's header is not JSON") from None
    lengths = header.get("buffers") if isinstance(header, dict) else None
    if not isinstance(lengths, list) or len(lengths) > MAX_BUFFERS or not all(map(_is_size, lengths)):
        raise WireError("a frame does not list its buffers")
    if sum(lengths) != len(view) - length:
        raise WireError("a frame's buffers do not fill its body")
    buffers, start = [], length
    for size in lengths:
        buffers.append(view[start : start + size])
        start += size
    return Frame(header, buffers, length)


_NAMES = ((str,), (str, str))  # the types of what follows a handle's number


def spanned(shape: Sequence[int], strides: Sequence[int]) -> int | None:
    """Return the number of positions from the first element to the last; None if two share one.

    A stride of 0 repeats what is stored once, as `expand` does.

    >>> spanned([2, 3], [1, 2]), spanned([2, 3], [0, 2]), spanned([2, 3], [1, 1])
    (6, 5, None)
    """
    reach = 1
    for stride, size in sorted(zip(strides, shape, strict=True)):
        if stride and size > 1:
            if stride < reach:
                return None
            reach += stride * (size - 1)
    return reach


def _is_size(value: object) -> bool:
    return type(value) is int and 0 <= value <= MAX_BODY


def _parts(value: slice) -> tuple[Any, Any, Any]:
    return value.start, value.stop, value.step


def _is_end(value: object) -> bool:
    return value is None or (type(value) is int and _are_short(value))


def _are_handle(items: Sequence[Any]) -> bool:
    """Return whether these are a number, the name of a type, and perhaps that of a class of torch's."""
    names = tuple(map(type, items[1:]))
    return names in _NAMES and type(items[0]) is int and items[0] >= 0


def _are_short(*numbers: int) -> bool:
    return all(number.bit_length() <= MAX_BITS for number in numbers)


def _is_modest(value: Decimal) -> bool:
    """Return whether a Decimal takes little room as a fraction."""
    return (
        value.is_finite()
        and abs(value.adjusted()) <= MAX_EXPONENT
        and len(value.as_tuple().digits) <= MAX_DIGITS
    )


def _decimal(text: str) -> Decimal:
    try:
        value = Decimal(text if len(text) <= 2 * MAX_DIGITS else "")
    except ArithmeticError:
        raise WireError("a decimal number is malformed") from None
    if not _is_modest(value):
        raise WireError("a decimal number is too large")
    return value


class Encoder:
    """Turns values into nodes and buffers; `keep` gives a handle to what cannot cross by value.

    With `strided`, a tensor that is not contiguous arrives with its strides.
    """

    def __init__(self, keep: Callable[[Any], list[Any]], *, strided: bool = False) -> None:
        self.buffers: list[bytes] = []
        self._keep = keep
        self._strided = strided
        self._spread = 0
        self._nodes = 0
        self._bytes = 0

    def encode(self, value: Any, depth: int = 0) -> Any:
        """Return the node of a value.

        Raises:
            TooLargeError: it is too large, or nested too deeply.

        """
        self._nodes += 1
        if self._nodes > MAX_NODES or depth > MAX_DEPTH:
            raise TooLargeError("the value is too large or too deeply nested")
        kind = type(value)
        if value is None or kind is bool or kind is float or kind is str:
            return value
        if kind is int:
            if value.bit_length() > MAX_BITS:
                raise TooLargeError("the number is too large")
            return value
        if kind in (list, tuple):
            return [kind.__name__, *(self.encode(item, depth + 1) for item in value)]
        if kind in (dict, OrderedDict):
            if sum(type(key) is not str for key in value) > MAX_ODD_KEYS:
                raise TooLargeError("the dict has too many keys that are not strings")
            return [
                "dict",
                *([self.encode(k, depth + 1), self.encode(v, depth + 1)] for k, v in value.items()),
            ]
        if value is ...:
            return ["ellipsis"]
        if kind is bytes:
            return ["bytes", self._buffer(value)]
        return self._array(value) or self._exact(value, depth) or self._set(value, depth) or self._keep(value)

    def _exact(self, value: Any, depth: int) -> list[Any] | None:
        """Return the node of a Fraction, a Decimal or a slice."""
        if type(value) is slice and all(map(_is_end, _parts(value))):
            return ["slice", *_parts(value)]
        if type(value) is Fraction:
            return ["fraction", *(self.encode(part, depth + 1) for part in value.as_integer_ratio())]
        if type(value) is Decimal and _is_modest(value):
            return ["decimal", str(value)]
        return None

    def _set(self, value: Any, depth: int) -> list[Any] | None:
        """Return the node of a set of plain values."""
        if type(value) not in (set, frozenset):
            return None
        items = [item.item() if isinstance(item, np.number) else item for item in value]
        if any(type(item) not in IN_SETS for item in items):
            return None
        if sum(type(item) is not str for item in items) > MAX_ODD_KEYS:
            raise TooLargeError("the set has too many values that are not strings")
        return [type(value).__name__, *(self.encode(item, depth + 1) for item in items)]

    def _array(self, value: Any) -> list[Any] | None:
        """Return the node of a tensor, a torch.Size, a numpy array or a numpy number."""
        torch = sys.modules.get("torch")
        if torch is not None and type(value) is torch.Size:
            if len(value) > MAX_DIMENSIONS or not all(map(_is_size, value)):
                raise TooLargeError("the size is too large")
            return ["size", *value]
        if torch is not None and type(value) in (torch.Tensor, torch.nn.Parameter):
            return self._tensor(torch, value)
        if (type(value) is np.ndarray or isinstance(value, np.generic)) and value.dtype.kind in ARRAY_KINDS:
            self._allow(value.nbytes)
            array = np.ascontiguousarray(value)
            node = ["array", value.dtype.str, list(value.shape), self._buffer(array.tobytes())]
            is_fortran = self._strided and value.flags.f_contiguous and not value.flags.c_contiguous
            return [*node, "F"] if is_fortran else node
        return None

    def _tensor(self, torch: Any, value: Any) -> list[Any] | None:
        dtype = str(value.dtype).removeprefix("torch.")
        if value.layout is not torch.strided or value.device.type != "cpu" or dtype not in TENSOR_DTYPES:
            return None
        self._allow(value.numel() * value.element_size())
        node = ["tensor", dtype, list(value.shape), self._buffer(_content(torch, value))]
        strides = self._strides(value)
        return [*node, strides, value.requires_grad] if strides or value.requires_grad else node

    def _strides(self, value: Any) -> list[int]:
        """Return the strides if they matter; [] if positions overlap or lie too far apart."""
        if not self._strided or value.is_contiguous():
            return []
        size = (spanned(value.shape, value.stride()) or MAX_BODY) * value.element_size()
        if self._spread + size > MAX_BODY:
            return []
        self._spread += size
        return list(value.stride())

    def _allow(self, size: int) -> None:
        if self._bytes + size > MAX_BODY:
            raise TooLargeError(f"the value takes {size >> 20} MiB")

    def _buffer(self, content: bytes) -> int:
        self._allow(len(content))
        if len(self.buffers) >= MAX_BUFFERS:
            raise TooLargeError("the value has too many tensors in it")
        self._bytes += len(content)
        self.buffers.append(content)
        return len(self.buffers) - 1


def _content(torch: Any, value: Any) -> bytes:
    """Return the numbers of a tensor, one after another."""
    if value.dtype in (torch.float32, torch.float64, torch.int64):  # almost always, and quick
        return bytes(value.numpy(force=True).tobytes())
    # A clone, because contiguous() may keep the strides of a single value, which cannot be viewed as bytes.
    flat = value.detach().resolve_conj().resolve_neg().reshape(-1)
    plain = flat.clone(memory_format=torch.contiguous_format)
    return bytes(plain.view(torch.uint8).numpy().tobytes()) if plain.numel() else b""


class Decoder:
    """Turns nodes and buffers back into values, and trusts nothing in them."""

    def __init__(self, frame: Frame, handle: Callable[..., Any]) -> None:
        self._buffers = frame.buffers
        self._handle = handle
        self._nodes = 1
        self._odd_keys = 0
        self._spread = 0

    def decode(self, node: Any, depth: int = 0) -> Any:
        """Return the value of a node.

        Raises:
            WireError: it is not a node.

        """
        if type(node) in PLAIN:
            return node
        if not isinstance(node, list) or not node or not isinstance(node[0], str):
            raise WireError("a value is malformed")
        tag, items = node[0], node[1:]
        if tag == "handle" and _are_handle(items):  # there can be very many
            return self._handle(*items)
        if tag not in CONTAINERS:
            return self._special(tag, items)
        self._allow(len(items), depth)
        if tag in {"list", "tuple"}:
            values = [one if type(one) in PLAIN else self.decode(one, depth + 1) for one in items]
            return values if tag == "list" else tuple(values)
        if tag == "dict":
            return dict(self._pair(item, depth) for item in items)
        members = (self._item(item, depth) for item in items)
        return set(members) if tag == "set" else frozenset(members)

    def _allow(self, nodes: int, depth: int) -> None:
        """Count the nodes in a node at this depth; a pair counts as its key and its value."""
        self._nodes += nodes
        if self._nodes > MAX_NODES or (nodes and depth >= MAX_DEPTH):
            raise WireError("a value is too large or too deeply nested")

    def _item(self, node: Any, depth: int) -> Any:
        value = self.decode(node, depth + 1)
        if type(value) not in IN_SETS:
            raise WireError("a set holds what cannot cross in a set")
        self._count_odd(value)
        return value

    def _count_odd(self, key: Any) -> None:
        """Count the keys and elements that can be made to collide in a dict or a set."""
        self._odd_keys += type(key) is not str
        if self._odd_keys > MAX_ODD_KEYS:
            raise WireError("a value has too many keys that are not strings")

    def _pair(self, item: Any, depth: int) -> tuple[Any, Any]:
        if not isinstance(item, list) or len(item) != 2:
            raise WireError("a dict is malformed")
        self._allow(1, depth)
        key = self.decode(item[0], depth + 1)
        try:
            hash(key)
        except TypeError:
            raise WireError("a dict's key cannot be a key") from None
        self._count_odd(key)
        return key, self.decode(item[1], depth + 1)

    def _special(self, tag: str, items: list[Any]) -> Any:
        match tag, items:
            case "tensor", [str(dtype), list(shape), int(index), *seen] if dtype in TENSOR_DTYPES:
                return self._seen(self._tensor(dtype, shape, index), seen)
            case "ellipsis", []:
                return ...
            case "size", sizes if len(sizes) <= MAX_DIMENSIONS and all(map(_is_size, sizes)):
                import torch  # noqa: PLC0415 only where a value of torch's arrives

                return torch.Size(sizes)
            case "fraction", [int(above), int(below)] if below > 0 and _are_short(above, below):
                return Fraction(above, below)
            case "decimal", [str(text)]:
                return _decimal(text)
            case "bytes", [int(index)]:
                return bytes(self._buffer(index))
            case "array", [str(dtype), list(shape), int(index), *order] if order in ([], ["F"]):
                return self._numpy(dtype, shape, index).copy(order="F" if order else "C")
            case "slice", [start, stop, step] if all(map(_is_end, items)):
                return slice(start, stop, step)
        raise WireError("a value has an unknown tag")

    def _buffer(self, index: int) -> bytes | memoryview:
        if not 0 <= index < len(self._buffers):
            raise WireError("a value refers to a buffer that is not there")
        return self._buffers[index]

    def _tensor(self, dtype: str, shape: list[Any], index: int) -> Any:
        import torch  # noqa: PLC0415 only where a tensor arrives

        kind = getattr(torch, dtype)
        count = self._count(shape, kind.itemsize, index)
        if count == 0:
            return torch.empty(shape, dtype=kind)
        return torch.frombuffer(bytearray(self._buffer(index)), dtype=kind).reshape(shape)

    def _seen(self, tensor: Any, seen: list[Any]) -> Any:
        """Return a tensor with its strides and its requires_grad, if they were sent."""
        if not seen:
            return tensor
        match seen:
            case [list(strides), bool(has_grad)]:
                pass
            case _:
                raise WireError("a tensor is malformed")
        if strides:
            tensor = self._laid_out(tensor, strides)
        if has_grad and not (tensor.is_floating_point() or tensor.is_complex()):
            raise WireError("a tensor of whole numbers has no gradient")
        return tensor.requires_grad_(has_grad)

    def _laid_out(self, tensor: Any, strides: list[Any]) -> Any:
        if len(strides) != tensor.dim() or not all(map(_is_size, strides)) or not tensor.numel():
            raise WireError("a tensor's strides are malformed")
        size = (spanned(tensor.shape, strides) or MAX_BODY) * tensor.element_size()
        self._spread += size
        if self._spread > MAX_BODY:
            raise WireError("a tensor's strides overlap or reach further than the wire carries")
        once = tensor[tuple(slice(None) if stride else slice(1) for stride in strides)]
        laid = tensor.new_empty(0).new_empty_strided(once.shape, strides)
        return laid.copy_(once).expand(tensor.shape)

    def _numpy(self, dtype: str, shape: list[Any], index: int) -> Any:
        try:
            kind = np.dtype(dtype if _ARRAY_DTYPE.fullmatch(dtype) else "?!")
        except TypeError:
            raise WireError("an array has a dtype that is not allowed") from None
        self._count(shape, kind.itemsize, index)
        return np.frombuffer(self._buffer(index), dtype=kind).reshape(shape)

    def _count(self, shape: list[Any], itemsize: int, index: int) -> int:
        """Return the number of elements, once shape and buffer agree."""
        if len(shape) > MAX_DIMENSIONS or not all(map(_is_size, shape)):
            raise WireError("a tensor's shape is malformed")
        count: int = math.prod(shape)
        if (count or math.prod(max(size, 1) for size in shape)) > MAX_BODY:
            raise WireError("a tensor's shape is larger than the wire carries")
        if count * itemsize != len(self._buffer(index)):
            raise WireError("a tensor's shape and its buffer do not agree")
        return count
