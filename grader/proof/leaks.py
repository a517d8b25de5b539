"""Make sure that students receive no answer, no reference, no hidden check and no unexpected file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from grader.course.file_names import CHECKS_FILE, MISCONCEPTIONS_FILE, REFERENCE_FILE, VISIBLE_CHECKS_FILE
from grader.course.loading import LoadedExercise
from grader.course.sitting import Sitting
from grader.course.solutions import solutions
from grader.errors import Fault
from grader.handout.generation import write_handout
from grader.handout.pack import PACK_FILE
from grader.handout.stubs import SUFFIX, Format
from grader.worker.temporary import Folder

MIN_LETTERS = 20  # of a line: shorter ones are everywhere
_COMMON = ("import ", "from ", "def ", "class ", "@")  # the beginnings of lines that stubs have as well
_FORMATS: tuple[Format, ...] = ("python", "notebook")


def leaks(exercise: LoadedExercise, sitting: Sitting) -> Iterator[Fault]:
    """Yield what an assessed handout gives away of an exercise."""
    for form in _FORMATS:
        with Folder("leaks") as folder:
            handout = folder.path / "handout"
            write_handout(handout, [sitting], form, "assessed")
            files = {file: file.read_bytes() for file in handout.rglob("*") if file.is_file()}
            names = {str(file.relative_to(handout)) for file in files}
        for name in sorted(names - _expected(exercise, sitting, form)):
            yield Fault(exercise.folder, None, None, "", f"Students receive an unexpected file: {name}.", "")
        received = "\n".join(text for content in files.values() for text in _texts(content))
        yield from _lines_given_away(exercise, received)
        for (index, _), posed in zip(exercise.record.placed, sitting.paper.questions, strict=True):
            solution = solutions(sitting)[posed.id]
            if solution.startswith(f"{posed.id} = ") and solution in received:
                sentence = f"What students receive contains the answer to '{posed.id}'."
                yield exercise.document.fault(("questions", index), sentence, "Look at its texts.")


def _expected(exercise: LoadedExercise, sitting: Sitting, form: Format) -> set[str]:
    material = sitting.material
    brought = {*material.handed_out, *material.pictures, *material.made}
    return {PACK_FILE, f"{exercise.name}{SUFFIX[form]}", f"checks/{exercise.name}.py", *brought}


def _texts(content: bytes) -> Iterator[str]:
    """Yield the texts in a file; of a packed file, those in it."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield archive.read(name).decode(errors="replace")
    else:
        yield content.decode(errors="replace")


def _lines_given_away(exercise: LoadedExercise, received: str) -> Iterator[Fault]:
    """Yield lines of the instructor's own files, unless the author also wrote them into the exercise."""
    begun = {one.starts_from for one in exercise.record.questions if one.starts_from}
    handed_out = [exercise.document.file, *(exercise.folder / name for name in (VISIBLE_CHECKS_FILE, *begun))]
    public = "".join(map(_read, handed_out))
    for name in (REFERENCE_FILE, CHECKS_FILE, MISCONCEPTIONS_FILE):
        for number, line in enumerate(_read(exercise.folder / name).splitlines(), 1):
            code = line.strip()
            is_telling = len(code) >= MIN_LETTERS and not code.startswith(_COMMON)
            if is_telling and code in received and code not in public:
                sentence = "What students receive contains this line."
                yield Fault(exercise.folder / name, number, None, "", sentence, "Find out how it got there.")


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8-sig") if file.is_file() else ""
