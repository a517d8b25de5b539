"""What is beside the stubs and the same for all students: README.md and the wheel. It is made once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.course.file_names import VISIBLE_CHECKS_FILE
from grader.course.loading import LoadedCourse
from grader.handout.installation import installation_of
from grader.handout.pack import Edition
from grader.handout.readme import README_FILE, readme
from grader.handout.recipe import Recipe
from grader.handout.stubs import Format


@dataclass(frozen=True)
class Kit:
    """Files by name, what pip installs in the first cell of a notebook, and recipes for further variants."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    install: str = ""
    recipes: Mapping[str, Recipe] = field(default_factory=dict)  # by exercise


NO_KIT = Kit()


def kit_of(course: LoadedCourse, form: Format, edition: Edition) -> Kit:
    """Return what all students of a course receive.

    Raises:
        UsageFault: no wheel can be made.

    """
    installation = installation_of(course.record)
    folders = [course.root / "exercises" / name for name in course.record.exercises]
    has_checks = any((folder / VISIBLE_CHECKS_FILE).is_file() for folder in folders)
    text = readme(course.record, form, edition, installation, has_checks=has_checks)
    wheel = installation.wheel
    files = {README_FILE: text.encode(), **({wheel.name: wheel.content} if wheel else {})}
    recipes = {one.name: Recipe.of(one) for one in course.exercises()}
    return Kit(files, installation.words, recipes)
