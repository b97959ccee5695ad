"""From where, and by what means, somebody has deployed a file."""

from __future__ import annotations

from alembic import context, op
from sqlalchemy import Column, inspect

from zato.odb.columns import Label

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    # MySQL and Oracle commit after each statement. Where an earlier attempt broke off, a column may be there.
    there: set[str] = set()
    if not context.is_offline_mode():
        there = {column["name"] for column in inspect(op.get_bind()).get_columns("zt_deployment")}
    added: tuple[Column[str], ...] = (Column("address", Label(64)), Column("through", Label(120)))
    for column in added:
        if column.name not in there:
            op.add_column("zt_deployment", column)
