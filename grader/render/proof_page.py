"""The results of `course check` as a terminal page of 80 columns and as an HTML page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.errors import counted
from grader.proof.matrix import Column, Matrix, Proved
from grader.proof.spread import Spread
from grader.render.palette import FAINT, RIGHT, WRONG

KINDS = {
    "misconception": "misconceptions",
    "mutant": "mutants",
    "impostor": "impostors",
    "broken": "broken versions",
}
_WIDEST = 34  # name of a check
_MOST_COLUMNS = 16  # of misconceptions that fit beside the checks' names


def proof_page(proved: Proved) -> RenderableType:
    """Return the page of one exercise: its faults and, for code, what the checks noticed."""
    state = Text("not proved", style=WRONG) if proved.faults else Text("proved", style=RIGHT)
    head = Text.assemble(
        (proved.exercise, "bold"),
        ": ",
        state,
        f" over {counted(proved.variants, 'variant')}" if proved.variants else "",
    )
    parts: list[RenderableType] = [head]
    parts += [Padding(_matrix(matrix), (0, 0, 0, 2)) for matrix in proved.matrices]
    parts += [Padding(Text(line, style=FAINT), (0, 0, 0, 2)) for line in spread_lines(proved.spreads)]
    parts += [Padding(Text(f"note: {note}", style=FAINT), (0, 0, 0, 2)) for note in proved.notes]
    return Group(*parts)


def spread_lines(spreads: Sequence[Spread]) -> Iterator[str]:
    """Return how many values of each parameter a class sees, and how many right answers each question has.

    >>> list(spread_lines([Spread(kind="parameter", name="M", students=300, values=7, of=7, share=0.2)]))
    ['different values in a class of 300: M 7 of 7']
    """
    for kind, what in (("parameter", "values"), ("question", "right answers")):
        by_students: dict[int, list[Spread]] = {}
        for spread in spreads:
            if spread.kind == kind:
                by_students.setdefault(spread.students, []).append(spread)
        for students, own in by_students.items():
            yield f"different {what} in a class of {students}: {', '.join(map(_seen, own))}"


def _seen(spread: Spread) -> str:
    """Return how many values a parameter has, or answers a question, and the share of the most common."""
    if spread.kind == "question":
        return f"{spread.name} {spread.values} (most common {spread.share:.0%})"
    return f"{spread.name} {spread.values}" + (f" of {spread.of}" if spread.of else "")


def fault_lines(proved: Proved) -> list[Text]:
    """Return the faults, a line each; lines are not broken, because editors look for file:line:column."""
    return [Text(f"  {fault}", style=WRONG) for fault in proved.faults]


def _matrix(matrix: Matrix) -> RenderableType:
    """Return a line per check: the numbers of the misconceptions it notices, and counts of the others."""
    wrong = matrix.of("misconception")
    shown = wrong[:_MOST_COLUMNS]
    table = Table.grid(padding=(0, 1))
    table.add_column(overflow="ellipsis", no_wrap=True, max_width=_WIDEST)
    for _ in shown:
        table.add_column(justify="right", width=2)
    table.add_column(justify="right")
    table.add_row("check", *(str(number) for number in range(1, len(shown) + 1)), "others", style=FAINT)
    others = [column for column in matrix.columns if column.kind != "misconception"]
    for check in matrix.checks:
        marks = ["x" if check in column.killed_by else "." for column in shown]
        noticed = sum(check in column.killed_by for column in others)
        table.add_row(_label(check), *marks, str(noticed))
    legend = ", ".join(f"{number} {column.name}" for number, column in enumerate(wrong, 1))
    spared = [
        Text(f"{_set_aside(column)}: {column.name} ({column.reason})", style=FAINT)
        for column in matrix.columns
        if column.reason and not column.killed_by
    ]
    return Group(Text(counts(matrix), style="bold"), table, Text(legend, style=FAINT), *spared)


def _label(check: str) -> str:
    """Shorten the name of a check that is too wide, but not its case.

    >>> _label("test_the_output_for_many_strides_and_paddings[2-1]")
    'the_output_for_many_strides_…[2-1]'
    """
    name, bracket, case = check.removeprefix("test_").partition("[")
    room = _WIDEST - len(bracket + case)
    return f"{name[: room - 1]}…{bracket}{case}" if 1 < room < len(name) else f"{name}{bracket}{case}"


def _set_aside(column: Column) -> str:
    return "ran out of time" if column.timed_out else "right anyway"


def counts(matrix: Matrix) -> str:
    """Return how many wrong solutions were noticed, by kind.

    >>> counts(Matrix(question="f", checks=(), columns=(Column(kind="mutant", name="m", killed_by=("c",)),)))
    'f: 1 of 1 mutants'
    """
    told = []
    for kind, plural in KINDS.items():
        columns = matrix.of(kind)
        if columns:
            late = sum(column.timed_out for column in columns)
            noticed = f"{sum(bool(column.killed_by) for column in columns)} of {len(columns)} {plural}"
            told.append(noticed + (f" ({late} ran out of time)" if late else ""))
    return f"{matrix.question}: {', '.join(told)}"


def proof_html(title: str, proved: Sequence[Proved]) -> str:
    """Return all exercises as one self-contained page."""
    environment = Environment(
        loader=PackageLoader("grader.render"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
    )
    template = environment.get_template("proof.html.jinja")
    return template.render(
        title=title, proved=proved, counts=counts, groups=_groups, spread_lines=spread_lines
    )


def _groups(matrix: Matrix) -> Iterator[tuple[str, tuple[Column, ...]]]:
    for kind, plural in KINDS.items():
        columns = matrix.of(kind)
        if columns:
            yield plural, columns
