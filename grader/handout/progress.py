"""What a student's own machine remembers: the last report of each exercise, and the hints that were shown."""

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
MAX_BYTES = 16 << 20  # of what is remembered of one exercise


class Remembered(Record):
    """The last report of one exercise, and the file that it was of."""

    digest: str
    report: Report | None = None
    hints: dict[str, int] = {}


@dataclass
class Progress:
    """A folder of small JSON files beside the student's work. A damaged one is as good as none."""

    root: Path
    _loaded: dict[str, Remembered] = field(default_factory=dict)

    def of(self, exercise: str) -> Remembered:
        """What is remembered of an exercise."""
        if exercise not in self._loaded:
            try:
                content = read_file(self._file(exercise), MAX_BYTES)
                self._loaded[exercise] = Remembered.model_validate_json(content)
            except (UsageFault, ValueError, ValidationError):
                self._loaded[exercise] = Remembered(digest="")
        return self._loaded[exercise]

    def remember(self, exercise: str, digest: str, report: Report) -> None:
        """Keep a report."""
        self._write(exercise, Remembered(digest=digest, report=report, hints=self.of(exercise).hints))

    def count_hint(self, exercise: str, question: str) -> int:
        """The number of hints shown for a question, this one included."""
        before = self.of(exercise)
        shown = before.hints.get(question, 0) + 1
        self._write(exercise, before.model_copy(update={"hints": {**before.hints, question: shown}}))
        return shown

    def _write(self, exercise: str, remembered: Remembered) -> None:
        self._loaded[exercise] = remembered
        folder = self.root / FOLDER
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise refusal(folder, "made", error) from None
        write_file(self._file(exercise), json.dumps(remembered.model_dump(mode="json")))

    def _file(self, exercise: str) -> Path:
        return self.root / FOLDER / f"{exercise}.json"
