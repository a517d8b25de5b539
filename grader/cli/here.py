"""The course that a command is typed in."""

from __future__ import annotations

from pathlib import Path

from grader.cli.told import tell
from grader.service.service import Service


def service_here() -> Service:
    """Return the service of the course in this folder or above, which prints what a person should know.

    Raises:
        UsageFault: there is none.
        CourseFaults: course.yaml is wrong.

    """
    return Service.at(Path.cwd(), lambda sentence: tell([sentence]))
