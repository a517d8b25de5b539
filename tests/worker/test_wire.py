"""The wire carries every value that it promises, and trusts nothing that arrives."""

from __future__ import annotations

import contextlib
import json
import math
import random
import struct
from collections import OrderedDict
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.worker.ending import MAX_BODY
from grader.worker.wire import (
    MAX_DEPTH,
    MAX_HEADER,
    MAX_NODES,
    MAX_ODD_KEYS,
    PREFIX,
    TENSOR_DTYPES,
    Decoder,
    Encoder,
    Frame,
    TooLargeError,
    WireError,
    frame_length,
    pack,
    unpack,
)

ARRAY_DTYPES = "?bBhHiIlLqQefdgFDG"


def keep(value: Any) -> list[Any]:
    """Return what is sent for a value that cannot cross."""
    return ["handle", 7, type(value).__name__]


def send(value: Any, *, strided: bool = False) -> bytes:
    """Return the bytes of a value."""
    encoder = Encoder(keep, strided=strided)
    node = encoder.encode(value)
    return pack({"value": node}, encoder.buffers)


def receive(message: bytes) -> Any:
    """Return the value in these bytes, read the way a client reads them."""
    prefix = message[: PREFIX.size].ljust(PREFIX.size, b"\0")
    length = frame_length(prefix)
    frame = unpack(prefix, message[PREFIX.size : PREFIX.size + length])
    return decode(frame.header.get("value"), frame)


def decode(node: Any, frame: Frame | None = None, buffers: tuple[bytes, ...] = ()) -> Any:
    """Return the value of a node."""
    return Decoder(frame or Frame({}, buffers), lambda number, name: ("handle", number, name)).decode(node)


def shown(value: Any) -> Any:
    """Return a value as something whose equality is exact: types, signs of zeros, bits of NaNs, shapes, dtypes."""
    match value:
        case torch.Size():
            return ("size", *value)
        case torch.Tensor():
            plain = value.detach().resolve_conj().resolve_neg()
            elements = plain.reshape(-1).tolist()
            return "tensor", str(plain.dtype), tuple(plain.shape), repr(elements)
        case np.ndarray() | np.generic():
            return "array", value.dtype.str, value.shape, repr(np.asarray(value).tolist())
        case float():
            return "float", "nan" if math.isnan(value) else struct.pack("d", value)
        case dict():
            return "dict", [(shown(key), shown(item)) for key, item in value.items()]
        case list() | tuple():
            return type(value), [shown(item) for item in value]
    return type(value), value


VIEWS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "itself": lambda x: x,
    "transposed": lambda x: x.mT if x.dim() > 1 else x,
    "every second": lambda x: x[..., ::2] if x.dim() else x,
    "expanded": lambda x: x.expand(3, *x.shape),
    "conj": lambda x: x.conj(),
    "imaginary": lambda x: x.conj().imag if x.is_complex() else x,
    "with grad": lambda x: x.requires_grad_() if x.is_floating_point() or x.is_complex() else x,
    "parameter": lambda x: torch.nn.Parameter(x, requires_grad=False),
}


@st.composite
def tensors(draw: st.DrawFn) -> torch.Tensor:
    """Return a tensor of any dtype and shape, with any bits in it, seen in many ways."""
    dtype = getattr(torch, draw(st.sampled_from(sorted(TENSOR_DTYPES))))
    shape = draw(st.lists(st.integers(0, 4), max_size=4))
    source = random.Random(draw(st.integers(0, 1000)))
    size = int(np.prod(shape, dtype=int)) * dtype.itemsize
    bits = bytearray(source.randbytes(size) if dtype != torch.bool else source.choices(b"\0\1", k=size))
    plain = torch.frombuffer(bits, dtype=dtype).reshape(shape) if size else torch.empty(shape, dtype=dtype)
    view = VIEWS[draw(st.sampled_from(sorted(VIEWS)))](plain)
    # One value seen through a stride has a test of its own below.
    return view if view.numel() != 1 or view.is_conj() or set(view.stride()) <= {1} else plain


@st.composite
def arrays(draw: st.DrawFn) -> Any:
    """Return a numpy array, perhaps not contiguous or of the other byte order, or a numpy number."""
    dtype = np.dtype(draw(st.sampled_from(ARRAY_DTYPES))).newbyteorder(draw(st.sampled_from("<>")))
    shape = draw(st.lists(st.integers(0, 4), max_size=3))
    array = np.arange(np.prod(shape, dtype=int)).astype(dtype).reshape(shape)
    return draw(st.sampled_from([array, array.T, array[..., ::2] if shape else array, dtype.type(3)]))


def leaves() -> st.SearchStrategy[Any]:
    """Return values that hold no others."""
    limit = 2**4096 - 1
    plain: st.SearchStrategy[Any] = st.none() | st.booleans() | st.integers(-limit, limit) | st.floats()
    texts = st.text(st.characters(exclude_categories=()), max_size=20) | st.binary(max_size=20)
    sizes = st.lists(st.integers(0, MAX_BODY), max_size=4).map(torch.Size)
    exact = st.fractions() | st.decimals(-1000, 1000)
    sets = st.sets(plain.filter(lambda item: item == item) | st.text(max_size=3), max_size=4)
    return plain | texts | st.just(...) | sizes | tensors() | arrays() | exact | sets | sets.map(frozenset)


def nested() -> st.SearchStrategy[Any]:
    """Return lists, tuples and dicts of them."""
    keys: st.SearchStrategy[Any] = st.text(max_size=3) | st.integers() | st.tuples(st.binary(), st.none())
    return st.recursive(
        leaves(),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.lists(inner, max_size=4).map(tuple)
            | st.dictionaries(keys, inner, max_size=4)
        ),
        max_leaves=8,
    )


@given(nested())
@settings(max_examples=300, deadline=None)
def test_every_value_arrives_as_it_was_sent(value):
    assert shown(receive(send(value))) == shown(value)


@pytest.mark.parametrize("number", [np.int64(9), np.float32(0.5)])
def test_a_number_of_numpys_in_a_set_is_a_number(number):
    assert receive(send({number})) == {number}


@pytest.mark.parametrize("value", [{(1, 2)}, {b"a"}, {torch.ones(1)}, Decimal("1e1001"), Decimal("nan")])
def test_sets_of_anything_else_and_monstrous_decimals_stay(value):
    assert receive(send([value])) == [("handle", 7, type(value).__name__)]


def test_who_wants_a_gradient_and_the_order_of_dicts_cross():
    leaf = torch.ones(2, requires_grad=True)
    arrived = receive(send([leaf, leaf * 2, leaf.detach(), OrderedDict(b=1, a=2)]))
    assert [one.requires_grad for one in arrived[:3]] == [True, True, False]
    assert all(one.is_leaf for one in arrived[:3])
    assert (type(arrived[3]), list(arrived[3])) == (dict, ["b", "a"])


LAID_OUT: dict[str, Callable[[], torch.Tensor]] = {
    "transposed": lambda: torch.arange(6.0).reshape(2, 3).T,
    "every second": lambda: torch.arange(12.0).reshape(2, 6)[:, ::2],
    "expanded": lambda: torch.arange(3.0).expand(4, 3),
    "expanded, then transposed": lambda: torch.arange(3.0).reshape(3, 1).expand(3, 4).T,
    "channels last": lambda: torch.ones(2, 3, 4, 5).to(memory_format=torch.channels_last),
    "a column": lambda: torch.arange(12).reshape(3, 4)[:, 1],
    "with gradient": lambda: torch.ones(2, 3, requires_grad=True).T,
}


@pytest.mark.parametrize("name", LAID_OUT)
def test_what_is_handed_to_student_code_keeps_its_strides(name):
    value = LAID_OUT[name]()
    arrived = receive(send(value, strided=True))
    assert shown(arrived) == shown(value)
    assert (arrived.stride(), arrived.requires_grad) == (value.stride(), value.requires_grad)
    assert receive(send(value)).is_contiguous()


@pytest.mark.parametrize(
    "value",
    [torch.arange(6.0).unfold(0, 3, 1), torch.zeros(1 << 24).expand(2, 1 << 24).T[::, :1][:: 1 << 23]],
)
def test_what_overlaps_or_reaches_far_arrives_all_the_same(value):
    assert shown(receive(send(value, strided=True))) == shown(value)


@given(nested())
@settings(max_examples=100, deadline=None)
def test_every_value_arrives_with_its_strides(value):
    assert shown(receive(send(value, strided=True))) == shown(value)


def test_an_array_keeps_its_order():
    arrived = receive(send(np.arange(6).reshape(2, 3).T, strided=True))
    assert arrived.flags.f_contiguous
    assert shown(arrived) == shown(np.arange(6).reshape(2, 3).T)


@pytest.mark.parametrize(
    ("dtype", "shape", "strides", "has_grad"),
    [
        ("float32", [4], [1 << 27], False),
        ("float32", [2, 2], [1], False),
        ("float32", [2, 2], [1, 1], False),
        ("float32", [4], [-1], False),
        ("float32", [4], ["1"], False),
        ("float32", [4], [True], False),
        ("int32", [4], [], True),
        ("float32", [4], [1], 1),
        ("float32", [4], None, True),
    ],
)
def test_strides_are_not_believed(dtype, shape, strides, has_grad):
    with pytest.raises(WireError):
        decode(["tensor", dtype, shape, 0, strides, has_grad], buffers=(bytes(16),))


def test_one_value_seen_through_a_stride_crosses():
    assert shown(receive(send(torch.arange(6.0).reshape(3, 2)[:1, 0]))) == shown(torch.tensor([0.0]))


@pytest.mark.parametrize(
    "value",
    [
        torch.eye(2).to_sparse(),
        torch.empty(2, device="meta"),
        type("Sub", (torch.Tensor,), {})([1.0]),
        type("Text", (str,), {})("a"),
        type("Number", (int,), {})(1),
        type("Float", (float,), {})(1),
        type("Row", (list,), {})([1]),
        np.ma.array([1], mask=[True]),
        np.array(["a"]),
        np.array([object()]),
        np.datetime64("2026-01-01"),
        {1}.union,
        range(3),
    ],
    ids=lambda value: type(value).__name__,
)
def test_anything_else_stays_and_crosses_as_a_handle(value):
    assert receive(send([value])) == [("handle", 7, type(value).__name__)]


def _nest(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def _itself() -> Any:
    value: list[Any] = []
    value += [value, value]
    return value


def _itself_as_dict() -> Any:
    value: dict[str, Any] = {}
    value["self"] = (value,)
    return value


def test_the_largest_values_cross():
    pairs = dict.fromkeys(map(str, range(MAX_NODES // 2 - 1)), 0)
    for value in (_nest(MAX_DEPTH), 2**4096 - 1, [0] * (MAX_NODES - 1), pairs):
        assert receive(send(value)) == value


def test_what_describes_an_object_counts_as_one_value_with_it():
    """So an answer that can be sent, with objects in it, can also be read."""
    handles = [["handle", 0, "Thing"]] * (MAX_NODES - 1)
    assert len(decode(["list", *handles])) == MAX_NODES - 1
    deepest: list[Any] = handles[0]
    for _ in range(MAX_DEPTH):
        deepest = ["tuple", deepest]
    assert decode(deepest)


@pytest.mark.parametrize(
    "make",
    [
        lambda: _nest(MAX_DEPTH + 1),
        lambda: [0] * MAX_NODES,
        _itself,
        _itself_as_dict,
        lambda: 1 << 4999,
        lambda: -(1 << 4999),
        lambda: torch.ones(1).expand(10**12),
        lambda: [torch.ones(1, dtype=torch.int8).expand(MAX_BODY // 2 + 1)] * 2,
        lambda: np.broadcast_to(np.ones(1), (10**12,)),
        lambda: "x" * MAX_HEADER,
        lambda: set(range(MAX_ODD_KEYS + 1)),
        lambda: Fraction(1, 1 << 4999),
    ],
)
def test_what_is_too_large_is_refused_by_the_sender(make):
    with pytest.raises(TooLargeError):
        send(make())


@pytest.mark.parametrize("sizes", [(MAX_HEADER + 1, 0), (0, MAX_BODY + 1), (2**32 - 1, 2**64 - 1)])
def test_what_is_too_large_is_refused_before_it_is_read(sizes):
    with pytest.raises(TooLargeError):
        frame_length(PREFIX.pack(*sizes))


BIG = [MAX_BODY] * 5
TYPICAL = send(
    {"a": [1, -2.5, None, "text", True, ...], (1, "k"): torch.arange(6).reshape(2, 3), b"b": torch.Size([4])}
)


@given(st.integers(0, len(TYPICAL)), st.integers(0, 4), st.binary(max_size=4))
@settings(max_examples=400, deadline=None)
def test_frames_with_a_piece_replaced_give_values_or_wire_errors(start, length, piece):
    damaged = TYPICAL[:start] + piece + TYPICAL[start + length :]
    with contextlib.suppress(WireError):
        receive(damaged)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_give_values_or_wire_errors(content):
    for message in (content, PREFIX.pack(len(content), 0) + content):
        with contextlib.suppress(WireError):
            receive(message)


@pytest.mark.parametrize("end", range(PREFIX.size, len(TYPICAL), 7))
def test_truncated_frames_are_refused(end):
    with pytest.raises(WireError):
        receive(TYPICAL[:end])


def nodes() -> st.SearchStrategy[Any]:
    """Return JSON in which much looks like a value and little is one."""
    tags = st.sampled_from(
        "list tuple dict set frozenset fraction decimal ellipsis size bytes tensor handle nothing".split()
    )
    dtypes = st.sampled_from(["float32", "bool", "complex64", "qint8", "nothing", "Tensor", "__class__"])
    plain = st.none() | st.booleans() | st.integers() | st.integers(0, 3) | st.floats() | tags | dtypes
    return st.recursive(plain, lambda inner: st.lists(inner, max_size=5), max_leaves=20)


@given(nodes(), st.lists(st.binary(max_size=16), max_size=3))
@settings(max_examples=400, deadline=None)
def test_arbitrary_nodes_give_values_or_wire_errors(node, buffers):
    message = pack({"value": node}, buffers)
    with contextlib.suppress(WireError):
        receive(message)


@pytest.mark.parametrize(
    "node",
    [
        ["tensor", "float32", [10**12], 0],
        ["tensor", "float32", [MAX_BODY] * 3, 0],
        ["tensor", "float32", [2, -2], 0],
        ["tensor", "float32", [1.0], 0],
        ["tensor", "float32", [True], 0],
        ["tensor", "float32", [1] * 17, 0],
        ["tensor", "float32", [2], 0],
        ["tensor", "float32", [1], 1],
        ["tensor", "float32", [1], -1],
        ["tensor", "qint8", [4], 0],
        ["tensor", "Tensor", [1], 0],
        ["array", "<f4", [10**12], 0],
        ["array", "|O", [1], 0],
        ["array", "<U1", [1], 0],
        ["array", "<M8[s]", [1], 0],
        ["array", "V4", [1], 0],
        ["array", "f4,f4", [1], 0],
        ["array", "no", [1], 0],
        ["dict", [["list"], 1]],
        ["dict", [1]],
        ["dict", 1],
        ["size", -1],
        ["size", 1.0],
        ["handle", -1, "x"],
        ["handle", "0", "x"],
        ["ellipsis", 1],
        ["set", ["list"]],
        ["set", *range(MAX_ODD_KEYS + 1)],
        ["frozenset", ["tensor", "float32", [1], 0]],
        ["fraction", 1, 0],
        ["fraction", 1.5, 2],
        ["fraction", 1, 1 << 5000],
        ["decimal", "NaN"],
        ["decimal", "1e999999999"],
        ["decimal", "9" * 3000],
        ["decimal", "one"],
        ["decimal", 1],
        ["bytes", 2],
        ["bytes", 10**40],
        ["nothing"],
        [],
        [["list"]],
        {"a": 1},
        _nest(MAX_DEPTH),
        ["list", *[0] * MAX_NODES],
        ["list", *[["list"]] * MAX_NODES],
        ["dict", *[["k", 0]] * (MAX_NODES // 2)],
        ["set", *["k"] * MAX_NODES],
        ["tensor", "float32", [*BIG, 0], 1],
        ["array", "<f4", [*BIG, 0], 1],
        ["array", "(1,", [1], 0],
        ["array", "\ud800", [1], 0],
    ],
    ids=lambda node: json.dumps(node)[:30],
)
def test_nodes_that_lie_are_refused(node):
    with pytest.raises(WireError) as refused:
        decode(node, buffers=(b"1234", b""))
    assert isinstance(refused.value, WireError)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b'{"buffers": 1}',
        b'{"buffers": [-1, 1]}',
        b'{"buffers": [true]}',
        b'{"buffers": [1]}',
        b'{"buffers": [268435457]}',
        b'{"buffers": [], "value": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
    ],
    ids=lambda content: repr(content[:30]),
)
def test_headers_that_lie_are_refused(content):
    with pytest.raises(WireError):
        unpack(PREFIX.pack(len(content), 0), content)
