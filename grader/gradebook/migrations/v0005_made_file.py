"""Keep the files that were made for one student."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the files."""
    op.create_table(
        "made_file",
        sa.Column("student", sa.String(200), primary_key=True),
        sa.Column("exercise", sa.String(60), primary_key=True),
        sa.Column("name", sa.String(100), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )
