"""A made-up class for the demo: right students, typical mistakes, and files that break things."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.course.loading import LoadedCourse
from grader.course.paper import prepare
from grader.course.sitting import Sitting
from grader.course.solutions import mistakes, solutions
from grader.handout.stubs import SUFFIX, Format, answered, stub_text
from grader.tables import table_text

_LOGINS = ("sis_login_id", "moodle_username", "blackboard_username", "brightspace_username")
_ENDLESS = "\n\ndef {id}(*args, **kwargs):\n    while True:\n        pass\n"
_MUCH_CODE = 3  # questions, so that the demo waits for only one endless loop
_NOISE_BEFORE = """import numpy as np
import matplotlib.pyplot as plt

print("starting")
data = np.linspace(0, 1, 50)
plt.plot(data, data**2)
plt.title("unrelated")
plt.show()
scores = {"a": 1}
assert scores["b"] == 2

"""
_NOISE_AFTER = """

for step in range(1000):
    print("step", step, "of something else")
plt.close("all")
raise RuntimeError("the end of my notes")
"""


@dataclass(frozen=True)
class MadeUp:
    """One student of the demo: what they do, and how their files are made."""

    student: str
    story: str
    write: Callable[[Sitting, Format], str]
    form: Format = "python"


def _right(sitting: Sitting, form: Format) -> str:
    return answered(sitting, solutions(sitting), form)


def _half(sitting: Sitting, form: Format) -> str:
    """Answer every other question, and all code."""
    kept = [question.id for question in sitting.paper.questions][::2]
    right = solutions(sitting)
    return answered(sitting, {id_: right[id_] for id_ in {*kept, *sitting.code_questions}}, form)


def _mistaken(misconceptions: Sequence[str]) -> Callable[[Sitting, Format], str]:
    """Answer rightly, except where one of these misconceptions leads to another answer."""

    def write(sitting: Sitting, form: Format) -> str:
        return answered(sitting, mistakes(sitting, misconceptions), form)

    return write


def _endless(sitting: Sitting, form: Format) -> str:
    """Answer rightly, except that the last question of the exercise with the most code never returns."""
    text, code = _right(sitting, form), sitting.code_questions
    return text + _ENDLESS.format(id=code[-1]) if len(code) > _MUCH_CODE else text


def _noisy(sitting: Sitting, form: Format) -> str:
    return _NOISE_BEFORE + _right(sitting, form) + _NOISE_AFTER


CLASS: tuple[MadeUp, ...] = (
    MadeUp("ada", "has everything right", _right),
    MadeUp("ben", "has everything right, in notebooks", _right, "notebook"),
    MadeUp("cem", "answers every other question", _half),
    MadeUp("dora", "forgets the +1", _mistaken(["forgot-plus-one"])),
    MadeUp("emil", "forgets the padding", _mistaken(["ignored-padding"])),
    MadeUp("fay", "rounds up", _mistaken(["rounded-up"])),
    MadeUp("gus", "ignores the stride", _mistaken(["ignored-stride"])),
    MadeUp("hana", "swaps height and width", _mistaken(["swapped-height-and-width"])),
    MadeUp("ivan", "pads one side only", _mistaken(["padded-once"])),
    MadeUp("june", "flips the kernel", _mistaken(["flipped-kernel"])),
    MadeUp("kim", "writes a loop that never ends", _endless),
    MadeUp("lea", "has a syntax error", lambda sitting, form: _right(sitting, form) + "\ndef broken(:\n"),
    MadeUp("max", "hands in empty notebooks", lambda _sitting, _form: "", "notebook"),
    MadeUp("nora", "leaves the stubs as they are", lambda sitting, form: stub_text(sitting.paper, form)),
    MadeUp("otto", "exits in the middle", lambda s, f: "import os\nos._exit(0)\n" + _right(s, f)),
    MadeUp("pia", "mixes answers with plots, prints and errors", _noisy),
)


def write_class(course: LoadedCourse, folder: Path) -> None:
    """Write the submissions of the made-up class: `folder/<student>/<exercise>.py` or `.ipynb`."""
    for person in CLASS:
        for exercise in course.exercises():
            sitting = prepare(exercise, person.student)
            file = folder / person.student / f"{exercise.name}{SUFFIX[person.form]}"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(person.write(sitting, person.form), encoding="utf-8")


def roster_text() -> str:
    """Return the made-up class as a roster; every LMS knows the students by the names of their folders."""
    rows = [
        [one.student, one.student.title(), f"{one.student}@example.org", *[one.student] * len(_LOGINS)]
        for one in CLASS
    ]
    return table_text([["student", "name", "email", *_LOGINS], *rows])


def stories() -> Mapping[str, str]:
    """Return what each made-up student does."""
    return {person.student: person.story for person in CLASS}
