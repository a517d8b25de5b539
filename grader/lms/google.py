"""Google Classroom: its lists of people. It imports no file of scores."""

from __future__ import annotations

import re

from grader.identity import EMAIL as EMAIL_ID
from grader.lms.base import Lms
from grader.lms.people_list import EMAIL, FIRST, LAST, PeopleList


class GoogleClassroom(Lms):
    """Google Classroom names people by email address."""

    name = "google"
    title = "Google Classroom"
    columns = {"Email Address": EMAIL_ID}
    lists = (
        PeopleList(
            "Google Classroom's grades",
            ("Last Name", "First Name", "Email Address"),
            {"Last Name": LAST, "First Name": FIRST, "Email Address": EMAIL},
            ("Email Address",),
            re.compile(r"(date|points|class average)?\t\t\t", re.IGNORECASE),
        ),
    )


LMS = GoogleClassroom()
