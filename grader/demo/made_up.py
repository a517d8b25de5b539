"""A made-up class for the demo: students who are right, typical mistakes, and files that break things."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.course.loading import LoadedCourse
from grader.course.paper import prepare
from grader.course.sitting import Sitting
from grader.course.solutions import mistakes, solutions
from grader.handout.stubs import SUFFIX, Format, answered, stub_text
from grader.tables import table_text

_LOGINS = ("sis_login_id", "moodle_username", "blackboard_username", "brightspace_username")
_ENDLESS = "\n\ndef {id}(*args, **kwargs):\n    while True:\n        pass\n"
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
    slip: str = ""  # the misconception that they have


def _right(sitting: Sitting, form: Format) -> str:
    return answered(sitting, solutions(sitting), form)


def _half(sitting: Sitting, form: Format) -> str:
    """Answer every other question, and all code."""
    kept = [question.id for question in sitting.paper.questions][::2]
    right = solutions(sitting)
    return answered(sitting, {id_: right[id_] for id_ in {*kept, *sitting.code_questions}}, form)


def _mistaken(student: str, story: str, misconception: str) -> MadeUp:
    """Make a student who answers rightly, except where a misconception leads to another answer."""

    def write(sitting: Sitting, form: Format) -> str:
        return answered(sitting, mistakes(sitting, [misconception]), form)

    return MadeUp(student, story, write, slip=misconception)


def _endless(sitting: Sitting, form: Format) -> str:
    """Answer rightly, except that the last code question never returns."""
    text, code = _right(sitting, form), sitting.code_questions
    return text + _ENDLESS.format(id=code[-1]) if code else text


def _except_in(exercise: str, write: Callable[[Sitting, Format], str]) -> Callable[[Sitting, Format], str]:
    """Write one exercise in this way, and answer the others rightly."""
    return lambda sitting, form: (write if sitting.paper.exercise == exercise else _right)(sitting, form)


def _noisy(sitting: Sitting, form: Format) -> str:
    return _NOISE_BEFORE + _right(sitting, form) + _NOISE_AFTER


CLASS: tuple[MadeUp, ...] = (  # of the course on convolution; `class_of` makes that of any course
    MadeUp("ada", "has everything right", _right),
    MadeUp("ben", "has everything right, in notebooks", _right, "notebook"),
    MadeUp("cem", "answers every other question", _half),
    _mistaken("dora", "forgets the +1", "forgot-plus-one"),
    _mistaken("emil", "forgets the padding", "ignored-padding"),
    _mistaken("fay", "rounds up", "rounded-up"),
    _mistaken("gus", "ignores the stride", "ignored-stride"),
    _mistaken("hana", "swaps height and width", "swapped-height-and-width"),
    _mistaken("ivan", "pads one side only", "padded-once"),
    _mistaken("june", "flips the kernel", "flipped-kernel"),
    MadeUp("kim", "writes a loop that never ends", _endless),
    MadeUp("lea", "has a syntax error", lambda sitting, form: _right(sitting, form) + "\ndef broken(:\n"),
    MadeUp("max", "hands in empty notebooks", lambda _sitting, _form: "", "notebook"),
    MadeUp("nora", "leaves the stubs as they are", lambda sitting, form: stub_text(sitting.paper, form)),
    MadeUp("otto", "exits in the middle", lambda s, f: "import os\nos._exit(0)\n" + _right(s, f)),
    MadeUp("pia", "mixes answers with plots, prints and errors", _noisy),
)


def class_of(course: LoadedCourse) -> Sequence[MadeUp]:
    """Return a class for a course: its most common misconceptions replace those that it lacks."""
    sittings = [prepare(exercise, None) for exercise in course.exercises()]
    much_code = max(sittings, key=lambda sitting: len(sitting.code_questions)).paper.exercise
    common = _slips(sittings)
    others = iter([name for name in common if name not in {person.slip for person in CLASS}])
    return [
        replace(person, write=_except_in(much_code, _endless))  # so that the demo waits for only one loop
        if person.write is _endless
        else person
        for person in _fitted(common, others)
    ]


def _fitted(known: Sequence[str], others: Iterator[str]) -> Iterator[MadeUp]:
    """Yield the class, with other misconceptions in place of those that are not known."""
    for person in CLASS:
        if not person.slip or person.slip in known:
            yield person
        elif slip := next(others, ""):
            yield _mistaken(person.student, f"has the misconception '{slip}'", slip)


def _slips(sittings: Sequence[Sitting]) -> Sequence[str]:
    """Return the names of all misconceptions, the most common first."""
    keys = [key for sitting in sittings for key in (sitting.keys or {}).values()]
    return [name for name, _ in Counter(wrong.name for key in keys for wrong in key.wrong).most_common()]


def write_class(course: LoadedCourse, people: Sequence[MadeUp], folder: Path) -> None:
    """Write the submissions of a made-up class: `folder/<student>/<exercise>.py` or `.ipynb`."""
    for person in people:
        for exercise in course.exercises():
            sitting = prepare(exercise, person.student)
            file = folder / person.student / f"{exercise.name}{SUFFIX[person.form]}"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(person.write(sitting, person.form), encoding="utf-8")


def roster_text(people: Sequence[MadeUp]) -> str:
    """Return a made-up class as a roster; every LMS knows the students by the names of their folders."""
    rows = [
        [one.student, one.student.title(), f"{one.student}@example.org", *[one.student] * len(_LOGINS)]
        for one in people
    ]
    return table_text([["student", "name", "email", *_LOGINS], *rows])
