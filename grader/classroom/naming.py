"""File names: whose file it is, and which exercise it belongs to.

Each LMS module reads the names in its own downloads; `ada/exercise-3.py` is in a student's folder.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote

from grader.folding import folded, tokens_of
from grader.lms import LMSS
from grader.lms.base import Named

_READERS = sorted(LMSS, key=lambda lms: lms.reads_last)
SUFFIXES = (".py", ".ipynb")
_TEXT_SUFFIXES = (".txt", ".json", ".download")  # added by browsers and editors: exercise-3.py.txt
_DEBRIS = {"__MACOSX", "__pycache__", "Thumbs.db", "desktop.ini", "course.pack", "README.md"}
_WHEEL = re.compile(r"torchgrade-[\w.-]+(?: \(\d+\))?\.whl")
_OF_HANDOUTS = "checks"  # the folder of visible checks that students received
# The marks that systems and browsers append to copies, in several languages.
_WORDS = "copy|kopie|kopia|kopi|copie|copia|cópia|копия|副本|コピー|복사본|사본"
_COPY = re.compile(
    r"(?:[ _-]*\(\d+\)|[ _-]\d+|-copy\d+"
    rf"|[ _\u2014\u2013-]*\(?(?:的|の|의 )?(?<![a-z])(?:{_WORDS})\)?[ _-]*(?:\(?\d+\)?)?)$"
)
_COPY_OF = re.compile(rf"^(?:(?:{_WORDS})[ _-]+(?:(?:of|von|de|di|van|av|af)[ _-]+)?)+")
_MARK = re.compile(r"[ _-]*\(\d+\)$")
MAX_MARKS = 5  # "-1-1-1" and the like


def is_debris(parts: Sequence[str]) -> bool:
    """Return whether an operating system, Jupyter or a handout left this file in a student's folder."""
    hidden = any(part.startswith(".") and part not in {".", ".."} for part in parts)
    is_wheel = any(map(_WHEEL.fullmatch, parts))
    return hidden or is_wheel or bool(_DEBRIS & set(parts)) or parts[:1] == (_OF_HANDOUTS,) != tuple(parts)


def named(parts: Sequence[str]) -> Named | None:
    """Return what a path says, or None if it names nobody.

    >>> named(["lovelaceada_LATE_12_34_exercise-3.py"]).file
    'exercise-3.py'
    >>> named(["Ada Lovelace_7_assignsubmission_file_", "exercise-3.py"]).who
    'Ada Lovelace'
    >>> named(["ada", "exercise-3.py"]).is_folder
    True
    """
    return next(filter(None, (lms.read(parts) for lms in _READERS)), None) or _in_folder(parts)


def _in_folder(parts: Sequence[str]) -> Named | None:
    """Return what a path in a student's folder says, or None if there is no folder."""
    folder, *inner = parts
    if not inner:
        return None
    own = next(filter(None, (lms.read_inside(inner[-1]) for lms in _READERS)), None)
    file, ids = (own.file, own.ids) if own else (inner[-1], {})
    return Named(folder, file, ids, is_folder=True, depth=len(inner) - 1)


@dataclass(frozen=True)
class Fit:
    """The exercise that a file's name means; `is_exact` if no part of the name was ignored."""

    exercise: str
    suffix: str
    is_exact: bool


def fit(file: str, exercises: Collection[str]) -> Fit | None:
    """Return the only exercise that matches a file's name, and whether it is Python or a notebook.

    Case, spaces, `_`, leading zeros, marks of copies and doubled suffixes are ignored. Return None if no
    exercise matches, or several do.

    >>> fit("exercise-3.py", ["exercise-3"])
    Fit(exercise='exercise-3', suffix='.py', is_exact=True)
    >>> fit("Exercise_03 (1).PY.txt", ["exercise-3", "exercise-31"])
    Fit(exercise='exercise-3', suffix='.py', is_exact=False)
    """
    path = PurePosixPath(file)
    if path.suffix in SUFFIXES and path.stem in exercises:
        return Fit(path.stem, path.suffix, is_exact=True)
    stem, suffix = _split(folded(unquote(file)))
    forms = {tokens_of(form) for form in _forms(stem)}
    fitting = [one for one in exercises if tokens_of(folded(one)) in forms]
    return Fit(fitting[0], suffix, is_exact=False) if suffix and len(fitting) == 1 else None


def is_asked_for(file: str, asked: str) -> bool:
    """Return whether a name means a file that a question asks for; marks of copies are ignored.

    >>> is_asked_for("Plot (1).PNG", "plot.png"), is_asked_for("plot.pdf", "plot.png")
    (True, False)
    """
    name, own = (PurePosixPath(folded(unquote(one))) for one in (file, asked))
    suffix = _MARK.sub("", name.suffix)  # plot.png (1)
    return suffix == own.suffix and tokens_of(own.stem) in set(map(tokens_of, _forms(name.stem)))


def seems_handed_in(file: str, exercises: Collection[str]) -> bool:
    """Return whether a name looks like a submission, whatever its suffix: its student may think it is one."""
    stem, suffix = _split(folded(unquote(file)))
    stem = stem if suffix else PurePosixPath(stem).stem
    tokens = {tokens_of(folded(one)) for one in exercises}
    return bool(suffix) or any(tokens_of(form)[: len(one)] == one for form in _forms(stem) for one in tokens)


def forms_of(name: str) -> frozenset[tuple[str, ...]]:
    """Return the tokens of a name, with and without the marks of a copy.

    >>> tokens_of("cyd") in forms_of("Cyd (1)"), tokens_of("17") in forms_of("0017")
    (True, True)
    """
    return frozenset(map(tokens_of, _forms(folded(name))))


def suffix_of(file: str) -> str:
    """Return `.py` or `.ipynb` for a name that means one of them, or else ""."""
    return _split(folded(file))[1]


def _split(name: str) -> tuple[str, str]:
    """Split a name into its stem and the suffix that it means; "" if that is neither.

    >>> _split("a.py.txt"), _split("a.ipynb.json"), _split("a.py.py"), _split("a.txt"), _split("a.py (1)")
    (('a', '.py'), ('a', '.ipynb'), ('a', '.py'), ('a.txt', ''), ('a (1)', '.py'))
    """
    mark = _MARK.search(name)
    stem, after = (name[: mark.start()], mark[0]) if mark else (name, "")
    while stem.endswith(_TEXT_SUFFIXES):
        shorter = _COPY.sub("", PurePosixPath(stem).stem)
        if not shorter.endswith((*SUFFIXES, *_TEXT_SUFFIXES)):
            break
        stem = shorter
    suffix = next((one for one in SUFFIXES if stem.endswith(one)), "")
    while suffix and stem.endswith(SUFFIXES):
        stem = stem.removesuffix(suffix) if stem.endswith(suffix) else PurePosixPath(stem).stem
    return (f"{stem}{after}", suffix) if suffix else (name, "")


def _forms(stem: str) -> Iterator[str]:
    """Yield a stem with and without the marks of a copy."""
    stem = stem.strip()
    yield stem
    stem = _COPY_OF.sub("", stem)
    for _ in range(MAX_MARKS):
        if stem:
            yield stem
        stem = _COPY.sub("", stem, count=1).strip()
