"""Sakai: its lists of people. Scores are not written for it."""

from __future__ import annotations

from grader.identity import IdColumn
from grader.lms.base import Lms
from grader.lms.people_list import EMAIL, NAME, SECTION, PeopleList

EID = IdColumn("sakai_eid", "Sakai", is_caseless=True)


class Sakai(Lms):
    """Sakai calls the login the Student ID, or eid."""

    name = "sakai"
    title = "Sakai"
    columns = {"Student ID": EID}
    lists = (
        PeopleList(
            "Sakai's gradebook",
            ("Student ID", "Name"),
            {"Student ID": EID.name, "Name": NAME, "Section": SECTION},
            ("Student ID",),
        ),
        PeopleList(
            "Sakai's roster",
            ("Name", "User ID", "Role"),
            {"Name": NAME, "User ID": EID.name, "Email Address": EMAIL, "Groups": SECTION},
            ("User ID",),
        ),
    )


LMS = Sakai()
