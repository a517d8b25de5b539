"""Clones of students' repositories: the files of the last commit by a deadline, without a checkout.

Only objects are read, by git in an empty repository of its own: nothing that a clone configures, no hook,
filter or attribute, is ever in force, and nothing is fetched. What makes git look elsewhere is refused.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from threading import Timer

from grader.errors import UsageFault, printable
from grader.examiner.submission import MAX_BYTES
from grader.files import read_file
from grader.worker.optional import optional

GIT_SECONDS = 20.0  # for one command
GIT_MEMORY = 1 << 30  # bytes that git can map (Linux)
MAX_LISTING = 4 << 20  # bytes of a list of files
MAX_REFS = 16 << 20  # bytes of packed-refs
_PLAIN = frozenset({"100644", "100755", "100664"})  # modes; others are links, submodules and folders
_HEAD = re.compile(r"ref: (refs/heads/[^\x00-\x20~^:?*\[\\]+)\s*|([0-9a-f]{40})\s*")
_ENTRY = re.compile(
    r"(?P<mode>\d{6}) (?P<type>\w+) (?P<id>[0-9a-f]{40}) +(?P<size>\d+|-)\t(?P<path>.*)", re.DOTALL
)
_SETTINGS = (
    "core.commitGraph=false",
    "core.multiPackIndex=false",
    "core.fsmonitor=false",
    "protocol.allow=never",
)
_resource = optional("resource")


@dataclass(frozen=True)
class Committed:
    """The files of a commit, and when it was made, in seconds since 1970."""

    seconds: float
    files: tuple[CommittedFile, ...]


@dataclass(frozen=True)
class CommittedFile:
    """One file of a commit; a link or a submodule is not plain."""

    parts: tuple[str, ...]
    read: Callable[[], tuple[bytes, str]]  # returns the content and the problem, if it cannot be read
    is_plain: bool


def committed(folder: Path, until: datetime | None) -> Committed:
    """Return the last commit on the current branch of a clone that is not later than `until`.

    Raises:
        UsageFault: there is none, or the repository cannot be read safely.

    """
    return _Clone(folder).committed(until)


@dataclass(frozen=True)
class _Clone:
    """The repository in a folder."""

    folder: Path

    def committed(self, until: datetime | None) -> Committed:
        """Return the commit that counts."""
        with tempfile.TemporaryDirectory(prefix="grade-") as own:
            git = _Git(own, self._objects)
            commit, seconds = self._commit(git, until)
            listing = git.run("ls-tree", "-r", "-l", "-z", commit, limit=MAX_LISTING)
        lines = listing.decode(errors="replace").split("\0")
        found = filter(None, map(_ENTRY.fullmatch, lines))
        return Committed(float(seconds), tuple(map(self._file, found)))

    def _file(self, found: re.Match[str]) -> CommittedFile:
        parts = tuple(found["path"].split("/"))
        is_plain = found["mode"] in _PLAIN and found["type"] == "blob"
        return CommittedFile(parts, partial(_read, self._objects, found["id"], parts[-1]), is_plain)

    @property
    def _name(self) -> str:
        return printable(str(self.folder))

    @cached_property
    def _objects(self) -> Path:
        """Return the folder of objects.

        Raises:
            UsageFault: it, or something in it, can make git read elsewhere.

        """
        git = self.folder / ".git"
        objects = git / "objects"
        for place in (git, objects, objects / "info", objects / "pack"):
            if not _is_folder(place):
                raise UsageFault(f"{self._name}: {place.name} is not a folder of its own. Clone it again.")
        borrows = os.path.lexists(objects / "info" / "alternates")
        if borrows or any(
            Path(at, one).is_symlink()
            for at, folders, files in os.walk(objects)
            for one in (*folders, *files)
        ):
            raise UsageFault(f"{self._name} borrows objects from another repository. Clone it again.")
        return objects.resolve()

    def _commit(self, git: _Git, until: datetime | None) -> tuple[str, str]:
        """Return the commit that counts, and when it was made, as the machine that made it says."""
        by = [f"--until=@{int(until.timestamp())}"] if until else []
        shown = ("rev-list", "--first-parent", "--max-count=1", "--format=%ct", *by, self._head, "--")
        try:
            found = git.run(*shown, limit=MAX_LISTING).decode().split()
        except UsageFault:
            raise UsageFault(f"{self._name}: its history cannot be read. Make a full clone.") from None
        if not found:
            raise UsageFault(f"{self._name} has no commit by the deadline.")
        _, commit, seconds = found
        return commit, seconds

    @property
    def _head(self) -> str:
        """Return the commit of the current branch."""
        git = self.folder / ".git"
        with suppress(UsageFault, UnicodeDecodeError):
            is_link = (git / "HEAD").is_symlink()
            head = None if is_link else _HEAD.fullmatch(read_file(git / "HEAD", MAX_LISTING).decode())
            if head and head[2]:
                return head[2]
            if head and ".." not in head[1] and (found := _loose(git, head[1]) or _packed(git, head[1])):
                return found
        raise UsageFault(f"{self._name} has no commit, or its branch cannot be read.")


def _is_folder(place: Path) -> bool:
    """Return whether it is a folder, and not a link to one; one that is missing may be."""
    try:
        return stat.S_ISDIR(place.lstat().st_mode)
    except FileNotFoundError:
        return place.name in {"info", "pack"}
    except OSError:
        return False


def _loose(git: Path, ref: str) -> str:
    file = git.joinpath(*ref.split("/"))
    if any(part.is_symlink() for part in (file, *file.parents[: ref.count("/")])) or not file.is_file():
        return ""
    text = read_file(file, MAX_LISTING).decode(errors="replace").strip()
    return text if re.fullmatch(r"[0-9a-f]{40}", text) else ""


def _packed(git: Path, ref: str) -> str:
    file = git / "packed-refs"
    if file.is_symlink() or not file.is_file():
        return ""
    lines = (line.split() for line in read_file(file, MAX_REFS).decode(errors="replace").splitlines())
    return next(
        (line[0] for line in lines if line[1:] == [ref] and re.fullmatch(r"[0-9a-f]{40}", line[0])), ""
    )


def _read(objects: Path, id_: str, name: str) -> tuple[bytes, str]:
    """Return the content of a file of the commit, and the problem if it cannot be read."""
    with tempfile.TemporaryDirectory(prefix="grade-") as own:
        try:
            return _Git(own, objects).run("cat-file", "blob", id_, limit=MAX_BYTES + 1, is_cut=True), ""
        except UsageFault as fault:
            return b"", f"{printable(name)} cannot be read from the repository: {fault}"


@dataclass(frozen=True)
class _Git:
    """Git in an empty repository of its own, which reads the objects of another one."""

    own: str  # an empty folder
    objects: Path

    def run(self, *arguments: str, limit: int, is_cut: bool = False) -> bytes:
        """Return what a command prints, cut off at `limit` bytes if that is allowed.

        Raises:
            UsageFault: git is missing, fails, takes too long or prints more.

        """
        program = shutil.which("git")
        if program is None:
            raise UsageFault("git is not installed. Install it to grade clones.")
        Path(self.own, "refs").mkdir(exist_ok=True)
        Path(self.own, "HEAD").write_text("ref: refs/heads/none\n", encoding="ascii")
        settings = [part for one in _SETTINGS for part in ("-c", one)]
        with subprocess.Popen(  # noqa: S603 our own arguments, and ids of objects
            [program, "--no-pager", "--no-replace-objects", *settings, *arguments],
            cwd=self.own,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            _bound(process.pid)
            timer = Timer(GIT_SECONDS, process.kill)
            timer.start()
            try:
                printed = process.stdout.read(limit + 1) if process.stdout else b""
                if len(printed) > limit:
                    process.kill()
                failed = process.wait() != 0
            finally:
                timer.cancel()
        if len(printed) > limit and is_cut:
            return printed[:limit]
        if failed:
            raise UsageFault(f"git cannot read it within {GIT_SECONDS:g} seconds and {limit} bytes.")
        return printed

    @property
    def _environment(self) -> dict[str, str]:
        """Return an environment in which no other file configures git."""
        return {
            "PATH": os.defpath,
            "SYSTEMROOT": os.environ.get("SYSTEMROOT", ""),
            "LC_ALL": "C",
            "HOME": self.own,
            "GIT_DIR": self.own,
            "GIT_OBJECT_DIRECTORY": str(self.objects),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_TERMINAL_PROMPT": "0",
        }


def _bound(pid: int) -> None:
    """Bound the memory of a process, where the system can."""
    if _resource is not None and hasattr(_resource, "prlimit"):
        with suppress(OSError, ValueError):
            _resource.prlimit(pid, _resource.RLIMIT_AS, (GIT_MEMORY, GIT_MEMORY))
