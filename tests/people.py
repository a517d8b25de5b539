"""People with ids, as tests write them."""

from __future__ import annotations

from grader.identity import EMAIL, STUDENT, IdColumn, Person
from grader.lms import ID_COLUMNS

COLUMNS = {column.name: column for column in (*ID_COLUMNS, EMAIL, STUDENT)}


def known(student: str, name: str = "", email: str = "", section: str = "", **ids: str) -> Person:
    """Return a student with ids by the names of the roster's columns."""
    return Person(student, name, email, section, ids_of(**ids))


def ids_of(**ids: str) -> dict[IdColumn, str]:
    """Return ids by the names of the roster's columns, the strongest first."""
    return {column: ids[name] for name, column in COLUMNS.items() if ids.get(name)}
