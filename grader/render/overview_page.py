"""All variants of an exercise as a page with a filter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from markupsafe import Markup

from grader.errors import counted
from grader.language.points import points_text
from grader.proof.overview import Overview, ShownQuestion, ShownVariant
from grader.proof.shares import in_shares
from grader.questions.posed import Wrong
from grader.render.page import environment, page
from grader.render.prose import prose, ticked
from grader.render.report_page import Drawn, cut, drawn_figure, own_figure

HOLDS_ANSWERS = "This page holds the answers. It is for instructors only: do not give it to students."
RIGHT, ALIKE, BROKEN = "right", "alike", "broken"  # what the filter can look for
SOUGHT = {
    RIGHT: "misconception equals the answer",
    ALIKE: "two misconceptions coincide",
    BROKEN: "cannot be made or tried",
}
MOST = 2000  # characters of one answer or parameter
NO_ANSWER = "There is no single right answer."
_NO_DRAWN = Drawn()


@dataclass(frozen=True)
class ListedWrong:
    """A misconception as a page lists it."""

    name: str
    answer: str
    message: Markup
    hint: int | None
    finding: str
    figure: Drawn


@dataclass(frozen=True)
class ListedQuestion:
    """A question of one variant as a page lists it."""

    shown: ShownQuestion
    points: str
    prompt: Markup
    options: Sequence[tuple[str, Markup]]
    answer: str
    wrongs: Sequence[ListedWrong]
    notes: Sequence[str]  # about misconceptions that are not listed
    hints: Sequence[Markup]
    explanation: Markup
    found: str  # what the filter can look for

    @property
    def id(self) -> str:
        """The name of the question."""
        return self.shown.posed.id


@dataclass(frozen=True)
class ListedVariant:
    """A variant as a page lists it."""

    name: str
    params: Sequence[str]
    intro: Markup
    questions: Sequence[ListedQuestion]
    alike: Sequence[str]  # the questions that are the same as in variant 0
    faults: Sequence[str]


class WrittenVariant(NamedTuple):
    """The section of one variant, with the names of its questions, and its figures for the policy."""

    html: str
    ids: Sequence[str]
    figures: Sequence[str]


def overview_html(overview: Overview) -> str:
    """Return the page."""
    first = overview.variants[0]
    own = own_figure(first.paper) if first.paper else _NO_DRAWN
    module: Any = environment().get_template("variant.html.jinja").module

    def written(number: int) -> WrittenVariant:
        listed = _listed(overview, number)
        figures = [one.figure.svg for asked in listed.questions for one in asked.wrongs if one.figure.svg]
        html = module.section(listed, number, _NO_DRAWN if number else own)
        return WrittenVariant(str(html).rstrip(), [asked.id for asked in listed.questions], figures)

    made = in_shares(written, range(len(overview.variants)))
    figures = [svg for one in made for svg in one.figures]
    return page(
        "overview.html.jinja",
        f"{overview.exercise}: all variants, with answers",
        [own.svg, *figures],
        script="overview.js",
        style="overview.css.jinja",
        overview=overview,
        warning=HOLDS_ANSWERS,
        lead=" ".join(findings(overview)),
        variants=[Markup(one.html) for one in made],  # noqa: S704 our own template
        ids=list(dict.fromkeys(id_ for one in made for id_ in one.ids)),
        sought=SOUGHT,
    )


def findings(overview: Overview) -> Iterator[str]:
    """Say in sentences how many variants there are, and what is wrong in how many of them."""
    yield f"{counted(len(overview.variants), 'variant')}."
    found = Counter(what for one in overview.variants for what in _found_in(one))
    if not found:
        yield "In all of them, each misconception leads to a wrong answer of its own."
    for what, sentence in (
        (RIGHT, "a misconception leads to the right answer"),
        (ALIKE, "two misconceptions coincide"),
        (BROKEN, "something cannot be made or tried"),
    ):
        if found[what]:
            yield f"In {counted(found[what], 'variant')}, {sentence}."


def _found_in(variant: ShownVariant) -> set[str]:
    """Return what the filter can find in a variant."""
    found = {what for question in variant.questions for what in _found(question)}
    return found | {BROKEN} if variant.faults else found


def _found(question: ShownQuestion) -> Iterator[str]:
    if question.trouble:
        yield BROKEN
    for one in question.hidden:
        yield RIGHT if one.is_right else ALIKE


def _listed(overview: Overview, number: int) -> ListedVariant:
    """Return a variant; after the first, without what is the same there."""
    first, variant = overview.variants[0], overview.variants[number]
    known = {question.posed.id: question for question in first.questions}
    alike = [one.posed.id for one in variant.questions if number and _is_known(one, known)]
    asked = [one for one in variant.questions if one.posed.id not in alike]
    intro = variant.paper.intro if variant.paper else ""
    is_new = not number or not first.paper or intro != first.paper.intro
    return ListedVariant(
        variant.name,
        [_param(name, value) for name, value in variant.params.items()],
        _prose(intro) if is_new else Markup(),
        [_question(overview, variant, one, f"v{number}") for one in asked],
        alike,
        [str(fault) for fault in variant.faults],
    )


def _is_known(question: ShownQuestion, known: Mapping[str, ShownQuestion]) -> bool:
    return question.posed.id in known and question.is_as(known[question.posed.id])


def _param(name: str, value: Any) -> str:
    return cut(f"{name}={value}", MOST)


def _question(overview: Overview, variant: ShownVariant, shown: ShownQuestion, mark: str) -> ListedQuestion:
    posed, key = shown.posed, shown.key
    said = _sentences(shown)
    names = {one.name for one in shown.wrongs}
    figures = {
        name: drawn_figure(figure, f"{mark}-{id_}-{number}")
        for number, ((owner, id_, name), figure) in enumerate(overview.figures.items())
        if (owner, id_) == (variant.name, posed.id)
    }
    return ListedQuestion(
        shown,
        points_text(posed.points),
        _prose(posed.prompt),
        [(option.letter, _prose(option.text)) for option in posed.options],
        cut(answer_of(overview, shown), MOST),
        [_wrong(overview, shown, one, said, figures) for one in shown.wrongs],
        [*([shown.trouble] if shown.trouble else []), *(said[name] for name in said if name not in names)],
        [*map(_prose, posed.hints)],
        _prose(key.explanation),
        " ".join(sorted({*_found(shown)})),
    )


def answer_of(overview: Overview, shown: ShownQuestion) -> str:
    """Return the right answer as Python, or say that there is none to show."""
    return shown.key.solution or overview.code.get((shown.posed.id, "")) or NO_ANSWER


def _wrong(
    overview: Overview,
    shown: ShownQuestion,
    wrong: Wrong,
    said: Mapping[str, str],
    figures: Mapping[str, Drawn],
) -> ListedWrong:
    return ListedWrong(
        wrong.name,
        cut(wrong_answer_of(overview, shown, wrong), MOST),
        _ticked(wrong.message),
        wrong.hint,
        said.get(wrong.name, ""),
        figures.get(wrong.name, _NO_DRAWN),
    )


def wrong_answer_of(overview: Overview, shown: ShownQuestion, wrong: Wrong) -> str:
    """Return what a misconception leads to, as Python."""
    if wrong.answer is None:
        return overview.code.get((shown.posed.id, wrong.name), "")
    return f"{shown.posed.id} = {wrong.answer!r}"


def _sentences(shown: ShownQuestion) -> dict[str, str]:
    """Say what this variant hides, by misconception."""
    found = {}
    for one in shown.hidden:
        others = " and ".join(shown.alike(one.name)) or "another one"
        found[one.name] = (
            f"{one.name} leads to the right answer."
            if one.is_right
            else f"{one.name} leads to the same answer as {others}."
        )
    return found


@lru_cache(maxsize=1 << 14)  # most texts are the same in many variants
def _prose(text: str) -> Markup:
    return prose(text)


@lru_cache(maxsize=1 << 14)
def _ticked(text: str) -> Markup:
    return ticked(text)
