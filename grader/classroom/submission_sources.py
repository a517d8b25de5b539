"""The sources of submissions: a folder or a zip. Both give the same entries, so one rule sorts them."""

from __future__ import annotations

import contextlib
import os
import stat
import zipfile
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Protocol

from grader.classroom.clones import committed
from grader.classroom.naming import SUFFIXES, is_debris
from grader.errors import UsageFault
from grader.examiner.submission import MAX_BYTES
from grader.files import refusal
from grader.worker.memory import less_memory

MAX_MEMBERS = 200_000  # in a zip
MAX_DIRECTORY = 512 << 20  # bytes of memory for the list of members, before they are counted
MAX_FILES = 1000  # in one student's folder
MAX_DEPTH = 16  # levels of folders searched below a student's own
COMPRESSIONS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # with others, zipfile unpacks more than requested
# Windows lacks some of these flags.
_READING = (
    os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
)
_UTF_8 = 0x800  # the flag of a zip's member whose name is UTF-8

Content = Callable[[], tuple[bytes, str]]  # returns the content and the problem, if it cannot be read


@dataclass(frozen=True)
class SubmissionFile:
    """One file of a source; `time` is in UTC, or None if unknown.

    A file with a `problem` cannot be read. It must not count as nothing handed in.
    """

    parts: tuple[str, ...]  # its path in the source
    read: Content
    time: datetime | None = None
    problem: str = ""

    @property
    def path(self) -> str:
        """Return the path with slashes."""
        return "/".join(self.parts)


class SubmissionSource(Protocol):
    """A folder or a zip."""

    def tops(self, below: Sequence[str] = ()) -> list[tuple[str, bool]]:
        """Return the names in the source, or in one of its folders, each with whether it is a folder."""

    def entries(self, below: Sequence[str]) -> Iterator[SubmissionFile]:
        """Yield the files in a folder of the source and its subfolders, or the one file at this path."""

    def is_clone(self, below: Sequence[str]) -> bool:
        """Return whether a folder is the clone of a repository."""

    def commit(self, below: Sequence[str], until: datetime | None) -> Iterator[SubmissionFile]:
        """Yield the files of a clone in its last commit that is not later than `until`."""


def open_source(path: Path) -> SubmissionSource:
    """Return the source at a path.

    Raises:
        UsageFault: it is neither a folder nor a zip that can be read.

    """
    try:
        status = path.stat()
    except OSError as error:
        raise refusal(path, "read", error) from None
    if stat.S_ISDIR(status.st_mode):
        return SubmissionFolder(path)
    if not stat.S_ISREG(status.st_mode):
        raise UsageFault(f"{path} is neither a folder nor a zip that can be read.")
    return SubmissionZip(path)


class SubmissionFolder:
    """A folder. Links are not followed."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def tops(self, below: Sequence[str] = ()) -> list[tuple[str, bool]]:
        """Return the names in a folder.

        Raises:
            UsageFault: it cannot be read.

        """
        folder = self._root.joinpath(*below)
        try:
            with os.scandir(folder) as found:
                return sorted((one.name, one.is_dir(follow_symlinks=False)) for one in found)
        except OSError as error:
            raise refusal(folder, "read", error) from None

    def entries(self, below: Sequence[str]) -> Iterator[SubmissionFile]:
        """Yield the files of a folder.

        Raises:
            UsageFault: the folder cannot be read, or holds too many files.

        """
        for number, (parts, status) in enumerate(self._files(tuple(below), ())):
            if number == MAX_FILES:
                raise UsageFault(f"{self._root.joinpath(*below)} holds more than {MAX_FILES} files.")
            file = self._root.joinpath(*parts)
            problem = "" if stat.S_ISREG(status.st_mode) else f"{file.name} is not a plain file."
            yield SubmissionFile(parts, _reader(file), time_of(status.st_mtime), problem)

    def is_clone(self, below: Sequence[str]) -> bool:
        """Return whether a folder has a repository."""
        return os.path.lexists(self._root.joinpath(*below, ".git"))

    def commit(self, below: Sequence[str], until: datetime | None) -> Iterator[SubmissionFile]:
        """Yield the files of a clone in its last commit that is not later than `until`.

        Raises:
            UsageFault: there is no such commit, or the repository cannot be read.

        """
        found = committed(self._root.joinpath(*below), until)
        for number, file in enumerate(one for one in found.files if not is_debris(one.parts)):
            if number == MAX_FILES:
                raise UsageFault(f"{self._root.joinpath(*below)} holds more than {MAX_FILES} files.")
            problem = "" if file.is_plain else f"{file.parts[-1]} is not a plain file."
            yield SubmissionFile((*below, *file.parts), file.read, time_of(found.seconds), problem)

    def _files(
        self, base: tuple[str, ...], inner: tuple[str, ...]
    ) -> Iterator[tuple[tuple[str, ...], os.stat_result]]:
        path = (*base, *inner)
        try:
            status = self._root.joinpath(*path).lstat()
        except OSError:  # it has been removed
            return
        is_end = not stat.S_ISDIR(status.st_mode) or path[-1].endswith(SUFFIXES)
        if is_end or len(inner) == MAX_DEPTH:  # files this deep still count as something handed in
            yield path, status
            return
        for name, _ in self.tops(path):
            if not is_debris((*inner, name)):
                yield from self._files(base, (*inner, name))


class SubmissionZip:
    """A zip. Its own size information is not trusted: no more is unpacked than a submission can hold."""

    def __init__(self, file: Path) -> None:
        try:
            with less_memory(MAX_DIRECTORY):
                self._archive = zipfile.ZipFile(file)
            members = [info for info in self._archive.infolist() if not info.is_dir()]
        except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
            raise UsageFault(f"{file} is neither a folder nor a zip that can be read.") from None
        except MemoryError:
            raise _too_many(file) from None
        if len(members) > MAX_MEMBERS:
            raise _too_many(file)
        self._members = sorted(((_parts(info), info) for info in members), key=lambda one: one[0])
        self._paths = [parts for parts, _ in self._members]

    def tops(self, below: Sequence[str] = ()) -> list[tuple[str, bool]]:
        """Return the names in a folder of the zip."""
        start = len(below)
        found = {(parts[start], len(parts) > start + 1) for parts, _ in self._under(below) if parts[start:]}
        return sorted(found)

    def entries(self, below: Sequence[str]) -> Iterator[SubmissionFile]:
        """Yield the files of a folder of the zip."""
        for parts, info in self._under(below):
            if not is_debris(parts[len(below) :]):
                yield SubmissionFile(parts, self._reader(info, parts[-1]))

    def is_clone(self, below: Sequence[str]) -> bool:  # noqa: ARG002
        """Return False: what a student packed is not a clone."""
        return False

    def commit(self, below: Sequence[str], until: datetime | None) -> Iterator[SubmissionFile]:  # noqa: ARG002
        """Yield nothing, because there are no clones."""
        yield from ()

    def _under(self, below: Sequence[str]) -> Iterator[tuple[tuple[str, ...], zipfile.ZipInfo]]:
        folder = tuple(below)
        for index in range(bisect_left(self._paths, folder), len(self._members)):
            if self._paths[index][: len(folder)] != folder:
                return
            yield self._members[index]

    def _reader(self, info: zipfile.ZipInfo, name: str) -> Content:
        def read() -> tuple[bytes, str]:
            try:
                if info.compress_type not in COMPRESSIONS:
                    return b"", f"{name} uses an unsupported compression."
                with self._archive.open(info) as stream:
                    return stream.read(MAX_BYTES + 1), ""
            except Exception as error:  # a hostile zip can cause anything
                return b"", f"{name} cannot be read from the zip: {error}."

        return read


def _too_many(file: Path) -> UsageFault:
    return UsageFault(f"{file} holds more than {MAX_MEMBERS} files. Unpack the files that you want to grade.")


def _parts(info: zipfile.ZipInfo) -> tuple[str, ...]:
    """Return a member's path; macOS omits the UTF-8 flag, and Windows can write backslashes."""
    name = info.filename
    if not info.flag_bits & _UTF_8:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    if "/" not in name:
        name = name.replace("\\", "/")
    return PurePosixPath(name).parts or (name,)


def _reader(file: Path) -> Content:
    """Read a file; a link that replaced it meanwhile is not followed."""

    def read() -> tuple[bytes, str]:
        try:
            descriptor = os.open(file, _READING)
            with os.fdopen(descriptor, "rb") as stream:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    return b"", f"{file.name} is not a plain file."
                return stream.read(MAX_BYTES + 1), ""
        except OSError as error:
            return b"", f"{file.name} cannot be read: {error.strerror}."

    return read


def time_of(seconds: float) -> datetime | None:
    """Return a file's time, or None if it is out of range."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
