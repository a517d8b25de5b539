"""A page as steps: the files that it writes, the commands that it types, and what they print."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NAMED = re.compile(r"^(?P<add>Add to )?.*`(?P<path>[^`\s]+\.\w+)`:$")
COMMAND = re.compile(r"^    (?P<line>\S.*?)(?:  # exit code (?P<code>\d+))?$")
FENCE = re.compile(r"^```(?P<language>\w*)$")
BLOCK = re.compile(r"^```text\n.*?^```$", re.DOTALL | re.MULTILINE)
ELIDED = "..."
VARYING = (  # what differs from one run to the next, and what stands for it
    (r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?", "TIME"),
    (r"SHA-256 \w+", "SHA-256 DIGEST"),
    (r"(?m)^slowest: .*$", "slowest: SOME"),
    (r" +(?=\n|$)", ""),
)


@dataclass(frozen=True)
class File:
    """Text that a reader writes into a file, or adds to it."""

    path: str
    text: str
    added: bool


@dataclass(frozen=True)
class Command:
    """A line that a reader types, and its exit code."""

    line: str
    code: int


@dataclass(frozen=True)
class Output:
    """What the commands above it print; a line `...` is any number of lines."""

    text: str

    def is_of(self, printed: str) -> bool:
        """Compare everything except times and digests."""
        parts = re.split(rf"^{re.escape(ELIDED)}\n", _steady(self.text), flags=re.MULTILINE)
        pattern = r"(?:.*\n)*".join(map(re.escape, parts))
        return re.fullmatch(pattern, _steady(printed)) is not None


Step = File | Command | Output


def _steady(text: str) -> str:
    for pattern, name in VARYING:
        text = re.sub(pattern, name, text)
    return text.strip("\n") + "\n"


def steps(page: Path) -> Iterator[Step]:
    """Read a page from top to bottom. A fenced block counts if the line above it names its file, or it is `text`."""
    lines = iter(page.read_text(encoding="utf-8").splitlines())
    above = ""
    for line in lines:
        if fence := FENCE.match(line):
            yield from _block(fence["language"], above, _fenced(lines))
        elif command := COMMAND.match(line):
            yield Command(command["line"], int(command["code"] or 0))
        above = line or above


def _fenced(lines: Iterator[str]) -> str:
    block = []
    for line in lines:
        if line == "```":
            break
        block.append(line)
    return "\n".join(block) + "\n"


def _block(language: str, above: str, text: str) -> Iterator[Step]:
    if language == "text":
        yield Output(text)
    elif named := NAMED.match(above):
        yield File(named["path"], text, added=bool(named["add"]))
