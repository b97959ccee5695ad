"""What has sent an asynchronous message."""

from __future__ import annotations

from alembic import context, op
from sqlalchemy import Column, inspect

from zato.odb.columns import Label

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    # MySQL and Oracle commit after each statement. Where an earlier attempt broke off, a column may be there.
    there: set[str] = set()
    if not context.is_offline_mode():
        there = {column["name"] for column in inspect(op.get_bind()).get_columns("zt_message")}
    added: tuple[Column[str], ...] = (Column("origin", Label(20)), Column("origin_name", Label(500)))
    for column in added:
        if column.name not in there:
            op.add_column("zt_message", column)
