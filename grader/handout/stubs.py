"""Stubs: the Python files or notebooks that students open. They are made only from the paper."""

from __future__ import annotations

import base64
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from grader.course.material import PICTURES, pictures_in
from grader.course.sitting import Paper, Sitting
from grader.digest import digest_of
from grader.files import read_file
from grader.handout import wording
from grader.language.points import points_text
from grader.language.templates import one_line
from grader.questions.kinds import KINDS
from grader.questions.posed import Posed

Format = Literal["python", "notebook"]
Pictures = Mapping[str, Path]  # files, by the names that texts use
SUFFIX: dict[Format, str] = {"python": ".py", "notebook": ".ipynb"}

MAX_BYTES = 1 << 30  # of a picture: far above what a course may allow
_WIDTH = 77  # characters after the "# " of a comment, for lines of 79
_ITEM = re.compile(r"\s*(?:[*+-]|\d{1,3}[.)]|[a-z]\))\s+")  # an item of a list, or an option
_APART = re.compile(rf"\s*[|>#\[{{$]|\s{{4}}|{_ITEM.pattern}")  # lines that never continue a paragraph
_LONGEST_ID = 64
_TORCH_IMPORTS = "import torch\nfrom torch import Tensor, nn"


def stub_text(
    paper: Paper, form: Format, install: str = "", pictures: Pictures = MappingProxyType({})
) -> str:
    """Return the content of the file that a student receives.

    `install` is what pip needs for a notebook. It holds the pictures that its texts show.
    """
    return _notebook(paper, install, pictures) if form == "notebook" else _python(paper)


def answered(sitting: Sitting, answers: Mapping[str, str], form: Format) -> str:
    """Return the student's file with these answers; questions without one stay as in the stub."""
    questions = tuple(
        question.model_copy(update={"starter": answers.get(question.id, question.starter)})
        for question in sitting.paper.questions
    )
    return stub_text(sitting.paper.model_copy(update={"questions": questions}), form)


def given_code(paper: Paper) -> str:
    """Return the code that stubs of both formats hold."""
    cells = [f'{_checker(paper)}("{question.id}")' for question in paper.questions]
    starters = [question.starter for question in paper.questions]
    first = [_first_cell(paper, ""), _first_cell(paper, "grader")]
    return "\n".join([*first, _imports(paper), *starters, *cells])


def comment(text: str) -> str:
    """Return the text as comment lines. Code blocks stay as they are.

    A paragraph or list item with a line that is too long is wrapped again as a whole.
    """
    lines = [
        line for block in _blocks(text) for line in (block.lines if block.is_code else _wrapped(block.lines))
    ]
    return "\n".join(f"# {line}".rstrip() for line in lines)


def paragraphs(text: str) -> Iterator[str]:
    """Yield the paragraphs and list items of a text, each on one line; lines of code stay as they are."""
    for block in _blocks(text):
        first, *others = block.lines
        yield " ".join([first.rstrip(), *(line.strip() for line in others)])


class _Block(NamedTuple):
    lines: list[str]
    is_code: bool = False


def _blocks(text: str) -> Iterator[_Block]:
    """Yield the lines that belong together in Markdown; each line of code is a block of its own."""
    lines: list[str] = []
    in_code = False
    for line in text.splitlines():
        is_fence = line.lstrip().startswith("```")
        is_code, in_code = in_code or is_fence, in_code ^ is_fence
        if lines and (is_code or not _goes_on(lines, line)):
            yield _Block(lines)
            lines = []
        if is_code:
            yield _Block([line], is_code=True)
        else:
            lines.append(line)
    if lines:
        yield _Block(lines)


def _goes_on(block: Sequence[str], line: str) -> bool:
    """Return whether a line continues the paragraph or list item of a block."""
    first, last = block[0], block[-1]
    is_break = not last.strip() or last.endswith(("  ", "\\"))  # of Markdown
    if is_break or not line.strip() or _APART.match(line) or (_APART.match(first) and not _ITEM.match(first)):
        return False
    return len(line) - len(line.lstrip()) == _indent(first)


def _indent(first: str) -> int:
    """Return the indentation of a block's lines after the first."""
    item = _ITEM.match(first)
    return item.end() if item else len(first) - len(first.lstrip())


def _wrapped(block: list[str]) -> list[str]:
    if all(len(line) <= _WIDTH for line in block):
        return block
    indent = " " * min(_indent(block[0]), _WIDTH // 2)
    whole = " ".join([block[0].rstrip(), *(line.strip() for line in block[1:])])
    return textwrap.wrap(whole, _WIDTH, subsequent_indent=indent, break_long_words=False)


def _environment() -> Environment:
    environment = ImmutableSandboxedEnvironment(
        loader=PackageLoader("grader.handout"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    environment.filters.update(comment=comment, heading=one_line, points=points_text)
    return environment


_ENVIRONMENT = _environment()


def _imports(paper: Paper) -> str:
    """Return the imports that code questions need; '' for a quiz, which starts faster without torch."""
    has_code = any(KINDS[question.kind].by_checks for question in paper.questions)
    return _TORCH_IMPORTS if has_code and "torch" in paper.packages else ""


def _python(paper: Paper) -> str:
    template = _ENVIRONMENT.get_template("stub.py.jinja")
    return template.render(paper=paper, owner=_owner(paper), imports=_imports(paper)).rstrip() + "\n"


def _notebook(paper: Paper, install: str, pictures: Pictures) -> str:
    import nbformat  # noqa: PLC0415 it takes as long as torch if Jupyter is installed
    from nbformat import v4  # noqa: PLC0415

    def markdown(name: str, text: str) -> Any:
        shown = {one: pictures[one] for one, _ in pictures_in(text) if one in pictures}
        more = {"attachments": {one: _attached(file) for one, file in shown.items()}} if shown else {}
        for one in shown:
            text = re.sub(rf"(!\[[^\]\n]*\]\()\s*<?{re.escape(one)}", rf"\1attachment:{one}", text)
        return cell(name, text, cell_type="markdown", **more)

    def code(name: str, text: str) -> Any:
        return cell(name, text, cell_type="code", execution_count=None, outputs=[])

    def cell(name: str, text: str, **more: Any) -> dict[str, Any]:  # the whole notebook is validated once
        return {"id": _cell_id(name), "metadata": {}, "source": text, **more}

    cells = [code("first", _first_cell(paper, install)), markdown("intro", _intro(paper))]
    if _imports(paper):
        cells.append(code("imports", _imports(paper)))

    def between(question: str = "") -> Iterator[Any]:
        for number, one in enumerate(paper.interludes(question), 1):
            make, name = (code, "example") if one.is_code else (markdown, "text")
            yield make(f"{name}-{number}-{question or 'end'}", one.text)

    for question in paper.questions:
        cells += between(question.id)
        cells.append(markdown(f"ask-{question.id}", _ask(question)))
        cells.append(code(f"answer-{question.id}", question.starter))
        cells.append(code(f"check-{question.id}", f'{_checker(paper)}("{question.id}")'))
    cells += between()
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    form = {"nbformat": v4.nbformat, "nbformat_minor": v4.nbformat_minor}
    notebook: Any = nbformat.from_dict(  # type: ignore[no-untyped-call]
        {"metadata": metadata, "cells": cells, **form}
    )
    nbformat.validate(notebook)
    return v4.writes(notebook) + "\n"  # type: ignore[no-untyped-call,no-any-return]


def _attached(file: Path) -> dict[str, str]:
    """Return a picture as a cell of a notebook holds it."""
    return {PICTURES[file.suffix.lower()]: base64.b64encode(read_file(file, MAX_BYTES)).decode()}


def _first_cell(paper: Paper, install: str) -> str:
    """Return the cell that installs the grader if it is missing, and imports `check`."""
    own = "import grader" if "." in _checker(paper) else "from grader import check"
    if not install:
        return f"{wording.FIRST_CELL}\n{own}"
    test = 'from importlib.util import find_spec\n\nif find_spec("grader") is None:'
    return f"{wording.FIRST_CELL_INSTALLS}\n{test}\n    %pip install --quiet {install}\n\n{own}"


def _checker(paper: Paper) -> str:
    """Return how a cell calls `check`, also if a question has that name."""
    return "grader.check" if any(question.id == "check" for question in paper.questions) else "check"


def _cell_id(name: str) -> str:
    """Return a unique id that nbformat 4.5 allows: at most 64 letters, digits, - and _."""
    return name if len(name) <= _LONGEST_ID else f"{name[: _LONGEST_ID - 9]}-{digest_of(name.encode())[:8]}"


def _intro(paper: Paper) -> str:
    parts = [f"# {one_line(paper.title)}", one_line(f"{paper.course}, {paper.exercise}{_owner(paper)}")]
    if paper.intro:
        parts.append(paper.intro)
    if paper.drawing:
        parts.append(f"```text\n{paper.drawing}\n```")
    parts.append(wording.HOW_TO_ANSWER.format(exercise=paper.exercise))
    return "\n\n".join(parts)


def _owner(paper: Paper) -> str:
    return f" (for {paper.student})" if paper.student else ""


def _ask(question: Posed) -> str:
    parts = [f"## Question `{question.id}` ({points_text(question.points)})", question.prompt]
    if question.options:
        options = (f"- **{option.letter})** {option.text}" for option in question.options)
        parts.append("\n".join(textwrap.indent(option, "  ").lstrip() for option in options))
    if question.how:
        parts.append(f"*{question.how}*")
    return "\n\n".join(parts)
