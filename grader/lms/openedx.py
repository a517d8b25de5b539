"""Open edX: its lists of people. Scores are not written for it."""

from __future__ import annotations

from grader.identity import IdColumn
from grader.lms.base import Lms
from grader.lms.people_list import EMAIL, NAME, SECTION, PeopleList

USER_ID = IdColumn("edx_user_id", "Open edX", is_number=True)
USERNAME = IdColumn("edx_username", "Open edX")
STUDENT_KEY = IdColumn("edx_student_key", "Open edX")
_LISTED = {"username": USERNAME.name, "name": NAME, "email": EMAIL, "cohort": SECTION}


class OpenEdx(Lms):
    """Open edX has a number and a username for everybody, and often the key of the school."""

    name = "openedx"
    title = "Open edX"
    columns = {"user_id": USER_ID, "username": USERNAME, "student_key": STUDENT_KEY}
    lists = (
        PeopleList(
            "Open edX's bulk grades",
            ("user_id", "username", "course_id"),
            _LISTED | {"user_id": USER_ID.name, "student_key": STUDENT_KEY.name},
            ("username",),
        ),
        PeopleList(
            "Open edX's profiles of students",
            ("id", "username", "name", "email"),
            _LISTED | {"id": USER_ID.name},
            ("username",),
        ),
        PeopleList(
            "Open edX's grade report",
            ("Student ID", "Email", "Username", "Grade"),
            _LISTED | {"Student ID": USER_ID.name, "Cohort Name": SECTION},
            ("Username",),
        ),
    )


LMS = OpenEdx()
