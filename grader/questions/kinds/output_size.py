"""`output-size`: the size of a layer's output, or the shape that an operation on tensors gives."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from grader.errors import did_you_mean
from grader.language.expressions import Expression, whole_numbers
from grader.language.fault import at
from grader.language.layers import LayerError, output_shape, parameter_shapes, parse_layer
from grader.language.operations import operate, parse_operation
from grader.language.params import Variant
from grader.mistakes.counting import (
    SIZE_MISTAKES,
    UNROUNDED,
    form_mistakes,
    shape_mistakes,
    size_mistakes,
    size_tracks,
)
from grader.mistakes.mistake import Slip, telling
from grader.mistakes.operating import OPERATION_MISTAKES, operation_slips
from grader.mistakes.parameters import PARAMETER_MISTAKES, Weighted, parameter_slips
from grader.questions import wording
from grader.questions.layer_formulas import size_formulas
from grader.questions.of_layer import LayerQuestion
from grader.questions.parts import AnswerParts
from grader.questions.posed import FormError, Key, Mark, Posed, Wrong, failed
from grader.questions.problems import Problem, formula_problems
from grader.questions.values import as_float, elements, is_number, malformed, plain, whole
from grader.walks.as_written import output_of, walk_of
from grader.walks.walk import Walk
from grader.walks.worked import Tracks

DECIMAL = 0.05  # how far off a number with one decimal can be


class SizeKey(Key):
    """The right size of each dimension that is asked for."""

    sizes: tuple[int, ...]
    advice: str = wording.COUNT_POSITIONS.format(noun="kernel")  # for a wrong size that no mistake explains


class OutputSize(LayerQuestion[Posed, SizeKey, list[int]]):
    """The size of a layer's output, an int if all sides are equal, else a tuple; or its whole shape."""

    usual: ClassVar[Sequence[str]] = (*SIZE_MISTAKES, *PARAMETER_MISTAKES, *OPERATION_MISTAKES)
    key_type: ClassVar[type[Key]] = SizeKey

    kind: Literal["output-size"]
    layer: Annotated[str, Field(description="As in torch: Conv2d(1, 1, kernel_size=K, stride=S).")] = ""
    operation: Annotated[str, Field(description="Instead of a layer, as in torch: cat((a, b), dim=1).")] = ""
    inputs: Annotated[
        dict[str, list[Expression]], Field(description="The shapes of the operation's tensors, by name.")
    ] = {}
    input: Annotated[
        list[Expression], Field(min_length=2, description="The input's shape: [1, 1, M, M].")
    ] = []
    ask: Annotated[
        Literal["size", "shape", "parameters"],
        Field(
            description="size: the image's dimensions only; shape: all, with batch and channels; "
            "parameters: how many numbers training changes."
        ),
    ] = "size"

    @model_validator(mode="after")
    def _one_subject(self) -> OutputSize:
        if bool(self.layer) is bool(self.operation) or bool(self.operation) is not bool(self.inputs):
            msg = "Give either 'layer', or 'operation' and 'inputs'"
            raise ValueError(msg)
        if self.operation and self.model_fields_set & {"input", "ask"}:
            msg = "With 'operation', the question always asks for the whole shape. Remove 'input' and 'ask'"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _needs_input(self) -> OutputSize:
        if self.operation:
            return self
        if (self.ask == "parameters") is bool(self.input):
            msg = "A size and a shape need 'input'; 'ask: parameters' takes none"
            raise ValueError(msg)
        return self

    def problems(self, names: frozenset[str]) -> Iterator[Problem]:
        """Yield everything wrong with the question."""
        yield from super().problems(names)
        yield from formula_problems(self.input, ("input",), names)
        if self.operation:
            yield from self._problems_of_operation(names)
        elif self.ask == "size" and len(self.input) < 3:
            yield Problem(
                ("input",), "A size needs an image of shape (batch, channels, ...).", "Use 'ask: shape'."
            )

    def _problems_of_operation(self, names: frozenset[str]) -> Iterator[Problem]:
        """Yield an operation that cannot be read, and names that are neither tensors nor parameters."""
        for name, shape in self.inputs.items():
            yield from formula_problems(shape, ("inputs", name), names)
        try:
            operation = parse_operation(self.operation)
        except LayerError as error:
            yield Problem(("operation",), str(error), error.remedy)
            return
        for name in sorted({*operation.tensors} - self.inputs.keys()):
            sentence = f"'inputs' has no shape for '{name}'."
            yield Problem(("operation",), sentence, did_you_mean(name, self.inputs))
        for name in sorted(self.inputs.keys() - {*operation.tensors}):
            yield Problem(("inputs", name), f"The operation does not use '{name}'.", "Remove it.")
        for name in sorted(operation.names - names):
            sentence = f"There is no parameter '{name}'."
            yield Problem(("operation",), sentence, did_you_mean(name, names))

    def pose(self, variant: Variant) -> Posed:
        """Write the question as the student of this variant sees it."""
        if self.operation:
            return self.posed(variant, how=wording.WHOLE_SHAPE)
        if self.ask == "parameters":
            return self.posed(variant, how=wording.A_WHOLE_NUMBER)
        walk = self._walk(variant)
        how = wording.A_SHAPE if walk and walk.axes else wording.WHOLE_SHAPE
        if self.ask == "size":
            count = len(self.input) - 2
            sentence = wording.SQUARE_OR_SIZE if count > 1 else wording.A_SIZE
            how = sentence.format(size=wording.SIZES.get(count, wording.ANY_SIZE))
        return self.posed(variant, how=how, walk=walk)

    def key(self, variant: Variant) -> SizeKey:
        """Let torch compute the shape on its meta device, or build the layer there and count."""
        if self.operation:
            return self._operated(variant)
        if self.ask == "parameters":
            return self._counted(variant)
        layer, shape = parse_layer(self.layer), self._input(variant)
        with at("layer"):
            output = output_shape(layer, variant.params, shape)
        sizes = output if self.ask == "shape" else output[2:]
        if self.ask == "size" and len(output) != len(shape):
            raise LayerError("The output has no image dimensions.", "Use 'ask: shape'.")
        solution = f"{self.id} = {sizes[0] if self._is_square(sizes) else sizes}"
        walk = self._walk(variant)
        wrongs = self._wrongs(variant, walk, output)
        return SizeKey(solution=solution, wrong=wrongs, sizes=sizes, advice=_advice(walk))

    def _operated(self, variant: Variant) -> SizeKey:
        """Let torch compute the shape of the operation's result."""
        shapes = {}
        for name, shape in self.inputs.items():
            with at("inputs", name):
                shapes[name] = whole_numbers(shape, variant.params)
        with at("operation"):
            done = operate(parse_operation(self.operation), variant.params, shapes)
        wrongs = [_listed(wrong, len(done.output)) for wrong in self.authored_wrongs(variant)]
        left_out = {*self.misconceptions, *self.without}
        slips = [slip for slip in operation_slips(done) if slip.name not in left_out]
        return SizeKey(
            solution=f"{self.id} = {done.output}",
            wrong=(*wrongs, *map(Wrong.of, slips)),
            sizes=done.output,
            advice=wording.FOLLOW_DIMENSIONS,
        )

    def _counted(self, variant: Variant) -> SizeKey:
        """Count the parameters."""
        with at("layer"):
            shapes = parameter_shapes(parse_layer(self.layer), variant.params)
            if not shapes or not all({*own} <= {"weight", "bias"} for own in shapes):
                raise LayerError("This layer has no parameters to count.", "Use a layer with a weight.")
        layers = [Weighted(own["weight"], math.prod(own.get("bias", (0,)))) for own in shapes]
        total = sum(one.total for one in layers)
        wrongs = [_listed(wrong, 1) for wrong in self.authored_wrongs(variant)]
        left_out = {*self.misconceptions, *self.without}
        slips = [slip for slip in parameter_slips(layers) if slip.name not in left_out]
        return SizeKey(
            solution=f"{self.id} = {total}",
            wrong=(*wrongs, *map(Wrong.of, slips)),
            sizes=(total,),
            advice=wording.COUNT_PARAMETERS,
        )

    def sketch(self, variant: Variant) -> tuple[Posed, SizeKey]:
        """Count the positions if a kernel or window moves: torch takes a hundred times as long."""
        if self.operation or self.ask == "parameters":
            return super().sketch(variant)
        walk = self._walk(variant)
        output = output_of(walk)
        if output is None:
            return super().sketch(variant)
        if min(output) < 1:
            raise LayerError("The kernel or window is larger than the image.")
        wrongs, sizes = self._wrongs(variant, walk, output), output if self.ask == "shape" else output[2:]
        return self.unwritten(), SizeKey(solution="", wrong=wrongs, sizes=sizes)

    def _wrongs(self, variant: Variant, walk: Walk | None, output: Sequence[int]) -> tuple[Wrong, ...]:
        """Return the author's misconceptions and the usual ones for this output shape."""
        count = len(output) if self.ask == "shape" else len(output) - 2
        wrongs = [_listed(wrong, count) for wrong in self.authored_wrongs(variant)]
        left_out = {*self.misconceptions, *self.without}
        right = list(output if self.ask == "shape" else output[2:])
        slips = (one for one in self._usual(walk, output) if one.name not in left_out)
        return (*wrongs, *map(Wrong.of, telling(slips, right)))

    def _usual(self, walk: Walk | None, output: Sequence[int]) -> Iterable[Slip]:
        sides = tuple(size_mistakes(walk))
        if self.ask == "size":
            return (*sides, *form_mistakes(output[2:], output))
        return shape_mistakes(walk.input, output, sides) if walk and sides else ()

    def _walk(self, variant: Variant) -> Walk | None:
        layer, shape = parse_layer(self.layer), self._input(variant)
        with at("layer"):
            return walk_of(layer, variant.params, shape)

    def _input(self, variant: Variant) -> list[int]:
        with at("input"):
            return whole_numbers(self.input, variant.params)

    @classmethod
    def read(cls, posed: Posed, value: Any) -> list[int]:
        """Read a whole number or a few of them."""
        numbers = elements(plain(value, posed.id))
        if not numbers or not all(map(is_number, numbers)):
            raise malformed(posed.id, value, posed.how)
        return [whole(number, posed.id) for number in numbers]

    @classmethod
    def mark(cls, posed: Posed, key: SizeKey, value: Any) -> Mark:
        """Give the verdict on a size; an unrounded quotient is recognised although it is not a size."""
        try:
            return super().mark(posed, key, value)
        except FormError:
            unrounded = [wrong for wrong in key.wrong if _is_as_unrounded(wrong, plain(value, posed.id))]
            if not unrounded:
                raise
            return failed(unrounded, lambda _: True, "")

    @classmethod
    def judge(cls, posed: Posed, key: SizeKey, answer: list[int]) -> Mark:
        """Give the verdict on a size."""
        wanted = list(key.sizes)
        full = answer * len(wanted) if len(answer) == 1 else answer
        if full == wanted and (len(answer) > 1 or len(set(wanted)) == 1):
            return Mark("passed", 1.0, "")
        otherwise, is_malformed = key.advice, False
        if len(full) != len(wanted) or (len(answer) == 1 and len(set(wanted)) > 1):
            one, several = wording.ONE_NUMBER, wording.NUMBERS.format(count=len(answer))
            count = one if len(answer) == 1 else several
            otherwise, is_malformed = wording.OTHER_COUNT.format(count=count, how=posed.how), True
        mark = failed(key.wrong, lambda wrong: wrong.answer == full, otherwise)
        return replace(mark, is_malformed=is_malformed and mark.misconception is None)

    @classmethod
    def tracks(cls, posed: Posed, key: SizeKey, name: str, answer: list[int]) -> Tracks | None:
        """Return torch's way and the mistaken one to count positions."""
        if posed.walk is None:
            return None
        full = answer * len(key.sizes) if len(answer) == 1 else answer
        return size_tracks(posed.walk, name, full[-len(posed.walk.axes) :])

    def parts(self, variant: Variant, answer: list[int]) -> AnswerParts:
        """Return the sizes; a single one is that of every side."""
        count = len(self.key(variant).sizes)
        full = answer * count if len(answer) == 1 else answer
        return AnswerParts((len(full),), tuple(map(float, full)))

    def right_formulas(self, variant: Variant) -> Sequence[str]:  # noqa: ARG002 the same for all
        """Return a formula for each size, if the layer is a convolution or a pooling."""
        if self.operation:
            return ()
        sizes = size_formulas(parse_layer(self.layer), list(map(str, self.input)))
        return (sizes if self.ask == "shape" else sizes[2:]) if sizes else ()

    def numbers(self, key: SizeKey) -> tuple[int, ...]:
        """Return the sizes; only one if one number is enough."""
        return key.sizes[:1] if self._is_square(key.sizes) else key.sizes

    def _is_square(self, sizes: Sequence[int]) -> bool:
        """Return whether one number is enough for all sides."""
        return len(set(sizes)) == 1 and self.ask != "shape" and not self.operation


def _is_as_unrounded(wrong: Wrong, given: Any) -> bool:
    """Return whether an answer is the unrounded result of a formula, with at least one decimal."""
    numbers = list(given) if isinstance(given, list | tuple) else [given]
    full = numbers * len(wrong.answer) if len(numbers) == 1 else numbers
    if wrong.name != UNROUNDED or len(full) != len(wrong.answer) or not all(map(is_number, full)):
        return False
    return all(abs(as_float(one) - its) <= DECIMAL for one, its in zip(full, wrong.answer, strict=True))


def _advice(walk: Walk | None) -> str:
    """Say how to find a size."""
    counts = walk is not None and walk.family in {"convolution", "pooling"}
    return wording.COUNT_POSITIONS.format(noun=walk.noun) if walk and counts else wording.USE_FORMULA


def _listed(wrong: Wrong, count: int) -> Wrong:
    """Repeat an author's single number for all sides."""
    answer = wrong.answer
    return wrong.model_copy(
        update={"answer": list(answer) if isinstance(answer, list | tuple) else [answer] * count}
    )
