"""What the calls of a question used of the families that it forbids or requires, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from grader.errors import printable
from grader.examiner.replies import Replies
from grader.examiner.trouble import Place
from grader.examiner.wording import place_text
from grader.questions.posed import Posed
from grader.worker.families import FAMILIES


@dataclass
class Usage:
    """The families that were used, by calls or what they read, and where a file names something of them."""

    called: dict[str, Place | None] = field(default_factory=dict)
    loaded: Mapping[str, Place | None] = field(default_factory=dict)  # while the file was loaded
    words: Sequence[tuple[str, Place, str]] = ()

    def add(self, question: str, used: Mapping[str, Place | None], replies: Replies) -> None:
        """Note what calls have used, and what the replies say of the file."""
        self.called |= {family: self.called.get(family) or place for family, place in used.items()}
        self.loaded, self.words = replies.used_at_load.get(question, {}), replies.words

    def complaints(self, posed: Posed) -> Iterator[str]:
        """A sentence for each family that is used though forbidden, or required and not used."""
        for family in posed.forbid:
            if family in self.called or family in self.loaded:
                place = self.called.get(family) or self.loaded.get(family)
                what = FAMILIES[family].with_article
                yield f"`{posed.id}` must not use {what}, but {self._where(family, place)}."
        for family in posed.require:
            if family not in self.called:
                yield f"`{posed.id}` must use {FAMILIES[family].with_article}, but no call of it does."

    def _where(self, family: str, place: Place | None) -> str:
        words = [(at, name) for of, at, name in self.words if of == family]
        if place is None:  # in a thread of its own: the first line that names one will do
            at, name = next(((at, name) for at, name in words if "." in name), (None, ""))
            return f"{place_text(*at).lower()} names `{printable(name)}`" if at else "it does"
        names = sorted((name for at, name in words if at == place), key=len)
        line = place_text(*place).lower()
        if not names:
            return f"{line} does"
        return f"{line} {'uses' if names[-1] == '@' else 'calls'} `{printable(names[-1])}`"
