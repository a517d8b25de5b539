"""`text`: a few words, right if they are one of the accepted forms or match a pattern."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from grader.language.fault import at
from grader.language.params import Variant
from grader.language.templates import TextError
from grader.mistakes.phrasing import PHRASING_MISTAKES, phrasing_examples, phrasing_slip
from grader.questions import wording
from grader.questions.base import Misconception, Question, rendered
from grader.questions.patterns import bare, compared, matches, pattern_problems
from grader.questions.posed import FormError, Key, Mark, Posed, Wrong, failed
from grader.questions.problems import Problem, text_problems, without_problems
from grader.questions.values import as_float, describe, is_number, plain, single

MAX_CHARACTERS = 1000  # of an answer
MAX_FORMS = 50

Forms = Annotated[list[str], Field(max_length=MAX_FORMS)]


class TextMisconception(Misconception):
    """A wrong answer in words: forms and patterns as for the right one."""

    accept: Annotated[Forms, Field(min_length=1, description="Forms of the wrong answer.")]
    patterns: Annotated[Forms, Field(description="RE2 patterns for further forms.")] = []


class TextKey(Key):
    """What counts as right, and which wrong answers a pattern finds."""

    accept: tuple[str, ...]
    patterns: tuple[str, ...] = ()
    wrong_patterns: dict[str, tuple[str, ...]] = {}
    case: bool = False
    without: tuple[str, ...] = ()


class Text(Question[Posed, TextKey, str]):
    """A few words: one of the accepted forms, or what a pattern matches."""

    usual: ClassVar[Sequence[str]] = PHRASING_MISTAKES
    key_type: ClassVar[type[Key]] = TextKey

    kind: Literal["text"]
    accept: Annotated[Forms, Field(min_length=1, description="Right answers; the first is the solution.")]
    patterns: Annotated[
        Forms, Field(description="RE2 patterns; an answer is right if one of them matches all of it.")
    ] = []
    case: Annotated[bool, Field(description="Whether upper and lower case differ.")] = False
    without: Annotated[list[str], Field(description="Usual mistakes to leave out, by name.")] = []
    misconceptions: Annotated[
        Mapping[str, TextMisconception], Field(description="Usual wrong ways to answer, by name.")
    ] = {}

    def problems(self, names: frozenset[str]) -> Iterator[Problem]:
        """Yield everything wrong with the question."""
        yield from super().problems(names)
        yield from _form_problems(self.accept, self.patterns, (), names)
        yield from without_problems(self.without, self.usual)

    def _answer_problems(
        self, misconception: Misconception, here: tuple[str | int, ...], names: frozenset[str]
    ) -> Iterator[Problem]:
        own = self.misconceptions[str(here[-1])]
        if misconception.answer is not None or misconception.also:
            yield Problem(
                here, "A wrong text is not a formula.", "Use 'accept' in place of 'answer' and 'also'."
            )
        yield from _form_problems(own.accept, own.patterns, here, names)

    def pose(self, variant: Variant) -> Posed:
        """Write the question as the student of this variant sees it."""
        return self.posed(variant, how=wording.WORDS)

    def key(self, variant: Variant) -> TextKey:
        """Fill in the forms of this variant."""
        forms = self._filled(self.accept, variant)
        return TextKey(
            solution=f"{self.id} = {forms[0]!r}",
            wrong=tuple(self._authored(variant)),
            accept=tuple(compared(form, case=self.case) for form in forms),
            patterns=tuple(self.patterns),
            wrong_patterns={name: tuple(one.patterns) for name, one in self.misconceptions.items()},
            case=self.case,
            without=(*self.misconceptions, *self.without, *(() if self.case else ("other-capitals",))),
        )

    def _authored(self, variant: Variant) -> Iterator[Wrong]:
        for name, one in self.misconceptions.items():
            message = rendered(one.message, variant, "misconceptions", name, "message")
            for form in self._filled(one.accept, variant, "misconceptions", name):
                yield Wrong(name=name, answer=form, message=message, hint=one.hint)

    @staticmethod
    def _filled(forms: Sequence[str], variant: Variant, *path: str | int) -> list[str]:
        """Return the forms with the variant's numbers in them."""
        filled = [rendered(form, variant, *path, "accept", index) for index, form in enumerate(forms)]
        for index, form in enumerate(filled):
            if not bare(form):
                with at(*path, "accept", index):
                    raise TextError("This form is empty.", "Write a word.")
        return filled

    def sketch(self, variant: Variant) -> tuple[Posed, TextKey]:
        """Return the whole question and key: a usual mistake repeats the question."""
        return self.pose(variant), self.key(variant)

    @classmethod
    def read(cls, posed: Posed, value: Any) -> str:
        """Read a few words; a number counts as its digits."""
        given = single(plain(value, posed.id))
        text = str(given) if is_number(given) and math.isfinite(as_float(given)) else given
        if isinstance(text, str) and len(text) > MAX_CHARACTERS:
            raise FormError(wording.TOO_MANY_CHARACTERS.format(name=posed.id, most=MAX_CHARACTERS))
        if not isinstance(text, str) or not bare(text):
            raise FormError(wording.MALFORMED.format(name=posed.id, what=describe(value), how=posed.how))
        return bare(text)

    @classmethod
    def judge(cls, posed: Posed, key: TextKey, answer: str) -> Mark:
        """Give the verdict on a few words."""
        given = compared(answer, case=key.case)
        if given in key.accept or matches(key.patterns, answer, case=key.case):
            return Mark("passed", 1.0, "")

        def agrees(wrong: Wrong) -> bool:
            its = key.wrong_patterns.get(wrong.name, ())
            return given == compared(wrong.answer, case=key.case) or matches(its, answer, case=key.case)

        slip = phrasing_slip(given, key.accept, posed.prompt, key.without)
        mark = failed(key.wrong, agrees, wording.WRONG_TEXT)
        return (
            failed([Wrong.of(slip)], lambda _: True, "")
            if slip and mark.message == wording.WRONG_TEXT
            else mark
        )

    def telltale(self, key: TextKey) -> str | None:
        """Return the right answer if it is one word."""
        word = key.accept[0]
        return word if word.isalnum() and len(word) > 1 else None

    def constants(self, key: TextKey) -> Iterator[tuple[str, Any]]:  # noqa: ARG002 the same for all
        """Yield answers that need no understanding."""
        yield from (("yes", "yes"), ("no", "no"), ("0", "0"), ("a", "a"))

    @classmethod
    def trials(cls, posed: Posed, key: TextKey) -> Iterator[Wrong]:
        """Yield each misconception, and an example of each usual mistake that the right answer allows."""
        yield from key.wrong
        yield from map(Wrong.of, phrasing_examples(key.accept[0], posed.prompt, key.without))


def _form_problems(
    accept: Sequence[str], patterns: Sequence[str], path: tuple[str | int, ...], names: frozenset[str]
) -> Iterable[Problem]:
    for index, form in enumerate(accept):
        yield from text_problems(form, (*path, "accept", index), names)
    yield from pattern_problems(patterns, (*path, "patterns"))
