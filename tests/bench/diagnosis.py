"""How well wrong answers are distinguished, over made-up students of every exercise of a course.

    python tests/bench/diagnosis.py [VARIANTS] [--course FOLDER] [--kinds text,expression]

Prints, by kind of question: the share of misconceptions that are named for what they are, the share of random
wrong answers for which some misconception is named, and the share of variants in which a misconception leads to
the right answer, as they are drawn and as they would be drawn without looking at the questions. Then what was
written without looking at any misconception: the share of slips that get the diagnosis of a teacher, of right
solutions by other algorithms that earn full marks, and of wrong ones that lose points; this was written for the
course of this repository, and is left out for another FOLDER. With --kinds, only these lines are printed.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from grader.course.loading import LoadedCourse, LoadedExercise, load_course
from grader.course.paper import variant_of
from grader.language.draws import Draws
from grader.language.expressions import ExpressionError
from grader.language.layers import LayerError
from grader.language.params import Variant, draw_variant
from grader.questions.base import Question
from grader.questions.kinds.choice import ChoicePosed
from grader.questions.kinds.number import NumberKey
from grader.questions.kinds.tensor import TensorKey
from grader.questions.posed import FormError, Key, Mark, Posed
from grader.service.shipped import shipped_course
from grader.worker.isolation.ways import own_way

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # to find `tests`, run from wherever
from tests.bench.handed_in import Told, slips, solutions, told
from tests.bench.wrong_code import OfCode, look_at_code, together
from tests.questions.guesses import GUESSES, guess, letters_of

ROOT = Path(__file__).resolve().parents[2]
RANDOM_ANSWERS = 20  # to each question of each variant
COLUMNS = ("named", "of", "random", "named", "near", "named", "aimed", "naive", "no where")

Draw = Callable[[LoadedExercise, str], Variant]


def aimed(exercise: LoadedExercise, student: str) -> Variant:
    """Return the variant as students get it."""
    return variant_of(exercise, student)


def naive(exercise: LoadedExercise, student: str, *, where: bool) -> Variant:
    """Draw a variant without looking at the questions; with or without the exercise's conditions."""
    record = exercise.record
    draws = Draws((exercise.course.seed, exercise.name))
    return draw_variant(record.params, record.where if where else [], record.variant_0, draws, student, ())


def mark(question: Question[Any, Any, Any], posed: Posed, key: Key, answer: object) -> Mark:
    """Return the verdict; an answer of another form is a wrong one."""
    try:
        return question.mark(posed, key, answer)
    except FormError as error:
        return Mark("failed", 0.0, str(error))


def random_answers(posed: Posed, key: Key, draw: random.Random) -> Iterator[Any]:
    """Return wrong answers of the right form, near the right one."""
    while isinstance(posed, ChoicePosed) and posed.is_true_or_false:
        yield draw.random() < 0.5
    while posed.kind in GUESSES or is_ordered(posed):
        yield letters_of(posed, key, draw) if is_ordered(posed) else guess(posed, key, draw)


def is_ordered(posed: Posed) -> bool:
    """Return whether letters are put in order, or matched: a guess can be exactly what a misconception leads to."""
    return isinstance(posed, ChoicePosed) and posed.ordered is not None


def near_answers(_posed: Posed, key: Key, draw: random.Random) -> Iterator[Any]:
    """Yield a misconception's answer with its numbers a little, but clearly, off."""
    wrongs = [wrong.answer for wrong in key.wrong if isinstance(key, NumberKey | TensorKey)]
    while wrongs:
        yield moved(draw.choice(wrongs), draw)


def moved(answer: Any, draw: random.Random) -> Any:
    if isinstance(answer, list | tuple):
        return [moved(item, draw) for item in answer]
    return answer + draw.choice([-1, 1]) * (1e-2 + 1e-2 * abs(answer))


def look(
    question: Question[Any, Any, Any], variant: Variant, draw: random.Random, seen: Counter[str]
) -> None:
    """Look at everything about one question of one student's variant."""
    posed, key = question.pose(variant), question.key(variant)
    for wrong in question.trials(posed, key):
        seen["trials"] += 1
        seen["named"] += mark(question, posed, key, wrong.answer).misconception == wrong.name
    answers = [] if is_ordered(posed) else [wrong.answer for wrong in key.wrong]
    for what, made_up in (("random", random_answers), ("near", near_answers)):
        for answer in islice(made_up(posed, key, draw), RANDOM_ANSWERS):
            verdict = mark(question, posed, key, answer)
            if verdict.outcome != "passed" and answer not in answers:
                seen[what] += 1
                seen[f"{what} named"] += verdict.misconception is not None


def look_at_claims(
    exercise: LoadedExercise, variant: Variant, draw: random.Random, seen: Counter[str]
) -> None:
    """What True and False can show: each misconception of one variant, and coins thrown for all statements."""
    questions = [one for one in exercise.record.questions if label(one) == "choice true_false"]
    asked = [(one, one.pose(variant), one.key(variant)) for one in questions]
    for question, _, key in asked:
        shown = {wrong.name for wrong in key.wrong}
        seen["hidden"] += len(question.misconceptions.keys() - shown)
        seen["alone" if len(shown) == 1 else "beside"] += len(shown)
    for _ in range(RANDOM_ANSWERS if asked else 0):
        verdicts = [mark(*one, draw.random() < 0.5) for one in asked]
        wrong = [one for one in verdicts if one.outcome != "passed"]
        seen["patterns"] += bool(wrong)
        seen["explained"] += bool(wrong) and all(one.misconception for one in wrong)


def line_of_claims(seen: Counter[str]) -> str:
    whole = seen["hidden"] + seen["alone"] + seen["beside"]
    shares = [share(seen[what], whole) for what in ("alone", "beside", "hidden")]
    return (
        f"  misconceptions by variant: {shares[0]} named alone, {shares[1]} beside others, {shares[2]} lead to the "
        f"right answer\n  coins thrown for all statements of an exercise: {seen['patterns']} with a wrong answer; "
        f"{share(seen['explained'], seen['patterns'])} have a name for every wrong answer"
    )


def is_spoilt(question: Question[Any, Any, Any], exercise: LoadedExercise, draw: Draw, student: str) -> bool:
    """Return whether a misconception leads to the right answer, or torch refuses the variant."""
    try:
        sketch = question.sketch(draw(exercise, student))
        return any(confusion.is_right for confusion in question.confusions(*sketch))
    except (LayerError, ExpressionError):
        return True


def label(question: Question[Any, Any, Any]) -> str:
    """Return the kind of a question, and what it asks for if that is a field of its own."""
    fields = [
        name for name in ("operation", "true_false", "order", "match", "fix") if getattr(question, name, None)
    ]
    asked = getattr(question, "ask", None)
    fields += [asked] if asked in {"parameters", "gradient"} else []
    return " ".join((question.kind, *fields))


def of_code(course: LoadedCourse, students: list[str], only: list[str]) -> dict[str, OfCode]:
    """Return wrong code by label: in the variant of one student, or in all variants if code is to be fixed."""
    found: dict[str, list[OfCode]] = {}
    for exercise in course.exercises():
        labels: dict[str, list[str]] = {}
        for question in exercise.record.questions:
            if question.by_checks and (not only or label(question) in only):
                labels.setdefault(label(question), []).append(question.id)
        for kind, asked in labels.items():
            who = students if kind == "code fix" else students[:1]
            found.setdefault(kind, []).append(look_at_code(course, exercise, who, asked))
    return {kind: together(parts) for kind, parts in found.items()}


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def share_of(false: int, seen: Counter[str]) -> str:
    """The share of false names among the wrong solutions."""
    return f"({share(false, seen['random'])} of {seen['random']})"


def line(kind: str, seen: Counter[str]) -> str:
    cells = [share(seen["named"], seen["trials"]), seen["trials"]]
    cells += [seen["random"], share(seen["random named"], seen["random"])]
    cells += [seen["near"], share(seen["near named"], seen["near"])]
    cells += [share(seen[what], seen["variants"]) for what in ("aimed", "naive", "no where")]
    return f"{kind:<24}" + "".join(f"{cell!s:>10}" for cell in cells)


def look_at_all(
    exercises: Sequence[LoadedExercise], students: Sequence[str], draws: dict[str, Draw], only: list[str]
) -> tuple[dict[str, Counter[str]], Counter[str]]:
    """Everything about the questions that are no code, by kind, and about whole exercises."""
    draw = random.Random(0)
    by_kind: dict[str, Counter[str]] = {}
    whole: Counter[str] = Counter()
    for exercise in exercises:
        asked = [question for question in exercise.record.questions if not question.by_checks]
        questions = [question for question in asked if not only or label(question) in only]
        for student in students:
            variant = aimed(exercise, student)
            for question in questions:
                look(question, variant, draw, by_kind.setdefault(label(question), Counter()))
            if (claims := by_kind.get("choice true_false")) is not None:
                look_at_claims(exercise, variant, draw, claims)
            whole["variants"] += bool(exercise.record.params)
            for name, way in draws.items() if exercise.record.params else ():
                spoilt = [label(one) for one in questions if is_spoilt(one, exercise, way, student)]
                whole[name] += bool(spoilt)
                for kind in spoilt:
                    by_kind[kind][name] += 1
            for question in questions if exercise.record.params else ():
                by_kind[label(question)]["variants"] += 1
    return by_kind, whole


def main() -> None:
    """Measure and print."""
    arguments = sys.argv[1:]
    root = Path(arguments[arguments.index("--course") + 1]).resolve() if "--course" in arguments else ROOT
    count = int(arguments[0]) if arguments and arguments[0].isdigit() else 50
    only = arguments[arguments.index("--kinds") + 1].split(",") if "--kinds" in arguments else []
    students = [f"student-{number}" for number in range(count)]
    course = load_course(root)
    exercises = course.exercises()
    draws: dict[str, Draw] = {
        "aimed": aimed,
        "naive": partial(naive, where=True),
        "no where": partial(naive, where=False),
    }
    by_kind, whole = look_at_all(exercises, students, draws, only)
    print(f"{'':<24}" + "".join(f"{column:>10}" for column in COLUMNS))
    for kind, seen in by_kind.items():
        print(line(kind, seen))
        if seen["patterns"]:
            print(line_of_claims(seen))
    for kind, code in of_code(course, students, only).items():
        print(line(kind, code.seen), " (random: mutants and impostors that were noticed)")
        right, false = code.seen["right names"], code.seen["false names"]
        print(
            f"  {right + false} named: {right} right names, {false} false names", share_of(false, code.seen)
        )
        for shown in (*code.missed, *code.false):
            print(f"    {shown}")
    if only:
        return
    print(line("exercises", whole), " (any question of the exercise)")
    if root == ROOT:
        submit()


def submit() -> None:
    """Hand in what others wrote, with the numbers of variant 0 and of one student, and print the shares."""
    course = load_course(ROOT)
    with own_way().workers(["torch", "numpy"]) as workers:
        training = load_course(shipped_course("training"))
        for of, handed_in in ((course, slips()), (training, slips("training"))):
            for student in (None, "ada"):
                print(f"{of.record.title}, {student or 'variant 0'}: ", end="")
                count([one for one in told(of, workers, handed_in, student) if not one.is_right])
        for kind, wanted in (("right", True), ("wrong", False)):
            results = [one.is_right is wanted for one in told(course, workers, solutions(kind))]
            print(f"{kind} solutions: {sum(results)} of {len(results)} judged as they should be")


def count(found: list[Told]) -> None:
    """Print how many slips get the diagnosis of a teacher, and which ones do not."""
    fits = sum(one.fits for one in found)
    print(f"{fits} of {len(found)} slips ({share(fits, len(found))})")
    for one in found:
        if not one.fits:
            print(f"  {one.of.id}: {one.of.teacher} | {', '.join(one.named) or 'nothing'}")


if __name__ == "__main__":
    main()
