"""The base class of an LMS. To add one, see docs/add-an-lms.md."""

# ruff: noqa: ARG002  what a method of Lms returns by default needs no argument

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from grader.identity import EMAIL, IdColumn, Ids, Person
from grader.lms.export import Export, File
from grader.lms.people_list import PeopleList
from grader.tables import Table

SubmissionKey = tuple[str, str]  # the name of the LMS, and what it calls one submission


@dataclass(frozen=True)
class Named:
    """The meaning of a submission's path: whose it is, and the file's own name."""

    who: str  # for messages: the folder, or the LMS's name for the person
    file: str  # the last part of the path, without the LMS's prefix
    ids: Ids = field(default_factory=dict)
    name: str = ""  # the person's name
    is_joined: bool = False  # the name is without spaces
    key: SubmissionKey | None = None  # what a list of the LMS can call this submission
    time: datetime | None = None  # of the hand-in; without a zone, in the one of the course
    hint: str = ""  # why it is unclear whose it is, and what helps
    is_late: bool = False
    is_beside: bool = False  # the LMS put the file beside the submission
    is_folder: bool = False  # `who` is the name of a student's folder
    depth: int = 0  # folders between the student's own and the file


@dataclass(frozen=True)
class Owner:
    """A person whose submission it is, as a list of the LMS says; without ids and name, it does not say."""

    ids: Ids = field(default_factory=dict)
    name: str = ""
    time: datetime | None = None  # as in Named


Owners = Mapping[SubmissionKey, Sequence[Owner]]  # a team's submission has several


class Lms:
    """One learning management system: its names of people and files, and the scores that it imports.

    A module of this package defines an object named `LMS`, which makes it available to the commands.
    """

    name: str  # in commands: course export NAME
    title: str  # in sentences
    summary: str = ""  # what `course export NAME` writes, for --help; "" if it imports no scores
    columns: Mapping[str, IdColumn] = {}  # the ids in its files by header, the strongest first
    lists: tuple[PeopleList, ...] = ()  # its files that `course roster import` reads
    fills: str = ""  # its own file that --fill takes; "" if there is none
    new_maximum: float | None = (
        None  # maximum of an item created from a column; None for the exercise's points
    )
    carries_questions: bool = False  # its files can hold the score of each question
    reads_last: bool = False  # other systems' names can look like its own
    owner_list: str = ""  # its file that says whose the submissions are, if that is not in the download
    beside: re.Pattern[str] = re.compile(r"(?!)")  # files that it adds to a download
    team_mark: str = ""  # what separates the names of a team and of a person
    clone_id: IdColumn | None = None  # the id in the names of repositories, if students hand in by git
    takes_back: str = ""  # the file that names students in feedback for it; "" if it takes no files back
    carries_comments: bool = False  # the file that --fill takes can hold a comment for each student

    @property
    def id_columns(self) -> tuple[IdColumn, ...]:
        """Return the roster's columns for this LMS, the strongest first."""
        return tuple(column for column in self.columns.values() if column != EMAIL)

    def ids_in(self, cells: Mapping[str, str]) -> Ids:
        """Return the ids in a row of one of its files."""
        found = {column: self.plain_id(cells.get(header, "")) for header, column in self.columns.items()}
        return {column: value for column, value in found.items() if value}

    def plain_id(self, cell: str) -> str:
        """Return an id without what the LMS puts around it."""
        return cell

    def lacks(self, person: Person) -> str:
        """Say which ids a person lacks, so that no score can reach them; "" if they have one."""
        wanted = dict.fromkeys(self.columns.values())
        return "" if not wanted or set(wanted) & set(person.ids) else " or ".join(one.name for one in wanted)

    def read(self, parts: Sequence[str]) -> Named | None:
        """Return what a path in a download says, or None if it is not from this LMS.

        The path is a single file, or a folder with a file in it. The last part is "" for the folder itself.
        """
        return None

    def read_inside(self, file: str) -> Named | None:
        """Return what the name of a file in a student's own folder says."""
        return None

    def owners_beside(self, name: str, content: bytes) -> Owners:
        """Return what a file `beside` the submissions says about whose they are."""
        return {}

    def owners_in(self, table: Table) -> Owners:
        """Return what its `owner_list` says about whose the submissions are; nothing for another table."""
        return {}

    def gradebook(self, table: Table) -> str:
        """Say why a table is this LMS's gradebook and not a roster, or return ""."""
        return ""

    def listed(self, table: Table) -> list[Named]:
        """Return the people in one of its tables that names them for one assignment."""
        return []

    def feedback_name(self, named: Named, path: Sequence[str], exercise: str) -> str:
        """Return the path of a student's feedback in a zip that it takes back.

        `path` is that of the student's own file or folder in a download. Return "" if the LMS would not find
        this student by any name.
        """
        return ""

    def feedback_content(self, name: str, page: str, text: str) -> str:
        """Return what is at this path, from the page of feedback and its short text."""
        return page

    def write(self, export: Export) -> list[File]:
        """Return the files to upload, none if the LMS imports no scores.

        No score cell may be blank, because an LMS can take that as a grade to remove.

        Raises:
            UsageFault: the LMS would misread a title, or the template is not from the LMS.

        """
        return []
