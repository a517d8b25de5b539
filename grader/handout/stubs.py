"""Stubs: what a student opens, as a Python file or as a notebook. Both are made from the paper alone."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from grader.course.sitting import Paper, Sitting
from grader.digest import digest_of
from grader.language.points import points_text
from grader.language.templates import one_line
from grader.questions.kinds import KINDS
from grader.questions.posed import Posed

Format = Literal["python", "notebook"]
SUFFIX: dict[Format, str] = {"python": ".py", "notebook": ".ipynb"}

_WIDTH = 108
_LONGEST_ID = 64
_TORCH_IMPORTS = "import torch\nfrom torch import Tensor, nn"


def stub_text(paper: Paper, form: Format) -> str:
    """The file that a student receives."""
    return _notebook(paper) if form == "notebook" else _python(paper)


def answered(sitting: Sitting, answers: Mapping[str, str], form: Format) -> str:
    """Return the student's file with these answers in it; what has none stays as in the stub."""
    questions = tuple(
        question.model_copy(update={"starter": answers.get(question.id, question.starter)})
        for question in sitting.paper.questions
    )
    return stub_text(sitting.paper.model_copy(update={"questions": questions}), form)


def comment(text: str) -> str:
    """The text as comment lines; a line too long for a screen is wrapped, code blocks are left alone."""
    lines: list[str] = []
    in_code = False
    for line in text.splitlines():
        in_code ^= line.lstrip().startswith("```")
        if in_code or len(line) <= _WIDTH:
            lines.append(line)
        else:
            indent = " " * (len(line) - len(line.lstrip()))
            lines += textwrap.wrap(line, _WIDTH, subsequent_indent=indent, break_long_words=False)
    return "\n".join(f"# {line}".rstrip() for line in lines)


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
    """What code questions need; a quiz starts faster without torch."""
    has_code = any(KINDS[question.kind].by_checks for question in paper.questions)
    return _TORCH_IMPORTS if has_code and "torch" in paper.packages else ""


def _python(paper: Paper) -> str:
    template = _ENVIRONMENT.get_template("stub.py.jinja")
    return template.render(paper=paper, owner=_owner(paper), imports=_imports(paper)).rstrip() + "\n"


def _notebook(paper: Paper) -> str:
    import nbformat  # noqa: PLC0415 with Jupyter beside it, it takes as long as torch
    from nbformat import v4  # noqa: PLC0415

    def markdown(name: str, text: str) -> Any:
        return v4.new_markdown_cell(text, id=_cell_id(name))  # type: ignore[no-untyped-call]

    def code(name: str, text: str) -> Any:
        return v4.new_code_cell(text, id=_cell_id(name))  # type: ignore[no-untyped-call]

    cells = [markdown("intro", _intro(paper))]
    if _imports(paper):
        cells.append(code("imports", _imports(paper)))
    for question in paper.questions:
        cells.append(markdown(f"ask-{question.id}", _ask(question)))
        cells.append(code(f"answer-{question.id}", question.starter))
    notebook: Any = v4.new_notebook(cells=cells)  # type: ignore[no-untyped-call]
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    nbformat.validate(notebook)
    return nbformat.writes(notebook) + "\n"  # type: ignore[no-untyped-call,no-any-return]


def _cell_id(name: str) -> str:
    """An id that nbformat 4.5 allows: at most 64 of letters, digits, - and _, each another."""
    return name if len(name) <= _LONGEST_ID else f"{name[: _LONGEST_ID - 9]}-{digest_of(name.encode())[:8]}"


def _intro(paper: Paper) -> str:
    parts = [f"# {one_line(paper.title)}", one_line(f"{paper.course}, {paper.exercise}{_owner(paper)}")]
    if paper.intro:
        parts.append(paper.intro)
    if paper.drawing:
        parts.append(f"```text\n{paper.drawing}\n```")
    parts.append(
        "Write your answers in place of each `...`, save the notebook, and in a terminal run "
        f"`grade {paper.exercise}`."
    )
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
