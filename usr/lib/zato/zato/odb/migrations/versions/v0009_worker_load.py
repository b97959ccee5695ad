"""What each worker has to do, and what it takes of its machine."""

from __future__ import annotations

from alembic import context, op
from sqlalchemy import BigInteger, Column, Integer, inspect

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    # MySQL and Oracle commit after each statement. Where an earlier attempt broke off, a column may be there.
    there: set[str] = set()
    if not context.is_offline_mode():
        there = {column["name"] for column in inspect(op.get_bind()).get_columns("zt_worker")}
    for column in (Column("in_flight", Integer), Column("resident_bytes", BigInteger)):
        if column.name not in there:
            op.add_column("zt_worker", column)
