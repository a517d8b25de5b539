"""Model solutions: the right answer to every question, for `course check`, the demo and tests."""

from __future__ import annotations

from collections.abc import Collection

from grader.course.excerpt import excerpt
from grader.course.file_names import REFERENCE_FILE
from grader.course.mistaken import mistaken, wrong_solutions
from grader.course.sitting import Sitting
from grader.course.variant_source import variant_source
from grader.questions.kinds import KINDS


def solutions(sitting: Sitting) -> dict[str, str]:
    """Return the right answers of a sitting as Python, by question.

    The whole of reference.py is the answer to the first code question; it contains the other answers.
    """
    keys = sitting.keys or {}
    answers = {question.id: keys[question.id].solution for question in sitting.paper.questions}
    code = [question.id for question in sitting.paper.questions if KINDS[question.kind].by_checks]
    if code and sitting.folder is not None:
        answers[code[0]] = variant_source(sitting.folder / REFERENCE_FILE, sitting.params).rstrip()
        answers.update(dict.fromkeys(code[1:], "# (see above)"))
    return answers


def solution_of(sitting: Sitting, question: str) -> str:
    """Return the right answer to one question as Python; of code, its part of reference.py."""
    if question not in sitting.code_questions or sitting.folder is None:
        return (sitting.keys or {})[question].solution
    others = {*sitting.code_questions} - {question}
    return excerpt(variant_source(sitting.folder / REFERENCE_FILE, sitting.params), question, others)


def mistakes(sitting: Sitting, misconceptions: Collection[str]) -> dict[str, str]:
    """Return the right answers, with one of these misconceptions in each question that has it."""
    answers = solutions(sitting)
    by_checks, is_mistaken = sitting.code_questions, False
    for id_, key in (sitting.keys or {}).items():
        wrong = next((wrong for wrong in key.wrong if wrong.name in misconceptions), None)
        if wrong is not None and id_ not in by_checks:
            answers[id_] = f"{id_} = {wrong.answer!r}"
        elif wrong is not None and sitting.folder is not None:
            if not is_mistaken:
                answers[by_checks[0]], is_mistaken = wrong_solutions(sitting.folder, sitting.params), True
            answers[id_] += f"\n{mistaken(id_, wrong.name)}"
    return answers
