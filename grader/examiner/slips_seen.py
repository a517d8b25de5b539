"""Slips that are visible in the file itself, and the sentences about them for its author."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from grader.errors import printable
from grader.examiner.trouble import Place, Trouble
from grader.examiner.wording import explain, lowered, place_text
from grader.questions.kinds import KINDS
from grader.questions.posed import Posed
from grader.questions.wording import A_WHOLE_NUMBER
from grader.worker.unread import value_in

_LETTER = re.compile(r'"[a-z]"')
MAX_REMARKS = 2  # about lines that failed, beside one question
SENTENCES = {  # {line} is the place, {name} the question's name, {value} its value, perhaps
    "name": "{line} defines `{detail}`, but the question asks for `{name}`.",
    "compared": "{line} gives `{name}` no value; write `{name} = {value}`.",
    "text": "{line} is text in quotes, not code; write `{name} = {value}` without quotes around it.",
    "inside": "{line} gives `{name}` a value only inside `{detail}`; move it out and do not indent it.",
    "printed": "{line} only prints a value; write `{name} = {value}`.",
    "bare": "{line} only computes a value; write `{name} = {value}`.",
    "comment": "{line} is a comment, which is not read; write `{name} = {value}` as code.",
    "text-cell": "{line} is text, which is not read; write `{name} = {value}` in a code cell.",
    "twice": "`{name}` is given a value in {lines}; the last one counts.",
    "part-twice": "`{name}[{detail}]` is given a value in {lines}; the last one counts.",
    "loaded": "`load_state_dict` changes the module and does not return it; write the call on its own, "
    "without `{name} =` before it ({line_in}).",
    "nothing": "`{detail}` returns nothing, so `{name}` is None; keep the object it works on ({line_in}).",
    "power": "In Python, a power is written `**`; `^` in {line_in} means something else.",
    "letter": "Write letters in quotes: `{name} = {detail}` ({line_in}).",
    "comma": "Python uses a decimal point: write `{name} = {detail}` without the comma ({line_in}).",
}
COMMA_IN_WHOLE = (  # where the answer is one whole number
    "In Python, a comma makes two numbers: {line_in} does not mean {detail}. Write one whole number."
)
_WITHOUT_AN_ANSWER = frozenset(
    {"name", "compared", "text", "inside", "printed", "bare", "comment", "text-cell"}
)


@dataclass(frozen=True)
class SlipSeen:
    """One slip: the question's name, the kind of slip, its lines, and a few characters of the file."""

    name: str
    kind: str
    places: tuple[Place, ...]
    detail: str

    def sentence(self, posed: Posed) -> str:
        """Return the sentence for its author."""
        shown = place_text(*self.places[-1])
        detail = printable(self.detail)
        is_of_whole = self.kind == "comma" and posed.how == A_WHOLE_NUMBER
        return (COMMA_IN_WHOLE if is_of_whole else SENTENCES[self.kind]).format(
            name=self.name,
            line=shown,
            line_in=lowered(shown),
            lines=_lines(self.places),
            detail=detail,
            value=detail or "...",
        )

    def _is_in(self, prompt: str) -> bool:
        """Return whether a line of the prompt reads like this answer: a stub repeats the prompt."""
        lines = prompt.splitlines()
        return any(value_in(line, self.name, is_alone=False) == self.detail for line in lines)

    def concerns(self, posed: Posed) -> bool:
        """Return whether it can explain a wrong answer to this question."""
        by_checks = KINDS[posed.kind].by_checks
        match self.kind:
            case "letter":
                return bool(posed.options)
            case "comma":
                return KINDS[posed.kind].is_one_number or posed.how == A_WHOLE_NUMBER
            case "printed" | "bare":
                return not by_checks
            case "comment" | "text-cell":
                is_letter = _LETTER.fullmatch(self.detail) is not None
                return not (is_letter and not posed.options) and not self._is_in(posed.prompt)
        return True


def _lines(places: Sequence[Place]) -> str:
    """Return places in words: 'lines 3 and 9', or 'line 1 of cell [2] and line 3 of cell [4]'."""
    if len({cell for cell, _ in places}) == 1 and len(places) > 1:
        numbers = " and ".join(str(line) for _, line in places)
        return lowered(place_text(places[0][0], 0)).replace("line 0", f"lines {numbers}", 1)
    return " and ".join(lowered(place_text(*place)) for place in places)


def remarks(
    posed: Posed, outcome: str, slips: Iterable[SlipSeen], troubles: Sequence[Trouble], seconds: float
) -> Iterator[str]:
    """Yield what the file itself shows about a wrong answer: a slip, and lines that failed."""
    is_missing = outcome == "unanswered"
    own = [slip for slip in slips if slip.name == posed.id and slip.concerns(posed)]
    fitting = [slip for slip in own if (slip.kind in _WITHOUT_AN_ANSWER) == is_missing]
    if outcome == "skipped":  # it can be right
        fitting = [slip for slip in fitting if slip.kind != "power"]
    for slip in fitting[:1]:
        yield slip.sentence(posed)
    known = {place for slip in fitting[:1] for place in slip.places}
    failed = [one for one in troubles if one.about == posed.id and not one.follows]
    for trouble in [one for one in failed if (one.cell, one.line) not in known][:MAX_REMARKS]:
        yield explain(trouble, posed.id, seconds)
