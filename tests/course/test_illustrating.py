"""The figure of an exercise: what can be drawn, and the faults of what cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.course.paper import prepare
from grader.course.sitting import Paper
from grader.errors import CourseFaults
from grader.walks.axis import Axis
from grader.walks.walk import Walk
from tests.course.building import HEAD, SIZE, exercise

TENSOR = """\
- id: values
  kind: tensor
  prompt: Which?
  layer: Conv1d(1, 1, 2, bias=False)
  input: [[[1, 2, 3]]]
  weight: [[[1, -1]]]
"""


def with_figure(tmp_path: Path, figure: str, questions: str = SIZE) -> Paper:
    text = f"{HEAD}params: {{M: 4, g: {{shape: [4, 4]}}}}\nfigure: {figure}\nquestions:\n{questions}"
    return prepare(exercise(tmp_path, text), None).paper


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        ("{layer: 'Conv2d(1, 1, 2)', input: [1, 1, M, M]}", "first position   next position"),
        ("{layer: 'Conv2d(1, 1, 3)', input: [1, 1, 40, 40]}", "(cropped)"),
        (
            "{layer: 'Conv1d(1, 1, 2, stride=3)', input: [1, 1, 6], show: whole}",
            "2 positions. / is left over.",
        ),
        (
            "{layer: 'Conv2d(1, 1, 2, bias=False)', input: [[1, 2], [3, 4]], weight: [[1, 0], [0, 1]]}",
            "= 5",
        ),
        ("{layer: 'MaxPool2d(2)', input: g, show: whole}", "step 4 of 4: output[1, 1]"),
        ("{layer: 'Conv1d(1, 1, 2)', input: [[1, 2]], weight: 1, bias: 7}", "+ 7 (bias)"),
        ("{layer: 'Linear(2, 1)', input: [[1, 2]], weight: [[3, 4]], bias: [5]}", "= 16"),
        ("{layer: 'Unfold(2)', input: [[1, 2], [3, 4]]}", "column 0"),
        ("{layer: 'ConvTranspose1d(1, 1, 2, bias=False)', input: [[3]], weight: [[1, 2]]}", "input[0]"),
    ],
)
def test_what_a_figure_shows(tmp_path: Path, figure: str, said: str) -> None:
    drawing = with_figure(tmp_path, figure).drawing
    assert drawing is not None
    assert said in drawing, drawing
    assert max(map(len, drawing.split("\n"))) <= 76


@pytest.mark.parametrize(
    ("figure", "fault"),
    [
        ("{layer: 'Conv3d(1, 1, 2)', input: [1, 1, 4, 4, 4]}", "figure: An image of three dimensions"),
        ("{layer: 'ReLU()', input: [1, 4]}", "figure: With only a shape, this layer has no"),
        ("{layer: 'Flatten()', input: [1, 4]}", "figure.layer: There is no figure of this layer"),
        ("{layer: 'Conv2d(1, 1, 5)', input: [1, 1, 4, 4]}", "figure: There is no output"),
        ("{layer: 'Conv2d(1, 1, 20)', input: [1, 1, 40, 40]}", "figure: The kernel or row is 20 cells long"),
        ("{layer: 'MaxPool2d(1)', input: [[1, 2, 3, 4, 5, 6]], show: whole, weight: 2}", "has no 'weight'"),
        (
            "{layer: 'Conv2d(1, 1, 2)', input: [[1, 2], [3, 4]], weight: 1}",
            "The values of bias are not given",
        ),
        (
            "{layer: 'Conv1d(1, 1, 2)', input: [1, 1, 4], weight: 1}",
            "A figure of shapes takes no weight or bias",
        ),
        (
            "{layer: 'MaxPool2d(1)', input: [[[[" + "1, " * 30 + "1]]]], show: whole}",
            "takes 31 steps; at most 24",
        ),
        ("{layer: 'Conv2d(1, 1, 2)', input: [1, 1, 4, 4], show: all}", "figure.show"),
        ("{layer: 'Linear(2, 1)', input: [[1, 2]], weight: [[3, 4, 5]], bias: 1}", "figure.layer: "),
    ],
)
def test_a_figure_that_cannot_be_drawn_is_a_fault_with_its_place(
    tmp_path: Path, figure: str, fault: str
) -> None:
    with pytest.raises(CourseFaults) as caught:
        with_figure(tmp_path, figure)
    assert fault in str(caught.value)
    assert "exercise.yaml:" in str(caught.value)


@pytest.mark.parametrize(
    ("figure", "questions"),
    [
        ("{layer: 'Conv2d(1, 1, 2)', input: [1, 1, 4, 4], show: SHOW}", SIZE),
        (
            "{layer: 'Conv1d(1, 1, 2, bias=False)', input: [[[1, 2, 3]]], weight: [[[1, -1]]], show: SHOW}",
            TENSOR,
        ),
    ],
)
def test_no_figure_shows_the_whole_walk_of_a_question(tmp_path: Path, figure: str, questions: str) -> None:
    assert with_figure(tmp_path, figure.replace("SHOW", "first"), questions).drawing
    with pytest.raises(CourseFaults, match="would give its answer away"):
        with_figure(tmp_path, figure.replace("SHOW", "whole"), questions)


def test_other_numbers_for_the_layer_of_a_question_may_be_shown(tmp_path: Path) -> None:
    figure = "{layer: 'Conv1d(1, 1, 2, bias=False)', input: [[[7, 2, 3]]], weight: [[[1, -1]]], show: whole}"
    assert "= 5" in str(with_figure(tmp_path, figure, TENSOR).drawing)


def test_a_paper_of_before_there_were_numbers_in_figures_shows_its_walk(tmp_path: Path) -> None:
    paper = with_figure(tmp_path, "{layer: 'Conv2d(1, 1, 2)', input: [1, 1, M, M]}")
    old = paper.model_dump(mode="json", exclude={"worked", "show"})
    old["walk"] = {
        "family": "convolution",
        "input": [1, 1, 4],
        "channels": 1,
        "axes": [{"size": 4, "kernel": 2}],
    }
    again = Paper.model_validate(old)
    assert again.walk == Walk("convolution", (1, 1, 4), 1, (Axis(4, 2),))
    assert again.drawing == "first position   next position\n# # . .          . # # .\n# kernel   . image"
    assert Paper.model_validate_json(paper.model_dump_json()) == paper
