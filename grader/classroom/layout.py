"""The layout of a source: folders and files grouped by the person that their names mean.

A source holds students' folders or files from an LMS, possibly inside one more folder or inside a folder for
each exercise. A folder with the name of an exercise is never taken for a student.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from grader.classroom.naming import fit, is_debris, named, seems_handed_in
from grader.classroom.roster import is_folder_name
from grader.classroom.submission_sources import SubmissionSource
from grader.folding import folded
from grader.identity import STUDENT, Mention
from grader.lms import LMSS
from grader.lms.base import Named

MAX_AROUND = 3  # outer folders that contain everything

PathParts = tuple[str, ...]


@dataclass(frozen=True)
class StudentFiles:
    """The folders or files of one person in a source, judged by their names."""

    named: Named
    paths: tuple[PathParts, ...]

    @property
    def mention(self) -> Mention:
        """Return what the names say about the person."""
        label = repr("/".join(self.paths[0]))
        if self.named.is_folder:
            return Mention(label, {STUDENT: self.named.who})
        return Mention(label, self.named.ids, self.named.name, is_joined=self.named.is_joined)


@dataclass
class Layout:
    """The people of a source, and paths that belong to nobody, with the reason. `notes` are assumptions."""

    groups: list[StudentFiles] = field(default_factory=list)
    strays: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def layout_of(
    source: SubmissionSource, exercises: Collection[str], is_known: Callable[[str], bool], *, can_tell: bool
) -> Layout:
    """Group the paths of a source.

    `is_known` tells whether a folder's name is certainly a student's; `can_tell` is whether there is a roster
    to identify the names of an LMS.
    """
    return _Reader(source, exercises, is_known, can_tell).read()


@dataclass
class _Reader:
    source: SubmissionSource
    exercises: Collection[str]
    is_known: Callable[[str], bool]
    can_tell: bool
    layout: Layout = field(default_factory=Layout)

    def read(self) -> Layout:
        """Group the contents of the source."""
        people: dict[object, list[tuple[Named, PathParts]]] = defaultdict(list)
        bases = self._bases()
        for below in bases:
            for name, is_folder in self._tops(below):
                if (*below, name) not in bases[1:]:
                    self._sort_in(people, (*below, name), is_folder=is_folder)
        self.layout.groups = [
            StudentFiles(own[0][0], tuple(path for _, path in own)) for own in people.values()
        ]
        return self.layout

    def _tops(self, below: PathParts) -> list[tuple[str, bool]]:
        return [one for one in self.source.tops(below) if not is_debris((one[0],))]

    def _sort_in(
        self, people: dict[object, list[tuple[Named, PathParts]]], path: PathParts, *, is_folder: bool
    ) -> None:
        name = path[-1]
        who = who_is(name, is_folder=is_folder)
        if who is None:
            other = "is neither in a student's folder nor named like an LMS submission"
            what = next(filter(None, (lms.nobody(name) for lms in LMSS)), other)
            self.layout.strays.append((name, f"{name!r} {what}"))
        elif who.is_folder and not is_folder_name(name):
            self.layout.strays.append((name, f"{name!r} cannot be the name of a student"))
        else:
            of_lms = frozenset(who.ids.items()) or (who.number, folded(who.who))
            people[name if who.is_folder else of_lms].append((who, path))

    def _bases(self) -> list[PathParts]:
        """Return the folders that contain people."""
        below: PathParts = ()
        while len(below) < MAX_AROUND and (inner := self._around(below)):
            below = inner
        own = [(*below, name) for name, is_folder in self._tops(below) if is_folder]
        return [below, *filter(self._is_of_exercise, own)]

    def _is_of_exercise(self, path: PathParts) -> bool:
        """Tell whether a folder holds the class's files for one exercise: EXERCISE/STUDENT/FILE."""
        if not self._is_exercise(path[-1]) or self.is_known(path[-1]):
            return False
        return any(is_folder or _is_of_lms(name) for name, is_folder in self._tops(path))

    def _is_exercise(self, name: str) -> bool:
        return fit(f"{name}.py", self.exercises) is not None

    def _around(self, below: PathParts) -> PathParts:
        """Return the outer folder that contains everything, if there is one and it is not a student's."""
        tops = self._tops(below)
        folders = [name for name, is_folder in tops if is_folder]
        stray = [name for name, is_folder in tops if not is_folder and seems_handed_in(name, self.exercises)]
        if len(folders) != 1 or stray or self.is_known(folders[0]) or who_is(folders[0]) is None:
            return ()
        path = (*below, folders[0])
        inside = self._tops(path)
        if _is_of_lms(folders[0], is_folder=True) or self._holds_submissions(inside):
            return ()
        of_lms = [name for name, is_folder in inside if _is_of_lms(name, is_folder=is_folder)]
        inner = [name for name, is_folder in inside if is_folder and not self._is_exercise(name)]
        known = [name for name in inner if self.is_known(name)]
        if len(inner) == 1 and known:
            self.layout.notes.append(f"{'/'.join(path)!r} is taken for the folder of the class")
        is_class = len(inner) > 1 or known or self._around(path)
        return path if len(of_lms) > 1 or (of_lms and self.can_tell) or is_class else ()

    def _holds_submissions(self, inside: Sequence[tuple[str, bool]]) -> bool:
        """Tell whether a file in a folder is named like an exercise, but not by an LMS."""
        files = [name for name, is_folder in inside if not is_folder and not _is_of_lms(name)]
        return any(fit(name, self.exercises) for name in files)


def who_is(name: str, *, is_folder: bool = True) -> Named | None:
    """Return the person that the name of a folder or file means."""
    return named([name, ""] if is_folder else [name])


def _is_of_lms(name: str, *, is_folder: bool = False) -> bool:
    who = who_is(name, is_folder=is_folder)
    return who is not None and not who.is_folder
