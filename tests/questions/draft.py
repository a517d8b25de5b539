"""Draft what a new kind of question needs beside its module.

`python -m tests.questions.draft page KIND` writes docs/kinds/KIND.md, or prints what it does not say yet.
`python -m tests.questions.draft golden KIND` makes a golden submission of the example in that page.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from grader.course.loading import load_course
from grader.course.paper import prepare
from grader.course.solutions import solutions
from grader.questions.base import Question
from grader.questions.kinds import KINDS
from tests.questions.asking import SCOPE

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"


def page_of(kind: str) -> Path:
    """Return the page of a kind."""
    return ROOT / "docs" / "kinds" / f"{kind}.md"


def own_fields(kind: str) -> dict[str, str]:
    """Return what authors write beside the fields that all kinds have, each with its description."""
    fields = KINDS[kind].model_fields
    return {name: fields[name].description or "" for name in fields if name not in Question.model_fields}


def unsaid(kind: str) -> list[str]:
    """Return the rows that the page of a kind lacks."""
    text = page_of(kind).read_text(encoding="utf-8") if page_of(kind).is_file() else ""
    return [f"| `{name}` | {told} |" for name, told in own_fields(kind).items() if f"`{name}`" not in text]


def example_of(kind: str) -> dict[str, Any]:
    """Return the example in the page of a kind."""
    return examples_of(kind)[0]


def examples_of(kind: str) -> list[dict[str, Any]]:
    """Return the examples in the page of a kind; the first is that of all its users."""
    examples = re.findall(r"```yaml\n(.*?)```", page_of(kind).read_text(encoding="utf-8"), re.DOTALL)
    return list(map(yaml.safe_load, examples))


def draft_page(kind: str) -> None:
    """Write a page, or print what is missing in the one that is there."""
    rows = "\n".join(["| field | meaning |", "| --- | --- |", *unsaid(kind)])
    if page_of(kind).is_file():
        print(rows)
        return
    own = "".join(f"{name}: ...\n" for name in own_fields(kind))
    example = f"```yaml\nid: answer\nkind: {kind}\nprompt: ...\n{own}```"
    page_of(kind).write_text(f"# `{kind}`\n\nStudents write ...\n\n{example}\n\n{rows}\n", encoding="utf-8")
    print(f"Complete {page_of(kind)}.")


def draft_golden(kind: str) -> None:
    """Make an exercise of the page's example, and a submission with the right answer."""
    example = example_of(kind)
    text = yaml.safe_dump(example)
    exercise = {
        "format": 1,
        "title": kind,
        **drawn(name for name in SCOPE if re.search(rf"\b{name}\b", text)),
    }
    exercise["questions"] = [{**example, "points": 10}]
    file = GOLDEN / "course" / "exercises" / kind / "exercise.yaml"
    submission = GOLDEN / kind / "all-right" / "submission.py.txt"
    for folder in (file.parent, submission.parent):
        folder.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(exercise, sort_keys=False), encoding="utf-8")
    submission.write_text(_solution(kind) + "\n", encoding="utf-8")
    print(f"Now run: GOLDEN_UPDATE=1 pytest tests/golden -k {kind}")


def _solution(kind: str) -> str:
    """Return the right answer in the golden course: what is drawn, such as an order, depends on its seed."""
    course = load_course(GOLDEN / "course")
    course = replace(course, record=course.record.model_copy(update={"exercises": [kind]}))
    (solution,) = solutions(prepare(course.exercise(kind), None)).values()
    return solution


def drawn(names: Iterable[str]) -> dict[str, Any]:
    """The keys of an exercise whose parameters are these of SCOPE, and nothing else."""
    scope = {name: SCOPE[name] for name in names}
    size = len(SCOPE["image"])
    grid = {"shape": [size, size], "from": 0, "to": 9}
    params = {name: grid if isinstance(value, list) else [value] for name, value in scope.items()}
    return {"params": params, "variant_0": scope} if scope else {}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["page", "golden"])
    parser.add_argument("kind", choices=KINDS)
    given = parser.parse_args()
    {"page": draft_page, "golden": draft_golden}[given.what](given.kind)
