"""By which keys the cluster of an ODB is told from others of its name."""

from __future__ import annotations

from alembic import context, op
from sqlalchemy import Column, inspect

from zato.odb.columns import Label

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    # MySQL and Oracle commit after each statement. Where an earlier attempt broke off, a column may be there.
    there: set[str] = set()
    if not context.is_offline_mode():
        there = {column["name"] for column in inspect(op.get_bind()).get_columns("zt_state")}
    added: tuple[Column[str], ...] = (Column("key_check", Label(64)), Column("authority", Label(64)))
    for column in added:
        if column.name not in there:
            op.add_column("zt_state", column)
