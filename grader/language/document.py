"""YAML files that keep the line and column of every key and value.

The language is the JSON-like core of YAML 1.2: `yes` and `on` are text and `010` is the number 10.
Tags and aliases are refused, so that a small file cannot expand into a large one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import yaml

from grader.errors import CourseFaults, Fault
from grader.files import open_file
from grader.language.templates import unfit_character

MAX_BYTES = 1 << 20
MAX_DEPTH = 50
MAX_DIGITS = 18  # in a whole number

Path_ = tuple[str | int, ...]


@dataclass(frozen=True)
class Position:
    """A place in a file. Lines and columns count from 1."""

    line: int
    column: int


@dataclass
class Document:
    """Plain data read from one file, with the position of each piece."""

    file: Path
    data: object = None
    values: dict[Path_, Position] = field(default_factory=dict)
    keys: dict[Path_, Position] = field(default_factory=dict)
    blocks: set[Path_] = field(default_factory=set)  # block texts, written with | or >
    written: dict[Path_, str] = field(default_factory=dict)  # the spelling of numbers, booleans and nulls

    def fault(
        self, path: Path_, sentence: str, remedy: str = "", *, key: bool = False, line: int = 0
    ) -> Fault:
        """Return a fault at `path`, or at the nearest enclosing position; `line` counts within a text."""
        position = self._position(path, key=key)
        if line and path in self.blocks:
            position = Position(position.line + line, 1)
        return Fault(self.file, position.line, position.column, dotted(path), sentence, remedy)

    def _position(self, path: Path_, *, key: bool) -> Position:
        if key and path in self.keys:
            return self.keys[path]
        for length in range(len(path), -1, -1):
            if path[:length] in self.values:
                return self.values[path[:length]]
        return Position(1, 1)


def dotted(path: Path_) -> str:
    """Return the path as a person writes it.

    >>> dotted(("questions", 0, "points"))
    'questions[0].points'
    """
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def read_document(file: Path) -> Document:
    """Read one YAML file.

    Raises:
        CourseFaults: the file is missing, too large, not UTF-8, not YAML, or uses refused YAML.

    """
    document = Document(file)
    node = _compose(file, _read_text(file))
    faults: list[Fault] = []
    if node is not None:
        document.data = _Converter(document, faults).convert(node, ())
    if not isinstance(document.data, dict):
        faults.append(Fault(file, 1, 1, "", "The file must hold keys and values.", "Write 'title: ...'."))
    if faults:
        raise CourseFaults(faults)
    return document


def _read_text(file: Path) -> str:
    def fault(sentence: str, remedy: str) -> CourseFaults:
        return CourseFaults([Fault(file, None, None, "", sentence, remedy)])

    try:
        with open_file(file) as stream:
            content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise fault("There is no such file.", "Create it or correct the name.") from None
    except OSError as error:
        raise fault(
            f"The file cannot be read: {error.strerror}.",
            "Check that it is a file that you can read.",
        ) from None
    if len(content) > MAX_BYTES:
        raise fault("The file is larger than 1 MiB.", "Move data to another file.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise CourseFaults(
            [Fault(file, line, None, "", "The file is not UTF-8 text.", "Save it as UTF-8.")]
        ) from None


_UNTAGGED = "Remove it or put the text in quotes."
_TAG = "tag:yaml.org,2002:"
_SCALARS: dict[str, Callable[[str], object]] = {
    "int": int,
    "float": lambda text: _finite(float(text)),
    "bool": lambda text: {"true": True, "false": False}[text.lower()],
    "null": lambda text: {"": None, "~": None, "null": None}[text.lower()],
}
_TAGS = {f"{_TAG}{name}" for name in (*_SCALARS, "str", "map", "seq")}


def _finite(number: float) -> float:
    if not math.isfinite(number):
        raise ValueError(number)
    return number


class _Loader(yaml.SafeLoader):
    """PyYAML's loader with fewer surprises; see the module docstring."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            message = "aliases (*name) are not supported"
            raise yaml.composer.ComposerError(None, None, message, mark)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "nested too deeply", mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", rf"[-+]?[0-9]{{1,{MAX_DIGITS}}}", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
):
    _Loader.add_implicit_resolver(f"{_TAG}{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first))


def _compose(file: Path, text: str) -> yaml.Node | None:
    """Parse the text and return the root node of its only document."""
    try:
        return _composed(text)
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        fault = Fault(file, line, None, "", "YAML forbids a character in this file.", "Remove it.")
        raise CourseFaults([fault]) from None
    except (ValueError, OverflowError):
        fault = Fault(
            file,
            None,
            None,
            "",
            "YAML cannot read a number or an escape.",
            "Look for a bad '\\U...' escape or '%YAML' line.",
        )
        raise CourseFaults([fault]) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        sentence, remedy = _explain(error)
        if mark is None:
            raise CourseFaults([Fault(file, None, None, "", sentence, remedy)]) from None
        raise CourseFaults([Fault(file, mark.line + 1, mark.column + 1, "", sentence, remedy)]) from None


@lru_cache(maxsize=16)
def _composed(text: str) -> yaml.Node | None:
    """Return the root node, which nobody changes.

    A command asks for the outline of an exercise, and later for all of it.
    """
    loader = _Loader(text)
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


def _has_bare_text(mark: yaml.Mark | None) -> bool:
    """Return whether YAML took a text of this line for something else, as in `{{ M }} images` or `[How?]`."""
    lines = (mark.buffer or "").split("\n") if mark else []
    line = lines[mark.line] if mark and mark.line < len(lines) else ""
    return re.search(r"(^|[-:,\[]\s+)\{\{|[^\s\"'][?][\],}]", line) is not None


def _explain(error: yaml.MarkedYAMLError) -> tuple[str, str]:
    problem = error.problem or error.context or ""
    if "'\\t'" in problem:
        return "YAML does not allow a tab here.", "Indent with spaces."
    if "aliases" in problem:
        return (
            "Aliases (*name) are not supported.",
            "Write the value out or put the text in quotes.",
        )
    if "nested too deeply" in problem:
        return f"The file is nested more than {MAX_DEPTH} levels deep.", "Use fewer levels."
    if "expected a single document" in (error.context or ""):
        return "The file holds a second document.", "Keep one document and remove the '---' line."
    if "mapping values are not allowed" in problem:
        return "A text contains ':', or the indentation is wrong.", "Put the text in quotes."
    if "cannot start any token" in problem:
        return "A text cannot begin with this character.", "Put the text in quotes."
    if _has_bare_text(error.problem_mark):
        return f"This is not valid YAML: {problem}.", "Put the text in quotes."
    return f"This is not valid YAML: {problem}.", "Check quotes, brackets and indentation around here."


class _Converter:
    """A builder of plain data that records the position of each node."""

    def __init__(self, document: Document, faults: list[Fault]) -> None:
        self.document = document
        self.faults = faults

    def convert(self, node: yaml.Node, path: Path_) -> object:
        self.document.values[path] = _position(node)
        if node.tag not in _TAGS:
            self._fault(_position(node), path, f"The tag {node.tag} is not supported.", _UNTAGGED)
            return None
        if isinstance(node, yaml.MappingNode):
            return dict(self._items(node, path))
        if isinstance(node, yaml.SequenceNode):
            return [self.convert(child, (*path, index)) for index, child in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode) and node.style in {"|", ">"}:
            self.document.blocks.add(path)
        return self._scalar(node, path)

    def _items(self, node: yaml.MappingNode, path: Path_) -> Iterator[tuple[str, object]]:
        seen: dict[str, int] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
            here = (*path, key)
            position = _position(key_node)
            if not isinstance(key_node, yaml.ScalarNode):
                self._fault(
                    position, path, "A key must be a word.", "Put text that begins with a bracket in quotes."
                )
            elif unfit_character(key):
                self._check_text(key, position, path)
            elif key in seen:
                sentence = f"'{key}' is given twice; the first is in line {seen[key]}."
                self._fault(position, here, sentence, "Keep one of them.")
            else:
                seen[key] = position.line
                self.document.keys[here] = position
                yield key, self.convert(value_node, here)

    def _scalar(self, node: yaml.Node, path: Path_) -> object:
        text, kind = str(node.value), node.tag.removeprefix(_TAG)
        if kind == "str":
            self._check_text(text, _position(node), path)
            return text
        self.document.written[path] = text
        if kind == "float" and text.lstrip("+-").isdigit() and len(text) > MAX_DIGITS:
            sentence = f"'{text:.60}' has more than {MAX_DIGITS} digits."
            self._fault(_position(node), path, sentence, "Put it in quotes or write it like 1e20.")
            return None
        try:
            return _SCALARS[kind](text)
        except (ValueError, LookupError):
            known = "a finite number" if kind == "float" else f"a valid {kind}"
            self._fault(
                _position(node), path, f"'{text:.60}' is not {known}.", "Correct it or put it in quotes."
            )
        return None

    def _check_text(self, text: str, position: Position, path: Path_) -> None:
        unfit = unfit_character(text)
        if unfit:
            self._fault(position, path, f"This text contains {unfit}.", "Remove it.")

    def _fault(self, position: Position, path: Path_, sentence: str, remedy: str) -> None:
        self.faults.append(
            Fault(self.document.file, position.line, position.column, dotted(path), sentence, remedy)
        )


def _position(node: yaml.Node) -> Position:
    return Position(node.start_mark.line + 1, node.start_mark.column + 1)
