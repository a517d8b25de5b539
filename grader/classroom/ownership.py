"""Whose a submission is, as far as lists of the LMS say: in the download, or given with `--list`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from grader.classroom.submission_sources import SubmissionSource
from grader.errors import UsageFault
from grader.lms import LMSS
from grader.lms.base import Lms, Named, Owner, Owners
from grader.tables import read_table

NOT_LISTED = "the list of the LMS does not have it, or does not say whose it is"


@dataclass
class Ownership:
    """The owners of submissions. A name counts only if there is no list: with one, its owners are certain."""

    owners: dict[tuple[str, str], Sequence[Owner]] = field(default_factory=dict)

    @classmethod
    def listed_in(cls, files: Iterable[Path]) -> Ownership:
        """Read lists of an LMS.

        Raises:
            UsageFault: a file is not such a list.

        """
        found = cls()
        for file in files:
            table = read_table(file)
            owners = [own for lms in LMSS if (own := lms.owners_in(table))]
            if not owners:
                known = " or ".join(lms.owner_list for lms in LMSS if lms.owner_list)
                raise UsageFault(f"{file} does not say whose each submission is. Give {known}, in English.")
            found._add(owners)
        return found

    def with_those_beside(self, source: SubmissionSource, paths: Iterable[tuple[str, ...]]) -> Ownership:
        """Return the owners, with those that the files in a download name."""
        found = Ownership(dict(self.owners))
        found._add(owners for path in paths for owners in _beside(source, path))
        return found

    def _add(self, several: Iterable[Owners]) -> None:
        for owners in several:
            self.owners |= owners

    def owned(self, named: Named) -> list[Named]:
        """Return what a name means for each of its owners."""
        if named.key is None:
            return [named]
        if named.key not in self.owners:
            is_listed = any(lms == named.key[0] for lms, _ in self.owners)
            return [replace(named, name="", hint=named.hint or NOT_LISTED) if is_listed else named]
        return [self._of(named, owner) for owner in self.owners[named.key]] or [self._of(named, Owner())]

    @staticmethod
    def _of(named: Named, owner: Owner) -> Named:
        hint = "" if owner.ids or owner.name else NOT_LISTED
        time = owner.time or named.time
        return replace(named, ids=owner.ids, name=owner.name, is_joined=False, time=time, hint=hint)


def is_beside(name: str) -> bool:
    """Return whether an LMS adds a file of this name to a download."""
    return any(lms.beside.fullmatch(name) for lms in LMSS)


def _beside(source: SubmissionSource, path: tuple[str, ...]) -> Iterator[Owners]:
    for lms in LMSS:
        if lms.beside.fullmatch(path[-1]) and type(lms).owners_beside is not Lms.owners_beside:
            for entry in source.entries(path):
                content, problem = (b"", entry.problem) if entry.problem else entry.read()
                yield {} if problem else lms.owners_beside(path[-1], content)
