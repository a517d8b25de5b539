"""The packages that students' files may import: which are installed, and which are imported in advance."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import TYPE_CHECKING

from grader.errors import UsageFault
from grader.examiner.submission import Submission, imports_of
from grader.examiner.wording import INSTALL, MISSING_PACKAGES

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
    """Return the packages of a course that are not installed here."""
    return [package for package in packages if importlib.util.find_spec(package) is None]


def how_to_install(packages: Sequence[str]) -> str:
    """Say what to do about missing packages; some are installed under another name.

    >>> how_to_install(["scipy", "sklearn"])
    'Install them: pip install scipy scikit-learn'
    """
    names = " ".join(map(requirement_of, packages))
    return INSTALL[len(packages) > 1].format(names=names)


def requirement_of(package: str) -> str:
    """Return the name under which pip knows a package."""
    return _INSTALLED_AS.get(package, package)


def demand(packages: Sequence[str]) -> None:
    """Make sure that all packages of a course are installed here.

    Raises:
        UsageFault: some are not.

    """
    if missing := missing_packages(packages):
        listed = MISSING_PACKAGES.format(names=", ".join(missing))
        raise UsageFault(f"{listed} {how_to_install(missing)}")


def imported_by_checks(sitting: Sitting) -> frozenset[str]:
    """Return the modules that the checks and the reference of a sitting seem to import."""
    files = sorted(sitting.folder.glob("*.py")) if sitting.folder and sitting.code_questions else []
    files += [sitting.material.helpers] if sitting.material.helpers else []
    return frozenset[str]().union(*(imports_of(file.read_bytes()) for file in files))


def imported_beforehand(submission: Submission) -> list[str]:
    """Return the packages that a file seems to import and that are slow to import."""
    imports = submission.imports
    return [package for package in SLOW if package in imports]
