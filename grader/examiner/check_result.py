"""A check as it was collected, and its result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.questions.posed import OutcomeName

if TYPE_CHECKING:
    import pytest  # code that reads results does not run checks

MAX_SHOWN = 300  # characters of the check's own message


@dataclass(frozen=True)
class Check:
    """One collected check."""

    id: str
    question: str
    title: str
    visible: bool
    weight: float
    item: pytest.Item
    cases: Mapping[str, Any] | None = None  # of a plain check: its own arguments by name


@dataclass(frozen=True)
class Exchange:
    """What a visible check gave to student code, what it expects, and what it got, as Python writes them."""

    call: str | None = None
    expected: str | None = None
    actual: str | None = None


@dataclass(frozen=True)
class CheckResult:
    """The result of one check; `error` is what it raised."""

    check: Check
    outcome: OutcomeName
    error: BaseException | None = None
    message: str = ""
    values: tuple[Any, ...] = ()  # that student code returned to it
    exchange: Exchange = Exchange()
