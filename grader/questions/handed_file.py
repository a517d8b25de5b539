"""A file that a student hands in beside the source. The grader describes it, and never opens it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

from grader.digest import digest_of

MAX_HANDED = 16 << 20  # bytes that are kept of a file; a question can allow no more
_START = 1024  # bytes that tell the form of a file
_FORMS: dict[str, Callable[[bytes], bool]] = {
    ".png": lambda start: start.startswith(b"\x89PNG\r\n\x1a\n"),
    ".jpg": lambda start: start.startswith(b"\xff\xd8\xff"),
    ".jpeg": lambda start: start.startswith(b"\xff\xd8\xff"),
    ".gif": lambda start: start.startswith(b"GIF8"),
    ".webp": lambda start: start.startswith(b"RIFF") and start[8:12] == b"WEBP",
    ".pdf": lambda start: b"%PDF-" in start,
    ".txt": lambda start: b"\0" not in start,
    ".csv": lambda start: b"\0" not in start,
    ".md": lambda start: b"\0" not in start,
}
SUFFIXES = tuple(_FORMS)  # a double click runs none of these


@dataclass(frozen=True)
class HandedFile:
    """A file by the name that a question asks for; `fits` says whether its first bytes match its suffix."""

    name: str
    size: int
    digest: str
    fits: bool = True
    problem: str = ""  # why it cannot be read; it must not count as nothing handed in

    @classmethod
    def of(cls, name: str, content: bytes, problem: str = "") -> HandedFile:
        """Return the description of a content, or of a file that cannot be read."""
        fits = _FORMS[PurePath(name).suffix.lower()](content[:_START])
        return cls(name, len(content), digest_of(problem.encode() if problem else content), fits, problem)

    @property
    def told(self) -> str:
        """Say which file it is; files with different contents never have the same description.

        >>> HandedFile("plot.png", 12_345, "ab" * 32).told.splitlines()[0]
        'plot.png, 12.3 kB'
        """
        size = f"{self.size / 1000:.1f} kB" if self.size >= 1000 else f"{self.size} bytes"
        form = "" if self.fits else ", not what its name says"
        return f"{self.name}, {size}{form}\nSHA-256 {self.digest}"


def example_of(name: str) -> HandedFile:
    """Return an invented file in place of a student's, to try a question."""
    return HandedFile(name, 1, digest_of(name.encode()))
