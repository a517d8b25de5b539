"""Where a course is in Canvas, for sending scores over the network."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, field_validator

from grader.language.record import Record

_ITSELF = {"localhost", "127.0.0.1", "::1"}  # a connection that leaves the machine must be encrypted


def canvas_address(text: str) -> str:
    """Return the address of a Canvas without a slash at its end.

    Raises:
        ValueError: it is not one, or what is sent there could be read on its way.

    >>> canvas_address("https://canvas.example.edu/")
    'https://canvas.example.edu'

    """
    parts = urlsplit(text.strip())
    if parts.scheme not in {"https", "http"} or not parts.hostname or not _is_plain(text.strip()):
        msg = "It is not the address of a Canvas site. Write it like https://canvas.example.edu"
        raise ValueError(msg)
    if parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        msg = f"It holds more than the address of a Canvas site. Write https://{parts.hostname}"
        raise ValueError(msg)
    if parts.scheme == "http" and parts.hostname not in _ITSELF:
        msg = f"The token must not be sent unencrypted. Write https://{parts.hostname}"
        raise ValueError(msg)
    _ = parts.port  # a ValueError if it is not a number
    return f"{parts.scheme}://{parts.netloc}"


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text and "\\" not in text


CanvasId = Annotated[int, Field(gt=0, lt=10**18, strict=True)]


class CanvasPlace(Record):
    """Where a course is in Canvas: its address, the course's id, and an assignment's id for each exercise."""

    url: Annotated[
        str, AfterValidator(canvas_address), Field(description="Such as https://canvas.example.edu.")
    ]
    course: Annotated[CanvasId, Field(description="The number after /courses/ in the address of its pages.")]
    assignments: Annotated[
        dict[str, CanvasId],
        Field(description="By exercise, the number after /assignments/ in the address of its page."),
    ] = {}

    @field_validator("assignments")
    @classmethod
    def _once_each(cls, assignments: dict[str, int]) -> dict[str, int]:
        ids = list(assignments.values())
        if twice := [name for name, one in assignments.items() if ids.count(one) > 1]:
            msg = f"{' and '.join(twice)} have the same assignment. Each exercise needs its own"
            raise ValueError(msg)
        return assignments
