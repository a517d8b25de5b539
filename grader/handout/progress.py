"""What a student's machine remembers of each exercise: the best report, the last one, and the hints."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from grader.errors import UsageFault
from grader.examiner.report import Report
from grader.files import read_file, refusal, write_file
from grader.language.record import Record

FOLDER = ".grade"
MAX_BYTES = 16 << 20  # for each exercise


class Remembered(Record):
    """The last report of one exercise, the digest of its file, and an earlier report if it is better."""

    digest: str
    report: Report | None = None
    better: Report | None = None
    hints: dict[str, int] = {}

    @property
    def best(self) -> Report | None:
        """The report that counts."""
        return self.better or self.report


def _is_better(before: Report, now: Report) -> bool:
    """Return whether an earlier report of the same questions scores higher, or equal with more answers."""
    if [(one.id, one.points) for one in before.questions] != [(one.id, one.points) for one in now.questions]:
        return False
    return (before.score, -len(before.still_open)) > (now.score, -len(now.still_open))


@dataclass
class Progress:
    """A folder of small JSON files next to the student's work. A damaged file is ignored."""

    root: Path
    _loaded: dict[str, Remembered] = field(default_factory=dict)

    def of(self, exercise: str) -> Remembered:
        """Return what is remembered of an exercise."""
        if exercise not in self._loaded:
            try:
                content = read_file(self._file(exercise), MAX_BYTES)
                self._loaded[exercise] = Remembered.model_validate_json(content)
            except (UsageFault, ValueError, ValidationError):
                self._loaded[exercise] = Remembered(digest="")
        return self._loaded[exercise]

    def remember(self, exercise: str, digest: str, report: Report) -> None:
        """Save a report, and the best one so far for the same questions."""
        before = self.of(exercise)
        best = before.best
        better = best if best is not None and _is_better(best, report) else None
        self._write(exercise, Remembered(digest=digest, report=report, better=better, hints=before.hints))

    def count_hint(self, exercise: str, question: str) -> int:
        """Count one more hint shown for a question, and return their number."""
        before = self.of(exercise)
        shown = before.hints.get(question, 0) + 1
        self._write(exercise, before.model_copy(update={"hints": {**before.hints, question: shown}}))
        return shown

    def _write(self, exercise: str, remembered: Remembered) -> None:
        self._loaded[exercise] = remembered
        make_folder(self.root)
        write_file(self._file(exercise), json.dumps(remembered.model_dump(mode="json")))

    def _file(self, exercise: str) -> Path:
        return self.root / FOLDER / f"{exercise}.json"


def make_folder(root: Path) -> None:
    """Make the folder of what is remembered.

    Raises:
        UsageFault: it cannot be made.

    """
    try:
        (root / FOLDER).mkdir(exist_ok=True)
    except OSError as error:
        raise refusal(root / FOLDER, "made", error) from None
