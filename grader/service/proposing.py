"""Propose misconceptions: what the unexplained wrong answers in a gradebook have in common."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from grader.clusters.atoms import AnyQuestion
from grader.clusters.cluster import AskedOf, Cluster, Unexplained
from grader.course.loading import LoadedCourse, LoadedExercise
from grader.course.paper import variant_of
from grader.errors import printable
from grader.examiner.report import QuestionReport, Report
from grader.gradebook.analysis import counting_submissions
from grader.gradebook.class_summary import bare
from grader.gradebook.shared import owned_attempts
from grader.gradebook.store import EVERYBODY, Gradebook
from grader.language.fault import LanguageError
from grader.language.params import Variant
from grader.questions.definitions import function_of
from grader.questions.parts import AnswerParts
from grader.questions.posed import FormError, Key, Posed

MESSAGE = "Say what went wrong here, without the answer."
WRONG = frozenset({"failed", "error"})
EXAMPLES = 2
FEW_VARIANTS = 3  # with fewer different variants, many formulas fit
WIDTH = 76
MAX_LINES = 40  # of code that is shown


@dataclass(frozen=True)
class Proposal:
    """A misconception to add to a question: who shows it, its text, and how likely it is by chance."""

    exercise: str
    question: str
    name: str
    count: int
    unexplained: int
    chance: float
    yaml: str
    python: str  # for misconceptions.py, if the question is code
    examples: tuple[str, ...]
    students: tuple[str, ...]
    has_few_variants: bool


@dataclass(frozen=True)
class Proposed:
    """The proposals of a class, and what was not looked at."""

    proposals: tuple[Proposal, ...]
    asked: tuple[AskedOf, ...]
    reports: int

    @property
    def unreadable(self) -> int:
        """How many wrong answers have no value in the gradebook."""
        return sum(one.unreadable for one in self.asked)

    @property
    def too_few(self) -> tuple[AskedOf, ...]:
        """The questions with some unexplained answers, but too few."""
        return tuple(one for one in self.asked if one.answers and not one.is_enough)


def propose(course: LoadedCourse, gradebook: Gradebook, wanted: Sequence[str]) -> Proposed:
    """Look at the reports that count in some exercises, and propose misconceptions."""
    gathered, exercises = Gathered(), {name: course.exercise(name) for name in wanted}
    owned = owned_attempts(gradebook.attempts(), course.sharing)
    attempts = [one for one in owned if one.exercise in wanted]
    counting = counting_submissions(attempts, course.rules)
    variants = gradebook.counting_variants(counting)
    handed_out = gradebook.handed_out([*gradebook.students(), EVERYBODY])
    for handed_in, report in gradebook.counting_reports(counting):
        owner = variants[handed_in.student, handed_in.exercise]
        params = handed_out.get((owner or EVERYBODY, handed_in.exercise))
        exercise = exercises[handed_in.exercise]
        gathered.note(handed_in.student, report, exercise, variant_of(exercise, owner or None, params))
    asked = gathered.in_order(exercises)
    from grader.clusters.finding import find_clusters  # noqa: PLC0415 it needs numpy

    proposals = [
        _proposal(exercises[found.asked.exercise], found.asked, cluster, number)
        for found in find_clusters(exercises, asked)
        for number, cluster in enumerate(found.clusters, 1)
    ]
    return Proposed(tuple(proposals), tuple(asked), gathered.reports)


@dataclass
class Gathered:
    """The unexplained wrong answers of a class, collected while its reports are read."""

    reports: int = 0
    _asked: dict[tuple[str, str], AskedOf] = field(default_factory=dict)
    _answers: dict[tuple[str, str], list[Unexplained]] = field(default_factory=dict)

    def note(self, student: str, report: Report, exercise: LoadedExercise, variant: Variant) -> None:
        """Note the wrong answers of one report to questions that are still asked."""
        self.reports += 1
        questions = {question.id: question for question in exercise.record.questions}
        for one in report.questions:
            question = questions.get(one.id)
            if question is None or question.kind != one.kind or one.outcome not in WRONG:
                continue
            key = (exercise.name, one.id)
            before = self._asked.get(key, AskedOf(exercise.name, one.id, (), 0))
            self._asked[key] = replace(before, wrong=before.wrong + 1)
            if one.misconception is None:
                self._note(key, student, one, question, variant)

    def _note(
        self, key: tuple[str, str], student: str, one: QuestionReport, question: AnyQuestion, variant: Variant
    ) -> None:
        try:
            answer = _of_code if question.by_checks else _of_value
            found = answer(student, one, question, variant)
        except (FormError, LanguageError, ValueError, TypeError, LookupError):
            return  # of another form than the question asks for
        if found is None and one.outcome == "error":
            return  # it never had a value: the file could not be read there, or raised
        if found is None:
            self._asked[key] = replace(self._asked[key], unreadable=self._asked[key].unreadable + 1)
        elif found:
            self._answers.setdefault(key, []).append(found[0])

    def in_order(self, exercises: Mapping[str, LoadedExercise]) -> list[AskedOf]:
        """Return the questions with wrong answers, in course order."""
        return [
            replace(self._asked[name, question.id], answers=tuple(self._answers.get((name, question.id), ())))
            for name, exercise in exercises.items()
            for question in exercise.record.questions
            if (name, question.id) in self._asked
        ]


def _of_code(
    student: str, one: QuestionReport, _question: AnyQuestion, variant: Variant
) -> Sequence[Unexplained] | None:
    """Return what code returned to the checks; None if the report is from before this was stored."""
    sketches = tuple(check.returned for check in one.checks if check.returned is not None)
    if len(sketches) < len(one.checks):
        return None
    return [Unexplained(student, variant, AnswerParts(), one.answer or "", sketches)]


def _of_value(
    student: str, one: QuestionReport, question: AnyQuestion, variant: Variant
) -> Sequence[Unexplained] | None:
    """Return the answer with its numbers, nothing if it is explained; None if its value is not known."""
    value = one.value if one.value is not None else _literal(one.answer or "", one.id)
    if value is None:
        return None
    posed, key = question.pose(variant), question.key(variant)
    if _is_explained(question, posed, key, value):
        return []
    return [
        Unexplained(student, variant, question.parts(variant, question.read(posed, value)), one.answer or "")
    ]


def _is_explained(question: AnyQuestion, posed: Posed, key: Key, value: Any) -> bool:
    """Return whether an answer is right now, or one or several misconceptions explain it."""
    mark = question.mark(posed, key, value)
    alone = (key.model_copy(update={"wrong": (wrong,)}) for wrong in key.wrong)
    return (
        mark.outcome == "passed"
        or mark.misconception is not None
        or any(question.mark(posed, its, value).misconception is not None for its in alone)
    )


def _literal(text: str, name: str) -> Any:
    """Return the value that a file writes out for a name, for reports from before values were stored.

    >>> _literal("size = (3, 4)", "size"), _literal("size = f(3)", "size")
    ((3, 4), None)
    """
    try:
        last = ast.parse(text).body[-1]
        return ast.literal_eval(last.value) if isinstance(last, ast.Assign) and _names(last, name) else None
    except (SyntaxError, ValueError, TypeError, IndexError, RecursionError, MemoryError):
        return None


def _names(statement: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in statement.targets)


def _proposal(exercise: LoadedExercise, asked: AskedOf, cluster: Cluster, number: int) -> Proposal:
    question = next(one for one in exercise.record.questions if one.id == asked.question)
    name = _new_name(question, number)
    variants = {repr(sorted(one.params.items(), key=str)) for one in cluster.members}
    return Proposal(
        exercise=exercise.name,
        question=question.id,
        name=name,
        count=len(cluster.members),
        unexplained=len(asked.answers),
        chance=cluster.chance,
        yaml=yaml.safe_dump(question.entry(name, cluster.answer, MESSAGE), sort_keys=False, width=WIDTH - 4),
        python=_solution(cluster, question.id, name) if question.by_checks else "",
        examples=tuple(_examples(cluster)),
        students=cluster.students,
        has_few_variants=bool(exercise.names) and len(variants) < FEW_VARIANTS,
    )


def _new_name(question: AnyQuestion, number: int) -> str:
    names = (f"found-{count}" for count in range(number, number + len(question.misconceptions) + 1))
    return next(name for name in names if name not in question.misconceptions)


def _examples(cluster: Cluster) -> Iterator[str]:
    """Yield different answers as code, without comments; short ones of few lines only."""
    written = dict.fromkeys(bare(one.written) for one in cluster.members)
    yield from [printable(text) for text in written if text and "\n" not in text][:EXAMPLES]


def _solution(cluster: Cluster, question: str, name: str) -> str:
    """Return the shortest code of a cluster under the name that misconceptions.py needs."""
    texts = sorted({one.written for one in cluster.members}, key=lambda text: (len(text), text))
    found = (_renamed(text, question, function_of(question, name)) for text in texts)
    return next((text for text in found if text), "")


def _renamed(text: str, old: str, new: str) -> str:
    try:
        code = ast.unparse(_Renaming(old, new).visit(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    lines = code.splitlines()
    return "\n".join(map(printable, lines)) if len(lines) <= MAX_LINES else ""


class _Renaming(ast.NodeTransformer):
    """A transformer that gives a definition another name, and leaves out texts that say something."""

    def __init__(self, old: str, new: str) -> None:
        self._old, self._new = old, new

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self._new, node.ctx) if node.id == self._old else node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self.generic_visit(node)
        node.name = self._new if node.name == self._old else node.name
        node.body = _without_text(node.body)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        self.generic_visit(node)
        node.name = self._new if node.name == self._old else node.name
        node.body = _without_text(node.body)
        return node


def _without_text(body: list[ast.stmt]) -> list[ast.stmt]:
    return [one for one in body if not _is_text(one)] or [ast.Pass()]


def _is_text(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=ast.Constant(value=str())):
            return True
    return False
