"""One answer that a person marks, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from grader.classroom.marking import MarkingTask, MarksStored, shown_lines
from grader.errors import counted, printable
from grader.gradebook.entries import GivenMark
from grader.language.points import points_text, score_text

MAX_WIDTH = 80
MAX_LINES = 500  # of one text; to see more, write the answers to a file
_BAR = "| "


def mark_lines(task: MarkingTask, name: str, place: str, width: int, file: str = "") -> list[str]:
    """Return what a person who marks sees: the question, the text or file, a good answer, and the rubric."""
    width = min(width, MAX_WIDTH)
    return [
        "-" * width,
        *_wrapped(f"{task.exercise} {task.question}   {name}   {place}", width),
        "",
        *_wrapped(task.prompt, width),
        "",
        "The student handed in:" if task.file else _wrote(task),
        *_wrapped(task.text, width, _BAR),
        *([f"The file is at {printable(file)}"] if file else []),
        "",
        *(["A good answer:", *_wrapped(task.example, width, "  "), ""] if task.example else []),
        *_rubric(task, width),
        *_known(task, width),
    ]


def _wrote(task: MarkingTask) -> str:
    return f"The student wrote {counted(len(task.text.split()), 'word')}:"


def _rubric(task: MarkingTask, width: int) -> Iterator[str]:
    yield f"Rubric, {points_text(task.points)}:"
    for number, item in enumerate(task.rubric, 1):
        part = f" A part is allowed: {number}=0.5" if item.partial else ""
        head = f"{number:>3}  "
        first, *others = _wrapped(f"{points_text(item.points)}: {item.text}{part}", width - len(head))
        yield f"{head}{first}"
        yield from (f"{' ' * len(head)}{line}" for line in others)


def _known(task: MarkingTask, width: int) -> Iterator[str]:
    """Yield the earlier mark, for this text or an older one."""
    for mark, when in ((task.before, "Marked before"), (task.older, "Marked for an earlier text or rubric")):
        if mark is not None:
            yield ""
            yield from _wrapped(f"{when}: {mark_text(mark)}", width)


def mark_text(mark: GivenMark) -> str:
    """Return a mark in one line."""
    said = f": {mark.comment}" if mark.comment else ""
    scored = f"{score_text(mark.score or 0, mark.points)} of {points_text(mark.points)}"
    return printable(" ".join(f"{scored}, by {mark.author}{said}".split()))


def _wrapped(text: str, width: int, bar: str = "") -> list[str]:
    """Return printable lines of at most this width."""
    lines = shown_lines(text, max(width - len(bar), 10))
    more = len(lines) - MAX_LINES
    told = [f"({counted(more, 'more line')})"] if more > 0 else []
    return [f"{bar}{line}".rstrip() for line in (*lines[:MAX_LINES], *told)] or [bar.rstrip()]


def stored_lines(done: MarksStored) -> list[str]:
    """Return the result of storing marks from a file, as lines."""
    lines = [f"{counted(done.stored, 'mark')} stored, {done.same} known before, {done.skipped} not marked."]
    lines += [f"marked twice: {one}" for one in done.twice]
    if done.twice:
        lines.append("To store the marks of this file instead: --overwrite")
    lines += [f"not stored: the text has changed since: {one}" for one in done.changed]
    if done.changed:
        lines.append("To mark the new texts: course mark")
    return lines
