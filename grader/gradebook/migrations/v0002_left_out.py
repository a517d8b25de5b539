"""Record files that were left out, and the points of an exercise when its score was set by hand.

Versions around 0.1.0 have created some of this already, and the version in `about` does not show it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add what is missing; alembic keeps the version."""
    found = sa.inspect(op.get_bind())
    for table, column in (
        ("override", sa.Column("points", sa.Double())),
        ("submission", sa.Column("problem", sa.String(), nullable=False, server_default="")),
    ):
        if column.name not in {one["name"] for one in found.get_columns(table)}:
            op.add_column(table, column)
    if not found.has_table("left_out"):
        op.create_table(
            "left_out",
            sa.Column("source", sa.String(400), primary_key=True),
            sa.Column("student", sa.String(200), primary_key=True),
            sa.Column("exercise", sa.String(60), primary_key=True),
        )
    op.drop_table("about")
