"""YAML files: what is refused, with which words and where; what is read, and as what."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.errors import CourseFaults
from grader.language.document import MAX_BYTES, read_document
from grader.language.templates import unfit_character

BILLION_LAUGHS = "a: &a [lol, lol]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
TAB = "YAML does not allow a tab here. Indent with spaces."
DEEP = "The file is nested more than 50 levels deep. Use fewer levels."
NOT_A_MAPPING = "1:1: The file must hold keys and values. Write 'title: ...'."
FORBIDDEN = "YAML forbids a character in this file. Remove it."
AROUND = "Check quotes, brackets and indentation around here."


def faults(tmp_path: Path, content: str | bytes) -> str:
    file = tmp_path / "x.yaml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(CourseFaults) as caught:
        read_document(file)
    return str(caught.value).replace(f"{file}:", "")


def read(tmp_path: Path, text: str) -> Any:
    file = tmp_path / "x.yaml"
    file.write_bytes(text.encode())
    return read_document(file)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", NOT_A_MAPPING),
        ("# nothing but a comment\n", NOT_A_MAPPING),
        ("- a\n- b\n", NOT_A_MAPPING),
        ("just a text", NOT_A_MAPPING),
        ("a: 1\nb: 2\na: 3\n", "3:1: a: 'a' is given twice; the first is in line 1. Keep one of them."),
        (
            "q:\n  - {x: 1, x: 2}\n  - {y: 1, y: 2}\n",
            (
                "2:12: q[0].x: 'x' is given twice; the first is in line 2. Keep one of them.\n"
                "3:12: q[1].y: 'y' is given twice; the first is in line 3. Keep one of them."
            ),
        ),
        ("a:\n\tb: 1\n", f"2:1: {TAB}"),
        ("a: 1\n\tb: 1\n", f"2:1: {TAB}"),
        (
            "a: b: c\n",
            "1:5: A text contains ':', or the indentation is wrong. Put the text in quotes.",
        ),
        (
            "a: &x 1\nb: *x\n",
            "2:4: Aliases (*name) are not supported. Write the value out or put the text in quotes.",
        ),
        (
            BILLION_LAUGHS,
            "2:8: Aliases (*name) are not supported. Write the value out or put the text in quotes.",
        ),
        (
            "a: &a [*a]\n",
            "1:8: Aliases (*name) are not supported. Write the value out or put the text in quotes.",
        ),
        (
            "a: 1\n---\nb: 2\n",
            "2:1: The file holds a second document. Keep one document and remove the '---' line.",
        ),
        ("a: " + "[" * 10_000, f"1:53: {DEEP}"),
        ("{a: " * 10_000, f"1:198: {DEEP}"),
        ("- " * 10_000, f"1:101: {DEEP}"),
        ("a: 1\nb: \x00\n", f"2: {FORBIDDEN}"),
        ("a: 1\n\nb: \x07\n", f"3: {FORBIDDEN}"),
        (b"a: 1\nb: \xff\n", "2: The file is not UTF-8 text. Save it as UTF-8."),
        ("a: 1\nb: 2\n".encode("utf-16"), "1: The file is not UTF-8 text. Save it as UTF-8."),
        ("? [a, b]\n: 1\n", "1:3: A key must be a word. Put text that begins with a bracket in quotes."),
        ("a: !!python/object:os.system x\n", "1:4: a: The tag tag:yaml.org,2002:python/object:os.system"),
        (
            "a: !!binary aGk=\n",
            "1:4: a: The tag tag:yaml.org,2002:binary is not supported. Remove it or put the text in quotes.",
        ),
        ("a: !mine x\n", "1:4: a: The tag !mine is not supported. Remove it or put the text in quotes."),
        ('a: "x\n', f"2:1: This is not valid YAML: found unexpected end of stream. {AROUND}"),
        (
            "a: @x\n",
            "1:4: A text cannot begin with this character. Put the text in quotes.",
        ),
        (
            "a: {{ M }} images\n",
            "1:12: This is not valid YAML: expected <block end>, but found '<scalar>'. Put the",
        ),
        (
            "a: [How many?]\n",
            "1:13: This is not valid YAML: expected ',' or ']', but got '?'. Put the text in quotes.",
        ),
        (
            "a: {b: 1\n",
            f"2:1: This is not valid YAML: expected ',' or '}}', but got '<stream end>'. {AROUND}",
        ),
    ],
)
def test_refusals(tmp_path, content, expected):
    assert faults(tmp_path, content).startswith(expected)


@pytest.mark.parametrize("where", ["missing.yaml", "folder", "file/below.yaml"])
def test_what_is_no_file(tmp_path, where):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("a: 1")
    expected = {
        "missing.yaml": "There is no such file. Create it or correct the name.",
        "folder": "The file cannot be read: Is a directory. Check that it is a file that you can read.",
        "file/below.yaml": "The file cannot be read: Not a directory. Check that it is a file that you can read.",
    }[where]
    with pytest.raises(CourseFaults, match=f"^{re.escape(f'{tmp_path / where}: {expected}')}$"):
        read_document(tmp_path / where)


def test_a_large_file_is_not_read(tmp_path):
    file = tmp_path / "large.yaml"
    with file.open("wb") as stream:
        stream.truncate(100 << 20)
    with pytest.raises(
        CourseFaults, match=r"large\.yaml: The file is larger than 1 MiB\. Move data to another file\."
    ):
        read_document(file)


def test_the_largest_file_that_is_read(tmp_path):
    (tmp_path / "x.yaml").write_bytes(b"a: 1\n#" + b"x" * (MAX_BYTES - 6))
    assert read_document(tmp_path / "x.yaml").data == {"a": 1}


@pytest.mark.parametrize(
    "text",
    [
        "a: !!python/object/apply:os.system [ls]",
        "a: !!python/object:os.system {a: 1}",
        "a: !!python/name:str x",
        "a: !!int abc",
        "a: !!float x",
        'a: "\\UFFFFFFFF"',
        'a: "\\ud800"',
        "%YAML 1." + "9" * 5000 + "\n---\na: 1",
    ],
)
def test_what_must_be_refused_in_whatever_words(tmp_path, text):
    assert faults(tmp_path, text)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("off", "off"),
        ("Y", "Y"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("null", None),
        ("010", 10),
        ("-7", -7),
        ("+7", 7),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        ("2026-11-05", "2026-11-05"),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1.", 1.0),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("'5'", "5"),
        ('"true"', "true"),
        ("=", "="),
        ("M - K", "M - K"),
        ("[1, x, [yes]]", [1, "x", ["yes"]]),
        ("{<<: {b: 1}}", {"<<": {"b": 1}}),
    ],
)
def test_plain_values(tmp_path, written, value):
    found = read(tmp_path, f"a: {written}\n").data["a"]
    assert (found, type(found)) == (value, type(value))


def test_keys_are_texts(tmp_path):
    assert read(tmp_path, "1: a\nnull: b\nyes: c\n").data == {"1": "a", "null": "b", "yes": "c"}


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path):
    assert read(tmp_path, "\ufeffa: 1\n").data == {"a": 1}


@pytest.mark.parametrize(
    ("path", "key", "line", "expected"),
    [
        (("a",), False, 0, "2:3: a: "),
        (("a",), True, 0, "1:1: a: "),
        (("a", 1, "c"), False, 0, "3:8: a[1].c: "),
        (("a", 1, "c"), True, 0, "3:5: a[1].c: "),
        (("a", 9, "c"), False, 0, "2:3: a[9].c: "),  # the nearest thing around it
        (("text",), False, 2, "6:1: text: "),
        (("folded",), False, 1, "8:1: folded: "),
        (("plain",), False, 3, "9:8: plain: "),  # no lines of its own
        (("absent",), True, 0, "1:1: absent: "),
    ],
)
def test_places(tmp_path, path, key, line, expected):
    document = read(
        tmp_path, "a:\n  - b\n  - c: 1\ntext: |\n  one\n  two\nfolded: >-\n  one\nplain: one two\n"
    )
    fault = document.fault(path, "No.", key=key, line=line)
    assert str(fault) == f"{document.file}:{expected}No."


# YAML 1.1, which PyYAML writes, reads these as strings; YAML 1.2, which the grader reads, for numbers.
NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
texts = st.text(max_size=20).filter(lambda text: not NUMBER.fullmatch(text) and not unfit_character(text))
whole = st.integers(-(10**18) + 1, 10**18 - 1)
data = st.dictionaries(
    texts,
    st.recursive(
        st.none() | st.booleans() | whole | texts,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
        max_leaves=12,
    ),
    max_size=5,
)


class Plain(yaml.SafeDumper):
    def ignore_aliases(self, data):
        return True


FUZZ = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FUZZ
@given(data=data, flow=st.booleans())
def test_what_is_written_is_read_back(tmp_path, data, flow):
    assert read(tmp_path, yaml.dump(data, None, Plain, default_flow_style=flow)).data == data


PIECES = [
    "a",
    "b: ",
    ": ",
    "\n",
    "  ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    "'",
    '"',
    "|",
    ">",
    "&x ",
    "*x",
    "? ",
    "%",
    "#",
]
PIECES += [
    "---",
    "...",
    "\t",
    "\x00",
    "\x85",
    "\u2028",
    ",",
    "1",
    "1e9",
    "~",
    "\\",
    "@",
    "`",
    "\r",
    "é",
    "<<: ",
]


@settings(FUZZ, max_examples=250)
@given(
    content=st.binary(max_size=60)
    | st.lists(st.sampled_from(PIECES), max_size=14).map("".join).map(str.encode)
)
def test_any_bytes_are_read_or_refused(tmp_path, content):
    file = tmp_path / "x.yaml"
    file.write_bytes(content)
    try:
        assert isinstance(read_document(file).data, dict)
    except CourseFaults as refusal:
        assert refusal.faults
