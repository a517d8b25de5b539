"""Find the exercise that a student names by its name, its file or its number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from grader.examiner.submission import SUFFIXES
from grader.folding import folded, tokens_of


def meant(names: Iterable[str], word: str) -> str:
    """Return the only exercise that a word can mean; the word itself if none or several match.

    Case, blanks, `_`, `-` and leading zeros do not matter, and words can be shortened.

    >>> [meant(["exercise-3", "exercise-13"], word) for word in ("3", "Exercise_03.py", "ex13", "4")]
    ['exercise-3', 'exercise-3', 'exercise-13', '4']
    """
    known = {name: tokens_of(folded(name)) for name in names}
    tokens = tokens_of(folded(_without_suffix(word)))
    for fits in (tokens.__eq__, partial(_is_short_for, tokens)):
        fitting = [name for name, own in known.items() if name == word or (own and fits(own))]
        if len(fitting) == 1:
            return fitting[0]
    return word


def files_like(folder: Path, exercise: str) -> list[str]:
    """Return the Python files and notebooks in a folder whose names begin like the exercise's."""
    tokens, found = tokens_of(folded(exercise)), list[str]()
    with suppress(OSError):
        found = sorted(file.name for file in folder.iterdir() if file.suffix.lower() in SUFFIXES)
    return [name for name in found if tokens_of(folded(_without_suffix(name)))[: len(tokens)] == tokens]


def _without_suffix(word: str) -> str:
    path = Path(word)
    return path.stem if path.suffix.lower() in SUFFIXES else word


def _is_short_for(tokens: Sequence[str], own: Sequence[str]) -> bool:
    """Return whether these are only an exercise's last number, or its shortened words with its numbers."""
    if len(tokens) == 1 and tokens[0].isdigit():
        return tokens[0] == own[-1]
    return len(tokens) == len(own) and all(
        one == other or (not one.isdigit() and other.startswith(one))
        for one, other in zip(tokens, own, strict=True)
    )
