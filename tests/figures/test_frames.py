"""The frames of a figure against torch: what they compute, and where they begin."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import assume, example, given, settings

from grader.figures.figure import MINUS, CannotDraw, Figure, FigureFrame, Sheet
from grader.figures.frames import figure_of, two_tracks
from grader.figures.sums import sum_lines
from grader.language.layers import LayerError, apply, parse_layer
from grader.walks.as_written import walk_of
from grader.walks.worked import Tracks, Worked, nested
from tests.walks.test_walks import ONE, numbered


def worked(text: str, shape: tuple[int, ...], seed: int = 0) -> tuple[Worked, torch.Tensor]:
    """Return a layer with whole numbers, and torch's output."""
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
    """Return the values of the sheets of the output, one by one."""
    return [value for sheet in frame.output for row in written(sheet) for value in row]


def new_values(frames: tuple[FigureFrame, ...]) -> list[Any]:
    """Return the values that the frames add to the output, one by one."""
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


def ways(text: str, shape: tuple[int, ...], **changed: Any) -> Tracks:
    """Return a layer, and the same with other numbers of its axes."""
    way, _ = worked(text, shape)
    axes = tuple(replace(axis, **changed) for axis in way.walk.axes)
    return Tracks(way, replace(way, walk=replace(way.walk, axes=axes)))


def test_two_tracks_begin_where_they_part() -> None:
    found = ways("Conv1d(1, 1, 1, stride=2, bias=False)", (1, 1, 7), stride=3)
    numbers: dict[str, Any] = {"image": nested([[[1, 2, 3, 4, 5, 6, 7]]]), "weight": nested([[[1]]])}
    true_way, mistaken_way = (replace(way, **numbers) for way in (found.true, found.mistaken))
    figure = two_tracks(Tracks(true_way, mistaken_way), note="Other numbers.")
    true, mistaken = figure.tracks
    assert (figure.agreed, figure.note, figure.shares_image) == (1, "Other numbers.", False)
    assert [frame.place for frame in true.frames] == ["output[1]", "output[2]", "output[3]"]
    assert [frame.place for frame in mistaken.frames] == [frame.place for frame in true.frames]
    assert [frame.is_missing for frame in mistaken.frames] == [False, False, True]
    assert mistaken.last.place == "output[2]"
    assert figure.text.startswith("1 step before this one agrees. torch: At output[1] the kernel is on")


def test_where_only_the_weights_differ_the_image_is_drawn_once() -> None:
    way, _ = worked("Conv2d(1, 1, 2)", (1, 1, 3, 3))
    assert two_tracks(Tracks(way, replace(way, bias=None))).shares_image


def test_many_steps_end_with_the_last_one_of_each_way() -> None:
    figure = two_tracks(ways("Conv2d(1, 1, 3, padding=1)", (1, 1, 9, 9), padding=0))
    assert figure.count == 24
    assert [track.last.place for track in figure.tracks] == ["output[8, 8]", "output[6, 6]"]


def test_sizes_show_only_the_axes_that_differ() -> None:
    walk = worked("MaxPool2d(2, padding=(1, 0))", (1, 1, 6, 7))[0].walk
    other = replace(walk, axes=tuple(axis.unpadded for axis in walk.axes))
    figure = two_tracks(Tracks(Worked(walk), Worked(other)))
    assert [[strip.title for strip in track.last.strips] for track in figure.tracks] == [["height"]] * 2
    assert [track.last.strips[0].count for track in figure.tracks] == [4, 3]


def test_ways_that_lead_to_the_same_are_not_drawn() -> None:
    way, _ = worked("Conv2d(1, 1, 2)", (1, 1, 3, 3))
    for same in (way, Worked(way.walk)):
        with pytest.raises(CannotDraw, match="Both ways lead to the same"):
            two_tracks(Tracks(same, same))


def test_a_large_image_is_cropped_around_the_kernel_with_true_indices() -> None:
    way, _ = worked("MaxPool2d(2, stride=18)", (1, 1, 20, 20))
    sheet = figure_of(way).tracks[0].frames[-1].sheets[0]
    assert (sheet.whole, sheet.rows, sheet.columns) == ((20, 20), tuple(range(12, 20)), tuple(range(12, 20)))


def test_a_sum_is_written_out_with_zeros() -> None:
    way = Worked(
        worked("Conv2d(1, 1, 2, bias=True)", (1, 1, 2, 2))[0].walk,
        nested([[[[0, 2], [-3, 1]]]]),
        nested([[[[5, -1], [1, 0]]]]),
        (4.0,),
    )
    frame = figure_of(way).tracks[0].frames[0]
    assert sum_lines(frame) == tuple(line.replace("-", MINUS) for line in ("0 - 2", "- 3 + 0", "+ 4 (bias)"))
    assert frame.result == -1


def test_the_first_step_does_not_tell_the_size_of_the_output() -> None:
    way, _ = worked("Conv2d(1, 1, 2, stride=3)", (1, 1, 6, 6))
    (frame,) = figure_of(way, "first").tracks[0].frames
    cells = [cell for sheet in frame.sheets for row in sheet.cells for cell in row]
    assert (frame.output, any(cell.is_left_over for cell in cells)) == ((), False)
    last = figure_of(way).tracks[0].frames[-1]
    assert last.sheets[0].is_last
    assert any(cell.is_left_over for row in last.sheets[0].cells for cell in row)
