"""Layers written as in torch: `Conv2d(1, 1, kernel_size=K, stride=S)`.

The text is parsed with `ast`, checked against the list below, and never evaluated. torch itself builds the
layer and computes its output. A `Sequential` of layers is a layer.
"""

from __future__ import annotations

import ast
import math
import re
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from grader.errors import did_you_mean
from grader.language.expressions import ExpressionError, Scope, evaluate_tree, names_in, parse_expression
from grader.language.fault import LanguageError
from grader.language.templates import one_line
from grader.torch_lazy import torch

if TYPE_CHECKING:
    from torch import Tensor, nn

_CONV = ("in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "bias")
_TRANSPOSED = (*_CONV[:5], "output_padding", "groups", "bias", "dilation")
_MAX_POOL = ("kernel_size", "stride", "padding", "dilation", "return_indices", "ceil_mode")
_AVG_POOL = ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad")
_FRACTIONAL = ("kernel_size", "output_size", "output_ratio", "return_indices")

# What a course can use of torch.nn, with the parameters in torch's order (a test compares this with torch).
LAYERS: dict[str, tuple[str, ...]] = {
    **{f"Conv{d}d": (*_CONV, "padding_mode") for d in (1, 2, 3)},
    **{f"ConvTranspose{d}d": (*_TRANSPOSED, "padding_mode") for d in (1, 2, 3)},
    **{f"MaxPool{d}d": _MAX_POOL for d in (1, 2, 3)},
    "AvgPool1d": _AVG_POOL,
    **{f"AvgPool{d}d": (*_AVG_POOL, "divisor_override") for d in (2, 3)},
    **{f"LPPool{d}d": ("norm_type", "kernel_size", "stride", "ceil_mode") for d in (1, 2, 3)},
    **{f"FractionalMaxPool{d}d": _FRACTIONAL for d in (2, 3)},
    **{f"AdaptiveMaxPool{d}d": ("output_size", "return_indices") for d in (1, 2, 3)},
    **{f"AdaptiveAvgPool{d}d": ("output_size",) for d in (1, 2, 3)},
    **{
        f"{p}Pad{d}d": ("padding",)
        for p in ("Zero", "Reflection", "Replication", "Circular")
        for d in (1, 2, 3)
    },
    **{f"ConstantPad{d}d": ("padding", "value") for d in (1, 2, 3)},
    "Unfold": ("kernel_size", "dilation", "padding", "stride"),
    "Fold": ("output_size", "kernel_size", "dilation", "padding", "stride"),
    "Linear": ("in_features", "out_features", "bias"),
    "Flatten": ("start_dim", "end_dim"),
    "Unflatten": ("dim", "unflattened_size"),
    "PixelShuffle": ("upscale_factor",),
    "PixelUnshuffle": ("downscale_factor",),
    "Upsample": ("size", "scale_factor", "mode", "align_corners", "recompute_scale_factor"),
    "Identity": (),
    "ReLU": ("inplace",),
}


MAX_CONFIRMED = 1 << 17  # multiplications; a cheaper output is also really computed


class LayerError(LanguageError):
    """A layer that cannot be read, built or run."""


@dataclass(frozen=True)
class Layer:
    """A layer as written: the values of its parameters are still formulas."""

    name: str
    arguments: dict[str, ast.expr] = field(default_factory=dict)
    children: tuple[Layer, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Return the exercise's parameters that the layer reads."""
        own = (names_in(tree) for tree in self.arguments.values())
        return frozenset().union(*own, *(child.names for child in self.children))

    def flat(self) -> tuple[Layer, ...]:
        """Return the layers in the order in which they run: those of a Sequential, or this one."""
        if self.name != "Sequential":
            return (self,)
        return tuple(one for child in self.children for one in child.flat())


@lru_cache(maxsize=1024)
def parse_layer(text: str) -> Layer:
    """Read a layer.

    Raises:
        LayerError: it does not call a listed layer, or gives a parameter that the layer does not have.

    """
    try:
        return _layer(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        if isinstance(error, LayerError):
            raise
        raise LayerError(f"'{text}' is not a layer.", "Write it as in torch: Conv2d(1, 1, 3).") from None


def _layer(node: ast.expr) -> Layer:
    if not isinstance(node, ast.Call):
        raise LayerError(f"'{ast.unparse(node)}' is not a layer.", "Write it as in torch: Conv2d(1, 1, 3).")
    name = ast.unparse(node.func).removeprefix("torch.").removeprefix("nn.")
    if name == "Sequential":
        if node.keywords:
            raise LayerError("Sequential takes layers only.", "Write Sequential(Conv2d(...), MaxPool2d(2)).")
        return Layer(name, children=tuple(_layer(argument) for argument in node.args))
    if name not in LAYERS:
        raise LayerError(f"There is no layer '{name}'.", did_you_mean(name, {*LAYERS, "Sequential"}))
    return Layer(name, dict(_arguments(name, node)))


def _arguments(name: str, node: ast.Call) -> list[tuple[str, ast.expr]]:
    known = LAYERS[name]
    if len(node.args) > len(known):
        raise LayerError(f"{name} takes at most {len(known)} arguments.", f"They are: {', '.join(known)}.")
    given = list(zip(known, node.args, strict=False))
    for keyword in node.keywords:
        if keyword.arg not in known:
            raise LayerError(
                f"{name} has no parameter '{keyword.arg}'.", did_you_mean(keyword.arg or "", known)
            )
        given.append((keyword.arg, keyword.value))
    names = [key for key, _ in given]
    twice = next((key for key in names if names.count(key) > 1), None)
    if twice:
        raise LayerError(f"{name} gets '{twice}' twice.", "Keep one.")
    for _, value in given:
        try:
            parse_expression(ast.unparse(value))
        except ExpressionError as error:
            raise LayerError(str(error)) from None
    return given


def arguments_of(layer: Layer, scope: Scope) -> dict[str, Any]:
    """Return the values given for the layer's parameters.

    Raises:
        LayerError: a formula in it cannot be computed.

    """
    try:
        return {key: evaluate_tree(tree, scope) for key, tree in layer.arguments.items()}
    except ExpressionError as error:
        raise LayerError(str(error)) from None


def spell(layer: Layer, scope: Scope) -> str:
    """Write the layer as in torch, with values for parameters: `nn.Conv2d(1, 1, kernel_size=2)`."""
    if layer.children:
        return f"nn.Sequential({', '.join(spell(child, scope) for child in layer.children)})"
    positional = 2 if layer.name.startswith(("Conv", "Linear")) and "Pad" not in layer.name else 0
    parts = [
        repr(value) if index < positional else f"{key}={value!r}"
        for index, (key, value) in enumerate(arguments_of(layer, scope).items())
    ]
    return f"nn.{layer.name}({', '.join(parts)})"


def build(layer: Layer, scope: Scope) -> nn.Module:
    """Build the layer with torch, on torch's default device.

    Raises:
        LayerError: torch refuses its parameters.

    """
    if layer.children:
        return torch.nn.Sequential(*(build(child, scope) for child in layer.children))
    arguments = arguments_of(layer, scope)
    try:
        module: nn.Module = getattr(torch.nn, layer.name)(**arguments)
    except (TypeError, ValueError, RuntimeError, AssertionError, ArithmeticError) as error:
        raise LayerError(f"torch cannot build {spell(layer, scope)}: {reason_of(error)}") from None
    return module


def parameter_shapes(layer: Layer, scope: Scope) -> list[dict[str, tuple[int, ...]]]:
    """Return the shapes of the parameters of each layer that has some, by name, without their memory.

    Raises:
        LayerError: torch refuses its parameters.

    """
    with torch.device("meta"):
        modules = [build(one, scope) for one in layer.flat()]
    shapes = [{name: tuple(one.shape) for name, one in module.named_parameters()} for module in modules]
    return [own for own in shapes if own]


@lru_cache(maxsize=4096)  # a class draws other numbers for the same layer
def state_shapes(spelled: str) -> Mapping[str, tuple[int, ...]]:
    """Return the shapes of what a layer without parameters in its text learns, by name in `state_dict`.

    Raises:
        LayerError: torch refuses the layer.

    """
    state = build(parse_layer(spelled), {}).state_dict()
    return {name: tuple(values.shape) for name, values in state.items()}


def apply(layer: Layer, scope: Scope, image: Tensor, state: dict[str, Tensor] | None = None) -> Tensor:
    """Run the layer on `image`; `state` replaces parameters by their names in `state_dict`.

    Raises:
        LayerError: torch refuses the layer, the state or the image.

    """
    return _run(build(layer, scope).to(image.dtype), spell(layer, scope), image, state)


def _run(module: nn.Module, spelled: str, image: Tensor, state: Mapping[str, Tensor] | None = None) -> Tensor:
    try:
        if state is not None:
            module.load_state_dict(state, strict=True)
        with torch.no_grad():
            output = module(image)
    except (TypeError, ValueError, RuntimeError, IndexError, ArithmeticError) as error:
        shape = "x".join(map(str, image.shape))
        raise LayerError(f"torch cannot run {spelled} on {shape}: {reason_of(error)}") from None
    if not isinstance(output, torch.Tensor):
        raise LayerError(f"{spelled} does not give one tensor.", "Remove return_indices.")
    return output


def output_shape(layer: Layer, scope: Scope, shape: Sequence[int]) -> tuple[int, ...]:
    """Return the output shape for an input of `shape`, both with batch and channels: (N, C, ...).

    torch computes it on its `meta` device, which needs no memory for the values and no formula here.

    Raises:
        LayerError: torch refuses the layer or the shape.

    """
    return _output_shape(spell(layer, scope), tuple(shape))


def _shape_of_few(layer: Layer, spelled: str, shape: tuple[int, ...]) -> tuple[int, ...] | None:
    """Return the output shape if computing it takes few multiplications, or else None.

    This avoids the meta device, whose first use imports sympy: a third of the time that torch itself takes.
    """
    if len(shape) < 3 or not all(isinstance(size, int) and size > 0 for size in shape):
        return None
    numbers = [abs(int(number)) for number in re.findall(r"\d+", spelled)]
    most = max([*numbers, 1])
    sizes = [(size + 2 * most) * (most if "Transpose" in spelled else 1) for size in shape[2:]]
    if "Sequential" in spelled or math.prod([*shape[:2], *sizes]) * most ** (len(sizes) + 1) > MAX_CONFIRMED:
        return None
    with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):  # building a layer draws weights
        warnings.simplefilter("ignore")
        return tuple(_run(build(layer, {}), spelled, torch.zeros(shape)).shape)


@lru_cache(maxsize=1 << 16)  # students' variants share their sizes
def _output_shape(spelled: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    layer = parse_layer(spelled)
    with suppress(LayerError):  # the meta device gives the better message
        if shape_here := _shape_of_few(layer, spelled, shape):
            return shape_here
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns about kernels of size 0, which are only tried
        with torch.device("meta"):
            try:
                image = torch.empty(shape)
            except (TypeError, ValueError, RuntimeError, ArithmeticError) as error:
                problem = reason_of(error)
                raise LayerError(f"torch cannot create an input of shape {shape}: {problem}") from None
            module = build(layer, {})
            output = tuple(_run(module, spelled, image).shape)
        weights = sum(parameter.numel() for parameter in module.parameters())
        if max(math.prod(shape), math.prod(output)) * max(weights, 1) <= MAX_CONFIRMED:
            # The meta device accepts a negative padding, and more.
            _run(module.to_empty(device="cpu"), spelled, torch.zeros(shape))
    return output


def reason_of(error: Exception) -> str:
    """Return torch's message on one line, without the place in torch's own code."""
    told, _, _ = str(error).partition("\nException raised from ")
    return (one_line(told) or type(error).__name__).rstrip(".:") + "."
