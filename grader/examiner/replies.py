"""What a worker says about its submission, bounded and checked: it is only ever shown, never believed."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Any

from grader.errors import printable
from grader.examiner.remedies import REMEDIES
from grader.examiner.slips_seen import SENTENCES, SlipSeen
from grader.examiner.trouble import NOWHERE, Place, Trouble
from grader.worker.families import FAMILIES
from grader.worker.refusals import MAX_DETAIL
from grader.worker.statements import MAX_ANSWER
from grader.worker.wire import WireError

MAX_TOLD = 100  # notices, and names of one statement, that are kept from a worker
MAX_FAILURES = 2000  # statements that failed
MAX_MESSAGE = 2000  # characters of an exception's own words
KINDS_OF_CALLS = frozenset({"raised", "exit", "missing", "too-large", "memory", "disk"})
MALFORMED = (TypeError, ValueError, LookupError, AttributeError)  # raised when a reply has another form
_KINDS = KINDS_OF_CALLS | {"notice", "syntax"}
_USE = (None, None, None)  # a family, a cell, a line
MAX_WORDS = 1000  # places where a file names something of a family
MAX_NAME = 100  # characters of a name that a worker sends
MAX_LINES = 1000  # of a file; in a longer one a line number would reveal too much beside a hidden check


class Replies:
    """What workers' replies say about a submission."""

    def __init__(self, names: Iterable[str], families: Iterable[str]) -> None:
        self._asked, self._families = list(names), sorted(families)
        self._lines: dict[str, tuple[int, int]] = {}  # of each cell, the lines before it and its own
        self._is_heard = False  # whether a worker has said which families the file uses
        self.read_notes: list[str] = []  # on what was skipped or assumed when the file was read
        self.slips: list[SlipSeen] = []
        self.answers: dict[str, str] = {}  # the statements that define each name, as they are written
        self.words: list[tuple[str, Place, str]] = []  # of families: the family, where, the name there
        self.used_at_load: dict[str, dict[str, Place | None]] = {}  # families by the value of a name

    def take_cells(self, notice: dict[str, Any]) -> None:
        """Keep which cells the file has, and the number of lines of each."""
        try:
            counts = [int(count) for _, count in notice["cells"]]
            labels = [str(label) for label, _ in notice["cells"]]
            self.read_notes = list(map(str, notice["notes"][:MAX_TOLD]))
        except MALFORMED:
            raise WireError("a worker did not say what it has read") from None
        self._lines = dict(zip(labels, zip(accumulate(counts, initial=0), counts, strict=False), strict=True))

    def note_families(self, header: dict[str, Any]) -> None:
        """Keep what the first worker says about families, before it has seen any input."""
        if self._is_heard:
            return
        self._is_heard = True
        for cell, line, family, name in header.get("words", [])[:MAX_WORDS]:
            place = self._place({"cell": cell, "line": line})
            if place != NOWHERE and family in FAMILIES and _is_name_of(family, name):
                self.words.append((family, place, name))
        for asked, *use in header.get("used", [])[:MAX_WORDS]:
            if asked in self._asked:
                self.used_at_load.setdefault(asked, {}).update(self.uses([use]))

    def uses(self, said: Any) -> Iterator[tuple[str, Place | None]]:
        """Yield the known families that a worker says were used, with their places in the file."""
        for use in said[: len(FAMILIES)] if isinstance(said, list) else ():
            family, cell, line = use if isinstance(use, list) and len(use) == len(_USE) else _USE
            if isinstance(family, str) and family in self._families:
                place = self._place({"cell": cell, "line": line})
                yield family, place if place != NOWHERE else None

    def read_unit(self, notice: dict[str, Any]) -> dict[str, Any]:
        """Return a notice if it says that a statement has begun."""
        number, names = notice.get("unit"), notice.get("names")
        if type(number) is not int or not isinstance(names, list):
            return {}
        cell, line = self._place(notice)
        about = self.question(notice.get("about"))
        return {"unit": number, "names": self.names(names), "cell": cell, "line": line, "about": about}

    def names(self, said: Any) -> list[str]:
        """Return the names in a worker's reply that were asked for."""
        return sorted(set(_texts(said)) & set(self._asked))

    def trouble(self, error: Any) -> Trouble:
        """Return what a worker says went wrong; it is only ever shown, never believed."""
        if not isinstance(error, dict):
            return Trouble("malformed")
        kind, type_name, message = (error.get(name) for name in ("kind", "type", "message"))
        cell, line = self._place(error)
        refused = str(error.get("refused", ""))
        return Trouble(
            kind=kind if isinstance(kind, str) and kind in _KINDS else "malformed",
            type=type_name if isinstance(type_name, str) and hasattr(builtins, type_name) else "",
            message=message[:MAX_MESSAGE] if isinstance(message, str) else "",
            cell=cell,
            line=line,
            refused=refused if refused in REMEDIES else "",
            detail=str(error.get("detail", ""))[:MAX_DETAIL],
            about=self.question(error.get("about")),
            follows=error.get("follows") is True,
        )

    def question(self, said: Any) -> str:
        """Return the question that a worker names, if it exists."""
        return said if isinstance(said, str) and said in self._asked else ""

    def note_answers(self, header: dict[str, Any]) -> None:
        """Keep what a worker says the student wrote for each question."""
        said = header.get("answers", {})
        texts = {name: str(said[name])[:MAX_ANSWER] for name in self._asked if name in said}
        self.answers = {
            name: "\n".join(printable(line.expandtabs(4)) for line in text.split("\n"))
            for name, text in texts.items()
        }

    def note_slips(self, header: dict[str, Any]) -> None:
        """Keep what the first worker says about slips in the file, before it has seen any input."""
        self.slips = [
            SlipSeen(name, kind, tuple(places), str(detail)[:MAX_DETAIL])
            for name, kind, said, detail in header.get("slips", [])[:MAX_TOLD]
            if self.question(name)
            and kind in SENTENCES
            and NOWHERE not in (places := [self._place({"cell": one[0], "line": one[1]}) for one in said[:2]])
            and places
        ]

    def _place(self, error: dict[str, Any]) -> Place:
        """Return a cell and a line of it, if the submission has that line."""
        cell, line = error.get("cell"), error.get("line")
        first, last = self._lines.get(cell, (0, 0)) if isinstance(cell, str) else (0, 0)
        if type(line) is int and 1 <= line <= last and first + line <= MAX_LINES:
            return str(cell), line
        return NOWHERE


def _is_name_of(family: str, name: str) -> bool:
    """Return whether a name from a worker belongs to a family; it may have the modules before it."""
    parts = name.split(".")
    known = len(name) <= MAX_NAME and parts[-1] in FAMILIES[family].names
    return known and all(part.isidentifier() for part in parts[:-1])


def _texts(said: Any) -> list[str]:
    """Return the texts in what should be a list of texts."""
    return [item for item in said if isinstance(item, str)] if isinstance(said, list) else []
