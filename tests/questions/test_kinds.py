"""What every kind keeps: its contract, a page with a true example, a golden submission, its place in the schema."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from typing import get_args

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from grader.language.record import Record
from grader.questions.base import Question
from grader.questions.kinds import KINDS
from grader.questions.posed import FormError
from tests.questions.asking import Asked, Thing, ask
from tests.questions.draft import GOLDEN, ROOT, example_of, examples_of, own_fields, page_of, unsaid

VALUES = [kind for kind in KINDS if not KINDS[kind].by_checks]
DRAFT = "python -m tests.questions.draft"


@pytest.fixture
def asked(kind: str) -> Asked:
    """Return the example in the page of a kind, asked of one student."""
    return ask(**example_of(kind))


def test_a_module_holds_one_kind():
    files = {file.stem for file in (ROOT / "grader/questions/kinds").glob("[a-z]*.py")}
    assert sorted(kind.__module__.rpartition(".")[2] for kind in KINDS.values()) == sorted(files)


def test_nothing_else_asks_which_kind_a_question_is():
    asks = re.compile(rf"""kind\s*[!=]=\s*["']({"|".join(KINDS)})["']|\bquestions\.kinds\.\w""")
    kinds = ROOT / "grader/questions/kinds"
    files = [file for file in (ROOT / "grader").rglob("*.*") if file.suffix in {".py", ".jinja", ".html"}]
    others = [file for file in files if not file.is_relative_to(kinds)]
    assert not [str(file) for file in others if asks.search(file.read_text(encoding="utf-8"))]


def test_the_page_on_adding_a_kind_names_every_member():
    page = (ROOT / "docs/add-a-kind.md").read_text(encoding="utf-8")
    contract = (Question.__doc__ or "").partition("It may define")[2]
    assert [name for name in re.findall(r"`(\w+)`", contract) if f"`{name}`" not in page] == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_a_name_that_is_its_own_and_says_what_it_is(kind):
    assert get_args(KINDS[kind].model_fields["kind"].annotation) == (kind,)
    assert KINDS[kind].__doc__


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_a_page_that_names_its_fields(kind):
    page = page_of(kind).relative_to(ROOT)
    assert page_of(kind).is_file(), f"There is no {page}. Draft it: {DRAFT} page {kind}"
    assert not unsaid(kind), f"{page} does not name every field. See which: {DRAFT} page {kind}"
    assert page_of(kind).read_text(encoding="utf-8").startswith(f"# `{kind}`\n")


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_a_golden_submission(kind):
    exercises = [file.parent.name for file in GOLDEN.glob("course/exercises/*/exercise.yaml")]
    asking = {
        name: {question["kind"] for question in yaml.safe_load(_exercise(name))["questions"]}
        for name in exercises
        if list(GOLDEN.glob(f"{name}/*/submission.*"))
    }
    assert any(kind in kinds for kinds in asking.values()), (
        f"No golden submission answers a question of the kind {kind}. Draft one: {DRAFT} golden {kind}"
    )


def _exercise(name: str) -> str:
    return (GOLDEN / "course" / "exercises" / name / "exercise.yaml").read_text(encoding="utf-8")


def _records(base: type[Record] = Record) -> Iterator[type[Record]]:
    for one in base.__subclasses__():
        yield one
        yield from _records(one)


@pytest.mark.parametrize("kind", KINDS)
def test_no_other_record_has_the_name_of_its_class(kind):
    name = KINDS[kind].__name__
    others = {one.__module__ for one in _records() if one.__name__ == name} - {KINDS[kind].__module__}
    assert not others, (
        f"Give the class {name} of {kind} another name: {', '.join(others)} has one of this name."
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_misconceptions_that_it_knows_by_itself_are_listed(kind):
    page = (ROOT / "docs/usual-mistakes.md").read_text(encoding="utf-8")
    left = [name for name in KINDS[kind].usual if f"`{name}`" not in page]
    assert not left, f"Add to docs/usual-mistakes.md, in a table for {kind}: {', '.join(left)}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_in_the_schema_that_editors_read(kind):
    schema = json.loads((ROOT / "exercises/exercise.schema.json").read_text(encoding="utf-8"))
    known = schema["$defs"].get(KINDS[kind].__name__, {"properties": {}})["properties"]
    assert {"kind", *own_fields(kind)} <= set(known), f"The schema does not know {kind}. Run: course schema"


@pytest.mark.parametrize("kind", VALUES)
def test_the_example_in_its_page_is_solved_by_its_own_solution(kind, asked):
    mark = asked.mark_solution()
    assert (mark.outcome, mark.share) == (("pending", 0) if KINDS[kind].by_person else ("passed", 1))
    assert not list(asked.question.gaps())


@pytest.mark.parametrize("kind", VALUES)
def test_the_misconceptions_of_the_example_are_known_as_themselves(kind, asked):
    trials = list(asked.question.trials(asked.posed, asked.key))
    authored = [wrong for wrong in trials if wrong.name in asked.question.misconceptions]
    assert {wrong.name for wrong in authored} == set(asked.question.misconceptions)
    marks = {wrong.name: asked.mark(wrong.answer) for wrong in authored}
    assert {name: (mark.outcome, mark.misconception) for name, mark in marks.items()} == {
        name: ("failed", name) for name in marks
    }


MORE = [
    pytest.param(example, id=f"{kind}-{example['id']}")
    for kind in VALUES
    if page_of(kind).is_file()  # a test names the page that is missing
    for example in examples_of(kind)[1:]
]


@pytest.mark.parametrize("example", MORE)
def test_the_other_examples_in_a_page_are_solved_and_have_usual_mistakes(example):
    asked = ask(**example)
    assert asked.mark_solution().share == 1
    assert not list(asked.question.gaps())
    trials = list(asked.question.trials(asked.posed, asked.key))
    assert trials
    assert {asked.mark(wrong.answer).misconception == wrong.name for wrong in trials} == {True}
    assert list(asked.question.confusions(*asked.question.sketch(asked.variant))) == []


@pytest.mark.parametrize("kind", VALUES)
def test_a_sketch_is_enough_to_find_what_is_confused(kind, asked):
    sketched = list(asked.question.confusions(*asked.question.sketch(asked.variant)))
    assert sketched == list(asked.question.confusions(asked.posed, asked.key)), (
        "`read` or `judge` needs more of the question than `sketch` gives. Override `sketch`."
    )


@pytest.mark.parametrize("kind", VALUES)
def test_what_is_no_answer_is_refused_whether_the_key_is_known_or_not(kind, asked):
    asked.refuse(Thing())


leaves = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from("abc")
)
names = st.sampled_from(["stride", "padding", "x"])
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner), max_leaves=8
)


@pytest.mark.parametrize("kind", VALUES)
@given(value=values)
def test_whatever_a_student_writes_gets_a_mark_or_a_sentence(kind, value):
    asked = ask(**example_of(kind))
    try:
        mark = asked.mark(value)
    except FormError as error:
        assert str(error).endswith(".")
    else:
        assert 0 <= mark.share <= 1
        assert (mark.outcome == "passed") == (mark.share == 1)
        assert mark.outcome == "passed" or mark.message


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_posed_and_what_decides_it_come_back_from_a_pack(kind, asked):
    records = {KINDS[kind].posed_type: asked.posed, KINDS[kind].key_type: asked.key}
    for record_type, record in records.items():
        text = record.model_dump_json()
        assert type(record) is record_type
        assert record_type.model_validate_json(text).model_dump_json() == text


@pytest.mark.parametrize("kind", VALUES)
def test_the_numbers_of_a_right_answer_are_those_of_the_solution(kind, asked):
    solution = ast.parse(asked.key.solution.replace("-", ""))
    written = [node.value for node in ast.walk(solution) if isinstance(node, ast.Constant)]
    numbers = [number for number in written if isinstance(number, int | float)]
    assert sorted(map(abs, asked.question.numbers(asked.key))) == sorted(numbers)


@pytest.mark.parametrize("kind", VALUES)
def test_the_example_in_its_page_does_not_tell_its_answer(kind, asked):
    texts = " ".join([asked.posed.prompt, *asked.posed.hints, *(wrong.message for wrong in asked.key.wrong)])
    assert asked.question.telltale(asked.key) not in re.findall(r"-?\w[\w.]*", texts)
