"""Mutants: every kind of fault, nothing that cannot matter, and names that stay."""

from __future__ import annotations

import ast
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.proof.mutants import mutants

REFERENCES = sorted((Path(__file__).parents[2] / "exercises").glob("*/reference.py"))
MOST = 150  # mutants of a reference; each costs a run of its checks


def changes(source: str) -> list[str]:
    """Return the names, without the function."""
    return [mutant.name.partition(": ")[2] for mutant in mutants(dedent(source))]


def replacements(expression: str) -> list[str]:
    """Return the mutants of an expression."""
    sources = [mutant.source for mutant in mutants(f"import torch\n_ = {expression}\n")]
    return [source.splitlines()[1].removeprefix("_ = ") for source in sources]


def body(statements: str) -> list[str]:
    """Return the mutants of a function's statements, each in one line."""
    lines = [f"    {line}" for line in statements.split("\n")]
    sources = [mutant.source for mutant in mutants("\n".join(["def f(a, b):", *lines]))]
    return ["; ".join(line.strip() for line in source.splitlines()[1:]) for source in sources]


def dump(source: str) -> str:
    return ast.dump(ast.parse(source))


WINDOW = '''\
"""A module of 1 line."""
from torch import nn


def moves(size: int, window: int = 3) -> int:
    """How often a window fits: 1 or more."""
    return (size - window) // 2 + 1


layer = nn.Conv2d(1, 1, 3, bias=False)
nn.init.zeros_(layer.weight)
'''


def test_a_small_module():
    found = mutants(WINDOW)
    assert [mutant.name for mutant in found] == [
        "moves: window=3 -> window=4",
        "moves: window=3 -> window=2",
        "moves: (size - window) // 2 + 1 -> (size - window) // 2 - 1",
        "moves: (size - window) // 2 -> -(-(size - window) // 2)",
        "moves: size - window -> size + window",
        "moves: (size - window) // 2 -> (size - window) // 3",
        "moves: (size - window) // 2 -> (size - window) // 1",
        "moves: (size - window) // 2 + 1 -> (size - window) // 2 + 2",
        "moves: (size - window) // 2 + 1 -> (size - window) // 2 + 0",
        "layer: nn.Conv2d(1, 1, 3, bias=False) -> nn.Conv2d(1, 3, 1, bias=False)",
        "layer: nn.Conv2d(1, 1, 3, bias=False) -> nn.Conv2d(1, 1, 3)",
        "layer: nn.Conv2d(1, 1, 3, bias=False) -> nn.Conv2d(2, 1, 3, bias=False)",
        "layer: nn.Conv2d(1, 1, 3, bias=False) -> nn.Conv2d(0, 1, 3, bias=False)",
        "layer: nn.Conv2d(1, 1, 3, bias=False) -> nn.Conv2d(1, 2, 3, bias=False)",
        "layer: nn.Conv2d(1, 1, 3, bias=False) -> nn.Conv2d(1, 0, 3, bias=False)",
        "layer: nn.Conv2d(1, 1, 3, bias=False) -> nn.Conv2d(1, 1, 4, bias=False)",
        "layer: nn.Conv2d(1, 1, 3, bias=False) -> nn.Conv2d(1, 1, 2, bias=False)",
        "layer: bias=False -> bias=True",
        "layer: nn.init.zeros_(layer.weight) -> pass",
    ]
    assert [mutant.line for mutant in found] == [5] * 2 + [7] * 7 + [10] * 9 + [11]
    assert {mutant.function for mutant in found} == {"moves", "layer"}
    assert ast.get_docstring(ast.parse(found[0].source)) == "A module of 1 line."


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("a + b", ["a - b"]),
        ("a - b", ["a + b"]),
        ("a * b", ["a + b"]),
        ("a / b", ["a * b"]),
        ("a // b", ["-(-a // b)"]),
        ("a % b", ["a // b"]),
        ("a ** b", ["a * b"]),
        ("a @ b", ["a * b"]),
        ("a < b", ["a <= b"]),
        ("a <= b", ["a < b"]),
        ("a > b", ["a >= b"]),
        ("a >= b", ["a > b"]),
        ("a == b", ["a != b"]),
        ("a != b", ["a == b"]),
        ("a is b", ["a is not b"]),
        ("a not in b", ["a in b"]),
        ("a < b < c", ["a <= b < c", "a < b <= c"]),
        ("a and b", ["a or b"]),
        ("a or b", ["a and b"]),
        ("not a", ["a"]),
        ("-a", ["a"]),
        ("~a", ["a"]),
        ("+a", []),
        ("a if b else c", ["a if not b else c"]),
        ("a if not b else c", ["a if b else c"]),
        ("a if b == c else d", ["a if b != c else d"]),
        ("[a for a in b if c]", ["[a for a in b if not c]"]),
    ],
)
def test_operators_and_conditions(expression, expected):
    assert replacements(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("7", ["8", "6"]),
        ("0", ["1", "-1"]),
        ("-1", ["1", "-2", "-0"]),
        ("0 ** a", ["0 * a", "1 ** a", "(-1) ** a"]),
        ("1.5", ["2.5"]),
        ("1e400", []),
        ("True", ["False"]),
        ("'same'", []),
        ("None", []),
        ("...", []),
        ("range(n)", ["range(n - 1)"]),
        ("range(a, n)", ["range(n, a)", "range(a, n - 1)"]),
        ("range(3)", ["range(4)", "range(2)"]),
        ("x[a:b]", ["x[a:b - 1]"]),
        ("x[a:]", []),
        ("x[a:2]", ["x[a:3]", "x[a:1]"]),
        ("x.shape[0]", ["x.shape[1]"]),  # the last of one is the first
        ("x[1]", ["x[2]", "x[0]"]),
        ("x[a:-1]", ["x[a:1]", "x[a:-2]", "x[a:-0]"]),
        ("x[a, b]", ["x[b, a]"]),
        ("lambda n=2: n", ["lambda n=3: n", "lambda n=1: n"]),
    ],
)
def test_numbers_and_places(expression, expected):
    assert replacements(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("f(a, b, c)", ["f(b, a, c)", "f(a, c, b)"]),
        ("f(a, a)", []),
        ("f(a, *b)", ["f(*b, a)"]),
        ("f(a, k=b, m=c)", ["f(a, m=c)", "f(a, k=b)"]),
        ("f(**k)", ["f()"]),
        ("f(a)", []),
        ("x.flip(a)", ["x"]),
        ("x.T.flip(a).sum()", ["x.T.flip(a)", "x.T.sum()"]),
        ("torch.relu(a)", []),
        ("torch.nn.functional.relu(a)", []),
        ("torch.relu(a).sum()", ["torch.relu(a)"]),
        ("self.layer(a)", []),
        ("self.weight.flip(a)", ["self.weight"]),
        ("super().forward(a)", []),
        ("a, b", ["(b, a)"]),
        ("a, a", []),
        ("a, b, c", []),
        ("f(k=(a, b))", ["f()", "f(k=(b, a))"]),
        ("f(dim=(a, b))", ["f()"]),
    ],
)
def test_calls_and_tuples(expression, expected):
    assert replacements(expression) == expected


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ("a[b] = a", ["pass"]),
        ("a.b = b", ["pass"]),
        ("c = a", []),
        ("a += b", ["pass", "a -= b"]),
        ("a |= b", ["pass"]),
        ("print(a)", ["pass"]),
        ("a.sort()", ["pass"]),  # not `a` alone as well, which is the same
        ("a.t().sort()", ["pass", "a.t()", "a.sort()"]),
        ("return a", []),
        ("if a:\n    return b", ["if not a:; return b"]),
        ("while a < b:\n    pass", ["while not a < b:; pass", "while a <= b:; pass"]),
        ("c, d = a", ["d, c = a"]),
        ("c, d = a, b", ["c, d = (b, a)"]),  # not the names as well, which is the same
        ("for c, d in a:\n    pass", ["for d, c in a:; pass"]),
    ],
)
def test_statements(statements, expected):
    assert body(statements) == expected


@pytest.mark.parametrize(
    "source",
    [
        "import a.b as c, d\nfrom e import f, g",
        '"""1 + 1"""',
        "def f(a: x[1, 2], *b: x[1, 2]) -> x[1, 2]:\n    '''1 - 1'''",
        "@cache(1, size=2)\ndef f(): ...",
        "@cache(1, size=2)\nclass C: ...",
        "x: y[1, 2]",
        "assert a + 1 == 2, f(3, 4)",
        "def f(): raise ValueError(1 + 2, 3)",
        "x = isinstance(a, (int, float))",
        "x = issubclass(a, (b, c))",
        "Pair = tuple[int, str]",
        "try:\n    pass\nexcept (KeyError, ValueError):\n    pass",
        "match x:\n    case 1, 2: pass",
    ],
)
def test_what_is_spared(source):
    assert mutants(source) == []


def test_keyword_only_defaults_have_the_name_of_their_parameter():
    source = "def f(a, b=1, /, c=2, *, d, e=True): ..."
    assert changes(source) == ["b=1 -> b=2", "b=1 -> b=0", "c=2 -> c=3", "c=2 -> c=1", "e=True -> e=False"]


def test_a_change_is_shown_with_what_is_around_it_and_on_one_line():
    source = """\
        def f(x):
            if x:
                x[:, 0] = 1
                return x.view(-1)
            while True:
                return {"a": 1.0}
        """
    assert changes(source) == [
        "if x: -> if not x:",
        "x[:, 0] = 1 -> pass",
        "x[:, 0] -> x[0, :]",
        "x[:, 0] -> x[:, 1]",
        "x[:, 0] -> x[:, -1]",
        "x[:, 0] = 1 -> x[:, 0] = 2",
        "x[:, 0] = 1 -> x[:, 0] = 0",
        "x.view(-1) -> x",
        "x.view(-1) -> x.view(1)",
        "x.view(-1) -> x.view(-2)",
        "x.view(-1) -> x.view(-0)",
        "while True: -> while not True:",
        "while True: -> while False:",
        "{'a': 1.0} -> {'a': 2.0}",
    ]


def test_the_same_change_in_two_places_is_counted():
    found = mutants("def f(a, b):\n    return a + b\n\ndef g(a, b):\n    return (a + b) * (a + b)\n")
    assert [(mutant.name, mutant.line) for mutant in found] == [
        ("f: a + b -> a - b", 2),
        ("g: (a + b) * (a + b) -> a + b + (a + b)", 5),
        ("g: a + b -> a - b", 5),
        ("g: a + b -> a - b (2)", 5),
    ]


@pytest.mark.parametrize(
    ("source", "function"),
    [
        ("def f():\n    def g(): return 1", "f"),
        ("async def f(): return 1", "f"),
        ("class C:\n    def f(self): return 1", "C"),
        ("x = 1", "x"),
        ("x: int = 1", "x"),
        ("import torch\ntorch.manual_seed(0)", "module"),
        ("import torch\nwith torch.no_grad():\n    layer.weight.fill_(0)", "layer"),
    ],
)
def test_the_function_is_what_the_top_level_calls_it(source, function):
    assert {mutant.function for mutant in mutants(source)} == {function}
    assert mutants(source)[0].name.startswith(f"{function}: ")


atoms = st.sampled_from(["a", "b", "c", "0", "1", "2", "0.5", "-1", "True", "a.shape[0]", "range(b)"])
expressions = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.builds(
            "({} {} {})".format, inner, st.sampled_from("+ - * / // % ** @ < == and or".split()), inner
        ),
        st.builds(
            "{}({})".format, st.sampled_from(["-", "not ", "~"]).map("({}".format), inner.map("{})".format)
        ),
        st.builds("f({}, {}, k={})".format, inner, inner, inner),
        st.builds("a[{}:{}].view({})".format, inner, inner, inner),
        st.builds("({}, {})".format, inner, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
    ),
    max_leaves=8,
)
statements = st.one_of(
    st.builds("c = {}".format, expressions),
    st.builds("a, b = {}".format, expressions),
    st.builds("c[{}] = {}".format, expressions, expressions),
    st.builds("c += {}".format, expressions),
    st.builds("f({})".format, expressions),
    st.builds("if {}: return {}".format, expressions, expressions),
)
modules = st.lists(statements, min_size=1, max_size=3).map(
    lambda lines: "\n    ".join(["def f(a, b, c=1):", *lines])
)


@settings(max_examples=40, deadline=None)
@given(modules)
def test_every_mutant_compiles_and_is_like_no_other(source):
    found = mutants(source)
    for mutant in found:
        compile(mutant.source, "reference.py", "exec", dont_inherit=True)
    dumps = {dump(mutant.source) for mutant in found}
    assert len(dumps) == len(found)
    assert dump(ast.unparse(ast.parse(source))) not in dumps
    assert len({mutant.name for mutant in found}) == len(found)
    assert all(mutant.function == "f" and "\n" not in mutant.name for mutant in found)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(modules)
def test_names_and_sources_stay_when_lines_and_comments_are_added(source):
    spaced = "# one\n\n" + source.replace("\n", "  # two\n\n\n    # three\n") + "\n"
    before, after = mutants(source), mutants(spaced)
    assert [(mutant.name, mutant.source) for mutant in before] == [
        (mutant.name, mutant.source) for mutant in after
    ]
    assert [4 * mutant.line - 1 for mutant in before] == [mutant.line for mutant in after]


@settings(max_examples=40, deadline=None)
@given(modules)
def test_mutants_come_in_the_order_of_the_source(source):
    lines = [mutant.line for mutant in mutants(source)]
    assert lines == sorted(lines)
    assert mutants(source) == mutants(source)


@pytest.mark.parametrize("file", REFERENCES, ids=lambda file: file.parent.name)
def test_shipped_references(file):
    found = mutants(file.read_text(encoding="utf-8"))
    print(f"{file.parent.name}: {len(found)} mutants")
    assert 10 < len(found) < MOST
    assert len({mutant.name for mutant in found}) == len(found)
    assert len({dump(mutant.source) for mutant in found}) == len(found)


def test_the_mistakes_that_students_make_are_among_them():
    found = {mutant.name for file in REFERENCES for mutant in mutants(file.read_text(encoding="utf-8"))}
    assert found >= {
        "convolve: (padded.shape[2] - kernel_height) // down -> -(-(padded.shape[2] - kernel_height) // down)",
        "convolve: y, x = (i * down, j * right) -> y, x = (j * right, i * down)",
        "dot_convolve: torch.zeros(rows, columns, dtype=image.dtype) -> torch.zeros(rows, columns)",
        "max_pool: image.shape[2] // size -> -(-image.shape[2] // size)",
        "Block: padding=1 -> padding=0",
        "weight: [1.0, 0.0, -1.0] -> [1.0, 0.0, 1.0]",
    }


@pytest.mark.parametrize("call", ["a.transpose(b, c)", "a.swapaxes(b, c)", "a.swapdims(b, c)"])
def test_two_dimensions_that_are_exchanged_are_the_same_the_other_way_round(call):
    assert replacements(call) == ["a"]
