"""Send scores to Canvas over the network.

A push reads what Canvas holds, plans what is missing there, stores that in the outbox, and sends it one
student at a time. Canvas also takes many grades at once, but then it only answers that it will do so later: a
lost answer would leave nothing to ask for, and a comment that is sent again appears there twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from grader.classroom.exporting import Zeros, export_items
from grader.classroom.roster import Roster
from grader.course.canvas_place import CanvasPlace
from grader.course.file_names import COURSE_FILE
from grader.course.loading import LoadedCourse
from grader.errors import UsageFault, counted
from grader.gradebook.notices import score_warnings
from grader.gradebook.outbox import Letter, LetterState, Outbox, open_letters
from grader.gradebook.store import Gradebook
from grader.lms.canvas_rest.request_failures import RefusedRequest, UncertainRequest
from grader.lms.export import Export, Item
from grader.lms.sending import CanvasContents, Own, Plan, RemoteAssignment, Sending, plan_sendings
from grader.lms.token import Token
from grader.service.feedback_folder import Say, feedback_texts
from grader.service.standings import final_scores, score_notices
from grader.worker.garbage import collector_paused
from grader.worker.locks import try_lock

if TYPE_CHECKING:
    from grader.lms.canvas_rest.remote_course import RemoteCourse

BATCH = 50  # the most letters in doubt after a crash; each batch costs two transactions
MAX_FAILED_IN_A_ROW = 20  # then every other one would fail as well
MAX_LOST_IN_A_ROW = 3  # each has been tried for a minute


@dataclass(frozen=True)
class PushOrder:
    """The options of a push."""

    place: CanvasPlace
    token: Token
    roster: Roster | None = None
    exercises: Sequence[str] = ()
    out_of: float | None = None
    zero: bool = False  # for students in the roster who handed in nothing
    overwrite: bool = False  # replace the grades that somebody else gave
    comments: bool = True
    is_rehearsal: bool = True  # send nothing
    partial: bool = False  # also exercises of which a person still has to mark something


@dataclass
class Pushed:
    """What was planned and sent for one exercise."""

    plan: Plan
    sent: list[Sending] = field(default_factory=list)
    stopped: str = ""  # why the rest was not tried


@dataclass(frozen=True)
class PushResult:
    """Every exercise with an assignment, who is missing from all of them, and messages for the user."""

    pushed: Sequence[Pushed]
    left_out: Sequence[str]
    notices: Sequence[str]

    @property
    def is_complete(self) -> bool:
        """Return whether everybody's score was sent, or would be."""
        return not self.left_out and not any(one.plan.file.left_out or one.stopped for one in self.pushed)


PushStep = Callable[
    [str, int, int], None
]  # of an exercise: how many scores were sent, and how many there are


def push(
    course: LoadedCourse,
    gradebook: Gradebook,
    order: PushOrder,
    say: Say,
    tell: Callable[[str], None],
    step: PushStep,
) -> PushResult:
    """Compare scores with those in Canvas, and send what is missing there unless this is a rehearsal.

    Raises:
        UsageFault: there is nothing to send, or Canvas refuses everything.

    """
    wanted = _with_assignments(course, order)
    people = order.roster.people if order.roster else {}
    with collector_paused():
        found = list(final_scores(course, gradebook, roster=people))
    notices = [*score_notices(course, gradebook, people if order.roster else None), *score_warnings(found)]
    now = datetime.now(UTC)
    zeros = Zeros(list(people), gradebook.left_out(), now, is_wanted=order.zero)
    with collector_paused():
        scored = export_items(course, found, wanted, zeros, partial=order.partial)
    if not any(item.entries for item in scored.items) and not scored.left_out:
        raise UsageFault("There are no scores to send. Run: course grade SUBMISSIONS")
    texts = feedback_texts(course, gradebook, wanted, now, say, found) if order.comments else {}
    export = Export(scored.items, people, out_of=order.out_of, overwrite=order.overwrite)
    remote = _remote(order, tell)
    with _alone(course.root / COURSE_FILE, is_needed=not order.is_rehearsal):
        with collector_paused():
            plans = list(_plans(gradebook, order, export, remote, texts))
        pushed = [Pushed(plan) for plan, _ in plans]
        if not order.is_rehearsal:
            _send(remote, plans, pushed, step)
    places = [outbox.place for _, outbox in plans]
    notices += _left_in_outbox(open_letters(gradebook, places))
    return PushResult(pushed, scored.left_out, notices)


def canvas_place(
    course: LoadedCourse, url: str | None, id_: int | None, assignments: Mapping[str, int]
) -> CanvasPlace:
    """Return where a course is in Canvas: as in course.yaml, unless something else is given.

    Raises:
        UsageFault: something is missing or wrong.

    """
    own = course.record.canvas
    course.select(tuple(assignments))
    url, id_ = url or (own.url if own else ""), id_ or (own.course if own else 0)
    if not url or not id_:
        lacks = "the address of your Canvas" if not url else "the course's id in Canvas"
        raise UsageFault(
            f"course.yaml does not say {lacks}. Add: canvas: {{url: https://canvas.example.edu, "
            "course: 123}, where 123 is the number after /courses/ in the address of the course's pages."
        )
    both = {**(own.assignments if own else {}), **assignments}
    try:
        return CanvasPlace(url=url, course=id_, assignments=both)
    except ValidationError as error:
        raise UsageFault(f"{error.errors()[0]['msg'].removeprefix('Value error, ')}.") from None


def _with_assignments(course: LoadedCourse, order: PushOrder) -> tuple[str, ...]:
    """Return the exercises to send: those that have an assignment, unless they are named."""
    known = order.place.assignments
    wanted = course.select(order.exercises)
    missing = [name for name in wanted if name not in known]
    found = tuple(name for name in wanted if name in known)
    if not found or (order.exercises and missing):
        raise UsageFault(
            f"{missing[0]} has no assignment in Canvas. Add it in course.yaml, canvas: assignments: "
            f"{{{missing[0]}: 123}}, or give --assignment {missing[0]}=123. The number is in the address of "
            "the assignment's page."
        )
    return found


def _remote(order: PushOrder, tell: Callable[[str], None]) -> RemoteCourse:
    try:
        from grader.lms.canvas_rest.remote_course import (  # noqa: PLC0415 only where the extra is installed
            RemoteCourse,
        )
    except ImportError as error:
        raise UsageFault(
            f"canvasapi is not installed ({error}). Run: pip install 'torchgrade[canvas]'"
        ) from None
    return RemoteCourse(order.place.url, order.place.course, order.token, tell)


@contextmanager
def _alone(file: Path, *, is_needed: bool) -> Iterator[None]:
    """Block other pushes of this course: two at once would send comments twice."""
    if not is_needed:
        yield
        return
    with file.open("rb") as stream:
        try:
            is_free = try_lock(stream.fileno())
        except OSError:  # this file system has no locks
            is_free = True
        if not is_free:
            raise UsageFault("Another `course push` of this course is running. Wait until it has ended.")
        yield


def _plans(
    gradebook: Gradebook,
    order: PushOrder,
    export: Export,
    remote: RemoteCourse,
    texts: Mapping[tuple[str, str], str],
) -> Iterator[tuple[Plan, Outbox]]:
    """Yield what is to be sent for each exercise. Nothing is sent before all plans are there."""
    students, users = remote.students()
    for item in export.items:
        if not item.entries:
            continue
        assignment = remote.assignment(order.place.assignments[item.exercise])
        if assignment.obstacle:
            raise UsageFault(f"{item.exercise}: {assignment.title} {assignment.obstacle}.")
        holds = CanvasContents(assignment, students, users, remote.standings(assignment))
        outbox = Outbox(gradebook, _address(order.place, assignment))
        own = {(one.student, one.lms_user): _own(one) for one in outbox.letters().values()}
        comments = {student: text for (student, exercise), text in texts.items() if exercise == item.exercise}
        yield plan_sendings(export, item, holds, comments, own), outbox


def _address(place: CanvasPlace, assignment: RemoteAssignment) -> str:
    return f"{place.url}/courses/{place.course}/assignments/{assignment.id}"


def _send(
    remote: RemoteCourse, plans: Sequence[tuple[Plan, Outbox]], pushed: Sequence[Pushed], step: PushStep
) -> None:
    """Store all plans in the outbox, then send them."""
    for plan, outbox in plans:
        _store(plan, outbox)
    stopped = ""
    for (plan, outbox), done in zip(plans, pushed, strict=True):
        done.stopped = stopped
        try:
            Sender(remote, plan, outbox, done, step).send()
        except UsageFault as error:
            done.stopped = str(error)
        stopped = done.stopped


def _store(plan: Plan, outbox: Outbox) -> None:
    """Put what is to be sent into the outbox; what was open there has arrived, or is replaced or dropped."""
    letters = [_letter(plan.item, one, "waiting") for one in plan.sendings]
    open_ = {student: one for student, one in outbox.letters().items() if one.state != "sent"}
    arrived = [
        _letter(plan.item, plan.there[student], "sent")
        for student, one in open_.items()
        if one.state == "sending" and student in plan.there
    ]
    outbox.replace(open_, [*letters, *arrived])


def _own(letter: Letter) -> Own:
    return Own(letter.own_grades, letter.confirmed_comment)


def _letter(item: Item, one: Sending, state: LetterState) -> Letter:
    is_sent = state == "sent"
    confirmed = one.grade if is_sent else one.old if one.is_ours else ""
    said = one.comment if one.is_said or is_sent else one.last_comment
    return Letter(one.student, item.exercise, one.user, one.grade, one.comment, state, confirmed, said)


@dataclass
class Sender:
    """Sends the scores of one exercise, in batches that the outbox knows."""

    remote: RemoteCourse
    plan: Plan
    outbox: Outbox
    done: Pushed
    step: PushStep
    failed: int = 0  # in a row
    lost: int = 0  # in a row

    def send(self) -> None:
        """Send everything, or stop where nothing else would arrive; the rest waits in the outbox.

        Raises:
            UsageFault: no request can succeed.

        """
        sendings = self.plan.sendings
        for start in range(0, len(sendings), BATCH):
            if not self.done.stopped:
                self._send_batch(sendings[start : start + BATCH])

    def _send_batch(self, batch: Sequence[Sending]) -> None:
        self.outbox.begin(one.student for one in batch)
        states: dict[str, LetterState] = {one.student: "waiting" for one in batch}
        try:
            for one in batch:
                if self.done.stopped:
                    break
                del states[one.student]  # from here it is in doubt
                if state := self._deliver(one):
                    states[one.student] = state
        finally:
            self.outbox.settle(states)

    def _deliver(self, one: Sending) -> LetterState | None:
        """Send one score; return None if it is not known whether it has arrived."""
        try:
            self.remote.deliver(self.plan.assignment, one)
        except RefusedRequest as error:
            self.failed += 1
            self._leave_out(one, str(error))
            return "waiting"
        except UncertainRequest as error:
            self.lost += 1
            self._leave_out(one, f"{error}, after several tries; run the command again")
            return None
        self.failed = self.lost = 0
        self.done.sent.append(one)
        self.step(self.plan.item.exercise, len(self.done.sent), len(self.plan.sendings))
        return "sent"

    def _leave_out(self, one: Sending, reason: str) -> None:
        self.plan.file.leave_out(one.student, reason)
        if self.failed >= MAX_FAILED_IN_A_ROW or self.lost >= MAX_LOST_IN_A_ROW:
            self.done.stopped = f"{reason}. This happened for the last {max(self.failed, self.lost)} scores"


def _left_in_outbox(open_: Mapping[str, int]) -> Iterator[str]:
    for exercise, count in open_.items():
        yield (
            f"{counted(count, 'score')} of {exercise} from an earlier push may not have arrived. "
            f"Run: course push canvas --exercise {exercise} --send"
        )
