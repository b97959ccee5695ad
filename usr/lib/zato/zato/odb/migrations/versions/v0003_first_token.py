"""The table of the first administrator's one-time token."""

from __future__ import annotations

from alembic import context, op
from sqlalchemy import Column, ForeignKeyConstraint, Integer, PrimaryKeyConstraint, inspect

from zato.odb.columns import Label, UtcDateTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    # MySQL and Oracle commit after each statement. Where an earlier attempt broke off, the table is there.
    if not context.is_offline_mode() and inspect(op.get_bind()).has_table("zt_first_token"):
        return
    op.create_table(
        "zt_first_token",
        Column("cluster_id", Integer, nullable=False),
        Column("digest", Label(64), nullable=False),
        Column("expires", UtcDateTime, nullable=False),
        PrimaryKeyConstraint("cluster_id", name="zt_first_token_pk"),
        ForeignKeyConstraint(["cluster_id"], ["zt_cluster.id"], name="zt_first_token_cluster_fk"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
    )
