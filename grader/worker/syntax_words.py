"""Phrases about a line that is not Python, where Python's own message does not help a beginner."""

from __future__ import annotations

import re

_QUOTES = "\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb\u00b4"  # that word processors write
_PLAIN = {  # Python for a character, by what Python's message names
    **dict.fromkeys(("U+2212", "U+2013", "U+2014"), "-"),
    **dict.fromkeys(("U+00D7", "U+00B7", "U+22C5"), "*"),
    "U+00F7": "/",
    "U+FF0C": ",",
    "U+FF08": "(",
    "U+FF09": ")",
    "U+00B2": "** 2",
    **dict.fromkeys(("U+00A0", "U+200B", "U+3000"), "a plain space"),
}
_MERGE = re.compile(r"(?:<{7}|>{7}|={7}|\|{7})(?: |$)")
_CONFLICT = re.compile(r"(?:<{7}|>{7})(?: |$)")
_PROMPT = re.compile(r"\s*(>>>|\.\.\.|In ?\[\d*\]:|Out ?\[\d*\]:)(?: |$)")
_MISSPELT = re.compile(
    r"\s*(?!(?-i:def|class|del)\b)(d\w{1,5}|func|function|fn|fun)\s+\w+\s*\(.*", re.IGNORECASE
)
_FENCE = re.compile(r"\s*(?:```|~~~)")
_DETECTED = re.compile(r" \(detected at line \d+\)$")
_CONDITION = re.compile(r"\s*(?:if|elif|while|assert)\b")
_COMPARED = re.compile(r"(?: here)?\. Maybe you meant '=='.*$")


def explained(error: SyntaxError, section: str, before: int) -> tuple[int, str]:
    """Return the line of a syntax error in a section, and a phrase about it, without a full stop at its end.

    `before` is the number of lines that come before the section.

    >>> explained(SyntaxError("invalid syntax", ("f", 8, 1, "")), ">>> x = 1", 7)
    (8, '`>>>` is a prompt, not code; delete the prompts')
    """
    lines = section.split("\n")
    merged = (number for number, line in enumerate(lines, before + 1) if _CONFLICT.match(line))
    number = next(merged, error.lineno or before + 1)
    line = lines[number - before - 1] if before < number <= before + len(lines) else ""
    return number, _words(error.msg or "invalid syntax", line)


def _words(message: str, line: str) -> str:
    if _MERGE.match(line):
        return f"`{line[:7]}` is a merge conflict marker; keep one version, and delete the markers"
    if prompt := _PROMPT.match(line):
        return f"`{prompt[1]}` is a prompt, not code; delete the prompts"
    if _FENCE.match(line):
        return "this is Markdown, not code; delete it"
    if message.startswith("invalid character") and any(quote in message for quote in _QUOTES):
        return f"{message}; write plain quotes, ' or \""
    if plain := next((plain for code, plain in _PLAIN.items() if code in message), ""):
        return f"{message}; write {plain}"
    if message == "unexpected indent":
        return "unexpected indent; delete the spaces at the beginning of the line"
    if message.startswith("invalid syntax") and (word := _MISSPELT.match(line)):
        return f"`{word[1]}` is not a Python keyword; a function begins with `def`"
    message = _DETECTED.sub("", message)
    in_a_dict = "; in a dict write : instead of =" if "{" in line else ""
    return message if _CONDITION.match(line) else _COMPARED.sub(in_a_dict, message)
