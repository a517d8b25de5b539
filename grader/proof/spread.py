"""How many values of its parameters, and how many answers, a class will see; and where they collapse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Literal

from grader.course.loading import LoadedExercise
from grader.errors import CourseFaults
from grader.language.fault import LanguageError
from grader.language.params import Decimals, Grid, Param, Range, Variant
from grader.language.record import Record
from grader.proof.answers import Tries
from grader.questions.base import Question
from grader.questions.demands import read_by
from grader.questions.posed import FormError

CLASS = 300  # made-up students
MANY = 20  # values: of more than these, ENOUGH are enough; of fewer, half
ENOUGH = 10
MOST = 0.4  # of a class may have the same answer
DRAWS = 5  # draws for each variant that is wanted, because some are drawn twice
SLACK = 1.2  # ... and this much more than an even share of the options


class Spread(Record):
    """What a class sees of one parameter, or of the answers to one question."""

    kind: Literal["parameter", "question"]
    name: str
    students: int
    values: int
    of: int | None = None  # values that can be listed; those of a grid are not counted
    share: float  # of the students, who have the most common one
    is_collapsed: bool = False


def spreads_of(
    exercise: LoadedExercise, variants: Sequence[Variant], tallies: Mapping[str, Tries]
) -> Iterator[Spread]:
    """Count a class's values of each parameter, and its answers to each question.

    What is computed from grids takes long: `tallies` has the answers of the variants that were examined.
    """
    record = exercise.record
    if not variants:
        return
    for name, param in record.params.items():
        if isinstance(param, Range | Decimals | Grid | list):
            yield _of_parameter(name, param, [repr(one.params[name]) for one in variants])
    for name in sorted(exercise.drawn):
        yield _spread("parameter", name, [repr(one.params[name]) for one in variants])
    grids = {name for name, param in record.params.items() if isinstance(param, Grid)}
    for question in record.questions:
        if question.by_checks or question.by_person:
            continue
        reads = read_by(question, exercise.names)
        is_seen = question.id in tallies and grids & reads
        answers = tallies[question.id].answers if is_seen else list(_answers(question, variants, reads))
        if answers:
            yield _of_question(question, answers, variants[0])


def made_up(index: int) -> str | None:
    """Return the name of a made-up student; that of number 0 is None, who gets variant 0."""
    return f"made-up-{index}" if index else None


def class_of(exercise: LoadedExercise, draw: Callable[[int], Variant]) -> Iterator[Variant]:
    """Draw the variants of a class by number, if they can differ; `course check` says why one cannot."""
    for number in range(1, CLASS + 1) if exercise.names else ():
        try:
            yield draw(number)
        except CourseFaults:
            return


def _of_parameter(name: str, param: Param, values: Sequence[str]) -> Spread:
    there_are = _count(param)
    enough = ENOUGH if there_are > MANY else (there_are + 1) // 2
    spread = _spread("parameter", name, values)
    return spread.model_copy(
        update={
            "of": None if isinstance(param, Grid) else there_are,
            "is_collapsed": spread.values < min(enough, spread.students),
        }
    )


def _count(param: Param) -> int:
    """Return how many values a parameter can have; of a grid, those of each cell."""
    match param:
        case Range():
            return (param.to - param.from_) // param.step + 1
        case Decimals():
            return round((param.to - param.from_) * 10.0**param.digits) + 1
        case Grid():
            return param.to - param.from_ + 1
        case list():
            return len(set(map(repr, param)))
    return 1


def _of_question(question: Question[Any, Any, Any], answers: Sequence[str], variant: Variant) -> Spread:
    spread = _spread("question", question.id, answers)
    posed, _ = question.sketch(variant)
    allowed = max(MOST, SLACK / len(posed.options)) if posed.options else MOST
    return spread.model_copy(update={"is_collapsed": spread.values > 1 and spread.share > allowed})


def _answers(
    question: Question[Any, Any, Any], variants: Sequence[Variant], reads: Collection[str]
) -> Iterator[str]:
    """Yield the answer of each variant that has one; those with the same parameters can have the same."""
    known: dict[str, str | None] = {}
    for variant in variants:
        settings = repr([variant.params[name] for name in sorted(reads)])
        if question.by_draws or settings not in known:
            known[settings] = _answer(question, variant)
        answer = known[settings]
        if answer is not None:
            yield answer


def _answer(question: Question[Any, Any, Any], variant: Variant) -> str | None:
    try:
        _, key = question.sketch(variant)
    except (LanguageError, FormError):
        return None
    return key.solution or repr(question.numbers(key))


def _spread(kind: Literal["parameter", "question"], name: str, values: Sequence[str]) -> Spread:
    _, most = Counter(values).most_common(1)[0]
    share = round(most / len(values), 4)
    return Spread(kind=kind, name=name, students=len(values), values=len(set(values)), share=share)


def collapses(spreads: Sequence[Spread]) -> Iterator[str]:
    """Yield what hardly varies, although it could."""
    for one in spreads:
        if one.is_collapsed and one.kind == "parameter":
            yield (
                f"{one.name}: {one.students} students see {one.values} of {one.of or 'many'} values. "
                "Widen the parameters, so that more values tell all mistakes apart."
            )
        elif one.is_collapsed:
            yield f"{one.name}: {one.share:.0%} of {one.students} students have the same right answer."
