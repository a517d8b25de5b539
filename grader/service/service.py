"""The service of a course and its gradebook for every front end."""

from __future__ import annotations

import getpass
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from grader.classroom.class_grader import ClassGrader
from grader.classroom.class_run import ClassRun
from grader.classroom.collecting import Collected, Found
from grader.classroom.ownership import Ownership
from grader.classroom.regrading import Regrading
from grader.classroom.roster import Roster
from grader.course.canvas_place import CanvasPlace
from grader.course.deadlines import instant
from grader.course.loading import LoadedCourse
from grader.course.memberships import Memberships
from grader.course.paper import prepare
from grader.course.rules import read_time, unknown_students
from grader.course.sharing import is_group
from grader.engine.handed_in import HandedIn
from grader.engine.job import Job
from grader.errors import CourseFaults, UsageFault, counted, printable
from grader.examiner.events import Event
from grader.examiner.outcome import Outcome
from grader.examiner.report import Report
from grader.folding import folded
from grader.gradebook.analysis import Analysis, analyse, counting_submissions
from grader.gradebook.class_summary import ClassSummary, Examples, arrivals, paces, students_of
from grader.gradebook.entries import Attempt, GivenMark, LastOutput, Override, PastEvent
from grader.gradebook.notices import (
    alone_notices,
    forgotten_exercises,
    group_notices,
    unknown_sections,
    unused_lists,
)
from grader.gradebook.scoring import TINY, Score
from grader.gradebook.shared import owned_attempts, shared_analysis
from grader.gradebook.store import Gradebook
from grader.gradebook.totals import Total
from grader.handout.generation import Generated, generate
from grader.handout.installation import installation_of
from grader.handout.pack import PACK_FILE, Edition
from grader.handout.stubs import Format
from grader.handout.untouched import is_untouched
from grader.lms import BY_NAME
from grader.lms.base import Lms
from grader.proof.matrix import Proved
from grader.service.class_grading import ClassGrading
from grader.service.enrolment import (
    ROSTER_FILE,
    Enrolled,
    Forgotten,
    Imported,
    ImportOrder,
    enrolled,
    forget_student,
    import_people,
)
from grader.service.feedback_folder import Draw, PackOrder, Say, Written, write_feedback
from grader.service.home import find_course
from grader.service.installing import try_installation
from grader.service.marking_desk import MarkingDesk, MarkingOrder, override_question
from grader.service.people import (
    found_student,
    known_student,
    memberships_in,
    roster_of,
    roster_of_gradebook,
)
from grader.service.proposing import Proposed, propose
from grader.service.publishing import Exported, ExportOrder, export
from grader.service.pushing import PushOrder, PushResult, PushStep, canvas_place, push
from grader.service.standings import (
    NO_TOTAL,
    Absence,
    absences,
    course_totals,
    final_scores,
    override_warnings,
    score_notices,
)
from grader.worker.isolation.ways import FULL


@dataclass(frozen=True)
class Machine:
    """Where submissions run: in lanes on this machine, or on a Dask cluster."""

    isolation: str = FULL.name
    jobs: int | None = None  # lanes; None for up to one per processor
    cluster: str = ""  # the scheduler's address


HERE = Machine()


def silent(_sentence: str) -> None:
    """Ignore a message."""


class Service:
    """A course and its gradebook, which is opened on demand and closed at the end of the `with` block.

    `tell` receives each message for the user besides the result, and `watch` each event of a submission that
    is graded here.

    Every method raises CourseFaults if a part of the course that it needs is wrong, and UsageFault if it is
    asked for something that does not exist, or if the gradebook fails.
    """

    def __init__(
        self,
        course: LoadedCourse,
        tell: Callable[[str], None] = silent,
        watch: Callable[[Job, Event], None] | None = None,
    ) -> None:
        self.course = replace(course, enrolment=self._own_memberships)
        self._tell, self._watch = tell, watch
        self._open = ExitStack()

    @classmethod
    def at(cls, folder: Path, tell: Callable[[str], None] = silent) -> Self:
        """Return the service of the course in a folder or its parents."""
        return cls(find_course(folder), tell)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._open.close()

    @cached_property
    def gradebook(self) -> Gradebook:
        """Open the course's gradebook on first use and return it."""
        gradebook = self._open.enter_context(Gradebook(self.course.record.gradebook, self.course.root))
        self._tell_all(gradebook.notes)
        return gradebook

    def _tell_all(self, sentences: Iterable[str]) -> None:
        for sentence in sentences:
            self._tell(sentence)

    def _grader(self, machine: Machine) -> ClassGrader:
        return ClassGrader(
            self.course,
            machine.isolation,
            machine.jobs,
            machine.cluster,
            self._tell,
            self._watch,
            self.gradebook.made,
        )

    def roster(self, file: Path | None) -> Roster | None:
        """Read the roster in a file, if given, and report the reader's assumptions.

        From now on its sections count, and not those of the course's own roster.
        """
        roster = roster_of(file, self.gradebook)
        self._tell_all(roster.notes if roster else ())
        if roster:
            self.course = replace(self.course, enrolment=partial(self._memberships, roster))
        return roster

    def _own_memberships(self) -> Memberships:
        """Read the course's own roster, if it has one, and its lists of groups."""
        own = self.course.root / ROSTER_FILE
        return self._memberships(roster_of(own, self.gradebook) if own.exists() else None)

    def _memberships(self, roster: Roster | None) -> Memberships:
        return memberships_in(self.course, roster)

    def _held(self, *more: str) -> set[str]:
        """Return the students and groups of the gradebook, and the members of groups."""
        sharing = self.course.sharing
        return {*self.gradebook.students(), *sharing.students, *sharing.all_groups, *more}

    def hand_in(
        self, student: str, exercise: str, file_name: str, content: bytes, machine: Machine = HERE
    ) -> Outcome:
        """Store one file of a student, grade it, and return the outcome.

        The variant is the one that was handed out to the student. Where groups hand in, it is the group's.
        """
        self.course.select((exercise,))
        personal = bool(self.gradebook.students_handed_out())
        run = ClassRun(self._grader(machine), self.gradebook, personal)
        owner = self.course.sharing.owner(student, exercise)
        handed_in = HandedIn(owner, exercise, file_name, content, datetime.now(UTC))
        [outcome] = [*run.look([Found(owner, exercise, lambda: handed_in)]), *run.run()]
        return outcome

    def grade(
        self,
        submissions: Sequence[Path],
        roster: Path | None = None,
        only: str | None = None,
        machine: Machine = HERE,
        *,
        lists: Sequence[Path] = (),
        again: bool = False,
    ) -> ClassGrading:
        """Return the grading of a class, which begins when it is iterated.

        With `only`, all files are for this exercise. `lists` are files of the LMS that say whose a submission
        is. With `again`, unchanged submissions are run as well.
        """
        self.course.select(() if only is None else (only,))
        known = self.roster(roster) or roster_of_gradebook(self.gradebook, self.course.sharing)
        if known and not roster:
            self._tell(f"No --roster: grading {counted(len(known.people), 'student')} with variants.")
        exercises = self.course.record.exercises
        collected = Collected(
            submissions,
            exercises,
            known,
            only or "",
            self.gradebook.students(),
            self.course.rules,
            Ownership.listed_in(lists),
            self._is_stub,
            self._brought,
            self.course.sharing.teams,
            self._asks,
        )
        return ClassGrading(self._grader(machine), self.gradebook, collected, again)

    def _is_stub(self, exercise: str, name: str, content: bytes) -> bool:
        return is_untouched(prepare(self.course.exercise(exercise), None).paper, name, content)

    def _brought(self) -> frozenset[str]:
        """Return the names of the files that students received beside their stubs."""
        names: set[str] = set()
        for exercise in self.course.record.exercises:
            with suppress(CourseFaults):  # reported where it is graded
                material = self.course.exercise(exercise).material
                names |= {*material.handed_out, *material.pictures, *material.makes}
        return frozenset(names)

    def _asks(self) -> dict[str, Collection[str]]:
        """Return the names of the files that questions ask students to hand in, by exercise."""
        asked: dict[str, Collection[str]] = {}
        for exercise in self.course.record.exercises:
            with suppress(CourseFaults):  # reported where it is graded
                asked[exercise] = self.course.exercise(exercise).asked_files
        return asked

    def regrade(
        self, exercises: Sequence[str] = (), students: Sequence[str] = (), machine: Machine = HERE
    ) -> Regrading:
        """Return the regrading of the stored submissions, which has found them but has not run any."""
        grader, held = self._grader(machine), self._held()
        wanted = self.course.select(exercises)
        students = tuple(known_student(student, held) for student in students)
        self._tell_all(unknown_students(self.course.rules, held))
        self._tell_all(unknown_sections(self.course))
        self._tell_all(forgotten_exercises(self.course, self.gradebook))
        self._tell_all(override_warnings(self.course, self.gradebook, students or None))
        regrading = Regrading(grader, self.gradebook)
        sharing = self.course.sharing
        regrading.look(wanted, [owner for student in students for owner in sharing.owners(student)])
        return regrading

    def overrides(self) -> list[Override]:
        """Return the overrides in force."""
        newest = {(one.student, one.exercise): one for one in self.gradebook.overrides()}
        return [one for one in newest.values() if one.score is not None]

    def scores(self, students: Sequence[str] = (), exercises: Sequence[str] = ()) -> list[Score]:
        """Return the scores of these students and exercises, or of all if none is named."""
        wanted, held = self.course.select(exercises), self._held()
        names = {folded(known_student(student, held)): student for student in students}
        found = [
            score
            for score in final_scores(self.course, self.gradebook)
            if score.exercise in wanted and (not names or folded(score.student) in names)
        ]
        unknown = set(names) - {folded(score.student) for score in found}
        if unknown:
            told = ", ".join(printable(name) for key, name in names.items() if key in unknown)
            raise UsageFault(f"There are no scores for {told} in {' or '.join(wanted)}.")
        self._tell_all(score_notices(self.course, self.gradebook))
        return found

    def totals(self, students: Sequence[str] = (), roster: Path | None = None) -> list[Total]:
        """Return the totals of these students, or of all; the roster is the course's own if no file is given.

        Raises:
            UsageFault: the course has no rules for a total, or no such student.

        """
        if self.course.record.scores is None:
            raise UsageFault(NO_TOTAL)
        own = self.course.root / ROSTER_FILE
        people = self.roster(roster or (own if own.exists() else None))
        held = self._held(*(people.people if people else ()))
        names = {folded(known_student(student, held)) for student in students}
        found = course_totals(self.course, self.gradebook, people.people if people else ())
        return [one for one in found if not names or folded(one.student) in names]

    def absences(self, roster: Path | None, exercises: Sequence[str], section: str | None) -> list[Absence]:
        """Return who handed in nothing; the roster is the course's own if no file is given."""
        people = self.roster(roster or self.course.root / ROSTER_FILE)
        return absences(self.course, self.gradebook, people or Roster({}), exercises, section)

    def override(
        self,
        student: str,
        exercise: str,
        score: float | None,
        reason: str,
        roster: Path | None = None,
        question: str | None = None,
    ) -> tuple[Override | GivenMark, list[Score]]:
        """Set a score or the points of a question by hand, or withdraw it with None.

        Returns what was stored, and the score now.
        """
        self.course.select((exercise,))
        points = self.course.outline(exercise).points
        if score is not None and not (math.isfinite(score) and score >= 0):
            raise UsageFault(f"{score:g} is not a score. Give a number from 0 to {points:g}.")
        if question is None and score is not None and score > points + TINY:
            raise UsageFault(
                f"{score:g} is more than the {points:g} points of {exercise}. Give a smaller number."
            )
        people = self.roster(roster)
        known = self._held(*(people.people if people else ()))
        student = known_student(student, known, " If they handed in nothing, add --roster FILE.")
        score = None if score is None else abs(score)  # no -0
        made: Override | GivenMark
        self._refuse_group(student, exercise, question)
        if question is None:
            made = Override(student, exercise, score, reason, _author(), datetime.now(UTC), points)
            self.gradebook.override(made)
        else:
            place = (student, exercise)
            made = override_question(self.course, self.gradebook, place, question, score, reason, _author())
        scores = final_scores(self.course, self.gradebook, student)
        return made, [one for one in scores if one.exercise == exercise]

    def _refuse_group(self, student: str, exercise: str, question: str | None) -> None:
        """Raise UsageFault if something is set by hand for a group, or a member of one, that cannot be."""
        sharing, who = self.course.sharing, printable(student)
        owner = sharing.owner(student, exercise)
        if is_group(student) and not sharing.members(student, exercise):
            raise UsageFault(f"Nobody does {exercise} in {who}. Name a student.")
        if question is not None and owner != student:
            told = f"The points of a question are those of the whole group {printable(owner)}."
            raise UsageFault(f"{told} Name it instead of {who}, or leave out --question.")

    def marking(self, order: MarkingOrder) -> MarkingDesk:
        """Return the answers that a person marks."""
        return MarkingDesk(self.course, self.gradebook, order, _author())

    def history(self, student: str, exercises: Sequence[str] = ()) -> tuple[list[PastEvent], list[Score]]:
        """Return the history of a student's scores, oldest first, and the scores now."""
        held = self.gradebook.exercises()
        wanted = self.course.select([name for name in exercises if name not in held])
        wanted = tuple(exercises) or (*wanted, *held)
        student = known_student(student, self._held())
        owned = (self._own_events(owner, student) for owner in self.course.sharing.owners(student))
        events = [event for own in owned for event in own if event.exercise in wanted]
        events.sort(key=lambda event: event.time)
        if not events:
            raise UsageFault(f"{printable(student)} has no history in {' or '.join(wanted)}.")
        scores = final_scores(self.course, self.gradebook, student)
        found = [one for one in scores if one.exercise in wanted]
        self._tell_all(forgotten_exercises(self.course, self.gradebook))
        return events, found

    def _own_events(self, owner: str, student: str) -> list[PastEvent]:
        """Return the history of what is kept under a name; that of a group says so."""
        events = self.gradebook.history(owner)
        if owner == student:
            return events
        return [replace(event, text=f"{printable(owner)} {event.text}") for event in events]

    def last_outputs(self, student: str, exercises: Sequence[str] = ()) -> list[LastOutput]:
        """Return what a student's submissions printed and raised in their last grading."""
        owners = self.course.sharing.owners(found_student(student, self._held()))
        found = (one for owner in owners for one in self.gradebook.last_outputs(owner))
        return [one for one in found if not exercises or one.exercise in exercises]

    def forgotten_exercises(self) -> list[str]:
        """Return warnings about exercises with scores that the course does not list."""
        return forgotten_exercises(self.course, self.gradebook)

    def export(self, order: ExportOrder) -> Exported:
        """Write scores for an LMS."""
        exported = export(self.course, self.gradebook, order)
        self._tell_all(exported.notices)
        return exported

    def push(self, order: PushOrder, say: Say, step: PushStep) -> PushResult:
        """Compare scores with those in Canvas, and send them unless it is a rehearsal."""
        result = push(self.course, self.gradebook, order, say, self._tell, step)
        self._tell_all(result.notices)
        return result

    def canvas_place(
        self, url: str | None, course: int | None, assignments: Mapping[str, int]
    ) -> CanvasPlace:
        """Return where the course is in Canvas: as in course.yaml, or as given here."""
        return canvas_place(self.course, url, course, assignments)

    def import_people(self, order: ImportOrder) -> Imported:
        """Merge people from files of an LMS into the roster."""
        imported = import_people(self.course, order)
        self._tell_all(note for listing in imported.listings for note in listing.notes)
        return imported

    def enrolled(self, roster: Path, systems: Sequence[Lms] = ()) -> Enrolled:
        """Return the roster, its possible duplicates, and who lacks ids of these LMSs or of the course's."""
        return enrolled(roster, systems or [BY_NAME[name] for name in self.course.record.lms], self.gradebook)

    def forget(self, student: str, roster: Path) -> Forgotten:
        """Remove everything about one student."""
        if roster.exists():
            self.roster(roster)
        return forget_student(self.course, self.gradebook, student, roster)

    def analysis(self, exercises: Sequence[str] = ()) -> Analysis:
        """Return the analysis of some exercises, in course order."""
        chosen = self.course.select(exercises)
        in_order = [name for name in self.course.record.exercises if name in chosen]
        asked = {name: self.course.outline(name).questions for name in in_order}
        attempts = [one for one in self._owned_attempts() if one.exercise in asked]
        counting = counting_submissions(attempts, self.course.rules)
        analysis = analyse(self._reports(counting), asked)
        self._tell_all(forgotten_exercises(self.course, self.gradebook))
        return shared_analysis(analysis, self.course.sharing)

    def _owned_attempts(self) -> Iterator[Attempt]:
        return owned_attempts(self.gradebook.attempts(), self.course.sharing)

    def summary(self, exercises: Sequence[str] = ()) -> ClassSummary:
        """Return the analysis of some exercises, with everything else that an instructor asks of a class."""
        chosen = self.course.select(exercises)
        outlines = {
            name: self.course.outline(name) for name in self.course.record.exercises if name in chosen
        }
        attempts = [one for one in self._owned_attempts() if one.exercise in outlines]
        counting = counting_submissions(attempts, self.course.rules)
        examples = Examples()
        asked = {name: outline.questions for name, outline in outlines.items()}
        analysis = analyse(examples.passing(self._reports(counting)), asked)
        analysis, sharing = shared_analysis(analysis, self.course.sharing), self.course.sharing
        points = {one.exercise: outlines[one.exercise].points for one in analysis.exercises}
        own = set(counting)
        latest = {(one.student, one.exercise): one for one in attempts if one.submission in own}
        self._tell_all(forgotten_exercises(self.course, self.gradebook))
        return ClassSummary(
            course=self.course.record.title,
            exercises=points,
            analysis=analysis,
            misconceptions=examples.ranked(),
            arrivals=tuple(arrivals(latest.values(), list(points), self.course.rules, sharing)),
            paces=tuple(paces(attempts, list(points), self.course.rules, sharing)),
            students=students_of(
                final_scores(self.course, self.gradebook),
                analysis,
                list(points),
                course_totals(self.course, self.gradebook),
            ),
        )

    def propose(self, exercises: Sequence[str] = ()) -> Proposed:
        """Propose misconceptions for the wrong answers that none explains."""
        chosen = self.course.select(exercises)
        in_order = [name for name in self.course.record.exercises if name in chosen]
        self._tell_all(forgotten_exercises(self.course, self.gradebook))
        return propose(self.course, self.gradebook, in_order)

    def feedback(
        self,
        out: Path,
        exercises: Sequence[str],
        moment: datetime | None,
        draw: Draw,
        order: PackOrder | None = None,
    ) -> Written:
        """Write feedback, as it is released at a moment or now, and with an order also a zip of it."""
        now = moment or datetime.now(UTC)
        return write_feedback(self.course, self.gradebook, out, exercises, now, draw, order)

    def pack_order(self, lms: Lms, file: Path, roster: Path | None) -> PackOrder:
        """Return an order for a zip; the roster is the course's own if no file is given."""
        people = self.roster(roster or self.course.root / ROSTER_FILE)
        return PackOrder(lms, file, people.people if people else {})

    def moment(self, text: str) -> datetime:
        """Read a time in the course's time zone, and return it in UTC."""
        return instant(read_time(text), ZoneInfo(self.course.record.rules.timezone))

    def _reports(self, counting: Sequence[int]) -> Iterator[Report]:
        """Yield the reports of submissions, with the student's name in the gradebook."""
        for handed_in, report in self.gradebook.marked_reports(counting):
            yield report.model_copy(update={"student": handed_in.student})

    def prove(
        self,
        exercises: Sequence[str],
        variants: int,
        tell: Callable[[Proved], None],
        isolation: str = FULL.name,
    ) -> list[Proved]:
        """Prove exercises over a number of variants; `tell` receives each when it is done."""
        from grader.proof.proving import check  # noqa: PLC0415 pytest, only here

        self._tell_all(unused_lists(self.course))
        return check(self.course, self.course.select(exercises), variants, tell, isolation)

    def generate(self, out: Path, roster: Path | None, form: Format, edition: Edition) -> Generated:
        """Write what students receive."""
        known = self.roster(roster)
        students = known.students if known else None
        self._tell_all(unknown_sections(self.course))
        self._tell_all(unused_lists(self.course))
        self._tell_all(group_notices(self.course, self.gradebook))
        self._tell_all(alone_notices(self.course, students or []))
        before = self.gradebook.handed_out([*(students or []), *self.course.sharing.all_groups])
        return generate(
            self.course, out, students, form, edition, before, self.gradebook.hand_out, self.gradebook.made
        )

    def try_installation(self, generated: Generated) -> None:
        """Install the grader as the first student of a handout would, and grade a stub.

        Raises:
            UsageFault: that failed.

        """
        handout = next(file.parent for file in generated.written if file.name == PACK_FILE)
        try_installation(handout, self.course.record.exercises, installation_of(self.course.record))


def _author() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
