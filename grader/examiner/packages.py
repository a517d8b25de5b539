"""The packages that students' files may import: what of them is here, and what is imported beforehand."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import TYPE_CHECKING

from grader.errors import UsageFault
from grader.examiner.submission import Submission, imports_of

if TYPE_CHECKING:
    from grader.course.sitting import Sitting

_INSTALLED_AS = {
    "PIL": "pillow",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}
SLOW = ("torch", "numpy", "scipy", "matplotlib", "pandas", "sklearn", "torchvision")


def missing_packages(packages: Sequence[str]) -> list[str]:
    """The packages of a course that are not installed here."""
    return [package for package in packages if importlib.util.find_spec(package) is None]


def how_to_install(packages: Sequence[str]) -> str:
    """Say what to do about packages that are missing; some have another name where they come from.

    >>> how_to_install(["scipy", "sklearn"])
    'Install them: pip install scipy scikit-learn'
    """
    names = " ".join(_INSTALLED_AS.get(package, package) for package in packages)
    return f"Install {'it' if len(packages) == 1 else 'them'}: pip install {names}"


def demand(packages: Sequence[str]) -> None:
    """Make sure that all packages of a course are here.

    Raises:
        UsageFault: some are not.

    """
    if missing := missing_packages(packages):
        listed = f"course.yaml lists packages that are not installed here: {', '.join(missing)}."
        raise UsageFault(f"{listed} {how_to_install(missing)}")


def imported_by_checks(sitting: Sitting) -> frozenset[str]:
    """The modules that the checks and the reference of a sitting seem to import."""
    files = sorted(sitting.folder.glob("*.py")) if sitting.folder and sitting.code_questions else ()
    return frozenset[str]().union(*(imports_of(file.read_bytes()) for file in files))


def imported_beforehand(submission: Submission) -> list[str]:
    """The packages that a file seems to import and that take long."""
    imports = submission.imports
    return [package for package in SLOW if package in imports]
