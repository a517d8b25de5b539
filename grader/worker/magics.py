"""What Jupyter understands and Python does not: magics, shell lines, prompts, an indented cell."""

from __future__ import annotations

import ast
import re
import warnings

MAX_ROUNDS = 200  # magics of one cell that are searched for
MAX_PARSED = 4_000_000  # characters that are parsed in total while searching for magics

_WHOLE_CELL = re.compile(r"%%(?!time\b|timeit\b|capture\b|prun\b)")
# These run the code after them unchanged; their options are dropped.
_RUNNING = re.compile(r"(\s*)%(?:time|prun)\s+(?:-[slDT]\s+[^\s-]\S*\s+|-\S+\s+)*(?=\S)")
# No definition in a file depends on these.
_HARMLESS = re.compile(
    r"%(?:matplotlib|load_ext|reload_ext|autoreload|config|pip|conda|timeit|precision|pylab|who|whos)\b"
    r"|%%(?:time|timeit|capture|prun)\b|![ \t]*(?:pip3?|conda|python3? -m pip|apt|apt-get|nvidia-smi)\b"
    r"|![ \t]*(?:grade|(?:python3?|py)[ \t]+-m[ \t]+grader)\b"
    r"|\?|.*\?$"  # help
)
_HELP = re.compile(r"[\w.%*]+\?{1,2}")
_ASSIGNED = re.compile(r"[\w, ]+=\s*[!%]")
_PROMPT = re.compile(r"^(?:>>>|\.\.\.)(?: |$)|^(?:In ?\[\d+\]:|   +\.{3,}:)(?: |$)")
_FIRST_PROMPT = re.compile(r"(?:>>>|In ?\[\d+\]:)(?: |$)")


def is_harmless(line: str) -> bool:
    """Return whether a skipped line leaves all answers unchanged.

    >>> is_harmless("%matplotlib inline"), is_harmless("%run helper.py")
    (True, False)
    """
    return _HARMLESS.match(line) is not None


def as_jupyter_reads(source: str) -> str:
    r"""Return a cell without pasted prompts, and without its initial indent.

    >>> as_jupyter_reads(">>> x = 1\n>>> y = 2"), as_jupyter_reads("  x = 1\n  y = 2")
    ('x = 1\ny = 2', 'x = 1\ny = 2')
    """
    lines = source.split("\n")
    first = next((line for line in lines if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip())]
    if indent:
        lines = [line.removeprefix(indent) for line in lines]
    if _FIRST_PROMPT.match(first.lstrip()):
        lines = [_PROMPT.sub("", line) for line in lines]
    return "\n".join(lines)


def without_magics(source: str, budget: int = MAX_PARSED) -> tuple[str, list[tuple[int, str]]]:
    r"""Return a cell's source with `pass` for magics and shell lines, and those lines with their numbers.

    The code after `%time` is run. Only lines that Python cannot parse are touched, so a `%` or `!` inside a
    string stays.

    >>> without_magics("%matplotlib inline\n%time x = 1")
    ('pass\nx = 1', [(1, '%matplotlib inline')])
    """
    lines = source.split("\n")
    first = next((index for index, line in enumerate(lines) if line.strip()), 0)
    if lines and _WHOLE_CELL.match(lines[first]):
        return "\n" * (len(lines) - 1), [(first + 1, lines[first])]
    skipped: list[tuple[int, str]] = []
    rounds = min(MAX_ROUNDS, max(0, budget) // max(1, len(source)))
    for _ in range(rounds if any(map(_is_magic, lines)) else 0):
        line = _stumbles_at("\n".join(lines))
        if line is None or not _is_magic(lines[line]):
            break
        text = lines[line]
        if _RUNNING.match(text):
            lines[line] = _RUNNING.sub(r"\1", text, count=1)
            continue
        skipped.append((line + 1, text.strip()))
        lines[line] = text[: len(text) - len(text.lstrip())] + "pass"
    return "\n".join(lines), skipped


def has_magics(source: str) -> bool:
    """Return whether some line may be a magic or a shell line."""
    return any(map(_is_magic, source.split("\n")))


def _stumbles_at(source: str) -> int | None:
    """Return the line, from 0, where the source stops being Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source)
    except SyntaxError as error:
        line = (error.lineno or 1) - 1
        return line if line < len(source.split("\n")) else None
    except (ValueError, RecursionError, MemoryError):
        return None
    return None


def _is_magic(line: str) -> bool:
    text = line.strip()
    if text.startswith("#"):
        return False
    is_help = text.endswith("?") and _HELP.fullmatch(text) is not None  # most lines need no pattern
    is_assigned = "=" in text and _ASSIGNED.match(text) is not None
    return text.startswith(("%", "!", "?")) or is_help or is_assigned
