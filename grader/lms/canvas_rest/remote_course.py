"""A course in Canvas: its students, its assignments, and the grades and comments of its submissions.

The objects of canvasapi look for a date in every value of every answer, which takes three quarters of the
time of a push. So only its requests and its paging are used, and answers are read here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from canvasapi.paginated_list import PaginatedList
from canvasapi.util import combine_kwargs
from pydantic import BaseModel, ValidationError

from grader.errors import UsageFault, printable
from grader.identity import Mention
from grader.lms.canvas import CANVAS_ID, EXCUSED, SIS_LOGIN_ID, SIS_USER_ID
from grader.lms.canvas_rest.patient import PatientRequester
from grader.lms.canvas_rest.request_failures import RefusedRequest, UncertainRequest
from grader.lms.export import number
from grader.lms.sending import RemoteAssignment, Sending, Standing
from grader.lms.token import Token

_COMMENTS = ["submission_comments"]
_UNLIKE = "Canvas gave an answer that its documentation does not describe"
_Form = TypeVar("_Form", bound=BaseModel)


class _User(BaseModel):
    id: int
    name: str = ""
    sis_user_id: str | None = None
    login_id: str | None = None


class _Assignment(BaseModel):
    id: int
    name: str
    points_possible: float | None = None
    published: bool = True
    grading_type: str = "points"
    group_category_id: int | None = None
    grade_group_students_individually: bool | None = None
    moderated_grading: bool | None = None
    grades_published: bool | None = None
    anonymize_students: bool | None = None
    post_manually: bool | None = None


class _Comment(BaseModel):
    comment: str | None = None


class _Submission(BaseModel):
    user_id: int
    grade: str | None = None
    score: float | None = None
    entered_score: float | None = None  # before Canvas's own deductions for late work
    excused: bool | None = None
    submission_comments: list[_Comment] | None = None


class RemoteCourse:
    """A course in Canvas. What it raises is a UsageFault if no request can succeed."""

    def __init__(self, url: str, course: int, token: Token, tell: Callable[[str], None]) -> None:
        self._requester = PatientRequester(url, token, tell)
        self._path = f"courses/{course}"
        self._place = f"course {course} of {url}"

    def students(self) -> tuple[list[Mention], list[str]]:
        """Return the students, and the id of each in Canvas."""
        with self._reading(f"the students of {self._place}"):
            found = self._list(_User, f"{self._path}/users", enrollment_type=["student"])
        users = {one.id: one for one in found}.values()
        return [_mention(one) for one in users], [str(one.id) for one in users]

    def assignment(self, id_: int) -> RemoteAssignment:
        """Return an assignment."""
        with self._reading(f"assignment {id_} of {self._place}"):
            one = self._ask(_Assignment, "GET", f"{self._path}/assignments/{id_}")
        return RemoteAssignment(
            id_, one.name, one.points_possible, _obstacle(one), hides_grades=bool(one.post_manually)
        )

    def standings(self, assignment: RemoteAssignment) -> dict[str, Standing]:
        """Return the grade and the comments of everybody who has an assignment, by user id."""
        with self._reading(f"the grades of {assignment.title}"):
            found = self._list(_Submission, self._submissions(assignment), include=_COMMENTS)
        return {str(one.user_id): _standing(one) for one in found}

    def standing(self, assignment: RemoteAssignment, user: str) -> Standing:
        """Return the grade and the comments of one student."""
        with self._reading(f"the grade of user {user} in {assignment.title}"):
            place = f"{self._submissions(assignment)}/{int(user)}"
            return _standing(self._ask(_Submission, "GET", place, include=_COMMENTS))

    def put(self, assignment: RemoteAssignment, one: Sending) -> Standing:
        """Send a grade and a comment, once, and return what Canvas holds now.

        Raises:
            UsageFault: no request can succeed.
            RefusedRequest: this one cannot.
            UncertainRequest: another try can, but this one may have been carried out.

        """
        place = f"{self._submissions(assignment)}/{int(one.user)}"
        try:
            return _standing(self._ask(_Submission, "PUT", place, **_content(one)))
        except (ValidationError, ValueError, AttributeError, TypeError):
            raise UncertainRequest(_UNLIKE) from None

    def deliver(self, assignment: RemoteAssignment, one: Sending) -> None:
        """Send a grade and a comment until Canvas holds them. Before another try, look at what has arrived.

        Raises:
            UsageFault: no request can succeed.
            RefusedRequest: Canvas does not take it.
            UncertainRequest: it may or may not have arrived.

        """
        failure = UncertainRequest(_UNLIKE)
        for _try in self._requester.waits():
            try:
                held = self.put(assignment, one)
            except UncertainRequest as error:
                failure = error
                self._requester.wait(failure)
                if failure.is_untouched:
                    continue
                held = self.standing(assignment, one.user)
                if (left := one.seen(held)).is_done:
                    return
                one = left
            else:
                if not (left := one.seen(held)).is_done:
                    raise RefusedRequest(200, f"it shows {held.grade or 'no grade'} afterwards")
                return
        raise failure

    def _submissions(self, assignment: RemoteAssignment) -> str:
        return f"{self._path}/assignments/{assignment.id}/submissions"

    def _ask(self, form: type[_Form], method: str, path: str, **content: Any) -> _Form:
        response = self._requester.request(method, path, _kwargs=combine_kwargs(**content))
        return form.model_validate(response.json())

    def _list(self, form: type[_Form], path: str, **content: Any) -> list[_Form]:
        pages = PaginatedList(_plain, self._requester, "GET", path, _kwargs=combine_kwargs(**content))
        return [form.model_validate(one) for one in pages]

    @contextmanager
    def _reading(self, what: str) -> Iterator[None]:
        """Turn errors while something is read into a UsageFault."""
        try:
            yield
        except RefusedRequest as error:
            why = "It does not exist, or is hidden from the token" if error.status == 404 else str(error)
            raise UsageFault(
                f"Canvas does not show {what}. {why}. Correct the numbers under `canvas` in course.yaml, or "
                "take the token of a teacher of this course."
            ) from None
        except (ValidationError, ValueError, AttributeError, TypeError, KeyError):
            raise UsageFault(f"{_UNLIKE}: {what}. Is this the address of a Canvas site?") from None


def _plain(_requester: PatientRequester, answer: Any) -> Any:
    """Stand in for the classes of canvasapi."""
    return answer


def _mention(user: _User) -> Mention:
    ids = {CANVAS_ID: str(user.id), SIS_USER_ID: user.sis_user_id or "", SIS_LOGIN_ID: user.login_id or ""}
    return Mention(
        f"{printable(user.name)} (Canvas id {user.id})", {column: one for column, one in ids.items() if one}
    )


def _standing(found: _Submission) -> Standing:
    comments = found.submission_comments
    said = None if comments is None else tuple(one.comment or "" for one in comments)
    if found.excused:
        return Standing(EXCUSED, said)
    score = found.score if found.entered_score is None else found.entered_score
    return Standing(found.grade or "" if score is None else number(score), said)


def _content(one: Sending) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if one.has_grade:
        is_excused = one.grade == EXCUSED
        content["submission"] = {"excuse": True} if is_excused else {"posted_grade": one.grade}
        content["prefer_points_over_scheme"] = True  # in some schemes 4 is the name of a grade
    if one.has_comment:
        content["comment"] = {"text_comment": one.comment}
    return content


def _obstacle(one: _Assignment) -> str:
    """Say why no score can be sent to an assignment, or return ""."""
    if not one.published:
        return "is not published. Publish it in Canvas"
    if one.grading_type in {"pass_fail", "not_graded"}:
        return "takes no points. Let it display its grade as points in Canvas"
    if one.group_category_id is not None and not one.grade_group_students_individually:
        return "gives one grade to a whole group. Let it grade each student individually in Canvas"
    if one.moderated_grading and not one.grades_published:
        return "is moderated, and its grades are not published yet. Publish them in Canvas"
    if one.anonymize_students:
        return "hides its students from graders until the grades are posted. Post them in Canvas"
    return ""
