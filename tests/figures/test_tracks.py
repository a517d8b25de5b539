"""The two tracks of every usual mistake in the shipped course, over many variants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from grader.course.loading import LoadedCourse
from grader.course.paper import prepare
from grader.figures.figure import Track
from grader.figures.frames import two_tracks
from grader.figures.text import as_text
from grader.questions.kinds import KINDS
from grader.questions.kinds.output_size import SizeKey
from grader.questions.kinds.tensor import TensorKey
from grader.questions.posed import Key, Wrong
from grader.walks.evaluating import value_of
from grader.walks.steps import steps_of
from grader.walks.worked import Tracks, Worked

VARIANTS = [f"student-{number}" for number in range(50)]
DRAWN = VARIANTS[:4]
WALKED = {  # the misconceptions that are walks, by exercise
    "exercise-1": {"flipped-kernel", "forgot-bias", "max-for-sum", "mean-for-sum", "transposed-kernel"},
    "exercise-2": {"forgot-plus-one", "laid-side-by-side", "let-kernel-hang-over"},
    "exercise-3": {"divided-image-by-stride", "forgot-plus-one", "ignored-stride"},
    "exercise-4": {"divided-image-by-stride", "forgot-plus-one", "ignored-stride", "rounded-up"},
    "exercise-5": {"ignored-padding", "padded-once", "padded-with-edge", "swapped-stride-and-padding"},
    "exercise-6": {"read-width-first", "rounded-up", "laid-side-by-side"},
    "exercise-7": {"forgot-bias", "mean-for-sum", "subtracted-bias"},
    "exercise-9": {"began-at-one", "bias-for-each-product", "strided-one-way"},
    "exercise-10": {"counted-span-wrongly", "dilation-as-stride", "ignored-dilation", "sum-for-max"},
}


def mistakes(shipped: LoadedCourse, exercise: str) -> Iterator[tuple[str, Key, Wrong, Tracks | None]]:
    """Every misconception of each variant that is diagnosed by its name, with its tracks."""
    for student in VARIANTS:
        sitting = prepare(shipped.exercise(exercise), student)
        for posed in sitting.paper.questions:
            assert sitting.keys is not None
            kind, key = KINDS[posed.kind], sitting.keys[posed.id]
            for wrong in key.wrong if isinstance(key, SizeKey | TensorKey) else ():
                try:
                    answer = kind.read(posed, wrong.answer)
                except ValueError:
                    continue
                if kind.judge(posed, key, answer).misconception == wrong.name:
                    yield student, key, wrong, kind.tracks(posed, key, wrong.name, answer)


def flat(values: Any) -> list[float]:
    return [one for value in values for one in flat(value)] if isinstance(values, list | tuple) else [values]


def last_value(way: Worked) -> float:
    """Return the last value of the output, followed step by step."""
    return value_of(way, list(steps_of(way.walk))[-1])


def last_cell(track: Track) -> float | None:
    sheets = track.last.output
    return [cell.value for sheet in sheets for row in sheet.cells for cell in row if cell.is_new][-1]


def check(tracks: Tracks, key: Key, wrong: Wrong) -> None:
    """Check that the ways end where torch and the misconception do."""
    if isinstance(key, TensorKey):
        assert last_value(tracks.true) == pytest.approx(key.values[-1])
        assert last_value(tracks.mistaken) == pytest.approx(flat(wrong.answer)[-1])
    elif isinstance(key, SizeKey):
        true, mistaken = ([axis.output for axis in way.walk.axes] for way in (tracks.true, tracks.mistaken))
        assert true == list(key.sizes)[-len(true) :]
        assert mistaken == wrong.answer[-len(mistaken) :]


def check_drawn(tracks: Tracks) -> None:
    """Check that the figure shows the same, and fits."""
    figure = two_tracks(tracks)
    for way, track in zip((tracks.true, tracks.mistaken), figure.tracks, strict=True):
        assert track.how
        if way.has_numbers:
            assert last_cell(track) == pytest.approx(last_value(way))
        else:
            assert {strip.count for strip in track.last.strips} <= set(way.walk.output)
    for unicode in (False, True):
        assert max(map(len, as_text(figure, unicode=unicode).split("\n"))) <= 80


@pytest.mark.slow
@pytest.mark.parametrize("exercise", sorted(WALKED))
def test_each_track_ends_where_torch_and_the_misconception_do(shipped: LoadedCourse, exercise: str) -> None:
    walked: set[str] = set()
    for student, key, wrong, tracks in mistakes(shipped, exercise):
        if tracks:
            walked.add(wrong.name)
            check(tracks, key, wrong)
            if student in DRAWN:
                check_drawn(tracks)
    assert walked >= WALKED[exercise]
