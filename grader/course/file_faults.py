"""What is wrong with the files and pictures of an exercise."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from pathlib import Path, PurePath

from grader.course.file_names import (
    CHECKS_FILE,
    EXERCISE_FILE,
    HELPERS_FILE,
    MISCONCEPTIONS_FILE,
    PARAMS_FILE,
    REFERENCE_FILE,
    VISIBLE_CHECKS_FILE,
)
from grader.course.material import PICTURES, pictures_in
from grader.course.records import Exercise, Passage
from grader.digest import digest_of
from grader.errors import Fault, did_you_mean
from grader.files import read_file
from grader.language.document import Document, Path_
from grader.language.limits import Limits
from grader.questions.base import Question

MAX_BYTES = 1 << 30  # of one file: as much as `files_mib` can allow
_OWN = {EXERCISE_FILE, REFERENCE_FILE, CHECKS_FILE, VISIBLE_CHECKS_FILE, MISCONCEPTIONS_FILE, PARAMS_FILE}
_TAKEN = {*_OWN, HELPERS_FILE, "readme.md", "course.pack", "checks"}  # here, or in a handout
_CODE = {".py", ".ipynb", ".whl", ".pack"}
_DEVICES = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{name}{number}" for name in ("com", "lpt") for number in range(10)),
}


def file_faults(folder: Path, document: Document, record: Exercise, limits: Limits) -> Iterator[Fault]:
    """Yield what is wrong with the files that an exercise lists, and with all together."""
    seen: set[str] = set()
    sizes: list[int] = []
    for key in ("files", "hidden_files"):
        for index, name in enumerate(getattr(record, key)):
            sentence, remedy = _fault_of(folder, name, seen)
            seen.add(name.lower())
            if sentence:
                yield document.fault((key, index), sentence, remedy)
            else:
                sizes.append((folder / name).stat().st_size)
    names = {name for _, text in texts_of(record) for name, _ in pictures_in(text)} - seen
    sizes += [(folder / name).stat().st_size for name in names if (folder / name).is_file()]
    for path, text in texts_of(record):
        for name, line in pictures_in(text):
            sentence, remedy = _picture_fault(folder, name)
            if sentence:
                yield document.fault(path, sentence, remedy, line=line)
    if sum(sizes) > limits.files_mib << 20:
        told = f"The files hold {_mib(sum(sizes))} MiB; at most {limits.files_mib} MiB are allowed."
        yield document.fault(("files",), told, "Shrink them, or raise 'files_mib' under 'limits'.")
    if record.hand_out and not any((place / HELPERS_FILE).is_file() for place in (folder, folder.parents[1])):
        sentence = f"There is no {HELPERS_FILE} beside this file or beside course.yaml."
        yield document.fault(("hand_out", 0), sentence, "Write it, or remove 'hand_out'.")


def _mib(size: int) -> str:
    return f"{size / (1 << 20):.1f}"


def _fault_of(folder: Path, name: str, seen: set[str]) -> tuple[str, str]:
    """Return what is wrong with a file of a list, and the remedy."""
    found = name_fault(name, seen)
    return found if found[0] else _missing(folder, name)


def name_fault(name: str, seen: Container[str]) -> tuple[str, str]:
    """Return why students cannot receive a file of this name, beside files with these lower-case names."""
    plain, suffix = name.lower(), PurePath(name).suffix.lower()
    if plain in seen:
        return (
            f"{name} is listed twice.",
            "Names that differ only in capital letters are the same file on many systems.",
        )
    if plain in _TAKEN or plain.partition(".")[0] in _DEVICES or name.endswith("."):
        return f"An exercise's file cannot be called {name}.", "Rename it."
    if suffix in _CODE:
        return f"{name} is code, not data.", f"Put functions for students into {HELPERS_FILE}."
    return "", ""


def _missing(folder: Path, name: str) -> tuple[str, str]:
    """Return why a name is not that of a plain file beside exercise.yaml, and the remedy."""
    file = folder / name
    if file.is_symlink():
        return f"{name} is a link.", "Put the file itself there."
    if file.is_dir():
        return f"{name} is a folder.", "List plain files."
    if not file.is_file():
        beside = [one.name for one in folder.glob("*") if one.is_file() and one.name not in _OWN]
        return f"There is no file {name} beside this one.", did_you_mean(
            name, beside
        ) if beside else "Put it there."
    return "", ""


def _picture_fault(folder: Path, name: str) -> tuple[str, str]:
    """Return what is wrong with a picture in a text."""
    if "{" in name:
        remedy = "Write each picture out, in the branches of {% if %}."
        return "The name of a picture cannot hold a parameter.", remedy
    if PurePath(name).name != name or "\\" in name:
        return (
            f"The picture {name} is in another folder.",
            "Put it beside this file, and write only its name.",
        )
    if PurePath(name).suffix.lower() not in PICTURES:
        return f"{name} is not a picture that pages can show.", f"Use one of: {', '.join(PICTURES)}."
    return _missing(folder, name)


def texts_of(record: Exercise) -> Iterator[tuple[Path_, str]]:
    """Yield the texts of an exercise that can have pictures, each with its path."""
    yield ("intro",), record.intro
    for index, entry in enumerate(record.entries):
        if isinstance(entry, Passage):
            yield ("questions", index, "text"), entry.text
        elif isinstance(entry, Question):
            here: Path_ = ("questions", index)
            yield (*here, "prompt"), entry.prompt
            yield (*here, "explanation"), entry.explanation
            yield from (((*here, "hints", number), hint) for number, hint in enumerate(entry.hints))
            for number, option in enumerate(getattr(entry, "options", ())):
                yield (*here, "options", number, "text"), str(getattr(option, "text", ""))


def clashes(exercises: Iterable[tuple[Document, Mapping[str, Path]]]) -> Iterator[Fault]:
    """Yield a fault for each file that another exercise also hands out, with another content."""
    first: dict[str, tuple[str, str]] = {}  # where a file was found first, and its digest
    for document, files in exercises:
        for name, file in files.items():
            digest, own = digest_of(read_file(file, MAX_BYTES)), document.file.parent.name
            known, other = first.setdefault(name.lower(), (digest, own))
            if known != digest:
                told = (
                    f"{name} of {other} is a different file, and students have one folder for all exercises."
                )
                path = ("hand_out",) if name == HELPERS_FILE else ("files",)
                yield document.fault(path, told, "Rename one of them.")


def clashes_of_made(
    made: Iterable[tuple[Path, Collection[str]]], brought: Iterable[tuple[Document, Mapping[str, Path]]]
) -> Iterator[Fault]:
    """Yield a fault for each file that an exercise makes for a student and another one also hands out."""
    first = {name.lower(): document.file.parent.name for document, files in brought for name in files}
    for file, names in made:
        for name in sorted(names):
            other = first.setdefault(name.lower(), file.parent.name)
            if other != file.parent.name:
                told = f"{other} also hands out {name}, and students have one folder for all exercises."
                yield Fault(file, None, None, "", told, "Rename one of them.")


def clashes_of_asked(
    asked: Iterable[tuple[Document, Mapping[str, Path_]]], received: Collection[str]
) -> Iterator[Fault]:
    """Yield a fault for each file that two exercises ask for, or that students have received."""
    taken = {name.lower() for name in received} | _TAKEN
    first: dict[str, str] = {}
    for document, names in asked:
        own = document.file.parent.name
        for name, place in names.items():
            other = first.setdefault(name.lower(), own)
            told = f"{other} also asks for {name}, and students have one folder for all exercises."
            if name.lower() in taken:
                told = f"Students receive a file {name}."
            if name.lower() in taken or other != own:
                yield document.fault(place, told, "Ask for another name.")
