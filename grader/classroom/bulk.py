"""The zip that an LMS gives for downloading all submissions, and zips of students' folders.

- Canvas: `lovelaceada_123_456_exercise-3.py`: the sortable name without blanks, the user's id, the
  submission's id, the file's name; `_LATE_` or `LATE_` after the name where it was late. A file that was
  handed in again is called `exercise-3-1.py`.
- Moodle: `Ada Lovelace_123_assignsubmission_file_/exercise-3.py`, or all in one name without the folder. The
  number belongs to one assignment, and to no list that a teacher has.
- a zip of folders: `ada/exercise-3.py`, or with one more folder around all of them.

The times in an LMS's zip are those of the download, so they are not looked at.
"""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from grader.classroom.roster import Person, Roster
from grader.errors import UsageFault
from grader.examiner.submission import MAX_BYTES, SUFFIXES

MAX_MEMBERS = 200_000
MAX_TOLD = 20  # members that cannot be submissions
COMPRESSIONS = {
    zipfile.ZIP_STORED,
    zipfile.ZIP_DEFLATED,
}  # of the others zipfile unpacks more than it is asked
_CANVAS = re.compile(
    r"(?P<name>[^_/]*?)(?:_?(?P<late>LATE))?_(?P<user>\d+)_(?P<submission>\d+)_(?P<file>[^/]+)"
)
_MOODLE = re.compile(r"(?P<name>[^/]+)_(?P<number>\d+)_assignsubmission_file_?/?(?P<file>.+)")
_AGAIN = re.compile(r"-\d+$")


@dataclass(frozen=True)
class Member:
    """A file in a zip, under the name that the student gave it."""

    file: str  # its whole name in the zip
    name: str
    is_late: bool


@dataclass
class Bulk:
    """A zip with its members by student and exercise, and what was left out."""

    archive: zipfile.ZipFile
    members: dict[tuple[str, str], list[Member]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)

    def read(self, member: Member) -> tuple[bytes, str]:
        """A member's content, never more than a submission can be; or why it cannot be read."""
        try:
            if self.archive.getinfo(member.file).compress_type not in COMPRESSIONS:
                return b"", f"{member.name} is compressed in a way that no LMS does."
            with self.archive.open(member.file) as stream:
                return stream.read(MAX_BYTES + 1), ""
        except Exception as error:  # whatever is wrong inside a zip that strangers filled
            return b"", f"{member.name} cannot be read from the zip: {error}."


@dataclass(frozen=True)
class _Named:
    """What a member's name says: who, by a name of the LMS's, and what."""

    who: str
    canvas_id: str
    file: str
    is_late: bool = False
    is_folder: bool = False  # `who` is the name of a folder, and so the student's own


def open_bulk(file: Path, exercises: Sequence[str], roster: Roster | None) -> Bulk:
    """Read a zip's table of contents.

    Raises:
        UsageFault: it is no zip, or one of an LMS and there is no roster to tell who is who.

    """
    try:
        archive = zipfile.ZipFile(file)
        files = [info.filename for info in archive.infolist() if not info.is_dir()]
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        raise UsageFault(f"{file} is neither a folder nor a zip that can be read.") from None
    if len(files) > MAX_MEMBERS:
        raise UsageFault(f"{file} holds more than {MAX_MEMBERS} files. Unpack what you want graded.")
    bulk = Bulk(archive)
    names = {name: None for name in sorted(files) if _may_be_submission(PurePosixPath(name))}
    others = sorted(name for name in files if name not in names and not _is_debris(PurePosixPath(name)))
    bulk.left_out += [f"{name!r} is neither .py nor .ipynb" for name in others[:MAX_TOLD]]
    if len(others) > MAX_TOLD:
        bulk.left_out.append(f"{len(others) - MAX_TOLD} more files are neither .py nor .ipynb")
    around = _folder_around(names, exercises)
    for name in names:
        named = _named(name.removeprefix(around))
        exercise = _exercise(named.file, exercises) if named else None
        if named is None:
            bulk.left_out.append(f"{name!r} is not named as an LMS names submissions")
        elif exercise is None:
            bulk.left_out.append(f"{name!r} is of no exercise")
        else:
            _sort_in(bulk, name, named, exercise, roster, file)
    return bulk


def _sort_in(bulk: Bulk, name: str, named: _Named, exercise: str, roster: Roster | None, file: Path) -> None:
    if named.is_folder:
        student: str | None = named.who
    elif roster is None:
        raise UsageFault(f"{file} comes from an LMS: only a roster can tell who is who. Give --roster.")
    else:
        student = _student(named, roster)
    if student is None:
        bulk.left_out.append(f"{name!r}: no student of the roster, or several, are called {named.who!r}")
        return
    own = bulk.members.setdefault((student, exercise), [])
    own.append(Member(name, exercise + PurePosixPath(name).suffix, named.is_late))


def _may_be_submission(path: PurePosixPath) -> bool:
    return path.suffix in SUFFIXES and not _is_debris(path)


def _is_debris(path: PurePosixPath) -> bool:
    """Whether an operating system left this file behind."""
    return path.name.startswith(".") or "__MACOSX" in path.parts


def _folder_around(names: Collection[str], exercises: Sequence[str]) -> str:
    """The folder around everything, if there is one: with it, no name means a submission."""
    tops = {name.partition("/")[0] for name in names if "/" in name}
    if len(tops) != 1 or not all("/" in name for name in names):
        return ""
    named = filter(None, map(_named, names))
    return "" if any(_exercise(one.file, exercises) for one in named) else f"{tops.pop()}/"


def _named(name: str) -> _Named | None:
    """What a name says.

    >>> _named("lovelaceada_LATE_12_34_exercise-3.py")
    _Named(who='lovelaceada', canvas_id='12', file='exercise-3.py', is_late=True, is_folder=False)
    >>> _named("Ada Lovelace_7_assignsubmission_file_/exercise-3.py").who
    'Ada Lovelace'
    """
    if found := _MOODLE.fullmatch(name):
        return _Named(found["name"], "", PurePosixPath(found["file"].lstrip("_")).name)
    if found := _CANVAS.fullmatch(name):
        return _Named(found["name"], found["user"], found["file"], found["late"] is not None)
    parts = PurePosixPath(name).parts
    if len(parts) == 2:
        return _Named(parts[0], "", parts[1], is_folder=True)
    return None


def _exercise(file: str, exercises: Sequence[str]) -> str | None:
    stem = PurePosixPath(file).stem
    return next((name for name in (stem, _AGAIN.sub("", stem)) if name in exercises), None)


def _student(named: _Named, roster: Roster) -> str | None:
    """The one student whom a name means, by Canvas's id or else by the name."""
    people = roster.people.values()
    if named.canvas_id:
        by_id = [person.student for person in people if person.canvas_id == named.canvas_id]
        if by_id:
            return by_id[0] if len(by_id) == 1 else None
        people_ = [person for person in people if not person.canvas_id]
    else:
        people_ = list(people)
    wanted = _letters(named.who)
    found = [person.student for person in people_ if wanted and wanted in _names(person)]
    return found[0] if len(found) == 1 else None


def _names(person: Person) -> set[str]:
    """How an LMS may spell a student's name: as it is, and with the last names first."""
    words = person.name.replace(",", " ").split()
    rotated = {"".join(words[cut:] + words[:cut]) for cut in range(len(words))}
    return {_letters(name) for name in rotated} - {""}


def _letters(name: str) -> str:
    """A name's letters and digits alone, in small letters and without accents."""
    plain = unicodedata.normalize("NFD", name.casefold())
    return "".join(letter for letter in plain if letter.isalnum())
