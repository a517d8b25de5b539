"""One grading of a class, from the collected files to the messages at the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from grader.classroom.class_grader import ClassGrader
from grader.classroom.class_run import ClassRun
from grader.classroom.collecting import Collected
from grader.classroom.tally import Tally
from grader.classroom.together import Together
from grader.course.rules import unknown_students
from grader.errors import UsageFault
from grader.examiner.outcome import Outcome
from grader.gradebook.marks import with_marks
from grader.gradebook.notices import alone_notices, group_notices, open_to_all, unknown_sections, unused_lists
from grader.gradebook.store import Gradebook
from grader.service.standings import override_warnings


@dataclass
class ClassGrading:
    """A grading: call `look`, then `run` for what is `left`, then `finish`. `tally` counts meanwhile."""

    grader: ClassGrader
    gradebook: Gradebook
    collected: Collected
    again: bool = False
    tally: Tally = field(default_factory=Tally)
    _run: ClassRun = field(init=False)

    def __post_init__(self) -> None:
        self.tally.exercises = self.grader.course.record.exercises
        self._run = ClassRun(self.grader, self.gradebook, self.collected.roster is not None, self.again)

    def look(self) -> Iterator[Outcome]:
        """Go through the submissions and yield the unchanged ones.

        Raises:
            CourseFaults: an exercise is wrong.
            UsageFault: a source cannot be read, or the gradebook fails.

        """
        sharing = self.grader.course.sharing
        found = Together(self.collected, sharing, self.gradebook, personal=self._run.personal)
        yield from self._counted(self._run.look(found if sharing.sets else self.collected))

    @property
    def left(self) -> int:
        """Return the number of submissions to run."""
        return self._run.left

    def run(self) -> Iterator[Outcome]:
        """Run the submissions that are left; each result is in the gradebook before it is yielded.

        Raises:
            CourseFaults: an exercise, its reference or its checks are wrong.
            UsageFault: a package of the course is missing, or the gradebook fails.

        """
        yield from self._counted(self._run.run())

    def settle(self) -> Iterator[Outcome]:
        """Look and run in one go."""
        yield from self.look()
        yield from self.run()

    def _counted(self, outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
        marks = self.gradebook.marks()
        for outcome in outcomes:
            report = outcome.report
            own = marks.get((report.student or "", report.exercise), ())
            kept = outcome.kept and with_marks(outcome.kept, own).report  # compared with the report
            one = replace(outcome, report=with_marks(report, own).report, kept=kept) if own else outcome
            self.tally.count(one)
            yield one

    def finish(self) -> list[str]:
        """Record whose files may have been left out, and return messages for the user."""
        roster, course = self.collected.roster, self.grader.course
        sharing = course.sharing
        left_out = (
            (source, student, exercise)
            for source, one, exercise in self.collected.may_be_of()
            for student in {one, *sharing.members(sharing.owner(one, exercise), exercise)}
        )
        self.gradebook.keep_left_out(self.collected.looked_at(), left_out)
        return [
            *open_to_all(self.gradebook),
            *unknown_students(
                course.rules,
                {*self.gradebook.students(), *sharing.students},
                roster.people if roster else None,
            ),
            *group_notices(course, self.gradebook),
            *alone_notices(course, roster.students if roster else sorted(sharing.students)),
            *unknown_sections(course),
            *unused_lists(course),
            *override_warnings(course, self.gradebook, self.collected.students),
        ]

    @property
    def is_complete(self) -> bool:
        """Return whether everything that was handed in counts.

        Raises:
            UsageFault: nothing was handed in.

        """
        tally = self.tally
        if not tally.graded + tally.ungraded:
            raise UsageFault("There is nothing to grade. Name each submission STUDENT/EXERCISE.py or .ipynb.")
        return not tally.ungraded and not tally.held and not self.collected.left_out
