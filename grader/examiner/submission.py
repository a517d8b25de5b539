"""What a student hands in, read as cells of plain Python: one for a .py file, a notebook's own for it."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from dataclasses import dataclass
from pathlib import Path

import nbformat

from grader.errors import SubmissionFault
from grader.files import open_file, refusal

MAX_BYTES = 10 << 20
MAX_CODE = 1_000_000  # characters of all cells
MAX_ROUNDS = 200  # magics of one cell that are looked for
MAX_PARSED = 4_000_000  # characters that are parsed in all while looking for magics
ENCODINGS = ("utf-8", "utf-8-sig", "ascii", "iso-8859-1", "iso-8859-15", "latin-1", "cp1252", "windows-1252")
MAX_NOTED = 60  # characters of a line that was skipped
SUFFIXES = (".py", ".ipynb")

_WHOLE_CELL_MAGICS = re.compile(r"%%(?!time\b|timeit\b|capture\b|prun\b)")


@dataclass(frozen=True)
class Cell:
    """A piece of source under the name that messages call it by."""

    label: str
    source: str


@dataclass(frozen=True)
class Submission:
    """One file handed in. `notes` tell what in it was skipped."""

    name: str
    content: bytes
    cells: tuple[Cell, ...]
    notes: tuple[str, ...] = ()

    @property
    def imports(self) -> frozenset[str]:
        """The modules that it seems to import, without parsing it."""
        found: set[str] = set()
        for cell in self.cells:
            found.update(re.findall(r"^[ \t]*(?:from|import)[ \t]+(\w+)", cell.source, re.MULTILINE))
        return frozenset(found)


def read_submission(file: Path) -> Submission:
    """Read a file that a student hands in.

    Raises:
        SubmissionFault: it is missing, too large, or neither Python text nor a notebook.

    """
    try:
        with open_file(file) as stream:
            content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise SubmissionFault(f"There is no file {file}.") from None
    except OSError as error:
        raise SubmissionFault(str(refusal(file, "read", error))) from None
    return parse_submission(file.name, content)


def parse_submission(name: str, content: bytes) -> Submission:
    """The submission in the bytes of a file of this name.

    Raises:
        SubmissionFault: they are neither Python text nor a notebook.

    """
    if len(content) > MAX_BYTES:
        raise SubmissionFault(
            f"{name} is larger than {MAX_BYTES >> 20} MiB. Clear the outputs and save it again."
        )
    if name.endswith(".ipynb"):
        return _read_notebook(name, content)
    if name.endswith(".py"):
        return Submission(name, content, (Cell(name, _bounded(name, _python_text(name, content))),))
    raise SubmissionFault(f"{name} is neither a .py file nor a .ipynb notebook.")


def _python_text(name: str, content: bytes) -> str:
    if b"\0" in content:
        raise SubmissionFault(f"{name} is not a text file. Save it as UTF-8 text.")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        if encoding not in ENCODINGS:
            raise LookupError(encoding)
        return content.decode(encoding)
    except (SyntaxError, UnicodeError, LookupError):
        raise SubmissionFault(f"{name} is not UTF-8 text. Save it as UTF-8.") from None


def _bounded(name: str, code: str) -> str:
    if len(code) > MAX_CODE:
        raise SubmissionFault(f"{name} holds more than a million characters of code. Keep data out of it.")
    return code


def _read_notebook(name: str, content: bytes) -> Submission:
    if not content.strip():
        return Submission(name, content, (), (f"{name} is empty.",))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # old notebooks without cell ids are fine
            notebook = nbformat.reads(content.decode("utf-8-sig"), as_version=4)  # type: ignore[no-untyped-call]
        sources = [str(cell.source) for cell in notebook.cells if cell.cell_type == "code"]
    except Exception:
        raise SubmissionFault(
            f"{name} is not a notebook that Jupyter could open. Save it again there."
        ) from None
    _bounded(name, "\n".join(sources))
    cells, notes, budget = [], [], MAX_PARSED
    for number, source in enumerate(sources, 1):
        label = f"cell {number}"
        text, skipped = without_magics(source, budget)
        budget -= len(source) * (len(skipped) + 1)
        cells.append(Cell(label, text))
        notes += [
            f"{label}, line {line}: `{_short(what)}` was skipped; it is not Python." for line, what in skipped
        ]
    return Submission(name, content, tuple(cells), tuple(notes))


def _short(line: str) -> str:
    line = line if len(line) <= MAX_NOTED else f"{line[: MAX_NOTED - 3]}..."
    return "".join(letter if letter.isprintable() else "?" for letter in line)


def without_magics(source: str, budget: int = MAX_PARSED) -> tuple[str, list[tuple[int, str]]]:
    r"""A cell's source with `pass` in place of magics and shell lines, and those lines with their numbers.

    Only lines that Python stumbles over are touched, so that a `%` or `!` inside a text stays.

    >>> without_magics("%matplotlib inline\nx = 1")
    ('pass\nx = 1', [(1, '%matplotlib inline')])
    """
    lines = source.split("\n")
    first = next((index for index, line in enumerate(lines) if line.strip()), 0)
    if lines and _WHOLE_CELL_MAGICS.match(lines[first]):
        return "\n" * (len(lines) - 1), [(first + 1, lines[first])]
    skipped: list[tuple[int, str]] = []
    rounds = min(MAX_ROUNDS, max(0, budget) // max(1, len(source)))
    for _ in range(rounds if any(map(_is_magic, lines)) else 0):
        line = _stumbles_at("\n".join(lines))
        if line is None or not _is_magic(lines[line]):
            break
        text = lines[line]
        skipped.append((line + 1, text.strip()))
        lines[line] = text[: len(text) - len(text.lstrip())] + "pass"
    return "\n".join(lines), skipped


def _stumbles_at(source: str) -> int | None:
    """The line, from 0, where the source stops being Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source)
    except SyntaxError as error:
        line = (error.lineno or 1) - 1
        return line if line < len(source.split("\n")) else None
    except (ValueError, RecursionError, MemoryError):
        return None
    return None


def _is_magic(line: str) -> bool:
    text = line.strip()
    is_assigned = re.match(r"[\w, ]+=\s*[!%]", text) is not None
    return text.startswith(("%", "!", "?")) or text.endswith("?") or is_assigned
