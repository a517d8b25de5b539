"""Files that come with the package or are in its repository: courses, and the attacks."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from grader.course.file_names import COURSE_FILE
from grader.errors import UsageFault

NOT_HERE = "This grader came with a handout, which has no shipped courses. Install the whole package."


CONVOLUTION, TRAINING = "convolution", "training"
COURSES = (CONVOLUTION, TRAINING)


def shipped_course(name: str = CONVOLUTION) -> Path:
    """Return the folder of a course.

    Raises:
        UsageFault: a student's installation does not have it.

    """
    package = Path(str(resources.files("grader")))
    first = (package / "shipped", package.parent)  # installed, and in the repository
    for root in first if name == CONVOLUTION else (package / "courses" / name,):
        if (root / COURSE_FILE).is_file() and (root / "exercises").is_dir():
            return root
    raise UsageFault(NOT_HERE)


def shipped_files(name: str) -> dict[str, bytes]:
    """Return the files of a course by their paths in it, without caches.

    Raises:
        UsageFault: a student's installation does not have it.

    """
    root = shipped_course(name)
    files = [root / COURSE_FILE, *sorted((root / "exercises").rglob("*"))]
    return {
        file.relative_to(root).as_posix(): file.read_bytes()
        for file in files
        if file.is_file() and "__pycache__" not in file.parts
    }


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
