"""Make torch.testing.assert_close quick where nothing is wrong: the function itself stays torch's own.

In torch 2.13 its first call imports all of torch.distributed to look for tensors of that package, which takes
as long as half of torch. For equal tensors it does a tenth of a millisecond of work. Two functions that it
calls are replaced, and only for cases in which the result is certain.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

_PLACE = "torch.testing._comparison"
_UNWRAP, _FAULTS = "_unwrap_dtensor_for_comparison", "not_close_error_metas"  # torch's own, which can change
_PAIRS = ("NonePair", "BooleanPair", "NumberPair", "TensorLikePair")  # the last one is for tensors
_DISTRIBUTED = "torch.distributed.tensor"
_FLAGS = ("allow_subclasses", "equal_nan", "check_device", "check_dtype", "check_layout", "check_stride")
_OPTIONS = frozenset({*_FLAGS, "pair_types", "rtol", "atol", "msg"})
_DTYPES = (
    *("bool", "uint8", "int8", "int16", "int32", "int64"),
    *("float16", "bfloat16", "float32", "float64", "complex64", "complex128"),
)
_MOST = 1e9  # a larger tolerance is left to torch, and so is one that is not a number


def quicken() -> None:
    """Replace the two functions, if torch is imported and has them."""
    module = sys.modules.get(_PLACE)
    for name, quick in ((_UNWRAP, _unwrapped), (_FAULTS, _faults)):
        own = getattr(module, name, None)
        if isinstance(module, ModuleType) and callable(own) and getattr(own, "__module__", "") == _PLACE:
            setattr(module, name, quick(module, own))


def _unwrapped(_module: ModuleType, own: Callable[..., Any]) -> Callable[..., Any]:
    def unwrap(actual: Any, expected: Any) -> Any:
        """Return both as they are while there can be no tensor of torch.distributed."""
        return own(actual, expected) if _DISTRIBUTED in sys.modules else (actual, expected)

    return unwrap


def _faults(module: ModuleType, own: Callable[..., Any]) -> Callable[..., Any]:
    torch = sys.modules["torch"]
    pairs = tuple(getattr(module, name, None) for name in _PAIRS)
    dtypes = frozenset(getattr(torch, name) for name in _DTYPES)

    def are_equal(actual: Any, expected: Any) -> bool:
        """Return whether two plain tensors have the same numbers, none of them NaN."""
        return (
            type(actual) is type(expected) is torch.Tensor
            and actual.dtype is expected.dtype
            and actual.dtype in dtypes
            and actual.layout is expected.layout is torch.strided
            and actual.is_cpu
            and actual.device == expected.device
            and not (actual.is_nested or expected.is_nested)
            and actual.shape == expected.shape
            and actual.data_ptr() != expected.data_ptr()  # torch.equal once took NaN for equal to itself
            and torch.equal(actual, expected)
        )

    def not_close_error_metas(actual: Any, expected: Any, **options: Any) -> Any:
        """Return nothing that is wrong for equal tensors; ask torch about all others."""
        __tracebackhide__ = True
        try:
            is_certain = _are_usual(options, pairs) and are_equal(actual, expected)
        except Exception:  # torch says what is wrong
            is_certain = False
        return [] if is_certain else own(actual, expected, **options)

    return not_close_error_metas


def _are_usual(options: Mapping[str, Any], pairs: tuple[Any, ...]) -> bool:
    """Return whether equal tensors are close under these options, and torch accepts the options."""
    return (
        options.keys() == _OPTIONS
        and options["pair_types"] == pairs
        and all(type(options[flag]) is bool for flag in _FLAGS)
        and not options["check_stride"]
        and _are_tolerances(options["rtol"], options["atol"])
    )


def _are_tolerances(rtol: Any, atol: Any) -> bool:
    if rtol is None or atol is None:
        return rtol is atol
    return all(type(one) in (float, int) and 0 <= one <= _MOST for one in (rtol, atol))
