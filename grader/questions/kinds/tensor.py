"""`tensor`: the output values of a layer or of a formula, or the gradient of a formula."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, NamedTuple, cast

from pydantic import Field, model_validator

from grader.errors import did_you_mean
from grader.language.expressions import ExpressionError
from grader.language.fault import at
from grader.language.layers import Layer, apply, parse_layer
from grader.language.params import Variant
from grader.language.templates import matrix
from grader.language.tensor_formulas import FUNCTIONS, MAX_OPERAND, names_of, parse_tensor_formula
from grader.mistakes.computing import VALUE_MISTAKES, value_mistakes, value_tracks, worked_layer
from grader.mistakes.gradients import GRADIENT_MISTAKES, gradient_of, gradient_slips
from grader.mistakes.mistake import Slip, telling
from grader.questions import wording
from grader.questions.base import computed
from grader.questions.closeness import PRECISIONS, Precision, dtype_of
from grader.questions.given import Formulas, Path, core, given_layer, tensor_of
from grader.questions.layer_formulas import split, value_formulas
from grader.questions.of_layer import LayerQuestion
from grader.questions.parts import AnswerParts
from grader.questions.posed import FormError, Key, Mark, Posed, Wrong, failed
from grader.questions.problems import Problem, formula_problems
from grader.questions.values import (
    MAX_VALUES,
    as_float,
    elements,
    is_array,
    is_number,
    leaves,
    malformed,
    plain,
    shape_text,
)
from grader.torch_lazy import torch
from grader.walks.worked import Tracks, Worked

if TYPE_CHECKING:
    from torch import Tensor


MAX_KNOWN = 64  # wrong answers that are listed once


class Values(NamedTuple):
    """Values in row-major order, their shape, and the dtype in which they were computed, if known."""

    flat: list[float]
    shape: tuple[int, ...]
    dtype: str | None = None


class _Computed(NamedTuple):
    """The right output, the usual wrong ones, and the layer with its numbers."""

    output: Tensor
    slips: Callable[[bool], Iterable[Slip]] = lambda _is_whole: ()  # with the rare ones, or without
    worked: Callable[[], Worked | None] = lambda: None


class TensorKey(Key):
    """The right values in row-major order, and how far off an answer can be."""

    values: tuple[float, ...]
    shape: tuple[int, ...]
    rtol: float
    atol: float
    credit: Literal["whole", "element"]
    by_dtype: bool = False  # whether the tolerance grows with a coarser dtype and shrinks with small values

    def precision(self, dtype: str | None) -> Precision:
        """Return how far off values of a dtype can be."""
        own, its = (self.rtol, self.atol), PRECISIONS.get(dtype if self.by_dtype and dtype else "")
        rtol, atol = max(own, its[:2]) if its else own
        return Precision(rtol, atol, 0)

    @property
    def scale(self) -> float:
        """The largest magnitude of the values; 1 if the author gives a tolerance."""
        return max(map(abs, self.values), default=1.0) if self.by_dtype else 1.0


class TensorValues(LayerQuestion[Posed, TensorKey, Values]):
    """Values as nested lists or as a tensor: the output of a layer or of the author's formula."""

    usual: ClassVar[Sequence[str]] = (*VALUE_MISTAKES, *GRADIENT_MISTAKES)
    key_type: ClassVar[type[Key]] = TensorKey

    kind: Literal["tensor"]
    layer: Annotated[str, Field(description="As in torch: Conv2d(1, 1, kernel_size=K, stride=S).")] = ""
    input: Annotated[
        Formulas | None, Field(description="Nested lists of numbers, or the parameter that holds them.")
    ] = None
    values: Annotated[
        Formulas | None,
        Field(description="The right values as a formula, instead of a layer and its input."),
    ] = None
    ask: Annotated[
        Literal["values", "gradient"], Field(description="The values, or the gradient of one number.")
    ] = "values"
    of: Annotated[
        str, Field(max_length=500, description="With gradient: the number, as in mean((X @ w - y) ** 2).")
    ] = ""
    tensors: Annotated[
        dict[str, Formulas], Field(max_length=10, description="With gradient: the tensors in 'of', by name.")
    ] = {}
    wrt: Annotated[str, Field(description="With gradient: with respect to which tensor.")] = ""
    weight: Annotated[Formulas | None, Field(description="The layer's weight; one number fills it.")] = None
    bias: Annotated[Formulas | None, Field(description="The layer's bias; one number fills it.")] = None
    state: Annotated[
        dict[str, Formulas], Field(description="Parameters by their names in state_dict, for a Sequential.")
    ] = {}
    dtype: Literal["float16", "bfloat16", "float32", "float64"] = "float32"
    rtol: Annotated[float | None, Field(ge=0, allow_inf_nan=False)] = None
    atol: Annotated[float | None, Field(ge=0, allow_inf_nan=False)] = None
    credit: Annotated[
        Literal["whole", "element"], Field(description="All or nothing, or by the share of right values.")
    ] = "whole"

    @model_validator(mode="after")
    def _layer_or_values(self) -> TensorValues:
        own = self.model_fields_set & {"of", "tensors", "wrt"}
        if self.ask == "gradient":
            others = self.model_fields_set & {"layer", "input", "weight", "bias", "state", "values"}
            if others or len(own) < len(("of", "tensors", "wrt")):
                msg = "With 'ask: gradient', give 'of', 'tensors' and 'wrt', and no layer and no 'values'"
                raise ValueError(msg)
            return self
        if own:
            msg = f"Give {' and '.join(map(repr, sorted(own)))} only with 'ask: gradient'"
            raise ValueError(msg)
        of_layer = self.model_fields_set & {"layer", "input", "weight", "bias", "state", "without"}
        if of_layer if self.values is not None else not (self.layer and self.input is not None):
            msg = "Give either 'values', or 'layer' and 'input'"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _one_state(self) -> TensorValues:
        if (self.weight is not None or self.bias is not None) and self.state:
            msg = "Give either weight and bias, or state"
            raise ValueError(msg)
        return self

    def problems(self, names: frozenset[str]) -> Iterator[Problem]:
        """Yield everything wrong with the question."""
        yield from super().problems(names)
        own = {"input": self.input, "values": self.values, "weight": self.weight, "bias": self.bias}
        for key, numbers in own.items():
            yield from formula_problems(numbers or 0, (key,), names)
        for key, numbers in self.state.items():
            yield from formula_problems(numbers, ("state", key), names)
        if self.ask == "gradient":
            yield from self._gradient_problems(names)

    def _gradient_problems(self, names: frozenset[str]) -> Iterator[Problem]:
        for key, numbers in self.tensors.items():
            yield from formula_problems(numbers, ("tensors", key), names)
            if not key.isidentifier() or key in names or key in FUNCTIONS:
                sentence = f"'{key}' cannot be the name of a tensor."
                yield Problem(("tensors", key), sentence, "Use a name that nothing else has, such as w.")
        if self.wrt not in self.tensors:
            sentence = f"There is no tensor '{self.wrt}'."
            yield Problem(("wrt",), sentence, did_you_mean(self.wrt, self.tensors))
        try:
            used = set(names_of(parse_tensor_formula(self.of)))
        except ExpressionError as error:
            yield Problem(("of",), str(error), error.remedy)
            return
        for name in sorted(used - {*self.tensors, *names}):
            remedy = did_you_mean(name, [*self.tensors, *names])
            yield Problem(("of",), f"There is no tensor or parameter '{name}'.", remedy)
        for name in sorted(self.tensors.keys() - used):
            sentence = f"The tensor '{name}' is not in the formula."
            yield Problem(("tensors", name), sentence, "Use it, or remove it.")

    def pose(self, variant: Variant) -> Posed:
        """Write the question as the student of this variant sees it."""
        how = wording.GRADIENT.format(name=self.wrt) if self.ask == "gradient" else wording.VALUES
        return self.posed(variant, how=how)

    def sketch(self, variant: Variant) -> tuple[Posed, TensorKey]:
        """Leave out rare mistakes and the figure, which take most of the time."""
        return self.unwritten(), self._key(variant, is_whole=False)

    def key(self, variant: Variant) -> TensorKey:
        """Compute the right values, and the known wrong ones."""
        return self._key(variant, is_whole=True)

    def right_key(self, variant: Variant) -> TensorKey:
        """Compute only the right values."""
        return self._right(self._solved(variant).output)

    def _key(self, variant: Variant, *, is_whole: bool) -> TensorKey:
        done = self._solved(variant)
        wrongs = list(self.authored_wrongs(variant))
        left_out = {*self.misconceptions, *self.without, *self._not_to_be_forgotten()}
        found = (
            one
            for one in done.slips(is_whole)
            if one.name not in left_out and not _says_nothing(one.answer, done.output)
        )
        usual = [one._replace(answer=one.answer.tolist()) for one in found]
        right = done.output.tolist()
        wrongs += map(Wrong.of, telling(usual, right, lambda answer: repr(_floats(answer))))
        more = {"wrong": tuple(wrongs), "worked": done.worked() if is_whole else None}
        return self._right(done.output).model_copy(update=more)

    def _solved(self, variant: Variant) -> _Computed:
        if self.ask == "gradient":
            return self._gradient(variant)
        return self._given(variant) if self.values is not None else self._computed(variant)

    def _right(self, output: Tensor) -> TensorKey:
        if output.numel() > MAX_VALUES:
            raise ExpressionError(
                f"The output has {output.numel()} values; at most {MAX_VALUES} are allowed."
            )
        precision = PRECISIONS[self.dtype]
        shape = tuple(output.shape)
        values = matrix(_squeezed(output).tolist()) if output.dim() else repr(output.item())
        return TensorKey(
            solution=f"{self.id} = {values}",
            values=tuple(float(value) for value in output.flatten().tolist()),
            shape=shape,
            rtol=precision.rtol if self.rtol is None else self.rtol,
            atol=precision.atol if self.atol is None else self.atol,
            credit=self.credit,
            by_dtype=self.rtol is None and self.atol is None,
        )

    def _given(self, variant: Variant) -> _Computed:
        """Compute the author's formula."""
        values = tensor_of(computed(self.values, variant, "values"), getattr(torch, self.dtype), "values")
        with at("values"):
            return _Computed(self._finite(values))

    def _gradient(self, variant: Variant) -> _Computed:
        """Let torch compute the gradient, and return it with the usual mistakes."""
        dtype, tree = getattr(torch, self.dtype), parse_tensor_formula(self.of)
        scope: dict[str, Any] = {}
        for name, formula in self.tensors.items():
            values = tensor_of(computed(formula, variant, "tensors", name), dtype, "tensors", name)
            with at("tensors", name):
                if values.numel() > MAX_OPERAND:
                    raise ExpressionError(f"'{name}' has more than {MAX_OPERAND} values.")
            scope[name] = values
        for name in names_of(tree):
            if name not in scope:
                scope[name] = computed(name, variant, "of")
        with at("of"):
            right = self._finite(gradient_of(tree, scope, self.wrt))

        def slips(_is_whole: bool) -> list[Slip]:
            with at("of"):
                found = list(gradient_slips(tree, scope, self.wrt, right))
            return [one for one in found if one.answer.isfinite().all()]

        return _Computed(right, slips)

    def _computed(self, variant: Variant) -> _Computed:
        """Let torch compute the layer's output, and return it with the usual mistakes."""
        layer, image, state = self._inputs(variant)
        with at("layer"):
            output = self._finite(apply(layer, variant.params, image, dict(state)))
        numbers = layer, variant.params, image, state
        return _Computed(
            output,
            lambda is_whole: value_mistakes(*numbers, with_rare=is_whole),
            partial(worked_layer, *numbers),
        )

    def _finite(self, output: Tensor) -> Tensor:
        if not output.isfinite().all():
            raise ExpressionError(f"The output has numbers that {self.dtype} cannot hold.")
        return output

    def _not_to_be_forgotten(self) -> Iterator[str]:
        """Yield the mistakes that the author's constants make impossible."""
        if self.bias == 0:
            yield "forgot-bias"
        if isinstance(self.weight, int | float):
            yield from ("flipped-kernel", "transposed-kernel")
        if self.weight == 0:
            yield from ("max-for-sum", "mean-for-sum")

    def _inputs(self, variant: Variant) -> tuple[Layer, Tensor, dict[str, Tensor]]:
        """Return the layer, its input, and its state."""
        state: dict[Path, Formulas | None] = {("state", name): one for name, one in self.state.items()}
        given = {("weight",): self.weight, ("bias",): self.bias, **state}
        return given_layer(self.layer, self.input or 0, given, variant, getattr(torch, self.dtype))

    @classmethod
    def read(cls, posed: Posed, value: Any) -> Values:
        """Read a tensor or nested lists of numbers."""
        numbers = plain(value, posed.id)
        if isinstance(numbers, set):
            (numbers,) = elements(numbers)
        shape, flat = _listed(posed, numbers)
        shape = tuple(value.shape) if is_array(value) else shape
        if not flat or len(flat) > MAX_VALUES or not all(map(is_number, flat)):
            raise malformed(posed.id, value, posed.how)
        return Values([as_float(item) for item in flat], shape, dtype_of(value))

    @classmethod
    def judge(cls, posed: Posed, key: TensorKey, answer: Values) -> Mark:
        """Give the verdict on values; leading dimensions of size 1 can be left out."""

        def agrees(wrong: Wrong) -> bool:
            return _is_like(posed, key, answer, wrong.answer)

        if _stripped(answer.shape) != _stripped(key.shape):
            given, wanted = shape_text(answer.shape), shape_text(core(key.shape))
            otherwise = wording.WRONG_SHAPE.format(given=given, wanted=wanted)
            return failed(key.wrong, agrees, otherwise)
        unlike = [*_unlike(answer, key.values, key)]
        if not unlike:
            return Mark("passed", 1.0, "")
        share = 1 - len(unlike) / len(answer.flat) if key.credit == "element" else 0.0
        return failed(key.wrong, agrees, _first_difference(answer, unlike), share)

    @classmethod
    def tracks(cls, posed: Posed, key: TensorKey, name: str, answer: Values) -> Tracks | None:
        """Return torch's way and the mistaken one."""
        if key.worked is None:
            return None
        return value_tracks(key.worked, name, lambda output: _is_like(posed, key, answer, output))

    def parts(self, variant: Variant, answer: Values) -> AnswerParts:  # noqa: ARG002 every variant is alike
        """Return the values and their shape."""
        return AnswerParts(core(answer.shape), tuple(answer.flat))

    def right_formulas(self, variant: Variant) -> Sequence[str]:
        """Return a formula for each value, if the author or a small layer gives one."""
        if self.ask == "gradient":
            return ()
        if self.values is not None:
            return [str(one) for one in leaves(split(self.values, variant.params))]
        layer = parse_layer(self.layer)
        return value_formulas(layer, self.input, self.weight, self.bias, variant.params)

    def numbers(self, key: TensorKey) -> tuple[float, ...]:
        """Return the right values."""
        return key.values

    def constants(self, key: TensorKey) -> Iterator[tuple[str, Any]]:
        """Yield a number, and a tensor filled with it."""
        for name, number in super().constants(key):
            yield name, number
            yield f"all {name}", _filled(key.shape, number)


def _says_nothing(answer: Tensor, output: Tensor) -> bool:
    """Return whether a wrong answer is one number everywhere, such as the zeros of a placeholder."""
    return _is_constant(answer) and answer.numel() > 1 and not _is_constant(output)


def _is_constant(values: Tensor) -> bool:
    return bool((values == values.flatten()[:1]).all())


def _is_like(posed: Posed, key: TensorKey, answer: Values, other: Any) -> bool:
    """Return whether an answer has the shape and the values of another one."""
    its_shape, its = _listed_once(posed, other)
    is_listed = len(its_shape) <= 1 and len(its) == len(answer.flat)  # authors may write flat lists
    is_alike = is_listed or _stripped(its_shape) == _stripped(answer.shape)
    return is_alike and next(_unlike(answer, its, key), None) is None


def _unlike(answer: Values, others: Sequence[float], key: TensorKey) -> Iterator[int]:
    """Yield the indices, from 0, at which two lists of values differ."""
    precision, scale = key.precision(answer.dtype), key.scale
    for index, (given, wanted) in enumerate(zip(answer.flat, others, strict=True)):
        if given != wanted and not abs(given - wanted) <= precision.allowed(wanted, scale):
            yield index


def _first_difference(answer: Values, wrong: list[int]) -> str:
    first = wrong[0]
    return wording.WRONG_VALUES.format(
        shape=shape_text(answer.shape),
        value=format(answer.flat[first], "g"),
        index=_index(first, answer.shape),
        right=len(answer.flat) - len(wrong),
        all=len(answer.flat),
    )


def _index(number: int, shape: tuple[int, ...]) -> list[int]:
    """Return the index of a value, given its number in row-major order."""
    index = []
    for size in reversed(shape):
        number, rest = divmod(number, size)
        index.append(rest)
    return index[::-1]


def _stripped(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape without any leading dimension of size 1.

    >>> _stripped((1, 1, 1, 3)), _stripped((2, 1)), _stripped((1, 1))
    ((3,), (2, 1), ())
    """
    while shape and shape[0] == 1:
        shape = shape[1:]
    return shape


def _squeezed(output: Tensor) -> Tensor:
    return output.reshape(core(tuple(output.shape)))


def _filled(shape: Sequence[int], number: float) -> Any:
    return [_filled(shape[1:], number) for _ in range(shape[0])] if shape else number


def _flat(values: Any) -> list[float]:
    if isinstance(values, list | tuple):
        return [number for item in values for number in _flat(item)]
    return [values]


def _floats(values: Any) -> list[float]:
    return [as_float(value) + 0.0 for value in _flat(values)]  # no -0.0


def _listed(posed: Posed, numbers: Any) -> tuple[tuple[int, ...], list[Any]]:
    """Return the shape of nested lists, and their values in row-major order."""
    shape: tuple[int, ...] = ()
    level = [numbers]
    while lists := [item for item in level if isinstance(item, list | tuple)]:
        if len(lists) < len(level) or len({*map(len, lists)}) > 1:
            raise FormError(wording.RAGGED.format(name=posed.id))
        shape = (*shape, len(lists[0]))
        level = [item for one in lists for item in one]
    return shape, level


_known: dict[int, tuple[Any, Any]] = {}  # wrong answers by identity, and what is listed of them


def _listed_once(posed: Posed, wrong: Any) -> tuple[tuple[int, ...], list[Any]]:
    """Return the shape and the values of a misconception's answer, which many answers are compared with."""
    known = _known.get(id(wrong))
    if known is None or known[0] is not wrong:
        if len(_known) >= MAX_KNOWN:
            _known.clear()
        known = _known[id(wrong)] = wrong, _listed(posed, wrong)
    return cast("tuple[tuple[int, ...], list[Any]]", known[1])
