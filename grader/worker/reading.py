"""Read what a student hands in as cells of plain Python: one for a .py file, the cells of a notebook.

A worker does this under a deadline and a memory limit, before it runs any of it: a file can be made so that
parsing it costs much time and memory.
"""

from __future__ import annotations

import ast
import codecs
import contextlib
import io
import json
import re
import tokenize
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from grader.errors import SubmissionFault
from grader.worker.magics import MAX_PARSED, as_jupyter_reads, has_magics, is_harmless, without_magics
from grader.worker.sections import Sections, question_of

MAX_CODE = 1_000_000  # characters of all cells
# Encodings that a first line may name. Only encodings of text: Python knows others that compress or run.
ENCODINGS = frozenset(  # by the names that `codecs.lookup` gives them
    (
        *("ascii", "big5", "cp1250", "cp1251", "cp1252", "cp1254", "cp437", "cp850", "cp932", "cp949"),
        *("euc_jp", "euc_kr", "gb18030", "gb2312", "gbk", "iso8859-1", "iso8859-15", "iso8859-2"),
        *("iso8859-5", "iso8859-9", "koi8-r", "koi8-u", "mac-roman", "shift_jis", "utf-8", "utf-8-sig"),
    )
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")  # not in any text
EMPTY = "{name} is empty."
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
MAX_NOTED = 60  # characters of a skipped line
MAX_TEXTS = 100_000  # characters of text cells that are looked at for answers
MAX_RUNS = 99_999  # a larger run number is none that a notebook shows


@dataclass(frozen=True)
class Cell:
    """A piece of source, the name that messages use for it, and the question whose header comes before it.

    `is_asked` is about a text cell: it has that header itself.
    """

    label: str
    source: str
    question: str = ""
    is_asked: bool = False


@dataclass(frozen=True)
class Source:
    """The cells of a submitted file. `notes` say what was skipped or assumed; `texts` are not run."""

    cells: tuple[Cell, ...]
    notes: tuple[str, ...] = ()
    texts: tuple[Cell, ...] = ()


def read_cells(name: str, content: bytes) -> Source:
    """Return the cells in the bytes of a file of this name.

    Raises:
        SubmissionFault: they are neither Python text nor a notebook, or too much code.

    """
    text, notes = _text(name, content)
    cells = _cells_of(text)
    is_notebook = name.endswith(".ipynb")
    if cells is not None:
        if not is_notebook:
            notes += (f"{name} is a notebook, and was read as one.",)
        return _notebook(name, cells, notes)
    if not text.strip():
        return Source(() if is_notebook else (Cell(name, text),), (EMPTY.format(name=name),))
    if is_notebook and not _is_python(text):
        raise _not_text(name)
    if is_notebook:
        notes += (f"{name} is Python text, not a notebook, and was read as such.",)
    source, skipped = _python(_bounded(name, text))
    return Source((Cell(name, source),), (*notes, *skipped))


def _text(name: str, content: bytes) -> tuple[str, tuple[str, ...]]:
    """Decode a file as editors save it; a note says what was assumed.

    A file that is not in its declared encoding is read as Windows-1252. At worst that gets a few letters in
    comments and strings wrong: what Python itself needs is the same in both.

    Raises:
        SubmissionFault: this is not text.

    """
    if content.startswith(_UTF_16) or b"\0" in content:
        return _utf_16(name, content), (f"{name} is UTF-16 text. It is safer to save it as UTF-8.",)
    for encoding in (_named_encoding(content), "utf-8-sig"):
        with contextlib.suppress(UnicodeError):
            return content.decode(encoding), ()
    text = content.decode("cp1252", errors="replace")
    if _CONTROL.search(text):
        raise _not_text(name)
    return text, (f"{name} is not UTF-8 text; it was read as Windows-1252. It is safer to save it as UTF-8.",)


def _named_encoding(content: bytes) -> str:
    """Return the encoding that a file's first lines name, if it is an encoding of text."""
    with contextlib.suppress(SyntaxError, UnicodeError, LookupError):
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        if codecs.lookup(encoding).name in ENCODINGS:
            return encoding
    return "utf-8-sig"


def _utf_16(name: str, content: bytes) -> str:
    """Decode UTF-16, even where no mark says which byte order it has."""
    orders = ("utf-16",) if content.startswith(_UTF_16) else ("utf-16-le", "utf-16-be")
    for order in orders:
        try:
            text = content.decode(order)
        except UnicodeError:
            continue
        if "\0" not in text and (order == "utf-16" or _is_mostly_ascii(text)):
            return text
    raise _not_text(name)


def _not_text(name: str) -> SubmissionFault:
    if name.endswith(".ipynb"):
        return SubmissionFault(
            f"{name} is not a notebook that Jupyter can open. Open it in Jupyter and save it again."
        )
    return SubmissionFault(f"{name} is not a text file. Save it as UTF-8 text.")


def _is_mostly_ascii(text: str) -> bool:
    return 2 * sum(letter.isascii() for letter in text) > len(text)


@dataclass(frozen=True)
class _Found:
    """A cell of a notebook, and whether it is code."""

    cell: Cell
    is_code: bool


def _cells_of(text: str) -> list[_Found] | None:
    """Return the cells of a notebook of format 4 or older.

    Return None if this is not a notebook. Nothing else in it matters: outputs, metadata and what Jupyter
    would complain about are ignored.
    """
    if not text.lstrip("\ufeff \t\r\n").startswith("{"):
        return None
    try:
        document = json.loads(text.lstrip("\ufeff"))
        return list(_found_cells(list(_cells(document))))
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return None


def _found_cells(cells: Sequence[Any]) -> Iterator[_Found]:
    """Yield each cell with the question whose header comes before it."""
    question, labels = "", _labels(cells)
    for cell, label in zip(cells, labels, strict=True):
        if cell["cell_type"] == "code":
            yield _Found(Cell(label, _source(cell), question), is_code=True)
            continue
        with contextlib.suppress(TypeError):  # errors in a text cell do not matter
            source = _source(cell)
            own = question_of(source)
            question = own or question
            yield _Found(Cell(label, source, question, is_asked=bool(own)), is_code=False)


def _labels(cells: Sequence[Any]) -> Iterator[str]:
    """Yield how a reader of the notebook finds each cell: by the number beside it, or by counting all."""
    numbers = [_run_number(cell) for cell in cells]
    times = Counter(numbers)
    for place, number in enumerate(numbers, 1):
        yield f"cell [{number}]" if number and times[number] == 1 else f"cell {place} from the top"


def _run_number(cell: Any) -> int | None:
    number = cell.get("execution_count", cell.get("prompt_number")) if cell["cell_type"] == "code" else None
    return number if type(number) is int and 0 < number <= MAX_RUNS else None


def _cells(document: Any) -> Iterator[Any]:
    """Yield a notebook's cells.

    Raises:
        LookupError: it has none.

    """
    if "cells" in document:
        yield from document["cells"]
    else:
        for sheet in document["worksheets"]:  # formats 2 and 3
            yield from sheet["cells"]


def _source(cell: Any) -> str:
    source = cell.get("source", cell.get("input", ""))
    return source if isinstance(source, str) else "".join(source)


def _is_python(text: str) -> bool:
    """Return whether this can be Python saved under another name; `{}` counts as JSON."""
    with contextlib.suppress(ValueError, RecursionError):
        json.loads(text)
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return len(text) <= MAX_CODE and bool(ast.parse(text).body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def _bounded(name: str, code: str) -> str:
    if len(code) > MAX_CODE:
        raise SubmissionFault(f"{name} holds more than a million characters of code. Keep data out of it.")
    return code


def _python(text: str) -> tuple[str, list[str]]:
    """Return Python text without magics, and notes on the skipped ones."""
    if not has_magics(text):
        return text, []
    texts, notes, budget = [], [], MAX_PARSED
    for section in Sections(text):
        cleaned, skipped = without_magics(section.text, budget)
        budget -= len(section.text) * (len(skipped) + 1)
        texts.append(cleaned)
        notes += _skipped_notes("", [(section.before + line, what) for line, what in skipped])
    return "".join(texts), notes


def _notebook(name: str, found: list[_Found], notes: tuple[str, ...]) -> Source:
    code = [one.cell for one in found if one.is_code]
    _bounded(name, "\n".join(cell.source for cell in code))
    cells, skipped_notes, budget = [], [], MAX_PARSED
    for cell in code:
        if not cell.source.strip():
            continue
        text, skipped = without_magics(as_jupyter_reads(cell.source), budget)
        budget -= len(cell.source) * (len(skipped) + 1)
        cells.append(Cell(cell.label, text, cell.question))
        skipped_notes += _skipped_notes(f" of {cell.label}", skipped)
    texts = [one.cell for one in found if not one.is_code]
    return Source(tuple(cells), (*notes, *skipped_notes), tuple(_few(texts)))


def _few(texts: Sequence[Cell]) -> Iterator[Cell]:
    """Yield text cells until they are too long to look at."""
    length = 0
    for cell in texts:
        length += len(cell.source)
        if length <= MAX_TEXTS:
            yield cell


def _skipped_notes(of_cell: str, skipped: list[tuple[int, str]]) -> list[str]:
    """Return what was skipped, except lines that change no answer."""
    return [
        f"Line {line}{of_cell}: `{_short(what)}` was skipped; it is not Python."
        for line, what in skipped
        if not is_harmless(what)
    ]


def _short(line: str) -> str:
    line = line if len(line) <= MAX_NOTED else f"{line[: MAX_NOTED - 3]}..."
    return "".join(letter if letter.isprintable() else "?" for letter in line)
