"""What student code may use before it is stopped."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from grader.language.record import Record


class Limits(Record):
    """Of a course, or of one exercise or question instead of it."""

    seconds: Annotated[
        float,
        Field(
            gt=0,
            le=3600,
            allow_inf_nan=False,
            description="Of wall-clock time, for each call and each statement.",
        ),
    ] = 5
    cpu_seconds: Annotated[
        float | None,
        Field(
            gt=0,
            le=36000,
            allow_inf_nan=False,
            description="Of all processors, for a file; 30 times seconds.",
        ),
    ] = None
    memory_mib: Annotated[int, Field(ge=64, le=1 << 20, description="On top of what torch itself takes.")] = (
        2048
    )
    result_mib: Annotated[int, Field(ge=1, le=256, description="The largest value of one call.")] = 64
    output_kib: Annotated[
        int, Field(ge=0, le=16384, description="Of what is printed and kept for the instructor.")
    ] = 64
    scratch_mib: Annotated[
        int, Field(ge=0, le=4096, description="Of a private folder to write files in; 0: none.")
    ] = 0

    def paced(self, seconds: float) -> Self:
        """Return the same, with this time for a call and what belongs to it for the processors."""
        return self.model_copy(update={"seconds": seconds, "cpu_seconds": None})
