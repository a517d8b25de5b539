"""The stub of an exercise again, and a copy of what the student wrote into it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import MappingProxyType

from grader.course.sitting import Paper
from grader.files import read_file, refusal, write_file
from grader.handout.stubs import SUFFIX, Pictures, stub_text

MAX_BYTES = 64 << 20  # of a student's file that is copied


@dataclass(frozen=True)
class StubAgain:
    """A student's file, the content that it had at first, and what it holds now."""

    file: Path
    stub: bytes
    now: bytes | None

    @classmethod
    def of(
        cls, file: Path, paper: Paper, install: str, pictures: Pictures = MappingProxyType({})
    ) -> StubAgain:
        """Read a student's file, which may be missing; a notebook needs `install` and `pictures`.

        Raises:
            UsageFault: it cannot be read.

        """
        form = next(form for form, suffix in SUFFIX.items() if suffix == file.suffix)
        now = read_file(file, MAX_BYTES) if os.path.lexists(file) else None
        return cls(file, stub_text(paper, form, install, pictures).encode(), now)

    @property
    def is_untouched(self) -> bool:
        """Whether there is nothing to do."""
        return self.now == self.stub

    @property
    def copy(self) -> Path | None:
        """Return the first free name for a copy; None if there is nothing to copy."""
        if self.now is None:
            return None
        names = (f"{self.file.stem}.before-reset-{number}{self.file.suffix}" for number in count(1))
        return next(one for name in names if not os.path.lexists(one := self.file.with_name(name)))

    def write(self) -> None:
        """Write the copy, and then the stub.

        Raises:
            UsageFault: one of them cannot be written; the student's file is then unchanged.

        """
        if self.now is not None and (copy := self.copy) is not None:
            try:
                with copy.open("xb") as file:
                    file.write(self.now)
            except OSError as error:
                raise refusal(copy, "written", error) from None
        write_file(self.file, self.stub)
