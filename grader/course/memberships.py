"""Who in the course is in which section."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Memberships:
    """What the roster says about students besides who they are. Without a roster it says nothing."""

    sections: Mapping[str, str] = field(default_factory=dict)  # by student, without those who have none
    is_known: bool = False  # there is a roster
