"""The course in the current folder."""

from __future__ import annotations

from pathlib import Path

from grader.cli.told import tell
from grader.service.service import Service


def service_here() -> Service:
    """Return the service of the course in this folder or its parents; it prints messages for the user.

    Raises:
        UsageFault: there is none.
        CourseFaults: course.yaml is wrong.

    """
    return Service.at(Path.cwd(), lambda sentence: tell([sentence]))
