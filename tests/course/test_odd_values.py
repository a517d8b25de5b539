"""Values that mean something else in YAML, or nothing: the right value, or one sentence with its place."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.course.paper import prepare
from grader.errors import CourseFaults
from tests.conftest import Run
from tests.course.building import HEAD, SIZE, course, exercise, faults, lines

TOP = "format: 1\ntitle: T\nseed: lab\nexercises: [e]\n"
NUMBER = HEAD + "questions:\n- id: n\n  kind: number\n  prompt: x\n"
PYDANTIC = re.compile(
    r"Input should|should match|should have|after validation|Value error|valid (string|integer|number|list|dict)|"
    r"pydantic|Unable to|tagged-union|Extra inputs|Field required"
)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("points: 0", "points: It must be greater than 0, not 0."),
        ("points: -1", "points: It must be greater than 0, not -1."),
        ("points: 1e308", "points: It must be 1000 or less, not 1e+308."),
        ("points: 1e999", "points: '1e999' is not a finite number."),
        ("points: .inf", "points: It must be a number, not '.inf'."),
        ("points: .nan", "points: It must be a number, not '.nan'."),
        ("points: inf", "points: It must be a finite number."),
        ("points: nan", "points: It must be a finite number."),
        ("points: yes", "points: It must be a number, not 'yes'."),
        ("points:", "points: It must be a number, but it is empty."),
        ("points: 12:30:45", "points: It must be a number, not '12:30:45'."),
        ("points: 12345678901234567890", "points: '12345678901234567890' has more than 18 digits."),
        ("points: !!float inf", "points: 'inf' is not a finite number."),
        ("points: !!int 0x1F", "points: '0x1F' is not a valid int."),
        ("points: !!binary aGk=", "points: The tag tag:yaml.org,2002:binary is not supported."),
        ("points: *p", "Aliases (*name) are not supported."),
        ("tolerance: nan", "tolerance: It must be a finite number."),
        ("tolerance: -1", "tolerance: It must be 0 or more, not -1."),
        ("limits: {seconds: .inf}", "limits.seconds: It must be a number, not '.inf'."),
        ("limits: {seconds: inf}", "limits.seconds: It must be "),
        ("limits: {seconds: nan}", "limits.seconds: It must be "),
        ("limits: {cpu_seconds: nan}", "limits.cpu_seconds: It must be "),
        ("limits: {memory_mib: 1e300}", "limits.memory_mib: It must be "),
        ("limits: {memory_mib: 999999999999999999}", "limits.memory_mib: It must be 1048576 or less, not"),
        ("limits: {memory_mib: 100.5}", "limits.memory_mib: It must be a whole number, not 100.5."),
        ("hints: [1]", 'hints[0]: It must be text. Put it in quotes: "1".'),
        ("hints: [true]", 'hints[0]: It must be text. Put it in quotes: "true".'),
        ("hints: [0123]", 'hints[0]: It must be text. Put it in quotes: "0123".'),
        ("hints: [1.10]", 'hints[0]: It must be text. Put it in quotes: "1.10".'),
        ("hints: [~]", "hints[0]: It must be text, but it is empty."),
        ("hints: ['a\tb']", ""),
        ('hints: ["a\\0b"]', "hints[0]: This text contains the control character U+0000. Remove it."),
        ('hints: ["a\\eb"]', "hints[0]: This text contains the control character U+001B. Remove it."),
        ('"hi\\0nts": []', "This text contains the control character U+0000."),
        ("<<: {points: 2}", "<<: There is no key '<<' here."),
        ("? [a, b]\n  : 1", "A key must be a word."),
        ("points: 2\n  points: 3", "points: 'points' is given twice; the first is in line"),
        ("files: [a.csv]", "files: There is no key 'files' here. Use one of: answer, explanation, hints,"),
        ("point: 2", "point: There is no key 'point' here. Did you mean 'points'?"),
        ("---\n  points: 2", ""),
    ],
)
def test_a_field_of_a_question(tmp_path, line, told):
    text = NUMBER + "  answer: 1\n  " + line + "\n"
    if not told:
        try:
            exercise(tmp_path, text)
        except CourseFaults as error:
            assert not PYDANTIC.search(str(error))
        return
    found = faults(tmp_path, text)
    assert any(told in one for one in found), found
    assert all(re.match(r"exercise\.yaml:\d+:\d+: ", one) for one in found), found
    assert not any(PYDANTIC.search(one) for one in found), found


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ("010", 10),
        ("+5", 5),
        (".5", 0.5),
        ("5.", 5),
        ("1e3", 1000),
        ("1_000", 1000),
        ("0x1F", 31),
        ("0o17", 15),
        ("0b11", 3),
        ('"7"', 7),
        ("!!str 7", 7),
        ("!!int '7'", 7),
        ("!!float 7", 7),
        ("|\n    7", 7),
        (">-\n    3 +\n    4", 7),
        ("? 7", None),
        ("yes", "answer: 'yes' is read as text here. Write true or false."),
        ("Off", "answer: 'Off' is read as text here. Write true or false."),
        ("true", "answer: The answer True is not a number."),
        (".inf", "answer: '.inf' is not a formula."),
        (".nan", "answer: '.nan' is not a formula."),
        ("inf", "answer: There is no parameter 'inf'."),
        ("0123 + 1", "answer: '0123 + 1' is not a formula."),
        ("12:30:45", "answer: '12:30:45' is not a formula."),
        ("2026-12-01", "answer: '2026-12-01' is not a formula."),
        ("[1, 2]", "answer: It must be true or false, a whole number, a number or text, not [1, 2]."),
        ("{a: 1}", "answer: It must be true or false, a whole number, a number or text, not {'a': 1}."),
        ("1000000**64", "answer: A number is larger than 1e100."),
        ("10**64 * 10**64", "answer: A number is larger than 1e100."),
        ("int(1e300)", "answer: A number is larger than 1e100."),
        ("1e300 * 1e300", "answer: A number is larger than 1e100."),
        ("1e999", "answer: '1e999' is not a finite number."),
        ("1e999 + 0", "answer: A formula gives inf, which is not a finite number."),
        ("float('nan')", "answer: A formula gives nan, which is not a finite number."),
        ("1 / 0", "answer: A formula cannot be computed. 1 / 0: division by zero."),
        ("(-8) ** 0.5", "is not a real number."),
        ("1 << 9999", "answer: '1 << 9999' uses LShift, which formulas do not allow."),
        ("\"'abc'\"", "answer: The answer 'abc' is not a number."),
    ],
)
def test_an_answer(tmp_path, answer, value):
    text = NUMBER + f"  answer: {answer}\n"
    if isinstance(value, str):
        with pytest.raises(CourseFaults) as caught:
            prepare(exercise(tmp_path, text), None)
        (told,) = lines(caught.value, tmp_path / "exercise-1")
        place, _, _ = told.partition(" ")
        assert value in told
        assert re.fullmatch(r"exercise\.yaml:7:(11|1):", place), told
    elif value is not None:
        key = (prepare(exercise(tmp_path, text), None).keys or {})["n"]
        assert key.model_dump()["answer"] == value


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            HEAD
            + "params: {M: 1000000}\n"
            + "questions:\n- {id: n, kind: number, prompt: x, answer: M ** 64}\n",
            "questions[0].answer: A number",
        ),
        (
            NUMBER + "  answer: 1\n  misconceptions: {huge: {answer: 1000000**64, message: No.}}\n",
            "questions[0].misconceptions.huge.answer: A number is larger than 1e100",
        ),
        (
            NUMBER + "  answer: 1\n  misconceptions: {m: {answer: 2, message: \"{{ 'a' * 10**9 }}\"}}\n",
            "questions[0].misconceptions.m.message: This text cannot be rendered: It takes more than",
        ),
        (
            NUMBER + '  answer: 1\n  hints: [a, "{{ 1 // 0 }}"]\n',
            "questions[0].hints[1]: This text cannot be rendered: integer",
        ),
        (
            HEAD + "questions:\n" + SIZE.replace("4, 4]", "4.5, 4]"),
            "questions[0].input[2]: 4.5 is not a whole number.",
        ),
        (
            HEAD + "questions:\n" + SIZE.replace("4, 4]", "true, 4]"),
            "questions[0].input[2]: True is not a whole number.",
        ),
        (
            HEAD + "questions:\n" + SIZE.replace("4, 4]", "10**60, 4]"),
            "questions[0].layer: torch cannot create an input of shape",
        ),
        (
            HEAD + "questions:\n" + SIZE.replace("(1, 1, 2)", "(1, 1, 2 / 0)"),
            "questions[0].layer: A formula cannot be computed.",
        ),
        (
            HEAD + "questions:\n" + SIZE.replace("(1, 1, 2)", "(1, 1, 10**60)"),
            "questions[0].layer: torch cannot",
        ),
        (
            HEAD
            + "questions:\n- {id: q, kind: settings, prompt: x, layer: 'Conv2d(1, 1, 3, stride=s)', unknowns: [s], "
            "input: [1, 1, 7, 7], output: [2.5, 3]}\n",
            "questions[0].output[0]: 2.5 is not a whole number.",
        ),
        (
            HEAD
            + "questions:\n- {id: q, kind: settings, prompt: x, layer: 'Conv2d(1, 1, 3, stride=s)', unknowns: [s], "
            "input: [1, 1, 7.5, 7], output: [3, 3]}\n",
            "questions[0].input[2]: 7.5 is not a whole number.",
        ),
        (
            HEAD + "questions:\n- {id: q, kind: tensor, prompt: x, layer: Identity(), input: [[1, 1e39]]}\n",
            "questions[0].",
        ),
        (
            HEAD
            + "questions:\n- {id: q, kind: tensor, prompt: x, layer: Identity(), input: [[60000, 70000]], dtype: float16}\n",
            "questions[0].layer: The output has numbers that float16 cannot hold.",
        ),
        (
            HEAD
            + "questions:\n- {id: q, kind: tensor, prompt: x, layer: 'Linear(2, 1)', input: [[1, 2]], weight: [[1, 2, 3]], bias: 0}\n",
            "size mismatch for weight",
        ),
        (
            HEAD + "params: {M: 4}\nwhere: [M > 3, 1 / (M - 4) > 0]\nquestions:\n" + SIZE,
            "exercise.yaml:4:16: where[1]: A formula cannot",
        ),
        (
            HEAD + "params: {g: {shape: [3, 2.5]}}\nquestions:\n" + SIZE,
            "params.g.shape[1]: 2.5 is not a whole number.",
        ),
        (
            HEAD + "figure: {layer: 'Conv2d(1, 1, 2)', input: [1, 1, 4.5, 4]}\nquestions:\n" + SIZE,
            "figure.input[2]: 4.5 is not a whole",
        ),
        (
            HEAD + "intro: |\n  one\n  {{ 1 // 0 }}\nquestions:\n" + SIZE,
            "exercise.yaml:5:1: intro: This text cannot be rendered: integer",
        ),
        (
            HEAD
            + "params: {M: 4}\nquestions:\n- id: f\n  kind: code\n  prompt: x\n  starter: |\n    def f(x):\n      {% if M %}1 +{% endif %}\n",
            "exercise.yaml:10:1: questions[0].starter: This is not Python",
        ),
        (
            HEAD
            + "questions:\n- {id: c, kind: choice, prompt: x, options: [{text: a, correct: yes}, {text: b}]}\n",
            "questions[0].options[0].correct: 'yes' is read as text here. Write true or false.",
        ),
        (
            HEAD
            + "questions:\n- {id: c, kind: choice, prompt: x, options: [{text: a, correct: true}, {text: \"{{ '\\\\0' }}\"}]}\n",
            "questions[0].options[1].text: This text contains the control character U+0000.",
        ),
        (
            HEAD
            + "questions:\n- {id: c, kind: choice, prompt: x, answer: \"'a\\\\x07'\", misconceptions: {m: {answer: 1, message: no}}}\n",
            "questions[0].answer: This text contains the control character U+0007.",
        ),
        (HEAD + "params: {if: 3}\nquestions:\n" + SIZE, "params: 'if' cannot be the name of a parameter"),
        (HEAD.replace("Stride", '" \\t "') + "questions:\n" + SIZE, "title: The title is empty. Write one."),
    ],
)
def test_faults_of_a_variant(tmp_path, text, told):
    reference, checks = "def f(x):\n    return x\n", "def test_f(student):\n    '''It.'''\n"
    with pytest.raises(CourseFaults) as caught:
        prepare(exercise(tmp_path, text, reference_py=reference, checks_py=checks), None)
    found = lines(caught.value, tmp_path / "exercise-1")
    assert any(told in one for one in found), found
    assert all(re.match(r"exercise\.yaml:\d+:\d+: ", one) for one in found), found


def test_a_seed_keeps_its_zeros(tmp_path):
    with pytest.raises(CourseFaults) as caught:
        course(tmp_path, TOP.replace("lab", "0123"), e=HEAD + "questions:\n" + SIZE)
    assert lines(caught.value, tmp_path) == [
        'course.yaml:3:7: seed: It must be text. Put it in quotes: "0123".'
    ]


@pytest.mark.parametrize(
    "title", ["|\n  Two\n  lines\n", ">-\n  Two\n\n  lines", '"Two\\u2028lines"', "Two lines"]
)
def test_a_title_is_one_line(tmp_path, title):
    text = f"format: 1\ntitle: {title}\nquestions:\n" + SIZE
    assert prepare(exercise(tmp_path, text), None).paper.title == "Two lines"
    assert course(tmp_path, TOP.replace("title: T", f"title: {title}"), e=text).record.title == "Two lines"


@pytest.mark.parametrize("command", [("check",), ("generate", "out")])
def test_a_bomb_in_a_course_is_one_sentence(own, course: Run, command):
    file = own / "exercises" / "exercise-1" / "exercise.yaml"
    text = file.read_text().replace("questions:", "intro: \"{{ 'a' * 3000000000 }}\"\nquestions:", 1)
    file.write_text(re.sub(r"^intro: \|?(?!\")[^\n]*\n(  [^\n]*\n|\n)*", "", text, flags=re.M))
    ran = course(own, *command)
    assert ran.code in {1, 2}
    assert "intro: This text cannot be rendered: It takes more than 10,000,000 steps." in (
        ran.out + ran.err
    ).replace("\n", " ")


def test_texts_that_have_bombs_are_refused_by_grade(own, grade: Run):
    file = own / "exercises" / "exercise-1" / "exercise.yaml"
    file.write_text(file.read_text().replace("title: ", "title: \"{{ 'a' * 10**9 }}\" # ", 1))
    (own / "exercise-1.py").write_text("")
    ran = grade(own, "exercise-1")
    assert ran.code == 2
    assert "title: This text cannot be rendered" in ran.err


KEYS = "format title seed exercises packages limits rules gradebook intro params where variant_0 figure questions".split()
INNER = (
    "id kind points prompt hints answer options text correct feedback misconceptions message hint layer input output unknowns "
    "seconds memory_mib from to step shape deadlines extensions excused late days student until timezone ask dtype forbid"
).split()
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats()
    | st.sampled_from(
        [
            "",
            "x",
            "yes",
            "number",
            "choice",
            "code",
            "settings",
            "tensor",
            "output-size",
            "1",
            "../x",
            "M + 1",
            "a" * 80,
        ]
    )
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(INNER), inner, max_size=6),
    max_leaves=12,
)


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.dictionaries(st.sampled_from(KEYS), values, max_size=8),
    name=st.sampled_from(["Course", "Exercise"]),
)
def test_no_fault_is_told_in_the_words_of_pydantic(tmp_path, data, name):
    from grader.course import records
    from grader.course.validation import validate
    from grader.language.document import Document

    document = Document(tmp_path / "x.yaml", data)
    record, found = validate(getattr(records, name), document)
    assert (record is None) == bool(found)
    for fault in found:
        assert not PYDANTIC.search(fault.sentence + fault.remedy), fault
        assert fault.sentence.endswith("."), fault
        assert not fault.sentence.endswith("cannot be used here."), fault
