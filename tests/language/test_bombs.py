"""Texts that would never end or take all memory: each is refused, after the same steps on every machine."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.language.templates import TextError, names_in_text, render

DOUBLED = "{% set ns = namespace(x=START) %}{% for i in range(100) %}{% set ns.x = STEP %}{% endfor %}"


def doubling(start: str, step: str, then: str = "{{ ns.x }}") -> str:
    return DOUBLED.replace("START", start).replace("STEP", step) + then


BOMBS = [
    "{% for a in range(10000) %}{% for b in range(10000) %}{% for c in range(10000) %}{% endfor %}{% endfor %}{% endfor %}",
    "{% for a in range(10000) %}{% for b in range(10000) %}" + "x" * 1000 + "{% endfor %}{% endfor %}",
    "{% set t %}{% for a in range(90000) %}" + "x" * 1000 + "{% endfor %}{% endset %}",
    "{% for i in range(10**9) %}x{% endfor %}",
    "{{ range(10**9) | list }}",
    "{{ range(99000) | list | length }}" * 200,
    "{{ 'a' * 3000000000 }}",
    "{{ 3000000000 * 'a' }}",
    "{{ [1] * 3000000000 }}",
    "{{ 'a' * 60000 * 60000 }}",
    "{{ '%3000000000d' % 1 }}",
    "{{ '%.3000000000f' % 1 }}",
    "{{ '%(a)3000000000d' % {'a': 1} }}",
    "{{ '%*d' % (3000000000, 1) }}",
    "{{ '%3000000000d' | format(1) }}",
    "{{ '%*d' | format(3000000000, 1) }}",
    "{{ '{:3000000000}'.format(1) }}",
    "{{ '{:{}}'.format(1, 3000000000) }}",
    "{{ '{a:{w}}'.format(a=1, w=3000000000) }}",
    "{{ '{a:3000000000}'.format_map({'a': 1}) }}",
    "{{ ('{0}' * 20000).format('a' * 90000) }}",
    "{{ 'a' | center(10**9) }}",
    "{{ 'a'.center(10**9) }}",
    "{{ 'a'.ljust(10**9) }}",
    "{{ 'a'.zfill(10**9) }}",
    "{{ '\\t'.expandtabs(10**9) }}",
    "{{ ('a' * 90000).replace('', 'a' * 90000) }}",
    "{{ ('a' * 90000) | replace('a', 'b' * 90000) }}",
    "{{ ('a' * 90000).translate({97: 'b' * 90000}) }}",
    "{{ (', ' * 40000).join('a' * 90000) }}",
    "{{ range(90000) | join('a' * 90000) }}",
    "{{ 'a\\nb' | indent(10**9) }}",
    "{{ ('a\\n' * 40000) | indent(90000) }}",
    "{{ 'a b' | wordwrap(1, wrapstring='a' * 90000) | length }}" * 300,
    "{{ [1] | batch(10**9, 'x') | list }}",
    "{{ [1] | slice(10**9) | list }}",
    "{{ {'a': 1} | tojson(indent=10**9) }}",
    "{{ 12345 | round(-10**9) }}",
    "{{ (5).to_bytes(10**9, 'big') }}",
    "{{ ['a'] | map('center', 10**9) | list }}",
    "{% filter center(10**9) %}a{% endfilter %}",
    "{{ 9 ** 9 ** 9 ** 9 }}",
    doubling("2", "ns.x * ns.x"),
    doubling("2", "ns.x ** 2"),
    doubling("'a'", "ns.x ~ ns.x"),
    doubling("'a'", "ns.x + ns.x"),
    doubling("'a'", "ns.x * 2"),
    doubling("'a'", "[ns.x, ns.x] | join"),
    doubling("'a'", "'%s%s' % (ns.x, ns.x)"),
    doubling("'a'", "'{0}{0}'.format(ns.x)"),
    doubling("[1]", "ns.x + ns.x"),
    doubling("[1]", "[ns.x, ns.x]"),
    doubling("1", "(ns.x, ns.x)"),
    doubling("1", "{'a': ns.x, 'b': ns.x}"),
    doubling("1", "namespace(a=ns.x, b=ns.x)"),
    doubling("'a'", "'<' ~ ns.x ~ ns.x | e"),
    "{% macro m(n) %}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}",
    "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(100) }}",
    "{% macro m() %}{{ caller() }}{{ caller() }}{% endmacro %}"
    + "{% call m() %}" * 18
    + "x" * 99
    + "{% endcall %}" * 18,
    "{% for x in [[[[]]]] recursive %}{{ loop(range(90000)) }}{% endfor %}",
    "{% set a, b = ['x'] * 90000, ['x'] * 90000 %}{% for i in range(90000) %}{% if a == b %}{% endif %}{% endfor %}",
    "{% set a = ['x'] * 90000 %}{% for i in range(90000) %}{% if 'y' in a %}{% endif %}{% endfor %}",
    "{% set a = 'x' * 90000 %}{% for i in range(90000) %}{% if a | upper %}{% endif %}{% endfor %}",
    "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
    "{{ " + "[" * 5000 + "]" * 5000 + " }}",
    "{{ " + "not " * 5000 + "1 }}",
    "{{ " + "1 + " * 5000 + "1 }}",
    "{% for i in [1] %}" * 100 + "{% endfor %}" * 100,
    "{% if 1 %}" * 5000 + "{% endif %}" * 5000,
    "x" * 100_001,
    "{{ 'x' * 99999 }}xx",
    "{{ 1 }}" * 20_000,
]
PROGRAM = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
from grader.language.templates import TextError, names_in_text, render
for text in json.load(sys.stdin):
    try:
        names_in_text(text)
        print(json.dumps(len(render(text, {"M": 4}))), flush=True)
    except TextError as error:
        print(json.dumps(str(error)), flush=True)
"""


@pytest.mark.slow
def test_bombs_are_refused_before_they_go_off():
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM], input=json.dumps(BOMBS), capture_output=True, text=True, check=False
    )
    told = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(told) == len(BOMBS), f"it ended at {BOMBS[len(told)][:200]}: {ran.stderr[-500:]}"
    rendered = {
        bomb[:200]: length for bomb, length in zip(BOMBS, told, strict=True) if isinstance(length, int)
    }
    assert not rendered
    assert all(sentence.startswith("This text ") and len(sentence) < 300 for sentence in told)


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("{{ '{:,}'.format(25557032) }}", "25,557,032"),
        ("{{ '{:,}'.format(M * 25557032) }}", "102,228,128"),
        ("{{ '%d of 25557032' % 123456789 }}", "123456789 of 25557032"),
        ("{{ '%6.2f|%-5d|%%30000' | format(3.14159, 42) }}", "3.14|42   |%30000"),
        ("{{ nothing | default(25557032) }}", "25557032"),
        ("{{ 25557032 | abs + 1 }} {{ [25557032, 1] | max }}", "25557033 25557032"),
        ("{{ M is lt 25557032 }} {{ [25557032].index(25557032) }}", "True 0"),
        ("{{ 'ab' | center(6) }}|", "ab  |"),
        ("{{ 'a b' | replace(' ', '_') | upper }}", "A_B"),
        ("{% for row in grid %}{% for x in row %}{{ x }}{% endfor %}{% endfor %}", "7" * 4096),
        ("{% for i in range(3) %}{{ loop.index }}/{{ loop.length }} {% endfor %}", "1/3 2/3 3/3"),
        ("{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k }}{{ v }}{% endfor %}", "a1b2"),
        ("{{ range(3) | map('string') | join(', ') }}", "0, 1, 2"),
        ("{{ [3, 1] | sort | first }} {{ 'a,b'.split(',') | last }}", "1 b"),
        (
            "{% macro pair(a, b=2) %}({{ a }}, {{ b }}){% endmacro %}{{ pair(1) }}{{ pair(M) }}",
            "(1, 2)(4, 2)",
        ),
        ("{% set x %}a{{ M }}{% endset %}{{ x ~ x }}", "a4a4"),
        (
            "{% for x in [1, [2, [3]]] recursive %}{% if x is iterable %}{{ loop(x) }}{% else %}{{ x }}{% endif %}{% endfor %}",
            "123",
        ),
        ("{{ 10 ** 30 }}", "1" + "0" * 30),
        ("{{ loop is defined }}{{ M if M > 3 else 0 }}", "False4"),
        ("{{ [[1, 2], [3, 4]] | sum(start=[]) }}", "[1, 2, 3, 4]"),
        ("{{ {'a': [1, 2]} | tojson }}", '{"a": [1, 2]}'),
        ("{{ 3.14159 | round(2) }} {{ 7 | round }}", "3.14 7"),
        ("{{ cycler(1, 2).next() }}{{ joiner(';')() }}", "1"),
    ],
)
def test_what_courses_write_stays_as_it_is(text, rendered):
    grid = [[7] * 64] * 64
    assert render(text, {"M": 4, "grid": grid}) == rendered


@pytest.mark.parametrize(
    ("text", "line"),
    [("one\n{{ 1 // 0 }}", 2), ("{{ M }}\n\n{% for i in range(2) %}\n{{ 'a' * 10**9 }}\n{% endfor %}", 4)],
)
def test_an_error_knows_its_line(text, line):
    with pytest.raises(TextError) as caught:
        render(text, {"M": 1})
    assert caught.value.line == line


@pytest.mark.slow
def test_one_text_takes_nothing_from_the_next():
    most = "{% for i in range(50000) %}{% for j in range(4) %}{% endfor %}{% endfor %}"
    for _ in range(3):
        assert render(most, {}) == ""


@pytest.mark.parametrize(
    "text", ["a\x00b", "{{ '\\0' }}", "{{ '%c' % 7 }}", "{{ '\\ud800' }}", "\x1b[2J", "a\x0bb", "\x7f"]
)
def test_what_cannot_stand_in_a_file_is_refused(text):
    with pytest.raises(
        TextError, match=r"This text contains the control character U\+[0-9A-F]{4}\. Remove it\."
    ):
        render(text, {})


@pytest.mark.parametrize(
    "text", ["a\r\nb", "a\rb", "a\x85b", "a\u2028b", "a\u2029b", "{{ 'a\\rb' }}", "a\nb"]
)
def test_every_line_ends_with_a_line_feed(text):
    assert render(text, {}) == "a\nb"


PIECES = st.sampled_from(
    "x {{ M }} {{ 'a' * 9999 }} {{ ns.x }} {{ ns.x | length }} {% for i in range(999) %} {% endfor %} {% if M %} "
    "{% endif %} {% set ns=namespace(x='ab') %} {% set ns.x=ns.x*9 %} {% set ns.x=ns.x~ns.x %} {% set ns.x=[ns.x,ns.x] %} "
    "{% macro m(n) %} {% endmacro %} {{ m(M) }} {{ ns.x|join('ab'*99) }} {{ '%9s'%ns.x }} {{ ns.x|center(999) }}".split(
        " "
    )
)


@settings(deadline=None, max_examples=100)
@given(text=st.lists(PIECES, max_size=12).map("".join))
def test_any_text_is_rendered_or_refused(text):
    try:
        names_in_text(text)
        assert len(render(text, {"M": 4})) <= 100_000
    except TextError as error:
        assert str(error).startswith("This text ") or str(error).startswith("The Jinja in this text")
