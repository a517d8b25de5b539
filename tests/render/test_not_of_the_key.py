"""What an assessed course shows of a wrong answer depends on the prompt and the answer, and not on the key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from grader.course.loading import LoadedCourse
from grader.course.paper import prepare
from grader.course.sitting import Sitting
from grader.examiner.reporting import marked, report_of
from grader.questions.kinds import KINDS
from grader.questions.kinds.number import NumberKey
from grader.questions.kinds.output_size import SizeKey
from grader.questions.kinds.tensor import TensorKey
from grader.questions.posed import FormError, Key, Mark, Posed, Wrong
from grader.render import report_page, terminal
from grader.render.palette import screen


def another(key: Key) -> Key | None:
    """Return a key of the same form for which the same wrong answers are wrong; None if this kind has none."""
    if isinstance(key, NumberKey):
        return key.model_copy(update={"answer": key.answer + 1_000_003})
    if isinstance(key, SizeKey):
        return key.model_copy(update={"sizes": tuple(size + 1_003 for size in key.sizes)})
    if isinstance(key, TensorKey):
        return key.model_copy(update={"values": tuple(value + 1_003.5 for value in key.values)})
    return None


def verdict(posed: Posed, key: Key, wrong: Wrong) -> Mark | None:
    """Return the verdict on a wrong answer; None if it has another form, or if its misconception is not named."""
    kind: Any = KINDS[posed.kind]
    try:
        mark: Mark = kind.mark(posed, key, wrong.answer)
    except FormError:
        return None
    return mark if mark.misconception == wrong.name else None


def told(sitting: Sitting, posed: Posed, mark: Mark) -> tuple[str, ...]:
    """Return everything that is shown of an answer: as JSON, as a page and in the terminal."""
    report = report_of(sitting, (marked(posed, mark),), (), ("full",))
    console = screen()
    with console.capture() as shown:
        console.print(terminal.report_page(report, sitting.paper.title, {}))
    html = report_page.report_html(report, sitting.paper)
    return report.model_dump_json(), report.stored(), html, shown.get()


def wrongs(sitting: Sitting) -> Iterator[tuple[Posed, Key, Wrong]]:
    for posed in sitting.paper.questions:
        key = (sitting.keys or {})[posed.id]
        for wrong in key.wrong:
            yield posed, key, wrong


@pytest.mark.parametrize("exercise", ["exercise-2", "exercise-3", "exercise-5", "exercise-9", "exercise-10"])
def test_two_keys_with_one_verdict_show_the_same(
    shipped: LoadedCourse, exercise: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sitting = prepare(shipped.exercise(exercise), "ada")
    figure = report_page.own_figure(sitting.paper)  # of the paper alone: it is drawn once for all pages
    monkeypatch.setattr(report_page, "own_figure", lambda _: figure)
    compared = 0
    for posed, key, wrong in wrongs(sitting):
        other = another(key)
        marks = [verdict(posed, one, wrong) for one in (key, other) if one is not None and other is not None]
        if len(marks) < 2 or None in marks or len({mark.share for mark in marks if mark}) > 1:
            continue  # with credit by element, the score is another verdict
        first, second = (told(sitting, posed, mark) for mark in marks if mark)
        assert first == second, (posed.id, wrong.name)
        compared += 1
    assert compared >= 5


def test_the_keys_differ_in_what_they_hold(shipped: LoadedCourse) -> None:
    sitting = prepare(shipped.exercise("exercise-3"), "ada")
    kinds = {type(key) for key in (sitting.keys or {}).values() if another(key) not in (None, key)}
    assert kinds >= {SizeKey, NumberKey, TensorKey}
