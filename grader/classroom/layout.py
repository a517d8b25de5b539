"""The layout of a source: folders, files and clones grouped by the person that their names mean.

A source holds students' folders or files from an LMS, possibly inside one more folder or inside a folder for
each exercise. A folder with the name of an exercise is never assumed to be a student's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import takewhile

from grader.classroom.naming import fit, is_debris, named, seems_handed_in
from grader.classroom.ownership import Ownership, is_beside
from grader.classroom.roster import is_folder_name
from grader.classroom.submission_sources import SubmissionSource
from grader.digest import digest_of
from grader.errors import UsageFault
from grader.folding import folded
from grader.identity import STUDENT, Mention, comparable
from grader.lms import LMSS
from grader.lms.base import Lms, Named

MAX_AROUND = 3  # outer folders that contain everything
CLONE_IDS = tuple(lms.clone_id for lms in LMSS if lms.clone_id)
TEAMS = "names of folders are read as TEAM{}NAME, because some members of one team have the same files"
NO_TEAM = "Default group"  # Moodle's name for those who are in none
TEAM = "it is unclear where the name of the team ends; give the LMS's list with --list"

PathParts = tuple[str, ...]


@dataclass(frozen=True)
class StudentFiles:
    """The folders or files of one person in a source, judged by their names."""

    names: Mapping[PathParts, Named]  # what each path says
    clones: Mapping[PathParts, str] = field(default_factory=dict)  # the exercise of each that is a clone

    @property
    def paths(self) -> tuple[PathParts, ...]:
        """Return the paths in the source."""
        return tuple(self.names)

    @property
    def named(self) -> Named:
        """Return what the first path says."""
        return next(iter(self.names.values()))

    @property
    def mention(self) -> Mention:
        """Return what the names say about the person."""
        label = repr("/".join(self.paths[0]))
        if self.named.is_folder:
            ids = self.named.ids if self.clones else {}
            return Mention(label, {**ids, STUDENT: self.named.who})
        return Mention(label, self.named.ids, self.named.name, is_joined=self.named.is_joined)

    def without_team(self, team: str) -> StudentFiles:
        """Return the same files with the person's own name."""
        names = {path: replace(one, name=one.name[len(team) :]) for path, one in self.names.items()}
        return replace(self, names=names)

    def unclear(self, hint: str) -> StudentFiles:
        """Return the same files, without an owner."""
        names = {path: replace(one, ids={}, name="", key=None, hint=hint) for path, one in self.names.items()}
        return replace(self, names=names)


@dataclass
class Layout:
    """The people of a source, and paths that belong to nobody, with the reason. `notes` are assumptions."""

    groups: list[StudentFiles] = field(default_factory=list)
    strays: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def layout_of(
    source: SubmissionSource,
    exercises: Collection[str],
    is_known: Callable[[str], bool],
    is_owner: Callable[[str], bool],
    ownership: Ownership,
    *,
    only: str = "",
    can_tell: bool,
    teams: Collection[str] = (),
) -> Layout:
    """Group the paths of a source.

    `is_known` returns whether a folder's name is certainly a student's, and `is_owner` whether the name in
    that of a repository is. `can_tell` is whether there is a roster to identify the names of an LMS. With
    `only`, all clones are of this exercise. `teams` are the groups of the course.
    """
    return _Reader(source, exercises, is_known, is_owner, ownership, only, can_tell, teams).read()


@dataclass
class _Reader:
    source: SubmissionSource
    exercises: Collection[str]
    is_known: Callable[[str], bool]
    is_owner: Callable[[str], bool]
    ownership: Ownership
    only: str
    can_tell: bool
    teams: Collection[str] = ()
    layout: Layout = field(default_factory=Layout)
    people: dict[object, dict[PathParts, Named]] = field(default_factory=lambda: defaultdict(dict))
    clones: dict[PathParts, str] = field(default_factory=dict)

    def read(self) -> Layout:
        """Group the contents of the source."""
        bases = self._bases()
        tops = {(*below, name): is_folder for below in bases for name, is_folder in self._tops(below)}
        beside = (path for path, is_folder in tops.items() if not is_folder)
        self.ownership = self.ownership.with_those_beside(self.source, beside)
        for path, is_folder in tops.items():
            if path not in bases[1:]:
                self._sort_in(path, is_folder=is_folder)
        groups = [StudentFiles(own, self._clones_in(own)) for own in self.people.values()]
        self.layout.groups = self._with_teams(groups)
        return self.layout

    def _tops(self, below: PathParts) -> list[tuple[str, bool]]:
        return [one for one in self.source.tops(below) if not is_debris((one[0],))]

    def _clones_in(self, paths: Collection[PathParts]) -> dict[PathParts, str]:
        return {path: self.clones[path] for path in paths if path in self.clones}

    def _sort_in(self, path: PathParts, *, is_folder: bool) -> None:
        name = path[-1]
        who = who_is(name, is_folder=is_folder)
        if who is None:
            if not is_beside(name):
                what = "is neither in a student's folder nor named like an LMS submission"
                self.layout.strays.append((name, f"{name!r} {what}"))
        elif who.is_folder and self.source.is_clone(path) and self._is_of_classroom(path):
            return
        elif who.is_folder and not is_folder_name(name):
            self.layout.strays.append((name, f"{name!r} cannot be the name of a student"))
        elif who.is_folder:
            self.people[name][path] = who
        else:
            for one in self.ownership.owned(who):
                strongest = next(((column, comparable(column, id_)) for column, id_ in one.ids.items()), None)
                self.people[strongest or (one.key, folded(one.name or one.who))][path] = one

    def _is_of_classroom(self, path: PathParts) -> bool:
        """Add a clone called EXERCISE-STUDENT to its student, and return whether it is one.

        If several exercises fit, the one counts that leaves a student's name.
        """
        name = path[-1]
        exercises = [self.only] if self.only else self.exercises
        starts = [one for one in exercises if folded(name).startswith(f"{folded(one)}-")]
        found = {one: name[len(one) + 1 :] for one in starts if is_folder_name(name[len(one) + 1 :])}
        known = {one: who for one, who in found.items() if self.is_owner(who)}
        fitting = found if len(found) == 1 else known
        if len(fitting) == 1:
            [(exercise, who)] = fitting.items()
            ids = dict.fromkeys(CLONE_IDS, who)
            self.people["clone", folded(who)][path] = Named(who, "", ids, is_folder=True)
            self.clones[path] = exercise
        elif found:
            several = " or ".join(f"{who} for {exercise}" for exercise, who in found.items())
            self.layout.strays.append((name, f"{name!r} can be of {several}; give --exercise"))
        return bool(found)

    def _with_teams(self, groups: list[StudentFiles]) -> list[StudentFiles]:
        """Return the groups, with names of people only if this is a download of teams."""
        for lms in LMSS:
            own = [one for one in groups if lms.team_mark and self._is_only_named(one, lms)]
            if own and all(lms.team_mark in one.named.name for one in own):
                groups = [
                    *self._without_teams(own, lms.team_mark),
                    *(one for one in groups if one not in own),
                ]
        return groups

    def _is_only_named(self, group: StudentFiles, lms: Lms) -> bool:
        key = group.named.key
        is_listed = any(one == lms.name for one, _ in self.ownership.owners)
        return bool(group.named.name) and key is not None and key[0] == lms.name and not is_listed

    def _without_teams(self, groups: Sequence[StudentFiles], mark: str) -> list[StudentFiles]:
        """Return people without the names of their teams.

        If all names begin with a group of the course, that is the team. Or else members of a team have the
        same files and the team's name in common. If no two people do, there are no teams: a first name can
        have the mark, too.
        """
        known = [(group, self._known_team(group.named.name, mark)) for group in groups]
        if all(start for _, start in known):
            return [group.without_team(start) for group, start in known]
        teams: dict[tuple[str, str], list[StudentFiles]] = defaultdict(list)
        for group in groups:
            teams[group.named.name.partition(mark)[0], self._contents(group)].append(group)
        if not any(contents and len(own) > 1 for (_, contents), own in teams.items()):
            return list(groups)
        self.layout.notes.append(TEAMS.format(mark))
        starts = [(one, _team_of(own, mark)) for own in teams.values() for one in own]
        return [one.without_team(start) if start else one.unclear(TEAM) for one, start in starts]

    def _known_team(self, name: str, mark: str) -> str:
        """Return the start of a name that is a group of the course, with the mark; "" if there is none."""
        starts = (f"{team.replace('_', ' ')}{mark}" for team in (*self.teams, NO_TEAM))
        fitting = [name[: len(one)] for one in starts if folded(name[: len(one)]) == folded(one)]
        return max(fitting, key=len, default="")

    def _contents(self, group: StudentFiles) -> str:
        """Return a digest of the files that fit an exercise, as they are in the person's folder."""
        with suppress(UsageFault):
            entries = [(path, entry) for path in group.paths for entry in self.source.entries(path)]
            fitting = [one for one in entries if fit(one[1].parts[-1], self.exercises) and not one[1].problem]
            found = sorted((one.parts[len(path) :], digest_of(one.read()[0])) for path, one in fitting)
            return digest_of(repr(found).encode()) if found else ""
        return ""

    def _bases(self) -> list[PathParts]:
        """Return the folders that contain people."""
        below: PathParts = ()
        while len(below) < MAX_AROUND and (inner := self._around(below)):
            below = inner
        own = [(*below, name) for name, is_folder in self._tops(below) if is_folder]
        return [below, *filter(self._is_of_exercise, own)]

    def _is_of_exercise(self, path: PathParts) -> bool:
        """Return whether a folder holds the class's files for one exercise: EXERCISE/STUDENT/FILE."""
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
            self.layout.notes.append(f"{'/'.join(path)!r} is assumed to be the folder of the class")
        is_class = len(inner) > 1 or known or self._around(path)
        return path if len(of_lms) > 1 or (of_lms and self.can_tell) or is_class else ()

    def _holds_submissions(self, inside: Sequence[tuple[str, bool]]) -> bool:
        """Return whether a file in a folder is named like an exercise, but not by an LMS."""
        files = [name for name, is_folder in inside if not is_folder and not _is_of_lms(name)]
        return any(fit(name, self.exercises) for name in files)


def _team_of(members: Sequence[StudentFiles], mark: str) -> str:
    """Return the start of the names that is the team's, with the mark; "" if that is unclear."""
    names = [one.named.name.split(mark) for one in members]
    if len(names) == 1 and len(names[0]) > 2:
        return ""
    starts = takewhile(
        lambda parts: len(set(parts)) == 1, zip(*(parts[:-1] for parts in names), strict=False)
    )
    return "".join(f"{parts[0]}{mark}" for parts in starts)


def who_is(name: str, *, is_folder: bool = True) -> Named | None:
    """Return the person that the name of a folder or file means."""
    return named([name, ""] if is_folder else [name])


def _is_of_lms(name: str, *, is_folder: bool = False) -> bool:
    who = who_is(name, is_folder=is_folder)
    return who is not None and not who.is_folder
