"""The two tracks of every usual mistake in the shipped course, over many variants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from grader.course.loading import LoadedCourse
from grader.course.paper import prepare
from grader.figures.figure import CannotDraw, Figure, Track
from grader.figures.frames import two_tracks
from grader.figures.text import as_text
from grader.questions.kinds import KINDS
from grader.questions.kinds.output_size import SizeKey
from grader.questions.kinds.tensor import TensorKey
from grader.questions.posed import Key, Posed, Wrong
from grader.walks.worked import Tracks

VARIANTS = [f"student-{number}" for number in range(50)]
NO_WALK = {  # answers that no walk leads to
    "answered-input-size",
    "answered-kernel-size",
    "answered-padded-size",
    "answered-the-image",
    "swapped-rows-and-columns",
}


def mistakes(shipped: LoadedCourse, exercise: str) -> Iterator[tuple[Posed, Key, Wrong, Tracks | None]]:
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
                    yield posed, key, wrong, kind.tracks(posed, key, wrong.name, answer)


def flat(values: Any) -> list[float]:
    return [one for value in values for one in flat(value)] if isinstance(values, list | tuple) else [values]


def last_cell(track: Track) -> float:
    return [cell.value for sheet in track.last.output for row in sheet.cells for cell in row if cell.is_new][-1]  # type: ignore[return-value]


def counts(track: Track) -> set[int]:
    return {strip.count for frame in track.frames for strip in frame.strips}


def check(figure: Figure, key: Key, wrong: Wrong) -> None:
    """The tracks end where torch and the misconception do."""
    true, mistaken = figure.tracks
    if isinstance(key, TensorKey):
        assert last_cell(true) == pytest.approx(key.values[-1])
        assert last_cell(mistaken) == pytest.approx(flat(wrong.answer)[-1])
    elif isinstance(key, SizeKey):
        assert counts(true) <= set(key.sizes)
        assert counts(mistaken) <= set(flat(wrong.answer))


@pytest.mark.parametrize("exercise", [f"exercise-{number}" for number in range(1, 11)])
def test_each_track_ends_where_torch_and_the_misconception_do(shipped: LoadedCourse, exercise: str) -> None:
    walked, unwalked = set(), set()
    for posed, key, wrong, tracks in mistakes(shipped, exercise):
        (walked if tracks else unwalked).add(wrong.name)
        if tracks is None:
            continue
        figure = two_tracks(tracks)
        check(figure, key, wrong)
        assert figure.tracks[0].how, wrong.name
        assert figure.tracks[1].how, wrong.name
        for unicode in (False, True):
            text = as_text(figure, unicode=unicode)
            assert max(map(len, text.split("\n"))) <= 80, text
        del posed
    print(exercise, sorted(walked), sorted(unwalked))
