"""`manual`: a text or a file that a person marks with a rubric; the grader stores it and points out slips."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from grader.language.params import Variant
from grader.mistakes.essays import (
    ESSAY_MISTAKES,
    FILE_MISTAKES,
    Essay,
    essay_examples,
    essay_slip,
    file_slip,
)
from grader.questions import wording
from grader.questions.base import Misconception, Question, rendered
from grader.questions.handed_file import MAX_HANDED, SUFFIXES, HandedFile
from grader.questions.posed import FormError, Key, Mark, Posed, Wrong
from grader.questions.problems import Problem, text_problems, without_problems
from grader.questions.rubric_item import RubricItem, RubricKey
from grader.questions.values import describe, plain, single

FILE_NAME = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"  # a plain one
MAX_CHARACTERS = 20_000  # of an answer
MAX_ITEMS = 30
TINY = 1e-6  # points


class ManualPosed(Posed):
    """A question that a person marks: how many words are asked for, or how large the file can be."""

    least_words: int = 1
    most_words: int | None = None
    file_mib: int = 0


class ManualKey(RubricKey):
    """The rubric, and the usual slips that are not pointed out."""

    without: tuple[str, ...] = ()


class Manual(Question[ManualPosed, ManualKey, str | HandedFile]):
    """A text, or a file beside the source, that a person marks."""

    by_person: ClassVar[bool] = True
    usual: ClassVar[Sequence[str]] = (*ESSAY_MISTAKES, *FILE_MISTAKES)
    silent: ClassVar[frozenset[str]] = Question.silent | {"rubric", "example"}
    posed_type: ClassVar[type[Posed]] = ManualPosed
    key_type: ClassVar[type[Key]] = ManualKey

    kind: Literal["manual"]
    rubric: Annotated[
        list[RubricItem],
        Field(min_length=1, max_length=MAX_ITEMS, description="What a person looks for, with points."),
    ]
    example: Annotated[str, Field(description="A good answer, for those who mark and for --solution.")] = ""
    file: Annotated[
        str,
        Field(pattern=FILE_NAME, max_length=100, description="Students hand in this file, not a text."),
    ] = ""
    file_mib: Annotated[
        int, Field(ge=1, le=MAX_HANDED >> 20, description="The largest file that can be handed in.")
    ] = 4
    least_words: Annotated[
        int, Field(ge=1, le=2000, description="The grader points out that a text has fewer words.")
    ] = 1
    most_words: Annotated[
        int | None, Field(ge=1, le=2000, description="The grader points out that a text has more words.")
    ] = None
    without: Annotated[list[str], Field(description="Usual slips not to point out, by name.")] = []

    def problems(self, names: frozenset[str]) -> Iterator[Problem]:
        """Yield everything wrong with the question."""
        yield from super().problems(names)
        total = sum(item.points for item in self.rubric)
        if abs(total - self.points) > TINY:
            sentence = f"The points in the rubric add up to {total:g}, but the question has {self.points:g}."
            yield Problem(("rubric",), sentence, f"Write 'points: {total:g}'.")
        if self.most_words is not None and self.most_words < self.least_words:
            yield Problem(("most_words",), "'most_words' is below 'least_words'.", "Swap them.")
        yield from self._file_problems()
        for index, item in enumerate(self.rubric):
            yield from text_problems(item.text, ("rubric", index, "text"), names)
        yield from text_problems(self.example, ("example",), names)
        yield from without_problems(self.without, self.usual)

    def _file_problems(self) -> Iterator[Problem]:
        if self.file and PurePath(self.file).suffix.lower() not in SUFFIXES:
            sentence = f"{self.file} has a file type that cannot be handed in."
            yield Problem(("file",), sentence, f"Use one of: {', '.join(SUFFIXES)}.")
        of_words, of_files = {"least_words", "most_words"}, {"file_mib"}
        for key in sorted(self.model_fields_set & (of_words if self.file else of_files)):
            told = "A file has no word count." if self.file else f"'{key}' has no meaning without 'file'."
            yield Problem((key,), told, f"Remove '{key}'.")

    def _answer_problems(
        self,
        misconception: Misconception,
        here: tuple[str | int, ...],
        names: frozenset[str],  # noqa: ARG002 there is no formula
    ) -> Iterator[Problem]:
        yield Problem(
            here, "A person marks this question.", f"Add an item to 'rubric': {misconception.message}"
        )

    def gaps(self) -> Iterator[Problem]:
        """Yield what a student or a person who marks would miss."""
        yield from super().gaps()
        if not self.example:
            yield Problem((), f"'{self.id}' has no example of a good answer.", "Add 'example'.")

    def pose(self, variant: Variant) -> ManualPosed:
        """Write the question as the student of this variant sees it."""
        if self.file:
            how = wording.A_FILE.format(file=self.file, mib=self.file_mib)
            more = {"file": self.file, "file_mib": self.file_mib}
            return self.posed(variant, how=how, starter=wording.NOTHING_TO_WRITE, **more)
        how = wording.AN_ESSAY
        if self.most_words is not None:
            how = wording.AN_ESSAY_OF.format(least=self.least_words, most=self.most_words)
        elif self.least_words > 1:
            how = wording.AN_ESSAY_FROM.format(least=self.least_words)
        starter = f"{self.id} = ..."
        words = {"least_words": self.least_words, "most_words": self.most_words}
        return self.posed(variant, how=how, starter=starter, **words)

    def sketch(self, variant: Variant) -> tuple[ManualPosed, ManualKey]:
        """Return the whole question and key: a usual slip repeats the question."""
        return self.pose(variant), self.key(variant)

    def key(self, variant: Variant) -> ManualKey:
        """Fill in the rubric of this variant."""
        rubric = tuple(
            item.model_copy(update={"text": rendered(item.text, variant, "rubric", index, "text")})
            for index, item in enumerate(self.rubric)
        )
        example = rendered(self.example, variant, "example")
        solution = f"{self.id} = {example or wording.NO_EXAMPLE!r}"
        return ManualKey(solution=solution, rubric=rubric, example=example, without=tuple(self.without))

    @classmethod
    def read(cls, posed: ManualPosed, value: Any) -> str | HandedFile:
        """Read a text, or what is known of a file."""
        if isinstance(value, HandedFile):
            if value.size > posed.file_mib << 20:
                size = value.size / (1 << 20)
                told = wording.FILE_TOO_LARGE.format(file=value.name, size=size, mib=posed.file_mib)
                raise FormError(told)
            return value
        text = single(plain(value, posed.id))
        if isinstance(text, str) and len(text) > MAX_CHARACTERS:
            raise FormError(wording.TOO_MANY_CHARACTERS.format(name=posed.id, most=MAX_CHARACTERS))
        if not isinstance(text, str) or not any(map(str.isalnum, text)):
            raise FormError(wording.MALFORMED.format(name=posed.id, what=describe(value), how=posed.how))
        return text.encode(errors="replace").decode()

    @classmethod
    def judge(cls, posed: ManualPosed, key: ManualKey, answer: str | HandedFile) -> Mark:
        """Leave the verdict to a person, and point out what a student can still fix."""
        if isinstance(answer, HandedFile):
            slip, written = file_slip(answer.size, key.without, fits=answer.fits), answer.told
        else:
            slip, written = essay_slip(_essay(posed, answer), key.without), answer
        message = " ".join(filter(None, (wording.MARKED_BY_A_PERSON, slip.message if slip else "")))
        return Mark("pending", 0.0, message, slip.name if slip else None, written=written)

    @classmethod
    def trials(cls, posed: ManualPosed, key: ManualKey) -> Iterator[Wrong]:
        """Yield an example of each slip in a text."""
        if not posed.file:
            yield from map(Wrong.of, essay_examples(_essay(posed, ""), key.without))

    def telltale(self, key: ManualKey) -> str | None:  # noqa: ARG002 no word alone is right
        """Return None: no word alone is right."""
        return None


def _essay(posed: ManualPosed, text: str) -> Essay:
    return Essay(text, posed.prompt, posed.least_words, posed.most_words)
