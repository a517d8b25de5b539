"""Record the scores that are sent to an LMS over the network."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the outbox."""
    op.create_table(
        "outbox",
        sa.Column("place", sa.String(400), primary_key=True),
        sa.Column("student", sa.String(200), primary_key=True),
        sa.Column("exercise", sa.String(60), nullable=False),
        sa.Column("lms_user", sa.String(60), nullable=False),
        sa.Column("grade", sa.String(40), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("confirmed", sa.String(40), nullable=False),
        sa.Column("confirmed_comment", sa.String(), nullable=False),
        sa.Column("changed", sa.DateTime(), nullable=False),
    )
