"""What an exercise has besides its questions: files, pictures and helpers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grader.course.file_names import HELPERS_FILE

HELPERS = HELPERS_FILE.removesuffix(".py")  # as Python imports it
FILE_NAME = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"  # no folder, no link, no way out of the folder
PICTURES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
}
_PICTURE = re.compile(r"!\[[^\]\n]*\]\(\s*<?([^)\s>]+)")
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|#")  # an address, or a place on the page


@dataclass(frozen=True)
class Material:
    """The files of an exercise by name, and its helpers.

    `shipped` is what students receive and their code can read, `hidden` what only checks and the reference
    can read. `pictures` belong to texts that students receive, `explaining` only to explanations. `helpers`
    is the module that checks, reference and misconceptions import; students do if `hands_out_helpers`.
    `makes` are the names of the files that each student has of their own, and `made` those of one student.
    """

    shipped: Mapping[str, Path] = field(default_factory=dict)
    hidden: Mapping[str, Path] = field(default_factory=dict)
    pictures: Mapping[str, Path] = field(default_factory=dict)
    explaining: Mapping[str, Path] = field(default_factory=dict)
    helpers: Path | None = None
    hands_out_helpers: bool = False
    makes: frozenset[str] = frozenset()
    made: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def has_files(self) -> bool:
        """Whether code opens files by their names."""
        return bool(self.shipped or self.hidden or self.makes)

    @property
    def handed_out(self) -> dict[str, Path]:
        """What all students receive beside their stub, without pictures."""
        own = {HELPERS_FILE: self.helpers} if self.helpers and self.hands_out_helpers else {}
        return {**self.shipped, **own}

    @property
    def all_pictures(self) -> dict[str, Path]:
        """The pictures of all texts."""
        return {**self.pictures, **self.explaining}


NO_MATERIAL = Material()


def pictures_in(text: str) -> Iterator[tuple[str, int]]:
    r"""Yield the files of a text's pictures, each with its line from 1; addresses elsewhere are left out.

    >>> list(pictures_in("See\n![a map](map.png) and `![no](code.png)` ![b](https://a.b/c.png)"))
    [('map.png', 2)]
    """
    plain = _CODE.sub(lambda code: re.sub(r"[^\n]", " ", code[0]), text)
    for found in _PICTURE.finditer(plain):
        if not _ELSEWHERE.match(found[1]):
            yield found[1], plain.count("\n", 0, found.start()) + 1


def pictures_of(texts: Iterable[str], folder: Path) -> dict[str, Path]:
    """Return the files of the pictures in some texts."""
    return {name: folder / name for text in texts for name, _ in pictures_in(text)}
