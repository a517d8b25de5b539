"""The tables of 0.1.0, which created them itself."""

from __future__ import annotations

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Do nothing: the tables exist."""
