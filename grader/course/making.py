"""The files that params.py makes for one student. They are made once: their SHA-256 is kept with the variant.

Among the parameters of a variant, a file is its SHA-256 under the file's name, which no parameter can have.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from grader.course.drawing import MAKE, called, fault_in
from grader.course.file_faults import name_fault
from grader.course.file_names import PARAMS_FILE
from grader.course.material import FILE_NAME
from grader.course.sources import read_source
from grader.digest import digest_of
from grader.errors import CourseFaults, Fault, UsageFault, printable
from grader.language.draws import Draws

MAX_BYTES = 1 << 20  # of all files of one student
MAX_FILES = 20
MAX_NAME = 100  # characters
ENCODED = 2  # base64 needs a third more than the bytes, and names need some
REMEMBERED = 8  # the files of students, as one is prepared several times in a row
_MADE = (
    "(lambda made: {name: [__import__('base64').b64encode("
    "text.encode() if isinstance(text, str) else text).decode()] if isinstance(text, (str, bytes)) else text"
    " for name, text in made.items()} if isinstance(made, dict) else made)"
    "(%s(__import__('random').Random(%d), %r))"
)


class UnlikeHandedOut(UsageFault):
    """A student's own file cannot be made again as it was handed out, and there is no copy."""


def is_file(name: str) -> bool:
    """Return whether a name in a variant is a file's."""
    return not name.isidentifier()


def digests_of(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the SHA-256 of files by name, as a variant has them."""
    return {name: digest_of(content) for name, content in files.items()}


def make_files(file: Path, draws: Draws, params: Mapping[str, Any], *, number: int = 0) -> dict[str, bytes]:
    """Return the files that params.py makes for a variant; `draws` are those of the student.

    Raises:
        CourseFaults: it raises, takes too long, or returns something else than small files by name.
        WorkerFault: the grader failed.

    """
    own = repr({name: params[name] for name in sorted(params) if not is_file(name)})
    seed = draws.under(PARAMS_FILE, MAKE).below(1 << 128)
    return dict(_made(file, read_source(file), seed, own, number))


@lru_cache(REMEMBERED)
def _made(file: Path, _source: str, seed: int, params: str, number: int) -> Mapping[str, bytes]:
    value = called(
        file, MAKE, _MADE % (MAKE, seed, _Literal(params)), MAX_BYTES, number, room=ENCODED * MAX_BYTES
    )
    if problem := _problem(value):
        raise CourseFaults([fault_in(file, problem, function=MAKE)])
    files = {name: b64decode(value[name][0]) for name in sorted(value)}
    if sum(map(len, files.values())) > MAX_BYTES:
        raise CourseFaults([fault_in(file, f"returns more than {MAX_BYTES >> 10} KiB", function=MAKE)])
    return files


class _Literal(str):
    """Code that is written out as it is."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _problem(value: Any) -> str:
    """Return what is wrong with the result of `files`; '' if it is good."""
    if not isinstance(value, dict) or not value:
        return "returns no dict of files"
    if len(value) > MAX_FILES:
        return f"returns {len(value)} files; at most {MAX_FILES} are allowed"
    for name, content in value.items():
        shown = printable(repr(name))[:50]
        is_plain = isinstance(name, str) and re.fullmatch(FILE_NAME, name) and len(name) <= MAX_NAME
        if not is_plain or not is_file(name):
            return f"returns {shown}, which cannot be the name of a file; write one such as data.csv"
        if not isinstance(content, list) or len(content) != 1 or not isinstance(content[0], str):
            kind = getattr(content, "name", type(content).__name__)
            return f"returns a value of type {printable(str(kind))[:50]} for {shown}"
    return ""


def name_faults(file: Path, names: frozenset[str], others: frozenset[str]) -> list[Fault]:
    """Return what is wrong with the names of the files, beside those of other files of the exercise."""
    seen, found = {name.lower() for name in others}, []
    for name in sorted(names):
        sentence, remedy = name_fault(name, seen)
        if not sentence and (file.parent / name).exists():
            sentence = f"{file.name} makes {name}, but this file already exists beside it."
            remedy = "Remove or rename one."
        seen.add(name.lower())
        if sentence:
            found.append(Fault(file, fault_in(file, "", function=MAKE).line, None, "", sentence, remedy))
    return found


def own_files(
    file: Path, draws: Draws, params: Mapping[str, Any], kept: Mapping[str, bytes]
) -> dict[str, bytes]:
    """Return the files of a variant: the copies that were kept, or the same files, made again.

    Raises:
        UnlikeHandedOut: a file was not kept, and is now made differently.

    """
    wanted = {name: params[name] for name in params if is_file(name)}
    found = {name: kept[name] for name in wanted if name in kept and digest_of(kept[name]) == wanted[name]}
    if found.keys() == wanted.keys():
        return found
    try:
        found = {**make_files(file, draws, params), **found}
    except CourseFaults:
        found = {**found}
    for name, digest in wanted.items():
        if digest_of(found.get(name, b"")) != digest:
            raise UnlikeHandedOut(
                f"{name} cannot be made again as it was handed out: params.py or the seed has changed since, "
                "and no copy is kept. Restore them."
            )
    return {name: found[name] for name in wanted}


def difference_of_files(file: Path, draws: Draws, params: Mapping[str, Any]) -> Fault | None:
    """Make the files once more in another process; return a fault if one differs from its SHA-256."""
    wanted = {name: params[name] for name in params if is_file(name)}
    try:
        again = digests_of(make_files(file, draws, params, number=1)) if wanted else {}
    except CourseFaults as error:
        return error.faults[0]
    names = sorted(name for name in {*again, *wanted} if again.get(name) != wanted.get(name))
    told = f"makes a different {' and '.join(names)} when it is called again with the same random numbers"
    return fault_in(file, told, function=MAKE) if names else None
