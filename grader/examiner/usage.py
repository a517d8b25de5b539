"""Which forbidden or required families the calls of a question used, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grader.examiner.trouble import Place
from grader.examiner.wording import FORBIDDEN, IT_DOES, REQUIRED, used_text
from grader.questions.posed import Posed
from grader.worker.families import FAMILIES

if TYPE_CHECKING:
    from grader.examiner.replies import Replies  # it needs numpy, which takes long to import


@dataclass
class Usage:
    """The families that calls, or values they read, used, and where the file names them."""

    called: dict[str, Place | None] = field(default_factory=dict)
    loaded: Mapping[str, Place | None] = field(default_factory=dict)  # while the file was loaded
    words: Sequence[tuple[str, Place, str]] = ()

    def add(self, question: str, used: Mapping[str, Place | None], replies: Replies) -> None:
        """Keep what calls have used, and what the replies say about the file."""
        self.called |= {family: self.called.get(family) or place for family, place in used.items()}
        self.loaded, self.words = replies.used_at_load.get(question, {}), replies.words

    def complaints(self, posed: Posed) -> Iterator[str]:
        """Yield a sentence for each family that is used though forbidden, or required and not used."""
        for family in posed.forbid:
            if family in self.called or family in self.loaded:
                place = self.called.get(family) or self.loaded.get(family)
                what, where = FAMILIES[family].with_article, self._where(family, place)
                yield FORBIDDEN.format(name=posed.id, family=what, where=where)
        for family in posed.require:
            if family not in self.called:
                yield REQUIRED.format(name=posed.id, family=FAMILIES[family].with_article)

    def _where(self, family: str, place: Place | None) -> str:
        words = [(at, name) for of, at, name in self.words if of == family]
        if place is None:  # in a thread of its own: the first line that names one is enough
            at, name = next(((at, name) for at, name in words if "." in name), (None, ""))
            return used_text("names", at, name) if at else IT_DOES
        names = sorted((name for at, name in words if at == place), key=len)
        if not names:
            return used_text("does", place)
        return used_text("uses" if names[-1] == "@" else "calls", place, names[-1])
