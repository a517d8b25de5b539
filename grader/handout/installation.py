"""How students install the grader: what pip is asked for, or the author's own words."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from grader.course.records import Course
from grader.examiner.packages import requirement_of
from grader.examiner.wording import CPU_ONLY
from grader.handout.wheel import Wheel, own_wheel

_PLAIN = re.compile(r"[\w./=:@+-]+")  # what no shell changes


@dataclass(frozen=True)
class Installation:
    """The requirements that pip installs, or a text that says something else."""

    requirements: Sequence[str] = ()
    text: str = ""
    wheel: Wheel | None = None  # handed out with the stubs

    def arguments(self, system: str) -> list[str]:
        """Return what follows `pip install` on a system of `sys.platform`; nothing beside a text."""
        index = CPU_ONLY.split() if system == "linux" and self.requirements else []
        return [*self.requirements, *index]

    def words(self, system: str) -> str:
        """Return the same as a person types it."""
        return " ".join(map(_quoted, self.arguments(system)))


def installation_of(course: Course) -> Installation:
    """Return what course.yaml says, or else the wheel of this grader and the course's other packages.

    Raises:
        UsageFault: no wheel can be made.

    """
    if not isinstance(course.install, str):
        return Installation(tuple(course.install))
    if course.install.strip():
        return Installation(text=course.install.strip())
    wheel = own_wheel()
    others = [name for name in course.packages if name not in sys.stdlib_module_names]
    wanted = [name for name in map(requirement_of, others) if name.lower() not in wheel.brings]
    return Installation((f"./{wheel.name}", *wanted), wheel=wheel)


def _quoted(word: str) -> str:
    """Quote a word for bash, zsh, PowerShell and cmd.

    >>> _quoted("./a-1.0.whl"), _quoted("torch>=2.6")
    ('./a-1.0.whl', '"torch>=2.6"')
    """
    return word if _PLAIN.fullmatch(word) else f'"{word}"'
