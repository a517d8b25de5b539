"""Gradescope: its lists of people. It passes scores on itself."""

from __future__ import annotations

from grader.identity import EMAIL as EMAIL_ID
from grader.identity import IdColumn
from grader.lms.base import Lms
from grader.lms.people_list import EMAIL, FIRST, LAST, NAME, SECTION, PeopleList

SID = IdColumn("gradescope_sid", "Gradescope")
_LISTED = {"SID": SID.name, "Email": EMAIL, "Sections": SECTION, "Section": SECTION}


class Gradescope(Lms):
    """Gradescope knows people by e-mail address and by the school's number, the SID."""

    name = "gradescope"
    title = "Gradescope"
    columns = {"SID": SID, "Email": EMAIL_ID}
    lists = (
        PeopleList(
            "Gradescope's grades or roster",
            ("Name", "SID", "Email"),
            _LISTED | {"Name": NAME},
            ("SID", "Email"),
        ),
        PeopleList(
            "Gradescope's grades or roster",
            ("First Name", "Last Name", "SID", "Email"),
            _LISTED | {"First Name": FIRST, "Last Name": LAST},
            ("SID", "Email"),
        ),
    )


LMS = Gradescope()
