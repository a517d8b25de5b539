"""What a student reads about answers in odd places and of odd kinds, from the shipped exercises."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

assert sys.platform != "win32"  # it has no fork

import pytest

from grader.course.loading import LoadedCourse
from grader.course.paper import prepare
from grader.handout.generation import generate
from tests.conftest import ROOT, Run


@pytest.fixture(scope="module")
def handed_out(shipped: LoadedCourse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the handouts in both formats, and that of an assessed course."""
    root = tmp_path_factory.mktemp("handed-out")
    for form in ("python", "notebook"):
        generate(shipped, root / form, None, form, "practice")
    generate(shipped, root / "assessed", None, "python", "assessed")
    return root


class Desk:
    """A student's file, graded where the handout is."""

    def __init__(self, grade: Run, root: Path, file: Path) -> None:
        self.grade, self.root, self.file = grade, root, file

    def report(self, exercise: str, text: str, form: str = "python") -> dict[str, dict[str, Any]]:
        """Return the questions of a report on this text."""
        file = self.file.with_suffix(".ipynb" if form == "notebook" else ".py")
        file.write_text(text, encoding="utf-8")
        ran = self.grade(self.root / form, exercise, "--json", "--file", file)
        assert ran.code in {0, 1}, ran.err
        return {one["id"]: one for one in json.loads(ran.out)["questions"]}

    def page(self, exercise: str, text: str, *arguments: str, form: str = "python") -> str:
        """Return the screen for this text, without its line breaks."""
        self.file.write_text(text, encoding="utf-8")
        ran = self.grade(self.root / form, exercise, "--file", self.file, *arguments)
        return " ".join(ran.out.split())


@pytest.fixture
def desk(grade: Run, handed_out: Path, tmp_path: Path) -> Desk:
    """Return a student at work."""
    return Desk(grade, handed_out, tmp_path / "mine.py")


def stub(handed_out: Path, exercise: str, form: str = "python") -> str:
    suffix = {"python": ".py", "notebook": ".ipynb"}[form]
    return (handed_out / form / f"{exercise}{suffix}").read_text(encoding="utf-8")


def test_answers_in_comments_are_noticed(desk: Desk, handed_out: Path) -> None:
    text = stub(handed_out, "exercise-3")
    for old, new in {
        "size = ...": "size = ...  # 2",
        "last_place = ...": "# last_place = 8\nlast_place = ...",
        "kept = ...": "kept = ...\n# answer: [[1, 2], [3, 4]]",
        "stride = ...": "# The answer is 3.\nstride = ...",
        "cost = ...": "cost = ...\n# no idea\n# b)",
    }.items():
        text = text.replace(f"\n{old}\n", f"\n{new}\n", 1)
    lines = text.split("\n")
    said = {name: one["message"] for name, one in desk.report("exercise-3", text).items()}
    for name, line, value in (
        ("size", "size = ...  # 2", "2"),
        ("last_place", "# last_place = 8", "8"),
        ("kept", "# answer: [[1, 2], [3, 4]]", "[[1, 2], [3, 4]]"),
        ("stride", "# The answer is 3.", "3"),
        ("cost", "# b)", '"b"'),
    ):
        where = f"Line {lines.index(line) + 1} is a comment, which is not read"
        assert said[name] == f"Not answered yet. {where}; write `{name} = {value}` as code."


def test_answers_in_text_cells_are_noticed(desk: Desk, handed_out: Path) -> None:
    document = json.loads(stub(handed_out, "exercise-3", "notebook"))
    cells: list[dict[str, Any]] = []
    for number, cell in enumerate(document["cells"]):
        source = "".join(cell["source"])
        if source == "last_place = ...":
            cell = {"cell_type": "raw", "id": cell["id"], "metadata": {}, "source": "last_place = 8"}
        elif source.startswith("## Question `stride`"):
            cell["source"] = f"{source}\n\n**Answer:** 3"
        elif source == "kept = ...":
            cell |= {"source": "\nkept = 2 cells", "execution_count": 7}
        cells.append(cell)
        if source == "size = ...":
            about = {"cell_type": "markdown", "id": f"own-{number}", "metadata": {}}
            cells.append(about | {"source": "I counted.\n\nMy **answer: 2**"})
    document["cells"] = cells
    at = {"".join(cell["source"]).split("\n")[-1]: place for place, cell in enumerate(cells, 1)}
    said = {
        name: one["message"]
        for name, one in desk.report("exercise-3", json.dumps(document), "notebook").items()
    }
    for name, line, last, value in (
        ("size", 3, "My **answer: 2**", 2),
        ("last_place", 1, "last_place = 8", 8),
        ("stride", None, "**Answer:** 3", 3),
    ):
        place = f"cell {at[last]} from the top is text, which is not read; write `{name} = {value}`"
        assert place in said[name]
        assert line is None or f"Line {line} of cell" in said[name]
    assert said["kept"].startswith("Line 2 of cell [7] is not valid Python")
    assert said["cost"] == "Not answered yet."


@pytest.mark.parametrize("form", ["python", "notebook"])
def test_no_stub_of_the_course_seems_to_answer_in_its_text(desk: Desk, handed_out: Path, form: str) -> None:
    for exercise in ("exercise-1", "exercise-3", "exercise-5", "exercise-9"):
        found = desk.report(exercise, stub(handed_out, exercise, form), form)
        assert {one["message"] for one in found.values()} == {"Not answered yet."}


def test_a_placeholder_of_zeros_has_changed_no_places(desk: Desk) -> None:
    output = desk.report("exercise-1", f"import torch\noutput = {[[0] * 3] * 3}")["output"]
    assert (output["outcome"], output["misconception"]) == ("failed", None)
    assert "swapped" not in output["message"]


def test_no_prompt_prints_the_formula_that_another_question_asks_for(shipped: LoadedCourse) -> None:
    paper = prepare(shipped.exercise("exercise-4"), None).paper
    assert not [one.id for one in paper.questions if "/ S + 1" in one.prompt]


def test_the_last_place_and_what_is_left_over_can_be_seen(desk: Desk, tmp_path: Path) -> None:
    shown = desk.page("exercise-4", "size = 4", "--explain")
    assert "position 3 . . . . # # # # # / last" in shown
    assert "3 positions. / is left over." in shown
    page = tmp_path / "report.html"
    desk.page("exercise-4", "size = 4", "--html", str(page))
    html = page.read_text(encoding="utf-8")
    assert "last place" in html
    assert "left over" in html


@pytest.mark.slow
def test_a_value_in_place_of_a_function_or_a_module_is_named(desk: Desk) -> None:
    conv = desk.report("exercise-1", "import torch\nconv = 3")["conv"]
    assert conv["message"] == "`conv` is 3, but it must be a module."
    text = "import torch\nfrom torch import nn\nconv = nn.Conv2d(1, 1, 3)(torch.ones(1, 1, 3, 3))"
    assert "`conv` is a tensor of shape 1x1x1x1, but it must be a module." in desk.page("exercise-1", text)
    text = "import torch\ndot_convolve = torch.tensor([[11.0, 14.0]])"
    told = desk.report("exercise-8", text)["dot_convolve"]["message"]
    assert told == "`dot_convolve` is a tensor of shape 1x2, but it must be a function."


@pytest.mark.slow
def test_an_untouched_module_earns_nothing(desk: Desk) -> None:
    modules = [("exercise-1", "conv"), ("exercise-7", "zero_conv")]
    for exercise, name in modules:
        found = desk.report(exercise, f"from torch import nn\n{name} = nn.Conv2d(1, 1, 3)")[name]
        assert (found["score"], found["misconception"]) == (0, "random-weights")


@pytest.mark.slow
def test_the_line_of_unfold_is_named_wherever_it_is_called(desk: Desk) -> None:
    text = (
        "import torch\n\n"
        "def patches(image, size):\n"
        "    return image.unfold(0, size, 1).unfold(1, size, 1).reshape(-1, size * size)\n\n"
        "def matmul_convolve(image, kernel):\n"
        "    side = kernel.shape[0]\n"
        "    return (patches(image, side) @ kernel.reshape(-1)).reshape(image.shape[0] - side + 1, -1)\n"
    )
    found = desk.report("exercise-8", text)
    for name in ("patches", "matmul_convolve"):
        told = found[name]["message"]
        assert told.startswith(f"`{name}` must not use `unfold`, but line 4 calls `unfold`.")


def test_a_wrong_option_of_several_is_named_with_its_letter(desk: Desk, shipped: LoadedCourse) -> None:
    sitting = prepare(shipped.exercise("exercise-9"), None)
    assert sitting.keys is not None
    wrong = {one.answer: one.message for one in sitting.keys["statements"].wrong}
    letter, message = sorted(wrong.items())[0]
    told = desk.report("exercise-9", f"statements = ['{letter}']")["statements"]["message"]
    assert f"chose 1 wrong option. ({letter}) {message}" in told


@pytest.mark.slow
def test_what_torch_says_about_whole_numbers_is_followed_by_advice(desk: Desk, shipped: LoadedCourse) -> None:
    text = "import torch\nfrom torch import nn\nconv = nn.Conv2d(1, 1, 3)(torch.tensor([[1]]))"
    told = desk.report("exercise-1", text)["conv"]["message"]
    assert "A layer takes floats: write 1.0 instead of 1, or call .float()." in told
    prompts = [one.prompt for one in prepare(shipped.exercise("exercise-1"), None).paper.questions]
    assert any("floats of shape `(N, C, H, W)`" in " ".join(prompt.split()) for prompt in prompts)


def test_sentences_about_form_end_once_and_count_in_plain_words(desk: Desk, handed_out: Path) -> None:
    found = desk.report("exercise-3", "size = (1 2)\n\n# Question kept (3 points)\nkept = [1, 2]\n")
    assert found["size"]["message"].endswith("Perhaps you forgot a comma?")
    found = desk.report("exercise-5", "size = [1, 2, 3]\n")
    assert found["size"]["message"].startswith("The answer has 3 numbers.")
    told = " ".join(stub(handed_out, "exercise-8").replace("\n#", " ").split())
    assert "Write the code yourself: no library convolution and no `unfold`." in told
    for exercise in sorted(path.name for path in (ROOT / "exercises").glob("exercise-*")):
        assert "(height, width)`. Write a whole number" not in stub(handed_out, exercise)


def test_two_misconceptions_that_coincide_in_the_lab_are_both_read(desk: Desk) -> None:
    size = desk.report("exercise-3", "size = 4")["size"]
    assert (size["outcome"], size["misconception"]) == ("failed", None)
    assert size["message"].startswith("There are two possible reasons. First: ")
    assert " Second: " in size["message"]


@pytest.mark.slow
def test_an_assessed_page_shows_what_passed_and_how_to_go_on(desk: Desk, shipped: LoadedCourse) -> None:
    reference = (shipped.root / "exercises" / "exercise-8" / "reference.py").read_text(encoding="utf-8")
    shown = desk.page("exercise-8", reference, form="assessed")
    assert "right: An image of two rows and three columns." in shown
    assert "It will be graded after you hand in the file." in shown
    hint = desk.grade(desk.root / "assessed", "exercise-8", "convolve", "--hint", "--file", desk.file)
    assert hint.out.startswith("convolve, hint 1 of ")


@pytest.mark.slow
def test_the_dtype_costs_one_check_and_is_named(desk: Desk, shipped: LoadedCourse) -> None:
    prompts = {one.id: one.prompt for one in prepare(shipped.exercise("exercise-8"), None).paper.questions}
    functions = ("dot_convolve", "patches", "matmul_convolve", "convolve")
    assert all("the dtype of the image" in " ".join(prompts[name].split()) for name in functions)
    reference = (shipped.root / "exercises" / "exercise-8" / "reference.py").read_text(encoding="utf-8")
    changed = "\n\n_patches = patches\n\n\ndef patches(*given):\n    return _patches(*given).double()\n"
    found = desk.report("exercise-8", reference + changed)["patches"]
    wrong = [one for one in found["checks"] if one["outcome"] != "passed"]
    assert [one["message"] for one in wrong] == ["The values are right, but their dtype is not float32."]
    assert 0 < found["score"] < found["points"]
