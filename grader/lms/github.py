"""GitHub Classroom: its lists of people, and repositories called `exercise-3-ada1` that students hand in.

A classroom organisation has one repository for each exercise and student. Other services that copy a template
for each student name them in the same way.
"""

from __future__ import annotations

from grader.identity import IdColumn
from grader.lms.base import Lms
from grader.lms.people_list import NAME, PeopleList

USERNAME = IdColumn("github_username", "GitHub", is_caseless=True)


class GitHub(Lms):
    """GitHub knows people by username; the classroom adds the school's own identifier."""

    name = "github"
    title = "GitHub Classroom"
    columns = {"github_username": USERNAME}
    lists = (
        PeopleList(
            "GitHub Classroom's roster",
            ("identifier", "github_username", "github_id", "name"),
            {"github_username": USERNAME.name, "name": NAME},
            ("identifier", "github_username"),
        ),
        PeopleList(
            "GitHub Classroom's grades",
            ("github_username", "roster_identifier", "student_repository_name"),
            {"github_username": USERNAME.name},
            ("roster_identifier", "github_username"),
        ),
    )
    clone_id = USERNAME


LMS = GitHub()
