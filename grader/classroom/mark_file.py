"""Answers to mark as a file of YAML that a person fills in, and the marks in it.

What a student wrote is in comments, line by line, so that it cannot become a part of the data.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from grader.classroom.marking import MAX_COMMENT, MarkingTask, ReadMark, by_code, names_of, shown_lines
from grader.classroom.rubric import read_earned
from grader.course.validation import validate
from grader.errors import CourseFaults, Fault, UsageFault, printable
from grader.language.document import MAX_BYTES, Document, read_document
from grader.language.points import points_text
from grader.language.record import Record

MAX_ANSWERS = 20_000
_WIDTH = 96  # characters of a line of a comment
_HEAD = """\
# Answers to mark. Fill in earned and comment, then give the file back: course mark --in FILE
# earned: the numbers of the items that are earned, such as 1 3; all, or 0 for none; 2=0.5 is a part of item 2
# where the rubric allows it. Leave it empty to leave the mark to somebody else. Students read the comment.
format: 1
grader: ""  # your name, which is stored with each mark
answers:
"""


class FilledAnswer(Record):
    """What a person filled in about one answer."""

    answer: Annotated[str, Field(max_length=100, description="Which answer it is, as it was written out.")]
    earned: Annotated[
        int | Annotated[str, Field(max_length=500)] | None,
        Field(description="The items of the rubric that are earned, such as 1 3."),
    ] = None
    comment: Annotated[str | None, Field(max_length=MAX_COMMENT, description="What the student reads.")] = ""


class MarkFile(Record):
    """A file of marks."""

    format: Literal[1]
    grader: Annotated[str | None, Field(max_length=100, description="The person who marked.")] = ""
    answers: Annotated[list[FilledAnswer], Field(max_length=MAX_ANSWERS, description="One for each answer.")]


def mark_file_text(tasks: Sequence[MarkingTask], *, anonymous: bool, folder: str = "") -> str:
    """Return the file for some answers; `folder` holds the files that students handed in.

    Raises:
        UsageFault: it would be larger than a file that can be read.

    """
    names = names_of(tasks, anonymous=anonymous)
    parts = [_HEAD]
    for number, (task, name) in enumerate(zip(tasks, names, strict=True), 1):
        head = f"{task.exercise} {task.question}, {name} ({number} of {len(tasks)})"
        lines = [f"  # {line}".rstrip() for line in (f"----- {head} -----", *_told(task, folder))]
        parts.append("\n".join((*lines, f"  - answer: {task.key}", "    earned:", '    comment: ""', "", "")))
    text = "".join(parts)
    if len(text.encode()) > MAX_BYTES:
        raise UsageFault(
            "The file would be larger than 1 MiB. Write a part of it: --share 1/2, and then 2/2."
        )
    return text


def _told(task: MarkingTask, folder: str) -> Iterator[str]:
    """Yield the lines of a comment about one answer."""
    yield from _lines(task.prompt)
    yield "The student handed in:" if task.file else "The student wrote:"
    yield from (f"  | {line}" for line in _lines(task.text))
    if task.file:
        yield f"The file is at {printable(folder)}/{task.file_name}"
    if task.example:
        yield "A good answer:"
        yield from (f"  {line}" for line in _lines(task.example))
    yield "Rubric:"
    for number, item in enumerate(task.rubric, 1):
        part = ", a part is allowed" if item.partial else ""
        first, *others = _lines(item.text)
        yield f"  {number}: {first} ({points_text(item.points)}{part})"
        yield from (f"     {line}" for line in others)


def _lines(text: str) -> list[str]:
    """Return printable lines."""
    return shown_lines(text, _WIDTH) or [""]


def read_marks(file: Path, tasks: Sequence[MarkingTask]) -> tuple[str, list[ReadMark], list[str], int]:
    """Read who marked, the marks, the answers whose texts have changed since, and how many have no mark.

    Raises:
        CourseFaults: the file is wrong: every fault with its place.

    """
    document = read_document(file)
    record, faults = validate(MarkFile, document)
    if record is None:
        raise CourseFaults(faults)
    known, seen = by_code(tasks), dict[str, int]()
    read: list[ReadMark] = []
    changed: list[str] = []
    skipped = 0
    for index, one in enumerate(record.answers):
        place = ("answers", index, "answer")
        task = known.get(one.answer.partition("-")[0])
        if task is None:
            sentence = f"'{printable(one.answer):.60}' is not an answer of this course that a person marks."
            faults.append(document.fault(place, sentence, "Take it from a file of course mark --out."))
        elif task.code in seen:
            sentence = f"This answer is listed twice; the first is number {seen[task.code]}."
            faults.append(document.fault(place, sentence, "Keep one of them."))
        elif one.earned is None and not (one.comment or "").strip():
            skipped += 1
        elif one.earned is None:
            sentence = "There is a comment, but no mark."
            faults.append(document.fault(place, sentence, "Fill in earned, or remove the comment."))
        elif one.answer != task.key:
            changed.append(f"{printable(task.student)} {task.exercise} {task.question}")
        else:
            mark = _read_mark(document, index, one, task, faults)
            read += [mark] if mark else []
        if task is not None:
            seen.setdefault(task.code, index + 1)
    if faults:
        raise CourseFaults(faults)
    return " ".join(printable(record.grader or "").split()), read, changed, skipped


def _read_mark(
    document: Document, index: int, one: FilledAnswer, task: MarkingTask, faults: list[Fault]
) -> ReadMark | None:
    """Read one mark, or add a fault."""
    place = ("answers", index, "earned")
    try:
        return ReadMark(task, read_earned(str(one.earned), task.rubric), _comment(one.comment))
    except UsageFault as error:
        faults.append(document.fault(place, printable(str(error))))
        return None


def _comment(text: str | None) -> str:
    """Return a comment whose lines are printable."""
    return "\n".join(map(printable, (text or "").strip().splitlines()))
