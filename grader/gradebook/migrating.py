"""Update the tables of an older gradebook."""

from __future__ import annotations

from pathlib import Path

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from grader.gradebook.rows import VersionRow

FOLDER = str(Path(__file__).parent / "migrations")


def migrate(connection: Connection, version: str) -> None:
    """Run every migration after a version, in the transaction of the connection."""
    script = ScriptDirectory(FOLDER, version_locations=[FOLDER])
    context = MigrationContext.configure(connection, opts={"version_table": VersionRow.__tablename__})
    later = list(script.iterate_revisions("head", version))
    with Operations.context(context):
        for step in reversed(later):
            step.module.upgrade()
    context.stamp(script, "head")
