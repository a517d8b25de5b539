"""A demonstration: the shipped course, handed out to a made-up class, graded and exported."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path

from grader.classroom.roster import Roster, read_roster
from grader.course.file_names import COURSE_FILE
from grader.course.loading import load_course
from grader.demo.made_up import roster_text, stories, write_class
from grader.examiner.packages import demand
from grader.examiner.report import Report
from grader.handout.generation import generate
from grader.lms import EXPORTS
from grader.service.class_grading import ClassGrading
from grader.service.publishing import ExportOrder
from grader.service.service import Machine, Service, silent
from grader.service.shipped import shipped_course
from grader.worker.folders import remove
from grader.worker.isolation.ways import own_way


class Demonstration:
    """The demonstration of `course demo`, built step by step in a folder."""

    def __init__(self, root: Path, tell: Callable[[str], None] = silent) -> None:
        self.root, self._tell = root, tell
        self._roster_file = root / "roster.csv"

    @cached_property
    def service(self) -> Service:
        """Copy the course and return its service."""
        source = shipped_course()
        shutil.copy(source / COURSE_FILE, self.root)
        no_cache = shutil.ignore_patterns("__pycache__")
        shutil.copytree(source / "exercises", self.root / "exercises", ignore=no_cache)
        course = load_course(self.root)
        demand(course.record.packages)  # before minutes of work
        return Service(course, self._tell)

    @cached_property
    def roster(self) -> Roster:
        """Return the names of the students."""
        self._roster_file.write_text(roster_text(), encoding="utf-8")
        return read_roster(self._roster_file)

    @property
    def stories(self) -> Mapping[str, str]:
        """Return what each student does."""
        return stories()

    def hand_out(self) -> None:
        """Write both editions of the handouts, and the submissions."""
        course, students = self.service.course, self.roster.students
        generate(course, self.root / "handouts", students, "python", "practice")
        generate(course, self.root / "handouts-assessed", students, "notebook", "assessed")
        write_class(course, self.root / "submissions")

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
