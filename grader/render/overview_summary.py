"""All variants of an exercise as a summary for a terminal: variant 0, and what is wrong in the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from grader.errors import counted, printable
from grader.language.points import points_text
from grader.proof.overview import Overview, ShownQuestion
from grader.questions.posed import Wrong
from grader.render.lines import Bounded, Ends, Indented
from grader.render.overview_page import NO_ANSWER, findings
from grader.render.palette import RIGHT, WRONG

MOST = 200  # characters of an answer
MOST_NAMED = 3  # variants that a line names
MOST_FAULTS = 5
HIDES = {True: "leads to the right answer", False: "has the same answer as another one"}


def overview_summary(overview: Overview) -> RenderableType:
    """Return the summary."""
    known = next((one for one in overview.variants if one.questions), overview.variants[0])
    head = Text(f"{overview.exercise}: {printable(overview.title)}", style="bold")
    parts: list[RenderableType] = [head, Text(" ".join(findings(overview))), Text()]
    parts.append(Text(f"{known.name}: {_params(known.params)}"))
    for question in known.questions:
        parts += [Text(), *_question(overview, question)]
    parts += _faults(overview)
    return Bounded(Group(*parts))


def _params(params: Mapping[str, Any]) -> str:
    return _short(", ".join(f"{name}={value}" for name, value in params.items())) or "no parameters"


def _short(text: str) -> str:
    r"""Return a text on one line, without what is too much.

    >>> _short("a\n  b"), _short("a" * 201)[-3:]
    ('a b', 'aa…')
    """
    line = printable(" ".join(text.split()))
    return line if len(line) <= MOST else f"{line[: MOST - 1]}…"


def _question(overview: Overview, question: ShownQuestion) -> Iterator[RenderableType]:
    """Yield the lines about a question: its answer, and what each misconception leads to."""
    posed = question.posed
    yield Ends(Text(f"{posed.id} ({posed.kind})", style="bold"), Text(points_text(posed.points)))
    yield Indented(Text(_answer(overview, question), style=RIGHT))
    if question.wrongs:
        width = max(len(wrong.name) for wrong in question.wrongs)
        lines = (
            Text(f"{wrong.name:<{width}}  {_wrong(overview, posed.id, wrong)}".rstrip())
            for wrong in question.wrongs
        )
        yield Indented(Text("\n", no_wrap=True, overflow="ellipsis").join(lines))
    yield from (Indented(Text(line, style=WRONG)) for line in _hidden(overview, posed.id))


def _answer(overview: Overview, question: ShownQuestion) -> str:
    id_ = question.posed.id
    if (id_, "") in overview.code:
        return "its part of reference.py"
    return _short(question.key.solution) or NO_ANSWER


def _wrong(overview: Overview, id_: str, wrong: Wrong) -> str:
    if (id_, wrong.name) in overview.code:
        return "in misconceptions.py"
    return "" if wrong.answer is None else _short(repr(wrong.answer))


def _hidden(overview: Overview, id_: str) -> Iterator[str]:
    """Yield a line for each misconception of a question that some variants hide."""
    places: dict[tuple[str, bool], list[str]] = {}
    for variant in overview.variants:
        for question in variant.questions:
            for one in question.hidden if question.posed.id == id_ else ():
                places.setdefault((one.name, one.is_right), []).append(variant.name)
    for (name, is_right), variants in places.items():
        named = ", ".join(variants[:MOST_NAMED])
        more = f" and {len(variants) - MOST_NAMED} more" if len(variants) > MOST_NAMED else ""
        yield f"{name} {HIDES[is_right]} in {counted(len(variants), 'variant')}: {named}{more}."


def _faults(overview: Overview) -> Iterator[RenderableType]:
    """Yield why some variants cannot be made."""
    faults = [fault for variant in overview.variants for fault in variant.faults]
    yield from ([Text()] if faults else [])
    yield from (Text(printable(str(fault)), style=WRONG) for fault in faults[:MOST_FAULTS])
    if len(faults) > MOST_FAULTS:
        yield Text(f"and {len(faults) - MOST_FAULTS} more", style=WRONG)
