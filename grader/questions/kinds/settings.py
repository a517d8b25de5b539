"""`settings`: choose stride, padding, ... for a given output size. Every valid answer counts."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, field_validator

from grader.language.expressions import (
    Expression,
    ExpressionError,
    evaluate,
    filled,
    names_in,
    parse_expression,
    whole_numbers,
)
from grader.language.fault import at
from grader.language.layers import Layer, LayerError, output_shape, parse_layer
from grader.language.params import Variant
from grader.language.record import Record
from grader.mistakes.counting import SIZE_MISTAKES, size_mistakes
from grader.questions import wording
from grader.questions.base import rendered
from grader.questions.of_layer import LayerQuestion
from grader.questions.parts import AnswerParts
from grader.questions.posed import FormError, Key, Mark, Posed, Wrong, failed
from grader.questions.problems import Problem, formula_problems, text_problems
from grader.questions.values import (
    describe,
    elements,
    is_number,
    malformed,
    plain,
    shape_text,
    shorten,
    single,
    whole,
)
from grader.walks.as_written import output_of, walk_of

MAX_SETTING = 1000
MAX_KEYS = 3  # extra keys that are named
_BY_SIDE = {"kernel_size", "stride", "padding", "dilation", "output_padding", "output_size"}
_SEARCHED = range(13)
_NO_WAYS_TO_COUNT = ("answered-padded-size", "answered-input-size")  # but sizes that are given instead


class Condition(Record):
    """A condition on the unknowns, with a message for students who do not meet it."""

    condition: Annotated[str, Field(description="Such as stride > 1.")]
    message: Annotated[str, Field(min_length=1, description="Shown to a student who does not meet it.")]


class SettingsPosed(Posed):
    """Settings to choose; torch also takes one number per side for those in `repeated`."""

    repeated: tuple[str, ...] = ()
    sides: int = 0


class SettingsKey(Key):
    """The layer with its unknowns, and the required output size; torch decides while grading."""

    layer: str
    params: dict[str, Any]
    input: tuple[int, ...]
    output: tuple[int, ...]
    where: tuple[str, ...]
    told: tuple[str, ...] = ()  # messages for unmet conditions; if there are none, the conditions
    without: tuple[str, ...] = ()


class Settings(LayerQuestion[SettingsPosed, SettingsKey, dict[str, int]]):
    """The unknowns of a layer, to be chosen so that its output has a given size."""

    usual: ClassVar[Sequence[str]] = SIZE_MISTAKES
    posed_type: ClassVar[type[Posed]] = SettingsPosed
    key_type: ClassVar[type[Key]] = SettingsKey

    kind: Literal["settings"]
    layer: Annotated[str, Field(description="The layer with its unknowns: Conv2d(1, 1, 3, stride=stride).")]
    unknowns: Annotated[list[str], Field(min_length=1, max_length=4)]
    input: Annotated[list[Expression], Field(min_length=3)]
    output: Annotated[
        list[Expression], Field(min_length=1, description="The image dimensions of the output.")
    ]
    where: Annotated[
        list[str | Condition],
        Field(description="Further conditions on the unknowns: 'stride > 1', or a condition with a message."),
    ] = []

    @field_validator("unknowns")
    @classmethod
    def _are_names(cls, names: list[str]) -> list[str]:
        if not all(name.isidentifier() for name in names) or len(set(names)) < len(names):
            msg = "The unknowns must be different Python names, such as [stride, padding]"
            raise ValueError(msg)
        return names

    def problems(self, names: frozenset[str]) -> Iterator[Problem]:
        """Yield everything wrong with the question."""
        yield from super().problems(names)
        yield from formula_problems(self.input, ("input",), names)
        yield from formula_problems(self.output, ("output",), names)
        for index, one in enumerate(self.where):
            here = ("where", index) if isinstance(one, str) else ("where", index, "condition")
            yield from formula_problems(_formula(one), here, names | self.own_names())
            if isinstance(one, Condition):
                yield from text_problems(one.message, ("where", index, "message"), names)
        if len(self.output) != len(self.input) - 2:
            yield Problem(("output",), "The output needs one size for each image dimension.", "Write [3, 3].")

    def own_names(self) -> frozenset[str]:
        """Return the unknowns."""
        return frozenset(self.unknowns)

    def pose(self, variant: Variant) -> SettingsPosed:
        """Write the question as the student of this variant sees it."""
        if len(self.unknowns) == 1:
            return self.posed(variant, how=wording.A_WHOLE_NUMBER, **self._form())
        starter = f"{self.id} = {{{', '.join(f'{name!r}: ...' for name in self.unknowns)}}}"
        starter = starter.replace("'", '"')
        return self.posed(variant, how=wording.SETTINGS, starter=starter, **self._form())

    def sketch(self, variant: Variant) -> tuple[SettingsPosed, SettingsKey]:
        """Return the question with its unknowns, which are needed to read settings."""
        return self.unwritten(**self._form()), self.key(variant)

    def _form(self) -> dict[str, Any]:
        """Return the fields that are needed to read settings."""
        layers = parse_layer(self.layer).flat()
        repeated = tuple(name for name in self.unknowns if all(_is_by_side(one, name) for one in layers))
        return {"fields": tuple(self.unknowns), "repeated": repeated, "sides": len(self.input) - 2}

    def key(self, variant: Variant) -> SettingsKey:
        """Compute the conditions, and the first settings that meet them."""
        key = SettingsKey(
            solution="",
            layer=self.layer,
            params=dict(variant.params),
            input=_sizes("input", self.input, variant),
            output=_sizes("output", self.output, variant),
            where=tuple(map(_formula, self.where)),
            told=tuple(self._told(index, variant) for index in range(len(self.where))),
            without=(*self.without, *_NO_WAYS_TO_COUNT),
            wrong=self.authored_wrongs(variant),
        )
        settings = _first_settings(key, self.unknowns)
        if settings is None:
            raise ExpressionError(
                f"No settings from 0 to {_SEARCHED[-1]} give an output of {key.output} and meet 'where'."
            )
        only = next(iter(settings.values()))
        answer = str(only) if len(settings) == 1 else repr(settings).replace("'", '"')
        return key.model_copy(update={"solution": f"{self.id} = {answer}"})

    def _told(self, index: int, variant: Variant) -> str:
        """Return the message for a condition that is not met: the author's, or the condition itself."""
        one = self.where[index]
        if isinstance(one, Condition):
            return rendered(one.message, variant, "where", index, "message")
        known = {name: value for name, value in variant.params.items() if name not in self.unknowns}
        return wording.UNMET.format(condition=filled(one, known))

    @classmethod
    def read(cls, posed: SettingsPosed, value: Any) -> dict[str, int]:
        """Read a whole number for each unknown."""
        settings = {
            name: whole(_of_all_sides(posed, name, number), name)
            for name, number in _by_name(posed, value).items()
        }
        for name, number in settings.items():
            if not -MAX_SETTING <= number <= MAX_SETTING:
                sentence = wording.OUT_OF_RANGE
                raise FormError(
                    sentence.format(name=name, number=number, least=-MAX_SETTING, most=MAX_SETTING)
                )
        return settings

    @classmethod
    def judge(cls, posed: SettingsPosed, key: SettingsKey, answer: dict[str, int]) -> Mark:
        """Give the verdict on the settings: torch builds the layer and computes its output shape."""
        complaint = _complaint(key, answer)
        if complaint is None:
            return Mark("passed", 1.0, "")
        authored = [wrong for wrong in key.wrong if cls.read(posed, wrong.answer) == answer]
        return failed(authored or _miscounted(key, answer, complaint), lambda _: True, complaint, most=1)

    def parts(self, variant: Variant, answer: dict[str, int]) -> AnswerParts:  # noqa: ARG002 every variant is alike
        """Return the numbers in the order of the unknowns."""
        return AnswerParts((len(answer),), tuple(float(answer[name]) for name in self.unknowns))

    def numbers(self, key: SettingsKey) -> tuple[int, ...]:
        """Return the first settings that are right."""
        return tuple((_first_settings(key, self.unknowns) or {}).values())

    @classmethod
    def trials(cls, posed: SettingsPosed, key: SettingsKey) -> Iterator[Wrong]:
        """Yield each misconception with settings that are right for it alone, if there are any."""
        yield from key.wrong
        found: set[str] = set()
        for values in product(_SEARCHED, repeat=len(posed.fields)):
            settings = dict(zip(posed.fields, values, strict=True))
            wrongs = _miscounted(key, settings, "")
            if len(wrongs) == 1 and wrongs[0].name not in found and _complaint(key, settings) is not None:
                found.add(wrongs[0].name)
                yield wrongs[0].model_copy(update={"answer": settings})


def _formula(one: str | Condition) -> str:
    return one if isinstance(one, str) else one.condition


def _is_by_side(layer: Layer, name: str) -> bool:
    """Return whether torch takes one number per side wherever a layer uses this unknown."""
    uses = [(key, tree) for key, tree in layer.arguments.items() if name in names_in(tree)]
    return not uses or (
        "Pad" not in layer.name and all(key in _BY_SIDE and isinstance(tree, ast.Name) for key, tree in uses)
    )


def _by_name(posed: SettingsPosed, value: Any) -> dict[str, Any]:
    """Return the value that an answer gives to each unknown."""
    given = single(plain(value, posed.id))
    if len(posed.fields) == 1 and not isinstance(given, dict):
        return {posed.fields[0]: value}
    numbers = elements(given)
    if len(numbers) == len(posed.fields) and all(map(is_number, numbers)):
        given = dict(zip(posed.fields, numbers, strict=True))
    if not isinstance(given, dict):
        raise malformed(posed.id, value, wording.A_NUMBER_EACH.format(names=wording.listed(posed.fields)))
    if set(given) != set(posed.fields):
        raise FormError(_other_keys(posed, given))
    for name, number in given.items():
        if number is ...:
            raise FormError(wording.UNFINISHED_PART.format(name=posed.id, part=name))
    return given


def _other_keys(posed: SettingsPosed, given: dict[Any, Any]) -> str:
    """Say which keys a dict lacks, and which extra keys it has."""
    missing = [name for name in posed.fields if name not in given]
    others = (shorten(repr(key)) for key in given if key not in posed.fields)
    surplus = list(islice(others, MAX_KEYS))
    parts = [wording.WITHOUT_KEYS.format(keys=wording.listed(missing))] if missing else []
    if surplus:
        extra = wording.EXTRA_KEY if len(surplus) == 1 else wording.EXTRA_KEYS
        parts.append(extra.format(keys=wording.listed(surplus)))
    keys = wording.listed(map(repr, posed.fields))
    return wording.OTHER_KEYS.format(name=posed.id, parts=wording.listed(parts), keys=keys)


def _of_all_sides(posed: SettingsPosed, name: str, value: Any) -> Any:
    """Return the one number that is given for every side, if torch takes one per side."""
    sides = plain(value, name)
    if name not in posed.repeated or not isinstance(sides, list) or not 1 < len(sides) == posed.sides:
        return value
    if all(map(is_number, sides)) and len(set(sides)) == 1:
        return sides[0]
    raise FormError(wording.SIDES_DIFFER.format(name=name, what=describe(value)))


def _sizes(field: str, formulas: Sequence[Expression], variant: Variant) -> tuple[int, ...]:
    with at(field):
        return tuple(whole_numbers(formulas, variant.params))


def _first_settings(key: SettingsKey, unknowns: Sequence[str]) -> dict[str, int] | None:
    """Search for the first right settings, one unknown at a time; a condition that fails ends a branch."""
    readable: list[list[str]] = [[] for _ in range(len(unknowns) + 1)]  # conditions, by unknowns needed
    for condition in key.where:
        reads = names_in(parse_expression(condition))
        waits = [depth for depth, unknown in enumerate(unknowns, 1) if unknown in reads]
        readable[max(waits, default=0)].append(condition)

    def search(settings: dict[str, int]) -> dict[str, int] | None:
        depth = len(settings)
        if not all(_holds(condition, {**key.params, **settings}) for condition in readable[depth]):
            return None
        if depth == len(unknowns):
            return settings if _may_fit(key, settings) and _complaint(key, settings) is None else None
        found = (search({**settings, unknowns[depth]: value}) for value in _SEARCHED)
        return next((settings for settings in found if settings is not None), None)

    return search({})


def _may_fit(key: SettingsKey, settings: Mapping[str, int]) -> bool:
    """Return False if counting rules the settings out: most can be dropped without asking torch."""
    output = output_of(walk_of(parse_layer(key.layer), {**key.params, **settings}, key.input))
    return output is None or output[2:] == key.output


def _miscounted(key: SettingsKey, settings: Mapping[str, int], complaint: str) -> list[Wrong]:
    """Return the usual mistakes in counting that make these settings right, if they meet the conditions."""
    scope = {**key.params, **settings}
    if not all(_holds(condition, scope) for condition in key.where):
        return []
    return [
        Wrong.of(slip._replace(message=f"{complaint} {slip.message}"))
        for slip in size_mistakes(walk_of(parse_layer(key.layer), scope, key.input))
        if slip.answer == list(key.output) and slip.name not in key.without and not slip.is_rare
    ]


def _complaint(key: SettingsKey, settings: Mapping[str, int]) -> str | None:
    """Say what is wrong with the settings; return None if they are right."""
    scope = {**key.params, **settings}
    for index, condition in enumerate(key.where):
        if not _holds(condition, scope):
            return key.told[index] if key.told else wording.UNMET.format(condition=condition)
    try:
        shape = output_shape(parse_layer(key.layer), scope, key.input)
    except LayerError as error:
        return str(error)
    if shape[2:] == key.output:
        return None
    return wording.OTHER_OUTPUT.format(given=shape_text(shape[2:]), wanted=shape_text(key.output))


def _holds(condition: str, scope: Mapping[str, Any]) -> bool:
    try:
        return bool(evaluate(condition, scope))
    except ExpressionError:  # such as a division by a setting of 0
        return False
