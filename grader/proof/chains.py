"""Questions that build on earlier ones, tried with what each misconception of the earlier one leads to."""

from __future__ import annotations

from collections.abc import Iterator

from grader.course.loading import LoadedExercise
from grader.course.sitting import Sitting
from grader.errors import Fault
from grader.language.expressions import ExpressionError
from grader.questions.posed import FormError
from grader.questions.values import is_number


def faults_of_chains(exercise: LoadedExercise, sitting: Sitting) -> Iterator[Fault]:
    """Yield a fault for each earlier misconception with which a later answer cannot be judged."""
    keys = sitting.keys or {}
    by_id = {question.id: question for question in exercise.record.questions}
    posed = {one.id: one for one in sitting.paper.questions}
    for index, question in exercise.record.placed:
        key = keys[question.id]
        right = {id_: by_id[id_].numbers(keys[id_])[0] for id_ in key.builds_on}
        for id_ in key.builds_on:
            for wrong in keys[id_].wrong:
                if not is_number(wrong.answer) or wrong.answer == 0:
                    continue
                try:
                    own = question.key_by(key, {**right, id_: wrong.answer})
                    [answer] = question.numbers(own)
                    if question.mark(posed[question.id], own, answer).outcome == "passed":
                        continue
                    told = "the answer that follows from it does not count as right"
                except (ExpressionError, FormError) as error:
                    told = str(error).rstrip(".")
                sentence = (
                    f"With '{wrong.name}' as the answer to {id_}, this question cannot be graded: {told}."
                )
                remedy = "Write a formula that has a value for it."
                yield exercise.document.fault(("questions", index, "answer"), sentence, remedy)
