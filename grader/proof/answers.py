"""Prove the questions that are not code: each misconception is wrong and recognised, in every variant."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from grader.course.loading import LoadedExercise
from grader.course.sitting import Sitting
from grader.errors import Fault
from grader.questions.base import Question
from grader.questions.demands import read_by
from grader.questions.kinds import KINDS
from grader.questions.posed import FormError, Key, Mark, Posed, Wrong

ALL_ALIKE = "Every student has the same right answer."
_WORDS = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?!\w|\.\d)|[^\W\d]\w*")  # and numbers


@dataclass(frozen=True)
class AskedVariant:
    """What one variant asks of a student: how many values to write, and how long the longest is."""

    params: str
    values: int
    digits: int


@dataclass
class Tries:
    """What was seen of one question over its variants."""

    variants: int = 0
    trials: Counter[str] = field(default_factory=Counter)  # by misconception: variants in which it was tried
    right: Counter[str] = field(default_factory=Counter)  # ... in which it led to the right answer
    confused: Counter[str] = field(default_factory=Counter)  # ... in which it was not recognised
    silent: Counter[str] = field(default_factory=Counter)  # ... in which it was not tried, nor confused
    impostors: Counter[str] = field(default_factory=Counter)  # constant answers that were right
    refused: Counter[str] = field(default_factory=Counter)  # right answers that were not accepted
    taken: Counter[str] = field(default_factory=Counter)  # wrong answers that were
    telltales: int = 0  # variants whose right answer would stand out in a text
    telling: Counter[str] = field(default_factory=Counter)  # texts that contain it
    solutions: set[str] = field(default_factory=set)
    answers: list[str] = field(default_factory=list)  # the right answer of each variant
    others: dict[str, set[str]] = field(
        default_factory=dict
    )  # what a confused misconception was mistaken for
    shared: set[tuple[str, str]] = field(default_factory=set)  # an author's and a usual one: both are shown
    examples: dict[tuple[str, str], str] = field(default_factory=dict)
    asked: list[AskedVariant] = field(default_factory=list)

    @property
    def hides_a_mistake(self) -> bool:
        """Whether most variants hide one: a draw of parameters then cannot find a better one."""
        return any(2 * times > self.variants for times in (*self.right.values(), *self.confused.values()))

    def look(self, question: Question[Any, Any, Any], posed: Posed, key: Key, params: dict[str, Any]) -> None:
        """Try everything on one variant."""
        self.variants += 1
        self.solutions.add(key.solution)
        self.answers.append(key.solution)
        read = sorted(read_by(question, params), key=lambda name: (isinstance(params[name], list), name))
        shown = ", ".join(f"{name}={params[name]}" for name in read)[:160] or "all alike"
        numbers = [repr(number) for number in question.numbers(key)]
        digits = max((len(number.strip("-").partition(".")[0]) for number in numbers), default=0)
        self.asked.append(AskedVariant(shown, len(numbers), digits))
        for wrong in question.trials(posed, key):
            self.trials[wrong.name] += 1
            mark = _mark(question, posed, key, wrong.answer)
            if mark.outcome == "passed":
                self._count(self.right, "right", wrong.name, shown)
            elif mark.misconception != wrong.name:
                twins = _twins(question, wrong, key)
                self.shared.update(twins)
                if not twins:
                    self._count(self.confused, "confused", wrong.name, shown)
                self.others.setdefault(wrong.name, set()).update(
                    f"'{other.name}'"
                    for other in key.wrong
                    if other.name != wrong.name and repr(other.answer) == repr(wrong.answer)
                )
        for one in question.confusions(posed, key):
            if not one.is_right and one.name not in self.trials:
                self._count(self.confused, "confused", one.name, shown)
        self.silent.update(question.misconceptions.keys() - {wrong.name for wrong in key.wrong})
        for name, answer in question.constants(key):
            self.impostors[name] += _mark(question, posed, key, answer).outcome == "passed"
        self._look_at_the_edge(question, posed, key)
        telltale = question.telltale(key)
        self.telltales += telltale is not None
        texts = {"the prompt": posed.prompt}
        texts |= {f"hint {index}": text for index, text in enumerate(posed.hints, 1)}
        texts |= {f"the message of '{wrong.name}'": wrong.message for wrong in key.wrong}
        for name, text in texts.items():
            self.telling[name] += telltale is not None and telltale in _WORDS.findall(text)

    def _look_at_the_edge(self, question: Question[Any, Any, Any], posed: Posed, key: Key) -> None:
        for one in question.borderline(key):
            passes = _mark(question, posed, key, one.answer).outcome == "passed"
            self.refused[one.name] += one.is_right and not passes
            self.taken[one.name] += passes and not one.is_right

    def _count(self, counter: Counter[str], what: str, name: str, shown: str) -> None:
        counter[name] += 1
        self.examples.setdefault((what, name), shown)


def _mark(question: Question[Any, Any, Any], posed: Posed, key: Key, answer: object) -> Mark:
    try:
        return question.mark(posed, key, answer)
    except FormError as error:
        return Mark("failed", 0.0, str(error))


def _twins(question: Question[Any, Any, Any], wrong: Wrong, key: Key) -> list[tuple[str, str]]:
    """Return the usual mistake with the same answer as an author's misconception, if there is just one."""
    alike = [one.name for one in key.wrong if repr(one.answer) == repr(wrong.answer)]
    own = [name for name in alike if name in question.misconceptions]
    return [(own[0], name) for name in alike if name not in own] if len(own) == 1 and len(alike) == 2 else []


def look_at(exercise: LoadedExercise, sitting: Sitting, tallies: dict[str, Tries]) -> None:
    """Try one variant of an exercise."""
    by_id = {question.id: question for question in exercise.record.questions}
    for posed in sitting.paper.questions:
        kind = KINDS[posed.kind]
        if not kind.by_checks and not kind.by_person and sitting.keys is not None:
            tally = tallies.setdefault(posed.id, Tries())
            tally.look(by_id[posed.id], posed, sitting.keys[posed.id], dict(sitting.params))


def notes_of(tallies: dict[str, Tries], varying: Collection[str] = ()) -> Iterator[str]:
    """Yield notes: questions with the same answer for everyone, or harder for some than for others.

    `varying` names the questions that have several answers in a whole class.
    """
    for id_, tally in tallies.items():
        if tally.variants > 1 and len(tally.solutions) == 1 and id_ not in varying:
            yield f"{id_}: {ALL_ALIKE}"
        for own, usual in sorted(tally.shared):
            yield (
                f"{id_}: '{own}' can have the same answer as the usual mistake '{usual}', so the student "
                "reads both messages. Exclude the usual one with 'without'."
            )
        for name in sorted(tally.silent.keys() - tally.confused.keys()):
            if tally.silent[name] == tally.variants:
                yield f"{id_}: '{name}' leads to the right answer in all {tally.variants} variants."
        for name, times in (+tally.refused).items():
            yield (
                f"{id_}: The right answer, {name}, is wrong in {times} of {tally.variants} variants. "
                "Leave 'tolerance' out, or make it larger."
            )
        for what, least in (("values", 1), ("digits", 2)):
            low, high = (by(tally.asked, key=attrgetter(what)) for by in (min, max))
            few, many = getattr(low, what), getattr(high, what)
            if many - few >= least:
                yield (
                    f"{id_}: Not equally hard for all: {what} of the answer: {few} with {low.params}; "
                    f"{many} with {high.params}."
                )


def collisions_of(tallies: dict[str, Tries]) -> Iterator[str]:
    """Yield collisions in variant 0, which keeps the author's numbers and no student of a roster gets."""
    for id_, tally in tallies.items():
        for what, names in (
            ("Right by accident", tally.right),
            ("Not distinguishable from others", tally.confused),
        ):
            if names:
                yield f"{id_}: {what} in variant 0: {', '.join(names)}."


def faults_of(exercise: LoadedExercise, tallies: dict[str, Tries]) -> Iterator[Fault]:
    """Yield the faults of an exercise's questions."""
    places = {question.id: (index, question) for index, question in exercise.record.placed}
    for id_, tally in tallies.items():
        path = ("questions", places[id_][0])
        question = places[id_][1]

        def fault(name: str, sentence: str, remedy: str, path: Any = path, question: Any = question) -> Fault:
            own = name in question.misconceptions
            where = (*path, "misconceptions", name) if own else path
            return exercise.document.fault(where, sentence, remedy)

        for name, times in tally.right.items():
            sentence = (
                f"'{name}' leads to the right answer in {times} of {tally.variants} variants "
                f"({tally.examples['right', name]})."
            )
            yield fault(name, sentence, _remedy(question, name))
        for name, times in tally.confused.items():
            if not _may_be_confused(name, times, id_, tallies):
                sentence = (
                    f"'{name}' cannot be told apart from {_named(tally, name)} in {times} of "
                    f"{tally.variants} variants ({tally.examples['confused', name]})."
                )
                yield fault(name, sentence, _remedy(question, name))
        for sentence, remedy in _about_the_answer(tally):
            yield fault("", sentence, remedy)


def _about_the_answer(tally: Tries) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a question's right answer, each with a remedy."""
    for name, times in tally.impostors.items():
        if 2 * times > tally.variants and len(tally.solutions) > 1:
            sentence = f"The answer {name} is right in {times} of {tally.variants} variants."
            yield sentence, "Add a condition to 'where'."
    for name, times in (+tally.taken).items():
        sentence = f"The answer {name} counts as right in {times} of {tally.variants} variants."
        yield sentence, "Leave 'tolerance' out, or make it smaller."
    for name, times in tally.telling.items():
        if times and times == tally.telltales:
            yield f"The right answer is written in {name}, in every variant.", "Reword it."


def _remedy(question: Question[Any, Any, Any], name: str) -> str:
    if name in question.usual and name not in question.misconceptions:
        return f"Widen the parameters, or exclude it with 'without: [{name}]'."
    return "Widen the parameters, or change its formula."


def _named(tally: Tries, name: str) -> str:
    return " or ".join(sorted(tally.others.get(name, ()))) or "another misconception"


def _may_be_confused(name: str, times: int, id_: str, tallies: dict[str, Tries]) -> bool:
    """Return whether it may be confused: in few variants, or if another question tells it apart."""
    tally = tallies[id_]
    if times * 20 <= tally.variants:
        return True
    others = [other for other_id, other in tallies.items() if other_id != id_ and name in other.trials]
    return any(other.confused[name] * 20 <= other.variants for other in others)
