"""The contract of a kind of question: what a module in `kinds` must define, and what it inherits."""

from __future__ import annotations

import builtins
import keyword
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Generic, NamedTuple, Self, TypeVar, cast

from pydantic import ConfigDict, Field, field_validator

from grader.language.expressions import Expression, evaluate
from grader.language.fault import at
from grader.language.limits import Limits
from grader.language.params import Variant
from grader.language.record import Record
from grader.language.templates import render
from grader.questions.parts import AnswerParts
from grader.questions.posed import FormError, Key, Mark, Posed, Wrong
from grader.questions.problems import Problem, formula_problems, text_problems
from grader.walks.worked import Tracks

Points = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]
P = TypeVar("P", bound=Posed)
K = TypeVar("K", bound=Key)
A = TypeVar("A")  # an answer that has been read

_TAKEN = {*dir(builtins), "torch", "nn", "F", "np", "numpy", "plt"}  # built in, or imported by files


class Misconception(Record):
    """A wrong way to the answer: the answer it leads to, a message for the student, and a hint."""

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
    """A misconception that a variant hides: its answer is right, or is also the answer of another one."""

    name: str
    is_right: bool


class Borderline(NamedTuple):
    """An answer at the edge of what counts as right, and whether it must be right."""

    name: str
    answer: Any
    is_right: bool


class Question(Record, ABC, Generic[P, K, A]):
    """One gradable item of an exercise, as an author writes it. Each kind is a subclass.

    A kind must define

    - `kind`, a Literal with its name, and the fields that an author writes besides the common ones;
    - `pose`: the question as one student sees it, a `Posed`;
    - `key`: what decides the verdict on that variant, a `Key`;
    - `read`: the form of an answer; it does not know the right one;
    - `judge`: the verdict on an answer that has been read.

    It may define

    - `posed_type` and `key_type`, if it needs its own subclass of `Posed` or `Key`;
    - `by_checks`, if pytest checks decide instead of `read` and `judge`;
    - `by_person`, if a person decides: `judge` then leaves every answer pending;
    - `by_draws`, if its answer depends on more than the parameters, such as the order of its options;
    - `builds`, `built_on`, `formula` and `key_by`, if it can build on earlier answers, or they on it;
    - `is_one_number`, if the answer is one number, with or without decimals;
    - `usual`, the names of the misconceptions that it knows by itself;
    - `silent`, the names of fields that do not affect the answer, at any depth of its record;
    - `right_key`: what decides whether an answer is right, if that is much quicker to compute than the key;
    - `problems`: what is wrong with a record, besides what pydantic finds;
    - `gaps` and `reference_problems`: what `course check` finds missing;
    - `starts_from` and `starting_with`: the file beside the YAML that holds the code in the stub;
    - `excuse`: why a wrong solution counts as right;
    - `sketch`, `trials` and `confusions`: how its misconceptions are tested;
    - `tracks`: how a misconception leads to an answer, step by step;
    - `numbers`, `telltale` and `constants`: what could give the answer away, or be right by chance;
    - `borderline`: answers at the edge of what counts as right;
    - `parts`, `right_formulas` and `entry`: how `course mistakes` compares the wrong answers of a class.

    The rest of the program uses only these, and never asks which kind a question is.
    """

    if not TYPE_CHECKING:

        @classmethod
        def __class_getitem__(cls, _types: object) -> type[Self]:
            """Return the class itself: no field has these types, but pydantic would make a class for each."""
            return cls

    model_config = ConfigDict(defer_build=True)  # the exercise's record builds the schemas of all kinds

    by_checks: ClassVar[bool] = False
    by_person: ClassVar[bool] = False
    by_draws: ClassVar[bool] = False
    is_one_number: ClassVar[bool] = False
    builds: ClassVar[bool] = False
    usual: ClassVar[Sequence[str]] = ()
    silent: ClassVar[frozenset[str]] = frozenset(
        {"id", "kind", "points", "prompt", "hints", "explanation", "limits", "message"}
    )
    posed_type: ClassVar[type[Posed]] = Posed
    key_type: ClassVar[type[Key]] = Key

    id: Annotated[str, Field(description="The Python name that the student defines.")]
    kind: str
    points: Points = 1
    prompt: Annotated[str, Field(min_length=1, description="The question; {{ M }} inserts a parameter.")]
    hints: Annotated[list[str], Field(description="Shown one at a time by grade --hint.")] = []
    explanation: Annotated[
        str,
        Field(
            description="Markdown; why the answer is right, and the most common wrong way. "
            "Shown by grade --solution in a practice edition."
        ),
    ] = ""
    limits: Annotated[
        Limits | None, Field(description="Limits of this question, in place of the exercise's.")
    ] = None
    misconceptions: Annotated[
        Mapping[str, Misconception], Field(description="Usual wrong ways to answer, by name.")
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
        """Compute what decides the verdict on this variant."""

    def right_key(self, variant: Variant) -> K | None:  # noqa: ARG002 a kind may use it
        """Compute a key that right answers pass, and no others; None if the whole key is about as quick."""
        return None

    @classmethod
    @abstractmethod
    def read(cls, posed: P, value: Any) -> A:
        """Read a value that came from the worker; a pack without keys can also do this.

        Raises:
            FormError: it does not have the required form.

        """

    @classmethod
    @abstractmethod
    def judge(cls, posed: P, key: K, answer: A) -> Mark:
        """Give the verdict on an answer that has been read."""

    @classmethod
    def mark(cls, posed: P, key: K, value: Any) -> Mark:
        """Give the verdict on a value that came from the worker.

        Raises:
            FormError: it does not have the required form.

        """
        return cls.judge(posed, key, cls.read(posed, value))

    @property
    def formula(self) -> Expression | None:
        """The formula that later questions can build on; None if there is none."""
        return None

    def built_on(self, formulas: Mapping[str, Expression]) -> Self:  # noqa: ARG002 a kind may use it
        """Return the question with the formulas of earlier ones in place of their names."""
        return self

    @classmethod
    def key_by(cls, key: K, given: Mapping[str, Any]) -> K:  # noqa: ARG003 a kind may use it
        """Return the key that judges an answer which builds on these earlier answers.

        Raises:
            ExpressionError: it cannot be computed.

        """
        return key

    def explained(self, variant: Variant) -> K:
        """Compute the key with the explanation."""
        explanation = rendered(self.explanation, variant, "explanation")
        return self.key(variant).model_copy(update={"explanation": explanation})

    @classmethod
    def tracks(cls, posed: P, key: K, name: str, answer: A) -> Tracks | None:  # noqa: ARG003 a kind may use it
        """Return torch's way and the one to an answer; None if this misconception is not a walk."""
        return None

    # What is wrong with it, or missing.

    def problems(self, names: frozenset[str]) -> Iterator[Problem]:
        """Yield everything wrong with the question; `names` are the exercise's parameters."""
        yield from text_problems(self.prompt, ("prompt",), names)
        for index, hint in enumerate(self.hints):
            yield from text_problems(hint, ("hints", index), names)
        yield from text_problems(self.explanation, ("explanation",), names)
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
                yield Problem(
                    here, "Wrong answers to code questions belong in misconceptions.py.", "Remove 'answer'."
                )
            else:
                yield Problem(here, "There is no answer.", "Add 'answer', a formula for the wrong answer.")

    def gaps(self) -> Iterator[Problem]:
        """Yield what a student would miss; `course check` reports it, but the question works without it."""
        if not self.hints:
            yield Problem((), f"'{self.id}' has no hint.", "Add 'hints'.")

    def reference_problems(self, reference: str) -> Iterator[Problem]:  # noqa: ARG002 a kind may use it
        """Yield what does not match the text of reference.py; called only if checks decide."""
        yield from ()

    @property
    def starts_from(self) -> str:
        """Return the Python file beside the YAML with the code in the stub; '' if there is none."""
        return ""

    def starting_with(self, code: str) -> Self:  # noqa: ARG002 a kind may use it
        """Return the question with the code in the stub; called only if `starts_from` names a file."""
        return self

    def excuse(self, name: str) -> str:  # noqa: ARG002 a kind may use it
        """Return the author's reason why this wrong solution counts as right; '' if there is none."""
        return ""

    # How its misconceptions are tested.

    def sketch(self, variant: Variant) -> tuple[P, K]:
        """Return the parts of the question and its key that `confusions` needs, for many variants in turn.

        Raises:
            LayerError: torch would refuse the variant.
            ExpressionError: a formula cannot be computed.

        """
        return self.unwritten(), self.key(variant)

    @classmethod
    def trials(cls, posed: P, key: K) -> Iterator[Wrong]:  # noqa: ARG003 a kind may use it
        """Yield each misconception with an answer that it leads to, to test whether it is diagnosed."""
        yield from key.wrong

    def confusions(self, posed: P, key: K) -> Iterator[Confusion]:
        """Yield the misconceptions that this variant hides."""
        for wrong in key.wrong:
            try:
                mark = self.mark(posed, key, wrong.answer)
            except FormError:  # the author's formula leads to an answer of another form
                mark = Mark("failed", 0.0, "")
            if mark.outcome == "passed":
                yield Confusion(wrong.name, is_right=True)
            elif mark.misconception != wrong.name:
                yield Confusion(wrong.name, is_right=False)

    # What could give the answer away, or be right by chance.

    def numbers(self, key: K) -> Sequence[float]:  # noqa: ARG002 a kind may use it
        """Return the numbers that a right answer consists of; none if it consists of something else."""
        return ()

    def telltale(self, key: K) -> str | None:
        """Return the word or number that a text must not contain; None if it is too common to look for."""
        numbers = self.numbers(key)
        text = repr(numbers[0]) if len(numbers) == 1 else ""
        return text if len(text.strip("-")) > 1 else None

    def constants(self, key: K) -> Iterator[tuple[str, Any]]:  # noqa: ARG002 a kind may use it
        """Yield answers that need no understanding, each with its name."""
        yield from (("0", 0), ("1", 1))

    def borderline(self, key: K) -> Iterator[Borderline]:  # noqa: ARG002 a kind may use it
        """Yield answers at the edge of what counts as right."""
        yield from ()

    # How the wrong answers of a class are compared.

    def parts(self, variant: Variant, answer: A) -> AnswerParts:  # noqa: ARG002 a kind may use it
        """Take an answer that has been read apart; without numbers and an option it is not compared."""
        return AnswerParts()

    def right_formulas(self, variant: Variant) -> Sequence[str]:  # noqa: ARG002 the same for all
        """Return the right answer, a formula for each of its numbers; none if no formula is known."""
        return ()

    def entry(self, name: str, answer: Any, message: str) -> dict[str, Any]:
        """Return what to add to the question for a misconception that was found."""
        own = {"message": message} if self.by_checks else {"answer": answer, "message": message}
        return {"misconceptions": {name: own}}

    # What every kind inherits.

    def posed(self, variant: Variant, *, how: str, starter: str | None = None, **more: Any) -> P:
        """Make a Posed with the texts rendered."""
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
        """Make a Posed without texts."""
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
    """Render the question's text at `path` with the variant's values."""
    with at(*path):
        return render(text, variant.params)


def computed(formula: Expression | Sequence[Any] | None, variant: Variant, *path: str | int) -> Any:
    """Compute the question's formula at `path`; return None if there is none."""
    with at(*path):
        return None if formula is None else evaluate(formula, variant.params)
