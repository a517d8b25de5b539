"""What an LMS is here: one object. To add one, see docs/add-an-lms.md."""

# ruff: noqa: ARG002  what a method of Lms returns by default needs no argument

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grader.identity import EMAIL, IdColumn, Ids
from grader.lms.export import Export, File
from grader.tables import Table


@dataclass(frozen=True)
class Named:
    """What the path of a submission says: whose it is, and the file's own name."""

    who: str  # for messages: the folder, or what the LMS calls the person
    file: str  # the last part of the path, without what an LMS puts before it
    ids: Ids = field(default_factory=dict)
    name: str = ""  # of the person
    is_joined: bool = False  # the person's name is without blanks
    number: str = ""  # that the LMS gave the person for one assignment, and that no list has
    is_late: bool = False
    is_beside: bool = False  # the LMS put the file beside the submission
    is_folder: bool = False  # `who` is the name of a folder, and so the student's own
    depth: int = 0  # folders between the student's own and the file


class Lms(ABC):
    """One learning management system: how it calls people and files, and the scores that it imports.

    A module of this package gives its object the name `LMS`, and the commands know it.
    """

    name: str  # in commands: course export NAME
    title: str  # in sentences
    summary: str  # what `course export NAME` writes, for --help
    columns: Mapping[str, IdColumn] = {}  # the ids in its own files by their headers, the strongest first
    fills: str = ""  # its own file that --fill takes; nothing if there is none
    new_maximum: float | None = None  # of an item that it makes from a column; None: the exercise's points
    reads_last: bool = False  # names of other systems can look like names of this one

    @property
    def id_columns(self) -> tuple[IdColumn, ...]:
        """Return the roster's columns for this LMS, the strongest first."""
        return tuple(column for column in self.columns.values() if column != EMAIL)

    def ids_in(self, cells: Mapping[str, str]) -> Ids:
        """Return the ids in a row of one of its files."""
        return {column: cells[header] for header, column in self.columns.items() if cells.get(header)}

    def read(self, parts: Sequence[str]) -> Named | None:
        """Return what a path in a download says; None if this LMS gives no such names.

        It is a file alone, or a folder with what is in it. The last part is blank for the folder itself.
        """
        return None

    def read_inside(self, file: str) -> Named | None:
        """Return what a file's name says that somebody put into a student's own folder."""
        return None

    def nobody(self, name: str) -> str:
        """Say why a name in a download is nobody's, where `read` cannot tell who; else nothing."""
        return ""

    def gradebook(self, table: Table) -> str:
        """Say why a table is this LMS's gradebook and so no roster; nothing if it is none."""
        return ""

    @abstractmethod
    def write(self, export: Export) -> list[File]:
        """Return the files to upload.

        No cell of a score is blank: an LMS may take that for a grade to be removed.

        Raises:
            UsageFault: a title that the LMS would misread, or a template that is not the LMS's.

        """
