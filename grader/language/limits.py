"""What student code may use before it is stopped."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from grader.language.record import Record


class Limits(Record):
    """The limits of a course; an exercise or a question can override them."""

    seconds: Annotated[
        float,
        Field(
            gt=0,
            le=3600,
            allow_inf_nan=False,
            description="Seconds for each call and statement, not counting waits for a busy processor; "
            "if left out, five times what the reference takes, at least 5.",
        ),
    ] = 5
    cpu_seconds: Annotated[
        float | None,
        Field(
            gt=0,
            le=36000,
            allow_inf_nan=False,
            description="CPU seconds for one file, all processors together; 30 times `seconds` if left out.",
        ),
    ] = None
    memory_mib: Annotated[int, Field(ge=64, le=1 << 20, description="Memory beyond what torch needs.")] = 2048
    result_mib: Annotated[int, Field(ge=1, le=256, description="Largest value of one call.")] = 64
    output_kib: Annotated[
        int, Field(ge=0, le=16384, description="Printed output that is kept for the instructor.")
    ] = 64
    scratch_mib: Annotated[
        int, Field(ge=0, le=4096, description="Size of a private folder for files; 0 for no folder.")
    ] = 0
    files_mib: Annotated[
        int, Field(ge=0, le=1024, description="Size of an exercise's files and pictures together.")
    ] = 16

    @property
    def follows(self) -> bool:
        """Whether its author sets no time limit, so that it follows from the reference."""
        return "seconds" not in self.model_fields_set

    def allowing(self, seconds: float) -> Self:
        """Return the same limits, with at least this time for each call."""
        return self.model_copy(update={"seconds": max(seconds, self.seconds)})

    def paced(self, seconds: float) -> Self:
        """Return the same limits with this time for a call, and the CPU time that follows from it."""
        return self.model_copy(update={"seconds": seconds, "cpu_seconds": None})
