"""Record the marks that people give to questions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the marks."""
    op.create_table(
        "mark",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("student", sa.String(200), nullable=False),
        sa.Column("exercise", sa.String(60), nullable=False),
        sa.Column("question", sa.String(200), nullable=False),
        sa.Column("answer", sa.String(64), nullable=False),
        sa.Column("score", sa.Double()),
        sa.Column("points", sa.Double(), nullable=False),
        sa.Column("items", sa.String(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
    )
    op.create_index("ix_mark_student", "mark", ["student"])
