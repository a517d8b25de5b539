"""A reference that reads the variant's parameters."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.course.paper import prepare
from grader.course.solutions import solution_of
from grader.examiner.collection import variant_module
from tests.course.building import HEAD, exercise

CODE = "- {id: f, kind: code, prompt: Write f., signature: '(x: int) -> int'}\n"
TEXT = f"{HEAD}params: {{S: [5]}}\nvariant_0: {{S: 3}}\nquestions:\n{CODE}"
CHECKS = "def test_f(student):\n    '''It multiplies.'''\n    assert student.f(1) == 3\n"


@pytest.mark.parametrize(
    "reference",
    [
        "FACTOR = params['S']\ndef f(x: int) -> int:\n    return x * FACTOR\n",
        "f = lambda x: x * params['S']\n",
    ],
)
def test_each_variant_has_a_module_of_its_own(tmp_path: Path, reference: str) -> None:
    one = exercise(tmp_path, TEXT, reference_py=reference, checks_py=CHECKS)
    module = variant_module(one.folder / "reference.py")
    for student, factor in ((None, 3), ("ada", 5), (None, 3)):
        sitting = prepare(one, student)
        own = module.of(sitting.params)
        assert own is not None
        assert own.f(2) == 2 * factor
        names: dict[str, object] = {}
        exec(solution_of(sitting, "f"), names)  # a student can run it as it is
        assert names["f"](2) == 2 * factor  # type: ignore[operator]


def test_other_references_are_imported_once(tmp_path: Path) -> None:
    (tmp_path / "reference.py").write_text("def f(params):\n    return params\n", encoding="utf-8")
    module = variant_module(tmp_path / "reference.py")
    assert module.of({"S": 1}) is module.of({"S": 2})
