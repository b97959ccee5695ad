"""The table of asynchronous invocations that wait for a service, and of those that are dead letters."""

from __future__ import annotations

from alembic import context, op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    UniqueConstraint,
    inspect,
)

from zato.odb.columns import Document, Label, Prose, UtcDateTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    # MySQL and Oracle commit after each statement. Where an earlier attempt broke off, the table is there.
    if not context.is_offline_mode() and inspect(op.get_bind()).has_table("zt_message"):
        return
    op.create_table(
        "zt_message",
        Column("cluster_id", Integer, nullable=False),
        Column("message_id", Label(32), nullable=False),
        Column("state", Label(10), nullable=False),
        Column("due", UtcDateTime, nullable=False),
        Column("fence", BigInteger, nullable=False),
        Column("owner", Label(120)),
        Column("attempts", Integer, nullable=False),
        Column("begun", Boolean, nullable=False),
        Column("service", Label(500), nullable=False),
        Column("payload", Document),
        Column("cid", Label(128), nullable=False),
        Column("sent", UtcDateTime, nullable=False),
        Column("principal", Label(120), nullable=False),
        Column("reason", Prose),
        PrimaryKeyConstraint("cluster_id", "message_id", name="zt_message_pk"),
        UniqueConstraint("cluster_id", "state", "due", "message_id", name="zt_message_due_uq"),
        ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name="zt_message_cluster_fk"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
    )
