"""exercise.yaml: every fault of a file at once, in the order of its lines, each with its place and remedy."""

from __future__ import annotations

import pytest

from grader.course.loading import load_exercise
from grader.course.paper import prepare
from grader.errors import CourseFaults
from tests.course.building import (
    CHECKS,
    CODE,
    COURSE,
    GOOD,
    HEAD,
    REFERENCE,
    SIZE,
    exercise,
    faults,
    lines,
)

Q = HEAD + "questions:\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "formt: 1\ntitel: Stride\n",
            [
                "exercise.yaml:1:1: 'format' is missing. Add 'format: ...'.",
                "exercise.yaml:1:1: 'title' is missing. Add 'title: ...'.",
                "exercise.yaml:1:1: 'questions' is missing. Add 'questions: ...'.",
                "exercise.yaml:1:1: formt: There is no key 'formt' here. Did you mean 'format'?",
                "exercise.yaml:2:1: titel: There is no key 'titel' here. Did you mean 'title'?",
            ],
        ),
        (
            "format: 2\ntitle: ''\nquestions: []\n",
            [
                "exercise.yaml:1:9: format: It must be 1, not 2.",
                "exercise.yaml:2:8: title: It must have 1 or more characters, not 0.",
                "exercise.yaml:3:12: questions: It must have 1 or more entries, not 0.",
            ],
        ),
        (
            Q + SIZE.replace("  prompt", "  point: 2\n  prompt").replace("output-size", "output_size"),
            [
                "exercise.yaml:5:9: questions[0].kind: There is no kind 'output_size'. Did you mean 'output-size'?"
            ],
        ),
        (
            Q + "- {id: q, prompt: x}\n",
            [
                (
                    "exercise.yaml:4:3: questions[0]: 'kind' is missing. Add 'kind: ...', one of: choice, code, "
                    "expression, manual, number, output-size, settings, tensor, text."
                )
            ],
        ),
        (
            Q + SIZE + "  point: 2\n  points: many\n  hints: a hint\n  misconceptions: [x]\n",
            [
                "exercise.yaml:9:3: questions[0].point: There is no key 'point' here. Did you mean 'points'?",
                "exercise.yaml:10:11: questions[0].points: It must be a number, not 'many'.",
                "exercise.yaml:11:10: questions[0].hints: It must be a list, not 'a hint'.",
                "exercise.yaml:12:19: questions[0].misconceptions: It must be keys and values, not ['x'].",
            ],
        ),
        (
            Q + SIZE.replace("id: size", "id: 2nd").replace("How large?", "''"),
            [
                "exercise.yaml:4:7: questions[0].id: '2nd' cannot be a ",
                "exercise.yaml:6:11: questions[0].prompt: It must have 1 or more characters",
            ],
        ),
        (
            Q + SIZE + SIZE,
            ["exercise.yaml:9:7: questions[1].id: Another question already has the id 'size'. Rename one."],
        ),
        (
            Q
            + SIZE.replace("Conv2d(1, 1, 2)", "Conv2D(1, 1, K)").replace("4, 4]", "M, 4]")
            + "  ask: volume\n",
            [
                "exercise.yaml:9:8: questions[0].ask: It must be 'size', 'shape' or 'parameters', not 'volume'."
            ],
        ),
        (
            HEAD
            + "params: {M: [4]}\nquestions:\n"
            + SIZE.replace("Conv2d(1, 1, 2)", "Conv2D(1, 1, M)")
            .replace("4, 4]", "N, 4]")
            .replace("How", "{{ X }}"),
            [
                "exercise.yaml:7:19: This is not valid YAML: expected <block end>, but found '<scalar>'.",
            ],
        ),
        (
            HEAD
            + "params: {M: [4]}\nquestions:\n"
            + SIZE.replace("(1, 1, 2)", "(1, 1, K)").replace("4, 4]", "N, 4]").replace("How", "How {{ X }}"),
            [
                "exercise.yaml:7:11: questions[0].prompt: There is no parameter 'X'. The parameters are: M.",
                "exercise.yaml:8:10: questions[0].layer: There is no parameter 'K'. The parameters are: M.",
                "exercise.yaml:9:17: questions[0].input[2]: There is no parameter 'N'. The parameters are: M.",
            ],
        ),
        (
            Q + SIZE + "  without: [forgot-plus-one, forgot-plusone]\n",
            [
                "exercise.yaml:9:30: questions[0].without[1]: There is no usual mistake 'forgot-plusone'. Did you mean 'forgot-plus-one'?"
            ],
        ),
        (
            Q
            + SIZE
            + "  hints: [Count.]\n  misconceptions:\n    one: {answer: 1, message: No., hint: 1}\n"
            + "    two: {answer: 2, message: No., hint: 2}\n    nil: {answer: 0, message: No., hint: 0}\n",
            [
                "exercise.yaml:13:42: questions[0].misconceptions.nil.hint: It must be 1 or more, not 0.",
            ],
        ),
        (
            Q
            + SIZE
            + "  hints: [Count.]\n  misconceptions:\n    one: {answer: 1, message: No., hint: 1}\n"
            + "    two: {answer: 2, message: No., hint: 2}\n    none: {message: No.}\n",
            [
                "exercise.yaml:12:42: questions[0].misconceptions.two.hint: There is no hint 2; the question has 1. Hints",
                "exercise.yaml:13:11: questions[0].misconceptions.none: There is no answer. Add 'answer', a formula",
            ],
        ),
        (
            Q + SIZE.replace("Conv2d(1, 1, 2)", "Conv2d(1, 1, kernel=2)"),
            [
                "exercise.yaml:7:10: questions[0].layer: Conv2d has no parameter 'kernel'. Did you mean 'kernel_size'?",
            ],
        ),
        (
            Q + SIZE.replace("How large?", "|\n    one\n    two {{ X }}\n    three {{ M }\n"),
            [
                (
                    "exercise.yaml:9:1: questions[0].prompt: The Jinja in this text is malformed: unexpected '}' "
                    "Check {{ }} and {% %}."
                ),
            ],
        ),
        (
            Q
            + SIZE.replace("How large?", ">-\n    one\n    two {{ X }}\n    three\n")
            + "  hints: ['{{ Y }}']\n",
            [
                "exercise.yaml:7:1: questions[0].prompt: There is no parameter 'X'. Define it under 'params'.",
                "exercise.yaml:13:11: questions[0].hints[0]: There is no parameter 'Y'. Define it under 'params'.",
            ],
        ),
        (
            HEAD
            + "intro: |\n  one\n  {{ X }}\nparams: {M: {from: 4, to: 1}, K: {form: 1, to: 2}, S: {from: 1.5, to: 2}}\n"
            + "questions:\n"
            + SIZE
            + "- {id: n, kind: number, prompt: x, answer: N}\n",
            [
                "exercise.yaml:6:13: params.M: 'to' is below 'from'.",
                "exercise.yaml:6:34: params.K: 'from' is missing. Add 'from: ...'.",
                "exercise.yaml:6:35: params.K.form: There is no key 'form' here. Did you mean 'from'?",
                "exercise.yaml:6:62: params.S.from: It must be a whole number, not 1.5.",
                "exercise.yaml:13:44: questions[1].answer: There is no parameter 'N'. The parameters are: K, M, S.",
            ],
        ),
        (
            HEAD
            + "params:\n  M: {from: 4, to: 8}\n  g: {shape: [M, h]}\n  h: [2]\n"
            + "where: [M > N, 'M >', 2, lambda]\nvariant_0: {M: 4, m: 5}\nquestions:\n"
            + SIZE,
            ['exercise.yaml:7:23: where[2]: It must be text. Put it in quotes: "2".'],
        ),
        (
            HEAD
            + "params:\n  M: {from: 4, to: 8}\n  g: {shape: [M, h]}\n  h: [2]\n"
            + "where: [M > N, 'M >']\nvariant_0: {M: 4, m: 5}\nquestions:\n"
            + SIZE,
            [
                "exercise.yaml:5:18: params.g.shape[1]: There is no parameter 'h'. The parameters are: M.",
                "exercise.yaml:7:9: where[0]: There is no parameter 'N'. The parameters are: M, g, h.",
                "exercise.yaml:7:16: where[1]: 'M >' is not a formula. Write it in Python, as in (M - K) // S + 1.",
                "exercise.yaml:8:22: variant_0.m: There is no parameter 'm'. Use one of: M, g, h.",
            ],
        ),
        (
            HEAD + "params: {M: [4, 5]}\nwhere: [M > 4]\nvariant_0: {M: 4}\nquestions:\n" + SIZE,
            [
                "exercise.yaml:4:9: where[0]: Variant 0 does not meet this condition. Change the condition or variant 0."
            ],
        ),
        (
            HEAD
            + "figure: {layer: 'Conf2d(1, 1, 2)', input: [1, 1, M]}\nlimits: {seconds: 0}\nquestions:\n"
            + SIZE,
            ["exercise.yaml:4:19: limits.seconds: It must be greater than 0, not 0."],
        ),
        (
            HEAD + "figure: {layer: 'Conf2d(1, 1, 2)', input: [1, 1, M]}\nquestions:\n" + SIZE,
            [
                "exercise.yaml:3:17: figure.layer: There is no layer 'Conf2d'. Did you mean 'Conv2d'?",
                "exercise.yaml:3:50: figure.input[2]: There is no parameter 'M'. Define it under 'params'.",
            ],
        ),
        (
            HEAD + "params: {my-size: [4]}\nquestions:\n" + SIZE,
            [
                "exercise.yaml:3:9: params: 'my-size' cannot be the name of a parameter. Use letters, digits and _."
            ],
        ),
        (
            Q + "- {id: c, kind: choice, prompt: x, options: [{text: a, corect: true}, {txt: b}]}\n",
            [
                (
                    "exercise.yaml:4:56: questions[0].options[0].corect: There is no key 'corect' here. Did you mean "
                    "'correct'?"
                ),
                "exercise.yaml:4:71: questions[0].options[1]: 'text' is missing. Add 'text: ...'.",
                "exercise.yaml:4:72: questions[0].options[1].txt: There is no key 'txt' here. Did you mean 'text'?",
            ],
        ),
        (
            Q + "- {id: c, kind: choice, prompt: x, options: [{text: a}]}\n",
            [
                "exercise.yaml:4:3: questions[0]: A choice needs at least two options, or an answer and misconceptions."
            ],
        ),
        (
            Q + "- id: f\n  kind: code\n  prompt: x\n  starter: |\n    x = 1\n    def f(:\n",
            [
                (
                    "exercise.yaml:4:3: questions[0]: A code question needs reference.py beside this file. Write it "
                    "as docs/how-to/code-question.md shows."
                ),
                (
                    "exercise.yaml:4:3: questions[0]: A code question needs checks.py beside this file. Write it "
                    "as docs/how-to/code-question.md shows."
                ),
                "exercise.yaml:9:1: questions[0].starter: This is not Python: invalid syntax.",
            ],
        ),
        (
            Q + "- just a text\n",
            ["exercise.yaml:4:3: questions[0]: It must be keys and values, not 'just a text'."],
        ),
        (
            Q + SIZE.replace("id: size", "id: My Size"),
            ["exercise.yaml:4:7: questions[0].id: 'My Size' cannot be a Python name: "],
        ),
        (Q + "  size: {kind: number}\n", ["exercise.yaml:4:3: questions: It must be a list, not "]),
        (
            HEAD + "\tquestions: 1\n",
            ["exercise.yaml:3:1: YAML does not allow a tab here. Indent with spaces."],
        ),
    ],
)
def test_faults(tmp_path, text, expected):
    found = faults(tmp_path, text)
    assert len(found) == len(expected), found
    for line, start in zip(found, expected, strict=True):
        assert line.startswith(start)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {"checks_py": CHECKS},
            ["exercise.yaml:4:3: questions[0]: A code question needs reference.py beside"],
        ),
        (
            {"reference_py": REFERENCE},
            ["exercise.yaml:4:3: questions[0]: A code question needs checks.py beside"],
        ),
        (
            {"checks_py": CHECKS, "reference_py": "def ff(x):\n    ...\n"},
            ["exercise.yaml:4:7: questions[0].id: reference.py does not define 'f'. "],
        ),
        (
            {"checks_py": CHECKS, "reference_py": "x = 1\ndef f(:\n"},
            ["reference.py:2: This is not Python: invalid syntax"],
        ),
    ],
)
def test_files_beside(tmp_path, files, expected):
    found = faults(tmp_path, Q + CODE, **files)
    assert [line[: len(start)] for line, start in zip(found, expected, strict=True)] == expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {},
            [
                "exercise.yaml:9:15: questions[0].misconceptions.adds-one: misconceptions.py does not define 'f_adds_one'.",
                "exercise.yaml:10:11: questions[0].misconceptions.zero: misconceptions.py does not define 'f_zero'.",
            ],
        ),
        (
            {"misconceptions_py": "f_zero = len\n\n\ndef f_adds_on(x):\n    return x + 1\n"},
            [
                "exercise.yaml:9:15: questions[0].misconceptions.adds-one: misconceptions.py does not define 'f_adds_one'. Did you mean 'f_adds_on'?"
            ],
        ),
        (
            {"misconceptions_py": "def f_zero(:\n"},
            ["misconceptions.py:1: This is not Python: invalid syntax"],
        ),
    ],
)
def test_the_wrong_solutions_of_code(tmp_path, files, expected):
    text = Q + CODE + "  misconceptions:\n    adds-one: {message: No.}\n    zero: {message: No.}\n"
    found = faults(tmp_path, text, reference_py=REFERENCE, checks_py=CHECKS, **files)
    assert [line[: len(start)] for line, start in zip(found, expected, strict=True)] == expected


MEND = CODE.replace("signature: '(x: int) -> int'", "fix: true")


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        (
            None,
            "exercise.yaml:4:3: questions[0]: There is no broken.py beside this file. Write the code that",
        ),
        ("def g(x):\n    return x\n", "exercise.yaml:4:7: questions[0].id: broken.py does not define 'f'."),
        ("def f(:\n", "broken.py:1: This is not Python: invalid syntax"),
        (
            "f = 3\n",
            "exercise.yaml:4:7: questions[0].id: In broken.py, 'f' must be one function or one class",
        ),
        (
            "def g(x):\n    return x\n\n\ndef f(x):\n    return g(x)\n",
            "exercise.yaml:4:7: questions[0].id: In broken.py, 'f' uses 'g', which students do not receive. Put",
        ),
        (
            "A = 1\ndef f(x):\n    return A\n",
            "exercise.yaml:4:7: questions[0].id: In broken.py, 'f' must be one function",
        ),
    ],
)
def test_code_to_mend_that_cannot_be_handed_out(tmp_path, broken, expected):
    files = {} if broken is None else {"broken_py": broken}
    (found,) = faults(tmp_path, Q + MEND, reference_py=REFERENCE, checks_py=CHECKS, **files)
    assert found.startswith(expected)


def test_code_to_mend_is_what_students_start_from(tmp_path):
    broken = "import math\nimport os\n\n\ndef g():\n    ...\n\n\n# wrong\ndef f(x):\n    return {{math.pi}}\n"
    files = {"reference_py": REFERENCE, "checks_py": CHECKS, "broken_py": broken}
    posed = prepare(exercise(tmp_path, Q + MEND, **files), None).paper.questions[0]
    assert posed.starter == "import math\nimport os\n\n# wrong\ndef f(x):\n    return {{math.pi}}".replace(
        "import os\n", ""
    )
    assert (posed.is_broken, posed.how) == (True, "Fix the code below.")


def test_no_exercise_at_all(tmp_path):
    (tmp_path / "exercise-1").mkdir()
    with pytest.raises(CourseFaults, match=r"exercise-1/exercise\.yaml: There is no such file\."):
        load_exercise(tmp_path / "exercise-1", COURSE)


def test_a_good_exercise(tmp_path):
    loaded = exercise(tmp_path, GOOD)
    assert (loaded.name, loaded.record.title, loaded.limits.seconds) == ("exercise-1", "Stride", 5)
    own = exercise(tmp_path, GOOD + "limits: {seconds: 9}\n")
    assert (own.limits.seconds, own.limits.memory_mib) == (9, 2048)
    code = exercise(tmp_path, Q + SIZE + CODE, reference_py=REFERENCE, checks_py=CHECKS)
    assert prepare(code, None).code_questions == ("f",)


def test_a_paper(tmp_path):
    text = (
        HEAD
        + "intro: Size {{ M }}.\nparams: {M: {from: 4, to: 9}}\nvariant_0: {M: 4}\n"
        + "figure: {layer: 'Conv2d(1, 1, 3)', input: [1, 1, M, M]}\nquestions:\n"
        + SIZE.replace("How large?", "Of {{ M }}?").replace("4, 4]", "M, M]")
        + "- {id: n, kind: number, prompt: x, answer: M, points: 2.5}\n"
    )
    sitting = prepare(exercise(tmp_path, text), None)
    paper = sitting.paper
    assert (paper.intro, paper.questions[0].prompt, paper.points) == ("Size 4.", "Of 4?", 3.5)
    assert (paper.course, paper.exercise, paper.student, paper.packages) == (
        "Convolutions",
        "exercise-1",
        None,
        ("torch",),
    )
    assert paper.drawing is not None
    assert paper.drawing.endswith("# kernel   . image")
    assert sitting.params == {"M": 4}
    assert {key: value.solution for key, value in (sitting.keys or {}).items()} == {
        "size": "size = 3",
        "n": "n = 4",
    }
    assert prepare(exercise(tmp_path, text), "ada").paper == prepare(exercise(tmp_path, text), "ada").paper
    sizes = {prepare(exercise(tmp_path, text), f"student-{number}").params["M"] for number in range(40)}
    assert sizes == set(range(4, 10))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            HEAD + "params: {M: [4, 5]}\nwhere: [M > 9]\nquestions:\n" + SIZE,
            ["exercise.yaml:4:8: where: No draw out of 10000 met these conditions together: M > 9."],
        ),
        (
            Q
            + SIZE.replace("(1, 1, 2)", "(1, 1, 9)")
            + SIZE.replace("size", "two", 1).replace("(1, 1, 2)", "(2, 1, 2)"),
            [
                "exercise.yaml:7:10: questions[0].layer: torch cannot run nn.Conv2d(1, 1, kernel_size=9) on 1x1x4x4: ",
                "exercise.yaml:12:10: questions[1].layer: torch cannot run nn.Conv2d(2, 1, kernel_size=2) on 1x1x4x4: ",
            ],
        ),
        (
            HEAD + "params: {M: 4}\nquestions:\n- {id: n, kind: number, prompt: x, answer: 1 / (M - 4)}\n",
            [
                "exercise.yaml:5:44: questions[0].answer: A formula cannot be computed. 1 / (M - 4): division by zero. (variant of ada: M=4)"
            ],
        ),
        (
            HEAD + "intro: '{{ 1 // (M - 4) }}'\nparams: {M: 4}\nquestions:\n" + SIZE,
            ["exercise.yaml:3:8: intro: This text cannot be rendered: integer division or modulo by zero"],
        ),
    ],
)
def test_variants_that_fail(tmp_path, text, expected):
    with pytest.raises(CourseFaults) as caught:
        prepare(exercise(tmp_path, text), "ada")
    found = lines(caught.value, tmp_path / "exercise-1")
    assert [line[: len(start)] for line, start in zip(found, expected, strict=True)] == expected


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "params: {Z: 0, g: {shape: [4 // Z]}}\nquestions:\n" + SIZE,
        Q + SIZE.replace("(1, 1, 2)", "(1, 1, 2, dilation=0)"),
        Q + SIZE.replace("Conv2d(1, 1, 2)", "MaxPool2d(2, return_indices=True)"),
        *(
            HEAD + "params: {Z: 0}\nfigure: " + figure + "\nquestions:\n" + SIZE
            for figure in (
                "{layer: 'Conv2d(1, 1, 2)', input: [1, 1, 4 // Z]}",
                "{layer: 'Conv2d(1, 1, 4 // Z)', input: [1, 1, 4]}",
            )
        ),
    ],
)
def test_variants_that_must_fail_in_whatever_words(tmp_path, text):
    loaded = exercise(tmp_path, text)
    with pytest.raises(CourseFaults):
        prepare(loaded, "ada")


def test_a_wrong_solution_gets_its_own_time_also_where_a_question_has_limits_of_its_own(tmp_path):
    text = (
        HEAD
        + "limits: {seconds: 9, cpu_seconds: 20}\nquestions:\n"
        + SIZE
        + SIZE.replace("id: size", "id: own")
    )
    sitting = prepare(exercise(tmp_path, text + "  limits: {seconds: 7, memory_mib: 100}\n"), None)
    for seconds in (2, 8, 30):
        paper = sitting.paced(seconds).paper
        assert (paper.limits.seconds, paper.limits.cpu_seconds) == (seconds, None)
        assert [one.limits and (one.limits.seconds, one.limits.memory_mib) for one in paper.questions] == [
            None,
            (seconds, 100),
        ]


def test_other_entries_replace_the_questions_that_were_looked_at(tmp_path):
    record = exercise(tmp_path, GOOD).record
    [question] = record.questions
    renamed = record.with_entries([question.model_copy(update={"id": "other"})])
    assert [one.id for one in renamed.questions] == ["other"]
    assert [one.id for one in record.questions] == [question.id]
