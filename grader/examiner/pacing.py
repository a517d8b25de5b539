"""Grade on a machine that may be slower than the one where the reference was measured."""

from __future__ import annotations

from collections.abc import Callable

from grader.course.file_names import REFERENCE_FILE
from grader.course.measured import PATIENCE_SECONDS, limit_for
from grader.course.sitting import Sitting
from grader.course.variant_source import variant_source
from grader.examiner.budget import longest_of
from grader.examiner.checks import CheckSuite
from grader.examiner.events import Longer
from grader.examiner.grading import grade
from grader.examiner.report import Report
from grader.examiner.submission import submission_of
from grader.worker.isolation.way import Workers

Grade = Callable[[Sitting], Report]


class Pacer:
    """A sitting whose time limits are raised once, if the reference needs it on this machine.

    The reference is measured only when a file has run out of time, and where no author limits the time.
    """

    def __init__(
        self, sitting: Sitting, server: Workers, suite: CheckSuite | None, tell: Callable[[Longer], None]
    ) -> None:
        self._sitting, self._server, self._suite, self._tell = sitting, server, suite, tell
        self._is_open = bool(sitting.paper.follows and sitting.keys and suite and sitting.code_questions)

    def graded(self, once: Grade) -> Report:
        """Grade a file, and once more if it ran out of a time that is too short for this machine."""
        report = once(self._sitting)
        if not (self._is_open and report.ran_out):
            return report
        self._is_open = False
        longer = self._sitting.allowing(limit_for(self._slowest()))
        if longer == self._sitting:
            return report
        self._sitting = longer
        self._tell(Longer(longest_of(longer)))
        return once(longer)

    def _slowest(self) -> float:
        """Return the seconds of the longest call of the reference on this machine."""
        sitting = self._sitting.allowing(PATIENCE_SECONDS)
        self._tell(Longer(longest_of(sitting)))
        folder = sitting.folder
        text = variant_source(folder / REFERENCE_FILE, sitting.params) if folder else ""
        reference = submission_of(REFERENCE_FILE, text.encode())
        code = sitting.code_questions
        return grade(sitting, reference, self._server, self._suite, code, by_author=True).slowest
