"""A demonstration: a shipped course, handed out to a made-up class, graded and exported."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from grader.classroom.roster import Roster, read_roster
from grader.course.loading import load_course
from grader.demo.made_up import MadeUp, class_of, roster_text, write_class
from grader.examiner.packages import demand
from grader.examiner.report import Report
from grader.handout.generation import generate
from grader.lms import EXPORTS
from grader.service.class_grading import ClassGrading
from grader.service.publishing import ExportOrder
from grader.service.scaffolding import make_course
from grader.service.service import Machine, Service, silent
from grader.worker.folders import remove
from grader.worker.isolation.ways import own_way


class Demonstration:
    """The demonstration of `course demo`, built step by step in a folder."""

    def __init__(self, root: Path, name: str, tell: Callable[[str], None] = silent) -> None:
        self.root, self._name, self._tell = root, name, tell
        self._roster_file = root / "roster.csv"

    @cached_property
    def service(self) -> Service:
        """Copy the course and return its service."""
        make_course(self.root, self._name)
        course = load_course(self.root)
        demand(course.record.packages)  # before minutes of work
        return Service(course, self._tell)

    @cached_property
    def _class(self) -> Sequence[MadeUp]:
        return class_of(self.service.course)

    @cached_property
    def roster(self) -> Roster:
        """Return the names of the students."""
        self._roster_file.write_text(roster_text(self._class), encoding="utf-8")
        return read_roster(self._roster_file)

    @property
    def stories(self) -> Mapping[str, str]:
        """Return what each student does."""
        return {person.student: person.story for person in self._class}

    def hand_out(self) -> None:
        """Write both editions of the handouts, and the submissions."""
        course, students = self.service.course, self.roster.students
        generate(course, self.root / "handouts", students, "python", "practice")
        generate(course, self.root / "handouts-assessed", students, "notebook", "assessed")
        write_class(course, self._class, self.root / "submissions")

    def grading(self) -> ClassGrading:
        """Return the grading of the class."""
        return self.service.grade(
            [self.root / "submissions"], self._roster_file, machine=Machine(own_way().name)
        )

    def in_order(self, reports: list[Report]) -> list[Report]:
        """Sort reports by student in roster order and exercise in course order."""
        exercises = self.service.course.record.exercises
        order = [(student, name) for student in self.roster.students for name in exercises]
        return sorted(reports, key=lambda report: order.index((report.student or "", report.exercise)))

    def export(self) -> None:
        """Write the scores for every LMS."""
        for lms in EXPORTS:
            self.service.export(ExportOrder(lms, self.root / "exports" / lms.name, self.roster))

    def remove(self) -> None:
        """Remove everything, because half a demonstration is useless."""
        remove(self.root)
