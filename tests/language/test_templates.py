"""Texts: rendered in a sandbox that knows the parameters and nothing else."""

from __future__ import annotations

import subprocess
import sys

import pytest

from grader.language.templates import TextError, names_in_text, render

SCOPE = {"M": 4, "S": 2, "image": [[1, 0], [2, 3]]}


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("An image of size {{ M }}.", "An image of size 4."),
        ("{{ (M - 2) // S + 1 }}", "2"),
        ("{{ image | matrix }}", "[[1, 0],\n [2, 3]]"),
        ("{{ [image, image] | matrix }}", "[[[1, 0],\n  [2, 3]],\n [[1, 0],\n  [2, 3]]]"),
        ("{{ [1, 2] | matrix }}{{ [] | matrix }}", "[1, 2][]"),
        ("{% if S > 1 %}strided{% endif %}\n\n", "strided"),
        ("{% for row in image %}{{ row | sum }} {% endfor %}", "1 5"),
        ('<b> & "$M$"', '<b> & "$M$"'),
        ("", ""),
    ],
)
def test_texts(text, rendered):
    assert render(text, SCOPE) == rendered


@pytest.mark.parametrize(
    "text",
    [
        "{{ X }}",
        "{{ image.nope }}",
        "{{ X.y }}",
        "{% if X %}{% endif %}",
        "{{ ''.__class__ }}",
        "{{ image.__class__.__mro__[1].__subclasses__() }}",
        "{{ image | attr('__class__') }}",
        "{{ '{0.__class__}'.format(image) }}",
        "{{ self.__init__.__globals__ }}",
        "{{ lipsum.__globals__ }}",
        "{{ image.append(1) }}",
        "{{ image.clear() }}",
        "{% set image.x = 1 %}",
        "{% for i in range(10**9) %}x{% endfor %}",
        "{{ range(10**6) | list }}",
        "{% include '/etc/passwd' %}",
        "{% extends 'x' %}",
        "{{ 1 / 0 }}",
        "{{ M + 'x' }}",
        "{{ M() }}",
        "{{ image | first | first | first }}",
    ],
)
def test_texts_that_cannot_be_rendered(text):
    with pytest.raises(TextError, match="This text cannot be rendered: "):
        render(text, SCOPE)
    assert SCOPE["image"] == [[1, 0], [2, 3]]


@pytest.mark.parametrize(
    ("text", "sentence", "line"),
    [
        ("one\n{{ M", "unexpected end of template", 2),
        ("{% if M %}\n\n", "Unexpected end of template", 1),
        ("one\ntwo\n{{ M | nope }}", "No filter named 'nope'.", 3),
        ("{{ M is nope }}", "No test named 'nope'.", 1),
        ("one\n{% nope %}", "Encountered unknown tag 'nope'.", 2),
        ("{{ M }", "unexpected '}'", 1),
    ],
)
def test_malformed_texts(text, sentence, line):
    for failing in (names_in_text, lambda text: render(text, SCOPE)):
        with pytest.raises(TextError) as caught:
            failing(text)
        assert str(caught.value).startswith("The Jinja in this text is malformed: ")
        assert (sentence in str(caught.value), caught.value.line) == (True, line)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("plain", set()),
        ("{{ M }} and {% if S %}{{ K }}{% endif %}", {"M", "S", "K"}),
        ("{% for i in rows %}{{ i }}{% endfor %}", {"rows"}),
        ("{% set x = M %}{{ x }}", {"M"}),
        ("{{ range(3) }}", set()),
    ],
)
def test_names(text, names):
    assert names_in_text(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "{{ 'a' * 10**18 }}",
        "{{ 'a' | center(10**18) }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{{ cycler() }}",
        "{{ 'a' | xmlattr }}",
        "{{" + "(" * 3000,
        "{{ image | random }}",
        "{{ lipsum() }}",
        "{{ M ** 10**9 }}",
    ],
)
def test_what_must_be_a_text_error(text):
    with pytest.raises(TextError):
        render(text, SCOPE)


def test_reading_a_text_ends():
    program = (
        "import resource; resource.setrlimit(resource.RLIMIT_CPU, (2, 2))\n"
        "from grader.language.templates import *\n"
        "assert names_in_text('{{ 9**(9**9) }}') == frozenset()\n"
        "try: render('{{ 9**(9**9) }}', {})\n"
        "except TextError: pass"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
