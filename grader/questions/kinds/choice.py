"""`choice`: one or several right options, listed or made from misconceptions."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from grader.language.expressions import Expression, ExpressionError
from grader.language.fault import at
from grader.language.params import Variant
from grader.language.record import Record
from grader.language.templates import written
from grader.mistakes.sequences import (
    MATCH_MISTAKES,
    ORDER_MISTAKES,
    match_slips,
    order_slips,
    pairs_in_order,
)
from grader.questions import wording
from grader.questions.base import Confusion, Question, computed, rendered
from grader.questions.parts import AnswerParts
from grader.questions.posed import MOST_READ, FormError, Key, Mark, Option, Posed, Wrong, failed
from grader.questions.problems import Problem, formula_problems, text_problems
from grader.questions.values import describe, elements, members, plain, single

MAX_OPTIONS = len(string.ascii_lowercase)


class ListedOption(Record):
    """An option as an author writes it."""

    text: str
    correct: Annotated[Expression, Field(description="true, false, or a condition such as S > 1.")] = False
    feedback: Annotated[str, Field(description="Shown to a student who chose it wrongly.")] = ""
    misconception: Annotated[
        str | None,
        Field(description="The name of the misconception behind it; by default option-2 and so on."),
    ] = None
    hint: Annotated[int | None, Field(ge=1, description="The number of the hint to go to.")] = None


class MatchedPair(Record):
    """Two texts that belong together: the left one gets a number, the right one a letter."""

    left: Annotated[str, Field(min_length=1, description="The text that gets a number.")]
    right: Annotated[str, Field(min_length=1, description="Its partner, which gets a letter.")]


class ChoiceKey(Key):
    """The letters of the right options, and the credit for an answer that is partly right."""

    letters: tuple[str, ...]
    credit: Literal["whole", "element"]


class ChoicePosed(Posed):
    """A choice of one option, or of several. Packs write it as in 0.1.0: `fields: ["several"]`."""

    several: bool = False
    ordered: Literal["order", "match"] | None = None
    count: int = 0  # of letters, where their order counts
    is_true_or_false: bool = False

    @model_validator(mode="before")
    @classmethod
    def _of_a_pack(cls, data: Any) -> Any:
        if isinstance(data, dict) and "several" in data.get("fields", ()):
            return {**data, "fields": (), "several": True}
        return data

    @model_serializer(mode="wrap")
    def _for_a_pack(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        data: dict[str, Any] = write(self)
        for name in ("ordered", "count", "is_true_or_false"):  # 0.1.0 does not know them
            if not data[name]:
                del data[name]
        return {**data, "fields": ["several"]} if data.pop("several") else data


@dataclass(frozen=True)
class _Drawn:
    """An option of one variant, before it has a letter."""

    text: str
    correct: bool
    name: str
    feedback: str
    hint: int | None = None


class Choice(Question[ChoicePosed, ChoiceKey, tuple[str, ...]]):
    """Options to choose from, to put in order or to match; listed, or made from misconceptions."""

    by_draws: ClassVar[bool] = True  # which letter is right
    usual: ClassVar[Sequence[str]] = (*ORDER_MISTAKES, *MATCH_MISTAKES)

    silent: ClassVar[frozenset[str]] = Question.silent | {"feedback"}
    posed_type: ClassVar[type[Posed]] = ChoicePosed
    key_type: ClassVar[type[Key]] = ChoiceKey

    kind: Literal["choice"]
    options: Annotated[list[ListedOption], Field(max_length=MAX_OPTIONS)] = []
    answer: Annotated[
        Expression | None,
        Field(description="The right option as a formula; the rest come from misconceptions."),
    ] = None
    several: Annotated[bool, Field(description="Whether several options can be right.")] = False
    shuffle: Annotated[bool, Field(description="Whether each variant has its own order.")] = True
    credit: Annotated[
        Literal["whole", "element"],
        Field(description="With several letters: all or nothing, or by the share of what is right."),
    ] = "whole"
    true_false: Annotated[
        bool, Field(description="Whether students write True or False; it needs 'answer'.")
    ] = False
    order: Annotated[
        bool, Field(description="Whether the options, listed in the right order, are sorted.")
    ] = False
    match: Annotated[
        list[MatchedPair],
        Field(max_length=MAX_OPTIONS, description="Texts to match; 'options' can add wrong ones."),
    ] = []

    @model_validator(mode="after")
    def _one_form(self) -> Choice:
        forms = [name for name in ("several", "true_false", "order", "match") if getattr(self, name)]
        if len(forms) > 1:
            msg = "Give only one of 'several', 'true_false', 'order' and 'match'"
            raise ValueError(msg)
        if (self.order or self.match) and (self.answer is not None or self.misconceptions):
            msg = "With 'order' or 'match', remove 'answer' and 'misconceptions'"
            raise ValueError(msg)
        if self.order and any(option.correct is not False for option in self.options):
            msg = "With 'order', list the options in the right order, without 'correct'"
            raise ValueError(msg)
        if self.match and not 2 <= len(self.match) <= len(self.match) + len(self.options) <= MAX_OPTIONS:
            msg = f"'match' takes at least 2 pairs, and at most {MAX_OPTIONS} pairs and options together"
            raise ValueError(msg)
        if self.true_false and (self.answer is None or self.options):
            msg = "'true_false' needs 'answer', a condition, and no 'options'"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _one_source(self) -> Choice:
        if self.match or self.true_false:
            return self
        if self.answer is None and len(self.options) < 2:
            msg = "A choice needs at least two options, or an answer and misconceptions"
            raise ValueError(msg)
        if self.answer is not None and (self.options or not self.misconceptions or self.several):
            msg = "With 'answer', the other options come from misconceptions: remove 'options' and 'several'"
            raise ValueError(msg)
        if self.answer is not None and len(self.misconceptions) >= MAX_OPTIONS:
            msg = f"A choice can have {MAX_OPTIONS} options: keep at most {MAX_OPTIONS - 1} misconceptions"
            raise ValueError(msg)
        return self

    def problems(self, names: frozenset[str]) -> Iterator[Problem]:
        """Yield everything wrong with the question."""
        yield from super().problems(names)
        yield from formula_problems(self.answer if self.answer is not None else 0, ("answer",), names)
        for index, option in enumerate(self.options):
            yield from text_problems(option.text, ("options", index, "text"), names)
            yield from text_problems(option.feedback, ("options", index, "feedback"), names)
            yield from formula_problems(option.correct, ("options", index, "correct"), names)
        for index, pair in enumerate(self.match):
            yield from text_problems(pair.left, ("match", index, "left"), names)
            yield from text_problems(pair.right, ("match", index, "right"), names)

    def gaps(self) -> Iterator[Problem]:
        """Yield what a student would miss: a hint, or why an option is wrong."""
        yield from super().gaps()
        for index, option in enumerate(self.options):
            if option.correct is not True and not option.feedback and not self.order and not self.match:
                sentence = "This option can be wrong but has no feedback."
                yield Problem(("options", index), sentence, "Say why it is wrong.")

    def pose(self, variant: Variant) -> ChoicePosed:
        """Write the question as the student of this variant sees it."""
        options = self._drawn(variant)
        letters = zip(string.ascii_lowercase, options, strict=False)
        posed_options = tuple(Option(letter=letter, text=option.text) for letter, option in letters)
        posed = self.posed(
            variant,
            how=self._how(),
            options=posed_options,
            several=self.several,
            ordered="order" if self.order else "match" if self.match else None,
            count=len(self.match) or len(options) * self.order,
            is_true_or_false=self.true_false,
        )
        lefts = [rendered(one.left, variant, "match", at, "left") for at, one in enumerate(self.match)]
        numbered = "\n".join(f"{number}. {left}" for number, left in enumerate(lefts, 1))
        return (
            posed.model_copy(update={"prompt": f"{posed.prompt.rstrip()}\n\n{numbered}"}) if lefts else posed
        )

    def _how(self) -> str:
        """Say how to write the answer."""
        if self.order or self.match:
            return wording.IN_ORDER if self.order else wording.FOR_EACH
        if self.true_false:
            return wording.TRUE_OR_FALSE
        return wording.LETTERS if self.several else wording.A_LETTER

    def key(self, variant: Variant) -> ChoiceKey:
        """Find the right letters of this variant."""
        lettered = list(zip(string.ascii_lowercase, self._drawn(variant), strict=False))
        if self.order or self.match:
            return self._ordered_key(variant, {option.text: letter for letter, option in lettered})
        right = tuple(letter for letter, option in lettered if option.correct)
        if not self.several and len(right) != 1:
            raise ExpressionError(
                f"{len(right)} options are right, but without 'several' exactly one must be."
            )
        wrong = tuple(
            Wrong(name=option.name, answer=letter, message=option.feedback, hint=option.hint)
            for letter, option in lettered
            if not option.correct and option.feedback
        )
        answer: Any = list(right) if self.several else right[0]
        if self.true_false:
            answer = bool(computed(self.answer, variant, "answer"))
            other = next(letter for letter, option in lettered if not option.correct)
            wrong = tuple(one.model_copy(update={"answer": other}) for one in self._misled(variant, answer))
        return ChoiceKey(solution=f"{self.id} = {answer!r}", wrong=wrong, letters=right, credit=self.credit)

    def _ordered_key(self, variant: Variant, letters: Mapping[str, str]) -> ChoiceKey:
        """Find the letters in the right order, and the usual wrong orders."""
        right = tuple(letters[text] for text in self._in_order(variant))
        slips = order_slips(right) if self.order else match_slips(right, sorted(letters.values()))
        return ChoiceKey(
            solution=f"{self.id} = {list(right)!r}",
            wrong=tuple(map(Wrong.of, slips)),
            letters=right,
            credit=self.credit,
        )

    def _in_order(self, variant: Variant) -> list[str]:
        """Return the texts whose letters make the right answer, in its order."""
        if self.order:
            texts = [
                rendered(one.text, variant, "options", at, "text") for at, one in enumerate(self.options)
            ]
            if len(set(texts)) < len(texts):
                raise ExpressionError("Two options have the same text, so their order is not clear.")
            return texts
        return [rendered(one.right, variant, "match", at, "right") for at, one in enumerate(self.match)]

    def _drawn(self, variant: Variant) -> list[_Drawn]:
        return variant.once(self, self._draw)

    def _draw(self, variant: Variant) -> list[_Drawn]:
        if self.true_false:
            return self._true_and_false(variant)
        options = [
            _Drawn(
                rendered(option.text, variant, "options", index, "text"),
                bool(computed(option.correct, variant, "options", index, "correct")),
                option.misconception or f"option-{index + 1}",
                rendered(option.feedback, variant, "options", index, "feedback"),
                option.hint,
            )
            for index, option in enumerate(self.options)
        ]
        if self.answer is not None:
            options = self._from_misconceptions(variant)
        if self.match:
            known = dict.fromkeys([*self._in_order(variant), *(option.text for option in options)])
            options = [_Drawn(text, correct=True, name="", feedback="") for text in known]
        if not self.shuffle:
            return options
        shuffled = variant.draws.shuffled(options, self.id, "options")
        if (self.order or self.match) and shuffled == options:  # then "a, b, c" would be right
            return [*options[1:], options[0]]
        return shuffled

    def _true_and_false(self, variant: Variant) -> list[_Drawn]:
        """Return True and False; the wrong one has the name of the misconception if only one leads to it."""
        right = bool(computed(self.answer, variant, "answer"))
        wrongs = self._misled(variant, right)
        name = wrongs[0].name if len(wrongs) == 1 else ""
        return [_Drawn(str(one), one is right, "" if one is right else name, "") for one in (True, False)]

    def _misled(self, variant: Variant, right: object) -> list[Wrong]:
        """Return the misconceptions that lead to the wrong one of True and False."""
        wrongs = {one.name: one for one in self.authored_wrongs(variant) if bool(one.answer) is not right}
        return list(wrongs.values())

    def _from_misconceptions(self, variant: Variant) -> list[_Drawn]:
        """Return the right answer and the wrong ones that differ from it and from each other."""
        right = self._shown(self.answer, variant, "answer")
        options = {right: _Drawn(right, True, "", "")}
        for wrong in self.authored_wrongs(variant):
            formula = self.misconceptions[wrong.name].answer
            text = self._shown(formula, variant, "misconceptions", wrong.name, "answer")
            options.setdefault(text, _Drawn(text, False, wrong.name, wrong.message, wrong.hint))
        if len(options) < 2:
            raise ExpressionError(
                "Every misconception leads to the right answer here, so there is no choice."
            )
        return list(options.values())

    @staticmethod
    def _shown(formula: Expression | list[Any] | None, variant: Variant, *path: str | int) -> str:
        """Return the value of a formula as the text of an option."""
        with at(*path):
            return written(_text(computed(formula, variant)))

    def sketch(self, variant: Variant) -> tuple[ChoicePosed, ChoiceKey]:
        """Return the whole question and key: the options decide."""
        return self.pose(variant), self.key(variant)

    @classmethod
    def trials(cls, posed: ChoicePosed, key: ChoiceKey) -> Iterator[Wrong]:
        """Yield each misconception, except two that lead to the same of True and False: both are read."""
        if not posed.is_true_or_false or len(key.wrong) != MOST_READ:
            yield from key.wrong

    def confusions(self, posed: ChoicePosed, key: ChoiceKey) -> Iterator[Confusion]:
        """Yield options with the same text, and misconceptions left out because an option has their text.

        True and False have none: parameters that revealed a misconception would give all students one answer.
        """
        if posed.ordered or posed.is_true_or_false:
            return
        shown = {wrong.name for wrong in key.wrong}
        yield from (Confusion(name, is_right=False) for name in self.misconceptions if name not in shown)
        texts = [option.text for option in posed.options]
        yield from (
            Confusion(f"option ({option.letter})", is_right=False)
            for option in posed.options
            if texts.count(option.text) > 1
        )

    def parts(self, variant: Variant, answer: tuple[str, ...]) -> AnswerParts:
        """Return the one wrong option among those that were chosen; its name says which."""
        if self.order or self.match:
            return AnswerParts()
        drawn = dict(zip(string.ascii_lowercase, self._drawn(variant), strict=False))
        chosen = [drawn[letter].name for letter in sorted(answer) if not drawn[letter].correct]
        wrong = sum(not option.correct for option in drawn.values())
        return AnswerParts(option=chosen[0] if len(chosen) == 1 else "", options=wrong)

    def entry(self, name: str, answer: Any, message: str) -> dict[str, Any]:
        """Return the option with its feedback; `answer` is its name."""
        names = [option.misconception or f"option-{index + 1}" for index, option in enumerate(self.options)]
        if answer not in names:
            return super().entry(name, answer, message)
        option = self.options[names.index(answer)]
        return {"options": [{"text": option.text, "feedback": message}]}

    @classmethod
    def read(cls, posed: ChoicePosed, value: Any) -> tuple[str, ...]:
        """Read a letter, or a list of letters, of the question's options."""
        if posed.ordered:
            return _in_sequence(posed, value)
        value = _letter_of(posed, value) if posed.is_true_or_false else value
        given = members(plain(value, posed.id))
        for item in (value, *given[:MAX_OPTIONS]):
            _refuse_text(posed, item)
        if not all(isinstance(item, str) for item in given) or (len(given) != 1 and not posed.several):
            raise FormError(wording.MALFORMED.format(name=posed.id, what=describe(value), how=posed.how))
        letters = {item.strip().strip("().").lower() for item in given}
        known = [option.letter for option in posed.options]
        for letter in sorted(letters - set(known)):
            shown = repr(letter[:20])
            strange = shown if letter.isascii() else wording.FOREIGN.format(letter=shown)
            raise FormError(wording.NO_OPTION.format(letter=strange, letters=", ".join(known), how=posed.how))
        return tuple(sorted(letters))

    @classmethod
    def judge(cls, posed: ChoicePosed, key: ChoiceKey, answer: tuple[str, ...]) -> Mark:
        """Give the verdict on a choice."""
        return _judge_sequence(posed, key, answer) if posed.ordered else _judge_set(posed, key, set(answer))


def _judge_set(posed: ChoicePosed, key: ChoiceKey, answer: set[str]) -> Mark:
    """Give the verdict on letters whose order does not matter."""
    right = set(key.letters)
    if answer == right:
        return Mark("passed", 1.0, "")
    wrongs = [wrong for wrong in key.wrong if wrong.answer in answer]
    otherwise = wording.WRONG_OPTION.format(letters=", ".join(sorted(answer)))
    share = 0.0
    if posed.several:
        if key.credit == "element" and right:
            share = max(0.0, (len(answer & right) - len(answer - right)) / len(right))
        counts = wording.choices(missed=len(right - answer), wrong=len(answer - right))
        told = {one.name: f"({one.answer}) {one.message}" for one in wrongs if one.message}
        otherwise = " ".join([counts, *told.values()])
        messages = {one.name: f"{counts} {told.get(one.name, '')}".rstrip() for one in wrongs}
        wrongs = [one.model_copy(update={"message": messages[one.name]}) for one in wrongs]
    most = MOST_READ if posed.is_true_or_false else 1
    return failed(wrongs, lambda wrong: wrong.answer in answer, otherwise, share, most)


def _judge_sequence(posed: ChoicePosed, key: ChoiceKey, answer: tuple[str, ...]) -> Mark:
    """Give the verdict on letters whose order counts."""
    if answer == key.letters:
        return Mark("passed", 1.0, "")
    if posed.ordered == "order":
        right, count = pairs_in_order(answer, key.letters)
        share, told = (2 * right - count) / count, wording.WRONG_ORDER
    else:
        right, count = sum(map(str.__eq__, answer, key.letters)), len(key.letters)
        share, told = right / count, wording.WRONG_MATCH
    told = told.format(right=right, all=count)
    share = max(0.0, share) if key.credit == "element" else 0.0
    return failed(key.wrong, lambda wrong: wrong.answer == list(answer), told, share)


def _in_sequence(posed: ChoicePosed, value: Any) -> tuple[str, ...]:
    """Read letters in order: as a list, or as one text."""
    given = elements(plain(value, posed.id))
    if len(given) == 1 and isinstance(given[0], str):
        given = [one for one in given[0][: 3 * MAX_OPTIONS] if one.isalpha()]
    if not all(isinstance(item, str) for item in given):
        raise FormError(wording.MALFORMED.format(name=posed.id, what=describe(value), how=posed.how))
    letters = tuple(item[:20].strip().strip("().").lower() for item in given)
    known = [option.letter for option in posed.options]
    if posed.ordered == "order" and sorted(letters) != known:
        told = wording.LETTERS_ONCE.format(name=posed.id, what=describe(value), letters=wording.listed(known))
        raise FormError(told)
    if len(letters) != posed.count or not set(letters) <= set(known):
        sentence = wording.LETTERS_FOR_EACH
        raise FormError(sentence.format(name=posed.id, what=describe(value), count=posed.count))
    return letters


def _letter_of(posed: ChoicePosed, value: Any) -> Any:
    """Return the letter of True or of False, however it is written; other values as they are."""
    given = single(plain(value, posed.id))
    texts = {option.text.lower(): option.letter for option in posed.options}
    is_word = isinstance(given, bool | str) and str(given).strip().lower() in texts
    return texts[str(given).strip().lower()] if is_word else value


def _refuse_text(posed: ChoicePosed, item: Any) -> None:
    """Raise FormError for the text of an option, with or without its letter: only the letter counts."""
    text = _bare(str(item)) if isinstance(item, str | int | float | tuple) else ""
    is_letter = text.strip(").") in {option.letter for option in posed.options}
    for option in () if is_letter else posed.options:
        its = _bare(option.text)
        if text in {its, *(f"{option.letter}{mark}{its}" for mark in ").:")}:
            sentence = wording.TEXT_OF_OPTION
            raise FormError(sentence.format(name=posed.id, what=describe(item), letter=option.letter))


def _bare(text: str) -> str:
    """Strip a text of what does not matter in a comparison: case, blanks, backquotes, brackets.

    >>> _bare(" A) `Conv2d` ")
    'a)conv2d'
    """
    return "".join(text.replace("`", "").split()).strip("(").rstrip(".").lower()


def _text(value: Any) -> str:
    if isinstance(value, list):
        value = tuple(value)
    return f"{value:g}" if isinstance(value, float) else str(value)
