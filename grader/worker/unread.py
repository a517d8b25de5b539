"""Answers that are written where nothing is run: in a comment, or in a text cell of a notebook."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

MAX_LINE = 200  # characters of a line that is looked at
MAX_VALUE = 40  # characters of a value
_LEAD = r"(?:the |my )?(?:{name}|answer|ans|solution|result)\W{{0,3}}?\s*(?:=|:|is\b)\s*(\S.*)"
_OWN_LEAD = r"{name}\s*=(?!=)\s*(\S.*)"  # where no header says which question a line is about
_SIDES = re.compile(r"(\d+)\s*[x×X]\s*(\d+)")
_LETTER = re.compile(r"([A-Za-z])[).]?")
_EMPHASIS = re.compile(r"(?<!\S)\*+(?=[A-Za-z])")
_MARKUP = "*_`$ \t"
_BOUND = re.compile(r"(?:def\s+|class\s+)?(\w+)")  # the name that a line begins with


@dataclass(frozen=True)
class Part:
    """A section of a file or a text cell, the lines before it, and the question whose header it follows.

    `is_stub` says that it repeats the prompt of the question.
    """

    label: str
    text: str
    before: int
    question: str
    is_stub: bool
    is_text: bool = False

    @cached_property
    def lines(self) -> list[tuple[int, str]]:
        """Its lines, from 1, in which a value can be: looked for once, because many names can ask."""
        lines = enumerate(self.text.split("\n"), 1)
        return [(number, line) for number, line in lines if self.is_text or "#" in line]

    @cached_property
    def bound(self) -> dict[str, int]:
        """The first line that begins with each name, as the placeholder of an answer does."""
        found: dict[str, int] = {}
        for number, line in enumerate([] if self.is_text else self.text.split("\n"), 1):
            if name := _name_of(line):
                found.setdefault(name, number)
        return found


def unread_answers(parts: Sequence[Part], name: str, starter: str) -> Iterator[list[object]]:
    """Yield the signs of a question's answers that are where nothing is run, with the value as code."""
    has_headers = any(part.question for part in parts)
    given = frozenset(map(str.strip, starter.split("\n")))
    for part in parts:
        if part.question != (name if has_headers else ""):
            continue
        kind = "text-cell" if part.is_text else "comment"
        for line, value in _values(part, name, given, has_header=has_headers):
            yield [name, kind, [[part.label, part.before + line]], value]


def _values(part: Part, name: str, given: frozenset[str], *, has_header: bool) -> Iterator[tuple[int, str]]:
    """Yield lines, from 1, with the values in them; a value alone counts only below what a stub holds."""
    own_from = part.bound.get(name) if part.is_stub else 0
    for number, line in part.lines:
        is_placeholder = not part.is_text and _name_of(line) == name
        if len(line) > MAX_LINE or (line.strip() in given and not part.is_text):
            continue
        text = line if part.is_text else _comment(line, is_placeholder=is_placeholder)
        is_own = own_from is not None and own_from <= number
        if text and (value := value_in(text, name, is_alone=is_own and has_header, has_header=has_header)):
            yield number, value


def _name_of(line: str) -> str:
    """Return the name that a line begins with, or ""."""
    found = _BOUND.match(line)
    return found[1] if found else ""


def _comment(line: str, *, is_placeholder: bool) -> str:
    """Return the text of a comment that has its line to itself, or is beside the placeholder of an answer."""
    code, _, text = line.partition("#")
    return text.lstrip("# ") if not code.strip() or (is_placeholder and "..." in code) else ""


def value_in(text: str, name: str, *, is_alone: bool, has_header: bool = True) -> str:
    """Return the value that a line of text gives an answer, as code, or "".

    >>> value_in("Answer: 3x4", "size", is_alone=False), value_in("3", "size", is_alone=True)
    ('(3, 4)', '3')
    >>> value_in("how large is it", "size", is_alone=True), value_in("size = ...", "size", is_alone=False)
    ('', '')
    """
    text = _EMPHASIS.sub("", text.strip(_MARKUP))
    pattern = (_LEAD if has_header else _OWN_LEAD).format(name=re.escape(name))
    if found := re.fullmatch(pattern, text, re.IGNORECASE):
        return _as_code(found[1].strip(_MARKUP).rpartition("=")[2].strip(), is_literal=False)
    return _as_code(text.removeprefix("=").strip(), is_literal=True) if is_alone else ""


def _as_code(text: str, *, is_literal: bool) -> str:
    """Return a value as code, if it is one; a single letter becomes a string, and 3x4 a tuple."""
    text = text if text.endswith("...") else text.rstrip(".;!")
    if not text or len(text) > MAX_VALUE or not text.isprintable():
        return ""
    if sides := _SIDES.fullmatch(text):
        return f"({sides[1]}, {sides[2]})"
    if letter := _LETTER.fullmatch(text):
        return f'"{letter[1].lower()}"'
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    return text if _is_value(tree, is_literal=is_literal) else ""


def _is_value(tree: ast.expr, *, is_literal: bool) -> bool:
    """Return whether an expression can be an answer: no word, no `...`, and with `is_literal` no names."""
    nodes = list(ast.walk(tree))
    if isinstance(tree, ast.Name) or any(isinstance(one, ast.Constant) and one.value is ... for one in nodes):
        return False
    named = (ast.Name, ast.Attribute, ast.Call, ast.Compare, ast.Lambda)
    return not is_literal or not any(isinstance(one, named) for one in nodes)
