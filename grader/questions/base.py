"""The contract of a kind of question: what a module in `kinds` defines, and what it inherits."""

from __future__ import annotations

import builtins
import keyword
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Generic, NamedTuple, Self, TypeVar, cast

from pydantic import ConfigDict, Field, field_validator

from grader.language.expressions import Expression, evaluate
from grader.language.fault import at
from grader.language.limits import Limits
from grader.language.params import Variant
from grader.language.record import Record
from grader.language.templates import render
from grader.questions.posed import FormError, Key, Mark, Posed, Wrong
from grader.questions.problems import Problem, formula_problems, text_problems

Points = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]
P = TypeVar("P", bound=Posed)
K = TypeVar("K", bound=Key)
A = TypeVar("A")  # an answer, after it was read

_TAKEN = {*dir(builtins), "torch", "nn", "F", "np", "numpy", "plt"}  # that files import, or find there


class Misconception(Record):
    """A wrong way to the answer: where it leads, what to tell the student, and the hint to go to."""

    answer: Annotated[
        Expression | list[Any] | None,
        Field(description="The wrong answer, as a formula; for code, write it in misconceptions.py."),
    ] = None
    also: Annotated[
        list[Expression | list[Any]],
        Field(description="Other wrong answers that it leads to, such as one of another shape."),
    ] = []
    message: Annotated[str, Field(min_length=1, description="It must not give the answer away.")]
    hint: Annotated[int | None, Field(ge=1, description="The number of the hint to go to.")] = None


@dataclass(frozen=True)
class Confusion:
    """A misconception that a variant does not bring to light: its answer is right, or also another's."""

    name: str
    is_right: bool


class Borderline(NamedTuple):
    """An answer at the edge of what counts as right, and on which side of it the answer has to be."""

    name: str
    answer: Any
    is_right: bool


class Question(Record, ABC, Generic[P, K, A]):
    """One gradable item of an exercise, as an author writes it. Each kind is a subclass.

    A kind has to define

    - `kind`, a Literal with its name, and the fields that an author writes beside the common ones;
    - `pose`: the question as one student sees it, a `Posed`;
    - `key`: what decides that variant, a `Key`;
    - `read`: the form of an answer; it knows nothing of the right one;
    - `judge`: the verdict on an answer that was read.

    It may define

    - `posed_type` and `key_type`, where a `Posed` or a `Key` of its own says more;
    - `by_checks`, where pytest checks decide in place of `read` and `judge`;
    - `is_one_number`, where the answer is one number, which may have decimals;
    - `usual`, the names of misconceptions that it knows without its author;
    - `silent`, the names of fields that decide no answer, at any depth of its record;
    - `problems`: what is wrong with a record, beside what pydantic sees;
    - `gaps` and `reference_problems`: what `course check` finds missing;
    - `excuse`: why a wrong solution counts as right;
    - `sketch`, `trials` and `confusions`: how its misconceptions are tried;
    - `numbers`, `telltale` and `constants`: what could give the answer away, or be right by chance;
    - `borderline`: answers at the edge of what counts as right.

    The rest of the program asks a question these things, and never which kind it is.
    """

    if not TYPE_CHECKING:

        @classmethod
        def __class_getitem__(cls, _types: object) -> type[Self]:
            """Return the class itself: no field has these types, and pydantic would make a class for each."""
            return cls

    model_config = ConfigDict(defer_build=True)  # the exercise's record builds what it needs of all kinds

    by_checks: ClassVar[bool] = False
    is_one_number: ClassVar[bool] = False
    usual: ClassVar[Sequence[str]] = ()
    silent: ClassVar[frozenset[str]] = frozenset(
        {"id", "kind", "points", "prompt", "hints", "limits", "message"}
    )
    posed_type: ClassVar[type[Posed]] = Posed
    key_type: ClassVar[type[Key]] = Key

    id: Annotated[str, Field(description="The Python name that the student defines.")]
    kind: str
    points: Points = 1
    prompt: Annotated[str, Field(min_length=1, description="The question; {{ M }} inserts a parameter.")]
    hints: Annotated[list[str], Field(description="Shown one at a time by grade --hint.")] = []
    limits: Annotated[
        Limits | None, Field(description="Limits of this question, in place of the exercise's.")
    ] = None
    misconceptions: Annotated[
        dict[str, Misconception], Field(description="Usual wrong ways to answer, by name.")
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
            msg = f"'{value}' is a name that students' code needs. Choose another."
            raise ValueError(msg)
        return value

    # The question, its key and the verdict.

    @abstractmethod
    def pose(self, variant: Variant) -> P:
        """Write the question as the student of this variant sees it."""

    @abstractmethod
    def key(self, variant: Variant) -> K:
        """Find what decides this variant."""

    @classmethod
    @abstractmethod
    def read(cls, posed: P, value: Any) -> A:
        """Read a value that came over the wire; a pack without keys can do this, too.

        Raises:
            FormError: it is not of the form that is asked for.

        """

    @classmethod
    @abstractmethod
    def judge(cls, posed: P, key: K, answer: A) -> Mark:
        """Give the verdict on an answer that was read."""

    @classmethod
    def mark(cls, posed: P, key: K, value: Any) -> Mark:
        """Give the verdict on a value that came over the wire.

        Raises:
            FormError: it is not of the form that is asked for.

        """
        return cls.judge(posed, key, cls.read(posed, value))

    # What is wrong with it, or missing.

    def problems(self, names: frozenset[str]) -> Iterator[Problem]:
        """Find everything wrong with the question, where `names` are the exercise's parameters."""
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
        for index, other in enumerate(misconception.also):
            yield from formula_problems(other, (*here, "also", index), names)
        if (answer is None) != self.by_checks:
            if self.by_checks:
                yield Problem(here, "Wrong answers of code belong in misconceptions.py.", "Remove 'answer'.")
            else:
                yield Problem(here, "There is no answer.", "Add 'answer', a formula for the wrong answer.")

    def gaps(self) -> Iterator[Problem]:
        """Find what a student would miss; `course check` reports it, and the question works without."""
        if not self.hints:
            yield Problem((), f"'{self.id}' has no hint.", "Add 'hints'.")

    def reference_problems(self, reference: str) -> Iterator[Problem]:  # noqa: ARG002 a kind may look
        """Find what does not fit the text of reference.py; asked only where checks decide."""
        yield from ()

    def excuse(self, name: str) -> str:  # noqa: ARG002 a kind may look
        """Return the author's reason why the wrong solution of this name counts as right; '' if none."""
        return ""

    # How its misconceptions are tried.

    def sketch(self, variant: Variant) -> tuple[P, K]:
        """Return as much of the question and its key as `confusions` needs, for many variants in turn.

        Raises:
            LayerError: torch would refuse the variant.
            ExpressionError: a formula cannot be computed.

        """
        return self.unwritten(), self.key(variant)

    @classmethod
    def trials(cls, posed: P, key: K) -> Iterator[Wrong]:  # noqa: ARG003 a kind may look
        """Yield each misconception with an answer that it leads to, to try whether it is diagnosed."""
        yield from key.wrong

    def confusions(self, posed: P, key: K) -> Iterator[Confusion]:
        """Yield the misconceptions that this variant does not bring to light."""
        for wrong in key.wrong:
            try:
                mark = self.mark(posed, key, wrong.answer)
            except FormError:  # the author's formula leads to what nobody would be asked for
                mark = Mark("failed", 0.0, "")
            if mark.outcome == "passed":
                yield Confusion(wrong.name, is_right=True)
            elif mark.misconception != wrong.name:
                yield Confusion(wrong.name, is_right=False)

    # What could give the answer away, or be right by chance.

    def numbers(self, key: K) -> Sequence[float]:  # noqa: ARG002 a kind may look
        """Return the numbers that a right answer is made of; none where it is made of something else."""
        return ()

    def telltale(self, key: K) -> str | None:
        """Return the word or number that a text must not contain; None where it is everywhere anyway."""
        numbers = self.numbers(key)
        text = repr(numbers[0]) if len(numbers) == 1 else ""
        return text if len(text.strip("-")) > 1 else None

    def constants(self, key: K) -> Iterator[tuple[str, Any]]:  # noqa: ARG002 a kind may look
        """Yield answers that ask for nothing to be understood, each with its name."""
        yield from (("0", 0), ("1", 1))

    def borderline(self, key: K) -> Iterator[Borderline]:  # noqa: ARG002 a kind may look
        """Yield answers at the edge of what counts as right."""
        yield from ()

    # What every kind inherits.

    def posed(self, variant: Variant, *, how: str, starter: str | None = None, **more: Any) -> P:
        """Write a Posed with the texts rendered."""
        posed = self.posed_type(
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
        return cast("P", posed)

    def unwritten(self, **more: Any) -> P:
        """Write a Posed without texts."""
        posed = self.posed_type(
            id=self.id, kind=self.kind, points=self.points, prompt="", how="", starter="", **more
        )
        return cast("P", posed)

    def authored_wrongs(self, variant: Variant) -> tuple[Wrong, ...]:
        """Compute the author's misconceptions on this variant."""
        return tuple(
            Wrong(
                name=name,
                answer=computed(answer, variant, "misconceptions", name, *path),
                message=rendered(one.message, variant, "misconceptions", name, "message"),
                hint=one.hint,
            )
            for name, one in self.misconceptions.items()
            for path, answer in [
                (("answer",), one.answer),
                *((("also", index), other) for index, other in enumerate(one.also)),
            ]
        )


def rendered(text: str, variant: Variant, *path: str | int) -> str:
    """Render a text of the question, found at `path`, with the variant's values in it."""
    with at(*path):
        return render(text, variant.params)


def computed(formula: Expression | Sequence[Any] | None, variant: Variant, *path: str | int) -> Any:
    """Compute a formula of the question, found at `path`; None where there is none."""
    with at(*path):
        return None if formula is None else evaluate(formula, variant.params)
