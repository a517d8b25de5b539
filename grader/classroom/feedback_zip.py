"""Pack feedback into a zip that an LMS takes back, under the names that it gave to the students' files."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.classroom.layout import StudentFiles, layout_of
from grader.classroom.naming import fit, named
from grader.classroom.ownership import Ownership
from grader.classroom.submission_sources import SubmissionSource, open_source
from grader.errors import UsageFault, printable
from grader.identity import Matches, Mention, Person, match
from grader.lms.base import Lms, Named
from grader.tables import read_table

_TABLE = ".csv"
_PRIVATE = 0o600 << 16  # how a zip keeps the mode of a file


@dataclass(frozen=True)
class Address:
    """What an LMS calls one student in one assignment: as its names say, and in its own path."""

    named: Named
    path: tuple[str, ...] = ()
    problem: str = ""  # why no feedback can go there

    @property
    def mention(self) -> Mention:
        """Return what it says about the person."""
        label = printable(self.path[-1] if self.path else self.named.who)
        return Mention(repr(label), self.named.ids, self.named.name, is_joined=self.named.is_joined)


@dataclass(frozen=True)
class Addresses:
    """The path of each student's feedback in a zip for an LMS, and why others have none."""

    paths: Mapping[str, str]
    reasons: Mapping[str, str]
    file: Path

    def reason(self, student: str, people: Mapping[str, Person]) -> str:
        """Say why a student has no path."""
        if student not in people:
            return "not in the roster"
        return self.reasons.get(student, f"not in {self.file}")


def addresses(
    lms: Lms, file: Path, exercise: str, exercises: Sequence[str], people: Mapping[str, Person]
) -> Addresses:
    """Read which students a file of an LMS names for certain, by the rules for scores.

    Raises:
        UsageFault: the file cannot be read, or names nobody.

    """
    if file.suffix.lower() == _TABLE:
        places = [Address(one) for one in lms.listed(read_table(file))]
    else:
        places = _downloaded(lms, file, exercise, exercises)
    if not places:
        raise UsageFault(f"{file} names nobody the way {lms.title} does. Give {lms.takes_back}.")
    matches = match([place.mention for place in places], people.values())
    found = {
        student: (places[number], lms.feedback_name(places[number].named, places[number].path, exercise))
        for number, student in matches.students.items()
    }
    reasons = dict(matches.disputed) | dict(_refused(lms, matches, places, found))
    paths = {student: path for student, (_, path) in found.items() if student not in reasons}
    return Addresses(paths, reasons, file)


def _refused(
    lms: Lms, matches: Matches, places: Sequence[Address], found: Mapping[str, tuple[Address, str]]
) -> Iterator[tuple[str, str]]:
    """Yield the students to whom feedback might not go, with the reason."""
    numbers = Counter(place.named.key for place in places)
    for number, student in matches.students.items():
        place, path = found[student]
        label = place.mention.label
        if place.problem:
            yield student, place.problem
        elif not path or not path.isprintable() or "\\" in path:
            yield student, f"{lms.title} would not find the student by {label}"
        elif place.named.is_joined and number in matches.by_name:
            ids = " or ".join(column.name for column in place.named.ids)
            yield student, f"only the name in {label} fits; the roster lacks the {ids}"
        elif place.named.key and numbers[place.named.key] > 1:
            yield student, f"the number in {label} is listed more than once"


def _nobody(_name: str) -> bool:
    """Say that a folder's name is no student's: only what an LMS writes counts here."""
    return False


def _downloaded(lms: Lms, file: Path, exercise: str, exercises: Sequence[str]) -> list[Address]:
    source = open_source(file)
    layout = layout_of(source, exercises, _nobody, _nobody, Ownership(), can_tell=True)
    return [
        _place(source, group, exercise, exercises)
        for group in layout.groups
        if lms.read((group.paths[0][-1], "")) or lms.read(group.paths[0][-1:])
    ]


def _place(source: SubmissionSource, group: StudentFiles, exercise: str, exercises: Sequence[str]) -> Address:
    """Return the place of a student's files; files for another exercise show that the download is another."""
    try:
        fitting = dict(_fitting(source, group, exercises))
    except UsageFault as fault:
        return Address(group.named, group.paths[0], str(fault))
    path = next((path for path, fits in fitting.items() if fits == exercise), group.paths[0])
    others = sorted({fits for fits in fitting.values() if fits})
    problem = f"{path[-1]!r} is for {others[0]}" if others and exercise not in others else ""
    return Address(group.named, path, printable(problem))


def _fitting(
    source: SubmissionSource, group: StudentFiles, exercises: Sequence[str]
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the paths of a student with the exercise that their files are for, or ""."""
    for path in sorted(group.paths):
        for entry in source.entries(path):
            name = named(entry.parts[len(path) - 1 :])
            found = fit(name.file if name else entry.parts[-1], exercises)
            yield path, found.exercise if found else ""


def pack(files: Iterable[tuple[str, str]]) -> bytes:
    """Return a zip of texts by path; the same texts give the same zip."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in files:
            member = zipfile.ZipInfo(path)
            member.external_attr, member.compress_type = _PRIVATE, zipfile.ZIP_DEFLATED
            archive.writestr(member, text.encode())
    return stream.getvalue()
