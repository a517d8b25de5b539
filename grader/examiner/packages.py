"""The packages that students' files may import: what of them is here, and what is imported beforehand."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence

from grader.examiner.submission import Submission

SLOW = ("torch", "numpy", "scipy", "matplotlib", "pandas", "sklearn", "torchvision")


def missing_packages(packages: Sequence[str]) -> list[str]:
    """The packages of a course that are not installed here."""
    return [package for package in packages if importlib.util.find_spec(package) is None]


def imported_beforehand(submission: Submission) -> list[str]:
    """The packages that a file seems to import and that take long."""
    imports = submission.imports
    return [package for package in SLOW if package in imports]
