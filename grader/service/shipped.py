"""Files that come with the package or are in its repository: the course, the attacks, a starter course."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from grader.course.file_names import COURSE_FILE
from grader.errors import UsageFault

NOT_HERE = "This grader came with a handout, without the course of the project. Install the whole package."


def shipped_course() -> Path:
    """Return the folder of the course.

    Raises:
        UsageFault: a student's installation does not have it.

    """
    package = Path(str(resources.files("grader")))
    for root in (package / "shipped", package.parent):
        if (root / COURSE_FILE).is_file() and (root / "exercises").is_dir():
            return root
    raise UsageFault(NOT_HERE)


def shipped_attacks() -> Path:
    """Return the folder of the attacks.

    Raises:
        UsageFault: a student's installation does not have it.

    """
    package = Path(str(resources.files("grader")))
    for folder in (package / "shipped" / "attacks", package.parent / "tests" / "attacks"):
        if folder.is_dir():
            return folder
    raise UsageFault(NOT_HERE)
