"""What a file is told about statements that fail because a name is missing, however many there are."""

from __future__ import annotations

import ast
from collections.abc import Iterable

import pytest

from grader.worker import module
from grader.worker.module import StudentModule
from grader.worker.reading import read_cells
from grader.worker.statements import defined_names

MANY = 200


def follow_ups(source: str, *asked: str) -> list[str | None]:
    """Return what each failing statement of a file is told."""
    request = {"names": list(asked), "starters": dict.fromkeys(asked, ""), "packages": []}
    student, told = StudentModule(request, read_cells("target.py", source.encode()).cells), []
    for unit in student.units:
        try:
            student.run(unit)
        except NameError as error:
            told.append(student.follow_up(unit, error).get("message"))
    return told


def test_the_first_later_line_that_defines_a_name_is_told() -> None:
    told = follow_ups("a = late\nb = never\nlate = 1\nlate = 2\nc = a\n")
    yet, nothing, because = told
    assert yet == "name 'late' is not defined yet; line 3 defines it"
    assert nothing is None
    assert because == "name 'a' is not defined, because of line 1"


def test_a_question_that_no_statement_answers_is_reported_as_such() -> None:
    assert follow_ups("a = first\n", "first") == [None]
    assert follow_ups("a = first\nfirst = 1\n", "first") == [
        "name 'first' is not defined yet; line 2 defines it"
    ]


def test_each_statement_is_looked_through_a_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not once for each statement that fails: a file can have tens of thousands."""
    looks = 0

    def counted(statements: Iterable[ast.stmt]) -> set[str]:
        nonlocal looks
        looks += 1
        return defined_names(statements)

    monkeypatch.setattr(module, "defined_names", counted)
    follow_ups("".join(f"missing_{number}\n" for number in range(MANY)))
    assert looks <= 4 * MANY
