"""The frames of a figure against torch: what they compute, and where they begin."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import assume, example, given, settings

from grader.figures.figure import CannotDraw, Figure, FigureFrame, Sheet
from grader.figures.frames import figure_of
from grader.language.layers import LayerError, apply, parse_layer
from grader.walks.as_written import walk_of
from grader.walks.worked import Worked, nested
from tests.walks.test_walks import ONE, numbered


def worked(text: str, shape: tuple[int, ...], seed: int = 0) -> tuple[Worked, torch.Tensor]:
    """A layer with whole numbers, and torch's output."""
    image, state = numbered(text, shape, seed)
    layer = parse_layer(text)
    walk = walk_of(layer, {}, shape)
    assert walk is not None
    weight, bias = (nested(state[name].tolist()) if name in state else None for name in ("weight", "bias"))
    assert bias is None or isinstance(bias, tuple)
    return Worked(walk, nested(image.tolist()), weight, bias), apply(layer, {}, image, state)  # type: ignore[arg-type]


def written(sheet: Sheet) -> Any:
    return [[cell.value for cell in row] for row in sheet.cells]


def output_of(frame: FigureFrame) -> list[Any]:
    """The values of the sheets of the output, one by one."""
    return [value for sheet in frame.output for row in written(sheet) for value in row]


def new_values(frames: tuple[FigureFrame, ...]) -> list[Any]:
    """The values that the frames add to the output, one by one."""
    sheets = [sheet for frame in frames for sheet in frame.output]
    return [cell.value for sheet in sheets for row in sheet.cells for cell in row if cell.is_new]


def drawn(way: Worked) -> Figure:
    try:
        return figure_of(way)
    except CannotDraw:
        assume(False)
        raise


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@settings(deadline=None, max_examples=150)
@given(case=ONE)
@example(case=("Unfold(2)", (1, 1, 3, 3)))
@example(case=("ConvTranspose2d(1, 1, 2, stride=2)", (1, 1, 2, 2)))
@example(case=("Conv2d(2, 2, 2, groups=2, padding=1, stride=2)", (1, 2, 3, 3)))
@example(case=("AvgPool2d(2, ceil_mode=True)", (1, 1, 3, 3)))
@example(case=("Linear(3, 2)", (2, 3)))
def test_the_frames_together_make_the_output_of_torch(case: tuple[str, tuple[int, ...]]) -> None:
    text, shape = case
    try:
        way, output = worked(text, (1, *shape[1:]) if len(shape) > 2 else shape)
    except LayerError:
        assume(False)
        raise
    frames = drawn(way).tracks[0].frames
    values = output.flatten().tolist()
    if not any(sheet.is_cropped for sheet in frames[-1].output) and len(output_of(frames[-1])) == len(values):
        assert output_of(frames[-1]) == pytest.approx(values)
    if frames[0].result is not None:
        assert [frame.result for frame in frames] == pytest.approx(values)
        assert new_values(frames) == pytest.approx(values)
