"""Whether `course mistakes` finds a misconception that is removed from the shipped course, and nothing by chance.

    python tests/bench/find_mistakes.py [EXERCISE...] [--students N] [--random N] [--luck] [--seed N]

For each misconception of each question, a class of N (200) students with variants of their own is made up. 15 %
have the misconception, 10 % have others of the same question, 10 % give random wrong answers, and the rest are
right. The misconception is found if a proposal holds at least nine in ten of those who have it, and at most one
other for ten of them. Printed are, by kind, how many are found, and how many cannot be, because other
misconceptions already explain these answers. Then, in `--random` (100) classes, 35 % of the students give random
wrong answers to one question, and it is counted in how many classes anything is proposed.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle
from pathlib import Path
from typing import Any

from grader.clusters.finding import find_clusters
from grader.course.loading import LoadedCourse, LoadedExercise, load_course
from grader.course.mistaken import mistaken, names_of_wrong_solutions, wrong_solutions
from grader.course.paper import prepare, variant_of
from grader.course.sources import read_source
from grader.examiner.collection import with_suite
from grader.examiner.grading import grade
from grader.examiner.report import QuestionReport, Report
from grader.examiner.submission import submission_of
from grader.language.params import Variant
from grader.questions.base import Question
from grader.questions.definitions import forms_of
from grader.questions.posed import Key, Posed
from grader.service.proposing import Gathered
from grader.worker.isolation.ways import own_way

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # to find `tests`, run from wherever
from tests.bench.diagnosis import mark, random_answers

ROOT = Path(__file__).resolve().parents[2]
HAVE_IT, HAVE_OTHERS, GUESS = 0.15, 0.10, 0.10  # shares of the students
GUESS_ALONE = 0.35  # in a class of random answers
SAME = 0.9  # share of those who have it that a proposal must hold
PEOPLE = ("ada", "ben", "cem")  # whose variants code is graded with
NOISE = {  # code that is wrong in a way of its own
    "function": "\n_right = {id}\ndef {id}(*given, **named):\n    return _right(*given, **named) + {number}\n",
    "module": "\n{id}.bias.data.fill_({number})\n",
    "class": "\nclass {id}({id}):\n    def forward(self, image):\n        return super().forward(image) + {number}\n",
}
MODULES = ("conv", "zero_conv", "blur", "edges")
AnyQuestion = Question[Any, Any, Any]


@dataclass(frozen=True)
class Without:
    """An exercise without one misconception of one question."""

    whole: LoadedExercise
    question: AnyQuestion  # with all misconceptions
    name: str

    @property
    def exercise(self) -> LoadedExercise:
        """Return the exercise that is left."""
        left = {name: one for name, one in self.question.misconceptions.items() if name != self.name}
        update: dict[str, Any] = {"misconceptions": left}
        if options := getattr(self.question, "options", None):
            names = [option.misconception or f"option-{number}" for number, option in enumerate(options, 1)]
            update["options"] = [
                option.model_copy(update={"feedback": ""}) if name == self.name else option
                for name, option in zip(names, options, strict=True)
            ]
        record = self.whole.record
        own = [
            one.model_copy(update=update) if one.id == self.question.id else one for one in record.questions
        ]
        return replace(self.whole, record=record.with_entries(own))


def removable(exercise: LoadedExercise) -> Iterator[Without]:
    """Return every misconception that an author wrote; an option that was made from one is removed with it."""
    for question in exercise.record.questions:
        options = getattr(question, "options", [])
        names = [
            one.misconception or f"option-{number}" for number, one in enumerate(options, 1) if one.feedback
        ]
        authored = (
            []
            if getattr(question, "answer", None) is not None and question.kind == "choice"
            else question.misconceptions
        )
        yield from (Without(exercise, question, name) for name in (*authored, *names))


def report_of(exercise: str, question: QuestionReport) -> Report:
    """Return a report of one question."""
    return Report(
        exercise=exercise, student=None, score=0, points=question.points, isolation=(), questions=(question,)
    )


def guess(question: AnyQuestion, posed: Posed, key: Key, draw: random.Random) -> Any:
    """Return a random wrong answer."""
    if question.kind == "choice":
        letters = "abcdefghijklmnopqrstuvwxyz"[: len(getattr(question, "options", ())) or len(key.wrong) + 1]
        return draw.choice([letter for letter in letters if letter not in key.letters])  # type: ignore[attr-defined]
    if question.kind == "settings":
        return {name: draw.randint(0, 12) for name in question.unknowns}  # type: ignore[attr-defined]
    return next(random_answers(posed, key, draw))


def answered(question: AnyQuestion, variant: Variant, answer: Any) -> QuestionReport | None:
    """Return the report of a wrong answer; None if it is right here."""
    verdict = mark(question, question.pose(variant), question.key(variant), answer)
    if verdict.outcome == "passed":
        return None
    return QuestionReport(
        id=question.id,
        kind=question.kind,
        outcome="failed",
        score=0,
        points=1,
        message="",
        misconception=verdict.misconception,
        value=answer,
    )


class Classroom:
    """Made-up students of one exercise, and what they hand in."""

    def __init__(
        self, course: LoadedCourse, exercise: LoadedExercise, students: int, draw: random.Random
    ) -> None:
        self.course, self.exercise, self.draw = course, exercise, draw
        self._graded: dict[str, QuestionReport] = {}  # by source and whose variant
        self._noise: dict[str, list[str]] = {}
        self.students = {f"student-{n}": variant_of(exercise, f"student-{n}") for n in range(students)}

    def found(self, without: Without) -> tuple[bool | None, list[str]]:
        """Return whether a class without a misconception shows it; None if other misconceptions explain it."""
        names = list(self.students)
        self.draw.shuffle(names)
        have, others, guess_ = (round(share * len(names)) for share in (HAVE_IT, HAVE_OTHERS, GUESS))
        left, gathered = without.exercise, Gathered()
        reports = self._of_code(without) if without.question.by_checks else None
        gathered_values: dict[str, Any] = {}
        for number, name in enumerate(names[: have + others + guess_]):
            way = "it" if number < have else "other" if number < have + others else "guess"
            one = next(reports[way], None) if reports else self._of_values(without, left, name, way)
            if one is not None:
                gathered_values[name] = one.value
                gathered.note(name, report_of(left.name, one), left, self.students[name])
        asked = gathered.in_order({left.name: left})
        same = {*names[:have], *self._alike(without, gathered_values)}
        planted = {one.student for own in asked for one in own.answers} & same
        proposals = [
            cluster for found in find_clusters({left.name: left}, asked) for cluster in found.clusters
        ]
        hit = any(
            len(planted & {*one.students}) >= SAME * len(planted)
            and len({*one.students} - planted) <= (1 - SAME) * len(planted) + 1
            for one in proposals
        )
        told = [f"{len(one.members)}: {one.answer}" for one in proposals]
        return (hit if len(planted) >= have / 2 else None), told

    def _alike(self, without: Without, values: dict[str, Any]) -> Iterator[str]:
        """Yield those who gave the same wrong answer by luck."""
        for name, value in values.items() if not without.question.by_checks else ():
            wrongs = without.question.key(self.students[name]).wrong
            if any(wrong.name == without.name and wrong.answer == value for wrong in wrongs):
                yield name

    def _of_values(
        self, without: Without, left: LoadedExercise, name: str, way: str
    ) -> QuestionReport | None:
        variant, question = self.students[name], without.question
        key = question.key(variant)
        is_it = [wrong.answer for wrong in key.wrong if wrong.name == without.name]
        others = [wrong.answer for wrong in key.wrong if wrong.name != without.name]
        if way == "guess" or (way == "other" and not others):
            answer = guess(question, question.pose(variant), key, self.draw)
        else:
            answer = is_it[0] if way == "it" and is_it else self.draw.choice(others or is_it)
        own = next(one for one in left.record.questions if one.id == question.id)
        return answered(own, variant, answer)

    def _of_code(self, without: Without) -> dict[str, Iterator[QuestionReport]]:
        """Grade code as `course grade` does, a few times in each way."""
        question, left, folder = without.question, without.exercise, without.whole.folder
        names = names_of_wrong_solutions(folder)
        base = wrong_solutions(folder, {})
        forms = forms_of(names, question.id, without.name)[:1]
        others = [name for name in question.misconceptions if name != without.name][:3]
        it = [f"{base}\n{mistaken(question.id, form)}\n" for form in forms]
        other = [f"{base}\n{mistaken(question.id, name)}\n" for name in others] or it
        right = read_source(folder / "reference.py")
        guesses = self._noise.setdefault(question.id, [right + noise(question, self.draw) for _ in range(6)])
        files = {"it": it, "other": other, "guess": guesses}
        with own_way().workers(["torch", "numpy"]) as workers:

            def work(suite: Any) -> dict[str, list[QuestionReport]]:
                graded: dict[str, list[QuestionReport]] = {}
                for way, sources in files.items():
                    for person in PEOPLE if way == "it" else PEOPLE[:1]:
                        sitting = prepare(left, person)
                        for source in sources:
                            key = f"{way == 'it'} {person} {source}"
                            if key not in self._graded:
                                file = submission_of(f"{left.name}.py", source.encode())
                                outcome = grade(sitting, file, workers, suite, [question.id])
                                self._graded[key] = outcome.report.questions[0]
                            graded.setdefault(way, []).append(self._graded[key])
                return graded

            found = with_suite(self.course, [left.name], work)
        cycles = {way: cycle(reports) for way, reports in found.items()}
        return {**cycles, "guess": iter(found["guess"])}

    def proposed_by_luck(self, question: AnyQuestion) -> int:
        """Return how much is proposed where all wrong answers are random."""
        gathered = Gathered()
        for name in self.draw.sample(list(self.students), round(GUESS_ALONE * len(self.students))):
            variant = self.students[name]
            one = answered(
                question, variant, guess(question, question.pose(variant), question.key(variant), self.draw)
            )
            if one is not None:
                gathered.note(name, report_of(self.exercise.name, one), self.exercise, variant)
        exercises = {self.exercise.name: self.exercise}
        return sum(len(found.clusters) for found in find_clusters(exercises, gathered.in_order(exercises)))


def noise(question: AnyQuestion, draw: random.Random) -> str:
    """Return code that changes a right answer in a way that nobody else does."""
    sort = "module" if question.id in MODULES else "class" if question.id[0].isupper() else "function"
    return NOISE[sort].format(id=question.id, number=round(draw.uniform(0.1, 3), 4))


def unexplained(exercise: LoadedExercise, question: AnyQuestion) -> tuple[LoadedExercise, AnyQuestion]:
    """Return an exercise whose question has no misconception and no feedback, so that all answers are looked at."""
    update: dict[str, Any] = {}
    if options := getattr(question, "options", None):
        update["options"] = [option.model_copy(update={"feedback": ""}) for option in options]
    own = question.model_copy(update=update)
    others = [own if one.id == own.id else one for one in exercise.record.questions]
    return replace(exercise, record=exercise.record.with_entries(others)), own


def measure_found(rooms: Sequence[Classroom]) -> None:
    """Print what is found, by kind."""
    seen: dict[str, Counter[str]] = {}
    for room in rooms:
        for without in removable(room.exercise):
            hit, told = room.found(without)
            word = {True: "found", False: "missed", None: "explained by others"}[hit]
            seen.setdefault(without.question.kind, Counter())[word] += 1
            if hit is not True:
                place = f"{room.exercise.name}.{without.question.id} {without.name}"
                print(f"  {word}: {place} {[one[:60] for one in told[:2]]}", flush=True)
    whole: Counter[str] = sum(seen.values(), Counter())
    for kind, counts in (*seen.items(), ("all", whole)):
        of = counts["found"] + counts["missed"]
        print(
            f"{kind:<12} found {counts['found']} of {of}; {counts['explained by others']} explained by others"
        )


def measure_luck(rooms: Sequence[Classroom], classes: int, draw: random.Random) -> None:
    """Print in how many classes of random answers something is proposed."""
    pairs = [(room, one) for room in rooms for one in room.exercise.record.questions if not one.by_checks]
    pairs = [
        pair for pair in pairs if getattr(pair[1], "options", True)
    ]  # each option of others has a message
    proposed = 0
    for _ in range(classes):
        room, question = draw.choice(pairs)
        whole = room.exercise
        room.exercise, own = unexplained(whole, question)
        proposed += bool(room.proposed_by_luck(own))
        room.exercise = whole
    print(f"random answers: something is proposed in {proposed} of {classes} classes")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("exercises", nargs="*")
    parser.add_argument("--students", type=int, default=200)
    parser.add_argument("--random", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--luck", action="store_true", help="only the random answers")
    order = parser.parse_args()
    course, draw = load_course(ROOT), random.Random(order.seed)
    chosen = [one for one in course.exercises() if not order.exercises or one.name in order.exercises]
    rooms = [Classroom(course, one, order.students, draw) for one in chosen]
    if not order.luck:
        measure_found(rooms)
    if order.random:
        measure_luck(rooms, order.random, draw)


if __name__ == "__main__":
    main()
