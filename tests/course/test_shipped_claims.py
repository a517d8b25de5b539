"""What the shipped course says about torch, compared with torch: messages, gradients, parameters, the picture."""

from __future__ import annotations

import re
import runpy
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.course.loading import load_course
from grader.course.paper import prepare
from grader.course.sitting import Sitting
from tests.conftest import ROOT

STUDENTS = (None, "ada", "emmy")
Params = Mapping[str, Any]


def images(numbers: list[list[int]]) -> Tensor:
    return torch.tensor(numbers, dtype=torch.float32)[None, None]


def gradient(of: Tensor) -> Tensor:
    assert of.grad is not None
    return of.grad


def photo(p: Params) -> Tensor:
    return torch.rand(p["H"], p["W"], 3)


def plain(p: Params) -> Tensor:
    return torch.ones(1, 1, p["M"], p["M"], dtype=getattr(torch, p["dtype"]))


FAILING: dict[tuple[str, str], Callable[[Params], object]] = {
    ("exercise-5", "least_padding"): lambda p: nn.Conv2d(1, 1, p["G"], padding=p["E"])(
        torch.ones(1, 1, p["F"], p["F"])
    ),
    ("exercise-6", "channels_last"): lambda p: nn.Conv2d(3, 8, p["K"])(photo(p)),
    ("exercise-9", "dtype"): lambda p: nn.Conv2d(1, 1, p["K"])(plain(p)),
}


@pytest.fixture(scope="module")
def drawn() -> dict[str, list[Sitting]]:
    """Draw the variants of a few students, once."""
    exercises = load_course(ROOT).exercises()
    return {one.name: [prepare(one, student) for student in STUDENTS] for one in exercises}


def prompt(sitting: Sitting, question: str) -> str:
    return next(one.prompt for one in sitting.paper.questions if one.id == question)


def test_every_quoted_message_is_tried(drawn):
    quoting = {
        (exercise, question.id)
        for exercise, of_students in drawn.items()
        for question in of_students[0].paper.questions
        if re.search(r"\w+Error: ", question.prompt)
    }
    assert quoting == set(FAILING)


@pytest.mark.parametrize(("exercise", "question"), FAILING)
def test_torch_says_what_the_prompt_quotes(drawn, exercise, question):
    for sitting in drawn[exercise]:
        with pytest.raises(RuntimeError) as caught:
            FAILING[exercise, question](sitting.params)
        said = f"RuntimeError: {caught.value}"
        assert said in " ".join(prompt(sitting, question).split())


def test_the_least_padding_is_enough_and_one_less_is_not(drawn):
    for sitting in drawn["exercise-5"]:
        p, image = sitting.params, torch.ones(1, 1, sitting.params["F"], sitting.params["F"])
        least = right(sitting, "least_padding").answer
        nn.Conv2d(1, 1, p["G"], padding=least)(image)
        with pytest.raises(RuntimeError, match="Kernel size"):
            nn.Conv2d(1, 1, p["G"], padding=least - 1)(image)


def right(sitting: Sitting, question: str) -> Any:
    assert sitting.keys is not None
    return sitting.keys[question]


@pytest.mark.parametrize("question", ["channels_last", "dtype"])
def test_options_that_are_said_to_run_do(drawn, question):
    exercise = {"channels_last": "exercise-6", "dtype": "exercise-9"}[question]
    for sitting in drawn[exercise]:
        p = sitting.params
        names = (
            {"nn": nn, "photo": photo(p)} if question == "channels_last" else {"nn": nn, "image": plain(p)}
        )
        names["conv"] = nn.Conv2d(3, 8, p["K"]) if question == "channels_last" else nn.Conv2d(1, 1, p["K"])
        options = next(one.options for one in sitting.paper.questions if one.id == question)
        for option in options:
            said = " ".join(
                wrong.message for wrong in right(sitting, question).wrong if wrong.answer == option.letter
            )
            is_right = option.letter in right(sitting, question).letters
            if is_right or "This call runs" in said:
                eval(option.text.strip("`"), dict(names))
            elif "unsqueeze" in option.text or question == "dtype":
                with pytest.raises(RuntimeError):
                    eval(option.text.strip("`"), dict(names))


def test_the_layer_learns_as_many_numbers_as_it_has_parameters(drawn):
    for sitting in drawn["exercise-5"]:
        p = sitting.params
        layer = nn.Conv2d(1, 1, p["K"], stride=p["S"], padding=p["P"])
        assert right(sitting, "learned").answer == sum(one.numel() for one in layer.parameters())


def test_the_receptive_field_is_what_reaches_a_value(drawn):
    for sitting in drawn["exercise-2"]:
        layers = [nn.Conv2d(1, 1, sitting.params["L"], bias=False) for _ in range(sitting.params["D"])]
        for layer in layers:
            nn.init.ones_(layer.weight)
        image = torch.ones(1, 1, 40, 40, requires_grad=True)
        nn.Sequential(*layers)(image)[0, 0, 2, 2].backward()
        assert right(sitting, "receptive_field").answer == int(gradient(image).count_nonzero() ** 0.5)


def test_gradients_are_those_of_torch(drawn):
    for sitting in drawn["exercise-9"]:
        conv = nn.Conv2d(1, 1, 2)
        conv.load_state_dict({"weight": images(sitting.params["kernel"]), "bias": torch.zeros(1)})
        conv(images(sitting.params["cells"])).sum().backward()
        assert list(right(sitting, "gradient").values) == gradient(conv.weight).flatten().tolist()
    for sitting in drawn["exercise-10"]:
        image = images(sitting.params["image"]).requires_grad_()
        nn.MaxPool2d(2)(image).sum().backward()
        assert list(right(sitting, "routed").values) == gradient(image).flatten().tolist()


def test_the_picture_is_what_its_script_draws():
    made = runpy.run_path(str(ROOT / "exercises" / "exercise-7" / "picture.py"))
    assert made["FILE"].read_text(encoding="ascii") == made["pgm"](made["drawn"]())
    assert torch.equal(made["picture"](), made["drawn"]().float().reshape(1, 1, 64, 64))
    assert made["picture"]().min() >= 0
    assert made["picture"]().max() <= made["MAX"]


def test_every_question_is_explained_in_a_few_sentences(drawn):
    for exercise, of_students in drawn.items():
        for sitting in of_students:
            for question in sitting.paper.questions:
                said = right(sitting, question.id).explanation
                assert 2 <= len(re.findall(r"[.?:](?:\s|$)", said)) <= 8, (exercise, question.id)
                assert not re.search(r"(?m)^\s*(?:[-+*#]|\d+[.)])\s", said), (
                    f"a list or heading by accident: {said}"
                )
