"""From where and by what means somebody acted, and the table of people's sessions."""

from __future__ import annotations

from alembic import context, op
from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Integer, PrimaryKeyConstraint, inspect

from zato.odb.columns import Document, Label, UtcDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    # MySQL and Oracle commit after each statement. Where an earlier attempt broke off, some of it is there.
    there: set[str] = set()
    has_table = False
    if not context.is_offline_mode():
        found = inspect(op.get_bind())
        there = {column["name"].lower() for column in found.get_columns("zt_audit")}
        has_table = found.has_table("zt_session")
    added: tuple[Column[str], ...] = (Column("address", Label(64)), Column("through", Label(120)))
    for column in added:
        if column.name not in there:
            op.add_column("zt_audit", column)
    if has_table:
        return
    op.create_table(
        "zt_session",
        Column("cluster_id", Integer, nullable=False),
        Column("session_id", Label(32), nullable=False),
        Column("digest", Label(64), nullable=False),
        Column("principal", Label(120), nullable=False),
        Column("revision", BigInteger, nullable=False),
        Column("roles", Document, nullable=False),
        Column("created", UtcDateTime, nullable=False),
        Column("expires", UtcDateTime, nullable=False),
        Column("idle_seconds", Integer, nullable=False),
        Column("used", UtcDateTime, nullable=False),
        Column("client", Label(60), nullable=False),
        Column("address", Label(64)),
        PrimaryKeyConstraint("cluster_id", "session_id", name="zt_session_pk"),
        ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name="zt_session_cluster_fk"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
    )
