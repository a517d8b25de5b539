"""Names are compared as people mistype them, and a file is cut where stubs have their headers."""

from __future__ import annotations

import ast
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.worker import slips
from grader.worker.magics import as_jupyter_reads, without_magics
from grader.worker.reading import read_cells
from grader.worker.sections import Sections, question_of
from grader.worker.slips import Slips, is_one_typo, plain
from grader.worker.statements import is_untouched
from grader.worker.syntax_words import explained
from grader.worker.unread import Part, unread_answers, value_in

WORD = st.text("abcdef", min_size=4, max_size=9)


@given(WORD, st.integers(0, 8), st.sampled_from("abcxyz"))
def test_one_slip_of_a_finger_is_one_typo(word, at, letter):
    at %= len(word)
    changed = {
        word[:at] + word[at + 1 :],
        word[:at] + letter + word[at:],
        word[:at] + letter + word[at + 1 :],
        word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :],
    }
    assert all(is_one_typo(one, word) and is_one_typo(word, one) for one in changed - {word})
    assert not is_one_typo(word, word)


@pytest.mark.parametrize(
    ("one", "other"), [("size", "sides"), ("kept", "tpek"), ("patch", "patches"), ("stride", "strides_x")]
)
def test_two_slips_are_another_word(one, other):
    assert not is_one_typo(one, other)


def test_case_and_underscores_do_not_count():
    assert plain("dotConvolve") == plain("dot_convolve") == plain("_DOT_CONVOLVE")


@given(st.text("#Question size(2\n`%In[]: ", max_size=80))
def test_sections_are_the_source_and_know_their_lines(source):
    before = 0
    for section in Sections(source, "first"):
        assert section.before == before
        before += section.text.count("\n")
    assert "".join(section.text for section in Sections(source)) == source


def test_a_line_is_of_the_question_before_it():
    source = (
        "x = 1\n# ---\n# Question size (2 points)\n#\nsize = 3\n# ## Question `kept` (1 point)\nkept = 1\n"
    )
    found = Sections(source)
    assert [found.question_at(line) for line in range(1, 9)] == ["", "", *["size"] * 3, *["kept"] * 3]
    assert [section.question for section in found] == ["", "size", "kept"]


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("## Question `size` (2 points)\n\nHow large?", "size"),
        ("Question size (2 points)", "size"),
        ("## Question\n`size` (2)", ""),
        ("A question: size (2)", ""),
        ("\n" * 100_000, ""),
    ],
)
def test_headers_of_notebooks(text, question):
    assert question_of(text) == question


@pytest.mark.parametrize(
    ("source", "cleaned"),
    [
        ("%time x = 3", "x = 3"),
        ("%time  x = f(\n3)", "x = f(\n3)"),
        ("if y:\n    %time x = 3", "if y:\n    x = 3"),
        ("%prun -s cumulative x = 3", "x = 3"),
        ("%time", "pass"),
        ("%timeit x = 3", "pass"),
        ("%time %time x = 3", "x = 3"),
        ("%time ) = 3", ") = 3"),
    ],
)
def test_what_a_magic_runs_is_run(source, cleaned):
    assert without_magics(source)[0] == cleaned


@pytest.mark.parametrize(
    ("source", "read"),
    [
        (">>> x = [\n...     1]\n>>> y = 2\n", "x = [\n    1]\ny = 2\n"),
        ("In [12]: x = 1", "x = 1"),
        ("  x = 1\n    y\n z", "x = 1\n  y\n z"),
        ("x = 1\n>>> y = 2", "x = 1\n>>> y = 2"),
        ("x = ...\n", "x = ...\n"),
        ("", ""),
    ],
)
def test_a_cell_is_read_as_jupyter_reads_it(source, read):
    assert as_jupyter_reads(source) == read


def test_magics_of_a_python_file_are_skipped_section_by_section():
    text = "%matplotlib inline\n# Question a (1 point)\na = (\n# Question b (1 point)\n%time b = 1\n%run c\n"
    source = read_cells("a.py", text.encode())
    assert source.cells[0].source == text.replace("%matplotlib inline", "pass").replace(
        "%time b = 1\n%run c", "b = 1\npass"
    )
    assert source.notes == ("Line 6: `%run c` was skipped; it is not Python.",)


def test_a_cell_knows_the_question_before_it():
    cells = [
        {"cell_type": "code", "source": "import torch"},
        {"cell_type": "markdown", "source": ["## Question `size` (2 points)\n", "\n", "How large?"]},
        {"cell_type": "markdown", "source": 5},
        {"cell_type": "code", "source": "size = 3"},
    ]
    found = read_cells("a.ipynb", json.dumps({"cells": cells}).encode()).cells
    assert [cell.question for cell in found] == ["", "size"]


@pytest.mark.parametrize(
    ("statement", "starter", "is_still"),
    [
        ("x = ...", "x = ...", True),
        ("x: int = ...", "x = ...", True),
        ("x = 3", "x = ...", False),
        ("x = [..., 1]", "x = ...", False),
        ('x = {"stride": ...}', "x = {'stride': ...}", True),
        ('x = {"stride": 1}', 'x = {"stride": ...}', False),
        ("def x(a):\n    ...", "def x(a): ...", True),
        ("def x(b):\n    pass", "def x(a): ...", True),
        ("def x(a):\n    return a", "def x(a): ...", False),
        ("class x:\n    y = 1", "class x:\n    y = 1", True),
        ("class x:\n    y = 2", "class x:\n    y = 1", False),
    ],
)
def test_what_was_handed_out_is_no_answer(statement, starter, is_still):
    (parsed,) = ast.parse(statement).body
    assert is_untouched(parsed, starter, "x") == is_still


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("x = 1\n<<<<<<< HEAD\nx = 2x\n=======\n>>>>>>> 12ab\n", 2, "a merge conflict marker"),
        (">>> x = 1", 1, "`>>>` is a prompt"),
        ("x = \u201ca\u201d", 1, "write plain quotes"),
        ("x = 5 \u2212 3", 1, "; write -"),
        ("x =\u00a03", 1, "; write a plain space"),
        (" x = 1", 1, "delete the spaces"),
        ("define f(x):\n    return x", 1, "a function begins with `def`"),
        ("```python\nx = 1\n```", 1, "this is Markdown"),
        ("x = {'a' = 1}", 1, "cannot assign to literal"),
        ("if x = 1:\n    y", 1, "Maybe you meant '=='"),
        ('x = """1', 1, "unterminated triple-quoted string literal"),
    ],
)
def test_syntax_errors_in_words_that_help(source, line, words):
    with pytest.raises(SyntaxError) as caught:
        ast.parse(source)
    number, said = explained(caught.value, source, 0)
    assert (number, words in said) == (line, True)
    assert not said.endswith(".")
    assert "(detected" not in said


@given(st.text("answer size=:().,'#*`$ 0123xab[]{}\"", max_size=60), st.booleans())
def test_what_is_read_out_of_a_comment_is_code_that_parses(text, is_alone):
    value = value_in(text, "size", is_alone=is_alone)
    assert value == "" or isinstance(ast.parse(f"size = {value}").body[0], ast.Assign)


@pytest.mark.parametrize(
    ("text", "is_alone", "value"),
    [
        ("size = 3", False, "3"),
        ("SIZE: 3x4", False, "(3, 4)"),
        ("The answer is b)", False, '"b"'),
        ("size = (4 - 2) + 1 = 3", False, "3"),
        ("**Answer:** 2**3", False, "2**3"),
        ("3", True, "3"),
        ("3", False, ""),
        ("size = ...", True, ""),
        ("size: the length of a side", True, ""),
        ("stride", True, ""),
        ("see torch.nn", True, ""),
    ],
)
def test_an_answer_in_a_comment(text, is_alone, value):
    assert value_in(text, "size", is_alone=is_alone) == value


def test_statements_are_looked_at_once_however_many_names_are_asked(monkeypatch):
    seen, look = [], slips._shown

    def counted(statement):
        seen.append(statement)
        return look(statement)

    monkeypatch.setattr(slips, "_shown", counted)
    source = "missing\n" * 50 + "def f():\n    size = 3\n'size = 4'\nsize == 5\nsize: 6\nprint(7)\n"
    statements = [("a.py", one) for one in ast.parse(source).body]
    found = Slips({}, statements, [], lambda _cell, _line: "size").found(
        ["size", *"abcdefgh"], has_powers=False
    )
    assert [sign[:2] for sign in found] == [
        ["size", kind] for kind in ("inside", "text", "compared", "compared")
    ]
    assert len(seen) <= len(statements)
    found = Slips({}, statements[-1:], [], lambda _cell, _line: "size").found(["size"], has_powers=False)
    assert found == [["size", "printed", [["a.py", 56]], "7"]]


def test_a_comment_counts_from_the_placeholder_on():
    text = "# 1\n# size = 2\nsize = ...  # 3\n# 4\nsizes = 5  # 6"
    stub = Part("a.py", text, 10, "size", is_stub=True)
    own = Part("a.py", text, 10, "size", is_stub=False)
    assert [sign[2:] for sign in unread_answers([stub], "size", "size = ...")] == [
        [[["a.py", line]], value] for line, value in ((12, "2"), (13, "3"), (14, "4"))
    ]
    assert [sign[3] for sign in unread_answers([own], "size", "size = ...")] == ["1", "2", "3", "4"]
    assert not list(unread_answers([own], "other", "other = ..."))
