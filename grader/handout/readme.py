"""README.md of a handout: how to install, how to work, and how to hand in."""

from __future__ import annotations

from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from grader.course.records import Course
from grader.handout import wording
from grader.handout.installation import Installation
from grader.handout.pack import PACK_FILE, Edition
from grader.handout.stubs import SUFFIX, Format

README_FILE = "README.md"
MAX_LISTED = 3  # files that are all named
_ENVIRONMENT = Environment(
    loader=PackageLoader("grader.handout"),
    undefined=StrictUndefined,
    keep_trailing_newline=True,
    trim_blocks=True,
    lstrip_blocks=True,
    autoescape=False,  # noqa: S701 this is Markdown
)


def readme(
    course: Course, form: Format, edition: Edition, installation: Installation, *, has_checks: bool
) -> str:
    """Return the text for the students of a course."""
    files = [f"`{name}{SUFFIX[form]}`" for name in course.exercises]
    wheel = [f"`{installation.wheel.name}`"] if installation.wheel else []
    return _ENVIRONMENT.get_template("readme.md.jinja").render(
        title=course.title,
        exercises=course.exercises,
        first=f"{course.exercises[0]}{SUFFIX[form]}",
        listed=_listed(files),
        uploads=_listed([f"`{PACK_FILE}`", *wheel]),
        installation=installation,
        python=wording.PYTHON,
        form=form,
        edition=edition,
        has_checks=has_checks,
        hand_in=course.hand_in.strip() or wording.HAND_IN.format(file=files[0]),
    )


def _listed(names: Sequence[str]) -> str:
    """Return names in words.

    >>> _listed(["a", "b", "c"]), _listed(["a"]), _listed(["a", "b", "c", "d"])
    ('a, b and c', 'a', 'a to d')
    """
    if len(names) > MAX_LISTED:
        return f"{names[0]} to {names[-1]}"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
