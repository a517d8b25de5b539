"""What every kind of question has in common: the record in YAML, what students see, the key, the mark."""

from __future__ import annotations

import builtins
import keyword
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, field_validator

from grader.errors import did_you_mean
from grader.language.expressions import Expression, ExpressionError, evaluate, names_in, parse_expression
from grader.language.fault import at
from grader.language.layers import LayerError, parse_layer
from grader.language.limits import Limits
from grader.language.params import Variant
from grader.language.record import Record
from grader.language.templates import TextError, names_in_text, render

Outcome = Literal[
    "passed", "failed", "error", "timeout", "memory", "crashed", "unanswered", "skipped", "ungraded"
]
Points = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]


@dataclass(frozen=True)
class Problem:
    """Something in a question that pydantic cannot see; `path` starts at the question."""

    path: tuple[str | int, ...]
    sentence: str
    remedy: str = ""
    line: int = 0  # lines down inside a text


class Option(Record):
    """One line of a choice, under the letter that a student answers with."""

    letter: str
    text: str


class Posed(Record):
    """A question as one student sees it. Nothing in it reveals the answer."""

    id: str
    kind: str
    points: float
    prompt: str
    how: str  # how the answer is to be written
    starter: str  # the code that stands in the stub
    hints: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    limits: Limits | None = None  # where they are not the exercise's
    forbid: tuple[str, ...] = ()  # what code may not use
    require: tuple[str, ...] = ()  # what code has to use
    in_place: bool = False  # whether code may change the inputs that it is given
    fields: tuple[str, ...] = ()  # the names that an answer with several parts fills in
    picture: str | None = None


_TAKEN = {*dir(builtins), "torch", "nn", "F", "np", "numpy", "plt"}  # that files import, or find there


class Wrong(Record):
    """A misconception at work on one variant: the answer that it leads to."""

    name: str
    answer: Any
    message: str
    hint: int | None = None  # the number, from 1, of the hint to go to


class Key(Record):
    """What decides one variant of a question. Never shown to students."""

    solution: str  # Python that a student could write in place of the starter, for full marks
    wrong: tuple[Wrong, ...] = ()


@dataclass(frozen=True)
class Mark:
    """The verdict on one answer; `share` of the points, from 0 to 1."""

    outcome: Outcome
    share: float
    message: str
    misconception: str | None = None
    hint: int | None = None


class FormError(ValueError):
    """An answer that is not of the form that its question asks for; the text is for the student."""


class Misconception(Record):
    """A wrong way to the answer: where it leads, what to tell the student, and the hint to go to."""

    answer: Annotated[
        Expression | list[Any] | None,
        Field(description="The wrong answer, as a formula; none for code, which has misconceptions.py."),
    ] = None
    message: Annotated[str, Field(min_length=1, description="It must not give the answer away.")]
    hint: Annotated[int | None, Field(ge=1, description="The number of the hint to go to.")] = None


@dataclass(frozen=True)
class Confusion:
    """A misconception that a variant does not bring to light: its answer is right, or also another's."""

    name: str
    is_right: bool


class Question(Record, ABC):
    """One gradable item of an exercise, as an author writes it. Each kind is a subclass."""

    by_checks: ClassVar[bool] = False  # judged by pytest checks rather than by `mark`
    key_type: ClassVar[type[Key]] = Key

    id: Annotated[str, Field(description="The Python name that the student defines.")]
    kind: str
    points: Points = 1
    prompt: Annotated[str, Field(min_length=1, description="What is asked; {{ M }} stands for a parameter.")]
    hints: Annotated[list[str], Field(description="Shown one at a time by grade --hint.")] = []
    limits: Annotated[Limits | None, Field(description="Where they are not the exercise's.")] = None
    misconceptions: Annotated[
        dict[str, Misconception], Field(description="Usual wrong ways to the answer, by name.")
    ] = {}

    @field_validator("id")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        if (
            not (value.isidentifier() and value.isascii())
            or keyword.iskeyword(value)
            or value.startswith("_")
        ):
            msg = f"'{value}' cannot be a Python name: use letters, digits and _, and begin with a letter."
            raise ValueError(msg)
        if value in _TAKEN:
            msg = f"'{value}' is a name that students' code needs for itself. Take another."
            raise ValueError(msg)
        return value

    @abstractmethod
    def pose(self, variant: Variant) -> Posed:
        """The question as the student of this variant sees it."""

    @abstractmethod
    def key(self, variant: Variant) -> Key:
        """What decides this variant."""

    def sketch(self, variant: Variant) -> tuple[Posed, Key]:
        """As much of the question and its key as `confusions` needs, for many variants in turn.

        Raises:
            LayerError: torch would refuse the variant.
            ExpressionError: a formula cannot be computed.

        """
        posed = Posed(id=self.id, kind=self.kind, points=self.points, prompt="", how="", starter="")
        return posed, self.key(variant)

    @classmethod
    @abstractmethod
    def mark(cls, posed: Posed, key: Key, value: Any) -> Mark:
        """The verdict on a value that came over the wire.

        Raises:
            FormError: it is not of the form that is asked for.

        """

    @classmethod
    def read_form(cls, posed: Posed, value: Any) -> None:
        """Raise FormError where the form of an answer is wrong; knows nothing of the right answer."""

    def problems(self, names: frozenset[str]) -> Iterator[Problem]:
        """Everything wrong with the question, where `names` are the exercise's parameters."""
        yield from text_problems(self.prompt, ("prompt",), names)
        for index, hint in enumerate(self.hints):
            yield from text_problems(hint, ("hints", index), names)
        for name, misconception in self.misconceptions.items():
            here = ("misconceptions", name)
            yield from self._answer_problems(misconception, here, names)
            yield from text_problems(misconception.message, (*here, "message"), names)
            if misconception.hint is not None and misconception.hint > len(self.hints):
                sentence = f"There is no hint {misconception.hint}; the question has {len(self.hints)}."
                yield Problem((*here, "hint"), sentence, "Hints are counted from 1.")

    def _answer_problems(
        self, misconception: Misconception, here: tuple[str | int, ...], names: frozenset[str]
    ) -> Iterator[Problem]:
        answer = misconception.answer
        if answer is not None:
            yield from formula_problems(answer, (*here, "answer"), names)
        if (answer is None) != self.by_checks:
            if self.by_checks:
                yield Problem(here, "The wrong answers of code stand in misconceptions.py.", "Drop 'answer'.")
            else:
                yield Problem(here, "There is no answer.", "Add 'answer', the formula that it leads to.")

    def posed(self, variant: Variant, *, how: str, starter: str | None = None, **more: Any) -> Posed:
        """A Posed with the texts rendered."""
        return Posed(
            id=self.id,
            kind=self.kind,
            points=self.points,
            prompt=rendered(self.prompt, variant, "prompt"),
            how=how,
            starter=starter or f"{self.id} = ...",
            hints=tuple(rendered(hint, variant, "hints", index) for index, hint in enumerate(self.hints)),
            limits=self.limits,
            **more,
        )

    def authored_wrongs(self, variant: Variant) -> tuple[Wrong, ...]:
        """The author's misconceptions on this variant."""
        return tuple(
            Wrong(
                name=name,
                answer=computed(one.answer, variant, "misconceptions", name, "answer"),
                message=rendered(one.message, variant, "misconceptions", name, "message"),
                hint=one.hint,
            )
            for name, one in self.misconceptions.items()
        )

    @classmethod
    def trials(cls, posed: Posed, key: Key) -> Iterator[Wrong]:  # noqa: ARG003 a kind may look
        """Each misconception with an answer that it leads to, for trying whether it is diagnosed."""
        yield from key.wrong

    def confusions(self, posed: Posed, key: Key) -> Iterator[Confusion]:
        """The misconceptions that this variant does not bring to light."""
        for wrong in key.wrong:
            try:
                mark = self.mark(posed, key, wrong.answer)
            except FormError:  # the author's formula leads to what nobody would be asked for
                mark = Mark("failed", 0.0, "")
            if mark.outcome == "passed":
                yield Confusion(wrong.name, is_right=True)
            elif mark.misconception != wrong.name:
                yield Confusion(wrong.name, is_right=False)


def rendered(text: str, variant: Variant, *path: str | int) -> str:
    """A text of the question's that stands at `path`, with the variant's values in it."""
    with at(*path):
        return render(text, variant.params)


def computed(formula: Expression | Sequence[Any] | None, variant: Variant, *path: str | int) -> Any:
    """The value of a formula of the question's that stands at `path`, or None where there is none."""
    with at(*path):
        return None if formula is None else evaluate(formula, variant.params)


def text_problems(text: str, path: tuple[str | int, ...], names: frozenset[str]) -> Iterator[Problem]:
    """Malformed Jinja, and names that are not parameters."""
    try:
        unknown = names_in_text(text) - names
    except TextError as error:
        yield Problem(path, str(error), "Check {{ }} and {% %}.", error.line)
        return
    for name in sorted(unknown):
        yield Problem(path, *_unknown(name, names), next_line_with(text, name))


def formula_problems(
    formula: Expression | Sequence[Any], path: tuple[str | int, ...], names: frozenset[str]
) -> Iterator[Problem]:
    """Formulas that cannot be read, and names that are not parameters."""
    if isinstance(formula, str):
        try:
            unknown = names_in(parse_expression(formula)) - names
        except ExpressionError as error:
            yield Problem(path, str(error), "Write it in Python, as in (M - K) // S + 1.")
            return
        for name in sorted(unknown):
            yield Problem(path, *_unknown(name, names))
    elif isinstance(formula, Sequence):
        for index, item in enumerate(formula):
            yield from formula_problems(item, (*path, index), names)


def layer_problems(text: str, path: tuple[str | int, ...], names: frozenset[str]) -> Iterator[Problem]:
    """Layers that cannot be read, and names that are not parameters."""
    try:
        unknown = parse_layer(text).names - names
    except LayerError as error:
        yield Problem(path, str(error), error.remedy)
        return
    for name in sorted(unknown):
        yield Problem(path, *_unknown(name, names))


def without_problems(without: Sequence[str], known: Sequence[str]) -> Iterator[Problem]:
    """Mistakes that are set aside and that no one knows."""
    for index, name in enumerate(without):
        if name not in known:
            sentence = f"There is no usual mistake '{name}'."
            yield Problem(("without", index), sentence, did_you_mean(name, known))


def _unknown(name: str, names: frozenset[str]) -> tuple[str, str]:
    if name.lower() in {"yes", "no", "on", "off", "true", "false"}:
        return f"'{name}' is a text here.", "Write true or false."
    known = ", ".join(sorted(names))
    remedy = f"The parameters are: {known}." if known else "Define it under 'params'."
    return f"There is no parameter '{name}'.", remedy


def next_line_with(text: str, word: str) -> int:
    """The line of a text, from 1, where a word first stands; 0 if nowhere."""
    return next((number for number, line in enumerate(text.splitlines(), 1) if word in line), 0)


def failed(
    wrongs: Iterable[Wrong], agrees: Callable[[Wrong], bool], otherwise: str, share: float = 0.0
) -> Mark:
    """The mark of a wrong answer, with the one misconception that agrees with it.

    Where several do, any of them could be the student's: none is named, and `otherwise` is said.
    """
    agreeing = [wrong for wrong in wrongs if agrees(wrong)]
    if len(agreeing) != 1:
        return Mark("failed", share, otherwise)
    return Mark("failed", share, agreeing[0].message, agreeing[0].name, agreeing[0].hint)
