"""assert_close is quick for equal tensors, and otherwise does what torch makes of it."""

from __future__ import annotations

import inspect
import json
import math
import re
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from torch.testing import _comparison, assert_close

from grader.worker import comparing
from grader.worker.comparing import quicken
from tests.conftest import Run

DISTRIBUTED = "torch.distributed.tensor"
REPLACED = ("_unwrap_dtensor_for_comparison", "not_close_error_metas")
PLAIN = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64")
ODD = ("complex64", "complex128", "complex32", "float8_e5m2", "uint16", "uint32", "uint64")
ROWS = torch.arange(6.0).reshape(2, 3)
NAN = torch.tensor([1.0, math.nan])


class Kind(torch.Tensor):
    """A tensor with a type of its own."""


class Torn:
    """A flag that is neither true nor false."""

    def __bool__(self) -> bool:
        raise RuntimeError("torn")


with warnings.catch_warnings(action="ignore"):  # some of these have no future in torch
    TYPED = {name: ROWS.to(getattr(torch, name)) for name in (*PLAIN, *ODD)}
    QUANTIZED = torch.quantize_per_tensor(ROWS, 0.1, 10, torch.quint8)
    COMPRESSED = ROWS.to_sparse_csr()
    NESTED = torch.nested.nested_tensor([ROWS, ROWS])
    JAGGED = torch.nested.nested_tensor([ROWS, ROWS], layout=torch.jagged)

PAIRS: dict[str, tuple[Any, Any]] = {
    **{f"equal {name}": (rows, rows) for name, rows in TYPED.items()},
    "copies": (ROWS, ROWS.clone()),
    "close": (ROWS, ROWS + 1e-6),
    "far": (ROWS, ROWS + 1),
    "one number": (torch.tensor(1.0), torch.tensor(2.0)),
    "negative zero": (torch.tensor(0.0), torch.tensor(-0.0)),
    "empty": (torch.empty(0, 3), torch.empty(0, 3)),
    "empty in another way": (torch.empty(0, 3), torch.empty(3, 0)),
    "another shape": (ROWS, ROWS[:1]),
    "another shape with equal numbers": (torch.ones(2, 3), torch.ones(3)),
    "another dtype": (ROWS, ROWS.double()),
    "another device": (ROWS, ROWS.to("meta")),
    "without numbers": (ROWS.to("meta"), ROWS.to("meta")),
    "other strides": (ROWS, ROWS.T.contiguous().T),
    "stretched": (torch.ones(1).expand(3), torch.ones(3)),
    "conjugated": (torch.tensor([1 + 1j]).conj(), torch.tensor([1 - 1j])),
    "with a gradient": (ROWS.clone().requires_grad_(), ROWS),
    "the same nan": (NAN, NAN),
    "nan in one storage": (NAN, NAN[:]),
    "nan": (NAN, NAN.clone()),
    "infinite": (torch.tensor(math.inf), torch.tensor(math.inf)),
    "infinite in two directions": (torch.tensor(math.inf), torch.tensor(-math.inf)),
    "sparse": (ROWS.to_sparse(), ROWS.to_sparse()),
    "sparse and not": (ROWS.to_sparse(), ROWS),
    "compressed": (COMPRESSED, COMPRESSED),
    "mkldnn": (ROWS.to_mkldnn(), ROWS.to_mkldnn()),
    "quantized": (QUANTIZED, QUANTIZED),
    "quantized and not": (QUANTIZED, ROWS),
    "nested": (NESTED, NESTED),
    "jagged": (JAGGED, JAGGED),
    "parameters": (torch.nn.Parameter(ROWS), torch.nn.Parameter(ROWS)),
    "a parameter and not": (torch.nn.Parameter(ROWS), ROWS),
    "of its own type": (ROWS.as_subclass(Kind), ROWS),
    "arrays": (ROWS.numpy(), ROWS.numpy()),
    "an array and not": (ROWS.numpy(), ROWS),
    "a number and not": (1.0, torch.tensor(1.0)),
    "a list and not": ([1.0], torch.tensor([1.0])),
    "lists": ([ROWS, 1.0, None], (ROWS.clone(), 1.0, None)),
    "lists that differ": ([ROWS, ROWS], [ROWS, ROWS + 1]),
    "shorter": ([ROWS], [ROWS, ROWS]),
    "dicts": ({"a": ROWS}, {"a": ROWS.clone()}),
    "dicts that differ": ({"a": ROWS}, {"a": -ROWS}),
    "texts": ("a", "a"),
    "nothing": (None, None),
    "nothing and not": (None, ROWS),
}
OPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {"rtol": 0, "atol": 0},
    {"rtol": 1e-4, "atol": 1e-3},
    {"rtol": 1e-4},
    {"atol": 0},
    {"rtol": -1, "atol": 0},
    {"rtol": 0, "atol": math.nan},
    {"rtol": 0, "atol": math.inf},
    {"rtol": 0, "atol": 10**400},
    {"rtol": "0", "atol": 0},
    {"rtol": False, "atol": False},
    {"equal_nan": True},
    {"equal_nan": "yes"},
    {"check_dtype": False},
    {"check_dtype": Torn()},
    {"check_device": False},
    {"check_layout": False},
    {"check_stride": True},
    {"allow_subclasses": False},
    {"msg": "Not so."},
    {"msg": lambda told: f"Look: {told}"},
    {"tolerance": 1},
)


@pytest.fixture
def torchs() -> Callable[..., Any]:
    """Return torch's own function, from a copy of its module."""
    module = type(_comparison)("torch.testing._own")
    exec(compile(inspect.getsource(_comparison), "own", "exec"), vars(module))
    quicken()
    function: Callable[..., Any] = module.assert_close
    return function


def outcome(function: Callable[..., Any], pair: tuple[Any, Any], options: dict[str, Any]) -> str:
    """Return what a comparison raises."""
    try:
        result = function(*pair, **options)
    except BaseException as error:
        cause = error.__cause__
        return f"{type(error).__name__}: {error} {type(cause).__name__}: {cause}"
    return repr(result)


def without_address(value: object) -> str:
    """Write a value as every process writes it."""
    return re.sub(r" at 0x[0-9a-f]+", "", str(value))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("options", OPTIONS, ids=without_address)
def test_every_pair_is_judged_as_torch_judges_it(torchs: Callable[..., Any], options: dict[str, Any]) -> None:
    for name, pair in PAIRS.items():
        assert outcome(assert_close, pair, options) == outcome(torchs, pair, options), name


NUMBERS = st.sampled_from([0.0, -0.0, 1.0, 1.0 + 1e-7, 1.0 + 1e-3, -3.0, math.nan, math.inf, -math.inf])
SHAPES = st.sampled_from([(), (1,), (2,), (1, 2), (2, 1), (0,)])
TENSORS = st.builds(
    lambda array, dtype: torch.from_numpy(array).to(dtype),
    SHAPES.flatmap(lambda shape: arrays(np.float64, shape, elements=NUMBERS)),
    st.sampled_from([torch.float32, torch.float64, torch.float16]),
)
TOLERANCES = st.sampled_from([None, 0, 0.0, 1e-5, 0.1, -1.0, math.nan, 1, True])
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "rtol": TOLERANCES,
        "atol": TOLERANCES,
        **dict.fromkeys(("equal_nan", "check_dtype", "check_stride"), st.booleans()),
    },
)


@given(st.lists(TENSORS, min_size=2, max_size=2), st.booleans(), SETTINGS)
def test_tensors_are_judged_as_torch_judges_them(
    tensors: list[Any], is_same: bool, options: dict[str, Any]
) -> None:
    one, other = (tensors[0], tensors[0].clone()) if is_same else tensors
    quicken()
    quick = outcome(assert_close, (one, other), options)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comparing, "_are_usual", lambda *_: False)
        assert quick == outcome(assert_close, (one, other), options)


def test_equal_tensors_ask_torch_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    quicken()
    monkeypatch.setattr(torch, "isclose", None)
    assert_close(ROWS, ROWS.clone(), check_dtype=False, rtol=1e-4, atol=1e-3)
    with pytest.raises(RuntimeError, match="unexpected exception"):
        assert_close(ROWS, ROWS + 1)


def test_a_comparison_imports_no_tensors_of_many_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    quicken()
    for name in [name for name in sys.modules if name.startswith(DISTRIBUTED)]:
        monkeypatch.delitem(sys.modules, name)
    assert_close(ROWS, ROWS + 1e-7)
    assert DISTRIBUTED not in sys.modules


def test_where_there_can_be_such_tensors_torch_looks_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    class DTensor:
        pass

    quicken()
    module = type(sys)(DISTRIBUTED)
    module.DTensor = DTensor  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, DISTRIBUTED, module)
    with pytest.raises(TypeError, match="Comparing a DTensor to a non-DTensor"):
        assert_close(DTensor(), ROWS)


def test_it_is_still_torchs_own_function() -> None:
    before = (assert_close, assert_close.__code__, inspect.signature(assert_close), assert_close.__doc__)
    quicken()
    replaced = [getattr(_comparison, name) for name in REPLACED]
    quicken()
    assert [getattr(_comparison, name) for name in REPLACED] == replaced  # once is enough
    now = (
        torch.testing.assert_close,
        assert_close.__code__,
        inspect.signature(assert_close),
        assert_close.__doc__,
    )
    assert now == before


def test_a_torch_without_these_names_works_unchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = type(sys)("torch.testing._comparison")
    monkeypatch.setitem(sys.modules, "torch.testing._comparison", bare)
    names = set(vars(bare))
    quicken()
    assert set(vars(bare)) == names
    monkeypatch.delitem(sys.modules, "torch.testing._comparison")
    quicken()


ALONE = """
import sys
import torch

def test_total_alone(student, reference):
    \"\"\"It is compared without torch.distributed.\"\"\"
    image = torch.ones(2, 2)
    torch.testing.assert_close(student.total(image), reference.total(image))
    torch.testing.assert_close(torch.zeros(1), torch.full((1,), 1e-7))
    assert "torch.distributed.tensor" not in sys.modules
"""
OWN = """
import sys
import torch

torch.testing.assert_close(torch.zeros(1), torch.full((1,), 1e-7))
assert "torch.distributed.tensor" not in sys.modules

def total(image):
    return image.sum()
"""


def test_neither_checks_nor_a_file_import_them(own: Path, grade: Run) -> None:
    checks = own / "exercises" / "exercise-2" / "checks.py"
    checks.write_text(checks.read_text(encoding="utf-8") + ALONE, encoding="utf-8")
    (own / "exercise-2.py").write_text(OWN, encoding="utf-8")
    report = json.loads(grade(own, "exercise-2", "--json").out)
    (check,) = (one for question in report["questions"] for one in question["checks"] if "alone" in one["id"])
    assert (check["outcome"], report["notes"]) == ("passed", [])
